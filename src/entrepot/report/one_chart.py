"""The chart of one Figure, as a file that stands by itself."""

from __future__ import annotations

import os
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, OutsideError, RequestError
from entrepot.figures.show import headline
from entrepot.model.display import MINUS, figure_value, range_text
from entrepot.report.charts import draw
from entrepot.report.charts.column import wrapped
from entrepot.report.look import DARK, LIGHT, colour_rules, variables
from entrepot.report.pictures import EventSteps, Picture, Step
from entrepot.report.sections import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Figure

__all__ = ["SUFFIXES", "framed", "picture_of", "svg_of", "write_chart"]

SUFFIXES = (".svg", ".png")
WIDTH, EDGE, HEAD, FOOT, TITLE = 852, 24, 24, 16, 18
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"


def picture_of(figure: Figure) -> Picture:
    """Return what a chart of the Figure shows.

    Raises
    ------
    NoEvidenceError
        If the Figure has no value.
    RequestError
        If nothing about it can be drawn.
    """
    if figure.value is None:
        raise NoEvidenceError("there is nothing to draw", why=figure.reason or "no value is held")
    if figure.definition.measure == "event_study":
        return _event(figure)
    if figure.unit != "share":
        raise RequestError(
            f"{figure.definition.measure} is no share, and a curve is drawn of shares",
            hint="draw import_share, export_share or cr; entrepot ask has the curve in numbers",
        )
    found = figure.specifications
    if found is None or len(found.items) < 2:
        raise RequestError(
            f"{figure.definition.measure} of this has one value and no other definition",
            why="a chart shows how far a number moves",
            hint="add --curve, or ask event_study",
        )
    return spread.picture(figure, found)


def _event(figure: Figure) -> Picture:
    """Return the steps of an event study, and the finding in a sentence."""
    unit = str(figure.details["steps_of"]).removesuffix("s")
    steps = tuple(_step(row) for row in figure.table)
    reference = next(int(row["step"]) for row in figure.table if row.get("is_reference"))
    drawn = EventSteps(steps, unit, "listing", reference, figure.value)
    spread_words = range_text(figure.low, figure.high, figure.unit)
    spoken = f"{headline(figure)}: {figure_value(figure.value, figure.unit)} on average after it"
    spoken += f", 95 % interval {spread_words}. " if spread_words else ". "
    values = ", ".join(
        f"{one.step:+d}: {figure_value(one.value, 'percent')}".replace("-", MINUS)
        for one in steps
        if one.value is not None
    )
    return Picture(drawn, f"{spoken}By {unit} from the listing: {values}.")


def _step(row: dict[str, object]) -> Step:
    low, high = row.get("low_pct"), row.get("high_pct")
    value = row.get("change_pct")
    return Step(
        step=int(str(row["step"])),
        value=None if value is None else float(str(value)),
        low=None if low is None else float(str(low)),
        high=None if high is None else float(str(high)),
        binned=bool(row.get("is_binned")),
    )


def svg_of(figure: Figure, *, plain: bool = False) -> str:
    """Return the chart with its title and where it comes from, as one SVG.

    Parameters
    ----------
    plain
        Light colours as values, for programs that know no variables; else the colours follow the
        reader's light or dark mode.
    """
    picture = picture_of(figure)
    return framed(picture, headline(figure), _deck(picture), _foot(figure), plain=plain)


def framed(
    picture: Picture, title: str, deck: str, foot: Sequence[str], *, plain: bool = False
) -> str:
    """Return a chart that stands by itself: what it shows above it, where it comes from below.

    Parameters
    ----------
    plain
        As in `svg_of`.
    """
    inner = draw(picture)[0]
    size = inner.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    tall = int(size[1])
    head = wrapped(f"**{title}**", WIDTH * 13 / TITLE)
    told = wrapped(deck, WIDTH)
    ends = [line for text in foot for line in wrapped(text, WIDTH)]
    top = EDGE + HEAD * len(head) + FOOT * len(told) + 14
    height = top + tall + 12 + FOOT * len(ends) + EDGE
    heads = _texts(head, EDGE + 14, HEAD, "t-head")
    heads += _texts(told, EDGE + HEAD * len(head) + 12, FOOT, "t-foot")
    feet = _texts(ends, top + tall + 24, FOOT, "t-foot")
    inner = inner.replace('class="s-', 'fill="none" class="s-')
    placed = inner.replace(
        "<svg ", f'<svg x="{EDGE}" y="{top}" width="{WIDTH}" height="{tall}" ', 1
    )
    whole = WIDTH + 2 * EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" '
        f'width="{whole}" height="{height}" role="img" aria-label="{escape(picture.spoken)}">'
        f"<title>{escape(title)}</title><desc>{escape(picture.spoken)}</desc>"
        f"<style>{_style(plain=plain)}</style>"
        f'<rect class="f-paper" width="{whole}" height="{height}"/>{heads}{placed}{feet}</svg>\n'
    )


def _texts(rows: list[str], top: float, step: int, style: str) -> str:
    return "".join(
        f'<text class="{style}" x="{EDGE}" y="{top + step * place:g}">'
        f"{escape(row.replace('**', ''), quote=False)}</text>"
        for place, row in enumerate(rows)
    )


def _deck(picture: Picture) -> str:
    """Return what is drawn, in a line."""
    drawn = picture.drawn
    if isinstance(drawn, EventSteps):
        return (
            f"Listed goods against others: change from the {drawn.unit} before the listing, per "
            "cent, with 95 % intervals; the scale is logarithmic"
        )
    return "Per cent. Each column is one definition: a dot computed, a ring in print; choices below"


def _foot(figure: Figure) -> list[str]:
    """Return value with range, source, and what a reader has to know first."""
    value = figure_value(figure.value, figure.unit)
    ends = range_text(figure.low, figure.high, figure.unit)
    line = f"{value}; {ends}: {figure.range}" if ends else value
    sources = ", ".join(dict.fromkeys(f"{one.source} {one.snapshot}" for one in figure.evidence))
    counted = [
        f"{figure.details[name]:,.0f} {words}"
        for name, words in (
            ("listed_products", "goods listed"),
            ("other_products", "others"),
        )
        if isinstance(figure.details.get(name), float)
    ]
    source = f"Source: {sources}" + (f"; {', '.join(counted)}" if counted else "")
    return [f"{line}.", f"{source}."]


def _style(*, plain: bool) -> str:
    rules = colour_rules()
    rules += (
        f".chart text,.t-head,.t-foot{{font:400 13px {FONT}}}"
        f".t-head{{font-size:{TITLE}px}}"
        ".t-head{font-weight:700;fill:var(--ink)}"
        ".t-foot{font-size:12.5px;fill:var(--muted)}"
        ".chart .b{font-weight:700}.chart .s{font-size:12.5px}"
        ".chart .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;"
        "stroke-linejoin:round}"
    )
    if plain:
        for name in sorted(LIGHT, key=len, reverse=True):
            rules = rules.replace(f"var(--{name})", LIGHT[name])
        return rules
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    return f":root{{{variables(LIGHT)}}}{dark}{rules}"


def write_chart(figure: Figure, path: Path | str) -> Path:
    """Draw the Figure and write it whole or not at all.

    Raises
    ------
    RequestError
        For a suffix that is not drawn, or a Figure of which there is nothing to draw.
    NoEvidenceError
        If the Figure has no value.
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    require_suffix(target)
    if target.suffix.lower() == ".png":
        import vl_convert

        drawn: bytes = vl_convert.svg_to_png(svg_of(figure, plain=True), scale=2)
    else:
        drawn = svg_of(figure).encode()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(drawn)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise OutsideError(
            f"cannot write {target}", why=str(error), hint="choose another place with --out"
        ) from error
    return target


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
            hint=f"end the name in {' or '.join(SUFFIXES)}",
        )
