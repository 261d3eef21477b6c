"""The note: one A4 page for those who decide, composed by rule from the Figures of a brief.

It never says more than they do. It has no commands, hashes or paths; the brief has those.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.figures import bundled_for
from entrepot.figures.caveats import who_is_largest
from entrepot.figures.evaluate import register_questions
from entrepot.figures.input_rows import input_years
from entrepot.figures.questions.question import is_named
from entrepot.goods import goods_title
from entrepot.goods.library import bundled_lists
from entrepot.goods.parse import goods_words, spaced_code
from entrepot.goods.screening import Route, regimes_of
from entrepot.model.areas import area_name, area_phrase, area_set, possessive
from entrepot.model.display import NBSP, day_text, joined, per_cent
from entrepot.report import phrasing
from entrepot.report.amounts import errors_of
from entrepot.report.answer import growth_of, some_only
from entrepot.report.attribution import Citations, is_computed, plain_data_set, row_of
from entrepot.report.back_matter import read_date
from entrepot.report.brief_context import BriefContext, usual_goods
from entrepot.report.cards import card_of, headline
from entrepot.report.charts.ranked import RankedBar
from entrepot.report.charts.share import nowcast_text
from entrepot.report.charts.share_lines import ShareLines
from entrepot.report.compose import folders_of, opened, subject_of
from entrepot.report.definitions import moved_by, verb_of
from entrepot.report.missing_value import data_needed, missing_value
from entrepot.report.note_page import DecisionNote, NoteChart, NoteFigure, fitted, ranked_chart
from entrepot.report.parts import BriefSentence, DataGap, Remark, plain
from entrepot.report.sections import over_time
from entrepot.report.sections.inputs import bought, inputs_cards
from entrepot.sources import source_info, split_address
from entrepot.version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.goods.screening import Regime
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.report.brief_context import Subject
    from entrepot.report.cards import Headline
    from entrepot.report.parts import Card
    from entrepot.sources.published.row import Published

MOST_LINES = 4
"""Sentences in a column."""
NAMED = 10
"""Suppliers with a bar of their own."""
YEARS = 4
"""Years from which on a course of time is drawn, and not the suppliers."""
_LOW = 330
"""Height of a chart over time, in the units of its drawing."""
WIDE = 0.5
"""A range of more than this part of the value allows no share to be given."""

_NOT_IN_DATA = "Stocks, recycling, and goods built into other imported products."


def note(
    importer: str,
    supplier: str,
    goods: str | None = None,
    period: str | int | Period | None = None,
    lake: Lake | str | os.PathLike[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    date: str | None = None,
) -> DecisionNote:
    """Return one page on one country's dependence on another, for those who decide.

    Parameters
    ----------
    importer, supplier, goods, period, lake, progress, date
        As in `entrepot.brief`.

    Raises
    ------
    UnknownNameError
        For an unknown area, list or code.
    NoEvidenceError
        For a period of which no data are available.
    RequestError
        For a date that is none.
    """
    if date is not None:
        read_date(date)
    sides, lake = opened(importer, supplier, lake)
    goods = usual_goods(sides[0]) if goods is None else goods
    with lake.reading(bundled=bundled_for(lake, goods)):
        progress("computing the figures of the note")
        return note_in(BriefContext(lake), *sides, goods, period, date or "")


def note_in(
    context: BriefContext,
    importer: str,
    supplier: str,
    goods: str,
    period: str | int | Period | None,
    date: str = "",
) -> DecisionNote:
    """Compose the page with the Figures of a context; errors as in `note`."""
    with context.lake.reading(bundled=bundled_for(context.lake, goods)):
        subject = subject_of(context, importer, supplier, goods, period)
        return _composed(context, subject, headline(context, subject), date)


def _composed(context: BriefContext, subject: Subject, found: Headline, date: str) -> DecisionNote:
    cited = Citations()
    three = _three(context, subject, found)
    of_register = _in_register(context, subject, found)
    known = of_register or _known_inputs(context, subject, found)
    # What is known stands beside what is not, which is then said once.
    shown = [_number(context, subject, one, cited) for one in (three[:1] if known else three)]
    numbers = _once([*shown, *(_numbered(one, cited) for one in known)])
    others = _others(context, subject, found.share)
    chart = _chart(context, subject, found.share, others, cited)
    below = chart is None
    if below:
        numbers = tuple(
            replace(one, counted=_BELOW) if one.card.tag == "missing" else one for one in numbers
        )
    made = DecisionNote(
        kicker=_kicker(subject),
        title=_title(subject, found, in_register=_share_of(of_register) is not None),
        answer=_answer(context, subject, found, below=below),
        numbers=numbers,
        chart=chart,
        missing=_missing(context, subject, found) if below else (),
        means=tuple(_means(context, subject, found, others))[:MOST_LINES],
        unknown=tuple(_unknown(context, subject, found, said=below))[:MOST_LINES],
        sources=cited.texts(),
        counted=_counted(found.share),
        date=date,
        years=str(subject.period) if subject.when else "",
        figures=context.figures,
        nowcasts=context.nowcasts,
        folders=folders_of(subject.goods),
    )
    return fitted(made)


# Who, what, and the finding.


def goods_of(subject: Subject) -> str:
    """Return the goods in words, as the object of a sentence."""
    return goods_words(subject.goods)


def _imports(subject: Subject) -> str:
    """Return "Germany's imports of lithium-ion batteries", or "Germany's imports"."""
    of = "" if subject.goods == "all" else f" of {goods_of(subject)}"
    return f"{subject.buyers} imports{of}"


def _goods(subject: Subject) -> str:
    return "goods" if subject.goods == "all" else goods_of(subject)


def _kicker(subject: Subject) -> str:
    text = f"{subject.buyers} dependence on {subject.seller}: {goods_of(subject)}"
    codes = subject.goods.replace(" ", "")
    # Goods without words of their own are called "HS 8542" already.
    if codes.isdigit() and "HS" not in text:
        text += f" (HS {spaced_code(codes)})"
    return phrasing.capital(text)


def is_wide(share: Figure) -> bool:
    """Whether a range spans more than half the value, so that no single share can be given."""
    if share.value is None or share.low is None or share.high is None:
        return False
    # Relative to the value: 10 points of range matter to a share of 5 %, and hardly to one of 90 %.
    return share.high - share.low > WIDE * abs(share.value)


def _title(subject: Subject, found: Headline, *, in_register: bool) -> str:
    """State the finding with its range; a wide range or a missing number is said instead."""
    share, when = found.share, f" in {subject.period}"
    # Goods and partners of a title are all; a share of fewer says of how many it is.
    when += "".join(
        f", {share.scope[one]}" for one in ("goods", "partners", "steps") if one in share.scope
    )
    # Also the upper end: under another definition there may be some.
    if share.status == "ok" and not share.value and not share.high:
        text = f"no {_goods(subject)} from {subject.seller} are recorded in {subject.buyers} "
        text += f"imports of {subject.period}"
    elif share.status == "ok" and is_wide(share):
        text = f"{subject.sellers} share of {_imports(subject)} depends on the definition"
    elif share.status == "ok" and (ends := phrasing.span(share)):
        text = f"{subject.seller} {verb_of(share)} {ends} of {_imports(subject)}{when}"
    elif share.status == "ok":
        text = f"{subject.seller} {verb_of(share)} {phrasing.about(share)} of {_imports(subject)}"
        text += when
    elif found.value.status == "ok":
        text = f"{subject.sellers} share of {_imports(subject)} is not known"
    elif in_register:
        text = f"{subject.sellers} share of {_imports(subject)}{when} is known from a customs "
        text += "register only"
    else:
        of = "" if subject.goods == "all" else f" for {goods_of(subject)}"
        text = f"{subject.buyers} dependence on {subject.seller}{of} cannot be measured with the "
        text += "data available"
    # The last two words stay together: one word alone on a last line looks like a mistake.
    first, _, last = phrasing.capital(text).replace(" (", f"{NBSP}(").rpartition(" ")
    return phrasing.unbroken(f"{first}{NBSP}{last}")


_BELOW = "What is missing stands below."


def _answer(
    context: BriefContext, subject: Subject, found: Headline, *, below: bool
) -> tuple[BriefSentence, ...]:
    """Return value and range of the share, and how much was delivered.

    What is missing is said once: `below` the numbers where no chart stands there.
    """
    share, value = found.share, found.value
    if share.status != "ok" and value.status != "ok":
        text = f"No share of {_imports(subject)}{subject.when} **can be given** with the data "
        text += "loaded."
        if not below:
            why = phrasing.inside(missing_value(context, value).why)
            text = f"{text.removesuffix('.')}: {why}."
        if of_register := _said_of_register(subject, _in_register(context, subject, found)):
            return tuple(of_register)
        known = _inputs(context, subject)
        return (BriefSentence(_without_commands(text), (share, value)), *known)
    said = _said_share(subject, share, value)
    if share.status == "ok" and (some := some_only(context, subject, share)):
        said = replace(said, text=f"{said.text.removesuffix('.')}; {some}.")
    return (said, *_said_value(context, subject, value))


def _said_of_register(subject: Subject, cards: Sequence[Card]) -> list[BriefSentence]:
    """Say what share a customs register has, by which of its countries; nothing without one."""
    figure = _share_of(cards)
    if figure is None:
        return []
    text = f"No loaded statistics have {_imports(subject)}{subject.when}. By "
    # Without its id, which is a word of whoever loaded it.
    text += "a customs register that is asked by name only, "
    text += f"{subject.sellers} share by country of {figure.definition.basis} is "
    text += f"**{phrasing.about(figure)}**"
    text += f" ({figure.range_text} across definitions)" if phrasing.span(figure) else ""
    return [BriefSentence(f"{text}.", (figure,))]


def _said_share(subject: Subject, share: Figure, value: Figure) -> BriefSentence:
    if share.status != "ok":
        text = f"{phrasing.capital(subject.sellers)} share of {_imports(subject)} in "
        text += f"{subject.period} **cannot be given**: no total of these imports is available."
        return BriefSentence(text, (share, value))
    # "Are recorded" and not "were delivered": a zero in trade data is the absence of a row.
    if not share.value and not share.high:
        text = (
            f"In {subject.period} no {_goods(subject)} from {subject.seller} **are recorded** in "
        )
        text += f"{subject.buyers} imports, which need not mean that there were none."
        return BriefSentence(text, (share,))
    ends = _ends(share)
    count = len(share.specifications.items) if share.specifications else 0
    under = f"under the {phrasing.cardinal(count)} definitions available" if count > 1 else ""
    if errors_of(share) is not None:
        under += f"{' and ' * (count > 1)}within the errors of the reports"
    if is_wide(share):
        text = (
            f"**No single share can be given** for {subject.period}: it is {ends} {under}".strip()
        )
        choice = moved_by(share)
        text += f"; it depends most on {choice}." if choice else "."
        return BriefSentence(text, (share,))
    text = f"In {subject.period} {subject.seller} {verb_of(share)} **{phrasing.about(share)}** of "
    text += _imports(subject)
    if share.no_range:
        text += f"; no range: {share.no_range}."
    elif not phrasing.span(share):  # ends that read alike are no range
        text += f", the same, rounded, {under}." if under else "."
    else:
        text += f", and {ends} {under or f'by the {share.range}'}."
    return BriefSentence(text, (share,))


def _ends(share: Figure) -> str:
    if share.low is None or share.high is None:
        return ""
    ends = share.range_text
    return f"between {ends.replace(' to ', ' and ')}" if " to " in ends else ends


def _said_value(context: BriefContext, subject: Subject, value: Figure) -> list[BriefSentence]:
    if value.status != "ok":
        return []
    whose = possessive(area_phrase(value.definition.exporter))
    text = f"{whose[:1].upper()}{whose[1:]} deliveries were worth **{phrasing.about(value)}**"
    growth = growth_of(context, subject)
    found = [value]
    if growth.status == "ok" and growth.definition.base is not None:
        when = f"from {growth.definition.base} to {growth.definition.period}"
        text += f"; their value {phrasing.changed(growth)} {when}"
        found.append(growth)
    return [BriefSentence(f"{text}.", tuple(found))]


# The three numbers, and the footnotes that they rest on.


def _three(context: BriefContext, subject: Subject, found: Headline) -> list[Figure]:
    """Return share and value, and the first other Figure that has a value.

    Where nothing is known of all goods or of another year, the same year has two more about these
    goods: what the importer is to the supplier, and how few suppliers there are.
    """
    keys = {"importer": subject.importer, "goods": subject.goods, "period": subject.period}
    for one in (found.overall, found.ratio, found.growth):
        if one.status == "ok":
            return [found.share, found.value, one]
    for measure, sides in (("export_share", {"exporter": subject.supplier}), ("hhi", {})):
        one = context.ask(measure, **keys, **sides)
        if one.status == "ok":
            return [found.share, found.value, one]
    return [found.share, found.value, found.overall]


def _in_register(context: BriefContext, subject: Subject, found: Headline) -> list[Card]:
    """Return share and value by a customs register where no statistics have either."""
    if any(one.status == "ok" for one in (found.share, found.value)):
        return []
    cards = []
    keys = {"importer": subject.importer, "exporter": subject.supplier, "goods": subject.goods}
    for asked in (found.share.definition, found.value.definition):
        for one in register_questions(asked, context.lake):
            figure = context.ask(
                one.measure, period=one.period, **keys, source=one.source, basis=one.basis
            )
            if figure.status == "ok":
                card = card_of(context, subject, figure)
                cards.append(replace(card, name=f"{card.name}, customs register by {one.basis}"))
                break
    return cards


def _share_of(cards: Sequence[Card]) -> Figure | None:
    """Return the share among cards; None where a register has the value alone."""
    figures = (card.figure for card in cards)
    return next((one for one in figures if one.definition.measure == "import_share"), None)


def _known_inputs(context: BriefContext, subject: Subject, found: Headline) -> list[Card]:
    """Return share and value of imported inputs where nothing is known of the goods themselves."""
    if any(one.status == "ok" for one in (found.share, found.value, found.overall)):
        return []
    industries = bought(context, subject)
    return [] if isinstance(industries, DataGap) else [*inputs_cards(industries)[:2]]


def _number(
    context: BriefContext, subject: Subject, figure: Figure, cited: Citations
) -> NoteFigure:
    card = card_of(context, subject, figure)
    # The code stands above the title, once; here it would leave a year alone on a last line.
    called, short = goods_title(figure.definition.goods), goods_words(figure.definition.goods)
    large, small = phrasing.capital(called), phrasing.capital(short)
    name = card.name.replace(called, short).replace(large, small)
    return _numbered(replace(card, name=name), cited)


def _numbered(card: Card, cited: Citations) -> NoteFigure:
    figure = card.figure
    if figure.status != "ok":
        why = f"{phrasing.capital(plain(card.definition)).rstrip('.')}."
        return NoteFigure(replace(card, range="not available"), _without_commands(why), ())
    status = "Computed" if is_computed(figure) else "Published"
    whose = card.source.removeprefix("from published: ")
    if row_of(figure.evidence[0]) is None:
        # Publisher and vintage, as among the sources: "BACI" alone is a name for those who know it.
        whose = plain_data_set(figure.evidence[0])
    text = f"{status}: {whose}."
    return NoteFigure(card, text, cited.marks(figure))


def _once(numbers: Sequence[NoteFigure]) -> tuple[NoteFigure, ...]:
    """Return the numbers, a reason for a missing one said once."""
    found: list[NoteFigure] = []
    for one in numbers:
        again = one.card.tag == "missing" and any(one.counted == other.counted for other in found)
        found.append(replace(one, counted="For the same reason.") if again else one)
    return tuple(found)


_BASES_OF_VERBS = {"made": "by country of origin", "dispatched": "by country of dispatch"}


def _counted(share: Figure) -> str:
    text = "A range is the lowest and highest value under the definitions available; it is no "
    text += "confidence interval."
    if share.status == "ok" and share.evidence and not row_of(share.evidence[0]):
        valuation = source_info(split_address(share.evidence[0].source)[0]).valuation
        basis = _BASES_OF_VERBS.get(verb_of(share), "on a basis that the source does not say")
        text = f"Imports {basis}{f', {valuation}' if valuation else ''}. {text}"
    return f"{text} Computed by Entrepôt {__version__}."


# The one chart: the share over time, else the suppliers.


def _others(context: BriefContext, subject: Subject, share: Figure) -> list[tuple[str, Figure]]:
    """Return the largest suppliers with their shares, as the share of the lead is counted."""
    # A printed share has no rows of other suppliers behind it.
    if share.status != "ok" or share.definition.source in (None, "published", "computed"):
        return []
    keys = {"goods": subject.goods, "period": subject.period, "source": share.definition.source}
    largest = context.value("top_supplier", importer=subject.importer, **keys)
    sold = largest.amounts("exporter")
    names = [name for name in sold if is_named(name)]
    names.sort(key=lambda name: (-sold[name], name))
    found = []
    for name in names[:NAMED]:
        one = (
            share
            # Of a group (CHN+HKG) no single supplier is the share of the lead.
            if share.definition.members("exporter") == {name}
            else context.value("import_share", importer=subject.importer, exporter=name, **keys)
        )
        if one.status == "ok" and one.value:
            found.append((name, one))
    # Again, for a share that is asked may differ from the part of the table it was ranked by.
    return sorted(found, key=lambda pair: -(pair[1].value or 0))


def _chart(
    context: BriefContext,
    subject: Subject,
    share: Figure,
    others: Sequence[tuple[str, Figure]],
    cited: Citations,
) -> NoteChart | None:
    known = over_time.charted(context, subject)
    goods, rows, series = known.goods, known.rows, known.series
    is_known = any(figure.value for figure in series)
    # Preferred: the goods themselves over enough years.
    # Next the suppliers, last whatever series there is.
    if is_known and goods == subject.goods and len(series) >= YEARS:
        return _over_time(context, subject, series, rows, cited)
    if len(others) > 1:
        return _suppliers(context, subject, share, others, cited)
    if rows or (is_known and len(series) > 1):
        return _over_time(context, subject, series, rows, cited)
    return None


def _over_time(
    context: BriefContext,
    subject: Subject,
    series: Sequence[Figure],
    rows: Sequence[Published],
    cited: Citations,
) -> NoteChart | None:
    section = over_time.section(context, subject)
    if section.picture is None or not isinstance(section.picture.drawn, ShareLines):
        return None
    title = plain(section.title.text)
    # The section's drawing is made for a page that scrolls; this one shares a sheet of paper.
    picture = replace(section.picture, drawn=replace(section.picture.drawn, height=_LOW))
    marks = (*cited.marks(*series), *cited.rows(rows))
    return NoteChart(title, section.deck, picture, tuple(sorted(set(marks))))


def _suppliers(
    context: BriefContext,
    subject: Subject,
    share: Figure,
    others: Sequence[tuple[str, Figure]],
    cited: Citations,
) -> NoteChart:
    mine = share.definition.members("exporter")
    bars = []
    for name, one in others:
        value = 100 * (one.value or 0)
        is_lead = name in mine and one is share
        # Others are asked without a range, which costs most of a question.
        low, high = (one.low, one.high) if is_lead else (None, None)
        cells = (f"{per_cent(value)}{NBSP}%",)
        low = None if low is None else 100 * low
        high = None if high is None else 100 * high
        bars.append(RankedBar(area_name(name), value, low, high, cells, marked=is_lead))
    first = area_phrase(others[0][0])
    when = subject.period
    title = f"{phrasing.capital(first)} was the largest of {subject.buyers} suppliers in {when}"
    deck = f"Share of {_imports(subject)}, {when}, per cent of value."
    if any(bar.low is not None for bar in bars):
        deck += " The line is the range across definitions."
    if share.low is not None and share.low < 0.5:  # half and more is the largest share for certain
        keys = {"goods": subject.goods, "period": when, "source": share.definition.source}
        largest = context.ask("top_supplier", importer=subject.importer, **keys)
        deck += f" {said}" if (said := who_is_largest(largest)) else ""
    marks = cited.marks(*(one for _, one in others))
    return NoteChart(title, deck, ranked_chart(title, bars), marks)


def _missing(context: BriefContext, subject: Subject, found: Headline) -> tuple[str, ...]:
    """Say what is lacking where nothing can be drawn."""
    lacks = [missing_value(context, figure).why for figure in found if figure.status != "ok"]
    if not any(figure.status == "ok" for figure in found):
        lacks.insert(0, data_needed(subject.goods))
    # Of one year and of two years, the same data are lacking.
    once = {why.partition(": ")[2] or why: why for why in reversed(lacks)}
    return tuple(
        f"{_without_commands(phrasing.capital(why)).rstrip('.')}."
        for why in reversed(once.values())
    )


# What it means, and what is not known: one sentence each, from Figures and dated law.


def _means(
    context: BriefContext, subject: Subject, found: Headline, others: Sequence[tuple[str, Figure]]
) -> list[BriefSentence | Remark]:
    share = _share_of(_in_register(context, subject, found)) or found.share
    said: list[BriefSentence | Remark] = []
    if share.status == "ok" and share.value and share.specifications is not None:
        said.append(BriefSentence(f"{phrasing.half(share)}.", (share,)))
    said += _rivals(subject, share, others)
    back = context.value(
        "export_share",
        importer=subject.importer,
        exporter=subject.supplier,
        goods=subject.goods,
        period=subject.period,
    )
    if back.status == "ok" and back.value:
        of = "exports" if subject.goods == "all" else "exports of these goods"
        text = (
            f"{phrasing.capital(subject.buyer)} took {phrasing.about(back)} of {subject.sellers} "
        )
        said.append(BriefSentence(f"{text}{of}.", (back,)))
    said += _law(subject)
    said += _unequal(subject, found.ratio)
    if share.status != "ok" and found.value.status == "ok":
        said += _other_flows(context, subject, found.value)
    if not said and found.value.status == "ok":
        said.append(Remark("Without a share, these data do not say how dependent it is."))
    elif not said:
        said.append(Remark("No value does not mean no trade: nothing follows from these data."))
    return said


def _other_flows(context: BriefContext, subject: Subject, value: Figure) -> Iterator[BriefSentence]:
    """Yield what else went between the two in the year, where no share is known."""
    asked = value.definition
    keys = {"period": asked.period, "source": asked.source, "currency": asked.currency}
    sides = {"importer": subject.importer, "exporter": subject.supplier}
    back = {"importer": subject.supplier, "exporter": subject.importer}
    every = context.value("value", goods="all", **sides, **keys)
    if subject.goods != "all" and every.status == "ok" and every.value:
        text = f"All goods that went from {subject.seller} to {subject.buyer} in {asked.period} "
        yield BriefSentence(f"{text}were worth {phrasing.about(every)}.", (every,))
    reverse = context.value("value", goods=subject.goods, **back, **keys)
    if reverse.status == "ok" and reverse.value:
        what = "goods" if subject.goods == "all" else "such goods"
        text = f"In the other direction, from {subject.buyer} to {subject.seller}, {what} worth "
        yield BriefSentence(f"{text}{phrasing.about(reverse)} went in {asked.period}.", (reverse,))


def _inputs(context: BriefContext, subject: Subject) -> list[BriefSentence]:
    """Say what is known of all goods and services together, where nothing is of these goods."""
    year = next(iter(input_years(context.lake)), subject.period)
    sides = {"importer": subject.importer, "exporter": subject.supplier}
    share = context.inputs("import_share", **sides, period=year)
    if share.status != "ok":
        return []
    text = f"In {year} industries of {subject.seller} made **{phrasing.about(share)}** of all "
    text += "inputs, "
    text += f"goods and services, that {subject.buyer} imported"
    text += f" ({share.range_text} across definitions)" if phrasing.span(share) else ""
    return [
        BriefSentence(f"{text}: {source_info('icio').publisher} input-output tables.", (share,))
    ]


def _unequal(subject: Subject, ratio: Figure) -> list[BriefSentence]:
    """Say how many times the one share in the other's trade is the reverse one."""
    if ratio.status != "ok" or not ratio.value or ratio.value < 0:
        return []
    flows = [
        f"{subject.sellers} share of {subject.buyers} imports",
        f"{subject.buyers} share of {subject.sellers} exports",
    ]
    # The larger one is named first, so that the number of times is never below one.
    large, small = flows if ratio.value >= 1 else reversed(flows)
    times = phrasing.ratio_words(max(ratio.value, 1 / ratio.value))
    text = f"In all goods, {large} was {times} {small} in {ratio.definition.period}."
    return [BriefSentence(text, (ratio,))]


def _rivals(
    subject: Subject, share: Figure, others: Sequence[tuple[str, Figure]]
) -> list[BriefSentence | Remark]:
    mine = share.definition.members("exporter") if share.status == "ok" else frozenset()
    next_ones = [(name, one) for name, one in others if name not in mine][:2]
    if not next_ones or share.status != "ok":
        return []
    said = [f"{area_phrase(name)} with {phrasing.about(one)}" for name, one in next_ones]
    larger = sum((one.value or 0) > (share.value or 0) for _, one in next_ones)
    text = f"The {'' if larger else 'next '}largest supplier"
    if larger == 1 and len(said) > 1:  # the supplier of the note has its place between them
        text += f" is {said[0]}; after {subject.seller} comes {said[1]}"
    else:
        text += f"{'s are' if len(said) > 1 else ' is'} {joined(said)}"
    return [BriefSentence(f"{text}.", tuple(one for _, one in next_ones))]


def _law(subject: Subject) -> list[Remark]:
    """Name the newest list that binds this trade and has the code as a whole, with its day."""
    if subject.listed is not None:
        day = day_text(subject.listed.ended or subject.listed.known_until)
        return [Remark(f"The goods are those on this list: {subject.listed.title}, as of {day}.")]
    code = subject.goods.replace(" ", "")
    # Of a heading or of several codes no single entry says that all of it is listed.
    if len(code) != 6 or not code.isdigit():
        return []
    listed = [
        (entry.starts, one.title)
        for regime in regimes_of(bundled_lists())
        if _binds(regime, subject)
        for one in regime.lists
        for entry in one.history
        if entry.code == code
        and not entry.is_partial
        and one.status(entry, one.known_until) == "listed"
    ]
    if not listed:
        return []
    # The latest day first; of one day the title decides, so that the same lake gives the same note.
    since, title = max(listed)
    return [Remark(f"Listed since {day_text(since)}: {title[:1].lower()}{title[1:]}.")]


def _binds(regime: Regime, subject: Subject) -> bool:
    """Whether a list is about what the supplier sells to the importer."""
    # A list without a home country binds nobody by itself.
    if not regime.home or regime.kind not in ("export", "import"):
        return False
    sides = (subject.supplier, subject.importer)
    sellers, buyers = (sorted(area_set(side, subject.period.end)) for side in sides)
    routes = (Route(seller, buyer, seller) for seller in sellers for buyer in buyers)
    return any(True for route in routes for _ in regime.applies(route))


def _unknown(
    context: BriefContext, subject: Subject, found: Headline, *, said: bool
) -> list[Remark]:
    """Return what is not known; `said` where the page says already what is missing."""
    return [Remark(text) for text in dict.fromkeys(_open(context, subject, found, said=said))]


def _open(context: BriefContext, subject: Subject, found: Headline, *, said: bool) -> Iterator[str]:
    share = found.share
    notes = share.caveats if share.status == "ok" else ()
    # First, for a page that is full leaves out the last ones: whom it names may be such a row.
    yield from (one.text for one in notes if one.id == "doubtful-row")
    if expected := _nowcast(context, subject):
        yield f"What is not reported yet. Nowcast: {nowcast_text(expected)}"
    lacks = [one for one in (share, found.value) if one.status != "ok" and not said]
    for why in dict.fromkeys(_without_commands(missing_value(context, one).why) for one in lacks):
        yield f"{phrasing.capital(why).rstrip('.')}."
    if share.status == "ok" and share.specifications is None:
        yield "How far other definitions differ: only one is available."
    elif choice := moved_by(share) if share.status == "ok" else "":
        yield f"Which definition fits the question. The share depends most on {choice}."
    for item in notes:
        text = item.text.replace("\n", " ")
        # A reader of a page has no terminal: caveats that
        # name options or commands are for the brief.
        if item.id in _CAVEATS and "--" not in text and "entrepot " not in text:
            yield text
    later = [year for year in context.years() if year > subject.period.end.year]
    if share.status == "ok" or found.value.status == "ok":
        when = subject.period.end.year
        yield (
            f"What happened after {when}: this note is about {subject.period}."
            if later and subject.fixed
            else f"What happened after {when}: no later year has a value for these goods."
        )
    if any(figure.status == "ok" for figure in found):
        yield _NOT_IN_DATA
    else:
        buyer, seller = subject.buyer, subject.seller
        yield f"How much {buyer} buys from {seller}, its part of all purchases, and who else sells."


def _nowcast(context: BriefContext, subject: Subject) -> Figure | None:
    known = over_time.charted(context, subject)
    # Only of the goods of the page, in whose terms it is read.
    if known.goods != subject.goods:
        return None
    return over_time.nowcast_after(context, subject, known.goods, known.series)


_CAVEATS = ("reporter-break", "incomplete-total", "basis", "hong-kong", "source-estimate")


def _without_commands(text: str) -> str:
    """Return a text without what is for a terminal."""
    # What follows a colon and two asterisks is the command that would bring the data.
    return plain(text.partition(": **")[0]).rstrip(":;, ")
