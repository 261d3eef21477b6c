"""What a file of Comext says, line by line in plain Python, from the notes in `comext.yml`."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.areas import area, by_code, by_name, group
from fuzz.parquet_forms import read_parquet
from fuzz.plain import Refused, choice, decoded, match, members, optional, table
from fuzz.subject import Case, Expected
from fuzz.subjects.comext_columns import form_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDICATORS = {
    "VALUE_IN_EUROS": "value", "VALUE_EUR": "value", "QUANTITY_IN_100KG": "mass",
    "QUANTITY_KG": "mass", "SUPPLEMENTARY_QUANTITY": "quantity", "QUANTITY_SUPPL_UNIT": "quantity",
}  # fmt: skip
_CODE = "(TOTAL|[0-9]{1,8}|[0-9]{2}[0-9A-Z]{2}|[0-9]{2}[0-9A-Z]{4}|[0-9]{2}[0-9A-Z]{6})"
_YEAR, _MONTH = "(19[89][0-9]|20[0-9]{2})", "(0[1-9]|1[0-2])"


@dataclass
class Line:
    """A line of values or quantities."""

    freq: str
    start: str
    reporter: str
    partner: str
    reporter_iso: str
    partner_iso: str
    product: str
    imports: bool
    procedure: str
    trade: str | None
    value: float | None
    tells_value: bool
    mark: tuple[str, ...]


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in members(case.data, case.name, case.packed):
        names, rows = read_parquet(data) if data[:4] == b"PAR1" else table(decoded(data))
        _one(found, names, rows)
    return found


def _one(found: Expected, names: list[str], rows: list[list[str]]) -> None:
    upper = [name.upper() for name in names]
    kind, roles, beside = form_of(upper)
    lines = []
    for row in rows:
        cells = dict(zip(upper, row, strict=True))
        text = {role: cells[name] for name, role in roles.items() if name in cells}
        classes = [match("[0-9A-Za-z ._/-]*", cells[name], "class") for name in beside]
        lines.append(_line(kind, text, classes))
    _count(found, lines)


def _line(kind: str, text: dict[str, str], classes: list[str]) -> Line:
    wide, named = kind == "wide", kind in ("named", "bracket")
    reporter, partner = (_country(text[role], named=named) for role in ("reporter", "partner"))
    product = _product(text["product"], kind)
    flow = choice(text["flow"], ("IMPORT", "EXPORT") if named else ("1", "2"), "flow")
    month = f"({_MONTH}|52)" if wide else f"-{_MONTH}" if named else f"(-{_MONTH})?"
    period = match(f"{_YEAR}{month}", text["period"], "period")
    yearly = period[4:] in ("52", "")
    start = f"{period[:4]}-01-01" if yearly else f"{period[:4]}-{period[-2:]}-01"
    _require_words(text)
    value, tells = _value(text, wide=wide)
    roles = ("flow", "period", "freq", "indicator", "procedure", "trade", "unit")
    mark = (product, *(text.get(role, "") for role in roles), *classes)
    return Line(
        freq="A" if yearly else "M",
        start=start,
        reporter=reporter,
        partner=partner,
        reporter_iso=_iso(reporter, named=named),
        partner_iso=_iso(partner, named=named),
        product=product,
        imports=flow in ("1", "IMPORT"),
        procedure=text.get("procedure", ""),
        trade=text.get("trade"),
        value=value,
        tells_value=tells,
        mark=mark,
    )


def _country(text: str, *, named: bool) -> str:
    if named:
        return text
    code = match("[A-Z][A-Z0-9_]+", text, "country")
    return {"EL": "GR", "UK": "GB", "RS": "XS"}.get(code, code)


def _product(text: str, kind: str) -> str:
    if kind == "bracket":
        inside = re.fullmatch(rf".*\[{_CODE}\]", text, re.ASCII)
        if not inside:
            raise Refused("no code in brackets")
        text = inside[1]
    match(_CODE, text, "product")
    return text if text == "TOTAL" else text.zfill((len(text) + 1) // 2 * 2)


def _require_words(text: dict[str, str]) -> None:
    rules = {
        "procedure": "[12345679]",
        "trade": "[A-Z]",
        "unit": "[A-Za-z0-9_/ .-]*",
        "flag": "[a-z]{0,3}",
        "freq": "[AM]",
        "dataset": r"(ESTAT:)?(DS|ds)-(045409|059341)(\(.*\))?",
    }
    for role, pattern in rules.items():
        if role in text:
            match(pattern, text[role], role)


def _value(text: dict[str, str], *, wide: bool) -> tuple[float | None, bool]:
    """Return the value, if there is one, and whether the line is one of values."""
    if wide:
        for role in ("mass", "quantity"):
            optional(text.get(role, ""), ":")
        return optional(text["value"], ":"), True
    tells = _INDICATORS[choice(text["indicator"], _INDICATORS, "indicator")] == "value"
    amount = optional(text["amount"], ":")
    return (amount if tells else None), tells


def _iso(code: str, *, named: bool) -> str:
    """Return our code, or an empty text for a group of countries."""
    if named:
        iso = by_name(code) if code else None
        if iso is None and re.fullmatch(
            r"(European Union|Euro ?area|Eurozone|Extra|Intra|EU|EA|EFTA)\b.*", code, re.IGNORECASE
        ):
            return ""
        if iso is None:
            raise Refused(f"country {code[:20]}")
        return "" if area(iso).kind == "aggregate" else iso
    if code in ("EU", "EA"):
        return ""
    if len(code) == 2:
        iso = by_code("eurostat").get(code)
        if iso is None:
            raise Refused(f"country {code}")
        return iso
    if code in by_code("alpha2").values():
        raise Refused(f"country {code}")
    return ""


# What the documentation calls the totals of a country's own: the world, and the Union of 2020
# within and without.
_SUM = re.compile(
    r"world|all countries(?: of the world)?|(?:ext|int)(?:ra)?[_-]?EU27_2020"
    r"|EU27_2020_(?:extra|intra)|(?:extra|intra)[ -]?EU.*2020.*",
    re.IGNORECASE,
)


def _count(found: Expected, every: Sequence[Line]) -> None:
    lines = [line for line in every if line.reporter_iso and line.partner_iso]
    for line in every:
        if not line.partner_iso and _SUM.fullmatch(line.partner):
            found.rules.add("partner-totals")
        elif not line.partner_iso or not line.reporter_iso:
            found.rules.add("groups-with-members")
        if not line.reporter_iso:
            found.rules.add("groups-with-members")
    sizes = {0 if line.product == "TOTAL" else len(line.product) for line in lines}
    level = next((size for size in (8, 6, 0) if size in sizes), None)
    if level is None:
        raise Refused("nothing of six or eight digits")
    if sizes - {level}:
        found.rules.add("levels-with-lines")
    lines = [x for x in lines if (0 if x.product == "TOTAL" else len(x.product)) == level]
    if len({(line.mark, line.reporter, line.partner) for line in lines}) < len(lines):
        raise Refused("a line twice")
    for total, parts, whole in (
        ("4", "1235679", False), ("GB", ("XI", "XU"), True), ("QQ", ("QR", "QS"), True),
        ("QU", ("QV", "QW"), True), ("QX", ("QY", "QZ"), True),
    ):  # fmt: skip
        lines = _without_parts(found, lines, total, parts, whole=whole)
    _add_up(found, lines)


def _without_parts(
    found: Expected, lines: list[Line], total: str, parts: Sequence[str], *, whole: bool
) -> list[Line]:
    def name(line: Line) -> str:
        return line.partner if whole else line.procedure

    cells: dict[tuple[object, ...], tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for x in lines:
        if name(x) == total or name(x) in parts:
            key = (x.freq, x.start, x.reporter, x.partner_iso, x.product, x.imports)
            cells[key][name(x) != total].append(x)
    if not any(one and other for one, other in cells.values()):
        return lines
    if any(other and not one for one, other in cells.values()):
        raise Refused("parts without their total")
    for one, other in cells.values():
        if other:
            all_of, part = (math.fsum(x.value or 0 for x in some) for some in (one, other))
            slack = len(one) + len(other) + 1e-9 * all_of
            if part - all_of > slack or (whole and all_of - part > slack):
                raise Refused("parts that are not their total")
    found.rules.add("areas-with-total" if whole else "procedures-with-total")
    return [x for x in lines if name(x) not in parts]


def _inside(iso: str, start: str) -> bool:
    for one in group("EU").memberships:
        left = "2021-01-01" if one.area == "GBR" else str(one.left or "9999")
        if one.area == iso and str(one.joined or "1958") <= start < left:
            return True
    return False


def _basis(x: Line) -> str | None:
    if not x.imports:
        return "destination"
    if x.trade is not None:
        return {"I": "consignment", "L": "consignment", "E": "origin", "M": "origin"}.get(x.trade)
    if len(x.partner_iso) > 3 or not _inside(x.reporter_iso, x.start):
        return None
    if x.partner == "XI" or _inside(x.partner_iso, x.start):
        return "consignment"
    return None if x.partner_iso == "GBR" and x.partner != "XU" else "origin"


def _add_up(found: Expected, lines: Sequence[Line]) -> None:
    flows: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for x in lines:
        sides = (x.partner_iso, x.reporter_iso) if x.imports else (x.reporter_iso, x.partner_iso)
        told = "importer" if x.imports else "exporter"
        flows[told, x.freq, x.start, *sides, x.product, _basis(x)].append(x)
    for key, some in flows.items():
        valued = [x.value for x in some if x.tells_value]
        if len(valued) > 1:
            found.rules.add("lines-added")
        if not valued or any(value is None for value in valued):
            found.rules.add("value-missing")
        else:
            found.add(key[:6], math.fsum(value for value in valued if value is not None))
