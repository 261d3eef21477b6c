"""What a number means: the definition that every Figure carries."""

from __future__ import annotations

import math
import re
import shlex
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model.area_names import as_codes
from entrepot.model.areas import WORLD, area_set
from entrepot.model.columns import NAME_ROLES
from entrepot.model.display import MONEY
from entrepot.model.keys import AREA_KEYS, KEYS, Key
from entrepot.model.period import Period
from entrepot.sources import is_register

if TYPE_CHECKING:
    from collections.abc import Collection

Side = Literal["importer", "exporter"]
SIDES: tuple[Side, Side] = ("importer", "exporter")

DOLLARS = "USD"
NOW = "now"
"""Period that stands for the year that today is in."""
UNNAMED = ""
"""Basis of a question to a register that names none."""
SETS = ","
"""What parts sets of controls."""
AND = "+"
"""What joins the names of sources."""
PSEUDONYM = re.compile(r"NP-[0-9a-f]{8,16}", re.IGNORECASE)
"""What stands in a register in the place of a natural person, put there by whichever program."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A question with every key decided.

    What each key means and what may stand there is declared in `entrepot.model.keys`. Several
    areas count as one: what they trade among each other is no trade with the world. Without a
    `source` the evaluation chooses the best available; without `reported_by` the better reports.
    """

    measure: str
    importer: str
    exporter: str
    goods: str
    period: Period
    base: Period | None = None
    source: str | None = None
    basis: str = KEYS["basis"].default
    valuation: str | None = None
    quantity: str = KEYS["quantity"].default
    currency: str = KEYS["currency"].default
    flow: str = KEYS["flow"].default
    k: int | None = None
    reported_by: str | None = None
    concordance: str = KEYS["concordance"].default
    sector: str | None = None
    by: str | None = None
    company: str | None = None
    lines: str | None = None
    line_value: float | None = None
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
        for name, value in given.items():
            if name not in KEYS:
                raise UnknownNameError("key of a definition", name, ("measure", *KEYS))
            if isinstance(value, (list, tuple)) and name in _JOINED:
                if not value:
                    raise RequestError(f"{name} is an empty list", hint="leave it out, or name one")
                given[name] = _JOINED[name].join(map(str, value))
        if "period" not in given:
            raise RequestError("a period is missing", hint="add --period 2023")
        given = {name: _read(name, KEYS[name], value) for name, value in given.items()}
        if "basis" not in given and is_register(given.get("source") or ""):
            given["basis"] = UNNAMED  # a register has several, and none of them is the usual one
        given = {"importer": WORLD, "exporter": WORLD, "goods": KEYS["goods"].default} | given
        for name in AREA_KEYS:
            for one in given[name].split(SETS) if name in given else ():
                # For its errors: an unknown name is refused before anything is asked.
                area_set(one, given["period"].end)
        return cls(measure=measure, **given)

    def but(self, **changes: Any) -> Definition:
        """Return a copy with some keys changed; the same where none of them is."""
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        # `replace` asks each field what it is, which takes longer than all the rest.
        keys = {name: getattr(self, name) for name in Definition.__slots__}
        return Definition(**keys | changes)

    def members(
        self, side: Literal["importer", "exporter", "controls", "hubs", "fixed_supply"]
    ) -> frozenset[str]:
        """Return the areas on one side; a dated group as of the last day of the period.

        A base is compared with the same members, so that nobody's joining looks like trade.
        """
        text = getattr(self, side)
        if side == "controls" and text:
            # Several sets of controls are all controls where it matters who is one.
            text = text.replace(SETS, "+")
        return area_set(text, self.period.end) if text else frozenset()

    @property
    def times(self) -> tuple[Period, ...]:
        """The base, where a change is asked for, and the period."""
        return (self.base, self.period) if self.base else (self.period,)

    @property
    def is_two_way(self) -> bool:
        """Whether trade in both directions is asked for, added up or one less the other."""
        return self.flow != "one_way"

    @property
    def amount_unit(self) -> str:
        """Unit of an amount: a currency, ``kg`` or ``items``."""
        return {"mass": "kg", "items": "items"}.get(self.quantity, self.currency or DOLLARS)

    @property
    def named_by(self) -> str | None:
        """Column of a register whose names are the partners, if any is."""
        return self.by if self.by in NAME_ROLES else None

    @property
    def companies(self) -> tuple[str, tuple[str, ...]] | None:
        """Column of a register and the names in it that are asked about."""
        if self.company is None:
            return None
        role, _, names = self.company.partition(": ")
        return role, tuple(names.split("; "))

    @property
    def tariff_lines(self) -> tuple[str, ...]:
        """Digits with which tariff codes of a register have to begin; none for any."""
        return tuple(self.lines.split(",")) if self.lines else ()

    @property
    def of_all_lines(self) -> Definition:
        """The same question without what chooses lines of a register by tariff line and name."""
        if not (self.named_by or self.company or self.lines or self.line_value):
            return self
        return self.but(by=None, company=None, lines=None, line_value=None)

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
            if value is None and field.name in KEYS and KEYS[field.name].optional:
                continue
            if field.name == "currency" and not value:
                continue  # that of the data, which only an answer knows
            found[field.name] = str(value) if isinstance(value, Period) else value
        return found


_JOINED = {"importer": "+", "exporter": "+", "goods": ","}
"""Keys that may be a list in Python, with what joins its parts in a definition."""


def _read(name: str, key: Key, value: Any) -> Any:
    """Return the value of a key as a definition carries it."""
    if key.choices and str(value) not in key.choices:
        raise UnknownNameError(
            name, str(value), key.choices, hint=f"one of: {', '.join(key.choices)}"
        )
    if key.areas:
        # As people may write them: Germany, CHN+Hong Kong; controls in several sets.
        sets = str(value).split(SETS) if name == "controls" else [str(value)]
        return SETS.join(as_codes(one.strip()) or "" for one in sets)
    if key.above is not None:
        return _above(name, key, value)
    match name:
        case "period" if str(value).strip().lower() == NOW:
            return Period.parse(date.today().year)
        case "period" | "base":
            return Period.parse(value)
        case "k":
            return _suppliers(value)
        case "currency":
            return _currency(value)
        case "goods" | "listed" | "spot" | "source":
            return str(value)
        case "company" | "lines":
            return {"company": _company, "lines": _lines}[name](str(value))
    return value


def given_keys(asked: Definition, chosen: Collection[str] = ()) -> dict[str, Any]:
    """Return the keys that ask a definition again: all that differ from what is usual.

    Parameters
    ----------
    chosen
        Keys that an answer filled in, which a question leaves out (`Figure.chosen`).
    """
    # The exporter has no default in `KEYS`, yet a definition without one is of the world.
    defaults = {name: key.default for name, key in KEYS.items()} | {"exporter": "WLD"}
    if is_register(asked.source or ""):
        del defaults["basis"]  # a question to a register without one is refused
    return {
        name: text
        for name, text in asked.to_dict().items()
        if name in KEYS and name not in chosen and text is not None and text != defaults.get(name)
    }


def command_for(asked: Definition, chosen: Collection[str] = ()) -> str:
    """Return the command that asks a definition on a terminal, with every key that it was given.

    Parameters
    ----------
    chosen
        Keys that an answer filled in, which the question left out (`Figure.chosen`).
    """
    given = given_keys(asked, chosen)
    # World and all goods are said too: who is asked about stands first.
    always = {"importer": asked.importer, "exporter": asked.exporter, "goods": asked.goods}
    keys = always | {"period": str(asked.period)} | given
    options = (
        f"--{name.replace('_', '-')} {shlex.quote(str(text))}" for name, text in keys.items()
    )
    return " ".join([f"entrepot ask {asked.measure}", *options])


def chosen_lines(asked: Definition) -> list[str]:
    """Return in words which lines of a register a question is about, beyond goods and areas."""
    found = []
    if lines := asked.tariff_lines:
        found.append(f"tariff line{'s' * (len(lines) > 1)} {', '.join(lines)}")
    if asked.line_value:
        money = f"{asked.currency or ''} {asked.line_value:,.0f}".strip()
        found.append(f"lines of {money} or more")
    if asked.companies and not asked.named_by:
        role, names = asked.companies
        found.append(f"{role} {' or '.join(names)}")
    return found


def _company(text: str) -> str:
    """Return names in one role of a register, as a definition carries them."""
    role, colon, rest = text.partition(":")
    role, names = role.strip().lower(), [" ".join(one.split()) for one in rest.split(";")]
    if not colon or role not in NAME_ROLES or not all(names):
        raise RequestError(
            f"not a company of a register: {text!r}",
            why="a name is looked for in one column: " + ", ".join(NAME_ROLES),
            hint='write the column and the name: --company "brand: INTEL; AMD"',
        )
    if any(PSEUDONYM.fullmatch(name) for name in names):
        raise RequestError(
            "a pseudonym of a natural person is no company",
            why="lines of one person are not singled out",
            hint="name a company: entrepot data names lists them",
        )
    return f"{role}: {'; '.join(dict.fromkeys(names))}"


def _lines(text: str) -> str:
    """Return lines of a tariff as digits, without dots and a check letter at the end."""
    found = []
    for one in filter(None, map(str.strip, re.split("[,;]", text))):
        digits = re.sub(r"[.\s-]", "", one)
        digits = digits[:-1] if digits[-1:].isalpha() else digits
        if not re.fullmatch("[0-9]{2,14}", digits):
            raise RequestError(
                f"not a tariff line: {one!r}",
                why="lines are compared digit by digit, from the first on",
                hint="write it as the register does: --lines 8542.31.90",
            )
        found.append(digits)
    if not found:
        raise RequestError("no tariff line given", hint="write --lines 8542.31.90")
    return ",".join(dict.fromkeys(found))


MOST_SUPPLIERS = 100_000
"""Suppliers that are asked for at most; companies of a register are some ten thousand."""


def _suppliers(value: Any) -> int:
    """Return a number of suppliers, which a web page or a table has as text."""
    number = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
    # True is an int in Python, and would ask for the largest supplier.
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise RequestError(
            f"k is {value!r}, not a number of suppliers",
            hint="ask for the 1, 3 or 5 largest suppliers",
        )
    if number > MOST_SUPPLIERS:
        raise RequestError(
            f"k is {number:,}, and no market has that many suppliers",
            why="the share of more suppliers than there are is that of all: 100\xa0%",
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


def _above(name: str, key: Key, value: Any) -> float:
    """Return a number above its bound."""
    assert key.above is not None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    # NaN compares false with everything, so that `number <= above` would let it through.
    if number > key.above and SMALLEST <= number <= LARGEST:
        return number
    # Zero and less are the usual mistakes, and need no second bound.
    bound = f"above {key.above:g}"
    if number > key.above and math.isfinite(number):
        bound = f"of {SMALLEST:g} to {LARGEST:g}"
    raise RequestError(
        f"{name} is {value!r}, not a number {bound}",
        hint=f"write --{name.replace('_', '-')} {key.example}",
    )


def other_side(side: Side) -> Side:
    """Return the side across."""
    return SIDES[1] if side == SIDES[0] else SIDES[0]


SMALLEST, LARGEST = 1e-9, 1e18
"""Numbers beyond which no amount, factor or part of one can be: a slip, and unreadable in print."""
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
