"""A brief as a workbook: headline Figures first, then a sheet for each table, in real numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import MissingExtraError
from entrepot.figures.definition import command_for
from entrepot.figures.figure import as_counted, in_reverse
from entrepot.model.display import MINUS, MONEY, NBSP, range_ends, split_unit
from entrepot.model.table_files import MADE, MOST_TEXT, is_risky
from entrepot.report.attribution import evidence_of
from entrepot.report.palette import LIGHT
from entrepot.report.parts import WORDS, plain
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.report.charts import BriefTable
    from entrepot.report.parts import Brief, Card, ClaimsPart, DataGap, Section

_HEADLINE = (
    ("Figure", 36),
    ("Value", 12),
    ("Unit", 8),
    ("Low", 12),
    ("High", 12),
    ("Range", 24),
    ("What is counted", 40),
    ("Status", 11),
    ("Primary source", 20),
    ("Evidence", 46),
    ("Caveats", 10),
    ("Command", 60),
)
_ON_PAPER = 9
"""Columns of the headline that are printed: evidence, caveats and commands are for the screen."""
_HOW = (
    "Value, low and high keep all digits; a share is stored as a part of one, shown in per cent. "
    "Low and high are the ends under other defensible definitions, or the rounding interval of a "
    "published figure. Caveats are numbered as on their sheet."
)
_KEYS = ("measure", "importer", "exporter", "goods", "period", "base", "source", "basis")


def render_xlsx(brief: Brief) -> bytes:
    """Return the workbook; the same brief gives the same bytes.

    Raises
    ------
    MissingExtraError
        Without XlsxWriter.
    """
    try:
        # Only here: a brief is more often a page, and needs no library for it.
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel") from error
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        line = brief.public(brief.line)
        workbook = BriefWorkbook(made, brief.title, f"Entrepôt {brief.version}", line, brief.public)
        workbook.add(_front(brief))
        for section in brief.sections:
            for grid in _section(section):
                workbook.add(grid)
        workbook.add(_figures(brief))
        workbook.add(_caveats(brief))
        workbook.add(_terms(brief))
    return file.getvalue()


def _front(brief: Brief) -> SheetGrid:
    """Return headline Figures, sections of words, what all rests on, and how to get it again."""
    below = [_in_words(section) for section in brief.sections if not _has_sheet(section)]
    below += [(name, text) for name, text in brief.state]
    below += [(capital(item.what), item.line) for item in brief.commands]
    below += [("Written by", f"Entrepôt {brief.version}"), ("How to read it", _HOW)]
    return SheetGrid(
        name="Brief",
        title=brief.title,
        text=plain(" ".join(sentence.text for sentence in brief.answer)),
        head=tuple(name for name, _ in _HEADLINE),
        widths=tuple(float(width) for _, width in _HEADLINE),
        on_paper=_ON_PAPER,
        rows=[_card(brief, card) for card in brief.cards],
        below=below,
    )


def _card(brief: Brief, card: Card) -> list[Cell]:
    figure = card.figure
    asked = command_for(figure.definition, figure.chosen)
    numbers = ", ".join(str(number) for number, _ in brief.numbered(card.caveats))
    value, unit, *ends = _values(in_reverse(figure) or figure, card)
    reason = f"{card.definition} {card.reason} {card.command}".strip()
    return [
        card.name,
        value,
        unit,
        *ends,
        card.range,
        reason if card.tag == "missing" else card.definition,
        card.tag,
        card.source,
        evidence_of(figure),
        numbers,
        asked,
    ]


def _values(figure: Figure, card: Card | None = None) -> list[Cell]:
    """Return value, unit, low and high as they are printed; empty where there is none."""
    asked = (figure.value, figure.low, figure.high)
    printed = [None if one is None else split_unit(one, figure.unit) for one in asked]
    if figure.low is not None and figure.high is not None:
        printed[1:] = range_ends(figure.low, figure.high, figure.unit, value=figure.value)
    if card is not None:  # which has the digits of the publisher
        printed[0] = (card.value, card.unit)
    value, low, high = (
        # Empty and not 0: a missing number is missing in a spreadsheet, too.
        "" if one is None or shown is None else (float(one), number_format(*shown, figure.unit))
        for one, shown in zip(asked, printed, strict=True)
    )
    return [value, figure.unit if figure.value is not None else "", low, high]


def _has_sheet(section: Section) -> bool:
    return bool(section.table or section.claims or section.gap or section.gaps)


def _in_words(section: Section) -> tuple[str, str]:
    """Return a section that has nothing for a sheet: its name, and everything it says."""
    title = plain(section.title.text).rstrip(".")
    said = [f"{title}.", plain(section.deck)]
    for note in section.notes:
        said.append(f"{note.title}: {plain(' '.join(item.text for item in note.body))}")
    said.append("".join(_piece(piece) for piece in section.source))
    return section.eyebrow, "\n".join(text for text in said if text)


def _section(section: Section) -> Iterator[SheetGrid]:
    """Yield a sheet for each table of a section: its chart's, its claims, its gaps."""
    if section.table:
        head, rows = columns_of(section.table)
        below = [
            (note.title, plain(" ".join(item.text for item in note.body))) for note in section.notes
        ]
        below.append(("Source", "".join(_piece(piece) for piece in section.source)))
        yield SheetGrid(
            name=section.eyebrow,
            title=plain(section.title.text),
            text=f"{section.table.caption}.",
            head=tuple(head),
            rows=rows,
            below=below,
            drawn=_drawn(head, rows) if section.picture else None,
        )
    if section.claims:
        yield _claims(section, section.claims)
    if section.gap or section.gaps:
        gaps = (*([section.gap] if section.gap else []), *section.gaps)
        yield _gaps(section, gaps)


def _piece(piece: object) -> str:
    from entrepot.report.parts import PageLink

    if not isinstance(piece, PageLink):
        return str(piece)
    return f"{piece.text} <{piece.url}>" if piece.url else piece.text


def _claims(section: Section, part: ClaimsPart) -> SheetGrid:
    rows: list[list[Cell]] = [
        [
            plain(row.claim),
            plain(row.against),
            WORDS[row.verdict],
            row.qualifier,
            row.likely_error,
            plain(row.why),
            plain(" ".join(row.details)),
            "; ".join(_piece(link) for link in row.links),
        ]
        for row in part.rows
    ]
    boxes = [
        (
            box.title,
            " ".join(
                f"{line.name}: {', '.join(filter(None, (line.sum, line.outcome)))}."
                for line in box.lines
            )
            + (f" {plain(box.text)}" if box.text else ""),
        )
        for box in part.conflicts
    ]
    return SheetGrid(
        name=section.eyebrow,
        title=plain(section.title.text),
        text=part.caption,
        head=(
            "Claim",
            "Data and others say",
            "Verdict",
            "As far as",
            "Likely error",
            "Why",
            "Arithmetic",
            "Sources",
        ),
        widths=(46, 36, 14, 18, 24, 50, 50, 50),
        rows=rows,
        below=boxes,
    )


def _gaps(section: Section, gaps: tuple[DataGap, ...]) -> SheetGrid:
    return SheetGrid(
        name=section.eyebrow if section.gaps else f"Missing: {section.eyebrow}",
        title=plain(section.title.text),
        text=section.deck,
        head=("What", "Why", "Command"),
        widths=(46, 70, 70),
        rows=[[plain(gap.what), plain(capital(gap.why)), gap.command] for gap in gaps],
    )


def _figures(brief: Brief) -> SheetGrid:
    """Return every Figure behind the brief with its whole definition and all digits."""
    rows: list[list[Cell]] = []
    for figure in brief.figures:
        asked = as_counted(figure, in_words=True)
        keys: list[Cell] = [str(asked[key] or "") for key in _KEYS]
        ends = f"no range: {figure.no_range}" if figure.no_range else figure.range or ""
        rows.append([*keys, *_values(figure), ends, evidence_of(figure)])
    return SheetGrid(
        name="All figures",
        title="Every figure used in the brief",
        text="All digits; a share is stored as a part of one. Low and high as on the first sheet.",
        head=(
            *(capital(key) for key in _KEYS),
            "Value",
            "Unit",
            "Low",
            "High",
            "Range",
            "Evidence",
        ),
        rows=rows,
    )


def _caveats(brief: Brief) -> SheetGrid:
    return SheetGrid(
        name="Caveats",
        title="Caveats",
        text="What a reader needs to know before using a number, by the numbers of the brief.",
        head=("Number", "Caveat", "Text", "Page of the documentation"),
        widths=(9, 24, 90, 40),
        rows=[
            [(float(place), "0"), item.id, item.text, item.docs]
            for place, item in enumerate(brief.caveats, start=1)
        ],
    )


def _terms(brief: Brief) -> SheetGrid:
    return SheetGrid(
        name="Definitions and sources",
        title="Definitions and sources",
        text="What words mean here, and what was taken from where.",
        head=("Kind", "Name", "Text", "Address"),
        widths=(12, 40, 90, 50),
        rows=[
            [kind, term.name, " ".join(filter(None, (term.text, term.details))), term.url]
            for kind, terms in (("definition", brief.terms), ("source", brief.sources))
            for term in terms
        ],
    )


# Sheets of a workbook: one look for all, text never read as a formula, no clock.


# Counted from 0: title, text and an empty line stand above the head.
_HEAD_ROW = 3
_NARROW, _WIDE, _FIRST_WIDE, _PAGE = 10, 44, 54, 110
_LINE = 15.0
_TEXT = {"valign": "top", "text_wrap": True}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {**_TEXT, "bold": True, "font_size": 16, "font_color": LIGHT["ink"]},
    "lead": {**_TEXT, "font_size": 11, "font_color": LIGHT["muted"]},
    "head": {
        "bold": True,
        "text_wrap": True,
        "valign": "bottom",
        "bottom": 2,
        "bg_color": LIGHT["panel"],
        "border_color": LIGHT["ink"],
    },
    "text": {**_TEXT, "bottom": 1, "bottom_color": LIGHT["grid"]},
    "number": {"valign": "top", "bottom": 1, "bottom_color": LIGHT["grid"]},
    "label": {**_TEXT, "bold": True},
    "below": _TEXT,
}


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """One sheet: a title, a line below it, a table, and pairs of label and text under that.

    Attributes
    ----------
    rows
        Cells, as many a row as `head` has.
    widths
        In characters; empty to take them from the cells.
    on_paper
        How many columns are printed, from the first on; 0 for all.
    """

    name: str
    title: str
    text: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    below: Sequence[tuple[str, str]] = ()
    widths: tuple[float, ...] = field(default=())
    drawn: SheetChart | None = None
    on_paper: int = 0


@dataclass(frozen=True, slots=True)
class SheetChart:
    """Columns of a sheet that are drawn below it, by a chart of the spreadsheet program itself.

    Attributes
    ----------
    kind
        ``line`` over years, ``bar`` of names, or ``dot`` where a time has several values.
    columns
        Those of numbers; all have one unit.
    rows
        How many rows are drawn, from the first on.
    """

    kind: Literal["line", "bar", "dot"]
    columns: tuple[int, ...]
    rows: int
    unit: str


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter asks for 16, a float needs 17."""

    def __format__(self, _: str) -> str:
        # The shortest text that reads back as the same float.
        return repr(float(self))


class BriefWorkbook:
    """Writes grids as sheets.

    Parameters
    ----------
    made
        A workbook of XlsxWriter.
    title, author, line
        What its properties say.
    public
        Takes out of a text what must not leave the machine.
    """

    def __init__(
        self,
        made: Any,
        title: str,
        author: str,
        line: str,
        public: Callable[[str], str] = str,
    ) -> None:
        self._made = made
        self._public = public
        self._names: list[str] = []
        # XlsxWriter stores every format that is made, so
        # one look is made once and not for each cell.
        self._formats: dict[tuple[str, str, bool, bool], Any] = {}
        self._author = author
        made.set_properties(
            # 255 characters are what Excel takes for a property.
            {"title": title[:255], "author": author, "comments": line[:255], "created": MADE}
        )

    def add(self, grid: SheetGrid) -> None:
        """Write a sheet: title, table with a head that stays in view, and what stands below."""
        name = sheet_name(grid.name, self._names)
        self._names.append(name)
        sheet = self._made.add_worksheet(name)
        widths = grid.widths or _widths(grid)
        # Columns of a page, also where the table is narrower than title, notes and chart.
        widths = (*widths, *(_NARROW for _ in range(_missing_columns(widths))))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        self._merged(sheet, 0, 0, grid.title, "title", widths)
        self._merged(sheet, 1, 0, grid.text, "lead", widths)
        for place, head in enumerate(grid.head):
            right = _is_numeric(grid, place)
            self._text(sheet, _HEAD_ROW, place, head, "head", right=right)
        for row, cells in enumerate(grid.rows, start=_HEAD_ROW + 1):
            for place, cell in enumerate(cells):
                self._cell(sheet, row, place, cell, right=_is_numeric(grid, place))
        row = _HEAD_ROW + len(grid.rows) + 2
        for label, text in grid.below:
            self._text(sheet, row, 0, label, "label")
            self._merged(sheet, row, 1, text, "below", widths)
            row += 1
        if grid.drawn is not None:
            sheet.insert_chart(row + 1, 0, self._chart(name, grid, grid.drawn))
            row += _CHART_ROWS + 2
        self._page(sheet, grid, row, len(widths))

    def _page(self, sheet: Any, grid: SheetGrid, last: int, columns: int) -> None:
        """Set what stays in view and how the sheet is printed."""
        sheet.freeze_panes(_HEAD_ROW + 1, 1)
        sheet.hide_gridlines(2)
        # Product codes are text with leading zeros: without
        # this each has a green corner that warns of it.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(last, 1) + 1}"})
        sheet.set_paper(9)  # A4
        if grid.drawn is None:
            sheet.set_landscape()
            # One page wide, and as many long as it takes.
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(_HEAD_ROW)
        else:  # upright on one page, for no page may end within a chart
            sheet.fit_to_pages(1, 1)
        sheet.print_area(0, 0, last, (grid.on_paper or columns) - 1)
        # In a footer "&" begins a command (&P is the page); doubled it is the sign.
        sheet.set_footer(f"&L{self._author.replace('&', '&&')}&C&A&R&P / &N")
        if grid.rows:
            ends = (_HEAD_ROW, 0, _HEAD_ROW + len(grid.rows), len(grid.head) - 1)
            sheet.autofilter(*ends)

    def _chart(self, sheet: str, grid: SheetGrid, drawn: SheetChart) -> Any:
        """Return a chart that reads the cells of the sheet, so that it follows what is changed."""
        # Dots are a line chart without a line: a scatter chart would need numbers for its times.
        kinds = {"line": "line", "bar": "bar", "dot": "line"}
        made = self._made.add_chart({"type": kinds[drawn.kind]})
        for place, column in enumerate(drawn.columns):
            colour = _SERIES[place % len(_SERIES)]
            line = {"none": True} if drawn.kind == "dot" else {"color": colour, "width": 2.25}
            look: dict[str, Any] = (
                {"fill": {"color": colour}, "gap": 40}
                if drawn.kind == "bar"
                else {"line": line, "marker": {"type": "circle", "fill": {"color": colour}}}
            )
            made.add_series(
                {
                    "name": [sheet, _HEAD_ROW, column],
                    "categories": _range(sheet, 0, grid, drawn),
                    "values": _range(sheet, column, grid, drawn),
                    **look,
                }
            )
        made.set_title({"name": self._public(grid.title)[:255], "name_font": {"size": 12}})
        made.set_legend({"none": True} if len(drawn.columns) == 1 else {"position": "bottom"})
        made.set_size({"width": 760, "height": 20 * _CHART_ROWS})
        # A bar says its value by its length, so its axis begins at zero; a line does not.
        values = {"name": drawn.unit, "major_gridlines": {"visible": True}, "min": 0}
        if drawn.kind == "bar":
            made.set_x_axis(values)
            # Spreadsheet programs draw the first bar at the bottom.
            made.set_y_axis({"reverse": True})
        else:
            made.set_y_axis({name: it for name, it in values.items() if name != "min"})
        return made

    def _cell(self, sheet: Any, row: int, place: int, cell: Cell, *, right: bool) -> None:
        if isinstance(cell, str):
            self._text(sheet, row, place, cell, "text", right=right)
            return
        value, shown = cell
        # A cell of a workbook cannot hold infinity or NaN.
        if math.isfinite(value):
            sheet.write_number(row, place, _Exact(value), self._format("number", shown))
        else:
            self._text(sheet, row, place, str(value), "text", right=True)

    def _text(
        self, sheet: Any, row: int, place: int, text: str, style: str, *, right: bool = False
    ) -> None:
        """Write a text as text, whatever it begins with."""
        text = self._public(text)
        # quote_prefix keeps a text a text when somebody edits the cell: "=1+1" stays what it says.
        look = self._format(style, right=right, quoted=is_risky(text))
        if text:
            # Not sheet.write(), which guesses and would make formulas and links of texts.
            sheet.write_string(row, place, text[:MOST_TEXT], look)
        else:
            sheet.write_blank(row, place, None, look)

    def _merged(
        self, sheet: Any, row: int, place: int, text: str, style: str, widths: Sequence[float]
    ) -> None:
        """Write a text over as many columns as make a line of reading width, and as many lines."""
        last, wide = place, widths[place]
        while wide < _PAGE and last + 1 < len(widths):
            last += 1
            wide += widths[last]
        # XlsxWriter refuses to merge a single cell.
        if last > place:
            sheet.merge_range(row, place, row, last, "", self._format(style))
        self._text(sheet, row, place, text, style)
        # Merged cells do not adapt their height by themselves;
        # a tenth more, as lines end between words. Widths are in letters of 11 points.
        size = _STYLES[style].get("font_size", 11) / 11
        lines = sum(max(1, math.ceil(len(part) * 1.1 * size / wide)) for part in text.split("\n"))
        sheet.set_row(row, _LINE * size * lines)

    def _format(
        self, style: str, shown: str = "", *, right: bool = False, quoted: bool = False
    ) -> Any:
        key = (style, shown, right, quoted)
        if key not in self._formats:
            look = dict(_STYLES[style])
            look |= {"num_format": shown} if shown else {}
            # Off the edge, or a number touches the words of the next column.
            look |= {"align": "right", "indent": 1} if right or style == "number" else {}
            look |= {"quote_prefix": True} if quoted else {}
            self._formats[key] = self._made.add_format(look)
        return self._formats[key]


def _drawn(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> SheetChart | None:
    """Return what can be drawn of a table: numbers of one unit over times or by name.

    Ends of ranges, which follow their value, are left to the table.
    """
    ends = (", low, ", ", high, ")
    numeric = [
        place
        for place in range(1, len(head))
        if any(not isinstance(row[place], str) for row in rows)
        and not any(end in head[place] for end in ends)
    ]
    if not numeric or len(rows) < 2:
        return None
    # `columns_of` writes the unit behind the last comma of a head.
    unit = head[numeric[0]].rpartition(", ")[2]
    alike = tuple(place for place in numeric if head[place].rpartition(", ")[2] == unit)
    if not any(_is_drawn(row, alike) for row in rows[:15]):
        return None
    firsts = [str(row[0] if isinstance(row[0], str) else int(row[0][0])) for row in rows]
    if all(_YEAR.match(one) for one in firsts):
        several = len(set(firsts)) < len(firsts)
        # More than eight lines, or fifteen bars below, nobody can distinguish.
        return SheetChart("dot" if several else "line", alike[:8], len(rows), unit)
    if len(set(firsts)) < len(firsts):
        return None  # several rows of one name are no bars
    return SheetChart("bar", alike[:1], min(len(rows), 15), unit)


_CHART_ROWS = 20
_SERIES = tuple(LIGHT[name] for name in ("supplier", "claim", "context", "supported", "differs"))


def _range(sheet: str, column: int, grid: SheetGrid, drawn: SheetChart) -> str:
    """Return the cells of a column that are drawn: rows with words in place of a number are not.

    Spreadsheet programs draw words as zero.
    """
    runs: list[list[int]] = []
    for place, cells in enumerate(grid.rows[: drawn.rows], start=_HEAD_ROW + 1):
        if not _is_drawn(cells, drawn.columns):
            continue
        if runs and runs[-1][1] == place - 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    letter, name = chr(ord("A") + column), sheet.replace("'", "''")
    parts = [f"'{name}'!${letter}${first + 1}:${letter}${last + 1}" for first, last in runs]
    return f"={parts[0]}" if len(parts) == 1 else f"=({','.join(parts)})"


def _is_drawn(cells: Sequence[Cell], columns: Sequence[int]) -> bool:
    return not any(isinstance(cells[one], str) and cells[one] for one in columns)


def _is_numeric(grid: SheetGrid, place: int) -> bool:
    return any(not isinstance(row[place], str) for row in grid.rows)


def _missing_columns(widths: Sequence[float]) -> int:
    """Return how many narrow columns more make a sheet as wide as a page; at least four in all."""
    return max(math.ceil((_PAGE - sum(widths)) / _NARROW), 4 - len(widths), 0)


def _widths(grid: SheetGrid) -> tuple[float, ...]:
    """Return a width for each column: its longest cell, within what can be read."""
    found = []
    for place, head in enumerate(grid.head):
        longest = max((_length(row[place]) for row in grid.rows), default=0)
        most = _FIRST_WIDE if place == 0 else _WIDE
        words = max(len(word) for word in head.split() or [""]) + 4
        found.append(float(min(max(longest + 2, words, _NARROW), most)))
    return tuple(found)


def _length(cell: Cell) -> int:
    return len(cell) if isinstance(cell, str) else len(f"{cell[0]:,.2f}")


# Cells of a workbook: which text is a number, how it is shown, and names of sheets.


Cell = str | tuple[float, str]
"""A text, or a number with its number format."""

# A number as pages print it, with commas for thousands
# and a true minus; "over 36" or "1,5" is text.
_NUMBER = re.compile(r"[+\u2212-]?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")
_RANGE = re.compile(r"(?P<low>\S+) to (?P<high>\S+)|(?P<least>\S+) or more|up to (?P<most>\S+)")
_OPEN = "open"
_YEAR = re.compile(r"\d{4}")
_UNITS = {"percent": "%", "ratio": "times", "points": "points"}
# A comma behind the digits divides by a thousand.
_SCALED = {"tn": ",,,,", "bn": ",,,", "m": ",,", "": ""}


def number_format(text: str, word: str, unit: str) -> str:
    r"""Return the format in which a cell reads as pages print its number; it keeps all its digits.

    Examples
    --------
    >>> number_format("38.6", "%", "share"), number_format("5.24", "USD bn", "USD")
    ('0.0%', '#,##0.00,,,"\xa0bn"')
    """
    places = len(text.partition(".")[2])
    decimals = "." + "0" * places if places else ""
    if unit in ("share", "relative", "share_points"):
        return f"0{decimals}%"
    scale = word.partition(" ")[2] if unit in MONEY else ""
    behind = scale or _UNITS.get(unit, "")
    end = f'"{NBSP}{behind}"' if behind else ""
    shown = f"#,##0{decimals}{_SCALED[scale]}{end}"
    return f'"+"{shown};"{MINUS}"{shown};{shown}' if unit == "percent" else shown


def read(text: str) -> Cell:
    """Return the number that a cell shows, with its decimals; other texts stay as they are.

    Examples
    --------
    >>> read("1,258"), read("−3.0"), read("over 36"), read("")
    ((1258.0, '#,##0'), (-3.0, '#,##0.0'), 'over 36', '')
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return text
    decimals = len(found[2] or "")
    value = float(found[0].replace(",", "").replace("\u2212", "-"))
    return value, "#,##0" + ("." + "0" * decimals if decimals else "")


def columns_of(table: BriefTable) -> tuple[list[str], list[list[Cell]]]:
    """Return heads with units, and rows; a column of ranges becomes two of numbers.

    A column that has no unit is text, but for years.
    """
    heads: list[str] = []
    columns: list[list[Cell]] = []
    for place, (head, unit) in enumerate(zip(table.head, table.units, strict=True)):
        cells = [row[place] for row in table.rows]
        # "38.6 to 53.0" as one text could neither be sorted nor drawn.
        if unit and any(_RANGE.fullmatch(cell) for cell in cells):
            for name, end in (("low", 0), ("high", 1)):
                heads.append(f"{head}, {name}, {unit}")
                columns.append([read(_ends(cell)[end]) for cell in cells])
            continue
        heads.append(f"{head}, {unit}" if unit else head)
        columns.append([_cell(cell, head, unit) for cell in cells])
    return heads, [list(row) for row in zip(*columns, strict=True)]


def _cell(text: str, head: str, unit: str) -> Cell:
    if unit:
        return read(text)
    return (float(text), "0") if head == "Year" and _YEAR.fullmatch(text) else text


def _ends(text: str) -> tuple[str, str]:
    found = _RANGE.fullmatch(text)
    if not found:
        return text, text
    return found["low"] or found["least"] or _OPEN, found["high"] or found["most"] or _OPEN


def sheet_name(wanted: str, occupied: Sequence[str]) -> str:
    """Return a name that spreadsheet programs allow and that no other sheet has.

    Examples
    --------
    >>> sheet_name("What moves [it]: 'goods'", []), sheet_name("Goods", ["goods"])
    ("What moves (it)  'goods", 'Goods 2')
    """
    plain = wanted.translate(str.maketrans("[]", "()")).translate(str.maketrans(":*?/\\", " " * 5))
    # Excel: 31 characters, no apostrophe at either end. Stripped again, for the cut may end at one.
    plain = re.sub(r"[\x00-\x1f]", " ", plain).strip(" '")[:31].strip(" '") or "Table"
    # Excel keeps "History" for itself, and compares names without regard to case.
    used = {name.lower() for name in (*occupied, "history")}
    name, count = plain, 1
    while name.lower() in used:
        count += 1
        # Shortened so that space and number still fit into 31.
        name = f"{plain[: 30 - len(str(count))]} {count}"
    return name
