"""Tables in a text: each cell is what its title and the heads of its row and column say together.

Nothing is inferred from sentences around a table. A title names the flow and whose it is, a row a
country or goods, a column a period and a unit; a cell that lacks one of them is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.candidates import BUYS, SELLS
from entrepot.claims.draft.draft import Drafted, Left, Refusal, trouble_with
from entrepot.claims.draft.flows import Context
from entrepot.claims.draft.lexicon import NOWHERE, area_words
from entrepot.claims.draft.marks import marks
from entrepot.claims.draft.parsed_sentence import ParsedSentence, parse_sentence
from entrepot.claims.draft.scene import DAYS_AHEAD
from entrepot.claims.draft.sentences import Sentence
from entrepot.claims.draft.slots import check_base, notes_on_members
from entrepot.claims.numbers import CURRENCIES, Says, read_says
from entrepot.claims.numbers.text import SIMPLE, language_of
from entrepot.claims.quantity import COUNTED_IN
from entrepot.errors import RequestError
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.claims.draft.flows import Flow
    from entrepot.claims.draft.front import Article
    from entrepot.model.period import Period

_APART = (
    re.compile(r"\|"),
    re.compile(r"\t+"),
    re.compile(r";"),
    re.compile(r"(?<=\S)\s{2,}(?=\S)"),
)
"""What stands between the cells of a line: bars, tabs, semicolons, or spaces."""
_RULE = re.compile(r"[\s|:+=_-]*")
_CELL = re.compile(r"\s*(?P<says>[-+−–±]?\s?\d[\d.,\s]*\d|[-+−–]?\d)(?P<percent>\s?%)?\s*\*?\s*")
_LONGEST_TITLE = 200
_FEWEST_ROWS = 2
_CHANGE = re.compile(
    r"\b(?:change|growth|y/y|yoy|year[ -]on[ -]year)\b|Veränderung|Wachstum|Zuwachs|gg[üu]\."
    r"|изменени|прирост|динамика|темп роста|рост\b|同比|增长|變化|变化|增幅|增減|增减",
    re.IGNORECASE,
)
_ON_YEAR = re.compile(r"y/y|yoy|year[ -]on[ -]year|Vorjahr|к прошлому году|г/г|同比", re.IGNORECASE)
_SHARE = re.compile(r"\bshare\b|Anteil|\bдол[яи]\b|占比|份额|比重", re.IGNORECASE)
_BALANCE = re.compile(r"\bbalance\b|Saldo|Bilanz|сальдо|баланс|差额|差額", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:all\b.*|total\b.*|world|insgesamt|gesamt|summe|alle\b.*|welt|всего|итого|все\b.*|мир"
    r"|合计|總計|总计|总额|全部|世界|合計)",
    re.IGNORECASE,
)
_BY_WHAT = re.compile(
    r"\b(?:by|nach|по)\s+(?:country|countries|partner|trading partner|buyer|supplier|seller|market"
    r"|origin|destination|source|product|goods|commodity|\w*länder\w*|\w*partner\w*|Abnehmern?"
    r"|Lieferanten|Waren\w*|Gütern?|стран\w*|партн[её]р\w*|покупател\w*|поставщик\w*|товар\w*"
    r"|направлени\w*)\b(?:\s+(?:of (?:origin|destination)|group|groups|назначения|происхождения))?"
    r"|(?:按|分)(?:国别|国家|地区|贸易伙伴|商品)(?:分类|统计|分)?",
    re.IGNORECASE,
)
"""What the rows of a table are, and no country: "by buyer", nach Ländern."""
_NOT_OVER = "its period is not over when the text was published"
_UNIT_IN = re.compile(r"[(（\[]([^()（）\[\]]+)[)）\]]|[,，;]\s*([^,，;]+)")
_NOTE = "read from a table: its title and the heads of the row and the column"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as printed: its title and its lines cut into cells, each with its place."""

    title: str
    start: int
    end: int
    rows: tuple[tuple[tuple[str, int], ...], ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """What the head of a column says of its cells.

    Attributes
    ----------
    kind
        ``level``, ``balance``, ``growth`` or ``share``.
    unit
        What the head, else the title, has in the place of a unit, as printed.
    """

    kind: str
    flow: Flow
    unit: str
    period: Period | None
    base: Period | None = None


def tables_read(article: Article) -> tuple[Article, list[Drafted], list[Left]]:
    """Return a text without the tables that are read, their claims, and the cells that are none."""
    claims: list[Drafted] = []
    left: list[Left] = []
    text = article.text
    for table in _tables(text):
        found, rest = _read(table, article)
        if found:
            claims += found
            left += rest
            # Of the same length: places in the text stay what they are.
            blank = re.sub(r"\S", " ", text[table.start : table.end])
            text = text[: table.start] + blank + text[table.end :]
    return replace(article, text=text), claims, left


def _tables(text: str) -> Iterator[_Table]:
    """Return the tables of a text: lines with as many cells in each."""
    lines = [(one.start(), one[0]) for one in re.finditer(r"[^\n]*\n?", text) if one[0]]
    at = 0
    while at < len(lines):
        first = at
        cut: list[tuple[tuple[tuple[str, int], ...], str]] = []
        while at < len(lines) and (cells := _cells(*lines[at])) is not None:
            if not cut or not cells or len(cells) == len(cut[0][0]):
                if cells:
                    cut.append((cells, " ".join(lines[at][1].split())))
                at += 1
                continue
            break
        if len(cut) > _FEWEST_ROWS:
            start, (low, last) = lines[first][0], lines[at - 1]
            rows, quotes = zip(*cut, strict=True)
            yield _Table(_title(lines, first), start, low + len(last), rows, quotes)
        at = max(at, first + 1)


def _cells(start: int, line: str) -> tuple[tuple[str, int], ...] | None:
    """Return the cells of a line; none of a rule between head and body, None if it is no row."""
    plain = line.rstrip("\n")
    apart = next((one for one in _APART if one.search(plain)), None)
    if apart is None:
        return None
    if _RULE.fullmatch(plain):
        return ()
    low, high = 0, len(plain)
    if plain.strip().startswith("|"):
        low = plain.index("|") + 1
        high = plain.rindex("|") if plain.rstrip().endswith("|") else high
    found, at = [], low
    for between in (*apart.finditer(plain, low, high), None):
        cell = plain[at : between.start() if between else high]
        found.append((cell.strip(), start + at + len(cell) - len(cell.lstrip())))
        at = between.end() if between else high
    return tuple(found)


def _title(lines: Sequence[tuple[int, str]], first: int) -> str:
    """Return the line in front of a table, across one empty line."""
    for _, line in reversed(lines[max(first - 2, 0) : first]):
        if words := line.strip(" \t\n#*"):
            return " ".join(words.split()) if len(words) <= _LONGEST_TITLE else ""
    return ""


def _read(table: _Table, article: Article) -> tuple[list[Drafted], list[Left]]:
    """Return the claims of a table, and its other numbers with the reason."""
    language = language_of(table.title) or language_of(" ".join(table.quotes)) or "en"
    title = _parsed(table.title, language, article)
    columns: list[_Column | str] = []
    for head, _ in table.rows[0][1:]:
        try:
            columns.append(_column(head, title, columns, article))
        except Refusal as refusal:
            columns.append(refusal.why)
    claims: list[Drafted] = []
    left: list[Left] = []
    for row, quote in zip(table.rows[1:], table.quotes[1:], strict=True):
        for (cell, at), column in zip(row[1:], columns, strict=True):
            number = _CELL.fullmatch(cell)
            if number is None:
                continue
            place = at, at + len(cell)
            try:
                if isinstance(column, str):
                    raise Refusal(column)
                claim = _claim(row[0][0], number, column, title, article)
                claims.append(replace(claim, quote=quote, place=place))
            except Refusal as refusal:
                left.append(Left(cell, quote, refusal.why, (place,)))
    fits = _adds_up(claims)
    return [replace(one, alone=not fits) for one in claims], left


def _parsed(words: str, language: str, article: Article) -> ParsedSentence:
    words = _BY_WHAT.sub(lambda found: " " * len(found[0]), words)
    sentence = Sentence(words, language, 0, 0, words, language)
    return parse_sentence(sentence, (), Context(), article.published)


def _column(
    head: str, title: ParsedSentence, before: Sequence[_Column | str], article: Article
) -> _Column:
    """Return what the head of a column says, with what the title says of all.

    Raises
    ------
    Refusal
        If flow, owner or period are not said.
    """
    own = _parsed(head, title.language, article)
    balanced = _BALANCE.search(head) is not None
    flow = _flow(title, replace(own, flows=()) if balanced else own)
    if balanced and flow.kind != "trade":
        raise Refusal("whether it is a balance is not clear")
    periods = [time.period for time in own.timing.times]
    periods = periods or [time.period for time in title.timing.times]
    published = article.published
    if published and any((one.end - published.end).days > DAYS_AHEAD for one in periods):
        raise Refusal(_NOT_OVER)
    if _CHANGE.search(head):
        levels = [one for one in before if isinstance(one, _Column) and one.kind == "level"]
        levels = [one for one in levels if one.flow.kind == flow.kind]
        return _growth(head, flow, levels)
    # Without one: a row may be of a year.
    period = periods[0] if len(periods) == 1 else None
    if _SHARE.search(head):
        return _Column("share", flow, "%", period)
    unit = _unit(head, own) or _unit(title.sentence.text, title)
    return _Column("balance" if balanced else "level", flow, unit, period)


def _flow(title: ParsedSentence, own: ParsedSentence) -> Flow:
    """Return the one flow of a column, named by its head or by the title.

    Raises
    ------
    Refusal
        If there is none or several, or if it is not said whose it is.
    """
    flows = own.flows or title.flows
    named = {area.value for area in title.found.areas}
    if len(flows) != 1 or flows[0].kind not in (*SELLS, *BUYS, "trade") or NOWHERE in named:
        raise Refusal("what it is a number of is not clear")
    flow = flows[0]
    known = {one for one in flow.sides if one and one != WORLD}
    if not known and len(named) == 1:
        known = named
        owner = next(iter(named))
        sides = (owner, "") if flow.kind not in BUYS else ("", owner)
        flow = replace(flow, exporter=sides[0], importer=sides[1], owner=owner)
    if not known:
        raise Refusal("whose it is is not said")
    goods = title.flows[0] if title.flows and not flow.certainty else flow
    return replace(flow, goods=goods.goods, certainty=goods.certainty, title=goods.title)


def _growth(head: str, flow: Flow, levels: Sequence[_Column]) -> _Column:
    """Return a column of changes: between the two columns in front of it, or on a year before.

    Raises
    ------
    Refusal
        If it is not clear between which.
    """
    times = sorted({one.period for one in levels if one.period}, key=lambda one: one.start)
    unit = levels[-1].unit if levels else ""
    if len(times) == 2 and len({one.unit for one in levels}) == 1:
        check_base(*times)
        return _Column("growth", flow, unit, times[1], times[0])
    if len(times) == 1 and _ON_YEAR.search(head):
        return _Column("growth", flow, unit, times[0], times[0].before())
    raise Refusal("per cent of what, or since when, is not clear")


def _unit(head: str, own: ParsedSentence) -> str:
    """Return what may be a unit in the head of a column or a title: "2022, tonnes", "(bn euro)"."""
    plain = head.translate(SIMPLE)
    for found in reversed(list(_UNIT_IN.finditer(plain))):
        words = (found[1] or found[2]).strip()
        if _with_unit("1", words) is not None:
            return words
    rest = plain
    for time in own.timing.times:
        rest = rest[: time.start] + " " * (time.end - time.start) + rest[time.end :]
    for flow in own.flows:
        rest = rest[: flow.start] + " " * (flow.end - flow.start) + rest[flow.end :]
    words = re.sub(r"^(?:in|в|к)\s+|[\s.,:]+$", "", rest.strip())
    return words if words and _with_unit("1", words) is not None else ""


_SIGN = re.compile(r"(?P<sign>(?:US|A|C|HK|NZ|S)?[$€¥£])\s*(?P<scale>.*)|(?P<last>.*?)\s*[$€¥£]")


def _with_unit(digits: str, unit: str) -> tuple[str, Says] | None:
    """Return a number with its unit as one phrase, and how it reads: "28.4" and "tonnes"."""
    unit = re.sub(r"^(?:in|в)\s+", "", unit)
    phrases = [f"{digits} {unit}", f"{digits}{unit}"]
    if sign := _SIGN.fullmatch(unit):
        scale = sign["scale"] if sign["sign"] else sign["last"]
        phrases.insert(0, f"{sign['sign'] or unit[-1]}{digits} {scale}".strip())
    for phrase in phrases:
        try:
            says = read_says(phrase)
        except RequestError:
            continue
        if says.unit in CURRENCIES or says.unit in COUNTED_IN.values():
            return phrase, says
    return None


def _claim(
    row: str, number: re.Match[str], column: _Column, title: ParsedSentence, article: Article
) -> Drafted:
    """Return what a cell says.

    Raises
    ------
    Refusal
        If the row is no country, no goods and no time, or the number has no unit.
    """
    times = _parsed(row, title.language, article).timing.times
    if column.period is None and len(times) == 1 and times[0].end - times[0].start == len(row):
        column, row = replace(column, period=times[0].period), ""
    if column.period is None:
        raise Refusal("when is not said")
    keys, notes = _sides(row, column.flow, title)
    digits = re.sub(r"^[+±]\s?|(?<=^[-−–])\s", "", number["says"].strip())
    if column.kind == "growth":
        return _rate(digits, column, keys, notes)
    if column.kind == "share":
        return _part(digits, column, keys, notes)
    below = digits[0] in "-−–"
    if number["percent"] or (below and column.kind != "balance"):
        raise Refusal("a number in per cent or below zero where amounts stand")
    if not column.unit or (read := _with_unit(digits.lstrip("-−–"), column.unit)) is None:
        raise Refusal("a number without a unit that a claims file has")
    phrase, says = read
    if column.kind == "balance":
        del keys["flow"]  # whose it is stands first
        return _checked("balance", keys | _dated(column), f"{'-' * below}{phrase}", notes)
    if says.unit in COUNTED_IN.values():
        keys["quantity"] = next(name for name, unit in COUNTED_IN.items() if unit == says.unit)
    return _checked("value", keys | _dated(column), phrase, notes)


def _rate(digits: str, column: _Column, keys: dict[str, Any], notes: tuple[str, ...]) -> Drafted:
    """Return a change of what the columns in front count: money or a weight.

    Raises
    ------
    Refusal
        If it is not said which.
    """
    if not column.unit or (read := _with_unit("1", column.unit)) is None:
        raise Refusal("per cent of what, or since when, is not clear")
    by_quantity = read[1].unit in COUNTED_IN.values()
    if not by_quantity:
        keys = {**keys, "currency": read[1].unit}
    kind = "quantity_growth" if by_quantity else "growth"
    return _checked(kind, keys | _dated(column), f"{re.sub('^[−–]', '-', digits)}%", notes)


def _part(digits: str, column: _Column, keys: dict[str, Any], notes: tuple[str, ...]) -> Drafted:
    """Return a country's share of the imports or exports that the title names.

    Raises
    ------
    Refusal
        If it is one of goods, or of trade both ways.
    """
    if keys.get("goods", "all") != column.flow.goods:
        raise Refusal("what part of a flow some goods are: of which flow is not clear")
    if column.flow.kind == "trade" or WORLD in (keys["exporter"], keys["importer"]):
        raise Refusal("a share of what is not clear")
    kind = "import_share" if column.flow.kind in BUYS else "export_share"
    return _checked(kind, keys | _dated(column), f"{digits}%", notes)


def _dated(column: _Column) -> dict[str, str]:
    base = {"base": str(column.base)} if column.base is not None else {}
    return base | {"period": str(column.period)}


def _sides(row: str, flow: Flow, title: ParsedSentence) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the sides and goods of a row, and what a reader should know.

    Raises
    ------
    Refusal
        If the row is neither all, nor a country where one side is open, nor goods.
    """
    plain = re.sub(r"[*\d)]+$", "", row.translate(SIMPLE)).strip()
    keys = {"exporter": flow.exporter or WORLD, "importer": flow.importer or WORLD}
    goods, certainty, words = flow.goods, flow.certainty, flow.title
    area = next(
        (one.value for one in area_words(title.language) if one.pattern.fullmatch(plain)), ""
    )
    own = marks(plain, title.language).goods
    is_open = WORLD in keys.values()
    if area and area != NOWHERE and is_open:
        keys["importer" if keys["importer"] == WORLD else "exporter"] = area
    elif not area and len(own) == 1 and own[0].end - own[0].start == len(plain) and goods == "all":
        goods, certainty, words = own[0].value, own[0].form, own[0].title
    elif plain and not _TOTAL.fullmatch(plain):
        raise Refusal("of which country or goods a row of a table is, is not clear")
    if len(set(keys.values())) == 1:
        raise Refusal("the same country on both sides")
    found = {**keys, **({"goods": goods} if goods != "all" else {})}
    if flow.kind == "trade":
        found["flow"] = "both"
    notes = (f"goods are described in words: {words}",) if certainty == "likely" else ()
    return found, (*notes, _NOTE)


def _checked(kind: str, keys: dict[str, Any], says: str, notes: tuple[str, ...]) -> Drafted:
    claim = Drafted(kind, keys, says, "", notes=(*notes, *notes_on_members(keys)))
    if why := trouble_with(claim):
        raise Refusal(why)
    return claim


_NEAR = 0.06
"""By how many points a printed rate may differ from that of two rounded levels, beside rounding."""


def _adds_up(claims: Sequence[Drafted]) -> bool:
    """Whether a rate or balance of a table is that of two levels: then it is understood."""
    levels = {
        (_named(one), one.keys["period"]): read_says(one.says)
        for one in claims
        if one.kind == "value"
    }
    return any(_fits(one, levels) for one in claims if one.kind != "value")


def _fits(claim: Drafted, levels: Mapping[tuple[str, str], Says]) -> bool:
    keys, printed = claim.keys, read_says(claim.says)
    now = levels.get((_named(claim), keys["period"]))
    if claim.kind == "balance":
        turned = {**keys, "exporter": keys["importer"], "importer": keys["exporter"]}
        back = levels.get((_named(replace(claim, keys=turned)), keys["period"]))
        if now is None or back is None:
            return False
        return now.low - back.high <= printed.high and printed.low <= now.high - back.low
    before = levels.get((_named(claim), keys.get("base", "")))
    if now is None or before is None or before.low <= 0:
        return False
    low, high = (now.low / before.high - 1) * 100, (now.high / before.low - 1) * 100
    return low - _NEAR <= printed.high and printed.low <= high + _NEAR


def _named(claim: Drafted) -> str:
    apart = ("period", "base", "currency", "quantity")
    return repr(sorted((key, value) for key, value in claim.keys.items() if key not in apart))
