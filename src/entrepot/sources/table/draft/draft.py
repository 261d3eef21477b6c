"""Draft a mapping by looking at a file."""

from __future__ import annotations

import csv
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import BadFileError, EntrepotError, RequestError
from entrepot.files import require_file
from entrepot.model.display import first_of, printable
from entrepot.sources.parser import RawFile
from entrepot.sources.table.cells import open_cells
from entrepot.sources.table.draft.areas import table_of_areas, with_paired_names
from entrepot.sources.table.draft.compose import compose
from entrepot.sources.table.draft.guess import Guess, guess_columns
from entrepot.sources.table.draft.head import look_at_head
from entrepot.sources.table.draft.questions import TODO, DraftQuestion, Questions, as_yaml
from entrepot.sources.table.draft.seen import look_at_columns
from entrepot.sources.table.draft.stacked import parts_side_by_side, plain_again
from entrepot.sources.table.draft.trial import QUESTION, Trial, Ways, only, read_with, stand_ins
from entrepot.sources.table.fields import nomenclature_of
from entrepot.sources.table.mapping import AREAS
from entrepot.sources.table.plain import about_merged
from entrepot.sources.text import unfinished
from entrepot.sources.unpack import members
from entrepot.sources.workbook import is_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.columns import Finding
    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.draft.head import Head
    from entrepot.sources.table.draft.seen import Seen

_ROWS = 3  # of numbers in each of two columns, so that it is no chance that they share none


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted mapping.

    Attributes
    ----------
    file
        Name of the file.
    text
        Closed YAML, ``TODO`` in the places that are open.
    mapping
        The same as data.
    questions
        What is open.
    rows, findings
        If nothing is: how many rows it reads; and what was noticed, open or not.
    parts
        Which of several tables in one sheet it is; empty where there is one.
    optional
        What the mapping may say besides, and the file does not.
    """

    file: str
    text: str
    mapping: dict[str, Any]
    questions: tuple[DraftQuestion, ...]
    rows: int | None = None
    findings: tuple[Finding, ...] = ()
    parts: str = ""
    optional: tuple[DraftQuestion, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as plain JSON types."""
        return {
            "file": self.file,
            "text": self.text,
            "mapping": self.mapping,
            "questions": [question.to_dict() for question in self.questions],
            "rows": self.rows,
            "findings": [finding.to_dict() for finding in self.findings],
            "parts": self.parts,
            "optional": [question.to_dict() for question in self.optional],
        }


def draft_mapping(
    path: Path, *, areas: Path | None = None, sheet: str | None = None, part: int = 1
) -> Draft:
    """Return a mapping for a file, as far as the file says what its columns are.

    A draft without a question has been tried: the file is read with it.

    Parameters
    ----------
    areas
        A table of the codes that the file has for areas, where they are those of one country's
        statistics.
    sheet
        Name of the sheet of a workbook, or of the table of a web page or JSON.
    part
        Which table is meant, where several stand in one sheet; the first is 1.

    Raises
    ------
    BadFileError
        If the file is no table.
    RequestError
        If there is no such part.
    """
    require_file(path, hint="name a CSV, Excel, HTML, JSON or Parquet file")
    if areas is not None:
        require_file(areas, hint="name a CSV, Excel or Parquet file with codes and areas")
    with tempfile.TemporaryDirectory() as folder:
        return _draft(RawFile(path, path.name), Path(folder), areas, sheet, part)


def _draft(file: RawFile, scratch: Path, areas: Path | None, sheet: str | None, part: int) -> Draft:
    path, label = file.path, file.name
    # A workbook is a zip archive, too, but not one to unpack.
    if not is_workbook(path):
        member = next(members(file, scratch), None)
        if member is None:
            raise BadFileError("an archive without a file", where=file.name)
        _, label, path = member
    head, columns, last = _look(path, label, scratch, sheet, part)
    one_of, others = _one_part(head, columns, part, label)
    says, asks, answered, trial = _tried(file, scratch, head, columns, areas, others)
    notes = [f"Drafted from {file.name}; `entrepot data add table FILE --map` reads it."]
    if areas and not any(isinstance(one.get("codes"), dict) for one in says["columns"].values()):
        notes.append(f"{areas.name} was not used: no column has a name of areas, such as Country.")
    notes += [one_of] if one_of else []
    notes += [_of_marks(one) for one in columns if one.name in says["ignore"] and _are_marks(one)]
    # The last row without an area is a total at the foot; one inside the table would be a real gap.
    if "last_row" not in head.says and trial.is_empty_at(last):
        notes.append(f"Row {last}, the last, names no area: a total at the foot, as a rule.")
        head = replace(head, says=head.says | {"last_row": last - 1})
        head, columns, last = _look(path, label, scratch, sheet, part, head)
        says, asks, answered, trial = _tried(file, scratch, head, columns, areas, others)
    merged = tuple(about_merged(path, label, head.reading()))
    notes += [f"{one.level}: {one.text} ({one.example})" for one in merged]
    above: dict[str, list[str]] = {}
    # Reading the entire file a few more times, since only the numbers show what repeated rows are.
    if answered and trial.is_repeated:
        ways = Ways.found(file, scratch, answered, columns)
        if ways.settled:
            says, trial = only(says, ways.totals), ways.by_totals
            notes.append(
                "Totals are listed together with their parts: `select` keeps one row of each flow."
            )
        elif ways.read == ("totals",):
            says, trial = says | {"repeated": "totals"}, ways.largest
            notes.append("In every flow of several rows the others add up to the largest: a total.")
        else:
            above["repeated"] = ways.remarks(trial)
            says = says | {"repeated": asks.ask("repeated", QUESTION, *ways.read)}
    text = as_yaml(says, asks, notes, above)
    # With open questions an error may be due to the stand-ins, so it counts only if it is of the
    # file.
    if trial.error and (not asks.asked or trial.is_of_the_file) and not trial.is_repeated:
        return replace(_refused(file, text, says, asks, trial.error), findings=merged)
    read = None if asks.asked else trial.rows
    noticed = merged if asks.asked else trial.findings or merged
    open_, optional = (tuple(each.values()) for each in (asks.asked, asks.offered))
    return Draft(file.name, text, says, open_, read, noticed, one_of, optional)


def _one_part(
    head: Head, columns: tuple[Seen, ...], part: int, label: str
) -> tuple[str, frozenset[int]]:
    """Return what is said of several tables in one sheet, and places of columns of the others."""
    adjacent = parts_side_by_side(columns)
    if head.parts and adjacent:
        raise BadFileError(
            "tables stand both under one another and side by side",
            where=label,
            why="rows or columns of different tables would be read as those of one",
            hint="save each of them as a file of its own",
        )
    count = len(head.parts) or len(adjacent) or 1
    if not 1 <= part <= count:
        raise RequestError(
            f"there is no part {part}: {label} has {count} table{'s' if count > 1 else ''}",
            hint="leave out --part" if count == 1 else f"name a part from 1 to {count}",
        )
    if count == 1:
        return "", frozenset()
    if head.parts:
        one = head.parts[part - 1]
        where = f"rows {one.first} to {one.last or 'the end'}"
        where += f" ({one.title[:60]})" if one.title else ""
        others: frozenset[int] = frozenset()
    else:
        mine = adjacent[part - 1]
        where = f"columns {mine[0] + 1} to {mine[-1] + 1}"
        others = frozenset(range(len(columns))) - set(mine)
    return (
        f"{count} tables in one sheet; this is part {part}, {where}. Draft the others with --part.",
        others,
    )


def _tried(
    file: RawFile,
    scratch: Path,
    head: Head,
    columns: tuple[Seen, ...],
    areas: Path | None,
    others: frozenset[int] = frozenset(),
) -> tuple[dict[str, Any], Questions, dict[str, Any] | None, Trial]:
    """Return a mapping, what is open in it, the same with stand-ins, and what reading it gave.

    Parameters
    ----------
    others
        Places of columns of other tables, which are ignored.
    """
    mine = [one for n, one in enumerate(columns) if n not in others]
    if others:
        # "Country (2)" of a second table is guessed from as Country, the name that the file has.
        mine = [replace(one, name=plain_again(one.name)) for one in mine]
    guesses = guess_columns(mine, head.above)
    guesses = _in_place(guesses, columns, others)
    _side_by_side(file, scratch, head, guesses)
    for guess in guesses if areas else ():
        if guess.keys.get("codes") == TODO and areas:
            guess.keys["codes"] = table_of_areas(areas, guess.seen.texts)
    says, asks = compose(head, guesses, _edition(file.name))
    answered = stand_ins(says, asks)
    return says, asks, answered, read_with(file, scratch, answered) if answered else Trial()


def _in_place(
    guesses: list[Guess], columns: tuple[Seen, ...], others: frozenset[int]
) -> list[Guess]:
    """Return guesses of all columns by their names in the file, empty for those of other tables."""
    given = iter(guesses)
    found = []
    for place, seen in enumerate(columns):
        one = Guess(seen) if place in others else next(given)
        found.append(replace(one, seen=replace(one.seen, name=seen.name)))
    return found


def _side_by_side(file: RawFile, scratch: Path, head: Head, guesses: Sequence[Guess]) -> None:
    """Take columns of one meaning that never share a row for parts, all of which are read.

    British customs call exports to the European Union dispatches: a country has one of the two.
    """
    groups = {tuple(names) for g in guesses if (names := g.keys.get("several"))}
    if not groups:
        return
    member = next(members(file, scratch)) if not is_workbook(file.path) else None
    label, path = member[1:] if member else (file.name, file.path)
    with connect() as connection:
        cells = open_cells(path, label, head.reading(), scratch, connection)
        who = [cells.names.index(g.seen.name) for g in guesses if g.role in AREAS]
        for names in groups:
            places = [cells.names.index(name) for name in names]
            named = " AND ".join(f"c{place} <> ''" for place in who) or "true"  # totals are not
            # A digit is enough here: how numbers are written is not known yet.
            has = [f"(c{place} SIMILAR TO '.*[0-9].*')::INT" for place in places]
            [(most, *each)] = connection.execute(
                f"SELECT max({' + '.join(has)}), {', '.join(f'sum({one})' for one in has)} "
                f"FROM ({cells.sql([*places, *who])}) WHERE {named}"
            ).fetchall()
            if most == 1 and min(each) >= _ROWS:
                for guess in guesses:
                    if tuple(guess.keys.get("several", ())) == names:
                        del guess.keys["several"]


def _look(
    path: Path,
    label: str,
    scratch: Path,
    sheet: str | None,
    part: int,
    known: Head | None = None,
) -> tuple[Head, tuple[Seen, ...], int]:
    """Return how a file is written, what its columns hold, notes at its end left out, and its rows.

    Parameters
    ----------
    known
        How it is written, where that is known already.
    """
    head = known or look_at_head(path, label, sheet, part)
    with connect() as connection:
        cells = open_cells(path, label, head.reading(), scratch, connection)
        try:
            columns = look_at_columns(connection, cells)
            last = cells.line_count + cells.mapping.head - 1
            return head, with_paired_names(connection, cells, columns), last
        except BadFileError:
            end = last_row(cells)
            if end is None:
                raise
        head = replace(head, says=head.says | {"last_row": end})
        cells = open_cells(path, label, head.reading(), scratch, connection)
        columns = look_at_columns(connection, cells)
        return head, with_paired_names(connection, cells, columns), end


def _refused(
    file: RawFile, text: str, says: dict[str, Any], asks: Questions, error: EntrepotError
) -> Draft:
    """Return a draft that asks besides for what the file was refused for, whatever is answered."""
    asks.ask("file", f"{error.what} ({error.where}); {error.hint}")
    first, *rest = str(error).splitlines()
    lines = [f"# {TODO}: {first}", *(f"# {line}" for line in rest)]
    text = "\n".join([text.rstrip(), *lines, ""])
    return Draft(file.name, text, says, tuple(asks.asked.values()))


def _edition(name: str) -> str | None:
    """Return the edition that the name of a file says: BACI_HS17_Y2022, exports_HS2017."""
    # Not inside words (EARTHS17) or longer numbers (HS854231 is a code of goods).
    found = re.search(r"(?<![A-Za-z0-9])(HS(?:[0-9]{4}|[0-9]{2})|CN20[0-9]{2})(?![0-9])", name)
    try:
        return nomenclature_of(found[1]) if found else None
    except EntrepotError:
        return None


_MARKS = re.compile(r"flag|status|marker|footnote|confiden|признак|标记", re.IGNORECASE)


def _are_marks(column: Seen) -> bool:
    """Whether a column marks values, as estimated or secret say: by its name and short texts."""
    short = all(re.fullmatch(r"\S{1,3}", text) for text in column.texts)
    return bool(column.texts) and short and bool(_MARKS.search(column.name))


def _of_marks(column: Seen) -> str:
    said = f"{column.name} ({first_of(column.texts, 5)})"
    return (
        f"{' '.join(printable(said).split())} is ignored: what it marks, estimated values for "
        "instance, is read as any other. To leave rows out, use `select`."
    )


_NOTES = 50  # lines; more are no footnotes


def last_row(cells: Cells) -> int | None:
    """Return the last row of a text that has its columns, if only notes follow; else None.

    A last line of several cells that has no end is a row cut off, and no note.
    """
    if cells.is_parquet:
        return None
    last = start = 1
    notes = 0
    with cells.path.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        reader = csv.reader(opened, delimiter=cells.mapping.delimiter)
        try:
            for row in reader:
                fits = len(row) == len(cells.names)
                if fits and notes:
                    return None  # a broken row inside the table
                last, notes = (start, 0) if fits else (last, notes + bool(row))
                start = reader.line_num + 1
        except csv.Error:
            return None
    cut = unfinished(cells.path) or b""
    if notes == 1 and cells.mapping.delimiter.encode() in cut:
        return None
    return last + cells.mapping.head - 1 if last > 1 and 0 < notes <= _NOTES else None
