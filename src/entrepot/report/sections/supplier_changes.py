"""Change of suppliers: suppliers before and after, and who took most of what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.questions.question import is_named
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import NBSP, figure_value, joined, number
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of, changes
from entrepot.report.breaks import break_of
from entrepot.report.charts import BriefTable
from entrepot.report.charts.slope import slope_chart
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section
from entrepot.report.sections.suppliers import leaps

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.model.period import Period
    from entrepot.report.brief_context import BriefContext, Subject

NAME, EYEBROW = "replaced", "Change of suppliers"
BACK = 5
SHOWN = 5


def section(context: BriefContext, subject: Subject) -> Section:
    """Return who gained and who lost of the goods, or of all goods where only those are known."""
    figure = changed(context, subject)
    if figure.status != "ok" or not figure.table:
        what = f"{subject.buyers} suppliers of {subject.goods_name} in two years"
        title = Remark("The change of suppliers is not known")
        lacks = missing_value(context, figure)
        return Section(NAME, EYEBROW, title, gap=DataGap(what, lacks.why, lacks.command))
    drawn = slope_chart(figure)
    broken = any(item.id == "reporter-break" for item in figure.caveats)
    caveats = ("reporter-break",) if broken else ()
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=BriefSentence(
            subject.headed(_title(figure), figure.definition.goods), (figure,), caveats
        ),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_table(figure),
        notes=_notes(figure, subject, caveats),
        source=(" ".join(drawn.foot[1:]),),
    )


def changed(context: BriefContext, subject: Subject) -> Figure:
    """Return the first change that is known: before a break if there is one, else the longest."""
    year = subject.period.year
    available = [one for one in context.years() if year - BACK <= one < year]
    broken = break_of(subject.importer, subject.supplier, year - BACK, year)
    # A break first, then the oldest year: the longest change.
    bases = dict.fromkeys([*([broken.year] if broken else []), *sorted(available)])
    starts: tuple[int | Period, ...] = tuple(bases) or (year - 1,)
    if not subject.period.is_year:  # a span is compared with one of the same length
        starts = (subject.period.before(),)
    found = []
    for goods in dict.fromkeys((subject.goods, "all")):
        for base in starts:
            figure = context.value(
                "reorientation",
                importer=subject.importer,
                goods=goods,
                period=subject.period,
                base=base,
            )
            if figure.status == "ok" and figure.table:
                return figure
            found.append(figure)
    return found[len(starts) - 1]  # the shortest, of the goods asked for


def _title(figure: Figure) -> str:
    """Name who gained and who lost most, each only if it did and is recorded in both years."""
    asked = figure.definition
    unrecorded = _unrecorded(figure)
    moved = {
        name: one
        for name, one in changes(figure).items()
        if is_named(name) and name not in unrecorded
    }
    parts = []
    for name, word in (
        (max(moved, key=lambda one: moved[one], default=""), "gained"),
        (min(moved, key=lambda one: moved[one], default=""), "lost"),
    ):
        change = moved.get(name, 0.0)
        if change > 0 if word == "gained" else change < 0:
            parts.append(f"{area_phrase(name)} {word} {figure_value(abs(change), figure.unit)}")
    listed = ", ".join(parts) or "no supplier gained or lost"
    return phrasing.capital(f"{listed}, {asked.base:–} to {asked.period:–}")


def _unrecorded(figure: Figure) -> list[str]:
    """Return who sold something before and is not recorded after, the largest first."""
    gone = {
        str(row["exporter"]): float(row["value_before"])
        for row in figure.table
        if row["value_before"] and not row["value_after"]
    }
    return sorted(gone, key=lambda name: (-gone[name], name))


def gone(figure: Figure) -> BriefSentence | None:
    """Say whose loss may be no loss, since nothing is recorded of them any more."""
    unrecorded = [name for name in _unrecorded(figure) if is_named(name)]
    if not unrecorded:
        return None
    more = [phrasing.count_word(len(unrecorded) - 3, "other")] if len(unrecorded) > 3 else []
    names = joined([*(area_phrase(name) for name in unrecorded[:3]), *more])
    text = f"No sales by {names} are recorded in {figure.definition.period}; this counts as "
    return BriefSentence(f"{text}a loss here, but may only be unreported.", (figure,))


def _in_one_time(figure: Figure, areas: frozenset[str]) -> list[str]:
    """Return who of some suppliers is recorded before or after alone, the largest first."""
    sizes = {
        str(row["exporter"]): float(row["value_before"] or row["value_after"] or 0)
        for row in figure.table
        if row["exporter"] in areas and bool(row["value_before"]) != bool(row["value_after"])
    }
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def gained_by(figure: Figure, supplier: frozenset[str], name: str = "") -> BriefSentence | None:
    """Say what part of all gains went to the supplier that the page is about.

    "Most" only where what is printed is more than half, as `suppliers.concentration` has it;
    nothing where it gained nothing. A group has a `name`.
    """
    moved = changes(figure)
    gains = sum(change for change in moved.values() if change > 0)
    # Over members of a group that both times have: what one gained may be what another lost, and
    # who has no row in one of them is no change of the others.
    apart = _in_one_time(figure, supplier) if len(supplier) > 1 else []
    own = sum(moved.get(name, 0.0) for name in supplier if name not in apart)
    asked = figure.definition
    who = name or area_phrase("+".join(sorted(supplier)))
    if apart:
        more = [phrasing.count_word(len(apart) - 3, "other")] if len(apart) > 3 else []
        names = joined([*map(area_phrase, apart[:3]), *more])
        who = f"without {names}, recorded in one of these years only, {who}"
    when = f"from {asked.base:–} to {asked.period:–}"
    if own == 0 or gains <= 0:
        return None
    if own < 0:
        text = f"{phrasing.capital(who)} sold {figure_value(-own, figure.unit)} less {when}."
        return BriefSentence(text, (figure,))
    part = own / gains
    size = f"{number(100 * part, 2)}{NBSP}%"
    if part >= 1:
        text = f"{phrasing.capital(who)} alone sold more {when}."
    elif 0.5 < part < 0.505:  # which reads as 50 %, and that is not most
        text = f"{phrasing.capital(who)} added just over half of what suppliers sold more {when}."
    elif part > 0.5:
        text = f"{phrasing.capital(who)} added most of what suppliers sold more {when}: {size}."
    else:
        text = f"{phrasing.capital(who)} added {size} of what suppliers sold more {when}."
    return BriefSentence(text, (figure,))


def _filled(figure: Figure) -> BriefSentence | None:
    """Say how much of what some lost others made up for."""
    amounts = {
        name: float(value)
        for name, value in figure.details.items()
        if isinstance(value, (int, float)) and name in ("lost", "gained", "not_replaced")
    }
    if len(amounts) < 3:
        return None
    lost, gained, missing = (
        figure_value(amounts[name], figure.unit) for name in ("lost", "gained", "not_replaced")
    )
    if amounts["lost"] <= 0:
        return BriefSentence(
            f"No supplier sold less; those that sold more added {gained}.", (figure,)
        )
    text = f"Suppliers that sold less lost {lost}, those that sold more added {gained}"
    text += f"; {missing} was not replaced." if amounts["not_replaced"] > 0 else ", which is more."
    return BriefSentence(text, (figure,))


def _notes(figure: Figure, subject: Subject, caveats: tuple[str, ...]) -> tuple[Note, ...]:
    # The definition of a change names no exporter; `but` lends it one to have its members resolved.
    named = frozenset(figure.definition.but(exporter=subject.supplier).members("exporter"))
    said = [
        one
        for one in (gained_by(figure, named, subject.seller), _filled(figure), gone(figure))
        if one
    ]
    notes = [Note("In words", tuple(said))] if said else []
    earlier, later = (
        {str(row["exporter"]): 100 * float(row[f"share_{end}"]) for row in figure.table}
        for end in ("before", "after")
    )
    when = f"from {figure.definition.base:–} to {figure.definition.period:–}"
    if leap := leaps(earlier, later, when, (figure,)):
        notes.append(leap)
    how = (
        "“Replaced” means that one supplier’s sales rose while another’s fell; it does not "
        "imply a decision."
    )
    return (*notes, Note("How to read it", (Remark(how, caveats),)))


def _table(figure: Figure) -> BriefTable:
    asked = figure.definition
    moved = changes(figure)
    rows = {str(row["exporter"]): row for row in figure.table}
    ordered = sorted(moved, key=lambda name: (-abs(moved[name]), name))
    kept = [name for name in ordered if is_named(name)][: 2 * SHOWN]
    rest = [name for name in ordered if name not in kept]
    groups = [([name], area_name(name)) for name in kept]
    if rest:
        groups.append((rest, f"{len(rest)} others"))
    ends = ("value_before", "value_after")
    sums = [
        tuple(sum(float(rows[name][end]) for name in names) for end in ends) for names, _ in groups
    ]
    shown = amounts_of(figure.unit, (value for pair in sums for value in pair))
    lines = tuple(
        (
            who,
            *(shown.text(value or None) for value in pair),  # not recorded is not zero
            shown.text(sum(moved[name] for name in names), sign=True),
        )
        for (names, who), pair in zip(groups, sums, strict=True)
    )
    whose = phrasing.capital(possessive(area_phrase(asked.importer)))
    return BriefTable(
        caption=f"{whose} suppliers of {goods_title(asked.goods)}, {shown.unit}",
        head=("Supplier", f"{asked.base}", f"{asked.period}", "Change"),
        numeric=(False, True, True, True),
        rows=lines,
        units=("", *(shown.unit for _ in range(3))),
    )
