"""Lists of shipments whose truth is known, worked out from the lists as data and from the rules.

Nothing here imports what finds a code on a list: entries are read as CSV, and the rules are those
of docs/how-to/screen-shipments.md, line by line and without sets.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import entrepot
from entrepot.figures.screening.read import read_text
from entrepot.figures.screening.statuses import screen

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

LISTS = Path(entrepot.__file__).parent / "goods" / "lists"
CODES = Path(entrepot.__file__).parent / "model" / "hs_codes.csv"
EU = frozenset(
    (
        *("AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC"),
        *("HUN", "IRL", "ITA", "LVA", "LTU", "LUX", "MLT", "NLD", "POL", "PRT", "ROU", "SVK"),
        *("SVN", "ESP", "SWE"),
    )
)
PARTNERS = ("USA", "JPN", "GBR", "KOR", "AUS", "CAN", "NZL", "NOR", "CHE")
OTHERS = ("TUR", "ARE", "KAZ", "KGZ", "IND", "VNM", "SRB")
ORDER = ("listed", "in part: check the text", "not known", "not listed", "no list for this route")
LISTED, PART, NOT_KNOWN, NOT_LISTED, NO_LIST = ORDER


COUNT = 700
"""Lines of a file. With 2,000 each, they agreed as well."""
BAD = ("8.48E+07", "chips", "84821", "8482101", "7.70E+05", "770000", "")
"""Cells that say no code: a number of digits that could be two codes, words, powers of ten."""


@dataclass(frozen=True)
class Goods:
    """A list as its files have it."""

    id: str
    home: str
    direction: str
    begins: date
    until: date
    is_fragment: bool
    rows: tuple[dict[str, str], ...]


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def all_lists() -> list[Goods]:
    found = []
    for act in sorted(LISTS.glob("*/act.yml")):
        told = yaml.safe_load(act.read_text(encoding="utf-8"))
        for one in told["lists"]:
            with (act.parent / one["file"]).open(encoding="utf-8", newline="") as opened:
                rows = tuple(csv.DictReader(opened))
            found.append(
                Goods(
                    one["id"],
                    told["jurisdiction"],
                    one["direction"],
                    one["begins"],
                    one["known_until"],
                    bool(one.get("fragment")),
                    rows,
                )
            )
    return found


@dataclass(frozen=True)
class Line:
    day: date
    code: str
    start: str
    end: str
    origin: str
    via: str


def regimes(line: Line) -> list[tuple[str, list[str]]]:
    """Return the ids of the lists that bind a line, those of one duty together."""
    every = (*of_union(line), *of_others(line))
    return [(one, ids) for one in every if (ids := _ids(one))]


def all_unread() -> list[tuple[str, dict[str, Any]]]:
    """Return the texts that were not read, with their jurisdiction."""
    acts = [yaml.safe_load(one.read_text(encoding="utf-8")) for one in LISTS.glob("*/act.yml")]
    return [(act["jurisdiction"], gap) for act in acts for gap in act["missing"]]


def is_open(duty: str, ids: list[str], line: Line) -> bool:
    """Whether a text that was not read can list the goods of a line."""
    home, _, direction = duty.partition(" ")
    for whose, gap in UNREAD:
        of_duty = whose == home and direction in gap.get("directions", ())
        if not (of_duty or gap.get("in_list") in ids):
            continue
        if not gap.get("since", date.min) <= line.day <= gap.get("until", date.max):
            continue
        for head in gap.get("headings", ()):
            first, _, last = head.partition("-")
            if last and int(first) <= int(line.code[:2]) <= int(last):
                return True
            if not last and (line.code.startswith(head) or head.startswith(line.code)):
                return True
    return False


def of_union(line: Line) -> Iterator[str]:
    day, start, end = line.day, line.start, line.end
    if start in EU and end not in EU:
        if end == "RUS":
            yield "EU export"
        elif "Russia" in line.via and day >= date(2023, 6, 24):
            yield "EU transit"
        if end != "RUS" and day >= date(2024, 3, 20) and end not in PARTNERS:
            yield "EU no-re-export"
    if end in EU and start not in EU and "RUS" in (start, line.origin):
        yield "EU import"


def of_others(line: Line) -> Iterator[str]:
    start, end = line.start, line.end
    for home, who in (("GB", "GBR"), ("CA", "CAN")):
        if start == who and end == "RUS":
            yield f"{home} export"
        if end == who and start != who and "RUS" in (start, line.origin):
            yield f"{home} import"
    bound = ("RUS", "BLR") if line.day >= date(2022, 3, 2) else ("RUS",)
    if end in bound and start != end and "USA" in (start, line.origin):
        yield "US export"
    if start == "CHN" and end != "CHN":
        yield "CN export"


MORE = {
    "EU transit": ("eu-vii-b", "eu-xi", "eu-xx"),
    "EU no-re-export": ("eu-xi", "eu-xx", "eu-xxxv"),
}
EVERY = all_lists()
UNREAD = all_unread()
BY_ID = {one.id: one for one in EVERY}


def _ids(name: str) -> list[str]:
    home, _, direction = name.partition(" ")
    own = [one.id for one in EVERY if one.home == home and one.direction == direction]
    return [*own, *MORE.get(name, ())]


def tariff_year(nomenclature: str) -> tuple[str, int]:
    return nomenclature[:-4], int(nomenclature[-4:])


@cache
def unfilled(code: str) -> str:
    """Return a code without the zeros that fill up a heading or a subheading."""
    for digits in (6, 4, 2):
        if len(code) >= digits and not code[digits:].strip("0") and code[:digits] in HEADS:
            inside = [one for one in HS2022 if one.startswith(code[:digits])]
            # A heading that is not divided is its one subheading.
            return inside[0] if len(inside) == 1 else code[:digits]
    return code


def meets(code: str, tariff: str, row: dict[str, str]) -> str:
    """Return how a code meets a row of a list of the same edition: whole, part, or empty."""
    mine, theirs = unfilled(code), unfilled(row["code"])
    if mine.startswith(theirs) and (len(theirs) <= 6 or row["nomenclature"][:-4] == tariff):
        return "part" if row["ex"] == "yes" else "whole"
    if theirs.startswith(mine):
        return "part"
    other = row["nomenclature"][:-4] != tariff
    if other and len(mine) > 6 and len(theirs) > 6 and mine[:6] == theirs[:6]:
        return "part"
    return ""


def state(row: dict[str, str], goods: Goods, day: date) -> str:
    """Return listed, not known or no."""
    starts = day_of(row["applies"]) or day_of(row["adopted"]) or day_of(row["seen_from"])
    if day < goods.begins:
        return "no"
    ends, before = day_of(row["valid_to"]), day_of(row["not_before"])
    assert starts is not None
    if day > goods.until:
        # What had left by then would need another text to come back.
        return "no" if ends and ends < goods.until else "not known"
    if ends and day > ends:
        return "no"
    if day >= starts:
        return "listed"
    settled = bool(row["adopted"]) or (before is not None and day <= before)
    return "no" if settled else "not known"


def truth(line: Line, tariff: str) -> str:
    found = [NO_LIST]
    for duty, ids in regimes(line):
        here = {NOT_KNOWN if is_open(duty, ids, line) else NOT_LISTED}
        for goods in (BY_ID[one] for one in ids):
            found_in = _on(goods, line, tariff)
            here |= found_in
            open_ = line.day > goods.until or (goods.is_fragment and line.day >= goods.begins)
            if open_:
                here.add(NOT_KNOWN)
        found.append(min(here, key=ORDER.index))
    return min(found, key=ORDER.index)


@cache
def by_chapter(name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in BY_ID[name].rows:
        found.setdefault(row["code"][:2], []).append(row)
    return found


def _on(goods: Goods, line: Line, tariff: str) -> set[str]:
    _, year = tariff_year(goods.rows[0]["nomenclature"])
    if year < 2017:
        # Of another edition, to which no table that ships leads: equal numbers are candidates.
        found = set()
        for row in goods.rows:
            if row["code"][:4] == line.code[:4] and goods.begins <= line.day:
                same = row["code"][:6].startswith(line.code) or line.code.startswith(
                    row["code"][:6]
                )
                found.add(PART if same and line.day <= goods.until else NOT_KNOWN)
        return found
    found = set()
    for row in by_chapter(goods.id).get(line.code[:2], ()):
        how = meets(line.code, tariff, row)
        if not how:
            continue
        match state(row, goods, line.day):
            case "listed":
                found.add(LISTED if how == "whole" else PART)
            case "not known":
                found.add(NOT_KNOWN)
    return found


def known_codes() -> list[str]:
    with CODES.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    codes = [row["code"] for row in rows if row["editions"].split("-")[-1].endswith("2022")]
    # Without chapters that are left to countries, and petroleum oils, which BACI pools.
    return [one for one in codes if one[:2] not in ("98", "99") and one != "271000"]


HS2022 = known_codes()
HEADS = frozenset({*HS2022, *(one[:4] for one in HS2022), *(one[:2] for one in HS2022)})


def made_up(seed: int, count: int, homes: tuple[str, ...], lengths: tuple[int, ...]) -> list[Line]:
    """Return lines of which about half meet an entry, on days around its own."""
    rng = random.Random(seed)
    codes, lines = HS2022, []
    while len(lines) < count:
        home = rng.choice(homes)
        if rng.random() < 0.6:
            goods = rng.choice([one for one in EVERY if one.home == home])
            row = rng.choice(goods.rows)
            around = [
                day_of(row[name]) for name in ("applies", "seen_from", "valid_to", "wind_down")
            ]
            day = rng.choice([one for one in around if one] + [goods.until])
            day += timedelta(days=rng.choice((-30, -1, 0, 1, 1, 30, 200)))
            code = row["code"]
        else:
            day, code = date(2022, 1, 1) + timedelta(days=rng.randrange(1500)), rng.choice(codes)
        length = rng.choice(lengths)
        if len(code) < 6:
            inside = [one for one in codes if one.startswith(code)]
            if not inside:
                continue
            code = rng.choice(inside)
        code = code[:length]
        if len(code) < length:
            code += "".join(rng.choice("0013579") for _ in range(length - len(code)))
        if day < date(2022, 1, 1) or (len(code) >= 6 and code[:6] not in HEADS):
            continue
        lines.append(Line(day, code, *route(rng, home)))
    return lines


def route(rng: random.Random, home: str) -> tuple[str, str, str, str]:
    """Return start, end, origin and way: mostly those of a home, some of them no duty at all."""
    who = {"EU": rng.choice(sorted(EU)), "GB": "GBR", "CA": "CAN", "US": "USA", "CN": "CHN"}[home]
    far = rng.choice((*OTHERS, *PARTNERS))
    return rng.choice(
        (
            (who, "RUS", "", "direct"),
            (who, "RUS", "", "direct"),
            ("RUS", who, "", "direct"),
            (far, who, "RUS", "direct") if far != who else (who, "RUS", "", "direct"),
            (who, rng.choice(OTHERS), "", "via Russia"),
            (who, rng.choice(OTHERS), "", "direct"),
            (rng.choice(OTHERS), "RUS", who if home == "US" else "", "direct"),
            (rng.choice(OTHERS), "BLR", "USA", "direct"),
        )
    )


def written(code: str, rng: random.Random) -> str:
    """Return a code as somebody may have it, with dots, blanks or a zero that a sheet lost."""
    forms = [code, code]
    if len(code) >= 6:
        forms += [f"{code[:4]}.{code[4:6]}" + (f".{code[6:]}" if code[6:] else "")]
        forms += [f"{code[:4]} {code[4:6]} {code[6:]}".strip()]
    if len(code) in (6, 8):
        forms += [f"{code}.0", code.lstrip("0")]
    return rng.choice(forms)


def day_as(day: date, rng: random.Random) -> str:
    return rng.choice(
        (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%Y%m%d}", f"{day.isoformat()}T00:00:00")
    )


def text_of(lines: list[Line], seed: int) -> str:
    rng = random.Random(seed)
    head = "Date;HS code;From;To;Origin;Route;Our ref"
    rows = [
        ";".join(
            (
                day_as(one.day, rng),
                written(one.code, rng),
                one.start,
                one.end,
                one.origin,
                one.via,
                f"R{at}",
            )
        )
        for at, one in enumerate(lines)
    ]
    rows += [f"2024-05-06;{code};DEU;RUS;;direct;bad{at}" for at, code in enumerate(BAD)]
    return "\n".join([head, *rows]) + "\n"


FILES = {
    # homes, digits of codes, what --edition says, tariff of the codes
    "union": (("EU",), (6, 8), "CN", "CN"),
    "six digits": (("EU", "GB", "CA", "US", "CN"), (6,), "", ""),
    "kingdom": (("GB",), (4, 6, 8), "UKT", "UKT"),
}


@pytest.mark.parametrize("name", FILES)
def test_no_line_is_missed_and_none_is_hit_that_is_not_listed(name: str) -> None:
    homes, lengths, edition, tariff = FILES[name]
    lines = made_up(len(name), COUNT, homes, lengths)
    text = text_of(lines, 7)
    found = screen(
        read_text(text.encode(), "made.csv"), nomenclature=edition, today=date(2026, 11, 30)
    )
    columns = found.table.to_pydict()
    got = dict(
        zip(columns["Our ref"], zip(columns["status"], columns["entry"], strict=True), strict=True)
    )
    expected = {f"R{at}": truth(line, tariff) for at, line in enumerate(lines)}
    wrong = [
        (lines[int(ref[1:])], want, got.get(ref))
        for ref, want in expected.items()
        if got.get(ref, ("", ""))[0] != want
    ]
    kinds = Counter((want, (have or ("lost",))[0]) for _, want, have in wrong)
    assert sum(found.sums.values()) == found.lines == COUNT + len(BAD)
    assert all(got[f"bad{at}"][0] == "not readable" for at in range(len(BAD)))
    shares = Counter(expected.values())
    assert not wrong, f"{kinds}; {wrong[:6]}"
    assert all(shares[one] > COUNT / 100 for one in (LISTED, PART, NOT_KNOWN, NOT_LISTED)), shares
