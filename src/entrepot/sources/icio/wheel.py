"""The table in the installed package sanction-simulator: found and read, never imported."""

from __future__ import annotations

import json
import mmap
import os
import shutil
import tempfile
import threading
import time
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.limits import files_allowed
from entrepot.settings import cache_folder
from entrepot.sources.icio.sectors import Grid, cells, together
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from entrepot.sources.icio.sectors import Cells, Numbers, Places

    Arrays = dict[str, np.ndarray[Any, Any]]

KNOWN = {"572753a929a2916dde290c8a3925599ac7f0f2e398b499a550e9cd5dc92f61c7": 2022}
"""Year of each file by its SHA-256: the file itself does not say it."""
# A: each seller's share in a buyer's inputs; omb: inputs over output; go: output; z: final sales.
NEEDED = ("A", "omb", "go", "z", "countries", "sectors")
# The package's makers clip omb here.
CAP = 0.98
_STEP = 100.0  # USD; the OECD prints four decimals of a million
_SLACK = 1e-6  # m USD by which a row may miss its total
_ROWS = 512
"""Rows of the table that are looked at in one go: of all of them a column touches every page."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The whole table.

    Attributes
    ----------
    grid
        What rows and columns stand for.
    coefficients
        What each buyer (column) buys of each seller (row) for one unit of its output. An economy is
        made on this very array: a second one would be 128 MB more.
    inputs
        All inputs of each buyer from these countries, m USD.
    output
        What each makes, m USD.
    cut
        By place of a column that was cut: by how much its inputs had to grow.
    """

    grid: Grid
    coefficients: Numbers
    inputs: Numbers
    output: Numbers
    cut: dict[int, float]

    def block(self, sellers: Places, buyers: Places) -> Numbers:
        """Return inputs in whole USD: a row for each of `sellers`, a column for each buyer."""
        import numpy as np

        # Shares times output lie on the four decimals that the OECD prints, but for rounding of
        # doubles: the nearest step of 100 USD is the printed value.
        found: Numbers = np.empty((len(sellers), len(buyers)))
        for first in range(0, len(sellers), _ROWS):
            some = slice(first, first + _ROWS)
            found[some] = self.coefficients[np.ix_(sellers[some], buyers)]
            _let_go(self.coefficients)
        found *= self.output[buyers]
        found *= 1e6 / _STEP
        # In place, as the lines around it: a block may have a hundred megabytes.
        np.rint(found, out=found)
        found *= _STEP
        return found

    def to_arrays(self) -> Arrays:
        """Return the table as arrays alone, for `kept_arrays`."""
        import numpy as np

        places = list(self.cut)
        return {
            "areas": np.array(self.grid.areas),
            "sectors": np.array(self.grid.sectors),
            "coefficients": self.coefficients,
            "inputs": self.inputs,
            "output": self.output,
            "cut_places": np.array(places, dtype=np.int64),
            "cut_factors": np.array([self.cut[place] for place in places], dtype=np.float64),
        }

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Benchmark:
        """Return the table that `to_arrays` took apart."""
        cut = zip(arrays["cut_places"].tolist(), arrays["cut_factors"].tolist(), strict=True)
        return cls(
            grid=_grid(arrays["areas"].tolist(), arrays["sectors"].tolist()),
            coefficients=arrays["coefficients"],
            inputs=arrays["inputs"],
            output=arrays["output"],
            cut=dict(cut),
        )


def read_arrays(path: Path, name: str) -> Arrays:
    """Read what is needed of the file; nothing in it is run.

    Raises
    ------
    MissingExtraError
        If NumPy is not installed.
    BadFileError
        If it is not such a file.
    """
    try:
        import numpy as np
    except ImportError as error:
        raise MissingExtraError("numpy", "icio") from error
    try:
        # A pickle in the file could run code; arrays of numbers and text need none.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            return {key: stored[key] for key in NEEDED}
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFileError(f"the arrays cannot be read ({error})", where=name) from error


def benchmark(arrays: Arrays, name: str) -> Benchmark:
    """Return the table behind the arrays, with what was cut off put back.

    Raises
    ------
    BadFileError
        If a row does not add up to the output of its sector then.
    """
    import numpy as np

    shares: Numbers = arrays["A"]
    # What is missing in the sellers' rows is what the cap cut off the buyers' columns: missing =
    # columns @ more, a small least-squares problem with an exact answer.
    inputs: Numbers = arrays["omb"] * arrays["go"]
    missing = arrays["go"] - arrays["z"] - shares @ inputs
    places = np.flatnonzero(arrays["omb"] >= CAP)
    columns = shares[:, places] * inputs[places]
    more, *_ = np.linalg.lstsq(columns, missing)
    worst = float(np.abs(missing - columns @ more).max())
    # `not <=` also catches NaN. Inputs that would have to shrink were not cut off.
    if not worst <= _SLACK or (more < -_SLACK).any():
        raise BadFileError(
            f"what a sector sells differs from its output by USD {worst:.3g} m",
            where=name,
            why="the shares in the file cannot be turned into values with certainty",
        )
    inputs[places] *= 1 + more
    output: Numbers = arrays["go"]
    # A (shares of all inputs) becomes coefficients (of output), in place; a sector without output
    # buys nothing.
    shares *= np.divide(inputs, output, out=np.zeros_like(output), where=output > 0)
    return Benchmark(
        grid=_grid([str(c) for c in arrays["countries"]], [str(s) for s in arrays["sectors"]]),
        coefficients=shares,
        inputs=inputs,
        output=output,
        cut=dict(zip(places.tolist(), (1 + more).tolist(), strict=True)),
    )


def _grid(areas: list[str], sectors: list[str]) -> Grid:
    """Return the order of the file: sector by sector, the countries inside."""
    import numpy as np

    return Grid(
        tuple(areas),
        tuple(sectors),
        # Two bytes and one: cells repeat these codes 16 million times.
        np.tile(np.arange(len(areas), dtype=np.int16), len(sectors)),
        np.repeat(np.arange(len(sectors), dtype=np.int8), len(areas)),
    )


# What takes seconds to work out of a table is kept in files, and mapped into memory from there.


_FOLDER = "icio-3"
"""Of the user's cache; another number where what is kept is worked out in another way."""
_CHECKSUMS = "checksums.json"
_DAY = 86_400
"""Seconds after which kept files are compared with their checksums again, and not only with size
and time of change: of 0.4 GB that takes as long as the rest of a question."""
_SMALL = 1_000_000
"""Bytes of a file that is read and not mapped: an empty array cannot be."""
_MOST = 12
"""Sets of arrays kept of tables and their factors, 128 MB each."""


def kept_arrays(
    name: str, make: Callable[[], Arrays], *, inside: str = _FOLDER, most: int = _MOST
) -> Arrays:
    """Return arrays that were worked out before, mapped from the user's cache, or work them out.

    They are read-only. Each file is compared with the size and the time at which it was written,
    and once a day with its checksum, for what follows from it is shown as the table's own. What
    cannot be read or kept, or belongs to another user, is worked out again.

    Parameters
    ----------
    name
        What they follow from, by its checksum, and how: a name of a folder.
    inside
        The folder of the cache for sets of their kind.
    most
        Sets kept there; of more, those that were not compared for longest are deleted.
    """
    if not files_allowed():  # a server opens nothing but its lake
        return make()
    folder = cache_folder() / inside
    try:
        return _mapped(folder / name)
    except (OSError, ValueError, KeyError, TypeError, EOFError, RecursionError):
        made = make()  # they are not there, or damaged
    with suppress(OSError):  # no space, or nothing may be written: then the next one works it out
        _keep(folder, name, made, most)
    return made


def _mapped(folder: Path) -> Arrays:
    import numpy as np

    index = folder / _CHECKSUMS
    # In a shared cache folder another user could plant numbers; Windows has no such ids.
    if not index.is_file() or (hasattr(os, "getuid") and index.stat().st_uid != os.getuid()):
        raise ValueError(f"{index} is no file of this user")
    known = json.loads(index.read_text(encoding="utf-8"))
    if not (known and isinstance(known, dict)):
        raise ValueError(f"{index} is damaged")
    # A clock that was set back gives a negative age, which does not count as fresh.
    is_due = not 0 <= time.time() - index.stat().st_mtime < _DAY
    found = {}
    for key, (sha, *stamp) in known.items():
        path = folder / f"{key}.npy"
        if _stamp(path) != stamp or (is_due and sha256_of(path) != sha):
            raise ValueError(f"{path} is damaged")
        how: Literal["r"] | None = "r" if stamp[0] > _SMALL else None
        found[key] = np.asarray(np.load(path, mmap_mode=how, allow_pickle=False))
    if is_due:
        with suppress(OSError):
            # The index's time of change is when checksums were last compared.
            os.utime(index)
    return found


def _stamp(path: Path) -> list[int]:
    """Return size and time of change of a file, which differ after it was written to."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _keep(folder: Path, name: str, made: Arrays, most: int) -> None:
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    # In the same folder, so that the rename is one step: nobody reads half of a set.
    draft = Path(tempfile.mkdtemp(dir=folder, prefix="draft-"))
    try:
        for key, stored in made.items():
            np.save(draft / f"{key}.npy", stored, allow_pickle=False)
        paths = {key: draft / f"{key}.npy" for key in made}
        sums = {key: [sha256_of(path), *_stamp(path)] for key, path in paths.items()}
        (draft / _CHECKSUMS).write_text(json.dumps(sums), encoding="utf-8")
        shutil.rmtree(folder / name, ignore_errors=True)  # which was damaged
        # Fails where another process was first; its arrays are the same.
        draft.rename(folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    cached = [
        one.parent for one in folder.glob(f"*/{_CHECKSUMS}")
    ]  # and nothing else that is there
    for one in sorted(cached, key=lambda one: one.stat().st_mtime)[:-most]:
        shutil.rmtree(one, ignore_errors=True)


PACKAGE = "sanction_simulator"
INSIDE = "data/bench_cache.npz"
YEARS = frozenset(KNOWN.values())


@dataclass(frozen=True, slots=True)
class Installed:
    """The installed table, with the year it is for and the first digits of its hash."""

    table: Benchmark
    year: int
    snapshot: str

    def added_up(
        self,
        importers: frozenset[str],
        exporters: frozenset[str],
        made: frozenset[str],
        goods: frozenset[str],
    ) -> list[tuple[str, str, str, bool, float, int]]:
        """Return what `importers` buy from anybody and what `exporters` sell to anybody.

        It is added up by both areas, the sector that buys, and whether goods were made.

        Parameters
        ----------
        made
            Sectors whose inputs count; none for all.
        goods
            Sectors that make goods.

        Returns
        -------
        rows
            Exporter, importer, sector that buys, whether goods are made, whole USD (so that sums
            are exact in any order), and how many rows they are from.
        """
        import numpy as np

        grid, found = self.table.grid, self._cells(importers, exporters)
        size = (len(grid.areas), len(grid.areas), len(grid.sectors), 2)
        is_goods = np.array([code in goods for code in grid.sectors])[found["made"]]
        # Four codes become one number, by which bincount adds up in one pass without sorting.
        place = np.ravel_multi_index(
            (found["seller"], found["buyer"], found["used"], is_goods.astype(np.int8)), size
        )
        usd = found["usd"]
        if made:
            kept = np.array([code in made for code in grid.sectors])[found["made"]]
            place, usd = place[kept], usd[kept]
        rows = np.bincount(place)
        there = np.flatnonzero(rows)
        seller, buyer, used, flag = np.unravel_index(there, size)
        columns = (
            map(grid.areas.__getitem__, seller.tolist()),
            map(grid.areas.__getitem__, buyer.tolist()),
            map(grid.sectors.__getitem__, used.tolist()),
            flag.astype(bool).tolist(),
            np.bincount(place, weights=usd)[there].tolist(),
            rows[there].tolist(),
        )
        return list(zip(*columns, strict=True))

    def _cells(self, importers: frozenset[str], exporters: frozenset[str]) -> Cells:
        import numpy as np

        grid = self.table.grid
        everybody = np.arange(len(grid.area_of))
        buyers, sellers = grid.of_areas(importers), grid.of_areas(exporters)
        # Without the buyers above, so that no cell comes twice.
        others = np.delete(everybody, buyers)
        blocks = [(everybody, buyers), (sellers, others)]
        return together([cells(grid, self.table.block(*one), *one) for one in blocks])


def installed_file() -> Path | None:
    """Return where the table lies, or None if the package is not installed.

    The package's code is not run: looking for a top-level package only reads folders.
    """
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    found = [path for folder in folders or () if (path := Path(folder, INSIDE)).is_file()]
    return found[0] if found else None


def installed() -> Installed | None:
    """Return the installed table; None where there is none, or a file that we do not know.

    Raises
    ------
    MissingExtraError
        If NumPy is not installed.
    """
    path = installed_file()
    if path is None:
        return None
    with _TURN:
        return _read(path)


def forget() -> None:
    """Let go of the memory of the installed table, which is read again when it is asked again.

    A table that lies in a file stays mapped from there: a server that could open the file at its
    start may not do so later.
    """
    if _MAPPED:
        let_pages_go()
    else:
        _read.cache_clear()


def let_pages_go() -> None:
    """Let the memory go of a table that lies in a file; of one that does not nothing changes."""
    for one in _MAPPED:
        _let_go(one)


def _map_of(stored: Numbers) -> mmap.mmap | None:
    # np.asarray(memmap) has the memmap as base, and that has the mmap object.
    mapped = getattr(stored.base, "base", None)
    return mapped if isinstance(mapped, mmap.mmap) else None


def _let_go(stored: Numbers) -> None:
    """Let the pages of an array go that is mapped from a file; they come back when it is read."""
    if mapped := _map_of(stored):
        with suppress(AttributeError):  # a system without such advice takes pages by itself
            mapped.madvise(mmap.MADV_DONTNEED)


_MAPPED: list[Numbers] = []
"""Of the arrays of the installed table those that are mapped from files."""


_TURN = threading.Lock()
"""Several questions that come at once read it once: each copy has a quarter of a gigabyte."""


@lru_cache(maxsize=1)
def _read(path: Path) -> Installed | None:
    sha = _sha256_known(path)
    if sha not in KNOWN:
        return None
    stored = kept_arrays(
        f"table-{sha}", lambda: benchmark(read_arrays(path, path.name), path.name).to_arrays()
    )
    _MAPPED[:] = [one for one in stored.values() if _map_of(one)]
    return Installed(Benchmark.of_arrays(stored), KNOWN[sha], sha[:12])


def _sha256_known(path: Path) -> str:
    """Return the SHA-256 of the installed file, as it was worked out since it was changed.

    Another file in its place has another size, time of change or number on the disk.
    """
    if not files_allowed():
        return sha256_of(path)
    stat = path.stat()
    # ctime and inode change with a file that is replaced under the old time of change.
    identity = [str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]

    def work_out() -> Arrays:
        import numpy as np

        return {"sha256": np.array(sha256_of(path))}

    name = f"hash-{sha256(repr(identity).encode()).hexdigest()[:16]}"
    return str(kept_arrays(name, work_out)["sha256"])
