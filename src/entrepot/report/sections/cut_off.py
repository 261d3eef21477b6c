"""What a cut-off would cost: the goods of the page, and output for lack of inputs, as ranges."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import EntrepotError
from entrepot.figures import Figure
from entrepot.figures.citation import data_set, source_name
from entrepot.figures.input_rows import InputRows, input_rows
from entrepot.figures.questions.cutoff import MORE
from entrepot.figures.scenario import evaluate_scenario, parse_scenario
from entrepot.model.areas import area_phrase, area_set
from entrepot.model.display import NBSP, figure_value, joined, per_cent, range_text
from entrepot.model.period import Period
from entrepot.report import phrasing
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.alone import available_years
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.missing_value import missing_value
from entrepot.report.parts import BriefSentence, DataGap, Note, Remark, Section
from entrepot.report.phrasing import capital
from entrepot.report.scenario_tables import answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.scenario import Scenario, ScenarioFile
    from entrepot.lake import Lake
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.sections.inputs import ImportedInputs

NAME, EYEBROW = "cut_off", "What a cut-off would cost"
CAVEATS = ("cutoff",)
GOODS, ECONOMY = "Loss of the goods’ value to the buyer", "Loss of output without these inputs"
_SIDES = {"target": "cut off", "imposes": "imposes the cut"}

Loss = tuple[str, float, float, float]
"""Who or what loses, and how much: value, least and most, in per cent."""


def section(subject: Subject, found: CutOff) -> Section:
    """Return the cost of a cut-off by the supplier at each level that can be worked out."""
    groups = _groups(found)
    gaps = [one for one in (found.goods, found.economy) if isinstance(one, DataGap)]
    if not groups:
        title = Remark(f"The cost of a cut-off by {subject.seller} cannot be computed")
        return Section(NAME, EYEBROW, title, gap=gaps[0], gaps=tuple(gaps[1:]))
    title_ = _title(subject, found)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title_,
        deck=_deck(groups),
        picture=_picture(title_.text, groups),
        table=_table(groups),
        notes=tuple(_notes(subject, found)),
        source=(_source(found),),
        gap=gaps[0] if gaps else None,
        scenario=None if isinstance(found.economy, DataGap) else found.economy,
    )


def _groups(found: CutOff) -> dict[str, list[Loss]]:
    """Return the losses of each level that has any."""
    groups = {GOODS: list(_of_goods(found.goods)), ECONOMY: list(_of_economy(found.economy))}
    return {name: losses for name, losses in groups.items() if losses}


def _of_goods(figure: Figure | DataGap) -> Iterator[Loss]:
    if isinstance(figure, DataGap):
        return
    value = 100 * figure.required()
    yield ("total loss", value, *_ends(figure.low, figure.high, value))
    unmet = figure.details.get("unmet_share")
    if isinstance(unmet, float):
        ends = (figure.details.get(f"unmet_share_{end}") for end in ("low", "high"))
        low, high = (one if isinstance(one, float) else None for one in ends)
        yield ("not replaced", 100 * unmet, *_ends(low, high, 100 * unmet))


def _of_economy(found: Scenario | DataGap) -> Iterator[Loss]:
    if isinstance(found, DataGap) or found.economy is None:
        return
    for loss in found.economy.sides:
        share = loss.lost_share
        side = f" ({_SIDES[loss.who]})" if loss.who in _SIDES else ""
        value = 100 * share.value
        yield (f"{phrasing.capital(loss.name)}{side}", value, *_ends(share.low, share.high, value))


def _ends(low: float | None, high: float | None, value: float) -> tuple[float, float]:
    return (value if low is None else 100 * low, value if high is None else 100 * high)


def _title(subject: Subject, found: CutOff) -> BriefSentence:
    """Say what the importer would lose, as a range: of the goods, else of its output."""
    if isinstance(found.goods, Figure):
        figure = found.goods
        span = _span(figure)
        text = f"In a model, {subject.buyer} would lose {span} of the value of "
        text += f"{subject.goods_name} without {subject.seller}, in the first year if others send "
        text += MORE
        return BriefSentence(phrasing.capital(text), (figure,), CAVEATS)
    assert not isinstance(found.economy, DataGap)
    assert found.economy.economy is not None
    loss = next(one for one in found.economy.economy.sides if one.who == "target")
    share = loss.lost_share
    span = range_text(share.low, share.high, "share", value=share.value) or figure_value(
        share.value, "share"
    )
    text = f"In a model, {subject.buyer} would lose {span} of its output without inputs from "
    text += subject.seller
    return BriefSentence(phrasing.capital(text), (found.economy,), ("scenario",))


def _span(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return phrasing.about(figure)
    return figure.range_text


def _deck(groups: dict[str, list[Loss]]) -> str:
    deck = "Per cent. Dot: one set of assumptions; line: range over all sets."
    return f"{deck} Each panel has its own scale." if len(groups) > 1 else deck


def _picture(title: str, groups: dict[str, list[Loss]]) -> Chart:
    drawn = RangePlot(
        tuple(
            (name, tuple(_rung(one, first=one is losses[0]) for one in losses))
            for name, losses in groups.items()
        ),
        # Parts of different wholes: a common axis would invite adding them.
        apart=True,
    )
    said = (
        f"{name}: {'; '.join(f'{rung.name} {rung.text}' for rung in rungs)}."
        for name, rungs in drawn.groups
    )
    return Chart(drawn, f"{title}. {' '.join(said)}")


def _rung(loss: Loss, *, first: bool) -> RangeRow:
    name, value, low, high = loss
    text = f"{per_cent(value)}{NBSP}%"
    return RangeRow(name, value, low, high, text, marked=first)


def _table(groups: dict[str, list[Loss]]) -> BriefTable:
    rows = tuple(
        (name, phrasing.capital(what), *(per_cent(one) for one in (low, value, high)))
        for name, losses in groups.items()
        for what, value, low, high in losses
    )
    return BriefTable(
        caption="Losses, per cent: range over all assumptions, and one set of them",
        head=("Of what", "Who or what", "At least", "One set", "At most"),
        numeric=(False, False, True, True, True),
        rows=rows,
        units=("", "", "per cent", "per cent", "per cent"),
    )


def _notes(subject: Subject, found: CutOff) -> Iterator[Note]:
    if isinstance(found.goods, Figure):
        yield Note("The goods", tuple(_goods_said(subject, found.goods)))
    if not isinstance(found.economy, DataGap):
        yield Note("The economies", (BriefSentence(answer(found.economy), (found.economy,)),))
        texts = dict.fromkeys(item.text for item in found.economy.caveats)
        yield Note("What it excludes", (Remark(" ".join(texts)),))
    how = (
        "No data show the cost of a cut-off: these are model results. Read the range, not the dot."
    )
    if isinstance(found.goods, Figure) and not isinstance(found.economy, DataGap):
        how += (
            " The two panels model different stops, of these goods and of all inputs, and "
            "different "
            "losses: they must not be added."
        )
    yield Note("How to read it", (Remark(how, CAVEATS),))


def _goods_said(subject: Subject, figure: Figure) -> Iterator[BriefSentence]:
    """Say what nobody would replace, and who would replace the rest."""
    asked = figure.definition
    details = figure.details
    low, high = (details.get(f"unmet_share_{end}") for end in ("low", "high"))
    if isinstance(low, float) and isinstance(high, float):
        span = range_text(low, high, "share")
        text = (
            f"Had {subject.seller} stopped in {asked.period}, {span} of what {subject.buyer} paid "
            "for these goods would not have been replaced."
        )
        yield BriefSentence(text, (figure,), CAVEATS)
    # Names may contain commas, so each part is taken to end at its per cent.
    if by := re.findall(r"(?:^|, )(.+?) ([\d.]+) %", str(details.get("replaced_by", ""))):
        named = joined([f"{who} {part}{NBSP}%" for who, part in by])
        yield BriefSentence(f"Shares in the replacement supply: {named}.", (figure,))
    if isinstance(critical := details.get("critical_products"), (int, float)) and critical:
        count = phrasing.count_word(int(critical), "product")
        yield BriefSentence(
            f"{phrasing.capital(count)} would lose more than half of their supply.", (figure,)
        )


def _source(found: CutOff) -> str:
    parts = []
    if isinstance(found.goods, Figure):
        names = dict.fromkeys(source_name(item.source) for item in found.goods.evidence)
        asked = found.goods.definition
        who = f"{area_phrase(asked.exporter)} to {area_phrase(asked.importer)}"
        parts.append(f"Goods: {', '.join(names)}, {asked.period}, {who}, elasticities of ProTEE.")
    if not isinstance(found.economy, DataGap) and found.economy.economy is not None:
        used = found.economy.economy.evidence
        parts.append(
            f"Economies: {data_set(used.source, used.vintage)}, {found.economy.file.period}."
        )
    return " ".join(parts)


# What a cut-off would cost: the goods of a brief, and all inputs between two economies.


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

    goods: Figure | DataGap
    economy: Scenario | DataGap


def cut_off(
    context: BriefContext, subject: Subject, industries: ImportedInputs | DataGap
) -> CutOff:
    """Ask both levels; `industries` is what is held of inputs."""
    return CutOff(_goods(context, subject), _economy(context.lake, subject, industries))


def _goods(context: BriefContext, subject: Subject) -> Figure | DataGap:
    """Return the Figure of the newest year that has one, up to that of the brief."""
    what = f"the cost to {subject.buyer} of a cut-off of {subject.goods_name}"
    if subject.goods == "all":
        why = "it is computed product by product: name goods by a list or by codes"
        line = f"entrepot brief {subject.importer} --supplier {subject.supplier} --goods chpl"
        return DataGap(what, why, line)
    last = subject.period.end.year
    available = [year for year in available_years(context.lake) if last - BACK <= year <= last]
    periods = [Period.parse(year) for year in available[::-1]] or [subject.period]
    pair: dict[str, Any] = {
        "importer": subject.importer,
        "exporter": subject.supplier,
        "goods": subject.goods,
    }
    try:
        figure = context.first("cutoff", periods, **pair)
    except EntrepotError as error:
        return DataGap(what, _why(error), _hint(error))
    if figure.status == "ok":
        return figure
    lacks = missing_value(context, figure)
    # The one thing lacking that a command of its own brings.
    if "elasticity" in (figure.reason or ""):
        return DataGap(what, "no elasticities are loaded for these goods", ADD_ELASTICITIES)
    return DataGap(what, lacks.why, lacks.command)


def _economy(
    lake: Lake, subject: Subject, industries: ImportedInputs | DataGap
) -> Scenario | DataGap:
    what = f"the output lost in a cut-off of all inputs from {subject.seller}"
    if isinstance(industries, DataGap):
        return DataGap(what, industries.why, industries.command)
    period = industries.period
    if max(len(area_set(side, period.end)) for side in (subject.importer, subject.supplier)) > MOST:
        why = "a brief computes it for single economies; a scenario file also takes groups"
        return DataGap(what, why, "entrepot scenario FILE")
    rows = input_rows(lake, period)
    if not isinstance(rows, InputRows):
        return DataGap(what, rows.reason)
    try:
        return _worked(lake, _file(subject, period), rows.snapshot)
    except EntrepotError as error:
        return DataGap(what, _why(error), _hint(error))


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
    # By the content of the table and not by the lake,
    # so that loads of other data leave it in place.
    key = (file.model_dump_json(), snapshot)
    with _LOCK:
        found = _KNOWN.get(key)
    if found is None:
        # Outside the lock: it takes seconds, and others must not wait for another scenario.
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
        f"format: 1\\ntitle: Cut-off\\nperiod: {found.file.period!s}\\neconomy: {{}}\\n"
        f"cut: {{imposes: {cut.imposes}, target: {cut.target}, instrument: {cut.instrument}}}\\n"
    )
    # printf turns \n into line ends, so one line of a shell writes the file. Codes have no quotes.
    return f"printf '{text}' > cut-off.yaml; entrepot scenario cut-off.yaml"


def _why(error: EntrepotError) -> str:
    return f"{error.what}{f': {error.why}' if error.why else ''}"


def _hint(error: EntrepotError) -> str:
    hint = error.hint or ""
    # A gap shows its command to be copied: a hint in words is none.
    return hint if hint.startswith(("entrepot ", "pip ")) else ""
