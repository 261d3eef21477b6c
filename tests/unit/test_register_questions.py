"""A question that only a loaded register answers names the register and the command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest
from test_shipments import _lake
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.missing_value import missing_value
from entrepot.report.sections.inputs import inputs_title

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.lake import Lake

KEYS: dict[str, Any] = {
    "importer": "KAZ",
    "exporter": "DEU",
    "goods": "854231",
    "period": "2023-01",
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return _lake(tmp_path, {}, {}, {"Sent from": "China"})


@pytest.mark.parametrize("basis", [None, "origin"])
def test_the_command_that_is_named_answers(lake: Lake, basis: str | None) -> None:
    """Nothing but the register is loaded; it is asked by name only."""
    keys = KEYS | ({"basis": basis, "exporter": "CHN"} if basis else {})
    figure = ep.ask("import_share", lake=lake, **keys)
    assert figure.value is None
    [line] = [one for one in str(figure.reason).splitlines() if "shipments.made-up" in one]
    assert f"answers by {basis or 'dispatch'}: entrepot ask import_share " in line
    _, *command = shlex.split(line.partition("answers by ")[2].partition(": ")[2])
    done = CliRunner().invoke(app, [*command, "--lake", str(lake.path)])
    assert done.exit_code == 0, done.output
    lacks = missing_value(BriefContext(lake), figure)
    assert "shipments.made-up, a customs register" in lacks.why
    assert "No trade data are loaded" not in lacks.why
    assert shlex.split(lacks.command)[1:] == command


@pytest.mark.parametrize("keys", [{"importer": "DEU", "exporter": "CHN"}, {"period": "2021-01"}])
def test_a_register_of_other_importers_or_times_is_not_named(
    lake: Lake, keys: dict[str, Any]
) -> None:
    figure = ep.ask("import_share", lake=lake, **KEYS | keys)
    assert "shipments.made-up" not in str(figure.reason)
    assert "register" not in missing_value(BriefContext(lake), figure).why


def test_a_heading_does_not_say_that_there_are_no_data() -> None:
    subject = Subject("PER", "TWN", "310430", Period.parse(2022), fixed=True)
    assert inputs_title(subject).startswith("No data on Peru")
    assert inputs_title(subject, in_register=True).startswith("No statistics on Peru")
