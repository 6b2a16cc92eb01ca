"""Migrations make what the models say, keep what is there, and happen whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app import models
from app.accounts.models import Person
from app.audit.queries import chains, verify
from app.db.transaction import writing
from app.documents.models import Document, Names
from app.documents.services import LIST
from app.evidence.models import EvidenceItem, Source, Tag
from app.extensions import db
from app.inspections.models import Body
from app.inspections.queries import get_rules
from app.interviews.models import Interview, Note, State
from app.jobs.models import Job, JobState
from app.packs.reading import read_pack
from app.packs.services import load_pack
from tests.conftest import PACK, ROOT
from tests.databases import Databases
from tests.evidence.factories import TagFactory
from tests.findings.factories import LinkFactory
from tests.interviews.factories import IntervieweeFactory, NoteFactory

assert models  # every table is known
FIRST_VERSION: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "data" / "at_001.json").read_text(encoding="utf-8")
)


def test_the_migrated_database_is_what_the_models_say(app: Flask) -> None:
    context = MigrationContext.configure(db.session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []


def test_that_test_would_notice(app: Flask) -> None:
    context = MigrationContext.configure(db.session.connection(), opts={"compare_type": True})
    other = MetaData(naming_convention=db.metadata.naming_convention)
    for table in db.metadata.sorted_tables:
        table.to_metadata(other)
    note = other.tables["note"]
    note.append_column(db.Column("colour", db.Text))
    other.remove(other.tables["job"])
    found = {(difference[0], getattr(difference[-1], "name", "")) for difference in compare_metadata(context, other)}
    assert {("add_column", "colour"), ("remove_table", "job")} <= found


def test_migrations_are_one_line_with_numbers() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions == [f"{number:03d}" for number in range(1, len(revisions) + 1)]
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        assert file.stem[:3] in revisions, f"{file.name} has no number"


@pytest.mark.slow
def test_one_can_go_down_and_up_again(
    databases: Databases, tmp_path: Path, make_app: Callable[..., Flask], request: pytest.FixtureRequest
) -> None:
    url = databases.empty(f"fieldbook_{os.getpid()}_down_and_up", tmp_path)
    request.addfinalizer(lambda: databases.drop(url))
    app = make_app(SQLALCHEMY_DATABASE_URI=url)
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        upgrade()
        db.session.rollback()
        context = MigrationContext.configure(db.session.connection())
        assert compare_metadata(context, db.metadata) == []
        db.session.remove()
        db.engine.dispose()


def put(rows_of: dict[str, list[dict[str, Any]]]) -> None:
    """Put rows into the tables as they are now, whatever the models say: values are as JSON holds them."""
    there = MetaData()
    there.reflect(db.engine)
    readers: dict[str, Callable[[Any], Any]] = {
        "UUID": UUID,
        "DATETIME": datetime.fromisoformat,
        "TIMESTAMP": datetime.fromisoformat,
        "DATE": date.fromisoformat,
    }
    with writing() as session:
        for name, rows in rows_of.items():
            table = there.tables[name]
            kinds = {column.name: type(column.type).__name__.upper() for column in table.columns}
            for row in rows:
                values = {
                    key: readers[kinds[key]](value) if value is not None and kinds[key] in readers else value
                    for key, value in row.items()
                }
                session.execute(table.insert().values(values))


@pytest.fixture
def of_the_first_version(databases: Databases, tmp_path: Path, make_app: Callable[..., Flask]) -> Iterator[None]:
    """A database as the first version left it, with rows in most tables, migrated to what the models say now."""
    url = databases.empty(f"fieldbook_{os.getpid()}_first_version", tmp_path)
    app = make_app(SQLALCHEMY_DATABASE_URI=url)
    with app.app_context():
        upgrade(revision="001")
        put(FIRST_VERSION)
        upgrade(revision="043")
        with writing() as session:  # as if it had been an archive
            session.execute(text("UPDATE original SET kind = 'zip'"))
        upgrade()
        yield
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.mark.slow
def test_every_row_of_the_first_version_is_kept(of_the_first_version: None) -> None:
    for name, rows in FIRST_VERSION.items():
        table = db.metadata.tables[name]
        added = 1 if name == "job" else 0  # by a migration
        assert db.session.scalar(select(func.count()).select_from(table)) == len(rows) + added, name
    assert [verify(chain).broken_at for chain in chains()] == [None] * len(chains())
    kept = {item.number: item.words for item in db.session.scalars(select(EvidenceItem))}
    assert kept == {row["number"]: row["words"] for row in FIRST_VERSION["evidence_item"]}


@pytest.mark.slow
def test_what_lies_in_an_archive_that_came_before_is_asked_for(
    of_the_first_version: None,
) -> None:
    """Once, whatever later versions ask for too."""
    document = db.session.scalars(select(Document)).one()
    asked = db.session.scalars(select(Job).where(Job.kind == LIST)).all()
    assert [(job.arguments, job.inspection_id, job.state) for job in asked] == [
        ({"document": document.id.hex}, document.inspection_id, JobState.QUEUED)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "asks"), [("docx", 1), ("txt", 1), ("pdf", 1), ("png", 0)])
def test_what_lies_in_an_office_file_or_a_text_that_came_before_is_asked_for(
    of_the_first_version: None, kind: str, asks: int
) -> None:
    downgrade(revision="046")
    with writing() as session:
        session.execute(text("UPDATE original SET kind = :kind"), {"kind": kind})
    upgrade()
    assert db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == LIST)) == asks


@pytest.mark.slow
def test_what_the_strength_rule_counts_is_filled_in_for_the_first_version(of_the_first_version: None) -> None:
    families = dict(db.session.execute(select(Source.kind, Source.family)).all())
    assert families == {"interview": "said", "document": "written"}
    of_items = {UUID(row["id"]): row["evidence_kind"] for row in FIRST_VERSION["evidence_item"]}
    tags = db.session.scalars(select(Tag)).all()
    assert {tag.evidence_kind for tag in tags} == {"first_hand"}
    assert all(tag.evidence_kind == of_items[tag.item_id] and not tag.set_aside for tag in tags)


@pytest.mark.slow
def test_interviews_with_notes_are_taken_to_have_been_held(of_the_first_version: None) -> None:
    interviews = db.session.scalars(select(Interview).order_by(Interview.number)).all()
    assert [(one.number, one.state) for one in interviews] == [
        (row["number"], State.HELD if taken else State.PLANNED)
        for row, taken in zip(
            (row for row in FIRST_VERSION["source"] if row["feature"] == "interview"),
            (row["notes_taken"] for row in FIRST_VERSION["interview"]),
            strict=True,
        )
    ]
    last = max(datetime.fromisoformat(row["saved_at"]) for row in FIRST_VERSION["note"])
    assert max(one.finished_at for one in interviews if one.finished_at) == last
    assert {(one.lead_id, one.cancelled_reason, one.signed_off_by) for one in interviews} == {(None, "", "")}


@pytest.mark.slow
def test_notes_of_the_first_version_are_told_as_changed_when_their_words_were_written(
    of_the_first_version: None,
) -> None:
    notes = db.session.scalars(select(Note)).all()
    assert notes
    assert all(note.touched == note.text_id and not note.withdrawn_with_import for note in notes)


@pytest.mark.slow
def test_people_of_the_first_version_keep_their_passwords_and_are_not_disabled(of_the_first_version: None) -> None:
    kept = {person.email: person.password_hash for person in db.session.scalars(select(Person))}
    assert kept == {row["email"]: row["password_hash"] for row in FIRST_VERSION["person"]}
    assert set(db.session.scalars(select(Person.disabled_reason))) == {""}


@pytest.mark.slow
def test_documents_of_the_first_version_stay_open(of_the_first_version: None) -> None:
    stand = db.session.execute(select(Document.names, Document.names_by).distinct()).all()
    assert [tuple(row) for row in stand] == [(Names.CLEAR, "")]


@pytest.mark.slow
def test_the_first_version_s_inspection_is_given_the_whole_pack(of_the_first_version: None) -> None:
    with writing():
        inspection, made = load_pack(read_pack(PACK))
        assert not made
        found = inspection.id
    assert len(get_rules(found).planned_sources) == 22
    pilots = db.session.scalars(select(Body.code).where(Body.pilot).order_by(Body.code)).all()
    assert pilots == ["MCH", "WES", "YHU"]


@pytest.fixture
def migrate(app: Flask, tmp_path: Path) -> Callable[[str], None]:
    """migrate(body): one more migration, whose upgrade() is `body`, on the test's database, through the real env.py."""

    def run(body: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(ROOT / "migrations", folder, dirs_exist_ok=True)
        last = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
        lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
        (folder / "versions" / "999_tried.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n\n"
            f"revision = '999'\ndown_revision = {last!r}\nbranch_labels = depends_on = None\n\n"
            f"def upgrade():\n{lines}\n"
        )
        db.session.remove()
        upgrade(directory=str(folder))

    return run


def contents() -> dict[str, list[Any]]:
    """Every row of every table, as text."""
    db.session.rollback()
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [column.cast(db.Text) for column in table.columns]
        found[table.name] = sorted(tuple(map(str, row)) for row in db.session.execute(select(*columns)))
    db.session.rollback()
    return found


@pytest.fixture
def full(app: Flask) -> dict[str, list[Any]]:
    """A database with rows in most tables, parents and children."""
    IntervieweeFactory(interview=NoteFactory(words="Rotas change monthly. #vw.ii").interview)
    TagFactory()
    LinkFactory()
    return contents()


REBUILD = """
always = "always" if op.get_bind().dialect.name == "sqlite" else "never"
for table in ("person", "inspection", "criterion", "source", "source_text", "evidence_item", "audit_entry"):
    with op.batch_alter_table(table, recreate=always) as batch:
        batch.add_column(sa.Column("colour", sa.Text(), nullable=True))
"""


def test_rebuilding_parents_keeps_their_children(full: dict[str, list[Any]], migrate: Callable[[str], None]) -> None:
    """On SQLite a changed table is a new one: with foreign keys on, dropping the old one takes children along."""
    migrate(REBUILD)
    assert contents() == full
    assert [verify(chain).broken_at for chain in chains()] == [None]
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "999"


def test_foreign_keys_hold_again_afterwards(full: dict[str, list[Any]], migrate: Callable[[str], None]) -> None:
    migrate(REBUILD)
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    found = inspect(db.session.connection()).get_foreign_keys("note")
    assert {key["referred_table"] for key in found} == {
        "inspection",
        "interview",
        "source_text",
        "evidence_item",
        "note_import",
        "note",
    }


ADD = 'op.add_column("note", sa.Column("colour", sa.Text()))'
BAD = {
    "fails in the middle": (f'{ADD}\nop.execute("DELETE FROM tag")\nraise ValueError("broken")', ValueError),
    "leaves rows that point nowhere": (f'{ADD}\nop.execute("DELETE FROM source")', (SystemExit, IntegrityError)),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_migration_changes_nothing(full: dict[str, list[Any]], migrate: Callable[[str], None], case: str) -> None:
    body, error = BAD[case]
    with pytest.raises(error):
        migrate(body)
    assert contents() == full
    assert "colour" not in {column["name"] for column in inspect(db.session.connection()).get_columns("note")}
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) != "999"
