"""Search: what people write leads to what they mean, in whatever language and spelling."""

from __future__ import annotations

import json

import pytest

from entrepot.errors import EntrepotError
from entrepot.goods.parse import everyday_goods, goods_words
from entrepot.model.product import harmonized
from entrepot.serve.answer import NotFoundError
from entrepot.serve.views.search import (
    GROUPS,
    named_area,
    named_goods,
    search,
    search_data,
    search_page,
)


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Germany", "/country/DEU"),
        ("germany ", "/country/DEU"),
        ("DE", "/country/DEU"),
        ("DEU", "/country/DEU"),
        ("Deutschland", "/country/DEU"),
        ("Allemagne", "/country/DEU"),
        ("Alemania", "/country/DEU"),
        ("Almanya", "/country/DEU"),
        ("Германия", "/country/DEU"),
        ("德国", "/country/DEU"),
        ("German", "/country/DEU"),
        ("deutsche", "/country/DEU"),
        ("российский", "/country/RUS"),
        ("chinois", "/country/CHN"),
        ("ruso", "/country/RUS"),
        ("alemão", "/country/DEU"),
        ("japonais", "/country/JPN"),
        ("çinli", "/country/CHN"),
        ("俄罗斯的", "/country/RUS"),
        ("amerikan", "/country/USA"),
        ("Amerikaner", "/country/USA"),
        ("américains", "/country/USA"),
        ("美国人", "/country/USA"),
        ("kazajo", "/country/KAZ"),
        ("kasachisch", "/country/KAZ"),
        ("казахский", "/country/KAZ"),
        ("kazakh", "/country/KAZ"),
        ("kirguiso", "/country/KGZ"),
        ("checo", "/country/CZE"),
        ("sud-coréen", "/country/KOR"),
        ("rusos", "/country/RUS"),
        ("englisch", "/country/GBR"),
        ("бирманский", "/country/MMR"),
        ("中国人", "/country/CHN"),
        ("China's export controls", "/goods/cn-controls"),
        ("supplier concentration", "/measures/hhi"),
        ("import ban on coal", "/goods/eu-xxii"),
        ("mirror gaps", "/measures/missing_arrivals"),
        ("Türkei", "/country/TUR"),
        ("EU", "/country/EU"),
        ("germny", "/country/DEU"),
        ("850511", "/goods/850511"),
        ("8505.11", "/goods/850511"),
        ("rare earths", "/goods/280530,2846"),
        ("semiconductor", "/goods/8541,8542"),
        ("semiconducters", "/goods/8541,8542"),
        ("Batterien", "/goods/8507"),
        ("稀土", "/goods/280530,2846"),
        ("chpl", "/goods/chpl"),
        ("Annex XXIII", "/goods/eu-xxiii"),
        ("hhi", "/measures/hhi"),
        ("China to Russia", "/country/RUS/from/CHN"),
        ("Russia from China", "/country/RUS/from/CHN"),
        ("Germany China magnets", "/country/DEU/from/CHN?goods=850511"),
        ("how dependent is Germany on China for magnets?", "/country/DEU/from/CHN?goods=850511"),
        (
            "Germany's magnets from China in 2019?",
            "/country/DEU/from/CHN?goods=850511&period=2019",
        ),
        (
            "magnets China to Germany 2009",
            "/ask?measure=value&importer=DEU&exporter=CHN&goods=850511&period=2009",
        ),
        ("Germany China 2019", "/country/DEU/from/CHN?period=2019"),
        (
            "Germany China magnets 2019 to 2021",
            "/country/DEU/from/CHN?goods=850511&period=2019..2021",
        ),
        ("Germany magnets 2019", "/country/DEU?goods=850511&period=2019"),
        ("US China chips", "/country/USA/from/CHN?goods=8541,8542"),
        ("Türkei Halbleiter", "/country/TUR?goods=8541,8542"),
        ("Russia chip suppliers", "/country/RUS?goods=8541,8542"),
        ("chip suppliers", "/goods/8541,8542"),
    ],
)
def test_the_first_thing_found_is_what_is_meant(words: str, address: str) -> None:
    assert search(words)[0].address == address


def test_suppliers_of_a_country_are_offered_as_a_chart_too() -> None:
    """Whoever looked for a chart of Russia's chip suppliers found nothing."""
    found = [one.address for one in search("Russia chip suppliers") if one.kind == "answer"]
    assert found[1] == "/explore?show=suppliers&importer=RUS&goods=8541,8542"


@pytest.mark.parametrize(
    ("words", "address"),
    [
        (
            "chips: embed a chart of Russia's chip suppliers",
            "/explore?show=suppliers&importer=RUS&goods=8541,8542",
        ),
        ("Grafik Deutschland Batterien", "/explore?show=suppliers&importer=DEU&goods=8507"),
        (
            "chart of Germany's magnets from China",
            "/explore?show=share&importer=DEU&supplier=CHN&goods=850511",
        ),
        # The order of the names says neither who buys, nor is a country that sells a buyer.
        (
            "chart of China's share of Russian imports in 2022",
            "/explore?show=share&importer=RUS&supplier=CHN&period=2022",
        ),
        # A chart of years ends with one: it has no span to begin with.
        (
            "graph of China's share of Russian imports 2020 to 2023",
            "/explore?show=share&importer=RUS&supplier=CHN&period=2023",
        ),
        (
            "chart of Russia's oil exports in 2022",
            "/explore?show=map&supplier=RUS&goods=2709&period=2022",
        ),
        ("gráficos China Alemania", "/explore?show=share&importer=CHN&supplier=DEU"),
    ],
)
def test_who_asks_for_a_chart_is_led_to_one(words: str, address: str) -> None:
    """Enter goes to the first thing found, which had no chart to embed."""
    assert search(words)[0].address == address


def test_a_pair_without_direction_offers_both() -> None:
    found = {one.address for one in search("China Russia") if one.kind == "answer"}
    assert found == {"/country/RUS/from/CHN", "/country/CHN/from/RUS"}


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        ("EU Germany magnets", {"/country/DEU/from/EU?goods=850511"}),
        ("EU UK 2015", {"/country/GBR/from/EU?period=2015"}),
        ("EU UK 2022", {f"/country/{pair}?period=2022" for pair in ("GBR/from/EU", "EU/from/GBR")}),
        ("EU coalition", set()),
    ],
)
def test_no_brief_of_a_group_and_its_member_is_offered(words: str, addresses: set[str]) -> None:
    assert {one.address for one in search(words) if "/from/" in one.address} == addresses


def test_countries_of_today_stand_before_those_that_are_no_more() -> None:
    found = [one.name for one in search("german") if one.kind == "country"]
    assert found[0] == "Germany"
    assert {"East Germany", "West Germany"} <= set(found[1:])


def test_it_says_why_a_name_in_another_language_was_found() -> None:
    [found] = [one for one in search("Türkei") if one.kind == "country"]
    assert (found.name, found.about) == ("Turkey", "TUR · “Türkei”, German")


@pytest.mark.parametrize(
    "words",
    ["unobtainium", "Wakanda", "Atlantis", "Narnia magnets 2022", "", "  ", "%%%", "<script>"],
)
def test_nothing_is_found_of_what_there_is_not(words: str) -> None:
    assert search(words) == []
    assert json.loads(search_data(words).body) == []
    assert b"<script>" not in search_page(words).body.replace(b'<script type="module"', b"")


def test_groups_come_in_their_order_and_a_few_of_each() -> None:
    found = json.loads(search_data("rus").body)
    kinds = [one["kind"] for one in found]
    assert kinds == sorted(kinds, key=list(GROUPS).index)
    assert max(kinds.count(one) for one in kinds) <= 3
    assert all(one["group"] == GROUPS[one["kind"]] for one in found)


def test_misspelt_words_are_said_to_be() -> None:
    assert b"Did you mean" in search_page("germny").body
    assert b"Did you mean" not in search_page("germany").body


@pytest.mark.parametrize(
    "question",
    [
        "How many magnets did Germany import from China in 2022?",
        "What share of Germany's magnets came neither from China nor Japan in 2022?",
        "Wieviel Prozent der deutschen Magnete kamen 2022 nicht aus China?",
        "How much cheaper are Chinese magnets in Germany than Japanese in 2022?",
        "What is the second largest share of China in Germany's magnets in 2022?",
    ],
)
def test_words_of_a_question_are_no_misspelt_names(question: str) -> None:
    """“Many” was Oman, “what” wheat, “kamen” Cameroon, “are” the Emirates, “largest” silver."""
    goods = "metal permanent magnets"
    pairs = {"China’s share of Germany’s imports of", "Germany’s share of China’s imports of"}
    found = [one.name for one in search(question) if one.address.startswith("/country/")]
    assert found
    assert {name.partition(f" {goods}")[0] for name in found} <= pairs


def test_goods_in_words_are_codes_that_exist() -> None:
    from entrepot.goods import goods_title

    assert harmonized("HS2022")
    for one in everyday_goods():
        assert goods_title(one.goods), one.goods
        assert named_goods(one.name), one.name
        assert one.goods[:2] not in ("98", "99"), one.name  # of them each country makes its own
    assert len(everyday_goods()) > 300


def test_no_code_is_shown_without_words() -> None:
    for code in ("850760", "290110", "0101", "271019", "999999"):
        words = goods_words(code)
        assert words.partition(" (HS")[0].strip(), code
        assert code == "999999" or not words.startswith("HS"), code


def test_fields_take_names_codes_and_words() -> None:
    assert named_goods("Metal permanent magnets") == "850511"
    assert named_goods("8541,8542" + ", 8542" * 600) == "8541,8542"
    assert named_goods("wood, articles of wood") == "wood, articles of wood"
    assert named_goods("All goods") == "all"
    assert named_goods("High-priority goods") == "chpl"
    assert named_goods("chpl:4.B") == "chpl:4.B"
    assert named_area("Deutschland") == "DEU"
    assert named_area("rus+KAZ") == "RUS+KAZ"
    with pytest.raises(NotFoundError):
        named_area("Atlantis")
    assert issubclass(NotFoundError, EntrepotError)


def test_a_whole_question_leads_to_its_answer() -> None:
    first = search("How much of Germany's magnets came from China in 2022?")[0]
    assert (first.kind, first.about) == ("answer", "import_share, DEU, CHN, 850511, 2022")
    assert first.address.startswith("/ask?measure=import_share")
    assert not [
        one
        for one in search("How much of Germany's magnets came from China?")
        if one.address.startswith("/ask?")
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Which goods is Germany most dependent on China for in 2022?",
        "Bei welchen Waren ist Deutschland 2022 am stärksten von China abhängig?",
        "В каких товарах Германия сильнее всего зависит от Китая в 2022 году?",
        "2022年德国在哪些商品上最依赖中国？",
    ],
)
def test_which_goods_depend_most_leads_to_the_page_of_the_country(question: str) -> None:
    first = search(question)[0]
    assert (first.kind, first.address) == ("answer", "/country/DEU?period=2022")
    assert not [one for one in search(question) if one.address.startswith("/ask?")]


def test_of_a_long_row_of_words_none_is_compared_with_all_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An address of 4 kB took three seconds, each of its words a search of its own."""
    asked: list[str] = []

    def none_like(word: str, *_: object) -> list[str]:
        asked.append(word)
        return []

    monkeypatch.setattr("entrepot.serve.views.search.nearest", none_like)
    search_page("chinna " * 570)
    assert len(asked) <= 40
    asked.clear()
    search_page("chinna to the russland")
    assert "chinna" in asked


def test_a_question_that_is_not_answered_says_what_is_open() -> None:
    """What was found of its other words could be taken for the answer."""
    page = search_page("How much of Atlantis's coal came from Russia in 2022?").body.decode()
    assert "Not answered as a whole question: the question does not say which country" in page
    assert "“Atlantis” is not understood." in page
    for words in ("How much of Germany's magnets came from China in 2022?", "Germany", "chips"):
        assert "Not answered" not in search_page(words).body.decode()
