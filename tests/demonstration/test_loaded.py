"""The loaded demonstration: everything is in it, made as the screens make it, and every page opens."""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import func, select

from app.accounts.models import Person
from app.audit.models import AuditEntry, AuditPayload
from app.audit.queries import chains, history, verify
from app.contradictions.queries import list_contradictions
from app.documents.models import Document, Names, TextState
from app.documents.queries import list_present_texts, list_unchecked
from app.documents.striking import as_copy
from app.evidence.models import EvidenceItem, ItemLink, Source, SourceText, Tag
from app.extensions import db
from app.findings.models import FileFinding, Link
from app.inspections.gate import CurrentInspection
from app.inspections.histories import in_words
from app.inspections.models import Inspection, TeamMember, TeamRole
from app.inspections.queries import get_rules, list_criteria
from app.interviews.guides import guide_of
from app.interviews.models import Interview, Interviewee, State
from app.matrix.gaps import CANCELLED, NEEDLESS, NIL_RETURN, PLANNED, gaps
from app.register.file_queries import list_to_be_sorted
from app.register.models import RequestEvent, RequestFile
from app.register.queries import read_register
from app.visits.queries import debriefed, list_visits
from app.web import clock
from tests.demonstration.test_marking import WORDS

pytestmark = pytest.mark.slow
MOST_OF_EACH = 2


@pytest.fixture
def app(demonstration):
    return demonstration


def numbers(*columns):
    return dict(db.session.execute(select(*columns, func.count()).group_by(*columns)).all())


def lead():
    return db.session.scalars(select(TeamMember).where(TeamMember.role == TeamRole.LEAD)).one()


def test_interviews_are_in_every_state_and_twenty_were_held(app):
    states = Counter(interview.state for interview in db.session.scalars(select(Interview)))
    assert set(states) == set(State)
    assert states[State.HELD] + states[State.WRITTEN_UP] + states[State.SIGNED_OFF] == 20


def test_prompts_are_covered_by_notes_and_the_others_said_to_be_left_out(app):
    for interview in db.session.scalars(select(Interview).where(Interview.finished_at.is_not(None))):
        guide = guide_of(interview)
        assert all(said.tick for said in (*guide.before, *guide.after)), interview.reference
        assert all(prompt.covered or prompt.not_asked for prompt in guide.prompts), interview.reference
        assert guide.covered >= len(guide.prompts) / 2, interview.reference


def test_there_are_over_600_items_over_every_kind_of_source_that_has_a_feature(app):
    assert db.session.scalar(select(func.count()).select_from(EvidenceItem)) >= 600
    kinds = numbers(Source.kind)
    assert set(kinds) == {"interview", "focus_group", "document", "other"}
    assert numbers(Source.family).keys() >= {"said", "written", "data", "stakeholder", "observed"}
    assert min(numbers(Tag.source_kind).values()) >= 40


def test_items_are_marked_in_every_way(app):
    """Distressing with a gist, good practice, not attributable, withdrawn, without a direction yet, of every kind."""
    items = db.session.scalars(select(EvidenceItem)).all()
    assert all(item.gist for item in items if item.distressing)
    assert 5 <= sum(item.distressing for item in items) <= 20
    assert sum(item.good_practice for item in items) >= 5
    assert any(not item.attributable for item in items) and any(item.withdrawn_at for item in items)
    assert {item.direction for item in items} == {"", "strength", "weakness", "mixed", "context"}
    assert {item.evidence_kind for item in items} == {"direct", "first_hand", "second_hand", "opinion"}


def test_every_criterion_has_evidence_unevenly(app, inspection):
    items = Counter(db.session.scalars(select(Tag.criterion_id)))
    assert {criterion.id for criterion in list_criteria(inspection.id)} == set(items)
    assert max(items.values()) > 5 * min(items.values())


def test_file_findings_are_linked_by_every_relation(app, inspection):
    rules = get_rules(inspection.id)
    assert db.session.scalar(select(func.count()).select_from(FileFinding)) >= 20
    assert set(numbers(Link.relation)) == {relation.code for relation in rules.link_relations.to_finding}
    assert set(numbers(ItemLink.relation)) == {relation.code for relation in rules.link_relations.to_evidence}


def test_contradictions_are_open_and_resolved_in_every_way(app, inspection):
    rules = get_rules(inspection.id)
    assert list_contradictions(inspection.id, rules)[0]
    outcomes = {*db.session.scalars(select(ItemLink.outcome)), *db.session.scalars(select(Link.outcome))}
    assert outcomes == {"", *(outcome.code for outcome in rules.contradiction_outcomes)}


def test_what_is_planned_is_silent_in_every_way(app, inspection):
    """Each criterion waits for something; of something there is none, and of what hangs on it; some was called off."""
    found = gaps(inspection.id)
    assert {gap.criterion for gap in found} == {criterion.reference for criterion in list_criteria(inspection.id)}
    assert {gap.mark for gap in found} == {PLANNED, NIL_RETURN, NEEDLESS, CANCELLED}


def test_requests_are_in_every_state_and_some_are_overdue(app, inspection):
    register = read_register(inspection.id, clock.today())
    assert len(register.lines) == 45
    assert {line.state for line in register.lines} == {term.code for term in register.words.states}
    assert "overdue" in {flag for line in register.lines for flag in line.now.flags}
    assert db.session.scalars(select(RequestEvent.strikes_id).where(RequestEvent.strikes_id.is_not(None))).all()


def test_documents_hold_what_was_asked_for_and_those_of_last_evening_wait_to_be_sorted(app, inspection):
    several = db.session.execute(
        select(RequestFile.document_id, func.count(RequestFile.request_id.distinct())).group_by(RequestFile.document_id)
    ).all()
    assert max(count for _document, count in several) == 2, "one file answers two requests"
    assert (
        db.session.scalar(select(Source.request).where(Source.title.startswith("Scrutiny panel, Oct")).limit(1)) == "A3"
    )
    assert len(list_to_be_sorted(inspection.id)[0]) == 4
    assert len(db.session.scalars(select(RequestEvent).where(RequestEvent.lifted_id.is_not(None))).all()) == 1


def test_four_documents_are_to_be_checked_for_names_one_is_covered_and_one_was_sent_back(app, inspection):
    stand = numbers(Document.names)
    assert (stand[Names.UNCHECKED], stand[Names.COVERED], stand[Names.SENT_BACK]) == (4, 1, 1)
    assert stand[Names.CLEAR] > 30
    assert len(list_unchecked(inspection.id)[0]) == 4
    covered = db.session.scalars(select(Document).where(Document.names == Names.COVERED)).one()
    (seen,) = as_copy(covered, list_present_texts(covered.id))
    assert "Farrow" not in seen and "Lime" not in seen
    assert "three different court dates" in seen


def test_visits_are_over_going_on_and_to_come(app, inspection):
    visits, today = list_visits(inspection.id), clock.today()
    assert any(visit.ends_on < today for visit in visits)
    assert any(visit.starts_on <= today <= visit.ends_on for visit in visits)
    assert any(visit.starts_on > today for visit in visits)
    assert len(debriefed(inspection.id)) >= 2


def test_every_document_was_read(app):
    assert numbers(Document.text_state).keys() == {TextState.READ}
    assert set(db.session.scalars(select(Document.trouble))) == {""}


def test_it_is_told_up_to_its_moment_and_in_order(app, content):
    # The pack is in the template of the tests' databases already, since now and not since then.
    told = select(AuditEntry.chain, AuditEntry.at).where(AuditEntry.deed != "loaded the pack")
    entries = db.session.execute(told.order_by(AuditEntry.chain, AuditEntry.number)).all()
    for chain in chains():
        times = [entry.at for entry in entries if entry.chain == chain]
        assert times == sorted(times)
        assert verify(chain).broken_at is None
    assert clock.now() >= max(entry.at for entry in entries)


def test_names_of_those_seen_are_in_their_table_only(app):
    names = {part for name in db.session.scalars(select(Interviewee.name)) for part in name.split()}
    assert len(names) >= 20
    texts = " ".join(db.session.scalars(select(SourceText.text)))
    payloads = " ".join(str(content) for content in db.session.scalars(select(AuditPayload.content)))
    assert [name for name in names if name in texts or name in payloads] == []


def test_somebody_is_invited_to_the_team(app, sign_in):
    page = sign_in(lead()).get("inspections.show_team")
    assert "Ottoline Farrant" in page and "invited" in page.text.casefold()


def test_everybody_named_may_sign_in_and_does_what_their_role_may(app, visitor, content):
    assert {person.email for person in db.session.scalars(select(Person))} == {one.email for one in content.people}
    assert set(numbers(TeamMember.role)) == set(TeamRole)
    for person in content.people:
        page = visitor.post("accounts.sign_in", email=person.email, password=person.password)
        assert page.status == 200 and person.name in page, person.email


def test_every_page_that_can_be_reached_opens_and_says_that_it_is_a_demonstration(app, sign_in):
    """Walk from the overview over every link, some of each address; each is checked as every test's pages are."""
    client, adapter = sign_in(lead()), app.url_map.bind("localhost")
    wanted, seen, met = ["/"], set(), Counter()
    while wanted:
        address = urljoin("/", wanted.pop(0))
        endpoint, _values = adapter.match(urlsplit(address).path)
        if address in seen or met[endpoint] >= MOST_OF_EACH or endpoint == "static":
            continue
        seen.add(address)
        met[endpoint] += 1
        page = client.open("GET", address)
        if page.location:
            wanted.append(page.location)
            continue
        assert page.status == 200, address
        if page.is_html:
            assert WORDS in page, address
            links = [urljoin(address, str(link["href"])).partition("#")[0] for link in page.all("a[href]")]
            wanted += [link for link in links if link.startswith("/")]
    assert len(met) >= 30, sorted(met)


def test_the_inspection_is_marked(app):
    assert db.session.scalars(select(Inspection.demonstration)).one() is True


def test_every_history_is_told_in_words(app, inspection):
    """No entry of the whole inspection shows a code, a name of a field, an id, or a date as machines write it."""
    shown = ("id", "code", "title", "question", "marking", "marking_line", "demonstration")
    seen = CurrentInspection(*(getattr(inspection, name) for name in shown), frozenset(), inspection.vocabulary)
    objects = select(AuditEntry.object).where(AuditEntry.chain == inspection.id.hex).distinct()
    told = [
        entry
        for object in db.session.scalars(objects.where(AuditEntry.object != "matrix"))
        for entry in in_words(seen, history(inspection.id, object), about="")
    ]
    assert len(told) > 2000
    said = [f"{entry.deed}: {line.label}: {line.value}" for entry in told for line in entry.lines]
    machine = r"\w_\w|\d{4}-\d\d-\d\d|[0-9a-f]{16}|: (True|False|None)$|: [a-z]\w+_|[{}\[\]]"
    assert [line for line in {*said, *(entry.deed for entry in told)} if re.search(machine, line)] == []
    lists = ("directions", "evidence_kinds", "families")
    codes = {term["code"] for name in lists for term in inspection.vocabulary[name]}
    assert [line for line in said if line.rsplit(": ", 1)[1] in codes] == []
