"""Search: countries in many languages, codes, words of goods, lists, measures, whole questions."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from entrepot.claims.draft.lexicon import areas_begun_in
from entrepot.claims.questions import read_question
from entrepot.errors import EntrepotError, is_near, nearest
from entrepot.figures import Definition
from entrepot.goods import goods_lists
from entrepot.goods.parse import LANGUAGES, everyday_goods, goods_words, spaced_code
from entrepot.measures import all_metadata
from entrepot.model.area_names import country_of_adjective, spellings, words_of
from entrepot.model.areas import (
    area,
    area_name,
    area_phrase,
    areas,
    groups,
    possessive,
    trades_inside,
    unknown_area,
)
from entrepot.model.period import Period
from entrepot.model.product import known_prefixes
from entrepot.report.phrasing import capital
from entrepot.serve.answer import NotFoundError, ServedAnswer, as_json
from entrepot.serve.request_body import address_of
from entrepot.serve.site import page

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

GROUPS = {
    "answer": "Answers",
    "country": "Countries",
    "group": "Groups of countries",
    "goods": "Goods",
    "list": "Lists and controls",
    "measure": "Measures",
}
"""Kinds of what is found, in the order of the page."""
_FEW, _MANY = 3, 40
"""Hits of each kind while one types, and on the page."""
_SHORT = 3
_LEAST_WORDS, _MOST_WORDS = 4, 40
"""Words of a whole question, where words have spaces, and how many are looked at."""
_SHORTEST = 5
"""Letters of a word from which on a misspelling is looked for: of fewer, too much is alike."""
_BETWEEN = frozenset(
    word
    for words in (
        "a an and by dependence dependent depend do does for from goods how imports in is it of",
        "on s share supplies supply the to vs who with aus bei fur nach und von de du et la le y",
    )
    for word in words.split()
)
"""Words of a question that name nothing."""
_SELLERS = frozenset(["exporter", "exporters", "seller", "sellers", "supplier", "suppliers"])
_TO = frozenset(["to", "nach"])
_CHART_WORDS = frozenset(
    word
    for words in (
        "chart charts diagram diagrams embed graph graphs graphic plot diagramm grafik grafiken",
        "einbetten graphique graphiques diagramme diagrammes integrer grafico graficos insertar",
        "график графики графика диаграмма диаграмму диаграммы 图表",
    )
    for word in words.split()
)
"""What asks for a chart and names no goods: “Grafik” is not misspelt graphite."""
_ALSO_CALLED = {
    "import_share": "dependence dependency",
    "missing_arrivals": "mirror gap data statistics discrepancy",
    "rerouted": "circumvention transshipment diversion",
}
"""What readers call measures."""
_TO_CHANGE = "to change, download or embed"
_YEAR = re.compile("(?:19|20)[0-9]{2}")


class Hit(NamedTuple):
    """Something found: its kind (a key of `GROUPS`), name, a line about it, and its address."""

    kind: str
    name: str
    about: str
    address: str


class _Term(NamedTuple):
    """One way to write something; `language` and `written` say why it is found."""

    kind: str
    id: str
    written: str
    language: str


@cache
def _terms() -> dict[str, tuple[_Term, ...]]:
    """Return every way to write something, by its words in small letters without accents."""
    found: dict[str, dict[tuple[str, str], _Term]] = {}
    for term in _all_terms():
        key = " ".join(words_of(term.written))
        if key:
            # The first stays: a word that is English, too, is not shown as of another language.
            found.setdefault(key, {}).setdefault((term.kind, term.id), term)
    return {key: tuple(terms.values()) for key, terms in found.items()}


def _all_terms() -> Iterator[_Term]:
    yield from _area_terms()
    for goods in everyday_goods():
        yield _Term("goods", goods.goods, goods.name, "")
        for language, words in goods.words.items():
            for text in words:
                yield _Term("goods", goods.goods, text, LANGUAGES[language])
    for measure in all_metadata():
        for text in (measure.id.replace("_", " "), measure.title):
            yield _Term("measure", measure.id, text, "")


def _area_terms() -> Iterator[_Term]:
    # "Areas not specified" and the like are partners in data, but nobody can ask of them.
    shown = {one.code: one for one in areas() if one.kind not in ("aggregate", "special")}
    for one in shown.values():
        for text in (one.name, one.code, one.alpha2, *one.aliases, one.adjective):
            yield _Term("country", one.code, text, "")
    for text, code, language in spellings():
        if code in shown:
            yield _Term("country", code, text, language)
    for group in groups():
        for text in (group.name, group.code):
            yield _Term("group", group.code, text, "")


def _lists() -> Iterator[_Term]:
    """Yield the lists apart: those of the owner of a lake change while a server runs."""
    for one in goods_lists(skip_broken=True):
        for text in (one.id, one.title, one.short):
            yield _Term("list", one.id, text, "")


def search(words: str, most: int = _MANY) -> list[Hit]:
    """Return what words name, by kind in the order of `GROUPS`, at most so many of a kind.

    A misspelt word finds the names that look most like it, where nothing is called so.
    """
    key = " ".join(words_of(words))
    if not key:
        return []
    # Mended only where nothing fits as written, for a correct word may look like another one.
    ranked = _ranked(key, words) or _of_all_words(key) or _ranked(_mended(key))
    # Kinds with a name that is exactly this stand before those that only contain it.
    exact = {term.kind for place, term in ranked if place == 0}
    hits = [*_answers(words), *_of_code(words), *(_hit(term, words) for _, term in ranked)]
    kept: list[Hit] = []
    for kind in sorted(GROUPS, key=lambda one: one != "answer" and one not in exact):
        # Reversed, so that of several hits with one address the first, best ranked, stays.
        here = {hit.address: hit for hit in reversed(hits) if hit.kind == kind}
        # The order of rank again, which the dictionary above has turned round.
        first = dict.fromkeys(hit.address for hit in hits)
        kept += [here[address] for address in first if address in here][:most]
    return kept


def _ranked(key: str, words: str = "") -> list[tuple[int, _Term]]:
    """Return terms that are the key, begin like it or have a word that does, in this order.

    Two letters are a code: names that only begin like it would hide it.
    """
    # isascii: two Chinese characters are a whole word and no code.
    is_short = len(key) < _SHORT and key.isascii()
    found = [(0, term) for term in _by_adjective(words or key)]
    for written, terms in _with_lists():
        if written == key:
            place = 0
        # With the space: at the beginning of a word only, "iron" not in "environment".
        elif is_short or f" {key}" not in f" {written}":
            continue
        else:
            place = 1 if written.startswith(key) else 2
        found += [(place, term) for term in terms]
    return sorted(
        # Short names first: of all that begin with the key, they add the least to it.
        found,
        key=lambda one: (_is_gone(one[1]), one[0], len(one[1].written), one[1].written),
    )


def _with_lists() -> Iterator[tuple[str, tuple[_Term, ...]]]:
    yield from _terms().items()
    for term in _lists():
        yield " ".join(words_of(term.written)), (term,)


def _of_all_words(key: str) -> list[tuple[int, _Term]]:
    """Return lists and measures that have every word of a key somewhere, in whatever order."""
    # Beginnings of words, so that a plural and a genitive are found, too.
    wanted = [word.rstrip("s") for word in key.split() if word not in _BETWEEN]
    return [
        (3, _Term(kind, name, title, ""))
        for kind, name, title, more in (_described() if wanted else ())
        if all(f" {one}" in f" {' '.join(words_of(f'{title} {more}'))}" for one in wanted)
    ]


def _described() -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, id and title of lists and measures, and what else is said of them."""
    names = {one.alpha2: one.name for one in areas()}
    for one in goods_lists(skip_broken=True):
        codes = one.act.jurisdiction.split(", ")
        whose = " ".join([*codes, *(names.get(code, "") for code in codes)])
        control = "import ban controls" if one.direction == "import" else "export controls"
        yield "list", one.id, one.title, f"{one.short} {whose} {control} sanctions restrictions"
    for measure in all_metadata():
        yield "measure", measure.id, measure.title, _ALSO_CALLED.get(measure.id, "")


def _by_adjective(words: str) -> Iterator[_Term]:
    """Yield the country of an adjective, in its language with its endings and accents."""
    said = words.strip()
    if code := country_of_adjective(said):
        yield _Term("country", code, said, "")
    for language in ("en", "de", "ru"):
        for entry in areas_begun_in(said, language):
            # On the words as typed: the pattern needs endings and accents that the key has lost.
            is_adjective = entry.form == "adj" and entry.pattern.fullmatch(said)
            if is_adjective and any(one.code == entry.value for one in areas()):
                yield _Term("country", entry.value, said, LANGUAGES[language])


def _is_gone(term: _Term) -> bool:
    """Whether it is a country that is no more: existing ones stand before it."""
    return term.kind == "country" and area(term.id).kind == "historical"


def _mended(key: str, most: int = 2) -> str:
    """Return words with each that nothing is called replaced by the name most like it.

    Each is compared with all names, so more than a name or a question of them stay as they are.
    """
    singles = _single_words()
    if key.count(" ") >= _MOST_WORDS:
        return key
    return " ".join(
        word
        if len(word) < _SHORTEST or word in singles
        else next((one for one in nearest(word, singles) if is_near(word, one, most)), word)
        for word in key.split()
    )


@cache
def _single_words() -> tuple[str, ...]:
    return tuple(one for one in _terms() if " " not in one and len(one) >= _SHORTEST)


def _hit(term: _Term, words: str) -> Hit:
    """Return a term as a line of the page, with the reason where its name does not show it."""
    matched = f" · “{term.written}”, {term.language}" if term.language else f" · “{term.written}”"
    if " ".join(words_of(term.written)) in " ".join(words_of(_name_of(term))):
        matched = ""
    if term.kind == "country":
        one = area(term.id)
        why = "" if _shows(words, one.name, one.code, one.alpha2) else matched
        until = f" until {one.valid_to.year}" if _is_gone(term) and one.valid_to else ""
        return Hit("country", one.name, f"{one.code}{until}{why}", f"/country/{one.code}")
    if term.kind == "group":
        return Hit("group", area_name(term.id), term.id, f"/country/{term.id}")
    if term.kind == "goods":
        name = goods_words(term.id)
        why = "" if _shows(words, name) else matched
        return Hit("goods", capital(name), f"HS {spaced_code(term.id)}{why}", f"/goods/{term.id}")
    if term.kind == "list":
        found = next(one for one in goods_lists(skip_broken=True) if one.id == term.id)
        return Hit("list", capital(found.short), f"{found.id} · {found.title}", f"/goods/{term.id}")
    title = next(one.title for one in all_metadata() if one.id == term.id)
    return Hit("measure", capital(title), term.id, f"/measures/{term.id}")


def _name_of(term: _Term) -> str:
    return area(term.id).name if term.kind == "country" else goods_words(term.id)


def _shows(words: str, *names: str) -> bool:
    key = " ".join(words_of(words))
    return any(key in " ".join(words_of(name)) for name in names)


def _of_code(words: str) -> Iterator[Hit]:
    """Yield the code that digits are."""
    digits = words.strip().replace(".", "").replace(" ", "")
    if digits.isdigit() and 2 <= len(digits) <= 10:
        known = len(digits) in (2, 4, 6) and digits in known_prefixes(len(digits))
        # Eight and ten digits belong to one customs tariff, of which no names are bundled.
        name = goods_words(digits) if known else digits
        about = f"HS {spaced_code(digits)}" if known else "on which lists it is"
        yield Hit("goods", capital(name), about, f"/goods/{digits}")


# Whole questions: two countries, or one and goods, in whatever words.


def _answers(words: str) -> Iterator[Hit]:
    """Yield the questions that words ask: a whole one; of a pair, of a country's goods, of both."""
    is_chart = not _CHART_WORDS.isdisjoint(words_of(words))
    places, goods, turned, period = _named(words)
    # Without its year, a question would be answered for the newest one.
    keys = {"goods": goods, "period": period}
    buyer, seller = _sides(words) if is_chart else ("", "")
    # The first one is where Enter leads: whoever wants a chart is not taken to a page without one,
    # nor to a chart of the other direction.
    if seller and not buyer:
        is_chart = False
        if seller in places:
            yield _map_of(seller, keys)
    if not is_chart:
        yield from _read(words)
    chosen = urlencode({key: text for key, text in keys.items() if text}, safe=",:@")
    query = f"?{chosen}" if chosen else ""
    of = f" of {goods_words(goods)}" if goods else ""
    when = _when(period)
    if len(places) >= 2:
        first, second = (places[1], places[0]) if turned else places[:2]
        if buyer in places and seller in places:
            first, second = buyer, seller
        yield from _of_pair(first, second, keys, query, is_chart=is_chart)
    elif places and goods:
        name = f"Who supplies {area_phrase(places[0])} with {goods_words(goods)}{when}?"
        page_of = Hit("answer", name, "suppliers by share", f"/country/{places[0]}{query}")
        name = f"Chart of {possessive(area_phrase(places[0]))} suppliers{of}{when}"
        whose = _chart_of({"show": "suppliers", "importer": places[0]}, keys)
        chart = Hit("answer", name, _TO_CHANGE, whose)
        yield from (chart, page_of) if is_chart else (page_of, chart)
    elif not places and _asks_who(words):
        name = f"Who supplies the world with {goods_words(goods)}?"
        yield Hit("answer", name, "exporters by share", f"/goods/{goods}")


def _of_pair(
    first: str, second: str, keys: dict[str, str], query: str, *, is_chart: bool
) -> Iterator[Hit]:
    """Yield both directions: the order in which countries are named rarely says who buys."""
    goods, period = keys["goods"], keys["period"]
    on = Period.parse(period).end if period else date.today()
    of = f" of {goods_words(goods)}" if goods else ""
    for importer, supplier in ((first, second), (second, first)):
        # There is no brief of a group and its member.
        if trades_inside(importer, supplier, on):
            continue
        sellers, buyers = (possessive(area_phrase(one)) for one in (supplier, importer))
        name = f"{sellers} share of {buyers} imports{of}"
        about = f"importer {area_name(importer)}, supplier {area_name(supplier)}"
        if is_chart:
            # This chart has a point a year, up to the last one of a span.
            until = str(on.year) if period else ""
            name = f"Chart of {name}, by year{until and f' to {until}'}"
            whose = {"show": "share", "importer": importer, "supplier": supplier}
            address = _chart_of(whose, keys | {"period": until})
            yield Hit("answer", name, f"{about}; {_TO_CHANGE}", address)
        else:
            address = f"/country/{importer}/from/{supplier}{query}"
            yield Hit("answer", capital(f"{name}{_when(period)}"), about, address)


def _when(period: str) -> str:
    return f", {period.replace('..', ' to ')}" if period else ""


def _asks_who(words: str) -> bool:
    """Whether words are goods and a word for whoever sells them, and nothing else."""
    said = [one for one in words_of(words)[:_MOST_WORDS] if one not in _BETWEEN]
    goods = [one for one in said if one not in _SELLERS]
    term = _one(" ".join(goods), ()) if goods and len(goods) < len(said) else None
    return term is not None and term.kind == "goods"


def _map_of(seller: str, keys: dict[str, str]) -> Hit:
    """Return the chart of a country's exports: its share of the imports of each other one."""
    of = f" of {goods_words(keys['goods'])}" if keys["goods"] else ""
    sellers = possessive(area_phrase(seller))
    name = f"Map of {sellers} share of each country’s imports{of}{_when(keys['period'])}"
    return Hit("answer", name, _TO_CHANGE, _chart_of({"show": "map", "supplier": seller}, keys))


def _chart_of(sides: dict[str, str], keys: dict[str, str]) -> str:
    asked = sides | {key: text for key, text in keys.items() if text}
    return f"/explore?{urlencode(asked, safe=',:@')}"


def _read(words: str) -> Iterator[Hit]:
    """Yield what a whole question was read as, if it leaves nothing open."""
    if not _is_question(words):
        return
    try:
        read = read_question(words)
        if read.ranks_goods and (importer := read.keys.get("importer")):
            # The page of the country ranks its goods by the share of their largest supplier.
            when = {name: read.keys[name] for name in ("period",) if name in read.keys}
            name = f"{capital(area_phrase(importer))}: goods by dependence on one supplier"
            about = "a ranking of goods: no single figure"
            query = f"?{urlencode(when, safe=':@,')}" if when else ""
            yield Hit("answer", name, about, f"/country/{importer}{query}")
        if read.unsaid or read.ranks_goods:
            return
        asked = Definition.build(read.measure, **read.keys)
    # A search never fails for words that are no question.
    except EntrepotError:
        return
    yield Hit(
        "answer", f"Read as: {read.in_words}, {asked.period}", read.read_as, address_of(asked)
    )


def _is_question(words: str) -> bool:
    # Chinese has no spaces, so its questions cannot be counted in words.
    return len(words.split()) >= _LEAST_WORDS or not words.isascii()


def _sides(words: str) -> tuple[str, str]:
    """Return who buys and who sells in a whole question; empty where it does not say."""
    try:
        keys = read_question(words).keys if _is_question(words) else {}
    except EntrepotError:
        return "", ""
    return keys.get("importer", ""), keys.get("exporter", "")


def _left_open(words: str) -> str:
    """Return what a whole question leaves open: what is found is not its answer then."""
    try:
        read = read_question(words) if _is_question(words) else None
    except EntrepotError:
        return ""
    if read is None or not read.measure or read.ranks_goods:
        return ""
    return "; ".join(one.why for one in read.unsaid)


def _named(words: str) -> tuple[list[str], str, bool, str]:
    """Return areas and goods that words name, whether “to” is between areas, and the period."""
    tokens = words_of(words)[:_MOST_WORDS]
    # From the words as typed, for `words_of` makes all letters small.
    typed = words.split()
    few = len(typed) < _LEAST_WORDS
    codes = {
        one.casefold()
        for one in typed
        if (one.isupper() or (few and len(one) > 2)) and len(one) < 4
    }
    places: list[str] = []
    years: list[str] = []
    goods, turned, at = "", False, 0
    while at < len(tokens):
        # "from China to Russia" names the supplier first. Before any country "to" is of a verb,
        # before a year of a span of time.
        if tokens[at] in _TO and places and not _YEAR.fullmatch(" ".join(tokens[at + 1 : at + 2])):
            turned = True
        # Longest first, at most four words: "South Korea" is not read as "South" and "Korea".
        for size in range(min(4, len(tokens) - at), 0, -1):
            text = " ".join(tokens[at : at + size])
            if size == 1 and (text in _BETWEEN or text in _CHART_WORDS):
                continue
            term = _one(text, codes)
            # 2009 is fruit juice, too, but not where goods are named already.
            if (goods or not term) and _YEAR.fullmatch(text):
                years.append(text)
                break
            if term:
                if term.kind == "goods":
                    goods = goods or term.id
                elif term.id not in places:
                    places.append(term.id)
                # Words that were used are skipped; the loop adds the last one itself.
                at += size - 1
                break
        at += 1
    first, last = min(years, default=""), max(years, default="")
    return places, goods, turned, first if first == last else f"{first}..{last}"


def _one(text: str, codes: Container[str]) -> _Term | None:
    """Return the country, group or goods that a text names, misspelt if need be.

    `codes` are words of two or three capital letters: in small ones “is” is no Iceland, “in” no
    India, and “are” no Emirates.
    """
    known = _terms()
    # Several words are not mended: "rare earths imports" would become whatever looks like it.
    # One letter, for a question has words that are no names: "largest" is not "argent".
    # And "chip" is what chips are called.
    for key in dict.fromkeys((text, f"{text}s", text if " " in text else _mended(text, 1))):
        terms = [*known.get(key, ()), *_by_adjective(key)]
        for kind in ("country", "group", "goods"):
            for term in terms:
                is_code = len(key) <= 2 and key.isascii()
                is_code |= kind == "country" and key == term.id.casefold()
                if term.kind == kind and (not is_code or key in codes or key.isdigit()):
                    return term
    if text.isdigit() and len(text) in (2, 4, 6) and text in known_prefixes(len(text)):
        return _Term("goods", text, text, "")
    return None


# What forms take: names, codes, words.


def named_areas() -> list[tuple[str, str]]:
    """Return code and name of every group and area, for forms."""
    return [(one.code, one.name) for one in groups()] + [(one.code, one.name) for one in areas()]


def named_area(text: str) -> str:
    """Return the code of an area that is named by code or by name; of several, joined by a plus.

    Raises
    ------
    NotFoundError
        If nothing is called so.
    """
    return "+".join(_code_of(part.strip()) for part in text.split("+"))


def _code_of(wanted: str) -> str:
    known = {code for code, _ in named_areas()}
    # As written first: codes of groups such as "coalition" are in small letters.
    for code in (wanted, wanted.upper()):
        if code in known:
            return code
    for term in _terms().get(" ".join(words_of(wanted)), ()):
        if term.kind in ("country", "group"):
            return term.id
    error = unknown_area(wanted)
    raise NotFoundError(error.what, hint=error.hint)


def named_goods(text: str) -> str:
    """Return goods as a definition names them, each once; what is no word of ours stays."""
    wanted = text.strip()
    if wanted.casefold() == "all goods":
        return "all"
    key = " ".join(words_of(wanted))
    for term in (*_terms().get(key, ()), *_lists()):
        # Terms of the first part fit already, so only lists are compared with the key again.
        is_list = term.kind == "list" and key == " ".join(words_of(term.written))
        if term.kind == "goods" or is_list:
            return term.id
    items = [one.strip() for one in wanted.split(",")]
    once = dict.fromkeys(items)
    return ",".join(once) if len(once) < len(items) else wanted


def in_words(goods: str) -> str:
    """Return goods of an address as a field shows them: in words, where these lead back."""
    try:
        words = goods_words(goods)
    except EntrepotError:
        return goods
    return capital(words) if named_goods(words) == goods else goods


def search_page(words: str) -> ServedAnswer:
    """Return the page of what was found, or what can be searched for."""
    found = search(words)
    key = " ".join(words_of(words))
    is_named = _ranked(key, words) or _of_all_words(key)
    is_mended = bool(found) and found[0].kind != "answer" and not is_named
    parts = [
        (kind, GROUPS[kind], list(hits)) for kind, hits in groupby(found, key=lambda hit: hit.kind)
    ]
    tries = _TRIES if not found else ()
    said = {"is_mended": is_mended, "left_open": _left_open(words), "tries": tries}
    return page("search.html.j2", "/search", words=words, parts=parts, **said)


_TRIES = (
    ("Germany", "a country, in any of ten languages"),
    ("magnets", "goods in words"),
    ("850511", "a customs code"),
    ("Germany China magnets", "a whole question"),
)
"""What is proposed where nothing was found."""


def search_data(words: str) -> ServedAnswer:
    """Return the first things of each kind that words name as JSON, while one types."""
    try:
        found = search(words, _FEW)
    except EntrepotError:  # of a list of the owner: the page says which
        found = []
    hits = [{**hit._asdict(), "group": GROUPS[hit.kind]} for hit in found]
    return as_json(hits)
