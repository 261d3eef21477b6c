"""Nomenclatures of a question: those of everybody who is compared, not of the two sides alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import GERMANY, RUSSIA, row, text_of

from entrepot.figures import row_facts
from entrepot.figures.asked_together import several_times
from entrepot.figures.availability import availability_of
from entrepot.figures.definition import Definition
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import SourceRows
from entrepot.lake import Lake
from entrepot.model.period import Period

if TYPE_CHECKING:
    from pathlib import Path

KYRGYZSTAN, CHINA, USA = 417, 156, 842


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Russia tells in HS 2017, Kyrgyzstan in HS 2022, America in HS 2012."""
    folder: Path = tmp_path_factory.mktemp("editions")
    lines = [
        row(1000.0, period=year, reporter=who, partner=other, flow="M", edition=edition)
        for who, other, edition in (
            (RUSSIA, GERMANY, "H5"),
            (KYRGYZSTAN, GERMANY, "H6"),
            (USA, CHINA, "H4"),
        )
        for year in (2021, 2022)
    ]
    file = folder / "comtrade.csv"
    file.write_text(text_of(lines))
    found = Lake.open(folder / "lake")
    found.add("comtrade", [file])
    return found


@pytest.mark.parametrize(
    ("measure", "beside", "editions"),
    [
        ("rerouted", {"hubs": "KGZ"}, ("HS2017", "HS2022")),
        ("rerouting_ratio", {"hubs": "KGZ"}, ("HS2017", "HS2022")),
        ("rerouting_ratio", {"hubs": "ARM", "controls": "KGZ"}, ("HS2017", "HS2022")),
        ("rerouting_ratio", {"hubs": "ARM"}, ("HS2017",)),
        ("rerouted", {"hubs": "ARM"}, ("HS2017",)),
        ("substitution_ratio", {"controls": "KGZ"}, ("HS2017", "HS2022")),
        ("import_share", {}, ("HS2017",)),
    ],
)
def test_editions_are_those_of_who_is_compared(
    lake: Lake, measure: str, beside: dict[str, str], editions: tuple[str, ...]
) -> None:
    keys = {"importer": "RUS", "exporter": "DEU", "goods": "854231", "period": 2022}
    asked = Definition.build(measure, **keys, **beside)
    with lake.reading():
        [there] = availability_of(lake, "comtrade", [asked.period])
        assert editions_of(SourceRows(lake, there, "importer"), asked) == editions


def test_areas_of_every_year_are_looked_up_together(tmp_path: Path) -> None:
    """A page asks each year who trades: by hand from the rows, whatever the order of the years."""
    iso = {156: "CHN", 276: "DEU", 251: "FRA", 417: "KGZ", 643: "RUS", 616: "POL", 792: "TUR"}
    others = [code for code in iso if code != RUSSIA]
    years = range(2012, 2023)
    chance = random.Random(3)
    trade = [
        (year, RUSSIA, code)
        for year in years
        for code in others
        if code == CHINA or chance.random() < 0.5
    ]
    trade += [(year, KYRGYZSTAN, CHINA) for year in years if year % 2]
    path = tmp_path / "comtrade.csv"
    lines = [row(9.0, period=y, reporter=who, partner=code, flow="M") for y, who, code in trade]
    path.write_text(text_of(lines))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [path])
    mixed = [*years]
    chance.shuffle(mixed)
    every = [Period.parse(year) for year in years]
    with lake.explaining() as cost, lake.reading(), several_times(every):
        for year in mixed:
            keys = {"importer": "RUS", "exporter": "CHN", "goods": "854231", "period": year}
            asked = Definition.build("import_share", **keys)
            [there] = availability_of(lake, "comtrade", [asked.period])
            cells = SourceRows(lake, there, "importer")
            whole = asked.but(exporter="WLD")
            sold = {iso[code] for y, who, code in trade if (y, who) == (year, RUSSIA)}
            bought = {iso[who] for y, who, _ in trade if y == year}
            assert row_facts.partners(cells, whole, "exporter") == sold
            assert row_facts.traders(cells, asked, "importer") == bought
    assert len(cost.queries) == 2
