"""Weights that split the trade of a code over the codes of another edition.

Estimated after Lukaszuk and Torun (2022): a *timely switcher* is a reporter whose imports are in
the old edition in one year and in the new one in the next. In each family of linked codes let X
have the shares of the old codes in the family's imports (one row a reporter) and Y those of the new
codes; the weights B minimise ``||Y - X B||^2`` with B >= 0, each row of B adding up to one, and no
weight where there is no link. It is solved by non-negative least squares.

The weights forward (old to new) and backward (new to old) are two estimates; the one is not the
transpose of the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw

from entrepot.errors import MissingExtraError, NoEvidenceError, RequestError
from entrepot.model.product import POOLED, known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import pyarrow as pa

    from entrepot.goods.links import Links

    Imports = Mapping[str, Mapping[str, float]]

FrameT = TypeVar("FrameT")


@dataclass(frozen=True, slots=True)
class CodeSplit:
    """How much of a code's trade goes to another code.

    Attributes
    ----------
    weight
        0 to 1; the weights of one code add up to 1.
    switchers
        Reporters behind it; 0 where there is one link only, so that nothing had to be estimated.
    guessed
        Whether no reporter trades the code, so that the weight is equal over its links.
    """

    code: str
    other_code: str
    weight: float
    switchers: int
    guessed: bool = False


@dataclass(frozen=True)
class ConversionWeights:
    """Weights from one edition to another.

    Attributes
    ----------
    nomenclature, other
        From which edition to which.
    splits
        Every link with a weight above zero, by code.
    nowhere
        Codes of which nothing is followed, because they gathered goods from many others.
    """

    nomenclature: str
    other: str
    splits: tuple[CodeSplit, ...]
    nowhere: tuple[str, ...] = ()

    def of(self, code: str) -> dict[str, float]:
        """Return where a code's trade goes."""
        return {one.other_code: one.weight for one in self.splits if one.code == code}

    def then(self, further: ConversionWeights) -> ConversionWeights:
        """Return the weights of two steps taken one after the other, each code's adding up to 1.

        Raises
        ------
        RequestError
            If the second does not begin where this ends.
        """
        if further.nomenclature != self.other:
            raise RequestError(
                f"weights to {self.other} cannot be followed by weights from "
                f"{further.nomenclature}",
                hint="chain neighbouring editions",
            )
        onward: dict[str, list[CodeSplit]] = defaultdict(list)
        for one in further.splits:
            onward[one.code].append(one)
        found: dict[tuple[str, str], list[tuple[CodeSplit, CodeSplit]]] = defaultdict(list)
        for first in self.splits:
            for second in onward.get(first.other_code, ()):
                found[first.code, second.other_code].append((first, second))
        # The product of the two matrices. What the second step leads
        # nowhere drops out, and the rest is scaled to 1 below.
        weights = {key: sum(a.weight * b.weight for a, b in ways) for key, ways in found.items()}
        sums: dict[str, float] = defaultdict(float)
        for (code, _), weight in weights.items():
            sums[code] += weight
        return ConversionWeights(
            self.nomenclature,
            further.other,
            tuple(
                CodeSplit(
                    code,
                    other,
                    weights[code, other] / sums[code],
                    # The weakest estimate of all ways; links that needed none (0) do not count.
                    min((n for way in ways for n in _switchers(way)), default=0),
                    any(one.guessed for way in ways for one in way),
                )
                for (code, other), ways in sorted(found.items())
            ),
            tuple(sorted({*self.nowhere, *({one.code for one in self.splits} - sums.keys())})),
        )

    def to_arrow(self) -> pa.Table:
        """Return as a table: code, other_code, weight, switchers, guessed."""
        import pyarrow as pa

        names = ("code", "other_code", "weight", "switchers", "guessed")
        return pa.table({name: [getattr(one, name) for one in self.splits] for name in names})


def estimate_weights(
    before: Any,
    after: Any,
    links: Links,
    nomenclature: str,
    other: str,
    *,
    codes: Iterable[str] | None = None,
) -> ConversionWeights:
    """Estimate weights between two neighbouring editions from what timely switchers import.

    Parameters
    ----------
    before, after
        Frames that Narwhals can read with ``reporter``, ``product`` (six digits) and ``value``:
        imports of the year reported in the older edition, and of the next year in the newer.
        Other reporters than those in both are left out.
    links
        The tables of the United Nations.
    nomenclature, other
        From which edition to which; neighbours, in either direction.
    codes
        Only the families of these codes of `nomenclature`; None estimates them all.

    Raises
    ------
    RequestError
        If the editions are no neighbours, or their table is missing.
    NoEvidenceError
        If there is no timely switcher.
    MissingExtraError
        Without SciPy.

    Notes
    -----
    Lukaszuk, P. and Torun, D. (2022), *Harmonizing the Harmonized System*, University of St.Gallen,
    Discussion Paper 2022-12.
    """
    newer, older = max(nomenclature, other), min(nomenclature, other)
    kept = links.kept(newer, older)
    table = kept if nomenclature == newer else frozenset((old, new) for new, old in kept)
    data = _by_reporter(after), _by_reporter(before)
    # Backward, what is explained are the old codes of the year before.
    source, target = data if nomenclature == newer else data[::-1]
    switchers = sorted(source.keys() & target.keys())
    if not switchers:
        raise NoEvidenceError(
            f"no reporter reported its imports in {older} in one year and in {newer} in the next",
            why="weights are estimated from reporters that changed edition between the two years",
            hint="give imports by reporter for both years",
        )
    onward: dict[str, list[str]] = defaultdict(list)
    for code, target_code in sorted(table):
        onward[code].append(target_code)
    families = links.families(nomenclature, other)
    wanted = onward.keys() if codes is None else onward.keys() & set(codes)
    # By identity: the hash of a family would go through all of its codes each time.
    groups = {id(family): family for code in wanted if (family := families[nomenclature, code])}
    found = [
        CodeSplit(*one)
        for family in groups.values()
        for one in solved(
            family.codes(nomenclature), family.codes(other), onward, (source, target), switchers
        )
    ]
    if codes is None and POOLED not in onward:
        found.append(CodeSplit(POOLED, POOLED, 1.0, 0))
    asked = _codes_of(nomenclature) if codes is None else set(codes)
    nowhere = asked - {one.code for one in found}
    found.sort(key=lambda one: (one.code, one.other_code))
    return ConversionWeights(nomenclature, other, tuple(found), tuple(sorted(nowhere)))


def _codes_of(nomenclature: str) -> set[str]:
    return {code for code, editions in known_codes().items() if nomenclature in editions}


def _switchers(way: tuple[CodeSplit, CodeSplit]) -> list[int]:
    return [one.switchers for one in way if one.switchers]


def _by_reporter(frame: Any) -> Mapping[str, Mapping[str, float]]:
    rows = nw.from_native(frame)
    grouped = rows.group_by("reporter", "product").agg(nw.col("value").sum())
    if isinstance(grouped, nw.LazyFrame):
        grouped = grouped.collect()
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for reporter, product, value in grouped.iter_rows():
        if value is not None and value > 0:
            found[reporter][product] = float(value)
    return found


def convert(
    frame: FrameT,
    weights: Any,
    *,
    columns: tuple[str, ...] = ("value_usd", "mass_kg"),
    product: str = "product",
) -> FrameT:
    """Return the rows of `frame` in another edition: each row once for each code it goes to.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with six-digit codes as text.
    weights
        A frame of the same kind with ``code``, ``other_code`` and ``weight``: what
        `ConversionWeights.to_arrow` gives. Rows of codes that it does not have are left out, so
        compare sums.
    columns
        Amounts that are multiplied: values and quantities alike, or unit values would be wrong.
    product
        Column with product codes.

    Raises
    ------
    RequestError
        If a column is missing.
    """
    rows, table = nw.from_native(frame), nw.from_native(weights)  # type: ignore[call-overload]
    names = rows.collect_schema().names()
    if missing := [name for name in (product, *columns) if name not in names]:
        raise RequestError(f"no column {', '.join(missing)}", hint=f"columns: {', '.join(names)}")
    table = table.select(
        nw.col("code").alias(product),
        nw.col("other_code").alias("_other"),
        nw.col("weight").alias("_weight"),
    )
    joined = rows.join(table, on=product, how="inner")
    amounts = [(nw.col(name) * nw.col("_weight")).alias(name) for name in columns]
    found = joined.with_columns(*amounts, nw.col("_other").alias(product)).select(names)
    native = found if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else found.to_native()
    return cast("FrameT", native)


# The constrained least squares behind weights: one family of codes at a time.


_FIRM = 1e4
"""How much heavier the sum of a row of weights counts than the fit; rows are normalised after."""
_EQUAL = 1e-6
"""How lightly equal weights count: only where the data say nothing they decide."""

_DUST = 1e-9
"""Weights below are what equal weights leave behind in the solution, and no trade."""


def solved(
    codes: tuple[str, ...],
    targets: tuple[str, ...],
    onward: Mapping[str, list[str]],
    data: tuple[Imports, Imports],
    switchers: list[str],
) -> list[tuple[str, str, float, int, bool]]:
    """Return code, target, weight, switchers and whether it is guessed of every link in a family.

    Parameters
    ----------
    codes, targets
        The family's codes in the edition that is left and in the one that is wanted.
    onward
        The targets that each code is linked to.
    data
        Imports in either edition, by reporter and code.
    switchers
        Reporters in both.

    Raises
    ------
    MissingExtraError
        Without SciPy, where anything has to be estimated.
    """
    # Nothing to estimate, and so no need of SciPy.
    if all(len(onward[code]) == 1 for code in codes if code in onward):
        return [(code, onward[code][0], 1.0, 0, False) for code in codes if code in onward]
    x, y = _shares(codes, data[0], switchers), _shares(targets, data[1], switchers)
    # Who trades nothing of a family in one of the two years says nothing about how it splits.
    there = (x.sum(axis=1) > 0) & (y.sum(axis=1) > 0)
    x, y = x[there], y[there]
    pairs = [(k, targets.index(one)) for k, code in enumerate(codes) for one in onward[code]]
    weights = _least_squares(x, y, pairs, len(codes))
    traded = (x > 0).sum(axis=0)
    found = []
    for (k, m), weight in zip(pairs, weights, strict=True):
        split = len(onward[codes[k]]) > 1
        behind = int(traded[k]) if split else 0
        if weight > 0:
            found.append((codes[k], targets[m], float(weight), behind, split and not behind))
    return found


def _shares(codes: tuple[str, ...], data: Imports, reporters: list[str]) -> np.ndarray:
    import numpy as np

    values = np.array([[data[who].get(code, 0.0) for code in codes] for who in reporters])
    totals = values.sum(axis=1, keepdims=True)
    # A reporter without trade in the family: 0 / 0 would be NaN.
    shares: np.ndarray = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
    return shares


def _least_squares(
    x: np.ndarray, y: np.ndarray, pairs: list[tuple[int, int]], size: int
) -> np.ndarray:
    """Return the weight of each pair; rows of equations: fit, sums, and a breath of equality."""
    import numpy as np

    try:
        from scipy.optimize import nnls
    except ImportError as error:
        raise MissingExtraError("SciPy", "stats") from error

    n, width = len(x), y.shape[1]
    # One unknown a link. Rows: n for each target (the columns of Y one under the other),
    # one for the sum of each code, one for each link that pulls it to an equal share.
    rows = np.zeros((n * width + size + len(pairs), len(pairs)))
    right = np.concatenate([y.T.ravel(), np.full(size, _FIRM), np.zeros(len(pairs))])
    links = np.bincount([k for k, _ in pairs], minlength=size)
    for column, (k, m) in enumerate(pairs):
        rows[m * n : (m + 1) * n, column] = x[:, k]
        rows[n * width + k, column] = _FIRM
        rows[n * width + size + column, column] = _EQUAL
        right[n * width + size + column] = _EQUAL / links[k]
    # A code without a link has no weights that could add up to 1.
    right[n * width : n * width + size][links == 0] = 0.0
    found, _ = nnls(rows, right, maxiter=max(300, 30 * len(pairs)))
    found[found < _DUST] = 0.0
    sums = np.bincount([k for k, _ in pairs], weights=found, minlength=size)
    spread: np.ndarray = found / sums[[k for k, _ in pairs]]
    return spread
