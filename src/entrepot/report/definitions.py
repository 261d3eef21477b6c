"""Names of Figures and what they count, in a line each; and what would bring them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.definition import SIDES
from entrepot.figures.evidence import NOT_SAID
from entrepot.figures.figure import in_reverse
from entrepot.goods import goods_list, goods_title
from entrepot.goods.library import list_names
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.display import NBSP, figure_value
from entrepot.report import phrasing
from entrepot.report.attribution import printed_row, row_of, when_of

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject

ADD_DATA = "entrepot data add baci FILE"

_COUNTED = {
    "dispatch": "counted by country of dispatch",
    "origin": "counted by country of origin",
    "seller": "counted by country of the seller",
    "producer_hq": "counted by country of the producer’s headquarters",
    "": "the source does not say whether by country of dispatch or of origin",
}
# "China sold" would be wrong of goods that a German firm makes in China.
_VERBS = {"dispatch": "dispatched", "origin": "made", "seller": "sold", "": "supplied"}
# Each fits behind "depends most on". To a minister, who reads them, a reporter is a journalist.
_MOVERS = {
    "origin": "which publisher’s number is used",
    "goods": "which codes are counted",
    "followed": "how the list is converted to other editions of the customs codes",
    "listed": "the date of the list",
    "territory": "whether Hong Kong is counted",
    "source": "which data set is used",
    "report": "whose reports are used, the importer’s or the exporter’s",
    "partners": "whether areas that are not countries are counted",
    "quantity": "whether value or mass is counted",
    "window": "whether one year or an average is taken",
    "filter": "which prices are left out as extreme",
    "total": "which total it is divided by",
    "inputs": "whether services are counted",
    "buyers": "which sectors buy",
}


def name_of(subject: Subject, figure: Figure) -> str:
    """Return what, of what, when."""
    asked = figure.definition
    flow = f"from {subject.seller} to {subject.buyer}"
    match asked.measure:
        case "import_share" if asked.goods == "all":
            name = f"{subject.sellers} share of {subject.buyers} imports, all goods"
        case "import_share":
            name = f"{subject.sellers} share of {subject.buyers} imports of "
            name += goods_title(asked.goods)
        case "export_share" if asked.goods == "all":
            name = f"{subject.buyers} share of {subject.sellers} exports, all goods"
        case "export_share":
            name = f"{subject.buyers} share of {subject.sellers} exports of "
            name += goods_title(asked.goods)
        case "hhi":
            name = f"Concentration of {subject.buyers} suppliers of {goods_title(asked.goods)} "
            name += "(1 is one supplier)"
        case "value" | "growth":
            name = f"{part_name(asked.goods)} {flow}"
        case _:
            sides = (subject.buyer, subject.seller)
            first, second = reversed(sides) if in_reverse(figure) else sides
            name = f"Asymmetry of dependence, {first} on {second}"
    when = f"{asked.period} against {asked.base}" if asked.base else f"{asked.period}"
    if figure.status != "ok" and not subject.when:  # no year was asked for, and none has a value
        when = "change over a year" if asked.base else ""
    kinds = ("goods", "partners", "wording", "steps")
    scope = [figure.scope[one] for one in kinds if one in figure.scope]
    return ", ".join(filter(None, (phrasing.capital(name), *scope, when)))


def part_name(goods: str) -> str:
    """Return the short name of a part of a list ("machine tools"), else the name of the goods."""
    name, colon, tier = goods.partition(":")
    if colon and name in list_names():
        return goods_list(name).part_title(tier.partition("@")[0])
    return goods_title(goods)


def verb_of(figure: Figure) -> str:
    """Return the one verb that fits what the source counts; nobody saw a flow of zero."""
    if figure.value == 0:
        return "is recorded with"
    row = printed_row(figure)
    return _VERBS.get(_computed_basis(figure) if row is None else row.basis, "supplied")


def _computed_basis(figure: Figure) -> str:
    """Return whose goods most of the rows of trade count: some reporters name who made them.

    Empty where the source does not say it of most of them.
    """
    bases = [item.bases for item in figure.evidence if item.bases]
    # A blend of both reports counts a country of origin and a destination as one partner.
    is_blend = any(not item.bases and item.reported_by.get("both") for item in figure.evidence)
    if is_blend or any(one.get(NOT_SAID, 0.0) > 0.5 for one in bases):
        return ""
    # All sources, and most of the rows of each: "made" claims more than "dispatched".
    by_origin = bases and all(one.get("origin", 0.0) > 0.5 for one in bases)
    return "origin" if by_origin else "dispatch"


def counted(context: BriefContext, subject: Subject, figure: Figure) -> str:
    """Return one line: what is counted, and the choice that moves it most."""
    match figure.definition.measure:
        case "growth":
            parts = [_levels(context, figure)]
        case "asymmetry":
            parts = [_weights(subject, figure)]
        case _:
            parts = [_basis(figure)]
    most = moved_by(figure)
    if most:
        parts.append(f"most influential choice: {most}")
    text = "; ".join(part for part in parts if part)
    return f"{phrasing.capital(text)}."


def _basis(figure: Figure) -> str:
    row = printed_row(figure)
    if row is None:
        return f"{_COUNTED[_computed_basis(figure)]}{_valuation(figure)}"
    months = f", {when_of(row)}" if when_of(row) else ""
    return f"{_COUNTED[row.basis]}{months}"


def _valuation(figure: Figure) -> str:
    from entrepot.sources import source_info

    first = figure.evidence[0]
    if first.source in ("computed", "published"):
        row = row_of(first)
        found = row.valuation if row else ""
    else:
        found = source_info(first.source).valuation or ""
    return f", {found}" if found else ""


def _levels(context: BriefContext, figure: Figure) -> str:
    """Return both levels of a growth."""
    asked = figure.definition
    keys = {"importer": asked.importer, "exporter": asked.exporter, "goods": asked.goods}
    keys["source"] = asked.source or ""
    levels = [context.value("value", period=period, **keys) for period in asked.times]
    if any(level.value is None for level in levels):
        return f"in {asked.currency}, levels not available"
    return " to ".join(figure_value(one.value, one.unit) for one in (levels[0], levels[-1]))


def _weights(subject: Subject, figure: Figure) -> str:
    """Return what is divided by what, the larger share first."""
    rows = [row_of(item) for item in figure.evidence]
    # Both shares in print: their own digits are the arithmetic of the ratio.
    said = ["share", "share"]
    parts = _shares_divided(figure)
    if len(rows) == 2 and all(row is not None and row.unit == "share" for row in rows):
        said = [row.printed.replace(" ", NBSP) if row else "" for row in rows]
    elif parts:
        said = parts
    of = [f"{subject.buyers} imports", f"{subject.sellers} exports"]
    sides = [f"{share} of {whole}" for share, whole in zip(said, of, strict=True)]
    first, second = reversed(sides) if in_reverse(figure) else sides
    text = f"{first} over {'its ' if said[0] == 'share' else ''}{second}"
    return f"{text}{_whose_reports(figure)}" if said is parts else text


def weights_divided(figure: Figure) -> str:
    """Return which two shares an asymmetry divides, and whose reports both are from; or nothing.

    They are from the same rows, so one of them may differ from that share asked for alone.
    """
    parts = _shares_divided(figure)
    if not parts:
        return ""
    asked = figure.definition
    buyer, seller = (possessive(area_phrase(one)) for one in (asked.importer, asked.exporter))
    return (
        f"{parts[0]} of {buyer} imports over {parts[1]} of {seller} exports{_whose_reports(figure)}"
    )


def _shares_divided(figure: Figure) -> list[str]:
    """Return import and export share of a computed asymmetry."""
    if figure.definition.measure != "asymmetry":
        return []
    parts = [figure.details.get(name) for name in ("import_share", "export_share")]
    found = [figure_value(one, "share") for one in parts if isinstance(one, float)]
    return found if len(found) == 2 else []


def _whose_reports(figure: Figure) -> str:
    sides = {side for item in figure.evidence for side in item.reported_by}
    # Rows of both sides would not say which share is whose.
    side = sides.pop() if len(sides) == 1 else ""
    return f", both from {side}s’ reports" if side in SIDES else ""


def moved_by(figure: Figure) -> str:
    """Return the choice that moves a Figure most, in words; empty if none moves it visibly."""
    if not phrasing.span(figure):
        return ""
    found = figure.specifications.most_influential if figure.specifications else None
    return _MOVERS.get(found, found) if found else ""
