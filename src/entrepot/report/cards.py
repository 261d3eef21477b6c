"""The five headline cards: which Figures, and how each stands on its card."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.figures.figure import in_reverse
from entrepot.model.display import range_text, signed, split_between, split_unit, with_unit
from entrepot.model.period import Period
from entrepot.report import definitions, phrasing
from entrepot.report.amounts import bar_of, errors_of, spans_of
from entrepot.report.attribution import is_computed, printed_row, source_on_card
from entrepot.report.missing_value import in_its_currency, missing_value
from entrepot.report.parts import Card, DataGap, Remark, Section
from entrepot.report.phrasing import capital, count_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject


@dataclass(frozen=True, slots=True)
class Headline:
    """The Figures of the five cards.

    Attributes
    ----------
    share, value
        Supplier's share and value of the goods.
    growth
        Growth of the part of the goods that is watched most closely.
    overall
        Supplier's share of all goods, in the latest year held; where the lead is that already,
        the importer's share of the supplier's exports.
    ratio
        Weight of the supplier for the importer over the reverse, in the same year.
    """

    share: Figure
    value: Figure
    growth: Figure
    overall: Figure
    ratio: Figure

    def __iter__(self) -> Iterator[Figure]:
        return iter((self.share, self.value, self.growth, self.overall, self.ratio))


def headline(context: BriefContext, subject: Subject) -> Headline:
    """Ask the five Figures.

    The last two are about all goods, in the latest year that is held unless the reader fixed one.
    """
    pair = {"importer": subject.importer, "exporter": subject.supplier}
    here = {"goods": subject.goods, "period": subject.period} | pair
    later = [subject.period]
    if not subject.fixed:
        # The goods may be known for an earlier year only, and shares of all goods for a newer one.
        years = [year for year in context.years() if year >= subject.period.year]
        later = [Period.parse(year) for year in years] or later
    overall = _newest(context, subject, "import_share", later)
    # The ratio in the year of the share, so that a reader can compare the two cards.
    when = [overall.definition.period] if overall.status == "ok" else later
    return Headline(
        share=context.ask("import_share", **here),
        value=in_its_currency(context, context.ask("value", **here)),
        growth=in_its_currency(
            context, context.ask("growth", **(here | {"goods": watched_part(subject)}))
        ),
        overall=_newest(context, subject, "export_share", when)
        if subject.goods == "all"
        else overall,
        ratio=_newest(context, subject, "asymmetry", when),
    )


def _newest(context: BriefContext, subject: Subject, measure: str, when: list[Period]) -> Figure:
    """Return the first Figure with a value over some years, else the one of the page's year."""
    pair: dict[str, Any] = {"importer": subject.importer, "exporter": subject.supplier}
    found = context.first(measure, when, **pair)
    return found if found.status == "ok" else context.ask(measure, period=subject.period, **pair)


def watched_part(subject: Subject) -> str:
    """Return what the growth card is about: the machine tools of the priority list, else all."""
    # 4.B of the Common High Priority List: machine tools.
    return "chpl:4.B" if subject.goods == "chpl" else subject.goods


def cards(context: BriefContext, subject: Subject, found: Headline) -> tuple[Card, ...]:
    """Return the five cards, the lead first."""
    return stated_once([card_of(context, subject, figure) for figure in found])


def card_of(context: BriefContext, subject: Subject, figure: Figure) -> Card:
    """Return a Figure as a card; one without evidence says what is missing."""
    name = definitions.name_of(subject, figure)
    if figure.status != "ok" or figure.value is None:
        lacks = missing_value(context, figure)
        return Card(
            name=name,
            figure=figure,
            value="–",
            unit="",
            bar=None,
            range="not known",
            definition=f"{lacks.why}.",
            tag="missing",
            source="no data available",
            reason=(figure.reason or "").replace("\n", ". "),
            command=lacks.command,
        )
    read = in_reverse(figure) or figure
    value, unit = value_on_card(read)
    return Card(
        name=name,
        figure=figure,
        value=value,
        unit=unit,
        bar=bar_of(read),
        range=range_on_card(read),
        definition=definitions.counted(context, subject, figure),
        tag="computed" if is_computed(figure) else "published",
        source=source_on_card(figure),
        caveats=tuple(item.id for item in figure.caveats),
    )


def value_on_card(figure: Figure) -> tuple[str, str]:
    """Return value and unit; a growth has its sign."""
    digits, unit = phrasing.shown(figure)
    # Beside ends "by rounding", which have more digits: 3.0 % is not in 2.970 to 2.982 %.
    if figure.value is not None and figure.specifications is None and printed_row(figure) is None:
        digits, unit = split_between(figure.value, figure.unit, figure.low, figure.high)
    return signed(digits, figure.value or 0.0, figure.unit), unit


def range_on_card(figure: Figure) -> str:
    """Return the range in words: errors, computed and printed apart, or say that there is none."""
    if errors := errors_of(figure):
        return _with_errors(errors, figure)
    if figure.open_end and figure.low == figure.high:
        return figure.range_text
    if figure.specifications is None:
        if figure.no_range or figure.low is None or figure.high is None:
            return f"no range: {figure.no_range}"
        ends = range_text(figure.low, figure.high, figure.unit, 4, value=figure.value)
        return f"{_without_zeros(ends)}, by rounding"
    derived = figure.definition.measure == "asymmetry"
    kinds = ("computed", "from published shares" if derived else "published")
    spans = zip(spans_of(figure), kinds, strict=True)
    if phrasing.span(figure) == "":
        count = phrasing.count_word(len(figure.specifications.items), "definition")
        return f"the same, rounded, under {count}"
    return ", ".join(f"{_span(ends, figure)} {kind}" for ends, kind in spans if ends)


def _with_errors(errors: tuple[float, float], figure: Figure) -> str:
    """Return what errors of reports leave open, and the span of other definitions beside it."""
    parts = [f"{_span(errors, figure)} within the errors of the reports"]
    if figure.specifications:
        spans = zip(spans_of(figure), ("computed", "published"), strict=True)
        parts += [f"{_span(ends, figure)} {kind}" for ends, kind in spans if ends]
    return ", ".join(parts)


def _without_zeros(text: str) -> str:
    """Drop final zeros behind the point that both ends have: "2.500 to 3.500 %" is "2.5 to 3.5"."""
    behind = max((len(found.rstrip("0")) for found in re.findall(r"\.(\d+)", text)), default=0)
    return re.sub(r"\.(\d+)", lambda found: f".{found[1][:behind]}".rstrip("."), text)


def _span(ends: tuple[float, float], figure: Figure) -> str:
    """Return ends of some of the definitions; those that print the same are one number."""
    low, high = (split_unit(end, figure.unit, like=figure.value) for end in ends)
    if low == high:
        return with_unit(*low)
    return figure.ends_text(*ends)


def gathered(sections: Sequence[Section], last: Section) -> tuple[Section, ...]:
    """Return the sections that show something, and then the one of what is not known.

    Parameters
    ----------
    sections
        In the order of the page.
    last
        What is not known, which takes in what the sections left out lack.
    """
    # A section with a chart and a gap keeps both: part of it is known.
    empty = [one for one in sections if one.gap is not None and not _shows(one)]
    lacks = [_stated(gap) for one in empty for gap in (one.gap, *one.gaps) if gap is not None]
    every = [*map(_stated, last.gaps), *lacks]
    gaps, title = _by_reason(every), last.title
    if empty:
        them = "it" if len(every) == 1 else "them"
        title = Remark(f"{capital(count_word(len(every), 'gap'))}, and how to close {them}")
    kept = (one for one in sections if one not in empty)
    return (*kept, replace(last, title=title, gaps=gaps))


def _shows(section: Section) -> bool:
    return bool(section.picture or section.table or section.claims or section.notes)


def _stated(gap: DataGap) -> DataGap:
    return DataGap(capital(gap.what), f"{capital(gap.why).rstrip('.')}.", gap.command)


def _by_reason(gaps: Iterable[DataGap]) -> tuple[DataGap, ...]:
    """Return gaps of one reason as one; the command that would fill most of them stands first."""
    found: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        found.setdefault((gap.why, gap.command), []).append(gap.what)
    several = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(_one(names, why, command) for (why, command), names in several)


def _one(names: Sequence[str], why: str, command: str) -> DataGap:
    if len(names) == 1:
        return DataGap(names[0], why, command)
    what = count_word(len(names), "gap")
    return DataGap(
        f"{capital(what)} with one reason", f"{why} Affected: {'; '.join(names)}.", command
    )


def stated_once(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Return cards that say why a value is missing only where none above says the same."""
    found: list[Card] = []
    above = first = ""
    for card in cards:
        is_missing = card.tag == "missing"
        # The later entry counts: next to each other, both are true.
        said = {first: "For the reason given first.", above: "As above."} if is_missing else {}
        again = said.get(card.definition)
        above = card.definition
        first = first or (card.definition if is_missing else "")
        found.append(replace(card, definition=again, command="") if again else card)
    return tuple(found)
