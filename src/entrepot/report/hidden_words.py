"""Sentences about two reports that lie far apart, each made by rule from both of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, joined, number, range_text
from entrepot.report import words
from entrepot.report.parts import Remark, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.reconcile.hidden import TwoReports
    from entrepot.report.book import Subject

__all__ = ["amount", "counted", "label", "largest", "lines_that_ended", "over_all_goods", "when"]

_WHY = {
    "lost-in-transit": (
        "The goods may have gone elsewhere, or are recorded by origin or under another code: such "
        "exports say little of what arrives."
    ),
    "missing-export": (
        "The goods may have come over another country or under another code, or the exporter does "
        "not show them: its report is a lower bound."
    ),
    "hidden-line": "The trade goes on and the line is no longer shown: ask the other side.",
}


def amount(least: float, most: float) -> str:
    """Return a report in million USD, both ends where its currency leaves some, or "none".

    Examples
    --------
    >>> amount(1.5e6, 1.5e6), amount(0.82e6, 1.6e6), amount(0.0, 0.0)
    ('1.50', '0.820–1.60', 'none')
    """
    if not most:
        return "none"
    ends = dict.fromkeys(number(end / 1e6) for end in (least, most))
    return "–".join(ends)


def counted(some: Sequence[TwoReports], every: Sequence[TwoReports]) -> str:
    """Return how many goods of how many: "two of the five goods", "all 12 goods and years"."""
    varies: dict[str, set[Any]] = {
        "flows": {(one.exporter, one.importer) for one in every},
        "years": {one.year for one in every},
    }
    noun = joined(["goods", *(name for name, found in varies.items() if len(found) > 1)])
    if len(every) == 1:
        return "the only good"
    if len(some) == len(every):
        both = "both" if len(every) == 2 else f"all {words.cardinal(len(every))}"
        return f"{both} {noun}"
    return f"{words.cardinal(len(some))} of the {words.cardinal(len(every))} {noun}"


def when(found: Sequence[TwoReports]) -> str:
    """Return the year or years of some goods."""
    years = sorted({one.year for one in found})
    return f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"


def label(subject: Subject, one: TwoReports) -> str:
    """Return the code of a good, with the words of the list that it was taken from."""
    entries = subject.listed.entries if subject.listed else ()
    wording = next((item.wording for item in entries if item.code == one.product), "")
    return f"{one.product} {wording}".strip()


def largest(subject: Subject, one: TwoReports) -> tuple[Sentence | Remark, ...]:
    """Say what both sides report of one good in a year, and what may lie behind it."""
    seller, buyer = area_phrase(one.exporter), area_phrase(one.importer)
    good = f"**{label(subject, one)}**"
    out, into = _told(one.told_out_usd, one.most_out_usd), _told(one.told_in_usd, one.most_in_usd)
    if one.told_out_usd >= one.told_in_usd:
        text = f"{seller} reports {out} of {good} to {buyer} in {one.year}, {buyer} {into}."
    else:
        text = f"{buyer} reports {into} of {good} from {seller} in {one.year}, {seller} {out}."
    why = next(_WHY[rule] for rule in one.rules)
    return Sentence(words.capital(text), (one,)), Remark(why)


def lines_that_ended(found: Sequence[TwoReports]) -> tuple[Sentence | Remark, ...]:
    """Say how many goods one side reported for years and then no longer, while the other does."""
    ended = tuple(one for one in found if "hidden-line" in one.rules)
    if not ended:
        return ()
    count = words.capital(words.count_word(len(ended), "good"))
    text = f"{count} had been reported by both sides for years before one side stopped."
    return (Sentence(text, ended),)


def over_all_goods(flows: Sequence[TwoReports]) -> Sentence:
    """Say what both sides report over all goods; of several flows, of that farthest apart."""
    one = max(flows, key=lambda each: each.gap_usd)
    seller, buyer = area_phrase(one.exporter), area_phrase(one.importer)
    out, into = _told(one.told_out_usd, one.most_out_usd), _told(one.told_in_usd, one.most_in_usd)
    text = "Of all goods held that both could tell, "
    if len(flows) > 1:
        text += f"the largest of {words.cardinal(len(flows))} differences is this: "
    text += f"{seller} reports {out} to {buyer} in {one.year}, {buyer} {into}."
    return Sentence(text, tuple(flows))


def _told(least: float, most: float) -> str:
    if not most:
        return "none"
    return figure_value(least, "USD") if least == most else range_text(least, most, "USD")
