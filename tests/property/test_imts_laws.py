"""However the same observations are laid out, they are the same flows."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engine import connect
from entrepot.sources.imts.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile

PARTNERS = ("CHN", "GBR", "GEO", "TX898", "G001", "G998", "TX910")
PERIODS = {"A": ("2021", "2022"), "Q": ("2021-Q3",), "M": ("2022-M01", "2022-M12")}

CONNECTION = functools.cache(lambda: connect(threads=1))

observations = st.dictionaries(
    st.sampled_from(
        [
            (reporter, indicator, partner, freq, period)
            for reporter in ("RUS", "KAZ")
            for indicator in ("MG_CIF_USD", "XG_FOB_USD")
            for partner in PARTNERS
            for freq, periods in PERIODS.items()
            for period in periods
        ]
    ),
    st.integers(0, 10**12),
    min_size=1,
    max_size=25,
)


def read(lines: list[list[str]], encoding: str = "utf-8") -> tuple[list[Any], set[tuple[str, int]]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.csv")
        path.write_text("".join(",".join(line) + "\r\n" for line in lines), encoding=encoding)
        [table] = tables(RawFile(path, "made.csv"), Path(folder), FileOptions())
        held = rows(CONNECTION(), table)
        # which of several rows a finding shows may differ
        said = {(one.rule, one.count) for one in held.findings if one.rule != "columns-not-read"}
        return sorted(held.relation.fetchall(), key=repr), said


def sdmx(found: dict[Any, int]) -> list[list[str]]:
    head = ["DATAFLOW", "COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY"]
    body = [["IMF.STA:IMTS(1.0.0)", *key, str(value), "6"] for key, value in found.items()]
    return [[*head, "TIME_PERIOD", "OBS_VALUE", "SCALE"], *body]


def portal(found: dict[Any, int]) -> list[list[str]]:
    periods = sorted({key[-1] for key in found})
    series = sorted({key[:-1] for key in found})
    return [
        ["DATASET", "SERIES_CODE", "SCALE", *periods],
        *(
            [
                "IMF.STA:IMTS(1.0.0)",
                ".".join(one),
                "Millions",
                *(millions(found.get((*one, period))) for period in periods),
            ]
            for one in series
        ),
    ]


def millions(value: int | None) -> str:
    return "" if value is None else f"{value // 10**6}.{value % 10**6:06}"


@settings(max_examples=10, deadline=None)
@given(observations, st.randoms(use_true_random=False))
def test_layout_order_and_encoding_do_not_matter(found: dict[Any, int], random: Any) -> None:
    first = read(sdmx(found))
    assert read(portal(found), "utf-8-sig") == first
    head, *body = sdmx(found)
    random.shuffle(body)
    places = list(range(len(head)))
    random.shuffle(places)
    assert read([[line[i] for i in places] for line in [head, *body]]) == first


@settings(max_examples=6, deadline=None)
@given(observations)
def test_a_file_in_two_parts_holds_the_same_flows(found: dict[Any, int]) -> None:
    whole, _ = read(sdmx(found))
    parts = [{k: v for k, v in found.items() if k[0] == one} for one in ("RUS", "KAZ")]
    halves = [row for part in parts if part for row in read(sdmx(part))[0]]
    assert sorted(halves, key=repr) == whole
    kept = [v for k, v in found.items() if k[2] not in ("G001", "G998", "TX910")]
    assert sum(row[4] for row in whole) == sum(kept)
