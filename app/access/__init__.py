"""The words in which a view says who may: an Action each, judged by the one gate in `app/inspections/gate.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

View = TypeVar("View", bound=Callable[..., Any])


class Action(Enum):
    """What somebody may want to do. The first three need no inspection; the others are rights in one."""

    PUBLIC = "open to everybody"
    SIGNED_IN = "any signed-in person, for what is their own"
    ADMINISTER = "accounts, backup, retention"

    READ = "read the inspection"
    RECORD = "record notes, evidence, documents"
    DECIDE = "decide for the inspection"
    EXPORT = "take evidence out of Fieldbook"
    NAMES = "see and enter the names of the people interviewed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: what services take as `by`, and what the audit trail keeps."""

    id: UUID
    label: str


SYSTEM = Actor(UUID(int=0), "Fieldbook")


def allow(action: Action) -> Callable[[View], View]:
    """Declare a view's Action. A view that declares none is refused to everybody."""

    def mark(view: View) -> View:
        view.action = action  # type: ignore[attr-defined]
        return view

    return mark


def unattended(view: View) -> View:
    """Declare a view that open pages ask for by themselves: it does not show that anybody is at work."""
    view.unattended = True  # type: ignore[attr-defined]
    return view
