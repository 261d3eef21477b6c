"""Rows of numbers: "to A, B and C were $1 bn, $2 bn and $3 bn", dealt out one to one or left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.draft.apart import are_joined, joined_times
from entrepot.claims.draft.draft import Refusal

if TYPE_CHECKING:
    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["dealt_flow", "dealt_part"]

_UNCLEAR = "which of several numbers belongs to which is not clear"


def dealt_flow(flow: Flow, number: Span, reading: Reading) -> Flow:
    """Return the flow with the one of its areas that a number of a row belongs to.

    Raises
    ------
    Refusal
        If there are not as many times, flows or areas as numbers, or of more than one of these.
    """
    exporter, importer = (dealt_part(side, number, reading) for side in flow.sides)
    if len(_row(number, reading)) == 1:
        _check_respectively(number, reading)
        return flow
    several = [side for side in flow.sides if "+" in side]
    if len(several) + _is_otherwise_dealt(number, reading) != 1:
        raise Refusal(_UNCLEAR)
    return replace(flow, exporter=exporter, importer=importer)


def dealt_part(codes: str, number: Span, reading: Reading) -> str:
    """Return the one of several areas that a number of a row belongs to; one alone as it is.

    Raises
    ------
    Refusal
        If there are not as many areas as numbers.
    """
    row = _row(number, reading)
    parts = codes.split("+")
    if len(row) == 1 or len(parts) == 1 or _is_otherwise_dealt(number, reading):
        return codes
    if len(parts) != len(row):
        raise Refusal(_UNCLEAR)
    return parts[row.index(number)]


def _row(number: Span, reading: Reading) -> list[Span]:
    """Return the numbers that stand in a row with one, itself among them."""
    text = reading.sentence.text
    numbers, place = reading.numbers, reading.numbers.index(number)
    first = last = place
    while first and _alike(numbers[first - 1], number, text, numbers[first]):
        first -= 1
    while last + 1 < len(numbers) and _alike(numbers[last + 1], number, text, numbers[last]):
        last += 1
    return list(numbers[first : last + 1])


def _alike(other: Span, number: Span, text: str, beside: Span) -> bool:
    """Whether a number has the same unit, or none, and only "and" or a comma in between."""
    pair = (other, beside) if other.start < beside.start else (beside, other)
    units = {other.says.unit, number.says.unit} - {""}
    return len(units) < 2 and are_joined(pair, text)


def _is_otherwise_dealt(number: Span, reading: Reading) -> bool:
    """Whether there are as many times, or flows, as numbers in the row."""
    size = len(_row(number, reading))
    times = joined_times(reading.timing.times, reading.timing.text)
    before = [flow for flow in reading.flows if flow.end <= number.start]
    in_order = bool(reading.found.of("respectively")) and len(before) > 1
    return any(len(row) == size for row in times) or (in_order and len(before) == size)


def _check_respectively(number: Span, reading: Reading) -> None:
    """Refuse a number that "respectively" gives to nothing that the rules can deal out."""
    if not reading.found.of("respectively"):
        return
    like = [other for other in reading.numbers if other.says.unit == number.says.unit]
    before = [flow for flow in reading.flows if flow.end <= number.start]
    if len(like) != len(before) or len(before) < 2:
        raise Refusal(_UNCLEAR)
