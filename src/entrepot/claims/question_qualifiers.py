"""Words in front of goods that leave some of them out: "used cars", "all cars"."""

from __future__ import annotations

import re
from functools import cache

from entrepot.claims.question_forms import forms as _forms

__all__ = ["counts_all", "qualifying"]


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
