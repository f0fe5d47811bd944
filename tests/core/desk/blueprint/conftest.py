"""The desk that these tests change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stand_ins.blueprint_bench import Bench


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """An empty desk on either database."""
    desk = Bench(database_url, key_file=tmp_path / "secret.key")
    yield desk
    desk.close()
