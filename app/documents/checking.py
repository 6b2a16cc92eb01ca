"""Checking documents for names: opened by whoever checks, then open to the team or not, by what was found."""

from app.access import Actor
from app.audit.services import record
from app.documents import queries, striking
from app.documents.models import Document, DocumentOpening, Names
from app.extensions import db
from app.web import clock

CHECKING = ("checked for names", "is to be checked again")  # deeds by which it comes to stand otherwise

NAMING = ("changed the title of", "changed the file name of")


def open_document(document: Document, *, by: Actor) -> None:
    """Open a document that is closed to the team, for the rest of the day. Opened already, it stays so."""
    if queries.has_open(document, by.id):
        return
    db.session.add(
        DocumentOpening(
            inspection_id=document.inspection_id,
            document_id=document.id,
            opened_at=clock.now(),
            opened_by_id=by.id,
            opened_by=by.label,
        )
    )
    record(by, "opened", document.reference, inspection_id=document.inspection_id)
    db.session.flush()


def say(document: Document, found: Names, note: str, *, by: Actor) -> None:
    """Say what a check for names came to; of the files in it that says nothing."""
    _stand(document, found, note, by)
    striking.mask_names(document)
    record(
        by,
        "checked for names",
        document.reference,
        inspection_id=document.inspection_id,
        after={"result": found.value} | ({"note": note} if note else {}),
    )


def look_through(document: Document, *, by: Actor) -> None:
    """Say that the files in it which are no documents of their own were looked through for names: none is in them."""
    document.files_at, document.files_by_id, document.files_by = clock.now(), by.id, by.label
    record(by, "looked through the files in", document.reference, inspection_id=document.inspection_id)
    db.session.flush()


def rename(document: Document, title: str, file_name: str, *, by: Actor) -> None:
    """Call it otherwise. What it was called is on no page and in no record: a name may have stood in it."""
    before = (document.as_named or {}).get("", document.title)
    if title not in (before, document.title):
        document.title = title
        document.as_named = {key: name for key, name in (document.as_named or {}).items() if key} or None
        striking.mask_names(document)
        record(by, "changed the title of", document.reference, inspection_id=document.inspection_id)
    if file_name != document.original.file_name:
        document.original.file_name = file_name
        record(by, "changed the file name of", document.reference, inspection_id=document.inspection_id)
    db.session.flush()


def check_again(document: Document, reason: str, *, by: Actor) -> None:
    """It was checked by mistake: close it until somebody has checked it again."""
    before = document.names
    _stand(document, Names.UNCHECKED, reason, by)
    document.files_at, document.files_by_id, document.files_by = None, None, ""
    record(
        by,
        "is to be checked again",
        document.reference,
        inspection_id=document.inspection_id,
        before={"result": before.value},
        after={"reason": reason},
    )


def _stand(document: Document, names: Names, note: str, by: Actor) -> None:
    document.names, document.names_note = names, note
    document.names_at, document.names_by_id, document.names_by = clock.now(), by.id, by.label
    db.session.flush()
