"""Questions asked in one go: what all of them need is read once, and said once."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from entrepot.figures.definition import SIDES
from entrepot.figures.sides import members_of
from entrepot.lake import spans
from entrepot.model.areas import WORLD, area_phrase
from entrepot.model.display import joined
from entrepot.model.keys import AREA_KEYS
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    import narwhals as nw

    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.figure import Figure

ANY_TIME = Period.parse(2000)
"""Period of what questions of several times have in common."""


@dataclass(slots=True)
class Together:
    """Times that are asked in one go, with the steps of these and of what they are compared with.

    And rows that were read of all of them, with the tables to be dropped.
    """

    times: tuple[Period, ...]
    steps: frozenset[Period]
    rows: dict[Hashable, nw.LazyFrame[Any]] = field(default_factory=dict)
    tables: ExitStack = field(default_factory=ExitStack)


_TOGETHER: ContextVar[Together | None] = ContextVar("together", default=None)


@contextmanager
def several_times(times: Sequence[Period], before: Sequence[Period] = ()) -> Iterator[None]:
    """Have questions that differ in time only read and add up rows in one go, in the block.

    To bind a query takes longer than to run it on the rows of one year. What is found stays for as
    long as the state of the lake is read. `before` are times that are read as well, of which
    nothing is asked.
    """
    steps = frozenset((*times, *before)) | steps_together()
    these = Together(tuple(sorted(set(times))), steps)
    token = _TOGETHER.set(these)
    try:
        with these.tables:
            yield
    finally:
        _TOGETHER.reset(token)


def together() -> Together | None:
    """Return the times that are asked in one go, with what was read of them; None outside."""
    return _TOGETHER.get()


def times_together() -> tuple[Period, ...]:
    """Return the times that are asked in one go, oldest first."""
    these = together()
    return these.times if these else ()


def steps_together() -> frozenset[Period]:
    """Return the steps of these times and of what they are compared with."""
    these = together()
    return these.steps if these else frozenset()


@dataclass(slots=True)
class _Beside:
    """Questions that are alike but for time and areas, and the areas that stand alone on a side."""

    questions: list[Definition] = field(default_factory=list)
    areas: dict[Side, frozenset[str]] = field(default_factory=dict)


_ASKED: ContextVar[dict[Definition, _Beside]] = ContextVar("asked together")


@contextmanager
def asked_together(definitions: Iterable[Definition]) -> Iterator[None]:
    """Say that all of some questions will be asked in the block, as they will be carried.

    What the first of them needs of the lake may then be read for the others in the same go.
    """
    found: dict[Definition, _Beside] = {}
    for one in dict.fromkeys(definitions):
        found.setdefault(whosever(one), _Beside()).questions.append(one)
    for some in found.values():
        for side in SIDES:
            named = {members_of(one, side) for one in some.questions}
            some.areas[side] = frozenset().union(*(areas for areas in named if len(areas) == 1))
    token = _ASKED.set(found)
    try:
        yield
    finally:
        _ASKED.reset(token)


def asked_beside(asked: Definition) -> list[Definition]:
    """Return the questions asked together that are alike but for time and areas."""
    found = _ASKED.get({}).get(whosever(asked))
    return found.questions if found else []


def areas_beside(asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas of which one alone stands on a side of such questions.

    Empty where the question itself is about another area there, or about several.
    """
    found = _ASKED.get({}).get(whosever(asked))
    mine = members_of(asked, side)
    return (
        found.areas[side] if found and len(mine) == 1 and mine <= found.areas[side] else frozenset()
    )


def whosever(asked: Definition) -> Definition:
    """Return what a question has in common with the same of other times and areas."""
    return asked.but(period=ANY_TIME, importer=WORLD, exporter=WORLD)


# Notes of a panel: what holds for several Figures is said once, with which of them it is of.

_PERCENT = re.compile(r"\d+(?:\.\d+)?(?= %)")
_LISTED = "listed"
_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"


def said_once(
    notes: Iterable[tuple[Figure, Caveat]], varied: Sequence[str], figures: Sequence[Figure]
) -> tuple[Caveat, ...]:
    """Return each caveat once, with the Figures that it is about if it is not about all of them.

    Texts that differ in the name of a country, of goods or of a period alone become the first of
    them and the others' names; those that differ in percentages alone become one with a span, and
    those that differ in what they list one with all of it.

    Parameters
    ----------
    notes
        Caveats with the Figures that have them.
    varied
        The keys in which Figures differ.
    figures
        All of them that could have the caveats.
    """
    alike: dict[tuple[str, str], list[tuple[Figure, Caveat]]] = {}
    for figure, note in notes:
        alike.setdefault((note.id, note.text), []).append((figure, note))
    groups: dict[tuple[str, ...], list[tuple[Figure, Caveat]]] = {}
    for (name, text), found in alike.items():
        if listed := found[0][1].listed:
            pattern = text.replace(listed_in_words(listed), _HERE)
            groups.setdefault((name, _LISTED, pattern), []).extend(found)
            continue
        named, pattern = _pattern(text, [figure for figure, _ in found], varied)
        key = (name, named, pattern if named else _PERCENT.sub("%", pattern))
        groups.setdefault(key, []).extend(found)
    return tuple(
        _with_scope(found, named, varied, figures) for (_, named, _), found in groups.items()
    )


def listed_in_words(listed: Sequence[tuple[str, Period]]) -> str:
    """Return what is said of periods, each once with all of its periods; of many the first three.

    Examples
    --------
    >>> years = [Period.parse(year) for year in (2020, 2019, 2021)]
    >>> listed_in_words([("Malta 4 of 12", years[0]), ("Malta 4 of 12", years[1])])
    'Malta 4 of 12 in 2019 to 2020'
    >>> listed_in_words([("Malta 4 of 12", years[0]), ("Malta 3 of 12", years[2])])
    'Malta 4 of 12 in 2020 and Malta 3 of 12 in 2021'
    """
    found: dict[str, set[Period]] = {}
    for words, period in listed:
        found.setdefault(words, set()).add(period)
    texts = [
        f"{words} in {spans(sorted(periods, key=lambda one: one.start))}"
        for words, periods in found.items()
    ]
    return joined([*texts[:3], f"{len(texts) - 3} more"] if len(texts) > 4 else texts)


def _pattern(text: str, having: Sequence[Figure], varied: Sequence[str]) -> tuple[str, str]:
    """Return the only varied key that a text names, with the text as it is without its value.

    Without such a key, or with several, the text remains as it is. What Figures of several years
    say alike is about a year that is not theirs.
    """
    found = {
        name: pattern
        for name in varied
        # Other values are words, such as origin or mass, that texts use in passing.
        if name in (*AREA_KEYS, "goods", "period")
        and len({getattr(one.definition, name) for one in having}) == 1
        and (pattern := _without(text, _label(name, having[:1]))) != text
    }
    return next(iter(found.items())) if len(found) == 1 else ("", text)


def _without(text: str, label: str) -> str:
    first = f"[{label[:1]}{label[:1].upper()}]" if label else ""
    # A month that begins with the year is another time.
    return re.sub(rf"(?<!\w){first}{re.escape(label[1:])}(?!\w|-\d)", _HERE, text)


def _label(name: str, figures: Sequence[Figure]) -> str:
    """Return the values that Figures have of a key, as a sentence names them."""
    values = list(dict.fromkeys(getattr(one.definition, name) for one in figures))
    if name == "period":
        return spans(sorted(values, key=lambda one: one.start))
    return joined([area_phrase(one) if name in AREA_KEYS else str(one) for one in values])


def _with_scope(
    found: Sequence[tuple[Figure, Caveat]],
    named: str,
    varied: Sequence[str],
    figures: Sequence[Figure],
) -> Caveat:
    having = [figure for figure, _ in found]
    if named == _LISTED:
        listed = tuple(dict.fromkeys(item for _, note in found for item in note.listed))
        first = found[0][1]
        words = first.text.replace(listed_in_words(first.listed), listed_in_words(listed))
        return replace(first, text=words, listed=listed)
    first = _spanning([note for _, note in found]) if not named else found[0][1]
    if named:
        own = getattr(having[0].definition, named)
        others = [one for one in having if getattr(one.definition, named) != own]
        more = f" The same applies to {_label(named, others)}." if others else ""
        return replace(first, text=first.text.rstrip(".") + f".{more}" if more else first.text)
    if len(varied) != 1 or len({id(one) for one in having}) == len(figures):
        return first
    label = _label(varied[0], having)
    return replace(first, text=f"{label[:1].upper()}{label[1:]}: {first.text}")


def _spanning(notes: Sequence[Caveat]) -> Caveat:
    """Return one for all that differ in percentages, with the lowest and the highest of them."""
    texts = list(dict.fromkeys(note.text for note in notes))
    if len(texts) == 1:
        return notes[0]
    columns = zip(*(_PERCENT.findall(text) for text in texts), strict=True)
    ends = iter([(min(column, key=float), max(column, key=float)) for column in columns])

    def span(_found: re.Match[str]) -> str:
        low, high = next(ends)
        return low if low == high else f"{low} to {high}"

    return replace(notes[0], text=_PERCENT.sub(span, texts[0]))
