import io
from typing import Any

import factory
from PIL import Image

from app import storage
from app.documents.boxes import tag_box
from app.documents.checking import look_through, say
from app.documents.models import Document, Names
from app.documents.services import keep_list, list_contents, receive
from app.evidence.models import EvidenceItem
from app.extensions import db
from app.formats.contents import PACKED
from app.formats.drawing import Box
from app.formats.kinds import KINDS, identify
from app.inspections.queries import list_bodies
from tests.client import Client, Page
from tests.databases import the_world
from tests.factories import Factory, the_inspection
from tests.interviews.factories import SOMEBODY

PREFIX = "DOC"


class DocumentFactory(Factory):
    """A document with its original, as an upload leaves it: its bytes kept, its text waiting to be read.

    It was checked for names, and none were found, nor in the files in it, unless `names` says otherwise.
    """

    class Meta:
        model = Document

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    content = b"The panel met in March."
    file_name = "minutes.txt"
    title = factory.SelfAttribute("file_name")
    body: str | None = "WES"
    by = SOMEBODY
    names = Names.CLEAR

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        inspection_id, content, body = values["inspection_id"], values.pop("content"), values.pop("body")
        names = values.pop("names")
        bodies = {row.code: row.id for row in list_bodies(inspection_id)}
        document = receive(
            family="written",
            prefix=PREFIX,
            kind=identify(content, values["file_name"]),
            kept=storage.keep(inspection_id, io.BytesIO(content)),
            body_id=bodies[body] if body else None,
            names=Names.UNCHECKED,
            **values,
        )
        if names is not Names.UNCHECKED:
            say(document, names, "", by=values["by"])
        if names is Names.CLEAR:
            look_through(document, by=values["by"])
            if KINDS[document.original.kind] in PACKED:  # of those the file is closed until they were counted
                path = storage.path_of(inspection_id, document.original.sha256)
                keep_list(document, list_contents(document, path))
        return document


def check(client: Client, document: Document, result: str = "clear", **said: str) -> Page:
    """Check a document for names as an inspector does: opened, looked through, the result saved."""
    client.post("documents.open_document", document)
    page = client.get("documents.show_check", document)
    form = page.form("/check?page=1") | ({"opened_it": "y"} if page.all("[name=opened_it]") else {})
    return client.post("documents.save_check", document, form=form | {"result": result} | said)


def open_to_the_team(*documents: Document) -> None:
    """What came by an upload was checked, and no names were found in it, nor in the files in it."""
    with the_world():
        for document in documents:
            found = db.session.merge(document)
            say(found, Names.CLEAR, "", by=SOMEBODY)
            look_through(found, by=SOMEBODY)


def png(width: int = 200, height: int = 300) -> bytes:
    """A scan: a picture of nothing."""
    packed = io.BytesIO()
    Image.new("L", (width, height), 230).save(packed, "PNG")
    return packed.getvalue()


def box_on(document: Document, words: str = "Written in the margin.") -> EvidenceItem:
    """A box on the first page of a document, as evidence under no criterion."""
    with the_world():
        return tag_box(
            document,
            1,
            Box(100, 200, 400, 300),
            words,
            criteria=[],
            gist="",
            direction="",
            evidence_kind="direct",
            by=SOMEBODY,
        )
