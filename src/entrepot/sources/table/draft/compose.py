"""A mapping put together from what a file shows; what it does not show is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.sources.table.draft.amounts import how_numbers_are_written, words_for_none
from entrepot.sources.table.draft.columns import column_keys
from entrepot.sources.table.draft.guess import BACI, code_pattern
from entrepot.sources.table.draft.questions import TODO, Questions
from entrepot.sources.table.periods import SLASHED, fiscal_years, in_order, read_span, spans
from entrepot.sources.table.roles import NUMBERS

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from entrepot.sources.table.draft.guess import Guess
    from entrepot.sources.table.draft.head import Head
    from entrepot.sources.table.draft.seen import Seen

__all__ = ["compose"]

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
        says["encoding"] = asks.ask(
            "encoding", "which encoding shows the names right?", *head.doubt
        )
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
    says |= _who(by_role, used, asks)
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
    if {column.seen.name for column in used} >= BACI:
        return {"reported_by": "both", "valuation": "FOB"}
    says: dict[str, Any] = {}
    for key, words, *choices in _PEOPLE[len(sides) if sides else 0]:
        wanted = ({"exporter", "importer"} - sides).pop() if key == "other" else key
        known = wanted in by_role or (flow and key in ("flow", "reported_by", "valuation"))
        if not known:
            says[wanted] = asks.ask(wanted, words, *choices)
    return says


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
        ("other", "who is on the other side? a code such as CHN"),
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
    # 2010-11 alone may be a month; where all are such years, or one is 2022-23, it is none.
    fiscal = [text for text in texts if read_span(text) is None and fiscal_years([text])]
    if not fiscal and len(texts) > 1:
        fiscal = fiscal_years(texts)
    if fiscal:
        words = f"in which month do years such as {fiscal[0]} begin?"
        return {"year_starts": asks.ask("year_starts", words, "4", "7", "10")}
    if "year" in by_role or called:
        return {}
    if "period" not in by_role:
        return {
            "period": asks.ask("period", "which time do the numbers cover?", "'2024'", "'2024-06'")
        }
    days = [found for text in texts if (found := SLASHED.fullmatch(text))]
    guess = by_role["period"]
    if days and (order := _order(days)):
        guess.keys["order"] = order
    elif any(read_span(found[0]) is None for found in days):
        words = "does the day or the month come first?"
        guess.keys["order"] = asks.ask(f"columns.{guess.seen.name}.order", words, "DMY", "MDY")
    try:
        spans([in_order(text, guess.keys.get("order")) for text in texts], None)
    except RequestError as error:
        if "freq" in error.hint and "freq" not in by_role:
            return {"freq": asks.ask("freq", "how long is each period?", "M", "Q", "A")}
    return {}


def _order(days: Sequence[re.Match[str]]) -> str:
    """Return in which order days are written, if the column shows it; else nothing.

    A number above 12 is no month. And where one place has the same number throughout and the other
    the months of a year, each row is the first (or another day) of a month.
    """
    first, second = ({int(found[place]) for found in days} for place in (1, 2))
    if max(first) > 12 or max(second) > 12:
        return "DMY" if max(second) <= 12 else "MDY" if max(first) <= 12 else ""
    years = {found[3] for found in days}
    if len(first) == 12 and len(second) == 1 and len(years) > 1:
        return "MDY"
    return "DMY" if len(second) == 12 and len(first) == 1 and len(years) > 1 else ""


def _what(by_role: dict[str, Guess], edition: str | None, asks: Questions) -> dict[str, Any]:
    if "product" not in by_role:
        words = "which goods are these? TOTAL for all goods together, or one code"
        return {"product": asks.ask("product", words)}
    says: dict[str, Any] = {}
    product = by_role["product"].seen
    pad = _pad(product, asks)
    levels: dict[int, int] = {}
    for length, count in product.lengths.items():
        level = max(length, pad) if isinstance(pad, int) else length + length % 2 * (pad == "even")
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
    if max(levels, default=0) > 8 or max(levels, default=0) % 2:
        by_role["product"].keys["cut"] = 6
    if product.texts and not product.is_code:
        by_role["product"].keys["pattern"] = code_pattern(product) or r"\[([0-9A-Z]+)\]"
        says.setdefault("level", asks.ask("level", "which level?", "2", "4", "6", "total"))
    return says


def _pad(product: Seen, asks: Questions) -> int | str | None:
    """Return how zeros are put back that a program lost, where the codes show it; else ask.

    Codes of one odd length may be ten digits that lost a zero, the nine of Japan, or those of
    another classification; only a zero at the front proves that none was lost.
    """
    lengths = sorted(product.lengths)
    odd = [length for length in lengths if length % 2]
    if not odd:
        return None
    texts = [text.lstrip("'") for text in product.texts]
    if any(text.startswith("0") and len(text) in odd for text in texts):
        return None
    if len(lengths) == 1 or lengths == [8, 9]:
        choices = ("9", "10") if 9 in lengths else (str(lengths[0] + 1),)
        words = "how many digits have the codes, with zeros that a program lost at the front?"
        return asks.ask(f"columns.{product.name}.pad", words, *choices)
    one_level = len({length + length % 2 for length in lengths}) == 1
    return lengths[-1] + lengths[-1] % 2 if one_level else "even"


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
    for key in ("currency", "scale") if len(values) >= _WIDE else ():
        held = {str(keys.get(key)) for keys in values.values()}
        if len(held) > 1 or "None" in held:
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
    plain = [g.seen.name for g in used if g.seen.name in map(g.keys.get, times)]
    if len(plain) < _WIDE:
        return {}
    shared = {key: held for key, held in columns[plain[0]].items() if key not in times}
    for name in plain:
        del columns[name]
        for key in shared:
            question = asks.asked.pop(f"columns.{name}.{key}", None)
            if question:
                asks.ask(f"wide.{key}", question.text, *question.choices)
    return {"wide": shared}
