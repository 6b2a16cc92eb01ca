"""Documents that are closed until somebody has checked them for names: what waits, opening one, and what was found."""

from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.documents import access, checking, queries, reading, striking
from app.documents.access import Inside, Sight
from app.documents.checking_forms import CheckAgainForm, CheckForm, NamingForm, StrikeForm
from app.documents.handling import Check, cannot_be_read, read_handling
from app.documents.models import Document, Names, Strike, TextState
from app.documents.reading import page_number
from app.documents.views import SHOWN, bp, get_document, show_closed
from app.evidence.filters import read_before
from app.evidence.marking import Piece, SeveralTimes, Span, find_span, pieces
from app.evidence.models import SourceText
from app.evidence.passages import NOT_THERE
from app.evidence.sheets import Sheet, laid_out
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of
from app.inspections.people import Named, known_in
from app.inspections.references import reference
from app.web.asking import Concern
from app.web.pages import count, page, time_of_day, to

CHECK = "documents/check.html"
MOST_NAMED = 3  # pages on which words are still there
NO_CHECK = "The pack of this inspection says nothing of a check for names, so documents are open as they come in."
OPEN_IT = "Its text is not read: open the original, look through all of it, and tick that you did"
NO_PACK = "The pack of this inspection was kept only in part. Have it loaded again; then documents can be checked."


@bp.app_context_processor
def _how_many_wait() -> dict[str, Callable[[], int]]:
    """For the tabs of Documents: asked only where they are shown."""
    return {"count_unchecked": lambda: queries.count_unchecked(g.inspection.id)}


@bp.get("/to-check")
@allow(Action.READ)
def list_unchecked(inspection: CurrentInspection):
    documents, after = queries.list_unchecked(inspection.id, read_before("after"))
    return page("documents/unchecked.html", documents=documents, after=after)


@bp.post("/<reference>/open")
@allow(Action.RECORD)
def open_document(inspection: CurrentInspection, reference: str):
    """Open one that is closed to the team, to check it or the files in it; for the lead, what names were found in."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    if document.names is Names.CLEAR and access.sight_of(inspection, document, g.actor.id) is Sight.ALL:
        return to(url_for(".show_document", reference=document.reference))
    if not access.opens_to(inspection, document):
        abort(403, access.why_closed(document))
    others = [opening for opening in queries.list_open(document) if opening.opened_by_id != g.actor.id]
    checking.open_document(document, by=g.actor)
    if others and document.names is Names.UNCHECKED:
        since = f"{others[0].opened_by} has had it open since {time_of_day(others[0].opened_at)}"
        flash(f"{since}, perhaps to check it. See who of you does.", "info")
    if _typed() and document.names is Names.UNCHECKED:
        return _check_page(inspection, document)
    opened = "register.show_contents" if document.names is Names.CLEAR else ".show_check"
    return to(url_for(opened, reference=document.reference))


@bp.get("/<reference>/check")
@allow(Action.RECORD)
def show_check(inspection: CurrentInspection, reference: str):
    """What it says, as it was received, beside what to look for. Only to whoever has opened it."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    if document.names is Names.CLEAR:
        return to(url_for(".show_document", reference=document.reference))
    if not access.has_it_open(inspection, document, g.actor.id):
        return show_closed(inspection, document)
    return _check_page(inspection, document)


@bp.post("/<reference>/check")
@allow(Action.RECORD)
def save_check(inspection: CurrentInspection, reference: str):
    document = get_document(inspection, reference, least=Sight.NOTHING, for_change=True)
    if document.names is Names.UNCHECKED and not access.has_it_open(inspection, document, g.actor.id):
        return show_closed(inspection, document, 403, typed=_typed())  # opened on another day, or before it was checked
    form, present = _check_form(inspection), _check_form(inspection, document)
    if not form.is_as_opened(present):
        conflict = conflict_of(inspection, form, present, document.reference, checking.CHECKING)
        return page(
            "documents/checked_meanwhile.html",
            409,
            document=document,
            conflict=conflict,
            check=_get_check(inspection),
            form=CheckAgainForm(formdata=None),
            typed=_typed(),
            may_enter=inspection.allows(access.may_open(document)),
            why=access.why_closed(document),
        )
    if not access.has_it_open(inspection, document, g.actor.id):
        abort(403, access.why_closed(document))
    if not form.validate_on_submit():
        return _check_page(inspection, document, form, 422)
    if named := _names_in(inspection, document, form.note.data or ""):
        form.note.errors = [named]
        return _check_page(inspection, document, form, 422)
    if form.found is Names.CLEAR and not form.opened_it.data and _is_read_nowhere_else(document):
        form.opened_it.errors = [OPEN_IT]
        return _check_page(inspection, document, form, 422)
    if wrong := _wrong(inspection, document, form.found):
        form.result.errors = [wrong]
        return _check_page(inspection, document, form, 422)
    asked = _concerns(inspection, document, form.found)
    if not form.is_meant(asked):
        return _check_page(inspection, document, form, 422, asked=asked)
    looked_through = bool(form.files_too.data) and form.found in SHOWN and document.may_be_taken_apart
    if looked_through and (wrong := _why_not_looked_through(inspection, document)):
        form.files_too.errors = [wrong]
        return _check_page(inspection, document, form, 422)
    checking.say(document, form.found, form.note.data or "", by=g.actor)
    if looked_through:
        checking.look_through(document, by=g.actor)
    check, waits = _get_check(inspection), access.waits_for_files(document)
    if form.found is Names.CLEAR and document.is_archive:
        is_open = _what_it_waits_for(document) if waits else "It is open to the team."
        flash(f"{document.reference} is checked. {is_open}", "success")
    elif form.found is Names.CLEAR and waits:
        found = f"{check.in_short(form.found)} in what it says itself, which is open to the team"
        flash(f"{document.reference} is checked. {found}. {_what_it_waits_for(document)}", "success")
    else:
        flash(f"{document.reference} is checked. {check.results[form.found]}.", "success")
    return to(url_for(".show_document", reference=document.reference))


@bp.post("/<reference>/files-looked-through")
@allow(Action.RECORD)
def look_through(inspection: CurrentInspection, reference: str):
    """Whoever has it open says that the files in it that were not taken out were looked through."""
    document = get_document(inspection, reference, least=Sight.ALL, for_change=True)
    if document.names not in SHOWN:
        abort(409, f"{document.reference} itself is not checked. Say both when you say what you found.")
    if not inspection.allows(access.may_open(document)):
        abort(403, access.why_closed(document))
    contents = url_for("register.show_contents", reference=document.reference)
    if wrong := Inside.of(document).why_not_looked_through:
        flash(f"{wrong}.", "error")
        return to(contents)
    if document.files_at is None and document.may_be_taken_apart:
        checking.look_through(document, by=g.actor)
    waits = access.waits_for_files(document)
    is_open = _what_it_waits_for(document) if waits else "It is open to the team."
    flash(f"You have looked through the files in it. {is_open}", "success")
    return to(contents)


def _why_not_looked_through(inspection: CurrentInspection, document: Document) -> str:
    """A sentence where this person cannot have looked through the files in a document; else empty."""
    inside = Inside.of(document)
    if inside.restricted and not inspection.allows(Action.DECIDE):
        return inside.waits_for.rstrip(".")
    return inside.why_not_looked_through


def _what_it_waits_for(document: Document) -> str:
    inside = Inside.of(document)
    known = inside.closed
    if known:
        listed = ", ".join(reference(one.prefix, one.number) for one in known)
        return f"Its file stays closed: {listed} in it {'is' if len(known) == 1 else 'are'} not open to the team."
    return "Its file stays closed until the files in it were checked too."


@bp.get("/<reference>/check-again")
@allow(Action.RECORD)
def show_check_again(inspection: CurrentInspection, reference: str):
    document = _get_to_check_again(inspection, reference)
    if document.names is Names.UNCHECKED:
        return to(url_for(".show_document", reference=document.reference))
    return page("documents/check_again.html", document=document, form=CheckAgainForm(formdata=None), typed={})


@bp.post("/<reference>/check-again")
@allow(Action.RECORD)
def check_again(inspection: CurrentInspection, reference: str):
    """It was checked by mistake: closed once more."""
    document = _get_to_check_again(inspection, reference, for_change=True)
    form = CheckAgainForm()
    if not form.validate_on_submit():
        return page("documents/check_again.html", 422, document=document, form=form, typed=_typed(), error=True)
    if named := _names_in(inspection, document, form.reason.data or ""):
        form.reason.errors = [named]
        return page("documents/check_again.html", 422, document=document, form=form, typed=_typed(), error=True)
    if document.names is Names.UNCHECKED:
        abort(409, f"{document.reference} is to be checked already. Nothing was changed.")
    if not read_handling(inspection.id).check:
        abort(409, NO_CHECK)
    checking.check_again(document, form.reason.data or "", by=g.actor)
    flash(f"{document.reference} is closed until somebody has checked it for names.", "success")
    if _typed():  # somebody else was faster: what this person found is entered anew
        checking.open_document(document, by=g.actor)
        return _check_page(inspection, document, _as_typed(inspection, document))
    return to(url_for(".show_document", reference=document.reference))


def _get_to_check_again(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> Document:
    """403 where the lead alone may open its original: whoever checks it again sees that."""
    document = get_document(inspection, reference, least=Sight.NOTHING, for_change=for_change)
    if not inspection.allows(access.may_open(document)):
        abort(403, f"{access.why_closed(document)} So the lead has it checked again: say what you found.")
    return document


@bp.post("/<reference>/strikes")
@allow(Action.RECORD)
def strike(inspection: CurrentInspection, reference: str):
    """Strike words out: where they were selected, or where they stand, or everywhere."""
    document, form = _get_open(inspection, reference), StrikeForm()
    if not form.validate_on_submit():
        return _check_page(inspection, document, status=422, strike=form)
    words, position = form.words.data or "", page_number()
    if form.everywhere.data:
        struck = striking.strike_everywhere(document, words, by=g.actor)
        if not struck and striking.strike_names(document, words, by=g.actor):
            return _struck(inspection, document, "Struck out of its title or file name.")
        if not struck:
            form.words.errors = ["These words stand nowhere in the text by themselves, or are struck out already"]
            return _check_page(inspection, document, status=422, strike=form)
        return _struck(inspection, document, f"Struck out in {count(struck, 'place')}.")
    text = queries.find_page(document.id, position)
    if text is None:
        abort(404, f"{document.reference} has no page {position} with text.")
    try:
        span = find_span(text.text, words, form.start.data, form.end.data)
        if span is None and striking.strike_names(document, words, by=g.actor):
            return _struck(inspection, document, "Struck out of its title or file name.")
        if span is None:
            raise ValueError(NOT_THERE)
        striking.strike(document, text, span, by=g.actor)
    except SeveralTimes as several:
        form.words.errors = [f"These words stand {several.args[0]} times on this page. Add some, or tick ‘Everywhere’"]
    except striking.NothingNew:
        form.words.errors = ["These words are struck out already"]
    except ValueError as wrong:
        form.words.errors = [str(wrong)]
    else:
        return _struck(inspection, document, "Struck out.")
    return _check_page(inspection, document, status=422, strike=form)


def _struck(inspection: CurrentInspection, document: Document, said: str):
    """Back to the page; where something was typed for the result, with that in its place."""
    flash(said, "success")
    if _typed():
        return _check_page(inspection, document, _as_typed(inspection, document))
    return to(reading.read_place(document, reading.CHECK).address())


def _typed() -> dict[str, str]:
    """What was typed for a result, and sent along with another form of the page."""
    sent = {name: request.form.get(name, "") for name in ("result", "note")}
    return {name: value for name, value in sent.items() if value}


def _as_typed(inspection: CurrentInspection, document: Document) -> CheckForm:
    form = _check_form(inspection, document)
    form.opened.data = form.stamp()
    typed = _typed()
    form.result.data, form.note.data = typed.get("result"), typed.get("note", "")
    return form


@bp.post("/<reference>/strikes/<uuid:strike_id>/back")
@allow(Action.RECORD)
def take_strike_back(inspection: CurrentInspection, reference: str, strike_id: UUID):
    """Take back one strike, or with it all of the same words."""
    document = _get_open(inspection, reference)
    found = queries.find_strike(document.id, strike_id)
    if found is None:
        abort(404, f"Nothing is struck out of {document.reference} like that.")
    text, strikes, wanted = queries.get_text(found.text_id), queries.list_strikes(document.id), [found]
    if request.form.get("everywhere"):
        wanted = striking.of_same_words(queries.list_present_texts(document.id), strikes).get(found.id, wanted)
    if document.names is Names.COVERED and {one.id for one in strikes} <= {one.id for one in wanted}:
        abort(409, "This is all that is struck out. Say first that it was checked by mistake; then take it back.")
    times = striking.take_back(wanted, document, by=g.actor)
    where = f", in {count(times, 'place')}" if times > 1 else ""
    flash(f"The words are no longer struck out{where}.", "success")
    if _typed():
        return _check_page(inspection, document, _as_typed(inspection, document))
    return to(url_for(".show_check", reference=document.reference, page=text.position))


def _get_open(inspection: CurrentInspection, reference: str) -> Document:
    """A closed document that this person has opened, held until the write ends; 403 or 409 with a sentence."""
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    if document.names is Names.CLEAR:
        abort(409, f"{document.reference} is open to the team. Say first that it was checked by mistake.")
    return document


def _names_in(inspection: CurrentInspection, document: Document, words: str) -> str:
    """A sentence where what is said of a check, which the team reads, holds what the check keeps from it: which words,
    to whoever may see them."""
    struck = striking.struck_in(document, words)
    named = list(struck) if access.has_it_open(inspection, document, g.actor.id) else []
    if known := known_in([words], inspection.id):
        named = named + [one.part for one in known] if inspection.allows(Action.NAMES) else named
    if not (struck or known):
        return ""
    which = f" (‘{', '.join(dict.fromkeys(named))}’)" if named else ""
    told = f"This holds a name, or words that are struck out{which}, and the team reads it"
    return f"{told}. Say what kind of thing it was"


def _concerns(inspection: CurrentInspection, document: Document, found: Names) -> list[Concern]:
    """What is asked about before a result is saved by which the team sees something: names that are to be seen then."""
    if found not in SHOWN:
        return []
    texts, strikes = queries.list_present_texts(document.id), queries.list_strikes(document.id)
    copies, still = striking.left_standing(texts, strikes)
    concerns = [
        Concern(
            "struck",
            f"‘{words}’ is struck out, and still there {count(times, 'time')}: {_where(words, texts, copies)}.",
        )
        for words, times in still.items()
    ]
    concerns += _said_beside(document, striking.words_of(texts, strikes))
    for its, words in striking.struck_elsewhere(inspection.id, copies, but=document.reference).items():
        named = ", ".join(f"‘{one}’" for one in words[:MOST_NAMED]) + (" and others" if words[MOST_NAMED:] else "")
        where = _where(words[0], texts, copies)
        concerns.append(Concern(f"struck-{its}", f"{named} stands here ({where}), and is struck out of {its}."))
    if inspection.allows(Action.NAMES):
        concerns += [
            Concern(
                "named", f"‘{one.part}’ is still there {count(one.times, 'time')}, a name of somebody who was seen."
            )
            for one in known_in(copies, inspection.id)
        ]
        concerns += [
            Concern("title", f"‘{one.part}’ stands in its title or the name of its file: change that first.")
            for one in _known_in_names(inspection, document)
        ]
    return concerns


def _where(words: str, texts: Sequence[SourceText], copies: Sequence[str]) -> str:
    """The pages, or sheets, of which the copy says the words."""
    there = [text.label for text, copy in zip(texts, copies, strict=True) if striking.standing([copy], [words])]
    return ", ".join(there[:MOST_NAMED]) + (" and others" if there[MOST_NAMED:] else "")


def _said_beside(document: Document, struck: Collection[str]) -> list[Concern]:
    """Words that are struck out of it, and stand in what it lies in, or in what lies in it.

    Of a message in a message both say the words.
    """
    found = []
    beside = (*queries.list_holding(document.id), *queries.list_inside(document.id)) if struck else ()
    for other in {one.id: one for one in beside if one.names in SHOWN}.values():
        copies, _still = striking.left_standing(
            queries.list_present_texts(other.id), queries.list_strikes(other.id) if other.names is Names.COVERED else ()
        )
        if said := striking.standing(copies, struck):
            words, its = ", ".join(f"‘{one}’" for one in said), reference(other.prefix, other.number)
            then = "Have that checked again, and strike it out there"
            found.append(Concern(its, f"{words} stands in {its} too, which the team reads. {then}."))
    return found


def _known_in_names(inspection: CurrentInspection, document: Document) -> list[Named]:
    """Names of people who were seen that stand in the title or the name of the file, as it is written there too."""
    names = [document.title, document.original.file_name]
    return known_in([one.replace("_", " ") for one in names], inspection.id)


def _is_read_nowhere_else(document: Document) -> bool:
    """Whether what it says is seen only by who opens its file: none of its text is read."""
    if document.may_hold_files or document.text_state is TextState.WAITING or cannot_be_read(document):
        return False
    return not any(text.text.strip() for text in queries.list_present_texts(document.id))


@bp.get("/<reference>/naming")
@allow(Action.RECORD)
def show_naming(inspection: CurrentInspection, reference: str):
    document = get_document(inspection, reference, least=Sight.NOTHING)
    return page("documents/naming.html", document=document, form=_naming_form(inspection, document, sent=False))


@bp.post("/<reference>/naming")
@allow(Action.RECORD)
def save_naming(inspection: CurrentInspection, reference: str):
    """Call it otherwise: at any time, also where nothing of it is read."""
    document = get_document(inspection, reference, least=Sight.NOTHING, for_change=True)
    form = _naming_form(inspection, document, sent=True)
    present = _naming_form(inspection, document, sent=False)
    if not form.validate_on_submit():
        return page("documents/naming.html", 422, document=document, form=form, error=True)
    for field in [field for field in form if field.name in ("title", "file_name")]:
        if named := _names_in(inspection, document, field.data or ""):
            field.errors = [named]
            return page("documents/naming.html", 422, document=document, form=form, error=True)
    if not form.is_as_opened(present):
        conflict = conflict_of(inspection, form, present, document.reference, checking.NAMING)
        return page("documents/naming.html", 409, document=document, form=form, conflict=conflict)
    file_name = form.file_name.data if "file_name" in form else document.original.file_name
    checking.rename(document, form.title.data or "", file_name or "", by=g.actor)
    flash("Saved. What it was called before is shown nowhere.", "success")
    checks = document.names is not Names.CLEAR and access.has_it_open(inspection, document, g.actor.id)
    return to(url_for(".show_check" if checks else ".show_document", reference=document.reference))


def _naming_form(inspection: CurrentInspection, document: Document, *, sent: bool) -> NamingForm:
    now = {"title": document.title, "file_name": document.original.file_name}
    form = NamingForm() if sent else NamingForm(formdata=None, data=now)
    if not access.has_it_open(inspection, document, g.actor.id):
        del form.file_name
    return form


def _wrong(inspection: CurrentInspection, document: Document, found: Names) -> str:
    """Where what is struck out and what is said of it do not agree, a sentence."""
    struck = bool(queries.list_strikes(document.id))
    if found is Names.COVERED and not struck:
        return "Strike out first what is to be covered. What cannot be struck out here is sent back"
    if found is Names.CLEAR and document.text_state is TextState.WAITING and not document.pages:
        return "Its text is still being read. Load the page again in a moment, and look through it"
    if found is Names.CLEAR and cannot_be_read(document) and Names.UNREADABLE in _get_check(inspection).results:
        return "It could not be read, so nobody can have looked through it. Choose the result that asks for it again"
    if found is Names.CLEAR and struck:
        return "Words are struck out. Take that back, or choose the result by which the team sees a copy"
    return ""


def _get_check(inspection: CurrentInspection) -> Check:
    handling = read_handling(inspection.id)
    if handling.check is None:
        abort(409, NO_CHECK if handling.known else NO_PACK)
    return handling.check


def _check_form(inspection: CurrentInspection, document: Document | None = None) -> CheckForm:
    """What was sent, or what is said of a document now: of one that is not checked, nothing."""
    if document is None:
        form = CheckForm()
    elif document.names is Names.UNCHECKED:
        form = CheckForm(formdata=None)
    else:
        form = CheckForm(formdata=None, result=document.names.value, note=document.names_note)
    form.offer(_get_check(inspection))
    return form


def _pieces(text: SourceText, strikes: Iterable[Strike], hits: Sequence[Span], sheet: Sheet | None) -> list[Piece]:
    own = [one for one in strikes if one.text_id == text.id]
    return pieces(text.text, own, hits=hits, also=sheet.cuts if sheet else ())


def _check_page(
    inspection: CurrentInspection,
    document: Document,
    form: CheckForm | None = None,
    status: int = 200,
    strike: StrikeForm | None = None,
    asked: Sequence[Concern] = (),
):
    texts, place = queries.list_present_texts(document.id), reading.read_place(document, reading.CHECK)
    text = next((text for text in texts if text.position == place.page), None)
    more = reading.may_have_more(document)
    if text is None and (texts or (place.page != 1 and not more)):
        abort(404, f"{document.reference} has {count(len(texts), 'page')}.")
    strikes = queries.list_strikes(document.id)
    found = reading.look_for(document, place, texts, [text.text for text in texts])
    sheet = reading.sheet_of(document, text) if text else None
    cut = _pieces(text, strikes, found.here if found else (), sheet) if text else []
    return page(
        CHECK,
        status,
        document=document,
        check=_get_check(inspection),
        texts=texts,
        by_id={one.id: one for one in texts},
        text=text,
        place=place,
        picture=reading.picture_of(document, place),
        found=found,
        more=more,
        named=known_in([text.text for text in texts], inspection.id) if inspection.allows(Action.NAMES) else [],
        job=queries.find_job(document) if document.text_state is TextState.WAITING else None,
        others=[opening for opening in queries.list_open(document) if opening.opened_by_id != g.actor.id],
        form=form or (_as_typed(inspection, document) if _typed() else _check_form(inspection, document)),
        concerns=asked,
        called=_known_in_names(inspection, document) if inspection.allows(Action.NAMES) else [],
        asks_to_open=_is_read_nowhere_else(document),
        shut=cannot_be_read(document),
        strike=strike or StrikeForm(formdata=None),
        strikes=strikes,
        alike=striking.of_same_words(texts, strikes),
        pieces=[] if sheet else cut,
        cells=laid_out(cut, sheet) if sheet else None,
        holding=striking.items_that_hold(document, texts),
        inside=Inside.of(document) if document.may_hold_files else None,
        whole=access.sight_of(inspection, document, g.actor.id) is Sight.ALL,
        why_not_out=access.why_not_out(inspection, document),
        error=status == 422,
    )
