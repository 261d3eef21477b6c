"""Answers from rows of a flow source in the lake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import caveats, denominator, goods_caveats
from entrepot.figures.absent_members import words_without_members
from entrepot.figures.availability import availability_of
from entrepot.figures.citation import source_name
from entrepot.figures.definition import territories, territory
from entrepot.figures.editions import (
    goods_in,
    other_goods,
    uncertain_code_shares,
    with_elasticities,
)
from entrepot.figures.evidence import Estimate, NoAnswer, SourceAnswer
from entrepot.figures.intervals import INTERVAL, drawn_ends, interval
from entrepot.figures.mirror import mirror_caveat, mirror_coverage
from entrepot.figures.no_value import (
    non_reporting_refusal,
    not_reconciled,
    refusal,
    reporting_sides,
    unasked,
    unknown,
)
from entrepot.figures.questions import of as question
from entrepot.figures.questions import shorter, unit_of
from entrepot.figures.row_caveats import (
    HALF,
    contradicted,
    extreme_prices,
    one_sided_share,
    repeated_rows,
    several_releases,
    unweighed,
)
from entrepot.figures.row_facts import (
    amounts_by_code,
    bases_of,
    editions_of,
    evidence_of,
    goods_scope,
    has_rows,
    named_share,
    not_delivered,
    reported_on_two_bases,
    steps_reported,
    words_unreported,
)
from entrepot.figures.rows import SourceRows, is_everything, reading_once
from entrepot.figures.run_measure import (
    OF_PAIRS,
    answers_by_columns,
    beside_other_goods,
    dicts,
    main_column,
    measure,
    of_row,
    others_of_each,
    refuse_unrecorded,
    rows_of,
    with_what_is_open,
)
from entrepot.figures.sides import members_of, totals
from entrepot.figures.working_set import working_set
from entrepot.goods import merged
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled_scope
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value
from entrepot.model.product import NO_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.figures.denominator import Denominator
    from entrepot.figures.evidence import Caveat, Evidence
    from entrepot.figures.rows import Frame, Goods
    from entrepot.figures.run_measure import Measured
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.reconciliation import Coverage

REPORTS = "whose report"
NAMED_SHARE = "named_share"
"""Column of an answer about companies: which part of the value has a name."""
UNKNOWN_PARTNERS = "partners not in the data, from many small ones to one"
NAMELESS = "lines without a name: of others, or all of the companies counted"
SAMPLE = "95 % interval over the choice of products"


def answer(
    definition: Definition, lake: Lake, source: str, *, alone: bool = False
) -> SourceAnswer | NoAnswer:
    """Answer from the rows of `source`.

    The headline follows a list into the edition of the data and takes the report of the side that
    counted the total; the alternatives are the other side's report, the other variants of the
    list, and the same with or without Hong Kong, where the rows hold it. Where the rows of years
    do not answer, those of quarters and months are asked. `alone`: without alternatives, which a
    curve has.
    """
    if refused := unknown(definition, source):
        return NoAnswer(refused)
    there = _deliveries(definition, lake, source)
    if isinstance(there, NoAnswer):
        return there
    definition, deliveries = there
    missing: dict[str, NoAnswer] = {}
    for one in deliveries:
        found: SourceAnswer | NoAnswer
        if refused := unasked(definition, source, one):
            found = NoAnswer(refused)
        else:
            reported: list[_Reported | NoAnswer] = []
            for cells, lack in _sides(definition, lake, one):
                # The first side that answers gives the headline;
                # one that lacks data before it does not.
                is_first = not any(isinstance(side, _Reported) for side in reported)
                if alone and not is_first:
                    break
                # With Hong Kong in or out, the report is asked that gives the headline.
                nearby = territories(definition) if is_first and not alone else []
                side = lack or _reported(definition, cells, nearby, alone=alone)
                reported.append(side)
            found = _together(definition, source, one, reported, alone=alone)
        if isinstance(found, SourceAnswer):
            return replace(found, base=definition.base)
        missing[one.rhythm] = found
    return _no_answer(missing)


def _deliveries(
    definition: Definition, lake: Lake, source: str
) -> tuple[Definition, tuple[Availability, ...]] | NoAnswer:
    """Return the longest form of a question for which there is data, with that data."""
    lack = NoAnswer("")
    for asked in shorter(definition):
        there = availability_of(lake, source, [span for span in (asked.period, asked.base) if span])
        if isinstance(there, NoAnswer):
            lack = there
            continue
        steps = _in_steps(asked, source, there)
        return steps if isinstance(steps, NoAnswer) else (asked, steps)
    return lack


def _no_answer(missing: Mapping[str, NoAnswer]) -> NoAnswer:
    """Return why the rows of no frequency answer, a reason once where they share it."""
    kinds, reasons = ({getattr(one, x) for one in missing.values()} for x in ("kind", "reason"))
    text = "; ".join(f"{rhythm} rows: {one.reason}" for rhythm, one in missing.items())
    return NoAnswer(
        text if len(reasons) > 1 else next(iter(reasons)), kinds.pop() if len(kinds) == 1 else ""
    )


def _in_steps(
    definition: Definition, source: str, deliveries: tuple[Availability, ...]
) -> tuple[Availability, ...] | NoAnswer:
    """Return the deliveries in steps of time that a measure can follow."""
    how = question(definition.measure)
    if how.months:
        months = tuple(one for one in deliveries if one.freq == "M")
        return months or NoAnswer(f"{source} has no months of {definition.period} here")
    if how.trade in ("chain", "panel"):
        calendar = tuple(one for one in deliveries if one.freq != "F")
        return calendar or NoAnswer(
            f"{source} is in fiscal years here; {definition.measure} follows calendar years, "
            "quarters or months"
        )
    return deliveries


def _lacking(definition: Definition, missing: list[NoAnswer]) -> NoAnswer:
    """Return why no side's reports answer, a reason once where they share it."""
    # One side's reports of controls and hubs are enough: that they report nothing themselves
    # is no reason where the other side's were read and have no answer.
    if question(definition.measure).trade == "panel":
        missing = [one for one in missing if one.kind != "silent"] or missing
    kinds = {one.kind for one in missing}
    text = "; ".join(dict.fromkeys(one.reason for one in missing))
    return NoAnswer(text, kinds.pop() if len(kinds) == 1 else "")


def _together(
    definition: Definition,
    source: str,
    deliveries: Availability,
    sides: Sequence[_Reported | NoAnswer],
    *,
    alone: bool,
) -> SourceAnswer | NoAnswer:
    """Return what the sides report of one frequency as one answer, the headline from the first."""
    reported = [side for side in sides if isinstance(side, _Reported)]
    # Of reconciled rows single reports are alternatives only: without the value made of both there
    # is no headline, and a source of reports is asked instead.
    if not reported or (deliveries.is_reconciled and reported[0] is not sides[0]):
        return _lacking(definition, [side for side in sides if isinstance(side, NoAnswer)])
    first, *rest = reported
    cells, goods, main = first.cells, first.goods, first.main
    others = [(REPORTS, other.main) for other in rest]
    how = question(definition.measure)
    # What spans the value's own interval, in words; the measure's words first.
    own = (definition.sigma and how.span_given) or how.span or SAMPLE
    if cells.is_blend and how.has_interval:
        own = INTERVAL
    elif definition.named_by:
        own = NAMELESS
    elif how.bounds_rest:
        own = UNKNOWN_PARTNERS
    spans = [own] if main.is_range else []
    others += first.alternatives
    traded = goods_caveats.traded_codes(cells, definition, goods)
    notes = [note for one in goods for note in goods_caveats.for_goods(one, traded)]
    notes += goods_caveats.uncertain_code_shares(main.uncertain_code_shares)
    notes += goods_caveats.pooled(cells.available.source, goods)
    absent = not_delivered(cells, definition, goods)
    if absent:
        when = " or ".join(map(str, definition.times))
        notes.append(goods_caveats.not_delivered(cells.available.source, absent, when))
    if cells.available.source == BUNDLED:
        notes.append(goods_caveats.bundled_extract())
    notes += caveats.doubtful_rows(definition, cells.available.source)
    total = first.total
    unit = "kg" if definition.quantity == "mass" else deliveries.currency
    if total:
        notes += denominator.notes(total, definition, main.value, unit)
    notes += _about_rows(definition, cells, goods, main.evidence[0], total)
    notes += [*repeated_rows(cells), *several_releases(cells, definition)]
    notes += unweighed(cells, definition, goods)
    notes += extreme_prices(cells, definition, goods)
    if cells.is_blend:
        notes += one_sided_share(cells, definition, goods)
    if covered := mirror_coverage(cells, definition):
        notes.append(mirror_caveat(covered, cells, definition))
        others += [] if alone else with_non_reporters_as_before(definition, cells, main, covered)
    open_end = denominator.open_end(cells, definition, goods, total)
    estimates = (main, *(estimate for _, estimate in others))
    return SourceAnswer(
        estimates=tuple(replace(one, open_end=open_end) for one in estimates),
        caveats=tuple(notes),
        spans=tuple(dict.fromkeys([*spans, *(span for span, _ in others)])),
        denominator=denominator.described(total, definition, cells)
        or denominator.of_details(definition, main.details, unit, source),
        scope=_scope(definition, first, absent),
        currency=deliveries.currency,
    )


def _zero(
    definition: Definition, cells: SourceRows, goods: Goods, evidence: Evidence
) -> Iterator[Caveat]:
    """Say that a zero is the absence of a report; of a blend, no value is given at all."""
    spans: tuple[Period, ...] = ()
    if definition.measure in OF_PAIRS and not evidence.rows:
        spans = (definition.period,)
    elif definition.measure == "change_of_share":
        both = (definition.base or definition.period.before(), definition.period)
        alone = [(span, definition.but(period=span, base=None)) for span in both]
        spans = tuple(span for span, one in alone if not has_rows(cells, one, goods))
    sides = [area_phrase(one) for one in (definition.exporter, definition.importer)]
    for span in spans:
        yield caveats.caveat(
            "not-recorded",
            f"{source_name(cells.available.source)} has no report of such trade from {sides[0]} to "
            f"{sides[1]} in {span}: zero, or below what its statistics record.",
        )


def _scope(definition: Definition, side: _Reported, absent: frozenset[str]) -> dict[str, str]:
    """Say of which goods and partners a number is, where those loaded may be few of all."""
    cells, goods = side.cells, side.goods
    found = {"goods": goods_scope(cells, definition, goods, absent)}
    found["partners"] = denominator.partner_scope(side.total, cells, definition, goods)
    if role := definition.named_by or (definition.companies or ("",))[0]:
        share = figure_value(float(side.main.details.get(NAMED_SHARE, 0.0)), "share")
        found["names"] = f"{role} named on {share} of the value"
    if role or definition.lines or definition.line_value:
        found["partners"] = ""  # there partners of all lines are counted
    if cells.reported_by and len(members_of(definition, cells.reported_by)) == 1:
        found["steps"] = _steps(cells, definition)
    found["source"] = bundled_scope() if cells.available.source == BUNDLED else ""
    return {name: words for name, words in found.items() if words}


def _steps(cells: SourceRows, definition: Definition) -> str:
    """Return in how many months of its times one reporter has reports; nothing if in all.

    A change says it of both: ten months compared with eleven fall by a month of trade.
    """
    spans = [span for span in (definition.period, definition.base) if span]
    found = [next(iter(steps_reported(cells, definition, one).values()), None) for one in spans]
    if not any(found):
        return ""
    called = caveats.STEPS[cells.available.freq]
    every = [len(cells.available.starts(span)) for span in spans]
    counts = [
        f"{one[0] if one else all_} of {all_}" for one, all_ in zip(found, every, strict=True)
    ]
    if len(spans) == 1:
        return f"{counts[0]} {called} with reports"
    return f"{counts[0]} {called} with reports in {spans[0]} against {counts[1]} in {spans[1]}"


@dataclass(frozen=True, slots=True)
class _Reported:
    """What one side reports: the headline, and the same with lists or areas drawn otherwise."""

    cells: SourceRows
    goods: Goods
    main: Estimate
    alternatives: tuple[tuple[str, Estimate], ...]
    total: Denominator | None = None


def _sides(
    definition: Definition, lake: Lake, deliveries: Availability
) -> list[tuple[SourceRows, NoAnswer | None]]:
    """Return the rows that each side reports, the better one first, or why it does not."""
    rows = [
        SourceRows(lake, deliveries, side).with_non_reporting(definition)
        for side in reporting_sides(definition, deliveries)
    ]
    lacks = [non_reporting_refusal(one, definition) for one in rows]
    # Before `twofold`, which reads rows: most sources
    # of a lake fall out here, by the catalog alone.
    if all(lacks):
        return list(zip(rows, lacks, strict=True))
    twofold = reported_on_two_bases(SourceRows(lake, deliveries), definition)
    return [(replace(one, twofold=twofold), lack) for one, lack in zip(rows, lacks, strict=True)]


def _reported(
    definition: Definition, cells: SourceRows, extra_definitions: list[Definition], *, alone: bool
) -> _Reported | NoAnswer:
    editions = tuple(name for name in editions_of(cells, definition) if name != NO_CODES)
    if not editions and definition.goods != "all":
        return NoAnswer(
            f"{cells.available.source} has totals over all goods only, no {definition.goods}"
        )
    try:
        goods = goods_in(definition, editions, cells.lake)
    except (RequestError, NoEvidenceError) as error:  # another source may have another edition
        next_step = f"; {error.hint}" if error.hint else ""
        return NoAnswer(f"{cells.available.source} cannot be asked: {error.what}{next_step}")
    if cells.available.is_reconciled and (lost := not_reconciled(cells, definition, goods)):
        return lost
    others = [] if alone else list(other_goods(definition, goods, cells.lake))
    # A single set of codes is measured once: nothing is gained by reading its rows into memory,
    # unless each query takes the engine long to plan, and nothing of its rows is there, or several
    # things are asked of them, as of chains.
    is_once = not others and not any(one.lists for one in goods)
    how = question(definition.measure)
    is_read_first = how.trade == "chain" or (
        cells.lake.plans_long and (working_set(cells.lake) is None or how.other_goods)
    )
    if is_once and (is_everything(goods) or not is_read_first):
        main = headline(definition, goods, cells)
        if isinstance(main, NoAnswer):
            return main
        total = denominator.denominator_of(cells, cells, definition, goods)
        if lost := denominator.not_known(total, main, cells, definition):
            return lost
        alternatives = (
            []
            if alone or not total or definition.named_by
            else [*denominator.alternatives(total, main, cells, cells, definition, goods)]
        )
        alternatives += elsewhere(extra_definitions, goods, cells)
        return _Reported(cells, goods, main, tuple(alternatives), total)
    if refused := refusal(cells, definition, goods):
        return refused
    every = tuple(one for selections in (goods, *others) for one in selections)
    together = extra_definitions if definition.flow == "one_way" else []
    with (
        reading_once(cells, definition, merged(every), together) as read,
        beside_other_goods(read, definition, [goods, *others]) as kept,
    ):
        first, *values = measure_each(cells, definition, [goods, *others], kept)
        main = headline(definition, goods, cells, kept=kept, found=first)
        if isinstance(main, NoAnswer):
            return main
        total = denominator.denominator_of(cells, kept, definition, goods)
        if lost := denominator.not_known(total, main, cells, definition):
            return lost
        totals_ = (
            denominator.alternatives(total, main, cells, kept, definition, goods) if total else ()
        )
        alternatives = [
            *followed(definition, others, cells, values),
            *elsewhere(extra_definitions, goods, cells, kept.kept if together else None),
            *([] if alone else totals_),
        ]
    return _Reported(cells, goods, main, tuple(alternatives), total)


def _about_rows(
    definition: Definition,
    cells: SourceRows,
    goods: Goods,
    evidence: Evidence,
    total: Denominator | None,
) -> Iterator[Caveat]:
    """Yield what follows from which rows there are, and which of them make up a total."""
    yield from _zero(definition, cells, goods, evidence)
    if cells.reported_by:
        is_chain = question(definition.measure).trade == "chain"  # each flow by its own teller
        of_all = is_chain or any(side == cells.reported_by for _, side in totals(definition))
        yield caveats.one_report(
            cells.reported_by,
            definition,
            cells.available.source,
            of_all=of_all,
            valued=evidence.valued,
        )
        if definition.basis == "dispatch" and cells.reported_by == "importer":
            of_total = None
            if question(definition.measure).divides and len(cells.available.bases) > 1:
                of_total = bases_of(rows_of(cells, definition, goods), cells.column(definition))
            yield from caveats.whose_goods(
                definition, evidence.bases, of_total, source=cells.available.source
            )
        reported_steps = {
            span: steps
            for span in (definition.period, definition.base)
            if span and (steps := steps_reported(cells, definition, span))
        }
        if reported_steps:
            yield caveats.steps_without_reports(cells.available, reported_steps)
    total_flows = totals(definition)
    if total is None or not total.is_reported:  # else it is known what is missing
        yield from denominator.of_totals(cells, definition, goods)
    buyers, sellers = definition.members("importer"), definition.members("exporter")
    sides = ((definition.importer, buyers), (definition.exporter, sellers))
    several = {text for text, group in sides if len(group) > 1}
    if not several:
        return
    if nothing_of := words_without_members(cells, definition):
        yield caveats.caveat("not-recorded", f"{nothing_of}, so that part is not counted.")
    if unreported := words_unreported(cells, definition, goods):
        yield caveats.caveat("not-recorded", f"{unreported[0].upper()}{unreported[1:]}.")
    summed = {area for total, _ in total_flows for area in (total.importer, total.exporter)}
    if names := " and ".join(sorted(several & summed)):
        kept = "part of its total, as the partner is a member" if buyers & sellers else "left out"
        yield caveats.caveat(
            "inside-group", f"{names} counts as one area; trade among its members is {kept}."
        )


# One estimate of a source: a measure under one set of choices, with the rows behind it.


EDITIONS = "how the list is followed into the edition"
HONG_KONG = "with and without Hong Kong"
NON_REPORTING = "non-reporting partners included or not"


def headline(
    definition: Definition,
    goods: Goods,
    cells: SourceRows,
    *,
    kept: SourceRows | None = None,
    found: Measured | NoAnswer | None = None,
) -> Estimate | NoAnswer:
    """Return the estimate that is told first, with its table, interval and evidence.

    `kept` has the rows in memory, and what refuses was asked before; `found` is what the measure
    found there.
    """
    found = found or measure(cells, definition, goods, kept=kept, with_table=True)
    if isinstance(found, NoAnswer):
        return found
    if role := definition.named_by or (definition.companies or ("",))[0]:
        share = named_share(cells, definition, goods, role)
        found = replace(found, details=found.details | {NAMED_SHARE: share})
    read = kept or cells
    low, high = found.low, found.high
    says_nothing = contradicted(read, definition, goods)[0] > HALF
    ends = {} if says_nothing else drawn_ends(read, definition, goods)
    if low is None and not says_nothing:
        # "" is the main column; the other ends belong to details of the same name.
        low, high = ends.pop("", None) or interval(read, definition, goods)
    extra_definitions: dict[str, float | str] = {
        f"{name}_{end}": ends[name][place]
        for name in found.details
        for place, end in enumerate(("low", "high"))
        if name in ends
    }
    lines = amounts_by_code(read, definition, goods)
    return replace(
        _estimate(found, definition, goods, cells),
        low=low,
        high=high,
        is_range=low is not None,
        details=found.details | extra_definitions,
        evidence=(evidence_of(read, lines),),
        uncertain_code_shares=uncertain_code_shares(read, definition, goods, lines),
    )


def followed(
    definition: Definition,
    every: Sequence[Goods],
    cells: SourceRows,
    values: Sequence[Measured | NoAnswer],
) -> Iterator[tuple[str, Estimate]]:
    """Yield the same with the list followed in other ways, of which the measure found `values`."""
    for goods, found in zip(every, values, strict=True):
        if not isinstance(found, NoAnswer):
            yield EDITIONS, _estimate(found, definition, goods, cells)


def elsewhere(
    extra_definitions: Sequence[Definition],
    goods: Goods,
    cells: SourceRows,
    read: Frame | None = None,
) -> Iterator[tuple[str, Estimate]]:
    """Yield the same asked of other areas; `read` has their rows, if they were read already."""
    for choice in extra_definitions:
        known_reporters = cells.with_non_reporting(choice)
        if refusal(known_reporters, choice, goods):
            continue
        if read is None:
            found = measure(known_reporters, choice, goods)
        else:
            kept = replace(known_reporters, kept=read)
            with others_of_each(kept, choice, [goods]) as [others]:
                found = measure(known_reporters, choice, goods, kept=kept, others=others)
        if not isinstance(found, NoAnswer):
            yield HONG_KONG, _estimate(found, choice, goods, known_reporters)


def with_non_reporters_as_before(
    definition: Definition, cells: SourceRows, main: Estimate, covered: Coverage
) -> Iterator[tuple[str, Estimate]]:
    """Yield a share of a total in which non-reporters have what they had, which is in values."""
    is_share = question(definition.measure).is_part and definition.quantity == "value"
    side = totals(definition)[0][1] if is_share else None
    # share as a factor: the total grows to 1 / share of what is reported, and the part that is
    # asked about, reported in full, stays.
    if covered.share < 1 and side in cells.mirrors:
        choices = main.choices | {"total": "non-reporting partners as before"}
        yield (
            NON_REPORTING,
            replace(main, value=main.value * covered.share, choices=choices, evidence=()),
        )


def _estimate(found: Measured, definition: Definition, goods: Goods, cells: SourceRows) -> Estimate:
    words = definition.goods
    concordance = "weighted" if any(one.weights for one in goods) else goods[0].variant
    if concordance != "family":
        words = f"{words} ({concordance})"
    choices = {
        "source": cells.available.source,
        "goods": words,
        "territory": territory(definition),
    }
    if side := cells.reported_by or definition.reported_by:
        choices["report"] = f"{side}'s"
    return Estimate(
        value=found.value,
        unit=unit_of(definition),
        low=found.low,
        high=found.high,
        is_range=found.low is not None,
        details=found.details,
        table=found.table,
        choices=choices,
    )


_LIST = "__list"


def measure_each(
    cells: SourceRows, asked: Definition, every: Sequence[Goods], kept: SourceRows
) -> list[Measured | NoAnswer]:
    """Evaluate a measure of each of several selections of goods; Missing where it has no value.

    To plan a query takes longer than to run it on the few rows in `kept`, so that measures which
    answer by columns answer all at once. What refuses an answer was asked before. The first has
    its table, and says why it has no value.
    """
    first, *others = every
    if not answers_by_columns(asked):
        with others_of_each(kept, asked, every) as [beside, *further]:
            rest = [
                measure(cells, asked, goods, kept=kept, others=more)
                for goods, more in zip(others, further, strict=True)
            ]
            head = measure(cells, asked, first, kept=kept, with_table=True, others=beside)
            return [head, *rest]
    # With a table the first is measured by itself anyway, and left out of the query for all.
    apart = bool(question(asked.measure).table)
    together = others if apart else every
    found = _at_once(kept, asked, together) if together else {}
    none = NoAnswer(f"{cells.available.source} has no value of {asked.goods} followed in this way")
    values = [
        one if isinstance(one, NoAnswer) else (refuse_unrecorded(cells, asked, one.value) or one)
        # Selections without any row have no group, and are missing in `found`.
        for one in (found.get(place) or none for place in range(len(together)))
    ]
    # Of these zero may be the lack of a row.
    is_open = asked.measure in (*OF_PAIRS, "change_of_share")
    if not apart and not isinstance(values[0], NoAnswer) and (values[0].value or not is_open):
        return values
    return [
        measure(cells, asked, first, kept=kept, with_table=True),
        # Drops the first value if it was among them: it
        # had none, and is asked again for the reason.
        *values[len(together) - len(others) :],
    ]


def _at_once(
    kept: SourceRows, asked: Definition, every: Sequence[Goods]
) -> dict[int, Measured | NoAnswer | None]:
    """Return what the measure finds, by the place of the goods; nothing where no row is."""
    how, main = question(asked.measure), main_column(kept, asked)
    by = [_LIST, "period"] if kept.is_step(asked) else [_LIST]

    def run(read: SourceRows, combined: Definition) -> dict[date, list[dict[str, Any]]]:
        rows = nw.concat(
            [
                rows_of(read, combined, goods).with_columns(nw.lit(place).alias(_LIST))
                for place, goods in enumerate(every)
            ]
        )
        if how.elastic and asked.sigma is None:
            rows = with_elasticities(rows, read.lake, editions_of(read, asked))
        beyond = with_what_is_open(read, combined) if how.bounds_rest else {}
        found: dict[date, list[dict[str, Any]]] = {}
        for row in dicts(how.run(rows, combined, read.column(combined), by=by, **beyond)):
            found.setdefault(row.pop("period", asked.period.start), []).append(row)
        return found

    try:
        if "period" in by:
            found = kept.by_time(("at once", tuple(every)), asked, run)
        else:
            found = [*run(kept, asked).values()]
    except NoEvidenceError:
        return {}
    rows = [dict(row) for step in found for row in step]
    return {int(row.pop(_LIST)): of_row(row, asked, main) for row in rows}
