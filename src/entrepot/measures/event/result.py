"""What an event study finds: everything that a table or a chart of it needs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from entrepot.errors import RequestError


def in_percent(log: float | None) -> float | None:
    """Return a logarithmic difference in per cent."""
    return None if log is None else 100 * math.expm1(log)


class _Interval:
    """Ends of a 95 % interval, as logarithms and in per cent."""

    __slots__ = ()
    low: float | None
    high: float | None

    @property
    def low_pct(self) -> float | None:
        """Lower end of the 95 % interval in per cent."""
        return in_percent(self.low)

    @property
    def high_pct(self) -> float | None:
        """Upper end of the 95 % interval in per cent."""
        return in_percent(self.high)


@dataclass(frozen=True, slots=True)
class Coefficient(_Interval):
    """One step from the event.

    Attributes
    ----------
    step
        Steps since the event; negative before it.
    estimate, std_error, low, high
        Logarithmic difference from the reference step, its standard error, and ends of the 95 %
        interval. None where no treated cell lies in the step, all of them are zero, or the step
        is not identified without cells that are separated (`why`).
    p_value
        Two-sided, from clusters.
    p_randomisation
        Two-sided, from permuted events; None if not asked for.
    change_pct
        The same in per cent.
    cells
        Treated cells in the step that were used.
    std_error_usual
        Standard error of clusters without jackknife (CR1), as most published tables print it.
    is_reference, is_binned
        Whether it is the step compared with; whether it holds all that lies beyond the window.
    why
        Why there is no estimate.
    """

    step: int
    estimate: float | None
    std_error: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_randomisation: float | None
    change_pct: float | None
    cells: int
    std_error_usual: float | None = None
    is_reference: bool = False
    is_binned: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Joint:
    """A test that several coefficients are zero.

    Attributes
    ----------
    statistic, restrictions, degrees, p_value
        Wald test, F = W / restrictions; as degrees of freedom below, the least of those of the
        coefficients. None, and `why` says why, where the covariance has no inverse.
    p_randomisation
        From permuted events, of the sum of squared coefficients; None if not asked for.
    """

    statistic: float | None
    restrictions: int
    degrees: float
    p_value: float | None
    why: str = ""
    p_randomisation: float | None = None


@dataclass(frozen=True, slots=True)
class Effect(_Interval):
    """One coefficient for all steps from the event on, against all before it.

    Attributes
    ----------
    estimate, std_error, low, high, change_pct
        As of a coefficient; None where the covariance is not usable.
    std_error_usual
        Standard error of clusters without jackknife (CR1).
    p_cluster, p_randomisation
        Two-sided, from clusters and from permuted events.
    draws, failed, exact
        Permutations that gave a coefficient, those that gave none (they count as at least as
        large), and whether they were all there are.
    """

    estimate: float
    std_error: float | None
    low: float | None
    high: float | None
    change_pct: float
    p_cluster: float | None
    p_randomisation: float | None = None
    std_error_usual: float | None = None
    draws: int = 0
    failed: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class PlaceboDate:
    """The effect that an event moved to another date would show.

    `deviance` of the regression is lowest where a break fits best.
    """

    event: str
    shift: int | None
    estimate: float
    std_error: float | None
    p_value: float | None
    deviance: float
    cells: int


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Coefficients by step, pooled effect, tests and counts.

    Attributes
    ----------
    trusted
        ``"randomisation"`` where treated clusters are few, else ``"cluster"``: which p-value to
        read.
    counts
        Rows used (`rows`), left out because a value in them is missing (`unknown`), because nothing
        else shares their fixed effect (`singletons`) or because some combination of steps and fixed
        effects fits them perfectly (`separated`); products, partners and clusters, treated ones
        apart.
    remarks
        What a reader has to know.
    kind
        Kind of table that `frame` returns: ``polars``, ``pandas`` or ``pyarrow``, as was studied.
    """

    coefficients: tuple[Coefficient, ...]
    effect: Effect
    pre_trend: Joint
    trusted: str
    counts: dict[str, int]
    remarks: tuple[str, ...]
    kind: str = "pyarrow"

    def frame(self) -> Any:
        """Return the coefficients as a table, one row a step, of the kind that was studied."""
        import pyarrow as pa

        table = pa.Table.from_pylist([asdict(one) for one in self.coefficients], schema=_schema(pa))
        if self.kind == "polars":
            import polars as pl

            return pl.from_arrow(table)
        return table.to_pandas() if self.kind == "pandas" else table

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        found = asdict(self)
        del found["kind"]
        return found


def _schema(pa: Any) -> Any:
    numbers = ("estimate", "std_error", "low", "high", "p_value", "p_randomisation", "change_pct")
    # A schema, because a column of which all are None would else be of no type.
    usual = ("std_error_usual", pa.float64())
    return pa.schema(
        [
            ("step", pa.int64()),
            *((name, pa.float64()) for name in numbers),
            ("cells", pa.int64()),
            usual,
            ("is_reference", pa.bool_()),
            ("is_binned", pa.bool_()),
            ("why", pa.string()),
        ]
    )


# What an event study compares with what.


Role = Literal["product", "partner", "time"]
Effects = tuple[tuple[Role, ...], ...]

_ROLES = ("product", "partner", "time")
_TWO_WAY: Effects = (("product", "partner"), ("partner", "time"))
_THREE_WAY: Effects = (*_TWO_WAY, ("product", "time"))


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of the frame, event window, fixed effects and clusters.

    Attributes
    ----------
    product, partner, time, value
        Columns: goods, the other side of the flow (destinations of an exporter's sales, or
        exporters to one market), times (dates, years or text such as ``2022-03``), and values.
    event
        Column with the day or period in which the product was listed, null if it never was; one
        for each product.
    exposed
        Column that says of each partner whether listing bears on it, true or 1: the target, or
        hubs. None: on every partner.
    frequency
        ``"M"``, ``"Q"`` or ``"A"``: steps in which the time from the event is counted.
    window
        First and last step; what lies beyond is counted with the end (binned).
    reference
        Step that the others are compared with.
    effects
        Fixed effects, each a combination of roles. By default product x partner and partner x
        time, and product x time as well where only some partners are exposed.
    cluster
        Roles over which errors may be correlated; two are two-way clusters.
    zeros
        Whether a pair of product and partner that trades in some step traded nothing in those of
        which there is no row. False leaves such steps out, which is right only if absence means
        that nobody looked.
    """

    product: str = "product"
    partner: str = "importer"
    time: str = "period"
    event: str = "event"
    value: str = "value_usd"
    exposed: str | None = None
    frequency: Literal["M", "Q", "A"] = "M"
    window: tuple[int, int] = (-12, 12)
    reference: int = -1
    effects: Effects | None = None
    cluster: tuple[Role, ...] = ("product", "partner")
    zeros: bool = False

    def __post_init__(self) -> None:
        first, last = self.window
        # A reference from the event on would itself be treated.
        if not (first <= self.reference < 0 <= last and first < last):
            raise RequestError(
                f"window {first} to {last} with reference {self.reference}",
                why="leads and lags are measured against the step before the event",
                hint="window=(-12, 12), reference=-1: the reference lies in the window before 0",
            )
        if self.frequency not in ("M", "Q", "A"):
            raise RequestError(f"frequency {self.frequency!r}", hint="M, Q or A")
        for role in (*self.cluster, *(role for effect in self.fixed for role in effect)):
            if role not in _ROLES:
                raise RequestError(f"role {role!r}", hint=f"one of {', '.join(_ROLES)}")
        if not self.fixed or not 1 <= len(self.cluster) <= 2:
            raise RequestError(
                "no fixed effects, or not one or two clusters",
                hint="leave effects and cluster as they are, or name at least one",
            )

    @property
    def fixed(self) -> Effects:
        """Fixed effects, by default those that fit `exposed`."""
        if self.effects is not None:
            return self.effects
        return _THREE_WAY if self.exposed else _TWO_WAY

    @property
    def steps(self) -> list[int]:
        """Steps of the window that have a coefficient."""
        first, last = self.window
        return [step for step in range(first, last + 1) if step != self.reference]
