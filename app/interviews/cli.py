import click
from flask.cli import AppGroup

from app.inspections.queries import list_inspections
from app.inspections.references import read_reference
from app.interviews import queries, receipt_queries
from app.interviews.receipts import Checked, check_receipt, fingerprint_of
from app.web.pages import count, long_moment

interviews = AppGroup("interviews", help="Interviews and focus groups.")


@interviews.command("verify")
@click.argument("reference")
@click.option("--inspection", help="The code of the inspection; needed where there is more than one.")
def verify_command(reference: str, inspection: str | None) -> None:
    """Look up what the server holds of REFERENCE, such as INT-007, against every receipt that was given of it.

    Ends with 1 when words of a receipt are not held as they were.
    """
    known = {row.code: row for row in list_inspections()}
    if inspection is None and len(known) == 1:
        inspection = next(iter(known))
    if inspection not in known:
        raise click.ClickException(f"Say which inspection with --inspection. There are: {', '.join(known) or 'none'}.")
    read = read_reference(reference)
    interview = queries.find_interview(known[inspection].id, read[1]) if read else None
    if interview is None or read is None or interview.prefix != read[0]:
        raise click.ClickException(f"There is no interview {reference[:40]} in {inspection}.")
    held = receipt_queries.list_held(interview.id, every_version=True)
    receipts = receipt_queries.list_receipts(interview.id)
    checked = [check_receipt(receipt, held) for receipt in receipts]
    if not checked:
        click.echo(f"{interview.reference}: no receipt was given yet. Its page makes one.")
    for one in checked:
        click.echo(f"{interview.reference}, receipt of {long_moment(one.receipt.made_at)}: {_said(one)}")
    if not all(one.is_whole for one in checked):
        raise SystemExit(1)


def _said(one: Checked) -> str:
    receipt = one.receipt
    notes = [(number, sha256) for number, sha256 in receipt.lines]
    if fingerprint_of(notes) != receipt.fingerprint:
        return "THE RECEIPT ITSELF WAS CHANGED."
    what = f"{count(receipt.notes, 'note')}, {count(receipt.words, 'word')}, fingerprint {receipt.fingerprint}"
    if not one.is_whole:
        return f"{what}. NOT HELD AS IT WAS: {_numbers(one.missing)}."
    since = [f"{words}: {_numbers(numbers)}" for words, numbers in one.since]
    if one.moved:
        since.append("the notes are in another order")
    return f"{what}. All is held. Since then {'; '.join(since) if since else 'nothing has changed'}."


def _numbers(numbers: list[int]) -> str:
    return ("note " if len(numbers) == 1 else "notes ") + ", ".join(map(str, numbers))
