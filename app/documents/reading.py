"""Where somebody is in a document: what the address of the reader says, and all that its page shows there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import abort, g, request, url_for

from app.documents import access, find, pictures, queries
from app.documents.find import Hit
from app.documents.models import Document, Names
from app.evidence import passages
from app.evidence.mark_queries import list_distressing_marks
from app.evidence.marking import Span, covers
from app.evidence.models import SourceText
from app.evidence.sheets import Sheet, read_sheet
from app.formats.kinds import TIFF, XLSX
from app.inspections.gate import CurrentInspection

FIT = 100
READER, CHECK = "show_document", "show_check"


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a document, how large its picture is, and what is looked for."""

    document: str  # its reference
    page: int = 1
    zoom: int = FIT  # per cent of the pane
    find: str = ""
    hit: int = 0  # the one that was gone to
    by: str = ""  # marks of this person only
    criterion: str = ""  # and under this criterion only
    on: str = READER  # the endpoint that shows it: the reader, or the page on which it is checked for names

    def address(self, endpoint: str = "", anchor: str | None = None, **changes: Any) -> str:
        """Where the same is shown with some of it changed."""
        plain, beside = Place(""), ("document", "on")
        said = {name: value for name, value in asdict(replace(self, **changes)).items() if name not in beside}
        kept = {name: value for name, value in said.items() if value != getattr(plain, name) or name == "page"}
        return url_for(f"documents.{endpoint or self.on}", reference=self.document, _anchor=anchor, **kept)

    @property
    def path(self) -> str:
        return url_for(f"documents.{self.on}", reference=self.document)

    @property
    def smaller(self) -> int | None:
        return max((zoom for zoom in pictures.ZOOMS if zoom < self.zoom), default=None)

    @property
    def larger(self) -> int | None:
        return min((zoom for zoom in pictures.ZOOMS if zoom > self.zoom), default=None)


def read_place(document: Document, on: str = READER) -> Place:
    """What the address says, or 404 with a sentence for what is no page."""
    given = request.args.get
    zoom = _number("zoom", FIT)
    return Place(
        document.reference,
        page_number(),
        zoom if zoom in pictures.ZOOMS else FIT,
        " ".join(given("find", "").replace("\x00", "").split())[: find.LONGEST],
        _number("hit", 0),
        given("by", "")[:200],
        given("criterion", "")[:20],
        on,
    )


def asked_page() -> int:
    """As the address has it, whether or not there is one; 0 for what is no number."""
    return _number("page", 1)


def page_number() -> int:
    number = asked_page()
    if not 1 <= number < Document.FIGURES:
        abort(404, "There is no such page. Start from the first page of the document.")
    return number


def _number(name: str, otherwise: int) -> int:
    """A small number of the address; 0 for what is none."""
    given = request.args.get(name)
    if given is None:
        return otherwise
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked for in a document."""

    hits: list[Hit]  # all of them, find.MOST at most
    here: list[Span]  # those on the page that is shown
    first: int  # the number of the first of them
    previous: Hit | None
    next: Hit | None


def _look_for(inspection: CurrentInspection, document: Document, place: Place) -> Found | None:
    """In what this person sees of it, in a constant number of statements; None where nothing is looked for."""
    if not place.find:
        return None
    texts = queries.list_present_texts(document.id)
    return look_for(document, place, texts, access.as_seen(inspection, document, texts, g.actor.id))


def look_for(document: Document, place: Place, texts: Sequence[SourceText], said: Sequence[str]) -> Found | None:
    """In its texts, of which so much is shown as is `said`; None where nothing is looked for."""
    if not place.find:
        return None
    distressing = list_distressing_marks(document.id)
    under = {
        text.position: covers(text, [mark for mark in distressing if mark.position == text.position]) for text in texts
    }
    pages = [(text.position, text.label, words) for text, words in zip(texts, said, strict=True)]
    hits = find.in_pages(pages, place.find, under)
    here = [hit for hit in hits if hit.position == place.page]
    before = sum(hit.position < place.page for hit in hits)
    # From the hit that was gone to; without one, from the page.
    known = before < place.hit <= before + len(here)
    last, following = (place.hit - 1, place.hit + 1) if known else (before, before + 1)
    return Found(
        hits,
        [hit.span for hit in here],
        before + 1,
        hits[last - 1] if last >= 1 else None,
        hits[following - 1] if following <= len(hits) else None,
    )


def shown(inspection: CurrentInspection, document: Document, text: SourceText | None, place: Place) -> dict[str, Any]:
    """What `evidence/_passage.html` needs but for its form, and what the reader shows round it."""
    found = _look_for(inspection, document, place)
    return {
        "place": place,
        "position": place.page,
        "tag_url": place.address("tag_passage"),
        "found": found,
        **passages.marked(
            document.id,
            text,
            place.page,
            seen=access.as_seen(inspection, document, [text], g.actor.id)[0] if text else None,
            hits=found.here if found else (),
            first_hit=found.first if found else 1,
            by=place.by,
            criterion=place.criterion,
            sheet=sheet_of(document, text) if text else None,
        ),
    }


def sheet_of(document: Document, text: SourceText) -> Sheet | None:
    """Where the cells of a page of a workbook stand; also of its copy, in which what parts them may be struck out."""
    return read_sheet(text.label, text.text) if document.original.kind == XLSX.code else None


def picture_of(document: Document, place: Place) -> dict[str, Any] | None:
    """What is shown of a page's picture; None where its kind has none, and in the reader where words are struck out."""
    if not pictures.has_picture(document) or (place.on == READER and document.names is not Names.CLEAR):
        return None
    width = pictures.ZOOMS[place.zoom]
    known = pictures.look(pictures.wanted(document, place.page, width))
    address = url_for("documents.show_picture", reference=document.reference, number=place.page, width=width)
    return {"address": address, "width": known.size[0], "height": known.size[1], "trouble": known.trouble}


def may_have_more(document: Document) -> bool:
    """Whether nobody has counted its pages: a TIFF whose text was not read."""
    return document.pages == 0 and document.original.kind == TIFF.code
