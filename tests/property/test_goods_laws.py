"""Laws of goods: families are closed, weights share out, ways nest, and matches never widen."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entrepot.goods import Links, Variant, goods_list, goods_lists, goods_selection
from entrepot.goods.history import goods_diff, goods_history
from entrepot.goods.match import Matcher
from entrepot.goods.own import own_list
from entrepot.goods.weights import convert, estimate_weights
from entrepot.model.product import POOLED, known_codes

if TYPE_CHECKING:
    from entrepot.goods.lists import GoodsList

SMALL = st.integers(0, 5).map(lambda n: f"10000{n}")
LINKS = st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=14)
DAYS = st.dates(date(2022, 1, 1), date(2026, 6, 30))
NAMES = st.sampled_from([held.id for held in goods_lists()])
REAL = st.sampled_from(sorted(
    code for code, editions in known_codes().items() if {"HS2017", "HS2022"} <= editions
))  # fmt: skip


def tables(newest: list[tuple[str, str]], older: list[tuple[str, str]]) -> Links:
    return Links(
        [("HS2022", new, "HS2017", old) for new, old in newest]
        + [("HS2017", new, "HS2012", old) for new, old in older]
    )


@settings(deadline=None)
@given(LINKS, LINKS)
def test_families_are_closed_and_nothing_is_in_two(
    newest: list[tuple[str, str]], older: list[tuple[str, str]]
) -> None:
    links = tables(newest, older)
    families = links.families("HS2022", "HS2012")
    for new, old in links.kept("HS2022", "HS2017"):
        assert families["HS2022", new] is families["HS2017", old]
    for new, old in links.kept("HS2017", "HS2012"):
        assert families["HS2017", new] is families["HS2012", old]
    every = [
        (name, code)
        for family in {id(one): one for one in families.values()}.values()
        for name, codes in family.members
        for code in codes
    ]
    assert len(every) == len(set(every)) == len(families)


@settings(deadline=None)
@given(LINKS, LINKS)
def test_a_longer_span_only_joins_families(
    newest: list[tuple[str, str]], older: list[tuple[str, str]]
) -> None:
    links = tables(newest, older)
    short, long = links.families("HS2022", "HS2017"), links.families("HS2022", "HS2012")
    for node, family in short.items():
        for name, codes in family.members:
            assert set(codes) <= set(long[node].codes(name))


@settings(deadline=None)
@given(LINKS, st.data())
def test_weights_share_a_code_out_over_its_links(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    links = tables([(f"2{new[1:]}", old) for new, old in pairs], [])
    values = st.floats(0, 1e9, allow_nan=False)

    def reports(codes: list[str]) -> pa.Table:
        rows = [(f"R{who}", code, data.draw(values)) for who in range(3) for code in codes]
        rows += [(f"R{who}", "999999", 1.0) for who in range(3)]
        return pa.table({name: [row[place] for row in rows] for place, name in
                         enumerate(("reporter", "product", "value"))})  # fmt: skip

    kept = links.kept("HS2022", "HS2017")
    before = reports(sorted({old for _, old in kept if old[0] == "1"}))
    after = reports(sorted({new for new, _ in kept if new[0] == "2"}))
    for ends in (("HS2017", "HS2022"), ("HS2022", "HS2017")):
        found = estimate_weights(before, after, links, *ends)
        table = kept if ends[0] == "HS2022" else {(old, new) for new, old in kept}
        for code in {code for code, _ in table}:
            there = found.of(code)
            assert sum(there.values()) == pytest.approx(1)
            assert all(0 < weight <= 1 + 1e-12 for weight in there.values())
            assert {(code, other) for other in there} <= table
        codes = sorted({code for code, _ in table})
        trade = pa.table({"product": codes, "value_usd": [7.0] * len(codes),
                          "mass_kg": [3.0] * len(codes)})  # fmt: skip
        moved = convert(trade, found.to_arrow())
        assert sum(moved["value_usd"].to_pylist()) == pytest.approx(7 * len(codes))
        assert sum(moved["mass_kg"].to_pylist()) == pytest.approx(3 * len(codes))


@settings(deadline=None)
@example(["271012"], [("100000", "100000")])
@given(st.lists(REAL, min_size=1, max_size=8, unique=True), LINKS)
def test_the_ways_to_follow_a_list_nest(codes: list[str], pairs: list[tuple[str, str]]) -> None:
    """Codes of both editions; some are joined as the drawn pairs say."""
    renamed = dict(zip([f"10000{n}" for n in range(6)], codes * 6, strict=False))
    links = tables(
        [(code, code) for code in codes]
        + [(renamed[one], renamed[other]) for one, other in pairs], [],
    )  # fmt: skip
    listed = codes[: len(codes) // 2 + 1]
    text = "code,nomenclature\n" + "".join(f"{code},HS2022\n" for code in listed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mine.csv")
        path.write_text(text, encoding="utf-8")
        found = {
            variant: goods_selection(
                str(path), nomenclature="HS2017", variant=variant, links=links
            ).codes
            for variant in get_args(Variant)
        }
    family, upper, lower = (found[name] or set() for name in ("family", "upper", "lower"))
    assert lower <= family <= upper
    assert (found["without_changed"] or set()) <= family
    assert found["without_partial"] == family  # nothing is partial here
    assert set(listed) <= upper
    joined = links.families("HS2022", "HS2017")
    for code in lower:  # what is taken as a whole came from listed codes alone
        assert set(joined["HS2017", code].codes("HS2022")) <= set(listed)
    # Sources that keep all oils of 2710 under one code have listed ones in it.
    assert (POOLED in upper) == any(code.startswith("2710") for code in listed)
    for code in upper - {POOLED}:
        assert not set(joined["HS2017", code].codes("HS2022")).isdisjoint(listed)


@settings(deadline=None)
@given(NAMES, DAYS)
def test_a_day_has_what_is_on_the_list_and_nothing_of_before_or_after(name: str, day: date) -> None:
    held = goods_list(name)
    listed = {entry for entry in held.history if entry.on(day) == "listed"}
    for entry in listed:
        assert entry.starts <= day
        assert entry.valid_to is None or day <= entry.valid_to
        later = day + timedelta(days=400)
        assert entry.on(later) == "listed" or (entry.valid_to and entry.valid_to < later)
    if listed:
        state = held.on(day)
        assert set(state.listed) == listed
        assert listed.isdisjoint(state.possible)


@settings(deadline=None)
@given(NAMES, DAYS, DAYS)
def test_a_difference_reads_the_same_from_either_side(name: str, one: date, other: date) -> None:
    held = goods_list(name)
    if not all(any(entry.on(day) == "listed" for entry in held.history) for day in (one, other)):
        return
    there = goods_diff(f"{name}@{one}", f"{name}@{other}")
    back = goods_diff(f"{name}@{other}", f"{name}@{one}")
    assert keys(there.added) == keys(back.removed)
    assert keys(there.removed) == keys(back.added)
    assert len(there.changed) == len(back.changed)
    same = goods_diff(f"{name}@{one}", f"{name}@{one}")
    assert (same.added, same.removed, same.changed) == ((), (), ())
    states = [
        {(entry.code, entry.part, entry.ex) for entry in held.on(day).listed}
        for day in (one, other)
    ]
    came = keys(there.added) | keys(new for _, new in there.changed)
    left = keys(there.removed) | keys(old for old, _ in there.changed)
    assert came == states[1] - states[0]
    assert left == states[0] - states[1]


def keys(entries: object) -> set[tuple[str, str, bool]]:
    return {(one.code, one.part, one.ex) for one in entries}


@settings(deadline=None)
@given(NAMES, st.data())
def test_history_finds_every_entry_by_its_own_code_and_by_its_beginnings(
    name: str, data: st.DataObject
) -> None:
    entry = data.draw(st.sampled_from(goods_list(name).history))
    for length in {2, 4, 6, len(entry.code)}:
        code = entry.code[:length]
        if len(code) == length:
            assert entry in [seen.entry for seen in goods_history(code)]


ENTRY = st.tuples(
    REAL, st.sampled_from([2, 4, 6, 8]), st.sampled_from(["10", "00", "99"]), st.booleans()
)


def listed(entries: list[tuple[str, int, str, bool]], folder: str) -> GoodsList:
    rows = {(code + tail)[:length]: ex for code, length, tail, ex in entries}
    path = Path(folder, "mine.csv")
    path.write_text(
        "code,nomenclature,ex\n"
        + "".join(f"{code},CN2023,{'yes' if ex else 'no'}\n" for code, ex in rows.items()),
        encoding="utf-8",
    )
    return own_list(path)


@settings(deadline=None)
@given(
    st.lists(ENTRY, min_size=1, max_size=6), st.data(),
    st.sampled_from(["HS2022", "CN2023", "HTS2024"]), st.sampled_from([2, 4, 6, 8, 10]),
    st.sampled_from(["1000", "0000", "9900", "1001"]),
)  # fmt: skip
def test_a_match_is_whole_only_where_the_list_covers_the_code(
    entries: list[tuple[str, int, str, bool]],
    data: st.DataObject, tariff: str, length: int, tail: str,
) -> None:  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        held = listed(entries, folder)
    asked = (data.draw(st.one_of(st.sampled_from([one[0] for one in entries]), REAL)) + tail)[
        :length
    ]
    matches = Matcher([held], tariff).match(asked)
    for one in matches:
        entry = one.entry
        assert asked.startswith(entry.code[:6]) or entry.code.startswith(asked[:6])
        if one.certainty == "whole":
            assert not entry.ex
            plain = entry.code[:6] if not entry.code[6:].strip("0") else entry.code
            assert asked.startswith(plain)
            assert len(plain) <= 6 or tariff == "CN2023"
        if entry.ex:
            assert one.certainty != "whole"
    covered = [
        entry for entry in held.history
        if not entry.ex and len(entry.code) <= 6 and asked.startswith(entry.code)
    ]  # fmt: skip
    whole = {one.entry.code for one in matches if one.certainty == "whole"}
    assert {entry.code for entry in covered} <= whole


@settings(deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=6))
def test_an_own_list_selects_no_less_in_six_digits_than_it_says(
    entries: list[tuple[str, int, str, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        held = listed(entries, folder)
        chosen = goods_selection(str(Path(folder, "mine.csv")), nomenclature="HS2022")
        lines = goods_selection(str(Path(folder, "mine.csv")), nomenclature="CN2023")
    assert chosen.codes is not None
    for entry in held.history:
        six = entry.code[:6]
        assert six in chosen.codes or six in chosen.prefixes
        assert six in lines.prefixes or entry.code in {*(lines.codes or ()), *lines.prefixes}
        alone = not any(
            not other.is_partial and entry.code.startswith(other.code[:6])
            for other in held.history if other is not entry
        )  # fmt: skip
        if entry.is_partial and alone and len(six) == 6:
            assert six in chosen.partial
