from typing import Any

import factory

from app.evidence.models import EvidenceItem, SourceText, Tag
from app.evidence.services import add_text, lift, tag
from app.extensions import db
from app.inspections.queries import list_criteria
from tests.factories import Factory
from tests.interviews.factories import SOMEBODY, InterviewFactory


class SourceTextFactory(Factory):
    """A piece of an interview's text, or of `source`. A text of 'hello' at position 3 is `text="hello", position=3`."""

    class Meta:
        model = SourceText

    source = factory.SubFactory(InterviewFactory)
    text = "The rota changes every month."
    position = 1
    label = factory.LazyAttribute(lambda text: f"note {text.position}")
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        row = add_text(values.pop("source"), values.pop("text"), **values)
        db.session.flush()
        return row


class EvidenceItemFactory(Factory):
    """Words lifted from an interview, or from `source` or `text`: all of the text unless start and end are given.

    `criteria` are references: EvidenceItemFactory(words="…", criteria=["VW.ii"]).
    """

    class Meta:
        model = EvidenceItem

    words = "The rota changes every month."
    source = factory.SubFactory(InterviewFactory)
    text = None
    criteria: list[str] = []
    evidence_kind = "first_hand"
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        source, words, text = values.pop("source"), values.pop("words"), values.pop("text")
        if text is None:
            text = SourceTextFactory(source=source, text=words)
        start, end = values.pop("start", 0), values.pop("end", len(text.text))
        known = {row.reference: row.id for row in list_criteria(source.inspection_id)}
        criteria = [known[reference] for reference in values.pop("criteria")]
        return lift(source, text, start, end, criteria=criteria, **values)


class TagFactory(Factory):
    """A tag of `item`, or of a new item, to the criterion `reference`."""

    class Meta:
        model = Tag

    item = factory.SubFactory(EvidenceItemFactory)
    reference = "VW.ii"
    reason = ""
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        item, reference = values["item"], values["reference"]
        criterion_id = {row.reference: row.id for row in list_criteria(item.inspection_id)}[reference]
        assert tag(item, criterion_id, reference, values["reason"], by=values["by"]), "it stands there already"
        db.session.flush()
        return db.session.query(Tag).filter_by(item_id=item.id, criterion_id=criterion_id, withdrawn_at=None).one()
