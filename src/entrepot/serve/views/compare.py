"""Two dependences side by side: countries, lists, suppliers or periods."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.report.comparison import (
    ComparisonSide,
    SideComparison,
    answer,
    breaks,
    compared,
    headings,
    parts_apart,
    picture,
    shared,
    undrawn,
)
from entrepot.report.phrasing import capital
from entrepot.serve.answer import AnswerRows, ServedAnswer, as_json, as_svg
from entrepot.serve.request_body import single
from entrepot.serve.service import resumed
from entrepot.serve.site import area_label, known_area, page
from entrepot.serve.views.figure import figure_rows
from entrepot.serve.views.home import pickers
from entrepot.serve.views.search import in_words, named_area, named_goods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Caveat, Definition, Figure
    from entrepot.lake import Lake

_SIDE = ("importer", "supplier", "goods", "period")
_AREAS = ("importer", "supplier", "importer2", "supplier2")
KEYS = (*_SIDE, *(f"{name}2" for name in _SIDE))
"""Keys of the address: those of the first side, and those in which the second differs."""
_EXAMPLES = (
    (
        "China and Turkey as suppliers of Russia",
        {"importer": "RUS", "supplier": "CHN", "goods": "all", "supplier2": "TUR"},
    ),
    (
        "High-priority goods and all goods from China to Russia",
        {"importer": "RUS", "supplier": "CHN", "goods": "chpl", "goods2": "all"},
    ),
    (
        "Russia and China as buyers from each other",
        {
            "importer": "RUS",
            "supplier": "CHN",
            "goods": "all",
            "importer2": "CHN",
            "supplier2": "RUS",
        },
    ),
    (
        "2021 and 2023, all goods from China to Russia",
        {
            "importer": "RUS",
            "supplier": "CHN",
            "goods": "all",
            "period": "2021",
            "period2": "2023",
        },
    ),
)


# In brackets, so that `split` returns the year as well.
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b(?!-)")
"""A year; not the one of a month."""


@dataclass(frozen=True, slots=True)
class _ComparisonAnswer:
    """What was found, and each Figure's definition as it was asked."""

    found: SideComparison
    asked: dict[int, Definition]

    @property
    def figures(self) -> list[tuple[int, Figure]]:
        """Every Figure with the number of its side: measures, shares over time, suppliers."""
        rows = [(side + 1, row.figures[side]) for row in self.found.rows for side in (0, 1)]
        for parts in (self.found.courses, self.found.suppliers):
            rows += [(side + 1, figure) for side in (0, 1) for figure in parts[side]]
        return rows


def compare_page(lake: Lake, pairs: Sequence[tuple[str, str]]) -> ServedAnswer:
    """Return the page of two sides, or the form to name them."""
    given = single(pairs, KEYS)
    form = {
        "given": given
        | {name: _named(given[name]) for name in _AREAS if name in given}
        | {name: in_words(given[name]) for name in ("goods", "goods2") if name in given},
        **pickers(),
        "examples": [(words, f"/compare?{_query(keys)}") for words, keys in _EXAMPLES],
    }
    # Goods or a supplier alone name no side yet: links from other pages bring them along.
    if not set(given) - {"goods", "supplier"}:
        return page("compare.html.j2", "/compare", found=None, **form)
    comparison = _answer(lake, given)
    found = comparison.found
    parts = parts_apart(found)
    return page(
        "compare.html.j2",
        "/compare",
        found=found,
        heads=headings(found),
        shared=shared(found.sides),
        answer=answer(found),
        drawing=_drawing(found),
        about_chart=_about_chart(found),
        caveats=_caveats(comparison),
        apart=lambda figure: parts.get(id(figure), ""),
        asked=lambda figure: comparison.asked.get(id(figure), figure.definition),
        one_buyer=_one_buyer(found),
        briefs=[
            _brief_of(side, figure) for side, figure in zip(found.sides, found.shares, strict=True)
        ],
        query=_query(given),
        **form,
    )


def compare_table(lake: Lake, pairs: Sequence[tuple[str, str]]) -> AnswerRows:
    """Return every Figure of both sides as a table."""
    comparison = _answer(lake, single(pairs, KEYS))
    head, rows = figure_rows([figure for _, figure in comparison.figures])
    numbered = zip((side for side, _ in comparison.figures), rows, strict=True)
    return AnswerRows(("side", *head), [[side, *row] for side, row in numbered], "compare")


def compare_data(lake: Lake, pairs: Sequence[tuple[str, str]]) -> ServedAnswer:
    """Return every Figure of both sides as JSON."""
    comparison = _answer(lake, single(pairs, KEYS))
    sides = [
        {
            "name": name,
            "figures": [one.to_dict() for place, one in comparison.figures if place == side],
        }
        for side, name in enumerate(comparison.found.names, start=1)
    ]
    return as_json({"answer": answer(comparison.found), "sides": sides})


def compare_chart(lake: Lake, pairs: Sequence[tuple[str, str]]) -> ServedAnswer:
    """Return the chart of both shares over the years.

    Raises
    ------
    NoEvidenceError
        If no share of either side is held.
    """
    from entrepot.report.standalone import framed

    found = _answer(lake, single(pairs, KEYS)).found
    drawn = picture(found)
    if drawn is None:
        raise NoEvidenceError("no shares over time are available for these two sides")
    head = capital(" and ".join(found.names))
    both = "".join(f"; {name.lower()}: {words}" for name, words in shared(found.sides))
    deck = f"Share of the buyer’s imports, per cent of value{both}"
    foot = [text for text in (answer(found), _about_chart(found)) if text]
    return as_svg(framed(drawn, head, deck, foot), "compare")


def _answer(lake: Lake, given: dict[str, str]) -> _ComparisonAnswer:
    """Ask everything of the sides of an address.

    Raises
    ------
    RequestError
        For an address that names no two different sides.
    NotFoundError
        For an area that does not exist.
    """
    sides = _sides(given)
    with resumed(lake, "compare", sides) as context:
        found = compared(context, sides)
    return _ComparisonAnswer(
        # By identity, for a Figure's own definition says
        # more than was asked (which source was chosen).
        found,
        {id(figure): definition for definition, figure in context.questions},
    )


def _sides(given: dict[str, str]) -> tuple[ComparisonSide, ComparisonSide]:
    if "importer" not in given:
        raise RequestError("no importer is given", hint="add importer=RUS")
    first = {name: given[name] for name in _SIDE if name in given}
    second = first | {name: given[f"{name}2"] for name in _SIDE if f"{name}2" in given}
    sides = _side(first), _side(second)
    if sides[0] == sides[1]:
        raise RequestError(
            "both sides are the same",
            hint="name in what the second differs: importer2, supplier2, goods2 or period2",
        )
    return sides


def _named(text: str) -> str:
    """Return areas of an address as a field shows them: by their names."""
    return "+".join(area_label(code) for code in named_area(text).split("+"))


def _side(given: dict[str, str]) -> ComparisonSide:
    goods = named_goods(given.get("goods", "all"))
    importer, supplier = (
        named_area(text) for text in (given["importer"], given.get("supplier", "CHN"))
    )
    known_area(importer)
    known_area(supplier)
    period = Period.parse(given["period"]) if "period" in given else None
    return ComparisonSide(
        # So that CHN+HKG and HKG+CHN are no two sides that differ.
        _in_order(importer, "+"),
        _in_order(supplier, "+"),
        _in_order(goods, ","),
        period,
    )


def _in_order(text: str, mark: str) -> str:
    """Return areas or codes so that those named in another order, or twice, are the same."""
    return mark.join(sorted({part.strip() for part in text.split(mark)}))


def _one_buyer(found: SideComparison) -> bool:
    """Whether the suppliers of both sides are those of one buyer, its goods and period."""
    first, second = ((one.importer, one.goods) for one in found.sides)
    when, other = (figure.definition.period for figure in found.largest)
    return first == second and when == other


def _about_chart(found: SideComparison) -> str:
    """Return what to know of the chart: where reporters change, and what is not in it."""
    drawn = picture(found)
    return " ".join(text for text in (breaks(drawn) if drawn else "", undrawn(found)) if text)


def _caveats(comparison: _ComparisonAnswer) -> list[Caveat]:
    """Return what a reader needs to know before using the Figures, each text once.

    Texts that differ in a year alone are one, with all of their years.
    """
    found: dict[tuple[str, ...], tuple[Caveat, set[str]]] = {}
    for _, figure in comparison.figures:
        for item in figure.caveats:
            # With one year `split` gives three parts: before it, the year, after it.
            before, *year, after = _YEAR.split(item.text) if _one_year(item) else (item.text, "")
            # The text without its year is the key, and its years are collected.
            found.setdefault((item.id, before, after), (item, set()))[1].update(year)
    return [
        replace(item, text=f"{before}{joined(sorted(years)) if years else ''}{after}")
        for (_, before, after), (item, years) in found.items()
    ]


def _one_year(item: Caveat) -> bool:
    return len(_YEAR.findall(item.text)) == 1


def _drawing(found: SideComparison) -> dict[str, object] | None:
    from entrepot.report.charts import draw

    drawn = picture(found)
    return {"key": drawn.key, "drawings": draw(drawn)} if drawn else None


def _brief_of(side: ComparisonSide, share: Figure) -> str:
    """Return the address of the brief of a side, of the period that is compared."""
    keys = {"goods": side.goods, "period": str(share.definition.period)}
    return f"/country/{side.importer}/from/{side.supplier}?{_query(keys)}"


def _query(given: dict[str, str]) -> str:
    return urlencode(given, safe=":@,")
