"""The durability receipt of an interview."""

from flask import flash, g, url_for

from app.access import Action, allow
from app.inspections.gate import CurrentInspection
from app.interviews import receipt_queries
from app.interviews.receipts import check_receipt, give_receipt
from app.interviews.views import bp, get_interview
from app.web.pages import count, page, to


@bp.get("/<reference>/receipt")
@allow(Action.READ)
def show_receipts(inspection: CurrentInspection, reference: str):
    """Every receipt, each looked up again now in what the database holds."""
    interview = get_interview(inspection, reference)
    receipts = receipt_queries.list_receipts(interview.id)
    held = receipt_queries.list_held(interview.id, every_version=True) if receipts else []
    checked = [check_receipt(receipt, held) for receipt in receipts]
    return page("interviews/receipt.html", interview=interview, checked=checked)


@bp.post("/<reference>/receipt")
@allow(Action.RECORD)
def make_receipt(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    receipt = give_receipt(interview, by=g.actor)
    flash(f"The server holds {count(receipt.notes, 'note')} with {count(receipt.words, 'word')}.", "success")
    return to(url_for(".show_receipts", reference=interview.reference))
