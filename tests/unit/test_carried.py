"""What the text before a sentence said is not taken over where its words speak against it."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import article_of, draft

LEFT = [
    pytest.param(
        "Chile's exports of copper to the EU rose by 5 % to €2 bn in April 2024. "
        "Poland increased imports the most, to €46 mn.",
        "€46 mn",
        id="whoever imports is no seller",
    ),
    pytest.param(
        "Импорт ЕС нефти из Чили в 2023 году составил 21 млн тонн. "
        "Нефть закупали Польша (5 млн тонн), Венгрия (4 млн тонн).",
        "5 млн тонн",
        id="a group and its member",
    ),
    pytest.param(
        "В марте 2023 года импорт нефти в Индию из Чили вырос до 5 млн тонн. "
        "Это в два раза больше, чем закупки у Перу.",
        "в два раза больше",
        id="a country against a country",
    ),
    pytest.param(
        "日本9月出现贸易逆差2943亿日元(1美元约合144.27日元)。",
        "1美元",
        id="a rate of exchange",
    ),
    pytest.param(
        "Im Februar 2023 fiel Chile von Rang 11 auf Rang 46 der wichtigsten Lieferanten "
        "Deutschlands.",
        "Rang 11",
        id="the place of before",
    ),
    pytest.param(
        "Im Februar 2023 fiel Chile von Rang 11 auf Rang 46 der wichtigsten Lieferanten "
        "Deutschlands.",
        "wichtigsten",
        id="among the main suppliers",
    ),
    pytest.param(
        "Peru was Vietnam's biggest buyer in 2023, importing $15 bn of goods from Vietnam. "
        "It was followed by Chile with $13 bn in imports.",
        "$13 bn",
        id="followed by",
    ),
    pytest.param(
        "2024 stammten 85 % der importierten Kuckucksuhren Deutschlands und 86 % der tragbaren "
        "Computer aus China.",
        "85 %",
        id="goods of the next share",
    ),
    pytest.param(
        "Vietnam's customs office said that two-way trade in 2020 reached $133 bn.",
        "$133 bn",
        id="trade of two is not that with all",
    ),
    pytest.param(
        "Die Ausfuhren Chinas fielen im September 2025 um 6 % auf 5774 Tonnen. "
        "Die Lieferungen nach Peru sanken um 28,7 Prozent.",
        "28,7 Prozent",
        id="a weight of what",
    ),
]


@pytest.mark.parametrize(("text", "says"), LEFT)
def test_a_number_whose_context_its_words_speak_against_is_left(text: str, says: str) -> None:
    found = draft(article_of(text, date="2026-01-15"))
    assert says not in " ".join(claim.says for claim in found.claims)
    assert says in " ".join(left.says for left in found.left)


def test_a_run_of_monthly_declines_is_no_average() -> None:
    found = draft(
        article_of(
            "Japan's exports to Peru in October fell 3.1 % from a year earlier to 1.75 trillion "
            "yen, the seventh consecutive monthly decline.",
            date="2025-11-21",
        )
    )
    assert [claim.says for claim in found.claims] == ["fell 3.1 %", "1.75 trillion yen"]
