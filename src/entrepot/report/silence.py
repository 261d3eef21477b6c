"""Why two reports of a flow cannot be put side by side: who says nothing, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import joined
from entrepot.model.reporting import stopped_in
from entrepot.report.origins import source_name
from entrepot.report.parts import Gap
from entrepot.report.tellers import Tellers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Definition
    from entrepot.lake import Holding
    from entrepot.report.book import Subject
    from entrepot.report.two_reports import Compared

__all__ = ["why_not"]

_BRING = "entrepot data add comtrade FILE"


def why_not(
    subject: Subject, asked: Definition, pair: Compared, held: Sequence[Holding]
) -> Gap | None:
    """Return why nothing of the year of the brief can be compared, in a line; None if it can.

    Parameters
    ----------
    subject, asked
        What the brief is about.
    pair
        What was compared of its supplier.
    held
        What the lake holds of single reports.
    """
    year = subject.period.end.year
    if any(one.year == year for one in pair.goods):
        return None
    tellers = Tellers.of(held)
    what = f"{subject.sellers} and {subject.buyers} reports of {subject.goods_name}, {year}"
    if all(year not in years for years in tellers.years.values()):
        return Gap(
            what, f"the lake holds no single report of {year}, only {_held(tellers)}", _BRING
        )
    sides = (
        (
            asked.members("exporter"),
            tellers.exports,
            f"exports that {subject.seller} itself reports",
        ),
        (
            asked.members("importer"),
            tellers.imports,
            f"imports that {subject.buyer} itself reports",
        ),
    )
    silent = []
    known = []
    for members, told, lacks in sides:
        if not any(year in told.get(name, ()) for name in members):
            silent.append(lacks)
            known += [one.note for one in stopped_in(members, subject.period)]
    if silent:
        why = f"no {' or '.join(silent)} are held of {year}"
        why += "".join(f"; {note}" for note in known).replace("'", "\u2019")
        return Gap(what, why, "" if known else _BRING)
    if any(one.year == year for one in pair.totals):
        why = f"of {year} both sides tell totals, and none of these goods that is large enough"
    else:
        why = (
            f"both report {year}, but of these goods none that is large enough in codes and a "
            "currency that can be compared"
        )
    return Gap(what, why, "")


def _held(tellers: Tellers) -> str:
    """Return what is held instead: "COMTRADE of 2022"."""
    return joined(
        [f"{source_name(name)} of {_span(years)}" for name, years in sorted(tellers.years.items())]
    )


def _span(years: set[int]) -> str:
    first, last = min(years), max(years)
    return f"{first}" if first == last else f"{first} to {last}"
