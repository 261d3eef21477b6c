"""Why a Figure has no value, in a sentence that is true of this lake, and what would bring it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from entrepot.errors import EntrepotError, NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.citation import source_name
from entrepot.figures.definition import command_for, given_keys
from entrepot.figures.evaluate import evaluate, register_questions
from entrepot.figures.sides import ended
from entrepot.goods import goods_title
from entrepot.lake import fetch, spans
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled, bundled_codes
from entrepot.model.areas import area_phrase, known_areas, possessive
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES
from entrepot.report.definitions import ADD_DATA
from entrepot.report.phrasing import capital, inside
from entrepot.sources import is_register

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from entrepot.figures import Definition, Figure
    from entrepot.lake import InventoryItem, Lake
    from entrepot.report.brief_context import BriefContext

_CODE = re.compile(r"\b[A-Z]{3}\b")
# Lines about what others published: true, but nothing that loading data would change.
_PUBLISHED = re.compile(r"(?:bundled results|published figures)(?:: none| have no | are of )")
_CURRENCY = re.compile(r"^(\S+) is in ([A-Z]{3}), not ([A-Z]{3}),", re.MULTILINE)
_TIME = re.compile("not loaded for ")
_MEMBERS = re.compile(
    r"^(?:the lake's )?(\S+ records no .* of this trade in [^:]*): .*?; ask --(\w+) ([A-Z+]+)?",
    re.MULTILINE,
)
_NOT_ZERO = "“Not recorded” does not mean zero"
_OF_A_TOTAL = ("import_share", "export_share", "asymmetry")


@dataclass(frozen=True, slots=True)
class MissingValue:
    """Why nothing is known of a question.

    Attributes
    ----------
    why
        A sentence without its full stop.
    then
        What to do about it, another such sentence.
    command
        The command that would bring it; empty where nobody can say that a file would.
    """

    why: str
    then: str
    command: str = ""

    @property
    def briefly(self) -> str:
        """Why, behind a colon in a lead: what is loaded, and what is not, is listed once below."""
        return "no loaded data have it" if self.is_load else inside(self.why)

    @property
    def is_load(self) -> bool:
        """Whether other data would have it, and nothing else is to be done."""
        return ADD_DATA in self.then

    @property
    def in_lead(self) -> str:
        """What to do about it, for a lead, whose reader may have no terminal."""
        what, at, _ = self.then.partition(": **")
        return f"{what} (how: see Data gaps)" if at else self.then


def data_needed(goods: str) -> str:
    """Return which data a share of goods takes, for a reader who has never heard of any.

    >>> data_needed("8507").partition(",")[0]
    'trade in rechargeable batteries (HS 8507) by country and year'
    """
    what = "all goods" if goods == "all" else goods_title(goods)
    text = f"trade in {what} by country and year, as in BACI (CEPII, free of charge)"
    return f"{text}; one file of one year is enough"


def missing_value(context: BriefContext, figure: Figure) -> MissingValue:
    """Return why a Figure has no value.

    Parameters
    ----------
    context
        Where it was asked.
    figure
        One with the status ``insufficient_data``.
    """
    asked = figure.definition
    if gone := ended((asked.importer, asked.exporter), asked.period.start):
        return MissingValue(gone, "Ask for a period before that, or for a country that followed")
    return (
        of_register(context, asked)
        or _beside_register(context, asked)
        or _of_flows(context, figure)
    )


def of_register(context: BriefContext, asked: Definition) -> MissingValue | None:
    """Return that a register answers a question that statistics do not; None where none does."""
    for one in register_questions(asked, context.lake):
        # Asked, for by the catalog alone a register need not have these goods or this supplier.
        if context.remembered(repr(one), partial(_has_value, one, context.lake)):
            command = command_for(one)
            return MissingValue(
                f"No loaded statistics have it, but {one.source}, a customs register that is asked "
                f"by name only, does (by {one.basis})",
                f"Ask the register: **{command}**",
                command,
            )
    return None


def _beside_register(context: BriefContext, asked: Definition) -> MissingValue | None:
    """Return what a register lacks where nothing else is loaded; None where something is."""
    every = [one for one in context.lake.holdings() if one.counts]
    buyers = asked.members("importer")
    registers = [one for one in every if is_register(one.source) and _reports(one, buyers)]
    if not registers or any(one.table == "flows" for one in every):
        return None
    there = {
        name: _years(one for one in registers if one.source == name)
        for name in dict.fromkeys(one.source for one in registers)
    }
    lost = {name: set(_asked_years(asked)) - years for name, years in there.items()}
    parts = [
        f"{name}, a customs register, of {_spanned(years)}"
        + (f", without {_spanned(lost[name])}" if lost[name] else "")
        for name, years in there.items()
    ]
    bought = f"{possessive(area_phrase(asked.importer))} imports"
    why = f"The data loaded of {bought} are {joined(parts)}"
    if complete := [name for name in there if not lost[name]]:
        why += f"; {joined(complete)}, asked by name only, "
        why += "does not have this" if len(complete) == 1 else "do not have this"
    return MissingValue(
        f"{why}. No statistics are loaded, and {_bundled_words(asked)}",
        f"Load data, such as CEPII’s BACI, which is free: **{ADD_DATA}**",
        ADD_DATA,
    )


def _reports(item: InventoryItem, buyers: frozenset[str]) -> bool:
    """Whether a register is of what all of some importers buy."""
    names = {name for _, slices in item.slices for name in slices}
    return bool(buyers) and all(f">{buyer}" in names for buyer in buyers)


def _asked_years(asked: Definition) -> list[int]:
    """Return every year of the period and of the base."""
    return sorted({year for one in asked.times for year in range(one.start.year, one.end.year + 1)})


def _spanned(years: Iterable[int]) -> str:
    """Return years in words: "2012, 2013 and 2015 to 2018"."""
    return joined(spans([Period.parse(year) for year in sorted(years)]).split(", "))


def _of_flows(context: BriefContext, figure: Figure) -> MissingValue:
    """Return what the loaded statistics lack of a question."""
    asked = figure.definition
    flows = [one for one in context.lake.holdings() if one.table == "flows" and one.counts]
    if not flows:
        # A register of another country is loaded data, too.
        what = "statistics" if _has_registers(context.lake) else "trade data"
        return MissingValue(
            f"No {what} are loaded, and {_bundled_words(figure.definition)}",
            f"Load data, such as CEPII’s BACI, which is free: **{ADD_DATA}**",
            ADD_DATA,
        )
    if never := _in_no_year(context, figure, flows):
        return never
    if money := other_currency(context, figure):
        source, has, wanted = money
        command = command_for(asked.but(currency=has), figure.chosen)
        return MissingValue(
            f"The values of {source} are in {has}, not {wanted}, and at which rate to convert is "
            "another question",
            f"Ask for it in its currency: **{command}**",
            command,
        )
    years = _asked_years(asked)
    # One source has to have both years of a change; two sources with one each do not help.
    there = [one for one in flows if set(years) <= _years([one])]
    if not there:
        absent = [year for year in years if year not in _years(flows)]
        lost = _spanned(absent) if absent else "these years together"
        return MissingValue(
            f"{_holder(context.lake, flows)} {_named(flows)}, without {lost}",
            f"Load a file that covers {lost}: **{ADD_DATA}**",
            ADD_DATA,
        )
    if members := _MEMBERS.search(figure.reason or ""):
        why, side, left = members.groups()
        command = command_for(asked.but(**{side: left}), figure.chosen) if left else ""
        then = f"Ask the other members alone: **{command}**" if left else ""
        return MissingValue(capital(_spelled(why, flows)), then, command)
    # Before the Figure's own reasons, which say less than that the data are an extract.
    if asked.measure in _OF_A_TOTAL and all(one.is_partial for one in there):
        sources = joined(list(dict.fromkeys(source_name(one.source) for one in there)))
        return MissingValue(
            f"Only an extract of {sources} is loaded, and a share needs the complete data",
            f"Load the complete BACI: **{ADD_DATA}**",
            ADD_DATA,
        )
    why = capital(_spelled(_reason(figure), flows)).replace("'", "\u2019")
    if _TIME.match(_reason(figure)):
        when = _spanned(years)
        return MissingValue(why, f"Load a file that covers {when}: **{ADD_DATA}**", ADD_DATA)
    if all(one.is_partial for one in there) and not _has_pair(context, figure, there):
        return MissingValue(why, f"Load the complete BACI: **{ADD_DATA}**", ADD_DATA)
    return MissingValue(why, "" if _NOT_ZERO.lower() in why.lower() else _NOT_ZERO)


def _bundled_words(asked: Definition) -> str:
    """Say of which goods data are bundled, of those asked for where there are some."""
    year = max(part.period.end.year for part in bundled().partitions if part.period)
    wanted = tuple(code for code in asked.goods.split(",") if code.isdigit())
    there = sorted(code for code in bundled_codes() if wanted and code.startswith(wanted))
    if there:
        return f"of these goods the bundled data have HS {joined(there)} alone, of {year}"
    return f"the bundled data are of {len(bundled_codes())} goods alone, of {year}"


def other_currency(context: BriefContext, figure: Figure) -> tuple[str, str, str] | None:
    """Return a source that has the figure, its currency, and the one asked; None for no source."""
    for found in _CURRENCY.finditer(figure.reason or ""):
        asked = figure.definition.but(currency=found[2])
        # Asked again, for a source in another currency need not have what is asked.
        if context.remembered(repr(asked), partial(_has_value, asked, context.lake)):
            return source_name(found[1]), found[2], found[3]
    return None


def in_its_currency(context: BriefContext, figure: Figure) -> Figure:
    """Return a Figure in the currency in which a source has it, where it has none in that asked."""
    money = other_currency(context, figure) if figure.status != "ok" else None
    if money is None:
        return figure
    asked = figure.definition.but(currency=money[1])
    return context.ask(asked.measure, **given_keys(asked, figure.chosen))


def _has_value(asked: Definition, lake: Lake) -> bool:
    with suppress(EntrepotError):
        return evaluate(asked, lake, ranged=False).status == "ok"
    return False


def _reason(figure: Figure) -> str:
    """Return the line of a reason that says most: what adding data would mend, then of the lake."""
    lines = (figure.reason or "").splitlines() or ["no data answer this"]
    of_lake = [line for line in lines if not _PUBLISHED.match(line)]
    of_time = [line for line in of_lake if _TIME.match(line)]
    return (of_time or of_lake or lines)[0]


def _spelled(reason: str, flows: Sequence[InventoryItem]) -> str:
    """Write out codes of areas and ids of sources, as a sentence has them."""
    for one in flows:
        # Escaped, for the id of a user's own table has a full stop in it.
        reason = re.sub(rf"\b{re.escape(one.source)}\b", source_name(one.source), reason)
    return _CODE.sub(
        # Three capital letters may also be a currency or
        # a word: only codes of areas are spelled out.
        lambda found: area_phrase(found[0]) if found[0] in known_areas() else found[0],
        reason,
    )


def _in_no_year(
    context: BriefContext, figure: Figure, flows: Sequence[InventoryItem]
) -> MissingValue | None:
    """Return that nobody has any row of the goods, or that the importer has none; else None."""
    asked = figure.definition
    goods = goods_title(asked.goods)
    some_only = all(one.is_partial or one.has_few_products for one in flows)
    if not _has_rows(context, figure, flows):
        then = "The code may belong to another HS edition, or may not be traded"
        if some_only:
            then = f"The complete BACI would show whether they are traded: **{ADD_DATA}**"
        return MissingValue(_without(context.lake, flows, goods), then)
    if not _has_rows(context, figure, flows, of_importer=True):
        bought = f"{possessive(area_phrase(asked.importer))} imports of {goods}"
        then = f"Load the complete BACI: **{ADD_DATA}**" if some_only else _NOT_ZERO
        why = _without(context.lake, flows, bought)
        return MissingValue(why, then, ADD_DATA if some_only else "")
    return None


def _without(lake: Lake, flows: Sequence[InventoryItem], what: str) -> str:
    """Say that no row of something is held, whatever the time."""
    return f"{_holder(lake, flows)} {_named(flows)}, without any row for {what}"


def _has_rows(
    context: BriefContext,
    figure: Figure,
    flows: Sequence[InventoryItem],
    *,
    of_importer: bool = False,
) -> bool:
    """Return whether anybody trades the goods in anything held; true where that cannot be told.

    Or, `of_importer`, whether who is asked about imports them from anybody.
    """
    import narwhals as nw

    from entrepot.figures.editions import goods_in
    from entrepot.goods import select

    asked = figure.definition
    if asked.goods == "all":
        return True
    editions = {name for one in flows for name in one.nomenclature.split("+")}
    try:
        goods = goods_in(asked, tuple(sorted(editions - {"", NO_CODES})), context.lake)
    except (RequestError, NoEvidenceError, UnknownNameError):
        return True
    if not goods:
        return True
    names = tuple(dict.fromkeys(one.source for one in flows))
    buyers = sorted(asked.members("importer")) if of_importer else []
    known = [one for one in _traded(context, names) if one.goods == asked.goods]
    if any(not buyers or one.importer == asked.importer for one in known):
        return True

    def find() -> bool:
        rows = nw.concat([context.lake.flows(name, by="importer") for name in names])
        rows = rows.filter(nw.col("importer").is_in(buyers)) if buyers else rows
        # head(1): whether there is any row, and the engine stops at the first.
        return bool(fetch(select(rows, goods).select("product").head(1)))

    # A brief asks this for each of its Figures, and each answer reads rows.
    return context.remembered(repr((names, asked.goods, buyers)), find)


def _has_pair(context: BriefContext, figure: Figure, flows: Sequence[InventoryItem]) -> bool:
    """Return whether one side trades anything with the other in what is held."""
    sources = tuple(dict.fromkeys(one.source for one in flows))
    asked = figure.definition.members
    pair = tuple(tuple(sorted(asked(side))) for side in ("exporter", "importer"))
    wanted = figure.definition.exporter, figure.definition.importer
    if any((one.exporter, one.importer) == wanted for one in _traded(context, sources)):
        return True
    # Each answer reads rows, and several sections ask for one pair.
    return context.remembered(repr((sources, pair)), lambda: _trades(context.lake, sources, *pair))


def _traded(context: BriefContext, sources: Collection[str]) -> Iterator[Definition]:
    """Yield the trade that Figures of the page show to be in some sources; no row is read."""
    for one in context.asked.values():
        asked = one.definition
        is_trade = asked.measure in ("value", "import_share") and bool(one.value)
        if is_trade and (asked.source or "").partition("@")[0] in sources:
            yield asked


def _trades(
    lake: Lake, sources: Iterable[str], sellers: Sequence[str], buyers: Sequence[str]
) -> bool:
    import narwhals as nw

    for name in sources:
        rows = lake.flows(name, by="importer")
        found = rows.filter(nw.col("exporter").is_in(sellers), nw.col("importer").is_in(buyers))
        if fetch(found.select("product").head(1)):
            return True
    return False


def _years(flows: Iterable[InventoryItem]) -> set[int]:
    return {period.year for one in flows for period in one.current}


def _holder(lake: Lake, flows: Sequence[InventoryItem]) -> str:
    """Return who holds what: nothing has to be loaded for what ships with the program."""
    if all(one.source == BUNDLED for one in flows):
        return "The bundled data are"
    # Registers are loaded data, too, and stand in no such list.
    return "The loaded statistics are" if _has_registers(lake) else "The loaded data are"


def _has_registers(lake: Lake) -> bool:
    return any(is_register(one.source) for one in lake.holdings())


def _named(flows: Sequence[InventoryItem]) -> str:
    """Return what is held: "BACI of 2017 to 2023", "an extract of BACI of 2022"."""
    found = []
    for name in dict.fromkeys(one.source for one in flows):
        items = [one for one in flows if one.source == name]
        when = _spanned(_years(items))
        part = "an extract of " if all(one.is_partial for one in items) else ""
        found.append(f"{part}{source_name(name)} of {when}")
    return joined(found)
