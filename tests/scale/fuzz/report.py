"""Keep what runs have counted, and write it down for a reader."""

from __future__ import annotations

import json
import platform
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fuzz.watch import MEMORY, SECONDS, Tally

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["UNTOLD", "count_anew", "counted", "keep", "kept", "write"]

UNTOLD = "untold"
"""Stands for the rules of findings of which only the sum is known."""
_BEGIN, _END = "<!-- counts: written by tools/fuzz.py -->", "<!-- end of counts -->"


def keep(folder: Path, subject: str, first: int, tally: Tally, version: str) -> None:
    """Add the counts of a run to those of a subject.

    Parameters
    ----------
    folder
        Where they are kept, a file each subject.
    first
        Number of the first input; a run that begins at 0 replaces what was counted before.
    version
        Of the code that was fuzzed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject}.json"
    before = _loaded(path) if path.exists() and first else {}
    now = asdict(tally) | {"findings": dict(tally.findings)}
    for name in ("inputs", "refused", "read", "judged", "seconds", "bugs"):
        now[name] = before[name] + now[name] if name in before else now[name]
    for name in ("slowest", "memory"):
        now[name] = max(before.get(name, 0), now[name])
    now["findings"] = dict(Counter(before.get("findings", {})) + Counter(now["findings"]))
    now["rules"] = max(before.get("rules", 0), len(now["findings"].keys() - {UNTOLD}))
    now |= {"version": version, "date": f"{datetime.now(UTC):%Y-%m-%d}"}
    _write(path, now)


def count_anew(folder: Path, subject: str, number: int, tally: Tally, version: str) -> None:
    """Take an input that was a bug out of the counts of a subject, and add what it is now."""
    path = folder / f"{subject}.json"
    before = _loaded(path)
    before["bugs"] = [bug for bug in before["bugs"] if bug["number"] != number]
    before["inputs"] -= 1
    _write(path, before)
    keep(folder, subject, number or 1, tally, version)


def counted(folder: Path, subject: str) -> int:
    """Return how many inputs of a subject were counted: the number of the next one."""
    path = folder / f"{subject}.json"
    return int(_loaded(path)["inputs"]) if path.exists() else 0


def kept(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what was counted, by subject."""
    return {path.stem: _loaded(path) for path in sorted(folder.glob("*.json"))}


def _write(path: Path, counts: dict[str, Any]) -> None:
    path.write_text(json.dumps(counts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write(folder: Path, target: Path) -> None:
    """Write the counts between their marks in a page; the rest of it stays."""
    page = target.read_text(encoding="utf-8") if target.exists() else f"{_BEGIN}\n{_END}\n"
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    body = "\n".join([_BEGIN, "", *_lines(kept(folder)), "", _END])
    target.write_text(before + body + after, encoding="utf-8")


def _lines(counted: dict[str, dict[str, Any]]) -> list[str]:
    head = (
        "| files | inputs | refused | read | held against the model | findings | bugs open | "
        "seconds | slowest, s | peak, MiB | date | code |"
    )
    lines = [
        head,
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for name, one in counted.items():
        cells = [
            *(f"{one[key]:,}" for key in ("inputs", "refused", "read", "judged")),
            f"{sum(one['findings'].values()):,} of {one['rules']} rules",
            *(f"{len(one['bugs'])}", f"{one['seconds']:,.0f}", f"{one['slowest']:.1f}"),
            *(f"{one['memory']}", one["date"], f"`{one['version']}`"),
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    total = sum(one["inputs"] for one in counted.values())
    what = (
        f"{total:,} inputs in all, on {platform.machine()}, Python {platform.python_version()}. An "
        f"input is a bug if it takes {SECONDS:.0f} s, if the process holds more than {MEMORY} MiB "
        "(DuckDB, the model and the harness included; about 250 of them before the first input), "
        "if anything but an error of ours leaves the parser, if a row is impossible, or if a sum "
        "is not what plain Python makes of the same bytes."
    )
    return [*lines, "", what]
