"""Which years a chart over time shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from entrepot.lake import Lake

__all__ = ["asked_years", "held_years", "require_some"]


def held_years(lake: Lake, source: str | None = None) -> list[int]:
    """Return every calendar year of which the lake, or one source, holds flows, oldest first."""
    flows = (item for item in lake.holdings(source) if item.table == "flows")
    return sorted({period.year for item in flows for period in item.in_force})


def asked_years(years: Iterable[int], keys: dict[str, Any], since: int | None) -> list[int]:
    """Return those years that lie between `since` and the end of the period, oldest first.

    Raises
    ------
    RequestError
        If the period is no whole year, or ends before `since`.
    """
    last = keys.get("period")
    until = None
    if last is not None:
        period = Period.parse(last)
        if not period.is_year:
            raise RequestError(
                f"{period} is no calendar year, and this chart shows years",
                hint="name the last year to be drawn: --period 2023",
            )
        until = period.year
    if since is not None and until is not None and since > until:
        raise RequestError(
            f"--since {since} is after --period {until}",
            hint="--period is the last year that is drawn; leave it out for all that is held",
        )
    low = since if since is not None else min(years, default=0)
    return [year for year in sorted(years) if low <= year and (until is None or year <= until)]


def require_some(years: list[int], what: str, why: str) -> None:
    """Refuse to draw nothing.

    Raises
    ------
    NoEvidenceError
        If there is no year.
    """
    if not years:
        raise NoEvidenceError(
            f"there is nothing to draw of {what}", why=why, hint="see: entrepot data list"
        )
