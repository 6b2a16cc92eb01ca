"""An inspection made from the second pack, and work done on it as people do it: in words and codes of its own."""

from pathlib import Path
from typing import Any

from app.db.transaction import writing
from app.inspections.models import TeamRole
from app.packs.reading import read_pack
from app.packs.services import load_pack
from tests.client import Client, Page
from tests.evidence.apart import do_jobs
from tests.findings.sheets import as_xlsx, confirm, upload
from tests.inspections.factories import TeamMemberFactory

SECOND = Path(__file__).parent / "second"
CODE = "letters-2027"
# What stands nowhere on a page of it: words of the real pack.
NOT_ITS_OWN = ("stalking", "CPS", "Wessex", "Weakness", "first-hand", "supports", "corroborates", "National")
HEADINGS = ("Reference", "Finding", "Criteria", "HPO Area", "Shows", "Files", "Applicable")
FINDINGS: list[list[Any]] = [
    ["L-1", "Dates were right in 9 of 12 letters.", "AC.i", "", "Good", 9, 12],
    ["L-2", "Nobody wrote again after a mistake.", "AC.ii; OV.i", "HPO Old Quay", "poor", 0, 4],
    ["L-3", "Messages went unanswered.", "TM.ii", "Southmoor and Vale", "Uneven", 2, 6],
]


def load_second() -> Any:
    with writing():
        inspection, made = load_pack(read_pack(SECOND))
        assert made
        found = inspection.id
    return found


def lead_of_second(sign_in: Any) -> Client:
    lead: Client = sign_in(TeamMemberFactory(inspection_id=load_second(), role=TeamRole.LEAD))
    lead.inspection = CODE
    return lead


def work(lead: Client) -> None:
    """A round table, a paper, a test call, a visit, a sheet of findings; evidence, in every direction; one dispute."""
    plans(lead, "focus_group", "NGT", "clerk")
    says(lead, 1, "We copy the date by hand. #ac.i", "poor")
    says(lead, 1, "Since May two of us read each letter. #AC.i", "getting_better")
    says(lead, 1, "It depends on who is in. #tm.ii #pl.i", "uneven")
    assert "7 interviews" in lead.post("interviews.make_planned").messages
    plans(lead, "interview", "CO", "letters_lead")
    says(lead, 2, "I read every tenth letter. #ov.i", "good")
    assert "2 visits made" in lead.post("visits.make_planned").messages
    arrange(lead, "VIS-001", starts_on=["15", "3", "2027"], ends_on=["17", "3", "2027"], contact="Head of the office")
    lead.post("visits.debrief", reference="VIS-001", text="Nobody reads the tide tables.", base="")
    lead.post("documents.upload", title="Log of corrections", body="QUAY", files={"files": [("log.txt", LOG)]})
    do_jobs()
    page = lead.post("documents.open_document", reference="PAP-001")
    assert "Looked through for people: not yet" in page and "who was written to" in page
    form = page.form("/check?page=1") | {"result": "clear", "note": "Offices only."}
    assert "Nobody in it: anybody may read it." in lead.post("documents.save_check", reference="PAP-001", form=form)
    tags(lead, "documents", "PAP-001", "None was sent again", ["AC.ii"], "poor")
    lead.post("other_sources.enter", form=CALL)
    tags(lead, "other_sources", "ELSE-001", "nobody rang back", ["TM.ii", "PL.i"], "background")
    assert "6 requests" in lead.post("register.make_requests").messages
    ask = {"body": "QUAY", "code": "LOG"}
    asked = {"on": ["11", "1", "2026"], "all_the_same": "long-ago"}  # tests stand a year before this inspection
    assert "is saved" in lead.post("register.enter_event", **ask, kind="asked", form=asked).messages
    came = {"on": ["18", "2", "2026"], "done_by": lead.person_id.hex, "units": "1", "parts": ["log"]}
    page = lead.post("register.enter_event", **ask, kind="received", form=came | {"by_ferry": "In a box"})
    assert "Came in" in page and page.status == 200, page
    assert "3 added" in confirm(lead, upload(lead, as_xlsx(FINDINGS, HEADINGS), "letters.xlsx")).messages
    sent = {"finding": "F-01", "relation": "disputes", "reason": ""}
    assert "E-0001 disputes F-01." in lead.post("findings.link_item", reference="E-0001", **sent)
    sent = {"finding": "F-02", "relation": "bears_out", "reason": "The log says so."}
    assert "E-0005 bears out F-02." in lead.post("findings.link_item", reference="E-0005", **sent)


LOG = b"January: four letters were wrong. None was sent again.\nFebruary: the log was lost."
CALL = {
    "family": "calls",
    "title": "Call of 4 March",
    "given_by": "Test caller",
    "body": "SMR",
    "date": ["4", "3", "2027"],
    "words": "The line was answered, and nobody rang back.",
}


def arrange(lead: Client, reference: str, **sent: Any) -> Page:
    """Send the form of a visit as it stands on its page, with some of it changed. Dates are given anew each time."""
    address = lead.address("visits.arrange", reference=reference)
    form = lead.open("GET", address).form("/arrange") | {"starts_on": ["", "", ""], "ends_on": ["", "", ""]}
    page = lead.open("POST", address, form=form | sent)
    assert f"{reference} is saved" in page.messages, page
    return page


def plans(lead: Client, kind: str, body: str, role: str) -> Page:
    page = lead.post(
        "interviews.plan_interview", kind=kind, body=body, role=role, date=["16", "3", "2027"], time="9:30"
    )
    assert page.status == 200 and "TALK-" in page.heading, page
    return page


def says(lead: Client, number: int, words: str, direction: str) -> None:
    sent = {"words": words, "direction": direction, "speaker": "Clerk 1", "said_at": ""}
    page = lead.post("interviews.save_note", reference=f"TALK-{number:03d}", form=sent)
    assert page.status == 200, page


def tags(lead: Client, feature: str, reference: str, words: str, criteria: list[str], direction: str) -> None:
    sent: dict[str, Any] = {"gist": "", "start": "", "end": "", "words": words, "criteria": criteria}
    if feature == "documents":
        sent["page"] = "1"
    page = lead.post(f"{feature}.tag_passage", reference=reference, form=sent | {"direction": direction})
    assert page.status == 200 and "is saved" in page.messages, page
