"""What can be chosen otherwise in a question, within one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.editions import goods_in
from entrepot.figures.questions import of as question
from entrepot.figures.variants import AS_ASKED, CHINA
from entrepot.goods import Variant
from entrepot.goods.parse import has_list, parse

if TYPE_CHECKING:
    from entrepot.figures.cells import Goods
    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake

__all__ = ["GoodsChoice", "goods_choices", "territory_choices"]


@dataclass(frozen=True, slots=True)
class GoodsChoice:
    """Goods as one of the choices makes them: which part of the list, its day, how followed.

    `is_asked` says that they are the goods of the question as it was asked.
    """

    choices: tuple[tuple[str, str], ...]
    goods: Goods
    is_asked: bool = False

    @property
    def is_weighted(self) -> bool:
        """Whether a share of the value of some codes counts only."""
        return any(one.weights for one in self.goods)


def goods_choices(
    definition: Definition, editions: tuple[str, ...], lake: Lake
) -> tuple[list[GoodsChoice], list[tuple[str, str]]]:
    """Return the goods under every choice that changes them, and what was left out, with why.

    A list that is ranked by tiers is also taken down to each tier, where the measure allows it; a
    list without a day also as it stood at the end of the period; each is followed into the edition
    of the data in every way. Choices that select the same codes are one.
    """
    if not has_list(definition.goods):
        return [GoodsChoice((), goods_in(definition, editions, lake), is_asked=True)], []
    found: dict[object, GoodsChoice] = {}
    left: list[tuple[str, str]] = []
    for words, goods in _versions(definition):
        for way in dict.fromkeys((definition.concordance, *get_args(Variant))):
            choices = (*words, ("followed", way))
            try:
                selected = goods_in(definition.but(goods=goods), editions, lake, way)
            except (RequestError, NoEvidenceError) as error:
                left.append((", ".join(text for _, text in choices), error.what))
                continue
            codes = tuple((s.nomenclature, s.codes, s.prefixes, s.weights) for s in selected)
            if not any(one.codes or one.prefixes for one in selected):
                left.append((", ".join(text for _, text in choices), "no code is left"))
                continue
            is_asked = goods == definition.goods and way == definition.concordance
            found.setdefault(codes, GoodsChoice(choices, selected, is_asked))
    return list(found.values()), left


Words = tuple[tuple[str, str], ...]


def _versions(definition: Definition) -> list[tuple[Words, str]]:
    """Return which parts of the list, as of which day, and the words that say so."""
    parts = parse(definition.goods)
    tiers = [definition.goods]
    lists = {part.of.id: part.of for part in parts if part.of}
    if len(parts) == 1 and (of := parts[0].of) and ":" not in parts[0].key:
        ranks = list(dict.fromkeys(one.id.partition(".")[0] for one in of.parts))
        allowed = "tiers" in question(definition.measure).choices
        if allowed and len(ranks) > 1 and all(map(str.isdigit, ranks)):
            name, at, day = definition.goods.partition("@")
            tiers += [
                ",".join(f"{name}:{rank}{at}{day}" for rank in ranks[:count])
                for count in range(1, len(ranks))
            ]
    found: list[tuple[Words, str]] = [
        ((("goods", text), ("listed", "as known")), text) for text in tiers
    ]
    if not any(part.dated for part in parts) and len(lists) == len(parts):
        last = definition.period.end
        if all(of.begins <= last < of.known_until for of in lists.values()):
            found += [
                (
                    (("goods", text), ("listed", f"on {last}")),
                    ",".join(f"{one}@{last}" for one in text.split(",")),
                )
                for text in tiers
            ]
    return found


def territory_choices(definition: Definition) -> list[tuple[str, Definition]]:
    """Return the question with Hong Kong and Macao in or out, where China is on a side."""
    for side in ("exporter", "importer"):
        members = tuple(sorted(getattr(definition, side).split("+")))
        if members in CHINA:
            every = [members, *(one for one in CHINA if one != members)]
            return [("+".join(one), definition.but(**{side: "+".join(one)})) for one in every]
    return [(AS_ASKED, definition)]
