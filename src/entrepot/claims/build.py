"""From the keys of a claims file to quantities and intervals in the units of the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from entrepot.claims.document import Claim
from entrepot.claims.numbers import Says, read_place, read_says
from entrepot.claims.quantity import COUNTED_IN, SHARES, Level, Quantity, Terms, terms_of
from entrepot.claims.series import by_words, publisher_of
from entrepot.claims.units import in_data_units
from entrepot.errors import RequestError
from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.claims.schema import ClaimEntry, FlowKeys, GdpKeys, GdpShareKeys, RankKeys

__all__ = ["HOME", "claim_of", "members_then", "share_of", "with_keys"]

DEFINED = (
    *("value", "balance", "growth", *SHARES, "price_growth", "quantity_growth"),
    *("hhi", "cr", "asymmetry"),
)
"""Kinds of claims that are a Figure of that measure."""
HOME = {"CNY": "CHN", "RUB": "RUS", "EUR": "EU27"}
"""Whose statistics are kept in a currency."""


def claim_of(entry: ClaimEntry) -> Claim:
    """Return the claim that an entry of a claims file makes.

    Raises
    ------
    RequestError
        If number and quantity do not go together: a share above one, dollars for a growth rate,
        a value without a currency. Where a point or comma allows two readings, if neither goes.
    """
    if entry.rank is not None:
        return _claim_saying(entry, read_place(entry.says))
    says = read_says(entry.says)
    try:
        return _claim_saying(entry, says)
    except RequestError:
        if says.other is None:
            raise
    return _claim_saying(entry, replace(says.other, other=replace(says, other=None)))


def _claim_saying(entry: ClaimEntry, says: Says) -> Claim:
    quantity, said = _quantity(entry, says)
    keys = getattr(entry, entry.kind)
    stated = getattr(keys, "currency", None) is not None
    placed = quantity.measure == "rank"
    interval = says.interval if placed else in_data_units(says, quantity, stated=stated)
    quantity, said, worded = _by_whom(entry, quantity, said=said)
    return Claim(
        id=entry.id,
        quote=entry.quote,
        says=says,
        quantity=quantity,
        interval=interval,
        attributed_to=entry.attributed_to,
        keys=with_keys(entry.kind, keys) if entry.kind in DEFINED else (),
        books_said=said,
        by_words=worded,
    )


def _by_whom(entry: ClaimEntry, quantity: Quantity, *, said: bool) -> tuple[Quantity, bool, bool]:
    """Return a quantity in the books that its source or words mean; whether they say, or hint."""
    levels = list(quantity.levels())
    if said or not levels:
        return quantity, said, False
    first = levels[0]
    sides = (first.exporter, first.importer)
    keeper = publisher_of(entry.attributed_to)
    if keeper in sides and all(keeper in (one.exporter, one.importer) for one in levels):
        return quantity.mapped(books=keeper), True, False
    if entry.attributed_to:  # who is quoted counted all that is quoted, whichever way it is worded
        return quantity, False, False
    if len({(one.exporter, one.importer) for one in levels}) > 1:  # both ways, or several partners
        return quantity, False, False
    books = by_words(entry.quote, entry.says, *sides, first.period)
    return (quantity.mapped(books=books) if books else quantity), False, bool(books)


def with_keys(measure: str, keys: FlowKeys) -> tuple[tuple[str, str], ...]:
    """Return the keys of the definition that a Figure of this measure would have."""
    given = keys.model_dump(exclude_none=True, exclude={"measure", "reporter", "statistic"})
    return (("measure", measure), *((name, str(value)) for name, value in given.items()))


def _quantity(entry: ClaimEntry, says: Says) -> tuple[Quantity, bool]:
    """Return the quantity, and whether it says whose statistics count."""
    if entry.ratio is not None:
        of, of_said = _plain(entry.ratio.of.measure or "value", entry.ratio.of, says)
        to, to_said = _plain(entry.ratio.to.measure or "value", entry.ratio.to, says)
        # "A is five times smaller than B" is a number of B over A.
        return _ratio(*((to, of) if says.smaller else (of, to))), of_said and to_said
    if entry.sum is not None:
        parts = [_plain("value", keys, says) for keys in entry.sum.of]
        terms = tuple(term for quantity, _ in parts for term in quantity.of)
        return Quantity("value", terms), all(said for _, said in parts)
    if entry.change is not None:
        share = next(name for name in SHARES if getattr(entry.change.of, name) is not None)
        now, said = _plain(share, getattr(entry.change.of, share), says)
        less = now.mapped(period=Period.parse(entry.change.base))
        measure = "share_growth" if entry.change.relative else "share_change"
        return Quantity(measure, now.of, now.to, less), said
    if entry.gdp is not None:
        return Quantity("value", ((_gdp(entry.gdp, says), 1.0),)), True
    if entry.gdp_share is not None:
        return _beside_gdp(entry.gdp_share, says)
    if entry.rank is not None:
        return _ranked(entry.rank, says), True
    return _plain(entry.kind, getattr(entry, entry.kind), says)


def _gdp(keys: GdpKeys, says: Says) -> Level:
    """Return gross domestic product as a level: of an area, whoever buys."""
    money = keys.currency or says.currency or "USD"
    period = Period.parse(keys.period)
    return Level(keys.area, WORLD, "all", period, money, keys.area, kind="gdp")


def _beside_gdp(keys: GdpShareKeys, says: Says) -> tuple[Quantity, bool]:
    sides = (keys.exporter, keys.importer)
    books = keys.reporter or (keys.area if keys.area in sides else None)
    flow, said = _plain("value", keys.model_copy(update={"reporter": books}), says)
    whole = Level(keys.area, WORLD, "all", flow.of[0][0].period, "USD", keys.area, kind="gdp")
    return Quantity("ratio", flow.mapped(currency="USD").of, ((whole, 1.0),)), said


def _ranked(keys: RankKeys, says: Says) -> Quantity:
    measure = "import_share" if keys.among == "suppliers" else "export_share"
    share, _ = _plain(measure, keys, says)
    return Quantity("rank", share.mapped(currency="USD").of, share.mapped(currency="USD").to)


def _ratio(of: Quantity, to: Quantity) -> Quantity:
    """Return one quantity over another; wholes that both are shares of cancel."""
    if of.to != to.to or bool(of.to) != bool(to.to):
        raise RequestError(
            "a ratio of shares of different wholes",
            why="it is no ratio of two levels, so it cannot be compared with any",
            hint="write the two shares as two claims",
        )
    return Quantity("ratio", of.of, to.of)


def _plain(measure: str, keys: FlowKeys, says: Says) -> tuple[Quantity, bool]:
    level, said = _level(measure, keys, says)
    both = 1.0 if keys.flow == "both" or measure == "trade_share" else 0.0
    terms = terms_of(level, -1.0 if measure == "balance" else both)
    match measure:
        case "value" | "balance":
            return Quantity(measure, terms), said
        case "growth" | "price_growth" | "quantity_growth":
            base = Period.parse(keys.base) if keys.base else level.period.before()
            kind = {"price_growth": "price", "quantity_growth": "volume"}.get(measure, level.kind)
            if keys.statistic and measure == "price_growth":
                kind = f"price-{keys.statistic}"
            grown = Quantity(measure, terms).mapped(kind=kind)
            return Quantity(measure, grown.of, grown.mapped(period=base).of), said
        case "import_share" | "export_share" | "trade_share":
            return _share_of(measure, level, terms, keys), True
    return Quantity(measure), said


def _share_of(measure: str, level: Level, terms: Terms, keys: FlowKeys) -> Quantity:
    if keys.flow == "both" and measure != "trade_share":
        raise RequestError(f"{measure} has no two-way form", hint="write trade_share")
    return share_of(measure, level, terms, keys.reporter or "")


def share_of(measure: str, level: Level, terms: Terms, whose: str = "") -> Quantity:
    """Return the share that a flow has in the imports, exports or trade it belongs to.

    Parameters
    ----------
    measure
        ``import_share``, ``export_share`` or ``trade_share``.
    level, terms
        The flow, and the same as terms.
    whose
        For two-way trade: whose trade is the whole.

    Raises
    ------
    RequestError
        If the share has no whole beyond its part, or a trade share does not say whose trade.
    """
    if measure == "trade_share":
        if not whose or whose not in (level.exporter, level.importer):
            raise RequestError(
                "a share of two-way trade does not say whose trade is the whole",
                hint="add reporter, the code of the country whose trade it is",
            )
        sold = level.but(exporter=whose, importer=WORLD)
        return Quantity(measure, terms, ((sold, 1.0), (sold.turned(), 1.0)))
    side = "exporter" if measure == "import_share" else "importer"
    if getattr(level, side) == WORLD or getattr(level.turned(), side) == WORLD:
        raise RequestError(f"{measure} needs an importer and an exporter", hint="name both sides")
    return Quantity(measure, terms, terms_of(level.but(**{side: WORLD})))


def _level(measure: str, keys: FlowKeys, says: Says) -> tuple[Level, bool]:
    currency = keys.currency or says.currency or "USD"
    currency = COUNTED_IN.get(keys.quantity, currency)
    if keys.exporter == keys.importer and keys.exporter != WORLD and "+" not in keys.exporter:
        raise RequestError(
            f"{keys.exporter} does not trade with itself",
            hint="name another exporter or importer",
        )
    books, said = _books(measure, keys, currency)
    period = Period.parse(keys.period)
    level = Level(
        exporter=members_then(keys.exporter, period),
        importer=members_then(keys.importer, period),
        goods=keys.goods,
        period=period,
        currency=currency,
        books=books,
        basis=keys.basis,
        kind=keys.quantity,
    )
    return level, said


_LEFT = date(2020, 2, 1)
"""Since when the European Union is without the United Kingdom."""


def members_then(area: str, period: Period) -> str:
    """Return the European Union as the statistics of the period have it: of 27 or 28 members."""
    if area != "EU" or period.start.year < 2013:
        return area
    return "EU27" if period.start >= _LEFT else "EU28"


def _books(measure: str, keys: FlowKeys, currency: str) -> tuple[str, bool]:
    """Return whose statistics are meant, and whether that follows from the claim itself."""
    if keys.reporter:
        return keys.reporter, True
    if measure in ("import_share", "export_share"):
        return (keys.importer if measure == "import_share" else keys.exporter), True
    home = HOME.get(currency, "")
    period = Period.parse(keys.period)
    if home in (members_then(keys.exporter, period), members_then(keys.importer, period)):
        return home, True
    sides = (members_then(side, period) for side in (keys.exporter, keys.importer))
    known = [side for side in sides if side != WORLD]
    return (known[0] if known else WORLD), False
