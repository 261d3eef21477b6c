"""Find words that visible texts of this project do not use; exit code 1 if there are any.

Readers see string literals, templates, Markdown, YAML and the dictionary of columns. In them one
thing has one term (docs/reference/glossary.md), and countries report: they do not "tell".
Quotations, law, other languages and programs (SQL, regular expressions) may say what they like.

    python tools/check_words.py              # the whole project, as in `make check`
    python tools/check_words.py src docs     # these only, whatever is listed below

Reading a program takes longer than anything else here, so files of the project in which nothing
was found are known again by their checksum, until this program changes.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("src/entrepot", "docs", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")

KEPT = Path(sys.prefix) / "words.json"
"""Checksums of files without such words."""

NOT_YET = ("docs/reference/lists.md", "docs/reference/columns.md", "docs/reference/glossary.md")
"""Pages that quote law, name columns of a file, or explain words that are not used."""

_TABLES = ("columns.csv", "column_words.csv")
"""Tables whose words people read."""

SKIPPED = ("goods/lists", "lexicons", "names.csv", "published.csv")
"""Law, words of other languages, quotations."""

WORDS = re.compile(
    r"\b(told|tells?|voices?|silen(t|ce)|beside|in print|printed|printers?|stands? behind"
    r"|rests on|held|holds|slips?|put right|would settle|(left|leaves?) open"
    r"|moves (it|the (number|share))|through whom|passed on|what came through|nobody|everybody"
    r"|somebody|anybody|whoever|whom|(with|without) freight|in the books|brings? (it |them )?in"
    r"|worked out|took (whose|the) place|passports?|rooms?|laid to|borne out|bears? out"
    r"|fell silent|gather(s|ing)? (codes|from)|named in words)\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(r"<[^>]*(whom|slip|told)[^>]*>")  # a name inside markup
_ADDRESS = re.compile(r"\]\([^)]*\)")
_NAME = re.compile(r"`[^`\s]+`")  # of a key, a rule or a file: a name is not a word
_PROGRAM = re.compile(r"SELECT|FROM |\\b|\(\?")  # SQL, a regular expression


class Find(NamedTuple):
    """A word at a place."""

    path: Path
    line: int
    word: str


def finds(places: Iterable[Path], *, without: Iterable[Path] = ()) -> list[Find]:
    """Return the words in visible texts of files and folders, except those in `without`."""
    out = tuple(without)
    return [
        Find(path, line, found[0])
        for place in places
        for path in _files(place)
        if not any(path.is_relative_to(one) for one in out)
        for line, text in _texts(path)
        if (found := WORDS.search(_ADDRESS.sub("]", text)))
        and not _ALLOWED.search(text)
        and not _PROGRAM.search(text)
    ]


def _files(place: Path) -> Iterator[Path]:
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        seen = path.suffix in (".py", ".j2", ".md", ".yml") or path.name in _TABLES
        if seen and not any(part in path.as_posix() for part in SKIPPED):
            yield path


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield lines of a document; of a program its literals with a space that are no docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        for number, row in enumerate(csv.reader(text.splitlines()), start=1):
            yield from ((number, cell) for cell in row if " " in cell)
        return
    if path.suffix != ".py":
        lines = text.splitlines()
        yield from enumerate((_NAME.sub("``", line) for line in lines), start=1)
        return
    tree = ast.parse(text)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(words)) if id(node) not in docs and " " in words.strip():
                yield node.lineno, words


def _of_project() -> list[Find]:
    """Return what is found in the project, reading only what was not without such words before."""
    out = [ROOT / one for one in NOT_YET]
    known = set(json.loads(KEPT.read_text(encoding="utf-8"))) if KEPT.exists() else set()
    rules = Path(__file__).read_bytes()
    held = {
        path: sha256(b"\0".join((rules, str(path).encode(), path.read_bytes()))).hexdigest()
        for one in PLACES
        for path in _files(ROOT / one)
    }
    found = finds((path for path, digest in held.items() if digest not in known), without=out)
    without = sorted({held[path] for path in held} - {held[one.path] for one in found})
    KEPT.write_text(json.dumps(without), encoding="utf-8")
    return found


def main(arguments: list[str]) -> int:
    """Print what is found in the places given, else in the project except what is not done yet."""
    found = finds(map(Path, arguments)) if arguments else _of_project()
    for path, line, word in found:
        sys.stdout.write(f"{path}:{line}: {word}\n")
    if found:
        sys.stderr.write(
            f"{len(found)} words that visible texts do not use; see docs/reference/glossary.md\n"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
