"""Lists of goods, each with its amount: "The main exports were tea ($24 m) and coffee ($15 m)"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.claims.draft.sentences import GoodsItem, Mark
from entrepot.claims.numbers import CURRENCIES
from entrepot.claims.quantity import COUNTED_IN
from entrepot.goods.parse import NAMED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.draft.scene import Scene
    from entrepot.claims.numbers import Span


_OPENED = re.compile(
    r"[(（]\s*(?:(?:about|around|nearly|almost|over|more than|some|rund|knapp|etwa|gut|fast|über"
    r"|около|почти|более|примерно)\s|约|近|超)?\s*$"
)
_CLOSED = re.compile(r"\s*[)）]")
_WORTH = re.compile(
    r",?\s+(?:with|at|worth|valued at|mit|на|стоимостью)(?: (?:a|the|einem))?"
    r"(?: (?:export |import )?(?:total |combined )?(?:value|turnover|amount|Wert|worth)"
    r"(?: of| at| von)?)?\s*(?:about |nearly |over |rund |около )?$"
)
"""Between goods and an amount without brackets: "machinery, with a value of $4 bn"."""
_HEAD = re.compile(
    r"\b(?:top|main|leading|largest|biggest|key|major|principal|important|highest|chief|primary)\b"
    r"|\b(?:goods|products|commodities|items|categories)\b"
    r"|\b(?:[Ww]ichtigste|[Gg]rößte|[Ff]ührende)[nrs]?\b|Haupt|güter|produkte|waren\b"
    r"|(?<!\w)(?:основн|главн|крупнейш)\w+|(?<!\w)товар\w*|主要|商品|产品",
    re.IGNORECASE,
)
"""What makes a sentence on a flow one that lists goods."""
_WHO = re.compile(
    r"\b(?:compan(?:y|ies)|firms?|(?:ex|im)porters?|producers?|suppliers?|buyers?|customers?|ports?"
    r"|states?|provinces?|regions?|cities|districts?|countries|partners?|markets?|destinations?)\b"
    r"|\b(?:Unternehmen|Firmen|Hersteller|Häfen|Länder|Bundesländer|Kunden)\b|[Ll]änder|märkte|partner"
    r"|(?<!\w)(?:компани|предприят|регион|област|порт(?:ы|ами)|стран|рынк|покупател|поставщик|партн[её]р)"
    r"|企业|公司|省份|港口|国家|市场|伙伴|目的地|来源地",
    re.IGNORECASE,
)
"""Words of a head of which a list is one of firms, regions or countries."""
_TRADED_GOODS = re.compile("(?P<export>出口)商品|进口商品")
_VERB = re.compile(
    r"(?:\b(?:were|was|are|is|included?|includes|comprised|remained|waren|war|sind|ist|umfassten)\b"
    r"|(?<!\w)(?:были|стали|являются|остаются)(?!\w)|[:：]|[—–]|[是为]|包括)\s*(?:the )?"
)
_NEXT = re.compile(
    r"\s*[,;、，；]?\s*(?:\b(?:and|as well as|followed by|und|sowie|gefolgt von|then)\b"
    r"|(?<!\w)(?:и|а также|далее)(?!\w)|和|以及|及)?\s*(?:by |the )?"
)
_GOODS = re.compile(r"[^\W\d_][^\d▮:：;；.。()（）]{0,70}")
_NO_GOODS = re.compile(
    r"\b(?:countr(?:y|ies)|the (?:first|rest)|others?|total|respectively)\b|(?<!\w)прочи", re.I
)


def goods_items(scene: Scene) -> dict[tuple[int, int], GoodsItem]:
    """Return the items of a list of goods in a sentence, by the place of their amounts.

    A list has a head that names a flow and goods in general, and at least two items; each is words
    without a country, a flow or a time in them, and an amount in brackets.
    """
    text, items = scene.apart.text, _amounts(scene)
    if scene.sentence.language == "zh" and (dealt := _dealt(scene)):
        return dealt
    if len(items) < _FEWEST or not (verb := _VERB.search(text, 0, items[0][1])):
        return {}
    flow = _flow_of_head(scene, verb.start())
    if flow is None:
        return {}
    starts = [one.start for one in (*scene.areas, *scene.apart.found.flows)]
    starts += [one.start for one in scene.times]
    listed = {}
    for place, (low, high, number) in enumerate(items):
        begins = _lead(text, low) if place else verb.end()
        if not _GOODS.fullmatch(text, begins, high) or _NO_GOODS.search(text, begins, high):
            return {}
        if any(begins <= start < high for start in starts):
            return {}
        goods, certainty = _named(text, begins, high, scene.apart.found.goods)
        listed[number.start, number.end] = GoodsItem(number, goods, certainty, flow)
    return listed


_FEWEST = 2


def _dealt(scene: Scene) -> dict[tuple[int, int], GoodsItem]:
    """Return goods that rates are dealt out over: 出口的机械、轮胎同比分别增长28%、13%."""
    text, dealt = scene.apart.text, {}
    for flow in scene.apart.found.flows:
        behind = [one for one in scene.apart.numbers if one.start >= flow.end]
        said = _RATED.fullmatch(text, flow.end, behind[0].start) if behind else None
        if said is None or flow.value not in ("export", "import"):
            continue
        row = scene.rows_of_numbers.get((behind[0].start, behind[0].end), (0, behind[:1]))[1]
        names = list(_NAME.finditer(text, *said.span("goods")))
        starts = [one.start for one in scene.areas]
        if len(names) != len(row) or any(said.start("goods") <= at < said.end() for at in starts):
            continue
        for number, name in zip(row, names, strict=True):
            goods, certainty = _named(text, *name.span(), scene.apart.found.goods)
            dealt[number.start, number.end] = GoodsItem(number, goods, certainty, flow)
    return dealt


_RATED = re.compile(
    "的?(?P<goods>(?![总额量值])[\u4e00-\u9fff、]{2,40}?)(?<![额量值])等?(?:产品|商品)?(?:同比|环比)(?:分别)?"
)
_NAME = re.compile("[^、和与及]+")


def _amounts(scene: Scene) -> list[tuple[int, int, Span]]:
    """Return amounts in brackets, each with the place of the words in front that it is of."""
    text, start = scene.apart.text, 0
    items: list[tuple[int, int, Span]] = []
    for number in scene.apart.numbers:
        opened = _OPENED.search(text, max(start, number.start - _LONGEST_LEAD), number.start)
        closed = _CLOSED.match(text, number.end) if opened else None
        worth = None if items else _WORTH.search(text, start, number.start)
        counted = number.says.unit in CURRENCIES or number.says.unit in COUNTED_IN.values()
        if counted and opened and closed:
            items.append((start, opened.start(), number))
            start = closed.end()
        elif counted and worth:
            items.append((start, worth.start(), number))
            start = number.end
        elif items:
            break
    return items


_LONGEST_LEAD = 14


def _flow_of_head(scene: Scene, end: int) -> Mark | None:
    """Return the flow of a head of a list of goods; None of any other list."""
    plain = scene.sentence.plain
    if not _HEAD.search(plain, 0, end) or _WHO.search(plain, 0, end):
        return None
    flows = [one for one in scene.apart.found.flows if one.start < end]
    if not flows and (named := _TRADED_GOODS.search(plain, 0, end)):
        return Mark("flow", "export" if named["export"] else "import", "", *named.span())
    return flows[-1] if flows and flows[-1].value in ("export", "import") else None


def _lead(text: str, low: int) -> int:
    """Return where the words of an item begin, behind what leads to them."""
    found = _NEXT.match(text, low)
    return found.end() if found else low


def _named(text: str, low: int, high: int, goods: Sequence[Mark]) -> tuple[str, str]:
    """Return goods that stand between two places: a mark of all of the words, or the words."""
    words = text[low:high].strip(" ,，、")
    for one in goods:
        if one.start == low and one.end >= low + len(words):
            return one.value, one.form
    return f"{NAMED}{words.lower()}", "likely"
