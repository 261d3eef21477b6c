from __future__ import annotations

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import Definition


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
