"""The files of a demonstration, made of its words: Word, PDF, Excel, CSV, e-mail, plain text."""

import csv
import io
import textwrap
import zipfile
from email.message import EmailMessage
from xml.sax.saxutils import escape

import xlsxwriter

from app.demonstration.content import DocumentContent, read_marks

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PAGE_BREAK = "---"
_LINE, _LINES = 88, 46  # of a PDF's page


def make_file(document: DocumentContent) -> bytes:
    """The bytes of the document, in the format that its name ends in. Raises KeyError for another."""
    return _MAKERS[document.file.rsplit(".", 1)[1]](document)


def _text(document: DocumentContent) -> bytes:
    return read_marks(document.text)[0].encode()


def _word(document: DocumentContent) -> bytes:
    paragraphs = []
    for line in read_marks(document.text)[0].splitlines():
        marks = len(line) - len(line.lstrip("#"))
        style = f'<w:pPr><w:pStyle w:val="Heading{marks}"/></w:pPr>' if marks else ""
        if words := line.lstrip("#").strip():
            shown = f"• {words[2:]}" if words.startswith("- ") else words
            paragraphs.append(f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(shown)}</w:t></w:r></w:p>')
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:pPr><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:sz w:val="{36 - 6 * level}"/></w:rPr></w:style>'
        for level in (1, 2)
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{_MAIN}">{styles}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{_MAIN}"><w:body>{"".join(paragraphs)}</w:body></w:document>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            archive.writestr(zipfile.ZipInfo(name), head + content)
    return packed.getvalue()


def _excel(document: DocumentContent) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False}) as book:
        heading, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in document.sheets.items():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, max(len(row) for row in rows) - 1, 20, wrapped)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    value = read_marks(cell)[0] if isinstance(cell, str) else cell
                    sheet.write(number, column, value, None if number else heading)
    return packed.getvalue()


def _table(document: DocumentContent) -> bytes:
    target = io.StringIO(newline="")
    rows = [[read_marks(cell)[0] if isinstance(cell, str) else cell for cell in row] for row in document.rows]
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue().encode()


def _mail(document: DocumentContent) -> bytes:
    assert document.mail is not None, document.file
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = document.mail.sender, document.mail.to, document.mail.subject
    mail["Date"] = document.mail.date
    mail["Message-ID"] = f"<{document.mail.date:%Y%m%d%H%M}@{document.mail.sender.rsplit('@', 1)[1]}>"
    mail.set_content(read_marks(document.text)[0])
    return mail.as_bytes()


def _pdf(document: DocumentContent) -> bytes:
    """One column of Helvetica: `---` on a line of its own begins a page."""
    pages: list[list[str]] = []
    for text in read_marks(document.text)[0].split(f"\n{PAGE_BREAK}\n"):
        lines = [part for line in text.splitlines() for part in textwrap.wrap(line, _LINE) or [""]]
        pages += [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    kids = []
    for lines in pages:
        shown = "".join(f"({_pdf_string(line)}) Tj T*\n" for line in lines)
        stream = f"BT /F 11 Tf 15 TL 60 780 Td\n{shown}ET"
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects) + 2} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{out}{end}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n".encode("latin-1")


def _pdf_string(line: str) -> str:
    """A line in PDF's own notation, in Windows-1252 as the font's encoding says."""
    return "".join(
        f"\\{byte:03o}" if byte > 126 or chr(byte) in "()\\" else chr(byte) for byte in line.encode("cp1252")
    )


_MAKERS = {"txt": _text, "docx": _word, "xlsx": _excel, "csv": _table, "eml": _mail, "pdf": _pdf}
