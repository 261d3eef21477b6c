"""Which lists bind each line, and what its code meets: found once for routes and codes."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from entrepot.figures.screening.cells import countries_in
from entrepot.figures.screening.lines import MetEntry, Work, columns_of, days_of, different, put
from entrepot.goods import goods_lists
from entrepot.goods.match import Matcher, stretches
from entrepot.goods.screening import (
    NO_LIST,
    NOT_KNOWN,
    NOT_LISTED,
    PART,
    RUSSIA,
    Regime,
    Route,
    grade_of,
    reason_of,
    regimes_of,
    without_list,
)
from entrepot.model.areas import area_set
from entrepot.model.display import first_of
from entrepot.model.product import NATIONAL
from entrepot.sources import bring_in
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.goods import GoodsList, Links, ListEntry
    from entrepot.goods.match import Match

_PRIORITY = ("eu-xl", "chpl")
_OPEN = NOT_KNOWN * 1000 + 950
"""Rank from which an entry is a text that was not read, and no code of a list."""
_SHOWN = 6
"""Texts that a note names."""
_CERTAINTIES = ("whole", "ex", "part", "subheading", "edition")


def find_routes(work: Work) -> None:
    """Find out once for each route which regimes bind it, and when."""
    import numpy as np
    import pyarrow as pa

    # A file has few routes, whatever its lines: what binds them is found in Python, once for each.
    key = np.zeros(len(work.good), np.int64)
    sides: list[list[str]] = []
    for role in ("from", "to", "origin", "via"):
        texts = work.texts[role]
        meant = [one or "" for one in work.areas.get(role, texts.texts)]
        known = sorted(set(meant))
        places = np.array([known.index(one) for one in meant], np.int64)
        key = key * len(known) + places[texts.of[work.good]]
        sides.append(known)
    routes, found = different(key)
    work.routes = []
    for route in routes.tolist():
        parts = []
        for known in reversed(sides):
            route, place = divmod(route, len(known))
            parts.append(known[place])
        work.routes.append((parts[3], parts[2], parts[1], parts[0]))
    work.route_of = np.full(len(work.at), -1, np.int32)
    work.route_of[work.good] = found
    if unread := [via for via in sides[3] if via and countries_in(via) is None]:
        work.notes.append(
            f"Routes that name no country: {first_of([repr(one) for one in unread], _SHOWN)}. "
            "Transit through Russia cannot be screened for them."
        )
    applies: list[tuple[int, int, date, date, str]] = []
    facts: list[tuple[int, str, bool, int, bool, str]] = []
    used, _ = different(work.texts["date"].of[work.good])
    last = max((work.days[one] or work.today for one in used.tolist()), default=work.today)
    # The coalition has members from the end of February 2022 on; earlier, its name is an error.
    partners = area_set("coalition", max(last, date(2022, 3, 1))) | area_set("EU", last)
    # With lists that somebody chose, others are loaded all the same.
    loaded = (*work.regimes, *regimes_of(list(goods_lists(skip_broken=True)), ()))
    for number, (dispatch, destination, origin, via) in enumerate(work.routes):
        through = countries_in(via) if "via" in work.places else None
        route_ = Route(dispatch, destination, origin, through)
        for place, regime in enumerate(work.regimes):
            applies += [(number, place, *days) for days in regime.applies(route_)]
        diversion = dispatch in partners and destination not in (*partners, RUSSIA, "BLR")
        # As the signs have it: 2 yes, 1 no, 0 where the route does not say.
        by_russia = 0 if through is None else 1 + bool(through & {RUSSIA, "BLR"})
        needs = without_list(route_, last, loaded)
        to_russia = dispatch in partners and destination == RUSSIA
        facts.append((number, destination, diversion, by_russia, to_russia, needs))
    number_, day, text, flag = pa.int32(), pa.date32(), pa.string(), pa.bool_()
    names = ("route_id", "regime", "first", "last", "doubt")
    put(work, "applies", columns_of(names, (number_, number_, day, day, text), applies))
    said = ("route_id", "destination", "diversion", "by_russia", "to_russia", "needs")
    put(work, "facts", columns_of(said, (number_, text, flag, number_, flag, text), facts))


def find_spans(work: Work, tariff: str, links: Links | None) -> list[str]:
    """Find out once for each code which entries it meets, and when; return lists left out."""
    import pyarrow as pa

    editions = _editions(work)
    places = _places(work)
    lists = {goods_list.id: goods_list for one in work.regimes for goods_list in one.lists}
    priority = {
        goods_list.id: goods_list
        for goods_list in goods_lists(skip_broken=True)
        if goods_list.id in _PRIORITY
    }
    found: list[tuple[Any, ...]] = []
    high: list[tuple[int, date, date]] = []
    left_out: list[str] = []
    for edition, first, last in editions:
        ids = _ids(work, edition)
        name = f"{tariff}{edition[2:]}" if tariff else edition
        # Priority lists are always matched, as a sign, even where they were not asked for.
        matcher = _matcher(tuple((lists | priority).values()), name, links)
        for span in matcher.spans(ids, first, last):
            one = span.match
            for number in ids[one.code]:
                if one.of.id in priority and _is_sure(one):
                    high.append((number, span.first, span.last))
                for place in places.get(one.of.id, ()):
                    found.append((number, place, span.first, span.last, *_met(work, number, one)))
        found += [
            (number, place, *met)
            for place, regime in enumerate(work.regimes)
            for number, *met in (
                *_doubted(work, regime, edition, first, last),
                *_unread(work, regime, ids, first, last),
            )
        ]
        for list_id, entries in matcher.left_out.items():
            if list_id not in lists:
                continue
            # What was not on the list on any day of these lines cannot bind any of them.
            on = [
                (entry, *days)
                for entry in entries
                for days in stretches(lists[list_id], entry, first, last)
            ]
            if on:
                left_out.append(f"{list_id} for codes of {edition}")
            for number, *met in _unconverted(work, lists[list_id], ids, on):
                found += [(number, place, *met) for place in places[list_id]]
    names = ("code_id", "regime", "first", "last", "grade", "rank", "entry")
    number, day = pa.int32(), pa.date32()
    spans = columns_of(names, (number, number, day, day, number, number, number), found)
    # Of entries that bind alike, the first one is named first.
    put(work, "spans", spans | {"place": (range(len(found)), number)})
    put(work, "high", columns_of(("code_id", "first", "last"), (number, day, day), high))
    return left_out


def _editions(work: Work) -> list[tuple[str, date, date]]:
    """Return the editions in which codes are read, with the first and the last day of each."""
    import numpy as np

    names = sorted({key[1] for key in work.codes.values()})
    of_code = np.full(len(work.digits), -1, np.int32)
    for number, key in work.codes.items():
        of_code[number] = names.index(key[1])
    edition = of_code[work.code_of[work.good]]
    day = days_of(work)[work.texts["date"].of[work.good]]
    found = []
    for place, name in enumerate(names):
        if len(own := day[edition == place]):
            first, last = (date.fromordinal(int(one)) for one in (own.min(), own.max()))
            found.append((name, first, last))
    return found


@lru_cache(maxsize=8)  # a server screens one file after the other against the same lists
def _matcher(lists: tuple[GoodsList, ...], name: str, links: Links | None) -> Matcher:
    return Matcher(lists, name, links, all_of_them=False)


def _places(work: Work) -> dict[str, list[int]]:
    """Return the regimes that a list belongs to, by its id."""
    found: dict[str, list[int]] = {}
    for place, regime in enumerate(work.regimes):
        for goods_list in regime.lists:
            found.setdefault(goods_list.id, []).append(place)
    return found


def _ids(work: Work, edition: str) -> dict[str, list[int]]:
    """Return the numbers of the codes that are read in an edition, by their text."""
    found: dict[str, list[int]] = {}
    for number, (digits, used, _, ex) in work.codes.items():
        if used == edition:
            found.setdefault(f"ex {digits}" if ex else digits, []).append(number)
    return found


def _is_sure(one: Match) -> bool:
    """Whether a code is on a list, or was when its last text was read."""
    return one.certainty in ("whole", "ex") and one.status in ("listed", "not known")


def _met(work: Work, number: int, one: Match) -> tuple[int, int, int]:
    """Return the status that an entry gives a code, its rank and its place among the entries."""
    other = "; ".join(filter(None, (work.doubts.get(number), work.codes[number][2])))
    grade = grade_of(one, other_edition=bool(other))
    # By identity, as entries live as long as their lists.
    key = (id(one.entry), one.status, one.certainty, one.reason, other)
    if key not in work.seen:
        work.seen[key] = len(work.entries)
        work.entries.append(MetEntry(one.of, one.entry, reason_of(one, other_edition=other)))
    # Of entries alike in grade and certainty, the one with the longest code is the most specific;
    # of another tariff, where both are possible, the one with the digits of the line.
    # grade * 1000 + certainty * 100 + this: each place has room for the next.
    shorter = 10 - min(len(one.entry.code), 10)
    other_digits = not work.codes[number][0].startswith(one.entry.code)
    rank = grade * 1000 + _CERTAINTIES.index(one.certainty) * 100 + 2 * shorter + other_digits
    return grade, rank, work.seen[key]


def _doubted(
    work: Work, regime: Regime, edition: str, first: date, last: date
) -> Iterator[tuple[int, date, date, int, int, int]]:
    """Yield the codes that lines may not mean: that one is on no list says nothing of such a line.

    Its rank is that of a text that was not read, before all of these.
    """
    for number, why in work.doubts.items():
        if work.codes[number][1] == edition:
            work.entries.append(MetEntry(regime.lists[0], None, why))
            yield number, first, last, NOT_KNOWN, _OPEN, len(work.entries) - 1


def _unread(
    work: Work, regime: Regime, ids: dict[str, list[int]], first: date, last: date
) -> Iterator[tuple[int, date, date, int, int, int]]:
    """Yield on which days a text whose codes could not be read may list a code."""
    for gap in regime.gaps:
        begins, ends = max(first, gap.since), min(last, gap.until)
        codes = [
            number
            for numbers in ids.values()
            for number in numbers
            if gap.covers(work.codes[number][0])
        ]
        if begins > ends or not codes:
            continue
        work.entries.append(MetEntry(regime.lists[0], None, gap.why))
        place = len(work.entries) - 1
        # A text of few headings says more of a code than one that can list nearly any.
        rank = _OPEN + 1 + len(gap.headings) // 3
        for number in codes:
            yield number, begins, ends, NOT_KNOWN, rank, place


def _unconverted(
    work: Work,
    goods_list: GoodsList,
    ids: dict[str, list[int]],
    on: list[tuple[ListEntry, date, date, str]],
) -> Iterator[tuple[int, date, date, int, int, int]]:
    """Yield what can be said of entries whose codes no table leads to the edition of the lines.

    Equal numbers can be other goods, and other numbers the same: of codes of their headings, or of
    their chapter where they have all of it, it is not known while they are on the list.
    """
    headings: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for entry, begins, ends, _ in on:
        days = headings.setdefault((entry.edition, entry.code[:4]), [])
        if (begins, ends) not in days:
            days.append((begins, ends))
    places: dict[str, int] = {}
    for (edition, heading), days in headings.items():
        numbers = [
            number
            for numbers in ids.values()
            for number in numbers
            if _overlap(work.codes[number][0], heading)
        ]
        if numbers and edition not in places:
            why = f"{goods_list.short}: its codes are of {edition}, and no correlation table that "
            why += f"leads to those of the line is loaded: {bring_in('concordance')}"
            places[edition] = len(work.entries)
            work.entries.append(MetEntry(goods_list, None, why))
        for number, (begins, ends) in itertools.product(numbers, days):
            yield number, begins, ends, NOT_KNOWN, NOT_KNOWN * 1000 + 900, places[edition]


def _overlap(digits: str, heading: str) -> bool:
    """Whether a code and a heading or chapter have goods in common, by their digits."""
    return digits.startswith(heading) or heading.startswith(digits)


_NO_GOODS = """
    and any are article articles at by containing for from good goods half having heading in into
    its kind kinds less more named no not of on one or over per so such than that the their then
    thereof these this to type types under up use used which with work works
"""
"""Words of a wording that say nothing of goods by themselves."""
_REST = re.compile(r"\b(other|others|without|elsewhere|unless|except|parts?|products?)\b")
"""Wordings with one of these words are of what other codes leave over."""
_ONE_WORD = 6
"""Letters of a word that names goods alone: helium; but pitch, peat and tar are words of others."""


def _stem(word: str) -> str:
    return re.sub(r"(?:ies|es|s|y|e)$", "", word) if len(word) > 4 else word


def _wordings(work: Work) -> Iterator[tuple[GoodsList, ListEntry, frozenset[str]]]:
    """Yield the entries whose wording names goods, with the words that say which, cut to stems."""
    lists = {goods_list.id: goods_list for one in work.regimes for goods_list in one.lists}
    nothing = frozenset(_NO_GOODS.split())
    for goods_list in lists.values():
        for entry in goods_list.history:
            if not entry.wording or _REST.search(entry.wording.casefold()):
                continue
            words = re.findall(r"[a-z]{3,}", entry.wording.casefold())
            stems = frozenset(_stem(word) for word in words if word not in nothing)
            longest = max(map(len, words), default=0)
            if len(stems) > 1 or (stems and longest >= _ONE_WORD):
                yield goods_list, entry, stems


def _put_wordings(work: Work) -> str:
    """Keep the wordings of entries; return an expression that few other descriptions pass.

    A code that is on no list may be the wrong code for the goods. So where all words of an entry
    are in the description, the line is “possible”. Wordings are in English and few words long; of
    a description in another language nothing is found.
    """
    import pyarrow as pa

    places = _places(work)
    entries: dict[int, tuple[date, date]] = {}
    words: list[tuple[int, str]] = []
    of: list[tuple[int, int, int]] = []
    found = list(_wordings(work)) if "description" in work.places else []
    for number, (goods_list, entry, stems) in enumerate(found):
        said = f"possible: the description reads like “{entry.wording}”, and the code is not listed"
        work.entries.append(MetEntry(goods_list, entry, said))
        entries[number] = entry.starts, entry.valid_to or date.max
        words += [(number, stem) for stem in sorted(stems)]
        of += [(number, place, len(work.entries) - 1) for place in places[goods_list.id]]
    number, day, text = pa.int32(), pa.date32(), pa.string()
    spans = [(name, *ends) for name, ends in entries.items()]
    put(work, "wordings", columns_of(("wording", "first", "last"), (number, day, day), spans))
    put(work, "wording_words", columns_of(("wording", "stem"), (number, text), words))
    kinds = (number, number, number)
    put(work, "wordings_of", columns_of(("wording", "regime", "entry"), kinds, of))
    # One search for one word of each, the longest, which most lines do not pass.
    longest = {max(sorted(stems), key=len) for _, _, stems in found}
    return f"(?i)({'|'.join(sorted(longest))})" if found else ""


def _put_cases(work: Work) -> int:
    """Bring together the lines of one code and route between two days on which something changes.

    A million lines are a few thousand cases, and what binds a case binds all of its lines.
    """
    import numpy as np
    import pyarrow as pa

    spans = "UNION ALL ".join(
        f"SELECT first, last FROM {name} "
        for name in ("applies", "spans", "high", "windows", "wordings")
    )
    # As numbers: there is no day after the last one.
    first, last = (f"date_diff('day', DATE '0001-01-01', {one})" for one in ("first", "last"))
    changes = work.db.execute(
        f"SELECT DISTINCT unnest([{first} + 1, {last} + 2]) AS day FROM ({spans}) ORDER BY 1"
    ).fetchnumpy()["day"]
    days, dates = days_of(work), work.texts["date"]
    epochs, epoch = np.unique(np.searchsorted(changes, days, "right"), return_inverse=True)
    # Any day stands for all days of its stretch.
    day_of = np.zeros(len(epochs), np.int64)
    day_of[epoch] = days
    undated = np.array([not text for text in dates.texts], bool)
    date_of = dates.of[work.good]
    key = work.code_of[work.good] * np.int64(len(work.routes)) + work.route_of[work.good]
    key = (key * len(epochs) + epoch[date_of]) * 2 + undated[date_of]
    cases, found = different(key)
    work.case_of = np.full(len(work.at), -1, np.int32)
    work.case_of[work.good] = found
    rest = cases // 2
    code, route = np.divmod(rest // len(epochs), max(len(work.routes), 1))
    on_day = day_of[rest % len(epochs)] - date(1970, 1, 1).toordinal()
    digits = [work.digits[one] for one in code.tolist()]
    put(
        work,
        "cases",
        {
            "case_id": (np.arange(len(cases)), pa.int32()),
            "code_id": (code, pa.int32()),
            "route_id": (route, pa.int32()),
            "on_day": (on_day.astype("datetime64[D]"), pa.date32()),
            "undated": (cases % 2 == 1, pa.bool_()),
            "national": ([one.startswith(NATIONAL) for one in digits], pa.bool_()),
            "six": ([one[:6] if len(one) >= 6 else None for one in digits], pa.string()),
        },
    )
    return len(cases)


def _find_described(work: Work, words: str, cases: int) -> None:
    """Part the lines of a case by the entries of lists that their descriptions name."""
    import numpy as np
    import pyarrow as pa

    # Only under a list that names goods in words, and only where the code meets nothing of it.
    rows = work.db.execute(
        f"""
        SELECT DISTINCT b.case_id FROM bound b SEMI JOIN wordings_of o ON b.regime = o.regime
        LEFT JOIN met m ON b.case_id = m.case_id AND b.regime = m.regime
        WHERE coalesce(m.grade, {NOT_LISTED}) > {PART}"""
    ).fetchnumpy()["case_id"]
    lines = np.flatnonzero(np.isin(work.case_of, rows))
    texts = pa.nulls(0, pa.string())
    if words:
        texts = work.cells.column(work.places["description"]).take(work.at[lines])
    else:
        lines = lines[:0]
    work.db.register(
        "open_lines", pa.table({"n": lines, "case_id": work.case_of[lines], "description": texts})
    )
    keep(
        work.db,
        "described_lines",
        f"""
        WITH line AS (
            SELECT n, case_id, lower(description) AS said
            FROM (SELECT n, case_id, CAST(description AS VARCHAR) AS description FROM open_lines)
            WHERE regexp_matches(description, '{words or "$^"}')),
        word AS (
            SELECT n, case_id, unnest(list_distinct(list_transform(
                string_split_regex(said, '[^a-z]+'),
                lambda one: CASE WHEN length(one) > 4
                    THEN regexp_replace(one, '(ies|es|s|y|e)$', '') ELSE one END))) AS stem
            FROM line),
        whole AS (
            SELECT w.n, w.case_id, i.wording FROM word w JOIN wording_words i USING (stem)
            JOIN (SELECT wording, count(*) AS words FROM wording_words GROUP BY 1) n USING (wording)
            GROUP BY ALL HAVING count(*) = any_value(n.words))
        SELECT h.n, h.case_id, list_sort(list(h.wording)) AS said FROM whole h JOIN cases USING
            (case_id) JOIN wordings s ON h.wording = s.wording AND on_day BETWEEN s.first AND s.last
        GROUP BY 1, 2
        """,
    )
    keep(
        work.db,
        "variants",
        f"""
        SELECT case_id AS base, []::INTEGER[] AS said, case_id FROM cases UNION ALL
        SELECT case_id, said, {cases - 1} + row_number() OVER () FROM
            (SELECT DISTINCT case_id, said FROM described_lines)
        """,
    )
    found = work.db.execute(
        "SELECT n, v.case_id FROM described_lines d JOIN variants v "
        "ON d.case_id = v.base AND d.said = v.said"
    ).fetchnumpy()
    work.case_of[found["n"]] = found["case_id"]
    lines_of = np.bincount(work.case_of[work.good], minlength=cases)
    put(
        work,
        "counted",
        {"case_id": (np.arange(len(lines_of)), pa.int32()), "lines": (lines_of, pa.int64())},
    )


def find_results(work: Work) -> None:
    """Give each case a status under each regime that binds it, and its first one."""
    import pyarrow as pa

    windows: list[tuple[int, date, date, str]] = []
    for place, regime in enumerate(work.regimes):
        parts = list(regime.unsettled())
        starts = sorted({begins for begins, _, _ in parts})
        for begins, after in zip(starts, [*starts, None][1:], strict=True):
            ends = after - timedelta(days=1) if after else date.max
            # What is unsettled adds up: from each start on, all reasons up to it hold.
            why = [text for start, _, text in parts if start <= begins]
            windows.append((place, begins, ends, first_of(why, 3)))
    day, text = pa.date32(), pa.string()
    kinds = (pa.int32(), day, day, text)
    put(work, "windows", columns_of(("regime", "first", "last", "why"), kinds, windows))
    words = _put_wordings(work)
    cases = _put_cases(work)
    keep(
        work.db,
        "bound",
        """
        SELECT c.case_id, c.code_id, c.on_day, a.regime, a.doubt, c.undated, c.national, k.needs
        FROM cases c JOIN applies a ON c.route_id = a.route_id
            AND c.on_day BETWEEN a.first AND a.last
        JOIN facts k ON c.route_id = k.route_id
        """,
    )
    keep(
        work.db,
        "met",
        f"""
        SELECT b.case_id, b.regime, min(s.grade) AS grade, min(s.rank) < {_OPEN} AS by_code,
            arg_min(s.entry, s.rank::BIGINT * 4294967296 + s.place) AS entry,
            list_sort(list(DISTINCT s.entry) FILTER (s.rank < {_OPEN})) AS entries
        FROM bound b JOIN spans s ON b.code_id = s.code_id AND b.regime = s.regime
            AND b.on_day BETWEEN s.first AND s.last
        GROUP BY ALL
        """,
    )
    _find_described(work, words, cases)
    keep(
        work.db,
        "results",
        f"""
        WITH described AS (
            SELECT v.case_id, o.regime, min(o.entry) AS entry
            FROM (SELECT case_id, unnest(said) AS wording FROM variants) v
            JOIN wordings_of o USING (wording) GROUP BY 1, 2)
        SELECT v.case_id, b.regime, coalesce(nullif(b.doubt, ''), w.why) AS why,
            CASE WHEN b.doubt = '' THEN
                CASE WHEN m.by_code THEN m.entry ELSE coalesce(s.entry, m.entry) END END AS entry,
            CASE WHEN b.doubt = '' THEN
                coalesce(m.entries, CASE WHEN s.entry IS NOT NULL THEN [s.entry] END) END
                AS entries,
            b.national, b.needs,
            CASE WHEN b.undated THEN {NOT_KNOWN}
                WHEN m.grade <= {PART} THEN CASE WHEN b.doubt = '' THEN m.grade
                    ELSE {NOT_KNOWN} END
                WHEN m.grade = {NOT_KNOWN} OR w.why IS NOT NULL OR b.national
                    OR s.entry IS NOT NULL THEN {NOT_KNOWN}
                ELSE {NOT_LISTED} END AS grade
        FROM bound b JOIN variants v ON b.case_id = v.base
        LEFT JOIN met m ON b.case_id = m.case_id AND b.regime = m.regime
        LEFT JOIN described s ON v.case_id = s.case_id AND b.regime = s.regime
        LEFT JOIN windows w ON b.regime = w.regime AND b.on_day BETWEEN w.first AND w.last
        """,
    )
    keep(
        work.db,
        "firsts",
        f"""
        SELECT case_id, CASE WHEN min(grade) = {NOT_LISTED} AND any_value(needs) <> ''
                THEN {NO_LIST} ELSE min(grade) END AS grade,
            arg_min(regime, key) AS regime, list(regime) AS bound_by,
            arg_min(why, key) AS why, arg_min(entry, key) AS entry,
            arg_min(entries, key) AS entries, arg_min(national, key) AS national,
            list(regime) FILTER (grade <= {NOT_KNOWN}) AS also
        FROM (SELECT *, grade * 1000 + regime AS key FROM results) GROUP BY case_id
        """,
    )
