"""A question in words, read as a definition: which measure, whose trade, which goods, and when.

Areas, goods and times are those of the reader of articles (`entrepot.claims.draft`), the names of
`entrepot.model` and the everyday words of `entrepot.goods`; ``questions.csv`` has only the forms
that questions take. What a question leaves open is asked back with candidates: nothing is guessed,
and a word that says nothing here is no word to pass over.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.codes import CODE, digits_of, is_code, is_like_year
from entrepot.claims.draft.lexicon import NOWHERE, cue_words
from entrepot.claims.draft.scene import own_names
from entrepot.claims.draft.sentences import Mark, longest
from entrepot.claims.draft.times import SPLIT_YEAR, timing
from entrepot.claims.numbers.text import SIMPLE, language_of
from entrepot.claims.question_forms import (
    CUES,
    CURRENCIES,
    corrections,
    count_in,
    sources_in,
    split_years,
    years_meant,
)
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_goods import shown_goods
from entrepot.claims.question_grades import grades_in, tiers_in
from entrepot.claims.question_industries import industries_in, inputs_in, inputs_made_by
from entrepot.claims.question_measures import (
    OTHER_SIDE,
    UNIT_FORMS,
    USUAL_MEASURES,
    measure_of,
    no_direction,
    no_measure,
    of_balance,
    of_command,
    of_mirror,
    of_table,
    on_lists,
    quantity_of,
    side_alone,
    trade_of,
)
from entrepot.claims.question_names import (
    MASK,
    are_compared,
    are_joined,
    areas_in,
    areas_meant,
    blanked,
    by_side,
    goods_in,
    is_place,
    is_shared,
    near_goods,
    side_of,
)
from entrepot.claims.question_parts import AREA, GOODS, NAME, asks_share_of_goods
from entrepot.claims.question_qualifiers import counts_all, qualifying
from entrepot.claims.question_read import KEYS_IN_ORDER, QuestionRead, Unsaid
from entrepot.errors import RequestError
from entrepot.model.areas import WORLD, area_name, groups
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.claims.draft.sentences import Time

__all__ = ["LONGEST", "read_question"]

LONGEST = 300
"""Characters of a question: what is longer is a text."""
_OPEN = ("measure", "importer", "exporter", "goods", "words", "period", "sigma")
"""What may be open, in the order in which it is asked."""


def read_question(
    text: str, *, today: date | None = None, years: Iterable[str] = ()
) -> QuestionRead:
    """Read a question in English, German, Russian or Chinese.

    Parameters
    ----------
    today
        What "last year" is counted from.
    years
        Years that are proposed where the question names none.

    Raises
    ------
    RequestError
        If it is longer than `LONGEST` characters, or empty.

    Examples
    --------
    >>> read_question("How much of Germany's magnets came from China in 2022?").read_as
    'import_share, DEU, CHN, 850511, 2022'
    >>> [one.key for one in read_question("Who supplies Poland with coal?").unsaid]
    ['period']
    """
    words = " ".join(text.split())
    if not words or len(words) > LONGEST:
        what = "the question is empty" if not words else f"a question of {len(words):,} characters"
        raise RequestError(what, hint="ask one thing: Who supplied Poland with coal in 2022?")
    language = language_of(words)
    # Script settles Russian and Chinese; a short question has too few words for English or German.
    if language not in ("ru", "zh"):
        language = _by_words(words, language)
    now = today or date.today()
    reading = _Reading(words, language, now, tuple(years))
    found = reading.read()
    right = corrections(reading.unknown, language, words) if reading.unknown else {}
    if not right:
        return found
    spelled = words
    for word, other in right.items():
        ends = ("", "") if language == "zh" else (r"(?<!\w)", r"(?!\w)")
        spelled = re.sub(re.escape(word).join(ends), other, spelled)
    again = _Reading(spelled, language, now, tuple(years))
    better = again.read()
    # Each word has to say something where it stands; what else is not understood is asked back.
    if len(again.unknown) > max(len(reading.unknown) - len(right), 0):
        return found
    return replace(better, text=words, corrected=(*right.items(), *better.corrected))


def _by_words(words: str, usual: str) -> str:
    """Return the language with most words of questions; where two have as many, the usual one.

    Where none is usual, the names of countries and goods decide: 2022, Haselnüsse, Deutschland.
    """
    counts = {
        one: sum(len(form.findall(words)) for form in _forms(one).values()) for one in ("en", "de")
    }
    if not usual and counts["en"] == counts["de"]:
        counts = {
            one: len(longest([*areas_in(words, one), *goods_in(words, one)])) for one in counts
        }
    return max(counts, key=lambda one: (counts[one], one == (usual or "en")))


class _Reading:
    """One question, taken apart step by step; what is understood is masked."""

    def __init__(self, words: str, language: str, today: date, years: tuple[str, ...]) -> None:
        self.words = words
        self.language = language
        self.today = today
        self.years = years
        self.plain = words.translate(SIMPLE)
        self.said = self.plain  # without whose report it is
        self.left = self.plain
        self.timed = self.plain  # without times
        self.unsaid: list[Unsaid] = []
        self.unknown: list[str] = []  # words that may be misspelt
        self.compares = False  # two years with each other
        self.compares_sides = False  # two of three areas
        self.is_directed = False  # both sides are sure
        self.has_adjective = False  # of a side: Turkish fridges
        self.asks_for_goods = False  # what part of a trade goods are
        self.asks_when = False  # since when goods are on a list that is named
        self.grades: dict[str, str] = {}  # of goods, and what they are read as
        self.is_unclear = False  # which area a name is of
        self.idle = {"than"}  # kinds of words that say nothing here

    def read(self) -> QuestionRead:
        if self.language == "zh":
            self.left = _WHETHER_ZH.sub(lambda found: MASK * len(found[0]), self.left)
        # "Units, not dollars": the unit that is not meant.
        self.left = _NOT_UNITS.sub(lambda found: MASK * len(found[0]), self.left)
        # "In US dollars" names no side.
        self.left = _DOLLARS.sub(lambda found: MASK * len(found[0]), self.left)
        if edition := _EDITION.search(self.left):
            self.left = blanked(self.left, *edition.span())
            why = f"codes are read in the edition of the data; leave out “{edition[0]}”"
            self.unsaid.append(Unsaid("words", why))
        # Codes before times: behind "HS", 2009 is a heading (juices) and no year.
        codes = self._codes()
        # Before times, too: 2022年前三大 are the largest three, not the years before 2022.
        largest = self._largest()
        period = self._period()
        sector, bought = self._industry()
        marks = self._marks(codes)
        self.asks_when = self._is_about_lists(marks)
        goods = bought or self._goods([mark for mark in marks if mark.kind == "goods"])
        places = [mark for mark in marks if mark.kind == "area"]
        self._take_described(marks)
        unknown = self._qualifiers(marks)
        self._mask(marks)
        reporters = self._apart("reported", places)
        hubs = self._hubs(places)
        places, forms = self._of_sides([one for one in places if one not in (*reporters, *hubs)])
        # Prices "from 2019 to 2022": how they changed; what a tonne cost is another question.
        if ".." in period and len(Period.parse(period).split(12)) > 1 and "mass" not in forms:
            is_change = self.compares or _PRICES.search(self.plain)
            forms |= {"develop"} if is_change else set()
        self.idle = {
            "than",
            *(() if hubs else ("reroute",)),
            *(() if "replaced" in forms else ("vacancy",)),
            *(() if self.asks_when else ("when",)),
            *(() if goods else ("things",)),
        }
        measure = "rerouted" if hubs else measure_of(forms, largest)
        goods_marks = [mark for mark in marks if mark.kind == "goods"]
        both = measure in ("value", "growth") and "both" in forms
        sides = (
            self._partners(places, in_order=not both)
            if both or measure == "asymmetry"
            else self._sides(places, goods_marks, forms, measure)
        )
        measure, keys = self._measured(measure, sides, forms, marks, period)
        keys |= self._origin(reporters, keys, forms)
        if measure == "asymmetry":
            self.idle.discard("than")
        self.unknown = self._unknown()
        unknown += self._not_places(self.unknown, goods_marks, keys)
        ranks_goods = not goods and "which_goods" in forms and "listed" not in forms
        # What is mostly imported at all has the largest value, and depends on nobody for it.
        ranks_goods = ranks_goods and (
            "depend" in forms or ("mostly" in forms and "exporter" in keys)
        )
        measure = ("reliant_goods" if "exporter" in keys else "geodep") if ranks_goods else measure
        goods = self._all_goods(goods, forms - ({"which_goods"} if ranks_goods else set()), unknown)
        keys |= {"goods": goods} if goods else {}
        keys |= {"sector": sector} if sector else {}
        keys |= {"period": period} if period else {}
        keys |= {"k": str(largest)} if measure == "cr" else {}
        keys |= {"hubs": "+".join(dict.fromkeys(mark.value for mark in hubs))} if hubs else {}
        keys |= quantity_of(measure, forms, goods)
        keys |= self._currency(forms, keys)
        keys |= {"flow": "both"} if both else {}
        if measure == "top_supplier" and forms & {"rank", "largest"} and not ranks_goods:
            keys.pop("exporter", None)  # the place asked for is in the table of all suppliers
        elif measure == "top_supplier" and "exporter" in keys and "importer" in keys:
            why = "the question asks who supplies, and names a supplier"
            self.unsaid.append(Unsaid("measure", why, (USUAL_MEASURES[2], USUAL_MEASURES[0])))
        if (measure in _CHANGES or (measure == "price_premium" and ".." in period)) and period:
            keys |= self._change(period, forms)
        if "listed" not in forms or not goods:
            self._require(measure, keys, forms)
        named = [mark.value for mark in (*reporters, *places)]
        if not ranks_goods:
            measure, keys = self._of_tables(measure, keys, forms, named, unknown)
        each = self._each(measure, keys, forms)
        unsaid = tuple(sorted(self.unsaid, key=lambda one: _OPEN.index(one.key)))
        corrected = tuple(self.grades.items())
        return QuestionRead(
            self.words, self.language, measure, keys, each, unsaid, ranks_goods, corrected
        )

    def _of_tables(
        self,
        measure: str,
        keys: dict[str, str],
        forms: set[str],
        areas: list[str],
        unknown: list[str],
    ) -> tuple[str, dict[str, str]]:
        """Return measure and keys of what is a table, or the commands of what is no figure."""
        if "listed" in forms and "goods" in keys:
            return "", keys
        if "balance" in forms:
            self.unsaid = [of_balance(areas, keys)]
            return measure, keys
        if "mirror" in forms:
            self.unsaid = [of_mirror(areas, keys)]
            return "", keys
        table, whole = of_table(forms, keys)
        # Who was replaced need not be clear.
        if table and self.is_unclear and (table != "reorientation" or "importer" not in keys):
            self.unsaid = [one for one in self.unsaid if one.key != "measure"]
            return table, keys
        # Goods that are open stay so: without them a table would be of all goods.
        open_ = [one for one in self.unsaid if one.key == "goods"]
        if whole and not unknown:
            self.unsaid = open_
            return table, whole
        if command := of_command(measure, forms, keys):
            self.unsaid = [command, *open_]
            return table, keys
        return measure, keys

    def _marks(self, codes: list[Mark]) -> list[Mark]:
        """Return what the question names: goods by codes and in words, and areas."""
        other = [
            Mark("goods", goods, "grade", start, end) for goods, start, end in grades_in(self.left)
        ]
        for mark in other:
            self.grades[self.left[mark.start : mark.end]] = shown_goods(mark.value)
        text = self.left
        for mark in other:  # 乌拉尔 is not Uruguay
            text = blanked(text, mark.start, mark.end)
        of_tiers = {one.value for one in (*other, *goods_in(text, self.language))} & _WITH_TIERS
        named = dict.fromkeys(of_tiers, "")
        for value in of_tiers:
            named[value], spans = tiers_in(text, self.language, value)
            for start, end in spans:
                self.left, text = blanked(self.left, start, end), blanked(text, start, end)
        goods = [
            replace(one, value=named.get(one.value, one.value))
            for one in (*other, *goods_in(text, self.language))
        ]
        return longest([*codes, *areas_in(text, self.language), *goods])

    def _hubs(self, places: list[Mark]) -> list[Mark]:
        """Return the areas through which goods come: via Turkey, sold to Turkey and passed on."""
        hubs = self._apart("via", places)
        others = [one for one in places if one not in hubs]
        if hubs or len({one.value for one in others}) <= len(OTHER_SIDE):
            return hubs
        return self._apart("passed_on", others)

    def _measured(
        self,
        measure: str,
        sides: dict[str, str],
        forms: set[str],
        marks: list[Mark],
        period: str,
    ) -> tuple[str, dict[str, str]]:
        """Return the measure and the sides, which decide on each other."""
        measure, keys = trade_of(measure, {name: one for name, one in sides.items() if one}, forms)
        measure, keys = self._by_country(measure, keys, forms, period)
        if self._compares(keys, forms) or self.compares:
            self.idle.remove("than")
        named = self.is_directed or forms & CURRENCIES.keys()
        compared = self._compares(keys, forms) == "importer" and "exporter" in keys
        if compared and not (measure or forms & (_ASKS | _DIRECTED | CURRENCIES.keys())):
            measure = "import_share"  # compare Spain and Italy: coal from Russia
        if named and not (measure or forms & _ASKS):
            measure = "value"  # excavators China -> Russia
        self.asks_for_goods = measure in _OF_TRADE and asks_share_of_goods(
            self._signed(marks), self.language
        )
        return "" if self.asks_for_goods else measure, keys

    def _by_country(
        self, measure: str, keys: dict[str, str], forms: set[str], period: str
    ) -> tuple[str, dict[str, str]]:
        """Return measure and sides of a question for each country: of a group, or each partner."""
        if "each_country" not in forms or measure not in _OF_TRADE:
            return measure, keys
        known = {one.code: one for one in groups()}
        for name in KEYS_IN_ORDER[:2]:
            if "+" in keys.get(name, ""):
                self.compares_sides = True
                return measure, keys
            if group := known.get(keys.get(name, "")):
                self.compares_sides = True
                day = Period.parse(period).start if period not in ("", "now") else self.today
                return measure, {**keys, name: "+".join(sorted(group.members(day)))}
        if keys.keys() == {"importer"}:
            return "top_supplier", keys
        if keys.keys() == {"exporter"}:
            forms.add("buyers")
            return "", keys
        return measure, keys

    def _of_sides(self, places: list[Mark]) -> tuple[list[Mark], set[str]]:
        """Return the areas that may be sides, and the kinds of words that the question has."""
        # Trade of all countries is what a side is by itself, if it is not named.
        named = [mark for mark in places if mark.value != WORLD]
        forms = self._forms_in() | ({"of_world"} if len(named) < len(places) else set())
        forms |= {"listed"} if self.asks_when else set()
        if "mutual" in forms and len({mark.value for mark in named}) > len(OTHER_SIDE):
            forms = (forms - {"mutual"}) | {"compare"}  # India or China, of Russian oil
        if self._is_both_ways(named):
            forms.add("mutual")
            self._take("than")
        return named, forms

    def _each(self, measure: str, keys: dict[str, str], forms: set[str]) -> str:
        """Return what there is a figure for each of: years of a development, sides compared."""
        for part in ("quarter", "month"):
            if part in forms and "period" in keys and measure not in _CHANGES:
                return part
        is_course = (forms & {"develop", "growth"} or self.compares) and measure not in (
            *_CHANGES,
            "price_premium",
        )
        if is_course and ".." in keys.get("period", ""):
            return "year"
        return self._compares(keys, forms)

    def _compares(self, keys: dict[str, str], forms: set[str]) -> str:
        """Return the side whose areas are compared with each other, or none."""
        compares = "compare" in forms or self.compares_sides
        sides = [name for name in KEYS_IN_ORDER[:2] if compares and "+" in keys.get(name, "")]
        return sides[0] if sides else ""

    def _all_goods(self, goods: str, forms: set[str], unknown: list[str]) -> str:
        """Return the goods, all where none are named; what is open about them is said."""
        if "listed" in forms and goods:
            self.unsaid = [on_lists(goods)]
        elif "which_goods" in forms and not goods and "listed" not in forms:
            why = "which goods were traded is a ranking of goods: no single figure; name the goods"
            self.unsaid.append(Unsaid("goods", why))
        # A word passed over could be the goods, and "all goods" would answer something else.
        elif unknown:
            self._say_unknown(unknown, has_goods=bool(goods))
        elif not goods and not any(one.key == "goods" for one in self.unsaid):
            return "all"
        return goods

    def _currency(self, forms: set[str], keys: dict[str, str]) -> dict[str, str]:
        """Return the currency that is named; units that do not fit are asked back."""
        named = [kind for kind in CURRENCIES if kind in forms]
        if "pound" in forms and "pounds" not in forms:
            why = "“pounds” may be a currency or a weight"
            self.unsaid.append(Unsaid("measure", why, _OF_POUNDS))
        if (
            "volume" in forms or ("count" in forms and not {"quantity", "hubs"} & keys.keys())
        ) and not forms & (UNIT_FORMS | {"price_or_volume"}):
            why = "a volume is a weight or a number of pieces"
            self.unsaid.append(Unsaid("measure", why, _OF_UNITS))
        if len(named) > 1:
            two = tuple((CURRENCIES[kind], kind) for kind in named)
            self.unsaid.append(Unsaid("measure", "the question names two currencies", two))
        elif named and "quantity" in keys and "price" not in forms:
            why = "the question names a currency and a weight or a number"
            self.unsaid.append(Unsaid("measure", why, _OF_UNITS))
        return {"currency": CURRENCIES[named[0]]} if named else {}

    # Whose report, by which way, and how many.

    def _largest(self) -> int:
        """Return how many of the largest are meant, and mask the words; 0 if none are."""
        match = _forms(self.language)["largest_k"].search(self.left)
        if not match:
            return 0
        self.left = blanked(self.left, *match.span())
        return count_in(match[0], self.language)

    def _apart(self, kind: str, places: list[Mark]) -> list[Mark]:
        """Return the areas in a phrase of a kind, which are no side of the trade, and mask it."""
        found: list[Mark] = []
        for match in _forms(self.language)[kind].finditer(self.left):
            some = [one for one in places if match.start() <= one.start and one.end <= match.end()]
            if some:
                found += some
                self.left = blanked(self.left, *match.span())
                gap = " " * (match.end() - match.start())
                self.said = self.said[: match.start()] + gap + self.said[match.end() :]
        return found

    def _is_both_ways(self, places: list[Mark]) -> bool:
        """Whether dependence is asked for in both directions: of A on B, and of B on A."""
        codes = [mark.value for mark in places]
        depends = _forms(self.language)["depend"].search(self.left)
        return (
            bool(depends) and len(codes) == 4 and codes[:2] == codes[:1:-1] and codes[0] != codes[1]
        )

    def _origin(
        self, reporters: list[Mark], keys: dict[str, str], forms: set[str]
    ) -> dict[str, str]:
        """Return the source and the reporting side that are named; a side left open is filled."""
        sources = sources_in(self.left, self.language)
        offices = [code for code, name in own_names("office").items() if name.search(self.left)]
        for name in own_names("office").values():
            self.left = name.sub(lambda found: MASK * len(found[0]), self.left)
        found = {"source": sources[0]} if len(sources) == 1 else {}
        named = [self._reporter(mark, keys) for mark in reporters]
        if not all(named):
            return found
        who = list(dict.fromkeys(named or offices * (not sources)))
        if not who or sources:
            if len(sources) > 1:
                two = tuple((one, "") for one in sources)
                self.unsaid.append(Unsaid("words", "the question names several sources", two))
            return found
        open_sides = [name for name in KEYS_IN_ORDER[:2] if name not in keys]
        if len(who) == 1 and who[0] not in keys.values() and len(open_sides) == 1:
            keys |= {open_sides[0]: who[0]}
        elif len(who) == 1 and len(open_sides) == 2 and not self.unsaid:
            keys |= {side_alone("", sure=False, forms=forms) or "importer": who[0]}
        sides = [name for name in KEYS_IN_ORDER[:2] if keys.get(name) in who]
        if len(who) > 1 or not sides or "both" in forms:
            why = "reports are named, and which side they are of is not clear"
            self.unsaid.append(Unsaid("words", why, tuple((one, area_name(one)) for one in who)))
            return {}
        return {"reported_by": sides[0]}

    def _reporter(self, mark: Mark, keys: dict[str, str]) -> str:
        """Return whose reports are named: of areas that share a name, the one that is a side."""
        meant = areas_meant(self.plain[mark.start : mark.end], mark.value) or (mark.value,)
        of_sides = [code for code in meant if code in keys.values()]
        if len(of_sides) == 1:
            return of_sides[0]
        return mark.value if self._is_clear([mark]) else ""

    def _signed(self, marks: list[Mark]) -> str:
        """Return the question with a sign each for goods, adjectives of areas, names and times."""
        shown = self.timed.replace(MASK, "¦")
        for mark in marks:
            sign = GOODS if mark.kind == "goods" else AREA if mark.form == "adj" else NAME
            shown = shown[: mark.start] + sign * (mark.end - mark.start) + shown[mark.end :]
        return shown

    def _qualifiers(self, marks: list[Mark]) -> list[str]:
        """Return words in front of goods that say which of them are counted, and mask them.

        Elsewhere in a sentence they are verbs or mean nothing: the cars sold to Russia, as a whole.
        """
        shown = _ANY_GOODS.sub(lambda found: GOODS * len(found[0]), self._signed(marks))
        found: list[str] = []
        for pattern in qualifying(self.language):
            for match in pattern.finditer(shown):
                for word in re.finditer(r"[^\W\d_][\w-]*", match["words"]):
                    start, end = (match.start("words") + one for one in word.span())
                    if counts_all(word[0], match, shown, self.language):
                        continue
                    self.left = blanked(self.left, start, end)
                    found.append(word[0])
        return list(dict.fromkeys(found))

    def _take_described(self, marks: list[Mark]) -> None:
        """Mask the words that a list in brackets is explained by: critical goods (CHPL)."""
        for mark in marks:
            found = _DESCRIBED.search(self.left, 0, mark.start)
            if found and mark.kind == "goods" and not mark.value[0].isdigit():
                self.left = blanked(self.left, *found.span())

    def _forms_in(self) -> set[str]:
        """Return the kinds of words that the question has."""
        patterns = _forms(self.language)
        # "By what per cent did it grow" asks for no share.
        rest = patterns["growth"].sub(lambda found: MASK * len(found[0]), self.left)
        found = {
            kind
            for kind, pattern in patterns.items()
            if pattern.search(self.left if kind in ("growth", "price", "yearly") else rest)
        }
        if "stop" in found:  # what an export stop costs is no price
            found = (found | {"cutoff"}) - {"price"}
        return found | ({"dollars"} if _DOLLARS.search(self.plain) else set())

    # When.

    def _period(self) -> str:
        text = self.left
        if self.language == "zh":  # 2021年中国 is not the middle of 2021, 比较2022年 no base
            text = _COMPARE_ZH.sub(lambda found: MASK * len(found[0]), text)
            for mark in areas_in(text, self.language):
                text = blanked(text, mark.start, mark.end)
            # 占比 is a share, and its 比 no word in front of a base.
            text = _SHARE_ZH.sub(lambda found: MASK * len(found[0]), text)
            text = text.replace("来自", MASK * 2)  # 2022年来自 is no 年来
            text = _AFTER_ZH.sub("以来", text)
        if counted := self._counted_years():
            return counted
        if split := next(split_years(text, self.language), None):
            self.left = self.timed = blanked(self.left, *split)
            said = text[slice(*split)]
            self.unsaid.append(Unsaid("period", f"“{said}” {SPLIT_YEAR}", years_meant(said)))
            return ""
        text = _AFTER.sub(_since, text)
        found = timing(text, self.language, Period.parse(self.today.isoformat()), None)
        spans = [(one.start, one.end) for one in found.times]
        for start, end in spans:
            self.left = blanked(self.left, start, end)
        # What follows a masked year and is part of its name: 年, 年度, г., году.
        self.timed = self.left
        self.left = re.sub(
            r"(?<=▮)年度?|(?<=▮)\s*г(?:од[а-я]*|г)?\.?(?!\w)|(?<=▮)-(?:го|му|м|й|х|е|ом)(?!\w)",
            lambda m: MASK * len(m[0]),
            self.left,
        )
        # "Where does it come from in 2021" has no base.
        times = [
            replace(one, is_base=False)
            if one.is_base and (_not_base(text[: one.start], found.times) or _is_span(one))
            else one
            for one in found.times
        ]
        if one := self._as_span(times, text) or self._until(times, text):
            return one
        if len(times) == 1 and not times[0].is_base and not times[0].guessed:
            return str(times[0].period)
        if not times and _forms(self.language)["latest"].search(self.left):
            self._take("latest")
            return "now"
        self.unsaid.append(self._no_period(times))
        return ""

    def _until(self, times: Sequence[Time], text: str) -> str:
        """Return the span of "since 2018 up to 2023": its end stands apart from its start."""
        if len(times) != 1 or not times[0].is_base:
            return ""
        end = _UNTIL_YEAR.search(text, times[0].end)
        if not end or int(end["year"]) <= times[0].period.end.year:
            return ""
        self.left = self.timed = blanked(self.left, *end.span())
        return str(Period(times[0].period.start, Period.parse(end["year"]).end))

    def _counted_years(self) -> str:
        """Return the years of "the last five years" or "the 2010s"; empty if none are meant."""
        if ago := _forms(self.language)["years_ago"].search(self.left):
            self.left = self.timed = blanked(self.left, *ago.span())
            return str(self.today.year - count_in(ago[0], self.language))
        last = _forms(self.language)["last_years"].search(self.left)
        decade = None if last else _DECADE.search(self.left)
        found = last or decade
        if not found:
            return ""
        self.left = self.timed = blanked(self.left, *found.span())
        if last:
            end = self.today.year - 1
            start = end + 1 - count_in(last[0], self.language)
        else:
            start = int(found["decade"]) * 10
            end = min(start + 9, self.today.year - 1)
        return str(Period(Period.parse(start).start, Period.parse(end).end))

    def _as_span(self, times: Sequence[Time], text: str) -> str:
        """Return one span for several times that belong together; empty if they do not."""
        if len(times) == 2 and (one := _as_one(times, text)):
            self.compares = True
            return one
        # "Growth 2020 2022": from the one to the other.
        grows = _forms(self.language)["growth"].search(self.left)
        if len(times) == 2 and grows and not any(one.guessed or one.is_base for one in times):
            early, late = sorted(one.period for one in times)
            return str(Period(early.start, late.end))
        # "2021, 2022 and 2023": each of them.
        if len(times) > 1 and (one := _in_a_row(times, text, self.language)):
            self.compares = True
            return one
        # "Who replaced it after 2021? (2023)": from the one to the other.
        since = len(times) == 2 and times[0].is_base and not times[1].is_base
        if since and _forms(self.language)["replaced"].search(self.left):
            return str(Period(times[0].period.start, times[1].period.end))
        # "From 2019 to 2022": a base and an end make one span.
        if len(times) == 2 and times[0].is_base and times[1].ends_range:
            return str(Period(times[0].period.start, times[1].period.end))
        return ""

    def _no_period(self, times: Sequence[Time]) -> Unsaid:
        """Return what is open about the period."""
        named = list(dict.fromkeys(str(one.period) for one in times if not one.guessed))
        if len(times) != 1:
            why = "the question names several periods" if times else "the question names no period"
        elif times[0].is_base:  # the end is open: what is loaded says which it can be
            why, named = "the question does not say until when", []
        else:
            why = "the question names no year"
        return Unsaid("period", why, tuple((one, "") for one in named or self.years))

    def _change(self, period: str, forms: set[str]) -> dict[str, str]:
        """Return period and base of a change: both ends of a span, or a year and the one before."""
        if period == "now":
            return {}
        full_period = Period.parse(period)
        years = full_period.split(12)
        if not years:
            self.unsaid.append(Unsaid("period", "the question does not say since when"))
            return {}
        first, last = years[0], years[-1]
        if first == last:  # "grew in 2022" is over the year before
            first = Period.parse(last.start.year - 1)
        elif "yearly" in forms and len(years) > 2:
            why = "growth is over the whole span, and not per year"
            self.unsaid.append(Unsaid("period", why, ((str(last), f"since {first}, in all"),)))
        return {"period": str(last), "base": str(first)}

    # What.

    def _codes(self) -> list[Mark]:
        """Return codes of the Harmonized System; four digits like a year are one behind ``HS``."""
        found = []
        for match in _NUMBERED.finditer(self.left):
            digits = match["digits"] or match["zh"]
            found.append(Mark("goods", digits.zfill(2), "code", *match.span()))
            self.left = blanked(self.left, *match.span())
        for match in CODE.finditer(self.left):
            digits = digits_of(match)
            unsure = is_like_year(digits) or len(digits) == 2
            if unsure and not match["named"]:
                continue
            # Not a span of years: 2019-2022.
            if is_code(digits) and not re.match(r"-\d", self.left[match.end() :]):
                found.append(Mark("goods", digits, "code", match.start(), match.end()))
                self.left = blanked(self.left, match.start(), match.end())
        return found

    def _industry(self) -> tuple[str, str]:
        """Return the industry that is named and the goods that it buys, inputs; mask both.

        Where goods are named as well, which industry buys them is not known.
        """
        found = industries_in(self.left, self.language)
        made = inputs_made_by(self.left, self.language)
        spans = [one[1:] for one in (*found, *made)] + inputs_in(self.left, self.language)
        masked = self.left
        for start, end in spans:
            masked = blanked(masked, start, end)
        sectors, makers = ({sector for sector, *_ in some} for some in (found, made))
        several = len(sectors) > 1 or len(makers) > 1
        if several or not spans or [*goods_in(masked, self.language)]:
            return "", ""
        self.left = masked
        for start, end in spans:
            self.said = blanked(self.said, start, end)
        return "".join(sectors), ":".join(("inputs", *makers))

    def _is_about_lists(self, marks: list[Mark]) -> bool:
        """Whether it is asked since when goods are on a list, which is no goods itself."""
        asks = _forms(self.language)["when"].search(self.left)
        lists = [mark for mark in marks if mark.kind == "goods" and not mark.value[0].isdigit()]
        listed = _LISTED.search(self.left) if asks and marks else None
        if not asks or not (lists or listed):
            return False
        if listed:
            self.left = blanked(self.left, *listed.span())
        marks[:] = [mark for mark in marks if mark not in lists]
        for mark in lists:
            self.left = blanked(self.left, mark.start, mark.end)
        return True

    def _goods(self, marks: list[Mark]) -> str:
        codes = [mark for mark in marks if mark.form == "code"]
        kept = list(dict.fromkeys(mark.value for mark in codes or marks))
        for mark in codes or marks:
            if ";" in mark.value:  # a word for several goods
                choices = tuple((one, shown_goods(one)) for one in mark.value.split(";"))
                why = f"“{self.plain[mark.start : mark.end]}” may be several goods"
                self.unsaid.append(Unsaid("goods", why, choices))
                return ""
        if len(kept) < 2:
            return kept[0] if kept else ""
        ordered = codes or marks
        gaps = [self.plain[one.end : two.start] for one, two in pairwise(ordered)]
        # Joined by commas or "and" they are one selection, else the question is about two things.
        if all(are_joined(gap, self.language) for gap in gaps):
            several = list(dict.fromkeys(",".join(kept).split(",")))
            # Mandarins and oranges: a heading has its codes.
            heads = tuple(one for one in several if one.isdigit())
            return ",".join(
                one
                for one in several
                if not any(one != head and one.startswith(head) for head in heads)
            )
        self.unsaid.append(
            Unsaid(
                "goods",
                "the question names several goods",
                tuple((one, shown_goods(one)) for one in kept),
            )
        )
        return ""

    # Whose trade.

    def _sides(
        self, places: list[Mark], goods: list[Mark], forms: set[str], measure: str
    ) -> dict[str, str]:
        """Return importer and exporter, each as codes joined by a plus, or empty."""
        if self._is_its_own_partner(places, goods):
            why = "the question names one area as both sides: name the other one"
            one = places[0].value
            self.unsaid.append(Unsaid("importer", why, ((one, area_name(one)),)))
            return {}
        groups_ = by_side(places, self.said, self.language)
        groups_ = self._with_compared(groups_, goods)
        gaps = [self.said[one.end : two.start] for some in groups_ for one, two in pairwise(some)]
        self.compares_sides = any(not are_joined(gap, self.language) for gap in gaps)
        self.has_adjective = any(some[0].form == "adj" for some in groups_)
        said: list[tuple[str, str, bool]] = []
        kinds = set()  # of the sides, where nothing else says who buys
        for some in groups_:
            codes = "+".join(dict.fromkeys(mark.value for mark in some))
            if not self._is_clear(some):
                codes = ""
            role, sure = side_of(some, self.said, self.language, goods)
            kinds.add(role if role == "part" or sure else some[0].form)
            if role == "part":  # whose share it is: of imports it sells, of exports it buys
                role = "importer" if measure == "export_share" else "exporter"
            said.append((codes, role, sure))
        if len(said) > 2:
            names = tuple((codes, area_name(codes.split("+")[0])) for codes, *_ in said if codes)
            self.unsaid.append(Unsaid("importer", "the question names more than two sides", names))
            return {}
        # "Kazakh uranium: France's share of it": France buys it, or sells it to them.
        if kinds == {"part", "adj"} and goods and measure == "import_share" and not forms & _SIDED:
            said = [(codes, "", False) for codes, *_ in said]
        return self._assigned(said, forms)

    def _is_its_own_partner(self, places: list[Mark], goods: list[Mark]) -> bool:
        """Whether the only area that is named is said to buy and to sell: Turkey from Turkey."""
        if len(places) < 2 or len({mark.value for mark in places}) > 1:
            return False
        roles = {side_of([mark], self.said, self.language, goods)[0] for mark in places}
        return roles >= {"importer", "exporter"}

    def _with_compared(self, groups_: list[list[Mark]], goods: list[Mark]) -> list[list[Mark]]:
        """Return the sides, the last of three with the importer that it is compared with.

        Hungary's dependence on Russia is larger *than that of Slovakia*.
        """
        if len(groups_) != len(OTHER_SIDE) + 1:
            return groups_
        first, second, last = groups_
        gap = self.said[second[-1].end : last[0].start]
        if not are_compared(gap, self.language):
            return groups_
        buys = [
            one
            for one in (first, second)
            if side_of(one, self.said, self.language, goods)[0] == "importer"
        ]
        if len(buys) != 1:
            return groups_
        return [[*one, *last] if one is buys[0] else one for one in (first, second)]

    def _partners(self, places: list[Mark], *, in_order: bool) -> dict[str, str]:
        """Return the two sides of what is mutual: the first one exports, or imports `in_order`."""
        if not all(self._is_clear([mark]) for mark in places):
            return {}
        codes = list(dict.fromkeys(mark.value for mark in places))
        if len(codes) != 2:
            names = tuple((one, area_name(one)) for one in codes)
            why = (
                "the question does not say which two sides"
                if in_order
                else "trade in both directions is between two sides"
            )
            self.unsaid.append(Unsaid("importer", why, names))
            return {}
        first, second = codes if in_order else codes[::-1]
        return {"importer": first, "exporter": second}

    def _is_clear(self, some: list[Mark]) -> bool:
        """Whether each name is of one area; else it is asked which."""
        for mark in some:
            text = self.plain[mark.start : mark.end]
            several = areas_meant(text, mark.value)
            if several or mark.value == NOWHERE:
                names = tuple((one, area_name(one)) for one in several)
                shared = mark.value != NOWHERE or is_shared(text)
                why = (
                    "may be several areas" if shared else "is not known here as a country or group"
                )
                self.unsaid.append(Unsaid("importer", f"“{text}” {why}", names))
                self.is_unclear = True
                return False
        return True

    def _assigned(self, said: list[tuple[str, str, bool]], forms: set[str]) -> dict[str, str]:
        found = {"importer": "", "exporter": ""}
        if len(said) == 2:
            (one, first, sure), (two, second, other_sure) = said
            # Both on one side, or one on none: the surer decides, and the other gets what is left.
            if first == second or (sure and not second):
                if sure == other_sure and first and second:
                    first = second = ""
                elif sure and first:
                    second = OTHER_SIDE[first]
                elif other_sure and second:
                    first = OTHER_SIDE[second]
            elif not first and second:
                first = OTHER_SIDE[second]
            elif first and not second:
                second = OTHER_SIDE[first]
            if first and second:
                # "Turkish fridges for Russia", and not "Germany's magnets from China": a share?
                to_importer = (sure if first == "importer" else other_sure) and self.has_adjective
                self.is_directed = (sure and other_sure) or to_importer
                return found | {first: one, second: two}
            names = tuple((codes, area_name(codes.split("+")[0])) for codes in (one, two) if codes)
            self.unsaid.append(Unsaid("importer", "which of the two imports is not clear", names))
            return {}
        return found | {side_alone(role, sure, forms): codes for codes, role, sure in said}

    def _require(self, measure: str, keys: dict[str, str], forms: set[str]) -> None:
        """Say what a measure needs and the question has not."""
        if "of_world" in forms and "share" in forms and len({*KEYS_IN_ORDER[:2]} & keys.keys()) < 2:
            why = "a share of world trade is no measure: name the other side, or ask for values"
            self.unsaid = [Unsaid("measure", why, USUAL_MEASURES[:2])]
            return
        open_ = {one.key for one in self.unsaid}
        # "Imports from China" are those of one country; what all import are China's exports.
        if (
            measure in ("value", *_CHANGES)
            and keys.keys() & {*KEYS_IN_ORDER[:2]} == {"exporter"}
            and "import" in forms
            and not forms & {"export", "of_world"}
            and "importer" not in open_
        ):
            self.unsaid.append(
                Unsaid("importer", "the question does not say which country imports")
            )
            open_.add("importer")
        if measure == "hhi" and "exporter" in keys and "importer" not in keys:
            why = "exports are concentrated on buyers, imports on suppliers"
            self.unsaid.append(Unsaid("measure", why, _OF_HHI))
            open_.add("importer")
        sides = [keys[name] for name in KEYS_IN_ORDER[:2] if name in keys]
        is_said = bool(forms & _FLOWS) and ("made" not in forms or bool(forms & _DIRECTED))
        # A word that is not understood may say it.
        if measure == "value" and len(sides) == 1 and not is_said and not self.unknown:
            self.unsaid.append(no_direction(sides[0], forms))
        if not measure:
            self.unsaid.append(self._unmeasured(forms))
        needed = _NEEDS.get(measure, ())
        for name in needed:
            # One question at a time: an unclear side is filed under "importer", asked about once.
            if name not in keys and not open_ & {"importer", name}:
                what = "which country imports" if name == "importer" else "which supplier"
                if measure == "export_share" and name == "importer":
                    what = "which importer"
                self.unsaid.append(Unsaid(name, f"the question does not say {what}"))
        if (
            measure in ("value", *_CHANGES)
            and not {"importer", "exporter"} & set(keys)
            and "importer" not in open_
        ):
            self.unsaid.append(Unsaid("importer", "the question does not say whose trade"))

    def _unmeasured(self, forms: set[str]) -> Unsaid:
        """Return why no measure is what the question asks."""
        if self.asks_for_goods:
            why = "the part that goods are of a trade is no figure: ask the value of both"
            return Unsaid("measure", why, _OF_GOODS)
        return no_measure(forms)

    # What was not understood.

    def _mask(self, marks: list[Mark]) -> None:
        for mark in marks:
            self.left = blanked(self.left, mark.start, mark.end)

    def _take(self, kind: str) -> None:
        self.left = _forms(self.language)[kind].sub(lambda found: MASK * len(found[0]), self.left)

    def _unknown(self) -> list[str]:
        """Return the words that say nothing here."""
        for kind in _forms(self.language):
            if kind not in self.idle:
                self._take(kind)
        for kind in CUES:
            for (name, _), pattern in cue_words(self.language).items():
                if name == kind:
                    self.left = pattern.sub(lambda found: MASK * len(found[0]), self.left)
        if self.language == "zh":
            return re.findall(r"[\u4e00-\u9fff]{1,}|[A-Za-z]{2,}|[£¥₽₹₩]", self.left)
        words = re.findall(r"[^\W\d_][\w-]*|\d[\d.,]*", self.left)
        # A lone letter is an ending that is left over ("Germany's"), a lone digit is not.
        found = [word for word in words if len(word) > 1 or word.isdigit()]
        return found + re.findall("[£¥₽₹₩]", self.left)

    def _not_places(self, unknown: list[str], goods: list[Mark], keys: dict[str, str]) -> list[str]:
        """Return unknown words without names that stand where a country does, which it says.

        A name has a capital letter, which German gives goods as well; Chinese has none.
        """
        words = "|".join(map(re.escape, sorted(unknown, key=len, reverse=True)))
        if not words:
            return []
        # Several in a row are one name.
        text = words if self.language == "zh" else rf"(?<!\w)(?:{words})(?:[ -](?:{words}))*(?!\w)"
        places: list[str] = []
        for found in re.finditer(text, self.said):
            name = Mark("area", "", "name", *found.span())
            role, sure = side_of([name], self.said, self.language, goods)
            before, behind = self.said[: name.start], self.said[name.end :]
            # Imports of Germany, of Widgets: whose they are is known.
            is_open = sure and bool(role) and role not in keys
            if is_open and is_place(found[0], before, behind, self.language):
                places.append(found[0])
        for place in dict.fromkeys(places):
            why = f"“{place}” is not known here as a country or group"
            self.unsaid.append(Unsaid("importer", why))
        named = {word for place in places for word in place.split()}
        return [word for word in unknown if word not in named]

    def _say_unknown(self, unknown: list[str], *, has_goods: bool) -> None:
        shown = ", ".join(f"“{word}”" for word in unknown[:5])
        if has_goods:
            self.unsaid.append(Unsaid("words", f"{shown} is not understood"))
            return
        near = tuple(
            (goods, shown_goods(goods))
            for goods in dict.fromkeys(
                goods for word in unknown for goods in near_goods(word, self.language)
            )
        )
        self.unsaid.append(Unsaid("goods", f"{shown} is not understood", near[:5]))


_AFTER = re.compile(r"\b(?P<after>after|nach|после)(?= (?:dem jahr )?(?:19|20)\d\d(?!\d))", re.I)
_AFTER_ZH = re.compile(r"(?<=\d年)(?:之后|以后)")
_SINCE = {"after": "since", "nach": "seit", "после": "с"}


def _since(found: re.Match[str]) -> str:
    """Return "since" for "after" a year, as long as it was: what came after is measured from it."""
    return _SINCE[found["after"].lower()].rjust(len(found[0]))


def _not_base(before: str, times: Sequence[Time]) -> bool:
    """Whether a year is no base: bought *in* 2021, or the only one, on which all is based."""
    return bool(_IN.search(before) or (len(times) == 1 and _BASED_ON.search(before)))


def _is_span(time: Time) -> bool:
    """Whether a time is several years, which are no base: how it evolved over 2018-2022."""
    return len(time.period.split(12)) > 1


def _as_one(times: Sequence[Time], text: str) -> str:
    """Return one span for two times that are two ends of it; empty if they are not."""
    first, second = sorted(times, key=lambda one: one.start)
    gap = text[first.end : second.start]
    for one, other in ((first, second), (second, first)):
        # "Since 2017? Years 2017 to 2023": the span says it again.
        if one.is_base and one.period.start == other.period.start:
            return str(other.period)
    early, late = sorted((first.period, second.period))
    compares = _AGAINST.search(gap) or _AGAINST_BEHIND.match(text, second.end)
    if _UNTIL.fullmatch(gap) or (early.end < late.start and compares):
        return str(Period(early.start, late.end))
    return ""


def _in_a_row(times: Sequence[Time], text: str, language: str) -> str:
    """Return the span of years that follow each other and are listed; empty if they do not."""
    for one, two in pairwise(times):
        follows = two.period.start.year == one.period.start.year + 1
        listed = are_joined(text[one.end : two.start].removeprefix("年"), language)
        if not (follows and listed) or one.guessed or two.guessed:
            return ""
        if any(len(time.period.split(12)) != 1 for time in (one, two)):
            return ""
    return str(Period(times[0].period.start, times[-1].period.end))


# 2002 and 2007 are headings as well (tomatoes, jams), and read as such.
_WITH_TIERS = frozenset(("chpl",))
"""Lists whose tiers questions name."""
_EDITION = re.compile(r"(?<![A-Za-z])HS[ -]?(?:1988|1992|1996|2012|2017|2022)(?!\d)")
_NUMBERED = re.compile(
    r"\b(?:HS[- ]?)?(?:chapters?|headings?|kapitels?|positionen?|глав[аыуе]|групп[аыуеой]{1,2}"
    r"|позици[яиюей]+)(?: (?:ТН ВЭД|HS|номер|№|no\.?))? (?P<digits>\d{1,2}|\d{4}|\d{6})(?!\d)"
    r"|第(?P<zh>\d{1,2}|\d{4})(?:章|类|品目)",
    re.IGNORECASE,
)
"""Chapters and headings by their numbers."""
_UNTIL = re.compile(
    r"[\s,]*(?:through|thru|till|until|up to|bis einschließlich|bis zum jahr|по|до|至|到)\s*",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:than|compared?|comparison|relative|vergleichs(?:jahr|basis|wert)|against|versus|vs|relative|als|verglichen|vergleich|gegenüber|чем"
    r"|сравн[а-я]+|относительно|против|к|gegen|from|over|basis(?:jahr)?|base(?: year)?"
    r"|баз(?:а|у|е|ой|ов[а-я]+)|v|or|oder|или)\b|比|较|对|是|为基|还是",
    re.IGNORECASE,
)
"""Words between two years of which one is the base of a change."""
_AGAINST_BEHIND = re.compile(
    "年?(?:相比|相较|比|为基)| (?:taken )?as (?:the )?base| (?:год )?за базу| als basis",
    re.IGNORECASE,
)
"""The same behind the second of two years: in 2023, with 2021 as base."""
_DOLLARS = re.compile(
    r"\b(?:in )?US(?:[- ]dollars?|\$)|\b(?:in )?dollars US\b|долл[а-я.]* США", re.I
)
_NOT_UNITS = re.compile(
    r"\b(?:not|rather than|instead of|nicht|statt|а не|не|вместо) (?:in |by |nach |в |по )?"
    r"(?:(?:US[- ])?dollars?|usd|euros?|eur|money|value|weight|tonn?e?s|tons|pieces|units"
    r"|geld|wert|gewicht|tonnen|stück|доллар[а-я]*|евро|деньг[а-я]*|стоимост[а-я]*|вес[ау]?|тонн[а-я]*|штук[а-я]*)\b"
    r"|(?:而)?不(?:是|按|用)(?:美元|欧元|金额|重量|吨|件)",
    re.IGNORECASE,
)
_OF_UNITS = (("value", "in a currency"), ("mass", "in tonnes"), ("items", "in pieces"))
_OF_POUNDS = (("--currency GBP", "pounds sterling"), ("--quantity mass", "a weight, in kilograms"))
_SHARE_ZH = re.compile("占比|比例|比重|比率|百分比")
_PRICES = re.compile(r"\bprices\b|preise?n?\b|\bцен[аыу]\b|价格", re.IGNORECASE)
_DECADE = re.compile(
    r"(?:\b(?:in|over|during|of|der|die|den|в) )?(?:the |den )?(?<!\d)(?P<decade>(?:19|20)\d)0"
    r"(?:s\b|er(?:[- ]?jahren?)?\b|-[хе](?: годах| годы| годов)?|年代)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\b(?:on |in )?(?:the |a |an )?(?:sanctions? )?list(?:ed|s)?\b"
    r"|\b(?:banned|bans?|prohibit(?:ed|s)?|forbidden|forbade|sanction(?:ed|s)?|embargo(?:ed)?"
    r"|restricted|controlled|(?:export )?controls?|not (?:be )?allowed|may (?:no longer|not) be)\b"
    r"|\bd[aü]rf(?:en)?\b(?=.{0,80}\bnicht (?:mehr )?)|нельзя|не разреш[а-яё]+|不得|不许|不准"
    r"|\b(?:auf |in )?(?:der |die )?liste\b|gelistet|verboten|verbot(?:en)?\b|untersagte?n?"
    r"|sanktioniert|\bgesperrt|(?:export|ausfuhr)(?:verbot|kontroll)[a-z]*"
    r"|(?:санкционн[а-я]+ )?(?:спис(?:ок|к)|перечн)[а-я]*|(?:под )?запре[тщ][а-яё]*"
    r"|под санкци[а-я]+"
    r"|清单|名单|禁止|禁令|被禁|制裁|管制",
    re.IGNORECASE,
)
"""Words of lists and of what they forbid; no list need be named."""
_WHETHER_ZH = re.compile("([是有会能])[不没]\\1|有没|可不可以|是否|能否|可否")
_COMPARE_ZH = re.compile("^请?(?:比较|对比)(?:一下)?")
_IN = re.compile(r"\b(?:in|during|im|в) (?:the years? |jahre?n? )?$", re.IGNORECASE)
_BASED_ON = re.compile(
    r"\b(?:based on|on the basis of|on a basis of|auf (?:der )?(?:basis|grundlage)(?: von)?"
    r"|на (?:базе|основе)|по базе) (?:data (?:of|for|from) |daten von |данных за )?$|以$",
    re.IGNORECASE,
)
_UNTIL_YEAR = re.compile(
    r"(?:\b(?:up to|until|till|through|thru|to|bis(?: einschließlich)?|до|по) (?:and including )?"
    r"(?:the )?(?:year |jahr )?|[到至])(?P<year>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_NEEDS = {
    "import_share": ("importer", "exporter"),
    "export_share": ("exporter", "importer"),
    "hhi": ("importer",),
    "buyer_hhi": ("exporter",),
    "top_supplier": ("importer",),
    "cr": ("importer",),
    "rank": ("importer", "exporter"),
    "reliant_goods": ("importer", "exporter"),
    "geodep": ("importer",),
    "price_premium": ("importer", "exporter"),
    "rerouted": ("importer", "exporter"),
}
_DIRECTED = {"import", "export", "both", "of_world"}
"""Kinds of words that say which way trade goes."""
_FLOWS = _DIRECTED | {"supply"}
_SIDED = {"import", "export", "depend", "top"}
"""Kinds of words that say of which side's trade a share is."""
_ASKS = {
    "price",
    "buyers",
    "balance",
    "depend",
    "how_many_areas",
    "which_goods",
    "replaced",
    "cutoff",
    "value_added",
    "rank",
    "when",
    "reroute",
}
"""Kinds of words that ask for what has no measure."""
_OF_TRADE = ("import_share", "export_share", "value")
"""Measures as which the part that goods are of a trade would be read."""
_CHANGES = ("growth", "price_index", "rerouted")
"""Measures of a change, which need a base."""
_OF_HHI = (("buyer_hhi", "concentration of buyers"), ("hhi", "concentration of suppliers"))
_OF_GOODS = (
    ("value", "of these goods, then of all goods"),
    ("import_share", "what part of these goods a supplier supplies"),
)


_DESCRIBED = re.compile(
    r"(?:(?<!\w)[^\W\d_][\w-]* )?"
    r"(?:\b(?:goods|products|items|güter[ns]?|waren|товар[а-я]*)|商品|物项|产品) ?[(（]\s*$",
    re.IGNORECASE,
)
_ANY_GOODS = re.compile(r"\b(?:goods|products|merchandise|commodities)\b", re.IGNORECASE)
