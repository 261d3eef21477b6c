"""A written file is read back: twins are found wherever they stand, and disorder is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.engine import connect
from entrepot.lake.store import _twin

if TYPE_CHECKING:
    from pathlib import Path

KEY = ["importer", "product", "is_reexport"]
ROWS = 300_000


def written(tmp_path: Path, extra: str = "", order: str = f"{', '.join(KEY)}") -> Path:
    """Write rows with different keys, and what a test adds to them."""
    path = tmp_path / "rows.parquet"
    connect().execute(f"""
        COPY (FROM (SELECT chr(65 + (i // 100000)::INT) AS importer,
                           printf('%06d', i // 2) AS product,
                           CASE i % 2 WHEN 0 THEN true END AS is_reexport
                    FROM range({ROWS}) AS r(i) {extra}) ORDER BY {order})
        TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 122880)""")
    return path


def test_no_twin(tmp_path: Path) -> None:
    assert _twin(connect(), written(tmp_path), KEY, ROWS) is None


# Chunks of 2,048 rows and groups of 122,880 end where these rows stand.
@pytest.mark.parametrize("place", [0, 2046, 2047, 2048, 122_878, 122_879, 122_880, ROWS - 1])
@pytest.mark.parametrize("threads", [1, 2])
def test_twins_at_every_seam(tmp_path: Path, place: int, threads: int) -> None:
    extra = (
        f"UNION ALL SELECT chr(65 + ({place} // 100000)::INT), printf('%06d', {place} // 2), "
        f"CASE {place} % 2 WHEN 0 THEN true END"
    )
    found = _twin(connect(threads=threads), written(tmp_path, extra), KEY, ROWS + 1)
    assert found == {
        "importer": "ABC"[place // 100_000],
        "product": f"{place // 2:06}",
        "is_reexport": None if place % 2 else True,
    }


def test_rows_that_are_missing_or_out_of_order(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(AssertionError, match=f"{ROWS} of {ROWS + 1} rows"):
        _twin(connect(), path, KEY, ROWS + 1)
    with pytest.raises(AssertionError, match="out of order"):
        _twin(connect(), written(tmp_path, order="product DESC"), KEY, ROWS)


def test_one_key_for_all(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert _twin(connect(), path, [], 1) is None
    assert _twin(connect(), path, [], 2) == {}
