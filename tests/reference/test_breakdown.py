"""A breakdown gives for each country and code what `ask` gives for it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import ask
from entrepot.figures.breakdown import breakdown
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake
from entrepot.lake.inventory import bundled_codes
from entrepot.report.overview import over_half

if TYPE_CHECKING:
    from pathlib import Path

MAGNETS = "850511"
LIST = ",".join(sorted(bundled_codes()))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake without data: the bundled rows answer."""
    return Lake.open(tmp_path_factory.mktemp("breakdown") / "no-lake")


@pytest.mark.parametrize(
    ("measure", "over", "keys", "codes"),
    [
        ("import_share", "importer", {"exporter": "CHN"}, ("DEU", "JPN", "BRA")),
        ("import_share", "importer", {"exporter": "CHN+HKG"}, ("DEU", "USA")),
        ("import_share", "exporter", {"importer": "DEU"}, ("CHN", "PHL", "USA")),
        ("import_share", "exporter", {"importer": "EU27"}, ("CHN", "GBR")),
        ("top_supplier", "importer", {}, ("DEU", "JPN")),
        ("hhi", "importer", {}, ("DEU", "FRA")),
        ("value", "exporter", {}, ("CHN", "JPN")),
        ("value", "importer", {"exporter": "CHN"}, ("DEU",)),
    ],
)
def test_each_part_is_what_is_asked_for_it_alone(
    empty: Lake, measure: str, over: str, keys: dict[str, str], codes: tuple[str, ...]
) -> None:
    found = breakdown(measure, over, empty, goods=MAGNETS, period=2022, **keys)  # type: ignore[arg-type]
    parts = {one.code: one for one in found.parts}
    assert found.definition.source == "minerals"
    for code in codes:
        alone = evaluate(found.definition_of(code), empty, ranged=False)
        assert parts[code].value == pytest.approx(alone.value, rel=1e-12), code
        if measure == "top_supplier":
            assert parts[code].details["top_supplier"] == alone.details["top_supplier"]


def test_goods_of_a_country_are_what_is_asked_of_each(empty: Lake) -> None:
    found = breakdown("top_supplier", "product", empty, importer="DEU", goods=LIST, period=2022)
    assert {one.code for one in found.parts} <= bundled_codes()
    for one in found.parts[:2] + found.parts[-1:]:
        alone = ask("top_supplier", lake=empty, importer="DEU", goods=one.code, period=2022)
        assert one.value == pytest.approx(alone.value, rel=1e-12)
        assert one.details["top_supplier"] == alone.details["top_supplier"]
    whole = ask("value", lake=empty, importer="DEU", goods=LIST, period=2022)
    assert found.total == pytest.approx(whole.value)
    assert sum(one.traded for one in found.parts) == pytest.approx(found.total)


def test_shares_of_all_suppliers_are_one(empty: Lake) -> None:
    for importer in ("DEU", "EU27", "WLD"):
        found = breakdown(
            "import_share", "exporter", empty, importer=importer, goods=MAGNETS, period=2022
        )
        assert sum(one.value for one in found.parts) == pytest.approx(1)


def test_how_many_importers_get_most_from_one_supplier(empty: Lake) -> None:
    """Counted by hand from the same question asked country by country."""
    found = breakdown("import_share", "importer", empty, exporter="CHN", goods=MAGNETS, period=2022)
    assert over_half(found) == (47, 69)


def test_an_extract_and_single_reports_are_no_comparison_of_all(tmp_path: Path) -> None:
    made = tmp_path / "made.csv"
    rows = [row(5e6, period=2022, flow="M", reporter=GERMANY, partner=one) for one in (CHINA, USA)]
    made.write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [made])
    with pytest.raises(NoEvidenceError, match="no reconciled rows"):
        breakdown("import_share", "exporter", lake, importer="DEU", goods="854231", period=2022)
    with pytest.raises(NoEvidenceError, match="no reconciled rows"):
        breakdown("import_share", "exporter", lake, importer="DEU", goods="all", period=2022)
    with pytest.raises(RequestError, match="not broken down"):
        breakdown("growth", "importer", lake, exporter="CHN", goods=MAGNETS, period=2022)


def test_an_extract_of_baci_is_no_comparison_of_all(baci_csv: Path, tmp_path: Path) -> None:
    """With two countries loaded, China supplied all of Russia's imports."""
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [baci_csv])
    with pytest.raises(NoEvidenceError, match="no reconciled rows"):
        breakdown("import_share", "exporter", lake, importer="RUS", goods="all", period=2023)
