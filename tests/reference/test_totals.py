"""What a share is divided by: made-up reports whose truth is known, real ones by pandas."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import entrepot as ep
from entrepot.errors import BadFileError
from entrepot.figures.no_value import MANY_REPORTERS
from entrepot.figures.rows import _compared
from entrepot.lake import Lake
from entrepot.model.areas import area, by_code
from entrepot.report.brief_context import BriefContext
from entrepot.report.compose import subject_of
from entrepot.report.missing_value import missing_value
from entrepot.report.note import note
from made_comext import bulk
from made_comtrade import WORLD, row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from entrepot.figures import Figure

THAILAND, TAIWAN, CHINA, USA = 764, 490, 156, 842
ASKED = {"importer": "THA", "period": 2022, "goods": "854231", "source": "comtrade"}


def lake_of(folder: Path, rows: Sequence[dict[str, Any]]) -> Lake:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made.csv").write_text(text_of(rows))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [folder / "made.csv"])
    return lake


def bought(value: float, partner: int, **more: Any) -> dict[str, Any]:
    return row(value, **{"reporter": THAILAND, "partner": partner} | more)


def ask(lake: Lake, measure: str, **keys: Any) -> Figure:
    return ep.ask(measure, lake=lake, **ASKED | keys)


def caveats(figure: Figure) -> set[str]:
    return {one.id for one in figure.caveats}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Three partners and re-imports that add up to 636 of a total of 1,000."""
    rows = [bought(436, TAIWAN), bought(100, CHINA), bought(64, USA), bought(36, THAILAND)]
    return lake_of(tmp_path_factory.mktemp("few"), [*rows, bought(1000, WORLD)])


def test_a_share_is_of_the_total_that_the_reporter_reports(few: Lake) -> None:
    figure = ask(few, "import_share", exporter="TWN")
    assert figure.value == pytest.approx(0.436, rel=1e-12)
    assert figure.high == pytest.approx(436 / 964, rel=1e-12)  # without re-imports
    assert {"reported-total", "reimports"} <= caveats(figure)
    found = figure.to_dict()["denominator"]
    assert found["whose"] == "THA"
    assert found["value"] == pytest.approx(1000)
    assert found["not_in_data"] == pytest.approx(0.364)
    assert found["reimports"] == pytest.approx(0.036)


def test_totals_are_compared_once_with_their_partners(
    few: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(*given: Any) -> Any:
        asked.append(given[1].measure)
        return _compared(*given)

    monkeypatch.setattr("entrepot.figures.rows._compared", counted)
    with few.reading():
        assert ask(few, "import_share", exporter="TWN").value == pytest.approx(0.436, rel=1e-12)
        # For the headline, its denominator and caveats, every choice of the range, other partners.
        assert ask(few, "import_share", exporter="CHN").value == pytest.approx(0.1, rel=1e-12)
        assert len(asked) == 1
    assert not few.in_memory._tables  # and nothing stays


def test_concentration_has_bounds(few: Lake) -> None:
    known = 0.436**2 + 0.100**2 + 0.064**2 + 0.036**2
    figure = ask(few, "hhi")
    assert figure.value == pytest.approx(known, rel=1e-12)
    assert figure.low == pytest.approx(known, rel=1e-12)
    # Without re-imports the total is 964, and all that is not in the data may be one supplier.
    most = (436**2 + 100**2 + 64**2 + 364**2) / 964**2
    assert most > known + 0.364**2
    assert figure.high == pytest.approx(most, rel=1e-12)
    two = ask(few, "cr", k=2)
    assert (two.value, two.high) == (pytest.approx(0.536), pytest.approx((436 + 364) / 964))
    first = ask(few, "top_supplier")
    assert first.value == pytest.approx(0.436)


def test_who_may_be_among_those_not_in_the_data_has_no_share(tmp_path: Path) -> None:
    rows = [bought(436, TAIWAN), bought(64, USA), bought(1000, WORLD)]
    lake = lake_of(tmp_path, [*rows, bought(5, CHINA, product="854232")])
    figure = ask(lake, "import_share", exporter="CHN")
    assert figure.status == "insufficient_data"
    assert "at most" in str(figure.reason)


def test_the_curve_and_the_headline_divide_by_one_total(few: Lake) -> None:
    figure = ask(few, "import_share", exporter="TWN", curve=True)
    assert figure.value == pytest.approx(0.436, rel=1e-12)
    assert figure.specifications is not None
    values = {round(one.value, 9) for one in figure.specifications.items}
    assert values == {0.436, round(436 / 964, 9)}


def test_partners_that_exceed_the_total_have_both_in_the_range(tmp_path: Path) -> None:
    rows = [bought(436, TAIWAN), bought(100, CHINA), bought(64, USA), bought(500, WORLD)]
    lake = lake_of(tmp_path, rows)
    for curve in (False, True):
        figure = ask(lake, "import_share", exporter="TWN", curve=curve)
        assert figure.value == pytest.approx(436 / 600)
        assert (figure.low, figure.high) == (pytest.approx(436 / 600), pytest.approx(436 / 500))
        assert "20.0\xa0% more" in next(
            one.text for one in figure.caveats if one.id == "reported-total"
        )


def test_without_a_total_few_partners_are_in_the_title(tmp_path: Path) -> None:
    rows = [bought(436, TAIWAN), bought(100, CHINA), bought(64, USA)]
    figure = ask(lake_of(tmp_path, rows), "import_share", exporter="TWN")
    assert figure.value == pytest.approx(436 / 600)
    assert "of the 3 partners loaded" in " ".join(str(figure).split())
    assert figure.to_dict()["scope"] == {"partners": "of the 3 partners loaded"}


def test_two_files_with_one_total_have_it_once(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    for name, rows in (("a", [bought(436, TAIWAN)]), ("b", [bought(100, CHINA), bought(64, USA)])):
        (tmp_path / f"{name}.csv").write_text(text_of([*rows, bought(1000, WORLD)]))
    lake.add("comtrade", [tmp_path / "a.csv", tmp_path / "b.csv"])
    assert ask(lake, "import_share", exporter="TWN").value == pytest.approx(0.436)
    assert ask(lake, "value").value == pytest.approx(1000)


def test_totals_alone_have_values_and_no_shares(tmp_path: Path) -> None:
    rows = [bought(1000, WORLD), bought(800, WORLD, period=2021)]
    lake = lake_of(tmp_path, rows)
    assert ask(lake, "value").value == pytest.approx(1000)
    assert ask(lake, "growth", base=2021).value == pytest.approx(25)
    assert ask(lake, "price_index", base=2021).status == "ok"
    for measure, more in (("hhi", {}), ("import_share", {"exporter": "CHN"})):
        figure = ask(lake, measure, reported_by="importer", **more)
        assert figure.status == "insufficient_data"
        assert "totals over all partners only" in str(figure.reason)


AMOUNTS = st.integers(1, 10**6)


def of_comtrade(folder: Path, partners: dict[str, int]) -> tuple[Lake, dict[str, Any]]:
    codes = {"TWN": TAIWAN, "CHN": CHINA, "USA": USA, "own": THAILAND, "world": WORLD}
    rows = [bought(value, codes[name]) for name, value in partners.items()]
    return lake_of(folder, rows), {}


def of_table(folder: Path, partners: dict[str, int]) -> tuple[Lake, dict[str, Any]]:
    names = {"TWN": "Taiwan", "CHN": "China", "USA": "USA", "own": "Thailand", "world": "World"}
    lines = [f"2022,{names[name]},854231,{value}" for name, value in partners.items()]
    (folder / "made.csv").write_text("\n".join(["year,partner,code,usd", *lines, ""]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [folder / "made.csv"], mapping=THAI)
    return lake, {"source": "table.thai"}


def of_comext(folder: Path, partners: dict[str, int]) -> tuple[Lake, dict[str, Any]]:
    codes = {"TWN": "TW", "CHN": "CN", "USA": "US", "own": "DE", "world": "WORLD"}
    lines = [
        f"DE {codes[name]} {'I' if name == 'own' else 'E'} 85423111 1 1 NO_SU 202201 {value} 1 0"
        for name, value in partners.items()
    ]
    (folder / "made.dat").write_text(bulk(*lines))
    lake = Lake.open(folder / "lake")
    lake.add("comext", [folder / "made.dat"])
    more = {"importer": "DEU", "source": "comext", "period": "2022-01"}
    return lake, more | {"currency": "EUR"}


def of_imts(folder: Path, partners: dict[str, int]) -> tuple[Lake, dict[str, Any]]:
    codes = {"own": "THA", "world": "G001"}
    head = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE"
    lines = [
        f"IMF.STA:IMTS(1.0.0),THA,MG_CIF_USD,{codes.get(name, name)},A,2022,{value},6"
        for name, value in partners.items()
    ]
    (folder / "made.csv").write_text("\n".join([head, *lines, ""]))
    lake = Lake.open(folder / "lake")
    lake.add("imts", [folder / "made.csv"])
    return lake, {"source": "imts", "goods": "all"}


def concentration(parts: Sequence[float], rest: float) -> dict[str, tuple[float, float]]:
    """The least and the most that suppliers and a rest can mean: the rest split, or one supplier.

    By hand: each is a share of all of it. Of the largest, any but re-imports, which come last.
    """
    every = sum(parts) + rest
    shares = sorted((one / every for one in parts), reverse=True)
    alone = sorted([*shares, rest / every], reverse=True)
    squares = sum(one**2 for one in shares)
    return {
        "hhi": (squares, squares + (rest / every) ** 2),
        "cr": (sum(shares[:2]), sum(alone[:2])),
    }


@pytest.mark.parametrize("written", [of_comtrade, of_table, of_comext, of_imts])
@settings(
    max_examples=1,  # three lakes and nine ranges
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(parts=st.lists(AMOUNTS, min_size=3, max_size=3), own=AMOUNTS, factor=st.floats(0.3, 3))
def test_no_total_and_no_reimports_change_a_concentration_silently(
    tmp_path_factory: pytest.TempPathFactory,
    written: Callable[[Path, dict[str, int]], tuple[Lake, dict[str, Any]]],
    parts: list[int],
    own: int,
    factor: float,
) -> None:
    """Each way to count, re-imports in it or not, has both of its bounds in the range."""
    partners = dict(zip(("TWN", "CHN", "USA"), parts, strict=True))
    total = max(round((sum(parts) + own) * factor), 1)
    files = [partners, partners | {"world": total, "own": own}, partners | {"own": own}]
    seen: dict[str, list[tuple[float, str]]] = {"hhi": [], "cr": [], "top_supplier": []}
    for one in files:
        lake, keys = written(tmp_path_factory.mktemp("silent"), one)
        known = [*parts, own] if "own" in one else parts
        # Of Comext the total is of what crosses the border of the Union, re-imports apart.
        rest = max(one.get("world", 0) - sum(parts if written is of_comext else known), 0)
        for measure, answers in seen.items():
            more = {"k": 2} if measure == "cr" else {}
            figure = ask(lake, measure, reported_by="importer", **keys, **more)
            said = figure.to_dict()
            answers.append((figure.value or 0, str((said["denominator"]["text"], said["caveats"]))))
            low, high = figure.low or figure.value or 0, figure.high or figure.value or 0
            if measure in ("hhi", "cr"):
                ends = concentration(known, rest)[measure]
                without = concentration(parts, rest)[measure]
                assert low <= min(*ends, *without) * 1.000001
                assert high >= max(*ends, *without) * 0.999999
    for answers in seen.values():
        for (value, words), (other, said) in itertools.combinations(answers, 2):
            assert value == pytest.approx(other, rel=0.011) or words != said


@pytest.mark.parametrize(
    ("world", "place", "worst"),
    [(None, 2, 2), (600, 2, 2), (690, 2, 2), (800, 2, 3), (1000, 2, 5)],
)
def test_a_total_leaves_open_who_ranks_before(
    tmp_path: Path, world: int | None, place: int, worst: int
) -> None:
    """China buys 100 of 636 that partners add up to: as many more of that size may come first."""
    sold = [(TAIWAN, 436), (CHINA, 100), (USA, 64), (THAILAND, 36)]
    rows = [row(value, flow="X", reporter=THAILAND, partner=who) for who, value in sold]
    rows += [row(world, flow="X", reporter=THAILAND, partner=WORLD)] if world else []
    lake = lake_of(tmp_path, rows)
    keys = {"importer": "CHN", "exporter": "THA", "reported_by": "exporter"}
    figure = ask(lake, "rank", **keys)
    assert figure.value == place
    assert (figure.high or place) == worst
    if world and world != 636:
        assert "reported-total" in caveats(figure)


@pytest.mark.parametrize("written", [of_comtrade, of_table, of_comext, of_imts])
@settings(
    max_examples=3,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each example is three lakes: shrinking takes minutes
)
@given(parts=st.lists(AMOUNTS, min_size=3, max_size=3), own=AMOUNTS, factor=st.floats(0.3, 3))
def test_no_total_and_no_reimports_change_a_share_silently(
    tmp_path_factory: pytest.TempPathFactory,
    written: Callable[[Path, dict[str, int]], tuple[Lake, dict[str, Any]]],
    parts: list[int],
    own: int,
    factor: float,
) -> None:
    """A total row added or removed, and re-imports added: what says it differs with the value."""
    partners = dict(zip(("TWN", "CHN", "USA"), parts, strict=True))
    total = max(round(sum(parts) * factor), 1)
    files = [partners, partners | {"world": total}, partners | {"own": own}]
    seen = []
    for one in files:
        lake, keys = written(tmp_path_factory.mktemp("silent"), one)
        figure = ask(lake, "import_share", exporter="TWN", reported_by="importer", **keys)
        said = figure.to_dict()
        words = (said["denominator"]["text"], said["caveats"])
        seen.append((figure, said["denominator"], str(words)))
    for (one, _, said_one), (other, _, said_other) in itertools.combinations(seen, 2):
        # An amount that is another says nothing: what it is of has to be in words.
        close = one.value == pytest.approx(other.value, rel=0.011)
        assert close or said_one != said_other
    (plain, _, _), (with_total, of_total, _), (with_own, of_own, _) = seen
    known = sum(parts)
    assert plain.value == pytest.approx(parts[0] / known)
    assert with_total.value == pytest.approx(parts[0] / max(known, total))
    assert "total that" in of_total["text"]
    assert of_total["not_in_data"] == pytest.approx(max(total - known, 0) / max(total, known))
    if max(total, known) > 1.01 * min(total, known):
        assert "reported-total" in caveats(with_total)
    # A total smaller than one of its parts is not in the range.
    if parts[0] <= total < known:
        assert (with_total.high or with_total.value or 0) >= min(parts[0] / total, 1) * 0.999
    assert with_own.value == pytest.approx(parts[0] / (known + own))
    assert of_own["reimports"] == pytest.approx(own / (known + own))
    if own > 0.01 * known:
        assert "reimports" in caveats(with_own)
        # Masses are in the range, too, where a source has them.
        assert (with_own.high or 0) >= parts[0] / known * 0.999999


def of_baci(folder: Path, *more: str) -> Lake:
    rows = ["t,i,j,k,v,q", "2022,490,764,854231,436.5,1", "2022,156,764,854231,100.5,1"]
    path = folder / "BACI_HS17_Y2022_V202401.csv"
    path.write_text("\n".join([*rows, *(f"2022,{sides},854231,900.5,1" for sides in more), ""]))
    lake = Lake.open(folder / "lake")
    lake.add("baci", [path])
    return lake


@pytest.mark.parametrize("curve", [False, True])
def test_own_trade_in_reconciled_trade_is_stated(tmp_path: Path, *, curve: bool) -> None:
    keys = {"source": "baci", "reported_by": None, "curve": curve}
    lake = of_baci(tmp_path, "764,764")
    figure = ask(lake, "import_share", exporter="TWN", **keys)
    assert figure.value == pytest.approx(436.5 / 1437.5)
    assert figure.high == pytest.approx(436.5 / 537)
    assert figure.to_dict()["denominator"]["reimports"] == pytest.approx(900.5 / 1437.5)
    assert "reimports" in caveats(figure)
    hhi = ask(lake, "hhi", **keys)
    assert hhi.value == pytest.approx((436.5**2 + 100.5**2 + 900.5**2) / 1437.5**2)
    assert "reimports" in caveats(hhi)
    assert "reimports" in caveats(ask(lake, "value", **keys))
    (tmp_path / "two").mkdir()
    plain = ask(of_baci(tmp_path / "two"), "import_share", exporter="TWN", **keys)
    assert plain.value == pytest.approx(436.5 / 537)
    assert "reimports" not in caveats(plain)
    assert "reimports" not in plain.to_dict()["denominator"]


def test_own_trade_in_a_sum_of_partners_reports_is_stated(tmp_path: Path) -> None:
    """What Thailand reports as exports to itself is among the exports to Thailand."""
    rows = [
        row(value, reporter=reporter, partner=THAILAND, flow="X")
        for value, reporter in ((300, TAIWAN), (100, CHINA), (100, THAILAND))
    ]
    added = 500 + 10 * MANY_REPORTERS
    lake = lake_of(tmp_path, [*rows, *_crowd("X", THAILAND)])
    figure = ask(lake, "import_share", exporter="TWN", reported_by="exporter")
    assert figure.value == pytest.approx(300 / added)
    assert figure.to_dict()["denominator"]["reimports"] == pytest.approx(100 / added)
    assert figure.high == pytest.approx(300 / (added - 100))
    assert "reimports" in caveats(figure)


@pytest.mark.parametrize("sides", ["0,764", "490,0", "97,764"])
def test_a_total_in_reconciled_trade_is_refused(tmp_path: Path, sides: str) -> None:
    """BACI publishes none: a file with rows of the world or a union is another's."""
    with pytest.raises(BadFileError):
        of_baci(tmp_path, sides)


def test_real_shares_are_of_the_total_that_each_reporter_reports(
    shared_data: Path, tmp_path: Path
) -> None:
    """Imports of 31 codes in 2022 without all partners but the five largest, against pandas."""
    raw = pd.read_csv(
        shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz", dtype={"cmd": str}
    )
    raw["cmd"] = raw["cmd"].str.zfill(6)
    cell = ["reporter", "partner", "cmd", "flow"]
    # A total is there with its parts: it is the largest row of a cell.
    most = raw.sort_values("value").groupby(cell, as_index=False).last()
    some = most[(most.flow == "M") & most.cmd.isin(["850511", "280461", "283691", "260300"])]
    world = some[some.partner == 0]
    partners = some[some.partner != 0].sort_values("value", ascending=False)
    largest = partners.groupby(["reporter", "cmd"]).head(5)
    kept = pd.concat([world, largest])
    path = tmp_path / "five.csv"
    kept.to_csv(path, index=False)
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [path], nomenclature="HS2022")
    areas = by_code("comtrade")
    rows = largest.merge(world[["reporter", "cmd", "value"]], on=["reporter", "cmd"])
    rows = rows[rows.value_x <= rows.value_y].sort_values(["cmd", "reporter"])
    markets = [
        (reporter, code, group)
        for (reporter, code), group in rows.groupby(["reporter", "cmd"])
        if len(group) == 5 and group.value_x.sum() < group.value_y.iloc[0] * 0.99
    ]
    assert len(markets) > 20
    for reporter, code, group in markets[::10][:4]:
        buyer = areas[str(reporter)]
        if buyer == areas.get(str(group.partner.iloc[0])):
            continue
        asked = {"importer": buyer, "goods": code, "period": 2022, "reported_by": "importer"}
        total = group.value_y.iloc[0]
        seller = areas[str(group.partner.iloc[0])]
        share = ep.ask("import_share", exporter=seller, lake=lake, source="comtrade", **asked)
        assert share.value == pytest.approx(group.value_x.iloc[0] / total, rel=1e-9)
        hhi = ep.ask("hhi", lake=lake, source="comtrade", **asked)
        shares = group.value_x / total
        # The range has masses and the other side's reports, too: it is that of its definitions.
        assert hhi.specifications is not None
        values = [one.value for one in hhi.specifications.items]
        assert hhi.required() in values
        assert hhi.low == pytest.approx(min(values), rel=1e-12)
        assert hhi.required() == pytest.approx((shares**2).sum(), rel=1e-9)


THAI = """format: 1
id: thai
title: Imports of Thailand
nomenclature: HS2022
reporter: THA
flow: import
level: 6
columns:
  year: {role: period}
  partner: {role: partner, codes: names}
  code: {role: product}
  usd: {role: value, currency: USD, scale: 1}
"""
THAI_ROWS = """year,partner,code,usd
2022,World,854231,1000
2022,China,854231,300
2022,Taiwan,854231,100
2022,World,TOTAL,9000
2022,China,TOTAL,4000
2021,World,854231,500
2021,China,854231,250
"""


def test_totals_of_a_table_of_ones_own_are_evidence_too(tmp_path: Path) -> None:
    (tmp_path / "thai.csv").write_text(THAI_ROWS)
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "thai.csv"], mapping=THAI)
    own: dict[str, Any] = {"source": "table.thai", "reported_by": "importer"}
    assert ask(lake, "import_share", exporter="CHN", **own).value == pytest.approx(0.3)
    hhi = ask(lake, "hhi", **own)
    assert (hhi.low, hhi.high) == (pytest.approx(0.1), pytest.approx(0.1 + 0.36))
    assert ask(lake, "growth", base=2021, **own).value == pytest.approx(100)
    # One code is loaded; what is known of all goods are the rows that say so.
    share = ask(lake, "import_share", exporter="CHN", **own | {"goods": "all"})
    assert share.value == pytest.approx(4 / 9)
    assert ask(lake, "value", **own | {"goods": "all"}).value == pytest.approx(9000)
    lines = ask(lake, "import_share", exporter="TWN", **own | {"goods": "all"})
    assert lines.status == "insufficient_data"
    assert "of the reported total of all goods" in str(lines.reason)


def test_a_table_without_a_column_of_partners_has_values(tmp_path: Path) -> None:
    (tmp_path / "only.csv").write_text("year,code,eur\n2022,854231,1000\n2021,854231,800\n")
    mapping = THAI.replace("  partner: {role: partner, codes: names}\n", "")
    mapping = mapping.replace("flow: import", "flow: import\npartner: WLD")
    mapping = mapping.replace("usd: ", "eur: ").replace("USD", "EUR")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "only.csv"], mapping=mapping)
    own: dict[str, Any] = {"source": "table.thai", "currency": "EUR"}
    assert ask(lake, "value", **own).value == pytest.approx(1000)
    assert ask(lake, "growth", base=2021, **own).value == pytest.approx(25)
    assert ask(lake, "hhi", **own).status == "insufficient_data"


@pytest.mark.parametrize(
    ("rows", "loads"),
    [
        ("2022,China,854231,300\n2022,China,854232,100\n", True),
        ("2022,China,854231,300\n2022,China,TOTAL,301\n", True),
        ("2022,China,854231,300\n2022,China,TOTAL,900\n", False),
        ("2022,China,854231,300\n2022,World,TOTAL,900\n", False),
    ],
)
def test_a_mapping_can_say_that_a_table_is_complete_unless_totals_deny_it(
    tmp_path: Path, rows: str, loads: bool
) -> None:
    (tmp_path / "made.csv").write_text(f"year,partner,code,usd\n{rows}")
    lake = Lake.open(tmp_path / "lake")
    mapping = THAI.replace("level: 6", "level: 6\nscope: complete")
    if not loads:
        with pytest.raises(BadFileError, match="not complete"):
            lake.add("table", [tmp_path / "made.csv"], mapping=mapping)
        return
    lake.add("table", [tmp_path / "made.csv"], mapping=mapping)
    own = {"source": "table.thai", "goods": "all", "exporter": "CHN"}
    assert ask(lake, "value", **own).status == "ok"


def test_of_some_codes_of_a_heading_the_title_says_so(tmp_path: Path) -> None:
    rows = [bought(300, CHINA), bought(50, TAIWAN), bought(100, CHINA, product="854232")]
    lake = lake_of(tmp_path, rows)
    figure = ask(lake, "value", exporter="CHN", goods="85")
    assert figure.value == pytest.approx(400)
    assert "electrical machinery and electronics (HS 85), of the 2 codes loaded" in str(figure)
    assert ask(lake, "value", exporter="CHN", goods="all").status == "insufficient_data"
    assert "loaded" not in str(ask(lake, "value", exporter="CHN")).partition("\n")[0]


def test_a_brief_says_in_which_currency_its_values_are(tmp_path: Path) -> None:
    (tmp_path / "thai.csv").write_text(THAI_ROWS)
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "thai.csv"], mapping=THAI.replace("USD", "EUR"))
    keys: dict[str, Any] = {"importer": "THA", "exporter": "CHN", "goods": "854231"}
    context = BriefContext(lake)
    euros, dollars = (
        context.value("value", period=2022, currency=name, **keys) for name in ("EUR", "USD")
    )
    assert euros.value == 300
    found = missing_value(context, dollars)
    assert found.why.startswith("The values of table.thai are in EUR, not USD")
    assert found.command == (
        "entrepot ask value --importer THA --exporter CHN --goods 854231 --period 2022 "
        "--currency EUR"
    )
    # Of several years the page is about one that has a value, in whichever currency.
    assert str(subject_of(context, *keys.values(), None).period) == "2022"
    # Of goods that the table does not have, its currency is no reason.
    other = context.value("value", period=2022, currency="USD", **keys | {"goods": "854232"})
    assert "EUR" not in missing_value(context, other).why


def test_an_only_importer_is_one_of_what_one_country_sells(tmp_path: Path) -> None:
    rows = [bought(300, CHINA), bought(200, THAILAND, reporter=CHINA)]
    found = ask(lake_of(tmp_path, rows), "import_share", exporter="CHN")
    assert "China is the only exporter to Thailand" in str(found.reason)


def test_a_share_of_some_codes_says_so_on_every_page(tmp_path: Path) -> None:
    rows = [bought(300, CHINA), bought(100, TAIWAN), bought(40, CHINA, product="854232")]
    rows += [bought(value, USA, product=code) for value, code in ((20, "854231"), (9, "854232"))]
    lake = lake_of(tmp_path, rows)
    said = "UN Comtrade covers only some of these goods: the figure is of the 2 codes loaded"
    asked: dict[str, Any] = {"goods": "85", "period": 2022}
    page = note("THA", "CHN", lake=lake, **asked)
    assert page.title.replace("\u00a0", " ").endswith(
        "in 2022, of the 2 codes loaded, of the 3 partners loaded"
    )
    assert said in page.answer[0].text
    assert said in ep.brief("THA", "CHN", lake=lake, **asked).answer[0].text
    for measure in ("import_share", "top_supplier", "map"):
        sides = {"importer": "THA"} | ({"exporter": "CHN"} if measure == "import_share" else {})
        drawn = ep.chart(measure, lake=lake, **sides, **asked)
        assert f"{said}." in drawn.chart.foot
    # Codes that are all there need no such words.
    alone = note("THA", "CHN", lake=lake, goods="854231", period=2022)
    assert "codes loaded" not in alone.title.replace("\u00a0", " ")
    assert "only some" not in alone.answer[0].text


def _of(figure: Figure, total: str) -> float:
    assert figure.specifications is not None
    [found] = {one.value for one in figure.specifications.items if one.choices["total"] == total}
    return found


def _crowd(flow: str, partner: int) -> list[dict[str, Any]]:
    """Return reports of ten of trade with one partner, from as many as make up a total."""
    taken = {THAILAND, TAIWAN, CHINA, USA}
    codes = {v: int(k) for k, v in by_code("comtrade").items() if area(v).kind == "country"}
    crowd = [one for one in codes.values() if one not in taken][:MANY_REPORTERS]
    return [row(10, reporter=one, partner=partner, flow=flow) for one in crowd]


def test_partners_reports_are_over_the_own_total_of_who_names_no_partner(tmp_path: Path) -> None:
    """Thailand reports the world alone, so that its partners' reports make up the share."""
    sold = [row(436, reporter=TAIWAN, partner=THAILAND, flow="X"), *_crowd("X", THAILAND)]
    added = 436 + 10 * MANY_REPORTERS
    lake = lake_of(tmp_path, [*sold, bought(2 * added, WORLD)])
    share = ask(lake, "import_share", exporter="TWN", curve=True)
    assert share.value == pytest.approx(436 / added)
    assert share.low == pytest.approx(436 / added / 2)
    assert _of(share, "the importer's own total") == pytest.approx(436 / added / 2)
    alone = ask(lake, "import_share", exporter="TWN", curve=True, reported_by="exporter")
    assert alone.low is None


def test_two_sided_measures_have_both_totals_in_their_range(tmp_path: Path) -> None:
    """Thailand's partners exceed its total of 500; Taiwan sells 2,000 by its own count, and less by
    its customers'."""
    rows = [bought(436, TAIWAN), bought(100, CHINA), bought(64, USA), bought(500, WORLD)]
    rows += [
        row(value, reporter=TAIWAN, partner=partner, flow="X")
        for value, partner in ((400, THAILAND), (600, USA), (2000, WORLD))
    ]
    lake = lake_of(tmp_path, [*rows, *_crowd("M", TAIWAN)])
    buys, sells = 436 / 600, 436 / (436 + 10 * MANY_REPORTERS)
    figure = ask(lake, "asymmetry", exporter="TWN", curve=True)
    assert figure.value == pytest.approx(buys / sells)
    assert _of(figure, "the reporter's own total") == pytest.approx(436 / 500 / sells)
    assert _of(figure, "the exporter's own total") == pytest.approx(buys / (436 / 2000))
    figure = ask(lake, "salience", exporter="TWN", curve=True)
    assert figure.value == pytest.approx((buys * sells) ** 0.5)
    assert _of(figure, "the reporter's own total") == pytest.approx((436 / 500 * sells) ** 0.5)
    assert _of(figure, "the exporter's own total") == pytest.approx((buys * 436 / 2000) ** 0.5)


def test_no_share_is_over_a_total_that_is_smaller_than_its_part(tmp_path: Path) -> None:
    """Taiwan reports sales of 436 to Thailand, which reports purchases of 50 from the world."""
    sold = [row(436, reporter=TAIWAN, partner=THAILAND, flow="X"), *_crowd("X", THAILAND)]
    added = 436 + 10 * MANY_REPORTERS
    lake = lake_of(tmp_path, [*sold, bought(50, WORLD)])
    for curve in (False, True):
        share = ask(lake, "import_share", exporter="TWN", curve=curve)
        assert share.value == pytest.approx(436 / added)
        assert share.low is None or (share.low, share.high) == (share.value, share.value)


def test_a_share_mixes_no_report_with_a_total_that_has_partners_of_its_own(tmp_path: Path) -> None:
    """Thailand reports 20 of 500 from Taiwan; all others report 436 and ten each sold to it."""
    sold = [row(436, reporter=TAIWAN, partner=THAILAND, flow="X"), *_crowd("X", THAILAND)]
    added = 436 + 10 * MANY_REPORTERS
    bought_ = [bought(20, TAIWAN), bought(480, USA), bought(500, WORLD)]
    lake = lake_of(tmp_path, [*sold, *bought_])
    share = ask(lake, "import_share", exporter="TWN", curve=True)
    assert share.specifications is not None
    found = sorted({round(one.value, 9) for one in share.specifications.items})
    assert found == [20 / 500, round(436 / added, 9)]


def test_concentration_has_no_total_smaller_than_its_parts(tmp_path: Path) -> None:
    """Partners add up to 600; over a total of 400 Taiwan would sell 109 % of it."""
    rows = [bought(436, TAIWAN), bought(100, CHINA), bought(64, USA), bought(400, WORLD)]
    lake = lake_of(tmp_path, rows)
    for measure, known in (
        ("hhi", (436**2 + 100**2 + 64**2) / 600**2),
        ("cr", 436 / 600),
        ("top_supplier", 436 / 600),
        ("import_share", 436 / 600),
    ):
        for curve in (False, True):
            more = {"exporter": "TWN"} if measure == "import_share" else {}
            figure = ask(lake, measure, curve=curve, **more)
            assert figure.value == pytest.approx(known)
            assert (figure.high or known) <= 1
            if curve:
                assert figure.specifications is not None
                lost = [why for _, why in figure.specifications.left_out]
                assert "the parts exceed this total" in lost


def test_published_shares_say_what_they_are_of() -> None:
    figure = ep.ask("import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023)
    found = figure.to_dict()["denominator"]
    assert "Russia’s imports of high-priority goods, 2023" in found["text"]
    assert found["whose"] == figure.evidence[0].origin
    assert "value" not in found


def test_partners_of_other_goods_in_another_delivery_make_no_total(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    # Seventy partners of other goods, reported by both sides, and one query for one partner.
    codes = {v: int(k) for k, v in by_code("comtrade").items() if area(v).kind == "country"}
    others = [one for name, one in codes.items() if name not in ("THA", "USA", "CHN", "VNM")]
    others = others[:70]
    vietnam = {"reporter": area("VNM").comtrade[0]}
    buyers: list[dict[str, Any]] = [{}, vietnam]
    files = {
        "other": [bought(10, one, product="250490", **who) for one in others for who in buyers]
        + [row(9, reporter=one, partner=THAILAND, flow="X", product="250490") for one in others],
        "one": [bought(64, USA, period=year) for year in (2021, 2022)]
        + [bought(30, USA, **vietnam), bought(10, CHINA, **vietnam)]
        + [row(60, reporter=USA, partner=CHINA, flow="X", period=2022)],
    }
    for name, rows in files.items():
        (tmp_path / f"{name}.csv").write_text(text_of(rows))
        lake.add("comtrade", [tmp_path / f"{name}.csv"])
    for measure, more in (
        ("import_share", {"exporter": "USA"}),
        ("hhi", {}),
        ("cr", {}),
        ("top_supplier", {}),
        ("import_share", {"exporter": "USA", "curve": True}),
        # China reports nothing: one exporter's report is no sum of all its imports.
        ("import_share", {"importer": "CHN", "exporter": "USA"}),
        ("export_share", {"exporter": "USA", "importer": "CHN"}),
    ):
        assert ask(lake, measure, **more).status == "insufficient_data", (measure, more)
    # Of what the other delivery has, partners are many and a share is one.
    assert ask(lake, "hhi", goods="250490").value == pytest.approx(1 / 70)
    # Two partners of these goods are a sum, which says that others may be missing.
    two = ask(lake, "import_share", importer="VNM", exporter="USA")
    assert two.value == pytest.approx(0.75)
    assert two.to_dict()["scope"]["partners"] == "of the 2 partners loaded"
    assert "partial-source" in caveats(two)
    assert "2 exporters here" in " ".join(one.text for one in two.caveats)


MEMORY, AMPLIFIERS = "854232", "854233"


@pytest.mark.parametrize("goods", ["8542", f"854231,{MEMORY},{AMPLIFIERS}"])
def test_a_total_of_some_codes_is_compared_with_partners_of_these(
    tmp_path: Path, goods: str
) -> None:
    """The total of one code was that of its heading: 6,200 of 9,000 in 2023, and of 2,000."""
    world = [bought(2000, WORLD), bought(9000, WORLD, product=MEMORY, period=2023)]
    chips = [bought(1200, CHINA, period=year) for year in (2022, 2023)]
    chips += [bought(600, USA, period=year) for year in (2022, 2023)]
    memory = [bought(5000, CHINA, product=MEMORY, period=year) for year in (2022, 2023)]
    lake = lake_of(tmp_path, [*world, *chips, *memory, bought(700, USA, product=AMPLIFIERS)])
    of = {"goods": goods}
    # 2,000 of processors, of which partners have 1,800; of other codes what partners have.
    total, later = 2000 + 5000 + 700, 1800 + 9000
    assert ask(lake, "value", exporter="WLD", **of).value == pytest.approx(total)
    share = ask(lake, "import_share", exporter="CHN", **of)
    assert share.value == pytest.approx(6200 / total)
    assert share.to_dict()["denominator"]["not_in_data"] == pytest.approx(200 / total)
    words = "reports where it has one, and else the sum of the partners loaded"
    assert words in share.to_dict()["denominator"]["text"]
    said = next(one.text for one in share.caveats if one.id == "reported-total")
    assert "74.0\xa0% of the denominator is the sum of the partners loaded" in said
    assert "exceed" not in said
    after = ask(lake, "import_share", exporter="CHN", period=2023, **of)
    assert after.value == pytest.approx(6200 / later)
    growth = ask(lake, "growth", exporter="WLD", period=2023, base=2022, **of)
    assert growth.value == pytest.approx(100 * (later / total - 1))


def test_partners_that_exceed_the_total_of_their_code_name_amounts_of_that_code(
    tmp_path: Path,
) -> None:
    rows = [bought(1200, CHINA), bought(900, USA), bought(2000, WORLD)]
    lake = lake_of(tmp_path, [*rows, bought(500, CHINA, product=MEMORY)])
    share = ask(lake, "import_share", exporter="CHN", goods="8542")
    assert share.value == pytest.approx(1700 / 2600)
    assert share.low == pytest.approx(1700 / 2600)
    assert share.high == pytest.approx(1700 / 2500)
    said = next(one.text for one in share.caveats if one.id == "reported-total")
    assert "Partners add up to USD\xa02,100, 5.0\xa0% more than" in said
    assert "USD\xa02,000" in said


def test_one_partner_and_the_world_have_a_value(tmp_path: Path) -> None:
    """The share was over the total, and a value was refused: “so there is no total”."""
    rows = [bought(1200, CHINA, period=year) for year in (2021, 2022)]
    rows += [bought(2000, WORLD), bought(1600, WORLD, period=2021)]
    lake = lake_of(tmp_path, [*rows, bought(500, WORLD, product=MEMORY)])
    of = {"exporter": "WLD", "goods": "8542"}
    assert ask(lake, "value", **of).value == pytest.approx(2500)
    assert ask(lake, "growth", base=2021, **of).value == pytest.approx(56.25)
    share = ask(lake, "import_share", exporter="CHN", goods="8542")
    assert share.value == pytest.approx(0.48)
    assert "of the 2 codes loaded" in str(share)


@pytest.mark.parametrize(
    ("world", "partners"),
    [
        ({"8542": 1000, "8541": 50}, {"854231": 600, MEMORY: 300, "854110": 50}),
        ({"854231": 500, MEMORY: 500, "854110": 50}, {"8542": 900, "8541": 50}),
        ({"8542": 1000, "854110": 50}, {"854231": 600, MEMORY: 300, "854110": 50}),
    ],
)
def test_totals_and_partners_in_codes_of_other_lengths_count_once(
    world: dict[str, int], partners: dict[str, int], tmp_path: Path
) -> None:
    """Partners under a heading with a total were added to that total."""
    rows = [bought(value, WORLD, product=code) for code, value in world.items()]
    rows += [
        bought(value, USA if code == MEMORY else CHINA, product=code)
        for code, value in partners.items()
    ]
    lake = lake_of(tmp_path, rows)
    assert ask(lake, "value", exporter="WLD", goods="85").value == pytest.approx(1050)
    mine = sum(value for code, value in partners.items() if code != MEMORY)
    share = ask(lake, "import_share", exporter="CHN", goods="85")
    assert share.value == pytest.approx(mine / 1050)


def test_a_value_says_what_of_it_has_no_total(tmp_path: Path) -> None:
    rows = [bought(1200, CHINA), bought(600, USA), bought(2000, WORLD)]
    rows += [bought(5000, CHINA, product=MEMORY), bought(700, USA, product=MEMORY)]
    figure = ask(lake_of(tmp_path, rows), "value", exporter="WLD", goods="8542")
    assert figure.value == pytest.approx(7700)
    said = next(one.text for one in figure.caveats if one.id == "reported-total")
    assert "74.0\xa0% of the total is the sum of the partners loaded" in said


def test_one_partner_in_a_code_without_a_total_has_no_share(tmp_path: Path) -> None:
    rows = [bought(1200, CHINA), bought(2000, WORLD), bought(500, CHINA, product=MEMORY)]
    lake = lake_of(tmp_path, rows)
    figure = ask(lake, "import_share", exporter="CHN", goods="8542")
    assert figure.status == "insufficient_data"
    assert "China is the only exporter" in str(figure.reason)


def test_a_partner_with_nothing_is_no_second_one(tmp_path: Path) -> None:
    """A row of zero beside China's made a share of 100 % of what China alone contributes to."""
    rows = [bought(50, CHINA), bought(0, USA)]
    lake = lake_of(tmp_path, [*rows, bought(20, USA, period=2021), bought(9, CHINA, period=2021)])
    for measure, more in (("import_share", {"exporter": "CHN"}), ("hhi", {}), ("value", {})):
        figure = ask(lake, measure, **more)
        assert figure.status == "insufficient_data", measure
        assert "China is the only exporter" in str(figure.reason)
    assert ask(lake, "value", exporter="USA").value == 0
    assert ask(lake, "import_share", exporter="CHN", period=2021).value == pytest.approx(9 / 29)
