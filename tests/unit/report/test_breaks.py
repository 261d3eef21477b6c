"""A series breaks where one of those who tell it stops, and not where somebody else does."""

from __future__ import annotations

import pytest

from entrepot.figures import Definition, Figure
from entrepot.figures.evidence import Evidence
from entrepot.report.breaks import break_of


def _told(*sides: str) -> list[Figure]:
    asked = Definition.build("import_share", importer="ARM", exporter="RUS", period=2023)
    evidence = tuple(Evidence("table.made", "0" * 12, 1, {side: 1}) for side in sides)
    return [Figure(asked, "ok", 0.5, "share", evidence=evidence)]


@pytest.mark.parametrize(
    ("importer", "supplier", "sides", "breaks"),
    [
        ("ARM", "RUS", ["importer"], False),
        ("ARM", "RUS", ["exporter"], True),
        ("ARM", "RUS", ["both"], True),
        ("ARM", "RUS", ["importer", "exporter"], True),
        ("RUS", "CHN", ["importer"], True),
        ("RUS", "CHN", ["exporter"], False),
        ("ARM", "RUS", [], True),
    ],
)
def test_a_series_breaks_with_those_who_tell_it(
    importer: str, supplier: str, sides: list[str], breaks: bool
) -> None:
    found = break_of(importer, supplier, 2017, 2024, _told(*sides))
    assert (found is not None) is breaks
    assert break_of(importer, supplier, 2017, 2024) is not None
