"""A cut-off under every combination of goods, territory, partners, time and assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.figures.curve.choices import ENOUGH_MASS, apart, known, territory_choices
from entrepot.figures.curve.choices import TIME_WINDOWS_AS_ASKED as AS_ASKED
from entrepot.figures.curve.partner_choices import names, widest
from entrepot.figures.definition import SIDES
from entrepot.figures.editions import elasticities_in
from entrepot.figures.evidence import FoundSpecification, Specification
from entrepot.figures.questions.cutoff import ELSEWHERE, HEAD, losses
from entrepot.figures.questions.question import special
from entrepot.figures.sides import members_of, reach
from entrepot.goods import merged
from entrepot.lake import fetch
from entrepot.model.product import NO_CODES, harmonized

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.figures.curve.choices import Left, Numbered, Places, Timed
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.questions.cutoff import Lost

MEASURE = "cutoff"
PARTNERS = ("all", "countries only")
ELASTICITIES = ("all", "estimated for the code only")
"""With averages of headings and families, and without them."""


class _Counted(NamedTuple):
    """Markets by their number with how much of each counts, and the choices they stand for."""

    choices: dict[str, str]
    markets: tuple[tuple[int, float], ...]
    is_asked: bool


def of_cutoff(
    timed: Sequence[Timed], numbered: Sequence[Numbered], left: Left
) -> Iterator[FoundSpecification]:
    """Yield the specifications of a question about a cut-off.

    `numbered` has the choices of goods at each of the times; `left` gets what could not be
    evaluated, and why. A market is worked out once, however many specifications count it.
    """
    for time in timed:
        choices = [one for one in numbered if one.span == time.span]
        try:
            sales = read(time, choices)
        except NoEvidenceError as error:
            left.append((time.name, error.what))
            continue
        there: dict[Side, set[str]] = {
            "importer": {one.importer for one in sales},
            "exporter": {one.exporter for one in sales},
        }
        places = apart(territory_choices(time.span.asked), time.name, left)
        places, not_reporting = known(places, [time], there, left)
        known_reporters = [one for one in places if (time.span.words, one[0]) not in not_reporting]
        markets: dict[tuple[Supplier, ...], int] = {}
        counted = list(_counted(time, sales, choices, known_reporters, markets))
        # One name for each side: `losses` needs a single buyer and a single seller.
        asked = time.span.asked.but(**names([one for _, one in places]))
        yield from _valued(time, counted, markets, asked, left)


def _counted(
    time: Timed,
    sales: Sequence[Sale],
    choices: Sequence[Numbered],
    places: Places,
    markets: dict[tuple[Supplier, ...], int],
) -> Iterator[_Counted]:
    """Yield what each combination counts that is not the same as one before."""
    by_product: dict[str, list[Sale]] = {}
    for sale in sales:
        by_product.setdefault(sale.product, []).append(sale)
    editions = {code: {one.edition for one in some} for code, some in by_product.items()}
    numbers: dict[object, int] = {}
    seen = set()
    for only_countries, partners in enumerate(PARTNERS):
        for words, place in places:
            for one in choices:
                lines = []
                for code, some in by_product.items():
                    parts = {name: one.part_of(name, code) for name in editions[code]}
                    # part_of is the weight times the part of the
                    # window; zero: the choice does not count this code.
                    if not (most := max(parts.values())):
                        continue
                    # Editions relative to each other: a market scaled as
                    # one has the same loss, so that choices which differ in
                    # scale alone share it, and the scale weighs the bill.
                    relative = {name: part / most for name, part in parts.items()}
                    key = (partners, words, code, *sorted(relative.items()))
                    if key not in numbers:
                        suppliers = market(
                            some, relative, place, only_countries=bool(only_countries)
                        )
                        numbers[key] = markets.setdefault(suppliers, len(markets))
                    # Without the part of the window, which would scale all bills alike.
                    lines.append((numbers[key], most / time.span.part))
                counts = tuple(sorted(lines))
                if counts in seen:
                    continue
                seen.add(counts)
                said = {"territory": words, "partners": partners, "window": time.span.words}
                first = not only_countries and words == places[0][0]
                is_asked = one.choice.is_asked and first and time.span.words == AS_ASKED
                yield _Counted(dict(one.choice.choices) | said, counts, is_asked)


def _valued(
    time: Timed,
    counted: Sequence[_Counted],
    markets: dict[tuple[Supplier, ...], int],
    asked: Definition,
    left: Left,
) -> Iterator[FoundSpecification]:
    rows = [
        (str(number), one.exporter, one.stops, one.before, one.elsewhere, one.elasticity)
        for suppliers, number in markets.items()
        for one in suppliers
    ]
    points = losses(rows, asked) if rows else {}
    guessed = {
        number
        for suppliers, number in markets.items()
        if any(one.stops for one in suppliers) and any(one.basis != ESTIMATED for one in suppliers)
    }
    kinds = ELASTICITIES if asked.sigma is None else ELASTICITIES[:1]
    for one in counted:
        what = f"{time.name}: {', '.join(one.choices.values())}"
        some = {number for number, _ in one.markets}
        for is_sure, kind in enumerate(kinds):
            if is_sure and not some & guessed:
                continue  # the same as with averages: there are none
            for (divert, part), found in points.items():
                value = _loss(one, found, guessed if is_sure else set())
                if isinstance(value, str):
                    left.append((f"{what}, {kind}" if is_sure else what, value))
                    break
                said = {"divertible": f"{100 * divert:g} % of what others sell elsewhere"}
                if asked.sigma is None:
                    said |= {"short run": f"{100 * part:g} % of elasticities", "elasticity": kind}
                head = HEAD if asked.sigma is None else (HEAD[0], 1.0)
                is_asked = one.is_asked and not is_sure and (divert, part) == head
                yield FoundSpecification(
                    Specification(time.report | one.choices | said, value), is_asked
                )


def _loss(one: _Counted, found: dict[str, Lost], without: set[int]) -> float | str:
    """Return the part of the worth of the goods that is lost, or why it is not known."""
    sold = [
        (number, found[str(number)], part) for number, part in one.markets if str(number) in found
    ]
    if not any(lost.share for _, lost, _ in sold):
        return "the seller sells the buyer none of these goods"
    known = [
        (number, lost, lost.bill * part) for number, lost, part in sold if lost.loss is not None
    ]
    if not any(lost.share for _, lost, _ in known):
        return "none of these goods has an elasticity"
    kept = [(lost.loss or 0.0, bill) for number, lost, bill in known if number not in without]
    # Weighted by bills, over products whose elasticity is known.
    total = sum(bill for _, bill in kept)
    sure = total / sum(bill for *_, bill in known)
    if without and sure < ENOUGH_MASS:
        return f"{100 * sure:.0f} % of the bill has an elasticity of its own, too little"
    return sum(loss * bill for loss, bill in kept) / total


# Who sells a product to a buyer and elsewhere: the markets that some specification counts.


ESTIMATED = "estimated"


class Sale(NamedTuple):
    """What one sells to another, or to all who are not asked about, by product and edition."""

    product: str
    edition: str
    exporter: str
    importer: str
    amount: float
    elasticity: float | None
    basis: str | None


class Supplier(NamedTuple):
    """What a supplier of one product sells to the buyer and elsewhere, or stops to sell."""

    exporter: str
    stops: bool
    before: float
    elsewhere: float
    elasticity: float | None
    basis: str | None


def read(timed: Timed, choices: Sequence[Numbered]) -> list[Sale]:
    """Read what any choice needs; buyers that nobody asks about count as one.

    Raises
    ------
    NoEvidenceError
        If elasticities are needed, and the lake has none for the edition of the data.
    """
    asked, cells = timed.span.asked, timed.cells
    total = widest([one for _, one in territory_choices(asked)])
    by, there = reach(total)
    rows = cells.rows(
        by, merged([part for one in choices for part in one.choice.goods]), total, there
    )
    apart = sorted(special().union(*(members_of(total, side) for side in SIDES)))
    importer = nw.col("importer")
    named = nw.when(importer.is_in(apart)).then(importer).otherwise(nw.lit(ELSEWHERE))
    keys = ("product", "nomenclature", "exporter", "importer")
    sums = (
        rows.with_columns(named.alias("importer"))
        .group_by(*keys)
        .agg(nw.col(cells.column(total)).sum().alias("amount"))
    )
    reported = [row for row in fetch(sums.select(*keys, "amount")) if row[-1]]
    names: dict[str, str] = {}
    if asked.sigma is None:
        names = {
            edition: harmonized(edition).id for _, edition, *_ in reported if edition != NO_CODES
        }
    known = elasticities_in(cells.lake, set(names.values())) if names else {}
    found = []
    for product, edition, exporter, to, amount in reported:
        one = known.get(names.get(edition, ""), {}).get(product[:6])
        found.append(
            Sale(
                *(product, edition, exporter, to, amount),
                *((one.value, one.basis) if one else (None, None)),
            )
        )
    return found


def market(
    sales: Sequence[Sale], parts: Mapping[str, float], place: Definition, *, only_countries: bool
) -> tuple[Supplier, ...]:
    """Return who sells a product to the buyer, of as much of each edition as counts."""
    buyers, sellers = (members_of(place, side) for side in SIDES)
    odd = special() - buyers - sellers if only_countries else frozenset()
    by_exporter: dict[str, list[Sale]] = {}
    for one in sales:
        counts = parts.get(one.edition) and not {one.exporter, one.importer} & odd
        if counts and one.exporter not in buyers:
            by_exporter.setdefault(one.exporter, []).append(one)
    return tuple(sorted(_suppliers(by_exporter, parts, buyers, sellers)))


def _suppliers(
    by_exporter: Mapping[str, Sequence[Sale]],
    parts: Mapping[str, float],
    buyers: frozenset[str],
    sellers: frozenset[str],
) -> Iterator[Supplier]:
    for exporter, some in by_exporter.items():
        before, elsewhere = (
            sum(
                one.amount * parts[one.edition]
                for one in some
                if (one.importer in buyers) is to_buyers
            )
            for to_buyers in (True, False)
        )
        # Who sells the buyer nothing today is no supplier that could send more.
        if before <= 0:
            continue
        known = [one.elasticity for one in some if one.elasticity is not None]
        bases = {one.basis for one in some}
        yield Supplier(
            exporter,
            stops := exporter in sellers,
            before,
            # Who stops diverts nothing.
            0.0 if stops else elsewhere,
            min(known, default=None),
            ESTIMATED if bases == {ESTIMATED} else None,
        )
