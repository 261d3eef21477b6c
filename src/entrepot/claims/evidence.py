"""What others say about the quantity of a claim: printed, or derived from printed levels."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from entrepot.claims.build import HOME
from entrepot.claims.document import Source
from entrepot.claims.kinds import definition_of, in_print
from entrepot.claims.known import MIXED_SLACK
from entrepot.claims.quantity import DIMENSIONLESS, SHARES, Quantity
from entrepot.model.display import figure_value
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.known import Facts, Known
    from entrepot.claims.statements import Statement

__all__ = ["Comparison", "compared", "evidence", "from_text", "in_print_beside"]

Outcome = Literal["supports", "allows", "contradicts"]
COARSE = 3.0
"""Evidence that leaves open this many times what the claim does cannot support it."""
# Words that many names share, by their first four letters: institute, economic, policy ...
_GENERIC = frozenset(
    ("inst", "econ", "poli", "cent", "rese", "univ", "inte", "trad", "labo", "stud", "foun", "repo")
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of evidence beside a claim.

    Attributes
    ----------
    value, unit
        The number, in data units.
    exact, loose
        What it leaves open by its digits (None if one-sided), and by its words.
    outcome
        ``supports`` (meets the claim to the digits), ``allows`` (too coarse or too vague to say),
        ``contradicts``.
    own
        Whether it is the number of the very source that the claim quotes.
    how
        Empty if printed as such, else how it follows.
    other_definition
        What is different from the definition of the claim, in words; empty if nothing is known to
        be.
    statements
        The published rows behind it; empty for data of the lake.
    source, url
        Where it stands.
    """

    value: float
    unit: str
    exact: Interval | None
    loose: Interval
    outcome: Outcome
    own: bool
    how: str
    other_definition: str
    statements: tuple[Statement, ...]
    source: str
    url: str

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose numbers it rests on."""
        return tuple(dict.fromkeys(statement.row.origin for statement in self.statements))

    @property
    def confidence(self) -> int:
        """0 for high, 1 for medium, as the least certain of the statements."""
        order = ("high", "medium", "low")
        return max((order.index(s.row.confidence) for s in self.statements), default=1)

    @property
    def coarseness(self) -> float:
        """How wide it is beside its size."""
        size = abs(self.value) if self.unit != "percent" else 100 + self.value
        return (self.exact or self.loose).width / size if size else math.inf

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "url": self.url,
            "outcome": self.outcome,
            "own_source": self.own,
            "how": self.how,
            "other_definition": self.other_definition,
            "rows": [statement.row.id for statement in self.statements],
        }


def evidence(claim: Claim, source: Source, facts: Facts) -> tuple[Comparison, ...]:
    """Return what the statements say about a claim's quantity, the most telling first.

    Copies of one release count once. Only like is compared with like: same period, same currency
    where it matters, and the books of one country for both parts of a share or change. Numbers of
    low confidence (spot conversions, slips) are none.
    """
    found = [*_printed(claim, source, facts), *_derived(claim, source, facts)]
    order = {"supports": 0, "contradicts": 1, "allows": 2}
    return tuple(
        sorted(
            found,
            key=lambda item: (
                bool(item.other_definition),
                item.own,
                item.confidence,
                bool(item.how),
                order[item.outcome],
                item.coarseness,
            ),
        )
    )


def from_text(claim: Claim, claims: Iterable[Claim], facts: Facts) -> Iterator[Comparison]:
    """Yield what the text itself has in another currency, at the rate of customs for the period.

    It cannot support a claim, being of the same text; but a claim that no such rate leads to was
    not converted at one.
    """
    quantity = claim.quantity
    if quantity.measure != "value" or quantity.unit not in ("USD", *HOME):
        return
    for other in claims:
        same = other.quantity.mapped(currency=quantity.unit)
        period = next(other.quantity.levels()).period if other.quantity.of else None
        if other.quantity.unit == quantity.unit or same.key() != quantity.key() or period is None:
            continue
        rates = [facts.rate(unit, period) for unit in (quantity.unit, other.quantity.unit)]
        if rates[0] is None or rates[1] is None or not math.isfinite(other.interval.width):
            continue
        value = other.interval * rates[0] / rates[1]
        outcome = compared(claim.interval, value, value)
        yield Comparison(
            value=value.middle,
            unit=quantity.unit,
            exact=value,
            loose=value,
            outcome="contradicts" if outcome == "contradicts" else "allows",
            own=False,
            how=f"{other.says.text} of the same text at the rate customs used for {period}",
            other_definition="",
            statements=(),
            source="the text itself",
            url="",
        )


def in_print_beside(claim: Claim, facts: Facts) -> tuple[Comparison, ...]:
    """Return what is in print for goods of the kind a claim only names: context, no evidence."""
    found = in_print(claim.quantity, facts.statements) if claim.quantity.of else None
    return tuple(
        replace(
            _comparison(claim, Source(""), (statement,), statement.exact, statement.loose),
            outcome="allows",
            other_definition=definition_of(statement),
        )
        for statement in (found.statements if found else ())
    )


def compared(claim: Interval, exact: Interval | None, loose: Interval) -> Outcome:
    """Return what evidence that leaves `exact` or `loose` open says about a claim.

    Examples
    --------
    >>> compared(Interval(26.5, 27.5), Interval(29.5, 30.5), Interval(27, 33))
    'allows'
    """
    if exact is None:
        same_side = math.isinf(claim.width) and claim.meets(loose)
        wider = claim.low <= loose.low if math.isinf(loose.high) else claim.high >= loose.high
        if same_side and wider:
            return "supports"
    elif _overlap(claim, exact):
        return "supports" if exact.width <= COARSE * claim.width else "allows"
    return "allows" if _overlap(claim, loose) else "contradicts"


def is_own(names: str, statement: Statement) -> bool:
    """Whether the number is that of the source named, to whichever detail either is named."""
    if not names:
        return False
    row = statement.row
    if re.search(rf"\b{re.escape(row.origin)}\b", names, re.IGNORECASE):
        return True
    named, held = _stems(names), _stems(row.origin_words)
    return bool(named and held) and (named <= held or held <= named)


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"\w{3,}", text.lower())
    stems = frozenset(word[:4] for word in words if word not in ("the", "and"))
    return stems - _GENERIC or stems


def _overlap(one: Interval, other: Interval) -> bool:
    """Whether two intervals share more than an end: 27.5 is printed 28, not 27."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    narrower = min(one.width, other.width)
    if narrower == 0 or math.isinf(narrower):
        return low <= high
    return high - low > 1e-6 * narrower


def _printed(claim: Claim, source: Source, facts: Facts) -> Iterator[Comparison]:
    best: dict[tuple[str, str], Statement] = {}
    for statement in facts.statements.about(claim.quantity):
        if not statement.counts:
            continue
        voice = (statement.row.origin, statement.books)
        held = best.get(voice)
        if held is None or _rank(statement) < _rank(held):
            best[voice] = statement
    for statement in best.values():
        yield _comparison(
            claim,
            source,
            (statement,),
            statement.exact,
            statement.loose,
            other=_other_books(claim, statement.books),
        )


def _rank(statement: Statement) -> tuple[bool, bool, float]:
    exact = statement.exact
    width = exact.width if exact else math.inf
    return exact is None, statement.row.confidence != "high", width


def _other_books(claim: Claim, books: str) -> str:
    meant = next(claim.quantity.levels()).books
    if not books or books == meant:
        return ""
    return f"in the books of {books}, not of {meant}"


def _derived(claim: Claim, source: Source, facts: Facts) -> Iterator[Comparison]:
    quantity = claim.quantity
    if quantity.less is not None or not quantity.is_linear:
        return
    printed = {statement.row.id for statement in facts.statements.about(quantity)}
    found = _quotients(quantity, facts) if quantity.to else _sums(quantity, facts)
    seen: set[frozenset[tuple[object, ...]]] = set()
    for value, used in found:
        rows = {s.row.id: s for known in used for s in known.statements}
        voice = frozenset((known.origins, known.books) for known in used)
        if voice in seen or printed & set(rows):  # no number is evidence for itself
            continue
        seen.add(voice)
        reach = MIXED_SLACK if len({row.row.origin for row in rows.values()}) > 1 else 0.0
        how = used[0].how if len(used) == 1 else _division(used)
        yield _comparison(
            claim,
            source,
            tuple(rows.values()),
            value,
            _widened(quantity, value, reach),
            how=how,
            other=_other_system(claim, used),
        )


def _widened(quantity: Quantity, value: Interval, part: float) -> Interval:
    """Return an interval with its ends moved out by a part; a growth as the factor it is."""
    raw = quantity.quotient(value)
    ends = (raw.low - part * abs(raw.low), raw.high + part * abs(raw.high))
    return quantity.stated(Interval(*ends))


def _division(used: list[Known]) -> str:
    """Return the division as a reader can redo it: "103.3 bn USD / 3.77 tn USD"."""
    return " / ".join(
        figure_value(known.interval.middle, known.terms[0][0].currency, 4) for known in used
    )


def _sums(quantity: Quantity, facts: Facts) -> Iterator[tuple[Interval, list[Known]]]:
    one = len(quantity.of) == 1
    held = facts.in_currency(quantity.of[0][0]) if one else facts.totals(quantity.of)
    yield from ((known.interval, [known]) for known in held if known.how)


def _quotients(quantity: Quantity, facts: Facts) -> Iterator[tuple[Interval, list[Known]]]:
    """Yield it from what is known of its parts: one set of books, for shares also one a side."""
    currencies = [next(quantity.levels()).currency]
    if quantity.measure in DIMENSIONLESS:
        currencies = ["USD", *HOME]
    for currency in currencies:
        same = quantity.mapped(currency=currency)
        pairs = [
            (top, bottom)
            for top in facts.totals(same.of)
            for bottom in facts.totals(same.to)
            if _one_system(top, bottom, mixed=quantity.measure in SHARES)
        ]
        pairs.sort(key=lambda pair: len(pair[0].origins | pair[1].origins))
        least: dict[tuple[str, str], int] = {}
        for top, bottom in pairs:
            origins = len(top.origins | bottom.origins)
            if origins == least.setdefault((top.books, bottom.books), origins):
                yield quantity.stated(top.interval / bottom.interval), [top, bottom]


def _one_system(top: Known, bottom: Known, *, mixed: bool) -> bool:
    if not top.books or not bottom.books or bottom.interval.low <= 0:
        return False
    return mixed or top.books == bottom.books


def _other_system(claim: Claim, used: list[Known]) -> str:
    books = list(dict.fromkeys(known.books for known in used))
    if len(books) > 1:
        return f"{books[0]}'s books over a total in {books[1]}'s"
    return _other_books(claim, books[0])


def _comparison(
    claim: Claim,
    source: Source,
    statements: tuple[Statement, ...],
    exact: Interval | None,
    loose: Interval,
    *,
    how: str = "",
    other: str = "",
) -> Comparison:
    first = statements[0].row
    names = claim.attributed_to or source.publisher
    middle = exact or loose
    value = first.value if not how and first.value is not None else None
    if value is None:
        value = middle.middle if math.isfinite(middle.width) else max(middle.low, 0.0)
    origins = dict.fromkeys(statement.row.origin_words for statement in statements)
    printed = "" if how else f", in {first.publisher}"
    return Comparison(
        value=value,
        unit=claim.quantity.unit,
        exact=exact,
        loose=loose,
        outcome=compared(claim.interval, exact, loose),
        own=any(is_own(names, statement) for statement in statements),
        how=how,
        other_definition=other,
        statements=statements,
        source=f"{'; '.join(origins)}{printed}",
        url=first.url,
    )

