"""Databases with 10, 1,000 or 100,000 evidence items, spread as an inspection's are. The same each time it is made."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import FromClause, insert
from uuid6 import uuid7

from app import create_app
from app.accounts.models import Person
from app.accounts.services import start_sign_in
from app.db.transaction import writing
from app.documents.models import Document, Names, Original, TextState
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.extensions import db
from app.findings.models import FileFinding, Link, file_finding_criterion
from app.inspections.models import Counter, Inspection, TeamMember, TeamRole
from app.inspections.queries import find_inspection_by_code, list_bodies, list_criteria, list_roles
from app.interviews.models import Interview, Note
from app.packs.reading import read_pack
from app.packs.services import load_pack

ROOT = Path(__file__).resolve().parent.parent
CODE = "stalking-2026"
KEY = "bench"  # signs the cookies
BEGUN = datetime(2026, 4, 13, 9, 0, tzinfo=UTC)
CHUNK = 2_000
FINDINGS = 30
NOTES = 40  # of an interview, of which EVIDENCE_NOTES are evidence
EVIDENCE_NOTES = 30
PAGES = 20  # of a document
ITEMS_ON_A_PAGE = 5
IN_DOCUMENTS = 4  # one item in so many comes from a document
LINKED = 5  # one item in so many is linked to a finding
WITHDRAWN = 50
UNTAGGED = 100
TALK = """
    the victim risk assessment was late police file charging advice order breach stalking harassment protection
    prosecutor reviewed sent before after hearing because nobody asked area lead training rota checklist template
    recorded decision case management system monthly weekly quality good poor often rarely always never explained
"""
VOCABULARY = TALK.split()


ROLES = (TeamRole.LEAD, TeamRole.INSPECTOR)  # of the two people


Rows = tuple[Any, list[dict[str, Any]]]  # a table and rows of it


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with an account on the team, signed in."""

    id: UUID
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class World:
    """One filled database."""

    items: int  # in the inspection that is measured
    url: str
    folder: Path  # its data folder
    readers: list[Reader]  # the lead inspector, an inspector

    def open(self) -> Flask:
        """The application on this database."""
        return application(self.url, self.folder)


def application(url: str, folder: Path) -> Flask:
    return create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": folder, "SECRET_KEY": KEY})


def make(items: int, url: str, folder: Path, others: int = 0) -> World:
    """An empty database brought up by the migrations, with the pack, a team of two, and `items` evidence items.

    With `others`, so many further inspections of as many items each, and the same team, lie in the same tables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    app = application(url, folder)
    with app.app_context():
        upgrade()
        pack = read_pack(ROOT / "packs" / CODE)
        with writing():
            people = list(_people())
        readers = []
        for id, name in people:
            with writing():
                readers.append(Reader(id, name, start_sign_in(id, name)))
        # The one that is measured lies among the others, neither first nor last.
        codes = [f"other-{number}" for number in range(1, others + 1)]
        codes.insert(others // 2, CODE)
        for code in codes:
            with writing():
                load_pack(pack.model_copy(update={"scope": pack.scope.model_copy(update={"code": code})}))
            inspection = find_inspection_by_code(code)
            assert inspection is not None
            with writing() as session:
                for (id, _name), role in zip(people, ROLES, strict=True):
                    session.add(TeamMember(inspection_id=inspection.id, person_id=id, role=role, joined_at=BEGUN))
            with writing() as session:
                connection = session.connection()
                for table, rows in _Filling(inspection, items, people).rows():
                    connection.execute(insert(table), rows)
        db.session.remove()
        _settle()
        db.engine.dispose()
    return World(items, url, folder, readers)


def _settle() -> None:
    """Take the log into the database, and the planner's statistics as a database of some age has them on PostgreSQL."""
    raw: Any = db.engine.raw_connection()
    if db.engine.dialect.name == "sqlite":
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        raw.driver_connection.autocommit = True
        raw.execute("VACUUM ANALYZE")
        raw.driver_connection.autocommit = False
    raw.close()


def _people() -> Iterator[tuple[UUID, str]]:
    for number, name in enumerate(("Robin Lead", "Sam Inspector"), 1):
        person = Person(name=name, email=f"person.{number}@example.gov.uk", password_hash="none", created_at=BEGUN)
        db.session.add(person)
        db.session.flush()
        yield person.id, name


class _Filling:
    """Makes the rows, parents before children."""

    def __init__(self, inspection: Inspection, items: int, people: list[tuple[UUID, str]]) -> None:
        self.inspection_id, self.items, self.people = inspection.id, items, people
        self.random = random.Random(items)
        self.criteria = [row.id for row in list_criteria(inspection.id)]
        # Some criteria draw far more evidence than others: the first about six times as much as the last.
        self.weights = [1 / (1 + place * 0.25) for place in range(len(self.criteria))]
        bodies = list_bodies(inspection.id)
        self.bodies = [row.id for row in bodies if row.visited or row.code == "HQ"]
        self.roles = [row.id for row in list_roles(inspection.id)]
        self.directions = [row["code"] for row in inspection.vocabulary["directions"]] + [""]
        self.relations = [row["code"] for row in inspection.vocabulary["relations"]]
        self.numbers = count(1)  # of items
        self.finding_ids: list[UUID] = []
        self.findings_of: dict[UUID, list[UUID]] = {id: [] for id in self.criteria}
        self.waiting: dict[FromClause, list[dict[str, Any]]] = {}

    def rows(self) -> Iterator[Rows]:
        for make in (self._findings, self._interviews, self._documents):
            for _ in make():
                if len(self.waiting.get(EvidenceItem.__table__, ())) >= CHUNK:
                    yield from self._take()
            yield from self._take()
        yield from self._counters()

    def _take(self) -> Iterator[Rows]:
        models = (Original, Source, Interview, Document, SourceText, FileFinding, EvidenceItem, Note, Tag, Link)
        for table in (*(model.__table__ for model in models), file_finding_criterion):
            if rows := self.waiting.pop(table, None):
                yield table, rows

    def _add(self, model: Any, **values: Any) -> dict[str, Any]:
        self.waiting.setdefault(getattr(model, "__table__", model), []).append(values)
        return values

    def _by(self, at: datetime) -> dict[str, Any]:
        id, name = self.people[self.random.randrange(2)]
        return {"created_at": at, "created_by_id": id, "created_by": name}

    def _text(self, least: int = 60, most: int = 300) -> str:
        length, words = self.random.randint(least, most), self.random.choices(VOCABULARY, k=most // 3)
        return " ".join(words)[: length - 1].strip().capitalize() + "."

    def _findings(self) -> Iterator[None]:
        for number in range(1, FINDINGS + 1):
            id, applicable = uuid7(), self.random.randint(20, 90)
            self._add(
                FileFinding,
                id=id,
                inspection_id=self.inspection_id,
                number=number,
                statement=self._text(),
                own_reference=f"Q{number}",
                files=self.random.randint(0, applicable),
                applicable=applicable,
                direction=self.random.choice(["strength", "weakness"]),
                body_id=self.random.choice([None, *self.bodies]),
                import_id=None,
                withdrawn_at=None,
                withdrawn_reason="",
                version=1,
                **self._by(BEGUN),
            )
            for place in {(number - 1) % len(self.criteria), self.random.randrange(len(self.criteria))}:
                self._add(file_finding_criterion, file_finding_id=id, criterion_id=self.criteria[place])
                self.findings_of[self.criteria[place]].append(id)
            yield

    def _interviews(self) -> Iterator[None]:
        wanted, self.interviews = self.items - self.items // IN_DOCUMENTS, 0
        while wanted > 0:
            self.interviews += 1
            # The first interview is the longest that people hold: a day's worth of notes.
            evidence = min(wanted, 260 if self.interviews == 1 else EVIDENCE_NOTES)
            wanted -= evidence
            self._interview(self.interviews, evidence, evidence * NOTES // EVIDENCE_NOTES)
            yield

    def _interview(self, number: int, evidence: int, notes: int) -> None:
        kind = "focus_group" if number % 4 == 0 else "interview"
        begins = BEGUN + timedelta(hours=number)
        source = self._source("interview", kind, "INT", number, begins, self.random.choice(self.roles))
        self._add(
            Interview,
            id=source["id"],
            held_at=begins,
            place="Teams" if number % 2 else "Area office",
            remote=bool(number % 2),
            notes_taken=notes,
        )
        chosen = set(self.random.sample(range(1, notes + 1), evidence))
        for note in range(1, notes + 1):
            said_at, words = begins + timedelta(seconds=45 * note), self._text()
            text = self._source_text(source, note, f"note {note}", words, said_at)
            speaker = f"DCP {note % 3 + 1}" if kind == "focus_group" else ""
            item = self._item(source, text, 0, len(words), said_at, speaker) if note in chosen else None
            self._add(
                Note,
                id=uuid7(),
                inspection_id=self.inspection_id,
                interview_id=source["id"],
                number=note,
                place=note,
                text_id=text["id"],
                item_id=item["id"] if item else None,
                speaker=speaker,
                quote=note % 5 == 0,
                prompt="",
                said_at=said_at,
                saved_at=said_at,
                withdrawn_at=None,
                withdrawn_reason="",
                version=1,
                created_by_id=text["created_by_id"],
                created_by=text["created_by"],
            )

    def _documents(self) -> Iterator[None]:
        wanted, self.documents = self.items // IN_DOCUMENTS, 0
        while wanted > 0:
            self.documents += 1
            evidence = min(wanted, PAGES * ITEMS_ON_A_PAGE)
            wanted -= evidence
            self._document(self.documents, evidence)
            yield

    def _document(self, number: int, evidence: int) -> None:
        at = BEGUN + timedelta(hours=number)
        source = self._source("document", "document", "DOC", number, at, None)
        original = self._add(
            Original,
            id=uuid7(),
            inspection_id=self.inspection_id,
            sha256=hashlib.sha256(b"%d" % number).hexdigest(),
            size=48_000 + number,
            file_name=f"Area policy {number}.pdf",
            kind="pdf",
            media_type="application/pdf",
            received_at=at,
            received_by_id=source["created_by_id"],
            received_by=source["created_by"],
        )
        self._add(
            Document,
            id=source["id"],
            original_id=original["id"],
            text_state=TextState.READ,
            pages=PAGES,
            trouble="",
            names=Names.CLEAR,
            job_id=None,
        )
        for page in range(1, PAGES + 1):
            passages = [self._text() for _ in range(ITEMS_ON_A_PAGE + 3)]
            text = self._source_text(source, page, f"page {page}", "\n\n".join(passages), at)
            start = 0
            for place, passage in enumerate(passages):
                if place < ITEMS_ON_A_PAGE and evidence > 0:
                    evidence -= 1
                    self._item(source, text, start, start + len(passage), at, "")
                start += len(passage) + 2

    def _source(
        self, feature: str, kind: str, prefix: str, number: int, at: datetime, role_id: UUID | None
    ) -> dict[str, Any]:
        return self._add(
            Source,
            id=uuid7(),
            inspection_id=self.inspection_id,
            feature=feature,
            kind=kind,
            family="written" if feature == "document" else "said",
            request="",
            prefix=prefix,
            number=number,
            body_id=self.random.choice(self.bodies),
            role_id=role_id,
            title=self._text(20, 60),
            happened_on=at.date(),
            version=1,
            **self._by(at),
        )

    def _source_text(
        self, source: dict[str, Any], position: int, label: str, words: str, at: datetime
    ) -> dict[str, Any]:
        return self._add(
            SourceText,
            id=uuid7(),
            inspection_id=self.inspection_id,
            source_id=source["id"],
            position=position,
            label=label,
            text=words,
            sha256=hashlib.sha256(words.encode()).hexdigest(),
            supersedes_id=None,
            rival_of_id=None,
            **self._by(at),
        )

    def _item(
        self, source: dict[str, Any], text: dict[str, Any], start: int, end: int, at: datetime, speaker: str
    ) -> dict[str, Any]:
        number = next(self.numbers)
        withdrawn = number % WITHDRAWN == WITHDRAWN - 1
        by = {name: text[name] for name in ("created_at", "created_by_id", "created_by")}
        item = self._add(
            EvidenceItem,
            id=uuid7(),
            inspection_id=self.inspection_id,
            number=number,
            source_id=source["id"],
            text_id=text["id"],
            start_at=start,
            end_at=end,
            words=text["text"][start:end],
            speaker=speaker,
            quote=number % 5 == 0,
            gist=self._text(60, 120) if number % 3 == 0 else "",
            direction=self.random.choice(self.directions),
            evidence_kind="direct" if source["feature"] == "document" else "first_hand",
            attributable=True,
            distressing=False,
            withdrawn_at=at if withdrawn else None,
            withdrawn_reason="Already held as another item" if withdrawn else "",
            version=1,
            **by,
        )
        if number % UNTAGGED == 0:
            return item
        # The first items stand under the first criterion, so that its page has everything on it at ten items, too.
        first = self.criteria[0] if number <= 4 else self.random.choices(self.criteria, self.weights)[0]
        for criterion_id in dict.fromkeys([first, *self.random.choices(self.criteria, k=number % 2)]):
            self._add(
                Tag,
                id=uuid7(),
                inspection_id=self.inspection_id,
                item_id=item["id"],
                criterion_id=criterion_id,
                reason=self._text(20, 60) if number % 10 == 0 else "",
                withdrawn_at=None,
                live=not withdrawn,
                number=number,
                source_id=source["id"],
                source_kind=source["kind"],
                body_id=source["body_id"],
                role_id=source["role_id"],
                direction=item["direction"],
                evidence_kind=item["evidence_kind"],
                set_aside=False,
                **by,
            )
        if number % LINKED == 1:
            self._add(
                Link,
                id=uuid7(),
                inspection_id=self.inspection_id,
                item_id=item["id"],
                file_finding_id=self.random.choice(self.findings_of[first]),
                relation=self.random.choice(self.relations),
                reason="",
                withdrawn_at=None,
                **by,
            )
        return item

    def _counters(self) -> Iterator[Rows]:
        last = {"INT": self.interviews, "DOC": self.documents, "E": self.items, "F": FINDINGS}
        rows = [
            {"inspection_id": self.inspection_id, "prefix": prefix, "last": number} for prefix, number in last.items()
        ]
        yield Counter.__table__, rows
