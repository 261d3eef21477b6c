"""Goods: what words select, in which edition, and what is refused."""

from __future__ import annotations

import doctest
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from entrepot.errors import BadFileError, NoEvidenceError, RequestError, UnknownNameError
from entrepot.goods import (
    Selection,
    goods_list,
    goods_lists,
    goods_selection,
    goods_title,
    link,
    parse,
    select,
    selection,
)
from entrepot.goods.parse import canonical, goods_words
from entrepot.goods.selection import weighted
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from pathlib import Path

TABLE = pa.table(
    {
        "product": ["854231", "854890", "854800", "901380", "010620", "851712", None],
        "value_usd": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0],
    }
)


def values(text: str, nomenclature: str = "HS2017", **keys: Any) -> float:
    kept = select(TABLE, goods_selection(text, nomenclature=nomenclature, **keys))
    return sum(kept["value_usd"].to_pylist())


def test_tiers_have_the_published_sizes() -> None:
    tiers = Counter(entry.part for entry in goods_list("chpl").entries)
    assert tiers == {"1": 4, "2": 5, "3.A": 16, "3.B": 9, "4.A": 11, "4.B": 5}
    assert len({entry.code for entry in goods_list("chpl").entries}) == 50


def test_what_a_list_says_of_itself_holds_for_its_entries() -> None:
    for held in goods_lists():
        acts = {text.id for text in held.act.texts}
        parts = {part.id for part in held.parts}
        for entry in held.history:
            assert entry.act in acts
            assert entry.part in parts or not entry.part
            assert held.begins <= entry.starts
        assert held.entries
        assert set(held.entries) <= set(held.history)


@pytest.mark.parametrize(
    ("text", "nomenclature", "count"),
    [
        ("chpl", "HS2022", 50),
        ("chpl:1", "HS2022", 4),
        ("chpl:3", "HS2022", 25),
        ("chpl:3.A,chpl:3.B", "HS2022", 25),
        ("chpl:3.a", "HS2017", 13),
        ("CHPL", "HS2017", 47),
        ("chpl:1,854231", "HS2017", 4),
    ],
)
def test_size_of_a_selection(text: str, nomenclature: str, count: int) -> None:
    codes = goods_selection(text, nomenclature=nomenclature).codes
    assert codes is not None
    assert len(codes) == count


def test_variants_in_hs2017() -> None:
    by_variant = {
        variant: goods_selection("chpl", nomenclature="HS2017", variant=variant)
        for variant in ("family", "same_code", "without_changed")
    }
    assert {name: len(found.codes or ()) for name, found in by_variant.items()} == {
        "family": 47,
        "same_code": 44,
        "without_changed": 45,
    }
    family = by_variant["family"]
    assert dict(family.substituted) == {"854800": "854890", "852589": "852580", "880730": "880330"}
    assert {code for code, _ in family.missing} == {"854149", "854151", "854159"}
    assert all(reason for _, reason in family.missing)
    assert len(family.notes) == 3
    assert family.edition_sensitive == {"901380", "852990"}
    assert by_variant["without_changed"].edition_sensitive == set()
    assert family.codes is not None
    assert by_variant["same_code"].codes == family.codes - {"854890", "852580", "880330"}


def test_a_variant_leaves_out_the_same_entries_in_both_editions() -> None:
    for variant in ("same_code", "without_changed"):
        old = goods_selection("chpl", nomenclature="HS2017", variant=variant)
        new = goods_selection("chpl", nomenclature="HS2022", variant=variant)
        left_out = {code for code, reason in new.missing if reason.startswith("left out")}
        assert left_out == {code for code, reason in old.missing if reason.startswith("left out")}
        assert left_out


def test_nothing_is_missing_in_the_own_edition() -> None:
    found = goods_selection("chpl", nomenclature="HS2022")
    assert (found.missing, found.substituted, found.notes) == ((), (), ())


def test_phones_are_never_chips() -> None:
    for variant in ("family", "same_code", "without_changed"):
        found = goods_selection("chpl", nomenclature="HS2017", variant=variant)
        assert "851712" not in (found.codes or ())


def test_older_editions_are_refused_for_lists_and_open_for_codes() -> None:
    with pytest.raises(RequestError, match="not followed into HS2012") as caught:
        goods_selection("chpl", nomenclature="HS2012")
    assert "name product codes" in caught.value.hint
    assert goods_selection("854231", nomenclature="HS2012").codes == {"854231"}


def test_a_code_of_another_edition_is_missing_and_selects_nothing() -> None:
    found = goods_selection("852589", nomenclature="HS2017")
    assert found.codes == set()
    ((code, reason),) = found.missing
    assert code == "852589"
    assert "HS2022" in reason
    assert "852580" in reason
    assert values("852589") == 0
    assert goods_selection("8549", nomenclature="HS2017").prefixes == set()


def test_prefixes() -> None:
    found = goods_selection("8542, 85, 0106.20", nomenclature="HS2017")
    assert found.prefixes == {"8542", "85"}
    assert found.codes == {"010620"}
    assert found.key == "8542,85,010620"
    assert found.edition_sensitive == {"852990"}


def test_select_keeps_what_is_asked() -> None:
    assert values("all") == 127
    assert goods_selection("8542,all").codes is None
    assert values("chpl:1") == 1
    assert values("chpl") == 1 + 2 + 8
    assert values("chpl", variant="without_changed") == 1 + 2
    assert values("chpl", variant="same_code") == 1 + 8
    assert values("chpl", "HS2022") == 1 + 4 + 8
    assert values("01") == 16
    assert values("8548,9013") == 2 + 4 + 8


def test_a_prefix_stops_before_the_next() -> None:
    rows = pa.table({"product": ["01", "010121", "019999", "02", "020110", "000000", "1"]})
    assert select(rows, goods_selection("01"))["product"].to_pylist() == ["01", "010121", "019999"]
    nines = pa.table({"product": ["840999", "840991", "841000"]})
    assert select(nines, goods_selection("8409")).num_rows == 2


def test_select_returns_the_kind_that_came_in() -> None:
    chosen = goods_selection("chpl", nomenclature="HS2017")
    frame = TABLE.to_pandas()
    relation = duckdb.connect().from_arrow(TABLE)
    assert isinstance(select(frame, chosen), pd.DataFrame)
    assert isinstance(select(TABLE, chosen), pa.Table)
    assert isinstance(select(pl.from_arrow(TABLE), chosen), pl.DataFrame)
    assert isinstance(select(pl.LazyFrame(pl.from_arrow(TABLE)), chosen), pl.LazyFrame)
    assert isinstance(select(relation, chosen), duckdb.DuckDBPyRelation)
    assert select(frame, chosen)["value_usd"].sum() == 11
    assert select(relation, chosen).sum("value_usd").fetchall() == [(11.0,)]


def test_select_takes_categories() -> None:
    frame = TABLE.to_pandas().astype({"product": "category"})
    for rows in (
        frame,
        pl.DataFrame(frame),
        pa.table({"product": TABLE["product"].dictionary_encode()}),
    ):
        assert len(select(rows, goods_selection("85", nomenclature="HS2017"))) == 4


def test_select_refuses_numbers_and_missing_columns() -> None:
    numbers = pa.table({"product": [10620]})
    with pytest.raises(RequestError, match="not text"):
        select(numbers, goods_selection("01"))
    with pytest.raises(UnknownNameError, match="prodct"):
        select(TABLE, goods_selection("01"), product="prodct")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("chlp", "did you mean chpl"),
        ("chpl:5", "its parts: 1, 2"),
        ("854299", "did you mean"),
        ("10620", "5 digits"),
        ("8542310000", "differ from country to country"),
        ("77", "no such chapter"),
        ("", "no goods given"),
        (" , ", "no goods given"),
        ("chips", "goods are all, a list"),
        ("magnets", "in codes: 850511 (metal permanent magnets)"),
        ("magnetts", "in codes: 850511 (metal permanent magnets)"),
        ("named: dual-use goods", "described in words only"),
    ],
)
def test_refused(text: str, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        goods_selection(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Annex XL", "eu-xl"),
        ("eu annex xxiii@2024-01-01", "eu-xxiii@2024-01-01"),
        ("Annex VII Part B, 8542", "eu-vii-b,8542"),
        ("schedule 3e", "gb-3e"),
    ],
)
def test_list_by_what_the_law_calls_it(text: str, key: str) -> None:
    assert canonical(text) == key


def test_what_the_law_calls_two_lists_names_neither() -> None:
    with pytest.raises(UnknownNameError, match="Schedule 6"):
        canonical("Schedule 6")


def test_unknown_edition_and_variant() -> None:
    with pytest.raises(UnknownNameError, match="HS2018"):
        goods_selection("all", nomenclature="HS2018")
    with pytest.raises(UnknownNameError, match="familly") as caught:
        goods_selection("chpl", variant="familly")
    assert caught.value.suggestions == ["family"]
    assert goods_selection("chpl", nomenclature="HS17").nomenclature == "HS2017"


def test_titles() -> None:
    assert goods_title("all") == "all goods"
    assert goods_title("chpl") == "high-priority goods"
    assert goods_title("chpl:4.b") == "high-priority goods, tier 4.B (machine tools)"
    assert goods_title("84") == "machinery (HS 84)"
    assert goods_title("8507") == "rechargeable batteries (HS 8507)"
    assert goods_title("8541,8542") == "semiconductors (HS 8541, 8542)"
    assert goods_words("854231,8542") == "processors and controllers (chips), integrated circuits"
    assert goods_title("named: dual-use goods") == "dual-use goods"
    with pytest.raises(UnknownNameError):
        goods_title("nothing")


def test_what_was_on_the_list_when() -> None:
    chpl = goods_list("chpl")
    assert len(chpl.on(date(2023, 12, 18)).listed) == 45
    whole = chpl.on(date(2024, 2, 23))
    assert (len(whole.listed), whole.possible, whole.after_last_text) == (50, (), False)
    assert {entry.part for entry in whole.listed if entry.starts > date(2024, 2, 22)} == {"4.B"}
    assert chpl.on(date(2030, 1, 1)).after_last_text


def test_between_two_texts_a_code_is_possible_and_not_listed() -> None:
    """The five machine tools were not in the text of December 2023 and are in that of February."""
    state = goods_list("chpl").on(date(2024, 1, 15))
    assert len(state.listed) == 45
    assert [entry.part for entry in state.possible] == ["4.B"] * 5
    chosen = goods_selection("chpl@2024-01-15")
    assert chosen.codes is not None
    assert (len(chosen.codes), len(chosen.possible)) == (45, 5)
    assert chosen.codes.isdisjoint(chosen.possible)
    assert chosen.key == "chpl@2024-01-15"


def test_where_no_text_says_anything_the_day_is_refused() -> None:
    chpl = goods_list("chpl")
    with pytest.raises(NoEvidenceError, match="not established"):
        chpl.on(date(2023, 6, 1))
    before = chpl.on(date(2001, 1, 1))  # there was no list yet, which is known
    assert (before.listed, before.possible) == ((), ())


def test_a_list_is_a_key_without_a_look_at_its_act_and_parts() -> None:
    """Selections are keys of what a question found out, thousands of times in a brief."""
    [chips] = goods_selection("chpl", nomenclature="HS2017").lists
    untouched: Any = []  # cannot be hashed
    assert hash(replace(chips, act=untouched, parts=untouched)) == hash(chips)
    assert replace(chips, parts=()) != chips


def test_links_between_editions() -> None:
    known = link("854151", "HS2022", "HS2017")
    assert known is not None
    assert (known.kind, known.other_code) == ("no_safe_predecessor", "")
    same = link("854231", "HS2022", "HS2017")
    assert same is not None
    assert (same.kind, same.other_code) == ("same", "854231")
    assert link("854231", "HS2022", "HS2012") is None


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("code,tier\n854231,1\n", encoding="utf-8")
    assert read_table(path, ("code", "tier")) == [{"code": "854231", "tier": "1"}]
    with pytest.raises(BadFileError, match="columns are code, tier"):
        read_table(path, ("code", "level"))
    path.write_text("code,tier\n854231\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="too few"):
        read_table(path, ("code", "tier"))


@pytest.mark.parametrize("module", [parse, selection])
def test_examples_in_docstrings(module: Any) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("kind", ["polars", "pyarrow", "pandas", "duckdb"])
def test_weights_of_a_selection_multiply_rows_of_its_edition_only(kind: str) -> None:
    rows = pa.table(
        {
            "product": ["854140", "85414010", "854231", "854140", None],
            "nomenclature": ["HS2017", "CN2021", "HS2017", "HS2022", "HS2017"],
            "value_usd": [8.0, 4.0, 2.0, 1.0, None],
        }
    )
    connection = duckdb.connect()
    made: dict[str, Any] = {
        "polars": pl.from_arrow(rows),
        "pyarrow": rows,
        "pandas": rows.to_pandas(),
        "duckdb": connection.from_arrow(rows),
    }
    chosen = replace(
        goods_selection("854231", nomenclature="HS2017"),
        weights=(("854140", 0.25), ("854231", 0.5)),
    )
    other = goods_selection("854231", nomenclature="HS2022")

    def values(*selections: Selection) -> list[float]:
        found = nw.from_native(weighted(nw.from_native(made[kind]).lazy(), selections, "value_usd"))
        cells = found.collect().to_native()
        column = nw.from_native(cells, eager_only=True)["value_usd"].to_list()
        return sorted(cell for cell in column if cell is not None and cell == cell)

    assert values(chosen) == [0.25, 1.0, 1.0, 2.0]  # one edition: the column is not looked at
    assert values(chosen, other) == [1.0, 1.0, 2.0, 4.0]
    assert values(other) == [1.0, 2.0, 4.0, 8.0]


def test_a_fragment_and_a_day_after_the_last_text_are_told() -> None:
    fragment = goods_selection("us-supp-4")
    assert fragment.fragments == ("us-supp-4",)
    assert goods_selection("chpl").fragments == ()
    late = goods_selection("gb-3i@2030-01-01")
    assert late.outrun == (f"gb-3i ({goods_list('gb-3i').known_until})",)
    assert goods_selection("gb-3i@2025-04-24").outrun == ()


def test_a_title_is_not_taken_from_a_part_of_a_code() -> None:
    """On some lists 271019 is jet fuel only; the code holds diesel and fuel oil, too."""
    title = "medium and heavy petroleum oils (diesel, kerosene, fuel oil; HS 271019)"
    assert goods_title("271019") == title
    assert goods_title("854231") == "processors and controllers (chips; HS 854231)"


def test_a_code_of_no_edition_or_without_its_zero_has_no_history() -> None:
    from entrepot.goods import goods_history

    with pytest.raises(RequestError, match="odd number") as caught:
        goods_history("10620")
    assert "010620" in caught.value.hint
    with pytest.raises(UnknownNameError):
        goods_history("854299")
    assert goods_history("847130")
