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
