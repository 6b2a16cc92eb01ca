from datetime import date
from typing import Any
from uuid import UUID

import factory

from app.access import Actor
from app.extensions import db
from app.inspections.queries import find_guides, list_bodies, list_criteria, list_roles
from app.inspections.vocabulary import Vocabulary
from app.interviews import actions, importing, joining_queries, planning, raising, services
from app.interviews.models import Interview, InterviewAction, Interviewee, Note, NoteImport, RaisedMatter, Rival
from app.interviews.rivals import keep_beside
from tests.databases import the_world
from tests.factories import LONG_AGO, Factory, the_inspection

SOMEBODY = Actor(UUID(int=7), "Ines Inspector")
PREFIX = "INT"


class InterviewFactory(Factory):
    """An interview in the real inspection's plan; `body` and `role` are the pack's codes, or None."""

    class Meta:
        model = Interview

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    kind = "interview"
    body: str | None = "WES"
    role: str | None = "dcp"
    title = ""
    held_at = LONG_AGO
    place = ""
    remote = False
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        inspection_id = values["inspection_id"]
        bodies = {body.code: body.id for body in list_bodies(inspection_id)}
        roles = {role.code: role.id for role in list_roles(inspection_id)}
        body, role = values.pop("body"), values.pop("role")
        return services.plan(
            family="said",
            prefix=PREFIX,
            body_id=bodies[body] if body else None,
            role_id=roles[role] if role else None,
            **values,
        )


def make_planned() -> int:
    """The interviews that the real inspection's pack plans, as the one action makes them."""
    inspection = the_inspection()
    with the_world():
        words = Vocabulary.read(inspection.vocabulary)
        return planning.make_planned(inspection.id, find_guides(inspection.id), words, by=SOMEBODY)


class NoteFactory(Factory):
    """A note as the composer saves it: `#vw.ii` in its words makes it evidence."""

    class Meta:
        model = Note

    interview = factory.SubFactory(InterviewFactory)
    words = "The rota changes every month."
    speaker = ""
    quote = False
    said_at = LONG_AGO
    direction = ""
    prompt = ""
    evidence_kind = "first_hand"
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        interview, words = values.pop("interview"), values.pop("words")
        criteria = {row.reference: row.id for row in list_criteria(interview.inspection_id)}
        note, _item, _tags = services.save_note(interview, words, criteria=criteria, **values)
        return note


class RaisedMatterFactory(Factory):
    """What was raised with the lead in an interview."""

    class Meta:
        model = RaisedMatter

    interview = factory.SubFactory(InterviewFactory)
    words = "Somebody is in danger tonight."
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        return raising.raise_with_lead(values.pop("interview"), values.pop("words"), **values)


class RivalFactory(Factory):
    """A version of a note that came second, and is open."""

    class Meta:
        model = Rival

    note = factory.SubFactory(NoteFactory)
    words = "The rota changes every week."
    base = 1
    speaker: str | None = None
    quote: bool | None = None
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        note = db.session.merge(values.pop("note"))
        keep_beside(note, **values)
        return joining_queries.list_open_of(note)[-1]


class IntervieweeFactory(Factory):
    """Somebody's name, beside the interview."""

    class Meta:
        model = Interviewee

    interview = factory.SubFactory(InterviewFactory)
    label = "DCP 1"
    name = factory.Sequence(lambda n: f"Zebedee Quillfeather {n}")
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        row = services.add_interviewee(**values)
        db.session.flush()
        return row


class ActionFactory(Factory):
    """What is to be done after an interview."""

    class Meta:
        model = InterviewAction

    interview = factory.SubFactory(InterviewFactory)
    what = "Send the rota of March."
    who = "Area business manager"
    due: date | None = None
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        interview, by = values.pop("interview"), values.pop("by")
        return actions.add_action(interview, actions.ToDo(**values), by=by)


class NoteImportFactory(Factory):
    """A file of notes that waits to be looked at: its bytes kept, no note made of it."""

    class Meta:
        model = NoteImport

    interview = factory.SubFactory(InterviewFactory)
    content = b"DCP 2: Rotas change monthly.\n\nJo Bloggs: Letters are late.\n"
    file_name = "notes.txt"
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        content, interview = values.pop("content"), values.pop("interview")
        kind, transcript = importing.read(content, values.pop("file_name"))
        kept = importing.keep(interview.inspection_id, content)
        return importing.receive(
            interview, kept, kind, transcript, pasted=False, starts_at=None, known=(), by=values.pop("by")
        )
