"""`entrepot data`: tables for people, JSON for programs, exit codes for both."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from lake_files import NAME, ROWS, Write, tree
from typer.testing import CliRunner, Result

import entrepot as ep
from entrepot.cli.data import app
from entrepot.errors import EntrepotError, NoEvidenceError, RequestError
from entrepot.lake import Lake, store
from entrepot.model.table_files import csv_cell, frame_of
from made_comtrade import USA, WORLD, row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    (tmp_path / "lake").mkdir()  # a folder that --lake names must be there to be read

    def _run(*words: object) -> Result:
        command = [str(word) for word in words]
        return CliRunner().invoke(app, [*command, "--lake", str(tmp_path / "lake")])

    return _run


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_life_of_a_file(run: Callable[..., Result], write: Write) -> None:
    assert "is empty" in run("list").stdout
    added = run("add", "baci", write())
    assert added.exit_code == 0
    assert "2022" in added.stdout
    assert "warning: This is an extract of BACI" in added.stdout.replace("\n", " ")
    assert added.stderr == ""  # progress is for terminals
    assert "reading" not in added.stdout
    assert "already loaded" in run("add", "baci", write()).stdout
    assert "HS2017" in run("list").stdout
    assert "Etalab" in run("show", "baci").stdout
    assert "loaded" in run("sources").stdout
    checked = run("check")
    assert (checked.exit_code, "3 rows checked: no errors" in checked.stdout) == (0, True)
    removed = run("remove", "baci", "--yes").stdout
    assert "3 rows" in removed
    assert NAME in removed.replace("\n", "")
    assert "is empty" in run("list").stdout


def test_a_file_renamed_to_another_edition_is_not_said_to_be_there(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """It was said to be loaded already, and its codes stayed those of the first name."""
    text = "t,i,j,k,v,q\n2022,156,643,854231,5,1\n"
    for digits in (17, 12):
        (tmp_path / f"BACI_HS{digits}_Y2022_V202501.csv").write_text(text)
    (tmp_path / "copy.csv").write_text(text)
    assert run("add", "baci", tmp_path / "BACI_HS17_Y2022_V202501.csv").exit_code == 0
    refused = run("add", "baci", tmp_path / "BACI_HS12_Y2022_V202501.csv")
    assert isinstance(refused.exception, EntrepotError)
    assert "from the same file, read another way" in str(refused.exception)
    # A name that says nothing of it contradicts nothing.
    assert "already loaded, nothing to do" in run("add", "baci", tmp_path / "copy.csv").stdout
    run("add", "baci", tmp_path / "BACI_HS12_Y2022_V202501.csv", "--replace")
    assert "HS2012" in run("list").stdout


def test_a_file_that_was_replaced_in_part_is_not_said_to_be_there(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """It was said that there was nothing to do while its rows of 2023 were gone."""
    (tmp_path / "m.yaml").write_text(
        "format: 1\nid: mine\nnomenclature: HS2017\nreported_by: importer\ncolumns:\n"
        "  year: {role: year}\n  code: {role: product}\n  to: {role: importer, codes: ISO3}\n"
        "  from: {role: exporter, codes: ISO3}\n  usd: {role: value, currency: USD}\n"
    )
    row = "{},854231,RUS,CHN,{}\n".format
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("year,code,to,from,usd\n" + row(2022, 5) + row(2023, 6))
    second.write_text("year,code,to,from,usd\n" + row(2023, 999))
    add = ("add", "table")
    more = ("--map", str(tmp_path / "m.yaml"))
    assert run(*add, str(first), *more).exit_code == 0
    assert run(*add, str(second), *more, "--replace").exit_code == 0
    again = run(*add, str(first), *more)
    assert again.exit_code == 0
    assert "in part replaced or removed since" in " ".join(again.stdout.split())
    assert _json(run(*add, str(first), *more, "--json"))["incomplete"] == ["first.csv"]
    back = run(*add, str(first), *more, "--replace")
    assert "Replaced: table.mine 2022 to 2023" in back.stdout
    assert "already loaded, nothing to do" in run(*add, str(first), *more).stdout
    held = _json(run("list", "--json"))
    assert [one["rows"] for one in held] == [2]


def test_a_delivered_file_that_others_need_stays(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("year,to,from,usd\n2022,RUS,CHN,5\n")
    for name in ("alpha", "beta"):
        (tmp_path / f"{name}.yaml").write_text(
            f"format: 1\nid: {name}\nproduct: TOTAL\nreported_by: importer\ncolumns:\n"
            "  year: {role: year}\n  to: {role: importer, codes: ISO3}\n"
            "  from: {role: exporter, codes: ISO3}\n  usd: {role: value, currency: USD}\n"
        )
        words = ("add", "table", str(tmp_path / "t.csv"), "--map", str(tmp_path / f"{name}.yaml"))
        assert run(*words).exit_code == 0
    first = " ".join(run("remove", "table.alpha", "--yes").stdout.split())
    assert "The delivered file t.csv stays: others need it." in first
    last = " ".join(run("remove", "table.beta", "--yes").stdout.split())
    assert "and the delivered file t.csv" in last


def test_without_a_terminal_nothing_is_removed(
    run: Callable[..., Result], write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can be asked: the refusal is the command that a script needs, word by word."""
    run("add", "baci", write())
    words = ["data", "remove", "baci", "--lake", str(tmp_path / "my lake")]
    monkeypatch.setattr("sys.argv", ["entrepot", *words])
    before = tree(tmp_path)
    caught = run("remove", "baci").exception
    assert isinstance(caught, RequestError)
    assert "baci 2022 (vintage V202501, 3 rows)" in caught.what
    assert shlex.split(caught.hint) == ["entrepot", *words, "--yes"]
    assert tree(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
@pytest.mark.parametrize(("reply", "gone"), [("n", False), ("", False), ("y", True)])
def test_on_a_terminal_it_asks(
    run: Callable[..., Result], write: Write, tmp_path: Path, reply: str, gone: bool
) -> None:
    import pty

    run("add", "baci", write())
    before = tree(tmp_path)
    ours, theirs = pty.openpty()
    words = ["data", "remove", "baci", "--lake", str(tmp_path / "lake")]
    with subprocess.Popen(
        [sys.executable, "-c", "from entrepot.cli.main import run; run()", *words],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(ours, 1000)
        assert tree(tmp_path) == before  # before the reply
        os.write(ours, f"{reply}\n".encode())
        output, _ = process.communicate(timeout=600)
    os.close(ours)
    assert b"baci 2022 (vintage V202501, 3 rows)" in seen
    assert process.returncode == (0 if gone else 1)
    assert (b"Removed" in output) == gone
    if gone:
        assert "is empty" in run("list").stdout
    else:
        assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the mapping is empty"),
        ("format: 1\ncolumns: {}\nignor: []\n", "ignor"),
        ("format: 1\nnomenclature: HS1234\ncolumns: {}\nignore: [a]\n", "HS1234"),
        ("format: 1\ncolumns: {b: {role: product}}\n", "unknown column"),
    ],
)
def test_an_error_in_a_mapping_names_its_file(
    run: Callable[..., Result], tmp_path: Path, text: str, what: str
) -> None:
    mapping, data = tmp_path / "my map.yaml", tmp_path / "data.csv"
    mapping.write_text(text)
    data.write_text("a,c\n1,2\n")
    error = run("add", "table", data, "--map", mapping).exception
    assert isinstance(error, EntrepotError)
    assert what in str(error)
    assert error.where.startswith(str(mapping))


def test_json(run: Callable[..., Result], write: Write) -> None:
    assert _json(run("list", "--json")) == []
    report = _json(run("add", "baci", write(), "--json"))
    [held] = report["added"]
    assert held | {"outdated": None} == _json(run("list", "--json"))[0]
    assert (held["source"], held["periods"], held["rows"], held["areas"]) == (
        "baci",
        ["2022"],
        3,
        2,
    )
    assert held["is_partial"]
    shown = _json(run("show", "baci", "--json"))
    assert shown["source"]["publisher"] == "CEPII"
    assert shown["holdings"] == [held]
    states = {item["id"]: item["state"] for item in _json(run("sources", "--json"))}
    assert (states["baci"], states["published"]) == ("loaded", "bundled with the program")
    assert all(
        text.startswith("not loaded")
        for name, text in states.items()
        if name
        not in ("baci", "minerals", "published", "icio")  # inputs may come in an installed package
    )
    assert _json(run("check", "--json"))["sound"] is True
    assert _json(run("remove", "baci", "--yes", "--json"))["removed"] == [held]


def test_failed_check(run: Callable[..., Result], write: Write, tmp_path: Path) -> None:
    run("add", "baci", write())
    next((tmp_path / "lake" / "flows").rglob("*.parquet")).unlink()
    result = run("check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["sound"] is False


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "bacci", "x.csv"), 2, "did you mean baci"),
        (("add", "baci", "absent.csv"), 2, "no such file"),
        (("show", "baci@V202401"), 3, "baci is not loaded"),
        (("show", "bacci"), 2, "did you mean baci"),
        (("remove", "baci"), 3, "baci is not loaded"),
        (("export", "baci", "x.csv"), 3, "baci is not loaded"),
    ],
)
def test_errors(run: Callable[..., Result], words: tuple[str, ...], code: int, says: str) -> None:
    error = run(*words).exception
    assert isinstance(error, EntrepotError)
    assert error.exit_code == code
    assert says in str(error)


def test_export(run: Callable[..., Result], write: Write, tmp_path: Path) -> None:
    run("add", "baci", write())
    out = tmp_path / "out.csv"
    assert _json(run("export", "baci", out, "--importer", "RUS", "--json"))["rows"] == 1
    head, row = out.read_text().splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    assert cells["period"] == "2022-01-01"
    assert (cells["exporter"], cells["product"], cells["value_usd"]) == ("CHN", "850110", "10500.0")
    for words, says in (
        (("export", "baci", tmp_path / "out.doc"), "cannot write"),
        (("export", "baci", tmp_path / "none" / "out.csv"), "no such folder"),
        (("export", "baci", out, "--importer", "Russa"), "RUS"),
        (("export", "baci", out, "--period", "2019"), "no loaded row matches"),
    ):
        assert says in str(run(*words).exception)
    assert out.read_text().splitlines() == [head, row]
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.csv"]
    assert _json(run("export", "baci", tmp_path / "all.parquet", "--json"))["rows"] == 3


def test_totals_are_written_by_themselves(run: Callable[..., Result], tmp_path: Path) -> None:
    made, out = tmp_path / "made.csv", tmp_path / "totals.csv"
    made.write_text(text_of([row(600.0), row(400.0, partner=USA), row(1250.0, partner=WORLD)]))
    run("add", "comtrade", made)
    found = run("export", "comtrade", tmp_path / "rows.csv")
    assert "2 rows written" in found.output
    assert "add --totals" in " ".join(found.output.split())
    words = ("export", "comtrade", out, "--importer", "CHN", "--period", "2022", "--totals")
    assert _json(run(*words, "--json")) == {"file": str(out), "rows": 1, "table": "totals"}
    with out.open(newline="") as opened:
        [total] = csv.DictReader(opened)
    assert (total["exporter"], total["importer"], total["value_usd"]) == ("WLD", "CHN", "1250.0")
    assert total["reported_by"] == "importer"


def test_a_source_without_totals_says_so(
    run: Callable[..., Result], write: Write, tmp_path: Path
) -> None:
    run("add", "baci", write())
    error = run("export", "baci", tmp_path / "out.csv", "--totals").exception
    assert isinstance(error, NoEvidenceError)
    assert "no totals" in str(error)


def test_export_takes_a_group_as_a_definition_does(
    run: Callable[..., Result], write: Write, tmp_path: Path
) -> None:
    """Most of the coalition joined in the course of 2022: its members are those at the end."""
    run("add", "baci", write([*ROWS, "2022,276,643,850110,3,1"]))
    out = tmp_path / "coalition.csv"
    result = run("export", "baci", out, "--exporter", "coalition", "--period", "2022")
    assert result.exit_code == 0, result.output
    assert [line.split(",")[2] for line in out.read_text().splitlines()[1:]] == ["DEU"]


def test_export_takes_names_as_a_definition_does(
    run: Callable[..., Result], write: Write, tmp_path: Path
) -> None:
    run("add", "baci", write([*ROWS, "2022,276,643,850110,3,1"]))
    out = tmp_path / "names.csv"
    result = run("export", "baci", out, "--exporter", "Германия", "--importer", "Russland")
    assert result.exit_code == 0, result.output
    with out.open() as opened:
        sides = [(row["exporter"], row["importer"]) for row in csv.DictReader(opened)]
    assert sides == [("DEU", "RUS")]
    assert run("export", "baci", out, "--exporter", "Atlantis").exit_code


def test_files_that_a_reader_keeps_are_not_called_removed(
    run: Callable[..., Result], write: Write, tmp_path: Path
) -> None:
    run("add", "baci", write())
    lake = Lake.open(tmp_path / "lake")
    stored = {path for path in tree(lake.path) if path.endswith(".parquet")}
    with lake.reading():
        done = run("remove", "baci", "--yes")
        assert done.exit_code == 0
        assert "still on the disk" in done.stdout
        assert f"and the delivered file {NAME}" not in done.stdout.replace("\n", " ")
        assert set(lake.undeleted()) >= stored
    assert run("add", "baci", write()).exit_code == 0
    assert lake.undeleted() == ()


def test_a_file_that_may_not_be_deleted_keeps_no_other_one(
    run: Callable[..., Result], write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", "baci", write())
    [raw] = [path for path in tree(tmp_path / "lake") if re.fullmatch("raw/[0-9a-f]{64}", path)]
    usual = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.as_posix().endswith(raw):
            raise PermissionError(errno.EPERM, "Operation not permitted")
        usual(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert _json(run("remove", "baci", "--yes", "--json"))["undeleted"] == [raw]


@pytest.mark.parametrize("how", ["gone", "changed", "folder gone"])
def test_lost_bytes_of_a_loaded_file_are_put_back_when_it_comes_again(
    run: Callable[..., Result], write: Write, tmp_path: Path, how: str
) -> None:
    run("add", "baci", write())
    [kept] = [path for path in (tmp_path / "lake" / "raw").iterdir() if not path.suffix]
    content = kept.read_bytes()
    if how == "changed":
        kept.write_bytes(content.replace(b"1", b"2"))
    else:
        kept.unlink()
    if how == "folder gone":
        shutil.rmtree(kept.parent)
    again = run("add", "baci", write())
    assert again.exit_code == 0
    assert "now put back" in again.stdout
    assert "nothing to do" not in again.stdout
    assert kept.read_bytes() == content
    assert "nothing to do" in run("add", "baci", write()).stdout


def test_a_loaded_file_whose_rows_are_gone_is_not_called_loaded(
    run: Callable[..., Result], write: Write, tmp_path: Path
) -> None:
    run("add", "baci", write())
    next((tmp_path / "lake" / "flows").rglob("*.parquet")).unlink()
    again = run("add", "baci", write())
    assert isinstance(again.exception, EntrepotError)
    assert "data rebuild" in again.exception.hint
    assert run("rebuild").exit_code == 0
    assert "nothing to do" in run("add", "baci", write()).stdout


FORMULAS = ['=HYPERLINK("http://a.example","x")', "+1+1", "@x", "a;=b", "\t=x"]
FORMULAS += ["\u2028=1+1", "\x85=1", "\u3000=1", "\u180e=1", "\ufe66" + "1", "a;\u2028=b"]


def test_no_text_of_an_exported_csv_is_a_formula(tmp_path: Path) -> None:
    """Texts of somebody else's table are opened in a spreadsheet; numbers stay numbers."""
    texts = [*FORMULAS, "-5", "kg", None]
    with duckdb.connect() as connection:
        rows = connection.sql("SELECT unnest($1) AS unit, -1.5 AS value", params=[texts])
        rows.create("given")
        target = tmp_path / "out.csv"
        assert store.export(connection, connection.table("given"), target, ".csv") == len(texts)
    with target.open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))[1:]
    assert [one for one, _ in cells] == [*map(csv_cell, FORMULAS), "-5", "kg", ""]
    assert {value for _, value in cells} == {"-1.5"}


def test_a_frame_of_an_unknown_kind_is_not_called_missing() -> None:
    with pytest.raises(RequestError, match="no such kind of frame: arrow"):
        frame_of([{"a": 1}], "arrow")  # type: ignore[arg-type]  # what is refused


def test_a_release_cut_to_some_goods_is_not_all_goods(write: Write, lake: Lake) -> None:
    """Twenty countries trade in all goods; with few codes somebody took the others out."""
    sellers = (156, 276, 392, 410, 826, 380, 724, 528, 56, 752, 246, 208, 40, 616, 203, 348, 642,
               100, 300, 620, 372)  # fmt: skip
    rows = [f"2022,{one},643,85011{code},5,1" for one in sellers for code in range(3)]
    lake.add("baci", [write(rows)])
    [item] = [one for one in lake.holdings() if one.source == "baci"]
    assert item.has_few_products
    asked = {"importer": "RUS", "exporter": "CHN", "period": 2022, "source": "baci", "lake": lake}
    figure = ep.ask("value", **asked)
    assert figure.status == "insufficient_data"
    assert ep.ask("value", goods="850110", **asked).value == 5000.0


def test_an_extract_of_one_pair_may_have_few_codes(write: Write, lake: Lake) -> None:
    lake.add("baci", [write(["2022,156,643,850110,5,1"])])
    assert not any(one.has_few_products for one in lake.holdings())
