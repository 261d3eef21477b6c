"""How far the headline share moves: every definition, sorted, with the choices behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.citation import data_set
from entrepot.figures.definition import command_for
from entrepot.model.display import joined, per_cent
from entrepot.report import phrasing
from entrepot.report.attribution import printed_row
from entrepot.report.charts import BriefTable
from entrepot.report.charts.curve import (
    DIMENSIONS,
    by_value,
    curve_picture,
    definitions_title,
    option_words,
)
from entrepot.report.definitions import moved_by
from entrepot.report.parts import BriefSentence, DataGap, Note, PageLink, Remark, Section
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from entrepot.figures import Figure, Specification
    from entrepot.report.brief_context import BriefContext, Subject

NAME, EYEBROW = "spread", "Sensitivity to definitions"
BASES = {
    "origin": "made in {}",
    "seller": "sold by companies of {}",
    "producer_hq": "made for companies of {}",
}


def section(context: BriefContext, subject: Subject, share: Figure) -> Section:
    """Return the specification curve of the headline share, or say why there is none."""
    found = share.specifications
    what = f"{subject.sellers} share of {subject.buyers} imports of {subject.goods_name}"
    if found is None or len(found.items) < 2:
        why = (
            "only one definition is available" if share.status == "ok" else "no value is available"
        )
        why += ", so there is nothing to compare it with"
        gap = DataGap(
            f"{what} under other definitions", why, command_for(share.definition, share.chosen)
        )
        return Section(NAME, EYEBROW, Remark("No other definitions are available"), gap=gap)
    items, dimensions = by_value(found)
    title = definitions_title(share, len(items))
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=f"{what}, {share.definition.period}, per cent. Each column is one definition; the "
        "dots below show its choices.",
        picture=curve_picture(share, found),
        table=_table(what, items, dimensions),
        notes=_notes(context, subject, share),
        source=_source(context, subject, share),
    )


def _table(what: str, items: list[Specification], dimensions: dict[str, list[str]]) -> BriefTable:
    known = "source" in dimensions  # then its column is there already
    rows = tuple(
        (
            per_cent(item.value * 100),
            *(option_words(name, item.choices.get(name, "")) for name in dimensions),
            *([] if known else [option_words("source", item.choices.get("source", ""))]),
        )
        for item in items
    )
    return BriefTable(
        caption=f"{what}, per cent, every available definition",
        head=(
            "Share",
            *(DIMENSIONS.get(name, phrasing.capital(name)) for name in dimensions),
            *([] if known else ["Source"]),
        ),
        numeric=(True, *(False for _ in dimensions), *([] if known else [False])),
        units=("per cent", *("" for _ in dimensions), *([] if known else [""])),
        rows=rows,
        name=f"All {phrasing.count_word(len(items), 'definition')}",
    )


def _notes(context: BriefContext, subject: Subject, share: Figure) -> tuple[Note, ...]:
    notes = []
    most = moved_by(share)
    if most:
        text = f"The share depends most on {most}."
        notes.append(
            Note(
                "Most influential choice", (BriefSentence(text, (share,), ("denominator-system",)),)
            )
        )
    notes.append(Note("Half or more", (BriefSentence(f"{phrasing.half(share)}.", (share,)),)))
    others = []
    for basis, verb in BASES.items():
        keys = {"importer": subject.importer, "exporter": subject.supplier, "goods": subject.goods}
        figure = context.ask(
            "import_share", period=subject.period, basis=basis, source="published", **keys
        )
        # An answer may come from rows of another basis,
        # with a caveat: such a one is not quoted here.
        if figure.status == "ok" and _says_basis(figure, basis):
            who = origin_name(figure.evidence[0].origin)
            text = (
                f"{phrasing.about(figure)} of the goods were {verb.format(subject.seller)} ({who})"
            )
            others.append(BriefSentence(f"{phrasing.capital(text)}.", (figure,)))
    if others:
        notes.append(Note("On other bases", tuple(others)))
    return tuple(notes)


def _says_basis(figure: Figure, basis: str) -> bool:
    row = printed_row(figure)
    return row is not None and row.basis == basis


def _source(context: BriefContext, subject: Subject, share: Figure) -> tuple[str | PageLink, ...]:
    """Name the pages behind the printed definitions, and say how the computed ones came about."""
    rows = {
        row.origin: row
        for row in context.printed(
            "import_share", subject.importer, subject.supplier, subject.goods
        )
        if row.period == share.definition.period and row.basis in ("", share.definition.basis)
    }
    found: list[str | PageLink] = []
    for row in rows.values():
        found += ["; " if found else "Published: ", PageLink(origin_name(row.origin), row.url)]
    found += [". "] if rows else []
    items = share.specifications.items if share.specifications else ()
    ids = {item.choices.get("source", "") for item in items} - {"published", "computed", ""}
    ids |= {item.source for item in share.evidence if not item.origin}
    if ids:
        titles = {item.source: item.title for item in share.evidence}
        names = joined([data_set(one, title=titles.get(one, "")) for one in sorted(ids)])
        found.append(f"Computed: {names}, divided by the source’s own or another total.")
    elif any(item.choices.get("source") != "published" for item in items):
        found.append("Computed: rows of a source, divided by another reporter’s total.")
    return tuple(found)
