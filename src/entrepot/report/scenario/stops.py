"""A scenario's cut in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.scenario.sides import side_phrase
from entrepot.goods import goods_title
from entrepot.model.display import joined
from entrepot.sources.icio.sectors import sectors

if TYPE_CHECKING:
    from entrepot.figures.scenario import ScenarioFile
    from entrepot.figures.scenario.schema import BackKeys

__all__ = ["stops"]

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
    return f"{found[0].upper()}{found[1:]}"


def _act(act: BackKeys, own: str, other: str, every: str) -> str:
    names = [sectors()[code].name for code in act.sectors or ()]
    return _WORDS[act.instrument].format(
        own=side_phrase(own),
        stop="stop" if "+" in own else "stops",
        other=side_phrase(other),
        goods=joined(names) if names else every,
    )
