from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lake_files import HEAD, NAME, ROWS, MadeParser, Put, Write

from entrepot.lake import Lake, prepare

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


@pytest.fixture
def put(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Add canonical rows to any source, without a file of its kind."""

    def _put(source: str, *rows: dict[str, object], vintage: str = "unknown") -> None:
        path = tmp_path / f"{source}-{len(lake.holdings())}.txt"
        path.write_text(repr((rows, vintage)) + "\n", encoding="utf-8")
        parser = MadeParser(rows, vintage)
        with monkeypatch.context() as patch:
            patch.setattr(prepare, "source_parser", lambda _: parser)
            lake.add(source, [path])

    return _put
