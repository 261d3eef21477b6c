"""Elasticities of products in the edition of the data, from those that the lake holds."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.figures.availability import not_loaded
from entrepot.figures.editions import links_loaded
from entrepot.lake import fetch
from entrepot.model.product import NO_CODES, UNNAMED, harmonized
from entrepot.sources import bring_in
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.lake import Lake

ELASTICITY = "elasticity"
"""Column that rows get: above zero, by how many per cent imports fall if they get 1 % dearer."""
BASIS = "elasticity_basis"
"""Column that rows get: what that number is, see `with_elasticities`."""

_ESTIMATED_IN = "HS2007"
"""Edition of the elasticities of CEPII."""


@dataclass(frozen=True, slots=True)
class Elasticity:
    """An elasticity above zero, and what it is; see `with_elasticities`."""

    value: float
    basis: str


def with_elasticities(
    rows: nw.LazyFrame[Any], lake: Lake, editions: Iterable[str]
) -> nw.LazyFrame[Any]:
    """Put beside each row the elasticity of its six digits, and what it is; null where unknown.

    It is ``estimated`` for the code itself; ``heading average`` where that estimate was not
    significant or of the wrong sign; ``family average`` where the code is of another edition and
    not the whole of its family, alone in both.

    Raises
    ------
    NoEvidenceError
        If the lake holds no elasticities, or no tables between their edition and the data's.
    """
    named = [name for name in editions if name != NO_CODES]
    if UNNAMED in named:
        raise NoEvidenceError(
            "no elasticities for codes without an HS edition",
            why="elasticities apply to one edition, and the data do not name theirs",
            hint="give one elasticity for all codes: --sigma 4",
        )
    wanted = {name: harmonized(name).id for name in named}
    found = elasticities_in(lake, set(wanted.values()))
    # repr of a float is the shortest text that reads back as the same number; texts are quoted by
    # `literal`, so that no code can end a literal.
    lines = ", ".join(
        f"({literal(name)}, {literal(code)}, {one.value!r}, {literal(one.basis)})"
        for name, edition in sorted(wanted.items())
        for code, one in sorted(found[edition].items())
    )
    if not lines:
        raise NoEvidenceError("no product has an elasticity")
    columns = f"nomenclature, __six, {ELASTICITY}, {BASIS}"
    query = f"SELECT * FROM (VALUES {lines}) AS t({columns})"
    known = nw.from_native(lake.connection.sql(query))
    six = rows.with_columns(nw.col("product").str.slice(0, 6).alias("__six"))
    return six.join(known, on=["nomenclature", "__six"], how="left").drop("__six")


def elasticities_in(lake: Lake, editions: Iterable[str]) -> dict[str, dict[str, Elasticity]]:
    """Return the elasticity of each code of some editions.

    A code of the edition in which they were estimated has its own, or the average of its heading.
    In another edition it has the average over the codes of its family, the smallest group that
    holds the same goods in both.

    Raises
    ------
    NoEvidenceError
        If the lake holds no elasticities, or no tables between the editions.
    """
    editions = tuple(editions)
    if not lake.holds("elasticities"):
        # Both at once: who brings one in is not told of the other afterwards.
        later = [one for one in editions if one != _ESTIMATED_IN]
        tables = bool(later) and links_loaded(lake) is None
        needs = [("elasticities", bring_in("elasticities"))]
        if tables:
            words = f"tables from {_ESTIMATED_IN} to {' and '.join(later)}"
            needs.append((words, bring_in("concordance")))
        raise not_loaded(needs)
    # Kept with this state of the lake, as all families of two editions are gone through.
    own = lake.remembered.get("elasticities", partial(_own, lake))
    return {
        edition: lake.remembered.get(
            ("elasticities", edition), partial(_translated, own, edition, lake)
        )
        for edition in editions
    }


def _own(lake: Lake) -> dict[str, dict[str, Elasticity]]:
    """Return elasticities by the edition they were estimated in."""
    columns = ("nomenclature", "product", "elasticity", "heading_elasticity")
    found: dict[str, dict[str, Elasticity]] = {}
    for edition, code, value, average in fetch(lake.table("elasticities").select(*columns)):
        chosen = average if value is None else value
        if chosen is not None and chosen < 0:  # the reaction of trade to a price, turned
            basis = "heading average" if value is None else "estimated"
            found.setdefault(edition, {})[code] = Elasticity(-chosen, basis)
    return found


def _translated(
    own: dict[str, dict[str, Elasticity]], edition: str, lake: Lake
) -> dict[str, Elasticity]:
    found: dict[str, Elasticity] = {}
    for old, values in own.items():
        if old == edition:
            found |= values
            continue
        links = links_loaded(lake)
        if links is None:
            raise NoEvidenceError(
                (
                    f"elasticities are of {old}, the data of {edition}, and no correlation "
                    "tables between the two are loaded"
                ),
                hint="entrepot data get concordance",
            )
        found |= dict(_of_families(values, links.families(edition, old), edition, old))
    return found


def _of_families(
    values: dict[str, Elasticity], families: Any, edition: str, old: str
) -> Iterator[tuple[str, Elasticity]]:
    for (name, code), family in families.items():
        # It gathers remainders of many codes: no average over some of them stands for it.
        if name != edition or family.gathers:
            continue
        known = [values[one] for one in family.codes(old) if one in values]
        if known:
            # One code in either edition: the same goods under another number.
            is_one_code = len(family.codes(old)) == len(family.codes(edition)) == 1
            basis = known[0].basis if is_one_code else "family average"
            yield code, Elasticity(statistics.fmean(one.value for one in known), basis)
