"""A list in another edition by weights that are estimated from the lake's own reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.goods import goods_selection
from entrepot.goods.links import steps
from entrepot.goods.weights import Weights, estimate_weights
from entrepot.lake import fetch
from entrepot.model.product import edition, harmonized

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.goods import Links, Selection
    from entrepot.lake import Lake

__all__ = ["weighted_selection", "weights_between"]

REPORTS = "comtrade"


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
        definition.goods, nomenclature=nomenclature, variant="all_in", links=links
    )
    entries = {entry.code[:6]: entry for held in wide.lists for entry in held.entries}
    own = {entry.edition for entry in entries.values()}
    here = harmonized(nomenclature).id
    split = sorted(code for code in wide.mixed if len(code) == 6)
    if own == {here} or not split:
        return replace(wide, weights=())
    if links is None or len(own) != 1:
        raise NoEvidenceError(
            "weights need the tables of the United Nations and a list in one edition",
            hint="entrepot data get concordance",
        )
    listed = goods_selection(definition.goods, nomenclature=(home := next(iter(own)))).codes or ()
    weights = weights_between(lake, links, here, home, split)
    shares = {
        code: sum(weight for other, weight in weights.of(code).items() if other in listed)
        for code in split
    }
    return replace(
        wide,
        codes=frozenset(code for code in wide.codes or () if shares.get(code, 1.0) > 0),
        weights=tuple((code, share) for code, share in shares.items() if 0 < share < 1),
    )


def weights_between(
    lake: Lake, links: Links, nomenclature: str, other: str, codes: list[str] | None = None
) -> Weights:
    """Estimate weights from one edition to another from reports of imports in the lake.

    Raises
    ------
    NoEvidenceError
        If the lake lacks reports of the year before and the year of a change of edition.
    """
    path = list(steps(nomenclature, other))
    if nomenclature == path[-1][1]:
        path = [(older, newer) for newer, older in reversed(path)]
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


def _imports(lake: Lake, nomenclature: str, year: int) -> nw.LazyFrame:  # type: ignore[type-arg]
    if not lake.holds(REPORTS):
        raise NoEvidenceError(
            f"weights are estimated from {REPORTS}, of which the lake holds nothing",
            hint=f"entrepot data add {REPORTS} FILE, of {year} and the year beside it",
        )
    rows = lake.flows(REPORTS).filter(
        nw.col("told_by") == "importer",
        nw.col("freq") == "A",
        nw.col("nomenclature") == nomenclature,
        nw.col("period").dt.year() == year,
        nw.col("exporter") != nw.col("importer"),
    )
    rows = rows.select(
        nw.col("importer").alias("reporter"), "product", nw.col("value_usd").alias("value")
    )
    if not fetch(rows.head(1)):
        raise NoEvidenceError(
            f"weights need imports in {nomenclature} of {year}, which {REPORTS} in the lake "
            "does not have",
            hint=f"entrepot data get {REPORTS} --period {year}",
        )
    return rows
