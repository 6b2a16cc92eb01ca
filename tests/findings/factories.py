from typing import Any

import factory

from app.extensions import db
from app.findings.models import FileFinding, FindingImport, ImportState, Link
from app.findings.services import link
from app.inspections.models import Criterion
from app.inspections.queries import list_bodies
from app.inspections.references import FILE_FINDING, take_number
from tests.evidence.factories import EvidenceItemFactory
from tests.factories import LONG_AGO, Factory, the_inspection
from tests.interviews.factories import SOMEBODY


class FileFindingFactory(Factory):
    """A file finding of the real inspection; `criteria` are references, `body` a code or None for all Areas."""

    class Meta:
        model = FileFinding

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    statement = "Letters went out late in most files."
    own_reference = ""
    criteria: list[str] = []
    body: str | None = None
    files = None
    applicable = None
    direction = ""
    withdrawn_reason = ""
    created_at = LONG_AGO
    created_by_id = SOMEBODY.id
    created_by = SOMEBODY.label

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        inspection_id, body = values["inspection_id"], values.pop("body")
        bodies = {row.code: row.id for row in list_bodies(inspection_id)}
        wanted = values.pop("criteria")
        known = db.session.query(Criterion).filter(
            Criterion.inspection_id == inspection_id, Criterion.reference.in_(wanted)
        )
        row = model(
            number=take_number(inspection_id, FILE_FINDING),
            body_id=bodies[body] if body else None,
            criteria=known.all() if wanted else [],
            **values,
        )
        db.session.add(row)
        return row


class LinkFactory(Factory):
    """What `item` says of `finding`."""

    class Meta:
        model = Link

    item = factory.SubFactory(EvidenceItemFactory)
    finding = factory.SubFactory(FileFindingFactory)
    relation = "supports"
    reason = ""
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        item, finding = values["item"], values["finding"]
        assert link(**values), "it stands already"
        db.session.flush()
        return db.session.query(Link).filter_by(item_id=item.id, file_finding_id=finding.id, withdrawn_at=None).one()


class FindingImportFactory(Factory):
    """A spreadsheet of no rows that was looked at."""

    class Meta:
        model = FindingImport

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    file_name = "findings.csv"
    sha256 = "0" * 64
    rows: list[Any] = []
    state = ImportState.PREVIEWED
    created_at = LONG_AGO
    created_by_id = SOMEBODY.id
    created_by = SOMEBODY.label
