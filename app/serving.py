"""`flask --app wsgi serve`: everything that one small server needs, in one command."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError
from waitress.server import create_server

from app import storage
from app.accounts import queries as accounts
from app.accounts.secrets import nobodys_hash
from app.accounts.services import make_set_up_link
from app.db.durability import weaknesses
from app.db.schema import is_up_to_date
from app.db.transaction import writing
from app.extensions import db
from app.packs.reading import WrongPack, read_pack
from app.packs.services import is_newer, load_pack
from app.web.pages import count

log = logging.getLogger(__name__)
THREADS = 8
SECONDS_TO_STOP = 10
SECONDS_TO_RESTART = 2
SWEEP_EVERY = 3600  # seconds


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Bring the database up to date, load the packs, and serve on HOST and PORT with one worker for jobs."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    host, port = app.config["HOST"], app.config["PORT"]
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=app.config["UPLOAD_LIMIT"] + 2**20,
        )
    except OSError as error:
        raise click.ClickException(
            f"{host}:{port} cannot be used ({error.strerror}). Is Fieldbook running already? Set PORT to use another."
        ) from error
    try:
        if not is_up_to_date():
            upgrade()
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be opened: {error.orig}") from None
    _load_packs(Path(app.config["PACKS_DIR"]))
    for sentence in weaknesses():
        log.warning(sentence)
    address = f"http://{host}:{port}"
    click.echo(f"Fieldbook is on {address}")
    _offer_first_account(address)
    db.session.remove()
    worker = Worker()

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.start()
    threading.Thread(target=nobodys_hash, daemon=True).start()
    threading.Thread(target=_sweep, args=(app,), daemon=True).start()
    try:
        server.run()
    finally:
        server.close()
        worker.stop()


def _sweep(app: Flask) -> None:
    """Now and every hour: what uploads that were cut off have left in the data folder."""
    while True:
        with app.app_context():
            try:
                if swept := storage.sweep():
                    log.info("%s left by uploads that were cut off cleared away", count(swept, "file"))
            except Exception:
                log.exception("What uploads that were cut off have left could not be cleared away")
            finally:
                db.session.remove()
        time.sleep(SWEEP_EVERY)


class Worker(threading.Thread):
    """Keeps one worker for jobs running beside the server: started again when it dies, stopped with the server."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        # A server that is killed cannot stop its worker: the worker sees to it by itself.
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work", "--stop-with", str(os.getpid())]
        while not self._stopping.is_set():
            self._process = subprocess.Popen(command)
            code = self._process.wait()
            if not self._stopping.wait(SECONDS_TO_RESTART):
                log.warning("The worker ended with %s and is started again", code)

    def stop(self) -> None:
        self._stopping.set()
        if (process := self._process) is None:
            return
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()


def _load_packs(folder: Path) -> None:
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        try:
            pack = read_pack(place)
        except WrongPack as wrong:
            click.echo(f"The pack {place.name} was not loaded:\n{wrong}", err=True)
            continue
        with writing():
            inspection, made = load_pack(pack)
            newer = not made and is_newer(inspection, pack)
        if newer:
            click.echo(
                f"The pack {place.name} is not the one that its inspection was made from: nothing was changed. "
                f"`flask --app wsgi pack load {place}` says what is otherwise.",
                err=True,
            )


def _offer_first_account(address: str) -> None:
    if accounts.anybody():
        return
    with writing():
        token = make_set_up_link()
    click.echo("\nThere is no account yet. Make the first one, of the lead inspector and administrator, here:")
    click.echo(f"\n    {address}/first/{token}\n\nThe link works once.")
