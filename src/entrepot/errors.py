"""Errors that say what is wrong, where, why it matters and what to do next."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_HINT = 100  # characters of a hint


class AbsentAreaWarning(UserWarning):
    """An area asked for is in no row of a frame: its code may be written in another way there."""


class EntrepotError(Exception):
    """Base of every error that the package raises on purpose.

    Parameters
    ----------
    what
        What is wrong, one sentence.
    where
        File, table, row or key the error points at.
    why
        Why it matters: what could go wrong if it were ignored.
    hint
        What to do next.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        return as_spelled(self.text(), KEYWORDS)

    def text(self) -> str:
        """Return all parts as the command line says them, with its options."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.why:
            lines.append(f"  why:   {self.why}")
        if self.hint:
            lines.append(f"  do:    {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        # A process that reads for another one hands its errors on; some are made of other parts.
        return _as_it_was, (type(self), self.what), self.__dict__

    def to_dict(self) -> dict[str, Any]:
        """Return the same as data: kind of error, what, where, why, hint, and the exit code."""
        # The words of the name: UnknownNameError is of the kind unknown_name.
        words = re.findall("[A-Z][a-z]+", type(self).__name__.removesuffix("Error"))
        parts = {"what": self.what, "where": self.where, "why": self.why, "hint": self.hint}
        error = {"kind": "_".join(words).lower(), **parts}
        return {"error": error, "exit_code": self.exit_code}


def _as_it_was(kind: type[EntrepotError], what: str) -> EntrepotError:
    made = kind.__new__(kind, what)
    made.args = (what,)
    return made


class RequestError(EntrepotError, ValueError):
    """The request cannot be carried out as it was made (exit code 2)."""


class UnknownNameError(RequestError, LookupError):
    """A country, product, measure, source, list or key that does not exist."""

    def __init__(
        self, kind: str, name: object, known: Iterable[str], *, where: str = "", hint: str = ""
    ) -> None:
        name = str(name)  # from Python anything may be given as a name
        known = [str(one) for one in known]
        near = nearest(name, known)
        guess = f"did you mean {' or '.join(near)}?" if near else ""
        if not (near or hint) and len(every := f"one of: {', '.join(known)}") <= _HINT:
            guess = every if known else ""
        super().__init__(
            f"unknown {kind}: {name!r}",
            where=where,
            hint=" ".join(part for part in (guess, hint) if part),
        )
        self.kind = kind
        self.name = name
        self.suggestions = near


class BadFileError(RequestError):
    """A file that is not what its source promises (exit code 2)."""


class DamagedLakeError(BadFileError):
    """A lake of which nothing can be read until whoever keeps it mends it (exit code 2)."""


class NoEvidenceError(EntrepotError, LookupError):
    """Nothing held answers the question (exit code 3)."""

    exit_code = 3


class OutsideError(EntrepotError, OSError):
    """Disk, network or another program failed (exit code 4)."""

    exit_code = 4


class MissingExtraError(EntrepotError, ImportError):
    """A library is not installed: of an optional extra, or of none.

    Several libraries, and several extras, are joined by commas.
    """

    def __init__(self, library: str, extra: str = "") -> None:
        several = "," in library
        super().__init__(
            f"{library.replace(',', ' and ')} {'are' if several else 'is'} not installed",
            why=f"this part of entrepot needs {'them' if several else 'it'}",
            hint=f"pip install 'entrepot[{extra}]'" if extra else f"pip install {library}",
        )
        self.library = library
        self.extra = extra


_LONG = 6
"""Letters of a word from which on two of them may be wrong."""
# An option with its value, if one follows: "--period 2023". Not a dash inside of a word; a full
# stop at the end stays outside. A verb or "or" after an option is no value of it.
_OPTION = re.compile(
    r"""(?<![\w-])--(?P<name>[a-z][a-z-]+)
    (?:[ =](?!(?:and|or|for|has|have|is|are|in|to|takes|uses|with|apart|here)\b)
       (?P<value>"[^"]*"|'[^']*'|[\w.+:@%/-]*\w))?(?=[\s,;.:)”"?]|$)""",
    re.VERBOSE,
)
_COMMAND = re.compile(r"entrepot [a-z]")


Spelling = tuple[str, str]
"""How a key stands with its value, and how it stands alone."""
ADDRESS: Spelling = ("{name}={value}", "{name}")
ARGUMENTS: Spelling = ('"{name}": "{value}"', '"{name}"')
KEYWORDS: Spelling = ('{name}="{value}"', "{name}")


def as_spelled(text: str, spelling: Spelling) -> str:
    """Return a text with options of the command line written as another surface has them.

    A whole command stays as it is: it is typed on a terminal.

    Examples
    --------
    >>> hint = "add --period 2023, or leave out --reported-by exporter or --curve"
    >>> as_spelled(hint, KEYWORDS)
    'add period="2023", or leave out reported_by="exporter" or curve'
    >>> as_spelled(hint, ADDRESS)
    'add period=2023, or leave out reported_by=exporter or curve'
    >>> as_spelled("Load it with: entrepot data add baci FILE --lake DIR", KEYWORDS)
    'Load it with: entrepot data add baci FILE --lake DIR'
    """
    pair, alone = spelling

    def spelled(found: re.Match[str]) -> str:
        name, value = found["name"].replace("-", "_"), (found["value"] or "").strip("\"'")
        return pair.format(name=name, value=value) if value else alone.format(name=name)

    lines = text.splitlines()
    return "\n".join(x if _COMMAND.search(x) else _OPTION.sub(spelled, x) for x in lines)


def is_near(word: str, other: str, most: int = 2) -> bool:
    """Whether a word can be another one misspelt: letters wrong, missing, exchanged or too many.

    One in a word of up to five letters, at most two in a longer one.

    Examples
    --------
    >>> is_near("rsu", "rus"), is_near("kyrgizstan", "kyrgyzstan"), is_near("atlantis", "albania")
    (True, True, False)
    """
    most = 1 if len(word) < _LONG else most
    if abs(len(word) - len(other)) > most:
        return False
    # Rows of the table of edits: of the word without its last two letters, without one, so far.
    before, row = [0], list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        row, older, before = [at], before, row
        for to, sign in enumerate(other, 1):
            row.append(min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != sign)))
            is_turned = at > 1 and to > 1 and (letter, word[at - 2]) == (other[to - 2], sign)
            if is_turned:
                row[-1] = min(row[-1], older[to - 2] + 1)
    return row[-1] <= most


_SAME = (
    ("exporter", "supplier", "partner", "seller"),
    ("importer", "country", "reporter", "buyer"),
    ("period", "year", "years", "month", "date", "time"),
    ("goods", "hs", "code", "product", "commodity", "list"),
    ("out", "output", "file"),
)
"""Words that commands, statistics and other programs have for one key and that look unlike."""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return up to `limit` known names that mean the same or look most like it, best first."""
    if name.isdecimal():  # of thousands of codes only those that differ in two digits or fewer
        known = [one for one in known if not one.isdecimal() or _alike(name, one)]
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), list(by_lower), n=limit, cutoff=0.6)
    same = next((words for words in _SAME if name.lower() in words), ())
    meant = [word for word in same if word in by_lower and word not in found]
    return [by_lower[candidate] for candidate in (*meant, *found)][:limit]


def _alike(code: str, other: str) -> bool:
    return len(code) == len(other) and sum(a != b for a, b in zip(code, other, strict=True)) <= 2
