"""Nomenclatures of a question: those of everybody who is compared, not of the two sides alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import GERMANY, RUSSIA, row, text_of

from entrepot.figures.availability import held
from entrepot.figures.definition import Definition
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import SourceRows
from entrepot.lake import Lake

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
        [there] = held(lake, "comtrade", [asked.period])
        assert editions_of(SourceRows(lake, there, "importer"), asked) == editions
