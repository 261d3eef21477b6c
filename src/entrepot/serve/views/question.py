"""A question in words: how it was read, and its answer or what it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from entrepot.claims.questions import read_question, with_periods
from entrepot.errors import RequestError
from entrepot.figures import ask_many
from entrepot.figures.asking import EACH
from entrepot.model.period import Period
from entrepot.serve.answer import BadAddressError, ServedAnswer, as_json
from entrepot.serve.request_body import asked, single

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.figures.asking import Each
    from entrepot.lake import Lake

MOST_FIGURES = 60
"""Figures of one series or panel."""


def within_limit(given: Mapping[str, Any], each: str, times: int = 1) -> None:
    """Raise if a series or panel has more figures than one answer.

    Counted before anything is computed: a span of days or a long list would hold a worker for its
    whole time.
    """
    if each in EACH:
        count = len(Period.parse(given["period"]).split(EACH[each])) or 1
        fewer = "a shorter period"
        fewer += f", or for years in place of each {each}" if each != "year" else ""
    else:
        count = str(given.get(each, "")).count("+") + 1
        fewer = "fewer areas"
    if times > 1 and each in EACH:
        fewer += ", or fewer areas"
    if count * times > MOST_FIGURES:
        raise RequestError(
            f"{count * times} figures at once",
            why=f"at most {MOST_FIGURES} fit into an answer",
            hint=f"ask for {fewer}",
        )


def question_data(lake: Lake, pairs: Sequence[tuple[str, str]]) -> ServedAnswer:
    """Answer a question as JSON, or say what it leaves open; nothing is guessed."""
    text = single(pairs, ("q",)).get("q")
    if text is None:
        raise BadAddressError("no question is asked", hint="add q=Who+supplied+Poland+in+2022")
    read = with_periods(read_question(text), lake)
    found: dict[str, Any] = {"read": read.to_dict(), "answered": False}
    if read.unsaid:
        return as_json(found)
    if read.each:
        within_limit(read.keys, read.each)
        keys: dict[str, Any] = dict(read.keys)
        panel = ask_many(read.measure, lake=lake, each=[cast("Each", read.each)], **keys)
        answered = any(one.value is not None for one in panel)
        return as_json(found | {"answered": answered, "answer": panel.to_dict()})
    figure = asked([("measure", read.measure), *read.keys.items()]).answered(lake)
    answered = figure.value is not None
    return as_json(found | {"answered": answered, "answer": figure.to_dict(values=False)})
