"""The sides that a sentence leaves out, taken over only where nothing else can be meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.flows import BALANCES, SELLS, Flow
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.marks import Marks
    from entrepot.model.period import Period

_NEAR = 12


@dataclass(frozen=True, slots=True)
class Context:
    """What the sentence before was about.

    Attributes
    ----------
    flows
        Its flows, sides filled in.
    period
        Its period, if it was about one only.
    shares
        Shares it gave, as keys of a claims file by measure.
    age
        Sentences since the period was said.
    compared
        Whether the period was compared with another than the year before.
    """

    flows: tuple[Flow, ...] = ()
    period: Period | None = None
    shares: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    age: int = 0
    compared: bool = False

    @property
    def pair(self) -> frozenset[str] | None:
        """The two countries it was about, if it was about exactly two."""
        return _pair(self.flows)

    def in_new_paragraph(self) -> Context:
        """Return what a new paragraph may take over: no part of a year, which is said again."""
        part = self.period is not None and self.period.freq != "A"
        return replace(self, period=None) if part else self

    @property
    def home(self) -> str:
        """The country that all its flows belong to, if there is one."""
        return _home(self.flows)


def completed(flows: Sequence[Flow], context: Context, found: Marks) -> list[Flow]:
    """Return the flows of a sentence with both sides, or with the trouble that keeps one open."""
    done: list[Flow] = []
    for flow in flows:
        if flow.trouble or flow.has_both_sides or flow.choices:
            done.append(flow)
        else:
            done.append(_with_goods(_filled(flow, done, context, found), done, context))
    return done


def _with_goods(flow: Flow, earlier: Sequence[Flow], context: Context) -> Flow:
    """Return a flow that took over a side with the goods that go with it."""
    if flow.goods != "all" or flow.trouble:
        return flow
    before = [one for one in (earlier or context.flows) if one.goods != "all"]
    if not before:
        return flow
    last = before[-1]
    if earlier and last.sides == flow.sides:
        return replace(flow, goods=last.goods, certainty=last.certainty, title=last.title)
    return replace(flow, trouble=f"whether it is of {last.goods.removeprefix('named:')} or all")


def _filled(flow: Flow, earlier: Sequence[Flow], context: Context, found: Marks) -> Flow:
    known = flow.exporter or flow.importer
    if known and _is_total(flow, found):
        return _with(flow, WORLD)
    same = _pair(earlier)
    before = context.pair
    if not known:
        return _unnamed(flow, earlier, context, found)
    if same and known in same:
        return _with(flow, next(iter(same - {known})))
    if before and known in before:
        if known == flow.owner:
            return replace(
                flow, trouble=f"whether all of it or that between {_named(before)} is not said"
            )
        return _with(flow, next(iter(before - {known})))
    # Flows of this very sentence rule out those of the one before.
    home = _home(earlier) or ("" if earlier else context.home)
    if known != flow.owner and home and home != known and flow.kind not in BALANCES:
        return _with(flow, home)
    if flow.others:
        return replace(flow, trouble="who sells and who buys is not clear")
    # "China's exports rose" with nobody else in sight are those to the world.
    if known == flow.owner and flow.kind != "trade" and not same:
        return _with(flow, WORLD)
    return replace(flow, trouble="the other side is not named")


def _unnamed(flow: Flow, earlier: Sequence[Flow], context: Context, found: Marks) -> Flow:
    pool = earlier if any(one.has_both_sides for one in earlier) else context.flows
    pair, home = _pair(pool), _home(pool)
    if pair is None:
        named = any(one.has_both_sides for one in pool)
        return replace(flow, trouble="whose it is is not said" if named else "no country is named")
    first, second = _ordered(pool, pair)
    if flow.kind == "trade":
        return replace(flow, exporter=first, importer=second)
    if not home:
        return replace(flow, trouble=f"which of {_named(pair)} is meant is not clear")
    other = next(iter(pair - {home}))
    if flow.kind in SELLS or flow.kind in BALANCES:
        return replace(flow, exporter=home, importer=other, owner=home)
    return replace(flow, exporter=other, importer=home, owner=home)


def _with(flow: Flow, other: str) -> Flow:
    """Return the flow with its open side filled in."""
    if flow.exporter:
        return replace(flow, importer=other)
    return replace(flow, exporter=other)


def _is_total(flow: Flow, found: Marks) -> bool:
    return any(
        (cue.start >= flow.start and cue.end <= flow.end) or 0 <= flow.start - cue.end <= _NEAR
        for cue in found.of("total")
    )


def _pair(flows: Sequence[Flow]) -> frozenset[str] | None:
    pairs = {
        frozenset(flow.sides) for flow in flows if flow.has_both_sides and WORLD not in flow.sides
    }
    return pairs.pop() if len(pairs) == 1 else None


def _home(flows: Sequence[Flow]) -> str:
    known = [flow for flow in flows if flow.has_both_sides and WORLD not in flow.sides]
    homes = {flow.owner for flow in known if flow.owner}
    return homes.pop() if len(homes) == 1 else ""


def _ordered(flows: Sequence[Flow], pair: frozenset[str]) -> tuple[str, str]:
    first = next(flow.sides for flow in flows if frozenset(flow.sides) == pair)
    return first[0], first[1]


def _named(pair: frozenset[str]) -> str:
    return " and ".join(sorted(pair))
