"""From a definition to a Figure: which source answers, over which range, with which caveats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures import caveats, flows, inputs, printed, several, value_origin
from entrepot.figures.definition import KEYS, Definition
from entrepot.figures.estimate import Answer, Estimate, Missing, specifications, spread_of
from entrepot.figures.figure import Figure
from entrepot.figures.held import bundled_for, flow_sources
from entrepot.figures.hub_tests import refuse_tests, with_tests
from entrepot.figures.input_choices import ORIGIN
from entrepot.figures.questions import of as question
from entrepot.figures.reasons import in_lines
from entrepot.figures.request import PRINTED, SHARES, checked
from entrepot.figures.unanswered import unanswered
from entrepot.goods.parse import NAMED
from entrepot.lake import Lake
from entrepot.lake.on_spark import SparkLake
from entrepot.measures import passport
from entrepot.model.reporting import stopped_in

if TYPE_CHECKING:
    import os

__all__ = ["ask", "evaluate"]


def ask(
    measure: str,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    curve: bool = False,
    above: float | None = None,
    tests: bool = False,
    **keys: Any,
) -> Figure:
    """Evaluate one Figure.

    Parameters
    ----------
    measure
        Id of a measure, such as ``import_share``; ``entrepot measure list`` has all of them.
    lake
        A lake or its folder; by default the one that the settings name.
    curve
        Whether to evaluate every combination of defensible choices, not one choice at a time.
    above
        With `curve`, the value above which specifications are counted.
    tests
        Of hubs, whether to set placebos and a triple difference beside the answer.
    **keys
        Keys of the definition: ``importer``, ``exporter``, ``goods``, ``period``, ``base``,
        ``source`` and so on.

    Returns
    -------
    Figure
        With status ``insufficient_data`` and a reason where nothing held answers.

    Raises
    ------
    UnknownNameError
        For an unknown measure, key, area, list or source.
    RequestError
        For a definition that makes no sense, such as a growth without a base.

    Examples
    --------
    >>> import entrepot as ep
    >>> figure = ep.ask("value", exporter="CHN", importer="RUS", period=2025, source="published")
    >>> figure.status, figure.unit
    ('ok', 'USD')
    """
    held = lake if isinstance(lake, Lake) else Lake.open(lake)
    if above is not None and passport(measure).unit == "share" and not 0 <= above <= 1:
        raise RequestError(
            f"no share lies above or below {above:g}: they are 0 to 1",
            hint=f"write --above {above / 100:g}" if 1 < above <= 100 else "write --above 0.8",
        )
    definition = Definition.build(measure, **keys)
    return evaluate(definition, held, curve=curve, above=above, tests=tests)


def evaluate(
    definition: Definition,
    lake: Lake,
    *,
    curve: bool = False,
    above: float | None = None,
    tests: bool = False,
) -> Figure:
    """Evaluate a definition on what the lake and the bundled tables hold at one moment."""
    if curve and isinstance(lake, SparkLake):
        raise RequestError(
            "a curve is put together by DuckDB, and this lake is read by Spark",
            hint="leave out the curve, or ask with --engine duckdb",
        )
    if tests:
        refuse_tests(definition)
    shown = bundled_for(lake, definition.goods, definition.source)
    with lake.reading(bundled=shown):
        figure = _evaluated(definition, lake, alone=curve)
        if tests and figure.status == "ok":
            figure = with_tests(figure, lambda one: _evaluated(one, lake, alone=True))
        figure = replace(figure, chosen=_chosen(definition, figure.definition))
        if not curve or figure.value is None:
            return figure
        return _with_curve(figure, definition, lake, above)


def _chosen(asked: Definition, answered: Definition) -> tuple[str, ...]:
    """Return the keys that a question left open and its answer has."""
    left = [key for key in KEYS if getattr(asked, key) is None]
    return tuple(key for key in left if getattr(answered, key) is not None)


def _with_curve(figure: Figure, definition: Definition, lake: Lake, above: float | None) -> Figure:
    """Put the specification curve in the place of the single alternatives."""
    from entrepot.figures.curve import curve
    from entrepot.figures.in_print import in_print

    asked = checked(definition, lake)
    found = replace(curve(asked, lake), threshold=above)
    ends = [found.items[0].value, found.items[-1].value]
    ends += [end for end in (figure.value, figure.low, figure.high) if end is not None]
    low, high = min(ends), max(ends)
    words = f"{len(found.items):,} combinations of defensible choices"
    words = f"{words}; {figure.range}" if figure.range else words
    is_range = low < high
    spread = {name: ends for name, ends in figure.spread.items() if name == "errors"}
    spread |= found.alone | ({"together": (low, high)} if is_range else {})
    return replace(
        figure,
        specifications=found,
        spread=spread,
        in_print=in_print(asked, found.items, lake),
        low=low if is_range else None,
        high=high if is_range else None,
        range=words if is_range else None,
    )


def _evaluated(definition: Definition, lake: Lake, *, alone: bool) -> Figure:
    """Evaluate a definition; `alone`: the headline, to which a curve adds its alternatives."""
    named = definition.goods
    definition = checked(definition, lake)
    if definition.measure == ORIGIN:
        return value_origin.figure(definition, lake, asked_of=named)
    if inputs.is_inputs(definition):
        return inputs.figure(definition, lake)
    if definition.goods.startswith(NAMED):
        words = definition.goods.removeprefix(NAMED)
        return unanswered(definition, f"{words!r} names no list of codes; use a list")
    found = _asked(definition, lake, alone=alone)
    answers = [(name, item) for name, item in found.items() if isinstance(item, Answer)]
    if "baci" in dict(answers) and definition.measure in ("value", "growth"):
        # Our own results were computed from BACI: next to the rows they would count twice.
        answers = [(name, item) for name, item in answers if name != "computed"]
    if answers:
        return _figure(definition, answers)
    missing = {name: item for name, item in found.items() if isinstance(item, Missing)}
    reason = in_lines(missing, definition)
    if definition.source is None and not lake.holdings():
        reason += "\nthe lake is empty; bring BACI in with: entrepot data add baci FILE"
    return unanswered(definition, reason)


def _asked(definition: Definition, lake: Lake, *, alone: bool) -> dict[str, Answer | Missing]:
    """Return what each source answers; where none does, what they tell together, if anything."""
    found: dict[str, Answer | Missing] = {}
    for source in _sources(definition, lake):
        if several.is_several(source):
            found |= several.named(definition, lake, source.split(several.AND))
        elif source in PRINTED:
            found[source] = printed.answer(definition, source, lake)
        elif not alone or not any(isinstance(one, Answer) for one in found.values()):
            found[source] = flows.answer(definition, lake, source, alone=alone)
    if definition.source or not several.takes_several(definition):
        return found
    if not any(isinstance(item, Answer) for item in found.values()):
        together = several.named(definition, lake, flow_sources(lake))
        found |= {name: item for name, item in together.items() if isinstance(item, Answer)}
    return found


def _sources(definition: Definition, lake: Lake) -> list[str]:
    """Return the sources to ask, the preferred one first."""
    if definition.source:
        return [definition.source]
    if definition.measure == "conversions":
        return ["published"]  # of which alone a report is held in two currencies
    # A share is best taken from somebody who counted both its parts; a level from the finest data.
    bundled = reversed(PRINTED) if definition.measure in SHARES else PRINTED
    return [*flow_sources(lake), *bundled]


def _figure(definition: Definition, answers: list[tuple[str, Answer]]) -> Figure:
    """Take the first answer's headline; every answer widens the range."""
    source, first = answers[0]
    head = first.estimates[0]
    estimates = [item for _, answer in answers for item in answer.estimates]
    low, high, words = _range(estimates, answers)
    if low is None and source == "published" and head.low != head.high:
        low, high, words = head.low, head.high, "what the printed digits leave open"
    notes = [
        *caveats.for_definition(
            definition,
            one_voice=_one_voice(definition, head),
            teller=_teller(definition, head),
        ),
        *caveats.few_suppliers(definition, head.details),
        *first.caveats,
        *caveats.no_codes(definition),
    ]
    return Figure(
        definition=definition.but(source=source, base=first.base or definition.base),
        status="ok",
        value=head.value,
        unit=head.unit,
        details=head.details,
        rests_on=head.rests_on,
        table=head.table,
        spread=spread_of(estimates),
        low=low,
        high=high,
        range=words,
        specifications=specifications(estimates),
        evidence=head.evidence,
        denominator=first.denominator,
        scope=first.scope,
        caveats=tuple({note.id: note for note in reversed(notes)}.values())[::-1],
    )


def _one_voice(definition: Definition, head: Estimate) -> bool:
    """Whether all comes from the books of one country that still reports."""
    sides = {side for item in head.evidence for side in item.told_by}
    if question(definition.measure).trade == "chain" and sides <= {"exporter", "importer"}:
        return True  # each flow by one teller, who speaks before and after
    teller = _teller(definition, head)
    return bool(teller) and not stopped_in(teller.split("+"), definition.period)


def _teller(definition: Definition, head: Estimate) -> str:
    """Return whose books all comes from; empty where it is from more than one side's."""
    sides = {side for item in head.evidence for side in item.told_by}
    printed = all(item.origin and item.told_by for item in head.evidence)
    if len(sides) != 1 or not (printed or "report" in head.choices):
        return ""
    return definition.exporter if sides == {"exporter"} else definition.importer


def _range(
    estimates: list[Estimate], answers: list[tuple[str, Answer]]
) -> tuple[float | None, float | None, str | None]:
    """Return the ends over all definitions and, in words, what spans them."""
    ends = [end for item in estimates for end in item.ends]
    if min(ends) == max(ends):
        return None, None, None
    spans = [(name, ", ".join(answer.spans)) for name, answer in answers]
    if len(spans) == 1:
        words = spans[0][1]
    else:
        words = "; ".join(f"{name}: {what}" if what else name for name, what in spans)
    return min(ends), max(ends), words or None
