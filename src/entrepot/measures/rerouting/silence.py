"""What no row tells: goods without trade, hubs without a past, or without a word on sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError

if TYPE_CHECKING:
    from entrepot.measures.rerouting.cells import Flows
    from entrepot.measures.rerouting.chain import Chain

__all__ = ["require_told"]


def require_told(flows: Flows, others: Flows | None, chain: Chain) -> None:
    """Refuse goods without trade, and hubs of which a period has no row, or none of what they sold.

    A hub that tells what it buys, and not what it sells, would seem to have sold nothing: all that
    it sells later were an excess, or nothing of it.

    Raises
    ------
    NoEvidenceError
        Naming the hub and the period.
    """
    if not flows.cells:
        raise NoEvidenceError(
            "there is no trade of these goods with or through the hubs",
            why="every value is missing" if flows.unknown else "no row has them",
            hint="see which goods the rows have, and which areas trade them",
        )
    known = [one for one in (flows, others) if one]
    for hub in chain.hubs:
        for span, is_before in ((chain.before, True), (chain.after, False)):
            steps = slice(chain.steps_before) if is_before else slice(chain.steps_before, None)
            if not _trades(known, hub, steps):
                raise NoEvidenceError(
                    f"no row says what {hub} traded in {span}",
                    why="without it nothing tells an excess from what was always there",
                    hint="give rows of that time, or leave the hub out",
                )
            if not chain.complete and not _tells(known, hub, steps, is_before=is_before):
                raise NoEvidenceError(
                    f"no row says what {hub} sold in {span}, so that nothing bounds what passed it",
                    why="who tells what it buys, and not what it sells, seems to have sold nothing",
                    hint="give its sales of that time, if only of zero, or leave the hub out",
                )


def _trades(known: list[Flows], hub: str, steps: slice) -> bool:
    """Whether a hub bought or sold anything in some steps."""
    return any(
        any(row[steps])
        for one in known
        for edge, goods in one.cells.items()
        if hub in edge
        for row in goods.values()
    )


def _tells(known: list[Flows], hub: str, steps: slice, *, is_before: bool) -> bool:
    """Whether a row says what a hub sold in some steps, if only that it was nothing."""
    return any(
        (hub, is_before) in one.told
        or any(
            any(row[steps])
            for (seller, _), goods in one.cells.items()
            if seller == hub
            for row in goods.values()
        )
        for one in known
    )
