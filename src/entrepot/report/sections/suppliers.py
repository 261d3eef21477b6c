"""Who supplies: everybody on a map, how much hangs on the largest, and who moved most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.questions.question import special
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import NBSP, joined, number
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of
from entrepot.report.missing_value import lacking
from entrepot.report.parts import Gap, Note, Remark, Section, Sentence, Table
from entrepot.report.standalone.world import of_suppliers

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject

__all__ = ["concentration", "leaps", "leapt", "moved", "section", "shares_of"]

NAME, EYEBROW = "suppliers", "Who supplies"
SHOWN = 10
LEAST_MOVE = 1.0
"""Points of share below which a change is not worth a sentence."""
LEAP, LEAP_FROM = 1.0, 20.0
"""A share of this many per cent that is this many times what it was has leapt."""


def section(book: BriefContext, subject: Subject) -> Section:
    """Return the suppliers of the goods, or of all goods where only those are known."""
    figure = book.of_goods_or_all("top_supplier", subject, importer=subject.importer)
    if not figure.table:
        what = f"{subject.buyers} suppliers of {subject.goods_name}"
        lacks = lacking(book, figure)
        title = Remark(f"Who else supplies {subject.buyer} is not known")
        return Section(NAME, EYEBROW, title, gap=Gap(what, lacks.why, lacks.command))
    drawn = of_suppliers(figure, subject.supplier)
    before = _before(book, figure)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Sentence(subject.headed(drawn.title, figure.definition.goods), (figure,)),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_table(figure),
        notes=_notes(figure, before, subject),
        source=(" ".join(drawn.foot),),
    )


def _before(book: BriefContext, figure: Figure) -> Figure | None:
    """Return the same of the year before from the same source, if it is held."""
    asked = figure.definition
    earlier = asked.period.before()
    found = book.value(
        "top_supplier",
        importer=asked.importer,
        goods=asked.goods,
        period=earlier,
        source=asked.source,
    )
    return found if found.table else None


def shares_of(figure: Figure) -> dict[str, float]:
    """Return the share of each supplier in per cent, the largest first."""
    values = {str(row["exporter"]): float(row["value"]) for row in figure.table}
    total = sum(values.values())
    ordered = sorted(values, key=lambda name: (-values[name], name))
    return {name: 100 * values[name] / total for name in ordered} if total else {}


def _named(shares: dict[str, float]) -> dict[str, float]:
    return {name: share for name, share in shares.items() if name not in special()}


def _percent(value: float) -> str:
    return f"{number(value, 2)}{NBSP}%"


def concentration(figure: Figure) -> Sentence | None:
    """Say how many suppliers it takes for more than half, the named ones only.

    Nothing is said where those with a name do not come to more than half.
    """
    shares = shares_of(figure)
    total, taken = 0.0, []
    for name, share in _named(shares).items():
        total += share
        taken.append(area_phrase(name))
        if total > 50:
            break
    if total <= 50:
        return None
    asked = figure.definition
    whole = f"{possessive(area_phrase(asked.importer))} imports"
    if asked.goods != "all":
        whole += f" of {goods_title(asked.goods)}"
    size = f"{whole} in {asked.period}, {_percent(total)}"
    if total < 50.5:  # which reads as 50 %, and that is not most
        who = joined(taken) if len(taken) <= 3 else f"the {len(taken)} largest suppliers"
        text = f"{phrasing.capital(who)} supplied just over half of {whole} in {asked.period}."
    elif len(taken) == 1:
        text = f"{phrasing.capital(taken[0])} alone supplied most of {size}."
    elif len(taken) <= 3:
        text = f"{phrasing.capital(joined(taken))} together supplied most of {size}."
    else:
        number = phrasing.cardinal(len(taken))
        text = f"It takes the {number} largest suppliers to supply most of {size}."
    return Sentence(text, (figure,))


def moved(before: Figure, after: Figure) -> Sentence | None:
    """Say whose share rose and whose fell most between two years of one source.

    Who is recorded in one of the years alone is left out: not recorded is not zero.
    """
    earlier, later = _named(shares_of(before)), _named(shares_of(after))
    change = {name: later[name] - share for name, share in earlier.items() if name in later}
    parts = []
    for name, word in (
        (max(change, key=lambda one: change[one], default=""), "rose"),
        (min(change, key=lambda one: change[one], default=""), "fell"),
    ):
        size = change.get(name, 0.0)
        if abs(size) < LEAST_MOVE or (size > 0) is not (word == "rose"):
            continue
        ends = (earlier[name], later[name])
        shown = " to ".join(number(end, 3 if end >= 10 else 2) for end in ends)
        whose = possessive(area_phrase(name))
        parts.append(f"{whose} share {word} most, from {shown}{NBSP}%")
    if not parts:
        return None
    when = f"From {before.definition.period} to {after.definition.period}"
    return Sentence(f"{when} {'; '.join(parts)}.", (before, after))


def leapt(earlier: dict[str, float], later: dict[str, float]) -> list[str]:
    """Return the suppliers whose share, in per cent, became many times what it was."""
    return [
        name
        for name, share in later.items()
        if name not in special()
        and share >= LEAP
        and 0 < earlier.get(name, 0.0) * LEAP_FROM <= share
    ]


def leaps(
    earlier: dict[str, float], later: dict[str, float], when: str, carried: tuple[Figure, ...]
) -> Note | None:
    """Name suppliers whose share, in per cent, became many times what it was.

    Parameters
    ----------
    earlier, later
        Shares in per cent by supplier.
    when
        The two times, as they stand in the sentence.
    carried
        Figures behind both.
    """
    found = [
        f"{area_name(name)} ({number(earlier[name], 2)} to {number(later[name], 2)}{NBSP}%)"
        for name in leapt(earlier, later)
    ]
    if not found:
        return None
    text = f"The share became {LEAP_FROM:.0f} times as large or more {when}: {joined(found[:3])}."
    doubt = "A leap like this can be a change of recording or an error: look before you quote."
    return Note("What stands out", (Sentence(text, carried), Remark(doubt)))


def _table(figure: Figure) -> Table:
    asked = figure.definition
    shares = shares_of(figure)
    values = {str(row["exporter"]): float(row["value"]) for row in figure.table}
    groups = {area_name(name): [name] for name in list(shares)[:SHOWN]}
    if rest := list(shares)[SHOWN:]:
        groups[f"{len(rest)} others"] = rest
    sums = {
        who: [sum(part[name] for name in names) for part in (shares, values)]
        for who, names in groups.items()
    }
    shown = amounts_of(asked.currency, (value for _, value in sums.values()))
    whose = phrasing.capital(possessive(area_phrase(asked.importer)))
    return Table(
        caption=f"{whose} suppliers of {goods_title(asked.goods)}, {asked.period}: "
        f"share in per cent, value in {shown.unit}",
        head=("Supplier", "Share", "Value"),
        numeric=(False, True, True),
        rows=tuple(
            (who, f"{share:.2f}", shown.text(value)) for who, (share, value) in sums.items()
        ),
        units=("", "per cent", shown.unit),
        name="Table of this map",
    )


def _notes(figure: Figure, before: Figure | None, subject: Subject) -> tuple[Note, ...]:
    notes = []
    if figure.definition.goods != subject.goods:
        what = (
            f"Of {subject.goods_name} not all suppliers are held, so these are those of all goods."
        )
        notes.append(Note("What is shown", (Remark(what),)))
    if said := concentration(figure):
        notes.append(Note("How concentrated", (said,)))
    if before is None:
        return tuple(notes)
    if said := moved(before, figure):
        notes.append(Note("Who moved most", (said,)))
    when = f"from {before.definition.period} to {figure.definition.period}"
    if told := leaps(shares_of(before), shares_of(figure), when, (before, figure)):
        notes.append(told)
    return tuple(notes)
