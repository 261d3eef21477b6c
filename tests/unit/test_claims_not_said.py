"""What looks like a claim on a country and is none: a wish, a region, a company."""

from __future__ import annotations

import pytest

from entrepot.claims import check, parse_document
from entrepot.claims.attribution import publisher_of
from entrepot.claims.draft import article_of, draft
from entrepot.claims.draft.areas import areas_in
from entrepot.claims.draft.lexicon import cue_words
from entrepot.claims.statements import ReferenceLevels, bundled
from entrepot.errors import nearest
from entrepot.model.product import known_prefixes

pytestmark = pytest.mark.unit

AMOUNT = "goods worth 111 billion dollars to Russia in 2023."


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"China {wish} to export {AMOUNT}"
            for wish in ("wants", "pledged", "promised", "sought", "agreed", "tried", "refused")
        ),
        f"China was supposed to export {AMOUNT}",
        "中国希望2023年对俄罗斯出口1110亿美元。",
        "中国想在2023年对俄罗斯出口1110亿美元。",
        "中国本可以在2023年对俄罗斯出口1110亿美元。",
    ],
)
def test_what_was_wished_or_promised_is_no_claim(text: str) -> None:
    assert not draft(article_of(text, date="2026-01-20")).claims


def test_a_rapid_rise_is_no_wish() -> None:
    text = "В 2023 году экспорт Китая в Россию стремительно вырос на 47 %."
    (claim,) = draft(article_of(text, date="2026-01-20")).claims
    assert claim.keys["exporter"] == "CHN"


@pytest.mark.parametrize(("text", "count"), [("联想对俄罗斯出口", 0), ("中国想对俄罗斯出口", 1)])
def test_a_name_with_the_sign_of_a_wish_is_none(text: str, count: int) -> None:
    assert len(cue_words("zh")["future", ""].findall(text)) == count


@pytest.mark.parametrize(
    "seller",
    [
        *("South China", "Northeast China", "Greater China", "The north of China"),
        *("Air China", "Bank of China", "China Railway", "China Mobile"),
        "The Chinese subsidiary of Bosch",
    ],
)
def test_a_region_or_a_company_is_not_the_country(seller: str) -> None:
    assert not draft(article_of(f"{seller} exported {AMOUNT}", date="2026-01-20")).claims


@pytest.mark.parametrize("goods", ["mobile phone", "telecom equipment"])
def test_goods_whose_name_is_also_that_of_a_company_are_of_the_country(goods: str) -> None:
    text = f"Chinese {goods} exports to Russia in 2023 were worth 111 billion dollars."
    assert [one.value for one in areas_in(text, "en", [], [])] == ["CHN", "RUS"]


@pytest.mark.parametrize(
    "text",
    [
        "Южный Китай экспортировал в Россию в 2023 году товары на 111 млрд долларов.",
        "Северо-восток Китая экспортировал в Россию в 2023 году товары на 111 млрд долларов.",
        "2023年中国南方对俄罗斯出口1110亿美元。",
        "2023年中国东北对俄罗斯出口1110亿美元。",
        "2023年中国某公司对俄罗斯出口1110亿美元。",
    ],
)
def test_a_region_is_not_the_country_in_other_languages(text: str) -> None:
    assert not draft(article_of(text, date="2026-01-20")).claims


@pytest.mark.parametrize(
    ("seller", "code"),
    [
        ("The Republic of China", "TWN"),
        ("Chinese Taipei", "TWN"),
        ("The People's Republic of China", "CHN"),
        ("The People’s Republic of China", "CHN"),
        ("The Democratic People’s Republic of Korea", "PRK"),
        ("Mainland China", "CHN"),
        ("South Korea", "KOR"),
    ],
)
def test_states_with_like_names_are_told_apart(seller: str, code: str) -> None:
    (claim,) = draft(article_of(f"{seller} exported {AMOUNT}", date="2026-01-20")).claims
    assert claim.keys["exporter"] == code


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (f'"China exported {AMOUNT[:-1]}," Chinese customs said.', "Chinese customs"),
        (f"“China exported {AMOUNT[:-1]},” the ministry said on Monday.", "ministry"),
        (f'"China exported {AMOUNT[:-1]}," Reuters reported.', "Reuters"),
    ],
)
def test_who_speaks_behind_a_quotation_is_its_source(text: str, who: str) -> None:
    (claim,) = draft(article_of(text, date="2026-01-20")).claims
    assert claim.attributed_to == who


@pytest.mark.parametrize(
    "office",
    [
        *("Chinese customs", "中国海关", "海关总署", "таможня Китая", "китайская таможня"),
        *("Главное таможенное управление КНР", "der chinesische Zoll", "Chinas Zoll"),
    ],
)
def test_an_office_is_the_quoted_source_in_every_language(office: str) -> None:
    claim = "{value: {exporter: CHN, importer: RUS, period: 2023}, says: 131 billion dollars"
    document = parse_document(
        "format: 1\nsource: {title: A text}\nclaims:\n"
        f"  - {claim}, id: a, attributed_to: {office}}}"
    )
    (found,) = check(document, None, facts=ReferenceLevels(bundled())).claims
    assert found.verdict == "differs"
    assert found.reason.startswith("The quoted source has USD 111")


@pytest.mark.parametrize(
    "office", ["ФТС России", "Федеральная таможенная служба", "俄罗斯联邦海关署", "俄海关"]
)
def test_the_customs_of_russia_are_one_office_by_their_full_name_too(office: str) -> None:
    assert publisher_of(office) == "RUS"


def test_a_code_that_is_none_is_compared_with_the_few_that_are_alike() -> None:
    codes = known_prefixes(6)
    found = nearest("850513", codes)
    assert found
    assert all(sum(a != b for a, b in zip(code, "850513", strict=True)) <= 2 for code in found)
    assert not nearest("1", codes)
    assert nearest("202501", ["V202501", "V201701"])[0] == "V202501"
