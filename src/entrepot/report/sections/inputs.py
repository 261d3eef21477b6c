"""Imported inputs: what industries buy abroad, from whom, which sectors lean most, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.figures import Definition, inputs
from entrepot.figures.definition import territory
from entrepot.figures.input_rows import input_years
from entrepot.goods.parse import goods_words
from entrepot.model.areas import WORLD, area_name, area_phrase, possessive
from entrepot.model.display import NBSP, figure_value, joined, number, per_cent
from entrepot.report import phrasing
from entrepot.report.amounts import amounts_of, bar_of
from entrepot.report.cards import range_on_card, value_on_card
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.exposure import ExposedSector, Exposure
from entrepot.report.definitions import moved_by
from entrepot.report.parts import BriefSentence, Card, DataGap, Note, Remark, Section
from entrepot.report.phrasing import capital
from entrepot.sources import source_info
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.model.period import Period
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.missing_value import MissingValue

NAME, EYEBROW = "inputs", "Imported inputs"
CAVEAT = "input-output"


def section(context: BriefContext, found: ImportedInputs) -> Section:
    """Return both directions: shares of imported inputs, the sectors that lean most, origins."""
    there, back = found.there, found.back
    buyer, seller = area_phrase(there.buyer), area_phrase(there.seller)
    title = BriefSentence(
        phrasing.capital(
            f"{seller} made {phrasing.about(there.share)} of the inputs that {buyer} imported in "
            f"{found.period}"
        ),
        (there.share,),
        (CAVEAT,),
    )
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=(
            "Share of the other country in the inputs, goods and services, that a sector bought "
            f"abroad in {found.period}, per cent, one scale. Sectors that buy at least 1{NBSP}% of "
            "all imported inputs, the most exposed first."
        ),
        picture=_picture(title.text, there, back),
        table=_table(there, back),
        notes=_notes(found),
        source=_source(context, found),
    )


def _picture(title: str, there: Direction, back: Direction) -> Chart | None:
    groups = tuple((_head(way), tuple(_bars(way))) for way in (there, back) if way.sectors)
    if not groups:
        return None
    alt_text = [f"{title}."]
    for head, bars in groups:
        parts = (f"{bar.name.lower()} {bar.text}{NBSP}%, {bar.note}" for bar in bars)
        alt_text.append(f"{head}: {'; '.join(parts)}.")
    return Chart(Exposure(groups), " ".join(alt_text))


def _head(way: Direction) -> str:
    text = f"{possessive(area_phrase(way.buyer))} sectors, share from {area_phrase(way.seller)}"
    return phrasing.capital(text)


def _bars(way: Direction) -> list[ExposedSector]:
    return [
        ExposedSector(
            name=sector_name(sector.code),
            value=sector.share * 100,
            text=per_cent(sector.share * 100),
            note=figure_value(sector.value_usd, "USD"),
        )
        for sector in way.sectors
    ]


def _table(there: Direction, back: Direction) -> BriefTable:
    listed = [(way, sector) for way in (there, back) for sector in way.sectors]
    shown = amounts_of("USD", (sector.value_usd for _, sector in listed))
    rows = [
        (
            f"{area_name(way.buyer)}: {sector_name(sector.code).lower()} ({sector.code})",
            area_name(way.seller),
            per_cent(sector.share * 100),
            shown.text(sector.value_usd),
        )
        for way, sector in listed
    ]
    return BriefTable(
        caption="Share in the inputs that a sector bought abroad, per cent, and value, "
        f"{shown.unit}",
        head=("Buying sector", "From", "Share", "Value"),
        numeric=(False, False, True, True),
        units=("", "", "per cent", shown.unit),
        rows=tuple(rows),
    )


def _notes(found: ImportedInputs) -> tuple[Note, ...]:
    both: list[BriefSentence | Remark] = [_one_way(found.there), _one_way(found.back)]
    if found.ratio.value is not None:
        both.append(_weight(found))
    who: list[BriefSentence | Remark] = [_origins(found)]
    if found.hhi.value is not None:
        who.append(_concentration(found))
    how = (
        "A bar is the other country’s share of what the sector bought abroad, not "
        "how much of its production depends on it: most inputs are domestic."
    )
    rough = (
        "Sectors are averages, and imports are shared out among them in proportion, so small "
        "differences between bars are not meaningful. Goods for final use are left out."
    )
    return (
        Note("Both directions", tuple(both)),
        Note("Where inputs come from", tuple(who)),
        Note("How to read it", (Remark(how), Remark(rough, (CAVEAT,)))),
    )


def _one_way(way: Direction) -> BriefSentence:
    buyer, seller = area_phrase(way.buyer), area_phrase(way.seller)
    text = (
        f"{seller} made {figure_value(way.value.value, way.value.unit)} of the "
        f"{figure_value(way.total.value, way.total.unit)} of inputs that {buyer} bought abroad, "
        f"or {figure_value(way.share.required(), 'share')}"
    )
    if (total := of_all_inputs(way.share)) is not None:
        text += f". With domestic inputs in the total, the share is {number(total * 100, 2)}{NBSP}%"
    if way.share.low is not None and way.share.high is not None:
        text += f". Over all definitions, the share is {way.share.range_text}"
    return BriefSentence(f"{phrasing.capital(text)}.", (way.value, way.total, way.share))


def _weight(found: ImportedInputs) -> BriefSentence:
    there, ratio = found.there, found.ratio.required()
    more, less = there.seller, there.buyer
    # Turned round, so that the number of times is never below one.
    if ratio < 1:
        more, less, ratio = less, more, 1 / ratio
    text = (
        f"In inputs from {area_phrase(there.seller)} to {area_phrase(there.buyer)}, "
        f"{area_phrase(more)} is {phrasing.ratio_words(ratio)} as important for "
        f"{area_phrase(less)} as {area_phrase(less)} is for {area_phrase(more)}."
    )
    return BriefSentence(text, (found.ratio,))


def _origins(found: ImportedInputs) -> BriefSentence:
    named = [
        f"{area_phrase(share.definition.exporter)} {figure_value(share.required(), 'share')}"
        for share in found.origins
    ]
    text = f"The largest origins of {possessive(area_phrase(found.there.buyer))} imported inputs: "
    return BriefSentence(f"{text}{joined(named)}.", found.origins)


def _concentration(found: ImportedInputs) -> BriefSentence:
    equal = number(float(found.hhi.details["effective_suppliers"]), 2)
    text = f"The concentration of all origins is that of {equal} origins of equal size."
    return BriefSentence(text, (found.hhi,))


def _source(context: BriefContext, found: ImportedInputs) -> tuple[str, ...]:
    info = source_info("icio")
    where = "" if context.lake.holds("icio") else ", as bundled in the package sanction-simulator"
    what = f"{info.publisher}, {info.title}{where}"
    return (f"{what}; {found.period}, basic prices.",)


# The Figures about inputs that a brief shows: both directions, by sector and by origin.


INSTALL = "pip install 'entrepot[icio]'"
_SECTORS, _ORIGINS = 8, 4
_LEAST = 0.01  # of all imported inputs: what a smaller sector buys is rough


@dataclass(frozen=True, slots=True)
class SectorInputs:
    """A buying sector: its code, the seller's share of what it bought abroad, and the value."""

    code: str
    share: float
    value_usd: float


@dataclass(frozen=True, slots=True)
class Direction:
    """What one country's industries buy from another's.

    Attributes
    ----------
    buyer, seller
        Codes as in the brief.
    share, value, total
        The seller's share of the inputs bought abroad, what it sold, and all that was bought
        abroad.
    sectors
        The buying sectors that the seller weighs most for, of those that buy at least one per
        cent of the total.
    first
        The seller's share of what the first of them bought abroad; None without sectors.
    """

    buyer: str
    seller: str
    share: Figure
    value: Figure
    total: Figure
    sectors: tuple[SectorInputs, ...]
    first: Figure | None


@dataclass(frozen=True, slots=True)
class ImportedInputs:
    """Both directions, with how concentrated the importer's origins are and who they are.

    Attributes
    ----------
    ratio
        Weight of the supplier for the importer over the reverse, in one flow.
    origins
        Shares of the largest origins, the largest first.
    """

    there: Direction
    back: Direction
    ratio: Figure
    hhi: Figure
    origins: tuple[Figure, ...]

    @property
    def period(self) -> Period:
        """The year of all of it."""
        return self.there.share.definition.period


def bought(context: BriefContext, subject: Subject) -> ImportedInputs | DataGap:
    """Ask for inputs in the year of the brief, else the newest year that is held."""
    years = input_years(context.lake)
    # A fixed year takes the newest table up to it; else,
    # or where none is so old, the newest there is.
    before = [year for year in years if year <= subject.period]
    # The newest year first; without any table the
    # question is asked all the same, to have its reason.
    period = next(iter(before if subject.fixed and before else years), subject.period)
    there = _direction(context, subject.importer, subject.supplier, period)
    if isinstance(there, DataGap):
        return there
    back = _direction(context, subject.supplier, subject.importer, period)
    if isinstance(back, DataGap):
        return back
    ratio = context.inputs(
        "asymmetry", importer=subject.importer, exporter=subject.supplier, period=period
    )
    return ImportedInputs(
        there=there,
        back=back,
        ratio=ratio,
        hhi=context.inputs("hhi", importer=subject.importer, period=period),
        origins=largest_origins(context, subject.importer, period),
    )


def _direction(
    context: BriefContext, buyer: str, seller: str, period: Period
) -> Direction | DataGap:
    share = context.inputs("import_share", importer=buyer, exporter=seller, period=period)
    value = context.inputs("value", importer=buyer, exporter=seller, period=period)
    total = context.inputs("value", importer=buyer, period=period)
    for figure in (share, value, total):
        if figure.status != "ok":
            # A package helps only where no table is there at all.
            install = INSTALL if not input_years(context.lake) else ""
            # Readers of a brief know the publisher, and not our id of its tables.
            why = f"{figure.reason}.".replace("icio has", "the OECD has")
            return DataGap("Imported inputs of industries", why, install)
    sectors = _sectors(context, buyer, seller, period)
    first = None
    if sectors:
        first = context.inputs(
            "import_share",
            importer=buyer,
            exporter=seller,
            sector=sectors[0].code,
            period=period,
        )
    return Direction(buyer, seller, share, value, total, sectors, first)


def _sectors(
    context: BriefContext, buyer: str, seller: str, period: Period
) -> tuple[SectorInputs, ...]:
    """Return the sectors of the buyer that the seller weighs most for."""

    def by_sector(measure: str, exporter: str) -> dict[str, float]:
        asked = Definition.build(measure, importer=buyer, exporter=exporter, period=period)
        return inputs.breakdown(asked, context.lake, "buyer_sector")

    shares = by_sector("import_share", seller)
    values = by_sector("value", seller)
    totals = by_sector("value", WORLD)
    least = _LEAST * sum(totals.values())
    # A small sector may have the highest share, of a value that is rough.
    large = [code for code in values if totals.get(code, 0.0) >= least and shares[code] > 0]
    chosen = sorted(large, key=lambda code: (-shares[code], code))[:_SECTORS]
    return tuple(SectorInputs(code, shares[code], values[code]) for code in chosen)


def largest_origins(context: BriefContext, buyer: str, period: Period) -> tuple[Figure, ...]:
    """Return the shares of the countries that make most of what a country's industries import."""
    asked = Definition.build("value", importer=buyer, period=period)
    values = inputs.breakdown(asked, context.lake, "exporter")
    largest = sorted(values, key=lambda code: (-values[code], code))[:_ORIGINS]
    return tuple(
        context.inputs("import_share", importer=buyer, exporter=code, period=period)
        for code in largest
    )


def of_all_inputs(share: Figure) -> float | None:
    """Return the share when domestic inputs count too, all else as in the headline."""
    specifications = share.specifications
    if specifications is None:
        return None
    plain = {"inputs": "goods and services", "buyers": "every sector"}
    # The one specification that differs from the headline in nothing but its denominator.
    plain |= {"territory": territory(share.definition), "total": "all inputs bought"}
    # <= of items is "contains": a specification may have further choices.
    found = [item.value for item in specifications.items if plain.items() <= item.choices.items()]
    # Several would leave open which is meant, so nothing is said.
    return found[0] if len(found) == 1 else None


def sector_name(code: str) -> str:
    """Return a sector as it heads a row."""
    return capital(sector(code, own=True).name)


# A page that has nothing but inputs to show: its title, answer, cards and state.


_CAVEAT = "input-output"


def inputs_title(subject: Subject, *, in_register: bool = False) -> str:
    """Return the heading: what was asked, of which nothing is known, not what stands in for it.

    With `in_register` statistics have nothing, and a loaded register has.
    """
    if subject.goods != "all":
        lost = "statistics" if in_register else "data"
        text = f"no {lost} on {subject.buyers} imports of {goods_words(subject.goods)} from "
        return phrasing.capital(f"{text}{subject.seller}")
    return phrasing.capital(f"{subject.buyers} dependence on {subject.seller} for inputs")


def inputs_answer(
    subject: Subject, found: ImportedInputs, lacks: MissingValue, share: Figure
) -> tuple[BriefSentence, ...]:
    """Return that nothing is known of the goods asked for, then what is known of all inputs.

    Parameters
    ----------
    share
        The share that has no value. Where all goods were asked for, inputs come nearest to them
        and stand first.
    """
    more = f" {lacks.in_lead}." if lacks.in_lead and not lacks.is_load else ""
    back = f"n the other direction it was **{phrasing.about(found.back.share)}**"
    known = inputs_share_sentence(subject, found)
    both = (found.there.share, found.back.share)
    if subject.goods == "all":
        # What would bring it is listed with what is loaded, once.
        why = f"{lacks.briefly}{' (see Data gaps)' if lacks.is_load else ''}"
        second = f"I{back}. What {subject.seller} supplied of all goods cannot be computed: {why}."
        return known, BriefSentence(f"{second}{more}", both[1:])
    # Why not stands on the card of the share, right below.
    first = (
        f"{phrasing.capital(subject.sellers)} share of {subject.goods_phrase} that "
        f"{subject.buyer} imported cannot be computed with the data loaded.{more}"
    )
    text = (
        "Known is the share in all inputs of industries, not in these goods: "
        f"i{known.text[1:-1]}; i{back}."
    )
    return BriefSentence(first, (share,)), BriefSentence(text, both, known.caveats)


def inputs_share_sentence(subject: Subject, found: ImportedInputs) -> BriefSentence:
    """Return the supplier's share of imported inputs with its range."""
    there = found.there
    text = (
        f"In {found.period} industries of {subject.seller} made "
        f"**{phrasing.about(there.share)}** of "
        f"the inputs, goods and services, that {subject.buyer} imported"
    )
    if phrasing.span(there.share) and there.share.low is not None and there.share.high is not None:
        span = there.share.range_text
        text += f"; other defensible definitions give **{span}**"
    return BriefSentence(f"{text}.", (there.share,), (_CAVEAT,))


def inputs_cards(found: ImportedInputs) -> tuple[Card, ...]:
    """Return up to five cards, the share of imported inputs first."""
    there, back = found.there, found.back
    made = [
        _card(_share_name(there), there.share),
        _card(_value_name(there), there.value),
        *_most_exposed(there),
        _card(_share_name(back), back.share),
    ]
    if found.ratio.status == "ok":
        seller, buyer = area_phrase(there.seller), area_phrase(there.buyer)
        name = f"Asymmetry of dependence, {buyer} on {seller}, inputs, {found.period}"
        made.append(_card(name, found.ratio))
    return tuple(made)


def cards_beside(found: ImportedInputs, known: Sequence[Card]) -> tuple[Card, ...]:
    """Return five cards where some of the goods are known, but no share: inputs first."""
    share, value, *others = inputs_cards(found)
    return (share, *known, *others, value)[:5]


def _most_exposed(way: Direction) -> Iterator[Card]:
    if way.first is not None:
        yield _card(_share_name(way, f" for {sector_name(way.sectors[0].code).lower()}"), way.first)


def _share_name(way: Direction, sector: str = "") -> str:
    seller, buyer = possessive(area_phrase(way.seller)), possessive(area_phrase(way.buyer))
    return f"{seller} share of {buyer} imported inputs{sector}, {way.share.definition.period}"


def _value_name(way: Direction) -> str:
    period = way.value.definition.period
    return f"Inputs from {area_phrase(way.seller)} to {area_phrase(way.buyer)}, {period}"


def _card(name: str, figure: Figure) -> Card:
    value, unit = value_on_card(figure)
    counted = "Inputs that crossed the border, goods and services, at basic prices"
    most = moved_by(figure)
    return Card(
        name=phrasing.capital(name),
        figure=figure,
        value=value,
        unit=unit,
        bar=bar_of(figure),
        range=range_on_card(figure),
        definition=f"{counted}; most influential choice: {most}." if most else f"{counted}.",
        tag="computed",
        source=source_info("icio").publisher + " input-output tables",
        caveats=tuple(item.id for item in figure.caveats),
    )


def inputs_state(found: ImportedInputs, claims: int | None) -> tuple[tuple[str, str], ...]:
    """Return data, number of definitions and of claims, as pairs of word and text."""
    rows = [
        (
            "Data",
            f"input-output tables, {found.period}; no share or value of these goods is available",
        )
    ]
    if specifications := found.there.share.specifications:
        rows.append(("Definitions", str(len(specifications.items))))
    if claims is not None:
        rows.append(("Claims", str(claims)))
    return tuple(rows)
