"""Late reporters: dropped, or filled with the same month a year before."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from entrepot.engine import connect
from entrepot.errors import NoEvidenceError
from entrepot.reconciliation import panel


def flows(*rows: tuple[str, str, str, str, float]) -> Any:
    """Rows: month, exporter, importer, reported_by, value."""
    connection = connect()
    names = ("month", "exporter", "importer", "reported_by", "value_usd")
    connection.register(
        "made", pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})
    )
    return connection.sql("""
        SELECT (month || '-01')::DATE AS period, 'M' AS freq, exporter, importer, reported_by,
               value_usd, NULL::BOOLEAN AS is_estimated FROM made""")


def told(relation: Any) -> list[tuple[Any, ...]]:
    found = relation.project(
        "strftime(period, '%Y-%m'), exporter, importer, reported_by, value_usd, is_estimated"
    )
    return sorted(found.fetchall())


ROWS = (
    ("2022-01", "CHN", "RUS", "exporter", 10.0),
    ("2022-02", "CHN", "RUS", "exporter", 11.0),
    ("2023-01", "CHN", "RUS", "exporter", 12.0),
    ("2023-02", "CHN", "RUS", "exporter", 13.0),
    ("2022-01", "TUR", "RUS", "exporter", 5.0),
    ("2022-02", "TUR", "RUS", "exporter", 6.0),
    ("2023-01", "TUR", "RUS", "exporter", 7.0),
    ("2022-02", "TUR", "KAZ", "exporter", 1.0),
    ("2022-01", "TUR", "RUS", "importer", 9.0),
)


def test_as_told_changes_nothing() -> None:
    assert len(told(panel(flows(*ROWS), "as_reported"))) == len(ROWS)


def test_a_fixed_panel_has_those_who_tell_every_month() -> None:
    assert [row[1:5] for row in told(panel(flows(*ROWS), "fixed"))] == [
        ("CHN", "RUS", "exporter", value) for value in (10.0, 11.0, 12.0, 13.0)
    ]
    with pytest.raises(NoEvidenceError, match="every period"):
        panel(flows(ROWS[0], ROWS[5]), "fixed")


def test_a_late_month_is_carried_from_a_year_before_and_flagged() -> None:
    found = told(panel(flows(*ROWS), "carried"))
    more = [row for row in found if row[5]]
    assert more == [
        ("2023-01", "TUR", "RUS", "importer", 9.0, True),
        ("2023-02", "TUR", "KAZ", "exporter", 1.0, True),
        ("2023-02", "TUR", "RUS", "exporter", 6.0, True),
    ]
    assert len(found) == len(ROWS) + len(more)
    # A month that was told is left as it is, also where it has less.
    assert ("2023-01", "TUR", "RUS", "exporter", 7.0, None) in found


def test_the_sum_of_reporters_is_that_of_plain_python() -> None:
    months = sorted({row[0] for row in ROWS})
    tellers = {(row[3], row[1] if row[3] == "exporter" else row[2]): set() for row in ROWS}
    for month, exporter, importer, side, _ in ROWS:
        tellers[side, exporter if side == "exporter" else importer].add(month)
    whole = {who for who, there in tellers.items() if len(there) == len(months)}
    expected = sum(
        value
        for _, exporter, importer, side, value in ROWS
        if (side, exporter if side == "exporter" else importer) in whole
    )
    assert sum(row[4] for row in told(panel(flows(*ROWS), "fixed"))) == expected
