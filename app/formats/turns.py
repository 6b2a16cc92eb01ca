"""Reading a transcript, or notes typed elsewhere, as who said what when. The same jailed child reads it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from . import child, kinds
from .kinds import Kind
from .outcome import Limits, Trouble, clean
from .reading import without_reading

KINDS = (kinds.VTT, kinds.DOCX, kinds.ODT, kinds.TXT, kinds.PDF)
_LONGEST_SPEAKER = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """One paragraph or cue: see extract/turns.py."""

    speaker: str
    lead: str
    at: int | None  # milliseconds from the beginning of the recording
    words: str


@dataclass(frozen=True, slots=True)
class Transcript:
    turns: tuple[Turn, ...]  # in the order of the file
    left_out: dict[str, int]  # what is no speech ('comments', 'styles', 'margins'), and how often
    trouble: Trouble | None
    jailed: bool


def read_turns(data: bytes, kind: Kind, limits: Limits = Limits(), *, require_jail: bool = True) -> Transcript:  # noqa: B008
    """Who said what in a file. Kinds that hold no transcript are `not_read`.

    An import should refuse a transcript with trouble: `too_large` comes with what was read up to the limit.
    """
    if trouble := without_reading(data, kind) or (None if kind in KINDS else Trouble.NOT_READ):
        return Transcript((), {}, trouble, jailed=False)
    told = child.ask("turns", kind.code, data, limits, "shut" if require_jail else "try")
    left_out = Counter(what for message in told.messages if isinstance(what := message.get("left_out"), str))
    return Transcript(tuple(_turns(told, limits)), dict(left_out), told.trouble, jailed=bool(told.shut))


def _turns(told: child.Told, limits: Limits) -> Iterator[Turn]:
    for message in told.messages[: limits.rows]:
        match message:
            case {"turn": [str(speaker), str(lead), int() | None as at, str(words)]}:
                yield Turn(" ".join(clean(speaker).split())[:_LONGEST_SPEAKER], clean(lead), at, clean(words))
