"""Our wordings of codes: each names a real code, once, in words of our own."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from entrepot.goods import parse
from entrepot.goods.parse import code_names, everyday_goods, goods_words, name_of_goods
from entrepot.model.columns import read_table
from entrepot.model.product import known_codes

FOLDER = files("entrepot.goods")


def rows() -> list[dict[str, str]]:
    return list(read_table(FOLDER.joinpath("code_words.csv"), ("code", "name")))


def test_every_wording_is_of_a_code_that_exists_and_of_one_only() -> None:
    table = files("entrepot.model").joinpath("hs_codes.csv")
    known = {row["code"] for row in read_table(table, ("code", "editions"))}
    codes = [row["code"] for row in rows()]
    assert len(codes) == len(set(codes)) >= 300
    assert set(codes) <= known
    assert codes == sorted(codes)
    named = {one.goods for one in everyday_goods() if one.words} | set(code_names())
    assert not set(codes) & named  # no second copy


def test_wordings_are_short_and_plain() -> None:
    for row in rows():
        assert len(row["name"]) <= 80, row
        assert not re.search(r"n\.e\.c|heading|whether or not", row["name"])


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("854233", "amplifier chips"),
        ("284690", "compounds of rare earths, yttrium or scandium other than cerium"),
        ("870323", "petrol cars of 1,500 to 3,000 cc"),
    ],
)
def test_pages_call_codes_by_them(code: str, name: str) -> None:
    assert goods_words(code) == name


def test_a_name_is_that_of_everyday_goods() -> None:
    every = {one.goods: one.name for one in everyday_goods()}
    codes = {code[:digits] for code in known_codes() for digits in (2, 4, 6)}
    for goods in {*every, *codes, "98", "980100", "999999", "chpl", "all", ""}:
        assert name_of_goods(goods) == every.get(goods, "")


def test_a_name_of_our_own_reads_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> dict[str, str]:
        raise AssertionError("lists were read")

    monkeypatch.setattr(parse, "_listed", read)
    assert goods_words("8542") == "integrated circuits"
    assert goods_words("854233") == "amplifier chips"
    assert goods_words("85") == name_of_goods("85") != ""
