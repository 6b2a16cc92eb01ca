"""The request is the transaction: one commit before the answer leaves, and nothing left of what was refused."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.inspections.models import TeamRole
from tests.audit.trail import deeds
from tests.client import Client
from tests.databases import counting_statements
from tests.inspections.factories import TeamMemberFactory

Counter = Callable[[], int]


@pytest.fixture
def inspector(small_app: Flask, sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.INSPECTOR), on=small_app)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_good_answer_is_committed_once(inspector: Client, counter: Counter, small_app: Flask, method: str) -> None:
    address = inspector.address("try.saves", inspection="stalking-2026")
    inspector.csrf_token()
    with small_app.app_context(), counting_statements() as counted:
        page = inspector.open(method, address, headers={"X-CSRFToken": inspector.csrf_token()}, follow=False)
    assert page.status == 303
    assert counter() == 1
    assert counted.commits == 1


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422, 500, 503])
@pytest.mark.parametrize("how", ["aborted", "answered"])
def test_a_refused_request_leaves_nothing_but_the_record_of_it(
    inspector: Client, counter: Counter, status: int, how: str
) -> None:
    page = inspector.post("try.refuses", status=status, answer="1" if how == "answered" else None)
    assert page.status == status
    assert counter() == 0
    assert deeds(object="what is rolled back") == []
    assert deeds(object="what survives") == [("was refused", "what survives")]


@pytest.mark.parametrize(("view", "records"), [("fails", 1), ("cannot_commit", 1), ("cannot_commit_itself", 0)])
def test_a_request_that_fails_leaves_nothing_but_the_record_of_it(
    inspector: Client, counter: Counter, view: str, records: int
) -> None:
    page = inspector.post(f"try.{view.replace('_', '-')}")
    assert page.status == 500
    assert "Nothing was changed" in page
    assert "on purpose" not in page
    assert counter() == 0
    assert len(deeds(object="what survives")) == records


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        ("refuses", {"status": 422}),
        ("fails", {}),
        ("cannot-commit", {}),
        ("cannot-commit-itself", {}),
    ],
)
def test_nothing_is_called_saved_that_was_not(inspector: Client, view: str, fields: dict[str, int]) -> None:
    """Not on the answer, and not on the page after."""
    page = inspector.post(f"try.{view}", form=fields)
    assert "Saved" not in page
    assert "Saved" not in inspector.get("try.reads")


def test_what_was_saved_is_called_so_once(inspector: Client) -> None:
    assert inspector.post("try.saves", follow=False).status == 303
    assert inspector.get("try.reads").messages.endswith("Saved 1")
    assert "Saved" not in inspector.get("try.reads")


@pytest.mark.parametrize("view", ["writes", "commits"])
def test_a_get_that_writes_is_refused(inspector: Client, counter: Counter, view: str) -> None:
    page = inspector.get(f"try.{view}")
    assert page.status == 500
    assert counter() == 0


def test_a_view_cannot_begin_a_second_write(inspector: Client, counter: Counter) -> None:
    assert inspector.post("try.nests").status == 500
    assert counter() == 0


def test_without_the_token_of_the_page_nothing_is_taken(inspector: Client, counter: Counter) -> None:
    page = inspector.post("try.saves", csrf=False)
    assert page.status == 400
    assert "Load the page again" in page
    assert "CSRF" not in page
    page = inspector.post("try.saves", csrf_token="IjEi.forged.token")
    assert page.status == 400
    assert counter() == 0
