"""Strings that break programs, typed into an interview: shown back exactly, and nothing runs."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.interviews.models import Note
from tests.evidence.naughty import FORMULAS, harmless, joined, kept, naughty_strings, script_strings, words_of
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import IntervieweeFactory, InterviewFactory, NoteFactory


def stream(client, interview):
    """Every page of the stream, the earliest notes first."""
    pages = [client.get("interviews.show_interview", interview)]
    while earlier := [link for link in pages[0].all("#stream a") if link.get_text() == "Earlier notes"]:
        pages.insert(0, client.open("GET", earlier[0]["href"]))
    return pages


@pytest.mark.slow
def test_every_naughty_string_as_a_note_and_a_speaker_is_shown_back_exactly(sign_in):
    inspector, interview = sign_in(TeamMemberFactory()), InterviewFactory()
    plain = inspector.get("interviews.show_interview", NoteFactory(speaker="DCP 1").interview)
    notes, speakers = [], []
    for string in [*naughty_strings(), *FORMULAS]:
        answer = inspector.post("interviews.save_note", interview, words=string, speaker=string[:60], htmx=True)
        assert answer.status == (200 if string.strip() else 422), string
        if string.strip():
            notes.append(kept(string))
            speakers.append(kept(string[:60]))
            assert words_of(answer.all(".fb-note__words")) == [kept(string)]
    assert (
        db.session.scalars(select(Note.speaker).where(Note.interview_id == interview.id).order_by(Note.number)).all()
        == speakers
    )
    pages = stream(inspector, interview)
    assert [words for page in pages for words in words_of(page.all(".fb-note__words"))] == notes
    assert [words for page in pages for words in words_of(page.all(".fb-note__who"))] == speakers
    offered = [option["value"] for option in pages[-1].all("#speakers option")]
    assert offered == list(dict.fromkeys(speaker for speaker in speakers if speaker))[:40]
    earlier = inspector.get("interviews.show_interview", interview, before=1)  # such a page has other scripts
    for page in pages:
        harmless(page, plain if page is pages[-1] else earlier)


@pytest.mark.slow
def test_every_script_as_a_note_is_shown_back_exactly(sign_in):
    inspector, interview = sign_in(TeamMemberFactory()), InterviewFactory()
    plain = inspector.get("interviews.show_interview", NoteFactory().interview)
    runs = joined(script_strings(), 20_000)
    for run in runs:
        assert inspector.post("interviews.save_note", interview, words=run, htmx=True).status == 200
    (page,) = stream(inspector, interview)
    assert words_of(page.all(".fb-note__words")) == [kept(run) for run in runs]
    harmless(page, plain)


def test_a_script_in_a_refused_note_stays_words(sign_in):
    inspector, interview = sign_in(TeamMemberFactory()), InterviewFactory()
    run = joined(script_strings(), 30_000)[0]
    page = inspector.post("interviews.save_note", interview, words=run, speaker=run[:80])
    assert page.status == 422
    assert (page.field("words"), page.field("speaker")) == (kept(run), kept(run[:80]))
    harmless(page, inspector.get("interviews.show_interview", interview))


@pytest.mark.slow
def test_naughty_titles_and_places_are_shown_back_exactly(sign_in):
    inspector, sent = sign_in(TeamMemberFactory()), {"kind": "interview", "body": "WES", "role": "dcp"}
    plain = inspector.post("interviews.plan_interview", **sent, title="Rotas")
    like = inspector.get("interviews.list_interviews")
    titles = [run for run in joined([*FORMULAS, *naughty_strings()], 200) if run.strip()]
    for number, title in enumerate(titles):
        page = inspector.post("interviews.plan_interview", **sent, title=title, place=title[::-1], follow=number < 20)
        if number < 20:
            assert page.one(".fb-identity__meta").get_text().endswith(f"{kept(title[::-1])} · {kept(title)}")
            harmless(page, plain)
    listed = inspector.get("interviews.list_interviews")
    found = words_of(listed.all("tbody td .fb-quiet"))
    assert found == ["Rotas", *map(kept, titles)][: len(found)] and len(found) == 50
    harmless(listed, like)


@pytest.mark.slow
def test_naughty_names_are_shown_back_exactly(sign_in):
    inspector, interview = sign_in(TeamMemberFactory()), InterviewFactory()
    IntervieweeFactory(interview=(other := InterviewFactory()))
    plain = inspector.get("interviews.show_people", other)
    names = [name for name in joined(naughty_strings(), 200) if name.strip()]
    # Nobody is called by their name: the strings are names first, and labels then.
    people = [(name, "Manager 1") for name in names] + [("Zebulon", name[:60]) for name in names]
    for name, label in people:
        added = inspector.post("interviews.add_interviewee", interview, name=name, label=label, follow=False)
        assert added.status == 303
    page = inspector.get("interviews.show_people", interview)
    assert words_of(page.all("tbody th")) == [kept(name) for name, _label in people]
    assert words_of(page.all("tbody tr > td:nth-of-type(1)")) == [kept(label) for _name, label in people]
    harmless(page, plain)
