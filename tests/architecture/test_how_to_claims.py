"""The page on claims of any kind: its example comes out as it says, with every key it names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from entrepot.claims import Check, check, parse_document
from entrepot.claims.schema import ClaimEntry

PAGE = (
    Path(__file__).resolve().parents[2] / "docs" / "how-to" / "write-claims-of-any-kind.md"
).read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


@cache
def found() -> Check:
    return check(parse_document(EXAMPLE))


def test_the_example_comes_out_as_the_page_says() -> None:
    (shown,) = re.findall(r"```text\n(.*?)\n```", PAGE, flags=re.DOTALL)
    assert found().in_counts() == shown


def test_what_is_wrong_is_the_one_that_the_page_names() -> None:
    (wrong,) = [one for one in found().claims if one.verdict != "supported"]
    assert wrong.id == "place-wrong"
    assert "place 3" in wrong.reason
    assert "2 larger published" in wrong.reason


@pytest.mark.parametrize(
    "key", ["rank", "gdp", "gdp_share", "relative: true", "statistic: median", "among"]
)
def test_every_key_of_the_page_is_in_its_example(key: str) -> None:
    assert key in EXAMPLE
    assert key in PAGE.partition("```yaml")[0]


def test_a_share_of_gdp_is_shown_in_per_cent() -> None:
    (ratio,) = [one for one in found().claims if one.id == "ratio-to-product"]
    assert ratio.against[0].unit == "share"
    assert "%" in ratio.reason


def test_the_page_names_kinds_that_there_are() -> None:
    table = re.findall(r"^\| [^|]+ \| `(\w+):", PAGE, flags=re.MULTILINE)
    assert len(table) == 7
    assert set(table) <= set(ClaimEntry.model_fields)
