"""What a cut-off would cost: the goods of a brief, and all inputs between two economies."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import EntrepotError
from entrepot.figures.input_rows import InputRows, input_rows
from entrepot.figures.scenario import evaluate_scenario, parse_scenario
from entrepot.model.areas import area_set
from entrepot.model.period import Period
from entrepot.report.missing_value import lacking
from entrepot.report.parts import Gap
from entrepot.report.phrasing import capital
from entrepot.report.standalone.parts import held_years

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.figures.scenario import Scenario, ScenarioFile
    from entrepot.lake import Lake
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.imported_inputs import Bought

__all__ = ["CutOff", "cut_off", "scenario_line"]

BACK = 5
"""Years before that of the brief in which a cut-off of the goods is looked for."""
MOST = 3
"""Economies on a side: a cut-off between many takes minutes."""
ADD_ELASTICITIES = "entrepot data get elasticities"
_REMEMBERED = 8
_KNOWN: OrderedDict[tuple[str, str], Scenario] = OrderedDict()
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class CutOff:
    """Both levels, each with its answer or with why there is none.

    Attributes
    ----------
    goods
        The Figure of the goods of the brief: what would be lost of what they are worth.
    economy
        Output that would be lost if no input came from the supplier any more.
    """

    goods: Figure | Gap
    economy: Scenario | Gap


def cut_off(book: BriefContext, subject: Subject, industries: Bought | Gap) -> CutOff:
    """Ask both levels; `industries` is what is held of inputs."""
    return CutOff(_goods(book, subject), _economy(book.lake, subject, industries))


def _goods(book: BriefContext, subject: Subject) -> Figure | Gap:
    """Return the Figure of the newest year that has one, up to that of the brief."""
    what = f"what a stop of {subject.goods_name} would cost {subject.buyer}"
    if subject.goods == "all":
        why = "it is worked out product by product, so name goods by a list or by their codes"
        line = f"entrepot brief {subject.importer} --supplier {subject.supplier} --goods chpl"
        return Gap(what, why, line)
    last = subject.period.end.year
    held = [year for year in held_years(book.lake) if last - BACK <= year <= last]
    periods = [Period.parse(year) for year in held[::-1]] or [subject.period]
    pair = {"importer": subject.importer, "exporter": subject.supplier, "goods": subject.goods}
    try:
        figure = book.first("cutoff", periods, **pair)
    except EntrepotError as error:
        return Gap(what, _why(error), _hint(error))
    if figure.status == "ok":
        return figure
    lacks = lacking(book, figure)
    if "elasticity" in (figure.reason or ""):
        return Gap(what, "no elasticity of these goods is held", ADD_ELASTICITIES)
    return Gap(what, lacks.why, lacks.command)


def _economy(lake: Lake, subject: Subject, industries: Bought | Gap) -> Scenario | Gap:
    what = f"what a stop of all inputs from {subject.seller} would cost in output"
    if isinstance(industries, Gap):
        return Gap(what, industries.why, industries.command)
    period = industries.period
    if max(len(area_set(side, period.end)) for side in (subject.importer, subject.supplier)) > MOST:
        why = "a brief works it out for single economies, a scenario file for groups too"
        return Gap(what, why, "entrepot scenario FILE")
    rows = input_rows(lake, period)
    if not isinstance(rows, InputRows):
        return Gap(what, rows.reason)
    try:
        return _worked(lake, _file(subject, period), rows.snapshot)
    except EntrepotError as error:
        return Gap(what, _why(error), _hint(error))


def _file(subject: Subject, period: Period) -> ScenarioFile:
    """Return the scenario of a supplier that sells no inputs to the importer any more.

    Raises
    ------
    BadFileError
        For an area on both sides.
    """
    cut = {"imposes": subject.supplier, "target": subject.importer, "instrument": "export_ban"}
    title = f"{capital(subject.seller)} stops selling inputs to {subject.buyer}"
    keys = {"format": 1, "title": title, "period": str(period), "cut": cut, "economy": {}}
    return parse_scenario(json.dumps(keys), name="the brief's")


def _worked(lake: Lake, file: ScenarioFile, snapshot: str) -> Scenario:
    """Work a scenario out once for a state of the table: it takes seconds, whatever the goods."""
    key = (file.model_dump_json(), snapshot)
    with _LOCK:
        found = _KNOWN.get(key)
    if found is None:
        found = evaluate_scenario(file, lake, sides_only=True)
        with _LOCK:
            _KNOWN[key] = found
            if len(_KNOWN) > _REMEMBERED:
                _KNOWN.popitem(last=False)
    return found


def scenario_line(found: Scenario) -> str:
    """Return the command that works a scenario out again."""
    cut = found.file.cut
    text = (
        f"format: 1\\ntitle: Cut-off\\nperiod: {found.file.period}\\neconomy: {{}}\\n"
        f"cut: {{imposes: {cut.imposes}, target: {cut.target}, instrument: {cut.instrument}}}\\n"
    )
    return f"printf '{text}' > cut-off.yaml; entrepot scenario cut-off.yaml"


def _why(error: EntrepotError) -> str:
    return f"{error.what}{f': {error.why}' if error.why else ''}"


def _hint(error: EntrepotError) -> str:
    hint = error.hint or ""
    return hint if hint.startswith(("entrepot ", "pip ")) else ""
