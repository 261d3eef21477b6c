"""What a reader of a table has to know of what was read: findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from entrepot.model.area_names import is_rest
from entrepot.model.columns import Finding, Level
from entrepot.sources.table.fields import BETWEEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.sources.table.check import Looked
    from entrepot.sources.table.plan import Plan

    Kind = dict[str, Any]

__all__ = ["noticed"]

_REASONS = {
    "area-total": "Totals over several areas (the world, the European Union) do not count as "
    "trade of two areas; they are kept as totals.",
    "other-level": "Product codes of another level than the mapping wants do not count as lines; "
    "they are kept as totals.",
    "left-out": "Rows with cells that the mapping leaves out were left out.",
    "part-of-flow": "Re-exports and re-imports were left out: the mapping says that they are "
    "part of the exports and imports.",
}
_LOST = (
    ("mass_kg", "zero-mass", "A mass of zero with a value is treated as missing."),
    (
        "quantity",
        "unknown-quantity",
        "A quantity of zero or without a unit is not known, and was left empty.",
    ),
)
_SEVERAL: tuple[tuple[str, str, Level, str], ...] = (
    (
        "partner_basis",
        "several-bases",
        "warning",
        "Imports are reported on several bases (origin, consignment): never add the two.",
    ),
    (
        "freq",
        "several-lengths",
        "note",
        "Periods of several lengths stand in one file; each length is kept on its own.",
    ),
)
_RESTS = (
    "The mapping leaves out trade with others in a region. That is no total: shares are of less "
    "than all trade. Map each: own: {NAME: XNES}, or XAFRICA, XASIA, XEUROPE, XLATAM."
)
_LONGEST = 40


def noticed(plan: Plan, label: str, looked: Looked, kinds: Sequence[Kind]) -> Iterator[Finding]:
    """Yield the findings of one file.

    Parameters
    ----------
    kinds
        Kinds of rows, with how many there are of each.
    """
    yield from _not_read(plan, label, looked)
    yield from _left_out(label, kinds)
    if not plan.has_value:
        text = "The mapping has no column of values: masses and quantities alone were read."
        yield Finding("no-money", "warning", label, looked.facts, "role: value", text)
    kept = [kind for kind in kinds if kind["why"] is None]
    for name, rule, text in _LOST:
        if count := sum(kind[f"lost_{name}"] for kind in kept):
            yield Finding(rule, "note", label, count, "0", text)
    for name, rule, level, text in _SEVERAL:
        told = {
            str(kind[name]) for kind in kept if name == "freq" or kind["reported_by"] == "importer"
        }
        if len(told) > 1:
            shown = ", ".join(sorted(told))
            yield Finding(rule, level, label, len(told), shown, text)


def _not_read(plan: Plan, label: str, looked: Looked) -> Iterator[Finding]:
    if looked.others:
        chosen = "; ".join(f"{n}: {', '.join(texts)}" for n, texts in plan.mapping.select.items())
        text = f"Rows that the mapping does not select ({chosen}) were left out."
        yield Finding("not-selected", "note", label, looked.others, chosen, text)
    if looked.empty:
        text = "Places of values without a number were left out; they are missing, not zero."
        shown = ", ".join(["an empty cell", *map(repr, plan.mapping.missing)])
        yield Finding("no-value", "note", label, looked.empty, shown, text)


def _left_out(label: str, kinds: Sequence[Kind]) -> Iterator[Finding]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for kind in kinds:
        if kind["why"] is not None:
            rule, _, text = str(kind["why"]).partition(": ")
            found[rule][_short(text.replace(BETWEEN, " "))] += kind["count"]
    for rule, texts in sorted(found.items()):
        example = ", ".join(f"{text} ({n:,})" for text, n in sorted(texts.items())[:5])
        yield Finding(rule, "note", label, texts.total(), example, _REASONS[rule])
        if rule == "left-out" and (rests := [text for text in sorted(texts) if is_rest(text)]):
            count = sum(texts[text] for text in rests)
            yield Finding("rests-left-out", "warning", label, count, ", ".join(rests[:5]), _RESTS)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
