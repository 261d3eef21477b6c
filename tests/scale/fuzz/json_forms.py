"""Answers in JSON: rows as records, nested where they should not be, and read with care."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fuzz.cells import hostile
from fuzz.plain import Refused

if TYPE_CHECKING:
    from random import Random

    from fuzz.subject import Made

_NOT_TEXT = {
    "period", "reporterCode", "partnerCode", "partner2Code", "motCode", "qtyUnitCode", "qty",
    "netWgt", "cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag",
}  # fmt: skip


def write_json(draw: Random, made: Made, same: bool) -> tuple[bytes, list[str]]:
    """Return rows as Comtrade's interface answers."""
    grid = made.grid
    data: list[Any] = [
        {name: _typed(name, cell) for name, cell in zip(grid.header, row, strict=False)}
        for row in grid.rows
    ]
    answer: Any = {"elapsedTime": "0.1 secs", "count": len(data), "data": data, "error": ""}
    did: list[str] = []
    if not same:
        for _ in range(draw.choice([0, 0, 1, 1, 2])):
            answer, what = _changed(draw, answer, data)
            did.append(what)
    elif draw.random() < 0.2:
        answer, did = data, ["only the list"]
    text = json.dumps(answer, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1]))
    if not same and draw.random() < 0.05:
        deep = draw.choice([1, 3, 100_000])
        left, right = draw.choice([("[", "]"), ('{"data": ', "}")])
        text = left * deep + text + right * deep
        did.append(f"nested {deep}")
    if not same and draw.random() < 0.1 and data and '"primaryValue"' in text:
        text = text.replace('"primaryValue"', '"primaryValue": 1, "primaryValue"', 1)
        did.append("a name twice")
    return text.encode("utf-8", "surrogatepass"), did


def _typed(name: str, cell: str) -> Any:
    if cell == "":
        return None
    if cell in ("True", "False"):
        return cell == "True"
    if name in _NOT_TEXT:
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell


def _changed(draw: Random, answer: Any, data: list[Any]) -> tuple[Any, str]:
    record = draw.choice(data) if data else {}
    name = draw.choice(list(record)) if isinstance(record, dict) and record else "x"
    values: tuple[Any, ...] = (
        [], {}, [1], {"a": 1}, 10**30, 1e300, -1, 1.5, True, None, "", float("nan"), float("inf"),
        "\ud800", "5", hostile(draw), 2**53 + 1, 0.1 + 0.2,
    )  # fmt: skip
    kind = draw.randrange(9)
    if kind < 4 and isinstance(record, dict):
        value = draw.choice(values)
        record[name] = value
        return answer, f"{name} {str(value)[:20]}"
    if kind == 4 and isinstance(record, dict):
        record.pop(name, None)
        return answer, f"no {name}"
    if kind == 5:
        data.insert(
            draw.randint(0, len(data)), draw.choice([None, [], {}, "x", 5, _copied(record)])
        )
        return answer, "odd record"
    if kind == 6 and isinstance(answer, dict):
        answer["count"] = draw.choice([0, len(data) + 1, str(len(data)), None, True, len(data)])
        return answer, "count"
    if kind == 7 and isinstance(answer, dict):
        answer["error"] = draw.choice(["limit", None, {"a": 1}, 0, "", ["x"]])
        return answer, "error"
    if isinstance(answer, dict):
        answer[draw.choice(["data", "validation", "dataset", "Data", "more"])] = draw.choice(values)
    return answer, "odd key"


def read_json(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the rows of an answer, which has to be whole."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        held = dict(found)
        if len(held) < len(found):
            raise Refused("a name twice in one record")
        return held

    def constant(_: str) -> None:
        raise Refused("not a number")

    try:
        answer = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise Refused("no JSON") from error
    records = answer
    if isinstance(answer, dict):
        if answer.get("error") or answer.keys() - {"data", "count", "error", "elapsedTime"}:
            raise Refused("an error, or odd keys")
        records = answer.get("data")
        count = answer.get("count")
        if isinstance(records, list) and count not in (None, len(records)):
            raise Refused("not as many rows as counted")
    if not isinstance(records, list) or not records:
        raise Refused("no rows")
    if not all(isinstance(one, dict) for one in records):
        raise Refused("a row that is none")
    names = list(dict.fromkeys(name for one in records for name in one))
    return [name.strip() for name in names], [[_text(one.get(n)) for n in names] for one in records]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        raise Refused("a list in a cell")
    return str(value).strip(" ")


def _copied(record: Any) -> Any:
    return dict(record) if isinstance(record, dict) else record
