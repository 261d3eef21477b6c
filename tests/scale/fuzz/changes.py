"""Changes of a table: those that must make no difference, and all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.cells import bent, hostile

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from fuzz.grid import Grid

    Change = Callable[[Random, Grid], str]


def permute_rows(draw: Random, grid: Grid) -> str:
    draw.shuffle(grid.rows)
    return "rows permuted"


def permute_columns(draw: Random, grid: Grid) -> str:
    order = list(range(len(grid.header)))
    draw.shuffle(order)
    grid.header[:] = [grid.header[place] for place in order]
    grid.rows[:] = [[row[place] for place in order] for row in grid.rows]
    return "columns permuted"


def _place(draw: Random, grid: Grid) -> tuple[int, int] | None:
    rows = [number for number, row in enumerate(grid.rows) if row]
    if not rows:
        return None
    row = draw.choice(rows)
    return row, draw.randrange(len(grid.rows[row]))


def hostile_cell(draw: Random, grid: Grid) -> str:
    place = _place(draw, grid)
    if place:
        grid.rows[place[0]][place[1]] = hostile(draw)
    return "hostile cell"


def hostile_column(draw: Random, grid: Grid) -> str:
    place = _place(draw, grid)
    if place:
        cell = hostile(draw)
        for row in grid.rows:
            if place[1] < len(row) and draw.random() < 0.8:
                row[place[1]] = cell
    return "hostile column"


def bent_cell(draw: Random, grid: Grid) -> str:
    place = _place(draw, grid)
    if place:
        row, column = place
        grid.rows[row][column] = bent(draw, grid.rows[row][column])
    return "bent cell"


def borrowed_cell(draw: Random, grid: Grid) -> str:
    """Put a cell of another row, or of another column, in place of one."""
    place = _place(draw, grid)
    other = _place(draw, grid)
    if place and other:
        column = place[1] if draw.random() < 0.7 else other[1]
        source = grid.rows[other[0]]
        grid.rows[place[0]][place[1]] = source[min(column, len(source) - 1)]
    return "borrowed cell"


def swapped_cells(draw: Random, grid: Grid) -> str:
    place = _place(draw, grid)
    if place:
        row = grid.rows[place[0]]
        other = draw.randrange(len(row))
        row[place[1]], row[other] = row[other], row[place[1]]
    return "swapped cells"


def doubled_row(draw: Random, grid: Grid) -> str:
    if grid.rows:
        row = draw.choice(grid.rows)
        grid.rows.insert(draw.randint(0, len(grid.rows)), list(row))
    return "doubled row"


def nearly_doubled_row(draw: Random, grid: Grid) -> str:
    doubled_row(draw, grid)
    return f"doubled row, {bent_cell(draw, grid)}"


def removed_row(draw: Random, grid: Grid) -> str:
    if grid.rows:
        del grid.rows[draw.randrange(len(grid.rows))]
    return "removed row"


def short_row(draw: Random, grid: Grid) -> str:
    place = _place(draw, grid)
    if place:
        del grid.rows[place[0]][place[1] :]
    return "short row"


def long_row(draw: Random, grid: Grid) -> str:
    place = _place(draw, grid)
    if place:
        grid.rows[place[0]].insert(place[1], draw.choice(["", "1", "x", "0"]))
    return "long row"


def odd_row(draw: Random, grid: Grid) -> str:
    width = len(grid.header)
    kinds = (
        list(grid.header),
        [""] * width,
        [" "],
        ["Total", *([""] * (width - 2)), "12345"],
        ["# a comment"],
        ["Source: Customs"],
        [hostile(draw) for _ in range(width)],
        ["0"] * width,
    )
    grid.rows.insert(draw.randint(0, len(grid.rows)), draw.choice(kinds))
    return "odd row"


def many_rows(draw: Random, grid: Grid) -> str:
    if grid.rows:
        row = draw.choice(grid.rows)
        grid.rows += [list(row) for _ in range(draw.choice([50, 3000]))]
    return "many rows"


def no_rows(_: Random, grid: Grid) -> str:
    grid.rows.clear()
    return "no rows"


def dropped_column(draw: Random, grid: Grid) -> str:
    if len(grid.header) > 1:
        place = draw.randrange(len(grid.header))
        del grid.header[place]
        for row in grid.rows:
            del row[place : place + 1]
    return "dropped column"


def doubled_column(draw: Random, grid: Grid) -> str:
    place, target = (draw.randrange(len(grid.header)) for _ in range(2))
    grid.header.insert(target, grid.header[place])
    for row in grid.rows:
        row.insert(target, row[place] if place < len(row) else "")
    return "doubled column"


def unknown_column(draw: Random, grid: Grid) -> str:
    place = draw.choice([0, len(grid.header), draw.randrange(len(grid.header))])
    name = draw.choice(["", "x", "Unnamed: 0", "note", "value (2)", "V1", "é", '"', "column 1"])
    grid.header.insert(place, name)
    for number, row in enumerate(grid.rows):
        row.insert(place, draw.choice(["", "x", str(number)]))
    return f"unknown column {name!r}"


def swapped_names(draw: Random, grid: Grid) -> str:
    one, two = (draw.randrange(len(grid.header)) for _ in range(2))
    grid.header[one], grid.header[two] = grid.header[two], grid.header[one]
    return "swapped names"


def bent_name(draw: Random, grid: Grid) -> str:
    place = draw.randrange(len(grid.header))
    grid.header[place] = bent(draw, grid.header[place])
    return "bent name"


def hostile_name(draw: Random, grid: Grid) -> str:
    grid.header[draw.randrange(len(grid.header))] = hostile(draw)
    return "hostile name"


def other_case(draw: Random, grid: Grid) -> str:
    change = draw.choice([str.upper, str.lower, str.title])
    grid.header[:] = [change(name) for name in grid.header]
    return "other case"


def shifted_header(_: Random, grid: Grid) -> str:
    grid.header[:] = grid.header[1:] + grid.header[:1]
    return "shifted header"


def no_header(_: Random, grid: Grid) -> str:
    if grid.rows:
        grid.header[:] = grid.rows.pop(0)
    return "no header"


KEEPS: tuple[Change, ...] = (permute_rows, permute_columns)
"""Changes that a reader of tables must not notice."""
CHANGES: tuple[Change, ...] = (
    *(hostile_cell, hostile_cell, hostile_cell, hostile_column, bent_cell, bent_cell, bent_cell),
    *(borrowed_cell, borrowed_cell, swapped_cells, doubled_row, nearly_doubled_row, removed_row),
    *(short_row, long_row, odd_row, dropped_column, doubled_column, unknown_column),
    *(swapped_names, bent_name, hostile_name, other_case, shifted_header),
)
"""Changes that may make a file wrong; those that stand twice are made more often."""
RARE: tuple[Change, ...] = (many_rows, no_rows, no_header)
"""Changes of which a few are enough."""
