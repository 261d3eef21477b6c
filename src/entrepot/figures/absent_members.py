"""Who or what a source has no row of in a time: a part of a group is not the group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.availability import of_lake
from entrepot.figures.citation import source_name
from entrepot.figures.definition import SIDES, other_side
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import areas_without_records, has_rows, words_without_records
from entrepot.figures.rows import everything
from entrepot.figures.sides import members_of
from entrepot.lake import fetch
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Goods, SourceRows
    from entrepot.model.period import Period

_MUCH = 0.05
"""Part of a group's trade in another time of members without a row, from which there is no answer.

A group's number without them is too small by about as much.
"""
_MUCH_OF_A_CHANGE = 0.005
"""The same where two times are compared: a member that comes or goes is no change of trade."""


def words_without_members(cells: SourceRows, asked: Definition) -> str:
    """Return of whom a source has nothing, and in which of the times asked; empty for nobody."""
    times: dict[str, list[str]] = {}
    for one in _times(asked):
        nothing_of = _absent(cells, one)
        if words := words_without_records(nothing_of, asked):
            times.setdefault(words, []).append(str(one.period))
    said = [f"{words} in {' or in '.join(when)}" for words, when in times.items()]
    return f"{source_name(cells.available.source)} records {' and '.join(said)}" if said else ""


def refuse_without_members(cells: SourceRows, asked: Definition) -> NoAnswer | None:
    """Refuse a group's number without members that have much of its trade in another time.

    That other time is the one that is compared, or a year earlier.
    """
    if question(asked.measure).trade not in ("flow", "market", "sales"):
        return None
    most = _MUCH_OF_A_CHANGE if asked.base else _MUCH
    times = _times(asked)
    for one in times:
        for side, absent in _absent(cells, one).items():
            others = (*(other.period for other in times), one.period.before())
            for time in dict.fromkeys(others):
                part = 0.0 if time == one.period else _part(cells, one, side, absent, time)
                if part >= most:
                    return _refusal(cells, one, side, absent, time, part)
    return None


def times_recorded(
    cells: SourceRows, asked: Definition, goods: Goods
) -> tuple[list[Period], list[Period]]:
    """Return which of the two times that are compared have a row of the flow, and which none."""
    found: tuple[list[Period], list[Period]] = ([], [])
    for time in (asked.base or asked.period.before(), asked.period):
        found[not has_rows(cells, asked.but(period=time, base=None), goods)].append(time)
    return found


def _times(asked: Definition) -> list[Definition]:
    """Return the question for each of its times, of the same members."""
    found = [asked.but(base=None)]
    if asked.base:
        then = asked.but(period=asked.base, base=None)
        # Who joined a group in between counts in both times, or joining would look like trade.
        found.append(
            then.but(
                **{
                    side: "+".join(sorted(members))
                    for side in ("importer", "exporter")
                    if (members := members_of(asked, side)) != members_of(then, side)
                }
            )
        )
    return found


def _absent(cells: SourceRows, asked: Definition) -> dict[Side, frozenset[str]]:
    """Return members without a row, by side; not the partner itself, of whom no row can be."""
    found = {}
    for side, areas in areas_without_records(cells, asked).items():
        partner = members_of(asked, other_side(side))
        if left := areas - (partner if len(partner) == 1 else frozenset()):
            found[side] = left
    return found


def _part(
    cells: SourceRows, asked: Definition, side: Side, absent: frozenset[str], time: Period
) -> float:
    """Return the part of a group's trade that some members have in another time; 0 if unknown."""
    there = cells.at(time)
    if there is None:
        return 0.0
    # Of the members asked about, on both sides, whatever the groups were in that time.
    then = asked.but(
        period=time,
        measure="value",
        **{one: "+".join(sorted(members)) for one in SIDES if (members := members_of(asked, one))},
    )

    def find() -> float:
        amount = nw.col(there.column(then))
        rows = there.flow(then, (everything(),), summed=True)
        is_absent = nw.col(side).is_in(sorted(absent)).alias("is_absent")
        sums = rows.select(is_absent, amount.alias("amount")).group_by("is_absent")
        found = dict(fetch(sums.agg(nw.col("amount").sum())))
        total = sum(float(one or 0.0) for one in found.values())
        return float(found.get(True) or 0.0) / total if total > 0 else 0.0

    return there.once(("absent members", side, absent), then, find)


def _refusal(
    cells: SourceRows,
    asked: Definition,
    side: Side,
    absent: frozenset[str],
    time: Period,
    part: float,
) -> NoAnswer:
    nothing_of = words_without_records({side: absent}, asked)
    left = sorted(members_of(asked, side) - absent)
    ask = f"--{side} {'+'.join(left)}" if len(left) <= _NAMED else f"--{side} without them"
    return NoAnswer(
        f"{of_lake(cells.available.source)} records {nothing_of} in {asked.period}, which had "
        f"{figure_value(part, 'share')} of this trade in {time}: without that a number is of the "
        f"other members alone; ask {ask}"
    )


_NAMED = 6
"""Members of a group that are named in a line."""
