"""What is published of a made world, as rows of published statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.period import Period
from entrepot.sources.published.row import Published

if TYPE_CHECKING:
    import random

    from benchmarks.claims.world import Flow, World

__all__ = ["publish", "state"]


def publish(world: World, chance: random.Random) -> None:
    """Publish most levels of the country's own statistics, mirrors of some, and rates."""
    for flow, value in world.levels.items():
        if chance.random() < 0.8:
            state(world, flow, value, world.home, chance)
        if world.source == "made" and chance.random() < 0.3 and "WLD" not in flow:
            partner = flow[1] if flow[0] == world.home else flow[0]
            state(world, flow, world.mirror.get(flow, value), partner, chance)
        if flow in world.other and chance.random() < 0.5:
            state(world, flow, world.other[flow], world.home, chance, money=world.money)
    for statistic, change in world.prices.items():
        if chance.random() < 0.8:
            for outward in (True, False):
                _state_price(world, statistic, change, outward=outward)
    for period, rate in world.rates.items():
        world.rows.append(
            _row(
                f"rate-{period}",
                measure="exchange_rate",
                period=Period.parse(period),
                value=rate,
                unit=f"{world.money} per USD",
                currency=world.money,
                valuation="average",
                flow="na",
                goods="",
            )
        )


def state(
    world: World,
    flow: Flow,
    value: float,
    books: str,
    chance: random.Random,
    *,
    money: str = "USD",
    on: str = "",
) -> None:
    step = 10 ** (len(str(int(value))) - chance.choice((4, 5)))
    printed = round(value / step) * step
    exporter, importer, goods, period = flow
    world.rows.append(
        _row(
            f"{'-'.join(flow)}-{books}-{money}-{on}",
            reporter=books,
            exporter=exporter,
            importer=importer,
            goods=goods,
            period=Period.parse(period),
            value=printed,
            low=printed - step / 2,
            high=printed + step / 2,
            unit=money,
            currency=money,
            origin=f"S{books}",
            origin_words=f"Customs of {books}",
            published_on=on or f"{int(period[:4]) + 1}-03-01",
        )
    )


def _state_price(world: World, statistic: str, change: float, *, outward: bool) -> None:
    home, partner, last = world.home, world.partners[0], world.years[-1]
    world.rows.append(
        _row(
            f"price-{statistic}-{outward}",
            measure="price_growth",
            variant=statistic,
            reporter=home,
            exporter=home if outward else partner,
            importer=partner if outward else home,
            goods=world.priced,
            period=Period.parse(last),
            base=Period.parse(last - 1),
            value=round(change, 1),
            low=round(change, 1) - 0.05,
            high=round(change, 1) + 0.05,
            unit="percent",
            origin=f"S{home}",
            origin_words=f"Customs of {home}",
            published_on=f"{last + 1}-03-01",
        )
    )


def _row(name: str, **more: object) -> Published:
    fields: dict[str, object] = {
        "id": name,
        "measure": "value",
        "reporter": "",
        "exporter": "",
        "importer": "",
        "partner_words": "",
        "flow": "one_way",
        "goods": "all",
        "goods_words": "",
        "variant": "",
        "basis": "",
        "period": None,
        "base": None,
        "per": "",
        "relation": "=",
        "value": None,
        "low": None,
        "high": None,
        "printed": "",
        "unit": "USD",
        "currency": "USD",
        "valuation": "FOB",
        "publisher": "Gazette",
        "origin": "RATES",
        "origin_words": "Market rates",
        "title": "",
        "url": "https://example.org",
        "published_on": "",
        "second_url": "",
        "confidence": "high",
        "note": "",
    }
    return Published(**(fields | more))  # type: ignore[arg-type]
