"""Letters on what each body is asked for: every line of them against the register, templates, what is entered then."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import docx
import pytest
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE
from sqlalchemy import select

from app.extensions import db
from app.inspections.models import Inspection, TeamRole
from app.inspections.queries import find_requests
from app.jobs.models import Job, JobState
from app.letters.content import received
from app.letters.models import Letter
from app.letters.queries import find_template
from app.register import services as register
from app.register.queries import Line, read_register
from app.web import clock
from app.web.pages import long_date
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import counting_statements, look_again, the_world
from tests.evidence.apart import do_jobs
from tests.factories import the_inspection
from tests.inspections.factories import TeamMemberFactory
from tests.letters.factories import LetterFactory
from tests.packs.second_world import lead_of_second
from tests.register.factories import RequestEventFactory, make_all, request_of

HOW = {"how": "letter"}


@pytest.fixture
def lead(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lee Lead"))


def today(client: Client) -> dict[str, Any]:
    day = clock.today()
    return {"on": [str(day.day), str(day.month), str(day.year)], "done_by": client.person_id.hex} | HOW


def ask_for(client: Client, body: str = "WES", letter: str = "commissioning", **said: Any) -> Page:
    day = clock.today()
    form = {"letter": letter, "body": body, "dated": spoken(day), "all_the_same": "no-period"}
    if letter == "chasing":
        form["answer_by"] = spoken(day + timedelta(days=7))
    return client.post("letters.make_letter", form=form | {"signed_by": "Lee Lead"} | said)


def spoken(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def made() -> Letter:
    look_again()
    return db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()


def as_word(content: bytes) -> Word:
    return docx.Document(io.BytesIO(content))


def rows_of(letter: Word) -> list[list[str]]:
    """The rows of its table, each cell in one line, without the head."""
    return [[" ".join(cell.text.split()) for cell in row.cells] for row in letter.tables[0].rows[1:]]


def set_due(days: int, *codes: str) -> None:
    with the_world():
        for request in register.queries.hold_requests(the_inspection().id):
            if not codes or request.code in codes:
                request.due = clock.today() + timedelta(days=days)


def open_lines(inspection: Inspection) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in read_register(inspection.id, clock.today()).lines:
        if line.is_open:
            found.setdefault(line.body_name, []).append(line)
    return found


@pytest.mark.slow
def test_each_line_of_the_fifteen_letters_is_that_of_the_register(lead: Client) -> None:
    make_all()
    set_due(21)
    ask_for(lead, "all")
    assert do_jobs() == 1
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    page = lead.get("letters.show_set", job_id=letters[0].job_id)
    assert "15 letters made." in page
    packed = lead.get("letters.download_set", job_id=letters[0].job_id)
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        words = {name: as_word(archive.read(name)) for name in archive.namelist()}
    expected, pack = open_lines(the_inspection()), find_requests(the_inspection().id)
    assert pack is not None
    scope = {part.id: part for part in pack.requests}
    texts = {row.id: row for row in register.queries.list_made(the_inspection().id)}
    assert (len(words), len(expected)) == (15, 15)
    assert "stalking-2026-commissioning-WES-" in " ".join(words)
    for letter in words.values():
        to = next(paragraph.text for paragraph in letter.paragraphs if paragraph.text.startswith("To: "))
        lines = expected.pop(to.removeprefix("To: "))
        rows = rows_of(letter)
        assert [row[0] for row in rows] == [line.code for line in lines]
        for row, line in zip(rows, lines, strict=True):
            part = scope[line.code]
            for said in (line.title, texts[line.id].text, f"“{part.scope_text}”", part.minimisation):
                assert " ".join(said.split()) in row[1]
            assert (str(line.expected) in row[2]) if line.expected else True
            assert part.expected_note in row[2]
            assert all(name in row[2] for name in line.parts) if len(line.parts) > 1 else True
            assert row[3].casefold() == texts[line.id].period.casefold()
            assert row[4] == long_date(line.now.due)
        assert "{{" not in "".join(paragraph.text for paragraph in letter.paragraphs) + str(rows)
        assert "OFFICIAL-SENSITIVE" in letter.sections[0].header.paragraphs[0].text
    assert expected == {}
    deed = deeds(deed="made a letter")
    assert len(deed) == 15


def test_a_case_list_is_asked_for_with_its_kinds_of_case_and_its_columns(lead: Client) -> None:
    make_all()
    ask_for(lead, "CYW")
    letter = as_word(lead.get("letters.download_letter", letter_id=made().id).data)
    (row,) = rows_of(letter)
    assert "Stalking, magistrates' courts: 8" in row[1]
    assert "Columns: URN; Area; Police force (if known)" in row[1]


@pytest.mark.slow
def test_what_is_in_is_listed_no_more_and_only_overdue_ones_where_that_is_asked_for(lead: Client) -> None:
    make_all()
    for code in ("A1", "A3", "A7"):
        RequestEventFactory(request=request_of(code), code="asked", how="letter")
    RequestEventFactory(request=request_of("A3"), code="received", units=[1], parts=["agenda"])
    RequestEventFactory(request=request_of("A1"), code="nil_return", given_by="Clerk")
    RequestEventFactory(request=request_of("A3"), code="chased", how="In the interview with their lead")
    set_due(-3, "A3")
    ask_for(lead, letter="chasing")
    words = "\n".join(p.text for p in as_word(lead.get("letters.download_letter", letter_id=made().id).data).paragraphs)
    assert "By our record this is not in yet: 2 requests. Past the date that was given: 1 of them." in words
    rows = rows_of(as_word(lead.get("letters.download_letter", letter_id=made().id).data))
    assert [row[0] for row in rows] == ["A3", "A7"]
    assert "So far: 0 of 3. Panel meeting 1 without minutes." in rows[0][2]
    assert rows[0][4].endswith("Asked on 1 April 2026. Asked again on 1 April 2026.")
    assert "There must be some: if you cannot send it, tell us why." in rows[1][1]
    assert "an answer" not in words + rows[1][1]
    reminder = lead.get("letters.show_reminder", body="WES").one("#reminder").get_text()
    assert "Asked again on 1 April 2026." in reminder and "In the interview" not in reminder
    ask_for(lead, letter="chasing", overdue="y")
    rows = rows_of(as_word(lead.get("letters.download_letter", letter_id=made().id).data))
    assert [row[0] for row in rows] == ["A3"]


def test_where_nothing_is_open_no_letter_is_made(lead: Client) -> None:
    make_all()
    page = ask_for(lead, letter="chasing")
    assert (page.status, page.errors) == (422, ["Nothing is open there that this letter could list"])
    assert db.session.scalars(select(Letter)).all() == []


def test_every_line_of_a_letter_is_entered_as_asked_in_one_go(lead: Client) -> None:
    make_all()
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    ask_for(lead)
    letter = made()
    page = lead.get("letters.show_sent", letter_id=letter.id)
    assert "Enter ‘Asked’ for 7 requests" in page.heading
    assert "Left as they are: A3 Wessex (asked)." in page
    page = lead.post("letters.say_sent", letter_id=letter.id, form=today(lead))
    assert "‘Asked’ is saved for 7 requests. Left as they were: A3 Wessex." in page.messages
    states = {
        line.code: line.state for line in read_register(the_inspection().id, clock.today()).lines if line.body == "WES"
    }
    assert set(states.values()) == {"asked"}
    assert "Lee Lead entered on" in lead.get("letters.show_letter", letter_id=letter.id)
    again = lead.post("letters.say_sent", letter_id=letter.id, form=today(lead))
    assert "Nothing was changed." in again.messages
    page = lead.post("letters.withdraw_letter", letter_id=letter.id, form={"why": "Too soon"})
    assert page.status == 422 and "It has gone out, as was entered." in page.errors[0]


@pytest.mark.slow
def test_a_whole_set_is_entered_in_one_go_and_shown_as_of_the_day_that_was_given_and_struck_out_in_one_go(
    lead: Client,
) -> None:
    make_all()
    ask_for(lead, "all")
    do_jobs()
    job_id, day = made().job_id, clock.today() - timedelta(days=3)

    def asked() -> int:
        look_again()
        return sum(line.state == "asked" for line in read_register(the_inspection().id, clock.today()).lines)

    RequestEventFactory(request=request_of("A4"), on=clock.today(), done_by="Lee Lead")
    page = lead.post("letters.say_set_sent", job_id=job_id, form=today(lead) | {"on": spoken(day)})
    dated = f"{long_date(day)} is before {long_date(clock.today())}, the day on which the letters are dated."
    assert page.errors == [f"{dated} See whether it went out then."]
    early = today(lead) | {"on": spoken(day), "all_the_same": "before-letter"}
    page = lead.post("letters.say_set_sent", job_id=job_id, form=early)
    assert "‘Asked’ is saved for 44 requests." in page.messages
    assert [cell.get_text() for cell in page.all("[data-head='Gone out']")] == [
        f"{long_date(day)}, entered by Lee Lead"
    ] * 15
    assert f"that it has gone out on {long_date(day)}." in lead.get("letters.show_letter", letter_id=made().id)
    assert "Enter ‘Asked’" not in page and asked() == 45
    RequestEventFactory(request=request_of("A3"), code="chased", on=clock.today())
    (way,) = [link["href"] for link in page.all("main a") if link.get_text().startswith("Strike out ‘Asked’")]
    with counting_statements() as of_one:
        lead.get("letters.show_undo_sent", letter_id=made().id)
    with counting_statements() as of_all:
        page = lead.open("GET", way)
    assert len(of_all.statements) <= len(of_one.statements) + 1, "that there is such a set"
    assert page.heading == "Strike out ‘Asked’ for 44 requests" and "would stand ‘Chased’: A3 Wessex" in page
    page = lead.open("POST", way, form=today(lead))
    assert page.status == 422 and page.errors[0] == "Enter the reason" and asked() == 45
    said = today(lead) | {"reason": "The letters are still with the lawyer"}
    assert "would stand ‘Chased’" in lead.open("POST", way, form=said).errors[0] and asked() == 45
    page = lead.open("POST", way, form=said | {"all_the_same": "beneath"})
    assert "‘Asked’ is struck out for 44 requests, and stays to be seen." in page.messages
    assert asked() == 1, "what was asked by itself stays"
    assert "still with the lawyer" in lead.get("register.show_history", body="WES", code="A1")
    assert (
        "Strike out" not in page.main and "Nothing of it stands any more." in lead.open("POST", way, form=said).messages
    )
    letter = made()
    assert "Enter ‘Asked’ for all that it lists" in lead.get("letters.show_letter", letter_id=letter.id)
    lead.post("letters.say_sent", letter_id=letter.id, form=today(lead))
    assert asked() > 1
    lead.post("letters.undo_sent", letter_id=letter.id, form=said)
    assert asked() == 1


@pytest.mark.slow
def test_a_letter_is_replaced_by_the_next_to_the_same_body_until_that_is_withdrawn(lead: Client) -> None:
    make_all()
    ask_for(lead, "all")
    do_jobs()
    job_id, first = made().job_id, next(one for one in db.session.scalars(select(Letter)) if one.body.code == "WES").id
    ask_for(lead)
    second = made().id
    page = lead.get("letters.show_letter", letter_id=first)
    assert "It is replaced by the letter made" in page and "Enter ‘Asked’" not in page
    assert page.one(f"main a[href$='{second}']")
    for listing in (lead.get("letters.list_letters"), lead.get("letters.show_set", job_id=job_id)):
        assert [str(cell).count(str(second)) for cell in listing.all("td") if "replaced" in cell.get_text()] == [1]
    assert "None of these is to go out" in lead.post("letters.say_sent", letter_id=first, form=today(lead)).messages
    assert "Enter ‘Asked’ for 37 requests" in lead.get("letters.show_set_sent", job_id=job_id).heading
    page = lead.post("letters.withdraw_letter", letter_id=second, form={"why": " "})
    assert (page.status, page.errors) == (422, ["Enter the reason"])
    page = lead.post("letters.withdraw_letter", letter_id=second, form={"why": "Wrong <date>"})
    assert "The letter is withdrawn. It stays on record." in page.messages
    assert "It is not to go out: Lee Lead withdrew it" in page and "Wrong <date>" in page
    assert "Enter ‘Asked’" not in page and lead.get("letters.download_letter", letter_id=second).status == 200
    assert deeds(deed="withdrew a letter")
    page = lead.post("letters.withdraw_letter", letter_id=second, form={"why": "Again"})
    assert "Lee Lead has withdrawn it already." in page.messages
    assert "Enter ‘Asked’ for all that it lists" in lead.get("letters.show_letter", letter_id=first)
    lead.post("letters.withdraw_letter", letter_id=first, form={"why": "Not this one either"})
    packed = lead.get("letters.download_set", job_id=job_id)
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert len(archive.namelist()) == 14


def test_what_was_entered_for_every_request_is_not_offered_again(lead: Client) -> None:
    make_all()
    ask_for(lead, "CYW")
    RequestEventFactory(request=request_of("C1", "CYW"), code="asked", how="letter")
    page = lead.get("letters.show_letter", letter_id=made().id)
    assert "There is no request for which ‘Asked’ could be entered" in page and "for all that it lists" not in page


@pytest.mark.slow
def test_a_set_that_is_made_twice_has_each_letter_once(lead: Client) -> None:
    make_all()
    ask_for(lead, "all")
    do_jobs()
    first = {letter.id for letter in db.session.scalars(select(Letter))}
    with the_world():
        job = db.session.scalars(select(Job).where(Job.id == made().job_id)).one()
        job.state = JobState.QUEUED
    do_jobs()
    look_again()
    assert {letter.id for letter in db.session.scalars(select(Letter))} == first


@pytest.mark.slow
def test_the_second_pack_writes_letters_of_its_own(sign_in: Callable[..., Client]) -> None:
    lead = lead_of_second(sign_in)
    lead.post("register.make_requests")
    lead.post(
        "letters.make_letter",
        form={"letter": "first", "body": "all", "dated": ["12", "1", "2027"], "signed_by": "A clerk"},
    )
    do_jobs()
    job_id = made().job_id
    with zipfile.ZipFile(io.BytesIO(lead.get("letters.download_set", job_id=job_id).data)) as archive:
        found = {name: as_word(archive.read(name)) for name in archive.namelist()}
    listed = {row[0] for letter in found.values() for row in rows_of(letter)}
    assert listed == {"LOG", "CHK", "ALL"}
    assert sum(len(rows_of(letter)) for letter in found.values()) == 6
    for letter in found.values():
        assert letter.paragraphs[0].text.startswith("What we would like from ")
        assert "stalking" not in "".join(paragraph.text for paragraph in letter.paragraphs)


def template(*paragraphs: str, row: str = "{{request.code}} {{request.title}}") -> bytes:
    word = docx.Document()
    for words in paragraphs:
        word.add_paragraph(words)
    if row:
        table = word.add_table(2, 1)
        table.cell(0, 0).text, table.cell(1, 0).text = "What", row
    return packed(word)


def packed(word: Word) -> bytes:
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def send(
    lead: Client, data: bytes, name: str = "ours.docx", letter: str = "commissioning", meant: str = "lacks"
) -> Page:
    files = {"file": (name, data)}
    return lead.post("letters.upload_template", letter=letter, files=files, form={"all_the_same": meant})


@pytest.mark.slow
def test_the_team_edits_the_template_in_word_and_its_version_is_kept(lead: Client) -> None:
    make_all()
    first = as_word(lead.get("letters.download_template", letter="commissioning").data)
    first.add_paragraph("Ring us on 020 7946 0000, {{body}}.")
    page = send(lead, packed(first))
    assert "‘Commissioning letter’ is made from version 1 of your template from now on." in page.messages
    ask_for(lead, own_words="Bring <b>ink</b> & paper.\nTwo pens.")
    letter = made()
    words = [p.text for p in as_word(lead.get("letters.download_letter", letter_id=letter.id).data).paragraphs]
    assert words[-1] == "Ring us on 020 7946 0000, Wessex."
    assert "Bring <b>ink</b> & paper.\nTwo pens." in words
    assert letter.template == 1
    send(lead, template("{{body}}, {{date}}"))
    assert lead.get("letters.download_template", letter="commissioning", version=1).data == packed_of(1)
    assert "Version 1 of the team’s template" in lead.get("letters.show_letter", letter_id=letter.id)
    assert "in the pack’s words again" in lead.post("letters.withdraw_template", letter="commissioning").messages
    ask_for(lead)
    assert made().template == 0


def packed_of(number: int) -> bytes:
    found = find_template(the_inspection().id, "commissioning", number)
    assert found is not None
    return found.content


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (template("Dear {{bodie}}"), "There is no gap ‘{{bodie}}’. Correct it, or take it out of the template."),
        (template("{{ body.__class__ }}"), "There is no gap ‘{{body.__class__}}’."),
        (template("{{body}} {{request.title}}"), "‘{{request.title}}’ stands outside the row of a table"),
        (template("{{body}}", row=""), "The template lists no requests"),
        (template("To {{body}}", "Dear {{body, hello"), "‘Dear {{body, hello’ has a brace of no whole gap."),
        (template("{{body}}", row="{{request.code}} {{request.period}"), "‘{{request.code}} {{request.period}’ has"),
        (template("{body}", "{{body}}"), "‘{body}’ has a brace of no whole gap. Write it as ‘{{body}}’"),
        (template("To: North"), "The template has no gap ‘{{body}}’: every letter would be to the same body."),
        (template()[:-400], "It cannot be opened as a Word document."),
        (b"%PDF-1.4", "It is no Word document"),
        (b"", "The file has nothing in it"),
    ],
)
def test_a_template_that_could_not_be_filled_in_is_refused(lead: Client, data: bytes, sentence: str) -> None:
    page = send(lead, data)
    assert page.status == 422
    assert sentence in " ".join(page.errors)
    assert "In the pack’s words." in lead.get("letters.list_templates")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("letter", "of", "at", "words", "sentence"),
    [
        ("chasing", "commissioning", None, "", "This looks like the template of the ‘Commissioning letter’."),
        ("commissioning", "commissioning", "To: {{body}}", "To: Wessex", "same body: Wessex in ‘To: Wessex’."),
        (
            "commissioning",
            "commissioning",
            "{{date}}",
            "14 April",
            "the template lacks, so its letters will not say: ‘{{date}}’.",
        ),
    ],
)
def test_a_template_that_may_be_the_wrong_one_is_asked_about(
    lead: Client, letter: str, of: str, at: str | None, words: str, sentence: str
) -> None:
    word = as_word(lead.get("letters.download_template", letter=of).data)
    for paragraph in word.paragraphs:
        if paragraph.text == at:
            paragraph.text = words
    page = send(lead, packed(word), letter=letter, meant="")
    assert page.status == 422 and sentence in " ".join(page.errors)
    assert "In the pack’s words." in lead.get("letters.list_templates")
    (tick,) = page.all("[name=all_the_same]")
    assert "of your template from now on." in send(lead, packed(word), letter=letter, meant=tick["value"]).messages


def test_a_template_is_known_for_another_letters_by_its_gaps_too(lead: Client) -> None:
    word = as_word(lead.get("letters.download_template", letter="chasing").data)
    word.core_properties.title = ""
    assert "template of the ‘Chasing letter’." in " ".join(send(lead, packed(word), meant="lacks").errors)


def test_a_template_that_fetches_something_is_refused(lead: Client) -> None:
    word = docx.Document(io.BytesIO(template()))
    word.part.relate_to("http://127.0.0.1/x.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    page = send(lead, packed(word))
    assert page.status == 422
    assert "takes in something from elsewhere" in " ".join(page.errors)


def test_a_gap_that_word_has_cut_up_is_filled(lead: Client) -> None:
    make_all()
    word = docx.Document(io.BytesIO(template("{{body}}")))
    paragraph = word.add_paragraph("To {")
    paragraph.add_run("{bo").bold = True
    paragraph.add_run("dy}").italic = True
    paragraph.add_run("}, and so on")
    send(lead, packed(word))
    ask_for(lead)
    letter = as_word(lead.get("letters.download_letter", letter_id=made().id).data)
    assert letter.paragraphs[-1].text == "To Wessex, and so on"


def test_a_reminder_quotes_what_is_overdue_and_chasing_it_is_entered_for_all(lead: Client) -> None:
    make_all()
    for code in ("A3", "A7"):
        RequestEventFactory(request=request_of(code), code="asked", how="letter")
    set_due(-2, "A3")
    page = lead.get("letters.show_reminder", body="WES", which="overdue")
    words = page.one("#reminder").get_text()
    assert "A3 Local scrutiny panels" in words
    assert request_of("A3").text in words
    assert "A7" not in words
    assert "A7" in lead.get("letters.show_reminder", body="WES").one("#reminder").get_text()
    day = clock.today() + timedelta(days=7)
    said = today(lead) | {"answer": "It is in the post.", "next_chase": [str(day.day), str(day.month), str(day.year)]}
    page = lead.open("POST", lead.address("letters.say_chased", body="WES") + "?which=overdue", form=said)
    assert "‘Chased’ is saved for 1 request." in page.messages
    (line,) = [row for row in read_register(the_inspection().id, clock.today()).lines if row.now.chased]
    assert (line.code, line.now.chase_on) == ("A3", day)
    assert "Asked again on" in lead.get("letters.show_reminder", body="WES").one("#reminder").get_text()
    assert "It is in the post." in lead.get("register.show_request", body="WES", code="A3")


def test_a_reminder_says_by_when_and_where_to_and_what_to_leave_out(lead: Client) -> None:
    make_all()
    for code in ("A5", "A7"):
        RequestEventFactory(request=request_of(code), code="asked", how="letter")
    day, address = clock.today() + timedelta(days=7), lead.address("letters.show_reminder", body="WES")
    chosen = {"answer_by": spoken(day), "send_to": "inspection@example.org", "submit": "y"}
    page = lead.open("GET", f"{address}?{urlencode(chosen, doseq=True)}")
    words = page.one("#reminder").get_text()
    assert f"Please answer by {long_date(day)}.\nPlease send the files to: inspection@example.org" in words
    assert "Up to 5 assessments." in words and "Up to five." not in words
    about_a7 = words.partition("A7 ")[2]
    assert "There must be some: if you cannot send it, tell us why." in about_a7 and "an answer" not in about_a7
    case_list = request_of("C1")
    RequestEventFactory(request=case_list, code="asked", how="letter")
    pack = find_requests(the_inspection().id)
    assert pack is not None
    leave_out = next(part.minimisation for part in pack.requests if part.id == "C1")
    assert leave_out and leave_out in lead.get("letters.show_reminder", body="WES").one("#reminder").get_text()
    entering = lead.open("GET", page.one("a[href*=chased]")["href"])
    assert [int(part["value"]) for part in entering.all("[name=next_chase]")] == [day.day, day.month, day.year]
    assert (
        lead.open("GET", page.one("a[href*='letters/new']")["href"]).one("[name=letter][checked]")["value"] == "chasing"
    )
    chosen["answer_by"] = spoken(clock.today())
    wrong = lead.open("GET", f"{address}?{urlencode(chosen, doseq=True)}")
    assert (wrong.status, wrong.errors) == (422, ["Day to answer by must be after today"])


@pytest.mark.slow
def test_how_it_was_said_is_offered_for_what_goes_out_next(lead: Client) -> None:
    make_all()
    ask_for(lead, "all")
    do_jobs()
    job_id = made().job_id
    assert lead.get("letters.show_set_sent", job_id=job_id).field("how") == ""
    ask_for(lead, "CYW")
    lead.post("letters.say_sent", letter_id=made().id, form=today(lead) | {"how": "by post"})
    assert lead.get("letters.show_set_sent", job_id=job_id).field("how") == "by post"


def test_a_day_to_answer_by_beside_other_due_dates_is_asked_about(lead: Client) -> None:
    make_all()
    set_due(10)
    set_due(5, "A3")
    page = ask_for(lead, answer_by=spoken(clock.today() + timedelta(days=8)))
    (told,) = page.errors
    five, ten = (long_date(clock.today() + timedelta(days=days)) for days in (5, 10))
    assert (
        f"It is due before {long_date(clock.today() + timedelta(days=8))}, the day to answer by: A3 Wessex ({five})."
        in told
    )
    assert "7 are due after" in told and f"A1 Wessex ({ten})" in told
    (tick,) = page.all("[name=all_the_same]")
    said = {"answer_by": spoken(clock.today() + timedelta(days=8)), "all_the_same": tick["value"]}
    assert "The letter is made." in ask_for(lead, **said).messages
    words = [p.text for p in as_word(lead.get("letters.download_letter", letter_id=made().id).data).paragraphs]
    assert any("tell us before its own date in the column ‘Due’." in line for line in words)


def test_a_letter_may_list_only_what_was_not_asked_yet(lead: Client) -> None:
    make_all()
    for line in read_register(the_inspection().id, clock.today()).lines:
        if (line.body, line.code) not in (("WES", "A5"), ("HQ", "H1")):
            RequestEventFactory(request=request_of(line.code, line.body), how="letter")
    page = ask_for(lead, "MCH", unasked="y")
    assert page.errors == ["Nothing is open there that this letter could list"]
    page = ask_for(lead, letter="chasing", unasked="y")
    assert page.errors == ["The ‘Chasing letter’ lists what was asked already: take this tick off"]
    ask_for(lead, "all", unasked="y")
    do_jobs()
    job_id = made().job_id
    of_set = db.session.scalars(select(Letter).where(Letter.job_id == job_id)).all()
    assert sorted((one.body.code, [row["code"] for row in one.lines]) for one in of_set) == [
        ("HQ", ["H1"]),
        ("WES", ["A5"]),
    ]


def test_chasing_a_set_keeps_the_days_to_chase_again_and_asks_before_it_is_entered_twice(lead: Client) -> None:
    one, two = (clock.today() + timedelta(days=days) for days in (4, 9))
    for code in ("A3", "A7"):
        RequestEventFactory(request=request_of(code), how="letter")
        RequestEventFactory(request=request_of(code), code="chased", on=date(2026, 4, 9), next_chase=one)

    def offered() -> list[str]:
        form = lead.get("letters.show_chased", body="WES")
        return [part.get("value", "").lstrip("0") for part in form.all("[name=next_chase]")]

    def chase(**said: Any) -> Page:
        return lead.post("letters.say_chased", body="WES", form=today(lead) | said)

    def days() -> dict[str, date | None]:
        look_again()
        lines = read_register(the_inspection().id, clock.today()).lines
        return {line.code: line.now.chase_on for line in lines if line.now.chased}

    assert offered() == spoken(one), "both have that"
    RequestEventFactory(request=request_of("A7"), code="chased", on=date(2026, 4, 10), next_chase=two)
    assert offered() == [""] * 3
    kept = f"Left empty, each keeps its own: A3 Wessex ({long_date(one)}), A7 Wessex ({long_date(two)})"
    assert kept in lead.get("letters.show_chased", body="WES").main
    assert "taken away" not in chase(next_chase=[""] * 3).messages
    assert days() == {"A3": one, "A7": two}
    again = chase(next_chase=spoken(two))
    told = f"‘Chased’ of {long_date(clock.today())} is here already: A3 Wessex, A7 Wessex. It was not entered again."
    assert again.errors == [told] and "‘Chased’ was entered for that day already" in again
    assert "‘Chased’ is saved for 2 requests." in chase(next_chase=spoken(two), all_the_same="like").messages
    page = chase(next_chase=[""] * 3, all_the_same="like")
    assert f"The day to chase again, {long_date(two)}, is taken away" in page.messages
    assert days() == {"A3": None, "A7": None}


def test_a_chase_before_it_was_asked_is_refused(lead: Client) -> None:
    make_all()
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    page = lead.post("letters.say_chased", body="WES", form=today(lead) | {"on": ["30", "3", "2026"]})
    assert (page.status, page.errors) == (
        422,
        ["Date must not be before 1 April 2026, when the last of them was asked"],
    )


def test_the_list_of_letters_asks_the_same_however_many_there_are(lead: Client) -> None:
    make_all()
    LetterFactory()
    lead.get("letters.list_letters")
    with counting_statements() as few:
        lead.get("letters.list_letters")
    for _ in range(5):
        LetterFactory()
    with counting_statements() as many:
        assert lead.get("letters.list_letters").text.count("Commissioning letter") >= 6
    assert len(many) == len(few)


def test_what_came_is_said_unit_by_unit(lead: Client) -> None:
    RequestEventFactory(request=request_of("A3"), code="received", units=[1, 2], parts=["agenda"])
    RequestEventFactory(request=request_of("A3"), code="received", units=[2], parts=["minutes"])
    line = next(
        row for row in read_register(the_inspection().id, clock.today()).lines if (row.code, row.body) == ("A3", "WES")
    )
    assert received(line) == "So far: 1 of 3. Panel meeting 1 without minutes."


# -- what is asked about first, where to send it, by when --------------------------------------------------------------


def test_a_letter_that_asks_for_what_was_due_before_or_is_here_is_made_only_once_that_is_meant(lead: Client) -> None:
    make_all()
    set_due(-3, "A3")
    RequestEventFactory(request=request_of("A5"), code="received", units=[1, 2], parts=["assessment"])
    page = ask_for(lead, own_words="Dear all")
    assert page.status == 422 and page.field("own_words") == "Dear all" and page.field("body") == "WES"
    due = long_date(clock.today() - timedelta(days=3))
    late, here = page.errors[0].split(" Something ")
    which = f"One of them was due before that, {due}: A3 Wessex."
    assert late == f"{which} It is overdue as soon as asked. Set another due date, or ask."
    assert here == "of this is here already: A5 Wessex (2 assessments). Ask only for what is still to come."
    assert db.session.scalars(select(Letter)).all() == []
    assert ask_for(lead, "all").status == 422, "a set is asked about as well"
    assert "The letter is made." in ask_for(lead, all_the_same="late here no-period").messages
    page = lead.post("letters.say_sent", letter_id=made().id, form=today(lead))
    assert page.status == 422 and "Something of this is here already: A5 Wessex" in page.errors[0]
    assert page.field("how") == "letter"
    page = lead.post("letters.say_sent", letter_id=made().id, form=today(lead) | {"all_the_same": "late here"})
    assert "‘Asked’ is saved for 8 requests." in page.messages


@pytest.mark.slow
def test_a_letter_is_made_without_a_period_that_the_pack_leaves_to_the_team_only_once_that_is_meant(
    lead: Client,
) -> None:
    make_all()
    told = (
        "No period is set for C1 Wessex. The scope sets no period. The lead sets the dates between which cases were"
        " finalised, the same for all Areas."
    )
    page = ask_for(lead, all_the_same="")
    assert page.errors == [told] and made_none()
    assert "No period is set for C1 Cymru-Wales, C1 " in ask_for(lead, "all", all_the_same="").errors[0]
    assert ask_for(lead, "HQ", all_the_same="").errors == []
    said = {"seen": lead.get("register.show_due").field("seen"), "body": "all", "code": "C1", "due": [""] * 3}
    page = lead.post("register.set_due", form=said | {"period": "Cases finalised in 2025"})
    assert "The period of 14 of 14 is changed." in page.messages
    ask_for(lead, all_the_same="")
    rows = {row[0]: row for row in rows_of(as_word(lead.get("letters.download_letter", letter_id=made().id).data))}
    assert rows["C1"][3] == "Cases finalised in 2025" and rows["A7"][3] == "1 January to 31 December 2024"


def made_none() -> bool:
    look_again()
    return db.session.scalars(select(Letter)).all() == []


def test_a_body_of_which_nothing_is_open_is_named_so(lead: Client) -> None:
    make_all()
    RequestEventFactory(request=request_of("C1", "CYW"), code="nil_return", given_by="Clerk")
    offered = [option.get_text() for option in lead.get("letters.show_new").all("select[name=body] option")]
    assert "Cymru-Wales: nothing is open" in offered and "Wessex" in offered
    assert ask_for(lead, "CYW").errors == ["Nothing is open there that this letter could list"]


@pytest.mark.slow
def test_a_letter_says_where_to_send_the_files_and_the_next_offers_the_same(lead: Client) -> None:
    make_all()
    assert lead.get("letters.show_new").field("send_to") == ""
    ask_for(lead, send_to="inspection@example.org")
    words = [p.text for p in as_word(lead.get("letters.download_letter", letter_id=made().id).data).paragraphs]
    assert "Please send the files to: inspection@example.org" in words
    assert not any("answer by" in line for line in words)
    assert lead.get("letters.show_new").field("send_to") == "inspection@example.org"
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    reminder = lead.get("letters.show_reminder", body="WES").one("#reminder").get_text()
    assert "Please send the files to: inspection@example.org" in reminder
    ask_for(lead, "all", send_to="The folder ‘Stalking’")
    do_jobs()
    assert made().values["send_to"] == "Please send the files to: The folder ‘Stalking’"


@pytest.mark.slow
def test_a_template_without_a_place_for_what_was_typed_is_told_of_before_the_letter_is_made(lead: Client) -> None:
    make_all()
    send(lead, template("{{body}}", "{{answer_by}}"))
    said = {"send_to": "The folder ‘Stalking’", "answer_by": spoken(clock.today() + timedelta(days=7))}
    page = ask_for(lead, **said)
    told = "The template of this letter has no gap ‘{{send_to}}’: it will not say where to send the files."
    assert page.errors == [told] and page.field("send_to") == "The folder ‘Stalking’"
    assert "The letter is made." in ask_for(lead, **said, all_the_same="no-send_to no-period").messages


@pytest.mark.slow
def test_a_chasing_letter_gives_a_day_which_is_entered_as_the_day_to_chase_again(lead: Client) -> None:
    day = clock.today() + timedelta(days=7)
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    RequestEventFactory(request=request_of("A7"), code="asked", how="letter")
    set_due(-2, "A3")
    page = ask_for(lead, letter="chasing", answer_by=["", "", ""])
    assert page.errors == ["The letter gives no new day to answer by. Enter one above."]
    page = ask_for(lead, letter="chasing", answer_by=spoken(clock.today()))
    assert page.errors == ["Day to answer by must be after the date of the letter"]
    ask_for(lead, letter="chasing")
    letter = made()
    words = [p.text for p in as_word(lead.get("letters.download_letter", letter_id=letter.id).data).paragraphs]
    assert f"Please answer by {long_date(day)}." in words
    page = lead.get("letters.show_sent", letter_id=letter.id)
    assert [int(part["value"]) for part in page.all("[name=next_chase]")] == [day.day, day.month, day.year]
    assert page.field("why") == f"Chasing letter of {long_date(clock.today())}"
    sent = today(lead) | {"next_chase": spoken(day)}
    extended = {"extends": "y", "why": "Asked again", "all_the_same": "after"}  # it may be after the timetable
    page = lead.post("letters.say_sent", letter_id=letter.id, form=sent | {"extends": "y", "why": " "})
    assert page.errors == ["Enter the reason for the new due date"]
    page = lead.post("letters.say_sent", letter_id=letter.id, form=sent | extended)
    assert f"‘Chased’ is saved for 2 requests. The due date of 1 of them is {long_date(day)} now." in page.messages
    lines = {line.code: line.now for line in read_register(the_inspection().id, clock.today()).lines if line.now.chased}
    assert {code: (now.chase_on, now.due) for code, now in lines.items()} == {"A3": (day, day), "A7": (day, None)}
    assert lines["A3"].flags == ()
    assert "Asked again" in lead.get("register.show_request", body="WES", code="A3")


def test_only_the_lead_may_take_the_day_of_a_letter_as_the_due_date(
    sign_in: Callable[..., Client], lead: Client
) -> None:
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    set_due(-2, "A3")
    ask_for(lead, letter="chasing")
    inspector = sign_in(TeamMemberFactory())
    assert not inspector.get("letters.show_sent", letter_id=made().id).all("[name=extends]")
    form = today(inspector) | {"extends": "y", "why": "Asked again"}
    page = inspector.post("letters.say_sent", letter_id=made().id, form=form)
    assert "‘Chased’ is saved for 1 request." in page.messages and "due date" not in page.messages
    (line,) = [line for line in read_register(the_inspection().id, clock.today()).lines if line.now.chased]
    assert line.now.due == clock.today() - timedelta(days=2)


def test_a_day_to_chase_again_that_is_over_is_asked_about_with_what_was_typed_still_there(lead: Client) -> None:
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    on = spoken(clock.today() - timedelta(days=9))
    past = spoken(clock.today() - timedelta(days=2))
    form = today(lead) | {"on": on, "next_chase": past, "answer": "By Friday"}
    page = lead.post("letters.say_chased", body="WES", form=form)
    assert "is in the past: it is to be chased again at once." in page.errors[0] and page.field("answer") == "By Friday"
    page = lead.post("letters.say_chased", body="WES", form=form | {"all_the_same": "chase-past"})
    assert "‘Chased’ is saved for 1 request." in page.messages
