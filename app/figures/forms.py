"""Forms of figures. A grid has a heading for each column and a cell for each row of it; how large it is, it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSubmitInput
from wtforms import BooleanField, HiddenField, RadioField, SubmitField
from wtforms.validators import Optional

from app.documents.models import Document
from app.figures.reckoning import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, alike, gap, read_number
from app.figures.services import Figures
from app.inspections.requests import FieldPart, RequestPart
from app.web.forms import FlaskForm, Line
from app.web.pages import count

OWN = "own"  # the answer that columns are no request's
STORABLE = "a character that cannot be stored"


@dataclass(slots=True)
class Grid:
    """What was typed into a table, as it was typed. `fixed`: its columns are a request's fields."""

    columns: list[dict[str, str]]
    rows: list[list[str]]
    fixed: bool = False
    numbers: tuple[str, ...] = ()  # codes of columns that hold numbers only
    wrong: list[tuple[str, str]] = field(default_factory=list)  # id of the input, and the sentence
    focus: str = ""  # id of the first input that was added, where the keyboard goes on

    @classmethod
    def empty(cls, fields: Sequence[FieldPart], columns: int = 3, rows: int = 4) -> "Grid":
        heads = [{"head": part.label, "code": part.code} for part in fields]
        heads = heads or [{"head": "", "code": ""} for _ in range(columns)]
        return cls(heads, [[""] * len(heads) for _ in range(1 if fields else rows)], bool(fields), _numbers(fields))

    @classmethod
    def read(cls, form: Mapping[str, str], fields: Sequence[FieldPart], present: "Grid | None" = None) -> "Grid":
        """As it was sent, cut to what a table may have. Columns that are a request's keep their headings."""
        given = present or cls.empty(fields)
        width = _size(form.get("columns", ""), len(given.columns), MOST_COLUMNS)
        height = _size(form.get("rows", ""), len(given.rows), MOST_ROWS)
        columns = given.columns
        if not given.fixed:
            codes = [column["code"] for column in given.columns] + [""] * width
            columns = [{"head": form.get(f"head-{n}", "").strip(), "code": codes[n]} for n in range(width)]
        rows = [[form.get(f"cell-{r}-{c}", "").strip() for c in range(len(columns))] for r in range(height)]
        return cls(columns, rows, given.fixed, given.numbers)

    def grow(self, rows: int = 0, columns: int = 0) -> None:
        high, wide = len(self.rows), len(self.columns)
        if not self.fixed:
            for _ in range(min(columns, MOST_COLUMNS - len(self.columns))):
                self.columns.append({"head": "", "code": ""})
        self.rows = [row + [""] * (len(self.columns) - len(row)) for row in self.rows]
        for _ in range(min(rows, MOST_ROWS - len(self.rows))):
            self.rows.append([""] * len(self.columns))
        if len(self.columns) > wide:
            self.focus = f"head-{wide}"
        else:
            self.focus = f"cell-{min(high, len(self.rows) - 1)}-0"

    def give_back(self) -> None:
        """Make its columns no request's any more."""
        for column in self.columns:
            column["code"] = ""
        self.fixed, self.numbers = False, ()

    def filled(self) -> tuple[list[dict[str, str]], list[list[str]]]:
        """Without rows and columns that are all blank."""
        rows = [row for row in self.rows if any(row)]
        keep = [c for c, column in enumerate(self.columns) if column["head"] or any(row[c] for row in rows)]
        if self.fixed:
            keep = list(range(len(self.columns)))
        return [self.columns[c] for c in keep], [[row[c] for c in keep] for row in rows]

    def check(self) -> bool:
        """Whether it can be kept; what is wrong stands in `wrong`."""
        columns, rows = self.filled()
        for c, column in enumerate(self.columns):
            cells = [row[c] for row in self.rows]
            if not column["head"] and any(cells):
                self.wrong.append((f"head-{c}", f"Enter a heading for column {c + 1}"))
            for r, cell in enumerate(cells):
                place = f"row {r + 1}, ‘{column['head'] or f'column {c + 1}'}’"
                if len(cell) > LONGEST_CELL:
                    self.wrong.append(
                        (f"cell-{r}-{c}", f"The cell of {place} is longer than {LONGEST_CELL} characters")
                    )
                elif column["code"] in self.numbers and not gap(cell) and read_number(cell) is None:
                    self.wrong.append((f"cell-{r}-{c}", f"Enter a number in {place}, such as 12 or 1,250"))
        for c, column in enumerate(self.columns):
            for name, text in (
                (f"head-{c}", column["head"]),
                *((f"cell-{r}-{c}", row[c]) for r, row in enumerate(self.rows)),
            ):
                if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text):
                    self.wrong.append((name, f"There is {STORABLE}: type it again"))
        if not rows and not self.wrong:
            self.wrong.append(("cell-0-0", "Enter at least one figure"))
        heads = [alike(column["head"]) for column in columns if column["head"]]
        if len(set(heads)) < len(heads):
            self.wrong.append(("head-0", "Two columns have the same heading: change one of them"))
        return not self.wrong


class FiguresForm(FlaskForm):
    """What stands beside the grid."""

    title = Line("What the figures are", required="Enter what the figures are", longest=200)
    page = Line(
        "Page that they were typed from (optional)", longest=20, description="Counted from the document’s first page."
    )
    submit = SubmitField("Keep these figures", widget=GovSubmitInput())

    def figures(self, grid: Grid, request: str) -> Figures:
        columns, rows = grid.filled()
        return Figures(self.title.data or "", columns, rows, request, page=(self.page.data or "").strip())

    def check_page(self, document: Document) -> bool:
        """Whether the document has that page, as far as its pages are counted."""
        given = (self.page.data or "").strip()
        if not document.pages or not given.isdecimal() or 1 <= int(given) <= document.pages:
            return True
        pages = count(document.pages, "page")
        self.page.errors = [f"{document.reference} has {pages}: enter one of them, or leave this empty"]
        return False


class CorrectForm(FlaskForm):
    title = Line("What the figures are", required="Enter what the figures are", longest=200)
    fields = RadioField("Whose the columns are", widget=GovRadioInput(), validators=[Optional()])
    reason = Line("Why they are corrected", required="Enter why they are corrected", longest=500)
    version = HiddenField()
    submit = SubmitField("Save the correction", widget=GovSubmitInput())

    def has_one_of(self, part: RequestPart | None, grid: Grid) -> bool:
        """Whether a column is headed like a number of the request whose they are said to be from now on."""
        labels = [one.label for one in part.fields if one.type == "number"] if part else []
        heads = {alike(column["head"]) for column in grid.columns}
        if part is None or any(alike(label) in heads for label in labels):
            return True
        listed = ", ".join(f"‘{label}’" for label in labels)
        self.fields.errors = [f"No column is headed like a number of {part.id}. Change the headings first, to {listed}"]
        return False


class CellsForm(FlaskForm):
    """A range of a sheet, looked at first and then kept."""

    title = Line("What the figures are", required="Enter what the figures are", longest=200)
    fields = RadioField("Whose the columns are", widget=GovRadioInput(), validators=[Optional()])
    numbers_head = BooleanField("", widget=GovCheckboxInput())
    submit = SubmitField("Keep these figures", widget=GovSubmitInput())

    def ask(self, offered: Sequence[tuple[str, str]], headed_by: Sequence[str]) -> None:
        """Offer the requests (code and label) whose the columns may be; name the numbers that stand as headings."""
        self.fields.choices = [*offered, (OWN, "Columns of their own, compared with no others")] if offered else []
        self.numbers_head.label.text = f"{', '.join(headed_by)}: headings, and no figures"
        self.asks = bool(offered), bool(headed_by)

    def is_answered(self) -> bool:
        """Whether what it asks is answered; what is not stands at its field."""
        whose, headed = self.asks
        if whose and not self.fields.data:
            self.fields.errors = ["Say whose the columns are"]
        if headed and not self.numbers_head.data:
            self.numbers_head.errors = [
                "Say that these numbers are headings, or look at the cells anew without a first row that heads them"
            ]
        return not self.fields.errors and not self.numbers_head.errors


class WithdrawForm(FlaskForm):
    reason = Line("Why", required="Enter why they are withdrawn", longest=500)
    submit = SubmitField("Withdraw these figures", widget=GovSubmitInput())


def _numbers(fields: Sequence[FieldPart]) -> tuple[str, ...]:
    return tuple(part.code for part in fields if part.type == "number")


def _size(given: str, otherwise: int, most: int) -> int:
    return max(1, min(int(given), most)) if given.isascii() and given.isdigit() and len(given) < 6 else otherwise
