"""A mapping put together from what a file shows of its columns and numbers; the rest is asked."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.model.product import known_prefixes
from entrepot.sources.table.draft.areas import area_keys
from entrepot.sources.table.draft.guess import BACI, code_pattern
from entrepot.sources.table.draft.money import mass_words, money_words, scale_words
from entrepot.sources.table.draft.questions import TODO, Questions
from entrepot.sources.table.draft.seen import ONE_FISCAL
from entrepot.sources.table.mapping import AREAS, MARKS, NUMBERS
from entrepot.sources.table.periods import (
    SLASHED,
    fiscal_years,
    in_order,
    is_far_off,
    month_number,
    read_span,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.sources.table.draft.guess import Guess
    from entrepot.sources.table.draft.head import Head
    from entrepot.sources.table.draft.seen import Seen

_EDITIONS = ("HS2022", "HS2017", "HS2012", "CN2024", "...")
_WIDE = 3  # columns called by periods that are said once for all


def compose(
    head: Head, guesses: Sequence[Guess], edition: str | None
) -> tuple[dict[str, Any], Questions]:
    """Return a mapping as plain data, ``TODO`` in the open places, and the questions.

    Parameters
    ----------
    head, guesses
        What the file shows.
    edition
        Edition of the product codes, if the name of the file says it.
    """
    asks = Questions()
    says: dict[str, Any] = {"format": 1, **head.says}
    if head.sheets:
        says["sheet"] = asks.ask("sheet", "which table of the file?", *map(repr, head.sheets))
    if head.doubt:
        shown = ", ".join(f"“{word}” in {name}" for name, word in head.doubt.items())
        words = f"which encoding shows the names right? {shown};"
        says["encoding"] = asks.ask("encoding", words, *head.doubt)
    used = [guess for guess in guesses if guess.role]
    by_role = {guess.role: guess for guess in used}
    numbers = [guess.seen for guess in used if guess.role in NUMBERS]
    says |= how_numbers_are_written(numbers, typed=head.kind != "text")
    if says.get("decimal") == TODO:
        asks.ask(
            "decimal",
            "does the sign in 1,234 or 1.234 part decimals or thousands? if it is "
            "the comma: ',' here, or '.' here and thousands: ','",
            "'.'",
            "','",
        )
    units = [guess.seen for guess in used if guess.role == "quantity_unit"]
    if none := words_for_none(numbers, units):
        says["missing"] = none
    # Order matters: _when and _what write into guesses (roles, order, pad), which column_keys
    # reads.
    says |= _who(by_role, used, asks)
    says |= _basis(by_role, used, says, asks)
    says |= _when(by_role, used, asks)
    says |= _what(by_role, edition, asks)
    columns = column_keys(guesses, head, asks)
    wide = _wide(columns, used, asks)
    says |= _money(columns, asks)
    says["columns"] = columns
    says |= wide
    chosen = {g.seen.name: g.keys["select"] for g in guesses if not g.role and "select" in g.keys}
    says |= {"select": chosen} if chosen else {}
    says["ignore"] = [g.seen.name for g in guesses if not g.role and g.seen.name not in chosen]
    return says, asks


def _who(by_role: dict[str, Guess], used: Sequence[Guess], asks: Questions) -> dict[str, Any]:
    values = [guess for guess in used if guess.role == "value"]
    flow = "flow" in by_role or (bool(values) and all("flow" in guess.keys for guess in values))
    sides = {"exporter", "importer"} & by_role.keys()
    if TODO in by_role:
        return {}
    # BACI reconciles both reports, FOB: nothing is left to ask.
    if {column.seen.name for column in used} >= BACI:
        return {"reported_by": "both", "valuation": "FOB"}
    says: dict[str, Any] = {}
    # No, one or both sides have a column; `other` stands for the side that has none.
    for key, words, *choices in _PEOPLE[len(sides) if sides else 0]:
        wanted = ({"exporter", "importer"} - sides).pop() if key == "other" else key
        known = wanted in by_role or (flow and key in ("flow", "reported_by", "valuation"))
        # Each column of numbers is called by its partner.
        known = known or any(wanted in guess.keys for guess in used)
        if not known:
            says[wanted] = asks.ask(wanted, words.format(side=wanted), *choices)
    return says


_BASES = (
    ("consignment", r"consign|dispatch|proced|provenance|versendung|отправлен|启运"),
    ("origin", r"origin|orig[ei][mn]|ursprung|происхожд|原产|menşe"),
)
"""What the name of a column of partners says of them; "origin" alone is the side that sells."""


def _basis(
    by_role: dict[str, Guess], used: Sequence[Guess], says: dict[str, Any], asks: Questions
) -> dict[str, Any]:
    """Return whether importers name the country of origin or of dispatch; offered if nobody says.

    A publisher that does not say it leaves nothing to answer, so no load waits for it: its rows
    are on no known basis, and each answer says so.
    """
    seller = by_role.get("partner") or by_role.get("exporter")
    flows = {flow for guess in used if guess.role == "flow" for flow in guess.seen.flows.values()}
    flows |= {str(guess.keys["flow"]) for guess in used if "flow" in guess.keys}
    flows |= {"import"} if TODO in (says.get("flow"), says.get("reported_by")) else set()
    known = "partner_basis" in by_role or any("partner_basis" in guess.keys for guess in used)
    if seller is None or "import" not in flows or known:
        return {}
    name = seller.seen.name.casefold()
    for basis, pattern in _BASES:
        if re.search(pattern, name) and name != basis:
            return {"partner_basis": basis}
    words = "are partners of imports countries of origin or of dispatch (consignment)?"
    asks.offer("partner_basis", words, "origin", "consignment")
    return {}


_PEOPLE: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("reporter", "whose statistics are these? a code such as KGZ"),
        (
            "partner",
            "who is the partner? a code such as RUS, or WLD if the numbers are of all of them",
        ),
        ("flow", "which flow is it?", "import", "export"),
    ),
    (
        ("other", "who is the {side} of all rows? a code such as DEU"),
        ("flow", "does the importer report, or the exporter?", "import", "export"),
    ),
    (
        ("reported_by", "whose report is it?", "exporter", "importer", "both"),
        ("valuation", "how are goods valued?", "FOB", "CIF"),
    ),
)
"""What has to be known where no, one or both sides of a flow have a column of their own."""


def _when(by_role: dict[str, Guess], used: Sequence[Guess], asks: Questions) -> dict[str, Any]:
    called = [str(guess.keys["period"]) for guess in used if "period" in guess.keys]
    texts = called or (by_role["period"].seen.texts if "period" in by_role else ())
    if not called and _asks_calendar(by_role.get("period") or by_role.get("year"), asks):
        return {}
    if fiscal := _fiscal_years(texts):
        words = f"in which month do years such as {fiscal[0]} begin?"
        return {"year_starts": asks.ask("year_starts", words, "4", "7", "10")}
    if "year" in by_role or called:
        return {}
    if "period" not in by_role and (part := by_role.get("month") or by_role.get("quarter")):
        _ask_year(part, asks)
        return {}
    if "period" not in by_role:
        return {
            "period": asks.ask("period", "which time do the numbers cover?", "'2024'", "'2024-06'")
        }
    guess = by_role["period"]
    days = [found for text in texts if (found := SLASHED.fullmatch(text))]
    if days and (order := _order(days)):
        guess.keys["order"] = order
    elif any(read_span(found[0]) is None for found in days):
        words = "does the day or the month come first?"
        guess.keys["order"] = asks.ask(f"columns.{guess.seen.name}.order", words, "DMY", "MDY")
    # Only tried for its error: days without a length are asked for, other errors are shown later
    # with their row.
    try:
        spans([in_order(text, guess.keys.get("order")) for text in texts], None)
    except RequestError as error:
        if "freq" in error.hint and "freq" not in by_role:
            return {"freq": asks.ask("freq", "how long is each period?", "M", "Q", "A")}
    return {}


def _fiscal_years(texts: Sequence[str]) -> list[str]:
    """Return times that are years which run into the next.

    2010-11 alone may be a month; where all are such years, or one is 2022-23, it is none.
    """
    fiscal = [text for text in texts if read_span(text) is None and fiscal_years([text])]
    return fiscal or (fiscal_years(texts) if len(texts) > 1 else [])


def _ask_year(part: Guess, asks: Questions) -> None:
    """Ask for the time of each month or quarter, which without its year is none."""
    text = next(iter(part.seen.texts), "1")
    said = f"Q{text[-1:]}" if part.role == "quarter" else f"-{month_number(text) or 1:02}"
    part.role, part.keys = "period", {}
    words = "of which year are these? name the time of each"
    example = f"{{{text}: '2024{said}', ...}}"
    part.keys["own"] = asks.ask(f"columns.{part.seen.name}.own", words, example)


_ONE_YEAR = re.compile(r"(?:fy ?)?[12][0-9]{3}(?: ?年度?)?", re.I)
_FISCAL = re.compile(
    r"fiscal|(?<![^\W_])f\.?y(?![^\W_])|financial.year|финансов|年度|财年|회계|exercice"
    r"|(?:wirtschafts|haushalts|geschäfts|rechnungs)jahr"
)
"""Names of years that may not be the calendar's: 年度 is one in China, and not in Japan."""


def _asks_calendar(guess: Guess | None, asks: Questions) -> bool:
    """Ask for the time of each year that may be another than the calendar's.

    It is far off, or its column is called a fiscal year and does not say where it ends.
    """
    if guess is None or not guess.seen.texts:
        return False
    far = next(filter(is_far_off, guess.seen.texts), "")
    single = not far and all(map(_ONE_YEAR.fullmatch, guess.seen.texts))
    called = _FISCAL.search(guess.seen.name.casefold())
    if not far and not (single and (called or any(map(ONE_FISCAL.fullmatch, guess.seen.texts)))):
        return False
    guess.role = "period"
    year = far or guess.seen.texts[0]
    words = f"of which calendar are years such as {year}? name the time of each"
    ways = (f"{{'{year}': 'YYYY', ...}}", f"{{'{year}': 2022-04..2023-03, ...}}")
    guess.keys["own"] = asks.ask(f"columns.{guess.seen.name}.own", words, *ways)
    return True


def _order(days: Sequence[re.Match[str]]) -> str:
    """Return in which order days are written, if the column shows it; else nothing.

    A number above 12 is no month. And where one place has the same number throughout and the other
    the months of a year, each row is the first (or another day) of a month.
    """
    first, second = ({int(found[place]) for found in days} for place in (1, 2))
    # Both above 12 in some rows: neither is the month throughout, and it is asked.
    if max(first) > 12 or max(second) > 12:
        return "DMY" if max(second) <= 12 else "MDY" if max(first) <= 12 else ""
    years = {found[3] for found in days}
    # More than one year, since days 1 to 12 of one month would look the same.
    if len(first) == 12 and len(second) == 1 and len(years) > 1:
        return "MDY"
    return "DMY" if len(second) == 12 and len(first) == 1 and len(years) > 1 else ""


def _what(by_role: dict[str, Guess], edition: str | None, asks: Questions) -> dict[str, Any]:
    if "product" not in by_role:
        words = "which goods are these? TOTAL for all goods together, or one code"
        return {"product": asks.ask("product", words)}
    says: dict[str, Any] = {}
    product = by_role["product"].seen
    pad, likely = _pad(product, asks)
    levels: dict[int, int] = {}
    for length, count in product.lengths.items():
        # A bool counts as 0 or 1: an odd length becomes the next even one where that is likely.
        even = length + length % 2 * (likely == "even")
        level = max(length, likely) if isinstance(likely, int) else even
        levels[level] = levels.get(level, 0) + count
    if "nomenclature" not in by_role:
        says["nomenclature"] = edition or _edition(max(levels, default=0), asks)
    if pad:
        by_role["product"].keys["pad"] = pad
    if product.has_total and levels:
        says["level"] = asks.ask("level", "which level?", *map(str, sorted(levels)), "total")
    elif len(levels) > 1:
        shown = ", ".join(f"{n:,} rows of {level} digits" for level, n in sorted(levels.items()))
        says["level"] = asks.ask("level", f"which level? ({shown})", *map(str, sorted(levels)))
    # National lines (ten digits, Japan's nine) end at six, the last that countries share.
    if max(levels, default=0) > 8 or max(levels, default=0) % 2:
        by_role["product"].keys["cut"] = 6
    if product.texts and not (product.is_code or product.is_parted_code):
        by_role["product"].keys["pattern"] = code_pattern(product) or r"\[([0-9A-Z]+)\]"
        says.setdefault("level", asks.ask("level", "which level?", "2", "4", "6", "total"))
    return says


def _pad(product: Seen, asks: Questions) -> tuple[int | str | None, int | str | None]:
    """Return how zeros are put back that a program lost, and how they probably are.

    The first is asked where the codes do not prove it.

    Codes of an odd length may be six digits that lost a zero, ten that did, the nine of Japan, or
    those of another classification, such as SITC. A zero at the front proves that none was lost; a
    zero is put back where it makes each of them a code of the Harmonized System.
    """
    lengths = sorted(product.lengths)
    odd = [length for length in lengths if length % 2]
    if not odd:
        return None, None
    texts = [text.lstrip("'") for text in product.texts]
    short = [text for text in texts if text.isdigit() and len(text) in odd]
    # Zeros survived, so none was lost: the odd length is the classification's own.
    if any(text.startswith("0") for text in short):
        return None, None
    words = "how many digits have the codes, with zeros that a program lost at the front?"
    if lengths in ([9], [8, 9]):
        return asks.ask(f"columns.{product.name}.pad", words, "9", "10"), None
    one_level = len({length + length % 2 for length in lengths}) == 1
    pad = lengths[-1] + lengths[-1] % 2 if one_level else "even"
    if _lost_a_zero(short):
        return pad, pad
    return asks.ask(f"columns.{product.name}.pad", words, str(pad)), pad


_BY_CHANCE = 0.05
"""Codes of another classification would be codes of the Harmonized System so rarely."""


def _lost_a_zero(codes: Sequence[str]) -> bool:
    """Whether each code with a zero in front is one of some edition, and hardly by chance."""
    chance = 1.0
    # Chapters 01 to 09 are the only ones that lose a zero.
    for head in {f"0{code}"[:6] for code in codes}:
        if head not in known_prefixes(len(head)):
            return False
        chance *= _chance(len(head))
    return chance < _BY_CHANCE


@cache
def _chance(digits: int) -> float:
    """Return how much of all numbers with a zero in front are codes of so many digits."""
    of_zero = [one for one in known_prefixes(digits) if one[0] == "0" and one[1:2] != "0"]
    # 01... to 09...: nine first digits, then any.
    numbers: int = 9 * 10 ** (digits - 2)
    return len(of_zero) / numbers


def _edition(digits: int, asks: Questions) -> str:
    """Ask for the edition of product codes of so many digits."""
    words, choices = "which edition are the product codes of?", list(_EDITIONS)
    if digits > 8 or digits % 2:
        words += " lines of one country are read as subheadings, with repeated: sum;"
        choices = ["HS2022", "HS2017", "..."]
    if digits == 8:
        words += " eight digits are lines of the European CN; lines of another country need an"
        words += " edition such as HS2022, cut: 6 in the column and repeated: sum;"
        choices = ["CN2024", "CN2023", "HS2022", "..."]
    return asks.ask("nomenclature", words, *choices)


def _money(columns: dict[str, dict[str, Any]], asks: Questions) -> dict[str, Any]:
    """Say, and ask, once what the money of many columns is."""
    values = {name: keys for name, keys in columns.items() if keys["role"] == "value"}
    says: dict[str, Any] = {}
    # From three columns on: a question for each would be the same answer twenty times.
    for key in ("currency", "scale") if len(values) >= _WIDE else ():
        value = {str(keys.get(key)) for keys in values.values()}
        if len(value) > 1 or "None" in value:
            continue
        for name, keys in values.items():
            says[key] = keys.pop(key)
            if question := asks.asked.pop(f"columns.{name}.{key}", None):
                asks.ask(key, question.text, *question.choices)
    return says


def _wide(
    columns: dict[str, dict[str, Any]], used: Sequence[Guess], asks: Questions
) -> dict[str, Any]:
    """Say, and ask, once what all columns called by periods are."""
    times = ("period", "month")
    # Columns that are called by nothing but their time.
    plain = [g.seen.name for g in used if g.seen.name in map(g.keys.get, times)]
    if len(plain) < _WIDE:
        return {}
    shared = {key: value for key, value in columns[plain[0]].items() if key not in times}
    for name in plain:
        del columns[name]
        for key in shared:
            question = asks.asked.pop(f"columns.{name}.{key}", None)
            if question:
                asks.ask(f"wide.{key}", question.text, *question.choices)
    return {"wide": shared}


def how_numbers_are_written(columns: Iterable[Seen], *, typed: bool) -> dict[str, str]:
    """Return ``decimal`` and ``thousands`` where they differ from ``1234.5``.

    ``TODO`` where the numbers fit two readings: ``1,234`` may be a thousand or one.

    Parameters
    ----------
    columns
        Columns of numbers.
    typed
        Whether numbers are stored as such (a workbook), so that only texts tell anything.
    """
    texts = [text.lstrip("-+") for column in columns for text in column.numbers]
    says: dict[str, str] = {}
    # Blanks of four kinds part thousands in French, Russian and SI style.
    if any(re.search(r"[0-9][ \u00a0\u2009\u202f][0-9]", text) for text in texts):
        says["thousands"] = " "
    elif any(re.search(r"[0-9]['’][0-9]{3}", text) for text in texts):
        says["thousands"] = "'"
    texts = [re.sub(r"[ \u00a0\u2009\u202f'’]", "", text) for text in texts]
    commas = [text for text in texts if "," in text]
    # In a workbook numbers are stored as such and shown with a point; only typed texts have commas.
    points = [] if typed and commas else [text for text in texts if "." in text]
    both = [text for text in commas if "." in text]
    if both:
        # In 1.234,5 the sign that comes last parts decimals.
        last = "," if both[0].rindex(",") > both[0].rindex(".") else "."
        return {"decimal": ",", "thousands": "."} if last == "," else {"thousands": ","}
    for sign, found in ((",", commas), (".", points)):
        if found:
            says |= _of(sign, found, typed=typed)
    return says


def _of(sign: str, texts: list[str], *, typed: bool) -> dict[str, str]:
    """Return what one sign means in the numbers that have it."""
    s = re.escape(sign)
    # A sign that comes twice in a number parts thousands.
    if any(text.count(sign) > 1 for text in texts):
        return {"thousands": sign} | ({"decimal": ","} if sign == "." else {})
    # 1,234 fits both readings; one number that does not (12,5 or 0,123) settles it for decimals.
    grouped = [text for text in texts if re.fullmatch(rf"[1-9][0-9]{{0,2}}{s}[0-9]{{3}}", text)]
    if len(grouped) < len(texts):
        return {"decimal": ","} if sign == "," else {}
    # A point is the usual decimal sign: two numbers with three decimals are no reason to ask.
    if sign == "." and (typed or len(texts) < 3):
        return {}
    return {"decimal": "TODO"}


def words_for_none(numbers: Iterable[Seen], words: Iterable[Seen]) -> list[str]:
    """Return what stands for nothing: in columns of numbers any word, in others a usual one."""
    found = {text for column in numbers for text in column.texts if text not in column.numbers}
    found |= {text for column in words for text in column.texts if text.casefold() in _NONE}
    return sorted(found)


_NONE = ("n/a", "na", "nan", "-", "--", "...", "..", ".", "none", "null")


# What is said of each column of a draft, beside its role.


_FEW = 6  # columns of numbers that a question names


def column_keys(guesses: Sequence[Guess], head: Head, asks: Questions) -> dict[str, dict[str, Any]]:
    """Return role and keys of each column that is used, by name; what is not known is asked."""
    used = [guess for guess in guesses if guess.role]
    left = [guess.seen.name for guess in guesses if not guess.role and guess.seen.is_numeric]
    roles = {guess.role for guess in used}
    found: dict[str, dict[str, Any]] = {}
    for guess in used:
        place = f"columns.{guess.seen.name}"
        # Not a key of a mapping: only a note from `guess` that columns have one meaning.
        several = guess.keys.pop("several", None)
        if guess.keys.get("partner") == TODO:
            words = "who are all others? a code such as XNES, XAFRICA, XASIA, XEUROPE, XLATAM"
            asks.ask(f"{place}.partner", words)
        if guess.keys.get("reporter") == TODO:
            words = "whose statistics are these? a code such as KGZ; or move the column to ignore"
            asks.ask(f"{place}.reporter", words)
        found[guess.seen.name] = {"role": guess.role} | _keys(guess, place, head, asks, guesses)
        if several:
            others = " and ".join(repr(one) for one in several[:_FEW] if one != guess.seen.name)
            words = f"is this the {guess.role} or {others}? move the others to ignore;"
            found[guess.seen.name]["role"] = asks.ask(f"{place}.role", words, guess.role)
    if "value" not in roles and (left or not roles & {"mass", "quantity"}):
        words = "which column has the money? {role: value, currency: USD, scale: 1}"
        asks.ask("columns", words + _numbers(left))
    return found


def _numbers(names: Sequence[str]) -> str:
    """Name the columns of numbers that nothing is known of."""
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"; numbers stand in {', '.join(map(repr, names[:_FEW]))}{more}" if names else ""


def _keys(
    guess: Guess, place: str, head: Head, asks: Questions, guesses: Sequence[Guess]
) -> dict[str, Any]:
    """Return what is said of a column beside its role."""
    roles = {one.role for one in guesses}
    keys = dict(guess.keys)
    match guess.role:
        case "TODO":
            words = "who is this?"
            asks.ask(f"{place}.role", words, "exporter", "importer", "reporter", "partner")
            return keys | area_keys(guess, place, asks)
        case role if role in AREAS:
            return keys | area_keys(guess, place, asks)
        case "flow":
            return _flow(guess, place, asks)
        case "value":
            scale = scale_words(guess.seen.name)
            keys = {**money_words(head.above), **({"scale": scale} if scale else {}), **keys}
            return keys | _columns_money(keys, place, asks, column="currency" in roles)
        case "mass" if "unit" not in keys:
            words = "in which unit? others with a scale, of pounds: {unit: kg, scale: 0.453592};"
            said = mass_words(guess.seen.name)
            return keys | (said or {"unit": asks.ask(f"{place}.unit", words, "kg", "t")})
        case "quantity" if "quantity_unit" not in roles:
            words = "in which unit? {role: mass, unit: kg} if it is a mass;"
            if units := [one.seen.name for one in guesses if not one.role and one.seen.is_units]:
                words += f" units stand in {', '.join(map(repr, units))}: {{role: quantity_unit}};"
            words += " else"
            return keys | {"unit": asks.ask(f"{place}.unit", words, "items", "litres", "...")}
        case "quantity_unit" if "u" in guess.seen.texts:
            return {"own": {"u": "items"}}
        case role if role in MARKS:
            return _marks(guess, place, asks)
    return keys


def _flow(guess: Guess, place: str, asks: Questions) -> dict[str, Any]:
    says: dict[str, Any] = {}
    for text, flow in guess.seen.flows.items():
        says.setdefault(flow, []).append(text)
    rest = [text for text in guess.seen.texts if text not in guess.seen.flows]
    if rest and says:
        words = "a word that is neither imports nor exports stays here"
        says["leave_out"] = [asks.ask(f"{place}.leave_out", words, *rest[:8])]
    elif rest:
        asks.ask(f"{place}.import", "which of these is which?", *rest[:8])
        says |= {"import": TODO, "export": TODO}
    return {
        flow: texts[0] if isinstance(texts, list) and len(texts) == 1 else texts
        for flow, texts in says.items()
    }


def _columns_money(
    keys: dict[str, Any], place: str, asks: Questions, *, column: bool
) -> dict[str, Any]:
    says: dict[str, Any] = {}
    if "currency" not in keys and not column:
        says["currency"] = asks.ask(f"{place}.currency", "in which currency?", "USD", "EUR", "...")
    if "scale" not in keys:
        says["scale"] = asks.ask(
            f"{place}.scale", "in whole units, thousands or millions?", "1", "1000", "1000000"
        )
    return says


def _marks(guess: Guess, place: str, asks: Questions) -> dict[str, Any]:
    plain = {"true", "false", "1", "0", "yes", "no", "y", "n", "t", "f"}
    if all(text.casefold() in plain for text in guess.seen.texts):
        return {}
    return {"yes": asks.ask(f"{place}.yes", "which cells say yes?", *guess.seen.texts[:5])}
