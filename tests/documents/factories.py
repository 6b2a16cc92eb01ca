import io
from typing import Any

import factory

from app import storage
from app.documents.models import Document
from app.documents.services import receive
from app.formats.kinds import identify
from app.inspections.queries import list_bodies
from tests.factories import Factory, the_inspection
from tests.interviews.factories import SOMEBODY

PREFIX = "DOC"


class DocumentFactory(Factory):
    """A document with its original, as an upload leaves it: its bytes kept, its text waiting to be read."""

    class Meta:
        model = Document

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    content = b"The panel met in March."
    file_name = "minutes.txt"
    title = factory.SelfAttribute("file_name")
    body: str | None = "WES"
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        inspection_id, content, body = values["inspection_id"], values.pop("content"), values.pop("body")
        bodies = {row.code: row.id for row in list_bodies(inspection_id)}
        return receive(
            family="written",
            prefix=PREFIX,
            kind=identify(content, values["file_name"]),
            kept=storage.keep(inspection_id, io.BytesIO(content)),
            body_id=bodies[body] if body else None,
            **values,
        )
