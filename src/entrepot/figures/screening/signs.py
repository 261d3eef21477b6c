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

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from entrepot.figures.figure import Figure
    from entrepot.lake import Lake

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
            SELECT c.six, k.destination, sum(n.lines) AS lines
            FROM firsts f JOIN variants v USING (case_id) JOIN counted n USING (case_id)
            JOIN cases c ON v.base = c.case_id JOIN facts k USING (route_id)
            WHERE f.grade <= {NOT_KNOWN} AND k.diversion AND c.six IS NOT NULL AND n.lines > 0
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


def find_signs(
    work: Work, is_hub: Callable[[str, str], bool | None] | None
) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """Find the five signs of each line: 2 for yes, 1 for no, 0 where nothing can be said.

    Returns
    -------
    dict of str
        By sign, one number a line.
    ndarray
        Whether signs apply to a line.
    """
    import numpy as np

    _find_hubs(work, is_hub)
    of_case = work.db.execute(
        """
        SELECT f.diversion, f.by_russia,
            1 + EXISTS (SELECT 1 FROM high h WHERE h.code_id = c.code_id
                AND c.on_day BETWEEN h.first AND h.last)::TINYINT AS "P",
            coalesce(1 + u.hub::TINYINT, 0) AS "H"
        FROM variants v JOIN cases c ON v.base = c.case_id JOIN facts f USING (route_id)
        LEFT JOIN hubs u ON c.six = u.six AND f.destination = u.destination
        ORDER BY v.case_id
        """
    ).fetchnumpy()

    def of_line(name: str) -> NDArray[Any]:
        found = np.asarray(of_case[name])[work.case_of] if len(of_case[name]) else work.case_of * 0
        return np.where(work.case_of >= 0, found, 0).astype(np.int8)

    applies = of_line("diversion") > 0
    signs = {"P": of_line("P"), "H": of_line("H"), **_of_consignees(work, of_line("by_russia"))}
    signs["V"] = _dear(work)
    return {name: np.where(applies, found, 0) for name, found in signs.items()}, applies


def _of_consignees(work: Work, by_russia: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return which lines are the first to their consignee, and which go by Russia or a zone.

    Where no consignee is in a zone, the route decides, and says nothing where it names no country.
    """
    import numpy as np
    import pyarrow as pa

    none = np.zeros(len(work.at), np.int8)
    if "consignee" not in work.places:
        # Without route and consignee nothing can be said.
        return {"N": none, "R": by_russia}
    texts = work.texts["consignee"]
    put(
        work,
        "consignees",
        {"n": (range(len(texts.texts)), pa.int32()), "name": (texts.texts, pa.string())},
    )
    rows = work.db.execute(
        f"SELECT upper(trim(name)), regexp_matches(name, '{_FREE_ZONES}', 'i') FROM consignees "
        "ORDER BY n"
    ).fetchall()
    keys = {name: place for place, name in enumerate(dict.fromkeys(name for name, _ in rows))}
    firm = np.array([keys[name] for name, _ in rows], np.int32)[texts.of]
    zone = np.array([is_zone for _, is_zone in rows], bool)[texts.of]
    # Over all lines of the file: an earlier shipment on another route is one, too.
    days = np.array([day.toordinal() if day else 2**30 for day in work.days], np.int64)
    key = days[work.texts["date"].of] * 2**32 + work.cells["row"].to_numpy()[work.at]
    first = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(first, firm, key)
    named = firm != keys.get("", -1)
    return {"N": np.where(named, 1 + (first[firm] == key), 0), "R": np.where(zone, 2, by_russia)}


def _dear(work: Work) -> NDArray[Any]:
    """Return which lines have a value per kg above twice the median of their code."""
    import numpy as np
    import pyarrow as pa

    found = np.zeros(len(work.at), np.int8)
    lines = work.good[
        (work.amounts["value"][work.good] > 0) & (work.amounts["mass"][work.good] > 0)
    ]
    # One code may be read in several editions; its goods are compared all the same.
    names = {digits: place for place, digits in enumerate(dict.fromkeys(work.digits))}
    code = np.array([names[digits] for digits in work.digits], np.int32)[work.code_of[lines]]
    unit = work.amounts["value"][lines] / work.amounts["mass"][lines]
    put(work, "units", {"code": (code, pa.int32()), "unit": (unit, pa.float64())})
    rows = work.db.execute(
        f"SELECT code, median(unit) FROM units GROUP BY 1 HAVING count(*) >= {_MEDIAN_OF}"
    ).fetchall()
    medians = np.full(len(names), np.nan)
    for place, median in rows:
        medians[place] = median
    known = ~np.isnan(medians[code])
    found[lines[known]] = 1 + (unit > 2 * medians[code])[known]
    return found
