"""One right file for every reader of text, beyond those that are fuzzed."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from fuzz.grid import Style
from fuzz.subjects import subjects
from tests.unit import test_icio_layouts as layouts
from tests.unit import test_shipments as registers
from tests.unit import test_table_documents as documents

from entrepot.sources.parser import FileOptions
from entrepot.sources.table.draft.draft import draft_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SOURCES", "TEXTS", "TextFile", "text_file"]

ALL = subjects()
FUZZED = sorted(name for name, one in ALL.items() if not one.write and name != "table-mapping")
ANSWERS = {
    "reporter: TODO": "reporter: IND", "flow: TODO": "flow: import", "scale: TODO": "scale: 1",
    "nomenclature: TODO": "nomenclature: HS2022", "product: TODO": "product: TOTAL",
    "currency: TODO": "currency: EUR",
}  # fmt: skip
ROWS = (
    "Note,Year,Partner,HS,Value (USD)\n"
    "abc,2023,China,854231,501\ndefg,2023,Japan,854231,7012\nhijk,2023,Germany,854231,8013\n"
)
SPAIN = {
    "flow": (1, "I"), "year": (2, "23"), "month": (4, "04"), "office": (6, "08"),
    "code": (26, "854231900000"), "kind": (38, "D"), "origin": (67, "CN "), "sent": (70, "NL "),
    "mass": (90, "000000000000120"), "value": (120, "000000001500"), "terms": (175, "CIF"),
}  # fmt: skip


@dataclass(frozen=True)
class TextFile:
    """A file that is read whole; `inside` is the member that is damaged, where it is an archive.

    `delim` is the sign between cells, nothing where there are none; `encoding` is that of the file.
    """

    source: str
    name: str
    data: bytes
    said: FileOptions
    delim: str = ","
    encoding: str = "utf-8"
    inside: str = ""
    takes_blanks: bool = True

    def packed(self, damaged: bytes) -> bytes:
        """Return the file with other bytes: those of its member, where it is an archive."""
        if not self.inside:
            return damaged
        with tempfile.TemporaryDirectory() as folder:
            whole, other = Path(folder) / "whole", Path(folder) / "other"
            whole.write_bytes(self.data)
            with zipfile.ZipFile(whole) as source, zipfile.ZipFile(other, "w", 8) as target:
                for one in source.namelist():
                    target.writestr(one, damaged if one == self.inside else source.read(one))
            return other.read_bytes()

    @property
    def text(self) -> bytes:
        """What is damaged."""
        if not self.inside:
            return self.data
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "whole"
            path.write_bytes(self.data)
            with zipfile.ZipFile(path) as source:
                return source.read(self.inside)


def _fuzzed(name: str) -> TextFile:
    for number in range(999):
        made = ALL[name].make(Random(f"half {name} {number}"))
        if (made.sure or name == "published") and made.packs and made.grid.rows:
            data = Style(made.delim, encoding=made.encoding).write(made.grid)
            blanks = name != "published"
            return TextFile(
                *(ALL[name].source, made.name, data, made.said, made.delim, made.encoding),
                takes_blanks=blanks,
            )
    raise AssertionError(name)


def _comtrade_json() -> TextFile:
    made = ALL["comtrade-json"].make(Random("half json"))
    data, _ = ALL["comtrade-json"].write(Random("half json"), made, True)  # type: ignore[misc]
    return TextFile("comtrade", "answer.json", data, made.said, "", "utf-8")


def _table(name: str, data: bytes, delim: str = ",", encoding: str = "utf-8") -> TextFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        mapping = draft_mapping(path).text
    for question, answer in ANSWERS.items():
        mapping = mapping.replace(question, answer)
    return TextFile("table", name, data, FileOptions(mapping=mapping), delim, encoding)


def _document(name: str, content: object) -> TextFile:
    with tempfile.TemporaryDirectory() as folder:
        path = documents.written(Path(folder), name, content)  # type: ignore[arg-type]
        return _table(name, path.read_bytes(), "")


def _register() -> TextFile:
    with tempfile.TemporaryDirectory() as folder:
        lines = ({}, {"Item": "2"}, {"Item": "3", "Value": "7,25"})
        path = registers._file(Path(folder), *lines)
        options = FileOptions(mapping=registers.LAYOUT)
        return TextFile("shipments", path.name, path.read_bytes(), options, ";")


def _chile() -> TextFile:
    text = registers._chile({}, {"NUMITEM": "2"}, {"NUMITEM": "3", "CIF-ITEM": "777,25"})
    return TextFile(
        "shipments.chile", "enero.txt", text.encode("latin-1"), FileOptions(), ";", "latin-1"
    )


def _spain() -> TextFile:
    lines = [registers._spain(**SPAIN), registers._spain(**SPAIN | {"origin": (67, "TW ")})]
    data = "".join(f"{line}\n" for line in lines).encode("latin-1")
    return TextFile("shipments.spain", "imp2304.txt", data, FileOptions(), "", "latin-1")


def _layout(name: str, made: Callable[[Path], Path], delim: str, inside: str = "") -> TextFile:
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder) / name)
        if path.is_dir():
            packed = Path(folder) / f"{name}.zip"
            with zipfile.ZipFile(packed, "w") as archive:
                for one in sorted(path.rglob("*.*")):
                    archive.write(one, one.relative_to(path))
            path = packed
        options = FileOptions(mapping="rate: 1.25\n", vintage="mine")
        return TextFile("icio", path.name, path.read_bytes(), options, delim, inside=inside)


FIGARO = "{}_eu-ic-io_ind-by-ind_24ed_2020.csv"
MORE: dict[str, Callable[[], TextFile]] = {
    "comtrade-json": _comtrade_json,
    "table-values-last": lambda: _table("table.csv", ROWS.encode()),
    "table-utf-16": lambda: _table("table.csv", ROWS.encode("utf-16"), encoding="utf-16-le"),
    "table-cp1251": lambda: _table("t.csv", ROWS.replace("abc", "Россия").encode("cp1251")),
    "table-below-a-title": lambda: _table("t.csv", b"A title\n\n" + ROWS.encode()),
    "table-tabs": lambda: _table("t.tsv", ROWS.replace(",", "\t").encode(), "\t"),
    "sdmx-csv": lambda: _table("abs.csv", documents.ABS.encode()),
    "sdmx-json": lambda: _document("cube.json", documents.sdmx_json(by_series=True)),
    "json-stat": lambda: _document("cube.json", documents.json_stat()),
    "records": lambda: _document("answer.json", documents.COMTRADE),
    "page": lambda: _document("country.xls", documents.INDIA.replace("<tr>", "\n<tr>")),
    "register": _register,
    "register-of-half-lines": _chile,
    "register-of-fixed-width": _spain,
    "figaro": lambda: _layout(FIGARO.format("matrix"), layouts.figaro, ","),
    "figaro-flat": lambda: _layout(FIGARO.format("flatfile"), layouts.figaro_flat, ","),
    "pymrio-inputs": lambda: _layout("mine_2020", layouts.pymrio, "\t", "Z.txt"),
    "pymrio-demand": lambda: _layout("mine_2020", layouts.pymrio, "\t", "Y.txt"),
    "pymrio-output": lambda: _layout("mine_2020", layouts.pymrio, "\t", "x.txt"),
}
TEXTS = (*FUZZED, *MORE)
"""Every kind of text that the lake reads."""
SOURCES = {ALL[name].source for name in FUZZED} | {"shipments"}
"""Ids of the sources that read them."""


@cache
def text_file(name: str) -> TextFile:
    """Return a file that has to be read, of some rows, as it is usually written."""
    return MORE[name]() if name in MORE else _fuzzed(name)
