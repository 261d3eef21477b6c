"""One row an observation, whatever the layout: who, what, with whom, when, how much."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from entrepot.model.areas import area, by_code
from entrepot.sources.imts.layout import FREQUENCIES, INDICATORS, PERIOD, SCALES
from entrepot.sources.strict import NUMBER, Rule, literal, quoted, read_text
from entrepot.sources.temp_tables import keep_small, look_up

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from entrepot.sources.imts.layout import Layout

__all__ = ["GROUP", "cells", "imf_areas", "rules"]

GROUP = "GX?[0-9]{3}"
"""How the IMF codes totals over areas: G001 the world, G998 the EU. GBR and GEO are no such."""

_LOST = "its trade would be lost from every total"
_AGAIN = "look at the row, or download it again"
_ESTIMATED = "('E', 'I')"  # SDMX: estimated, imputed


@cache
def imf_areas() -> dict[str, str]:
    """Return our code for each code of the IMF that is no total."""
    return {
        code: iso for code, iso in by_code("imf").items() if area(iso).kind != "aggregate"
    }  # fmt: skip


def rules(layout: Layout) -> tuple[Rule, ...]:
    """Return what the cells of a file must be."""
    totals = [code for code, iso in by_code("imf").items() if area(iso).kind == "aggregate"]
    known = "|".join(sorted((*imf_areas(), *totals)))
    who, what, freq = f"({known}|{GROUP})", "|".join(INDICATORS), "|".join(FREQUENCIES)
    hint = "if the area is new, it has to be added to model/areas.csv"
    found = [
        Rule(
            layout.dataset,
            "another data set of the IMF",
            "(IMF[.]STA:)?IMTS([(][0-9.+]*[)])?",
            why="only International Trade in Goods (by partner country) is read here",
            hint="choose the data set IMF.STA:IMTS",
        )
    ]
    if layout.key_columns() == ("SERIES_CODE",):
        series = f"{who}[.]({what})[.]{who}[.]({freq})"
        found.append(Rule("SERIES_CODE", "not a known series", series, why=_LOST, hint=hint))
    else:
        words = ("unknown area", "unknown indicator", "unknown area", "unknown frequency")
        patterns = (who, what, who, freq)
        found += [
            Rule(column, word, pattern, why=_LOST, hint=hint)
            for column, word, pattern in zip(layout.key_columns(), words, patterns, strict=True)
        ]
    if layout.scale:
        found.append(Rule(layout.scale, "unknown scale", allowed=frozenset({"", *SCALES})))
    fixed = {
        "OBS_MEASURE": {"OBS_VALUE"},
        "ACTION": {"I", "A", "R", "M", ""},  # D would take observations away
        "UNIT": {"USD", "US dollar", ""},
        "UNIT.ID": {"USD", ""},
    }
    found += [
        Rule(column, f"{column} of another kind", allowed=frozenset(texts), hint=_AGAIN)
        for column, texts in fixed.items()
        if column in layout.columns
    ]
    if layout.status:
        found.append(Rule(layout.status, "not a status", "[A-Za-z_]{0,3}", hint=_AGAIN))
    number = f"({NUMBER}|NaN)?"
    if not layout.is_wide:
        found.append(Rule("TIME_PERIOD", "not a period", f"({PERIOD})?", why=_LOST, hint=_AGAIN))
    for column in layout.periods or ("OBS_VALUE",):
        found.append(Rule(column, "not a value of zero or more", number, why=_LOST, hint=_AGAIN))
    return tuple(found)


def cells(connection: duckdb.DuckDBPyConnection, layout: Layout, path: Path) -> str:
    """Return SQL for the observations with a value, in words of the IMF and of ours.

    Columns: `reporter`, `partner` (ours; null for a total), `reporter_code`, `partner_code`,
    `indicator`, `freq`, `period` (as in the file), `value` in US dollars, unrounded (null where
    the scale is not said), `status`.
    """
    reporter, indicator, partner, freq = layout.keys
    scale = f"trim(coalesce({quoted(layout.scale)}, ''))" if layout.scale else "'0'"
    status = f"upper(trim({quoted(layout.status)}))" if layout.status else "NULL"
    head = (
        f"{reporter} AS reporter_code, {indicator} AS indicator, {partner} AS partner_code, "
        f"{_choice(freq, FREQUENCIES)} AS freq, {_choice(scale, SCALES)} AS scale, "
        f"{status} AS status"
    )
    source = f"FROM {read_text(path, layout.columns)} AS line"
    if layout.is_wide:
        names = ", ".join(map(quoted, layout.periods))
        observed = (
            f"SELECT * FROM (SELECT {head}, {names} {source}) "
            f"UNPIVOT (text FOR period IN ({names}))"
        )
    else:
        observed = f"SELECT {head}, trim(TIME_PERIOD) AS period, OBS_VALUE AS text {source}"
    area_table = look_up(connection, "imts_area", imf_areas())
    query = f"""
        WITH observed AS ({observed}),
        valued AS (SELECT *, nullif(nullif(trim(text), ''), 'NaN')::DOUBLE AS shown FROM observed)
        SELECT r.iso AS reporter, p.iso AS partner, reporter_code, partner_code, indicator, freq,
               coalesce(period, '') AS period, shown * pow(10, scale) AS value,
               CASE WHEN status IN {_ESTIMATED} THEN true
                    WHEN status = 'A' THEN false END AS is_estimated
        FROM valued
        LEFT JOIN {area_table} AS r ON r.code = reporter_code
        LEFT JOIN {area_table} AS p ON p.code = partner_code
        WHERE shown IS NOT NULL"""
    return keep_small(connection, "imts_cell", query, path)


def _choice(sql: str, answers: dict[str, str] | dict[str, int]) -> str:
    """Return SQL that looks a text up; null where it is not there."""
    whens = " ".join(
        f"WHEN {literal(text)} THEN {literal(answer) if isinstance(answer, str) else answer}"
        for text, answer in answers.items()
    )
    return f"CASE {sql} {whens} END"
