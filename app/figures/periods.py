"""For what period a figure stands: so that quarters are not drawn beside years, as if they were as long. Pure."""

import re
from collections.abc import Mapping, Sequence

# What a drawing of each kind is called. Months and years are no words of a pack: they are the same for every theme.
KINDS = {
    "day": "days",
    "week": "weeks",
    "month": "months",
    "quarter": "quarters",
    "half": "half-years",
    "year": "years",
    "other": "other periods",
    "total": "totals",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_YEARS = {"year", "years", "annual", "fy", "cy"}
_TOTALS = {"total", "totals", "subtotal", "overall"}
_BETWEEN = frozenset(
    """to and the of in from until up date calendar financial full whole ending ended end commencing beginning
    starting first second third fourth last st nd rd th all grand sub q h w c quarter quarters half week weeks month
    months day days""".split()  # noqa: SIM905  # a list would take twenty lines
)
_HEADS = {"day": "day", "date": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}


def of_row(name: str) -> str:
    """The kind of period that a row is called by, as 'Q1 2024', '2023/24' or 'Total'; empty for any other name."""
    tokens = _TOKEN.findall(name.casefold())
    if not tokens or not all(_says_when(token) for token in tokens):
        return ""
    return _kind(name.casefold(), tokens)


def in_title(title: str) -> str:
    """The kind of period that the words of a title name: 'Reviews requested, 2024'. Empty where they name none."""
    tokens = _TOKEN.findall(title.casefold())
    # Of words that say other things, too, only the plain ones count: no numbers, and 'may' only before a year.
    said = [
        token
        for token, after in zip(tokens, [*tokens, ""][1:], strict=True)
        if _YEAR.fullmatch(token) or (_MONTH.fullmatch(token) and (token != "may" or _YEAR.fullmatch(after)))
    ]
    said += [token for token in tokens if token in ("quarter", "week") or token in _YEARS]
    said += [short[1] for short in re.finditer(r"\b([qh])[1-4]\b", title.casefold())]
    kind = _kind(title.casefold(), said) if said else ""
    return "" if kind == "total" else kind


def of_rows(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]], title: str = "") -> list[str]:
    """Of each row the kind of its period: by what it is called, by a column of periods, else by the table's title."""
    places = [0] if columns else []
    places += [place for place in range(len(columns)) if is_period(columns, rows, place) and place]
    otherwise = in_title(title)
    found = []
    for row in rows:
        kinds = [_in_cell(columns[place], row[place]) for place in places if place < len(row)]
        found.append(next((kind for kind in reversed(kinds) if kind), otherwise))
    return found


def is_period(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column says for when the others are. A bare 2024 is a year only under a heading that says so."""
    column, cells = columns[place], [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    if column.get("code") or not cells:
        return False
    if any(_YEAR.fullmatch(cell) for cell in cells) and not _heads_periods(column["head"]):
        return False
    return all(_in_cell(column, cell) for cell in cells)


def _heads_periods(head: str) -> bool:
    return any(word.rstrip("s") in {*_HEADS, "period", "when"} for word in _TOKEN.findall(head.casefold()))


def _in_cell(column: Mapping[str, str], cell: str) -> str:
    """'First' under 'Quarter' is a quarter."""
    kind = of_row(cell)
    under = _HEADS.get(" ".join(_TOKEN.findall(column["head"].casefold())).rstrip("s"), "")
    return under if cell.strip() and under and kind in ("", "other") else kind


def _says_when(token: str) -> bool:
    if token.isdecimal():
        return len(token) <= 2 or _YEAR.fullmatch(token) is not None
    return token in _BETWEEN or token in _YEARS or token in _TOTALS or _MONTH.fullmatch(token) is not None


def _kind(text: str, tokens: Sequence[str]) -> str:
    there = set(tokens)
    years = [int(token) for token in tokens if _YEAR.fullmatch(token)]
    months = [_MONTHS.index(token[:3]) for token in tokens if _MONTH.fullmatch(token)]
    if there & {"week", "weeks"} or {"w", "c"} <= there:
        return "week"
    if there & {"quarter", "quarters", "q"}:
        return "quarter"
    if there & {"half", "h"}:
        return "half"
    if {"to", "date"} <= there:
        return "other"
    if counted := re.search(r"\b(\d+) months\b", text):
        return _as_long_as(int(counted[1]))
    if len(months) > 1:
        apart = 12 * (years[-1] - years[0]) if len(years) > 1 else 12 * (months[-1] < months[0])
        return _as_long_as(apart + months[-1] - months[0] + 1)
    if there & _YEARS:
        return "year"
    if months:
        return "day" if re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?[a-z]{3}", text) else "month"
    if years:
        return "year" if years[-1] - years[0] <= 1 else "other"
    return "total" if there & _TOTALS else ""


def _as_long_as(months: int) -> str:
    return {1: "month", 3: "quarter", 6: "half", 12: "year"}.get(months, "other")
