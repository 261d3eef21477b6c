"""A figure or verdict at one time, and what changed between two times."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, RequestError
from entrepot.figures.figure import headline
from entrepot.model.display import figure_value, range_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims import CheckedClaim
    from entrepot.figures import Figure


@dataclass(frozen=True, slots=True)
class Observation:
    """A figure at one time: what of it can change, and its evidence.

    Attributes
    ----------
    definition
        Every key, as plain JSON types.
    status, value, unit, low, high, reason
        As in a figure.
    evidence
        Source, first digits of the snapshot or id of a published figure, and rows.
    caveats
        Ids.
    nowcast
        Of a nowcast: the ends of its intervals by level (``80``, ``95``), and the last month that
        was reported (``last_month``).
    """

    definition: dict[str, Any]
    status: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    evidence: tuple[tuple[str, str, int], ...] = ()
    caveats: tuple[str, ...] = ()
    nowcast: dict[str, Any] | None = None

    @classmethod
    def of(cls, figure: Figure) -> Observation:
        """Return what is stored for a figure."""
        return cls.read(figure.to_dict(), "a figure")

    @classmethod
    def read(cls, data: Any, where: str) -> Observation:
        """Read a figure's JSON, or what `to_dict` gave.

        Raises
        ------
        BadFileError
            If it is none.
        """
        try:
            return cls(
                definition=_keys_of(data["definition"]),
                status=str(data["status"]),
                value=_number(data["value"]),
                unit=str(data["unit"]),
                low=_number(data["low"]),
                high=_number(data["high"]),
                reason=data.get("reason"),
                evidence=tuple(
                    (str(one["source"]), str(one.get("id") or one["snapshot"]), int(one["rows"]))
                    for one in data["evidence"]
                ),
                caveats=tuple(
                    str(one["id"] if isinstance(one, dict) else one) for one in data["caveats"]
                ),
                nowcast=_nowcast_of(data.get("nowcast")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadFileError(
                "not the JSON of a figure",
                where=where,
                hint="write it with: entrepot ask ... --json, or entrepot brief ... --out x.json",
            ) from error

    @property
    def shown(self) -> str:
        """The value as displayed; an en dash where there is none."""
        return figure_value(self.value, self.unit)

    @property
    def shown_range(self) -> str:
        """The range as displayed; empty where there is none."""
        return range_text(self.low, self.high, self.unit, value=self.value)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "definition": self.definition,
            "status": self.status,
            "value": self.value,
            "unit": self.unit,
            "low": self.low,
            "high": self.high,
            "reason": self.reason,
            "evidence": [
                {"source": source, "snapshot": bytes_, "rows": rows}
                for source, bytes_, rows in self.evidence
            ],
            "caveats": list(self.caveats),
        } | ({"nowcast": self.nowcast} if self.nowcast else {})


def _nowcast_of(data: Any) -> dict[str, Any] | None:
    """Return what is kept of a nowcast."""
    if data is None:
        return None
    if not isinstance(data["intervals"], dict):
        raise ValueError("no intervals")
    ends = {
        str(level): [float(low), float(high)] for level, (low, high) in data["intervals"].items()
    }
    return {"intervals": ends, "last_month": str(data["last_month"])}


def _keys_of(definition: Any) -> dict[str, Any]:
    if not isinstance(definition, dict) or "measure" not in definition:
        raise ValueError("no definition")
    return dict(definition)


def _number(value: Any) -> float | None:
    # Python reads NaN and Infinity in JSON; a comparison with them would never find a change.
    if value is not None and not math.isfinite(float(value)):
        raise ValueError("no number")
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure at two times.

    Attributes
    ----------
    id, title
        Its name in the file, and in words.
    then
        None if it was not watched before.
    threshold
        Change of the value that counts; None: any change of the displayed value.
    """

    id: str
    title: str
    then: Observation | None
    now: Observation
    threshold: Threshold | None = None

    @classmethod
    def of(
        cls, name: str, then: Observation | None, now: Figure, threshold: Threshold | None = None
    ) -> FigureChange:
        """Compare a figure with its earlier observation."""
        return cls(name, headline(now), then, Observation.of(now), threshold)

    @property
    def what(self) -> tuple[str, ...]:
        """What changed: ``status``, ``unit``, ``value``, ``range``; empty if nothing did."""
        then, now = self.then, self.now
        if then is None:
            return ()
        if then.status != now.status:
            is_back = None not in (then.value, now.value) and then.shown != now.shown
            return ("status", "value") if is_back else ("status",)
        if then.unit != now.unit:
            return ("unit",)
        if then.value is None or now.value is None:
            return ()
        if self.threshold is not None:
            return ("value",) if self.threshold.is_passed(then.value, now.value) else ()
        found = ("value",) if then.shown != now.shown else ()
        return (*found, "range") if then.shown_range != now.shown_range else found

    @property
    def remembered(self) -> Observation:
        """What the next evaluation is compared with.

        It stays the same until something changed, so that small steps add up; an answer that is no
        longer there keeps its value until there is another.
        """
        if self.then is None or (self.what and self.now.value is not None):
            return self.now
        return replace(self.then, status=self.now.status, reason=self.now.reason)

    @property
    def because(self) -> tuple[str, ...]:
        """Evidence, keys and caveats that differ, one text each; empty if none does."""
        then, now = self.then, self.now
        if then is None:
            return ()
        return (*_sources(then, now), *_keys(then, now))

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "id": self.id,
            "title": self.title,
            "then": self.then.to_dict() if self.then else None,
            "now": self.now.to_dict(),
            "changed": list(self.what),
            "because": list(self.because),
        }


def _sources(then: Observation, now: Observation) -> Iterator[str]:
    before, after = ({one[0] for one in seen.evidence} for seen in (then, now))
    if before != after:
        yield f"source {_listed(before)}, now {_listed(after)}"
    for source in sorted(before & after):
        old, new = ([one for one in seen.evidence if one[0] == source] for seen in (then, now))
        gone = {one[1] for one in old} - {one[1] for one in new}
        came = {one[1] for one in new} - {one[1] for one in old}
        rows, rows_now = (sum(one[2] for one in some) for some in (old, new))
        if gone or came:
            yield f"{source}: {_listed(gone)}, now {_listed(came)}"
        if rows != rows_now:
            yield f"{source}: {rows:,} rows, now {rows_now:,}"


def _keys(then: Observation, now: Observation) -> Iterator[str]:
    """Yield keys of the definition and caveats that differ; the source counts as evidence."""
    keys = (then.definition.keys() | now.definition.keys()) - {"source"}
    for key in sorted(keys):
        old, new = then.definition.get(key), now.definition.get(key)
        if old != new:
            yield f"{key} {old}, now {new}"
    before, after = set(then.caveats), set(now.caveats)
    if before != after:
        yield f"caveats: {_listed(before - after)}, now {_listed(after - before)}"


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "none"


# Nowcasts wait for the reported value, and are scored by it.


@dataclass(frozen=True, slots=True)
class PendingNowcast:
    """A nowcast whose period is not reported yet.

    Attributes
    ----------
    id
        Name of the figure in the file.
    made
        Day on which it was made, ISO 8601; empty where the file does not say.
    seen
        What it said.
    """

    id: str
    made: str
    seen: Observation

    @classmethod
    def read(cls, data: Any, where: str) -> PendingNowcast:
        """Read what `to_dict` gave.

        Raises
        ------
        BadFileError
            If it is none.
        """
        if not isinstance(data, dict):
            raise BadFileError("not a stored nowcast", where=where, hint="watch the file anew")
        seen = Observation.read(data.get("seen"), where)
        return cls(str(data.get("id", "")), str(data.get("made", "")), seen)

    @property
    def key(self) -> tuple[str, str, str]:
        """Figure, period and last reported month: one nowcast of each waits."""
        last = (self.seen.nowcast or {}).get("last_month", "")
        return self.id, str(self.seen.definition.get("period")), str(last)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {"id": self.id, "made": self.made, "seen": self.seen.to_dict()}

    def scored(self, reported: float) -> NowcastScore | None:
        """Return how far off it was; None without a value or interval to be judged by."""
        seen = self.seen
        intervals = (seen.nowcast or {}).get("intervals", {})
        if seen.value is None or not intervals:
            return None
        # 80 before 95, so that the narrowest interval with the value in it is named.
        inside = {
            level: low <= reported <= high for level, (low, high) in sorted(intervals.items())
        }
        _, period, last = self.key
        return NowcastScore(
            self.id, period, self.made, last, seen.value, reported, seen.unit, inside
        )


@dataclass(frozen=True, slots=True)
class NowcastScore:
    """A nowcast and the value that was reported later.

    Attributes
    ----------
    id, period, made, last_month
        Of which figure and period, on which day, and the last month that was known.
    nowcast, reported, unit
        The two values.
    inside
        By level (``80``, ``95``) whether the reported value lies in the interval.
    """

    id: str
    period: str
    made: str
    last_month: str
    nowcast: float
    reported: float
    unit: str
    inside: dict[str, bool]

    @property
    def error(self) -> float | None:
        """Nowcast less reported value: a part of it for an amount, else in the unit's own terms."""
        if self.unit in _POINTS:
            return self.nowcast - self.reported
        return self.nowcast / self.reported - 1 if self.reported else None

    @property
    def text(self) -> str:
        """What it said and what was reported, in a sentence."""
        found = [level for level, is_in in self.inside.items() if is_in]
        where = f"inside the {found[0]} % interval" if found else "outside its intervals"
        when = f" of {self.made}" if self.made else ""
        values = [figure_value(one, self.unit) for one in (self.nowcast, self.reported)]
        return (
            f"{self.id}: nowcast{when} for {self.period} (months to {self.last_month}) "
            f"{values[0]}, reported {values[1]}, {where}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "id": self.id,
            "period": self.period,
            "made": self.made or None,
            "last_month": self.last_month,
            "nowcast": self.nowcast,
            "reported": self.reported,
            "unit": self.unit,
            "error": self.error,
            "inside": self.inside,
        }


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A claim checked twice; `then` is its verdict before, None if it was not watched."""

    id: str
    says: str
    then: str | None
    now: str
    reason: str

    @classmethod
    def of(cls, claim: CheckedClaim, then: str | None) -> VerdictChange:
        """Compare a claim with its earlier verdict."""
        return cls(claim.id, claim.says, then, claim.verdict, claim.reason)

    @property
    def is_changed(self) -> bool:
        """Whether the verdict differs."""
        return self.then not in (None, self.now)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "id": self.id,
            "says": self.says,
            "then": self.then,
            "now": self.now,
            "changed": self.is_changed,
            "reason": self.reason,
        }


_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(%|points?)")
_SLACK = 1e-9
"""What is lost where two shares are taken from each other: 0.12 less 0.10 is above 0.02."""
_POINTS = {"share": 0.01, "share_points": 0.01, "percent": 1.0}
"""What a point is in units of the data."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A change that is passed: ``5 %`` of what the value was, or ``2 points``.

    Attributes
    ----------
    size
        In per cent, or in points.
    in_points
        Whether it is a difference of two shares, or of two percentages.
    """

    size: float
    in_points: bool
    point: float = 0.0

    @classmethod
    def parse(cls, text: str, unit: str) -> Threshold:
        """Read the threshold for a value of a unit.

        Raises
        ------
        RequestError
            If it is no such change, or points of what has none.

        Examples
        --------
        >>> Threshold.parse("2 points", "share").is_passed(0.50, 0.53)
        True
        >>> Threshold.parse("5 %", "USD").is_passed(100.0, 104.0)
        False
        """
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise RequestError(
                f"{text!r} is not the size of a change", hint="write 2 points (of a share), or 5 %"
            )
        in_points = found[2] != "%"
        if in_points and unit not in _POINTS:
            raise RequestError(
                f"{text}: the figure has no points, its unit is {unit}",
                hint=f"write {found[1]} %",
            )
        return cls(float(found[1]), in_points, _POINTS.get(unit, 0.0))

    def is_passed(self, then: float, now: float) -> bool:
        """Whether two values lie farther apart."""
        most = self.size * self.point if self.in_points else abs(then) * self.size / 100
        return abs(now - then) > most * (1 + _SLACK)
