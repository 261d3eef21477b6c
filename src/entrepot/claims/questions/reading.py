"""One question in words, taken apart step by step."""

from __future__ import annotations

import re
from dataclasses import replace

from entrepot.claims.draft.sentences import Mark, longest
from entrepot.claims.question_forms import CURRENCIES, count_in
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_goods import grades_in, shown_goods, tiers_in
from entrepot.claims.question_measures import (
    OTHER_SIDE,
    USUAL_MEASURES,
    measure_of,
    of_command,
    of_list,
    of_mirror,
    of_table,
    quantity_of,
    trade_of,
)
from entrepot.claims.question_names import MASK, are_compared, areas_in, blanked, goods_in
from entrepot.claims.question_read import KEYS_IN_ORDER, QuestionRead, QuestionState, Unsaid
from entrepot.claims.questions.asked_back import (
    CHANGES,
    DIRECTED,
    asks_who,
    currency_of,
    require,
    take_unrecorded,
    unknown_words,
    without_places,
)
from entrepot.claims.questions.goods import (
    all_goods,
    asks_share_of_goods,
    codes_in,
    goods_meant,
    industry_of,
    is_about_lists,
    qualifiers_in,
    signed,
    take_described,
)
from entrepot.claims.questions.sides import (
    apart,
    hubs_in,
    is_both_ways,
    origin_of,
    partners_of,
    sides_of,
    which_of,
)
from entrepot.claims.questions.times import asks_year, average_over, change_over, period_said
from entrepot.model.areas import WORLD, area_name, groups
from entrepot.model.period import Period


class QuestionReader(QuestionState):
    """One question, taken apart step by step; what is understood is masked."""

    def read(self) -> QuestionRead:
        """Return the question as it was read."""
        self._mask_idle()
        take_unrecorded(self)
        # Codes before times: behind "HS", 2009 is a heading (juices) and no year.
        codes = codes_in(self)
        # Before times, too: 2022年前三大 are the largest three, not the years before 2022.
        largest = self._counted("largest_k")
        averaged = self._counted("average_over")
        period = period_said(self)
        if averaged:
            period = average_over(self, averaged, period)
        sector, bought = industry_of(self)
        marks = self._marks(codes)
        self.asks_when = is_about_lists(self, marks)
        self.asks_year = not self.asks_when and asks_year(self)
        goods = bought or goods_meant(self, [mark for mark in marks if mark.kind == "goods"])
        places = [mark for mark in marks if mark.kind == "area"]
        self.asks_which = which_of(self, places)
        take_described(self, marks)
        unknown = qualifiers_in(self, marks)
        self.mask(marks)
        reporters = apart(self, "reported", places)
        hubs = hubs_in(self, places)
        places, forms = self._of_sides([one for one in places if one not in (*reporters, *hubs)])
        forms = self._without_growth(places, forms, period)
        # Prices "from 2019 to 2022": how they changed; what a tonne cost is another question.
        if ".." in period and len(Period.parse(period).split(12)) > 1 and "mass" not in forms:
            is_change = self.compares or _PRICES.search(self.plain)
            forms |= {"develop"} if is_change else set()
        measure = "rerouted" if hubs or "which_hubs" in forms else measure_of(forms, largest)
        self.idle = {
            "than",
            "years_ago",  # of no year that there are data of
            *(() if measure == "rerouted" else ("reroute",)),
            *(() if "replaced" in forms else ("vacancy",)),
            *(() if self.asks_when or self.asks_year else ("when",)),
            *(() if measure == "change_of_share" else ("why",)),
            *(() if goods else ("things",)),
        }
        goods_marks = [mark for mark in marks if mark.kind == "goods"]
        both = measure in ("value", "growth") and "both" in forms
        sides = (
            partners_of(self, places, in_order=not both)
            if both or measure == "asymmetry"
            else sides_of(self, places, goods_marks, forms, measure)
        )
        measure, keys = self._measured(measure, sides, forms, marks, period)
        keys |= origin_of(self, reporters, keys, forms)
        if measure == "asymmetry":
            self.idle.discard("than")
        self.unknown = unknown_words(self)
        unknown += without_places(self, self.unknown, goods_marks, keys)
        ranks_goods = not goods and "which_goods" in forms and "listed" not in forms
        # What is mostly imported at all has the largest value, and depends on nobody for it.
        ranks_goods = ranks_goods and (
            "depend" in forms or ("mostly" in forms and "exporter" in keys)
        )
        measure = ("reliant_goods" if "exporter" in keys else "geodep") if ranks_goods else measure
        goods = all_goods(self, goods, forms - ({"which_goods"} if ranks_goods else set()), unknown)
        keys |= {"goods": goods} if goods else {}
        keys |= {"sector": sector} if sector else {}
        keys |= {"period": period} if period else {}
        keys |= {"k": str(largest)} if measure == "cr" else {}
        keys |= {"hubs": "+".join(dict.fromkeys(mark.value for mark in hubs))} if hubs else {}
        keys |= quantity_of(measure, forms, goods)
        keys |= currency_of(self, forms, keys)
        keys |= {"flow": "both"} if both else {}
        # Who would suffer most from a cut-off is no supplier.
        ranks = bool(forms & {"rank", "largest"}) and not (ranks_goods or "cutoff" in forms)
        if measure == "top_supplier" and ranks and "place" in forms and "exporter" in keys:
            pass  # which place it has is asked back
        elif measure == "top_supplier" and ranks:
            keys.pop("exporter", None)  # whether it is the largest: the table has all suppliers
        elif measure == "top_supplier" and "exporter" in keys and "importer" in keys:
            why = "the question asks who supplies, and names a supplier"
            self.unsaid.append(Unsaid("measure", why, (USUAL_MEASURES[2], USUAL_MEASURES[0])))
        if (measure in CHANGES or (measure == "price_premium" and ".." in period)) and period:
            keys |= {"base": self.base} if self.base else change_over(self, period, forms)
        measure = self._of_each(measure, keys, forms)
        self._say_open(measure, keys, forms)
        named = [mark.value for mark in (*reporters, *places)]
        if not ranks_goods:
            measure, keys = self._of_tables(measure, keys, forms, named, unknown)
        each = self._each(measure, keys, forms)
        unsaid = tuple(sorted(self.unsaid, key=lambda one: _OPEN.index(one.key)))
        corrected = tuple(self.grades.items())
        return QuestionRead(
            self.words, self.language, measure, keys, each, unsaid, ranks_goods, corrected
        )

    def _mask_idle(self) -> None:
        """Mask words that name no side, no unit and no year though they look like it."""
        if self.language == "zh":
            self.left = _WHETHER_ZH.sub(lambda found: MASK * len(found[0]), self.left)
        # "Units, not dollars": the unit that is not meant.
        self.left = _NOT_UNITS.sub(lambda found: MASK * len(found[0]), self.left)
        # "In US dollars" names no side.
        self.left = _DOLLARS.sub(lambda found: MASK * len(found[0]), self.left)
        # China is without Hong Kong where nothing else is said.
        if any(one.value == "CHN" for one in areas_in(self.left, self.language)):
            self.left = _NO_HONG_KONG.sub(lambda found: MASK * len(found[0]), self.left)

    def _of_each(self, measure: str, keys: dict[str, str], forms: set[str]) -> str:
        """Return the measure; of who supplied or bought more than before, that of a table."""
        if measure != "growth" or self.asks_which or not asks_who(self):
            return measure
        sides = keys.keys() & OTHER_SIDE.keys()
        if sides == {"importer"}:
            forms.add("replaced")
        elif sides == {"exporter"}:
            forms.add("buyers")
            keys.pop("base", None)
            return ""
        return "growth"

    def _say_open(self, measure: str, keys: dict[str, str], forms: set[str]) -> None:
        """Say what is needed and not named, if a figure answers: a list is shown by a command."""
        goods = keys.get("goods", "")
        is_list = goods not in ("", "all") and not goods.partition(",")[0].isdigit()
        if (
            is_list
            and keys.keys() == {"goods"}
            and "which_goods" in forms
            and all(_CONTAINS.fullmatch(word) for word in self.unknown)
        ):
            self.unsaid, self.unknown = [of_list(goods)], []
        elif "listed" not in forms or not goods:
            require(self, measure, keys, forms)

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
            return "value", self._of_balance(areas, keys)
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

    def _measured(
        self,
        measure: str,
        sides: dict[str, str],
        forms: set[str],
        marks: list[Mark],
        period: str,
    ) -> tuple[str, dict[str, str]]:
        """Return the measure and the sides, which decide on each other."""
        if self.is_of_market and set(sides) == set(OTHER_SIDE):
            measure = "import_share"
            forms -= {"sells", "as_buyer"}
        measure, keys = trade_of(measure, {name: one for name, one in sides.items() if one}, forms)
        if measure == "price_index" and ".." not in period and self._compares(keys, forms):
            measure = ""  # cheaper for one than for the other, and not than before
        if self.base and measure == "value":
            measure = "growth"  # the first half of one year against that of another
        measure, keys = self._by_country(measure, keys, forms, period)
        if self._compares(keys, forms) or self.compares:
            self.idle.remove("than")
        named = self.is_directed or forms & CURRENCIES.keys()
        compared = self._compares(keys, forms) == "importer" and "exporter" in keys
        supplies = self._compares(keys, forms) and "supply" in forms and not forms & _ASKS
        if supplies and not measure and (not compared or _MORE.search(self.plain)):
            measure = "value"  # who delivered more to Russia, China or Japan
        if compared and not (measure or forms & (_ASKS | DIRECTED | CURRENCIES.keys())):
            measure = "import_share"  # compare Spain and Italy: coal from Russia
        if named and not (measure or forms & _ASKS):
            # Excavators China -> Russia; how important Russian gas is for Hungary.
            measure = "import_share" if "important" in forms else "value"
        self.asks_for_goods = measure in _OF_TRADE and asks_share_of_goods(
            signed(self, marks), self.language
        )
        return "" if self.asks_for_goods else measure, keys

    def _by_country(
        self, measure: str, keys: dict[str, str], forms: set[str], period: str
    ) -> tuple[str, dict[str, str]]:
        """Return measure and sides of a question for each country: of a group, or each partner."""
        if not self.asks_which and ("each_country" not in forms or measure not in _OF_TRADE):
            return measure, keys
        known = {one.code: one for one in groups()}
        for name in KEYS_IN_ORDER[:2]:
            if self.asks_which and keys.get(name) != self.asks_which:
                continue
            if "+" in keys.get(name, ""):
                self.compares_sides = True
                return measure, keys
            if group := known.get(keys.get(name, "")):
                self.compares_sides = True
                day = Period.parse(period).start if period not in ("", "now") else self.today
                return measure, {**keys, name: "+".join(sorted(group.members(day)))}
        if self.asks_which:
            return measure, keys
        if keys.keys() == {"importer"}:
            return "top_supplier", keys
        if keys.keys() == {"exporter"}:
            forms.add("buyers")
            return "", keys
        return measure, keys

    def _of_sides(self, places: list[Mark]) -> tuple[list[Mark], set[str]]:
        """Return the areas that may be sides, and the kinds of words that the question has."""
        # Third countries that are asked for are no side.
        asks_hubs = _forms(self.language)["which_hubs"].search(self.left)
        asked = apart(self, "which_hubs", places)
        places = [mark for mark in places if mark not in asked]
        # Trade of all countries is what a side is by itself, if it is not named.
        named = [mark for mark in places if mark.value != WORLD]
        forms = self._forms_in() | ({"of_world"} if len(named) < len(places) else set())
        forms |= ({"listed"} if self.asks_when else set()) | (
            {"which_hubs"} if asks_hubs else set()
        )
        of_year = self.asks_year and "largest" not in forms
        if of_year:  # when did Russia stop selling it: not what that costs
            forms -= {"cutoff"}
        if (self.asks_which or of_year) and len({mark.value for mark in named}) == len(OTHER_SIDE):
            forms -= {"top", "rank"}  # which EU countries bought Russian gas: not who supplied it
        if "mutual" in forms and len({mark.value for mark in named}) > len(OTHER_SIDE):
            forms = (forms - {"mutual"}) | {"compare"}  # India or China, of Russian oil
        if is_both_ways(self, named):
            forms.add("mutual")
            self.take("than")
        return named, forms

    def _without_growth(self, places: list[Mark], forms: set[str], period: str) -> set[str]:
        """Return the kinds of words where one area has more than another, and not than before."""
        of_times = self.compares or self.base or ".." in period
        if of_times or not any(
            are_compared(self.said[: mark.start], self.language) for mark in places
        ):
            return forms
        rest = _MORE.sub("", self.left)
        grows = _forms(self.language)["growth"].search(rest)
        return forms if grows or "growth" not in forms else (forms - {"growth"}) | {"compare"}

    def _of_balance(self, areas: list[str], keys: dict[str, str]) -> dict[str, str]:
        """Return the keys of a balance: exports less imports of who is named first."""
        whose = list(dict.fromkeys(areas))
        if _WITH_WHOM.search(self.plain):
            whose.reverse()
        known = {"measure", "importer", "exporter"}
        others = {name: one for name, one in keys.items() if name not in known}
        self.unsaid = [
            one
            for one in self.unsaid
            if one.key not in known or (self.is_unclear and one.candidates)
        ]
        if self.is_unclear or not 0 < len(whose) <= 2:
            why = "the question does not say which balance: of one side with the other"
            names = tuple((one, area_name(one)) for one in whose)
            self.unsaid = self.unsaid or [Unsaid("exporter", why, names)]
            return others
        sides = dict(zip(("exporter", "importer"), whose, strict=False))
        return others | sides | {"flow": "balance"}

    def _each(self, measure: str, keys: dict[str, str], forms: set[str]) -> str:
        """Return what there is a figure for each of: years of a development, sides compared."""
        for part in ("quarter", "month"):
            if part in forms and "period" in keys and measure not in CHANGES:
                if keys["period"] == "now":
                    del keys["period"]
                    why = f"the question does not say since which {part}"
                    self.unsaid.append(
                        Unsaid("period", why, tuple((one, "") for one in self.years))
                    )
                return part
        is_course = forms & {"develop", "growth"} or self.compares or self.asks_year
        is_course = is_course and measure not in (
            *CHANGES,
            "price_premium",
        )
        if is_course and ".." in keys.get("period", ""):
            return "year"
        side = self._compares(keys, forms)
        if side and (names := self.sets.get(keys[side])):
            why = "a set of countries is compared with others: name it alone, or its countries"
            self.unsaid.append(Unsaid(side, why, names))
        return side or self._apart(keys, forms) or self._of_several(measure, keys, forms)

    def _apart(self, keys: dict[str, str], forms: set[str]) -> str:
        """Return of what each is asked for: Norway and the Netherlands each."""
        if "apart" not in forms:
            return ""
        for name in KEYS_IN_ORDER[:2]:
            if "+" in keys.get(name, ""):
                return name
        return "goods" if re.fullmatch(r"\d+(?:,\d+)+", keys.get("goods", "")) else ""

    def _of_several(self, measure: str, keys: dict[str, str], forms: set[str]) -> str:
        """Return the side whose own trade is asked for, if it is several countries by name.

        Suppliers that are named together are one: what Russia and Belarus supplied.
        """
        side = "exporter" if measure == "export_share" else "importer"
        own = measure in _OF_ITS_OWN or (measure in ("value", "growth") and "import" in forms)
        return side if own and keys.get(side) in self.listed and "together" not in forms else ""

    def _compares(self, keys: dict[str, str], forms: set[str]) -> str:
        """Return the side whose areas are compared with each other, or none."""
        compares = "compare" in forms or self.compares_sides
        sides = [name for name in KEYS_IN_ORDER[:2] if compares and "+" in keys.get(name, "")]
        return sides[0] if sides else ""

    def _counted(self, kind: str) -> int:
        """Return the number in words of a kind, and mask them; 0 where there are none.

        Of the largest, how many; of an average, over how many years.
        """
        match = _forms(self.language)[kind].search(self.left)
        if not match:
            return 0
        self.left = blanked(self.left, *match.span())
        return count_in(match[0], self.language)

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


_MORE = re.compile(
    r"(?:how many times |how much |во сколько раз |на сколько |wie ?viel ?mal (?:so )?"
    r"|um wie ?viel |um das wievielfache )?"
    r"\b(?:more|less|fewer|larger|bigger|higher|greater|smaller|lower"
    r"|(?:больш|меньш|выш|ниж)[а-я]+|mehr|weniger|größer|höher|kleiner|niedriger)\w*"
    r"|во сколько раз|的?(?:多少|几)倍|[多少大高低]",
    re.IGNORECASE,
)
"""Words that compare two areas, or two times."""
_OPEN = ("measure", "importer", "exporter", "goods", "words", "period", "sigma")
"""What may be open, in the order in which it is asked."""
_WITH_TIERS = frozenset(("chpl",))
"""Lists whose tiers questions name."""
_DOLLARS = re.compile(
    r"\b(?:in )?US(?:[- ]dollars?|\$)|\b(?:in )?dollars US\b|долл[а-я.]* США", re.I
)
_NO_HONG_KONG = re.compile(
    r"\b(?:excluding|excl\.?|without|not (?:counting|including)|ohne|без(?: уч[её]та)?|не считая"
    r"|не включая) (?:Hong ?Kongs?|Hongkongs?|Гонконга?)\b"
    r"|(?:不含|不包括|不计|除去?)(?:香港|港澳)(?:的)?(?:情况下|以?外)?",
    re.IGNORECASE,
)
_NOT_UNITS = re.compile(
    r"\b(?:not|rather than|instead of|nicht|statt|а не|не|вместо) (?:in |by |nach |в |по )?"
    r"(?:(?:US[- ])?dollars?|usd|euros?|eur|money|value|weight|tonn?e?s|tons|pieces|units"
    r"|geld|wert|gewicht|tonnen|stück|доллар[а-я]*|евро|деньг[а-я]*|стоимост[а-я]*|вес[ау]?|тонн[а-я]*|штук[а-я]*)\b"
    r"|(?:而)?不(?:是|按|用)(?:美元|欧元|金额|重量|吨|件)",
    re.IGNORECASE,
)
_CONTAINS = re.compile(
    r"contains?|contained|covers?|covered|includes?|included|listed|appears?"
    r"|ste(?:ht|hen)|enthält|enthalten|umfasst|fallen|gelistet(?:en)?|aufgeführt(?:en)?"
    r"|вход[ия]т|числ[а-я]+|включ[а-яё]+|сто[ия]т|содерж[а-я]+|перечислен[а-я]*"
    r"|包括|包含|列入|列在|列有|收录",
    re.IGNORECASE,
)
"""Words that say that a list has goods."""
_WITH_WHOM = re.compile(
    r"(?:deficit|surplus|balance|defizit|überschuss|saldo|bilanz|дефицит\w*|сальдо|профицит\w*)"
    r"\s+(?:with|to|mit|gegenüber|с|со|в торговле с)\s+▮*\w+\s+(?:of|for|by|from|von|у|для)\s",
    re.IGNORECASE,
)
"""Words of a balance that name the partner first: the deficit with A of B."""
_PRICES = re.compile(r"\bprices\b|preise?n?\b|\bцен[аыу]\b|价格", re.IGNORECASE)
_WHETHER_ZH = re.compile("([是有会能])[不没]\\1|有没|可不可以|是否|能否|可否")
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
_OF_ITS_OWN = ("import_share", "export_share", "hhi", "cr")
"""Measures whose whole is the trade of a side, and whose figure is all that is asked for."""
_OF_TRADE = ("import_share", "export_share", "value")
"""Measures as which the part that goods are of a trade would be read."""
