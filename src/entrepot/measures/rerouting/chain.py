"""Who may have passed goods on to whom, and the steps of time that are compared."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from entrepot.errors import RequestError
from entrepot.measures.change import apart
from entrepot.measures.grouped import as_codes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from entrepot.model.period import Period

__all__ = ["IMPORTER", "MONTHS", "ORIGIN", "OTHERS", "Chain", "Frequency", "chain_of"]

ORIGIN, IMPORTER, OTHERS = "@origin", "@importer", "@others"
"""Names of the two ends of a chain, and of everybody else who sells to a hub."""
Frequency = Literal["M", "Q", "A"]
MIXED = 2
"""Controls that a synthetic one takes."""
FEWEST = 8
"""Steps before the event that a synthetic control takes."""
MONTHS: dict[str, int] = {"M": 1, "Q": 3, "A": 12}


@dataclass(frozen=True, slots=True)
class Chain:
    """The ends, the hubs between them, those that are compared with, and the time.

    Attributes
    ----------
    origin, importer
        Areas at the two ends; the members of each count as one.
    hubs
        Areas in between, each by itself.
    controls
        Names, each with importers that the event did not reach.
    before, after
        Periods before and after the event.
    months
        Length of a step.
    least
        What controls must have bought of a product before, for their growth to say anything.
    synthetic
        Whether a mixture of the controls that moved as the flow did before is one more set.
    silent
        Hubs of which the rows have some of the others who sold to them, and not all.
    complete
        Whether a hub of whose sales no row tells has sold nothing.
    """

    origin: frozenset[str]
    importer: frozenset[str]
    hubs: tuple[str, ...]
    before: Period
    after: Period
    months: int
    controls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    least: float = 0.0
    synthetic: bool = False
    silent: frozenset[str] = frozenset()
    complete: bool = False

    @property
    def steps_before(self) -> int:
        """Return the number of steps before the event."""
        return self.before.months // self.months

    @property
    def steps_after(self) -> int:
        """Return the number of steps after it."""
        return self.after.months // self.months

    @property
    def can_mix(self) -> bool:
        """Return whether there is enough to mix a synthetic control of."""
        return len(self.calm) >= MIXED and self.steps_before >= FEWEST

    @property
    def calm(self) -> frozenset[str]:
        """Return everybody in a set of controls."""
        return frozenset[str]().union(*self.controls.values())


def chain_of(
    *,
    origin: str | Collection[str],
    importer: str | Collection[str],
    hubs: str | Collection[str],
    controls: Mapping[str, str | Collection[str]] | None,
    before: str | int | Period,
    after: str | int | Period,
    frequency: Frequency,
    least: float = 0.0,
    synthetic: bool = False,
    silent: str | Collection[str] = (),
    complete: bool = False,
) -> Chain:
    """Check the parts that areas play and return the chain.

    Raises
    ------
    RequestError
        If an area plays two parts, a part is empty, a set of controls has nobody outside the
        origin, the periods overlap, are the wrong way round or
        are not made of whole steps.
    """
    if frequency not in MONTHS:
        raise RequestError(f"frequency {frequency!r}", hint="M, Q or A")
    now, then = apart(after, before)
    if then.start > now.start:
        raise RequestError(
            f"{then}, the time before the event, is after {now}",
            hint="name the earlier period as the one before",
        )
    sets = {name: frozenset(as_codes(codes)) for name, codes in (controls or {}).items()}
    parts = {
        "origin": frozenset(as_codes(origin)),
        "importer": frozenset(as_codes(importer)),
        "hubs": frozenset(as_codes(hubs)),
    }
    _require_apart(parts | {"controls": frozenset[str]().union(*sets.values()) - parts["origin"]})
    for name, codes in sets.items():
        if not codes - parts["origin"]:
            raise RequestError(
                f"the controls {name!r} have nobody outside the origin",
                why="members of the origin sell, and are no importers to compare hubs with",
                hint="name importers that the event did not reach",
            )
    months = MONTHS[frequency]
    for span in (now, then):
        if not span.split(1) or span.months % months:
            raise RequestError(
                f"{span} is not made of whole steps of {months} months",
                hint="choose periods of whole steps, or a finer frequency",
            )
    found = Chain(
        origin=parts["origin"],
        importer=parts["importer"],
        hubs=tuple(sorted(parts["hubs"])),
        before=then,
        after=now,
        months=months,
        controls={name: codes - parts["origin"] for name, codes in sets.items()},
        least=least,
        synthetic=synthetic,
        silent=frozenset(as_codes(silent)),
        complete=complete,
    )
    if synthetic and not found.can_mix:
        raise RequestError(
            "no synthetic control of so little",
            why=f"it takes two controls and {FEWEST} steps before the event",
            hint="name more controls, or an earlier beginning of the time before",
        )
    return found


def _require_apart(parts: Mapping[str, frozenset[str]]) -> None:
    for name, codes in parts.items():
        if not codes and name != "controls":
            raise RequestError(f"no area is named as {name}", hint="name at least one")
    for (one, first), (other, second) in itertools.combinations(parts.items(), 2):
        if both := sorted(first & second):
            raise RequestError(
                f"{', '.join(both)} is on two sides: {one} and {other}",
                why="what passes through somebody begins and ends elsewhere",
                hint="name each area on one side",
            )
