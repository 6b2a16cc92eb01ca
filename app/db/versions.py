"""Base versions: a change says which version it was made on; only a stale base is a conflict."""

from typing import Protocol


class _Versioned(Protocol):
    version: int


class Stale(Exception):
    """The row was changed since the version that the change was made on."""


def check_base(row: _Versioned, base: int) -> None:
    """Raises Stale unless the row is still at version `base`."""
    if row.version != base:
        raise Stale
