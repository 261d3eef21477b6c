"""Read the words a user writes for goods: codes, lists, and everyday words in six languages.

The wording of everyday words is ours (``words.csv``, ``code_words.csv``, ``chapters.csv``); the law
and the Harmonized System have their own. A word stands for the code, heading or chapter that holds
most of what it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from entrepot.errors import EntrepotError, NoEvidenceError, RequestError, UnknownNameError
from entrepot.goods.library import bundled_lists, is_file, is_list, known_list, list_names
from entrepot.limits import step
from entrepot.model.columns import read_table
from entrepot.model.product import EDITIONS, NATIONAL, known_prefixes, product_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.goods.lists import GoodsList, ListEntry

NAMED = "named:"
"""What stands before goods, or a partner, that a text names in words without a code."""
_DIGITS = re.compile(r"\d[\d. ]*")


@dataclass(frozen=True, slots=True)
class GoodsPart:
    """One item of a comma-separated request.

    Attributes
    ----------
    entries
        For a list or a part of one: its entries.
    possible
        Entries that may have been on the list on the day asked for.
    of
        The list.
    dated
        Whether a day was asked for.
    after
        Whether it is after the latest text of the list that was read.
    """

    kind: Literal["all", "list", "code"]
    key: str
    title: str
    entries: tuple[ListEntry, ...] = ()
    possible: tuple[ListEntry, ...] = ()
    of: GoodsList | None = None
    dated: bool = False
    after: bool = False

    @property
    def written(self) -> frozenset[str]:
        """The codes that the asker wrote, typed or on a list of their own, if they are whole.

        None of a published list, nor of one of their own that names an older edition: in today's
        the same number can be other goods.
        """
        if self.kind == "code":
            return frozenset({self.key})
        entries = self.entries if _is_own(self) else ()
        as_today = all(
            re.fullmatch(r"\d{6}", one.code)
            and not one.is_partial
            and one.edition == EDITIONS[-1].id
            for one in entries
        )
        return frozenset(one.code for one in entries) if as_today else frozenset()


def parse(text: str) -> tuple[GoodsPart, ...]:
    """Return the parts of `text`, each once, in the order given.

    Raises
    ------
    UnknownNameError
        For a list, part or code that does not exist.
    RequestError
        For empty text, goods described in words only, or digits that are no HS code.
    """
    step()
    if text.strip().lower().startswith(NAMED):
        raise RequestError(
            f"these goods are described in words only: {text.strip()[len(NAMED) :].strip()!r}",
            why="words do not say which product codes are meant, so rows cannot be chosen",
            hint="name a list such as chpl, or product codes, to compute something comparable",
        )
    items = [item.strip() for item in re.split(_BETWEEN, text) if item.strip()]
    if not items:
        raise RequestError("no goods given", hint="write all, chpl, chpl:4.B, 85 or 854231")
    return tuple({part.key: part for part in map(_part, items)}.values())


def canonical(text: str) -> str:
    """Return the words for goods as a definition carries them.

    Examples
    --------
    >>> canonical("CHPL:4.b, 85.42"), canonical("85, all")
    ('chpl:4.B,8542', 'all')
    """
    parts = parse(text)
    # All goods contain whatever else is named.
    return "all" if any(part.kind == "all" for part in parts) else ",".join(p.key for p in parts)


def has_list(text: str) -> bool:
    """Whether a list is among the goods, which may have to be followed into another edition."""
    parts = parse(text)
    return any(part.of for part in parts) and all(part.kind != "all" for part in parts)


def only_codes(text: str) -> frozenset[str]:
    """Return the six-digit codes that goods are, if they are nothing else; else none.

    Examples
    --------
    >>> sorted(only_codes("8505.11, 280480+811292")), sorted(only_codes("850511,8542"))
    (['280480', '811292', '850511'], [])
    """
    split = re.split(_BETWEEN, text)
    items = frozenset(re.sub(r"[. ]", "", item) for item in split if item.strip())
    return items if all(re.fullmatch(r"\d{6}", item) for item in items) else frozenset()


def written_codes(text: str) -> frozenset[str]:
    """Return the six-digit codes of `only_codes`, or of lists of the asker's own; else none."""
    if codes := only_codes(text):
        return codes
    try:
        parts = [part.written for part in parse(text)]
    except EntrepotError:  # inputs, goods in words, a list that is not there: no codes
        return frozenset()
    found = frozenset[str]().union(*parts)
    return found if all(parts) and all(len(code) == 6 for code in found) else frozenset()


def older_editions(text: str) -> tuple[str, ...]:
    """Return the editions before today's that lists of the asker's own name, the oldest first."""
    try:
        parts = parse(text)
    except EntrepotError:
        return ()
    own = (entry for part in parts if _is_own(part) for entry in part.entries)
    return tuple(sorted({entry.edition for entry in own} - {EDITIONS[-1].id}))


def _is_own(part: GoodsPart) -> bool:
    return part.of is not None and part.of.id not in _published()


@cache
def _published() -> frozenset[str]:
    return frozenset(one.id for one in bundled_lists())


_IN_A_TITLE = 12
"""Goods that a title names each; of more it names the first."""


def goods_title(text: str) -> str:
    """Return a name for goods as it stands in a sentence.

    Examples
    --------
    >>> goods_title("chpl:4.B")
    'high-priority goods, tier 4.B (machine tools)'
    >>> goods_title("854231,8542")
    'processors and controllers (chips; HS 854231), integrated circuits (HS 8542)'
    >>> goods_title(",".join(f"84{heading:02}" for heading in range(1, 14)))
    'HS 8401, HS 8402, HS 8403 and 10 other codes'
    """
    if text.strip().lower().startswith(NAMED):
        return text.strip()[len(NAMED) :].strip()
    together = text.replace(" ", "")
    if "," in together and (name := name_of_goods(together)):
        return f"{name} (HS {together.replace(',', ', ')})"
    titles = [part.title for part in parse(text)]
    if len(titles) > _IN_A_TITLE:
        return f"{', '.join(titles[:3])} and {len(titles) - 3} other codes"
    return ", ".join(titles)


_OF_CODE = re.compile(r" \(HS \d+\)|; HS \d+(?=\))")


def goods_words(goods: str) -> str:
    """Return what a page calls goods: never a code alone.

    Examples
    --------
    >>> goods_words("850760"), goods_words("all"), goods_words("870321")
    ('lithium-ion batteries', 'all goods', 'cars (HS 8703 21)')
    >>> goods_words("290110"), goods_words("chpl")
    ('organic chemicals (HS 2901 10)', 'high-priority goods')
    """
    for known in (goods, goods.replace(" ", "")):
        if name := name_of_goods(known):
            return name
    if goods.isdigit():
        for digits in (4, 2):
            if name := name_of_goods(goods[:digits]):
                return f"{name} (HS {spaced_code(goods)})"
        return f"HS {spaced_code(goods)}"
    try:
        return _OF_CODE.sub("", goods_title(goods))
    except EntrepotError:
        return goods


_BETWEEN = r",|(?<=\d)\s*\+\s*(?=\d)"
"""Between goods: a comma, or + between codes (a name of a file may have a +)."""
# A path first: it may contain `:` and `@`, as in C:\lists\mine.csv, which a name cannot.
_LIST = re.compile(
    r"(?P<name>.+?\.csv|[^:@]+)(?::(?P<part>[^@]*))?(?:@(?P<day>.*))?", re.IGNORECASE
)


def _part(item: str) -> GoodsPart:
    if item.lower() in ("all", "total"):  # TOTAL is what rows of data say for all goods
        return GoodsPart("all", "all", "all goods")
    if _DIGITS.fullmatch(item):
        return _code(re.sub(r"[. ]", "", item))
    said = _LIST.fullmatch(item)
    name = said["name"].strip() if said else item
    chosen = known_list(name) if said else None
    if said is None or chosen is None:
        near = "; ".join(f"{one} ({goods_words(one)})" for one in goods_like(item))
        raise UnknownNameError(
            "goods",
            item,
            ["all", *list_names()],
            hint=(f"in codes: {near}. " if near else "")
            + "goods are all, a list (see: entrepot goods list), a part of one (chpl:4.B), a "
            "list on a day (chpl@2024-01-01), a file of yours (mine.csv) or codes (8542)",
        )
    return _of_list(chosen, name, said["part"], said["day"])


def _of_list(chosen: GoodsList, name: str, part: str | None, day: str | None) -> GoodsPart:
    key = name if is_file(name) else chosen.id
    title, entries = chosen.short, chosen.entries
    possible: tuple[ListEntry, ...] = ()
    if day is not None:
        state = chosen.on(_day(day))
        entries, possible = state.listed, state.possible
        # A list of one's own is whole: before its first day nothing was on it.
        if not entries and chosen.known_until < date.max:
            raise NoEvidenceError(
                f"nothing is known to have been on {chosen.id} on {_day(day)}",
                why=f"as far as texts were read it begins on {chosen.begins}",
                hint=f"ask for {chosen.read_from} or later; see: entrepot goods list --missing",
            )
    if part is not None:
        label = part.strip().upper()
        entries = chosen.part(part, entries)
        possible = chosen.part(part, possible)
        key += f":{label}"
        title += (
            f", {'tier' if chosen.id == 'chpl' else 'part'} {label} ({chosen.part_title(part)})"
        )
    if day is not None:
        key += f"@{_day(day)}"
        title += f" as of {_day(day)}"
    after = day is not None and _day(day) > chosen.known_until
    return GoodsPart("list", key, title, entries, possible, chosen, day is not None, after)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise RequestError(f"not a day: {text!r}", hint="write chpl@2024-02-23") from error


def _code(digits: str) -> GoodsPart:
    product_prefix(digits)
    known = known_prefixes(len(digits))
    if digits not in known:
        raise UnknownNameError("product code", digits, known)
    return GoodsPart("code", digits, _code_title(digits))


def _code_title(code: str) -> str:
    # The first of them promises no less than the code holds.
    name = code_names().get(code) or name_of_goods(code)
    if not name:
        return f"HS {code}"
    # One bracket, not two in a row.
    return f"{name[:-1]}; HS {code})" if name.endswith(")") else f"{name} (HS {code})"


def nameless(text: str) -> list[str]:
    """Return the codes, asked for or on a list, of chapters that are left to countries.

    They name no goods that are the same everywhere: 999999 is what is secret or not specified.
    """
    if text.strip().lower().startswith(NAMED):
        return []
    parts = parse(text)
    listed = {one.code for part in parts for one in part.entries if one.names_no_goods}
    asked = [part.key for part in parts if part.kind == "code" and part.key.startswith(NATIONAL)]
    return [*asked, *sorted(listed)]


# Goods in everyday words: what people write who know no code.

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "zh": "Chinese",
}
_FOLDER = Path(__file__).parent
# Of 0 to 1, as difflib counts letters in common: below, other goods are alike, too.
_ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class GoodsWords:
    """Goods with their names.

    Attributes
    ----------
    goods
        As a definition names them: ``8507``, ``8541,8542``.
    name
        What a page calls them.
    words
        What people call them, by language.
    """

    goods: str
    name: str
    words: Mapping[str, tuple[str, ...]]


@cache
def _in_words() -> dict[str, GoodsWords]:
    rows = read_table(_FOLDER / "words.csv", ("goods", "name", *LANGUAGES))
    return {
        row["goods"]: GoodsWords(
            row["goods"],
            row["name"],
            {key: tuple(row[key].split(";")) for key in LANGUAGES if row[key]},
        )
        for row in rows
    }


@cache
def everyday_goods() -> tuple[GoodsWords, ...]:
    """Return goods that have words: those of `words.csv`, then every named code, then chapters."""
    found = dict(_in_words())
    codes = {**_listed(), **_of_file("code_words.csv"), **code_names()}
    for code, name in {**codes, **_of_file("chapters.csv")}.items():
        # Chapters 98 and 99 are each country's own, so no question can be about them.
        if not code.startswith(NATIONAL):
            # What has words of its own comes first and keeps its name.
            found.setdefault(code, GoodsWords(code, name, {}))
    return tuple(found.values())


@cache
def _by_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one in everyday_goods():
        for text in (one.name, *(word for some in one.words.values() for word in some)):
            found.setdefault(text.casefold(), []).append(one.goods)
    return {text: tuple(dict.fromkeys(goods)) for text, goods in found.items()}


def goods_in_codes(text: str) -> str:
    """Return goods with each word that is clear as its code; what is no word of ours stays."""
    return ",".join(_in_code(part) for part in text.split(","))


def _in_code(part: str) -> str:
    codes = _by_words().get(part.strip().casefold(), ())
    # A list may be called like a word: lists are named, words are only understood.
    return codes[0] if len(codes) == 1 and not is_list(part.strip()) else part


def goods_like(text: str) -> list[str]:
    """Return goods in codes, at most three, that a text or a misspelling of it may mean."""
    known = _by_words()
    key = text.casefold()
    near = [key] if key in known else get_close_matches(key, known, 3, _ALIKE)
    return list(dict.fromkeys(goods for one in near for goods in known[one]))[:3]


@cache
def _of_file(name: str) -> dict[str, str]:
    return {row["code"]: row["name"] for row in read_table(_FOLDER / name, _COLUMNS)}


_COLUMNS = ("code", "name")


@cache
def code_names() -> dict[str, str]:
    """Return six-digit codes with what they hold, in words that do not promise less than it.

    A code is more than the good it is known for: 811292 is "gallium, germanium, indium and others".
    """
    rows = read_table(Path(__file__).parent / "code_names.csv", ("code", "name"))
    return {row["code"]: row["name"] for row in rows}


@cache
def _listed() -> dict[str, str]:
    """Return codes that a bundled list words as a whole, the first wording of each."""
    found: dict[str, str] = {}
    for one in bundled_lists():
        for entry in one.history:
            if len(entry.code) == 6 and entry.wording and not entry.ex:
                found.setdefault(entry.code, entry.wording)
    return found


def name_of_goods(goods: str) -> str:
    """Return what `everyday_goods` calls goods, as a definition names them; empty without a name.

    Lists are read last: all of them take longer than most answers.
    """
    if goods in _in_words():
        return _in_words()[goods].name
    if goods.startswith(NATIONAL):
        return ""
    names = (code_names(), _of_file("code_words.csv"), _of_file("chapters.csv"))
    return next((known[goods] for known in names if goods in known), "") or (
        _listed().get(goods, "") if len(goods) == 6 else ""
    )


def spaced_code(code: str) -> str:
    """Return digits in groups, as they are read aloud.

    Examples
    --------
    >>> spaced_code("850511"), spaced_code("8542"), spaced_code("8541,8542")
    ('8505 11', '8542', '8541 and 8542')
    """
    if "," in code:
        parts = [spaced_code(one) for one in code.split(",")]
        return f"{', '.join(parts[:-1])} and {parts[-1]}"
    return " ".join(filter(None, (code[:4], code[4:6], code[6:])))
