"""Draft a mapping by looking at a file."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import BadFileError, EntrepotError
from entrepot.files import require_file
from entrepot.sources.parser import RawFile
from entrepot.sources.table.cells import open_cells
from entrepot.sources.table.draft.areas import table_of_areas, with_names_beside
from entrepot.sources.table.draft.compose import compose
from entrepot.sources.table.draft.foot import last_row
from entrepot.sources.table.draft.guess import guess_columns
from entrepot.sources.table.draft.head import look_at_head
from entrepot.sources.table.draft.questions import TODO, Question, Questions
from entrepot.sources.table.draft.row_duplicates import QUESTION, Ways, only
from entrepot.sources.table.draft.seen import look_at_columns
from entrepot.sources.table.draft.trial import Trial, read_with, stand_ins
from entrepot.sources.table.draft.write import as_yaml
from entrepot.sources.table.merged import about_merged
from entrepot.sources.table.products import nomenclature_of
from entrepot.sources.table.roles import AREAS
from entrepot.sources.unpack import members
from entrepot.sources.workbook import is_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.columns import Finding
    from entrepot.sources.table.draft.guess import Guess
    from entrepot.sources.table.draft.head import Head
    from entrepot.sources.table.draft.seen import Seen

__all__ = ["Draft", "draft_mapping"]

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
    """

    file: str
    text: str
    mapping: dict[str, Any]
    questions: tuple[Question, ...]
    rows: int | None = None
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as plain JSON types."""
        return {
            "file": self.file,
            "text": self.text,
            "mapping": self.mapping,
            "questions": [question.to_dict() for question in self.questions],
            "rows": self.rows,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def draft_mapping(path: Path, *, areas: Path | None = None, sheet: str | None = None) -> Draft:
    """Return a mapping for a file, as far as the file says what its columns are.

    A draft without a question has been tried: the file is read with it.

    Parameters
    ----------
    areas
        A table of the codes that the file has for areas, where they are those of one country's
        statistics.
    sheet
        Name of the sheet of a workbook, or of the table of a web page or JSON.

    Raises
    ------
    BadFileError
        If the file is no table.
    """
    require_file(path, hint="name a CSV, Excel, HTML, JSON or Parquet file")
    with tempfile.TemporaryDirectory() as folder:
        return _draft(RawFile(path, path.name), Path(folder), areas, sheet)


def _draft(file: RawFile, scratch: Path, areas: Path | None, sheet: str | None) -> Draft:
    path, label = file.path, file.name
    if not is_workbook(path):
        member = next(members(file, scratch), None)
        if member is None:
            raise BadFileError("an archive without a file", where=file.name)
        _, label, path = member
    head, columns, last = _look(path, label, scratch, sheet)
    says, asks, answered, trial = _tried(file, scratch, head, columns, areas)
    notes = [f"Drafted from {file.name}; `entrepot data add table FILE --map` reads it."]
    if "last_row" not in head.says and trial.is_empty_at(last):
        notes.append(f"Row {last}, the last, names no area: a total at the foot, as a rule.")
        head = replace(head, says=head.says | {"last_row": last - 1})
        head, columns, last = _look(path, label, scratch, sheet, head)
        says, asks, answered, trial = _tried(file, scratch, head, columns, areas)
    merged = tuple(about_merged(path, label, head.reading()))
    notes += [f"{one.level}: {one.text} ({one.example})" for one in merged]
    above: dict[str, list[str]] = {}
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
    if trial.error and (not asks.asked or trial.is_of_the_file) and not trial.is_repeated:
        return replace(_refused(file, text, says, asks, trial.error), findings=merged)
    read = None if asks.asked else trial.rows
    noticed = merged if asks.asked else trial.findings or merged
    return Draft(file.name, text, says, tuple(asks.asked.values()), read, noticed)


def _tried(
    file: RawFile, scratch: Path, head: Head, columns: tuple[Seen, ...], areas: Path | None
) -> tuple[dict[str, Any], Questions, dict[str, Any] | None, Trial]:
    """Return a mapping, what is open in it, the same with stand-ins, and what reading it gave."""
    guesses = guess_columns(columns, head.above)
    _side_by_side(file, scratch, head, guesses)
    for guess in guesses if areas else ():
        if guess.keys.get("codes") == TODO and areas:
            guess.keys["codes"] = table_of_areas(areas, guess.seen.texts)
    says, asks = compose(head, guesses, _edition(file.name))
    answered = stand_ins(says, asks)
    return says, asks, answered, read_with(file, scratch, answered) if answered else Trial()


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
            has = [f"(c{place} SIMILAR TO '.*[0-9].*')::INT" for place in places]
            [(most, *each)] = connection.execute(
                f"SELECT max({' + '.join(has)}), {', '.join(f'sum({one})' for one in has)} "
                f"FROM ({cells.sql(connection, [*places, *who])}) WHERE {named}"
            ).fetchall()
            if most == 1 and min(each) >= _ROWS:
                for guess in guesses:
                    if tuple(guess.keys.get("several", ())) == names:
                        del guess.keys["several"]


def _look(
    path: Path, label: str, scratch: Path, sheet: str | None, known: Head | None = None
) -> tuple[Head, tuple[Seen, ...], int]:
    """Return how a file is written, what its columns hold, notes at its end left out, and its rows.

    Parameters
    ----------
    known
        How it is written, where that is known already.
    """
    head = known or look_at_head(path, label, sheet)
    with connect() as connection:
        cells = open_cells(path, label, head.reading(), scratch, connection)
        try:
            columns = look_at_columns(connection, cells)
            last = cells.line_count + cells.mapping.head - 1
            return head, with_names_beside(connection, cells, columns), last
        except BadFileError:
            end = last_row(cells)
            if end is None:
                raise
        head = replace(head, says=head.says | {"last_row": end})
        cells = open_cells(path, label, head.reading(), scratch, connection)
        columns = look_at_columns(connection, cells)
        return head, with_names_beside(connection, cells, columns), end


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
    found = re.search(r"(?<![A-Za-z0-9])(HS(?:[0-9]{4}|[0-9]{2})|CN20[0-9]{2})(?![0-9])", name)
    try:
        return nomenclature_of(found[1]) if found else None
    except EntrepotError:
        return None
