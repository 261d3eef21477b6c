"""Names of areas as publishers of the world write them, in ten languages and many spellings.

The table beside this file is written by ``tools/area_names.py`` from the Unicode CLDR, the names
of the United Nations and ISO 3166, and the lists of customs offices; it says what each row is from.
It is read when a name is not one of those in ``areas.csv``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from entrepot.errors import RequestError, UnknownNameError, nearest
from entrepot.model.areas import (
    area,
    area_set,
    by_code,
    by_name,
    groups,
    is_group,
    known_areas,
    unknown_area,
)
from entrepot.model.columns import read_table

COLUMNS = ("name", "code", "source")
"""Name as written, our code (empty where a name is that of several areas), and who writes it."""

_FILE = Path(__file__).with_name("area_names.csv")
_SAME = {
    "saint": "st ste sainte santa santo san sao sankt szent",
    "republic": "rep repub republica republique republik republika respublica республика респ",
    "democratic": "dem democ democratica democratique demokratische demokratik democratico",
    "popular": "people peoples pop populaire volksrepublik",
    "islands": "island isl isls is isla islas ile iles insel inseln ilha ilhas isle isles adalari "
    "adasi остров острова о",
    "federation": "fed federated federacion federacao foderation",
    "arab": "arabe arabic arabische",
    "territory": "terr ter territories territorio territoire",
    "guinea": "guine guinee",
}
_CANONICAL = {word: one for one, words in _SAME.items() for word in words.split()}
_FORMS = frozenset({
    *("republic", "democratic", "popular", "federation", "arab", "independent", "union", "united"),
    *("kingdom", "state", "states", "sovereign", "commonwealth", "federal", "federative"),
    *("islamic",),
    *("socialist", "cooperative", "plurinational", "bolivarian", "oriental", "principality"),
    *("grand", "duchy", "sultanate", "emirate", "confederation", "hashemite", "constitutional"),
    *("royaume", "reino", "konigreich", "kralligi", "королевство", "etat", "etats", "estado"),
    *("estados", "staat", "devleti", "государство", "unie", "unies", "unido", "unidos", "unida"),
    *("vereinigte", "vereinigtes", "birlesik", "uni", "comunidade", "comunidad", "federale"),
    *("mancomunidad", "milletler", "toplulugu", "bund", "bundesrepublik", "islamische"),
    *("federativa", "federativen", "cumhuriyeti", "cumhuriyet", "islamica", "islamique"),
    *("islam", "исламская", "socialista", "socialiste", "sozialistische", "sosyalist"),
    *("социалистическая", "democratique", "демократическая", "федеративная", "народная"),
    *("halk", "cooperativa", "plurinacional", "bolivariana", "principado"),
    *("principaute", "furstentum", "prensligi", "княжество", "gran", "ducado", "duche", "gross"),
    *("grossherzogtum", "dukaligi", "buyuk", "великое", "герцогство", "sultanato", "sultanat"),
    *("sultanligi", "султанат", "emirat", "emirligi", "emirado", "confederacao", "confederacion"),
    *("independiente", "independente", "independant", "unabhangiger", "bagimsiz", "независимое"),
    *("soberano", "uniao", "союз", "birligi", "vereinigung", "соединенные", "объединенная"),
})  # fmt: skip
"""Forms of states, in the spelling of keys: the Republic of Kenya is Kenya, where no other is."""
_STOP_WORDS = frozenset({
    *("the", "of", "and", "de", "la", "le", "les", "du", "des", "el", "los", "las", "da", "do"),
    *("dos", "das", "der", "die", "und", "et", "ve", "von"),
})  # fmt: skip
_INSIDE = frozenset({"y", "e", "i", "и"})
"""And; not at an end, where it may be a point of the compass: E GUINEA."""
_SINCE = re.compile(r"\s*\((?:incl\. |from |since |à partir de |depuis |ab |seit )[^)]*\)?.*$")
_UNTIL = re.compile(r"\s*\(\.\.\.[12][0-9]{3}\)$")
_RESTS = re.compile(
    r"(resto|restante|resta?\b|others?|remaining|otr[oa]s?|outr[oa]s|autres?|reste|übrige[rs]?|"
    r"sonstige[rs]?|andere|прочие|другие|остальные|diğer)\b|其他|其它|その他|기타",
    re.IGNORECASE,
)
"""How names of all others in a region begin."""
_OWN_FORMS = frozenset({
    *("united", "arab", "unido", "unidos", "unida", "uni", "unie", "unies", "birlesik"),
    *("vereinigte", "vereinigtes", "соединенные", "объединенные"),
})  # fmt: skip
"""Forms that are most of the name of a few states: United Arab Emirates."""
_COMMON = frozenset({"republic", "kingdom", "state", "states", "estado", "etat", "federation"})
"""Forms that so many states have that publishers leave them out: they tell none from another."""
_DIVIDED = frozenset({"CHN", "TWN", "KOR", "PRK", "COD", "COG", "DEU", "VNM", "YEM"})
"""States of which another has or had the same name, told by its form alone."""
_BEGUN = 3  # letters of a word that say which it is
_LANGUAGES = {
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "ja": "Japanese",
    "ko": "Korean",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "zh": "Chinese",
    "zh_Hant": "Chinese",
}
_SEVERAL = {"congo": ("COG", "COD"), "korea": ("KOR", "PRK")}
"""Names that sources print for one area and people say of two."""
_SHORTEST = 10  # letters of a cut name: fewer begin several names
_SOME_DAY = date(2023, 1, 1)
_ALIKE = 0.75  # below, a nearest name is no help: ASEAN is not Senegal


_OF_ADJECTIVES = (
    *("ienne", "aise", "oise", "aine", "ande", "ense", "ais", "ois", "ien", "ain", "and"),
    *("ano", "ana", "esa", "ese", "ino", "ina", "eno", "ena", "ola", "ico", "ica", "ao", "es"),
    *("ol", "li", "lu", "ca", "ce", "o", "a", "的", "人"),
)
"""Endings of French, Spanish, Portuguese, Turkish and Chinese adjectives, without accents."""
_OF_NAMES = ("", "a", "e", "ia", "ie", "ya", "anha", "ania", "agne", "da", "do", "o", "ga")
"""What the name of a country has in their place: Alem-anha, Rus-ia, Chin-e."""
_IRREGULAR = {
    word: code
    for code, words in {
        "AZE": "azeri",
        "CAN": "canadiense",
        "CHE": "suisse suisses suizo suiza suico suica isvicreli",
        "CZE": "checo checa tcheco tcheca tcheque cek",
        "DEU": "allemand allemande allemands aleman alemana alemanes alemao alema alman",
        "DNK": "danes danesa dinamarques dinamarquesa danois danoise",
        "ESP": "espagnol espagnole espanol espanola espanhol espanhola ispanyol",
        "FRA": "francais francaise frances francesa fransiz",
        "GBR": "britannique britannico britanico britanica anglais ingles ingiliz englisch "
        "англиискии",
        "GRC": "grec grecque griego griega grego yunan",
        "HKG": "hongkones hongkonesa hongkongais hongkongaise",
        "JPN": "japonais japonaise japones japonesa japon",
        "KAZ": "kazajo kazaja cazaque kasache kasachen",
        "KGZ": "kirguis kirguiso kirguisa kirgise kirgisen",
        "KOR": "coreen coreenne coreano coreana koreli surcoreano surcoreana sudcoreen sudcoreenne",
        "MAR": "marroqui marroquino marroquina",
        "MMR": "birmano birmana birmanisch бирманскии",
        "NLD": "neerlandais hollandais neerlandes holandes holandesa hollandali",
        "POL": "polonais polonaise polaco polaca polonyali",
        "PRK": "norcoreano norcoreana nordcoreen nordcoreenne",
        "RUS": "russe ruso rusa russo russa rus 俄国",
        "SAU": "saoudien saoudienne saudi saudita",
        "SVK": "eslovaco eslovaca",
        "TKM": "turcomano turcomana",
        "TUR": "turc turque turco turca turk",
        "USA": "americain americaine americano americana estadounidense norteamericano "
        "norteamericana etatsunien etatsunienne amerikali amerikan abd amerikaner американцы",
        "VNM": "vietnamita",
    }.items()
    for word in words.split()
}
"""Adjectives and people that no rule makes, and those of large traders that one might miss.

As `words_of` has them, without spaces and without the s of several.
"""


def as_codes(text: str | None) -> str | None:
    """Return codes for areas and groups, by code in any letters or by name.

    A code is ours, ISO's of two letters, or the United Nations' of three digits (M49). A name is
    ours, or one of any spelling that is known in ten languages. Several are joined with ``+``
    or a comma, but for names that have one ("Egypt, Arab Rep.").

    A name that means nothing here is left as it is, to be refused with the nearest known ones.

    Raises
    ------
    RequestError
        For a name that people say of two areas ("Congo", "Korea").

    Examples
    --------
    >>> as_codes("Russia"), as_codes("chn+Hong Kong"), as_codes("eu27"), as_codes("Atlantis")
    ('RUS', 'CHN+HKG', 'EU27', 'Atlantis')
    >>> as_codes("PAISES BAJOS"), as_codes("Elfenbeinküste"), as_codes("AU")
    ('NLD', 'CIV', 'AUS')
    >>> as_codes("KAZ, Kyrgyzstan,ARM"), as_codes("Egypt, Arab Rep.+SDN")
    ('KAZ+KGZ+ARM', 'EGY+SDN')
    """
    return text and "+".join(code for part in text.split("+") for code in _codes_of(part.strip()))


def known_codes(text: str) -> str:
    """Return what `as_codes` does, for a file or a request: nothing unknown is in it.

    Groups are dated, but a name is known or unknown whatever the day.

    Raises
    ------
    UnknownNameError
        For a name that means nothing here.
    RequestError
        As of `as_codes` and `area_set`.

    Examples
    --------
    >>> known_codes("Deutschland, China + Hong Kong"), known_codes("European Union")
    ('DEU+CHN+HKG', 'EU')
    """
    codes = as_codes(text) or ""
    area_set(codes, _SOME_DAY)
    return codes


def listed_areas(text: str) -> list[str]:
    """Return the areas of a list between commas, each as codes; none if a comma is in a name.

    Examples
    --------
    >>> listed_areas("China,China+Hong Kong"), listed_areas("CHN+Congo, Dem. Rep.")
    (['CHN', 'CHN+HKG'], [])
    """
    try:
        items = [as_codes(item.strip()) or "" for item in text.split(",")]
        whole = as_codes(text) or ""
    except RequestError:  # half of a name may be that of two areas (Congo)
        return []
    return items if set("+".join(items).split("+")) == set(whole.split("+")) else []


def _codes_of(part: str) -> list[str]:
    """Return the codes of an area or of several between commas, as few as their names allow."""
    words = part.split(",")
    found: list[str] = []
    while words:
        # The longest name first: "Korea, Rep., China" is two, not three.
        for end in range(min(len(words), _most_parts()), 0, -1):
            first = ",".join(words[:end]).strip()
            if end == 1 or _is_known(first):
                found.append(as_one_code(first))
                words = words[end:]
                break
    return found


@cache
def _most_parts() -> int:
    """Return how many parts between commas the name of one area or group may have."""
    names = [row["name"] for row in read_table(_FILE, COLUMNS)]
    names += [area(code).name for code in known_areas()] + [one.name for one in groups()]
    return 1 + max(name.count(",") for name in names)


def _is_known(word: str) -> bool:
    code, _, day = _code_of(word).partition("@")
    return "," not in day and (is_group(code) or code in known_areas())


def as_one_code(part: str) -> str:
    """Return the code of one area or group, the day of its members kept: ``eu@2023``.

    Raises
    ------
    RequestError
        For a name that people say of two areas.
    """
    if code := _code_of(part):
        return code
    word = part.partition("@")[0]
    error = unknown_area(word)
    if word and not error.suggestions and (near := nearest_names(word)):
        guess = " or ".join(f"{code} ({area(code).name})" for code in near)
        raise UnknownNameError("area", word, (), hint=f"did you mean {guess}?")
    return part


def _code_of(part: str) -> str:
    """Return the code of one area or group; empty for a name that means nothing here."""
    word, at, day = part.partition("@")
    for spelled in (word, word.lower(), word.upper()):
        if is_group(spelled) or spelled in known_areas():
            return f"{spelled}{at}{day}"
    named = {one.name.casefold(): one.code for one in groups()}
    if several := _SEVERAL.get(word.casefold().removeprefix("the ")):
        raise RequestError(
            f"two areas are called {word!r}",
            hint=f"write {' or '.join(f'{code} ({area(code).name})' for code in several)}",
        )
    code = by_name(word) or named.get(word.casefold())
    code = code or by_code("alpha2").get(word.upper()) or by_code("m49").get(word)
    code = code or named_area(word) or named_group(word)
    return f"{code}{at}{day}" if code else ""


def name_key(name: str) -> str:
    """Return a name for comparing: no accents, articles or order of words; ``Rep.`` written out.

    Examples
    --------
    >>> name_key("Egypt, Arab Rep.") == name_key("the Arab Republic of Egypt")
    True
    >>> name_key("CÔTE D’IVOIRE") == name_key("Cote d'Ivoire"), name_key("Guinea-Bissau")
    (True, 'bissau guinea')
    """
    words = words_of(name)
    if len(words) > 1:  # alone, "Island" is Iceland
        inner = [word for word in words[1:-1] if word not in _INSIDE]
        words = [_CANONICAL.get(word, word) for word in (words[0], *inner, words[-1])]
    # A name of nothing but articles stays as it is.
    return " ".join(sorted({word for word in words if word not in _STOP_WORDS} or set(words)))


_LISTED = re.compile("[;/]")


def named_area(name: str) -> str | None:
    """Return our code for a name in any spelling that is known, or None.

    Examples
    --------
    >>> named_area("Taiwan, Province of China"), named_area("HOLANDA"), named_area("Ägypten")
    ('TWN', 'NLD', 'EGY')
    >>> named_area("Monténégro (depuis 2007)"), named_area("Zaire")
    ('MNE', 'COD')
    >>> named_area("ASEAN"), named_area("China, Republic of")  # a group; two areas
    (None, None)
    >>> named_area("China/Taiwan"), named_area("Germany/Deutschland")
    (None, 'DEU')
    """
    key = name_key(name)
    if found := by_name(name):
        return found
    if len(parts := _LISTED.split(name)) > 1:
        codes = {named_area(one) for one in parts}
        if None not in codes:
            return codes.pop() if len(codes) == 1 else None
    if found := _by_key().get(key):
        return found
    if key in _by_key():  # of two areas
        return None
    # What Eurostat adds: "Soudan (incl. Soudan du Sud 'SS' -> 2012)", "Monténégro (depuis 2007)".
    if (plain := _SINCE.sub("", name)) != name and (found := named_area(plain)):
        return found
    # What the United Nations add to a name that ended: "Netherlands Antilles (...2010)". Where an
    # area of today has it, the one that ended is another: Sudan (...2011).
    if (plain := _UNTIL.sub("", name)) != name:
        ended = named_area(plain)
        return ended if ended and area(ended).valid_to is not None else None
    return _by_letters().get(_letters(name)) or _without_form(key) or _said_twice(name)


def _without_form(key: str) -> str | None:
    """Return the area of the name of a state without its form: the kingdom of Norway.

    None where another one has the same name with another form: China, Congo and Korea.
    """
    short = _short(key)
    found = _by_key().get(short) if _by_short().get(short) else None
    return None if found in _DIVIDED else found


def _said_twice(name: str) -> str | None:
    """Return the area of a name with another name or code in brackets: Estados Unidos (US).

    None where the two are not the same.
    """
    found = re.fullmatch(r"([^()]+)\(([^()]+)\)\s*", name)
    if found is None or (area := named_area(found[1].strip())) is None:
        return None
    inside = found[2].strip()
    same = named_area(inside) or by_code("alpha2").get(inside.upper())
    return area if same == area else None


def is_rest(name: str) -> bool:
    """Whether a name is that of all others in a region: trade of partners that are not named.

    Examples
    --------
    >>> is_rest("Resto Asia Pacifico"), is_rest("Autres pays"), is_rest("Restinga")
    (True, True, False)
    """
    return _RESTS.match(name) is not None


def named_group(name: str) -> str | None:
    """Return our code for the name of a group of areas, or None."""
    key = name_key(name)
    for one in groups():
        if key in (name_key(one.code), name_key(one.name)):
            return one.code
    return None


def completed_name(text: str) -> str | None:
    """Return our code for a name that was cut at its end, if only one area has such a name.

    Examples
    --------
    >>> completed_name("Bosnia and Herzego"), completed_name("CHINA, REPUBLICA POP")
    ('BIH', 'CHN')
    >>> completed_name("Virgin Isl"), completed_name("Niger")  # of two countries; too short
    (None, None)
    """
    # After an open bracket stood what distinguishes two areas, and it was cut off.
    if len(text) < _SHORTEST or text.rstrip().endswith("("):
        return None
    *complete, last = words_of(text) or [""]
    known = {_CANONICAL.get(word, word) for word in complete} - _STOP_WORDS
    # The last word may be the beginning of a form of state: CHINA, REPUBLICA POP.
    begun = {word for word in _FORMS if word.startswith(last) and len(last) > 1}
    goes_on = any(word.startswith(last) for word in _STOP_WORDS)
    # What says no more than that it is a state is not enough: República Federativa de ...
    named = known - _FORMS | (known & _OWN_FORMS)
    if not last or not (named or (len(last) >= _BEGUN and not begun and not goes_on)):
        return None
    like, alike = set(), set()
    for words, code in _in_words():
        if not named <= words.keys():
            continue
        is_begun = any(word.startswith(last) for one, word in words.items() if one not in known)
        if (
            is_begun
            or (begun and len(words) == len(named))
            or (goes_on and len(words) > len(named))
        ):
            like.add(code)
            if is_begun and known <= words.keys():
                alike.add(code)
    # Where several names go on so, a form that is said may decide: CHINA, REPUBLICA POP.
    said = (known | begun) & _FORMS - _COMMON
    found = like if len(like) == 1 or not said else alike
    return (found.pop() if len(found) == 1 else None) or None


def nearest_names(name: str) -> list[str]:
    """Return codes of up to three areas whose names look most like one that is not known."""
    wanted = name_key(name)
    near = nearest(wanted, _by_key(), limit=3)
    good = [key for key in near if SequenceMatcher(None, key, wanted).ratio() >= _ALIKE]
    return list(dict.fromkeys(code for key in good if (code := _by_key()[key])))


@cache
def _by_key() -> dict[str, str]:
    """Return code by key; empty where a name is that of several areas."""
    return {name_key(row["name"]): row["code"] for row in read_table(_FILE, COLUMNS)}


@cache
def _by_letters() -> dict[str, str]:
    """Return code by the letters of a name alone, where one area has it: COTE DIVOIRE."""
    found: dict[str, set[str]] = {}
    for row in read_table(_FILE, COLUMNS):
        found.setdefault(_letters(row["name"]), set()).add(row["code"])
    return {letters: codes.pop() for letters, codes in found.items() if len(codes) == 1}


def _letters(name: str) -> str:
    # Letters and digits of every script: \w without the underscore.
    return "".join(re.findall(r"[^\W_]", _plain(name)))


@cache
def _by_short() -> dict[str, str]:
    """Return code by key without forms of states, where one area has it."""
    found: dict[str, set[str]] = {}
    for key, code in _by_key().items():
        found.setdefault(_short(key), set()).add(code)
    return {short: codes.pop() for short, codes in found.items() if len(codes) == 1}


def _short(key: str) -> str:
    return " ".join(word for word in key.split() if word not in _FORMS)


@cache
def _in_words() -> tuple[tuple[dict[str, str], str], ...]:
    """Return the words of each name by how keys spell them, with its code."""
    return tuple(
        (
            {
                one: word
                for word in words_of(row["name"])
                if (one := _CANONICAL.get(word, word)) not in _STOP_WORDS
            },
            row["code"],
        )
        for row in read_table(_FILE, COLUMNS)
    )


def spellings() -> tuple[tuple[str, str, str], ...]:
    """Return every spelling of one area, its code, and its language where the Unicode CLDR says."""
    rows = read_table(_FILE, COLUMNS)
    return tuple(
        (row["name"], row["code"], _LANGUAGES.get(row["source"].removeprefix("CLDR "), ""))
        for row in rows
        if row["code"]
    )


def country_of_adjective(said: str) -> str:
    """Return the country of an adjective whose language makes them by rule; empty for no or two.

    French, Spanish, Portuguese, Turkish and Chinese; adjectives of English, German and Russian
    are those of articles.

    >>> [country_of_adjective(one) for one in ("chinois", "Alemão", "çinli", "中国的", "vin")]
    ['CHN', 'DEU', 'CHN', 'CHN', '']
    """
    word = " ".join(words_of(said))
    together = word.replace(" ", "")
    for form in (together, together.removesuffix("s")):
        if form in _IRREGULAR:
            return _IRREGULAR[form]
    for ending in _OF_ADJECTIVES:
        codes = (
            _stems().get(word.removesuffix(ending), frozenset()) if word.endswith(ending) else ()
        )
        if len(codes) == 1:
            return next(iter(codes))
    return ""


@cache
def _stems() -> dict[str, frozenset[str]]:
    """Return the countries of names without the ending that names of countries have."""
    found: dict[str, set[str]] = {}
    for text, code, _ in spellings():
        name = " ".join(words_of(text))
        # Codes have no stems, and in Chinese two signs are a name.
        least = 4 if name.isascii() else 2
        for ending in _OF_NAMES if " " not in name else ():
            if name.endswith(ending) and len(name) - len(ending) >= min(least, 3):
                found.setdefault(name.removesuffix(ending), set()).add(code)
    return {stem: frozenset(codes) for stem, codes in found.items()}


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters, without accents."""
    # Publishers without apostrophes write a blank in their place: COTE D IVOIRE.
    # PEOPLE S REP is peoples; three letters in front keep initials such as U S apart.
    joined = re.sub(r"(?:['’`´]|(?<=[^\W_]{3}) )s\b", "s", _plain(name))
    return re.findall(r"[^\W_]+", re.sub(r"\b[dl](?:['’`´] ?| )", "", joined))


def _plain(name: str) -> str:
    """Return a name in small letters, without accents."""
    # NFKD leaves the Turkish dotless i as it is.
    return without_accents(name.replace("ı", "i").replace("&", " and ")).casefold()


def without_accents(text: str) -> str:
    """Return a text without the accents on its letters.

    Examples
    --------
    >>> without_accents("Côte d'Ivoire")
    "Cote d'Ivoire"
    """
    # NFKD splits accents off letters, as signs that are then dropped.
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
