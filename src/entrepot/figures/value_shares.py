"""Shares of what industries buy abroad by where its value was added, not by who sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot import measures
from entrepot.figures import caveats
from entrepot.figures.estimate import Answer, Estimate, Missing
from entrepot.figures.figure import Caveat, Evidence
from entrepot.figures.input_choices import inputs_title, made_by, sides
from entrepot.figures.input_rows import SOURCE
from entrepot.figures.variants import territories, territory
from entrepot.measures.origin import value_added_origin
from entrepot.model.areas import area_name
from entrepot.model.display import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from entrepot.figures.definition import Definition
    from entrepot.figures.io_tables import Known
    from entrepot.measures.origin import Origin

    Columns = dict[str, float | None]

__all__ = ["BASIS", "MEASURES", "answer", "refusal"]

BASIS = "value_added"
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
        return "value added is told of what one area buys: name an importer"
    if both := sorted(buyers & sellers):
        names = joined([area_name(code) for code in both])
        return (
            f"{names} on both sides: its own value in what it buys abroad is left out of the total"
        )
    return None


def answer(definition: Definition, known: Known) -> Answer | Missing:
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
        return Missing(
            f"{known.rows.address} has no {what} that {area_name(definition.importer)} bought "
            f"abroad in {definition.period} with value of {area_name(definition.exporter)} in them"
        )
    spans = ["value counted once or at every crossing", "own value that comes back counted or not"]
    if len({one.choices["territory"] for one in estimates}) > 1:
        spans.append("Hong Kong in or out")
    return Answer(tuple(estimates), tuple(_caveats(definition, known)), tuple(spans))


def _estimates(definition: Definition, known: Known) -> Iterator[Estimate]:
    apart = [one for one in territories(definition) if not frozenset.intersection(*sides(one))]
    for asked in (definition, *apart):
        found = _origin(asked, known)
        for crossings in ("once", "at every crossing"):
            for home in (False, True):
                columns = _measured(asked, _table(asked, found, crossings, home=home))
                main, *others = columns
                value = columns[main]
                head = asked is definition and crossings == "once" and not home
                if value is None and head:
                    return
                if value is None:
                    continue
                sectors = len(known.solved.economy.output)
                yield Estimate(
                    value=value,
                    unit=definition.unit,
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


def _caveats(definition: Definition, known: Known) -> Iterator[Caveat]:
    yield caveats.caveat(
        "value-added-shares",
        "Counted by where value was added and not by who sent the goods: a machine from one "
        "country holds value of many. On estimated tables of whole sectors, inputs of industries "
        "alone; not to be set beside a share by dispatch as if one had changed into the other.",
    )
    if "XROW" not in known.solved.economy.names:
        yield caveats.caveat(
            "origin",
            f"Value from outside the {known.rows.economies} economies of the table, and taxes on "
            "inputs, count as the buyer's own.",
        )
