"""Check a text's numbers against each other and against evidence, and name likely errors."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims import verdict_text
from entrepot.claims.arithmetic import against_words, because, notes_of, parts_over_total
from entrepot.claims.assess import assess_claims
from entrepot.claims.comparison import EvidenceVerdict, standing
from entrepot.claims.document import Document, require_few
from entrepot.claims.evidence import evidence, similar_in_print
from entrepot.claims.explain import Explanation, explanations, is_close, undecided
from entrepot.claims.group import implied_prices
from entrepot.claims.growth_currency import either_money, mixed_money
from entrepot.claims.loaded_evidence import LakeAnswers, refused
from entrepot.claims.quantity import Quantity, in_data_units
from entrepot.claims.quantity_text import flow, period_of
from entrepot.claims.read import check_readable, document_of
from entrepot.claims.result import Check, CheckedClaim, Conflict, Explained, LikelyError, Verdict
from entrepot.claims.statements import ReferenceLevels, known_statements
from entrepot.errors import RequestError
from entrepot.files import expanded
from entrepot.model.display import NBSP, joined

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim, Source
    from entrepot.claims.error_patterns import ErrorContext
    from entrepot.claims.numbers import Says
    from entrepot.lake import Lake
    from entrepot.model.interval import Interval

ERRORS_SHOWN = 3
WRONG = ("differs", "inconsistent")


def check(
    document: str | os.PathLike[str] | Document,
    lake: Lake | str | os.PathLike[str] | None = None,
    *,
    facts: ReferenceLevels | None = None,
) -> Check:
    """Check the claims of a text.

    Parameters
    ----------
    document
        Path of a claims file, or claims already read.
    lake
        A lake, or its folder, whose rows count as evidence too; published numbers always do.
        By default the one of the settings (``ENTREPOT_LAKE``), as everywhere.
    facts
        Other published statements than those that come with the package and the lake. Without
        `lake` they are the only evidence.

    Returns
    -------
    Check
        With a verdict for every claim: ``inconsistent`` (contradicts the text's other numbers),
        ``differs`` (outside all definitions), ``not_enough_evidence``, ``supported``.

    Raises
    ------
    BadFileError
        If the file is not a claims file; the message names the line.
    RequestError
        If there are more claims than are checked together.

    Examples
    --------
    >>> from entrepot.claims import check, parse_document
    >>> text = '''
    ... format: 1
    ... source: {title: A sentence}
    ... claims:
    ...   - id: trade
    ...     value: {exporter: CHN, importer: RUS, flow: both, period: 2025}
    ...     says: 1.63 trillion yuan
    ... '''
    >>> check(parse_document(text)).claims[0].verdict
    'supported'
    """
    read = document if isinstance(document, Document) else read_document(document)
    require_few(len(read.claims))
    opened = None if lake is None and facts is not None else _opened(lake)
    known = facts or ReferenceLevels(known_statements(opened))
    found = _checked_together(read, opened, known)
    doubted: dict[str, CheckedClaim] = {}
    # Each round removes a claim, so it ends; removing one can change what the rest is blamed for.
    while more := _doubted(found, read.alone - doubted.keys()):
        doubted |= more
        rest = tuple(claim for claim in read.claims if claim.id not in doubted)
        found = _checked_together(replace(read, claims=rest), opened, known)
    kept = {item.id: item for item in found.claims} | doubted
    return replace(found, claims=tuple(kept[claim.id] for claim in read.claims))


# On 49 labelled texts such readings made seven of nine false alarms.
_READ_RIGHTLY = "a look at the sentence: whether the number is of this flow, goods, period and base"


def _doubted(found: Check, alone: Collection[str]) -> dict[str, CheckedClaim]:
    """Return claims of one reading alone that are wrong; if none is, those that cannot all hold.

    What is wrong goes first: without it the others may hold, and then they are supported.
    """
    mine = [item for item in found.claims if item.id in alone]
    involved = {name for one in found.conflicts for name in one.claims}
    wrong = [item for item in mine if item.verdict in WRONG]
    return {
        item.id: CheckedClaim(
            item.claim,
            "not_enough_evidence",
            verdict_text.READ_ONCE,
            against=item.against,
            evidence_needed=_READ_RIGHTLY,
        )
        for item in wrong or [item for item in mine if item.id in involved]
    }


def _checked_together(read: Document, opened: Lake | None, known: ReferenceLevels) -> Check:
    """Check claims against each other and against evidence."""
    # Digits before currency: which currency fits is judged by the number that was chosen.
    read, unclear = either_reading(read, known)
    before, (read, unsaid) = read, either_money(read, known)
    moneys = mixed_money(before, read)
    answers = LakeAnswers(opened) if opened else None
    with opened.reading() if opened else nullcontext():
        case = assess_claims(read, known, answers)
        explained, looked_through = explanations(case)
        # A second pass, now with these amounts taken to be of another series.
        if alone := _unexplained_alone(case, explained):
            case = assess_claims(read, known, answers, alone)
            explained, looked_through = explanations(case)
        refusals = dict(_refusals(case, answers)) if answers else {}
    culprits = _culprits(case, explained)
    conflicts = tuple(conflicts_of(case, explained, culprits))
    # Numbers that are supported stay so: then it is the verb that is wrong.
    worded = [*against_words(case.document.claims)]
    unproved = {name for name, judged in case.standings.items() if judged.verdict != "supported"}
    culprits |= unproved.intersection(name for one in worded for name in one.claims)
    conflicts += tuple(worded)
    beyond = list(parts_over_total(case.document.claims, case.conflicts, culprits))
    notes = dict(_price_notes(case.document)) | unclear | unsaid | dict(notes_of(beyond))
    notes |= {name: one.because for one in worded for name in one.claims}
    around = settled(case, culprits)
    return Check(
        source=read.source,
        claims=tuple(
            _checked(
                claim,
                case,
                _Findings(explained, culprits, conflicts, notes, around, moneys, refusals),
            )
            for claim in read.claims
        ),
        conflicts=(*conflicts, *(one.conflict for one in beyond)),
        explanations=tuple(
            Explained(tuple((p.kind, tuple(sorted(p.names))) for p in item.proposals))
            for item in explained[:ERRORS_SHOWN]
            if item.proposals
        ),
        todo=read.todo,
        limits=(*_mixed(moneys, read), *_limits(case, looked_through=looked_through)),
    )


def _mixed(moneys: dict[str, str], read: Document) -> Iterator[str]:
    """Yield that rates of the same trade are in several moneys, which the text does not say."""
    if moneys:
        rates = [f"“{read.by_id[name].says.text}” in {money}" for name, money in moneys.items()]
        yield (
            f"Rates in different currencies stand side by side, unsaid: {joined(rates)}. In one "
            "currency they cannot all be true."
        )


def _limits(case: ErrorContext, *, looked_through: bool) -> Iterator[str]:
    """Yield what was not looked for to the end, in words."""
    if not case.together.lists_all_conflicts:
        yield "There may be more conflicts than those listed: too many claims share their flows."
    if not looked_through:
        yield "There may be more explanations: not all sets of claims were searched for errors."


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was found about a text as a whole."""

    explained: tuple[Explanation, ...]
    culprits: frozenset[str]
    conflicts: tuple[Conflict, ...]
    notes: dict[str, str]
    around: dict[str, Settled]
    moneys: dict[str, str]
    refusals: dict[str, str]


def _opened(lake: Lake | str | os.PathLike[str] | None) -> Lake:
    from entrepot.lake import Lake

    return lake if isinstance(lake, Lake) else Lake.open(lake)


def _unexplained_alone(case: ErrorContext, explained: tuple[Explanation, ...]) -> frozenset[str]:
    """Return the amounts that may be of another series, and that no error explains.

    Freight and insurance explain any amount a little off: so does another series.
    """
    best = explained[0].proposals if explained else ()
    named = {name for one in best if one.kind != "valuation" for name in one.names}
    return (
        frozenset(name for name, judged in case.standings.items() if judged.why == "alone") - named
    )


def _culprits(case: ErrorContext, explained: tuple[Explanation, ...]) -> frozenset[str]:
    """Return the claims that cannot hold.

    In each conflict those that evidence contradicts or that the best likely errors change (each of
    the best, where several explain as well); if nothing tells the members apart, all that no
    evidence supports; failing that, all.
    """
    found: set[str] = set()
    for conflict in (*case.conflicts, *case.by_data):
        ending = [item for item in explained if item.names & conflict]
        best = [item for item in ending if is_close(item, ending[0])]
        changed = frozenset(name for item in best for name in item.names)
        verdicts = {name: case.standings[name].verdict for name in conflict}
        # Empty sets fall through: evidence, then lack of support, then the lot.
        guilty = {name for name in conflict if verdicts[name] == "differs" or name in changed}
        unsupported = {name for name in conflict if verdicts[name] != "supported"}
        found |= guilty or unsupported or conflict
    return frozenset(found)


def _refusals(case: ErrorContext, answers: LakeAnswers) -> Iterator[tuple[str, str]]:
    """Yield why what the lake holds answers nothing, of claims that nothing answers."""
    for claim in case.document.claims:
        if case.standings[claim.id].best is None and (why := refused(claim, answers)):
            yield claim.id, f"data are loaded but were not summed: {why}."


def _price_notes(document: Document) -> Iterator[tuple[str, str]]:
    for names, text in implied_prices(document.claims):
        for name in names:
            yield name, text


def _checked(claim: Claim, case: ErrorContext, findings: _Findings) -> CheckedClaim:
    judged, found = case.standings[claim.id], case.found[claim.id]
    conflict = next((one for one in findings.conflicts if claim.id in one.claims), None)
    words = findings.refusals.get(claim.id) or verdict_text.reason(claim, judged, found, case.facts)
    verdict: Verdict = judged.verdict
    note = findings.notes.get(claim.id, "")
    arithmetic = note
    around = findings.around[claim.id]
    # A conflict of the text outranks what evidence says of the claim alone.
    if claim.id in findings.culprits and conflict is not None:
        verdict = "inconsistent"
        together = verdict_text.conflicting(claim, conflict.claims, case.document.by_id)
        judged = _against_it(judged, found, around.implied)
        agrees = judged.best is not None and judged.best.outcome == "supports"
        words = verdict_text.reason(claim, judged, found, case.facts)
        words = (
            f"{together}{', though' if agrees else ';'} {words}" if judged.best else f"{together}."
        )
        arithmetic = conflict.because
    elif claim.id in findings.culprits and verdict != "differs":
        verdict = "differs"
        with_data = next(one for one in case.by_data if claim.id in one)
        left = case.together.bounds(claim.quantity, with_data - {claim.id})
        words = f"{verdict_text.left(claim, left, with_data, case.document.by_id)}."
        arithmetic = because(with_data, case.document.by_id, case.together)
    if note and note not in words:
        words = f"{words.removesuffix('.')}; {note}."
    return CheckedClaim(
        claim=claim,
        verdict=verdict,
        reason=words[:1].upper() + words[1:],
        qualifier=_qualifier(judged, verdict, findings.moneys.get(claim.id, "")),
        against=_best_first(judged, found) or similar_in_print(claim, case.facts),
        likely_errors=tuple(_likely_errors(claim, findings.explained)) if verdict in WRONG else (),
        arithmetic=arithmetic,
        implied=around.implied,
        # A difference is settled, as is what others support.
        evidence_needed="" if verdict in ("supported", "differs") else around.evidence_needed,
    )


def _against_it(
    judged: EvidenceVerdict, found: tuple[Comparison, ...], implied: Interval | None
) -> EvidenceVerdict:
    """Return a claim that cannot hold as what refutes it has it, if anything does.

    Published figures that leave a claim open do so no longer where the text's other figures lead to
    one that refutes it.
    """
    best = judged.best
    if judged.verdict == "not_enough_evidence" and best is not None:
        same = best.outcome == "contradicts" and not best.other_definition
        if same and implied is not None and best.loose.meets(implied):
            return EvidenceVerdict("differs", "disagrees", best)
    if judged.verdict != "supported":
        return judged
    refuting = [item for item in found if item.outcome == "contradicts"]
    best = min(refuting, key=_far_from_print, default=None)
    if best is None:
        return judged
    return EvidenceVerdict(
        "differs", "agrees-otherwise" if best.other_definition else "disagrees", best
    )


def _far_from_print(item: Comparison) -> tuple[bool, bool]:
    computed = not item.statements or any(statement.is_own_result for statement in item.statements)
    return bool(item.other_definition), computed


def _best_first(judged: EvidenceVerdict, found: tuple[Comparison, ...]) -> tuple[Comparison, ...]:
    return tuple(sorted(found, key=lambda item: item is not judged.best))


def _qualifier(judged: EvidenceVerdict, verdict: Verdict, money: str) -> str:
    if verdict != judged.verdict:
        return ""
    other = {"as-quoted": "quoted source only", "agrees-otherwise": "under another definition"}
    unsaid = f"only in {money}" if money and verdict == "supported" else ""
    return other.get(judged.why, unsaid)


def _likely_errors(claim: Claim, explained: tuple[Explanation, ...]) -> Iterator[LikelyError]:
    """Yield the errors that explain a claim, the best of each kind and partner first.

    Where several kinds fit equally well, that is said first.
    """
    seen: set[tuple[str, str]] = set()
    if several := undecided(claim.id, explained):
        either = " or ".join(kind.replace("_", " ") for kind in several)
        sums = "; ".join(one.text.rstrip(".") for one in several.values())
        numbers = {one.corrected for one in several.values()}
        yield LikelyError(
            "undecided",
            "",
            numbers.pop() if len(numbers) == 1 else "",
            f"{either}, which fit equally well: {sums}.",
        )
    for proposal in (one for item in explained for one in item.proposals):
        for change in proposal.changes:
            what = (proposal.kind, change.other)
            if change.claim.id == claim.id and what not in seen and len(seen) < ERRORS_SHOWN:
                seen.add(what)
                yield LikelyError(proposal.kind, change.other, change.corrected, change.text)


def conflicts_of(
    case: ErrorContext, explained: tuple[Explanation, ...], culprits: Collection[str]
) -> Iterator[Conflict]:
    """Yield the conflicts of a text, first those of which the best likely errors change most.

    Parameters
    ----------
    case
        The text.
    explained
        Sets of likely errors that explain what is wrong, best first.
    culprits
        Claims that cannot hold.
    """
    changed = frozenset(
        name for item in explained[:1] for one in item.proposals for name in one.names
    )
    alone = case.together.text_alone(with_known=False)
    # Of equally short sums first one of the text's own numbers alone, which needs no source. Ids
    # last, so that the order does not depend on the hashing of sets.
    order = sorted(
        case.conflicts,
        key=lambda one: (-len(one & changed), len(one), alone.feasible(one), sorted(one)),
    )
    for conflict in order:
        yield Conflict(
            claims=tuple(claim.id for claim in case.document.claims if claim.id in conflict),
            because=because(conflict, case.document.by_id, case.together),
            corrected=_corrected(conflict, case, explained),
            blamed=_blamed(conflict, explained, culprits),
        )


def _blamed(
    conflict: frozenset[str], explained: tuple[Explanation, ...], culprits: Collection[str]
) -> tuple[str, ...]:
    """Return what one error of the best explanation changes, else all of it that cannot hold."""
    changed = [p.names for item in explained[:1] for p in item.proposals if p.names & conflict]
    alone = explained[0].unexplained & conflict if explained else frozenset[str]()
    chosen = max(changed, key=lambda names: len(names & conflict), default=alone)
    return tuple(sorted(chosen or conflict & frozenset(culprits)))


def _corrected(
    conflict: frozenset[str], case: ErrorContext, explained: tuple[Explanation, ...]
) -> str:
    best = next((item for item in explained if item.names & conflict), None)
    if best is None or not best.proposals:
        return ""
    changed = {change.claim.id: change.claim for p in best.proposals for change in p.changes}
    # Some errors have no one corrected number: then there is no sum to show.
    if any(not change.corrected for p in best.proposals for change in p.changes):
        return ""
    system = case.together.replaced(changed)
    return because(conflict, case.document.by_id | changed, system, fits=True)


TIGHT = 2.0
"""Bounds this many times as wide as what the digits leave settle a claim."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What all other claims leave for a number, and which number would settle it."""

    implied: Interval | None = None
    evidence_needed: str = ""


def settled(case: ErrorContext, culprits: Collection[str]) -> dict[str, Settled]:
    """Return the slack of every claim, under all others that are not known to be wrong."""
    wrong = set(culprits) | {
        n for n, judged in case.standings.items() if judged.verdict == "differs"
    }
    trusted = frozenset(case.document.by_id) - wrong
    found: dict[str, Settled] = {}
    for claim in case.document.claims:
        bounds = case.together.bounds(claim.quantity, trusted - {claim.id})
        if bounds is not None and _says_nothing(bounds, claim):
            bounds = None
        found[claim.id] = Settled(bounds, _further(claim, case, bounds))
    return found


def _says_nothing(bounds: Interval, claim: Claim) -> bool:
    least = -100.0 if claim.quantity.unit == "percent" else 0.0
    # The solver's −100 % may come out as −99.99999999.
    return math.isinf(bounds.high) and bounds.low <= least * (1 - 1e-9)


def _further(claim: Claim, case: ErrorContext, bounds: Interval | None) -> str:
    """Return which further number would settle a claim; empty if it is settled already."""
    width = claim.interval.width
    if bounds is not None and (bounds.width <= TIGHT * width or not bounds.meets(claim.interval)):
        return ""
    quantity = claim.quantity
    if not quantity.of:
        return f"rows by supplier from which {quantity.measure} follows"
    open_ = [part for part in _parts(quantity) if not _is_known(part, case)]
    if not open_:
        return f"the same number from another source, as exact as {claim.says.text}"
    return joined([f"{flow(part.of)} in {period_of(part)}" for part in open_[:3]])


def _parts(quantity: Quantity) -> list[Quantity]:
    sides = [
        quantity.of,
        quantity.to,
        *((quantity.less.of, quantity.less.to) if quantity.less else ()),
    ]
    return [Quantity("value", terms) for terms in sides if terms]


def _is_known(part: Quantity, case: ErrorContext) -> bool:
    reporter = part.of[0][0].reporter
    return any(known.reporter in ("", reporter) for known in case.facts.totals(part.of))


# Numbers whose point or comma may group thousands or part decimals: both readings are tried.


_RANKS = {"differs": 0, "not_enough_evidence": 1, "supported": 2}


def either_reading(document: Document, facts: ReferenceLevels) -> tuple[Document, dict[str, str]]:
    """Choose the reading of each unclear number that others support, and say what was chosen.

    Parameters
    ----------
    document
        The claims; nearly always none of them is unclear.
    facts
        What is in print.

    Returns
    -------
    Document, dict
        The document with the readings chosen, and a note by the id of each unclear claim. Where
        evidence does not decide, the first reading stays, and the note says so.
    """
    notes: dict[str, str] = {}
    claims: list[Claim] = []
    for claim in document.claims:
        chosen, note = _chosen(claim, document.source, facts)
        claims.append(chosen)
        if note:
            notes[claim.id] = note
    return (replace(document, claims=tuple(claims)) if notes else document), notes


def _chosen(claim: Claim, source: Source, facts: ReferenceLevels) -> tuple[Claim, str]:
    other = claim.says.other
    if other is None:
        return claim, ""
    first = f"the point or comma is read as in {_plain(claim.says)}"
    try:
        interval = in_data_units(other, claim.quantity)
    except RequestError:
        return claim, f"{first}: {_plain(other)} cannot be such a number"
    # The two readings change places.
    instead = claim.saying(replace(other, other=claim.says), interval)
    verdicts = [_verdict(one, source, facts) for one in (claim, instead)]
    if _RANKS[verdicts[0]] == _RANKS[verdicts[1]]:
        undecided = f"{_plain(other)} was tried too, and the evidence does not decide which"
        return claim, f"{first}, but {undecided}"
    if _RANKS[verdicts[0]] > _RANKS[verdicts[1]]:
        kept, left = claim, instead
    else:
        kept, left = instead, claim
    supported = "supported" in verdicts
    why = "others support" if supported else "others do not contradict"
    also = "they do not" if supported else "they do"
    note = f"the point or comma is read as in {_plain(kept.says)}, which {why}"
    return kept, f"{note}, and {_plain(left.says)} {also}"


def _verdict(claim: Claim, source: Source, facts: ReferenceLevels) -> str:
    return standing(claim, evidence(claim, source, facts)).verdict


def _plain(says: Says) -> str:
    # Spaces part thousands, as a comma is just what is in doubt; 12 digits hide float noise.
    return f"{says.value:,.12g}".replace(",", NBSP)


TEXTS = (".txt", ".md")
"""Ends of the names of files whose claims are drafted first."""


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read a claims file, or draft the claims of a plain text (``.txt``, ``.md``).

    Raises
    ------
    BadFileError
        With file, line and place of whatever is not as it should be.
    """
    file = expanded(path)
    check_readable(file)
    if file.suffix.lower() in TEXTS:
        # Lazy: word lists and weights of the reader load only for plain text.
        from entrepot.claims.draft import as_document, draft, read_article

        return as_document(draft(read_article(file)))
    from entrepot.claims.schema import ClaimsFile
    from entrepot.model.closed_yaml import read_closed

    return document_of(read_closed(file, ClaimsFile))
