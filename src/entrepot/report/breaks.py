"""Where the reporters behind a pair of areas change, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.areas import area_name, possessive, stopped_in
from entrepot.model.display import joined
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from entrepot.figures import Figure

NOT_SHOWN = "Not shown"
ONE_FIGURE = "As a single figure"
"""How lines under a chart begin that say what it leaves out, or what is answered otherwise."""
"""How a line begins that names the years of other sources."""


@dataclass(frozen=True, slots=True)
class Break:
    """The reporters behind the numbers change after `year`; who counts on each side, in words.

    `blend_without` names who stopped, if the numbers up to then are made of both sides' reports.
    """

    year: int
    before: str
    after: str
    blend_without: str = ""


def break_of(
    importer: str,
    supplier: str,
    first: int,
    last: int,
    series: Iterable[Figure] = (),
    *,
    published: bool = False,
) -> Break | None:
    """Return the last whole year with both reports, if it lies between `first` and `last`.

    Parameters
    ----------
    series
        What is computed of what is drawn. What one side tells does not break where the other stops.
    published
        Whether published figures are drawn with it.
    """
    sides = {"importer": importer.split("+"), "exporter": supplier.split("+")}
    evidence = [item for figure in series for item in figure.evidence]
    told = {who for item in evidence for who in item.reported_by}
    # Bundled results are added up from a blend, too.
    is_blend = "both" in told or any(item.source == "computed" for item in evidence)
    # Without rows of reports it is not known whose they are; a blend has those of both sides.
    of_both = published or is_blend or not told
    areas = [one for side, some in sides.items() if of_both or side in told for one in some]
    return break_between(areas, first, last, is_blend=is_blend)


def break_between(areas: Iterable[str], first: int, last: int, *, is_blend: bool) -> Break | None:
    """Return the last whole year with the own reports of one of some areas, if it lies between.

    Parameters
    ----------
    is_blend
        Whether the numbers are made of both sides' reports as long as there are both.
    """
    for item in stopped_in(areas, Period.parse(last)):
        # Russia's last own month is January 2022, so its last complete year is 2021.
        complete_year = item.last.end.year if item.last.end.month == 12 else item.last.end.year - 1
        # A break at either end of a series separates nothing that is shown.
        if first <= complete_year < last:
            if is_blend:
                return Break(
                    complete_year, "reports of both sides", "partners’ reports alone", item.area
                )
            name = possessive(area_name(item.area))
            return Break(
                complete_year, f"{name} own reports", "partner-reported data and estimates"
            )
    return None


def reporters_before_and_after(broken: Break) -> str:
    """Return who counts up to the break, and who after it."""
    return f"Up to {broken.year}: {broken.before}; from {broken.year + 1}: {broken.after}"


_NAMED = 3
"""Other sources that are named with their years."""


def not_drawn(known: Mapping[str, Collection[int]], chosen: str) -> str:
    """Say which years only other sources have, which a series of one source leaves out.

    Parameters
    ----------
    known
        Years by source, best source first.
    chosen
        The source of the series.

    Examples
    --------
    >>> not_drawn({"first": [2016, 2017, 2018], "second": [2018, 2019, 2021]}, "first")
    'Not shown: 2019 and 2021 (second), whose level may differ from that of first.'
    >>> not_drawn({"first": [2016]}, "first")
    ''
    """
    shown = set(known.get(chosen, ()))
    parts = []
    for source, years in known.items():
        if more := sorted(set(years) - shown):
            parts.append(f"{_spans(more)} ({source})")
            # A year is named once, with the best source that has it.
            shown |= set(more)
    if not parts:
        return ""
    # A single further source is named: "one other" would be no shorter.
    if (rest := len(parts) - _NAMED) > 1:
        parts = [*parts[:_NAMED], f"years of {rest} other sources"]
    whose = "whose level" if len(parts) == 1 else "whose levels"
    return f"{NOT_SHOWN}: {joined(parts)}, {whose} may differ from that of {chosen}."


def _spans(years: list[int]) -> str:
    """Return years in words, three and more that follow each other as a span."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    words = [
        [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(year) for year in run] for run in runs
    ]
    return joined([one for run in words for one in run])
