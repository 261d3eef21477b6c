"""Kinds of question on the first page: what they say is what is asked, checked and listed."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.claims import check, parse_document
from entrepot.goods import goods_list
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext
from entrepot.serve.views import home
from entrepot.serve.views.home import checked_example, list_over_time, pair_over_time

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping

if TYPE_CHECKING:
    from entrepot.serve.views.home import Opener


def said(opener: Opener | None) -> str:
    assert opener is not None
    drawn = opener.picture.drawn.draw(name="small", alt_text=opener.picture.alt_text)
    assert outside(drawn) == []
    assert overlapping(drawn) == []
    return opener.text.replace("\xa0", " ")


def test_where_nothing_is_loaded_the_bundled_sums_answer(tmp_path: Path) -> None:
    context = BriefContext(Lake.open(tmp_path / "none"))
    text = said(pair_over_time(context))
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "all"}
    last = context.value("value", period="2023", **keys).value or 0
    assert f"**USD {last / 1e9:.0f} bn** in 2023 (partners’ reports alone)" in text
    assert "in 2021 (reports of both sides)" in text


def test_years_are_of_the_source_with_most_of_them_and_of_no_single_publications() -> None:
    def figure(year: int, source: str | None, value: float | None = 0.2) -> Any:
        asked = SimpleNamespace(source=source, period=Period.parse(year))
        status = "ok" if value is not None else "insufficient_data"
        return SimpleNamespace(status=status, value=value, unit="share", definition=asked)

    a = [figure(year, "a") for year in (2018, 2019, 2020)]
    b = [figure(year, "b") for year in (2018, 2019, 2020, 2021)]
    printed = [figure(year, "published") for year in range(2010, 2020)]
    missing = [figure(year, "c", None) for year in range(2010, 2020)]
    assert home._longest([*a, *b, *printed, *missing]) == b
    assert home._longest([*a[:2], *printed, *missing]) == []


def test_a_list_has_as_many_codes_as_it_had_on_that_day() -> None:
    text = said(list_over_time())
    found = goods_list("eu-xxiii")
    counts = []
    for day in (date(2022, 12, 31), found.known_until):
        counts.append(len({one.code for one in found.history if one.on(day) == "listed"}))
        assert f"**{counts[-1]:,}" in text
    assert counts[1] > counts[0] > 100


def test_the_example_of_a_check_is_what_a_check_says() -> None:
    found = checked_example()
    assert found is not None
    again = check(parse_document(home._CLAIMS))
    assert [one.verdict for one in again.claims].count(found.verdict) == 2
    assert found.because == again.conflicts[0].because
    # The sum of both directions, each by its part of the year before, computed once more.
    weights = [float(one) for one in re.findall(r"(0\.\d+) ×", found.because)]
    assert sum(weights) == pytest.approx(1)
    assert weights[0] * -3.4 + weights[1] * -9.9 == pytest.approx(-6.83, abs=0.01)
    assert "exchanged" in found.likely_error
