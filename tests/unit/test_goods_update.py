"""A newer edition of the lists: checked whole, shown before it is taken, and taken by its hash."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tracemalloc
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import entrepot.goods
from entrepot.cli import goods
from entrepot.errors import BadFileError, RequestError
from entrepot.goods import goods_list, goods_lists
from entrepot.goods.library import COLUMNS, edition_folder, lists_made
from entrepot.goods.update import changes, go_back, pack, read_edition, take

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

SHIPPED = Path(entrepot.goods.__file__).parent / "lists"
NEXT = lists_made() + timedelta(days=90)
KEPT = ("chpl", "eu-833")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in KEPT:
        shutil.copytree(SHIPPED / name, tmp_path / "acts" / name)
    return tmp_path / "acts"


def more(folder: Path) -> None:
    """Read the Common High Priority List half a year on, with one code more and one gone."""
    act = folder / "chpl" / "act.yml"
    text = act.read_text(encoding="utf-8")
    before = f"known_until: {goods_list('chpl').known_until}"
    assert before in text
    act.write_text(text.replace(before, "known_until: 2026-12-31"), encoding="utf-8")
    path = folder / "chpl" / "chpl.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    kept = [row for row in rows if row["code"] != "854231"]
    kept.append(rows[0] | {"code": "850511", "adopted": "2026-10-01", "applies": "2026-10-01"})
    kept[-1]["seen_from"] = "2026-10-01"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def test_it_is_shown_then_taken_then_given_back(folder: Path, tmp_path: Path) -> None:
    more(folder)
    target = tmp_path / "lists.zip"
    digest = pack(folder, target, NEXT, "made for a test")
    run = CliRunner().invoke
    shown = run(goods.app, ["update", str(target)]).stdout
    assert digest in "".join(shown.split())
    assert "850511" in shown
    assert "made for a test" in shown
    assert not edition_folder().exists()
    assert "850511" not in {entry.code for entry in goods_list("chpl").entries}

    done = json.loads(run(goods.app, ["update", str(target), "--take", digest, "--json"]).stdout)
    assert done["taken"]
    [chpl] = [one for one in done["changes"] if one["list"] == "chpl"]
    assert [entry["code"] for entry in chpl["added"]] == ["850511"]
    assert [entry["code"] for entry in chpl["removed"]] == ["854231"]
    assert chpl["read_until"] == "2026-12-31"
    gone = {one["list"] for one in done["changes"] if one["kind"] == "gone"}
    assert "gb-3i" in gone
    assert {one.act.id for one in goods_lists()} == set(KEPT)
    assert "850511" in {entry.code for entry in goods_list("chpl").entries}
    assert goods_list("chpl").on(date(2026, 11, 1)).after_last_text is False
    assert lists_made() == NEXT

    assert run(goods.app, ["update", "--back"]).exit_code == 0
    assert "gb-3i" in {one.id for one in goods_lists()}
    assert "850511" not in {entry.code for entry in goods_list("chpl").entries}


def test_what_ships_is_an_edition_of_itself(tmp_path: Path) -> None:
    target = tmp_path / "lists.zip"
    digest = pack(SHIPPED, target, NEXT)
    assert digest == pack(SHIPPED, tmp_path / "again.zip", NEXT)
    edition = read_edition(target)
    assert changes(edition) == ()
    assert len(edition.lists) == len(goods_lists())


@pytest.mark.parametrize("said", ["0" * 64, "abc", ""])
def test_it_is_taken_by_its_hash_only(folder: Path, tmp_path: Path, said: str) -> None:
    edition = read_edition(_packed(folder, tmp_path))
    with pytest.raises(RequestError, match="has the hash"):
        take(edition, said)
    with pytest.raises(RequestError, match="has the hash"):
        take(edition, edition.digest[:11])
    assert not edition_folder().exists()


def test_an_older_one_is_not_taken(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "lists.zip"
    digest = pack(folder, target, lists_made())
    with pytest.raises(RequestError, match="is in use"):
        take(read_edition(target), digest)


def _packed(folder: Path, tmp_path: Path) -> Path:
    target = tmp_path / "lists.zip"
    pack(folder, target, NEXT)
    return target


def _row(change: Callable[[dict[str, str]], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "chpl" / "chpl.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        change(rows[3])
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return spoil


def _text(old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "chpl" / "act.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_row(lambda row: row.update(code="8542x1")), "row 5"),
        (_row(lambda row: row.update(code="85421")), "row 5"),
        (_row(lambda row: row.update(nomenclature="HS2023")), "HS2023"),
        (_row(lambda row: row.update(ex="maybe")), "maybe"),
        (_row(lambda row: row.update(certainty="surely")), "surely"),
        (_row(lambda row: row.update(act="nowhere")), "nowhere"),
        (_row(lambda row: row.update(seen_from="")), "no day"),
        (_row(lambda row: row.update(valid_to="1999-01-01")), "before it starts"),
        (_row(lambda row: row.update(code="854231", part="1")), "listed twice"),
        (_text("direction:", "directions:"), "not an act"),
        (_text("id: chpl", "id: other"), "another's folder"),
        (lambda folder: (folder / "chpl" / "chpl.csv").unlink(), "missing"),
    ],
)
def test_what_is_no_edition_is_refused(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(folder)
    with pytest.raises(Exception, match=words) as caught:
        read_edition(_packed(folder, tmp_path))
    assert "chpl" in str(caught.value) or "another" in words


def _again(source: Path, target: Path, change: Callable[[str, bytes], dict[str, bytes]]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            for one, data in change(name, old.read(name)).items():
                new.writestr(one, data)
    return target


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda name, data: {name: data + b"\n" if name.endswith("chpl.csv") else data},
            "not the bytes",
        ),
        (lambda name, data: {} if name.endswith("x.csv") else {name: data}, "not in both"),
        (
            lambda name, data: {name: data, **({"../out.csv": b""} if "json" in name else {})},
            "not a file of an edition",
        ),
        (lambda name, data: {} if "json" in name else {name: data}, "no edition.json"),
    ],
)
def test_a_file_that_was_changed_on_its_way_is_refused(
    folder: Path,
    tmp_path: Path,
    change: Callable[[str, bytes], dict[str, bytes]],
    words: str,
) -> None:
    broken = _again(_packed(folder, tmp_path), tmp_path / "broken.zip", change)
    with pytest.raises(BadFileError, match=words):
        read_edition(broken)


def test_what_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "lists.zip").write_text("no zip")
    with pytest.raises(BadFileError, match="not an edition"):
        read_edition(tmp_path / "lists.zip")
    with pytest.raises(BadFileError, match="no such file"):
        read_edition(tmp_path / "none.zip")


def test_a_taken_edition_that_was_touched_is_refused(folder: Path, tmp_path: Path) -> None:
    target = _packed(folder, tmp_path)
    edition = read_edition(target)
    take(edition, edition.digest[:12])
    path = edition_folder() / "chpl" / "chpl.csv"
    path.write_text(path.read_text().replace("854231", "850511"))
    with pytest.raises(BadFileError, match="damaged"):
        goods_lists()
    assert CliRunner().invoke(goods.app, ["update", "--back"]).exit_code == 0
    assert goods_lists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\nzz: 2026-13-45\n", "month must be|not permitted"),
        (f"\nzz: {'9' * 5_000}\n", "4300 digits|not permitted"),
        (f"\nzz: {'[' * 2_000}\n", "nesting depth|nested too deeply"),
        ("\nzz: &a [x]\nyy: *a\n", "a reference"),
        ('\nzz: "\\e[2J"\n', "not permitted"),
    ],
)
def test_an_act_that_would_end_the_program_is_refused(
    folder: Path, tmp_path: Path, text: str, words: str
) -> None:
    """A date, a number or brackets that Python's own limits stop were an internal error."""
    act = folder / "chpl" / "act.yml"
    act.write_text(act.read_text(encoding="utf-8") + text, encoding="utf-8")
    with pytest.raises(BadFileError, match=words):
        read_edition(_packed(folder, tmp_path))


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b2J", "\x07", "\u202e"])
@pytest.mark.parametrize("place", ["note", "act", "row"])
def test_no_text_of_an_edition_commands_a_terminal(
    folder: Path, tmp_path: Path, sign: str, place: str
) -> None:
    """What is shown before an edition is taken must be what it says."""
    if place == "act":
        path = folder / "chpl" / "act.yml"
        quoted = json.dumps(sign)[1:-1]
        text = path.read_text(encoding="utf-8")
        old = next(line for line in text.splitlines() if line.startswith("title: "))
        path.write_text(text.replace(old, f'title: "A list{quoted}"', 1), encoding="utf-8")
    if place == "row":
        _row(lambda row: row.update(wording=f"chips{sign}"))(folder)
    target = tmp_path / "lists.zip"
    pack(folder, target, NEXT, f"new{sign}" if place == "note" else "")
    with pytest.raises(BadFileError, match=r"control character|not an act|special characters"):
        read_edition(target)


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_edition_that_lies_about_its_size_fills_no_memory(tmp_path: Path, how: int) -> None:
    """Two kilobytes took six gigabytes of memory."""
    target = tmp_path / "bomb.zip"
    with zipfile.ZipFile(target, "w", how) as packed:
        packed.writestr("edition.json", b"\0" * 60_000_000)
    data = bytearray(target.read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(mark) + place
        data[at : at + 4] = (100).to_bytes(4, "little")
    target.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(BadFileError, match="not an edition"):
            read_edition(target)
        assert (
            tracemalloc.get_traced_memory()[1] < 30_000_000
        )  # the file is read as one of up to 20 MB
    finally:
        tracemalloc.stop()


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    """A pipe waited for ever, and a device filled the memory."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(BadFileError, match=r"a pipe|a device|a folder"):
            read_edition(path)


def test_what_else_an_edition_changes_is_shown(folder: Path, tmp_path: Path) -> None:
    """An edition that turned exports into imports was said to change nothing."""
    shown = {one.list: one.about for one in changes(read_edition(_packed(folder, tmp_path)))}
    assert "chpl" not in shown
    _text("direction: export", "direction: import")(folder)
    _text("jurisdiction:", "jurisdiction: X  #")(folder)
    edition = read_edition(_packed(folder, tmp_path))
    [change] = [one for one in changes(edition) if one.list == "chpl"]
    assert (change.kind, change.about) == ("changed", ("direction", "act: jurisdiction"))
    done = CliRunner().invoke(goods.app, ["update", str(tmp_path / "lists.zip")])
    assert "direction, act:" in done.output
    assert "changes nothing" not in done.output


@pytest.mark.parametrize("name", ["edition", "edition.new", "edition.gone", "edition.before"])
def test_a_folder_of_somebody_else_is_not_deleted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "papers"))
    mine = tmp_path / "papers" / name / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")
    target = tmp_path / "lists.zip"
    digest = pack(folder, target, NEXT)
    with pytest.raises(RequestError, match="would be deleted"):
        take(read_edition(target), digest)
    with pytest.raises(RequestError, match="would be deleted"):
        go_back()
    assert mine.read_text() == "years of work"
