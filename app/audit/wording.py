"""A history in the words of the pages. Only what is shown is put into words: entries stay as they were written, so that
those of earlier versions, which wrote some things otherwise, read like those of today.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.db.base import AnyRow
from app.web import clock
from app.web.pages import long_date, long_moment

Terms = Mapping[str, Mapping[str, str]]  # by the name of a list of codes, their labels

# What was done, as a sentence says it after the name of who did it: {it} is whose history it is, {part} what else.
DEEDS = {
    # interviews, their plan and their topic guides
    "planned": "planned {it}",
    "made the planned interviews": "made the planned interviews",
    "changed": "changed what is planned for {part}",
    "changed the kind": "changed the kind of {it}",
    "scheduled": "scheduled {it}",
    "cancelled": "cancelled {it}",
    "put back": "put {it} back",
    "finished": "finished {it}",
    "wrote up": "wrote {it} up",
    "signed off": "signed {it} off",
    "reopened": "reopened {it}",
    "noted": "took {part}",
    "reworded": "reworded {part}",
    "reworded too late": "reworded {part} too late: both versions are kept",
    "kept the first version": "chose between two versions of {part}: kept the first",
    "took the second version": "chose between two versions of {part}: took the second",
    "joined two versions": "joined two versions of {part}",
    "corrected the note": "corrected {part}",
    "moved the note": "moved {part}",
    "split the note": "split {part}",
    "was split off": "made {part} by splitting another",
    "merged the note": "merged another note into {part}",
    "was merged": "merged {part} into another note",
    "tagged several notes": "tagged several notes together",
    "added an action": "wrote down {part}",
    "changed an action": "changed {part}",
    "could not change an action, as it had changed": "could not change {part}, as somebody had changed it",
    "did an action": "said that {part} is done",
    "took back that an action is done": "took back that {part} is done",
    "withdrew an action": "withdrew {part}",
    "put an action back": "put {part} back",
    "said who was there": "said which colleagues were there",
    "withdrew the note": "withdrew {part}",
    "put the note back": "put {part} back",
    "added a name": "added a name",
    "erased a name": "erased a name",
    "ticked": "ticked {part}",
    "marked as not asked": "marked as not asked: {part}",
    "took back the tick": "took back the tick of {part}",
    "took back that it was not asked": "took back that it was not asked: {part}",
    "ticked, too late": "wanted to tick {part}, which somebody had changed",
    "marked as not asked, too late": "wanted to mark as not asked {part}, which somebody had changed",
    "took back the tick, too late": "wanted to take back the tick of {part}, which somebody had changed",
    "took back that it was not asked, too late": "wanted to take back that it was not asked: {part}, which somebody had"
    " changed",
    "added a question to the topic guide": "added a question to the topic guide: {part}",
    "received notes": "received notes to be imported ({part})",
    "imported notes": "imported notes ({part})",
    "discarded the import": "discarded {part}",
    "withdrew the import": "withdrew {part}",
    "put the import back": "put {part} back",
    "reworded for this interview": "reworded {part} for this interview",
    "reworded for this interview, too late": "wanted to reword {part} for this interview, but somebody had"
    " changed the guide meanwhile",
    "put the topic guide into another order": "put the topic guide into another order",
    "put the topic guide into another order, too late": "wanted to put the topic guide into another order, but"
    " somebody had changed the guide meanwhile",
    "typed in from paper": "typed in from paper: {part}",
    "raised with the lead": "raised something with the lead inspector",
    "answered what was raised": "answered what was raised with the lead inspector",
    "read the lead's answer": "read the lead inspector’s answer",
    # evidence, links, themes, contradictions, file findings
    "lifted": "lifted {it}",
    "tagged": "tagged {it} with {part}",
    "put the tag back": "put {it} under {part} again",
    "took the tag off": "took the tag {part} off {it}",
    "revised": "revised {it}",
    "could not revise, as it had changed": "could not revise {it}, as it had changed",
    "followed its words": "split or merged the note in which {it} stands",
    "withdrew": "withdrew {it}",
    "linked": "linked {it} with {part}",
    "took the link off": "took the link with {part} off {it}",
    "put under the theme": "put {it} under the theme ‘{part}’",
    "took off the theme": "took {it} off the theme ‘{part}’",
    "renamed": "renamed a theme to ‘{part}’",
    "merged": "merged the theme ‘{part}’ into another",
    "took apart": "took the theme ‘{part}’ apart again",
    "resolved the contradiction of": "resolved the contradiction of {object} and {part}",
    "reopened the contradiction of": "reopened the contradiction of {object} and {part}",
    "imported": "imported {it}",
    "changed by import": "changed {it} by an import",
    "left": "left a spreadsheet that was looked at: nothing was imported",
    # documents, requests, other sources, visits
    "received": "received {it}",
    "superseded": "said that {part} supersedes {it}",
    "was said to be newer": "said that {it} is a newer version of {part}",
    "took back the newer version": "took back that {it} and {part} are versions of one document",
    "was found clean": "scanned {it} for viruses, and found nothing",
    "was found infected": "scanned {it} for viruses: it stays closed",
    "was found to be a message": "found that {it} is a message, in which files may lie",
    "took files out": "took files out of {it}",
    "came again": "received {it} again, from another body, and kept it once",
    "read": "had the text of {it} read",
    "found the file damaged or missing": "found that the file on the server is damaged or missing",
    "found the file whole again": "found the file on the server whole again",
    "opened": "opened {it}, which is closed to the team",
    "checked for names": "checked {it} for names",
    "looked through the files in": "looked through the files in {it} for names, and found none",
    "struck out": "struck words out on {part}",
    "changed the title of": "changed the title of {it}",
    "changed the file name of": "changed the name of the file of {it}",
    "took back a strike": "took back what was struck out on {part}",
    "took a copy out": "took a copy of {it} out, with words struck out",
    "is to be checked again": "said that {it} was checked by mistake, and is to be checked for names again",
    "entered": "entered {it}",
    "corrected": "corrected {it}",
    "corrected too late": "corrected {it} too late: both versions are kept",
    "made the requests of the pack": "made the requests of the pack",
    "added a request": "added {it} to the requests",
    "changed a request": "changed what {it} asks for",
    "changed a request too late": "changed what {it} asks for too late: nothing was changed",
    "withdrew a request": "withdrew {it}",
    "could not plan, as it had changed": "could not change due date, period and owner, as somebody had changed them",
    "set the due date": "set the due date",
    "kept the details of a unit": "kept the details of {part}",
    "could not keep the details of a unit, as they had changed": "could not keep the details of {part}, as somebody had"
    " changed them",
    "could not set due dates, as one had changed": "could not set due dates, as one had changed",
    "said that it answers a request": "said that {it} answers {part}",
    "took off": "took off {part}",
    "gave back": "put {part} back, which a newer version had taken the place of",
    "said that it answers a request again": "said that {it} answers {part} again, which a newer version had answered",
    "said that it answers no request": "said that {it} answers no request",
    "is to be sorted again": "said that {it} is to be sorted again",
    "lifted the nil return": "lifted the nil return of {part} as a document",
    "kept figures": "kept {part} of {it}",
    "corrected figures": "corrected {part} of {it}",
    "corrected figures too late": "corrected {part} of {it} too late: nothing was changed",
    "put figures back": "put {part} of {it} back",
    "withdrew figures": "withdrew {part} of {it}",
    "made a letter": "made a letter to {part}",
    "withdrew a letter": "withdrew a letter to {part}",
    "took a template of a letter": "took a template of a letter",
    "put the pack's words of a letter back": "wrote a letter in the pack’s words again",
    "arranged": "arranged {it}",
    "added a line of enquiry": "added a line of enquiry",
    "took off a line of enquiry": "took off a line of enquiry",
    "wrote the debrief": "wrote the debrief",
    "wrote the debrief too late": "wrote the debrief too late: both versions are kept",
    # the pack, the team, accounts
    "loaded the pack": "loaded the pack",
    "took a newer pack": "took a newer pack",
    "kept the whole pack": "made what an earlier version of Fieldbook had not made of the pack",
    "made the demonstration": "made the demonstration",
    "added to the team": "added {part} to the team",
    "invited to the team": "invited somebody to the team",
    "took up the invitation": "took up the invitation",
    "renewed the invitation": "made a new link of an invitation",
    "revoked the invitation": "revoked an invitation",
    "changed the roles": "changed the roles of {part}",
    "took off the team": "took {part} off the team",
    "could not change the roles, as they had changed": "could not change the roles of {part}, as they had changed",
    "added": "added the account of {part}",
    "invited": "invited somebody to an account",
    "signed in": "signed in",
    "gave a receipt": "made a receipt",
    "was given a key for notes on a device": "was given a key for notes on a device",
    "signed out": "signed out",
    "ended a sign-in elsewhere": "ended one of their own sign-ins elsewhere",
    "ended the sign-ins elsewhere": "ended their own sign-ins elsewhere",
    "disabled": "disabled the account of {part}",
    "enabled again": "enabled the account of {part} again",
    "gave the administrator's right": "made {part} an administrator",
    "took the administrator's right away": "took the administrator’s right of {part} away",
    "changed the name": "changed the name of {part}",
    "set a new password": "set a new password for {part}",
    "reset the password": "reset the password of {part}",
    "made a calendar address": "made a calendar address",
    "made a new calendar address": "made a new calendar address",
    "revoked the calendar address": "revoked the calendar address",
    "gave the calendar to whoever has its address": "gave the calendar to whoever has its address",
}
ENTERED = re.compile("^entered ‘.*’$", re.DOTALL)  # an event of the pack, by its label
PEOPLE = ("team", "person", "invitation")  # of these the part is somebody's id
REQUESTED = (
    "said that it answers a request",
    "took off",
    "said that it answers a request again",
)  # of these it may be a request, 'A3 WES'

# How a value is said, beside the names of lists of codes.
TYPED, DAY, MOMENT, YES_NO, PERSON, BYTES, DATES_IN_TEXT, HIDDEN = (
    "typed",
    "day",
    "moment",
    "yes or no",
    "person",
    "bytes",
    "dates in text",
    "hidden",
)


@dataclass(frozen=True, slots=True)
class Field:
    label: str  # what the form calls it
    how: str = TYPED  # or one of the above, or the name of a list of codes


# By what it is called in an entry; under a deed as well where two mean something else by it.
FIELDS = {
    "reason": Field("Reason"),
    "words": Field("Exact words"),
    "sha256": Field("", HIDDEN),
    # interviews
    "kind": Field("Kind", "kinds"),
    "held_at": Field("Date", MOMENT),
    "minutes": Field("Length in minutes"),
    "place": Field("Place or link"),
    "remote": Field("Held remotely", YES_NO),
    "title": Field("What it is about"),
    "lead_interviewer": Field("Lead interviewer"),
    "lead_id": Field("Lead interviewer", PERSON),
    "note_taker": Field("Note-taker"),
    "note_taker_id": Field("Note-taker", PERSON),
    "attendees": Field("How many are seen"),
    "attendee_roles": Field("Their roles"),
    "speaker": Field("Speaker"),
    "quote": Field("Quotation", YES_NO),
    "prompt": Field("Prompt"),
    "before_note": Field("Now before"),
    "behind_note": Field("Now behind"),
    "behind_it": Field("The second part"),
    "from_note": Field("Split off"),
    "with_note": Field("Merged"),
    "into_note": Field("Merged into"),
    "question": Field("Question"),
    "what": Field("What is to be done"),
    "who": Field("Who"),
    "colleagues": Field("Colleagues who were there"),
    "order": Field("Order"),
    "notes": Field("Notes"),
    "paragraphs": Field("Paragraphs"),
    "first": Field("First note"),
    "stay": Field("Notes that stay, as evidence was lifted from them"),
    "interviews": Field("Interviews and focus groups"),
    "number": Field("Number planned"),
    # evidence, links, themes, contradictions, file findings
    "from": Field("From"),
    "gist": Field("Gist"),
    "direction": Field("What it shows", "directions"),
    "Shows": Field("Shows", "directions"),
    "evidence_kind": Field("Kind of evidence", "evidence_kinds"),
    "tags": Field("Criteria", "criteria"),
    "attributable": Field("May be attributed to the role", YES_NO),
    "distressing": Field("Distressing content", YES_NO),
    "good_practice": Field("It points to good practice", YES_NO),
    "relation": Field("Relation", "relations"),
    "outcome": Field("Outcome", "outcomes"),
    "set_aside": Field("Set aside"),
    "name": Field("Name"),
    "into": Field("Merged into"),
    "row": Field("Row of the spreadsheet"),
    "statement": Field("Finding"),
    "files": Field("Files"),
    "applicable": Field("Applicable"),
    "Finding": Field("Finding"),
    "Criteria": Field("Criteria"),
    "Area": Field("Area", "bodies"),
    "Files": Field("Files"),
    "Applicable": Field("Applicable"),
    "added": Field("Findings added"),
    "changed": Field("Findings changed"),
    # documents, requests, other sources, visits
    "size": Field("Size", BYTES),
    "pages": Field("Pages read"),
    "trouble": Field("What went wrong", "troubles"),
    "family": Field("What it is", "families"),
    "given_by": Field("Given by"),
    "made": Field("Requests made"),
    "date": Field("Date", DAY),
    "by": Field("By whom on the team"),
    "how": Field("How"),
    "answer": Field("Answer"),
    "note": Field("Note"),
    "from_whom": Field("From whom"),
    "result": Field("Result", "results"),
    "places": Field("Places"),
    "new_due": Field("New due date", DAY),
    "next_chase": Field("Chase again on", DAY),
    "answer_by": Field("To be answered by", DAY),
    "units": Field("Which of them"),
    "parts": Field("Which parts"),
    "last": Field("The body says that this is all there is", YES_NO),
    "event": Field("Strikes out event"),
    "due": Field("Due date", DAY),
    "expected": Field("How many are expected"),
    "maximum": Field("The most that are asked for"),
    "period": Field("Period that it is asked for"),
    "request": Field("Request whose columns they are"),
    "owner": Field("Owner"),
    "owner_id": Field("Owner", PERSON),
    "requests": Field("Requests"),
    "letter": Field("Letter"),
    "figures": Field("Figures"),
    "holds": Field("Holds"),
    "held": Field("Held"),
    "document": Field("Document"),
    "found": Field("Found"),
    "documents": Field("Documents"),
    "came_in": Field("Came in"),
    "starts_on": Field("First day", DAY),
    "ends_on": Field("Last day", DAY),
    "inspectors": Field("Who goes"),
    "contact": Field("Area contact"),
    "phone": Field("Telephone of that office"),
    "email": Field("E-mail address"),
    "purpose": Field("What it is for"),
    "line": Field("Line of enquiry"),
    "criteria": Field("Criteria"),
    # the pack, the team, accounts
    "version": Field("Version"),
    "changes": Field("What it changes", DATES_IN_TEXT),
    "left as edited": Field("Left as the team edited it", DATES_IN_TEXT),
    "role": Field("Role", "team_roles"),
    "roles": Field("Roles"),
    "invited_by": Field("Invited by"),
    "wanted": Field("Wanted"),
    "e-mail": Field("E-mail address"),
    "administrator": Field("Administrator", YES_NO),
    "left_without_a_lead_inspector": Field("Left without a lead inspector"),
    "sign_ins": Field("Sign-ins ended"),
    "sign_ins_ended": Field("Sign-ins ended"),
    "sign-ins_ended": Field("Sign-ins ended"),
}
UNDER = {
    ("came again", "body"): Field("Who sent it too"),
    ("was said to be newer", "body"): Field("Who sent it, as of the older version"),
    ("entered", "title"): Field("Title"),
    ("added a request", "title"): Field("What it is"),
    ("added a request", "text"): Field("What is asked for"),
    ("changed a request", "title"): Field("What it is, in a few words"),
    ("changed a request", "text"): Field("What is asked for, as the letter puts it"),
    ("changed a request", "criteria"): Field("Criteria that it informs"),
    ("changed a request too late", "title"): Field("What it is, in a few words"),
    ("changed a request too late", "text"): Field("What is asked for, as the letter puts it"),
    ("entered", "given_by"): Field("Who it comes from"),
    ("received", "kind"): Field("Kind of file", "file_kinds"),
    ("received notes", "kind"): Field("Kind of file", "file_kinds"),
    ("imported notes", "last"): Field("Last note"),
    ("arranged", "place"): Field("Building and rooms"),
    ("arranged", "email"): Field("E-mail address of that office"),
    ("took a newer pack", "files"): Field("In its files"),
    ("kept the whole pack", "made"): Field("Made now"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What something was before or is after. `exact` words of a source are covered where they distress."""

    label: str
    value: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a history, in words."""

    at: datetime
    actor: str
    deed: str
    lines: tuple[Line, ...]
    part: str = ""  # what of the thing it concerns, as recorded: by this a page may link the deed


def field_of(deed: str, name: str) -> Field:
    """How something is called and said. A pack's own are called as the form calls them that is made from it."""
    return UNDER.get((deed, name)) or FIELDS.get(name) or Field(name.replace("_", " ").capitalize())


def lists_in(entries: Iterable[AnyRow]) -> set[str]:
    """The lists of codes that have to be known to tell these entries."""
    found = {field_of(entry.deed, name).how for entry, name, _value in _values(entries)}
    return found | {"bodies" for entry in entries if entry.deed in REQUESTED}


def ids_in(entries: Iterable[AnyRow]) -> list[UUID]:
    """The people whom these entries name by their ids."""
    found = [_id(entry.part) for entry in entries if entry.object in PEOPLE]
    found += [_id(value) for entry, name, value in _values(entries) if field_of(entry.deed, name).how == PERSON]
    return [id for id in dict.fromkeys(found) if id is not None]


def tell(
    entries: Iterable[AnyRow], names: Mapping[UUID, str], terms: Terms | None = None, about: str | None = None
) -> list[Told]:
    """Entries of a history in words; the `names` of `ids_in` and the `terms` of `lists_in` are given.

    `about` is whose history it is, where others' deeds may stand in it too.
    """
    return [
        Told(
            entry.at,
            entry.actor,
            _deed(entry, names, terms or {}, about),
            tuple(_lines(entry, names, terms or {})),
            entry.part,
        )
        for entry in entries
    ]


def _values(entries: Iterable[AnyRow]) -> Iterable[tuple[AnyRow, str, Any]]:
    for entry in entries:
        for side in (entry.content or {}).values():
            for name, value in side.items():
                yield entry, name, value


def _deed(entry: AnyRow, names: Mapping[UUID, str], terms: Terms, about: str | None) -> str:
    part = entry.part
    if entry.object in PEOPLE:
        id = _id(part)
        part = names.get(id, "somebody") if id else "somebody"
    elif entry.deed in REQUESTED and (words := part.split(" ", 1))[1:]:
        part = f"{words[0]}, {terms.get('bodies', {}).get(words[1], words[1])}"
    if entry.deed in DEEDS:
        it = entry.object if about and entry.object != about else "it"
        return DEEDS[entry.deed].format(it=it, object=entry.object, part=part)
    return f"{entry.deed} ({part})" if part else entry.deed


def _lines(entry: AnyRow, names: Mapping[UUID, str], terms: Terms) -> Iterable[Line]:
    content = entry.content or {}
    had = set()
    for side in ("before", "after"):
        for name, value in content.get(side, {}).items():
            field = field_of(entry.deed, name)
            if field.how == HIDDEN:
                continue
            said = _said(value, field.how, names, terms)
            if side == "before" and said:
                had.add(field.label)
            elif side == "after" and not said and field.label in had:
                said = "none"
            if said:
                yield Line(field.label + (" before" if side == "before" else ""), said, exact=name == "words")


def _said(value: Any, how: str, names: Mapping[UUID, str], terms: Terms) -> str:
    """A value in words; empty where it says nothing. What is not as it should be is said as it is."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(_said(one, how, names, terms) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if how in SAID:
        return SAID[how](value)
    if how == PERSON:
        id = _id(value)
        return names.get(id, "somebody") if id else str(value)
    return terms.get(how, {}).get(value, str(value))


def _day(value: Any) -> str:
    try:
        return long_date(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)


def _moment(value: Any) -> str:
    """The day, with the time where one is set."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    local = moment.astimezone(clock.LONDON)
    return long_moment(moment) if local.hour or local.minute else long_date(moment)


def _dates_in_text(value: Any) -> str:
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda found: _day(found[0]), str(value))


SAID: dict[str, Callable[[Any], str]] = {
    TYPED: str,
    DAY: _day,
    MOMENT: _moment,
    YES_NO: str,
    BYTES: lambda value: f"{value:,} bytes",
    DATES_IN_TEXT: _dates_in_text,
}


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        return None
