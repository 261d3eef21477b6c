"""One question has one range: `ask`, its curve, a brief, the page and a chart give the same."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.ask_server import Client

from entrepot.lake import Lake
from entrepot.serve import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

MAP = """
format: 1
id: {id}
nomenclature: HS2017
level: 6
valuation: FOB
columns:
  year: {{role: period}}
  flow: {{role: flow, import: M, export: X}}
  reporter: {{role: reporter, codes: ISO3}}
  partner: {{role: partner, codes: ISO3}}
  code: {{role: product}}
  value: {{role: value, currency: USD}}
  mass: {{role: mass, unit: kg}}
"""
SELLERS = {"CHN": 60.0, "HKG": 7.0, "USA": 30.0, "TUR": 10.0, "JPN": 4.0}
"""Sold to Germany, by their own reports a fifth less and of other weight."""


def _reports(codes: tuple[str, ...]) -> Iterator[str]:
    for year in (2020, 2021, 2022):
        for place, (seller, value) in enumerate(SELLERS.items()):
            for number, code in enumerate(codes):
                worth = value * (1 + 0.1 * number * place) * (1 + 0.2 * (year - 2020) / (1 + place))
                yield f"{year},M,DEU,{seller},{code},{worth:.3f},{worth / (1 + place):.3f}"
                yield f"{year},X,{seller},DEU,{code},{0.8 * worth + place:.3f},{worth:.3f}"


LAKES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reports of both sides": (("850511",), ("DEU", "CHN", "850511", "2022")),
    "a list": (("854231", "848210", "845710"), ("DEU", "CHN", "chpl", "2022")),
    "two sources": (("850511",), ("DEU", "USA", "850511", "2022")),
    "published figures alone": ((), ("RUS", "CHN", "chpl", "2023")),
}


def _lake(folder: Path, name: str) -> Lake:
    codes = LAKES[name][0]
    lake = Lake.open(folder / "lake")
    for part in ("one", "other")[: 2 if name == "two sources" else 1] if codes else ():
        file = folder / f"{part}.csv"
        lines = [line for line in _reports(codes) if part == "one" or ",M," in line]
        if part == "other":
            lines = [line.replace("USA,850511,3", "USA,850511,4") for line in lines]
        file.write_text("\n".join(["year,flow,reporter,partner,code,value,mass", *lines, ""]))
        lake.add("table", [file], mapping=MAP.format(id=part))
    lake.path.mkdir(exist_ok=True)  # one that is named has to be there
    return lake


@pytest.mark.parametrize("name", LAKES)
def test_five_doors_give_one_range(entrepot: Run, tmp_path: Path, name: str) -> None:
    lake = _lake(tmp_path, name)
    importer, exporter, goods, period = LAKES[name][1]
    keys = {"importer": importer, "exporter": exporter, "goods": goods, "period": period}
    words = ["import_share", *(x for key, value in keys.items() for x in (f"--{key}", value))]
    where = ["--lake", str(lake.path)]

    asked = json.loads(entrepot("ask", *words, *where, "--json")[1])
    curve = json.loads(entrepot("ask", *words, "--curve", *where, "--json")[1])
    page = json.loads(
        Client(create_app(lake.path))
        .get("/api/ask?measure=import_share&" + "&".join(f"{k}={v}" for k, v in keys.items()))
        .text
    )
    file = tmp_path / "brief.json"
    pair = [importer, "--supplier", exporter, "--goods", goods, "--period", period]
    assert entrepot("brief", *pair, *where, "--out", str(file))[0] == 0
    brief = json.loads(file.read_text())["figures"][0]
    assert brief["definition"]["measure"] == "import_share"

    doors = {"ask": asked, "curve": curve, "page": page, "brief": brief}
    found = {door: _range(figure) for door, figure in doors.items()}
    assert found["ask"]["low"] < found["ask"]["high"]
    for figure in found.values():  # sums in parallel differ in their last digit from run to run
        assert figure == _near(found["ask"])

    drawn = tmp_path / "curve.csv"
    assert entrepot("chart", *words, "--curve", *where, "--out", str(drawn))[0] == 0
    with drawn.open(encoding="utf-8-sig") as lines:
        values = [float(row["value"]) for row in csv.DictReader(lines)]
    assert len(values) == asked["specifications"]["count"]
    ends = (asked["low"], asked["high"])
    assert (min(values), max(values)) == pytest.approx(ends, rel=1e-12)


def _range(figure: dict[str, Any]) -> dict[str, Any]:
    """Return the ends, their words, and what they are the ends of."""
    found = figure["specifications"]
    kept = ("count", "min", "median", "max", "most_influential")
    return {name: figure[name] for name in ("value", "low", "high", "range")} | {
        name: found[name] for name in kept
    }


def _near(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same, its numbers to the last digit but one."""
    return {
        name: pytest.approx(kept, rel=1e-12) if isinstance(kept, float) else kept
        for name, kept in found.items()
    }
