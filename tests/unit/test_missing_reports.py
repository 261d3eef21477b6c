"""A side that does not report some goods says nothing of them, and no zero, in ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import GERMANY, row, text_of

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

FINLAND, BELGIUM, USA, CHILE = 246, 56, 842, 152
GOODS, OTHER = "282200", "850511"
# So many countries report that their exports add up to imports. The first four and France (251)
# report no exports of the goods but those that a test gives them.
REPORTERS = (
    GERMANY, FINLAND, BELGIUM, USA, 251, 8, 12, 24, 28, 31, 32, 36, 40, 44, 48, 50, 51, 52, 64, 68,
    70, 72, 76, 84, 96, 100, 104, 108, 112, 116, 120, 124, 132, 140, 144, 148, 156, 170, 178, 180,
    188, 191, 192, 196, 203, 204, 212, 214, 218, 222, 226, 231, 232, 233, 242, 258, 262, 266,
    268, 270, 288, 300, 320, 324,
)  # fmt: skip
BEYOND = (
    340, 344, 348, 352, 360, 364, 368, 372, 376, 384, 388, 392, 398, 400, 404, 410, 414, 417, 418,
    422, 426, 428, 430, 434, 440, 442, 446, 450, 454, 458, 462, 466,
)  # fmt: skip
# Germany buys 80 of 100 from Finland; Belgium buys from the United States only.
BOUGHT = {(GERMANY, FINLAND): 80.0, (GERMANY, USA): 20.0, (BELGIUM, USA): 10.0}


def _lake(folder: Path, *sold: tuple[int, int]) -> Lake:
    """Return a lake of imports of the goods, and of sales of them by whom and to whom."""
    lines = [
        row(1000.0 * value, period=2022, reporter=who, partner=other, flow="M", product=GOODS)
        for (who, other), value in BOUGHT.items()
    ]
    lines += [
        row(5000.0, period=2022, reporter=who, partner=other, flow="X", product=GOODS)
        for who, other in (*sold, *((who, GERMANY) for who in REPORTERS[5:]))
    ]
    for who in REPORTERS:
        same: dict[str, Any] = {"period": 2022, "reporter": who, "product": OTHER}
        lines.append(row(1000.0, partner=CHILE, flow="X", **same))
        lines += [
            row(1000.0, partner=other, flow="M", **same) for other in (BELGIUM, 251) if other != who
        ]
    # All partners are in the file, not those of a query: Germany trades with thirty more countries.
    lines += [
        row(1000.0, period=2022, reporter=GERMANY, partner=other, flow=flow, product=OTHER)
        for other in BEYOND
        for flow in "MX"
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [path])
    return lake


def _values(lake: Lake, measure: str, **keys: Any) -> dict[str, set[float]]:
    """Return the values in the range by whose report, in full per cent."""
    keys |= {"source": "comtrade", "lake": lake, "goods": GOODS, "period": 2022}
    figure = ep.ask(measure, curve=True, **keys)
    assert figure.specifications is not None
    found: dict[str, set[float]] = {}
    for one in figure.specifications.items:
        if one.choices["quantity"] != "value":
            continue
        found.setdefault(one.choices["report"], set()).add(round(100 * one.value))
    return found


@pytest.mark.parametrize("seller", ["FIN", "FIN+BEL"])
def test_who_reports_none_of_the_goods_is_no_zero(tmp_path: Path, seller: str) -> None:
    lake = _lake(tmp_path, (USA, GERMANY))
    keys = {"importer": "DEU", "exporter": seller, "source": "comtrade"}
    found = _values(lake, "import_share", **keys)
    assert {value for some in found.values() for value in some} == {80}
    figure = ep.ask("import_share", lake=lake, goods=GOODS, period=2022, curve=True, **keys)
    assert figure.specifications is not None
    assert any("which does not mean zero" in why for _, why in figure.specifications.left_out)
    alone = ep.ask("import_share", lake=lake, goods=GOODS, period=2022, reported_by="exporter",
                   **keys)  # fmt: skip
    assert alone.value is None
    assert "“not recorded” does not mean zero" in str(alone.reason)


def test_who_reports_the_goods_with_others_reports_zero(tmp_path: Path) -> None:
    lake = _lake(tmp_path, (USA, GERMANY), (FINLAND, CHILE))
    found = _values(lake, "import_share", importer="DEU", exporter="FIN")
    assert {0} in found.values()
    assert {80} in found.values()


def test_a_group_has_no_zero_if_the_mirror_names_a_member_without_report(tmp_path: Path) -> None:
    """Belgium reports sales to Chile; Finland, from which Germany buys, reports nothing."""
    lake = _lake(tmp_path, (USA, GERMANY), (BELGIUM, CHILE))
    found = _values(lake, "import_share", importer="DEU", exporter="FIN+BEL")
    assert {value for some in found.values() for value in some} == {80}
    # Of France, which reports nothing either, nobody buys: Belgium's report is all there is.
    found = _values(lake, "import_share", importer="DEU", exporter="BEL+FRA")
    assert {value for some in found.values() for value in some} == {0}


def test_a_buyer_without_report_is_no_zero_of_the_seller_s_exports(tmp_path: Path) -> None:
    """Chile reports no purchases of the goods; the United States report sales to it."""
    lake = _lake(tmp_path, (USA, CHILE), (USA, GERMANY))
    found = _values(lake, "export_share", importer="CHL", exporter="USA")
    assert {value for some in found.values() for value in some} == {50}


def test_a_group_without_the_report_of_a_large_member_is_no_end_of_a_range(tmp_path: Path) -> None:
    """The United States report sales to Germany, and Finland, with 80 of the 100, none at all."""
    lake = _lake(tmp_path, (USA, GERMANY))
    keys = {"importer": "DEU", "exporter": "FIN+USA"}
    found = _values(lake, "import_share", **keys)
    assert {value for some in found.values() for value in some} == {100}
    keys |= {"goods": GOODS, "period": 2022, "source": "comtrade", "reported_by": "exporter"}
    figure = ep.ask("import_share", lake=lake, **keys)
    [said] = [one.text for one in figure.caveats if one.id == "not-recorded"]
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "Finland reports none of these goods; in the mirror report it has 80.0 % of this trade."
    )


def test_a_member_that_the_mirror_report_does_not_name_is_not_missing(tmp_path: Path) -> None:
    lake = _lake(tmp_path, (USA, GERMANY))
    found = _values(lake, "import_share", importer="DEU", exporter="USA+FRA")
    assert len(found) > 1
    assert {20} in found.values()
