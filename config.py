"""Settings, all from the environment; nothing needs one to be set."""

import os
import secrets
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


class WrongSetting(SystemExit):
    """A setting that cannot be used; ends the program with a sentence and no trace."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Fieldbook cannot start: {sentence}")


MEBIBYTE = 1024 * 1024


def settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flask settings for `create_app`. Makes the data folder and, the first time, the secret key in it.

    DATABASE_URL        where the database is; SQLite in the data folder unless set
    FIELDBOOK_DATA_DIR  uploads, exports, the key and SQLite's file; `instance/` unless set
    SECRET_KEY          signs cookies and wraps keys; kept in the data folder unless set
    SECRET_KEY_FALLBACKS  earlier ones, parted by spaces: what they signed and wrapped is still read
    HOST, PORT          where `flask --app wsgi serve` listens
    FIELDBOOK_CLOCK     an ISO time that the clock starts from, for demonstrations and tests
    FIELDBOOK_HTTPS     1 when a proxy in front speaks https: cookies are then sent over https only
    FIELDBOOK_OCR       'auto' (words in pictures are recognised where Tesseract is installed), 'required' or 'off'
    FIELDBOOK_CLAMD     the socket of ClamAV's daemon: what comes in waits until it was scanned; no scanner unless set
    FIELDBOOK_JAIL      'required' (uploads are refused where files cannot be read safely) or 'best-effort'
    """
    data = Path(environ.get("FIELDBOOK_DATA_DIR") or ROOT / "instance").resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
        secret = environ.get("SECRET_KEY") or _kept_secret(data / "secret-key")
    except OSError as error:
        raise WrongSetting(
            f"the data folder {data} cannot be used ({error.strerror}). Set FIELDBOOK_DATA_DIR to one that can."
        ) from None
    port = environ.get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise WrongSetting(f"PORT must be a number from 1 to 65535, not {port!r}.")
    ocr = environ.get("FIELDBOOK_OCR", "auto")
    if ocr not in ("auto", "required", "off"):
        raise WrongSetting(f"FIELDBOOK_OCR must be auto, required or off, not {ocr!r}.")
    if ocr == "required" and not shutil.which("tesseract"):
        raise WrongSetting("FIELDBOOK_OCR is required, and Tesseract is not installed (Debian: tesseract-ocr).")
    https = environ.get("FIELDBOOK_HTTPS") == "1"
    return {
        "DATA_DIR": data,
        "HOST": environ.get("HOST", "127.0.0.1"),
        "PORT": int(port),
        "CLOCK": environ.get("FIELDBOOK_CLOCK"),
        "JAIL_REQUIRED": environ.get("FIELDBOOK_JAIL", "required") == "required",
        "OCR": ocr,
        "CLAMD": environ.get("FIELDBOOK_CLAMD") or None,
        "PACKS_DIR": ROOT / "packs",
        "SECRET_KEY": secret,
        "SECRET_KEY_FALLBACKS": (environ.get("SECRET_KEY_FALLBACKS") or "").split(),
        "SQLALCHEMY_DATABASE_URI": environ.get("DATABASE_URL") or f"sqlite:///{data / 'fieldbook.db'}",
        # Browsers keep one cookie for all ports of a host: a demonstration beside the real thing has its own.
        "SESSION_COOKIE_NAME": "fieldbook-demonstration" if environ.get("FIELDBOOK_CLOCK") else "fieldbook",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "BEHIND_PROXY": https,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open over lunch still saves
        "IDLE_LIMIT": timedelta(hours=2),
        "SIGN_IN_LIMIT": timedelta(hours=14),
        "MAX_CONTENT_LENGTH": 4 * MEBIBYTE,  # uploads set their own, larger limit
        "MAX_FORM_MEMORY_SIZE": 4 * MEBIBYTE,
        "UPLOAD_LIMIT": 500 * MEBIBYTE,
    }


def _kept_secret(file: Path) -> str:
    """The key that signs cookies, made once and readable by the owner of the data folder only."""
    try:
        return file.read_text()
    except FileNotFoundError:
        try:
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process was first
        return file.read_text()
