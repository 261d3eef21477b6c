"""Names of areas and goods in a question, in every form of four languages, and their sides.

Areas and goods are those of the reader of articles (`entrepot.claims.draft`), the names of
`entrepot.model` and the everyday words of `entrepot.goods`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import NOWHERE, area_words, bounded, cue_words, short_names
from entrepot.claims.draft.lexicon import goods_words as article_goods
from entrepot.claims.draft.sentences import Mark
from entrepot.claims.question_goods import CUT, ENDINGS, LEAST, goods_names, goods_of_words
from entrepot.errors import is_near, nearest
from entrepot.goods import goods_lists
from entrepot.goods.parse import everyday_goods
from entrepot.model.area_names import spellings
from entrepot.model.areas import areas, groups
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROLES = Path(__file__).with_name("question_roles.csv")
_PEOPLES = Path(__file__).with_name("peoples.csv")
"""What the people of countries are called, where it is no adjective: Turks, Chinesen, немцы."""
_JOINED = Path(__file__).with_name("question_groups.csv")
"""Sets of countries that are no group of `entrepot.model`, since their members never changed."""
MASK = "▮"
"""Stands for each sign that is understood: places in the text stay what they were."""


def blanked(text: str, start: int, end: int) -> str:
    """Return a text with a stretch of it masked."""
    return text[:start] + MASK * (end - start) + text[end:]


def are_joined(gap: str, language: str) -> bool:
    """Whether what stands between two names makes one of them: and, a comma, a plus."""
    and_ = cue_words(language)[("and", "")]
    gap = re.sub("^['’]s?(?!\\w)", "", _VERSUS.sub("+", gap))  # Germany's and Poland's
    # A gap of spaces alone joins nothing: "Germany China" may be two sides.
    gap = _ARTICLE.sub("", and_.sub("+", gap)) if gap.strip() else gap
    return bool(re.fullmatch(r"[\s,+&、，]*", gap)) and bool(gap.strip())


_ARTICLE = re.compile(r"(?<=[+,] )(?:the|die|der|den|das|des)\b", re.IGNORECASE)


_SIDES = 2
_VERSUS = re.compile(r"\b(?:vs|versus|gegenüber|против)\b\.?", re.IGNORECASE)


def are_compared(gap: str, language: str) -> bool:
    """Whether what stands between two names says that one has more than the other."""
    return bool(_THAN[language].search(gap))


_OR = {
    "en": re.compile(
        r"^['’]?s? ?,? ?or (?:(?:its|their|the|those|that) )?"
        r"(?:(?:im|ex)ports? |purchases |sales )?"
        r"(?:(?:in|for|of|that of|from|on|to|by) )?(?:the )?$",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"^s?,? oder (?:(?:in|für|von|bei|der|die|aus|nach|an|den|dem|seine|ihre"
        r"|importe|einfuhren|exporte|ausfuhren) )*$",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"^,? или (?:(?:импорт|экспорт|ввоз|вывоз) )?(?:(?:в|у|для|из|от|на|со?|во) )?$", re.I
    ),
    "zh": re.compile("^(?:的▮*)?[，,]?(?:还是|或)(?:是)?(?:从|自|对|向|在)?$"),
}
_THAN = {
    "en": re.compile(
        r"\b(?:than|exceed\w*|surpass\w*|overt(?:ake|ook)\w*|outstrip\w*|outpace\w*)"
        r" (?:(?:in|for|that of|those of|it is for|is|does|did) )?(?:the )?$",
        re.IGNORECASE,
    ),
    "de": re.compile(r"\bals (?:(?:in|für|bei|der|die|den|das|jene[rs]?) )*$", re.IGNORECASE),
    "ru": re.compile(
        r"\bчем (?:(?:в|у|для) )?$|\b(?:больше|меньше|выше|ниже|превы[сш][а-я]+) $", re.IGNORECASE
    ),
    "zh": re.compile("(?<![占相对])比$|(?:出口|进口)[额量]?(?:是|比|超过)$"),
}


def _repeats(before: str, gap: str) -> bool:
    """Whether a preposition is said again for the second of two: to Japan and to Korea."""
    again = _AND_AGAIN.search(gap)
    if not again:
        return False
    said = re.escape(again["again"])
    return bool(re.search(rf"(?:^|\W){said} (?:the |die |de[nrm] |das )?$", before))


_AND_AGAIN = re.compile(
    r"^['’]?s?,? (?:and|und|и|sowie) "
    r"(?P<again>to|from|in|for|by|of|nach|aus|von|für|в|из|для|у|от) (?:the |die |de[nrm] |das )?$",
    re.IGNORECASE,
)
_THAN_OTHER = {
    "en": re.compile(r"\bthan (?:that )?(?:from|on|to|of) (?:the )?$", re.IGNORECASE),
    "de": re.compile(
        r"\bals (?:(?:die|der|das|den|jene) )?(?:aus|von|nach|vom) (?:de[rmn] )?$", re.IGNORECASE
    ),
    "ru": re.compile(r"\bчем (?:изо?|от|у|со?) $", re.IGNORECASE),
    "zh": re.compile("比(?:从|自|对|向|卖给|卖到|销往|运往|出口(?:到|至|给))$"),
}
"""In front of a second supplier: larger from Chile than from Peru."""


_BESIDE = re.compile(
    r"^,? (?:as )?(?:compared (?:with|to)|(?:im|in) vergleich (?:zu[mr]?|mit)|verglichen mit"
    r"|по сравнению со?) (?:(?:that |those )?from |aus |поставками из )?(?:the |de[rmn] )?$",
    re.IGNORECASE,
)


def _is_source_beside(text: str, found: list[list[Mark]], gap: str, mark: Mark) -> bool:
    """Whether a supplier stands beside another: coffee from A compared with B, and not B's."""
    if not found or not _BESIDE.search(gap):
        return False
    before, behind = text[: found[-1][0].start], text[mark.end :]
    is_source = re.search(r"\b(?:from|aus|изо?) (?:the |de[rmn] )?$", before, re.IGNORECASE)
    return bool(is_source) and not re.match("['’]s", behind)


def by_side(places: list[Mark], text: str, language: str) -> list[list[Mark]]:
    """Return the areas of each side together; of three, the two that are compared."""
    found: list[list[Mark]] = []
    compares = len({mark.value for mark in places}) > _SIDES
    for mark in places:
        gap = text[found[-1][-1].end : mark.start] if found else ""
        alike = compares and (
            bool(_OR[language].search(gap)) or (len(found) == 1 and are_compared(gap, language))
        )
        alike = alike or (compares and bool(_THAN_OTHER[language].search(gap)))
        alike = alike or (compares and _is_source_beside(text, found, gap, mark))
        alike = alike or (bool(found) and _repeats(text[: found[-1][0].start], gap))
        # "Italy and Russian gas" are two sides, "Italy and Russia" may be one.
        joins = are_joined(gap, language) and not _turns_to_goods(found, mark, language)
        alike = alike or (joins and not _RELATIVE.search(f"{gap}¦{text[mark.end :]}"))
        if found and alike:
            found[-1].append(mark)
        elif found and any(one.value == mark.value for some in found for one in some):
            continue  # said twice
        else:
            found.append([mark])
    return found


_RELATIVE = re.compile(
    r"^s?, (?:den|die|das|der) ¦ [^,]*(?:zahlt|kauf|bez(?:ieht|og)|importiert|liefert|exportiert)",
    re.IGNORECASE,
)
"""A German relative clause, and no second name: coffee from Brazil, *den* Germany bought."""


def _turns_to_goods(found: list[list[Mark]], mark: Mark, language: str) -> bool:
    """Whether the adjective of a supplier follows the name of an area that it is not joined to."""
    return bool(found) and language == "en" and (found[-1][-1].form, mark.form) == ("noun", "adj")


# Names of areas and goods, in every form that a language gives them.

_SHARED = {
    row["name"]: (row["first"], row["second"])
    for row in read_table(Path(__file__).with_name("shared_names.csv"), ("name", "first", "second"))
}
"""Names that two states have, told apart by their form alone."""
_SHARED_ADJECTIVE = r"n|lese|(?:n|les)isch\w*|\w*[сз]к\w*"
"""Ends their adjectives: Korean, koreanisch, корейский, Congolese."""
_LONG_STEM = 7
"""Letters of a stem that may change towards its end."""


def _stemmed(word: str, language: str) -> str:
    # Chinese has no endings; codes and acronyms (LNG, EU) take none.
    if language == "zh" or not word.isalpha() or word.isupper():
        return re.escape(word)
    if language == "ru" and re.search("[аеиоуя]о$", word):  # какао has one form
        return re.escape(word)
    stem = CUT[language].sub("", word)
    # A shorter stem with free endings would fit half the dictionary.
    return re.escape(stem if len(stem) >= LEAST else word) + ENDINGS[language]


def _phrase(text: str, language: str) -> str:
    """Return the pattern of a name in every form; a space may be a dash."""
    words = re.split(r"([\s-]+)", text)
    return "".join(
        r"[\s-]+" if re.fullmatch(r"[\s-]+", one) else _stemmed(one, language) for one in words
    )


_VERBS = frozenset(("стала", "стало"))
"""Forms that no goods have, though their endings fit: it became, and no steel."""


def _is_verb(text: str, start: int, word: str, language: str) -> bool:
    """Whether what could be ships is what a country did: what it shipped, what goods make up."""
    is_either = language == "en" and word.lower() in ("ship", "make up")
    return is_either and bool(_EN_AUXILIARY.search(text[:start]))


_EN_AUXILIARY = re.compile(
    r"\b(?:did|does|do|will|would|could|can|may|might)\b(?:(?!\b(?:an?|of|and|or|per|each)\b)[^,?])*"
    r"(?<!\bthe) $",
    re.IGNORECASE,
)


def goods_in(text: str, language: str) -> Iterator[Mark]:
    """Yield the goods that a text names in words."""
    for goods, start, end in goods_of_words(text, language):
        word = text[start:end]
        if word.lower() in _VERBS or _is_verb(text, start, word, language):
            continue
        if start and word == "Apple":  # the company
            continue
        # Two letters are goods only in capitals; in small ones they are words of the sentence.
        if len(word) > 2 or language == "zh" or word.isupper():
            yield Mark("goods", goods, "words", start, end)
    for goods, pattern in _list_patterns(language):
        for match in pattern.finditer(text):
            yield Mark("goods", goods, "code", match.start(), match.end())
    called = goods_names("en")
    for entry in article_goods(language):
        named = entry.value.removeprefix("named:")
        goods = entry.value if entry.form == "sure" else called.get(named, "")
        for match in entry.pattern.finditer(text) if goods else ():
            yield Mark("goods", goods, entry.form, match.start(), match.end())


@cache
def _list_patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return lists by the part of the law that has them: Annex XXIII, Schedule 3E."""
    heads = [(one.title.partition(",")[0], one.id) for one in goods_lists()]
    titles = {one.id: one.title.partition(", ")[2] for one in goods_lists()}
    heads = [(head, id_) for head, id_ in heads if head.partition(" ")[0] in _PARTS_OF_LAW]
    named = [head for head, _ in heads]
    found = []
    for head, id_ in heads:
        kind, _, number = head.partition(" ")
        word = f"(?:{kind}|{_PARTS_OF_LAW[kind].get(language, kind)})"
        whose = id_.partition("-")[0].upper()
        # Two lists may share a head (Schedule 6, to Russia and from it): then it names neither.
        if named.count(head) == 1:
            # Its title may follow: Annex XVIII luxury goods.
            title = f"(?:,? (?:{re.escape(titles[id_])}))?" if titles[id_] else ""
            number = re.escape(number).replace(r"\ Part\ ", _PART_OF_ANNEX[language])
            apart, end = ("[ -]?", "[A-Za-z0-9]") if language == "zh" else ("[ -]", r"[\w.]\w|\w")
            # EU sensitive goods under Annex XXIII.
            behind = r"(?:(?:[a-z]+ )?(?:goods|items|products) (?:under|of|in|on) (?:the )?)?"
            text = rf"(?<!\w)(?:{whose}[- ]{behind})?{word}{apart}{number}\)?(?!{end}){title}"
            found.append((id_, re.compile(text, re.IGNORECASE)))
    return tuple(found)


_PARTS_OF_LAW: dict[str, dict[str, str]] = {
    "Annex": {"de": "Anhang(?:e?s)?", "ru": "приложени[а-я]+", "zh": "附件"},
    "Schedule": {},
    "Supplement": {},
}
"""What lists of laws are called, and in other languages."""
_PART_OF_ANNEX = {
    "en": r",? \(?part ",
    "de": r",? \(?(?:teil|part) ",
    "ru": r",? \(?част[а-я]+ ",
    "zh": "[ ,，]?(?:第?部分|part)?[ ]?",
}
"""Between the number of an annex and its part: Annex VII (Part B)."""


def near_goods(word: str, language: str) -> list[str]:
    """Return codes of goods that an unknown word may mean."""
    names = {one.name.lower(): one.goods for one in everyday_goods()}
    names |= {name.lower(): goods for name, goods in goods_names(language).items()}
    # Names that have the word in them before those that look like it.
    stem = CUT[language].sub("", word.lower()) if language in CUT else word
    # An adjective has the stem, too: марганец and марганцевая руда.
    begin = stem[:-2] if len(stem) > _LONG_STEM else stem
    inside = [one for one in names if len(stem) >= LEAST + 1 and begin in one]
    alike = [one for one in nearest(word.lower(), names) if is_near(word.lower(), one)]
    found = (goods for one in (*inside[:3], *alike) for goods in names[one].split(";"))
    return list(dict.fromkeys(found))


def near_area(word: str) -> str:
    """Return the Chinese name of an area that differs from a word by one sign of three or more."""
    names = {name: code for name, code, whose in spellings() if whose in ("", _SPELLINGS["zh"][0])}
    if len(word) < LEAST or word in names:
        return ""
    found = {
        name: code
        for name, code in names.items()
        if len(name) == len(word)
        and sum(one != other for one, other in zip(name, word, strict=True)) == 1
    }
    return next(iter(found)) if len(set(found.values())) == 1 else ""


@cache
def _area_patterns(language: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return code, form (noun or adjective) and pattern of every name of an area."""
    found = [(entry.value, entry.form, entry.pattern) for entry in area_words(language)]
    if language == "en":
        found = [(code, form, _without_apostrophe(one)) for code, form, one in found]
    # Before the regions that are no area.
    found[:0] = [
        (row["areas"], "noun", bounded(row[language], language, exact=True))
        for row in read_table(_JOINED, ("areas", "en", "ru", "de", "zh", "note"))
    ]
    known = {code for code, form, _ in found if form == "noun"}
    found += [(code, "noun", pattern) for code, pattern in _spelled(language, known)]
    for one in areas():
        if one.kind in ("country", "territory"):
            texts = [one.code, one.alpha2, *(one.aliases if language == "en" else ())]
            exact = "|".join(map(re.escape, filter(None, texts)))
            found.append((one.code, "code", bounded(exact, "en", exact=True)))
    for name, codes in _SHARED.items():
        ending = ENDINGS[language] if language != "zh" else ""
        found.append((codes[0], "noun", bounded(f"{name}{ending}", language)))
        found.append((codes[0], "adj", bounded(f"{name}(?:{_SHARED_ADJECTIVE})", language)))
    for row in read_table(_PEOPLES, ("code", "en", "de", "ru", "zh")):
        if row[language]:
            found.append((row["code"], "noun", bounded(row[language], language)))
    if adjective := {"en": "American", "de": "amerikanisch"}.get(language):
        # Where Americans live, and not the continents: South America.
        [home] = {code for code, form, one in found if form == "adj" and one.fullmatch(adjective)}
        other = "(?<!South )(?<!North )(?<!Latin )(?<!Central )"
        found.append((home, "noun", re.compile(rf"{other}\bAmeri(?:ca|kas?)(?!\w)")))
    for group in groups():
        texts = [group.code, group.name, *_GROUPS.get(group.code, {}).get(language, ())]
        # Longest first: without word boundaries (Chinese) the first that fits ends the search.
        # EU27, EU-27 and EU 27 are one.
        exact = "|".join(
            re.sub(r"(?<=[A-Z])(?=\d+$)", "[- ]?", re.escape(one))
            for one in sorted(texts, key=len, reverse=True)
        )
        found.append((group.code, "noun", bounded(exact, language, exact=True)))
    return tuple(found)


def _spelled(language: str, known: set[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the names of areas that the reader of articles has no words for."""
    shown = {one.code for one in areas() if one.kind in ("country", "territory")}
    for name, code, whose in spellings():
        if code not in shown or whose not in ("", _SPELLINGS[language][0]):
            continue
        if len(name) < _SPELLINGS[language][1] or not re.fullmatch(_SPELLINGS[language][2], name):
            continue
        if language == "zh" or code not in known or " " in name:
            form = re.escape(name) if language in ("en", "zh") else _phrase(name, language)
            yield code, bounded(form, language, exact=True)


_SPELLINGS = {
    "en": ("English", 4, r"(?![A-Z]+$)[ -~]+"),
    "de": ("German", 4, r"(?![A-ZÄÖÜ]+$)[ -~äöüÄÖÜß]+"),
    "ru": ("Russian", 4, r"(?![А-ЯЁ]+$)[ А-Яа-яЁё-]+"),
    "zh": ("Chinese", 2, r"[\u4e00-\u9fff]+"),
}
"""What `spellings` calls a language, and length and letters of the names that are read with it."""
_GROUPS = {
    "EU": {
        "en": ("European Union", "the EU"),
        "de": ("Europäische Union", "Europäischen Union", "EU"),
        "ru": ("Европейский союз", "Европейского союза", "Евросоюз", "Евросоюза", "ЕС"),
        "zh": ("欧盟",),
    },
}


def areas_in(text: str, language: str) -> Iterator[Mark]:
    """Yield the areas that a text names."""
    # Typed without capitals, "germany" is a country; "us" must stay the pronoun.
    small = not _CAPITALISED.search(text)
    for code, form, pattern in _area_patterns(language):
        if small and form != "code" and "us" not in pattern.pattern.lower().split("|"):
            pattern = _in_small(pattern)
        for match in pattern.finditer(text):
            start, end = match.span()
            if language == "en" and end - start == 2 and text[start:end] in _NO_CODES:
                arrow = _ARROW_BEFORE.search(text[:start]) or _ARROW_BEHIND.match(text, end)
                if not arrow:
                    continue
            if text[start:end] in _NO_NAMES:
                continue
            yield Mark("area", code, form, start, end)
    yield from _paired(text, language)
    yield from _in_us(text if small and language == "en" else "")
    if language == "zh":
        yield from _in_one_sign(text)


_ARROW_BEFORE = re.compile(r"(?:[-=–—]+>|→) ?$")
_ARROW_BEHIND = re.compile(r" ?(?:[-=–—]+>|→)")


def _in_one_sign(text: str) -> Iterator[Mark]:
    """Yield countries in one sign, of which two stand together or one: 中俄贸易, 对华出口."""
    short = short_names()
    alone = {**short, "华": "CHN"}
    follows = rf"(?=的?[▮年]*(?P<goods>(?!为)[\u4e00-\u9fff]{{0,4}}?){_ZH_TRADE})"
    for match in re.finditer(f"(?<=[对从自向赴输])[{''.join(alone)}]{follows}", text):
        if match["goods"] and not [*goods_in(match["goods"], "zh")]:
            continue  # a longer name: 对俄罗斯出口
        yield Mark("area", alone[match[0]], "name", match.start(), match.end())
    signs = f"[{''.join(short)}]"
    pair = (
        f"({signs})(?!\\1){signs}(?=[▮年\\d至到—–~-]*(?:[每各逐]年)?的?"
        "(?:两国|双边|之间|贸易|进出口|经贸))"
    )
    for match in re.finditer(pair, text):
        for start in (match.start(), match.start() + 1):
            yield Mark("area", short[text[start]], "name", start, start + 1)


def _in_us(text: str) -> Iterator[Mark]:
    """Yield "the us" of a question typed without capitals; "us" alone stays the pronoun."""
    [code] = [one.code for one in areas() if one.alpha2 == "US"]
    for match in re.finditer(r"(?<=\bthe )us(?!\w)", text):
        yield Mark("area", code, "noun", *match.span())


_PAIR = re.compile(r"(?<![\w-])([^\W\d_]{3,})[-–]([^\W\d_]{4,})(?!\w)")
_FIRST = {
    row["word"]: row["code"]
    for row in read_table(Path(__file__).with_name("paired_names.csv"), ("word", "code"))
}
"""Countries in front of a hyphen, where they are no adjective: Sino-Russian trade."""


def _paired(text: str, language: str) -> Iterator[Mark]:
    """Yield both countries of "deutsch-chinesisch" or "российско-китайский"."""
    if language == "zh":
        return
    adjectives = [(code, one) for code, form, one in _area_patterns(language) if form == "adj"]

    def code_of(word: str) -> str:
        # The first of two has no ending: deutsch, российско.
        forms = (word, f"{word}e", re.sub("о$", "ий", word))
        every = ((code, one.fullmatch(form)) for form in forms for code, one in adjectives)
        return next((code for code, found in every if found), "")

    for match in _PAIR.finditer(text):
        first, second = match.groups()
        codes = (_FIRST.get(first) or _FIRST.get(first.lower()) or code_of(first), code_of(second))
        if all(codes):
            for number, code in enumerate(codes, 1):
                yield Mark("area", code, "adj", match.start(number), match.end(number))


_ZH_TRADE = "(?:出口|进口|贸易|供应|销售|依赖|采购)"
# ISO codes that are words in a question typed in capitals; HS and CN name tariffs.
_NO_NAMES = frozenset(("того", "чад", "us", "turkeys", "chiles", "jerseys", "panamas"))
"""Words in small letters that are names of areas in capitals only, or with an apostrophe."""
_CAPITALISED = re.compile(r"(?<=\W)[^\W\d_a-zа-яёäöü][a-zа-яёäöüß]")
_NO_CODES = frozenset(
    ("IS", "IN", "TO", "AM", "AT", "BE", "DO", "IT", "MY", "NO", "SO", "HS", "CN")
)


def _without_apostrophe(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Return a name with the ending of its genitive: Chinas for China's, as it is typed."""
    return re.compile(re.sub(r"\(\?!\\w\)$", r"s?(?!\\w)", pattern.pattern), pattern.flags)


@cache
def _in_small(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(pattern.pattern, re.IGNORECASE)


_NEAR_REGIONS = (
    ("europ|европ|欧洲", ("EU",)),
    ("afri|афри|非洲", ("AFU",)),
    (r"\bwest(?:en|ens)?$|запад|西方", ("EU", "coalition")),
    ("gulf|golf|залив|海湾", ("GCC",)),
    ("southeast asia|south-east asia|südostasien|юго-восточн|东南亚", ("ASEAN",)),
)
"""Groups that may be meant by a region, which is no area here."""


def _sharing(text: str) -> tuple[str, ...]:
    """Return the areas that have this bare name or adjective."""
    word = text.lower()
    found = (
        codes
        for name, codes in _SHARED.items()
        if re.fullmatch(f"{name}(?:[а-яs]{{0,2}}|{_SHARED_ADJECTIVE})", word)
    )
    return next(found, ())


def is_shared(text: str) -> bool:
    """Whether several areas have this bare name."""
    return bool(_sharing(text))


def areas_meant(text: str, code: str) -> tuple[str, ...]:
    """Return the areas that share a bare name; for a region the groups that may be meant."""
    word = text.lower()
    if codes := _sharing(word):
        return codes
    if code == NOWHERE:
        return next((near for part, near in _NEAR_REGIONS if re.search(part, word)), ())
    return ()


def is_place(name: str, before: str, behind: str, language: str) -> bool:
    """Whether an unknown name between two parts of a question can only be that of a place.

    Examples
    --------
    >>> is_place("Atlantis", "Exports of ", " in 2022", "en")
    True
    >>> is_place("Atlantis", "Importe aus ", "", "de"), is_place("Haken", "Importe von ", "", "de")
    (True, False)
    """
    if language != "zh" and not (name[0].isupper() and any(sign.islower() for sign in name)):
        return False  # acronyms are goods more often
    if not before.strip() and language in ("en", "ru"):  # every first word has a capital
        return bool(re.match("['’]s?(?!\\w)", behind))
    pattern = _OF_PLACES.get(language)
    return not pattern or bool(pattern.search(f"{before}¦{behind}"))


_OF_PLACES = {
    # Goods have a capital, too.
    "de": re.compile(r"\b(?:nach|aus|in die|in den) (?:der |dem |den |die |das )?¦", re.IGNORECASE),
    # What follows is a name only between a preposition and what is done.
    "zh": re.compile(
        "(?:从|自|来自)¦的?▮*(?:进口|购买|采购)|(?:对|向)¦的?▮*(?:出口|供应|销售|贸易)|出口(?:到|至|往)¦"
    ),
}
"""What stands around a place where a capital letter does not tell it from goods."""


# Which side an area is on, by the words around it.


@cache
def _roles(language: str) -> tuple[tuple[str, bool, tuple[re.Pattern[str], ...]], ...]:
    """Return side, whether it is sure, and what stands before, in and behind the name, by rank."""
    places = ("before", "name", "behind")
    rows = read_table(_ROLES, ("language", "side", "sure", *places))
    return tuple(
        (
            row["side"],
            bool(row["sure"]),
            tuple(re.compile(row[place], re.IGNORECASE) for place in places),
        )
        for row in rows
        if row["language"] == language
    )


def side_of(some: list[Mark], text: str, language: str, goods: list[Mark]) -> tuple[str, bool]:
    """Return the side of areas that stand together, and whether it is sure."""
    first, last = some[0], some[-1]
    masked = text
    for mark in goods:
        masked = blanked(masked, mark.start, mark.end)
    masked = re.sub(
        # No word boundaries: in Chinese, signs and digits are letters of one word.
        r"(?<!\d)(?:19|20)\d\d(?!\d)(?:年| году?| год[а-я]+)?|\bim Jahre? (?:\d{4})",
        lambda m: "▮" * len(m[0]),
        masked,
    )
    masked = (
        re.sub("▮[▮ ]*▮", "▮", masked[: first.start])
        + "¦"
        + re.sub("▮[▮ ]*▮", "▮", masked[last.end :])
    )
    before, _, behind = masked.partition("¦")
    around = (before, text[first.start : last.end], behind)
    # In the order of the table: the first row whose three patterns all fit decides.
    for role, sure, patterns in _roles(language):
        if all(one.search(part) for one, part in zip(patterns, around, strict=True)):
            return role, sure
    # "Russian gas": the adjective in front of goods names who sells, though not for sure.
    if first.form == "adj" and re.match(r"[ -]*▮", behind):
        return "exporter", False
    # "gas imports of Germany" and the like: goods, then who gets them.
    if re.search(r"▮ (?:of |der |des |von )?$", before):
        return "importer", False
    return "", False
