"""A write that arrives twice is done once and answered twice the same."""

import random
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db.operations import Operation, digest_of
from app.extensions import db
from app.inspections.models import TeamRole
from tests.client import Client, Page
from tests.inspections.factories import TeamMemberFactory
from tests.threads import at_once

Counter = Callable[[], int]


@pytest.fixture
def inspector(small_app: Flask, sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.INSPECTOR), on=small_app)


def test_a_repeat_is_answered_as_the_first_time(inspector: Client, counter: Counter) -> None:
    fields = {"operation": str(uuid4()), "words": "Rotas change monthly."}
    first = inspector.post("try.answers", form=fields, checked=False)
    again = inspector.post("try.answers", form=fields, checked=False)
    assert (
        (first.status, first.data) == (again.status, again.data) == (200, b"You are number 1, Rotas change monthly..")
    )
    assert counter() == 1


@pytest.mark.parametrize("view", ["saves", "writes-itself"])
def test_a_repeat_is_led_to_the_same_page(inspector: Client, counter: Counter, view: str) -> None:
    operation = str(uuid4())
    answers = [inspector.post(f"try.{view}", operation=operation, follow=False) for _ in range(3)]
    assert [(page.status, page.location) for page in answers] == [(303, answers[0].location)] * 3
    assert counter() == 1


def test_a_conflict_is_remembered_too(inspector: Client, counter: Counter) -> None:
    operation = str(uuid4())
    answers = [inspector.post("try.conflicts", operation=operation, checked=False) for _ in range(2)]
    assert [(page.status, page.data) for page in answers] == [(409, b"Both are kept, as number 1")] * 2
    assert counter() == 1


def test_an_answer_too_long_to_keep_leads_back_to_the_page(inspector: Client, counter: Counter) -> None:
    operation = str(uuid4())
    assert inspector.post("try.answers-at-length", operation=operation, checked=False).status == 200
    again = inspector.post("try.answers-at-length", operation=operation, follow=False)
    assert again.status == 303
    assert counter() == 1


def test_a_refused_operation_may_be_corrected_and_sent_again(inspector: Client, counter: Counter) -> None:
    operation = str(uuid4())
    assert inspector.post("try.refuses", status=422, operation=operation).status == 422
    assert inspector.post("try.refuses", status=403, operation=operation).status == 403
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Operation)) == 0


def test_the_same_operation_with_other_content_is_refused(inspector: Client, counter: Counter) -> None:
    operation = str(uuid4())
    assert inspector.post("try.answers", operation=operation, words="One.", checked=False).status == 200
    page = inspector.post("try.answers", operation=operation, words="Another.")
    assert page.status == 422
    assert "already sent with other content" in page
    assert inspector.post("try.saves", operation=operation).status == 422  # another address is other content
    assert counter() == 1


def test_another_person_cannot_use_an_operation(
    inspector: Client, small_app: Flask, sign_in: Callable[..., Client], counter: Counter
) -> None:
    operation = str(uuid4())
    assert inspector.post("try.answers", operation=operation, checked=False).status == 200
    other = sign_in(TeamMemberFactory(), on=small_app)
    page = other.post("try.answers", operation=operation)
    assert page.status == 422
    assert "You are number" not in page
    assert counter() == 1


def test_an_operation_that_is_no_uuid_is_refused(inspector: Client, counter: Counter) -> None:
    assert inspector.post("try.saves", operation="1; DROP TABLE note").status == 422
    assert counter() == 0


def test_repeats_that_arrive_at_once_are_done_once(
    inspector: Client, small_app: Flask, sign_in: Callable[..., Client], counter: Counter
) -> None:
    """Four people, each with 12 operations, each of them sent one to three times at once."""
    dice = random.Random(7)
    members = [TeamMemberFactory() for _ in range(4)]
    jobs: list[tuple[int, str]] = [(n, str(uuid4())) for n in range(4) for _ in range(12)]
    clients = {}
    for n, member in enumerate(members):
        for copy in range(3):
            clients[n, copy] = sign_in(member, on=small_app)
            clients[n, copy].csrf_token()
    sent = [[(n, operation) for n, operation in jobs if dice.random() < chance] for chance in (2.0, 0.6, 0.4)]

    def work(thread: int) -> list[tuple[str, int, bytes]]:
        person, copy = thread % 4, thread // 4
        found = []
        for n, operation in sent[copy]:
            if n == person:
                page: Page = clients[n, copy].post("try.answers", operation=operation, words=operation, checked=False)
                found.append((operation, page.status, page.data))
        return found

    outcomes = at_once(12, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    answers: dict[str, set[tuple[int, bytes]]] = {}
    for operation, status, data in (answer for outcome in outcomes for answer in outcome):
        answers.setdefault(operation, set()).add((status, data))
    assert len(answers) == 48
    assert all(len(found) == 1 for found in answers.values()), "a repeat got another answer"
    assert {status for found in answers.values() for status, _data in found} == {200}
    assert counter() == 48


def test_the_digest_of_a_form_tells_its_fields_apart() -> None:
    same = [("a", "1"), ("b", "2")]
    assert digest_of("/x", same) == digest_of("/x", reversed(same))
    others = [
        digest_of("/y", same),
        digest_of("/x", [("a", "1b2")]),
        digest_of("/x", [("a", "12"), ("b", "")]),
        digest_of("/x", [("a", "1"), ("a", "1"), ("b", "2")]),
        digest_of("/x", [("a", "1"), ("b", "2\ud800")]),
    ]
    assert len({digest_of("/x", same), *others}) == 6
