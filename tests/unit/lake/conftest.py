from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lake_files import HEAD, NAME, ROWS, Write

from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(rows: Iterable[str] = ROWS, name: str = NAME, head: str = HEAD) -> Path:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        return folder / name

    return _write


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")
