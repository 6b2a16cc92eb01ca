from typing import Any

import factory

from app.evidence.models import EvidenceItem, ItemLink, ItemTheme, SourceText, Tag, Theme
from app.evidence.services import add_text, add_theme, lift, link_items, tag, theme_key
from app.extensions import db
from app.inspections.queries import list_criteria
from tests.factories import LONG_AGO, Factory, the_inspection
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
        marks = ("attributable", "distressing", "good_practice")
        marked = {name: values.pop(name) for name in marks if name in values}
        item = lift(source, text, start, end, criteria=criteria, **values)
        for name, value in marked.items():
            setattr(item, name, value)
        return item


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


class ItemLinkFactory(Factory):
    """What `item` says of `other`."""

    class Meta:
        model = ItemLink

    item = factory.SubFactory(EvidenceItemFactory)
    other = factory.SubFactory(EvidenceItemFactory, words="It never changes.")
    relation = "contradicts"
    reason = ""
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        assert link_items(**values)[0], "it stands already"
        db.session.flush()
        return (
            db.session.query(ItemLink)
            .filter_by(item_id=values["item"].id, other_id=values["other"].id, withdrawn_at=None)
            .one()
        )


class ThemeFactory(Factory):
    """A theme; `merged_into` is another that it is shown as."""

    class Meta:
        model = Theme

    name = factory.Sequence(lambda n: f"Theme {n}")
    merged_into = None
    created_at = LONG_AGO
    created_by_id = SOMEBODY.id
    created_by = SOMEBODY.label

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        into = values.pop("merged_into")
        row = model(
            inspection_id=the_inspection().id,
            key=theme_key(values["name"]),
            merged_into_id=into.id if into else None,
            **values,
        )
        db.session.add(row)
        return row


class ItemThemeFactory(Factory):
    """`item` under the theme `name`."""

    class Meta:
        model = ItemTheme

    item = factory.SubFactory(EvidenceItemFactory)
    name = factory.Sequence(lambda n: f"Rota {n}")
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        item, name = values["item"], values["name"]
        assert add_theme(item, name, by=values["by"]), "it stands there already"
        return (
            db.session.query(ItemTheme)
            .join(Theme)
            .filter(ItemTheme.item_id == item.id, Theme.key == theme_key(name), ItemTheme.withdrawn_at.is_(None))
            .one()
        )
