"""Signing in and out, and how long a sign-in lasts."""

from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from app.accounts import secrets
from app.accounts.models import Person, SignIn
from app.extensions import db
from app.web import clock
from tests.accounts.factories import PASSWORD, PersonFactory
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import look_again, the_world
from tests.inspections.factories import TeamMemberFactory

WRONG = "The e-mail address or the password is not right. Check both and try again."


@pytest.fixture
def person(app: Flask) -> Person:
    member = TeamMemberFactory(person__email="ines@example.gov.uk", person__name="Ines Inspector")
    found: Person = db.session.get_one(Person, member.person_id)
    return found


def enter(client: Client, email: str = "ines@example.gov.uk", password: str = PASSWORD, **rest: str) -> Page:
    """Fill in the page as it stands and send it."""
    page = client.get("accounts.show_sign_in", next=rest.get("next"))
    fields = page.form("/sign-in") | {"email": email, "password": password}
    answer = client.post("accounts.sign_in", form=fields, follow=False)
    client.forget_csrf_token()
    return answer


def is_in(client: Client) -> bool:
    page = client.get("overview.home", follow=False)
    return page.location != "/sign-in?next=/" and page.status in (200, 303)


def test_the_right_password_lets_in(visitor: Client, person: Person) -> None:
    answer = enter(visitor)
    assert (answer.status, answer.location) == (303, "/")
    page = visitor.get("overview.show_inspection")
    assert page.status == 200
    assert "Signed in as Ines Inspector" in page
    assert deeds(actor_id=person.id) == [("signed in", "person")]


def test_a_page_whose_sign_in_has_ended_is_gone_on_with_by_the_same_person_only(
    visitor: Client, person: Person
) -> None:
    other = PersonFactory(email="bo@example.gov.uk", name="Bo Ash")
    page = visitor.get("accounts.show_sign_in")
    sent = page.form("/sign-in") | {"password": PASSWORD, "person": str(person.id)}
    answer = visitor.post("accounts.sign_in", form=sent | {"email": "bo@example.gov.uk"}, follow=False)
    assert answer.status == 422
    assert "only they can sign in on it" in answer
    assert not is_in(visitor)
    assert deeds(actor_id=other.id) == [], "nobody was signed in meanwhile"
    wrong = visitor.post("accounts.sign_in", form=sent | {"email": "bo@example.gov.uk", "password": "x"}, follow=False)
    assert WRONG in wrong, "whoever does not know the password is told nothing more"
    answer = visitor.post("accounts.sign_in", form=sent | {"email": "ines@example.gov.uk"}, follow=False)
    assert answer.status == 303
    visitor.forget_csrf_token()
    assert is_in(visitor)


def test_tries_on_somebody_elses_page_are_counted(visitor: Client, person: Person) -> None:
    PersonFactory(email="bo@example.gov.uk")
    page = visitor.get("accounts.show_sign_in")
    sent = page.form("/sign-in") | {"password": PASSWORD, "person": str(person.id), "email": "bo@example.gov.uk"}
    statuses = [visitor.post("accounts.sign_in", form=sent, follow=False).status for _try in range(30)]
    assert statuses[0] == 422 and statuses[-1] == 429


@pytest.mark.parametrize("email", ["Ines@Example.GOV.UK", "  ines@example.gov.uk "])
def test_the_letters_of_an_e_mail_may_be_typed_as_one_likes(visitor: Client, person: Person, email: str) -> None:
    assert enter(visitor, email).status == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ines@example.gov.uk", "four random words"),
        ("ines@example.gov.uk", PASSWORD.upper()),
        ("ines@example.gov.uk", PASSWORD + " "),
        ("nobody@example.gov.uk", PASSWORD),
        ("not an address", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("ines@example.gov.uk", "p" * 10_000),
    ],
)
def test_what_is_wrong_is_refused_in_the_same_words(visitor: Client, person: Person, email: str, password: str) -> None:
    answer = enter(visitor, email, password)
    assert (answer.status, answer.errors) == (422, [WRONG])
    assert answer.title.startswith("Error: ")
    assert answer.field("email") == email
    assert answer.field("password") == ""
    assert not is_in(visitor)


def test_a_disabled_account_is_refused_in_the_same_words(visitor: Client, app: Flask) -> None:
    PersonFactory(email="left@example.gov.uk", disabled_at=clock.now())
    answer = enter(visitor, "left@example.gov.uk")
    assert (answer.status, answer.errors) == (422, [WRONG])


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"email": "", "password": ""}, ["Enter your e-mail address", "Enter your password"]),
        ({"email": " ", "password": "x"}, ["Enter your e-mail address"]),
        ({"email": "ines\0@example.gov.uk", "password": "x"}, ["Take out the character that cannot be stored"]),
    ],
)
def test_what_is_missing_is_said(visitor: Client, fields: dict[str, str], errors: list[str]) -> None:
    answer = visitor.post("accounts.sign_in", form=fields)
    assert answer.status == 422
    assert len(answer.errors) == len(errors)
    assert all(line.startswith(expected) for line, expected in zip(answer.errors, errors, strict=True))


@pytest.mark.slow
def test_an_account_makes_no_difference_to_the_work(
    visitor: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One password is verified with and without an account, and the time it takes is about the same."""
    verified = []
    hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)  # dear enough to be measured

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            verified.append(hash)
            return super().verify(hash, password)

    counting = Counting(time_cost=3, memory_cost=32 * 1024, parallelism=1)
    with the_world():
        person.password_hash = hasher.hash(PASSWORD)
    before = secrets._hasher
    secrets.use_hasher(counting)
    try:
        times: dict[str, list[float]] = {"ines@example.gov.uk": [], "nobody@example.gov.uk": []}
        form = {"password": "not it at all", "csrf_token": visitor.csrf_token()}
        for _ in range(7):
            for email, taken in times.items():
                began = perf_counter()
                answer = visitor.post("accounts.sign_in", form=form | {"email": email}, checked=False)
                taken.append(perf_counter() - began)
                assert answer.status == 422
    finally:
        secrets.use_hasher(before)
    assert len(verified) == 14
    assert all(str(hash).startswith("$argon2id$v=19$m=32768,t=3,p=1$") for hash in verified)
    known, unknown = (median(taken) for taken in times.values())
    assert 0.5 < known / unknown < 2


def test_a_sign_in_begins_with_a_new_token(visitor: Client, person: Person) -> None:
    """Whoever planted a cookie before knows nothing of the one after."""
    with visitor.session() as session:
        session["_user_id"] = "planted"
        session["planted"] = "by somebody else"
    visitor.get("accounts.show_sign_in")
    before = visitor.csrf_token()
    enter(visitor)
    with visitor.session() as session:
        token = session["_user_id"]
        assert token != "planted"
        assert "planted" not in session
        assert session.get("csrf_token") != before
    look_again()
    kept = db.session.scalars(select(SignIn.token_hash)).one()
    assert kept == secrets.hash_of_token(token)
    assert token not in kept


def test_signing_in_again_ends_the_sign_in_before(visitor: Client, person: Person) -> None:
    enter(visitor)
    first = visitor.cookie()
    form = {"email": "ines@example.gov.uk", "password": PASSWORD}
    assert visitor.post("accounts.sign_in", form=form, follow=False).status == 303
    second = visitor.cookie()
    visitor.set_cookie(first or "")
    assert not is_in(visitor)
    visitor.set_cookie(second or "")
    assert is_in(visitor)


def test_signing_out_ends_it_on_the_server(visitor: Client, person: Person) -> None:
    enter(visitor)
    kept = visitor.cookie()
    page = visitor.post("accounts.sign_out")
    assert "You have signed out." in page.messages
    assert not is_in(visitor)
    visitor.set_cookie(kept or "")
    assert not is_in(visitor)
    assert deeds(actor_id=person.id) == [("signed in", "person"), ("signed out", "person")]


def test_a_cookie_that_was_changed_lets_nobody_in(visitor: Client, person: Person) -> None:
    enter(visitor)
    cookie = visitor.cookie() or ""
    visitor.set_cookie(cookie[:-4] + ("AAAA" if cookie[-4:] != "AAAA" else "BBBB"))
    assert not is_in(visitor)


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Client, person: Person) -> None:
    answer = enter(visitor)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie  # gone with the browser


def test_behind_https_the_cookie_is_sent_over_nothing_else(make_app: Callable[..., Flask], person: Person) -> None:
    page = Client(make_app(SESSION_COOKIE_SECURE=True)).get("accounts.show_sign_in")
    assert "Secure" in page.headers["Set-Cookie"]


@pytest.mark.parametrize(("minutes", "still"), [(119, True), (121, False)])
def test_after_two_idle_hours_one_signs_in_again(visitor: Client, person: Person, minutes: int, still: bool) -> None:
    with time_machine.travel("2026-04-14T09:00+01:00", tick=False) as time:
        enter(visitor)
        time.shift(timedelta(minutes=minutes))
        assert is_in(visitor) is still


def test_whoever_works_on_stays_in_until_fourteen_hours_are_over(visitor: Client, person: Person) -> None:
    with time_machine.travel("2026-04-14T07:00+01:00", tick=False) as time:
        enter(visitor)
        for _ in range(13):
            time.shift(timedelta(hours=1))
            assert is_in(visitor)
        time.shift(timedelta(minutes=59))
        assert is_in(visitor)
        time.shift(timedelta(minutes=2))
        assert not is_in(visitor)


def test_being_seen_is_written_down_once_a_minute_at_most(visitor: Client, person: Person) -> None:
    def seen() -> str:
        look_again()
        return f"{db.session.scalars(select(SignIn.last_seen_at)).one():%H:%M:%S}"

    with time_machine.travel("2026-04-14T09:00+00:00", tick=False) as time:
        enter(visitor)
        time.shift(timedelta(seconds=50))
        assert is_in(visitor)
        assert seen() == "09:00:00"
        time.shift(timedelta(seconds=11))
        assert is_in(visitor)
        assert seen() == "09:01:01"


def test_an_account_that_is_disabled_is_out_at_once(visitor: Client, person: Person) -> None:
    enter(visitor)
    assert is_in(visitor)
    with the_world():
        person.disabled_at = clock.now()
    assert not is_in(visitor)


@pytest.mark.parametrize(
    "address",
    ["/inspections/stalking-2026/matrix?by=area", "/inspections/stalking-2026/evidence/E-0001", "/"],
)
def test_one_is_led_back_to_where_one_wanted_to_go(visitor: Client, person: Person, address: str) -> None:
    asked = visitor.open("GET", address, follow=False)
    assert asked.status == 303
    page = visitor.open("GET", asked.location or "")
    fields = page.form("/sign-in") | {"email": "ines@example.gov.uk", "password": PASSWORD}
    assert visitor.post("accounts.sign_in", form=fields, follow=False).location == address


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:evil.example",
        "/\0/evil.example",
    ],
)
def test_nobody_is_led_to_another_site(visitor: Client, person: Person, address: str) -> None:
    form = {"email": "ines@example.gov.uk", "password": PASSWORD, "next": address}
    answer = visitor.post("accounts.sign_in", form=form, follow=False)
    assert (answer.status, answer.location) == (303, "/")


def test_a_fragment_asks_the_whole_page_to_sign_in(visitor: Client) -> None:
    here = "http://localhost/inspections/stalking-2026/interviews/INT-001?before=4"
    for method in ("GET", "POST"):
        answer = visitor.open(
            method, "/inspections/stalking-2026/interviews", htmx=True, headers={"HX-Current-URL": here}, follow=False
        )
        if method == "POST":
            assert answer.status == 405
            continue
        assert answer.status == 401
        assert answer.location == "/sign-in?next=/inspections/stalking-2026/interviews/INT-001?before%3D4"


def test_signed_in_already_one_is_led_on(visitor: Client, person: Person) -> None:
    enter(visitor)
    assert visitor.get("accounts.show_sign_in", follow=False).location == "/"
