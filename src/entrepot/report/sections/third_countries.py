"""Possible rerouting via third countries: suppliers that sell less, via those that sell more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.figures.hub_placebos import with_tests
from entrepot.figures.questions.question import is_named
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import NBSP, figure_value, joined, per_cent, range_text
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of, change_of
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.alone import foot
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section
from entrepot.report.sections.suppliers import leapt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures import Definition, Figure
    from entrepot.report.brief_context import BriefContext, Subject

NAME, EYEBROW = "through_hubs", "Possible rerouting via third countries"
TOGETHER = "All hubs, chains included"
LOSERS, GAINERS, MOST_YEARS = 5, 4, 5


def section(context: BriefContext, subject: Subject, changed: Figure) -> Section | None:
    """Return what may have come through hubs; None where nobody is known to have lost and gained.

    Who lost most, in the answer on who was replaced by whom, is the origin, who gained most the
    hubs.
    """
    losers, gainers, doubted = _sides(changed)
    if not losers or not gainers:
        return None
    asked = changed.definition
    # A generator: the second base is asked only if the first gives no answer.
    answers = (
        context.ask(
            "rerouted",
            importer=asked.importer,
            exporter="+".join(losers),
            hubs="+".join(gainers),
            goods=asked.goods,
            period=asked.period,
            base=base,
            source=asked.source,
        )
        for base in _bases(context, changed)
    )
    figure = next(answers)
    if figure.status != "ok":
        figure = next(answers, figure)
    if figure.status != "ok":
        lacks = missing_value(context, figure)
        what = f"trade that may have reached {subject.buyer} via {_names(gainers)}"
        title = Remark("Possible rerouting via third countries cannot be computed")
        gap = DataGap(what, lacks.why, lacks.command)
        return Section(NAME, EYEBROW, title, gap=gap, notes=tuple(_left_out(changed, doubted)))
    figure = _tested(context, figure)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=BriefSentence(_title(figure), (figure,), _caveats(figure)),
        deck=(
            f"Goods of suppliers that sold less ({_names(losers)}) via hubs that sold more, "
            f"in excess of the no-event counterfactual from {figure.definition.base}."
        ),
        picture=_picture(figure),
        table=_table(figure),
        notes=tuple(_notes(figure, changed, doubted)),
        source=(" ".join(foot(figure)[1:]),),
    )


def _tested(context: BriefContext, figure: Figure) -> Figure:
    """Set placebos beside an alarm; where there is none, there is nothing to doubt."""
    if not any(row.get("alarm") for row in figure.table):
        return figure

    # Placebos are asked through the context, so that they are remembered and count as evidence.
    def ask(definition: Definition) -> Figure:
        keys = {name: value for name, value in definition.to_dict().items() if value is not None}
        return context.ask(**keys)

    return with_tests(figure, ask)


def _sides(changed: Figure) -> tuple[list[str], list[str], list[str]]:
    """Return who lost most, who gained most, and who would be a hub but for a doubt.

    All sold something after as well: one of whom nothing is recorded any more may only not be
    reported. A share of all goods that became many times what it was is an error of recording
    rather than a hub; of a few goods it is how a hub looks.
    """
    changes = {
        str(row["exporter"]): change_of(row)
        for row in changed.table
        if is_named(row["exporter"]) and row["value_after"]
    }
    ordered = sorted(changes, key=lambda name: (changes[name], name))
    leaps: list[str] = []
    if changed.definition.goods == "all":
        leaps = leapt(*(_shares(changed, end) for end in ("before", "after")))
    losers = [name for name in ordered[:LOSERS] if changes[name] < 0]
    gained = [name for name in reversed(ordered) if changes[name] > 0]
    gainers = [name for name in gained if name not in leaps][:GAINERS]
    doubted = [name for name in gained[:GAINERS] if name in leaps]
    return sorted(losers), sorted(gainers), sorted(doubted)


def _shares(changed: Figure, end: str) -> dict[str, float]:
    return {str(row["exporter"]): 100 * float(row[f"share_{end}"]) for row in changed.table}


def _bases(context: BriefContext, changed: Figure) -> Iterator[str]:
    """Yield the years up to the base that follow each other, since many say more, then it alone."""
    base = changed.definition.base or changed.definition.period.before()
    first = last = base.end.year
    # Without a gap: a trend over a missing year would be a guess.
    while first - 1 in context.years() and last - first + 1 < MOST_YEARS:
        first -= 1
    if first < base.start.year:
        yield f"{first}..{last}"
    yield str(base)


def _names(areas: list[str]) -> str:
    return joined([area_phrase(one) for one in areas])


def _title(figure: Figure) -> str:
    asked = figure.definition
    when = f"{asked.period}"
    most = figure.value if figure.high is None else figure.high  # no range: both ends are one
    if not most:
        text = f"No excess trade via {area_phrase(asked.hubs or '')} in {when}"
        return phrasing.capital(text)
    if figure.low and figure.high:
        spread = figure.range_text
        return f"{spread} may have been rerouted via third countries in {when}"
    return (
        f"At most {figure_value(most, figure.unit)} may have been rerouted via third "
        f"countries in {when}"
    )


def _caveats(figure: Figure) -> tuple[str, ...]:
    return tuple(item.id for item in figure.caveats)


def _picture(figure: Figure) -> Chart | None:
    """Return the bounds of each hub as parts of what it bought; None where none bought anything."""
    rungs = tuple(
        # As parts of what each hub bought, since hubs
        # differ in size by far more than in their parts.
        _rung(row, float(row["bought"]))
        for row in figure.table
        if float(row["bought"]) > 0
    )
    if not any(rung.high for rung in rungs):
        return None
    title = "Possible pass-through of each hub alone, per cent of its purchases"
    said = (
        f"{rung.name} {rung.text}, {range_text(rung.low, rung.high, 'percent', value=rung.value)}"
        for rung in rungs
    )
    alt_text = f"{title}, from at least to at most: {'; '.join(said)}."
    return Chart(RangePlot(((title, rungs),)), alt_text)


def _rung(row: dict[str, Any], bought: float) -> RangeRow:
    low, value, high = (100 * float(row[name]) / bought for name in ("low", "matched", "high"))
    return RangeRow(area_name(str(row["hub"])), value, low, high, f"{per_cent(value)}{NBSP}%")


def _table(figure: Figure) -> BriefTable:
    columns = ("excess_in", "excess_out", "matched", "low", "high")
    lines = [
        (area_name(str(row["hub"])), [row.get(name) for name in columns], row.get("began", ""))
        for row in figure.table
    ]
    if len(lines) > 1:
        sides = [figure.details.get(name) for name in columns[:2]]
        ends = [figure.value if end is None else end for end in (figure.low, figure.high)]
        lines.append((TOGETHER, [*sides, figure.value, *ends], ""))
    shown = amounts_of(figure.unit, (value for _, values, _ in lines for value in values))
    rows = tuple(
        (name, *(shown.text(value) for value in values), str(began))
        for name, values, began in lines
    )
    return BriefTable(
        caption=f"Possible rerouting via each hub alone, {shown.unit}",
        head=("Hub", "Excess imports", "Excess exports", "Matched", "At least", "At most", "Since"),
        numeric=(False, True, True, True, True, True, False),
        rows=rows,
        units=("", *(shown.unit for _ in columns), ""),
    )


def _notes(figure: Figure, changed: Figure, doubted: list[str]) -> Iterator[Note]:
    said: list[BriefSentence | Remark] = []
    if figure.value:
        amount = figure_value(figure.value, figure.unit)
        text = (
            f"{amount} entered and left the hubs in excess of the counterfactual: same "
            "goods, same period."
        )
        said.append(BriefSentence(text, (figure,), _caveats(figure)))
    if points := str(figure.details.get("choke_points", "")):
        text = f"Flows that limit the possible rerouting: {points}."
        said.append(BriefSentence(text, (figure,)))
    if text := _chains(figure):
        said.append(BriefSentence(text, (figure,)))
    if said:
        yield Note("In words", tuple(said))
    if stands := [row for row in figure.table if "verdict" in row and row.get("alarm")]:
        texts = (f"{area_name(str(row['hub']))}: {row['verdict']}." for row in stands)
        placebos = (str(figure.details.get(name, "")) for name in ("placebo_time", "placebo_goods"))
        tests = [BriefSentence(f"{phrasing.capital(one)}.", (figure,)) for one in placebos if one]
        yield Note(
            "Placebo tests of the alarm",
            (*(BriefSentence(one, (figure,)) for one in texts), *tests),
        )
    if other := str(figure.details.get("would_change", "")):
        yield Note("Other explanations", (BriefSentence(f"{other}.", (figure,)),))
    yield from _left_out(changed, doubted)
    how = (
        "Excess imports and exports are relative to the no-event counterfactual. At least: what "
        "other sources cannot have supplied, after a margin. At most: what can have passed. Rows "
        "and chart show each hub alone"
    )
    if len(figure.table) > 1:
        how += "; the last row and the title include chains from one hub to the next"
    how += ". Dot: matched; line: lower to upper bound."
    yield Note("How to read it", (Remark(how, _caveats(figure)),))


def _chains(figure: Figure) -> str:
    """Say what can at most have come through one hub, and through two in a row or three."""
    ways = {"one hub each": "high_one_hub", "two in a row": "high_two_hubs"}
    ways["three in a row"] = "high_three_hubs"
    known = {way: float(figure.details.get(name, 0.0)) for way, name in ways.items()}
    if not any(amount for way, amount in known.items() if way != "one hub each"):
        return ""
    parts = [f"{figure_value(one, figure.unit)} through {way}" for way, one in known.items() if one]
    return f"At most, if all had taken one route: {joined(parts)}."


def _left_out(changed: Figure, doubted: list[str]) -> Iterator[Note]:
    if doubted:
        text = (
            f"{phrasing.capital(_names(doubted))}: the share of all goods became many times "
            "larger, which may be a change of recording or an error."
        )
        yield Note("Excluded as hubs", (BriefSentence(text, (changed,)),))
