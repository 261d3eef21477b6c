"""A card: one figure complete, as a fragment for a notebook and as text for a terminal.

It knows words and places on an axis, no Figure: `entrepot.figures.figure` fills it in. The fragment
needs no script, font or image from outside and follows the theme of the notebook.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MONEY, NBSP, agreed, around, split_address, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROWS = 12
"""Specifications that a fragment draws, and rows of a table that it has."""
_TERMINAL = 12
"""Values on one line of a terminal."""


@dataclass(frozen=True, slots=True)
class CardMark:
    """One specification: its words, its value as text, its place from 0 to 1."""

    label: str
    text: str
    place: float
    published: bool = False
    headline: bool = False


@dataclass(frozen=True, slots=True)
class FigureCard:
    """What a card says.

    Attributes
    ----------
    value, unit
        As people read them; empty without a value.
    place, low, high
        Of value and range on the axis, 0 to 1; None where there is no axis.
    axis
        Words at its two ends.
    range, span
        The range in words, and what spans it.
    choices
        The range by each choice alone: name, ends, whether it is the most influential.
    facts
        Label and text of definition, denominator, evidence; a text may have several lines.
    table
        Head and first rows behind the value, as text.
    rest
        How many more rows there are.
    reason
        Why there is no value.
    python
        The line that gives it again.
    """

    title: str
    value: str
    unit: str
    place: float | None
    low: float | None
    high: float | None
    axis: tuple[str, str]
    range: str
    span: str
    choices: tuple[tuple[str, str, bool], ...]
    marks: tuple[CardMark, ...]
    facts: tuple[tuple[str, str], ...]
    caveats: tuple[tuple[str, str], ...]
    table: tuple[Sequence[str], Sequence[Sequence[str]]]
    rest: int
    reason: str
    python: str
    id: str


_LIGHT = (
    "--p:#fff;--n:#f3f6f8;--i:#14202b;--m:#4d5a67;--r:#c9d1d9;--g:#e1e7ec;--s:#0a5c9e;--d:#5792c6;"
    "color-scheme:light"
)
_DARK = (
    "--p:#0f171e;--n:#17212a;--i:#e8eef3;--m:#a8b5c1;--r:#3a4854;--g:#25313b;--s:#6cb4f5;"
    "--d:#3f78aa;color-scheme:dark"
)
_STYLE = f"""<style>.epf{{{_LIGHT};box-sizing:border-box;max-width:760px;background:var(--p);\
color:var(--i);border-top:3px solid var(--i);padding:14px 2px 10px;font:400 14px/1.45 system-ui,\
-apple-system,"Segoe UI",Roboto,Arial,sans-serif;font-variant-numeric:lining-nums tabular-nums}}
@media (prefers-color-scheme:dark){{.epf{{{_DARK}}}}}
[data-jp-theme-light=true] .epf,.vscode-light .epf{{{_LIGHT}}}
[data-jp-theme-light=false] .epf,.vscode-dark .epf{{{_DARK}}}
.epf *{{box-sizing:border-box}}.epf p{{margin:0}}.epf .hd{{font-size:15px;font-weight:600}}
.epf .t{{display:grid;grid-template-columns:minmax(190px,240px) minmax(0,1fr);gap:6px 32px;\
align-items:start;margin-top:4px}}
.epf .v{{font-size:42px;font-weight:750;letter-spacing:-.03em;line-height:1.1;color:var(--s);\
white-space:nowrap}}.epf .v small{{font-size:.5em;font-weight:650;margin-left:.25em}}
.epf .b{{position:relative;height:20px;margin:4px 0 2px}}.epf .b:before{{content:"";\
position:absolute;inset:9px 0 auto 0;height:2px;background:var(--g)}}.epf .b i{{position:absolute;\
top:6px;height:8px;background:var(--d);border-radius:1px}}.epf .b b{{position:absolute;top:1px;\
width:4px;height:18px;margin-left:-2px;background:var(--s);box-shadow:0 0 0 1.5px var(--p)}}
.epf .s{{display:flex;justify-content:space-between;font-size:12px;color:var(--m)}}
.epf .w{{font-weight:600;margin-top:4px}}.epf .m{{color:var(--m);font-size:13px}}
.epf .g{{display:grid;grid-template-columns:minmax(0,max-content) minmax(90px,1fr) max-content;\
gap:3px 12px;align-items:center;font-size:13px}}.epf .l,.epf .n{{text-align:right}}\
.epf .g .h{{font-weight:650;color:var(--s)}}.epf .r{{position:relative;height:15px;\
background:linear-gradient(var(--g),var(--g)) 0 7px/100% 1px no-repeat}}\
.epf .r i{{position:absolute;top:3px;\
width:10px;height:10px;margin-left:-5px;border-radius:50%;background:var(--s)}}\
.epf .r .p{{border-radius:0;background:var(--p);border:1.5px solid var(--i)}}
.epf table{{border-collapse:collapse;font-size:13px;margin:8px 0 0;background:none;color:inherit}}\
.epf th,.epf td{{text-align:left;padding:2px 14px 2px 0;border:0;border-bottom:1px solid var(--g);\
background:none;color:inherit}}.epf th{{font-weight:600;color:var(--m)}}\
.epf td.n,.epf th.n{{text-align:right}}
.epf details{{border-top:1px solid var(--r);margin-top:10px;padding-top:6px}}.epf summary{{\
cursor:pointer;color:var(--s);font-weight:550;width:fit-content}}.epf ol{{margin:4px 0 2px;\
padding-left:1.4em}}.epf li{{margin:0 0 5px;max-width:66ch}}
.epf dl{{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:10px 0 0;\
font-size:13px}}.epf dt{{color:var(--m);font-weight:400}}.epf dd{{margin:0;max-width:64ch;\
overflow-wrap:anywhere}}.epf a{{color:var(--s)}}.epf code{{font:12px ui-monospace,Menlo,Consolas,\
monospace;background:var(--n);padding:1px 5px;color:var(--i)}}
@media(max-width:520px){{.epf .t,.epf dl{{grid-template-columns:1fr}}}}</style>"""


def fragment(label: str, parts: Iterable[str]) -> str:
    """Return parts of HTML as one fragment with its style, for a notebook."""
    inside = "".join(parts)
    return f'{_STYLE}<div class="epf" role="group" aria-label="{escape(label)}">{inside}</div>'


def page_of(title: str, inside: str) -> str:
    """Return a fragment as a page of its own."""
    head = '<!doctype html><html lang="en"><meta charset="utf-8">'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return f"{head}{view}<title>{escape(title)}</title><body>{inside}</body></html>\n"


def card_html(card: FigureCard) -> str:
    """Return a card as a fragment of HTML, under 20 kB."""
    left = [_value_html(card)]
    if card.axis[0] and card.place is not None:
        left += [_bar_html(card), _ends(card.axis)]
    if card.range:
        left.append(f'<p class="w">{escape(card.range)}</p>')
    if card.choices:
        said = "; ".join(
            f"{name}: {ends}{', most influential' if first else ''}"
            for name, ends, first in card.choices
        )
        left.append(f'<p class="m">{escape(said)}</p>')
    right = _right_html(card)
    wide = "" if right else ' style="grid-template-columns:1fr"'
    parts = [f'<p class="hd">{escape(card.title)}</p>']
    parts.append(f'<div class="t"{wide}><div>{"".join(left)}</div>{right}</div>')
    if any(card.table):
        parts.append(table_html(*card.table, rest=card.rest))
    reproduce = (("Reproduce", f"<code>{escape(card.python)}</code>"),) if card.python else ()
    facts = [(name.capitalize(), _linked(text)) for name, text in card.facts]
    if card.id:
        facts.append(("Identifier", f"<code>{escape(card.id)}</code>"))
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{text}</dd>" for name, text in (*facts, *reproduce))
    parts.append(f"<dl>{rows}</dl>")
    if card.caveats:
        count = len(card.caveats)
        items = "".join(f"<li>{escape(text)}</li>" for text, _ in card.caveats)
        head = f"{count} caveat{'' if count == 1 else 's'}"
        parts.append(f"<details><summary>{head}</summary><ol>{items}</ol></details>")
    return fragment(f"Figure: {card.title}", parts)


def _value_html(card: FigureCard) -> str:
    if not card.value:
        return (
            '<p class="v" style="color:var(--i)">–</p><p class="w">No value: data are missing</p>'
        )
    before, behind = around(card.unit)
    first = f'<small style="margin:0 .25em 0 0">{escape(before)}</small>' if before else ""
    last = f"<small>{escape(behind)}</small>" if behind else ""
    return f'<p class="v">{first}{escape(card.value)}{last}</p>'


def _bar_html(card: FigureCard) -> str:
    assert card.place is not None
    low = card.place if card.low is None else card.low
    high = card.place if card.high is None else card.high
    spans = f'<i style="left:{_pct(low)};width:{_pct(high - low)}"></i>' if high > low else ""
    return f'<div class="b" aria-hidden="true">{spans}<b style="left:{_pct(card.place)}"></b></div>'


def _pct(place: float) -> str:
    return f"{100 * place:.1f}%"


def _ends(axis: tuple[str, str]) -> str:
    first, last = (escape(one) for one in axis)
    return f'<p class="s" aria-hidden="true"><span>{first}</span><span>{last}</span></p>'


def _right_html(card: FigureCard) -> str:
    if card.reason:
        lines = "".join(f"<p>{escape(line)}</p>" for line in card.reason.splitlines())
        return f"<div>{lines}</div>"
    # More specifications than rows would be a cloud: then the range in words has to do.
    if not 1 < len(card.marks) <= ROWS:
        return f'<div><p class="m">{escape(card.span)}</p></div>' if card.span else ""
    rows = []
    for mark in card.marks:
        bold = " h" if mark.headline else ""
        kind = ' class="p"' if mark.published else ""
        rows.append(
            f'<span class="l{bold}">{escape(mark.label)}</span><span class="r">'
            f'<i{kind} style="left:{_pct(mark.place)}"></i></span>'
            f'<span class="n{bold}">{escape(mark.text)}</span>'
        )
    said = f"{len(card.marks)} specifications: " + ", ".join(
        f"{mark.label} {mark.text}" for mark in card.marks
    )
    notes = "Range across definitions, not a confidence interval."
    if any(mark.published for mark in card.marks):
        notes = f"● computed &ensp;□ published by others. {notes}"
    return (
        f'<div><div class="g" role="img" aria-label="{escape(said)}">{"".join(rows)}</div>'
        f'<p class="m" style="margin-top:4px">{notes}</p></div>'
    )


def _linked(text: str) -> str:
    """Return a text with its addresses as links; lines stand under each other."""
    words = []
    # split(" ") and not split(): line ends have to stay, as words of their own.
    for word in text.replace("\n", " \n ").split(" "):
        if word == "\n":
            words.append("<br>")
        # Addresses of published figures come from data: only these
        # two schemes make a link, so that no javascript: does.
        elif (
            word.startswith(("https://", "http://"))
            and (link := split_address(word))
            and link.hostname
        ):
            words.append(f'<a href="{escape(word)}" rel="noopener">{escape(word)}</a>')
        else:
            words.append(escape(word))
    return " ".join(words)


def table_html(
    head: Sequence[str], rows: Sequence[Sequence[Any]], most: int = ROWS, *, rest: int = 0
) -> str:
    """Return a table of texts, with how many rows are not shown: `rest` are not in `rows` either.

    Columns of numbers are set to the right.
    """
    shown = [[_cell(cell) for cell in row] for row in rows[:most]]
    right = [
        bool(shown) and all(_is_number(row[at]) for row in shown if row[at])
        for at in range(len(head))
    ]
    kinds = ['class="n"' if one else "" for one in right]
    names = "".join(
        f"<th {kind}>{escape(name)}</th>" for kind, name in zip(kinds, head, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(f'<td {k}>{escape(c)}</td>' for k, c in zip(kinds, row, strict=True))}</tr>"
        for row in shown
    )
    rest += len(rows) - len(shown)
    more = f'<p class="m">and {more_rows(rest)}</p>' if rest else ""
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>{more}"


def more_rows(count: int) -> str:
    """Return how many rows of a table are not shown.

    Examples
    --------
    >>> more_rows(1), more_rows(2000)
    ('1 more row', '2,000 more rows')
    """
    return agreed(count, "more row", "more rows")


def _cell(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _is_number(text: str) -> bool:
    first, _, rest = text.partition(NBSP)
    text = rest if first in MONEY else text
    # Empty text is "in" any string: empty cells do not turn a column of numbers into one of words.
    return text[:1].isdigit() or text[:1] in "−+–-"


# The same as text.


def card_text(card: FigureCard, width: int = 100) -> str:
    """Return a card as text of at most so many columns, without colour.

    Parameters
    ----------
    width
        Columns: 60 or more.
    """
    gap = 15 if width >= 96 else 12
    lines = [*textwrap.wrap(card.title, width), ""]
    if not card.value:
        lines += _row("missing", card.reason or "no value", gap, width)
    else:
        lines += _head(card, gap, width)
    if card.span:
        lines += _row("range of", card.span, gap, width)
    lines += _choice_lines(card, gap, width)
    lines += _mark_lines(card, gap, width)
    for label, text in card.facts:
        lines += _row(label, text, gap, width)
    lines += _table_lines(card, width)
    for place, (text, name) in enumerate(card.caveats, 1):
        label = "caveats" if place == 1 else ""
        lines += _row(label, f"{place}  {text} [{name}]", gap, width, hang=3)
    if card.id:
        lines += _row("identifier", card.id, gap, width)
    return "\n".join(line.rstrip() for line in lines)


def _head(card: FigureCard, gap: int, width: int) -> list[str]:
    value = with_unit(card.value, card.unit).replace(NBSP, " ")
    pad = "   " if width >= 96 else "  "
    first = f"{pad}{value}"
    indent = max(gap, len(first) + 2)
    bar = _bar(card, width - indent - 4) if card.axis[0] and card.place is not None else ""
    below = _row("", card.range, indent, width) if card.range else []
    return [f"{first:<{indent}}{bar}", *below, ""]


def _bar(card: FigureCard, room: int) -> str:
    """Return the range on its axis: ``0 ├──▓▓█▓▓──┤ 100 %``."""
    first, last = card.axis
    cells = min(42, room - len(first) - len(last) - 4)
    if cells < 10 or card.place is None:
        return ""
    low = card.place if card.low is None else card.low
    high = card.place if card.high is None else card.high
    # Range first, value last, so that a value at an end of its range stays visible.
    ends = [min(cells - 1, max(0, round(place * (cells - 1)))) for place in (low, high)]
    drawn = ["▓" if ends[0] <= at <= ends[1] else "─" for at in range(cells)]
    drawn[min(cells - 1, max(0, round(card.place * (cells - 1))))] = "█"
    return f"{first} ├{''.join(drawn)}┤ {last}"


def _choice_lines(card: FigureCard, gap: int, width: int) -> list[str]:
    if not card.choices:
        return []
    names = max(len(name) for name, _, _ in card.choices)
    ends = max(len(text) for _, text, _ in card.choices)
    apart = "   " if gap + names + ends + 22 <= width else "  "
    return [
        f"{'by choice' if at == 0 else '':<{gap}}{name:<{names}}{apart}{text:<{ends}}"
        f"{f'{apart}most influential' if first else ''}"
        for at, (name, text, first) in enumerate(card.choices)
    ]


def _mark_lines(card: FigureCard, gap: int, width: int) -> list[str]:
    if not 1 < len(card.marks) <= _TERMINAL:
        return []
    groups: dict[tuple[str, bool], list[str]] = {}
    for mark in card.marks:
        groups.setdefault((mark.label.partition(",")[0], mark.published), []).append(mark.text)
    lines: list[str] = []
    for (name, published), texts in groups.items():
        sign = "□" if published else "●"
        said = f"{'  '.join(f'{sign} {text}' for text in texts)}  {name}"
        lines += _row("" if lines else "values", said, gap, width)
    if any(published for _, published in groups):
        lines.append(f"{'':<{gap}}● computed  □ published by others")
    return lines


def _table_lines(card: FigureCard, width: int) -> list[str]:
    head, rows = card.table
    if not head:
        return []
    cells = [list(head), *([_cell(one) for one in row] for row in rows)]
    sizes = [max(len(row[at]) for row in cells) for at in range(len(head))]
    # Columns fall off on the right, where the less important ones are.
    while len(sizes) > 1 and sum(sizes) + 2 * len(sizes) > width:
        sizes.pop()
    right = [all(_is_number(row[at]) for row in cells[1:] if row[at]) for at in range(len(sizes))]
    lines = [
        "  ".join(
            f"{row[at]:>{size}}" if right[at] else f"{row[at]:<{size}}"
            for at, size in enumerate(sizes)
        )
        for row in cells
    ]
    more = [f"and {more_rows(card.rest)}"] if card.rest else []
    return ["", *lines, *more, ""]


def _row(label: str, text: str, gap: int, width: int, hang: int = 0) -> list[str]:
    """Return a label and a text of any lines beside it, wrapped under itself."""
    found: list[str] = []
    for line in text.splitlines() or [""]:
        wrapped = textwrap.wrap(
            line,
            width - gap,
            subsequent_indent=" " * hang,
            break_on_hyphens=False,
        )
        found += wrapped or [""]
    return [f"{label if at == 0 else '':<{gap}}{line}" for at, line in enumerate(found)]
