"""What a feature knows of a place in its sources, for evidence to ask without knowing the feature."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement

from app.db.base import AnySelect
from app.evidence.models import Source, SourceText
from app.inspections.gate import CurrentInspection

# By feature: why the words at a position of a source stand no more, and what to do; None where they stand. The source
# is locked, so that what is answered stays so for as long as the write takes.
asked: dict[str, Callable[[Source, int, bool], str | None]] = {}


# By feature: the ids of its texts that were taken out of their sources. What was tagged in them stands, and says so.
taken_out: dict[str, Callable[[], AnySelect]] = {}


# By feature, of an item (EvidenceItem in the select): whether it holds words which were struck out of its source. It
# stays as it is, and says so.
struck_out: dict[str, Callable[[], ColumnElement[bool]]] = {}


# By feature, of an item: a key of CLOSED_SINCE where its source was closed to the team since; else null.
closed: dict[str, Callable[[], ColumnElement[str | None]]] = {}
CLOSED_SINCE: dict[str, str] = {}  # to what is said of such a source, behind its reference: 'was sent back since'


def closed_since(how: str | None, source: str) -> str:
    """'DOC-108 was sent back since', of a source by its reference; empty where it was not closed."""
    return f"{source} {CLOSED_SINCE[how]}" if how else ""


class Gone(Exception):
    """The words that an item was made from stand no more in their source. The message says why, and what to do."""


def why_gone(source: Source, position: int, *, for_change: bool = False) -> str | None:
    answer = asked.get(source.feature)
    return answer(source, position, for_change) if answer else None


# By feature, where not everybody on a team sees what its sources say: their texts as somebody may see them.
seen: dict[str, Callable[[CurrentInspection, Source, Sequence[SourceText], UUID], list[str]]] = {}


class Closed(Exception):
    """What a source says is closed to whoever asks. The message says why."""


def as_seen(inspection: CurrentInspection, source: Source, texts: Sequence[SourceText], person_id: UUID) -> list[str]:
    """What texts of a source say to somebody: as many code points as they have, some of which may be struck out.

    Raises Closed where they say nothing to them.
    """
    answer = seen.get(source.feature)
    return answer(inspection, source, texts, person_id) if answer else [text.text for text in texts]
