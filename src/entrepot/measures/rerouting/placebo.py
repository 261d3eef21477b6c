"""The same question about areas that nobody suspects: what a hub has to exceed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.measures.grouped import as_codes
from entrepot.measures.rerouting.bounds import rerouted
from entrepot.measures.rerouting.chain import MIXED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["Placebo", "Placebos", "placebo_hubs"]


@dataclass(frozen=True, slots=True)
class Placebo:
    """An area in the place of a hub: what was matched, a part of what it bought, and the alarm."""

    area: str
    value: float
    low: float
    share_of_in: float | None
    alarm: bool | None


@dataclass(frozen=True, slots=True)
class Placebos:
    """Hubs beside areas that nobody suspects.

    Attributes
    ----------
    hubs, placebos
        Each asked alone, so that none shares another's dollars.
    p_values
        For each hub the part of hub and placebos with a share as large, 0 to 1; with n placebos it
        cannot be below 1 / (n + 1).
    left_out
        Areas of which nothing can be said, and why.
    """

    hubs: tuple[Placebo, ...]
    placebos: tuple[Placebo, ...]
    p_values: dict[str, float]
    left_out: tuple[tuple[str, str], ...]


def placebo_hubs(
    frame: Any,
    *,
    hubs: str | Collection[str],
    candidates: str | Collection[str],
    controls: Mapping[str, str | Collection[str]] | None = None,
    **keys: Any,
) -> Placebos:
    """Ask of each hub, and of each area in its place, how much of what it bought it passed on.

    Parameters
    ----------
    frame
        As in `rerouted`, with what candidates bought and sold as well.
    hubs
        Those that are suspected.
    candidates
        Areas that are not; a control that is one is no control while it is asked about. Where that
        leaves fewer than two controls, there is no synthetic one then.
    controls, **keys
        As in `rerouted`.

    Returns
    -------
    Placebos
        Shares of hubs and candidates, and how hubs rank.

    Raises
    ------
    RequestError
        If there is no candidate, or one is a hub; else as in `rerouted`.
    """
    suspects, others = as_codes(hubs), as_codes(candidates)
    if not others or set(suspects) & set(others):
        raise RequestError(
            "a placebo is an area that is no hub",
            hint="name candidates that nobody suspects, such as the controls",
        )
    found: dict[str, Placebo] = {}
    left_out = []
    for area in (*suspects, *others):
        try:
            found[area] = _asked(frame, area, controls or {}, keys)
        except NoEvidenceError as error:
            left_out.append((area, error.what))
    calm = [found[area] for area in others if area in found]
    real = [found[area] for area in suspects if area in found]
    return Placebos(
        hubs=tuple(real),
        placebos=tuple(calm),
        p_values={one.area: _rank(one, calm) for one in real if one.share_of_in is not None},
        left_out=tuple(left_out),
    )


def _asked(
    frame: Any,
    area: str,
    controls: Mapping[str, str | Collection[str]],
    keys: Mapping[str, Any],
) -> Placebo:
    origin = set(as_codes(keys.get("origin", ())))
    given = {name: set(as_codes(codes)) for name, codes in controls.items()}
    sets = {
        name: codes - {area}
        for name, codes in given.items()
        if area not in codes or codes - {area} - origin
    }
    calm = set[str]().union(*sets.values()) - origin
    was_control = any(area in codes for codes in given.values())
    more = {"synthetic": False} if was_control and len(calm) < MIXED else {}
    one = rerouted(frame, **{**keys, **more}, hubs=[area], controls=sets)
    (hub,) = one.hubs
    return Placebo(area, one.value, one.low, hub.share_of_in, one.alarm)


def _rank(one: Placebo, calm: list[Placebo]) -> float:
    shares = [other.share_of_in for other in calm if other.share_of_in is not None]
    reached = sum(share >= (one.share_of_in or 0.0) for share in shares)
    return (1 + reached) / (1 + len(shares))
