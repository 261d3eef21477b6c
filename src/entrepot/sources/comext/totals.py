"""Totals together with their parts, and lines that occur twice: proved, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.comext.reading import TOTAL_PROCEDURE
from entrepot.sources.totals import compare_totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from entrepot.sources.comext.lines import ComextLines
    from entrepot.sources.comext.reading import Checked

__all__ = ["require_once", "without_parts"]

_CELL = "freq, period, reporter, partner_iso, product, is_import"


@dataclass(frozen=True, slots=True)
class _TotalKind:
    """A kind of line that may be the total of another kind."""

    rule: str
    total: str
    parts: str
    names: str
    whole: bool  # whether the parts must make up the total, or may leave some of it open


_CASES = (
    _TotalKind(
        "procedures-with-total",
        f"procedure = '{TOTAL_PROCEDURE}'",
        f"procedure <> '{TOTAL_PROCEDURE}'",
        f"statistical procedure {TOTAL_PROCEDURE} (all of them) and single procedures",
        whole=False,
    ),
    *(
        _TotalKind(
            "areas-with-total",
            f"partner = '{total}'",
            f"partner IN ({', '.join(repr(part) for part in parts)})",
            f"partner {total} with {' and '.join(parts)}",
            whole=True,
        )
        for total, parts in (
            ("GB", ("XI", "XU")),
            ("QQ", ("QR", "QS")),
            ("QU", ("QV", "QW")),
            ("QX", ("QY", "QZ")),
        )
    ),
)


def without_parts(
    connection: duckdb.DuckDBPyConnection, file: Checked, lines: ComextLines
) -> tuple[ComextLines, list[Finding]]:
    """Leave parts out where their total is there too.

    Raises
    ------
    BadFileError
        If parts and total do not agree, or some parts have a total and others have none: then no
        choice is sure to count every euro once.
    """
    findings: list[Finding] = []
    for case in _with_both(connection, lines, _CASES):
        if findings and not _with_both(connection, lines, [case]):
            continue  # what was taken out already held all of one kind
        cells = f"""
            SELECT {_CELL}, concat_ws(' ', period, reporter, partner_iso, product) AS cell,
                   count(*) FILTER ({case.total}) AS t, count(*) FILTER ({case.parts}) AS n,
                   CASE WHEN t > 0 THEN coalesce(sum(value) FILTER ({case.total}), 0) END AS total,
                   sum(value) FILTER ({case.parts}) AS parts
            FROM {lines.counting} GROUP BY ALL"""
        # Each of the lines is rounded to whole euro.
        sums = compare_totals(connection, cells, "t + n + 1e-9 * total")
        if sums.totals == sums.alone:
            continue
        odd = sums.largest if case.whole else sums.largest_over
        if odd or sums.untotalled:
            raise _unsure(case, file, odd[0] if odd else None, sums.untotalled)
        lines = lines.less(case.parts)
        text = f"The file has {case.names}: the parts agree with the total, and the total is taken."
        findings.append(Finding(case.rule, "note", file.name, sums.parts, case.names, text))
    return lines, findings


def _with_both(
    connection: duckdb.DuckDBPyConnection, lines: ComextLines, cases: Sequence[_TotalKind]
) -> list[_TotalKind]:
    """Return the cases of which there are lines of both kinds."""
    tests = ", ".join(f"bool_or({case.total}) AND bool_or({case.parts})" for case in cases)
    [found] = connection.execute(f"SELECT {tests} FROM {lines.counting}").fetchall()
    return [case for case, both in zip(cases, found, strict=True) if both]


def _unsure(case: _TotalKind, file: Checked, odd: str | None, alone: int) -> BadFileError:
    what = f"they do not agree ({odd})" if odd else f"{alone} parts have no total"
    return BadFileError(
        f"{case.names}: {what}",
        where=file.name,
        why="taken together they may count twice, taken alone some trade may be lost",
        hint="keep either the totals or the parts in the file",
    )


def require_once(connection: duckdb.DuckDBPyConnection, file: Checked, named: str) -> None:
    """Refuse a file in which one of the lines that SQL names stands twice.

    Raises
    ------
    BadFileError
        Naming the rows of the first line that does.
    """
    who = "reporter_iso, partner_iso" if file.form.labelled else "reporter, partner"
    [(repeated,)] = connection.execute(
        f"SELECT count(*) - count(DISTINCT hash(mark, {who})) FROM {named}"
    ).fetchall()
    if not repeated:
        return
    first = connection.execute(
        f"SELECT min(period)::VARCHAR, min(reporter), min(partner), min(product) FROM {named} "
        f"GROUP BY mark, {who} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()
    if not first:
        return
    [(period, reporter, partner, product)] = first
    raise BadFileError(
        f"{repeated} lines are there twice, e.g. {period} {reporter} {partner} {product}",
        where=f"{file.name}{_rows(file, reporter, partner, product)}",
        why="their trade would count twice",
        hint="use the file as Eurostat ships it; if two downloads were joined, join them again",
    )


def _rows(file: Checked, reporter: str, partner: str, product: str) -> str:
    wanted = {file.column("reporter"): reporter, file.column("partner"): partner}
    if file.column("product") != "PRODUCT" or not file.form.labelled:
        wanted[file.column("product")] = product
    found = file.rows(wanted)
    return f", among rows {', '.join(map(str, found[:6]))}" if found else ""
