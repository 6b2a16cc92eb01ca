"""Two who change the same thing: what the one who comes second is shown, and what becomes of what both typed.

A form carries digests of what it said when it was opened. So it can be told for each field who changed it: what only
somebody else changed is taken over into the form, what both changed is shown both ways and left to be chosen. Without
that, as from a page that was open across an upgrade, whatever differs counts as changed by both.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from wtforms import Field, HiddenField, SubmitField
from wtforms.fields.choices import SelectFieldBase
from wtforms.widgets import HiddenInput

from app.web import clock
from app.web.forms import FlaskForm, name_of
from app.web.pages import long_date


class Whose(StrEnum):
    """Who changed a field since the form was opened."""

    BOTH = "both"
    THEIRS = "theirs"
    YOURS = "yours"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a form says of its row."""

    label: str
    value: Any  # as JSON has it
    words: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Where what is saved now and what somebody sent are not the same."""

    label: str
    now: str
    yours: str  # what was sent: what it said before, where only somebody else changed it
    whose: Whose


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did to the row meanwhile."""

    actor: str
    at: datetime
    deed: str  # in words: 'scheduled it'
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the page shows of it: components/conflict.html."""

    changes: Sequence[Change]
    differences: Sequence[Difference]


class Opened(FlaskForm):
    """A form that changes a row, and knows what the row said when it was opened."""

    opened = HiddenField()
    beside = frozenset({"reason", "words"})  # fields that say something of the change, and nothing of the row

    def parts(self) -> dict[str, Part]:
        """What it says of its row, by the names of its fields."""
        return {
            field.name: Part(label_of(field), _plain(field.data), _words(field))
            for field in self
            if field.name not in self.beside and not isinstance(field, SubmitField)
            # A field that is not shown is not the row's, but the form's own.
            if not isinstance(field.widget, HiddenInput)
        }

    def take(self, name: str, present: "Opened") -> None:
        """Have one part say what the row says now."""
        field = self[name]
        field.process(None, data=present[name].data)
        field.raw_data = None  # what was sent would be shown else

    def stamp(self) -> str:
        """What it says now, to be sent along; what it said when it was opened, where it comes back."""
        return self.opened.data or json.dumps({"at": clock.now().isoformat(), "was": self._digests()})

    def opened_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(str(self._opened().get("at")))
        except ValueError:
            return None

    def is_as_opened(self, present: "Opened") -> bool:
        """Whether the row still says all that it said then, whatever else of it changed."""
        return self._was() == present._digests()

    def changed(self) -> set[str]:
        """The parts of which it says something else than when it was opened: all, where that is not known."""
        was = self._was()
        return {name for name, digest in self._digests().items() if was.get(name) != digest}

    def meet(self, present: "Opened") -> list[Difference]:
        """Where it differs from the form of the row as it is now; what only somebody else changed is taken over.

        Sent again, it is a change of what is there now. It still knows since when, and what both had changed: somebody
        may change the row once more while one decides.
        """
        was, now, found = self._was(), present.parts(), []
        before, both = self._opened().get("both"), set()
        for name, mine in self.parts().items():
            if mine.value == now[name].value:
                continue
            whose = {_digest(mine.value): Whose.THEIRS, _digest(now[name].value): Whose.YOURS}.get(
                was.get(name, ""), Whose.BOTH
            )
            if whose is Whose.YOURS and isinstance(before, list) and name in before:
                whose = Whose.BOTH
            if whose is Whose.BOTH:
                both.add(name)
            found.append(Difference(mine.label, now[name].words, mine.words, whose))
            if whose is Whose.THEIRS:
                self.take(name, present)
        at = (self.opened_at() or clock.now()).isoformat()
        self.opened.data = json.dumps({"at": at, "was": present._digests(), "both": sorted(both)})
        return found

    def _digests(self) -> dict[str, str]:
        return {name: _digest(part.value) for name, part in self.parts().items()}

    def _opened(self) -> dict[str, Any]:
        try:
            found = json.loads(self.opened.data or "")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _was(self) -> dict[str, str]:
        was = self._opened().get("was")
        return was if isinstance(was, dict) else {}


def label_of(field: Field) -> str:
    """What a field is called where it stands among others."""
    return name_of(str(field.label.text))


def _plain(data: Any) -> Any:
    """What a field holds, the same however it came there: from a row, or from a form that was sent."""
    if isinstance(data, date):
        return data.isoformat()
    if isinstance(data, list | tuple | set):
        return sorted(str(one) for one in data)
    return data if isinstance(data, bool) else "" if data is None else str(data).strip()


def _words(field: Field) -> str:
    data = field.data
    if isinstance(field, SelectFieldBase):
        chosen = _plain(data) if isinstance(data, list) else [_plain(data)]
        return ", ".join(str(label) for value, label, *_ in field.iter_choices() if str(value) in chosen) or "nothing"
    if isinstance(data, bool):
        return "yes" if data else "no"
    return (long_date(data) if isinstance(data, date) else str(_plain(data))) or "nothing"


def _digest(value: Any) -> str:
    """Long enough to tell values apart, too short to be read back."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
