"""Four mappings as text, and the same as a reader of them would put it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PLANS", "Column", "Plan"]


@dataclass(frozen=True)
class Column:
    """A column: its name, what it is, and whether it tells rows apart."""

    name: str
    role: str
    tells: bool = True


@dataclass(frozen=True)
class Plan:
    """A mapping as text, and the same as a reader of it would put it."""

    mapping: str
    columns: tuple[Column, ...]
    areas: str
    numbers: str = "plain"
    flows: tuple[str, ...] = ("M", "X")
    imports: str = "M"
    scale: float = 1.0
    pad: bool = False
    period: str = "2024-01-01"
    freq: str = "A"
    product: str = ""
    told: str = ""
    delim: str = ","
    encoding: str = "utf-8"
    pattern: str = r"([0-9]{1,15}(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})?"
    signs: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    wide: bool = False


PLANS = {
    "codes": Plan(
        """format: 1
nomenclature: HS2017
period: '2024'
columns:
  reporter: {role: reporter, codes: M49}
  partner: {role: partner, codes: M49}
  cmd: {role: product}
  flow: {role: flow, import: M, export: X}
  value: {role: value, currency: USD, scale: 1}
  netwgt: {role: mass, unit: kg}
ignore: [note]
""",
        (
            Column("reporter", "reporter"), Column("partner", "partner"), Column("cmd", "product"),
            Column("flow", "flow"), Column("value", "value", tells=False),
            Column("netwgt", "mass", tells=False), Column("note", "", tells=False),
        ),
        "m49",
    ),
    "sides": Plan(
        """format: 1
nomenclature: HS2022
reported_by: importer
select: {mot: ['0']}
columns:
  from: {role: exporter, codes: ISO2}
  to: {role: importer, codes: ISO2}
  month: {role: period}
  hs: {role: product, pad: 6}
  usd: {role: value, currency: USD, scale: 1000}
ignore: [mot, words]
""",
        (
            Column("from", "exporter"), Column("to", "importer"), Column("month", "period"),
            Column("hs", "product"), Column("usd", "value", tells=False),
            Column("mot", "select"), Column("words", "", tells=False),
        ),
        "iso2", scale=1000.0, pad=True, period="", freq="M", told="importer",
    ),
    "comma": Plan(
        """format: 1
encoding: cp1251
delimiter: ';'
decimal: ','
thousands: '.'
nomenclature: HS2017
period: '2023'
reporter: KGZ
repeated: sum
columns:
  Партнер: {role: partner, codes: ISO3}
  Код: {role: product}
  Поток: {role: flow, import: Ввоз, export: Вывоз}
  Сумма: {role: value, currency: EUR, scale: 1}
ignore: [Заметка]
""",
        (
            Column("Партнер", "partner"), Column("Код", "product"), Column("Поток", "flow"),
            Column("Сумма", "value"), Column("Заметка", ""),
        ),
        "iso3", numbers="comma", flows=("Ввоз", "Вывоз"), imports="Ввоз", delim=";",
        encoding="cp1251", period="2023-01-01",
        pattern=r"(([0-9]{1,3}(\.[0-9]{3}){1,4}|[0-9]{1,15})(,[0-9]*)?|,[0-9]+)([eE][-+]?[0-9]{1,2})?",
        signs=((".", ""), (",", ".")),
    ),
    "wide": Plan(
        """format: 1
missing: ['-']
thousands: ' '
reporter: GEO
flow: import
product: TOTAL
columns:
  code: {role: partner, codes: ISO3}
wide: {role: value, currency: USD, scale: 1000000}
ignore: [name]
""",
        (
            Column("code", "partner"), Column("name", "", tells=False),
            Column("2021", "value", tells=False), Column("2022", "value", tells=False),
        ),
        "iso3", numbers="wide", scale=1e6, product="TOTAL", wide=True, missing=("-",),
        pattern=(
            "(([0-9]{1,3}([ \u00a0\u202f][0-9]{3}){1,4}|[0-9]{1,15})(\\.[0-9]*)?|\\.[0-9]+)"
            "([eE][-+]?[0-9]{1,2})?"
        ),
        signs=((" ", ""), ("\u00a0", ""), ("\u202f", "")),
    ),
}  # fmt: skip
