"""Evidence from the rows of a lake: a claim's definition evaluated on every source loaded."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.comparison import ADDED_UP, Comparison, compared
from entrepot.claims.numbers import CURRENCIES
from entrepot.claims.quantity_text import who
from entrepot.claims.statements import RECONCILED
from entrepot.errors import EntrepotError
from entrepot.figures.availability import bundled_for, flow_sources
from entrepot.figures.definition import Definition
from entrepot.goods.parse import NAMED
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.model.areas import area_phrase, is_group, stopped_in
from entrepot.model.interval import Interval
from entrepot.sources import is_own, source_ids, source_info

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.claims.comparison import Outcome
    from entrepot.claims.document import Claim
    from entrepot.figures import Figure
    from entrepot.lake import Lake

_RECONCILED = "baci"
"""The source whose values reconcile the reports of both sides."""
_NOT_FROM = "not from "
_DID_NOT_REPORT = " did not report to "
SAME = 0.01
"""How near the value itself a claim must be to agree with it and not only with its range."""


class LakeAnswers:
    """What a lake answers to the definitions of the claims of one text.

    Each definition is evaluated once, however many claims have it and however often they are
    weighed: 100 equal claims took a minute.
    """

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._known: dict[Definition, Figure | None] = {}

    def to(self, definition: Definition) -> Figure | None:
        """Return the figure of a definition; None where its source cannot be asked this."""
        if definition not in self._known:
            # Here: it takes all measures, and most texts are checked without a lake.
            from entrepot.figures.evaluate import evaluate

            try:
                self._known[definition] = evaluate(definition, self.lake)
            except EntrepotError:  # e.g. yuan of a table in dollars
                self._known[definition] = None
        return self._known[definition]


def from_lake(claim: Claim, answers: LakeAnswers) -> Iterator[Comparison]:
    """Yield what each source of a lake says about a claim.

    A source that cannot answer yields nothing: missing data are no evidence. Values that
    reconcile two reports may lie a tenth from either, so they contradict a claim only beyond that.
    """
    found = list(_of_each(claim, answers))
    # Mirror reports differ by design: one agreeing reporter is enough not to call it wrong.
    if not claim.reporter_stated and any(item.outcome != "contradicts" for item in found):
        other = "another loaded source allows it, and the claim does not name its reporter"
        found = [
            replace(item, other_definition=item.other_definition or other)
            if item.outcome == "contradicts"
            else item
            for item in found
        ]
    yield from found


def refused(claim: Claim, answers: LakeAnswers) -> str:
    """Return why tables of the user's own that have a part of it give no value; else nothing.

    That is where some members of a group reported nothing in a part of the period: the others' rows
    are there, and their sum is not that of the group.
    """
    reasons = [
        _partly(figure)
        for source, figure in _asked(claim, answers)
        if is_own(source) and figure.status != "ok"
    ]
    return "; ".join(filter(None, reasons))


def _partly(figure: Figure) -> str:
    """Return what is said of members of a group of which the others reported something."""
    asked = figure.definition
    sold, bought = asked.members("exporter"), asked.members("importer")
    pairs = ((asked.exporter, sold), (asked.importer, bought))
    groups = [members for code, members in pairs if code and is_group(code)]
    reported = []
    for words in (figure.reason or "").split("; "):
        # Reasons are sentences: who is named in front of the phrase is counted out of them.
        names, reported_nothing, _ = words.partition(_DID_NOT_REPORT)
        # Not all members: with all of them missing, there is nothing partial to sum.
        if reported_nothing and any(0 < _named(names, one) < len(one) for one in groups):
            reported.append(words)
    return "; ".join(reported)


def _named(words: str, members: Iterable[str]) -> int:
    """Return how many members a list in a sentence has, those that it only counts included."""
    count = 0
    for name in sorted(map(area_phrase, members), key=len, reverse=True):
        count += name in words
        words = words.replace(name, "")  # Niger is no Nigeria
    more = re.search(r"and (\d+) more$", words)
    return count + (int(more[1]) if more else 0)


def _of_each(claim: Claim, answers: LakeAnswers) -> Iterator[Comparison]:
    if claim.quantity.measure == "balance":
        yield from _balances(claim, answers)
        return
    for source, figure in _asked(claim, answers):
        if figure.status == "ok" and figure.value is not None:
            yield _comparison(claim, figure, source, _unlike(claim, figure, source))


_UNITS = (*CURRENCIES, "share", "percent", "index", "ratio")
"""Units of what a lake answers; a ratio among defined kinds is that of the mutual shares."""


def _balances(claim: Claim, answers: LakeAnswers) -> Iterator[Comparison]:
    """Yield exports less imports of each source, with what the ranges of both leave open.

    The ranges have both sides' reports where there are two: what is a deficit by one side's and a
    surplus by the other's is not decided, and what is a surplus by both is.
    """
    first = next(claim.quantity.levels())
    sides = {"measure": "value", "exporter": first.exporter, "importer": first.importer}
    back = {"measure": "value", "exporter": first.importer, "importer": first.exporter}
    others = dict(_asked(claim, answers, back))
    for source, sold in _asked(claim, answers, sides):
        bought = others.get(source)
        if bought is None or any(
            one.status != "ok" or one.value is None or one.unit != sold.unit
            for one in (sold, bought)
        ):
            continue
        ends = []
        for figure in (sold, bought):
            value = figure.required()
            range_ = _range_of(figure, value)
            around = _around(value, RECONCILED, figure.unit)
            ends.append(around.hull(range_) if range_ else around)
        value = sold.required() - bought.required()
        gross = SAME * (sold.required() + bought.required())
        point, loose = Interval(value - gross, value + gross), ends[0] - ends[1]
        outcome, other = compared(claim.interval, point, loose), _unlike(claim, sold, source)
        # Beyond the reports of both sides it does not matter whose statistics are meant.
        if outcome == "contradicts" and other.startswith(_NOT_FROM):
            other = "" if all(map(_has_both_reports, (sold, bought))) else other
        if claim.interval.meets(point):
            outcome = "supports"
        yield _added_up(value, sold.unit, (point, loose), (outcome, other), source)


def _has_both_reports(figure: Figure) -> bool:
    """Whether the range of a figure is also over whose report is used."""
    every = figure.specifications.items if figure.specifications else ()
    return len({one.choices.get("report") for one in every} - {None, "reconciled"}) > 1


def _asked(
    claim: Claim, answers: LakeAnswers, changes: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Figure]]:
    """Yield what each source of a lake answers to the definition of a claim, with `changes`."""
    keys, unit = dict(claim.keys) | dict(changes or {}), claim.quantity.unit
    measure, wanted = keys.pop("measure", ""), keys.pop("source", "")
    named = any(value.startswith(NAMED) for value in keys.values())
    if not measure or named or unit not in _UNITS:
        return
    if unit in CURRENCIES and unit != "USD":  # a table in it answers, and no other
        keys.setdefault("currency", unit)
    shown = bundled_for(answers.lake, keys.get("goods", "all"))
    for source in [*flow_sources(answers.lake), *([BUNDLED] if shown else [])]:
        if wanted not in ("", source):
            continue
        try:
            definition = Definition.build(measure, **keys, source=source)
        except EntrepotError:
            continue
        if (figure := answers.to(definition)) is not None:
            yield source, figure


def _unlike(claim: Claim, figure: Figure, source: str) -> str:
    """Return in what rows of a source differ from what a claim is a number of, if they do.

    Where one side no longer publishes, rows that count it are estimates or the other side's
    alone, and a change across that break compares unlike things.
    """
    levels = list(claim.quantity.levels())
    sides = {side for one in levels for side in (one.exporter, one.importer)}
    # Russia since 2022: before, both sides report; after, only partners and estimates.
    stopped = {one.period: bool(stopped_in(sides, one.period)) for one in levels}
    if len(set(stopped.values())) > 1:
        return "across a break: one side stopped to publish between the two periods"
    # The caveat of a total that may lack partners; whose table it is knows whether it does.
    if any(one.id == "partial-source" for one in figure.caveats) and not is_own(source):
        # Here: it takes all measures, and where nothing is loaded there is no such caveat.
        from entrepot.figures.sides import totals

        if totals(figure.definition):
            return "over a total of the partners loaded, which may not be all"
    if claim.quantity.measure not in ("value", "balance") or source == _RECONCILED:
        return ""
    if any(stopped.values()):
        return "partly estimated, since one side publishes no statistics for the period"
    reporter = levels[0].reporter
    roles = {figure.definition.exporter: "exporter", figure.definition.importer: "importer"}
    reported = {reporter for item in figure.evidence for reporter in item.reported_by}
    if reported and roles.get(reporter) not in reported and reporter not in reported:
        return f"{_NOT_FROM}{who(reporter)}'s statistics"
    return ""


def _comparison(claim: Claim, figure: Figure, source: str, unlike: str) -> Comparison:
    value = figure.required()
    point = _around(value, SAME, figure.unit)
    loose = _around(value, RECONCILED, figure.unit)
    range_ = _range_of(figure, value)
    loose = loose.hull(range_) if range_ else loose
    outcome, other = compared(claim.interval, point, loose), unlike
    if claim.interval.meets(point):
        outcome = "supports"
    elif range_ is not None and claim.interval.meets(range_):
        outcome, other = "supports", f"within the range of definitions ({figure.range})"
    return _added_up(value, figure.unit, (point, loose), (outcome, other), source)


def _added_up(
    value: float,
    unit: str,
    spans: tuple[Interval, Interval],
    said: tuple[Outcome, str],
    source: str,
) -> Comparison:
    """Return a comparison with loaded rows: exact and loose span, outcome and what is unlike."""
    return Comparison(
        value=value,
        unit=unit,
        exact=spans[0],
        loose=spans[1],
        outcome=said[0],
        own=False,
        how=ADDED_UP,
        other_definition=said[1],
        statements=(),
        source=source,
        url="",
    )


def _range_of(figure: Figure, value: float) -> Interval | None:
    """Return the range over definitions of what a claim says: time, goods, amount are no choice."""
    if figure.low is None or figure.high is None:
        return None
    if figure.specifications is None:
        return Interval(figure.low, figure.high)
    asked = figure.definition
    # A claim fixes these, so specifications that vary them answer another question.
    said = {"window": "as asked", "goods": asked.goods, "quantity": asked.quantity}
    values = [value, *figure.spread.get("errors", ())]
    values += [
        one.value
        for one in figure.specifications.items
        if all(one.choices.get(name, word) == word for name, word in said.items())
    ]
    return Interval(min(values), max(values)) if min(values) < max(values) else None


def _around(value: float, part: float, unit: str) -> Interval:
    """Return an interval around a value; a growth in per cent is widened as the factor it is."""
    reach = part * (100 + value if unit == "percent" else abs(value))
    return Interval(value - abs(reach), value + abs(reach))


_HOW = "added up from the tables of that source"


def how_of(item: Comparison) -> str:
    """Return how a number came about, in words that need no lake."""
    return _HOW if item.how == ADDED_UP else item.how


def source_of(item: Comparison) -> str:
    """Return whose number it is: of tables by their title and publisher, not by our id."""
    source = item.source.lower()
    if item.how != ADDED_UP or is_own(source) or source not in source_ids():
        return item.source
    info = source_info(source)
    if info.computed:
        return "two reports made one by Entrepôt"
    return f"{info.title.partition(',')[0]} ({info.publisher})"


def address_of(item: Comparison) -> str:
    """Return where it stands; of tables, the page of their publisher."""
    source = item.source.lower()
    if item.url or item.how != ADDED_UP or is_own(source) or source not in source_ids():
        return item.url
    info = source_info(source)
    return "" if info.computed else info.url
