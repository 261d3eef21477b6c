"""A date stands on a brief where one is given, and nothing else on it hangs on a clock."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pptx
import pytest
from brief_files import cells, pages

from entrepot.errors import RequestError
from entrepot.lake import Lake
from entrepot.report import brief
from entrepot.report.parts import FORMATS, format_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.report import Brief

    Run = Callable[..., tuple[int, str, str]]

DAY, WORDS = "2026-11-30", "30 November 2026"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Brief, Brief, Brief]:
    """The same brief without a date, and twice with one."""
    lake = Lake.open(tmp_path_factory.mktemp("empty") / "lake")
    asked = ("KGZ", "CHN", "all", "2023", lake)
    return brief(*asked), brief(*asked, date=DAY), brief(*asked, date=DAY)


def rendered(told: Brief, suffix: str, folder: Path) -> bytes:
    found = format_of(folder / f"brief{suffix}")(told)
    return found.encode() if isinstance(found, str) else found


def words(data: bytes, suffix: str) -> str:
    """Return all words of a file; of paper without blanks."""
    if suffix == ".pdf":
        return "".join(pages(data))
    if suffix == ".xlsx":
        return "\n".join(map(str, cells(data)))
    if suffix == ".pptx":
        slides = pptx.Presentation(BytesIO(data)).slides
        shapes = (shape for slide in slides for shape in slide.shapes if shape.has_text_frame)
        return "\n".join(shape.text_frame.text for shape in shapes)
    return data.decode()


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_date_gives_the_same_bytes(
    both: tuple[Brief, Brief, Brief], suffix: str, tmp_path: Path
) -> None:
    without, first, second = (rendered(one, suffix, tmp_path) for one in both)
    assert first == second
    assert first != without
    told, bare = words(first, suffix), words(without, suffix)
    day = WORDS.replace(" ", "") if suffix == ".pdf" else WORDS
    assert day in told
    # Slides and a PDF have no commands.
    assert (f"--date {DAY}" in told) is (suffix not in (".pptx", ".pdf"))
    assert day not in bare
    assert "--date" not in bare


def test_only_the_date_differs(both: tuple[Brief, Brief, Brief], tmp_path: Path) -> None:
    without, dated, _ = (json.loads(rendered(one, ".json", tmp_path)) for one in both)
    assert dated.pop("date") == DAY
    assert without.pop("date") is None
    assert dated["state"].pop("Date") == WORDS
    for found in (without, dated):
        found["command"] = found["command"].replace(f" --date {DAY}", "")
        for item in found["commands"]:
            item["line"] = item["line"].replace(f" --date {DAY}", "")
    assert dated == without


@pytest.mark.parametrize("text", ["tomorrow", "30.11.2026", "2026-11-31", "2026", ""])
def test_what_is_no_day_is_refused_before_any_work(text: str) -> None:
    with pytest.raises(RequestError, match="is not a date"):
        brief("KGZ", "CHN", date=text)


def test_the_command_takes_a_date(entrepot: Run, tmp_path: Path) -> None:
    target = tmp_path / "brief.md"
    words = ["brief", "RUS", "--supplier", "CHN", "--goods", "all", "--period", "2023"]
    code, _, _ = entrepot(*words, "--date", DAY, "--out", str(target))
    assert code == 0
    assert WORDS in target.read_text(encoding="utf-8")
    code, _, err = entrepot(*words, "--date", "2026-13-01", "--out", str(target))
    assert code == 2
    assert "--date 2026-11-30" in err
