"""Dependent products as the European Commission (CDI) and CEPII (GeoDep) define them.

**Core dependency indicators.** Of a group of countries (the EU) and a product, SWD(2021) 352 takes

1. CDI1, the Herfindahl-Hirschman index over suppliers outside the group;
2. CDI2, imports from outside over all imports, from outside and from each other;
3. CDI3, imports from outside over the group's exports.

What is verified and what is not: the formulas agree in two implementations by others, both with
exports to each other in CDI3's denominator; the Commission's text itself was not read. The
thresholds 0.4, 0.5 and 1 are *not* verified at the source: 0.4 and "any trade deficit" agree with
second-hand accounts, and one of the two implementations takes 0.5 for CDI1. The selection of
"sensitive ecosystems", by which the Commission came to 137 products (2021) and 204 (2023), is a
judgement of experts and no part of this measure.

**GeoDep.** Lefebvre and Wibaux (2024) call a product of a country dependent by four criteria:

1. the Herfindahl-Hirschman index of its imports is higher than 0.4;
2. the index of world exports is higher than 0.4;
3. imports are larger than exports (the ratio is set to 9999 where there are no exports);
4. the three hold in at least two years of a window of three.

The wording was read on CEPII's page of the data set. It leaves open where the window lies; here it
ends with the year that is judged. It also leaves open how a group is counted: whether the members
of the EU are 27 exporters to the world or one is decided by who gives the frame of world exports.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import (
    PARTY,
    SIDE,
    FrameT,
    integer_year,
    one_table,
    run_on_frame,
)
from entrepot.measures.grouped import as_codes
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

THRESHOLDS = (0.4, 0.5, 1.0)

CDI = MeasureMetadata(
    id="cdi",
    title="dependent product (core dependency indicators of the European Commission)",
    function="cdi",
    inputs=(
        "two frames: imports of the members of a group by product, supplier and year, the group's "
        "exports by product and year; the members"
    ),
    columns=(
        ("dependent", "all three indicators are above their thresholds"),
        ("cdi1", "concentration of suppliers outside the group, index"),
        ("cdi2", "imports from outside over all imports, a share"),
        ("cdi3", "imports from outside over exports, a ratio; 9999 without exports"),
        ("c1", "whether cdi1 is above its threshold"),
        ("c2", "whether cdi2 is"),
        ("c3", "whether cdi3 is"),
        ("c1_margin", "cdi1 over its threshold, less one: below 0 it fails by that part"),
        ("c2_margin", "the same of cdi2"),
        ("c3_margin", "the same of cdi3"),
        ("near_miss", "exactly one fails, by less than the tolerance"),
    ),
    unit="flag",
    range="true or false",
    null_rule=(
        "imports or exports of which no value is known, or that are negative or infinite, leave "
        "their indicator open; so does a year without any exports (cdi3) or without any imports of "
        "members from each other (cdi2). Null where none surely fails and one is open"
    ),
    formula="Σ_j s_j² > 0.4 over j outside; M_out / (M_out + M_in) > 0.5; M_out / X > 1",
    reference=(
        "European Commission (2021), Strategic dependencies and capacities, SWD(2021) 352; its "
        "thresholds were not read at the source"
    ),
)

_CRITERIA = {"c1": "cdi1", "c2": "cdi2", "c3": "cdi3"}
_IMPORTS, _EXPORTS = "imports", "exports"


def cdi(
    imports: FrameT,
    exports: FrameT,
    *,
    members: str | Collection[str],
    product: str = "product",
    year: str = "period",
    country: str | None = None,
    supplier: str = "exporter",
    value: str = "value_usd",
    thresholds: Sequence[float] = THRESHOLDS,
    tolerance: float = 0.1,
) -> FrameT:
    """Judge each product and year by the Commission's core dependency indicators.

    The thresholds are not verified at the source; see the module's notes.

    Parameters
    ----------
    imports
        Imports of all members with product, supplier and year: from outside and from each other.
    exports
        Exports of the members with product and year. As read here with those to each other; leave
        these out of the frame for the stricter reading. A product without a row counts as not
        exported, so bring all exports.
    members
        Codes of the group as they stand in `supplier`. A row without supplier counts as one
        supplier outside.
    product, year, supplier, value
        Columns, of the same name in both frames. Years are whole numbers, dates or text that begins
        with the year; months of a year are added up. A row without product or year is left out.
    country
        Column with the member in both frames, to judge each member by itself.
    thresholds
        Of CDI1, CDI2 and CDI3.
    tolerance
        A near miss lacks less than this part of a threshold.

    Returns
    -------
    frame
        One row for each product that is imported in a year, with the columns of its sheet `CDI`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, frames of different kinds, no members, or
        thresholds or a tolerance that make no sense.
    """
    limits, inside = check(thresholds, tolerance), as_codes(members)
    if not any(inside):
        raise RequestError(
            "the group has no members", hint="name them as they stand in the column of suppliers"
        )
    own = {country: country} if country else {}
    table = one_table(
        {_IMPORTS: imports, _EXPORTS: exports},
        {
            _IMPORTS: {**own, product: product, PARTY: supplier},
            _EXPORTS: {**own, product: product},
        },
        year=year,
        value=value,
    )
    keys = [*own, product, year]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dated = rows.with_columns(integer_year(year))
        placed = dated.filter(*(~nw.col(key).is_null() for key in keys))
        valued = _values(placed, [*own], keys, inside, year, value)
        verdicts = judged(valued, _CRITERIA, limits, tolerance)
        return verdicts.with_columns(nw.col("met").alias("dependent")).select(*keys, *makes)

    makes = [name for name, _ in CDI.columns]
    texts = [SIDE, PARTY]
    done: FrameT = run_on_frame(table, step, keys=keys, texts=texts, value=value, makes=makes)
    return done


def _values(
    rows: nw.LazyFrame[Any],
    own: Sequence[str],
    keys: Sequence[str],
    members: Sequence[str],
    year: str,
    value: str,
) -> nw.LazyFrame[Any]:
    """Return the three indicators of each product that is imported in a year."""
    one = nw.col(value)
    parties = rows.group_by(SIDE, *keys, PARTY).agg(one.sum(), one.count().alias("__known"))
    # A null supplier makes `within` null, which falls through to "out": one supplier outside.
    bought = nw.when(nw.col(SIDE) == _IMPORTS).then(nw.lit("out"))
    within = nw.col(PARTY).is_in(members) & (nw.col(SIDE) == _IMPORTS)
    sided = parties.with_columns(
        nw.when(within).then(nw.lit("in")).otherwise(bought.otherwise(nw.lit("x"))).alias("__way")
    )
    # An infinite square marks a negative supplier, and so leaves the index open (as in `hhi`).
    square = nw.when(one < 0).then(nw.lit(float("inf"))).otherwise(one * one)
    way = nw.col("__way")
    parted = sided.select(
        *keys,
        *(nw.when(way == name).then(one).alias(f"__{name}") for name in ("out", "in", "x")),
        *(
            nw.when(way == name).then(nw.col("__known")).alias(f"__{name}_known")
            for name in ("out", "in", "x")
        ),
        nw.when(way == "out").then(square).alias("__square"),
    )
    sums = parted.group_by(*keys).agg(
        *(nw.col(f"__{name}").sum() for name in ("out", "in", "x")),
        *(nw.col(f"__{name}").count().alias(f"__{name}_rows") for name in ("out", "in", "x")),
        *(nw.col(f"__{name}_known").sum() for name in ("out", "in", "x")),
        nw.col("__square").sum(),
    )
    # Rows of all products of a year: a product without exports is a zero only if the year has any.
    years = sums.group_by(*own, year).agg(
        nw.col("__in_rows").sum().alias("__in_year"), nw.col("__x_rows").sum().alias("__x_year")
    )
    imported = nw.col("__out_rows") + nw.col("__in_rows") > 0
    kept = sums.filter(imported).join(years, on=[*own, year], how="left")
    outside, exported = _amount("out"), _amount("x", "__x_year")
    total = outside + _amount("in", "__in_year")
    # Both parts by themselves: a negative one could hide in a positive sum.
    sound = (nw.col("__out") >= 0) & (nw.col("__in") >= 0) & (total > 0) & total.is_finite()
    return kept.with_columns(
        index_of(nw.col("__out"), nw.col("__square")).alias("cdi1"),
        nw.when(sound).then(outside / total).alias("cdi2"),
        imports_over_exports(outside, exported).alias("cdi3"),
    )


def _amount(way: str, in_year: str | None = None) -> nw.Expr:
    """Return an amount: zero without a row, if the year has others; null if no value is known."""
    unreported = nw.col(f"__{way}_rows") == 0
    if in_year:
        unreported = unreported & (nw.col(in_year) > 0)
    return nw.when((nw.col(f"__{way}_known") > 0) | unreported).then(nw.col(f"__{way}"))


# Criteria with thresholds: which hold, by how much, and what is a near miss.


# What CEPII writes for imports over exports where there are none of the latter.
NO_EXPORTS = 9999.0

# A value that exceeds its threshold in the last digits only does so by rounding: in thousands or
# in units, a product gets one verdict.
_ROUNDING = 1e-12


def check(thresholds: Sequence[float], tolerance: float, count: int = 3) -> tuple[float, ...]:
    """Return the thresholds, or say what is wrong with them or with the tolerance.

    Raises
    ------
    RequestError
        If there are not `count` finite thresholds above zero, or `tolerance` is not between 0 and
        1.
    """
    found = tuple(float(one) for one in thresholds)
    if len(found) != count or not all(math.isfinite(one) and one > 0 for one in found):
        raise RequestError(
            f"thresholds are {', '.join(map(str, found)) or 'none'}",
            hint=f"give {count} numbers above zero, one a criterion",
        )
    if not 0 < tolerance < 1:
        raise RequestError(
            f"tolerance is {tolerance}",
            hint="give the part of a threshold that a near miss may lack, e.g. 0.1",
        )
    return found


def judged(
    rows: nw.LazyFrame[Any],
    criteria: Mapping[str, str],
    thresholds: Sequence[float],
    tolerance: float,
) -> nw.LazyFrame[Any]:
    """Add each criterion's verdict and margin, whether all hold, and whether it is a near miss.

    Parameters
    ----------
    rows
        Rows with the values.
    criteria
        Name of each criterion with its column of values.
    thresholds
        One for each; a criterion holds where its value is higher.
    tolerance
        Part of the threshold by which the one criterion that fails may miss.

    Returns
    -------
    frame
        The rows with ``<name>``, ``<name>_margin`` (value over threshold, less one), ``met`` and
        ``near_miss``.
    """
    names = list(criteria)
    marked = rows.with_columns(
        *(
            (nw.col(column) > threshold * (1 + _ROUNDING)).alias(name)
            for (name, column), threshold in zip(criteria.items(), thresholds, strict=True)
        ),
        *(
            (nw.col(column) / threshold - 1).alias(f"{name}_margin")
            for (name, column), threshold in zip(criteria.items(), thresholds, strict=True)
        ),
    )
    # One conjunction for each criterion: it alone fails, narrowly, and all others hold.
    misses = [
        _all(
            ~nw.col(name),
            nw.col(f"{name}_margin") > -tolerance,
            *(nw.col(other) for other in names if other != name),
        )
        for name in names
    ]
    near = misses[0]
    for miss in misses[1:]:
        near = near | miss
    return marked.with_columns(
        _all(*(nw.col(name) for name in names)).alias("met"), near.alias("near_miss")
    )


def index_of(total: nw.Expr, squares: nw.Expr) -> nw.Expr:
    """Return the Herfindahl-Hirschman index, null where it has no meaning."""
    return nw.when((total > 0) & squares.is_finite()).then(squares / (total * total))


def imports_over_exports(imports: nw.Expr, exports: nw.Expr) -> nw.Expr:
    """Return imports over exports: 9999 where exports are zero, 0 where imports are.

    Null where either is not known, negative or infinite.
    """
    known = (imports >= 0) & (exports >= 0) & (imports + exports).is_finite()
    ratio = nw.when(exports > 0).then(imports / exports).otherwise(NO_EXPORTS)
    return nw.when(known & (imports > 0)).then(ratio).otherwise(nw.when(known).then(0.0))


def _all(*parts: nw.Expr) -> nw.Expr:
    found = parts[0]
    for part in parts[1:]:
        found = found & part
    return found


GEODEP_THRESHOLDS = (0.4, 0.4, 1.0)
WINDOW, NEEDED = 3, 2

GEODEP = MeasureMetadata(
    id="geodep",
    title="dependent product (CEPII GeoDep)",
    function="geodep",
    inputs=(
        "three frames: imports of a country by product, supplier and year, its exports by product "
        "and year, world exports by product, exporter and year"
    ),
    columns=(
        ("dependent", ("criterion 4, the flag: the first three were met in two of three years")),
        ("met", "whether criteria 1 to 3 hold in this year"),
        ("years_met", "years of the window in which they hold, 0 to 3"),
        ("years_known", "years of the window of which that is known, 0 to 3"),
        ("import_hhi", "value of criterion 1, index"),
        ("world_hhi", "value of criterion 2, index"),
        ("import_export_ratio", "value of criterion 3, a ratio; 9999 without exports"),
        ("c1", "verdict of criterion 1"),
        ("c2", "verdict of criterion 2"),
        ("c3", "verdict of criterion 3"),
        ("c1_margin", "import_hhi over its threshold, less one: below 0 it fails by that part"),
        ("c2_margin", "the same of world_hhi"),
        ("c3_margin", "the same of import_export_ratio"),
        ("near_miss", "exactly one of criteria 1 to 3 fails, by less than the tolerance"),
    ),
    unit="flag",
    range="true or false",
    null_rule=(
        "a product without imports in a year that has others does not meet the criteria; a year "
        "without imports of anything is not known. Imports, exports or world exports of which no "
        "value is known, or that are negative or infinite, leave their criterion open, and so does "
        "a year without any exports of the country. Null where what is not known could turn the "
        "flag"
    ),
    formula=(
        "Σ_j s_j² > 0.4 over suppliers; Σ_e x_e² > 0.4 over exporters of the world; M / X > 1; all "
        "in at least 2 of the years t-2, t-1, t"
    ),
    reference=(
        "Lefebvre and Wibaux (2024), Import Dependencies: Where Does the EU Stand?, CEPII Policy "
        "Brief 2024-47"
    ),
)

_GEODEP_CRITERIA = {"c1": "import_hhi", "c2": "world_hhi", "c3": "import_export_ratio"}
_WORLD = "world exports"


def geodep(
    imports: FrameT,
    exports: FrameT,
    world: FrameT,
    *,
    product: str = "product",
    year: str = "period",
    country: str | None = None,
    supplier: str = "exporter",
    value: str = "value_usd",
    thresholds: Sequence[float] = GEODEP_THRESHOLDS,
    tolerance: float = 0.1,
) -> FrameT:
    """Judge each product and year by the criteria of GeoDep.

    Parameters
    ----------
    imports
        Imports with product, supplier and year. Of a group, such as the EU: from outside.
    exports
        Exports of the same country with product and year. A product without a row counts as not
        exported, so bring all exports; a year without any row counts as not known.
    world
        World exports with product, exporter (in column `supplier`) and year.
    product, year, supplier, value
        Columns, of the same name in all three frames. Years are whole numbers, dates or text that
        begins with the year; months of a year are added up. A row without product or year belongs
        nowhere and is left out; rows without supplier count as one supplier.
    country
        Column with the importing country in `imports` and the exporting one in `exports`, to judge
        several countries at once.
    thresholds
        Of criteria 1, 2 and 3. GeoDep's own unless you want to see what hangs on them.
    tolerance
        A near miss lacks less than this part of a threshold: with 0.1, an index above 0.36.

    Returns
    -------
    frame
        One row for each product that is imported in a year, with the columns of its sheet
        `GEODEP`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, frames of different kinds, or thresholds
        or a tolerance that make no sense.
    """
    limits = check(thresholds, tolerance)
    own = {country: country} if country else {}
    table = one_table(
        {_IMPORTS: imports, _EXPORTS: exports, _WORLD: world},
        {
            _IMPORTS: {**own, product: product, PARTY: supplier},
            _EXPORTS: {**own, product: product},
            _WORLD: {product: product, PARTY: supplier},
        },
        year=year,
        value=value,
    )
    markets = [*own, product]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dated = rows.with_columns(integer_year(year))
        placed = dated.filter(*(~nw.col(key).is_null() for key in (*markets, year)))
        valued = _geodep_values(placed, [*own], product, year, value)
        verdicts = judged(valued, _GEODEP_CRITERIA, limits, tolerance)
        found = _over_years(verdicts, markets, year)
        return found.select(*markets, year, *makes)

    makes = [name for name, _ in GEODEP.columns]
    keys, texts = [*markets, year], [SIDE, PARTY]
    done: FrameT = run_on_frame(table, step, keys=keys, texts=texts, value=value, makes=makes)
    return done


def _geodep_values(
    rows: nw.LazyFrame[Any], own: Sequence[str], product: str, year: str, value: str
) -> nw.LazyFrame[Any]:
    """Return the three values of each product that is imported in a year."""
    keys = [*own, product, year]
    one = nw.col(value)
    parties = rows.group_by(SIDE, *keys, PARTY).agg(one.sum(), one.count().alias("__known"))
    square = nw.when(one < 0).then(nw.lit(float("inf"))).otherwise(one * one)
    squared = parties.with_columns(square.alias("__square"))
    side = nw.col(SIDE)
    trade = squared.filter(side != _WORLD).select(
        *keys,
        nw.when(side == _IMPORTS).then(one).alias("__m"),
        nw.when(side == _IMPORTS).then(nw.col("__square")).alias("__m_square"),
        nw.when(side == _IMPORTS).then(nw.col("__known")).alias("__m_known"),
        nw.when(side == _EXPORTS).then(one).alias("__x"),
        nw.when(side == _EXPORTS).then(nw.col("__known")).alias("__x_known"),
    )
    sums = trade.group_by(*keys).agg(
        nw.col("__m", "__m_square", "__m_known", "__x", "__x_known").sum(),
        nw.col("__m").count().alias("__m_rows"),
        nw.col("__x").count().alias("__x_rows"),
    )
    # World exports have no importing country: one index serves all that are judged.
    world = squared.filter(side == _WORLD).group_by(product, year)
    totals = world.agg(one.sum().alias("__w"), nw.col("__square").sum().alias("__w_square"))
    covered = _covered(sums, own, year)
    imported = sums.filter(nw.col("__m_rows") > 0)
    joined = imported.join(totals, on=[product, year], how="left").join(
        covered, on=[*own, year], how="left"
    )
    # Exports are zero only where the country reports others, and where no value is missing.
    unreported = (nw.col("__x_rows") == 0) & (nw.col("__exporting") > 0)
    exports = nw.when((nw.col("__x_known") > 0) | unreported).then(nw.col("__x"))
    imports = nw.when(nw.col("__m_known") > 0).then(nw.col("__m"))
    return joined.with_columns(
        index_of(nw.col("__m"), nw.col("__m_square")).alias("import_hhi"),
        index_of(nw.col("__w"), nw.col("__w_square")).alias("world_hhi"),
        imports_over_exports(imports, exports).alias("import_export_ratio"),
    )


def _covered(sums: nw.LazyFrame[Any], own: Sequence[str], year: str) -> nw.LazyFrame[Any]:
    """Return, by year, whether anything is exported and how many years of the window are there."""
    years = sums.group_by(*own, year).agg(
        nw.col("__m_rows").sum().alias("__importing"), nw.col("__x_rows").sum().alias("__exporting")
    )
    # A year without any import is not in the data, and leaves its place in the window unknown.
    there = years.filter(nw.col("__importing") > 0).with_columns(nw.lit(1).alias("__there"))
    counted = _windowed(there, own, year, ["__there"])
    return counted.select(*own, year, "__exporting", nw.col("__there_window").alias("__years"))


def _over_years(rows: nw.LazyFrame[Any], markets: Sequence[str], year: str) -> nw.LazyFrame[Any]:
    """Add the flag: enough years of the window in which all criteria hold."""
    met = nw.col("met")
    counted = rows.with_columns(
        nw.when(met).then(1).otherwise(0).alias("__met"),
        nw.when(met.is_null()).then(1).otherwise(0).alias("__open"),
    )
    windowed = _windowed(counted, markets, year, ["__met", "__open"])
    years_met = nw.col("__met_window")
    # Years that are not in the data, and years whose criteria are open.
    unknown = WINDOW - nw.col("__years") + nw.col("__open_window")
    # True for sure, or false even if all that is unknown were met; else null.
    flag = nw.when(years_met >= NEEDED).then(nw.lit(True))
    return windowed.with_columns(
        flag.otherwise(nw.when(years_met + unknown < NEEDED).then(nw.lit(False))).alias(
            "dependent"
        ),
        years_met.cast(nw.Int64).alias("years_met"),
        (WINDOW - unknown).cast(nw.Int64).alias("years_known"),
    )


def _windowed(
    rows: nw.LazyFrame[Any], keys: Sequence[str], year: str, columns: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Add up `columns` over the years t-2 to t; years that have no row are nothing."""
    backs = range(1, WINDOW)
    shifted = rows.with_columns(
        *(
            nw.col(name).shift(back).over(*keys, order_by=year).alias(f"{name}_{back}")
            for back in backs
            for name in (year, *columns)
        )
    )
    sums = {name: nw.col(name) for name in columns}
    for back in backs:
        # A shift goes by rows: one row back may be five years back.
        inside = nw.col(f"{year}_{back}") > nw.col(year) - WINDOW
        for name in columns:
            sums[name] += nw.when(inside).then(nw.col(f"{name}_{back}")).otherwise(0)
    return shifted.with_columns(*(total.alias(f"{name}_window") for name, total in sums.items()))
