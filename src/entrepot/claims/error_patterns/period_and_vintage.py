"""Likely errors of period and vintage: part of a year for the year, an old number, a valuation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import Correction, KnownInterval, Proposal
from entrepot.claims.quantity import Level, Quantity, in_data_units, moved_by
from entrepot.claims.quantity_text import claimed, period_of, subject
from entrepot.errors import RequestError
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns.context import KnownValues
    from entrepot.model.period import Period

CIF_OVER_FOB = Interval(1.02, 1.1)
"""What freight and insurance add: 2 to 10 % of most goods."""


def partial_period(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that some months were read as the year, or the year as some months."""
    quantity = claim.quantity
    if not quantity.of:
        return
    periods = list(_others(quantity.of[0][0], view))
    for period in periods:
        other = _during(quantity, period)
        if other is not None:
            text = f"{claimed(claim)} is the number for {period_of(other)}"
            pins = view.pins(claim, other)
            yield from view.other("partial_period", claim, pins, text, tries=len(periods))


def _others(level: Level, view: KnownValues) -> Iterator[Period]:
    """Yield periods inside or around that of a level for which the same flow has a number."""
    found = dict.fromkeys(view.case.facts.statements.periods_of(level))
    wanted = level.any_time()
    for claim in view.case.document.claims:
        release = [one.period for one, _ in claim.quantity.of if one.any_time() == wanted]
        if release and view.trusts(claim.id):
            found |= dict.fromkeys(release)
    for period in found:
        inside = level.period.contains(period) or period.contains(level.period)
        if inside and period != level.period:
            yield period


def _during(quantity: Quantity, period: Period) -> Quantity | None:
    """Return a quantity for another period; a change with its base as far away as before."""
    first = quantity.of[0][0].period
    # Bases of different distance cannot move together.
    years = {level.period.start.year - first.start.year for level, _ in quantity.to}
    if len(years) > 1:
        return None
    base = moved_by(period, years.pop()) if years else period
    less = quantity.less
    return replace(
        quantity,
        of=tuple((level.but(period=period), weight) for level, weight in quantity.of),
        to=tuple((level.but(period=base), weight) for level, weight in quantity.to),
        less=less,
    )


def stale(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that it is a first release, since revised, or the number of the year before."""
    if not claim.quantity.of:
        return
    yield from _first_release(claim, view)
    older = claim.quantity.shifted(-1)
    text = f"{claimed(claim)} is the number for {period_of(older)}, a year old"
    yield from view.other("stale", claim, view.pins(claim, older), text, tries=4)


def _first_release(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    statements = view.case.facts.statements.of_series(claim.quantity)
    releases = [release for release in statements if release.exact is not None]
    for release in releases:
        later = [
            other
            for other in releases
            if other.row.origin == release.row.origin
            and other.row.published_on > release.row.published_on
            and other.exact is not None
            and release.exact is not None
            and not other.exact.meets(release.exact)
        ]
        if later and release.exact is not None:
            when = release.row.published_on or "earlier"
            text = f"{claimed(claim)} is the first release ({when}), revised since"
            pin = KnownInterval(release.exact, release.row.origin_words)
            # A print of low confidence may be no release at all.
            yield from view.other("stale", claim, [pin], text, tries=1 if release.counts else 3)


def valuation(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that the number is valued with freight and insurance where it should be without.

    Or the other way round: as printed by the partner, else by what freight usually adds.
    """
    quantity = claim.quantity
    if quantity.measure != "value" or len(quantity.of) != 1:
        return
    level = quantity.of[0][0]
    printed = [
        KnownInterval(release.exact, release.row.origin_words)
        for release in view.case.facts.statements.about(quantity)
        if release.exact is not None
        and release.counts
        # The other side's count: importers count CIF, exporters FOB.
        and release.reporter not in ("", level.reporter)
    ]
    text = (
        f"{claimed(claim)} is the value in the other side's statistics: "
        "CIF instead of FOB, or the reverse"
    )
    yield from view.other("valuation", claim, printed, text, tries=1)
    for known in view.meant(claim):
        if known.low > 0 and known.width < 0.1 * known.middle:
            for factor, tries in _freight(claim, level, view, known):
                pin = KnownInterval(known * factor, "")
                words = "with" if factor.low > 1 else "without"
                text = f"{claimed(claim)} fits {words} freight and insurance"
                yield from view.other("valuation", claim, [pin], text, tries=tries)


def _freight(
    claim: Claim, level: Level, view: KnownValues, known: Interval
) -> Iterator[tuple[Interval, int]]:
    """Yield what freight adds or takes away, and how many such errors could have happened.

    What freight adds is so open that it explains any number a little off. So it is proposed only
    from what the right number, `known`, is valued at: as the prints of this definition that have
    it, or all where none has, or, where nothing is known but the text, as its reporter counts
    (exports without freight, imports with it).
    """
    own = [
        (item.exact, item.statements)
        for item in view.case.found[claim.id]
        if item.exact is not None and not item.other_definition
    ]
    having = [print_ for print_ in own if print_[0].meets(known)]
    valued = {
        statement.row.valuation.lower()
        for _, statements in having or own
        for statement in statements
        if statement.quantity.key() == claim.quantity.key()
    }
    if not own:
        valued = {{level.exporter: "fob", level.importer: "cif"}.get(level.reporter, "")}
    if valued == {"fob"}:
        yield CIF_OVER_FOB, 2
    if valued == {"cif"}:
        yield Interval(1 / CIF_OVER_FOB.high, 1 / CIF_OVER_FOB.low), 2


def swapped(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose to exchange the number of a claim with that of another of its kind."""
    others = [other for other in view.case.document.claims if _alike(claim, other)]
    read = {other.id: _with_number_of(claim, other) for other in others}
    named = [(other, first) for other in others if (first := read[other.id]) is not None]
    for other, first in _possible(named, view):
        second = _with_number_of(other, claim)
        if second is None or not view.without(other.id).could_mean(second):
            continue
        # The other's own number bounds this claim too, and is what is in doubt.
        rest = view.without(other.id)
        changes = (_change(claim, first, other), _change(other, second, claim))
        yield from rest.number("swapped", changes[0], ways=len(others), others=changes[1:])


def _possible(named: list[tuple[Claim, Claim]], view: KnownValues) -> Iterator[tuple[Claim, Claim]]:
    """Yield claims whose number the claim may have been meant to have, and it with that number.

    What is left for it without several claims bounds what is left without one of them: so many are
    ruled out at once, half of the rest, and so on.
    """
    if not named:
        return
    rest = view.without(*(other.id for other, _ in named))
    if len(named) == 1:
        if rest.could_mean(named[0][1]):
            yield named[0]
        return
    ever = [(other, first) for other, first in named if rest.could_ever_mean(first)]
    # By halves: for each group the view without all of its claims is asked once, and where nothing
    # could fit even then, no single exchange can.
    middle = (len(ever) + 1) // 2
    for half in (ever[:middle], ever[middle:]):
        yield from _possible(half, view)


def _alike(one: Claim, other: Claim) -> bool:
    return (
        one.quantity.measure == other.quantity.measure
        and one.quantity.unit == other.quantity.unit
        and one.quantity.key() != other.quantity.key()
        and one.interval != other.interval
    )


def _with_number_of(claim: Claim, other: Claim) -> Claim | None:
    try:
        return claim.saying(other.says, in_data_units(other.says, claim.quantity))
    except RequestError:
        return None


def _change(claim: Claim, right: Claim, other: Claim) -> Correction:
    what = subject(other)
    if what == subject(claim) and other.quantity.of:  # then it is the currency that differs
        what = f"{what}, in {other.quantity.of[0][0].currency}"
    text = f"{claimed(claim)} belongs to {what}; exchanged, it reads {claimed(right)}."
    return Correction(right, claimed(right), text, other.id)
