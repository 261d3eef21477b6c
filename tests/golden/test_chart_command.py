"""`entrepot chart`: a file that stands by itself, and what it refuses before any work."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

SHARE = ["import_share", "--importer", "RUS", "--exporter", "CHN", "--period", "2023"]


def test_a_curve_of_what_is_in_print(entrepot: Run, tmp_path: Path) -> None:
    target = tmp_path / "new" / "share.svg"
    code, out, _ = entrepot("chart", *SHARE, "--goods", "chpl", "--curve", "--out", str(target))
    assert (code, out) == (0, f"{target}\n")
    text = target.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert "Specification curve" in root.attrib["aria-label"]
    assert "China’s share of Russia’s imports, high-priority goods, 2023" in text
    assert "prefers-color-scheme:dark" in text
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", text))
    assert used <= set(re.findall(r"--([a-z0-9-]+):#", text))  # no colour without a value
    assert not re.search(r"https?://(?!www\.w3\.org)", text)  # nothing is fetched


def test_a_picture_for_programs_that_know_no_variables(entrepot: Run, tmp_path: Path) -> None:
    target = tmp_path / "share.png"
    code, _, _ = entrepot("chart", *SHARE, "--goods", "chpl", "--out", str(target))
    assert code == 0
    assert target.read_bytes().startswith(b"\x89PNG")


def test_a_span_of_years_is_what_since_and_the_last_year_are(entrepot: Run, tmp_path: Path) -> None:
    drawn = []
    for years in (["--period", "2021..2023"], ["--since", "2021", "--period", "2023"]):
        target = tmp_path / "share.csv"
        code, _, _ = entrepot("chart", *SHARE[:-2], *years, "--out", str(target))
        assert code == 0
        drawn.append(target.read_text(encoding="utf-8"))
    assert drawn[0] == drawn[1]
    assert "2021" in drawn[0]
    assert "2024" not in drawn[0]


def test_years_that_were_asked_for_and_have_no_share_are_named(
    entrepot: Run, tmp_path: Path
) -> None:
    magnets = ["import_share", "--importer", "DEU", "--exporter", "CHN", "--goods", "850511"]
    years = ["--since", "2018", "--period", "2023"]
    target = tmp_path / "share.svg"
    assert entrepot("chart", *magnets, *years, "--out", str(target))[0] == 0
    said = "No share available: 2018 to 2021, 2023."
    assert said in target.read_text(encoding="utf-8")
    assert entrepot("chart", *magnets, "--period", "2022", "--out", str(target))[0] == 0
    assert "No share available" not in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ([*SHARE, "--out", "share.jpg"], 2, ".svg, .png or .csv"),
        ([*SHARE, "--sigma", "3", "--out", "share.svg"], 2, "has no sigma"),
        (["growth", *SHARE[1:5], "--period", "2024", "--out", "x.svg"], 2, "only one definition"),
        (["hhi", *SHARE[1:3], "--period", "2023", "--out", "x.svg"], 3, "no data for a chart"),
        (["event_study", *SHARE[1:], "--out", "x.svg"], 2, "needs listed"),
    ],
)
def test_what_is_not_drawn(
    entrepot: Run, tmp_path: Path, words: list[str], code: int, text: str
) -> None:
    target = tmp_path / words[-1]
    found, out, err = entrepot("chart", *words[:-1], str(target))
    assert (found, out) == (code, "")
    assert text in err
    assert not target.exists()
