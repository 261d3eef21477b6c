"""Tables in the layouts of pymrio, of Eurostat's FIGARO and of the ADB, made up with one truth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.unit.test_icio_own import AREAS, FINAL, INPUTS, OUTPUT, asked, once

from entrepot.errors import BadFileError
from entrepot.lake import Lake
from made_workbook import cells, make_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

TWO = {"CHN": "CN", "DEU": "DE", "RUS": "FIGW1"}
ADDED = OUTPUT - INPUTS.sum(axis=0) - 0.5  # with 0.5 of taxes
SHARES = (("D1", 0.5), ("D29X39", 0.1), ("B2A3G", 0.4))
ENDS = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
RATE = 1.25


def figaro(path: Path, *, rows: int = 9, inputs: np.ndarray = INPUTS) -> Path:
    """Write a matrix of FIGARO; final use is shared out among its five kinds."""
    nodes = [f"{TWO[area]}_{sector}" for area in AREAS for sector in ("A01", "C26", "C29")]
    ends = [f"{TWO[area]}_{end}" for area in AREAS for end in ENDS]
    lines = [",".join(["rowLabels", *nodes, *ends])]
    for label, bought, used in list(zip(nodes, inputs, FINAL, strict=True))[:rows]:
        lines.append(",".join([label, *(f"{x:.6f}" for x in (*bought, *np.repeat(used / 5, 5)))]))
    primary = {"D21X31": np.full(9, 0.3), "OP_RES": np.full(9, 0.2), "OP_NRES": np.zeros(9)}
    primary |= {name: part * ADDED for name, part in SHARES}
    for name, numbers in primary.items():
        lines.append(",".join([f"W2_{name}", *(f"{x:.6f}" for x in numbers), *("0",) * 15]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def figaro_flat(path: Path) -> Path:
    """Write the same as a flat file, cells in another order, zeros left out."""
    matrix = figaro(path.with_suffix(".tmp")).read_text().splitlines()
    names = matrix[0].split(",")[1:]
    lines = ["icioiRow,icioiCol,refArea,rowIi,counterpartArea,colIi,obsValue"]
    for line in reversed(matrix[1:]):
        row, *values = line.split(",")
        for name, value in zip(names, values, strict=True):
            if float(value):
                ends = [*row.split("_", 1), *name.split("_", 1)]
                lines.append(",".join([row, name, *ends, value]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def pymrio(
    folder: Path, unit: str = "M.EUR", key: str = "Z", final: np.ndarray = FINAL, **left: bool
) -> Path:
    """Write what `IOSystem.save_all` writes: two rows of head, and one with names of the index."""
    folder.mkdir()
    nodes = [(area, sector) for area in AREAS for sector in ("raw goods", "Chips", "Cars & vans")]

    def frame(name: str, columns: list[tuple[str, ...]], values: np.ndarray, *names: str) -> None:
        lines = [
            "\t".join([head, "", *(one[n] for one in columns)]) for n, head in enumerate(names)
        ]
        lines.append("\t".join(["region", "sector", *("" for _ in columns)]))
        for node, numbers in zip(nodes, values, strict=True):
            lines.append("\t".join([*node, *(f"{x:.12g}" for x in numbers)]))
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    square = INPUTS if key == "Z" else INPUTS / OUTPUT
    frame(f"{key}.txt", nodes, square, "region", "sector")
    use = [(area, f"use {n}") for area in AREAS for n in (1, 2)]
    frame("Y.txt", use, np.repeat(final / 2, 2, axis=1), "region", "category")
    lines = ["region\tsector\tindout"]
    lines += [f"{a}\t{s}\t{x:.12g}" for (a, s), x in zip(nodes, OUTPUT, strict=True)]
    (folder / "x.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["region\tsector\tunit", *(f"{a}\t{s}\t{unit}" for a, s in nodes)]
    (folder / "unit.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    heads = {key: (2, 2), "Y": (2, 2), "x": (2, 1), "unit": (2, 1)}
    files = {
        name: {"name": f"{name}.txt", "nr_index_col": str(index), "nr_header": str(head)}
        for name, (index, head) in heads.items()
        if left.get(name, True)
    }
    said = {"files": files, "systemtype": "IOSystem"}
    (folder / "file_parameters.json").write_text(json.dumps(said), encoding="utf-8")
    (folder / "emissions").mkdir()
    other = {"files": {}, "systemtype": "Extension", "name": "emissions"}
    (folder / "emissions" / "file_parameters.json").write_text(json.dumps(other), encoding="utf-8")
    return folder


def adb(path: Path, *, columns: int = 9, value_added: np.ndarray = ADDED) -> Path:
    """Write a workbook as the ADB does, with its own codes of areas."""
    codes = {"CHN": "PRC", "DEU": "GER", "RUS": "RUS"}
    nodes = [(codes[area], f"c{n}") for area in AREAS for n in (1, 14, 15)][:columns]
    ends = [(codes[area], f"F{n}") for area in AREAS for n in (1, 2, 3, 4, 5)]
    heads = [*nodes, *ends]
    rows: list[list[object]] = [
        ["Multiregional Input-Output Table 2020"],
        ["4 economies, at current prices (industry by industry)"],
        ["In millions of US$"],
        [""],
        ["", "", "", "", *("Sector in words" for _ in heads), "TOTAL"],
        ["", "", "", "", *(area for area, _ in heads), "ToT"],
        ["", "", "", "", *(code for _, code in heads), ""],
    ]
    every = [(codes[area], f"c{n}") for area in AREAS for n in (1, 14, 15)]
    for (area, code), bought, used, made in zip(every, INPUTS, FINAL, OUTPUT, strict=True):
        numbers = [*bought[:columns], *np.repeat(used / 5, 5), made]
        rows.append(["", "Words", area, code, *map(float, numbers)])
    taxes = np.full(9, 0.5)
    sums = {"r60": INPUTS.sum(axis=0), "r99": taxes, "r61": 0 * taxes, "r64": value_added}
    sums |= {"trs": 0 * taxes, "r69": OUTPUT}
    for code, values in sums.items():
        rows.append(["", "Words", "TOT", code, *map(float, values[:columns]), *(0.0,) * 16])
    return make_workbook(path, {"Legend": cells([["Code", "Country"]]), "ADB MRIO": cells(rows)})


LAYOUTS: dict[str, tuple[Callable[[Path], Path], str, str, float]] = {
    "figaro": (
        lambda at: figaro(at / "matrix_eu-ic-io_ind-by-ind_24ed_2020.csv"),
        "C26",
        "C29",
        RATE,
    ),
    "figaro-flat": (
        lambda at: figaro_flat(at / "flatfile_eu-ic-io_ind-by-ind_24ed_2020_v2.csv"),
        "C26",
        "C29",
        RATE,
    ),
    "pymrio": (lambda at: pymrio(at / "mine_2020"), "CHIPS", "CARS_VANS", RATE),
    "pymrio-a": (
        lambda at: pymrio(at / "mine_2020", "Mill USD", "A", x=False),
        "CHIPS",
        "CARS_VANS",
        1.0,
    ),
    "adb": (lambda at: adb(at / "ADB-MRIO-August 2025.xlsx"), "ADB_C14", "ADB_C15", 1.0),
}


def added(lake: Lake, path: Path, rate: float = 1.0) -> None:
    said = f"rate: {rate}\n" if rate != 1 else None
    lake.add("icio", [path], vintage="mine", mapping=said)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_gives_the_numbers_of_its_table(layout: str, tmp_path: Path) -> None:
    made, chips, cars, rate = LAYOUTS[layout]
    lake = Lake.open(tmp_path / "lake")
    added(lake, made(tmp_path), rate)
    last = "XROW" if layout.startswith("figaro") else "RUS"
    about = {"importer": last, "exporter": "CHN", "goods": f"inputs:{chips}"}
    bought = asked(lake, "value", sector=cars, **about)
    assert bought.value == pytest.approx(rate * 1e6 * INPUTS[1, 8], rel=1e-6)
    assert bought.definition.source == "icio@mine"
    share = asked(lake, "import_share", **about)
    wanted = INPUTS[1, 6:].sum() / INPUTS[[1, 4], 6:].sum()
    assert share.value == pytest.approx(wanted, rel=1e-6)
    flow = np.zeros((9, 9))
    flow[1, 6:] = INPUTS[1, 6:]
    by_area = once(flow).reshape(3, 3).sum(axis=1)
    origin = asked(lake, "origin", **about)
    # value added of third countries, as the Leontief inverse of the made-up table has it
    assert origin.value == pytest.approx((by_area[1] + by_area[2]) / flow.sum(), rel=1e-6)
    [held] = lake.holdings()
    assert "partial-source" not in {one.rule for one in held.findings}
    assert ("rate-given" in {one.rule for one in held.findings}) == (rate != 1)


def test_a_folder_is_the_same_delivery_when_it_is_added_again(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    folder = pymrio(tmp_path / "mine_2020", "Mill USD")
    added(lake, folder)
    assert lake.add("icio", [folder], vintage="mine").unchanged == ("mine_2020",)


def test_a_rebuilt_lake_has_the_rate_that_was_given(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    added(lake, pymrio(tmp_path / "mine_2020"), RATE)
    (tmp_path / "lake" / "catalog.json").unlink()
    lake.rebuild()
    about = {"importer": "RUS", "exporter": "CHN", "goods": "inputs:CHIPS", "sector": "CARS_VANS"}
    assert asked(lake, "value", **about).value == pytest.approx(RATE * 1e6 * INPUTS[1, 8])


def test_areas_that_are_one_here_are_added_up(tmp_path: Path) -> None:
    """Rests of continents, as EXIOBASE has them, are one rest of the world."""
    folder = pymrio(tmp_path / "mine_2020", "Mill USD")
    for path in folder.glob("*.txt"):
        text = path.read_text().replace("CHN", "WF").replace("DEU", "WA")
        path.write_text(text, encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    added(lake, folder)
    found = asked(lake, "value", importer="RUS", exporter="XROW", goods="inputs:CHIPS")
    assert found.value == pytest.approx(1e6 * INPUTS[[1, 4], 6:].sum())


BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "figaro cut off": (lambda at: figaro(at / "f_2020.csv", rows=8), "FIGW1_C29|XROW_C29"),
    "figaro that does not add up": (
        lambda at: figaro(at / "f_2020.csv", inputs=INPUTS + 3 * np.eye(9, k=1)),
        "inputs, taxes and value added differ from output by",
    ),
    "adb cut off": (lambda at: adb(at / "a.xlsx", columns=8), "RUS_ADB_C15 is a row and no column"),
    "adb that does not add up": (
        lambda at: adb(at / "a.xlsx", value_added=ADDED * 1.1),
        "inputs, taxes and value added differ from output by",
    ),
    "pymrio without final demand": (
        lambda at: pymrio(at / "m_2020", "Mill USD", Y=False),
        "no Y is saved",
    ),
    "pymrio that does not add up": (
        lambda at: pymrio(at / "m_2020", "Mill USD", final=FINAL * 1.2),
        "rows miss their output by",
    ),
    "pymrio with inputs beyond output": (
        lambda at: pymrio(at / "m_2020", "Mill USD", final=FINAL * 0.01, x=False),
        "inputs exceed output by",
    ),
    "pymrio in tonnes": (lambda at: pymrio(at / "m_2020", "t"), "the unit is not one of money: t"),
    "pymrio in tons": (
        lambda at: pymrio(at / "m_2020", "ton"),
        "the unit is not one of money: ton",
    ),
    "pymrio in euros": (lambda at: pymrio(at / "m_2020", "M.EUR"), "the table is in EUR"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_whole_is_refused(name: str, tmp_path: Path) -> None:
    made, words = BROKEN[name]
    lake = Lake.open(tmp_path / "lake")
    said = f"rate: {RATE}\n" if name.startswith("figaro") else None
    with pytest.raises(BadFileError, match=words):
        lake.add("icio", [made(tmp_path)], vintage="mine", mapping=said)
    assert not lake.holdings()


def test_areas_that_are_none_are_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = pymrio(tmp_path / "mine_2020", "Mill USD")
    for path in folder.glob("*.txt"):
        path.write_text(path.read_text().replace("DEU", "reg2"), encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match="unknown area: 'reg2'") as caught:
        added(lake, folder)
    assert "rename_regions" in caught.value.hint
