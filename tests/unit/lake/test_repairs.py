"""Declared corrections: made where they fit, refused where they no longer do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lake_files import NAME, Write, rows_of, tree
from pydantic import ValidationError

from entrepot.errors import BadFileError
from entrepot.lake import prepare
from entrepot.sources import source_info
from entrepot.sources.info import Repair, SourceInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.lake import Lake

ROWS = ("2022,156,643,850110,10.5,2", "2022,643,156,270900,200,1000", "2022,156,398,010121,1,NA")
ROW = {"period": "2022", "exporter": "CHN", "importer": "RUS", "product": "850110"}
WRONG: dict[str, Any] = {
    "id": "one-too-many-zeros",
    "vintages": ["V202501"],
    "row": ROW,
    "column": "value_usd",
    "was": 10500,
    "becomes": 1050.0,
    "why": "The value has one zero too many.",
    "url": "https://example.org/errata",
}


def made(**keys: Any) -> dict[str, Any]:
    return {name: value for name, value in (WRONG | keys).items() if value is not ...}


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def _declare(*repairs: dict[str, Any]) -> None:
        plain = source_info("baci").model_dump()
        info = SourceInfo.model_validate(plain | {"repairs": list(repairs)})
        monkeypatch.setattr(prepare, "source_info", lambda _: info)

    return _declare


def repaired(lake: Lake) -> list[tuple[str, str, int, str]]:
    return [
        (one.place, one.example, one.count, one.text)
        for held in lake.holdings()
        for one in held.findings
        if one.rule == "repaired"
    ]


def test_a_wrong_number_is_corrected_in_both_copies(
    lake: Lake, write: Write, declare: Callable[..., None]
) -> None:
    declare(made())
    lake.add("baci", [write(ROWS)])
    for by in ("importer", "exporter"):
        assert rows_of(lake, "value_usd", by=by) == [(1000.0,), (1050.0,), (200000.0,)]
    [(place, example, count, text)] = repaired(lake)
    assert (place, count) == ("2022 CHN RUS 850110", 1)
    assert example == "value_usd 10500 became 1050"
    assert text.startswith("The value has one zero too many.")
    assert "https://example.org/errata" in text


def test_several_corrections_each_leave_a_finding(
    lake: Lake, write: Write, declare: Callable[..., None]
) -> None:
    other = ROW | {"exporter": "RUS", "importer": "CHN", "product": "270900"}
    declare(
        made(),
        made(id="no-mass", column="mass_kg", was=2000, becomes=None),
        made(id="gone", row=other, was=200_000, becomes=..., drop=True),
        made(id="estimated", column="is_estimated", was=None, becomes=True),
        made(id="code", column="product", was="850110", becomes="850120"),
    )
    lake.add("baci", [write(ROWS)])
    assert rows_of(lake, "product", "value_usd", "mass_kg", "is_estimated") == [
        ("010121", 1000.0, None, None),
        ("850120", 1050.0, None, True),
    ]
    assert [example for _, example, _, _ in repaired(lake)] == [
        "value_usd 10500 became 1050",
        "mass_kg 2000 became empty",
        "value_usd 200000 left out",
        "is_estimated empty became True",
        "product 850110 became 850120",
    ]
    assert lake.holdings()[0].rows == 2


def test_a_row_that_stands_there_twice_can_be_dropped_once(
    lake: Lake, write: Write, declare: Callable[..., None]
) -> None:
    twice = [*ROWS, "2022,156,643,850110,99,2"]
    with pytest.raises(BadFileError, match="two rows for one cell"):
        lake.add("baci", [write(twice)])
    declare(made(was=99_000, becomes=..., drop=True))
    lake.add("baci", [write(twice)])
    assert rows_of(lake, "value_usd") == [(1000.0,), (10500.0,), (200000.0,)]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"was": 10_501}, "value_usd is 10500, not 10501"),
        ({"was": None}, "value_usd is 10500, not empty"),
        ({"row": ROW | {"importer": "USA"}}, "there is no such row"),
        ({"row": ROW | {"product": "850120"}}, "there is no such row"),
        ({"row": {"period": "2022", "exporter": "CHN"}, "column": "valuation", "was": "FOB",
          "becomes": "CIF"}, "2 rows fit it"),
        ({"column": "mass_kg", "was": 10_500.0}, "mass_kg is 2000, not 10500"),
    ],
)  # fmt: skip
def test_a_correction_that_does_not_fit_stops_the_load(
    lake: Lake, write: Write, declare: Callable[..., None], keys: dict[str, Any], found: str
) -> None:
    declare(made(**keys))
    with pytest.raises(BadFileError, match="one-too-many-zeros") as caught:
        lake.add("baci", [write(ROWS)])
    assert found in caught.value.what
    assert NAME in caught.value.where
    assert "2022 CHN" in caught.value.where
    assert "https://example.org/errata" in caught.value.hint
    assert tree(lake.path) == {}


@pytest.mark.parametrize(
    "keys",
    [
        {"vintages": ["V202401", "V202601"]},
        {"row": ROW | {"period": "2021"}},
        {"row": ROW | {"period": "2022-01"}},
        {"row": ROW | {"nomenclature": "HS2012"}},
    ],
    ids=["another release", "another year", "a month", "another edition"],
)
def test_other_files_are_not_concerned(
    lake: Lake, write: Write, declare: Callable[..., None], keys: dict[str, Any]
) -> None:
    declare(made(**keys))
    lake.add("baci", [write(ROWS)])
    assert rows_of(lake, "value_usd") == [(1000.0,), (10500.0,), (200000.0,)]
    assert repaired(lake) == []


def test_who_reports_is_part_of_the_question(
    lake: Lake, write: Write, declare: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a source of single reports, a file without that report is not concerned."""
    absent = ROW | {"exporter": "USA", "reported_by": "exporter"}
    declare(made(row=absent))
    parts = prepare.source_info("baci").model_copy(update={"whole": False})
    monkeypatch.setattr(prepare, "source_info", lambda _: parts)
    lake.add("baci", [write(ROWS)])
    declare(made(row=ROW | {"importer": "USA", "reported_by": "exporter"}))
    parts = prepare.source_info("baci").model_copy(update={"whole": False})
    monkeypatch.setattr(prepare, "source_info", lambda _: parts)
    with pytest.raises(BadFileError, match="there is no such row"):
        lake.add("baci", [write([*ROWS, "2022,156,842,010121,1,NA"])], replace=True)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"becomes": ...}, "either becomes or drop"),
        ({"drop": True}, "either becomes or drop"),
        ({"was": "10500"}, "is no DOUBLE"),
        ({"becomes": True}, "is no DOUBLE"),
        ({"column": "value"}, "no column value"),
        ({"row": ROW | {"reporter": "CHN"}}, "no column reporter"),
        ({"row": {"exporter": "CHN"}}, "with a period"),
        ({"row": {"period": "2022"}}, "no part of the key"),
        ({"row": ROW | {"period": "22"}}, "not a period"),
        ({"column": "period", "was": "2022", "becomes": "2021"}, "cannot be corrected"),
        ({"why": ""}, "at least 1 character"),
        ({"url": ""}, "at least 1 character"),
        ({"vintages": []}, "at least 1 item"),
        ({"note": "x"}, "Extra inputs"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused_where_it_is_written(
    keys: dict[str, Any], says: str
) -> None:
    plain = source_info("baci").model_dump()
    with pytest.raises(ValidationError, match=says):
        SourceInfo.model_validate(plain | {"repairs": [made(**keys)]})
    SourceInfo.model_validate(plain | {"repairs": [made(), made(id="another")]})
    with pytest.raises(ValidationError, match="one id"):
        SourceInfo.model_validate(plain | {"repairs": [made(), made()]})


def test_a_period_is_read() -> None:
    assert str(Repair.model_validate(made(row=ROW | {"period": "2022-03"})).period) == "2022-03"


@pytest.mark.parametrize("drop", [True, False])
def test_a_corrected_product_among_many_rows(
    lake: Lake,
    write: Write,
    declare: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    drop: bool,
) -> None:
    monkeypatch.setattr("entrepot.lake.staged._MANY", 1)
    declare(made(column="product", was="850110", becomes=... if drop else "850120", drop=drop))
    lake.add("baci", [write(ROWS)])
    assert ("850110",) not in rows_of(lake, "product")
    assert len(rows_of(lake, "product")) == (2 if drop else 3)
