from typing import Any

from app.extensions import db
from app.figures import services
from app.figures.models import FigureTable
from app.figures.services import Figures
from tests.documents.factories import DocumentFactory
from tests.factories import Factory
from tests.interviews.factories import SOMEBODY


class FigureTableFactory(Factory):
    """What one body said of its reviews, typed from page 1 of a document of its own, unless it is given one."""

    class Meta:
        model = FigureTable

    document: Any = None
    title = "Reviews requested by victims, 2024"
    columns = [
        {"head": "Requests received", "code": "requests"},
        {"head": "Decisions overturned", "code": "overturned"},
    ]
    rows = [["12", "3"]]
    request = "A7"
    page = "1"

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        document = db.session.merge(values.pop("document") or DocumentFactory())
        return services.keep(document, Figures(**values), by=SOMEBODY)
