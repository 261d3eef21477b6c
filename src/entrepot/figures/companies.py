"""Which names of a register are one company: proposals with evidence, and a table that decides.

Nothing is merged on its own. `company_merges` proposes rows, each with why; who keeps a row in the
table merges the two names, who deletes it keeps them apart. The same table takes what no register
knows: that a company belongs to another from a day on.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, nearest
from entrepot.figures.definition import PSEUDONYM
from entrepot.files import read_bytes
from entrepot.model.area_names import without_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

LARGEST_TABLE = 2**28
"""Bytes of a table of companies: some three million rows."""
_FORMS = """
    ab ag ao aps as asa bhd bv cjsc co company corp corporation cv eirl gmbh inc incorporated jsc
    kft kg kk lda limited llc llp lp ltd ltda mbh nv oao ojsc ood ooo oy oyj pao pjsc plc private
    pte pty pvt sa saa sac sapi sarl sas sdn se sl slu spa srl sro the too zao ао зао оао ооо пао
    тоо тов
"""
"""Words that say what kind of company one is, as they stand at the ends of names."""
_LEGAL_PHRASES = (
    "sociedad anonima cerrada",
    "sociedad anonima",
    "sociedad de responsabilidad limitada",
    "empresa individual de responsabilidad limitada",
    "limited liability company",
    "joint stock company",
)
_LETTERS_OF_A_SLIP = 10
"""Letters that a name has at least where one of them may be a slip."""
_LETTERS_OF_A_WORD = 4
"""Letters of a word in which one may be a slip: ABC and ABD are two companies."""
_LETTERS_OF_A_CUT = 15
"""Letters that the rest of a name has at least if it was cut."""


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A row of a table of companies.

    Attributes
    ----------
    name
        As in the register.
    company
        What it counts as.
    since, until
        First and last day on which it does; None where there is none.
    """

    name: str
    company: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CompanyMerge:
    """Two names that may be one company.

    Attributes
    ----------
    name, company
        The name, and the one with the largest value among those that it is joined with.
    evidence
        Why, in words.
    value, lines
        Of the name, in the currency of the register.
    """

    name: str
    company: str
    evidence: str
    value: float
    lines: int


class CompanyTable:
    """What each name counts as, by day.

    Raises
    ------
    BadFileError
        If a name counts as two companies on one day.
    """

    def __init__(self, rows: Iterable[CompanyRow]) -> None:
        self._rows: dict[str, list[CompanyRow]] = defaultdict(list)
        for row in rows:
            for other in self._rows[row.name]:
                if _overlap(row, other):
                    raise BadFileError(
                        f"{row.name} counts as two companies on one day",
                        why=f"{other.company} and {row.company}",
                        hint="give the rows days that do not overlap, or delete one",
                    )
            self._rows[row.name].append(row)

    @classmethod
    def read(cls, path: Path) -> CompanyTable:
        """Read a table: CSV in UTF-8 with the columns ``name``, ``company``, ``since``, ``until``.

        The days may be missing; other columns are notes.

        Raises
        ------
        BadFileError
            With row and column, for anything that cannot be read.
        """
        try:
            text = read_bytes(path, most=LARGEST_TABLE).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadFileError(
                "is not text in UTF-8", where=f"{path}, byte {error.start}", hint="save it as UTF-8"
            ) from error
        # strict: an open quotation mark is an error, and does not swallow the rest of the table.
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        columns = list(reader.fieldnames or ())
        for column in ("name", "company"):
            if columns.count(column) != 1:
                near = nearest(column, columns)
                raise BadFileError(
                    f"no column {column}" if column not in columns else f"column {column} twice",
                    where=f"{path}, row 1",
                    hint=(f"did you mean {near[0]}? " if near else "")
                    + "columns are name, company, since, until",
                )
        try:
            return cls(_row(row, f"{path}, row {reader.line_num}") for row in reader)
        except csv.Error as error:
            raise BadFileError(
                f"cannot be read: {error}", where=f"{path}, row {reader.line_num + 1}"
            ) from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names that count as something else, on some day."""
        return tuple(self._rows)

    def company(self, name: str, day: date) -> str:
        """Return what a name counts as on a day: itself, where no row says otherwise."""
        for row in self._rows.get(name, ()):
            if (row.since or date.min) <= day <= (row.until or date.max):
                return row.company
        return name


def _overlap(one: CompanyRow, other: CompanyRow) -> bool:
    return (one.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (
        one.until or date.max
    )


def _row(row: dict[str, Any], where: str) -> CompanyRow:
    # DictReader puts surplus cells under None, and None into missing ones.
    if None in row or None in row.values():
        raise BadFileError("has too few or too many cells", where=where)
    cells = {name: cell.strip() for name, cell in row.items()}
    for name in ("name", "company"):
        if not cells[name]:
            raise BadFileError(
                f"the {name} is missing", where=where, hint="fill the cell or delete the row"
            )
    days = {}
    for name in ("since", "until"):
        text = cells.get(name, "")
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError as error:
            raise BadFileError(
                f"not a day: {text!r}",
                where=f"{where}, column {name}",
                hint="write 2022-03-01, or nothing",
            ) from error
    if days["since"] and days["until"] and days["until"] < days["since"]:
        raise BadFileError("ends before it begins", where=where, hint="check since and until")
    return CompanyRow(cells["name"], cells["company"], **days)


def company_merges(
    names: Iterable[tuple[str, float, int]], connection: duckdb.DuckDBPyConnection
) -> tuple[CompanyMerge, ...]:
    """Propose which names are one company.

    Two names are joined if they are the same without accents and punctuation, or without their
    legal forms (two companies of one group can be alike so: look at these); if they have the same
    words in another order; if one goes on after its legal form, or is the other cut within a word;
    or if one letter of a word differs, where name and word are long enough for a slip. Numbers have
    to be the same. Pseudonyms of natural persons are never joined.

    Parameters
    ----------
    names
        Name, value and number of lines of each.
    connection
        Of DuckDB, which compares letters (``damerau_levenshtein``).

    Returns
    -------
    tuple of CompanyMerge
        Companies with the largest value first. The name that a company goes by is in no row.
    """
    known = {name: (value, lines) for name, value, lines in names if not PSEUDONYM.fullmatch(name)}
    plain = {name: plain_name(name) for name in known}
    links: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for first, second, why in _pairs(plain, connection):
        links[first].append((second, why))
        links[second].append((first, why))
    seen: set[str] = set()
    found = []
    for head in sorted(links, key=lambda name: (-known[name][0], name)):
        if head in seen:
            continue
        seen.add(head)
        # Grows while it is walked: all names that can be reached from the head, nearest first.
        line = [head]
        for name in line:
            for other, why in links[name]:
                if other not in seen:
                    seen.add(other)
                    line.append(other)
                    # Joined through another name: which one belongs to the evidence.
                    because = why if name == head else f"{why}: {name}"
                    found.append(CompanyMerge(other, head, because, *known[other]))
    return tuple(found)


def _spelled(name: str) -> str:
    """Return a name in small letters, without accents and punctuation."""
    kept = without_accents(name.casefold().replace("&", " and "))
    # Points vanish and other signs become blanks: "S.A.C." is SAC, "A-B" two words.
    text = re.sub(r"[^\w\s]|_", " ", kept.replace(".", "").replace("'", ""))
    # Single letters in a row are one word: "S A C" is SAC, too.
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(text.split()))


def plain_name(name: str) -> str:
    """Return a name as `_spelled`, without its legal form; as it is if nothing is left."""
    text = _spelled(name)
    for phrase in _LEGAL_PHRASES:
        text = text.removesuffix(f" {phrase}").removeprefix(f"{phrase} ")
    words, forms = text.split(), frozenset(_FORMS.split())
    # One word always stays: a company may be called by a word that is a form elsewhere.
    while len(words) > 1 and words[-1] in forms:
        words.pop()
    while len(words) > 1 and words[0] in forms:
        words.pop(0)
    return " ".join(words) or name


def _pairs(
    plain: dict[str, str], connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[str, str, str]]:
    """Yield names that may be one company, and why, without comparing each with each."""
    spelled = {name: _spelled(name) for name in plain}
    alike = _grouped(plain.items())
    for first, other in _first_and_others(alike):
        is_spelling = spelled[first] == spelled[other]
        yield first, other, "accents or punctuation differ" if is_spelling else "legal form differs"
    heads = {text: some[0] for text, some in alike.items()}
    # Of names alike, the first stands for all from here on.
    words = _grouped((name, tuple(sorted(text.split()))) for text, name in heads.items())
    for first, other in _first_and_others(words):
        yield first, other, "same words in another order"
    names = {text: name for name, text in spelled.items()}
    for text, name in names.items():
        if (start := _before_address(text)) in names:
            yield names[start], name, "more words after the legal form"
    for short, long in _cut(sorted(heads)):
        yield heads[short], heads[long], "name cut within a word"
    for first, second in _one_letter(sorted(heads), connection):
        yield heads[first], heads[second], "one letter differs"


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = defaultdict(list)
    for name, key in pairs:
        found[key].append(name)
    return found


def _first_and_others(groups: dict[Any, list[str]]) -> Iterator[tuple[str, str]]:
    for first, *others in groups.values():
        yield from ((first, other) for other in others)


def _before_address(text: str) -> str:
    """Return a long name up to its first legal form where more words follow, else nothing."""
    words, forms = text.split(), frozenset(_FORMS.split())
    for place in range(1, len(words) - 1):
        start = " ".join(words[: place + 1])
        if words[place] in forms and words[place + 1] not in forms:
            return start if len(start) >= _LETTERS_OF_A_SLIP else ""
    return ""


def _cut(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each text that ends within a word of the next one, and that one."""
    # Sorted texts: what begins with a text follows right after it.
    for short, long in itertools.pairwise(texts):
        if (
            len(short) >= _LETTERS_OF_A_CUT
            and long.startswith(short)
            and long[len(short)].isalpha()
        ):
            yield short, long


def _one_letter(
    texts: Sequence[str], connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[str, str]]:
    """Yield pairs with one letter more, less, other or exchanged.

    Two texts one letter apart have a text in common that lacks one letter of each, so only those
    are compared.
    """
    some = [text for text in texts if sum(map(str.isalpha, text)) >= _LETTERS_OF_A_SLIP]
    # Each name without each of its letters, and whole: all pairs within one insertion, deletion,
    # exchange or swap share such a part, so that not each is compared with each. Names two letters
    # apart can share a part, too; the distance sorts these out.
    rows = connection.execute(
        """
        WITH names AS (SELECT unnest($names::VARCHAR[]) AS name),
        lacking AS (
            SELECT name, unnest(list_distinct(list_append(list_transform(
                range(1, length(name) + 1), lambda i: name[:i - 1] || name[i + 1:]), name))) AS part
            FROM names)
        SELECT DISTINCT one.name, other.name
        FROM lacking AS one JOIN lacking AS other USING (part)
        WHERE one.name < other.name AND damerau_levenshtein(one.name, other.name) = 1
        ORDER BY ALL
        """,
        {"names": some},
    ).fetchall()
    for first, second in rows:
        if _is_slip(first.split(), second.split()):
            yield first, second


def _is_slip(first: list[str], second: list[str]) -> bool:
    """Whether a long word differs, and no number."""
    if len(first) != len(second):  # a space more or less
        return "".join(first) == "".join(second)
    differing = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    return all(
        min(map(len, pair)) >= _LETTERS_OF_A_WORD and not re.search(r"\d", "".join(pair))
        for pair in differing
    )


def merges_csv(merges: Iterable[CompanyMerge]) -> str:
    """Return proposals as a table that `CompanyTable.read` takes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    days = [field.name for field in fields(CompanyRow)]
    writer.writerow([*days, "evidence", "value", "lines"])
    for one in merges:
        writer.writerow(
            [one.name, one.company, "", "", one.evidence, f"{one.value:.2f}", one.lines]
        )
    return out.getvalue()
