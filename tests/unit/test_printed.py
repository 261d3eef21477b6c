"""Which printed numbers may be put together, and what is said about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.figures import Definition, Evidence, Figure, ask, published_answers
from entrepot.figures.card import card_text
from entrepot.figures.caveats import for_printed, for_series
from entrepot.figures.evidence import SourceAnswer, Specification, Specifications
from entrepot.figures.figure import card_of
from entrepot.figures.published_answers import pairs, sums
from entrepot.figures.statements import published_figures
from entrepot.lake import Lake
from entrepot.sources.published.parse import PublishedRows, published

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.published.row import Published

FIRST = next(row for row in published() if row.measure == "value" and row.relation == "=")


def stated(value: float | None, low: float | None, high: float | None, **keys: Any) -> Published:
    """A statement of one origin that values FOB, as exactly as the ends say."""
    plain = {"origin": "A", "variant": "", "reporter": "CHN", "valuation": "FOB", "relation": "="}
    return replace(FIRST, value=value, low=low, high=high, **plain | keys)


def number(value: float, **keys: Any) -> Published:
    return stated(value, value - 0.5, value + 0.5, **keys)


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "B"},
        {"reporter": "RUS"},
        {"valuation": "CIF"},
        {"variant": "45 codes"},
    ],
)
def test_only_what_one_voice_values_alike_is_put_together(other: dict[str, str]) -> None:
    one, same, another = number(10.0), number(4.0), number(4.0, **other)
    assert list(sums([[one], [same]])) == [(one, same)]
    assert list(pairs([one], [same])) == [(one, same)]
    assert list(sums([[one], [another]])) == []
    assert list(pairs([one], [another])) == []
    blended = list(pairs([one], [another], across_reporters=True))
    assert bool(blended) == ("reporter" in other)


@pytest.mark.parametrize(
    "vague",
    [
        stated(10.0, 10.0, None, relation="more_than"),
        stated(10.0, None, 10.0, relation="at_most"),
        stated(None, 9.0, 11.0, relation="between"),
    ],
)
def test_a_bound_is_no_number_to_compute_with(vague: Published) -> None:
    exact = number(4.0)
    assert list(pairs([vague, exact], [vague, exact])) == [(exact, exact)]
    assert list(sums([[vague], [exact]])) == []


def test_words_of_another_origin_are_not_said_of_the_value() -> None:
    value = number(10.0)
    bound = stated(12.0, 12.0, None, relation="more_than", printed="over 12", valuation="CIF")
    told = {item.id: item.text for item in for_printed([value], [value, bound], 0)}
    assert "published-wording" not in told
    assert told["valuation"] == (
        "Valued FOB, as in the reporter’s statistics; the range also includes CIF values."
    )
    told = {item.id: item.text for item in for_printed([bound], [value, bound], 0)}
    assert "over 12" in told["published-wording"]


def test_a_published_figure_answers_for_the_side_that_reported_it(tmp_path: Path) -> None:
    """China's customs released its exports to Russia of 2024; Russia released nothing."""
    lake = Lake.open(tmp_path)
    keys: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "period": 2024, "lake": lake}
    figure = ask("value", reported_by="exporter", **keys)
    assert [(item.id, item.reported_by) for item in figure.evidence] == [
        ("CR-021", {"exporter": 1})
    ]
    assert figure.value == ask("value", **keys).value
    assert "From bne IntelliNews (Chinese customs), https://bne.eu/" in figure.cite()
    refused = ask("value", reported_by="importer", **keys)
    assert refused.value is None
    assert (
        "published figures: none of this for 2024, reported by Russia; "
        'available without reported_by="importer"'
    ) in " ".join(str(refused).split())
    # China reports both directions of its trade with Russia, whichever of them is asked for.
    both = ask("value", reported_by="exporter", flow="both", **keys)
    assert {row.statement.reporter for row in both.evidence if row.statement} == {"CHN"}


def test_a_bound_is_said_in_the_title(tmp_path: Path) -> None:
    # Published by the Institute of International Finance as "more than 36 %".
    figure = ask(
        "import_share",
        importer="RUS",
        exporter="CHN",
        goods="all",
        period=2022,
        lake=Lake.open(tmp_path),
    )
    assert figure.scope == {"wording": "published as “more than 36 %”"}
    assert "published as “more than 36 %”" in str(figure)


def test_a_ratio_of_two_books_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Russia and China in 2023: OEC printed both shares; without one of them GACC's is below."""
    keys: dict[str, Any] = {
        "importer": "RUS",
        "exporter": "CHN",
        "period": 2023,
        "source": "published",
    }
    lake = Lake.open(tmp_path)

    def told() -> str:
        figure = ask("asymmetry", lake=lake, **keys)
        [text] = [item.text for item in figure.caveats if item.id == "derived"]
        return text

    assert "both by OEC" in told()
    every = published_answers.statements
    dropped = {("OEC", "export_share"), ("OEC", "value")}

    def fewer(*given: Any) -> PublishedRows:
        rows = every(*given)
        return PublishedRows(row for row in rows if (row.origin, row.measure) not in dropped)

    monkeypatch.setattr(published_answers, "statements", fewer)
    assert "one by OEC, divided by one by Chinese customs" in told()


def test_a_series_names_both_sides_where_both_reported() -> None:
    series = []
    for year, side in ((2021, "both"), (2022, "exporter")):
        asked = Definition.build("value", importer="RUS", exporter="CHN", period=year)
        evidence = (Evidence("baci", "one", 1, {side: 1}),)
        series.append(Figure(asked, "ok", 1.0, "USD", evidence=evidence))
    [change] = for_series(series)
    assert "2021 from baci as reported by both sides" in change.text
    assert "2022 from baci as reported by the exporter" in change.text


@pytest.mark.parametrize("side", ["importer", "both"])
def test_a_zero_without_a_row_changes_no_reporting_side(side: str) -> None:
    """Years of no trade were said to be another side's report, and marked as a break."""
    series = []
    for year, rows in ((2019, {}), (2020, {side: 1}), (2021, {}), (2022, {side: 2})):
        asked = Definition.build("value", importer="RUS", exporter="CHN", period=year)
        evidence = (Evidence("baci", "one", sum(rows.values()), rows),)
        series.append(Figure(asked, "ok", float(len(rows)), "USD", evidence=evidence))
    assert for_series(series) == []


def test_a_range_that_ends_at_a_bound_is_open(tmp_path: Path) -> None:
    """27 to 36 % was printed where 36 is "more than 36 %"."""
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "all", "period": 2022}
    asked = ask("import_share", lake=Lake.open(tmp_path), source="published", **keys)
    [bound] = [one for one in [asked.evidence[0].statement] if one is not None]
    assert bound.printed == "more than 36 %"
    items = (
        Specification({"source": "imts"}, 0.27),
        Specification({"source": "published"}, 0.36, open_end="high"),
    )
    both = replace(
        asked, value=0.34, low=0.27, high=0.36, specifications=Specifications(items, None)
    )
    assert both.range_text.replace("\u00a0", " ") == "27 to 36 % or more"
    assert both.to_dict()["open_ends"] == ["high"]
    assert both.to_dict()["specifications"]["values"][1]["open_end"] == "high"
    assert "36 % or more" in card_text(card_of(both)).replace("\u00a0", " ")
    closed = replace(both, high=0.4)
    assert closed.range_text.replace("\u00a0", " ") == "27 to 40 %"
    assert "open_ends" not in closed.to_dict()


def test_the_estimate_of_a_bound_knows_its_open_end(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    keys = {"measure": "import_share", "importer": "RUS", "exporter": "CHN", "goods": "all"}
    found = published_answers.answer(Definition.build(**keys, period=2022), lake, "published")
    assert isinstance(found, SourceAnswer)
    assert "high" in {one.open_end for one in found.estimates}


def test_a_primary_source_is_found_by_the_name_that_is_printed(tmp_path: Path) -> None:
    keys: dict[str, Any] = {"measure": "value", "period": 2024, "lake": Lake.open(tmp_path)}
    by_key = published_figures(primary_source="GACC", **keys)
    assert len(by_key) > 3
    assert published_figures(primary_source="chinese customs", **keys) == by_key
    assert not published_figures(primary_source="Chilean customs", **keys)
