"""What a file is, by its content."""

import struct
from pathlib import Path

import pytest

from app.formats.kinds import KINDS, identify

DATA = Path(__file__).parents[1] / "data"

ODD_ONES = {
    "xlsx/actually_a_png.xlsx": "png",
    "xlsx/EXCEL_95.XLS": "xls",
    "xlsx/password_protected.xlsx": "encrypted_office",
    "docx/text_document_01.odt": "odt",
    "docx/powerpoint_sample.pptx": "pptx",
    "attack/zip_with_symlink.zip": "zip",
}
BY_SUFFIX = {".json": "txt", ".md": "txt", ".xml": "txt", ".svg": "txt"}


def files() -> list[str]:
    return sorted(
        str(path.relative_to(DATA))
        for path in DATA.rglob("*")
        if path.is_file() and path.parent != DATA and path.parent.name != "LICENSES"
    )


@pytest.mark.parametrize("name", files())
def test_every_file_is_what_it_is(name):
    suffix = Path(name).suffix.lower()
    expected = ODD_ONES.get(name) or BY_SUFFIX.get(suffix) or suffix.removeprefix(".")
    assert identify((DATA / name).read_bytes(), name).code == expected


@pytest.mark.parametrize(
    "name", [name for name in files() if Path(name).suffix in (".pdf", ".docx", ".xlsx", ".msg", ".odt")]
)
def test_a_wrong_name_changes_nothing(name):
    data = (DATA / name).read_bytes()
    assert {identify(data, lie) for lie in ("a.txt", "a.csv", "a.png", "a.exe", "")} == {identify(data, name)}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"name,role\nA,B\n", "people.csv", "csv"),
        (b"name,role\nA,B\n", "people.txt", "txt"),
        (b"name\trole\n", "people.tsv", "csv"),
        (b"WEBVTT\n\n", "call.txt", "vtt"),
        (b"\xef\xbb\xbfWEBVTT - a title\n", "call", "vtt"),
        ("WEBVTT\n".encode("utf-16"), "call", "vtt"),
        (b"WEBVTTX", "call.vtt", "txt"),
        (b"From: a\nTo: b\n\nA note.", "note.txt", "txt"),
        (b"Received: by x\nMessage-ID: <1>\n\nHello", "message", "eml"),
        (b"From: a\nTo: b\nSubject: c\nMIME-Version: 1.0\n\nHello", "attachment", "eml"),
        (b"from: a\r\nmime-version: 1.0\r\n\r\nHello", "mail.txt", "eml"),
        (b"\n\nFrom: a\nSubject: c\n c\nMIME-Version: 1.0\n\nHello", "people.csv", "eml"),
        ("From: a\nMIME-Version: 1.0\n\nHello".encode("utf-16-be").join([b"\xfe\xff", b""]), "mail.txt", "eml"),
        (b"To: b\nContent-Type: multipart/mixed;\n\tboundary=x\n\n--x", "mail.txt", "eml"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x", "part", "eml"),
        (b"MIME-Version: 1.0\nContent-Type: text/csv\n\na,b", "part.csv", "eml"),
        (b"To: b\nContent-Type: multipart/mixed\nMIME-Version: 1.0\n\n--x", "note.txt", "txt"),
        (b"From: Anna\nTo: Ben\nSubject: the panel\nDate: 3 March\n\nIt sat in March.", "forwarded", "txt"),
        (b"From: Anna, MIME-Version: 1.0\n\nA note about mail.", "note.txt", "txt"),
        (b"Notes\nFrom: a\nMIME-Version: 1.0\n\nHello", "note.txt", "txt"),
        (b"From a@b Mon Mar  2 10:00:00 2026\nFrom: a\nDate: x\n\nHello", "mail.txt", "mbox"),
        (b"From -\nFrom: a\nMIME-Version: 1.0\n\nHello", "archive.eml", "mbox"),
        (b"From Wessex we heard at 10:00 in 2026\nthat the panel sat.", "note.txt", "txt"),
        (b"From the chair:\nTo: the panel\nDate: 3 March\n\nHello", "note.txt", "txt"),
        (b"Caf\xe9 \x93quoted\x94", "note.txt", "txt"),
        (b"{\\rtf1\\ansi Hello}", "note.doc", "rtf"),
        (b"%PDF-1.7 is how a PDF begins", "note.txt", "pdf"),
        (b"A PDF begins with\n%PDF-1.7", "note.txt", "txt"),
        (b"junk\r\n%PDF-1.4\n1 0 obj<<>>endobj", "scan.pdf", "pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "logo.png", "txt"),
        (b"<!doctype html><script>alert(1)</script>", "page.jpeg", "txt"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", "photo.txt", "jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\x08\x00\x00\x00", "photo", "jpeg"),
        (b"\xff\xd8\xff\xdb\x00\x43\x00\x08\x06\x06", "photo", "jpeg"),
        (b"II*\x00\x08\x00\x00\x00\x00\x00", "scan", "tiff"),
        (b"MM\x00*\x00\x00\x00\x08\x00\x00", "scan", "tiff"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "report.pdf", "unknown"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(8), "report.docx", "unknown"),
        (bytes(range(256)) * 4, "report.txt", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "report.doc", "unknown"),
        (b"PK\x03\x04", "report.docx", "zip"),
        (b"", "report.pdf", "txt"),
    ],
)
def test_small_cases(content, name, code):
    assert identify(content, name).code == code


def test_a_word_file_with_its_end_cut_off_is_still_a_word_file(given):
    assert identify(given("docx/original.docx")[:9000], "a").code == "docx"


def test_a_word_document_that_holds_a_workbook_is_a_word_document(packed):
    inner = packed({"[Content_Types].xml": "", "xl/workbook.xml": ""})
    outer = packed({"[Content_Types].xml": "", "word/document2.xml": "", "word/embeddings/a.xlsx": inner})
    assert identify(outer, "a").code == "docx"


def test_a_chain_of_sectors_that_bites_its_tail_ends(given):
    data = bytearray(given("xlsx/EXCEL_95.XLS"))
    start = struct.unpack_from("<I", data, 0x30)[0]
    fat = (struct.unpack_from("<I", data, 0x4C)[0] + 1) * 512
    struct.pack_into("<I", data, fat + 4 * start, start)
    assert identify(bytes(data), "a").code == "xls"


def test_only_what_can_be_shown_as_a_picture_has_a_picture_type():
    pictures = {kind.code for kind in KINDS.values() if kind.media_type.startswith("image/")}
    assert pictures == {"png", "jpeg", "tiff"}
    assert not {kind.media_type for kind in KINDS.values()} & {"text/html", "image/svg+xml", "application/xhtml+xml"}
