"""Which chart is drawn of what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures import ask, bundled_for
from entrepot.figures.input_rows import GOODS as INPUTS
from entrepot.figures.questions import QUESTIONS
from entrepot.lake import Lake
from entrepot.measures import all_metadata
from entrepot.model.display import folded, per_cent
from entrepot.model.keys import Keys  # noqa: TC001 (read by typing)
from entrepot.model.period import Period
from entrepot.model.table_files import csv_text, frame_of, write_whole
from entrepot.report.charts import BriefTable, draw
from entrepot.report.charts.butterfly import mutual_shares_chart
from entrepot.report.charts.calendar import calendar_chart
from entrepot.report.charts.catalogue import DRAWN
from entrepot.report.charts.curve import Curve, curve_chart
from entrepot.report.charts.drawing import wrapped
from entrepot.report.charts.event import event_chart
from entrepot.report.charts.exposure import origin_chart
from entrepot.report.charts.hub_flows import rerouted_chart
from entrepot.report.charts.place import cut
from entrepot.report.charts.share import share_chart, shares_chart
from entrepot.report.charts.slope import slope_chart
from entrepot.report.charts.split import split_chart
from entrepot.report.charts.stack import Stack, stack_chart
from entrepot.report.charts.world import map_chart, of_buyers
from entrepot.report.palette import DARK, LIGHT, colour_rules, variables
from entrepot.report.phrasing import unbroken
from entrepot.report.render_pdf import FONT as PAPER_FONT
from entrepot.report.render_pdf import typeset
from entrepot.sources import split_address

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from entrepot.figures import Figure
    from entrepot.model.table_files import FrameKind
    from entrepot.report.charts import Chart
    from entrepot.report.charts.alone import StandaloneChart

OVER_TIME = ("import_share", "export_share")
SUPPLIERS = ("top_supplier", "hhi", "cr")
NO_MEASURE = ("map", "reporters")
ONE = {
    "event_study": event_chart,
    "origin": origin_chart,
    "rank": of_buyers,
    "reorientation": slope_chart,
    "rerouted": rerouted_chart,
    "value_change": split_chart,
}


def chart(
    measure: str,
    lake: Lake,
    *,
    curve: bool = False,
    since: int | None = None,
    each: str | None = None,
    **keys: Any,
) -> StandaloneChart:
    """Return the chart of what was asked.

    Parameters
    ----------
    measure
        Id of a measure, ``map`` or ``reporters``.
    curve
        Whether to draw every combination of defensible choices.
    since
        First year of a chart over the years.
    each
        Of a share over the years: ``importer``, ``exporter`` or ``goods``, a line for each.
    **keys
        Keys of the definition; `period` is the last year of a chart over the years, or all of
        them: ``2019..2022``.

    Raises
    ------
    UnknownNameError
        If there is no such measure.
    RequestError
        If nothing is drawn of it, or the keys make no sense.
    NoEvidenceError
        If nothing that is held answers.
    """
    # Options that were not given, for a definition refuses a key that its measure does not read.
    given = {name: value for name, value in keys.items() if value is not None}
    _require_known(measure)
    if curve and measure in NO_MEASURE:
        raise RequestError(f"{measure} has no other definitions", hint="leave out --curve")
    # A curve is of one period, whatever the measure is drawn as without it.
    over_years = not curve and measure in ("reporters", "asymmetry", *OVER_TIME, *SUPPLIERS)
    if since is not None and not over_years:
        raise RequestError(
            f"--since has no meaning for {'a curve' if curve else measure}",
            why="this chart shows one period",
            hint="leave it out, or name a base with --base 2021",
        )
    if each is not None and (measure not in OVER_TIME or curve):
        raise RequestError(
            f"--each has no meaning for {'a curve' if curve else measure}",
            hint=f"a line for each is drawn of {' and '.join(OVER_TIME)}",
        )
    goods, source = str(given.get("goods", "all")), str(given.get("source") or "")
    is_of_inputs = goods.partition(":")[0] == INPUTS or split_address(source)[0] == "icio"
    if is_of_inputs and (over_years or measure == "map"):
        raise RequestError(
            "this chart is of goods that cross borders, not of inputs of industries",
            why="an input-output table is of one year, and years of several are no series",
            hint="draw what choices do: entrepot chart import_share --goods inputs --curve, or ask "
            "one figure: entrepot ask import_share --goods inputs",
        )
    if over_years and since is None and given.get("period"):
        since, given["period"] = _span_of(given["period"])
    shown = bundled_for(lake, goods, given.get("source"))
    if measure == "map":
        with lake.reading(bundled=shown):
            return map_chart(lake, given)
    if not over_years:
        _require_drawn(measure)
        return of_figure(ask(measure, lake=lake, curve=curve, nowcast=False, **given))
    with lake.reading(bundled=shown):
        if each is not None:
            return shares_chart(measure, lake, since, given, each)
        return _over_years(measure, lake, since, given)


def _span_of(period: Any) -> tuple[int | None, Any]:
    """Return first and last year of several; what is one year, or no whole ones, as it is."""
    years = Period.parse(period).split(12)
    return (years[0].year, str(years[-1])) if len(years) > 1 else (None, period)


@dataclass(frozen=True, slots=True)
class ShownChart:
    """A chart that shows itself in a notebook, as a drawing that needs nothing else."""

    chart: StandaloneChart

    @property
    def title(self) -> str:
        """What it shows, in a sentence."""
        return self.chart.title

    def to_dict(self) -> dict[str, Any]:
        """Return words and numbers as plain JSON types."""
        return self.chart.to_dict()

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return what is drawn as a frame; see `entrepot.model.table_files.frame_of`."""
        return frame_of(self.chart.rows, kind)

    def save(self, path: Path | str) -> Path:
        """Write it as ``.svg`` or ``.png``, or its table as ``.csv``; raises as `write`."""
        return write(self.chart, path)

    def __str__(self) -> str:
        return folded((self.chart.title, self.chart.deck, *self.chart.foot))

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_svg_(self) -> str:
        return drawn(self.chart)


def ask_chart(
    measure: str,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    curve: bool = False,
    since: int | None = None,
    each: Literal["importer", "exporter", "goods"] | None = None,
    **keys: Unpack[Keys],
) -> ShownChart:
    """Draw a chart of what is asked; `entrepot chart` lists all kinds.

    Parameters
    ----------
    measure
        Id of a measure, ``map`` or ``reporters``.
    lake
        A lake or its folder; by default the one that the settings name.
    curve
        Whether to draw every combination of defensible choices.
    since
        First year of a chart over the years; ``period`` is the last.
    each
        Of a share over the years, a line for each area or code that is joined in this key.

    Raises
    ------
    UnknownNameError
        If there is no such measure.
    RequestError
        If nothing is drawn of it, or the keys make no sense.
    NoEvidenceError
        If no loaded data answer.
    """
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    return ShownChart(chart(measure, opened, curve=curve, since=since, each=each, **keys))


def _over_years(
    measure: str, lake: Lake, since: int | None, given: dict[str, Any]
) -> StandaloneChart:
    by = given.get("by")
    if measure == "reporters":
        return calendar_chart(lake, since, given)
    if measure in SUPPLIERS or (measure == "import_share" and by == "exporter"):
        return stack_chart(lake, since, given)
    if by is not None:
        raise RequestError(
            f"{measure} is not drawn by {by}", hint="draw import_share --by exporter, or no --by"
        )
    if measure == "asymmetry":
        return mutual_shares_chart(lake, since, given)
    return share_chart(measure, lake, since, given)


def of_figure(figure: Figure) -> StandaloneChart:
    """Return the chart of one Figure.

    Raises
    ------
    NoEvidenceError
        If the Figure has no value.
    RequestError
        If nothing about it can be drawn.
    """
    _require_drawn(figure.definition.measure)
    if figure.value is None:
        raise NoEvidenceError(
            "there is nothing to draw", why=figure.reason or "no value is available"
        )
    if figure.nowcast:
        raise RequestError(
            "a nowcast is not drawn",
            why="a chart would show it like a reported value",
            hint="ask for a period that is reported in full",
        )
    one = ONE.get(figure.definition.measure)
    curved = figure.definition.measure != "origin"  # its choices are borders, told below it
    alternatives = curved and bool(figure.specifications and figure.specifications.whole)
    if one is not None and not alternatives and (figure.table or figure.details):
        return one(figure)
    return curve_chart(figure)


def table_of(chart: StandaloneChart) -> BriefTable | None:
    """Return what a chart of shares shows as a table to stand below it; None for another chart."""
    shown = chart.picture.drawn
    if isinstance(shown, Stack):
        years = tuple(map(str, shown.years))
        return BriefTable(
            chart.title,
            ("Supplier", *years),
            (False, *(True for _ in years)),
            tuple((one.name, *map(_in_per_cent, one.shares)) for one in shown.layers),
            ("", *("per cent" for _ in years)),
        )
    if isinstance(shown, Curve):
        names = tuple(one.name for one in shown.dimensions)
        rows = [
            (
                one.text,
                *(
                    choice.options[pick].name
                    for choice, pick in zip(shown.dimensions, one.picks, strict=True)
                ),
                "published" if one.published else "computed",
            )
            for one in shown.columns
        ]
        words = tuple(False for _ in (*names, "Status"))
        head = ("Value", *names, "Status")
        return BriefTable(
            chart.title, head, (True, *words), tuple(rows), (shown.unit, *("" for _ in words))
        )
    if not chart.rows or any(row.get("unit") != "share" for row in chart.rows):
        return None
    found = [
        (
            str(row["period"]),
            *(_in_per_cent(row[name] and 100 * row[name]) for name in ("value", "low", "high")),
            str(row["kind"]),
            str(row["whose"]),
        )
        for row in chart.rows
        if "whose" in row
    ]
    return BriefTable(
        chart.title,
        ("Period", "Share, %", "Low, %", "High, %", "Status", "Source"),
        (False, True, True, True, False, False),
        tuple(found),
        ("", "per cent", "per cent", "per cent", "", ""),
    )


def _in_per_cent(share: float | None) -> str:
    return "" if share is None else per_cent(share)


def _require_drawn(measure: str) -> None:
    """Refuse a measure of which there is no picture, before anything is computed."""
    how = QUESTIONS.get(measure)
    if measure not in ONE and how is not None and not how.has_curve:
        raise RequestError(f"there is no chart for {measure}", hint=f"charts: {DRAWN}")


def _require_known(measure: str) -> None:
    """Refuse what is no measure, and say what can be drawn."""
    known = [*NO_MEASURE, *QUESTIONS]
    if measure in known or measure in {item.id for item in all_metadata()}:
        return
    raise UnknownNameError("measure", measure, known, hint=f"charts: {DRAWN}")


# A chart as a file: a picture, or the table behind it.


SUFFIXES = (".svg", ".png", ".csv")
# A page just as large as the drawing. Typst, which
# briefs need anyway, spares a library for pictures.
PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.drawing), format: "svg")
"""


def write(chart: StandaloneChart, path: Path | str, *, narrow: bool = False) -> Path:
    """Write a chart as ``.svg`` or ``.png``, or its table as ``.csv``, whole or not at all.

    Raises
    ------
    RequestError
        For another suffix.
    MissingExtraError
        For a picture without Typst.
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    require_suffix(target)
    return write_whole(target, _content(chart, target.suffix.lower(), narrow=narrow))


def _content(chart: StandaloneChart, suffix: str, *, narrow: bool) -> bytes:
    if suffix == ".csv":
        return table_text(chart.rows).encode()
    if suffix == ".png":
        return raster(drawn(chart, plain=True, narrow=narrow))
    return drawn(chart, narrow=narrow).encode()


def raster(drawing: str, *, scale: int = 2) -> bytes:
    """Return a drawing as PNG with so many pixels a unit, by the typesetter of briefs.

    Raises
    ------
    MissingExtraError
        Without Typst.
    """
    # Units of a drawing are CSS pixels, of which an inch has 96.
    return typeset(PAGE, {"drawing": drawing}, format="png", ppi=scale * 96)


def table_text(rows: tuple[dict[str, Any], ...]) -> str:
    """Return rows as CSV with all digits; formulas are made harmless."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text(names, ([row.get(name) for name in names] for row in rows))


def require_suffix(path: Path) -> None:
    """Refuse a file name that no chart is written to, before anything is computed.

    Raises
    ------
    RequestError
        For another suffix than those of `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise RequestError(
            f"no chart is written as {path.suffix or 'a file without suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
        )


# A drawing with what it shows above it and where it comes from below, as one SVG.


HEAD, FOOT, TITLE, MOST = 24, 16, 18, 12
BOLD = 1.1
"""How much wider bold letters are."""
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"


@dataclass(frozen=True, slots=True)
class _Page:
    """Width of the drawing, and what stays free around it."""

    width: int
    edge: int


WIDE, NARROW = _Page(852, 24), _Page(360, 16)


def drawn(chart: StandaloneChart, *, plain: bool = False, narrow: bool = False) -> str:
    """Return a chart as one SVG; parameters as in `framed`."""
    return framed(chart.picture, chart.title, chart.deck, chart.foot, plain=plain, narrow=narrow)


def framed(
    picture: Chart,
    title: str,
    deck: str,
    foot: Sequence[str],
    *,
    plain: bool = False,
    narrow: bool = False,
) -> str:
    """Return a chart that stands by itself: what it shows above it, where it comes from below.

    Parameters
    ----------
    plain
        Light colours as values, for programs that know no variables; else the colours follow the
        reader's light or dark mode.
    narrow
        Drawn for a phone or a column of text, 392 units wide instead of 900.
    """
    page = NARROW if narrow else WIDE
    inner = draw(picture)[1 if narrow else 0]
    # Read from the drawing, as its height follows from what is in it.
    size = inner.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    tall = int(size[1])
    head = _lines(unbroken(title), page, TITLE, bold=True)
    deck_lines = _lines(deck, page, 12.5)
    ends = [line for text in foot for line in _lines(text, page, 12.5)]
    top = page.edge + HEAD * len(head) + FOOT * len(deck_lines) + 14
    height = top + tall + 12 + FOOT * len(ends) + page.edge
    heads = _texts(head, page, page.edge + 14, HEAD, "t-head")
    heads += _texts(deck_lines, page, page.edge + HEAD * len(head) + 12, FOOT, "t-foot")
    feet = _texts(ends, page, top + tall + 24, FOOT, "t-foot")
    # Lines have a class of stroke alone; SVG fills what says
    # nothing with black. On pages the style sheet does this.
    inner = inner.replace('class="s-', 'fill="none" class="s-')
    placed = inner.replace(
        "<svg ", f'<svg x="{page.edge}" y="{top}" width="{page.width}" height="{tall}" ', 1
    )
    outer = page.width + 2 * page.edge
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {outer} {height}" '
        f'width="{outer}" height="{height}" role="img" aria-label="{escape(picture.alt_text)}">'
        f"<title>{escape(title)}</title><desc>{escape(picture.alt_text)}</desc>"
        f"<style>{_style(plain=plain)}</style>"
        f'<rect class="f-paper" width="{outer}" height="{height}"/>{heads}{placed}{feet}</svg>\n'
    )


def _lines(text: str, page: _Page, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit; a word that is too long for one is cut."""
    # `wrapped` reckons with letters of 13 units: for larger ones the room is made smaller instead.
    room = page.width * 13 / size / (BOLD if bold else 1)
    return [cut(line, page.width, size, bold=bold) for line in wrapped(text, room, most=MOST)]


def _texts(rows: list[str], page: _Page, top: float, step: int, style: str) -> str:
    return "".join(
        f'<text class="{style}" x="{page.edge}" y="{top + step * place:g}">'
        f"{escape(row, quote=False)}</text>"
        for place, row in enumerate(rows)
    )


def _style(*, plain: bool) -> str:
    # The letters of paper are narrower, so they can be larger where others fit.
    font, text, small, head = (f"'{PAPER_FONT}'", 15, 14, 20) if plain else (FONT, 13, 12.5, TITLE)
    rules = colour_rules()
    rules += (
        f".chart text,.t-head,.t-foot{{font:400 {text}px {font}}}"
        f".t-head{{font-size:{head}px}}"
        ".t-head{font-weight:700;fill:var(--ink)}"
        f".t-foot{{font-size:{small}px;fill:var(--muted)}}"
        f".chart .b{{font-weight:700}}.chart .s{{font-size:{small}px}}"
        ".chart .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;"
        "stroke-linejoin:round}"
    )
    if plain:
        for name in sorted(LIGHT, key=len, reverse=True):
            rules = rules.replace(f"var(--{name})", LIGHT[name])
        return rules
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    return f":root{{{variables(LIGHT)}}}{dark}{rules}"


def picture_of(figure: Figure) -> Chart:
    """Return what a chart of the Figure shows.

    Raises
    ------
    NoEvidenceError
        If the Figure has no value.
    RequestError
        If nothing about it can be drawn.
    """
    return of_figure(figure).picture


def svg_of(figure: Figure) -> str:
    """Return the chart with its title and where it comes from, as one SVG."""
    return drawn(of_figure(figure))
