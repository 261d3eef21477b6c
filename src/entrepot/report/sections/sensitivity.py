"""How far the headline share moves: every definition, sorted, with the choices behind it."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from entrepot.figures.definition import AS_ASKED
from entrepot.goods import goods_title
from entrepot.model.areas import area_name
from entrepot.model.display import NBSP, joined, number, range_text
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, origin_name, printed_row
from entrepot.report.bars import errors_of, scale_of
from entrepot.report.cards import percent_span
from entrepot.report.chart_data import Choice, Column, Curve, Dimension, Picture
from entrepot.report.definitions import command_for, moved_by
from entrepot.report.parts import Gap, Link, Note, Remark, Section, Sentence, Table

if TYPE_CHECKING:
    from entrepot.figures import Figure, Specification, Specifications
    from entrepot.report.bars import Scale
    from entrepot.report.brief_context import BriefContext, Subject

__all__ = ["option_words", "picture", "section"]


NAME, EYEBROW = "spread", "How far the number moves"
BASES = {
    "origin": "made in {}",
    "seller": "sold by companies of {}",
    "producer_hq": "made for companies of {}",
}


def section(book: BriefContext, subject: Subject, share: Figure) -> Section:
    """Return the specification curve of the headline share, or say why there is none."""
    found = share.specifications
    what = f"{subject.sellers} share of {subject.buyers} imports of {subject.goods_name}"
    if found is None or len(found.items) < 2:
        why = "one definition is held" if share.status == "ok" else "no value is held"
        why += ", so nothing can be set beside it"
        gap = Gap(f"{what} under other definitions", why, command_for(share.definition))
        return Section(NAME, EYEBROW, Remark("Other definitions are not held"), gap=gap)
    items, dimensions = _sorted(found)
    title = _title(share, len(items))
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=f"{what}, {share.definition.period}, per cent. Each column is one definition; the "
        "dots below say which.",
        picture=picture(share, found),
        table=_table(what, items, dimensions),
        notes=_notes(book, subject, share),
        source=_source(book, subject, share),
    )


def picture(share: Figure, found: Specifications) -> Picture:
    """Return the specifications of a share, or of any other number, as a picture."""
    items, dimensions = _sorted(found)
    headline = _headline(items, share)
    scale = scale_of(share.unit, max(abs(item.value) for item in items))
    curve = Curve(
        columns=tuple(_column(item, dimensions, item is headline, scale) for item in items),
        dimensions=tuple(
            Dimension(
                DIMENSIONS.get(name, phrasing.capital(name)),
                tuple(_choice(name, o, items, scale) for o in options),
            )
            for name, options in dimensions.items()
        ),
        unit=scale.word,
    )
    title = _title(share, len(items)).text
    return Picture(curve, _spoken(title, items, scale), _key(curve, share))


def _sorted(found: Specifications) -> tuple[list[Specification], dict[str, list[str]]]:
    """Return the specifications by value, and what they differ in."""
    items = sorted(found.items, key=lambda item: (item.value, sorted(item.choices.items())))
    return items, _dimensions(items)


def _dimensions(items: list[Specification]) -> dict[str, list[str]]:
    """Return the choices that differ, each with its options in the order of their medians."""
    found: dict[str, list[str]] = {}
    for name in DIMENSIONS | dict.fromkeys(key for item in items for key in item.choices):
        options = dict.fromkeys(item.choices.get(name, "") for item in items)
        if len(options) > 1:
            found[name] = sorted(options, key=lambda option: (_median(name, option, items), option))
    if "origin" in found and "source" in found:
        del found["source"]  # whose number it is says already whether it was printed
    return found


def _median(name: str, option: str, items: list[Specification]) -> float:
    return statistics.median(i.value for i in items if i.choices.get(name, "") == option)


def _choice(name: str, option: str, items: list[Specification], scale: Scale) -> Choice:
    return Choice(option_words(name, option), scale.of(_median(name, option, items)))


def _column(
    item: Specification, dimensions: dict[str, list[str]], headline: bool, scale: Scale
) -> Column:
    picks = tuple(options.index(item.choices.get(name, "")) for name, options in dimensions.items())
    printed = item.choices.get("source") == "published"
    value = scale.of(item.value)
    said = "; ".join(option_words(name, item.choices.get(name, "")) for name in dimensions)
    text = number(value)
    return Column(
        value=value,
        text=text.removesuffix(".0") if printed else text,
        picks=picks,
        printed=printed,
        headline=headline,
        title=f"{text}{NBSP}{scale.word}: {said}",
    )


def _headline(items: list[Specification], share: Figure) -> Specification:
    """Return the definition that the headline has: its value and source, the plainest goods.

    A curve adds the same amounts up in another order, so that the last digits may differ.
    """
    source, value = share.evidence[0].source, share.required()
    fitting = [
        item
        for item in items
        if math.isclose(item.value, value, rel_tol=1e-9)
        and item.choices.get("source", source) == source
    ]
    if not fitting:
        return min(items, key=lambda item: abs(item.value - value))
    return min(fitting, key=lambda item: len(item.choices.get("goods", "")))


def _title(share: Figure, count: int) -> Sentence:
    name = phrasing.capital(phrasing.count_word(count, "definition"))
    what = "share" if share.unit == "share" else "number"
    if share.low is None or share.high is None:  # they agree
        return Sentence(
            f"{name} of one {what} all give {NBSP.join(phrasing.shown(share))}", (share,)
        )
    ends, beyond = _ends(share)
    given = percent_span(*ends) if share.unit == "share" else range_text(*ends, share.unit)
    text = f"{name} of one {what} give {given}{beyond}"
    return Sentence(text, (share,))


def _ends(share: Figure) -> tuple[tuple[float, float], str]:
    """Return the ends of the definitions, and in words what errors of reports leave open."""
    errors = errors_of(share)
    values = [item.value for item in share.specifications.items] if share.specifications else []
    if errors is None or not values:
        return (share.low or 0.0, share.high or 0.0), ""
    said = f"; the errors of the reports leave open {percent_span(*errors)}"
    return (min(values), max(values)), said


def _spoken(title: str, items: list[Specification], scale: Scale) -> str:
    values = ", ".join(scale.text(item.value) for item in items)
    unit = "per cent" if scale.word == "%" else scale.word
    return f"{title}. Specification curve, values sorted, {unit}: {values}."


def _key(curve: Curve, share: Figure) -> tuple[tuple[str, str], ...]:
    found = []
    if any(not column.printed for column in curve.columns):
        found.append(("dot", "computed"))
    if any(column.printed and not column.headline for column in curve.columns):
        found.append(("ring", "in print"))
    kind = "computed" if is_computed(share) else "in print"
    found.append(("dot-large" if is_computed(share) else "ring-supplier", f"headline, {kind}"))
    return tuple(found)


def _table(what: str, items: list[Specification], dimensions: dict[str, list[str]]) -> Table:
    known = "source" in dimensions  # then its column is there already
    rows = tuple(
        (
            number(item.value * 100),
            *(option_words(name, item.choices.get(name, "")) for name in dimensions),
            *([] if known else [option_words("source", item.choices.get("source", ""))]),
        )
        for item in items
    )
    return Table(
        caption=f"{what}, per cent, every definition held",
        head=(
            "Share",
            *(DIMENSIONS.get(name, phrasing.capital(name)) for name in dimensions),
            *([] if known else ["How known"]),
        ),
        numeric=(True, *(False for _ in dimensions), *([] if known else [False])),
        units=("per cent", *("" for _ in dimensions), *([] if known else [""])),
        rows=rows,
        name=f"All {phrasing.count_word(len(items), 'definition')}",
    )


def _notes(book: BriefContext, subject: Subject, share: Figure) -> tuple[Note, ...]:
    notes = []
    most = moved_by(share)
    if most:
        text = f"The choice that explains most of the differences is {most}."
        notes.append(
            Note("What moves it most", (Sentence(text, (share,), ("denominator-system",)),))
        )
    notes.append(Note("Half or more", (Sentence(f"{phrasing.half(share)}.", (share,)),)))
    others = []
    for basis, verb in BASES.items():
        keys = {"importer": subject.importer, "exporter": subject.supplier, "goods": subject.goods}
        figure = book.ask(
            "import_share", period=subject.period, basis=basis, source="published", **keys
        )
        if figure.status == "ok" and _says_basis(figure, basis):
            who = origin_name(figure.evidence[0].origin)
            text = (
                f"{phrasing.about(figure)} of the goods were {verb.format(subject.seller)} ({who})"
            )
            others.append(Sentence(f"{phrasing.capital(text)}.", (figure,)))
    if others:
        notes.append(Note("Counted another way", tuple(others)))
    return tuple(notes)


def _says_basis(figure: Figure, basis: str) -> bool:
    row = printed_row(figure)
    return row is not None and row.basis == basis


def _source(book: BriefContext, subject: Subject, share: Figure) -> tuple[str | Link, ...]:
    """Name the pages behind the printed definitions, and say how the computed ones came about."""
    rows = {
        row.origin: row
        for row in book.printed("import_share", subject.importer, subject.supplier, subject.goods)
        if row.period == share.definition.period and row.basis in ("", share.definition.basis)
    }
    found: list[str | Link] = []
    for row in rows.values():
        found += ["; " if found else "In print: ", Link(origin_name(row.origin), row.url)]
    found += [". "] if rows else []
    items = share.specifications.items if share.specifications else ()
    if any(item.choices.get("source") != "published" for item in items):
        found.append("Computed: rows of the source over a total that it or somebody else counted.")
    return tuple(found)


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
    "upper": "all of every family touched",
    "lower": "families listed whole, no others",
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
