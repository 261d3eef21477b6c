"""Chinese words with one wrong sign: one that sounds or looks like the right one, or any of four.

``question_signs.csv`` has signs of names of countries and goods, and of words that questions have,
each with signs that are typed for it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from entrepot.claims.question_goods import goods_names
from entrepot.model.area_names import spellings
from entrepot.model.columns import read_table

__all__ = ["signs_right"]

_FILE = Path(__file__).with_suffix(".csv")
_SAID = frozenset(
    (
        "份额",
        "集中度",
        "供应国",
        "供应商",
        "增长",
        "增长率",
        "进口",
        "出口",
        "比例",
        "比重",
        "占比",
        "依赖",
        "金额",
        "价格",
        "最大",
        "来源",
        "贸易",
        "多少",
        "总额",
    )
)
"""Words of questions that may have a wrong sign."""
_LONG = 4
"""Signs of a word of which any one may be wrong."""


@cache
def _words() -> dict[int, frozenset[str]]:
    """Return names and words of questions by their length, from two signs on."""
    areas = (name for name, _, whose in spellings() if whose in ("", "Chinese"))
    found: dict[int, set[str]] = {}
    for word in (*areas, *goods_names("zh"), *_SAID):
        if len(word) > 1 and not word.isascii():
            found.setdefault(len(word), set()).add(word)
    return {size: frozenset(some) for size, some in found.items()}


@cache
def _typed_for() -> dict[str, str]:
    """Return the right signs by each that is typed for them."""
    found: dict[str, str] = {}
    for row in read_table(_FILE, ("right", "typed")):
        for sign in row["typed"]:
            found[sign] = found.get(sign, "") + row["right"]
    return found


def signs_right(text: str) -> dict[str, str]:
    """Return words of a text with one wrong sign, and what each is read as.

    Examples
    --------
    >>> signs_right("法囯的石默进口"), signs_right("澳大力亚"), signs_right("法国的石油")
    ({'法囯': '法国', '石默': '石墨'}, {'澳大力亚': '澳大利亚'}, {})
    """
    known = _words()
    taken: set[int] = set()
    found: dict[str, str] = {}
    for size in sorted(known, reverse=True):
        for start in range(len(text) - size + 1):
            places = range(start, start + size)
            if taken & set(places):
                continue
            written = text[start : start + size]
            if written in known[size]:
                taken.update(places)
            elif right := _right(written, known[size]):
                taken.update(places)
                found[written] = right
    return found


def _right(written: str, words: frozenset[str]) -> str:
    """Return the one word that differs by a sign typed for it, or by any sign of four."""
    found = {
        f"{written[:at]}{right}{written[at + 1 :]}"
        for at, sign in enumerate(written)
        for right in _typed_for().get(sign, "")
    } & words
    if not found and len(written) >= _LONG:
        found = {word for word in words if sum(map(str.__ne__, word, written)) == 1}
    return found.pop() if len(found) == 1 else ""
