"""What can be chosen otherwise in a question, within one source."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.curve.partner_choices import (
    AMOUNTS,
    GoodsChoice,
    PartnerKind,
    areas_apart,
    fixed,
    varying,
)
from entrepot.figures.definition import AS_ASKED, CHINA, SIDES
from entrepot.figures.editions import goods_in
from entrepot.figures.no_value import non_reporting_refusal
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REST, special
from entrepot.figures.sides import members_of
from entrepot.goods import Variant
from entrepot.goods.parse import has_list, parse
from entrepot.lake import distinct, few_rows, stored
from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Set

    from entrepot.figures.curve.partner_choices import ReportedSlice
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Frame, SourceRows
    from entrepot.goods import Selection
    from entrepot.lake import Lake


def goods_choices(
    definition: Definition, editions: tuple[str, ...], lake: Lake
) -> tuple[list[GoodsChoice], list[tuple[str, str]]]:
    """Return the goods under every choice that changes them, and what was left out, with why.

    A list that is ranked by tiers is also taken down to each tier, where the measure allows it; a
    list without a day also as it stood at the end of the period; each is followed into the edition
    of the data in every way. Choices that select the same codes are one.
    """
    if not has_list(definition.goods):
        return [GoodsChoice((), goods_in(definition, editions, lake), is_asked=True)], []
    found: dict[object, GoodsChoice] = {}
    left: list[tuple[str, str]] = []
    for words, goods in _versions(definition):
        # The way asked for first: of ways that select the same codes, the first names the choice.
        for way in dict.fromkeys((definition.concordance, *get_args(Variant))):
            choices = (*words, ("followed", way))
            try:
                selected = goods_in(definition.but(goods=goods), editions, lake, way)
            except (RequestError, NoEvidenceError) as error:
                left.append((", ".join(text for _, text in choices), error.what))
                continue
            codes = tuple((s.nomenclature, s.codes, s.prefixes, s.weights) for s in selected)
            if not any(one.codes or one.prefixes for one in selected):
                left.append((", ".join(text for _, text in choices), "no code is left"))
                continue
            is_asked = goods == definition.goods and way == definition.concordance
            # Keyed by what is selected, not by the words: equal selections are one specification.
            found.setdefault(codes, GoodsChoice(choices, selected, is_asked))
    return list(found.values()), left


def selections(
    definition: Definition, editions: tuple[str, ...], lake: Lake
) -> Iterator[Selection]:
    """Yield what each choice selects of a list."""
    if has_list(definition.goods):
        choices, _ = goods_choices(definition, editions, lake)
        yield from (one for choice in choices for one in choice.goods)


Words = tuple[tuple[str, str], ...]


def _versions(definition: Definition) -> list[tuple[Words, str]]:
    """Return which parts of the list, as of which day, and the words that say so."""
    parts = parse(definition.goods)
    tiers = [definition.goods]
    lists = {part.of.id: part.of for part in parts if part.of}
    if len(parts) == 1 and (of := parts[0].of) and ":" not in parts[0].key:
        # Tiers of the Common High Priority List are 1, 2, 3.A, 3.B ...: rank 3 has both parts.
        ranks = list(dict.fromkeys(one.id.partition(".")[0] for one in of.parts))
        allowed = "tiers" in question(definition.measure).choices
        # Letters (annexes, categories) name parts but do not rank them.
        if allowed and len(ranks) > 1 and all(map(str.isdigit, ranks)):
            name, at, day = definition.goods.partition("@")
            tiers += [
                ",".join(f"{name}:{rank}{at}{day}" for rank in ranks[:count])
                # Down to each tier but the last, which would be the whole list again.
                for count in range(1, len(ranks))
            ]
    found: list[tuple[Words, str]] = [
        ((("goods", text), ("listed", "as known")), text) for text in tiers
    ]
    if lists and not any(part.dated for part in parts):
        last = definition.period.end
        # After the last text that was read, the list of that day is not known.
        if all(of.begins <= last < of.known_until for of in lists.values()):
            found += [
                (
                    (("goods", text), ("listed", f"on {last}")),
                    ",".join(f"{one}@{last}" if has_list(one) else one for one in text.split(",")),
                )
                for text in tiers
            ]
    return found


def territory_choices(definition: Definition) -> list[tuple[str, Definition]]:
    """Return the question with Hong Kong and Macao in or out, where China is on a side.

    Where a measure tells suppliers apart and none is named, the exporter is who counts as one.
    """
    for side in ("exporter", "importer"):
        members = tuple(sorted(getattr(definition, side).split("+")))
        if members in CHINA:
            every = [members, *(one for one in CHINA if one != members)]
            return [("+".join(one), definition.but(**{side: "+".join(one)})) for one in every]
    found = [(AS_ASKED, definition)]
    tells_apart = question(definition.measure).trade == "market" and not definition.named_by
    if tells_apart and definition.exporter == WORLD:
        as_one = ["+".join(one) for one in CHINA[1:]]
        found += [(words, definition.but(exporter=words)) for words in as_one]
    return found


# The time of a question: as asked, or an average over a longer time that ends with it.


TIME_WINDOWS_AS_ASKED = "as asked"
YEARS, MONTHS = "three-year average", "twelve-month average"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The time that is added up, and what an average takes of the sum.

    Attributes
    ----------
    words
        What it is called among the choices.
    asked
        The question about all of that time.
    part
        The length of the period asked about over the length of this one.
    """

    words: str
    asked: Definition
    part: float = 1.0

    @property
    def times(self) -> list[tuple[bool, Period]]:
        """Return period and base, with whether it is the period."""
        found = [(True, self.asked.period)]
        return [*found, (False, self.asked.base)] if self.asked.base else found


@dataclass(frozen=True, slots=True)
class Timed:
    """A time, and what one side's reports have of it."""

    span: TimeWindow
    cells: SourceRows

    @property
    def name(self) -> str:
        """Return whose reports of which source they are, in words."""
        source, reported_by = self.cells.available.source, self.cells.reported_by
        return source if reported_by is None else f"{source}, {reported_by}'s reports"

    @property
    def report(self) -> dict[str, str]:
        """Return whose reports of which source they are, as choices of a specification."""
        reported_by = self.cells.reported_by
        return {
            "source": self.cells.available.source,
            "report": f"{reported_by}'s" if reported_by else "reconciled",
        }


def longer(definition: Definition) -> TimeWindow | tuple[str, str]:
    """Return the average over three years or twelve months, or what it is and why there is none.

    A year is averaged with the two before it, a shorter time over the twelve months that end with
    it, and a base in the same way.
    """
    period = definition.period
    if not period.split(1):
        return ("a longer time", f"{period} is not made of months")
    if period.months > 12:
        return ("a longer time", f"{period} is more than a year already")
    words, months = (YEARS, 36) if period.months == 12 else (MONTHS, 12)
    wide = _ending_with(period, months)
    base = definition.base and _ending_with(definition.base, months)
    if base and base.end >= wide.start:
        return (words, f"{wide} and {base} overlap")
    return TimeWindow(words, definition.but(period=wide, base=base), period.months / months)


def averaged_over(definition: Definition) -> list[Period]:
    """Return the steps of the longer time over which a curve takes an average, if it takes one."""
    if "window" not in question(definition.measure).choices:
        return []
    found = longer(definition)
    if not isinstance(found, TimeWindow):
        return []
    return found.asked.period.parts(definition.period.freq)


def _ending_with(period: Period, months: int) -> Period:
    # Months since year 0, January being 1: twelve before December 2023 is January 2023.
    first = period.end.year * 12 + period.end.month - months
    return Period(date(first // 12, first % 12 + 1, 1), period.end)


Left = list[tuple[str, str]]
Places = list[tuple[str, "Definition"]]


def at(asked: Definition, place: Definition) -> Definition:
    """Return a question with the areas of another."""
    return asked.but(importer=place.importer, exporter=place.exporter)


def apart(places: Places, name: str, left: Left) -> Places:
    """Return the territories that have no area in common with the other side."""
    found = []
    for words, one in places:
        if members_of(one, "importer") & members_of(one, "exporter"):
            left.append((f"{name}: {words}", "the other side is a part of it"))
        else:
            found.append((words, one))
    return found


def known(
    places: Places, timed: Sequence[Timed], there: Mapping[Side, Set[str]], left: Left
) -> tuple[Places, set[tuple[str, str]]]:
    """Return the territories that rows tell apart, and those silent at some of the times.

    `there` has the areas that stand on each side in some row. The first territory is the one asked
    about, and is kept whether it is there or not.
    """
    found, not_reporting = places[:1], set()
    for words, one in places[1:]:
        absent = {
            name
            for side in SIDES
            for name in members_of(one, side) - members_of(places[0][1], side) - there[side]
        }
        # Macao may have sold nothing: a territory with it would count the very same rows.
        if absent:
            left.append((f"{timed[0].name}: {words}", f"nothing of {', '.join(sorted(absent))}"))
            continue
        found.append((words, one))
        for time in timed:
            if refused := non_reporting_refusal(time.cells, at(time.span.asked, one)):
                left.append((f"{time.name}: {words}, {time.span.words}", refused.reason))
                not_reporting.add((time.span.words, words))
    return found, not_reporting


def areas_there(timed: Timed, said: Sequence[ReportedSlice]) -> dict[Side, frozenset[str]]:
    """Return which of the areas that come and go stand on each side at a time."""
    slices = _at(timed, said)
    return {side: frozenset(getattr(one, side) for one in slices) for side in SIDES}


ENOUGH_MASS = 0.9
"""Share of the value that needs a mass for a measure of mass to stand for the same goods."""
NEARLY_ALL = 0.99
"""Share of the value whose valuation or basis is taken for that of all of it."""
MIXED, NOT_SAID = "mixed", "not said"


def amounts(timed: Timed, said: Sequence[ReportedSlice], left: Left) -> list[str]:
    """Return what can be added up: value, and mass where some has one.

    Whether enough of it has one is another matter for each specification.
    """
    asked, cells = timed.span.asked, timed.cells
    if asked.quantity == "mass":
        return ["mass"]
    if "quantity" not in question(asked.measure).choices:
        return ["value"]
    what = f"{timed.name}: mass, {timed.span.words}"
    if cells.available.is_reconciled and cells.reported_by:
        left.append((what, "reconciled rows keep both values, one mass"))
        return ["value"]
    here = _at(timed, said)
    if any(one.value_with_mass for one in here):
        return ["value", "mass"]
    if any(one.value for one in here):  # else there is nothing of which a part could have a mass
        left.append((what, "0 % of the value has a mass, too little"))
    return ["value"]


def valuation(timed: Timed, said: Sequence[ReportedSlice]) -> str:
    """Return whether values are FOB or CIF."""
    if timed.cells.available.is_reconciled:
        return "as reported" if timed.cells.reported_by else MIXED
    return _said(timed, said, lambda one: one.valuation)


def basis(timed: Timed, said: Sequence[ReportedSlice]) -> str:
    """Return what makes the partner: destination, origin or consignment."""
    return _said(timed, said, lambda one: one.basis)


def _said(
    timed: Timed, said: Sequence[ReportedSlice], of: Callable[[ReportedSlice], str | None]
) -> str:
    there = _at(timed, said)
    sums: dict[str, float] = {}
    for one in there:
        name = of(one) or NOT_SAID
        sums[name] = sums.get(name, 0.0) + one.value
    most = max(sums, key=lambda name: sums[name], default=NOT_SAID)
    # Without any value this is 0 >= 0: "not said", and not "mixed".
    return most if sums.get(most, 0.0) >= NEARLY_ALL * sum(sums.values()) else MIXED


def _at(timed: Timed, said: Sequence[ReportedSlice]) -> list[ReportedSlice]:
    spans = [period for _, period in timed.span.times]
    return [one for one in said if any(span.start <= one.period <= span.end for span in spans)]


# The rows of a curve by choice of goods and of time, and what they are to choices of partners.


@dataclass(frozen=True, slots=True)
class Numbered:
    """One choice of goods at one choice of time; its place in the list is its number."""

    span: TimeWindow
    choice: GoodsChoice

    @property
    def is_everything(self) -> bool:
        """Whether all goods are asked for."""
        return all(one.codes is None for one in self.choice.goods)

    def part_of(self, edition: str = "", code: str = "") -> float:
        """Return what part of a code, or of everything, counts in the average."""
        if self.is_everything:
            return self.span.part
        weights = (one.weight_of(code) for one in self.choice.goods if one.nomenclature == edition)
        # Times the part of the window: a three-year sum counts a third, so that it is an average.
        return self.span.part * max(weights, default=0.0)


@contextmanager
def by_goods(
    cells: SourceRows,
    kept: Frame,
    reported: Sequence[tuple[str, str]],
    numbered: Sequence[Numbered],
) -> Iterator[Frame]:
    """Add up the amounts of each choice of goods and time, by exporter and importer.

    Yields
    ------
    Frame
        Of ``goods`` (their number), ``exporter``, ``importer``, ``now`` (whether of the period, not
        of the base), ``value`` and ``mass``, null where none is known; with ``product`` and
        ``nomenclature`` where the measure needs goods apart, and the value of what has a mass,
        ``weighed``.
    """
    keeps = question(numbered[0].span.asked.measure).keeps_products
    keys = ["exporter", "importer", *(["nomenclature", "product"] if keeps else [])]
    sums = (*AMOUNTS, "weighed")
    parts = [nw.col(name).sum() for name in (*sums, *(f"{name}_known" for name in AMOUNTS))]
    # All goods are told by thousands of codes, and none of them matters.
    of = [] if numbered[0].is_everything else ["nomenclature", "product"]
    # Thousands of codes and hundreds of choices have few patterns of which choice counts which
    # code; rows are added up by pattern first, so that the join with choices stays small.
    patterns, members = _membership(reported if of else [()], numbered)
    counts = few_rows(
        cells.lake,
        {
            "pattern": ("INTEGER", [one[0] for one in members]),
            "goods": ("INTEGER", [one[1] for one in members]),
            "part": ("DOUBLE", [one[2] for one in members]),
        },
    )
    if of:
        lines = {name: ("VARCHAR", [one[at] for one in reported]) for at, name in enumerate(of)}
        pattern = few_rows(cells.lake, lines | {"pattern": ("INTEGER", patterns)})
        coded = kept.join(pattern, on=of)
    else:
        coded = kept.with_columns(nw.lit(0).alias("pattern"))
    # Few choices are of one time: these two first, so that rows meet their own choices only.
    when = counts.join(_times(cells, numbered), on="goods")
    summed = (
        coded.group_by("pattern", "period", *keys)
        .agg(*parts)
        .join(when, on=["pattern", "period"])
        .with_columns((nw.col(name) * nw.col("part")).alias(name) for name in sums)
        .group_by("goods", "now", *keys)
        .agg(*parts)
    )
    # A sum over nulls alone is zero: without any known amount it has to be null.
    known = (
        nw.when(nw.col(f"{name}_known") > 0).then(nw.col(name)).alias(name) for name in AMOUNTS
    )
    with stored(summed.select("goods", "now", *keys, *known, "weighed"), cells.lake) as rows:
        yield rows


def _membership(
    reported: Sequence[tuple[str, ...]], numbered: Sequence[Numbered]
) -> tuple[list[int], list[tuple[int, int, float]]]:
    """Return the pattern that each code has, and which goods count how much of each pattern.

    Codes of one pattern are counted by the same choices, and are added up before they are counted.
    """
    patterns: dict[tuple[float, ...], int] = {}
    of = [
        patterns.setdefault(tuple(one.part_of(*code) for one in numbered), len(patterns))
        for code in reported
    ]
    members = [
        (number, goods, part)
        for parts, number in patterns.items()
        for goods, part in enumerate(parts)
        if part
    ]
    return of, members


def _times(cells: SourceRows, numbered: Sequence[Numbered]) -> Frame:
    """Return which times each choice counts, and whether as its period or as its base."""
    starts = [
        (goods, day, now)
        for goods, one in enumerate(numbered)
        for now, period in one.span.times
        for day in cells.available.starts(period)
    ]
    return few_rows(
        cells.lake,
        {
            "goods": ("INTEGER", [one[0] for one in starts]),
            "period": ("DATE", [one[1] for one in starts]),
            "now": ("BOOLEAN", [one[2] for one in starts]),
        },
    )


def kinds(
    rows: Frame, asked: Sequence[Sequence[Definition]], apart: Side | None = None
) -> list[dict[int, list[PartnerKind]]]:
    """Return what rows each choice of goods has, as far as choices of partners can tell.

    Of several questions, each with its territories; `apart` is the side of which they name other
    areas each, and of which a question has rows of its own areas alone.
    """
    told = sorted(areas_apart(one for territories in asked for one in territories))
    labels = []
    for place in SIDES:
        area = nw.col(place)
        label = nw.when(area.is_in(told)).then(area).otherwise(nw.lit(""))
        labels.append(label.alias(f"{place}_stands"))
    own = (nw.col("exporter") == nw.col("importer")).alias("own")
    flagged = distinct(rows, "goods", *labels, own)
    if apart is None:
        return [_kinds_of(one, flagged) for one in asked]
    by_area: dict[str, list[tuple[Any, ...]]] = {}
    for line in flagged:
        by_area.setdefault(line[1 + SIDES.index(apart)], []).append(line)
    mine = [frozenset[str]().union(*(members_of(x, apart) for x in one)) for one in asked]
    return [
        _kinds_of(one, [line for area in sorted(areas) for line in by_area.get(area, ())])
        for one, areas in zip(asked, mine, strict=True)
    ]


def _kinds_of(
    asked: Sequence[Definition], flagged: Sequence[tuple[Any, ...]]
) -> dict[int, list[PartnerKind]]:
    varied = varying(asked)
    sides = {side: members_of(asked[0], side) for side in SIDES}
    named = varied.union(*sides.values())
    # REST are partners that are not loaded, mostly countries: the choice "countries only" keeps it.
    odd = special() - named - {REST}
    called = {area: area for area in varied}
    for side, members in sides.items():
        if members.isdisjoint(varied):
            called |= dict.fromkeys(members, fixed(side))
    found: dict[int, dict[PartnerKind, None]] = {}
    for goods, *areas, is_own in flagged:
        importer, exporter = (called.get(area, "") for area in areas)
        kind = PartnerKind(exporter, importer, not odd.isdisjoint(areas), is_own)
        found.setdefault(goods, {})[kind] = None
    return {goods: list(some) for goods, some in found.items()}
