"""Migrations make what the models say, keep what is there, and happen whole or not at all."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app import models
from app.audit.queries import chains, verify
from app.extensions import db
from tests.conftest import ROOT
from tests.databases import Databases
from tests.evidence.factories import TagFactory
from tests.findings.factories import LinkFactory
from tests.interviews.factories import IntervieweeFactory, NoteFactory

assert models  # every table is known


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


def test_one_can_go_down_and_up_again(
    databases: Databases, tmp_path: Path, make_app: Callable[..., Flask], request: pytest.FixtureRequest
) -> None:
    url = databases.empty("fieldbook_down_and_up", tmp_path)
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
    assert {key["referred_table"] for key in found} == {"inspection", "interview", "source_text", "evidence_item"}


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
