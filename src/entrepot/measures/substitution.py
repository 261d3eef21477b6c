"""How much of what disappeared came from elsewhere, or by another way, instead.

It is measured against the path that trade would have taken without the event: base times growth
elsewhere. Rows are added up by the part they play (what the importer bought of the losers, what
buyers that the event did not reach bought), once before and once after, in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import FrameT, numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from entrepot.model.period import Period

NULL_RULE = (
    "null where nothing was lost against the path, where a total is negative, infinite or all "
    "missing, where controls had nothing before (or less than `least`), and where no part has a "
    "row in one of the periods (unless `complete`)"
)
REFERENCE = (
    "after Chupilkin, Javorcik and Plekhanov (2023), The Eurasian roundabout, EBRD working paper "
    "276; the paper's own equation was not seen, this is the standard form"
)

_RATIO_COLUMNS = ["ratio", "additional", "lost", "path_losers", "path_others"]


@dataclass(frozen=True)
class Sides:
    """Sums of rows by the part they play, before and after.

    Parameters
    ----------
    now, then
        The periods after and before.
    time, value
        Columns with times and values.
    complete
        Whether what has no row was not traded. Else a part without a row in a period is only
        taken as zero if another part has one.
    least
        What controls must have had before for their growth to say anything.
    """

    now: Period
    then: Period
    time: str
    value: str
    complete: bool = False
    least: float = 0.0

    def sums(
        self, rows: nw.LazyFrame[Any], keys: Sequence[str], parts: Mapping[str, nw.Expr]
    ) -> nw.LazyFrame[Any]:
        """Return ``<part>_then`` and ``<part>_now`` by `keys`, null where nothing is known.

        Parameters
        ----------
        parts
            Names, each with the condition for a row to belong.
        """
        dtype = rows.collect_schema()[self.time]
        columns, names = [], []
        for ending, span in (("then", self.then), ("now", self.now)):
            inside = begins_within(span, self.time, dtype)
            for part, belongs in parts.items():
                name = f"{part}_{ending}"
                names.append(name)
                columns.append(nw.when(inside & belongs).then(nw.col(self.value)).alias(name))
                # Counted apart from values: no row may be no trade, a row without a value never is.
                columns.append(nw.when(inside & belongs).then(1).alias(f"__rows_{name}"))
        added = aggregate(
            rows.select(*keys, *columns),
            keys,
            *(nw.col(name).count().alias(f"__known_{name}") for name in names),
            *(nw.col(name).sum() for name in names),
            *(nw.col(f"__rows_{name}").count() for name in names),
        )
        return added.select(*keys, *(self._known(name, names) for name in names))

    def _known(self, name: str, names: Sequence[str]) -> nw.Expr:
        total, rows = nw.col(name), nw.col(f"__rows_{name}")
        ending = name.rpartition("_")[2]
        seen = nw.lit(self.complete)
        for other in names:
            if other.rpartition("_")[2] == ending:
                # Rows of any part in the same period show that the period is in the data.
                seen = seen | (nw.col(f"__rows_{other}") > 0)
        is_known = (nw.col(f"__known_{name}") > 0) | ((rows == 0) & seen)
        return nw.when(is_known & (total >= 0) & total.is_finite()).then(total).alias(name)


def growth(control: str | None, least: float = 0.0) -> nw.Expr:
    """Return what a part grew by, as a factor; 1 where there is none to look at.

    Null where the part had nothing before, or less than `least`.
    """
    if control is None:
        return nw.lit(1.0)
    before = nw.col(f"{control}_then")
    return nw.col(f"{control}_now") / nw.when((before > 0) & (before >= least)).then(before)


def ratios(
    frame: FrameT,
    sides: Sides,
    parts: dict[str, nw.Expr],
    growths: tuple[str | None, str | None],
    keys: list[str],
    texts: list[str],
) -> FrameT:
    """Return what others added over what losers lost, both against their path.

    Parameters
    ----------
    parts
        Conditions of ``losers`` and ``others``, and of the controls.
    growths
        Which control gives the growth of losers and of others.
    keys, texts
        Columns to compare by, and those with suppliers and buyers.
    """

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        # The path is the base times growth elsewhere; both differences below are against it.
        paths = sides.sums(rows, keys, parts).with_columns(
            (nw.col("losers_then") * growth(growths[0], sides.least)).alias("path_losers"),
            (nw.col("others_then") * growth(growths[1], sides.least)).alias("path_others"),
        )
        found = paths.with_columns(
            (nw.col("others_now") - nw.col("path_others")).alias("additional"),
            (nw.col("path_losers") - nw.col("losers_now")).alias("lost"),
        )
        lost = nw.col("lost")
        ratio = nw.col("additional") / nw.when(lost > 0).then(lost)
        return found.with_columns(ratio.alias("ratio")).select(*keys, *_RATIO_COLUMNS)

    return run_on_frame(
        frame,
        step,
        keys=keys,
        texts=[*texts, sides.time],
        value=sides.value,
        makes=_RATIO_COLUMNS,
        areas=numbers_refused(*texts),
    )


def disjoint(**sides: list[str]) -> None:
    """Refuse an area that is on both of two sides.

    Raises
    ------
    RequestError
        If there is one.
    """
    (one, first), (other, second) = sides.items()
    if both := sorted(set(first) & set(second)):
        raise RequestError(
            f"{', '.join(both)} is on two sides: {one} and {other}",
            why="its trade would be counted as the event and as its absence",
            hint="name each area on one side",
        )


SUBSTITUTION_RATIO = MeasureMetadata(
    id="substitution_ratio",
    title="substitution ratio",
    function="substitution_ratio",
    inputs=(
        "rows with importer, exporter, time and value of the importer and of control importers; "
        "the suppliers that withdrew; the two periods"
    ),
    columns=(
        ("ratio", "additional over lost; 1 if others made up for all of it, above 1 for more"),
        ("additional", "what others supplied above their path, in the unit of the values"),
        ("lost", "what losers supplied below their path, in the unit of the values"),
        ("path_losers", "what losers would have supplied: base times growth at the controls"),
        ("path_others", "what others would have supplied: base times growth at the controls"),
    ),
    unit="ratio",
    range="any number; below 0 if the others supplied less than their path as well",
    null_rule=NULL_RULE,
    formula="SR_k = (M_o1 - M_o0 g_o) / (M_l0 g_l - M_l1), with g the growth at control importers",
    reference=REFERENCE,
)

SUBSTITUTION_SUMMARY = MeasureMetadata(
    id="substitution_summary",
    title="substitution ratios in sum",
    function="substitution_summary",
    inputs="a result of `substitution_ratio` or `rerouting_ratio`",
    columns=(
        ("weighted_mean", "mean ratio, weighted by what was lost: all additional over all lost"),
        ("median", "median ratio over products"),
        ("above_half", "part of the products with a ratio above one half, 0 to 1"),
        ("products", "products with a ratio"),
        ("without_ratio", "products without, mostly because nothing was lost"),
    ),
    unit="ratio",
    range="any number",
    null_rule="null where no product has a ratio",
    formula="Σ_k A_k / Σ_k L_k; med_k SR_k; |{k: SR_k > ½}| / K",
    reference=REFERENCE,
    frames_only=True,
)


def substitution_ratio(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    losers: str | Collection[str],
    before: str | int | Period,
    after: str | int | Period,
    controls: str | Collection[str] = (),
    others: str | Collection[str] | None = None,
    by: str | Sequence[str] = ("product",),
    supplier: str = "exporter",
    buyer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
    least: float = 0.0,
) -> FrameT:
    """Set additional imports from others against what disappeared from the losers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: imports of `importer` and of `controls`.
    importer
        Whose imports are looked at.
    losers
        Suppliers that withdrew, such as a coalition that sanctions.
    before, after
        Periods that are compared.
    controls
        Importers that the event did not reach. What losers, and others, sold to them grew by the
        factor that they would have grown by at `importer`. Without any, that factor is one.
    others
        Suppliers that may have stepped in; all but the losers and `importer` itself by
        default. A row without supplier is of nobody.
    by
        Columns that make a product.
    supplier, buyer, time, value
        Columns with exporters, importers, times and values.
    complete
        Promise that whatever has no row was not traded, in either period.
    least
        Value that controls must have bought before. Growth from next to nothing is no path: one
        product that goes from 100 to 1 m USD at the controls outweighs all others.

    Returns
    -------
    frame
        The keys and the columns of `SUBSTITUTION_RATIO`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or a code that is
        on two sides.
    """
    buys, lose, calm = as_codes(importer), as_codes(losers), as_codes(controls)
    disjoint(importer=buys, controls=calm)
    disjoint(losers=lose, others=[] if others is None else as_codes(others))
    sold, bought = nw.col(supplier), nw.col(buyer)
    # Null for a row without supplier, on either branch: it counts for nobody.
    stepped = ~sold.is_in([*lose, *buys]) if others is None else sold.is_in(as_codes(others))
    parts = {
        "losers": bought.is_in(buys) & sold.is_in(lose),
        "others": bought.is_in(buys) & stepped,
    }
    if calm:
        parts["calm_losers"] = bought.is_in(calm) & sold.is_in(lose)
        parts["calm_others"] = bought.is_in(calm) & stepped
    sides = Sides(*apart(after, before), time, value, complete, least)
    growths = ("calm_losers", "calm_others") if calm else (None, None)
    return ratios(frame, sides, parts, growths, as_list(by), [supplier, buyer])


def substitution_summary(frame: FrameT, *, by: str | Sequence[str] = ()) -> FrameT:
    """Return median, weighted mean and the part above one half of ratios by product.

    Parameters
    ----------
    frame
        A result of `substitution_ratio` or `rerouting_ratio`.
    by
        Columns to keep apart, such as a year.

    Returns
    -------
    frame
        The keys and the columns of `SUBSTITUTION_SUMMARY`.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        ratio = nw.col("ratio")
        marked = rows.select(
            *keys,
            ratio,
            # The mean is over products that have a ratio: nothing lost, nothing to replace.
            nw.when(~ratio.is_null()).then(nw.col("lost")).alias("__lost"),
            nw.when(~ratio.is_null()).then(nw.col("additional")).alias("__additional"),
            nw.when(ratio > 0.5).then(1).alias("__above"),
            nw.when(ratio.is_null()).then(1).alias("__without"),
        )
        sums = aggregate(
            marked,
            keys,
            ratio.median().alias("median"),
            nw.col("__lost", "__additional").sum(),
            ratio.count().alias("products"),
            nw.col("__above", "__without").count(),
        )
        some, lost = nw.col("products") > 0, nw.col("__lost")
        return sums.select(
            *keys,
            (nw.col("__additional") / nw.when(some & (lost > 0)).then(lost)).alias("weighted_mean"),
            nw.when(some).then(nw.col("median")).alias("median"),
            (nw.col("__above") / nw.when(some).then(nw.col("products"))).alias("above_half"),
            nw.col("products"),
            nw.col("__without").alias("without_ratio"),
        )

    makes = [name for name, _ in SUBSTITUTION_SUMMARY.columns]
    texts = ["additional", "lost"]
    return run_on_frame(frame, step, keys=keys, texts=texts, value="ratio", makes=makes)


# Imports that disappeared and came back from nobody: what is left for home production at most.


_PROXY = (
    "path (of the first set of controls) less imports, not below zero, in the unit of the values; "
    "a proxy: home production, going without, stocks, prices and unreported trade look the same"
)

IMPORT_SUBSTITUTION_PROXY = MeasureMetadata(
    id="import_substitution_proxy",
    title="imports not replaced by other suppliers (proxy of import substitution)",
    function="import_substitution_proxy",
    inputs=(
        "rows with importer, time and value of the importer and of control importers, all their "
        "suppliers; the two periods; sets of controls by name"
    ),
    columns=(
        ("not_returned", _PROXY),
        ("not_returned_low", "the smallest over the sets of controls"),
        ("not_returned_high", "the largest over the sets of controls"),
        ("part", "not_returned over the path, 0 to 1"),
        ("part_low", "the smallest over the sets of controls"),
        ("part_high", "the largest over the sets of controls"),
        ("path", "base times growth of the same product at the first set of controls"),
        ("value_before", "imports before, in the unit of the values"),
        ("value_after", "imports after, in the unit of the values"),
        ("sets", "sets of controls that give a path"),
    ),
    unit="USD",
    range="zero and above",
    null_rule=(
        "null where imports before are zero, where a total is negative, infinite or all missing, "
        "where no area has a row in one of the periods (unless `complete`), and where the first "
        "set bought nothing before (or less than `least`); the bounds take the sets that give a "
        "path"
    ),
    formula="max(0, M_0 g_c - M_1), with g_c = Σ_{i∈c} M_i1 / Σ_{i∈c} M_i0 of the same product",
    reference="no-event path as in the substitution ratio; own definition, not from a paper",
)


def import_substitution_proxy(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    controls: Mapping[str, str | Collection[str]],
    before: str | int | Period,
    after: str | int | Period,
    by: str | Sequence[str] = ("product",),
    buyer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
    least: float = 0.0,
) -> FrameT:
    """Return imports that disappeared against a path without the event and were not replaced.

    It bounds what home production can have taken over, and does not show that it did.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: imports from every supplier of `importer` and `controls`.
    importer
        Whose imports are looked at.
    controls
        Sets of importers that the event did not reach, by name; the first gives the central value,
        all together the bounds. A set without a member stands for imports that stay as they were.
    before, after
        Periods that are compared.
    by
        Columns that make a product.
    buyer, time, value
        Columns with importers, times and values.
    complete
        Promise that whatever has no row was not traded, in either period.
    least
        Value that a set of controls must have bought before: growth from next to nothing is no
        path.

    Returns
    -------
    frame
        The keys and the columns of `IMPORT_SUBSTITUTION_PROXY`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, no set of controls,
        or one that `importer` is in.
    """
    keys, buys = as_list(by), as_codes(importer)
    sets = [as_codes(members) for members in controls.values()]
    _check(buys, controls)
    parts = {"own": nw.col(buyer).is_in(buys)}
    parts |= {f"set{n}": nw.col(buyer).is_in(members) for n, members in enumerate(sets) if members}
    sides = Sides(*apart(after, before), time, value, complete, least)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        had, has = nw.col("own_then"), nw.col("own_now")
        base = nw.when((had > 0) & ~has.is_null()).then(had)
        sums = sides.sums(rows, keys, parts)
        with_paths = sums.with_columns(
            *(
                (base * growth(f"set{n}" if members else None, least)).alias(f"__path{n}")
                for n, members in enumerate(sets)
            )
        )
        each = with_paths.with_columns(
            *(_missing(f"__path{n}", has).alias(f"__gone{n}") for n in range(len(sets)))
        ).with_columns(
            *(_part(f"__gone{n}", f"__path{n}").alias(f"__part{n}") for n in range(len(sets))),
            _count([f"__path{n}" for n in range(len(sets))]).alias("sets"),
        )
        gone = [f"__gone{n}" for n in range(len(sets))]
        part = [f"__part{n}" for n in range(len(sets))]
        return each.select(
            *keys,
            nw.col("__gone0").alias("not_returned"),
            # Nulls are left out of it: a set of controls that gives no path bounds nothing.
            nw.min_horizontal(*gone).alias("not_returned_low"),
            nw.max_horizontal(*gone).alias("not_returned_high"),
            nw.col("__part0").alias("part"),
            nw.min_horizontal(*part).alias("part_low"),
            nw.max_horizontal(*part).alias("part_high"),
            nw.col("__path0").alias("path"),
            had.alias("value_before"),
            has.alias("value_after"),
            nw.col("sets"),
        )

    makes = [name for name, _ in IMPORT_SUBSTITUTION_PROXY.columns]
    texts, asked = [buyer, time], {buyer: buys}
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=asked)


def _missing(path: str, has: nw.Expr) -> nw.Expr:
    short = nw.col(path) - has
    # Two conditions, so that null stays null.
    return nw.when(short > 0).then(short).otherwise(nw.when(~(short > 0)).then(0.0))


def _part(gone: str, path: str) -> nw.Expr:
    return nw.col(gone) / nw.when(nw.col(path) > 0).then(nw.col(path))


def _count(names: Sequence[str]) -> nw.Expr:
    total = nw.lit(0)
    for name in names:
        total = total + nw.when(nw.col(name).is_null()).then(0).otherwise(1)
    return total


def _check(buys: Sequence[str], controls: Mapping[str, str | Collection[str]]) -> None:
    if not controls:
        raise RequestError(
            "no set of controls",
            why="the path without the event is what the controls' imports grew by",
            hint="name importers that the event did not reach: controls={'neighbours': ['KAZ']}",
        )
    for name, members in controls.items():
        if both := sorted(set(buys) & set(as_codes(members))):
            raise RequestError(
                f"{', '.join(both)} is the importer and in the controls {name}",
                why="the event would be part of the path without it",
                hint="take it out of the controls",
            )
