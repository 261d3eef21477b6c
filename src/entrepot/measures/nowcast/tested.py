"""What intervals contained in backtests, by class of flows: where they failed, there is no nowcast.

The table is written by ``benchmarks/nowcast.py --write``. A class is a kind of flows (a reporter
and its goods, or customs registers), a number of months ahead, and a size of flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.model.areas import area_set
from entrepot.model.columns import read_table
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

OFF = 0.06
"""Distance from what an interval promises beyond which a class is refused."""
LEAST_WINDOWS = 5.0
"""Windows that do not overlap in which a class has to be tested: what intervals contain differs
from year to year by about seven points, so that fewer years show nothing of the next."""
SIZES = ("small", "middle", "large")
_WORDS = dict(zip(SIZES, ("small flows", "flows of middle size", "large flows"), strict=True))
ALL = "all"
"""The class of all sizes together."""


@dataclass(frozen=True, slots=True)
class ClassedFlow:
    """A flow whose class is looked up.

    Attributes
    ----------
    reporters, side
        Whose reports, and of which side; no reporters where many partners report together.
    goods
        ``all`` or ``some``.
    source
        ``shipments`` for customs registers, else empty.
    history
        How many months of it there are.
    day
        On which members of groups are looked up.
    size, currency
        Amount a month of the last year; None where it is not in money.
    """

    reporters: frozenset[str]
    side: str
    goods: str
    source: str
    history: int
    day: date
    size: float | None
    currency: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Flows that were tested together.

    Attributes
    ----------
    flows
        What they are, in words.
    reporters
        An area or a group of areas; empty for any.
    side
        The side that reports; empty for both.
    goods
        ``all`` goods together, or ``some``; empty for both.
    source
        ``shipments`` for customs registers, else empty.
    up_to
        Months of history up to which the tests say something; 0 for any number.
    currency
        Of the sizes.
    """

    flows: str
    reporters: str = ""
    side: str = ""
    goods: str = ""
    source: str = ""
    up_to: int = 0
    currency: str = ""

    def fits(self, flow: ClassedFlow) -> bool:
        """Whether a flow is of this kind."""
        return (
            self.source == flow.source
            and self.side in ("", flow.side)
            and self.goods in ("", flow.goods)
            and (not self.up_to or flow.history <= self.up_to)
            and self._has(flow)
        )

    def _has(self, flow: ClassedFlow) -> bool:
        if not self.reporters:
            return True
        return bool(flow.reporters) and flow.reporters <= area_set(self.reporters, flow.day)


@dataclass(frozen=True, slots=True)
class Tested:
    """One class, and what its intervals contained.

    Attributes
    ----------
    kind
        Its flows.
    measure
        ``value``, ``share``, ``hhi``, ``cr`` or ``unit_value``.
    months, ahead
        Of the period (1 or 12), and from the last report to its end.
    size, above
        One of `SIZES`, with the amount a month from which on a flow is of it; or `ALL`.
    nowcasts
        How many were compared with what was reported later.
    in_80, in_95
        Which part of the reported values the intervals contained; None without any 95 % interval.
    windows
        How many times the months ahead go into the time of the test.
    """

    kind: Kind
    measure: str
    months: int
    ahead: int
    size: str
    above: float
    nowcasts: int
    in_80: float
    in_95: float | None
    windows: float

    @property
    def is_short(self) -> bool:
        """Whether the test is of too short a time.

        Generated flows stand for no time, and flows of few years can have no longer test.
        """
        is_real = bool(self.kind.reporters or self.kind.source)
        return is_real and not self.kind.up_to and self.windows < LEAST_WINDOWS

    @property
    def is_off(self) -> bool:
        """Whether the intervals contained far more or less than they promise."""
        far = 0.0 if self.in_95 is None else self.in_95 - 0.95
        return max(abs(self.in_80 - 0.80), abs(far)) > OFF

    @property
    def text(self) -> str:
        """The class in words."""
        of_size = "" if self.size == ALL else f", {_WORDS[self.size]}"
        if self.above:
            of_size += f" (from {figure_value(self.above, self.kind.currency)} a month on)"
        period = "a month" if self.months == 1 else "a period"
        ahead = f"{self.ahead} month{'' if self.ahead == 1 else 's'}"
        return f"{self.kind.flows}{of_size}, {period} that ends {ahead} after the last report"

    def row(self) -> list[object]:
        """Return the row of the table."""
        kind = self.kind
        in_95 = "" if self.in_95 is None else f"{self.in_95:.4f}"
        return [
            kind.flows, kind.reporters, kind.side, kind.goods, kind.source, kind.up_to,
            kind.currency, self.measure, self.months, self.ahead, self.size, f"{self.above:.12g}",
            self.nowcasts, f"{self.in_80:.4f}", in_95, f"{self.windows:.4g}",
        ]  # fmt: skip

    def to_dict(self) -> dict[str, object]:
        """Return as plain JSON types."""
        return {
            "flows": self.kind.flows, "measure": self.measure, "months": self.months,
            "ahead": self.ahead, "size": self.size, "nowcasts": self.nowcasts,
            "in_80": self.in_80, "in_95": self.in_95, "windows": self.windows,
        }  # fmt: skip


COLUMNS = (
    "flows", "reporters", "side", "goods", "source", "up_to", "currency", "measure", "months",
    "ahead", "size", "above", "nowcasts", "in_80", "in_95",
    "windows",
)  # fmt: skip
"""Of the table."""


@cache
def tested_classes() -> tuple[Tested, ...]:
    """Return the classes of the table."""
    found = []
    for row in read_table(Path(__file__).with_name("tested.csv"), COLUMNS):
        kind = Kind(
            row["flows"], row["reporters"], row["side"], row["goods"], row["source"],
            int(row["up_to"]), row["currency"],
        )  # fmt: skip
        in_95 = float(row["in_95"]) if row["in_95"] else None
        one = Tested(
            kind, row["measure"], int(row["months"]), int(row["ahead"]), row["size"],
            float(row["above"]), int(row["nowcasts"]), float(row["in_80"]), in_95,
            float(row["windows"]),
        )  # fmt: skip
        found.append(one)
    return tuple(found)


def failed(one: Tested, classes: Iterable[Tested]) -> bool:
    """Whether a class is off, was tested for too short a time, or lies between classes off.

    A class of which the next one with fewer months ahead is off, and the next one with more is off
    or not tested, was not off by luck.
    """
    if one.is_off or one.is_short:
        return True
    alike = [
        other
        for other in classes
        if (other.kind, other.measure, other.months, other.size)
        == (one.kind, one.measure, one.months, one.size)
    ]
    nearer = [other for other in alike if other.ahead < one.ahead]
    farther = [other for other in alike if other.ahead > one.ahead]
    if not nearer or not max(nearer, key=_ahead).is_off:
        return False
    return not farther or min(farther, key=_ahead).is_off


def _ahead(one: Tested) -> int:
    return one.ahead


def class_of(classes: Sequence[Tested], months: int, ahead: int, flow: ClassedFlow) -> Tested:
    """Return the class of a flow among those of its kind and measure.

    The months ahead are the next that were tested at least as far, else the farthest. Without a
    size, or in another currency, all sizes count together.
    """
    length = 1 if months == 1 else 12
    mine = [one for one in classes if one.months == length] or list(classes)
    tested = sorted({one.ahead for one in mine})
    farther = next((one for one in tested if one >= ahead), tested[-1])
    mine = [one for one in mine if one.ahead == farther]
    sized = sorted((one for one in mine if one.size != ALL), key=lambda one: one.above)
    if flow.size is not None and sized and flow.currency == sized[0].kind.currency:
        return [sized[0], *(one for one in sized if one.above <= flow.size)][-1]
    return next(one for one in mine if one.size == ALL)


def refuse_failed(measure: str, flow: ClassedFlow, *, months: int, ahead: int) -> Tested:
    """Return the class of the backtests that a flow is of.

    Parameters
    ----------
    measure
        As in `Tested`.
    months, ahead
        Of the period, and from the last report to its end.

    Raises
    ------
    NoEvidenceError
        If intervals of this class did not keep their promise, were tested for too short a time, or
        none of the kind was tested. The message names the class and what its intervals contained.
    """
    every = [one for one in tested_classes() if one.measure == measure and one.kind.fits(flow)]
    if not every:
        raise NoEvidenceError(
            f"nowcasts of {measure} are not tested on customs registers",
            hint="ask for the value, or name another source",
        )
    # Where nothing of this reporter was tested, generated flows say what such intervals contain.
    own = [one for one in every if one.kind.reporters] or every
    found = class_of(own, months, ahead, flow)
    if found.is_short:
        raise NoEvidenceError(
            "intervals of such flows were not tested for long enough",
            why=f"{found.text}: the test is as long as {found.windows:.1f} windows, and "
            f"{LEAST_WINDOWS:.0f} are needed, because years differ",
            hint="load later months, or ask for an earlier period",
        )
    if failed(found, own):
        far = "" if found.in_95 is None else f" and 95 % intervals {100 * found.in_95:.1f} %"
        raise NoEvidenceError(
            "intervals of such flows did not keep their promise in tests",
            why=f"{found.text}: 80 % intervals had {100 * found.in_80:.1f} %{far} of "
            f"{found.nowcasts:,} values",
            hint="load later months, ask for more goods together, or for an earlier period",
        )
    return found
