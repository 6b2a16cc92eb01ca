from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time
from functools import cache
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    inspect,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased, joinedload

from app import storage
from app.db.base import AnyRow, another
from app.db.words import holds_words
from app.documents.masking import BLOCK
from app.documents.models import (
    Document,
    DocumentOpening,
    FileInside,
    Names,
    Original,
    PictureBox,
    Strike,
    TextState,
)
from app.evidence import places
from app.evidence.models import EvidenceItem, Source, SourceText
from app.extensions import db
from app.formats.contents import CONTAINERS, RARELY
from app.inspections.models import Body
from app.inspections.references import reference
from app.jobs.models import Job, JobState
from app.web import clock

PAGE = 50
BLANKS = " \t\r\n\N{NO-BREAK SPACE}"
# Of a document that is closed to the team though evidence was lifted from it, what is said of that.
CLOSED = {
    Names.SENT_BACK: "was sent back since",
    Names.UNREADABLE: "could not be read",
    Names.UNCHECKED: "is to be checked again",
}


def list_documents(inspection_id: UUID, before: int | None = None) -> tuple[Sequence[AnyRow], int | None]:
    """Documents, newest first, and the number that the next page begins below. One statement."""
    statement = (
        select(
            Source.number,
            Source.prefix,
            Source.title,
            Document.text_state,
            Document.pages,
            Document.trouble,
            Document.names,
            Original.file_name,
            Original.kind,
            Original.size,
            Original.received_at,
            Body.name.label("body"),
        )
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Source.inspection_id == inspection_id, Source.feature == "document")
        .order_by(Source.number.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Source.number < before)
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def find_document(inspection_id: UUID, number: int, *, for_change: bool = False) -> Document | None:
    """With its original and body, in one statement."""
    statement = (
        select(Document)
        .options(
            joinedload(Document.original, innerjoin=True),
            joinedload(Document.body),
            joinedload(Document.came_in),
            joinedload(Document.supersedes),
        )
        .where(Document.inspection_id == inspection_id, Document.number == number)
    )
    if for_change:
        statement = statement.with_for_update(of=Document.__table__)
    return db.session.scalars(statement).one_or_none()


def find_same_content(inspection_id: UUID, sha256: str) -> Document | None:
    """The first document of this inspection with exactly this content."""
    return db.session.scalars(
        select(Document)
        .join(Document.original)
        .where(Document.inspection_id == inspection_id, Original.sha256 == sha256)
        .order_by(Document.number)
        .limit(1)
    ).one_or_none()


def find_here(inspection_id: UUID, contents: Iterable[str]) -> dict[str, str]:
    """Of these SHA-256, those that are here, with the reference of the first document that has them."""
    rows = db.session.execute(
        select(Original.sha256, Document.prefix, Document.number)
        .select_from(Document)
        .join(Document.original)
        .where(Original.inspection_id == inspection_id, Original.sha256.in_(set(contents)))
        .order_by(Document.number.desc())
    )
    return {row.sha256: reference(row.prefix, row.number) for row in rows}


def find_page(document_id: UUID, position: int) -> SourceText | None:
    """The present text of a page."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == document_id, SourceText.position == position)
        .order_by(SourceText.id.desc())
        .limit(1)
    ).one_or_none()


def list_present_texts(document_id: UUID) -> Sequence[SourceText]:
    """The present text of each page, in order."""
    newer = aliased(SourceText)
    return db.session.scalars(
        select(SourceText)
        .where(
            SourceText.source_id == document_id,
            SourceText.position.between(1, Document.FIGURES),  # those of boxes on pictures are at 0
            ~exists(select(newer.id).where(newer.supersedes_id == SourceText.id)),
        )
        .order_by(SourceText.position)
    ).all()


def list_texts(document_id: UUID) -> Sequence[SourceText]:
    """Every text of a document, those too that others took the place of, and those of boxes and figures."""
    return db.session.scalars(select(SourceText).where(SourceText.source_id == document_id)).all()


def list_pages(document_id: UUID) -> Sequence[AnyRow]:
    """Pages in order: position, label, and found: how many living evidence items stand on each."""
    items = (
        select(EvidenceItem.text_id, func.count().label("found"))
        .where(EvidenceItem.source_id == document_id, EvidenceItem.withdrawn_at.is_(None))
        .group_by(EvidenceItem.text_id)
        .subquery()
    )
    return db.session.execute(
        # One line for a page, however many versions of its text there are.
        select(
            SourceText.position,
            func.max(SourceText.label).label("label"),
            cast(func.sum(func.coalesce(items.c.found, 0)), Integer).label("found"),
        )
        .outerjoin(items, items.c.text_id == SourceText.id)
        .where(SourceText.source_id == document_id, SourceText.position > 0, SourceText.position < Document.FIGURES)
        .group_by(SourceText.position)
        .order_by(SourceText.position)
    ).all()


def list_inside(document_id: UUID) -> Sequence[AnyRow]:
    """Documents that lie in a document's file, and in those, and so on: what was taken out of it, and what is here
    with the same content under another reference. Of each: held_by (the id of what holds it), id, prefix, number,
    title, names, names_at, holds, files_at, kind; in the order of their numbers, under each that holds them."""
    held = _held()
    inside = select(held.c.held_by, held.c.id).where(held.c.held_by == document_id).cte("inside", recursive=True)
    inside = inside.union(select(held.c.held_by, held.c.id).join(inside, held.c.held_by == inside.c.id))
    return db.session.execute(
        select(
            inside.c.held_by,
            Document.id,
            Document.prefix,
            Document.number,
            Document.title,
            Document.names,
            Document.names_at,
            Document.holds,
            Document.files_at,
            Original.kind,
        )
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .join(inside, inside.c.id == Document.id)
        .order_by(Document.number)
    ).all()


def list_holding(document_id: UUID) -> Sequence[AnyRow]:
    """Documents in whose file a document lies, and in whose those lie, and so on: id, prefix, number, names."""
    held = _held()
    around = select(held.c.held_by).where(held.c.id == document_id).cte("around", recursive=True)
    around = around.union(select(held.c.held_by).join(around, held.c.id == around.c.held_by))
    return db.session.execute(
        select(Document.id, Document.prefix, Document.number, Document.names)
        .where(Document.id.in_(select(around.c.held_by)))
        .order_by(Document.number)
    ).all()


def _held() -> CTE:
    """Which document lies in the file of which: held_by and id, both of documents."""
    document = inspect(Document).local_table
    same = _same_content()
    return (
        select(document.c.came_in_id.label("held_by"), document.c.id)
        .where(document.c.came_in_id.is_not(None))
        .union(select(same.c.held_by, same.c.id))
        .cte("held")
    )


def _same_content() -> Subquery:
    """Of each file in a document's that is here as a document with the same content: held_by, sha256 and its id."""
    holding, its_own = another(Original, "holding"), another(Original, "its_own")
    holder, it = another(Document, "holder"), another(Document, "it")
    return (
        select(FileInside.document_id.label("held_by"), FileInside.sha256, it.id)
        .join(holder, holder.id == FileInside.document_id)
        .join(holding, holding.id == holder.original_id)
        .join(
            its_own,
            and_(its_own.inspection_id == holding.inspection_id, its_own.sha256 == FileInside.sha256),
        )
        .join(it, it.original_id == its_own.id)
        .subquery("same_content")
    )


def list_files_inside(document_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """What was found to lie in these documents' files: document_id, name, sha256, looked_into, and here: whether a
    document with the same content is."""
    same = _same_content()
    here = exists().where(same.c.held_by == FileInside.document_id, same.c.sha256 == FileInside.sha256)
    return db.session.execute(
        select(FileInside.document_id, FileInside.name, FileInside.sha256, FileInside.looked_into, here.label("here"))
        .where(FileInside.document_id.in_(document_ids))
        .order_by(FileInside.id)
    ).all()


def is_being_looked_into(document: Document, kind: str) -> bool:
    """Whether what lies in its file is still to be said: by the job that reads it, or by one of this kind."""
    if document.text_state is TextState.WAITING:
        return True
    waiting = Job.kind == kind, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    its_own = Job.arguments["document"].as_string() == document.id.hex
    return bool(db.session.scalar(select(exists().where(*waiting, its_own))))


def find_job(document: Document) -> Job | None:
    return db.session.get(Job, document.job_id) if document.job_id else None


@storage.names
def list_contents(inspection_id: UUID) -> set[str]:
    """The SHA-256 of every file that a document was received as."""
    return set(db.session.scalars(select(Original.sha256).where(Original.inspection_id == inspection_id)))


def list_originals(inspection_id: UUID, number: int | None = None) -> Sequence[AnyRow]:
    """Reference (prefix and number), id, sha256 and size of each original, or of one document's."""
    statement = (
        select(Source.prefix, Source.number, Original.id, Original.sha256, Original.size, Original.damaged_at)
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .where(Source.inspection_id == inspection_id)
        .order_by(Source.number)
    )
    if number is not None:
        statement = statement.where(Source.number == number)
    return db.session.execute(statement).all()


def superseded(texts: Iterable[SourceText]) -> set[UUID]:
    """The ids of those of the texts that another took the place of."""
    ids = [text.id for text in texts]
    return set(db.session.scalars(select(SourceText.supersedes_id).where(SourceText.supersedes_id.in_(ids))))


def has_open(document: Document, person_id: UUID) -> bool:
    """Whether somebody has opened a document that is closed to the team, and has it open still."""
    return db.session.scalar(_open(document).where(DocumentOpening.opened_by_id == person_id).limit(1)) is not None


def list_open(document: Document) -> Sequence[DocumentOpening]:
    """Who has a closed document open now, in the order in which they opened it."""
    found = select(DocumentOpening).where(DocumentOpening.id.in_(_open(document))).order_by(DocumentOpening.opened_at)
    return db.session.scalars(found).all()


def _open(document: Document) -> Select[UUID]:
    opened = select(DocumentOpening.id).where(
        DocumentOpening.document_id == document.id, DocumentOpening.opened_at >= start_of_today()
    )
    return opened if document.names_at is None else opened.where(DocumentOpening.opened_at > document.names_at)


def start_of_today() -> datetime:
    return datetime.combine(clock.today(), time(), clock.LONDON)


def count_unchecked(inspection_id: UUID) -> int:
    return db.session.scalar(counting_unchecked(inspection_id)) or 0


def counting_unchecked(inspection_id: UUID) -> Select[int]:
    """How many documents somebody has still to look through: not checked for names, or the files in it not."""
    return (
        select(func.count())
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .where(*_unchecked(inspection_id))
    )


def _unchecked(inspection_id: UUID) -> list[ColumnElement[bool]]:
    """What lies in a file and is here is to be checked by itself; of the file, what is not."""
    its_own = another(Original, "its_own")
    here = exists(select(its_own.id).where(its_own.inspection_id == inspection_id, its_own.sha256 == FileInside.sha256))
    others = select(FileInside.id).where(FileInside.document_id == Document.id, ~here)
    files = and_(
        Document.names == Names.CLEAR,
        Document.names_at.is_not(None),
        Original.kind.in_([kind.code for kind in CONTAINERS]),
        Document.text_state != TextState.WAITING,
        or_(
            and_(Document.files_at.is_(None), exists(others)),
            exists(others.where(FileInside.looked_into.is_(False))),
            and_(Document.holds.is_(None), Original.kind.not_in([kind.code for kind in RARELY])),
        ),
    )
    return [Document.inspection_id == inspection_id, or_(Document.names == Names.UNCHECKED, files)]


def list_unchecked(inspection_id: UUID, after: int | None = None) -> tuple[Sequence[AnyRow], int | None]:
    """Documents that nobody has checked for names, oldest first, each with who opened it today, if anybody did, and the
    number that the next page begins behind. One statement."""
    opened = (
        select(DocumentOpening.opened_by)
        .where(DocumentOpening.document_id == Document.id, DocumentOpening.opened_at >= start_of_today())
        .where(or_(Document.names_at.is_(None), DocumentOpening.opened_at > Document.names_at))
        .order_by(DocumentOpening.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(
            Source.number,
            Source.prefix,
            Source.title,
            Source.request,
            Original.file_name,
            Original.received_at,
            Original.received_by,
            Document.names,
            Document.names_note,
            Body.name.label("body"),
            opened.label("opened_by"),
        )
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(*_unchecked(inspection_id))
        .order_by(Source.number)
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(Source.number > after)
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def list_strikes(document_id: UUID) -> Sequence[Strike]:
    """What is struck out of the present texts of a document and was not taken back, by text and place."""
    newer = another(SourceText, "newer")
    standing = (
        select(Strike)
        .where(Strike.document_id == document_id, Strike.taken_back_at.is_(None))
        .where(~exists(select(newer.id).where(newer.supersedes_id == Strike.text_id)))
    )
    return db.session.scalars(standing.order_by(Strike.text_id, Strike.start_at, Strike.end_at)).all()


def holds_struck(*of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of an item (EvidenceItem in the select): whether its words or its gist hold words that are struck out of its
    document, wherever it was lifted; or it was lifted with a part of them from where they stand.

    `of` says which strikes: conditions on Strike and on the table of documents. The words are read once a statement.
    """
    document, text = inspect(Document).local_table, another(SourceText, "struck_text")
    standing = (Strike.taken_back_at.is_(None), document.c.id == Strike.document_id, *of)
    length = Strike.end_at - Strike.start_at
    struck = (
        select(Strike.document_id, func.substr(text.text, Strike.start_at + 1, length).label("words"))
        .join(text, text.id == Strike.text_id)
        .where(*standing)
        .distinct()
        .cte("struck_words")
        .prefix_with("MATERIALIZED")
    )
    places_struck = (
        select(Strike.text_id, Strike.start_at, Strike.end_at)
        .where(*standing)
        .cte("struck_places")
        .prefix_with("MATERIALIZED")
    )
    place = places_struck.c
    said = EvidenceItem.words.concat(f"\n{BLOCK}\n").concat(EvidenceItem.gist)
    first = case((place.start_at > EvidenceItem.start_at, place.start_at), else_=EvidenceItem.start_at)
    last = case((place.end_at < EvidenceItem.end_at, place.end_at), else_=EvidenceItem.end_at)
    part = func.substr(EvidenceItem.words, first - EvidenceItem.start_at + 1, last - first)
    for nothing in (BLOCK, *BLANKS):
        part = func.replace(part, nothing, "")
    in_words = select(struck.c.words).where(
        struck.c.document_id == EvidenceItem.source_id, holds_words(said, struck.c.words)
    )
    in_place = select(place.text_id).where(
        place.text_id == EvidenceItem.text_id,
        place.start_at < EvidenceItem.end_at,
        place.end_at > EvidenceItem.start_at,
        part != "",
    )
    # Asked first: most items are of other documents.
    concerned = EvidenceItem.source_id.in_(select(struck.c.document_id))
    found = or_(exists(in_words.correlate(EvidenceItem)), exists(in_place.correlate(EvidenceItem)))
    return and_(concerned, found)


@cache
def _holds_struck() -> ColumnElement[bool]:
    """Of covered documents, by what was struck out of the texts that were there when somebody said so."""
    document, newer = inspect(Document).local_table, another(SourceText, "newer_than_struck")
    read_anew = exists().where(newer.supersedes_id == Strike.text_id, newer.created_at <= document.c.names_at)
    return holds_struck(document.c.names == Names.COVERED, ~read_anew)


@cache
def _closed_since() -> ColumnElement[str | None]:
    document = inspect(Document).local_table
    return (
        select(type_coerce(document.c.names, Text))
        .where(document.c.id == EvidenceItem.source_id, document.c.names.in_(CLOSED))
        .correlate(EvidenceItem)
        .scalar_subquery()
    )


places.struck_out["document"] = _holds_struck
places.closed["document"] = _closed_since
places.CLOSED_SINCE.update({names.value: said for names, said in CLOSED.items()})


def list_items_that_hold(document_id: UUID, text_ids: Sequence[UUID]) -> Sequence[int]:
    """Numbers of the living items of a document that hold what is struck out of these texts of it."""
    return db.session.scalars(
        select(EvidenceItem.number)
        .where(EvidenceItem.source_id == document_id, EvidenceItem.withdrawn_at.is_(None))
        .where(holds_struck(Strike.document_id == document_id, Strike.text_id.in_(text_ids)))
        .order_by(EvidenceItem.number)
    ).all()


def list_struck_words(inspection_id: UUID) -> Sequence[AnyRow]:
    """What is struck out of the documents of which the team sees a copy: prefix, number, words; each once."""
    document = inspect(Document).local_table
    length = Strike.end_at - Strike.start_at
    return db.session.execute(
        select(Source.prefix, Source.number, func.substr(SourceText.text, Strike.start_at + 1, length).label("words"))
        .join(Strike, Strike.document_id == Source.id)
        .join(document, document.c.id == Source.id)
        .join(SourceText, SourceText.id == Strike.text_id)
        .where(Strike.inspection_id == inspection_id, Strike.taken_back_at.is_(None))
        .where(document.c.names == Names.COVERED)
        .distinct()
        .order_by(Source.number)
    ).all()


def find_strike(document_id: UUID, strike_id: UUID) -> Strike | None:
    return db.session.scalars(
        select(Strike).where(Strike.document_id == document_id, Strike.id == strike_id)
    ).one_or_none()


def get_text(text_id: UUID) -> SourceText:
    return db.session.get_one(SourceText, text_id)


def list_living_items(document_id: UUID) -> Sequence[int]:
    """Numbers of the evidence of a document that is not withdrawn."""
    return db.session.scalars(
        select(EvidenceItem.number)
        .where(EvidenceItem.source_id == document_id, EvidenceItem.withdrawn_at.is_(None))
        .order_by(EvidenceItem.number)
    ).all()


def find_copy_job(document: Document) -> Job | None:
    return db.session.get(Job, document.copy_job_id) if document.copy_job_id else None


def list_boxes(document_id: UUID, page: int) -> Sequence[AnyRow]:
    """Boxes on the picture of a page, with what cards show of their living items."""
    return db.session.execute(
        select(
            EvidenceItem.id,
            EvidenceItem.number,
            EvidenceItem.words,
            EvidenceItem.gist,
            EvidenceItem.direction,
            EvidenceItem.distressing,
            EvidenceItem.quote,
            EvidenceItem.created_by,
            PictureBox.left,
            PictureBox.top,
            PictureBox.width,
            PictureBox.height,
        )
        .join(EvidenceItem, EvidenceItem.id == PictureBox.item_id)
        .where(PictureBox.document_id == document_id, PictureBox.page == page, EvidenceItem.withdrawn_at.is_(None))
        .order_by(EvidenceItem.number)
    ).all()


def find_page_of_box(document_id: UUID, number: int) -> int | None:
    """On which page the box of an evidence item is."""
    return db.session.scalar(
        select(PictureBox.page)
        .join(EvidenceItem, EvidenceItem.id == PictureBox.item_id)
        .where(PictureBox.document_id == document_id, EvidenceItem.number == number)
    )
