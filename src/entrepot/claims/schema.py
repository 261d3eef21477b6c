"""The claims file, closed: what each key may hold (format 1)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from entrepot.claims.attribution import by_words, publisher_of
from entrepot.claims.document import Claim
from entrepot.claims.numbers import Says, place_of, read_place, read_says
from entrepot.claims.quantity import (
    COUNTED_IN,
    HOME,
    SHARES,
    Level,
    Quantity,
    Terms,
    in_data_units,
    share_of,
    terms_of,
)
from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.goods.parse import NAMED, parse
from entrepot.model.area_names import known_codes
from entrepot.model.areas import WORLD
from entrepot.model.closed_yaml import Closed, FormatOne
from entrepot.model.display import MONEY
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

MEASURES = (
    *("value", "balance", "growth", "import_share", "export_share", "trade_share"),
    *("price_growth", "quantity_growth", "hhi", "cr", "asymmetry"),
)
KINDS = (*MEASURES, "ratio", "sum", "change", "gdp", "gdp_share", "rank")


def _shown_as_it_is(text: str) -> str:
    """Refuse characters that a terminal would obey instead of showing, or YAML can't carry."""
    if any(
        # Escape sequences would let a text recolour, move or clear what `check` prints.
        sign in "\ufffe\uffff" or (unicodedata.category(sign) == "Cc" and sign not in "\n\t")
        for sign in text
    ):
        raise RequestError("a control character in a text", hint="remove it")
    return text


Words = Annotated[str, AfterValidator(_shown_as_it_is)]


def _currency(code: str) -> str:
    if code not in MONEY:
        raise UnknownNameError(
            "currency", code, MONEY, hint="codes of ISO 4217, such as USD or JPY"
        )
    return code


def _period(text: str) -> str:
    Period.parse(text)
    return text


class SourceKeys(Closed):
    """The text that the claims are taken from."""

    title: Words
    publisher: Words = ""
    date: Words = ""
    url: Words = ""

    @field_validator("date")
    @classmethod
    def _is_date(cls, text: str) -> str:
        return _period(text) if text else text


class FlowKeys(Closed):
    """A definition, as in `entrepot ask`, and whose books count (`reporter`)."""

    measure: str | None = None
    importer: str = WORLD
    exporter: str = WORLD
    goods: str = "all"
    period: Annotated[str, AfterValidator(_period)]
    base: Annotated[str, AfterValidator(_period)] | None = None
    source: str | None = None
    basis: Literal["dispatch", "origin", "seller", "producer_hq", "value_added"] = "dispatch"
    valuation: Literal["fob", "cif"] | None = None
    quantity: Literal["value", "mass", "items"] = "value"
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    flow: Literal["one_way", "both"] = "one_way"
    k: int | None = Field(default=None, ge=1)
    reporter: str | None = None
    statistic: Literal["mean", "median"] | None = None

    @field_validator("goods")
    @classmethod
    def _are_goods(cls, text: str) -> str:
        if not text.startswith(NAMED):
            try:
                parse(text)
            except NoEvidenceError as none:  # with the line of the claim, as every other error
                raise RequestError(none.what, why=none.why, hint=none.hint) from none
        return text

    @field_validator("measure")
    @classmethod
    def _is_measure(cls, text: str | None) -> str | None:
        if text is not None and text not in MEASURES:
            raise UnknownNameError("measure", text, MEASURES)
        return text

    @field_validator("importer", "exporter", "reporter")
    @classmethod
    def _is_area(cls, text: str | None) -> str | None:
        return text if text is None or text.startswith(NAMED) else known_codes(text)


class RatioKeys(Closed):
    """One quantity over another."""

    of: FlowKeys
    to: FlowKeys


class SumKeys(Closed):
    """Several levels added up."""

    of: list[FlowKeys] = Field(min_length=2)


class ShareKeys(Closed):
    """Exactly one share."""

    import_share: FlowKeys | None = None
    export_share: FlowKeys | None = None
    trade_share: FlowKeys | None = None

    @model_validator(mode="after")
    def _one(self) -> ShareKeys:
        if sum(getattr(self, name) is not None for name in SHARES) != 1:
            raise RequestError(
                "a change needs exactly one share",
                hint="write import_share, export_share or trade_share with its definition",
            )
        return self


class ChangeKeys(Closed):
    """The change of a share since a base, in points or, if `relative`, in per cent of it."""

    of: ShareKeys
    base: Annotated[str, AfterValidator(_period)]
    relative: bool = False


class GdpKeys(Closed):
    """The gross domestic product of a country."""

    area: Annotated[str, AfterValidator(known_codes)]
    period: Annotated[str, AfterValidator(_period)]
    currency: Annotated[str, AfterValidator(_currency)] | None = None


class GdpShareKeys(FlowKeys):
    """Trade beside the gross domestic product of a country (`area`)."""

    area: Annotated[str, AfterValidator(known_codes)]


class RankKeys(FlowKeys):
    """The place of a flow among those of all suppliers of its importer, or all buyers."""

    among: Literal["suppliers", "buyers"]


class ClaimEntry(Closed):
    """One number of the text: exactly one kind of quantity, and what it is said to be.

    Of a claim with keys that are `open` nobody has said yet what they are: it is kept, not tested.
    One that a draft read in one way only (`read_once`) can be supported, and is never called wrong.
    """

    id: Words = Field(min_length=1)
    quote: Words = ""
    says: Words
    attributed_to: Words = ""
    open: list[Words] = Field(default_factory=list)
    read_once: bool = False
    value: FlowKeys | None = None
    balance: FlowKeys | None = None
    growth: FlowKeys | None = None
    import_share: FlowKeys | None = None
    export_share: FlowKeys | None = None
    trade_share: FlowKeys | None = None
    price_growth: FlowKeys | None = None
    quantity_growth: FlowKeys | None = None
    hhi: FlowKeys | None = None
    cr: FlowKeys | None = None
    asymmetry: FlowKeys | None = None
    ratio: RatioKeys | None = None
    sum: SumKeys | None = None
    change: ChangeKeys | None = None
    gdp: GdpKeys | None = None
    gdp_share: GdpShareKeys | None = None
    rank: RankKeys | None = None

    @field_validator("says")
    @classmethod
    def _is_read(cls, text: str) -> str:
        # "The second largest" is a place, which the reader of amounts would refuse.
        if place_of(text) is None:
            read_says(text)
        return text

    @property
    def kind(self) -> str:
        """The one kind that is given."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _makes_sense(self) -> ClaimEntry:

        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise RequestError(
                f"{self.id}: a claim is about exactly one quantity, not {len(given)}",
                hint=f"write one of: {', '.join(KINDS)}",
            )
        # Built once to be validated and thrown away: errors then carry the line of the file.
        check_keys(self)
        claim_of(self)
        return self


class TodoEntry(Closed):
    """A number that was drafted from a text and not surely understood: nothing tests it."""

    quote: Words
    says: Words = ""
    why: Words = ""
    read_as: Words = ""


class ClaimsFile(Closed):
    """A claims file; `claims` is empty where a text has no number that was understood."""

    format: FormatOne
    source: SourceKeys
    claims: list[ClaimEntry]
    todo: list[TodoEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _different_ids(self) -> ClaimsFile:
        seen: set[str] = set()
        for claim in self.claims:
            if claim.id in seen:
                raise RequestError(
                    f"two claims are called {claim.id!r}", hint="give each claim its own id"
                )
            seen.add(claim.id)
        return self


# Which keys a kind of claim reads, and how a base must lie to its period.


GROWTH = ("growth", "price_growth", "quantity_growth")
_ONLY = {
    "measure": ("ratio",),
    "base": GROWTH,
    "k": ("cr",),
    "statistic": ("price_growth",),
}
"""Keys that these kinds alone read."""
_NEVER = {"flow": ("balance", "hhi", "cr", "rank"), "quantity": ("price_growth",)}
"""Keys that these kinds do not read."""


def check_keys(entry: ClaimEntry) -> None:
    """Refuse a key that the kind of a claim does not read, and a base that is none.

    Raises
    ------
    RequestError
        For a key that would be ignored; for a base that does not end before its period starts;
        for a growth whose base is longer or shorter than its period.
    """
    kind = entry.kind
    for keys in _flows(entry):
        for name in sorted(keys.model_fields_set):
            if kind not in _ONLY.get(name, (kind,)) or kind in _NEVER.get(name, ()):
                raise RequestError(
                    f"{entry.id}: {kind} does not read {name!r}",
                    why="an ignored key could hide a mistake",
                    hint=f"leave it out{_instead(name, kind)}",
                )
        if kind in GROWTH and keys.base is not None:
            _before(entry.id, keys.base, keys.period)
            _as_long(entry.id, keys.base, keys.period)
    if entry.change is not None:
        for keys in _flows(entry):
            _before(entry.id, entry.change.base, keys.period)


def _instead(name: str, kind: str) -> str:
    if name == "base" and kind == "change":
        return ": put the base of a change next to `of`"
    only = _ONLY.get(name)
    return f", or write {' or '.join(only)}" if only else ""


def _flows(entry: ClaimEntry) -> Iterator[FlowKeys]:
    """Yield the definitions of flows that a claim has."""
    if entry.ratio is not None:
        yield from (entry.ratio.of, entry.ratio.to)
    elif entry.sum is not None:
        yield from entry.sum.of
    elif entry.change is not None:
        shares = entry.change.of
        definitions = (shares.import_share, shares.export_share, shares.trade_share)
        yield from (keys for keys in definitions if keys is not None)
    elif entry.gdp is None:
        yield getattr(entry, entry.kind)


def _before(name: str, base: str, period: str) -> None:
    if Period.parse(base).end >= Period.parse(period).start:
        raise RequestError(
            f"{name}: the base {base} is not before the period {period}",
            why="a change is measured since a time that is over when the period begins",
            hint="exchange the two, or correct the one that is wrong",
        )


def _as_long(name: str, base: str, period: str) -> None:
    first, last = Period.parse(base), Period.parse(period)
    # Years and months differ in days, by leap years and by name, and are still as long.
    if first.freq == last.freq and first.months == last.months:
        return
    days = [(one.end - one.start).days for one in (first, last)]
    # One day of room: a span of days may contain 29 February.
    if first.months != last.months or abs(days[0] - days[1]) > 1:
        raise RequestError(
            f"{name}: the base {base} is not as long as the period {period}",
            why="the value of a longer time is larger, whatever trade did",
            hint="write a base of as many months, or the two numbers as two values",
        )


# From the keys of a claims file to quantities and intervals in the units of the data.


DEFINED = (
    *("value", "balance", "growth", *SHARES, "price_growth", "quantity_growth"),
    *("hhi", "cr", "asymmetry"),
)
"""Kinds of claims that are a Figure of that measure."""


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
    # "1,234 %" of a share can only be 1.234 %: where one reading cannot be, the other is taken.
    return _claim_saying(entry, replace(says.other, other=replace(says, other=None)))


def _claim_saying(entry: ClaimEntry, says: Says) -> Claim:
    quantity, said = _quantity(entry, says)
    keys = getattr(entry, entry.kind)
    stated = getattr(keys, "currency", None) is not None
    placed = quantity.measure == "rank"
    interval = says.interval if placed else in_data_units(says, quantity, stated=stated)
    quantity, said, worded = _with_reporter(entry, quantity, said=said)
    return Claim(
        id=entry.id,
        quote=entry.quote,
        says=says,
        quantity=quantity,
        interval=interval,
        attributed_to=entry.attributed_to,
        keys=with_keys(entry.kind, keys) if entry.kind in DEFINED else (),
        reporter_stated=said,
        by_words=worded,
    )


def _with_reporter(
    entry: ClaimEntry, quantity: Quantity, *, said: bool
) -> tuple[Quantity, bool, bool]:
    """Return a quantity with the reporter that source or words mean; whether they say, or hint."""
    levels = list(quantity.levels())
    if said or not levels:
        return quantity, said, False
    first = levels[0]
    sides = (first.exporter, first.importer)
    keeper = publisher_of(entry.attributed_to)
    # An office counts its own country's trade; quoted on others' trade it only passes figures on.
    if keeper in sides and all(keeper in (one.exporter, one.importer) for one in levels):
        return quantity.mapped(reporter=keeper), True, False
    if entry.attributed_to:  # who is quoted counted all that is quoted, whichever way it is worded
        return quantity, False, False
    if len({(one.exporter, one.importer) for one in levels}) > 1:  # both ways, or several partners
        return quantity, False, False
    reporter = by_words(entry.quote, entry.says, *sides, first.period)
    return (quantity.mapped(reporter=reporter) if reporter else quantity), False, bool(reporter)


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
        # The share then is the share now with another period, part and denominator alike.
        less = now.mapped(period=Period.parse(entry.change.base))
        measure = "share_growth" if entry.change.relative else "share_change"
        return Quantity(measure, now.of, now.to, less), said
    if entry.gdp is not None:
        return Quantity("value", ((_gdp(entry.gdp, says), 1.0),)), True
    if entry.gdp_share is not None:
        return _share_of_gdp(entry.gdp_share, says)
    if entry.rank is not None:
        return _ranked(entry.rank, says), True
    return _plain(entry.kind, getattr(entry, entry.kind), says)


def _gdp(keys: GdpKeys, says: Says) -> Level:
    """Return gross domestic product as a level: of an area, whoever buys."""
    money = keys.currency or says.currency or "USD"
    period = Period.parse(keys.period)
    return Level(keys.area, WORLD, "all", period, money, keys.area, kind="gdp")


def _share_of_gdp(keys: GdpShareKeys, says: Says) -> tuple[Quantity, bool]:
    sides = (keys.exporter, keys.importer)
    reporter = keys.reporter or (keys.area if keys.area in sides else None)
    flow, said = _plain("value", keys.model_copy(update={"reporter": reporter}), says)
    gdp = Level(keys.area, WORLD, "all", flow.of[0][0].period, "USD", keys.area, kind="gdp")
    # The currency cancels, so one is fixed for comparing; so for ranks below.
    return Quantity("ratio", flow.mapped(currency="USD").of, ((gdp, 1.0),)), said


def _ranked(keys: RankKeys, says: Says) -> Quantity:
    measure = "import_share" if keys.among == "suppliers" else "export_share"
    share, _ = _plain(measure, keys, says)
    return Quantity("rank", share.mapped(currency="USD").of, share.mapped(currency="USD").to)


def _ratio(of: Quantity, to: Quantity) -> Quantity:
    """Return one quantity over another; totals that both are shares of cancel."""
    # (a / w) / (b / w) = a / b only with the same w.
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
            # Without a base, growth is over the same span a year earlier.
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


def _level(measure: str, keys: FlowKeys, says: Says) -> tuple[Level, bool]:
    currency = keys.currency or says.currency or "USD"
    currency = COUNTED_IN.get(keys.quantity, currency)
    if keys.exporter == keys.importer and keys.exporter != WORLD and "+" not in keys.exporter:
        raise RequestError(
            f"{keys.exporter} does not trade with itself",
            hint="name another exporter or importer",
        )
    reporter, said = _reporter(measure, keys, currency)
    period = Period.parse(keys.period)
    level = Level(
        exporter=members_then(keys.exporter, period),
        importer=members_then(keys.importer, period),
        goods=keys.goods,
        period=period,
        currency=currency,
        reporter=reporter,
        basis=keys.basis,
        kind=keys.quantity,
    )
    return level, said


_LEFT = date(2020, 2, 1)
"""Since when the European Union is without the United Kingdom."""


def members_then(area: str, period: Period) -> str:
    """Return the European Union as the statistics of the period have it: of 27 or 28 members."""
    # Croatia joined in 2013: before, neither EU27 nor EU28 as defined here is the Union.
    if area != "EU" or period.start.year < 2013:
        return area
    return "EU27" if period.start >= _LEFT else "EU28"


def _reporter(measure: str, keys: FlowKeys, currency: str) -> tuple[str, bool]:
    """Return whose statistics are meant, and whether that follows from the claim itself."""
    if keys.reporter:
        return keys.reporter, True
    if measure in ("import_share", "export_share"):
        return (keys.importer if measure == "import_share" else keys.exporter), True
    home = HOME.get(currency, "")
    period = Period.parse(keys.period)
    # A rate or amount in roubles is from Russian statistics where Russia is a side.
    if home in (members_then(keys.exporter, period), members_then(keys.importer, period)):
        return home, True
    sides = (members_then(side, period) for side in (keys.exporter, keys.importer))
    known = [side for side in sides if side != WORLD]
    # A placeholder: `document_of` replaces it once all claims of the text are known.
    return (known[0] if known else WORLD), False
