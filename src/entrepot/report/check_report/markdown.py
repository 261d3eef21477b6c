"""A check as Markdown: the text with its numbers marked, then each claim."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from entrepot.report.attribution import in_one_count, laid_to, nor_with
from entrepot.report.check_report.entries import entries, worst_first
from entrepot.report.check_report.text import escaped, numbered, one_line, paragraphs
from entrepot.report.phrasing import capital
from entrepot.report.verdicts import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims import Check
    from entrepot.claims.result import ConflictBlock
    from entrepot.report.check_report.entries import Entry, Evidence
    from entrepot.report.check_report.text import Article, Piece

__all__ = ["SIGNS", "render_markdown"]

SIGNS = {"inconsistent": "×", "differs": "≠", "not_enough_evidence": "?", "supported": "✓"}


def render_markdown(check: Check, article: Article | None = None) -> str:
    """Return the check as Markdown in the GitHub flavour."""
    source = check.source
    parts = [f"# {escaped(source.title)}"]
    if said := ", ".join(part for part in (source.publisher, source.date) if part):
        parts.append(escaped(said))
    parts.append(f"**{check.in_counts()}**")
    parts += [escaped(limit) for limit in check.limits]
    for words, blocks in groupby(check.blocks, key=in_one_count):
        parts.append(f"## Cannot all be true{words}")
        parts += [_conflict(block, check) for block in blocks]
    parts.append("## The text")
    signs = {item.id: SIGNS[item.verdict] for item in check.claims}
    parts += [
        f"> {''.join(_piece(piece, signs, numbered(check)) for piece in held)}"
        for held in paragraphs(check, article)
    ]
    parts.append(" ".join(f"{sign} {WORDS[name].lower()}" for name, sign in SIGNS.items()))
    parts.append("## The claims")
    for entry in worst_first(entries(check)):
        parts += _entry(entry)
    return "\n\n".join(parts) + "\n"


def _conflict(block: ConflictBlock, check: Check) -> str:
    first = block.first
    said = [first.because, f"Put right: {first.corrected}" if first.corrected else ""]
    said += [laid_to(block, check), nor_with(block, check)]
    return " ".join(f"{escaped(capital(words))}." for words in said if words)


def _piece(piece: Piece, signs: dict[str, str], numbers: dict[str, int]) -> str:
    inner = escaped(piece.text)
    lead = " " if piece.text[:1].isspace() else ""
    trail = " " if piece.text[-1:].isspace() and inner else ""
    if piece.claim:
        return f"**{inner}** {signs[piece.claim]} ({numbers[piece.claim]})"
    if piece.why:
        return f"{lead}{inner} (not read: {escaped(piece.why)}){trail}"
    return f"{lead}{inner}{trail}"


def _entry(entry: Entry) -> Iterator[str]:
    word = WORDS[entry.verdict].lower()
    verdict = f"{word}, {entry.qualifier}" if entry.qualifier else word
    yield f"### {entry.number}. {escaped(entry.what)}: {escaped(entry.says)}"
    yield f"{SIGNS[entry.verdict]} **{verdict}.** {escaped(entry.reason)}"
    lines = [f"- {name}: {escaped(text)}" for name, text in entry.definition]
    lines += [f"- Likely error, {kind}: {escaped(text)}" for kind, text in entry.likely_errors]
    if entry.arithmetic:
        lines.append(f"- Arithmetic: {escaped(entry.arithmetic)}")
    if entry.implied:
        lines.append(f"- The other numbers leave: {escaped(entry.implied)}")
    if entry.evidence_needed:
        lines.append(f"- Evidence needed: {escaped(entry.evidence_needed)}")
    lines += [f"- {_evidence(one)}" for one in entry.evidence]
    yield "\n".join(lines)


def _evidence(one: Evidence) -> str:
    links = ", ".join(f"[{escaped(link.text)}]({_address(link.url)})" for link in one.links)
    return (
        f"{escaped(one.value)} {one.outcome}: {escaped(one.text)}{f' ({links})' if links else ''}"
    )


def _address(url: str) -> str:
    return one_line(url).replace("(", "%28").replace(")", "%29")
