import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.access import Actor
from app.audit.services import record
from app.db.base import AnyRow
from app.db.transaction import writing
from app.extensions import db
from app.formats.kinds import identify
from app.formats.letters import LARGEST, Look, fill_template, look_at_template
from app.formats.outcome import Trouble as FileTrouble
from app.inspections.models import Body, Inspection
from app.inspections.queries import find_requests, list_bodies
from app.inspections.requests import EventPart, LetterWordsPart
from app.jobs.models import Job
from app.jobs.registry import Progress, Trouble, job
from app.jobs.services import enqueue
from app.letters import queries
from app.letters.content import Content, Named, Signed, content_of
from app.letters.gaps import LINES, gaps_in, wrong_with
from app.letters.models import Letter, LetterTemplate
from app.letters.template import make_template
from app.register import services as register
from app.register.models import RequestEvent
from app.register.queries import Line, hold_requests, read_register
from app.register.services import What
from app.web import clock

MAKE = "make letters"
LETTERS = "letters"  # what the audit trail calls the whole of them
SECONDS = 300
NO_TEMPLATE = {
    FileTrouble.NOT_READ: "It is no Word document (.docx), holds a macro, or takes in something from elsewhere. Save it"
    " without that, as .docx",
    FileTrouble.TOO_LARGE: f"A template may have {LARGEST >> 20} MB. Use smaller pictures in it",
    FileTrouble.PASSWORD: "It has a password. Save it without one",
    FileTrouble.EMPTY: "The file has nothing in it",
    FileTrouble.JAIL_MISSING: FileTrouble.JAIL_MISSING.sentence.rstrip("."),
}
NOT_WORD = "It cannot be opened as a Word document. Save it in Word as .docx and send it again"


@dataclass(frozen=True, slots=True)
class Used:
    """The template that a letter is made from."""

    number: int  # 0: the pack's words
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A letter that is filled in and not yet kept."""

    content: Content
    file: bytes
    used: Used


@dataclass(frozen=True, slots=True)
class Extension:
    """A later due date that a letter gives to what it lists."""

    kind: EventPart  # the pack's event that sets a due date
    new_due: date
    reason: str


class NotMade(Exception):
    """The letter cannot be made; the message is one sentence."""


def template_for(inspection_id: UUID, words: LetterWordsPart) -> Used:
    """The team's last template where it has one, else the pack's words as one."""
    own = queries.find_template(inspection_id, words.code)
    if own is not None:
        return Used(own.number, own.sha256, own.content)
    return Used(0, digest_of(words), make_template(words))


def gaps_of(inspection_id: UUID, words: LetterWordsPart) -> set[str]:
    """The gaps that a letter is filled in by. A template of the team is opened in the child, outside any write."""
    own = queries.find_template(inspection_id, words.code)
    if own is None:
        return {gap.name for gap in gaps_in(words)}
    content, kind = own.content, identify(own.content, own.file_name)
    db.session.rollback()  # nothing is held while the child works
    return {gap.name for gap in look_at_template(content, kind, require_jail=current_app.config["JAIL_REQUIRED"]).gaps}


def digest_of(words: LetterWordsPart) -> str:
    return hashlib.sha256(json.dumps(words.model_dump(), sort_keys=True).encode()).hexdigest()


def look_at(inspection_id: UUID, data: bytes, name: str) -> Look:
    """What a file that is to be a template has. Opens it in the jailed child, outside any write."""
    names = [body.name for body in list_bodies(inspection_id)]
    db.session.rollback()  # nothing is held while the child works
    return look_at_template(data, identify(data, name), names, require_jail=current_app.config["JAIL_REQUIRED"])


def wrong_with_template(look: Look) -> str:
    """Why a file cannot be a template, in a sentence or two; empty when it can."""
    if look.trouble is not None:
        return NO_TEMPLATE.get(look.trouble, NOT_WORD)
    return " ".join(wrong_with(look.gaps, look.broken)[:3])


def take_template(inspection_id: UUID, words: LetterWordsPart, name: str, data: bytes, *, by: Actor) -> LetterTemplate:
    """Use a template, which was looked at before, for this letter from now on. The ones before it are kept."""
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update())
    template = LetterTemplate(
        inspection_id=inspection_id,
        letter=words.code,
        number=queries.last_template_number(inspection_id, words.code) + 1,
        file_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        uploaded_at=clock.now(),
        uploaded_by_id=by.id,
        uploaded_by=by.label,
        withdrawn_by="",
    )
    db.session.add(template)
    after = {"letter": words.label, "version": template.number, "sha256": template.sha256}
    record(by, "took a template of a letter", LETTERS, inspection_id=inspection_id, after=after)
    db.session.flush()
    return template


def withdraw_template(template: LetterTemplate, words: LetterWordsPart, *, by: Actor) -> None:
    """Write this letter in the pack's words again."""
    template.withdrawn_at, template.withdrawn_by = clock.now(), by.label
    after = {"letter": words.label, "version": template.number}
    record(by, "put the pack's words of a letter back", LETTERS, inspection_id=template.inspection_id, after=after)
    db.session.flush()


def make(
    inspection: Named,
    words: LetterWordsPart,
    used: Used,
    body_id: UUID,
    signed: Signed,
    *,
    overdue: bool = False,
    unasked: bool = False,
    on: date,
) -> Made:
    """Fill in a letter to a body. Outside any write: the template is opened in a child. Raises NotMade."""
    open_now = read_register(inspection.id, on, body_id=body_id)
    content = content_of(inspection, words, open_now, body_id, signed, overdue=overdue, unasked=unasked)
    if not content.rows:
        raise NotMade("Nothing is open there that this letter could list")
    gaps = [{name: value for name, value in row.items() if name != "id"} for row in content.rows]
    db.session.rollback()  # nothing is held while the child works
    filled = fill_template(used.content, LINES, content.values, gaps, require_jail=current_app.config["JAIL_REQUIRED"])
    if filled.trouble is not None:
        raise NotMade(NO_TEMPLATE.get(filled.trouble, NOT_WORD))
    return Made(content, filled.content, used)


def keep(
    inspection_id: UUID,
    words: LetterWordsPart,
    body: Body,
    made: Made,
    signed: Signed,
    *,
    by: Actor,
    job_id: UUID | None = None,
) -> Letter:
    """Keep a letter that was filled in."""
    letter = Letter(
        inspection_id=inspection_id,
        body_id=body.id,
        letter=words.code,
        template=made.used.number,
        template_sha256=made.used.sha256,
        dated=signed.dated,
        answer_by=signed.answer_by,
        send_to=signed.send_to,
        values=made.content.values,
        lines=list(made.content.rows),
        sha256=hashlib.sha256(made.file).hexdigest(),
        size=len(made.file),
        content=made.file,
        job_id=job_id,
        made_at=clock.now(),
        made_by_id=by.id,
        made_by=by.label,
        entered_by="",
    )
    db.session.add(letter)
    record(
        by,
        "made a letter",
        LETTERS,
        part=body.code,
        inspection_id=inspection_id,
        after={
            "letter": words.label,
            "date": signed.dated.isoformat(),
            **({"answer_by": signed.answer_by.isoformat()} if signed.answer_by else {}),
            "sha256": letter.sha256,
            "requests": ", ".join(row["code"] for row in made.content.rows),
        },
    )
    db.session.flush()
    return letter


def ask_for_set(
    inspection_id: UUID, words: LetterWordsPart, signed: Signed, *, overdue: bool, unasked: bool = False, by: Actor
) -> Job:
    """Have a letter made to each body of which something is open, by a job."""
    arguments = {
        "letter": words.code,
        "overdue": overdue,
        "unasked": unasked,
        "dated": signed.dated.isoformat(),
        "signed_by": signed.signed_by,
        "signed_as": signed.signed_as,
        "own_words": signed.own_words,
        "send_to": signed.send_to,
        "answer_by": signed.answer_by.isoformat() if signed.answer_by else "",
        "on": clock.today().isoformat(),
    }
    return enqueue(MAKE, arguments, by=by, inspection_id=inspection_id)


@job(MAKE, seconds=SECONDS)
def make_set(wanted: Job, by: Actor, progress: Progress) -> dict[str, Any]:
    """A letter to each body that has any; those that an attempt before this one kept are left as they are."""
    said: Mapping[str, Any] = wanted.arguments
    inspection = db.session.scalars(select(Inspection).where(Inspection.id == wanted.inspection_id)).one()
    words = words_of(inspection.id, said["letter"])
    if words is None:
        raise Trouble("The pack has no such letter any more. Make the letters anew.")
    signed = Signed(
        date.fromisoformat(said["dated"]),
        said["signed_by"],
        said["signed_as"],
        said["own_words"],
        said.get("send_to", ""),  # a set that was asked for before letters had these has none of them
        date.fromisoformat(said["answer_by"]) if said.get("answer_by") else None,
    )
    used = template_for(inspection.id, words)
    bodies = list(list_bodies(inspection.id))
    there = {letter.body_id for letter in queries.list_set(inspection.id, wanted.id)}
    on, made = date.fromisoformat(said["on"]), len(there)
    db.session.expunge_all()
    db.session.rollback()
    for number, body in enumerate(bodies, 1):
        if body.id not in there:
            try:
                only = {"overdue": said["overdue"], "unasked": said.get("unasked", False)}
                filled = make(inspection, words, used, body.id, signed, **only, on=on)
            except NotMade as error:
                if (sentence := str(error)) and not sentence.startswith("Nothing is open"):
                    raise Trouble(f"{sentence}.") from None
            else:
                with writing():
                    keep(inspection.id, words, body, filled, signed, by=by, job_id=wanted.id)
                made += 1
        progress(number, len(bodies))
    if not made:
        raise Trouble("Nothing is open at any body that this letter could list.")
    return {"letters": made}


def words_of(inspection_id: UUID, code: str) -> LetterWordsPart | None:
    """The pack's words of a letter."""
    requests = find_requests(inspection_id)
    return next((letter for letter in requests.letters if letter.code == code), None) if requests else None


def enter_for_lines(
    inspection_id: UUID,
    kind: EventPart,
    lines: Sequence[Line],
    what: What,
    *,
    letters: Iterable[Letter] = (),
    next_chases: Mapping[UUID, date | None] | None = None,
    extension: Extension | None = None,
    by: Actor,
) -> int:
    """Enter for each of these requests that it was asked or chased. The caller looked at them under the lock.

    `next_chases` are days to chase again, where each request has its own. With an `extension`, those that are due
    before its day are due then; how many that were.
    """
    held = {row.id: row for row in hold_requests(inspection_id)}
    for line in lines:
        own = (next_chases or {}).get(line.id, what.next_chase)
        register.enter(held[line.id], kind, replace(what, next_chase=own), by=by)
    later = [line for line in lines if extension and line.now.due is not None and line.now.due < extension.new_due]
    if extension is not None:
        said = replace(what, new_due=extension.new_due, next_chase=None, details={"reason": extension.reason})
        register.enter_for_all([held[line.id] for line in later], extension.kind, said, by=by)
    say_gone_out(letters, what.on, by=by)
    return len(later)


def say_gone_out(letters: Iterable[Letter], on: date, *, by: Actor) -> None:
    for letter in letters:
        letter.entered_at, letter.entered_by, letter.went_on = clock.now(), by.label, on
    db.session.flush()


ONE_GO = timedelta(minutes=1)  # in which all that is entered with a letter is entered


def entered_with(
    letters: Iterable[Letter], events: Iterable[RequestEvent], codes: Collection[str]
) -> list[RequestEvent]:
    """Of events that stand, those of these kinds that were entered as it was said that the letters have gone out."""
    by_line = {line["id"]: letter for letter in letters if letter.entered_at for line in letter.lines}
    found = []
    for event in events:
        letter = by_line.get(str(event.request_id))
        if letter is None or letter.entered_at is None or event.code not in codes:
            continue
        before = letter.entered_at - event.created_at
        same = (event.created_by, event.happened_on) == (letter.entered_by, letter.went_on)
        if same and timedelta(0) <= before <= ONE_GO:
            found.append(event)
    return found


def take_back(
    inspection_id: UUID,
    letters: Iterable[Letter],
    events: Iterable[RequestEvent],
    kind: EventPart,
    what: What,
    *,
    by: Actor,
) -> None:
    """Strike out what was entered with letters: they are as they were before they went out. `kind` strikes out."""
    held = {row.id: row for row in hold_requests(inspection_id)}
    for event in events:
        register.undo(held[event.request_id], event, kind, what, by=by)
    for letter in letters:
        letter.entered_at, letter.entered_by, letter.went_on = None, "", None
    db.session.flush()


def withdraw(letter: Letter, label: str, why: str, *, by: Actor) -> None:
    """A letter that is not to go out. It stays on record; `label` is what its kind is called."""
    letter.withdrawn_at, letter.withdrawn_by, letter.withdrawn_why = clock.now(), by.label, why
    after = {"letter": label, "date": letter.dated.isoformat(), "sha256": letter.sha256, "reason": why}
    record(by, "withdrew a letter", LETTERS, part=letter.body.code, inspection_id=letter.inspection_id, after=after)
    db.session.flush()


def replaced(letters: Sequence[Letter | AnyRow], newest: Mapping[tuple[UUID, str], AnyRow]) -> dict[UUID, AnyRow]:
    """Of letters that neither went out nor were withdrawn, the one that was made since and takes the place of each."""
    waiting = [one for one in letters if one.entered_at is None and one.withdrawn_at is None]
    found = {one.id: newest.get((one.body_id, one.letter)) for one in waiting}
    return {id: row for id, row in found.items() if row is not None and row.id != id}
