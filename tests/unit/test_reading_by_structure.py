"""What the structure of a text says of its numbers, on sentences made up for the purpose."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import Reading, article_of, readings
from entrepot.claims.draft.attribution import attributed
from entrepot.claims.draft.draft import Drafted
from entrepot.claims.draft.judge import fits
from entrepot.claims.numbers import read_says


def read(text: str, date: str = "2025-02-20") -> dict[str, Reading]:
    return {one.says: one for one in readings(article_of(text, date=date))}


def field(one: Reading, key: str) -> str:
    found = one.fields.get(key)
    return found.value if found is not None else ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Exports to Peru also showed a rise of 5 % in May.", "en"),
        ("Kenya's imports, estimates aside, found no buyer.", "en"),
    ],
)
def test_exports_that_show_something_are_no_speaker(text: str, language: str) -> None:
    """The whole subject was taken for who says it, and its countries were not seen."""
    who, rest = attributed(text, language)
    assert not who
    assert rest == text


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("195.3億美元", "195.3亿美元"), ("減少1.1%", "减少1.1%"), ("近40萬噸", "近40万吨")],
)
def test_traditional_signs_are_read_as_simplified_ones(traditional: str, simplified: str) -> None:
    one, other = read_says(traditional), read_says(simplified)
    assert (one.value, one.unit, one.low, one.high) == (
        other.value,
        other.unit,
        other.low,
        other.high,
    )


def test_a_rate_without_a_verb_has_that_of_the_rate_before_it() -> None:
    found = read(
        "Kenya's exports to Peru fell by 4.0 per cent to $2.1 billion in 2024, "
        "imports from Peru by 7.2 per cent to $5.3 billion."
    )
    claim = found["7.2 per cent"].claim
    assert claim is not None
    assert read_says(claim["says"]).value == -7.2


def test_an_amount_without_a_currency_has_that_of_the_sentence() -> None:
    found = read(
        "В 2024 году экспорт Кении в Перу составил 5,2 млрд долларов, а импорт из Перу – 3,1 млрд."
    )
    claim = found["3,1 млрд."].claim if "3,1 млрд." in found else found["3,1 млрд"].claim
    assert claim is not None
    assert claim["value"]["currency"] == "USD"


def test_a_price_in_another_clause_makes_no_price_of_an_amount() -> None:
    found = read("2024年，肯尼亚自秘鲁进口铜495.2万吨，金额195.3亿美元，均价为每吨395美元。")
    amount = found["195.3亿美元"]
    assert field(amount, "exporter") == "PER"
    assert field(amount, "importer") == "KEN"


def claim(kind: str, says: str, period: str, **more: str) -> Drafted:
    keys = {"exporter": "PER", "importer": "KEN", "period": period} | more
    return Drafted(kind, keys, says, "")


def test_a_rate_that_its_levels_make_speaks_for_them() -> None:
    right = {
        (0, 1): claim("growth", "5 %", "2024"),
        (2, 3): claim("value", "$210 million", "2024"),
        (4, 5): claim("value", "$200 million", "2023"),
    }
    assert fits(right) == {key: ["fits"] for key in right}
    wrong = right | {(0, 1): claim("growth", "9 %", "2024")}
    assert fits(wrong) == {(0, 1): ["misfits"]}
    apart = right | {(4, 5): claim("value", "$200 million", "2023", importer="UGA")}
    assert fits(apart) == {}


def test_a_number_read_alike_twice_is_said_again() -> None:
    twice = {(place, place + 1): claim("growth", "5 %", "2024") for place in (0, 9)}
    assert fits(twice) == {key: ["again"] for key in twice}
