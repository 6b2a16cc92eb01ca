"""Passwords and tokens. Hashing is slow by design and is never done inside a write."""

import functools
import hashlib
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each hash takes 64 MiB: three at once are enough for a small server.
_places = threading.BoundedSemaphore(3)
_hasher = PasswordHasher()


def use_hasher(hasher: PasswordHasher) -> None:
    """Take other Argon2 parameters (tests take the cheapest)."""
    global _hasher
    _hasher = hasher
    nobodys_hash.cache_clear()


def hash_password(password: str) -> str:
    with _places:
        return _hasher.hash(password)


@functools.cache
def nobodys_hash() -> str:
    """What a password is checked against where there is no account. A server makes it before the first try."""
    return _hasher.hash(secrets.token_urlsafe())


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without an account, or a password, it takes as long as with one, and is False."""
    against = password_hash or nobodys_hash()
    with _places:
        try:
            return _hasher.verify(against, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of_token(token: str) -> str:
    """What the database keeps of a token: tokens are random, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
