"""Strings that break programs, typed round evidence: shown back exactly, and nothing runs."""

import pytest

from app.inspections.queries import list_criteria
from tests.databases import the_world
from tests.evidence.factories import EvidenceItemFactory
from tests.evidence.naughty import FORMULAS, harmless, joined, kept, naughty_strings, script_strings, words_of
from tests.factories import the_inspection
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory


@pytest.mark.slow
def test_naughty_gists_are_shown_back_exactly(sign_in):
    inspector = sign_in(TeamMemberFactory())
    gists = [run for run in joined([*FORMULAS, *naughty_strings(), *script_strings()[::5]], 2000) if run.strip()]
    with the_world():
        source = InterviewFactory()
        items = [EvidenceItemFactory(source=source) for _ in [*gists, "Plain."]]
    for item, gist in zip(items, [*gists, "Plain."], strict=True):
        sent = {"version": 1, "gist": gist, "direction": "mixed", "evidence_kind": "direct"}
        assert inspector.post("evidence.revise_item", item, **sent, follow=False).status == 303
    page, found = inspector.get("evidence.list_items"), []
    plain = page
    while True:
        found += words_of(page.all(".fb-evidence__gist"))
        harmless(page, plain)
        if not (older := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", older[0]["href"])
    assert found == ["Plain.", *(kept(gist) for gist in reversed(gists))]
    plain = inspector.get("evidence.show_item", items[-1])
    for item, gist in list(zip(items, gists, strict=False))[::10]:
        page = inspector.get("evidence.show_item", item)
        assert page.field("gist") == kept(gist)
        assert page.one("h1").get_text() == f"{item.reference} {kept(gist)}"
        harmless(page, plain)
        harmless(inspector.get("evidence.show_history", item), inspector.get("evidence.show_history", items[-1]))


@pytest.mark.slow
def test_naughty_reasons_of_tags_are_shown_back_exactly(sign_in):
    inspector = sign_in(TeamMemberFactory())
    criteria = [row.reference for row in list_criteria(the_inspection().id)]
    reasons = [run for run in joined([*FORMULAS, *naughty_strings(), *script_strings()[::50]], 500) if run.strip()]
    plain = inspector.get("evidence.show_item", EvidenceItemFactory(criteria=["VW.ii"]))
    for at in range(0, len(reasons), len(criteria)):
        item, some = EvidenceItemFactory(), reasons[at : at + len(criteria)]
        for criterion, reason in zip(criteria, some, strict=False):
            sent = inspector.post("evidence.tag_item", item, criterion=criterion, reason=reason, follow=False)
            assert sent.status == 303
        page = inspector.get("evidence.show_item", item)
        assert words_of(page.all("#tags .fb-quiet")) == [f"Why: {kept(reason)}" for reason in some]
        harmless(page, plain)


@pytest.mark.slow
def test_naughty_reasons_of_a_withdrawal_are_shown_back_exactly(sign_in):
    inspector = sign_in(TeamMemberFactory())
    item = EvidenceItemFactory()
    plain = inspector.post("evidence.withdraw_item", item, reason="other", words="Plain")
    for words in joined([*FORMULAS, *naughty_strings()], 500)[::4]:
        inspector.post("evidence.put_item_back", item, follow=False)
        page = inspector.post("evidence.withdraw_item", item, reason="other", words=words)
        assert f": Other: {kept(words).strip()}. It stays on record" in page.one(".govuk-inset-text").get_text()
        harmless(page, plain)


@pytest.mark.slow
def test_naughty_words_are_marked_exactly_and_nothing_runs(sign_in):
    inspector = sign_in(TeamMemberFactory())
    plain = inspector.get("evidence.show_item", EvidenceItemFactory(words="Plain", criteria=["VW.ii"]))
    for words in joined([*naughty_strings(), *script_strings()], 40_000):
        item = EvidenceItemFactory(words=words, criteria=["VW.ii"])
        page = inspector.get("evidence.show_item", item)
        assert words_of(page.all("#words")) == [words]
        harmless(page, plain)
        listed = inspector.get("criteria.show_criterion", reference="VW.ii")
        assert words in words_of(listed.all(".fb-evidence__words"))
