"""Questions in words, written by hand: each is read as it means, or asked back, never guessed."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]  # it has no public name
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.claims.question_forms import signs_right, spelled_right
from entrepot.claims.question_goods import goods_names
from entrepot.claims.question_names import goods_in
from entrepot.claims.question_read import OpenQuestionError
from entrepot.claims.questions import LONGEST, read_question
from entrepot.cli.main import run
from entrepot.errors import RequestError
from entrepot.figures import Definition
from entrepot.goods import goods_lists

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Run = Callable[..., tuple[int, str, str]]

TODAY = date(2026, 11, 29)
_FILE = Path(__file__).with_name("questions.csv")
ROWS = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines()))
CASES = [(row["question"], row["read_as"], row["open"]) for row in ROWS]


def test_there_are_questions_of_every_language_and_measure() -> None:
    assert len(CASES) >= 150
    assert {row["language"] for row in ROWS} == {"en", "de", "ru", "zh"}
    asked = {row["read_as"].partition(",")[0] for row in ROWS}
    assert asked >= {"import_share", "export_share", "value", "hhi", "top_supplier", "growth"}


@pytest.mark.parametrize(("question", "read_as", "open_"), CASES)
def test_it_is_read_as_it_means(question: str, read_as: str, open_: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.read_as, ";".join(one.key for one in read.unsaid)) == (read_as, open_)
    if not open_:
        definition = Definition.build(read.measure, **read.keys)
        assert definition.measure in read.command
        read.require()


@pytest.mark.parametrize(
    "question",
    [
        "What share of Germany's magnets did not come from China in 2022?",
        "How much of Germany's magnets came from outside China in 2022?",
        "What was the value of Germany's imports from China except magnets in 2022?",
        "Welcher Anteil der deutschen Magnete kam 2022 nicht aus China?",
        "Какая доля магнитов Германии не из Китая в 2022 году?",
        "2022年德国从中国以外进口的磁铁占多少？",
    ],
)
def test_what_is_denied_or_left_out_is_asked_back(question: str) -> None:
    """It was passed over, and the contrary answered."""
    unsaid = read_question(question, today=TODAY).unsaid
    assert unsaid
    # No word for it alone: that it is “not understood” was no help.
    assert not any("“not” is not understood" in one.why for one in unsaid)


def test_a_question_based_on_a_source_is_no_cut_off() -> None:
    question = "How dependent is Germany on China for magnets in 2022 based on BACI?"
    assert read_question(question, today=TODAY).measure == "import_share"


def test_every_open_name_has_candidates_and_the_command_says_what_is_open() -> None:
    read = read_question("How much of Korea's coal came from Russia in 2022?")
    assert [value for value, _ in read.unsaid[0].candidates] == ["KOR", "PRK"]
    read = read_question("How much of Germany's magnets came from China?", years=["2021..2023"])
    assert read.unsaid[0].candidates == (("2021..2023", ""),)
    assert read.command.endswith("--period PERIOD")
    with pytest.raises(OpenQuestionError, match="names no period") as raised:
        read.require()
    assert "import_share, DEU, CHN, 850511" in raised.value.where


@pytest.mark.parametrize(
    ("region", "near"),
    [
        ("Asia", []),
        ("the Middle East", []),
        ("Latin America", []),
        ("Africa", ["AFU"]),
        ("Europe", ["EU"]),
        ("the West", ["EU", "coalition"]),
    ],
)
def test_a_region_is_never_taken_for_the_group_of_another(region: str, near: list[str]) -> None:
    read = read_question(f"What share of {region}'s imports came from China in 2022?")
    assert read.unsaid[0].why.endswith("is not known here as a country or group")
    assert [value for value, _ in read.unsaid[0].candidates] == near


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Exports of Atlantis in 2022", "Atlantis"),
        ("China's exports to Atlantis", "Atlantis"),
        ("Chinas Exporte nach Atlantis", "Atlantis"),
        ("Экспорт Китая в Атлантиду", "Атлантиду"),
        ("中国对亚特兰蒂斯的出口", "亚特兰蒂斯"),
    ],
)
def test_an_unknown_name_where_a_country_stands_is_no_misspelt_goods(
    question: str, name: str
) -> None:
    first = read_question(question, today=TODAY).unsaid[0]
    assert (first.key, first.candidates) == ("importer", ())
    assert first.why == f"“{name}” is not known here as a country or group"


@pytest.mark.parametrize(
    ("name", "first"),
    [("the Soviet Union", "RUS"), ("Czechoslovakia", "CZE"), ("Yugoslavia", "SVN")],
)
def test_a_state_that_ended_is_asked_back_with_its_successors(name: str, first: str) -> None:
    asked = read_question(f"How much did {name} import from China in 2022?").unsaid[0]
    assert " ended on " in asked.why
    assert asked.candidates[0][0] == first


@pytest.mark.parametrize(
    "question",
    [
        "What would a Chinese export stop of magnets cost Germany in 2022?",
        "How would an export ban on magnets by China hit Germany in 2022?",
        "Was würde ein Exportstopp Chinas bei Magneten Deutschland kosten 2022?",
        "Что будет с Германией при запрете на экспорт магнитов из Китая в 2022 году?",
        "2022年中国磁铁出口禁令对德国的损失",
    ],
)
def test_an_export_stop_is_a_scenario_and_no_price(question: str) -> None:
    [one] = read_question(question, today=TODAY).unsaid
    command = "entrepot ask cutoff --importer DEU --exporter CHN --goods 850511 --period 2022"
    assert one.candidates[0][0] == f"{command} --sigma SIGMA"


def test_a_ranking_of_countries_names_groups_whose_members_can_be_ranked() -> None:
    read = read_question("Which countries depend most on Ukrainian wheat? 2021", today=TODAY)
    [one] = read.unsaid
    assert one.why == "countries are ranked within a group or among those that are named"
    assert ("EU27", "European Union (27)") in one.candidates
    again = read_question("Which EU countries depend most on Ukrainian wheat? 2021", today=TODAY)
    assert (again.measure, again.each, again.unsaid) == ("import_share", "importer", ())


def test_prices_of_two_buyers_are_two_values_and_not_a_change() -> None:
    """It was read as a change of prices over a year, which nobody asked for."""
    question = "Was Russian oil cheaper for India than for China in 2023?"
    [one] = read_question(question, today=TODAY).unsaid
    command = "entrepot ask value --importer IND+CHN --exporter RUS --goods 2709 --period 2023"
    weighed = f"{command} --quantity mass --each importer"
    assert [value for value, _ in one.candidates] == [f"{command} --each importer", weighed]


@pytest.mark.parametrize(
    "question",
    [
        "When did Germany stop importing Russian coal?",
        "В каком году Китай продал России больше всего автомобилей?",
        "In welchem Jahr kaufte Russland die meisten Autos aus China?",
        "俄罗斯哪一年从中国进口的汽车最多？",
    ],
)
def test_a_year_is_read_off_a_series(question: str) -> None:
    [one] = [one for one in read_question(question, today=TODAY).unsaid if one.key == "period"]
    assert one.why.startswith("a year is read off a series")


@pytest.mark.parametrize("text", ["", " \n ", "why " * LONGEST, "\x00?", "(" * 200, "▮▮▮ ¦ ▮"])
def test_what_is_no_question_is_refused_or_left_open(text: str) -> None:
    try:
        read = read_question(text)
    except RequestError:
        return
    assert read.unsaid


def test_no_words_are_an_empty_question(entrepot: Run) -> None:
    for text in ("", "  "):
        code, _, said = entrepot("ask", text)
        assert (code, "the question is empty" in said) == (2, True)


def test_a_plural_is_no_misspelt_word() -> None:
    """Borates were read as boats, by an "r" too many."""
    for text, goods in [("boates", []), ("boats", ["89"]), ("tax", []), ("machine", ["84"])]:
        assert [mark.value for mark in goods_in(text, "en") if mark.end == len(text)] == goods


def test_a_year_counted_from_today_is_shown_as_a_year() -> None:
    read = read_question("How much of Germany's magnets came from China last year?", today=TODAY)
    assert read.read_as == "import_share, DEU, CHN, 850511, 2025"


@pytest.mark.parametrize(
    ("written", "read"),
    [("suplied", "supplied"), ("Росии", "России"), ("Deutchland", "Deutschland")],
)
def test_one_wrong_letter_is_put_right_and_said(written: str, read: str) -> None:
    language = "ru" if written == "Росии" else "de" if written == "Deutchland" else "en"
    assert spelled_right(written, language) == read


@pytest.mark.parametrize(
    ("word", "language", "read"),
    [
        ("chinese", "en", "Chinese"),
        ("cmae", "en", "came"),
        ("Chna", "de", "China"),
        ("концетрация", "ru", "концентрация"),
        ("внесли", "ru", ""),
        ("俄罗司", "zh", "俄罗斯"),
        ("Iron", "en", ""),
    ],
)
def test_short_words_endings_and_capitals_are_corrected(
    word: str, language: str, read: str
) -> None:
    """A word with any ending was never corrected, nor was one of four letters."""
    assert spelled_right(word, language) == read


@pytest.mark.parametrize(
    ("question", "commands"),
    [
        (
            "At what price did India buy Russian coal in 2022?",
            [
                "value --importer IND --exporter RUS --goods 2701 --period 2022",
                "value --importer IND --exporter RUS --goods 2701 --period 2022 --quantity mass",
            ],
        ),
        (
            "Who bought Chilean copper in 2022?",
            ["buyer_hhi --exporter CHL --goods 74 --period 2022", "export_share", "rank"],
        ),
        (
            "Who replaced the EU in Russia's car market?",
            ["reorientation --importer RUS --goods 8703 --period PERIOD --base BASE"],
        ),
    ],
)
def test_what_no_figure_answers_names_the_command_that_does(
    question: str, commands: list[str]
) -> None:
    """A price of one year was read as its change, replaced suppliers as the largest."""
    [open_] = read_question(question, today=TODAY).unsaid
    found = [value.removeprefix("entrepot ask ") for value, _ in open_.candidates]
    assert (open_.key, found) == ("measure", commands)
    words = commands[0].replace("PERIOD", "2023").replace("BASE", "2021").split()
    keys = {
        name.removeprefix("--"): one for name, one in zip(words[1::2], words[2::2], strict=True)
    }
    Definition.build(words[0], **keys)


def test_a_corrected_word_is_shown() -> None:
    found = read_question("Who suplied Vietnam with smartphones in 2022?", today=TODAY)
    assert (found.read_as, found.unsaid) == ("top_supplier, VNM, 851713, 2022", ())
    assert found.in_words.endswith("“suplied” as “supplied”")
    assert found.to_dict()["corrected"] == [{"written": "suplied", "read": "supplied"}]


@pytest.mark.parametrize("word", ["widget", "While", "luxury", "oil", "比利时"])
def test_words_that_may_be_something_else_are_not_corrected(word: str) -> None:
    assert spelled_right(word, "zh" if word == "比利时" else "en") == ""


@pytest.mark.parametrize(
    ("question", "exporter", "importer"),
    [
        ("mirror gap EU Kyrgyzstan 2022", "EU", "KGZ"),
        ("Do Germany's figures for exports to Kazakhstan in 2022 match?", "DEU", "KAZ"),
        ("Stimmen die Zahlen zu deutschen Exporten nach Kasachstan 2022 überein?", "DEU", "KAZ"),
        ("Расходятся ли данные об экспорте Германии в Казахстан в 2022 году?", "DEU", "KAZ"),
        ("2022年德国对哈萨克斯坦出口数据是否一致？", "DEU", "KAZ"),
    ],
)
def test_whether_two_reports_agree_is_the_value_as_each_side_reports_it(
    question: str, exporter: str, importer: str
) -> None:
    read = read_question(question, today=TODAY)
    [open_] = read.unsaid
    flow = f"value --importer {importer} --exporter {exporter} --goods all --period 2022"
    assert [value for value, _ in open_.candidates[:2]] == [
        f"entrepot ask {flow} --reported-by {side}" for side in ("exporter", "importer")
    ]


@pytest.mark.parametrize(
    "question",
    [
        "EAEU imports of machinery from China in 2022, each country",
        "Importe von Maschinen der EAEU aus China 2022, je Land",
        "Импорт оборудования из Китая в ЕАЭС в 2022 году по странам",
    ],
)
def test_a_group_is_asked_country_by_country(question: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.each, read.keys["importer"], read.unsaid) == (
        "importer",
        "ARM+BLR+KAZ+KGZ+RUS",
        (),
    )


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("Germany's imports of coffee by country of origin, 2021", "top_supplier"),
        ("Импорт кофе Германии по странам, 2021", "top_supplier"),
    ],
)
def test_partners_of_a_country_are_its_table_of_suppliers(question: str, measure: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.measure, read.keys["importer"], read.unsaid) == (measure, "DEU", ())


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("German imports of coal over the last five years", "2021..2025"),
        ("Deutsche Kohleimporte in den letzten drei Jahren", "2023..2025"),
        ("Импорт угля в Германию за последние 3 года", "2023..2025"),
        ("过去五年德国的煤炭进口额", "2021..2025"),
        ("German imports of coal in the 2010s", "2010..2019"),
        ("German imports of coal in the 2020s", "2020..2025"),
        ("What were 2020's German imports of coal?", "2020"),
        ("Импорт угля в Германию в 2010-х годах", "2010..2019"),
        ("德国在2010年代的煤炭进口额", "2010..2019"),
    ],
)
def test_years_that_are_counted_are_shown_as_years(question: str, period: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.keys["period"], read.unsaid) == (period, ())


@pytest.mark.parametrize(
    "question",
    [
        "How much coal was mined in China in 2022?",
        "How many tanks does Russia have in 2022?",
        "How big is the car market in China, 2022?",
        "Wie viel Stahl produzierte China 2022?",
        "Сколько угля добыл Китай в 2022 году?",
        "2022年中国生产了多少煤",
    ],
)
def test_what_a_country_makes_or_has_is_no_trade(question: str) -> None:
    read = read_question(question, today=TODAY)
    assert [one.key for one in read.unsaid] == ["measure"]
    assert [words for _, words in read.unsaid[0].candidates] == ["imports", "exports"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("法囯的石默进口", {"法囯": "法国", "石默": "石墨"}),
        ("澳大力亚", {"澳大力亚": "澳大利亚"}),
        ("法国的石油进口", {}),
        ("石头", {}),
    ],
)
def test_a_wrong_sign_is_put_right_where_one_word_fits(text: str, right: dict[str, str]) -> None:
    assert signs_right(text) == right


def test_one_area_on_both_sides_is_asked_back() -> None:
    read = read_question("Turkey imports from Turkey 2022", today=TODAY)
    [open_] = read.unsaid
    assert (open_.key, open_.candidates) == ("importer", (("TUR", "Turkey"),))


@pytest.mark.parametrize(
    ("text", "language", "goods"),
    [
        ("tin ores", "en", "2609"),
        ("cranes", "en", "8426"),
        ("Manganerzimporte", "de", "260200"),
        ("Autobauer", "de", "8703"),
        ("марганца", "ru", "8111"),
        ("игрушек", "ru", "95"),
        ("新能源汽车", "zh", "8703"),
        ("stärker", "de", ""),
        ("boates", "en", ""),
    ],
)
def test_words_of_goods_are_found_with_the_endings_of_their_language(
    text: str, language: str, goods: str
) -> None:
    found = {mark.value for mark in goods_in(text, language)}
    assert (goods in found) if goods else not found


def test_every_word_of_goods_stands_for_codes_that_there_are() -> None:
    table = files("entrepot.model").joinpath("hs_codes.csv")
    codes = [row["code"] for row in csv.DictReader(table.read_text().splitlines())]
    there_are = {code[:digits] for code in codes for digits in (2, 4, 6)}
    there_are |= {one.id for one in goods_lists()}
    for language in ("en", "de", "ru", "zh"):
        for name, goods in goods_names(language).items():
            assert set(re.split("[,;]", goods)) <= there_are, name


@pytest.mark.parametrize(
    ("question", "candidates"),
    [
        ("How many nuts did Spain import from China in 2022?", ["0801,0802", "7318"]),
        ("Wie viel Metall lieferte China 2022 nach Deutschland?", ["72", "74"]),
        ("2022年中国对德国的金属出口额", ["72", "74"]),
    ],
)
def test_a_word_for_several_goods_is_asked_back(question: str, candidates: list[str]) -> None:
    unsaid = read_question(question, today=TODAY).unsaid
    [open_] = [one for one in unsaid if one.key == "goods"]
    assert [value for value, _ in open_.candidates][:2] == candidates


def test_the_reporter_is_a_key_of_the_command() -> None:
    read = read_question("Laut chinesischem Zoll: Exporte nach Russland 2023", today=TODAY)
    assert read.keys["exporter"] == "CHN"
    assert "--reported-by exporter" in read.command
    read = read_question("According to Japanese customs, German imports from Italy in 2022")
    assert [one.key for one in read.unsaid] == ["words"]
    assert "which side they are of is not clear" in read.unsaid[0].why


def test_a_period_is_proposed_that_is_loaded(entrepot: Run, tmp_path: Path) -> None:
    """It proposed the bundled year for goods and sources that have none."""
    _, _, said = entrepot("ask", "How much of Germany's magnets came from China?")
    assert "say which: 2022 (bundled)" in said
    _, _, said = entrepot("ask", "How much of Germany's cars came from China?")
    assert "2022" not in said
    table = tmp_path / "BACI_HS17_Y2020_V202501.csv"
    table.write_text("t,i,j,k,v,q\n2020,156,276,870323,5.0,1.0\n")
    lake = str(tmp_path / "lake")
    assert entrepot("data", "add", "baci", str(table), "--lake", lake)[0] == 0
    _, _, said = entrepot("ask", "How much of Germany's cars came from China?", "--lake", lake)
    assert "say which: 2020 (baci has 2020)" in said
    question = "According to Comtrade, how much of Germany's cars came from China?"
    _, _, said = entrepot("ask", question, "--lake", lake)
    assert "2020" not in said


def test_an_error_names_a_few_candidates() -> None:
    read = read_question("How much of Germany's magnets came from China?", today=TODAY)
    many = read.proposing((str(year), "") for year in range(2000, 2020))
    with pytest.raises(OpenQuestionError) as raised:
        many.require()
    assert str(raised.value.hint).endswith("2005; 14 more")


@pytest.fixture
def entrepot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def invoke(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["entrepot", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        return int(ended.value.code or 0), *capsys.readouterr()

    return invoke


def test_the_answer_is_that_of_the_command_it_prints(entrepot: Run) -> None:
    question = "How much of Germany's magnets came from China in 2022?"
    code, printed, said = entrepot("ask", question, "--json")
    found = json.loads(printed)
    assert code == 0
    assert "read as: import_share, DEU, CHN, 850511, 2022" in said
    command = found["question"]["command"].split()[1:]
    _, printed, _ = entrepot(*command, "--json")
    assert json.loads(printed)["id"] == found["id"]
    code, _, said = entrepot("ask", "How much of Germany's magnets came from China?")
    assert (code, "names no period" in said) == (2, True)
    code, _, said = entrepot("ask", question, "--goods", "all")
    assert (code, "--goods" in said) == (2, True)
    code, printed, _ = entrepot("ask", question, "--format", "csv")
    assert printed.startswith("measure,importer")


def test_a_series_has_a_row_for_each_year(entrepot: Run) -> None:
    question = "How did Germany's dependence on Chinese magnets develop from 2021 to 2022?"
    code, printed, _ = entrepot("ask", question, "--format", "csv")
    rows = csv.DictReader(printed.splitlines(keepends=True))
    assert (code, [row["period"] for row in rows]) == (0, ["2021", "2022"])


def test_a_question_about_a_list_names_the_command_that_answers_it() -> None:
    with pytest.raises(OpenQuestionError, match="not a figure of trade") as raised:
        read_question("When was HS 854231 put on the EU sanctions list?", today=TODAY).require()
    assert str(raised.value.hint).startswith("run: entrepot goods history 854231")


@pytest.mark.parametrize(
    "question",
    [
        "Which goods is Germany most dependent on China for in 2022?",
        "For which products does Germany depend most on China in 2022?",
        "Which of Germany's imports depend most on China in 2022?",
        "Bei welchen Waren ist Deutschland 2022 am stärksten von China abhängig?",
        "Welche Güter machen Deutschland 2022 von China abhängig?",
        "В каких товарах Германия сильнее всего зависит от Китая в 2022 году?",
        "От каких китайских товаров сильнее всего зависит Германия в 2022 году?",
        "2022年德国在哪些商品上最依赖中国？",
        "德国2022年哪些商品最依赖中国？",
    ],
)
def test_which_goods_depend_most_is_the_measure_that_lists_them(question: str) -> None:
    """They were read as the share of all goods."""
    read = read_question(question, today=TODAY)
    assert (read.ranks_goods, read.unsaid) == (True, ())
    assert read.read_as == "reliant_goods, DEU, CHN, all, 2022"


@pytest.mark.parametrize(
    "question",
    [
        "Which goods did Germany import most from China in 2022?",
        "Welche Waren importierte Deutschland 2022 aus China?",
        "Какие товары Россия ввозила из Китая в 2022 году?",
        "2022年德国从中国进口了哪些商品？",
    ],
)
def test_which_goods_were_traded_is_no_total_of_all_goods(question: str) -> None:
    read = read_question(question, today=TODAY)
    assert "goods" not in read.keys
    assert [one.key for one in read.unsaid] == ["goods"]
    assert "ranking of goods: no single figure" in read.unsaid[0].why


def test_a_ranking_without_country_or_year_shows_what_to_fill_in() -> None:
    read = read_question("Which goods depend most on China?", today=TODAY)
    command = "reliant_goods --exporter CHN --goods all --importer IMPORTER --period PERIOD"
    assert read.command == f"entrepot ask {command}"
    read = read_question("In 2022, which goods did Germany depend on most?", today=TODAY)
    assert (read.read_as, read.unsaid) == ("geodep, DEU, all, 2022", ())


def test_what_is_mostly_imported_need_not_depend_on_anybody() -> None:
    read = read_question("Which goods did Spain mainly import in 2022?", today=TODAY)
    assert (read.ranks_goods, [one.key for one in read.unsaid]) == (False, ["goods"])


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("How much Urals did India buy from Russia in 2023?", "“Urals” as “crude oil”"),
        ("2023年印度从俄罗斯购买了多少乌拉尔原油？", "“乌拉尔” as “crude oil”"),
        (
            "Battlefield goods shipped from Turkey to Russia, 2023",
            "“Battlefield goods” as “high-priority goods”",
        ),
    ],
)
def test_another_name_of_goods_is_shown_as_what_it_is_read_as(question: str, shown: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.in_words.rpartition(", ")[2], read.unsaid) == (shown, ())


def test_a_tier_that_a_list_has_not_is_asked_back() -> None:
    read = read_question("How much CHPL tier 7 did Russia import from China in 2022?", today=TODAY)
    assert {one.key for one in read.unsaid} == {"goods"}
    assert "“7” is not understood" in [one.why for one in read.unsaid]


def test_what_a_name_of_two_states_leaves_open_is_asked_before_a_command_is_named() -> None:
    question = "Value added from Japan in the inputs of Korean electronics makers, 2021"
    [open_] = read_question(question, today=TODAY).unsaid
    assert [code for code, _ in open_.candidates] == ["KOR", "PRK"]


@pytest.mark.parametrize(
    "question",
    [
        "How concentrated are the buyers of Chinese magnets in 2022?",
        "Wie konzentriert sind die Abnehmer chinesischer Magnete 2022?",
        "Насколько сконцентрированы покупатели китайских магнитов в 2022 году?",
        "2022年中国磁铁的买家有多集中？",
    ],
)
def test_concentration_of_buyers_is_a_measure_of_its_own(question: str) -> None:
    read = read_question(question, today=TODAY)
    assert (read.read_as, read.unsaid) == ("buyer_hhi, CHN, 850511, 2022", ())


def test_german_were_is_no_goods() -> None:
    read = read_question("Welche waren die größten Lieferanten Polens für Kohle 2022?", today=TODAY)
    assert not read.ranks_goods
    assert read.keys["goods"] == "2701"


def test_what_is_counted_is_said_and_a_currency_is_a_key() -> None:
    read = read_question("Сколько автомобилей Россия ввезла из Китая в 2023 году?", today=TODAY)
    assert read.in_words == "Russia, China, cars, by value"
    read = read_question("How much did Russia import from China in 2023 in euros?", today=TODAY)
    assert (read.keys["currency"], read.in_words) == ("EUR", "Russia, China, all goods")
    assert read.command.endswith("--currency EUR")


@pytest.mark.parametrize(
    "word",
    ["used", "spent", "own", "foreign", "latest", "whole", "most", "dependent", "double", "sold"],
)
def test_a_word_that_says_which_goods_are_counted_is_asked_back(word: str) -> None:
    """They were passed over as verbs or as words without a meaning."""
    for question in (
        f"How much did Russia import of {word} cars from China in 2023?",
        f"How much of Russia's {word} cars came from China in 2023?",
        f"How much did Russia spend on {word} Chinese cars in 2023?",
    ):
        read = read_question(question, today=TODAY)
        assert any(one.why == f"“{word}” is not understood" for one in read.unsaid), question


@pytest.mark.parametrize(
    ("question", "key", "command"),
    [
        (
            "What would Japan lose if China cut off gallium in 2022?",
            "sigma",
            "cutoff --importer JPN --exporter CHN --goods 811292 --period 2022 --sigma SIGMA",
        ),
        (
            "Value added from China in the inputs of German electronics makers, 2022",
            "measure",
            "origin --importer DEU --exporter CHN --goods inputs --period 2022 --sector C26",
        ),
    ],
)
def test_what_needs_more_than_a_question_names_its_command(
    question: str, key: str, command: str
) -> None:
    """They were taken for prices, or for words without a meaning."""
    read = read_question(question, today=TODAY)
    [open_] = read.unsaid
    assert (open_.key, open_.candidates[0][0]) == (key, f"entrepot ask {command}")
    assert read.measure == command.partition(" ")[0]
    words = command.replace("SIGMA", "5").split()
    keys = {
        name.removeprefix("--"): one for name, one in zip(words[1::2], words[2::2], strict=True)
    }
    Definition.build(words[0], **keys)


def test_inputs_are_said_in_words() -> None:
    read = read_question("How dependent was Italy's car industry on China in 2022?", today=TODAY)
    assert read.in_words == "Italy, China, inputs bought by motor vehicles"
    assert "--goods inputs --sector C29 --period 2022" in read.command


@pytest.mark.parametrize(
    ("word", "language"), [("приоритетных", "ru"), ("einen", "de"), ("продукцуя", "ru")]
)
def test_a_word_is_never_taken_for_one_that_there_is_not(word: str, language: str) -> None:
    """Priority goods were read as all goods: as “приобритетных”, any ending of a verb."""
    assert spelled_right(word, language) == ""


def test_what_can_be_corrected_is_and_the_rest_is_asked_back() -> None:
    read = read_question("how much magnesum did germany by from chnx in 2022", today=TODAY)
    assert read.keys["goods"] == "8104"
    assert read.corrected == (("magnesum", "magnesium"),)
    assert "“chnx”" in read.unsaid[0].why


def test_korea_has_two_states_whichever_side_it_is_on() -> None:
    for question in ("How much coal did Korea import in 2022?", "2022年刚果进口多少铜？"):
        [open_] = read_question(question, today=TODAY).unsaid
        assert open_.why.endswith("may be several areas")
        assert len(open_.candidates) == 2


def test_concentration_of_exports_is_asked_back_with_both_measures() -> None:
    read = read_question("How concentrated is Germany's magnet export in 2022?", today=TODAY)
    assert read.keys["exporter"] == "DEU"
    assert [value for value, _ in read.unsaid[0].candidates] == ["buyer_hhi", "hhi"]


def test_growth_in_one_year_is_over_the_year_before() -> None:
    read = read_question("How much did US imports of Chinese batteries rise in 2022?", today=TODAY)
    assert (read.keys["period"], read.keys["base"]) == ("2022", "2021")
    assert "base 2021" in read.read_as
    assert "--base 2021" in read.command


@pytest.mark.parametrize(
    "question",
    [
        "Exports of South Korea to Vietnam according to Korean customs in 2022",
        "Exporte Südkoreas nach Vietnam laut koreanischem Zoll 2022",
        "Экспорт Южной Кореи во Вьетнам по данным корейской таможни в 2022 году",
    ],
)
def test_the_reporter_of_a_shared_name_is_the_side_that_has_it(question: str) -> None:
    """The adjective of two states ended in an error: no area has the code that stands for both."""
    read = read_question(question, today=TODAY)
    assert (read.keys["exporter"], read.keys["reported_by"], read.unsaid) == ("KOR", "exporter", ())


def test_a_balance_is_of_who_is_named_first_or_of_whom_a_deficit_is() -> None:
    for question in (
        "China's trade surplus with Germany in 2022",
        "What was the trade surplus with Germany of China in 2022?",
    ):
        keys = read_question(question, today=TODAY).keys
        assert (keys["exporter"], keys["importer"], keys["flow"]) == ("CHN", "DEU", "balance")
    assert [one.key for one in read_question("Germany's trade deficit").unsaid] == ["period"]
    assert [one.key for one in read_question("trade balance in 2022").unsaid] == ["exporter"]


def test_a_question_without_common_words_has_the_language_of_its_names() -> None:
    assert read_question("türkische Baumwolle Deutschland 2022").language == "de"
    assert read_question("Turkish cotton Germany 2022").language == "en"


@pytest.mark.parametrize(
    "question",
    [
        "Did China sell more CHPL goods to Russia in 2023 than in 2022: was it price or volume?",
        "Stieg Russlands Import von Autos aus China 2023 gegenüber 2022: Preis oder Menge?",
        "Импорт автомобилей из Китая в Россию вырос в 2023 к 2022: цена или количество?",
        "2022年至2023年俄罗斯从中国进口的汽车增长，是价格还是数量？",
    ],
)
def test_price_or_volume_is_asked_back(question: str) -> None:
    """Read as a change of prices, with "sell more" and "volume" dropped without a word."""
    [open_] = read_question(question, today=TODAY).unsaid
    names = [value for value, _ in open_.candidates]
    assert (open_.key, names) == ("measure", ["price_index", "real_growth", "growth"])


@pytest.mark.parametrize(
    ("question", "areas"),
    [
        ("Russian exports to the Baltic states in 2021", "EST+LVA+LTU"),
        ("Exporte Russlands nach Zentralasien 2021", "KAZ+KGZ+TJK+TKM+UZB"),
        ("Экспорт России в страны Бенилюкса в 2021 году", "BEL+NLD+LUX"),
        ("2021年俄罗斯对维谢格拉德集团的出口", "CZE+HUN+POL+SVK"),
    ],
)
def test_a_set_of_countries_is_read_as_its_members(question: str, areas: str) -> None:
    read = read_question(question, today=TODAY)
    assert read.read_as == f"value, {areas}, RUS, all, 2021"
    assert not read.unsaid


def test_goods_that_are_open_stay_open_beside_a_table() -> None:
    """The table of who replaced whom was of all goods where the word may be of several."""
    read = read_question("Кто заменил Германию как поставщика машин в Россию с 2021 по 2023 год?")
    assert [one.key for one in read.unsaid] == ["goods"]


def test_a_common_word_is_no_misspelt_goods() -> None:
    assert not spelled_right("Firmen", "de")
    assert not spelled_right("stand", "en")


def test_what_a_seller_loses_is_asked_back_with_its_share_of_exports() -> None:
    [open_] = read_question("What if China stops buying Russian oil?", today=TODAY).unsaid
    measures = [command.split()[2] for command, _ in open_.candidates]
    # Who buys may be who loses: neither loss is called the one that is asked.
    assert "seller" in open_.why
    assert "buyer" in open_.why
    assert measures == ["export_share", "cutoff"]
    [other] = read_question("What if Russia stops selling oil to China?", today=TODAY).unsaid
    assert [command.split()[2] for command, _ in other.candidates] == ["cutoff"]


def test_what_no_figure_has_is_named_with_the_words_to_leave_out() -> None:
    for question, words in (
        ("How much did China export to Russia by rail in 2023?", "“by rail”"),
        ("Wie viel Güter kamen 2023 per Bahn aus China nach Deutschland?", "“per Bahn”"),
        ("Какова доля доллара в торговле России с Китаем в 2023 году?", "“доля доллара”"),
    ):
        assert words in read_question(question, today=TODAY).unsaid[0].why
    # A good, an area and a unit with the same words are none of these.
    for question, read_as in (
        ("China's exports of rails to Russia in 2023", "value, RUS, CHN, 7302, 2023"),
        ("Share of euro area imports from China in 2022", "import_share, EA, CHN, all, 2022"),
        ("China's exports to Russia in yuan in 2022", "value, RUS, CHN, all, 2022, in CNY"),
    ):
        read = read_question(question, today=TODAY)
        assert (read.read_as, read.unsaid) == (read_as, ())


def test_an_average_and_a_fiscal_year_propose_the_periods_that_they_may_be() -> None:
    mean = "What was Japan's three-year average dependence on China for gallium to 2022?"
    [open_] = read_question(mean, today=TODAY).unsaid
    assert [value for value, _ in open_.candidates] == ["2020..2022"]
    [open_] = read_question("India's imports of oil in fiscal year 2022", today=TODAY).unsaid
    spans = {"2022", "2021-04..2022-03", "2022-04..2023-03"}
    assert spans <= {value for value, _ in open_.candidates}
    for lately in (
        "Germany's dependence on China for magnets, averaged over the last five years",
        "Deutsche Importe aus China im Durchschnitt der letzten fünf Jahre",
        "Импорт Германии из Китая в среднем за последние пять лет",
        "德国过去五年平均从中国进口多少汽车？",
    ):
        [open_] = read_question(lately, today=TODAY).unsaid
        assert [value for value, _ in open_.candidates] == ["2021..2025"]
    assert read_question(mean, today=TODAY).command.count("PERIOD") == 1


@pytest.mark.parametrize(
    "question",
    [
        "At what place is Switzerland among the suppliers of watches to the USA in 2022?",
        "An welcher Stelle steht Indien unter den Lieferanten von Kohle nach Südafrika 2022?",
        "На каком месте Норвегия среди поставщиков газа в Великобританию в 2022 году?",
        "2022年智利是日本第几大铜供应国?",
    ],
)
def test_the_place_of_a_supplier_is_asked_back_with_the_table_and_its_share(question: str) -> None:
    """The supplier was dropped, and the share of the largest one answered."""
    read = read_question(question, today=TODAY)
    [open_] = read.unsaid
    [table, share] = [value.split() for value, _ in open_.candidates]
    assert (table[2], share[2]) == ("top_supplier", "import_share")
    assert share[share.index("--exporter") + 1] == read.keys["exporter"]
    for words in (table, share):
        keys = {
            name.removeprefix("--"): one for name, one in zip(words[3::2], words[4::2], strict=True)
        }
        Definition.build(words[2], **keys)


def _swallows_itself(parts: Sequence[Any]) -> bool:
    """Whether a pattern has a repeat of what is itself a repeat alone: ``(?:a+ ?)+``."""
    return any(
        (op in _REPEATS and at[1] == parser.MAXREPEAT and _is_repeat(at[2]))
        or any(_swallows_itself(inner) for inner in _inner(op, at))
        for op, at in parts
    )


def _is_repeat(parts: Sequence[Any]) -> bool:
    """Whether a repeat can be the whole of what a pattern matches."""
    for place, (op, at) in enumerate(parts):
        repeats = op in _REPEATS and at[1] == parser.MAXREPEAT
        if repeats or any(_is_repeat(one) for one in _inner(op, at)):
            others = [*parts[:place], *parts[place + 1 :]]
            if all(_may_be_nothing(*one) for one in others):
                return True
    return False


def _may_be_nothing(op: Any, at: Any) -> bool:
    if op in _REPEATS and at[0] == 0:
        return True
    if op in (parser.AT, parser.ASSERT, parser.ASSERT_NOT):
        return True
    inner = _inner(op, at)
    return any(all(_may_be_nothing(*one) for one in some) for some in inner)


def _inner(op: Any, at: Any) -> list[Sequence[Any]]:
    if op is parser.BRANCH:
        return list(at[1])
    place = {parser.SUBPATTERN: 3, parser.ASSERT: 1, parser.ASSERT_NOT: 1}
    place |= dict.fromkeys(_REPEATS, 2)
    return [at[place[op]]] if op in place else []


_REPEATS = (parser.MAX_REPEAT, parser.MIN_REPEAT)


def test_no_pattern_takes_time_that_doubles_with_each_letter() -> None:
    """A question about the biggest buyer of Australian iron ore was read for minutes."""
    assert _swallows_itself(parser.parse("who (?:▮+(?:['’]s?)?[ -]*)+buys"))
    assert not _swallows_itself(parser.parse("who (?:▮+ )+buys(?:▮[▮ ]*)?"))
    tables = (files("entrepot") / "claims").iterdir()
    cells = [
        (table.name, cell)
        for table in tables
        if table.name.startswith("question") and table.name.endswith(".csv")
        for row in csv.reader(table.read_text(encoding="utf-8").splitlines())
        for cell in row
        if re.search("[+*]", cell)
    ]
    assert len(cells) > 300
    named = [one for one in cells if _swallows_itself(parser.parse(one[1].replace("{n}", "3")))]
    assert not named
