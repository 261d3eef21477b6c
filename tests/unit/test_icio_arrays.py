"""The package's file: shares turned back into values, what was cut off put back, no code run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.figures import value_added
from entrepot.lake import Lake
from entrepot.measures.cutoff import network
from entrepot.measures.origin import solved
from entrepot.model.period import Period
from entrepot.sources.icio import parse, wheel
from entrepot.sources.icio import wheel as arrays
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.unpack import sha256_of
from made_icio import arrays_of, made_up

if TYPE_CHECKING:
    from made_icio import MadeUp


@pytest.fixture
def table() -> MadeUp:
    return made_up(3).without("ROW")


def shipped(folder: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch, **keys: Any) -> Path:
    """Write the arrays, and let them count as the file that is known."""
    path = folder / "bench_cache.npz"
    np.savez_compressed(path, **(arrays_of(table, **keys) | {"audit": np.array("{}")}))
    known = {sha256_of(path): 2022}
    monkeypatch.setattr(arrays, "KNOWN", known)
    monkeypatch.setattr(parse, "KNOWN", known)
    monkeypatch.setattr(wheel, "KNOWN", known)
    return path


def read(path: Path) -> tuple[dict[tuple[str, ...], float], list[str]]:
    [delivery] = parse.tables(RawFile(path, path.name), path.parent, FileOptions())
    found = parse.rows(connect(), delivery)
    names = ("exporter", "sector", "importer", "buyer_sector", "value_usd")
    listed = found.relation.select(*names).fetchall()
    return {row[:4]: row[4] for row in listed}, [finding.rule for finding in found.findings]


def expected(table: MadeUp) -> dict[tuple[str, ...], float]:
    return {(*s, *b): round(v * 1e4) * 100.0 for (s, b), v in table.inputs.items() if v}


@pytest.mark.parametrize("cap", [0.98, 0.5, 0.3])
def test_values_come_back_exactly(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch, cap: float
) -> None:
    """Even where most columns were cut: each has sellers of its own among the rows."""
    monkeypatch.setattr(arrays, "CAP", cap)
    found, rules = read(shipped(tmp_path, table, monkeypatch, cap=cap))
    assert found == expected(table)
    assert rules == ["no-rest-of-world", "cut-columns"]


def test_the_cut_columns_are_named(table: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "CAP", 0.5)
    held = arrays.benchmark(arrays_of(table, cap=0.5), "made up")
    whole = arrays_of(table, cap=1e9)["omb"]
    assert set(held.cut) == set(np.flatnonzero(whole >= 0.5))
    for place, by in held.cut.items():
        assert by == pytest.approx(whole[place] / 0.5)


def test_rows_that_do_not_add_up_are_refused(table: MadeUp) -> None:
    made = arrays_of(table)
    made["z"][3] += 0.01
    with pytest.raises(BadFileError, match="differs from its output by"):
        arrays.benchmark(made, "made up")


def test_a_wheel_is_unpacked(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = shipped(tmp_path, table, monkeypatch)
    path = tmp_path / "sanction_simulator-0.1.4-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inside, f"{wheel.PACKAGE}/{wheel.INSIDE}")
        archive.writestr(f"{wheel.PACKAGE}/__init__.py", "raise SystemExit('run!')")
    (tmp_path / "scratch").mkdir()
    [delivery] = parse.tables(RawFile(path, path.name), tmp_path / "scratch", FileOptions())
    found = parse.rows(connect(), delivery)
    assert len(found.relation.fetchall()) == len(expected(table))


def test_the_installed_package_is_read_and_not_run(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site" / wheel.PACKAGE
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('run!')", encoding="utf-8")
    path = shipped(folder / "data", table, monkeypatch)
    # In a process of its own, which has looked for no package before.
    look = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); "
        "from entrepot.sources.icio import wheel; print(wheel.installed_file()); "
        "assert wheel.PACKAGE not in sys.modules"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(path)
    monkeypatch.setattr(wheel, "installed_file", lambda: path)
    wheel._read.cache_clear()
    found = wheel.installed()
    assert found is not None
    assert found.year == 2022
    for made in (frozenset[str](), frozenset({"A01", "C26"})):
        goods = frozenset({"C26", "C29"})
        listed = found.added_up(frozenset({"DEU"}), frozenset({"CHN"}), made, goods)
        sums: dict[tuple[Any, ...], tuple[float, int]] = {}
        for (seller, sector, buyer, used), usd in expected(table).items():
            if (buyer == "DEU" or seller == "CHN") and (not made or sector in made):
                key = (seller, buyer, used, sector in goods)
                before, rows = sums.get(key, (0.0, 0))
                sums[key] = before + usd, rows + 1
        assert {row[:4]: row[4:] for row in listed} == sums
        assert len(listed) == len(sums)
    wheel._read.cache_clear()


def test_another_file_in_its_place_is_not_taken(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bench_cache.npz"
    np.savez(path, **arrays_of(table))
    monkeypatch.setattr(wheel, "installed_file", lambda: path)
    assert wheel.installed() is None


def test_an_economy_is_made_on_the_array_of_the_table(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two arrays of 4,000 x 4,000 were held, 128 MB each, where one says everything."""
    path = shipped(tmp_path, table, monkeypatch)
    held = arrays.benchmark(arrays.read_arrays(path, path.name), path.name)
    made = value_added._of_arrays(held)
    assert np.shares_memory(made.coefficients, held.coefficients)
    assert made.coefficients.sum(axis=0) * held.output == pytest.approx(held.inputs)


def test_kept_arrays_are_mapped_and_worked_out_again_when_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    made: list[int] = []

    def make() -> arrays.Arrays:
        made.append(1)
        wide = np.asfortranarray(np.arange(250_000.0).reshape(500, 500))
        return {"wide": wide, "names": np.array(["DEU", "CHN"]), "none": np.zeros((0, 2))}

    first, again = arrays.kept_arrays("some", make), arrays.kept_arrays("some", make)
    assert made == [1]
    for name, held in first.items():
        np.testing.assert_array_equal(again[name], held)
        assert again[name].dtype == held.dtype
    assert again["wide"].flags.f_contiguous  # as it was, so that nothing is copied to be solved
    assert not again["wide"].flags.writeable
    del again
    [path] = tmp_path.rglob("wide.npy")
    with path.open("r+b") as opened:  # a bit of a number, which leaves it a number
        opened.seek(-3, 2)
        opened.write(b"\x01")
    np.testing.assert_array_equal(arrays.kept_arrays("some", make)["wide"], first["wide"])
    arrays.kept_arrays("some", make)
    assert made == [1, 1]


def test_kept_arrays_are_compared_with_their_checksums_once_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every question read 0.4 GB once more, to compare it with checksums of a minute ago."""
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    summed: list[str] = []

    def sum_of(path: Path) -> str:
        summed.append(path.name)
        return sha256_of(path)

    monkeypatch.setattr(arrays, "sha256_of", sum_of)
    made: list[int] = []

    def make() -> arrays.Arrays:
        made.append(1)
        return {"one": np.ones(3), "two": np.zeros(2)}

    arrays.kept_arrays("some", make)
    summed.clear()
    arrays.kept_arrays("some", make)
    assert summed == []
    [index] = tmp_path.rglob(arrays._CHECKSUMS)
    [path] = tmp_path.rglob("one.npy")
    long_ago = time.time() - 2 * arrays._DAY
    os.utime(index, (long_ago, long_ago))
    arrays.kept_arrays("some", make)
    assert sorted(summed) == ["one.npy", "two.npy"]
    summed.clear()
    arrays.kept_arrays("some", make)
    assert (summed, made) == ([], [1])
    stamp = path.stat()
    with path.open("r+b") as opened:  # a disk that loses a bit changes no time
        opened.seek(-3, 2)
        opened.write(b"\x01")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    os.utime(index, (long_ago, long_ago))
    assert arrays.kept_arrays("some", make)["one"].tolist() == [1, 1, 1]
    assert made == [1, 1]


def test_the_installed_file_is_summed_once_and_again_when_another_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "bench_cache.npz"
    path.write_bytes(b"one")
    first = arrays._sha256_known(path)
    assert first == sha256_of(path)
    monkeypatch.setattr(arrays, "sha256_of", lambda _: pytest.fail("summed again"))
    assert arrays._sha256_known(path) == first
    monkeypatch.undo()
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    other = tmp_path / "other"
    other.write_bytes(b"two")
    stamp = path.stat()
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    other.replace(path)
    assert arrays._sha256_known(path) == sha256_of(path) != first


@pytest.mark.skipif(sys.platform != "linux", reason="its system says how much of a file is mapped")
def test_what_was_read_of_a_mapped_table_does_not_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mapped() -> int:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("RssFile:")[1].split()[0])

    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    rows, columns = 4 * arrays._ROWS + 1, 2_000
    made = {"coefficients": np.random.default_rng(1).random((rows, columns))}
    arrays.kept_arrays("some", lambda: made)
    known = arrays.kept_arrays("some", lambda: pytest.fail("worked out again"))
    output = np.arange(1.0, columns + 1)
    table = arrays.Benchmark(
        arrays._grid(["AAA"], ["A01"]), known["coefficients"], output, output, {}
    )
    before, kilobytes = mapped(), rows * columns * 8 // 1024
    sellers, buyers = np.arange(rows), np.array([3, 1_500])
    found = table.block(sellers, buyers)
    assert mapped() - before < kilobytes / 4
    plain = np.rint(made["coefficients"][:, buyers] * output[buyers] * (1e6 / arrays._STEP))
    np.testing.assert_array_equal(found, plain * arrays._STEP)


def test_arrays_are_worked_out_where_nothing_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "file"))
    found = arrays.kept_arrays("some", lambda: {"one": np.ones(3)})
    assert found["one"].tolist() == [1, 1, 1]


def test_only_some_sets_of_arrays_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    for number in range(20):
        arrays.kept_arrays(f"set-{number}", lambda: {"one": np.ones(3)})
    [folder] = tmp_path.iterdir()
    assert len(list(folder.iterdir())) == arrays._MOST


def test_a_network_from_the_cache_is_the_one_that_was_worked_out(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    path = shipped(tmp_path, table, monkeypatch)
    monkeypatch.setattr(wheel, "installed_file", lambda: path)

    def known() -> value_added.Known:
        value_added.forget()
        found = value_added.economy_of(Lake.open(), Period.parse(2022))
        assert isinstance(found, value_added.Known)
        return found

    first, again = known(), known()
    plain = network(solved(first.solved.economy), cap=0.3)
    for held in (first.network(0.3), again.network(0.3), again.network(0.3)):
        np.testing.assert_array_equal(held.buying, plain.buying)
        assert (held.part <= 0.3 + 1e-12).all()
        for one, other in zip(held.closeness, plain.closeness, strict=True):
            np.testing.assert_array_equal(one, other)
        use = np.arange(1.0, len(held.output) + 1)
        np.testing.assert_array_equal(held.solved.output_for(use), plain.solved.output_for(use))
    value_added.forget()


@pytest.mark.parametrize("index", ["{}", "[]", "null", '"x"', "1", "[" * 100_000, ""])
def test_a_damaged_index_of_kept_arrays_is_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    folder = tmp_path / arrays._FOLDER / "some"
    folder.mkdir(parents=True)
    (folder / arrays._CHECKSUMS).write_text(index, encoding="utf-8")
    assert arrays.kept_arrays("some", lambda: {"one": np.ones(3)})["one"].sum() == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems only")
def test_an_index_that_is_no_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    folder = tmp_path / arrays._FOLDER / "some"
    folder.mkdir(parents=True)
    os.mkfifo(folder / arrays._CHECKSUMS)
    assert arrays.kept_arrays("some", lambda: {"one": np.ones(3)})["one"].sum() == 3


def test_kept_arrays_delete_nothing_that_is_not_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the cache may be a link to a place with other things in it."""
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    other = [tmp_path / "documents" / f"letter-{number}" for number in range(2 * arrays._MOST)]
    for one in other:
        one.mkdir(parents=True)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / arrays._FOLDER).symlink_to(tmp_path / "documents")
    arrays.kept_arrays("some", lambda: {"one": np.ones(3)})
    assert all(one.is_dir() for one in other)


def test_arrays_of_another_user_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote them wrote their checksums as well."""
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    arrays.kept_arrays("some", lambda: {"one": np.zeros(3)})
    assert arrays.kept_arrays("some", lambda: {"one": np.ones(3)})["one"].sum() == 0
    monkeypatch.setattr(os, "getuid", lambda: 12345, raising=False)
    assert arrays.kept_arrays("some", lambda: {"one": np.ones(3)})["one"].sum() == 3
