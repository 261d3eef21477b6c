"""Simple estimates of months that are not reported yet, for many flows at once.

Every method uses what was known at one moment (the *origin*, the last month reported) and gives
the sum of the months of a window that are still missing. None of them fits anything to the flow in
question that could not be computed by hand, so that an answer can list what each of them says.

Arrays have a row for each flow and a column for each month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

METHODS = {
    "last_year": "same months of last year",
    "growth": "same months of last year times the growth of the latest months",
    "partial_ratio": "ratio of the whole to the reported months in past years",
    "partner": "partner's report of the missing months times the usual gap",
    "smoothing": "seasonal exponential smoothing",
    "regression": "regression of growth on recent growth, and on the partner's where known",
}
"""Methods by id, in words."""
HISTORY = 24
"""Months before the origin, itself included, without which nothing is estimated."""
STEADY = 2 / 3
"""Part of the last 24 months in which a flow has to have trade."""
_RECENT = 3
"""Months whose growth against a year before counts as the present growth, at least."""
_DECAY = 0.7
"""What a month counts for in a level, against the month after it."""
_FLOOR = 0.01
"""Part of a usual month below which differences do not count: a logarithm has no zero."""
_STEP = 4.0
"""Times the usual error beyond which two months together are no chance."""


@dataclass(frozen=True, slots=True)
class Window:
    """Months that are added up, as seen from an origin.

    Attributes
    ----------
    length
        How many months it has.
    ahead
        How many months after the origin it ends; 1 if the next report completes it.
    """

    length: int
    ahead: int

    @property
    def known(self) -> int:
        """Months of it that are reported, the origin the last of them."""
        return max(0, self.length - self.ahead)

    def known_at(self, origin: int) -> slice:
        """Return the columns that are reported."""
        return slice(origin - self.known + 1, origin + 1)

    def missing_at(self, origin: int) -> range:
        """Return the columns that are not."""
        # All of the window where it begins after the origin; months in between are not in it.
        return range(origin + self.ahead - (self.length - self.known) + 1, origin + self.ahead + 1)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Flows whose latest months are far from what came before.

    Attributes
    ----------
    is_broken
        Whether a flow is.
    since
        Column of the first month after the break; the origin's where there is none.
    size
        Change of the logarithm of the flow against a year before.
    """

    is_broken: Flags
    since: NDArray[np.int64]
    size: Floats


def floor_of(values: Floats, origin: int) -> Floats:
    """Return by flow the amount below which differences do not count."""
    import numpy as np

    recent = values[:, max(0, origin - HISTORY + 1) : origin + 1]
    usual: Floats = np.nanmean(recent, axis=1)
    # A flow of zeros only has no usual month; a trace of the largest flow stands for it.
    least = float(np.nanmax(usual, initial=0.0)) * 1e-9 + 1e-12
    return np.asarray(np.maximum(usual * _FLOOR, least), dtype=float)


def steady_at(values: Floats, origin: int) -> Flags:
    """Return which flows have trade in two of three of the last 24 months: others are refused."""
    import numpy as np

    recent = values[:, max(0, origin - HISTORY + 1) : origin + 1]
    return np.asarray((recent > 0).mean(axis=1) >= STEADY)


def yearly_growth(values: Floats, floor: Floats) -> Floats:
    """Return the change of the logarithm against a year before; NaN for the first year.

    `floor` is of each flow, or of each flow and month: then of the later month for both.
    """
    import numpy as np

    by_month = floor if floor.ndim == 2 else floor[:, None]
    found = np.full_like(values, np.nan)
    now = np.log(values + by_month)
    ago = np.log(values[:, :-12] + (by_month[:, 12:] if floor.ndim == 2 else by_month))
    found[:, 12:] = now[:, 12:] - ago
    return found


def quantiles_of_rows(x: Floats, part: float) -> Floats:
    """Return a quantile of the numbers in each row; NaN in a row without any.

    A tenth of the time of numpy's own, which masks each row.
    """
    import numpy as np

    # NaN is sorted to the end.
    ordered = np.sort(x, axis=1)
    count = np.isfinite(x).sum(axis=1)
    rows, place = np.arange(len(x)), np.maximum(count - 1, 0) * part
    below = place.astype(int)
    low, high = ordered[rows, below], ordered[rows, np.ceil(place).astype(int)]
    found = low + (high - low) * (place - below)
    return np.asarray(np.where(count > 0, found, np.nan), dtype=float)


def noise_of(values: Floats, origin: int) -> Floats:
    """Return by flow how far a month usually lies from the months before, as a logarithm.

    The median change of a month against a year before from the mean of the three months before it.
    """
    import numpy as np

    known = values[:, : origin + 1]
    growth = yearly_growth(known, floor_of(known, origin))[:, -HISTORY:]
    before = (growth[:, :-3] + growth[:, 1:-2] + growth[:, 2:-1]) / 3
    found = quantiles_of_rows(np.abs(growth[:, 3:] - before), 0.5)
    if not np.isfinite(found).all():
        # A flow of one year has no growth to compare: its months against each other.
        logs = np.log(known[:, -12:] + floor_of(known, origin)[:, None])
        spread = np.median(np.abs(logs - np.median(logs, axis=1, keepdims=True)), axis=1)
        found = np.where(np.isfinite(found), found, spread)
    return np.asarray(np.maximum(found, 0.01), dtype=float)


def breaks_at(values: Floats, origin: int) -> Breaks:
    """Find flows whose last two months are both far from the year before, on one side.

    Far is four times the usual error of a month, and at least half as much again or a third less.
    """
    import numpy as np

    known = values[:, : origin + 1]
    # From before the two months, which would raise the very bound they are compared with.
    noise = noise_of(values[:, : origin - 1], origin - 2)
    growth = yearly_growth(known, floor_of(known, origin))
    # The growth of the year before the two months, from which a break is a departure.
    usual = quantiles_of_rows(growth[:, max(12, origin - 13) : origin - 1], 0.5)
    apart = growth - usual[:, None]
    # Over 0.6745 a median becomes a standard deviation; over √2, because two months have to agree.
    least = np.maximum(_STEP / np.sqrt(2) * noise / 0.6745, np.log(1.5))
    last = apart[:, origin - 1 : origin + 1]
    is_broken = (np.abs(last) > least[:, None]).all(axis=1) & (last[:, 0] * last[:, 1] > 0)
    sign = np.sign(last[:, 1])
    since = np.full(len(values), origin)
    open_ = is_broken.copy()
    # Back as long as months stay beyond half the bound; the first twelve have no growth.
    for month in range(origin, max(11, origin - 12), -1):
        open_ &= apart[:, month] * sign > least / 2
        since[open_] = month
    return Breaks(is_broken, since, np.where(is_broken, last.mean(axis=1), 0.0))


def estimates(
    values: Floats,
    partner: Floats | None,
    origin: int,
    window: Window,
    *,
    coefficients: Floats | None = None,
    breaks: Breaks | None = None,
) -> Floats:
    """Return what each method says of the missing months: a row by method, a column by flow.

    Parameters
    ----------
    values
        Amounts by flow and month; columns after `origin` are not read.
    partner
        The same trade as the partners report it, NaN where they do not; the caller removes what
        was not known at the origin.
    coefficients
        As `regression_coefficients` returns them.
    breaks
        Flows of which only the months since a break show the present growth.

    Returns
    -------
    array
        In the order of `METHODS`; NaN where a method cannot say anything.
    """
    import numpy as np

    flows = len(values)
    floor = floor_of(values, origin)
    missing = list(window.missing_at(origin))
    year_ago = values[:, [month - 12 for month in missing]]
    found = np.full((len(METHODS), flows), np.nan)
    growth = _present_growth(values, origin, window, floor, breaks)
    found[0] = year_ago.sum(axis=1)
    found[1] = (year_ago * growth[:, None]).sum(axis=1)
    found[2] = _partial_ratio(values, origin, window)
    by_growth = year_ago * growth[:, None]
    if partner is not None:
        found[3] = _by_partner(values, partner, origin, missing, by_growth)
    found[4] = _smoothed(values, origin, missing)
    if coefficients is not None:
        found[5] = _regressed(values, partner, origin, missing, floor, coefficients, breaks)
    if breaks is not None and breaks.is_broken.any():
        # What went before a break says nothing of the months after it.
        # Growth, partner and regression (1, 3, 5) stay: they go by months since the break.
        found[0][breaks.is_broken] = np.nan
        found[2][breaks.is_broken] = np.nan
        found[4][breaks.is_broken] = np.nan
    return found


def _present_growth(
    values: Floats, origin: int, window: Window, floor: Floats, breaks: Breaks | None
) -> Floats:
    """Return the ratio of the latest months to the same a year before, at most a factor of 20."""
    import numpy as np

    count = max(window.known, _RECENT)
    # The same months of a year before have to be in the data.
    count = min(count, origin - 11)
    now = values[:, origin - count + 1 : origin + 1].sum(axis=1)
    ago = values[:, origin - count - 11 : origin - 11].sum(axis=1)
    if breaks is not None and breaks.is_broken.any():
        # Since their breaks, flows have sums of different length: differences of running sums.
        sums = np.cumsum(values[:, : origin + 1], axis=1)
        flows = np.arange(len(values))
        # The column before the start has to exist a year earlier, too.
        start = np.maximum(breaks.since, 13)
        now = np.where(breaks.is_broken, sums[flows, origin] - sums[flows, start - 1], now)
        ago = np.where(breaks.is_broken, sums[flows, origin - 12] - sums[flows, start - 13], ago)
    return np.asarray(np.clip((now + floor) / (ago + floor), 0.0, 20.0), dtype=float)


def _partial_ratio(values: Floats, origin: int, window: Window) -> Floats:
    """Return the reported months times what was still to come in the same months of past years."""
    import numpy as np

    if not window.known or window.known == window.length:
        return np.full(len(values), np.nan)
    part = values[:, window.known_at(origin)].sum(axis=1)
    ratios = []
    for years in range(1, 4):
        last = origin - 12 * years
        if last - window.known + 1 < 0:
            break
        known = values[:, window.known_at(last)].sum(axis=1)
        rest = values[:, list(window.missing_at(last))].sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios.append(np.where(known > 0, rest / known, np.nan))
    if not ratios:  # of a window of years, too little came before
        return np.full(len(values), np.nan)
    stacked = np.stack(ratios)
    none = np.isnan(stacked).all(axis=0)
    # nanmean warns of a column without numbers.
    stacked[:, none] = 0.0
    return np.where(none, np.nan, part * np.clip(np.nanmean(stacked, axis=0), 0, 50))


def _by_partner(
    values: Floats, partner: Floats, origin: int, missing: list[int], by_growth: Floats
) -> Floats:
    """Return the partner's months times the pair's gap of the last year; other months by growth."""
    import numpy as np

    common = slice(max(0, origin - 11), origin + 1)
    both = np.isfinite(partner[:, common])
    # Over the months that both have, or a late partner would look like a smaller one.
    own = np.where(both, values[:, common], 0.0).sum(axis=1)
    other = np.where(both, partner[:, common], 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where((other > 0) & (both.sum(axis=1) >= 6), own / other, np.nan)
    known = partner[:, missing]
    said = np.where(np.isfinite(known), known * gap[:, None], by_growth)
    none = ~np.isfinite(known).any(axis=1) | ~np.isfinite(gap) | (gap > 20) | (gap < 0.05)
    return np.where(none, np.nan, said.sum(axis=1))


def _smoothed(values: Floats, origin: int, missing: list[int]) -> Floats:
    """Return the smoothed level times the season of each month, from up to three years."""
    import numpy as np

    years = min(3, (origin + 1) // 12)
    last = values[:, origin + 1 - 12 * years : origin + 1].reshape(len(values), years, 12)
    mean = last.mean(axis=2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(mean > 0, last / mean, 1.0)
    # A year without season counts as one more, as three years say little; what divides is not zero.
    season = np.maximum((ratio.sum(axis=1) + 1.0) / (years + 1), 0.05)
    weights = _DECAY ** np.arange(11, -1, -1)
    level = (last[:, -1] / season * weights).sum(axis=1) / weights.sum()
    # The first column of the season is the month after the origin, a year back.
    places = [(month - origin - 1) % 12 for month in missing]
    return np.asarray(level * season[:, places].sum(axis=1), dtype=float)


def regression_coefficients(
    values: Floats, partner: Floats | None, origins: range, ahead: int, lead: int = 0
) -> Floats:
    """Return the coefficients of growth on growth known before, by origin and months ahead.

    The growth of a month against a year before is explained by the mean of the last three months'
    growth and, where the partner has reported the month, by the growth of the partner's report
    beyond that; over all flows, from what was complete at each origin. Without intercept: on
    average nothing changes.

    Returns
    -------
    array
        By origin, months ahead, and coefficient: recent growth alone; recent growth and partner.
    """
    import numpy as np

    # At most about sevenfold: a flow that began from nothing must not make the coefficients.
    growth = np.clip(yearly_growth(values, _floors_then(values)), -2, 2)
    recent = np.full_like(growth, np.nan)
    recent[:, 2:] = (growth[:, 2:] + growth[:, 1:-1] + growth[:, :-2]) / 3
    other = None
    if partner is not None:
        known = partner[:, : values.shape[1]]
        other = np.clip(yearly_growth(known, _floors_then(known)), -2, 2)
    found = np.zeros((len(origins), ahead, 3))
    for step in range(1, ahead + 1):
        x, y = recent[:, :-step], growth[:, step:]
        sums = _sums_to(x, y)
        pairs = _sums_of_two(x, y, other[:, step:]) if other is not None else None
        for place, origin in enumerate(origins):
            last = origin - step  # the latest month from which the growth ahead is known by now
            # Growth takes twelve months, and its mean of three two more.
            if last < 14:
                continue
            xy, xx = sums[0][last], sums[1][last]
            alone = xy / (xx + 1e-9)
            found[place, step - 1, 0] = np.clip(alone, 0, 1)
            # Too few pairs with a partner's month: recent growth alone, the partner counts nothing.
            found[place, step - 1, 1:] = (np.clip(alone, 0, 1), 0.0)
            late = last + min(lead, 0)
            if pairs is not None and late >= 0 and pairs[5][late] >= 24:
                a, b, d, e, f = (one[late] for one in pairs[:5])
                # Both regressors are growth of the same trade, and nearly parallel.
                ridge = 0.05 * (a + d) + 1e-9
                two = np.linalg.solve([[a + ridge, b], [b, d + ridge]], [e, f])
                found[place, step - 1, 1:] = np.clip(two, -0.5, 1.2)
    return found


def _floors_then(values: Floats) -> Floats:
    """Return the floor by flow and month from the months up to it, as it would have been then.

    NaN counts as no report; the floor is one where there is none yet.
    """
    import numpy as np

    there = np.isfinite(values)
    sums = np.cumsum(np.where(there, values, 0.0), axis=1)
    count = np.cumsum(there, axis=1)
    # Of the last 24 months alone, as `floor_of`.
    sums[:, HISTORY:] -= sums[:, :-HISTORY].copy()
    count[:, HISTORY:] -= count[:, :-HISTORY].copy()
    usual = np.maximum(sums, 0.0) / np.maximum(count, 1)
    return np.asarray(np.where(usual > 0, usual * _FLOOR, 1.0), dtype=float)


def floor_of_known(partner: Floats) -> Floats:
    """Return the floor of reports of which some are missing; one where there are none."""
    import numpy as np

    there = np.isfinite(partner)
    count = np.maximum(there.sum(axis=1), 1)
    usual = np.where(there, partner, 0.0).sum(axis=1) / count
    return np.asarray(np.where(usual > 0, usual * _FLOOR, 1.0), dtype=float)


def _sums_to(x: Floats, y: Floats) -> list[Floats]:
    """Return the sums of products and squares over flows, up to each month."""
    import numpy as np

    there = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(there, x, 0.0), np.where(there, y, 0.0)
    return [np.cumsum((one * other).sum(axis=0)) for one, other in ((x, y), (x, x))]


def _sums_of_two(x: Floats, y: Floats, z: Floats) -> list[Floats]:
    """Return the sums of a regression of two variables and the count, up to each month."""
    import numpy as np

    there = np.isfinite(x) & np.isfinite(y) & np.isfinite(z)
    x, y, z = (np.where(there, one, 0.0) for one in (x, y, z))
    products = ((x, x), (x, z), (z, z), (x, y), (z, y))
    sums = [np.cumsum((one * other).sum(axis=0)) for one, other in products]
    return [*sums, np.cumsum(there.sum(axis=0).astype(float))]


def _regressed(
    values: Floats,
    partner: Floats | None,
    origin: int,
    missing: list[int],
    floor: Floats,
    coefficients: Floats,
    breaks: Breaks | None,
) -> Floats:
    """Return last year's months times the growth that the regression expects of each."""
    import numpy as np

    growth = np.clip(yearly_growth(values[:, : origin + 1], floor), -2, 2)
    recent = growth[:, -3:].mean(axis=1)
    if breaks is not None and breaks.is_broken.any():
        recent = np.where(breaks.is_broken, growth[:, -2:].mean(axis=1), recent)
    other = None
    if partner is not None:
        other = np.clip(yearly_growth(partner, floor_of_known(partner)), -2, 2)
    total = np.zeros(len(values))
    for month in missing:
        alone, with_recent, with_other = coefficients[month - origin - 1]
        expected = alone * recent
        if breaks is not None and breaks.is_broken.any():
            expected = np.where(breaks.is_broken, recent, expected)
        if other is not None:
            said = with_recent * recent + with_other * other[:, month]
            expected = np.where(np.isfinite(said), said, expected)
        total += np.maximum((values[:, month - 12] + floor) * np.exp(expected) - floor, 0.0)
    return total
