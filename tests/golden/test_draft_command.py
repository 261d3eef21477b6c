"""`entrepot draft`, and `entrepot check` of an article: output, exit codes, files written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

ARTICLE = """title: Who buys from whom
date: 2026-01-20

Trade between China and Russia came to 228.1 billion dollars last year. "<b>Cars</b>", a dealer
said, "are up 40%."
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def test_prints_a_claims_file_and_says_how_much(entrepot: Run, article: Path) -> None:
    code, out, err = entrepot("draft", str(article))
    assert code == 0
    read = yaml.safe_load(out)
    assert [claim["says"] for claim in read["claims"]] == ["228.1 billion dollars"]
    assert [rest["says"] for rest in read["todo"]] == ["up 40%"]
    assert err == "1 claim drafted, 1 left under todo\n"


def test_what_is_drafted_can_be_checked(entrepot: Run, article: Path, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(entrepot("draft", str(article))[1], encoding="utf-8")
    code, out, _ = entrepot("check", str(path), "--json")
    assert code == 0
    assert json.loads(out)["todo"][0]["says"] == "up 40%"
    assert json.loads(entrepot("check", str(article), "--json")[1]) == json.loads(out)


def test_json_has_claims_with_their_notes(entrepot: Run, article: Path) -> None:
    data = json.loads(entrepot("draft", str(article), "--json")[1])
    assert data["claims"][0]["value"]["period"] == "2025"
    assert data["claims"][0]["notes"] == []


def test_the_date_can_be_given(entrepot: Run, article: Path) -> None:
    data = json.loads(entrepot("draft", str(article), "--json", "--date", "2025-02-01")[1])
    assert data["claims"][0]["value"]["period"] == "2024"
    assert data["source"]["date"] == "2025-02-01"


def test_check_lists_what_was_not_understood(entrepot: Run, article: Path, tmp_path: Path) -> None:
    page = tmp_path / "found.html"
    code, out, _ = entrepot("check", str(article), "--out", str(page))
    assert code == 0
    assert "Not interpreted, so not tested" in out
    assert "up 40%" in out
    html = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;Cars" in html
    assert "<b>Cars" not in html


def test_a_text_without_numbers_is_no_error(entrepot: Run, tmp_path: Path) -> None:
    path = tmp_path / "poem.md"
    path.write_text("Nothing is counted here.\n", encoding="utf-8")
    assert entrepot("draft", str(path))[2] == "no figure was found in the text\n"
    code, out, _ = entrepot("check", str(path))
    assert code == 0
    assert "0 claims" in out


def test_bad_files_and_dates_leave_with_2(entrepot: Run, article: Path, tmp_path: Path) -> None:
    binary = tmp_path / "article.md"
    binary.write_bytes(b"\x00\x01\x02")
    for words in (
        ("draft", str(binary)),
        ("check", str(binary)),
        ("draft", str(tmp_path / "none.txt")),
        ("draft", str(article), "--date", "soon"),
    ):
        code, out, err = entrepot(*words)
        assert (code, out) == (2, "")
        assert "do:" in err


def test_a_claims_file_says_its_own_date(entrepot: Run, tmp_path: Path) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text("format: 1\nsource: {title: A}\nclaims: []\n", encoding="utf-8")
    code, _, err = entrepot("check", str(path), "--date", "2026-01-20")
    assert code == 2
    assert "apply to articles only" in err


def test_a_text_with_errors_in_every_paragraph_is_checked(entrepot: Run, tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    names = ("Germany", "France", "Italy", "Spain", "Japan", "India", "Poland", "Peru", "Chile")
    names = (*names, "Norway", "Sweden", "Egypt", "Kenya")
    text = "Exports from {} to Canada rose {}% to ${}.5 billion in {}.\n\n"
    claims = [text.format(name, 40, 3, year) for year in (2024, 2023) for name in names]
    path.write_text("".join(claims), encoding="utf-8")
    code, out, _ = entrepot("check", str(path), "--json", "--date", "2026-01-20")
    assert code in (0, 1)
    assert json.loads(out)["summary"]["claims"] == 4 * len(names)


def test_more_claims_than_can_be_held_together_are_refused(entrepot: Run, tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("Poland's exports to Peru rose 5% in 2024.\n\n" * 201, encoding="utf-8")
    code, _, err = entrepot("check", str(path))
    assert code == 2
    assert "more than 200 claims in one text" in err
