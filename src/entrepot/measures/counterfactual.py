"""The path that trade would have taken without an event: base times growth elsewhere.

Rows are added up by the part they play (what the importer bought of the losers, what buyers that
the event did not reach bought), once before and once after, in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import begins_within
from entrepot.measures.frame_adapter import FrameT, numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.model.period import Period

NULL_RULE = (
    "null where nothing was lost against the path, where a total is negative, infinite or all "
    "missing, where controls had nothing before (or less than `least`), and where no part has a "
    "row in one of the periods (unless `complete`)"
)
REFERENCE = (
    "after Chupilkin, Javorcik and Plekhanov (2023), The Eurasian roundabout, EBRD working paper "
    "276; the paper's own equation was not seen, this is the standard form"
)

_RATIO_COLUMNS = ["ratio", "additional", "lost", "path_losers", "path_others"]


@dataclass(frozen=True)
class Sides:
    """Sums of rows by the part they play, before and after.

    Parameters
    ----------
    now, then
        The periods after and before.
    time, value
        Columns with times and values.
    complete
        Whether what has no row was not traded. Else a part without a row in a period is only
        taken as zero if another part has one.
    least
        What controls must have had before for their growth to say anything.
    """

    now: Period
    then: Period
    time: str
    value: str
    complete: bool = False
    least: float = 0.0

    def sums(
        self, rows: nw.LazyFrame[Any], keys: Sequence[str], parts: Mapping[str, nw.Expr]
    ) -> nw.LazyFrame[Any]:
        """Return ``<part>_then`` and ``<part>_now`` by `keys`, null where nothing is known.

        Parameters
        ----------
        parts
            Names, each with the condition for a row to belong.
        """
        dtype = rows.collect_schema()[self.time]
        columns, names = [], []
        for ending, span in (("then", self.then), ("now", self.now)):
            inside = begins_within(span, self.time, dtype)
            for part, belongs in parts.items():
                name = f"{part}_{ending}"
                names.append(name)
                columns.append(nw.when(inside & belongs).then(nw.col(self.value)).alias(name))
                # Counted apart from values: no row may be no trade, a row without a value never is.
                columns.append(nw.when(inside & belongs).then(1).alias(f"__rows_{name}"))
        added = aggregate(
            rows.select(*keys, *columns),
            keys,
            *(nw.col(name).count().alias(f"__known_{name}") for name in names),
            *(nw.col(name).sum() for name in names),
            *(nw.col(f"__rows_{name}").count() for name in names),
        )
        return added.select(*keys, *(self._known(name, names) for name in names))

    def _known(self, name: str, names: Sequence[str]) -> nw.Expr:
        total, rows = nw.col(name), nw.col(f"__rows_{name}")
        ending = name.rpartition("_")[2]
        seen = nw.lit(self.complete)
        for other in names:
            if other.rpartition("_")[2] == ending:
                # Rows of any part in the same period show that the period is in the data.
                seen = seen | (nw.col(f"__rows_{other}") > 0)
        is_known = (nw.col(f"__known_{name}") > 0) | ((rows == 0) & seen)
        return nw.when(is_known & (total >= 0) & total.is_finite()).then(total).alias(name)


def growth(control: str | None, least: float = 0.0) -> nw.Expr:
    """Return what a part grew by, as a factor; 1 where there is none to look at.

    Null where the part had nothing before, or less than `least`.
    """
    if control is None:
        return nw.lit(1.0)
    before = nw.col(f"{control}_then")
    return nw.col(f"{control}_now") / nw.when((before > 0) & (before >= least)).then(before)


def ratios(
    frame: FrameT,
    sides: Sides,
    parts: dict[str, nw.Expr],
    growths: tuple[str | None, str | None],
    keys: list[str],
    texts: list[str],
) -> FrameT:
    """Return what others added over what losers lost, both against their path.

    Parameters
    ----------
    parts
        Conditions of ``losers`` and ``others``, and of the controls.
    growths
        Which control gives the growth of losers and of others.
    keys, texts
        Columns to compare by, and those with suppliers and buyers.
    """

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        # The path is the base times growth elsewhere; both differences below are against it.
        paths = sides.sums(rows, keys, parts).with_columns(
            (nw.col("losers_then") * growth(growths[0], sides.least)).alias("path_losers"),
            (nw.col("others_then") * growth(growths[1], sides.least)).alias("path_others"),
        )
        found = paths.with_columns(
            (nw.col("others_now") - nw.col("path_others")).alias("additional"),
            (nw.col("path_losers") - nw.col("losers_now")).alias("lost"),
        )
        lost = nw.col("lost")
        ratio = nw.col("additional") / nw.when(lost > 0).then(lost)
        return found.with_columns(ratio.alias("ratio")).select(*keys, *_RATIO_COLUMNS)

    return run_on_frame(
        frame,
        step,
        keys=keys,
        texts=[*texts, sides.time],
        value=sides.value,
        makes=_RATIO_COLUMNS,
        areas=numbers_refused(*texts),
    )


def disjoint(**sides: list[str]) -> None:
    """Refuse an area that is on both of two sides.

    Raises
    ------
    RequestError
        If there is one.
    """
    (one, first), (other, second) = sides.items()
    if both := sorted(set(first) & set(second)):
        raise RequestError(
            f"{', '.join(both)} is on two sides: {one} and {other}",
            why="its trade would be counted as the event and as its absence",
            hint="name each area on one side",
        )
