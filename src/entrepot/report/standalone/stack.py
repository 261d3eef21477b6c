"""Who supplied over the years: the shares of the largest suppliers of one importer."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures import ask, flow_sources
from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, area_set, possessive
from entrepot.model.display import NBSP, number
from entrepot.report import phrasing
from entrepot.report.breaks import break_of
from entrepot.report.brief_context import Subject
from entrepot.report.chart_data import Layer, Picture, Stack
from entrepot.report.standalone.parts import (
    Alone,
    asked_years,
    held_years,
    require_some,
    sources,
    told_caveats,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.figures import Figure
    from entrepot.lake import Lake

__all__ = ["found_years", "of_years", "stack"]

NAMED = 4
"""Suppliers with a name of their own beside the one that the chart is about."""

Shares = dict[str, float]


def stack(lake: Lake, since: int | None, keys: dict[str, Any]) -> Alone:
    """Return the suppliers of an importer, year by year.

    Raises
    ------
    RequestError
        If no importer is named.
    NoEvidenceError
        If no year is held in which all suppliers are known.
    """
    rest = {name: v for name, v in keys.items() if name not in ("period", "exporter", "by", "k")}
    if not rest.get("importer"):
        raise RequestError("a chart of suppliers needs an importer", hint="add --importer RUS")
    years = asked_years(held_years(lake), keys, since)
    found, reason = found_years(partial(ask, lake=lake), lake, years, rest)
    what = f"{possessive(area_phrase(str(rest['importer'])))} suppliers"
    require_some(list(found), what, reason)
    return of_years(found, keys.get("exporter"))


def of_years(found: dict[int, Figure], exporter: str | None = None) -> Alone:
    """Return the suppliers of Figures by year; `exporter` is the one that it is about."""
    shares = {year: _shares(figure) for year, figure in found.items()}
    last = found[max(found)]
    marked = exporter or _largest(shares[max(shares)])
    whose = area_set(marked, last.definition.period.end)
    names = _named(shares, whose)
    asked = last.definition
    subject = Subject(asked.importer, marked, asked.goods, asked.period, fixed=True)
    broken = break_of(subject, min(found), max(found))
    drawn = Stack(tuple(found), _layers(shares, marked, whose, names), broken)
    title = _title(subject, drawn)
    return Alone(
        title,
        _deck(subject, drawn),
        Picture(drawn, _spoken(title, drawn)),
        (sources(found.values()), *told_caveats(found.values())),
        tuple(_rows(found)),
        tuple(found.values()),
    )


def found_years(
    asking: Callable[..., Figure], lake: Lake, years: list[int], keys: dict[str, Any]
) -> tuple[dict[int, Figure], str]:
    """Return the Figure of each year from one source, the one that answers most of them.

    Parameters
    ----------
    asking
        Evaluates a measure with its keys.
    lake
        Names the sources.
    years, keys
        What is asked: a year is asked of those that hold something of it.

    Returns
    -------
    dict, str
        Figures by year, and why there is none.
    """
    names = [keys["source"]] if keys.get("source") else flow_sources(lake)
    best: dict[int, Figure] = {}
    reasons: list[str] = []
    for source in names:
        held = [year for year in years if year in held_years(lake, source)]
        given = keys | {"source": source}
        asked = {year: asking("top_supplier", period=year, **given) for year in held}
        found = {year: figure for year, figure in asked.items() if figure.table}
        reasons += [figure.reason for figure in asked.values() if figure.reason][-1:]
        best = found if len(found) > len(best) else best
        if len(best) == len(years):
            break
    return best, "; ".join(reasons) or "the lake holds no flows of such a year"


def _shares(figure: Figure) -> Shares:
    """Return the share of each supplier in per cent."""
    values = {str(row["exporter"]): float(row["value"]) for row in figure.table}
    total = sum(values.values())
    return {name: 100 * value / total for name, value in values.items()}


def _largest(shares: Shares) -> str:
    return max(sorted(shares), key=lambda name: (_is_named(name), shares[name]))


def _is_named(name: str) -> bool:
    """Whether a partner is a country with a name, and not "areas not specified"."""
    from entrepot.figures.questions.question import special

    return name not in special()


def _named(shares: dict[int, Shares], whose: frozenset[str]) -> list[str]:
    """Return the suppliers that were largest in any year, by their share in the last one."""
    most: dict[str, float] = defaultdict(float)
    for one in shares.values():
        for name, share in one.items():
            if name not in whose and _is_named(name):
                most[name] = max(most[name], share)
    chosen = [name for name, _ in sorted(most.items(), key=lambda x: (-x[1], x[0]))[:NAMED]]
    last = shares[max(shares)]
    return sorted(chosen, key=lambda name: (-last.get(name, 0.0), name))


def _layers(
    shares: dict[int, Shares], marked: str, whose: frozenset[str], names: list[str]
) -> tuple[Layer, ...]:
    def over(fits: Callable[[str], bool]) -> tuple[float, ...]:
        return tuple(
            sum(share for name, share in one.items() if fits(name)) for one in shares.values()
        )

    found = [Layer(area_name(marked), over(lambda name: name in whose), marked=True)]
    found += [Layer(area_name(one), over(lambda name, one=one: name == one)) for one in names]  # type: ignore[misc]
    rest = {name for one in shares.values() for name in one} - whose - set(names)
    if rest:
        last = shares[max(shares)]
        count = sum(1 for name in rest if last.get(name))
        found.append(Layer(f"others ({count})", over(lambda name: name in rest), rest=True))
    return tuple(found)


def _title(subject: Subject, drawn: Stack) -> str:
    """Say what the marked supplier had at both ends."""
    layer = drawn.layers[0]
    goods = "imports" if subject.goods == "all" else f"imports of {subject.goods_name}"
    then, now = layer.shares[0], layer.shares[-1]
    text = f"{phrasing.capital(subject.seller)} supplied {_share(now)} of {subject.buyers} {goods}"
    text += f" in {drawn.years[-1]}"
    return text if len(drawn.years) == 1 else f"{text}, {_share(then)} in {drawn.years[0]}"


def _share(value: float | None) -> str:
    return f"{number(value or 0.0)}{NBSP}%"


def _deck(subject: Subject, drawn: Stack) -> str:
    gaps = [y for y in range(drawn.years[0], drawn.years[-1]) if y not in drawn.years]
    text = (
        f"{phrasing.capital(goods_title(subject.goods))}, per cent of all suppliers, each year 100."
    )
    if count := sum(1 for layer in drawn.layers if not layer.marked and not layer.rest):
        whose = f"the {phrasing.cardinal(count)} others" if count > 1 else "the other"
        text += f" Beside {subject.seller}: {whose} with the largest share in any one year."
    if drawn.broken:
        text += f" Up to {drawn.broken.year}: {drawn.broken.before}; from "
        text += f"{drawn.broken.year + 1}: {drawn.broken.after}."
    return text + (f" Not held: {', '.join(map(str, gaps))}." if gaps else "")


def _spoken(title: str, drawn: Stack) -> str:
    last = ", ".join(f"{one.name} {_share(one.shares[-1])}" for one in drawn.layers)
    first = ", ".join(f"{one.name} {_share(one.shares[0])}" for one in drawn.layers)
    text = f"{title}. In {drawn.years[-1]}: {last}."
    return text if len(drawn.years) == 1 else f"{text} In {drawn.years[0]}: {first}."


def _rows(found: dict[int, Figure]) -> list[dict[str, Any]]:
    rows = []
    for year, figure in found.items():
        shares = _shares(figure)
        for row in figure.table:
            name = str(row["exporter"])
            rows.append(
                {
                    "year": year,
                    "exporter": name,
                    "name": area_name(name),
                    "value": row["value"],
                    "unit": figure.definition.currency,
                    "share": shares[name] / 100,
                }
            )
    return rows
