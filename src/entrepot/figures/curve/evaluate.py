"""Evaluate a question under every combination of choices that the lake can answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.asked_together import asked_beside, times_together
from entrepot.figures.availability import RECONCILED, availability_of, flow_sources
from entrepot.figures.curve.choices import (
    ENOUGH_MASS,
    Numbered,
    Timed,
    TimeWindow,
    amounts,
    apart,
    areas_there,
    at,
    basis,
    by_goods,
    goods_choices,
    kinds,
    known,
    longer,
    territory_choices,
    valuation,
)
from entrepot.figures.curve.choices import TIME_WINDOWS_AS_ASKED as AS_ASKED
from entrepot.figures.curve.cutoff import MEASURE as CUTOFF
from entrepot.figures.curve.cutoff import of_cutoff
from entrepot.figures.curve.measured import Alike, ByCombination, evaluated
from entrepot.figures.curve.partner_choices import (
    areas_apart,
    codes_there,
    cut,
    kept_sides,
    needs_codes,
    reported,
    unlike,
    varying,
    ways,
)
from entrepot.figures.curve.prices import MEASURES as PRICES
from entrepot.figures.curve.prices import of_prices
from entrepot.figures.definition import SIDES
from entrepot.figures.denominator import denominator_of, exceeds_whole, factors, mirrored
from entrepot.figures.evidence import FoundSpecification, NoAnswer, Specification
from entrepot.figures.input_rows import is_inputs
from entrepot.figures.mirror import mirror_coverage
from entrepot.figures.no_value import (
    non_reporting_refusal,
    not_reconciled,
    refusal,
    reporting_sides,
    unasked,
    unknown,
)
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import editions_of, reported_on_two_bases, words_unreported
from entrepot.figures.rows import SourceRows, is_everything
from entrepot.figures.run_measure import is_zero, moved, refuse_unrecorded
from entrepot.figures.sides import members_of, totals
from entrepot.lake import distinct
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from entrepot.figures.availability import Availability
    from entrepot.figures.curve.choices import Left, Places
    from entrepot.figures.curve.partner_choices import (
        GoodsChoice,
        PartnerChoice,
        PartnerKind,
        ReportedSlice,
    )
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Frame, Goods
    from entrepot.lake import Lake

NON_REPORTING_AS_BEFORE = "non-reporting partners as before"
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


def curve(definition: Definition, lake: Lake) -> tuple[list[FoundSpecification], Left]:
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
    found: list[FoundSpecification] = []
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
) -> Iterator[FoundSpecification]:
    periods = [span for span in (definition.period, definition.base) if span]
    deliveries = availability_of(lake, source, periods)
    if isinstance(deliveries, NoAnswer):
        left.append((source, deliveries.reason))
        return
    for one in deliveries:  # of years, quarters, months: the first that answers
        found = [
            item
            for reported_by in _reporting_sides(definition, one, lake, left)
            for item in _of_side(definition, SourceRows(lake, one, reported_by), left, seen)
        ]
        if found:
            yield from found
            return


def _reporting_sides(
    definition: Definition, there: Availability, lake: Lake, left: Left
) -> tuple[Side | None, ...]:
    """Return whose reports are heard; single ones of their own source where that is asked, too."""
    found = reporting_sides(definition, there)
    # Reconciled rows keep both reports, but a source of single reports has them first hand.
    if not there.is_reconciled or definition.source or not any(found):
        return found
    periods = [span for span in (definition.period, definition.base) if span]
    for source in flow_sources(lake):
        reported = availability_of(lake, source, periods) if source != RECONCILED else ()
        if not isinstance(reported, NoAnswer) and any(one.has_reports for one in reported):
            why = f"they are taken from {source} itself"
            left.append((f"{there.source}: reports of one side", why))
            return tuple(reported_by for reported_by in found if reported_by is None)
    return found


def _of_side(
    definition: Definition, cells: SourceRows, left: Left, seen: Seen
) -> Iterator[FoundSpecification]:
    """Yield the specifications that one side's reports, or what was made of both, answer."""
    is_one_pass = definition.measure not in (*PRICES, CUTOFF)
    if is_one_pass and (found := _of_several(definition, cells)):
        result, lost = found[_key(definition)]
        left += lost
        if isinstance(result, Exception):
            raise result
        yield from result
        return
    branch = _branch(definition, cells, left, seen)
    if branch is None:
        return
    if definition.measure in PRICES:
        yield from of_prices(branch.timed, branch.numbered, left)
    elif definition.measure == CUTOFF:
        yield from of_cutoff(branch.timed, branch.numbered, left)
    else:
        [found_here] = combined([branch])
        yield from found_here


_Result = tuple["list[FoundSpecification] | Exception", "Left"]


_Key = tuple["Period", str, str]


def _key(asked: Definition) -> _Key:
    return asked.period, asked.importer, asked.exporter


def _of_several(definition: Definition, cells: SourceRows) -> dict[_Key, _Result]:
    """Return the specifications of all questions that are asked in one go, by time and areas.

    With what could not be evaluated of each, or with the error that ended it. Empty where the
    question is asked alone.
    """
    found: dict[_Key, _Result] = cells.by_family("curve", definition)
    if _key(definition) in found:
        return found
    every = [one for one in _in_one_go(definition, cells) if _key(one) not in found]
    if not every[1:]:
        return {}
    branches: list[Branch] = []
    seen: dict[Period, Seen] = {}
    for one in every:
        left: Left = []
        there = cells.at(one.period)
        assert there is not None, "times in one go are alike"
        try:
            branch = _branch(one, there, left, seen.setdefault(one.period, {}))
        except (RequestError, NoEvidenceError) as error:
            found[_key(one)] = error, left
            continue
        found[_key(one)] = [], left
        if branch is not None:
            branches.append(branch)
    # Who does not report is another condition on the rows.
    alike: dict[object, list[Branch]] = {}
    for branch in branches:
        rows = branch.timed[-1].cells
        alike.setdefault((rows.twofold, rows.non_reporting), []).append(branch)
    for some in alike.values():
        for branch, items in zip(some, combined(some), strict=True):
            key = _key(branch.timed[0].span.asked)
            found[key] = items, found[key][1]
    return found


MOST = 60
"""Questions of which rows are added up in one go at most."""


def _in_one_go(definition: Definition, cells: SourceRows) -> list[Definition]:
    """Return questions, this one first, that differ in time and areas and are asked together."""
    steps = cells.times_of(definition)
    is_of_times = definition.period in steps and definition.period in times_together()
    times = [one for one in times_together() if one in steps] if is_of_times else []
    found = [definition, *(definition.but(period=one) for one in times)]
    if _differs_in_areas(definition, cells):
        named = [bool(members_of(definition, side)) for side in SIDES]
        for one in asked_beside(definition):
            if one.period != definition.period and one.period not in times:
                continue
            if [bool(members_of(one, side)) for side in SIDES] != named or overlaps(one):
                continue
            # A group of areas may have had other members at one of the times.
            if one.period == definition.period or one.period in cells.times_of(one):
                found.append(one)
    return list(dict.fromkeys(found))[:MOST]


def _differs_in_areas(asked: Definition, cells: SourceRows) -> bool:
    """Whether the question may be asked about other areas in the same go.

    Not where the rows themselves, and not what is made of them, follow from the areas.
    """
    how, there = question(asked.measure), cells.available
    needs_more = how.by_product or how.elastic or how.both_reports or how.other_goods
    is_plain = how.trade in ("market", "sales") and not (asked.is_two_way or needs_more)
    return is_plain and not (
        asked.base or asked.named_by or there.is_reconciled or there.is_register or there.has_sums
    )


@dataclass(frozen=True, slots=True)
class Branch:
    """What one side's reports can be asked of one question.

    Attributes
    ----------
    timed
        The time asked about, and the longer one if there is one.
    numbered
        Choices of goods and time, those of the time asked about first.
    totals
        Says, of a time, a choice of partners and goods, what the total is, in words, and the factor
        that makes a share one of it.
    left
        Gets what could not be evaluated, and why.
    """

    timed: Sequence[Timed]
    numbered: Sequence[Numbered]
    totals: Totals
    left: Left


def _branch(definition: Definition, cells: SourceRows, left: Left, seen: Seen) -> Branch | None:
    """Return what one side's reports can be asked; None where nothing, which `left` says why."""
    asked = Timed(TimeWindow(AS_ASKED, definition), cells)
    first = _first(asked, left, seen)
    if isinstance(first, NoAnswer):
        left.append((asked.name, first.reason))
        return None
    asked, choices = first
    timed, numbered = [asked], [Numbered(asked.span, one) for one in choices.goods]
    if "window" in question(definition.measure).choices and (over := _longer(asked, left)):
        # Years before may be in an older edition, where a list selects other codes.
        others = _goods(over, left, seen, choices)
        if not isinstance(others, NoAnswer):
            # What refuses the longer time is a reason in `left`; the time asked about stays.
            others = _refused(over, others) or others
        if isinstance(others, NoAnswer):
            left.append((f"{over.name}: {over.span.words}", others.reason))
        else:
            timed.append(over)
            # After those of the time asked about: number 0 has to be the question as it was asked.
            numbered += [Numbered(over.span, one) for one in others.goods]
    return Branch(timed, numbered, _totals(timed, left), left)


class _Chosen(NamedTuple):
    """Choices of goods, and the editions that they are of."""

    editions: tuple[str, ...]
    goods: tuple[GoodsChoice, ...]


def _first(asked: Timed, left: Left, seen: Seen) -> tuple[Timed, _Chosen] | NoAnswer:
    """Return the time asked about and its choices of goods, or why it cannot be asked."""
    definition, cells = asked.span.asked, asked.cells
    source = cells.available.source
    if why := unknown(definition, source) or unasked(definition, source, cells.available):
        return NoAnswer(why)
    cells = cells.with_non_reporting(definition)
    if not_reporting := non_reporting_refusal(cells, definition):
        return not_reporting
    cells = replace(
        cells, twofold=reported_on_two_bases(SourceRows(cells.lake, cells.available), definition)
    )
    asked = replace(asked, cells=cells)
    if cells.twofold and definition.basis == "dispatch":
        why = "whose goods they are is another question; ask with --basis origin"
        left.append((f"{asked.name}: by origin", why))
    choices = _goods(asked, left, seen)
    if isinstance(choices, NoAnswer):
        return choices
    return _refused(asked, choices) or (asked, choices)


def _refused(timed: Timed, choices: _Chosen) -> NoAnswer | None:
    """Say why a time cannot be asked about the goods, before anything is added up."""
    cells, asked, goods = timed.cells, timed.span.asked, choices.goods[0].goods
    if cells.available.is_reconciled and (lost := not_reconciled(cells, asked, goods)):
        return lost
    found = refusal(cells, asked, goods)
    # part is one for the time asked about: only the longer time is looked at step by step.
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

    # Once for each territory and choice of goods, as it reads rows.
    def own(when: str, way: PartnerChoice, goods: Goods) -> list[tuple[str, float]]:
        time = times[when]
        if not time.cells.available.has_sums or way.total != "as reported" or way.only_countries:
            return []
        key = (when, way.asked.importer, way.asked.exporter, goods)
        if key not in exceeded:
            asked = at(time.span.asked, way.asked)
            denominator = denominator_of(time.cells, time.cells, asked, goods)
            exceeded[key] = [
                *factors(denominator, asked.measure),
                *mirrored(time.cells, asked, goods),
            ]
        return exceeded[key]

    def found(when: str, way: PartnerChoice, goods: Goods, amount: str) -> list[tuple[str, float]]:
        time, reported, place = times[when], [("as reported", 1.0)], way.asked
        reported += own(when, way, goods) if amount == "value" else []
        key = (when, place.importer, place.exporter)
        if key not in shares:
            shares[key] = share(time, place)
        # All partners of before still report, so that the total as before is the one as reported.
        if shares[key] >= 1:
            return reported
        if amount == "mass":
            why = "trade of non-reporting partners is known by value only"
            left.append((f"{time.name}: {NON_REPORTING_AS_BEFORE}, mass, {when}", why))
            return reported
        return [*reported, (NON_REPORTING_AS_BEFORE, shares[key])]

    return found


def _goods(
    timed: Timed, left: Left, seen: Seen, before: _Chosen | None = None
) -> _Chosen | NoAnswer:
    """Return the choices of goods in the editions of a time; those of a time before, if alike."""
    asked, cells = timed.span.asked, timed.cells
    editions = tuple(one for one in editions_of(cells, asked) if one != NO_CODES)
    if before and editions == before.editions:
        return before
    if not editions and asked.goods != "all":
        return NoAnswer(f"it has totals over all goods only, no {asked.goods}")
    if editions not in seen:
        seen[editions] = goods_choices(asked, editions, cells.lake)
    found, lost = seen[editions]
    left += [(f"{timed.name}: {what}", why) for what, why in lost]
    if not found:
        return NoAnswer("no code of the goods asked for is left")
    return _Chosen(editions, tuple(found))


def _longer(asked: Timed, left: Left) -> Timed | None:
    """Return the longer time, where it is held and told as the time asked about is."""
    span = longer(asked.span.asked)
    if not isinstance(span, TimeWindow):
        what, why = span
        left.append((f"{asked.name}: {what}", why))
        return None
    found = _wide(asked.cells, span)
    if isinstance(found, NoAnswer):
        left.append((f"{asked.name}: {span.words}", found.reason))
        return None
    return Timed(span, found)


def _wide(cells: SourceRows, span: TimeWindow) -> SourceRows | NoAnswer:
    """Return the cells of a longer time, or why they are no average of the same thing."""
    there = availability_of(
        cells.lake, cells.available.source, [period for _, period in span.times]
    )
    if isinstance(there, NoAnswer):
        return there
    alike = [one for one in there if one.freq == cells.available.freq]
    if not alike or alike[0].currency != cells.available.currency:
        return NoAnswer(f"not all of {span.asked.period} has {cells.available.rhythm} values")
    wide = SourceRows(cells.lake, alike[0], cells.reported_by).with_non_reporting(span.asked)
    twofold = reported_on_two_bases(SourceRows(cells.lake, alike[0]), span.asked)
    # An average would mix years by origin with years by consignment.
    if twofold != cells.twofold:
        return NoAnswer("partners are by origin and by consignment in some of the periods only")
    return replace(wide, twofold=twofold)


# Every combination of the choices within one side's reports, as specifications.


Totals = Callable[[str, "PartnerChoice", "Goods", str], Sequence[tuple[str, float]]]
"""From time, partners, goods and what is added up to totals in words, each with its factor."""


def combined(branches: Sequence[Branch]) -> list[list[FoundSpecification]]:
    """Return the specifications that one side's reports, or what was made of both, answer.

    Of several times of one question in one go, and of several areas: rows are read and added up
    once for all.
    """
    # Rows of the longest time, which has the others
    # in it; the question and its name from the first.
    last, asked = branches[0].timed[-1], branches[0].timed[0].span.asked
    places = [
        apart(territory_choices(one.timed[0].span.asked), one.timed[0].name, one.left)
        for one in branches
    ]
    territories = [[one for _, one in there] for there in places]
    side = _side_apart(branches)
    cells, spanned = _all_times(branches)
    numbered, starts = _all_choices(branches)
    every = [at(spanned, one) for one in dict.fromkeys(one for some in territories for one in some)]
    named = areas_apart(every)
    told = frozenset[str]().union(*map(varying, territories))
    if side:
        told = told.union(*(members_of(one, side) for one in every))
    with cut(cells, every, [one.choice for one in numbered], named, side) as kept:
        said = reported(kept, told)
        apart_ = needs_codes(spanned, [one.choice for one in numbered])
        codes = codes_there(kept) if apart_ else []
        # Inside the block: `kept` is a temporary table that ends with it.
        gone = _moved(kept, numbered, last, branches[0].left)
        with by_goods(cells, kept, codes, numbered) as rows:
            of_goods = kinds(rows, territories, side)
            works = []
            for one, there, start, of in zip(branches, places, starts, of_goods, strict=True):
                mine = _own_slices(said, there, side)
                silent = known(there, one.timed, areas_there(one.timed[-1], mine), one.left)
                works.append(_Work(one, start, *silent, mine, of))
            # Choices of partners of any question, each once, in the order of the first that has it.
            chosen = list(dict.fromkeys(way for work in works for way in work.ways))
            numbers = {way: number for number, way in enumerate(chosen)}
            pairs = list(dict.fromkeys(pair for work in works for pair in work.pairs(numbers)))
            wanted = sorted(
                {amount for work in works for some in work.added.values() for amount in some}
            )
            editions = sorted({one.nomenclature for one in said})
            first = [way for work in works if work.areas == works[0].areas for way in work.ways]
            try:
                measured, mass_shares = evaluated(
                    cells, rows, asked, chosen, pairs, wanted, editions, Alike.of(first, side)
                )
            except NoEvidenceError as error:
                if side:  # which of them it is about is not known
                    return [found for one in branches for found in combined([one])]
                for one in branches:
                    one.left.append((one.timed[0].name, error.what))
                return [[] for _ in branches]
    return [list(work.found(numbers, measured, mass_shares, gone)) for work in works]


def _side_apart(branches: Sequence[Branch]) -> Side | None:
    """Return the side whose rows questions need, where they are about several pairs of areas."""
    asked = [one.timed[0].span.asked for one in branches]
    if len({(one.importer, one.exporter) for one in asked}) == 1:
        return None
    [side] = kept_sides(asked[0])
    return side


def _all_choices(branches: Sequence[Branch]) -> tuple[list[Numbered], list[int]]:
    """Return choices of goods and time of all branches, and where those of each begin.

    Branches that differ in areas only have the same.
    """
    numbered: list[Numbered] = []
    starts: dict[object, int] = {}
    found = []
    for branch in branches:
        key = tuple(
            (one.span.words, one.span.part, tuple(one.span.times), one.choice.choices,
             one.choice.goods)
            for one in branch.numbered
        )  # fmt: skip
        if key not in starts:
            starts[key] = len(numbered)
            numbered += branch.numbered
        found.append(starts[key])
    return numbered, found


def _own_slices(
    said: Sequence[ReportedSlice], places: Places, side: Side | None
) -> Sequence[ReportedSlice]:
    """Return what rows say that a question is about, where there are those of others."""
    if side is None:
        return said
    mine = frozenset[str]().union(*(members_of(one, side) for _, one in places))
    return [one for one in said if getattr(one, side) in mine]


def _all_times(branches: Sequence[Branch]) -> tuple[SourceRows, Definition]:
    """Return the rows of all times of some branches, and the question about all of them."""
    last = branches[0].timed[-1]
    if len(branches) == 1:
        return last.cells, last.span.asked
    spans = sorted(one.span.asked.period for branch in branches for one in branch.timed)
    there = availability_of(last.cells.lake, last.cells.available.source, spans)
    assert not isinstance(there, NoAnswer), "each of them is there by itself"
    available = next(one for one in there if one.freq == last.cells.available.freq)
    full_period = Period(spans[0].start, max(one.end for one in spans))
    return replace(last.cells, available=available), last.span.asked.but(period=full_period)


class _Work:
    """One branch, and what its rows have: from here on it is computed in memory."""

    def __init__(
        self,
        branch: Branch,
        start: int,
        places: Places,
        not_reporting: set[tuple[str, str]],
        said: Sequence[ReportedSlice],
        of_goods: Mapping[int, list[PartnerKind]],
    ) -> None:
        self._branch, self._start, self._not_reporting = branch, start, not_reporting
        timed, left = branch.timed, branch.left
        self.added = {one.span.words: amounts(one, said, left) for one in timed}
        self._words = {
            one.span.words: {"valuation": valuation(one, said), "basis": basis(one, said)}
            for one in timed
        }
        kinds_ = [of_goods.get(start + at_, []) for at_ in range(len(branch.numbered))]
        # Choices of partners that differ for some goods; which differ for which is `_unlike`.
        self.ways = ways(places, {kind for some in kinds_ for kind in some})
        self._unlike = unlike(self.ways, kinds_)

    @property
    def areas(self) -> tuple[str, str]:
        """Who is asked about."""
        asked = self._branch.timed[0].span.asked
        return asked.importer, asked.exporter

    def pairs(self, chosen: Mapping[PartnerChoice, int]) -> Iterator[tuple[int, int]]:
        """Yield goods with each choice of partners that differs for them, by their numbers."""
        numbers = [chosen[way] for way in self.ways]
        for goods, places in enumerate(self._unlike):
            for place in places:
                yield self._start + goods, numbers[place]

    def found(
        self,
        chosen: Mapping[PartnerChoice, int],
        measured: ByCombination,
        mass_shares: Mapping[tuple[int, int], float],
        gone: Set[int],
    ) -> Iterator[FoundSpecification]:
        """Yield the specifications; what is measured goes by numbers of goods and in `chosen`."""
        timed, left, mine = self._branch.timed, self._branch.left, self.ways
        asked, name = timed[0].span.asked, timed[0].name
        numbers = [chosen[way] for way in mine]
        here = {
            (goods, place): mass_shares[key]
            for goods in range(len(self._branch.numbered))
            for place, number in enumerate(numbers)
            if (key := (self._start + goods, number)) in mass_shares
        }
        judge = Judge(timed, here, left)
        for goods, one in enumerate(self._branch.numbered):
            if self._start + goods in gone:
                continue
            when = one.span.words
            known_reporters = [
                place
                for place in self._unlike[goods]
                if (when, mine[place].territory) not in self._not_reporting
            ]
            for amount in self.added[when]:
                for place in judge.weighted_enough(one, goods, known_reporters, mine, amount):
                    way = mine[place]
                    base = dict(one.choice.choices) | way.choices | {"quantity": amount}
                    number_ = (self._start + goods, numbers[place], amount)
                    value, ends = measured.values.get(number_), measured.bounds.get(number_)
                    if why := judge.refused(one, way.asked, value):
                        left.append((f"{name}: {', '.join((*base.values(), when))}", why))
                        continue
                    assert value is not None, "what has no value is refused"
                    for number, (total, factor) in enumerate(
                        self._branch.totals(when, way, one.choice.goods, amount)
                    ):
                        choices = timed[0].report | base
                        choices |= {"total": _both(way.total, total), "window": when}
                        if number and exceeds_whole(asked.measure, value * factor):
                            what = ", ".join((*base.values(), total, when))
                            left.append((f"{name}: {what}", "the parts exceed this total"))
                            continue
                        choices |= self._words[when]
                        is_asked = (goods, place, number) == (0, 0, 0) and amount == asked.quantity
                        item = Specification(
                            choices,
                            value * factor,
                            ends and (ends[0] * factor, ends[1] * factor),
                            whose=measured.whose.get(number_, ""),
                        )
                        yield FoundSpecification(item, is_asked and one.choice.is_asked)


def _moved(kept: Frame, numbered: Sequence[Numbered], timed: Timed, left: Left) -> set[int]:
    """Return the choices of goods and time in which a product has other codes than in the base."""
    if not question(numbered[0].span.asked.measure).by_product:
        return set()
    reported = distinct(kept, "period", "nomenclature", "product")
    found = set()
    for goods, one in enumerate(numbered):
        coded = [
            (now, edition, code)
            for day, edition, code in reported
            if one.part_of(edition, code)
            for now, period in one.span.times
            if period.start <= day <= period.end
        ]
        if refused := moved(coded, one.span.asked):
            found.add(goods)
            what = ", ".join((*(text for _, text in one.choice.choices), one.span.words))
            left.append((f"{timed.name}: {what}", refused.reason))
    return found


def _both(inside: str, non_reporting: str) -> str:
    """Say what a total is of, in words: as told but for what is said otherwise."""
    other = [text for text in (inside, non_reporting) if text != "as reported"]
    return ", ".join(other) or "as reported"


NOT_RECORDED = "no such trade is recorded, which does not mean zero"
NO_REPORT = "no report of these goods by the {}, which does not mean zero"

# Which combinations are no answer: too little has a mass, or the source knows nobody asked of.


@dataclass(frozen=True, slots=True)
class Judge:
    """Says of combinations within one side's reports whether they are an answer, or why not.

    Attributes
    ----------
    timed
        The times that are asked.
    mass_shares
        Which part of the value has a mass, by goods and choice of partners; empty where mass is
        not one of several amounts.
    left
        Gets what has too little mass.
    """

    timed: Sequence[Timed]
    mass_shares: Mapping[tuple[int, int], float]
    left: Left
    _known: dict[tuple[str, str, str, bool], str] = field(default_factory=dict)
    _silent: dict[tuple[str, str, str, bool, Goods], str] = field(default_factory=dict)

    def weighted_enough(
        self,
        one: Numbered,
        goods: int,
        places: Sequence[int],
        ways: Sequence[PartnerChoice],
        amount: str,
    ) -> list[int]:
        """Return the choices of partners under which nearly all of the goods has such an amount."""
        if amount != "mass" or one.span.asked.quantity == "mass":
            return list(places)
        name, when = self.timed[0].name, one.span.words
        goods_words = [text for _, text in one.choice.choices]
        what = f"{name}: {', '.join(('mass', *goods_words, when))}"
        if one.choice.is_weighted:
            self.left.append((what, "weights split values of codes, and their masses otherwise"))
            return []
        parts = {place: self.mass_shares.get((goods, place), 0.0) for place in places}
        thin = [place for place, part in parts.items() if part < ENOUGH_MASS]
        # One reason for all choices of partners if none has enough masses, else one for each.
        for place in thin:
            if len(thin) < len(places):
                way = ways[place]
                words = ("mass", *goods_words, *way.choices.values(), way.total, when)
                what = f"{name}: {', '.join(words)}"
            why = f"{100 * parts[place]:.0f} % of the value has a mass, too little"
            self.left.append((what, why))
            if len(thin) == len(places):
                break
        return [place for place in places if place not in thin]

    def refused(self, one: Numbered, place: Definition, value: float | None) -> str:
        """Say why there is no value, or none that is an answer; empty text if it is one."""
        # Zero and no value alike: both ask whether the source has a row of these countries at all.
        key = (one.span.words, place.importer, place.exporter, bool(value))
        if key not in self._known:
            lost = refuse_unrecorded(*self._question(one, place), value)
            self._known[key] = lost.reason if lost else ""
        if self._known[key] or value is None:
            return self._known[key] or "no value"
        place_of_goods = (*key, one.choice.goods)
        why = self._silent.get(place_of_goods)
        if why is None:
            silent = words_unreported if value else _no_zero
            why = silent(*self._question(one, place), one.choice.goods)
            self._silent[place_of_goods] = why
        return why

    def _question(self, one: Numbered, place: Definition) -> tuple[SourceRows, Definition]:
        """Return the rows of the time of a choice of goods, and its question of other areas."""
        [time] = [timed for timed in self.timed if timed.span.words == one.span.words]
        return time.cells, at(time.span.asked, place)


def _no_zero(cells: SourceRows, asked: Definition, goods: Goods) -> str:
    """Say why no trade is not called zero; empty text where it is."""
    if is_zero(cells, asked, goods):
        return ""
    return NO_REPORT.format(cells.reported_by) if cells.reported_by else NOT_RECORDED
