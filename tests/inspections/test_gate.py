"""Every address, for every role, by every method: who is let in, by a table that was written by hand."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.access import Action, Actor, allow
from app.accounts.models import Person, SignIn
from app.audit.models import AuditPayload
from app.db.transaction import writing
from app.documents.models import Document, TextState
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from app.interviews.models import Note
from app.matrix.export import Asked, ask_for_export
from app.visits.models import Visit
from app.web import clock
from tests.accounts.factories import PersonFactory, SignInFactory
from tests.accounts.invitations import invited
from tests.audit.trail import deeds
from tests.client import INSPECTION, Client, Page
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory, box_on, png
from tests.evidence.factories import ItemLinkFactory, ItemThemeFactory, SourceTextFactory, TagFactory, ThemeFactory
from tests.figures.factories import FigureTableFactory
from tests.findings.factories import FileFindingFactory, FindingImportFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import (
    ActionFactory,
    IntervieweeFactory,
    NoteFactory,
    NoteImportFactory,
    RaisedMatterFactory,
    RivalFactory,
    make_planned,
)
from tests.letters.factories import LetterFactory
from tests.other_sources.factories import OtherSourceFactory
from tests.register.factories import RequestEventFactory, add_own
from tests.visits.factories import LineOfEnquiryFactory

# What an address asks for. A new address needs a line here: without one the walk fails.
ADDRESSES = {
    "static": "anybody",
    "accounts.show_sign_in": "anybody",
    "accounts.sign_in": "anybody",
    "inspections.show_first_person": "gone",  # there are accounts already
    "inspections.make_first_person": "gone",
    "inspections.show_invitation": "gone",  # there is none with such a token
    "inspections.accept_invitation": "gone",
    "accounts.show_new_password": "gone",
    "accounts.choose_password": "gone",
    # Calendars cannot sign in: whoever has the secret address is let in, and nobody has the one that is asked for here.
    # What it holds, and that it ends with the account, is in tests/calendar/test_feeds.py.
    "calendar.show_feed": "gone",
    "calendar.show_own": "sign-in",
    "calendar.make_feed": "sign-in",
    "calendar.revoke_feed": "sign-in",
    "calendar.download_interview": "read",
    "calendar.show_calendar": "read",
    "calendar.download_due": "read",
    "capture.show_worker": "anybody",
    "capture.show_shell": "anybody",
    "capture.show_who": "anybody",
    "capture.give_keys": "sign-in",
    "capture.show_kept": "sign-in",
    "accounts.show_own": "sign-in",
    "accounts.change_name": "sign-in",
    "accounts.change_password": "sign-in",
    "accounts.end_sign_in": "sign-in",
    "accounts.end_other_sign_ins": "sign-in",
    "accounts.list_accounts": "administer",
    "accounts.show_history": "administer",
    "accounts.show_invite": "administer",
    "accounts.invite": "administer",
    "accounts.renew_invitation": "administer",
    "accounts.revoke_invitation": "administer",
    "accounts.show_person": "administer",
    "accounts.disable": "administer",
    "accounts.enable": "administer",
    "accounts.make_administrator": "administer",
    "accounts.unmake_administrator": "administer",
    "accounts.reset_password": "administer",
    "inspections.show_team": "read",
    "inspections.show_team_history": "read",
    "inspections.show_add": "decide",
    "inspections.add_to_team": "decide",
    "inspections.renew_invitation": "decide",
    "inspections.revoke_invitation": "decide",
    "inspections.show_member": "decide",
    "inspections.set_roles": "decide",
    "inspections.take_off": "decide",
    "overview.home": "sign-in",
    "accounts.sign_out": "sign-in",
    "overview.show_help": "sign-in",
    "overview.show_help_page": "sign-in",
    "overview.show_inspection": "read",
    "overview.show_in_place": "read",
    "overview.show_week": "read",
    "criteria.list_criteria": "read",
    "criteria.show_criterion": "read",
    "criteria.show_requests": "read",
    "matrix.show_matrix": "read",
    "interviews.list_interviews": "read",
    "interviews.show_interview": "read",
    "interviews.show_history": "read",
    "interviews.show_note": "read",
    "interviews.show_planned": "read",
    "visits.list_visits": "read",
    "visits.show_visit": "read",
    "visits.show_history": "read",
    "interviews.show_arrangements": "read",
    "interviews.show_plan_history": "read",
    "interviews.show_guide": "read",
    "interviews.show_imports": "read",
    "interviews.show_import": "read",
    "interviews.receive_notes": "record",
    "interviews.import_notes": "record",
    "interviews.discard_import": "record",
    "interviews.show_withdraw": "record",
    "interviews.withdraw_import": "record",
    "interviews.show_preview": "names",
    "interviews.download_notes": "names",
    "interviews.print_guide": "read",
    "interviews.show_prepare": "record",
    "interviews.prepare": "record",
    "interviews.prepare_question": "record",
    "interviews.show_paper": "record",
    "interviews.type_in": "record",
    "interviews.tick_guide": "record",
    "interviews.leave_out_prompt": "record",
    "interviews.add_question": "record",
    "documents.list_documents": "read",
    "documents.show_document": "read",
    "documents.list_unchecked": "read",
    "documents.show_state": "read",
    "documents.show_history": "read",
    "documents.show_evidence": "read",
    "documents.show_where": "read",
    "documents.show_picture": "read",
    "documents.show_box": "read",
    "documents.download_original": "read",
    "other_sources.list_sources": "read",
    "other_sources.show_source": "read",
    "other_sources.show_history": "read",
    "register.show_register": "read",
    "register.list_requests": "read",
    "register.show_request": "read",
    "register.show_history": "read",
    "register.list_to_be_sorted": "read",
    "register.show_sorting": "read",
    "register.show_contents": "read",
    "register.show_details": "read",
    "register.show_version": "read",
    "evidence.list_items": "read",
    "evidence.show_item": "read",
    "evidence.show_history": "read",
    "evidence.show_links": "read",
    "evidence.list_themes": "read",
    "evidence.show_themes_history": "read",
    "contradictions.list_contradictions": "read",
    "contradictions.show_contradiction": "read",
    "contradictions.show_history": "read",
    "findings.show_history": "read",
    "findings.show_imports": "read",
    "findings.list_findings": "read",
    "findings.show_finding": "read",
    "findings.show_links_of_item": "read",
    "interviews.show_plan": "record",
    "interviews.plan_interview": "record",
    "interviews.save_note": "record",
    "interviews.edit_note": "record",
    "interviews.show_schedule": "record",
    "visits.show_add": "record",
    "visits.add": "record",
    "visits.show_arrange": "record",
    "visits.arrange": "record",
    "visits.add_line": "record",
    "visits.take_line_off": "record",
    "visits.show_debrief": "record",
    "visits.debrief": "record",
    "visits.show_cancel": "record",
    "visits.cancel": "record",
    "visits.put_back": "record",
    "interviews.schedule": "record",
    "interviews.show_cancel": "record",
    "interviews.show_finish": "record",
    "interviews.cancel": "record",
    "interviews.put_back": "record",
    "interviews.finish": "record",
    "interviews.write_up": "record",
    "interviews.sign_off": "record",
    "interviews.show_reopen": "record",
    "interviews.reopen": "record",
    "interviews.show_changed": "record",
    "interviews.list_raised": "record",
    "interviews.show_raised_mark": "record",
    "interviews.show_raise": "record",
    "interviews.raise_with_lead": "record",
    "interviews.show_raised": "record",
    "interviews.show_answer": "record",
    "interviews.show_answers": "record",
    "interviews.read_answer": "record",
    "interviews.show_receipts": "read",
    "interviews.make_receipt": "record",
    "interviews.reword_note": "record",
    "interviews.reword_sent_note": "record",
    "interviews.show_write_up": "read",
    "interviews.show_new_action": "record",
    "interviews.add_action": "record",
    "interviews.show_action": "record",
    "interviews.change_action": "record",
    "interviews.tick_action": "record",
    "interviews.withdraw_action": "record",
    "interviews.put_action_back": "record",
    "interviews.show_attendees": "record",
    "interviews.say_who_was_there": "record",
    "interviews.tag_notes": "record",
    "interviews.untag_notes": "record",
    "interviews.move_note": "record",
    "interviews.merge_note": "record",
    "interviews.show_split": "record",
    "interviews.split_note": "record",
    "interviews.show_join": "record",
    "interviews.choose_version": "record",
    "interviews.show_withdraw_note": "record",
    "interviews.withdraw_note": "record",
    "interviews.put_note_back": "record",
    "interviews.put_import_back": "record",
    "documents.show_upload": "record",
    "documents.upload": "record",
    "documents.read_again": "record",
    "documents.open_document": "record",
    "documents.show_check": "record",
    "documents.save_check": "record",
    "documents.look_through": "record",
    "documents.show_naming": "record",
    "documents.save_naming": "record",
    "documents.show_check_again": "record",
    "documents.check_again": "record",
    "documents.show_copy": "export",
    "documents.make_copy": "export",
    "documents.take_copy_out": "export",
    "documents.strike": "record",
    "documents.take_strike_back": "record",
    "documents.tag_passage": "record",
    "documents.show_box_form": "record",
    "documents.tag_box": "record",
    "other_sources.show_enter": "record",
    "other_sources.enter": "record",
    "other_sources.tag_passage": "record",
    "other_sources.show_correct": "record",
    "other_sources.correct": "record",
    "register.show_event": "record",
    "register.enter_event": "record",
    "register.show_undo": "record",
    "register.undo_event": "record",
    "register.show_new": "record",
    "register.add_request": "record",
    "register.show_words": "record",
    "register.change_words": "record",
    "register.show_withdraw": "record",
    "register.withdraw_request": "record",
    "register.show_ask": "record",
    "register.ask": "record",
    "register.show_receive": "record",
    "register.receive_files": "record",
    "register.show_unit": "record",
    "register.keep_unit": "record",
    "register.show_take_off": "record",
    "register.take_off": "record",
    "register.lift": "record",
    "register.sort_document": "record",
    "register.take_in_contents": "record",
    "register.supersede": "record",
    "register.part_versions": "record",
    "register.take_over_requests": "record",
    "register.set_aside": "record",
    "register.choose_body": "record",
    "figures.list_tables": "read",
    "figures.compare": "read",
    "figures.show_table": "read",
    "figures.show_of_document": "read",
    "figures.show_new": "record",
    "figures.keep_typed": "record",
    "figures.show_read": "record",
    "figures.keep_read": "record",
    "figures.tag_passage": "record",
    "figures.show_correct": "record",
    "figures.correct": "record",
    "figures.show_withdraw": "record",
    "figures.withdraw": "record",
    "figures.put_back": "record",
    "letters.list_letters": "read",
    "letters.show_letter": "read",
    "letters.download_letter": "read",
    "letters.show_set": "read",
    "letters.show_set_state": "read",
    "letters.download_set": "read",
    "letters.show_reminder": "read",
    "letters.list_templates": "read",
    "letters.download_template": "read",
    "letters.show_new": "record",
    "letters.make_letter": "record",
    "letters.show_sent": "record",
    "letters.say_sent": "record",
    "letters.show_undo_sent": "record",
    "letters.undo_sent": "record",
    "letters.show_undo_set": "record",
    "letters.undo_set": "record",
    "letters.withdraw_letter": "record",
    "letters.show_set_sent": "record",
    "letters.say_set_sent": "record",
    "letters.show_chased": "record",
    "letters.say_chased": "record",
    "letters.upload_template": "decide",
    "letters.withdraw_template": "decide",
    "register.make_requests": "decide",
    "register.show_due": "decide",
    "register.set_due": "decide",
    "register.show_title": "decide",
    "register.retitle": "decide",
    "register.plan_request": "decide",
    "register.show_extension": "decide",
    "register.extend": "decide",
    "evidence.revise_item": "record",
    "evidence.tag_item": "record",
    "evidence.untag_item": "record",
    "evidence.put_tag_back": "record",
    "evidence.withdraw_item": "record",
    "evidence.put_item_back": "record",
    "evidence.link_items": "record",
    "evidence.unlink_items": "record",
    "evidence.add_theme": "record",
    "evidence.take_theme_off": "record",
    "evidence.show_rename": "decide",
    "evidence.rename_theme": "decide",
    "evidence.take_theme_apart": "decide",
    "contradictions.resolve": "decide",
    "contradictions.reopen": "decide",
    "findings.show_import": "record",
    "findings.upload_sheet": "record",
    "findings.show_preview": "record",
    "findings.import_sheet": "record",
    "findings.link_item": "record",
    "findings.unlink_item": "record",
    "packs.show_pack": "decide",
    "interviews.make_planned": "decide",
    "interviews.answer_raised": "decide",
    "visits.make_planned": "decide",
    "interviews.show_cell": "decide",
    "interviews.change_cell": "decide",
    "interviews.show_people": "names",
    "interviews.add_interviewee": "names",
    "interviews.erase_interviewee": "names",
    "matrix.ask_for_export": "export",
    "matrix.list_exports": "export",
    "matrix.show_export": "export",
    "matrix.show_export_state": "export",
    "matrix.download_export": "export",
}

IN, FORBIDDEN, UNKNOWN, SIGN_IN = "in", "403", "404", "asked to sign in"
WHO = ("lead", "inspector", "qa_lead", "observer", "administrator", "outsider", "leaver", "nobody")
#                    lead inspector qa_lead    observer   administrator outsider leaver nobody
MAY: dict[str, tuple[str, ...]] = {
    "anybody": (IN, IN, IN, IN, IN, IN, IN, IN),
    "gone": (UNKNOWN,) * 8,
    "sign-in": (IN, IN, IN, IN, IN, IN, SIGN_IN, SIGN_IN),
    "administer": (FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, IN, FORBIDDEN, SIGN_IN, SIGN_IN),
    "read": (IN, IN, IN, IN, UNKNOWN, UNKNOWN, SIGN_IN, SIGN_IN),
    "record": (IN, IN, FORBIDDEN, FORBIDDEN, UNKNOWN, UNKNOWN, SIGN_IN, SIGN_IN),
    "decide": (IN, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNKNOWN, UNKNOWN, SIGN_IN, SIGN_IN),
    "names": (IN, IN, FORBIDDEN, FORBIDDEN, UNKNOWN, UNKNOWN, SIGN_IN, SIGN_IN),
    "export": (IN, IN, IN, FORBIDDEN, UNKNOWN, UNKNOWN, SIGN_IN, SIGN_IN),
}


def somebody(who: str, sign_in: Callable[..., Client], visitor: Client) -> Client:
    """One of WHO at a browser. The outsider leads another inspection; the leaver's account is disabled."""
    if who == "nobody":
        return visitor
    if who == "administrator":
        return sign_in(PersonFactory(administrator=True))
    if who == "outsider":
        return sign_in(TeamMemberFactory(inspection_id=InspectionFactory().id, role=TeamRole.LEAD))
    if who == "leaver":
        client = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
        with the_world():
            db.session.get_one(Person, client.person_id).disabled_at = clock.now()
        return client
    return sign_in(TeamMemberFactory(role=TeamRole(who)))


MESSAGE = b"From: a@example.org\nSubject: Minutes\n\nHere they are."


def something_of_everything(client: Client) -> dict[str, dict[str, Any]]:
    """What each address needs in it, by its endpoint's feature: things that are there."""
    for role in TeamRole:
        TeamMemberFactory(role=role)  # the rights of others, which are nobody else's
    note = NoteFactory(words="Rotas change monthly. #vw.ii")
    interviewee = IntervieweeFactory(interview=note.interview)
    NoteImportFactory(interview=note.interview)
    ActionFactory(interview=note.interview)
    tag = TagFactory()
    link = LinkFactory()
    document = DocumentFactory()
    SourceTextFactory(source=document, text="The panel met in March.", label="page 1")
    with the_world():
        document.text_state, document.pages = TextState.READ, 1
        by = Actor(client.person_id or UUID(int=1), "Somebody")
        export = ask_for_export(note.inspection_id, "OFFICIAL", Asked("csv", {}), by=by)
        db.session.flush()
    make_planned()
    line = LineOfEnquiryFactory()
    things: dict[str, dict[str, Any]] = {
        "visits": {"reference": db.session.get_one(Visit, line.visit_id).reference, "line_id": line.id},
        "interviews": {
            "reference": note.interview.reference,
            "number": 1,
            "note_id": note.id,
            "version_id": RivalFactory(note=note).id,
            "id": interviewee.id,
            "area": "WES",
            "role": "sdcp",
            "part": "DC1",
            "matter_id": RaisedMatterFactory(interview=note.interview, by=by).id,
        },
        "calendar": {"reference": note.interview.reference, "token": "x" * 43},
        "documents": {"reference": document.reference, "strike_id": document.id, "number": 1},
        "other_sources": {"reference": OtherSourceFactory().reference},
        "evidence": {"reference": tag.item.reference, "tag_id": tag.id},
        "findings": {"reference": FileFindingFactory().reference, "import_id": FindingImportFactory().id},
        "register": {"body": "WES", "code": "A3", "kind": "asked", "number": RequestEventFactory().number},
        "criteria": {"reference": "VW.ii"},
        "overview.show_help_page": {"name": "lead"},
        "matrix": {"export_id": export.id},
        "inspections": {
            "token": "x" * 43,
            "person_id": TeamMemberFactory().person_id,
            "invitation_id": invited("to.the.team@example.gov.uk", TeamRole.INSPECTOR)[0],
        },
        "accounts": {
            "token": "x" * 43,
            "person_id": PersonFactory().id,
            "invitation_id": invited("to.an.account@example.gov.uk")[0],
            "sign_in_id": SignInFactory(person_id=client.person_id or PersonFactory().id).id,
        },
        "static": {"filename": "fieldbook.css"},
    }
    figures = FigureTableFactory()
    things["figures"] = {"reference": figures.document.reference, "number": figures.number, "code": "A7"}
    scan = DocumentFactory(content=png(), file_name="scan.png")
    pictured = {"reference": scan.reference, "number": 1, "item": box_on(scan).reference}
    for name in ("show_picture", "show_box_form", "tag_box", "show_box"):
        things[f"documents.{name}"] = pictured
    letter = LetterFactory(in_a_set=True)
    things["letters"] = {"letter_id": letter.id, "job_id": letter.job_id, "body": "WES", "letter": "commissioning"}
    contradiction, under = ItemLinkFactory(), ItemThemeFactory()
    others = {
        "contradictions": {"link_id": contradiction.id},
        "overview.show_in_place": {"reference": tag.item.reference},
        "evidence.unlink_items": {"reference": contradiction.item.reference, "link_id": contradiction.id},
        "evidence.take_theme_off": {"reference": under.item.reference, "theme_id": under.theme_id},
    }
    things |= others | {f"evidence.{name}": {"theme_id": under.theme_id} for name in ("show_rename", "rename_theme")}
    things["evidence.take_theme_apart"] = {"theme_id": ThemeFactory(merged_into=under.theme).id}
    on_an_item = {"reference": link.item.reference, "link_id": link.id}
    for name in ("show_extension", "extend"):
        things[f"register.{name}"] = {"kind": "extended"}
    for name in ("show_sorting", "sort_document", "set_aside", "choose_body", "show_take_off", "take_off"):
        things[f"register.{name}"] = {"reference": document.reference}
    for name in ("show_details", "show_version", "supersede", "part_versions", "take_over_requests"):
        things[f"register.{name}"] = {"reference": document.reference}
    for name in ("show_contents", "take_in_contents"):
        things[f"register.{name}"] = {"reference": DocumentFactory(content=MESSAGE, file_name="a.eml").reference}
    for name in ("show_unit", "keep_unit"):
        things[f"register.{name}"] = {"number": 1}
    own = add_own()
    for name in ("show_words", "change_words", "show_withdraw", "withdraw_request"):
        things[f"register.{name}"] = {"code": own.code}
    nil_return = RequestEventFactory(code="nil_return", given_by="Clerk")
    things["register.lift"] = {"number": nil_return.number}
    return things | {f"findings.{name}": on_an_item for name in ("link_item", "unlink_item", "show_links_of_item")}


def requests(app: Flask) -> Iterator[tuple[str, str]]:
    """Every endpoint with every method it takes; signing out, which ends the walk, last."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint == "accounts.sign_out", rule.endpoint))
    for rule in rules:
        for method in sorted(rule.methods or ()):  # POST is the last of them
            yield rule.endpoint, method


def outcome(page: Page) -> str:
    if page.status in (303, 401) and (page.location or "").startswith("/sign-in"):
        return SIGN_IN
    if page.status in (403, 404):
        return str(page.status)
    return IN if page.status in (200, 303, 409, 422) else f"{page.status}"


@pytest.mark.parametrize(
    "htmx", [pytest.param(False, id="page"), pytest.param(True, id="fragment", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("who", WHO)
def test_every_address_by_every_method(
    app: Flask, sign_in: Callable[..., Client], visitor: Client, who: str, htmx: bool
) -> None:
    client = somebody(who, sign_in, visitor)
    things = something_of_everything(client)
    wrong = []
    for endpoint, method in requests(app):
        assert endpoint in ADDRESSES, f"{endpoint} has no line in the table of this test"
        values = {"inspection": INSPECTION, **things.get(endpoint.split(".")[0], {}), **things.get(endpoint, {})}
        wanted = {name: values[name] for name in next(app.url_map.iter_rules(endpoint)).arguments}
        path = app.url_map.bind("localhost").build(endpoint, wanted, method=method)
        page = client.open(method, path, htmx=htmx, follow=False, checked=False)
        # Where a page and its form share an address, OPTIONS is answered for one of them.
        found, _values = app.url_map.bind("localhost").match(path, method)
        expected = MAY[ADDRESSES[found]][WHO.index(who)]
        if method == "OPTIONS" and ADDRESSES[found] == "gone":
            expected = IN  # it says which methods there are, and asks no view
        if (endpoint, method, expected, htmx) == ("accounts.sign_out", "POST", IN, False):
            expected = SIGN_IN  # which is where it leads
        if outcome(page) != expected:
            wrong.append(f"{method} {endpoint} ({path}): {page.status} {page.location or ''}, expected {expected}")
    assert wrong == []


def test_the_table_has_no_line_too_many(app: Flask) -> None:
    assert set(ADDRESSES) == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_two_roles_may_what_either_may(sign_in: Callable[..., Client]) -> None:
    member = TeamMemberFactory(role=TeamRole.OBSERVER)
    client = sign_in(member)
    assert client.get("interviews.show_plan").status == 403
    TeamMemberFactory(person=db.session.get_one(Person, member.person_id), role=TeamRole.INSPECTOR)
    assert client.get("interviews.show_plan").status == 200


def test_an_administrator_on_the_team_may_no_more_than_the_role(sign_in: Callable[..., Client]) -> None:
    client = sign_in(TeamMemberFactory(person__administrator=True, role=TeamRole.OBSERVER))
    assert client.get("overview.show_inspection").status == 200
    assert client.get("interviews.show_plan").status == 403


def test_an_inspection_that_is_not_there_looks_like_one_of_others(sign_in: Callable[..., Client]) -> None:
    client = sign_in(TeamMemberFactory(inspection_id=InspectionFactory().id))
    other = client.get("overview.show_inspection", inspection=INSPECTION)
    none = client.get("overview.show_inspection", inspection="stalking-2027")
    assert (other.status, other.main) == (none.status, none.main)
    assert other.status == 404


def test_a_right_in_one_inspection_is_none_in_another(sign_in: Callable[..., Client]) -> None:
    """With the right reference under the wrong inspection, and the other way round."""
    other = InspectionFactory()
    member = TeamMemberFactory(role=TeamRole.LEAD)
    TeamMemberFactory(person=db.session.get_one(Person, member.person_id), inspection_id=other.id)
    tag, note, document, other_source = TagFactory(), NoteFactory(), DocumentFactory(), OtherSourceFactory()
    client = sign_in(member)
    for endpoint, reference in (
        ("evidence.show_item", tag.item.reference),
        ("evidence.show_history", tag.item.reference),
        ("interviews.show_interview", note.interview.reference),
        ("documents.show_document", document.reference),
        ("documents.download_original", document.reference),
        ("other_sources.show_source", other_source.reference),
        ("other_sources.show_history", other_source.reference),
    ):
        assert client.get(endpoint, reference=reference).status == 200
        assert client.get(endpoint, reference=reference, inspection=other.code).status == 404
    in_place = "overview.show_in_place"
    assert client.get(in_place, tag.item).status == 303
    assert client.get(in_place, tag.item, inspection=other.code).status == 404


@pytest.mark.parametrize("who", WHO)
def test_an_unmarked_address_is_refused_to_everybody(
    make_app: Callable[..., Flask], sign_in: Callable[..., Client], visitor: Client, who: str
) -> None:
    app = make_app()
    app.add_url_rule("/forgotten", "forgotten", lambda: "let in", methods=["GET", "POST"])
    app.add_url_rule(
        "/inspections/<inspection>/forgotten", "forgotten_too", lambda inspection: "let in", methods=["GET", "POST"]
    )
    there = Client(app)
    person = somebody(who, lambda member: sign_in(member, on=app), there)
    for path in ("/forgotten", f"/inspections/{INSPECTION}/forgotten"):
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            page = person.open(method, path)
            assert page.status == 403
            assert "let in" not in page


def test_a_refusal_is_written_down(sign_in: Callable[..., Client]) -> None:
    client = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER, person__name="Olu Observer"))
    note = NoteFactory()
    page = client.post("interviews.reword_note", note.interview, note, words="Rotas never change.", version=1)
    assert page.status == 403
    assert "Your role in this inspection does not include it" in page
    assert deeds(actor_id=client.person_id, object="access") == [("was refused", "access")]
    content = db.session.scalars(select(AuditPayload.content).order_by(AuditPayload.number.desc()).limit(1)).one()
    assert content == {"after": {"wanted": "record", "method": "POST", "path": content["after"]["path"]}}
    assert "Rotas" not in str(content)
    assert note.words == "The rota changes every month."


LOST: dict[str, Callable[[UUID], Any]] = {
    "the role": lambda person_id: delete(TeamMember).where(TeamMember.person_id == person_id),
    "most of the role": lambda person_id: (
        update(TeamMember).where(TeamMember.person_id == person_id).values(role=TeamRole.OBSERVER)
    ),
    "the account": lambda person_id: update(Person).where(Person.id == person_id).values(disabled_at=clock.now()),
    "the sign-in": lambda person_id: update(SignIn).where(SignIn.person_id == person_id).values(ended_at=clock.now()),
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("way", ["note", "upload", "sheet"])
def test_what_is_lost_between_gate_and_write_is_missed(
    app: Flask, make_app: Callable[..., Flask], sign_in: Callable[..., Client], lost: str, way: str
) -> None:
    """The gate judges before the write begins; the write judges once more, also in views that begin it themselves."""
    racing = make_app()
    armed = False

    @racing.before_request  # runs after the gate
    def lose() -> None:
        if armed:
            with app.app_context(), writing() as session:
                session.execute(LOST[lost](client.person_id))

    client = sign_in(TeamMemberFactory(), on=racing)
    interview = NoteFactory().interview
    client.csrf_token()
    armed = True
    if way == "note":
        page = client.post("interviews.save_note", interview, words="Too late.")
    elif way == "upload":
        page = client.post("documents.upload", body="", files={"files": ("minutes.txt", b"Too late.")})
    else:
        page = client.post(
            "findings.upload_sheet", files={"file": ("findings.csv", b"Finding,Criteria\nLate.,VW.ii\n")}
        )
    armed = False
    assert page.status == 403
    look_again()
    assert len(db.session.scalars(select(Note)).all()) == 1
    assert db.session.scalars(select(Document)).all() == []
    assert deeds(deed="previewed") == []


def test_an_administrator_who_is_one_no_longer_is_refused_inside_the_write(
    app: Flask, make_app: Callable[..., Flask], sign_in: Callable[..., Client]
) -> None:
    racing = make_app()
    done = []

    @racing.before_request
    def lose() -> None:
        if armed:
            with app.app_context(), writing() as session:
                session.execute(update(Person).values(administrator=False))

    racing.add_url_rule(
        "/administer", "administer", allow(Action.ADMINISTER)(lambda: done.append(1) or "done"), methods=["POST"]
    )
    client = sign_in(PersonFactory(administrator=True), on=racing)
    armed = False
    assert client.open("POST", "/administer", checked=False).status == 200
    armed = True
    assert client.open("POST", "/administer").status == 403
    assert done == [1]


@pytest.mark.parametrize(
    "path",
    [
        "/inspections/a%00b/",
        f"/inspections/{INSPECTION}/evidence?source=%00",
        f"/inspections/{INSPECTION}/evidence/E-%00",
        f"/inspections/{INSPECTION}/criteria/VW.ii%00",
        "/%00",
    ],
)
def test_the_zero_character_in_an_address_leads_to_nothing(sign_in: Callable[..., Client], path: str) -> None:
    """PostgreSQL takes it in no text: asked for it, it would fail."""
    assert sign_in(TeamMemberFactory()).open("GET", path).status == 404
