"""Text made plain character by character, so that positions stay those of the original."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["SIMPLIFIED", "Atom", "atoms", "plain"]

SIMPLIFIED = str.maketrans(
    "億萬噸國對進貿額總後時間東歐韓臺灣際從來與關稅統計長減會達過還個導體電車機經濟產業發這邊幣"
    "兩開區務單價貴質輸銷運鋼鐵鋁銅鎳礦氣儲備應購買戰爭聯華廠設軟積據顯預測報較漲創紀錄歷約佔為"
    "僅餘們幾類種藥農動離鎂鋰鈷錳鉛鋅錫鎢鉬釩鈦圓亞馬羅維納爾蘭諾蓋蘇聖薩島澤敘緬紐門黃銀絲紡織"
    "俱藝術圖書視聽資訊網絡層屬鹽鹼劑膠紙漿飼糧麥穀豬雞魚蝦飲養麵樹齊專順擴縮確認實現調續穩態勢"
    "標節環級檔張寧熱帶頭號麼讓給許該話說請謂論講課誰諸獨獎壓擊數歲雙歸陸陳陽隊隨隱雖難雜霧靈靜"
    "頁頂項須頓領頻題顏願飛驗驟驚髮鬥魯鮮鳥麗黨齒龍龜",
    "亿万吨国对进贸额总后时间东欧韩台湾际从来与关税统计长减会达过还个导体电车机经济产业发这边币"
    "两开区务单价贵质输销运钢铁铝铜镍矿气储备应购买战争联华厂设软积据显预测报较涨创纪录历约占为"
    "仅余们几类种药农动离镁锂钴锰铅锌锡钨钼钒钛圆亚马罗维纳尔兰诺盖苏圣萨岛泽叙缅纽门黄银丝纺织"
    "具艺术图书视听资讯网络层属盐碱剂胶纸浆饲粮麦谷猪鸡鱼虾饮养面树齐专顺扩缩确认实现调续稳态势"
    "标节环级档张宁热带头号么让给许该话说请谓论讲课谁诸独奖压击数岁双归陆陈阳队随隐虽难杂雾灵静"
    "页顶项须顿领频题颜愿飞验骤惊发斗鲁鲜鸟丽党齿龙龟",
)
"""Traditional signs as simplified ones, which the word lists have."""
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u2008\u2009\u200a\u202f\u205f\u3000\t"), " ")
_MINUSES = dict.fromkeys(
    map(ord, "\u2212\u2012\u2013\u2014\u2010\u2011\ufe63\uff0d\uff5e\u301c"), "-"
)
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D}
_WIDE[0xFF0C] = "\uff0c"  # a wide comma parts clauses and never digits
_OTHER = {0x2019: "'", 0x02BC: "'", 0x0451: "\u0435", 0xFFE5: "\u00a5"}  # ё as е
_PLAIN: dict[int, int | str] = {**SIMPLIFIED, **_WIDE, **_SPACES, **_MINUSES, **_OTHER}

# Digits in groups, of which a year begins none ("2023 111 млрд"); a word; one Chinese character;
# any other sign.
_ATOM = re.compile(
    r"(?P<numeral>\d+(?:(?:[.,]|(?<!\d{4})[ '](?=\d{3}(?!\d)))\d+)*|(?<![\d\w])\.\d+)"
    r"|[\u3400-\u9fff]"
    r"|(?:(?![\u3400-\u9fff])[^\W\d_])+"
    r"|\n|[^\s]"
)


class Atom(NamedTuple):
    """A word, numeral or sign with its place in the text."""

    text: str
    start: int
    end: int
    numeral: bool


def plain(text: str) -> str:
    """Return the text in small letters with one kind of space and of minus, of the same length."""
    mapped = text.translate(_PLAIN)
    lowered = mapped.lower()
    if len(lowered) != len(mapped):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in mapped)
    return lowered.translate(_OTHER)


def atoms(text: str) -> list[Atom]:
    """Cut plain text into words, numerals, signs and line ends.

    Examples
    --------
    >>> [atom.text for atom in atoms("us$1,630.5 bn (6%)")]
    ['us', '$', '1,630.5', 'bn', '(', '6', '%', ')']
    """
    return [
        Atom(found[0], found.start(), found.end(), found["numeral"] is not None)
        for found in _ATOM.finditer(text)
    ]
