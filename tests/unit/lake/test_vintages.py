"""Several deliveries of one period: which rows count, and where the others are found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lake_files import NAME, rows_of

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.lake import merge
from entrepot.lake.catalog import Catalog, Partition, RawEntry, Snapshot
from entrepot.lake.merge import current_partitions, is_whole, outranks
from entrepot.model.period import Period

if TYPE_CHECKING:
    from lake_files import Put, Write

    from entrepot.lake import Lake

OLD = "BACI_HS17_Y2022_V202401.csv"
ROW = "2022,156,643,850110,{},1"


def values(lake: Lake, source: str) -> list[float]:
    return sorted(v for (v,) in lake.flows(source).select("value_usd").to_native().fetchall())


@pytest.mark.parametrize("names", [(OLD, NAME), (NAME, OLD)])
def test_the_latest_release_counts_in_any_order(
    lake: Lake, write: Write, names: tuple[str, str]
) -> None:
    value = {OLD: 1, NAME: 7}
    for name in names:
        lake.add("baci", [write([ROW.format(value[name])], name)])
    assert values(lake, "baci") == [7000.0]
    assert values(lake, "baci@V202501") == [7000.0]
    assert values(lake, "baci@V202401") == [1000.0]
    force = {item.vintage: [str(p) for p in item.current] for item in lake.holdings()}
    assert force == {"V202401": [], "V202501": ["2022"]}
    assert lake.holds("baci@V202401")
    assert not lake.holds("baci@V202301")
    with pytest.raises(UnknownNameError, match="V202301"):
        lake.flows("baci@V202301")


def test_an_older_release_counts_where_the_new_one_is_silent(lake: Lake, write: Write) -> None:
    old = write(["2021,156,643,850110,3,1"], "BACI_HS17_Y2021_V202401.csv")
    lake.add("baci", [old, write([ROW.format(1)], OLD)])
    report = lake.add("baci", [write([ROW.format(7)])])
    assert report.replaced == (Period.parse(2022),)
    assert values(lake, "baci") == [3000.0, 7000.0]


def test_removing_the_new_one_brings_the_old_one_back(lake: Lake, write: Write) -> None:
    lake.add("baci", [write([ROW.format(1)], OLD)])
    [new] = lake.add("baci", [write([ROW.format(7)])]).added
    lake.remove("baci", snapshot=new.snapshot)
    assert values(lake, "baci") == [1000.0]
    lake.add("baci", [write([ROW.format(7)])])
    lake.remove("baci@V202401")
    assert rows_of(lake, "value_usd") == [(7000.0,)]


def _snapshot(name: str, *slices: str, vintage: str = "unknown", load: int = 1) -> Snapshot:
    part = Partition(Period.parse(2022), 1, 1, 1, {}, slices)
    raw = RawEntry(name, 1, name * 64)
    return Snapshot(
        "comtrade",
        name,
        vintage,
        "HS2022",
        "2026-01-01",
        raw,
        (part,),
        load=load,
        replaces=load > 1,
    )


@pytest.mark.parametrize(
    ("first", "second", "hidden"),
    [
        ((("CHN>", ">CHN"), "unknown", 1), ((">CHN",), "unknown", 2), {">CHN"}),
        ((("CHN>", ">CHN"), "2024", 1), ((">CHN",), "2025", 1), {">CHN"}),
        ((("CHN>", ">CHN"), "2025", 1), ((">CHN",), "2024", 1), set()),
        ((("CHN>",), "unknown", 1), (("CHN>",), "unknown", 1), set()),  # parts of one load
        ((("CHN>",), "V9", 1), (("CHN>", "RUS>"), "V10", 1), {"*"}),
        ((("CHN>",), "unknown", 1), (("RUS>",), "unknown", 2), set()),
        ((("CHN>",), "unknown", 1), (("*",), "unknown", 2), {"*"}),
    ],
)
def test_only_what_is_told_anew_is_hidden(
    first: tuple[tuple[str, ...], str, int],
    second: tuple[tuple[str, ...], str, int],
    hidden: set[str],
) -> None:
    items = [
        _snapshot(name, *slices, vintage=vintage, load=load)
        for name, (slices, vintage, load) in zip("ab", (first, second), strict=True)
    ]
    assert current_partitions(items)[0].hidden == hidden
    assert current_partitions(items[:1])[0].hidden == frozenset()


def test_one_release_of_bytes_that_are_held_as_two_is_removed_alone(
    lake: Lake, write: Write
) -> None:
    file = write(name="BACI_HS17_Y2022.csv")
    for vintage in ("V202401", "V202501"):
        [new] = lake.add("baci", [file], vintage=vintage).added
        assert new.vintage == vintage
    assert [gone.vintage for gone in lake.remove("baci@V202401")] == ["V202401"]
    assert [item.vintage for item in lake.holdings()] == ["V202501"]
    assert rows_of(lake, "value_usd")


@pytest.mark.parametrize("order", [("V202401", "V202501"), ("V202501", "V202401")])
def test_only_what_counted_is_said_to_be_replaced(
    lake: Lake, write: Write, order: tuple[str, str]
) -> None:
    file = write(name="BACI_HS17_Y2022.csv")
    first, second = (lake.add("baci", [file], vintage=vintage) for vintage in order)
    assert (first.replaced, bool(second.replaced)) == ((), order == ("V202401", "V202501"))
    again = lake.add("baci", [file], vintage="V202501")
    assert (again.unchanged, again.replaced) == ((file.name,), ())


def test_a_release_that_is_told_later_takes_the_place_of_none(lake: Lake, write: Write) -> None:
    file = write(name="BACI_HS17_Y2022.csv")
    lake.add("baci", [file])
    with pytest.raises(BadFileError, match="from the same file, read another way"):
        lake.add("baci", [file], vintage="V202501")
    assert [str(one) for one in lake.add("baci", [file], vintage="V202501", replace=True).replaced]
    assert [item.vintage for item in lake.holdings()] == ["V202501"]


@pytest.mark.parametrize("silent_first", [True, False])
@pytest.mark.parametrize("said", [{"is_reexport": "true"}, {"partner_basis": "origin"}])
def test_a_row_that_does_not_say_is_no_part_beside_one_that_does(
    lake: Lake, put: Put, said: dict[str, str], silent_first: bool
) -> None:
    """Exports hold their re-exports: a file of either has no room beside a file of the other."""
    first, second = ({}, said) if silent_first else (said, {})
    put("comtrade", first)
    with pytest.raises(BadFileError, match="is loaded already"):
        put("comtrade", second)
    put("comtrade", second | {"importer": "KAZ"})
    put("comtrade", {"product": "850120", "is_reexport": "true"})
    put("comtrade", {"product": "850120", "is_reexport": "false"})
    assert sum(item.rows for item in lake.holdings()) == 4


@pytest.mark.parametrize(("slices", "expected"), [(("CHN>",), False), (("RUS>",), True)])
def test_a_delivery_is_whole_until_its_own_reports_are_replaced(
    slices: tuple[str, ...], expected: bool
) -> None:
    """Any other report of the same period made it look replaced in part."""
    first, later = _snapshot("a", "CHN>"), _snapshot("b", *slices, load=2)
    assert is_whole(first, [first, later]) is expected


def test_each_delivery_is_ranked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair of months was: 200 seconds to add 3,000 loaded files again."""
    held = [
        replace(one, partitions=one.partitions * 12)
        for one in (_snapshot(f"{n}", f"R{n}>", load=n) for n in range(1, 10))
    ]
    ranked = []

    def counted(newer: Snapshot, older: Snapshot) -> bool:
        ranked.append(newer)
        return outranks(newer, older)

    monkeypatch.setattr(merge, "outranks", counted)
    assert is_whole(held[0], held)
    assert len(ranked) <= len(held)
    ranked.clear()
    merge.merge(Catalog(tuple(held[:-1])), held[-1:])
    assert len(ranked) <= len(held)
