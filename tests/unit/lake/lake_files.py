"""Small BACI files, made here as CEPII ships them, and a look at what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.model.columns import schema
from entrepot.model.period import Period
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake import Lake

HEAD = "t,i,j,k,v,q"
ROWS = ("2022,156,643,850110,10.5,2", "2022,643,156,270900,200,1000", "2022,156,398,10121,1,NA")
NAME = "BACI_HS17_Y2022_V202501.csv"

MAPPING = """format: 1
id: mine
title: A table of mine
reporter: RUS
flow: import
nomenclature: HS2017
columns:
  year: {role: period}
  from: {role: partner, codes: ISO3}
  code: {role: product}
  usd: {role: value, currency: USD, scale: 1}
"""

Write = Callable[..., Path]
Put = Callable[..., None]
USUAL: dict[str, Any] = {
    "period": "2022",
    "exporter": "CHN",
    "importer": "RUS",
    "product": "850110",
    "nomenclature": "HS2017",
    "value_usd": 1e6,
    "valuation": "FOB",
    "reported_by": "exporter",
}


@dataclass(frozen=True)
class MadeParser:
    """A parser that has its rows already; what a row does not say is as usual, or null."""

    made: tuple[dict[str, Any], ...]
    vintage: str

    def tables(self, file: Any, *_: object) -> Iterator[FileTable]:
        yield FileTable(file.path, file.name, "", self.vintage)

    def rows(self, connection: Any, _: FileTable) -> ParsedRows:
        kinds = schema("flows")
        names = [name for name in kinds if name not in ("source", "snapshot")]
        lines = []
        for row in self.made:
            period = Period.parse(row.get("period", USUAL["period"]))
            full = USUAL | row | {"period": period.start, "freq": period.freq}
            cells = (full.get(name) for name in names)
            lines.append(", ".join("NULL" if cell is None else literal(cell) for cell in cells))
        values = ", ".join(f"({line})" for line in lines)
        cast = ", ".join(f"{name}::{kinds[name]} AS {name}" for name in names)
        query = f"SELECT {cast} FROM (VALUES {values}) AS t({', '.join(names)})"
        return ParsedRows(connection.sql(query), {}, lambda _: "")


def rows_of(lake: Lake, *columns: str, by: str = "importer") -> list[tuple[object, ...]]:
    """Return rows of what is held of BACI, in order."""
    frame = lake.flows("baci", by=by).select(*columns)
    return sorted(frame.to_native().fetchall(), key=str)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder but those that are only there to be locked."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("lock", "readers")
    }
