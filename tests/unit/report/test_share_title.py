"""The title of the share over time: a word of direction only within one series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from by_hand import figure

from entrepot.model.period import Period
from entrepot.report.brief_context import Subject
from entrepot.report.sections import over_time

if TYPE_CHECKING:
    from entrepot.figures import Figure

SUBJECT = Subject("RUS", "CHN", "all", Period.parse(2023), fixed=True)


class Told:
    """Answers by year."""

    def __init__(self, *figures: Figure) -> None:
        self._by_year = {one.definition.period.year: one for one in figures}

    def ask(self, _: str, *, period: int, **__: Any) -> Figure:
        return self._by_year[period]


def title(series: list[Figure], *ends: Figure) -> str:
    years = [one.definition.period.year for one in ends]
    found = over_time._title(Told(*ends), SUBJECT, "all", series, years[0], years[-1])
    return found.text.replace("\u00a0", " ")


def computed(year: int, value: float) -> Figure:
    return figure("import_share", value, period=year)


PRINTED = figure(
    "import_share",
    0.39,
    row="RS-005",
    period=2025,
    low=0.39,
    high=0.5,
    specifications=[("published", 0.39), ("published", 0.5)],
)


def test_a_printed_end_is_not_joined_to_a_computed_start() -> None:
    series = [computed(2016, 0.21), computed(2020, 0.24), computed(2024, 0.463)]
    assert title(series, series[0], PRINTED) == (
        "China’s share rose from 21.0 % in 2016 to 46.3 % in 2024; published for 2025: 39 to 50 %"
    )


def test_one_computed_year_has_no_direction() -> None:
    only = computed(2016, 0.21)
    assert title([only], only, PRINTED) == (
        "China’s share was 21.0 % in 2016; published for 2025: 39 to 50 %"
    )


def test_one_series_is_told_as_before() -> None:
    series = [computed(2016, 0.21), computed(2024, 0.463)]
    assert title(series, *series) == "China’s share rose from 21.0 % in 2016 to 46.3 % in 2024"


def test_the_ends_beside_a_share_hold_it_in_its_own_digits() -> None:
    open_ = figure("import_share", 0.3427, period=2022, low=0.3427, high=0.3438)
    alike = figure("import_share", 0.2089, period=2016, low=0.2089, high=0.20891)
    rows = over_time.table("A share", [], [alike, open_]).rows
    assert rows == (
        ("2016", "20.9", "", "computed"),
        ("2022", "34.3", "34.3 to 34.4", "computed"),
    )
