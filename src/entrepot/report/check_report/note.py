"""A note to an editor about numbers that do not stand, in neutral words, with sources."""

from __future__ import annotations

import re
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from entrepot.claims.verdict_text import READ_ONCE, UNDECIDED, numbers_between
from entrepot.model.display import joined
from entrepot.report.attribution import also_conflicting, in_one_reporter
from entrepot.report.check_report.entries import entries, one_line, web
from entrepot.report.phrasing import capital, count_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims import Check
    from entrepot.claims.result import CheckedClaim, ConflictBlock
    from entrepot.report.check_report.entries import ReportEntry

# Characters of a line that RFC 5322 recommends for mail.
WIDTH = 78
SHOWN = 3
_UNSAID = (
    "Dear editor, figures in this text agree only if they come from two countries’ statistics. "
    "They are listed below. Please consider naming the reporting country of each."
)


def render_note(check: Check, unsettled: int = 0, width: int = WIDTH) -> str:
    """Return the note as plain text, ready to be sent.

    Only numbers that differ from what others have, or that the text's other numbers contradict,
    are in it. It names numbers and sources, and nobody's intention.

    Parameters
    ----------
    unsettled
        Numbers of the text that are understood in more than one way, and not among the claims.
    width
        Characters of a line; 0 for lines of any length, which what shows them wraps.
    """
    found = [one for one in entries(check) if one.verdict in ("inconsistent", "differs")]
    source = check.source
    about = ", ".join(
        one_line(part) for part in (source.title, source.publisher, source.date) if part
    )
    lines = [f"Subject: Numbers in “{one_line(source.title)}”", ""]
    lines.append(f"About: {about}")
    if web(source.url):
        lines.append(web(source.url))
    lines.append("")
    if not found and not check.conflicts:
        return _text([*lines, _nothing(check, unsettled)], width)
    lines.append(_differing(len(found)) if found else _UNSAID)
    for place, entry in enumerate(found, start=1):
        lines += ["", *_item(place, entry)]
    # Sorted, which groupby needs: a heading stands once.
    kinds = sorted(check.blocks, key=in_one_reporter)
    for words, blocks in groupby(kinds, key=in_one_reporter):
        lines += ["", f"Figures in the text that contradict each other{words}:"]
        for block in blocks:
            lines += _block(block, check)
    return _text([*lines, "", _end(check) + _open(unsettled)], width)


def _differing(count: int) -> str:
    return (
        f"Dear editor, {count_word(count, 'figure')} in this text {'does' if count == 1 else 'do'} "
        "not agree with published sources or with the text's other figures. Below: each as "
        "published, the arithmetic, the corrected value, and sources. Please check whether a "
        "correction is due."
    )


def _block(block: ConflictBlock, check: Check) -> Iterator[str]:
    """Yield the arithmetic of conflicts with one cause, and what else that cause upsets."""
    yield f"- {one_line(block.first.because)}."
    if block.first.corrected:
        yield f"  Corrected: {one_line(block.first.corrected)}."
    if words := also_conflicting(block, check):
        yield f"  {one_line(words)}."


def _nothing(check: Check, unsettled: int) -> str:
    if not check.claims:
        words = "No figure of the text is settled." if unsettled else ""
        words = words or "The text has no figure that could be tested."
        return f"{words}{_open(unsettled)}{_unread(check)}"
    settled = " that is settled" if unsettled else ""
    return (
        f"No figure{settled} was found to differ from published sources or from the text's other "
        f"figures: {_others(check)}.{_open(unsettled)}{_unread(check)}"
    )


def _open(unsettled: int) -> str:
    """Say that this is not about all numbers; else it would be read as an all-clear."""
    if not unsettled:
        return ""
    return (
        f" {capital(count_word(unsettled, 'figure'))} of the text "
        f"{'is' if unsettled == 1 else 'are'} still open, so this note is not about "
        f"{'it' if unsettled == 1 else 'them'}."
    )


def _others(check: Check) -> str:
    """Return how many numbers agreed, how many are not decided, and what was not tested."""
    kinds: dict[str, list[CheckedClaim]] = {}
    for item in check.claims:
        kinds.setdefault(_remark(item), []).append(item)
    parts = []
    for words, items in sorted(kinds.items(), key=lambda kind: _REMARKS.get(kind[0], 0)):
        if words in _REMARKS:
            verb = words.replace("{does}", "does" if len(items) == 1 else "do")
            verb = verb.replace("{is}", "is" if len(items) == 1 else "are")
            doubted = f" ({'; '.join(map(_compared, items))})" if words == _DOUBTED else ""
            parts.append(f"{count_word(len(items), 'figure')} {verb}{doubted}")
    return joined(parts) if parts else ""


_DOUBTED = "{does} not fit the evidence, but may have been misread"
_AGREED = "agreed with a source"
_QUOTED = "agreed with the quoted source only"
_UNDECIDED = "{is} not decided by published figures"
_UNTESTED = "could not be tested"
_REMARKS = {
    words: place for place, words in enumerate((_AGREED, _QUOTED, _DOUBTED, _UNDECIDED, _UNTESTED))
}


def _remark(item: CheckedClaim) -> str:
    """Return what the note says of a number that is none of its items; empty for one that is."""
    if item.verdict == "supported":
        return _AGREED
    if item.verdict != "not_enough_evidence":
        return ""
    if item.qualifier:
        return _QUOTED
    if item.reason == READ_ONCE:
        return _DOUBTED
    return _UNDECIDED if item.against else _UNTESTED


def _compared(item: CheckedClaim) -> str:
    """Return a number with those that it does not fit: "61 %, against 82.5 %"."""
    alike = [one for one in item.against if not one.other_definition] or item.against
    says = one_line(item.says)
    return f"{says}, against {numbers_between(alike)}" if alike else says


def _unread(check: Check) -> str:
    """Return what of the text was not read as a claim, and so not tested."""
    if not check.todo:
        return ""
    what = count_word(len(check.todo), "more figure")
    return f" {what[:1].upper()}{what[1:]} in the text could not be interpreted as trade."


def _item(place: int, entry: ReportEntry) -> Iterator[str]:
    quote = f", in “{entry.quote}”" if entry.quote else ""
    yield f"{place}. As published: {entry.says}{quote}"
    yield f"   Quantity: {entry.what}."
    yield f"   {entry.reason}"
    for _, text in entry.likely_errors[:1]:
        yield f"   Possible explanation: {text}"
    if would := _would_be(entry):
        yield f"   Corrected value: {would}."
    named = [one for one in entry.evidence if one.text.partition(";")[0] in entry.reason]
    telling = named or [one for one in entry.evidence if one.outcome == "does not agree"]
    same = [one for one in telling if one.value == telling[0].value]  # it supports the correction
    # Tables of a data set may have no page of their own, and are named all the same.
    links = dict.fromkeys(
        place
        for one in same
        for place in [(link.text, link.url) for link in one.links] or [(one.text, "")]
    )
    for text, url in list(links)[:SHOWN]:
        yield f"   Source: {text}"
        if url:
            yield f"   {url}"


def _would_be(entry: ReportEntry) -> str:
    """Return the number after the likeliest error is corrected, else the one that others have."""
    if entry.corrected:
        return entry.corrected
    if UNDECIDED in entry.reason:
        return ""  # no published figure can stand for it then
    others = [one.value for one in entry.evidence if one.outcome == "does not agree"]
    return others[0] if others else ""


def _end(check: Check) -> str:
    others = _others(check)
    rest = f" Of the others, {others}." if others else ""
    return (
        "Each figure was read as published, within its rounding interval. Other "
        f"definitions may give other figures; where one would, it is named above.{rest}"
        f"{_unread(check)}{''.join(f' {one_line(limit)}' for limit in check.limits)}"
    )


def _text(lines: list[str], width: int) -> str:
    """Return the lines as one text; all but the subject, which is a field of mail, go on below."""
    subject, *rest = lines
    every = [part for line in rest for part in (_wrapped(line, width) if width else [line]) or [""]]
    return "\n".join([subject, *every]) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    start = line[: len(line) - len(line.lstrip())]
    mark = re.match(r"\d+\. |- ", line)
    return textwrap.wrap(
        line.strip(),
        width,
        initial_indent=start,
        subsequent_indent=" " * mark.end() if mark else start,
        # Addresses must stay whole, so that a mail program makes links of them.
        break_long_words=False,
        break_on_hyphens=False,
    )
