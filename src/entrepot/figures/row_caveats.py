"""Rows made of two reports: what cannot be asked of them, and what only one side reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot import measures
from entrepot.figures.caveats import caveat
from entrepot.figures.citation import source_name
from entrepot.figures.definition import SIDES, other_side
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.made_from import outdated
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REST
from entrepot.figures.rows import APART
from entrepot.figures.run_measure import measure, rows_of
from entrepot.figures.sides import members_of, totals
from entrepot.lake import fetch, spans
from entrepot.lake.merge import UNKNOWN
from entrepot.measures.prices.contrasts import two_periods
from entrepot.model.areas import area_name, stopped_in
from entrepot.model.display import figure_value, first_of, joined
from entrepot.model.period import Period
from entrepot.sources import is_own, source_info, split_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.figure import Figure
    from entrepot.figures.rows import Frame, Goods, SourceRows

_REPORTED = {
    "both": "by both",
    "exporter": "by the exporter alone",
    "importer": "by the importer alone",
}


def one_sided_share(cells: SourceRows, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield how much of the trade, and of its total, one side alone tells."""
    now = asked.but(base=None)
    text = (
        f"Reconciled from both sides' reports, where there are two: {_reported(cells, now, goods)}"
    )
    if asked.base and question(asked.measure).trade == "flow":
        then = asked.but(period=asked.base, base=None)
        text += f" in {asked.period}, and {_reported(cells, then, goods)} in {asked.base}"
    # A flow to the world is its own total, and was described already.
    other_totals = [total for total, _ in totals(asked) if total != asked]
    if len(other_totals) == 1 and asked.measure not in ("hhi", "cr"):
        text += f"; of the total, {_reported(cells, other_totals[0].but(base=None), goods)}"
    if names := sorted(frozenset().union(*cells.non_reporting)):
        who = joined([area_name(name) for name in names])
        text += f". {who} does not report, at least at times"
    text = f"{text}.{_contradicting(cells, now, goods)}"
    spans = [Period.parse(one) for one in (asked.period, asked.base) if one]
    if late := outdated(cells.lake, cells.available.snapshot.split("+"), spans):
        text = f"{text} {late}."
    yield caveat("reconciled", text)
    yield from _at_the_break(cells, asked, goods)


def contradicted(cells: SourceRows, asked: Definition, goods: Goods) -> tuple[float, float]:
    """Return the part of a value whose two reports contradict each other, and by how much at most.

    Of a change or a ratio it is that of its flow in the period; zero for other than reconciled
    rows.
    """
    if not cells.is_blend:
        return 0.0, 1.0
    now = asked.but(base=None)
    value, apart = nw.col(cells.column(now)), nw.col(APART)
    some = nw.when(apart >= CONTRADICT).then(value)
    rows = cells.flow(now, goods).select(
        value.sum().alias("all"), some.sum().alias("some"), apart.max().alias("most")
    )
    [(total, far, most)] = fetch(rows)
    return (float(far or 0.0) / total if total else 0.0), float(most or 1.0)


def _contradicting(cells: SourceRows, asked: Definition, goods: Goods) -> str:
    """Say how much of the value has two reports that cannot be of the same trade."""
    part, most = contradicted(cells, asked, goods)
    if part < _MENTIONED:
        return ""
    after = ", so there is no 90 % interval" if part > HALF else ""
    return (
        f" For {_percent(part)} of the value the two reports differ by a factor of {CONTRADICT} or "
        f"more (up to {most:,.0f}): at least one of them is wrong or of different trade{after}."
    )


CONTRADICT = 20
"""Times from which two reports are of different things: as far as one counts as an error of one."""
HALF = 0.5
"""Part of a value on such reports above which it has no interval: it would say nothing."""
_MENTIONED = 0.005
"""Part of a value below which reports that contradict each other are not mentioned."""


def _at_the_break(cells: SourceRows, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield what a change owes to who counts, where one side spoke in the base and not since.

    In the base both told, so that it is known how far one voice alone would have been from what
    was made of the two. That distance is in the change, whatever trade did.
    """
    if asked.base is None or question(asked.measure).trade != "flow" or asked.is_two_way:
        return
    for side in SIDES:
        area = members_of(asked, side)
        stopped = len(area) == 1 and stopped_in(area, asked.period)
        reported_by = other_side(side)
        # Only where both reported in the base and one does now: then the jump can be measured.
        if not stopped or stopped_in(area, asked.base) or reported_by not in cells.mirrors:
            continue
        then = asked.but(measure="value", period=asked.base, base=None)
        made, alone = (
            measure(one, then, goods) for one in (cells, cells.as_reported_by(reported_by))
        )
        if isinstance(made, NoAnswer) or isinstance(alone, NoAnswer) or not made.value:
            return
        gap = 100 * (alone.value / made.value - 1)
        yield caveat(
            "break-size",
            (
                f"In {asked.base}, when {area_name(next(iter(area)))} still reported, the "
                f"{reported_by}'s report alone was {abs(gap):.1f} % "
                f"{('above' if gap > 0 else 'below')} the reconciled value. That much of the "
                f"change may reflect the change of reporter; --reported-by {reported_by} uses one "
                "side's reports for both periods."
            ),
        )


def _reported(cells: SourceRows, asked: Definition, goods: Goods) -> str:
    """Say which parts of a flow both sides tell, and each side alone."""
    column = nw.col(cells.column(asked))
    rows = cells.flow(asked, goods).group_by("reported_by").agg(column.sum().alias("value"))
    reported = {name: float(value or 0.0) for name, value in fetch(rows)}
    total = sum(reported.values())
    if not total:
        return "nothing was traded"
    parts = [
        f"{_percent(reported[name] / total)} is reported {words}"
        for name, words in _REPORTED.items()
        if reported.get(name)
    ]
    return joined(parts)


def _percent(part: float) -> str:
    """Return a part in whole per cent that neither hides a rest nor makes it nothing."""
    # 0 % and 100 % are written only where they are exact.
    if 0 < part < 0.005:
        return "less than 1 %"
    return f"{100 * part:.0f} %" if part <= 0.995 or part == 1 else "more than 99 %"


# What masses do not tell: rows that have none, and products whose unit value moved too far.


FAR = 5.0
"""A unit value that moved by more than this factor may tell of another unit or of other goods."""
NAMED = 3


_REPEATED = ("parts-added", "copies-dropped", "totals-kept")
"""Findings of a load about several rows of one flow."""


def repeated_rows(cells: SourceRows) -> Iterator[Caveat]:
    """Yield what the load of a user's table did with several rows of one flow."""
    if not cells.available.source.startswith("table."):
        return
    snapshots = set(cells.available.snapshot.split("+"))
    said = dict.fromkeys(
        finding.text
        for item in cells.lake.holdings()
        if item.source == cells.available.source and item.snapshot in snapshots
        for finding in item.findings
        if finding.rule in _REPEATED and finding.level == "warning"
    )
    for text in said:
        yield caveat("repeated-rows", text)


def several_releases(cells: SourceRows, asked: Definition) -> Iterator[Caveat]:
    """Yield which periods are of which release, where a source of whole releases has several."""
    source, release = split_address(cells.available.source)
    if release is not None or is_own(source) or not source_info(source).whole:
        return
    wanted = {step for one in asked.times for step in one.parts(cells.available.freq)}
    found: dict[str, set[Period]] = {}
    for item in cells.lake.holdings():
        if item.source == source and (counting := wanted.intersection(item.current)):
            found.setdefault(item.vintage, set()).update(counting)
    if len(found) > 1:
        yield of_releases(source, found)


def of_releases(source: str, found: Mapping[str, Iterable[Period]]) -> Caveat:
    """Say which periods of a source are of which of its releases."""
    # Nothing says whether a release that is not recorded is older or newer.
    named = sorted(found.keys() - {UNKNOWN})
    parts = [f"{spans(sorted(found[name]))} of {name}" for name in named]
    if UNKNOWN in found:
        parts.append(f"{spans(sorted(found[UNKNOWN]))} of a release that is not recorded")
    return caveat(
        "mixed-vintage",
        f"{source_name(source)} is loaded in several releases: {joined(parts)}. What differs "
        "between them may be a revision and no change of trade. To stay within one, load all its "
        f"periods and ask with --source {source}@{named[-1]}.",
    )


def releases_of(figures: Iterable[Figure]) -> Iterator[Caveat]:
    """Yield of which releases Figures of several times are, where a source has several of them."""
    found: dict[str, dict[str, set[Period]]] = {}
    for one in figures:
        for item in one.evidence:
            source, release = split_address(item.source)
            # A Figure of two releases says so itself, and a published one has none.
            if item.origin or release is not None or ", " in item.vintage or is_own(source):
                continue
            if source_info(source).whole:
                by_release = found.setdefault(source, {})
                by_release.setdefault(item.vintage or UNKNOWN, set()).add(one.definition.period)
    yield from (of_releases(source, some) for source, some in found.items() if len(some) > 1)


def unweighed(cells: SourceRows, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield how much of the rows behind a sum of masses has none, or none above zero."""
    if asked.quantity != "mass":
        return
    value = nw.col(cells.column(asked.but(quantity="value")))
    mass = nw.col("mass_kg")
    rows = rows_of(cells, asked, goods).filter(value > 0)
    has_none = (mass.is_null() | (mass <= 0)).alias("has_none")
    parts = rows.select(has_none, value.alias("value")).group_by("has_none")
    sums = fetch(parts.agg(nw.len().alias("rows"), nw.col("value").sum()))
    found = {bool(lacks): (int(count), float(total)) for lacks, count, total in sums}
    if True not in found:
        return
    (missing, lost), (others, known) = found[True], found.get(False, (0, 0.0))
    part = 100 * lost / (lost + known)
    size = f"{part:.2g} %" if part >= 0.01 else "less than a ten-thousandth"
    yield caveat(
        "unweighed",
        f"{missing:,} of {missing + others:,} rows of {cells.available.source} behind this, {size} "
        f"of their value, have no mass. {_lacked(rows)}",
    )


def _lacked(rows: Frame) -> str:
    """Say what a sum of masses lacks, beyond what a reporter's own total takes in."""
    is_rest = (nw.col("exporter") == REST) | (nw.col("importer") == REST)
    if fetch(rows.filter(is_rest, nw.col("mass_kg") > 0).head(1).select("period")):
        return (
            "The reporter's own total takes them in, with the partners that are not in the data: "
            "a share of it is right, and no partner's place among others."
        )
    return (
        "A sum of masses lacks them: it is too small, and a part of it may be too small or too "
        "large."
    )


def extreme_prices(cells: SourceRows, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield which products have a unit value that moved too far to be a price, and what they do."""
    if asked.measure not in ("price_index", "value_change"):
        return
    bound, base = asked.trim or FAR, asked.base or asked.period.before()
    column = cells.column(asked)
    rows = rows_of(cells, asked, goods)
    sums = two_periods(rows, _KEYS, (asked.period, base), ("period", column, "mass_kg"))
    both = sums.filter(nw.col("__v0") > 0, nw.col("__v1") > 0)
    found = [
        (product, value, (value / mass) / (old / old_mass))
        for product, value, mass, old, old_mass in fetch(
            both.select("product", "__v1", "__q1", "__v0", "__q0")
        )
    ]
    # A fall to a fifth is as far as a rise by five: the bound is on the logarithm.
    extreme = [one for one in found if not 1 / bound <= one[2] <= bound]
    if not extreme:
        return
    extreme.sort(key=lambda one: (-one[1], one[0], one[2]))
    part = 100 * sum(one[1] for one in extreme) / sum(one[1] for one in found)
    names = first_of([f"{code} ({_times(move)})" for code, _, move in extreme], NAMED)
    yield caveat(
        "extreme-prices",
        f"Unit values that moved more than {bound:g} times: {names}, {part:.2g} % of the "
        f"value compared. {_without(rows, asked, base, column, bound)}",
    )


_KEYS = ("exporter", "importer", "product")


def _times(move: float) -> str:
    return f"{move:.2g} times" if move >= 1 else f"a {1 / move:.2g}th"


def _without(rows: Frame, asked: Definition, base: Period, column: str, bound: float) -> str:
    """Say whether they count, and what the number is otherwise."""
    # The number the other way round: with them if they were left out, and the reverse.
    other = None if asked.trim else bound
    measure = getattr(measures, asked.measure)
    found = measure(
        rows, period=asked.period, base=base, product=list(_KEYS), value=column, trim=other
    )
    name = "fisher" if asked.measure == "price_index" else "price_pct"
    what = "the index" if asked.measure == "price_index" else "the price part"
    [(value,)] = fetch(nw.from_native(found).lazy().select(name)) or [(None,)]
    said = "they are left out; with them" if asked.trim else "they count; without them"
    if value is None:
        return f"{said.capitalize()} there is no product to compare."
    text = f"{value:.3g}" if name == "fisher" else figure_value(value, "percent")
    switch = "" if asked.trim else f" (--trim {bound:g})"
    return f"{said.capitalize()} {what} is {text}{switch}."
