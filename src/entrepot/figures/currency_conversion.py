"""One printed value in two currencies, and what a newsroom would have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot import measures
from entrepot.errors import RequestError
from entrepot.figures import caveats
from entrepot.figures.estimate import Answer, Estimate, Missing
from entrepot.figures.unanswerable import refuse_rate
from entrepot.model.display import figure_value
from entrepot.model.period import Period
from entrepot.sources.published.read import matching, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Evidence
    from entrepot.sources.published.read import Published

__all__ = ["converted"]


def converted(
    definition: Definition,
    stated: Callable[[Definition], Sequence[Published]],
    rows: Iterable[Published],
    evidence: Callable[[Published], Evidence],
) -> Answer | Missing:
    """Set the dollars of a report beside its yuan at an average rate and at that of a day.

    Parameters
    ----------
    stated
        From a definition to the rows that state it, best first.
    rows
        All statements, among them rates of exchange.
    evidence
        From a row to what an answer says of it.

    Raises
    ------
    RequestError
        For a rate of a day that is no number, and no day whose rate was published.
    """
    every, currency = tuple(rows), definition.currency
    plain = definition.but(measure="value", spot=None)
    local, dollars = stated(plain), stated(plain.but(currency="USD"))
    if not local:
        return Missing(f"nobody printed this value in {currency} for {definition.period}")
    pairs = [(one, two) for one in local for two in dollars if one.origin == two.origin]
    mean = _rates(every, currency, definition.period, "average")
    spot, day = _spot(definition, every)
    one, two = pairs[0] if pairs else (local[0], None)
    found = _measured(one, two, mean[0] if mean else None, spot)
    usual = found["implied_rate"] or (mean[0].middle if mean else None)
    refuse_rate(spot, usual, currency, "the report" if found["implied_rate"] else "the period")
    if two is None or found["customs_usd"] is None:
        return Missing(
            f"{one.origin} printed {one.printed} for {definition.period} and no dollars. At the "
            f"rate of a day that is {figure_value(found['spot_usd'], 'USD')}, which is not what "
            "customs would have: they convert each month at its own rate"
        )
    used = [one, two, *mean[:1], *day]
    details: dict[str, float | str] = {
        name.replace("value_cny", f"value_{currency.lower()}"): number
        for name, number in found.items()
        if number is not None and name != "customs_usd"
    }
    if mean and mean[0].middle:
        details["average_rate"] = mean[0].middle
    main = Estimate(
        value=float(found["customs_usd"]),
        unit="USD",
        choices={"source": "published", "origin": two.origin, "goods": definition.goods},
        evidence=tuple(evidence(row) for row in used),
        low=two.low,
        high=two.high,
        details=details | {"spot_rate": spot},
    )
    text = (
        f"The dollars are those of the report. {currency} at the average rate, or at that of a "
        "day, gives other numbers, and neither is what customs printed."
    )
    return Answer((main,), (caveats.caveat("currency", text),))


def _measured(
    one: Published, two: Published | None, mean: Published | None, spot: float
) -> dict[str, float | None]:
    import pyarrow as pa

    table = pa.table(
        {
            "value_cny": pa.array([one.middle], pa.float64()),
            "value_usd": pa.array([two.middle if two else None], pa.float64()),
            "rate": pa.array([mean.middle if mean else None], pa.float64()),
        }
    )
    [found] = measures.conversions(table, spot=spot).to_pylist()
    return dict(found)


def _rates(
    rows: Iterable[Published], currency: str, period: Period, kind: str
) -> Sequence[Published]:
    found = matching(
        rows, measure="exchange_rate", unit=f"{currency} per USD", valuation=kind, period=period
    )
    return ranked(row for row in found if row.confidence != "low" and row.middle is not None)


def _spot(definition: Definition, rows: Sequence[Published]) -> tuple[float, Sequence[Published]]:
    """Return the rate of a day, and the row that states it where it is not the asker's own."""
    text, currency = str(definition.spot), definition.currency
    try:
        return float(text), ()
    except ValueError:
        day = Period.parse(text)
    for kind in ("fixing", "average"):
        if (found := _rates(rows, currency, day, kind)) and found[0].middle is not None:
            return found[0].middle, found[:1]
    unit = f"{currency} per USD"
    held = sorted({f"{row.period}" for row in rows if row.unit == unit and row.period.months == 1})
    raise RequestError(
        f"no rate of {currency} is held for {text}",
        why=f"rates are held for {', '.join(held)}" if held else "",
        hint="write the rate itself, such as --spot 7.1; or load a table of published rates: "
        "entrepot data add published FILE",
    )
