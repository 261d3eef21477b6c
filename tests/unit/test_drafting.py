"""Drafting claims from a text: what is understood, what is left, and what is bad input."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrepot.claims import check, parse_document, read_document
from entrepot.claims import draft as drafting
from entrepot.claims.draft import (
    article_of,
    as_document,
    as_yaml,
    draft,
    read_article,
)
from entrepot.claims.draft.arithmetic import cross_checks
from entrepot.claims.draft.draft import Drafted
from entrepot.claims.draft.lexicon import LANGUAGES, area_words, attributed, cue_words, goods_words
from entrepot.claims.draft.marks import codes_in
from entrepot.claims.draft.reading import numbers_of, read_sentence
from entrepot.claims.draft.scene import Background, home_of, own_names, scenes, times_of
from entrepot.claims.draft.sentences import LONGEST, sentences
from entrepot.claims.draft.structure import of_second, weights
from entrepot.claims.draft.sureness import sureness
from entrepot.claims.numbers import Says, read_says
from entrepot.errors import BadFileError, RequestError
from entrepot.goods.parse import NAMED, parse
from entrepot.model.areas import area_or_group
from entrepot.model.period import Period

pytestmark = pytest.mark.unit

RUSSIA_BUYS = "China accounted for 36 % of Russia's imports in 2025."


def drafted(text: str, date: str = "2026-01-20") -> list[tuple[str, dict[str, object], str]]:
    return [(c.kind, c.keys, c.says) for c in draft(article_of(text, date=date)).claims]


def reasons(text: str, date: str = "2026-01-20") -> list[str]:
    return [left.why for left in draft(article_of(text, date=date)).left]


def test_every_name_and_good_is_one_that_a_claims_file_knows() -> None:
    for language in LANGUAGES:
        for entry in area_words(language):
            assert entry.value == "?" or area_or_group(entry.value)
        for goods in goods_words(language):
            assert goods.form in ("sure", "likely")
            # What a code comes near only is in words, or a code: it is never called wrong.
            assert goods.value.startswith(NAMED) <= (goods.form == "likely")
            if not goods.value.startswith(NAMED):
                assert parse(goods.value)


def test_every_language_has_every_cue_that_the_rules_ask_for() -> None:
    kinds = {key for language in LANGUAGES for key in cue_words(language)}
    # Chinese says it with a word that another cue has: 占. Only its signs tell whose text it is.
    script = ("script", "TWN")
    missing = {(lang, key) for lang in LANGUAGES for key in kinds if key not in cue_words(lang)}
    assert missing == {("zh", ("accounts", "")), *((lang, script) for lang in ("en", "ru", "de"))}


def test_every_cue_is_one_that_a_rule_asks_for() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in Path(drafting.__path__[0]).glob("*.py")
    )
    kinds = {kind for language in LANGUAGES for kind, _ in cue_words(language)}
    assert {kind for kind in kinds if f'"{kind}"' not in code} == set()


@pytest.mark.parametrize(
    ("text", "exporter", "importer"),
    [
        ("Exports from Germany to Poland rose 5% in 2024.", "DEU", "POL"),
        ("Poland's imports from Germany rose 5% in 2024.", "DEU", "POL"),
        ("German exports to Poland rose 5% in 2024.", "DEU", "POL"),
        ("Экспорт Германии в Польшу вырос на 5 % в 2024 году.", "DEU", "POL"),
        ("Импорт Польши из Германии вырос на 5 % в 2024 году.", "DEU", "POL"),
        ("Немецкие поставки в Польшу выросли на 5 % в 2024 году.", "DEU", "POL"),
        ("Die Exporte Deutschlands nach Polen stiegen 2024 um 5 Prozent.", "DEU", "POL"),
        ("Polens Einfuhren aus Deutschland stiegen 2024 um 5 Prozent.", "DEU", "POL"),
        ("Die deutschen Lieferungen nach Polen stiegen 2024 um 5 Prozent.", "DEU", "POL"),
        ("2024年德国对波兰出口增长5%。", "DEU", "POL"),
        ("2024年波兰自德国进口增长5%。", "DEU", "POL"),
    ],
)
def test_who_sells_and_who_buys(text: str, exporter: str, importer: str) -> None:
    [(kind, keys, _)] = drafted(text)
    assert (kind, keys["exporter"], keys["importer"]) == ("growth", exporter, importer)
    assert keys["period"] == "2024"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Exports to Freedonia from Germany rose by 5% in 2024.", "not known"),
        ("Trade between Africa and China rose by 5% in 2024.", "not known"),
        ("Exports rose 5% in 2024.", "no country"),
        ("Exports to Poland rose 5% in 2024.", "other side"),
        ("German exports to Poland rose 5%.", "when is not said"),
        ("German exports to Poland will rise by 5% in 2026.", "expected"),
        ("German exports to Poland were on track to reach $50 billion in 2024.", "expected"),
        ("有人估计2024年德国对波兰出口仍会超过500亿美元。", "expected"),
        ("Экспорт Германии в Польшу в 2024 году превысит 50 млрд долларов.", "expected"),
        ("Die deutschen Exporte nach Polen steigen 2024 voraussichtlich um 5 Prozent.", "expected"),
        ("German exports to Poland did not rise by 5% in 2024.", "denies"),
        ("Tariffs on imports from Canada rose to 25% in 2025.", "Tariffs"),
        ("German exports to Poland rose by 5 billion euros in 2024.", "a change in money"),
        ("Plastic-duck exports from China to Poland rose 5% in 2024.", "Plastic-duck"),
        ("Germany's exports of services to Poland rose 5% in 2024.", "services"),
        (
            "China's exports to Russia this year total $50 billion.",
            "is not over when the text was published, 2026-01-20",
        ),
        ("The Polish share of German imports rose by 2 percentage points in 2024.", "since when"),
    ],
)
def test_what_is_not_clear_is_left_with_the_reason(text: str, why: str) -> None:
    assert drafted(text) == []
    assert [one for one in reasons(text) if why in one], reasons(text)


def test_a_share_of_goods_is_no_part_of_trade_in_all_goods() -> None:
    before = "China's exports to Russia rose 47% to $111 billion in 2023. "
    kinds = [kind for kind, *_ in drafted(before)]
    # Of whose chips is not said.
    text = before + "Beijing now supplies about 90 percent of the microchips."
    assert [kind for kind, *_ in drafted(text)] == kinds
    text = before + "Beijing now supplies about 90 percent of the microchips Moscow imports."
    kind, keys, *_ = drafted(text)[-1]
    assert (kind, keys["exporter"], keys["importer"]) == ("import_share", "CHN", "RUS")
    # The other way round than in the sentence before: who buys would be the seller.
    turned = "Russia's exports to China rose 47% to $111 billion in 2023. "
    text = turned + "Beijing now supplies about 90 percent of the microchips Russia imports."
    assert [kind for kind, *_ in drafted(text)] == kinds
    kind, *_ = drafted(before + "Machine tools made up 5 percent of the exports.")[-1]
    assert kind == "ratio"


def test_a_share_of_what_a_country_uses_is_no_share_of_trade() -> None:
    text = "Russia provided 30 percent of the gas Italy {} in 2021."
    assert drafted(text.format("consumed")) == []
    assert any("uses" in why for why in reasons(text.format("consumed")))
    [(kind, keys, *_)] = drafted(text.format("imported").replace("provided", "supplied"))
    assert (kind, keys["exporter"], keys["importer"]) == ("import_share", "RUS", "ITA")


def test_last_year_needs_the_date_of_the_text() -> None:
    text = "German exports to Poland rose 5% last year."
    assert drafted(text)[0][1]["period"] == "2025"
    assert drafted(text, date="") == []
    assert "--date" in reasons(text, date="")[0]


def test_the_sentence_before_is_taken_up_only_where_one_thing_can_be_meant() -> None:
    pair = "Trade between China and Russia fell 6.9% in 2025. "
    both = drafted(pair + "Trade between the two countries had been $245 billion in 2024.")
    assert both[1][1]["exporter"] == "CHN"
    assert len(drafted(pair + "China's exports fell 10.4%.")) == 1
    assert "whether all of it" in reasons(pair + "China's exports fell 10.4%.")[0]
    assert "which of" in reasons(pair + "Imports fell 3%.")[0]
    owned = drafted("China's exports to Russia fell 10% in 2025. Imports from Russia rose 3%.")
    assert owned[1][1] == {"exporter": "RUS", "importer": "CHN", "period": "2025"}


def test_contradictory_claims_of_two_sentences_stay_two() -> None:
    found = drafted(
        "Chinese exports to Russia rose 5% in 2024. Chinese exports to Russia fell 3% in 2024."
    )
    assert [says for _, _, says in found] == ["rose 5%", "fell 3%"]
    assert found[0][1] == found[1][1]


def test_one_sentence_does_not_give_one_thing_two_numbers() -> None:
    row = "Chinese exports to Russia rose 5% and fell 3% in 2024."
    assert drafted(row) == []
    assert reasons(row) == ["which of several numbers belongs to which is not clear"]
    apart = "In 2024 Chinese exports to Russia, which rose 5%, in all fell by 3%."
    assert drafted(apart) == []
    assert "both be of one thing" in reasons(apart)[0]


def test_a_rate_has_the_currency_of_the_amount_beside_it() -> None:
    text = "Trade between China and Russia fell 6.5% to 1.63 trillion yuan in 2025."
    assert drafted(text)[0][1]["currency"] == "CNY"
    assert "currency" not in drafted("Trade between China and Russia fell 6.5% in 2025.")[0][1]


def test_direction_that_stands_elsewhere_is_written_with_the_number() -> None:
    [(_, _, says)] = drafted("Die Exporte Deutschlands nach Polen sanken 2024 um 5 Prozent.")
    assert says == "-5 Prozent"


def test_likely_goods_stay_words_and_sure_goods_are_codes() -> None:
    chips = draft(article_of("China's exports of chips to Russia rose 5% in 2024.")).claims[0]
    assert chips.keys["goods"] == "named:chips"
    assert "8542" in chips.notes[0]
    listed = drafted("China's exports of integrated circuits to Russia rose 5% in 2024.")
    assert listed[0][1]["goods"] == "8542"
    assert drafted("China's exports of rubber ducks to Russia rose 5% in 2024.")[0][1]["goods"] == (
        "named:rubber ducks"
    )


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("Japan imported rice worth $2 billion from Vietnam in 2024.", "named:rice"),
        ("Japan bought 33% less cotton from India in 2023.", "named:cotton"),
        ("Spain shipped olive oil worth $2 billion to Japan in 2023.", "named:olive oil"),
        ("Japan imported car parts worth $2 billion from India in 2023.", "named:car parts"),
        (
            "Belgien exportierte 2022 Teppiche für 2 Milliarden Euro nach Indien.",
            "57",
        ),
        ("Die Chipexporte Chinas nach Indien stiegen 2023 um 15 Prozent.", "named:chips"),
        ("Япония ввезла из Вьетнама перца на 2 млрд долларов в 2024 году.", "named:перца"),
        ("日本2024年自澳大利亚进口铁矿石100亿美元。", "2601"),
    ],
)
def test_goods_that_no_list_has_are_never_dropped(text: str, goods: str) -> None:
    assert [keys.get("goods") for _, keys, _ in drafted(text)] == [goods]


def test_each_number_has_the_country_that_stands_at_it() -> None:
    found = drafted(
        "Thailand's exports to Cambodia and Laos were worth $14 billion in 2023, "
        "those to Vietnam $12 billion."
    )
    assert [keys["importer"] for _, keys, _ in found] == ["KHM+LAO", "VNM"]
    shares = drafted("India took 38% of Russian exports, China 47% and the EU 6% in 2024.")
    assert [keys["importer"] for _, keys, _ in shares] == ["IND", "CHN", "EU"]


def test_a_share_that_halved_is_no_growth_of_trade() -> None:
    text = "The EU's share of Russian exports halved in 2022."
    assert drafted(text) == []
    assert "relative: true" in reasons(text)[0]


def test_a_share_that_rose_by_per_cent_is_a_relative_change() -> None:
    text = "China's share of Russia's imports rose by 0.8 percent between 2023 and 2024."
    ((kind, keys, says),) = drafted(text)
    written = as_yaml(draft(article_of(text)))
    assert yaml.safe_load(written)["claims"][0]["change"]["relative"] is True
    of = {"import_share": {"importer": "RUS", "exporter": "CHN", "period": "2024"}}
    assert (kind, says) == ("change", "rose by 0.8 percent")
    assert keys == {"of": of, "base": "2023", "relative": True}
    points = drafted(
        "China's share of Russia's imports rose by 0.8 percentage points between 2023 and 2024."
    )
    assert "relative" not in points[0][1]


@pytest.mark.parametrize("verb", ["supplied", "sold", "exported", "shipped", "dispatched"])
@pytest.mark.parametrize("bought", ["imported", "bought", "received"])
@pytest.mark.parametrize(
    ("named", "goods"),
    [("high-priority goods", "chpl"), ("ball bearings", "848210"), ("widgets", "named:widgets")],
)
def test_a_part_of_goods_that_somebody_bought_is_never_one_of_all_goods(
    verb: str, bought: str, named: str, goods: str
) -> None:
    text = f"In 2023 China {verb} 90 % of the {named} that Russia {bought}."
    keys = {"importer": "RUS", "exporter": "CHN", "goods": goods, "period": "2023"}
    assert drafted(text) == [("import_share", keys, "90 %")]


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("In 2023 China sold 90 % of the wheat and tractors that Russia imported.", "1001,8701"),
        ("In 2023 China sold 90 % of the widgets Russia imported.", "named:widgets"),
        ("2023 lieferte China 90 Prozent der Güter hoher Priorität, die Russland kaufte.", "chpl"),
        ("2023 lieferte China 90 % der Spielzeuge, die Russland kaufte.", "named:Spielzeuge"),
        ("В 2023 году Китай поставил 90 % микросхем, которые купила Россия.", "8542"),
        ("In 2023 China supplied 90 % of the goods that Russia imported.", None),
        ("2023 lieferte China 90 Prozent der Waren, die Russland importierte.", None),
    ],
)
def test_goods_between_a_part_and_who_bought_them(text: str, goods: str | None) -> None:
    [(kind, keys, _)] = drafted(text)
    assert (kind, keys.get("goods")) == ("import_share", goods)


@pytest.mark.parametrize(
    ("text", "kind", "sides"),
    [
        ("In 2023 China supplied 90 % of Russia's chips.", "import_share", ("CHN", "RUS")),
        ("Brazil bought 40 % of Chile's copper in 2023.", "export_share", ("CHL", "BRA")),
        ("Brazil bought 40 % of Chilean copper in 2023.", "export_share", ("CHL", "BRA")),
        (
            "2023 lieferte China 90 Prozent von Russlands Mikrochips.",
            "import_share",
            ("CHN", "RUS"),
        ),
        ("China sold 90 % of its chips to Russia in 2023.", "export_share", ("CHN", "RUS")),
        ("Russia bought 90 % of its chips from China in 2023.", "import_share", ("CHN", "RUS")),
    ],
)
def test_a_part_of_the_others_goods_is_of_what_the_other_buys_or_sells(
    text: str, kind: str, sides: tuple[str, str]
) -> None:
    [(found, keys, _)] = drafted(text)
    assert (found, keys["exporter"], keys["importer"]) == (kind, *sides)


def test_a_part_of_the_others_goods_goes_on_with_the_next_number() -> None:
    found = drafted("China supplied 80 % of Russia's chips in 2022 and 90 % in 2023.")
    assert [(kind, says) for kind, _, says in found] == [
        ("import_share", "80 %"),
        ("import_share", "90 %"),
    ]


def test_who_made_what_another_supplied_is_not_guessed() -> None:
    assert drafted("In 2023 Brazil supplied 40 % of Chilean copper.") == []


def test_a_part_of_what_was_bought_by_an_unknown_word_is_left() -> None:
    assert drafted("In 2023 China supplied 90 % of the chips that Russia took in.") == []
    assert drafted("В 2023 году Китай поставил 90 % ковров, которые купила Россия.") == []
    assert drafted("2023年，中国供应了俄罗斯进口的芯片的90%。") == []


@pytest.mark.parametrize(
    ("when", "date", "why"),
    [
        ("in 2024", "1990-01-01", "'2024' is not over when the text was published, 1990-01-01"),
        ("last year", "", "'last year' depends on the text's date: give --date"),
        ("in late 2024", "2026-01-20", "'late 2024' does not say which months or year"),
        ("before 2022", "2026-01-20", "'2022' is a day, or only a bound"),
        ("in fiscal 2024", "2026-01-20", "'2024' is of a fiscal year"),
    ],
)
def test_a_time_that_is_none_says_the_one_reason(when: str, date: str, why: str) -> None:
    text = f"China's exports to Russia were $115 billion {when}."
    assert reasons(text, date) == [f"when is not clear: {why}"]


def test_imports_beside_named_exports_are_not_said_to_name_no_country() -> None:
    text = "China's total exports rose 5.9% to $3.58 trillion in 2024, imports were $2.58 trillion."
    found = draft(article_of(text, date="2026-01-20"))
    last = found.readings[-1]
    read = {key: last.fields[key].value for key in ("exporter", "importer", "period")}
    assert read == {"exporter": "WLD", "importer": "CHN", "period": "2024"}
    assert {left.why for left in found.left} <= {"whose it is is not said"}


def test_a_part_of_a_time_is_no_number_left() -> None:
    assert reasons("2025年1-11月中俄贸易额为2036亿美元。") == []


def test_no_month_is_taken_over_into_another_paragraph() -> None:
    month = "In December 2024 trade between China and Russia was $22 billion."
    year = "In 2024 trade between China and Russia was $245 billion."
    rose = "It rose 2.9 % in dollar terms."
    assert len(drafted(f"{month}\n\n{rose}")) == 1
    assert [keys["period"] for _, keys, _ in drafted(f"{month} {rose}")] == ["2024-12"] * 2
    assert [keys["period"] for _, keys, _ in drafted(f"{year}\n\n{rose}")] == ["2024"] * 2


def test_a_former_level_is_no_growth() -> None:
    found = drafted("Japan imported 9% of its LNG from Russia in 2023, down from 9.5% in 2022.")
    assert [(kind, keys["period"], says) for kind, keys, says in found] == [
        ("import_share", "2023", "9%"),
        ("import_share", "2022", "9.5%"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Russian gas made up 45% of EU gas imports in 2021.", ["45%"]),
        ("На ЕС приходилось 38 % экспорта России в 2021 году, в 2024 году — 9 %.", ["38 %", "9 %"]),
        ("Poland's exports to Peru in 2024 — <b> 1.234", []),
    ],
)
def test_a_word_or_dash_in_front_is_no_part_of_a_number(text: str, says: list[str]) -> None:
    assert [printed for _, _, printed in drafted(text)] == says


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Germany's trade gap with China was 66 billion euros in 2024.", ["balance"]),
        ("Kenya's deficit in trade with China was $3.1 billion in 2023.", ["balance"]),
        ("Профицит торговли Китая с Россией составил 14 млрд долларов в 2024 году.", ["balance"]),
        ("Сальдо торговли Китая с Россией составило 14 млрд долларов в 2024 году.", []),
        ("The balance of trade between Poland and Peru was $3 billion in 2024.", []),
    ],
)
def test_a_balance_is_no_value_of_trade(text: str, kinds: list[str]) -> None:
    assert [kind for kind, _, _ in drafted(text)] == kinds


def test_a_chinese_name_behind_a_year_is_no_time() -> None:
    assert drafted("2024年中国对波兰出口增长5%。")[0][1]["period"] == "2024"


@pytest.mark.parametrize(
    ("text", "language", "who"),
    [
        (
            "„Die Exporte stiegen um 5 %“, so die chinesische Zollverwaltung.",
            "de",
            "Zollverwaltung",
        ),
        ("Der Handel stieg um 5 %, so stark wie nie.", "de", ""),
        ("Die Exporte stiegen um 5 % (Quelle: Destatis).", "de", "Destatis"),
        ("Chinese customs: exports to Russia rose by 5 %.", "en", "Chinese customs"),
        (
            "Exports rose by 5 %, said the U.S. Trade Representative.",
            "en",
            "U.S. Trade Representative",
        ),
        ("Exports rose by 5 %, according to the U.S. Census Bureau.", "en", "U.S. Census Bureau"),
        ("Russia: exports to China rose by 5 %.", "en", ""),
        ("Exports rose by 5 % (Source: GACC).", "en", "GACC"),
        ("Экспорт вырос на 5 % (источник: ФТС).", "ru", "ФТС"),
        ("中国海关：出口增长5%。", "zh", "中国海关"),
        ("出口增长5%，中国海关总署表示。", "zh", "中国海关总署"),
        ("“出口增长5%。”中国海关说。", "zh", "中国海关"),
        ("出口增长5%（来源：海关总署）。", "zh", "海关总署"),
        ("具体来说，出口增长5%。", "zh", ""),
    ],
)
def test_a_speaker_behind_a_colon_a_quotation_or_in_brackets(
    text: str, language: str, who: str
) -> None:
    (sentence,) = sentences(text)
    assert attributed(sentence.text, language)[0].endswith(who)
    assert bool(attributed(sentence.text, language)[0]) == bool(who)


def test_a_speaker_is_no_side_of_trade() -> None:
    text = (
        "Germany's exports to Poland rose 5% in 2024, according to Austria's chamber of commerce."
    )
    claim = draft(article_of(text)).claims[0]
    assert claim.attributed_to == "Austria's chamber of commerce"
    assert claim.keys["importer"] == "POL"
    assert attributed("据波兰统计局数据，出口增长5%。", "zh")[0] == "波兰统计局"
    assert attributed("Laut Zollamt sanken die Exporte.", "de")[0] == "Zollamt"
    assert attributed("По данным ФТС, экспорт вырос.", "ru")[0] == "ФТС"


@pytest.mark.parametrize(
    "text",
    [
        "Russia sold less to Iran. Our merchandise trade with Vietnam was $139 billion in 2022.",
        "Russland verlor. Unsere Ausfuhren nach Vietnam erreichten 2022 139,2 Milliarden Dollar.",
        "Россия ждёт. Наш экспорт во Вьетнам в 2022 году составил 139,2 млрд долл.",
    ],
)
def test_our_trade_is_of_no_country_that_the_text_names(text: str) -> None:
    assert "VNM" not in str([claim.keys for claim in draft(article_of(text)).claims])


@pytest.mark.parametrize(
    "text",
    [
        "Deutschlands Handel mit den USA wuchs 2024, die Differenz lag 2022 bei 50,1 Mrd. Euro.",
        "Deutschlands Handel mit den USA wuchs, nachdem die Differenz 2022 bei 5 Mrd. Euro lag.",
        "Germany's trade with China grew, while the difference from Poland was $50 bn in 2022.",
        "2022年中国对波兰出口增长，与对捷克出口相差50亿美元。",
    ],
)
def test_how_far_amounts_are_apart_is_no_trade(text: str) -> None:
    assert not draft(article_of(text)).claims


def test_a_number_right_behind_the_trade_with_one_country_is_not_of_another() -> None:
    text = (
        "韩国7月对华出口同比增长14.9%,达到114亿美元。今年1至7月累计对华出口为748亿美元,"
        "超过对美出口(745亿美元),中国重新成为韩国的最大出口国。"
    )
    found = {"114亿美元": "CHN", "748亿美元": "CHN", "745亿美元": "USA"}
    claims = [one for one in draft(article_of(text, date="2024-08-04")).claims if one.says in found]
    assert claims
    assert all(one.keys["importer"] == found[one.says] for one in claims)


def test_a_line_below_the_last_item_of_a_list_is_no_rest_of_it() -> None:
    below = "Coal exports went to Japan in 2022 and 2023, the office said in a note of its own."
    text = f"Goods:\n- iron ore: $104.5 billion\n- gas: $17.5 billion\n{below}"
    assert [one.text for one in sentences(text)][2:] == ["- gas: $17.5 billion", below]
    wrapped = f"Goods:\n- {'x' * 60} from\nJapan: $3 billion"
    assert [one.text for one in sentences(wrapped)][1] == f"- {'x' * 60} from Japan: $3 billion"
    indented = "Goods:\n- iron ore to\n  Japan: $3 billion\n- all that is not named: $9 billion"
    assert [one.text for one in sentences(indented)][1] == "- iron ore to Japan: $3 billion"


def test_an_unclear_point_is_said_with_both_readings() -> None:
    found = draft(article_of("Russian imports 2024: +1,234 %"))
    notes = " ".join(note for claim in found.claims for note in claim.notes)
    assert "1234" in notes
    assert "1.234" in notes


def test_a_draft_is_a_claims_file_that_check_accepts() -> None:
    text = f'"<script>alert(1)</script>" \\ {RUSSIA_BUYS} Exports to Freedonia rose by 5%: "x".'
    found = draft(article_of(text, date="2026-01-20", publisher="A: b # c"))
    read = parse_document(as_yaml(found))
    assert read == as_document(found)
    assert [claim.says.value for claim in read.claims] == [36]
    assert len(read.todo) == 1
    assert "Freedonia" in read.todo[0].quote
    assert yaml.safe_load(as_yaml(found))["source"]["publisher"] == "A: b # c"


def test_places_are_those_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(f"Title\n\nOne  sentence\nbefore. {RUSSIA_BUYS}\n", encoding="utf-8")
    found = draft(read_article(path))
    text = found.article.text
    assert [text[start:end] for start, end in found.places.values()] == ["36 %"]


def test_a_text_without_numbers_has_no_claims() -> None:
    found = draft(article_of("Nothing here counts anything. Not even this."))
    assert (found.claims, found.left) == ((), ())
    assert parse_document(as_yaml(found)).claims == ()


def test_what_a_text_says_about_itself() -> None:
    article = article_of("---\ntitle: A\nDate: 2026-01-20\npublisher: B\n---\nTrade fell.")
    assert (article.title, article.date, article.publisher) == ("A", "2026-01-20", "B")
    assert article_of("# Heading\n\nText").title == "Heading"
    assert article_of("date: 2025-01-01\n\nText", date="2026-01-20").date == "2026-01-20"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("China's exports to Russia fell by 3.4 %.\n\nTrade fell.", "Text of 12 March 2024"),
        ("One line of a paragraph that\nis broken by hand.\n\nMore.", "Text of 12 March 2024"),
        ("Trade falls for a third year\n\nChina's exports fell.", "Trade falls for a third year"),
        ("Only one line without an end", "Text of 12 March 2024"),
        ("1" * 121 + "\n\nMore.", "Text of 12 March 2024"),
        ("2024年中俄贸易额下降。\n\n正文。", "Text of 12 March 2024"),
        ("## 中俄贸易\n\n正文。", "中俄贸易"),
    ],
)
def test_a_text_without_a_title_is_called_by_its_day(text: str, title: str) -> None:
    assert article_of(text, date="2024-03-12").title == title


def test_a_file_without_title_and_date_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Trade fell by 3.4 % in 2025.", encoding="utf-8")
    assert read_article(path).title == "Text (notes.txt)"
    assert read_article(path, date="2024-03").title == "Text of March 2024 (notes.txt)"
    assert article_of("Trade fell.").title == "Text"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Published 12 March 2025. Updated at noon.", "2025-03-12"),
        ("Дата публикации: 15 января 2026 года", "2026-01-15"),
        ("Veröffentlicht am 3. Februar 2026", "2026-02-03"),
        ("发布时间：2026年1月14日", "2026-01-14"),
        ("Published last year", ""),
    ],
)
def test_a_date_in_words_at_the_head_counts(line: str, date: str) -> None:
    article = article_of(f"A title\n{line}\n\nTrade fell.")
    assert (article.date, article.title) == (date, "A title")


def test_a_sentence_that_begins_like_the_line_of_a_date_stays() -> None:
    line = "Published figures for March 2025 show that China's exports to Russia fell by 3.4 %."
    article = article_of(line)
    assert (article.date, article.text) == ("", line)
    assert drafted(line) == [
        ("growth", {"exporter": "CHN", "importer": "RUS", "period": "2025-03"}, "fell by 3.4 %")
    ]
    both = article_of("Published 12 March 2025, 10:30 CET\nTrade fell.")
    assert (both.date, both.text.splitlines()[-1]) == ("2025-03-12", "Trade fell.")


@pytest.mark.parametrize(
    "dateline",
    [
        "BEIJING, 14 January 2025 (Reuters) - ",
        "Berlin, 14. Januar 2025 – ",
        "新华社北京2025年1月14日电 ",
    ],
)
def test_the_day_of_a_dateline_is_no_period(dateline: str) -> None:
    texts = {"B": "China's exports to Russia fell 10 %.", "新": "中国对俄罗斯出口下降10%。"}
    text = (
        texts[dateline[0]]
        if not dateline.startswith("Ber")
        else ("Chinas Exporte nach Russland sanken um 10 Prozent.")
    )
    assert drafted(dateline + text) == []


def test_each_growth_has_the_currency_of_its_own_clause() -> None:
    text = (
        "Trade between China and Russia rose 5 % to 1.5 trillion yuan in 2025; "
        "in dollar terms it fell 2 %."
    )
    found = {says: keys.get("currency") for _, keys, says in drafted(text)}
    assert found == {"rose 5 %": "CNY", "1.5 trillion yuan": None, "fell 2 %": "USD"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("China's share of Russia's imports rose by 10 % in 2024.", "relative: true"),
        ("Russia's exports equalled 4 % of India's GDP in 2024.", "of neither side"),
        (
            "India's deficit with China was 4 % of India's GDP in 2024.",
            "a balance compared with GDP",
        ),
        ("India's GDP grew 7 % in 2024.", "no part of it"),
        (
            "China ranked 2 among those who sold goods to Russia in 2024.",
            "a rank, or a number next to one",
        ),
        ("Russia was China's fifth-largest trading partner in 2024.", "trade both ways"),
        ("Russia became a leading supplier of China in 2024.", "'a' may change it"),
        ("In 2023 Russia overtook Iraq as India's largest supplier.", "overtook as"),
        ("Russia was India's largest honey supplier in 2023.", "of which goods"),
        ("Russia was India's largest supplier of honey in 2023.", "'honey' may"),
        ("China was the largest supplier in 2023, ahead of Vietnam.", "who has the place"),
        ("China's exports to Russia grew 3 % annually from 2015 to 2023.", "each of several"),
        ("China's exports to Russia fell 13% [2021-2024].", "from the first to the last"),
        ("China's exports to Russia averaged $9 billion in 2023.", "an average"),
        ("Hong Kong's re-exports to Russia rose 30 % in 2023.", "re-exports"),
        ("China's exports to Russia via Kazakhstan rose 30 % in 2023.", "via another country"),
        ("China's exports to Russia excluding cars rose 30 % in 2023.", "left out"),
        ("Oil and gas were 70 % of Russia's exports to India in 2024.", "which goods"),
        ("Oil accounted for 70 % of trade between Russia and India in 2024.", "both ways"),
    ],
)
def test_what_is_refused_says_what_can_be_done(text: str, why: str) -> None:
    assert drafted(text) == []
    assert why in reasons(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "China's exports to Peru rose 3 % in 2024. Freedonia's exports to Peru rose 5 % in 2024.",
        "China's exports to Peru rose 3 % in 2024. Huawei's total sales to Peru rose 5 % in 2024.",
        "Экспорт КНР в Перу вырос на 3 % в 2024 г. Экспорт Фридонии в Перу вырос на 5 % в 2024 г.",
    ],
)
def test_an_owner_that_is_not_known_is_none_of_the_sentence_before(text: str) -> None:
    (claim,) = draft(article_of(text)).claims
    assert "3 %" in claim.says
    (reason,) = reasons(text)
    assert re.search(
        "(Freedonia|Huawei|Фридонии).*” is not known here as a country or group", reason
    )


def test_the_reason_names_the_words_that_are_no_country() -> None:
    text = (
        "In 2023 Russia imported goods worth $111 billion from China and $7 billion from Germany, "
        "in total $118 billion from the three countries."
    )
    assert set(reasons(text)) == {"“three countries” is not known here as a country or group"}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("The EU imported goods worth $20 billion from Peru in 2024.", "EU is taken as EU27"),
        ("The EU imported goods worth $20 billion from Peru in 2016.", "EU is taken as EU28"),
        ("Chile's share of the EU's imports was 1 % in 2024.", "EU is taken as EU27"),
        ("Chile was the EU's largest supplier in 2024.", "EU is taken as EU27"),
    ],
)
def test_a_draft_says_of_how_many_members_the_union_is(text: str, note: str) -> None:
    (claim,) = draft(article_of(text)).claims
    assert claim.notes[-1].startswith(note)


def test_a_draft_without_the_union_says_nothing_of_members() -> None:
    (claim,) = draft(article_of("Chile sold goods worth $20 billion to Peru in 2024.")).claims
    assert claim.notes == ()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("page.html", "a web page"),
        ("PAGE.HTM", "a web page"),
        ("report.pdf", "a PDF"),
        ("report.docx", "a file of a word processor"),
        ("table.xlsx", "a table"),
        ("scan.jpeg", "a picture"),
    ],
)
@pytest.mark.parametrize("read", [read_article, read_document])
def test_a_file_whose_text_must_be_taken_out_says_how(
    tmp_path: Path, name: str, what: str, read: Any
) -> None:
    path = tmp_path / name
    path.write_bytes(b"%PDF-1.4 <html>")
    with pytest.raises(BadFileError, match=f"this is {what}, not a plain text") as caught:
        read(path)
    assert ".txt" in caught.value.hint


@pytest.mark.parametrize("text", ["<!DOCTYPE html><p>5 %</p>", "\n <html lang='en'>5 %</html>"])
def test_the_source_of_a_page_is_no_article(text: str) -> None:
    with pytest.raises(BadFileError, match="source of a web page"):
        article_of(text)


def test_the_nearer_of_price_and_quantity_grew() -> None:
    text = "In 2023 the quantity of China's exports to Peru fell 5 % and their price rose 20 %."
    assert [(kind, says) for kind, _, says in drafted(text)] == [
        ("quantity_growth", "fell 5 %"),
        ("price_growth", "rose 20 %"),
    ]


def test_html_in_a_sentence_stays_text() -> None:
    text = "China's exports to Russia fell 3.4 % in 2024 <script>alert(36)</script> <b>& 5 %</b>."
    found = draft(article_of(text))
    assert [claim.says for claim in found.claims] == ["fell 3.4 %"]
    assert found.claims[0].quote == text


def test_a_text_of_digits_only_is_left_without_a_look_at_each() -> None:
    found = draft(article_of("1 " * 2_000))
    assert found.claims == ()
    assert {left.why.partition(" ")[2] for left in found.left} == {
        "numbers in one sentence: a table or a list, which is not read"
    }


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"\x00\x01\x02\xff", "no plain text"),
        (b"%PDF-1.7 whatever", "no plain text"),
        ("Экспорт вырос".encode("cp1251"), "UTF-8"),
        (b"  \n ", "empty"),
        (b"date: yesterday\n\nTrade fell by 5 %.", "not a date"),
        (b"x" * 4_100_000, "too long"),
    ],
)
def test_a_file_that_is_no_article_is_refused(tmp_path: Path, raw: bytes, what: str) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(raw)
    with pytest.raises(BadFileError, match=what):
        read_document(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="no such file"):
        read_article(tmp_path / "none.txt")
    with pytest.raises(BadFileError, match="folder"):
        read_article(tmp_path)


@pytest.mark.parametrize(
    "junk",
    ["7 ", "a", "中", ", ", "из ", "China ", "$", "exports to ", "according to ", "5% ", "据"],
)
def test_a_number_behind_much_that_says_nothing_is_still_found(junk: str) -> None:
    """A pattern that tries every way through such a text would not come back."""
    found = draft(article_of(junk * (6_000 // len(junk)) + " 5%"))
    assert found.claims or found.left


def test_a_table_is_left_whole() -> None:
    found = draft(article_of(f"{RUSSIA_BUYS} Poland 2024: " + "5 %, " * 60))
    assert len(found.claims) == 1
    assert "60 numbers" in found.left[0].why


def test_a_long_run_without_a_full_stop_is_read_in_parts() -> None:
    found = list(sentences("word " * 1_000))
    assert len(found) > 1
    assert all(len(one.text) <= LONGEST for one in found)


def test_who_takes_is_not_who_exports() -> None:
    (_, share) = drafted(f"{RUSSIA_BUYS[:-1]} and took 27 % of its exports.")
    assert share == (
        "export_share",
        {"exporter": "RUS", "importer": "CHN", "period": "2025"},
        "27 %",
    )
    assert not drafted("Brazil sells to China, which in 2024 took 28 % of its exports.")


def test_every_one_of_forty_claims_is_drafted() -> None:
    assert len(drafted("\n\n".join([RUSSIA_BUYS] * 40))) == 40


def test_every_number_is_read_at_its_place() -> None:
    text = (
        "Trade report\n\nChina's exports to Russia fell by 3.4 % to $111 billion in 2025.\n"
        "Swiss gadget exports rose 5 %.\n"
    )
    found = draft(article_of(text, date="2026-01-20")).readings
    assert [one.says for one in found] == ["fell by 3.4 %", "$111 billion", "rose 5 %"]
    assert all(text[one.start : one.end] == one.says for one in found)
    assert [one.state for one in found] == ["interpreted", "interpreted", "open"]
    assert found[1].fields["importer"].value == "RUS"
    assert found[1].claim is not None
    assert found[1].claim["value"]["period"] == "2025"
    assert found[2].why
    assert text[slice(*found[2].sentence)].strip() == "Swiss gadget exports rose 5 %."


def test_drafting_to_check_ends_where_there_are_too_many_claims(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A text of 100 kB was drafted whole, 12 seconds, before it was refused."""
    read: list[str] = []

    def counted(one: Any, *rest: Any) -> Any:
        read.append(one.text)
        return read_sentence(one, *rest)

    monkeypatch.setattr("entrepot.claims.draft.article.read_sentence", counted)
    text = article_of("Poland's exports to Peru rose 5% in 2024. " * 300)
    with pytest.raises(RequestError, match="more than 200 claims"):
        draft(text, to_check=True)
    assert len(read) == 201
    assert len(draft(text).claims) == 300, "a draft to read has them all"


OLDER = "Compared with older data, the turnover of $12.5 billion and surplus of $3.5 billion are "
KENYAN = "In 2024 Kenya's turnover of $12.5 billion with Peru and its surplus of $3.5 billion "


@pytest.mark.parametrize(
    "text",
    [
        f"{OLDER}respectively $2.3 billion and nearly $1 billion higher in Kenya.",
        f"{KENYAN}and deficit of $1 billion were respectively $2.3 billion and $2 billion.",
    ],
)
def test_a_number_with_the_word_of_its_flow_is_one_of_a_row(text: str) -> None:
    """It begins before the word of its own flow ends: it was in no row, and drafting broke off."""
    found = draft(article_of(text, date="2026-01-20"))
    says = {one.says for one in found.claims} | {one.says for one in found.left}
    assert any("3.5 billion" in one for one in says)


TWO_LEVELS = """format: 1
source: {title: A made-up text}
claims:
  - id: exports
    value: {exporter: ARG, importer: PER, goods: "named:toys", period: 2023}
    says: 10 billion dollars
  - id: again
    value: {exporter: ARG, importer: PER, goods: "named:toys", period: 2023}
    says: 7 billion dollars
  - id: later
    growth: {exporter: ARG, importer: PER, goods: "named:toys", period: 2023, base: 2022}
    says: 5 %
"""


def test_a_claim_of_one_reading_alone_makes_nothing_wrong() -> None:
    document = parse_document(TWO_LEVELS)
    wrong = {item.id for item in check(document).claims if item.verdict == "inconsistent"}
    assert wrong == {"exports", "again"}
    found = check(replace(document, alone=frozenset({"again"})))
    assert [item.id for item in found.claims] == ["exports", "again", "later"]
    assert not [item for item in found.claims if item.verdict in ("inconsistent", "differs")]
    assert found.conflicts == ()
    assert "may have been misread" in found.claims[1].reason


def test_sums_and_rates_that_hold_bear_readings_out_and_two_numbers_for_one_thing_clash() -> None:
    def said(kind: str, says: str, **keys: str) -> tuple[Drafted, Says]:
        sides = {"exporter": "KAZ", "importer": "UZB", "period": "2023"}
        return Drafted(kind, sides | keys, says, ""), read_says(says)

    back = {"exporter": "UZB", "importer": "KAZ"}
    read = {
        (0, 1): said("value", "$3.1 billion"),
        (1, 2): said("value", "$1.4 billion", **back),
        (2, 3): said("value", "$4.5 billion", flow="both"),
        (3, 4): said("value", "$2.5 billion", period="2022"),
        (4, 5): said("growth", "rose by 24 %"),
        (5, 6): said("value", "$0.9 billion", period="2022", **back),
        (6, 7): said("growth", "rose by 10 %", **back),
        (7, 8): said("value", "$9 billion", period="2021"),
        (8, 9): said("value", "$8 billion", period="2021"),
        (9, 10): said("balance", "$1.7 billion"),
    }
    found = cross_checks(read)
    assert found[0, 1] == {"sum", "rate", "balance"}
    assert found[2, 3] == {"sum"}
    assert found[9, 10] == {"balance"}
    assert found[4, 5] == {"rate"}
    assert found[6, 7] == {"no-rate"}
    assert found[7, 8] == found[8, 9] == {"clash"}


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x9b2J", "\x07", "\udcff", "\uffff"])
def test_a_publisher_or_file_with_a_control_character_ends_no_check(sign: str) -> None:
    """`--publisher` and names of files were taken as they are, and ended in an internal error."""
    text = "China's exports of chips to Russia rose 5% in 2024."
    article = article_of(text, name=f"/tmp/a{sign}b.txt", publisher=f"Desk{sign}One")
    found = as_document(draft(article))
    assert sign[0] not in f"{found.source.publisher}{found.source.title}"
    assert found.source.publisher.startswith("Desk")
    as_yaml(draft(article)).encode()


def test_a_draft_saved_as_a_claims_file_is_checked_as_the_article_is() -> None:
    # The customs print 124.8: what one reading alone says is never called wrong, saved or not.
    text = (
        "Russia-China trade in 2025\n\nTrade of China with Russia was $228.1 billion in 2025. "
        "China's imports from Russia were $142.8 billion in 2025."
    )
    found = draft(article_of(text, date="2026-01-20"))
    sure, once = found.claims
    assert once.says == "$142.8 billion"
    found = replace(found, claims=(replace(sure, alone=False), replace(once, alone=True)))
    as_prose = check(as_document(found))
    assert [one.verdict for one in as_prose.claims] == ["supported", "not_enough_evidence"]
    saved = as_yaml(found)
    assert saved.count("read_once: true") == 1
    assert check(parse_document(saved)).to_dict() == as_prose.to_dict()
    compared = re.sub(".*read_once.*\n", "", saved)
    assert check(parse_document(compared)).claims[1].verdict == "differs"


def test_what_is_wrong_does_not_take_away_what_is_right() -> None:
    """Of two numbers for one share that are read in one way only, the data support the first."""
    claims = "".join(
        f"  - id: {name}\n    import_share: {{exporter: CHN, importer: JPN, goods: 850511, "
        f"period: 2022}}\n    says: {says}\n    read_once: true\n"
        for name, says in (("true", "28 percent"), ("false", "67 percent"))
    )
    text = f"format: 1\nsource: {{title: Magnets}}\nclaims:\n{claims}"
    right, wrong = check(parse_document(text)).claims
    assert (right.verdict, wrong.verdict) == ("supported", "not_enough_evidence")
    assert {round(100 * one.value, 1) for one in wrong.against} == {27.8}


def test_a_list_goes_on_with_the_next_country() -> None:
    text = (
        "Kenya's fertilisers. Russia supplied 28 per cent of Kenya's imports in 2024, Saudi Arabia "
        "24 per cent and Morocco 17 per cent."
    )
    found = draft(article_of(text, date="2025-02-20")).readings
    read = [[one.fields[key].value for key in ("measure", "exporter", "importer")] for one in found]
    assert read == [["import_share", one, "KEN"] for one in ("RUS", "SAU", "MAR")]


def test_a_place_among_suppliers_is_read_by_what_the_text_is_about() -> None:
    text = (
        "ANKARA. Turkey's foreign trade in April 2024, Turkish Statistical Institute.\n\n"
        "In April 2024 imports were $29 billion. China was the largest supplier with $3.7 billion. "
        "The country is also the largest steel supplier."
    )
    found = draft(article_of(text, date="2024-05-20"))
    first, last = (one for one in found.readings if one.says == "largest" and one.fields)
    fields = {key: first.fields[key].value for key in ("measure", "exporter", "importer", "period")}
    assert list(fields.values()) == ["rank", "CHN", "TUR", "2024-04"]
    assert last.state != "interpreted"  # of steel, or of all goods?


def test_a_rise_of_something_else_is_no_number_of_the_trade_before_it() -> None:
    text = (
        "China's exports to Russia fell by 3.4 % in 2025. Trade between China and Russia was "
        "1.63 trillion yuan in 2025. {} rose by 12 %."
    )
    for words in ("Rents", "Wages, a trader said,", "Everything else"):
        found = draft(article_of(text.format(words), date="2026-01-21"))
        assert len(found.claims) == 2, words


def sides(text: str) -> list[tuple[str, str, str, str, str]]:
    """Return kind, exporter, importer, goods and number of what is drafted."""
    found = []
    for kind, keys, says in drafted(text):
        goods = str(keys.get("goods", "all"))
        found.append((kind, str(keys["exporter"]), str(keys["importer"]), goods, says))
    return found


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        (
            (
                "Kenya imported fertilisers worth $310 million in 2024. "
                "Russia supplied 28 per cent, Saudi Arabia 24 per cent and Morocco 17 per cent."
            ),
            [
                ("import_share", "RUS", "KEN", "31", "28 per cent"),
                ("import_share", "SAU", "KEN", "31", "24 per cent"),
                ("import_share", "MAR", "KEN", "31", "17 per cent"),
            ],
        ),
        (
            (
                "Экспорт Казахстана в 2023 году составил 78,7 млрд долларов. "
                "Италия купила товаров на 14,9 млрд долларов, или 18,9% всего экспорта."
            ),
            [("export_share", "KAZ", "ITA", "all", "18,9%")],
        ),
        (
            "2023年澳大利亚对华出口2190亿澳元，占其出口总额的37.2%。",
            [("export_share", "AUS", "CHN", "all", "37.2%")],
        ),
    ],
)
def test_a_share_takes_the_whole_that_the_text_named_before(
    text: str, shares: list[tuple[str, ...]]
) -> None:
    assert [one for one in sides(text) if one[0].endswith("_share")] == shares


@pytest.mark.parametrize(
    "text",
    [
        (
            "Germany was the world's largest exporter of cars in 2023. "
            "Germany (17.6 %) was followed by Japan (13.2 %)."
        ),
        (
            "Kenya sold flowers and coffee to the EU for $1.3 billion in 2024, "
            "of which the Netherlands took 42 per cent."
        ),
        "Germany's imports of gallium were 6 tonnes in 2023. For Japan the share was 60 % in 2023.",
        "Norway supplied 30 % of Germany's natural gas imports by volume in 2022.",
        "Until 2022 Russia accounted for 45 % of the EU's imports of natural gas.",
    ],
)
def test_a_share_of_another_whole_is_left(text: str) -> None:
    assert [one for one in sides(text) if one[0].endswith("_share")] == []


def test_an_amount_behind_to_is_not_of_the_year_that_it_fell_from() -> None:
    text = (
        "Österreichs Exporte stiegen 2023 um 3,0 % auf 200,6 Mrd. Euro. Das Defizit der "
        "Handelsbilanz verringerte sich dadurch von 20,6 Mrd. Euro im Jahr 2022 auf 2,3 Mrd. Euro."
        "\n\n• Italien: Exporte 12,6 Mrd. Euro, Importe 13,4 Mrd. Euro."
    )
    periods = {str(keys["period"]) for _, keys, says in drafted(text) if says != "-20,6 Mrd. Euro"}
    assert periods == {"2023"}


def test_exports_that_show_a_jump_are_no_speaker() -> None:
    text = "Exports to the United States showed a jump of 11.1 percent in August."
    assert attributed(text, "en") == ("", text)


@pytest.mark.parametrize(
    "text",
    [
        "Poland was one of Germany's largest suppliers in 2024.",
        "China replaced the Netherlands as Germany's largest supplier in 2023.",
        "China has been Germany's largest supplier since 2015.",
        "Bis 2023 gehörte Kasachstan zu den größten Lieferanten Italiens.",
    ],
)
def test_a_place_that_is_shared_lost_or_of_many_years_is_left(text: str) -> None:
    assert [one for one in drafted(text) if one[0] == "rank"] == []


def test_a_place_names_its_country_and_not_those_before_it() -> None:
    text = "In 2024 India was the second-largest buyer of Russian crude oil after China."
    assert sides(text) == [("rank", "RUS", "IND", "2709", "second-largest")]


def said_of(text: str, date: str) -> dict[str, dict[str, object]]:
    """Return the keys of each claim of a text by its number, as published."""
    return {says: keys for _, keys, says in drafted(text, date)}


def test_days_of_a_month_are_a_period_of_their_own() -> None:
    """Read as the whole month, the first 20 days of May were those of the year before."""
    text = (
        "韩国5月前20天出口增8.2%\n"
        "据韩国关税厅初步统计,韩国5月前20天出口额同比增长8.2%,为327.5亿美元。\n"
        "单月出口额从去年11月开始连续6个月增长。\n"
        "按品目看,半导体出口额同比增长31.4%。对美国(6.2%)的出口增加。"
    )
    found = said_of(text, "2024-05-21")
    assert found
    assert {keys["period"] for keys in found.values()} == {"2024-05-01..2024-05-20"}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("between February 24 and June 3", "en", ["2025-02-24..2025-06-03"]),
        ("from Sept. 10 to 15, exports fell", "en", ["2024-09-10..2024-09-15"]),
        ("from Feb 1 to Feb 29", "en", ["2024-02"]),
        ("vom 1. bis zum 15. März 2024", "de", ["2024-03-01..2024-03-15"]),
        ("с 28 декабря по 3 января", "ru", ["2024-12-28..2025-01-03"]),
        ("2024年12月20日至1月5日", "zh", ["2024-12-20..2025-01-05"]),
        # Numbers behind a month, and words that begin like one.
        ("It rose from May 10 to 15 percent.", "en", []),
        ("exports from March 3 to 12 billion dollars", "en", []),
        ("It fell from August 2 to 1.5 billion.", "en", []),
        ("It rose from May 10-15 %.", "en", []),
        ("from decline 3 to 5, from Marketplace 3 to 20", "en", []),
        ("с 2 маркет по 3 мартини", "ru", []),
        # No time ends before it begins.
        ("between August 12 and August 2", "en", []),
        ("August 12-2", "en", []),
        ("2025年8月12日至2日", "zh", []),
    ],
)
def test_from_a_day_to_a_day(text: str, language: str, expected: list[str]) -> None:
    times, _ = times_of(text, language, Period.parse("2025-08-20"), Background())
    # The general rules read the rest: a month by its name alone, one day, a year.
    spans = [
        str(one.period)
        for one in times
        if one.period.freq not in ("A", "D") and re.search(r"\d", text[one.start : one.end])
    ]
    assert spans == expected


@pytest.mark.parametrize(
    "said",
    [
        "from August 2 to 1.5 billion dollars",
        "by 5 % between August 12 and August 2",
        "on August 12-2 to 5 billion dollars",
    ],
)
def test_a_number_behind_a_month_ends_no_text(said: str) -> None:
    text = f"China's exports to Russia fell {said}. {RUSSIA_BUYS.replace('2025', '2024')}"
    assert "36 %" in said_of(text, "2025-08-20")


def test_what_a_comparison_names_is_its_base() -> None:
    text = (
        "In April 2018 Chile's exports were $6.4 billion. "
        "In comparison with April 2017, Chile's exports increased by 12.3%."
    )
    assert said_of(text, "2018-06-01")["increased by 12.3%"] == {
        "exporter": "CHL",
        "importer": "WLD",
        "base": "2017-04",
        "period": "2018-04",
    }


@pytest.mark.parametrize(
    "text",
    [
        (
            "In Polen stieg die Nachfrage. Die deutschen Exporte dorthin stiegen 2024 um 4,1 "
            "Prozent auf 93,2 Milliarden Euro im Vergleich zum Vorjahr."
        ),
        "Demand in Poland rose. German exports there grew by 4.1 % in 2024 to 93.2 billion euros.",
        "Die deutschen Exporte in alle Länder der Region stiegen 2024 um 4,1 Prozent.",
    ],
)
def test_there_is_not_the_world(text: str) -> None:
    assert not [one for one in said_of(text, "2025-03-01").values() if one["importer"] == "WLD"]


def test_an_item_of_a_list_is_no_side_of_the_number_before() -> None:
    text = (
        "In den Monaten Januar bis Juli 2021 beliefen sich die Importe aus Kasachstan auf "
        "8,31 Milliarden US-Dollar, gefolgt von China (6,4 Milliarden US-Dollar), "
        "Deutschland (5,7 Milliarden US-Dollar), der Schweiz (4,2 Milliarden US-Dollar)."
    )
    assert not any("CHE" in keys.values() for keys in said_of(text, "2021-09-08").values())


def test_a_bare_flow_is_not_one_with_the_partner_before() -> None:
    text = (
        "日本2016年5月对美国汽车出口强劲。日本对中国的出口额为0.93万亿日元,比上年同期减少4.6%。\n"
        "中东地区原油的价格下跌。对美国出口增长5.1%。日本对中国的出口额减少。"
        "进口额下降13.8%,降至5.1313万亿日元,连续8个月下降。"
    )
    found = said_of(text, "2016-06-20")
    # It is of the imports of all: "with China" or "with the United States" would be a guess.
    whole = {"exporter": "WLD", "importer": "JPN", "period": "2016-05"}
    assert all(keys == whole for says, keys in found.items() if "5.1313" in says)


def test_foreign_trade_is_not_with_a_country_named_before() -> None:
    text = (
        "Russland belegte im Januar - Juli 2021 den ersten Platz bei den Exporten in die Türkei.\n"
        "Der Anteil des Außenhandels der Türkei stieg von Januar bis Juli um 14,2% - "
        "von $ 61,4 Milliarden auf $ 70,1 Milliarden."
    )
    found = said_of(text, "2021-09-08")
    amounts = [keys for says, keys in found.items() if "Milliarden" in says or "%" in says]
    assert not [keys for keys in amounts if {"RUS", "TUR"} <= set(keys.values())]


def test_an_amount_by_weight_has_goods() -> None:
    text = "2019年前九个月中国从巴西进口了2750万吨大豆,上年同期为2230万吨。从阿根廷进口了870万吨。"
    found = draft(article_of(text, date="2019-10-20")).claims
    assert found
    assert all("goods" in one.keys for one in found if "quantity" in one.keys)


def test_the_year_so_far_is_not_the_month() -> None:
    text = (
        "India's exports of rice to Togo rose. India's exports of rice to Togo in October "
        "reached 215,000 tons, valued at USD91 million; bringing the figure from start of the "
        "year to 2.6 million tons."
    )
    found = said_of(text, "2019-11-10")
    assert "215,000 tons" in found
    assert "2.6 million tons" not in found
    # Where only the sentence before names the exporter, its partner is not taken for it.
    text = (
        "Togo is the second largest importer of Indian rice. Exported rice volume in October "
        "reached 215,000 tons, valued at USD91 million; bringing the figure from start of the "
        "year to 2.6 million tons."
    )
    assert not said_of(text, "2019-11-10")


def test_growth_since_a_year_long_past_is_not_growth_on_the_year() -> None:
    text = (
        "In 2016, Brazil exported $140 billion and imported $150 billion. Since 2005, when trade "
        "flows declined, Brazil's exports have grown 88 %, while its imports have grown 92 %."
    )
    grown = [keys for says, keys in said_of(text, "2017-03-01").items() if "grown" in says]
    assert grown
    assert all(keys.get("base") == "2005" for keys in grown)


def test_the_year_of_an_event_is_not_that_of_the_numbers_behind() -> None:
    text = (
        "Polen und Deutschland arbeiten seit der Erweiterung der Union 2004 zusammen.\n"
        "Der deutsche Handel mit Polen wuchs um 3,9 Prozent."
    )
    assert not any(keys["period"] == "2004" for keys in said_of(text, "2025-08-20").values())


def test_growth_of_an_index_of_quantity_is_not_one_of_value() -> None:
    text = "日本2016年5月出口额增长。但从数量指数来看,对美国出口下降6.3%,对中国出口下降8.1%。"
    assert not [one for one in drafted(text, "2016-06-20") if one[0] == "growth"]


def test_more_than_last_year_is_more_than_the_same_part_of_it() -> None:
    """A quarter was measured against a whole year, and both its numbers were left."""
    text = (
        "In the first quarter of 2022 Vietnam's exports were $88.58 billion, "
        "12.9 percent more than last year."
    )
    found = said_of(text, "2022-03-29")
    assert found["$88.58 billion"]["period"] == "2022Q1"
    assert found["12.9 percent more than"]["base"] == "2021Q1"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (  # a dash is no minus
            "Экспорт Узбекистана в Россию в 2023 году - 3,3 млрд долларов.",
            ("value", "UZB", "RUS", "2023"),
        ),
        (  # the verb at the end of a German clause, and "im Wert von" is no former level
            "Deutschland hat im September 2023 Waren im Wert von 126,5 Milliarden Euro exportiert.",
            ("value", "DEU", "WLD", "2023-09"),
        ),
        (  # the world is not a side of what stands at the flow
            "Kazakhstan traded less. Uzbekistan's imports from China grew by 25% in 2023.",
            ("growth", "CHN", "UZB", "2023"),
        ),
        (  # a currency that no evidence here has
            "Japan's exports to China fell 6.5% to 1.63 trillion yen in 2023.",
            ("growth", "JPN", "CHN", "2023"),
        ),
    ],
)
def test_more_forms_are_read(text: str, read: tuple[str, ...]) -> None:
    assert read in [
        (kind, keys["exporter"], keys.get("importer", "WLD"), keys["period"])
        for kind, keys, _ in drafted(text, "2024-03-01")
    ]


def test_reasons_and_offices_name_no_goods() -> None:
    text = (
        "South Korea's exports to China rose by 7.9% in 2024, bolstered by demand for chips. "
        "According to the Ministry of Trade, Industry and Energy, exports to Japan rose 3% in 2024."
    )
    assert all("goods" not in keys for _, keys, _ in drafted(text, "2025-03-01"))


def test_the_year_before_is_that_before_the_one_told_of() -> None:
    text = "Im Jahr 2022 exportierte Deutschland nach Polen Waren für 90 Milliarden Euro."
    assert drafted(text, "2024-03-01")[0][1]["period"] == "2022"
    found = drafted("2022年德国对华出口1068亿欧元，上年为1037亿欧元。", "2024-03-01")
    assert "2021" in [keys["period"] for _, keys, _ in found] or len(found) == 1


def test_a_wrong_sum_does_not_hide_itself() -> None:
    text = (
        "Deutschland hat im September 2023 Waren im Wert von 126,5 Milliarden Euro exportiert "
        "und Waren im Wert von 110,0 Milliarden Euro importiert. Die Außenhandelsbilanz schloss "
        "mit einem Überschuss von 15,6 Milliarden Euro ab."
    )
    found = check(as_document(draft(article_of(text, date="2023-11-03"))))
    assert "inconsistent" in [one.verdict for one in found.claims]
    right = check(as_document(draft(article_of(text.replace("15,6", "16,5"), date="2023-11-03"))))
    assert "inconsistent" not in [one.verdict for one in right.claims]


@pytest.mark.parametrize(
    ("words", "goods"),
    [
        ("HS 8542", "8542"),
        ("customs code 8542", "8542"),
        ("HS code 854231", "854231"),
        ("goods of heading 8542", "8542"),
        ("goods under HS code 8542.31", "854231"),
        ("HS chapter 85", "85"),
        ("HS 2009", "2009"),
        ("chips (HS 8542)", "8542"),
        ("integrated circuits (HS 854231)", "854231"),
        ("HS 8541, 8542 and HS 8471", "8541,8542,8471"),
    ],
)
def test_a_customs_code_that_a_sentence_names_is_the_goods(words: str, goods: str) -> None:
    text = f"China's exports of {words} to Russia were worth $180 million in 2022."
    keys = {"exporter": "CHN", "importer": "RUS", "goods": goods, "period": "2022"}
    assert drafted(text) == [("value", keys, "$180 million")]


@pytest.mark.parametrize(
    "text",
    [
        "Экспорт Китая в Россию по коду ТН ВЭД 8542 составил 180 млн долларов в 2022 году.",
        "Chinas Ausfuhren von HS-Code 8542 nach Russland betrugen 2022 180 Millionen Dollar.",
        "2022年中国对俄罗斯出口HS编码8542的商品1.8亿美元。",
        "In 2022 China's exports to Russia under HS 8542 rose by 12 %.",
        "China supplied 90 % of Russia's imports of HS 8542 in 2023.",
    ],
)
def test_a_customs_code_is_the_goods_in_every_language_and_kind(text: str) -> None:
    [(_, keys, _)] = drafted(text)
    assert keys["goods"] == "8542"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("of HS 85423190", "not a product code"),
        ("of HS 8505 and HS 8599", "unknown product code"),
        ("of HS 8541-8543", "a span of customs codes"),
        ("of HS 84 and 85", "which customs codes are meant"),
        ("of code 85", "whether 85 is a customs code"),
        ("of HS 2007", "a heading or an edition"),
        ("in HS17", "a chapter or an edition"),
    ],
)
def test_a_customs_code_that_cannot_be_read_leaves_its_number(words: str, why: str) -> None:
    text = f"China's exports {words} to Russia were worth $180 million in 2022."
    assert not drafted(text)
    [reason] = reasons(text)
    assert why in reason


def test_no_claim_about_all_goods_is_made_of_a_sentence_with_a_customs_code() -> None:
    text = "HS 8542: China exported goods worth $180 million to Russia in 2022."
    assert not drafted(text)
    assert reasons(text) == ["whether it is of the customs code 8542 is not clear"]


def test_the_year_of_an_edition_is_no_customs_code() -> None:
    text = "China's exports to Russia were worth $76.1 billion in 2022 by HS 2017 codes."
    keys = {"exporter": "CHN", "importer": "RUS", "period": "2022"}
    assert drafted(text) == [("value", keys, "$76.1 billion")]


def test_the_same_period_goes_on_with_the_span_of_the_sentence_before() -> None:
    found = drafted(
        "China's exports to Russia more than doubled between 2017 and 2023, to $110.0bn. "
        "Over the same period Russian exports to China tripled, from $42.1bn to $129.0bn."
    )
    said = {says: keys for _, keys, says in found}
    assert (said["tripled"]["base"], said["tripled"]["period"]) == ("2017", "2023")
    assert (said["$42.1bn"]["period"], said["$129.0bn"]["period"]) == ("2017", "2023")


@pytest.mark.parametrize(
    "text",
    [
        (
            "Die chinesischen Exporte nach Russland haben sich von 2017 bis 2023 verdoppelt. "
            "Im selben Zeitraum verdreifachten sich die russischen Exporte nach China."
        ),
        (
            "Экспорт Китая в Россию вырос с 2017 по 2023 год более чем вдвое. "
            "За тот же период экспорт России в Китай вырос втрое."
        ),
    ],
)
def test_a_rate_over_the_same_period_is_never_one_over_the_year_before(text: str) -> None:
    rates = [keys for kind, keys, _ in drafted(text) if kind == "growth"]
    assert rates
    assert all(keys.get("base") == "2017" for keys in rates)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("In 2023 cars were 11 % of China's exports to Russia of $110 billion.", "$110 billion"),
        ("Of China's exports to Russia in 2023, worth $110 bn, cars were 11 %.", "$110 bn"),
        (
            (
                "Autos machten 2023 11 Prozent der chinesischen Exporte nach Russland von 110 "
                "Milliarden Dollar aus."
            ),
            "110 Milliarden Dollar",
        ),
        (
            "В 2023 году автомобили составили 11 % экспорта Китая в Россию на 110 млрд долларов.",
            "110 млрд долларов",
        ),
        ("2023年汽车占中国对俄罗斯出口1100亿美元的11%。", "1100亿美元"),
    ],
)
def test_a_total_is_not_of_the_goods_that_are_a_part_of_it(text: str, whole: str) -> None:
    found = draft(article_of(text, date="2024-06-01"))
    assert whole not in {claim.says for claim in found.claims}
    assert "which goods a number is of is not clear" in {left.why for left in found.left}


def test_a_part_in_other_words_keeps_its_goods() -> None:
    text = "In 2023 cars made up 11 % of China's exports to Russia, or $11.7 billion."
    assert [keys["goods"] for _, keys, says in drafted(text) if says == "$11.7 billion"] == [
        "named:cars"
    ]


def test_the_german_was_is_no_war() -> None:
    text = "Wichtigster Abnehmer deutscher Waren war Polen mit 5,1 Milliarden Euro im Jahr 2023."
    assert not any("WLD" in keys.values() for keys in said_of(text, "2024-03-01").values())
    cut = list(sentences("Größter Käufer waren die USA."))
    [scene] = scenes(cut, [numbers_of(one) for one in cut])
    assert [area.value for area in scene.areas] == ["USA"]


@pytest.mark.parametrize(
    "text",
    [
        "Germany imported coffee from Brazil for $212 per tonne in 2023.",
        "German coffee imports from Brazil cost $4,450 in 2023.",
        "2023 importierte Deutschland Kaffee aus Brasilien für 4.450 Euro je Tonne.",
    ],
)
def test_a_price_is_no_value_of_trade(text: str) -> None:
    assert not [one for one in draft(article_of(text)).claims if one.kind == "value"]


def test_a_fiscal_year_from_july_on() -> None:
    text = "Exports fell in the fiscal year July-June 2023-24."
    times, _ = times_of(text, "en", Period.parse("2024-07-02"), Background())
    assert [str(one.period) for one in times] == ["2023-07..2024-06"]


@pytest.mark.parametrize("words", ["HS ", "HS", "товара ", "tariff code ", "HS:: ", "код "])
def test_words_for_codes_without_end_take_no_time(words: str) -> None:
    began = time.process_time()
    assert codes_in(words * (24_000 // len(words))) == ()
    assert time.process_time() - began < 2


def test_numbers_without_end_are_a_table_and_no_guesses() -> None:
    began = time.process_time()
    found = draft(article_of("from 5 to " * 9_000))
    assert not found.claims
    assert time.process_time() - began < 4


def test_a_month_that_another_is_compared_with_is_a_base_in_german() -> None:
    text = "Gegenüber September gingen die Ausfuhren um 3,6 Prozent zurück."
    times, _ = times_of(text, "de", Period.parse("2016-12-09"), Background())
    assert [(str(one.period), one.is_base) for one in times] == [("2016-09", True)]


def test_all_rows_of_offices_count_for_a_country() -> None:
    offices = own_names("office")["DEU"]
    assert all(offices.search(name) for name in ("Destatis", "VDMA"))


def test_an_amount_of_change_is_no_balance() -> None:
    text = (
        "The US trade deficit with Peru rose to $68.3 billion in January 2023, a $1.1 billion "
        "increase over December."
    )
    assert not [says for says in said_of(text, "2023-03-08") if "1.1" in says]


@pytest.mark.parametrize(
    ("text", "date", "keys"),
    [
        (
            "中国与加纳的贸易\n\n据中国海关统计，2023年中加双边贸易额110.4亿美元，同比增长7.6%。",
            "2024-02-01",
            {"exporter": "CHN", "importer": "GHA", "flow": "both", "period": "2023"},
        ),
        (
            "台灣2024年出口總值4750.7億美元；進口3944.7億美元；出超806.1億美元。",
            "2025-02-01",
            {"exporter": "TWN", "importer": "WLD", "period": "2024"},
        ),
        (
            "China's February exports to Russia fell 5 percent to $7 billion.",
            "2025-04-01",
            {"exporter": "CHN", "importer": "RUS", "period": "2025-02"},
        ),
        (
            "Chile's exports to Mercosur were $5.0 billion in 2023.",
            "2024-02-01",
            {"exporter": "CHL", "importer": "MERCOSUR", "period": "2023"},
        ),
        (
            (
                "In 2024 exports of Kenya grew. Exports to Uganda were $1.2 billion in 2024 and "
                "accounted for 32% of total exports."
            ),
            "2025-02-01",
            {"exporter": "KEN", "importer": "UGA", "period": "2024"},
        ),
    ],
)
def test_signs_months_and_sides_are_those_of_the_text(
    text: str, date: str, keys: dict[str, str]
) -> None:
    found = [dict(one.keys) for one in draft(article_of(text, date=date)).claims]
    assert keys in found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            (
                "Japan's exports to China were $150 billion in 2023. "
                "Five years earlier they had been $130 billion."
            ),
            "of a time some years before: which is not said",
        ),
        (
            (
                "Экспорт Китая в Россию составил 110 млрд долларов в 2023 году. "
                "За два года он вырос в 2,8 раза."
            ),
            "since which year it grew is not clear",
        ),
    ],
)
def test_a_number_of_a_time_that_is_not_named_is_left(text: str, why: str) -> None:
    found = draft(article_of(text, date="2024-02-01"))
    assert len(found.claims) == 1
    assert [one.why for one in found.left] == [why]


def test_a_reading_is_chosen_as_a_whole() -> None:
    article = article_of(
        "South African oranges\n\nIn 2023 Egypt supplied Russia with 334,000 tonnes of oranges, "
        "62% of Russia's imports. South Africa, the second-largest supplier, provided 18%.",
        date="2024-02-01",
    )
    shares = [one for one in draft(article).claims if one.kind == "import_share"]
    # Egypt sold the oranges: South Africa's part is one of what Russia bought, too.
    assert {one.keys["importer"] for one in shares} == {"RUS"}


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("Kuwait's imports from China were 1.2 billion dinars in 2022.", "KWD"),
        ("Serbia's imports from China were 1.2 billion dinars in 2022.", "RSD"),
        ("Die Exporte Chinas nach Norwegen beliefen sich 2022 auf 17,9 Milliarden Kronen.", "NOK"),
        ("Pakistan's imports from China were 900 billion rupees in 2022.", "PKR"),
        ("Chile's imports from China were 900 billion pesos in 2022.", "CLP"),
    ],
)
def test_a_currency_that_several_countries_have_is_that_of_the_country_named(
    text: str, currency: str
) -> None:
    [(kind, keys, _)] = drafted(text, date="2023-03-01")
    assert (kind, keys["currency"]) == ("value", currency)


@pytest.mark.parametrize(
    "text",
    [
        "China's exports to Germany were 17.9 billion rupees in 2022.",  # nobody's
        "Sweden's imports from Norway were 17.9 billion kroner in 2022.",  # of either
    ],
)
def test_whose_currency_is_not_clear_is_not_guessed(text: str) -> None:
    assert drafted(text, date="2023-03-01") == []
    assert "without one country named that has it" in " ".join(reasons(text, date="2023-03-01"))


@pytest.mark.parametrize(
    ("text", "home"),
    [
        (
            """Импорт станков в Россию в 2024 году сократился на 11%. Китай поставил станков на 742
            млн долларов, Тайвань — на 96 млн. Китайские станки подорожали.""",
            "RUS",
        ),
        (
            """Brazilian soybean imports by China rose by 12% in April 2024. Brazilian soybeans were
            cheap. Soybeans from Brazil reached China, whose main supplier it is.""",
            "CHN",
        ),
        (
            """Norwegische Unternehmen haben im Mai so viel Lachs
            verkauft wie nie. Die Exporte stiegen um 7 Prozent auf 9,1 Milliarden Kronen.
            China kaufte ein Drittel mehr, und die Lieferungen nach Polen gingen zurück.""",
            "NOR",
        ),
        (
            """Imports of tea into Kenya fell in 2023. The main supplier was India with 43,000
            tonnes. Indian tea is cheaper.""",
            "KEN",
        ),
        # "Our country" is that of the office: traditional signs are written in several countries.
        ("據海關總署統計，我國7月對智利出口12億美元。", "CHN"),
        ("財政部統計處公布，我國7月對智利出口12億美元。", "TWN"),
        ("中國海關總署公布7月出口。財政部統計，我國7月對智利出口1億美元。", "TWN"),
        ("我國7月對智利出口12億美元。", ""),
        ("我国7月对智利出口12亿美元。", "CHN"),
        # An office of Taiwan, and not the country that is named most.
        ("台北8日電。財政部統計，7月對中國大陸出口99億美元。中國大陸需求強。", "TWN"),
    ],
)
def test_the_land_of_a_text_is_the_one_that_buys_not_its_suppliers(text: str, home: str) -> None:
    cut = list(sentences(text))
    assert home_of(scenes(cut, [numbers_of(one) for one in cut]), text) == home


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            """Der Außenhandel Deutschlands wuchs. Die deutschen Einfuhren stiegen. Über das Jahr
            2023 exportierte China Waren für 51,2 Milliarden Dollar.""",
            ("CHN", "WLD"),
        ),
        (
            """Brazil's exports grew. Brazil's soybean exports rose in 2024. China imported $5.9
            billion of goods from Brazil in 2024.""",
            ("BRA", "CHN"),
        ),
    ],
)
def test_the_subject_of_a_verb_is_who_does_it(text: str, sides: tuple[str, str]) -> None:
    read = [one for one in draft(article_of(text, date="2025-02-01")).readings if one.claim]
    [claim] = [one.claim["value"] for one in read if "value" in one.claim]
    assert (claim.get("exporter", "WLD"), claim.get("importer", "WLD")) == sides


def test_an_increase_over_a_month_is_a_change_and_no_level() -> None:
    text = (
        "The trade deficit of the United States with China rose to $28.3 billion in January 2023, "
        "a $1.1 billion increase over the $27.2 billion of December 2022."
    )
    assert "$1.1 billion" not in {says for _, _, says in drafted(text, date="2023-03-08")}


def test_a_reading_that_a_second_reader_does_not_share_is_less_sure() -> None:
    learned = weights()
    assert of_second(learned).keys() == {"what", "flow", "sides", "period"}
    facts = {"all": 1.0, "odds:all": 1.0}
    same = sureness({**facts, "second:same": 1.0, "second:odds": 1.0}, learned)
    for part in ("what", "sides", "period"):
        assert sureness({**facts, f"second:{part}": 1.0, "second:odds": -1.0}, learned) < same


def test_a_sentence_goes_on_behind_the_sign_of_francs() -> None:
    text = "Die Exporte der Schweiz stiegen auf 7,9 Mrd. Fr. im Jahr. Die Importe fielen."
    first, second = sentences(text)
    assert [one.says.unit for one in numbers_of(first)] == ["CHF"]
    assert second.text == "Die Importe fielen."


@pytest.mark.parametrize(
    "said", ["were $(1,234) million", "grew by (3.2)%", "were a share of [45] %", "fell (3.2) bn"]
)
def test_a_number_in_brackets_is_left_and_not_lost(said: str) -> None:
    """The text was said to have no figure: a footnote's mark is in brackets, too."""
    found = draft(article_of(f"China's exports to Russia {said} in 2023 (2)."))
    assert found.claims == ()
    assert [one.why[:20] for one in found.left] == ["a number in brackets"]
    assert draft(article_of("Exports rose (2), as customs said [3].")).left == ()


def test_a_source_named_once_is_that_of_the_next_sentence() -> None:
    """Trade of 40 with exports of 30 and imports of 25 was no contradiction: two series."""
    first = "Trade between Japan and South Korea was $40 billion in 2015, according to {}. "
    then = "Japan exported $30 billion to South Korea in 2015 and imported $25 billion from South "
    then += "Korea in 2015."
    text = first.format("Japan's customs") + "Japan exported $30 billion to South Korea in 2015."
    assert [one.attributed_to for one in draft(article_of(text)).claims] == ["Japan's customs"] * 2
    # Another paragraph, other countries, or a source of its own: nothing is carried on.
    for more in (
        "\n\nJapan exported $30 billion to South Korea in 2015.",
        "Japan exported $30 billion to Peru in 2015.",
        "Japan exported $30 billion to South Korea in 2015, according to the IMF.",
    ):
        claims = draft(article_of(first.format("Japan's customs") + more)).claims
        assert [one.attributed_to for one in claims][1:] in ([""], ["IMF"])
    found = check(as_document(draft(article_of(first.format("Japan's customs") + then))))
    assert "inconsistent" in {one.verdict for one in found.claims}


@pytest.mark.parametrize(
    ("now", "rate", "number"),
    [
        (
            "Peru's imports were worth $4 billion in July 2023.",
            "Exports grew by 2.8 percent for the period between January and July 2023.",
            "2.8",
        ),
        (
            "Die Ausfuhren Perus erreichten im Juli 2023 4 Milliarden Dollar.",
            "Die Einfuhren stiegen um 2,8 Prozent im Zeitraum von Januar bis Juli 2023.",
            "2,8",
        ),
    ],
)
def test_a_rate_for_the_period_between_two_months_is_of_that_period(
    now: str, rate: str, number: str
) -> None:
    (claim,) = [one for one in draft(article_of(f"{now} {rate}")).claims if number in one.says]
    assert (claim.kind, claim.keys["period"]) == ("growth", "2023-01..2023-07")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Peru's exports to the EU-28 rose by 3 % in 2022.", "EU28"),
        ("Perus Ausfuhren in die EU-28 stiegen 2015 um 3 Prozent.", "EU28"),
        ("Экспорт Перу в ЕС-28 вырос в 2015 году на 3 %.", "EU28"),
        ("Peru's exports to the EU rose by 3 % in 2015.", "EU"),
    ],
)
def test_the_union_of_28_is_that_whenever_it_is_named(text: str, name: str) -> None:
    (claim,) = draft(article_of(text)).claims
    assert claim.keys["importer"] == name


def test_a_reading_that_is_rather_wrong_makes_no_number_beside_it_unsure() -> None:
    text = (
        "Внешняя торговля Перу. В первом полугодии экспорт Перу увеличился на 12,4% к тому же "
        "периоду прошлого года. Импорт достиг 21 млрд долларов. Рост цен составил 23,4% — до "
        "13 млрд долларов."
    )
    # 13 bn are read as imports too, hardly: of which flow they are the text leaves open.
    found = draft(article_of(text, date="2023-08-14")).claims
    assert [(one.kind, one.says) for one in found] == [
        ("growth", "увеличился на 12,4%"),
        ("value", "21 млрд долларов"),
    ]


def test_a_rise_in_the_imperfective_is_no_goods() -> None:
    text = "В 2022 году экспорт Перу достиг 5 млрд долларов. Импорт рос и достиг 21 млрд долларов."
    goods = [one.keys.get("goods") for one in draft(article_of(text)).claims]
    assert goods == [None, None]


@pytest.mark.parametrize(
    ("first", "second", "conflicts"),
    [("32.47", "32.476", 0), ("32.47", "32.486", 1), ("32.4", "32.476", 0), ("32", "33.2", 1)],
)
def test_a_number_that_was_cut_short_and_not_rounded_is_no_contradiction(
    first: str, second: str, conflicts: int
) -> None:
    text = (
        f"Turkey's imports stood at USD {first} billion in July 2023.\n\n"
        f"Imports of Turkey increased to USD {second} billion in July 2023, the ministry said."
    )
    found = check(as_document(draft(article_of(text, date="2023-08-03"))))
    assert len(found.claims) == 2
    assert len(found.conflicts) == conflicts


@pytest.mark.parametrize(
    ("text", "goods", "sides"),
    [
        (
            (
                "Kenya's exports to Japan were $310 million in 2023. The main exports were tea "
                "($120 million), cut flowers ($64 million) and titanium ores ($21 million)."
            ),
            ["named:tea", "named:cut flowers", "named:titanium ores"],
            ("KEN", "JPN"),
        ),
        (
            (
                "Peru's exports to Spain were $3 billion in 2023. The main imports were cars "
                "($20 million), wine ($9 million) and cheese ($3 million)."
            ),
            ["named:cars", "named:wine", "named:cheese"],
            ("ESP", "PER"),
        ),
        (
            (
                "Perus Ausfuhren nach Spanien waren 2023 3,1 Mrd. Euro wert. Wichtigste "
                "Exportgüter waren Kupfererze (1,2 Mrd. Euro) und Avocados (310 Mio. Euro)."
            ),
            ["named:kupfererze", "named:avocados"],
            ("PER", "ESP"),
        ),
        (
            (
                "Экспорт Перу в Испанию в 2023 году был 3,1 млрд евро. Основными товарами "
                "экспорта были медная руда (1,2 млрд евро) и авокадо (310 млн евро)."
            ),
            ["2603", "named:avocados"],
            ("PER", "ESP"),
        ),
        (
            "2023年，秘鲁对西班牙出口31亿欧元。主要出口商品为铜矿（12亿欧元）和虾（1.5亿欧元）。",
            ["2603", "named:shrimp"],
            ("PER", "ESP"),
        ),
    ],
)
def test_a_list_of_goods_goes_on_with_the_trade_before_it(
    text: str, goods: list[str], sides: tuple[str, str]
) -> None:
    listed = [keys for _, keys, _ in drafted(text, "2024-02-01")][1:]
    assert [keys["goods"] for keys in listed] == goods
    assert {(keys["exporter"], keys["importer"], keys["period"]) for keys in listed} == {
        (*sides, "2023")
    }


@pytest.mark.parametrize(
    "listed",
    [
        "The largest export companies were Alpha Mining ($20 million) and Beta Foods ($9 million).",
        "The largest exports were copper ($20 million) in January and fish ($9 million) in May.",
        "The main export markets were Chile ($20 million) and China ($9 million).",
    ],
)
def test_a_list_of_firms_times_or_countries_is_none_of_goods(listed: str) -> None:
    before = "Peru's exports to Spain were $3 billion in 2023. "
    claims = drafted(before + listed, "2024-02-01")[1:]
    assert not [keys for _, keys, _ in claims if "goods" in keys]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            (
                "Perus Exporte nach Chile legten im Januar 2024 deutlich zu. Sie erreichten 310 "
                "Millionen Dollar, 12 Prozent mehr als im Vorjahresmonat."
            ),
            ("PER", "CHL"),
        ),
        (
            (
                "Perus Ausfuhren nach Chile erreichten 2023 4 Mrd. Dollar. Das waren 8,5 Prozent "
                "mehr als im Vorjahr."
            ),
            ("PER", "CHL"),
        ),
        (
            (
                "In 2023 Peru stepped up its exports to Chile. The increase was 23.4 percent, to "
                "$4 billion."
            ),
            ("PER", "CHL"),
        ),
        (
            (
                "В 2023 году Перу нарастила экспорт в Чили. Прирост составил 23,4% — до 4 млрд "
                "долларов."
            ),
            ("PER", "CHL"),
        ),
    ],
)
def test_a_sentence_goes_on_with_the_trade_of_the_one_before(
    text: str, sides: tuple[str, str]
) -> None:
    claims = drafted(text, "2024-02-12")
    assert [kind for kind, _, _ in claims].count("growth") == 1
    assert len(claims) == 2
    assert {(keys["exporter"], keys["importer"]) for _, keys, _ in claims} == {sides}


@pytest.mark.parametrize(
    "text",
    [
        "Peru's exports to Chile were $4 billion in 2023. Copper became dear. They rose 9 percent.",
        "Die Exporte Perus nach Chile stiegen 2023. Die Miete in Lima stieg um 12 Prozent.",
    ],
)
def test_a_sentence_about_something_else_does_not_go_on(text: str) -> None:
    assert not [one for one in drafted(text, "2024-02-12") if one[0] == "growth"]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "In 2023, Japan was the largest export market for Peru, with sales of $3 billion.",
            ("PER", "JPN"),
        ),
        ("In 2023, Japan was the main import source for Peru, at $3 billion.", ("JPN", "PER")),
        (
            "Für Chile war Peru 2023 der größte Exportmarkt mit 3 Milliarden Dollar.",
            ("CHL", "PER"),
        ),
        (
            (
                "Peru's exports were worth $60 billion in 2023. China was the leading export "
                "destination in 2023 with $21 billion."
            ),
            ("PER", "CHN"),
        ),
    ],
)
def test_a_market_buys_and_a_source_sells(text: str, sides: tuple[str, str]) -> None:
    *_, (kind, keys, _) = drafted(text, "2024-02-12")
    assert (kind, keys["exporter"], keys["importer"]) == ("value", *sides)


def test_imports_behind_exports_to_a_country_are_from_it() -> None:
    text = (
        "Germany's trade with Peru grew in 2023. From January through November 2023, German "
        "exports to Peru totaled 3 billion euros and imports totaled 4 billion euros."
    )
    *_, last = drafted(text, "2024-02-12")
    assert (last[1]["exporter"], last[1]["importer"]) == ("PER", "DEU")


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            (
                "Экспорт Перу в страны СНГ в 2023 году составил 4 млрд долларов. Импорт из этих "
                "стран составил 3 млрд долларов."
            ),
            ("CIS", "PER"),
        ),
        (
            "中国和巴西经贸合作成果丰硕。2023年，中巴双边贸易额为1800亿美元，同比增长6%。",
            ("CHN", "BRA"),
        ),
        ("Перу купил у России удобрения. Европейский союз купил у Перу рыбу.", ()),
    ],
)
def test_words_for_countries_named_before_are_those(text: str, sides: tuple[str, ...]) -> None:
    claims = drafted(text, "2024-02-12")
    assert [(keys["exporter"], keys["importer"]) for _, keys, _ in claims][-1:] == (
        [sides] if sides else []
    )


def test_other_countries_are_not_the_group_named_before() -> None:
    text = (
        "Экспорт Перу в страны СНГ в 2023 году составил 4 млрд долларов. Иначе обстоят дела с "
        "остальными странами. Экспорт в эти страны составил 3 млрд долларов."
    )
    assert len(drafted(text, "2024-02-12")) == 1


def test_what_stands_before_a_german_source_is_read() -> None:
    text = (
        "In die EU-Staaten gingen den Statistikern zufolge 2023 mit 70 Milliarden Euro mehr als "
        "die Hälfte der gesamten deutschen Exporte."
    )
    [claim] = [one for one in drafted(text, "2024-02-12") if one[0] == "export_share"]
    assert (claim[1]["exporter"], claim[1]["importer"]) == ("DEU", "EU")


def test_an_amount_in_brackets_behind_a_year_before_is_of_that_year() -> None:
    text = (
        "Im März 2017 führte Spanien 7,42 Millionen Tonnen Rohöl ein. Das waren 0,3 % mehr als ein "
        "Jahr zuvor (7,40 Millionen Tonnen)."
    )
    periods = {says: keys["period"] for _, keys, says in drafted(text, "2017-05-05")}
    assert periods["7,40 Millionen Tonnen"] == "2016-03"


def test_a_place_in_passing_is_of_no_month() -> None:
    text = "Exports from Germany to Peru, the largest buyer of German cars, rose 3 % in May 2023."
    assert not [one for one in drafted(text, "2023-07-01") if one[0] == "rank"]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            (
                "Die Exporte Perus nach Chile erreichten 2023 5 Milliarden Dollar. Es folgen Japan "
                "(4 Milliarden Dollar) und der Irak (3 Milliarden Dollar)."
            ),
            [("PER", "JPN"), ("PER", "IRQ")],
        ),
        (
            (
                "В 2023 году Перу поставила в Чили 5 млн тонн зерна. Следом идет Япония — 4 "
                "млн тонн."
            ),
            [("PER", "JPN")],
        ),
        (
            (
                "Peru's exports to Chile were $5 billion in 2023. It was followed by Japan with $4 "
                "billion and Spain with $3 billion."
            ),
            [("PER", "JPN"), ("PER", "ESP")],
        ),
    ],
)
def test_who_follows_in_a_list_takes_the_place_of_the_last(
    text: str, sides: list[tuple[str, str]]
) -> None:
    claims = drafted(text, "2024-02-12")[1:]
    assert [(keys["exporter"], keys["importer"]) for _, keys, _ in claims] == sides
    assert {keys["period"] for _, keys, _ in claims} == {"2023"}


def test_a_number_of_seven_months_is_of_the_seven_that_the_text_named() -> None:
    text = (
        "Die Exporte Perus nach Chile erreichten von Januar bis Juli 2023 5 Milliarden Dollar, im "
        "Juli 2023 eine Milliarde Dollar. Es folgt Japan (4 Milliarden Dollar in sieben Monaten)."
    )
    claims = drafted(text, "2023-09-08")
    assert [keys["period"] for _, keys, says in claims if says.startswith("4 ")] == [
        "2023-01..2023-07"
    ]


def test_the_line_that_leads_to_items_says_of_when_they_are() -> None:
    text = (
        "Rohöleinfuhren Spaniens im März 2017\n\nIm März 2017 führte Spanien 7,4 Millionen Tonnen "
        "Rohöl ein.\n\nIm Vergleich des Zeitraumes Januar bis März 2017 mit der entsprechenden "
        "Referenzperiode Januar bis März 2016\n\n• sanken die Rohöleinfuhren um 0,6 % auf 22,2 "
        "Millionen Tonnen;"
    )
    periods = {says: keys["period"] for _, keys, says in drafted(text, "2017-05-05")}
    assert periods["22,2 Millionen Tonnen"] == "2017Q1"


def test_what_two_readers_read_alike_is_a_claim_that_refutes_nothing() -> None:
    text = "中国和巴西经贸合作成果丰硕。2023年，中巴双边贸易额为1800亿美元。"
    [claim] = draft(article_of(text, date="2024-02-12")).claims
    assert claim.alone


@pytest.mark.parametrize(
    "text",
    [
        "China's exports to Russia grew twice as fast as its exports to India in 2023.",
        "China's exports to Russia fell 5 % from the previous quarter in Q1 2024.",
        "Экспорт Китая в Россию в юанях вырос на 5 %, а импорт — на 3 % в 2024 году.",
    ],
)
def test_two_readers_do_not_settle_what_words_say_otherwise(text: str) -> None:
    assert not drafted(text)


def test_two_numbers_in_a_row_are_of_two_flows_in_turn() -> None:
    text = (
        "Peru's trade reached $126 billion in 2023, according to Peru's customs. Exports and "
        "imports were $67 billion and $59 billion, up 5 percent and 3 percent respectively, "
        "leading to a surplus of $8 billion."
    )
    claims = {says: (kind, keys) for kind, keys, says in drafted(text, "2024-02-12")}
    assert claims["$67 billion"][1]["exporter"] == "PER"
    assert claims["$59 billion"][1]["importer"] == "PER"
    assert claims["3 percent"][1]["importer"] == "PER"
    assert claims["a surplus of $8 billion"][0] == "balance"


def test_all_trade_goes_on_where_the_land_is_named_again() -> None:
    text = (
        "Перу поставила в Чили товары на 5 млрд долларов в 2023 году. Внешнеторговый оборот Перу "
        "в 2023 году составил 81 млрд долларов. В частности, объем экспорта из Перу в 2023 году "
        "увеличился на 24%, до 33 млрд долларов."
    )
    *_, last = drafted(text, "2024-02-12")
    assert (last[1]["exporter"], last[1]["importer"]) == ("PER", "WLD")


def test_what_a_share_is_of_is_all_trade_where_it_is_named_again() -> None:
    text = (
        "China took 33 percent of Peru's exports in 2023, above the record of 30 percent in 2019. "
        "The value of Peruvian exports totalled $67 billion in 2023."
    )
    *_, last = drafted(text, "2024-02-12")
    assert (last[0], last[1]["exporter"], last[1]["importer"]) == ("value", "PER", "WLD")


def test_a_rate_behind_a_colon_has_the_verb_in_front_of_it() -> None:
    text = (
        "По данным статистики Перу, экспорт Перу в 2023 году вырос на 12,4% — до 19 млрд "
        "долларов. Импорт Перу прирастал в 2023 году активнее: на 22,6%, до 21 млрд долларов."
    )
    claims = [(kind, keys["importer"], says) for kind, keys, says in drafted(text, "2024-02-12")]
    assert ("growth", "PER", "22,6%") in claims


def test_goods_in_a_row_have_the_rates_behind_them_in_turn() -> None:
    text = "2023年，中国对秘鲁出口的纺织机械、轮胎同比分别增长28%、13%。"
    claims = [
        (keys["exporter"], keys["goods"], says) for _, keys, says in drafted(text, "2024-02-12")
    ]
    assert claims == [
        ("CHN", "named:纺织机械", "增长28%"),
        ("CHN", "named:轮胎", "13%"),
    ]


def test_of_this_is_of_the_two_that_traded() -> None:
    text = "2022年，中国和巴西双边贸易额达1714亿美元。其中，中国出口额近620亿美元。"
    *_, last = drafted(text, "2023-04-13")
    assert (last[1]["exporter"], last[1]["importer"], last[2]) == ("CHN", "BRA", "近620亿美元")


def test_more_than_half_behind_an_amount_is_no_change_of_it() -> None:
    text = "In die EU gingen mit 70 Milliarden Euro mehr als die Hälfte der Ausfuhren Perus."
    [sentence] = sentences(text)
    found = [sentence.text[one.start : one.end] for one in numbers_of(sentence)]
    assert found[0] == "70 Milliarden Euro"


@pytest.mark.parametrize(
    "first",
    [
        "В 2023 году Перу поставила в Чили 5 млн тонн пшеницы.",
        "По данным статистики Перу, Чили купила у Перу в 2023 году 5 млн тонн пшеницы.",
    ],
)
def test_who_is_in_second_place_takes_the_place_of_the_first(first: str) -> None:
    text = f"{first} Япония на втором месте с 4 млн тонн (на 8% меньше)."
    found = [
        (kind, keys["exporter"], keys["importer"]) for kind, keys, _ in drafted(text, "2024-02-12")
    ]
    assert found == [
        ("value", "PER", "CHL"),
        ("value", "PER", "JPN"),
        ("quantity_growth", "PER", "JPN"),
    ]


def test_through_the_first_months_is_a_span_and_no_bound() -> None:
    text = (
        "U.S. exports to Mexico rose to $56 billion through the first 11 months of 2019, an "
        "increase of 0.51% over the same period in 2018. Imports from Mexico rose 3.48%."
    )
    claims = drafted(text, "2020-01-20")
    assert [keys["period"] for _, keys, _ in claims] == ["2019-01..2019-11"] * 3


def test_the_short_name_of_a_state_and_a_newspaper_that_is_no_exchange_rate() -> None:
    text = "Как сообщал «Курсив», в 2020 году внешнеторговый оборот РУз достиг $33 млрд."
    [(kind, keys, _)] = drafted(text, "2021-02-01")
    assert (kind, keys["exporter"], keys["importer"]) == ("value", "UZB", "WLD")


def test_who_remains_the_partner_with_a_share_has_it() -> None:
    text = (
        "Deutschlands Außenhandel mit Peru wuchs 2023. Mit einem Anteil von 9,8 Prozent an den "
        "Gesamtausfuhren blieb Peru damit Deutschlands Partner, gefolgt von Chile und Japan."
    )
    shares = [keys for kind, keys, _ in drafted(text, "2024-02-01") if kind == "export_share"]
    assert [(one["exporter"], one["importer"]) for one in shares] == [("DEU", "PER")]


@pytest.mark.parametrize(
    "text",
    [
        (
            "Im vergangenen Jahr bezog Spanien aus Peru 1,4 Millionen Tonnen Rohöl. Das waren 1,7 "
            "Prozent der gesamten Rohöleinfuhren."
        ),
        "Der Export Spaniens stieg 2019. Der Export über den Atlantik wuchs 2019 um 8,9 Prozent.",
    ],
)
def test_goods_of_the_whole_and_places_that_are_no_country_make_no_claim(text: str) -> None:
    assert not [one for one in drafted(text, "2020-02-01") if one[2].endswith("Prozent")]
