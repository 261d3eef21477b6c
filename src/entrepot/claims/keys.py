"""Which keys a kind of claim reads, and how a base must lie to its period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.schema import ClaimEntry, FlowKeys

__all__ = ["GROWTH", "check_keys"]

GROWTH = ("growth", "price_growth", "quantity_growth")
_ONLY = {
    "measure": ("ratio",),
    "base": GROWTH,
    "k": ("cr",),
    "statistic": ("price_growth",),
}
"""Keys that these kinds alone read."""
_NEVER = {"flow": ("balance", "hhi", "cr", "rank"), "quantity": ("price_growth",)}
"""Keys that these kinds do not read."""


def check_keys(entry: ClaimEntry) -> None:
    """Refuse a key that the kind of a claim does not read, and a base that is none.

    Raises
    ------
    RequestError
        For a key that would be ignored; for a base that does not end before its period starts;
        for a growth whose base is longer or shorter than its period.
    """
    kind = entry.kind
    for keys in _flows(entry):
        for name in sorted(keys.model_fields_set):
            if kind not in _ONLY.get(name, (kind,)) or kind in _NEVER.get(name, ()):
                raise RequestError(
                    f"{entry.id}: {kind} does not read {name!r}",
                    why="a key that changes nothing would hide that something else was meant",
                    hint=f"leave it out{_instead(name, kind)}",
                )
        if kind in GROWTH and keys.base is not None:
            _before(entry.id, keys.base, keys.period)
            _as_long(entry.id, keys.base, keys.period)
    if entry.change is not None:
        for keys in _flows(entry):
            _before(entry.id, entry.change.base, keys.period)


def _instead(name: str, kind: str) -> str:
    if name == "base" and kind == "change":
        return ": the base of a change stands beside `of`"
    only = _ONLY.get(name)
    return f", or write {' or '.join(only)}" if only else ""


def _flows(entry: ClaimEntry) -> Iterator[FlowKeys]:
    """Yield the definitions of flows that a claim has."""
    if entry.ratio is not None:
        yield from (entry.ratio.of, entry.ratio.to)
    elif entry.sum is not None:
        yield from entry.sum.of
    elif entry.change is not None:
        shares = entry.change.of
        held = (shares.import_share, shares.export_share, shares.trade_share)
        yield from (keys for keys in held if keys is not None)
    elif entry.gdp is None:
        yield getattr(entry, entry.kind)


def _before(name: str, base: str, period: str) -> None:
    if Period.parse(base).end >= Period.parse(period).start:
        raise RequestError(
            f"{name}: the base {base} is not before the period {period}",
            why="a change is measured since a time that is over when the period begins",
            hint="exchange the two, or correct the one that is wrong",
        )


def _as_long(name: str, base: str, period: str) -> None:
    first, last = Period.parse(base), Period.parse(period)
    if first.freq == last.freq and first.months == last.months:
        return
    days = [(one.end - one.start).days for one in (first, last)]
    if first.months != last.months or abs(days[0] - days[1]) > 1:
        raise RequestError(
            f"{name}: the base {base} is not as long as the period {period}",
            why="the value of a longer time is larger, whatever trade did",
            hint="write a base of as many months, or the two numbers as two values",
        )
