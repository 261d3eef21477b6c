"""What the chart of one Figure shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures import Definition, Evidence, Figure, Specification, Specifications
from entrepot.lake import Lake
from entrepot.report.charts import draw
from entrepot.report.charts.curve import Curve, by_value
from entrepot.report.standalone import chart, picture_of

if TYPE_CHECKING:
    from pathlib import Path

ASKED = Definition.build("import_share", importer="RUS", exporter="CHN", goods="chpl", period=2022)


def drawn(value: float, *specifications: Specification) -> Curve:
    figure = Figure(
        ASKED.but(source="comtrade"),
        "ok",
        value,
        "share",
        specifications=Specifications(specifications, "report"),
        evidence=(Evidence("comtrade", "abc", 3),),
    )
    found = picture_of(figure).drawn
    assert isinstance(found, Curve)
    return found


def specification(value: float, **choices: str) -> Specification:
    return Specification({"source": "comtrade", "goods": "chpl", **choices}, value)


def test_the_headline_is_the_definition_that_was_asked_though_its_last_digit_differs() -> None:
    exact = 0.7 + 1e-16 * 3
    curve = drawn(
        exact,
        specification(0.4, report="exporter's"),
        specification(0.7000000000000004, report="importer's"),
        specification(0.9, report="both"),
    )
    assert [column.headline for column in curve.columns] == [False, True, False]


def test_parts_of_a_list_have_names_of_their_own() -> None:
    curve = drawn(
        0.4,
        specification(0.4),
        Specification({"source": "comtrade", "goods": "chpl:1"}, 0.5),
        Specification({"source": "comtrade", "goods": "chpl:4.B (same_code)"}, 0.6),
        Specification({"source": "comtrade", "goods": "chpl (upper)"}, 0.7),
    )
    [goods] = [one for one in curve.dimensions if one.name == "Goods"]
    names = [option.name for option in goods.options]
    assert len(set(names)) == 4
    assert names[0] == "all that can be converted"
    assert "tier 1" in names[1]
    assert names[2].endswith("same code in both editions")
    assert "chpl" not in "".join(names)


def test_definitions_of_one_value_have_one_order_whatever_their_last_digits_are() -> None:
    def order(one: float, other: float) -> list[str]:
        found = Specifications(
            (specification(one, report="importer's"), specification(other, report="exporter's")),
            "report",
        )
        items, dimensions = by_value(found)
        return [item.choices["report"] for item in items] + dimensions["report"]

    assert order(0.7, 0.7) == order(0.7 - 1e-15, 0.7) == order(0.7, 0.7 - 1e-15)


def test_a_curve_names_the_data_set_of_its_computed_definitions(tmp_path: Path) -> None:
    """Three of six definitions were computed from BACI, and the source line had published ones."""
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": "2023"}
    lines = chart("import_share", Lake.open(tmp_path / "none"), curve=True, **asked).foot
    [source] = [line for line in lines if line.startswith("Source: ")]
    assert "; CEPII BACI, 2023; Entrepôt computation." in source


def test_boxes_of_one_publisher_and_one_number_have_one_label(tmp_path: Path) -> None:
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "chpl"}
    one = chart("import_share", Lake.open(tmp_path / "none"), **asked)
    assert all(drawing.count("Carnegie</text>") <= 1 for drawing in draw(one.picture))
    assert "Carnegie" in draw(one.picture)[0]


def test_a_title_of_value_added_is_about_the_inputs_that_it_is_of(tmp_path: Path) -> None:
    """Of electronics stood "25.7 % of what China sold to Russia"."""
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "inputs:C26", "period": "2022"}
    title = chart("origin", Lake.open(tmp_path / "none"), **asked).title
    assert "of the value of inputs made by electronics that China sold to Russia" in title
