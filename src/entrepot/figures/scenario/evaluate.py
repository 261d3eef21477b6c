"""A scenario computed from the loaded tables and rows."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.asking import ask
from entrepot.figures.caveats import caveat
from entrepot.figures.evidence import Evidence, NoAnswer
from entrepot.figures.scenario.result import MILLION, EconomyLoss, LossSummary, SalesLoss, Scenario
from entrepot.figures.scenario.schema import (
    ASSUMED,
    NOT_REPLACED,
    ScenarioFile,
    parse_scenario,
    read_scenario,
)
from entrepot.figures.value_added import Known, economy_of
from entrepot.files import expanded
from entrepot.lake import Lake
from entrepot.limits import turn
from entrepot.measures.cutoff import OTHERS, Cut, extraction, network, rebuilt, shortages, stopped
from entrepot.model.areas import area_name, area_set
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.sources.icio.wheel import kept_arrays, let_pages_go

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures.evidence import Caveat
    from entrepot.figures.figure import Figure
    from entrepot.figures.scenario.schema import BackKeys, EconomyKeys
    from entrepot.measures.cutoff import Network, RebuiltTrade, Shortage
    from entrepot.measures.origin.economy import Numbers
    from entrepot.sources.icio.wheel import Arrays

_TURN = threading.Lock()
"""One economy at a time: each has a core and half a gigabyte to itself for some seconds."""

Side = Literal["imposes", "target"]
BACK: dict[Side, Side] = {"imposes": "target", "target": "imposes"}


def ask_scenario(
    what: ScenarioFile | Mapping[str, Any] | Path | str,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    sides_only: bool = False,
) -> Scenario:
    """Estimate what a supply cut-off would do, from Python.

    Parameters
    ----------
    what
        A scenario file by its path, the same as a dictionary, or one that was read.
    lake
        A lake or its folder; by default the one that the settings name.
    sides_only
        As in `evaluate_scenario`, whose errors it raises too.

    Raises
    ------
    BadFileError
        For a file or dictionary that is no scenario.
    """
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    if isinstance(what, (str, Path)):
        file = read_scenario(expanded(what))
    elif isinstance(what, ScenarioFile):
        file = what
    elif not isinstance(what, Mapping):
        raise RequestError(
            f"{type(what).__name__} is no scenario", hint="give the path of a file, or a dictionary"
        )
    else:
        # Through JSON: a dictionary is checked by the same
        # parser as a file; `str` for dates and paths.
        file = parse_scenario(json.dumps(dict(what), default=str), name="the scenario")
    return evaluate_scenario(file, opened, sides_only=sides_only)


def evaluate_scenario(file: ScenarioFile, lake: Lake, *, sides_only: bool = False) -> Scenario:
    """Work a scenario out.

    Parameters
    ----------
    lake
        Asked first for tables of inputs; where it does not hold the year, the installed package
        is. Goods are asked of its rows.
    sides_only
        Whether it is enough to know what the two sides and the world lose, which takes a sixth of
        the time: nothing is said then of single economies, of sectors and of each assumption.

    Raises
    ------
    NoEvidenceError
        If there is no table of the year.
    RequestError
        If a side is not in the table, nothing stops, or no balance is found.
    MissingExtraError
        If NumPy or SciPy is not installed.
    """
    with lake.reading():
        economy = None
        if file.economy:
            with turn(_TURN):
                economy = _economy(file, lake, sides_only=sides_only)
        sales = _sales(file, lake) if file.extraction else None
        goods = tuple(_goods(file, lake)) if file.goods else ()
        without_entry = _without_entry(file, lake)
    return Scenario(file, economy, sales, goods, tuple(caveats_of(file, without_entry)))


def _without_entry(file: ScenarioFile, lake: Lake) -> tuple[str, ...]:
    """Return members of the sides that the table has no entry of their own for."""
    used = file.economy or file.extraction
    if used is None:
        return ()
    names = _known(file, lake, used.source).solved.economy.names
    named = (side for side in BACK if getattr(file.cut, side) != OTHERS)
    return tuple(sorted(frozenset[str]().union(*map(file.members, named)) - set(names)))


def _known(file: ScenarioFile, lake: Lake, source: str | None) -> Known:
    """Return the economy of the year, in which both sides are."""
    found = economy_of(lake, Period.parse(file.period), source)
    if isinstance(found, NoAnswer):
        raise NoEvidenceError(
            # Where nothing is loaded, the reason has the command that brings a table.
            found.reason,
            hint="load a table of that year: entrepot data add icio FILE; or ask a year that is "
            "loaded, see: entrepot data list",
        )
    acts = (file.cut, file.retaliation)
    found.rows.require(code for act in acts if act for code in act.sectors or ())
    names = set(found.solved.economy.names)
    for side in BACK:
        members = file.members(side)
        if not members & names:
            raise _not_loaded(found.rows.address, members, names, f"cut: {side}")
    return found


def _not_loaded(address: str, codes: Iterable[str], names: set[str], where: str) -> RequestError:
    missing = joined([area_name(one) for one in sorted(codes)])
    return RequestError(
        f"{address} has no entry of its own for {missing}",
        where=where,
        hint=f"name one of its {len(names)} economies: {', '.join(sorted(names))}",
    )


def _ways(file: ScenarioFile) -> Iterator[tuple[Side, Side, BackKeys]]:
    """Yield who stops selling to whom and the act behind it, retaliation with it."""
    acts: list[tuple[Side, BackKeys]] = [("imposes", file.cut)]
    if file.retaliation:
        acts.append(("target", file.retaliation))
    for own, act in acts:
        if act.instrument in ("export_ban", "embargo"):
            yield own, BACK[own], act
        if act.instrument in ("import_ban", "embargo"):
            yield BACK[own], own, act


def _cuts(file: ScenarioFile, names: set[str]) -> list[Cut]:
    """Return what stops between economies of the table."""
    return [
        Cut(
            frozenset(file.members(seller) & names),
            frozenset(file.members(buyer) & names),
            frozenset(act.sectors) if act.sectors else None,
        )
        for seller, buyer, act in _ways(file)
    ]


def _require_some(total: float) -> None:
    # `not >` also refuses NaN.
    if not total > 0:
        raise RequestError(
            "nothing stops",
            why="the table has no such trade in inputs between the two",
            hint="name other sectors, or leave them out; look: entrepot ask value --source icio",
        )


def _economy(file: ScenarioFile, lake: Lake, *, sides_only: bool) -> EconomyLoss:
    assert file.economy is not None
    known = _known(file, lake, file.economy.source)
    solved = known.network(file.economy.cap)
    cuts = _cuts(file, set(known.solved.economy.names))
    _require_some(stopped(solved, cuts).total)
    done = _worked_once(known, solved, cuts, file.economy, sides_only=sides_only)
    reporter = LossSummary.of(file, solved, [*done.lost.values()])
    found = EconomyLoss(
        evidence=_evidence(known),
        stopped_usd=MILLION * done.stopped,
        sides=reporter.of_sides(),
        areas=() if sides_only else reporter.of_areas(),
        sectors=() if sides_only else reporter.of_sectors(),
        alone={} if sides_only else _alone(done, reporter),
        solutions=len(done.lost),
        left_out=tuple(
            {name: value for name, value in asdict(point).items() if name in ASSUMED} | {"why": why}
            for point, why in done.left_out
        ),
        checks=done.checks,
    )
    let_pages_go()  # a pass over the table has touched all of it
    return found


def _alone(done: Worked, reporter: LossSummary) -> dict[str, dict[str, tuple[float, float]]]:
    """Return how far each assumption moves the loss of each side by itself."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    changed = [point.changed for point in done.lost]
    for name in ASSUMED:
        for side in reporter.sides:
            shares = reporter.shares(side)
            own = [shares[0], *(x for x, one in zip(shares, changed, strict=True) if one == name)]
            if len(own) > 1:
                found.setdefault(name, {})[side] = (min(own), max(own))
    return found


def _sales(file: ScenarioFile, lake: Lake) -> SalesLoss:
    assert file.extraction is not None
    known = _known(file, lake, file.extraction.source)
    names = set(known.solved.economy.names)
    parts = {name: part for name, part in file.extraction.replaced.items() if name != NOT_REPLACED}
    if unknown := parts.keys() - names - {OTHERS}:
        raise _not_loaded(known.rows.address, unknown, names, "extraction: replaced")
    # Without a cap, which belongs to the economy level.
    solved = network(known.solved)
    what = stopped(solved, _cuts(file, names), leak=file.extraction.leak)
    _require_some(what.total)
    done = extraction(what, parts)
    reporter = LossSummary.of(file, solved, [done.lost])
    return SalesLoss(
        evidence=_evidence(known),
        stopped_usd=MILLION * what.total,
        unmet_usd=MILLION * done.unmet,
        sides=reporter.of_sides(),
        areas=reporter.of_areas(),
        checks={"miss": done.miss, "steps": float(done.steps)},
    )


def _evidence(known: Known) -> Evidence:
    return Evidence(known.rows.address, known.rows.snapshot, len(known.solved.economy.output))


def _goods(file: ScenarioFile, lake: Lake) -> Iterator[Figure]:
    """Yield the Figure of each direction that stops."""
    assert file.goods is not None
    fixed_supply, end = file.goods.fixed_supply, Period.parse(file.period).end
    # An embargo with retaliation names a direction twice.
    for seller, buyer in dict.fromkeys(way[:2] for way in _ways(file)):
        sides = (area_set(getattr(file.cut, side), end) for side in (seller, buyer))
        # A scenario has both directions: who is a supplier of one may
        # be a side of the other, where `ask` would refuse it as idle.
        idle = fixed_supply is not None and area_set(fixed_supply, end) <= frozenset[str]().union(
            *sides
        )
        yield ask(
            "cutoff",
            lake=lake,
            importer=getattr(file.cut, buyer),
            exporter=getattr(file.cut, seller),
            goods=file.goods.goods,
            period=file.period,
            source=file.goods.source,
            sigma=file.goods.sigma,
            fixed_supply=None if idle else fixed_supply,
        )


def caveats_of(file: ScenarioFile, without_entry: Sequence[str]) -> Iterator[Caveat]:
    """Yield what follows from the levels of a scenario, and who is left out of it."""
    if file.economy:
        yield caveat(
            "scenario",
            "Economy: trade in inputs between industries stops. Trade in goods for final use "
            "continues, because the table does not say where they go. Prices, stocks, new "
            "suppliers and policy are left out. The value is one set of assumptions; the range is "
            "the answer. Such models have been called biased towards small losses (Geerolf 2022).",
        )
    if file.extraction:
        yield caveat(
            "scenario",
            "Extraction: what sellers lose by lost sales, buyers going without inputs at no loss. "
            "It is another quantity than what buyers lose; the two are never added.",
        )
    if without_entry:
        names = joined([area_name(code) for code in without_entry])
        yield caveat("not-recorded", f"The table has no entry of its own for {names}.")


# Which assumptions a scenario is worked out under, and the output that each of them leaves.


MILDER = {"friction": min, "inputs": max, "outer": max}
"""Which end of an assumption makes losses smaller; the leak is searched instead."""
HARSHER = {"friction": max, "inputs": min, "outer": min}


@dataclass(frozen=True, slots=True)
class GridPoint:
    """One set of assumptions, and the one that is not as in the value; empty for ends together."""

    leak: float
    friction: float
    inputs: float
    outer: float
    changed: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """What each sector loses by point, the value first, and points without a solution, and why.

    `checks` say how well the value itself is solved, see `Shortage`.
    """

    lost: dict[GridPoint, Numbers]
    stopped: float
    checks: dict[str, float | None]
    left_out: tuple[tuple[GridPoint, str], ...]


def points(keys: EconomyKeys, *, sides_only: bool = False) -> list[GridPoint]:
    """Return the value, each assumption changed alone, and where losses have their ends.

    With `sides_only`, the value and the two ends of what whole sides lose.

    Losses fall with both elasticities and rise with friction, and those of whole sides fall with
    the leak. Single economies and sectors may lose most at a leak between its ends, since what is
    rebuilt also moves trade of others: so both ends of the rest are worked out at leaks from end
    to end. What lies between those is within a thousandth of the range.
    """
    assumed = {name: getattr(keys, name) for name in ASSUMED}
    head = {name: one.take for name, one in assumed.items()}
    alone = [
        GridPoint(**(head | {name: value}), changed=name)
        for name, one in assumed.items()
        for value in one.values[1:]
        if not sides_only
    ]
    # Losses of single economies can peak inside the range of the leak, see above.
    leaks = _with_middles(assumed["leak"].values)
    ends = [
        GridPoint(leak=leak, **{name: end(assumed[name].values) for name, end in bound.items()})
        for bound, side in ((MILDER, leaks[-1:]), (HARSHER, leaks[:1]))
        for leak in (side if sides_only else leaks)
    ]
    # Keys without `changed`: the same assumptions are worked out once, under the first name.
    found = {GridPoint(**head): GridPoint(**head)}
    for one in (*alone, *ends):  # an end that changes one assumption is that one alone
        found.setdefault(replace(one, changed=""), one)
    return list(found.values())


def _with_middles(values: Sequence[float]) -> list[float]:
    """Return values in order, with what lies in the middle between neighbours."""
    ordered = sorted(values)
    middles = [(one + other) / 2 for one, other in pairwise(ordered)]
    return sorted((*ordered, *middles))


def worked(
    network: Network, cuts: Sequence[Cut], keys: EconomyKeys, *, sides_only: bool = False
) -> Worked:
    """Return the solution of every point; trade is rebuilt once for those that share it.

    Raises
    ------
    RequestError
        If nothing stops, or the value itself has no solution.
    """
    trades: dict[tuple[float, float], RebuiltTrade] = {}
    failed: dict[GridPoint, RequestError] = {}
    asked: dict[GridPoint, tuple[RebuiltTrade, float, float]] = {}
    first, *others = every = points(keys, sides_only=sides_only)
    for point in every:
        try:
            # Trade is rebuilt from these two alone: points that share them share it.
            key = (point.leak, point.friction)
            if key not in trades:
                trades[key] = rebuilt(stopped(network, cuts, leak=point.leak), point.friction)
            asked[point] = trades[key], point.inputs, point.outer
        except RequestError as error:
            # The first point is the value itself; any other may fail and is named.
            if point is first:
                raise
            failed[point] = error
    found: dict[GridPoint, Shortage] = {}
    for point, one in zip(asked, shortages([*asked.values()]), strict=True):
        if isinstance(one, RequestError):
            failed[point] = one
        else:
            found[point] = one
    if first in failed:
        raise failed[first]
    left_out = [
        (point, f"{why.what}; {why.why}")
        for point in others
        if (why := failed.get(point)) is not None
    ]
    value = found[first]
    return Worked(
        {point: one.lost for point, one in found.items()},
        trades[first.leak, first.friction].stopped.total,
        {name: getattr(value, name) for name in _CHECKS},
        tuple(left_out),
    )


_CHECKS = ("miss", "over", "cushion", "steps")
_KEPT = 64
"""Cut-offs kept, of a megabyte at most."""


def _worked_once(
    known: Known, network: Network, cuts: Sequence[Cut], keys: EconomyKeys, *, sides_only: bool
) -> Worked:
    """Return what `worked` does, from the user's cache where it was worked out before.

    It is kept under checksums of all that it follows from: the table, what stops, the assumptions,
    and the code that works it out.
    """
    import numpy as np

    every = points(keys, sides_only=sides_only)
    named = [
        [one and sorted(one) for one in (cut.sellers, cut.buyers, cut.sectors)] for cut in cuts
    ]
    asked = json.dumps([known.name, named, keys.cap, [asdict(one) for one in every]])

    def find() -> Arrays:
        done = worked(network, cuts, keys, sides_only=sides_only)
        checks = [done.checks[name] for name in _CHECKS]
        return {
            "solved": np.array([every.index(point) for point in done.lost]),
            "lost": np.array([*done.lost.values()]),
            "stopped": np.array(done.stopped),
            "checks": np.array([np.nan if one is None else one for one in checks]),
            "left_out": np.array([every.index(point) for point, _ in done.left_out], dtype=int),
            "why": np.array([why for _, why in done.left_out], dtype=np.str_),
        }

    name = sha256(f"{_code()} {asked}".encode()).hexdigest()
    stored = kept_arrays(name, find, inside="cutoff", most=_KEPT)
    checks = [None if np.isnan(one) else float(one) for one in stored["checks"]]
    return Worked(
        {every[at]: lost for at, lost in zip(stored["solved"], stored["lost"], strict=True)},
        float(stored["stopped"]),
        dict(zip(_CHECKS, checks, strict=True)),
        tuple(
            (every[at], str(why)) for at, why in zip(stored["left_out"], stored["why"], strict=True)
        ),
    )


@cache
def _code() -> str:
    """Return a checksum of the code that works a cut-off out."""
    root = Path(__file__).parents[2]
    folders = ("figures/scenario", "measures/cutoff", "measures/origin")
    paths = [path for folder in folders for path in sorted((root / folder).glob("*.py"))]
    return sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
