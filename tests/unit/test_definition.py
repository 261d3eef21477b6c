from __future__ import annotations

import inspect
from dataclasses import fields
from typing import get_args

import pytest

from entrepot.cli.ask import ask as ask_command
from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import Definition
from entrepot.figures.questions import QUESTIONS
from entrepot.goods import Variant
from entrepot.model.keys import KEYS
from entrepot.serve.api import operation
from entrepot.watching.run import FigureKeys


def test_defaults_are_filled_in() -> None:
    asked = Definition.build("import_share", importer="RUS", exporter="CHN", period=2023)
    assert asked.to_dict() == {
        "measure": "import_share",
        "importer": "RUS",
        "exporter": "CHN",
        "goods": "all",
        "period": "2023",
        "base": None,
        "source": None,
        "basis": "dispatch",
        "valuation": None,
        "quantity": "value",
        "flow": "one_way",
        "k": None,
        "reported_by": None,
        "concordance": "family",
        "sector": None,
    }


@pytest.mark.parametrize(
    ("keys", "suggestion"),
    [
        ({"importer": "RSU"}, "RUS"),
        ({"exporter": "Chinaa"}, "CHN"),
        ({"currency": "CNH"}, "CNY"),
        ({"basis": "dispach"}, "dispatch"),
        ({"importr": "RUS"}, "importer"),
    ],
)
def test_unknown_words_suggest_the_nearest(keys: dict[str, str], suggestion: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Definition.build("value", period=2023, **keys)
    assert suggestion in str(caught.value)


def test_a_period_is_needed() -> None:
    with pytest.raises(RequestError, match="period is missing"):
        Definition.build("value", importer="RUS")


def test_a_key_is_declared_once() -> None:
    """Definition, command line, HTTP and watch files have the keys of the one table, no others."""
    fields_ = {one.name: one for one in fields(Definition)}
    assert set(fields_) == {"measure", *KEYS}
    for name, key in KEYS.items():
        given = fields_[name].default
        assert name in ("importer", "exporter", "goods", "period") or given == key.default, name
        assert len(key.help) <= 72, name
        assert (key.why_needed == "") == (key.what_to_add == ""), name
    needed = {name for how in QUESTIONS.values() for name in how.needs}
    assert needed <= {name for name, key in KEYS.items() if key.why_needed}
    assert set(KEYS["concordance"].choices) == {*get_args(Variant), "weighted"}
    options = {one.name for one in inspect.signature(ask_command).parameters.values()}
    assert set(KEYS) < options
    described = {one["name"] for one in operation("ask")["openapi_extra"]["parameters"]}
    assert set(KEYS) < described
    assert set(KEYS) < set(FigureKeys.model_fields)


@pytest.mark.parametrize("value", [1e300, 1e-300, float("inf"), float("nan"), 0, -1])
def test_an_amount_that_none_can_be_is_refused_with_an_option_that_exists(value: float) -> None:
    with pytest.raises(RequestError, match="line_value is") as caught:
        Definition.build("value", importer="RUS", period=2023, line_value=value)
    assert caught.value.hint == "write --line-value 1e5"
