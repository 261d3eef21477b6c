"""What texts say: fiscal years, countries without a name, amounts up to a day, and denials."""

from __future__ import annotations

import pytest

from entrepot.claims import parse_document
from entrepot.claims.draft import article_of, draft
from entrepot.claims.draft.marks import marks
from entrepot.claims.numbers import number_spans, read_says
from entrepot.claims.numbers.text import language_of
from entrepot.claims.times.parts import fiscal_times
from entrepot.errors import RequestError
from entrepot.model.period import Period


@pytest.mark.parametrize(
    ("home", "published", "text", "periods"),
    [
        (
            "BGD",
            "2024-02-10",
            "in July-January of the current fiscal year",
            "2023-07..2024-01",
        ),
        ("BGD", "2024-02-10", "in the first seven months of FY24", "2023-07..2024-01"),
        (
            "IND",
            "2023-09-10",
            "worth $4.67 billion in April-July this fiscal year",
            "2023-04..2023-07",
        ),
        (
            "IND",
            "2023-09-10",
            "in first four months of the current fiscal 2024",
            "2023-04..2023-07",
        ),
        (
            "IND",
            "2023-09-10",
            "April-July 2023-24 over April-July 2022-23",
            "2023-04..2023-07 2022-04..2022-07",
        ),
        ("IND", "2023-09-10", "in fiscal year 2022-23", "2022-04..2023-03"),
        ("IND", "2025-06-10", "in the last fiscal year", "2024-04..2025-03"),
        (
            "IND",
            "2023-03-20",
            "in April-January of 2021-22 (FY22) and the same period in FY23.",
            "2021-04..2022-01 2022-04..2023-01",
        ),
        ("PAK", "2023-08-30", "in the first month of current fiscal year", "2023-07"),
        ("PAK", "2023-08-30", "during the same month of last year (July 2022-23)", "2022-07"),
        ("PAK", "2025-09-10", "in FY2024-25", "2024-07..2025-06"),
        ("USA", "2025-09-10", "in the third quarter of FY25", "2025Q2"),
        ("JPN", "2025-09-10", "in fiscal 2023", "2023-04..2024-03"),
        # The months say when the year begins, whoever counts.
        ("", "2025-09-10", "in July-June 2024-25", "2024-07..2025-06"),
        # No calendar known, or no fiscal year at all.
        ("", "2025-09-10", "in fiscal year 2024", ""),
        ("CHN", "2025-09-10", "in 2022-23", ""),
        ("IND", "2025-09-10", "from 2019 to 2023", ""),
        # Not over when the text was published.
        ("IND", "2023-09-10", "in FY24", ""),
    ],
)
def test_a_fiscal_year_is_that_of_the_country(
    home: str, published: str, text: str, periods: str
) -> None:
    found, _ = fiscal_times(text, Period.parse(published), home)
    assert " ".join(str(one.period) for one in found) == periods


def drafted(text: str, date: str) -> list[dict[str, object]]:
    return [one.keys for one in draft(article_of(text, date=date)).claims]


def test_a_text_is_read_by_the_calendar_of_its_country() -> None:
    text = (
        "Bangladesh's exports to the European Union were $13.92 billion during the July-January "
        "period of the current fiscal year. Bangladesh's exports to the USA were $4.79 billion in "
        "the first seven months of FY24."
    )
    found = draft(article_of(text, date="2024-02-10"))
    assert {one.fields["period"].value for one in found.readings} == {"2023-07..2024-01"}


def test_a_month_before_two_years_is_of_neither() -> None:
    text = "India's exports to China were $16.7 billion in April-March 2023-24."
    assert not [one for one in drafted(text, "2024-05-20") if str(one["period"]) == "2023-03"]


@pytest.mark.parametrize(
    "text",
    [
        "China's exports to emerging markets rose 5% in 2023.",
        "Die deutschen Exporte in aufstrebende Länder stiegen 2023 um 5 %.",
        "Экспорт России в дружественные страны вырос на 5% в 2023 году.",
        "Germany's exports outside the eurozone rose 5% in 2023.",
        "Экспорт России в страны вне СНГ вырос на 5% в 2023 году.",
    ],
)
def test_countries_that_no_name_tells_are_not_the_world(text: str) -> None:
    article = article_of(text, date="2024-02-01")
    assert drafted(text, "2024-02-01") == []
    assert "is not known here as a country or group" in draft(article).left[0].why


@pytest.mark.parametrize(
    "text",
    [
        "Germany's exports to foreign markets rose 5% in 2023.",
        "Die deutschen Exporte in alle Länder stiegen 2023 um 5 %.",
    ],
)
def test_all_others_are_the_world(text: str) -> None:
    assert [one["importer"] for one in drafted(text, "2024-02-01")] == ["WLD"]


def test_the_euro_area_is_a_group() -> None:
    for text in (
        "Germany's exports to the euro area rose 5% in 2023.",
        "Die deutschen Exporte in die Eurozone stiegen 2023 um 5 %.",
    ):
        assert [one["importer"] for one in drafted(text, "2024-02-01")] == ["EA"]


def test_a_count_up_to_a_day_is_of_no_month_named_before() -> None:
    text = (
        "Im September 2024 exportierte die Ukraine 2,8 Millionen Tonnen Weizen. "
        "Bis zum 29. September des Vorjahres exportierte die Ukraine 6,5 Millionen Tonnen Weizen."
    )
    found = draft(article_of(text, date="2024-10-02"))
    assert not any("6,5" in one.says for one in found.claims)


@pytest.mark.parametrize(
    "text",
    [
        "China supplied neither 90% nor 60% of Russia's imports in 2023.",
        "Hardly 60% of Russia's imports came from China in 2023.",
        "China lieferte 2023 keineswegs 60 % der russischen Importe.",
        "Critics dispute that 60% of Russia's imports came from China in 2023.",
        "China's exports to Russia failed to reach $200 billion in 2023.",
        "China's exports to Russia fell short of $200 billion in 2023.",
        # on average is of all that follows
        "On average China shipped goods worth $9 billion, up 5 %, to Russia each time in 2023.",
    ],
)
def test_what_is_denied_is_no_claim(text: str) -> None:
    assert drafted(text, "2024-02-01") == []


def test_a_share_that_rose_from_one_year_to_another_is_no_range() -> None:
    text = "China's share of Russia's imports rose from 2022's 10% to 75% in 2023."
    found = draft(article_of(text, date="2024-02-01")).claims
    assert "10% to 75%" not in {one.says for one in found}


def test_the_second_of_two_years_is_no_number() -> None:
    text = (
        "India's imports from China increased from $98.5 billion in FY2022-23 to $101.7 billion "
        "in FY2023-24."
    )
    spans = [one.says.text for one in number_spans(text, "en")]
    assert spans == ["$98.5 billion", "$101.7 billion"]


def test_a_genitive_is_no_dollar_of_singapore() -> None:
    text = "China's $50 billion of exports, S$20 billion of Singapore’s"
    assert [one.says.unit for one in number_spans(text, "en")] == ["USD", "SGD"]


@pytest.mark.parametrize(
    "text",
    [
        "Chinese state firms exported goods worth $110.97 billion to Russia in 2023.",
        "Chinese private companies' exports came to $1.6 trillion in 2023.",
        "Shanghai, China exported goods worth $110.97 billion to Russia in 2023.",
        "China's Heilongjiang exported goods worth $110.97 billion to Russia in 2023.",
        "China's exports to Russian companies came to $110.97 billion in 2023.",
        "China's exports to its neighbours came to $300 billion in 2023.",
        "China's exports by sea came to $1.6 trillion in 2023.",
        "China's exports to Russia by road and rail came to $110.97 billion in 2023.",
        "China's exports to Russia through Manzhouli came to $110.97 billion in 2023.",
        "China's net exports to Russia came to $110.97 billion in 2023.",
        "China's exports to Russia through August 2023 came to $110.97 billion.",
        "Nobody believes that China's exports to Russia came to $110.97 billion in 2023.",
        "Экспорт китайских госкомпаний в Россию в 2023 году составил 110,97 млрд долларов.",
        "Экспорт Китая российским компаниям в 2023 году составил 80 млрд долларов.",
        "Экспорт Китая в Сибирь в 2023 году составил 80 млрд долларов.",
        "Экспорт Китая в Московскую область в 2023 году составил 80 млрд долларов.",
        "Экспорт Китая в развивающиеся страны в 2023 году составил 1,6 трлн долларов.",
        "Экспорт КНР в Россию по морю в 2023 году составил 110,97 млрд долларов.",
        "Экспорт Китая в Россию по август 2023 года составил 71,8 млрд долларов.",
        "Die Exporte chinesischer Staatsunternehmen nach Russland betrugen 2023 111 Mrd. Dollar.",
        "Die Exporte der chinesischen Provinz Guangdong nach Russland stiegen 2023 um 5 %.",
        "Chinas Exporte in Entwicklungsländer beliefen sich 2023 auf 1,6 Billionen Dollar.",
        "Chinas Exporte per Schiff beliefen sich 2023 auf 1,6 Billionen Dollar.",
        "中国民营企业2023年对俄罗斯出口1109.7亿美元。",
        "中国广东省2023年出口7700亿美元。",
        "中国（上海）自由贸易试验区2023年对俄罗斯出口1109.7亿美元。",
        "2023年，中国对俄罗斯远东地区出口1109.7亿美元。",
        "2023年，中国以铁路运输方式对俄罗斯出口1109.7亿美元。",
        "2023年，中国对俄企业出口800亿美元。",
    ],
)
def test_a_part_of_a_trade_is_not_read_as_the_whole(text: str) -> None:
    assert not draft(article_of(text, date="2024-02-01")).claims


@pytest.mark.parametrize(
    "text",
    [
        "China's exports to EU member states came to $501 billion in 2023.",
        "China's exports to Russia by value came to $110.97 billion in 2023.",
        "China's exports to Russia from January through August 2023 came to $71.8 billion.",
        "China's exports to Russia rose 46.9 % in 2023, while Chinese companies built plants.",
        "Die Exporte Chinas in die Länder der EU beliefen sich 2023 auf 501 Milliarden Dollar.",
        "Экспорт Китая во все страны составил в 2023 году 3,38 трлн долларов.",
        "Экспорт Китая в Россию в денежном выражении составил в 2023 году 110,97 млрд долларов.",
        "2023年，中国出口市场中，对俄罗斯出口1109.7亿美元。",
        "2023年，香港地区对俄罗斯出口11亿美元。",
    ],
)
def test_a_whole_trade_beside_such_words_is_read(text: str) -> None:
    assert len(draft(article_of(text, date="2024-02-01")).claims) == 1


def _claims(text: str, date: str = "2025-02-01") -> dict[str, tuple[str, ...]]:
    """Return kind, seller, buyer and period of the claims of a text, by their numbers."""
    return {
        one.says: (one.kind, *(str(one.keys.get(key, "")) for key in _KEYS))
        for one in draft(article_of(text, date=date)).claims
    }


_KEYS = ("exporter", "importer", "period")


@pytest.mark.parametrize(
    ("text", "says", "period"),
    [
        (  # what is denied is how much it changed; in brackets stands what it was
            (
                "EU exports to China did not change much between January 2022 (€18.3 billion) and "
                "December 2023 (€18.1 billion)."
            ),
            "€18.3 billion",
            "2022-01",
        ),
        (
            (
                "EU exports to China did not change much, although they reached a low of "
                "€17.7 billion in April 2022."
            ),
            "€17.7 billion",
            "2022-04",
        ),
        (  # an average of what follows is none of the numbers before it
            (
                "In March 2022 EU exports to China rose by 4.2 percent to €18.3 billion, which "
                "makes a daily average of €600 million."
            ),
            "rose by 4.2 percent",
            "2022-03",
        ),
    ],
)
def test_a_denial_or_an_average_is_of_its_own_number(text: str, says: str, period: str) -> None:
    found = _claims(text)
    assert found[says][1:] == ("EU", "CHN", period)
    assert not any("600" in one for one in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Russia sold 19 Mt of crude oil to China in 2024. Saudi Arabia supplied 13 Mt.", "13 Mt"),
        (
            (
                "Russia's oil sales to China rose to 19 million tonnes in 2024. Saudi Arabia "
                "supplied 13 million tonnes."
            ),
            "13 million tonnes",
        ),
        (
            (
                "Россия поставила в Китай 19 млн тонн нефти в 2024 году. Саудовская Аравия "
                "поставила 13 млн тонн."
            ),
            "13 млн тонн",
        ),
        ("2024年俄罗斯对中国出口原油1900万吨。沙特阿拉伯供应1300万吨。", "1300万吨"),
    ],
)
def test_a_further_seller_sold_to_the_same_buyer(text: str, says: str) -> None:
    assert _claims(text)[says] == ("value", "SAU", "CHN", "2024")


def test_a_seller_after_exports_of_another_land_is_not_read_as_selling_to_it() -> None:
    said = "Kenya's exports to Uganda were 970 million dollars in 2024. China supplied 3 billion."
    assert all(one[:3] != ("value", "CHN", "UGA") for one in _claims(said).values())


@pytest.mark.parametrize("words", ["盈余为250亿美元", "盈余达250亿美元", "盈余250亿美元"])
def test_a_surplus_in_chinese_is_no_more_than_a_number(words: str) -> None:
    found = _claims(f"2024年中国对德国贸易{words}。")
    assert found == {words: ("balance", "CHN", "DEU", "2024")}


def test_a_level_beside_one_before_an_event_leaves_the_rate_its_year() -> None:
    text = "Germany's imports from Russia fell by 5 percent to 1.8 billion euros in 2024, {}."
    found = _claims(text.format("below pre-war levels"))
    assert found["fell by 5 percent"] == ("growth", "RUS", "DEU", "2024")
    against = _claims(text.format("compared with before the war"))
    assert not any(one.startswith("fell") for one in against)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("Japan's exports to China were ¥1,758.3 billion in 2024, as the yen fell.", "JPY"),
        ("Japan's exports to Peru were ¥1,758.3 billion in 2024.", "JPY"),
        ("China's exports to Peru were ¥82 billion in 2024.", "CNY"),
        ("中国2024年对日本出口￥820亿，人民币升值。", "CNY"),
        # Both countries are named, and no money in words.
        ("Japan's exports to China were ¥1,758.3 billion in 2024.", ""),
    ],
)
def test_the_sign_of_yen_and_yuan_is_what_the_text_means(text: str, currency: str) -> None:
    found = [one.keys.get("currency") for one in draft(article_of(text, date="2025-02-01")).claims]
    assert found == ([currency] if currency else [])


@pytest.mark.parametrize(
    ("between", "read_as"),
    [
        ("", "growth, CHN to RUS, 2024-07"),
        (" Imports from Peru rose by 3.3% to $8 billion.", ""),
    ],
)
def test_a_text_of_two_countries_goes_on_with_their_trade(between: str, read_as: str) -> None:
    text = (
        "China's exports to Russia rose by 1.1% to $61 billion in July 2024. Imports from Russia "
        f"fell by 6.3% to $9 billion.{between} But Chinese exports rose by 2.5% over the month."
    )
    left = {one.says: one.read_as for one in draft(article_of(text, date="2024-08-07")).left}
    assert left["rose by 2.5%"] == read_as


@pytest.mark.parametrize(
    ("text", "says", "expected"),
    [
        (  # a rate with its noun is how much something rose, and no share
            (
                "China's exports of coal to Peru fell by 2.5% to 420 tonnes in 2024. South Korea "
                "saw an 84.5% increase to 854 tonnes."
            ),
            "84.5%",
            ("quantity_growth", "CHN", "KOR", "2024"),
        ),
        (  # what is said of a year behind it is of that year
            (
                "Kenya's exports to China came to $230 million in 2024, up 9.5 per cent on 2023, "
                "when they had been $210 million."
            ),
            "$210 million",
            ("value", "KEN", "CHN", "2023"),
        ),
        (  # the day on which something else began
            (
                "In January 2024 Japan's exports to Peru fell by 9.6%. Exports of coal to China "
                "dropped by 22.2%, due to a ban brought in after the start in August 2023 of it."
            ),
            "dropped by 22.2%",
            ("growth", "JPN", "CHN", "2024-01"),
        ),
        (  # cubic feet are no money
            (
                "US exports of LNG to China averaged 1.6 billion ft3/d in 2022. US LNG exports to "
                "Japan decreased by 78% in 2022."
            ),
            "decreased by 78%",
            ("quantity_growth", "USA", "JPN", "2022"),
        ),
    ],
)
def test_what_stands_at_a_number_says_what_it_is(
    text: str, says: str, expected: tuple[str, ...]
) -> None:
    assert _claims(text)[says] == expected


def test_who_supplies_is_never_read_as_buying() -> None:
    text = (
        "Of the $310 million that Kenya spent on mobile phones in 2024, $265 million went to China "
        "and $22 million to Vietnam. In fertilisers there Russia supplied 28 per cent and Morocco "
        "17 per cent."
    )
    assert not {"MAR", "RUS"} & {one[2] for one in _claims(text).values()}


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("2023年中国自澳大利亚进口铁矿石835亿美元。", "2601"),
        ("2023年中国对澳大利亚手机出口39亿美元。", "named:mobile phones"),
        (
            "2023 führte Deutschland Autoteile für 3 Mrd. Euro nach China aus.",
            "named:car parts",
        ),
        ("В 2023 году экспорт железной руды из Бразилии в Китай составил 3 млрд долларов.", "2601"),
        ("Japan's exports of chipmaking equipment to China rose to $3 billion in 2023.", "8486"),
    ],
)
def test_goods_of_customs_reports_are_known_in_four_languages(text: str, goods: str) -> None:
    article = article_of(text, date="2024-02-01")
    found = {one.keys.get("goods", "all") for one in draft(article).claims}
    assert found <= {goods}
    assert found or goods in {mark.value for mark in marks(text, language_of(text) or "en").goods}


@pytest.mark.parametrize(
    ("verb", "value"), [("shed", -5.5), ("weakened", -5.5), ("rallied", 5.5), ("rebounded", 5.5)]
)
def test_verbs_of_markets_say_which_way_trade_moved(verb: str, value: float) -> None:
    text = f"China's exports to Peru {verb} 5.5 percent to $3 billion in 2023."
    rates = [one for one in _claims(text) if "5.5" in one]
    assert [read_says(one).value for one in rates] == [value]


def test_a_claims_file_asks_whether_yen_or_yuan_are_meant() -> None:
    entry = "{{id: c, value: {{exporter: JPN, importer: CHN, period: 2024{}}}, says: ¥12 bn}}"
    file = "format: 1\nsource: {{title: A}}\nclaims:\n- {}"
    with pytest.raises(RequestError, match="not clear whose ¥") as caught:
        parse_document(file.format(entry.format("")))
    assert "currency: JPY" in str(caught.value)
    assert parse_document(file.format(entry.format(", currency: JPY"))).claims
