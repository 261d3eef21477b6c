"""What a share is divided by: whose total, how much of it has no partner, and what is loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.figures.availability import RECONCILED, availability_of, flow_sources
from entrepot.figures.caveats import BASES, caveat
from entrepot.figures.citation import source_name
from entrepot.figures.definition import chosen_lines, other_side
from entrepot.figures.evidence import Estimate, NoAnswer
from entrepot.figures.no_value import MANY_REPORTERS
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REIMPORTS, REST
from entrepot.figures.row_facts import having, partners, traders
from entrepot.figures.rows import compared, compared_unit, everything, total_sides
from entrepot.figures.run_measure import measure, rows_of
from entrepot.figures.sides import among, members_of, totals
from entrepot.goods import goods_title
from entrepot.goods.selection import wanted
from entrepot.lake import fetch
from entrepot.model.areas import WORLD, area_name, area_phrase, possessive, stopped_in
from entrepot.model.display import figure_value, joined
from entrepot.sources import is_own, source_info, split_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.rows import Goods, SourceRows
    from entrepot.model.period import Period

NOTABLE = 0.005
"""Part of a total from which a reader is told of what is in it without a partner of its own."""
_ROUNDED = 0.0005
"""Part of a total by which its parts may exceed it because each was rounded."""
FEW, MANY = 10, 60
"""Partners: fewer than the one are no total where nothing can be compared, the other always are."""

REIMPORTED = "with and without re-imports"
EXCEEDED = "partners added up, and the reporter's own total"
OWN = "partners' reports over their sum, and over a country's own total"


@dataclass(frozen=True, slots=True)
class Denominator:
    """What a measure divides by, in the unit of the rows that it adds up.

    Attributes
    ----------
    side
        On which side all partners are added up.
    total
        Their sum, with all that the reporter's own total has.
    rest, reimports
        What of it is of partners not in the data, and of the reporter itself.
    alone
        What of it is of partners in goods or times of which the reporter has no total.
    over
        By how much partners exceed the reporter's own totals, where they do.
    is_reported
        Whether there are totals of the reporter's own.
    unlike
        How these differ from the partners in what is counted, in words; empty where they do not.
    """

    side: Side
    total: float
    rest: float = 0.0
    reimports: float = 0.0
    alone: float = 0.0
    over: float = 0.0
    is_reported: bool = False
    unlike: tuple[str, ...] = ()

    def part(self, amount: float) -> float:
        """Return an amount as a part of the total."""
        return amount / self.total if self.total else 0.0


def denominator_of(
    cells: SourceRows, read: SourceRows, asked: Definition, goods: Goods
) -> Denominator | None:
    """Return what a measure divides by; None where it divides by nothing, or by two totals.

    Parameters
    ----------
    cells, read
        Where rows are, and where those of the question were read already.

    Notes
    -----
    It costs as much as the rest of a question, and the questions of a curve or a page divide by
    few totals: each is worked out once in a state of the lake.
    """
    sides = total_sides(asked)
    # An asymmetry divides by two totals. Described is the one over the side that does not report,
    # as reporters have totals over the other side alone; of blends the exporters' (last of two).
    if question(asked.measure).trade == "both" and len(sides) == 2:
        sides = tuple(side for side in sides if side != cells.reported_by)[-1:]
        asked = _share_of(asked, sides[0])
    if len(sides) != 1:
        return None
    [side] = sides
    how = question(asked.measure)
    is_own_total = cells.reported_by not in (None, side) and (
        how.divides or cells.available.has_sums
    )
    if not is_own_total and not _has_own_trade(side, cells, asked):
        # Nothing to state beyond the sum of the partners, which the measure itself adds up.
        return Denominator(side, 0.0) if how.divides or cells.available.has_sums else None
    # Not the measure's name: measures that read the same rows share one denominator.
    rows_needed = (how.trade, how.both_reports, how.by_product, how.keeps_products, how.columns)
    what = ("denominator", rows_needed, cells.without_own, asked.quantity, goods)
    whose = asked
    if how.trade in ("market", "sales") and len(members_of(asked, other_side(side))) == 1:
        # All partners of one country are added up, whichever of them is asked about.
        whose = asked.but(**{side: WORLD})
    return cells.once(what, whose, lambda: _worked_out(side, cells, read, asked, goods))


def _has_own_trade(side: Side, cells: SourceRows, asked: Definition) -> bool:
    """Whether a source has trade of the countries asked about with themselves, of any goods."""
    reporter = other_side(side)
    whose = asked.but(**{side: WORLD}, goods="all", flow="one_way")

    def find() -> bool:
        own = (among(reporter, whose), nw.col("exporter") == nw.col("importer"))

        def counted(read: SourceRows, asked: Definition) -> dict[date, int]:
            plain = asked.but(goods="")
            rows = read.rows(reporter, (everything(),), plain, *own, own=True, summed=True)
            return dict(fetch(rows.group_by("period").agg(nw.len())))

        return any(cells.by_time("own trade", whose, counted))

    return cells.once("own trade", whose, find)


def _worked_out(
    side: Side, cells: SourceRows, read: SourceRows, asked: Definition, goods: Goods
) -> Denominator:
    partner = nw.col(side)
    which = nw.when(partner.is_in([REST, REIMPORTS])).then(partner).otherwise(nw.lit(""))

    kinds = ("basis", "compared_on", "valuation", "parts_valuation")

    def summed(read: SourceRows, asked: Definition) -> dict[date, dict[str, float]]:
        # A base comes before the period, and its rows are in there as well.
        now = nw.col("period") >= asked.period.start
        sums = (
            rows_of(read, asked, goods)
            .filter(now)
            .select("period", which.alias("which"), nw.col(read.column(asked)).alias("amount"))
            .group_by("period", "which")
            .agg(nw.col("amount").sum())
        )
        found: dict[date, dict[str, float]] = {}
        for day, name, amount in fetch(sums):
            found.setdefault(day, {})[str(name)] = float(amount or 0.0)
        return found

    def compared_by_time(
        cells: SourceRows, asked: Definition
    ) -> dict[date, list[tuple[float, float, int, tuple[str, ...]]]]:
        own = compared(cells, asked, goods)
        if own is None:
            return {}
        parts = nw.col("parts" if asked.quantity == "value" else "parts_mass")
        more = nw.col("parts") - nw.col("total")
        # By code and time before the sum: codes that exceed their total must not cancel out
        # against codes that fall short, which have a rest of their own.
        over = own.select(
            "period",
            nw.when(more > 0).then(more).otherwise(0.0).alias("over"),
            parts.alias("mine"),
            nw.lit(1).alias("n"),
            *kinds,
        )
        sums = over.group_by("period", *kinds).agg(
            nw.col("over").sum(), nw.col("mine").sum(), nw.col("n").count()
        )
        found: dict[date, list[tuple[float, float, int, tuple[str, ...]]]] = {}
        for day, *said, excess, mine, count in fetch(sums):
            one = (float(excess or 0.0), float(mine or 0.0), count, _unlike(*said))
            found.setdefault(day, []).append(one)
        return found

    amounts = read.by_time(("denominator", side, read.kept is None, goods), asked, summed)
    each = cells.by_time(("over", goods), asked.but(base=None), compared_by_time)
    over = [one for step in each for one in step]
    # `parts` and `total` are money, and say nothing of an excess in kilograms.
    is_value = asked.quantity == "value"
    total = sum(amount for one in amounts for amount in one.values())
    rest = sum(one.get(REST, 0.0) for one in amounts)
    return Denominator(
        side,
        total,
        rest,
        sum(one.get(REIMPORTS, 0.0) for one in amounts),
        alone=max(total - rest - sum(mine for _, mine, *_ in over), 0.0) if over else 0.0,
        over=sum(excess for excess, *_ in over) if is_value else 0.0,
        is_reported=any(count for *_, count, _ in over),
        unlike=tuple(dict.fromkeys(words for *_, said in over for words in said)),
    )


def _unlike(
    basis: str, compared_on: str | None, valuation: str | None, parts_valuation: str | None
) -> tuple[str, ...]:
    """Say in what a total differs from the partners that it is the total of."""
    found = []
    if basis and not compared_on:
        found.append(BASES.get(basis, basis))
    if valuation and parts_valuation and valuation != parts_valuation:
        found.append(f"valued {valuation}")
    return tuple(found)


def alternatives(
    denominator: Denominator,
    main: Estimate,
    cells: SourceRows,
    read: SourceRows,
    asked: Definition,
    goods: Goods,
) -> Iterator[tuple[str, Estimate]]:
    """Yield the same number divided by other defensible totals.

    They are: without re-imports; the reporter's own total, where partners exceed it; and that of a
    country whose partners' reports are added up.
    """
    if denominator.reimports and "total" in question(asked.measure).choices:
        without = replace(read, without_own=True)
        found = measure(replace(cells, without_own=True), asked, goods, kept=without)
        if not isinstance(found, NoAnswer):
            choices = main.choices | {"total": "without re-imports"}
            yield REIMPORTED, replace(
                main, value=found.value, low=None, high=None, is_range=False, choices=choices,
                evidence=(), table=(), details={},
            )  # fmt: skip
    others = [(EXCEEDED, *one) for one in factors(denominator, asked.measure)]
    others += [(OWN, *one) for one in mirrored(cells, asked, goods)]
    for words, total, factor in others:
        if exceeds_whole(asked.measure, main.value * factor):
            continue
        choices = main.choices | {"total": total}
        yield words, replace(
            main, value=main.value * factor, low=None, high=None, is_range=False, choices=choices,
            evidence=(), table=(), details={},
        )  # fmt: skip


# A share goes with 1 / total, HHI as a sum of squares with its square; salience is the geometric
# mean of two shares, of which this total is in one.
_POWERS = {
    "import_share": 1, "export_share": 1, "cr": 1, "top_supplier": 1, "hhi": 2, "salience": 0.5,
    "buyer_hhi": 2, "asymmetry": 1,
}  # fmt: skip
"""How a measure goes with one over its total; an asymmetry the other way with that of exports."""


def _power(measure_: str, side: Side) -> float:
    return -1 if measure_ == "asymmetry" and side == "importer" else _POWERS[measure_]


def _share_of(asked: Definition, side: Side) -> Definition:
    """Return the share of a total over all partners on a side."""
    return asked.but(measure="import_share" if side == "exporter" else "export_share")


def exceeds_whole(measure_: str, value: float) -> bool:
    """Whether a number that is at most 1 is more: the parts contradict the total it is over."""
    return measure_ in _POWERS and measure_ != "asymmetry" and value > 1 + _ROUNDED


def factors(denominator: Denominator | None, measure_: str) -> list[tuple[str, float]]:
    """Return other totals that a curve divides by, in words, each with its factor."""
    if denominator is None or not is_exceeded(denominator) or measure_ not in _POWERS:
        return []
    if denominator.over >= denominator.total:
        return []
    # total is here the sum of the partners, and less what they exceed it by the reporter's own.
    factor = (denominator.total / (denominator.total - denominator.over)) ** _power(
        measure_, denominator.side
    )
    return [("the reporter's own total", factor)]


def mirrored(cells: SourceRows, asked: Definition, goods: Goods) -> list[tuple[str, float]]:
    """Return the own total of a country of which a share adds up its partners' reports.

    In words, with the factor that divides by it instead. None where it does not report totals for
    all times and goods of which partners report trade, where one side's reports were asked for,
    where the country reports its partners and so needs no others' reports, and where the part that
    the share is of exceeds that total.
    """
    # Here it is the mirror that is used: partners on the side that is added up report themselves.
    sides = [side for side in total_sides(asked) if side == cells.reported_by]
    if not sides or not cells.available.has_sums or asked.reported_by or asked.quantity != "value":
        return []
    if asked.measure not in ("import_share", "export_share", "asymmetry", "salience"):
        return []
    [side] = sides
    reporter = other_side(side)
    share = _share_of(asked.but(base=None), side)
    own = compared(cells.as_reported_by(reporter), share, goods)
    if own is None:
        return []
    keys = ("reporter", "period", "unit")
    rows = list(fetch(own.select(*keys, "total", "count")))
    totals_ = {tuple(row[:3]): row[3] for row in rows}
    # Of two shares with one side's reports, one is always over the sum of the partners' reports.
    if not totals_ or (asked.measure == share.measure and any(row[4] for row in rows)):
        return []
    # `totals` pairs each total, as a definition, with the side over which it is added up.
    [(flow, _)] = [one for one in totals(share) if one[1] == side]
    sums = (
        cells.flow(flow, goods)
        .select(
            nw.col(reporter).alias("reporter"),
            "period",
            compared_unit(goods, share).alias("unit"),
            nw.col(cells.column(asked)).alias("amount"),
            nw.when(among(side, share).test).then(nw.col(cells.column(asked))).alias("part"),
        )
        .group_by(*keys)
        .agg(nw.col("amount", "part").sum())
    )
    found = list(fetch(sums.select(*keys, "amount", "part")))
    reported = {tuple(row[:3]): row[3] or 0.0 for row in found}
    total = sum(totals_.values())
    if sum(row[4] or 0.0 for row in found) > total * (1 + _ROUNDED):
        return []
    # A key (country, time, unit) that partners report and the country does not would leave the own
    # total short. The other way round is fine: no partner reports trade there.
    if reported.keys() - totals_.keys() or not total:
        return []
    factor = (sum(reported.values()) / total) ** _power(asked.measure, side)
    return [(f"the {reporter}'s own total", factor)]


def is_exceeded(denominator: Denominator) -> bool:
    """Whether partners exceed the reporter's own total by more than rounding."""
    return denominator.part(denominator.over) > _ROUNDED


def has_alone(denominator: Denominator) -> bool:
    """Whether the reporter has a total of some goods or times only."""
    return denominator.is_reported and denominator.part(denominator.alone) > NOTABLE


def notes(denominator: Denominator, asked: Definition, value: float, unit: str) -> Iterator[Caveat]:
    """Yield what of a total has no partner, or is the reporter's own, where that is notable.

    Parameters
    ----------
    value, unit
        What was measured, and in what its amounts are.
    """
    who, flow = _whose(denominator, asked)
    divides = question(asked.measure).divides
    texts = []
    # Lines without a name are no partners that a total of the reporter has beyond the data.
    if divides and not asked.named_by and denominator.part(denominator.rest) > NOTABLE:
        size = figure_value(denominator.part(denominator.rest), "share")
        whole = flow if has_alone(denominator) else f"own total of {flow}"
        texts.append(f"{size} of {possessive(who)} {whole} is with partners not in the data")
    if has_alone(denominator):
        size = figure_value(denominator.part(denominator.alone), "share")
        texts.append(
            f"{size} of {'the denominator' if divides else 'the total'} is the sum of the partners "
            f"loaded, in goods or times of which no total of {who} is loaded, so it may be too "
            "small"
        )
    if divides and is_exceeded(denominator):
        with_total = denominator.total - denominator.alone
        own = with_total - denominator.over
        # A total of nothing beside partners with trade is no total to compare with.
        more = f"Partners have trade where {possessive(who)} own total of {flow} is zero"
        if own > 0:
            size = figure_value(denominator.over / own, "share")
            parts, whole = (figure_value(one, unit) for one in (with_total, own))
            more = f"Partners add up to {parts}, {size} more than {possessive(who)} own total of "
            more += f"{flow}, {whole}; "
            other = [value * factor for _, factor in factors(denominator, asked.measure)]
            if other and exceeds_whole(asked.measure, other[0]):
                is_index = asked.measure in ("hhi", "buyer_hhi")
                shown = f"{other[0]:.2f}" if is_index else figure_value(other[0], "share")
                more += f"over that total it would be {shown}, which cannot be: one of the two is "
                more += "wrong or counts other trade"
            else:
                more += "the range has both"
        texts.append(more)
    if divides and denominator.unlike:
        text = f"{possessive(who)} own total of {flow} is {joined(denominator.unlike)}, which the "
        text += "partners are not"
        texts.append(text[0].upper() + text[1:])
    if texts:
        yield caveat("reported-total", f"{'. '.join(texts)}.")
    if denominator.part(denominator.reimports) > NOTABLE:
        size = figure_value(denominator.part(denominator.reimports), "share")
        text = f"{size} of {possessive(who)} {flow} is trade of {who} with itself (re-imports). It "
        text += "counts as a partner of that name" + ("; the range has both." if divides else ".")
        yield caveat("reimports", text)


def described(
    denominator: Denominator | None, asked: Definition, cells: SourceRows
) -> dict[str, Any] | None:
    """Return what a share is divided by, in words and as an amount; None where nothing is.

    `of_details` says it of measures that divide by no total over partners.
    """
    if denominator is None or not question(asked.measure).divides:
        return None
    who, flow = _whose(denominator, asked)
    goods = ", ".join((goods_title(asked.goods), *chosen_lines(asked)))
    what = f"{possessive(who)} {flow} of {goods}, {asked.period}"
    source = cells.available.source
    if question(asked.measure).trade == "both":
        across = asked.importer if denominator.side == "importer" else asked.exporter
        back = "imports" if denominator.side == "importer" else "exports"
        what = f"{what}, and {possessive(area_phrase(across))} {back} of them"
    called = (
        "the reconciliation of both sides’ reports" if source == RECONCILED else source_name(source)
    )
    found: dict[str, Any] = {"text": f"{what}, according to {called}", "whose": source}
    if cells.reported_by in (None, denominator.side) and denominator.reimports:
        found["reimports"] = denominator.part(denominator.reimports)
    if cells.reported_by is None:
        return found
    if cells.reported_by == denominator.side:
        across = "exporters" if denominator.side == "exporter" else "importers"
        return found | {"text": f"{what}: the sum of what {across} report to {source}"}
    reporter = asked.importer if denominator.side == "exporter" else asked.exporter
    unit = "kg" if asked.quantity == "mass" else cells.available.currency
    found |= {"whose": reporter, "value": denominator.total, "unit": unit}
    if not denominator.is_reported:
        found |= (
            {"reimports": denominator.part(denominator.reimports)} if denominator.reimports else {}
        )
        return found | {
            "text": f"{what}: the sum of the partners loaded, no total of {who} is loaded"
        }
    found |= {
        "not_in_data": denominator.part(denominator.rest),
        "reimports": denominator.part(denominator.reimports),
    }
    return found | {"text": f"{what}: {_whole_in_words(denominator, asked, source)}"}


def _whole_in_words(denominator: Denominator, asked: Definition, source: str) -> str:
    """Say which total of a reporter's own a share is divided by."""
    who, _ = _whose(denominator, asked)
    # Who stopped reporting has no total of its own: its source estimates that one as well.
    gone = stopped_in(members_of(asked, other_side(denominator.side)), asked.period)
    whole = f"the total that {who} reports"
    if gone and not is_own(source):
        whole = f"the total that {source_name(source)} has for {who}"
    if has_alone(denominator):
        whole += " where it has one"
    if is_exceeded(denominator):
        return f"the sum of the partners, which exceeds {whole}"
    if has_alone(denominator):
        whole += ", and else the sum of the partners loaded"
    if denominator.part(denominator.rest) > _ROUNDED:
        size = figure_value(denominator.part(denominator.rest), "share")
        whole += f"{';' if has_alone(denominator) else ','} {size} of it with partners not in the "
        whole += "data"
    return whole


_DIVIDED = {
    "pass_through": ("shipped", "what {hubs} sells to {importer} of {goods}, {period}"),
    "net_import_reliance": ("apparent_consumption", "use of {goods} by {importer}, {period}"),
}
"""Of measures that divide by no total over partners: the column with what they divide by, and what
that is."""


def of_details(
    asked: Definition, details: Mapping[str, float | str], unit: str, whose: str
) -> dict[str, Any] | None:
    """Return what a measure divides by that has it among its columns, as `described` does."""
    name, words = _DIVIDED.get(asked.measure, ("", ""))
    if name not in details:
        return None
    sides = {side: area_phrase(getattr(asked, side)) for side in ("importer", "hubs")
             if getattr(asked, side)}  # fmt: skip
    text = words.format(goods=goods_title(asked.goods), period=asked.period, **sides)
    return {"text": text, "whose": whose, "value": details[name], "unit": unit}


def _whose(denominator: Denominator, asked: Definition) -> tuple[str, str]:
    """Return the reporter in words, and whether it is about its imports or exports."""
    if denominator.side == "exporter":
        return area_phrase(asked.importer), "imports"
    return area_phrase(asked.exporter), "exports"


def partner_scope(
    denominator: Denominator | None, cells: SourceRows, asked: Definition, goods: Goods
) -> str:
    """Say of which partners a share is, where those loaded may be few of all; else empty text.

    They are few where the same reporter has twice as many for the same goods at another time or in
    another source; and where nothing can be compared, fewer than ten.
    """
    how = question(asked.measure)
    if (
        denominator is None
        or not how.divides
        or cells.reported_by is None
        or cells.reported_by == denominator.side
    ):
        return ""
    # Of a total that its parts exceed, nothing says which partners it is of; nor without a total.
    proved = denominator.is_reported and not (is_exceeded(denominator) or has_alone(denominator))
    if proved or _is_complete(cells.available.source):
        return ""
    side = denominator.side
    # A measure whose `totals` is over that side, whoever is named on it in the question.
    everyone = asked.but(**{side: WORLD}, measure="hhi" if side == "exporter" else "export_share")
    loaded = partners(having(cells, everyone, goods), everyone, side)
    if len(loaded) >= MANY:
        return ""
    here, otherwise = _counts(cells, everyone, goods, side)
    most = max([otherwise, *_elsewhere(cells, everyone, goods, side)])
    count = max(here, 1)
    if (most and 2 * here < most) or (not most and len(loaded) < FEW):
        return f"of the {count} partner{'s' * (count != 1)} loaded"
    return ""


def _is_complete(source: str) -> bool:
    name, _ = split_address(source)
    return not is_own(name) and source_info(name).whole


def _elsewhere(cells: SourceRows, asked: Definition, goods: Goods, side: Side) -> Iterator[int]:
    """Yield how many partners the reporter has in other sources."""
    for source in flow_sources(cells.lake):
        if source == split_address(cells.available.source)[0]:
            continue
        there = availability_of(cells.lake, source, [asked.period])
        if isinstance(there, NoAnswer):
            continue
        # The rows kept in memory are of the source asked about.
        other = replace(cells, available=there[0], kept=None)
        if not there[0].has_reports:
            other = replace(other, reported_by=None)
        here, _ = _counts(other, asked, goods, side, times=(asked.period,))
        yield here


def _counts(
    cells: SourceRows, asked: Definition, goods: Goods, side: Side, times: tuple[Period, ...] = ()
) -> tuple[int, int]:
    """Return the most partners of one step within the time asked about, and outside it.

    With `times`, rows of others are not read.
    """

    def find() -> tuple[int, int]:
        reporter = other_side(side)
        members = sorted(members_of(asked, reporter))
        tests = [nw.col(reporter).is_in(members), nw.col("freq") == cells.available.freq]
        if (selected := wanted(goods)) is not None and len(goods) == 1:
            tests.append(selected)
        if cells.reported_by:
            tests.append(nw.col("reported_by") == str(cells.reported_by))
        rows = cells.lake.flows(
            cells.available.source, by=reporter, times=times, basis=asked.basis
        ).filter(*tests)
        pairs = rows.group_by("period", side).agg(nw.len())
        steps = fetch(pairs.group_by("period").agg(nw.len().alias("n")))
        start, end = asked.period.start, asked.period.end
        inside = [count for day, count in steps if start <= day <= end]
        outside = [count for day, count in steps if not start <= day <= end]
        return max(inside, default=0), max(outside, default=0)

    # Goods in the key: `once` knows from a definition whose trade it is and when, not of what.
    key = tuple((one.nomenclature, one.codes, one.prefixes) for one in goods)
    return cells.once(("number of partners", side, times, key), asked, find)


def not_known(
    denominator: Denominator | None, main: Estimate, cells: SourceRows, asked: Definition
) -> NoAnswer | None:
    """Refuse a share of nothing where the partner may be among those not in the data.

    A row of nothing is a report, of one area, one code and one step of time; of several, the others
    may still be missing.
    """
    if denominator is None or main.value or not denominator.part(denominator.rest) > NOTABLE:
        return None
    if asked.measure not in ("import_share", "export_share"):
        return None
    has_rows = any(one.rows for one in main.evidence)
    steps, members = cells.available.starts(asked.period), members_of(asked, denominator.side)
    is_code = re.fullmatch("[0-9]{6}", asked.goods) is not None
    is_code &= all(one.startswith("HS") for one in cells.available.nomenclatures)
    if has_rows and is_code and len(steps) == len(members) == 1:
        return None
    name = asked.exporter if denominator.side == "exporter" else asked.importer
    size = figure_value(denominator.part(denominator.rest), "share")
    if asked.named_by and asked.companies:
        return NoAnswer(
            f"{joined(asked.companies[1])} is on no line of these goods with a value in "
            f"{asked.period}; {size} of the value has no {asked.named_by}, so the share is at most "
            "that"
        )
    source = cells.available.source
    said = (
        f"what {source} has of {area_name(name)} adds up to zero"
        if has_rows
        else f"{area_name(name)} is not among the partners loaded from {source}"
    )
    return NoAnswer(
        f"{said}; {size} of the total is with partners not in the data, "
        "so the share is at most that"
    )


# What may be missing from a total: partners, reporters, or the rest of a source.


LARGEST = ("CHN", "USA", "DEU", "JPN", "NLD", "KOR", "ITA", "FRA", "GBR", "HKG")
"""The leading exporters, who lead in imports too (WTO, World Trade Statistical Review 2023)."""

_UP, _TOO_SMALL = "may be too small", "is too small"
_CONSEQUENCE = {
    "value": "this total {}",
    "growth": "this compares totals that {}",
    "import_share": "the total {} and this is an upper bound",
    "export_share": "the total {} and this is an upper bound",
}
_NO_BOUND = "the total {} and this may be far too high or too low"


def of_totals(cells: SourceRows, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield what the totals behind a measure may lack.

    An extract lacks areas for certain. A table of one's own, and a report of few partners, may be a
    part of what there is. What an area does not report is added up from those who do.
    """
    total_flows = totals(asked)
    if cells.available.is_partial:
        count = _names(cells, asked, "exporter")
        loaded = _counted(len(count), "exporter")
        text = f"{source_name(cells.available.source)} is loaded for {loaded} only"
        yield _caveat(text, asked, _TOO_SMALL if total_flows else "")
        return
    reported, listed = [], []
    is_unlike = False
    may_lack = is_own(cells.available.source) or cells.is_of_reports
    for denominator, side in total_flows:
        there = having(cells, denominator, goods)
        if side in cells.mirrors:
            reported.append(_reported(there, asked, side))
        elif may_lack and not asked.named_by:  # else the partners are no exporters
            counts = {
                time: len(partners(there, denominator.but(period=time, base=None), side))
                for time in asked.times
            }
            if is_own(cells.available.source) or min(counts.values()) < MANY_REPORTERS:
                listed.append(_counted_by_time(counts, side))
                is_unlike |= max(counts.values()) >= 2 * min(counts.values())
    if reported:
        yield _caveat(". ".join(dict.fromkeys(reported)), asked, _UP)
    elif listed:
        called = source_name(cells.available.source)
        text = f"{called} has {joined(listed)} here"
        if is_unlike:
            text += "; others may be missing, so this compares different partners."
            yield caveat("partial-source", text)
        elif is_own(cells.available.source):  # it may well be whole
            yield _caveat(text, asked, _TOO_SMALL, "; if others are missing, ")
        else:
            yield _caveat(f"{text}; others may be missing", asked, _UP)


_BOUNDS: dict[str, Literal["low", "high"]] = {
    "value": "high",
    "import_share": "low",
    "export_share": "low",
}
"""Measures that a total without some partners bounds, with the side on which the truth may lie."""


def open_end(
    cells: SourceRows, asked: Definition, goods: Goods, total: Denominator | None
) -> Literal["", "low", "high"]:
    """Return beyond which end of its value a measure may lie, for its total lacks partners."""
    # What partners report of who does not is in the range as another definition of the total; of
    # a balance either direction may lack some; and one's own table may well be whole.
    sides = [side for _, side in totals(asked)]
    is_known = any(side in cells.mirrors for side in sides) or is_own(cells.available.source)
    is_known |= total is not None and total.is_reported
    if not sides or is_known or asked.flow == "balance":
        return ""
    lacks = any(one.id == "partial-source" for one in of_totals(cells, asked, goods))
    return _BOUNDS.get(asked.measure, "") if lacks else ""


def _reported(cells: SourceRows, asked: Definition, side: Side) -> str:
    """Say how many add up the total of an area by their own reports, and who does not."""
    names = _names(cells, asked, side)
    source = cells.available.source
    text = f"A total here adds up what {_counted(len(names), side)} reported to {source}"
    if missing := [area_name(code) for code in LARGEST if code not in names]:
        text += f", without {joined(missing)}"
    return text


def _names(cells: SourceRows, asked: Definition, side: Side) -> frozenset[str]:
    known_reporters = cells.as_reported_by(side) if side in cells.for_non_reporting else cells
    return traders(known_reporters, asked, side)


def _counted(count: int, side: str) -> str:
    return f"{count} {side}{'' if count == 1 else 's'}"


def _counted_by_time(counts: Mapping[Period, int], side: str) -> str:
    """Say how many there are, at each time where they are not as many."""
    (first, most), *others = counts.items()
    if all(count == most for _, count in others):
        return _counted(most, side)
    said = [f"{_counted(most, side)} in {first}", *(f"{n} in {time}" for time, n in others)]
    return joined(said)


def _caveat(text: str, asked: Definition, how_small: str, link: str = ", so ") -> Caveat:
    if how_small:
        of = "growth" if asked.flow == "balance" else asked.measure  # both compare two totals
        said = how_small.replace("is ", "are ") if of == "growth" else how_small
        text += link + _CONSEQUENCE.get(of, _NO_BOUND).format(said)
    return caveat("partial-source", f"{text}.")
