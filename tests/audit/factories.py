from typing import Any
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from tests.databases import the_world
from tests.factories import the_inspection

BY = Actor(UUID(int=1), "Inés Inspector")


def make_chain(entries: int = 6, **values: Any) -> str:
    """Deeds in the real inspection's chain, each committed by itself: the chain's name."""
    inspection_id = the_inspection().id
    for number in range(entries):
        with the_world():
            record(
                BY,
                "reworded",
                "INT-007",
                part=f"note {number}",
                inspection_id=inspection_id,
                before={"words": f"Rotas change, {number}."},
                after={"words": "Rotas change – “monthly”.\n", "quote": True, "number": number, "gone": None},
                **values,
            )
    return inspection_id.hex
