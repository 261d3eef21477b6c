"""What a code is in another edition: kinds, chains of steps, closed families, and what is used."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods import Links, goods_selection, links
from entrepot.goods import links as links_module
from entrepot.goods.links import require_code, steps, without_filling
from entrepot.goods.list_conversion import CodeConversion, expanded, reach

if TYPE_CHECKING:
    from pathlib import Path

# Codes that stand in both editions unless their name says so.
A, B, C, D = "010221", "010229", "010231", "010239"
OLD = "852580"
NEW = ("852581", "852582", "852583")


def two(*pairs: tuple[str, str]) -> Links:
    """A table between HS2022 and HS2017."""
    return Links(("HS2022", new, "HS2017", old) for new, old in pairs)


def three(newest: list[tuple[str, str]], older: list[tuple[str, str]]) -> Links:
    return Links(
        [("HS2022", new, "HS2017", old) for new, old in newest]
        + [("HS2017", new, "HS2012", old) for new, old in older]
    )


def at(
    code: str, links: Links, listed: set[str], to: str = "HS2017", **keys: object
) -> CodeConversion:
    return reach(code, "HS2022", to, listed, links, **keys)


def test_a_code_alone_is_the_same() -> None:
    found = at(A, two((A, A)), {A})
    assert (found.kind, found.codes, found.low, found.high) == ("same", (A,), 1, 1)


def test_a_code_that_took_something_over_is_mixed() -> None:
    links = two((A, A), (A, B), (B, B))
    found = at(A, links, {A})
    assert (found.kind, found.codes, found.widest) == ("mixed", (A,), (A, B))
    assert (found.low, found.high) == (0, 1)
    assert B in found.reason


def test_if_all_of_the_family_is_listed_it_is_followed_as_a_whole() -> None:
    links = two((A, A), (A, B), (B, B))
    found = at(A, links, {A, B})
    assert (found.kind, found.codes, found.low) == ("family", (A, B), 1)


def test_a_code_that_split_is_followed_only_if_all_its_parts_are_listed() -> None:
    links = two(*((new, OLD) for new in NEW))
    whole = at(NEW[0], links, set(NEW))
    assert (whole.kind, whole.codes) == ("family", (OLD,))
    part = at(NEW[0], links, {NEW[0], NEW[1]})
    assert (part.kind, part.codes, part.widest) == ("no_safe_predecessor", (), (OLD,))
    assert "with others" in part.reason


def test_a_new_number_for_the_same_goods() -> None:
    found = at(NEW[0], two((NEW[0], OLD)), {NEW[0]})
    assert (found.kind, found.codes) == ("renumbered", (OLD,))


def test_a_judged_successor_in_a_shared_family_is_not_exact() -> None:
    """854800 is 854890 in HS2017, and later steps can mix that with goods that are not listed."""
    newest = [("854800", "854890"), ("854231", "854231")]
    alone = three(newest, [("854890", "854890"), ("854231", "854231")])
    found = reach("854800", "HS2022", "HS2012", {"854800"}, alone)
    assert (found.kind, found.codes, found.low) == ("renumbered", ("854890",), 1)
    mixed = three(newest, [("854890", "854890"), ("854231", "854231"), ("854231", "854890")])
    found = reach("854800", "HS2022", "HS2012", {"854800"}, mixed)
    assert (found.kind, found.codes, found.low) == ("successor", ("854890",), 0)


def test_steps_are_taken_one_after_the_other() -> None:
    links = three([(A, A), (B, B)], [(A, A), (A, B), (B, B)])
    assert at(A, links, {A}).kind == "same"
    far = at(A, links, {A}, to="HS2012")
    assert (far.kind, far.codes) == ("mixed", (A,))
    assert at(A, links, {A, B}, to="HS2012").kind == "family"


def test_a_family_is_closed_over_all_editions_that_are_compared() -> None:
    """Asked for HS2017 alone the code is the same; compared with HS2012 it shares goods."""
    links = three([(A, A), (B, B)], [(A, A), (A, B), (B, B)])
    found = at(A, links, {A}, span=("HS2012", "HS2022"))
    assert (found.kind, found.codes) == ("mixed", (A,))
    assert found.family is not None
    assert found.family.codes("HS2022") == (A, B)
    own = reach(A, "HS2022", "HS2022", {A}, links, ("HS2012", "HS2022"))
    assert (own.kind, own.codes) == ("mixed", (A,))
    assert reach(A, "HS2022", "HS2022", {A}, links).kind == "same"


def test_forward_into_a_newer_edition() -> None:
    links = two(*((new, OLD) for new in NEW), (A, A))
    found = reach(OLD, "HS2017", "HS2022", {OLD}, links)
    assert (found.kind, found.codes) == ("family", NEW)
    assert reach(A, "HS2017", "HS2022", {A}, links).kind == "same"


def test_a_gathering_code_is_not_followed_back() -> None:
    """Twelve codes give a remainder to a new one, and keep their numbers."""
    codes = [f"0207{n}" for n in (11, 12, 13, 14, 24, 25, 26, 27, 41, 42, 43, 44)]
    links = two(*((code, code) for code in codes), *(("854911", code) for code in codes))
    assert links.set_aside("HS2022", "HS2017") == {("854911", code) for code in codes}
    for code in codes:
        assert at(code, links, {code}).kind == "same"
    lost = at("854911", links, {"854911"})
    assert (lost.kind, lost.codes) == ("no_safe_predecessor", ())
    assert lost.reason == (
        "854911 has no code of its own in HS2017; it gathered goods from many codes"
    )


def test_a_gathering_code_keeps_what_has_nowhere_else_to_go() -> None:
    codes = [f"0207{n}" for n in (11, 12, 13, 14, 24, 25, 26, 27, 41, 42, 43, 44)]
    links = two(*((code, code) for code in codes[1:]), *(("854911", code) for code in codes))
    assert ("854911", codes[0]) in links.kept("HS2022", "HS2017")
    family = links.families("HS2022", "HS2017")["HS2022", "854911"]
    assert family.gathers
    assert family.codes("HS2017") == (codes[0],)
    # What it gathered from elsewhere is not in its family, so it is never exact.
    found = at("854911", links, {"854911"})
    assert (found.kind, found.codes) == ("no_safe_predecessor", ())
    back = reach(codes[0], "HS2017", "HS2022", {codes[0]}, links)
    assert back.kind == "no_safe_predecessor"
    assert back.widest == ("854911",)


def test_codes_that_are_of_no_edition_or_another() -> None:
    links = two((A, A))
    unknown = at("854299", links, {"854299"})
    assert (unknown.kind, unknown.codes, unknown.high) == ("unknown", (), 0)
    printed = at(OLD, links, {OLD})  # a list of 2022 that prints a code of 2017
    assert (printed.kind, printed.codes, printed.low) == ("mixed", (OLD,), 0)
    assert "though the list prints it" in printed.reason
    oils = at("271000", links, {"271000"})
    assert (oils.kind, oils.codes) == ("same", ("271000",))


def test_without_a_table_only_what_ships_is_known() -> None:
    assert reach("854231", "HS2022", "HS2017", {"854231"}, None).kind == "same"
    assert reach("854151", "HS2022", "HS2017", {"854151"}, None).codes == ()
    for code, to in ((A, "HS2017"), ("854231", "HS2012"), ("854231", "HS1992")):
        with pytest.raises(RequestError, match=f"not followed into {to}") as caught:
            reach(code, "HS2022", to, {code}, None)
        assert "concordance" in caught.value.hint
    with pytest.raises(RequestError, match="between HS2017 and HS2012 is not loaded"):
        reach(A, "HS2022", "HS2012", {A}, two((A, A)))


def test_steps() -> None:
    assert steps("HS2012", "HS2022") == steps("HS2022", "HS2012")
    assert steps("HS2017", "HS2017") == ()
    assert len(steps("HS1992", "HS2022")) == 6
    with pytest.raises(UnknownNameError):
        steps("HS2018", "HS2022")


# What a selection uses


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.csv"
    path.write_text(f"code,nomenclature,ex\n{A},HS2022,no\n{C},HS2022,yes\n", encoding="utf-8")
    return str(path)


def used(goods: str, variant: str, links: Links, to: str = "HS2017", **keys: object) -> set[str]:
    found = goods_selection(
        goods,
        nomenclature=to,
        variant=variant,
        links=links,
        **keys,
    )
    return set(found.codes or ())


def test_ways_to_follow(mine: str) -> None:
    links = two((A, A), (A, B), (B, B), (C, C), (D, D))
    assert used(mine, "family", links) == {A, C}
    assert used(mine, "same_code", links) == {A, C}
    assert used(mine, "without_changed", links) == {C}
    assert used(mine, "without_partial", links) == {A}
    assert used(mine, "upper", links) == {A, B, C}
    assert used(mine, "lower", links) == {C}
    chosen = goods_selection(mine, nomenclature="HS2017", links=links)
    assert (chosen.partial, chosen.mixed) == ({C}, {A})


def test_a_way_leaves_out_the_same_entries_in_every_edition_compared(mine: str) -> None:
    links = three([(A, A), (B, B), (C, C)], [(A, A), (A, B), (B, B), (C, C)])
    compared = ["HS2022", "HS2017", "HS2012"]
    for name in compared:
        assert used(mine, "lower", links, name, editions=compared) == {C}
        assert used(mine, "upper", links, name, editions=compared) == {A, B, C}
    assert used(mine, "lower", links, "HS2017") == {A, C}


def test_a_renumbered_code_is_no_same_code(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text(f"code,nomenclature\n{NEW[0]},HS2022\n{A},HS2022\n", encoding="utf-8")
    links = two((NEW[0], OLD), (A, A))
    assert used(str(path), "family", links) == {OLD, A}
    assert used(str(path), "same_code", links) == {A}
    assert used(str(path), "same_code", links, "HS2022", editions=["HS2017"]) == {A}
    chosen = goods_selection(str(path), nomenclature="HS2017", links=links)
    assert chosen.substituted == ((NEW[0], OLD),)


def test_lines_of_a_tariff_stay_lines_in_its_own_data_and_are_parts_elsewhere(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(
        "code,nomenclature,ex\n01022110,CN2023,no\n01022910,CN2023,yes\n01023100,CN2023,no\n",
        encoding="utf-8",
    )
    links = two((A, A), (B, B), (C, C))

    def chosen(nomenclature: str, variant: str = "family") -> tuple[set[str], set[str], set[str]]:
        found = goods_selection(
            str(path),
            nomenclature=nomenclature,
            variant=variant,
            links=links,
        )
        return set(found.codes or ()), set(found.prefixes), set(found.partial)

    assert chosen("CN2024") == (set(), {"01022110", "01022910", "01023100"}, {"01022910"})
    assert chosen("CN2024", "without_partial")[1] == {"01022110", "01023100"}
    for nomenclature in ("HS2022", "HS2017", "CN2021", "HTS2024"):
        assert chosen(nomenclature) == ({A, B, C}, set(), {A, B})
        assert chosen(nomenclature, "without_partial")[0] == {C}


def test_zeros_that_fill_up() -> None:
    assert without_filling("42020000", "HS2022") == "4202"
    assert without_filling("88000000", "HS2022") == "88"
    assert without_filling("85423100", "HS2022") == "854231"
    assert without_filling("85423190", "HS2022") == "85423190"
    assert without_filling("854200", "HS2022") == "8542"
    assert without_filling("271000", "HS2022") == "271000"
    assert without_filling("85420010", "HS2022") == "85420010"
    assert without_filling("8542", "HS2022") == "8542"
    assert without_filling("770000", "HS2022") == "770000"
    assert expanded("8548", "HS2022") == ("854800",)
    assert expanded("854231", "HS2022") == ("854231",)
    assert len(expanded("88", "HS2022")) > 20
    assert expanded("880000", "HS2022") == expanded("88", "HS2022")


def test_a_code_has_to_be_one_of_the_edition() -> None:
    require_code("854231", "HS2022")
    require_code("85", "HS2022")
    with pytest.raises(RequestError, match="852580 is not a code of HS2022") as caught:
        require_code("852580", "HS2022")
    assert "HS2017" in caught.value.why
    with pytest.raises(RequestError, match="unknown code 8599 in HS2022"):
        require_code("8599", "HS2022")


@pytest.mark.parametrize("module", [links, links_module])
def test_examples_in_docstrings(module: object) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
