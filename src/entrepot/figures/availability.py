"""What the lake holds of one source for the periods that are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.figures.evidence import NoAnswer
from entrepot.goods.parse import written_codes
from entrepot.lake import spans
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled, bundled_codes, is_bundled
from entrepot.lake.merge import UNKNOWN
from entrepot.lake.state import NO_RELEASE, own_loaded
from entrepot.model.columns import COMPLETE
from entrepot.sources import bring_in, is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from datetime import date

    from entrepot.figures.definition import Side
    from entrepot.lake import InventoryItem, Lake
    from entrepot.model.period import Period

# Where several sources answer, the first gives the headline: reconciled before single reports,
# products before totals, everybody before one country.
RECONCILED = "reconciled"
PRINTED = ("computed", "published")
"""Figures that ship with the program: those of ours, and what others published."""
BEST_FIRST = (RECONCILED, "baci", "comtrade", "comext", "gacc", "imts")
_NAMES = {"A": "yearly", "F": "in fiscal years", "Q": "quarterly", "M": "monthly"}


@dataclass(frozen=True, slots=True)
class Availability:
    """Deliveries of one source that cover some periods.

    Attributes
    ----------
    source
        Id, with the release if one was asked for.
    snapshot, nomenclatures
        First digits of the hashes of the deliveries, joined; editions of the product codes.
    freq
        ``A``, ``F``, ``Q`` or ``M`` (see `Period.freq`): which rows to add up. A source can hold a
        year and its months.
    currency
        What values are counted in.
    is_partial
        Whether a delivery is an extract, so that totals are too small.
    has_reports
        Whether rows are single reports, so that a flow can be told by either side.
    few_products
        Whether a delivery has so few codes that they may not be all goods.
    has_totals
        Whether rows over all goods may stand beside rows by product: not where all rows are totals.
    bases
        What makes the partner, where rows say it: destination, origin, consignment.
    has_sums
        Whether reporters' own totals over partners or goods are loaded with them.
    reporters
        For each side the areas that tell it, with the first day of each period in which they do;
        None where the catalog does not say who tells.
    """

    source: str
    snapshot: str
    nomenclatures: tuple[str, ...]
    freq: str
    currency: str
    is_partial: bool
    has_reports: bool
    few_products: bool
    has_totals: bool = False
    bases: frozenset[str] = frozenset()
    has_sums: bool = False
    reporters: dict[Side, set[tuple[str, date]]] | None = field(default=None, repr=False)

    @property
    def traits(self) -> tuple[Hashable, ...]:
        """What decides which rows are read, beside source and time."""
        return (
            self.nomenclatures,
            self.has_reports,
            self.few_products,
            self.has_totals,
            self.has_sums,
            tuple(sorted(self.bases)),
        )

    @property
    def has_all_goods(self) -> bool:
        """Whether all goods may be told by a row of their own, beside rows by product."""
        return self.has_totals or self.has_sums

    def starts(self, span: Period) -> list[date]:
        """Return the first day of each year (fiscal or not), quarter or month of a span."""
        return [part.start for part in span.parts(self.freq)]

    def speakers(
        self, spans: Sequence[Period], *, always: bool = False
    ) -> dict[Side, frozenset[str]] | None:
        """Return who tells each side in all of some spans; None where the catalog does not say.

        A delivery of some goods can have nothing in a step; then a step of each span will do,
        unless steps are to make up longer ones (`always`), or who tells is late (`is_late`).
        """
        if self.reporters is None or not self.has_reports:
            return None
        steps = [self.starts(span) for span in spans]
        whole = steps
        if always or not self.few_products:
            steps = [[day] for days in steps for day in days]
        return {
            side: frozenset(
                who
                for who in {area for area, _ in reported}
                if all(any((who, day) in reported for day in days) for days in steps)
                and not any(is_late([(who, day) in reported for day in days]) for days in whole)
            )
            for side, reported in self.reporters.items()
        }

    @property
    def is_reconciled(self) -> bool:
        """Whether rows are what `entrepot reconcile` made of two reports, which they keep."""
        return split_address(self.source)[0] == RECONCILED

    @property
    def is_register(self) -> bool:
        """Whether rows are lines of customs declarations, each there once for every basis."""
        return is_register(self.source)

    @property
    def rhythm(self) -> str:
        """Return the frequency as a word: yearly, quarterly, monthly."""
        return _NAMES[self.freq]


def is_late(told: Sequence[bool]) -> bool:
    """Whether somebody told each of the first steps, and nothing in two or more at the end.

    Few goods can have no trade in a month. But after three months or more without a gap, two at the
    end are hardly chance: the reports are not there yet.

    Parameters
    ----------
    told
        Whether it told anything, for each step in the order of time.

    Examples
    --------
    >>> is_late([True] * 6 + [False] * 6), is_late([True, False, True] * 4)
    (True, False)
    """
    steps = list(told)
    first = steps.index(False) if False in steps else len(steps)
    return first >= 3 and len(steps) - first >= 2 and not any(steps[first:])


def not_loaded(needs: Sequence[tuple[str, str]], *, otherwise: str = "") -> NoEvidenceError:
    """Return the error that names all that a command needs and the lake lacks, at once.

    Parameters
    ----------
    needs
        What is lacking, in words of several ("distances"), with the command that loads it.
    otherwise
        What can be done without it.
    """
    words = [what for what, _ in needs]
    commands = " && ".join(dict.fromkeys(command for _, command in needs))
    return NoEvidenceError(
        f"{words[0]} are not loaded" + "".join(f", nor {one}" for one in words[1:]),
        why="all of it is needed" if len(words) > 1 else "",
        hint=commands + (f"; or {otherwise}" if otherwise else ""),
    )


def flow_sources(lake: Lake) -> list[str]:
    """Return the sources of which the lake holds flows, the preferred one first.

    Flows that ship with the program come after what a user loaded of a known source or said to be
    complete, and before other tables of one's own, of which nothing is known but their rows.
    """
    items = [item for item in lake.holdings() if item.table == "flows"]
    found = {item.source: None for item in items}
    whole = [item.source for item in items if any(one.rule == COMPLETE for one in item.findings)]
    # Tables of one's own in the order in which they were loaded; index takes the first place.
    order = [*BEST_FIRST, *whole, BUNDLED, *found]
    return sorted(found, key=order.index)


def of_lake(source: str) -> str:
    """Return a source with where it is, as a sentence names it.

    Examples
    --------
    >>> of_lake("baci"), of_lake("minerals")
    ("the lake's baci", 'the bundled minerals')
    """
    return f"the bundled {source}" if source == BUNDLED else f"the lake's {source}"


def bundled_for(lake: Lake, goods: str, source: str | None = None) -> bool:
    """Whether a question can be answered from the flows that ship with the program.

    It has to be about codes of which they hold all trade, or to name them as its source. Where the
    whole that they are an extract of is loaded, that answers.
    """
    if source is not None:
        return is_bundled(source)
    codes = written_codes(goods)
    if not codes or not codes <= bundled_codes():
        return False
    # One period is bundled; if there were more, this has to fail.
    [extract] = bundled().partitions
    return not any(
        item.source == "baci"
        and extract.period in item.current
        and not (item.is_partial or item.has_few_products)
        for item in lake.holdings()
    )


def latest_periods(lake: Lake, goods: str, source: str | None = None) -> list[tuple[str, str]]:
    """Return the last period that each source has, with all that it has, the preferred one first.

    Of bundled flows only where they answer for the goods. With `source`, of that one alone.
    """
    found = []
    for name in [source] if source else flow_sources(lake):
        # An unknown or absent source has nothing to propose; the question itself will say so.
        items = [one for one in lake.holdings() if one.source == split_address(name)[0]]
        periods = sorted({period for one in items for period in one.current})
        if periods:
            found.append((str(periods[-1]), f"{name} has {spans(periods)}"))
    if bundled_for(lake, goods, source):
        [extract] = bundled().partitions
        found.append((str(extract.period), "bundled"))
    return found


def availability_of(
    lake: Lake, source: str, periods: Sequence[Period]
) -> tuple[Availability, ...] | NoAnswer:
    """Return what is loaded of `source` for all of `periods`, or why that is not enough.

    Returns
    -------
    tuple of Availability
        One for each frequency in which all are loaded, the coarsest first: a year's rows may
        be of other areas and goods than those of its months.
    """
    # Once in a state of the lake: a brief asks some hundreds of times.
    key = ("available", source, tuple(periods))
    return lake.remembered.get(key, lambda: _available(lake, source, periods))


def _available(
    lake: Lake, source: str, periods: Sequence[Period]
) -> tuple[Availability, ...] | NoAnswer:
    name, vintage = split_address(source)
    every = [item for item in lake.holdings() if item.source == name]
    if not every:
        if also := own_loaded(name, [one.source for one in lake.holdings()]):
            return NoAnswer(f"{name} is not loaded; {also}")
        return NoAnswer(f"{name} is not loaded. Load it with: {bring_in(name)}")
    if every[0].table not in ("flows", "shipments"):
        return NoAnswer(f"{name} holds {every[0].table}, not flows of goods")
    # A named vintage counts for all its periods, superseded or not.
    counting = [
        (item, item.current if vintage is None else item.periods)
        for item in every
        if vintage in (None, item.vintage)
    ]
    if not counting:
        releases = sorted({item.vintage for item in every})
        if releases == [UNKNOWN]:
            return NoAnswer(f"{source} is not loaded: {NO_RELEASE}")
        return NoAnswer(f"{source} is not loaded; loaded vintages: {', '.join(releases)}")
    freqs = _freqs(periods, {one for _, there in counting for one in there})
    if not freqs:
        return _uncovered(name, periods, [there for _, there in counting])
    found = [_in_one_freq(freq, source, periods, counting) for freq in freqs]
    return tuple(one for one in found if isinstance(one, Availability)) or next(
        one for one in found if isinstance(one, NoAnswer)
    )


def _freqs(periods: Sequence[Period], there: set[Period]) -> list[str]:
    """Return the frequencies in which everything asked for is loaded, the coarsest first."""
    parts = {freq: [period.parts(freq) for period in periods] for freq in _NAMES}
    return [
        freq
        for freq, spans_ in parts.items()
        if all(spans_) and all(set(part) <= there for part in spans_)
    ]


def _in_one_freq(
    freq: str,
    source: str,
    periods: Sequence[Period],
    counting: Sequence[tuple[InventoryItem, Sequence[Period]]],
) -> Availability | NoAnswer:
    """Return what the deliveries with rows of one frequency have together."""
    name, vintage = split_address(source)
    wanted = {part for period in periods for part in period.parts(freq)}
    used = [item for item, there in counting if not wanted.isdisjoint(there)]
    currencies = sorted({item.currency for item in used})
    if len(currencies) > 1:
        return NoAnswer(
            f"{name} is loaded in {' and '.join(currencies)} for this period; remove "
            "one, or ask for a period in one currency"
        )
    return Availability(
        source=name if vintage is None else f"{name}@{vintage}",
        snapshot="+".join(item.snapshot for item in used),
        nomenclatures=tuple(sorted({one for item in used for one in _editions(item, wanted)})),
        freq=freq,
        currency=currencies[0],
        is_partial=any(item.is_partial for item in used),
        has_reports=any(item.reporters for item in used),
        few_products=any(item.has_few_products for item in used),
        # Rows that are all totals replace nothing.
        has_totals=0 < sum(item.totals for item in used) < sum(item.rows for item in used),
        bases=frozenset(name for item in used for name in item.bases),
        has_sums=any(item.has_sums for item in used),
        reporters=_reporters(used, wanted),
    )


def _editions(item: InventoryItem, wanted: set[Period]) -> Iterable[str]:
    """Return the editions of a delivery; of a register, whose files have years of both, by time."""
    if item.table != "shipments":
        return item.nomenclature.split("+")
    return (one for period, names in item.editions if period in wanted for one in names)


def _reporters(
    used: Sequence[InventoryItem], wanted: set[Period]
) -> dict[Side, set[tuple[str, date]]] | None:
    """Return who tells which side in which period, by the catalog."""
    found: dict[Side, set[tuple[str, date]]] = {"importer": set(), "exporter": set()}
    for item in used:
        for period, slices in item.slices:
            if period not in wanted:
                continue
            for name in slices:
                seller, arrow, buyer = name.partition(">")
                # A slice is ">DEU" (Germany's imports), "DEU>" (its exports), or all of a source
                # without reporters, such as BACI.
                if not arrow:
                    return None
                found["exporter" if seller else "importer"].add((seller or buyer, period.start))
    return found


def _uncovered(
    source: str, periods: Sequence[Period], counting: Iterable[Sequence[Period]]
) -> NoAnswer:
    """Say what is loaded and what is not."""
    there = sorted({period for spans_ in counting for period in spans_}, key=_by_length)
    freqs = list(dict.fromkeys(period.freq for period in there))
    for period in periods:
        if not any(period.parts(freq) for freq in freqs):
            rhythm = " and ".join(_NAMES[freq] for freq in freqs)
            text = f"{source} is {rhythm} here; {period} is not made of such periods"
            if fiscal := [one for one in there if one.freq == "F"]:
                near = min(fiscal, key=lambda one: abs(one.start - period.start))
                text += f" ({spans(fiscal)} are there); ask --period {near!s}"
            return NoAnswer(text, "time", f"{rhythm}: {spans(there)}")
    # Not empty: the loop above returned where a period is of no such steps.
    fits = [freq for freq in freqs if all(period.parts(freq) for period in periods)]
    wanted = {part for period in periods for part in period.parts(fits[0])}
    absent, partly = spans(sorted(wanted - set(there))), spans(sorted(wanted & set(there)))
    loaded_here = spans(there)
    how = "bundled" if source == BUNDLED else "loaded"
    text = f"{source} is {how} for {loaded_here}, not for {absent}"
    if not partly or len(periods) > 1:
        return NoAnswer(text, "time", loaded_here)
    return NoAnswer(text, "time", loaded_here, part=partly.split(", ")[0])


def _by_length(period: Period) -> tuple[int, Period]:
    return -period.months, period
