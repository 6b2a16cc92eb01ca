"""What the bench measures on keeps up with the models: it fills the tables itself."""

from pathlib import Path

import pytest

from bench import world
from tests.databases import Databases


@pytest.mark.slow
def test_the_world_of_the_bench_can_be_made(databases: Databases, tmp_path: Path) -> None:
    made = world.make(10, databases.empty("bench", tmp_path), tmp_path / "bench")
    assert len(made.readers) == 2
