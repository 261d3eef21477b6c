"""What a number of an article is of: kind, sides and period, where words around it mislead."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import article_of, draft


def claimed(text: str, date: str) -> dict[str, tuple[str, ...]]:
    """Return by number the kind, seller, buyer, period and what else a claim says."""
    found = {}
    for one in draft(article_of(text, date=date)).claims:
        keys = one.keys
        more = (str(keys[name]) for name in ("goods", "base", "flow") if name in keys)
        sides = keys["exporter"], keys["importer"]
        first, second = sorted(sides) if keys.get("flow") == "both" else sides
        found[one.says] = one.kind, first, second, str(keys["period"]), *more
    return found


@pytest.mark.parametrize(
    ("text", "date", "expected"),
    [
        (  # Germany in the accusative is no germanium
            "В 2023 году Китай увеличил экспорт в Германию до 5 млрд долларов.",
            "2024-02-20",
            {"5 млрд долларов": ("value", "CHN", "DEU", "2023")},
        ),
        (
            "China's automotive exports were $5 billion in 2023.",
            "2024-02-20",
            {"$5 billion": ("value", "CHN", "WLD", "2023", "named:cars")},
        ),
        (  # both ways at once
            (
                "Die deutschen Importe von und Exporte nach China gingen 2023 um 10,5 Prozent auf "
                "64,7 Milliarden Euro zurück."
            ),
            "2024-02-20",
            {
                "-10,5 Prozent": ("growth", "CHN", "DEU", "2023", "both"),
                "64,7 Milliarden Euro": ("value", "CHN", "DEU", "2023", "both"),
            },
        ),
        (
            "Zwischen China und Deutschland wurden 2019 Waren für 205,7 Milliarden Euro gehandelt.",
            "2020-02-20",
            {"205,7 Milliarden Euro": ("value", "CHN", "DEU", "2019", "both")},
        ),
        (  # a balance, and no trade
            (
                "Deutschland erzielte 2019 Exportüberschüsse im Handel mit Peru von "
                "4,7 Milliarden Euro."
            ),
            "2020-02-20",
            {"4,7 Milliarden Euro": ("balance", "DEU", "PER", "2019")},
        ),
        (
            "2023年台湾对智利出口成长5.2%。",
            "2024-02-20",
            {"5.2%": ("growth", "TWN", "CHL", "2023")},
        ),
        (  # whoever comes before the first of a list is no buyer from it
            (
                "Турция в августе 2022 года импортировала из России товары на 6 млрд долларов. "
                "Следующими после России экспортерами стали Китай (4,14 млрд долларов) и США "
                "(1,3 млрд долларов)."
            ),
            "2022-09-30",
            {
                "6 млрд долларов": ("value", "RUS", "TUR", "2022-08"),
                "4,14 млрд долларов": ("value", "CHN", "TUR", "2022-08"),
                "1,3 млрд долларов": ("value", "USA", "TUR", "2022-08"),
            },
        ),
        (  # why trade moved, and whom a line is about
            (
                "2023年9月台湾出口542亿美元。受中国大陆零组件拉货影响,9月对智利出口158亿美元,"
                "年增12.8%。对东协方面,9月出口97亿美元、年增34%。"
            ),
            "2023-10-09",
            {
                "542亿美元": ("value", "TWN", "WLD", "2023-09"),
                "158亿美元": ("value", "TWN", "CHL", "2023-09"),
                "增12.8%": ("growth", "TWN", "CHL", "2023-09"),
                "97亿美元": ("value", "TWN", "ASEAN", "2023-09"),
                "增34%": ("growth", "TWN", "ASEAN", "2023-09"),
            },
        ),
        (  # a rate that is that of the two levels in front of it
            "德国2021年对智利出口汽车44亿欧元;2023年对智利出口汽车2.1亿欧元,下降了95%。",
            "2024-02-20",
            {
                "44亿欧元": ("value", "DEU", "CHL", "2021", "named:cars"),
                "2.1亿欧元": ("value", "DEU", "CHL", "2023", "named:cars"),
                "下降了95%": ("growth", "DEU", "CHL", "2023", "named:cars", "2021"),
            },
        ),
    ],
)
def test_a_number_is_of_what_the_words_around_it_say(
    text: str, date: str, expected: dict[str, tuple[str, ...]]
) -> None:
    assert claimed(text, date) == expected


def test_a_rate_is_of_what_leads_it_and_not_of_the_price_behind_it() -> None:
    text = (
        "Peru's exports of cars to Chile rose in 2023. In volume, exports of cars fell 3.9 "
        "percent, showing that export unit prices rose by over 20 percent."
    )
    found = claimed(text, "2024-02-20")["fell 3.9 percent"]
    assert found == ("quantity_growth", "PER", "CHL", "2023", "named:cars")


def test_a_sentence_on_the_year_before_does_not_move_the_text_there() -> None:
    text = (
        "Im 1. Quartal 2023 exportierte Deutschland nach Peru Waren für 16,5 Milliarden Euro. Im "
        "Vergleichsquartal des Vorjahres exportierte Deutschland nach Peru Waren für 17,5 "
        "Milliarden Euro. Nach Chile exportierte Deutschland Waren für 6,3 Milliarden Euro."
    )
    assert claimed(text, "2023-05-20") == {
        "16,5 Milliarden Euro": ("value", "DEU", "PER", "2023Q1"),
        "17,5 Milliarden Euro": ("value", "DEU", "PER", "2022Q1"),
        "6,3 Milliarden Euro": ("value", "DEU", "CHL", "2023Q1"),
    }


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        (
            (
                "2023 wurden von Deutschland nach Peru hauptsächlich Kraftwagen und Autoteile "
                "im Wert von 6,3 Milliarden Euro exportiert."
            ),
            ["named:cars and car parts"],
        ),
        (
            (
                "2023 wurden von Deutschland nach Peru hauptsächlich Zahnräder im Wert von 6,3 "
                "Milliarden Euro exportiert."
            ),
            [],
        ),
        ("Germany exported to Peru mainly widgets worth $6.3 billion in 2023.", []),
    ],
)
def test_an_amount_of_goods_that_are_named_is_not_one_of_all_goods(
    text: str, goods: list[str]
) -> None:
    claims = draft(article_of(text, date="2024-05-20")).claims
    assert [one.keys["goods"] for one in claims] == goods
