"""Weights of methods and conformal intervals, both from errors at earlier origins.

An origin is the last month reported at some time. At every earlier origin the same months were
missing of a window of the same length, and what each method said then is compared with what was
reported later. Nothing that became known after an origin is used at it.

References
----------
Split conformal prediction with a scale for each series (Lei et al. 2018, Journal of the American
Statistical Association 113), from rolling origins instead of exchangeable draws; levels follow the
coverage of the past (Gibbs and Candes 2021, Advances in Neural Information Processing Systems 34).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from entrepot.measures.nowcast.methods import (
    HISTORY,
    METHODS,
    Window,
    breaks_at,
    estimates,
    floor_of,
    noise_of,
    regression_coefficients,
    steady_at,
)
from entrepot.measures.student import student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

LEVELS = (0.8, 0.95)
"""Levels of the two intervals."""
_SHARP = 8
"""Power of the error that a weight is divided by: one method far better than the rest counts
alone."""
_AFTER_BREAK = 0.2
"""Part of the size of a break that adds to the error to be expected: whether it lasts is open."""
_MEMORY = 36
"""Origins whose errors count for a weight."""
LEAST_ORIGINS = 6
"""Earlier origins whose error has to be known for an interval."""
_POOL = 50
"""Errors from which it is seen whether intervals contained what they promised."""
_HALF = 4.0
"""Months after which half of what was seen of earlier intervals counts: years differ, and the last
one says most of the next."""
_SLOW = 1.0
"""Windows apart after which half of what was seen of earlier intervals counts."""
_CALM = 20.0
"""Windows more for a calm time, times the part of errors that flows have in common: many flows
that err apart show a calm time for what it is, and a year that was calm for all of them may not
last."""
_FIRST = 3
"""Origins whose errors stand in for those of the time before any was known."""
_OWN = 12
"""Errors of its own with which a flow counts as much as its class does."""
_OF_ALL = 2.0
"""Windows apart with which a class of size counts as much as all flows do."""
_MOST_WIDER = 3.0
"""Ratio of Student's to the normal quantile at most: one window says nothing of one time in 40."""
_CLASS = 10
"""Least number of flows in each of three classes of size."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the methods said at each origin, how they were combined, and how far off that was.

    Attributes
    ----------
    origins
        Columns of the last reported month; the last of them is the present.
    said
        Missing months by method, flow and origin.
    weights, errors
        Weight of each method, and the mean of its absolute errors before, by method, flow, origin.
    combined, actual
        By flow and origin: the estimate of the missing months, and their sum; NaN where not known.
        Of a part of a whole: the share, estimated and reported.
    known
        Sum of the months of the window that were reported; zero for shares.
    floors
        Amount below which differences of the missing months do not count; of shares, the share.
    scores
        Error on the scale of the statistic (a logarithm, or a logit) by flow and origin.
    scale
        Error that was to be expected of it.
    broken
        Whether the latest months at the origin were far from those before.
    ahead, classes
        Months from the origin to the end of the window; class of size at the time, by flow and
        origin.
    shares
        Whether shares are estimated.
    stated, beyond, common
        What is asked for many times, once it is computed: quantiles by origin, errors as parts of
        their ends by origin and level, and the common part of errors by how many origins are known.
    """

    origins: range
    said: Floats
    weights: Floats
    errors: Floats
    combined: Floats
    actual: Floats
    known: Floats
    floors: Floats
    scores: Floats
    scale: Floats
    broken: Flags
    ahead: int
    classes: NDArray[np.int64]
    shares: bool = False
    stated: dict[int, dict[float, tuple[Floats, Floats]]] = field(default_factory=dict, repr=False)
    # Of these errors alone, so that a copy with others begins anew.
    beyond: dict[tuple[int, float], Floats] = field(default_factory=dict, init=False, repr=False)
    common: dict[int, float] = field(default_factory=dict, init=False, repr=False)

    def usable(self, place: int) -> int:
        """Return how many of the origins before one had become known by then."""
        return max(0, place - self.ahead + 1)


def past_of(
    values: Floats,
    partner: Floats | None,
    window: Window,
    *,
    lead: int = 0,
    denominator: Floats | None = None,
    first: int | None = None,
    last: int | None = None,
    irregular: bool = False,
) -> Past:
    """Return what would have been said at each origin up to the present.

    Parameters
    ----------
    values
        Amounts by flow and month; every flow is reported up to `last`.
    partner
        Partner's reports, NaN where there are none.
    window
        Its length, and how many months after the origin it ends.
    lead
        How many months after the origin the partner's reports reach; negative where they are later.
    denominator
        Amounts by flow and month that `values` are parts of: then the score is that of the share.
    first, last
        First and last origin; by default all that have enough history.
    irregular
        Whether flows of few shipments are estimated too, which as parts of a whole they are.
    """
    import numpy as np

    last = values.shape[1] - 1 if last is None else last
    first = HISTORY - 1 if first is None else first
    origins = range(first, last + 1)
    count, flows = len(origins), len(values)
    said = np.full((len(METHODS), flows, count), np.nan)
    denominator_estimate = np.full_like(said, np.nan) if denominator is not None else None
    actual = np.full((flows, count), np.nan)
    known = np.zeros((flows, count))
    denominator_rest = np.full((flows, count), np.nan)
    denominator_known = np.zeros((flows, count))
    floors, noise = np.ones((flows, count)), np.ones((flows, count))
    jumps = np.zeros((flows, count))
    of_values = regression_coefficients(values, partner, origins, window.ahead, lead)
    of_denominator = (
        regression_coefficients(denominator, None, origins, window.ahead)
        if denominator is not None
        else None
    )
    for place, origin in enumerate(origins):
        breaks = breaks_at(values, origin)
        seen = _seen(partner, origin + lead, window.ahead + origin + 1)
        ready = _reaching(values, origin + window.ahead + 1)
        said[:, :, place] = estimates(
            ready, seen, origin, window, coefficients=of_values[place], breaks=breaks
        )
        missing = list(window.missing_at(origin))
        floors[:, place] = floor_of(values, origin) * len(missing)
        noise[:, place] = noise_of(values, origin)
        jumps[:, place] = np.abs(breaks.size)
        # Refused then as it would be today, so that errors are those of flows that get an answer.
        if not irregular:
            said[:, ~steady_at(values, origin), place] = np.nan
        known[:, place] = values[:, window.known_at(origin)].sum(axis=1) if window.known else 0.0
        if missing[-1] <= last:
            actual[:, place] = values[:, missing].sum(axis=1)
        if (
            denominator is not None
            and denominator_estimate is not None
            and of_denominator is not None
        ):
            every = _reaching(denominator, origin + window.ahead + 1)
            denominator_estimate[:, :, place] = estimates(
                every, None, origin, window, coefficients=of_denominator[place]
            )
            if window.known:
                denominator_known[:, place] = denominator[:, window.known_at(origin)].sum(axis=1)
            if missing[-1] <= last:
                denominator_rest[:, place] = denominator[:, missing].sum(axis=1)
    sizes = _sizes(values, origins)
    if denominator is None or denominator_estimate is None:
        return _combine(
            origins, window.ahead, sizes, said, np.log(said + floors),
            np.log(actual + floors), lambda x: np.exp(x) - floors, actual, known, floors, noise,
            jumps,
        )  # fmt: skip
    # A flow's floor as a share: below it differences count no more than those of amounts do.
    least = floors / np.maximum(_sizes(denominator, origins) * window.ahead, 1e-300)
    least = np.clip(least, 1e-9, 0.01)
    parts, wholes = known + said, denominator_known + denominator_estimate
    # Where a method says nothing of the denominator, that of `growth` (method 1) stands in.
    wholes = np.where(np.isfinite(wholes), wholes, (denominator_known + denominator_estimate[1]))
    truth = _share(known + actual, denominator_known + denominator_rest)
    shares = _share(parts, wholes)
    # Whether a break lasts matters to the months that are missing, and a share is of all months.
    jumps *= 1 - window.known / window.length
    found = _combine(
        origins, window.ahead, sizes, shares, logit(shares, least), logit(truth, least),
        lambda x: from_logit(x, least), truth, np.zeros((flows, count)), least, noise, jumps,
    )  # fmt: skip
    return replace(found, shares=True)


def _combine(
    origins: range,
    ahead: int,
    sizes: Floats,
    said: Floats,
    scaled: Floats,
    truth: Floats,
    back: Any,
    actual: Floats,
    known: Floats,
    floors: Floats,
    noise: Floats,
    jumps: Floats,
) -> Past:
    """Weigh the methods by their errors so far, and score what they say together."""
    import numpy as np

    _, flows, count = scaled.shape
    classes = np.zeros((flows, count), dtype=np.int64)
    errors = np.abs(scaled - truth[None])
    weights = np.zeros_like(scaled)
    past_errors = np.full_like(scaled, np.nan)
    combined = np.full((flows, count), np.nan)
    scores = np.full((flows, count), np.nan)
    scale = np.full((flows, count), np.nan)
    for place in range(count):
        there = np.isfinite(scaled[:, :, place])
        upto = max(0, place - ahead + 1)
        # Before anything was tried, what the first origins showed: no interval is given from
        # fewer origins than these, so that they were known when it was.
        upto = max(upto, min(_FIRST, count - ahead))
        recent = errors[:, :, max(0, upto - _MEMORY) : upto]
        past_errors[:, :, place], expected = _expected_errors(recent, ahead)
        # The floor keeps a method without any error so far from taking all the weight for ever.
        inverse = np.where(there, 1.0 / np.maximum(expected, 1e-3) ** _SHARP, 0.0)
        total = inverse.sum(axis=0)
        weights[:, :, place] = inverse / np.where(total > 0, total, 1.0)
        mean = (weights[:, :, place] * np.where(there, scaled[:, :, place], 0.0)).sum(axis=0)
        combined[:, place] = np.where(total > 0, mean, np.nan)
        classes[:, place] = size_classes(sizes[:, place], total > 0)
        scores[:, place] = truth[:, place] - combined[:, place]
    # A second pass, as the scale of an origin needs the scores of all before it.
    for place in range(count):
        upto = max(0, place - ahead + 1)
        is_first = upto < _FIRST
        done = np.abs(scores[:, max(0, upto - _MEMORY) : _FIRST if is_first else upto])
        expected = _scale(done, noise[:, place], classes[:, place], ahead, own=not is_first)
        scale[:, place] = expected + _AFTER_BREAK * jumps[:, place]
    return Past(
        origins=origins,
        said=said,
        weights=weights,
        errors=past_errors,
        combined=back(combined),
        actual=actual,
        known=known,
        floors=floors,
        scores=scores,
        scale=scale,
        broken=jumps > 0,
        ahead=ahead,
        classes=classes,
    )


def _expected_errors(recent: Floats, ahead: int) -> tuple[Floats, Floats]:
    """Return the mean error of each method and flow so far, and what is expected of it.

    Relative to the other methods, a flow's own errors count the more the more of them there are;
    errors of windows that overlap count as one.
    """
    import numpy as np

    there = np.isfinite(recent)
    count = there.sum(axis=2)
    own = np.where(there, recent, 0.0).sum(axis=2) / np.maximum(count, 1)
    none = count == 0
    if none.all():
        return np.where(none, np.nan, own), np.ones(own.shape)
    usual = np.where(none, np.nan, own)
    # Relative to the flow's own level of error, so that irregular flows do not decide for all.
    typical = np.sqrt(_mean(usual**2, axis=0))
    relative = usual / np.where(typical > 0, typical, 1.0)
    # A method that has never been tried counts for less than those that have.
    of_class = np.full((len(relative), 1), 1.5)
    for method, row in enumerate(relative):
        if np.isfinite(row).any():
            of_class[method] = np.median(row[np.isfinite(row)])
    # Windows that overlap share most of their months, and err together.
    weight = count / max(1.0, ahead / 2)
    expected = (weight * np.where(none, 0.0, relative) + _OWN * of_class) / (weight + _OWN)
    return usual, expected


def _mean(x: Floats, axis: int) -> Floats:
    import numpy as np

    there = np.isfinite(x)
    return np.asarray(
        np.where(there, x, 0.0).sum(axis=axis) / np.maximum(there.sum(axis=axis), 1), dtype=float
    )


def _scale(
    done: Floats, noise: Floats, classes: NDArray[np.int64], ahead: int, *, own: bool
) -> Floats:
    """Return the error to be expected of each flow: its own, drawn towards its usual noise.

    Without `own`, only the ratio of errors to noise is taken from those that are done.
    """
    import numpy as np

    there = np.isfinite(done)
    count = there.sum(axis=1)
    mean = np.where(there, done, 0.0).sum(axis=1) / np.maximum(count, 1)
    some = count >= min(3, done.shape[1])
    some &= count > 0
    every = float(np.median(mean[some] / noise[some])) if some.any() else 1.0
    factor = np.full(len(noise), every)
    for one in np.unique(classes):
        members = some & (classes == one)
        # Partners' months help flows of little noise less.
        if members.sum() >= _CLASS:
            factor[classes == one] = np.sqrt(every * np.median(mean[members] / noise[members]))
    weight = count / max(1.0, ahead / 2) if own else np.zeros(len(noise))
    # The flow's usual noise counts like four errors of its own.
    found = (weight * mean + 4 * np.maximum(factor, 0.05) * noise) / (weight + 4)
    return np.asarray(np.maximum(found, 0.005), dtype=float)


def ends_of_errors(
    past: Past, place: int, levels: Sequence[float] = LEVELS
) -> dict[float, tuple[Floats, Floats]]:
    """Return by level the ends of the error of each flow at an origin.

    They are quantiles of the errors so far, made wider or narrower by what would have made those
    of the past contain what they promised. A level for which there are too few errors is left out.
    """
    import numpy as np

    found = {}
    now = past.classes[:, place]
    part = _common(past, past.usable(place))
    to_narrow = _SLOW + _CALM * part
    for level, ends in _stated(past, place).items():
        if level not in levels:
            continue
        low, high = ends[0].copy(), ends[1].copy()
        beyond, classes = _beyond(past, place, level)
        recent = 0.5 ** (np.arange(beyond.shape[1])[::-1] / _HALF)
        # As many months alike would say as much.
        months = recent.sum() ** 2 / (recent**2).sum() if len(recent) else 0.0
        count = months / max(1.0, past.ahead / 2)
        for one in np.unique(now):
            there = _is_of_class(beyond, classes, one, now)
            if there.sum() >= _POOL:
                weights = np.broadcast_to(recent, beyond.shape)[there]
                pool = beyond[there]
                seen = np.quantile(pool, level, weights=weights, method="inverted_cdf")
                factor = min(max(float(seen), 0.2), 3.0)
                slow = _SLOW if factor > 1 else to_narrow
                factor = factor ** (count / (count + slow))
                low[now == one] *= factor
                high[now == one] *= factor
        found[level] = (low, high)
    return found


def _is_of_class(
    errors: Floats, classes: NDArray[np.int64], one: int, now: NDArray[np.int64]
) -> Flags:
    """Return which errors are of flows that were of a class of size at the time.

    Not of those that are in it now: large flows are those that grew more than was expected.
    """
    import numpy as np

    there = np.isfinite(errors)
    # Where all are of one class now, so were they then: there are few.
    return there & (classes == one) if now.any() else there


def _stated(past: Past, place: int) -> dict[float, tuple[Floats, Floats]]:
    """Return the quantiles at an origin, computed once."""
    if place not in past.stated:
        past.stated[place] = _quantiles(past, place)
    return past.stated[place]


def _beyond(past: Past, place: int, level: float) -> tuple[Floats, NDArray[np.int64]]:
    """Return errors so far by flow and origin, as parts of the end on their side: 1 is on it.

    With the class of size that each flow was in.
    """
    import numpy as np

    columns, places = [], []
    for earlier in range(LEAST_ORIGINS, past.usable(place)):
        ends = _stated(past, earlier).get(level)
        if ends is not None:
            if (earlier, level) not in past.beyond:
                score = past.scores[:, earlier]
                up = score / np.maximum(ends[1], 1e-6)
                # Both quotients are positive: a score below zero is taken by the lower end.
                down = score / np.minimum(ends[0], -1e-6)
                past.beyond[earlier, level] = np.where(score >= 0, up, down)
            columns.append(past.beyond[earlier, level])
            places.append(earlier)
    found = np.stack(columns, axis=1) if columns else np.zeros((len(past.scores), 0))
    return found, past.classes[:, places]


def _relative(past: Past, upto: int) -> Floats:
    """Return errors of the first origins, each over the error that was to be expected."""
    return past.scores[:, :upto] / past.scale[:, :upto]


def _common(past: Past, upto: int) -> float:
    """Return the part that errors of the first origins have in common, computed once."""
    if upto not in past.common:
        past.common[upto] = common_part(_relative(past, upto))
    return past.common[upto]


def _quantiles(past: Past, place: int) -> dict[float, tuple[Floats, Floats]]:
    """Return by level quantiles of the errors so far of flows of the same size.

    Each error is taken by the error that was to be expected of it.
    """
    import numpy as np

    upto = past.usable(place)
    errors = _relative(past, upto)
    part = _common(past, upto)
    now = past.classes[:, place]
    found = {
        level: (np.full(len(errors), np.nan), np.full(len(errors), np.nan)) for level in LEVELS
    }
    everything = np.sort(errors[np.isfinite(errors)])
    # How much a class's own errors count, against those of all flows.
    own = 1.5 * upto / (1.5 * upto + _OF_ALL * past.ahead)
    for one in np.unique(now):
        pool = np.sort(errors[_is_of_class(errors, past.classes[:, :upto], one, now)])
        members = now == one
        for level, ends in found.items():
            if (mine := _tails(pool, level)) is None:
                continue
            every = _tails(everything, level) or mine
            scale = past.scale[members, place] * widening(level, part, upto, past.ahead)
            for end, here, there in zip(ends, mine, every, strict=True):
                end[members] = (own * here + (1 - own) * there) * scale
    return {level: ends for level, ends in found.items() if np.isfinite(ends[0]).any()}


def _tails(pool: Floats, level: float) -> tuple[float, float] | None:
    """Return the ends of sorted errors; None where they would lie beyond the largest there is."""
    import numpy as np

    tail = (1 - level) / 2
    if len(pool) < 1 / tail:
        return None
    # n + 1: the next error is as likely in each gap between past ones; ends round outwards.
    rank = (len(pool) + 1) * tail
    high = min(len(pool) - 1, int(np.ceil(len(pool) + 1 - rank)) - 1)
    return float(pool[max(0, int(rank) - 1)]), float(pool[high])


def common_part(errors: Floats) -> float:
    """Return which part of the variance of errors all flows of an origin have in common.

    From products of errors of different flows at the same origin; one for a flow alone. Errors
    beyond three usual ones count as three, or a few would decide.
    """
    import numpy as np

    if len(errors) < 2:
        return 1.0
    there = np.isfinite(errors)
    if not there.any():
        return 1.0
    usual = float(np.median(np.abs(errors[there]))) / 0.6745
    z = np.where(there, np.clip(errors, -3 * usual, 3 * usual), 0.0)
    count = there.sum(axis=0)
    pairs = float((count * (count - 1)).sum())
    if not pairs or not usual:
        return 1.0
    square = float((z**2).sum() / there.sum())
    products = float((z.sum(axis=0) ** 2 - (z**2).sum(axis=0)).sum()) / pairs
    return min(max(products / square, 0.0), 1.0)


def widening(level: float, part: float, windows: int, ahead: int) -> float:
    """Return how much wider an interval is because the common error was seen few times.

    What flows have in common differs from window to window alone: its quantile is Student's, with
    as many degrees of freedom as there are windows apart. The rest is known from many flows.
    """
    # Of sums that overlap, an origin adds two thirds of a window apart (for variances).
    apart = max(1.0, 1.5 * windows / ahead)
    normal = NormalDist().inv_cdf((1 + level) / 2)
    ratio = _student(level, round(apart, 1)) / normal
    return float(((1 - part) + part * min(ratio, _MOST_WIDER) ** 2) ** 0.5)


@cache
def _student(level: float, freedom: float) -> float:
    return student_quantile(level, freedom)


def size_classes(sizes: Floats, some: Flags) -> NDArray[np.int64]:
    """Return small (0), middle (1) and large (2) flows; one class where there are few."""
    import numpy as np

    if some.sum() < 3 * _CLASS:
        return np.zeros(len(sizes), dtype=np.int64)
    return np.asarray(np.digitize(sizes, np.quantile(sizes[some], [1 / 3, 2 / 3])), dtype=np.int64)


def _reaching(values: Floats, columns: int) -> Floats:
    """Return the values with columns up to the end of a window, which no method reads."""
    import numpy as np

    if values.shape[1] >= columns:
        return values
    more = np.full((len(values), columns - values.shape[1]), np.nan)
    return np.hstack([values, more])


def _seen(partner: Floats | None, last: int, columns: int) -> Floats | None:
    """Return the partner's reports up to a month, NaN after it."""
    if partner is None:
        return None
    seen = _reaching(partner, columns).copy()
    seen[:, max(0, last + 1) :] = float("nan")
    return seen


def _sizes(values: Floats, origins: range) -> Floats:
    """Return by flow and origin the mean of the twelve months before."""
    import numpy as np

    return np.stack([values[:, one - 11 : one + 1].mean(axis=1) for one in origins], axis=1)


def _share(part: Floats, denominator: Floats) -> Floats:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.clip(part / denominator, 0.0, 1.0), dtype=float)


def logit(share: Any, least: Any) -> Floats:
    """Return the logit of a share, in which shares of none and of all are `least` from the end."""
    import numpy as np

    return np.asarray(np.log((share + least) / (1 - share + least)), dtype=float)


def from_logit(x: Any, least: Any) -> Floats:
    """Return the share of a logit, from 0 to 1."""
    import numpy as np

    part = 1 / (1 + np.exp(-x))
    return np.asarray(np.clip(part * (1 + 2 * least) - least, 0.0, 1.0), dtype=float)
