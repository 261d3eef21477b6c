"""Measures and goods are light to import and know neither the lake nor its sources."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def loaded(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["measures", "goods"])
def test_importing_loads_no_engine_and_no_frames(name: str) -> None:
    modules = loaded(f"import entrepot.{name}")
    assert f"entrepot.{name}" in modules
    heavy = {"duckdb", "pandas", "polars", "pyarrow", "numpy", "pydantic", "yaml"}
    heavy |= {"pyspark", "py4j"}
    assert not modules & heavy
    assert not {found for found in modules if found.startswith(("entrepot.lake", "entrepot.sour"))}


def test_a_polars_lazy_frame_needs_no_duckdb() -> None:
    code = """
import polars as pl, entrepot as ep
rows = pl.LazyFrame({"exporter": ["A", "B"], "value_usd": [1.0, 1.0]})
assert ep.measures.hhi(rows, by=[]).collect()["hhi"][0] == 0.5
"""
    assert "duckdb" not in loaded(code)


def test_a_list_of_goods_is_shown_without_what_computes_and_checks(tmp_path: Path) -> None:
    """No table is loaded and no file of the user's is read: both take longer than to show it."""
    code = f"""
from entrepot.cli.main import app
app(["goods", "diff", "chpl@2023-12-31", "chpl@2024-02-23"], standalone_mode=False)
app(["goods", "show", "chpl", "--lake", {str(tmp_path)!r}], standalone_mode=False)
"""
    heavy = {"pydantic", "numpy", "pyarrow", "duckdb", "entrepot.figures"}
    assert not loaded(code) & heavy


def test_a_published_figure_is_asked_for_without_what_checks_files(tmp_path: Path) -> None:
    code = f"""
import entrepot as ep
keys = {{"importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": 2023}}
ep.ask("import_share", lake={str(tmp_path)!r}, **keys)
"""
    assert not loaded(code) & {"pydantic", "numpy", "pyarrow", "duckdb"}


def test_a_text_is_checked_without_what_computes_where_nothing_is_loaded(tmp_path: Path) -> None:
    text = tmp_path / "article.txt"
    text.write_text("China's exports to Russia were 111 billion dollars in 2023.", encoding="utf-8")
    code = f"""
import entrepot as ep
found = ep.check({str(text)!r}, lake={str(tmp_path / "lake")!r})
assert found.claims
"""
    heavy = {"narwhals", "pyarrow", "duckdb", "entrepot.measures", "entrepot.figures.scenario"}
    assert not loaded(code) & heavy
