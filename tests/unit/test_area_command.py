"""`entrepot area` on the command line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from entrepot.cli.area import app
from entrepot.errors import UnknownNameError

RUN = CliRunner()


def shown(*words: str) -> str:
    result = RUN.invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_show_an_area() -> None:
    text = shown("show", "TWN")
    assert "Taiwan" in text
    assert "490 158" in text
    data = json.loads(shown("show", "TWN", "--json"))
    assert data["comtrade"] == ["490", "158"]
    assert data["code"] == "TWN"


def test_show_a_group_with_dates_and_sources() -> None:
    text = " ".join(shown("show", "EU").split())
    assert "2020-02-01" in text
    data = json.loads(shown("show", "EU", "--json"))
    british = next(one for one in data["memberships"] if one["area"] == "GBR")
    assert british["left"] == "2020-02-01"
    assert british["source"]


@pytest.mark.parametrize("words", ["EU27+CHN", "EU27,China", "eu27, chn"])
def test_several_are_joined_as_wherever_an_area_goes(words: str) -> None:
    data = json.loads(shown("show", words, "--json"))
    assert [one["code"] for one in data] == ["EU27", "CHN"]
    text = shown("show", words)
    assert text.index("EU27: European Union") < text.index("CHN: China")
    with pytest.raises(UnknownNameError, match="Atlantis"):
        RUN.invoke(app, ["show", "DEU,Atlantis"], catch_exceptions=False)


def test_list_and_its_filter() -> None:
    everything = json.loads(shown("list", "--json"))
    assert len({one["code"] for one in everything}) == len(everything) > 300
    some = json.loads(shown("list", "--kind", "group", "--json"))
    assert {"EU", "EU27", "coalition"} <= {one["code"] for one in some}
    assert {one["kind"] for one in some} == {"group"}
    assert "Global Export Control" in " ".join(shown("list", "--kind", "group").split())


@pytest.mark.parametrize(
    ("words", "wanted"),
    [(("show", "Chima"), "CHN"), (("show", "EU29"), "EU28"), (("list", "--kind", "grup"), "group")],
)
def test_slips_suggest(words: tuple[str, ...], wanted: str) -> None:
    with pytest.raises(UnknownNameError, match=wanted):
        RUN.invoke(app, list(words), catch_exceptions=False)
