"""End matter: what words mean here, what stands in the head, and how to get the same again."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.citation import source_name
from entrepot.figures.definition import command_for
from entrepot.model.areas import area_phrase
from entrepot.model.display import joined
from entrepot.model.product import NO_CODES
from entrepot.report import phrasing
from entrepot.report.attribution import row_of
from entrepot.report.parts import Command, Term
from entrepot.sources import is_own, source_info, split_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.figures import Caveat, Figure
    from entrepot.goods import GoodsList
    from entrepot.lake import InventoryItem
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.cards import Headline
    from entrepot.report.parts import Brief
    from entrepot.sources.published.row import Published


def terms(subject: Subject, *, claims: bool, inputs: bool) -> tuple[Term, ...]:
    """Return the words of the page and what they mean."""
    found = []
    if listed := subject.listed:
        count = len(listed.entries)
        found.append(
            Term(
                phrasing.capital(listed.short),
                f"{listed.title}, {count} codes of {' and '.join(listed.nomenclatures)}"
                f"{_in_parts(listed)}{_as_read(listed)}.",
            )
        )
    found += [
        Term(
            "Share",
            "Value supplied by one country over value imported from everyone: same goods, year "
            "and territory.",
        ),
        Term(
            "Range",
            "Lowest and highest value under the other definitions listed; not a confidence "
            "interval.",
        ),
        Term(
            "Asymmetry of dependence",
            "Supplier’s share of the importer’s imports over the importer’s share of the "
            "supplier’s exports; where the supplier is named first, the inverse.",
        ),
        Term(
            "Computed, published",
            "Computed: by us, from loaded rows or from two published figures. Published: a figure "
            "issued by others, with the digits as published.",
        ),
    ]
    if inputs:
        found.append(
            Term(
                "Input",
                "What an industry uses up in production: parts, materials, energy and "
                "services, not consumer goods or machines.",
            )
        )
    if claims:
        found.append(
            Term(
                "Verdicts",
                "Inconsistent: contradicts the text’s other figures. Differs: outside every "
                "defensible definition available. Not enough evidence: data are missing. "
                "Supported: agrees with "
                "evidence other than its own source.",
            )
        )
    return tuple(found)


def day_words(day: date) -> str:
    """Return a day as it is written out: 30 November 2026."""
    return f"{day.day} {day:%B %Y}"


def _in_parts(listed: GoodsList) -> str:
    name = "tier" if listed.id == "chpl" else "part"
    return f" in {phrasing.count_word(len(listed.parts), name)}" if listed.parts else ""


def _as_read(listed: GoodsList) -> str:
    day = listed.ended or listed.known_until
    return "" if day == date.max else f", as of {day_words(day)}"


def state(
    context: BriefContext, subject: Subject, found: Headline, claims: int | None
) -> tuple[tuple[str, str], ...]:
    """Return list, data, number of definitions and of claims, as pairs of word and text."""
    rows = []
    if listed := subject.listed:
        rows.append(("List", f"{listed.title}{_as_read(listed)}"))
    # An id is that of a published figure; rows of a lake have none.
    latest = [
        f"{figure.definition.period}"
        for figure in found
        if figure.status == "ok" and any(item.id for item in figure.evidence)
    ]
    text = ", ".join(data_used(context)) or "bundled tables only"
    if not data_used(context) and (available := data_available(context)):
        text += f"; {joined(available)} loaded, without data for this question"
    rows.append(("Data", f"{text}; published figures to {max(latest)}" if latest else text))
    specifications = found.share.specifications
    if specifications:
        rows.append(("Definitions", str(len(specifications.items))))
    if claims is not None:
        rows.append(("Claims", str(claims)))
    return tuple(rows)


def caveats(context: BriefContext, found: Sequence[Figure]) -> tuple[Caveat, ...]:
    """Return each caveat once, in the order in which the cards need it, with the lead's words."""
    named: dict[str, Caveat] = {}
    for figure in (*found, *context.figures):
        for item in figure.caveats:
            named.setdefault(item.id, item)
    # A dictionary as an ordered set: numbers of caveats
    # follow from the order in which cards need them.
    wanted = dict.fromkeys(
        item.id for figure in found if figure.status == "ok" for item in figure.caveats
    )
    # Caveats that sections need and cards may not have.
    beyond = ("doubtful-row", "reporter-break", "edition-break", "basis", "input-output")
    wanted |= {name: None for name in beyond if name in named}
    return tuple(named[name] for name in wanted)


def line_of(subject: Subject) -> str:
    """Return the command of the brief without its output file."""
    line = f"entrepot brief {subject.importer} --supplier {subject.supplier} "
    line += f"--goods {subject.goods}"
    return f"{line} --period {subject.period!s}" if subject.when else line


def commands(
    subject: Subject, share: Figure, claims: str, of_inputs: Figure | None
) -> tuple[Command, ...]:
    """Return the lines that give the headline, inputs, this page, and the check again."""
    # The name of a file may have spaces, or a sign that a shell would obey.
    file = shlex.quote(claims)
    lines = [
        # A share needs no base, although the definition of the page may carry one.
        Command("the headline number", command_for(share.definition.but(base=None), share.chosen)),
        Command(
            "this page",
            line_of(subject) + (f" --claims {file}" if claims else "") + " --out brief.html",
        ),
    ]
    if claims:
        lines.append(Command("the claims", f"entrepot check {file}"))
    if of_inputs and of_inputs is not share:
        lines.append(
            Command("the share of inputs", command_for(of_inputs.definition, of_inputs.chosen))
        )
    return tuple(lines)


def read_date(text: str) -> date:
    """Return a day written as 2026-11-30.

    Raises
    ------
    RequestError
        If it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(
            f"{text!r} is not a date", why=str(error), hint="write it as --date 2026-11-30"
        ) from error


def dated(brief: Brief, day: date) -> Brief:
    """Return the brief with a date in its head and in the command that gives it again."""
    line = f"{brief.line} --date {day}"
    return replace(
        brief,
        date=day.isoformat(),
        state=(*brief.state, ("Date", day_words(day))),
        line=line,
        commands=tuple(
            # Behind the beginning of the line, so that --out stays last.
            replace(item, line=line + item.line.removeprefix(brief.line))
            if item.line.startswith(brief.line)
            else item
            for item in brief.commands
        ),
    )


# What a page took from where: sources that stand behind its Figures, and those that do not.


_TRADE = ("flows", "inputs")
_INPUTS = "icio"


def sources(context: BriefContext, subject: Subject) -> tuple[Term, ...]:
    """Return every source behind the page, with what was taken from it, and what else is held."""
    used = _used(context, subject)
    found = [_term(name, items) for name, items in used.items()]
    found += _printed(context)
    left = [source_name(name) for name in _by_source(context) if name not in used]
    if left:
        found.append(Term("Loaded, not used on this page", f"{', '.join(left)}."))
    return tuple(found)


def data_used(context: BriefContext) -> list[str]:
    """Return the sources of trade behind the Figures so far, each with its years."""
    return _trade(context, _named(context))


def data_available(context: BriefContext) -> list[str]:
    """Return the sources of trade in the lake, each with its years."""
    return _trade(context, {*_by_source(context)})


def _trade(context: BriefContext, names: set[str]) -> list[str]:
    return [
        " ".join(filter(None, (source_name(name), _vintages(items), _years(items))))
        for name, items in _by_source(context).items()
        if name in names and items[0].table in _TRADE
    ]


def _vintages(items: Sequence[InventoryItem]) -> str:
    """Return the current vintages of a source, where its publisher names them."""
    return ", ".join(sorted({one.vintage for one in items if one.counts} - {"unknown", ""}))


def _used(context: BriefContext, subject: Subject) -> dict[str, list[InventoryItem]]:
    """Return what is held of the sources used: of trade, and to follow a list between editions."""
    names = _named(context) | context.in_calendar
    return {
        name: items
        for name, items in _by_source(context).items()
        if name in names or (subject.listed and items[0].table == "correlations")
    }


def _named(context: BriefContext) -> set[str]:
    """Return the sources of every Figure, of every alternative in its range, and of rows shown."""
    found = {
        item.source for figure in context.figures for item in figure.evidence
    } | context.sources
    for figure in context.figures:
        items = figure.specifications.items if figure.specifications else ()
        # Sources of alternatives count as used, for they span the range that is printed.
        found |= {item.choices.get("source", "") for item in items}
    return {split_address(name)[0] for name in found if name}


def _by_source(context: BriefContext) -> dict[str, list[InventoryItem]]:
    found: dict[str, list[InventoryItem]] = {}
    for item in context.lake.holdings():
        found.setdefault(item.source, []).append(item)
    return found


def _term(name: str, items: Sequence[InventoryItem]) -> Term:
    info = source_info(name)
    title, publisher = info.title, info.publisher
    if is_own(name):
        # The newest file has the title that its user sees now.
        title, publisher = items[-1].title or "A table of your own", "a table of your own"
        title += f" ({name})"
    about = [
        _codes(items),
        _years(items),
        f"{sum(item.rows for item in items):,} rows",
        _scope(items),
    ]
    read = f"SHA-256 {', '.join(item.snapshot for item in items)}"
    text = f"{phrasing.capital(publisher)}; {', '.join(word for word in about if word)}"
    return Term(title, f"{text}. {info.licence}.", info.url, read)


def _codes(items: Sequence[InventoryItem]) -> str:
    """Return the editions of the product codes; rows without any are totals."""
    names = {name for item in items for name in item.nomenclature.split("+") if name}
    listed = sorted(names - {NO_CODES})
    return " and ".join(listed) or ("totals over all goods" if names else "")


def _years(items: Sequence[InventoryItem]) -> str:
    years = [period.year for item in items for period in item.periods]
    if not years:
        return ""
    first, last = min(years), max(years)
    return f"{first} to {last}" if first < last else f"{first}"


def _scope(items: Sequence[InventoryItem]) -> str:
    """Say how much of a source is held: an extract, whose reports, which goods."""
    if items[0].table not in _TRADE:
        return ""
    said = []
    reporters = sorted(
        # "DEU>" is Germany's report of exports, ">DEU" of
        # imports; "*" stands for all reporters at once.
        {name.strip(">") for item in items for _, sides in item.slices for name in sides}
    )
    if any(item.is_partial for item in items):
        said.append("an extract")
    elif reporters == ["*"] or not any(item.reporters for item in items):
        said.append("a table of yours" if is_own(items[0].source) else "all reporters")
    else:
        who = area_phrase(reporters[0]) if len(reporters) == 1 else f"{len(reporters)} areas"
        said.append(f"as {who} report{'s' * (len(reporters) == 1)} it")
    if any(item.has_few_products for item in items):
        said.append("some goods only")
    return ", ".join(said)


def _printed(context: BriefContext) -> list[Term]:
    """Return what was taken from print, from tables of inputs and from our own results."""
    found = []
    used = {item.id: item for figure in context.figures for item in figure.evidence if item.id}
    printed = [row for name in sorted(used) if (row := row_of(used[name])) is not None]
    every = {row.id: row for row in printed} | context.shown
    # Ids in CO- are results that we computed from published figures.
    others = _once(row for row in every.values() if not row.id.startswith("CO-"))
    results = [row for row in printed if row.id.startswith("CO-")]
    if others:
        origins = len({row.origin for row in others})
        text = (
            f"{phrasing.count_word(len(others), 'published figure')} from "
            f"{phrasing.count_word(origins, 'primary source')} on this page. Copies of one release "
            "count once."
        )
        found.append(Term("Published figures", phrasing.capital(text)))
    if any(
        split_address(item.source)[0] == _INPUTS
        for figure in context.figures
        for item in figure.evidence
    ):
        found += _inputs(context)
    if results:
        count = phrasing.count_word(len(results), "result")
        text = f"{results[0].origin_words}; {count} on this page."
        found.append(Term("Computed results", phrasing.capital(text)))
    return found


def _once(rows: Iterable[Published]) -> list[Published]:
    """Return one row of what an origin printed of one thing in the same digits."""
    found: dict[tuple[object, ...], Published] = {}
    for row in rows:
        what = (row.measure, row.exporter, row.importer, row.flow, row.goods, row.variant)
        how = (row.basis, row.period, row.base, row.printed)
        # Ten newspapers that print one release are one figure, and no agreement of ten.
        found.setdefault((row.origin, *what, *how), row)
    return list(found.values())


def _inputs(context: BriefContext) -> list[Term]:
    """Return the tables of inputs, unless they stand among what the lake holds."""
    if context.lake.holds(_INPUTS):
        return []
    info = source_info(_INPUTS)
    used = next(
        f
        for f in context.figures
        if f.evidence and split_address(f.evidence[0].source)[0] == _INPUTS
    )
    text = (
        f"{info.publisher}; {used.definition.period}, read from the installed package "
        f"sanction-simulator. {info.licence}."
    )
    return [Term(info.title, text, info.url, f"SHA-256 {used.evidence[0].snapshot}")]
