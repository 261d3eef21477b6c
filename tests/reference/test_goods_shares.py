"""What share of its family a listed code has, against plain Python on the same reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.errors import NoEvidenceError
from entrepot.figures import Definition, traded
from entrepot.lake import Lake

REPORTS = "comtrade_baci_2022_31hs6/comtrade_2022.csv.gz"
XLSX = "HS 2022 to HS 2017 ConversionAndCorrelationTables.xlsx"


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake.open(tmp_path_factory.mktemp("lake"))
    found.add("comtrade", [shared_data / REPORTS], nomenclature="HS2022")
    found.add("concordance", [shared_data / "hs_concordance" / XLSX])
    return found


def sums(lake: Lake, **areas: str) -> dict[str, float]:
    """Imports by code, added up row by row."""
    relation = lake.flows("comtrade").to_native()
    names = relation.columns
    found: dict[str, float] = {}
    for cells in relation.fetchall():
        row = dict(zip(names, cells, strict=True))
        wanted = all(row[name] == area for name, area in areas.items())
        if wanted and row["reported_by"] == "importer" and row["exporter"] != row["importer"]:
            found[row["product"]] = found.get(row["product"], 0.0) + row["value_usd"]
    return found


@pytest.mark.parametrize("areas", [{}, {"importer": "DEU"}, {"exporter": "CHN"}])
def test_traded_is_the_sum_of_imports(lake: Lake, areas: dict[str, str]) -> None:
    expected = sums(lake, **areas)
    asked = Definition.build("value", goods="all", period=2022, source="comtrade", **areas)
    codes = ("811292", "280429", "850511")
    assert traded(asked, "HS2022", codes, lake) == pytest.approx(
        {code: expected[code] for code in codes}
    )
    with pytest.raises(NoEvidenceError, match="HS2017"):
        traded(asked, "HS2017", codes, lake)


def test_match_says_which_share_of_a_family_is_listed(lake: Lake) -> None:
    """811292 shares its family with 811231 and 811241, which the file has too."""
    program = Path(sys.executable).with_name("entrepot")
    words = ["goods", "match", "cn-controls", "--to", "HS2017", "--json"]
    words += ["--source", "comtrade", "--period", "2022", "--lake", str(lake.path)]
    done = subprocess.run([program, *words], capture_output=True, text=True, check=True)
    there = {one["code"]: one["in"]["HS2017"] for one in json.loads(done.stdout)["codes"]}
    found = there["811292"]
    assert found["kind"] == "mixed"
    assert (found["share_low"], found["share_high"]) == (0.0, 1.0)
    values = sums(lake)
    family = found["family"]["HS2022"]
    assert {"811231", "811241"} <= set(family)
    expected = values["811292"] / sum(values.get(code, 0.0) for code in family)
    assert found["share_known"] == pytest.approx(expected)
    assert 0 < expected < 1
    assert there["810610"]["kind"] == "family"
