"""From the texts of a column to what they mean, each different text once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.areas import WORLD, area
from entrepot.sources.table.codes import area_of, own_area
from entrepot.sources.table.mapping import MappedColumn
from entrepot.sources.table.periods import in_order, spans
from entrepot.sources.table.products import nomenclature_of, product_of
from entrepot.sources.table.roles import AREAS, MARKS
from entrepot.sources.table.words import flow_of, mark_of, word_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.sources.table.plan import Plan, ValueColumns

__all__ = ["Field", "Meaning", "fields", "meanings", "said"]

BETWEEN = "\x1f"
"""Parts the cells of a text that is made of several."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that the rows say.

    Attributes
    ----------
    name
        Role of its column; ``period`` also where it is made of years and months.
    places
        Columns whose cells make up its text.
    month
        Whether the value's own month follows them.
    """

    name: str
    places: tuple[int, ...]
    month: bool = False

    def text(self, row: Sequence[str], group: ValueColumns) -> str:
        """Return its text in a row of the file."""
        return BETWEEN.join([row[place] for place in self.places] + self._more(group))

    def sql(self) -> str:
        """Return SQL for the same."""
        parts = [f"c{place}" for place in self.places] + (["s_month"] if self.month else [])
        return f" || '{BETWEEN}' || ".join(parts)

    def _more(self, group: ValueColumns) -> list[str]:
        return [group.says["month"]] if self.month else []


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means: one or two words of ours; or why its rows are left out."""

    words: tuple[str | None, ...]
    why: str = ""


def fields(plan: Plan) -> list[Field]:
    """Return what the rows of a file say, beside numbers."""
    places = plan.places
    found = [Field(role, (place,)) for role, place in places.items() if role not in _TIMES]
    if "year" in places:
        parts = [places[role] for role in ("year", "quarter", "month") if role in places]
        found.append(Field("period", tuple(parts), month="month" not in places and _own(plan)))
    elif "period" in places:
        parts = [places[role] for role in ("period", "freq") if role in places]
        found.append(Field("period", tuple(parts)))
    found += [Field(mark, (place,)) for mark in MARKS for place in plan.marks[mark]]
    return found


def meanings(field: Field, texts: Sequence[str], plan: Plan) -> dict[str, Meaning]:
    """Return the meaning of each text.

    Raises
    ------
    RequestError
        With the text as ``where``, for the first that has none.
    """
    columns = [plan.mapping.columns[plan.names[place]] for place in field.places]
    found: dict[str, Meaning] = {}
    rest = []
    for text in sorted(texts):
        parts = text.split(BETWEEN)
        if any(_is_left_out(part, column) for part, column in zip(parts, columns, strict=False)):
            found[text] = Meaning((None, None), "left-out")
        else:
            rest.append(text)
    if field.name == "period":
        return found | _periods(rest, columns, plan)
    for text in rest:
        try:
            found[text] = _meaning(field.name, text, columns[0], plan)
        except RequestError as error:
            error.where = text
            raise
    return found


def said(name: str, text: str, plan: Plan, freq: str | None) -> tuple[str | None, ...]:
    """Return the meaning of a word of the mapping itself."""
    if name == "period":
        span = spans([text], freq, plan.mapping.year_starts)[text]
        return (span.start, span.freq)
    if name in AREAS:
        code = str(own_area(text))
        if area(code).kind == "aggregate" and not (code == WORLD and name != "reporter"):
            raise RequestError(
                f"{code} is a total, not an area",
                why="a total listed with its parts is never a row",
                hint=f"name the {name} itself",
            )
        return (code,)
    if name == "flow":
        return _flow(text)
    return _meaning(name, text, MappedColumn.model_construct(role=name), plan).words


_TIMES = ("period", "year", "quarter", "month", "freq")


def _is_left_out(text: str, column: MappedColumn) -> bool:
    """Whether a cell is listed, or begins as one that is listed with a star at its end."""
    return any(
        text == one or (one.endswith("*") and text.startswith(one[:-1])) for one in column.leave_out
    )


def _own(plan: Plan) -> bool:
    return all("month" in group.says for group in plan.groups)


def _meaning(name: str, text: str, column: MappedColumn, plan: Plan) -> Meaning:
    if name in AREAS:
        code = own_area(column.own.get(text)) or area_of(text, column.codes)
        total = area(code).kind == "aggregate"
        return Meaning((None, code), "area-total") if total else Meaning((code,))
    if name == "product":
        product = product_of(text, column)
        level = plan.mapping.level
        other = level is not None and level != product.level
        return Meaning((product.code, str(product.level)), "other-level" if other else "")
    if name == "flow":
        flow = flow_of(text, column)
        within = flow.startswith("re") and plan.mapping.reexports == "within"
        return Meaning(_flow(flow), "part-of-flow" if within else "")
    if name in MARKS:
        return Meaning((mark_of(text, column, plan.mapping),))
    if name == "nomenclature":
        return Meaning((nomenclature_of(column.own.get(text, text)),))
    return Meaning((word_of(name, column.own.get(text, text), plan.mapping),))


def _flow(flow: str) -> tuple[str, str | None]:
    """Return import or export, and whether goods had come in before."""
    if flow in ("reexport", "reimport"):
        return flow.removeprefix("re"), "true"
    return flow, None


def _periods(texts: Sequence[str], columns: list[MappedColumn], plan: Plan) -> dict[str, Meaning]:
    by_freq: dict[str | None, dict[str, str]] = defaultdict(dict)
    for text in texts:
        parts = [
            column.own.get(part, part)
            for part, column in zip(text.split(BETWEEN), columns, strict=False)
        ] + text.split(BETWEEN)[len(columns) :]
        freq = parts.pop() if columns[-1].role == "freq" else plan.mapping.freq
        by_freq[freq][text] = in_order(_spelled(parts, columns), columns[0].order)
    found: dict[str, Meaning] = {}
    for freq, spelled in by_freq.items():
        read = spans(spelled.values(), freq, plan.mapping.year_starts)
        found |= {text: Meaning((read[one].start, read[one].freq)) for text, one in spelled.items()}
    return found


def _spelled(parts: list[str], columns: list[MappedColumn]) -> str:
    """Return a year and what stands beside it as one text."""
    if len(parts) == 1:
        return parts[0]
    quarter = len(columns) > 1 and columns[1].role == "quarter"
    year, more = parts[0], parts[1]
    if quarter:
        more = re.sub(rf"(?<![0-9]){re.escape(year)}(?![0-9])", "", more).strip(" -/")  # "Q1 2023"
        return f"{year}-Q{more.upper().removeprefix('Q')}"
    return f"{year}-{more.zfill(2)}" if more.isdigit() else f"{more} {year}"
