"""Shares of what industries buy abroad by where its value was added, not by who sent it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from entrepot import measures
from entrepot.errors import RequestError
from entrepot.figures import caveats
from entrepot.figures.definition import territories, territory
from entrepot.figures.evidence import Caveat, Estimate, Evidence, NoAnswer, SourceAnswer
from entrepot.figures.input_rows import (
    SOURCE,
    InputRows,
    input_rows,
    inputs_title,
    made_by,
    own_sectors,
    sides,
)
from entrepot.figures.questions import unit_of
from entrepot.lake.unchanged import delivered_files
from entrepot.limits import turn
from entrepot.measures.cutoff import network
from entrepot.measures.origin import Economy, Solved, economy, factors, value_added_origin
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.sources.icio.parse import tables
from entrepot.sources.icio.release import read_whole
from entrepot.sources.icio.sectors import sector as sector_of
from entrepot.sources.icio.wheel import benchmark, kept_arrays, read_arrays
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from entrepot.figures.definition import Definition
    from entrepot.measures.cutoff import Network
    from entrepot.measures.origin import Origin

    Columns = dict[str, float | None]
    from entrepot.lake import Lake
    from entrepot.measures.origin.origin import Perimeter
    from entrepot.model.period import Period
    from entrepot.sources.icio.wheel import Arrays, Benchmark

MEASURES = ("import_share", "hhi", "cr")
MILLION = 1e6
SELLERS = "sellers"
"""Several areas count as one: their value carries one name, which is no code of an area."""


def refusal(definition: Definition) -> str | None:
    """Say why value added cannot be asked for in this way; None where it can."""
    if definition.measure not in MEASURES:
        return f"by value added {SOURCE} answers {', '.join(MEASURES)}, not {definition.measure}"
    buyers, sellers = sides(definition)
    if not buyers:
        return "value added is computed for what one area buys: name an importer"
    if both := sorted(buyers & sellers):
        names = joined([area_name(code) for code in both])
        return (
            f"{names} on both sides: its own value in what it buys abroad is left out of the total"
        )
    return None


def shares(definition: Definition, known: Known) -> SourceAnswer | NoAnswer:
    """Answer from the value added in all that the importer's industries buy abroad.

    The headline counts value when it first crosses the importer's border, and as a part of all
    such value that was not its own. The alternatives count it at every crossing, take its own
    value that comes back into the total, and put Hong Kong in or out.

    Parameters
    ----------
    definition
        Checked, see `refusal`; its goods are ``inputs`` or ``inputs:C26``.
    """
    estimates = list(_estimates(definition, known))
    if not estimates:
        what = inputs_title(definition.goods, definition.sector)
        return NoAnswer(
            f"{known.rows.address} has no {what} that {area_name(definition.importer)} bought "
            f"abroad in {definition.period} with value of {area_name(definition.exporter)} in them"
        )
    spans = ["value counted once or at every crossing", "own value that comes back counted or not"]
    if len({one.choices["territory"] for one in estimates}) > 1:
        spans.append("with and without Hong Kong")
    return SourceAnswer(tuple(estimates), tuple(_caveats(known)), tuple(spans))


def _estimates(definition: Definition, known: Known) -> Iterator[Estimate]:
    # With Hong Kong in, one side may have the other in it (China from Hong Kong): no such flow.
    apart = [one for one in territories(definition) if not frozenset.intersection(*sides(one))]
    for asked in (definition, *apart):
        found = _origin(asked, known)
        for crossings in ("once", "at every crossing"):
            for home in (False, True):
                columns = _measured(asked, _table(asked, found, crossings, home=home))
                main, *others = columns
                value = columns[main]
                head = asked is definition and crossings == "once" and not home
                # Without the headline an alternative would stand first and look like it.
                if value is None and head:
                    return
                if value is None:
                    continue
                sectors = len(known.solved.economy.output)
                yield Estimate(
                    value=value,
                    unit=unit_of(definition),
                    choices=_named(asked, crossings, home=home),
                    evidence=(Evidence(known.rows.address, known.rows.snapshot, sectors),)
                    if head
                    else (),
                    details={name: x for name in others if (x := columns[name]) is not None},
                )


def _origin(asked: Definition, known: Known) -> Origin:
    names = frozenset(known.solved.economy.names)
    buyers = sides(asked)[0] & names
    return value_added_origin(
        known.solved,
        names - buyers,
        buyers,
        made=None if ":" not in asked.goods else made_by(asked.goods),
        used=[asked.sector] if asked.sector else None,
    )


def _table(asked: Definition, found: Origin, crossings: str, *, home: bool) -> pa.Table:
    """Return whose value it is, in dollars, the areas asked for under one name."""
    import pyarrow as pa

    buyers, sellers = sides(asked)
    amounts = found.once if crossings == "once" else found.once + found.again
    kept = [
        (name, MILLION * float(amount))
        # Sorted: sums of squares of floats depend on the order, and
        # the same question has to have the same digits each time.
        for name, amount in sorted(zip(found.names, amounts, strict=True))
        if home or name not in buyers
    ]
    return pa.table(
        {
            "exporter": [SELLERS if name in sellers else name for name, _ in kept],
            "importer": [asked.importer] * len(kept),
            "value_usd": pa.array([amount for _, amount in kept], pa.float64()),
        }
    )


def _measured(asked: Definition, table: pa.Table) -> Columns:
    """Return the columns of the measure, its main one first."""
    if asked.measure == "import_share":
        made = measures.import_share(table, exporter=SELLERS, by=[])
    elif asked.measure == "hhi":
        made = measures.hhi(table, by=[])
    else:
        made = measures.concentration_ratio(table, by=[], k=asked.k or 1)
    columns: Columns = made.to_pylist()[0]
    return columns


def _named(asked: Definition, crossings: str, *, home: bool) -> dict[str, str]:
    return {
        "source": asked.source or SOURCE,
        "goods": asked.goods,
        "territory": territory(asked),
        "counted": f"value added, {crossings}",
        "total": "all value in them" if home else "foreign value in them",
    }


def _caveats(known: Known) -> Iterator[Caveat]:
    yield caveats.caveat(
        "value-added-shares",
        (
            "Counted by where value was added and not by who sent the goods: a machine from "
            "one country contains value of many. On estimated tables of whole sectors, "
            "inputs of industries alone; not comparable with a share by dispatch over time."
        ),
    )
    if "XROW" not in known.solved.economy.names:
        yield caveats.caveat(
            "origin",
            f"Value from outside the {known.rows.economies} economies of the table, and taxes on "
            "inputs, count as the buyer's own.",
        )


# The economy of a year, ready for questions about value added: of the lake, or of the package.


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An economy and where it is from; money in million USD.

    Attributes
    ----------
    rows
        What is held of the year.
    solved
        The economy.
    name
        What the economy is kept under, see `kept_arrays`.
    """

    rows: InputRows
    solved: Solved
    name: str

    def network(self, cap: float) -> Network:
        """Return the economy ready for cut-offs, with what takes a second to work out of it."""
        import numpy as np

        key = f"closeness-{cap}-{self.name}"
        if (kept := _NEAR.get(key)) is not None:
            return network(self.solved, cap=cap, known=kept)

        def find() -> Arrays:
            near = network(self.solved, cap=cap).closeness
            return {
                # Square blocks of several sizes, flat one after
                # the other, as arrays are all that is kept.
                "sizes": np.array([len(one) for one in near]),
                "closeness": np.concatenate([one.ravel() for one in near]),
            }

        stored = kept_arrays(key, find)
        sizes = stored["sizes"]
        blocks = np.split(stored["closeness"], np.cumsum(sizes**2)[:-1])
        near = [one.reshape(size, size) for one, size in zip(blocks, sizes, strict=True)]
        # Dictionaries keep their order: the oldest goes first.
        while len(_NEAR) >= _SOME:
            _NEAR.pop(next(iter(_NEAR)), None)  # another thread may have dropped it
        _NEAR[key] = near
        return network(self.solved, cap=cap, known=near)


_SOME = 4
_NEAR: dict[str, list[Any]] = {}
"""Closeness of some economies, 3 MB each: a server may open no file to find it."""
_LAST: list[tuple[str, Solved]] = []
"""The one that was asked last: factors take seconds, and a quarter of a gigabyte."""
_TURN = threading.Lock()
"""Several questions that come at once work it out once."""


def economy_of(lake: Lake, period: Period, source: str | None = None) -> Known | NoAnswer:
    """Return the economy of a year, or why there is none.

    Parameters
    ----------
    source
        ``icio`` or one release of it, ``icio@2025``.

    Raises
    ------
    BadFileError
        If the delivered file cannot be read any more.
    MissingExtraError
        If NumPy or SciPy is not installed.
    """
    rows = input_rows(lake, period, source)
    if isinstance(rows, NoAnswer):
        return rows
    if table := rows.installed:
        # The bytes of the table, by checksum, name what follows from it: a cache cannot go stale.
        name = f"{table.year}-{table.snapshot}"
        return Known(rows, _kept(name, lambda: _of_arrays(table.table)), name)
    paths = [
        (path, item.files[0], FileOptions(vintage=item.vintage, mapping=item.mapping or None))
        for item in lake.holdings()
        if item.source == SOURCE and item.snapshot in rows.snapshot.split("+")
        for path in delivered_files(lake.path, item.delivered)
    ]
    if len(paths) != 1:
        return NoAnswer(
            f"output is not in the rows of {rows.address}, and the one delivered file that has it "
            "is not there; ask a lake in a folder"
        )
    [(path, file, said)] = paths
    # The same bytes read with other options are another economy.
    reported = sha256(repr((file, said)).encode()).hexdigest()[:12]
    name = f"{period.year}-{path.name}-{reported}"
    return Known(
        rows, _kept(name, lambda: _of_kept_file(name, path, file, said, period.year)), name
    )


def forget() -> None:
    """Let go of the economy that was asked last, which is read again when it is asked again."""
    from entrepot.sources.icio.wheel import forget as forget_table

    _LAST.clear()
    forget_table()


def _kept(name: str, find: Callable[[], Economy]) -> Solved:
    with turn(_TURN):
        for known, found in _LAST:
            if known == name:
                return found
        _LAST.clear()  # before the next one takes its place in memory
        world = find()

        known_factors: list[tuple[Any, Any]] = []

        # Factors only when something asks for them: a cut-off takes none, and they take seconds.
        # The lock is free again by then, for `Solved` calls this later.
        def made() -> tuple[Any, Any]:
            with turn(_TURN):
                if not known_factors:
                    stored = kept_arrays(f"factors-{name}", work_out)
                    known_factors.append((stored["triangles"], stored["pivots"]))
                return known_factors[0]

        def work_out() -> Arrays:
            triangles, pivots = factors(world)
            return {"triangles": triangles, "pivots": pivots}

        # One economy alone is kept, as each takes a quarter of a gigabyte.
        solved = Solved(world, made)
        _LAST.append((name, solved))
        return solved


def _of_arrays(stored: Benchmark) -> Economy:
    grid = stored.grid
    return Economy(
        grid.areas, grid.sectors, grid.area_of, grid.sector_of, stored.coefficients, stored.output
    )


def _of_kept_file(name: str, path: Path, file: str, said: FileOptions, year: int) -> Economy:
    def read() -> Arrays:
        import numpy as np

        found = _of_file(path, file, said, year)
        return {
            "areas": np.array(found.areas),
            "sectors": np.array(found.sectors),
            "area_of": found.area_of,
            "sector_of": found.sector_of,
            "coefficients": found.coefficients,
            "output": found.output,
            # reshape: without parts the array is empty, and has no two columns by itself.
            "parts": np.array(list(found.parts.items()), dtype=np.str_).reshape(-1, 2),
        }

    stored = kept_arrays(f"economy-{name}", read)
    return Economy(
        tuple(stored["areas"].tolist()),
        tuple(stored["sectors"].tolist()),
        stored["area_of"],
        stored["sector_of"],
        stored["coefficients"],
        stored["output"],
        dict(stored["parts"].tolist()),
    )


def _of_file(path: Path, name: str, said: FileOptions, year: int) -> Economy:
    """Read the delivered file again; the parts of China and Mexico stay apart."""
    with TemporaryDirectory() as folder:
        for table in tables(RawFile(path, name), Path(folder), said):
            if table.year != year:
                continue
            if table.detail == "arrays":
                return _of_arrays(benchmark(read_arrays(table.path, table.name), table.name))
            content = read_whole(table.path, table.name)
            return economy(content.inputs, content.output, content.labels, parts=content.parts)
    raise LookupError(f"no table of {year} in {name}")


# Whose value added is in what one area's industries buy from another, from input-output tables.


REST = "XROW"
BORDERS: dict[Perimeter, str] = {
    "flow": "of the flow",
    "bilateral": "between the two",
    "exporter": "of the exporter",
}


def answer(
    definition: Definition,
    lake: Lake,
    source: str,
    *,
    alone: bool = False,
) -> SourceAnswer | NoAnswer:
    """Answer with the foreign value added in a flow of inputs.

    The headline counts value once, at the border of the flow. The alternatives take a wider
    border, count value at every crossing, and put Hong Kong in or out; they cost little, so that
    `alone` changes nothing.

    Parameters
    ----------
    definition
        Checked: its goods are ``inputs``, or ``inputs:C26`` for what a sector made; its sector
        is the one that buys; an importer ``WLD`` is everybody but the exporter.
    lake
        Asked first; where it does not hold the year, the installed package is.

    Raises
    ------
    UnknownNameError
        For an unknown sector.
    RequestError
        If an area is on both sides.
    """
    if definition.sector:
        sector_of(definition.sector, own=own_sectors(definition.source))
    _require_apart(definition)
    known = economy_of(lake, definition.period, source)
    if isinstance(known, NoAnswer):
        return replace(known, source=source, is_estimated=True)
    known.rows.require((*made_by(definition.goods), definition.sector))
    address = known.rows.address
    definition = definition.but(source=address)
    without_entry = _without_entry(definition, known)
    for group in sides(definition):
        # Only if nobody of a side is in the table; some members of a group may well be missing.
        if group and group <= without_entry:
            names = joined([area_name(code) for code in sorted(group)])
            return NoAnswer(
                f"{address} has no entry of its own for {names}; it knows "
                f"{known.rows.economies} economies",
                source=address,
                is_estimated=True,
            )
    estimates = tuple(_origin_estimates(definition, known))
    if not estimates:
        what = inputs_title(definition.goods, definition.sector)
        flow = f"from {definition.exporter} to {definition.importer} in {definition.period}"
        return NoAnswer(
            f"{address} has no {what} {flow}, so there is no origin of it",
            source=address,
            is_estimated=True,
        )
    spans = "which border counts, value counted once or at every crossing"
    if len({item.choices["territory"] for item in estimates}) > 1:
        spans += ", with and without Hong Kong"
    return SourceAnswer(
        estimates,
        tuple(_origin_caveats(known, without_entry)),
        (spans,),
        source=address,
        is_estimated=True,
    )


def _require_apart(definition: Definition) -> None:
    importers, exporters = sides(definition)
    if both := sorted(importers & exporters):
        raise RequestError(
            f"{joined([area_name(code) for code in both])} on both sides",
            why="what an area sells to itself crosses no border, so nothing in it is foreign",
            hint="name areas that do not overlap as --exporter and --importer",
        )


def _without_entry(definition: Definition, known: Known) -> frozenset[str]:
    return frozenset[str]().union(*sides(definition)) - set(known.solved.economy.names)


def _origin_estimates(definition: Definition, known: Known) -> Iterator[Estimate]:
    """Yield the headline and every other way to count, as far as there is a flow."""
    apart = [one for one in territories(definition) if not frozenset.intersection(*sides(one))]
    for asked in (definition, *apart):
        for border in BORDERS:
            found = _origin_of(asked, known, border)
            share = found.foreign_share
            if share is None and asked is definition:
                return  # an alternative must not take the place of the headline
            if share is None:
                break
            head = asked is definition and border == "flow"
            yield _estimate(asked, known, found, BORDERS[border], head=head)
            if border == "flow":
                # fdc is the foreign value added that crosses the border again; gross is the flow
                # itself.
                every = (found.fva + found.fdc) / found.gross
                choices = _choices(asked, BORDERS[border], "at every crossing")
                yield Estimate(value=every, unit="share", choices=choices)


def _origin_of(asked: Definition, known: Known, border: Perimeter) -> Origin:
    importers, exporters = sides(asked)
    names = set(known.solved.economy.names)
    made = made_by(asked.goods)
    return value_added_origin(
        known.solved,
        exporters & names,
        importers & names if importers else None,
        made=None if ":" not in asked.goods else made,
        used=[asked.sector] if asked.sector else None,
        perimeter=border,
    )


def _choices(asked: Definition, border: str, counted: str) -> dict[str, str]:
    return {
        "source": asked.source or SOURCE,
        "goods": asked.goods,
        "territory": territory(asked),
        "border": border,
        "counted": counted,
    }


def _estimate(
    asked: Definition, known: Known, found: Origin, border: str, *, head: bool
) -> Estimate:
    choices = _choices(asked, border, "once")
    value = found.fva / found.gross
    if not head:
        return Estimate(value=value, unit="share", choices=choices)
    details = {
        "gross_usd": found.gross,
        "dva_usd": found.dva,
        "ddc_usd": found.ddc,
        "fva_usd": found.fva,
        "fdc_usd": found.fdc,
        "value_added_lost_usd": found.dva + found.fva,
        "output_lost_usd": float(found.lost.sum()),
    }
    sectors = len(known.solved.economy.output)
    return Estimate(
        value=value,
        unit="share",
        choices=choices,
        evidence=(Evidence(known.rows.address, known.rows.snapshot, sectors),),
        details={name: MILLION * number for name, number in details.items()},
        table=tuple(_row(row, found) for row in found.rows()),
    )


def _row(row: dict[str, Any], found: Origin) -> dict[str, Any]:
    return {
        "origin": row["origin"],
        "name": area_name(row["origin"]),
        "foreign": row["origin"] not in found.home,
        "share": row["once"] / found.gross,
        "value_added_usd": MILLION * row["once"],
        "again_usd": MILLION * row["again"],
    }


def _origin_caveats(known: Known, without_entry: frozenset[str]) -> Iterator[Caveat]:
    text = (
        "Value added by where it was added, after Borin and Mancini, on estimated tables: inputs "
        "of industries alone, and what goes to one buyer is made like what goes to any other. "
        "Goods that only pass through are another quantity; never add re-exports to it."
    )
    if REST not in known.solved.economy.names:
        text += (
            f" Inputs from outside the {known.rows.economies} economies, and taxes on inputs, "
            "count as the buyer's own, so the foreign share is too low rather than too high."
        )
    else:
        text += " Taxes on inputs count as the buyer's own."
    yield caveats.caveat("origin", text)
    if without_entry:
        names = ", ".join(sorted(without_entry))
        yield caveats.caveat(
            "not-recorded", f"{known.rows.address} has no entry of its own for {names}."
        )
