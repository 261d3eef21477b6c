"""What the importer pays: a change of value as prices and quantities, and its premium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import NBSP, number
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of
from entrepot.report.charts import BriefTable
from entrepot.report.charts.split import causes, split_chart
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject

NAME, EYEBROW = "prices", "Prices"
LEVEL = 0.05
"""Per cent below which a buyer paid what others paid."""
COLUMNS = ("value", "low", "high")
"""Of the table, as far as any step has them."""


def section(context: BriefContext, subject: Subject) -> Section:
    """Return the change on the year before as prices and quantities, or what is missing."""
    keys = {
        "importer": subject.importer,
        "exporter": subject.supplier,
        "goods": subject.goods,
        "period": subject.period,
        "base": subject.period.before(),
    }
    figure = context.ask("value_change", **keys)
    # A value without a title: all of the change is in goods that cannot be split.
    heading = title(figure) if figure.status == "ok" else ""
    if not heading:
        what = f"prices and quantities of {subject.goods_name} from {subject.seller}"
        unknown = Remark(f"The prices that {subject.buyer} pays are not known")
        gap = DataGap(what, "no comparable weights are available for them")
        if figure.status != "ok":
            lacks = missing_value(context, figure)
            gap = DataGap(what, lacks.why, lacks.command)
        return Section(NAME, EYEBROW, unknown, gap=gap)
    drawn = split_chart(figure)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=BriefSentence(heading, (figure,), ("prices",)),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_table(figure, drawn.rows),
        notes=_notes(figure, context.ask("price_premium", **keys), subject),
        source=(" ".join(drawn.foot),),
    )


def title(figure: Figure) -> str:
    """Say what prices and quantities added or took, each by its sign; empty where neither did."""
    asked, found = figure.definition, causes(figure)
    return phrasing.capital(f"{found} from {asked.base:–} to {asked.period:–}") if found else ""


def prices(figure: Figure) -> BriefSentence | None:
    """Say what unit values and quantities did, each with the word of its sign."""
    asked = figure.definition
    parts = []
    for key, name in (("price_pct", "prices (unit values)"), ("quantity_pct", "quantities")):
        moved = figure.details.get(key)
        if not isinstance(moved, (int, float)):
            continue
        word = phrasing.direction(moved)
        size = f" by {number(abs(moved), 2)}{NBSP}%" if word != "held" else " level"
        parts.append(f"{name} {word}{size}")
    if not parts:
        return None
    when = f"from {asked.base:–} to {asked.period:–}"
    text = f"{' and '.join(parts)} {when}, in goods that can be compared."
    return BriefSentence(phrasing.capital(text), (figure,), ("prices",))


def turned(figure: Figure) -> BriefSentence | None:
    """Say so where other definitions turn the sign of the change."""
    if figure.low is None or figure.high is None or not figure.low < 0 < figure.high:
        return None
    ends = figure.range_text
    text = f"Whether the value rose or fell depends on the definition: {ends}."
    return BriefSentence(text, (figure,))


def premium(figure: Figure, subject: Subject) -> BriefSentence | None:
    """Say whether prices rose more for this buyer than for others; only where a range allows it."""
    if figure.status != "ok" or figure.value is None:
        return None
    asked = figure.definition
    when = f"from {asked.base:–} to {asked.period:–}"
    known = figure.low is not None and figure.high is not None
    # `known` for both or neither; the second test is for the type checker.
    ends = [100 * end for end in (figure.low, figure.high) if known and end is not None]
    # A range across zero allows no word of direction.
    if ends and ends[0] <= 0 <= ends[-1]:
        text = (
            f"Whether prices for {subject.buyer} rose or fell against those for others {when} "
            "cannot be determined: "
        )
        return BriefSentence(f"{text}{_span(ends)}.", (figure,), ("prices",))
    if max(abs(moved) for moved in (100 * figure.value, *ends)) < LEVEL:
        text = f"Prices for {subject.buyer} moved as those for others did {when}."
        return BriefSentence(text, (figure,), ("prices",))
    word = "rose" if figure.value > 0 else "fell"
    size = f"{number(100 * abs(figure.value), 2)}{NBSP}%"
    if ends:
        size += f" ({_span(sorted(abs(end) for end in ends))})"  # the word has their sign
    # A change of the ratio of two prices, which says nothing of who paid more in either time.
    text = f"Relative to what others paid for the same goods, prices for {subject.buyer} {word} "
    return BriefSentence(f"{text}by {size} {when}.", (figure,), ("prices",))


def _span(ends: list[float]) -> str:
    return f"{' to '.join(number(end, 2) for end in ends)}{NBSP}%"


def _notes(figure: Figure, above: Figure, subject: Subject) -> tuple[Note, ...]:
    said = [one for one in (prices(figure), turned(figure), premium(above, subject)) if one]
    how = f"A price here is a unit value, {figure.unit} a kilogram: dearer goods under one code "
    how += "read as a higher price."
    notes = [Note("In words", tuple(said))] if said else []
    return (*notes, Note("How to read it", (Remark(how, ("prices",)),)))


def _table(figure: Figure, rows: tuple[dict[str, object], ...]) -> BriefTable:
    asked = figure.definition
    columns = [name for name in COLUMNS if any(row[name] is not None for row in rows)]
    shown = amounts_of(figure.unit, (row[name] for row in rows for name in columns))
    return BriefTable(
        caption=f"From the value in {asked.base} to that in {asked.period}, {shown.unit}",
        head=("Step", *(phrasing.capital(name) for name in columns)),
        numeric=(False, *(True for _ in columns)),
        rows=tuple(
            (str(row["part"]), *(shown.text(row[name]) for name in columns)) for row in rows
        ),
        units=("", *(shown.unit for _ in columns)),
    )
