"""Look statements up, follow copies to their origin, and choose the best of several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.model.period import Period
from entrepot.sources.published.row import CONFIDENCES, RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.sources.published.row import Published

__all__ = ["best", "by_origin", "matching", "ranked"]

_NUMBER = re.compile(r"\d+(\.\d+)?")


def matching(
    rows: Iterable[Published],
    *,
    period: Period | str | int | None = None,
    base: Period | str | int | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    basis: str | None = None,
    **exact: str,
) -> tuple[Published, ...]:
    """Return the rows that state exactly what is asked; None leaves a key open.

    Areas match in any order of their parts (``CHN+HKG`` is ``HKG+CHN``), two-way trade from
    either side. A row that does not say its basis matches every basis, since nothing tells it
    apart. A side named only in `partner_words` matches no area.

    Parameters
    ----------
    rows
        Statements to look through.
    period, base, exporter, importer, basis
        Keys of the statement.
    **exact
        Any other column of `Published`, e.g. ``measure="value"``, ``goods="all"``.
    """
    when = None if period is None else Period.parse(period)
    against = None if base is None else Period.parse(base)
    return tuple(
        row
        for row in rows
        if (when is None or row.period == when)
        and (against is None or row.base == against)
        and (basis is None or row.basis in ("", basis))
        and all(getattr(row, column) == wanted for column, wanted in exact.items())
        and _same_sides(row, exporter, importer)
    )


def _same_sides(row: Published, exporter: str | None, importer: str | None) -> bool:
    if _same(row.exporter, exporter) and _same(row.importer, importer):
        return True
    turned = row.flow == "both" and row.measure != "trade_share"
    return turned and _same(row.importer, exporter) and _same(row.exporter, importer)


def _same(held: str, asked: str | None) -> bool:
    return asked is None or (bool(held) and sorted(held.split("+")) == sorted(asked.split("+")))


def by_origin(rows: Iterable[Published]) -> dict[str, tuple[Published, ...]]:
    """Group statements by whose number it is, each group best first.

    Five outlets that print one customs release are one origin, so the number of keys is the
    number of independent voices.
    """
    found: dict[str, list[Published]] = {}
    for row in ranked(rows):
        found.setdefault(row.origin, []).append(row)
    return {origin: tuple(group) for origin, group in found.items()}


def best(rows: Iterable[Published]) -> Published:
    """Return the first of `ranked`.

    Raises
    ------
    NoEvidenceError
        If there are no rows.
    """
    order = ranked(rows)
    if not order:
        raise NoEvidenceError("nobody states it", hint="look for another period or definition")
    return order[0]


def ranked(rows: Iterable[Published]) -> tuple[Published, ...]:
    """Return statements best first.

    By confidence (high before low), then by how exactly the words tie the number down (``=``,
    about, a range, one-sided), then by significant digits printed, then newest first; the id
    decides what is left, so that the order never depends on the order of the input.
    """
    order = sorted(rows, key=lambda row: row.id)
    order.sort(key=lambda row: row.published_on, reverse=True)
    return tuple(sorted(order, key=_worth))


def _worth(row: Published) -> tuple[int, int, int]:
    return (
        CONFIDENCES.index(row.confidence),
        RELATIONS.index(row.relation),
        -significant_digits(row.printed),
    )


def significant_digits(printed: str) -> int:
    """Return the number of digits of the first number printed, without leading zeros.

    Examples
    --------
    >>> significant_digits("228.105 bn USD"), significant_digits("0.079 m USD")
    (6, 2)
    >>> significant_digits("half")
    0
    """
    found = _NUMBER.search(printed)
    return len(found[0].replace(".", "").lstrip("0")) if found else 0
