"""Python takes what the command line takes, and says what it cannot mean."""

from __future__ import annotations

import warnings
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep
from entrepot import measures
from entrepot.errors import AbsentAreaWarning, RequestError, UnknownNameError
from entrepot.figures import Definition
from entrepot.measures.event import Design
from entrepot.report.brief_context import BriefContext
from entrepot.report.compose import opening_in
from made_trade import panel, table

pytestmark = pytest.mark.slow

ROWS = {
    "importer": ["DEU", "DEU", "FRA"],
    "exporter": ["CHN", "JPN", "JPN"],
    "period": [2022, 2022, 2022],
    "product": ["850511"] * 3,
    "value_usd": [9.0, 1.0, 5.0],
}
EAGER = [pa.table, pd.DataFrame, pl.DataFrame]
KINDS = [("polars", pl.DataFrame), ("pandas", pd.DataFrame), ("pyarrow", pa.Table)]


def share(frame: Any, exporter: Any = "CHN") -> list[dict[str, Any]]:
    found = measures.import_share(frame, exporter=exporter)
    if isinstance(found, pl.LazyFrame):
        found = found.collect()
    if isinstance(found, duckdb.DuckDBPyRelation):
        found = found.to_arrow_table()
    rows = found.to_pylist() if isinstance(found, pa.Table) else None
    rows = rows or (found.to_dicts() if isinstance(found, pl.DataFrame) else None)
    return sorted(rows or found.to_dict("records"), key=lambda row: row["importer"])


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ({"importer": "Germany", "exporter": "China"}, {"importer": "DEU", "exporter": "CHN"}),
        ({"importer": "germany + Hong Kong"}, {"importer": "DEU+HKG"}),
        ({"importer": "European Union"}, {"importer": "EU"}),
        ({"importer": "643", "exporter": "cn"}, {"importer": "RUS", "exporter": "CHN"}),
        ({"importer": "DEU", "hubs": "Kazakhstan+Armenia"}, {"hubs": "KAZ+ARM"}),
        ({"importer": "DEU", "controls": "Georgia+UZB, Chile"}, {"controls": "GEO+UZB,CHL"}),
        ({"importer": "eu@2023"}, {"importer": "EU@2023"}),
    ],
)
def test_names_are_keys(keys: dict[str, str], meant: dict[str, str]) -> None:
    found = Definition.build("rerouted" if len(keys) > 1 else "value", period=2022, **keys)
    assert {name: getattr(found, name) for name in meant} == meant


def test_what_is_no_name_is_refused_as_before() -> None:
    with pytest.raises(UnknownNameError):
        Definition.build("value", importer="Atlantis", period=2022)
    with pytest.raises(RequestError, match="two areas are called"):
        Definition.build("value", importer="Korea", period=2022)


def test_ask_by_name(tmp_path: Any) -> None:
    keys: dict[str, Any] = {"goods": "850511", "period": 2022, "lake": tmp_path}
    named = ep.ask("import_share", importer="Germany", exporter="China", **keys)
    assert named == ep.ask("import_share", importer="DEU", exporter="CHN", **keys)
    assert named.value == pytest.approx(748_867_153 / 907_734_023)


@pytest.mark.parametrize("k", ["3", " 3 ", 3])
def test_k_is_a_number_as_text(k: Any) -> None:
    assert Definition.build("cr", importer="DEU", period=2022, k=k).k == 3


@pytest.mark.parametrize("k", ["0", "-1", "many", "", 2.5, True, 0])
def test_k_that_is_none(k: Any) -> None:
    with pytest.raises(RequestError, match="not a number of suppliers"):
        Definition.build("cr", importer="DEU", period=2022, k=k)


@pytest.mark.parametrize("kind", [*EAGER, lambda rows: pl.LazyFrame(rows)])
def test_numbers_for_areas_are_refused(kind: Any) -> None:
    numbers = ROWS | {"exporter": [156, 392, 392]}
    for asked in ("CHN", "156"):
        with pytest.raises(RequestError, match="codes of areas are Int64") as caught:
            measures.import_share(kind(numbers), exporter=asked)
        assert 'by_code("baci")' in caught.value.hint
    with pytest.raises(RequestError, match="not codes of areas as text: 156"):
        measures.import_share(kind(ROWS), exporter=156)  # type: ignore[type-var]
    with pytest.raises(RequestError, match="not codes of areas as text"):
        measures.rank_and_multiple(kind(ROWS), partner=[156], by=["importer"])


@pytest.mark.parametrize(
    ("measure", "keys"),
    [
        (measures.import_share, {"exporter": "KOR", "by": ["importer"]}),
        (measures.asymmetry, {"importer": "KOR", "exporter": "CHN", "by": []}),
        (measures.salience, {"country": "KOR", "partner": "CHN"}),
        (measures.cutoff, {"importer": "KOR", "exporter": "CHN", "sigma": 2.0, "divert": 0.1}),
        (measures.pass_through, {"middleman": "KOR", "importer": "FRA", "origins": ["CHN"]}),
        (measures.supplier_loss, {"exporter": "KOR", "sigma": 2.0}),
    ],
)
def test_a_warning_names_the_line_of_the_user(measure: Any, keys: dict[str, Any]) -> None:
    """However deep a measure is: those with another function in between named Python's start."""
    with pytest.warns(AbsentAreaWarning, match="KOR is in no row") as caught:
        measure(pa.table(ROWS | {"product": ["850511"] * 3}), **keys)
    assert {one.filename for one in caught} == {__file__}


SPAN = {"before": 2021, "after": 2022}
HUBS = {"hubs": "KAZ", "origin": "CHN"}
TWO = {"country": "DEU", "partner": "CHN"}
BY_NUMBER: list[tuple[Any, dict[str, Any]]] = [
    (measures.elastic_power, {**TWO, "elasticity": 3.0}),
    (measures.nested_power, {**TWO, "sigma": 3.0}),
    (measures.retaliation_exposure, TWO),
    (measures.substitution_ratio, {"importer": "DEU", "losers": "CHN", **SPAN}),
    (measures.rerouting_ratio, {"target": "DEU", "coalition": "CHN", "hubs": "KAZ", **SPAN}),
    (measures.rerouted, {**HUBS, **SPAN, "importer": "DEU", "frequency": "A"}),
    (measures.chain_prices, {**HUBS, "importer": "DEU", "period": 2022}),
    (measures.missing_arrivals, {"exporter": "CHN", "importer": "DEU", **SPAN}),
    (measures.price_premium, {"buyer": "DEU", "period": 2022, "base": 2021}),
    (measures.premium_regression, {"buyer": "DEU", "period": 2022, "base": 2021}),
    (
        measures.triple_difference,
        {**HUBS, "controls": "UZB", "listed": ["850511"], "event": 2022, "frequency": "A",
         "window": (-1, 1)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "keys"), BY_NUMBER, ids=[one.__name__ for one, _ in BY_NUMBER])
def test_measures_that_name_areas_refuse_numbers_for_them(
    measure: Any, keys: dict[str, Any]
) -> None:
    rows = ROWS | {"mass_kg": [1.0] * 3, "reported_by": ["importer"] * 3, "period": ["2022"] * 3}
    for side in ("exporter", "importer"):
        if side == "exporter" and "buyer" in keys:
            continue  # who sells is not named there
        numbers = rows | {side: [156, 392, 392]}
        with pytest.raises(RequestError, match="codes of areas are Int64") as caught:
            measure(pa.table(numbers), **keys)
        assert 'by_code("baci")' in caught.value.hint


@pytest.mark.parametrize("kind", EAGER)
def test_an_exporter_nowhere_in_the_frame_has_no_share(kind: Any) -> None:
    with pytest.warns(AbsentAreaWarning, match="KOR is in no row of exporter"):
        found = share(kind(ROWS), "KOR")
    assert [pd.isna(row["share"]) for row in found] == [True, True]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = share(kind(ROWS))
        assert [row["share"] for row in found] == [0.9, 0.0]  # nothing in France, as China trades
        assert share(kind(ROWS), "CHN+KOR") == found


def test_a_lazy_frame_stays_lazy_and_says_nothing_of_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lazy = measures.import_share(pl.LazyFrame(ROWS), exporter="KOR")
        assert isinstance(lazy, pl.LazyFrame)
        assert lazy.collect()["share"].to_list() == [None, None]
        relation = duckdb.from_arrow(pa.table(ROWS))
        assert [row["share"] for row in share(relation, "KOR")] == [None, None]


@pytest.mark.parametrize(
    ("measure", "keys"),
    [
        (measures.rank_and_multiple, {"partner": "KOR", "by": ["period"]}),
        (measures.supplier_loss, {"exporter": "KOR", "sigma": 3.0}),
        (measures.asymmetry, {"importer": "DEU", "exporter": "KOR"}),
    ],
)
def test_other_measures_warn_too(measure: Any, keys: dict[str, Any]) -> None:
    with pytest.warns(AbsentAreaWarning, match="KOR"):
        measure(pa.table(ROWS), **keys)


@pytest.mark.parametrize(
    ("kind", "type_"), [("polars", pl.DataFrame), ("pandas", pd.DataFrame), ("pyarrow", pa.Table)]
)
def test_an_event_study_returns_what_it_got(kind: str, type_: type) -> None:
    columns = panel(1)
    made = {"polars": pl.DataFrame, "pandas": pd.DataFrame, "pyarrow": table}[kind](columns)
    design = Design(frequency="A", window=(-1, 1))
    study = measures.event_study(made, design, inference="cluster")
    assert isinstance(study.frame(), type_)
    assert len(study.frame()) == len(study.coefficients)
    assert "kind" not in study.to_dict()


def test_a_brief_by_name(tmp_path: Any) -> None:
    lake = ep.Lake.open(tmp_path)
    named = opening_in(BriefContext(lake), "DEU", "CHN", "850511", None)
    assert named is not None
    assert "Germany" in named.title


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"source": ["baci", "imts"]}, "unknown source"),
        ({"source": 1.5}, "unknown source"),
        ({"each": 0}, "each is 0"),
        ({"each": [2022]}, "each is 2022"),
        ({"lake": "x" * 300}, "no folder can have this name"),
        ({"lake": "a\0b"}, "no folder can have this name"),
        ({"measure": "nowhere", "each": "importer"}, "unknown measure"),
        ({"goods": object()}, "unknown goods"),
    ],
)
def test_values_of_any_type_are_refused_in_words(keys: dict[str, Any], said: str) -> None:
    given = {"measure": "import_share", "importer": "RUS", "exporter": "CHN", "period": 2022} | keys
    with pytest.raises(RequestError, match=said):
        ep.ask(**given)
