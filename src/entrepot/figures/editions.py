"""Lists and elasticities in the editions of the data: which codes count, and what hangs on them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast, get_args

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import availability_of, not_loaded
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.questions import of as question
from entrepot.figures.rows import SourceRows, everything
from entrepot.goods import Links, Variant, goods_selection
from entrepot.goods.links import steps
from entrepot.goods.list_conversion import expanded
from entrepot.goods.parse import has_list, parse
from entrepot.goods.weights import ConversionWeights, estimate_weights
from entrepot.lake import fetch
from entrepot.model.product import NO_CODES, UNNAMED, edition, harmonized
from entrepot.sources import bring_in
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.figures.availability import Availability
    from entrepot.figures.definition import Definition
    from entrepot.figures.rows import Goods
    from entrepot.goods import Selection
    from entrepot.lake import Lake

_LINKS: dict[tuple[str, ...], Links] = {}
"""The tables of the lake asked last: building them takes longer than most questions."""


def links_loaded(lake: Lake) -> Links | None:
    """Return the tables between editions that the lake holds; None if there are none."""
    availability_of = [one for one in lake.holdings() if one.table == "correlations"]
    if not availability_of:
        return None
    # By content: two lakes with the same tables share them.
    key = tuple(sorted(one.snapshot for one in availability_of))
    if key not in _LINKS:
        rows = lake.table("correlations").filter(nw.col("kind") == "correlation")
        names = ("from_nomenclature", "from_code", "to_nomenclature", "to_code")
        _LINKS.clear()
        _LINKS[key] = Links(_newest_first(fetch(rows.select(*names))))
    return _LINKS[key]


def _newest_first(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, str, str, str]]:
    for one, code, other, other_code in rows:
        if not (one.startswith("HS") and other.startswith("HS")):
            continue
        # Names of editions sort by year (HS1992 to HS2022); a table may be in either direction.
        yield (one, code, other, other_code) if one > other else (other, other_code, one, code)


def goods_in(
    definition: Definition,
    editions: tuple[str, ...],
    lake: Lake,
    concordance: str | None = None,
) -> Goods:
    """Return the goods of a definition in every edition of the data.

    Raises
    ------
    RequestError
        If a list cannot be followed into one of them.
    NoEvidenceError
        If weights are asked for and cannot be estimated.
    """
    if definition.goods == "all":
        return (everything(),)
    concordance = concordance or definition.concordance
    # Looked up before the words are read again, for a curve asks hundreds of times.
    known = ("goods", definition.goods, concordance, editions)
    if known in lake.found:
        found: Goods = lake.found[known]
        return found
    # Codes that the asker wrote are used as written, whatever the edition.
    if not has_list(definition.goods):
        found = tuple(goods_selection(definition.goods, nomenclature=name) for name in editions)
    elif concordance == "weighted":  # weights are of the period, so they are not kept
        links = links_loaded(lake)
        return tuple(weighted_selection(definition, name, lake, links) for name in editions)
    else:
        found = _followed(definition.goods, concordance, editions, lake)
    lake.found[known] = found
    return found


def _followed(goods: str, concordance: str, editions: tuple[str, ...], lake: Lake) -> Goods:
    links = links_loaded(lake)
    # All editions at once: families have to be closed over all
    # of them, or a series would change its goods on the way.
    hs = tuple(dict.fromkeys(harmonized(name).id for name in editions if name != UNNAMED))
    return tuple(
        goods_selection(
            goods,
            nomenclature=name,
            variant=cast("Variant", concordance),
            links=links,
            editions=hs,
        )
        for name in editions
    )


def other_goods(definition: Definition, goods: Goods, lake: Lake) -> Iterator[Goods]:
    """Yield the goods followed in every other way that selects something else."""
    if not any(one.lists for one in goods):
        return
    editions = tuple(one.nomenclature for one in goods)
    seen = {_codes(goods)}
    for variant in get_args(Variant):
        try:
            other = goods_in(definition, editions, lake, variant)
        except (RequestError, NoEvidenceError):
            continue
        codes = _codes(other)
        # A way that leaves nothing in one of the editions would be no trade there.
        if all(one.codes or one.prefixes for one in other) and codes not in seen:
            seen.add(codes)
            yield other


def _codes(goods: Goods) -> tuple[object, ...]:
    return tuple((one.nomenclature, one.codes, one.prefixes, one.weights) for one in goods)


def uncertain_code_shares(
    cells: SourceRows, asked: Definition, goods: Goods, lines: Sequence[tuple[Any, ...]]
) -> dict[str, float] | None:
    """Return the share of the value that lies on codes one should know about.

    `lines` are `amounts_by_code` of the same question.

    Returns
    -------
    dict or None
        ``split``: codes whose family over the editions has goods that are not listed; ``ex``:
        codes of which the list covers a part; ``uncertain``: codes that rest on no official text,
        or on an inferred day; ``new``: codes that stand for a listed code of another number. They
        can overlap. None where no list is asked for or nothing was traded.
    """
    if not any(one.lists for one in goods):
        return None
    how = question(asked.measure)
    if cells.available.has_sums or how.trade in ("own", "beside", "panel", "chain", "world"):
        table = cells.flow(asked, goods).group_by("nomenclature", "product")
        sums = fetch(table.agg(nw.col(cells.column(asked)).sum()))
    else:  # the rows behind the flow are those of its evidence
        sums = [(line[0], line[1], line[-2]) for line in lines]
    values = [(name, code, value or 0.0) for name, code, value in sums]
    total = sum(value for _, _, value in values)
    if not total:
        return None
    kinds = {"split": "mixed", "ex": "partial", "uncertain": "uncertain", "new": "substituted"}
    found = {}
    for key, attribute in kinds.items():
        by_edition = {}
        for one in goods:
            codes = getattr(one, attribute)
            by_edition[one.nomenclature] = (
                {used for _, used in codes} if key == "new" else set(codes)
            )
        found[key] = (
            sum(
                value
                for name, code, value in values
                # A list may name lines of eight digits or
                # codes of six; rows may be finer than both.
                if not by_edition.get(name, set()).isdisjoint((code, code[:6]))
            )
            / total
        )
    return found


def traded(asked: Definition, edition: str, codes: Iterable[str], lake: Lake) -> dict[str, float]:
    """Return how much of each six-digit code was traded, from rows told in one edition.

    Parameters
    ----------
    asked
        Source, period and areas; its goods and measure do not count.
    edition
        Edition of the Harmonized System, or of it as a national tariff has it, of the rows taken.

    Raises
    ------
    NoEvidenceError
        If the source has no rows of that edition in the period.
    """
    source = asked.source or ""
    deliveries = availability_of(lake, source, [asked.period])
    if isinstance(deliveries, NoAnswer):
        raise NoEvidenceError(deliveries.reason)
    for delivery in deliveries:  # of years, quarters, months
        if found := _traded(asked.but(goods="", measure="value"), edition, codes, lake, delivery):
            return found
    raise NoEvidenceError(
        f"the lake's {source} has no such goods in {edition} in {asked.period}",
        hint="name a source and a period with data in the list's own edition",
    )


def _traded(
    asked: Definition, edition: str, codes: Iterable[str], lake: Lake, delivery: Availability
) -> dict[str, float]:
    here = [name for name in delivery.nomenclatures if _edition_of(name) == edition]
    if not here:
        return {}
    wanted = replace(everything(), codes=frozenset(codes))
    goods = tuple(replace(wanted, nomenclature=name) for name in here)
    cells = SourceRows(lake, delivery, "importer" if delivery.has_reports else None)
    rows = cells.flow(asked, goods).filter(nw.col("nomenclature").is_in(here))
    code, column = nw.col("product").str.slice(0, 6), cells.column(asked)
    table = rows.group_by(code.alias("six")).agg(nw.col(column).sum())
    return {six: float(value or 0.0) for six, value in fetch(table)}


def _edition_of(nomenclature: str) -> str:
    return "" if nomenclature == NO_CODES else harmonized(nomenclature).id


# A list in another edition by weights that are estimated from the lake's own reports.


REPORTS = "comtrade"
_NO_WEIGHT = "no reporter that changed the edition on time imported {}, so its split is not known"


def weighted_selection(
    definition: Definition, nomenclature: str, lake: Lake, links: Links | None
) -> Selection:
    """Return every code that can hold listed goods, with the share of it that does.

    Raises
    ------
    NoEvidenceError
        If the tables or the reports that weights are estimated from are not held.
    """
    wide = goods_selection(
        definition.goods, nomenclature=nomenclature, variant="upper", links=links
    )
    parts = parse(definition.goods)
    entries = [entry for part in parts for entry in part.entries]
    named = tuple(part.key for part in parts if part.kind == "code")
    own = {entry.edition for entry in entries}
    here = harmonized(nomenclature).id
    split = sorted(code for code in wide.mixed if len(code) == 6 and not code.startswith(named))
    # The list's own edition, or no code that has other goods: nothing to divide.
    if own == {here} or not split:
        return replace(wide, weights=())
    if len(own) != 1:
        raise NoEvidenceError(
            "weights need a list in one edition, and this one has several",
            hint="leave --concordance weighted out",
        )
    [home] = own
    if links is None:
        tables = ("tables between editions of the United Nations", bring_in("concordance"))
        raise not_loaded([tables, *_missing_reports(lake, _path(here, home))])
    listed = {code for entry in entries for code in expanded(entry.code, home)}
    weights = weights_between(lake, links, here, home, split)
    shares = {code: _listed_share(weights, code, listed) for code in split}
    guessed = {
        one.code for one in weights.splits if one.guessed and 0 < shares.get(one.code, 0) < 1
    }
    # Equal parts are a guess; a figure leaves such codes out and names them.
    lost = {code: _NO_WEIGHT.format(code) for code in sorted(guessed.union(weights.nowhere))}
    return replace(
        wide,
        codes=frozenset(
            code for code in wide.codes or () if shares.get(code, 1.0) > 0 and code not in lost
        ),
        weights=tuple(
            (code, share) for code, share in shares.items() if 0 < share < 1 and code not in lost
        ),
        missing=(*wide.missing, *lost.items()),
    )


def _listed_share(weights: ConversionWeights, code: str, listed: set[str]) -> float:
    there = weights.of(code)
    # Exactly 0 or 1: a sum of weights such as 0.1 + 0.2 + 0.7 would only come close.
    if listed.isdisjoint(there) or listed.issuperset(there):
        return float(listed.issuperset(there) and bool(there))
    return sum(weight for other, weight in there.items() if other in listed)


def weights_between(
    lake: Lake, links: Links, nomenclature: str, other: str, codes: list[str] | None = None
) -> ConversionWeights:
    """Estimate weights from one edition to another from reports of imports in the lake.

    Raises
    ------
    RequestError
        If the two are one edition.
    NoEvidenceError
        If the lake lacks reports of the year before and the year of a change of edition.
    """
    nomenclature, other = edition(nomenclature).id, edition(other).id
    if nomenclature == other:
        raise RequestError(
            f"from {nomenclature} to itself there is nothing to split", hint="name two editions"
        )
    path = _path(nomenclature, other)
    if missing := _missing_reports(lake, path):
        raise not_loaded(missing)
    found: ConversionWeights | None = None
    for source, target in path:
        # The year of a change is that of the newer edition, in whichever direction.
        newer, older = sorted((source, target), reverse=True)
        year = edition(newer).in_force.year
        before = _imports(lake, older, year - 1)
        after = _imports(lake, newer, year)
        step = estimate_weights(before, after, links, source, target, codes=codes)
        found = found.then(step) if found else step
        # The next step has to divide what this one leads to.
        codes = None if codes is None else sorted({one.other_code for one in step.splits})
    assert found is not None
    return found


def _path(nomenclature: str, other: str) -> list[tuple[str, str]]:
    """Return the pairs of neighbouring editions that lead from one to another."""
    path = list(steps(nomenclature, other))
    if nomenclature == path[-1][1]:
        path = [(older, newer) for newer, older in reversed(path)]
    return path


def _missing_reports(lake: Lake, path: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return which reports of imports weights need and the lake lacks, all years at once."""
    years: set[tuple[int, str]] = set()
    for pair in path:
        newer, older = sorted(pair, reverse=True)
        year = edition(newer).in_force.year
        for which, when in ((older, year - 1), (newer, year)):
            if not lake.holds(REPORTS) or not fetch(_imports(lake, which, when).head(1)):
                years.add((when, which))
    if not years:
        return []
    named = ", ".join(f"{year} ({which})" for year, which in sorted(years))
    span = f"{min(years)[0]}..{max(years)[0]}" if len(years) > 1 else f"{min(years)[0]}"
    return [(f"imports in {REPORTS} of {named}", f"entrepot data get {REPORTS} --period {span}")]


def _imports(lake: Lake, nomenclature: str, year: int) -> nw.LazyFrame:  # type: ignore[type-arg]
    rows = lake.flows(REPORTS).filter(
        nw.col("reported_by") == "importer",
        nw.col("freq") == "A",
        nw.col("nomenclature") == nomenclature,
        nw.col("period").dt.year() == year,
        # Re-imports are no purchase abroad by which a switcher shows its codes.
        nw.col("exporter") != nw.col("importer"),
    )
    return rows.select(
        nw.col("importer").alias("reporter"), "product", nw.col("value_usd").alias("value")
    )


ELASTICITY = "elasticity"
"""Column that rows get: above zero, by how many per cent imports fall if they get 1 % dearer."""
BASIS = "elasticity_basis"
"""Column that rows get: what that number is, see `with_elasticities`."""

_ESTIMATED_IN = "HS2007"
"""Edition of the elasticities of CEPII."""


@dataclass(frozen=True, slots=True)
class Elasticity:
    """An elasticity above zero, and what it is; see `with_elasticities`."""

    value: float
    basis: str


def with_elasticities(
    rows: nw.LazyFrame[Any], lake: Lake, editions: Iterable[str]
) -> nw.LazyFrame[Any]:
    """Put beside each row the elasticity of its six digits, and what it is; null where unknown.

    It is ``estimated`` for the code itself; ``heading average`` where that estimate was not
    significant or of the wrong sign; ``family average`` where the code is of another edition and
    not the whole of its family, alone in both.

    Raises
    ------
    NoEvidenceError
        If the lake holds no elasticities, or no tables between their edition and the data's.
    """
    named = [name for name in editions if name != NO_CODES]
    if UNNAMED in named:
        raise NoEvidenceError(
            "no elasticities for codes without an HS edition",
            why="elasticities apply to one edition, and the data do not name theirs",
            hint="give one elasticity for all codes: --sigma 4",
        )
    wanted = {name: harmonized(name).id for name in named}
    found = elasticities_in(lake, set(wanted.values()))
    # repr of a float is the shortest text that reads back as the same number; texts are quoted by
    # `literal`, so that no code can end a literal.
    lines = ", ".join(
        f"({literal(name)}, {literal(code)}, {one.value!r}, {literal(one.basis)})"
        for name, edition in sorted(wanted.items())
        for code, one in sorted(found[edition].items())
    )
    if not lines:
        raise NoEvidenceError("no product has an elasticity")
    columns = f"nomenclature, __six, {ELASTICITY}, {BASIS}"
    query = f"SELECT * FROM (VALUES {lines}) AS t({columns})"
    known = nw.from_native(lake.connection.sql(query))
    six = rows.with_columns(nw.col("product").str.slice(0, 6).alias("__six"))
    return six.join(known, on=["nomenclature", "__six"], how="left").drop("__six")


def elasticities_in(lake: Lake, editions: Iterable[str]) -> dict[str, dict[str, Elasticity]]:
    """Return the elasticity of each code of some editions.

    A code of the edition in which they were estimated has its own, or the average of its heading.
    In another edition it has the average over the codes of its family, the smallest group that
    holds the same goods in both.

    Raises
    ------
    NoEvidenceError
        If the lake holds no elasticities, or no tables between the editions.
    """
    editions = tuple(editions)
    if not lake.holds("elasticities"):
        # Both at once: who brings one in is not told of the other afterwards.
        later = [one for one in editions if one != _ESTIMATED_IN]
        tables = bool(later) and links_loaded(lake) is None
        needs = [("elasticities", bring_in("elasticities"))]
        if tables:
            words = f"tables from {_ESTIMATED_IN} to {' and '.join(later)}"
            needs.append((words, bring_in("concordance")))
        raise not_loaded(needs)
    # Kept with this state of the lake, as all families of two editions are gone through.
    own = lake.remembered.get("elasticities", partial(_own, lake))
    return {
        edition: lake.remembered.get(
            ("elasticities", edition), partial(_translated, own, edition, lake)
        )
        for edition in editions
    }


def _own(lake: Lake) -> dict[str, dict[str, Elasticity]]:
    """Return elasticities by the edition they were estimated in."""
    columns = ("nomenclature", "product", "elasticity", "heading_elasticity")
    found: dict[str, dict[str, Elasticity]] = {}
    for of, code, value, average in fetch(lake.table("elasticities").select(*columns)):
        chosen = average if value is None else value
        if chosen is not None and chosen < 0:  # the reaction of trade to a price, turned
            basis = "heading average" if value is None else "estimated"
            found.setdefault(of, {})[code] = Elasticity(-chosen, basis)
    return found


def _translated(
    own: dict[str, dict[str, Elasticity]], edition: str, lake: Lake
) -> dict[str, Elasticity]:
    found: dict[str, Elasticity] = {}
    for old, values in own.items():
        if old == edition:
            found |= values
            continue
        links = links_loaded(lake)
        if links is None:
            raise NoEvidenceError(
                (
                    f"elasticities are of {old}, the data of {edition}, and no correlation "
                    "tables between the two are loaded"
                ),
                hint="entrepot data get concordance",
            )
        found |= dict(_of_families(values, links.families(edition, old), edition, old))
    return found


def _of_families(
    values: dict[str, Elasticity], families: Any, edition: str, old: str
) -> Iterator[tuple[str, Elasticity]]:
    for (name, code), family in families.items():
        # It gathers remainders of many codes: no average over some of them stands for it.
        if name != edition or family.gathers:
            continue
        known = [values[one] for one in family.codes(old) if one in values]
        if known:
            # One code in either edition: the same goods under another number.
            is_one_code = len(family.codes(old)) == len(family.codes(edition)) == 1
            basis = known[0].basis if is_one_code else "family average"
            yield code, Elasticity(statistics.fmean(one.value for one in known), basis)
