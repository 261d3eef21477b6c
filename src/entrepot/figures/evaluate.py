"""From a definition to a Figure: which source answers, over which range, with which caveats."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from entrepot.errors import EntrepotError, RequestError
from entrepot.figures import (
    caveats,
    combined_sources,
    flows,
    inputs,
    published_answers,
    value_added,
)
from entrepot.figures.asked_together import asked_together, several_times
from entrepot.figures.availability import PRINTED, availability_of, bundled_for, flow_sources
from entrepot.figures.curve.choices import averaged_over
from entrepot.figures.curve.evaluate import curve, overlaps, refuse_curve
from entrepot.figures.definition import AND, LARGEST, command_for
from entrepot.figures.evidence import (
    CHOICE_NAMES,
    FOLLOWS,
    Answerer,
    Caveat,
    Estimate,
    FoundSpecification,
    NoAnswer,
    SourceAnswer,
    Specification,
    ends_of,
    specifications,
    spread_of,
)
from entrepot.figures.figure import Figure, figure_line
from entrepot.figures.hub_placebos import refuse_tests, with_tests
from entrepot.figures.input_rows import ORIGIN, is_inputs
from entrepot.figures.input_rows import SOURCE as INPUT_SOURCE
from entrepot.figures.no_value import in_lines, unanswered
from entrepot.figures.questions import of as question
from entrepot.figures.sides import ended, members_of
from entrepot.figures.validate import checked, require_question
from entrepot.goods.parse import NAMED, older_editions, written_codes
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled, bundled_codes
from entrepot.limits import say, step
from entrepot.measures import measure_metadata
from entrepot.model.areas import stopped_in
from entrepot.model.display import agreed, first_of, joined
from entrepot.model.keys import KEYS
from entrepot.model.period import Period
from entrepot.sources import is_register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Specifications
    from entrepot.figures.figure import FigureKind
    from entrepot.lake import Lake

    Answers = Sequence[tuple[str, SourceAnswer]]


def evaluate(
    definition: Definition,
    lake: Lake,
    *,
    curve: bool = False,
    above: float | None = None,
    tests: bool = False,
    ranged: bool = True,
    nowcast: bool = False,
) -> Figure:
    """Evaluate a definition on what the lake and the bundled tables hold at one moment.

    Parameters
    ----------
    curve
        Whether every definition behind the range is told, and what was left out. The range is the
        same with it and without.
    ranged
        Whether the other definitions are evaluated. Without them a Figure has no range, and does
        not say that there is none.
    nowcast
        As in `ask`; what tests claims or compares reported values never asks for it.
    """
    if tests:
        refuse_tests(definition)
    if above is not None:
        _refuse_above(above, definition)
    # One state of the lake and one check of its bytes for everything that follows.
    with lake.reading(bundled=bundled_for(lake, definition.goods, definition.source)):
        asked = checked(definition, lake)
        if curve:
            refuse_curve(asked)
        # Where a curve has the other definitions, of the rows the headline will do.
        curved = question(asked.measure).has_curve and not _is_of_tables(asked)
        # Of names the other definitions are few, and the range has those of the lists already.
        curved = curved and not overlaps(asked) and (curve or not asked.named_by)
        found = _answers(asked, lake, alone=curved or not ranged)
        figure = figure_of(asked, found, lake, curved=curved, ranged=ranged)
        if figure.value is not None and _took_inputs_for_all(definition):
            figure = replace(figure, caveats=(caveats.inputs_only(), *figure.caveats))
        if tests and figure.status == "ok":
            figure = with_tests(figure, lambda one: evaluate(one, lake, ranged=False))
        # After everything else: reported data always come before an estimate.
        if nowcast and figure.value is None and not (curve or tests):
            # Imported here, for few questions end in a nowcast.
            from entrepot.figures.nowcasts import or_nowcast

            figure = or_nowcast(
                definition, asked, lake, figure, lambda one: evaluate(one, lake, ranged=False)
            )
        figure = replace(figure, chosen=_chosen(definition, figure.definition))
        if figure.value is not None:
            say(partial(figure_line, figure))
        specifications_ = figure.specifications
        if curve and specifications_ is not None:
            return _with_curve(figure, specifications_, asked, lake, above)
        # One definition is none beside another.
        is_alone = specifications_ is not None and len(specifications_.items) < 2
        return replace(figure, specifications=None) if is_alone else figure


def evaluate_each(
    definitions: Sequence[Definition], lake: Lake, *, ranged: bool = True
) -> list[Figure]:
    """Evaluate definitions on one state of the data, each as `evaluate` does.

    Those that differ in time only are answered from rows that are read and added up once.
    """
    groups: dict[Definition, dict[Definition, None]] = {}
    for one in definitions:
        require_question(one.measure)
        groups.setdefault(one.but(period=definitions[0].period), {})[one] = None
    found: dict[Definition, Figure] = {}
    with asking(definitions if ranged else (), lake):
        for group in groups.values():
            # A range takes averages over longer times as well.
            averaged = [time for one in group for time in averaged_over(one)] if ranged else []
            with several_times([one.period for one in group], averaged):
                for one in group:
                    step()
                    found[one] = evaluate(one, lake, ranged=ranged)
    return [found[one] for one in definitions]


@contextmanager
def asking(definitions: Iterable[Definition], lake: Lake) -> Iterator[None]:
    """Ask some questions of one state of the data in the block, their ranges in one go.

    What is wrong with a question is said when it is evaluated.
    """
    with lake.reading():
        known = []
        for one in definitions:
            with suppress(EntrepotError):
                known.append(checked(one, lake))
        with asked_together(known):
            yield


def _refuse_above(above: float, definition: Definition) -> None:
    """Refuse a value above which nothing can lie, wherever it was asked."""
    if measure_metadata(definition.measure).unit == "share" and not 0 <= above <= 1:
        raise RequestError(
            f"no share lies above or below {above:g}: they are 0 to 1",
            hint=f"write --above {above / 100:g}" if 1 < above <= 100 else "write --above 0.8",
        )
    if not abs(above) <= LARGEST:
        raise RequestError(f"nothing lies above {above:g}", hint="write a number: --above 0.8")


def _chosen(asked: Definition, answered: Definition) -> tuple[str, ...]:
    """Return the keys that a question left open and its answer has."""
    # None and not false: a key may have been given as zero or empty.
    left = [key for key in KEYS if getattr(asked, key) is None]
    return tuple(key for key in left if getattr(answered, key) is not None)


def _with_curve(
    figure: Figure, found: Specifications, asked: Definition, lake: Lake, above: float | None
) -> Figure:
    """Tell of every definition behind the range, and of published figures beside them."""
    from entrepot.figures.statements import in_print

    found = replace(found, whole=True, threshold=above)
    printed = in_print(asked, found.items, lake)
    return replace(figure, specifications=found, in_print=printed)


def figure_of(
    asked: Definition,
    found: Mapping[str, SourceAnswer | NoAnswer],
    lake: Lake,
    *,
    curved: bool = False,
    ranged: bool = True,
) -> Figure:
    """Return the Figure of what sources answer, or the one that says why none does.

    Parameters
    ----------
    found
        By source, the preferred one first.
    curved
        Whether every combination of choices is evaluated too.
    ranged
        As in `evaluate`.
    """
    answers = [
        (one.source or name, one) for name, one in found.items() if isinstance(one, SourceAnswer)
    ]
    if answers:
        # Only where there is a headline: a curve alone has no value to start from.
        more: tuple[list[FoundSpecification], list[tuple[str, str]]] = ([], [])
        if curved and ranged:
            more = _curve_of_names(asked, lake) if asked.named_by else curve(asked, lake)
        return _figure(asked, _counted_once(asked, answers, more[0]), *more, ranged)
    missing = {name: item for name, item in found.items() if isinstance(item, NoAnswer)}
    if asked.goods.startswith(NAMED):
        words = asked.goods.removeprefix(NAMED)
        return unanswered(asked, f"{words!r} names no list of codes; use a list")
    [*_, last] = missing.values()
    if last.is_estimated:
        return unanswered(asked.but(source=last.source), last.reason, of_reports=False)
    if gone := ended((asked.importer, asked.exporter), asked.period.start):
        return unanswered(asked, f"{gone}: no data of {asked.period} can have it")
    # Not where many times are asked in a row, for each source that may answer reads rows.
    if ranged:
        missing = {name: _with_advice(one, name, asked, lake) for name, one in missing.items()}
    reason = in_lines(missing, asked)
    reason += _of_register(asked, lake) if ranged else ""
    if asked.source is None and not lake.holdings():
        reason += "\nno data loaded. Load BACI with: entrepot data add baci FILE"
        reason += "" if BUNDLED in missing else _bundled_parts(asked)
    return unanswered(asked, reason)


def _with_advice(lack: NoAnswer, source: str, asked: Definition, lake: Lake) -> NoAnswer:
    """Return why a source does not answer, advising the part of the period for which it does."""
    if not lack.part:
        return lack
    part = asked.but(source=source, period=Period.parse(lack.part))
    with suppress(EntrepotError):
        if evaluate(part, lake, ranged=False).status == "ok":
            advice = f"ask for {lack.part}"
            words = f"{lack.reason}; {advice}, which is loaded"
            return replace(lack, reason=words, there=f"{lack.there}: {advice}")
    return lack


def _of_register(asked: Definition, lake: Lake) -> str:
    """Return a line with the register that answers and its command; empty text if none does."""
    for one in register_questions(asked, lake):
        with suppress(EntrepotError):
            if evaluate(one, lake, ranged=False).status == "ok":
                return (
                    f"\n{one.source}, a register that is asked by name only, answers by "
                    f"{one.basis}: {command_for(one)}"
                )
    return ""


_BASES_OF_REGISTERS = {"dispatch": ("dispatch", "consignment", "origin", "port")}
"""Bases of a register that may stand for one of statistics, the nearest first."""


def register_questions(asked: Definition, lake: Lake) -> Iterator[Definition]:
    """Yield a question as each register may answer it that has the time and the importer.

    Registers are asked by name only, so they never answer the question itself.

    By the catalog alone: whether a register answers is known when it is asked.
    """
    buyers = members_of(asked, "importer")
    if asked.source or not buyers or is_inputs(asked):
        return
    spans = [span for span in (asked.period, asked.base) if span]
    for source in dict.fromkeys(item.source for item in lake.holdings() if item.counts):
        there = availability_of(lake, source, spans) if is_register(source) else ()
        for one in () if isinstance(there, NoAnswer) else there:
            reported = one.reporters["importer"] if one.reporters else ()
            if buyers <= {area for area, _ in reported}:
                for basis in _BASES_OF_REGISTERS.get(asked.basis, (asked.basis,)):
                    if basis in one.bases:
                        yield asked.but(source=source, basis=basis)


_OF_NAMED = {"import_share": 1, "cr": 1, "top_supplier": 1, "hhi": 2}
"""Measures that are parts of a total, and how often they are divided by it."""


def _curve_of_names(
    asked: Definition, lake: Lake
) -> tuple[list[FoundSpecification], list[tuple[str, str]]]:
    """Return a question by names of a register under every choice that names leave open.

    Choices of partners are of countries, and names are none. So there are: value or mass, the ways
    of following a list, and the total, which is of all lines or of those that have a name.
    """
    found: list[FoundSpecification] = []
    left: list[tuple[str, str]] = []
    choices = question(asked.measure).choices
    for quantity in ("value", "mass") if "quantity" in choices else (asked.quantity,):
        step()
        answer = flows.answer(asked.but(quantity=quantity), lake, str(asked.source), alone=False)
        if isinstance(answer, NoAnswer):
            left.append((f"{asked.source}: by {quantity}", answer.reason))
            continue
        main = answer.estimates[0]
        part = float(main.details.get(flows.NAMED_SHARE, 0.0))
        totals = {"of all lines": 1.0}
        if (times := _OF_NAMED.get(asked.measure)) and part > 0:
            totals[f"of lines with a {asked.named_by}"] = part**times
        for one in answer.estimates:
            for words, divided_by in totals.items():
                said = one.choices | {"quantity": quantity, "total": words}
                is_asked = one is main and quantity == asked.quantity and divided_by == 1.0
                item = Specification(said, one.value / divided_by)
                found.append(FoundSpecification(item, is_asked))
    return found, left


def _bundled_parts(asked: Definition) -> str:
    """Return a line that names the bundled codes, of the goods where there are some."""
    wanted = tuple(code for code in asked.goods.split(",") if code.isdigit())
    there = sorted(code for code in bundled_codes() if wanted and code.startswith(wanted))
    [year] = (part.period for part in bundled().partitions)
    if there:
        return f"\nbundled for {year}: {joined(there)}; ask for such codes alone"
    if bundled_codes().issuperset(written_codes(asked.goods) or {""}):
        return ""  # bundled, of another year: that was said
    if older := older_editions(asked.goods):
        return (
            f"\nbundled for {year} in codes of today: the list names {joined(older)}, in which a "
            "number can be other goods; give its codes of the newest edition"
        )
    every = sorted(bundled_codes())
    return f"\nbundled for {year} only: {len(every)} codes of minerals, as {first_of(every, 3)}"


def _is_of_tables(asked: Definition) -> bool:
    """Whether input-output tables answer, and no reports of trade."""
    return asked.measure == ORIGIN or is_inputs(asked)


def _took_inputs_for_all(definition: Definition) -> bool:
    """Whether all goods were asked for, of which only inputs can be answered."""
    return definition.measure == ORIGIN and definition.goods == KEYS["goods"].default


def _counted_once(
    definition: Definition, answers: Answers, curve: Sequence[FoundSpecification]
) -> Answers:
    """Leave out our own results beside the rows of BACI that they were computed from."""
    rows = {name for name, _ in answers} | {one.item.choices["source"] for one in curve}
    if "baci" not in rows or definition.measure not in ("value", "growth"):
        return answers
    # They stay where BACI answers other definitions only, as with Hong Kong: one is the headline.
    return [(name, item) for name, item in answers if name != "computed"] or answers


def _answers(asked: Definition, lake: Lake, *, alone: bool) -> dict[str, SourceAnswer | NoAnswer]:
    """Return what each source answers; where none does, what they answer together, if anything."""
    found: dict[str, SourceAnswer | NoAnswer] = {}
    if asked.goods.startswith(NAMED):
        return found
    for source in _sources(asked, lake):
        answerer = _answerer(asked, source)
        is_answered = any(isinstance(one, SourceAnswer) for one in found.values())
        # Further sources of flows would only widen a range, and a curve does that. Printed figures
        # cost little, and are asked all the same.
        if answerer is not flows or not (alone and is_answered):
            found[source] = answerer.answer(asked, lake, source, alone=alone)
    if asked.source or not question(asked.measure).both_reports or _is_of_tables(asked):
        return found
    if not any(isinstance(item, SourceAnswer) for item in found.values()):
        every = AND.join(flow_sources(lake))
        together = combined_sources.answer(asked, lake, every)
        if isinstance(together, SourceAnswer):
            found[together.source] = together
    return found


def _answerer(asked: Definition, source: str) -> Answerer:
    """Return what answers from a source."""
    if asked.measure == ORIGIN:
        return value_added
    if is_inputs(asked):
        return inputs
    if AND in source:
        return combined_sources
    return published_answers if source in PRINTED else flows


def _sources(definition: Definition, lake: Lake) -> list[str]:
    """Return the sources to ask, the preferred one first."""
    if _is_of_tables(definition):
        return [definition.source or INPUT_SOURCE]
    if definition.source:
        return [definition.source]
    if definition.measure == "conversions":
        return ["published"]  # of which alone a report is held in two currencies
    # A share is best taken from somebody who counted both its parts; a level from the finest data.
    bundled = reversed(PRINTED) if definition.measure in published_answers.SHARES else PRINTED
    return [*flow_sources(lake), *bundled]


def _figure(
    definition: Definition,
    answers: Answers,
    curve: Sequence[FoundSpecification],
    left: Sequence[tuple[str, str]],
    ranged: bool,
) -> Figure:
    """Take the first answer's headline; every answer and specification widens the range."""
    source, first = answers[0]
    head = first.estimates[0]
    ranged = ranged or first.is_estimated  # whose alternatives come with the headline
    estimates = [item for _, answer in answers for item in answer.estimates]
    whose = question(definition.measure).whose
    found = specifications(estimates, curve, left, whose) if ranged else None
    ends = ends_of(estimates, found) if ranged else None
    words = _range(answers, curve) if ends else None
    open_end = head.open_end if source not in PRINTED else ""
    if open_end and ranged and not ends:
        # All definitions have one value, and it is a bound.
        ends, words = (head.value, head.value), "partners that are not loaded"
    if ranged and not ends and source == "published" and None not in (head.low, head.high):
        # The digits of a printed figure leave something open where nothing else does.
        ends, words = (
            (head.low or 0.0, head.high or 0.0),
            ("rounding interval of the published digits"),
        )
        ends = ends if ends[0] < ends[1] else None
    notes = _caveats(definition, first)
    if found:
        notes += caveats.largest_differs(definition, found.items, head.details.get(whose))
    return Figure(
        definition=definition.but(
            source=source,
            base=first.base or definition.base,
            currency=first.currency or definition.currency,
        ),
        status="ok",
        value=head.value,
        unit=head.unit,
        details=head.details,
        uncertain_code_shares=head.uncertain_code_shares,
        table=head.table,
        spread=spread_of(estimates, found) if ranged else {},
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        range=words if ends else None,
        specifications=found,
        evidence=head.evidence,
        denominator=first.denominator,
        scope=first.scope,
        kind=_kind(definition, first),
        caveats=tuple(notes),
        ranged=ranged,
        open_end=open_end,
    )


def _kind(definition: Definition, first: SourceAnswer) -> FigureKind:
    """Return whose number an answer is."""
    head = first.estimates[0]
    evidence = head.evidence
    # Only rows of published tables have an id of their own.
    if evidence and all(item.id for item in evidence):
        return "computed" if {item.source for item in evidence} == {"computed"} else "published"
    if question(definition.measure).is_model:
        return "computed"
    if first.is_estimated or max((item.estimated for item in evidence), default=0) > 0.5:
        return "estimated"
    # Several sources together are of reports only; rows of one are, where one side was heard.
    is_of_reports = len(evidence) > 1 or "report" in head.choices
    return "reported" if is_of_reports else "reconciled"


def _caveats(definition: Definition, first: SourceAnswer) -> list[Caveat]:
    """Return the caveats of a question and of what answers it, each kind once."""
    head = first.estimates[0]
    if first.is_estimated:  # which has one denominator
        notes = caveats.for_definition(definition)
        return [*first.caveats, *(one for one in notes if one.id != "denominator-system")]
    found = [
        *caveats.for_definition(
            definition,
            one_reporter=_one_reporter(definition, head),
            reporter=_reporter(definition, head),
            source=head.evidence[0].source if head.evidence else "",
        ),
        *caveats.few_suppliers(definition, head.details),
        *first.caveats,
        *caveats.no_codes(definition),
    ]
    # Reversed twice: of two notes of one kind the first one's words count.
    return list({note.id: note for note in reversed(found)}.values())[::-1]


def _one_reporter(definition: Definition, head: Estimate) -> bool:
    """Whether all comes from the books of one country that still reports."""
    sides = {side for item in head.evidence for side in item.reported_by}
    if question(definition.measure).trade == "chain" and sides <= {"exporter", "importer"}:
        return True  # each flow by one teller, who speaks before and after
    reporter = _reporter(definition, head)
    return bool(reporter) and not stopped_in(reporter.split("+"), definition.period)


def _reporter(definition: Definition, head: Estimate) -> str:
    """Return whose books all comes from; empty where it is from more than one side's."""
    sides = {side for item in head.evidence for side in item.reported_by}
    # A printed figure may say whose statistics it is from; rows say it by the choice of a report.
    printed = all(item.origin and item.reported_by for item in head.evidence)
    if len(sides) != 1 or not (printed or "report" in head.choices):
        return ""
    return definition.exporter if sides == {"exporter"} else definition.importer


def _range(answers: Answers, curve: Sequence[FoundSpecification]) -> str | None:
    """Return what spans the ends, in words."""
    spans = [(name, ", ".join(answer.spans)) for name, answer in answers]
    if len(answers) > 1 or curve:
        # A single one has nothing that varies, and can be an end of the range all the same.
        spans = [
            (name, what or agreed(len(answer.estimates), *_COUNTED[name in PRINTED]))
            for (name, what), (_, answer) in zip(spans, answers, strict=True)
        ]
    if curve:
        # What the rows alone leave open comes with the choices that the same rows have.
        own = [", ".join(answer.spans) for name, answer in answers if name not in PRINTED]
        printed = [one for one in spans if one[0] in PRINTED]
        spans = [("", "; ".join([*filter(None, own), _combined(curve)])), *printed]
    # With several sources each part is named, as "source: what spans it".
    if len(spans) == 1:
        return spans[0][1] or None
    return "; ".join(": ".join(filter(None, span)) for span in spans)


_COUNTED = (("definition", "definitions"), ("figure", "figures"))
"""What a source has one of or several, by whether it is in print."""


def _combined(curve: Sequence[FoundSpecification]) -> str:
    """Return how many choices, or combinations of which choices, there are."""
    names = dict.fromkeys(name for one in curve for name in one.item.choices)
    varied = [
        name
        for name in names
        if name not in FOLLOWS and len({one.item.choices.get(name) for one in curve}) > 1
    ]
    if not varied:
        return "one definition of the rows"
    called = [CHOICE_NAMES.get(name, name) for name in varied]
    what = "choices" if len(called) == 1 else "combinations"
    return f"{len(curve):,} {what} of {joined(called)}"
