"""Who said it, so generally that nobody is recognised: roles and places by the pack's ladders.

Source: rules.yaml, `generalisation`. The people who share a label are counted over the sessions in the export; the
lowest rung at which there are enough is taken, then the place in the same way, with that label. A session whose last
rung is still shared by too few gets no label: its words are left out.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.inspections.rules import GeneralisationPart


@dataclass(frozen=True, slots=True)
class Place:
    """What the ladder of places must know of a body."""

    name: str
    visited: bool = False
    pilot: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """A source: who speaks in it, and for which body."""

    key: Hashable
    kind: str  # the label of its kind: 'Interview', 'Document'
    role: str = ""  # a code; empty where there is none
    role_label: str = ""
    place: Place | None = None
    people: int = 1  # one where it is not known
    session: bool = True  # somebody was spoken to; in a document or in figures nobody is


@dataclass(frozen=True, slots=True)
class Label:
    """What an export may say of a source."""

    role: str
    place: str


def labels(voices: Iterable[Voice], rule: GeneralisationPart) -> dict[Hashable, Label | None]:
    """Each source's label; None for one whose words must be left out."""
    all_of_them = list(voices)
    rungs = {voice.key: _rungs(voice, rule.ladders) for voice in all_of_them}
    places = {voice.key: _places(voice.place, rule.places) for voice in all_of_them}
    sharing: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for voice in all_of_them:
        for rung in rungs[voice.key]:
            sharing[rung] += voice.people
            for place in places[voice.key]:
                together[rung, place] += voice.people
    found: dict[Hashable, Label | None] = {}
    for voice in all_of_them:
        role = next((rung for rung in rungs[voice.key] if sharing[rung] >= rule.minimum_group), None)
        if role is None and voice.session:
            found[voice.key] = None
            continue
        shared = role if role is not None else voice.kind
        own = places[voice.key]
        place = next((rung for rung in own if together[shared, rung] >= rule.minimum_group), own[-1] if own else "")
        found[voice.key] = Label(shared if voice.session and voice.role else "", place)
    return found


def recognisable(role: str, rule: GeneralisationPart) -> str:
    """Why whoever holds a role (its code) is recognised by it, in the pack's words; empty for other roles."""
    found = rule.recognisable_role
    return found.when if found and found.warn and role in found.roles_usually else ""


def month(day: date | None) -> str:
    """'March 2026': no export of this kind says the day."""
    return f"{day:%B %Y}" if day else ""


def _rungs(voice: Voice, ladders: Mapping[str, list[str]]) -> list[str]:
    """From the narrowest label to the widest; without a ladder, the kind of source is the widest."""
    ladder = ladders.get(voice.role)
    if ladder:
        return list(dict.fromkeys(ladder))
    return [voice.role_label, voice.kind] if voice.session and voice.role else [voice.kind]


def _places(place: Place | None, rungs: list[str]) -> list[str]:
    """The pack's places that are true of a body: its name, 'a pilot Area', 'an Area that we visited', all of them."""
    if place is None or not rungs:
        return []
    true_of_it = [True, place.pilot, place.visited]
    last = len(rungs) - 1
    return [
        rung.replace("{area}", place.name)
        for at, rung in enumerate(rungs)
        if at == last or (at < len(true_of_it) and true_of_it[at])
    ]
