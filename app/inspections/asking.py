"""What is asked about because it holds a name of somebody who was seen: only of who may see names."""

from collections.abc import Iterable

from app.access import Action
from app.inspections.gate import CurrentInspection
from app.inspections.people import known_in
from app.web.asking import Concern


def of_names(inspection: CurrentInspection, texts: Iterable[str], where: str, instead: str) -> list[Concern]:
    """Names that stand in what was typed or chosen; in the name of a file an underscore ends a word, too.

    `where` and `instead` say it: ‘the name of a file’, ‘Rename the file’.
    """
    if not inspection.allows(Action.NAMES):
        return []
    found = known_in([text.replace("_", " ") for text in texts], inspection.id)
    if not found:
        return []
    which = ", ".join(f"‘{one.part}’" for one in found)
    return [Concern("named", f"{which} stands in {where}, and is the name of somebody who was seen. {instead}.")]
