"""Texts with the verdicts that a careful reader gives them, written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from entrepot.claims import check, parse_document

CASES = sorted((Path(__file__).parent / "claims").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    document = parse_document(yaml.safe_dump(case["document"]), name=path.name)
    found = check(document)
    by_id = {item.claim.id: item for item in found.claims}
    why = {name: (item.verdict, item.reason) for name, item in by_id.items()}
    wanted = case["verdicts"]
    if wanted == "all hold":
        wanted = dict.fromkeys(by_id, "supported")
    assert {name: by_id[name].verdict for name in wanted} == wanted, why
    first = {name: item.likely_errors[0].kind for name, item in by_id.items() if item.likely_errors}
    assert first == case["likely_errors"], why
    assert [set(conflict.claims) for conflict in found.conflicts] == [
        set(conflict) for conflict in case["conflicts"]
    ]
    if "because" in case:
        sums = case["because"] if isinstance(case["because"], list) else [case["because"]]
        assert [conflict.because for conflict in found.conflicts] == sums
    for name, qualifier in case.get("qualifiers", {}).items():
        assert by_id[name].qualifier == qualifier
    assert found.found_something == any(v in ("differs", "inconsistent") for v, _ in why.values())
