"""Gaps between the two sides’ reports: goods that one side reports and the other does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.figures import Definition
from entrepot.figures.citation import source_name
from entrepot.goods.parse import goods_words
from entrepot.model.areas import WORLD, area_name, area_phrase, stopped_in
from entrepot.model.display import figure_value, joined, number, range_text
from entrepot.reconciliation.mirror_gaps import FAR, LEAST
from entrepot.report import mirror_comparison, phrasing
from entrepot.report.charts import BriefTable
from entrepot.report.mirror_comparison import ReportersByYear, of_reports
from entrepot.report.parts import BriefSentence, Command, DataGap, Note, Remark, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.lake import InventoryItem
    from entrepot.reconciliation.mirror_gaps import MirrorPair
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.mirror_comparison import ComparedReports

NAME, EYEBROW = "hidden", "Gaps between the two sides’ reports"
CHECK = "entrepot data check"
_YEARS, _ROWS, _SUPPLIERS = 5, 5, 4
_MILLION = 1e6


def section(context: BriefContext, subject: Subject) -> Section | None:
    """Return the largest differences between two reports, or why nothing can be compared.

    None where the lake holds no single reports: then nothing is read.
    """
    holdings = of_reports(context.lake)
    # The world reports nothing itself.
    if not holdings or WORLD in (subject.importer, subject.supplier):
        return None
    asked = Definition.build(
        "value",
        importer=subject.importer,
        exporter=subject.supplier,
        goods=subject.goods,
        period=subject.period,
    )
    last = subject.period.end.year
    compared = mirror_comparison.compare(asked, (last - _YEARS + 1, last), context.lake, _SUPPLIERS)
    pair, others = compared.pair, compared.others
    why = why_not(subject, asked, pair, holdings)
    # These rows are no Figure, and their sources would be missing at the end of the page.
    context.lean_on(name for one in (*compared.goods, *compared.totals) for name in _sources(one))
    if not compared.goods and not pair.totals:
        return Section(NAME, EYEBROW, Remark("No two reports can be compared"), gap=why)
    shown = pair if pair.apart else others
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=_title(subject, pair, others),
        deck=_deck(compared),
        table=_table(subject, shown.apart[:_ROWS]),
        notes=tuple(_notes(subject, pair, others, compared, why)),
        source=(_source(compared),),
        reports=compared,
    )


def commands(part: Section | None) -> tuple[Command, ...]:
    """Return the lines that give the larger report of the first row again, and all of the lake."""
    if part is None:
        return ()
    found = []
    compared = part.reports
    for one in (*compared.pair.apart, *compared.others.apart)[:1] if compared else ():
        # The larger report: the smaller one is next to nothing, so asking for it gives no value.
        out = one.exporter_low_usd >= one.importer_low_usd
        least, most = (
            (one.exporter_low_usd, one.exporter_high_usd)
            if out
            else (one.importer_low_usd, one.importer_high_usd)
        )
        if least == most:  # in dollars, as the question is
            line = (
                f"entrepot ask value --importer {one.importer} --exporter {one.exporter} "
                f"--goods {one.product} --period {one.year} "
                f"--source {one.source_out if out else one.source_in} "
                f"--reported-by {'exporter' if out else 'importer'}"
            )
            found.append(Command("the report without a counterpart", line))
    return (*found, Command("gaps in all loaded reports", CHECK))


def _sources(one: MirrorPair) -> tuple[str, str]:
    return one.source_out, one.source_in


def _title(
    subject: Subject, pair: ComparedReports, others: ComparedReports
) -> BriefSentence | Remark:
    if pair.apart:
        return _apart(pair, "that can be compared")
    if pair.goods and others.apart:
        text = (
            f"Both sides report goods from {subject.seller}; for other suppliers the reports differ"
        )
        return BriefSentence(f"{text}, {when(pair.goods)}", (*pair.goods, *others.goods))
    if pair.goods:
        text = f"Both sides report {counted(pair.goods, pair.goods)} that can be compared"
        return BriefSentence(f"{text}, {when(pair.goods)}", pair.goods)
    if others.apart:
        return _apart(others, f"from suppliers other than {subject.seller}")
    if others.goods:
        return Remark(f"No report by {subject.seller} can be compared; the others agree")
    return Remark("Only sums over the goods in the data can be compared")


def _apart(found: ComparedReports, which: str) -> BriefSentence:
    text = f"One side reports next to nothing of {counted(found.apart, found.goods)} {which}"
    return BriefSentence(f"{text}, {when(found.goods)}", found.goods)


def _deck(compared: ComparedReports) -> str:
    # Years of the flows themselves: reports may cover fewer than are looked through.
    years = {one.year for one in (*compared.goods, *compared.totals)} or {*compared.years}
    first, last = min(years), max(years)
    span = f"in {first}" if first == last else f"{first} to {last}"
    return (
        f"Annual flows that both sides could report, {span}, with at least "
        f"{figure_value(LEAST, 'USD', 1)} on one side. Next to nothing: less than a "
        f"{FAR:g}th of that, or none."
    )


def _table(subject: Subject, rows: Sequence[MirrorPair]) -> BriefTable | None:
    """Return both reports of each row; what all rows share stands in the caption."""
    if not rows:
        return None
    sellers, buyers, years = (
        sorted({getattr(one, name) for one in rows}) for name in ("exporter", "importer", "year")
    )
    columns = {"From": sellers, "To": buyers, "Year": years}
    # A column with one value only is said in the caption instead.
    kept = [name for name, found in columns.items() if len(found) > 1]
    seller, buyer = (
        area_name(found[0]) if len(found) == 1 else side
        for side, found in (("Exporter", sellers), ("Importer", buyers))
    )
    shared = (
        f" from {area_phrase(sellers[0])}" if len(sellers) == 1 else "",
        f" to {area_phrase(buyers[0])}" if len(buyers) == 1 else "",
        f" in {years[0]}" if len(years) == 1 else "",
    )
    largest_of = "The largest difference"
    if len(rows) > 1:
        largest_of = f"The {phrasing.cardinal(len(rows))} largest differences"
    return BriefTable(
        caption=f"{largest_of}{''.join(shared)}, USD m",
        head=("Good", *kept, f"{seller} reports", f"{buyer} reports", "Difference"),
        numeric=(False, *(name == "Year" for name in kept), True, True, True),
        units=("", *("" for _ in kept), "USD m", "USD m", "USD m"),
        rows=tuple(_row(subject, one, kept) for one in rows),
        name="",
    )


def _row(subject: Subject, one: MirrorPair, kept: Sequence[str]) -> tuple[str, ...]:
    cells = {"From": area_name(one.exporter), "To": area_name(one.importer), "Year": f"{one.year}"}
    return (
        label(subject, one),
        *(cells[name] for name in kept),
        amount(one.exporter_low_usd, one.exporter_high_usd),
        amount(one.importer_low_usd, one.importer_high_usd),
        number(one.gap_usd / _MILLION),
    )


def _notes(
    subject: Subject,
    pair: ComparedReports,
    others: ComparedReports,
    compared: ComparedReports,
    why: DataGap | None,
) -> Iterator[Note]:
    shown = pair if pair.apart else others
    if shown.apart:
        first = largest(subject, shown.apart[0])
        yield Note("The largest", (*first, *lines_that_ended(shown.apart)))
    far = tuple(one for one in pair.totals if one.rules)
    # Totals that agree are of interest only where no good could be compared.
    if flows := far or (() if compared.goods else pair.totals):
        yield Note("All goods in the data", (over_all_goods(flows),))
    if pair.apart and (said := list(_suppliers(others, compared.suppliers))):
        yield Note("Other main suppliers", tuple(said))
    if why is not None:
        yield Note("What cannot be compared", (Remark(f"{phrasing.capital(why.why)}."),))
    text = (
        "A difference is not evidence of a false report: transit, recording by country of "
        "origin or "
        "under a different code also cause it. A figure for such a flow depends on the reporter. "
        f"**{CHECK}** looks for discontinued lines, repeated values and round numbers in all data."
    )
    yield Note("How to read it", (Remark(text),))


def _suppliers(others: ComparedReports, names: Sequence[str]) -> Iterator[BriefSentence]:
    """Say of each of the importer's other main suppliers what is next to nothing on one side."""
    for name in names:
        found = others.of([name])
        if not found.apart:
            continue
        gap = figure_value(sum(one.gap_usd for one in found.apart), "USD")
        share = counted(found.apart, found.goods)
        text = f"{area_phrase(name)}: {share}, difference {gap}."
        yield BriefSentence(phrasing.capital(text), found.goods)


def _source(compared: ComparedReports) -> str:
    rows = (*compared.goods, *compared.totals)
    names = dict.fromkeys(source_name(name) for one in rows for name in _sources(one))
    euros = ""
    # Ends differ where a report is in euros, for which no single rate is assumed.
    if any(
        (one.exporter_low_usd, one.importer_low_usd)
        != (one.exporter_high_usd, one.importer_high_usd)
        for one in rows
    ):
        euros = " Reports in euros: at the lowest and highest exchange rate since 1999."
    return (
        f"Rows of {joined(list(names))}, as each side reports them, CIF/FOB margin not "
        f"removed.{euros}"
    )


# Sentences about two reports that lie far apart, each made by rule from both of them.


_WHY = {
    "lost-in-transit": (
        "Possible reasons: diversion elsewhere, recording by country of origin, a different code. "
        "Such export figures say little about arrivals."
    ),
    "missing-export": (
        "The goods may have come via another country or under a different code, or the exporter "
        "does not report them: its report is a lower bound."
    ),
    "hidden-line": "Trade continues, but one side no longer reports this line: use the "
    "partner’s report.",
}


def amount(least: float, most: float) -> str:
    """Return a report in USD m, both ends where its currency leaves some, or "none".

    Examples
    --------
    >>> amount(1.5e6, 1.5e6), amount(0.82e6, 1.6e6), amount(0.0, 0.0)
    ('1.50', '0.820–1.60', 'none')
    """
    if not most:
        return "none"
    ends = dict.fromkeys(number(end / 1e6) for end in (least, most))
    return "–".join(ends)


def counted(some: Sequence[MirrorPair], every: Sequence[MirrorPair]) -> str:
    """Return how many goods of how many: "two of the five goods", "all 12 goods and years"."""
    varies: dict[str, set[Any]] = {
        "flows": {(one.exporter, one.importer) for one in every},
        "years": {one.year for one in every},
    }
    noun = joined(["goods", *(name for name, found in varies.items() if len(found) > 1)])
    if len(every) == 1:
        return "the only good"
    if len(some) == len(every):
        both = "both" if len(every) == 2 else f"all {phrasing.cardinal(len(every))}"
        return f"{both} {noun}"
    return f"{phrasing.cardinal(len(some))} of the {phrasing.cardinal(len(every))} {noun}"


def when(found: Sequence[MirrorPair]) -> str:
    """Return the year or years of some goods."""
    years = sorted({one.year for one in found})
    return f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"


def label(subject: Subject, one: MirrorPair) -> str:
    """Return the code of a good in words: of the list that it was taken from, else ours."""
    entries = subject.listed.entries if subject.listed else ()
    wording = next((item.wording for item in entries if item.code == one.product), "")
    # A code without words of its own has those of its chapter, with the code behind them.
    words = wording or goods_words(one.product).partition(" (HS ")[0]
    return one.product if words.startswith("HS ") else f"{one.product} {words}"


def largest(subject: Subject, one: MirrorPair) -> tuple[BriefSentence | Remark, ...]:
    """Say what both sides report of one good in a year, and what may lie behind it."""
    seller, buyer = area_phrase(one.exporter), area_phrase(one.importer)
    good = f"**{label(subject, one)}**"
    out, into = (
        _amounts(one.exporter_low_usd, one.exporter_high_usd),
        _amounts(one.importer_low_usd, one.importer_high_usd),
    )
    if one.exporter_low_usd >= one.importer_low_usd:
        text = f"{seller} reports {out} of {good} to {buyer} in {one.year}, {buyer} {into}."
    else:
        text = f"{buyer} reports {into} of {good} from {seller} in {one.year}, {seller} {out}."
    why = next(_WHY[rule] for rule in one.rules)
    return BriefSentence(phrasing.capital(text), (one,)), Remark(why)


def lines_that_ended(found: Sequence[MirrorPair]) -> tuple[BriefSentence | Remark, ...]:
    """Say how many goods one side reported for years and then no longer, while the other does."""
    ended = tuple(one for one in found if "hidden-line" in one.rules)
    if not ended:
        return ()
    count = phrasing.capital(phrasing.count_word(len(ended), "good"))
    text = f"{count} had been reported by both sides for years before one side stopped."
    return (BriefSentence(text, ended),)


def over_all_goods(flows: Sequence[MirrorPair]) -> BriefSentence:
    """Say what both sides report over all goods; of several flows, of that farthest apart."""
    one = max(flows, key=lambda each: each.gap_usd)
    seller, buyer = area_phrase(one.exporter), area_phrase(one.importer)
    out, into = (
        _amounts(one.exporter_low_usd, one.exporter_high_usd),
        _amounts(one.importer_low_usd, one.importer_high_usd),
    )
    text = "Added up over all goods in the data that both sides report, "
    if len(flows) > 1:
        text += f"the largest of {phrasing.cardinal(len(flows))} differences is this: "
    text += f"{seller} reports {out} to {buyer} in {one.year}, {buyer} {into}."
    return BriefSentence(text, tuple(flows))


def _amounts(least: float, most: float) -> str:
    if not most:
        return "none"
    return figure_value(least, "USD") if least == most else range_text(least, most, "USD")


# Why two reports of a flow cannot be put side by side: who says nothing, and since when.


_BRING = "entrepot data add comtrade FILE"


def why_not(
    subject: Subject, asked: Definition, pair: ComparedReports, holdings: Sequence[InventoryItem]
) -> DataGap | None:
    """Return why nothing of the year of the brief can be compared, in a line; None if it can.

    Parameters
    ----------
    subject, asked
        What the brief is about.
    pair
        What was compared of its supplier.
    holdings
        Single reports in the lake.
    """
    year = subject.period.end.year
    if any(one.year == year for one in pair.goods):
        return None
    reporters = ReportersByYear.of(holdings)
    what = f"{subject.sellers} and {subject.buyers} reports of {subject.goods_name}, {year}"
    # From the general to the special: no reports of the
    # year, one side without, then nothing large enough.
    if all(year not in years for years in reporters.years.values()):
        return DataGap(
            what,
            f"no individual reports of {year} are loaded, only {_available(reporters)}",
            _BRING,
        )
    sides = (
        (
            asked.members("exporter"),
            reporters.exports,
            f"exports that {subject.seller} itself reports",
        ),
        (
            asked.members("importer"),
            reporters.imports,
            f"imports that {subject.buyer} itself reports",
        ),
    )
    non_reporting = []
    known = []
    for members, reported, lacks in sides:
        if not any(year in reported.get(name, ()) for name in members):
            non_reporting.append(lacks)
            known += [one.note for one in stopped_in(members, subject.period)]
    if non_reporting:
        why = f"no {' or '.join(non_reporting)} are available for {year}"
        why += "".join(f"; {note}" for note in known).replace("'", "\u2019")
        # A country that stopped for good has nothing that could be loaded.
        return DataGap(what, why, "" if known else _BRING)
    if any(one.year == year for one in pair.totals):
        why = f"for {year} both sides report totals, but no large enough flow of these goods"
    else:
        why = (
            f"both sides report {year}, but no large enough flow of these goods in comparable "
            "codes and currency is in the data"
        )
    return DataGap(what, why, "")


def _available(reporters: ReportersByYear) -> str:
    """Return what is held instead: "UN Comtrade of 2022"."""
    return joined(
        [
            f"{source_name(name)} of {_span(years)}"
            for name, years in sorted(reporters.years.items())
        ]
    )


def _span(years: set[int]) -> str:
    first, last = min(years), max(years)
    return f"{first}" if first == last else f"{first} to {last}"
