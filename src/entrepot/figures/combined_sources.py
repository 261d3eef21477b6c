"""Several sources combined: each report is taken from the best source that has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import caveats, goods_caveats
from entrepot.figures.availability import availability_of
from entrepot.figures.definition import AND, SIDES
from entrepot.figures.denominator import of_details
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import Estimate, Evidence, NoAnswer, SourceAnswer
from entrepot.figures.no_value import unasked, unknown
from entrepot.figures.questions import of as question
from entrepot.figures.questions import unit_of
from entrepot.figures.questions.hubs import SOURCE, HubReporters
from entrepot.figures.row_facts import bases_of, editions_of, reported_on_two_bases
from entrepot.figures.rows import SourceRows, everything
from entrepot.figures.run_measure import measured_of, others_of
from entrepot.figures.sides import reach
from entrepot.lake import distinct, fetch, stored
from entrepot.measures import measure_metadata
from entrepot.model.product import NO_CODES, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.rows import Frame, Goods
    from entrepot.lake import Lake
    from entrepot.model.period import Period

_MONTHS = {"A": 12, "F": 12, "Q": 3, "M": 1}
_EACH = {"A": "1y", "Q": "1q", "M": "1mo"}
_COLUMNS = (
    "exporter", "importer", "reported_by", "valuation", "partner_basis", "nomenclature", "mass_kg",
)  # fmt: skip
SIX = 6
"""Digits that national tariffs have in common."""


def answer(
    definition: Definition,
    lake: Lake,
    source: str,
    *,
    alone: bool = False,
) -> SourceAnswer | NoAnswer:
    """Answer from several sources: each country's reports from the first of them that has them.

    Only single reports are put together, and only values in one currency: what is made of both
    sides' reports, such as BACI, does not say whose it is.

    Parameters
    ----------
    source
        Sources joined by `AND`, the best first. Where the definition names them, each has to be of
        use.
    alone
        Changes nothing: there are no alternatives.
    """
    sources = source.split(AND)
    found = {source: part_of(definition, lake, source) for source in sources}
    lacks = [one.reason for one in found.values() if isinstance(one, NoAnswer)]
    if lacks and AND in (definition.source or ""):
        # Said as well, although another lack was found first: who mends that one meets it next.
        mixed = _in_two_currencies(_currencies(definition, lake, sources), definition)
        return NoAnswer("; ".join([*lacks, *([mixed.reason] if mixed else [])]))
    asked = asked_about(definition)
    usable = _steady(
        [one for one in found.values() if isinstance(one, SourceContribution)], definition
    )
    # The first source named wins a country's reports, so that none of them counts twice.
    parts = _shared(usable, asked)
    if len(parts) < 2:
        return NoAnswer("no two loaded sources report different parts of it")
    used = {one.cells.available.source: one.cells.available.currency for one in parts}
    if refused := _in_two_currencies(used, definition):
        return refused
    digits, freq = _digits(parts), _coarsest(parts)
    goods = nw.concat([_alike(one, one.rows, definition, freq, digits) for one in parts])
    # Who tells some goods only is silent on the others, and not to be heard on them.
    wide = _shared([one for one in usable if _is_wide(one, parts)], asked)
    other_rows = [
        _alike(one, others_of(one.cells, definition, one.goods), definition, freq, digits)
        for one in wide
        if question(definition.measure).other_goods and definition.goods != "all"
    ]
    with stored(goods, lake) as rows:
        if not other_rows:
            return _answer(definition, parts, rows, {}, digits)
        with stored(nw.concat(other_rows), lake) as others:
            more = {"others": others, "others_reporters": HubReporters(*_reporters(wide))}
            return _answer(definition, parts, rows, more, digits)


def _coarsest(parts: Sequence[SourceContribution]) -> str:
    """Return the longest step of some parts."""
    # "F" and "A" are both a year long; fiscal years are alone here, see `_steady`.
    return max((one.cells.available.freq for one in parts), key=_MONTHS.__getitem__)


def _steady(
    parts: Sequence[SourceContribution], definition: Definition
) -> list[SourceContribution]:
    """Leave out who is silent in a step, where steps are to make up longer ones of others."""
    # Months that make up a fiscal year are not summed to one: nothing is truncated to its start.
    calendar = [one for one in parts if one.cells.available.freq != "F"]
    parts = calendar or parts
    freq = _coarsest(parts) if parts else ""
    found = []
    for one in parts:
        if one.cells.available.freq != freq:
            always = one.cells.available.speakers(spans_of(definition), always=True)
            assert always is not None  # else it were no part
            # A missing month would make a year of months
            # too small beside the years of another source.
            one = replace(
                one,
                buyers=one.buyers & always["importer"],
                sellers=one.sellers & always["exporter"],
            )
        found.append(one)
    return found


def _currencies(definition: Definition, lake: Lake, sources: Sequence[str]) -> dict[str, str]:
    """Return the currency of each source that holds the time asked about."""
    found = {source: availability_of(lake, source, spans_of(definition)) for source in sources}
    return {
        source: deliveries[0].currency
        for source, deliveries in found.items()
        if not isinstance(deliveries, NoAnswer)
    }


def _in_two_currencies(used: Mapping[str, str], definition: Definition) -> NoAnswer | None:
    """Refuse amounts of money that cannot be set beside each other, by source and currency."""
    if definition.quantity == "mass" or len(set(used.values())) < 2:
        return None
    reported = ", ".join(f"{source} is in {currency}" for source, currency in used.items())
    return NoAnswer(
        f"{reported}, and amounts in two currencies cannot be compared; load one of them in "
        "the currency of the other, or name sources in one currency"
    )


def _is_wide(part: SourceContribution, parts: Sequence[SourceContribution]) -> bool:
    """Whether a part has other goods as well, in steps and money of those that are put together."""
    one, first = part.cells.available, parts[0].cells.available
    is_fine = _MONTHS[one.freq] <= _MONTHS[_coarsest(parts)]
    return not one.few_products and is_fine and one.currency == first.currency


def _reporters(parts: Sequence[SourceContribution]) -> tuple[frozenset[str], frozenset[str]]:
    """Return who is heard on what it buys, and on what it sells."""
    return (
        frozenset[str]().union(*(one.buyers for one in parts)),
        frozenset[str]().union(*(one.sellers for one in parts)),
    )


def _shared(parts: Sequence[SourceContribution], asked: frozenset[str]) -> list[SourceContribution]:
    """Give each country's reports of a side to the first part that has them; drop idle parts."""
    found: list[SourceContribution] = []
    bought: frozenset[str] = frozenset()
    sold: frozenset[str] = frozenset()
    for one in parts:
        mine = replace(one, buyers=one.buyers - bought, sellers=one.sellers - sold)
        # What is left of it may be countries that nobody asks about.
        if (mine.buyers | mine.sellers) & asked:
            found.append(mine)
            bought, sold = bought | one.buyers, sold | one.sellers
    return found


def _digits(parts: Sequence[SourceContribution]) -> int:
    """Return how many digits of a code all have: those of the coarsest, six of two tariffs."""
    longest = nw.col("product").str.len_chars().max()
    reported = (fetch(one.rows.select(longest))[0][0] for one in parts)
    digits = [int(one) for one in reported if one] or [SIX]
    # Two tariffs number their lines differently from the seventh digit on.
    alike = len({one.cells.available.nomenclatures for one in parts}) == 1
    return min(digits) if alike else min(*digits, SIX)


def _alike(
    part: SourceContribution, rows: Frame, definition: Definition, freq: str, digits: int
) -> Frame:
    """Return the reports that are taken of a part, with codes and steps as long as of the others.

    Months of a country that tells all of them make up its years.
    """
    start = nw.col("period")
    # Cast: truncation makes timestamps of dates on some engines, and these would not concatenate.
    start = (start.dt.truncate(_EACH[freq]) if freq in _EACH else start).cast(nw.Date)
    return part.kept(rows).select(
        *_COLUMNS,
        part.cells.column(definition),
        nw.col("product").str.slice(0, digits).alias("product"),
        start.alias("period"),
        nw.lit(freq).alias("freq"),
        nw.lit(part.cells.available.source).alias(SOURCE),
    )


def _answer(
    definition: Definition,
    parts: Sequence[SourceContribution],
    rows: Frame,
    more: dict[str, Any],
    digits: int,
) -> SourceAnswer | NoAnswer:
    how = question(definition.measure)
    column = parts[0].cells.column(definition)
    names = AND.join(one.cells.available.source for one in parts)
    buyers, sellers = _reporters(parts)
    is_chain = how.trade == "chain"
    reporters: dict[str, Any] = {"reporters": HubReporters(buyers, sellers)} if is_chain else {}
    extra_inputs = more | (reporters or {"speakers": {"importer": buyers, "exporter": sellers}})
    main = how.value or measure_metadata(definition.measure).columns[0][0]
    try:
        found = how.run(rows, definition, column, **extra_inputs)
        table = how.table(rows, definition, column, **reporters) if how.table else None
        made = measured_of(found, definition, main, table)
    except NoEvidenceError as error:
        hint = f"; {error.hint}" if error.hint else ""
        return NoAnswer(f"{names}: {error.what}{hint}")
    if isinstance(made, NoAnswer):
        return made
    if made is None:
        return NoAnswer(f"{names}: {measure_metadata(definition.measure).null_rule}")
    estimate = Estimate(
        value=made.value,
        unit=unit_of(definition),
        low=made.low,
        high=made.high,
        is_range=made.low is not None,
        details=made.details,
        table=made.table,
        choices={"source": names, "goods": definition.goods},
        evidence=tuple(_evidence(one, rows) for one in parts),
    )
    spans = (how.span,) if made.low is not None and how.span else ()
    currency = parts[0].cells.available.currency
    unit = "kg" if definition.quantity == "mass" else currency
    return SourceAnswer(
        (estimate,),
        tuple(_notes(definition, parts, rows, digits)),
        spans,
        denominator=of_details(definition, made.details, unit, names),
        currency=currency,
        source=names,
    )


def _evidence(part: SourceContribution, rows: Frame) -> Evidence:
    """Return how many reports were taken of a source."""
    mine = rows.filter(nw.col(SOURCE) == part.cells.available.source)
    counted = mine.group_by("reported_by").agg(nw.len().alias("rows"))
    reported = {str(side): int(count) for side, count in fetch(counted)}
    available = part.cells.available
    return Evidence(
        available.source, available.snapshot, sum(reported.values()), dict(sorted(reported.items()))
    )


def _notes(
    definition: Definition, parts: Sequence[SourceContribution], rows: Frame, digits: int
) -> Iterator[Caveat]:
    """Yield what follows from the goods, and from putting sources together."""
    for part in parts:
        for goods in part.goods:
            yield from goods_caveats.for_goods(goods)
        yield from caveats.doubtful_rows(definition, part.cells.available.source)
    editions = sorted({name for part in parts for name in part.cells.available.nomenclatures})
    text = (
        "Combined from several sources, each country's reports from one. As a rule "
        "imports are CIF and exports FOB, so that imports look larger by the CIF/FOB "
        "margin"
    )
    if len(editions) > 1:
        text += f"; codes are in {', '.join(editions)}, and one that changed counts as two goods"
    if digits < SIX:
        text += f"; goods have {digits} digits, the most that one of them has"
    yield caveats.caveat("several-sources", f"{text}.")
    column = parts[0].cells.column(definition)
    yield from caveats.whose_goods(definition, bases_of(rows, column))


# What one source can add where several are put together: its rows, and who of it is heard.


@dataclass(frozen=True, slots=True)
class SourceContribution:
    """One source: its rows, and who of it is heard, on each side."""

    cells: SourceRows
    goods: Goods
    rows: Frame
    buyers: frozenset[str]
    sellers: frozenset[str]

    def kept(self, rows: Frame) -> Frame:
        """Return the reports that are taken from it."""
        side = nw.col("reported_by")
        bought = (side == "importer") & nw.col("importer").is_in(sorted(self.buyers))
        return rows.filter(
            bought | ((side == "exporter") & nw.col("exporter").is_in(sorted(self.sellers)))
        )


def part_of(definition: Definition, lake: Lake, source: str) -> SourceContribution | NoAnswer:
    """Return the rows of one source, or why it cannot be put together with others."""
    one = _delivered(definition, lake, source)
    if isinstance(one, NoAnswer):
        return one
    speakers = one.speakers(spans_of(definition))
    if speakers is None:
        return NoAnswer(f"{source} does not say which side reported, so it cannot be combined")
    cells = SourceRows(lake, one)
    cells = replace(cells, twofold=reported_on_two_bases(cells, definition))
    editions = tuple(name for name in editions_of(cells, definition) if name != NO_CODES)
    if not editions:
        return NoAnswer(f"{source} has totals over all goods only, no {_words(definition)}")
    if one.few_products and definition.goods == "all":
        return NoAnswer(f"{source} is loaded for some goods only")
    try:
        goods = goods_in(definition, editions, lake)
    except (RequestError, NoEvidenceError) as error:
        return NoAnswer(f"{source} cannot be asked: {error.what}")
    by, there = reach(definition)
    # Codes only: sums over all goods of one source cannot be matched with products of another.
    rows = cells.rows(by, goods, definition).filter(nw.col("product") != TOTAL)
    if one.few_products:
        speakers = {side: speakers[side] & _reporters_of(side, rows) for side in SIDES}
    asked = asked_about(definition)
    if not any(speakers[side] & asked for side in SIDES):
        return NoAnswer(f"no country asked about reports {definition.goods} to {source}")
    # A country that publishes headings looks as if it traded none of a subheading.
    coarse = {side: _coarse(side, speakers[side], cells, definition, goods) for side in SIDES}
    buyers, sellers = (speakers[side] - coarse[side] for side in SIDES)
    if not (buyers | sellers) & asked:
        return NoAnswer(
            f"{source} has only totals or codes too coarse for {_words(definition)} of "
            "the countries asked about"
        )
    return SourceContribution(cells, goods, rows.filter(there.test), buyers, sellers)


def _delivered(definition: Definition, lake: Lake, source: str) -> Availability | NoAnswer:
    """Return the deliveries that cover a question, the coarsest where there are several."""
    if refused := unknown(definition, source):
        return NoAnswer(refused)
    deliveries = availability_of(lake, source, spans_of(definition))
    if isinstance(deliveries, NoAnswer):
        return deliveries
    refused = unasked(definition, source, deliveries[0])
    return NoAnswer(refused) if refused else deliveries[0]


def spans_of(definition: Definition) -> list[Period]:
    """Return the times that a question compares."""
    return [span for span in (definition.period, definition.base) if span]


def asked_about(definition: Definition) -> frozenset[str]:
    """Return everybody whose reports a question is about."""
    sides: tuple[Any, ...] = ("importer", "exporter", "hubs")
    return frozenset[str]().union(*(definition.members(side) for side in sides))


def _reporters_of(side: Side, rows: Frame) -> set[str]:
    """Return who reports these goods at all."""
    return {who for (who,) in distinct(rows.filter(nw.col("reported_by") == side), side)}


def _coarse(
    side: Side, speakers: frozenset[str], cells: SourceRows, definition: Definition, goods: Goods
) -> frozenset[str]:
    """Return who does not, in some step, tell goods apart as finely as they are asked for.

    No row is nothing traded only of those who do: books of headings have none of a subheading.
    """
    by, there = reach(definition)
    digits = _source_contribution_digits(
        side, speakers, cells.rows(by, *_all_goods(definition), there)
    )
    # Who traded nothing on these ways shows its codes in its other trade.
    elsewhere = (speakers & asked_about(definition)) - digits.keys()
    if elsewhere:
        mine = nw.col(side).is_in(sorted(elsewhere))
        # Zero digits unless rows say more: who reports nothing at all is too coarse for any code.
        digits |= dict.fromkeys(elsewhere, 0)
        digits |= _source_contribution_digits(
            side, elsewhere, cells.rows(side, *_all_goods(definition), mine)
        )
    return frozenset(who for who, count in digits.items() if count < _needed(goods))


def _all_goods(definition: Definition) -> tuple[Goods, Definition]:
    return (everything(),), definition.but(goods="")


def _source_contribution_digits(
    side: Side, speakers: frozenset[str], rows: Frame
) -> dict[str, int]:
    """Return by teller the longest code of the step in which that is the shortest; 0: a total."""
    mine = rows.filter(nw.col("reported_by") == side, nw.col(side).is_in(sorted(speakers)))
    length = nw.when(nw.col("product") != TOTAL).then(nw.col("product").str.len_chars())
    steps = mine.select(side, "period", length.alias("digits")).group_by(side, "period")
    found: dict[str, int] = {}
    for who, _, digits in fetch(steps.agg(nw.col("digits").max())):
        # The step with the shortest codes decides; None is a step of totals only.
        found[who] = min(found.get(who, digits or 0), digits or 0)
    return found


def _needed(goods: Goods) -> int:
    """Return the digits of the longest code asked for; one where all goods are."""
    codes = (code for one in goods for code in (*(one.codes or ()), *one.prefixes))
    return max(map(len, codes), default=1)


def _words(definition: Definition) -> str:
    return "goods by code" if definition.goods == "all" else definition.goods
