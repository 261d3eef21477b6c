from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError, MissingExtraError
from entrepot.sources.geodist.parse import rows, tables
from entrepot.sources.parser import FileOptions, ParsedRows, RawFile

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, list[Any]] = {
    "exporter": ["CHN", "RUS", "ROM", "YUG"],
    "importer": ["RUS", "CHN", "ZAR", "YUG"],
    "contig": [1, 1, 0, 0],
    "dist": [5795.0, 5795.0, 5500.0, 120.0],
    "distw": [5506.5, 5506.5, float("nan"), 75.0],
    "distcap": [1.0, 2.0, 3.0, 4.0],
}


def read(tmp_path: Path, columns: dict[str, list[Any]]) -> tuple[ParsedRows, list[Any]]:
    path = tmp_path / "dist.dta"
    pd.DataFrame(columns).to_stata(path, write_index=False, version=118)
    [table] = tables(RawFile(path, path.name), tmp_path, FileOptions())
    held = rows(connect(threads=1), table)
    return held, held.relation.order("exporter, importer").fetchall()


def test_distances_under_the_codes_of_today(tmp_path: Path) -> None:
    held, found = read(tmp_path, GOOD)
    assert (held.table, held.same) == ("distances", {})
    assert held.relation.columns == [
        "exporter",
        "importer",
        "distance_km",
        "weighted_distance_km",
        "is_contiguous",
    ]
    assert found == [
        ("CHN", "RUS", 5795.0, 5506.5, True),
        ("ROU", "COD", 5500.0, None, False),  # not known is not zero
        ("RUS", "CHN", 5795.0, 5506.5, True),
        ("SRB", "SRB", 120.0, 75.0, False),
    ]
    assert [(one.rule, one.count) for one in held.findings] == [("old-codes", 2)]


def test_columns_may_be_called_as_cepii_calls_them(tmp_path: Path) -> None:
    names = {"exporter": "iso_o", "importer": "iso_d"}
    held, found = read(tmp_path, {names.get(k, k): v for k, v in GOOD.items()} | {"new": [0] * 4})
    assert found == read(tmp_path, GOOD)[1]
    last = held.findings[-1]
    assert (last.rule, last.example) == ("columns-not-read", "new")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("exporter", "XXX", "unknown area code: XXX ZAR"),
        ("importer", "WLD", "unknown area code: ROM WLD"),  # a total has no place
        ("dist", -5.0, "not a distance in km: -5"),
        ("dist", 1e9, "not a distance in km: 1000000000"),
        ("distw", 30000.0, "not a weighted distance in km: 30000"),
        ("contig", 2, "contig neither 0 nor 1: 2"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, column: str, value: object, words: str) -> None:
    cells = [value if place == 2 else cell for place, cell in enumerate(GOOD[column])]
    with pytest.raises(BadFileError) as caught:
        read(tmp_path, GOOD | {column: cells})
    assert caught.value.what.startswith(words)
    assert caught.value.where == "dist.dta, observation 3"


@pytest.mark.parametrize("column", ["exporter", "dist", "contig"])
def test_another_table_hears_what_is_needed(tmp_path: Path, column: str) -> None:
    with pytest.raises(BadFileError, match="not the columns of GeoDist"):
        read(tmp_path, {name: cells for name, cells in GOOD.items() if name != column})
    swapped = ["1"] * 4 if column != "exporter" else [1.0] * 4
    with pytest.raises(BadFileError, match="not the columns of GeoDist"):
        read(tmp_path, GOOD | {column: swapped})


def test_columns_that_differ_by_case_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="not the columns of GeoDist"):
        read(tmp_path, GOOD | {"DIST": [1.0] * 4})


def test_other_files_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    whole = (tmp_path / "dist.dta").read_bytes()
    part = tmp_path / "part.dta"
    for end in (1, 20, 300, len(whole) // 2, len(whole) - 300):
        part.write_bytes(whole[:end])
        with pytest.raises(BadFileError):
            list(tables(RawFile(part, part.name), tmp_path, FileOptions()))
    part.write_text("<html>")
    with pytest.raises(BadFileError, match="not a file of Stata"):
        list(tables(RawFile(part, part.name), tmp_path, FileOptions()))


def test_a_named_nomenclature_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="without products"):
        list(tables(RawFile(tmp_path / "x", "x"), tmp_path, FileOptions(nomenclature="HS2017")))


def test_without_the_extra_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, GOOD)
    real = builtins.__import__

    def no_pandas(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_pandas)
    path = tmp_path / "dist.dta"
    with pytest.raises(MissingExtraError, match="pandas") as caught:
        list(tables(RawFile(path, path.name), tmp_path, FileOptions()))
    assert "entrepot[stata]" in caught.value.hint


def test_pairs_that_stand_twice_are_found_again(tmp_path: Path) -> None:
    twice = GOOD | {"exporter": ["CHN", "CHN", "ROM", "YUG"], "importer": ["RUS"] * 4}
    held, _ = read(tmp_path, twice)
    assert held.locate(("CHN", "RUS")) == "dist.dta, observations 1 and 2"
