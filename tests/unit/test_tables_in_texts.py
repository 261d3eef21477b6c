"""Tables in a text: what a title and the heads of a row and a column say is said of the cell."""

from __future__ import annotations

import pytest

from entrepot.claims import check
from entrepot.claims.draft import article_of, as_document, draft

GALLIUM = """date: 2024-01-25

China's exports of gallium, by buyer
Buyer | 2022, tonnes | 2023, tonnes | Change
Japan | 28.4 | 17.2 | -39.4%
Germany | 22.1 | 13.9 | -37.1%
Others | 1.0 | 2.0 | 100%
All buyers | 94.4 | 51.0 | -46.0%
"""
AUSTRIA = """date: 2024-03-18

Österreichs Außenhandel nach Ländern 2023, in Mrd. Euro
Land | Ausfuhren | Einfuhren | Saldo
--- | --- | --- | ---
Deutschland | 59,5 | 65,0 | -5,5
Insgesamt | 200,6 | 202,9 | -2,3
"""
FERTILISERS = """date: 2024-02-15

Экспорт удобрений из России по странам, млн т
Страна\t2022\t2023\tИзменение, %
Бразилия\t8,2\t9,4\t14,6
Всего\t20,0\t22,5\t12,5
"""
RARE_EARTHS = """date: 2024-01-20

中国稀土出口（吨）
国家 | 2022年 | 2023年 | 同比
日本 | 16,200 | 17,050 | 5.2%
合计 | 48,700 | 52,300 | 7.4%
"""
GERMANY = """date: 2024-03-01

Table 2: Germany's imports by country of origin
| Country | 2022 ($ bn) | 2023 ($ bn) | Change | Share 2023 |
|---|---:|---:|---:|---:|
| China | 203.1 | 168.9 | −16.8% | 11.5% |
| Total | 1,571.0 | 1,468.0 | -6.6% | 100% |
"""
EGYPT = """date: 2024-03-01

Egypt's imports from Russia, 2023, $ million
Goods | Value
Wheat | 2,310
Total | 3,900
"""
KENYA = """date: 2024-03-01

Kenya's exports to Uganda, $ million
Year | Value
2022 | 900
2023 | 970
"""


ALIGNED = """date: 2024-02-15

China's exports of gallium, tonnes
Buyer         2022    2023    Change
Japan         28.4    17.2    -39.4%
South Korea    8.3     4.1    -50.6%
"""


def cells(text: str) -> dict[str, tuple[str, ...]]:
    """Return what each number of a table was read as."""
    article = article_of(text)
    found = {}
    for one in draft(article).claims:
        keys = one.keys
        printed = article.text[one.place[0] : one.place[1]]
        rest = [str(keys[name]) for name in ("base", "goods", "quantity") if name in keys]
        sides = (keys["exporter"], keys["importer"], keys["period"])
        found[printed] = (one.kind, one.says, *sides, *rest)
    return found


@pytest.mark.parametrize(
    ("text", "cell", "expected"),
    [
        (
            GALLIUM,
            "28.4",
            ("value", "28.4 tonnes", "CHN", "JPN", "2022", "named:gallium", "mass"),
        ),
        (
            GALLIUM,
            "-46.0%",
            ("quantity_growth", "-46.0%", "CHN", "WLD", "2023", "2022", "named:gallium"),
        ),
        (AUSTRIA, "59,5", ("value", "59,5 Mrd. Euro", "AUT", "DEU", "2023")),
        (AUSTRIA, "65,0", ("value", "65,0 Mrd. Euro", "DEU", "AUT", "2023")),
        (AUSTRIA, "-5,5", ("balance", "-5,5 Mrd. Euro", "AUT", "DEU", "2023")),
        (FERTILISERS, "9,4", ("value", "9,4 млн т", "RUS", "BRA", "2023", "31", "mass")),
        (
            FERTILISERS.replace("\t", "; "),
            "9,4",
            ("value", "9,4 млн т", "RUS", "BRA", "2023", "31", "mass"),
        ),
        (ALIGNED, "4.1", ("value", "4.1 tonnes", "CHN", "KOR", "2023", "named:gallium", "mass")),
        (FERTILISERS, "12,5", ("quantity_growth", "12,5%", "RUS", "WLD", "2023", "2022", "31")),
        (
            RARE_EARTHS,
            "17,050",
            ("value", "17,050 吨", "CHN", "JPN", "2023", "named:rare earths", "mass"),
        ),
        (GERMANY, "168.9", ("value", "$168.9 bn", "CHN", "DEU", "2023")),
        (GERMANY, "−16.8%", ("growth", "-16.8%", "CHN", "DEU", "2023", "2022")),
        (GERMANY, "11.5%", ("import_share", "11.5%", "CHN", "DEU", "2023")),
        (EGYPT, "2,310", ("value", "$2,310 million", "RUS", "EGY", "2023", "1001")),
        (EGYPT, "3,900", ("value", "$3,900 million", "RUS", "EGY", "2023")),
        (KENYA, "900", ("value", "$900 million", "KEN", "UGA", "2022")),
    ],
)
def test_a_cell_is_read(text: str, cell: str, expected: tuple[str, ...]) -> None:
    assert cells(text)[cell] == expected


def test_a_row_of_no_country_is_left_with_the_reason() -> None:
    left = {one.says: one.why for one in draft(article_of(GALLIUM)).left}
    assert (
        left["1.0"] == left["100%"] == "of which country or goods a row of a table is, is not clear"
    )


@pytest.mark.parametrize(
    "text",
    [
        # sentences with as many semicolons
        (
            "date: 2024-02-15\n\nChina's exports rose in 2023; imports fell.\n"
            "Gallium rose; coal fell.\nGermanium fell; lead rose.\n"
        ),
        "date: 2024-03-01\n\nOur menu\nDish | Price\nSoup | 3.20\nBread | 1.10\n",
        # whose exports these are is not said
        GALLIUM.replace("China's exports", "Exports"),
        # no unit
        FERTILISERS.replace(", млн т", ""),
        # no period
        AUSTRIA.replace(" 2023,", ","),
        # of a year that is not over
        GALLIUM.replace("2022", "2026").replace("2023", "2027"),
    ],
)
def test_a_table_that_lacks_a_part_is_not_read(text: str) -> None:
    assert not draft(article_of(text)).claims


def test_every_number_of_a_table_is_a_reading_at_its_place() -> None:
    article = article_of(GALLIUM)
    found = draft(article).readings
    assert [one.says for one in found if one.state == "interpreted"][:3] == [
        "28.4",
        "17.2",
        "-39.4%",
    ]
    assert all(article.text[one.start : one.end] == one.says for one in found)


def test_a_rate_that_its_own_row_contradicts_is_found() -> None:
    wrong = GALLIUM.replace("-37.1%", "-31.7%")
    checked = check(as_document(draft(article_of(wrong))))
    said = {one.says: one.verdict for one in checked.claims}
    assert said["-31.7%"] == "inconsistent"
    assert said["-39.4%"] != "inconsistent"


def test_a_table_without_a_sum_or_rate_that_fits_is_read_once() -> None:
    assert all(one.alone for one in draft(article_of(EGYPT)).claims)
    assert not any(one.alone for one in draft(article_of(AUSTRIA)).claims)
