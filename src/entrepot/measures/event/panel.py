"""From a frame to arrays: cells of product, partner and step, with their events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import numpy as np

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.measures.frame_adapter import run_on_frame
from entrepot.model.period import Period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from entrepot.measures.event.result import Design

NEVER = np.iinfo(np.int64).max
_MONTHS = {"M": 1, "Q": 3, "A": 12}


@dataclass(frozen=True)
class EventPanel:
    """Cells, by position of product and partner.

    Attributes
    ----------
    y
        Values, none missing, none negative.
    product, partner
        Positions in `products` and `partners`.
    time
        Steps, counted from year 0.
    events
        Step of each product's event, `NEVER` without one.
    exposed
        Whether a partner is exposed.
    unknown
        Cells left out because a value that belongs to them is not known.
    """

    y: NDArray[np.float64]
    product: NDArray[np.int64]
    partner: NDArray[np.int64]
    time: NDArray[np.int64]
    products: tuple[Any, ...]
    partners: tuple[Any, ...]
    events: NDArray[np.int64]
    exposed: NDArray[np.bool_]
    unknown: int

    def treated(self, events: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
        """Say of each cell whether its product has an event and its partner is exposed."""
        known = self.events if events is None else events
        on: NDArray[np.bool_] = (known[self.product] != NEVER) & self.exposed[self.partner]
        return on

    def since(self, events: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return steps since the event; of no meaning for cells that are not treated."""
        known = self.events if events is None else events
        # Zero in place of `NEVER`, from which a difference would overflow.
        return self.time - np.where(known == NEVER, 0, known)[self.product]

    def keep(self, rows: NDArray[np.bool_]) -> EventPanel:
        """Return the panel with some of its cells."""
        return replace(
            self,
            y=self.y[rows],
            product=self.product[rows],
            partner=self.partner[rows],
            time=self.time[rows],
        )

    def codes(self, roles: tuple[str, ...]) -> NDArray[np.int64]:
        """Return the number of each cell's combination of some roles."""
        found = np.zeros(len(self.y), dtype=np.int64)
        for role in roles:
            column = getattr(self, role)
            # Steps are counted from year 0: as they are, the combined number could overflow.
            column = column - column.min(initial=0)
            found = found * (int(column.max(initial=0)) + 1) + column
        return np.unique(found, return_inverse=True)[1].astype(np.int64)


def panel_of(frame: Any, design: Design) -> EventPanel:
    """Read a frame.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or not what it should be, a product with two events, a partner
        that is exposed and is not, or a negative or infinite value.
    NoEvidenceError
        If no value is known.
    """
    columns = _cells(frame, design)
    values = columns["__value"]
    known = np.array([value is not None for value in values], dtype=bool)
    if not known.any():
        raise NoEvidenceError("no value is known", where=f"column {design.value}")
    y = np.array([value for value in values if value is not None], dtype=np.float64)
    if not np.isfinite(y).all() or (y < 0).any():
        raise RequestError(
            "a value is negative or infinite",
            where=f"column {design.value}",
            why="the regression is of amounts, and corrections are none",
            hint="add corrections to what they correct, or leave the rows out",
        )
    events = _one_each(columns, design.product, design.event)
    exposed = _one_each(columns, design.partner, design.exposed) if design.exposed else None
    products, partners = tuple(events), tuple(dict.fromkeys(columns[design.partner]))
    place = {name: position for position, name in enumerate(products)}
    side = {name: position for position, name in enumerate(partners)}
    rows = np.array(
        [
            [place[name] for name in columns[design.product]],
            [side[name] for name in columns[design.partner]],
            [step_of(moment, design) for moment in columns[design.time]],
        ],
        np.int64,
    )
    product, partner, time = rows[:, known]
    panel = EventPanel(
        y=y,
        product=product,
        partner=partner,
        time=time,
        products=products,
        partners=partners,
        events=np.array(
            [NEVER if day is None else step_of(day, design) for day in events.values()], np.int64
        ),
        exposed=np.array([True if exposed is None else _flag(exposed[name]) for name in partners]),
        unknown=0,
    )
    # Cells whose value is missing go along, to be taken out of what `zeros` fills in.
    return _added_up(panel, np.unique(rows[:, ~known], axis=1), design)


def step_of(moment: Any, design: Design) -> int:
    """Return the step that a day or period lies in."""
    return _step(moment if isinstance(moment, (str, date)) else int(moment), design.frequency)


# A panel has many cells and few times.
@lru_cache(maxsize=4096)
def _step(moment: str | int | date, frequency: str) -> int:
    span = Period(moment, moment) if isinstance(moment, date) else Period.parse(moment)
    length = _MONTHS[frequency]
    if span.months > length:
        raise RequestError(
            f"{span} is longer than a step",
            why=f"steps are of {length} months",
            hint="choose frequency 'Q' or 'A', or give finer times",
        )
    return (span.start.year * 12 + span.start.month - 1) // length


def _cells(frame: Any, design: Design) -> dict[str, list[Any]]:
    """Add rows up to cells, on the engine of the frame."""
    keys = [design.product, design.partner, design.time, design.event]
    keys += [design.exposed] if design.exposed else []

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sums = rows.group_by(*keys).agg(
            nw.col(design.value).sum().alias("__value"),
            nw.col(design.value).count().alias("__known"),
            nw.len().alias("__rows"),
        )
        # A sum without one of its rows is too small, and no value of the cell.
        is_complete = nw.col("__known") == nw.col("__rows")
        return sums.select(*keys, nw.when(is_complete).then(nw.col("__value")).alias("__value"))

    found = nw.from_native(
        cast("Any", run_on_frame(frame, step, keys=keys, value=design.value, makes=["__value"]))
    )
    if isinstance(found, nw.LazyFrame):
        found = found.collect("pyarrow")
    columns: dict[str, list[Any]] = found.to_arrow().to_pydict()
    for name in (design.product, design.partner, design.time):
        if any(_is_missing(one) for one in columns[name]):
            raise RequestError(
                "a row says not what it is of",
                where=f"column {name}",
                hint="leave out rows without product, partner or time",
            )
    return columns


def _one_each(columns: dict[str, list[Any]], key: str, of: str) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for name, raw in zip(columns[key], columns[of], strict=True):
        one = None if _is_missing(raw) else raw
        if found.setdefault(name, one) != one:
            raise RequestError(
                f"{name} has two values: {found[name]} and {one}",
                where=f"column {of}",
                why=f"each {key} has one",
                hint="take the first event, or split the frame",
            )
    return found


def _is_missing(one: Any) -> bool:
    return one is None or one != one  # NaN and NaT differ from themselves


def _flag(one: Any) -> bool:
    if one in (0, 1):
        return bool(one)
    raise RequestError(f"exposed is {one!r}", hint="true or false, 1 or 0, for each partner")


def _added_up(panel: EventPanel, unknown: NDArray[np.int64], design: Design) -> EventPanel:
    """Add up the rows of a step, fill in zeros if asked, and leave out what is not known whole.

    `unknown` has product, partner and step of each cell with a row of unknown value: a sum of the
    others is no value of the cell, and zero is none either.
    """
    first, width = int(panel.time.min()), int(np.ptp(panel.time)) + 1
    partners = len(panel.partners)
    pair = panel.product * partners + panel.partner
    # Product, partner and step as one number, taken apart again at the end.
    cell = pair * width + panel.time - first
    wanted = np.unique(cell)
    if design.zeros:
        wanted = np.union1d(wanted, np.unique(pair)[:, None] * width + np.arange(width))
    product, partner, time = unknown[:, (unknown[2] >= first) & (unknown[2] < first + width)]
    # After zeros were filled in: a step of unknown value is none.
    wanted = np.setdiff1d(wanted, (product * partners + partner) * width + time - first)
    if not len(wanted):
        raise NoEvidenceError(
            "no value is known of a whole step",
            where=f"column {design.value}",
            why="in each step of each product and partner a value is missing",
        )
    used = np.isin(cell, wanted)
    place = np.searchsorted(wanted, cell[used])
    y = np.bincount(place, weights=panel.y[used], minlength=len(wanted)).astype(np.float64)
    return replace(
        panel,
        y=y,
        product=wanted // width // partners,
        partner=wanted // width % partners,
        time=wanted % width + first,
        unknown=unknown.shape[1],
    )
