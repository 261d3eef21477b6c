"""A series breaks where one of those who tell it stops, and not where somebody else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.figures import Definition, Figure
from entrepot.figures.evidence import Evidence
from entrepot.model.period import Period
from entrepot.report.breaks import break_of, reporters_before_and_after
from entrepot.report.brief_context import Subject
from entrepot.report.charts.tiers import TierPanels
from entrepot.report.sections import by_tier


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


@pytest.mark.parametrize(
    ("importer", "supplier", "series", "key"),
    [
        (
            "RUS",
            "UGA",
            _told("importer"),
            "Russia’s own reports, to 2021; partner-reported data and estimates, from 2022",
        ),
        (
            "RUS",
            "CHN",
            _told("both"),
            "both reports reconciled, to 2021; China’s report alone, from 2022",
        ),
        (
            "CHN",
            "RUS",
            _told("both"),
            "both reports reconciled, to 2021; China’s report alone, from 2022",
        ),
    ],
)
def test_a_key_says_whose_reports_are_on_each_side(
    importer: str, supplier: str, series: list[Figure], key: str
) -> None:
    """A series of one country's reports was called reconciled, and a silent supplier a reporter."""
    broken = break_of(importer, supplier, 2017, 2024, series)
    subject = Subject(importer, supplier, "all", Period.parse(2024), fixed=True)
    said = by_tier._key(TierPanels((), "", broken=broken), subject)
    assert "; ".join(text for _, text in said) == key


def test_results_added_up_from_a_blend_are_nobodys_own_reports() -> None:
    [figure] = _told("both")
    [item] = figure.evidence
    bundled = replace(figure, evidence=(replace(item, source="computed", reported_by={}),))
    broken = break_of("CHN", "RUS", 2017, 2024, [bundled], published=True)
    assert broken is not None
    assert reporters_before_and_after(broken) == (
        "Up to 2021: reports of both sides; from 2022: partners’ reports alone"
    )
