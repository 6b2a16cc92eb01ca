"""Bytes as they were received: whole or not at all, found by what they are, checked when they are read."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from app import storage
from tests.threads import at_once

HERE, THERE = UUID(int=1), UUID(int=2)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "originals").rglob("*") if path.is_file())


def test_what_is_kept_is_read_again(app: Flask) -> None:
    data = os.urandom(3 * storage.PIECE + 17)
    kept = storage.keep(HERE, io.BytesIO(data))
    assert kept == storage.Kept(hashlib.sha256(data).hexdigest(), len(data))
    assert storage.read(HERE, kept.sha256) == data
    assert b"".join(storage.pieces(HERE, kept.sha256)) == data


def test_the_same_content_is_one_file_for_each_inspection(app: Flask, tmp_path: Path) -> None:
    for inspection_id in (HERE, HERE, THERE):
        storage.keep(inspection_id, io.BytesIO(b"minutes"))
    assert len(files(tmp_path)) == 2


def test_what_another_inspection_keeps_is_not_found(app: Flask) -> None:
    kept = storage.keep(HERE, io.BytesIO(b"minutes"))
    with pytest.raises(FileNotFoundError):
        storage.read(THERE, kept.sha256)


def test_what_was_changed_on_the_disk_is_noticed(app: Flask) -> None:
    kept = storage.keep(HERE, io.BytesIO(b"minutes"))
    storage.path_of(HERE, kept.sha256).write_bytes(b"minuses")
    with pytest.raises(storage.Damaged):
        storage.read(HERE, kept.sha256)


def test_a_stream_that_breaks_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("the connection is gone")
            return super().read(10)

    with pytest.raises(OSError, match="connection"):
        storage.keep(HERE, Breaking(b"x" * 100))
    assert files(tmp_path) == []


def test_a_full_disk_leaves_nothing(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.keep(HERE, io.BytesIO(b"minutes"))
    assert files(tmp_path) == []


def test_bytes_are_synced_before_they_have_their_name(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    really_sync, really_replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        order.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        really_sync(handle)

    def replace(source: Any, target: Any) -> None:
        order.append("named")
        really_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    storage.keep(HERE, io.BytesIO(b"minutes"))
    assert order[:2] == ["file", "named"]
    assert set(order[2:]) == {"folder"}


def test_the_same_content_at_once_is_kept_once(app: Flask, tmp_path: Path) -> None:
    data = os.urandom(200_000)

    def work(_n: int) -> storage.Kept:
        with app.app_context():
            return storage.keep(HERE, io.BytesIO(data))

    outcomes = at_once(6, work)
    assert outcomes == [storage.Kept(hashlib.sha256(data).hexdigest(), len(data))] * 6
    assert len(files(tmp_path)) == 1


def test_names_of_files_never_become_paths(app: Flask, tmp_path: Path) -> None:
    kept = storage.keep(HERE, io.BytesIO(b"minutes"))
    assert storage.path_of(HERE, kept.sha256).relative_to(tmp_path / "originals").parts[0] == HERE.hex
    with pytest.raises(FileNotFoundError):
        storage.path_of(HERE, "no such digest")
