"""What a reader must know before using a value, and the page that explains it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.figures.asked_together import listed_in_words
from entrepot.figures.evidence import NOT_SAID, Caveat
from entrepot.figures.questions import of as question
from entrepot.figures.sides import members_of, totals
from entrepot.goods.parse import nameless
from entrepot.model.areas import WORLD, area_name, area_phrase, possessive, stopped_in
from entrepot.model.display import agreed, figure_value, joined, range_text
from entrepot.sources import is_own, source_ids, source_info, split_address
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Specification
    from entrepot.figures.figure import Figure
    from entrepot.model.period import Period
    from entrepot.sources.info import DoubtfulRow
    from entrepot.sources.published.row import Published

CAVEATS = {
    "reporter-break": ("the reporting countries changed, or one of them stopped reporting"),
    "break-size": ("how much of a change comes from one side having stopped reporting"),
    "edition-break": "codes whose content changed with an edition of the Harmonized System",
    "bundled-minerals": "30 codes of one year ship with the program",
    "not-delivered": "only some goods of the source are loaded",
    "missing-codes": "codes of the list that cannot be converted to the edition of the data",
    "ex-codes": "codes of which a list covers a part only",
    "list-day": "codes that may have been on a list on a day",
    "list-fragment": "lists of which only some codes could be read",
    "list-codes": ("share of a value on codes that were split, moved or are uncertain"),
    "coverage": ("share of a non-reporting country's trade that partners still report"),
    "one-report": "one side's report of a flow, which the other side may report otherwise",
    "doubtful-row": "a row of the source is known to be doubtful, or is in the total",
    "denominator-system": "a share depends on the denominator",
    "several-sources": "reports of several countries, from several sources",
    "reconciled": "made of what exporters and importers report, by us",
    "largest-differs": "who is largest depends on the definition",
    "few-suppliers": "more of the largest suppliers are asked for than there are",
    "leverage": "what others could replace is an upper bound",
    "cutoff": ("effects of a cut-off depend on elasticities and on what others can supply"),
    "scenario": "a scenario is a model under assumptions: what it leaves out",
    "reorientation": ("substitution between suppliers is not observed, nor is domestic production"),
    "rerouting": "rerouting through hubs is bounded, not observed",
    "event-study": "what happened to listed goods against others, which are no perfect mirror",
    "growth-and-currency": "growth has a base, a currency and a price level",
    "dependence-flags": "flags cut numbers that have no natural edge",
    "prices": "unit values are not prices: what is in a code can change",
    "extreme-prices": "products whose unit value moved many times over",
    "three-prices": "index, price part of a change and unit value are three changes of price",
    "inside-group": "a group counts as one area: trade among its members is left out of totals",
    "hong-kong": "Hong Kong is a customs territory of its own",
    "partial-period": "the period is not a whole year",
    "missing-reports": "a reporter has no report of some months, quarters or years of the period",
    "fiscal-year": "the period is a year that does not begin in January",
    "reported-total": "partners do not add up to the total that the reporter itself reports",
    "reimports": "what a country reports of trade with itself is in its total",
    "partial-source": "a total over some areas, partners or reporters, where there may be more",
    "repeated-rows": "several rows of a table that say one flow",
    "mixed-vintage": "periods of several releases of a source: a change may be a revision",
    "unweighed": "rows with a value and no mass are in no sum of masses",
    "not-recorded": ("the source does not record this flow; “not recorded” does not mean zero"),
    "currency": "growth and levels differ between currencies",
    "valuation": "exporters report FOB, importers CIF",
    "basis": ("dispatch, origin, seller and producer's headquarters are four different partners"),
    "one-origin": "all publishers of the figure copy one primary source",
    "low-confidence": ("conversions, likely errors and superseded figures are excluded"),
    "published-wording": "published as a bound or a range, not as one number",
    "input-output": "estimated tables of what sectors buy from each other, not customs records",
    "pass-through": "what a hub buys and sells of one product bounds what passes through it",
    "value-added-shares": "shares of value added, not of goods that crossed a border",
    "origin": "value added by where it was added: an estimate of whole sectors, and no re-exports",
    "nowcasts": "an estimate of a period that is not reported in full",
    "derived": "computed from published levels, not itself published",
}


def caveat(name: str, text: str) -> Caveat:
    """Return a caveat of a known kind with the words of this case."""
    if name not in CAVEATS:
        # A mistake of ours and not of a user: each caveat needs its page in docs/explanation.
        raise KeyError(f"no such caveat: {name}")
    return Caveat(id=name, text=text, docs=f"explanation/{name}")


def for_definition(
    definition: Definition,
    *,
    one_reporter: bool = False,
    reporter: str = "",
    source: str = "",
    answered: bool = True,
) -> list[Caveat]:
    """Return the caveats that follow from the question alone.

    With `one_reporter`, a country that still reports is the reporter of all of it, so nothing
    breaks; `reporter` is the one side whose reports are used, whether it still reports or not;
    empty: both sides' may be. `source` is where the rows are from. Where the question is not
    `answered`, only what bears on why: there is no value to be careful with.
    """
    found = [] if one_reporter else _reporter_break(definition, reporter, source, answered=answered)
    if not answered:
        return found
    if definition.measure in ("import_share", "export_share", "asymmetry"):
        found.append(
            caveat(
                "denominator-system",
                (
                    "The share depends on the denominator: totals from national customs, "
                    "partner reports and international series differ."
                ),
            )
        )
    # `split` is empty for what is not made of whole months.
    full_years = definition.period.months % 12 == 0 and definition.period.split(1)
    part = not full_years and definition.period.freq not in ("D", "F")
    if definition.period.parts("F"):
        found.append(
            caveat(
                "fiscal-year",
                f"{definition.period} is no calendar year: compare it with the same months of "
                "other years only.",
            )
        )
    if part and not question(definition.measure).is_series:
        found.append(
            caveat(
                "partial-period",
                f"{definition.period} is not a whole year: compare it with as many months of "
                "other times, and with no year.",
            )
        )
    in_money = definition.quantity == "value" and definition.measure in ("value", "growth")
    if in_money and (definition.currency != "USD" or definition.measure == "growth"):
        found.append(
            caveat("currency", f"In {definition.currency}; in another currency it would differ.")
        )
    if definition.measure == "retaliation_exposure":
        found.append(
            caveat(
                "leverage",
                (
                    "“Replaceable” is an upper bound: it treats everything that others sell "
                    "elsewhere as divertible. In the first year it may be 5 to 25 % of that."
                ),
            )
        )
    if "mass_kg" in question(definition.measure).columns:
        found.append(
            caveat(
                "prices",
                (
                    "Unit values (value per kilogram), not prices: a change in product mix "
                    "within a code appears as a price change."
                ),
            )
        )
    how = question(definition.measure)
    # Without an elasticity of the asker, the notes say which part of the estimated one is taken.
    notes = (definition.sigma and how.notes_given) or how.notes
    found += [caveat(name, text) for name, text in notes]
    if _touches_china(definition):
        found.append(
            caveat(
                "hong-kong",
                (
                    "Hong Kong is a separate customs territory, and goods often pass through "
                    "it. Whether it counts as China is a choice of definition."
                ),
            )
        )
    return found


def inputs_only() -> Caveat:
    """Say that inputs were answered where all goods were asked for."""
    return caveat(
        "input-output",
        "Asked of all goods, answered of what industries buy, goods and services: goods for final "
        "use are left out. Write --goods inputs, or inputs:C26 for what one sector made.",
    )


def no_codes(definition: Definition) -> list[Caveat]:
    """Name codes of chapters that are left to countries, which are in no edition."""
    codes = nameless(definition.goods)
    if not codes:
        return []
    return [
        caveat(
            "missing-codes",
            f"{', '.join(codes)}: no HS code, for chapters 98 and 99 are left to countries; what "
            "is secret or not specified goes to 999999. Such numbers count where the source has "
            "them, and add nothing where it has not.",
        )
    ]


def doubtful_rows(definition: Definition, source: str) -> list[Caveat]:
    """Say which row, that is known to be doubtful, is the answer or a part of it or of its total.

    Parameters
    ----------
    source
        Where the rows are from.
    """
    name, _ = split_address(source)
    doubts = source_info(name).doubts if name in source_ids() else ()
    last = max(span.end.year for span in (definition.period, definition.base) if span)
    flows = [definition, *(flow for flow, _ in totals(definition))] if doubts else []
    return [
        caveat("doubtful-row", doubt.text)
        for doubt in doubts
        if last >= doubt.since and any(_has(flow, doubt) for flow in flows)
    ]


def _has(flow: Definition, row: DoubtfulRow) -> bool:
    """Whether a row is of a flow, of which the world on a side is everybody."""
    pairs = [(row.exporter, row.importer)]
    # Of two-way trade, the other direction is asked for, too.
    pairs += [(row.importer, row.exporter)] if flow.is_two_way else []
    sellers, buyers = members_of(flow, "exporter"), members_of(flow, "importer")
    return any(
        (not sellers or one in sellers) and (not buyers or other in buyers) for one, other in pairs
    )


def few_suppliers(definition: Definition, details: Mapping[str, float | str]) -> list[Caveat]:
    """Return how many suppliers there are, where more of the largest are asked for."""
    there, who = details.get("suppliers"), definition.named_by or "supplier"
    if definition.measure != "cr" or there is None or float(there) >= (definition.k or 1):
        return []
    return [
        caveat(
            "few-suppliers",
            (
                f"Only {agreed(float(there), f'{who} is', f'{who}s are')} reported, fewer than the "
                f"{definition.k:,} requested, so the ratio covers all of them."
            ),
        )
    ]


def largest_differs(
    definition: Definition, items: Sequence[Specification], largest: float | str | None
) -> list[Caveat]:
    """Return who else is the largest partner under other definitions, and with which values."""
    values: dict[str, list[float]] = {str(largest): []}
    for one in (one for one in items if one.whose):
        # With Hong Kong or without: China is China.
        parts = set(one.whose.split("+"))
        who = next((name for name in values if parts & set(name.split("+"))), one.whose)
        values.setdefault(who, []).append(one.value)
    found = {who: some for who, some in values.items() if some}
    if not largest or len(found) < 2:
        return []
    called = str if definition.named_by else area_phrase
    parties = [
        f"{called(who)} under {agreed(len(some), 'definition', 'definitions')} "
        f"({range_text(min(some), max(some), 'share') or figure_value(some[0], 'share')})"
        for who, some in found.items()
    ]
    return [
        caveat(
            "largest-differs",
            f"Who is largest depends on the definition: {joined(parties)}. {_OF_LARGEST}",
        )
    ]


_OF_LARGEST = "The range is that of the largest share in each of them, not of one partner’s share."


def who_is_largest(figure: Figure) -> str:
    """Return who is the largest partner under which definitions, if it is not one under all."""
    text = next((one.text for one in figure.caveats if one.id == "largest-differs"), "")
    return text.removesuffix(f" {_OF_LARGEST}")


def _touches_china(definition: Definition) -> bool:
    sides = (definition.exporter, definition.importer)
    # The words of the question, not its members: a group that has China in it is no such choice.
    return any(not {"CHN", "HKG"}.isdisjoint(side.split("+")) for side in sides)


def _reporter_break(
    definition: Definition, reporter: str, source: str, *, answered: bool
) -> list[Caveat]:
    # What the importer buys is no part of a triple difference of hubs and controls.
    buyers = definition.members("importer")
    if definition.measure == "triple_difference":
        buyers = definition.members("hubs") | definition.members("controls")
    areas = definition.members("exporter") | buyers
    now = stopped_in(areas, definition.period)
    if not now:
        return []
    names = " and ".join(area_name(item.area) for item in now)
    last = now[0].last
    before = definition.base or definition.period
    if not answered:
        text = (
            f"{names} stopped publishing trade by partner after {last}. Since then only "
            "partner-reported (mirror) data and estimates are available."
        )
    elif reporter and is_own(source):
        return []  # `one_report` says whose reports a table of one's own calls its rows
    # The base is from before the stop; where both times are after it, nothing breaks (last branch).
    elif not stopped_in(areas, before):
        then, since = "reports of both sides", ("the partner's reports alone")
        # The series is of the country that stopped; afterwards its source estimates.
        if reporter and {item.area for item in now} <= set(reporter.split("+")):
            then, since = "its own reports", "estimates and partners' reports"
        text = (
            f"{names} stopped reporting after {last}. Data up to then: {then}; since "
            f"then: {since}. The change from {before} to {definition.period} mixes the "
            "two."
        )
    else:
        text = (
            f"{names} stopped publishing trade by partner after {last}: "
            f"{definition.period} is based on partner-reported (mirror) data and "
            "estimates."
        )
    return [caveat("reporter-break", text)]


SMALL = 0.01
"""Share of the value on another basis below which nothing is said of it."""
BASES = {
    "origin": "by country of origin",
    "consignment": "by country of consignment",
    NOT_SAID: "on a basis that the source does not say",
    "destination": "by country of destination",
}
"""What makes the partner, in words."""


STEPS = {"A": "years", "F": "fiscal years", "Q": "quarters", "M": "months"}
"""What a period is added up from, in words."""


def steps_without_reports(
    available: Availability, told: Mapping[Period, Mapping[str, tuple[int, int]]]
) -> Caveat:
    """Say who has reports of some steps of a period only, of goods of which a gap may be real."""
    listed = tuple(
        (f"{area_name(who)} {count} of {of}", span)
        for span, steps in told.items()
        for who, (count, of) in steps.items()
    )
    text = (
        f"{available.source} does not have reports for all {STEPS[available.freq]}: "
        f"{listed_in_words(listed)}. The others count as nothing, which is right only if no loaded "
        "goods were traded in them."
    )
    return replace(caveat("missing-reports", text), listed=listed)


def whose_goods(
    definition: Definition,
    bases: Mapping[str, float],
    of_total: Mapping[str, float] | None = None,
    *,
    source: str = "",
) -> list[Caveat]:
    """Return what makes the partner in imports, by share of their value, if not all is by dispatch.

    Parameters
    ----------
    bases, of_total
        Share of the value of the rows used, and of the total that they are divided by, by what
        makes the partner; see `Evidence`.
    source
        Where the rows are from: those of UN Comtrade have no column of it.
    """
    kept, total = (
        {name: part for name, part in shares.items() if part >= SMALL}
        for shares in (bases, of_total or {})
    )
    if not {"origin", NOT_SAID} & {*kept, *total}:
        return []
    if set(kept) == {NOT_SAID}:
        is_world = definition.importer == WORLD
        whose = "" if is_world else f"{possessive(area_phrase(definition.importer))} "
        text = (
            f"The source does not say whether {whose}imports are by country of origin or of "
            "dispatch: goods arriving via a third country may count as trade with either."
        )
        return [caveat("basis", text)]
    of_rule = source.partition("@")[0] == "comtrade"
    who = "Importers record" if definition.importer == WORLD else None
    who = who or f"{area_phrase(definition.importer)} records"
    who = who[0].upper() + who[1:]
    # Eurostat's imports: from outside the Union by origin, from inside by consignment, so that a
    # share divides one by a total of both.
    if len(kept) == 1 and len(total) > 1:
        [mine] = kept
        text = (
            f"{who} these imports {BASES.get(mine, mine)}, and their total on several bases, by "
            f"value: {_by_value(total)}. Goods by origin count as trade with the country that made "
            "them, not the one that shipped them."
        )
        return [caveat("basis", text)]
    if not {"origin", NOT_SAID} & kept.keys():
        return []
    if len(kept) == 1:
        usual = ", as a rule of UN Comtrade that some reporters do not follow" if of_rule else ""
        text = (
            f"{who} imports by country of origin, not country of dispatch{usual}: goods arriving "
            "via a third country count as trade with the country that made them."
        )
        return [caveat("basis", text)]
    text = (
        f"{who} these imports on several bases, by value: {_by_value(kept)}. Goods by "
        "origin count as trade with the country that made them, not the one that shipped "
        "them."
    )
    return [caveat("basis", text)]


def _by_value(bases: Mapping[str, float]) -> str:
    ordered = sorted(bases, key=lambda name: -bases[name])
    return joined([f"{100 * bases[name]:.0f} % {BASES.get(name, name)}" for name in ordered])


def one_report(
    side: str, definition: Definition, source: str, *, of_all: bool, valued: str = ""
) -> Caveat:
    """Return what it means that one side's reports stand behind a value.

    With `of_all`, everybody on that side is added up, such as the exporters of a share of imports.
    `valued` is the valuation of all rows, where the source states it and it is one.
    """
    text = definition.importer if side == "importer" else definition.exporter
    who = f"each {side}" if of_all else area_phrase(text)
    usual = "CIF" if side == "importer" else "FOB"
    valuation = f"as a rule {usual}"
    if definition.is_two_way:
        valuation = "as a rule imports CIF and exports FOB"
    elif valued and valued != usual:
        valuation = valued
    members = definition.members("importer" if side == "importer" else "exporter")
    gone = () if of_all or text == WORLD else stopped_in(members, definition.period)
    if gone and is_own(source):
        return caveat(
            "one-report",
            f"{source} has these values as reports of {who}, which stopped publishing "
            f"trade by partner after {gone[0].last}: ask its publisher where they are from.",
        )
    if gone:  # of one kind with what a question says of the break, so that it is said once
        return caveat(
            "reporter-break",
            (
                f"{who} no longer publishes these data: the source's values are estimates "
                "and partner-reported data, not its own reports."
            ),
        )
    return caveat(
        "one-report",
        (
            f"As reported by {who}, {valuation}. The mirror report may differ; "
            "where available, it is in the range."
        ),
    )


_SHOWN_RUNS = 4
"""Sources of a series that are named, with their periods."""


def runs_of(series: Sequence[Figure]) -> list[tuple[str, list[Figure]]]:
    """Return the values of a series, one period after another, by who counted them.

    Returns
    -------
    list
        For each stretch counted alike: by whom, in words, and its Figures. The name has the
        reporting side only where it changes; whose a published figure is, is its primary source.
    """
    known = [one for one in series if one.status == "ok"]
    by_source: dict[str, list[str]] = {}
    for one in known:
        # A zero without a row is of no side, and changes none.
        by_source.setdefault(_counted_by(one), []).extend(filter(None, [_sides_of(one)]))
    found: list[tuple[str, list[Figure]]] = []
    last: dict[str, str] = {}
    for one in known:
        name = _counted_by(one)
        side = _sides_of(one) or last.get(name) or next(iter(by_source[name]), "")
        last[name] = side
        # A side that is the same throughout would only lengthen the name.
        if len(set(by_source[name])) > 1:
            name = f"{name} as reported by {side}"
        if not found or found[-1][0] != name:
            found.append((name, []))
        found[-1][1].append(one)
    return found


def _counted_by(figure: Figure) -> str:
    origins = {item.origin for item in figure.evidence if item.origin}
    name = figure.definition.source or next((one.source for one in figure.evidence), "")
    return f"{name} ({joined(sorted(map(origin_name, origins)))})" if origins else name


def _sides_of(figure: Figure) -> str:
    known = {side for item in figure.evidence for side, rows in item.reported_by.items() if rows}
    names = ["both sides" if side == "both" else f"the {side}" for side in sorted(known)]
    return joined(names) if names else ""


def for_series(series: Sequence[Figure]) -> list[Caveat]:
    """Say where the source of a series or the side that reports changes, oldest period first."""
    runs = runs_of(series)
    if len(runs) < 2:
        return []
    spans = []
    for name, figures in runs[:_SHOWN_RUNS]:
        first, last = figures[0].definition.period, figures[-1].definition.period
        spans.append(f"{first} from {name}" if first == last else f"{first} to {last} from {name}")
    more = len(runs) - len(spans)
    spans += [f"{more} more changes"] if more > 1 else ["one more change"] if more else []
    is_of_sources = len({_counted_by(one) for _, figures in runs for one in figures}) > 1
    what = "source" if is_of_sources else "reporting side"
    text = f"The {what} changes: {joined(spans)}. A difference across a change is no trend."
    return [caveat("several-sources" if is_of_sources else "reporter-break", text)]


def for_printed(
    head: Sequence[Published], kept: Sequence[Published], left_out: int
) -> list[Caveat]:
    """Return what follows from who printed a number.

    Parameters
    ----------
    head
        The rows behind the value.
    kept
        These and the rows of other origins, which span the range.
    left_out
        How many more state the same with low confidence.
    """
    found: list[Caveat] = []
    valued, others = ({row.valuation for row in rows if row.valuation} for rows in (head, kept))
    if others:
        stated = "The source does not state the valuation"
        if valued:
            stated = f"Valued {' or '.join(sorted(valued))}, as in the reporter’s statistics"
        more = f"; the range also includes {' and '.join(sorted(others - valued))} values"
        found.append(caveat("valuation", f"{stated}{more if others - valued else ''}."))
    worded = [row for row in head if row.relation not in ("=", "about")]
    if worded:
        found.append(
            caveat(
                "published-wording",
                (
                    f"Published as a bound or range ({worded[0].printed}); the value shown "
                    "is that bound or the midpoint."
                ),
            )
        )
    if len({row.origin for row in kept}) == 1 and len({row.publisher for row in kept}) > 1:
        found.append(
            caveat(
                "one-origin", (f"Several publishers, one primary source: {kept[0].origin_words}.")
            )
        )
    if left_out:
        found.append(
            caveat(
                "low-confidence",
                (
                    f"{left_out} low-confidence published "
                    f"figure{('s' if left_out > 1 else '')} excluded (spot-rate conversions, "
                    "likely errors, superseded releases)."
                ),
            )
        )
    if any(not row.basis for row in kept if row.goods != "all" and row.origin != "BACI"):
        found.append(
            caveat(
                "basis",
                "The text does not say whether goods are counted by who shipped them "
                "or by where they were made.",
            )
        )
    return found
