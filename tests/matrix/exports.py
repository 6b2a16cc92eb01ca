"""Taking the matrix out, as a person does, and reading what came."""

import io
import json
import zipfile
from typing import Any

import openpyxl

from app.formats.comma import read_back
from tests.client import Client, Page
from tests.conftest import ROOT
from tests.evidence.apart import do_jobs
from tests.matrix.json_schema import wrong_by_schema

Rows = list[dict[str, Any]]
PUBLISHED = json.loads((ROOT / "static" / "schema" / "evidence-matrix.schema.json").read_text(encoding="utf-8"))


def export(client: Client, file_format: str, **filters: Any) -> Page:
    """Ask, wait until the job is done, follow the link: the download."""
    asked = client.post("matrix.ask_for_export", form={"format": file_format, **filters})
    assert asked.status == 200, asked
    do_jobs()
    ready = client.open("GET", asked.address)
    assert "The file is ready." in ready, ready
    return client.open("GET", ready.one(".fb-job a")["href"])


def sheets(data: bytes) -> dict[str, Rows]:
    """Each sheet's rows, by its headings; what a cell holds as text, None for an empty one."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    found: dict[str, Rows] = {}
    for sheet in book.worksheets:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        found[sheet.title] = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    book.close()
    return found


def about(data: bytes) -> dict[str, Any]:
    """What a workbook says of itself."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {row[0].value or "": row[1].value for row in book["About"].iter_rows(min_row=2)}


def table(data: bytes) -> tuple[dict[str, str], Rows]:
    """What a CSV says of itself, and its evidence by heading."""
    rows = read_back(data)
    blank = rows.index([])
    return {row[0]: row[1] for row in rows[:blank]}, [
        dict(zip(rows[blank + 1], row, strict=True)) for row in rows[blank + 2 :]
    ]


def archive(data: bytes) -> dict[str, Rows]:
    """Each table of a ZIP by its file's name without '.csv': rows by heading, every value as text."""
    found: dict[str, Rows] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            rows = read_back(package.read(name))
            found[name.removesuffix(".csv")] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return found


def document(data: bytes) -> dict[str, Any]:
    """An export as JSON, found to be of the published form."""
    found: dict[str, Any] = json.loads(data)
    assert wrong_by_schema(found, PUBLISHED) == []
    return found


def parts(page: Page) -> dict[str, bytes]:
    """Every part of a file as it lies there, unpacked, and the headers it came with."""
    found = {"headers": str(page.headers).encode(), "file": page.data}
    if page.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(page.data)) as package:
            found |= {name: name.encode() + b"\n" + package.read(name) for name in package.namelist()}
    return found
