"""Spreadsheets of file findings, made on the spot."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from tests.client import Client, Page

HEADINGS = ("Reference", "Finding", "Criteria", "Area", "Files", "Applicable")
Row = Sequence[Any]


def as_csv(rows: Sequence[Row], headings: Row = HEADINGS) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([headings, *rows])
    return target.getvalue().encode()


def as_xlsx(rows: Sequence[Row], headings: Row = HEADINGS) -> bytes:
    """Texts stay texts in it, as a person's own spreadsheet may have them: '=1+1' too."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("Findings")
        for at, row in enumerate([headings, *rows]):
            for column, value in enumerate(row):
                (sheet.write_string if isinstance(value, str) else sheet.write)(at, column, value)
    return target.getvalue()


MAKE = {"csv": as_csv, "xlsx": as_xlsx}


def upload(client: Client, data: bytes, name: str = "findings.csv", **options: Any) -> Page:
    return client.post("findings.upload_sheet", files={"file": (name, data)}, **options)


def confirm(client: Client, preview: Page, **sent: Any) -> Page:
    return client.open("POST", preview.address, form=sent)


def shown(preview: Page) -> dict[int, tuple[str, list[str]]]:
    """The row's own number to what it does and what is said of it: faults, or differences."""
    return {
        int(row.select_one("th").get_text()): (
            row.select_one(".moj-badge").get_text(),
            [" ".join(line.get_text().split()) for line in row.select("li")],
        )
        for row in preview.all("tbody tr")
    }
