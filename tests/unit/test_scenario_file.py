"""Scenario files: what is read, and what is refused with the line it stands on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.errors import BadFileError
from entrepot.figures.scenario import parse_scenario
from entrepot.figures.scenario.evaluate import points

PLAIN = """\
format: 1
title: A cut
period: 2022
cut:
  imposes: coalition
  target: RUS
  instrument: export_ban
  sectors: [C26]
economy: {}
"""


def test_sides_alone_take_three_sets_that_are_among_all() -> None:
    economy = parse_scenario(PLAIN).economy
    assert economy is not None
    every, ends = points(economy), points(economy, sides_only=True)
    assert len(ends) == 3
    assert {replace(one, changed="") for one in ends} <= {replace(o, changed="") for o in every}


def test_what_is_left_out_is_usual_and_told() -> None:
    found = parse_scenario(PLAIN)
    assert found.economy is not None
    assert found.economy.friction.values == (0.3, 0.1, 0.6)
    told = found.model_dump(mode="json")
    assert told["economy"]["leak"] == {"take": 0.1, "also": [0.05, 0.3]}
    assert {"DEU", "USA"} <= found.members("imposes")
    assert found.members("target") == {"RUS"}


def test_a_number_stands_for_itself() -> None:
    found = parse_scenario(PLAIN.replace("economy: {}", "economy: {leak: 0.10, friction: 1}"))
    assert found.economy is not None
    assert found.economy.leak.values == (0.1,)
    assert found.economy.friction.values == (1.0,)


def test_points_are_the_value_each_alone_and_the_ends_together() -> None:
    found = parse_scenario(PLAIN)
    assert found.economy is not None
    asked = points(found.economy)
    assert len(asked) == 1 + 4 * 2 + 2 * 5
    assert (asked[0].leak, asked[0].friction, asked[0].inputs, asked[0].outer) == (
        *(0.1, 0.3),
        *(0.5, 0.5),
    )
    # The ends of the others, each at leaks from end to end with what lies between.
    for ends, (friction, inputs, outer) in (
        (asked[-10:-5], (0.1, 0.8, 0.8)),
        (asked[-5:], (0.6, 0.2, 0.2)),
    ):
        assert [one.leak for one in ends] == pytest.approx([0.05, 0.075, 0.1, 0.2, 0.3])
        assert {(one.friction, one.inputs, one.outer) for one in ends} == {
            (friction, inputs, outer)
        }
    fixed = PLAIN.replace("economy: {}", "economy: {leak: 0.1, friction: 1, inputs: 1, outer: 1}")
    alone = parse_scenario(fixed)
    assert alone.economy is not None
    assert len(points(alone.economy)) == 1


def test_one_assumption_with_one_other_is_solved_at_both_and_between() -> None:
    """The end of the whole grid is then the assumption changed alone."""
    given = "economy: {leak: {take: 0.1, also: [0.3]}, friction: 0.3, inputs: 0.5, outer: 0.5}"
    text = PLAIN.replace("economy: {}", given)
    economy = parse_scenario(text).economy
    assert economy is not None
    asked = [(one.leak, one.changed) for one in points(economy)]
    assert asked == [(0.1, ""), (0.3, "leak"), (0.2, "")]
    given = given.replace("leak: {take: 0.1, also: [0.3]}", "leak: 0.1").replace(
        "friction: 0.3", "friction: {take: 0.3, also: [0.6]}"
    )
    economy = parse_scenario(PLAIN.replace("economy: {}", given)).economy
    assert economy is not None
    assert [one.friction for one in points(economy)] == [0.3, 0.6]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("economy: {}", "economy: {leek: 0.1}", 9, "unknown key: 'leek'.*did you mean leak"),
        ("title: A cut", "name: A cut", 1, "a key is missing: 'title'.*unknown key: 'name'"),
        ("[C26]", "[C62]", 8, "unknown sector: 'C62'"),
        ("[C26]", "[]", 8, "no sectors"),
        ("target: RUS", "target: RSU", 6, "unknown area.*'RSU'"),
        ("target: RUS", "target: DEU", 1, "DEU imposes the cut and is its target"),
        ("target: RUS", "target: WLD", 6, "the world stops no trade"),
        ("export_ban", "export_bann", 7, "did you mean export_ban"),
        ("2022", "2022-03", 3, "2022-03 is not one year"),
        ("2022", "soon", 3, "soon"),
        ("economy: {}", "", 1, "a scenario at no level"),
        ("economy: {}", "economy: {leak: 2}", 9, "2.0 is no part"),
        ("economy: {}", "economy: {outer: 0}", 9, "elasticity of zero"),
        ("economy: {}", "economy: {inputs: -1}", 9, "an elasticity of -1"),
        ("economy: {}", "economy: {leak: much}", 9, "not a number"),
        ("economy: {}", "extraction: {replaced: {others: 0.5, CHN: 0.2}}", 9, "adds up to 0.7"),
        ("economy: {}", "extraction: {replaced: {others: 1.5, CHN: -0.5}}", 9, "is no part"),
        ("economy: {}", "extraction: {replaced: {XYZ: 1}}", 9, "unknown area"),
        ("economy: {}", "extraction: {replaced: {EU: 0.5, not_replaced: 0.5}}", 9, "EU is a group"),
        ("economy: {}", "extraction: {replaced: {CHN+IND: 1}}", 9, "is a group.*CHN, IND"),
        ("economy: {}", "extraction: {replaced: {WLD: 1}}", 9, "WLD is the world.*others"),
        ("economy: {}", "extraction: {replaced: {DEU: 1}}", 9, "DEU sells instead.*imposes"),
        ("economy: {}", "extraction: {replaced: {RUS: 1}}", 9, "RUS sells instead.*target"),
        ("economy: {}", "extraction: {replaced: {not_replaced: true}}", 9, "not a number: True"),
        ("economy: {}", "extraction: {replaced: {not_replaced: 1}, leak: 1}", 9, "nothing stops"),
        ("economy: {}", "economy: {leak: 1}", 9, "nothing stops"),
        ("economy: {}", "economy: {leak: {take: 0.1, also: [1]}}", 9, "nothing stops"),
        ("economy: {}", "economy: {leak: true}", 9, "not a number: True"),
        ("economy: {}", "economy: {inputs: {take: 1, also: [true]}}", 9, "not a number: True"),
        ("economy: {}", "economy: {cap: true}", 9, "not a number: True"),
        ("format: 1", "format: true", 1, "not a whole number: True"),
        ("format: 1", "format: 1.0", 1, "not a whole number: 1.0"),
        ("economy: {}", "goods: {goods: '854231'}", 9, r"goods together with sectors \(cut\)"),
        ("economy: {}", "goods: {goods: chpll}", 9, "chpll"),
        ("economy: {}", "goods: {goods: chpl, sigma: 1}", 9, "greater than 1"),
    ],
)
def test_what_is_refused(old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(BadFileError, match=rf"(?s){words}") as refused:
        parse_scenario(PLAIN.replace(old, new), name="cut.yaml")
    assert f"cut.yaml, line {line}" in refused.value.where


def test_countries_go_by_their_names_as_on_the_command_line() -> None:
    given = PLAIN.replace("target: RUS", "target: Россия")
    assert parse_scenario(given).cut.target == "RUS"
    replaced = "extraction: {replaced: {China: 0.5, not_replaced: 0.5}}"
    found = parse_scenario(given.replace("economy: {}", replaced)).extraction
    assert found is not None
    assert found.replaced == {"CHN": 0.5, "not_replaced": 0.5}
    supply = "goods: {goods: '854231', fixed_supply: China + Japan}"
    goods = PLAIN.replace("economy: {}", supply).replace("  sectors: [C26]\n", "")
    read = parse_scenario(goods).goods
    assert read is not None
    assert read.fixed_supply == "CHN+JPN"
