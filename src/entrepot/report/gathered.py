"""Missing evidence said once: sections that show nothing become lines, and one reason one line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.report.parts import Gap, Remark, Section
from entrepot.report.words import capital, count_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.report.parts import Card

__all__ = ["gathered", "told_once"]


def gathered(sections: Sequence[Section], last: Section) -> tuple[Section, ...]:
    """Return the sections that show something, and then the one of what is not known.

    Parameters
    ----------
    sections
        In the order of the page.
    last
        What is not known, which takes in what the sections left out lack.
    """
    empty = [one for one in sections if one.gap is not None and not _shows(one)]
    lacks = [_told(gap) for one in empty for gap in (one.gap, *one.gaps) if gap is not None]
    gaps = _by_reason([*last.gaps, *lacks])
    title = last.title
    if empty:
        them = "it" if len(gaps) == 1 else "them"
        title = Remark(f"{capital(count_word(len(gaps), 'gap'))}, and what would fill {them}")
    kept = (one for one in sections if one not in empty)
    return (*kept, replace(last, title=title, gaps=gaps))


def _shows(section: Section) -> bool:
    return bool(section.picture or section.table or section.claims or section.notes)


def _told(gap: Gap) -> Gap:
    return Gap(capital(gap.what), f"{capital(gap.why).rstrip('.')}.", gap.command)


def _by_reason(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return gaps of one reason as one; the command that would fill most of them stands first."""
    found: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        found.setdefault((gap.why, gap.command), []).append(gap.what)
    several = sorted(found.items(), key=lambda item: -len(item[1]))
    return tuple(_one(names, why, command) for (why, command), names in several)


def _one(names: Sequence[str], why: str, command: str) -> Gap:
    if len(names) == 1:
        return Gap(names[0], why, command)
    what = count_word(len(names), "thing")
    return Gap(f"{capital(what)} for one reason", f"{why} That is: {'; '.join(names)}.", command)


def told_once(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Return cards that say why a value is missing only where the one above says something else."""
    found: list[Card] = []
    above = ""
    for card in cards:
        again = card.tag == "missing" and card.definition == above
        above = card.definition
        found.append(replace(card, definition="As above.", command="") if again else card)
    return tuple(found)
