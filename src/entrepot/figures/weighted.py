"""A list in another edition by weights that are estimated from the lake's own reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import not_loaded
from entrepot.goods import goods_selection
from entrepot.goods.links import steps
from entrepot.goods.list_conversion import expanded
from entrepot.goods.parse import parse
from entrepot.goods.weights import Weights, estimate_weights
from entrepot.lake import fetch
from entrepot.model.product import edition, harmonized
from entrepot.sources import bring_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition
    from entrepot.goods import Links, Selection
    from entrepot.lake import Lake

__all__ = ["weighted_selection", "weights_between"]

REPORTS = "comtrade"
_NO_WEIGHT = "no reporter that changed the edition on time imported {}, so its split is not known"


def weighted_selection(
    definition: Definition, nomenclature: str, lake: Lake, links: Links | None
) -> Selection:
    """Return every code that can hold listed goods, with the share of it that does.

    Raises
    ------
    NoEvidenceError
        If the tables or the reports that weights are estimated from are not held.
    """
    wide = goods_selection(
        definition.goods, nomenclature=nomenclature, variant="upper", links=links
    )
    parts = parse(definition.goods)
    entries = [entry for part in parts for entry in part.entries]
    named = tuple(part.key for part in parts if part.kind == "code")
    own = {entry.edition for entry in entries}
    here = harmonized(nomenclature).id
    split = sorted(code for code in wide.mixed if len(code) == 6 and not code.startswith(named))
    if own == {here} or not split:
        return replace(wide, weights=())
    if len(own) != 1:
        raise NoEvidenceError(
            "weights need a list in one edition, and this one has several",
            hint="leave --concordance weighted out",
        )
    [home] = own
    if links is None:
        tables = ("tables between editions of the United Nations", bring_in("concordance"))
        raise not_loaded([tables, *_lacking(lake, _path(here, home))])
    listed = {code for entry in entries for code in expanded(entry.code, home)}
    weights = weights_between(lake, links, here, home, split)
    shares = {code: _listed_share(weights, code, listed) for code in split}
    guessed = {
        one.code for one in weights.splits if one.guessed and 0 < shares.get(one.code, 0) < 1
    }
    lost = {code: _NO_WEIGHT.format(code) for code in sorted(guessed.union(weights.nowhere))}
    return replace(
        wide,
        codes=frozenset(
            code for code in wide.codes or () if shares.get(code, 1.0) > 0 and code not in lost
        ),
        weights=tuple(
            (code, share) for code, share in shares.items() if 0 < share < 1 and code not in lost
        ),
        missing=(*wide.missing, *lost.items()),
    )


def _listed_share(weights: Weights, code: str, listed: set[str]) -> float:
    there = weights.of(code)
    if listed.isdisjoint(there) or listed.issuperset(there):
        return float(listed.issuperset(there) and bool(there))
    return sum(weight for other, weight in there.items() if other in listed)


def weights_between(
    lake: Lake, links: Links, nomenclature: str, other: str, codes: list[str] | None = None
) -> Weights:
    """Estimate weights from one edition to another from reports of imports in the lake.

    Raises
    ------
    RequestError
        If the two are one edition.
    NoEvidenceError
        If the lake lacks reports of the year before and the year of a change of edition.
    """
    nomenclature, other = edition(nomenclature).id, edition(other).id
    if nomenclature == other:
        raise RequestError(
            f"from {nomenclature} to itself there is nothing to split", hint="name two editions"
        )
    path = _path(nomenclature, other)
    if lacking := _lacking(lake, path):
        raise not_loaded(lacking)
    found: Weights | None = None
    for source, target in path:
        newer, older = sorted((source, target), reverse=True)
        year = edition(newer).in_force.year
        before = _imports(lake, older, year - 1)
        after = _imports(lake, newer, year)
        step = estimate_weights(before, after, links, source, target, codes=codes)
        found = found.then(step) if found else step
        codes = None if codes is None else sorted({one.other_code for one in step.splits})
    assert found is not None
    return found


def _path(nomenclature: str, other: str) -> list[tuple[str, str]]:
    """Return the pairs of neighbouring editions that lead from one to another."""
    path = list(steps(nomenclature, other))
    if nomenclature == path[-1][1]:
        path = [(older, newer) for newer, older in reversed(path)]
    return path


def _lacking(lake: Lake, path: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return which reports of imports weights need and the lake lacks, all years at once."""
    years: set[tuple[int, str]] = set()
    for pair in path:
        newer, older = sorted(pair, reverse=True)
        year = edition(newer).in_force.year
        for which, when in ((older, year - 1), (newer, year)):
            if not lake.holds(REPORTS) or not fetch(_imports(lake, which, when).head(1)):
                years.add((when, which))
    if not years:
        return []
    named = ", ".join(f"{year} ({which})" for year, which in sorted(years))
    span = f"{min(years)[0]}..{max(years)[0]}" if len(years) > 1 else f"{min(years)[0]}"
    return [(f"imports in {REPORTS} of {named}", f"entrepot data get {REPORTS} --period {span}")]


def _imports(lake: Lake, nomenclature: str, year: int) -> nw.LazyFrame:  # type: ignore[type-arg]
    rows = lake.flows(REPORTS).filter(
        nw.col("reported_by") == "importer",
        nw.col("freq") == "A",
        nw.col("nomenclature") == nomenclature,
        nw.col("period").dt.year() == year,
        nw.col("exporter") != nw.col("importer"),
    )
    return rows.select(
        nw.col("importer").alias("reporter"), "product", nw.col("value_usd").alias("value")
    )
