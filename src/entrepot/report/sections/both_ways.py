"""Both directions of dependence: each flow seen from its two ends, on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.report import words
from entrepot.report.bars import errors_of
from entrepot.report.lacking import lacking
from entrepot.report.origins import is_computed, origin_name, source_name
from entrepot.report.parts import Gap, Note, Remark, Section, Sentence, Table
from entrepot.report.pictures import Butterfly, Flow, Picture, Side, Weights

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.book import Book, Subject

__all__ = ["section"]

NAME, EYEBROW = "weights", "Who depends on whom"
MOST_ROWS, MOST_YEARS = 4, 12

Pair = tuple["Figure", "Figure"]


def section(book: Book, subject: Subject, ratio: Figure) -> Section:
    """Return the weights of both sides in both flows, or a gap.

    Parameters
    ----------
    book, subject
        Where to ask, and what about.
    ratio
        The headline's weight ratio, for the title.
    """
    there = _pairs(book, subject, forward=True)
    back = _pairs(book, subject, forward=False)
    if not there and not back:
        what = f"weight of {subject.seller} and {subject.buyer} in each other’s trade"
        lacks = lacking(book, ratio)
        gap = Gap(what, lacks.why, lacks.command)
        return Section(NAME, EYEBROW, Remark("Who depends more is not known"), gap=gap)
    flows = tuple(
        _flow(book, subject, pairs, forward=forward)
        for pairs, forward in ((there, True), (back, False))
        if pairs
    )
    title = _title(subject, ratio)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck="Weight of each country in the other’s trade in all goods, per cent, one scale.",
        picture=Picture(Butterfly(flows), _spoken(title.text, flows), _key(flows)),
        table=_table(flows),
        notes=_notes(subject, there, ratio),
        source=_source(there, back, flows),
    )


def _pairs(book: Book, subject: Subject, *, forward: bool) -> dict[int, Pair]:
    """Return by year the supplier's weight for the importer, and the reverse, in one flow."""
    ends = {"importer": subject.importer, "exporter": subject.supplier}
    measures = ("import_share", "export_share")
    if not forward:
        ends = {"importer": subject.supplier, "exporter": subject.importer}
        measures = ("export_share", "import_share")
    found: dict[int, Pair] = {}
    whole: dict[int, Pair] = {}
    for year in book.years()[:MOST_YEARS]:
        if len(whole) == MOST_ROWS or (subject.fixed and year > subject.period.year):
            continue
        left, right = (book.ask(measure, period=year, **ends) for measure in measures)
        if left.status == "ok" or right.status == "ok":
            found[year] = (left, right)
        if left.status == right.status == "ok":
            whole[year] = (left, right)
    shown = whole or dict(list(found.items())[:MOST_ROWS])
    return dict(sorted(shown.items()))


def _flow(book: Book, subject: Subject, pairs: dict[int, Pair], *, forward: bool) -> Flow:
    kinds = ("imports", "exports") if forward else ("exports", "imports")
    rows = []
    for year, (left, right) in pairs.items():
        last = forward and year == max(pairs)
        note, short = _ratio(book, subject, year) if last else ("", "")
        rows.append(Weights(str(year), _side(left), _side(right), note, short))
    return Flow(
        title=f"Goods going to {subject.buyer if forward else subject.seller}",
        left=f"{subject.seller} in {subject.buyers} {kinds[0]}",
        right=f"{subject.buyer} in {subject.sellers} {kinds[1]}",
        rows=tuple(rows),
    )


def _ratio(book: Book, subject: Subject, year: int) -> tuple[str, str]:
    """Return by how much the heavier side weighs more, in full and in short."""
    figure = book.ask(
        "asymmetry", importer=subject.importer, exporter=subject.supplier, period=year
    )
    if not figure.value:
        return "", ""
    more, less = subject.sellers, subject.buyers
    if figure.value < 1:
        more, less = less, more
    times = words.ratio_words(max(figure.value, 1 / figure.value))
    return f"{more} weight is {times} {less}", times


def _side(figure: Figure) -> Side | None:
    if figure.value is None:
        return None
    text = words.bounded(figure)
    printed = not is_computed(figure)
    spread = words.span_like(figure) if figure.specifications or errors_of(figure) else ""
    if not spread or figure.low is None or figure.high is None:
        return Side(figure.value * 100, text, printed=printed)
    return Side(figure.value * 100, text, figure.low * 100, figure.high * 100, spread, printed)


def _title(subject: Subject, ratio: Figure) -> Sentence | Remark:
    if ratio.value is None:
        return Remark(f"How {subject.seller} and {subject.buyer} weigh for each other")
    year = ratio.definition.period
    more, less = (subject.seller, subject.buyer)
    if ratio.value < 1:
        more, less = less, more
    times = words.ratio_words(max(ratio.value, 1 / ratio.value))
    text = f"{more} weighed {times} as much for {less} as the reverse in {year}"
    return Sentence(words.capital(text), (ratio,), ("denominator-system",))


def _key(flows: tuple[Flow, ...]) -> tuple[tuple[str, str], ...]:
    sides = [s for flow in flows for row in flow.rows for s in (row.left, row.right) if s]
    found = []
    if any(not side.printed for side in sides):
        found.append(("supplier", "computed"))
    if any(side.printed for side in sides):
        found.append(("supplier-blended", "in print"))
    if any(side.range for side in sides):
        found.append(("whisker", "other definitions"))
    return tuple(found)


def _spoken(title: str, flows: tuple[Flow, ...]) -> str:
    parts = [f"{title}."]
    for flow in flows:
        row = flow.rows[-1]
        for name, side in ((flow.left, row.left), (flow.right, row.right)):
            if side:
                spread = f" ({side.range})" if side.range else ""
                parts.append(f"{name}, {row.year}: {side.text} %{spread}.")
    return " ".join(parts)


def _table(flows: tuple[Flow, ...]) -> Table:
    rows = []
    for flow in flows:
        for row in flow.rows:
            for name, side in ((flow.left, row.left), (flow.right, row.right)):
                if side:
                    kind = "in print" if side.printed else "computed"
                    rows.append((words.capital(name), row.year, side.text, side.range, kind))
    return Table(
        caption="Weights in each other’s trade, all goods, per cent",
        head=("Whose weight where", "Year", "Share", "Range", "How known"),
        numeric=(False, False, True, True, False),
        units=("", "", "per cent", "per cent", ""),
        rows=tuple(rows),
    )


def _notes(subject: Subject, there: dict[int, Pair], ratio: Figure) -> tuple[Note, ...]:
    how = (
        f"Each row is one flow seen from its two ends: left, the weight of {subject.seller} for "
        f"{subject.buyer}; right, the weight of {subject.buyer} for {subject.seller}."
    )
    notes = [Note("How to read it", (Remark(how),))]
    year = ratio.definition.period.year
    pair = there.get(year)
    if pair and ratio.value is not None and all(f.status == "ok" for f in pair):
        left, right = pair
        text = (
            f"In {year} {subject.seller} supplied {words.about(left)} of {subject.buyers} imports; "
            f"{subject.buyer} took {words.about(right)} of {subject.sellers} exports."
        )
        body: list[Sentence | Remark] = [Sentence(text, (left, right), ("denominator-system",))]
        if words.span(ratio):
            said = f"Under other definitions the first is {words.span(ratio)} the second."
            body.append(Sentence(said, (ratio,)))
        notes.append(Note("In words", tuple(body)))
    return tuple(notes)


def _source(
    there: dict[int, Pair], back: dict[int, Pair], flows: tuple[Flow, ...]
) -> tuple[str, ...]:
    pairs = [*there.values(), *back.values()]
    evidence = [item for pair in pairs for figure in pair for item in figure.evidence]
    names = dict.fromkeys(
        origin_name(item.origin) if item.origin else source_name(item.source) for item in evidence
    )
    whiskers = any(kind == "whisker" for kind, _ in _key(flows))
    said = " Whiskers: other origins and definitions of the same year." if whiskers else ""
    return (f"{', '.join(names)}.{said}",)
