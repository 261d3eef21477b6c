"""What a curve must not answer: unknown sellers, few masses, parts of all goods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.figures.evidence import Specification, alone
from entrepot.lake import Lake
from entrepot.model.product import known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAP = """
format: 1
id: {id}
nomenclature: HS2017
level: 6
reported_by: both
valuation: FOB
columns:
  time: {{role: period}}
  seller: {{role: exporter, codes: ISO3}}
  buyer: {{role: importer, codes: ISO3}}
  code: {{role: product}}
  value: {{role: value, currency: USD}}
  mass: {{role: mass, unit: kg}}
"""
Line = tuple[int, str, str, str, float, "float | None"]
SHARE: dict[str, Any] = {"importer": "RUS", "exporter": "CHN"}


def _add(lake: Lake, folder: Path, name: str, lines: Iterable[Line], *, part: int = 0) -> None:
    file = folder / f"{name}{part}.csv"
    told = [",".join("" if cell is None else str(cell) for cell in line) for line in lines]
    file.write_text("\n".join(["time,seller,buyer,code,value,mass", *told]) + "\n")
    lake.add("table", [file], mapping=MAP.format(id=name))


def _trade(sellers: dict[str, float], code: str = "848210") -> list[Line]:
    return [
        (year, seller, "RUS", code, value, value)
        for year in (2021, 2022, 2023)
        for seller, value in sellers.items()
    ]


def test_a_source_that_knows_nothing_of_the_seller_is_not_zero(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    _add(lake, tmp_path, "world", _trade({"CHN": 60.0, "DEU": 30.0, "TUR": 10.0}))
    _add(lake, tmp_path, "other", _trade({"DEU": 30.0, "TUR": 10.0}))
    keys = SHARE | {"goods": "848210", "period": 2023}
    assert ep.ask("import_share", lake=lake, source="table.other", **keys).value is None
    figure = ep.ask("import_share", lake=lake, curve=True, **keys)
    assert figure.specifications is not None
    items = figure.specifications.items
    assert {one.choices["source"] for one in items} == {"table.world"}
    assert [one.value for one in items] == pytest.approx([0.6] * len(items))
    lost = [why for what, why in figure.specifications.left_out if what.startswith("table.other")]
    assert any("records no exports by China in 2023" in why for why in lost)


@pytest.mark.parametrize("is_blend", [False, True])
def test_what_a_reporter_has_not_is_zero_and_what_a_blend_has_not_is_unknown(
    tmp_path: Path, is_blend: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = MAP.replace("reported_by: both", "reported_by: importer").replace("FOB", "CIF")
    monkeypatch.setitem(globals(), "MAP", MAP if is_blend else own)
    lake = Lake.open(tmp_path / "lake")
    lines = _trade({"DEU": 30.0, "TUR": 10.0})
    _add(lake, tmp_path, "world", [*lines, *_trade({"CHN": 5.0}, code="854231")])
    keys = SHARE | {"lake": lake, "period": 2023, "curve": True}
    asked = ep.ask("import_share", goods="848210", **keys)
    if is_blend:
        assert asked.value is None
        assert "does not mean zero" in str(asked.reason)
    else:
        assert asked.specifications is not None
        assert {one.value for one in asked.specifications.items} == {0.0}


def test_mass_is_judged_for_each_choice_of_goods(tmp_path: Path) -> None:
    """Chips have masses for a third of their value, and are little beside machines that have."""
    lines: list[Line] = []
    for code, value in (("854231", 1e3), ("845710", 1e6)):
        for seller in ("CHN", "DEU", "TUR"):
            known = code == "845710" or seller == "CHN"
            lines.append((2022, seller, "RUS", code, value, value / 10 if known else None))
    lake = Lake.open(tmp_path / "lake")
    _add(lake, tmp_path, "world", lines)
    found = ep.ask(
        "import_share", lake=lake, goods="chpl", period=2022, curve=True, **SHARE
    ).specifications
    assert found is not None
    weighed = {one.choices["goods"] for one in found.items if one.choices["quantity"] == "mass"}
    assert weighed == {"chpl"}
    assert "chpl:1" in {one.choices["goods"] for one in found.items}
    reasons = dict(found.left_out)
    why = reasons["table.world: mass, chpl:1, as known, family, as asked"]
    assert why == "33 % of the value has a mass, too little"


def test_mass_is_judged_for_each_time_and_territory(tmp_path: Path) -> None:
    """The base has half of its masses, which those of the period would outweigh; so has Macao."""
    lines: list[Line] = [
        *((2022, seller, "RUS", "848210", 1e6, 1e3) for seller in ("CHN", "DEU")),
        (2021, "CHN", "RUS", "848210", 10.0, 1.0),
        (2021, "DEU", "RUS", "848210", 10.0, None),
    ]
    lake = Lake.open(tmp_path / "lake")
    _add(lake, tmp_path, "world", lines)
    change = ep.ask(
        "change_of_share", lake=lake, goods="848210", period=2022, base=2021, curve=True, **SHARE
    ).specifications
    assert change is not None
    assert {one.choices["quantity"] for one in change.items} == {"value"}
    reasons = dict(change.left_out)
    assert reasons["table.world: mass, as asked"] == "50 % of the value has a mass, too little"

    other = Lake.open(tmp_path / "other")
    _add(other, tmp_path, "places", [
        (2022, "CHN", "RUS", "848210", 100.0, 10.0),
        (2022, "CHN", "DEU", "848210", 100.0, 10.0),
        (2022, "HKG", "RUS", "848210", 100.0, None),
        (2022, "HKG", "DEU", "848210", 100.0, 9.0),
    ])  # fmt: skip
    sold = ep.ask(
        "export_share", lake=other, goods="848210", period=2022, curve=True, **SHARE
    ).specifications
    assert sold is not None
    weighed = {one.choices["territory"] for one in sold.items if one.choices["quantity"] == "mass"}
    assert weighed == {"CHN"}
    lost = [what for what, why in sold.left_out if why.startswith("75 %")]
    assert lost, sold.left_out
    assert all("CHN+HKG" in what for what in lost)


def test_a_longer_time_with_years_of_some_goods_is_refused(tmp_path: Path) -> None:
    codes = sorted(code for code, editions in known_codes().items() if "HS2017" in editions)
    pairs = (("CHN", "RUS"), ("DEU", "RUS"), ("TUR", "DEU"), ("RUS", "DEU"))

    def told(years: Iterable[int], some: Iterable[str]) -> list[Line]:
        return [
            (year, seller, buyer, code, 10.0, None)
            for year in years
            for seller, buyer in pairs
            for code in some
        ]

    lake = Lake.open(tmp_path / "lake")
    _add(lake, tmp_path, "world", told([2023], codes))
    _add(lake, tmp_path, "world", told([2021, 2022], ["848210"]), part=1)
    keys = SHARE | {"lake": lake, "goods": "all", "source": "table.world"}
    assert ep.ask("import_share", period=2022, **keys).value is None
    figure = ep.ask("import_share", period=2023, curve=True, **keys)
    assert figure.specifications is not None, figure.reason
    assert {one.choices["window"] for one in figure.specifications.items} == {"as asked"}
    why = dict(figure.specifications.left_out)["table.world: three-year average"]
    assert "not all goods" in why


def test_the_other_report_is_one_choice_whatever_its_source() -> None:
    """Sources of one kind each: source and report never differ apart."""
    head = Specification({"source": "reconciled", "report": "reconciled", "quantity": "value"}, 0.3)
    items = [
        head,
        Specification({"source": "comtrade", "report": "importer's", "quantity": "value"}, 0.2),
        Specification({"source": "comtrade", "report": "exporter's", "quantity": "value"}, 0.4),
        Specification({"source": "comtrade", "report": "exporter's", "quantity": "mass"}, 0.9),
        Specification({"source": "baci", "report": "reconciled", "quantity": "value"}, 0.5),
    ]
    assert alone(head, items) == {"source": (0.3, 0.5), "report": (0.2, 0.4)}


def test_what_each_does_alone_starts_from_the_question_as_asked(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    sold = {"CHN": 60.0, "HKG": 7.0, "DEU": 30.0, "TUR": 10.0}
    _add(lake, tmp_path, "world", _trade(sold))
    figure = ep.ask("import_share", lake=lake, goods="848210", period=2023, curve=True, **SHARE)
    assert figure.value == pytest.approx(60 / 107)
    assert figure.spread["territory"] == (figure.value, pytest.approx(67 / 107))
