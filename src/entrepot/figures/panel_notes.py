"""What holds for several Figures of a panel, said once: of which of them, and where it differs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.lake import spans
from entrepot.model.areas import area_phrase
from entrepot.model.display import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.figures.evidence import Caveat
    from entrepot.figures.figure import Figure

__all__ = ["said_once"]

_PERCENT = re.compile(r"\d+(?:\.\d+)?(?= %)")
_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"


def said_once(
    notes: Iterable[tuple[Figure, Caveat]], varied: Sequence[str], figures: Sequence[Figure]
) -> tuple[Caveat, ...]:
    """Return each caveat once, with the Figures that it is about if it is not about all of them.

    Texts that differ in the name of a country, of goods or of a period alone become the first of
    them and the others' names; those that differ in percentages alone become one with a span.

    Parameters
    ----------
    notes
        Caveats with the Figures that have them.
    varied
        The keys in which Figures differ.
    figures
        All of them that could have the caveats.
    """
    groups: dict[tuple[str, ...], list[tuple[Figure, Caveat]]] = {}
    for figure, note in notes:
        named, pattern = _pattern(note.text, figure, varied)
        key = (note.id, named, pattern if named else _PERCENT.sub("%", pattern))
        groups.setdefault(key, []).append((figure, note))
    return tuple(
        _with_scope(found, named, varied, figures) for (_, named, _), found in groups.items()
    )


def _pattern(text: str, figure: Figure, varied: Sequence[str]) -> tuple[str, str]:
    """Return the only varied key that a text names, with the text as it is without its value.

    Without such a key, or with several, the text remains as it is.
    """
    found = {
        name: pattern
        for name in varied
        if (pattern := _without(text, _label(name, [figure]))) != text
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
    return joined([area_phrase(one) if name != "goods" else str(one) for one in values])


def _with_scope(
    found: Sequence[tuple[Figure, Caveat]],
    named: str,
    varied: Sequence[str],
    figures: Sequence[Figure],
) -> Caveat:
    having = [figure for figure, _ in found]
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
