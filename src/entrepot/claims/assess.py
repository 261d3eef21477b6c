"""A text under check: the evidence for its claims, and all that is wrong among them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.arithmetic import part_and_total
from entrepot.claims.comparison import EvidenceVerdict, standing
from entrepot.claims.error_patterns import ErrorContext
from entrepot.claims.error_patterns.context import luck
from entrepot.claims.evidence import evidence, from_text
from entrepot.claims.joint_consistency import JointSystems, data_conflicts, text_conflicts
from entrepot.claims.quantity import SHARES, Quantity
from entrepot.claims.series import in_series, series_of_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim, Document
    from entrepot.claims.loaded_evidence import LakeAnswers
    from entrepot.claims.series import Agreement
    from entrepot.claims.statements import ReferenceLevels

BACKED = 0.3
"""Other numbers that a random one would fit less often than this lead to a number."""


def assess_claims(
    document: Document,
    facts: ReferenceLevels,
    answers: LakeAnswers | None,
    open_: Collection[str] = (),
) -> ErrorContext:
    """Return a text with the evidence for its claims and all that is wrong among them.

    `open_` are claims that are taken to be of another series than any that is published.
    """
    found, standings = _assessed(document, facts, answers)
    reporters = _supported_reporters(document.claims, standings)
    if reporters:
        claims = tuple(
            c
            if c.reporter_stated or c.by_words
            else c.counted_by(reporters.get(c.attributed_to.casefold(), ""))
            for c in document.claims
        )
        document = replace(document, claims=claims)
        again, assessed = _assessed(document, facts, answers)
        others = {n for n, verdict in standings.items() if verdict.why != "agrees-otherwise"}
        # What agreed in other statistics already keeps that; only the rest is judged again.
        found |= {name: again[name] for name in others}
        standings |= {name: assessed[name] for name in others}
    claims = tuple(_by_agreeing_reporter(claim, standings[claim.id]) for claim in document.claims)
    agreed = series_of_text(claims, found)
    # In this order: series need standings, standings then depend on series, the system on both.
    standings |= dict(_by_series(claims, found, standings, agreed, facts, open_))
    claims = in_series(claims, standings, agreed, facts)
    system = JointSystems(claims, facts)
    by_id = {claim.id: claim for claim in claims}
    in_text = tuple(
        one for one in text_conflicts(system) if not _is_of_two_counts(one, by_id, standings)
    )
    differing = [frozenset({n}) for n, verdict in standings.items() if verdict.verdict == "differs"]
    by_data = data_conflicts(system, (*in_text, *differing))
    # Numbers that others print as they stand are of other totals, not wrong.
    supported = {name for name, verdict in standings.items() if verdict.verdict == "supported"}
    by_data = tuple(
        one
        for one in by_data
        if not one <= supported and not _is_of_two_counts(one, by_id, standings)
    )
    return ErrorContext(
        document=replace(document, claims=claims),
        facts=facts,
        together=system,
        found=found,
        standings=standings,
        conflicts=in_text,
        by_data=by_data,
    )


def _assessed(
    document: Document, facts: ReferenceLevels, answers: LakeAnswers | None
) -> tuple[dict[str, tuple[Comparison, ...]], dict[str, EvidenceVerdict]]:
    """Return the evidence of each claim, and where it stands by that."""
    found: dict[str, tuple[Comparison, ...]] = {}
    for claim in document.claims:
        found[claim.id] = evidence(claim, document.source, facts)
        if answers is not None:
            from entrepot.claims.loaded_evidence import from_lake

            found[claim.id] += tuple(from_lake(claim, answers))
        # The text's own other currency is a last resort, and never support.
        if not found[claim.id]:
            found[claim.id] = tuple(from_text(claim, document.claims, facts))
    found = by_both_levels(document.claims, found)
    return found, {claim.id: standing(claim, found[claim.id]) for claim in document.claims}


def _supported_reporters(
    claims: tuple[Claim, ...], standings: Mapping[str, EvidenceVerdict]
) -> dict[str, str]:
    """Return, by who is quoted, whose statistics bear out more of what does not say whose they are.

    Evidence in the books that were assumed counts for those; ties leave them as they are. Of a
    quotation all is counted by one country, so a share, which says whose it is, settles it.
    """
    votes: dict[str, Counter[str]] = {}
    assumed: Counter[str] = Counter()
    settled: set[str] = set()
    for claim in claims:
        verdict, quoted = standings[claim.id], claim.attributed_to.casefold()
        if claim.reporter_stated or claim.by_words:
            settled.add(quoted)
        elif verdict.best is not None:
            assumed[quoted] += verdict.why == "agrees"
            if verdict.why == "agrees-otherwise":
                reporters = {statement.reporter for statement in verdict.best.statements}
                votes.setdefault(quoted, Counter()).update(reporters - {""})
    # What is said by nobody may be of several statistics, one for each number.
    most = {
        quoted: counted.most_common(1)[0]
        for quoted, counted in votes.items()
        if counted and not (quoted and quoted in settled)
    }
    return {quoted: one for quoted, (one, count) in most.items() if count > assumed[quoted]}


def _by_series(
    claims: tuple[Claim, ...],
    found: Mapping[str, tuple[Comparison, ...]],
    standings: Mapping[str, EvidenceVerdict],
    agreed: Agreement,
    facts: ReferenceLevels,
    open_: Collection[str],
) -> Iterator[tuple[str, EvidenceVerdict]]:
    """Yield where unattributed claims stand by the series that the text takes its numbers of."""
    free = [one for one in claims if not one.attributed_to]
    others = _OthersInText(free, facts)
    for claim in claims:
        verdict = standings[claim.id]
        if claim.attributed_to or verdict.best is None:
            continue
        # Beyond the gap between any two institutions another series is no excuse.
        if verdict.why == "disagrees" and not verdict.is_gross:
            backed = others.lead_to(claim)
            if claim.id in open_ or not agreed.refutes(verdict.best.origins, backed=backed):
                yield claim.id, EvidenceVerdict("not_enough_evidence", "other-series", verdict.best)
            elif agreed.leaves_open(claim, found[claim.id]):
                yield claim.id, replace(verdict, why="alone")
        elif verdict.why in ("too-round", "between") and claim.quantity.measure not in SHARES:
            refuting = agreed.refuting(found[claim.id])
            if refuting is not None and not others.lead_to(claim):
                yield claim.id, EvidenceVerdict("differs", "disagrees", refuting)


class _OthersInText:
    """What the unattributed numbers of a text say of one of them, whoever counts them.

    They are one system for all of them: with one for each, the time grew with the square of the
    text.
    """

    def __init__(self, free: Sequence[Claim], facts: ReferenceLevels) -> None:
        self._free, self._facts = free, facts

    @cached_property
    def _system(self) -> JointSystems:
        # With reporters as given, numbers of two statistics would share no level and imply nothing.
        anybodys = [replace(one, quantity=one.quantity.mapped(reporter="")) for one in self._free]
        return JointSystems(anybodys, self._facts).text_alone(with_known=False)

    @cached_property
    def _keys(self) -> dict[str, tuple[object, ...]]:
        return {one.id: one.quantity.mapped(reporter="").key() for one in self._free}

    def lead_to(self, claim: Claim) -> bool:
        """Whether the others lead to the number of a claim."""
        own = claim.quantity.key()
        # Without copies of the number itself, which would lead to it trivially.
        others = {name for name, key in self._keys.items() if key != own}
        left = self._system.bounds(claim.quantity.mapped(reporter=""), others)
        # Wide bounds meet any number, so they must also be narrow for what is possible.
        return left is not None and luck(claim, left) < BACKED and left.meets(claim.interval)


def _is_of_two_counts(
    conflict: frozenset[str], claims: Mapping[str, Claim], standings: Mapping[str, EvidenceVerdict]
) -> bool:
    """Whether a part is more than its total, which may be as two countries count the two.

    So it may where nothing refutes either, and one is supported by the other side's count, or the
    text quotes somebody for one alone and leaves open whose count the other is.
    """
    verdict = [standings[name] for name in conflict]
    pair = part_and_total([claims[name] for name in conflict])
    if pair is None or any(one.verdict == "differs" for one in verdict):
        return False
    said = [claim for claim in pair if claim.reporter_stated]
    quoted = [claim for claim in pair if claim.reporter_stated or claim.attributed_to]
    with_reporter = [claim for claim in pair if claim.reporter_stated or claim.by_words]
    otherwise = any(one.why == "agrees-otherwise" for one in verdict)
    return (len(quoted) == 1 and len(with_reporter) < 2) or (not said and otherwise)


def _by_agreeing_reporter(claim: Claim, verdict: EvidenceVerdict) -> Claim:
    """Return a claim that does not say whose statistics count in those that bear it out.

    Else a text that rightly quotes Mexico's imports from China would be compared with China's
    exports to Mexico, which are a third less.
    """
    if claim.reporter_stated or verdict.why != "agrees-otherwise" or verdict.best is None:
        return claim
    if claim.attributed_to:  # whoever is quoted counted all that is quoted
        return claim
    reporter = {statement.reporter for statement in verdict.best.statements}
    return claim.counted_by(reporter.pop()) if len(reporter) == 1 else claim


OTHER = "in other statistics than the levels that the text gives with it"


def by_both_levels(
    claims: tuple[Claim, ...], found: Mapping[str, tuple[Comparison, ...]]
) -> dict[str, tuple[Comparison, ...]]:
    """Return evidence in which nothing of other origins refutes a rate given with both its levels.

    Parameters
    ----------
    claims
        The claims of a text.
    found
        The evidence of each, by id.

    Returns
    -------
    dict
        The evidence by id; what refutes a growth in statistics that the two levels do not agree
        with is of another definition.
    """
    return {claim.id: _of_one_origin(claim, claims, found) for claim in claims}


def _of_one_origin(
    claim: Claim, claims: tuple[Claim, ...], found: Mapping[str, tuple[Comparison, ...]]
) -> tuple[Comparison, ...]:
    verdict = found[claim.id]
    if claim.quantity.measure != "growth":
        return verdict
    sides = (claim.quantity.of, claim.quantity.to)
    now, then = (_origins(Quantity("value", terms), claims, found) for terms in sides)
    common = now & then
    if not common:
        return verdict
    return tuple(
        replace(item, other_definition=item.other_definition or OTHER)
        if item.outcome == "contradicts" and not item.own and not set(item.origins) & common
        else item
        for item in verdict
    )


def _origins(
    level: Quantity, claims: tuple[Claim, ...], found: Mapping[str, tuple[Comparison, ...]]
) -> frozenset[str]:
    """Return whose numbers agree with what a text has of a level, whoever's count it is."""
    wanted = level.key()
    return frozenset(
        origin
        for claim in claims
        if claim.quantity.measure == "value" and claim.quantity.key() == wanted
        for item in found[claim.id]
        if item.outcome == "supports"
        for origin in item.origins
    )
