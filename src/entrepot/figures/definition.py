"""What a number means: the definition that every Figure carries."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures.optional_keys import SPECIAL
from entrepot.goods import Variant
from entrepot.model.areas import WORLD, area_set, as_codes
from entrepot.model.display import MONEY
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "AS_ASKED",
    "CHINA",
    "DOLLARS",
    "KEYS",
    "SIDES",
    "Definition",
    "Side",
    "other_side",
    "territories",
    "territory",
]


Side = Literal["importer", "exporter"]
SIDES: tuple[Side, Side] = ("importer", "exporter")

CHOICES = {
    "basis": ("dispatch", "origin", "seller", "producer_hq", "value_added"),
    "valuation": ("fob", "cif"),
    "quantity": ("value", "mass", "items"),
    "flow": ("one_way", "both"),
    "reported_by": ("exporter", "importer"),
    "concordance": (*get_args(Variant), "weighted"),
    "by": ("product", "exporter", "importer"),
}
ABOVE = {"sigma": 1.0, "production": 0.0, "least": 0.0, "margin": 0.0, "trim": 1.0}
"""What a number has to be above."""
DOLLARS = "USD"
SETS = ","
"""What parts sets of controls."""
EXAMPLES = {"sigma": "3", "margin": "0.2", "trim": "5"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A question with every key decided.

    Attributes
    ----------
    measure
        Id of a measure, e.g. ``"import_share"``.
    importer, exporter
        ISO 3166 alpha-3 code, dated group, ``WLD``, or a sum such as ``"CHN+HKG"``. Several areas
        count as one: what they trade among each other is no trade with the world.
    goods
        ``all``, a list (``chpl``), a part of one (``chpl:4.B``), codes (``8542,854231``),
        ``inputs`` or ``inputs:C26`` (what industries buy, and what a sector made of it), or
        ``named:...`` for goods that are only named in words.
    period, base
        When; and what a change is measured against.
    source
        Where from; None lets the evaluation choose the best one held.
    basis
        Whose goods: ``dispatch`` (who shipped them), ``origin`` (where they were made), ``seller``,
        ``producer_hq`` (whose company made them), ``value_added``.
    valuation
        ``fob`` (at the exporter's border), ``cif`` (with freight and insurance); None takes either.
    quantity, currency
        What is added up: ``value`` in a currency, ``mass`` in kg, or ``items``. Any currency of
        ISO 4217; none takes that of the data, US dollars where data are in several.
    flow
        ``one_way`` from exporter to importer; ``both`` adds the way back (two-way trade).
    k
        Number of suppliers in a concentration ratio.
    reported_by
        Whose reports count, ``exporter`` or ``importer``; None takes the better ones. With one side
        behind every year a series does not break when the other falls silent.
    follow
        How a list is followed into the edition of the data: ``family`` (closed families, the same
        number, clean successors), ``same_code``, ``without_changed``, ``without_partial``,
        ``upper`` and ``lower`` (every code of every family that is touched, or only families
        of listed codes), ``weighted`` (codes split by weights estimated from trade).
    sector
        Sector that buys the inputs, where the goods are ``inputs``; None for every one.
    by
        What contributions are told apart by: ``product``, ``exporter`` or ``importer``.
    controls, hubs
        Importers that an event did not reach, and those that goods may go through. Several sets of
        controls are parted by commas, the best first.
    least
        What controls must have bought before, in the unit of the values.
    listed
        List of goods with days, such as ``eu-xxiii``, whose entries are the events of a study.
    fixed_supply
        Suppliers that go on after a cut-off and send no more than before.
    margin
        What hubs add at most, as a part of what they paid, above zero.
    production
        What the importer made itself in the period, in the unit of the values.
    sigma
        Elasticity of substitution between suppliers, above one.
    spot
        Rate of a day, units of the currency a dollar; or the day, if its rate was published.
    trim
        Of prices: factor beyond which the move of a product's unit value leaves the product out.
    """

    measure: str
    importer: str
    exporter: str
    goods: str
    period: Period
    base: Period | None = None
    source: str | None = None
    basis: str = "dispatch"
    valuation: str | None = None
    quantity: str = "value"
    currency: str = ""
    flow: str = "one_way"
    k: int | None = None
    reported_by: str | None = None
    concordance: str = "family"
    sector: str | None = None
    by: str | None = None
    controls: str | None = None
    fixed_supply: str | None = None
    hubs: str | None = None
    least: float | None = None
    listed: str | None = None
    margin: float | None = None
    production: float | None = None
    sigma: float | None = None
    spot: str | None = None
    trim: float | None = None

    @classmethod
    def build(cls, measure: str, **keys: Any) -> Definition:
        """Check the keys, fill in defaults and return the definition.

        Raises
        ------
        UnknownNameError
            For an unknown key, area or choice; the message suggests the nearest known one.
        RequestError
            For a missing period or one that cannot be read, or `k` below one.
        """
        given = {name: value for name, value in keys.items() if value is not None}
        for name in given:
            if name not in KEYS:
                raise UnknownNameError("key of a definition", name, KEYS)
        if "period" not in given:
            raise RequestError("a period is missing", hint="add --period 2023")
        for name, allowed in CHOICES.items():
            value = given.get(name)
            if value is not None and str(value) not in allowed:
                raise UnknownNameError(
                    name, str(value), allowed, hint=f"one of: {', '.join(allowed)}"
                )
        if "k" in given:
            given["k"] = _suppliers(given["k"])
        given |= {name: _above(name, given[name]) for name in ABOVE if name in given}
        texts: dict[str, Callable[[Any], str]]
        texts = {"listed": str, "spot": str, "currency": _currency}
        given |= {name: read(given[name]) for name, read in texts.items() if name in given}
        period = Period.parse(given.pop("period"))
        base = Period.parse(given.pop("base")) if "base" in given else None
        given |= {side: given.get(side, WORLD) for side in ("importer", "exporter")}
        for side in ("importer", "exporter", "controls", "hubs", "fixed_supply"):
            if side in given:
                given[side] = _areas(str(given[side]), several=side == "controls")
                for one in given[side].split(SETS) if side == "controls" else [given[side]]:
                    area_set(one, period.end)
        given["goods"] = str(given.get("goods", "all"))
        return cls(measure=measure, period=period, base=base, **given)

    def but(self, **changes: Any) -> Definition:
        """Return a copy with some keys changed."""
        return replace(self, **changes)

    def members(
        self, side: Literal["importer", "exporter", "controls", "hubs", "fixed_supply"]
    ) -> frozenset[str]:
        """Return the areas on one side; a dated group as of the last day of the period.

        A base is compared with the same members, so that nobody's joining looks like trade.
        """
        text = getattr(self, side)
        if side == "controls" and text:
            text = text.replace(SETS, "+")
        return area_set(text, self.period.end) if text else frozenset()

    @property
    def control_sets(self) -> dict[str, frozenset[str]]:
        """Sets of controls by how they are written, the best first."""
        sets = self.controls.split(SETS) if self.controls else []
        return {text: area_set(text, self.period.end) for text in sets}

    def to_dict(self) -> dict[str, Any]:
        """Return every key as plain JSON types, periods as text; special ones where given."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name in SPECIAL:
                continue
            if field.name == "currency" and not value:
                continue  # that of the data, which only an answer knows
            found[field.name] = str(value) if isinstance(value, Period) else value
        return found


def _areas(text: str, *, several: bool) -> str:
    """Return areas by their codes, as people may write them: ``Germany``, ``CHN+Hong Kong``."""
    sets = text.split(SETS) if several else [text]
    return SETS.join("".join((as_codes(one.strip()) or "").split()) for one in sets)


def _suppliers(value: Any) -> int:
    """Return a number of suppliers, which a web page or a table has as text."""
    number = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise RequestError(
            f"k is {value!r}, not a number of suppliers",
            hint="ask for the 1, 3 or 5 largest suppliers",
        )
    return number


def _currency(text: Any) -> str:
    """Return a currency in capitals."""
    code = str(text).strip().upper()
    if code not in MONEY:
        raise UnknownNameError(
            "currency", str(text), MONEY, hint="codes of ISO 4217, such as USD, EUR, CAD or JPY"
        )
    return code


def _above(name: str, value: Any) -> float:
    """Return a number above its bound."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (number > ABOVE[name] and math.isfinite(number)):
        raise RequestError(
            f"{name} is {value!r}, not a number above {ABOVE[name]:g}",
            hint=f"write --{name} {EXAMPLES.get(name, '1e6')}",
        )
    return number


KEYS = tuple(field.name for field in fields(Definition))


def other_side(side: Side) -> Side:
    """Return the side across."""
    return SIDES[1] if side == SIDES[0] else SIDES[0]


CHINA = (("CHN",), ("CHN", "HKG"), ("CHN", "HKG", "MAC"))
"""Customs territories that count as China: one, two or three of them."""
AS_ASKED = "as asked"


def territory(definition: Definition) -> str:
    """Return how much of China counts, as a choice of a specification."""
    for side in ("exporter", "importer"):
        members = tuple(sorted(getattr(definition, side).split("+")))
        if members in CHINA:
            return "+".join(members)
    return AS_ASKED


def territories(definition: Definition) -> list[Definition]:
    """Return the definition with Hong Kong put in or taken out, on either side."""
    found = []
    for side in ("exporter", "importer"):
        members = sorted(getattr(definition, side).split("+"))
        if members == ["CHN"]:
            found.append(definition.but(**{side: "CHN+HKG"}))
        elif members == ["CHN", "HKG"]:
            found.append(definition.but(**{side: "CHN"}))
    return found
