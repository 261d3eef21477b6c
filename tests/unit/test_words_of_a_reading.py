"""What an article says of a number in words that were once taken for something else."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import article_of, draft
from entrepot.claims.numbers import number_spans
from entrepot.claims.times import when
from entrepot.model.period import Period


def claimed(text: str, date: str) -> dict[str, tuple[str, ...]]:
    """Return by number the kind, both sides, period and base of a claim."""
    return {
        one.says: (
            *(one.kind, one.keys["exporter"], one.keys["importer"], str(one.keys["period"])),
            *([str(one.keys["base"])] if "base" in one.keys else []),
        )
        for one in draft(article_of(text, date=date)).claims
    }


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        (  # the dollar of a country, and no country
            (
                "В 2023 году товарооборот Перу с Чили составил 3 млрд долл. США — на 32,9% больше, "
                "чем годом ранее."
            ),
            "32,9%",
            ("growth", "PER", "CHL", "2023", "2022"),
        ),
        (
            "2023年秘鲁在同智利的双边贸易中实现了28亿美元的盈余。",
            "28亿美元",
            ("balance", "PER", "CHL", "2023"),
        ),
        (
            (
                "Der Handelsbilanzsaldo Perus mit Chile belief sich 2023 auf 2,8 Milliarden Euro "
                "und fiel damit aus peruanischer Sicht positiv aus."
            ),
            "2,8 Milliarden Euro",
            ("balance", "PER", "CHL", "2023"),
        ),
        (
            (
                "Die Einfuhren Perus aus Chile lagen 2023 bei 28,4 Milliarden Euro und damit um 78 "
                "Prozent über dem Wert des Jahres 2019."
            ),
            "78 Prozent über",
            ("growth", "CHL", "PER", "2023", "2019"),
        ),
        (
            "2023年3月,秘鲁自智利(9.1%)、巴西(14.1%)等地的进口增加。",
            "14.1%",
            ("growth", "BRA", "PER", "2023-03"),
        ),
        (  # of weights, in a text that has no money
            (
                "В октябре 2023 года Чили увеличило импорт зерна из Перу на 20 %, до 5 млн тонн. "
                "Экспорт зерна из Перу в Бразилию упал на 30 %."
            ),
            "упал на 30 %",
            ("quantity_growth", "PER", "BRA", "2023-10"),
        ),
        (  # what Peru imports, and no goods of Peru
            "Chile accounted for 30 percent of Peruvian goods imports in 2023.",
            "30 percent",
            ("import_share", "CHL", "PER", "2023"),
        ),
        (
            "Chile lieferte 2023 30 Prozent der peruanischen Warenimporte.",
            "30 Prozent",
            ("import_share", "CHL", "PER", "2023"),
        ),
        (
            "Peru's exports to Chile were $5 billion in the six months to June 2023.",
            "$5 billion",
            ("value", "PER", "CHL", "2023-01..2023-06"),
        ),
    ],
)
def test_words_are_read_for_what_they_say(
    text: str, number: str, expected: tuple[str, ...]
) -> None:
    assert claimed(text, "2024-02-20").get(number) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        # Since when it grew is an event at a time that is not said.
        ("Im Jahr 2023 haben sich die Exporte Perus nach Chile seit dem Beitritt verdoppelt.", ""),
        (
            "In 2023 Peru bought less gas from Chile than before the war: imports fell 40 percent.",
            "fell 40 percent",
        ),
        # Whether a surplus or a deficit.
        ("Peru's trade balance with Chile was $3 billion in 2023.", "$3 billion"),
        (  # which the growth does not say
            "Peru's trade balance with Chile was $3 billion in 2023, despite negative growth.",
            "$3 billion",
        ),
        # Of the year before, and not of the year of the number it is from.
        (
            "Peru's exports to Chile were $4 billion, up 4 percent from $3 billion in 2022.",
            "up 4 percent",
        ),
        (
            (
                "Peru's exports to Chile grew in 2023. Soy exports to Chile were nearly 30 percent "
                "of Peru's overall agriculture exports in 2023."
            ),
            "nearly 30 percent",
        ),
        (  # another country's, behind "and from"
            (
                "В 2023 году Перу импортировало из Чили удобрений на 854 млн долларов, что на 41% "
                "больше, чем в 2022 году, а из Канады — на 509 млн долларов, что на 3,4% больше."
            ),
            "3,4%",
        ),
        (  # a record since a time: that time is no period
            (
                "Экспорт пшеницы из Перу в Чили достиг рекорда с лета 2022 года. Перу поставило в "
                "Чили пшеницы на 189 млн долларов."
            ),
            "189 млн долларов",
        ),
        (  # the month of a press conference
            "秘鲁工贸部在5月份例行新闻发布会上说,出口达585亿美元。",
            "585亿美元",
        ),
        ("In 2023, Chile has traditionally been the main buyer of Peruvian tea.", "main"),
    ],
)
def test_what_words_leave_open_is_no_claim(text: str, number: str) -> None:
    found = claimed(text, "2024-02-20")
    assert number not in found if number else not found


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("rose in the six months to June", "en", "2024-01..2024-06"),
        ("in the nine months to March 2024", "en", "2023-07..2024-03"),
        ("in the quarter ended June 2024", "en", "2024Q2"),
        ("rose in two months and March 2024", "en", "2024-03"),
        ("what began with January ended in March 2024", "en", "2024-03"),
        ("von Januar bis einschließlich Mai", "de", "2024-01..2024-05"),
        ("in den zwölf Monaten bis Juni 2024", "de", "2023-07..2024-06"),
        ("im Auftaktquartal 2024", "de", "2024Q1"),
    ],
)
def test_months_up_to_a_month(text: str, language: str, expected: str) -> None:
    [found] = when(text, Period.parse("2024-08"), language)
    assert found.period == Period.parse(expected)


@pytest.mark.parametrize("text", ["in the nine months to March", "in six months to June 5"])
def test_months_that_began_in_a_year_not_said(text: str) -> None:
    assert all(
        one.period is None or one.period.freq == "D"
        for one in when(text, Period.parse("2024-08"), "en")
    )


@pytest.mark.parametrize(
    "text",
    [
        "Peru's exports to Kenya rose at an annualised rate of 4.9 per cent from 2000 to 2020.",
        "Peru's exports to Kenya grew at a compound annual growth rate of 4.9 % from 2000 to 2020.",
        "Peru's exports to Kenya rose at an annual pace of 4.9 % between 2000 and 2020.",
        "Die Exporte Perus nach Kenia wuchsen von 2000 bis 2020 jährlich um 4,9 Prozent.",
        "Die Exporte Perus nach Kenia wuchsen von 2000 bis 2020 im jährlichen Tempo von 4,9 %.",
        "Экспорт Перу в Кению ежегодно рос на 4,9% с 2000 по 2020 год.",
    ],
)
def test_a_rate_for_each_year_is_no_growth_of_the_span(text: str) -> None:
    found = draft(article_of(text))
    assert found.claims == ()
    assert {one.why for one in found.left} <= {
        "a rate for each year of several",
        "a rate for each of several periods",
    }
    assert found.left


@pytest.mark.parametrize(
    "text",
    [
        "Kenya is a source of supplies to Peru, accounting in 2023 for over 6 % of its imports.",
        "Kenya is a key market for Peru, taking 6 percent of its exports in 2023.",
        "Кения — важный источник поставок в Перу: в 2023 году на нее пришлось 6% ее импорта.",
        "肯尼亚是秘鲁的重要供应来源,2023年占其进口的6%。",
    ],
)
def test_its_is_not_that_of_who_is_said_to_serve_another(text: str) -> None:
    for one in draft(article_of(text)).claims:
        owner = "importer" if one.kind == "import_share" else "exporter"
        assert one.keys[owner] == "PER"
    both = "Kenya was Peru's biggest supplier in 2023, with 6 percent of its imports."
    [share] = [one for one in draft(article_of(both)).claims if one.kind == "import_share"]
    assert (share.keys["exporter"], share.keys["importer"]) == ("KEN", "PER")


@pytest.mark.parametrize(
    "printed", ["rose by 30pc", "rose 30 pc", "stiegen um 30 Proz. auf", "вырос на 30 проц."]
)
def test_short_forms_of_per_cent_are_read(printed: str) -> None:
    [number] = number_spans(f"{printed} 2019")[:1]
    assert (number.says.value, number.says.unit) == (30, "percent")


def test_a_number_in_a_unit_that_is_not_known_is_left_and_not_lost() -> None:
    found = draft(article_of("Peru shipped 40kt of copper and 3.2mtpa of ore to Chile in 2019."))
    assert [one.says for one in found.left] == ["40kt; 3.2mtpa"]
    other = "On the 21st, at 10am, 5G phones of the 1990s and 90er Jahre."
    assert draft(article_of(other)).left == ()


def test_who_follows_in_a_list_is_no_side_of_the_number_before() -> None:
    text = (
        "Die Türkei nennt ihre Lieferländer.\n"
        "Im Januar - Juli beliefen sich die Importe aus Russland auf 28,38 Milliarden US-Dollar, "
        "gefolgt von China (26,84 Milliarden US-Dollar) und der Schweiz "
        "(14,24 Milliarden US-Dollar)."
    )
    found = draft(article_of(text, date="2023-09-08"))
    first = [claim for claim in found.claims if "28,38" in claim.says]
    assert all(claim.keys["importer"] != "CHE" for claim in first)


@pytest.mark.parametrize(
    "text",
    [
        (
            "Imports of China from the G7 fell from 27 percent in 2017 to 22 percent in 2023. "
            "The combined share from South Korea and Taiwan dropped from 18 percent to 14 percent."
        ),
        (
            "The combined share of China's imports from Peru and Kenya dropped from 18 percent in "
            "2022 to 14 percent in 2023."
        ),
        "Der gemeinsame Anteil von Peru und Kenia an Chinas Importen sank 2023 auf 14 Prozent.",
    ],
)
def test_a_share_of_several_countries_is_none_of_one_of_them(text: str) -> None:
    found = draft(article_of(text, date="2024-02-01"))
    shares = [claim for claim in found.claims if claim.says.startswith(("14", "18"))]
    assert all("+" in claim.keys["exporter"] for claim in shares)


def test_a_quarter_named_in_passing_is_not_the_time_of_the_next_paragraph() -> None:
    text = (
        "(wap) Die Schweizer Handelsbilanz 2019 schloss mit einem Höchststand von "
        "37,3 Milliarden Franken. Im Schlussquartal war der Handel rückläufig.\n\n"
        "Einen neuen Höchststand erreichten die Importe aus China: Sie steigerten sich um "
        "4,5 Prozent auf 14,9 Milliarden Franken."
    )
    found = draft(article_of(text, date="2020-01-28"))
    imports = [claim for claim in found.claims if "CHN" in claim.keys.values()]
    assert imports
    assert {claim.keys["period"] for claim in imports} == {"2019"}


@pytest.mark.parametrize(
    "text",
    [
        "2019 lieferten deutsche Exporteure Waren für 21 Milliarden Euro nach Russland.",
        "2019 lieferten deutsche Exporteure 21 Millionen Tonnen nach Kenia.",
        "Australia's exports of coal and oil and LNG to China were A$198bn in 2019.",
    ],
)
def test_who_trades_and_a_mix_of_words_and_codes_are_no_goods(text: str) -> None:
    found = draft(article_of(text, date="2020-05-01"))
    assert found.claims == ()
    assert found.left
