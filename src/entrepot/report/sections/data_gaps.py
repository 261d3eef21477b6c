"""What is not known: gaps that follow from Figures without a value, lists, and claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures import flow_sources, links_loaded
from entrepot.figures.citation import source_name
from entrepot.figures.definition import command_for
from entrepot.goods import goods_selection
from entrepot.model.areas import area_name, possessive, stopped_in
from entrepot.model.display import joined
from entrepot.report import phrasing
from entrepot.report.breaks import break_of
from entrepot.report.definitions import ADD_DATA, name_of
from entrepot.report.missing_value import MissingValue, missing_value, of_register
from entrepot.report.parts import DataGap, Remark, Section
from entrepot.sources import is_own, split_address

if TYPE_CHECKING:
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.cards import Headline

NAME, EYEBROW = "gaps", "Data gaps"
BASES = {
    "origin": "Share by country of origin",
    "producer_hq": "Share by country of the producer’s headquarters",
}


def section(
    context: BriefContext,
    subject: Subject,
    found: Headline,
    not_enough_evidence: tuple[DataGap, ...] = (),
) -> Section:
    """Return what would narrow the ranges; claims that cannot be tested come last."""
    gaps = [
        *_figures(context, subject, found),
        *_total(context, subject, found),
        *_reporter(subject, found),
        *_codes(context, subject),
        *_bases(context, subject),
        *not_enough_evidence,
    ]
    count = phrasing.count_word(len(gaps), "addition")
    title = f"{phrasing.capital(count)} would narrow the ranges" if gaps else "No gap was found"
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Remark(title),
        deck="Missing data are listed, never imputed.",
        gaps=tuple(gaps),
    )


def _figures(context: BriefContext, subject: Subject, found: Headline) -> list[DataGap]:
    """Return the headline Figures that have no value, those of one reason together."""
    reasons: dict[MissingValue, list[str]] = {}
    for figure in found:
        if figure.status != "ok":
            reasons.setdefault(missing_value(context, figure), []).append(name_of(subject, figure))
    return [
        DataGap(name, f"{lacks.why}.", lacks.command)
        for lacks, names in reasons.items()
        for name in names
    ]


def _total(context: BriefContext, subject: Subject, found: Headline) -> list[DataGap]:
    """Say that no total of the goods is held, unless the lake has given one to a share.

    Where trade is held and there is no share all the same, the missing Figure says why.
    """
    loaded_sources = flow_sources(context.lake)
    is_known = found.share.status == "ok"
    # By what Figures have used, and not by what the lake might have: this costs no query.
    if _totalled(context, subject, subject.goods) & {*loaded_sources} or (
        loaded_sources and not is_known
    ):
        return []
    with_total = sorted(_totalled(context, subject, "all") & {*loaded_sources})
    others = [source for source in loaded_sources if source not in with_total]
    flows = [one for one in context.lake.holdings() if one.table == "flows" and one.counts]
    if flows and all(one.is_partial for one in flows):
        state = (
            f"Only an extract of {joined(_names(loaded_sources))} is loaded; a total needs "
            "the complete data"
        )
    elif not loaded_sources:
        state = "No data are loaded"
    elif not others:
        state = "The loaded data have no trade by product"
    else:
        state = f"No total of these goods in {joined(_names(others))}"
    if with_total:
        state += f", but {joined(_names(with_total))} has one over all goods"
    use = "uses" if is_known else "would use"
    return [
        DataGap(
            phrasing.capital(f"{subject.buyers} imports from everyone, by product"),
            f"{state}, so a share {use} totals published by others.",
            ADD_DATA,
        )
    ]


def _names(loaded_sources: list[str]) -> list[str]:
    """Return names of sources; several tables of the user's own are counted."""
    own = [source for source in loaded_sources if is_own(source)]
    names = [source_name(source) for source in loaded_sources if source not in own]
    return [*names, *(own if len(own) < 2 else [f"{len(own)} tables of your own"])]


def _totalled(context: BriefContext, subject: Subject, goods: str) -> set[str]:
    """Return the sources that gave a total of imports to some share on the page."""
    return {
        split_address(item.source)[0]
        for figure in context.figures
        if figure.definition.measure == "import_share"
        and figure.definition.importer == subject.importer
        and figure.definition.goods == goods
        for item in figure.evidence
    }


def _reporter(subject: Subject, found: Headline) -> list[DataGap]:
    """Say whose reports ended, unless the headline is of the other side's reports alone."""
    year = subject.period.year
    answered = [figure for figure in found if figure.status == "ok"]
    known = all(item.reported_by for figure in answered for item in figure.evidence)
    if not break_of(
        subject.importer, subject.supplier, year - 5, year, answered, published=not known
    ):
        return []
    both = [*subject.importer.split("+"), *subject.supplier.split("+")]
    return [
        DataGap(
            f"{possessive(area_name(one.area))} own reports after {one.last}",
            "They are no longer published by partner and product, so they cannot be compared "
            "with the partners’ reports.",
        )
        for one in stopped_in(both, subject.period)
    ]


def _codes(context: BriefContext, subject: Subject) -> list[DataGap]:
    flows = [item for item in context.lake.holdings() if item.table == "flows"]
    editions = [name for item in flows for name in item.nomenclature.split("+")]
    edition = next((name for name in editions if name.startswith("HS")), "HS2017")
    if subject.listed is None:
        return []
    links = links_loaded(context.lake)
    try:
        missing = goods_selection(subject.goods, nomenclature=edition, links=links).missing
    except RequestError as error:
        what, why = f"The list in {edition}", f"{phrasing.capital(error.what)}."
        return [DataGap(what, why, "entrepot data get concordance")]
    if not missing:
        return []
    codes = ", ".join(code for code, _ in missing)
    what = phrasing.count_word(len(missing), "code")
    return [
        DataGap(
            f"{phrasing.capital(what)} of the list",
            f"{codes} cannot be converted to {edition} and are excluded.",
            f"entrepot goods show {subject.listed.id}",
        )
    ]


def _bases(context: BriefContext, subject: Subject) -> list[DataGap]:
    gaps = []
    for basis, what in BASES.items():
        figure = context.value(
            "import_share",
            importer=subject.importer,
            exporter=subject.supplier,
            goods=subject.goods,
            period=subject.period,
            basis=basis,
        )
        if figure.status != "ok":
            when = f" for {subject.period}" if subject.when else ""
            text = f"No share of {subject.goods_name} on this basis is available{when}."
            command = command_for(figure.definition, figure.chosen)
            if register := of_register(context, figure.definition):
                text, command = f"{register.why}.", register.command
            gaps.append(DataGap(what, text, command))
    return gaps
