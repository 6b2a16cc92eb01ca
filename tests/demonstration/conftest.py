"""The demonstration is loaded once for all tests here, into a database of its own; tests that look leave it so."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.demonstration import services
from app.demonstration.content import Demonstration, read_demonstration
from app.extensions import db
from app.packs.reading import read_pack
from app.web import clock
from tests.conftest import PACK, ROOT
from tests.databases import Databases, Redirected

FOLDER = ROOT / "demonstration" / "stalking-2026"


@pytest.fixture(scope="session")
def content() -> Demonstration:
    return read_demonstration(FOLDER)


@pytest.fixture(scope="session")
def loaded(
    databases: Databases,
    _application: tuple[Flask, Redirected],
    content: Demonstration,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """The address and the data folder of a loaded demonstration."""
    app, redirected = _application
    folder = tmp_path_factory.mktemp("demonstration")
    url = databases.copy(f"fieldbook_demonstration_{os.getpid()}", folder)
    app.config["DATA_DIR"], app.config["SQLALCHEMY_DATABASE_URI"] = folder, url
    redirected.to(url)
    with app.app_context():
        services.load(content, read_pack(PACK))
        db.session.remove()
        db.engine.dispose()
    yield url, folder
    databases.drop(url)


@pytest.fixture
def demonstration(
    loaded: tuple[str, Path], _application: tuple[Flask, Redirected], content: Demonstration
) -> Iterator[Flask]:
    """The application on the loaded demonstration, at the moment up to which it is told."""
    app, redirected = _application
    app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"] = loaded
    redirected.to(loaded[0])
    with app.app_context(), clock.set_to(content.stands_at):
        yield app
        db.session.remove()
        db.engine.dispose()
