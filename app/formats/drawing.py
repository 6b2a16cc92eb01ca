"""A page as a picture, drawn by the jailed child."""

import base64

from . import child, kinds
from .kinds import Kind
from .outcome import Limits, Refused, Trouble

__all__ = ["DRAWN", "Limits", "Refused", "draw_page"]

DRAWN = (kinds.PDF, kinds.PNG, kinds.JPEG, kinds.TIFF)  # kinds that have a picture; the others have words only
WIDEST = 4000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


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
