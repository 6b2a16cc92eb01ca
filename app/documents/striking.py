"""Striking words out of a document: what of it stands in the way of the team, and what the team sees instead."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.documents import queries
from app.documents.masking import Span, everywhere, has_words, in_name, masked
from app.documents.models import Document, Strike
from app.evidence.models import SourceText
from app.extensions import db
from app.inspections.references import EVIDENCE, reference
from app.web import clock

ALL = (0, sys.maxsize)


class NothingNew(ValueError):
    """All of it is struck out already, or it holds no words."""


def strike(document: Document, text: SourceText, span: Span, *, by: Actor) -> None:
    """Strike out a passage of one text. Raises NothingNew."""
    if not _add(document, text, [span], _spans(queries.list_strikes(document.id))[text.id], by):
        raise NothingNew
    mask_names(document)
    _tell(document, text.label, 1, by)


def strike_everywhere(document: Document, words: str, *, by: Actor) -> int:
    """Strike the words out wherever they stand in the document: in how many places they were not struck out before."""
    there, struck, places = _spans(queries.list_strikes(document.id)), 0, []
    for text in queries.list_present_texts(document.id):
        if added := _add(document, text, everywhere(text.text, words), there[text.id], by):
            struck += added
            places.append(text)
    if struck:
        mask_names(document)
        _tell(document, ", ".join(text.label for text in places), struck, by)
    return struck


def strike_names(document: Document, words: str, *, by: Actor) -> bool:
    """Strike words out of its title and the name of its file, for good; where they stand in neither, False.

    For words that its text does not hold: what its text holds is struck out of the title with them.
    """
    struck = False
    title = document.as_named[""] if document.as_named and "" in document.as_named else document.title
    if spans := in_name(title, [words]):
        struck = True
        document.title = masked(document.title, spans)
        if document.as_named and "" in document.as_named:
            document.as_named = document.as_named | {"": masked(title, spans)}
    if spans := in_name(document.original.file_name, [words]):
        struck = True
        document.original.file_name = masked(document.original.file_name, spans)
    if struck:
        _tell(document, "its title or file name", 1, by)
        db.session.flush()
    return struck


def left_standing(texts: Sequence[SourceText], strikes: Iterable[Strike]) -> tuple[list[str], dict[str, int]]:
    """What is read of texts beside what is struck out; and of the words that are, how often they stand there still."""
    by_text = _spans(strikes)
    copies = [masked(text.text, by_text[text.id]) for text in texts]
    return copies, standing(copies, words_of(texts, strikes))


def words_of(texts: Sequence[SourceText], strikes: Iterable[Strike]) -> set[str]:
    """The words that are struck out of texts, each once, as they stand first."""
    by_text = _spans(strikes)
    struck = [" ".join(text.text[slice(*span)].split()) for text in texts for span in by_text[text.id]]
    return set({_alike(words): words for words in reversed(struck)}.values())


def standing(copies: Sequence[str], words: Iterable[str]) -> dict[str, int]:
    """How often each of the words stands in what is read of texts; without those that do not."""
    found = {one: sum(len(everywhere(copy, one)) for copy in copies) for one in sorted(words)}
    return {one: times for one, times in found.items() if times}


def of_same_words(texts: Sequence[SourceText], strikes: Iterable[Strike]) -> dict[UUID, list[Strike]]:
    """Of each strike on these texts, by its id: those of the same words, itself among them."""
    by_id = {text.id: text for text in texts}
    found: defaultdict[str, list[Strike]] = defaultdict(list)
    for one in strikes:
        found[_alike(by_id[one.text_id].text[one.start_at : one.end_at])].append(one)
    return {one.id: same for same in found.values() for one in same}


def take_back(found: Iterable[Strike], document: Document, *, by: Actor) -> int:
    """The words are shown again, in so many places. The strikes stay on record."""
    standing = [one for one in found if one.taken_back_at is None]
    for one in standing:
        one.taken_back_at, one.taken_back_by = clock.now(), by.label
    if standing:
        held = {one.text_id for one in standing}
        texts = sorted(queries.list_texts(document.id), key=lambda text: text.position)
        where, after = ", ".join(text.label for text in texts if text.id in held), {"places": len(standing)}
        inspection_id = document.inspection_id
        record(by, "took back a strike", document.reference, part=where, inspection_id=inspection_id, after=after)
        db.session.flush()
        mask_names(document)
    return len(standing)


def mask_names(document: Document) -> None:
    """Strike out of its title, and of the names of its pages and sheets, what is struck out of its words.

    What no longer is, is shown again. They change where they stand, so that whatever shows or exports them does it so.

    The file itself keeps its name: it is shown to nobody who does not see the file.
    """
    by_text = _spans(queries.list_strikes(document.id))
    if not by_text and not document.as_named:
        return
    present = {text.id: text for text in queries.list_present_texts(document.id)}
    struck = {present[id].text[slice(*span)] for id, spans in by_text.items() for span in spans}
    given, now = document.as_named or {}, {}

    def seen(key: str, name: str) -> str:
        whole = given.get(key, name)
        shown = masked(whole, in_name(whole, struck))
        if shown != whole:
            now[key] = whole
        return shown

    document.title = seen("", document.title)
    for text in queries.list_texts(document.id):
        text.label = seen(text.id.hex, text.label)
    document.as_named = now or None
    db.session.flush()


def as_copy(document: Document, texts: Sequence[SourceText]) -> list[str]:
    """What the team sees of texts of a document that is covered.

    Of a text that is no longer its page's, or came after the check, all is struck out: it is not what was checked. So
    is all of figures that were taken out of it: words are struck out on its pages.
    """
    struck, before = _spans(queries.list_strikes(document.id)), queries.superseded(texts)
    return [
        masked(text.text, struck[text.id] if text.id not in before and _was_checked(document, text) else [ALL])
        for text in texts
    ]


def _was_checked(document: Document, text: SourceText) -> bool:
    on_a_page = text.position < document.FIGURES
    return on_a_page and document.names_at is not None and text.created_at <= document.names_at


def struck_elsewhere(inspection_id: UUID, texts: Iterable[str], *, but: str = "") -> dict[str, list[str]]:
    """Words in these texts that are struck out of documents of which the team sees a copy, by the reference of each;
    without those of the document `but`."""
    read, found = [_alike(text) for text in texts], defaultdict[str, list[str]](list)
    for row in queries.list_struck_words(inspection_id):
        its, words = reference(row.prefix, row.number), " ".join(row.words.split())
        # Looked for as it stands first: of most words there is nothing.
        if its != but and any(_alike(words) in text and everywhere(text, words) for text in read):
            found[its].append(words)
    return found


def struck_in(document: Document, words: str) -> list[str]:
    """Which of the words that are struck out of the document stand in these."""
    by_text = _spans(queries.list_strikes(document.id))
    struck = {text.text[slice(*span)] for text in queries.list_present_texts(document.id) for span in by_text[text.id]}
    return sorted({" ".join(one.split()).title() for one in struck if everywhere(words, one)})


def items_that_hold(document: Document, texts: Sequence[SourceText]) -> list[str]:
    """References of evidence whose words or gist hold what is struck out of these texts now, or a part of it where it
    was lifted. None of it changes by itself."""
    found = queries.list_items_that_hold(document.id, [text.id for text in texts])
    return [reference(EVIDENCE, number) for number in found]


def items_of(document: Document) -> list[str]:
    """References of all evidence that was lifted from a document, of one that is closed now before that."""
    return [reference(EVIDENCE, number) for number in queries.list_living_items(document.id)]


def _add(document: Document, text: SourceText, spans: Iterable[Span], there: list[Span], by: Actor) -> int:
    """Those of the spans that hold something that was not struck out before: how many there were."""
    before, added = masked(text.text, there), 0
    for start, end in spans:
        if not (0 <= start < end <= len(text.text)) or not has_words(before[start:end]):
            continue
        added += 1
        db.session.add(
            Strike(
                inspection_id=document.inspection_id,
                document_id=document.id,
                text_id=text.id,
                start_at=start,
                end_at=end,
                made_at=clock.now(),
                made_by_id=by.id,
                made_by=by.label,
            )
        )
    db.session.flush()
    return added


def _alike(words: str) -> str:
    """The same for words in small letters or capitals, whatever blanks part them, as `everywhere` finds them."""
    return " ".join(words.split()).casefold()


def _tell(document: Document, where: str, places: int, by: Actor) -> None:
    """Never the words themselves."""
    after = {"places": places}
    record(by, "struck out", document.reference, part=where, inspection_id=document.inspection_id, after=after)


def _spans(strikes: Iterable[Strike]) -> defaultdict[UUID, list[Span]]:
    found: defaultdict[UUID, list[Span]] = defaultdict(list)
    for one in strikes:
        found[one.text_id].append((one.start_at, one.end_at))
    return found
