"""The OECD's layout read whole: parts apart, final use by area, output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from entrepot.errors import BadFileError
from entrepot.sources.icio.release import read_whole
from made_icio import made_up, text_of, written

if TYPE_CHECKING:
    from pathlib import Path


def test_every_cell_is_where_it_belongs(tmp_path: Path) -> None:
    table = made_up(3)
    found = read_whole(written(tmp_path, text_of(table)), "2022_SML.csv")
    code = {"ROW": "XROW"}
    assert found.labels == [(code.get(area, area), sector) for area, sector in table.nodes]
    assert found.areas == ["CHN", "DEU", "HKG", "USA", "XROW"]
    assert found.parts == {}
    for i, seller in enumerate(table.nodes):
        for j, buyer in enumerate(table.nodes):
            assert found.inputs[i, j] == table.inputs.get((seller, buyer), 0.0)
        assert found.output[i] == pytest.approx(table.output(seller), abs=1e-4)
        assert found.final[i].sum() == table.final[seller]


def test_final_use_is_told_by_area(tmp_path: Path) -> None:
    """Each of an area's six columns is a number of its own, which all count."""
    table = made_up(3)
    [head, *lines] = [line.split(",") for line in text_of(table).splitlines()]
    first = head.index("CHN_HFCE")
    for number, line in enumerate(lines):
        line[first : len(head) - 1] = [str(number + n) for n in range(len(head) - 1 - first)]
    text = "\n".join(",".join(line) for line in [head, *lines]) + "\n"
    found = read_whole(written(tmp_path, text), "2022_SML.csv")
    for number in range(len(table.nodes)):
        expected = [sum(number + 6 * area + n for n in range(6)) for area in range(5)]
        assert found.final[number].tolist() == expected


def test_parts_stay_apart_and_an_empty_whole_is_left_out(tmp_path: Path) -> None:
    table = made_up(3)
    text = text_of(table, {"CHN": ("CHN", "CN1", "CN2")}, digits=12)
    [head, *lines] = [line.split(",") for line in text.splitlines()]
    empty = [
        n for n, name in enumerate(head) if name.startswith("CHN_") and n < head.index("CHN_HFCE")
    ]
    for line in lines:
        for place in range(1, len(head)) if line[0].startswith("CHN_") else empty:
            line[place] = "0"
    text = "\n".join(",".join(line) for line in [head, *lines]) + "\n"
    found = read_whole(written(tmp_path, text, "2022.csv"), "2022.csv")
    assert found.parts == {"CN1": "CHN", "CN2": "CHN"}
    areas = [area for area, _ in found.labels]
    assert "CHN" not in areas
    assert len(found.labels) == len(table.nodes) + 4
    assert found.areas[0] == "CHN"
    own = [n for n, area in enumerate(areas) if area == "CN2"]
    expected = table.inputs.get((("CHN", "C26"), ("CHN", "C29")), 0.0) / 9
    assert found.inputs[own[1], own[2]] == pytest.approx(expected, abs=1e-9)
    assert np.isfinite(found.inputs).all()


def test_a_row_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    lines = text_of(made_up(3)).splitlines()
    kept = [line for line in lines if not line.startswith("HKG_C29")]
    with pytest.raises(BadFileError, match="HKG C29 is a column and no row"):
        read_whole(written(tmp_path, "\n".join(kept) + "\n"), "2022_SML.csv")
