"""The claims with their verdicts: what is wrong first, with the shortest arithmetic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.model.display import NBSP, figure_value, joined, number
from entrepot.model.period import Period
from entrepot.report import phrasing
from entrepot.report.attribution import also_conflicting, in_one_reporter, likely_cause
from entrepot.report.parts import (
    ORDER,
    Arithmetic,
    ClaimRow,
    ClaimsPart,
    ConflictBox,
    DataGap,
    PageLink,
    Remark,
    Section,
)
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from entrepot.claims import Check, CheckedClaim
    from entrepot.claims.comparison import Comparison
    from entrepot.claims.result import ConflictBlock
    from entrepot.report.brief_context import Subject
    from entrepot.report.charts.share_lines import PublishedBox

NAME, EYEBROW = "claims", "The claims"
SHOWN = 3
OWN_ORIGIN = "BACI"  # our own results print all their digits; a reader wants three
PHRASES = (
    ("supported", "is supported", "are supported"),
    ("differs", "differs", "differ"),
    ("inconsistent", "is inconsistent", "are inconsistent"),
    ("not_enough_evidence", "lacks evidence", "lack evidence"),
)


def section(check: Check) -> Section:
    """Return every claim of a check, and the conflicts between them."""
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=Remark(_title(check.summary)),
        deck="Each claim is read as published: its digits give its rounding, its words its "
        "relation. "
        "A quotation is not evidence for itself.",
        claims=claims_part(check),
    )


def claims_part(check: Check) -> ClaimsPart:
    """Return the claims of a check and its conflicts, what is wrong first."""
    ordered = sorted(check.claims, key=lambda item: ORDER.index(item.verdict))
    summary = check.summary
    source = check.source
    said = ", ".join(part for part in (source.title, source.publisher, source.date) if part)
    return ClaimsPart(
        tally=tuple((name, summary[name]) for name in ORDER if summary[name]),
        conflicts=tuple(_box(block, check) for block in check.blocks),
        rows=tuple(_row(item) for item in ordered),
        caption=f"Claims as recorded from: {said}",
    )


def _title(summary: dict[str, int]) -> str:
    """Say what became of the claims, in one line."""
    parts = [
        f"{summary[name]} {one if summary[name] == 1 else many}".replace(" ", NBSP)
        for name, one, many in PHRASES
        if summary[name]
    ]
    return f"Of {phrasing.count_word(summary['claims'], 'claim')} {joined(parts)}"


def _box(block: ConflictBlock, check: Check) -> ConflictBox:
    conflict = block.first
    count = phrasing.cardinal(len(conflict.claims))
    lines, notes = [], []
    for name, text in (("Our arithmetic", conflict.because), ("Corrected", conflict.corrected)):
        line, note = _line(name, text)
        if line:
            lines.append(line)
        if note and note not in notes:
            notes.append(note)
    if conflict.corrected:
        notes.append("Correcting one likely error resolves the conflict")
    found = {item.id: item.likely_errors for item in check.claims}
    errors = [found[name][0].text.rstrip(".") for name in block.blamed if found[name]]
    likely = f"Likely error: {joined(errors)}" if errors else ""
    said = (likely, likely_cause(block, check), also_conflicting(block, check))
    notes += [note for note in said if note]
    text = ". ".join(phrasing.capital(note).rstrip(".") for note in notes)
    return ConflictBox(
        title=f"{count.capitalize()} of its numbers contradict each other{in_one_reporter(block)}",
        lines=tuple(lines),
        text=f"{text}." if text else "",
    )


def _line(name: str, text: str) -> tuple[Arithmetic | None, str]:
    """Split "sum = result, which rounds to x; note" into a line and its note."""
    if not text:
        return None, ""
    # From the right, for a quantity may itself have a clause with "which".
    total, which, rest = text.rpartition(", which ")
    if not which:
        return Arithmetic(name, text, "", agrees=False), ""
    outcome, _, note = rest.partition("; ")
    return Arithmetic(name, total, outcome, agrees=not outcome.startswith("does not")), note


def _row(item: CheckedClaim) -> ClaimRow:
    details = [
        text for text in (item.arithmetic, *(error.text for error in item.likely_errors)) if text
    ]
    # Reversed twice: of several with one address the
    # first, best one names the link, in their order.
    urls = {found.url: found.source for found in reversed(item.against) if found.url}
    return ClaimRow(
        id=item.claim.id,
        claim=_claim(item),
        against=_against(item),
        verdict=item.verdict,
        why=item.reason,
        likely_error=item.likely_errors[0].kind.replace("_", " ") if item.likely_errors else "",
        qualifier=item.qualifier,
        details=tuple(dict.fromkeys(details)),
        links=tuple(PageLink(name, url) for url, name in reversed(urls.items())),
    )


def _claim(item: CheckedClaim) -> str:
    """Return the quote with its number strong; a number in words is put behind it."""
    quote = item.claim.quote.replace(" %", f"{NBSP}%")
    says = item.claim.says.text.replace(" %", f"{NBSP}%")
    if says in quote:
        return quote.replace(says, f"**{says}**", 1)
    digits = re.search(r"\d[\d.,]*", says)
    if digits:
        after = rf"(?:{NBSP}%|\s(?:thousand|million|billion|trillion)(?:\s\w+)?)?"
        # The claim may say "36 %" where the text has "36 per
        # cent": then its digits are looked for, whole ones only.
        place = re.search(rf"(?<![\d.]){re.escape(digits[0])}(?!\d){after}", quote)
        if place:
            return f"{quote[: place.start()]}**{place[0]}**{quote[place.end() :]}"
    return f"{quote} (**{says}**)"


def _against(item: CheckedClaim) -> str:
    """Return what others say, the quoted source first, numbers that read the same together."""
    by_value: dict[str, list[str]] = {}
    # False sorts before True: the quoted source stands first.
    for found in sorted(item.against, key=lambda one: not one.own):
        names = " and ".join(origin_name(origin) for origin in found.origins) or found.source
        by_value.setdefault(_value(found), [])
        if names not in by_value[_value(found)]:
            by_value[_value(found)].append(names)
    if not by_value:
        return "no value available"
    shown = [f"**{value}** {', '.join(names)}" for value, names in list(by_value.items())[:SHOWN]]
    more = len(by_value) - len(shown)
    return "; ".join(shown) + (f"; {phrasing.count_word(more, 'other')}" if more > 0 else "")


def _value(found: Comparison) -> str:
    rows = [statement.row for statement in found.statements]
    if len(rows) == 1 and not found.how and rows[0].origin != OWN_ORIGIN:
        return rows[0].printed.replace(" ", NBSP).replace("-", "−", 1)
    return figure_value(found.value, found.unit)


def boxes(check: Check, subject: Subject) -> tuple[PublishedBox, ...]:
    """Return the claims that state the supplier's share of all imports, for the share chart."""
    # Here, as a check by itself has no chart and should not load what draws them.
    from entrepot.report.charts.share_lines import PublishedBox

    wanted = {
        "measure": "import_share",
        "importer": subject.importer,
        "exporter": subject.supplier,
        "goods": "all",
        "basis": "dispatch",
    }
    found = []
    for item in check.claims:
        keys = dict(item.claim.keys)
        ends = item.claim.interval
        # "Over a third" is open up to all of it, and a box to 100 % would hide the chart.
        if all(keys.get(name) == value for name, value in wanted.items()) and ends.high < 1:
            period = Period.parse(keys["period"])
            if period.is_year:
                text = item.claim.says.text.replace(" %", "").replace("%", "")
                at = float(period.year)
                low, high = ends.low * 100, ends.high * 100
                digits = number((low + high) / 2, 2)
                found.append(PublishedBox(at, low, high, text, digits, "the claim", claim=True))
    return tuple(found)


def gaps(check: Check) -> tuple[DataGap, ...]:
    """Return what would test the claims that cannot be tested, each reason once."""
    found: dict[str, DataGap] = {}
    for item in check.claims:
        # With a qualifier something is known: it agrees with the source that is quoted.
        if item.verdict == "not_enough_evidence" and not item.qualifier:
            found.setdefault(item.reason, DataGap(f"“{item.claim.quote.rstrip('.')}”", item.reason))
    return tuple(found.values())
