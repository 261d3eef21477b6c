"""After the day a list was read until, and of fragments, nothing is known to be off it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from entrepot.cli import goods
from entrepot.goods import goods_list, goods_lists
from entrepot.goods.history import goods_diff
from entrepot.goods.links import Links
from entrepot.goods.list_conversion import reach
from entrepot.goods.match import Matcher

if TYPE_CHECKING:
    from pathlib import Path

CHPL = goods_list("chpl")
LATER = CHPL.known_until + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "code", "status"),
    [
        (CHPL.known_until, "854231", "listed"),
        (LATER, "854231", "not known"),
        (CHPL.known_until, "850511", "not listed"),
        (LATER, "850511", "not known"),
    ],
)
def test_after_the_last_text_nothing_is_known(
    tmp_path: Path, day: date, code: str, status: str
) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f"code\n{code}\n", encoding="utf-8")
    words = ["match", str(table), "--column", "code", "--against", "chpl", "--day", str(day)]
    done = CliRunner().invoke(goods.app, [*words, "--json"])
    found = json.loads(done.stdout)
    assert {row["status"] for row in found["matches"]} == {status}
    assert found["not_known"] == (1 if status == "not known" else 0)
    text = CliRunner().invoke(goods.app, words).stdout
    assert ("Not known for 1 rows" in text) == (status == "not known")
    if status == "not known" and code == "850511":
        assert f"chpl read until {CHPL.known_until}" in " ".join(text.split())


def test_a_fragment_never_says_that_a_code_is_not_listed() -> None:
    fragments = [one for one in goods_lists() if one.is_fragment]
    assert fragments
    for held in fragments:
        matcher = Matcher([held], held.nomenclatures[0])
        assert matcher.unsettled(held.known_until) == (f"{held.id} is a fragment",)
        assert not held.settles(held.known_until)
        for command in ("show", "list"):
            done = CliRunner().invoke(goods.app, [command, *([held.id] * (command == "show"))])
            assert "ragment" in done.stdout
    assert goods_diff(fragments[0].id, "chpl").fragments == (fragments[0].id,)


def test_what_had_left_stays_off() -> None:
    held = goods_list("gb-3i")
    [gone] = [one for one in held.history if one.code == "85423100"]
    assert held.status(gone, held.known_until + timedelta(days=400)) == "no"


def test_a_gathering_code_can_be_in_all_it_drew_on() -> None:
    """The link that is set aside is still a way in which goods may have come."""
    drawn = [f"84{number:02d}10" for number in range(20, 35)] + ["847989"]
    rows = [("HS2007", "848620", "HS2002", old) for old in drawn]
    rows += [("HS2007", old, "HS2002", old) for old in drawn]
    rows += [("HS2012", code, "HS2007", code) for code in ("848620", *drawn)]
    found = reach("848620", "HS2012", "HS2002", {"848620"}, Links(rows))
    assert set(found.widest) == set(drawn)
    one = reach("847989", "HS2012", "HS2002", {"847989"}, Links(rows))
    assert one.widest == ("847989",)


def test_a_list_that_was_repealed_is_known_to_be_empty_afterwards() -> None:
    held = goods_list("eu-xxii")
    assert held.ended == date(2023, 6, 23) < held.known_until
    assert len(held.entries) == len(held.on(held.ended).listed) == 8
    later = held.on(date(2025, 1, 1))
    assert (later.listed, later.possible, later.after_last_text) == ((), (), False)
    assert held.settles(date(2025, 1, 1))
    assert held.on(held.known_until + timedelta(days=1)).after_last_text
    assert CHPL.ended is None
    done = CliRunner().invoke(goods.app, ["show", "eu-xxii"])
    assert "27060000" in done.stdout
