"""Tables of other sectors than the release of 2025: earlier releases, and tables of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.errors import BadFileError, EntrepotError, UnknownNameError
from entrepot.figures import ask
from entrepot.figures.scenario.evaluate import evaluate_scenario
from entrepot.figures.scenario.schema import parse_scenario
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

AREAS = ("CHN", "DEU", "RUS")
SECTORS = ("FARMS", "CHIPS", "CARS")
EARLIER = ("A01_02", "C24", "C30")
INPUTS = np.round(np.random.default_rng(7).uniform(1, 20, (9, 9)), 3)
FINAL = np.round(np.random.default_rng(8).uniform(100, 200, (9, 3)), 3)
OUTPUT = INPUTS.sum(axis=1) + FINAL.sum(axis=1)


def text_of(
    sectors: tuple[str, ...] = SECTORS,
    *,
    total: str = "OUT",
    value: str = "VA",
    added: float = 0.0,
) -> str:
    """Return a table that adds up both ways; `added` is too much value added in each column."""
    nodes = [f"{area}_{sector}" for area in AREAS for sector in sectors]
    lines = [",".join(["V1", *nodes, *(f"{area}_HFCE" for area in AREAS), total])]
    for label, inputs, final, out in zip(nodes, INPUTS, FINAL, OUTPUT, strict=True):
        lines.append(",".join([label, *(f"{x:.6f}" for x in (*inputs, *final, out))]))
    taxes = np.full(9, 0.5)
    rows = {"TLS": taxes, value: OUTPUT - INPUTS.sum(axis=0) - taxes + added, total: OUTPUT}
    for label, numbers in rows.items():
        lines.append(",".join([label, *(f"{x:.6f}" for x in numbers), *("0",) * 4]))
    return "\n".join(lines) + "\n"


def written(folder: Path, text: str, name: str = "2020.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("own")
    lake = Lake.open(folder / "lake")
    lake.add("icio", [written(folder, text_of())], vintage="mine")
    return lake


def asked(lake: Lake, measure: str, **keys: Any) -> Any:
    about = {"importer": "RUS", "period": 2020, "goods": "inputs:CHIPS", "source": "icio@mine"}
    return ask(measure, lake=lake, **about | keys)


def once(flow: np.ndarray) -> np.ndarray:
    """Return value added counted once for a flow given as n x n inputs that cross its border."""
    rates = INPUTS / OUTPUT
    star = np.linalg.inv(np.eye(9) - (INPUTS - flow) / OUTPUT)
    return (1 - rates.sum(axis=0)) * (star @ flow.sum(axis=1))


def test_a_share_of_inputs_is_that_of_the_table(own: Lake) -> None:
    found = asked(own, "import_share", exporter="CHN")
    chips, bought = INPUTS[[1, 4]], [6, 7, 8]
    assert found.value == pytest.approx(chips[0, bought].sum() / chips[:, bought].sum(), rel=1e-9)
    assert found.definition.source == "icio@mine"
    assert "goods only" not in str(found.range)


def test_a_sector_of_the_table_can_buy(own: Lake) -> None:
    found = asked(own, "value", exporter="CHN", sector="CARS")
    assert found.value == pytest.approx(1e6 * INPUTS[1, 8], rel=1e-9)


def test_origin_is_worked_out_on_the_table(own: Lake) -> None:
    flow = np.zeros((9, 9))
    flow[1, 6:] = INPUTS[1, 6:]
    by_area = once(flow).reshape(3, 3).sum(axis=1)
    found = asked(own, "origin", exporter="CHN")
    assert found.status == "ok"
    assert found.value == pytest.approx((by_area[1] + by_area[2]) / flow.sum(), rel=1e-6)


def scenario(source: str, sectors: str = "CHIPS") -> str:
    return f"""format: 1
title: Chips
period: 2020
cut: {{imposes: CHN, target: RUS, instrument: export_ban, sectors: [{sectors}]}}
extraction: {{replaced: {{others: 0.5, not_replaced: 0.5}}, source: {source}}}
"""


def test_a_scenario_stops_what_a_sector_of_the_table_sells(own: Lake) -> None:
    found = evaluate_scenario(parse_scenario(scenario("icio@mine")), own)
    assert found.extraction is not None
    assert found.extraction.stopped_usd == pytest.approx(1e6 * INPUTS[1, 6:].sum(), rel=1e-9)
    assert found.extraction.unmet_usd == pytest.approx(found.extraction.stopped_usd / 2, rel=1e-9)


def test_a_scenario_refuses_sectors_that_the_table_lacks(own: Lake) -> None:
    with pytest.raises(UnknownNameError, match="CHIPS"):
        evaluate_scenario(parse_scenario(scenario("icio@mine", "CHIP")), own)
    with pytest.raises(BadFileError, match="unknown sector: 'CHIPS'"):
        parse_scenario(scenario("icio"))


def test_inputs_below_a_folder_with_an_equals_sign(tmp_path: Path) -> None:
    """The name of a folder above the lake is no column; inputs have no column of frequency."""
    folder = tmp_path / "importer=DEU"
    folder.mkdir()
    lake = Lake.open(folder / "lake")
    lake.add("icio", [written(tmp_path, text_of())], vintage="mine")
    assert asked(lake, "value", exporter="CHN").value == pytest.approx(1e6 * INPUTS[1, 6:].sum())


def test_without_a_source_the_answer_names_the_table(own: Lake) -> None:
    found = asked(own, "import_share", exporter="CHN", goods="inputs", source="icio")
    assert found.definition.source == "icio@mine"


@pytest.mark.parametrize("measure", ["import_share", "origin"])
def test_a_sector_that_the_table_lacks_names_the_nearest(own: Lake, measure: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        asked(own, measure, exporter="CHN", goods="inputs:CHIP")
    assert "CHIPS" in str(caught.value)
    with pytest.raises(UnknownNameError, match="C26"):
        asked(own, measure, exporter="CHN", goods="inputs", sector="C26")


def test_the_load_says_that_the_table_adds_up(own: Lake) -> None:
    [held] = own.holdings()
    assert (held.vintage, held.nomenclature) == ("mine", "own")
    assert [finding.rule for finding in held.findings] == ["balanced-table"]


def test_sectors_in_small_letters_are_refused(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match="sectors in capitals"):
        lake.add("icio", [written(tmp_path, text_of().replace("_CARS", "_cars"))], vintage="mine")


def test_an_earlier_release_has_its_sectors(tmp_path: Path) -> None:
    """As the release of 2021 calls its rows: VALU, OUTPUT."""
    lake = Lake.open(tmp_path / "lake")
    path = written(tmp_path, text_of(EARLIER, total="OUTPUT", value="VALU"), "ICIO2021_2018.csv")
    lake.add("icio", [path], vintage="2021")
    [held] = lake.holdings()
    assert held.nomenclature == "ICIO2021"
    assert [finding.rule for finding in held.findings] == ["balanced-table"]  # no extract of 2025's
    about = {"importer": "RUS", "exporter": "DEU", "period": 2018, "source": "icio@2021"}
    metals = INPUTS[[1, 4]][:, 6:]
    found = ask("import_share", lake=lake, goods="inputs:C24", **about)
    assert found.value == pytest.approx(metals[1].sum() / metals.sum(), rel=1e-9)
    assert ask("origin", lake=lake, goods="inputs:C24", **about).status == "ok"
    with pytest.raises(UnknownNameError, match="C24A"):
        ask("import_share", lake=lake, goods="inputs:C24A", **about)


@pytest.mark.parametrize(
    ("text", "vintage", "words"),
    [
        (text_of(), None, "which table is it?"),
        (text_of(EARLIER), None, "which table is it?"),
        (text_of(added=50), "mine", "inputs, taxes and value added differ from output by"),
        (text_of().replace("VA,", "VA,9"), "mine", "most of all column CHN_FARMS"),
        (text_of().replace("OUT,", "OUT,9"), "mine", "the row of output differ from output by"),
    ],
)
def test_what_cannot_be_sure_is_refused(
    tmp_path: Path, text: str, vintage: str | None, words: str
) -> None:
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError) as caught:
        lake.add("icio", [written(tmp_path, text)], vintage=vintage)
    assert words in str(caught.value)
    assert not lake.holdings()


def test_what_a_scenario_says_names_the_table(own: Lake) -> None:
    found = evaluate_scenario(parse_scenario(scenario("icio@mine")), own)
    assert found.extraction is not None
    assert found.extraction.evidence.source == "icio@mine"
    assert asked(own, "import_share", exporter="CHN").evidence[0].source == "icio@mine"
    text = parse_scenario(scenario("icio@mine").replace("target: RUS", "target: JPN"))
    with pytest.raises(EntrepotError, match="icio@mine has no entry of its own for Japan"):
        evaluate_scenario(text, own)


def test_an_area_that_the_table_has_not_is_no_choice(own: Lake) -> None:
    """With Hong Kong and without it were four definitions of two values."""
    found = asked(own, "import_share", exporter="CHN")
    assert found.specifications is not None
    assert len(found.specifications.items) == 2
    assert "with and without Hong Kong" not in str(found)
