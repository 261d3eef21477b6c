"""How well claims are drafted: precision and recall by slot, on sentences of four languages.

Not speed. The sentences stand in tests/cases/drafting: one half the rules were worked out on, one
half was written before the drafter was run on it and changed no rule. A drafted claim belongs to
the expected claim of the same sentence with the same number; what belongs to none counts against
precision in every slot, what was not drafted against recall.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from entrepot.claims.draft import Drafted, article_of, draft
from entrepot.claims.numbers import read_place, read_says
from entrepot.model.period import Period

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "cases" / "drafting"
SETS = ("development", "held-out")
SLOTS = (
    *("measure", "exporter", "importer", "goods", "period", "base", "says", "unit"),
    *("to", "area", "among", "attributed_to"),
)

Slots = dict[str, Any]


@dataclass
class Score:
    """Counts by slot: right, drafted, expected; `claims` counts those with every slot right."""

    right: Counter[str] = field(default_factory=Counter)
    drafted: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)

    def precision(self, slot: str) -> float:
        """Return the part of what was drafted that is right."""
        return self.right[slot] / self.drafted[slot] if self.drafted[slot] else float("nan")

    def recall(self, slot: str) -> float:
        """Return the part of what was expected that was drafted right."""
        return self.right[slot] / self.expected[slot] if self.expected[slot] else float("nan")


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a set."""
    return list(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def slots_of(claim: Drafted) -> Slots:
    """Return a drafted claim as slots."""
    keys, base = claim.keys, claim.keys.get("base")
    if claim.kind == "change":
        keys = next(iter(claim.keys["of"].values()))
    if claim.kind == "ratio":
        to = claim.keys["to"]
        keys = {**claim.keys["of"], "to": f"{to['exporter']} {to['importer']}"}
    says = read_place(claim.says) if claim.kind == "rank" else read_says(claim.says)
    return _in_order(
        {
            **keys,
            "measure": claim.kind,
            "base": base,
            "says": says.value,
            "unit": says.unit,
            "attributed_to": claim.attributed_to,
        }
    )


def expected_of(claim: dict[str, Any]) -> Slots:
    """Return an expected claim as slots."""
    return _in_order({**claim, "says": float(claim["says"])})


def _in_order(slots: Slots) -> Slots:
    """Give every slot a value; of two-way trade it does not matter who comes first."""
    found = {name: str(slots.get(name) or "") for name in SLOTS}
    for name in ("period", "base"):
        found[name] = found[name] and str(Period.parse(found[name]))
    found["goods"] = found["goods"] or "all"
    found["says"] = f"{float(slots['says']):.4g}"
    if slots.get("flow") == "both":
        found["exporter"], found["importer"] = sorted((found["exporter"], found["importer"]))
    return found


def score(case: dict[str, Any], total: Score) -> tuple[list[Slots], list[Slots]]:
    """Add one case to the counts; return what was drafted wrongly and what was missed."""
    article = article_of(case["text"], date=str(case["date"]))
    drafted = [slots_of(claim) for claim in draft(article).claims]
    expected = [expected_of(claim) for claim in case["claims"]]
    wrong, missed = [], list(expected)
    for one in drafted:
        like = [other for other in missed if other["says"] == one["says"]]
        best = max(like, key=lambda other: _alike(one, other), default=None)
        if best is not None:
            missed.remove(best)
        _count(one, best, total)
        if best is None or one != best:
            wrong.append(one)
    for one in expected:
        for slot in SLOTS:
            total.expected[slot] += bool(one[slot])
    total.expected["claims"] += len(expected)
    return wrong, missed


def _alike(one: Slots, other: Slots) -> int:
    return sum(one[slot] == other[slot] for slot in SLOTS)


def _count(one: Slots, best: Slots | None, total: Score) -> None:
    total.drafted["claims"] += 1
    total.right["claims"] += one == best
    for slot in SLOTS:
        total.drafted[slot] += bool(one[slot])
        total.right[slot] += bool(one[slot]) and best is not None and one[slot] == best[slot]


def scored(name: str, language: str = "") -> Score:
    """Return the counts over a set, or over one language of it."""
    total = Score()
    for case in cases(name):
        if not language or case["language"] == language:
            score(case, total)
    return total


def main() -> None:
    """Print the table."""
    import harness

    harness.arguments()
    print(f"{'set':<12} {'slot':<14} {'precision':>9} {'recall':>7} {'expected':>9}")
    for name in SETS:
        total = scored(name)
        for slot in (*SLOTS, "claims"):
            precision, recall = total.precision(slot), total.recall(slot)
            print(f"{name:<12} {slot:<14} {precision:9.3f} {recall:7.3f} {total.expected[slot]:9}")
        for language in ("en", "ru", "de", "zh"):
            part = scored(name, language)
            precision, recall = part.precision("claims"), part.recall("claims")
            count = part.expected["claims"]
            print(
                f"{name:<12} {'claims, ' + language:<14} {precision:9.3f} {recall:7.3f} {count:9}"
            )


if __name__ == "__main__":
    main()
