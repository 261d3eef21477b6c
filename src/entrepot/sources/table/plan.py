"""What a mapping means for the columns of one file: which are read, and what each number says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.sources.table.mapping import MARKS, NUMBERS, is_missing
from entrepot.sources.table.periods import fiscal_years, month_number, not_calendar, read_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.sources.table.mapping import MappedColumn, Mapping

WHERE = "mapping, columns"
_PLACE = re.compile("column [0-9]+")


@dataclass(frozen=True, slots=True)
class Number:
    """One column of numbers: its place in the file, and what the mapping says about it.

    Attributes
    ----------
    others
        Places of further columns of the same meaning, of which a row has one at most: exports to
        members of a union beside exports to others.
    """

    place: int
    column: MappedColumn
    others: tuple[int, ...] = ()

    @property
    def places(self) -> tuple[int, ...]:
        """Places of all its columns."""
        return (self.place, *self.others)

    def of(self, row: Sequence[str], mapping: Mapping) -> int:
        """Return the place of the cell that says it in a row; the first, if none does."""
        said = (place for place in self.places if not is_missing(row[place], mapping))
        return next(said, self.place)

    @property
    def scale(self) -> float:
        """What its cells are multiplied by; tons become kilograms."""
        return (self.column.scale or 1.0) * (1000.0 if self.column.unit == "t" else 1.0)


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """One value in each row, with the mass and quantity that belong to it.

    Attributes
    ----------
    says
        What holds for all its rows, by name (`entrepot.sources.table.mapping.CONSTANTS`).
    value
        None in a table of masses or quantities alone.
    """

    says: dict[str, str]
    value: Number | None
    mass: Number | None = None
    quantity: Number | None = None

    @property
    def numbers(self) -> tuple[Number, ...]:
        """What decides whether a row says anything: its value, or else mass and quantity."""
        alone = tuple(one for one in (self.mass, self.quantity) if one)
        return (self.value,) if self.value else alone


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is read.

    Attributes
    ----------
    names
        Its columns.
    places
        Place of the column with each role that stands once.
    marks
        Places of the columns of marks, by role.
    groups
        The values in each row: one, or several in a wide file.
    """

    mapping: Mapping
    names: tuple[str, ...]
    places: dict[str, int]
    marks: dict[str, tuple[int, ...]]
    groups: tuple[ValueColumns, ...]

    @property
    def read(self) -> list[int]:
        """Places of the columns that are read."""
        numbers = (n for g in self.groups for n in (g.value, g.mass, g.quantity) if n)
        chosen = (self.names.index(name) for name in self.mapping.select)
        marks = (place for places in self.marks.values() for place in places)
        return sorted(
            {
                *self.places.values(),
                *marks,
                *chosen,
                *(place for n in numbers for place in n.places),
            }
        )

    @property
    def has_value(self) -> bool:
        """Whether there is money in the table."""
        return any(group.value for group in self.groups)

    @property
    def unit(self) -> float:
        """What the last digit of a whole number in the cells is worth, at most."""
        return max(one.scale for group in self.groups for one in group.numbers)

    def column(self, role: str) -> MappedColumn:
        """Return what the mapping says about the column with a role."""
        return self.mapping.columns[self.names[self.places[role]]]

    def says(self, name: str) -> bool:
        """Whether a column or every value says something."""
        return name in self.places or all(name in group.says for group in self.groups)


def make_plan(mapping: Mapping, names: tuple[str, ...], label: str) -> Plan:
    """Return how a file with these columns is read.

    Raises
    ------
    BadFileError
        If a column is neither mapped nor ignored, or two say one thing.
    UnknownNameError
        If the mapping names a column that the file has not.
    """
    _all_known(mapping, names, label)
    # A currency of the entire file is put into each column, so that columns of one meaning are
    # equal.
    columns = {
        name: _money(mapping, column)
        for name, column in (mapping.columns | _wide(mapping, names)).items()
    }
    read = {*columns, *mapping.ignore, *mapping.select}
    left = [name for name in names if name not in read]
    if left:
        raise BadFileError(
            f"neither mapped nor ignored: {', '.join(map(repr, left[:20]))}"
            + (f" and {len(left) - 20} more" if len(left) > 20 else ""),
            where=label,
            why="an ignored column may be the one that states the unit",
            hint="add each to columns or to ignore in the mapping",
        )
    return Plan(
        mapping=mapping,
        names=names,
        places=_places(columns, names),
        marks={
            mark: tuple(names.index(name) for name, c in columns.items() if c.role == mark)
            for mark in MARKS
        },
        groups=_groups(mapping, columns, names),
    )


def _money(mapping: Mapping, column: MappedColumn) -> MappedColumn:
    """Return a column of values with what the whole file says of money."""
    said = {
        key: value
        for key in ("currency", "scale")
        if getattr(column, key) is None and (value := getattr(mapping, key)) is not None
    }
    return column.model_copy(update=said) if said and column.role == "value" else column


def _all_known(mapping: Mapping, names: Sequence[str], label: str) -> None:
    for key, listed in (
        ("columns", mapping.columns),
        ("ignore", mapping.ignore),
        ("select", mapping.select),
    ):
        for name in listed:
            # A column without a name and without a cell may be missing, and nothing with it.
            if name not in names and not (key == "ignore" and _PLACE.fullmatch(name)):
                raise UnknownNameError(
                    "column",
                    name,
                    names,
                    where=f"mapping, {key}; {label}, row {mapping.head}",
                    hint=f"the file has {', '.join(map(repr, names[:30]))}",
                )
    twice = sorted(set(mapping.columns) & set(mapping.ignore))
    if twice:
        raise BadFileError(
            f"mapped and ignored at once: {', '.join(map(repr, twice))}", where="mapping, ignore"
        )


def _wide(mapping: Mapping, names: Sequence[str]) -> dict[str, MappedColumn]:
    """Return the columns whose names are periods (or months, beside a column of years)."""
    if mapping.wide is None:
        return {}
    years = any(column.role == "year" for column in mapping.columns.values())
    _refuse_fiscal(mapping, names)
    found: dict[str, MappedColumn] = {}
    for name in names:
        if name in mapping.columns or name in mapping.ignore or name in mapping.select:
            continue
        if years and month_number(name):
            found[name] = mapping.wide.model_copy(update={"month": name})
        # With a column of years only names of months are times.
        elif not years and (read_span(name) or (mapping.year_starts and fiscal_years([name]))):
            found[name] = mapping.wide.model_copy(update={"period": name})
    if not found:
        raise BadFileError(
            "no column whose name is a period",
            where="mapping, wide",
            hint="leave wide out, or map the columns one by one",
        )
    return found


def _refuse_fiscal(mapping: Mapping, names: Sequence[str]) -> None:
    """Refuse columns called by fiscal years."""
    free = [n for n in names if n not in {*mapping.columns, *mapping.ignore, *mapping.select}]
    if mapping.year_starts or mapping.freq == "M":
        return
    called = [name for name in free if read_span(name) or fiscal_years([name])]
    # 2022-23 is no month and so surely fiscal; 2010-11 is one only if its neighbours are, too.
    years = [name for name in called if read_span(name) is None] or fiscal_years(called)
    if years and (len(called) > 1 or read_span(years[0]) is None):  # 2010-11 alone may be a month
        raise not_calendar(years[0])


def _places(columns: dict[str, MappedColumn], names: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for name, column in columns.items():
        if column.role in NUMBERS or column.role in MARKS:
            continue
        if column.role in places:
            raise BadFileError(
                f"two columns with the role {column.role}: "
                f"{names[places[column.role]]!r} and {name!r}",
                where=WHERE,
                hint="keep the one that is surer (a code rather than a name), ignore the other",
            )
        places[column.role] = names.index(name)
    return places


def _groups(
    mapping: Mapping, columns: dict[str, MappedColumn], names: Sequence[str]
) -> tuple[ValueColumns, ...]:
    groups: dict[frozenset[tuple[str, str]], ValueColumns] = {}
    numbers = [(n, Number(names.index(n), c)) for n, c in columns.items() if c.role in NUMBERS]
    for name, number in numbers:
        if number.column.role == "value":
            # What the column says of its numbers (flow, period, basis ...) is their meaning: equal
            # sets are columns of one meaning, in any order of keys.
            own = frozenset(number.column.constants().items())
            first = groups[own].value if own in groups else None
            if first and first.column != number.column:
                raise same_meaning(names[first.place], name)
            # Whether a row has one of them at most is tested on the cells, in `check`.
            number = replace(first, others=(*first.others, number.place)) if first else number
            groups[own] = ValueColumns(mapping.constants() | dict(own), number)
    if not groups:
        groups = _without_values(mapping, [number for _, number in numbers])
    for name, number in numbers:
        role = number.column.role
        if role != "value":
            own = frozenset(number.column.constants().items())
            # A plain mass next to a single value belongs to it, though the value says its flow and
            # the mass does not.
            key = next(iter(groups)) if len(groups) == 1 and not own else own
            if key not in groups:
                raise _alone(name, role)
            if getattr(groups[key], role) is not None:
                raise same_meaning(names[getattr(groups[key], role).place], name)
            with_it = replace(groups[key], mass=number) if role == "mass" else None
            groups[key] = with_it or replace(groups[key], quantity=number)
    return tuple(groups.values())


def _without_values(
    mapping: Mapping, numbers: Sequence[Number]
) -> dict[frozenset[tuple[str, str]], ValueColumns]:
    """Return the groups of a table that has masses or quantities alone."""
    if not numbers:
        raise BadFileError(
            "no column with the role value, mass or quantity",
            where=WHERE,
            hint="which column has the money? {role: value, currency: USD, scale: 1}",
        )
    said = [frozenset(number.column.constants().items()) for number in numbers]
    return {own: ValueColumns(mapping.constants() | dict(own), None) for own in said}


def same_meaning(first: str, second: str, where: str = WHERE) -> BadFileError:
    """Return the error for two columns that say one thing."""
    return BadFileError(
        f"two columns of one meaning: {first!r} and {second!r}",
        where=where,
        why="both would be counted",
        hint="ignore one, or say how they differ: flow, partner_basis, period ...",
    )


def _alone(name: str, role: str) -> BadFileError:
    return BadFileError(
        f"the {role} {name!r} belongs to no column of values",
        where=WHERE,
        hint="say of it what is said of its value: flow, partner_basis, period ...",
    )
