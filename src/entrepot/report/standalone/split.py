"""A change of value taken apart: prices, quantities, new goods, goods that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.columns import in_currency
from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value
from entrepot.report import phrasing
from entrepot.report.bars import scale_of
from entrepot.report.chart_data import Part, Picture, Split
from entrepot.report.standalone.parts import Alone, foot

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.bars import Scale

__all__ = ["split"]

STEPS = (
    ("price_usd", "Prices (unit values)"),
    ("quantity_usd", "Quantities"),
    ("new_usd", "New goods"),
    ("gone_usd", "Goods that are gone"),
    ("unsplit_usd", "Not split: no weight, or a leap"),
)


def split(figure: Figure) -> Alone:
    """Return the steps from the value of the base to the value of the period."""
    asked = figure.definition
    before, after = _money(figure, "value_base_usd"), _money(figure, "value_usd")
    scale = scale_of(figure.unit, max(before, after))
    parts = (
        _part(f"Value in {asked.base}", before, scale, total=True),
        *(
            _part(name, _money(figure, key), scale, *_range(figure, key))
            for key, name in STEPS
            if _money(figure, key)
        ),
        _part(f"Value in {asked.period}", after, scale, total=True),
    )
    title = _title(figure)
    said = "; ".join(f"{part.name}: {part.text}" for part in parts)
    deck = (
        f"{phrasing.capital(goods_title(asked.goods))}, {scale.word}; filled: added, hollow: taken "
    )
    deck += f"away. A price is a unit value, {figure.unit} a kilogram."
    return Alone(
        title,
        deck,
        Picture(Split(parts, scale.word), f"{title}. {scale.word}: {said}."),
        (f"Change {foot(figure)[0]}", *foot(figure)[1:]),
        tuple(_rows(figure)),
        (figure,),
    )


def _money(figure: Figure, name: str) -> float:
    value = figure.details.get(in_currency(name, figure.definition.currency))
    return float(value) if isinstance(value, (int, float)) else 0.0


def _range(figure: Figure, key: str) -> tuple[float | None, float | None]:
    named = in_currency(key, figure.definition.currency)
    ends = (figure.details.get(f"{named}_low"), figure.details.get(f"{named}_high"))
    low, high = (float(end) if isinstance(end, (int, float)) else None for end in ends)
    return low, high


def _part(
    name: str,
    value: float,
    scale: Scale,
    low: float | None = None,
    high: float | None = None,
    *,
    total: bool = False,
) -> Part:
    first, last = (None if end is None else scale.of(end) for end in (low, high))
    text = scale.text(value, sign=not total)
    far = "" if high is None else scale.text(high, sign=not total)
    return Part(name, scale.of(value), text, first, last, total=total, far=far)


def _title(figure: Figure) -> str:
    """Say by how much the value moved, and what prices and quantities did, by their signs."""
    asked, change = figure.definition, figure.required()
    seller, buyer = area_phrase(asked.exporter), area_phrase(asked.importer)
    flow = f"Exports from {seller} to {buyer}"
    word = "did not change" if not change else "rose by" if change > 0 else "fell by"
    size = f" {figure_value(abs(change), figure.unit)}" if change else ""
    text = f"{flow} {word}{size} from {asked.base} to {asked.period}"
    signs = [
        (name, _money(figure, key))
        for key, name in (("price_usd", "prices"), ("quantity_usd", "quantities"))
    ]
    told = [
        f"{name} {'added' if v > 0 else 'took'} {figure_value(abs(v), figure.unit)}"
        for name, v in signs
        if v
    ]
    return f"{text}: {', '.join(told)}" if told else text


def _rows(figure: Figure) -> list[dict[str, object]]:
    asked = figure.definition
    names = (
        ("value_base_usd", f"Value in {asked.base}"),
        *STEPS,
        ("value_usd", f"Value in {asked.period}"),
    )
    return [
        {
            "part": name,
            "value": figure.details.get(key),
            "low": figure.details.get(f"{key}_low"),
            "high": figure.details.get(f"{key}_high"),
            "unit": figure.unit,
        }
        for key, name in ((in_currency(key, asked.currency), name) for key, name in names)
    ]
