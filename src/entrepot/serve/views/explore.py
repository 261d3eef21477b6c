"""A chart of one's own: the address is the chart, as a page, in a frame, or as a file."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from entrepot.errors import MissingExtraError, NoEvidenceError, RequestError
from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import MINUS, split_address
from entrepot.report.charts import BriefTable, draw, drawn_at
from entrepot.report.charts.month_lines import TOGETHER, MonthLines
from entrepot.report.charts.place import text_width
from entrepot.report.charts.ranked import RankedBars
from entrepot.report.charts.share_lines import ShareLines
from entrepot.report.charts.stack import Stack
from entrepot.report.overview import NAMED
from entrepot.report.parts import plain
from entrepot.report.phrasing import capital
from entrepot.report.standalone import framed, raster
from entrepot.serve.answer import AnswerRows, NotFoundError, ServedAnswer, as_json, as_svg
from entrepot.serve.request_body import single
from entrepot.serve.site import page
from entrepot.serve.views.address_chart import (
    BY_MONTH,
    KEYS,
    MANY,
    SEVERAL,
    SHOWS,
    USUAL,
    VALUED_ONCE,
    AskedChart,
    DrawnChart,
    asked_chart,
    drawer,
    names_of,
    newest,
)
from entrepot.serve.views.home import pickers
from entrepot.serve.views.market import (
    sources_with_flows,
    years_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from urllib.parse import SplitResult

    from entrepot.lake import Lake
    from entrepot.report.parts import Section

    Pairs = Sequence[tuple[str, str]]
THEMES = {"": "Reader’s setting", "light": "Light", "dark": "Dark"}
"""Colours of a frame: those of the reader's system, or always the same."""
_OEMBED = ("url", "maxwidth", "maxheight", "format")
FILES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "1x.png": "image/png",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_IN_FRAME = 5
"""Bars in a frame on another site, which is low."""
_FRAME = 800
"""Width of a frame where the site that shows it names no smaller one."""
# The size that Open Graph asks for, 1.91 to 1.
_CARD = (1200, 630)
"""Pixels of the picture that is shown where a link is shared."""


def explore_page(lake: Lake, pairs: Pairs) -> ServedAnswer:
    """Return the chart builder with the chart of the address."""
    asked = asked_chart(pairs)
    drawn, missing, height, fixed = None, None, 0, asked
    instead: list[tuple[str, str]] = []
    try:
        make = drawer(lake, asked)
        drawn, in_frame = make(NAMED), make(_IN_FRAME)  # fewer bars fit into a frame
        height = highest(in_frame.texts, in_frame.key, _drawings(in_frame))
        fixed = _fixed(lake, asked, drawn)
    except NoEvidenceError as error:
        missing, instead = error, [*_instead(lake, asked)]
    return page(
        "explore.html.j2",
        "/explore",
        asked=asked,
        sources=_sources(lake, asked),
        shows=[(key, name) for key, (name, _) in SHOWS.items()],
        needs=SHOWS[asked.show][1],
        many=asked.show in MANY,
        most=SEVERAL,
        chips=[*_chips(asked)],
        themes=THEMES,
        names={side: names_of(getattr(asked, side)) for side in KEYS[1:3] if getattr(asked, side)},
        goods_name=goods_words(asked.goods),
        drawn=drawn,
        drawings=draw(drawn.picture, drawn.table) if drawn else (),
        missing=missing,
        instead=instead,
        height=height,
        query=asked.query,
        framed=fixed.query,
        **pickers(),
    )


def _fixed(lake: Lake, asked: AskedChart, drawn: DrawnChart) -> AskedChart:
    """Return the chart with its time, and its source and release where it has one.

    An article goes on saying what it said: newer data must not change the chart beside it.
    """
    cells = [dict(zip(drawn.head, row, strict=True)) for row in drawn.rows]
    times = [str(one.get("period") or one.get("year") or "") for one in cells]
    sources = {str(one["source"]) for one in cells if one.get("source")}
    years = [one for one in times if one.isdigit()]
    fixed = replace(asked, period=asked.period or max(years, default=""))
    if asked.source or len(sources) != 1:
        return fixed
    [source] = sources
    holdings = [one for one in lake.holdings() if one.source == source]
    releases = {one.vintage for one in holdings if fixed.period in map(str, one.current)}
    is_release = len(releases) == 1 and releases.isdisjoint(("unknown", "computed", ""))
    return replace(fixed, source=f"{source}@{releases.pop()}" if is_release else source)


def _sources(lake: Lake, asked: AskedChart) -> list[tuple[str, str]]:
    """Return the sources among which a chart is chosen; none where its months decide."""
    if asked.show in BY_MONTH:
        return []
    found = sources_with_flows(lake, asked.goods, valued_once=asked.show in VALUED_ONCE)
    # One that the address names stays chosen, also a release or one without these goods.
    if asked.source and asked.source not in dict(found):
        found.append((asked.source, asked.source))
    return found


def _chips(asked: AskedChart) -> Iterator[tuple[str, str, str]]:
    """Yield each importer of a chart of several: code, name, and the address without it."""
    codes = asked.importer.split(",") if asked.show in MANY else []
    for code in codes if len(codes) > 1 else ():  # without its only one there is no chart
        rest = replace(asked, importer=",".join(one for one in codes if one != code))
        yield code, area_name(code), rest.query


def _instead(lake: Lake, asked: AskedChart) -> Iterator[tuple[str, str]]:
    """Yield charts near one without data that do have some: their names, and their addresses."""
    importer, supplier = asked.importer.partition(",")[0], asked.supplier or USUAL["supplier"]
    if importer and importer != supplier:
        for goods in dict.fromkeys((asked.goods, "chpl", "all")):
            found = AskedChart("share", importer, supplier, goods, "", "", "")
            keys = {"importer": importer, "exporter": supplier, "goods": goods, "lake": lake}
            of = "" if goods == "all" else f" of {goods_words(goods)}"
            name = capital(possessive(area_phrase(supplier)))
            name += f" share of {possessive(area_phrase(importer))} imports{of} over time"
            if found.query != asked.query and newest(keys, default=""):
                yield name, found.query
    if asked.show not in ("share", "years", "definitions"):
        goods = USUAL["goods"]
        other = replace(asked, goods=goods, period="", source="", title="")
        if goods != asked.goods and years_of(lake, goods):
            yield f"{SHOWS[asked.show][0]}: {goods_words(goods)}", other.query


def embed_page(lake: Lake, pairs: Pairs) -> ServedAnswer:
    """Return a chart alone, for a frame on another site."""
    theme = next((value for name, value in pairs if name == "theme"), "")
    if theme not in THEMES:
        raise RequestError(
            f"no colours are called {theme[:60]!r}", hint="theme=light, theme=dark, or leave it out"
        )
    asked = asked_chart([one for one in pairs if one[0] != "theme"])
    drawn = drawer(lake, asked)(_IN_FRAME)
    return page(
        "embed.html.j2",
        "",
        drawn=drawn,
        theme=theme,
        drawings=(*_drawings(drawn), *_low(drawn)),
        query=asked.query,
    )


def _drawings(drawn: DrawnChart) -> tuple[str, ...]:
    """Return the drawings of a frame; frames in the column of an article lie between the usual."""
    usual = draw(drawn.picture, drawn.table)
    if not isinstance(drawn.picture.drawn, (RankedBars, ShareLines, MonthLines)):
        return usual
    return (*usual, drawn_at("medium", drawn.picture, drawn.table))


def _low(drawn: DrawnChart) -> Iterator[str]:
    """Yield the drawings of a low frame, in which the usual ones could not be read."""
    kind = drawn.picture.drawn
    names: tuple[str, ...] = ()
    if isinstance(kind, RankedBars):
        names = ("low",)  # the medium one is low enough
    elif isinstance(kind, (ShareLines, Stack)) or (
        isinstance(kind, MonthLines) and len(kind.lines) <= TOGETHER
    ):
        names = ("low", "flat")
    for name in names:
        yield drawn_at(name, drawn.picture, drawn.table)


def linked_chart(pairs: Pairs, base: str, host: str) -> SplitResult:
    """Return the address of a chart of this server that somebody links to.

    Parameters
    ----------
    base
        Address of the server as others reach it; empty if nobody said it.
    host
        What the request calls the server, which counts then.

    Raises
    ------
    NotFoundError
        For any other address.
    """
    given = single(pairs, _OEMBED)
    link, home = split_address(given.get("url", "")), urlsplit(base)
    if link is None:
        raise NotFoundError("this is no web address", hint="give that of /explore")
    is_own = (
        (link.scheme, link.netloc) == (home.scheme, home.netloc)
        if base
        else link.scheme in ("http", "https") and link.netloc == host
    )
    path = link.path.removeprefix(home.path.rstrip("/"))
    if not is_own or path not in ("/explore", "/embed"):
        raise NotFoundError("this address is no chart of this server", hint="give that of /explore")
    return link


def oembed(lake: Lake, pairs: Pairs, link: SplitResult) -> ServedAnswer:
    """Return what a site needs to show a chart that somebody links to, as oEmbed 1.0 says.

    Parameters
    ----------
    link
        Address of the chart.

    Raises
    ------
    NotFoundError
        For a form other than JSON.
    RequestError
        For a size that is no number.
    """
    given = single(pairs, _OEMBED)
    if given.get("format", "json") != "json":
        raise NotFoundError("oEmbed is answered as JSON only", hint="leave format out")
    asked = asked_chart(parse_qsl(link.query))
    width = min(_FRAME, _most(given, "width"))
    most = _most(given, "height")
    drawn = drawer(lake, asked)(_IN_FRAME)
    height = min(most, frame_height(width, drawn.texts, drawn.key, _drawings(drawn)))
    home = link.path.removesuffix("/explore").removesuffix("/embed")
    address = f"{link.scheme}://{link.netloc}{home}/embed?{_fixed(lake, asked, drawn).query}"
    frame = (
        f'<iframe src="{escape(address)}" title="{escape(drawn.title)}" width="{width}" '
        f'height="{height}" style="border:0" loading="lazy"></iframe>'
    )
    return as_json(
        {"version": "1.0", "type": "rich", "provider_name": "Entrepôt", "title": drawn.title}
        | {"html": frame, "width": width, "height": height}
    )


def _most(given: dict[str, str], side: str) -> int:
    """Return the pixels that a site has room for; many where it names none."""
    most = given.get(f"max{side}", "99999")
    if not (most.isascii() and most.isdigit() and 0 < len(most) < 6):
        raise RequestError(f"max{side} is no number of pixels", hint=f"max{side}={_FRAME}")
    return int(most)


def explore_file(lake: Lake, pairs: Pairs, form: str, address: str) -> ServedAnswer | AnswerRows:
    """Return the chart as a file, or its table.

    Parameters
    ----------
    form
        ``svg``, ``png``, ``csv``, ``xlsx``, or ``card.png`` for what is shown where a link is
        shared.
    address
        Permanent address of the chart, which a workbook states.

    Raises
    ------
    NotFoundError
        For another form.
    MissingExtraError
        For a picture without Typst, or a workbook without XlsxWriter.
    """
    asked = asked_chart(pairs)
    name = f"{asked.show}-{asked.importer or asked.supplier or 'world'}"
    if form not in (*FILES, "card.png"):
        raise NotFoundError(f"no chart is written as .{form}", hint=f"forms: {', '.join(FILES)}")
    return _file(drawer(lake, asked)(NAMED), form, name, address)


def section_file(section: Section, form: str, name: str, address: str) -> ServedAnswer | AnswerRows:
    """Return the chart of a page's section as a file, or its table; forms are those of `FILES`.

    Parameters
    ----------
    name
        What the file is called.
    address
        Address of the page, which a workbook states.
    """
    table = section.table or BriefTable("", (), (), (), ())
    if section.picture is None or (section.table is None and form in ("csv", "xlsx")):
        raise NotFoundError(f"there is no .{form} of {section.eyebrow}", hint="open the page")
    rows = [
        [_number(cell) if kind else cell for cell, kind in zip(row, table.numeric, strict=True)]
        for row in table.rows
    ]
    drawn = DrawnChart(
        *(plain(section.title.text), section.deck, section.picture, section.source),
        *(table.head, rows, table),
    )
    return _file(drawn, form, name, address)


def _number(cell: str) -> float | str:
    """Return the number that a cell shows; the cell itself where it is none, such as a range."""
    try:
        return float(cell.replace(",", "").replace(MINUS, "-"))
    except ValueError:
        return cell


def _file(drawn: DrawnChart, form: str, name: str, address: str) -> ServedAnswer | AnswerRows:
    if form == "csv":
        return AnswerRows(drawn.head, drawn.rows, name)
    if form == "xlsx":
        return ServedAnswer(_workbook(drawn, address), FILES["xlsx"], f"{name}.xlsx")
    # The rasteriser knows no CSS variables; a browser that shows the SVG follows light and dark.
    plainly = form != "svg"
    drawing = framed(drawn.picture, drawn.title, drawn.deck, [drawn.foot], plain=plainly)
    if form == "svg":
        return as_svg(drawing, name)
    if form == "card.png":
        # Without a name: sites that fetch it show it and do not save it.
        return ServedAnswer(raster(_card(drawing), scale=1), FILES["png"])
    scale = 1 if form == "1x.png" else 2
    return ServedAnswer(raster(drawing, scale=scale), FILES["png"], f"{name}.png")


def _card(drawing: str) -> str:
    """Place a drawing whole on a card of the size that sites show of a link."""
    width, height = _CARD
    inner = drawing.replace("<svg ", '<svg x="0" y="0" preserveAspectRatio="xMidYMid meet" ', 1)
    for name, size in zip(("width", "height"), _CARD, strict=True):
        # The first width and height are those of the outer element:
        # they become those of the card, and viewBox scales the rest.
        start = inner.index(f' {name}="') + len(name) + 3
        inner = inner[:start] + str(size) + inner[inner.index('"', start) :]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="#ffffff"/>'
        f"{inner}</svg>"
    )


def _workbook(drawn: DrawnChart, address: str) -> bytes:
    """Return title, source and address above the table, and a chart of its own where bars are."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel") from error
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        # Titles come from the address: "=HYPERLINK(...)"
        # must stay text. No temporary files on a server.
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    bold, share = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "0.0%"})
    money = workbook.add_format({"num_format": "#,##0"})
    sheet = workbook.add_worksheet("Data")
    for place, text in enumerate((drawn.title, drawn.deck, drawn.foot, address)):
        sheet.write_string(place, 0, text, bold if place == 0 else None)
    # Four lines above, an empty one, then the head.
    first = 5
    for column, name in enumerate(drawn.head):
        sheet.write_string(first, column, str(name), bold)
        kind = share if name in ("share", "low", "high") else money if name == "value" else None
        sheet.set_column(column, column, 16 if column else 12, None)
        for line, row in enumerate(drawn.rows, start=first + 1):
            cell = row[column]
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                sheet.write_number(line, column, cell, kind)
            elif cell is not None:
                sheet.write_string(line, column, str(cell))
    sheet.freeze_panes(first + 1, 0)
    if "share" in drawn.head and "name" in drawn.head:
        last = first + min(12, len(drawn.rows))
        columns = drawn.head.index("name"), drawn.head.index("share")
        graph = workbook.add_chart({"type": "bar"})
        graph.add_series(
            {
                "categories": ["Data", first + 1, columns[0], last, columns[0]],
                "values": ["Data", first + 1, columns[1], last, columns[1]],
            }
        )
        # The cell and not the text, which could read as a reference, also to another file.
        graph.set_title({"name": ["Data", 0, 0], "name_font": {"size": 11}})
        # Spreadsheet programs draw bars from the bottom up.
        graph.set_y_axis({"reverse": True})
        graph.set_legend({"none": True})
        sheet.insert_chart(first, len(drawn.head) + 1, graph)
    workbook.close()
    return out.getvalue()


# How high the frame of a chart on another site has to be.

# As in site.css and brief.css, in CSS pixels.
_EDGE = 16
_TURNS = {"narrow": 519, "medium": 760}
"""Widths of a frame up to which these drawings are shown."""
_TURN = 639
"""The same of the narrow drawing of a chart that has none in the middle."""
_WIDEST = {"wide": 968, "medium": 728, "narrow": 430}
_LINE = 66 * 0.64
"""Longest line of a paragraph in its own font sizes: 66 zeros of the widest usual font."""
_WIDTHS = (320, 360, 430 + 2 * _EDGE, 519, 520, 600, _TURN, _TURN + 1, 760, 761, 968 + 2 * _EDGE)
"""Between these the height changes in one direction, but for a line of text more or less."""
_LINKS = "  Definition and data    Entrepôt "
"""What stands behind the source, with the room of the mark of its name."""


def highest(texts: Sequence[str], key: Iterable[str], drawings: Sequence[str]) -> int:
    """Return the height in which the chart fits at every width from 320 pixels on.

    Parameters
    ----------
    texts
        Title, deck and source.
    key
        What the kinds of marks mean.
    drawings
        The wide and the narrow one, and where there is one, that between them.
    """
    words = tuple(key)
    return max(frame_height(width, texts, words, drawings) for width in _WIDTHS)


def frame_height(
    width: int, texts: Sequence[str], key: Iterable[str], drawings: Sequence[str]
) -> int:
    """Return the height of a chart in a frame of this width; the parameters as of `highest`."""
    room = width - 2 * _EDGE
    title, deck, source = texts
    size = min(24.0, max(18.0, 0.04 * width))
    name, drawing = _shown(width, drawings)
    measures = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    wide, tall = (float(one) for one in measures.groups()) if measures else (1.0, 1.0)
    rows = _rows([40 + text_width(one, 15) for one in key], room, gap=20)
    parts = (
        2 * _EDGE,
        _lines(title, size * 1.1, room) * size * 1.06,
        16 + _lines(deck, 15, min(room, _LINE * 15)) * 15 * 1.55,
        rows * (15 * 1.55 + 4) + 10 if rows else 0,
        min(room, _WIDEST[name]) * tall / wide,
        # The mark stands higher than the line that it is in.
        12 + _lines(source + _LINKS, 13, room) * 13 * 1.5 + 10,
    )
    return math.ceil(sum(parts))


def _shown(width: int, drawings: Sequence[str]) -> tuple[str, str]:
    """Return the drawing that a frame of this width shows, and its name."""
    wide, narrow, *medium = drawings
    if not medium:
        return ("narrow", narrow) if width <= _TURN else ("wide", wide)
    if width <= _TURNS["narrow"]:
        return "narrow", narrow
    return ("medium", medium[0]) if width <= _TURNS["medium"] else ("wide", wide)


def _lines(text: str, size: float, room: float) -> int:
    return _rows([text_width(one, size) for one in text.split()], room, gap=0.35 * size)


def _rows(widths: Sequence[float], room: float, gap: float) -> int:
    """Return how many rows things of these widths take, each in the first that has room."""
    rows, free = 0, 0.0
    for width in widths:
        if rows == 0 or width > free:
            rows, free = rows + 1, room
        free -= width + gap
    return rows
