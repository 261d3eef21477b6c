"""Verdicts in one sentence each, for readers."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from entrepot.claims.comparison import COARSE, TEXT_ITSELF
from entrepot.claims.loaded_evidence import how_of, source_of
from entrepot.claims.numbers import CURRENCIES
from entrepot.claims.quantity import SHARES
from entrepot.claims.quantity_text import claimed, flow, period_of, span, stated, subject, who
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD
from entrepot.model.display import MINUS, joined, number, range_text
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from entrepot.claims.comparison import Comparison, EvidenceVerdict
    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Level, Quantity
    from entrepot.claims.statements import ReferenceLevels, Statement, Statements

READ_ONCE = "It does not fit, but may have been misread: compare the claim with the sentence."
"""What is said of a number that may be wrong, or wrongly read."""
UNDECIDED = "published figures do not decide it"
"""Begins what is said where evidence leaves a claim open."""


def reason(
    claim: Claim, standing: EvidenceVerdict, found: Sequence[Comparison], facts: ReferenceLevels
) -> str:
    """Return why a claim stands where it does, by evidence alone."""
    best = standing.best
    if best is None:
        return what_would_test(claim, facts)
    match standing.why:
        case "agrees" | "disagrees" | "alone":
            return f"{_says(best)}{_rounded(claim, best)}."
        case "agrees-otherwise":
            return f"{_says(best)}, {best.other_definition}."
        case "misquoted":
            return f"the quoted source has {_instead(best)}{_others(found)}."
        case "as-quoted":
            untested = _others(found) or "; no other published figure tests it"
            return f"only the quoted source has it: {_who(best)}{_rounded(claim, best)}{untested}."
        case "between":
            ends = sorted((item for item in found if not item.own), key=lambda item: item.value)
            return (
                f"between the published {number_of(ends[0])} and {number_of(ends[-1])}, which use "
                "different denominators; the denominator is not stated."
            )
        case "other-series":
            return f"other series differ, which does not contradict this one: {_says(best)}."
        case "otherwise-only":
            return (
                f"published only under another definition: {_says(best)}, {best.other_definition}."
            )
    return _undecided(best)


def _instead(best: Comparison) -> str:
    """Return what a quoted source has instead: printed by it, or given by what it printed."""
    if best.how:
        return f"other figures: {_says(best)}"
    return f"{number_of(best)}, published by {_printer(best)}"


def _undecided(best: Comparison) -> str:
    if best.source == TEXT_ITSELF:
        return (
            f"no other source has it: {number_of(best)} is the text's own number from another of "
            f"its claims, {best.how}, and tests neither of the two."
        )
    return f"{UNDECIDED}: {_says(best)}."


def _rounded(claim: Claim, best: Comparison) -> str:
    """Return that a number agrees to fewer digits than it has, if so; else nothing."""
    if best.outcome != "supports" or best.exact is None or not best.statements:
        return ""
    if best.exact.width <= COARSE * claim.interval.width:
        return ""
    return ", which agrees to the published digits"


def conflicting(claim: Claim, conflict: Collection[str], claims: Mapping[str, Claim]) -> str:
    """Return with which other claims a claim cannot stand."""
    others = [claims[name] for name in sorted(conflict) if name != claim.id]
    words = [f"{subject(other)} ({claimed(other)})" for other in others]
    return f"contradicts {joined(words)}"


def left(
    claim: Claim, bounds: Interval | None, conflict: Collection[str], claims: Mapping[str, Claim]
) -> str:
    """Return what levels in print, rates of exchange and other claims leave for a claim."""
    others = [claims[name] for name in sorted(conflict) if name != claim.id]
    words = [f"{subject(other)} ({claimed(other)})" for other in others]
    what = joined(["published levels and rates", *words])
    if bounds is None or bounds.meets(claim.interval):
        return f"{what} rule it out"
    return f"{what} imply {span(bounds, claim.quantity.unit)}, not {claimed(claim)}"


def number_of(item: Comparison) -> str:
    """Return the number of a piece of evidence, as printed where it was."""
    is_printed = item.statements and not item.how and not item.statements[0].is_own_result
    printed = item.statements[0].row.printed if is_printed else ""
    if not printed or re.search(r"\d{7}", printed):  # a bare number of units is hard to read
        return stated(item.value, item.unit)
    return printed.replace("-", MINUS).replace(" %", "\u00a0%")


def numbers_between(items: Sequence[Comparison]) -> str:
    """Return the least and the greatest number of some evidence, or the one number there is."""
    ordered = sorted(items, key=lambda item: item.value)
    # A stride that picks the least and the greatest, or the only one.
    ends = [number_of(item) for item in ordered[:: max(1, len(ordered) - 1)]]
    printed = [text.replace("\N{NO-BREAK SPACE}", " ") for text in ends]
    # "50 %" and "half" are one number: then the one in digits is shown.
    if printed[0] == printed[-1] or ordered[0].value == ordered[-1].value:
        ends = sorted(ends, key=lambda text: not any(map(str.isdigit, text)))[:1]
    # What was computed has a sign and what was printed may have none: a range has both or neither.
    if not all(text.startswith(("+", MINUS)) for text in ends):
        ends = [text.removeprefix("+") for text in ends]
    return " to ".join(ends)


def what_would_test(claim: Claim, facts: ReferenceLevels) -> str:
    """Return what evidence a claim lacks, and what is known instead."""
    quantity = claim.quantity
    if not quantity.of:
        lacks = f"no loaded or bundled tables answer {quantity.measure}"
        if quantity.measure == "asymmetry":
            lacks = f"{lacks}, and no publisher gives both of the shares it is made of"
        return f"{lacks}; evidence needed: trade by supplier."
    level = next(quantity.levels())
    if level.goods.startswith(NAMED):
        return _named(claim, facts)
    unknown = [
        one
        for one in dict.fromkeys(quantity.levels())
        if not any(known.reporter in ("", one.reporter) for known in facts.known(one))
    ]
    # Two ways that are added are one trade; to take one from the other needs each.
    sides = [terms for terms in (quantity.of, quantity.to) if all(w > 0 for _, w in terms)]
    # Flow by flow, the terms to name instead: "trade between" rather than "from" and "to".
    both = {
        one: terms
        for terms in sides
        for one, _ in terms
        if all(two in unknown and two.turned() in unknown for two, _ in terms)
    }
    wanted = dict.fromkeys(both.get(one, ((one, 1.0),)) for one in unknown)
    missing = [f"{flow(terms)} in {terms[0][0].period}" for terms in wanted]
    what = joined(missing[:3]) if missing else f"{flow(quantity.of)}, {period_of(quantity)}"
    lacks = "no data available"
    money = quantity.unit
    if quantity.measure == "rank" and not unknown:
        others = "suppliers" if any(one.exporter == WORLD for one, _ in quantity.to) else "buyers"
        lacks = f"a rank compares all {others}, of which too few are published"
        what = f"{what}, and those of the other {others}"
    # Refused or guessed at, it would be compared at an assumed rate.
    elif dollars := _in_dollars(quantity, facts):
        lacks = f"no data {_counted_in(level)}; {dollars}"
        what = f"{what}, {_counted_in(level)}"
    elif money in CURRENCIES and facts.rate(money, level.period) is None:
        lacks = f"no data in {money}, and no exchange rate for it is bundled or loaded"
    return f"{lacks}; evidence needed: {what}{_year_before(claim, facts)}."


def _counted_in(level: Level) -> str:
    return "by weight" if level.kind == "mass" else f"in {level.currency}"


def _in_dollars(quantity: Quantity, facts: ReferenceLevels) -> str:
    """Return what is known in dollars of an amount in other money or by weight; empty if nothing.

    At which rate a text converts is not known, so this neither supports nor refutes it.
    """
    level = next(quantity.levels())
    if level.currency == "USD" and level.kind != "mass":
        return ""
    changes = {"currency": "USD", "kind": "value", "series": None}
    terms = tuple((one.but(**changes), weight) for one, weight in quantity.of)
    for known in facts.totals(terms) if quantity.measure in ("value", "growth") else ():
        if quantity.measure == "growth":
            return "it is known in dollars, in which growth differs"
        names = joined(
            list(dict.fromkeys(_short(one.row.origin_words) for one in known.statements))
        )
        return f"in dollars {names} has {stated(known.interval.middle, 'USD')}"
    return ""


def _named(claim: Claim, facts: ReferenceLevels) -> str:
    words = next(claim.quantity.levels()).goods.removeprefix(NAMED)
    several = f"“{words}” may mean several codes of customs, and the numbers of these differ"
    found = in_print(claim.quantity, facts.statements)
    if found is None:
        return (
            f"{several}; no published figure covers such goods. "
            "Write the customs code that is meant as goods to compare it with data."
        )
    # As printed: nobody prints 45.0 and 90.0 %.
    ends = range_text(found.interval.low, found.interval.high, "share", 2)
    if claim.quantity.less:
        points = number(found.interval.width * 100, 2)
        return (
            f"{several}. For {found.year} alone, published "
            f"figures for {found.kind} range over {ends}: {points} points between definitions. "
            "Two figures give a change only if they share one list, one basis and the same "
            "reporters."
        )
    return (
        f"{several}. For {found.year} alone, published "
        f"figures for {found.kind} are {ends}, depending on the definition. Evidence needed: "
        "figures of one list, one basis and the same reporters."
    )


def _year_before(claim: Claim, facts: ReferenceLevels) -> str:
    """Return what the same quantity was a year earlier, if that follows from what is known."""
    older = claim.quantity.shifted(-1)
    if not older.is_linear or not older.to:
        return ""
    values = [
        top.interval / bottom.interval
        for top in facts.totals(older.of)
        for bottom in facts.totals(older.to)
        if top.reporter == bottom.reporter == next(older.levels()).reporter
        and bottom.interval.low > 0
    ]
    if not values:
        return ""
    narrowest = older.stated(min(values, key=lambda value: value.width))
    return f"; for {period_of(older)} it was {span(narrowest, older.unit)}"


def _says(item: Comparison) -> str:
    if not item.how:
        who, printer = _who(item), _printer(item)
        by = "" if printer in who else f", published by {printer}"
        return f"{who} has {number_of(item)}{by}"
    if not item.statements:
        return f"{source_of(item)}: {number_of(item)} ({how_of(item)})"
    shares = all(statement.quantity.measure in SHARES for statement in item.statements)
    printed = "shares" if shares else "levels"
    return f"{printed} published by {_who(item)} give {number_of(item)} ({item.how})"


def _who(item: Comparison) -> str:
    names = dict.fromkeys(_short(statement.row.origin_words) for statement in item.statements)
    return joined(list(names)) if names else item.source


def _short(words: str) -> str:
    # "GACC via Reuters": the origin without the way it came.
    return re.sub(r" via .*$|, quoted by .*$", "", words)


def _printer(item: Comparison) -> str:
    return item.statements[0].row.publisher if item.statements else item.source


def _others(found: Sequence[Comparison]) -> str:
    """Return what others than the quoted source have."""
    others = [item for item in found if not item.own]
    if not others:
        return ""
    of_totals = ", of totals they do not state" if others[0].unit == "share" else ""
    return f"; others have {numbers_between(others)}{of_totals}"


# Goods that are named in words only: what is in print about goods of that kind.


# Goods singled out by maker or route as well: a part of a list, not the list.
_PARTS = ("western", "via ", "through", "plants", "companies")


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """What is in print about goods of a kind for the year with the most definitions.

    Attributes
    ----------
    kind
        E.g. ``"controlled goods"``.
    year
        The year.
    interval
        From the least to the greatest, in data units.
    statements
        One of each origin and definition, least first.
    """

    kind: str
    year: int
    interval: Interval
    statements: tuple[Statement, ...]


def in_print(quantity: Quantity, statements: Statements) -> PublishedRange | None:
    """Return what is in print for goods of the same kind; None if nothing is.

    Parameters
    ----------
    quantity
        A share, or the change of one, of goods that are named in words.
    statements
        Where to look.
    """
    kind = _kind(next(quantity.levels()).goods)
    if kind is None:
        return None
    by_year: defaultdict[int, list[Statement]] = defaultdict(list)
    for statement in statements.all:
        level = next(statement.quantity.levels())
        one_year = level.period.start.year == level.period.end.year
        if one_year and not statement.is_own_result and _like(quantity, statement, kind):
            by_year[level.period.year].append(statement)
    if not by_year:
        return None
    definitions = Counter(
        {year: len(set(map(_definition_key, standing))) for year, standing in by_year.items()}
    )
    year = max(definitions, key=lambda one: (definitions[one], one))
    # Reversed, so that the first print of each definition wins.
    distinct = {_definition_key(statement): statement for statement in reversed(by_year[year])}
    standing = sorted(distinct.values(), key=_middle)
    low, high = _middle(standing[0]), _middle(standing[-1])
    return PublishedRange(kind, year, Interval(low, high), tuple(standing))


@cache
def _words() -> dict[str, tuple[str, ...]]:
    text = files("entrepot.claims").joinpath("kinds.csv").read_text(encoding="utf-8")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        found[row["kind"]].append(row["word"])
    return {kind: tuple(words) for kind, words in found.items()}


def _kind(goods: str) -> str | None:
    text = goods.removeprefix(NAMED).lower()
    return next((kind for kind, words in _words().items() if any(w in text for w in words)), None)


def _like(quantity: Quantity, statement: Statement, kind: str) -> bool:
    share = quantity.less or quantity  # a change is a change of a share
    if statement.quantity.measure != share.measure or not statement.counts:
        return False
    if statement.exact is None:
        return False
    wanted, flows = _sides(quantity), _sides(statement.quantity)
    same = wanted[0] <= flows[0] and wanted[1] <= flows[1]
    standing = next(statement.quantity.levels())
    words = statement.row.goods_words.lower()
    is_part = standing.goods.startswith(NAMED) and any(part in words for part in _PARTS)
    goods = standing.goods if not standing.goods.startswith(NAMED) else words
    return same and not is_part and _kind(goods) == kind


def _sides(quantity: Quantity) -> tuple[frozenset[str], frozenset[str]]:
    """Return the exporters and importers of the part."""
    return (
        frozenset(level.exporter for level, _ in quantity.of),
        frozenset(level.importer for level, _ in quantity.of),
    )


def _definition_key(statement: Statement) -> tuple[object, ...]:
    basis = next(statement.quantity.levels()).basis
    return (statement.row.origin, *_sides(statement.quantity), basis, _middle(statement))


def _middle(statement: Statement) -> float:
    value = statement.row.value
    return statement.loose.middle if value is None else value


def definition_of(statement: Statement) -> str:
    """Return year, goods and basis of a statement in words."""
    row = statement.row
    basis = {"producer_hq": "producer's headquarters"}.get(row.basis, row.basis)
    parts = [str(row.period), row.goods_words or row.goods, *([f"by {basis}"] if basis else [])]
    if "+" in row.exporter:
        parts.append(f"from {who(row.exporter)}")
    return ", ".join(parts)
