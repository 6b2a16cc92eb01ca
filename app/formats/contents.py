"""What lies in a file: first as a list, then what is wanted of it. The jailed child takes it apart."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import child, kinds
from .kinds import KINDS, UNKNOWN, Kind
from .outcome import INNER, LINK, OBJECT, Limits, Refused, Trouble, clean

PACKED = (kinds.ZIP, kinds.EML, kinds.MBOX, kinds.MSG)  # of which nobody knows before what files come with them
ARCHIVES = (kinds.ZIP, kinds.MBOX)  # that say nothing themselves
OFFICE = (kinds.DOCX, kinds.XLSX, kinds.PPTX, kinds.ODT)
RARELY = (kinds.PDF, *OFFICE)  # in which there is hardly ever a file: that is asked once they are read
CONTAINERS = (*PACKED, *RARELY)
LONGEST_NAME = 255
IS_LINK = (
    "It is only a link to a place on the sender’s computer, and holds nothing. Ask the sender for the file itself."
)
IS_INNER = "It is a message inside an Outlook message. Open the file in Outlook and save it from there."
IS_OBJECT = "It is an object of another program, and cannot be taken out. Ask the sender for it as a file of its own."
NOT_KEPT = "This kind of file cannot be kept. Ask the sender for it as PDF, Word or Excel."


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a file."""

    number: int  # from 1, in the order in which they lie there
    name: str  # to be shown, never a path; folders stand in it as the sender's program wrote them
    size: int
    sha256: str  # '' where it cannot be taken out
    kind: Kind
    why_not: str  # one sentence on why it cannot be taken in; else empty
    looked_into: bool = True  # False where only who takes it in can see what it says, or what lies in it; or nobody


@dataclass(frozen=True, slots=True)
class Contents:
    entries: tuple[Entry, ...]
    trouble: Trouble | None


def list_contents(data: child.Data, kind: Kind, limits: Limits = Limits(), *, require_jail: bool = True) -> Contents:  # noqa: B008
    """All files in a file of one of CONTAINERS. Unpacks them to see what each is: never inside a transaction."""
    if kind not in CONTAINERS:
        return Contents((), Trouble.NOT_READ)
    told = child.ask("unpack", kind.code, data, limits, "shut" if require_jail else "try", {"take": []})
    entries: list[Entry] = []
    for message in told.messages[: limits.entries]:
        if (entry := _entry(message)) is None:
            return Contents(tuple(entries), Trouble.DAMAGED)
        entries.append(entry)
    return Contents(tuple(entries), told.trouble)


def take_out(
    data: child.Data,
    kind: Kind,
    numbers: Iterable[int],
    listed: Contents,
    limits: Limits = Limits(),  # noqa: B008
    *,
    require_jail: bool = True,
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The wanted files, one after the other: name and bytes, piece by piece, to be taken before the next is asked for.

    `listed` is what `list_contents` said. Raises Refused when the container cannot be taken apart.
    """
    wanted = sorted(set(numbers))
    names = {entry.number: entry.name for entry in listed.entries if not entry.why_not}
    if not names.keys() >= {*wanted}:
        raise Refused(Trouble.DAMAGED)
    hearing = child.hear("unpack", kind.code, data, limits, "shut" if require_jail else "try", {"take": wanted})
    try:
        for number in wanted:
            yield names[number], _bytes_until(hearing, number)
    finally:
        hearing.close()


def _bytes_until(hearing: child.Hearing, number: int) -> Iterator[bytes]:
    """The bytes told before the line of this entry; those of no other come."""
    while True:
        try:
            message = next(hearing)
        except StopIteration as stop:
            raise Refused(stop.value.trouble or Trouble.DAMAGED) from None
        match message:
            case {"bytes": str(text)}:
                try:
                    yield base64.b64decode(text, validate=True)
                except binascii.Error:
                    raise Refused(Trouble.DAMAGED) from None
            case {"entry": [int(at), *_]}:
                if at == number:
                    return
            case _:
                raise Refused(Trouble.DAMAGED)


def _entry(message: dict[str, object]) -> Entry | None:
    """What the child tells is as little to be trusted as the file."""
    match message:
        case {"entry": [int(number), str(name), int(size), str(sha256), str(kind), str(trouble), bool(shut)]}:
            known = KINDS.get(kind, UNKNOWN)
            looked_into = not shut and known not in PACKED and trouble in ("", LINK, INNER)
            return Entry(number, _shown(name), size, sha256, known, _why_not(known, size, trouble), looked_into)
    return None


def _shown(name: str) -> str:
    """On one line, and no longer than a file's name may be: the end says more than the beginning."""
    line = " ".join(clean(name).split()) or "file without a name"
    return line if len(line) <= LONGEST_NAME else "…" + line[1 - LONGEST_NAME :]


def _why_not(kind: Kind, size: int, trouble: str) -> str:
    if trouble == LINK:
        return IS_LINK
    if trouble == INNER:
        return IS_INNER
    if trouble == OBJECT:
        return IS_OBJECT
    if trouble:
        try:
            return Trouble.of(trouble).sentence
        except KeyError:
            return Trouble.DAMAGED.sentence
    if size == 0:
        return Trouble.EMPTY.sentence
    return NOT_KEPT if kind is UNKNOWN else ""
