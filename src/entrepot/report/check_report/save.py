"""Write a check in the format that the file's suffix names."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.model.table_files import write_whole
from entrepot.report.attribution import also_conflicting, in_one_reporter, likely_cause
from entrepot.report.check_report.entries import (
    entries,
    escaped,
    numbered,
    one_line,
    paragraphs,
    web,
    without_heading_sign,
    worst_first,
)
from entrepot.report.check_report.note import render_note
from entrepot.report.parts import WORDS
from entrepot.report.phrasing import capital
from entrepot.report.render_html import ICONS, page_environment, page_style
from entrepot.report.sections.verdicts import claims_part
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from entrepot.claims import Check, CheckedClaim
    from entrepot.claims.result import ConflictBlock
    from entrepot.report.check_report.entries import (
        ArticleText,
        EntryEvidence,
        ReportEntry,
        TextPiece,
    )

FORMATS = (".html", ".md", ".json", ".jsonld", ".txt")
NOTES = (".txt",)


def format_of(path: Path) -> Callable[[Check, ArticleText | None], str]:
    """Return the renderer for a file name.

    Raises
    ------
    RequestError
        For a suffix that no renderer writes.
    """
    renderers: dict[str, Callable[[Check, ArticleText | None], str]] = {
        ".html": render_page,
        ".md": render_markdown,
        ".json": lambda check, _: f"{check.to_json()}\n",
        ".jsonld": lambda check, _: render_jsonld(check),
        ".txt": lambda check, _: f"{check}\n",
    }
    suffix = path.suffix.lower()
    if suffix not in renderers:
        raise RequestError(
            f"cannot write a check as {suffix or 'a file without a suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(FORMATS)}; a browser prints the .html to PDF",
        )
    return renderers[suffix]


def check_note(path: Path) -> None:
    """Refuse a note that could not be written.

    Raises
    ------
    RequestError
        For a suffix that is not of plain text.
    """
    if path.suffix.lower() not in NOTES:
        raise RequestError(
            f"cannot write a note as {path.suffix or 'a file without a suffix'}",
            where=str(path),
            hint="it is plain text: end the name in .txt",
        )


def write_check(check: Check, path: Path, article: ArticleText | None = None) -> Path:
    """Render a check and write it whole or not at all.

    Parameters
    ----------
    check
        What to write.
    path
        Where; the suffix decides the format.
    article
        The whole text with the places of the claims, if the check came from one.

    Raises
    ------
    RequestError
        For an unknown suffix.
    OutsideError
        If the disk refuses.
    """
    return write_whole(path, format_of(path)(check, article))


def write_note(check: Check, path: Path) -> Path:
    """Write the note to an editor; raises as `write_check` does."""
    check_note(path)
    return write_whole(path, render_note(check))


def render_page(check: Check, article: ArticleText | None = None) -> str:
    """Return the page; the same check gives the same bytes.

    Parameters
    ----------
    check
        Results.
    article
        The whole text, if the check came from one; else the quotes stand for it.
    """
    page = page_environment().get_template("check.html.j2")
    style = page_style("brief.css", "check.css")
    return page.render(style=style, **page_parts(check, article)).strip() + "\n"


def page_parts(check: Check, article: ArticleText | None = None) -> dict[str, Any]:
    """Return what the template of a check is filled with, its style apart."""
    found = entries(check)
    source = check.source
    return {
        "title": one_line(source.title),
        "said": [("Publisher", one_line(source.publisher)), ("Date", one_line(source.date))],
        "url": web(source.url),
        "finding": _finding(check),
        "limits": [one_line(limit) for limit in check.limits],
        "part_of": claims_part(check),
        "paragraphs": [without_heading_sign(paragraph) for paragraph in paragraphs(check, article)],
        "left": article.left if article else (),
        "article": article,
        "entries": worst_first(found),
        "by_id": {entry.id: entry for entry in found},
        "numbers": numbered(check),
        "reviews": inside_html(check),
        "icons": ICONS,
        "words": WORDS,
        "version": __version__,
    }


def _finding(check: Check) -> str:
    """Say what became of the claims in one line, what is wrong first."""
    if not check.claims:
        return "The text makes no claim that can be read"
    # The first comma stands between the number of claims and their verdicts.
    return check.in_counts().replace(", ", ": ", 1)


# A check as ClaimReview of schema.org, in JSON-LD.


REVIEWER = {"@type": "Organization", "name": "Entrepôt"}
# "</script>" or "<!--" in a quotation would end the
# element; JSON reads the escapes as the same signs.
_RISKY = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def claim_review(check: Check) -> dict[str, Any]:
    """Return one ClaimReview a claim.

    The verdict is a word (``alternateName``) with its reason. A number from 1 to 5 would claim a
    precision that no verdict has, so there is none. What is not known (date, address) is left out.
    """
    return {
        "@context": "https://schema.org",
        "@graph": [_review(item, check) for item in check.claims],
    }


def render_jsonld(check: Check) -> str:
    """Return the reviews as the text of a ``.jsonld`` file, for the page of somebody else."""
    return _harmless(json.dumps(claim_review(check), ensure_ascii=False, indent=1)) + "\n"


def inside_html(check: Check) -> str:
    """Return the reviews for a script element: nothing in it can end the element."""
    return _harmless(json.dumps(claim_review(check), ensure_ascii=False, separators=(",", ":")))


def _harmless(text: str) -> str:
    for sign, code in _RISKY.items():
        text = text.replace(sign, code)
    return text


def _review(item: CheckedClaim, check: Check) -> dict[str, Any]:
    word = WORDS[item.verdict]
    name = f"{word}, {item.qualifier}" if item.qualifier else word
    quote = one_line(item.claim.quote)
    return {
        "@type": "ClaimReview",
        "identifier": item.id,
        "claimReviewed": quote or one_line(item.says),
        "author": REVIEWER,
        "itemReviewed": _claim(item, check),
        "reviewRating": {
            "@type": "Rating",
            "alternateName": name,
            "ratingExplanation": one_line(item.reason),
        },
    }


def _claim(item: CheckedClaim, check: Check) -> dict[str, Any]:
    source = check.source
    # Who is quoted is not the author of a number that the text misquotes.
    best = next(iter(item.against), None)
    misquoted = best is not None and best.own and best.outcome == "contradicts"
    quoted = "" if misquoted else item.claim.attributed_to
    by = one_line(quoted or source.publisher)
    work = _known(
        {
            "@type": "CreativeWork",
            "headline": one_line(source.title),
            "url": web(source.url),
            "datePublished": source.date,
            "publisher": _named(source.publisher, "Organization"),
        }
    )
    return _known(
        {
            "@type": "Claim",
            "text": one_line(item.says),
            "author": _named(by, "Thing"),
            "datePublished": source.date,
            "appearance": work,
        }
    )


def _named(name: str, kind: str) -> dict[str, str] | None:
    """Return a name; whether who is quoted is a person or an office, the text does not tell."""
    return {"@type": kind, "name": one_line(name)} if name else None


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


# A check as Markdown: the text with its numbers marked, then each claim.


SIGNS = {"inconsistent": "×", "differs": "≠", "not_enough_evidence": "?", "supported": "✓"}


def render_markdown(check: Check, article: ArticleText | None = None) -> str:
    """Return the check as Markdown in the GitHub flavour."""
    source = check.source
    parts = [f"# {escaped(source.title)}"]
    if said := ", ".join(part for part in (source.publisher, source.date) if part):
        parts.append(escaped(said))
    parts.append(f"**{check.in_counts()}**")
    parts += [escaped(limit) for limit in check.limits]
    # Sorted, which groupby needs: a heading stands once.
    kinds = sorted(check.blocks, key=in_one_reporter)
    for words, blocks in groupby(kinds, key=in_one_reporter):
        parts.append(f"## Figures that contradict each other{words}")
        parts += [_conflict(block, check) for block in blocks]
    parts.append("## The text")
    signs = {item.id: SIGNS[item.verdict] for item in check.claims}
    parts += [
        f"> {''.join(_piece(piece, signs, numbered(check)) for piece in paragraph)}"
        for paragraph in paragraphs(check, article)
    ]
    parts.append(" ".join(f"{sign} {WORDS[name].lower()}" for name, sign in SIGNS.items()))
    parts.append("## The claims")
    for entry in worst_first(entries(check)):
        parts += _entry(entry)
    return "\n\n".join(parts) + "\n"


def _conflict(block: ConflictBlock, check: Check) -> str:
    first = block.first
    said = [first.because, f"Corrected: {first.corrected}" if first.corrected else ""]
    said += [likely_cause(block, check), also_conflicting(block, check)]
    return " ".join(f"{escaped(capital(words))}." for words in said if words)


def _piece(piece: TextPiece, signs: dict[str, str], numbers: dict[str, int]) -> str:
    inner = escaped(piece.text)
    # `escaped` strips spaces, which between a number and its words must stay.
    lead = " " if piece.text[:1].isspace() else ""
    trail = " " if piece.text[-1:].isspace() and inner else ""
    if piece.claim:
        return f"**{inner}** {signs[piece.claim]} ({numbers[piece.claim]})"
    if piece.why:
        return f"{lead}{inner} (not read: {escaped(piece.why)}){trail}"
    return f"{lead}{inner}{trail}"


def _entry(entry: ReportEntry) -> Iterator[str]:
    word = WORDS[entry.verdict].lower()
    verdict = f"{word}, {entry.qualifier}" if entry.qualifier else word
    yield f"### {entry.number}. {escaped(entry.what)}: {escaped(entry.says)}"
    yield f"{SIGNS[entry.verdict]} **{verdict}.** {escaped(entry.reason)}"
    lines = [f"- {name}: {escaped(text)}" for name, text in entry.definition]
    lines += [f"- Likely error, {kind}: {escaped(text)}" for kind, text in entry.likely_errors]
    if entry.arithmetic:
        lines.append(f"- Arithmetic: {escaped(entry.arithmetic)}")
    if entry.counted:
        lines.append(f"- Range across definitions and series: {escaped(entry.counted)}")
    if entry.implied:
        lines.append(
            f"- Implied by all other figures, published ones included: {escaped(entry.implied)}"
        )
    if entry.evidence_needed:
        lines.append(f"- Evidence needed: {escaped(entry.evidence_needed)}")
    lines += [f"- {_evidence(one)}" for one in entry.evidence]
    yield "\n".join(lines)


def _evidence(one: EntryEvidence) -> str:
    links = ", ".join(f"[{escaped(link.text)}]({_address(link.url)})" for link in one.links)
    return (
        f"{escaped(one.value)} {one.outcome}: {escaped(one.text)}{f' ({links})' if links else ''}"
    )


def _address(url: str) -> str:
    # A parenthesis ends the address of a link in Markdown.
    return one_line(url).replace("(", "%28").replace(")", "%29")
