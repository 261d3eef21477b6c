"""Make BACI as CEPII ships it: a zip with one CSV a year.

Every number comes from a hash of its cell, so one release of DuckDB makes one file, whatever the
number of threads. What exists already under its name is taken as it is.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from cells import cells, normal, weights

from entrepot.engine import connect

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = "V202801"
FIRST_YEAR, YEARS = 2017, 10


def csv_of_year(folder: Path, year: int, rows: int) -> Path:
    """Return one year of about `rows` rows, ``t,i,j,k,v,q``, in the order CEPII ships it in."""
    target = folder / f"BACI_HS17_Y{year}_{RELEASE}.csv"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        connection = connect()
        weights(connection, "baci", rows)
        draft = target.with_suffix(".draft")
        tons = f"v * exp(2 * {normal('cell', year, 5)})"
        connection.execute(f"""
            COPY (SELECT {year} AS t, i, j, k, v::DECIMAL(18, 3) AS v,
                         CASE WHEN hash(cell, {year}, 4) % 100 < 3 THEN 'NA'
                              ELSE ({tons})::DECIMAL(18, 3)::TEXT END AS q
                  FROM ({cells(year)}) ORDER BY i, j, k) TO '{draft}' (FORMAT csv, HEADER)""")
        draft.replace(target)
    return target


def release(folder: Path, years: int, rows: int) -> Path:
    """Return a release of some years, the first of which lies beside it unzipped."""
    target = folder / f"BACI_HS17_{RELEASE}_{years}y.zip"
    if not target.exists():
        draft = target.with_suffix(".draft")
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for year in range(FIRST_YEAR, FIRST_YEAR + years):
                path = csv_of_year(folder, year, rows)
                archive.write(path, path.name)
                if year > FIRST_YEAR:  # the first one is read by raw SQL
                    path.unlink()
        draft.replace(target)
    return target
