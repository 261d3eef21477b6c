"""Questions that differ in time only: one go gives what each gives alone, with few queries."""

from __future__ import annotations

import random
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.figures import Definition, Figure, ask_many, evaluate_each, row_facts, rows
from entrepot.figures.asked_together import several_times
from entrepot.figures.availability import availability_of
from entrepot.figures.curve.evaluate import combined
from entrepot.figures.evaluate import evaluate
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.rows import SourceRows
from entrepot.goods import goods_list
from entrepot.lake import Lake, distinct
from entrepot.model.areas import areas, by_code
from entrepot.model.period import Period
from entrepot.model.product import known_codes
from entrepot.report.brief_context import BriefContext
from entrepot.report.compose import brief_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from entrepot.figures.curve.evaluate import Branch
    from entrepot.figures.evidence import FoundSpecification

YEARS = range(2019, 2024)
SELLERS = ("CHN", "HKG", "DEU", "USA", "KAZ", "TUR")
LISTED = 12
MOST_QUERIES, MOST_OF_FILES = 190, 20
"""Of the brief below, and those that read files; each question by itself would take some 900."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Hold made-up BACI: all codes from two sellers, some of a list from others, with gaps."""
    folder = tmp_path_factory.mktemp("years")
    found = Lake.open(folder / "lake")
    found.add("baci", [_rows(folder / "BACI_HS17_V202501.csv")])
    return found


def _rows(path: Path) -> Path:
    chance = random.Random(7)
    numbers = {iso: number for number, iso in by_code("baci").items()}
    codes = sorted(code for code, editions in known_codes().items() if "HS2017" in editions)
    listed = [one for one in sorted({e.code for e in goods_list("chpl").entries}) if one in codes]
    lines = ["t,i,j,k,v,q"]

    def add(year: int, seller: str, buyer: str, code: str) -> None:
        mass = chance.choice(["", "NA", "1.5", "20", "300"]) or "NA"
        value = round(chance.lognormvariate(3, 2), 3) + 0.001
        lines.append(f"{year},{numbers[seller]},{numbers[buyer]},{code},{value},{mass}")

    for year in YEARS:
        for at, code in enumerate(codes):
            add(year, "CHN" if at % 2 else "DEU", "RUS" if at % 3 else "FRA", code)
        for seller in SELLERS:
            for buyer in ("RUS", "FRA"):
                for code in listed[:LISTED]:
                    # Hong Kong sells nothing in two of the years, and nobody all of the list.
                    if chance.random() < 0.7 and not (seller == "HKG" and year in (2020, 2022)):
                        add(year, seller, buyer, code)
            if seller != "CHN":
                add(year, "RUS", seller, chance.choice(codes))
    # One row a cell.
    cells: dict[str, str] = {}
    for line in lines[1:]:
        cells.setdefault(",".join(line.split(",")[:4]), line)
    path.write_text("\n".join([lines[0], *cells.values()]) + "\n", encoding="utf-8")
    return path


def _asked(measure: str, goods: str, **keys: Any) -> list[Definition]:
    return [
        Definition.build(measure, importer="RUS", goods=goods, period=year, **keys)
        # One year more, of which nothing is loaded.
        for year in (*YEARS, 2025)
    ]


def _same(one: Any, other: Any) -> None:
    """Compare two Figures as plain data: sums may differ in their last digit."""
    if isinstance(one, dict):
        assert list(one) == list(other)
        for name in one:
            _same(one[name], other[name])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            _same(left, right)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12)
    else:
        assert one == other


def _plain(figure: Figure) -> dict[str, Any]:
    found = figure.to_dict()
    if figure.specifications is not None:
        items = [(item.value, sorted(item.choices.items())) for item in figure.specifications.items]
        found["every"] = sorted(items, key=lambda one: one[1])
        # Those of one value come in any order.
        found.pop("specifications")
        found["left"] = sorted(figure.specifications.left_out)
    return found


@pytest.mark.parametrize(
    ("measure", "goods", "keys"),
    [
        ("import_share", "chpl", {"exporter": "CHN"}),
        ("import_share", "all", {"exporter": "CHN"}),
        ("value", "chpl", {"exporter": "CHN+HKG"}),
        ("value", "chpl", {"exporter": "CHN", "quantity": "mass"}),
        ("top_supplier", "chpl", {}),
        ("reliant_goods", "chpl", {"exporter": "CHN"}),
        ("hhi", "all", {}),
        ("rank", "all", {"exporter": "CHN"}),
        ("asymmetry", "all", {"exporter": "CHN"}),
    ],
)
def test_in_one_go_each_year_is_what_it_is_alone(
    lake: Lake, measure: str, goods: str, keys: dict[str, Any]
) -> None:
    asked = _asked(measure, goods, **keys)
    with lake.explaining() as together:
        found = evaluate_each(asked, lake)
    with lake.explaining() as apart:
        alone = [evaluate(one, lake) for one in asked]
    assert [one.status for one in found].count("ok") >= 3
    for one, other in zip(found, alone, strict=True):
        _same(_plain(one), _plain(other))
    assert len(together.queries) < len(apart.queries) / 2


@pytest.mark.parametrize(
    ("measure", "goods", "buyers", "sellers"),
    [
        # Each of them is asked about, and a partner of the others; so are Hong Kong and China.
        ("import_share", "chpl", ("RUS", "FRA", "CHN", "EU27"), ("CHN", "HKG", "USA", "RUS")),
        ("import_share", "all", ("RUS", "FRA"), ("CHN+HKG", "DEU")),
        ("export_share", "chpl", ("RUS", "FRA", "EU27"), ("CHN", "HKG")),
        ("hhi", "chpl", ("RUS", "FRA", "DEU", "CHN"), ("WLD",)),
        ("top_supplier", "chpl", ("RUS", "FRA", "DEU"), ("WLD",)),
        ("buyer_hhi", "850511", ("WLD",), ("CHN", "DEU", "USA")),
    ],
)
def test_in_one_go_each_pair_is_what_it_is_alone(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, measure: str, goods: str,
    buyers: tuple[str, ...], sellers: tuple[str, ...],
) -> None:  # fmt: skip
    asked = [
        Definition.build(measure, importer=buyer, exporter=seller, goods=goods, period=year)
        for buyer in buyers
        for seller in sellers
        for year in (2021, 2023)
        if buyer != seller
    ]
    goes: list[int] = []

    def counted(branches: Sequence[Branch]) -> list[list[FoundSpecification]]:
        goes.append(len(branches))
        return combined(branches)

    monkeypatch.setattr("entrepot.figures.curve.evaluate.combined", counted)
    found = evaluate_each(asked, lake)
    assert len(goes) == 1
    assert goes[0] >= len(asked) / 2
    alone = [evaluate(one, lake) for one in asked]
    assert [one.status for one in found].count("ok") >= len(asked) / 3
    for one, other in zip(found, alone, strict=True):
        _same(_plain(one), _plain(other))


def test_pairs_asked_together_look_up_evidence_partners_and_areas_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def counting(name: str) -> Callable[..., Any]:
        function = getattr(row_facts, name)

        def counted(*given: Any) -> Any:
            seen.append(name if name == "_counted" else " ".join(map(str, given[1:])))
            return function(*given)

        return counted

    for name in ("_counted", "distinct"):
        monkeypatch.setattr(row_facts, name, counting(name))
    asked = [
        Definition.build("import_share", importer=buyer, exporter=seller, goods="chpl", period=2023)
        for buyer in ("RUS", "FRA")
        for seller in ("CHN", "DEU", "USA")
    ]
    found = evaluate_each(asked, lake)
    assert {one.status for one in found} == {"ok"}
    # Whether a flow is recorded at all ("period") is asked of each that is zero in a range.
    looked_up = [one for one in seen if one != "period"]
    assert len(looked_up) == len({*looked_up})  # once each, as far as no test before knew it
    assert "_counted" in looked_up
    assert {*looked_up} <= {
        "_counted", "period exporter", "period importer", "period importer exporter",
    }  # fmt: skip


def test_codes_of_an_extract_are_looked_up_once_whoever_is_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = {iso: number for number, iso in by_code("baci").items()}
    # A release with so many exporters and so few goods is an extract.
    sellers = [one.code for one in areas() if one.kind == "country" and one.code in numbers]
    file = tmp_path / "BACI_HS17_V202501.csv"
    lines = [
        f"2023,{numbers[seller]},{numbers['RUS']},{code},5,1"
        for seller in {"CHN", "DEU", *sellers[:30]} - {"RUS"}
        for code in ("854231", "854232", "850511")
    ]
    file.write_text("\n".join(["t,i,j,k,v,q", *lines]) + "\n", encoding="utf-8")
    extract = Lake.open(tmp_path / "lake")
    extract.add("baci", [file])
    looked_up: list[tuple[Any, ...]] = []

    def counted(frame: Any, *columns: Any) -> list[tuple[Any, ...]]:
        looked_up.append(columns)
        return distinct(frame, *columns)

    monkeypatch.setattr(row_facts, "distinct", counted)
    scopes = {
        (seller, goods): evaluate(
            Definition.build("value", importer="RUS", exporter=seller, goods=goods, period=2023),
            extract,
        ).scope.get("goods")
        for seller in ("CHN", "DEU")
        for goods in ("8542", "8542,8505", "854231", "854231,847150", "all")
    }
    assert {scopes["DEU", goods] for goods in ("854231", "all")} == {None}
    for seller in ("CHN", "DEU"):
        assert scopes[seller, "8542"] == "of the 2 codes loaded"
        assert scopes[seller, "8542,8505"] == "of the 3 codes loaded"
        assert scopes[seller, "854231,847150"] == "of the 1 code loaded"
    assert looked_up.count(("period", "nomenclature", "product")) == 1


def test_of_everybody_only_the_time_asked_about_is_read(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two countries all times are read in one go, of all countries those that are asked for."""
    read: list[str] = []

    def watched(_cells: Any, asked: Definition, *_rest: Any) -> Any:
        read.append(str(asked.period))
        return nullcontext()

    monkeypatch.setattr(rows, "_read_once", watched)
    with several_times([Period.parse(year) for year in YEARS]):
        for measure in ("cutoff", "import_share"):
            keys = {"importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": YEARS[-1]}
            asked = Definition.build(measure, source="baci", **keys)
            there = availability_of(lake, "baci", [asked.period])
            assert not isinstance(there, NoAnswer)
            with rows.reading_once(SourceRows(lake, there[0]), asked, ()) as found:
                assert found.is_long is (measure == "import_share")
    assert read == ["2023", "2019..2023"]


def test_a_question_alone_runs_no_query_twice(lake: Lake) -> None:
    asked = Definition.build(
        "import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023
    )
    with lake.explaining() as cost:
        assert evaluate(asked, lake, ranged=False).value
    plans = [one.plan for one in cost.queries]
    assert len(plans) == len(set(plans))


BUYERS, GOODS = ("DEU", "FRA"), ("850511", "870323")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Hold importers' reports from everybody, of which each has a total of its own."""
    folder = tmp_path_factory.mktemp("reports")
    chance = random.Random(11)
    lines = ["year,exporter,importer,code,usd,kg"]
    lines += [
        f"{year},{seller},{buyer},{code},{round(chance.lognormvariate(9, 2), 2)},{chance.random()}"
        for year in YEARS
        for seller in sorted(one.code for one in areas() if one.kind == "country")
        for buyer in BUYERS
        for code in GOODS
        if seller != buyer
    ]
    (folder / "all.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = (
        "format: 1\nreported_by: importer\nvaluation: CIF\nnomenclature: HS2017\nscope: complete\n"
        "columns:\n  year: {role: year}\n  exporter: {role: exporter, codes: ISO3}\n"
        "  importer: {role: importer, codes: ISO3}\n  code: {role: product}\n"
        "  usd: {role: value, currency: USD, scale: 1}\n  kg: {role: mass, unit: kg}\nignore: []\n"
    )
    found = Lake.open(folder / "lake")
    found.add("table", [folder / "all.csv"], mapping=mapping)
    return found


@pytest.mark.parametrize("measure", ["import_share", "value", "hhi"])
def test_a_panel_is_what_each_figure_is_alone(reports: Lake, measure: str) -> None:
    keys = {"exporter": "CHN"} if measure in ("import_share", "value") else {}
    panel = ask_many(
        measure,
        lake=reports,
        importer=list(BUYERS),
        goods=list(GOODS),
        period=[2019, 2021, 2022],
        **keys,
    )
    assert len(panel) == 12
    for figure in panel:
        whose = figure.definition
        alone = evaluate(
            Definition.build(
                measure,
                importer=whose.importer,
                goods=whose.goods,
                period=str(whose.period),
                **keys,
            ),
            reports,
        )
        assert figure.status == "ok"
        _same(_plain(figure), _plain(alone))


def test_more_years_of_a_series_take_no_more_queries(reports: Lake) -> None:
    """Each year's total was added up by itself."""

    def queries(importer: str, years: list[int]) -> int:
        with reports.explaining() as cost:
            keys = {"importer": importer, "exporter": "CHN", "goods": "870323", "period": years}
            assert len(ask_many("import_share", lake=reports, **keys)) == len(years)
        return len(cost.queries)

    # What is known of the lake, or of a year, from other tests saves a query or two.
    assert queries("DEU", [*YEARS]) <= queries("FRA", [2022, 2023]) + 2


def test_a_brief_takes_few_queries_and_says_what_each_question_says(lake: Lake) -> None:
    context = BriefContext(lake)
    with lake.explaining() as cost:
        brief_in(context, "RUS", "CHN", "chpl", None)
    assert len(cost.queries) <= MOST_QUERIES
    assert 0 < sum("PARQUET" in one.plan for one in cost.queries) <= MOST_OF_FILES
    asked = [(one, figure) for one, figure in context.asked.items() if figure.status == "ok"]
    assert len(asked) > 60
    # Some of each kind: all of them take as long as the old way of asking.
    kinds: dict[tuple[str, str, bool], tuple[Definition, Figure]] = {}
    for one, figure in asked:
        if one.source != "icio":
            kinds.setdefault((one.measure, one.goods, figure.ranged), (one, figure))
    assert len(kinds) > 15
    for one, figure in kinds.values():
        _same(_plain(figure), _plain(evaluate(one, lake, ranged=figure.ranged)))


def test_a_page_works_out_the_id_of_a_figure_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out: list[Figure] = []

    def found(figure: Figure) -> str:
        worked_out.append(figure)
        return str(figure.definition)

    monkeypatch.setattr(Figure, "id", property(found))
    context = BriefContext(lake)
    with lake.reading():
        first = context.value("value", importer="RUS", exporter="CHN", goods="all", period=2022)
        assert context.figures == context.figures == (first,)
        ranged = context.ask("value", importer="RUS", exporter="CHN", goods="all", period=2022)
        assert ranged.ranged
        assert context.figures == (ranged,)
    assert len(worked_out) == 1
