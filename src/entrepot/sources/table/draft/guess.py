"""Which column is what, by its name and by what stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.model.area_names import is_rest, named_area
from entrepot.model.areas import WORLD, area, known_areas
from entrepot.model.columns import read_table
from entrepot.sources.table.draft.money import (
    counts_mass,
    counts_money,
    mass_words,
    money_words,
    scale_words,
)
from entrepot.sources.table.draft.questions import TODO
from entrepot.sources.table.draft.seen import TOTALS
from entrepot.sources.table.mapping import AREAS, MARKS, NUMBERS
from entrepot.sources.table.periods import fiscal_years, is_far_off, month_number, read_span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.sources.table.draft.seen import Seen

_HEADER = ("header", "role", "codes", "currency", "scale", "unit")
BACI = frozenset("tijkvq")
"""Columns of CEPII BACI, which documents them."""

# Systems of codes, the surest first: three letters are seldom anything else, numbers often are.
_SURER = (
    *("iso3", "comtrade", "m49", "iso2", "eurostat", "imf", "gacc", "baci", "japan", "brazil"),
    *("census", "canada", "names", "", "todo"),
)
_KINDS = 12  # kinds of numbers that one column may tell apart
# Duty-paid values are amounts, duties are not.
_NO_AMOUNT = re.compile(
    r"%|percent|\bshare|anteil|growth|\bchange\b|average|\bratio|\brank|\bindex|balance|deficit"
    r"|surplus|revenue|\btax|\brates?\b|\b(?:import |customs )?dut(?:y|ies)(?![- ]paid)|tariff"
    r"|доля|прирост|темп|сальдо|占比|同比|增长|比重|variaci|participaci|saldo"
    # Values at constant prices, or at the current price, are values.
    r"|(?<!current )(?<!constant )\bprice\b"
    r"|preis\b|\bunit[- ]value|\bцена\b|单价|\bprecio\b|\bpreço\b"
    r"|(?:\bper |/ ?)(?:kg|kilo|tonn?e?|unit|t)\b"
    # A sum since January is none of its month.
    r"|\bcumul|\bytd\b|year[- ]to[- ]date|kumul|acumulad|kümülatif|нараста|накоплен|累计|累計"
)
"""Columns of numbers that are no amounts of trade, whatever words for it stand in their names."""
_NO_MONEY = re.compile(
    r"weight|mass|quantity|quantit|\bqty\b|\bkg|tonne|suppl|\bunits?\b|вес|масса|кол|重量|数量|口量"
    r"|menge|gewicht|peso|poids|cantidad|quantidade|miktar|ağırlık"
)
_MONEY = re.compile(r"value|valor|valeur|valore|\bwert|стоимость|金额|değer|amount")
_CODE = re.compile(r"[A-Z0-9_]{1,6}", re.ASCII)
_MOST_CODES = 0.9
_WORDS_OF_AREA = 7
_HALF = 0.5  # of the texts are names of areas: the rest is asked
_MASS = re.compile(
    r"\bpeso\b|\bpoids\b|gewicht|ağırlık|weight|\bmass\b|\bвес\b|масса|нетто|重量|净重"
)
_NUMBERED = re.compile(r"(?<=\w)[ _.-]+(?:nr|no|num|number|nummer|cd|code|kod|id|код)\.?$", re.I)
"""The end of the name of a column of codes, whose name without it is that of the things coded."""
_UNIT_OF_MASS = re.compile(
    r"(?<=\w)[ _.(\[,]+(?:(?:in|en|em|в) )?(?:kgs?|t|tons?|tonnes?|tonnen|кг|т)[)\]]?$", re.I
)
# Whole words only: group 1 is exports, group 2 imports; "important" is neither.
_FLOW_COLUMNS = re.compile(
    r"(?:^|[ _.])(?:"
    r"(export(?:s|ed|e|ations?|aci[oó]n(?:es)?|aç(?:ão|ões))?|esportazion[ei]|ihracat"
    r"|dispatch(?:es)?|ausfuhr(?:en)?|экспорт|вывоз|出口)"
    r"|(import(?:s|ed|e|ations?|aci[oó]n(?:es)?|aç(?:ão|ões))?|importazion[ei]|ithalat"
    r"|arrivals?|einfuhr(?:en)?|импорт|ввоз|进口)"
    r")(?:$|[ _(,]|[额量值])"
)


@dataclass(slots=True)
class Guess:
    """What a column seems to be.

    Attributes
    ----------
    seen
        The column.
    role
        Empty if it is not needed.
    keys
        What the mapping says about it beside the role.
    """

    seen: Seen
    role: str = ""
    keys: dict[str, Any] = field(default_factory=dict)


@cache
def _known() -> dict[str, dict[str, str]]:
    rows = read_table(Path(__file__).with_name("headers.csv"), _HEADER)
    return {row["header"]: row for row in rows}


def plain_name(name: str) -> str:
    """Return a name of a column for comparing: letters and digits only.

    Examples
    --------
    >>> plain_name("Trade Value (US$)"), plain_name("PARTNER_ISO3")
    ('tradevalueus', 'partneriso3')
    """
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _bare(name: str) -> str:
    """Return the name of a column without a word for codes, or a unit of mass, at its end.

    Examples
    --------
    >>> _bare("Land_Nr"), _bare("Country Code"), _bare("Menge_t"), _bare("Menge in kg"), _bare("Nr")
    ('Land', 'Country', 'Menge', 'Menge', 'Nr')
    """
    return _UNIT_OF_MASS.sub("", _NUMBERED.sub("", name.strip()))


def title_flow(title: str) -> str:
    """Return the flow that a title is about; empty where it names none, or both.

    Examples
    --------
    >>> title_flow("Imports of goods"), title_flow("Exports and imports"), title_flow("Trade")
    ('import', '', '')
    """
    found = {"export" if one[1] else "import" for one in _FLOW_COLUMNS.finditer(title.casefold())}
    return found.pop() if len(found) == 1 else ""


def guess_columns(columns: Sequence[Seen], above: str = "") -> list[Guess]:
    """Return what each column seems to be.

    Parameters
    ----------
    above
        Titles above the names of the columns.
    """
    # Before names: t, i, j, k, v, q would be guessed as anything.
    if {column.name for column in columns} >= BACI:
        return [_of_baci(column) for column in columns]
    guesses = [_by_name(column) if column.texts else Guess(column) for column in columns]
    for guess in guesses:
        _by_cells(guess)
    # Before the roles are sorted out: a column "2022" is a value, whatever else its cells look
    # like.
    values_by_period(guesses, above)
    values_by_area(guesses, above)
    # A country in every row may be the one that reports, unless another column says who does.
    reporting = {text for guess in guesses if guess.role == "reporter" for text in guess.seen.texts}
    for guess in guesses:
        alone = len(guess.seen.texts) == 1 and (not reporting or guess.seen.texts[0] in reporting)
        if guess.role == "partner" and alone and _names_no_side(guess.seen):
            guess.role = TODO
    # Order matters: each step takes what those before it have left.
    _both_sides(guesses)
    _to_names(guesses)
    said = _said_once(guesses)
    _by_elimination(guesses)
    _mass_in_the_title(guesses, above)
    if not any(guess.role in NUMBERS for guess in guesses):
        _only_value(guesses)
        _say(guesses, said)
    _flow_in_the_name(guesses)
    _select_money(guesses)
    _one_each(guesses)
    if any(guess.role == "flow" for guess in guesses):  # what a column says, no name says again
        for guess in guesses:
            guess.keys.pop("flow", None) if guess.role in NUMBERS else None
    return guesses


def _of_baci(column: Seen) -> Guess:
    """BACI documents its columns: year, exporter, importer, product, thousand USD, tons."""
    roles: dict[str, tuple[str, dict[str, Any]]] = {
        "t": ("year", {}),
        "i": ("exporter", {"codes": "BACI"}),
        "j": ("importer", {"codes": "BACI"}),
        "k": ("product", {}),
        "v": ("value", {"currency": "USD", "scale": 1000}),
        "q": ("mass", {"unit": "t"}),
    }
    return Guess(column, *roles.get(column.name, ("", {})))


def _by_name(column: Seen) -> Guess:
    # Of a record inside a record the last part is its name: countries.import.
    inner = re.fullmatch(r"(?:[^.\s]+\.)+([^.\s]+)", column.name)
    names = (column.name, *(inner.groups() if inner else ()), _bare(column.name))
    row = next((_known()[one] for one in map(plain_name, names) if one in _known()), None)
    # "Quantity_t" and "Imports, tonnes".
    units = {"quantity": _UNIT_OF_MASS.search(column.name), "value": counts_mass(column.name)}
    if row is not None and units.get(row["role"]):
        row = row | {"role": "mass"}
    if row is None:
        name = column.name.casefold()
        if not column.is_numeric or _NO_AMOUNT.search(name):
            return Guess(column)
        if _MASS.search(name) or counts_mass(column.name):
            return Guess(column, "mass", dict(mass_words(column.name)))
        money = money_words(column.name)
        # "Import quantity" is of a flow, and no money.
        named = _FLOW_COLUMNS.search(name) and not _NO_MONEY.search(name)
        return Guess(column, "value", dict(money)) if money or named else Guess(column)
    keys: dict[str, Any] = {"codes": row["codes"]} if row["codes"] else {}
    if row["role"] in NUMBERS:
        if not column.is_numeric:
            return Guess(column)
        keys |= {"currency": row["currency"]} if row["currency"] else {}
        keys |= {"scale": int(row["scale"])} if row["scale"] else {}
        keys |= {"unit": row["unit"]} if row["unit"] else {}
        keys |= mass_words(column.name) if row["role"] == "mass" and not row["unit"] else {}
        keys |= money_words(column.name) or {} if row["role"] == "value" else {}
    return Guess(column, row["role"], keys)


_CONFIRMED: dict[str, Callable[[Seen], bool]] = {
    **dict.fromkeys(MARKS, lambda seen: len(seen.texts) <= 3),
    "product": lambda seen: seen.is_code or seen.is_parted_code or bool(code_pattern(seen)),
    # A formula that nobody computed says neither.
    "flow": lambda seen: (
        bool(seen.flows)
        or (len(seen.texts) <= 4 and not any(text.startswith("=") for text in seen.texts))
    ),
    "period": lambda seen: seen.is_period or not seen.texts,
    "year": lambda seen: seen.is_period or not seen.texts,
    "quantity_unit": lambda seen: not (seen.is_numeric or any(map(counts_money, seen.texts))),
}


def _by_cells(guess: Guess) -> None:
    """Take a role back that the cells do not bear out, and complete what they show."""
    seen = guess.seen
    if guess.role in AREAS:
        guess.keys["codes"] = _codes(seen, str(guess.keys.get("codes", "")))
        if guess.keys["codes"] == "names" and not (seen.is_worded or seen.named_share >= _HALF):
            guess.role, guess.keys = "", {}
    elif guess.role in ("month", "quarter", "year") and seen.is_period and not seen.is_plain:
        guess.role = "period"
    elif guess.role in _CONFIRMED and not _CONFIRMED[guess.role](seen):
        guess.role, guess.keys = "", {}


def _both_sides(guesses: Sequence[Guess]) -> None:
    """Take a plain "country" beside a counterpart for the reporter."""
    partners = [guess for guess in guesses if guess.role == "partner"]
    plain = [guess for guess in partners if _names_no_side(guess.seen)]
    if len(plain) < len(partners) and not any(guess.role == "reporter" for guess in guesses):
        for guess in plain:
            guess.role = "reporter"


def _to_names(guesses: Sequence[Guess]) -> None:
    """Take names for an area where the codes beside them are of no table that is known."""
    by_name = {guess.seen.name: guess for guess in guesses}
    for guess in guesses:
        seen = guess.seen
        unknown = guess.role in AREAS and guess.keys.get("codes") == TODO
        other = by_name.get(seen.named_by)
        # National codes (Japan's 105) are of no table here, but the names next to them are known.
        most = len(set(seen.texts) & set(seen.named)) >= _HALF * len(seen.texts)
        if unknown and other and not other.role and most:
            other.role, other.keys = guess.role, {"codes": "names"}
            guess.role, guess.keys = "", {}


def _names_no_side(seen: Seen) -> bool:
    """Whether a column is called "country", and so either side's."""
    plain = plain_name(seen.name)
    return not re.search("partner|counter|контр|партн|伙伴|socio|partenaire|ortak", plain)


def _codes(seen: Seen, said: str) -> str:
    """Return the system of codes that cells and names beside them prove, names, or ``TODO``.

    What the name of a column says (``PartnerCode`` of UN Comtrade) decides between tables that
    fit, and does so only where it is one of them.
    """
    if said.lower() in seen.systems:
        return said
    if seen.is_proved:
        return seen.systems[0]
    # Codes of a country's own statistics fit no table and are capitals and digits, so they are
    # asked.
    coded = bool(seen.systems) or all(_CODE.fullmatch(text) for text in seen.texts)
    return TODO if coded and seen.named_share < _HALF else "names"


def _by_elimination(guesses: list[Guess]) -> None:
    """Give roles that no name gave to columns whose cells leave no doubt."""
    has = {guess.role for guess in guesses}
    free = [guess for guess in guesses if not guess.role]
    if not has & {"period", "year"} and not any("period" in g.keys for g in guesses):
        _give(free, "period", lambda seen: seen.is_period and len(seen.texts) > 0)
    if "flow" not in has:
        _give(free, "flow", lambda seen: seen.is_flow)
    # Units look like codes of areas and flows, so they are taken only where a quantity needs them.
    if "quantity" in has and "quantity_unit" not in has:
        _give(free, "quantity_unit", lambda seen: seen.is_units)
    if "product" not in has:
        _give(free, "product", _is_product)
        if not any(guess.role == "product" for guess in free):
            _give(free, "product", lambda seen: len(seen.texts) > 1 and bool(code_pattern(seen)))
    if not has & {"partner", "importer", "exporter"}:
        found = [g for g in free if not (g.role or g.seen.is_numeric) and _is_of_areas(g.seen)]
        # Two columns of areas without names that say their side: who is who is asked.
        for guess in found[:2]:
            guess.role, guess.keys = TODO, {"codes": _codes(guess.seen, "")}
            called = not _names_no_side(guess.seen)  # "Partner countries"
            if len(found) == 1 and len(guess.seen.texts) > 1 and ("reporter" in has or called):
                guess.role = "partner"


def _select_money(guesses: Sequence[Guess]) -> None:
    """Keep the rows of money where a column says what each number is: a value, a mass, a quantity.

    What that column says of currency and scale holds for the values then.
    """
    values = [guess for guess in guesses if guess.role == "value"]
    for guess in guesses:
        texts = guess.seen.texts
        if guess.role or len(values) != 1 or not 1 < len(texts) <= _KINDS or guess.seen.is_numeric:
            continue
        other = [text for text in texts if _NO_MONEY.search(text.casefold().replace("_", " "))]
        money = [text for text in texts if text not in other and _says_money(text)]
        if len(money) == 1 and other:
            guess.keys = {"select": money[0]}
            values[0].keys = money_words(money[0]) | values[0].keys


def _flow_in_the_name(guesses: Sequence[Guess]) -> None:
    """Take the flow from the name of the only value ("Imports (USD)"), if no column says it."""
    values = [guess for guess in guesses if guess.role == "value"]
    others = {guess.role for guess in guesses} & {"flow", "exporter", "importer"}
    if len(values) == 1 and not others:
        [value] = values
        found = _FLOW_COLUMNS.search(value.seen.name.casefold())
        if found and "flow" not in value.keys:
            value.keys["flow"] = "export" if found[1] else "import"


def _said_once(guesses: Sequence[Guess]) -> dict[str, Any]:
    """Give values what columns of one text say of flow, currency and scale, and return it.

    Such are the dimensions of a data cube of which one category was asked for: an indicator called
    "Import Trade Value (US$ Thousand)", a unit AUD, a multiplier 3 for thousands.
    """
    says: dict[str, Any] = {}
    for guess in guesses:
        if guess.seen.unit:  # areas such as "China (Thousand Dollars)"
            says |= _unit_says(guess.seen.unit)
        if guess.role not in ("", "quantity_unit") or len(guess.seen.texts) != 1:
            continue
        [text] = guess.seen.texts
        if guess.role and not money_words(text):
            continue
        guess.role = ""
        plain = plain_name(guess.seen.name)
        # SDMX's UNIT_MULT is a power of ten.
        if plain.startswith("unitmult") and re.fullmatch("[0-9]", text):
            says["scale"] = 10 ** int(text)
        elif re.search("unit|measure|indicator|currency|uom", plain):
            says |= _unit_says(text)
            found = _FLOW_COLUMNS.search(text.casefold())
            if found and not any(one.role == "flow" for one in guesses):
                flow = "export" if found[1] else "import"
                guess.role, guess.seen = "flow", replace(guess.seen, paired_flows={text: flow})
    _say(guesses, says)
    return says


def _say(guesses: Sequence[Guess], says: dict[str, Any]) -> None:
    for guess in guesses:
        if guess.role == "value":
            guess.keys = says | guess.keys


def _unit_says(text: str) -> dict[str, Any]:
    """Return what a unit says of the values: of dollars that it does not name, the scale alone."""
    scale = scale_words(text) if counts_money(text) else None
    return money_words(text) or ({"scale": scale} if scale else {})


def _says_money(text: str) -> bool:
    return bool(money_words(text) or _MONEY.search(text.casefold().replace("_", " ")))


def _is_of_areas(seen: Seen) -> bool:
    if seen.is_units:  # NO and KG are units before they are Norway and Kyrgyzstan
        return False
    return bool(seen.systems) or seen.named_share >= _HALF


def _is_product(seen: Seen) -> bool:
    lengths = seen.lengths.keys()
    # Codes are of a few lengths; amounts are of all.
    of_all = any({one, one + 1, one + 2, one + 3} <= lengths for one in lengths)
    return seen.is_code and not seen.is_period and bool({5, 6, 8, 9, 10} & lengths) and not of_all


def _give(free: list[Guess], role: str, test: Callable[[Seen], bool]) -> None:
    found = [guess for guess in free if not guess.role and test(guess.seen)]
    # Two candidates are no proof: neither gets the role.
    if len(found) == 1:
        found[0].role = role


def _one_each(guesses: list[Guess]) -> None:
    """Keep one column a role: of codes and names, the codes."""
    for role in {guess.role for guess in guesses} - {"", TODO, *MARKS}:
        same = [guess for guess in guesses if guess.role == role]
        if role in NUMBERS:
            _apart(same, named=not any(guess.role in (*AREAS, TODO) for guess in guesses))
            continue
        best = min(same, key=_sureness)
        for guess in same:
            if guess is not best:
                guess.role, guess.keys = "", {}
    _what_says_more(guesses)


def _sureness(guess: Guess) -> tuple[bool, int, int]:
    """Return what is least for the surest of columns with one role.

    Words for flows are surer than numbers, cells that are all filled than gaps, codes than names.
    """
    unclear = guess.role == "flow" and bool(not guess.seen.is_flow or guess.seen.paired_flows)
    filled = sum(guess.seen.rows) if guess.role in AREAS else 0
    return unclear, -filled, _SURER.index(str(guess.keys.get("codes", "")).lower())


def _what_says_more(guesses: list[Guess]) -> None:
    """Drop what another column, or the name of one, says more exactly."""
    dropped: set[str] = set()
    if any("currency" in guess.keys for guess in guesses):
        dropped.add("currency")
    if any(guess.role == "period" for guess in guesses):
        dropped |= {"year", "month", "quarter"}
    for guess in guesses:
        if guess.role in dropped:
            guess.role, guess.keys = "", {}


_MEANING = {"flow", "period", "month", "partner", "reporter"}
"""What a name says of a column of numbers, and tells it from others."""


_SIDES = re.compile(r"(?:(.+?)['’]s? )?(?:exports? to|imports? from) (?:the )?(.+)", re.IGNORECASE)


def _sides_in(name: str) -> tuple[str, str] | None:
    """Return reporter and partner of a name such as "China's exports to Japan, value in 2020".

    The reporter is as the name writes it; the partner is a code.
    """
    found = _SIDES.match(name)
    words = found[2].split() if found else []
    for most in range(min(len(words), _WORDS_OF_AREA), 0, -1):
        text = " ".join(words[:most]).rstrip(",;:")
        if code := WORLD if text.casefold() in TOTALS else named_area(text):
            return (found[1] or "" if found else ""), code
    return None


def _name_sides(numbers: list[Guess]) -> None:
    """Take the partner from names of columns, and the reporter: Trade Map has two in one table."""
    sides = {guess.seen.name: _sides_in(guess.seen.name) for guess in numbers}
    said = {found[0] for found in sides.values() if found}
    for guess in numbers:
        if found := sides[guess.seen.name]:
            code = named_area(found[0])
            guess.keys |= {"partner": found[1]} | ({"reporter": code} if code else {})
        if len(said) > 1 and "reporter" not in guess.keys:
            guess.keys["reporter"] = TODO


def _apart(numbers: list[Guess], *, named: bool) -> None:
    """Say what tells several columns of numbers apart, if their names do; and sides, if named."""
    if len(numbers) < 2:
        return
    if named:
        _name_sides(numbers)
    for guess in numbers:
        found = _FLOW_COLUMNS.search(guess.seen.name.casefold())
        if found and guess.keys.get("period") != guess.seen.name:
            guess.keys["flow"] = "export" if found[1] else "import"
            for basis in ("origin", "consignment"):
                if basis in guess.seen.name.casefold():
                    guess.keys["partner_basis"] = basis
    plain = [g for g in numbers if not _MEANING & g.keys.keys()]
    _same_meaning([g for g in numbers if g not in plain])
    keep = 0 if len(plain) < len(numbers) else 1
    # The one that says its currency stays; sorted is stable, so else the first.
    for guess in sorted(plain, key=lambda g: "currency" not in g.keys)[keep:]:
        guess.role, guess.keys = "", {}


def _same_meaning(numbers: Sequence[Guess]) -> None:
    """Leave out of several columns of one meaning those that say less, or have it asked.

    Which of "Imports (USD)" and "Dutiable imports (USD)" is the trade is no question of names.
    """
    by_meaning: dict[tuple[Any, ...], list[Guess]] = {}
    for guess in numbers:
        said = {k: v for k, v in guess.keys.items() if k in _MEANING or k == "partner_basis"}
        by_meaning.setdefault((guess.role, *sorted(said.items())), []).append(guess)
    for same in by_meaning.values():
        for guess in same if len(same) > 1 else ():
            guess.keys["several"] = [one.seen.name for one in same]


def code_pattern(seen: Seen) -> str:
    """Return the pattern of product codes that stand in words, at the end or in front."""
    for test, pattern in (
        # "Integrated circuits [8542]" and "8542 - Integrated circuits".
        (r".*\[[0-9A-Z]+\]\s*", r"\[([0-9A-Z]+)\]"),
        (r"'?[0-9]{2,12} ?[-–:] ?[^0-9].*", "^'?([0-9]+) ?[-–:]"),
    ):
        fits = sum(re.fullmatch(test, text, re.DOTALL) is not None for text in seen.texts)
        if fits and fits >= _MOST_CODES * len(seen.texts):
            return pattern
    return ""


# Columns of numbers that are called by the time they are of: 2022, Jan, Imported value in 2022.


_FEW = 3  # columns called by months; one alone may be anything
# "2023 1)" and "2023 *": a mark behind a year.
_FOOTNOTE = re.compile(r"([12][0-9]{3})[ *]+[0-9*)]{1,2}")
_PERIOD = re.compile(
    r"\b(?:(?:19|20)[0-9]{2}(?:[-/ ]?(?:Q[1-4]|M?[01]?[0-9]))?"
    r"|[^\W\d_]{3,}\.?[-, ]*(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2} ?[-/–] ?(?:19|20)?[0-9]{2})\b"
)
_YEAR_MONTH = re.compile(r"\b(?:19|20)[0-9]{2}[-, ]+[^\W\d_]{3,}\b")
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_WORDS = re.compile(
    r"(?:im|ex)port(?:s|ed)?|dispatch|arrival|trade|value|valor|valeur|wert|стоимость|金额|quantity|qty|amount|"
    r"weight|mass|вес|масса|重量|数量|кол"
)
_PERIOD_HEADERS_MASS = re.compile(r"weight|\bmass\b|вес|масса|重量|\bkg\b|tonne|\btons?\b")
_MANY = re.compile(r"quantity|\bqty\b|количество|数量|menge|cantidad|quantidade|miktar")


def values_by_period(guesses: Sequence[Guess], above: str = "") -> None:
    """Take columns of numbers that are called by a period for the values of it.

    Parameters
    ----------
    above
        What stands above the names of the columns; it may say that all numbers are masses.
    """
    free = [one for one in guesses if one.role in ("", "value", "mass", "quantity")]
    for guess in free:
        found = _period_in(guess.seen.name) if guess.seen.is_numeric else None
        if found is None:
            continue
        period, rest = found
        guess.role, guess.keys = "value", {"period": period}
        said = rest or above
        mass = mass_words(said)
        if (_PERIOD_HEADERS_MASS.search(rest.casefold()) or mass) and not money_words(said):
            guess.role = "mass"
            guess.keys |= mass
        elif _MANY.search(rest.casefold()):
            guess.role = "quantity"
        elif rest:
            guess.keys |= money_words(rest)
    if any(guess.role == "year" for guess in guesses):
        months = [
            (guess, month)
            for guess in free
            if guess.seen.is_numeric and "period" not in guess.keys
            if (month := _month_in(guess.seen.name))
        ]
        for guess, month in months if len(months) >= _FEW else ():
            guess.role, guess.keys = "value", {"month": month}
            if month != guess.seen.name:  # Value-Jan: whatever else stands beside years is no part
                guess.keys |= money_words(guess.seen.name)


def _month_in(name: str) -> str | None:
    """Return the month that a name is, or that stands beside a word for values: Value-Jan."""
    if month_number(name):
        return name
    words = re.findall(r"[^\W\d_]+", name)
    months = [word for word in words if len(word) >= 3 and month_number(word)]
    rest = [word for word in words if word not in months]
    return months[0] if len(months) == 1 and rest and all(map(_is_value, rest)) else None


def _is_value(word: str) -> bool:
    return word.casefold() in ("value", "val", "valor", "valeur", "wert", "amount", "стоимость")


def values_by_area(guesses: Sequence[Guess], above: str = "") -> None:
    """Take columns of numbers that are called by areas for what is traded with each.

    Names of areas, or codes of three letters where all are such codes. A column of all partners
    together is their total, those that are called otherwise are left to be asked. Where a column
    names a partner already, areas in names are something else.
    """
    free = [one for one in guesses if one.seen.is_numeric and one.role in ("", "value", "mass")]
    free = [one for one in free if "period" not in one.keys and "month" not in one.keys]
    if any(one.role in ("partner", "exporter", "importer", TODO) for one in guesses):
        return
    codes = [one.seen.name for one in free if one.seen.name.casefold() not in TOTALS]
    is_coded = len(codes) >= _FEW and all(code in known_areas() for code in codes)
    named = {
        one.seen.name: code
        for one in free
        if (code := one.seen.name if is_coded else named_area(one.seen.name))
    }
    partners = {name: code for name, code in named.items() if area(code).kind != "aggregate"}
    if len(set(partners.values())) < 2 or len(partners) < _HALF * len(free):
        return
    for guess in free:
        name = guess.seen.name
        code = WORLD if name.casefold() in TOTALS else partners.get(name)
        if code or is_rest(name):
            mass = mass_words(above) if not money_words(above) else {}
            guess.role = "mass" if mass else "value"
            guess.keys |= {"partner": code or TODO} | mass


def _mass_in_the_title(guesses: Sequence[Guess], above: str) -> None:
    """Take the only column of numbers for the masses that the title says they are."""
    mass = mass_words(above) if _PERIOD_HEADERS_MASS.search(above.casefold()) else {}
    free = [one for one in guesses if one.seen.is_numeric and not one.role]
    if not mass or money_words(above) or any(one.role in NUMBERS for one in guesses):
        return
    if len(free) == 1 and not _NO_AMOUNT.search(f"{above} {free[0].seen.name}".casefold()):
        free[0].role, free[0].keys = "mass", dict(mass)


def _only_value(guesses: Sequence[Guess]) -> None:
    """Take the only column of numbers called a value for it, whatever its money is."""
    called = [
        one
        for one in guesses
        if one.seen.is_numeric and not one.role and _MONEY.search(one.seen.name.casefold())
    ]
    names = " ".join(one.seen.name.casefold() for one in called)
    if len(called) == 1 and not _NO_AMOUNT.search(names) and not _NO_MONEY.search(names):
        called[0].role = "value"


def _goes_on(name: str, found: re.Match[str]) -> bool:
    """Whether more of a number stands beside what was found, behind a stroke or a point."""
    return bool(
        re.match(r"[-/–.][0-9]", name[found.end() :])
        or re.search(r"[0-9][-/–.]$", name[: found.start()])
    )


def _period_in(name: str) -> tuple[str, str] | None:
    """Return the period that a name says, and what else it says; a mark for a footnote aside.

    None of a year that is far off: it may be one of another calendar.
    """
    found = _period_said(name)
    return None if found and is_far_off(found[0]) else found


def _period_said(name: str) -> tuple[str, str] | None:
    if read_span(name) or fiscal_years([name]):
        return name, ""
    if found := _FOOTNOTE.fullmatch(name):
        return found[1], ""
    spans: list[re.Match[str]] = []
    for pattern in (_YEAR_MONTH, _PERIOD, _YEAR):  # "Export 2017" is no month called Export
        spans = spans or [
            one for one in pattern.finditer(name) if read_span(one[0]) or fiscal_years([one[0]])
        ]
    # Two times in a name ("change 2022 to 2023") are no value of either; and 2081/082 is a year of
    # another calendar, of which 2081 alone says something else.
    if len(spans) != 1 or _goes_on(name, spans[0]):
        return None
    [found] = spans
    rest = " ".join((name[: found.start()] + " " + name[found.end() :]).split())
    # "Population 2022" is a number of a year and no trade.
    if not _WORDS.search(rest.casefold()) and not money_words(rest) and not mass_words(rest):
        return None
    return found[0], rest
