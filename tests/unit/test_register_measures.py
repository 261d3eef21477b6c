"""Measures of a register by tariff line, company and brand, against sums over its lines."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest
from test_shipments import _lake
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures.figure import headline
from entrepot.lake import fetch
from entrepot.model.period import Period
from entrepot.report.standalone import of_figure
from entrepot.serve.agent_answers import AgentAccess
from entrepot.serve.agent_tools import call
from entrepot.serve.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure
    from entrepot.lake import Lake

pytestmark = pytest.mark.slow

SOURCE = "shipments.made-up"
ORIGINS = {"Китай": "CHN", "Taiwan": "TWN", "Alemania": "DEU"}
# day, code, made in, supplier, brand, value, kg
LINES = (
    ("05.01.2022", "8542.31.9000", "Китай", "ACME LTD", "INTEL", 100, 2),
    ("05.02.2022", "8542.31.1000", "Китай", "Zenit S.A.", "AMD", 200, 5),
    ("05.03.2022", "8542.39.0000", "Taiwan", "Zénit S.A.", "S/M", 50, 1),
    ("05.01.2023", "8542.31.9000", "Китай", "ACME LTD", "INTEL", 300, 4),
    ("05.01.2023", "8542.31.9000", "Taiwan", "ACME LTD", "AMD", 150, 3),
    ("06.02.2023", "8542.31.1000", "Taiwan", "ZENIT SA", "S/M", 250, 5),
    ("07.03.2023", "8542.31.9000", "Alemania", "Nordic Parts GmbH", "INTEL", 120, 2),
    ("07.04.2023", "8542.39.0000", "Китай", "Nordic Parts GmbH", "AMD", 80, 4),
    ("07.05.2023", "8471.30.0000", "Китай", "ACME LTD", "INTEL", 999, 9),
    ("08.06.2023", "8542.31.9000", "Китай", "Dana Akhmetova", "INTEL", 60, 1),
    ("09.07.2023", "8542.31.9000", "Китай", "n/a", "S/M", 40, 1),
)  # fmt: skip
COLUMNS = ("Day", "Code", "Made in", "Supplier", "Brand", "Value", "Net")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lines = [dict(zip(COLUMNS, map(str, line), strict=True)) for line in LINES]
    # Other goods in every month: a register without a month has no year.
    lines += [
        {"Day": f"15.{month:02}.{year}", "Code": "0101.21.0000", "Value": "1"}
        for year in (2022, 2023)
        for month in range(1, 13)
    ]
    return _lake(tmp_path_factory.mktemp("register"), *lines)


def ask(lake: Lake, measure: str, **keys: Any) -> Figure:
    usual = {"importer": "KAZ", "goods": "8542", "period": "2023", "basis": "origin"}
    return ep.ask(measure, lake=lake, source=SOURCE, **usual | keys)


def amounts(year: str = "2023", **chosen: str) -> dict[str, float]:
    """Return values by brand, of the lines asked about, summed without the program."""
    found: dict[str, float] = defaultdict(float)
    for line in LINES:
        cells = dict(zip(COLUMNS, line, strict=True))
        code = str(cells["Code"]).replace(".", "")
        if not (str(cells["Day"]).endswith(year) and code.startswith(chosen.get("code", "8542"))):
            continue
        if "origin" in chosen and ORIGINS[str(cells["Made in"])] != chosen["origin"]:
            continue
        found[str(cells["Brand"])] += float(str(cells["Value"]))
    return dict(found)


def test_tariff_lines_are_asked_as_the_register_writes_them(lake: Lake) -> None:
    for written in ("8542.31.90", "85423190", "8542 3190 00"):
        found = ask(lake, "import_share", lines=written, goods="all", exporter="CHN")
        every, china = amounts(code="85423190"), amounts(code="85423190", origin="CHN")
        assert found.value == pytest.approx(sum(china.values()) / sum(every.values()))
        assert found.definition.goods == "854231"
    assert "tariff line 85423190" in headline(found)
    both = ask(lake, "value", lines="8542.31.90, 8542.39", exporter="WLD")
    assert both.value == pytest.approx(
        sum(amounts(code="85423190").values()) + sum(amounts(code="854239").values())
    )
    # A price is of the lines alone: 300 for 4 kg and 40 and 60 for 1 kg each, 100 for 2 before.
    price = ask(lake, "value_change", lines="8542.31.90", exporter="CHN", base="2022")
    assert price.value == pytest.approx(400 - 100)


def test_rows_of_a_time_and_a_basis_are_those_among_all_rows(lake: Lake) -> None:
    year = Period.parse("2022")
    chosen = (nw.col("period") <= year.end, nw.col("partner_basis") == "origin")
    every = lake.flows(SOURCE).filter(*chosen)
    with lake.explaining() as cost, lake.reading():
        few = fetch(lake.flows(SOURCE, times=[year], basis="origin"))
    assert sorted(few, key=str) == sorted(fetch(every), key=str)
    assert len(few) == 3 + 12
    assert len(cost.read) == 12  # months, of which each is a file
    # What it does not have is read all the same, for whoever asks says what is wrong.
    none = lake.flows(SOURCE, times=[Period.parse("1999")], basis="consignment")
    assert sorted(fetch(none), key=str) == sorted(fetch(lake.flows(SOURCE)), key=str)


def test_partners_are_counted_on_the_basis_asked_for(tmp_path: Path) -> None:
    """Others send the goods: they are no partners by origin, in a year or in any other."""
    senders = ("Turkey", "Italy", "France", "Poland", "Japan", "India", "Malaysia")
    lines = [
        {
            "Day": f"{day:02}.{month:02}.{year}", "Code": "8542.31.0000", "Value": "10",
            "Made in": ("China", "Taiwan", "Germany")[day % 3], "Sent from": sent,
        }
        for year in (2022, 2023)
        for month in range(1, 13)
        for day, sent in enumerate(senders[: 7 if year == 2022 else 3], start=1)
    ]  # fmt: skip
    lake = _lake(tmp_path, *lines)
    whole = {
        basis: ask(lake, "hhi", goods="854231", basis=basis).scope.get("partners", "")
        for basis in ("origin", "dispatch")
    }
    # By origin there are three in every month of both years, by dispatch seven the year before.
    assert whole == {"origin": "", "dispatch": "of the 3 partners loaded"}


def test_a_figure_for_each_basis(tmp_path: Path) -> None:
    """A register of several bases refused a question without one, and one for all of them."""
    lines = [
        {"Made in": "Taiwan", "Sent from": "Китай", "Seller in": "Hong Kong", "Value": "30"},
        {"Made in": "Taiwan", "Sent from": "Taiwan", "Seller in": "Hong Kong", "Value": "60"},
        {"Made in": "Китай", "Sent from": "Китай", "Seller in": "Alemania", "Value": "10"},
    ]
    lake = _lake(tmp_path, *lines)
    asked = {"source": SOURCE, "importer": "KAZ", "goods": "854231", "period": "2023-01"}
    panel = ep.ask("import_share", lake=lake, exporter="TWN", each="basis", **asked)
    values = {row["basis"]: row["value"] for row in panel.rows()}
    assert values == {"dispatch": pytest.approx(0.6), "origin": pytest.approx(0.9), "seller": None}
    [gap] = panel.gaps
    assert "no exports by Taiwan (basis: seller) in 2023-01" in gap
    # A word that stands for a value of the key is no value of it: "country of origin".
    assert not any("The same applies to" in one.text for one in panel.caveats)
    words = [word for name, text in asked.items() for word in (f"--{name}", text)]
    ask_hhi = ["ask", "hhi", *words, "--lake", str(lake.path)]
    done = CliRunner().invoke(app, [*ask_hhi, "--basis", "all", "--json"])
    rows = {row["basis"]: row["value"] for row in json.loads(done.stdout)["rows"]}
    assert rows["origin"] == pytest.approx(0.9**2 + 0.1**2)
    assert rows["dispatch"] == pytest.approx(0.4**2 + 0.6**2)
    refused = CliRunner().invoke(app, ask_hhi)
    assert isinstance(refused.exception, RequestError)
    assert "--each basis" in refused.exception.hint
    for wrong in (["--basis", "all", "--curve"], ["--basis", "origin", "--each", "basis"]):
        assert isinstance(CliRunner().invoke(app, [*ask_hhi, *wrong]).exception, RequestError)
    with pytest.raises(RequestError, match="each basis of baci"):
        ep.ask("hhi", lake=lake, each="basis", **asked | {"source": "baci"})
    access = AgentAccess(Pool(lake.path, 60.0))
    found = call(access, "series", {"measure": "hhi", "each": "basis", **asked})
    assert {row["basis"]: row["value"] for row in found["rows"]} == rows


def test_a_share_within_a_brand_is_of_its_lines(lake: Lake) -> None:
    found = ask(lake, "import_share", exporter="CHN", company="brand: intel")
    every, china = amounts(), amounts(origin="CHN")
    assert found.value == pytest.approx(china["INTEL"] / every["INTEL"])
    named = 1 - every["S/M"] / sum(every.values())
    assert found.details["named_share"] == pytest.approx(named)
    assert f"brand named on {100 * named:.1f} % of the value" in headline(found).replace(
        "\u00a0", " "
    )
    several = ask(lake, "value", exporter="CHN", company="brand: INTEL; AMD")
    assert several.value == pytest.approx(china["INTEL"] + china["AMD"])
    growth = ask(lake, "growth", exporter="CHN", company="brand: INTEL", base="2022")
    before = amounts("2022", origin="CHN")
    assert growth.value == pytest.approx(100 * (china["INTEL"] / before["INTEL"] - 1))


def test_names_are_the_partners_of_a_concentration(lake: Lake) -> None:
    """Lines without a name are of many small companies at one end, of the largest at the other."""
    every = amounts()
    total, nameless = sum(every.values()), every.pop("S/M")
    largest = max(every.values())
    low = sum(one**2 for one in every.values()) / total**2
    high = low + ((largest + nameless) ** 2 - largest**2) / total**2
    found = ask(lake, "hhi", by="brand")
    assert (found.value, found.low, found.high) == pytest.approx((low, low, high))
    assert found.details["suppliers"] == 2
    first = ask(lake, "top_supplier", by="brand")
    assert first.details["top_supplier"] == "INTEL"
    assert {row["brand"]: row["share"] for row in first.rows()} == pytest.approx(
        {name: one / total for name, one in {**every, "not named": nameless}.items()}
    )
    ends = (largest / total, (largest + nameless) / total)
    assert (first.value, first.low, first.high) == pytest.approx((ends[0], *ends))
    two = ask(lake, "cr", by="brand", k=2)
    assert (two.value, two.low, two.high) == pytest.approx(
        (1 - nameless / total, 1 - nameless / total, 1)
    )
    share = ask(lake, "import_share", by="brand", company="brand: AMD")
    assert (share.value, share.high) == pytest.approx(
        (every["AMD"] / total, (every["AMD"] + nameless) / total)
    )
    assert headline(share).startswith("AMD’s share of Kazakhstan’s imports by brand")
    # The same numbers as the list of names has.
    command = ["data", "names", SOURCE, "--role", "brand", "--goods", "8542", "--period", "2023"]
    command += ["--lake", str(lake.path), "--json"]
    listed = CliRunner().invoke(app, command)
    named = json.loads(listed.stdout)
    assert named["hhi"] == pytest.approx({"low": low, "high": high})
    assert named["names"][0]["share"] == pytest.approx(first.value)


def test_partners_are_called_what_they_are(lake: Lake) -> None:
    """Brands are no suppliers: in title, card and table they are what was asked for."""
    first = ask(lake, "top_supplier", by="brand")
    assert headline(first).startswith("Share of the largest of the brands of Kazakhstan’s imports,")
    assert "top brand: INTEL" in str(first)
    for measure in ("top_supplier", "hhi", "cr"):
        assert "supplier" not in str(ask(lake, measure, by="brand")).replace("top_supplier", "")
    assert first.to_dict()["details"]["top_supplier"] == "INTEL"
    few = ask(lake, "cr", by="brand", k=5)
    assert any("Only 2 brands are reported" in one.text for one in few.caveats)


def test_a_series_says_the_range_of_what_is_named(lake: Lake) -> None:
    keys = {"importer": "KAZ", "goods": "8542", "basis": "origin", "source": SOURCE}
    series = ep.ask(
        "import_share", lake=lake, by="brand", company="brand: INTEL", period="2022..2023",
        each="year", **keys,
    )  # fmt: skip
    parts = [1 - amounts(year)["S/M"] / sum(amounts(year).values()) for year in ("2022", "2023")]
    low, high = min(parts), max(parts)
    title = series.title.replace("\u00a0", " ")
    said = f"brand named on {100 * low:.0f} to {100 * high:.0f} % of the value, 2022 to 2023"
    assert said in title


def test_who_appeared_and_who_lost(lake: Lake) -> None:
    """By hand, per sender in 2022 and 2023: Zenit 250 and 250 in three spellings, ACME 100, 450."""
    found = ask(lake, "reorientation", by="sender", base="2022")
    changed = {row["sender"]: row for row in found.table}
    assert changed["Nordic Parts GmbH"]["value_gained"] == pytest.approx(200)
    assert changed["ACME LTD"]["value_gained"] == pytest.approx(350)
    assert changed["Zenit S.A."]["value_lost"] == pytest.approx(200)
    growth = ask(lake, "growth_contribution", by="brand", base="2022")
    parts = {row["brand"]: row["value_usd"] for row in growth.table}
    assert parts == pytest.approx(
        {"not named" if k == "S/M" else k: v for k, v in amounts().items()}
    )


@pytest.mark.parametrize("by", ["sender", "brand"])
def test_names_before_and_after_are_drawn(lake: Lake, by: str) -> None:
    drawn = of_figure(ask(lake, "reorientation", by=by, base="2022"))
    assert "ACME LTD gained" in drawn.title or by == "brand"
    assert f"Kazakhstan’s imports by {by}, 2023 against 2022" in drawn.title
    assert {row[by] for row in drawn.rows} >= ({"ACME LTD"} if by == "sender" else {"INTEL"})
    assert "Akhmetova" not in f"{drawn.title}{drawn.deck}{drawn.rows}"


def test_every_spelling_of_a_company_counts(lake: Lake) -> None:
    found = ask(lake, "value", exporter="WLD", period="2022", company="sender: zenit")
    assert found.value == pytest.approx(250)
    one = ask(lake, "value", exporter="WLD", period="2022", company="sender: Zénit S.A.")
    assert one.value == pytest.approx(50)  # written as it stands, it is that name


def test_no_person_is_shown(lake: Lake) -> None:
    found = ask(lake, "top_supplier", by="sender")
    shown = json.dumps(found.to_dict())
    assert "Akhmetova" not in shown
    assert "NP-" not in shown
    assert {row["sender"] for row in found.table} >= {"a natural person", "not named"}
    rows = lake.table("shipments", source=SOURCE).to_native()
    [(pseudonym,)] = rows.filter("sender LIKE 'NP-%'").project("sender").fetchall()
    for name in (pseudonym, "Dana Akhmetova"):
        with pytest.raises((RequestError, UnknownNameError)) as refused:
            ask(lake, "value", exporter="CHN", company=f"sender: {name}")
        assert "NP-" not in f"{refused.value.hint}{refused.value}".replace(pseudonym, "")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"company": "INTEL"}, "brand: INTEL"),
        ({"company": "brand: "}, "brand: INTEL"),
        ({"company": "owner: INTEL"}, "brand: INTEL"),
        ({"company": "brand: INTLE"}, "did you mean INTEL"),
        ({"lines": "chips"}, "8542.31.90"),
        ({"lines": "8542.32", "goods": "all"}, "did you mean"),
        ({"by": "brand", "measure": "growth", "base": "2022"}, "leave out --by"),
        ({"by": "product", "measure": "hhi"}, "leave out --by"),
        ({"by": "brand", "measure": "import_share", "exporter": "CHN"}, "--company"),
        ({"by": "brand", "measure": "import_share", "company": "sender: ACME LTD"}, "--by sender"),
        ({"by": "brand", "measure": "hhi", "source": "baci"}, "--source shipments.peru"),
        ({"line_value": 1e5, "source": "baci"}, "--source shipments.peru"),
    ],
)
def test_what_makes_no_sense_says_what_to_write(
    lake: Lake, keys: dict[str, str], told: str
) -> None:
    asked = {"measure": "value", "importer": "KAZ", "goods": "8542", "period": "2023"}
    asked |= {"source": SOURCE, "basis": "origin"} | keys
    unchecked: Any = ep.ask  # what the types forbid is what is asked here
    with pytest.raises((RequestError, UnknownNameError)) as refused:
        unchecked(asked.pop("measure"), lake=lake, **asked)
    assert told in refused.value.hint


def test_a_company_without_lines_is_no_missing_reporter(lake: Lake) -> None:
    found = ask(lake, "import_share", exporter="CHN", company="sender: Zenit S.A.")
    assert found.status == "insufficient_data"
    assert "sender Zenit S.A." in str(found.reason)
    assert "KAZ did not report" not in str(found.reason)


# As published studies of one register define their numbers: lines above a value, goods in transit
# when sanctions began left out, by where goods were made, from where they were sent, or by brand.
STUDY = (
    # day, made in, sent from, brand, value
    ("10.02.2022", "Malaysia", "Hong Kong", "INTEL", 900_000),
    ("25.02.2022", "Malaysia", "Alemania", "INTEL", 400_000),  # possibly in transit on that day
    ("20.03.2022", "Китай", "Hong Kong", "XILINX", 300_000),  # too
    ("05.04.2022", "Malaysia", "Hong Kong", "INTEL", 200_000),
    ("06.04.2022", "Китай", "Китай", "AMD", 100_000),
    ("07.05.2022", "Taiwan", "Hong Kong", "XILINX", 150_000),
    ("08.05.2022", "Malaysia", "Hong Kong", "INTEL", 99_999),  # a line below the threshold
    ("09.06.2022", "Китай", "Китай", "HUAWEI", 250_000),
    ("10.06.2022", "Taiwan", "Alemania", "INFINEON", 120_000),
    ("11.06.2022", "Китай", "Hong Kong", "S/M", 500_000),
)
AMERICAN = "brand: INTEL; AMD; XILINX"
"""A parent with the brand that it bought, as the studies count them."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    names = ("Day", "Made in", "Sent from", "Brand", "Value")
    lines = [dict(zip(names, map(str, line), strict=True)) for line in STUDY]
    return _lake(tmp_path_factory.mktemp("study"), *lines)


def test_definitions_of_published_studies(study: Lake) -> None:
    """By hand, of April to June: 1,320,000 on lines of 100,000 or more, 450,000 of the brands."""
    keys: dict[str, Any] = {"line_value": 100_000, "goods": "854231"}
    after = keys | {"period": "2022-04..2022-06"}
    every = ask(study, "value", exporter="WLD", **after)
    assert every.value == pytest.approx(1_320_000)
    assert sum(one.rows for one in every.evidence) == 6  # the number of lines that studies print
    assert "lines of USD 100,000 or more" in headline(every)
    brands = ask(study, "value", exporter="WLD", company=AMERICAN, **after)
    assert brands.value == pytest.approx(450_000)
    # Without the threshold one line more; with the weeks of possible transit two and one more.
    smaller = ask(study, "value", exporter="WLD", company=AMERICAN, **after | {"line_value": None})
    assert smaller.value == pytest.approx(549_999)
    from_february = keys | {"period": "2022-02..2022-06"}
    assert ask(
        study, "value", exporter="WLD", company=AMERICAN, **from_february
    ).value == pytest.approx(450_000 + 900_000 + 400_000 + 300_000)
    # Goods of these brands, by where they were made and from where they were sent.
    for basis, exporter, part in (
        ("origin", "CHN", 100_000),
        ("origin", "MYS", 200_000),
        ("dispatch", "CHN+HKG", 450_000),
        ("dispatch", "HKG", 350_000),
    ):
        share = ask(
            study, "import_share", exporter=exporter, basis=basis, company=AMERICAN, **after
        )
        assert share.value == pytest.approx(part / 450_000)
    # Their part of all: of what has a brand, and at most if all lines without one were theirs.
    part = ask(study, "import_share", by="brand", company=AMERICAN, **after)
    assert (part.value, part.high) == pytest.approx((450 / 1320, 950 / 1320))
    assert part.details["named_share"] == pytest.approx(820 / 1320)


@pytest.mark.parametrize("measure", ["import_share", "cr", "top_supplier", "hhi"])
def test_a_curve_by_names_varies_what_names_leave_open(lake: Lake, measure: str) -> None:
    """It was refused, though mass and the part with a name are choices as they are by country."""
    keys = {"company": "sender: ACME LTD"} if measure == "import_share" else {}
    found = ask(lake, measure, by="sender", curve=True, **keys)
    assert found.specifications is not None
    values = {
        (one.choices["quantity"], one.choices["total"]): one.value
        for one in found.specifications.items
    }
    named: dict[tuple[int, str], float] = defaultdict(float)
    every = {1: 0.0, 2: 0.0}
    for day, code, _, sender, _, value, kilos in LINES:
        if not (day.endswith("2023") and code.startswith("8542")):
            continue
        for place, amount in ((1, value), (2, kilos)):
            every[place] += amount
            if sender != "n/a":
                named[place, sender] += amount
    for place, quantity in ((1, "value"), (2, "mass")):
        some = {name: amount for (at, name), amount in named.items() if at == place}
        totals = {"of all lines": every[place], "of lines with a sender": sum(some.values())}
        for words, total in totals.items():
            top = some["ACME LTD"] if measure == "import_share" else max(some.values())
            wanted = top / total
            if measure == "hhi":
                wanted = sum((amount / total) ** 2 for amount in some.values())
            assert values[quantity, words] == pytest.approx(wanted), (quantity, words)
    assert found.value == pytest.approx(values["value", "of all lines"])
