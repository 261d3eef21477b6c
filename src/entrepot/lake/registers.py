"""Customs registers in a lake: their lines as flows, and the secret that hides persons."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, RequestError, UnknownNameError
from entrepot.model.columns import NAME_ROLES, PARTNER_BASES, flow_schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import narwhals as nw

    from entrepot.lake.merge import CurrentPart

NOT_SAID = "XNES"
"""Partner of a line that does not say its country on a basis."""
FILE = "persons.json"
"""File of a lake with its secret; it is in no backup and no export."""
_SHORTEST = 32
"""Signs of a secret that cannot be tried out; ours have 64."""


def as_flows(
    rows: nw.LazyFrame[Any], parts: Sequence[CurrentPart], only: str | None = None
) -> nw.LazyFrame[Any]:
    """Return lines of a register as rows of flows, each once for every basis that it has.

    ``partner_basis`` is the basis, so whoever adds up picks one. A line that does not say its
    country on a basis is trade with areas not specified: it counts in totals, and is never given
    the country of another basis. Rows of flows are returned as they are.

    Columns of flows are followed by the tariff line and the names of the line. With `only`, a basis
    of the register, lines are there on that one alone.
    """
    if parts[0].snapshot.table != "shipments":
        return rows
    import narwhals as nw

    there = {name for part in parts for name in part.partition.bases}
    if only in there:
        there = {only}
    frames = []
    for basis in PARTNER_BASES:
        if basis not in there:
            continue
        is_export = basis == "destination"
        partner = nw.when(nw.col(basis).is_null()).then(nw.lit(NOT_SAID)).otherwise(nw.col(basis))
        made = {
            "exporter": nw.col("reporter") if is_export else partner,
            "importer": partner if is_export else nw.col("reporter"),
            "reported_by": nw.lit("exporter" if is_export else "importer"),
            "partner_basis": nw.lit(basis),
        }
        same = {
            *("period", "freq", "product", "nomenclature", "value_usd", "value_reported"),
            *(
                "currency",
                "valuation",
                "mass_kg",
                "quantity",
                "quantity_unit",
                "source",
                "snapshot",
            ),
        }
        kinds: dict[str, Any] = {"DOUBLE": nw.Float64, "BOOLEAN": nw.Boolean, "VARCHAR": nw.String}
        frames.append(
            rows.filter(nw.col("direction") == ("export" if is_export else "import")).select(
                *(
                    made[name].alias(name)
                    if name in made
                    else nw.col(name)
                    if name in same
                    else nw.lit(None).cast(kinds[kind]).alias(name)
                    for name, kind in flow_schema().items()
                ),
                "tariff_line",
                *NAME_ROLES,
            )
        )
    return nw.concat(frames) if len(frames) > 1 else frames[0]


_PLACES = 6
"""Decimals of an amount that is added up: a millionth of a dollar, or of a kilogram."""
EVERY_BASIS = "all"
"""Word for every basis of a register, each line once for each of them."""
_UNITS = {"A": "year", "Q": "quarter", "M": "month"}
_CELL = (
    "exporter",
    "importer",
    "product",
    "nomenclature",
    "currency",
    "valuation",
    "reported_by",
    "partner_basis",
    "source",
)


def added_up(rows: duckdb.DuckDBPyRelation, freq: str) -> duckdb.DuckDBPyRelation:
    """Return rows of flows added up to one a cell and year, quarter or month, in their order.

    A weight or quantity is given only where every line of the cell has one, in one unit: a sum of
    some lines would pass for that of all. A line without a value adds none, as in every answer from
    the register: it is a free sample, or its value stands on the first line of its declaration.

    Parameters
    ----------
    rows
        Rows of flows of a register, as `as_flows` returns them.
    freq
        ``A``, ``Q`` or ``M``.
    """
    cell = ", ".join(_CELL)

    def added(column: str) -> str:
        # As decimals: sums of doubles end in digits that no line has, and that differ from run to
        # run. A number of the lake has 18 digits before the point at most.
        return f"sum({column}::DECIMAL(38, {_PLACES}))::DOUBLE"

    def complete_sum(column: str, same: str = "") -> str:
        one = f" AND count(DISTINCT {same}) = 1" if same else ""
        return f"CASE WHEN count({column}) = count(*){one} THEN {added(column)} END AS {column}"

    kept = {
        "period": f"date_trunc('{_UNITS[freq]}', period)::DATE AS period",
        "freq": f"'{freq}' AS freq",
        "value_usd": f"{added('value_usd')} AS value_usd",
        "value_reported": f"{added('value_reported')} AS value_reported",
        "mass_kg": complete_sum("mass_kg"),
        "quantity": complete_sum("quantity", "quantity_unit"),
        "quantity_unit": "CASE WHEN count(quantity) = count(*) "
        "AND count(DISTINCT quantity_unit) = 1 THEN min(quantity_unit) END AS quantity_unit",
        # One of several: an added-up row has no single delivery.
        "snapshot": "min(snapshot) AS snapshot",
    }
    columns = (
        name if name in _CELL else kept.get(name, f"NULL::{kind} AS {name}")
        for name, kind in flow_schema().items()
    )
    sums = rows.aggregate(", ".join(columns), f"date_trunc('{_UNITS[freq]}', period), {cell}")
    return sums.order(f"period, {cell}")


def one_basis(basis: str | None, there: Sequence[str], source: str) -> str | None:
    """Return the basis that rows are wanted on; None where they are wanted on every one.

    Raises
    ------
    RequestError
        If a register has several and none is named: each line would be there once for each.
    UnknownNameError
        If it has no such basis.
    """
    if basis == EVERY_BASIS:
        return None
    if basis is not None:
        if basis not in there:
            raise UnknownNameError("basis", basis, [*there, EVERY_BASIS])
        return basis
    # A line is an import or an export, and exports are on the one basis of their destination.
    if len([one for one in there if one != "destination"]) < 2:
        return None
    raise RequestError(
        f"{source} names countries on {len(there)} bases: {', '.join(there)}",
        why="they are different partners: with all of them each line is there several times",
        hint=f"add --basis {there[0]}, another of them, or --basis {EVERY_BASIS} for a row of each",
    )


@dataclass(frozen=True, slots=True)
class Secret:
    """What hides persons in one lake.

    Attributes
    ----------
    salt
        Text that goes into every pseudonym; nobody who has not got it can try names.
    erased
        Pseudonyms of whoever was erased from the lake, so that the same file brings nobody back.
    """

    salt: str
    erased: frozenset[str] = frozenset()


def secret(folder: Path, *, keeps: bool = True) -> Secret:
    """Return the secret of a lake; one is made if it has none.

    Parameters
    ----------
    keeps
        Whether one that is made is written into the lake; if not, nothing is changed.

    Raises
    ------
    BadFileError
        If its file is damaged: with another secret erased names would come back.
    """
    path = folder / FILE
    try:
        if path.exists() and not path.is_file():  # to read a pipe may never end
            raise ValueError("no file")
        stored = json.loads(path.read_text(encoding="utf-8"))
        salt, erased = stored["salt"], stored["erased"]
        if not (isinstance(salt, str) and len(salt) >= _SHORTEST and isinstance(erased, list)):
            raise ValueError("not as it was written")
        return Secret(salt, frozenset(map(str, erased)))
    except FileNotFoundError:
        made = Secret(secrets.token_hex(32))
        if keeps:
            write_secret(folder, made)
        return made
    # RecursionError: JSON that is nested too deep.
    except (ValueError, KeyError, TypeError, RecursionError, IsADirectoryError) as error:
        raise BadFileError(
            "the secret of the lake is damaged",
            where=str(path),
            why="pseudonyms and the list of erased names follow from it",
            hint="put a copy of it back; without one delete it, and erase those names again",
        ) from error


def write_secret(folder: Path, stored: Secret) -> None:
    """Write the secret of a lake, for its owner alone."""
    draft = folder / f"{FILE}.draft"
    draft.unlink(missing_ok=True)  # what stands there may be a link, or open to others
    # O_EXCL: a link that somebody puts there meanwhile makes this fail, and is not written through.
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        json.dump({"salt": stored.salt, "erased": sorted(stored.erased)}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FILE)
