"""Whether a definition makes sense, and the form in which it is carried."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures.availability import PRINTED, availability_of, flow_sources
from entrepot.figures.definition import AND, DOLLARS, PSEUDONYM, SIDES, UNNAMED
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.figure import TWO_WAY
from entrepot.figures.input_rows import BASIS, ORIGIN, goods_key, is_inputs
from entrepot.figures.input_rows import SOURCE as INPUT_SOURCE
from entrepot.figures.inputs import MEASURES as INPUT_MEASURES
from entrepot.figures.listing_dates import refuse_undated
from entrepot.figures.questions import QUESTIONS, is_window, with_months, with_years
from entrepot.figures.questions import of as question
from entrepot.figures.rows import given_name
from entrepot.goods.parse import NAMED, canonical, has_list
from entrepot.lake import fetch
from entrepot.measures import all_metadata
from entrepot.model.areas import WORLD
from entrepot.model.keys import KEYS
from entrepot.sources import is_register, source_ids, split_address

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake

INSTEAD = {
    "churn_rate": "churn",
    "substitution_summary": "substitution_ratio",
    "supplier_changes": "reorientation",
    "allocated_flows": "reorientation",
    "unit_value_change": "value_change",
    "unit_values": "price_index",
    "price_series": "price_index",
    "hhi_bounds": "hhi",
    "chain_prices": "rerouted",
}
"""What to ask in the place of a function that is a part of an answer."""
_CALLED = {
    **dict.fromkeys(
        ("balance", "trade_balance", "deficit", "surplus", "net_exports"), "value --flow balance"
    ),
    **dict.fromkeys(("dependence", "dependency", "market_share", "share"), "import_share"),
    **dict.fromkeys(("concentration", "herfindahl"), "hhi"),
    **dict.fromkeys(("exports", "imports", "trade"), "value"),
    "mirror_gap": "value: its range has the reports of both sides",
    "price": "price_index",
}
"""Measures by what they are called elsewhere."""
CONVERTED = "conversions"
"""Sets a currency beside dollars, so that the currency has to be named."""
Apart = Literal["importer", "exporter", "controls", "hubs"]


def checked(definition: Definition, lake: Lake) -> Definition:
    """Return the definition as it will be carried, or say why it makes no sense."""
    measure = definition.measure
    require_question(measure)
    availability_of = (holding.source for holding in lake.holdings())
    known = dict.fromkeys((*availability_of, *PRINTED, *source_ids()))
    if definition.source:
        definition = definition.but(source=_source(definition, known))
    # Before the currency, which depends on whether inputs are asked for.
    definition = definition.but(goods=_goods(definition), basis=_basis(definition, lake))
    definition = _of_register(definition, lake)
    # A register or a table in yuan alone is answered in yuan: a rate would be an assumption.
    if not definition.currency:
        definition = definition.but(currency=_currency(definition, lake))
    if definition.listed:
        definition = definition.but(listed=refuse_undated(definition.listed))
    refuse_impossible(definition)
    _require_names(definition)
    if definition.flow == "both" and measure not in TWO_WAY:
        raise RequestError(
            f"{measure} has no two-way form",
            hint="leave out --flow both, or ask value or growth",
        )
    if definition.flow == "balance" and measure != "value":
        raise RequestError(
            f"{measure} of a balance makes no sense",
            why="a balance can be zero or change its sign",
            hint="ask value --flow balance for each period (--each year)",
        )
    _refuse_unread(definition)
    _require_keys(definition)
    if is_inputs(definition):
        return _about_inputs(definition)
    how = question(measure)
    if how.years:
        return with_years(definition)
    if how.months:
        return with_months(definition)
    if how.has_base and (how.compares or definition.base):
        return _with_base(definition)
    # cr without k is the share of the largest supplier; set here, so that an answer states it.
    return definition.but(k=definition.k or 1) if measure == "cr" else definition


def _currency(definition: Definition, lake: Lake) -> str:
    """Return the currency of the data that can answer; dollars where they are in several."""
    tables = ("flows", "shipments") if is_register(definition.source or "") else ("flows",)
    there = {one.currency for one in lake.holdings() if one.table in tables}
    if not there or there == {DOLLARS} or is_inputs(definition) or definition.measure == CONVERTED:
        return DOLLARS
    spans = [span for span in (definition.period, definition.base) if span]
    # Only sources with data of these times: a table of another year must not decide the currency.
    sources = definition.source.split(AND) if definition.source else flow_sources(lake)
    answers = (availability_of(lake, one, spans) for one in sources if one not in PRINTED)
    every = [one for some in answers if not isinstance(some, NoAnswer) for one in some]
    found = {one.currency for one in every}
    if len(found) > 1:  # tables of other countries have nothing of this question
        found = {one.currency for one in every if _reports(one, definition)}
    return found.pop() if len(found) == 1 else DOLLARS


def _reports(data: Availability, definition: Definition) -> bool:
    """Whether a side of a question reports in some data, or may do so."""
    if data.reporters is None:
        return True
    asked = {
        (side, area)
        for side in SIDES
        if getattr(definition, side) not in (None, "", WORLD)
        for area in definition.members(side)
    }
    known = {(side, area) for side, reporters in data.reporters.items() for area, _ in reporters}
    return not asked.isdisjoint(known)


def _source(definition: Definition, known: Collection[str]) -> str:
    """Return the sources asked, by the names that the lake has for them."""
    asked = str(definition.source).split(AND)
    if len(asked) > 1 and not question(definition.measure).both_reports:
        raise RequestError(
            f"{definition.measure} takes one source, not {len(asked)}",
            why="only reports of different countries can be combined from several sources",
            hint="name one, or leave out --source: then each that can answer widens the range",
        )
    found = []
    for one in asked:
        name, release = split_address(one)
        if name not in known or (name in PRINTED and len(asked) > 1):
            raise UnknownNameError("source", name, known, hint="see: entrepot data list")
        found.append(f"{name}@{release}" if release else name)
    return AND.join(dict.fromkeys(found))


def _basis(definition: Definition, lake: Lake) -> str:
    """Return the basis, by the name that the source has for it.

    Raises
    ------
    RequestError
        If a register has several and none is named: they differ by half of a market and more.
    """
    source = definition.source or ""
    if not is_register(source):
        # Statistics have one word more for what registers keep apart.
        return "dispatch" if definition.basis == "consignment" else definition.basis
    if definition.basis != UNNAMED:
        return definition.basis
    there = _bases(lake, source)
    if len(there) < 2:
        return there[0] if there else KEYS["basis"].default
    name = split_address(source)[0]
    raise RequestError(
        f"{name} names countries on {len(there)} bases: {', '.join(there)}",
        why="they are different partners, and a share by one says nothing of another",
        hint=f"add --basis {there[0]}, or another of them\n         "
        f"a figure for each: entrepot ask {definition.measure} --source {name} --each basis ...",
    )


def _bases(lake: Lake, register: str) -> list[str]:
    """Return the bases on which a register names countries."""
    name = split_address(register)[0]
    return sorted({one for item in lake.holdings() if item.source == name for one in item.bases})


def require_bases(lake: Lake, given: Mapping[str, Any]) -> list[str]:
    """Return the bases of the register that is asked.

    Raises
    ------
    RequestError
        If no loaded register is asked, or one basis is named, too.
    """
    source = str(given.get("source") or "")
    if "basis" in given:
        raise RequestError(f"each basis, and --basis {given['basis']}", hint="leave one out")
    if there := _bases(lake, source) if is_register(source) else []:
        return there
    raise RequestError(
        f"each basis of {source or 'no source'}",
        why="a customs register names several countries for one line, statistics name one",
        hint="name a loaded register, such as --source shipments.peru: entrepot data list",
    )


def _of_register(definition: Definition, lake: Lake) -> Definition:
    """Return a question about lines or names of a register as the register has them.

    Raises
    ------
    RequestError
        If no register is asked, or a name and the parts asked for are in two columns.
    UnknownNameError
        For a name or a tariff line that no line has.
    """
    given = {
        "company": definition.company,
        "lines": definition.lines,
        "line-value": definition.line_value,
        "by": definition.named_by,
    }
    if not any(given.values()):
        return definition
    source = definition.source or ""
    if not is_register(source):
        key = next(key for key, value in given.items() if value)
        raise RequestError(
            f"--{key} {given[key]} is asked of customs registers only",
            why="trade statistics are sums: they have no lines of declarations, and no names",
            hint=f"add --source shipments.peru, or another register; or leave out --{key}",
        )
    if definition.companies and definition.named_by not in (None, definition.companies[0]):
        raise RequestError(
            f"a {definition.companies[0]} is no {definition.named_by}",
            why="a share by name is of the names in one column",
            hint=f"write --by {definition.companies[0]}, or leave out one of the two",
        )
    if definition.companies:
        definition = definition.but(company=_as_registered(*definition.companies, source, lake))
    if definition.lines and definition.goods == KEYS["goods"].default:
        definition = definition.but(goods=_codes_of(definition.tariff_lines, source, lake))
    return definition


def _as_registered(role: str, names: Collection[str], source: str, lake: Lake) -> str:
    """Return names as a register writes them: every spelling with the same letters."""
    # Imported here: few questions name a company.
    from entrepot.figures.companies import plain_name

    def find() -> dict[str, list[str]]:
        rows = lake.table("shipments", source=source).select(given_name(role).alias(role))
        found: dict[str, list[str]] = {}
        for (name,) in fetch(rows.unique()):
            if name is not None and not PSEUDONYM.fullmatch(name):
                found.setdefault(plain_name(name), []).append(name)
        return found

    known = lake.remembered.get(("names", source, role), find)
    chosen: list[str] = []
    for name in names:
        if not (here := known.get(plain_name(name))):
            raise UnknownNameError(
                role,
                name,
                [one for some in known.values() for one in some],
                where=source,
                hint=f"see: entrepot data names {source} --role {role}",
            )
        # A name as it stands is that name; otherwise each that differs in accents or legal form.
        chosen += [name] if name in here else sorted(here)
    return f"{role}: {'; '.join(dict.fromkeys(chosen))}"


def _codes_of(lines: Collection[str], source: str, lake: Lake) -> str:
    """Return the codes of the Harmonized System that tariff lines of a register belong to."""
    rows = lake.table("shipments", source=source).group_by("tariff_line", "product").agg(nw.len())
    found = fetch(rows)
    for line in lines:
        if not any(str(one).startswith(line) for one, *_ in found):
            there = sorted({str(one)[: len(line)] for one, *_ in found})
            raise UnknownNameError("tariff line", line, there, where=source)
    return ",".join(sorted({code for one, code, _ in found if one.startswith(tuple(lines))}))


def require_question(measure: str) -> None:
    """Refuse what is no measure, or one that is not asked of a lake."""
    known = {item.id: item for item in all_metadata()}
    if measure not in known:
        called = _CALLED.get(measure.casefold().replace("-", "_").replace(" ", "_"))
        ask = f"ask {called}; all measures" if called else "see"
        words = "; a question in words: entrepot.read_question(TEXT)" if " " in measure else ""
        hint = f"{ask}: entrepot measure list{words}"
        raise UnknownNameError("measure", measure, known, hint=hint)
    if measure not in QUESTIONS:
        instead = INSTEAD.get(measure)
        raise RequestError(
            f"{measure} is a function of frames, not a question",
            hint=f"ask {instead}" if instead else f"see: entrepot measure show {measure}",
        )


def _require_names(definition: Definition) -> None:
    """Refuse the world where a measure needs somebody."""
    names = question(definition.measure).names
    absent = [side for side in names if getattr(definition, side) == WORLD]
    if definition.measure == "import_share" and definition.named_by:
        # The share is that of names, whatever country they are in.
        if definition.exporter != WORLD or not definition.company:
            raise RequestError(
                f"import_share --by {definition.by} is the share of names, not of countries",
                why="the other part of the total are all other names",
                hint=f'write --company "{definition.by}: NAME" and no --exporter; or ask '
                f"top_supplier --by {definition.by} for all of them",
            )
        absent = [side for side in absent if side != "exporter"]
    if not absent:
        return
    examples = {"importer": "--importer RUS", "exporter": "--exporter CHN"}
    part = {"import_share": "exporter", "export_share": "importer"}.get(definition.measure)
    if part and absent == [part]:  # the world may well have been given, so not "needs an importer"
        raise RequestError(
            f"{definition.measure} needs a country or group as {part}",
            why=f"the {part} is the world (WLD), and the world is all of it: the share is 100 %",
            hint=f"add {examples[part]}",
        )
    raise RequestError(
        f"{definition.measure} needs an {' and an '.join(names)}",
        why=f"without a name the {' and the '.join(absent)} is the world (WLD)",
        hint=f"add {' '.join(examples[side] for side in absent)}",
    )


def _require_least(definition: Definition) -> None:
    """Refuse a mean of ratios by product, each over a loss that the controls' growth decides."""
    is_mean = question(definition.measure).value == "weighted_mean"
    if is_mean and definition.controls and definition.least is None:
        raise RequestError(
            f"{definition.measure} with controls needs least",
            why=KEYS["least"].why_needed,
            hint=f"add {KEYS['least'].what_to_add}, or leave out --controls",
        )


def _require_keys(definition: Definition) -> None:
    """Refuse a question without what only the asker can say, and areas on two sides of it."""
    if definition.measure == CONVERTED and definition.currency == "USD":
        raise RequestError(
            "conversions needs the currency of the report",
            why="its dollars are compared with those at an exchange rate",
            hint="add --currency CNY",
        )
    how = question(definition.measure)
    for key in how.needs:
        if getattr(definition, key) is None:
            raise RequestError(
                f"{definition.measure} needs {key}",
                why=KEYS[key].why_needed,
                hint=f"add {KEYS[key].what_to_add}",
            )
    _require_least(definition)
    if "hubs" in how.reads and WORLD in (definition.hubs, definition.controls):
        raise RequestError(
            "the world is no hub, and no control",
            why=("hubs and controls are named areas; controls are those the event did not reach"),
            hint="name them: --hubs ARM+KAZ+KGZ --controls GEO+UZB",
        )
    sides: list[Apart] = ["importer", "controls", "hubs"]
    if "controls" in how.reads or how.trade == "chain":
        sides.append("exporter")
    for one, other in itertools.combinations(sides, 2):
        # The world overlaps with everybody, and is no side that was named.
        if WORLD in (getattr(definition, one), getattr(definition, other)):
            continue
        if both := sorted(definition.members(one) & definition.members(other)):
            if {one, other} == {"controls", "exporter"}:
                continue  # who sells may well buy
            raise RequestError(
                f"{', '.join(both)} is on two sides: {one} and {other}",
                why="its trade would be counted as the event and as its absence",
                hint="name each area on one side",
            )


def _goods(definition: Definition) -> str:
    if definition.goods.startswith(NAMED):
        return definition.goods
    if is_inputs(definition):
        return goods_key(definition.goods, definition.source)
    return canonical(definition.goods)


def _about_inputs(definition: Definition) -> Definition:
    """Refuse what input-output tables have not."""
    if definition.measure not in (*INPUT_MEASURES, ORIGIN):
        raise RequestError(
            f"{definition.measure} of inputs cannot be asked",
            hint=f"ask {', '.join((*INPUT_MEASURES, ORIGIN))}",
        )
    for key, value, known in (
        ("quantity", definition.quantity, ("value",)),
        ("currency", definition.currency, ("USD",)),
        ("basis", definition.basis, ("dispatch", BASIS)),
        ("flow", definition.flow, ("one_way",)),
        ("valuation", definition.valuation, (None,)),
        ("reported_by", definition.reported_by, (None,)),
    ):
        if value not in known:
            raise RequestError(
                f"input-output tables have no {key} {value}",
                why="they hold values of inputs in US dollars at basic prices",
                hint=f"leave out --{key}" + (f", or write {known[-1]}" if len(known) > 1 else ""),
            )
    if definition.source and split_address(definition.source)[0] != INPUT_SOURCE:
        raise RequestError(
            f"{definition.source} has no inputs by sector", hint=f"use --source {INPUT_SOURCE}"
        )
    return definition.but(k=definition.k or 1) if definition.measure == "cr" else definition


def _refuse_unread(definition: Definition) -> None:
    """Refuse keys that the measure would not read: an answer must not look narrower than it is."""
    measure = definition.measure
    if definition.sector and not is_inputs(definition):
        raise RequestError(
            "only inputs are known by the sector that buys them",
            why="it would not change the answer",
            hint="add --goods inputs, or leave out --sector",
        )
    if definition.concordance != "family" and not _has_list(definition):
        raise RequestError(
            f"{definition.goods} is no list, so there is nothing to follow",
            why="it would not change the answer",
            hint="add --goods chpl, or leave out --concordance",
        )
    how = question(measure)
    if definition.quantity != "value" and (how.has_masses or how.is_bill):
        raise RequestError(
            f"{measure} has no quantity {definition.quantity}",
            why="it is part of a bill" if how.is_bill else "it compares values with masses",
            hint="leave out --quantity",
        )
    if len(definition.control_sets) > 1 and measure != "rerouted":
        raise RequestError(
            f"{measure} takes one set of controls, not {len(definition.control_sets)}",
            why="its path is of one",
            hint="join them with +, or ask once for each",
        )
    for key, given in (
        ("base", None if is_window(definition) else definition.base),
        ("k", definition.k),
        # A question that names no exporter has the world there: only another one was given.
        ("exporter", definition.exporter != WORLD),
        *(
            (name, getattr(definition, name))
            for name, key in KEYS.items()
            # Lines and companies choose rows of a register, of which every measure is made.
            if key.optional and name not in ("company", "lines", "line_value")
        ),
    ):
        # Names of a register are partners; products and areas are parts of a growth or a loss.
        wanted = "names" if key == "by" and definition.named_by else key
        readers = [name for name, one in QUESTIONS.items() if wanted in one.reads]
        if given and measure not in readers:
            raise RequestError(
                f"{measure} has no {key}" + (f" {given}" if key == "by" else ""),
                why="it would not change the answer",
                hint=f"leave out --{key}, or ask {_instead(definition, key, readers)}",
            )


def _instead(definition: Definition, key: str, readers: list[str]) -> str:
    """Return which measures read a key; of a supplier, the one that says how much it supplies."""
    if key == "exporter" and definition.importer != WORLD:
        reported = f"how much of its imports come from {definition.exporter}"
        return f"import_share: {reported} ({len(readers)} others name an exporter, too)"
    return " or ".join(readers)


def _has_list(definition: Definition) -> bool:
    if definition.goods.startswith(NAMED) or is_inputs(definition):
        return False
    return has_list(definition.goods)


def _with_base(definition: Definition) -> Definition:
    """Return a growth with its base, by default a year earlier; compare like with like only."""
    now, base = definition.period, definition.base or definition.period.before()
    # Overlapping times would count some trade on both sides of the change.
    if base.end >= now.start:
        raise RequestError(
            f"the base {base} does not end before {now} begins",
            hint=f"name an earlier base: --base {now.before()!s}",
        )
    how = question(definition.measure)
    if how.other_goods or how.both_reports:
        return definition.but(base=base)  # of steps, whatever their number, or of parts
    if base.months != now.months:
        raise RequestError(
            f"{now} has {now.months} months and the base {base} has {base.months}",
            why="a sum over a longer time is larger without any growth",
            hint="compare periods of one length, such as 2023 with 2021",
        )
    return definition.but(base=base)


# Questions that no data can answer: an area that trades with itself, a number beyond sense.


MOST_SIGMA = 100.0
"""Elasticity above which losing 99 % of all supply would cost less than 5 %."""


def refuse_impossible(definition: Definition) -> None:
    """Refuse one area on both sides, and what would change nothing or make all suppliers alike.

    A member beside its group is no such thing: what the other members buy from it is trade. So is
    trade inside a group.

    Raises
    ------
    RequestError
        Says which area or number it is.
    """
    # Names as written, not members: DEU from EU27 is a question, DEU from DEU is none.
    buyers, sellers = (set(side.split("+")) for side in (definition.importer, definition.exporter))
    both = sorted((buyers & sellers) - {WORLD})
    # EU27 from EU27 is trade inside the group.
    is_group = buyers == sellers and len(definition.members("importer")) > 1
    if both and not is_group:
        raise RequestError(
            f"{', '.join(both)} on both sides",
            why="a country's trade with itself is not foreign trade",
            hint="name each area on one side, or WLD for the world",
        )
    _refuse_idle(definition)
    _refuse_one_side(definition)
    if definition.sigma is not None and definition.sigma > MOST_SIGMA:
        raise RequestError(
            f"an elasticity of {definition.sigma:g} between suppliers",
            why=f"above {MOST_SIGMA:g} hardly any loss has a price, whatever the trade: that would "
            "be assumed, not found",
            hint="write --sigma 3: near 2 in a first year, 5 or 6 over several years",
        )


def _refuse_one_side(definition: Definition) -> None:
    """Refuse to choose one side's reports where both are set against each other, or make a chain.

    Rows that are not chosen would look like trade that was not reported.
    """
    how, measure = QUESTIONS[definition.measure], definition.measure
    if not how.both_reports:
        return
    if definition.basis == "origin":
        raise RequestError(
            f"{measure} cannot be asked by origin",
            why=("by origin goods belong to the country that made them, whatever their route"),
            hint="leave out --basis",
        )
    keys = ("reported_by", "valuation") if how.trade == "flow" else ()
    for key in keys:
        if given := getattr(definition, key):
            raise RequestError(
                f"{measure} has no {key} {given}",
                why="it sets the reports of both sides against each other, and one would be left",
                hint=f"leave out --{key.replace('_', '-')}",
            )


def _refuse_idle(definition: Definition) -> None:
    """Refuse to name as fixed all supply, or only those who stop or buy anyway."""
    if not definition.fixed_supply:
        return
    fixed_supply = definition.members("fixed_supply")
    if WORLD in fixed_supply:
        raise RequestError(
            "the supply of all countries is fixed",
            why="no country would send more: that is already one end of the range",
            hint="read the row where others send 0 %, or name countries: --fixed-supply coalition",
        )
    named = {
        "seller that stops": definition.members("exporter"),
        "buyer": definition.members("importer"),
    }
    # Only if all of them idle: a group such as the coalition may well have the buyer in it.
    if fixed_supply <= frozenset[str]().union(*named.values()):
        roles = " or ".join(what for what, codes in named.items() if codes & fixed_supply)
        raise RequestError(
            f"{', '.join(sorted(fixed_supply))}: given as --fixed-supply and as the {roles}",
            why="fixed supply is for other suppliers, which sell as much as before: it would "
            "not change the answer",
            hint="leave out --fixed-supply, or name others: --fixed-supply coalition",
        )
