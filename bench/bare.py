"""The bare insert view: the least that saves a note with the same promises, and nothing of Fieldbook in it.

Flask, Flask-SQLAlchemy, Flask-Login and Flask-WTF; the same engine settings as app/db/transaction.py; somebody signed
in, looked up with one query; the anti-forgery token checked; one row, one commit, a small rendered fragment. The whole
request is one BEGIN IMMEDIATE transaction. It knows no inspections, rights, versions, references, repeats or audit.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, render_template, request
from flask_login import LoginManager, UserMixin, login_required
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from jinja2 import DictLoader
from sqlalchemy import Engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

FRAGMENT = """
<li id="note-{{ note.number }}">
  <time datetime="{{ note.said_at.isoformat() }}">{{ note.said_at.strftime("%H:%M") }}</time>
  <span>{{ note.speaker }}</span>
  <p>{{ note.words }}</p>
  <a href="/notes/{{ note.number }}/edit">Reword<span> note {{ note.number }}</span></a>
</li>
"""


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()
csrf = CSRFProtect()


class User(UserMixin, db.Model):  # type: ignore[name-defined]  # Flask-SQLAlchemy makes the class as it runs
    __tablename__ = "bare_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Note(db.Model):  # type: ignore[name-defined]
    __tablename__ = "bare_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    words: Mapped[str]
    speaker: Mapped[str]
    said_at: Mapped[datetime]
    saved_at: Mapped[datetime]


def create_app(url: str) -> Flask:
    """The application, on a database that it may make its tables in."""
    app = Flask("bare")
    app.config.from_mapping(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="bench")
    app.jinja_loader = DictLoader({"note.html": FRAGMENT})
    db.init_app(app)
    login_manager.init_app(app)
    login_manager.session_protection = None  # as in Fieldbook
    login_manager.user_loader(lambda id: db.session.get(User, int(id)))
    csrf.init_app(app)
    app.before_request(_begin)
    app.add_url_rule("/notes", view_func=save_note, methods=["POST"])
    with app.app_context():
        _prepare(db.engine)
        _begin()
        Base.metadata.create_all(db.session.connection())
        db.session.add(User(id=1, name="Robin"))
        db.session.commit()
    return app


def _prepare(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def open_sqlite(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for setting in (
            "busy_timeout=30000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-32768",
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        write = connection.get_execution_options().get("write")
        connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")


def _begin() -> None:
    db.session.connection(execution_options={"write": True})


@login_required
def save_note() -> str:
    note = Note(
        number=int(request.form["number"]),
        words=request.form["words"],
        speaker=request.form["speaker"],
        said_at=datetime.fromisoformat(request.form["said_at"]),
        saved_at=datetime.now(UTC),
    )
    db.session.add(note)
    db.session.commit()
    return render_template("note.html", note=note)
