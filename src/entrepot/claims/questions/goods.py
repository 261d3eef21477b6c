"""Goods, industries and lists of a question, and the words that say which goods are counted."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.marks import CODE, digits_of, is_code, is_like_year
from entrepot.claims.draft.sentences import Mark, longest
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_goods import lists_called, shown_goods
from entrepot.claims.question_measures import on_lists
from entrepot.claims.question_names import (
    MASK,
    are_joined,
    areas_in,
    blanked,
    goods_in,
    near_goods,
)
from entrepot.claims.question_read import Unsaid
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from entrepot.claims.question_read import QuestionState


def codes_in(state: QuestionState) -> list[Mark]:
    """Return codes of the Harmonized System; four digits like a year are one behind ``HS``."""
    found = []
    for match in _NUMBERED.finditer(state.left):
        digits = match["digits"] or match["zh"]
        found.append(Mark("goods", digits.zfill(2), "code", *match.span()))
        state.left = blanked(state.left, *match.span())
    for match in CODE.finditer(state.left):
        digits = digits_of(match)
        unsure = is_like_year(digits) or len(digits) == 2
        if unsure and not match["named"]:
            continue
        # Not a span of years: 2019-2022.
        if is_code(digits) and not re.match(r"-\d", state.left[match.end() :]):
            found.append(Mark("goods", digits, "code", match.start(), match.end()))
            state.left = blanked(state.left, match.start(), match.end())
    return found


def industry_of(state: QuestionState) -> tuple[str, str]:
    """Return the industry that is named and the goods that it buys, inputs; mask both.

    Where goods are named as well, which industry buys them is not known.
    """
    found = industries_in(state.left, state.language)
    made = inputs_made_by(state.left, state.language)
    spans = [one[1:] for one in (*found, *made)]
    spans += inputs_in(state.left, state.language, of_industry=bool(found))
    masked = state.left
    for start, end in spans:
        masked = blanked(masked, start, end)
    sectors, makers = ({sector for sector, *_ in some} for some in (found, made))
    several = len(sectors) > 1 or len(makers) > 1
    if several or not spans:
        return "", ""
    # Германии is Germany, and no germanium.
    named = longest([*areas_in(masked, state.language), *goods_in(masked, state.language)])
    if any(one.kind == "goods" for one in named):
        return "", ""
    state.left = masked
    for start, end in spans:
        state.said = blanked(state.said, start, end)
    return "".join(sectors), ":".join(("inputs", *makers))


def is_about_lists(state: QuestionState, marks: list[Mark]) -> bool:
    """Whether it is asked since when goods are on a list, which is no goods itself."""
    named = [mark for mark in marks if mark.kind == "goods"]
    lists = [mark for mark in named if not mark.value[0].isdigit()]
    asks = _forms(state.language)["when"].search(state.left)
    # Is 854231 on the CHPL?
    whether = _IS_LISTED[state.language].search(state.plain) if len(lists) < len(named) else None
    listed = _LISTED.search(state.left) if (asks or whether) and marks else None
    if not (asks or whether) or not (lists or listed):
        return False
    if whether:
        state.left = blanked(state.left, *whether.span())
    if listed:
        state.left = blanked(state.left, *listed.span())
    marks[:] = [mark for mark in marks if mark not in lists]
    for mark in lists:
        state.left = blanked(state.left, mark.start, mark.end)
    return True


def goods_meant(state: QuestionState, marks: list[Mark]) -> str:
    """Return the goods that are named, empty where none are or it is not clear which."""
    codes = [mark for mark in marks if mark.form == "code"]
    kept = list(dict.fromkeys(mark.value for mark in codes or marks))
    for mark in codes or marks:
        if ";" in mark.value:  # a word for several goods
            choices = tuple((one, shown_goods(one)) for one in mark.value.split(";"))
            why = f"“{state.plain[mark.start : mark.end]}” may be several goods"
            state.unsaid.append(Unsaid("goods", why, choices))
            return ""
    if len(kept) < 2:
        return kept[0] if kept else ""
    ordered = codes or marks
    gaps = [state.plain[one.end : two.start] for one, two in pairwise(ordered)]
    # Joined by commas or "and" they are one selection, else the question is about two things.
    if all(are_joined(gap, state.language) for gap in gaps):
        several = list(dict.fromkeys(",".join(kept).split(",")))
        # Mandarins and oranges: a heading has its codes.
        heads = tuple(one for one in several if one.isdigit())
        return ",".join(
            one
            for one in several
            if not any(one != head and one.startswith(head) for head in heads)
        )
    state.unsaid.append(
        Unsaid(
            "goods",
            "the question names several goods",
            tuple((one, shown_goods(one)) for one in kept),
        )
    )
    return ""


def all_goods(state: QuestionState, goods: str, forms: set[str], unknown: list[str]) -> str:
    """Return the goods, all where none are named; what is open about them is said."""
    if "listed" in forms and goods:
        state.unsaid = [on_lists(goods)]
    elif "which_goods" in forms and not goods and "listed" not in forms:
        why = "which goods were traded is a ranking of goods: no single figure; name the goods"
        state.unsaid.append(Unsaid("goods", why))
    # A word passed over could be the goods, and "all goods" would answer something else.
    elif unknown:
        _say_unknown(state, unknown, has_goods=bool(goods))
    elif not goods and not any(one.key == "goods" for one in state.unsaid):
        return "all"
    return goods


def qualifiers_in(state: QuestionState, marks: list[Mark]) -> list[str]:
    """Return words in front of goods that say which of them are counted, and mask them.

    Elsewhere in a sentence they are verbs or mean nothing: the cars sold to Russia, as a whole.
    """
    shown = _ANY_GOODS.sub(lambda found: GOODS * len(found[0]), signed(state, marks))
    found: list[str] = []
    for pattern in qualifying(state.language):
        for match in pattern.finditer(shown):
            for word in re.finditer(r"[^\W\d_][\w-]*", match["words"]):
                start, end = (match.start("words") + one for one in word.span())
                if counts_all(word[0], match, shown, state.language):
                    continue
                state.left = blanked(state.left, start, end)
                found.append(word[0])
    return list(dict.fromkeys(found))


def take_described(state: QuestionState, marks: list[Mark]) -> None:
    """Mask the words that a list in brackets is explained by: critical goods (CHPL)."""
    for mark in marks:
        found = _DESCRIBED.search(state.left, 0, mark.start)
        if found and mark.kind == "goods" and not mark.value[0].isdigit():
            state.left = blanked(state.left, *found.span())


def signed(state: QuestionState, marks: list[Mark]) -> str:
    """Return the question with a sign each for goods, adjectives of areas, names and times."""
    shown = state.timed.replace(MASK, "¦")
    for mark in marks:
        sign = GOODS if mark.kind == "goods" else AREA if mark.form == "adj" else NAME
        shown = shown[: mark.start] + sign * (mark.end - mark.start) + shown[mark.end :]
    return shown


def leaves_out(word: str) -> bool:
    """Whether a word denies or leaves out what it stands before."""
    return _DENIES.fullmatch(word) is not None


def _say_unknown(state: QuestionState, unknown: list[str], *, has_goods: bool) -> None:
    shown = ", ".join(f"“{word}”" for word in unknown[:5])
    denied = [word for word in unknown if leaves_out(word)]
    if denied and has_goods:
        why = f"what is left out (“{denied[0]}”) is no figure: it is all less what is named"
        state.unsaid.append(Unsaid("words", why))
        return
    if has_goods:
        state.unsaid.append(Unsaid("words", f"{shown} is not understood"))
        return
    near = tuple(
        (goods, shown_goods(goods))
        for goods in dict.fromkeys(
            (
                *lists_called(unknown),
                *(goods for word in unknown for goods in near_goods(word, state.language)),
            )
        )
    )
    state.unsaid.append(Unsaid("goods", f"{shown} is not understood", near[:5]))


_DENIES = re.compile(
    r"not|isn|wasn|aren|weren|didn|doesn|don|non|except|besides|excluding|excluded|without|outside"
    r"|nicht-?|kein(?:e[mnrs]?)?|außer|außerhalb|ohne|ausgenommen|не|кроме|без|исключая|помимо"
    r"|不|非|除了?|以外|之外|不含|不包括|不是",
    re.IGNORECASE,
)
"""Words that leave out what they stand before."""
_NUMBERED = re.compile(
    r"\b(?:HS[- ]?)?(?:chapters?|headings?|kapitels?|positionen?|глав[аыуе]|групп[аыуеой]{1,2}"
    r"|позици[яиюей]+)(?: (?:ТН ВЭД|HS|номер|№|no\.?))? (?P<digits>\d{1,2}|\d{4}|\d{6})(?!\d)"
    r"|第(?P<zh>\d{1,2}|\d{4})(?:章|类|品目)",
    re.IGNORECASE,
)
"""Chapters and headings by their numbers."""
_LISTED = re.compile(
    r"\b(?:on |in )?(?:the |a |an )?(?:sanctions? )?list(?:ed|s|ing)?\b"
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
_IS_LISTED = {
    "en": re.compile(
        r"^(?:is|are|was|were|does|do|did|has|have)\b(?=.*(?:\b(?:on|in|part of|covered|under)\b"
        r"|\b(?:items?|goods|list(?:s|ed|ing)?|sanctioned|controlled|banned|restricted|contain|include)\b))",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"^(?:ist|sind|war|waren|steht|stehen|stand|standen|fällt|fallen|gehör\w+|enthält|umfasst)\b"
        r"(?=.*(?:\b(?:auf|in|unter|zu[mr]?)\b|liste|sanktion|verboten|kontroll))",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"^(?:есть|вход[ия]т|включ[а-яё]+|наход[а-я]+|числ[а-я]+|сто[ия]т|попада[а-я]+)(?: ли)?"
        r"|(?:вход[ия]т|включ[а-яё]+|есть|попада[а-я]+|наход[а-я]+|числ[а-я]+) ли\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("(?:在不在|是否在|是不是在|有没有在|是否属于|属于|是否被?列入|属不属于)"),
}
"""Words of a question whether goods are on a list."""
_DESCRIBED = re.compile(
    r"(?:(?<!\w)[^\W\d_][\w-]* )?"
    r"(?:\b(?:goods|products|items|güter[ns]?|waren|товар[а-я]*)|商品|物项|产品) ?[(（]\s*$",
    re.IGNORECASE,
)
_ANY_GOODS = re.compile(r"\b(?:goods|products|merchandise|commodities)\b", re.IGNORECASE)


# Words in front of goods that leave some of them out: "used cars", "all cars".


@cache
def qualifying(language: str) -> tuple[re.Pattern[str], ...]:
    """Return patterns of words in front of goods, by what stands before them."""
    if language != "en":
        pattern = _forms(language)["qualifier"].pattern
        return (re.compile(f"(?P<words>{pattern})(?= ?▮)", re.IGNORECASE),)
    verbs, nominal = _EN_VERBS, _EN_BEFORE
    found = []
    for before, stops in (
        (
            rf"^(?:(?:which|what) )?|[,:(] ?|(?:['’]s?|▯|\b(?:{nominal})) ",
            rf"{nominal}|{_EN_STOPS}",
        ),
        (rf"\b(?:{verbs}) ", rf"{nominal}|{_EN_STOPS}"),
        # "US used car imports"; "the US used cars" has a verb.
        (rf"▪ (?=[^▮]*▮[▮ ]*{_EN_FLOWS})", rf"{nominal}|{_EN_STOPS}"),
    ):
        word = rf"(?:(?!(?:{stops})(?![\w-]))[a-z][\w-]*|▯+)"
        text = rf"(?P<before>{before})(?P<words>{word}(?: {word}){{0,3}}) (?=▮)"
        found.append(re.compile(text, re.IGNORECASE))
    # "The cars sold in Russia" need not be imports, "sold to Russia" they are.
    behind = r"(?P<before>▮ )(?P<words>(?:sold|used|needed)(?= in (?:the )?▪)|used(?= by))"
    return (*found, re.compile(behind, re.IGNORECASE))


def counts_all(word: str, match: re.Match[str], shown: str, language: str) -> bool:
    """Whether a word in front of goods leaves all of them to be counted."""
    if language != "en":
        return False
    before = match["before"].lower().strip()
    if word.lower() == "most":  # "sold the most cars", and not "the import of most cars"
        return before == "the" or bool(re.fullmatch(_EN_VERBS, before))
    of_flow = re.match(rf"[▮ ]*{_EN_FLOWS}", shown[match.end() :], re.IGNORECASE)
    allowed = rf"{_EN_ALL}|{_EN_ALL_FLOWS}" if of_flow else _EN_ALL
    return bool(re.fullmatch(allowed, word, re.IGNORECASE))


_EN_BEFORE = (
    "of|in|for|on|with|by|from|to|into|than|its|their|our|the|an?|any|some|th[eo]se|this|many|much"
    "|more|less|fewer"
)
_EN_STOPS = (
    "list|show|name|give|tell|rank|me|us|that|which|what|who|whom|whose|where|when|how|and|or|is|are|was|were|did|do|does|has|have|had"
    "|selling|supplying|buying|importing|exporting|shipping|purchasing|sourcing|delivering|providing"
    "|bans|halt(?:s|ed)|stop(?:s|ped)|block(?:s|ed)|restricts|suspend(?:s|ed)|limits|curbs|end(?:s|ed)"
    "|ceases?d?|withholds|withheld"
    "|could|would|should|might|may|can|will|must|been?|countr(?:y|ies)|states?|nations?|suppliers?|buyers?|customers?"
)
_EN_VERBS = (
    "import(?:s|ed|ing)?|export(?:s|ed|ing)?|buy(?:s|ing)?|bought|purchas(?:e|ed|es|ing)|s(?:ells?|old|elling)"
    "|gets?|got|obtain(?:s|ed)?|receive[ds]?|suppl(?:y|ies|ied)|deliver(?:s|ed)?|ship(?:s|ped)?"
    "|s(?:ends?|ent)|provide[ds]?|source[ds]?|spen[dt]s?|uses?|needs?"
)
_EN_FLOWS = (
    r"(?:imports?|exports?|purchases|trade|suppl(?:y|ies)|shipments|deliveries|sales|suppliers?"
    r"|sources?|exporters?|sellers?|buyers?|customers?|needs|demand|bill|market)\b"
)
_EN_ALL = (
    "hs|codes?|all|total|overall|imported|exported|bought|purchased|sourced|acquired|procured|obtained"
    "|import|export|buy|purchase|sell|get|source|obtain|supply|deliver|ship|send"
)
"""Words in front of goods that leave out none of them."""
_EN_ALL_FLOWS = (
    "entire|whole|full|foreign|own|annual|yearly|official|reported|recorded|combined|large|largest"
    "|big|biggest|main|number|one|top|leading|most|important|key|principal|chief"
)
"""Words that do so in front of imports and exports alone."""


# Industries that buy inputs: "the German car industry", "electronics makers".

_LANGUAGES = ("en", "ru", "de", "zh")
_FORMS = {
    "en": (
        r"(?<![\w-])(?:{x})[ -]?(?:industry|industries|sector|makers?|manufacturers?|producers?"
        r"|companies|firms|manufacturing)(?!\w)"
    ),
    "ru": (
        r"(?<!\w)(?:{x})(?:[а-я]* (?:промышленност|отрасл|индустри|компани|производител)[а-я]+"
        r"|пром[а-я]*(?!\w))"
    ),
    "de": (
        r"(?<!\w)(?:{x})(?:-?industrie|-?branche|-?sektors?|-?hersteller[ns]?|-?unternehmen"
        r"|-?firmen|industrie)(?!\w)"
    ),
    "zh": r"(?:{x})(?:行业|产业|工业|制造业|制造商|企业|厂商|业)",
}
_PRODUCTION = {
    "en": r"(?<![\w-])(?:{x})[ -]?(?:production|making|building|assembly)(?!\w)",
    "ru": r"(?<!\w)(?:{x})[а-я]* производств[а-я]*",
    "de": r"(?<!\w)(?:{x})-?(?:produktion|fertigung|herstellung|bau|montage)s?(?!\w)",
    "zh": r"(?:{x})(?:的)?(?:生产|制造|装配)",
}
"""Names of industries by what they do, where a question is about their inputs."""
_INPUTS = {
    "en": (
        r"(?<!\w)(?:imported |foreign )?(?:intermediate )?(?:inputs?|intermediates)"
        r"(?: goods)?(?!\w)"
    ),
    "ru": (
        r"(?<!\w)(?:импортн[а-я]+ )?"
        r"(?:комплектующ[а-я]+|промежуточн[а-я]+ (?:товар|продукц)[а-я]+)"
    ),
    "de": (
        r"(?<!\w)(?:importierte[nr]? )?(?:Vorleistung(?:en|s)?(?:güter[n]?)?|Vorprodukte?n?"
        r"|Zwischenprodukte?n?)(?!\w)"
    ),
    "zh": "(?:进口)?的?(?:中间)?(?:投入品|投入|中间品|中间产品)",
}
_COMPONENTS = {
    "en": r"(?<!\w)(?:components?|parts|supplies|materials)(?!\w)",
    "ru": r"(?<!\w)(?:деталей|детали|компонент[а-я]*|запчаст[а-я]+|сырь[а-я]+)",
    "de": r"(?<!\w)(?:Komponenten|(?:Bau|Zuliefer)?teilen?|Zulieferungen|Materialien)(?!\w)",
    "zh": "零部件|部件|零件|原料|原材料",
}
"""What an industry buys, in other words; without one they may be any goods."""


@cache
def _industries(language: str, *, makes: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table(Path(__file__).with_name("industries.csv"), ("sector", *_LANGUAGES))
    form = f"{_FORMS[language]}|{_PRODUCTION[language]}" if makes else _FORMS[language]
    return tuple(
        (row["sector"], re.compile(form.replace("{x}", row[language]), re.IGNORECASE))
        for row in rows
        if row[language]
    )


def industries_in(text: str, language: str) -> list[tuple[str, int, int]]:
    """Return the industries that a text names: sector, start, end.

    Examples
    --------
    >>> industries_in("the German car industry", "en")
    [('C29', 11, 23)]
    """
    return [
        (sector, *match.span())
        for sector, pattern in _industries(language, makes=bool(inputs_in(text, language)))
        for match in pattern.finditer(text)
    ]


@cache
def _made(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table(Path(__file__).with_name("industries.csv"), ("sector", *_LANGUAGES))
    form = r"(?<!\w)(?:{x}) inputs?(?!\w)" if language == "en" else "(?:{x})投入品?"
    return tuple(
        (row["sector"], re.compile(form.replace("{x}", row[language]), re.IGNORECASE))
        for row in rows
        if language in ("en", "zh") and row[language]
    )


def inputs_made_by(text: str, language: str) -> list[tuple[str, int, int]]:
    """Return inputs that are named by the industry that makes them: "electronics inputs"."""
    return [
        (sector, *match.span())
        for sector, pattern in _made(language)
        for match in pattern.finditer(text)
    ]


def inputs_in(text: str, language: str, *, of_industry: bool = False) -> list[tuple[int, int]]:
    """Return where a text names inputs of industries; components are some where one is named."""
    words = f"{_INPUTS[language]}|{_COMPONENTS[language]}" if of_industry else _INPUTS[language]
    return [match.span() for match in re.finditer(words, text, re.IGNORECASE)]


# Whether a question asks what part of a trade goods are: of imports from China, magnets.

GOODS, AREA, NAME = "▮▯▪"
"""What stands for each sign of goods, of the adjective of an area, and of its name."""

# In front of goods: articles, times (¦) and spaces; no country, of whose goods it would be a share.
_EN = r"(?:the |all |¦+ |in )*"
_DE = r"(?:die |der |den |das |dem |des |auf |von |an |in |im |jahr |¦+,? )*"
_RU = r"(?:в |во |году |года |г\. |¦+,? )*"
_EN_FLOW = r"(?:imports?|exports?|trade|purchases|shipments|sales|deliveries)\b"
_EN_WHOLE = rf"(?:in|of|for|to|among) (?:the |all )?(?:total )?[▯▪][▯▪'’s ]*(?:[a-z]+ )?{_EN_FLOW}"
_DE_FLOW = r"(?:importe?n?|einfuhren?|exporte?n?|ausfuhren?|lieferungen|käufen?|handels?)\b"
_PATTERNS = {
    "en": (
        rf"{_EN_FLOW}[^▮?]*?\b(?:is|are|was|were|be|been|consist(?:s|ed)? of) {_EN}(?P<goods>▮)",
        (
            rf"{_EN_FLOW}[^▮?]*?\b(?:do|does|did|is|are|was|were) {_EN}(?P<goods>▮)[▮ ]*"
            r"(?:account|make|made|represent|constitute|form|have|had)"
        ),
        (
            r"(?:share|proportion|percentage|part|fraction|weight) (?:of|do|does|did) "
            rf"{_EN}(?P<goods>▮)[▮ ]*(?:(?:have|had|play|make) (?:up )?)?(?:¦+ )?{_EN_WHOLE}"
        ),
        (
            r"(?:^|[^▯▪’'s] ?)(?P<goods>▮)[▮ ]*(?:['’]s?)? (?:share|proportion|percentage|weight) "
            rf"{_EN_WHOLE}"
        ),
        rf"important (?:is|are|was|were) {_EN}(?P<goods>▮)[▮ ]*{_EN_WHOLE}",
    ),
    "de": (
        rf"{_DE_FLOW}[^▮?]*?\b(?:ist|sind|war(?:en)?|best(?:eh|and)[ent]* aus) {_DE}(?P<goods>▮)",
        rf"\b(?:entfiel(?:en)?|entfällt|entfallen|mach(?:t|te|en|ten)) {_DE}(?P<goods>▮)",
        (
            r"anteile?s? (?:(?:hat|haben|hatte|hatten|von|der|des|die|an) )*(?:¦+ )?"
            rf"(?P<goods>▮)[▮ ]*(?:¦+ )?(?:an|in|am|im) [^▮?]*?{_DE_FLOW}"
        ),
    ),
    "ru": (
        rf"(?:состав[а-я]+|занима[а-я]+|занял[аио]?) {_RU}(?P<goods>▮)",
        rf"(?:приш[её]?л[а-я]*|прихо[а-я]+) {_RU}на (?P<goods>▮)",
        (
            r"(?:дол[яюией]+|част[ьи]|процент[а-я]*|вес[а-я]*) (?P<goods>▮)[▮ ]*(?:¦+ )?"
            r"(?:в|во|от) (?:общем |всём |всем )?(?:[▯▪]+ )?"
            r"(?:импорт|экспорт|ввоз|вывоз|торговл|закуп|постав)"
        ),
    ),
    "zh": (
        (
            r"(?:进口|出口|贸易)(?:总?额|总值|商品|货物)?(?:中|里|里面|当中)的?，?(?P<goods>▮)▮*"
            r"(?:所|的)?(?:占|份额|比重|比例)"
        ),
        r"(?P<goods>▮)▮*[在占]了?[▯▪¦年对从向的]*(?:进口|出口|贸易)(?:总?额|总值)?[中里的]",
    ),
}
_COMPILED = {
    language: tuple(re.compile(one, re.IGNORECASE) for one in patterns)
    for language, patterns in _PATTERNS.items()
}


def asks_share_of_goods(shown: str, language: str) -> bool:
    """Whether all goods of a question stand where the part of a trade is named.

    Parameters
    ----------
    shown
        The question with `GOODS`, `AREA` and `NAME` for what it names, and ¦ for times.

    Examples
    --------
    >>> asks_share_of_goods("What share of ▪▪'s imports from ▪▪ were ▮▮ in ¦¦?", "en")
    True
    >>> asks_share_of_goods("What share of ▪▪'s ▮▮ imports were ▯▯ in ¦¦?", "en")
    False
    """
    named = {match.start() for match in re.finditer(rf"{GOODS}(?: ?{GOODS})*", shown)}
    parts = {match.start("goods") for one in _COMPILED[language] for match in one.finditer(shown)}
    return bool(named) and named <= parts
