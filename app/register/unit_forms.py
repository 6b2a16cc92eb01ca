"""The form of a unit's details, made of the fields that the pack gives its request."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput
from wtforms import Field, HiddenField, SelectField, SubmitField

from app.inspections.models import Body
from app.inspections.requests import FieldPart
from app.register.forms import day
from app.register.units import Fields
from app.web import clock
from app.web.asking import AskedFirst
from app.web.conflicts import Opened
from app.web.forms import Line, WholeNumber
from app.web.pages import long_date

LARGEST = 1_000_000
YEAR_AHEAD = timedelta(days=366)  # an agenda may be of a panel to come; a day later than that is a slip
LONGEST = 500


class UnitForm(Opened, AskedFirst):
    version = HiddenField()

    def is_possible(self, parts: Sequence[FieldPart]) -> bool:
        """Whether figures and days can be so; what cannot stands at its field, in a sentence."""
        latest = clock.today() + YEAR_AHEAD
        fields = {part.code: self[_name(part)] for part in parts}
        possible = True
        for part in parts:
            field, other = fields[part.code], fields.get(part.at_most)
            if part.type == "date" and field.data and field.data > latest:
                field.errors = [f"{part.label} is in {field.data.year}, more than a year ahead: see to the year"]
                possible = False
            most = other.data if other is not None else None
            if part.type == "number" and None not in (field.data, most) and field.data > most:
                which = next(one.label for one in parts if one.code == part.at_most)
                field.errors = [f"{part.label} must not be more than {most:,}, which is ‘{which}’"]
                possible = False
        return possible

    def first(self, parts: Sequence[FieldPart]) -> Field:
        return self[_name(parts[0])]

    def typed(self, parts: Sequence[FieldPart]) -> list[str]:
        """The words that were typed."""
        return [self[_name(part)].data or "" for part in parts if part.type == "text"]

    def kept(self, parts: Sequence[FieldPart]) -> Fields:
        """What is to be kept: nothing of a field that is empty."""
        values = {part.code: self[_name(part)].data for part in parts}
        return {code: _plain(value) for code, value in values.items() if value not in (None, "")}


def unit_form(parts: Sequence[FieldPart], bodies: Sequence[Body], **data: Any) -> UnitForm:
    """As it was sent; of `data` where that is given."""
    fields = {_name(part): _field(part) for part in parts} | {"submit": SubmitField("Save", widget=GovSubmitInput())}
    kind = type("OneUnitForm", (UnitForm,), fields)
    form: UnitForm = kind(formdata=None, data=data) if data else kind()
    for part in parts:
        if part.type in ("choice", "area"):
            offered = [(one, one) for one in part.options] or [(body.code, body.name) for body in bodies]
            form[_name(part)].choices = [("", "Not said"), *offered]
    return form


def values_of(parts: Sequence[FieldPart], fields: Fields) -> dict[str, Any]:
    """What is kept, as the form wants it."""
    return {_name(part): _read(part, fields[part.code]) for part in parts if part.code in fields}


def in_words(parts: Sequence[FieldPart], fields: Fields, bodies: Sequence[Body]) -> Fields:
    """What is kept as pages say it, by the pack's labels and in its order."""
    names = {body.code: body.name for body in bodies}
    return {part.label: _said(part, fields[part.code], names) for part in parts if fields.get(part.code)}


def _name(part: FieldPart) -> str:
    return f"of_{part.code}"  # a pack may call a field 'version', as the form calls one of its own


def _field(part: FieldPart) -> Any:
    label = f"{part.label} (optional)"
    match part.type:
        case "date":
            return day(label)
        case "number":
            return WholeNumber(label, 0, LARGEST)
        case "choice" | "area":
            return SelectField(label, widget=GovSelect())
    return Line(label, longest=LONGEST, description="Roles and organisations, never a person’s name.")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(part: FieldPart, value: str) -> Any:
    match part.type:
        case "date":
            return date.fromisoformat(value)
        case "number":
            return int(value)
    return value


def _said(part: FieldPart, value: str, names: dict[str, str]) -> str:
    match part.type:
        case "date":
            return long_date(date.fromisoformat(value))
        case "number":
            return f"{int(value):,}"
        case "area":
            return names.get(value, value)
    return value
