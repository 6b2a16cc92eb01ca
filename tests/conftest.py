"""The application on a database of its own for each test, and people to look at it."""

import gc
import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, profiles
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from xdist.scheduler import LoadScopeScheduling

from app import create_app
from app.accounts import secrets as account_secrets
from app.accounts.models import Person
from app.accounts.services import start_sign_in
from app.db.transaction import writing
from app.extensions import db
from app.inspections.models import Inspection, TeamMember
from app.inspections.queries import find_inspection_by_code
from app.packs.reading import read_pack
from app.packs.services import load_pack
from tests import client
from tests.client import INSPECTION, Client
from tests.databases import (
    Databases,
    NoPostgreSQL,
    PostgreSQL,
    Redirected,
    SQLite,
    memory,
    postgresql_server,
    the_world,
)
from tests.forking import Forge

ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "packs" / INSPECTION
_provided = pytest.StashKey[tuple[str, str, str]]()
_at_the_end = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the tests run on (default: sqlite)"
    )


def pytest_configure(config: pytest.Config) -> None:
    # A fifth of the time that the tests took went into looking for garbage among what stays for good.
    gc.set_threshold(50_000, 20, 50)
    # Tests write as durably as people do: beside the processor it is the disk that they would wait for.
    if in_memory := memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory))
    client.MARKUP_IS_CHECKED = config.getoption("--database") == "sqlite"
    account_secrets.use_hasher(PasswordHasher.from_parameters(profiles.CHEAPEST))
    if hasattr(config, "workerinput"):
        config.stash[_provided] = tuple(config.workerinput["fieldbook_provided"])
    config.stash[_at_the_end] = ExitStack()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _at_the_end in config.stash:
        config.stash[_at_the_end].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Each xdist worker is told where the one template is."""
    node.workerinput["fieldbook_provided"] = list(_provide(node.config))


class _Together(LoadScopeScheduling):
    """The next test to the next free process, but those that load the demonstration to one: loading takes long."""

    def _split_scope(self, nodeid: str) -> str:
        loads = nodeid.startswith(("tests/demonstration/", "tests/browser/test_layout.py"))
        return "demonstration" if loads else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together:
    return _Together(config, log)  # xdist_group of xdist 3.8 does nothing with pytest 9.2


def _provide(config: pytest.Config) -> tuple[str, str, str]:
    """Make the template, once for a test run: the server's address (empty for SQLite), the template's name, a folder.

    In the folder the processes find what one of them has made of the pages' templates.
    """
    if _provided in config.stash:
        return config.stash[_provided]
    at_the_end = config.stash[_at_the_end]
    folder = Path(tempfile.mkdtemp(prefix="fieldbook-tests-", dir=memory()))
    at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
    if config.getoption("--database") == "sqlite":
        made = ("", str(folder / "template.db"), str(folder))
        _migrate(f"sqlite:///{made[1]}", folder)
    else:
        try:
            server = at_the_end.enter_context(postgresql_server())
        except NoPostgreSQL as missing:
            raise pytest.UsageError(str(missing)) from None
        made = (server, f"fieldbook_{os.getpid()}_template", str(folder))
        template = PostgreSQL(server, made[1])
        url = template.empty(made[1])
        at_the_end.callback(template.drop, url)
        _migrate(url, folder)
    config.stash[_provided] = made
    return made


def _migrate(url: str, folder: Path) -> None:
    """Bring an empty database up by the real migrations, and load the real pack."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": folder, "SECRET_KEY": "template"})
    with app.app_context():
        upgrade()
        with writing():
            load_pack(read_pack(PACK))
        db.session.remove()
        db.engine.dispose()  # the last connection to close takes SQLite's log into the file


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    """Where a test gets further databases from: `databases.empty("name", tmp_path)`."""
    server, template, _folder = _provide(request.config)
    return PostgreSQL(server, template) if server else SQLite(Path(template))


@pytest.fixture(scope="session")
def is_sqlite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--database") == "sqlite")


@pytest.fixture(scope="session")
def _application(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Flask, Redirected]:
    folder = tmp_path_factory.mktemp("application")
    app = create_app(_settings(databases.url("of no test", folder), folder))
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_provide(request.config)[2])
    with app.app_context():
        redirected = Redirected(db.engine)
    gc.collect()
    gc.freeze()
    return app, redirected


def _settings(url: str, folder: Path) -> dict[str, Any]:
    # Threads of a test may hold many connections at once; a test that waits for one would hang.
    options = {"pool_size": 10, "max_overflow": 30}
    return {
        "TESTING": False,  # errors are answered with a page, as they are to people
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": options,
        "SECRET_KEY": secrets.token_hex(),
        "DATA_DIR": folder,
        "SERVER_NAME": None,
    }


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    """Starts servers and commands in a moment."""
    forge = Forge(tmp_path_factory.mktemp("forge"))
    yield forge
    forge.close()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be, but on a disk for what is about disks, or measures how long they take."""
    on_disk = request.node.get_closest_marker("soak") or request.node.nodeid.startswith("tests/db/")
    if not on_disk:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="fieldbook-test-") as folder:
        yield Path(folder)


_number = itertools.count(1)


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """The address of this test's database: the real migrations, the real pack, nobody in it."""
    url = databases.copy(f"fieldbook_{os.getpid()}_{next(_number)}", tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def app(_application: tuple[Flask, Redirected], database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on this test's database and data folder, with its context entered."""
    app, redirected = _application
    app.config["DATA_DIR"] = tmp_path
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    redirected.to(database_url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make_app(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """A second application on the same database, to which a test may add views: make_app(IDLE_LIMIT=…)."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        made.append(create_app(_settings(database_url, tmp_path) | settings))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def inspection(app: Flask) -> Inspection:
    """The real inspection, as its pack makes it."""
    found = find_inspection_by_code(INSPECTION)
    assert found is not None
    return found


@pytest.fixture
def visitor(app: Flask) -> Client:
    """Somebody who is not signed in."""
    return Client(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., Client]:
    """sign_in(member or person): a client for them. The cookie is as the sign-in page would give it."""

    def sign_in(who: TeamMember | Person, on: Flask | None = None) -> Client:
        client = Client(on or app)
        client.person_id = who.person_id if isinstance(who, TeamMember) else who.id
        with the_world():
            token = start_sign_in(client.person_id, db.session.get_one(Person, client.person_id).name)
        with client.session() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return client

    return sign_in
