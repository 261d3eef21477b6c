"""What stands in each column: its different texts, over the whole file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from entrepot.model.area_names import named_area
from entrepot.model.product import TOTAL
from entrepot.sources.table.cells import naming_the_row
from entrepot.sources.table.draft.money import counts_money
from entrepot.sources.table.fields import FLOW_WORDS, known_code
from entrepot.sources.table.mapping import BLANKS
from entrepot.sources.table.periods import SLASHED, fiscal_years, read_span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import duckdb

    from entrepot.sources.table.cells import Cells

_MOST = 20_000  # different texts that are looked at
_AT_ONCE = 200  # columns; a query for each takes minutes where there are a thousand
# A digit somewhere, then only digits, points, commas, blanks and apostrophes; full-width digits do
# not count.
_LIKE_A_NUMBER = re.compile(
    r"(?=.*[0-9])[-+]?[0-9.,][0-9., \u00a0\u2009\u202f'’]*(?:[eE][-+]?[0-9]+)?"
)
_LONGEST_NONE = 12
_MOSTLY = 0.9
_TOTAL = ""  # in the place of an area
_MOST_AREAS = 300
_UNIT_AT_END = re.compile(r".*\S\s*(\([^()]+\))", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2}[^\d_]*")
_UNITS = frozenset({
    *("kg", "kgm", "kgs", "kilogram", "kilograms", "g", "gr", "grams", "t", "ton", "tons", "tonne"),
    *("tonnes", "mt", "tne", "q", "quintal", "no", "nos", "nmb", "number", "numbers", "item"),
    *("items", "piece", "pieces", "pcs", "pce", "pc", "pst", "u", "unit", "units", "set", "sets"),
    *("l", "lt", "ltr", "litre", "litres", "liter", "liters", "kl", "hl", "m", "mtr", "meters"),
    *("metres", "m2", "m3", "m²", "m³", "mtk", "mtq", "sqm", "cbm", "cum", "square metres"),
    *("square meters", "cubic metres", "cubic meters", "pair", "pairs", "pr", "prs", "pa", "dz"),
    *("dozen", "doz", "carat", "carats", "ct", "ctm", "kwh", "mwh", "gwh", "1000 kwh", "tj"),
    *("thousand items", "th items", "1000 u", "2u", "packages", "gi f/s", "ce/el", "kg n"),
    *("number of items", "weight in kilograms", "volume in litres", "volume in cubic meters"),
    *("area in square metres", "length in metres", "number of pairs", "number of packages"),
    *("electrical energy in thousands of kilowatt-hours", "weight in carats", "dozen of items"),
    *("thousands of items", "no quantity", "volume in cubic metres", "thousand of items"),
    *("шт", "тыс шт", "кг", "т", "г", "л", "тыс л", "м", "м2", "м3", "м²", "м³", "пар", "квт ч"),
    *("кар", "千克", "公斤", "克", "吨", "台", "个", "件", "双", "升", "米", "立方米", "平方米"),
    *("unidad", "unidades", "kilogramo", "kilogramos", "litros", "metro cubico", "quilograma"),
    *("stück", "stk", "paar", "liter", "adet", "nombre", "paires", "n/a", "-", "not available"),
})  # fmt: skip
# Of systems that read all texts alike, the first stands for them.
_SYSTEMS = (
    *("iso3", "comtrade", "m49", "baci", "iso2", "eurostat", "imf", "gacc", "japan", "brazil"),
    *("census", "canada"),
)
_MOST_UNITS = 80
TOTALS = (
    "total", "all", "summe", "insgesamt", "gesamt", "totale", "всего", "итого", "合计", "总计",
    "总值", "world total", "grand total", "total world", "total general", "mundo", "monde", "welt",
    "мир", "世界", "dünya", "toplam", "genel toplam", "total monde", "all countries", "tous pays",
    "w0", "w00", "wld", "world", "_t", "tot",
)  # fmt: skip
"""All partners together, as publishers write them where others have codes or names."""
_ENOUGH = 10  # codes, of which a tenth may be totals and the like


@dataclass(frozen=True)
class Seen:
    """One column.

    Attributes
    ----------
    name
        Its name.
    texts
        Its different texts, empty ones left out, and at most some thousands of them.
    rows
        Number of rows of each text.
    named, named_by
        Areas that names in another column say of some of its texts, and that column.
    paired_flows
        Flows that words in another column say of its texts.
    """

    name: str
    texts: tuple[str, ...]
    rows: tuple[int, ...]
    named: Mapping[str, str] = field(default_factory=dict, hash=False)
    named_by: str = ""
    paired_flows: Mapping[str, str] = field(default_factory=dict, hash=False)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Texts that look like numbers."""
        return tuple(text for text in self.texts if _LIKE_A_NUMBER.fullmatch(text))

    @cached_property
    def is_numeric(self) -> bool:
        """Whether it is a column of numbers, with a few words for "none" at most."""
        rest = set(self.texts) - set(self.numbers)
        few = len(rest) <= 5 and all(map(_is_none, rest))
        return bool(self.numbers) and few

    @cached_property
    def is_period(self) -> bool:
        """Whether each text is a period."""
        return bool(self.texts) and self._share(_names_period) >= _MOSTLY

    @property
    def is_plain(self) -> bool:
        """Whether its texts are years or numbers of months, and say nothing more."""
        return all(re.fullmatch("[12][0-9]{3}|[0-9]{1,2}", text) for text in self.texts)

    @cached_property
    def is_flow(self) -> bool:
        """Whether each text is a word for imports or exports."""
        return bool(self.texts) and len(self.flows) == len(self.texts)

    @cached_property
    def flows(self) -> dict[str, str]:
        """Flow of each text that is a word for one."""
        found = dict(self.paired_flows)
        for text in self.texts:
            word = re.sub(r"^[0-9]-", "", text.casefold())  # Eurostat: 2-EXPORT
            flow = next((f for f, words in FLOW_WORDS.items() if word in words), None)
            if flow := flow or _MORE_FLOWS.get(word):
                found[text] = flow
        return found

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """Systems of area codes that fit all texts and the names beside them, each another reading.

        Where none fits all, those that fit nine in ten of many: the rest may be totals.
        """
        fits: dict[str, tuple[str | None, ...]] = {}
        for system in _SYSTEMS:
            # A total in the place of an area fits every system.
            areas = tuple(
                known_code(text, system) or (_TOTAL if text.casefold() in TOTALS else None)
                for text in self.texts
            )
            # A system that says the same of each text as one before is no other reading.
            if (
                {*areas} - {None, _TOTAL}
                and areas not in fits.values()
                and not self._contradicts(areas)
            ):
                fits[system] = areas
        complete = tuple(system for system, areas in fits.items() if None not in areas)
        if complete or len(self.texts) < _ENOUGH:
            return complete
        part = {system: 1 - areas.count(None) / len(areas) for system, areas in fits.items()}
        return tuple(one for one, share in part.items() if share >= max(_MOSTLY, *part.values()))

    @cached_property
    def is_units(self) -> bool:
        """Whether its texts are units of quantities."""
        plain = [" ".join(text.casefold().replace(".", " ").split()) for text in self.texts]
        return 0 < len(plain) <= _MOST_UNITS and all(text in _UNITS for text in plain)

    @property
    def is_proved(self) -> bool:
        """Whether one system of codes fits and could not do so by chance."""
        # Letters hardly fit by chance; numbers do, unless they are ten or more, or have names next
        # to them.
        letters = not any(text[:1].isdigit() for text in self.texts)
        enough = letters or len(self.texts) >= _ENOUGH or len(self.named) > 1
        return len(self.systems) == 1 and enough

    @cached_property
    def named_share(self) -> float:
        """Part of its texts that are names of areas."""
        return self._share(lambda text: named_area(self._without_unit(text)) is not None)

    @cached_property
    def unit(self) -> str:
        """Unit of money in brackets in which half of its texts end: "(Thousand Dollars)"."""
        ends = (_UNIT_AT_END.fullmatch(text) for text in self.texts)
        found = Counter(end[1] for end in ends if end and counts_money(end[1]))
        [(unit, texts)] = found.most_common(1) or [("", 0)]
        return unit if 2 * texts >= len(self.texts) else ""

    def _without_unit(self, text: str) -> str:
        return text.removesuffix(self.unit).rstrip() if self.unit else text

    def _contradicts(self, areas: tuple[str | None, ...]) -> bool:
        pairs = zip(self.texts, areas, strict=True)
        return any(
            area not in (None, _TOTAL) and self.named.get(text, area) != area
            for text, area in pairs
        )

    @property
    def is_worded(self) -> bool:
        """Whether its texts are words, and no more than there are countries."""
        words = (_WORD.fullmatch(text) for text in self.texts)
        return 0 < len(self.texts) <= _MOST_AREAS and all(words)

    @cached_property
    def lengths(self) -> dict[int, int]:
        """Rows by number of digits, of texts that are digits, or codes in groups of digits."""
        found: dict[int, int] = {}
        for marked, count in zip(self.texts, self.rows, strict=True):
            text = marked.lstrip("'")  # marks a text in a spreadsheet
            if _PARTED.fullmatch(text):
                text = re.sub("[. ]", "", text)
            if text.isascii() and text.isdigit():
                found[len(text)] = found.get(len(text), 0) + count
        return found

    @property
    def is_code(self) -> bool:
        """Whether its texts are product codes by their digits, or all goods together."""
        return bool(self.texts) and self._share(_like_a_code) >= _MOSTLY

    @property
    def is_parted_code(self) -> bool:
        """Whether its texts are product codes in groups: 8542.31, 8542.31.00 or 8542 31.

        Amounts with two decimals look alike, so that only the name of a column can tell them apart.
        """
        return bool(self.texts) and self._share(_like_a_parted_code) >= _MOSTLY

    @property
    def has_total(self) -> bool:
        """Whether all goods together are one of the codes."""
        return any(text.upper() == TOTAL for text in self.texts)

    def unnamed(self, system: str) -> list[str]:
        """Return the texts that are no area of a system."""
        if system == "names":
            return [text for text in self.texts if named_area(self._without_unit(text)) is None]
        return [text for text in self.texts if known_code(text, system) is None]

    def _share(self, test: Callable[[str], bool]) -> float:
        return sum(map(test, self.texts)) / max(len(self.texts), 1)


_MORE_FLOWS = {
    "gross imp.": "import",
    "gross exp.": "export",
    "imports of goods": "import",
    "exports of goods": "export",
    "mg": "import",
    "xg": "export",
    "出口商品": "export",
    "进口商品": "import",
    **dict.fromkeys(("ausfuhr", "ausfuhren", "exporte", "versendung", "versendungen"), "export"),
    **dict.fromkeys(("einfuhr", "einfuhren", "importe", "eingang", "eingänge"), "import"),
    **dict.fromkeys(("exportations", "expéditions", "esportazione", "esportazioni"), "export"),
    **dict.fromkeys(("importations", "introductions", "importazione", "importazioni"), "import"),
    **dict.fromkeys(("exportación", "exportacion", "exportaciones", "ihracat"), "export"),
    **dict.fromkeys(("importación", "importacion", "importaciones", "ithalat"), "import"),
    **dict.fromkeys(("exportação", "exportacao", "exportações", "exportacoes"), "export"),
    **dict.fromkeys(("importação", "importacao", "importações", "importacoes"), "import"),
}


def look_at_columns(connection: duckdb.DuckDBPyConnection, cells: Cells) -> tuple[Seen, ...]:
    """Return what stands in each column of a file.

    Raises
    ------
    BadFileError
        If a row has not the columns of the table.
    """
    width = len(cells.names)
    counted: list[list[tuple[str, int]]] = [[] for _ in range(width)]
    with naming_the_row(connection, cells):
        under = _under_the_table(connection, cells)
        for start in range(0, width, _AT_ONCE):
            places = range(start, min(start + _AT_ONCE, width))
            for place, text, count in _counted(connection, cells, places):
                if count := count - under[place, text]:
                    counted[place].append((text, count))
    return tuple(
        Seen(name, tuple(text for text, _ in pairs), tuple(count for _, count in pairs))
        for name, pairs in zip(cells.names, counted, strict=True)
    )


def _counted(
    connection: duckdb.DuckDBPyConnection, cells: Cells, places: Sequence[int]
) -> list[tuple[int, str, int]]:
    """Return place, text and how often it stands there, for some columns in one pass."""
    pairs = ", ".join(f"{{place: {place}, text: c{place}}}" for place in places)
    rows = cells.sql(places)
    return connection.execute(
        f"SELECT one.place, one.text, count(*) FROM (SELECT unnest([{pairs}]) AS one "
        f"FROM ({rows})) WHERE one.text <> '' GROUP BY 1, 2 "
        # A column of amounts has millions of texts: the first 20,000 by order show what it is.
        f"QUALIFY row_number() OVER (PARTITION BY one.place ORDER BY one.text) <= {_MOST} "
        "ORDER BY ALL"
    ).fetchall()


def _under_the_table(
    connection: duckdb.DuckDBPyConnection, cells: Cells
) -> Counter[tuple[int, str]]:
    """Return place and text of the rows of one cell below the last row that has more.

    A line of its own under the table, as its source is, shows nothing of the column. Above other
    rows it may be what they are about, such as their year.
    """
    found = Counter[tuple[int, str]]()
    texts = ", ".join(f"c{place}" for place in range(len(cells.names)))
    alone = f"len(list_filter([{texts}], lambda one: one <> '')) = 1"
    rows = f"SELECT 1 FROM ({cells.sql()}) WHERE {alone} LIMIT 1"
    # The engine is quick and keeps no order; lines in order are slow, and looked at only then.
    if len(cells.names) < 3 or not connection.execute(rows).fetchall():
        return found
    for _, line in cells.lines(connection):
        stripped = ((place, text.strip(BLANKS)) for place, text in enumerate(line))
        filled = [one for one in stripped if one[1]]
        if len(filled) > 1:
            found.clear()
        else:
            found.update(filled)
    return found


def _is_none(text: str) -> bool:
    """Whether a cell of a column of numbers may stand for none: no sign in it counts anything.

    A number in full-width or Arabic digits, or ½, is a number that is not read, never a missing
    one.
    """
    return 0 < len(text) <= _LONGEST_NONE and not any(map(str.isnumeric, text))


@lru_cache(maxsize=2**16)  # thousands of columns of numbers have the same texts
def _names_period(text: str) -> bool:
    known = read_span(text) is not None or bool(fiscal_years([text]))
    # FY2023 says of which year it is only once somebody names its months, which is asked.
    return known or SLASHED.fullmatch(text) is not None or ONE_FISCAL.fullmatch(text) is not None


ONE_FISCAL = re.compile(r"FY ?[12][0-9]{3}", re.IGNORECASE)
"""A fiscal year that names one calendar year: that of its first month or of its last."""


_PARTED = re.compile(r"'?[0-9]{4}([. ])[0-9]{2}(?:\1[0-9]{2,4}){0,2}")


def _like_a_parted_code(text: str) -> bool:
    return _like_a_code(text) or _PARTED.fullmatch(text) is not None


def _like_a_code(marked: str) -> bool:
    text = marked.lstrip("'")
    return text.upper() == TOTAL or (text.isascii() and text.isdigit() and len(text) <= 12)
