"""The numbers of docs/explanation/reorientation.md, by the code that the page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

import entrepot as ep

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "reorientation.md"
TEXT = PAGE.read_text(encoding="utf-8")
FIRST, SECOND = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.fixture
def run(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], dict[str, Any]]:
    def inside(folder: str, code: str) -> dict[str, Any]:
        monkeypatch.chdir(shared_data / folder)
        names: dict[str, Any] = {"ep": ep}
        closed = code.replace('open("RU_trade.csv", encoding="utf-8-sig")', "lines")
        file = Path("RU_trade.csv")
        names["lines"] = file.read_text("utf-8-sig").splitlines() if file.exists() else []
        exec(compile(closed, PAGE.name, "exec"), names)
        return names

    return inside


def test_suppliers_of_russia(run: Callable[[str, str], dict[str, Any]]) -> None:
    imports: pa.Table = run("imf_imts_russia", FIRST)["imports"]
    span: dict[str, Any] = {"before": 2021, "after": 2023, "by": []}
    (sums,) = ep.measures.reorientation(imports, **span).to_pylist()
    for name in ("lost", "gained", "not_replaced"):
        assert f"{sums[name]:,.0f}" in TEXT, name
    assert f"({sums['share_moved']:.2f})" in TEXT
    rows = {
        row["exporter"]: row for row in ep.measures.supplier_changes(imports, **span).to_pylist()
    }
    assert f"from {len(rows)} partners" in TEXT
    gains = sorted(rows, key=lambda who: -rows[who]["value_gained"])
    losses = sorted(rows, key=lambda who: -rows[who]["value_lost"])
    assert gains[:2] == ["CHN", "UGA"]
    assert losses[:2] == ["DEU", "USA"]
    for who, name in (("CHN", "value_gained"), ("DEU", "value_lost"), ("USA", "value_lost")):
        assert f"{rows[who][name]:,.0f}" in TEXT
    assert f"{100 * rows['UGA']['value_gained'] / sums['gained']:.0f} % of all gains" in TEXT
    flows = ep.measures.allocated_flows(imports, **span).to_pylist()
    (one,) = [row for row in flows if (row["loser"], row["gainer"]) == ("DEU", "CHN")]
    assert f"gives {one['allocated']:,.0f} of Germany's loss" in TEXT
    nobody = ep.measures.import_substitution_proxy(
        imports.append_column("importer", pa.array(["RUS"] * len(imports))),
        importer="RUS",
        controls={"as it was": ()},
        before=2021,
        after=2023,
        by=[],
    ).to_pylist()[0]
    assert f"USD {nobody['not_returned'] / 1000:.1f} bn or {100 * nobody['part']:.1f} %" in TEXT


def test_rerouting_of_the_eu(run: Callable[[str, str], dict[str, Any]]) -> None:
    names = run("eurostat_eu_to_rus_neighbours", SECOND)
    rows = names["rows"]
    floors = ((["Georgia", "Uzbekistan"], 1e6), (["Georgia", "Uzbekistan"], 0.0), ([], 0.0))
    for controls, least in floors:
        found = ep.measures.rerouting_ratio(
            rows,
            target="Russian Federation",
            coalition=rows["exporter"].unique().to_list(),
            hubs=["Armenia", "Kazakhstan", "Kyrgyzstan"],
            controls=controls,
            before="2021-03..2021-11",
            after="2022-03..2022-11",
            value="value_eur",
            complete=True,
            least=least,
        )
        (summed,) = ep.measures.substitution_summary(found).to_dicts()
        assert f"| {summed['products']:,} |" in TEXT
        line = f"| {summed['weighted_mean']:.3f} | {summed['median']:.3f} |"
        assert f"{line} {100 * summed['above_half']:.0f} % |" in TEXT
    assert found.height == 2219
    both = found.filter(pl.col("ratio").is_not_null())
    assert f"{both['lost'].sum() / 1e9:.1f} |" in TEXT
