"""Two ways to ask when a code was on a list say the same, for all codes and days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest

from entrepot.goods import GoodsList, goods_list, goods_lists
from entrepot.goods.history import goods_history, periods_on_list
from entrepot.goods.links import without_filling
from entrepot.goods.match import Matcher
from entrepot.model.product import known_codes, known_prefixes

Key = tuple[str, str, str, str]


def queries(held: GoodsList, tariff: str) -> set[str]:
    """Codes as printed, their six digits, and lines that other digits behind these make."""
    found = set()
    for entry in held.history:
        if entry.nomenclature[:-4] != tariff or len(entry.code) % 2:
            continue
        code = entry.code
        found.add(code)
        if len(code) >= 6:
            found |= {code[:6], f"{code[:6]}00", f"{code[:6]}90", f"{code[:8]:0<10}"}
    return found


def days(held: GoodsList) -> list[date]:
    """Every day on which something changes, and the day before."""
    found = {held.begins, held.known_until}
    for entry in held.history:
        found |= {entry.starts, entry.valid_to or entry.starts}
    steps = {day + timedelta(days=step) for day in found for step in (-1, 0, 1)}
    return sorted(day for day in steps if held.begins <= day <= held.known_until)


@pytest.mark.parametrize("name", [one.id for one in goods_lists()])
def test_history_and_match_agree_on_all_codes_and_days(name: str) -> None:
    """They differed where ``8542 31 00`` is all of 8542 31: by one, and not by the other."""
    held = goods_list(name)
    nomenclatures = defaultdict(set)
    for entry in held.history:
        nomenclatures[entry.nomenclature].add(entry.edition)
    for nomenclature in nomenclatures:
        matcher = Matcher([held], nomenclature)
        tariff, edition = nomenclature[:-4], next(iter(nomenclatures[nomenclature]))
        comparable = {
            id(entry)
            for entry in held.history
            # lines of two tariffs are not compared by their last digits, nor editions by numbers
            if entry.edition == edition
            and _stands(without_filling(entry.code, edition)[:6], edition)
            and (entry.nomenclature[:-4] == tariff or not entry.code[6:].strip("0"))
        }
        every = sorted(queries(held, tariff))
        for code in every[:: 1 + len(every) // 150]:  # all were asked once: that takes minutes
            if len(code) >= 6 and edition not in known_codes().get(code[:6], ()):
                continue  # printed as a code and none of this edition: a table cannot have it
            seen = [one for one in periods_on_list(held, code) if id(one.entry) in comparable]
            for day in days(held)[:: 1 + len(held.history) // 100]:
                by_history: set[Key] = {
                    (one.entry.code, one.entry.part, one.match, one.entry.on(day))
                    for one in seen
                    if one.entry.on(day) != "no"
                }
                by_match: set[Key] = {
                    (one.entry.code, one.entry.part, one.certainty, one.status)
                    for one in matcher.match(code, day)
                    if id(one.entry) in comparable and one.certainty in ("whole", "ex", "part")
                }
                assert by_history == by_match, (nomenclature, code, day)


def _stands(code: str, edition: str) -> bool:
    return edition in known_prefixes(len(code)).get(code, ())


def test_a_line_of_zeros_is_all_of_a_subheading() -> None:
    found = {(one.of.id, str(one.entry.starts)) for one in goods_history("85423190")}
    assert ("gb-3i", "2023-04-21") in found
    [match] = Matcher([goods_list("gb-3i")], "UKT2023").match("85423190", date(2024, 1, 1))
    assert (match.entry.code, match.certainty) == ("85423100", "whole")
