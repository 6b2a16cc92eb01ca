"""The audit trail's chain: whole as written, and whatever is done to it names the first bad entry."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from app.access import Actor
from app.audit.models import SITE, AuditEntry, AuditHead, AuditPayload
from app.audit.queries import Verdict, chains, history, verify
from app.audit.services import FIRST, digest_of, hash_of, record
from app.db.transaction import writing
from app.extensions import db
from tests.audit.factories import BY, make_chain
from tests.databases import look_again, the_world
from tests.factories import the_inspection
from tests.threads import at_once


@pytest.fixture
def chain(app: Flask) -> str:
    """Of seven entries: one of the pack that was loaded, six of a note that was reworded."""
    return make_chain(6)


def tamper(*statements: Any) -> None:
    with the_world():
        for statement in statements:
            db.session.execute(statement)


def one(number: int) -> Any:
    """update(…) and delete(…) of one entry: `update(AuditEntry).where(*one(3))`."""
    return (AuditEntry.number == number, AuditEntry.chain == the_inspection().id.hex)


def verdict(chain: str) -> Verdict:
    look_again()
    return verify(chain)


def test_a_chain_as_written_is_whole(chain: str) -> None:
    assert (verdict(chain).broken_at, verdict(chain).entries, verdict(chain).erased) == (None, 7, 0)
    assert chains() == [chain]
    head = db.session.get_one(AuditHead, chain)
    assert (verdict(chain).head, head.number) == (head.hash, 7)


def test_entries_hold_one_another(chain: str) -> None:
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.number)).all()
    assert [entry.number for entry in entries] == list(range(1, 8))
    assert [entry.previous for entry in entries] == [FIRST, *(entry.hash for entry in entries[:-1])]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "at + 1 s"),
        ("actor_id", UUID(int=2)),
        ("actor", "Someone Else"),
        ("deed", "read"),
        ("object", "INT-008"),
        ("part", "note 99"),
        ("digest", "0" * 64),
        ("previous", "1" * 64),
        ("hash", "2" * 64),
    ],
)
@pytest.mark.parametrize("number", [1, 4, 7])
def test_an_altered_column_is_named(chain: str, column: str, value: Any, number: int) -> None:
    if column == "at":
        at = db.session.scalars(select(AuditEntry.at).where(*one(number))).one()
        value = at.replace(microsecond=(at.microsecond + 1) % 1_000_000)
    tamper(update(AuditEntry).where(*one(number)).values({column: value}))
    assert verdict(chain).broken_at == number


def test_every_column_is_altered_by_the_test_above() -> None:
    tried = {"at", "actor_id", "actor", "deed", "object", "part", "digest", "previous", "hash"}
    assert tried | {"chain", "number"} == {column.key for column in AuditEntry.__table__.columns}


@pytest.mark.parametrize("column", ["salt", "content"])
@pytest.mark.parametrize("number", [1, 4, 7])
def test_an_altered_payload_is_named(chain: str, column: str, number: int) -> None:
    value = {"salt": "f" * 32, "content": {"after": {"words": "Rotas never change."}}}[column]
    tamper(
        update(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number == number).values({column: value})
    )
    assert verdict(chain).broken_at == number
    assert "before and after" in verdict(chain).reason


def test_an_erased_payload_still_verifies(chain: str) -> None:
    tamper(delete(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number.in_([2, 5])))
    assert (verdict(chain).broken_at, verdict(chain).erased) == (None, 2)
    shown = history(the_inspection().id, "INT-007")
    assert [row.content is None for row in shown] == [False, False, True, False, False, True]


@pytest.mark.parametrize(
    ("cut", "first_bad"), [([7], 7), ([6, 7], 6), ([1], 1), ([4], 4), ([2, 3, 4], 2), (list(range(1, 8)), 1)]
)
def test_a_cut_chain_is_named_at_the_first_missing_entry(chain: str, cut: list[int], first_bad: int) -> None:
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number.in_(cut)),
        delete(AuditEntry).where(AuditEntry.chain == chain, AuditEntry.number.in_(cut)),
    )
    assert verdict(chain).broken_at == first_bad


def test_a_cut_end_with_the_head_set_back_shows_against_the_head_that_was_noted(chain: str) -> None:
    """The chain alone cannot tell: that is what the printed head is for."""
    noted = verdict(chain).head
    sixth = db.session.scalars(select(AuditEntry.hash).where(*one(6))).one()
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number == 7),
        delete(AuditEntry).where(*one(7)),
        update(AuditHead).where(AuditHead.chain == chain).values(number=6, hash=sixth),
    )
    assert verdict(chain).broken_at is None
    assert verdict(chain).head != noted


def test_a_gap_closed_by_renumbering_is_named(chain: str) -> None:
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number >= 3),
        delete(AuditEntry).where(*one(3)),
        *(update(AuditEntry).where(*one(number)).values(number=number - 1) for number in range(4, 8)),
    )
    assert verdict(chain).broken_at == 3


def test_reordered_entries_are_named(chain: str) -> None:
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain),
        update(AuditEntry).where(*one(3)).values(number=99),
        update(AuditEntry).where(*one(4)).values(number=3),
        update(AuditEntry).where(*one(99)).values(number=4),
    )
    assert verdict(chain).broken_at == 3


def forged(chain: str, number: int, previous: str) -> dict[str, Any]:
    entry = db.session.scalars(select(AuditEntry).where(*one(2))).one()
    fields = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
    fields |= {"number": number, "previous": previous, "deed": "approved", "digest": digest_of("", {})}
    return fields | {"hash": hash_of(fields)}


def test_an_inserted_entry_is_named(chain: str) -> None:
    """With a hash of its own that is right, and everything after it moved on by one."""
    third = db.session.scalars(select(AuditEntry.hash).where(*one(3))).one()
    entry = forged(chain, 4, third)
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain),
        *(update(AuditEntry).where(*one(number)).values(number=number + 1) for number in range(7, 3, -1)),
    )
    with the_world():
        db.session.add(AuditEntry(**entry))
    assert verdict(chain).broken_at == 5  # the forged one follows on; the next shows that it was put in between


def test_an_entry_beyond_the_head_is_named(chain: str) -> None:
    entry = forged(chain, 8, verdict(chain).head)
    with the_world():
        db.session.add(AuditEntry(**entry))
    assert verdict(chain).broken_at == 8


def test_a_rewritten_entry_is_named_where_the_chain_no_longer_holds(chain: str) -> None:
    second = db.session.scalars(select(AuditEntry.hash).where(*one(2))).one()
    entry = forged(chain, 3, second)
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number == 3),
        update(AuditEntry).where(*one(3)).values(entry),
    )
    assert verdict(chain).broken_at == 4


def test_a_rewritten_last_entry_is_named(chain: str) -> None:
    sixth = db.session.scalars(select(AuditEntry.hash).where(*one(6))).one()
    entry = forged(chain, 7, sixth)
    tamper(
        delete(AuditPayload).where(AuditPayload.chain == chain, AuditPayload.number == 7),
        update(AuditEntry).where(*one(7)).values(entry),
    )
    assert verdict(chain).broken_at == 7


def test_a_lost_head_is_named(chain: str) -> None:
    tamper(delete(AuditHead).where(AuditHead.chain == chain))
    assert chains() == [chain]
    assert verdict(chain).broken_at == 1
    assert "head" in verdict(chain).reason


def test_nothing_is_written_down_of_what_is_rolled_back(chain: str) -> None:
    def fail() -> None:
        with writing():
            record(BY, "did", "nothing", inspection_id=the_inspection().id)
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    with writing():
        pass
    assert verdict(chain).entries == 7


def test_writers_at_once_make_one_chain(app: Flask) -> None:
    """Four writers, each with two chains in one transaction, in either order: whole, nothing lost, no deadlock."""
    inspection_id = the_inspection().id

    def work(n: int) -> list[str]:
        seen = []
        for number in range(25):
            with app.app_context():
                both = [inspection_id, None] if n % 2 else [None, inspection_id]
                with writing():
                    for place in both:
                        record(Actor(UUID(int=n + 1), f"Writer {n}"), "wrote", f"{number}", inspection_id=place)
                seen.append(verify(inspection_id.hex).reason)  # whole at every moment, too
                db.session.remove()
        return seen

    outcomes = at_once(4, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert {reason for seen in outcomes for reason in seen} == {""}
    assert (verdict(inspection_id.hex).broken_at, verdict(inspection_id.hex).entries) == (None, 101)
    assert (verdict(SITE).broken_at, verdict(SITE).entries) == (None, 100)


def test_deeds_of_one_write_stand_in_the_order_done(app: Flask) -> None:
    with writing():
        for number in range(5):
            record(BY, "did", f"{number}")
    objects = db.session.scalars(select(AuditEntry.object).where(AuditEntry.chain == SITE).order_by(AuditEntry.number))
    assert list(objects) == ["0", "1", "2", "3", "4"]


def test_verifying_reads_a_long_chain_without_holding_it(app: Flask) -> None:
    with writing():
        for number in range(3000):
            record(BY, "did", f"{number}", after={"words": "x" * 50})
    assert verdict(SITE).entries == 3000
    assert len(db.session.identity_map) < 1100


def test_the_command_says_whole(app: Flask, chain: str) -> None:
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 0
    assert f"{chain}: whole, 7 entries, head {verdict(chain).head}" in result.output


def test_the_command_calls_an_inspection_by_its_code(app: Flask) -> None:
    chain = the_inspection().id.hex
    with the_world():
        record(BY, "did", "something", inspection_id=UUID(chain))
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert f"stalking-2026, {chain}: whole, " in result.output


def test_the_command_names_every_broken_chain(app: Flask, chain: str) -> None:
    with the_world():
        record(BY, "did", "something")
    tamper(
        update(AuditEntry).where(*one(4)).values(actor="Someone Else"),
        update(AuditEntry).where(AuditEntry.chain == SITE).values(deed="undid"),
    )
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert f"{chain}: broken at entry 4: it was altered" in result.output
    assert f"{SITE}: broken at entry 1: it was altered" in result.output


def test_the_chain_is_the_same_on_both_databases(app: Flask) -> None:
    """A hash worked out by hand: what is hashed does not depend on how a database gives it back."""
    with writing():
        record(BY, "did", "something", part="note 1", after={"words": "é\n“”"})
    look_again()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.chain == SITE)).one()
    raw = db.session.execute(text("SELECT salt FROM audit_payload WHERE chain = 'site'")).scalar_one()
    assert entry.digest == digest_of(raw, {"after": {"words": "é\n“”"}})
    assert entry.at.utcoffset() is not None
    fields = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
    assert entry.hash == hash_of(fields)
