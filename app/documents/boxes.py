"""A box on the picture of a page as evidence: what an inspector reads in it, and where it is."""

from collections.abc import Iterable
from uuid import UUID

from app.access import Actor
from app.documents.models import Document, PictureBox
from app.evidence.models import EvidenceItem
from app.evidence.services import add_text, lift
from app.extensions import db
from app.formats.drawing import Box

POSITION = 0  # of the texts of boxes: they are no page of the document


def tag_box(
    document: Document,
    page: int,
    box: Box,
    words: str,
    *,
    criteria: Iterable[UUID],
    gist: str,
    direction: str,
    evidence_kind: str,
    by: Actor,
) -> EvidenceItem:
    """Lift what stands in a box, in the words of who read it there: so they are no quotation. Raises NoWords."""
    text = add_text(document, words, position=POSITION, label=f"page {page}, box", by=by)
    db.session.flush()
    item = lift(
        document,
        text,
        0,
        len(words),
        by=by,
        criteria=criteria,
        gist=gist,
        direction=direction,
        evidence_kind=evidence_kind,
    )
    db.session.add(
        PictureBox(
            inspection_id=document.inspection_id,
            document_id=document.id,
            item_id=item.id,
            page=page,
            left=box.left,
            top=box.top,
            width=box.right - box.left,
            height=box.bottom - box.top,
        )
    )
    db.session.flush()
    return item
