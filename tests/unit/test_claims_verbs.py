"""Two numbers that a verb joins, and that move the other way than it says."""

from __future__ import annotations

import pytest

from entrepot.claims import check
from entrepot.claims.draft import article_of, as_document, draft
from entrepot.claims.statements import ReferenceLevels, bundled
from entrepot.model.display import NBSP

pytestmark = pytest.mark.unit


def _said(text: str) -> list[str]:
    found = check(as_document(draft(article_of(text))), facts=ReferenceLevels(bundled()))
    return [
        one.because.replace(NBSP, " ")
        for one in found.conflicts
        if one.because.startswith("the sentence says")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "China's share of Russia's imports fell from 36 percent in 2023 to 41 percent in 2024.",
            "“fell”, and 41 % is more than 36 %",
        ),
        (
            (
                "Russia's imports from China rose from 190 billion dollars in 2022 to 150 billion "
                "dollars in 2023."
            ),
            "“rose”, and 150 billion dollars is less than 190 billion dollars",
        ),
        (
            (
                "German imports from China rose to 150 billion euros in 2023 from 190 billion "
                "euros in 2022."
            ),
            "“rose”, and 150 billion euros is less than 190 billion euros",
        ),
        (
            (
                "Der Anteil Chinas an den russischen Einfuhren sank von 36 Prozent im Jahr 2023 "
                "auf 41 Prozent im Jahr 2024."
            ),
            "“sank”, and 41 % is more than 36 %",
        ),
        (
            "Доля Китая в импорте России снизилась с 36 % в 2023 году до 41 % в 2024 году.",
            "“снизилась”, and 41 % is more than 36 %",
        ),
    ],
)
def test_a_verb_that_its_numbers_contradict_is_told(text: str, said: str) -> None:
    assert _said(text) == [f"the sentence says {said}"]


@pytest.mark.parametrize(
    "text",
    [
        "China's share of Russia's imports rose from 36 percent in 2023 to 41 percent in 2024.",
        (
            "China's share of Russia's imports did not fall from 36 percent in 2023 to 41 percent "
            "in 2024."
        ),
        (
            "Germany's imports from Poland fell to 75 billion euros in 2023 from 80 billion euros "
            "in 2022."
        ),
        # As printed they may be equal.
        "China's share of Russia's imports fell from 36 percent in 2023 to 36 percent in 2024.",
        # Of two countries, and of two times in another order.
        (
            "Imports fell: China's share of Russia's imports, 36 percent in 2023, was 41 percent "
            "in 2024."
        ),
    ],
)
def test_a_verb_that_fits_or_belongs_elsewhere_is_no_error(text: str) -> None:
    assert _said(text) == []
