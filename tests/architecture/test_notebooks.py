"""Notebooks run from top to bottom on what comes with the program, and show what they promise."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
sys.path.insert(0, str(DOCS))

from notebook_files import cells, executed, scripts  # noqa: E402

SHOWN = {
    "analyst": ("82.5%", "import_share, DEU, CHN, 850511, 2022", 'class="epf"', "PHL"),
    "economist": ("14.4 13.0 18.5", 'class="epf"', "USA"),
    "journalist": ("chinese-exports inconsistent", "@misc{entrepot-"),
    "compliance": ("56.3%", "chpl"),
    "method": ("Σ_j", "0.365"),
    "nowcast": ("80 % interval", "growth nowcast", "insufficient_data", "ok -5.9%"),
}


def test_there_is_one_for_each_kind_of_user() -> None:
    assert {one.stem for one in scripts()} == set(SHOWN)


@pytest.mark.parametrize("script", scripts(), ids=lambda one: one.stem)
def test_it_runs_and_shows_its_numbers(script: Path) -> None:
    shown = "".join(printed + html for _, printed, html in executed(script))
    for words in SHOWN[script.stem]:
        assert words in shown


@pytest.mark.parametrize("script", scripts(), ids=lambda one: one.stem)
def test_what_jupyter_reads_has_the_same_cells_and_no_outputs(script: Path) -> None:
    found = json.loads(script.with_suffix(".ipynb").read_text(encoding="utf-8"))
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 4)
    kinds = {False: "code", True: "markdown"}
    ours = [(kinds[one.is_text], one.source) for one in cells(script)]
    assert [(one["cell_type"], "".join(one["source"])) for one in found["cells"]] == ours
    code = [one for one in found["cells"] if one["cell_type"] == "code"]
    assert all(one["outputs"] == [] and one["execution_count"] is None for one in code)
