"""Words of goods in a question, found by their stems: one look-up a word, and no pattern for each.

They are the everyday words of `entrepot.goods` and, in ``question_goods.csv``, words for headings
and codes that a page has no name for. A word has the endings of its language; in German a word of
trade may follow without a space (Kohleimporte). Several meanings of a word (nuts) stand in the
table with a semicolon between them, and are asked back.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.goods import goods_lists
from entrepot.goods.parse import everyday_goods, goods_words, name_of_goods
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = Path(__file__).with_suffix(".csv")
# Endings of nouns and adjectives; they may fit words that no grammar has, never another stem.
ENDINGS = {
    "ru": r"(?:а|я|о|е|ы|и|у|ю|ой|ей|ею|ом|ем|ём|ам|ям|ами|ями|ах|ях|ов|ев|ёв|ии|ий|ия|ию|ием"
    r"|ией|иям|иями|иях|й|ь|ью|ый|ая|ое|ые|ого|его|ому|ему|ую|юю|ых|их|ым|им|ыми|ими)?",
    "de": r"(?:e|en|er|es|em|n|s|ns|ens|ern)?",
    "en": r"(?:s|es)?",
    "zh": "",
}
"""What may follow a stem, as a pattern."""
CUT = {
    "ru": re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|а|я|о|е|ы|и|ь|й)$"),
    "de": re.compile(r"(?:en|e|n)$"),
    "en": re.compile(r"(?:es|s)$"),
}
"""What is cut off a word for its stem."""
LEAST = 3
"""Letters of a stem: a shorter one with free endings would fit half the dictionary."""
_SETS = {
    language: frozenset(("", *pattern.strip("()?:").split("|")))
    for language, pattern in ENDINGS.items()
}
_LONGEST_ENDING = {language: max(map(len, ends)) for language, ends in _SETS.items()}
_GERMAN_TRADE = re.compile(
    r"-?(?:export|import|ausfuhr|einfuhr|liefer|handel|bezug|bezüg|käuf|kauf|verkäuf|verkauf"
    r"|versorgung|preis|absatz|markt|nachfrage|bedarf|bauer|hersteller|produzent|förder|quelle)"
)
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_GAP = re.compile(r"[\s-]+")
# A vowel before the last sound of a form without ending: игрушки, but игрушек.
_LOST = re.compile("[еёо](?=[бвгджзйклмнпрстфхцчшщ]$)")
"""A vowel that is lost in front of an ending: марганец, but марганца."""
_FLEETING = re.compile("(?<=[бвгджзйлмнпрстфхцчшщ])ь?к$")


@cache
def _rows() -> tuple[dict[str, str], ...]:
    return tuple(read_table(_FILE, ("goods", "en", "de", "ru", "zh")))


@cache
def goods_names(language: str) -> dict[str, str]:
    """Return goods as a definition names them, by each of their names in a language."""
    found: dict[str, str] = {}
    for one in everyday_goods():
        names = list(one.words.get(language, ()))
        names += [one.name] if language == "en" and len(one.name) < 60 else []
        for name in names:
            found.setdefault(name, one.goods)
    for row in _rows():
        for name in filter(None, row[language].split(";")):
            # A word that may be of several goods is asked back, whatever a page has it for.
            if ";" in row["goods"]:
                found[name] = row["goods"]
            found.setdefault(name, row["goods"])
    return found


@cache
def _shown() -> dict[str, str]:
    return {row["goods"]: row["en"].partition(";")[0] for row in reversed(_rows())}


def shown_goods(goods: str) -> str:
    """Return what goods are called: as a page does, or as a question may.

    Examples
    --------
    >>> shown_goods("8426"), shown_goods("850760")
    ('cranes', 'lithium-ion batteries')
    """
    called = "" if name_of_goods(goods) else _shown().get(goods, "")
    return called or goods_words(goods)


def _forms(word: str, language: str) -> tuple[str, ...]:
    """Return the stems of a word; those with a star have one form and take no ending."""
    low = word.lower()
    # Codes and acronyms (LNG, EU) take no ending.
    if not word.isalpha() or (word.isupper() and len(word) > 1):
        return (f"{low}*",)
    if language == "en":
        if found := re.fullmatch("(.+)(?:y|ies)", low):
            return (f"{found[1]}y*", f"{found[1]}ies*")
        stem = re.sub("(?:(?<=[sxzo])|(?<=[cs]h))es$|s$", "", low)
        stem = stem if len(stem) >= LEAST else low
        # Boats, and no "boates", which would be a misspelt "borates".
        more = (f"{stem}es*",) if re.search("(?:[sxzo]|[cs]h)$", stem) else ()
        return (f"{stem}*", f"{stem}s*", *more)
    if language == "ru" and re.search("[аеиоуя]о$", low):  # какао has one form
        return (f"{low}*",)
    stem = CUT[language].sub("", low)
    stem = stem if len(stem) >= LEAST else low
    if language == "ru" and (other := _LOST.sub("", stem)) != stem and len(other) > LEAST + 1:
        return (stem, other)
    if language == "ru" and _FLEETING.search(stem):
        return (stem, *(f"{_FLEETING.sub(vowel, stem)}к*" for vowel in "ое"))
    if language == "de" and re.search("[^us]s$", stem) and len(stem) > LEAST + 1:
        return (stem, stem[:-1])  # Autos, Auto
    if language == "de" and "arbonat" in stem:  # Karbonat and Carbonat
        return tuple(re.sub("[ck](?=arbonat)", letter, stem) for letter in "ck")
    return (stem,)


@cache
def _index(language: str) -> dict[str, list[tuple[tuple[tuple[str, ...], ...], str]]]:
    """Return names by each form of their first word: forms of the other words, and the goods."""
    found: dict[str, list[tuple[tuple[tuple[str, ...], ...], str]]] = {}
    for name, goods in goods_names(language).items():
        words = tuple(_forms(word, language) for word in _WORD.findall(name))
        for form in words[0]:
            found.setdefault(form, []).append((words[1:], goods))
    return found


def _fits(word: str, forms: tuple[str, ...], language: str) -> bool:
    return any(one in forms for one in _stems(word, language))


def _stems(word: str, language: str) -> Iterator[str]:
    """Yield what a written word may be a form of."""
    yield f"{word}*"
    if language != "en":
        for size in range(min(len(word) - 1, _LONGEST_ENDING[language]) + 1):
            if word[len(word) - size :] in _SETS[language]:
                yield word[: len(word) - size]


def goods_of_words(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Yield goods that a text names, with where their names start and end.

    Examples
    --------
    >>> sorted(set(goods_of_words("imports of tin ores", "en")))
    [('26', 15, 19), ('2609', 11, 19), ('80', 11, 14)]
    >>> list(goods_of_words("Manganerzimporte", "de"))
    [('260200', 0, 9)]
    """
    if language == "zh":
        yield from _in_chinese(text)
        return
    words = [(match[0].lower(), *match.span()) for match in _WORD.finditer(text)]
    index = _index(language)
    for at, (word, start, _) in enumerate(words):
        if start and text[start - 1] == "-":
            continue
        genitive = re.search("['’]s?$", word) if language == "en" else None
        core = word[: genitive.start()] if genitive else word
        for stem in _stems(core, language):
            for others, goods in index.get(stem, ()):
                last = _last(words, at, others, text, language)
                if last >= 0:
                    yield goods, start, start + len(core) if last == at else words[last][2]
        if language == "de":
            yield from _in_compound(word, start, index)
    if language == "ru":
        yield from _as_adjectives(text)


def _as_adjectives(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the goods of Russian adjectives in front of trade: зерновой экспорт.

    In front of other words they name other goods: медная руда, угольная промышленность.
    """
    names = goods_names("ru")
    pattern, nouns = _adjectives()
    for match in pattern.finditer(text):
        yield names[nouns[match["stem"].lower()]], match.start(), match.end()


@cache
def _adjectives() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = read_table(_FILE.with_name("question_adjectives.csv"), ("stem", "goods"))
    nouns = {row["stem"]: row["goods"] for row in rows}
    stems = "|".join(nouns)
    ending = "(?:ый|ой|ий|ого|его|ому|ему|ым|им|ом|ем|ые|ие|ых|их|ыми|ими|ая|ую|ое)"
    trade = "(?:(?:им|экс)порт|ввоз|вывоз|постав|закуп|торгов|рын(?:ок|к)|сбыт)"
    behind = rf"(?= (?:[а-яё]+(?:ого|ой|ый|ом) )?{trade})"
    return re.compile(rf"(?<!\w)(?P<stem>{stems}){ending}{behind}", re.IGNORECASE), nouns


def _last(
    words: list[tuple[str, int, int]],
    at: int,
    others: tuple[tuple[str, ...], ...],
    text: str,
    language: str,
) -> int:
    """Return where the last word of a name is, or -1 where others follow."""
    for number, forms in enumerate(others, at + 1):
        if number >= len(words) or not _GAP.fullmatch(
            text[words[number - 1][2] : words[number][1]]
        ):
            return -1
        if not _fits(words[number][0], forms, language):
            return -1
    return at + len(others)


def _in_compound(
    word: str, start: int, index: dict[str, list[tuple[tuple[tuple[str, ...], ...], str]]]
) -> Iterator[tuple[str, int, int]]:
    """Yield the goods of a German word that ends in trade: Kohleimporte."""
    for match in _GERMAN_TRADE.finditer(word, LEAST - 1):
        core = word[: match.start()]
        for stem in _stems(core, "de"):
            for others, goods in index.get(stem, ()):
                if not others:
                    yield goods, start, start + len(core)


@cache
def _chinese() -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    for name, goods in goods_names("zh").items():
        # 铜矿 and 铜矿石 are one: ore.
        for form in (name, f"{name}石", f"{name}砂") if name.endswith("矿") else (name,):
            found.setdefault(form.lower(), goods)
    return found, max(map(len, found))


def _in_chinese(text: str) -> Iterator[tuple[str, int, int]]:
    names, most = _chinese()
    low = text.lower()
    for start in range(len(low)):
        for size in range(min(most, len(low) - start), 0, -1):
            if goods := names.get(low[start : start + size]):
                yield goods, start, start + size
                break  # a shorter name inside is no other goods


# Tiers of a list, and other names of goods: grades of crude oil, battlefield goods.

_NUMBER = r"(?<![\d.])[1-9](?:\.?[AB])?(?![\w.]\w|\d)"
_ROW = rf"{_NUMBER}(?:(?:,? and |,? und |,? и |, ?|、|和){_NUMBER})*"
_NTH = {
    "en": (("first", "second", "third", "fourth"), "{nth}[- ]tier(?!\\w)"),
    "de": (
        ("erste", "zweite", "dritte", "vierte"),
        "{nth}[nrs]? (?:prioritäts)?(?:stufe|kategorie)(?!\\w)",
    ),
    "ru": (
        ("перв", "втор", "трет", "четв[её]рт"),
        "{nth}[а-я]+ (?:уров|категори|ступен)[а-я]+",
    ),
    "zh": (("[1一]", "[2二]", "[3三]", "[4四]"), "第?{nth}(?:层级|级|类|层|档)(?:别)?"),
}
_WORDS = {
    "en": "tiers?",
    "de": "tiers?|(?:prioritäts)?stufen?|kategorien?",
    "ru": "tiers?|тир[а-я]*|уров(?:ень|н[а-я]+)|категори[а-я]+|ступен[а-я]+",
    "zh": "tiers?|层级|等级|级别",
}


def tiers_in(text: str, language: str, goods: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a list as the tiers of it that a text names, and where; none if it has not all.

    Examples
    --------
    >>> tiers_in("tier 1 of the CHPL", "en", "chpl"), tiers_in("CHPL第二级物项", "zh", "chpl")
    (('chpl:1', [(0, 6)]), ('chpl:2', [(4, 7)]))
    >>> tiers_in("tier 7 of the CHPL", "en", "chpl")
    ('chpl', [])
    """
    numbers: dict[str, None] = {}
    spans: list[tuple[int, int]] = []
    named = rf"(?<!\w)(?:{_WORDS[language]})[- ]?(?P<row>{_ROW})"
    for match in re.finditer(
        named.replace(r"(?<!\w)", "") if language == "zh" else named, text, re.I
    ):
        spans.append(match.span())
        numbers |= dict.fromkeys(re.findall(_NUMBER, match["row"]))
    words, form = _NTH[language]
    for number, word in enumerate(words, 1):
        for match in re.finditer(form.replace("{nth}", word), text, re.IGNORECASE):
            spans.append(match.span())
            numbers[str(number)] = None
    tiers = [re.sub(r"(?<=\d)(?=[AB])", ".", one.upper()) for one in numbers]
    known = {part.id for one in goods_lists() if one.id == goods for part in one.parts}
    if not tiers or any(not {tier} & (known | {one[:1] for one in known}) for tier in tiers):
        return goods, []
    return ",".join(f"{goods}:{tier}" for tier in tiers), spans


@cache
def _grades() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table(Path(__file__).with_name("question_grades.csv"), ("goods", "name", "before"))
    return tuple(
        (
            row["goods"],
            re.compile(
                rf"(?:(?:марк[аиу]|сорт[а]?|сорта|der sorte|marke|grade) )?"
                rf"(?<![A-Za-zА-Яа-яЁё])(?:{row['name']})(?![A-Za-zА-Яа-яЁё])"
                + (f"(?={row['before']})" if row["before"] else ""),
                re.IGNORECASE,
            ),
        )
        for row in rows
    )


def grades_in(text: str) -> list[tuple[str, int, int]]:
    """Return the other names of goods in a text: the goods that they are of, start, end.

    They are shown as what they are read as: customs codes do not distinguish grades.

    Examples
    --------
    >>> grades_in("Imports of Urals crude"), grades_in("beyond the Ural")
    ([('2709', 11, 16)], [])
    """
    return [
        (goods, *match.span()) for goods, pattern in _grades() for match in pattern.finditer(text)
    ]


def lists_called(words: list[str]) -> list[str]:
    """Return lists whose part of the law begins as words do: of Annex VII, Part B is a list.

    For goods that are called sanctioned or dual-use, lists that may be meant.
    """
    named = re.escape(" ".join(words[:2]))
    found = [one.id for one in goods_lists() if re.match(rf"{named}[ ,]", one.title)]
    of_any = any(_OF_ANY_LIST.search(word) for word in words)
    return (found or (list(_CONTROLLED) if of_any else [])) if words else []


_OF_ANY_LIST = re.compile(
    r"^(?:dual|sanction|sanktion|controlled|kontrolliert|banned|prohibited|embargoed|verboten"
    r"|military|militär|двойн|санкцион|подсанкц|запрещ|военн)|两用|制裁|管制|军民|军用",
    re.IGNORECASE,
)
"""Words that say that goods are on a list, and not on which."""
_CONTROLLED = ("chpl", "eu-vii-b", "eu-xxiii", "cn-catalogue-2026", "cn-controls")
