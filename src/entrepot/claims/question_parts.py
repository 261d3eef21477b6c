"""Whether a question asks what part of a trade goods are: of imports from China, magnets.

No measure has that share. Read as one of a country, it would be another number: which part of the
magnets came from China.
"""

from __future__ import annotations

import re

__all__ = ["AREA", "GOODS", "GROUP_OF_GOODS", "NAME", "asks_share_of_goods"]

GOODS, AREA, NAME = "▮▯▪"
"""What stands for each sign of goods, of the adjective of an area, and of its name."""
GROUP_OF_GOODS = re.compile(r"\b(?:goods|products|merchandise|commodities)\b", re.IGNORECASE)

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
