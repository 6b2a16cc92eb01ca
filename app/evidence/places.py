"""What a feature knows of a place in its sources, for evidence to ask without knowing the feature."""

from collections.abc import Callable

from app.evidence.models import Source

# By feature: why the words at a position of a source stand no more, and what to do; None where they stand. The source
# is locked, so that what is answered stays so for as long as the write takes.
asked: dict[str, Callable[[Source, int, bool], str | None]] = {}


class Gone(Exception):
    """The words that an item was made from stand no more in their source. The message says why, and what to do."""


def why_gone(source: Source, position: int, *, for_change: bool = False) -> str | None:
    answer = asked.get(source.feature)
    return answer(source, position, for_change) if answer else None
