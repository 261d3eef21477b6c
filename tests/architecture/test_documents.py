"""What documents for developers say of the code is true of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "src" / "entrepot"
PAGES = ("ARCHITECTURE.md", "docs/how-to/add-a-source.md", "docs/how-to/add-a-measure.md")
MADE_UP = ("demo", "test_NAME")


def glossary() -> list[str]:
    with (ROOT / "docs" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return [row["key"] for row in csv.DictReader(file) if row["key"]]


def test_the_code_has_every_key_of_the_glossary() -> None:
    files = [path for path in CODE.rglob("*") if path.suffix in (".py", ".csv", ".yml", ".j2")]
    words = {
        word
        for path in files
        for word in re.findall(r"[A-Za-z_][\w-]*", path.read_text(encoding="utf-8"))
    }
    assert [key for key in glossary() if key not in words] == []


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"[`/( ]((?:[a-z_]+/)+[a-z_]+\.(?:py|csv|yml|js))`", text))
    assert len(named) > 3
    made_up = {name for name in named if any(word in name for word in MADE_UP)}
    folders = (CODE, ROOT, ROOT / "tests" / "scale" / "fuzz", ROOT / "tests" / "reference")
    missing = [
        name
        for name in sorted(named - made_up)
        if not any((folder / name).exists() for folder in folders)
    ]
    assert missing == []
