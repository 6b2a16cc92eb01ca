"""The durability receipt of an interview: what the server held at a moment, so that it can be looked up again later.

Its fingerprint is the SHA-256 over a line for each note, in order: number, a space, the SHA-256 of the note's words,
and a line feed. Anybody who has the words can work it out again with other tools.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Actor
from app.audit.services import record
from app.extensions import db
from app.interviews import receipt_queries
from app.interviews.models import Interview, Receipt
from app.interviews.receipt_queries import Held
from app.web import clock


def fingerprint_of(notes: Sequence[tuple[int, str]]) -> str:
    """`notes`: number and SHA-256 of the words of each, in order."""
    return hashlib.sha256("".join(f"{number} {sha256}\n" for number, sha256 in notes).encode()).hexdigest()


def give_receipt(interview: Interview, *, by: Actor) -> Receipt:
    """What the server holds of the interview now, read back from the database, hashed anew, and kept."""
    held = receipt_queries.list_held(interview.id)
    notes = [(one.number, _sha256(one.text)) for one in held]
    receipt = Receipt(
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        notes=len(notes),
        words=sum(len(one.text.split()) for one in held),
        fingerprint=fingerprint_of(notes),
        lines=[list(note) for note in notes],
        made_at=clock.now(),
        made_by_id=by.id,
        made_by=by.label,
    )
    db.session.add(receipt)
    db.session.flush()
    record(
        by,
        "gave a receipt",
        interview.reference,
        inspection_id=interview.inspection_id,
        after={"notes": receipt.notes, "words": receipt.words, "sha256": receipt.fingerprint},
    )
    return receipt


@dataclass(frozen=True, slots=True)
class Checked:
    """A receipt against what the server holds now. Numbers of notes."""

    receipt: Receipt
    missing: list[int]  # words of then that are held nowhere, or not as they were: never so, unless data was damaged
    reworded: list[int]  # words of then are held as an earlier version
    arranged: list[int]  # words of then are held as an earlier version, and now divided or with others
    withdrawn: list[int]
    merged: list[int]  # words of then are held, as words of another note now
    added: list[int]
    moved: bool  # the notes of then that stand are in another order

    @property
    def is_whole(self) -> bool:
        """Whether everything of then is held, byte for byte."""
        return not self.missing

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed since, either."""
        return self.is_whole and not self.since and not self.moved

    @property
    def since(self) -> list[tuple[str, list[int]]]:
        """What was done since, in words, and with which notes; the words of then are kept as an earlier version."""
        found = (
            ("reworded", self.reworded),
            ("split, or merged with another", self.arranged),
            ("merged into another", self.merged),
            ("withdrawn", self.withdrawn),
            ("added", self.added),
        )
        return [(words, numbers) for words, numbers in found if numbers]


def check_receipt(receipt: Receipt, held: Sequence[Held]) -> Checked:
    """`held`: every text of every note of the interview, of `list_held(…, every_version=True)`; each is hashed anew."""
    texts: dict[int, set[str]] = {}
    present: dict[int, str] = {}
    withdrawn, merged, arranged = set(), set(), set()
    for one in held:
        sha256 = _sha256(one.text)
        texts.setdefault(one.number, set()).add(sha256)
        if one.is_present:
            present[one.number] = sha256
            if not one.supersedes:
                arranged.add(one.number)
            if one.merged:
                merged.add(one.number)
            elif one.withdrawn:
                withdrawn.add(one.number)
    then: dict[int, str] = dict(receipt.lines)
    missing = [number for number, sha256 in then.items() if sha256 not in texts.get(number, ())]
    other = [number for number, sha256 in then.items() if number not in missing and present.get(number) != sha256]
    return Checked(
        receipt,
        missing,
        [number for number in other if number not in arranged],
        [number for number in other if number in arranged],
        [number for number in then if number in withdrawn],
        [number for number in then if number in merged],
        sorted(number for number in present if number not in then and number not in withdrawn | merged),
        [number for number in then if number in present] != [number for number in present if number in then],
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
