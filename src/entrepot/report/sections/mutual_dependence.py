"""Both directions of dependence: each flow seen from its two ends, on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import NBSP, joined
from entrepot.report import phrasing
from entrepot.report.attribution import source_on_card
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.butterfly import (
    Butterfly,
    MutualFlow,
    YearShares,
    mutual_shares,
    of_one_source,
    prepare_shares,
    shares_alt_text,
    years_left_out,
    years_of_others,
)
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section
from entrepot.report.sections import over_time

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.charts.butterfly import MutualShares

NAME, EYEBROW = "weights", "Mutual dependence"
MOST_ROWS, MOST_YEARS = 4, 12


def section(context: BriefContext, subject: Subject, ratio: Figure) -> Section:
    """Return the weights of both sides in both flows, or a gap.

    Parameters
    ----------
    context, subject
        Where to ask, and what about.
    ratio
        The headline's weight ratio, for the title.
    """
    (there, beyond), (back, beyond_back) = both_flows(context, subject)
    if not there and not back:
        what = f"mutual trade shares of {subject.seller} and {subject.buyer}"
        lacks = missing_value(context, ratio)
        gap = DataGap(what, lacks.why, lacks.command)
        return Section(
            NAME, EYEBROW, Remark("The asymmetry of dependence cannot be computed"), gap=gap
        )
    with_shares = [
        (_flow(subject, years, forward=forward), years)
        for years, forward in ((there, True), (back, False))
        if years
    ]
    flows = tuple(flow for flow, _ in with_shares)
    whole = tuple(flow for flow in flows if all(row.left and row.right for row in flow.rows))
    notes = [note for years, note in ((there, beyond), (back, beyond_back)) if years]
    title, unknown = _title(subject, _drawn(ratio, there)), ""
    if title is None:
        title, unknown = _known(subject, there, back)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck="Share of each country in the other’s trade in all goods, per cent"
        + (", one scale." if whole else ".")
        + unknown
        + _elsewhere(subject, there, over_time.charted(context, subject)),
        # Half a picture would be read as a finding, so one side alone is in the table only.
        picture=Chart(Butterfly(whole), shares_alt_text(title.text, whole), _key(whole))
        if whole
        else None,
        table=_table(with_shares),
        notes=_notes(subject, there, ratio, drawn=bool(whole)),
        source=_source(with_shares, years_left_out(dict(zip(flows, notes, strict=True)))),
    )


def both_flows(
    context: BriefContext, subject: Subject
) -> list[tuple[dict[int, MutualShares], str]]:
    """Return by year both shares in the flow to the importer and in that back.

    With, in words, which years only other sources have.
    """
    return [_years(context, subject, forward=forward) for forward in (True, False)]


def _years(
    context: BriefContext, subject: Subject, *, forward: bool
) -> tuple[dict[int, MutualShares], str]:
    """Return by year both weights in one flow, those years first in which both are known.

    All are of one source: that of most of these years, or of the newest. And, in words, which
    years only others have.
    """
    ends = (subject.importer, subject.supplier)
    importer, exporter = ends if forward else ends[::-1]
    found: dict[int, MutualShares] = {}
    complete: dict[int, MutualShares] = {}
    fixed = subject.period.year if subject.fixed else None
    years = [year for year in context.years()[:MOST_YEARS] if fixed is None or year <= fixed]
    prepare_shares(context, importer, exporter, years, ranged=False)
    for year in years:
        # Ranges only of the years that are shown, in the last line: they cost most of a question.
        one = mutual_shares(context, importer, exporter, year, ranged=False)
        if one.imports or one.exports:
            found[year] = one
        if one.imports and one.exports:
            complete[year] = one
    # Years with both weights; only where there are none, those with one.
    every = complete or found
    alike = of_one_source(every, lambda one: one.whose)
    chosen = next((one.whose for one in alike.values()), ())
    beyond = years_of_others(every, lambda one: one.whose, alike, chosen)
    # `years` has the newest first, so these are the newest, oldest on top.
    shown = sorted([*alike][:MOST_ROWS])
    prepare_shares(context, importer, exporter, shown, ranged=True)
    return {year: mutual_shares(context, importer, exporter, year) for year in shown}, beyond


def _elsewhere(
    subject: Subject, years: dict[int, MutualShares], shown: over_time.ChartedShare
) -> str:
    """Say whose the importer's weight is in years that the share over time has otherwise."""
    if shown.goods != "all":  # another quantity, which nobody compares with this one
        return ""
    here: dict[str, list[str]] = {}
    there: dict[str, None] = {}
    for figure in shown.series:
        one = years.get(figure.definition.period.year)
        # As a reader compares them: digits as they are printed.
        if one and one.imports and one.imports.text != phrasing.shown(figure)[0]:
            here.setdefault(one.whose[0], []).append(str(figure.definition.period))
            there[source_on_card(figure)] = None
    if not here:
        return ""
    whose = joined([f"{name} in {joined(when)}" for name, when in here.items()])
    what = f"{subject.sellers} share of {subject.buyers} imports"
    with_shares = f" {phrasing.capital(what)} is here that of {whose}"
    return f"{with_shares}; under {over_time.EYEBROW} it is that of {joined([*there])}."


def _flow(subject: Subject, years: dict[int, MutualShares], *, forward: bool) -> MutualFlow:
    kinds = ("imports", "exports") if forward else ("exports", "imports")
    rows = []
    for year, one in years.items():
        # The ratio is about one flow: next to the other it would be read as that of the reverse.
        note, short = _ratio(subject, one) if forward and year == max(years) else ("", "")
        left, right = (one.imports, one.exports) if forward else (one.exports, one.imports)
        rows.append(YearShares(str(year), left, right, note, short))
    return MutualFlow(
        title=f"Goods going to {subject.buyer if forward else subject.seller}",
        left=f"{subject.seller} in {subject.buyers} {kinds[0]}",
        right=f"{subject.buyer} in {subject.sellers} {kinds[1]}",
        rows=tuple(rows),
    )


def _ratio(subject: Subject, one: MutualShares) -> tuple[str, str]:
    """Return by how much the heavier side weighs more, in full and in short."""
    if one.ratio is None or not one.ratio.value:
        return "", ""
    more, less = subject.sellers, subject.buyers
    if one.ratio.value < 1:
        more, less = less, more
    times = phrasing.ratio_words(max(one.ratio.value, 1 / one.ratio.value))
    return f"{more} share is {times} {less}", times


def _drawn(ratio: Figure, there: dict[int, MutualShares]) -> Figure | None:
    """Return the ratio of a year that is drawn; None if what is drawn there makes none."""
    if ratio.value is None or not there or ratio.definition.period.year in there:
        return ratio
    return there[max(there)].ratio


def _title(subject: Subject, ratio: Figure | None) -> BriefSentence | None:
    if ratio is None or not ratio.value:
        return None
    year = ratio.definition.period
    more, less = (subject.seller, subject.buyer)
    if ratio.value < 1:
        more, less = less, more
    times = phrasing.ratio_words(max(ratio.value, 1 / ratio.value))
    text = f"{more} was {times} as important for {less} as the reverse in {year}"
    return BriefSentence(subject.headed(phrasing.capital(text)), (ratio,), ("denominator-system",))


def _known(
    subject: Subject, there: dict[int, MutualShares], back: dict[int, MutualShares]
) -> tuple[BriefSentence, str]:
    """Say which weights are known where no ratio is, in one flow of its newest year; which not."""
    years = there or back
    year = max(years)
    one = years[year]
    ends = [(subject.seller, subject.sellers), (subject.buyer, subject.buyers)]
    (seller, sellers), (buyer, buyers) = ends if there else ends[::-1]
    found, lacks = [], []
    for side, who, did, denominator in (
        (one.imports, seller, "supplied", f"{buyers} imports"),
        (one.exports, buyer, "took", f"{sellers} exports"),
    ):
        if side:
            found.append(f"{who} {did} {side.text}{NBSP}% of {denominator}")
        else:
            lacks.append(f" The share in {denominator} is not available.")
    text = f"{' and '.join(found)} in {year}"
    return BriefSentence(subject.headed(phrasing.capital(text)), one.evidence), "".join(lacks)


def _key(flows: tuple[MutualFlow, ...]) -> tuple[tuple[str, str], ...]:
    sides = [s for flow in flows for row in flow.rows for s in (row.left, row.right) if s]
    found = []
    if any(not side.published for side in sides):
        found.append(("supplier", "computed"))
    if any(side.published for side in sides):
        found.append(("supplier-blended", "published"))
    if any(side.range for side in sides):
        found.append(("whisker", "other definitions"))
    return tuple(found)


def _table(with_shares: list[tuple[MutualFlow, dict[int, MutualShares]]]) -> BriefTable:
    rows = []
    for flow, years in with_shares:
        for row, one in zip(flow.rows, years.values(), strict=True):
            # By identity, for both sides may have equal numbers.
            whose = one.whose if row.left is one.imports else one.whose[::-1]
            for name, side, who in zip(
                (flow.left, flow.right), (row.left, row.right), whose, strict=True
            ):
                if side:
                    kind = "published" if side.published else "computed"
                    rows.append(
                        (phrasing.capital(name), row.year, side.text, side.range, kind, who)
                    )
    return BriefTable(
        caption="Mutual trade shares, all goods, per cent",
        head=("Share of", "Year", "Share", "Range", "Status", "Source"),
        numeric=(False, False, True, True, False, False),
        units=("", "", "per cent", "per cent", "", ""),
        rows=tuple(rows),
    )


def _notes(
    subject: Subject, there: dict[int, MutualShares], ratio: Figure, *, drawn: bool
) -> tuple[Note, ...]:
    how = (
        f"Each row is one trade flow. Left: {subject.sellers} share of {subject.buyers} imports. "
        f"Right: {subject.buyers} share of {subject.sellers} exports."
    )
    notes = [Note("How to read it", (Remark(how),))] if drawn else []
    year = ratio.definition.period.year
    one = there.get(year)
    if one and one.ratio and one.imports and one.exports:
        text = (
            f"In {year} {subject.seller} supplied {one.imports.text}{NBSP}% of {subject.buyers} "
            f"imports and {subject.buyer} took {one.exports.text}{NBSP}% of {subject.sellers} "
            f"exports, {_as_reported(*one.whose)}."
        )
        body: list[BriefSentence | Remark] = [
            BriefSentence(text, one.evidence, ("denominator-system",))
        ]
        if phrasing.span(ratio):
            said = f"Under other definitions the first is {phrasing.span(ratio)} the second."
            body.append(BriefSentence(said, (ratio,)))
        notes.append(Note("In words", tuple(body)))
    return tuple(notes)


def _as_reported(first: str, second: str) -> str:
    if first == second:
        return f"both according to {first}"
    return f"the first according to {first}, the second to {second}"


def _source(
    with_shares: list[tuple[MutualFlow, dict[int, MutualShares]]], left_out: list[str]
) -> tuple[str, ...]:
    flows = tuple(flow for flow, _ in with_shares)
    every = [one for _, years in with_shares for one in years.values()]
    names = dict.fromkeys(name for one in every for name in one.whose if name)
    # A text times True is the text, times False nothing.
    said = " Whiskers: other sources and definitions for the same year." * (
        ("whisker", "other definitions") in _key(flows)
    )
    apart = [one for one in every if one.imports and one.exports and len({*one.whose}) > 1]
    if apart:
        said += " Where no source has both shares of a year, they come from different sources."
    return (" ".join([f"{', '.join(names)}.{said}", *left_out]),)
