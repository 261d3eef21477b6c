"""Goods by tier and year: what grew, on one scale, with the reporter break between the bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.figures.caveats import for_series, runs_of
from entrepot.figures.citation import data_set
from entrepot.model.display import NBSP, number, with_unit
from entrepot.report import phrasing
from entrepot.report.attribution import row_of
from entrepot.report.breaks import break_of
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.tiers import TierBar, TierPanel, TierPanels
from entrepot.report.definitions import ADD_DATA, part_name
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.breaks import Break
    from entrepot.report.brief_context import BriefContext, Subject

NAME = "goods"


def section(context: BriefContext, subject: Subject) -> Section:
    """Return the values of the goods by tier, or a gap that says what is missing."""
    eyebrow = f"Goods from {subject.seller}"
    source = source_of(context, subject)
    side = None
    total = tier_of(context, subject, "", subject.goods, years_of(context, subject), source)
    # Bars of two reporters do not compare. If one side's
    # reports have more than a year, they are taken alone.
    if len(runs_of(total.ordered)) > 1 and (side := _last_side(total)):
        alike = tier_of(context, subject, "", subject.goods, sorted(total.values), source, side)
        total = alike if len(alike.values) > 1 else total
    apart = [*for_series(total.ordered)]
    if len(total.values) < 2:
        what = f"{subject.goods_name} from {subject.seller} to {subject.buyer}, by year"
        gap = DataGap(what, *_lacks(context, subject))
        return Section(NAME, eyebrow, Remark("Values by year are not available"), gap=gap)
    years = sorted(total.values)
    tiers = tiers_of(context, subject, years, source, None if apart else side) or [total]
    broken = (
        None
        if total.is_one_reporter
        else break_of(subject.importer, subject.supplier, years[0], years[-1], total.ordered)
    )
    last, before = years[-1], years[-2]
    hot = _hot(tiers, before, last) or total
    title = _title(total, hot, before, last)
    unit = Unit.of(tiers)
    drawn = TierPanels(
        panels=tuple(_panel(t, years, before, unit, broken, hot=t is hot) for t in tiers),
        unit=unit.name,
        broken=broken,
    )
    alt_text = f"{title.text}. {_alt_text(tiers, before, last, unit)}"
    return Section(
        id=NAME,
        eyebrow=eyebrow,
        title=title,
        deck=_deck(subject, tiers, unit.name),
        picture=Chart(drawn, alt_text, _key(drawn, subject)),
        table=_table(subject, tiers, years, unit),
        notes=(
            *_notes(subject, tiers, hot, (before, last), broken, unit),
            *(
                Note("What cannot be concluded", (Remark(one.text, (one.id,)),))
                for one in apart
                if broken is None
            ),
        ),
        source=_source(total),
    )


def _lacks(context: BriefContext, subject: Subject) -> tuple[str, str]:
    """Return why there are no two years of it, and what would bring them."""
    value = context.value(
        "value",
        importer=subject.importer,
        exporter=subject.supplier,
        goods=subject.goods,
        period=subject.period,
    )
    if value.status == "ok":
        return "only one year is available, and a change needs two", ADD_DATA
    lacks = missing_value(context, value)
    return lacks.why, lacks.command


def _hot(tiers: list[Tier], before: int, last: int) -> Tier | None:
    """Return the tier that rose most; None if no tier has both years."""
    changes = [
        (change, tier) for tier in tiers if (change := tier.change(before, last)) is not None
    ]
    return max(changes, key=lambda pair: pair[0])[1] if changes else None


def _title(total: Tier, hot: Tier, before: int, last: int) -> BriefSentence:
    """Name the tier behind a quarter or more of a rise; else say what the whole did."""
    ends = (total.values[before], total.values[last])
    change = ends[1].required() - ends[0].required()
    own = hot.change(before, last)
    evidence = (*ends, *(hot.values[year] for year in (before, last) if year in hot.values))
    # Of a fall no tier has a part that a reader would understand.
    part = own / change if own is not None and change > 0 and hot is not total else None
    # Above one other tiers fell: "made 130 % of the rise" would puzzle.
    if part is not None and 0.25 <= part <= 1:
        size = f"{number(part * 100, 2)}{NBSP}%"
        text = f"{phrasing.capital(hot.name)} made {size} of the rise from {before} to {last}"
        return BriefSentence(text, evidence)
    # No per cent of nothing.
    if ends[0].required() <= 0:
        return BriefSentence(f"The goods sent began after {before}", ends)
    percent = change / ends[0].required() * 100
    if percent >= 100:
        moved = phrasing.multiple(percent)
        return BriefSentence(f"The goods sent {moved} from {before} to {last}", ends)
    moved = phrasing.direction(percent, level="stayed level")
    size = f" by {number(abs(percent), 2)}{NBSP}%" if moved != "stayed level" else ""
    return BriefSentence(f"The goods sent {moved}{size} from {before} to {last}", ends)


def _deck(subject: Subject, tiers: list[Tier], unit: str) -> str:
    what = phrasing.capital(subject.goods_name)
    kind = " by tier of the list" if len(tiers) > 1 else ""
    scale = " All panels share one scale." if len(tiers) > 1 else ""
    money = unit.replace("m ", "million ").replace("bn ", "billion ")
    return f"{what} from {subject.seller} to {subject.buyer}{kind}, {money}.{scale}"


def _panel(
    tier: Tier, years: list[int], before: int, unit: Unit, broken: Break | None, *, hot: bool
) -> TierPanel:
    last = years[-1]
    bars = tuple(
        TierBar(
            year=year,
            value=tier.values[year].required() / unit.scale,
            blended=broken is not None and year <= broken.year,
            text=unit.amount(tier.values[year]),
        )
        for year in years
        if year in tier.values
    )
    return TierPanel(tier.code, phrasing.capital(tier.name), _change(tier, before, last), bars, hot)


def _change(tier: Tier, before: int, last: int) -> str:
    change, first = tier.change(before, last), tier.values.get(before)
    if change is None or first is None or not first.value:
        return f"{before} not available"
    percent = change / first.value * 100
    sign = "+" if percent > 0 else ""
    return f"{sign}{number(percent, 2)}{NBSP}% on {before}"


def _key(drawn: TierPanels, subject: Subject) -> tuple[tuple[str, str], ...]:
    if drawn.broken is None:
        return ()
    year, before, after = drawn.broken.year, drawn.broken.before, drawn.broken.after
    if gone := drawn.broken.blend_without:
        left = subject.buyers if gone in subject.supplier.split("+") else subject.sellers
        before, after = "both reports reconciled", f"{left} report alone"
    return (
        ("blended", f"{before}, to {year}"),
        ("context", f"{after}, from {year + 1}"),
    )


def _alt_text(tiers: list[Tier], before: int, last: int, unit: Unit) -> str:
    parts = []
    for tier in tiers:
        ends = [unit.amount(tier.values[y]) for y in (before, last) if y in tier.values]
        parts.append(f"{tier.name}: {' to '.join(ends)} {unit.name}")
    return f"From {before} to {last}, {'; '.join(parts)}."


def _table(subject: Subject, tiers: list[Tier], years: list[int], unit: Unit) -> BriefTable:
    rows = tuple(
        (
            f"{tier.code} {tier.name}".strip(),
            *(unit.amount(tier.values[y]) if y in tier.values else "" for y in years),
        )
        for tier in tiers
    )
    what = f"{subject.goods_name} from {subject.seller} to {subject.buyer}"
    return BriefTable(
        caption=f"{phrasing.capital(what)}, {unit.name}",
        head=("Tier" if len(tiers) > 1 else "Goods", *(str(year) for year in years)),
        numeric=(False, *(True for _ in years)),
        units=("", *(unit.name for _ in years)),
        rows=rows,
    )


def _notes(
    subject: Subject,
    tiers: list[Tier],
    hot: Tier,
    span: tuple[int, int],
    broken: Break | None,
    unit: Unit,
) -> tuple[Note, ...]:
    notes, (before, last) = [], span
    change = hot.change(before, last)
    if change is not None and len(tiers) > 1 and hot in tiers:
        ends = (hot.values[before], hot.values[last])
        first, now = (unit.amount(figure) for figure in ends)
        both = with_unit(f"{first} to {now}", unit.name)
        moved = phrasing.direction(change, up="went up", down="went down", level="stayed")
        text = f"{phrasing.capital(hot.name)} {moved} from {both} between {before} and {last}."
        notes.append(Note("What stands out", (BriefSentence(text, ends),)))
    if broken:
        text = (
            f"A difference between {broken.year} and {broken.year + 1} mixes trade with a change "
            "of reporter"
        )
        caveats: tuple[str, ...] = ("reporter-break",)
        if subject.goods != "all":  # all goods together are of no code
            text, caveats = (
                f"{text}, and with codes whose content changed",
                (*caveats, "edition-break"),
            )
        notes.append(Note("What cannot be concluded", (Remark(f"{text}.", caveats),)))
    return tuple(notes)


def _source(total: Tier) -> tuple[str, ...]:
    figure = total.values[max(total.values)]
    names = []
    for item in figure.evidence:
        row = row_of(item)
        names.append(row.origin_words if row else data_set(item.source, item.vintage, item.title))
    left_out = [note.text for note in figure.caveats if note.id == "missing-codes"]
    return (f"{'; '.join(dict.fromkeys(names))}. {' '.join(left_out)}".strip(),)


# Values of goods by tier and year, asked of one source, and the unit that fits them all.


MOST_YEARS = 8
MANY = 8


@dataclass(frozen=True, slots=True)
class Tier:
    """A part of the goods with its value in each year."""

    code: str
    name: str
    values: dict[int, Figure]

    @property
    def ordered(self) -> list[Figure]:
        """Its values, oldest first."""
        return [self.values[year] for year in sorted(self.values)]

    @property
    def is_one_reporter(self) -> bool:
        """Whether every year comes from one country's own statistics, named with the number."""
        rows = [row_of(item) for figure in self.values.values() for item in figure.evidence]
        reporters = {row.reporter if row else "" for row in rows}
        return len(reporters) == 1 and "" not in reporters

    def change(self, first: int, last: int) -> float | None:
        """Return the change between two years; None unless both are held."""
        if first not in self.values or last not in self.values:
            return None
        return self.values[last].required() - self.values[first].required()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit and one number of decimals for every panel and column."""

    name: str
    scale: float
    decimals: int

    @classmethod
    def of(cls, tiers: list[Tier]) -> Unit:
        """Return the unit in which the largest value has three digits or four."""
        highest = max(f.required() for tier in tiers for f in tier.values.values())
        # Up to 20,000 million, which still fits above a bar.
        word, scale = ("m", 1e6) if highest < 2e10 else ("bn", 1e9)
        name = f"{next(f.unit for tier in tiers for f in tier.values.values())} {word}"
        size = highest / scale
        # Decimals of the largest value for all, so that columns line up.
        return cls(name, scale, 0 if size >= 100 else 1 if size >= 10 else 2)

    def amount(self, figure: Figure) -> str:
        """Return a value in this unit."""
        return f"{figure.required() / self.scale:,.{self.decimals}f}"


def years_of(context: BriefContext, subject: Subject) -> list[int]:
    """Return the years worth asking: up to the headline's, the newest ones."""
    years = [year for year in context.years() if year <= subject.period.year]
    return sorted(years[:MOST_YEARS])


def source_of(context: BriefContext, subject: Subject) -> str | None:
    """Return the source that answers for the headline's year: every bar is to come from it."""
    figure = context.value(
        "value",
        importer=subject.importer,
        exporter=subject.supplier,
        goods=subject.goods,
        period=subject.period,
    )
    return figure.definition.source if figure.status == "ok" else None


def tier_of(
    context: BriefContext,
    subject: Subject,
    code: str,
    goods: str,
    years: list[int],
    source: str | None,
    side: str | None = None,
) -> Tier:
    """Return goods with the value of every year that the source has, as one side reports if any."""
    found = {}
    keys: dict[str, Any] = {
        "importer": subject.importer,
        "exporter": subject.supplier,
        "goods": goods,
        "source": source,
        **({"reported_by": side} if side else {}),
    }
    context.prepare("value", years, **keys)
    for year in years:
        figure = context.value("value", period=year, **keys)
        if figure.status == "ok":
            found[year] = figure
    return Tier(code, part_name(goods), found)


def _last_side(total: Tier) -> str | None:
    """Return the side whose reports the newest value is, where it is one side's."""
    sides = {side for item in total.ordered[-1].evidence for side in item.reported_by}
    return sides.pop() if len(sides) == 1 and sides <= {"exporter", "importer"} else None


def tiers_of(
    context: BriefContext, subject: Subject, years: list[int], source: str | None, side: str | None
) -> list[Tier]:
    """Return the tiers of a whole list that have two years at least; none for other goods.

    A list of many parts is not drawn by them: nobody can tell so many lines apart.
    """
    listed = subject.listed
    # A part of a list, or a list on a day, is not taken apart further.
    if listed is None or subject.goods != listed.id or len(listed.parts) > MANY:
        return []
    asked = [
        tier_of(context, subject, tier.id, f"{listed.id}:{tier.id}", years, source, side)
        for tier in listed.parts
    ]
    return [tier for tier in asked if len(tier.values) > 1]
