"""What a brief says: Figures and claims in, facts and sentences out. How it looks is elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import bundled_for
from entrepot.figures.input_rows import GOODS as INPUTS
from entrepot.figures.input_rows import input_years
from entrepot.goods.library import is_file
from entrepot.lake import spans
from entrepot.model.area_names import as_codes
from entrepot.model.areas import area_phrase, area_set, pinned, trades_inside
from entrepot.model.period import Period
from entrepot.report import back_matter
from entrepot.report.answer import answer, title_of
from entrepot.report.back_matter import dated, read_date
from entrepot.report.brief_context import BriefContext, Subject, usual_goods
from entrepot.report.cards import card_of, cards, gathered, headline
from entrepot.report.definitions import ADD_DATA
from entrepot.report.missing_value import missing_value, of_register, other_currency
from entrepot.report.parts import Brief, Command, DataGap
from entrepot.report.sections import (
    by_tier,
    data_gaps,
    inputs,
    mutual_dependence,
    over_time,
    prices,
    published_conflicts,
    reporters,
    reporting_gaps,
    sensitivity,
    supplier_changes,
    suppliers,
    third_countries,
    verdicts,
)
from entrepot.report.sections import cut_off as cut_off_section
from entrepot.report.sections.cut_off import cut_off, scenario_line
from entrepot.report.sections.inputs import ImportedInputs, bought
from entrepot.sources import is_register
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.claims import Document
    from entrepot.claims.result import Check
    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.cards import Headline
    from entrepot.report.parts import BriefSentence, Card
    from entrepot.report.sections.cut_off import CutOff

SECTIONS = (
    over_time.NAME,
    by_tier.NAME,
    suppliers.NAME,
    suppliers.YEARS_NAME,
    supplier_changes.NAME,
    third_countries.NAME,
    mutual_dependence.NAME,
    suppliers.BUYERS_NAME,
    inputs.NAME,
    cut_off_section.NAME,
    prices.NAME,
    sensitivity.NAME,
    reporting_gaps.NAME,
    published_conflicts.NAME,
    verdicts.NAME,
    reporters.NAME,
    data_gaps.NAME,
)
"""Names of all sections that a brief may have."""


def brief(
    importer: str,
    supplier: str,
    goods: str | None = None,
    period: str | int | Period | None = None,
    lake: Lake | str | os.PathLike[str] | None = None,
    claims: Path | str | None = None,
    progress: Callable[[str], None] = lambda _: None,
    date: str | None = None,
) -> Brief:
    """Describe one country's dependence on another with whatever is loaded.

    Parameters
    ----------
    importer, supplier
        Areas as in a definition: ``RUS``, ``CHN+HKG``, a dated group.
    goods
        ``all``, a list, a part of one, or codes; None takes the Common High Priority List for
        Russia and Belarus, all goods for other importers.
    period
        Year of the headline; None takes the newest that is loaded, and lets the cards about all
        goods look at later years.
    lake
        A lake or its folder; None takes the one that the settings name.
    claims
        A claims file to check and show; None for none.
    progress
        Receives in a few words what is being done.
    date
        Day to show, as 2026-11-30; None shows none, for no format looks at a clock.

    Raises
    ------
    UnknownNameError
        For an unknown area, list or code.
    NoEvidenceError
        For a period of which nothing is loaded.
    BadFileError
        For a claims file that cannot be read.
    RequestError
        For a date that is none.
    """
    # Date and claims first: what is wrong with them is known before minutes of computation.
    day = read_date(date) if date is not None else None
    document = _document(claims)
    sides, lake = opened(importer, supplier, lake)
    goods = usual_goods(sides[0]) if goods is None else goods
    # One block for all Figures: they are of one state of
    # the lake, and compared with checksums at its end.
    with lake.reading(bundled=bundled_for(lake, goods)) as loaded:
        context = BriefContext(loaded)
        with context.all_years(*sides):
            subject = subject_of(context, *sides, goods, period)
            described = _described(context, subject, document, str(claims or ""), progress)
    return described if day is None else dated(described, day)


def opened(
    importer: str, supplier: str, lake: Lake | str | os.PathLike[str] | None
) -> tuple[tuple[str, str], Lake]:
    """Return both sides as codes, and the lake that is asked."""
    from entrepot.lake import Lake

    sides = as_codes(str(importer)) or importer, as_codes(str(supplier)) or supplier
    return sides, lake if isinstance(lake, Lake) else Lake.open(lake)


def brief_in(
    context: BriefContext, importer: str, supplier: str, goods: str, period: str | None
) -> Brief:
    """Describe the same without claims; what was asked for it stays in `context`.

    Errors are those of `brief`.
    """
    with (
        context.lake.reading(bundled=bundled_for(context.lake, goods)),
        context.all_years(importer, supplier),
    ):
        subject = subject_of(context, importer, supplier, goods, period)
        return _described(context, subject, None, "", lambda _: None)


def opening_in(
    context: BriefContext, importer: str, supplier: str, goods: str, period: str | None
) -> Brief | None:
    """Describe the same without its sections: the answer and the headline Figures.

    They are those of `brief_in`, and take a tenth of its time. Where no headline Figure has a
    value they are about imported inputs, and where only the share of all goods lacks one, these
    come first. None where nothing at all is known, so that only the whole can say what is. Errors
    are those of `brief`.
    """
    with context.lake.reading(bundled=bundled_for(context.lake, goods)):
        subject = subject_of(context, importer, supplier, goods, period)
        found = headline(context, subject)
        industries = bought(context, subject) if _lacks_share(subject, found) else None
        if isinstance(industries, DataGap):
            if all(figure.status != "ok" for figure in found):
                return None
            industries = None
        lead = _lead(context, subject, found, industries)
        return Brief(
            title=lead.title,
            answer=lead.answer,
            state=lead.state,
            cards=lead.cards,
            sections=(),
            caveats=back_matter.caveats(context, [card.figure for card in lead.cards]),
            terms=back_matter.terms(subject, claims=False, inputs=industries is not None),
            sources=back_matter.sources(context, subject),
            commands=back_matter.commands(
                subject, lead.share, "", industries.there.share if industries else None
            ),
            figures=context.figures,
            line=back_matter.line_of(subject),
            version=__version__,
            folders=folders_of(subject.goods),
        )


def _described(
    context: BriefContext,
    subject: Subject,
    document: Document | None,
    claims: str,
    progress: Callable[[str], None],
) -> Brief:
    progress("computing shares by year")
    with context.ahead() as first:
        over_time.charted(first, subject)
        mutual_dependence.both_flows(first, subject)
    progress("computing the headline figures")
    found = headline(context, subject)
    checked = None
    if document is not None:
        from entrepot.claims import check

        progress("checking the claims")
        checked = check(document, context.lake)
    progress("computing imported inputs")
    industries = bought(context, subject)
    progress("computing the cost of a cut-off")
    stopped = cut_off(context, subject, industries)
    progress("computing goods, suppliers and prices")
    # Asked before the list below, since a section that
    # does not apply is None and leaves no gap behind.
    two_reports = reporting_gaps.section(context, subject)
    rerouted = third_countries.section(context, subject, supplier_changes.changed(context, subject))
    over_years = suppliers.years_section(context, subject)
    sections = [
        over_time.section(context, subject, verdicts.boxes(checked, subject) if checked else ()),
        by_tier.section(context, subject),
        suppliers.section(context, subject),
        *([over_years] if over_years else []),
        supplier_changes.section(context, subject),
        *([rerouted] if rerouted else []),
        mutual_dependence.section(context, subject, found.ratio),
        suppliers.buyers_section(context, subject),
        *([inputs.section(context, industries)] if isinstance(industries, ImportedInputs) else []),
        cut_off_section.section(subject, stopped),
        prices.section(context, subject),
        sensitivity.section(context, subject, found.share),
        *([two_reports] if two_reports else []),
        published_conflicts.section(context, subject),
        *([verdicts.section(checked)] if checked else []),
        reporters.section(context, subject),
    ]
    gaps = verdicts.gaps(checked) if checked else ()
    gaps = (*([industries] if isinstance(industries, DataGap) else []), *gaps)
    bought_inputs = None if isinstance(industries, DataGap) else industries
    lead = _lead(context, subject, found, bought_inputs, checked)
    if lead.is_of_inputs:
        sections.sort(key=lambda section: section.id != "inputs")  # what it is about comes first
    return Brief(
        title=lead.title,
        answer=lead.answer,
        state=lead.state,
        cards=lead.cards,
        sections=gathered(sections, data_gaps.section(context, subject, found, gaps)),
        caveats=back_matter.caveats(context, [card.figure for card in lead.cards]),
        terms=back_matter.terms(
            subject, claims=checked is not None, inputs=bought_inputs is not None
        ),
        sources=back_matter.sources(context, subject),
        commands=(
            *back_matter.commands(
                subject, lead.share, claims, bought_inputs.there.share if bought_inputs else None
            ),
            *_again(stopped),
            *reporting_gaps.commands(two_reports),
        ),
        figures=context.figures,
        nowcasts=context.nowcasts,
        line=back_matter.line_of(subject),
        version=__version__,
        check=checked.to_dict() if checked else None,
        folders=folders_of(subject.goods, claims),
    )


@dataclass(frozen=True, slots=True)
class _Lead:
    """What stands above the sections.

    Attributes
    ----------
    share
        The Figure whose command is the first to be repeated.
    is_of_inputs
        Whether imported inputs come first, as no share of the goods is known.
    """

    title: str
    answer: tuple[BriefSentence, ...]
    state: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    share: Figure
    is_of_inputs: bool = False


def _lacks_share(subject: Subject, found: Headline) -> bool:
    """Whether imported inputs say more than the headline: nothing is known, or no share of all."""
    is_empty = all(figure.status != "ok" for figure in found)
    return is_empty or (subject.goods == "all" and found.share.status != "ok")


def _lead(
    context: BriefContext,
    subject: Subject,
    found: Headline,
    industries: ImportedInputs | None,
    checked: Check | None = None,
) -> _Lead:
    verdicts, count = (checked.summary, len(checked.claims)) if checked else (None, None)
    if industries is None or not _lacks_share(subject, found):
        return _Lead(
            title_of(subject),
            answer(context, subject, found, verdicts),
            back_matter.state(context, subject, found, count),
            cards(context, subject, found),
            found.share,
        )
    share = industries.there.share
    known = [card_of(context, subject, figure) for figure in found if figure.status == "ok"]
    if not known:
        # The number asked for has its card first, as the reader looks for it there.
        asked = [] if subject.goods == "all" else [card_of(context, subject, found.share)]
        return _Lead(
            inputs.inputs_title(
                subject, in_register=of_register(context, found.value.definition) is not None
            ),
            inputs.inputs_answer(
                subject, industries, missing_value(context, found.value), found.share
            ),
            inputs.inputs_state(industries, count),
            (*asked, *inputs.inputs_cards(industries))[:5],
            share,
            is_of_inputs=True,
        )
    first, *rest = answer(context, subject, found, verdicts)
    # That a change cannot be computed, either, stands among the gaps.
    rest = rest if verdicts or found.growth.status == "ok" else []
    return _Lead(
        title_of(subject),
        (inputs.inputs_share_sentence(subject, industries), first, *rest),
        back_matter.state(context, subject, found, count),
        inputs.cards_beside(industries, known),
        share,
        is_of_inputs=True,
    )


def folders_of(goods: str, claims: str = "") -> tuple[str, ...]:
    """Return the folders of the files that were named, with the sign that ends them."""
    # Behind a colon is a part of the list: mine.csv:2.
    files = [part.strip().partition(":")[0] for part in goods.split(",") if is_file(part.strip())]
    named = (Path(one) for one in (*files, claims) if one)
    # A bare name has no folder; "./" would be taken out of every address and number.
    return tuple(sorted({f"{one.parent}{os.sep}" for one in named if len(one.parts) > 1}))


def _again(stopped: CutOff) -> tuple[Command, ...]:
    """Return the line that works out again what a stop of inputs would cost."""
    if isinstance(stopped.economy, DataGap):
        return ()
    return (Command("the cost of a cut-off of all inputs", scenario_line(stopped.economy)),)


def _document(claims: Path | str | None) -> Document | None:
    """Read the claims before anything else, so that a bad file is refused at once."""
    if claims is None:
        return None
    from entrepot.claims import read_document

    return read_document(claims)


def subject_of(
    context: BriefContext,
    importer: str,
    supplier: str,
    goods: str,
    period: str | int | Period | None,
) -> Subject:
    """Return what a brief is about, its period the newest with a value where none was asked."""
    if goods.partition(":")[0] == INPUTS:
        raise RequestError(
            "a brief is about goods that cross borders, not about inputs of industries",
            why="growth, prices and lists are not those of inputs",
            hint=f"ask one figure: entrepot ask import_share --importer {importer} --exporter "
            f"{supplier} --goods {goods}, or name goods: --goods 8542",
        )
    years = [Period.parse(year) for year in context.years()]
    headline = years[0] if period is None else Period.parse(period)
    if not headline.is_whole_years:
        raise RequestError(f"a brief covers a year; {headline} is not one", hint="--period 2023")
    _require_loaded(context, headline)
    importer, supplier = (
        # A group keeps the members of the headline's year
        # in all years, so that a series compares the same.
        pinned(side, headline.end, years[-1].start)
        for side in (importer, supplier)
    )
    _require_outside(importer, supplier, headline)
    if period is not None:
        return Subject(importer, supplier, goods, headline, fixed=True)
    newest = _newest(context, importer, supplier, goods)
    known = newest or _elsewhere(context, importer, supplier, goods)
    headline = known or _newest_loaded(context)
    return Subject(importer, supplier, goods, headline, fixed=False, known=known is not None)


def _require_outside(importer: str, supplier: str, headline: Period) -> None:
    """Refuse a group and one of its members: suppliers of a group are those outside it."""
    if trades_inside(importer, supplier, headline.end):
        members = area_set(importer, headline.end)
        part = "" if area_set(supplier, headline.end) <= members else "part of "
        raise RequestError(
            f"{part}{area_phrase(supplier)} is inside {area_phrase(importer)}",
            why="a brief compares suppliers from outside, and trade among members is left out of "
            "their total",
            hint=f"ask for the share with trade among members: entrepot ask import_share "
            f"--importer {importer} --exporter {supplier}; or name one member as importer",
        )


def _require_loaded(context: BriefContext, headline: Period) -> None:
    """Refuse a time of which there is nothing: a page about another year would be no answer."""
    loaded = sorted({*context.years(), *(year.year for year in input_years(context.lake))})
    # Years of input-output tables count, too: a brief can be about imported inputs alone.
    if set(loaded).isdisjoint(range(headline.start.year, headline.end.year + 1)):
        there = spans([Period.parse(year) for year in loaded])
        raise NoEvidenceError(
            f"no data are available for {headline}",
            why=f"loaded and bundled data cover {there}",
            hint=f"choose one of these, such as --period {loaded[-1]}, or load data: {ADD_DATA}",
        )


def _newest(context: BriefContext, importer: str, supplier: str, goods: str) -> Period | None:
    """Return the newest year with a share, else with a value; None where no year has either."""
    years = [Period.parse(year) for year in context.years()]
    keys = {"importer": importer, "exporter": supplier, "goods": goods}
    # All years are looked through for a share before any for a value, which says less.
    for measure in ("import_share", "value"):
        # The share of each year is charted.
        figure = context.first(measure, years, together=measure == "import_share", **keys)
        if figure.status == "ok":
            return figure.definition.period
    return None


def _elsewhere(context: BriefContext, importer: str, supplier: str, goods: str) -> Period | None:
    """Return the newest year of a value that is asked otherwise: in a currency, of a register."""
    keys = {"importer": importer, "exporter": supplier, "goods": goods}
    of_registers = {
        period.year
        for one in context.lake.holdings()
        if one.counts and is_register(one.source)
        for period in one.current
    }
    for year in map(Period.parse, sorted({*context.years(), *of_registers}, reverse=True)):
        figure = context.ask("value", period=year, **keys)
        if other_currency(context, figure) or of_register(context, figure.definition):
            return year
    return None


def _newest_loaded(context: BriefContext) -> Period:
    """Return the newest year of the lake's trade, and of numbers in print where it has none."""
    flows = [one for one in context.lake.holdings() if one.table == "flows" and one.counts]
    loaded = {period.year for one in flows for period in one.current}
    return Period.parse(max(loaded or context.years()))
