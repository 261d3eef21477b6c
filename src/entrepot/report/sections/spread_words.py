"""What the choices of a specification curve are called."""

from __future__ import annotations

from entrepot.figures.variants import AS_ASKED
from entrepot.goods import goods_title
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.report.origins import origin_name

__all__ = ["DIMENSIONS", "SOURCES", "option_words"]

DIMENSIONS = {
    "origin": "Whose number",
    "source": "How known",
    "goods": "Goods",
    "territory": "Territory",
    "total": "Divided by",
    "report": "Whose report",
    "quantity": "Counted in",
    "valuation": "Valued",
    "basis": "Whose goods",
    "window": "Time",
}
VARIANTS = {
    "same_code": "same code in both editions",
    "without_changed": "without codes that changed",
    "without_partial": "without codes listed in part",
    "all_in": "all of every family touched",
    "none_in": "families listed whole, no others",
    "weighted": "split by weights from trade",
    "": "all that can be followed",
}
FOLLOWED = VARIANTS | {"family": "families and clean successors"}
SOURCES = {"published": "in print", "computed": "computed, bundled", "baci": "computed, BACI"}
SOURCES |= {"minerals": "computed, BACI (30 codes)"}


def option_words(name: str, option: str) -> str:
    """Return an option in words."""
    match name:
        case "origin":
            names = {"": "rows of the lake", "BACI": "BACI over a printed total"}
            return names.get(option) or origin_name(option)
        case "source":
            return SOURCES.get(option, option)
        case "goods":
            return _goods(option)
        case "followed":
            return FOLLOWED.get(option, option)
        case "territory":
            if option in ("", AS_ASKED):
                return option or "not said"
            return " to ".join(area_name(side) for side in option.split(" to "))
    return option or "not said"


def _goods(option: str) -> str:
    """Return how a list is followed, and which part of it where it is one."""
    base, _, variant = option.partition(" (")
    followed = VARIANTS.get(variant.rstrip(")"), option)
    if ":" not in base:
        return followed
    name, *more = (part.partition(":") for part in base.split(","))
    if more and all(other[0] == name[0] for other in more):
        tiers = f"tiers {joined([one[2] for one in (name, *more)])}"
        base_name = f"{goods_title(name[0])}, {tiers}"
        return f"{base_name}, {followed}" if variant else base_name
    return f"{goods_title(base)}, {followed}" if variant else goods_title(base)
