"""Sentence rules: words must follow the numbers, and stop where the numbers stop."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from by_hand import figure

from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report import phrasing
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.charts.share import direction_word
from entrepot.report.definitions import counted, moved_by, verb_of
from entrepot.report.parts import BriefSentence

if TYPE_CHECKING:
    from pathlib import Path

NBSP = "\u00a0"


def text(words_of: str) -> str:
    return words_of.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("change", "word"),
    [(12.0, "rose"), (-12.0, "fell"), (0.0, "held"), (0.049, "held"), (-0.06, "fell")],
)
def test_a_direction_word_has_the_sign_of_the_change(change: float, word: str) -> None:
    assert phrasing.direction(change) == word


@pytest.mark.parametrize(
    ("growth", "said"),
    [
        (39.3, "rose by 39 %"),
        (-9.9, "fell by 9.9 %"),
        (99.0, "rose by 99 %"),
        (100.0, "rose by 100 %, to 2.0 times as much"),
        (265.7, "rose by 266 %, to 3.7 times as much"),
        (0.01, "did not change"),
    ],
)
def test_growth_in_words(growth: float, said: str) -> None:
    assert text(phrasing.changed(figure("growth", growth, "percent", base=2022))) == said


def test_only_a_growth_is_a_change() -> None:
    with pytest.raises(ValueError, match="not a growth"):
        phrasing.changed(figure("import_share", 0.5))
    with pytest.raises(ValueError, match="not a growth"):
        phrasing.changed(figure("growth", None, "percent", base=2022))


def test_two_digits_say_about_where_they_round() -> None:
    assert text(phrasing.about(figure("import_share", 0.38588))) == "about 39 %"
    assert text(phrasing.about(figure("value", 5.2427e9, "USD"))) == "about USD 5.2 bn"
    assert text(phrasing.about(figure("import_share", 0.5))) == "50.0 %"


def test_a_rounded_value_lies_in_the_range_beside_it() -> None:
    """A brief said about 82 %, and that other definitions give 82.5 to 82.6 %."""
    narrow = figure("import_share", 0.8249, low=0.8249, high=0.8261)
    assert text(phrasing.about(narrow)) == "82.5 %"
    assert text(phrasing.about(figure("import_share", 0.8249, low=0.79, high=0.87))) == "about 82 %"


def test_printed_numbers_keep_their_own_digits_and_relation() -> None:
    gaidar = figure("import_share", 0.39, row="RS-005", period=2025)
    assert phrasing.shown(gaidar) == ("39", "%")
    assert text(phrasing.about(gaidar)) == "39 %"
    bruegel = figure("import_share", 0.563, row="HP-002", goods="chpl")
    assert phrasing.shown(bruegel) == ("56.3", "%")
    assert text(phrasing.about(bruegel)) == "about 56 %"
    at_least = figure("import_share", 0.36, row="HP-055", period=2022)
    assert text(phrasing.about(at_least)) == "more than 36 %"
    assert phrasing.bounded(at_least) == "over 36"
    computed = figure("import_share", 0.39)
    assert phrasing.shown(computed) == ("39.0", "%")


def test_nothing_is_said_about_a_value_that_is_not_held() -> None:
    unknown = figure("import_share", None)
    assert phrasing.shown(unknown) == ("–", "")
    for rule in (phrasing.about, phrasing.half):
        with pytest.raises(ValueError, match="without a value"):
            rule(unknown)


def test_most_needs_the_whole_range_above_half() -> None:
    def half(value: float, low: float | None = None, high: float | None = None) -> str:
        return phrasing.half(figure("import_share", value, low=low, high=high))

    assert "more than half" in half(0.563)
    assert "more than half" in half(0.563, 0.51, 0.9)
    assert "more than half" not in half(0.563, 0.38, 0.9)
    assert "more than half" not in half(0.5)
    assert "less than half" in half(0.39, 0.35, 0.49)
    assert "more under others" in half(0.49, 0.35, 0.51)


def test_a_range_whose_ends_read_the_same_is_none() -> None:
    assert phrasing.span(figure("import_share", 0.5)) == ""
    assert phrasing.span(figure("import_share", 0.019888, low=0.019887, high=0.019889)) == ""
    assert text(phrasing.span(figure("import_share", 0.5, low=0.384, high=0.9))) == "38 to 90 %"


def test_a_range_has_the_decimals_of_its_value() -> None:
    """14.6 with 15 to 16 beside it would lie outside its own range."""
    share = figure("import_share", 0.146, low=0.146, high=0.16)
    assert phrasing.span_like(share) == "14.6 to 16.0"
    assert phrasing.span_like(figure("import_share", 0.39, low=0.39, high=0.5, row="RS-005")) == (
        "39 to 50"
    )
    assert phrasing.span_like(figure("import_share", 0.146, low=0.1460, high=0.1461)) == ""
    assert phrasing.span_like(figure("import_share", 0.146)) == ""


def test_no_sentence_without_a_figure() -> None:
    with pytest.raises(ValueError, match="no Figure carries"):
        BriefSentence("China dispatched 56 %.", ())
    assert BriefSentence("China dispatched 56 %.", (figure("import_share", 0.56),)).text


def test_a_reporter_who_counts_by_origin_is_not_said_to_count_by_dispatch(
    tmp_path: Path,
) -> None:
    asked = figure("import_share", 0.84)
    first = asked.evidence[0]
    bases = {"origin": 0.9, "consignment": 0.1}
    by_origin = replace(asked, evidence=(replace(first, bases=bases),))
    assert (verb_of(asked), verb_of(by_origin)) == ("dispatched", "made")
    mixed = replace(first, bases={"origin": 0.32, "consignment": 0.68})
    assert verb_of(replace(asked, evidence=(mixed,))) == "dispatched"
    book = BriefContext(Lake.open(tmp_path))
    subject = Subject("RUS", "CHN", "850511", Period.parse(2023), fixed=True)
    told = [counted(book, subject, one) for one in (asked, by_origin)]
    assert told[0].startswith("Counted by country of dispatch")
    assert told[1].startswith("Counted by country of origin")


def test_a_growth_in_words_says_how_many_months_it_compares() -> None:
    steps = "10 of 12 months with reports in 2023 against 11 of 12 in 2022"
    growth = replace(figure("growth", -9.1, "percent", base=2022), scope={"steps": steps})
    assert text(phrasing.changed(growth)) == f"fell by 9.1 % ({steps})"
    assert text(phrasing.changed(replace(growth, scope={}))) == "fell by 9.1 %"


@pytest.mark.parametrize("choice", ["origin", "source", "report", "goods", "followed", "total"])
def test_what_a_number_depends_on_is_said_in_words_of_every_day(choice: str) -> None:
    """A minister read “the most influential choice is reporter”."""
    asked = figure("import_share", 0.4, low=0.2, high=0.5, specifications=[("a", 0.2), ("b", 0.5)])
    assert asked.specifications is not None
    found = replace(asked.specifications, most_influential=choice)
    said = moved_by(replace(asked, specifications=found))
    assert said.partition(" ")[0] in ("how", "the", "whether", "which", "whose")
    assert not re.search("reporter|primary source|denominator", said)


def test_shares_that_are_upper_bounds_have_no_direction() -> None:
    before, after = figure("import_share", 0.5), figure("import_share", 0.8)
    assert direction_word(before, after) == "rose"
    assert direction_word(after, before) == "fell"
    # "80 % or less" may be 40 %; but from 50 % or less to 80 % it did rise.
    at_most = replace(after, open_end="low", low=0.8, high=0.8)
    assert direction_word(before, at_most) == "went"
    assert direction_word(replace(before, open_end="low", low=0.5, high=0.5), after) == "rose"
