"""The checker of words, on files made for it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def words() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_words", ROOT / "tools" / "check_words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_finds_words_in_literals_and_lines_and_nowhere_else(
    words: ModuleType, tmp_path: Path
) -> None:
    program = tmp_path / "made_up.py"
    program.write_text(
        '"""A docstring may say who told it."""\n'
        "told = 1  # a comment may say told\n"
        'KEY = "told"\n'  # no space: an identifier
        'TEXT = f"Russia told {told} of it"\n'
        'QUERY = "SELECT told FROM rows"\n'
        'PATTERN = r"\\b(he told) it"\n'
        'FINE = "a stolen tellurium, beholden to no word of the list"\n'
        'TAG = "<td class=told> by"\n'
    )
    page = tmp_path / "page.md"
    page.write_text(
        "A `fell-silent` row of one voice.\n\nSee [the page](a/told/one.md).\nNOBODY counts.\n"
    )
    (tmp_path / "columns.csv").write_text("name,meaning\ntold,Country that told it\n")
    (tmp_path / "data.csv").write_text("told by nobody\n")
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "en.yml").write_text("words: [he told it]\n")
    found = [(one.path.name, one.line, one.word) for one in words.finds([tmp_path])]
    assert found == [
        ("columns.csv", 2, "told"),
        ("made_up.py", 4, "told"),
        ("page.md", 1, "voice"),
        ("page.md", 4, "NOBODY"),
    ]
    assert words.finds([tmp_path], without=[program, page, tmp_path / "columns.csv"]) == []


def test_exit_code_and_message(
    words: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("It rests on sand.\n")
    assert words.main([str(page)]) == 1
    assert capsys.readouterr().out == f"{page}:1: rests on\n"
    page.write_text("It has a source.\n")
    assert words.main([str(page)]) == 0


def test_the_project_uses_none(words: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert words.main([]) == 0, capsys.readouterr().out


def test_what_is_not_done_exists(words: ModuleType) -> None:
    assert all((ROOT / place).exists() for place in words.NOT_YET)
