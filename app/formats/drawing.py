"""A page as a picture, and where its words are in it, by the jailed child."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import child, kinds
from .kinds import Kind
from .outcome import Limits, Refused, Trouble, clean
from .recognising import WIDTH, Word, program, recognise

__all__ = ["DRAWN", "Box", "Changed", "Limits", "Refused", "boxes_of", "draw_page", "struck_pdf"]

DRAWN = (kinds.PDF, kinds.PNG, kinds.JPEG, kinds.TIFF)  # kinds that have a picture; the others have words only
WIDEST = 4000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
LONG = Limits(seconds=300)  # for a whole file


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as it is drawn, in thousandths of its width and height, from its upper left corner."""

    left: int
    top: int
    right: int
    bottom: int


class Changed(Exception):
    """The page's text is not what it was when it was read: places in it mean nothing. Read the file again."""


def draw_page(
    data: child.Data,
    kind: Kind,
    page: int,
    width: int,
    limits: Limits = Limits(),  # noqa: B008
    *,
    require_jail: bool = True,
) -> bytes:
    """Page `page` (from 1) of a file of one of the kinds in DRAWN, as a PNG about `width` pixels wide.

    A picture that was received small stays small, and one that would have more than `limits.pixels` becomes smaller.
    Raises Refused with the trouble, as for a page that is not there (DAMAGED). Takes a fifth of a second and more:
    never inside a transaction.
    """
    if kind not in DRAWN:
        raise Refused(Trouble.NOT_READ)
    wanted = {"page": page, "width": max(1, min(width, WIDEST))}
    drawn = _drawn(child.ask("picture", kind.code, data, limits, "shut" if require_jail else "try", wanted))
    if not drawn.startswith(_SIGNATURE):
        raise Refused(Trouble.DAMAGED)
    return drawn


def boxes_of(
    data: child.Data,
    kind: Kind,
    page: int,
    text: str,
    spans: Sequence[tuple[int, int]],
    limits: Limits = Limits(),  # noqa: B008
    *,
    require_jail: bool = True,
) -> list[list[Box]]:
    """For each span (start, end, in code points) of the text of a page of a PDF, the boxes that it is drawn in.

    `text` is the page's text as it was read. Raises Changed where it reads otherwise now, and Refused. A list is empty
    where the words are drawn nowhere (blanks). Notes and form fields have the box of the note or field. Of a page
    whose words were recognised in its picture they are looked for there again; words that are only partly in a span
    count whole. Kinds that are not in DRAWN are `not_read`.
    """
    if kind not in DRAWN:
        raise Refused(Trouble.NOT_READ)
    if kind != kinds.PDF:
        return _recognised_boxes(data, kind, page, text, spans, limits, require_jail)
    wanted = {"page": page, "spans": [list(span) for span in spans]}
    told = child.ask("boxes", kind.code, data, limits, "shut" if require_jail else "try", wanted)
    if told.trouble:
        raise Refused(told.trouble)
    match told.messages:
        case ({"text": str(now), "boxes": list(found)},) if len(found) == len(spans):
            if not now.strip() and text.strip():
                return _recognised_boxes(data, kind, page, text, spans, limits, require_jail)
            if clean(now) != text:
                raise Changed
            return [[_box(box) for box in boxes] for boxes in found]
    raise Refused(Trouble.DAMAGED)


def _recognised_boxes(
    data: child.Data,
    kind: Kind,
    page: int,
    text: str,
    spans: Sequence[tuple[int, int]],
    limits: Limits,
    require_jail: bool,
) -> list[list[Box]]:
    if program() is None:
        raise Changed
    found = recognise(draw_page(data, kind, page, WIDTH, limits, require_jail=require_jail))
    if found.text != text:
        raise Changed

    def box(word: Word) -> Box:
        left, top, right, bottom = (1000 * share for share in word.box)
        return Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))

    return [[box(word) for word in found.words if word.start < end and start < word.end] for start, end in spans]


def _box(told: object) -> Box:
    match told:
        case [int(left), int(top), int(right), int(bottom)]:
            return Box(left, top, right, bottom)
    raise Refused(Trouble.DAMAGED)


def struck_pdf(
    data: child.Data,
    kind: Kind,
    bars_by_page: Mapping[int, Sequence[Box]],
    limits: Limits = LONG,
    *,
    require_jail: bool = True,
) -> bytes:
    """A PDF whose pages are pictures of those of a file of a kind in DRAWN, the bars blacked out in their pixels.

    It holds nothing else of the file: no words, notes, attachments or names. Raises Refused. Takes a third of a second
    a page.
    """
    if kind not in DRAWN:
        raise Refused(Trouble.NOT_READ)
    bars = {page: [[bar.left, bar.top, bar.right, bar.bottom] for bar in bars] for page, bars in bars_by_page.items()}
    drawn = _drawn(child.ask("struck", kind.code, data, limits, "shut" if require_jail else "try", {"bars": bars}))
    if not drawn.startswith(b"%PDF-"):
        raise Refused(Trouble.DAMAGED)
    return drawn


def _drawn(told: child.Told) -> bytes:
    """What the child drew; it is as little to be trusted as the file."""
    if told.trouble:
        raise Refused(told.trouble)
    pieces = []
    for message in told.messages:
        match message:
            case {"bytes": str(text)}:
                try:
                    pieces.append(base64.b64decode(text, validate=True))
                except ValueError:
                    raise Refused(Trouble.DAMAGED) from None
            case _:
                raise Refused(Trouble.DAMAGED)
    return b"".join(pieces)
