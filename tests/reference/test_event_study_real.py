"""The numbers of docs/explanation/event-study.md, by the code that the page shows."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import entrepot.measures

if TYPE_CHECKING:
    import polars as pl

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "event-study.md"
TEXT = PAGE.read_text(encoding="utf-8")
MONTHS = {
    -5: "November 2021",
    -4: "December",
    -3: "January 2022",
    -1: "March",
    0: "April: listed",
    1: "May",
    2: "June",
    3: "July",
    4: "August",
    5: "September",
    7: "November",
}


def shown(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what the code on the page finds."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    monkeypatch.chdir(shared_data / "eurostat_eu_to_rus_neighbours")
    names: dict[str, Any] = {}
    exec(compile(code, PAGE.name, "exec"), names)
    return names["found"]


class Asked:
    """What a study was asked; it finds nothing."""

    effect = pre_trend = counts = remarks = None

    def __init__(self, rows: pl.DataFrame, *_: object, **__: object) -> None:
        self.rows = rows

    def frame(self) -> None:
        """Return no steps."""


def test_the_page_studies_lines_that_were_listed_in_april_and_later(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrepot.measures, "event_study", Asked)
    rows = shown(shared_data, monkeypatch).rows
    listed = rows.filter(rows["event"].is_not_null())["product"].n_unique()
    others = rows["product"].n_unique() - listed
    said = [int(text) for text in re.findall(r"(?:Listed|Others): (\d+)\slines", TEXT)]
    assert (listed, others) == (825, 426)  # of which some have no trade that tells anything
    assert [one <= most for one, most in zip(said, (listed, others), strict=True)] == [True, True]


@pytest.mark.skipif(
    not os.environ.get("ENTREPOT_TORTURE"), reason="takes minutes: ENTREPOT_TORTURE=1"
)
def test_annex_xxiii(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shown(shared_data, monkeypatch)
    told = re.findall(r"\| ([^|]+) \| (-?\d) \| (-?[\d.]+) \| ([\d.]+) \| (-?\d+) % ", TEXT)
    assert {int(step): month for month, step, *_ in told} == MONTHS
    rows = {row["step"]: row for row in found.frame().to_dicts()}
    for _, step, estimate, error, change in told:
        row = rows[int(step)]
        assert f"{row['estimate']:.2f}" == estimate
        assert f"{row['std_error']:.2f}" == error
        assert f"{row['change_pct']:.0f}" == change
    counts = found.counts
    others = counts["products"] - counts["treated_products"]
    assert f"Listed: {counts['treated_products']} lines" in TEXT
    assert f"Others: {others} lines" in TEXT.replace("\n", " ")
    for name in ("rows", "zeros", "separated", "singletons"):
        assert f"{counts[name]:,}" in TEXT, name
    assert f"F = {found.pre_trend.statistic:.2f}" in TEXT
    assert f"p = {found.pre_trend.p_value:.2f}" in TEXT
    assert f"pooled effect is {found.effect.estimate:.2f}" in TEXT
