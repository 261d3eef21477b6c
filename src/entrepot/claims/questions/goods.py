"""Goods, industries and lists of a question, and the words that say which goods are counted."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.draft.codes import CODE, digits_of, is_code, is_like_year
from entrepot.claims.draft.sentences import Mark, longest
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_goods import shown_goods
from entrepot.claims.question_industries import industries_in, inputs_in, inputs_made_by
from entrepot.claims.question_measures import on_lists
from entrepot.claims.question_names import (
    MASK,
    are_joined,
    areas_in,
    blanked,
    goods_in,
    lists_called,
    near_goods,
)
from entrepot.claims.question_parts import AREA, GOODS, NAME
from entrepot.claims.question_qualifiers import counts_all, qualifying
from entrepot.claims.question_read import Unsaid

if TYPE_CHECKING:
    from entrepot.claims.questions.state import QuestionState

__all__ = [
    "all_goods",
    "codes_in",
    "goods_meant",
    "industry_of",
    "is_about_lists",
    "qualifiers_in",
    "signed",
    "take_described",
]


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
    # Германии is Germany, and no germanium.
    named = longest([*areas_in(masked, state.language), *goods_in(masked, state.language)])
    if several or not spans or any(one.kind == "goods" for one in named):
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


def _say_unknown(state: QuestionState, unknown: list[str], *, has_goods: bool) -> None:
    shown = ", ".join(f"“{word}”" for word in unknown[:5])
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


_NUMBERED = re.compile(
    r"\b(?:HS[- ]?)?(?:chapters?|headings?|kapitels?|positionen?|глав[аыуе]|групп[аыуеой]{1,2}"
    r"|позици[яиюей]+)(?: (?:ТН ВЭД|HS|номер|№|no\.?))? (?P<digits>\d{1,2}|\d{4}|\d{6})(?!\d)"
    r"|第(?P<zh>\d{1,2}|\d{4})(?:章|类|品目)",
    re.IGNORECASE,
)
"""Chapters and headings by their numbers."""
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
_IS_LISTED = {
    "en": re.compile(
        r"^(?:is|are|was|were|does|do|did|has|have)\b(?=.*(?:\b(?:on|in|part of|covered|under)\b"
        r"|\b(?:items?|goods|listed|sanctioned|controlled|banned|restricted|contain|include)\b))",
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
