"""A question to a lake has the same answer from DuckDB and from Spark, caveats and all."""

from __future__ import annotations

import json
import random
import shutil
import threading
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import OutsideError, RequestError
from entrepot.lake import Lake, fetch, near
from entrepot.lake.on_spark import SparkLake
from entrepot.lake.state import State, forget_state
from entrepot.model.period import Period
from entrepot.spark import _plan_once, plan_for

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # py4j's sockets
RELATIVE = 1e-12
MOST_OF_HUBS = 12
"""Jobs; when each answer read the other goods by itself, they were twice as many."""
STRANGE = "a lake [1] of {2} %20"  # a folder can be called so
AREAS = (156, 643, 398, 842, 276, 699)
QUESTIONS: dict[str, dict[str, Any]] = {
    "value": {"importer": "RUS", "exporter": "CHN", "period": 2022},
    "import_share": {"importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": 2022},
    "hhi": {"importer": "RUS", "period": 2022},
    "growth": {"importer": "RUS", "exporter": "CHN", "period": 2022, "base": 2021},
    "asymmetry": {"importer": "RUS", "exporter": "CHN", "period": 2022},
    "growth_contribution": {"exporter": "CHN", "importer": "RUS", "period": 2022, "by": "product"},
}


def write(folder: Path, name: str, seed: int, years: tuple[int, ...]) -> list[Path]:
    """Write deliveries as CEPII ships them, with codes of the high priority list among others."""
    draw = random.Random(seed)
    folder.mkdir(exist_ok=True)
    files = []
    for year in years:
        lines = ["t,i,j,k,v,q"]
        for i in AREAS:
            for j in AREAS:
                codes = {854231, 852691, *draw.sample(range(854201, 854299), 20)}
                lines += [
                    f"{year},{i},{j},{code},{draw.uniform(0.1, 9e4):.3f},1.5"
                    for code in sorted(codes)
                    if i != j
                ]
        files.append(folder / f"BACI_HS17_Y{year}_{name}.csv")
        files[-1].write_text("\n".join([*lines, ""]), encoding="utf-8")
    return files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in which a later release takes the place of one year of an earlier one."""
    place = tmp_path_factory.mktemp("engines")
    held = Lake.open(place / STRANGE)
    held.add("baci", write(place / "old", "V202401", 1, (2021, 2022)))
    held.add("baci", write(place / "new", "V202501", 2, (2022,)))
    return place / STRANGE


def alike(one: Any, other: Any) -> bool:
    """Whether two Figures are the same, numbers to the last digit that a sum leaves open."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return bool(one == pytest.approx(other, rel=RELATIVE, abs=0))
    return type(one) is type(other) and bool(one == other)


def on_spark(place: Path | str) -> SparkLake:
    """Open a lake on Spark, which finds everything out by itself: a process remembers a lake."""
    forget_state()
    return SparkLake.open(place)


def jobs_of(spark: SparkSession) -> set[int]:
    """Return the numbers of the jobs so far; a group would have those of one thread alone.

    Spark remembers the last thousand only.
    """
    return {*spark.sparkContext.statusTracker().getJobIdsForGroup(None)}


@pytest.mark.parametrize("measure", QUESTIONS)
def test_the_same_figure(measure: str, folder: Path, spark: SparkSession) -> None:
    words = {"source": "baci", **QUESTIONS[measure]}
    expected = ep.ask(measure, lake=folder, **words)
    found = ep.ask(measure, lake=on_spark(folder), **words)
    assert expected.status == "ok"
    assert expected.value
    assert expected.caveats
    assert alike(json.loads(json.dumps(expected.to_dict(), default=str)),
                 json.loads(json.dumps(found.to_dict(), default=str)))  # fmt: skip


def test_what_hubs_may_have_passed_on_takes_few_jobs(folder: Path, spark: SparkSession) -> None:
    """Rows of goods and sums of all others are read once, also with and without Hong Kong."""
    words = {"importer": "KAZ", "exporter": "CHN", "hubs": "RUS+USA", "goods": "chpl"}
    words |= {"period": "2022", "base": "2021", "source": "baci"}
    expected = ep.ask("rerouted", lake=folder, **words)
    before = jobs_of(spark)
    found = ep.ask("rerouted", lake=on_spark(folder), **words)
    ran = len(jobs_of(spark) - before)
    assert expected.high
    assert alike(*(json.loads(json.dumps(x.to_dict(), default=str)) for x in (expected, found)))
    assert 0 < ran <= MOST_OF_HUBS


def test_a_chart_is_the_same(folder: Path, spark: SparkSession) -> None:
    words: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": "8542"}
    expected = ep.chart("import_share", lake=folder, **words).to_dict()
    found = ep.chart("import_share", lake=on_spark(folder), **words).to_dict()
    assert alike(json.loads(json.dumps(expected)), json.loads(json.dumps(found)))


def test_an_older_release_and_a_lake_at_an_address(folder: Path, spark: SparkSession) -> None:
    words = {"source": "baci@V202401", **QUESTIONS["value"]}
    found = ep.ask("value", lake=on_spark(f"file://{folder}"), **words).value
    assert found == pytest.approx(ep.ask("value", lake=folder, **words).value, rel=RELATIVE)
    assert found != ep.ask("value", lake=folder, **QUESTIONS["value"], source="baci").value


def test_the_same_rows_with_all_columns(folder: Path, spark: SparkSession) -> None:
    """Exactly the files in force, and the columns that stand in the names of folders."""
    for by in ("importer", "exporter"):
        theirs = on_spark(folder).flows("baci", by=by)
        ours = Lake.open(folder).flows("baci", by=by)
        assert theirs.collect_schema() == ours.collect_schema()
        rows = sorted(map(str, theirs.collect("pyarrow").rows()))
        assert rows == sorted(map(str, ours.collect("pyarrow").rows()))
        assert len(rows) > 500
    assert theirs.to_native().select("period").distinct().count() == 2
    assert theirs.collect("pyarrow")["period"].min() == date(2021, 1, 1)


MAP = """
format: 1
id: reports
nomenclature: HS2017
level: 6
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, import: M, export: X}
  product: {role: product}
  value: {role: value, currency: USD}
"""
PARTNERS = ("CHN", "DEU", "TUR")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of reports: Russia falls silent after 2021; Germany tells 2022 once more."""
    place = tmp_path_factory.mktemp("reports")
    told = [(2021, "RUS", name, "M", 100 * (k + 1)) for k, name in enumerate(PARTNERS)]
    told += [(year, name, "RUS", "X", 90) for year in (2021, 2022) for name in PARTNERS]
    again = [(2022, "DEU", "RUS", "X", 777)]
    for name, rows in (("first", told), ("second", again)):
        lines = [f"{y},{who},{other},{flow},854231,{value}" for y, who, other, flow, value in rows]
        text = "\n".join(["period,reporter,partner,flow,product,value", *lines, ""])
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
        held = Lake.open(place / "lake")
        held.add("table", [place / f"{name}.csv"], mapping=MAP, replace=name == "second")
    return place / "lake"


def test_what_a_later_report_hides_stays_hidden(reports: Path, spark: SparkSession) -> None:
    """Of single reports a later delivery takes the place of one reporter's, and of no more."""
    rows = on_spark(reports).flows("table.reports").collect("pyarrow")
    assert rows["value_usd"].sum() == 100 + 200 + 300 + 3 * 90 + 2 * 90 + 777


def test_how_much_of_a_silent_country_its_partners_tell(reports: Path, spark: SparkSession) -> None:
    """What pairs reports is SQL of DuckDB, and gets the sums by pair from Spark."""
    words = {"importer": "RUS", "exporter": "CHN", "period": 2022, "goods": "854231"}
    expected = ep.ask("import_share", lake=reports, source="table.reports", **words)
    found = ep.ask("import_share", lake=on_spark(reports), source="table.reports", **words)
    assert "coverage" in {one.id for one in expected.caveats}
    assert expected.value == pytest.approx(90 / (90 + 90 + 777))
    assert alike(expected.to_dict(), found.to_dict())


def test_a_reconciliation_is_the_same(tmp_path: Path, spark: SparkSession) -> None:
    from entrepot.figures.reconcile import reconcile_lake

    draw = random.Random(5)
    lines = ["period,reporter,partner,flow,product,value"]
    for seller in PARTNERS:
        for buyer in (other for other in PARTNERS if other != seller):
            for code in (854231, 854232, 854239, 852691):
                value = draw.uniform(50, 9e4)
                lines.append(f"2022,{seller},{buyer},X,{code},{value:.2f}")
                lines.append(f"2022,{buyer},{seller},M,{code},{value * draw.uniform(0.9, 1.3):.2f}")
    (tmp_path / "told.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    Lake.open(tmp_path / "lake").add("table", [tmp_path / "told.csv"], mapping=MAP)
    words: dict[str, Any] = {"source": "table.reports", "keep": False}
    expected = reconcile_lake(tmp_path / "lake", **words).to_dict()
    found = reconcile_lake(on_spark(tmp_path / "lake"), **words).to_dict()
    assert expected["periods"] == ["2022"]
    assert alike(expected, found)
    reconcile_lake(on_spark(tmp_path / "lake"), **words | {"keep": True})
    assert Lake.open(tmp_path / "lake").holds("reconciled")


def test_what_writes_to_an_address_is_refused(folder: Path) -> None:
    held = on_spark(f"file://{folder}")
    for act in (
        lambda: held.add("baci", ["x.csv"]),
        lambda: held.remove("baci"),
        held.rebuild,
        held.check,
        lambda: held.erase("Somebody"),
    ):
        with pytest.raises(RequestError) as caught:
            act()
        assert caught.value.where == f"file://{folder}"


def test_the_same_curve(folder: Path, spark: SparkSession) -> None:
    words = {"source": "baci", "curve": True, **QUESTIONS["import_share"]}
    expected = ep.ask("import_share", lake=folder, **words).to_dict()
    found = ep.ask("import_share", lake=on_spark(folder), **words).to_dict()
    assert expected["specifications"]["count"] > 4
    assert alike(expected["specifications"], found["specifications"])


@pytest.mark.parametrize(("few", "engine"), [(2_000_000, "duckdb"), (0, "pyspark")])
def test_few_rows_that_are_asked_often_leave_spark(
    folder: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch, few: int, engine: str
) -> None:
    # The package has a function of the same name.
    monkeypatch.setattr(import_module("entrepot.lake.fetch"), "_FEW", few)
    lake = on_spark(folder)
    rows = lake.flows("baci").select("exporter", "importer", "product", "value_usd")
    with near(rows, lake) as kept:
        assert kept.implementation.value == engine
        assert sorted(fetch(kept), key=str) == sorted(fetch(rows), key=str)


def test_one_spark_a_process(folder: Path, spark: SparkSession) -> None:
    from entrepot.spark import session

    assert session() is not None
    with pytest.raises(RequestError, match="in this process already"):
        session("local[7]")


def test_a_changed_file_is_named_on_spark(
    spark: SparkSession, folder: Path, tmp_path: Path
) -> None:
    """One bit of one file, at the same size: no answer, whether it has been read before or not."""
    shutil.copytree(folder, tmp_path / "lake")
    lake = on_spark(tmp_path / "lake")
    right = lake.flows("baci").collect().shape
    # An older release has a file of that year, too, which no question reads.
    year = Period.parse(2022)
    [current] = [
        one.snapshot for one in lake.holdings() if one.source == "baci" and year in one.current
    ]
    [path] = (tmp_path / "lake").glob(f"flows/by-importer/**/period=2022-01-01/{current}-*.parquet")
    whole = path.read_bytes()
    for at in (4, len(whole) // 2, len(whole) - 20):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        for held in (lake, on_spark(tmp_path / "lake")):
            with pytest.raises(OutsideError, match="not what was written") as caught:
                held.flows("baci")
            assert caught.value.where == str(path)
    path.write_bytes(whole)
    assert lake.flows("baci").collect().shape == right


def test_what_a_question_cost_on_spark(folder: Path, spark: SparkSession) -> None:
    held = on_spark(folder)
    with held.explaining() as cost:
        figure = ep.ask("value", lake=held, source="baci", **QUESTIONS["value"])
    assert figure.status == "ok"
    assert cost.engine.startswith(f"Spark {spark.version}, ")
    opened = cost.to_dict()["files_read"]
    state = State.read(folder)
    parts = state.parts("baci")
    handed = {path for by in ("importer", "exporter") for path, _ in state.files(parts, by)}
    assert set(opened) <= {path.relative_to(folder).as_posix() for path in handed}
    assert any("period=2022-01-01" in name for name in opened)
    assert cost.to_dict()["bytes_read"] == sum((folder / name).stat().st_size for name in opened)
    assert "== Physical Plan ==" in cost.queries[0].plan


def test_what_may_not_fit_names_spark_before_it_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are those of the period that count, by the catalog; small lakes are told nothing."""
    from typer.testing import CliRunner

    from entrepot.cli.main import app
    from entrepot.lake import explain

    words = ["ask", "value", "--importer", "RUS", "--exporter", "CHN", "--source", "baci"]
    words += ["--lake", str(folder), "--period", "2021"]
    quiet = CliRunner().invoke(app, words)
    assert quiet.exit_code == 0, quiet.output
    assert "Spark" not in quiet.output
    monkeypatch.setattr(explain, "BYTES_OF_A_GROUP", 10**12)
    told = " ".join(CliRunner().invoke(app, words).output.split())
    counted = [
        line.split(",")
        for path in (folder.parent / "old").glob("*Y2021*.csv")
        for line in path.read_text(encoding="utf-8").split()[1:]
    ]
    assert f"baci has {len(counted):,} rows in this period" in told
    assert f"up to {len(counted) * 1000:,}".replace(",", "") in told.replace(",", "")
    assert "--engine spark" in told
    # The answer follows all the same.
    assert "USD" in told


def test_a_question_to_a_server_of_a_lake_in_a_strange_folder(folder: Path) -> None:
    from entrepot.serve.pool import Pool

    def work(lake: Lake) -> Any:
        return ep.ask("value", lake=lake, source="baci", **QUESTIONS["value"]).value

    assert Pool(folder, 60).start(work).result() == pytest.approx(work(Lake.open(folder)))


def test_a_page_and_the_api_from_a_lake_on_spark(folder: Path, spark: SparkSession) -> None:
    from starlette.testclient import TestClient

    from entrepot.serve.app import create_app

    path = "/api/ask?measure=hhi&importer=RUS&period=2022&source=baci"
    clients = [
        TestClient(create_app(folder, seconds=120, engine=one), base_url="http://127.0.0.1")
        for one in ("duckdb", "spark")
    ]
    # By their numbers: Spark remembers the last thousand jobs only.
    jobs = spark.sparkContext.statusTracker()
    before = {*jobs.getJobIdsForGroup(None)}
    expected, found = (client.get(path) for client in clients)
    assert expected.status_code == found.status_code == 200
    assert alike(expected.json(), found.json())
    ran = {*jobs.getJobIdsForGroup(None)} - before
    assert ran
    # Kept answers serve both engines' readers; a second request runs nothing.
    assert clients[1].get(path).json() == found.json()
    assert {*jobs.getJobIdsForGroup(None)} - before <= ran


def test_a_served_question_that_takes_too_long_is_stopped_on_spark(
    folder: Path, spark: SparkSession
) -> None:
    from entrepot.serve.answer import TooLongError
    from entrepot.serve.pool import Pool

    ended = threading.Event()

    def endless(lake: Lake) -> Any:
        # A block inside the block of the question: what follows it can still be stopped.
        with lake.reading():
            pass
        try:
            return spark.range(10**13).selectExpr("sum(sqrt(id))").collect()
        finally:
            ended.set()

    pool = Pool(folder, 1.5, engine="spark")
    with pytest.raises(TooLongError):
        pool.start(endless).result()
    # A machine under load may begin the job only now; it is stopped then.
    assert ended.wait(60)
    assert not spark.sparkContext.statusTracker().getActiveJobsIds()
    # Its thread answers the next question.
    assert pool.start(lambda lake: {one.source for one in lake.holdings()} >= {"baci"}).result()


def test_settings_of_the_users_own_are_kept(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every question set them anew in a session of the user's, for all other queries in it."""
    from pyspark import SparkConf

    said = {"spark.sql.adaptive.enabled": "true", "spark.sql.shuffle.partitions": "17"}
    before = {name: spark.conf.get(name) or "" for name in said}
    # The files of settings say nothing; what is set is set in the session.
    monkeypatch.setattr(spark.sparkContext, "getConf", lambda: SparkConf(loadDefaults=False))
    own = spark.newSession()
    for name, value in said.items():
        own.conf.set(name, value)
        spark.conf.set(name, value)
    try:
        plan_for(own, 2**40)
        assert {name: own.conf.get(name) for name in said} == said
        # A session that is started here has a number of parts that follows the lake ...
        _plan_once(spark.sparkContext)
        for size in (2**40, 2**41):
            plan_for(spark, size)
            found = [spark.conf.get(name) for name in said]
            assert found == ["false", str(size // 2**26)]
        # ... until somebody sets it.
        spark.conf.set("spark.sql.shuffle.partitions", "3")
        plan_for(spark, 2**40)
        assert spark.conf.get("spark.sql.shuffle.partitions") == "3"
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)
        spark.conf.unset("spark.entrepot.partitions")


def test_a_screening_asks_statistics_on_spark(
    folder: Path, tmp_path: Path, spark: SparkSession
) -> None:
    from entrepot.report.screening import ask_screening

    path = tmp_path / "sent.csv"
    path.write_text(
        "code,date,from,to,value\n854231,2023-05-01,DE,IN,100\n852691,2023-05-01,DE,RU,50\n",
        encoding="utf-8",
    )
    expected, found = (
        ask_screening(path, lake=one).screening.table.to_pylist()
        for one in (Lake.open(folder), on_spark(folder))
    )
    assert expected
    assert alike(expected, found)
