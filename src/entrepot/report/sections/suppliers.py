"""Suppliers: all on a map, how much depends on the largest, and whose share changed most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.figures.questions.question import is_named, special
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import NBSP, joined, number, per_cent
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of
from entrepot.report.charts import BriefTable
from entrepot.report.charts.alone import available_years
from entrepot.report.charts.stack import Stack, found_years, of_years
from entrepot.report.charts.world import of_buyers, of_suppliers
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.breaks import Break
    from entrepot.report.brief_context import BriefContext, Subject

NAME, EYEBROW = "suppliers", "Suppliers"
SHOWN = 10
LEAST_MOVE = 1.0
"""Points of share below which a change is not worth a sentence."""
# The first keeps out shares that grew twentyfold and are nothing still.
LEAP, LEAP_FROM = 1.0, 20.0
"""A share of this many per cent that is this many times what it was has leapt."""


def section(context: BriefContext, subject: Subject) -> Section:
    """Return the suppliers of the goods, or of all goods where only those are known."""
    figure = context.of_goods_or_all("top_supplier", subject, importer=subject.importer)
    if not figure.table:
        what = f"{subject.buyers} suppliers of {subject.goods_name}"
        lacks = missing_value(context, figure)
        title = Remark(f"The other suppliers of {subject.buyer} are not known")
        return Section(NAME, EYEBROW, title, gap=DataGap(what, lacks.why, lacks.command))
    drawn = of_suppliers(figure, subject.supplier)
    before = _before(context, figure)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=BriefSentence(subject.headed(drawn.title, figure.definition.goods), (figure,)),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_table(figure),
        notes=_notes(figure, before, subject),
        source=(" ".join(drawn.foot),),
    )


def _before(context: BriefContext, figure: Figure) -> Figure | None:
    """Return the same of the year before from the same source, if it is held."""
    asked = figure.definition
    earlier = asked.period.before()
    found = context.value(
        "top_supplier",
        importer=asked.importer,
        goods=asked.goods,
        period=earlier,
        source=asked.source,
    )
    return found if found.table else None


def shares_of(figure: Figure) -> dict[str, float]:
    """Return the share of each supplier in per cent, the largest first."""
    values = figure.amounts("exporter")
    total = sum(values.values())
    ordered = sorted(values, key=lambda name: (-values[name], name))
    # Partners without a name stay in the total: a share is of all imports.
    return {name: 100 * values[name] / total for name in ordered} if total else {}


def _named(shares: dict[str, float]) -> dict[str, float]:
    return {name: share for name, share in shares.items() if is_named(name)}


def _percent(value: float) -> str:
    return f"{number(value, 2)}{NBSP}%"


def concentration(figure: Figure) -> BriefSentence | None:
    """Say how many suppliers it takes for more than half, the named ones only.

    Nothing is said where those with a name do not come to more than half.
    """
    shares = shares_of(figure)
    total, largest = 0.0, []
    for name, share in _named(shares).items():
        total += share
        largest.append(area_phrase(name))
        if total > 50:
            break
    if total <= 50:
        return None
    asked = figure.definition
    imports = f"{possessive(area_phrase(asked.importer))} imports"
    if asked.goods != "all":
        imports += f" of {goods_title(asked.goods)}"
    size = f"{imports} in {asked.period}, {_percent(total)}"
    if total < 50.5:  # which reads as 50 %, and that is not most
        who = joined(largest) if len(largest) <= 3 else f"the {len(largest)} largest suppliers"
        text = f"{phrasing.capital(who)} supplied just over half of {imports} in {asked.period}."
    elif len(largest) == 1:
        text = f"{phrasing.capital(largest[0])} alone supplied most of {size}."
    elif len(largest) <= 3:
        text = f"{phrasing.capital(joined(largest))} together supplied most of {size}."
    else:
        number = phrasing.cardinal(len(largest))
        text = f"It takes the {number} largest suppliers to supply most of {size}."
    return BriefSentence(text, (figure,))


def moved(before: Figure, after: Figure) -> BriefSentence | None:
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
        # With a single supplier it would be both ends; a largest change below zero is no rise.
        if abs(size) < LEAST_MOVE or (size > 0) is not (word == "rose"):
            continue
        ends = (earlier[name], later[name])
        shown = " to ".join(map(per_cent, ends))
        whose = possessive(area_phrase(name))
        parts.append(f"{whose} share {word} most, from {shown}{NBSP}%")
    if not parts:
        return None
    when = f"From {before.definition.period:–} to {after.definition.period:–}"
    return BriefSentence(f"{when} {'; '.join(parts)}.", (before, after))


def leapt(earlier: dict[str, float], later: dict[str, float]) -> list[str]:
    """Return the suppliers whose share, in per cent, became many times what it was."""
    return [
        name
        for name, share in later.items()
        if is_named(name)
        and share >= LEAP
        # Zero before is "not recorded", from which every share would be a leap.
        and 0 < earlier.get(name, 0.0) * LEAP_FROM <= share
    ]


def leaps(
    earlier: dict[str, float], later: dict[str, float], when: str, evidence: tuple[Figure, ...]
) -> Note | None:
    """Name suppliers whose share, in per cent, became many times what it was.

    Parameters
    ----------
    earlier, later
        Shares in per cent by supplier.
    when
        The two times, as they stand in the sentence.
    evidence
        Figures behind both.
    """
    found = [
        f"{area_name(name)} ({number(earlier[name], 2)} to {number(later[name], 2)}{NBSP}%)"
        for name in leapt(earlier, later)
    ]
    if not found:
        return None
    text = f"The share became {LEAP_FROM:.0f} times as large or more {when}: {joined(found[:3])}."
    doubt = "Such a jump may reflect a change of recording or an error: check before quoting."
    return Note("What stands out", (BriefSentence(text, evidence), Remark(doubt)))


def _table(figure: Figure) -> BriefTable:
    asked = figure.definition
    shares = shares_of(figure)
    values = figure.amounts("exporter")
    groups = {area_name(name): [name] for name in list(shares)[:SHOWN]}
    if rest := list(shares)[SHOWN:]:
        groups[f"{len(rest)} others"] = rest
    sums = {
        who: [sum(part[name] for name in names) for part in (shares, values)]
        for who, names in groups.items()
    }
    shown = amounts_of(asked.currency, (value for _, value in sums.values()))
    whose = phrasing.capital(possessive(area_phrase(asked.importer)))
    return BriefTable(
        caption=f"{whose} suppliers of {goods_title(asked.goods)}, {asked.period}: "
        f"share in per cent, value in {shown.unit}",
        head=("Supplier", "Share", "Value"),
        numeric=(False, True, True),
        rows=tuple(
            (who, per_cent(share), shown.text(value)) for who, (share, value) in sums.items()
        ),
        units=("", "per cent", shown.unit),
        name="Table of this map",
    )


def _notes(figure: Figure, before: Figure | None, subject: Subject) -> tuple[Note, ...]:
    notes = _of_all_goods(figure, subject, "suppliers")
    if said := concentration(figure):
        notes.append(Note("Supplier concentration", (said,)))
    if before is None:
        return tuple(notes)
    if said := moved(before, figure):
        notes.append(Note("Largest changes", (said,)))
    when = f"from {before.definition.period:–} to {figure.definition.period:–}"
    if leap := leaps(shares_of(before), shares_of(figure), when, (before, figure)):
        notes.append(leap)
    return tuple(notes)


def _of_all_goods(figure: Figure, subject: Subject, who: str) -> list[Note]:
    """Say that the suppliers or buyers shown are those of all goods; nothing where they are not."""
    if figure.definition.goods == subject.goods:
        return []
    text = f"Not all {who} of {subject.goods_name} are available: these are the {who} of all goods."
    return [Note("What is shown", (Remark(text),))]


# Who buys: everybody who buys from the supplier, on a map, and which place the importer has.


BUYERS_NAME, BUYERS_EYEBROW = "buyers", "Buyers"
BUYERS_SHOWN = 10


def buyers_section(context: BriefContext, subject: Subject) -> Section:
    """Return who buys the goods from the supplier, or all goods where only those are known."""
    pair = {"importer": subject.importer, "exporter": subject.supplier}
    figure = context.of_goods_or_all("rank", subject, **pair)
    if not figure.table:
        what = f"{subject.sellers} buyers of {subject.goods_name}"
        lacks = missing_value(context, figure)
        title = Remark(f"The other buyers from {subject.seller} are not known")
        return Section(
            BUYERS_NAME, BUYERS_EYEBROW, title, gap=DataGap(what, lacks.why, lacks.command)
        )
    drawn = of_buyers(figure)
    return Section(
        id=BUYERS_NAME,
        eyebrow=BUYERS_EYEBROW,
        title=BriefSentence(subject.headed(drawn.title, figure.definition.goods), (figure,)),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_buyers_table(figure),
        notes=_buyers_notes(figure, subject),
        source=(" ".join(drawn.foot),),
    )


def _bought(figure: Figure) -> dict[str, float]:
    """Return what each buyer bought, the largest first."""
    values = figure.amounts("importer")
    return {name: values[name] for name in sorted(values, key=lambda name: (-values[name], name))}


def outlets(figure: Figure) -> BriefSentence | None:
    """Say how many times as much the largest other buyer bought, or how far it is behind.

    Nothing is said where nobody else bought anything.
    """
    multiple = figure.details.get("multiple")
    if not isinstance(multiple, (int, float)) or multiple <= 0:
        return None
    asked = figure.definition
    buyer, seller = area_phrase(asked.importer), area_phrase(asked.exporter)
    apart = {*special(), *asked.members("importer")}
    others = [one for one in _bought(figure) if one not in apart]
    if not others:
        return None
    largest = area_phrase(others[0])
    goods = "" if asked.goods == "all" else f"Of {goods_title(asked.goods)}, "
    more, less, times = largest, buyer, float(multiple)
    if times < 1:
        more, less, times = buyer, largest, 1 / times
    size = "about as much"
    # Compared as it is printed: "1 times as much" says nothing.
    if number(times, 2) != "1":
        size = f"{phrasing.ratio_words(times)} as much"
    text = f"{goods}{more} bought {size} from {seller} as {less} did in {asked.period}."
    return BriefSentence(phrasing.capital(text), (figure,))


def _buyers_notes(figure: Figure, subject: Subject) -> tuple[Note, ...]:
    notes = _of_all_goods(figure, subject, "buyers")
    if said := outlets(figure):
        notes.append(Note("What the supplier could lose", (said,)))
    how = (
        f"The smaller {subject.buyer} is among the buyers, the less {subject.seller} depends on it."
    )
    return (*notes, Note("How to read it", (Remark(how),)))


def _buyers_table(figure: Figure) -> BriefTable:
    asked = figure.definition
    values = _bought(figure)
    total = sum(values.values())
    whose = asked.members("importer")
    named = [name for name in values if is_named(name)]
    # The importer that the page is about always has its row, however small it is.
    kept = [*named[:BUYERS_SHOWN], *(name for name in named[BUYERS_SHOWN:] if name in whose)]
    rest = [name for name in values if name not in kept]
    sums = {area_name(name): values[name] for name in kept}
    if rest:
        sums[f"{len(rest)} others"] = sum(values[name] for name in rest)
    shown = amounts_of(asked.currency, sums.values())
    head = phrasing.capital(possessive(area_phrase(asked.exporter)))
    return BriefTable(
        caption=f"{head} buyers of {goods_title(asked.goods)}, {asked.period}: "
        f"share in per cent, value in {shown.unit}",
        head=("Buyer", "Share", "Value"),
        numeric=(False, True, True),
        rows=tuple(
            (name, per_cent(100 * value / total), shown.text(value)) for name, value in sums.items()
        ),
        units=("", "per cent", shown.unit),
        name="Table of this map",
    )


# Suppliers over the years: everybody's part of each year, and who moved over all of them.


YEARS_NAME, YEARS_EYEBROW = "by_year", "Suppliers over the years"
YEARS = 10


def years_section(context: BriefContext, subject: Subject) -> Section | None:
    """Return the suppliers of the goods by year, or of all goods where only those are known.

    None where no year of suppliers is held, for the map says why.
    """
    found, beyond = _found(context, subject)
    if not found:
        return None
    if len(found) == 1:
        [year] = found
        what = f"{subject.buyers} suppliers in other years than {year}"
        title = Remark("How the suppliers changed is not known")
        why = f"all suppliers are available for {year} only"
        return Section(YEARS_NAME, YEARS_EYEBROW, title, gap=DataGap(what, why))
    drawn = of_years(found, subject.supplier, beyond=beyond)
    figures = tuple(found.values())
    ends = (figures[0], figures[-1])
    stacked = drawn.picture.drawn
    assert isinstance(stacked, Stack)
    broken = stacked.broken
    return Section(
        id=YEARS_NAME,
        eyebrow=YEARS_EYEBROW,
        title=BriefSentence(
            subject.headed(drawn.title, ends[1].definition.goods),
            ends,
            ("reporter-break",) if broken else (),
        ),
        deck=drawn.deck,
        picture=drawn.picture,
        table=_years_table(ends[1], stacked),
        notes=_years_notes(subject, ends, broken),
        source=(" ".join(drawn.foot),),
    )


def _found(context: BriefContext, subject: Subject) -> tuple[dict[int, Figure], str]:
    """Return the suppliers by year, and in words which years only other sources have."""
    last = subject.period.end.year
    # Not later than the brief's year, which the reader may have fixed.
    years = [year for year in available_years(context.lake) if last - YEARS < year <= last]
    best: tuple[dict[int, Figure], str] = ({}, "")
    for goods in dict.fromkeys((subject.goods, "all")):
        keys = {"importer": subject.importer, "goods": goods}
        found = found_years(context, years, keys)
        # Two years of the goods are better than ten of everything.
        if len(found[0]) > 1:
            return found
        # A single year of the goods names the gap more exactly than that of all goods.
        best = best if best[0] else found
    return best


def _years_table(last: Figure, drawn: Stack) -> BriefTable:
    asked = last.definition
    rows = tuple(
        (
            phrasing.capital(layer.name),
            *("" if share is None else per_cent(share) for share in layer.shares),
        )
        for layer in drawn.layers
    )
    whose = phrasing.capital(possessive(area_phrase(asked.importer)))
    return BriefTable(
        caption=f"{whose} suppliers of {goods_title(asked.goods)}: share of each year, per cent",
        head=("Supplier", *(str(year) for year in drawn.years)),
        numeric=(False, *(True for _ in drawn.years)),
        rows=rows,
        units=("", *("per cent" for _ in drawn.years)),
    )


def _across(
    said: BriefSentence, ends: tuple[Figure, Figure], broken: Break | None
) -> BriefSentence:
    """Name both reporters of a change that goes across a break."""
    if broken is None:
        return said
    first, last = (str(figure.definition.period) for figure in ends)
    text = said.text.replace(
        f"From {first} to {last}", f"From {first} ({broken.before}) to {last} ({broken.after})"
    )
    return replace(said, text=text, caveats=("reporter-break",))


def _years_notes(
    subject: Subject, ends: tuple[Figure, Figure], broken: Break | None
) -> tuple[Note, ...]:
    notes = []
    if ends[1].definition.goods != subject.goods:
        what = (
            f"No two years of {subject.goods_name} are available: these are the suppliers "
            "of all goods."
        )
        notes.append(Note("What is shown", (Remark(what),)))
    if said := moved(*ends):
        notes.append(Note("Over all these years", (_across(said, ends, broken),)))
    how = (
        "Each column is all of a year’s imports. A supplier’s part can grow because it sells more "
        "or because others sell less; the values are in the table under “Change of suppliers”."
    )
    return (*notes, Note("How to read it", (Remark(how),)))
