"""Texts that quote what is in print: several numbers of one origin, rightly or with one error."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.claims.errors import HOW, Error
from benchmarks.claims.levels import World
from benchmarks.claims.texts import Claim, number

if TYPE_CHECKING:
    import random

__all__ = ["PRINT_KINDS", "quoted"]

PRINT_KINDS = ("unit_scale", "sign", "year", "digits", "stale", "swapped", "direction")
MEASURES = ("value", "growth", "balance", "import_share", "export_share", "trade_share")
Row = dict[str, Any]


def _command(*words: str) -> Any:
    program = Path(sys.executable).with_name("entrepot")
    found = subprocess.run([program, *words, "--json", "--quiet"], capture_output=True, text=True)
    return json.loads(found.stdout)


@cache
def _rows() -> dict[str, tuple[Row, ...]]:
    """Return the printed numbers by origin: of several releases the last, none that is disputed."""
    disputed = set()
    for conflict in _command("published", "conflicts")["conflicts"]:
        if conflict["kind"] in ("conflict", "unstated"):
            sides = [conflict[side]["rows"] for side in ("one", "other") if conflict.get(side)]
            disputed |= {row["id"] for rows in sides for row in rows} | {conflict["id"]}
    held = [
        row
        for row in _command("published", "list")
        if row["measure"] in MEASURES
        and row["relation"] == "="
        and row["confidence"] != "low"
        and not row["per"]
        and not row["variant"]
        and row["exporter"]
        and row["importer"]
        and (row["goods"] == "all" or row["goods"].isdigit())
        and row["id"] not in disputed
        and row["low"] is not None
        and row["high"] is not None
        and row["high"] > row["low"]
    ]
    held.sort(key=lambda row: (row["origin"], repr(_key(row)), row["published_on"] or ""))
    last = {(row["origin"], _key(row)): row for row in held}
    found: dict[str, tuple[Row, ...]] = {}
    for origin, rows in groupby(last.values(), key=lambda row: row["origin"]):
        found[origin] = tuple(rows)
    return {origin: rows for origin, rows in found.items() if len(rows) >= 4}


def _key(row: Row) -> tuple[str, ...]:
    keys = ("measure", "exporter", "importer", "flow", "goods", "period", "base", "currency")
    return tuple(row[key] for key in (*keys, "basis", "reporter"))


def quoted(
    topic: str, kind: str | None, lang: str, chance: random.Random
) -> tuple[dict[str, Any], Error | None, tuple[Claim, ...], bool] | None:
    """Return a text of one origin's numbers: as printed, or with one error.

    ``customs`` quotes Chinese customs, ``institutes`` anybody else. The last value says whether the
    text names the source.
    """
    origins = [one for one in _rows() if (one == "GACC") == (topic == "customs")]
    origin = chance.choice(origins)
    first = chance.choice(_rows()[origin])
    sides = {first["exporter"], first["importer"]}
    near = [r for r in _rows()[origin] if {r["exporter"], r["importer"]} & (sides - {"WLD"})]
    rows = chance.sample(near, min(len(near), chance.randint(4, 8)))
    if len(rows) < 3:
        return None
    claims, values = [], []
    for n, row in enumerate(rows):
        one = _claim(row, f"c{n}")
        value = row["value"] / 100 if row["measure"] == "growth" else row["value"]
        says, low, high = number(one, value, lang, chance)
        claims.append(replace(one, says=says, low=low, high=high))
        values.append(value)
    if _contrary(rows):
        return None
    named = chance.random() < 0.3
    error = None
    if kind is not None:
        error = _spoil(kind, origin, rows, claims, values, lang, chance)
        if error is None:
            return None
    shown = error.claims if error else tuple(claims)
    date = max(max(r["published_on"] or "" for r in rows)[:10], f"{_last(rows) + 1}-02-10")
    document = {
        "format": 1,
        "source": {"title": "A text", "date": date},
        "claims": [_entry(row, one, named=named) for row, one in zip(rows, shown, strict=True)],
    }
    return document, error, tuple(claims), named


def _last(rows: list[Row]) -> int:
    return max(int(row["period"].split("..")[-1][:4]) for row in rows)


def _contrary(rows: list[Row]) -> bool:
    """Whether a growth stands beside both its levels: a release may have moved its base."""
    levels = {(r["exporter"], r["importer"], r["flow"], r["goods"], r["period"]) for r in rows}
    for row in rows:
        if row["measure"] == "growth":
            of = (row["exporter"], row["importer"], row["flow"], row["goods"])
            if (*of, row["period"]) in levels and (*of, row["base"]) in levels:
                return True
    return False


def _claim(row: Row, name: str) -> Claim:
    """Return a claim of a row; its digits are those of the print."""
    claim = Claim(row["measure"], row["importer"], True, row["period"], row["base"], name=name)
    claim = replace(claim, both=row["flow"] == "both", goods=row["goods"], money=row["currency"])
    half = (row["high"] - row["low"]) / 2
    if row["measure"] in ("value", "balance"):
        decimals = len(f"{abs(row['value']) / (2 * half):.0f}") - 1
    else:
        width = 2 * half if row["measure"] == "growth" else 200 * half
        decimals = max(0, round(-_log10(width)))
    return replace(claim, decimals=decimals)


def _log10(value: float) -> float:
    return len(f"{1 / value:.0f}") * -1.0 + 1.0 if value < 1 else 0.0


def _spoil(
    kind: str,
    origin: str,
    rows: list[Row],
    claims: list[Claim],
    values: list[float],
    lang: str,
    chance: random.Random,
) -> Error | None:
    """Return the text with an error that the source's own prints show to be one."""
    order = list(range(len(rows)))
    chance.shuffle(order)
    for n in order:
        row, one = rows[n], claims[n]
        error: Error | None = None
        if kind in ("digits", "swapped", "unit_scale", "sign"):
            told = {c.name: v for c, v in zip(claims, values, strict=True)}
            world = World("quoted", "", (), (), told=told)
            error = HOW[kind](world, claims, n, lang, chance)
        elif kind in ("year", "stale", "direction"):
            other = _other(kind, origin, row)
            if other is None:
                continue
            moved = other["value"] / 100 if other["measure"] == "growth" else other["value"]
            says, low, high = number(one, moved, lang, chance)
            new = replace(one, says=says, low=low, high=high)
            accepted = {kind} | ({"stale", "year"} if kind in ("year", "stale") else set())
            spoiled = tuple(new if m == n else c for m, c in enumerate(claims))
            error = Error(kind, spoiled, frozenset(accepted))
        if error is not None and _outside(rows, claims, error):
            return error
    return None


def _other(kind: str, origin: str, row: Row) -> Row | None:
    """Return the source's own number that was printed instead."""
    for other in _rows()[origin]:
        if any(other[key] != row[key] for key in ("measure", "flow", "goods", "currency", "basis")):
            continue
        same = (other["exporter"], other["importer"]) == (row["exporter"], row["importer"])
        turned = (other["importer"], other["exporter"]) == (row["exporter"], row["importer"])
        if kind == "direction":
            if turned and row["flow"] == "one_way" and other["period"] == row["period"]:
                return other
        elif same and len(other["period"]) == len(row["period"]) == 4:
            apart = int(row["period"]) - int(other["period"])
            if (kind == "stale" and apart == 1) or (kind == "year" and abs(apart) == 1):
                return other
    return None


def _outside(rows: list[Row], claims: list[Claim], error: Error) -> bool:
    """Whether each changed number lies clear of every print of the same thing, whoever's it is."""
    everyone = [row for held in _rows().values() for row in held]
    for row, old, new in zip(rows, claims, error.claims, strict=True):
        if old == new:
            continue
        for other in everyone:
            if any(
                other[k] != row[k] for k in ("measure", "exporter", "importer", "period", "flow")
            ):
                continue
            if other["goods"] != row["goods"]:
                continue
            value = other["value"] / 100 if other["measure"] == "growth" else other["value"]
            room = 0.015 if row["measure"] == "growth" else 0.05 * abs(value)
            if row["measure"] in ("import_share", "export_share", "trade_share"):
                room = max(room, 0.03)
            if new.low - room <= value <= new.high + room:
                return False
    return True


def _entry(row: Row, claim: Claim, *, named: bool) -> dict[str, Any]:
    one: dict[str, Any] = {"exporter": row["exporter"], "importer": row["importer"]}
    one["period"] = row["period"]
    if row["goods"] != "all":
        one["goods"] = row["goods"]
    if row["flow"] == "both" and row["measure"] != "trade_share":
        one["flow"] = "both"
    if row["currency"] and row["measure"] in ("growth", "balance"):
        one["currency"] = row["currency"]
    if row["base"]:
        one["base"] = row["base"]
    if row["measure"] == "trade_share" and row["reporter"]:
        one["reporter"] = row["reporter"]
    entry = {"id": claim.name, row["measure"]: one, "says": claim.says}
    if named:
        entry["attributed_to"] = row["origin_words"]
    return entry
