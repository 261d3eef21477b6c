"""What if trade stopped: a form, the result as in the report, and two scenarios side by side."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import yaml

from entrepot.errors import BadFileError, RequestError
from entrepot.figures.scenario import ScenarioFile, evaluate_scenario, parse_scenario
from entrepot.figures.scenario.schema import ASSUMED
from entrepot.limits import turn
from entrepot.measures.cutoff import OTHERS
from entrepot.report.scenario_page import page_parts, plain, single_file
from entrepot.report.scenario_tables import stops
from entrepot.serve.answer import AnswerRows, BadAddressError, ServedAnswer, as_json, as_svg
from entrepot.serve.request_body import single
from entrepot.serve.site import area_label, page
from entrepot.serve.views.home import pickers
from entrepot.serve.views.search import in_words, named_area, named_goods
from entrepot.sources.icio.sectors import sectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.scenario import Scenario
    from entrepot.figures.scenario.result import Loss
    from entrepot.lake import Lake

    Pairs = Sequence[tuple[str, str]]
    from collections.abc import Sequence

_TURN = threading.Lock()
"""Page, table and drawing of a scenario wait for the first of them, which works it out."""
_SEEN = ("imposes", "instrument", "target", "sectors", "answer", "answer_sectors")
"""Keys that the form shows at once; the others are folded away."""
_EXAMPLES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "China stops selling electronics to the European Union",
        {"imposes": "CHN", "target": "EU27", "sectors": "C26"},
    ),
    (
        "The EU and the United States stop machinery to Russia, which answers with fuels",
        {
            "imposes": "EU27+USA",
            "target": "RUS",
            "sectors": "C28",
            "answer": "export_ban",
            "answer_sectors": "B05,B06,C19",
        },
    ),
    (
        "Taiwan’s electronics stop for the United States, or for Japan",
        {"imposes": "TWN", "target": "USA", "sectors": "C26", "target2": "JPN"},
    ),
)


def scenario_page(lake: Lake, pairs: Pairs) -> ServedAnswer:
    """Return the page of one scenario or two, or the form to ask for one."""
    given = given_of(pairs)
    form = {
        "given": given | _shown(given),
        **pickers(),
        "sectors": sectors().values(),
        "instruments": INSTRUMENTS,
        "more": [name for name in ASKED if name not in _SEEN],
        "examples": [(words, f"/scenario?{_query(keys)}") for words, keys in _EXAMPLES],
    }
    if not given:
        return page("scenario_page.html.j2", "/scenario", found=None, **form)
    found = _worked(lake, given)
    return page(
        "scenario_page.html.j2",
        "/scenario",
        found=found,
        files=[_as_file(one) for one in found],
        query=_query(given),
        **page_parts(found),
        **form,
    )


def scenario_data(lake: Lake, pairs: Pairs) -> ServedAnswer:
    """Return one scenario or two as JSON, as `entrepot scenario --json` prints them."""
    return as_json(plain(_worked(lake, given_of(pairs))))


def scenario_chart(lake: Lake, pairs: Pairs) -> ServedAnswer:
    """Return the ladder of losses."""
    return as_svg(single_file(_worked(lake, given_of(pairs))), "scenario")


def scenario_table(lake: Lake, pairs: Pairs) -> AnswerRows:
    """Return every loss with its ends: of sides, areas and sectors."""
    head = ["scenario", "level", "of", "side", "code", "name", "output_usd"]
    amounts = ("lost_usd", "lost_share", "value_added_usd")
    head += [f"{name}{end}" for name in amounts for end in ("", "_low", "_high")]
    rows = [
        [number, *where, loss.who, loss.code, loss.name, loss.output_usd]
        + [end for name in amounts for end in getattr(loss, name).to_dict().values()]
        for number, one in enumerate(_worked(lake, given_of(pairs)), start=1)
        for where, loss in _losses(one)
    ]
    return AnswerRows(head, rows, "scenario")


def _losses(one: Scenario) -> Iterator[tuple[tuple[str, str], Loss]]:
    assert one.economy is not None
    for of in ("sides", "areas", "sectors"):
        for loss in getattr(one.economy, of):
            yield ("inputs", of), loss


def _worked(lake: Lake, given: dict[str, str]) -> list[Scenario]:
    """Return the scenarios of an address; page, tables and drawing share what was worked out."""
    return [_known(lake, file) for file in files_of(given)]


def _known(lake: Lake, file: ScenarioFile) -> Scenario:
    # `turn` and not the bare lock: whoever waits gives up when the time of the question is over.
    with turn(_TURN):
        # By the whole file, so that no assumption can be missed.
        key = ("scenario", file.model_dump_json())
        return lake.remembered.get(key, lambda: evaluate_scenario(file, lake))


def _as_file(one: Scenario) -> str:
    """Return the scenario as the file that gives the same on a terminal."""
    # Only what was said: defaults would fill the file with assumptions that nobody chose.
    data: dict[str, Any] = one.file.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)


def _query(given: dict[str, str]) -> str:
    return urlencode(given, safe=":@,")


# The keys of an address of scenarios, read as the files that they stand for.


INSTRUMENTS = {
    "export_ban": "stop selling",
    "import_ban": "stop buying",
    "embargo": "stop both",
}
ASKED = {
    "imposes": "Side that imposes the stop: CHN, coalition, CHN+HKG; others is the rest of "
    "the world.",
    "target": "Target: RUS, EU27; others is the rest of the world.",
    "instrument": "Instrument: export_ban, import_ban or embargo; export_ban if left out.",
    "sectors": "Selling sectors of the input-output table: C26,C27; all if left out.",
    "answer": "Instrument of the answer: export_ban, import_ban or embargo.",
    "answer_sectors": "Sectors of the answer; all if left out.",
    "period": "A year; 2022 if left out.",
    "leak": "Share of trade that continues, and alternatives: 0.1,0.05,0.3.",
    "friction": "Share of displaced trade that is not rebuilt: 0.3,0.1,0.6.",
    "inputs": "Elasticity between inputs: 0.5,0.2,0.8.",
    "outer": "Elasticity between inputs and value added: 0.5,0.2,0.8.",
    "goods": "Also goods by their codes, as in the measure cutoff; not together with sectors.",
    "sigma": "One elasticity for these goods, above one.",
}
"""What an address says of a scenario, in words."""
KEYS = (*ASKED, *(f"{name}2" for name in ASKED))
"""Keys of an address: those of the first scenario, and those in which a second differs."""
MOST = 5
"""Values of one assumption: each is solved by itself, and takes its part of a second."""
NEWEST = "2022"


def given_of(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what an address says; raises `BadAddressError` for a key that is none."""
    return single(pairs, KEYS)


def files_of(given: dict[str, str]) -> list[ScenarioFile]:
    """Return the scenarios of an address: one, or two if a key of the second is there.

    Raises
    ------
    BadAddressError
        For a side that is not named, or too many values.
    RequestError
        For what no scenario can be.
    NotFoundError
        For an area that does not exist.
    """
    first = {name: given[name] for name in ASKED if name in given}
    if second := {name: given[f"{name}2"] for name in ASKED if f"{name}2" in given}:
        both = [_file(first), _file(_second(first, second))]
        if both[0].model_dump() == both[1].model_dump():
            raise RequestError(
                "both scenarios are the same", hint="name in what the second differs: sectors2=C27"
            )
        return both
    return [_file(first)]


def _second(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """Return the first with what differs; ``none`` takes away, and so do goods the sectors."""
    found = first | second
    # A file may have goods or sectors, and not both.
    for one, other in (("goods", "sectors"), ("sectors", "goods")):
        if one in second and other not in second:
            found.pop(other, None)
    if found.get("answer") == "none":
        # Otherwise the sectors of the first would stay
        # behind an answer that is gone, which is refused.
        found.pop("answer_sectors", None)
    return {name: text for name, text in found.items() if text != "none"}


def _file(given: dict[str, str]) -> ScenarioFile:
    for side in ("imposes", "target"):
        if side not in given:
            raise BadAddressError(f"{side} is not named", hint=f"add {side}=CHN")
    cut: dict[str, Any] = {side: _side(given[side]) for side in ("imposes", "target")}
    data: dict[str, Any] = {"format": 1, "title": "A scenario"}
    data["period"] = given.get("period", NEWEST)
    data["cut"] = cut | _act(given, "instrument", "sectors")
    if "answer" in given:
        data["retaliation"] = _act(given, "answer", "answer_sectors")
    elif "answer_sectors" in given:
        raise BadAddressError("sectors of an answer that is none", hint="add answer=export_ban")
    data["economy"] = {name: _assumed(name, given[name]) for name in ASSUMED if name in given}
    if "goods" in given:
        data["goods"] = {"goods": named_goods(given["goods"])}
        if "sigma" in given:
            [data["goods"]["sigma"]] = _numbers("sigma", given["sigma"], most=1)
    elif "sigma" in given:
        raise BadAddressError(
            "sigma without goods", why="it is the elasticity of goods", hint="add goods=854231"
        )
    try:
        # Twice: the title is made of what the first reading understood. JSON is YAML, too.
        plain = parse_scenario(json.dumps(data), name="the address")
        data["title"] = stops(plain)
        return parse_scenario(json.dumps(data), name="the address")
    except BadFileError as error:  # which line of a file that nobody wrote helps nobody
        raise RequestError(error.what, why=error.why, hint=error.hint) from error


_ALL_OTHERS = "all other countries"


def _shown(given: dict[str, str]) -> dict[str, str]:
    """Return areas and goods of an address as the fields show them: in words."""
    found = {}
    for name in ("imposes", "target", "imposes2", "target2"):
        if text := given.get(name):
            codes = _side(text)
            each = [area_label(code) for code in codes.split("+")] if codes != OTHERS else []
            found[name] = "+".join(each) or _ALL_OTHERS
    return found | ({"goods": in_words(given["goods"])} if "goods" in given else {})


def _side(text: str) -> str:
    return OTHERS if text.casefold() in (OTHERS, _ALL_OTHERS) else named_area(text)


def _act(given: dict[str, str], kind: str, codes: str) -> dict[str, Any]:
    found: dict[str, Any] = {"instrument": given.get(kind, "export_ban")}
    if codes in given:
        named = given[codes].casefold()
        # Names have commas of their own: the longest first.
        for one in sorted(sectors().values(), key=lambda one: -len(one.name)):
            named = re.sub(rf"(?<!\w){re.escape(one.name)}(?!\w)", one.code, named)
        found["sectors"] = [code.strip().upper() for code in named.split(",") if code.strip()]
    return found


def _assumed(name: str, text: str) -> Any:
    # The first value is the one that is taken; the others span the range.
    take, *also = _numbers(name, text, most=MOST)
    return {"take": take, "also": also}


def _numbers(name: str, text: str, *, most: int) -> list[float]:
    parts = text.split(",")
    if len(parts) > most:
        raise BadAddressError(
            f"{name} has {len(parts)} values",
            why="each is solved by itself" if most > 1 else "",
            hint=f"write at most {most}; a file on a terminal takes more"
            if most > 1
            else "write one",
        )
    try:
        # float() takes "nan" and "inf", too; whether a value makes sense is for `parse_scenario`.
        return [float(part) for part in parts]
    except ValueError:
        raise BadAddressError(
            f"{name} is no number: {text[:60]!r}", hint=f"{name}=0.3,0.1,0.6"
        ) from None
