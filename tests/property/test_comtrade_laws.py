"""What holds of every table of Comtrade: no dollar is lost or doubled by how it is laid out."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from entrepot.sources.parser import FileOptions
from made_comtrade import CHINA, WORLD, json_of, narrow, parquet_of, read, row, text_of

if TYPE_CHECKING:
    from pathlib import Path

Cell = tuple[int, int, str, str]
DIMENSIONS = {"customs": ("C01", "C04"), "mot": (1000, 2100, 3200), "second": (156, 344)}
TOTALS = {"customs": "C00", "mot": 0, "second": 0}

laws = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def broken_down(draw: st.DrawFn) -> tuple[float, list[dict[str, Any]]]:
    """Return a total and all rows of its cell: every breakdown by some dimensions, crossed."""
    dimensions = draw(st.sets(st.sampled_from(sorted(DIMENSIONS))))
    codes = {
        name: draw(st.lists(st.sampled_from(DIMENSIONS[name]), min_size=1, unique=True))
        for name in sorted(dimensions)
    }
    leaves = list(product(*codes.values()))
    values = draw(st.lists(st.integers(0, 10**9), min_size=len(leaves), max_size=len(leaves)))
    rows = []
    for shown in product((False, True), repeat=len(codes)):
        groups: dict[tuple[Any, ...], float] = {}
        for leaf, value in zip(leaves, values, strict=True):
            key = tuple(
                code if is_shown else TOTALS[name]
                for name, code, is_shown in zip(codes, leaf, shown, strict=True)
            )
            groups[key] = groups.get(key, 0.0) + value
        rows += [dict(zip(codes, key, strict=True)) | {"value": v} for key, v in groups.items()]
    return float(sum(values)), rows


cells = st.dictionaries(
    st.tuples(
        st.sampled_from((CHINA, 842, 699)),
        st.sampled_from((276, 643, 899, 156)),
        st.sampled_from(("M", "X")),
        st.sampled_from(("854231", "854232", "010121")),
    ),
    broken_down(),
    min_size=1,
    max_size=5,
)


def rows_of(table: dict[Cell, tuple[float, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    return [
        row(reporter=reporter, partner=partner, flow=flow, product=code, **part)
        for (reporter, partner, flow, code), (_, parts) in table.items()
        for part in parts
    ]


def told(found: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    """Return values by what tells flows apart; a key that is there twice fails."""
    keys = [
        tuple(str(one[name]) for name in ("exporter", "importer", "reported_by", "product"))
        for one in found
    ]
    assert len(keys) == len(set(keys))
    return dict(zip(keys, (one["value_usd"] for one in found), strict=True))


def plain(table: dict[Cell, tuple[float, list[dict[str, Any]]]]) -> dict[tuple[str, ...], float]:
    names = {CHINA: "CHN", 842: "USA", 699: "IND", 276: "DEU", 643: "RUS", 899: "XNES"}
    found = {}
    for (here, there, flow, code), (value, _) in table.items():
        sides = (here, there, "exporter") if flow == "X" else (there, here, "importer")
        found[names[sides[0]], names[sides[1]], sides[2], code] = value
    return found


@laws
@given(table=cells, data=st.data())
def test_totals_count_once_in_any_order(table, data) -> None:
    rows = data.draw(st.permutations(rows_of(table)))
    columns = data.draw(st.permutations(list(rows[0])))
    found, _ = read(text_of(rows, columns=columns))
    assert told(found) == plain(table)


@settings(laws, max_examples=4)
@given(table=cells)
def test_tabs_json_and_parquet_agree_with_commas(table, tmp_path: Path) -> None:
    rows = rows_of(table)
    usual = read(text_of(rows))
    assert read(text_of(rows, delim="\t")) == usual
    assert read(json_of(rows)) == usual
    parquet_of(rows, tmp_path / "made.csv")
    assert read(tmp_path / "made.csv") == usual


NOTHING = {(842, 643, "M", "010121"): (0.0, [{"value": 0.0}, {"customs": "C01", "value": 0.0}])}


@laws
@example(table=NOTHING)  # said how many times nothing the rows add up to, and ended there
@given(table=cells)
def test_without_the_codes_the_sums_tell_the_same(table) -> None:
    rows = [
        narrow(
            one["primaryValue"], reporter=one["reporterCode"], partner=one["partnerCode"],
            flow=one["flowCode"], cmd=one["cmdCode"], netwgt=one["netWgt"], qty=one["qty"],
        )
        for one in rows_of(table)
    ]  # fmt: skip
    found, _ = read(text_of(rows), said=FileOptions(nomenclature="HS2022"))
    assert told(found) == plain(table)


@laws
@given(table=cells, data=st.data())
def test_parts_of_a_file_give_the_parts_of_its_flows(table, data) -> None:
    mine = data.draw(st.sets(st.sampled_from(sorted(table))))
    parts = [{k: v for k, v in table.items() if (k in mine) is side} for side in (True, False)]
    apart = [read(text_of(rows_of(part)))[0] for part in parts if part]
    together, _ = read(text_of(rows_of(table)))
    assert told([one for part in apart for one in part]) == told(together)


@laws
@given(table=cells, above=st.lists(st.sampled_from(("TOTAL", "85", "8542", "01")), unique=True))
def test_world_and_headings_change_nothing(table, above) -> None:
    usual, _ = read(text_of(rows_of(table)))
    more = [
        row(value, reporter=reporter, partner=WORLD, flow=flow, product=code)
        for (reporter, _, flow, code), (value, _) in table.items()
    ]
    more = list({(r["reporterCode"], r["flowCode"], r["cmdCode"]): r for r in more}.values())
    heads = [
        (reporter, partner, flow, head)
        for reporter, partner, flow, code in table
        for head in above
        if head == "TOTAL" or code.startswith(head)
    ]
    more += [row(7.0, reporter=a, partner=b, flow=f, product=h) for a, b, f, h in set(heads)]
    found, _ = read(text_of(rows_of(table) + more))
    assert found == usual


@laws
@given(
    pairs=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=8)
)
def test_own_goods_and_reexports_add_up_to_exports(pairs) -> None:
    rows = []
    for place, (exports, reexports) in enumerate(pairs):
        code = f"{100000 + place}"
        rows += [row(float(exports), flow="X", product=code)]
        rows += [row(float(reexports), flow="RX", product=code)]
    found, _ = read(text_of(rows))
    added: dict[str, float] = {}
    for one in found:
        added[one["product"]] = added.get(one["product"], 0.0) + one["value_usd"]
    assert added == {f"{100000 + n}": float(exports) for n, (exports, _) in enumerate(pairs)}
    again = {one["product"]: one["value_usd"] for one in found if one["is_reexport"]}
    assert again == {f"{100000 + n}": float(r) for n, (x, r) in enumerate(pairs) if r <= x}
