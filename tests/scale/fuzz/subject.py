"""What is fuzzed: a parser with one kind of its files, and what such a file says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from entrepot.sources.parser import FileOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from fuzz.grid import Grid

    Key = tuple[Any, ...]

__all__ = ["Case", "Expected", "Made", "Subject"]


@dataclass
class Made:
    """A file that is right, before it is written.

    Attributes
    ----------
    grid, name, said
        Its table, what it is called, and what the user says of it.
    delim, encoding
        How it is usually written.
    fixed
        Whether its columns have to stay where they are.
    packs
        Whether it may come in an archive.
    sure
        Whether it has to be read; not so where what the user says of it was changed.
    note
        What the oracle wants to know.
    """

    grid: Grid
    name: str
    said: FileOptions = field(default_factory=FileOptions)
    delim: str = ","
    encoding: str = "utf-8"
    fixed: bool = False
    packs: bool = True
    sure: bool = True
    note: Any = None


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes
    ----------
    subject, seed
        What makes it again.
    data, name, said
        The file.
    did
        What was done to it.
    first_name
        What the file was called before it was packed.
    plain
        The file before anything was done, where nothing that was done may make a difference.
    damaged
        Whether bytes were changed, and not only cells.
    packed
        What a 7z holds.
    note
        From `Made`.
    """

    subject: str
    seed: int
    data: bytes
    name: str
    said: FileOptions
    did: tuple[str, ...]
    first_name: str
    plain: bytes | None = None
    damaged: bool = False
    packed: bytes | None = None
    note: Any = None

    @property
    def before(self) -> Case | None:
        """The same input before anything was done, where that may make no difference."""
        if self.plain is None:
            return None
        return replace(self, data=self.plain, name=self.first_name, plain=None, packed=None)


@dataclass
class Expected:
    """What a file says.

    Attributes
    ----------
    values
        Sum of the values by what tells rows apart.
    rules
        Findings that there have to be, because something was left out or added up.
    """

    values: dict[Key, float] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)

    def add(self, key: Key, value: float) -> None:
        self.values[key] = self.values.get(key, 0.0) + value


@dataclass(frozen=True)
class Subject:
    """A parser and one kind of its files.

    Attributes
    ----------
    id, source
        Name of the kind, and the source whose parser reads it.
    make
        Makes a file that is right.
    write
        Writes a table in another form than delimited text: bytes, and what was done.
    expect
        Says what the bytes of a case mean; raises `Refused` or `CannotSay`.
    key, value
        Columns that tell its rows apart in `Expected`, and those of which the first that is not
        null is the value; 1 if all are.
    weight
        How many inputs it gets in a long run, in thousands.
    slack
        By how much a value may be off because it is rounded in another way.
    negative
        Whether values below zero are allowed.
    without_sums
        Whether the form has no checksums: readers may differ on damaged bytes, and neither is
        wrong.
    """

    id: str
    source: str
    make: Callable[[Random], Made]
    expect: Callable[[Case], Expected]
    key: tuple[str, ...] = ("reported_by", "freq", "period", "exporter", "importer", "product")
    value: tuple[str, ...] = ("value_usd", "value_reported")
    write: Callable[[Random, Made, bool], tuple[bytes, list[str]]] | None = None
    weight: int = 100
    slack: float = 1e-6
    negative: bool = False
    without_sums: bool = False
