"""Evaluate a question under every combination of choices that the lake can answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import RECONCILED, flow_sources, held
from entrepot.figures.cells import Cells, is_everything
from entrepot.figures.curve.choices import goods_choices
from entrepot.figures.curve.combine import combined
from entrepot.figures.curve.goods import Numbered
from entrepot.figures.curve.of_cutoff import MEASURE as CUTOFF
from entrepot.figures.curve.of_cutoff import of_cutoff
from entrepot.figures.curve.of_prices import MEASURES as PRICES
from entrepot.figures.curve.of_prices import of_prices
from entrepot.figures.curve.territories import at
from entrepot.figures.curve.time_windows import AS_ASKED, Span, Timed, longer
from entrepot.figures.denominator import factors, mirrored, whole_of
from entrepot.figures.estimate import Missing
from entrepot.figures.input_choices import is_inputs
from entrepot.figures.insufficient_data import not_reconciled, refusal, silent
from entrepot.figures.mirror import mirror_coverage
from entrepot.figures.partner_basis import reported_on_two_bases
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import editions_of
from entrepot.figures.sides import members_of, totals
from entrepot.figures.source_limits import reporting_sides, unasked, unknown
from entrepot.model.product import NO_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.availability import Availability
    from entrepot.figures.cells import Goods
    from entrepot.figures.curve.choices import GoodsChoice
    from entrepot.figures.curve.combine import Totals
    from entrepot.figures.curve.partner_choices import PartnerChoice
    from entrepot.figures.curve.territories import Left
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side
    from entrepot.figures.spread import Found
    from entrepot.lake import Lake

__all__ = ["curve", "overlaps", "refuse_curve"]

SILENT = "silent partners as before"
"""The total in which partners who no longer report have what they had."""

Seen = dict[tuple[str, ...], "tuple[list[GoodsChoice], Left]"]
"""Choices of goods, and what was left out, by editions: another voice has the same."""


def refuse_curve(definition: Definition) -> None:
    """Refuse a question that has no other definitions to set beside each other.

    Raises
    ------
    RequestError
        For a measure without a curve, and where one side is a part of the other.
    """
    if not question(definition.measure).has_curve:
        known = [name for name, one in QUESTIONS.items() if one.has_curve]
        raise RequestError(f"{definition.measure} has no curve yet", hint=f"ask {', '.join(known)}")
    if not is_inputs(definition) and overlaps(definition):
        raise RequestError(
            f"{definition.exporter} and {definition.importer} overlap",
            why="trade inside a group counts for one of them and not for the other",
            hint="name two sides that have no country in common",
        )


def overlaps(definition: Definition) -> bool:
    """Whether one side has an area of the other."""
    return bool(members_of(definition, "importer") & members_of(definition, "exporter"))


def curve(definition: Definition, lake: Lake) -> tuple[list[Found], Left]:
    """Return a question's value under every combination of defensible choices.

    They are: which source; whose reports; which part of the list, as of which day, and how it is
    followed into the edition of the data; how much of China; which partners; what a total is of;
    value or mass; the period or an average over a longer time. A source is read once, whatever
    their number.

    Returns
    -------
    list of Found, list of pairs
        The specifications, none where nothing in the lake answers or the measure has no curve; and
        what could not be evaluated, with why.
    """
    found: list[Found] = []
    left: Left = []
    if not question(definition.measure).has_curve or overlaps(definition):
        return found, left
    seen: Seen = {}
    for source in [definition.source] if definition.source else flow_sources(lake):
        try:
            found += list(_of_source(definition, lake, source, left, seen))
        except (RequestError, NoEvidenceError) as error:  # another source may have another edition
            if definition.source:
                raise
            left.append((source, error.what))
    return found, left


def _of_source(
    definition: Definition, lake: Lake, source: str, left: Left, seen: Seen
) -> Iterator[Found]:
    periods = [span for span in (definition.period, definition.base) if span]
    deliveries = held(lake, source, periods)
    if isinstance(deliveries, Missing):
        left.append((source, deliveries.reason))
        return
    for one in deliveries:  # of years, quarters, months: the first that answers
        found = [
            item
            for voice in _voices(definition, one, lake, left)
            for item in _of_voice(definition, Cells(lake, one, voice), left, seen)
        ]
        if found:
            yield from found
            return


def _voices(
    definition: Definition, there: Availability, lake: Lake, left: Left
) -> tuple[Side | None, ...]:
    """Return whose reports are heard; single ones of their own source where that is asked, too."""
    found = reporting_sides(definition, there)
    if not there.is_reconciled or definition.source or not any(found):
        return found
    periods = [span for span in (definition.period, definition.base) if span]
    for source in flow_sources(lake):
        told = held(lake, source, periods) if source != RECONCILED else ()
        if not isinstance(told, Missing) and any(one.has_reports for one in told):
            why = f"they are taken from {source} itself"
            left.append((f"{there.source}: reports of one side", why))
            return tuple(voice for voice in found if voice is None)
    return found


def _of_voice(definition: Definition, cells: Cells, left: Left, seen: Seen) -> Iterator[Found]:
    """Yield the specifications that one side's reports, or what was made of both, answer."""
    asked = Timed(Span(AS_ASKED, definition), cells)
    first = _first(asked, left, seen)
    if isinstance(first, Missing):
        left.append((asked.name, first.reason))
        return
    asked, choices = first
    timed, numbered = [asked], [Numbered(asked.span, one) for one in choices.goods]
    if "window" in question(definition.measure).choices and (over := _longer(asked, left)):
        others = _goods(over, left, seen, choices)
        if not isinstance(others, Missing):
            others = _refused(over, others) or others
        if isinstance(others, Missing):
            left.append((f"{over.name}: {over.span.words}", others.reason))
        else:
            timed.append(over)
            numbered += [Numbered(over.span, one) for one in others.goods]
    if definition.measure in PRICES:
        yield from of_prices(timed, numbered, left)
        return
    if definition.measure == CUTOFF:
        yield from of_cutoff(timed, numbered, left)
        return
    yield from combined(timed, numbered, _totals(timed, left), left)


class _Chosen(NamedTuple):
    """Choices of goods, and the editions that they are of."""

    editions: tuple[str, ...]
    goods: tuple[GoodsChoice, ...]


def _first(asked: Timed, left: Left, seen: Seen) -> tuple[Timed, _Chosen] | Missing:
    """Return the time asked about and its choices of goods, or why it cannot be asked."""
    definition, cells = asked.span.asked, asked.cells
    source = cells.held.source
    if why := unknown(definition, source) or unasked(definition, source, cells.held):
        return Missing(why)
    cells = cells.hearing(definition)
    if mute := silent(cells, definition):
        return mute
    cells = replace(cells, twofold=reported_on_two_bases(Cells(cells.lake, cells.held), definition))
    asked = replace(asked, cells=cells)
    if cells.twofold and definition.basis == "dispatch":
        why = "whose goods they are is another question; ask with --basis origin"
        left.append((f"{asked.name}: by origin", why))
    choices = _goods(asked, left, seen)
    if isinstance(choices, Missing):
        return choices
    return _refused(asked, choices) or (asked, choices)


def _refused(timed: Timed, choices: _Chosen) -> Missing | None:
    """Say why a time cannot be asked about the goods, before anything is added up."""
    cells, asked, goods = timed.cells, timed.span.asked, choices.goods[0].goods
    if cells.held.is_reconciled and (lost := not_reconciled(cells, asked, goods)):
        return lost
    found = refusal(cells, asked, goods)
    if timed.span.part == 1 or not is_everything(goods):
        return found
    # All goods can be there in a long time taken together, and some of them only in a part of it.
    months = round(timed.span.part * asked.period.months)
    parts = [
        part
        for _, period in timed.span.times
        for part in period.split(months) or period.parts(asked.period.freq)
    ]
    every = (refusal(cells, asked.but(period=one, base=asked.base and one), goods) for one in parts)
    return found or next(filter(None, every), None)


def _totals(timed: Sequence[Timed], left: Left) -> Totals:
    """Return what says what a share is a share of, and the factor that makes it so.

    Who is silent on a side depends on the areas of that side; what they had is known by value.
    """
    times = {one.span.words: one for one in timed}
    shares: dict[tuple[str, str, str], float] = {}

    def share(time: Timed, place: Definition) -> float:
        asked = at(time.span.asked, place)
        if not question(asked.measure).is_part or totals(asked)[0][1] not in time.cells.mirrors:
            return 1.0
        covered = mirror_coverage(time.cells, asked)
        return covered.share if covered else 1.0

    exceeded: dict[tuple[str, str, str, Goods], list[tuple[str, float]]] = {}

    def own(when: str, way: PartnerChoice, goods: Goods) -> list[tuple[str, float]]:
        time = times[when]
        if not time.cells.held.has_sums or way.total != "as told" or way.only_countries:
            return []
        key = (when, way.asked.importer, way.asked.exporter, goods)
        if key not in exceeded:
            asked = at(time.span.asked, way.asked)
            whole = whole_of(time.cells, time.cells, asked, goods)
            exceeded[key] = [
                *factors(whole, asked.measure),
                *mirrored(time.cells, asked, goods),
            ]
        return exceeded[key]

    def found(when: str, way: PartnerChoice, goods: Goods, amount: str) -> list[tuple[str, float]]:
        time, told, place = times[when], [("as told", 1.0)], way.asked
        told += own(when, way, goods) if amount == "value" else []
        key = (when, place.importer, place.exporter)
        if key not in shares:
            shares[key] = share(time, place)
        if shares[key] >= 1:
            return told
        if amount == "mass":
            why = "what silent partners had is known by value"
            left.append((f"{time.name}: {SILENT}, mass, {when}", why))
            return told
        return [*told, (SILENT, shares[key])]

    return found


def _goods(
    timed: Timed, left: Left, seen: Seen, before: _Chosen | None = None
) -> _Chosen | Missing:
    """Return the choices of goods in the editions of a time; those of a time before, if alike."""
    asked, cells = timed.span.asked, timed.cells
    editions = tuple(one for one in editions_of(cells, asked) if one != NO_CODES)
    if before and editions == before.editions:
        return before
    if not editions and asked.goods != "all":
        return Missing(f"it has totals over all goods only, no {asked.goods}")
    if editions not in seen:
        seen[editions] = goods_choices(asked, editions, cells.lake)
    found, lost = seen[editions]
    left += [(f"{timed.name}: {what}", why) for what, why in lost]
    if not found:
        return Missing("no code of the goods asked for is left")
    return _Chosen(editions, tuple(found))


def _longer(asked: Timed, left: Left) -> Timed | None:
    """Return the longer time, where it is held and told as the time asked about is."""
    span = longer(asked.span.asked)
    if not isinstance(span, Span):
        what, why = span
        left.append((f"{asked.name}: {what}", why))
        return None
    found = _wide(asked.cells, span)
    if isinstance(found, Missing):
        left.append((f"{asked.name}: {span.words}", found.reason))
        return None
    return Timed(span, found)


def _wide(cells: Cells, span: Span) -> Cells | Missing:
    """Return the cells of a longer time, or why they are no average of the same thing."""
    there = held(cells.lake, cells.held.source, [period for _, period in span.times])
    if isinstance(there, Missing):
        return there
    alike = [one for one in there if one.freq == cells.held.freq]
    if not alike or alike[0].currency != cells.held.currency:
        return Missing(f"not all of {span.asked.period} is told as {cells.held.rhythm} values")
    wide = Cells(cells.lake, alike[0], cells.voice).hearing(span.asked)
    twofold = reported_on_two_bases(Cells(cells.lake, alike[0]), span.asked)
    if twofold != cells.twofold:
        return Missing("some of its time is told by origin and by consignment, some is not")
    return replace(wide, twofold=twofold)
