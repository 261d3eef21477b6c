"""A brief as a PDF, set with Typst from the same facts and sentences.

Texts reach the typesetter as data, never as markup, so none can be read as a command.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError
from entrepot.model.display import around
from entrepot.report import palette
from entrepot.report.attribution import evidence_lines, evidence_of
from entrepot.report.palette import PRINT, colour_rules
from entrepot.report.parts import WORDS, BriefSentence, PageLink, counted
from entrepot.report.phrasing import capital
from entrepot.report.render_html import ICONS, SWATCHES, caveat_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.charts import BriefTable, Chart
    from entrepot.report.parts import (
        Brief,
        Card,
        ClaimsPart,
        DataGap,
        Note,
        RangeBar,
        Remark,
        Section,
        Term,
    )

# Lines of evidence in a footnote, which a page has little room for.
_MOST_CARRIERS = 3
_HASH = re.compile(r", SHA-256 \w+")
_COLOURS = {"inconsistent": "cannot", "not_enough_evidence": "open"}


def render_pdf(brief: Brief) -> bytes:
    """Return the document; the same brief gives the same bytes.

    Raises
    ------
    MissingExtraError
        Without Typst.
    """
    page = files("entrepot.report").joinpath("templates", "brief.typ").read_bytes()
    inputs = {"brief": brief.public(json.dumps(as_data(brief), ensure_ascii=False))}
    return typeset(page, inputs, format="pdf")


def as_data(brief: Brief) -> dict[str, Any]:
    """Return the brief as the template takes it: plain JSON types."""
    return {
        "colours": palette.PRINT,
        "title": brief.title,
        "answer": [_said(brief, item) for item in brief.answer],
        "state": [list(pair) for pair in brief.state],
        "cards": [_card(brief, card) for card in brief.cards],
        "sections": [_section(brief, section) for section in brief.sections],
        "caveats": [{"name": caveat_title(item.id), "text": item.text} for item in brief.caveats],
        "terms": [_term(term) for term in brief.terms],
        "sources": [_term(term) for term in brief.sources],
        "version": brief.version,
    }


def runs(text: str) -> list[dict[str, Any]]:
    """Return a text in parts, those between double asterisks strong."""
    # Marks come in pairs, so every second part stands between two of them.
    parts = text.replace("'", "\u2019").split("**")
    return [{"text": part, "strong": place % 2 == 1} for place, part in enumerate(parts) if part]


def _said(brief: Brief, item: BriefSentence | Remark) -> dict[str, Any]:
    return {
        "text": runs(item.text),
        "caveats": [number for number, _ in brief.numbered(item.caveats)],
        "evidence": _evidence_lines(item) if isinstance(item, BriefSentence) else [],
    }


def _body(brief: Brief, note: Note) -> list[dict[str, Any]]:
    """Return the sentences of a note; those in a row with the same evidence share a footnote."""
    found = [_said(brief, item) for item in note.body]
    for one, after in pairwise(found):
        # The earlier one loses it: the footnote stands at the last sentence that it carries.
        if one["evidence"] == after["evidence"]:
            one["evidence"] = []
    return found


def _evidence_lines(item: BriefSentence) -> list[str]:
    """Return the first lines of evidence, and how many more there are."""
    lines = evidence_lines(item.evidence)
    more = len(lines) - _MOST_CARRIERS
    # A line that says "and 1 more" takes as much room as the line itself.
    if more <= 1:
        return lines
    return [*lines[:_MOST_CARRIERS], f"and {more} more, which the JSON form of this brief lists"]


def _card(brief: Brief, card: Card) -> dict[str, Any]:
    bar = card.bar
    missing = card.tag == "missing"
    return {
        "name": card.name,
        "value": card.value,
        "around": list(around(card.unit)),
        "range": card.range,
        "counted": card.definition,
        "command": card.command,
        "tag": card.tag,
        "source": card.source,
        "caveats": [number for number, _ in brief.numbered(card.caveats)],
        "evidence": [] if missing else [_HASH.sub("", evidence_of(card.figure))],
        "bar": None
        if bar is None
        else {
            "ends": list(bar.ends),
            "value": bar.value,
            "computed": bar.computed,
            "published": bar.published,
        },
    }


def _section(brief: Brief, section: Section) -> dict[str, Any]:
    return {
        "name": section.eyebrow,
        "title": _said(brief, section.title),
        "deck": section.deck,
        "picture": _picture(section.picture) if section.picture else None,
        "table": _table(section.table) if section.table else None,
        "notes": [{"title": note.title, "body": _body(brief, note)} for note in section.notes],
        "source": [_piece(piece) for piece in section.source],
        "claims": _claims(section.claims) if section.claims else None,
        "gap": _gap(section.gap) if section.gap else None,
        "gaps": [_gap(gap, strong=True) for gap in section.gaps],
    }


def _picture(picture: Chart) -> dict[str, Any]:
    return {
        "svg": chart(picture),
        "alt_text": picture.alt_text,
        "key": [{"svg": swatch(name), "text": text} for name, text in picture.key],
    }


def _table(table: BriefTable) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "head": list(table.head),
        "numeric": list(table.numeric),
        "rows": [list(row) for row in table.rows],
        "widths": _widths(table),
    }


def _widths(table: BriefTable) -> list[int]:
    """Return a part of the page's width for each column of words, 0 for one of numbers."""
    return [
        0
        if numeric
        else min(max(8, *(len(cell) for cell in (head, *(row[place] for row in table.rows)))), 40)
        for place, (head, numeric) in enumerate(zip(table.head, table.numeric, strict=True))
    ]


def _term(term: Term) -> dict[str, str]:
    return {"name": term.name, "text": term.text, "url": _address(term.url)}


def _piece(piece: str | PageLink) -> dict[str, str]:
    if isinstance(piece, PageLink):
        return {"text": piece.text, "url": _address(piece.url)}
    return {"text": piece, "url": ""}


def _address(url: str) -> str:
    """Return an address that a reader may be sent to: of the web, and no other kind."""
    # An address comes from data: "file:" or "javascript:" must not become a link.
    return url if url.startswith(("https://", "http://")) else ""


def _gap(gap: DataGap, *, strong: bool = False) -> dict[str, Any]:
    what = f"**{gap.what}**" if strong and "**" not in gap.what else gap.what
    why = f"{capital(gap.why).rstrip('.')}."
    return {"what": runs(what), "why": runs(why), "command": gap.command}


def _chip(verdict: str, word: str) -> dict[str, str]:
    colour = _COLOURS.get(verdict, verdict)
    return {"icon": icon(verdict), "word": word, "colour": colour}


def _claims(part: ClaimsPart) -> dict[str, Any]:
    return {
        "caption": part.caption,
        "tally": [_chip(verdict, counted(verdict, count)) for verdict, count in part.tally],
        "conflicts": [
            {
                "title": box.title,
                "lines": [
                    {
                        "name": line.name,
                        "sum": line.sum,
                        "outcome": line.outcome,
                        "agrees": line.agrees,
                    }
                    for line in box.lines
                ],
                "text": runs(box.text),
            }
            for box in part.conflicts
        ],
        "rows": [
            {
                "claim": runs(row.claim),
                "against": runs(row.against),
                "chip": _chip(row.verdict, WORDS[row.verdict]),
                "qualifier": row.qualifier,
                "why": runs(row.why),
                "likely_error": row.likely_error,
                "details": _lines(row.details),
                "links": [_piece(link) for link in row.links],
            }
            for row in part.rows
        ],
    }


def _lines(texts: Sequence[str]) -> list[list[dict[str, Any]]]:
    return [runs(text) for text in texts]


# Installed with the typesetter, so that every machine sets the same document.
FONT = "Source Sans Pro"
_FONT_PACKAGE = "font_source_sans_pro"
_SPACE = 'xmlns="http://www.w3.org/2000/svg"'
_SIZE, _SMALL = 15, 14


def chart(picture: Chart) -> str:
    """Return the wide drawing of a chart as an SVG that stands by itself."""
    from entrepot.report.charts import draw

    drawn = draw(picture)[0].replace('class="s-', 'fill="none" class="s-')
    start, _, body = drawn.partition(">")
    size = start.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    start = start.replace("<svg", f'<svg {_SPACE} width="{size[0]}" height="{size[1]}"', 1)
    return f"{start}><style>{_style()}</style>{body}"


def swatch(name: str) -> str:
    """Return the mark of a key."""
    return _small(26, 14, SWATCHES[name].replace('class="s-', 'fill="none" class="s-'))


_BAR, _HIGH = 160, 11
"""Width and height of the range bar of a card, as wide as a column of a note."""


def range_bar(bar: RangeBar) -> str:
    """Return the range bar of a card: the whole scale, the ranges on it, the value as a tick."""

    def span(ends: tuple[float, float] | None, high: float, colour: str) -> str:
        if ends is None:
            return ""
        left, right = ends
        wide = max(right - left, 0.006)
        return (
            f'<rect x="{_BAR * left:.1f}" y="{(_HIGH - high) / 2:.1f}" width="{_BAR * wide:.1f}" '
            f'height="{high}" fill="{PRINT[colour]}"/>'
        )

    spans = (
        ((0.0, 1.0), 1.2, "rule"),
        *((one, 6, "supplier-mid") for one in (bar.published, bar.computed)),
    )
    at = _BAR * bar.value - 1
    tick = f'<rect x="{at:.1f}" y="0" width="2" height="{_HIGH}" fill="{PRINT["ink"]}"/>'
    return _small(_BAR, _HIGH, "".join(span(*one) for one in spans) + tick)


def icon(verdict: str) -> str:
    """Return the sign of a verdict in its colour."""
    colour = PRINT[
        "cannot" if verdict == "inconsistent" else verdict.replace("not_enough_evidence", "open")
    ]
    path = (
        f'<path d="{ICONS[verdict]}" fill="none" stroke="{colour}" stroke-width="2.2" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    return _small(16, 16, path)


def _small(width: int, height: int, body: str) -> str:
    return (
        f'<svg {_SPACE} width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<style>{_style()}</style>{body}</svg>"
    )


def _style() -> str:
    """Return the rules of a drawing with colours as values."""
    rules = colour_rules()
    for name in sorted(PRINT, key=len, reverse=True):
        rules = rules.replace(f"var(--{name})", PRINT[name])
    return (
        f"{rules}text{{font-family:'{FONT}';font-size:{_SIZE}px}}.s{{font-size:{_SMALL}px}}"
        ".b{font-weight:700}"
        f".halo{{paint-order:stroke;stroke:{PRINT['paper']};stroke-width:4px;"
        "stroke-linejoin:round}"
    )


def typeset(page: bytes, inputs: dict[str, str], **form: Any) -> bytes:
    """Return a page that Typst sets, its texts handed over as data and never as markup.

    Parameters
    ----------
    page
        The template.
    inputs
        What the template reads, by name.
    form
        What is made of it: ``format``, and for pictures ``ppi``, pixels to an inch.

    Raises
    ------
    MissingExtraError
        Without Typst, or without the letters that it sets.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("typst", "pdf") from error
    # From memory to memory: no file is written.
    inputs = inputs | {"font": FONT}
    return bytes(typst.compile(page, sys_inputs=inputs, font_paths=_fonts(), **form))


@cache
def _fonts() -> Any:
    """Return all fonts that Typst may set; to look for them takes longer than to set a page."""
    import typst

    package = find_spec(_FONT_PACKAGE)
    if package is None:
        raise MissingExtraError("font-source-sans-pro", "pdf")
    return typst.Fonts(font_paths=list(package.submodule_search_locations or ()))
