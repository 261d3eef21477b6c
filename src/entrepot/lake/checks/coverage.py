"""Whether a delivery is as large as its source promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.lake.catalog import Partition
    from entrepot.sources.info import SourceInfo

__all__ = ["coverage"]


def coverage(info: SourceInfo, parts: Sequence[Partition]) -> tuple[Finding, ...]:
    """Say whether a delivery is an extract: too few areas, or too few rows, in some period."""
    found: list[Finding] = []
    for name, expected in (
        ("reporters", info.bounds.reporters),
        ("exporters", info.bounds.exporters),
        ("importers", info.bounds.importers),
        ("rows", info.bounds.rows),
    ):
        numbers = [(_number(part, name), part.period) for part in parts if part.period]
        few = [(n, period) for n, period in numbers if n < (expected.least or 0)]
        many = [(n, period) for n, period in numbers if expected.most and n > expected.most]
        if few and not found:
            least, period = min(few)
            found.append(
                Finding(
                    "partial-source",
                    "warning",
                    spans([period for _, period in few]),
                    len(few),
                    f"{_count(least, name)} in {period}",
                    f"This is an extract of {info.title.partition(',')[0]}: {_count(least, name)}, "
                    f"where a whole period has at least {expected.least:,.0f}. A share of a total "
                    "cannot be taken from it, only flows between the areas it holds.",
                )
            )
        if many:
            most, period = max(many)
            text = f"More {name} than {expected.most:,.0f}: is this the file it seems to be?"
            place = spans([period for _, period in many])
            example = f"{_count(most, name)} in {period}"
            found.append(Finding("too-many", "warning", place, len(many), example, text))
    return tuple(found)


def _number(part: Partition, name: str) -> int:
    if name == "reporters":
        return len({text.strip(">") for text in part.slices if ">" in text})
    return int(getattr(part, name))


def _count(number: int, plural: str) -> str:
    return f"{number:,} {plural.removesuffix('s') if number == 1 else plural}"
