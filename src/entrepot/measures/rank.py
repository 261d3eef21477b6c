"""Which place a partner has among all partners, and how far it is behind another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, in_one_group, numbers, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list, divided, known_sum
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

RANK = MeasureMetadata(
    id="rank",
    title="rank among partners, and how many times smaller than another",
    function="rank_and_multiple",
    inputs=(
        "rows with partner and value, all partners; the partner asked about; the one to compare "
        "with, by default the largest; columns with lowest and highest values if there are such"
    ),
    columns=(
        ("rank", "1 is the largest; partners of equal value share the better place"),
        ("tied", "whether another partner has the same value"),
        ("partners", "partners with a known value, the one asked about included"),
        ("not_known", "partners whose values are all missing: each could take a place"),
        ("value", "the partner's value, in the unit of the column that was added up"),
        ("multiple", "value of the other over the partner's: so many times smaller, a ratio"),
        ("above", "the partner next above, first by name if several are; null at the top"),
        ("value_above", "its value"),
        ("below", "the partner next below, first by name if several are; null at the bottom"),
        ("value_below", "its value"),
        ("rank_best", "with intervals: one more than the partners surely larger"),
        ("rank_worst", "with intervals: one more than the partners possibly larger"),
        ("multiple_low", "with intervals: the least multiple"),
        ("multiple_high", "with intervals: the largest multiple"),
    ),
    unit="count",
    range="1 to the number of partners",
    null_rule=(
        "missing values are left out, and so are rows without partner; null where the partner has "
        "no known value; a multiple also where a value is negative, the partner's is zero, or an "
        "end of an interval is missing; a partner without an interval may be larger"
    ),
    formula="1 + #{j: v_j > v}; from intervals 1 + #{j: low_j > high} to 1 + #{j: high_j > low}",
    reference="standard competition ranking; intervals compared end by end",
)


def rank_and_multiple(
    frame: FrameT,
    *,
    partner: str | Collection[str],
    of: str | Collection[str] | None = None,
    by: str | Sequence[str] = ("period",),
    partners: str = "importer",
    value: str = "value_usd",
    low: str | None = None,
    high: str | None = None,
) -> FrameT:
    """Return the rank of `partner` and how many times smaller it is than `of`.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every partner.
    partner
        Code of the partner as it stands in the frame, or several that count as one.
    of
        The one to compare with; by default the largest of all the others.
    by
        Columns that make one ranking, e.g. ``["exporter", "period"]``.
    partners, value
        Columns with partners and values; the rows of a partner are added up.
    low, high
        Columns with the lowest and highest value of a row. The ends of a partner's rows are added
        up, which is as wide as it can be.

    Returns
    -------
    frame
        The keys and the columns of its sheet, the last four only with intervals.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, one end without the other, or a code
        on both sides.
    """
    keys = as_list(by)
    if (low is None) != (high is None):
        raise RequestError("one end of an interval", hint="name both low and high, or none")
    ends = [low, high] if low and high else []
    codes, others = as_codes(partner), as_codes(of) if of is not None else []
    if twice := sorted(set(codes) & set(others)):
        raise RequestError(f"{', '.join(twice)} on both sides", hint="compare with another one")

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        known = numbers(rows, *ends)
        placed = _totals(known, keys, partners, value, ends, codes, others)
        return _ranks(placed, keys, with_ends=bool(ends), largest=not others)

    texts = [partners, *ends]
    makes = [name for name, _ in RANK.columns]
    asked = {partners: [*codes, *others]}
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=asked)


def _totals(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    partners: str,
    value: str,
    ends: Sequence[str],
    codes: Sequence[str],
    others: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Add up each partner; those asked about count as one, under the first of their names."""
    name = nw.col(partners)
    merged = name
    # Before adding up: several codes that count as one must not be each other's rivals.
    for some in (codes, others):
        if some:
            merged = nw.when(name.is_in(some)).then(nw.lit(some[0])).otherwise(merged)
    columns = {"__value": value, **dict(zip(("__low", "__high"), ends, strict=False))}
    rows = rows.filter(~name.is_null()).select(
        *keys,
        merged.alias("__name"),
        nw.lit(1).alias("__rows"),
        *(nw.col(column).alias(made) for made, column in columns.items()),
    )
    rows = aggregate(
        rows,
        [*keys, "__name"],
        nw.col("__rows").count(),
        *(nw.col(made).count().alias(f"{made}_known") for made in columns),
        *(nw.col(made).sum() for made in columns),
    )
    sums = [known_sum("__value", "__value_known").alias("__value")]
    for made in list(columns)[1:]:
        # An interval of a partner is known only if that of each of its rows is.
        is_complete = nw.col(f"{made}_known") == nw.col("__rows")
        sums.append(nw.when(is_complete).then(nw.col(made)).alias(made))
    asked = nw.when(nw.col("__name") == codes[0]).then(1).otherwise(0)
    other = nw.col("__name") == others[0] if others else nw.lit(False)
    return rows.with_columns(
        *sums, asked.alias("__asked"), nw.when(other).then(1).otherwise(0).alias("__other")
    )


def _ranks(
    rows: nw.LazyFrame[Any], keys: Sequence[str], *, with_ends: bool, largest: bool
) -> nw.LazyFrame[Any]:
    rows, group = in_one_group(rows, keys)
    asked, other, value = nw.col("__asked") == 1, nw.col("__asked") == 0, nw.col("__value")
    names = ["__value", *(["__low", "__high"] if with_ends else [])]
    # One row of each ranking is the one asked about; max spreads its values over all rows.
    rows = rows.with_columns(
        nw.when(asked).then(nw.col(name)).alias(f"{name}_of") for name in names
    ).with_columns(nw.col(f"{name}_of").max().over(*group) for name in names)
    mine = nw.col("__value_of")
    rows = (
        rows.with_columns(
            nw.when(other & (value > mine)).then(value).alias("__larger"),
            nw.when(other & (value < mine)).then(value).alias("__smaller"),
            nw.when(other & (value == mine)).then(1).alias("__equal"),
            nw.when(value.is_null()).then(1).alias("__silent"),
        )
        .with_columns(
            nw.col("__larger").min().over(*group).alias("__next_up"),
            nw.col("__smaller").max().over(*group).alias("__next_down"),
            nw.when(other).then(value).alias("__rival"),
        )
        .with_columns(nw.col("__rival").max().over(*group).alias("__top"))
    )
    if largest:
        # Equal to the last digit: the largest is one of these very numbers.
        compared = nw.when(other & (value == nw.col("__top")))
    else:
        compared = nw.when(nw.col("__other") == 1)
    rows = rows.with_columns(
        nw.when(value == nw.col("__next_up")).then(nw.col("__name")).alias("__above"),
        nw.when(value == nw.col("__next_down")).then(nw.col("__name")).alias("__below"),
        *(compared.then(nw.col(name)).alias(f"{name}_other") for name in names),
        *_places(with_ends=with_ends),
    )
    wide = ["__best", "__worst"] if with_ends else []
    sums = aggregate(
        rows,
        keys,
        *(
            nw.col(name).max()
            for name in (*(f"{name}_of" for name in names), "__next_up", "__next_down")
        ),
        *(nw.col(f"{name}_other").max() for name in names),
        *(nw.col(name).min() for name in ("__above", "__below")),
        *(nw.col(name).count() for name in ("__larger", "__equal", "__silent", *wide)),
        nw.col("__value").count().alias("__partners"),
    )
    return sums.select(*keys, *_columns(with_ends=with_ends))


def _places(*, with_ends: bool) -> list[nw.Expr]:
    if not with_ends:
        return []
    other, known = nw.col("__asked") == 0, ~nw.col("__value").is_null()
    low, high = nw.col("__low"), nw.col("__high")
    vague = low.is_null() | high.is_null() | nw.col("__value").is_null()
    surely = other & known & (low > nw.col("__high_of"))
    # A partner without an interval, or without a value, may be larger.
    possibly = other & (vague | (high > nw.col("__low_of")))
    return [
        nw.when(surely).then(1).alias("__best"),
        nw.when(possibly).then(1).alias("__worst"),
    ]


def _columns(*, with_ends: bool) -> list[nw.Expr]:
    mine, other = nw.col("__value_of"), nw.col("__value_other")
    found = ~mine.is_null()
    columns = [
        nw.when(found).then(nw.col("__larger") + 1).cast(nw.Int64).alias("rank"),
        nw.when(found).then(nw.col("__equal") > 0).alias("tied"),
        nw.col("__partners").cast(nw.Int64).alias("partners"),
        nw.col("__silent").cast(nw.Int64).alias("not_known"),
        mine.alias("value"),
        nw.when((mine > 0) & (other >= 0)).then(divided(other, mine)).alias("multiple"),
        nw.col("__above").alias("above"),
        nw.col("__next_up").alias("value_above"),
        nw.col("__below").alias("below"),
        nw.col("__next_down").alias("value_below"),
    ]
    if not with_ends:
        return columns
    low, high = nw.col("__low_of"), nw.col("__high_of")
    known = found & ~low.is_null() & ~high.is_null()
    return [
        *columns,
        nw.when(known).then(nw.col("__best") + 1).cast(nw.Int64).alias("rank_best"),
        nw.when(known).then(nw.col("__worst") + 1).cast(nw.Int64).alias("rank_worst"),
        nw.when((high > 0) & (nw.col("__low_other") >= 0))
        # The least multiple: the other at its lowest over the partner at its highest.
        .then(divided(nw.col("__low_other"), high))
        .alias("multiple_low"),
        nw.when((low > 0) & (nw.col("__high_other") >= 0))
        .then(divided(nw.col("__high_other"), low))
        .alias("multiple_high"),
    ]
