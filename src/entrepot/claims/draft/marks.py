"""What a sentence names: areas with their part in it, flows, goods, and words that steer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.claims.draft.areas import PREPOSITIONS, areas_in
from entrepot.claims.draft.lexicon import cue_words, goods_words
from entrepot.claims.draft.mark import Mark, longest

__all__ = ["Marks", "marks"]


@dataclass(frozen=True)
class Marks:
    """The marks of a sentence, by kind, each in the order of the sentence."""

    areas: tuple[Mark, ...]
    flows: tuple[Mark, ...]
    goods: tuple[Mark, ...]
    cues: tuple[Mark, ...]

    def of(self, *kinds: str) -> list[Mark]:
        """Return the cues of some kinds."""
        return [cue for cue in self.cues if cue.kind in kinds]


def marks(text: str, language: str) -> Marks:
    """Return the marks of a sentence; what was masked in it with spaces has none."""
    cues = _cues(text, language)
    flows = _flows(text, language, cues)
    goods = _goods(text, language)
    areas = areas_in(text, language, flows, goods)
    kept = tuple(cue for cue in cues if cue.kind != "flow")
    return Marks(tuple(areas), tuple(flows), tuple(goods), kept)


def _cues(text: str, language: str) -> list[Mark]:
    found = [
        Mark(kind, value, "", match.start(), match.end())
        for (kind, value), pattern in cue_words(language).items()
        if kind not in (*PREPOSITIONS, "and")
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _flows(text: str, language: str, cues: list[Mark]) -> list[Mark]:
    """Return the flows; a balance is the longer word where both are read ("trade surplus")."""
    found = [cue for cue in cues if cue.kind == "flow"]
    if language == "de":
        found += _joined_flows(text)
    # "trade" in "trade ministry" and "出口管制" (export control) is no flow.
    found = [mark for mark in found if not _NO_FLOW[language].match(text, mark.end)]
    return longest(found)


def _joined_flows(text: str) -> list[Mark]:
    """Return German flows that end a longer word: Chipexporte, Gasimporte."""
    return [
        Mark("flow", flow, "", match.start(), match.end())
        for flow, pattern in _GERMAN_ENDS.items()
        for match in pattern.finditer(text)
    ]


_GERMAN_ENDS = {
    "export": re.compile(r"(?<=[a-zäöüß])(?:exporte?n?|ausfuhr(?:en)?)(?!\w)"),
    "import": re.compile(r"(?<=[a-zäöüß])(?:importe?n?|einfuhr(?:en)?)(?!\w)"),
    "supply": re.compile(r"(?<=[a-zäöüß])lieferung(?:en)?(?!\w)"),
}
_NO_FLOW = {
    "en": re.compile(r"[- ](?:controls?|ministry|minister|war|deal|agreement|licen[cs]e|ban|route"
                     r"|policy|data|representative|body|talks|chains?|show|fair|barriers?)"),
    "ru": re.compile(r" (?:политик|войн|соглашени|представител)"),
    "de": re.compile(r"(?:s?kontroll|sministerium|sabkommen|skrieg)|-Kontroll"),
    "zh": re.compile("管制|部|战|协定|协议|政策|商|伙伴"),
}  # fmt: skip


def _goods(text: str, language: str) -> list[Mark]:
    return longest(
        Mark("goods", entry.value, entry.form, match.start(), match.end(), entry.title)
        for entry in goods_words(language)
        for match in entry.pattern.finditer(text)
    )
