"""Who buys: everybody who buys from the supplier, on a map, and which place the importer has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.questions.question import special
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import number
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of
from entrepot.report.missing_value import lacking
from entrepot.report.parts import Gap, Note, Remark, Section, Sentence, Table
from entrepot.report.standalone.world import of_buyers

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject

__all__ = ["section"]

NAME, EYEBROW = "buyers", "Who buys"
SHOWN = 10


def section(book: BriefContext, subject: Subject) -> Section:
    """Return who buys the goods from the supplier, or all goods where only those are known."""
    pair = {"importer": subject.importer, "exporter": subject.supplier}
    figure = book.of_goods_or_all("rank", subject, **pair)
    if not figure.table:
        what = f"{subject.sellers} buyers of {subject.goods_name}"
        lacks = lacking(book, figure)
        title = Remark(f"Who else buys from {subject.seller} is not known")
        return Section(NAME, EYEBROW, title, gap=Gap(what, lacks.why, lacks.command))
    drawn = of_buyers(figure)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Sentence(subject.headed(drawn.title, figure.definition.goods), (figure,)),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_table(figure),
        notes=_notes(figure, subject),
        source=(" ".join(drawn.foot),),
    )


def _bought(figure: Figure) -> dict[str, float]:
    """Return what each buyer bought, the largest first."""
    values = {str(row["importer"]): float(row["value"]) for row in figure.table}
    return {name: values[name] for name in sorted(values, key=lambda name: (-values[name], name))}


def outlets(figure: Figure) -> Sentence | None:
    """Say how many times as much the largest other buyer bought, or how far it is behind.

    Nothing is said where nobody else bought anything.
    """
    multiple = figure.details.get("multiple")
    if not isinstance(multiple, (int, float)) or multiple <= 0:
        return None
    asked = figure.definition
    buyer, seller = area_phrase(asked.importer), area_phrase(asked.exporter)
    apart = {*special(), *asked.members("importer")}
    others = [one for one in _bought(figure) if one not in apart]
    if not others:
        return None
    largest = area_phrase(others[0])
    goods = "" if asked.goods == "all" else f", of {goods_title(asked.goods)}"
    more, less, times = largest, buyer, float(multiple)
    if times < 1:
        more, less, times = buyer, largest, 1 / times
    size = "about as much"
    if number(times, 2) != "1":
        size = f"{phrasing.ratio_words(times)} as much"
    text = f"{more} bought {size} from {seller} as {less} in {asked.period}{goods}."
    return Sentence(phrasing.capital(text), (figure,))


def _notes(figure: Figure, subject: Subject) -> tuple[Note, ...]:
    notes = []
    if figure.definition.goods != subject.goods:
        what = f"Of {subject.goods_name} not all buyers are held, so these are those of all goods."
        notes.append(Note("What is shown", (Remark(what),)))
    if said := outlets(figure):
        notes.append(Note("Whom the seller could lose", (said,)))
    how = (
        f"The other side of the map of suppliers: the smaller {subject.buyer} is among those who "
        f"buy, the less {subject.seller} depends on it."
    )
    return (*notes, Note("How to read it", (Remark(how),)))


def _table(figure: Figure) -> Table:
    asked = figure.definition
    values = _bought(figure)
    total = sum(values.values())
    whose = asked.members("importer")
    named = [name for name in values if name not in special()]
    kept = [*named[:SHOWN], *(name for name in named[SHOWN:] if name in whose)]
    rest = [name for name in values if name not in kept]
    sums = {area_name(name): values[name] for name in kept}
    if rest:
        sums[f"{len(rest)} others"] = sum(values[name] for name in rest)
    shown = amounts_of(asked.currency, sums.values())
    head = phrasing.capital(possessive(area_phrase(asked.exporter)))
    return Table(
        caption=f"{head} buyers of {goods_title(asked.goods)}, {asked.period}: "
        f"share in per cent, value in {shown.unit}",
        head=("Buyer", "Share", "Value"),
        numeric=(False, True, True),
        rows=tuple(
            (name, f"{100 * value / total:.2f}", shown.text(value)) for name, value in sums.items()
        ),
        units=("", "per cent", shown.unit),
        name="Table of this map",
    )
