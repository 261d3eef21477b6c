"""Goods of Chinese sentences: kinds of a good, words that are none, and parts of a trade."""

from __future__ import annotations

import pytest

from entrepot.claims.draft import article_of, draft


def goods_in(text: str) -> list[str]:
    """Return the goods of each claim of a text."""
    claims = draft(article_of(text, date="2026-02-01")).claims
    return [str(one.keys.get("goods", "all")) for one in claims]


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("2025年中国从俄罗斯进口炼焦煤30亿美元。", "named:coking coal"),
        ("2025年，中國自蒙古進口煉焦煤50億美元。", "named:coking coal"),
        ("2025年中国自蒙古进口焦煤下降12%。", "named:coking coal"),
        (
            "China's coking coal imports from Russia came to $3 billion in 2025.",
            "named:coking coal",
        ),
        ("2025年日本從澳大利亞進口動力煤下降5%。", "named:thermal coal"),
        ("2025年中国从俄罗斯进口无烟煤10亿美元。", "270111"),
        ("2025年中国从印度尼西亚进口褐煤增长8%。", "2702"),
        ("2025年中国从俄罗斯进口煤增长5%。", "named:coal"),
    ],
)
def test_a_kind_of_coal_is_not_all_coal(text: str, goods: str) -> None:
    assert goods_in(text) == [goods]


def test_chips_have_two_names_in_chinese() -> None:
    assert goods_in("2025年，台灣晶片對美出口成長20%。") == ["named:chips"]


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("2025年台灣工具機對美出口成長20%。", ["named:machine tools"]),
        ("2025年台灣伺服器對美出口成長20%。", ["named:computers"]),
        ("2025年台灣半導體對美出口增長20%。", ["named:chips"]),
        ("2025年越南家具对美国出口增长12%。", ["named:furniture"]),
        ("2025年中国光伏产品对欧盟出口下降20%。", []),
        ("2025年台灣資通訊產品對美出口成長20%。", []),
        ("2025年中国商品对美出口下降20%。", ["all"]),
        ("2025年中国全年对美出口下降20%。", ["all"]),
        ("2025年，中国内地对美出口下降20%。", ["all"]),
    ],
)
def test_goods_before_a_buyer_are_taken_or_left_open(text: str, goods: list[str]) -> None:
    assert goods_in(text) == goods


@pytest.mark.parametrize(
    "text",
    [
        "2025年，中俄贸易额因而扩大至2400亿美元。",
        "2025年中国对俄罗斯的出口因此缩减至1030亿美元。",
        "2025年中国自俄罗斯进口进一步扩大至1290亿美元。",
        "2025年中国对美国的贸易顺差因而扩大至3600亿美元。",
        "2025年，中国对美贸易顺差随之收窄至2800亿美元。",
        "2025年中國對德國出口遂攀升至1100億美元。",
        "2025年中國對德國出口從而擴大至1100億美元。",
    ],
)
def test_a_verb_behind_trade_is_no_good(text: str) -> None:
    assert goods_in(text) == ["all"]


@pytest.mark.parametrize(
    "text",
    [
        "2025年中国对俄罗斯出口1030亿美元，其中机电产品占六成。",
        "2025年中国对俄罗斯出口1030亿美元。其中机电产品占60%。",
        "2025年中國對美國出口4200億美元，其中電子產品佔35.2%。",
        "2025年，台灣對美國出口1500億美元，其中半導體占四成五。",
        "2025年中国对俄罗斯出口1030亿美元，其中民营企业占六成。",
        "2025年中国对俄罗斯出口1030亿美元，其中劳动密集型产品占比两成。",
        "2025年中国对俄罗斯出口1030亿美元，其中机电产品和汽车分别占六成和两成。",
        "2025年台灣對美國出口1500億美元，民營企業佔六成。",
    ],
)
def test_a_part_of_no_country_is_no_share_of_one(text: str) -> None:
    claims = draft(article_of(text, date="2026-02-01")).claims
    assert {one.kind for one in claims} <= {"value", "ratio"}


def test_a_country_behind_of_which_has_a_share() -> None:
    text = "2025年中国进口原油3000亿美元，其中俄罗斯占19%。"
    claims = draft(article_of(text, date="2026-02-01")).claims
    assert [one.kind for one in claims] == ["import_share"]
