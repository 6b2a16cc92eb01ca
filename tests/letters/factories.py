from datetime import date
from typing import Any

from app.extensions import db
from app.inspections.queries import list_bodies
from app.jobs.models import JobState
from app.letters import services
from app.letters.content import Signed, content_of
from app.letters.models import Letter
from app.register.queries import read_register
from app.web import clock
from tests.factories import Factory, the_inspection
from tests.interviews.factories import SOMEBODY
from tests.register.factories import make_all, request_of

SIGNED = Signed(date(2026, 4, 14), "Ada Shah", "Lead inspector")


class LetterFactory(Factory):
    """A commissioning letter to Wessex, without the Word file's real bytes; in a set of its own, if asked for."""

    class Meta:
        model = Letter

    in_a_set = False

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        inspection = the_inspection()
        request_of("A3") or make_all()
        words = services.words_of(inspection.id, "commissioning")
        assert words is not None
        body = next(body for body in list_bodies(inspection.id) if body.code == "WES")
        register = read_register(inspection.id, clock.today(), body_id=body.id)
        made = services.Made(
            content_of(inspection, words, register, body.id, SIGNED), b"PK", services.template_for(inspection.id, words)
        )
        job_id = None
        if values.pop("in_a_set"):
            job = services.ask_for_set(inspection.id, words, SIGNED, overdue=False, by=SOMEBODY)
            job.state, job.result, job_id = JobState.DONE, {"letters": 1}, job.id
            db.session.flush()
        return services.keep(inspection.id, words, body, made, SIGNED, by=SOMEBODY, job_id=job_id)
