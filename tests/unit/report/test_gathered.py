"""What a page lacks is said once: sections that show nothing become lines, one reason one line."""

from __future__ import annotations

from dataclasses import replace

from entrepot.figures import Definition, Figure
from entrepot.report.cards import gathered, stated_once
from entrepot.report.charts import BriefTable
from entrepot.report.parts import Card, DataGap, Remark, Section
from entrepot.report.phrasing import inside

TABLE = BriefTable("Shares", ("Year", "Share"), (False, True), (("2023", "5"),), ("", "per cent"))
ADD = "entrepot data add baci FILE"


def section(name: str, gap: DataGap | None = None, table: BriefTable | None = None) -> Section:
    return Section(id=name, eyebrow=name, title=Remark(name), deck="", gap=gap, table=table)


def last(*gaps: DataGap) -> Section:
    return Section(id="gaps", eyebrow="", title=Remark("One thing"), deck="", gaps=gaps)


def test_a_section_that_shows_nothing_becomes_a_line() -> None:
    lacks = DataGap("shares by year", "nothing is held", ADD)
    found = gathered([section("time", lacks), section("goods", table=TABLE)], last())
    assert [one.id for one in found] == ["goods", "gaps"]
    assert found[-1].gaps == (DataGap("Shares by year", "Nothing is held.", ADD),)
    assert found[-1].title.text == "One gap, and how to close it"


def test_one_reason_is_said_once_and_what_fills_most_stands_first() -> None:
    why = DataGap("a", "Nothing is held.", ADD)
    other = DataGap("Codes", "They cannot be followed.")
    found = gathered(
        [section("one", why), section("two", replace(why, what="b"))],
        last(other, replace(why, what="The share")),
    )
    first, second = found[-1].gaps
    assert first.what == "Three gaps with one reason"
    assert first.why == "Nothing is held. Affected: The share; A; B."
    assert first.command == ADD
    assert second == other
    assert found[-1].title.text == "Four gaps, and how to close them"  # those of one reason, too


def test_a_section_with_a_table_keeps_what_it_lacks() -> None:
    kept = section("who", DataGap("more", "not held"), TABLE)
    assert gathered([kept], last())[0] is kept


def test_nothing_lacking_leaves_the_last_section_as_it_is() -> None:
    ends = last(DataGap("Codes", "They cannot be followed."))
    assert gathered([section("goods", table=TABLE)], ends)[-1] == ends


def test_cards_repeat_no_reason() -> None:
    asked = Definition.build("value", importer="RUS", exporter="CHN", period=2023)
    figure = Figure(asked, "insufficient_data", None, "USD")
    one = Card("a", figure, "–", "", None, "not known", "Not held.", "missing", "", command=ADD)
    known = replace(one, value="5", tag="computed", definition="Counted.", command="")
    other = replace(one, definition="Another.")
    told = stated_once([one, one, known, one, other])
    assert [card.definition for card in told] == [
        "Not held.",
        "As above.",
        "Counted.",
        "For the reason given first.",
        "Another.",
    ]
    assert [card.command for card in told] == [ADD, "", "", "", ADD]


def test_a_name_at_the_beginning_keeps_its_letter() -> None:
    assert inside("Neither the lake nor print") == "neither the lake nor print"
    assert inside("Armenia did not report") == "Armenia did not report"


def test_all_that_an_empty_section_lacks_becomes_lines() -> None:
    one, two = (
        DataGap("the goods", "nothing is held", ADD),
        DataGap("all inputs", "a group is too large"),
    )
    found = gathered([replace(section("cost", one), gaps=(two,))], last())
    assert [gap.what for gap in found[-1].gaps] == ["The goods", "All inputs"]
