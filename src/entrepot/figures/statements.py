"""Published statements: those that come with the program, and the user's own from the lake."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from entrepot.figures.card import fragment, table_html
from entrepot.figures.curve.choices import TIME_WINDOWS_AS_ASKED as AS_ASKED
from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.definition import DOLLARS
from entrepot.figures.evidence import PublishedMark
from entrepot.lake import Lake, fetch
from entrepot.model.area_names import as_codes
from entrepot.model.areas import area_phrase
from entrepot.model.period import Period
from entrepot.model.table_files import TableResult
from entrepot.sources.published.parse import (
    PublishedRows,
    by_origin,
    matching,
    origin_name,
    published,
    ranked,
)
from entrepot.sources.published.row import COLUMNS, Published

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Specification
    from entrepot.sources.published.parse import Kind


def statements(kind: Kind, lake: Lake) -> PublishedRows:
    """Return every statement of a kind, the user's own collection after the bundled ones.

    Parameters
    ----------
    kind
        ``published`` (what others printed), ``computed`` (our own results) or ``all``.
    lake
        Where files added with ``data add published FILE`` are.
    """
    bundled = published(kind)
    if kind == "computed" or not lake.holds("published"):
        return bundled
    # With the file that each row came in: the evidence of an answer names it.
    names = (*COLUMNS, "snapshot")
    rows = lake.table("published", source="published").select(*names)
    own = (_row(dict(zip(names, cells, strict=True))) for cells in fetch(rows))
    return PublishedRows((*bundled, *own))


@dataclass(frozen=True, slots=True)
class PublishedFigures(TableResult):
    """Published figures that were chosen, the best first."""

    figures: tuple[Published, ...]

    def __len__(self) -> int:
        return len(self.figures)

    def __iter__(self) -> Iterator[Published]:
        return iter(self.figures)

    def rows(self) -> list[dict[str, Any]]:
        """Return every field of each: what it is of, as published, by whom, and the address."""
        return [
            asdict(one) | {"period": str(one.period), "base": str(one.base) if one.base else ""}
            for one in self.figures
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain JSON types."""
        return {"figures": self.rows()}

    def _shown(self) -> tuple[list[str], list[list[str]]]:
        rows = [
            [one.id, one.measure, str(one.period), one.printed, one.publisher, one.origin]
            for one in self.figures
        ]
        return ["id", "measure", "period", "as published", "publisher", "primary source"], rows

    def __str__(self) -> str:
        head, rows = self._shown()
        return "\n".join("  ".join(row) for row in (head, *rows))

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_html_(self) -> str:
        title = f"{len(self):,} published figures"
        parts = [f'<p class="hd">{title}</p>', table_html(*self._shown(), most=60)]
        return fragment(title, parts)


def published_figures(
    *,
    measure: str = "",
    exporter: str = "",
    importer: str = "",
    goods: str = "",
    period: str | int = "",
    primary_source: str = "",
    lake: Lake | str | os.PathLike[str] | None = None,
) -> PublishedFigures:
    """Find published figures: bundled ones, and those that were added to the lake.

    Parameters
    ----------
    measure
        Such as ``import_share``; empty for all.
    exporter, importer
        By code or name; several joined with ``+``.
    goods
        Goods as a definition names them (``chpl`` with its parts, ``8542``), or words in which
        they are published (``machine tools``).
    period
        Exactly this period.
    primary_source
        Whose number it is, such as ``GACC`` or ``Chinese customs``; publishers may copy it.

    Raises
    ------
    UnknownNameError
        For an area that does not exist.

    Examples
    --------
    >>> import entrepot as ep
    >>> found = ep.published(exporter="CHN", importer="RUS", period=2023, measure="value")
    >>> found.rows()[0]["measure"]
    'value'
    """
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    rows = statements("all", opened)
    exact = {"measure": measure, "origin": origin_key(primary_source, rows)}
    seller, buyer = as_codes(exporter) or None, as_codes(importer) or None
    for codes in filter(None, (seller, buyer)):
        area_phrase(codes)  # for its error: an unknown name would find nothing
    found = matching(
        rows,
        period=period or None,
        exporter=seller,
        importer=buyer,
        **{name: value for name, value in exact.items() if value},
    )
    chosen = [row for row in found if not goods or is_of_goods(row, goods)]
    return PublishedFigures(ranked(chosen))


def origin_key(text: str, rows: PublishedRows) -> str:
    """Return the key of a primary source by its key or name in any case; else the text itself."""
    wanted = text.strip().casefold()
    keys = dict.fromkeys(row.origin for row in rows if row.origin) if wanted else ()
    return next(
        (key for key in keys if wanted in (key.casefold(), origin_name(key).casefold())), text
    )


def is_of_goods(row: Published, goods: str) -> bool:
    """Whether a row is of goods: their key, a part of their list, or words that it has."""
    key, text = row.goods.casefold(), goods.strip().casefold()
    return key == text or key.startswith(f"{text}:") or text in row.goods_words.casefold()


def stated(
    rows: PublishedRows, definition: Definition, *, any_basis: bool = False
) -> tuple[Published, ...]:
    """Return the rows that state just what a definition asks for, best first.

    With `any_basis` also those that count the goods by origin, by seller or by their maker.
    """
    found = matching(
        rows.about(definition.measure, definition.flow, definition.goods),
        exporter=definition.exporter,
        importer=definition.importer,
        period=definition.period,
        base=definition.base,
        basis=None if any_basis else definition.basis,
    )
    wanted = definition.valuation
    return ranked(
        row
        for row in found
        if row.middle is not None
        and row.currency in ("", definition.currency or DOLLARS)
        and (wanted is None or row.valuation.lower() == wanted)
    )


def _row(cells: dict[str, object]) -> Published:
    base = cells["base"]
    periods = {
        "period": Period.parse(str(cells["period"])),
        "base": Period.parse(str(base)) if base else None,
    }
    return Published(**cells | periods)  # type: ignore[arg-type]


# Printed numbers beside a specification curve: each goes with the specifications it names.


ORIGINS = {
    "BACI": ("baci",),
    "COMTRADE": ("comtrade",),
    "DESTATIS": ("comext", "comtrade"),
    "EUROSTAT": ("comext",),
    "FCS": ("comtrade",),
    "GACC": ("gacc", "comtrade"),
    "IMF": ("imts",),
}
"""Whose number it is, and the sources that have the same statistics, the closest first.

What a national customs service prints is what its country reports to Comtrade.
"""


def in_print(
    definition: Definition, items: Sequence[Specification], lake: Lake
) -> tuple[PublishedMark, ...]:
    """Place the printed numbers that a reader would hold against a curve.

    They are those of the same measure, goods and time, with Hong Kong or without, whatever their
    basis. One belongs to the specifications that make all choices its text names: whose
    statistics, whose report, which territory. It belongs to none where it is another thing (goods
    by origin, by seller, by the seat of their maker) or where its statistics are not among those
    held. Copies of one origin's number count once.
    """
    found: dict[str, PublishedMark] = {}
    for place, asked in territory_choices(definition):
        rows = stated(statements("published", lake), asked, any_basis=True)
        fitting = [row for row in rows if not row.per]
        for group in by_origin(fitting).values():
            reported: set[tuple[float | None, float | None, str]] = set()
            for row in group:
                # One origin's number is often printed by many; the best copy comes first.
                if (row.low, row.high, row.basis) not in reported:
                    reported.add((row.low, row.high, row.basis))
                    found[row.id] = _placed(row, asked, place, items)
    return tuple(found.values())


def _placed(
    row: Published, asked: Definition, place: str, items: Sequence[Specification]
) -> PublishedMark:
    if row.basis not in ("", "dispatch"):
        why = f"it counts goods by {row.basis.replace('_', ' ')}, the curve by dispatch"
        return PublishedMark(row, {}, 0, None, why)
    there = {item.choices.get("source") for item in items}
    source = next((name for name in ORIGINS.get(row.origin, ()) if name in there), None)
    # Where nobody's rows are at hand, the number may be a specification by itself.
    choices = {"source": source} if source else {"source": "published", "origin": row.origin}
    if len({item.choices.get("territory") for item in items}) > 1:
        choices["territory"] = place
    for side in ("importer", "exporter"):
        # An office prints its own country's report, which is one side of the curve's.
        if source and row.reporter in asked.members(side):
            choices["report"] = f"{side}'s"
    fitting = [
        item
        for item in items
        if choices.items() <= item.choices.items()
        and item.choices.get("window", AS_ASKED) == AS_ASKED  # an average is no printed period
    ]
    if not fitting and source is None:
        return PublishedMark(row, {}, 0, None, "the curve has no statistics of that origin")
    if not fitting:
        words = ", ".join(choices.values())
        return PublishedMark(row, choices, 0, None, f"no specification has {words}")
    agrees = any(_allows(row, item.value) for item in fitting)
    return PublishedMark(row, choices, len(fitting), agrees, "")


def _allows(row: Published, value: float) -> bool:
    """Whether the printed digits leave a value open."""
    return (row.low is None or row.low <= value) and (row.high is None or value <= row.high)
