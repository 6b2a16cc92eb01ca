"""Tries to sign in are counted exactly, whoever makes them at once, and too many have to wait."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.accounts import services
from app.accounts.models import Throttle
from app.accounts.services import TRIES_PER_ADDRESS, TRIES_PER_EMAIL, count_try
from app.db.transaction import writing
from app.extensions import db
from tests.accounts.factories import PASSWORD, PersonFactory
from tests.client import Client, Page
from tests.databases import look_again
from tests.threads import at_once


@pytest.fixture(autouse=True)
def quarter() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-04-14T09:01:00+01:00") as time:
        yield time


def attempt(client: Client, email: str, password: str = "wrong", remote: str = "192.0.2.1") -> Page:
    form = {"email": email, "password": password}
    return client.post("accounts.sign_in", form=form, follow=False, remote=remote)


@pytest.mark.parametrize("there_is_an_account", [True, False])
def test_after_ten_tries_an_e_mail_waits_whether_or_not_it_has_an_account(
    visitor: Client, there_is_an_account: bool
) -> None:
    if there_is_an_account:
        PersonFactory(email="ines@example.gov.uk")
    for number in range(TRIES_PER_EMAIL):
        assert attempt(visitor, "Ines@example.gov.uk", remote=f"192.0.2.{number}").status == 422
    page = attempt(visitor, "ines@example.gov.uk", PASSWORD, remote="198.51.100.1")
    assert page.status == 429
    assert page.headers["Retry-After"] == "900"
    assert page.errors == ["Too many tries. Wait 15 minutes and try again."]
    assert page.field("email") == "ines@example.gov.uk"
    assert attempt(visitor, "somebody.else@example.gov.uk", remote="198.51.100.1").status == 422


def test_after_sixty_tries_an_address_waits(visitor: Client) -> None:
    PersonFactory(email="ines@example.gov.uk")
    for number in range(TRIES_PER_ADDRESS):
        assert attempt(visitor, f"guess.{number}@example.gov.uk").status == 422
    assert attempt(visitor, "ines@example.gov.uk", PASSWORD).status == 429
    assert attempt(visitor, "ines@example.gov.uk", PASSWORD, remote="198.51.100.1").status == 303


def test_after_the_wait_one_may_try_again(visitor: Client, quarter: time_machine.Traveller) -> None:
    PersonFactory(email="ines@example.gov.uk")
    for _ in range(TRIES_PER_EMAIL + 1):
        page = attempt(visitor, "ines@example.gov.uk")
    assert page.status == 429
    quarter.shift(timedelta(seconds=int(page.headers["Retry-After"])))
    assert attempt(visitor, "ines@example.gov.uk", PASSWORD).status == 303


def test_signing_in_rightly_is_no_try(app: Flask) -> None:
    """Ten in an office behind one address, or one person with as many devices; and then one more."""
    PersonFactory(email="ines@example.gov.uk")
    right = [attempt(Client(app), "ines@example.gov.uk", PASSWORD).status for _ in range(TRIES_PER_EMAIL + 1)]
    assert set(right) == {303}
    look_again()
    assert db.session.scalars(select(Throttle.tries)).all() == [0, 0]


def test_signing_in_rightly_buys_no_guesses(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has an account of their own cannot wipe out by it what they guessed at others."""
    monkeypatch.setattr(services, "TRIES_PER_ADDRESS", 5)
    PersonFactory(email="ines@example.gov.uk")
    for number in range(5):
        assert attempt(Client(app), "ines@example.gov.uk", PASSWORD).status == 303
        assert attempt(Client(app), f"guess.{number}@example.gov.uk").status == 422
    assert attempt(Client(app), "ines@example.gov.uk", PASSWORD).status == 429
    assert attempt(Client(app), "guess.6@example.gov.uk").status == 429


def test_a_form_that_is_not_filled_in_is_no_try(visitor: Client) -> None:
    for _ in range(TRIES_PER_EMAIL + 1):
        assert visitor.post("accounts.sign_in", form={"email": "ines@example.gov.uk", "password": ""}).status == 422


def test_a_try_counts_though_it_is_refused(visitor: Client) -> None:
    attempt(visitor, "ines@example.gov.uk")
    look_again()
    assert db.session.scalars(select(Throttle.tries)).all() == [1, 1]


@pytest.mark.slow
def test_tries_at_once_are_counted_exactly(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads with fifty tries each: 400 counted, and as many let through as may be."""
    monkeypatch.setattr(services, "TRIES_PER_EMAIL", 250)
    monkeypatch.setattr(services, "TRIES_PER_ADDRESS", 10_000)

    def work(_n: int) -> int:
        fine = 0
        for _ in range(50):
            with app.app_context(), writing():
                fine += count_try("ines@example.gov.uk", "192.0.2.1")
        return fine

    outcomes = at_once(8, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sum(outcomes) == 250
    look_again()
    assert db.session.scalars(select(Throttle.tries)).all() == [400, 400]


def test_old_counts_are_cleared_away(app: Flask, quarter: time_machine.Traveller) -> None:
    for number in range(5):
        with writing():
            count_try(f"{number}@example.gov.uk", "192.0.2.1")
    quarter.shift(timedelta(hours=2))
    with writing():
        count_try("ines@example.gov.uk", "192.0.2.1")
    assert db.session.scalar(select(func.count()).select_from(Throttle)) == 2


def test_what_was_typed_is_not_kept(visitor: Client) -> None:
    attempt(visitor, "ines@example.gov.uk", "a password typed into the wrong field")
    look_again()
    keys = db.session.scalars(select(Throttle.key)).all()
    assert all(len(key) == 64 and "ines" not in key for key in keys)
