"""A check finds what was done to a lake behind its back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.lake.catalog import Catalog
from entrepot.lake.unchanged import fingerprint
from made_workbook import cells, make_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from lake_files import Write

    from entrepot.lake import Lake


def _errors(lake: Lake) -> set[str]:
    return {finding.rule for finding in lake.check() if finding.level == "error"}


def _files(lake: Lake, order: str) -> Path:
    [path] = (lake.path / "flows" / f"by-{order}").rglob("*.parquet")
    return path


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        (lambda lake: _flip(_files(lake, "importer")), "file-changed"),
        (lambda lake: _files(lake, "exporter").unlink(), "file-missing"),
        (lambda lake: _flip(max(lake.path.glob("raw/*"), key=_size)), "raw-changed"),
        (lambda lake: max(lake.path.glob("raw/*"), key=_size).unlink(), "raw-missing"),
    ],
)
def test_files(lake: Lake, write: Write, harm: Callable[[Lake], None], rule: str) -> None:
    many = (f"2022,156,643,{code},1,1" for code in range(100000, 100200))
    lake.add("baci", [write(many)])
    assert _errors(lake) == set()
    harm(lake)
    assert _errors(lake) == {rule}


def _size(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UNION ALL FROM held LIMIT 4", "row-count"),
        (
            "WHERE product <> '010121' UNION ALL FROM held WHERE product = '850110'",
            "duplicate-cell",
        ),
        ("reported_by := NULL", "null-reported_by"),
        ("value_usd := 'nan'::DOUBLE", "not-a-number-value_usd"),
        ("value_usd := -1.0", "value-out-of-bounds"),
        ("product := '10121'", "product-code"),
    ],
)
def test_rows(lake: Lake, write: Write, change: str, rule: str) -> None:
    lake.add("baci", [write()])
    _rewrite(lake, change)
    assert rule in _errors(lake)


def _rewrite(lake: Lake, change: str) -> None:
    """Change rows of the copy by importer, and make the catalog believe in the new file."""
    path = _files(lake, "importer")
    name, assigned, value = change.partition(" := ")
    query = f"SELECT * REPLACE ({value} AS {name}) FROM held" if assigned else f"FROM held {change}"
    held = f"read_parquet('{path}', hive_partitioning=false)"
    lake.connection.execute(f"CREATE OR REPLACE TEMP TABLE held AS FROM {held}")
    lake.connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    catalog = Catalog.read(lake.path)
    stored = catalog.snapshots[0].partitions[0].files["importer"]
    snapshot = catalog.snapshots[0]
    part = snapshot.partitions[0]
    files = part.files | {"importer": fingerprint(path, stored.path)}
    parts = (replace(part, files=files), *snapshot.partitions[1:])
    first = replace(snapshot, partitions=parts)
    replace(catalog, snapshots=(first, *catalog.snapshots[1:])).write(lake.path)


def test_tables_without_periods_are_sound(lake: Lake, write: Write, tmp_path: Path) -> None:
    sigma = write(["10121,0,0,-5.5", "850110,0,0,-4"], "ProTEE_0_1.csv", "HS6,zero,positive,sigma")
    one = [["From HS 2022", "To HS2017"], ["010121", "010121"], ["854151", "851712"]]
    all_ = [["HS2022", "HS2017", "Relationship"], ["010121", "010121", "1:1"]]
    book = make_workbook(tmp_path / "HS.xlsx", {"one": cells(one), "all": cells(all_)})
    lake.add("elasticities", [sigma])
    lake.add("concordance", [book])
    assert len(Catalog.read(lake.path).snapshots[1].partitions) == 2
    assert [finding for finding in lake.check() if finding.level == "error"] == []


def test_every_rule_is_explained() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "how-to" / "maintain-the-lake.md").read_text(encoding="utf-8")
    folder = root / "src" / "entrepot" / "lake"
    files = [
        *(folder / "checks").glob("*.py"),
        folder / "inventory.py",
        folder / "staged.py",
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    rules = set(re.findall(r'f?"([a-z]+-[a-z-]+)(?:"|[{])', code))
    rules |= set(re.findall(r'(?:Finding[(]|RULE = )"([a-z]+)"', code))
    assert {"own-trade", "row-count", "no-value", "repaired", "gap", "jump"} <= rules
    assert {rule for rule in rules if f"`{rule}" not in page} == set()
