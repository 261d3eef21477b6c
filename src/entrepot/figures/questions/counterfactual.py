"""What came in the place of trade that an event took away, against a path without it."""

from __future__ import annotations

from math import expm1
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError
from entrepot.figures.questions.hubs import renamed, renamed_words, without
from entrepot.figures.questions.question import BOTH, AnswerRow, Question
from entrepot.lake.fetch import distinct, fetch
from entrepot.measures.rerouting.cells import MONTHS
from entrepot.model.areas import area_phrase, area_phrases
from entrepot.model.display import figure_value
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]
    import pyarrow as pa

    from entrepot.measures.rerouting import Triple
    from entrepot.measures.rerouting.cells import Frequency
    from entrepot.model.period import Period

PRODUCT = ("product",)


def substitution(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return how much others made up for, over all products."""
    return measures.substitution_summary(_substituted(rows, asked, column))


def substitution_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the ratio of each product, the largest loss first."""
    return _largest(_substituted(rows, asked, column), "lost")


def _substituted(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.substitution_ratio(
        rows,
        importer=asked.members("importer"),
        losers=asked.members("exporter"),
        controls=asked.members("controls"),
        **_periods(asked),
        by=PRODUCT,
        value=column,
        least=asked.least or 0.0,
    )


def rerouting(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return how much of what was lost went to hubs, over all products."""
    return measures.substitution_summary(_rerouted(rows, asked, column))


def rerouting_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the ratio of each product, the largest loss first."""
    return _largest(_rerouted(rows, asked, column), "lost")


def _rerouted(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.rerouting_ratio(
        rows,
        target=asked.members("importer"),
        coalition=asked.members("exporter"),
        hubs=asked.members("hubs"),
        controls=asked.members("controls"),
        **_periods(asked),
        by=PRODUCT,
        value=column,
        least=asked.least or 0.0,
    )


def not_returned(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what came back from nobody, all goods asked for together."""
    return _gone(rows, asked, column, by=())


def not_returned_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product, the most missed first."""
    names = ("product", "not_returned", "not_returned_low", "not_returned_high", "part", "path")
    more = ("value_before", "value_after")
    found = _gone(rows, asked, column, by=PRODUCT).select(*names, *more)
    return _largest(found, "not_returned")


def _gone(rows: Frame, asked: Definition, column: str, by: tuple[str, ...]) -> Frame:
    # In order of preference, the best first: without controls imports are taken as they were.
    sets: dict[str, frozenset[str]] = {"as before": frozenset()}
    if controls := asked.members("controls"):
        sets = {"controls": controls} | sets
    return measures.import_substitution_proxy(
        rows,
        importer=asked.members("importer"),
        controls=sets,
        **_periods(asked),
        by=by,
        value=column,
        least=asked.least or 0.0,
    )


def _periods(asked: Definition) -> dict[str, Any]:
    return {"before": asked.base or asked.period.before(), "after": asked.period}


def _largest(rows: Frame, column: str) -> Frame:
    """Return the rows that have a number, the largest first."""
    known = rows.filter(~nw.col(column).is_null())
    return known.sort(column, "product", descending=[True, False])


_OBSERVED = (
    "reorientation",
    (
        "Set against a path without the event: what came before, times the growth at the controls, "
        "or as it was where none are named. Other controls give another answer; ask with several."
    ),
)


# What an event did to an origin's sales of goods to hubs, against other goods and importers.


SELLER = "origin"
"""Everybody of the origin together."""
# With n random draws the smallest p-value is 1 / (n + 1): 0.005, 0.02 and 0.05.
DRAWS = {"A": 199, "Q": 49, "M": 19}
"""Events dealt to other goods: each is a regression, which takes longer the more steps."""
CHAPTER = 2
"""Digits of a chapter: goods are compared with others of theirs."""


def triple(rows: Frame, asked: Definition, column: str, others: Frame | None = None) -> AnswerRow:
    """Compare goods with others of their chapters, hubs with controls, after with before."""
    base = asked.base or asked.period.before()
    if (asked.period.start - base.end).days != 1:
        raise NoEvidenceError(
            f"{asked.period} does not follow on {base}, and a gap would be a change of its own",
            hint="name a base that ends where the period begins",
        )
    lines = _lines(rows, asked)
    others = None if others is None else _lines(others, asked)
    # By buyer: each is compared with itself over time, whatever edition the others use.
    left_out, new = renamed(lines, others, whose=nw.col("importer"))
    goods = _cells(without(lines, left_out), column)
    chapters = sorted({cell[0][:CHAPTER] for cell in goods})
    near = nw.col("product").str.slice(0, CHAPTER).is_in(chapters)
    compared = []
    if goods and others is not None:
        compared = _cells(without(others, new).filter(near), column)
    if not goods or not compared:
        what = "other goods of these chapters" if goods else "row with these goods"
        raise NoEvidenceError(
            f"no {what} on the way to hubs and controls",
            hint="ask a source with all goods, and name a part of them",
        )
    idle = _idle(goods, asked)
    freq = _frequency(rows, asked, base)
    found = measures.triple_difference(
        _table([*goods, *compared]),
        origin=SELLER,
        hubs=sorted(asked.members("hubs")),
        controls=sorted(_calm(asked)),
        listed={cell[0] for cell in goods},
        event=asked.period.start,
        frequency=freq,
        # Steps around the event, which is step 0: the base ends at -1.
        window=(-(base.months // MONTHS[freq]), asked.period.months // MONTHS[freq] - 1),
        draws=DRAWS[freq],
        value="value",
    )
    counts = (len({cell[0] for cell in cells}) for cells in (goods, compared))
    row = _row(found, idle, dict(zip(("listed_products", "other_products"), counts, strict=True)))
    if left_out:
        row["renamed_codes"] = renamed_words(left_out)
    return row


def _calm(asked: Definition) -> frozenset[str]:
    """Return the controls; who sells is none of its own sales."""
    return asked.members("controls") - asked.members("exporter")


def _idle(goods: list[tuple[Any, ...]], asked: Definition) -> list[str]:
    """Return hubs and controls that bought none of the goods, of which no effect is known.

    Raises
    ------
    NoEvidenceError
        If they are all hubs, or all controls; naming them.
    """
    bought = {cell[1] for cell in goods}
    hubs, calm = asked.members("hubs"), _calm(asked)
    if not calm:
        raise NoEvidenceError(
            "the exporter is the only control, and it is none of its own sales",
            hint="name areas that the event did not reach: --controls GEO+UZB",
        )
    for side, kind in ((hubs, "hubs"), (calm, "controls")):
        if not side & bought:
            raise NoEvidenceError(
                f"{area_phrases(sorted(side))} bought none of these goods of "
                f"{area_phrase(asked.exporter)}",
                why="an effect is a change of what was bought",
                hint=f"name {kind} that buy them",
            )
    return sorted((hubs | calm) - bought)


def _lines(rows: Frame, asked: Definition) -> Frame:
    """Return what hubs and controls bought, but for totals."""
    buyers = sorted(asked.members("hubs") | _calm(asked))
    return rows.filter(nw.col("product") != TOTAL, nw.col("importer").is_in(buyers))


def _cells(lines: Frame, column: str) -> list[tuple[Any, ...]]:
    """Return what was bought of each product by each buyer in each step."""
    keys = ["product", "importer", "period"]
    return fetch(measures.value(lines, by=keys, value=column).select(*keys, column))


def _frequency(rows: Frame, asked: Definition, base: Period) -> Frequency:
    """Return years where both periods are made of some, since each step takes its time."""
    if asked.period.is_whole_years and base.is_whole_years:
        return "A"
    [(freq,), *_] = distinct(rows, "freq")
    is_quarters = all(span.months % MONTHS["Q"] == 0 for span in (asked.period, base))
    return "Q" if is_quarters else freq


def _table(cells: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    products, buyers, periods, values = zip(*cells, strict=True)
    return pa.table(
        {
            "product": products,
            "exporter": [SELLER] * len(cells),
            "importer": buyers,
            "period": periods,
            "value": pa.array(values, pa.float64()),
        }
    )


def _row(found: Triple, idle: list[str], counts: dict[str, int]) -> AnswerRow:
    """Return the pooled effect with its tests, and a row for each hub."""
    effect = found.effect
    row = AnswerRow(
        effect_pct=effect.change_pct,
        # Errors of few clusters are too small to be a range: then the p-value of dealing counts.
        effect_pct_low=effect.low_pct if found.trusted == "cluster" else None,
        effect_pct_high=effect.high_pct if found.trusted == "cluster" else None,
        p_value=effect.p_cluster,
        p_randomisation=effect.p_randomisation,
        p_hubs=found.p_hubs,
        trusted=found.trusted,
        **counts,
    )
    if found.placebo_hubs:
        shown = (
            f"{area_phrase(one.area)} {figure_value(_pct(one.estimate), 'percent')}"
            for one in found.placebo_hubs
        )
        row["placebo_hubs"] = ", ".join(shown)
    remarks = [f"{area_phrase(one)} bought none of these goods" for one in idle]
    if remarks or found.remarks:
        row["remarks"] = "; ".join([*remarks, *found.remarks])
    each = sorted(found.hubs, key=lambda one: -one.estimate)
    row.table = tuple(
        {
            name: cell
            for name, cell in (
                ("hub", one.area),
                ("change_pct", _pct(one.estimate)),
                ("low_pct", _pct(one.low)),
                ("high_pct", _pct(one.high)),
                ("p_hubs", one.p_hubs),
            )
            if cell is not None
        }
        for one in each
    )
    return row


def _pct(log: float | None) -> float | None:
    # expm1: exact for effects near zero, too.
    return None if log is None else 100 * expm1(log)


QUESTIONS = {
    "substitution_ratio": Question(
        "beside",
        BOTH,
        ("exporter", "base", "controls", "least"),
        substitution,
        "part of what {seller} no longer sells to {buyer} that others made up for",
        table=substitution_by_product,
        by_product=True,
        value="weighted_mean",
        notes=(_OBSERVED,),
    ),
    "rerouting_ratio": Question(
        "panel",
        BOTH,
        ("exporter", "base", "controls", "hubs", "least"),
        rerouting,
        "part of what {seller} no longer sells to {buyer} that goes to {hubs} instead",
        table=rerouting_by_product,
        by_product=True,
        needs=("hubs",),
        value="weighted_mean",
        notes=(_OBSERVED,),
    ),
    "import_substitution_proxy": Question(
        "beside",
        ("importer",),
        ("base", "controls", "least"),
        not_returned,
        "{buyers} imports not replaced by other suppliers (a proxy)",
        table=not_returned_by_product,
        span="the path of the controls, and imports as they were",
        by_product=True,
        notes=(
            (
                "reorientation",
                (
                    "A proxy: home production, lower use, stocks, prices and unreported "
                    "trade look the same in it. And it depends on the no-event "
                    "counterfactual, which is what came before, times the growth at the "
                    "controls."
                ),
            ),
        ),
    ),
    "triple_difference": Question(
        "panel",
        BOTH,
        ("exporter", "base", "controls", "hubs"),
        triple,
        ("what happened to goods of {seller} on their way to {hubs}, compared with other goods"),
        needs=("hubs", "controls"),
        value="effect_pct",
        span="the 95 % interval of the pooled effect, errors by product",
        other_goods=True,
        notes=(
            (
                "rerouting",
                (
                    "Listed goods against others of their chapters, hubs against controls, after "
                    "against before. It says that hubs bought more, not where it went."
                ),
            ),
        ),
    ),
}
