"""The present value of a flow or a share, from methods whose past errors are known.

Arrays of amounts have a row for each flow and a column for each month; the first row is the flow
in question, the others are flows of its kind, whose past errors count as well.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.measures.nowcast.intervals import (
    LEAST_ORIGINS,
    LEVELS,
    Past,
    ends_of_errors,
    from_logit,
    logit,
    past_of,
)
from entrepot.measures.nowcast.methods import HISTORY, METHODS, Window, breaks_at, steady_at
from entrepot.model.display import agreed, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_WIDEST = 20.0
"""Ratio of the ends of an 80 % interval beyond which it says nothing."""
_WIDEST_SHARE = 0.5
"""The same of a share: difference of its ends."""


@dataclass(frozen=True, slots=True)
class Method:
    """What one method says.

    Attributes
    ----------
    id, title
        As in `METHODS`.
    value
        Of the whole window, in the unit of the nowcast.
    weight
        0 to 1; all weights add up to one.
    past_error
        Median error at earlier origins with as many months to come: a share of the value, or a
        difference of shares where the nowcast is one. None where there is none.
    """

    id: str
    title: str
    value: float
    weight: float
    past_error: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "method": self.id,
            "value": self.value,
            "weight": self.weight,
            "past_error": self.past_error,
        }


@dataclass(frozen=True, slots=True)
class Nowcast:
    """An estimate of a window of months of which some are not reported.

    Attributes
    ----------
    value, intervals
        The estimate, and the ends of the intervals by level (0.8, 0.95).
    methods
        Those that could say something, the heaviest first.
    reported
        What is reported of the window; None for a share.
    months, months_reported, ahead
        Of the window, those of it that are reported, and how many months after the last report it
        ends.
    windows, flows
        How many earlier windows and flows the errors come from.
    covered
        Which part of this flow's own earlier windows lay in the 80 % interval stated then; None
        with fewer than six of them.
    break_since
        Column of the first month after a break; None without one.
    break_size
        Ratio of the flow after the break to what went before, less one.
    """

    value: float
    intervals: dict[float, tuple[float, float]]
    methods: tuple[Method, ...]
    reported: float | None
    months: int
    months_reported: int
    ahead: int
    windows: int
    flows: int
    covered: float | None = None
    break_since: int | None = None
    break_size: float | None = None


def nowcast(
    values: Floats,
    window: Window,
    *,
    partner: Floats | None = None,
    lead: int = 0,
    denominator: Floats | None = None,
) -> Nowcast:
    """Return the nowcast of the first flow for a window that is not complete.

    Parameters
    ----------
    values
        Amounts by flow and month, the last column the last month reported; no gaps.
    window
        How many months it has, and how many after the last column it ends.
    partner
        The same flows as partners report them, by month, with columns for later months where they
        have reported more; NaN where they have not.
    lead
        How many months the partners' reports reach beyond the last column; negative where they
        end before it.
    denominator
        Amounts that the flows are parts of: then the share in them is estimated.

    Raises
    ------
    NoEvidenceError
        If the history is too short, the flow too irregular, or past errors too large for an
        interval that says anything. The message names the reason.
    """
    import numpy as np

    refuse_history(values, window)
    refuse_irregular(values)
    partner = _as_long(partner, values.shape[1] + window.ahead)
    # As if there were none: a method that can never say anything is not worth its regression.
    if partner is not None and not np.isfinite(partner).any():
        partner = None
    past = past_of(
        values, partner, window, lead=lead, denominator=denominator, last=values.shape[1] - 1
    )
    place = len(past.origins) - 1
    ends = ends_of_errors(past, place)
    if LEVELS[0] not in ends or not np.isfinite(ends[LEVELS[0]][0][0]):
        raise NoEvidenceError(
            "too few past errors for an interval",
            why=f"{past.usable(place)} earlier windows of {len(values)} flows are complete",
            hint="load more years of months",
        )
    intervals = {
        level: _interval(past, place, (float(low[0]), float(high[0])))
        for level, (low, high) in ends.items()
        if np.isfinite(low[0])
    }
    # Taken out of a logarithm with a floor, the estimate can be a little below zero.
    value = float(past.known[0, place] + max(past.combined[0, place], 0.0))
    low, high = intervals[LEVELS[0]]
    refuse_wide(low, high, shares=denominator is not None)
    breaks = breaks_at(values, past.origins[-1])
    is_broken = bool(breaks.is_broken[0])
    return Nowcast(
        value=value,
        intervals=intervals,
        methods=_methods(past, place, is_share=denominator is not None),
        reported=float(past.known[0, place]) if denominator is None else None,
        months=window.length,
        months_reported=window.known,
        ahead=window.ahead,
        windows=past.usable(place),
        flows=int(np.isfinite(past.combined[:, place]).sum()),
        covered=_covered(past, place),
        break_since=int(breaks.since[0]) if is_broken else None,
        break_size=float(np.exp(breaks.size[0]) - 1) if is_broken else None,
    )


FARTHEST = 12
"""Months after the last report up to which a period may end."""


def months_needed(ahead: int) -> int:
    """Return how many months in a row are needed for a period that ends so many after them.

    So many that the last origin has `LEAST_ORIGINS` earlier ones whose windows had ended by then.
    """
    return HISTORY + ahead + LEAST_ORIGINS - 1


def refuse_history(values: Floats, window: Window) -> None:
    """Refuse what has too short a past for the window."""
    needed = months_needed(window.ahead)
    if window.ahead > FARTHEST:
        raise NoEvidenceError(
            f"the period ends {_months(window.ahead)} after the last report",
            why=f"no method here looks more than {FARTHEST} months ahead",
            hint="load later months, or ask for an earlier period",
        )
    if values.shape[1] < needed:
        # Where one member of a group lacks a month, the row of months of all of them ends there.
        rows = agreed(values.shape[1], "month in a row", "months in a row")
        raise NoEvidenceError(
            f"all reports are loaded for {rows}, {needed} are needed",
            why=f"the period ends {_months(window.ahead)} after the last of them, and the errors "
            "of earlier estimates have to be known",
            hint="load earlier years by month",
        )


def refuse_irregular(values: Floats) -> None:
    """Refuse a first flow without a rhythm of months."""
    if not steady_at(values, values.shape[1] - 1)[0]:
        traded = int((values[0, -HISTORY:] > 0).sum())
        raise NoEvidenceError(
            f"trade in {traded} of the last {HISTORY} months only",
            why="a flow of single shipments has no rhythm to go by",
            hint="ask for more goods together, such as a heading or a list",
        )


def refuse_wide(low: float, high: float, *, shares: bool) -> None:
    """Refuse an 80 % interval that says nothing."""
    if high - low > _WIDEST_SHARE if shares else high > _WIDEST * low:
        raise NoEvidenceError(
            "past errors of such flows are too large",
            why=f"the 80 % interval would reach from {_said(low, shares)} to {_said(high, shares)}",
            hint="ask for more goods together, or wait for more months",
        )


def _months(count: int) -> str:
    return agreed(count, "month", "months")


def _said(end: float, shares: bool) -> str:
    return f"{100 * end:.0f} %" if shares else number(end)


def _as_long(partner: Floats | None, columns: int) -> Floats | None:
    """Return the partner's reports with a column for each month up to the end of the window."""
    import numpy as np

    if partner is None or partner.shape[1] >= columns:
        return partner
    more = np.full((len(partner), columns - partner.shape[1]), np.nan)
    return np.hstack([partner, more])


def _interval(past: Past, place: int, ends: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of the first flow's statistic from those of its error."""
    import numpy as np

    middle, floor = past.combined[0, place], past.floors[0, place]
    if not past.shares:
        low, high = (float((middle + floor) * np.exp(end) - floor) for end in ends)
        known = float(past.known[0, place])
        return known + max(low, 0.0), known + max(high, 0.0)
    low, high = (float(from_logit(logit(middle, floor) + end, floor)) for end in ends)
    return low, high


def _methods(past: Past, place: int, *, is_share: bool) -> tuple[Method, ...]:
    import numpy as np

    found = []
    upto = past.usable(place)
    actual = past.known[0, :upto] + past.actual[0, :upto]
    for at, (name, title) in enumerate(METHODS.items()):
        said = past.said[at, 0, place]
        if not np.isfinite(said):
            continue
        # Of a share `known` is zero and `said` the share, so that this is a difference of shares.
        errors = np.abs(past.known[0, :upto] + past.said[at, 0, :upto] - actual)
        if not is_share:
            with np.errstate(divide="ignore", invalid="ignore"):
                errors = np.where(actual > 0, errors / actual, np.nan)
        errors = errors[np.isfinite(errors)]
        found.append(
            Method(
                id=name,
                title=title,
                value=float(past.known[0, place] + said),
                weight=float(past.weights[at, 0, place]),
                past_error=float(np.median(errors)) if len(errors) else None,
            )
        )
    return tuple(sorted(found, key=lambda one: -one.weight))


def _covered(past: Past, place: int) -> float | None:
    """Return which part of the first flow's earlier windows lay in the interval stated then."""
    inside = []
    for earlier in range(LEAST_ORIGINS, past.usable(place)):
        ends = ends_of_errors(past, earlier, LEVELS[:1]).get(LEVELS[0])
        score = past.scores[0, earlier]
        if ends is not None and score == score and ends[0][0] == ends[0][0]:
            inside.append(ends[0][0] <= score <= ends[1][0])
    return float(sum(inside) / len(inside)) if len(inside) >= LEAST_ORIGINS else None


# How well it would have done: every origin of every flow, by what was known then.


@dataclass(frozen=True, slots=True)
class Backtest:
    """Nowcasts of the past with what was reported later; one entry for each flow and origin.

    Attributes
    ----------
    size
        Class of size at the time: small (0), middle (1), large (2).
    inside_80, inside_95
        Whether the reported value lay in the interval; NaN where there was none.
    error, last_year, growth, partner
        Absolute error as a share of the reported value: of the nowcast, of last year's value, of
        last year's value times the growth of the reported months, and of the partner's reports of
        the window as they stand (NaN without all of them).
    is_broken
        Whether a break was named.
    width
        Upper end of the 80 % interval over the lower one, for the missing months, as a logarithm.
    flow, origin
        Row of the flow, and column of the last month that was reported then.
    relative
        Error over the error that was to be expected, with its sign; NaN of joint errors.
    amount
        Mean month of the year before the origin.
    """

    size: Floats
    inside_80: Floats
    inside_95: Floats
    error: Floats
    last_year: Floats
    growth: Floats
    partner: Floats
    is_broken: Floats
    width: Floats
    flow: Floats
    origin: Floats
    relative: Floats
    amount: Floats

    def where(self, some: Any) -> Backtest:
        """Return the entries of a condition."""
        return replace(self, **{name: getattr(self, name)[some] for name in self.__slots__})


def backtest(
    values: Floats,
    window: Window,
    *,
    partner: Floats | None = None,
    lead: int = 0,
    denominator: Floats | None = None,
) -> Backtest:
    """Return what nowcasts at every origin would have said, against what was reported later.

    Of shares, errors are differences, and the growth baseline is the share in the latest months.

    Parameters
    ----------
    values, window, partner, lead, denominator
        As in `nowcast`; every flow counts, each as far as its history allows.
    """
    import numpy as np

    past = past_of(values, partner, window, lead=lead, denominator=denominator)
    columns: list[Floats] = []
    for place, origin in enumerate(past.origins):
        if origin + window.ahead >= values.shape[1] or past.usable(place) < LEAST_ORIGINS:
            continue
        ends = ends_of_errors(past, place)
        total = past.known[:, place] + past.actual[:, place]
        score = past.scores[:, place]
        fair = np.isfinite(score) & (total > 0)
        none = np.full(len(values), np.nan)
        inside, width = [], none
        for level in LEVELS:
            low, high = ends.get(level, (none, none))
            fair_here = np.isfinite(low)
            inside.append(np.where(fair_here, (low <= score) & (score <= high), np.nan))
            width = high - low if level == LEVELS[0] else width
        fair &= np.isfinite(inside[0])
        end = origin + window.ahead
        span = slice(end - window.length + 1, end + 1)
        last_year = slice(end - window.length - 11, end - 11)
        before = values[:, last_year].sum(axis=1)
        months = max(window.known, 1)
        latest = slice(origin - months + 1, origin + 1)
        now = values[:, latest].sum(axis=1)
        ago = values[:, origin - months - 11 : origin - 11].sum(axis=1)
        # Where nothing was traded a year ago, growth is huge instead of infinite.
        grown = before * now / np.maximum(ago, 1e-12 + 1e-9 * before)
        if denominator is not None:
            before = before / np.maximum(denominator[:, last_year].sum(axis=1), 1e-12)
            grown = now / np.maximum(denominator[:, latest].sum(axis=1), 1e-12)
        mirror = none if partner is None or lead < window.ahead else partner[:, span].sum(axis=1)
        nowcast_ = past.known[:, place] + past.combined[:, place]
        by = np.where(total > 0, total, 1) if denominator is None else 1.0
        errors = [np.abs(one - total) / by for one in (nowcast_, before, grown, mirror)]
        table = [
            past.classes[:, place].astype(float),
            *inside,
            *errors,
            past.broken[:, place].astype(float),
            width,
            np.arange(len(values), dtype=float),
            np.full(len(values), float(origin)),
            score / past.scale[:, place],
            values[:, origin - 11 : origin + 1].mean(axis=1),
        ]
        columns.append(np.stack(table)[:, fair])
    if not columns:
        return Backtest(*(np.zeros(0) for _ in fields(Backtest)))
    return Backtest(*np.concatenate(columns, axis=1))
