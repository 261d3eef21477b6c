"""Nowcasts of what is computed from several parts: concentration, lists, unit values.

Parts do not err apart: a year that is bad for one supplier is good for another, or bad for all.
So the errors that all parts made at one earlier origin are drawn together, and applied to what is
estimated now. How far such simulated errors were from the real ones of the statistic, origin by
origin, then sets the width of the intervals.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.measures.nowcast.intervals import LEAST_ORIGINS, LEVELS, Past, past_of, widening
from entrepot.measures.nowcast.methods import METHODS, Window, breaks_at, quantiles_of_rows
from entrepot.measures.nowcast.nowcast import (
    Backtest,
    Method,
    Nowcast,
    refuse_history,
    refuse_irregular,
    refuse_wide,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Statistic = Callable[[Floats], Floats]

_SIMULATED = 4
"""Windows apart that simulated errors count for, against the statistic's own past errors."""
_NONE = 50.0
"""Logarithm that stands for that of nothing."""
_FARTHEST = 3.0
"""Logarithm beyond which no error of a part is drawn: a flow that began from nothing."""


def _index(parts: Floats) -> Floats:
    import numpy as np

    total = np.maximum(parts.sum(axis=0), 1e-12)
    return np.asarray(((parts / total) ** 2).sum(axis=0), dtype=float)


def _sum(parts: Floats) -> Floats:
    found: Floats = parts.sum(axis=0)
    return found


def _ratio(parts: Floats) -> Floats:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(parts[0] / parts[1], dtype=float)


def largest(k: int) -> Statistic:
    """Return the function for the share of the k largest parts."""
    import numpy as np

    def found(parts: Floats) -> Floats:
        total = np.maximum(parts.sum(axis=0), 1e-12)
        ordered = np.sort(parts, axis=0)[::-1]
        return np.asarray(ordered[:k].sum(axis=0) / total, dtype=float)

    return found


STATISTICS: dict[str, Statistic] = {"hhi": _index, "sum": _sum, "unit_value": _ratio}
"""What is computed from parts (rows), for each column."""


@dataclass(frozen=True, slots=True)
class _Course:
    """A statistic at each origin: estimated, reported later, and how far simulations move it.

    All are on the scale on which errors are taken (a logarithm, or a logit).

    Attributes
    ----------
    moves
        By origin, and origin whose errors are applied: distance from the estimate.
    """

    pasts: list[Past]
    parts: list[slice]
    estimate: Floats
    truth: Floats
    moves: Floats
    shares: bool

    def half(self, place: int, level: float) -> float:
        """Return half the width of an interval at an origin, from errors known by then.

        The quantile of simulated errors, times the ratio of real errors to the same quantile in
        the past; the fewer windows apart there are, the less that counts.
        """
        import numpy as np

        past = self.pasts[0]
        upto = past.usable(place)
        known = self.moves[:upto, :upto].copy()
        # A simulation of an origin's errors by themselves would be right without fail.
        np.fill_diagonal(known, np.nan)
        there = np.isfinite(known).any(axis=1) & np.isfinite(self.truth[:upto])
        if not there.any():
            return float("nan")
        # At the level itself: real errors have other tails than simulated ones.
        spread = np.maximum(quantiles_of_rows(known[there], level), 1e-4)
        ratio = np.abs(self.truth[:upto] - self.estimate[:upto])[there] / spread
        # Of windows that overlap an origin adds two thirds of one apart.
        apart = 1.5 * len(ratio) / past.ahead
        factor = float(np.clip(np.quantile(ratio, level), 0.2, 5.0))
        factor = float(factor ** (apart / (_SIMULATED + apart)))
        drawn = self.moves[place, :upto]
        if not np.isfinite(drawn).any():
            return float("nan")
        now = float(np.nanquantile(drawn, level))
        # Simulated errors are of many parts, and count as three windows apart.
        wider = widening(level, 1.0, upto + 2 * past.ahead, past.ahead)
        return factor * wider * max(now, 1e-4)


def _course(
    groups: Sequence[tuple[Floats, int]], window: Window, statistic: Statistic, *, shares: bool
) -> _Course:
    import numpy as np

    pasts = [past_of(values, None, window, irregular=True) for values, _ in groups]
    slices = [slice(0, count) for _, count in groups]
    count = len(pasts[0].origins)
    estimate, truth = np.full(count, np.nan), np.full(count, np.nan)
    moves = np.full((count, count), np.nan)
    scores = np.concatenate([one.scores[some] for one, some in zip(pasts, slices, strict=True)])
    scale = np.concatenate([one.scale[some] for one, some in zip(pasts, slices, strict=True)])
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = scores / scale
    some_error = np.isfinite(errors).any(axis=0)
    errors = np.nan_to_num(errors, nan=0.0)
    for place in range(count):
        known, rest, floors, actual = _now(pasts, slices, place)
        estimate[place] = _scaled(statistic((known + rest)[:, None]), shares)[0]
        if np.isfinite(actual).all():
            truth[place] = _scaled(statistic((known + actual)[:, None]), shares)[0]
        # Not with both signs: shipments that end are common, and such that grow as much are not.
        drawn = np.clip(errors * scale[:, place][:, None], -_FARTHEST, _FARTHEST)
        months = np.maximum((rest + floors)[:, None] * np.exp(drawn) - floors[:, None], 0.0)
        # A ratio of which a side is drawn as none is as far as can be, and still a number.
        found = np.clip(_scaled(statistic(known[:, None] + months), shares), -_NONE, _NONE)
        moves[place] = np.where(some_error, np.abs(found - estimate[place]), np.nan)
    return _Course(pasts, slices, estimate, truth, moves, shares)


def _now(
    pasts: list[Past], slices: list[slice], place: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return of each part at an origin what is known, what is estimated, its floor, the truth."""
    import numpy as np

    columns = [
        (one.known[some, place], one.combined[some, place], one.floors[some, place],
         one.actual[some, place])
        for one, some in zip(pasts, slices, strict=True)
    ]  # fmt: skip
    known, rest, floors, actual = (np.concatenate(one) for one in zip(*columns, strict=True))
    # No method says anything of a part: what is reported of it is all that is known.
    return known, np.maximum(np.nan_to_num(rest, nan=0.0), 0.0), floors, actual


def _scaled(x: Floats, shares: bool) -> Floats:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        if not shares:
            return np.asarray(np.log(x), dtype=float)
        inside = np.clip(x, 0.001, 0.999)
        return np.asarray(np.log(inside / (1 - inside)), dtype=float)


def _back(x: float, shares: bool) -> float:
    import numpy as np

    return float(1 / (1 + np.exp(-x)) if shares else np.exp(x))


def joint_nowcast(
    groups: Sequence[tuple[Floats, int]],
    window: Window,
    statistic: Statistic,
    *,
    shares: bool = False,
) -> Nowcast:
    """Return the nowcast of a statistic of several flows.

    Parameters
    ----------
    groups
        Amounts by flow and month, and how many of the first flows are parts; the others are flows
        of their kind, whose past errors count as well. All groups end with the same month.
    window
        As in `nowcast`.
    statistic
        What is computed from the parts: one of `STATISTICS`, or `largest`.
    shares
        Whether it lies between 0 and 1.

    Raises
    ------
    NoEvidenceError
        If the history is too short, or past errors too large for an interval that says anything.
    """
    import numpy as np

    for values, _ in groups:
        refuse_history(values, window)
    # The sum of the parts has to be a rhythm of months; small ones among them need not.
    for values, count in groups:
        refuse_irregular(values[:count].sum(axis=0, keepdims=True))
    course = _course(groups, window, statistic, shares=shares)
    past = course.pasts[0]
    place = len(past.origins) - 1
    middle = course.estimate[place]
    halves = {level: course.half(place, level) for level in LEVELS}
    if past.usable(place) < LEAST_ORIGINS or not np.isfinite(middle + halves[LEVELS[0]]):
        raise NoEvidenceError(
            "too few past errors for an interval",
            why=f"{past.usable(place)} earlier windows are complete",
            hint="load more years of months",
        )
    intervals = {
        level: (_back(middle - half, shares), _back(middle + half, shares))
        for level, half in halves.items()
    }
    low, high = intervals[LEVELS[0]]
    refuse_wide(low, high, shares=shares)
    total = groups[0][0][: groups[0][1]].sum(axis=0, keepdims=True)
    breaks = breaks_at(total, past.origins[-1])
    is_broken = bool(breaks.is_broken[0])
    return Nowcast(
        value=_back(middle, shares),
        intervals=intervals,
        methods=_methods(course, statistic, place),
        reported=None,
        months=window.length,
        months_reported=window.known,
        ahead=window.ahead,
        windows=past.usable(place),
        flows=sum(count for _, count in groups),
        covered=_covered(course, place),
        break_since=int(breaks.since[0]) if is_broken else None,
        break_size=float(np.exp(breaks.size[0]) - 1) if is_broken else None,
    )


def _methods(course: _Course, statistic: Statistic, place: int) -> tuple[Method, ...]:
    """Return what each method says of all parts; where it says nothing, all methods together."""
    import numpy as np

    found = []
    upto = course.pasts[0].usable(place)
    for at, (name, title) in enumerate(METHODS.items()):
        said = np.concatenate(
            [one.said[at, some] for one, some in zip(course.pasts, course.parts, strict=True)]
        )
        if not np.isfinite(said[:, place]).any():
            continue
        weights = np.concatenate(
            [one.weights[at, some, place] for one, some in zip(course.pasts, course.parts,
                                                               strict=True)]
        )  # fmt: skip
        values = []
        for earlier in (*range(upto), place):
            known, rest, _, _ = _now(course.pasts, course.parts, earlier)
            mine = np.where(np.isfinite(said[:, earlier]), said[:, earlier], rest)
            values.append(float(statistic((known + mine)[:, None])[0]))
        truth = np.array([_back(one, course.shares) for one in course.truth[:upto]])
        errors = np.abs(np.array(values[:-1]) - truth)
        if not course.shares:
            errors = errors / truth
        errors = errors[np.isfinite(errors)]
        _, rest, _, _ = _now(course.pasts, course.parts, place)
        weight = float((weights * rest).sum() / rest.sum()) if rest.sum() > 0 else 0.0
        past_error = float(np.median(errors)) if len(errors) else None
        found.append(Method(name, title, values[-1], weight, past_error))
    return tuple(sorted(found, key=lambda one: -one.weight))


def _covered(course: _Course, place: int) -> float | None:
    """Return which part of earlier values lay in the 80 % interval stated then."""
    inside = _inside(course, range(LEAST_ORIGINS, course.pasts[0].usable(place)), LEVELS[0])
    return float(sum(inside) / len(inside)) if len(inside) >= LEAST_ORIGINS else None


def _inside(course: _Course, places: Sequence[int], level: float) -> list[bool]:
    import numpy as np

    found = []
    for place in places:
        error = course.truth[place] - course.estimate[place]
        half = course.half(place, level)
        if np.isfinite(error + half):
            found.append(bool(abs(error) <= half))
    return found


def joint_backtest(
    groups: Sequence[tuple[Floats, int]],
    window: Window,
    statistic: Statistic,
    *,
    shares: bool = False,
) -> Backtest:
    """Return what nowcasts of a statistic would have said, against what was reported later.

    Errors are differences where it is a share, else parts of the reported value; the baselines
    are those of `backtest`, without the partner's report.
    """
    import numpy as np

    course = _course(groups, window, statistic, shares=shares)
    past = course.pasts[0]
    rows = []
    for place, origin in enumerate(past.origins):
        if not np.isfinite(course.truth[place]) or past.usable(place) < LEAST_ORIGINS:
            continue
        error = course.truth[place] - course.estimate[place]
        halves = [course.half(place, level) for level in LEVELS]
        if not np.isfinite(error + halves[0]):
            continue
        truth = _back(course.truth[place], shares)
        said = [_back(course.estimate[place], shares)]
        end = origin + window.ahead
        ago = [x[:n, end - window.length - 11 : end - 11].sum(axis=1) for x, n in groups]
        before = np.concatenate(ago)
        months = max(window.known, 1)
        ratio = np.concatenate(
            [
                x[:n, origin - months + 1 : origin + 1].sum(axis=1)
                / np.maximum(x[:n, origin - months - 11 : origin - 11].sum(axis=1), 1e-9)
                for x, n in groups
            ]
        )
        # A part that began from next to nothing: at most twentyfold, as the method of that name.
        grown = before * np.clip(ratio, 0, 20)
        said += [float(statistic(one[:, None])[0]) for one in (before, grown)]
        off = [abs(one - truth) / (1.0 if shares else truth) for one in said]
        rows.append(
            [
                0.0,
                *(float(abs(error) <= half) for half in halves),
                *off,
                np.nan,
                0.0,
                2 * halves[0],
                0.0,
                float(origin),
                np.nan,
                float(sum(x[:n, origin - 11 : origin + 1].sum() for x, n in groups)) / 12,
            ]
        )
    table: Any = np.array(rows).T if rows else np.zeros((len(fields(Backtest)), 0))
    return Backtest(*table)
