"""The pack's words of a letter as a Word template: what the team downloads, edits and sends back."""

import io

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from docx.table import Table

from app.inspections.requests import LetterWordsPart

_FONT = "Arial"


def make_template(letter: LetterWordsPart) -> bytes:
    """A4, one table whose second row is repeated for each request, and whose head is repeated on each page."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    for name, size in (("Normal", 11), ("Heading 1", 15)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
    for words, story in ((letter.header, section.header), (letter.footer, section.footer)):
        story.paragraphs[0].text = words
    document.add_heading(letter.title, level=1)
    for words in letter.before:
        document.add_paragraph(words)
    table = document.add_table(rows=2, cols=len(letter.columns))
    table.style = "Table Grid"
    head, row = table.rows
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for place, column in enumerate(letter.columns):
        paragraph = head.cells[place].paragraphs[0]
        paragraph.add_run(column.head).bold = True
        for number, words in enumerate(column.cells):
            cell = row.cells[place]
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.add_run(words).font.size = Pt(10)
    _set_widths(table, [len(column.cells) for column in letter.columns])
    document.add_paragraph()
    for words in letter.after:
        document.add_paragraph(words)
    properties = document.core_properties
    properties.author, properties.comments, properties.title = "Fieldbook", "", letter.label
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_widths(table: Table, cells: list[int]) -> None:
    """A column of several paragraphs takes half of the page; the others share what is left."""
    widest = cells.index(max(cells))
    for place, column in enumerate(table.columns):
        width = Cm(17 / len(cells)) if len(cells) < 3 else Cm(7.5 if place == widest else 9.5 / (len(cells) - 1))
        for cell in column.cells:
            cell.width = width
