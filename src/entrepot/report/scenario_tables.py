"""What every format says of scenarios, as tables of text: one scenario, or several side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.figures.scenario.schema import ASSUMED, side_phrase
from entrepot.goods import goods_title
from entrepot.measures.cutoff import OTHERS
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import figure_value, joined, number, range_text
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.figures.scenario import Scenario, ScenarioFile
    from entrepot.figures.scenario.result import Between, EconomyLoss, Loss, SalesLoss
    from entrepot.figures.scenario.schema import BackKeys

SHOWN = 10
"""Rows of a long table; a file of JSON has them all."""
HARDEST = 6
"""Economies on a short ladder, beside the sides."""
SIDES = {"target": "target", "imposes": "imposes the cut", "others": "", "world": ""}


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """A table of text; columns from `right` on hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: int = 1


def tables_of(scenarios: Sequence[Scenario]) -> list[ScenarioTable]:
    """Return the tables of one scenario in full, or of several side by side."""
    found = _compared(scenarios) if len(scenarios) > 1 else _alone(scenarios[0])
    return [without_empty(one) for one in found]


def without_empty(table: ScenarioTable) -> ScenarioTable:
    """Leave out columns in which nothing stands, such as ranges of what has none."""
    kept = [n for n in range(len(table.columns)) if any(row[n] for row in table.rows)]
    return ScenarioTable(
        table.title,
        tuple(table.columns[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row in table.rows),
        # Columns of words that are left, so that numbers stay right-aligned.
        sum(n < table.right for n in kept),
    )


def _compared(scenarios: Sequence[Scenario]) -> Iterator[ScenarioTable]:
    heads = ["", *(one.file.title for one in scenarios)]
    yield ScenarioTable("What stops", tuple(heads), tuple(_facts(scenarios)), right=len(heads))
    for title, found in (
        ("Output lost for lack of inputs", [one.economy for one in scenarios]),
        ("Output lost for lack of sales", [one.extraction for one in scenarios]),
    ):
        if any(found):
            yield ScenarioTable(title, tuple(heads), tuple(_side_rows(found)))
    if any(one.goods for one in scenarios):
        yield ScenarioTable(
            "Goods", tuple(heads), (("loss of their value to the buyer", *map(_goods, scenarios)),)
        )
    yield ScenarioTable("Assumptions", tuple(heads), tuple(assumptions(scenarios)))


def _facts(scenarios: Sequence[Scenario]) -> Iterator[tuple[str, ...]]:
    yield ("what", *(stops(one.file) for one in scenarios))
    yield ("year", *(one.file.period for one in scenarios))
    if any(one.economy or one.extraction for one in scenarios):
        yield ("trade in inputs", *(_stopped(one) for one in scenarios))


def _stopped(one: Scenario) -> str:
    model = one.economy or one.extraction
    return figure_value(model.stopped_usd, "USD") if model else "–"


def _side_rows(
    found: Sequence[EconomyLoss | SalesLoss | None],
) -> Iterator[tuple[str, ...]]:
    for side in SIDES:
        losses = [_of_side(one, side) for one in found]
        called = {loss.name for loss in losses if loss}
        if not called:
            continue
        name = SIDES[side] or called.pop()
        yield (f"{name}, of output", *(_share(loss) for loss in losses))
        yield (f"{name}, output lost", *(_money(loss) for loss in losses))


def _of_side(found: EconomyLoss | SalesLoss | None, side: str) -> Loss | None:
    return next((one for one in (found.sides if found else ()) if one.who == side), None)


def _share(loss: Loss | None) -> str:
    return _with_ends(loss.lost_share, "share") if loss else "–"


def _money(loss: Loss | None) -> str:
    return _with_ends(loss.lost_usd, "USD") if loss else "–"


def _with_ends(found: Between, unit: str) -> str:
    value, ends = figure_value(found.value, unit), found.range_text(unit)
    return f"{value} ({ends})" if ends else value


def _goods(one: Scenario) -> str:
    parts = []
    for figure in one.goods:
        who = area_name(figure.definition.importer)
        ends = figure.range_text
        if figure.value is None:
            parts.append(f"{who}: not known ({figure.reason})")
            continue
        value = figure_value(figure.value, figure.unit)
        parts.append(f"{who}: {value}" + (f" ({ends})" if ends else ""))
    return "; ".join(parts) or "–"


def _alone(one: Scenario) -> Iterator[ScenarioTable]:
    facts = [(name, text) for name, text in _facts([one])]
    if one.goods:
        facts.append(("loss of the goods’ value to the buyer", _goods(one)))
    yield ScenarioTable("What stops", ("", ""), tuple(facts), right=2)
    for lack, found in (("inputs", one.economy), ("sales", one.extraction)):
        if found:
            yield ScenarioTable(
                f"Output lost for lack of {lack}", _HEAD, tuple(_rows(found.sides)), 2
            )
            title = f"Largest output losses for lack of {lack}"
            yield ScenarioTable(title, _HEAD, tuple(_losers(found.areas)), 2)
    if one.economy:
        yield from _sectors(one.economy)
        yield ScenarioTable("Effect of each assumption alone", _MOVES, tuple(_moves(one.economy)))
    yield ScenarioTable("Assumptions", ("", ""), tuple(assumptions([one])), right=2)


_HEAD = ("who", "side", "of output", "range", "output lost", "range", "value added")
_NONE = "none within the accuracy of the solution"
_MOVES = ("assumption", "target", "imposes the cut")


def _rows(losses: Sequence[Loss]) -> Iterator[tuple[str, ...]]:
    for loss in losses[:SHOWN]:
        yield (
            loss.name,
            loss.who if SIDES[loss.who] else "",
            figure_value(loss.lost_share.value, "share"),
            loss.lost_share.range_text("share"),
            figure_value(loss.lost_usd.value, "USD"),
            loss.lost_usd.range_text("USD"),
            figure_value(loss.value_added_usd.value, "USD"),
        )


def _losers(losses: Sequence[Loss]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of who loses something, or that none does."""
    some = [one for one in losses if one.is_some]
    yield from _rows(some) if some else [(_NONE, *[""] * (len(_HEAD) - 1))]


def _sectors(found: EconomyLoss) -> Iterator[ScenarioTable]:
    for side, words in (("target", "the target"), ("imposes", "the side that imposes the cut")):
        codes = {one.name: one.code for one in found.sectors}
        rows = _losers([one for one in found.sectors if one.who == side])
        yield ScenarioTable(
            f"Sectors of {words} that lose most",
            ("sector", "", *_HEAD[2:]),
            tuple((name, codes.get(name, ""), *rest) for name, _, *rest in rows),
            right=2,
        )


def _moves(found: EconomyLoss) -> Iterator[tuple[str, ...]]:
    for name, sides in found.alone.items():
        yield (WORDS[name], *(_moved(*sides[side]) for side in ("target", "imposes")))


def _moved(low: float, high: float) -> str:
    return range_text(low, high, "share") if low < high else "not at all"


_LADDER = ("who", "of output", "value", "output lost")
_GOODS = ("buyer", "loss of value", "value", "not replaced", "critical")


def short_tables(one: Scenario) -> Iterator[ScenarioTable]:
    """Yield what fits on a screen: who loses, ranges first, and what goods lose of their worth."""
    if one.economy:
        modelled = {loss.code for loss in one.economy.sides}
        hardest = [loss for loss in one.economy.areas if loss.code not in modelled and loss.is_some]
        rows = (*one.economy.sides, *hardest[:HARDEST])
        yield ScenarioTable("Output lost for lack of inputs", _LADDER, tuple(map(_rung, rows)))
    if one.extraction:
        rows = one.extraction.sides
        title = "Output lost for lack of sales; below zero: gained"
        yield ScenarioTable(title, _LADDER, tuple(map(_rung, rows)))
    if one.goods:
        yield ScenarioTable("Goods by their codes", _GOODS, tuple(map(_good, one.goods)))


def _rung(loss: Loss) -> tuple[str, ...]:
    role = f" ({loss.who})" if SIDES[loss.who] else ""
    share = loss.lost_share.range_text("share")
    money = loss.lost_usd.range_text("USD")
    value = figure_value(loss.lost_share.value, "share")
    return (
        f"{loss.name}{role}",
        share or value,
        value,
        money or figure_value(loss.lost_usd.value, "USD"),
    )


def _good(figure: Figure) -> tuple[str, ...]:
    who = area_name(figure.definition.importer)
    if figure.value is None:
        return (who, "not known", "", "", "")
    critical = figure.details.get("critical_products")
    return (
        who,
        figure.range_text,
        figure_value(figure.value, figure.unit),
        _end(figure, "unmet_share"),
        figure_value(critical, "count") if isinstance(critical, (int, float)) else "",
    )


def _end(figure: Figure, name: str) -> str:
    value, low, high = (figure.details.get(f"{name}{end}") for end in ("", "_low", "_high"))
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low < high:
        return range_text(low, high, "share")
    return figure_value(value, "share") if isinstance(value, (int, float)) else ""


# What a scenario assumes: as rows of a table, and in one line.


WORDS = {
    "leak": "trade that continues (leak)",
    "friction": "displaced trade not rebuilt (friction)",
    "inputs": "elasticity between inputs",
    "outer": "elasticity between inputs and value added",
}
_BRIEF = {
    "leak": WORDS["leak"],
    "friction": WORDS["friction"],
    "inputs": "elasticity between inputs",
    "outer": "and with value added",
}


def in_lines(one: Scenario) -> Iterator[str]:
    """Yield what was assumed, in a sentence for each level, and what moves the result most."""
    if one.file.economy and one.economy:
        parts = [f"{_BRIEF[name]} {_span(one, name)}" for name in ASSUMED]
        yield f"Assumed: {', '.join(parts)}; {one.economy.solutions} combinations solved."
        if gone := len(one.economy.left_out):
            yield (
                f"{gone} more have no solution: output falls to zero or trade cannot be "
                "rebuilt, so losses may exceed the range."
            )
        target = {
            name: sides["target"] for name, sides in one.economy.alone.items() if "target" in sides
        }
        if target:
            # The widest span of losses when this assumption alone is varied.
            name = max(target, key=lambda name: target[name][1] - target[name][0])
            least, most = target[name]
            if least < most:
                yield (
                    f"Most influential assumption for the target's loss: {WORDS[name]} "
                    f"({range_text(least, most, 'share')} of output, varied alone)."
                )
    if one.file.extraction:
        yield f"Replacement suppliers: {_instead(one)}."


def _span(one: Scenario, name: str) -> str:
    assert one.file.economy is not None
    found = getattr(one.file.economy, name)
    least, most = min(found.values), max(found.values)
    return f"{found.take:g}" + (f" ({least:g} to {most:g})" if least < most else "")


def assumptions(scenarios: Sequence[Scenario]) -> Iterator[tuple[str, ...]]:
    """Yield each assumption with what every scenario takes, and how well it was solved."""
    if any(one.file.economy for one in scenarios):
        for name in ASSUMED:
            yield (WORDS[name], *(_assumed(one, name) for one in scenarios))
        yield ("maximum share of inputs in output", *(_cap(one) for one in scenarios))
        yield ("solutions", *(_solutions(one) for one in scenarios))
        yield ("residual, relative to the largest output", *(_miss(one) for one in scenarios))
        yield ("cushion (above zero: output stays positive)", *map(_cushion, scenarios))
    if any(one.file.extraction for one in scenarios):
        yield ("replacement suppliers", *(_instead(one) for one in scenarios))


def _assumed(one: Scenario, name: str) -> str:
    if one.file.economy is None:
        return "–"
    found = getattr(one.file.economy, name)
    also = ", ".join(f"{value:g}" for value in found.values[1:])
    return f"{found.take:g}" + (f" (also {also})" if also else "")


def _cap(one: Scenario) -> str:
    return f"{one.file.economy.cap:g}" if one.file.economy else "–"


def _solutions(one: Scenario) -> str:
    if one.economy is None:
        return "–"
    lost = len(one.economy.left_out)
    return f"{one.economy.solutions}" + (f", and {lost} without a solution" if lost else "")


def _miss(one: Scenario) -> str:
    miss = one.economy.checks["miss"] if one.economy else None
    return "–" if miss is None else f"{miss:.1e}"


def _cushion(one: Scenario) -> str:
    cushion = one.economy.checks["cushion"] if one.economy else None
    return "–" if cushion is None else number(cushion)


def _instead(one: Scenario) -> str:
    if one.file.extraction is None:
        return "–"
    return ", ".join(
        f"{code.replace('_', ' ') if code.islower() else area_name(code)} "
        f"{figure_value(part, 'share')}"
        for code, part in one.file.extraction.replaced.items()
    )


_WORDS = {
    "export_ban": "{own} {stop} selling {goods} to {other}",
    "import_ban": "{own} {stop} buying {goods} from {other}",
    "embargo": "{own} and {other} stop trading {goods}",
}


def stops(file: ScenarioFile) -> str:
    """Return what stops, and what is stopped in return."""
    own, other = file.cut.imposes, file.cut.target
    levels = file.economy or file.extraction
    every = "inputs" if levels or file.goods is None else goods_title(file.goods.goods)
    found = _act(file.cut, own, other, every)
    if file.retaliation:
        found += f"; in return {_act(file.retaliation, other, own, every)}"
    # Not capitalize(), which would make small letters of all names.
    return f"{found[0].upper()}{found[1:]}"


def _act(act: BackKeys, own: str, other: str, every: str) -> str:
    names = [sector(code, own=True).name for code in act.sectors or ()]
    return _WORDS[act.instrument].format(
        own=side_phrase(own),
        # Sums of areas and "others" are plural.
        stop="stop" if "+" in own or own == OTHERS else "stops",
        other=side_phrase(other),
        goods=joined(names) if names else every,
    )


# What a scenario comes to, in a few sentences: who loses how much, as ranges, and where most.


_HARDEST = 3
_NOTHING = "no amount distinguishable from zero"


def answer(one: Scenario) -> str:
    """Return who would lose how much: the sides, and the economies that lose most.

    Of the levels that were asked for, each in a sentence or two of its own, since they are
    different quantities.
    """
    return " ".join(_sentences(one))


def _sentences(one: Scenario) -> Iterator[str]:
    if one.economy:
        lost = f"{_lost(one.economy.sides)}{_largest_alone(one.economy.sides)}"
        yield f"In a model, for lack of inputs {lost}."
        if hardest := list(_hardest(one.economy)):
            yield (
                "Among the other economies, members of groups included, the largest part of "
                f"output would be lost in {joined(hardest)}."
            )
    if one.extraction:
        yield f"For lack of sales {_lost(one.extraction.sides)}."
    for figure in one.goods:
        yield _goods_sentence(figure)


def _lost(sides: Sequence[Loss]) -> str:
    modelled = {loss.who: loss for loss in sides}
    words = {"target": "", "imposes": ", imposing the cut,"}
    parts = [
        f"{side_phrase(modelled[who].code)}{aside} would {_verb(modelled[who])}"
        for who, aside in words.items()
        if who in modelled
    ]
    return " and ".join(parts)


def _verb(loss: Loss) -> str:
    """Return "lose 0.4 to 3.7 % of output (USD 17 to 152 bn)", a gain as one."""
    least, most = _ends(loss.lost_share)
    if least == most == 0:
        return f"lose {_NOTHING}"
    # Losses are positive, so an upper end below zero means a gain under all assumptions.
    if most <= 0:
        return f"gain {_span_text(-most, -least, 'share')} of output"
    if least < 0:
        ends = (figure_value(-least, "share"), figure_value(most, "share"))
        return f"do anything from gaining {ends[0]} of output to losing {ends[1]}"
    money = _span_text(*_ends(loss.lost_usd), "USD")
    return f"lose {_span_text(least, most, 'share')} of output ({money})"


def _hardest(found: EconomyLoss) -> Iterator[str]:
    """Yield the economies that lose most, but for a side that is one economy."""
    modelled = {loss.code for loss in found.sides}
    for loss in [one for one in found.areas if one.is_some and one.code not in modelled][:_HARDEST]:
        least, most = _ends(loss.lost_share)
        text = _span_text(least, most, "share") if least >= 0 else figure_value(most, "share")
        yield f"{area_phrase(loss.code)} ({text})"


def _largest_alone(sides: Sequence[Loss]) -> str:
    """Return that a number has no range, where none has."""
    return (
        ""
        if any(loss.lost_share.low is not None for loss in sides)
        else (", under the single set of assumptions in the file")
    )


def _goods_sentence(figure: Figure) -> str:
    asked = figure.definition
    who, other = area_phrase(asked.importer), area_phrase(asked.exporter)
    if figure.value is None:
        return f"Goods: the loss to {who} without {other} cannot be computed: {figure.reason}."
    least, most = (figure.value if end is None else end for end in (figure.low, figure.high))
    span = _span_text(least, most, figure.unit)
    return f"Goods: {who} would lose {span} of their value, all suppliers counted, without {other}."


def _ends(found: Between) -> tuple[float, float]:
    return (
        found.value if found.low is None else found.low,
        found.value if found.high is None else found.high,
    )


def _span_text(least: float, most: float, unit: str) -> str:
    return range_text(least, most, unit) if least < most else figure_value(least, unit)
