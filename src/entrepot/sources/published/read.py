"""Published statements: who says which number about which trade, and whose number it is.

Two tables lie beside this module: ``published.csv`` (numbers that others printed) and
``computed.csv`` (our own results, kind ``computed``). Both have the columns of `Published`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from entrepot.errors import UnknownNameError
from entrepot.sources.published.find import best, by_origin, matching, ranked
from entrepot.sources.published.row import Published
from entrepot.sources.published.strict import parse_rows

if TYPE_CHECKING:
    from entrepot.model.period import Period

__all__ = [
    "Kind",
    "Published",
    "best",
    "by_origin",
    "exchange_rates",
    "matching",
    "published",
    "ranked",
    "stating",
]

Kind = Literal["published", "computed", "all"]

_USUAL_FLOW = {
    "trade_share": "both",
    "balance": "balance",
    "exchange_rate": "na",
    "gdp": "na",
    "world_share": "na",
}


@cache
def published(kind: Kind = "published") -> tuple[Published, ...]:
    """Return every statement held, by id.

    Parameters
    ----------
    kind
        ``published`` (what others printed), ``computed`` (our own results) or ``all``.

    Raises
    ------
    UnknownNameError
        For another kind.
    BadFileError
        If a table is not what it should be.
    """
    if kind == "all":
        return published("published") + published("computed")
    if kind not in ("published", "computed"):
        raise UnknownNameError("kind of statement", kind, ("published", "computed", "all"))
    name = f"{kind}.csv"
    text = files("entrepot.sources.published").joinpath(name).read_text(encoding="utf-8")
    return parse_rows(text, name)


def stating(
    measure: str,
    exporter: str | None = None,
    importer: str | None = None,
    goods: str | None = None,
    period: Period | str | int | None = None,
    *,
    kind: Kind = "published",
    **keys: str,
) -> tuple[Published, ...]:
    """Return the statements of exactly this, best first; None leaves a key open.

    Parameters
    ----------
    measure, exporter, importer, goods, period
        What is stated; see `matching` for how areas match.
    kind
        Whose statements.
    **keys
        ``base``, ``basis``, or any other column of `Published`. Unless told otherwise, ``per`` is
        empty (an average month is not a year) and ``flow`` is what the measure is usually about:
        two-way trade for a ``trade_share``, one way for a ``value``.

    Examples
    --------
    >>> rows = stating("value", "CHN", "RUS", "all", 2024, flow="both", currency="USD")
    >>> rows[0].printed, rows[0].origin
    ('244.81 bn USD', 'GACC')
    """
    keys.setdefault("per", "")
    keys.setdefault("flow", _USUAL_FLOW.get(measure, "one_way"))
    if goods is not None:
        keys["goods"] = goods
    found = matching(
        published(kind),
        measure=measure,
        exporter=exporter,
        importer=importer,
        period=period,
        **keys,
    )
    return ranked(found)


def exchange_rates(
    currency: str, period: Period | str | int | None = None
) -> tuple[Published, ...]:
    """Return the rates of a currency per US dollar stated for a period, best first.

    Parameters
    ----------
    currency
        E.g. ``"CNY"``: the rate is then in CNY per USD.
    period
        A year or month (averages) or a day (fixings); None for every period held.
    """
    return stating("exchange_rate", period=period, currency=currency)
