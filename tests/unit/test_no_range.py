"""Every answer has a range, or says why it has none, on every surface."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.figures.citation import FORMS
from entrepot.report.cards import range_on_card
from entrepot.report.charts.alone import spread_line
from entrepot.serve.agent_answers import brief_figure
from entrepot.serve.site import shown_range
from entrepot.serve.views.figure import figure_rows

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": 2022}


@pytest.fixture(scope="module")
def ranged() -> ep.Figure:
    return ep.ask("import_share", **KEYS, lake="/no-such-lake")


@pytest.fixture(scope="module")
def alike() -> ep.Figure:
    """A first rank, which every definition gives."""
    return ep.ask("rank", **KEYS, lake="/no-such-lake")


@pytest.fixture(scope="module")
def single(ranged: ep.Figure) -> ep.Figure:
    return replace(ranged, low=None, high=None, range=None, specifications=None, spread={})


def test_the_reason_is_of_the_case(ranged: ep.Figure, alike: ep.Figure, single: ep.Figure) -> None:
    assert ranged.no_range == ""
    assert alike.no_range == "all 3 definitions give the same value"
    some = alike.specifications
    assert some is not None
    two = replace(alike, specifications=replace(some, items=some.items[:2]))
    assert two.no_range == "both definitions give the same value"
    assert single.no_range == "only one definition available"
    lines = replace(single.definition, source="shipments.peru", basis="seller")
    assert replace(single, definition=lines).no_range == "only one definition by seller available"
    assert replace(single, ranged=False).no_range == "not computed here"
    study = replace(single, definition=replace(single.definition, measure="event_study"))
    assert study.no_range == "no other definition of this measure is computed"
    assert replace(single, status="insufficient_data", value=None).no_range == ""


def test_every_surface_has_the_range_or_the_reason(
    ranged: ep.Figure, alike: ep.Figure, single: ep.Figure, tmp_path: Path
) -> None:
    assert ranged.range_text in ranged.cite()
    for figure in (alike, single, replace(single, ranged=False)):
        words = f"no range: {figure.no_range}"
        assert words in " ".join(str(figure).split())
        assert words in figure._repr_html_()
        assert all(words in figure.cite(form) for form in FORMS)
        assert figure.to_dict()["no_range"] == figure.no_range
        assert words in spread_line(figure)
        assert shown_range(figure) == words
        assert brief_figure_text(figure) == words
        head, [row] = figure_rows([figure])
        assert dict(zip(head, row, strict=True))["no_range"] == figure.no_range
    assert range_on_card(single) == f"no range: {single.no_range}"
    assert "no_range" not in ranged.to_dict()
    rows = csv.DictReader(io.StringIO(single.table_bytes(".csv").decode()))
    assert [row["no_range"] for row in rows] == [single.no_range]


def brief_figure_text(figure: ep.Figure) -> str:
    class Access:
        page = ""

    return str(brief_figure(Access(), figure.to_dict())["range_text"])
