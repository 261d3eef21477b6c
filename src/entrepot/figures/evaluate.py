"""From a definition to a Figure: which source answers, over which range, with which caveats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import caveats, flows, printed
from entrepot.figures.definition import Definition
from entrepot.figures.estimate import Answer, Estimate, Missing, specifications
from entrepot.figures.figure import Figure
from entrepot.figures.held import flow_sources
from entrepot.goods import goods_selection
from entrepot.goods.parse import NAMED
from entrepot.lake import Lake
from entrepot.measures import passports
from entrepot.model.areas import WORLD
from entrepot.model.reporting import stopped_in
from entrepot.sources import source_ids, split_address

if TYPE_CHECKING:
    import os

__all__ = ["ask", "evaluate"]

PRINTED = ("computed", "published")
SHARES = ("import_share", "export_share", "asymmetry")
CONCENTRATION = ("hhi", "cr")


def ask(measure: str, *, lake: Lake | str | os.PathLike[str] | None = None, **keys: Any) -> Figure:
    """Evaluate one Figure.

    Parameters
    ----------
    measure
        Id of a measure: ``value``, ``import_share``, ``export_share``, ``growth``, ``hhi``,
        ``cr``, ``asymmetry``.
    lake
        A lake or its folder; by default the one that the settings name.
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
    return evaluate(Definition.build(measure, **keys), held)


def evaluate(definition: Definition, lake: Lake) -> Figure:
    """Evaluate a definition on what the lake and the bundled tables hold at one moment."""
    with lake.reading():
        return _evaluated(definition, lake)


def _evaluated(definition: Definition, lake: Lake) -> Figure:
    definition = _checked(definition, lake)
    if definition.goods.startswith(NAMED):
        words = definition.goods.removeprefix(NAMED)
        return _insufficient(definition, f"{words!r} names no list of codes; use a list")
    found = {source: _answer(definition, source, lake) for source in _sources(definition, lake)}
    answers = [(name, item) for name, item in found.items() if isinstance(item, Answer)]
    if "baci" in dict(answers) and definition.measure in ("value", "growth"):
        # Our own results were computed from BACI: next to the rows they would count twice.
        answers = [(name, item) for name, item in answers if name != "computed"]
    if answers:
        return _figure(definition, answers)
    reasons = [item.reason for item in found.values() if isinstance(item, Missing)]
    if definition.source is None and not lake.holdings():
        reasons.append("the lake is empty; bring BACI in with: entrepot data add baci FILE")
    return _insufficient(definition, ". ".join(reasons))


def _checked(definition: Definition, lake: Lake) -> Definition:
    """Return the definition as it will be carried, or say why it makes no sense."""
    measure = definition.measure
    ids = [item.id for item in passports()]
    if measure not in ids:
        raise UnknownNameError("measure", measure, ids, hint="see: entrepot measure list")
    held = (holding.source for holding in lake.holdings())
    known = dict.fromkeys((*held, *PRINTED, *source_ids()))
    if definition.source:
        name, release = split_address(definition.source)
        if name not in known:
            raise UnknownNameError("source", name, known, hint="see: entrepot data list")
        definition = definition.but(source=f"{name}@{release}" if release else name)
    if not definition.goods.startswith(NAMED):
        definition = definition.but(goods=goods_selection(definition.goods).key)
    sides = {definition.importer, definition.exporter}
    if len(sides) == 1 and WORLD not in sides and len(definition.members("importer")) == 1:
        raise RequestError(
            f"{definition.importer} on both sides",
            why="trade of an area with itself is no foreign trade",
            hint="name two areas, or WLD for everybody",
        )
    if measure in SHARES and WORLD in (definition.importer, definition.exporter):
        raise RequestError(
            f"{measure} needs an importer and an exporter",
            hint="add --importer RUS --exporter CHN",
        )
    if measure in CONCENTRATION and definition.importer == WORLD:
        raise RequestError(f"{measure} needs an importer", hint="add --importer RUS")
    if definition.flow == "both" and measure not in ("value", "growth"):
        raise RequestError(
            f"{measure} has no two-way form",
            hint="leave out --flow both, or ask value or growth",
        )
    _refuse_unread(definition)
    if measure == "growth":
        return _with_base(definition)
    return definition.but(k=definition.k or 1) if measure == "cr" else definition


def _refuse_unread(definition: Definition) -> None:
    """Refuse keys that the measure would not read: an answer must not look narrower than it is."""
    measure = definition.measure
    for key, readers, given in (
        ("base", ("growth",), definition.base),
        ("k", ("cr",), definition.k),
        ("exporter", (*SHARES, "value", "growth"), definition.exporter != WORLD),
    ):
        if given and measure not in readers:
            raise RequestError(
                f"{measure} has no {key}",
                why="it would not change the answer",
                hint=f"leave out --{key}, or ask {' or '.join(readers)}",
            )


def _with_base(definition: Definition) -> Definition:
    """Return a growth with its base, by default a year earlier; compare like with like only."""
    now, base = definition.period, definition.base or definition.period.before()
    if base.end >= now.start:
        raise RequestError(
            f"the base {base} does not end before {now} begins",
            hint="name an earlier base: --base 2021",
        )
    if base.months != now.months:
        raise RequestError(
            f"{now} has {now.months} months and the base {base} has {base.months}",
            why="a sum over a longer time is larger without any growth",
            hint="compare periods of one length, such as 2023 with 2021",
        )
    return definition.but(base=base)


def _sources(definition: Definition, lake: Lake) -> list[str]:
    """Return the sources to ask, the preferred one first."""
    if definition.source:
        return [definition.source]
    # A share is best taken from somebody who counted both its parts; a level from the finest data.
    bundled = reversed(PRINTED) if definition.measure in SHARES else PRINTED
    return [*flow_sources(lake), *bundled]


def _answer(definition: Definition, source: str, lake: Lake) -> Answer | Missing:
    if source in PRINTED:
        return printed.answer(definition, source, lake)
    return flows.answer(definition, lake, source)


def _figure(definition: Definition, answers: list[tuple[str, Answer]]) -> Figure:
    """Take the first answer's headline; every answer widens the range."""
    source, first = answers[0]
    head = first.estimates[0]
    estimates = [item for _, answer in answers for item in answer.estimates]
    low, high, words = _range(estimates, answers)
    if low is None and source == "published" and head.low != head.high:
        low, high, words = head.low, head.high, "what the printed digits leave open"
    notes = [
        *caveats.for_definition(definition, one_voice=_one_voice(definition, head)),
        *first.caveats,
    ]
    return Figure(
        definition=definition.but(source=source),
        status="ok",
        value=head.value,
        unit=head.unit,
        details=head.details,
        low=low,
        high=high,
        range=words,
        specifications=specifications(estimates),
        evidence=head.evidence,
        caveats=tuple({note.id: note for note in reversed(notes)}.values())[::-1],
    )


def _one_voice(definition: Definition, head: Estimate) -> bool:
    """Whether all comes from the books of one country that still reports."""
    sides = {side for item in head.evidence for side in item.told_by}
    printed = all(item.origin and item.told_by for item in head.evidence)
    if len(sides) != 1 or not (printed or "report" in head.choices):
        return False
    teller = definition.exporter if sides == {"exporter"} else definition.importer
    return not stopped_in(teller.split("+"), definition.period)


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


def _insufficient(definition: Definition, reason: str) -> Figure:
    return Figure(
        definition=definition,
        status="insufficient_data",
        value=None,
        unit=definition.unit,
        caveats=tuple(caveats.for_definition(definition)),
        reason=reason,
    )
