"""Every bundled list as the CSV prints it, worked out again without the package's reading of it."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

import entrepot.goods
from entrepot.errors import NoEvidenceError
from entrepot.goods import goods_list, goods_selection
from entrepot.goods.history import goods_history
from entrepot.goods.match import Matcher

FOLDER = Path(entrepot.goods.__file__).parent
PLACES = {
    one.id: one.act.id
    for one in entrepot.goods.goods_lists()
    if one.nomenclatures and all(int(name[-4:]) >= 2022 for name in one.nomenclatures)
}
DAYS = (date(2022, 6, 1), date(2023, 7, 1), date(2024, 7, 1), date(2025, 6, 1))


def codes_of_2022() -> set[str]:
    with (FOLDER.parent / "model" / "hs_codes.csv").open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file) if row["editions"].endswith("2022")}


CODES = codes_of_2022()
HEADS = {code[:length] for code in CODES for length in (2, 4, 6)}


@cache
def files() -> dict[str, Path]:
    return {
        one["id"]: path.parent / one["file"]
        for path in (FOLDER / "lists").glob("*/act.yml")
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))["lists"]
    }


@cache
def printed(name: str) -> list[dict[str, str]]:
    with files()[name].open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def on(row: dict[str, str], day: date) -> bool:
    start = row["applies"] or row["adopted"] or row["seen_from"]
    return start <= day.isoformat() and (not row["valid_to"] or day.isoformat() <= row["valid_to"])


def stem(code: str) -> str:
    """A code up to six digits, without zeros that stand for a whole heading or chapter."""
    head = code[:6]
    while head not in HEADS and head.endswith("00"):
        head = head[:-2]
    return head


def covered(rows: list[dict[str, str]]) -> tuple[set[str], set[str]]:
    """Six-digit codes of HS2022 that rows touch, and those that none of them covers wholly."""
    touched, whole = set(), set()
    for row in rows:
        head = stem(row["code"])
        there = {code for code in CODES if code.startswith(head)} or {head}
        touched |= there
        if row["ex"] == "no" and not row["code"][6:].strip("0"):
            whole |= there
    return touched, touched - whole


@pytest.mark.parametrize("name", PLACES)
def test_six_digit_codes_and_which_of_them_are_partial(name: str) -> None:
    held = goods_list(name)
    last = held.ended or held.known_until
    rows = [row for row in printed(name) if on(row, last)]
    assert len(rows) == len(held.entries)
    chosen = goods_selection(name, nomenclature="HS2022")
    touched, partial = covered(rows)
    selected = {
        code for code in CODES
        if code in (chosen.codes or ()) or code.startswith(tuple(chosen.prefixes) or "x")
    }  # fmt: skip
    assert selected == touched & CODES
    assert chosen.partial & CODES == partial & CODES


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", PLACES)
def test_what_was_on_it_on_a_day(name: str, day: date) -> None:
    rows = {(row["code"], row["part"], row["ex"]) for row in printed(name) if on(row, day)}
    try:
        listed = goods_list(name).on(day).listed
    except NoEvidenceError:
        assert not rows
        return
    assert {(one.code, one.part, "yes" if one.ex else "no") for one in listed} == rows


@pytest.mark.parametrize("name", PLACES)
def test_a_table_of_its_own_codes_meets_the_list(name: str) -> None:
    """Each printed code finds its own row, whole if it is whole; its six digits at least a part."""
    held = goods_list(name)
    matchers: dict[str, Matcher] = {}
    for place, row in enumerate(printed(name)[::7]):
        nomenclature = row["nomenclature"]
        matcher = matchers.setdefault(nomenclature, Matcher([held], nomenclature))
        same = [
            one for one in matcher.match(row["code"])
            if (one.entry.code, one.entry.part) == (row["code"], row["part"])
            and one.entry.ex == (row["ex"] == "yes")
        ]  # fmt: skip
        if stem(row["code"]) not in HEADS:
            continue
        assert same, row
        assert {one.certainty for one in same} == {"ex" if row["ex"] == "yes" else "whole"}
        six = matcher.match(row["code"][:6])
        narrower = row["code"][6:].strip("0")
        certainties = {one.certainty for one in six if one.entry.code == row["code"]}
        assert ("whole" in certainties) <= (not narrower)
        if place % 20 == 0:
            assert row["code"] in {seen.entry.code for seen in goods_history(row["code"])}


@pytest.mark.parametrize("name", [one.id for one in entrepot.goods.goods_lists()])
def test_the_day_that_a_refusal_names_is_answered(name: str) -> None:
    with pytest.raises(NoEvidenceError) as caught:
        goods_selection(f"{name}@1900-01-01")
    day = date.fromisoformat(caught.value.hint.split()[2])
    assert goods_list(name).on(day).listed
