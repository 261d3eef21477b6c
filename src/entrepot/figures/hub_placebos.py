"""What a hub's alarm has to stand: placebos in its place, before its time, of other goods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import EntrepotError, RequestError
from entrepot.goods import goods_selection
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, joined
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Figure
    from entrepot.goods import Selection

    Asked = Callable[[Definition], Figure]

MEASURE = "rerouted"
CIVILIAN = ("190590", "220300", "330499", "401110", "610910", "620342", "940360")
"""Bread, beer, cosmetics, tyres, shirts, trousers, furniture: goods that nobody needs to hide."""
MOST = 4
"""Controls that are asked about in the place of a hub."""


@dataclass(frozen=True, slots=True)
class _Placebo:
    """A question whose answer should be nothing.

    Attributes
    ----------
    name, words
        What it asks, and its answer in words.
    alarms
        By hub, where something says whether there is one.
    of_all
        Whether an alarm is one for every hub: that of a control, where no event was.
    """

    name: str
    words: str
    alarms: Mapping[str, bool] = field(default_factory=dict)
    of_all: bool = False

    def alarm(self, hub: str) -> bool | None:
        """Whether it raises an alarm that counts for a hub; None where nothing says so."""
        if self.of_all:
            return any(self.alarms.values()) if self.alarms else None
        return self.alarms.get(hub)


def with_tests(figure: Figure, ask: Asked) -> Figure:
    """Put placebos, the triple difference and a verdict beside an answer on hubs.

    Every test is a Figure of its own, of the same source; what cannot be asked is named, with why.

    Parameters
    ----------
    figure
        The answer on what came through hubs.
    ask
        Evaluates a definition.
    """
    definition = figure.definition
    placebos = {
        "placebo_hubs": list(_hubs(definition, ask)),
        "placebo_time": list(_time(definition, ask)),
        "placebo_goods": list(_goods(definition, ask)),
    }
    calm = "+".join(_calm(definition)) or None
    # Keys that this measure does not read have to go, or they would be refused.
    regression = definition.but(measure="triple_difference", controls=calm, least=None, margin=None)
    triple = _asked(regression, ask)
    details = dict(figure.details)
    for name, found in placebos.items():
        details[name] = "; ".join(one.words for one in found)
    details["triple_difference"] = _triple_words(triple)
    known = [one for some in placebos.values() for one in some]
    effects = {} if isinstance(triple, str) else {str(row["hub"]): row for row in triple.table}
    rows = tuple(
        _with_verdict(row, known, effects.get(str(row["hub"]), {})) for row in figure.table
    )
    return replace(figure, details=details, table=rows)


def refuse_tests(definition: Definition) -> None:
    """Refuse tests of a measure that has none.

    Raises
    ------
    RequestError
        If the measure is another one.
    """
    if definition.measure != MEASURE:
        raise RequestError(
            f"{definition.measure} has no tests",
            why="they are placebos of hubs",
            hint=f"leave out --tests, or ask {MEASURE}",
        )


def _asked(definition: Definition, ask: Asked) -> Figure | str:
    """Return an answer, or why there is none."""
    try:
        found = ask(definition)
    except EntrepotError as error:
        return error.what
    if found.status == "ok":
        return found
    # One line for each source: the first is of the one that was asked.
    return (found.reason or "").split("\n")[0]


def _calm(definition: Definition) -> list[str]:
    """Return the controls; who sells is none of what it sells itself."""
    return sorted(definition.members("controls") - definition.members("exporter"))


def _hubs(definition: Definition, ask: Asked) -> Iterator[_Placebo]:
    """Ask of each control in the place of a hub, beside the others."""
    calm = _calm(definition)
    if not calm:
        yield _Placebo("controls", "not asked: no controls are named")
    for area in calm[:MOST]:
        rest = "+".join(one for one in calm if one != area) or None
        found = _asked(definition.but(hubs=area, controls=rest), ask)
        yield replace(_placebo(area_phrase(area), found), of_all=True)


def _time(definition: Definition, ask: Asked) -> Iterator[_Placebo]:
    """Ask of the last part of the base, as long as the period, against what came before it."""
    base, period = definition.base or definition.period.before(), definition.period
    months = base.split(1)
    # Months of the base before its last part, which has to be as long as the period, and what is
    # compared with it at least as long again.
    left = len(months) - period.months
    if left < period.months:
        yield _Placebo("time", f"not asked: {base} is shorter than two of {period}")
        return
    early = Period.parse(f"{months[0]}..{months[left - 1]}")
    late = Period.parse(f"{months[left]}..{months[-1]}")
    yield _placebo(str(late), _asked(definition.but(period=late, base=early), ask))


def _goods(definition: Definition, ask: Asked) -> Iterator[_Placebo]:
    """Ask of goods that nobody needs to hide, less those that the question is about."""
    try:
        about = goods_selection(definition.goods)
    except EntrepotError as error:
        yield _Placebo("goods", f"everyday goods not known ({error.what})")
        return
    others = [code for code in CIVILIAN if not _touches(about, code)]
    if not others:
        yield _Placebo("goods", f"not asked: {definition.goods} has all everyday goods in it")
        return
    # Plain codes are no list, and would be refused with another conversion.
    asked = definition.but(goods=",".join(others), concordance="family")
    yield _placebo("everyday goods", _asked(asked, ask))


def _touches(about: Selection, code: str) -> bool:
    """Whether some of a code is among goods, which may be lines of a tariff."""
    return about.weight_of(code) > 0 or any(one.startswith(code) for one in about.prefixes)


def _placebo(name: str, found: Figure | str) -> _Placebo:
    if isinstance(found, str):
        return _Placebo(name, f"{name} not known ({found})")
    alarms = {str(row["hub"]): bool(row["alarm"]) for row in found.table if "alarm" in row}
    said = "no saying whether an alarm"
    if alarms:
        said = "an alarm" if any(alarms.values()) else "no alarm"
        if any(alarms.values()) and len(found.table) > 1:
            said += f" for {joined([area_phrase(hub) for hub, one in alarms.items() if one])}"
    bought = sum(float(row["bought"]) for row in found.table)
    part = f", {figure_value((found.value or 0.0) / bought, 'share')} matched" if bought else ""
    return _Placebo(name, f"{name} {said}{part}", alarms)


def _triple_words(found: Figure | str) -> str:
    if isinstance(found, str):
        return f"not known ({found})"
    words = figure_value(found.value, found.unit)
    tests = (("p_hubs", "among controls"), ("p_randomisation", "among other goods"))
    said = [
        f"p {float(found.details[name]):.2g} {what}"
        for name, what in tests
        if name in found.details
    ]
    return f"{words} ({', '.join(said)})" if said else words


def _with_verdict(
    row: dict[str, Any], placebos: list[_Placebo], effect: dict[str, Any]
) -> dict[str, Any]:
    names = {"change_pct": "triple_pct", "low_pct": "triple_low_pct", "high_pct": "triple_high_pct"}
    more = {names.get(name, name): cell for name, cell in effect.items() if name != "hub"}
    return row | more | {"verdict": _verdict(row, placebos, effect)}


def _verdict(row: dict[str, Any], placebos: list[_Placebo], effect: dict[str, Any]) -> str:
    """Say whether an alarm stands: no placebo may raise one, and no control have grown more."""
    if row.get("alarm") is None:
        return "open: nothing says how large chance is, or what others sold it"
    if not row["alarm"]:
        return "no alarm"
    hub = str(row["hub"])
    asked = [one for one in placebos if one.alarm(hub) is not None]
    if false := [one.name for one in asked if one.alarm(hub)]:
        return f"in doubt: an alarm for {joined(false)} as well"
    if effect and effect["change_pct"] < 0:
        return "in doubt: compared with other goods, it bought less than controls did"
    if not asked:
        return "an alarm that no placebo could be set against"
    return f"stands: no alarm in {len(asked)} placebo{'s' if len(asked) > 1 else ''}"
