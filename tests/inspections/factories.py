from typing import Any

import factory

from app.extensions import db
from app.inspections.models import Inspection, TeamMember, TeamRole
from tests.accounts.factories import PersonFactory
from tests.factories import LONG_AGO, Factory, the_inspection


class InspectionFactory(Factory):
    """Another inspection, with the real one's words and nothing in it."""

    class Meta:
        model = Inspection

    code = factory.Sequence(lambda n: f"other-{n}")
    title = factory.Sequence(lambda n: f"Other inspection {n}")
    question = "How well?"
    marking = "OFFICIAL"
    marking_line = ""
    pack_version = "1.0"
    vocabulary = factory.LazyFunction(lambda: dict(the_inspection().vocabulary))
    created_at = LONG_AGO


class TeamMemberFactory(Factory):
    """Somebody on the team of the real inspection, an inspector unless said otherwise. Takes `person` or makes one."""

    class Meta:
        model = TeamMember

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    person = factory.SubFactory(PersonFactory)
    role = TeamRole.INSPECTOR
    joined_at = LONG_AGO

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        person = values.pop("person")
        row = model(person_id=person.id, **values)
        db.session.add(row)
        return row
