"""A text under check: the evidence for its claims, and all that is wrong among them.

Numbers of two institutions measure two things, so only numbers of one statistical series can prove
each other wrong. A claim that is attributed belongs to the series of whoever is quoted. What a text
attributes to nobody is one series of its own, which is that of the primary sources that it agrees
with.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.arithmetic import part_and_total
from entrepot.claims.attribution import _same_name
from entrepot.claims.comparison import EvidenceVerdict, standing
from entrepot.claims.error_patterns import ErrorContext
from entrepot.claims.error_patterns.context import luck
from entrepot.claims.evidence import evidence, from_text
from entrepot.claims.joint_consistency import JointSystems, data_conflicts, text_conflicts
from entrepot.claims.quantity import SHARES, Quantity, Series
from entrepot.claims.statements import REVISED
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim, Document
    from entrepot.claims.loaded_evidence import LakeAnswers
    from entrepot.claims.statements import ReferenceLevels, Statements

SEVERAL = 2
"""So many numbers that a source has otherwise are no error: the text takes them of another."""
APART = 0.1
"""How far apart two series of one flow often lie: CIF and FOB, two ways to count."""


def in_series(
    claims: Sequence[Claim],
    standings: Mapping[str, EvidenceVerdict],
    agreed: Agreement,
    facts: ReferenceLevels,
) -> tuple[Claim, ...]:
    """Return claims with the series that each belongs to.

    Parameters
    ----------
    claims
        The claims of a text.
    standings
        What evidence says of each.
    agreed
        Which primary sources the text may take its unattributed numbers of (`series_of_text`).
    facts
        What is published.
    """
    quoted = _quoted(claims, facts.statements)
    # A source of which nothing can be compared may fit, unless those that can be do not.
    nothing = not agreed.fitting and not agreed.rejected
    usable = facts.statements.origins if agreed.having or nothing else frozenset[str]()
    usable -= agreed.rejected
    if not agreed.having and any(
        standings[claim.id].verdict == "differs" and not claim.attributed_to for claim in claims
    ):
        usable = agreed.fitting
    # Whoever has other numbers than those that the text's own lead to counts otherwise throughout.
    unattributed = (standings[claim.id] for claim in claims if not claim.attributed_to)
    otherwise = (one.best.origins for one in unattributed if one.why == "other-series" and one.best)
    usable = usable.difference(*otherwise)
    own = Series("", usable)
    return tuple(
        _in(claim, quoted[claim.attributed_to] if claim.attributed_to else own) for claim in claims
    )


def _in(claim: Claim, series: Series) -> Claim:
    return replace(claim, quantity=claim.quantity.mapped(series=series))


def _quoted(claims: Iterable[Claim], statements: Statements) -> dict[str, Series]:
    """Return the series of each name that the text quotes; names of one institution share one."""
    found: dict[str, Series] = {}
    for name in dict.fromkeys(claim.attributed_to for claim in claims if claim.attributed_to):
        # "GACC" and "Chinese customs" quoted in one text must not become two series.
        same = next((series for other, series in found.items() if _same_name(name, other)), None)
        found[name] = same or Series(name, statements.origins_of(name))
    return found


def series_of_text(claims: Iterable[Claim], found: Mapping[str, Sequence[Comparison]]) -> Agreement:
    """Return which primary sources an unattributed text may take its numbers of.

    Not of those that have several of them otherwise, and few as the text has. What a source has of
    another claim of the text counts as its number: two numbers exchanged are still its own. A text
    that agrees with no source takes its numbers of a series that nobody published here.
    """
    free = [claim for claim in claims if not claim.attributed_to]
    has: dict[str, dict[str, list[Interval]]] = {}
    for claim in free:
        for item in found[claim.id]:
            # Loaded rows have no origin, and a text's own source agrees with it trivially.
            if item.exact is not None and item.statements and not item.own:
                for origin in item.origins:
                    has.setdefault(origin, {}).setdefault(claim.id, []).append(item.exact)
    fits, misses = Counter[str](), Counter[str]()
    for origin, numbers in has.items():
        for claim in free:
            if claim.id in numbers:
                fit = _is_of(claim, numbers[claim.id]) or _is_exchanged(claim, free, numbers)
                (fits if fit else misses)[origin] += 1
    rejected = frozenset(o for o in has if misses[o] >= SEVERAL and misses[o] > 2 * fits[o])
    agreeing = frozenset(o for o in fits if fits[o] > misses[o])
    return Agreement(frozenset(fits) - rejected, agreeing, frozenset(has) - rejected, rejected)


def _is_of(claim: Claim, numbers: Iterable[Interval]) -> bool:
    """Whether a claim has one of the numbers, or one that a later release may have made of it."""
    room = REVISED if claim.quantity.measure == "value" else 0.0
    return any(claim.interval.meets(one.widened(room)) for one in numbers)


def _is_exchanged(
    claim: Claim, claims: Iterable[Claim], numbers: Mapping[str, Sequence[Interval]]
) -> bool:
    """Whether a claim has the number that a source has of another claim of its kind."""
    kind = (claim.quantity.measure, claim.quantity.unit)
    return any(
        claim.interval.meets(one)
        for other in claims
        if (other.quantity.measure, other.quantity.unit) == kind
        for one in numbers.get(other.id, ())
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which primary sources a text may take its numbers of.

    Attributes
    ----------
    having
        Those that have one of them at least.
    agreeing
        Those that have more of them than they have otherwise.
    fitting, rejected
        Those that it may take them of, and those that it does not.
    """

    having: frozenset[str]
    agreeing: frozenset[str]
    fitting: frozenset[str]
    rejected: frozenset[str]

    def refutes(self, origins: Collection[str], *, backed: bool) -> bool:
        """Whether figures of these sources may refute a number of the text.

        `backed` is whether the text's other numbers lead to it.
        """
        # The text demonstrably uses another series than this one.
        if self.rejected & set(origins) and not self.fitting & set(origins):
            return False
        return bool(self.agreeing & set(origins)) or not backed

    def leaves_open(self, claim: Claim, found: Sequence[Comparison]) -> bool:
        """Whether a refuted amount may be of another series all the same, if no error explains it.

        So it may where a text agrees with nobody, up to what two series of one flow may lie apart.
        """
        if self.having or claim.quantity.measure != "value":
            return False
        ends = [one.loose for one in found]
        low, high = min(end.low for end in ends), max(end.high for end in ends)
        return claim.interval.meets(Interval(low, high).widened(APART))

    def refuting(self, found: Sequence[Comparison]) -> Comparison | None:
        """Return what a source of the text's other numbers has, if it refutes this one.

        Whatever leaves room for the number in the series of others.
        """
        comparisons = [
            one for one in found if self.having.issuperset(one.origins) and one.statements
        ]
        # What a source printed counts before what follows from it.
        comparisons = [one for one in comparisons if not one.how] or comparisons
        if not comparisons or any(one.outcome != "contradicts" for one in comparisons):
            return None
        return next((one for one in comparisons if not one.other_definition), None)


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
    # Numbers that others print as they stand are of other totals, not wrong.
    supported = {name for name, verdict in standings.items() if verdict.verdict == "supported"}
    in_text = tuple(
        one
        for one in text_conflicts(system)
        if not _is_of_two_counts(one, by_id, standings)
        and (not one <= supported or not system.text_alone(with_known=False).feasible(one))
    )
    differing = [frozenset({n}) for n, verdict in standings.items() if verdict.verdict == "differs"]
    by_data = data_conflicts(system, (*in_text, *differing))
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
