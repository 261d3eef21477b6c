"""What a text says once holds on: headlines, places and bases named before, times of many days."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import article_of, draft
from entrepot.claims.draft.lexicon import LANGUAGES, area_words, areas_begun_in
from entrepot.claims.numbers import number_spans


def read(text: str, date: str) -> dict[str, tuple[str, str, str, str]]:
    """Return by number who sells, who buys, when, and since when."""
    found = {}
    for one in draft(article_of(text, date=date)).readings:
        if one.claim:
            body = next(value for value in one.claim.values() if isinstance(value, dict))
            sides = body["exporter"], body["importer"]
            # Two-way trade is the same whichever side comes first.
            first, second = sorted(sides) if body.get("flow") == "both" else sides
            found[one.says] = first, second, str(body["period"]), str(body.get("base", ""))
    return found


@pytest.mark.parametrize(
    ("text", "date", "says", "expected"),
    [
        (  # a headline has the first time of the text
            (
                "Товарооборот Узбекистана с Россией вырос на 8,5 процента\n\n"
                "В 2025 году товарооборот Узбекистана с Россией составил 13 млрд долларов."
            ),
            "2026-02-01",
            "вырос на 8,5 процента",
            ("RUS", "UZB", "2025", ""),
        ),
        (  # where words point back
            (
                "Die meisten Importe Deutschlands kamen im Oktober 2020 aus China. "
                "Von dort wurden Waren im Wert von 10,1 Mrd. Euro eingeführt."
            ),
            "2020-12-08",
            "10,1 Mrd. Euro",
            ("CHN", "DEU", "2020-10", ""),
        ),
        (  # a base in front of two rates is of both
            (
                "Gegenüber September 2016 gingen die deutschen Ausfuhren im Oktober 2016 um 3,6 "
                "Prozent zurück, die Einfuhren nahmen um 1,0 Prozent ab."
            ),
            "2016-12-08",
            "1,0 Prozent ab",
            ("WLD", "DEU", "2016-10", "2016-09"),
        ),
        (  # the former year of a month
            (
                "Pakistan's exports in July 2023 were recorded at $2.057 billion against $2.250 "
                "billion last year, showing a decline of 8.57 percent."
            ),
            "2023-08-17",
            "a decline of 8.57 percent",
            ("PAK", "WLD", "2023-07", ""),
        ),
        (  # an amount in brackets right behind a time is of that
            (
                "In 2023, trade turnover between Kazakhstan and Uzbekistan amounted to USD 4.4 "
                "billion, 13.5% less than in 2022 (USD 5.1 billion)."
            ),
            "2024-02-01",
            "USD 5.1 billion",
            ("KAZ", "UZB", "2022", ""),
        ),
        (  # a part of China's name for an island is no second country
            "2023年越南对中国台湾出口水果1287万美元。",
            "2024-02-01",
            "1287万美元",
            ("VNM", "TWN", "2023", ""),
        ),
        (  # one sign of a name is that of the country that the text is about
            (
                "中国与加纳经贸合作\n\n2023年中加双边贸易额110.4亿美元。加纳的邻国有多哥，"
                "加纳的锰矿出口仅次于加蓬。中国对加纳出口91亿美元。"
            ),
            "2024-04-01",
            "110.4亿美元",
            ("CHN", "GHA", "2023", ""),
        ),
        (  # goods of a question, in front of a flow
            "Chinese magnet exports to Germany doubled in 2022.",
            "2024-03-01",
            "doubled",
            ("CHN", "DEU", "2022", ""),
        ),
        (  # China and Hong Kong as one market, and a flow of an amount, not of goods 金额
            (
                "台北8日電，財政部統計處公布，我國7月對中國大陸與香港出口金額140.5億美元，"
                "年增12.5%，對日本出口24.1億美元。"
            ),
            "2025-08-08",
            "140.5億美元",
            ("TWN", "CHN+HKG", "2025-07", ""),
        ),
        (
            "臺灣6月對大陸(含香港)出口額為131.2億美元，較去年同期增加9.4%。",
            "2021-07-09",
            "增加9.4%",
            ("TWN", "CHN+HKG", "2021-06", ""),
        ),
        (
            "Vietnam's exports to China and Hong Kong reached $6.2 billion in May 2024.",
            "2024-06-10",
            "$6.2 billion",
            ("VNM", "CHN+HKG", "2024-05", ""),
        ),
        (  # two numbers in a row are one of each
            (
                "Vietnam's exports to China and Hong Kong were $5.2 billion and $1.1 billion in "
                "May 2024."
            ),
            "2024-06-10",
            "$1.1 billion",
            ("VNM", "HKG", "2024-05", ""),
        ),
    ],
)
def test_what_was_said_holds_on(
    text: str, date: str, says: str, expected: tuple[str, str, str, str]
) -> None:
    found = read(text, date)
    assert found.get(says) == expected


def test_numbers_and_times_in_rows_are_dealt_in_order() -> None:
    found = read("Exports of China to Chile rose 49 % and 50 % 2001 and 2002.", "2004-01-01")
    assert [found[says][2] for says in ("rose 49 %", "50 %")] == ["2001", "2002"]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("С 1 по 20 февраля Россия ввезла из Китая 2 тонны.", "2026-02-01..2026-02-20"),
        ("Vom 1. Mai bis zum 3. Juni exportierte Peru 2 Mio. Tonnen.", "2025-05-01..2025-06-03"),
        ("Between May 2 and June 3 Peru exported oil worth $5 billion.", "2025-05-02..2025-06-03"),
        ("1月5日至20日，中国对俄罗斯出口5亿美元。", "2026-01-05..2026-01-20"),
    ],
)  # fmt: skip
def test_a_time_from_a_day_to_a_day_is_read(text: str, period: str) -> None:
    found = draft(article_of(text, date="2026-02-25")).readings
    assert period in {one.fields["period"].value for one in found if "period" in one.fields}


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("exports of N7.01 trillion", 7.01e12, "NGN"),
        ("exports of RM30 billion", 30e9, "MYR"),
        ("exports of Rs 1,200 crore", 12e9, "rupee"),
        ("exports of Tk 5 lakh", 5e5, "BDT"),
    ],
)
def test_letters_of_a_currency(text: str, value: float, unit: str) -> None:
    [span] = number_spans(text)
    assert (span.says.value, span.says.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("China exported N95 masks and RM 30 tanks", []),
        ("Route N 1200 was closed.", []),
        ("A force of 500 N, at 45 N", ["", ""]),
        ("The fee is RM 500 per tonne.", ["MYR"]),
        ("Exports cost Rp 100.", ["IDR"]),
        ("exports of N1,200 and N7.5", ["NGN", "NGN"]),
        ("exports of 7.01 trillion naira", ["NGN"]),
    ],
)
def test_letters_beside_a_number_are_money_or_a_name(text: str, units: list[str]) -> None:
    assert [span.says.unit for span in number_spans(text, "en")] == units


@pytest.mark.parametrize("language", LANGUAGES)
def test_areas_that_begin_as_a_word_does_are_all_that_a_text_names(language: str) -> None:
    text = (
        "US-Exporte, deutsch-russischer Handel, the EU's and Saudi Arabia's trade, Österreich, "
        "из Южной Кореи и США, Арабские Эмираты, 中国台湾与阿联酋, Côte d'Ivoire, Türkei"
    )
    every = {entry.value for entry in area_words(language) if entry.pattern.search(text)}
    begun = areas_begun_in(text, language)
    assert every == {entry.value for entry in begun if entry.pattern.search(text)}
    assert every
    assert len(begun) < len(area_words(language))


def test_goods_of_questions_are_never_ground_for_a_wrong_claim() -> None:
    [claim] = draft(
        article_of("Chinese magnet exports to Germany doubled in 2022.", date="2024-03-01")
    ).claims
    assert claim.keys["goods"] == "850511"
    assert claim.alone


_ON_PRICES = (
    "Данные пересматриваются раз в год, и потому ведомство просит не сравнивать их с прежними "
    "оценками, в которых цены были другими, а часть сделок учтена не была."
)


def claimed(text: str, date: str) -> dict[str, tuple[str, str, str]]:
    """Return by number who sells, who buys, and when, of what became a claim."""
    found = {}
    for one in draft(article_of(text, date=date)).claims:
        keys = one.keys
        sides = keys["exporter"], keys["importer"]
        first, second = sorted(sides) if keys.get("flow") == "both" else sides
        found[one.says] = first, second, str(keys["period"])
    return found


@pytest.mark.parametrize(
    ("text", "date", "expected"),
    [
        (  # months that are counted, and of all trade where no country is named
            "財政部統計處公布，9月出口50.1億美元，累計前9月出口420.3億美元。",
            "2025-10-10",
            {
                "50.1億美元": ("TWN", "WLD", "2025-09"),
                "420.3億美元": ("TWN", "WLD", "2025-01..2025-09"),
            },
        ),
        (  # a German ordinal ends no sentence
            (
                "Im 1. Quartal 2023 sanken die deutschen Exporte nach Peru um 4,5 Prozent. "
                "Im 2. Halbjahr 2023 stiegen die deutschen Exporte nach Chile um 3 Prozent."
            ),
            "2024-02-10",
            {
                "-4,5 Prozent": ("DEU", "PER", "2023Q1"),
                "3 Prozent": ("DEU", "CHL", "2023-07..2023-12"),
            },
        ),
        (  # lines as paragraphs: after a month of trade with one, all months of that with another
            (
                "Перу увеличило торговлю с Чили\n"
                "В январе-мае 2024 года товарооборот Перу и Чили вырос на 8,5%, до $1,2 млрд. "
                f"В мае товарооборот между странами составил $0,3 млрд. {_ON_PRICES}\n"
                f"Товарооборот Перу и Бразилии увеличился на 5%, до $2,1 млрд. {_ON_PRICES}"
            ),
            "2024-06-20",
            {
                "$0,3 млрд.": ("CHL", "PER", "2024-05"),
                "$2,1 млрд.": ("BRA", "PER", "2024-01..2024-05"),
            },
        ),
        (  # whoever changes its purchases buys, though the text is about the seller
            (
                "In May 2024 Russia increased exports of wheat to Egypt by 5 percent. Italy bought "
                "Russian wheat for 22 million euros, while the Netherlands increased purchases to "
                "12 million euros."
            ),
            "2024-06-20",
            {"12 million euros": ("RUS", "NLD", "2024-05")},
        ),
        (  # what is behind "of which" is of the part alone
            (
                "Chile's copper exports rose 5 % to $3.1 billion in May 2024, of which $1.2 "
                "billion went to Japan."
            ),
            "2024-06-20",
            {
                "$3.1 billion": ("CHL", "WLD", "2024-05"),
                "$1.2 billion": ("CHL", "JPN", "2024-05"),
            },
        ),
        (
            "台湾6月进口额为280.8亿美元,较去年同期增加29.9%,其中自日本进口额约69.7亿美元。",
            "2021-07-09",
            {
                "280.8亿美元": ("WLD", "TWN", "2021-06"),
                "增加29.9%": ("WLD", "TWN", "2021-06"),
                "约69.7亿美元": ("JPN", "TWN", "2021-06"),
            },
        ),
        (  # 智 is the country that the text names in full
            "智利海关局消息，2024年智中贸易额580亿美元。其中，中方出口205亿美元，占智进口额的24.5%。",
            "2025-03-01",
            {"24.5%": ("CHN", "CHL", "2024")},
        ),
        (  # 对华进口 are imports from China
            "2月,日本对华出口达到1.32万亿日元,同比增长2.1%。对华进口达到1.75万亿日元,同比增加12.5%。",
            "2024-03-21",
            {
                "1.32万亿日元": ("JPN", "CHN", "2024-02"),
                "1.75万亿日元": ("CHN", "JPN", "2024-02"),
            },
        ),
        (  # what was exported into a country is one way of the trade in front of it
            (
                "В мае 2024 года товарооборот между Перу и Китаем составил 3,1 млрд долларов: в "
                "Китай экспортировано перуанских товаров на 1,8 млрд долларов, стоимость ввезенной "
                "из Китая в Перу продукции оценивается в 1,3 млрд долларов."
            ),
            "2024-06-20",
            {
                "1,8 млрд долларов": ("PER", "CHN", "2024-05"),
                "1,3 млрд долларов": ("CHN", "PER", "2024-05"),
            },
        ),
        (  # 占比 says a share of now: its 比 compares nothing
            (
                "智利海关局消息，2024年智利贸易额1560亿美元。智利主要贸易伙伴依次为：美国，贸易额310亿"
                "美元，下降4.2%，占比19.9%；日本，110亿美元，下降3.1%，占比7.1%。"
            ),
            "2025-03-01",
            {"19.9%": ("CHL", "USA", "2024"), "7.1%": ("CHL", "JPN", "2024")},
        ),
        (  # a deficit of two is that of the first
            (
                "US-China trade deficit hits record $31.5 billion\n"
                "China's exports to the United States rose to $42.2 billion in May 2024, and its "
                "imports of American goods to $10.7 billion, as importers filled their orders "
                "before the duties of the summer."
            ),
            "2024-06-20",
            {
                "-$31.5 billion": ("USA", "CHN", "2024-05"),
                "$42.2 billion": ("CHN", "USA", "2024-05"),
            },
        ),
        (  # one amount in two currencies contradicts nothing
            (
                "China's exports fell in May 2024. Meanwhile, mobile phone exports hit RMB61.3 "
                "billion ($8.5 billion), marking an increase of 10.5 percent."
            ),
            "2024-06-20",
            {
                "RMB61.3 billion": ("CHN", "WLD", "2024-05"),
                "$8.5 billion": ("CHN", "WLD", "2024-05"),
            },
        ),
    ],
)
def test_what_a_text_is_about_and_who_does_it_become_claims(
    text: str, date: str, expected: dict[str, tuple[str, str, str]]
) -> None:
    found = claimed(text, date)
    assert {says: found.get(says) for says in expected} == expected


@pytest.mark.parametrize(
    ("text", "date", "says"),
    [
        (  # a headline on two countries is a line of its own, and all trade is not between them
            (
                "Товарооборот Перу и Чили вырос за год\nОбщий объем внешней торговли Перу в "
                f"январе-мае 2024 года вырос на 8,5%, до $41,2 млрд. {_ON_PRICES}"
            ),
            "2024-06-20",
            "$41,2 млрд.",
        ),
        (  # bought in a country is bought from it
            "Египет увеличил импорт, закупив в РФ 2,5 млн тонн пшеницы в 2023 году.",
            "2024-02-20",
            "2,5 млн тонн",
        ),
        (  # where a war is does not trade
            (
                "Die Exporte nach Polen stiegen im Januar 2022, vor Beginn des Ukraine-Kriegs, auf "
                "2,3 Milliarden Euro."
            ),
            "2022-04-01",
            "2,3 Milliarden Euro",
        ),
    ],
)
def test_a_side_that_only_seems_to_be_meant_makes_no_claim(text: str, date: str, says: str) -> None:
    sides = claimed(text, date).get(says, ("", "", ""))[:2]
    assert sides not in (("CHL", "PER"), ("EGY", "RUS"), ("UKR", "POL"))


@pytest.mark.parametrize(
    "text",
    [
        "Trade between China and Hong Kong reached $288 billion in 2023.",
        "Товарооборот между Китаем и Гонконгом в 2023 году составил 288 млрд долларов.",
        "2023年中国与香港贸易额2880亿美元。",
    ],
)
def test_china_and_hong_kong_trade_with_each_other(text: str) -> None:
    assert list(claimed(text, "2024-02-20").values()) == [("CHN", "HKG", "2023")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新华社上海2月20日电 2023年中国对智利出口199亿美元。", ("CHN", "CHL", "2023")),
        (
            "Shanghai (dpa) - Chinas Exporte nach Chile stiegen 2023 auf 19,9 Milliarden Dollar.",
            ("CHN", "CHL", "2023"),
        ),
        (
            "Экспорт Перу в соседнюю Боливию в 2023 году составил 1,4 млрд долларов.",
            ("PER", "BOL", "2023"),
        ),
        ("此前9月中国对智利出口15亿美元。", ("CHN", "CHL", "2023-09")),
    ],
)
def test_where_a_text_is_from_or_a_country_lies_is_no_part(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert list(claimed(text, "2024-02-20").values()) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Part of Germany's imports from Chile, worth 5 billion euros in 2023, came late.",
        "2023年中国上海电器对智利出口11亿美元。",
        "2023年中国对50个国家出口芯片30亿美元。",
        "In 2023 China exported chips worth 3 billion dollars to 50 countries.",
        "China's exports to more than 50 countries rose by 5 % in 2023.",
        "China exportierte 2023 Chips für 3 Milliarden Dollar in 50 Länder.",
        "В 2023 году Китай экспортировал чипы на 3 млрд долларов в 50 стран.",
        "2023年中国对160个国家和地区出口3.4万亿美元。",
    ],
)
def test_a_part_of_a_trade_is_not_claimed_of_the_whole(text: str) -> None:
    assert claimed(text, "2024-02-20") == {}


@pytest.mark.parametrize(
    ("text", "date", "expected"),
    [
        (  # what a year earlier was is said of the number behind "against" alone
            (
                "In April 2025, Chile sold copper to Italy. Chilean copper exports to Italy were "
                "worth 135 million euros against 92 million a year earlier. Chilean copper exports "
                "to France were worth 22 million euros against 12 million a year earlier."
            ),
            "2025-06-20",
            {
                "135 million euros": ("CHL", "ITA", "2025-04"),
                "92 million": ("CHL", "ITA", "2024-04"),
                "22 million euros": ("CHL", "FRA", "2025-04"),
                "12 million": ("CHL", "FRA", "2024-04"),
            },
        ),
        (  # a rate on the month is no average
            (
                "Peru's imports from Chile rose 3 % to $210 million in July 2024. Imports from "
                "Brazil on a monthly basis fell by 6.3 %, to $150 million."
            ),
            "2024-08-20",
            {
                "rose 3 %": ("CHL", "PER", "2024-07"),
                "$210 million": ("CHL", "PER", "2024-07"),
                "fell by 6.3 %": ("BRA", "PER", "2024-07"),
                "$150 million": ("BRA", "PER", "2024-07"),
            },
        ),
        (
            "China exported 5.2 million units of cars to Chile in 2023.",
            "2024-02-20",
            {"5.2 million units": ("CHN", "CHL", "2023")},
        ),
        (
            "2023年,臺灣對智利出口額為14.8億美元,智利是臺灣重要出口地區。",
            "2024-02-20",
            {"14.8億美元": ("TWN", "CHL", "2023")},
        ),
        (
            "2023年台湾主要出口国家地区中,对智利出口额为14.8亿美元。",
            "2024-02-20",
            {"14.8亿美元": ("TWN", "CHL", "2023")},
        ),
        (  # a weight is of the goods that the text is about
            (
                "China's exports of magnets to Chile in September 2025 rose by 17.5 % to 5,773 "
                "tons. Exports to Peru grew by 27.9 % to 1,288 tons."
            ),
            "2025-10-20",
            {
                "rose by 17.5 %": ("CHN", "CHL", "2025-09"),
                "5,773 tons": ("CHN", "CHL", "2025-09"),
                "grew by 27.9 %": ("CHN", "PER", "2025-09"),
                "1,288 tons": ("CHN", "PER", "2025-09"),
            },
        ),
    ],
)
def test_what_a_sentence_says_of_one_number_is_not_said_of_the_next(
    text: str, date: str, expected: dict[str, tuple[str, str, str]]
) -> None:
    assert claimed(text, date) == expected


def test_a_rate_on_the_month_is_measured_against_the_month_before() -> None:
    texts = (
        "Im Juli 2024 nahm Perus Einfuhr aus Chile auf monatlicher Basis um 6,3 Prozent ab.",
        "Импорт Перу из Чили в июле 2024 года в месячном выражении упал на 6,3%.",
    )
    for text in texts:
        assert list(read(text, "2024-08-20").values()) == [("CHL", "PER", "2024-07", "2024-06")]


@pytest.mark.parametrize(
    ("text", "date", "expected"),
    [
        (
            (
                "Экспорт Китая в Перу в январе-апреле 2024 года вырос на 11,3% по сравнению с "
                "аналогичным периодом 2023 года и составил 5,2 млрд долларов."
            ),
            "2024-05-09",
            ("CHN", "PER", "2024-01..2024-04", "2023-01..2023-04"),
        ),
        (
            (
                "Экспорт Китая в Перу в первом полугодии 2024 года вырос на 11,3% по сравнению с "
                "первым полугодием 2023 года и составил 5,2 млрд долларов."
            ),
            "2024-08-09",
            ("CHN", "PER", "2024-01..2024-06", "2023-01..2023-06"),
        ),
        (
            "Chinas Exporte nach Peru stiegen im abgelaufenen Jahr um 11,3 Prozent.",
            "2024-01-20",
            ("CHN", "PER", "2023", ""),
        ),
        ("2024年首季中国对秘鲁出口增长11.3%。", "2024-04-20", ("CHN", "PER", "2024Q1", "")),
    ],
)
def test_a_time_is_read_in_every_case(
    text: str, date: str, expected: tuple[str, str, str, str]
) -> None:
    rates = [said for says, said in read(text, date).items() if "11" in says]
    assert rates == [expected]
