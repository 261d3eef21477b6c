"""Five signs that a shipment may go on to Russia: counted where they apply, and never weighted.

Three come from the file and its lists. The hub comes from loaded statistics: whether exports of the
code to the destination and from there to Russia have grown suddenly, goods may have been rerouted,
or arrivals are missing. A sign that nothing can be said of is neither yes nor no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.figures.asking import ask
from entrepot.figures.screening.lines import Work, columns_of, put
from entrepot.goods.screening import NOT_KNOWN, RUSSIA
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.figures.figure import Figure
    from entrepot.lake import Lake

__all__ = ["find_signs", "hubs_in"]

_MEDIAN_OF = 5  # shipments of a code, with value and mass, that make a median
# Legal forms and zones of the Emirates, and the Turkish word: whole words, as FZ alone is short.
_FREE_ZONES = r"\b(FZE|FZCO|FZC|FZ-?LLC|FZ|DMCC|JAFZA|DAFZA|free (trade )?zone|freezone|serbest)\b"
_MOST_PAIRS = 40
"""Codes and destinations that statistics are asked about, those of most lines first."""
_BASE = 2021  # the last year before the measures of 2022
_SUDDEN = 1.0
"""Growth that counts as sudden: at least a doubling."""


def hubs_in(lake: Lake) -> Callable[[str, str], bool | None] | None:
    """Return what says whether loaded statistics show a destination as a hub for a code.

    It is one if goods may have been rerouted through it, if arrivals from the coalition are
    missing, or if both the coalition's exports to it and its exports to Russia at least doubled
    since 2021. None without statistics of 2021 and a later year.
    """
    years = {
        period.start.year
        for one in lake.holdings()
        if one.table == "flows"
        for period in one.periods
    }
    later = max((year for year in years if year > _BASE), default=None)
    if later is None or _BASE not in years:
        return None

    def value(measure: str, importer: str, exporter: str, code: str, **more: str) -> float | None:
        keys: dict[str, Any] = {"importer": importer, "exporter": exporter, "goods": code, **more}
        found: Figure = ask(measure, lake=lake, period=str(later), base=str(_BASE), **keys)
        return found.value if found.status == "ok" else None

    def is_hub(code: str, destination: str) -> bool | None:
        into = value("growth", destination, "coalition", code)
        onward = value("growth", RUSSIA, destination, code)
        # Both ways have to grow: a hub that only buys more may use more.
        grown = None if into is None or onward is None else min(into, onward) >= _SUDDEN
        rerouted = value("rerouted", RUSSIA, "coalition", code, hubs=destination)
        missing = value("missing_arrivals", destination, "coalition", code)
        said = [grown, *(None if one is None else one > 0 for one in (rerouted, missing))]
        known = [one for one in said if one is not None]
        # One sign is enough; with none known it is neither yes nor no.
        return any(known) if known else None

    return is_hub


def _find_hubs(work: Work, is_hub: Callable[[str, str], bool | None] | None) -> None:
    """Ask the statistics once for each code and destination of lines with a result."""
    import pyarrow as pa

    pairs: list[tuple[str, str, int]] = []
    if is_hub:
        pairs = work.db.execute(
            f"""
            SELECT left(l.digits, 6) AS six, l.destination, count(*) AS lines
            FROM lines l JOIN firsts f ON l.row = f.row
            JOIN routes r ON l.dispatch = r.dispatch AND l.destination = r.destination
                AND l.origin IS NOT DISTINCT FROM r.origin AND l.via = r.via
            JOIN facts k ON r.route_id = k.route_id
            WHERE f.grade <= {NOT_KNOWN} AND k.diversion AND length(l.digits) >= 6
            GROUP BY 1, 2 ORDER BY lines DESC, 1, 2
            """
        ).fetchall()
    if len(pairs) > _MOST_PAIRS:
        work.notes.append(
            f"Statistics were asked about {_MOST_PAIRS} of {len(pairs)} pairs of code and "
            "destination; of the others the sign H is not known."
        )
    found = [
        (six, destination, is_hub(six, destination) if is_hub else None)
        for six, destination, _ in pairs[:_MOST_PAIRS]
    ]
    kinds = (pa.string(), pa.string(), pa.bool_())
    put(work, "hubs", columns_of(("six", "destination", "hub"), kinds, found))


def find_signs(work: Work, is_hub: Callable[[str, str], bool | None] | None) -> None:
    """Count the five signs of each line that they apply to; a missing one is neither yes nor no."""
    _find_hubs(work, is_hub)
    has_consignee = "consignee" in work.places
    consignee = "upper(trim(l.consignee))"
    first = "NULL::BOOLEAN"
    if has_consignee:
        # Over all lines of the file: an earlier shipment on another route is one, too.
        keep(
            work.db,
            "first_to_consignee",
            f"""
            SELECT l.row FROM lines l WHERE {consignee} <> ''
            QUALIFY 1 = row_number() OVER (
                PARTITION BY {consignee} ORDER BY l.day NULLS LAST, l.row)
            """,
        )
        first = (
            f"CASE WHEN {consignee} <> '' THEN l.row IN (SELECT row FROM first_to_consignee) END"
        )
    zone = f"regexp_matches(l.consignee, '{_FREE_ZONES}', 'i')"
    # NULL OR false is NULL in SQL: without route and consignee nothing can be said.
    route = "f.by_russia" if "via" in work.places else ("false" if has_consignee else "NULL")
    keep(
        work.db,
        "medians",
        f"""
        SELECT digits, median(value / mass) AS median FROM lines
        WHERE value > 0 AND mass > 0 AND problem = '' GROUP BY digits
        HAVING count(*) >= {_MEDIAN_OF}
        """,
    )
    keep(
        work.db,
        "signs",
        f"""
        SELECT l.row, r.route_id,
            EXISTS (SELECT 1 FROM high h WHERE h.code_id = l.code_id
                AND l.on_day BETWEEN h.first AND h.last) AS "P",
            u.hub AS "H",
            {first} AS "N",
            ({route} OR {zone if has_consignee else "false"}) AS "R",
            CASE WHEN l.value > 0 AND l.mass > 0 THEN l.value / l.mass > 2 * m.median END AS "V"
        FROM lines l JOIN routes r ON l.dispatch = r.dispatch AND l.destination = r.destination
            AND l.origin IS NOT DISTINCT FROM r.origin AND l.via = r.via
        JOIN facts f ON r.route_id = f.route_id
        LEFT JOIN medians m ON l.digits = m.digits
        LEFT JOIN hubs u ON left(l.digits, 6) = u.six AND l.destination = u.destination
        WHERE l.problem = '' AND f.diversion
        """,
    )
