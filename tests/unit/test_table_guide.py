"""The guide to bringing in any table says what the program does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from entrepot.sources.table.draft.draft import draft_mapping
from entrepot.sources.table.mapping import SYSTEMS, MappedColumn, Mapping, Role
from table_reading import read_table

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "load-any-table.md"
TEXT = GUIDE.read_text(encoding="utf-8")
FILE, DRAFT, ANSWERED = re.findall(r"```(?:csv|yaml)\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_draft_is_the_one_that_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "imports.csv"
    path.write_text(FILE, encoding="utf-8")
    assert draft_mapping(path).text == DRAFT


def test_the_answers_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "imports.csv"
    path.write_text(FILE, encoding="utf-8")
    rows, findings = read_table(path, ANSWERED, tmp_path)
    assert {row["exporter"]: row["value_usd"] for row in rows} == {
        "CHN": 1_250_500.0,
        "HKG": 980_000.0,
        "TUR": 77_100.0,
    }
    assert [(finding.rule, finding.count) for finding in findings] == [("area-total", 1)]


def test_every_key_role_and_system_of_codes_is_named() -> None:
    fields = {**Mapping.model_fields, **MappedColumn.model_fields}
    keys = {field.alias or name for name, field in fields.items()}
    words = set(re.findall(r"[A-Za-z0-9_]+", TEXT))
    assert keys <= words, keys - words
    assert set(get_args(Role)) <= words
    assert set(SYSTEMS.values()) <= words
