"""The package's file: shares turned back into values, what was cut off put back, no code run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.figures import value_added
from entrepot.sources.icio import arrays, parse, wheel
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.unpack import sha256_of
from made_icio import arrays_of, made_up

if TYPE_CHECKING:
    from pathlib import Path

    from made_icio import MadeUp


@pytest.fixture
def table() -> MadeUp:
    return made_up(3).without("ROW")


def shipped(folder: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch, **keys: Any) -> Path:
    """Write the arrays, and let them count as the file that is known."""
    path = folder / "bench_cache.npz"
    np.savez_compressed(path, **(arrays_of(table, **keys) | {"audit": np.array("{}")}))
    known = {sha256_of(path): 2022}
    monkeypatch.setattr(arrays, "KNOWN", known)
    monkeypatch.setattr(parse, "KNOWN", known)
    monkeypatch.setattr(wheel, "KNOWN", known)
    return path


def read(path: Path) -> tuple[dict[tuple[str, ...], float], list[str]]:
    [delivery] = parse.tables(RawFile(path, path.name), path.parent, FileOptions())
    found = parse.rows(connect(), delivery)
    names = ("exporter", "sector", "importer", "buyer_sector", "value_usd")
    listed = found.relation.select(*names).fetchall()
    return {row[:4]: row[4] for row in listed}, [finding.rule for finding in found.findings]


def expected(table: MadeUp) -> dict[tuple[str, ...], float]:
    return {(*s, *b): round(v * 1e4) * 100.0 for (s, b), v in table.inputs.items() if v}


@pytest.mark.parametrize("cap", [0.98, 0.5, 0.3])
def test_values_come_back_exactly(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch, cap: float
) -> None:
    """Even where most columns were cut: each has sellers of its own among the rows."""
    monkeypatch.setattr(arrays, "CAP", cap)
    found, rules = read(shipped(tmp_path, table, monkeypatch, cap=cap))
    assert found == expected(table)
    assert rules == ["no-rest-of-world", "cut-columns"]


def test_the_cut_columns_are_named(table: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "CAP", 0.5)
    held = arrays.benchmark(arrays_of(table, cap=0.5), "made up")
    whole = arrays_of(table, cap=1e9)["omb"]
    assert set(held.cut) == set(np.flatnonzero(whole >= 0.5))
    for place, by in held.cut.items():
        assert by == pytest.approx(whole[place] / 0.5)


def test_rows_that_do_not_add_up_are_refused(table: MadeUp) -> None:
    made = arrays_of(table)
    made["z"][3] += 0.01
    with pytest.raises(BadFileError, match="differs from its output by"):
        arrays.benchmark(made, "made up")


def test_a_wheel_is_unpacked(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = shipped(tmp_path, table, monkeypatch)
    path = tmp_path / "sanction_simulator-0.1.4-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inside, f"{wheel.PACKAGE}/{wheel.INSIDE}")
        archive.writestr(f"{wheel.PACKAGE}/__init__.py", "raise SystemExit('run!')")
    (tmp_path / "scratch").mkdir()
    [delivery] = parse.tables(RawFile(path, path.name), tmp_path / "scratch", FileOptions())
    found = parse.rows(connect(), delivery)
    assert len(found.relation.fetchall()) == len(expected(table))


def test_the_installed_package_is_read_and_not_run(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site" / wheel.PACKAGE
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('run!')", encoding="utf-8")
    path = shipped(folder / "data", table, monkeypatch)
    # In a process of its own, which has looked for no package before.
    look = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); "
        "from entrepot.sources.icio import wheel; print(wheel.installed_file()); "
        "assert wheel.PACKAGE not in sys.modules"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(path)
    monkeypatch.setattr(wheel, "installed_file", lambda: path)
    wheel._read.cache_clear()
    found = wheel.installed()
    assert found is not None
    assert found.year == 2022
    connection = connect()
    relation = found.rows(connection, frozenset({"DEU"}), frozenset({"CHN"}), "some")
    names = ("exporter", "sector", "importer", "buyer_sector")
    listed = {tuple(row) for row in relation.select(*names).fetchall()}
    touched = {key for key in expected(table) if key[2] == "DEU" or key[0] == "CHN"}
    assert listed == touched
    wheel._read.cache_clear()


def test_another_file_in_its_place_is_not_taken(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bench_cache.npz"
    np.savez(path, **arrays_of(table))
    monkeypatch.setattr(wheel, "installed_file", lambda: path)
    assert wheel.installed() is None


def test_an_economy_is_made_on_the_array_of_the_table(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two arrays of 4,000 x 4,000 were held, 128 MB each, where one says everything."""
    path = shipped(tmp_path, table, monkeypatch)
    held = arrays.benchmark(arrays.read_arrays(path, path.name), path.name)
    made = value_added._of_arrays(held)
    assert np.shares_memory(made.coefficients, held.coefficients)
    assert made.coefficients.sum(axis=0) * held.output == pytest.approx(held.inputs)
