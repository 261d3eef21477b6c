"""What Python asks: one Figure, a series of them, or a panel over countries, goods and periods."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from entrepot.errors import RequestError
from entrepot.figures.asked_together import said_once
from entrepot.figures.card import fragment, table_html
from entrepot.figures.caveats import for_series, runs_of
from entrepot.figures.definition import Definition
from entrepot.figures.evaluate import evaluate, evaluate_each
from entrepot.figures.evidence import Caveat
from entrepot.figures.figure import as_counted, headline
from entrepot.figures.flows import NAMED_SHARE
from entrepot.figures.questions import is_window
from entrepot.figures.row_caveats import releases_of
from entrepot.figures.validate import require_bases, require_question
from entrepot.goods import goods_title
from entrepot.goods.parse import canonical
from entrepot.lake import Lake
from entrepot.limits import step
from entrepot.measures import measure_metadata
from entrepot.model.area_names import as_codes, listed_areas
from entrepot.model.areas import WORLD, area_phrase, area_set, pinned
from entrepot.model.display import figure_value, folded, joined, range_text
from entrepot.model.keys import AREA_KEYS, KEYS, Keys
from entrepot.model.period import Period
from entrepot.model.table_files import TableAbout, TableResult

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from entrepot.figures.figure import Figure

Each = Literal["year", "quarter", "month", "importer", "exporter", "goods", "basis"]
"""What a panel may have a Figure for each of."""
EACH: dict[str, int] = {"year": 12, "quarter": 3, "month": 1}
"""Months of each step of a series."""
_OF_SOME = ("reported_by", "basis", "k", "sector", "company", "lines", "line_value")
LABELS = {
    "measure": "what is measured",
    "importer": "importing country or group, ISO 3166-1 alpha-3",
    "exporter": "exporting country or group, ISO 3166-1 alpha-3",
    "goods": "product codes or list of goods",
    "period": "period",
    "base": "period that a change is measured from",
    "quantity": "what is counted: value, mass or items",
    "flow": "one direction of trade, both, or the balance: exports less imports",
    **{name: KEYS[name].help for name in _OF_SOME},
    "status": "ok, or insufficient_data: no value",
    "value": "value, in its unit",
    "low": "lowest value under other definitions",
    "high": "highest value under other definitions",
    "open_ends": "ends of the range, low or high, that are bounds: values may lie beyond",
    "unit": "unit of value, low and high",
    "from_price": "part of a change that is of prices, in its unit",
    "from_quantity": "part of a change that is of quantities, in its unit",
    "source": "source of the value",
    "change_to": "source or reporter that begins here",
    "reason": "why there is no value",
}
"""What the columns of a panel are, for files that say so."""
MOST = 5_000
"""Figures of one panel: each is evaluated with its range, which takes a part of a second."""


def _first_reason(reason: str) -> str:
    """Return the line about the question itself: not what others published, which loads nothing."""
    lines = reason.split("\n")
    beside = ("published figures", "bundled results")
    return next((line for line in lines if not line.startswith(beside)), lines[0])


@dataclass(frozen=True, slots=True)
class Panel(TableResult):
    """Figures of one measure that differ in a few keys, such as the years of a series.

    Attributes
    ----------
    figures
        In the order in which they were asked, the last key changing fastest.
    varied
        The keys in which they differ.
    """

    figures: tuple[Figure, ...]
    varied: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.figures)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def __getitem__(self, place: int) -> Figure:
        return self.figures[place]

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that answers, the most frequent first."""
        named = [one.definition.source or "" for one in self.figures if one.status == "ok"]
        return tuple(sorted(set(named), key=lambda name: (-named.count(name), name)))

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """Where source or reporter of a series changes, and every caveat of its Figures, once."""
        breaks = [note for series in self._series() for note in for_series(series)]
        there = [one for one in self.figures if one.status == "ok"]
        own = [(one, note) for one in self.figures for note in one.caveats]
        if "period" in self.varied and all(note.id != "mixed-vintage" for _, note in own):
            breaks += releases_of(there)
        return (*dict.fromkeys(breaks), *said_once(own, self.varied, there))

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why Figures have no value, each reason once with the Figures that it is about."""
        missing = [one for one in self.figures if one.reason]
        reasons = [(one, Caveat("", _first_reason(one.reason or ""), "")) for one in missing]
        return tuple(one.text for one in said_once(reasons, self.varied, self.figures))

    def _series(self) -> list[list[Figure]]:
        """Return the Figures that differ in time alone, each series by itself, oldest first."""
        if "period" not in self.varied:
            return []
        found: dict[tuple[str, ...], list[Figure]] = {}
        for one in self.figures:
            found.setdefault(_apart(one, self.varied), []).append(one)
        for series in found.values():
            series.sort(key=lambda one: one.definition.period.start)
        return [*found.values()]

    def _breaks(self) -> dict[int, str]:
        """Return the Figures, by identity, before which source or reporter change, and to what."""
        return {
            # By identity: Figures have dictionaries and cannot be hashed, and two may be equal.
            id(figures[0]): name
            for series in self._series()
            for name, figures in runs_of(series)[1:]
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each Figure: the keys that differ, period, value, unit, range, source.

        A share is 0 to 1; `value` is None where data are missing, and `reason` says which.
        A change has its base, and a change in value its parts.
        `open_ends` names the ends of a range, ``low`` or ``high``, beyond which values may lie.
        `change_to` names the source or reporter that begins with this row of a series; the
        difference from the row before is no trend.
        """
        breaks = self._breaks()
        # A table without its year is of no use in another program.
        base = ("base",) if any(one.definition.base for one in self.figures) else ()
        keys = tuple(dict.fromkeys((*self.varied, "period", *base)))
        return [
            {name: _plain(getattr(one.definition, name)) for name in keys}
            | {
                "status": one.status,
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "open_ends": " and ".join(one.open_ends) or None,
                "unit": one.unit,
                **{f"from_{name}": _part(one, name) for name in self._parts},
                "source": one.definition.source if one.status == "ok" else None,
                "change_to": breaks.get(id(one)),
                "reason": one.reason,
            }
            for one in self.figures
        ]

    def _shared(self) -> dict[str, Any]:
        """Return the definition as far as all have it in common."""
        first, *others = map(as_counted, self.figures)
        return {
            name: value
            for name, value in first.items()
            if name not in (*self.varied, "source")
            and value is not None
            and all(one.get(name) == value for one in others)
        }

    def _table_rows(self) -> list[dict[str, Any]]:
        # A file alone has to say which measure of whose trade its rows are.
        shared = {name: one for name, one in self._shared().items() if name in LABELS}
        return [{**shared, **row} for row in self.rows()]

    def to_dict(self) -> dict[str, Any]:
        """Return rows, what all of them have in common, and caveats, as plain JSON types."""
        return {
            "title": self.title,
            "definition": self._shared(),
            "varied": list(self.varied),
            "sources": list(self.sources),
            "rows": self.rows(),
            "caveats": [one.to_dict() for one in self.caveats],
        }

    def _about(self, name: str) -> TableAbout:
        notes = "\n".join(one.text for one in self.caveats)
        return TableAbout(name, self.title, notes, LABELS)

    @property
    def _parts(self) -> tuple[str, ...]:
        """What its measure splits the value into, in the unit of the value."""
        return ("price", "quantity") if self[0].definition.measure == "value_change" else ()

    @property
    def head(self) -> list[str]:
        """The heads of the columns that are shown."""
        return [*self.varied, "value", *self._parts, "range", "source"]

    def shown(self) -> list[list[str]]:
        """Return a row of texts for each Figure."""
        breaks = self._breaks()

        def source(one: Figure) -> str:
            if one.status != "ok":
                return "data are missing"
            known = breaks.get(id(one))
            return f"{known} (changes here)" if known else one.definition.source or ""

        return [
            [str(_plain(getattr(one.definition, name))) for name in self.varied]
            + [
                one.value_text,
                *(figure_value(_part(one, name), one.unit or "") for name in self._parts),
                f"no range: {one.no_range}" if one.no_range else one.range_text,
                source(one),
            ]
            for one in self.figures
        ]

    def __str__(self) -> str:
        rows = [self.head, *self.shown()]
        sizes = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        lines = [
            "  ".join(f"{one:<{size}}" for one, size in zip(row, sizes, strict=True)).rstrip()
            for row in rows
        ]
        notes = [f"No value: {one}" for one in self.gaps]
        notes += [f"{at}  {one.text} [{one.id}]" for at, one in enumerate(self.caveats, 1)]
        # Rows of the table stay whole; notes are as wide as the card of a figure.
        return "\n".join([folded([self.title]), "", *lines, "", folded(notes)]).rstrip()

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_html_(self) -> str:
        parts = [f'<p class="hd">{escape(self.title)}</p>']
        parts.append(table_html(self.head, self.shown(), most=60))
        if self.caveats:
            items = "".join(f"<li>{escape(one.text)}</li>" for one in self.caveats)
            count = len(self.caveats)
            head_ = f"{count} caveat{'' if count == 1 else 's'}"
            parts.append(f"<details><summary>{head_}</summary><ol>{items}</ol></details>")
        return fragment(self.title, parts)

    def _scope(self) -> dict[str, str]:
        """Return of what its numbers are, as far as it is the same for all that have one.

        How much of the value has a name differs from period to period: of that the range is said.
        """
        answered = [one for one in self.figures if one.value is not None] or [self.figures[0]]
        found = dict(answered[0].scope)
        for name, words in answered[0].scope.items():
            has_times = name == "steps" and answered[0].definition.base is not None
            if has_times or all(one.scope.get(name) == words for one in answered):
                continue
            parts = [float(one.details.get(NAMED_SHARE, 0.0)) for one in answered]
            if name == "names":
                share = range_text(min(parts), max(parts), "share")
                found[name] = f"{words.split()[0]} named on {share} of the value"
            else:
                found[name] = f"{words} in {answered[0].definition.period}"
        return found

    @property
    def title(self) -> str:
        """What its Figures are about, as far as it is the same for all of them."""
        if self.varied == ("period",):
            first, last = (self.figures[at].definition.period for at in (0, -1))
            words = headline(replace(self.figures[0], scope=self._scope()))
            span = f"{Period(first.start, last.end)}"
            bases = [one.definition.base for one in self.figures]
            if bases[0] and bases[-1]:
                # Each period has its base: 2019 to 2021 against 2018 to 2020.
                over = f"{Period(bases[0].start, bases[-1].end)}"
                ends = re.compile(f"{first} (against|with) {bases[0]}$")
                return ends.sub(lambda found: f"{span} {found[1]} {over}", words)
            # Of data of one year the title says which in the middle: "one year (2022)".
            return words.removesuffix(f"{first}") + span if words.endswith(f"{first}") else words
        asked = self.figures[0].definition
        words = measure_metadata(asked.measure).title
        if asked.named_by:
            words = words.replace("supplier", asked.named_by)
        first, last = (
            end([one.definition.period for one in self.figures], key=lambda one: one.start)
            for end in (min, max)
        )
        shared = [
            f"{word} {area_phrase(getattr(asked, name))}"
            for name, word in (("exporter", "from"), ("importer", "to"))
            if name not in self.varied and getattr(asked, name) != WORLD
        ]
        shared += [] if "goods" in self.varied else [goods_title(asked.goods)]
        when = f"{Period(first.start, last.end)}"
        if times := [base for one in self.figures if (base := one.definition.base)]:
            start, stop = min(one.start for one in times), max(one.end for one in times)
            when += f" {'with' if is_window(asked) else 'against'} {Period(start, stop)}"
        shared.append(when)
        return f"{words[0].upper()}{words[1:]}, by {joined(self.varied)}: {', '.join(shared)}"


def _part(one: Figure, name: str) -> float | None:
    """Return a part of a value in the unit of the value; None where it cannot be split."""
    found = one.details.get(f"{name}_{(one.unit or '').lower()}")
    return None if found is None else float(found)


@overload
def ask(
    measure: str,
    *,
    lake: Lake | str | os.PathLike[str] | None = ...,
    curve: bool = ...,
    above: float | None = ...,
    tests: bool = ...,
    nowcast: bool = ...,
    each: None = ...,
    **keys: Unpack[Keys],
) -> Figure: ...


@overload
def ask(
    measure: str,
    *,
    lake: Lake | str | os.PathLike[str] | None = ...,
    each: Each | Sequence[Each],
    **keys: Unpack[Keys],
) -> Panel: ...


def ask(
    measure: str,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    curve: bool = False,
    above: float | None = None,
    tests: bool = False,
    nowcast: bool = True,
    each: Each | Sequence[Each] | None = None,
    **keys: Unpack[Keys],
) -> Figure | Panel:
    """Evaluate one Figure, or one for each part of a period, or for each of several areas.

    Parameters
    ----------
    measure
        Id of a measure, such as ``import_share``; ``entrepot measure list`` has all of them.
    lake
        A lake or its folder; by default the one that the settings name.
    curve
        Whether to give every combination of defensible choices, not only their ends.
    above
        With `curve`, the value above which specifications are counted.
    tests
        Of hubs, whether to set placebos and a triple difference next to the answer.
    nowcast
        Whether a period that is not reported in full is estimated where no source has a value; the
        answer then has the status ``nowcast``. A series has no nowcasts.
    each
        ``year``, ``quarter`` or ``month``: a series over the parts of `period`, such as
        ``2017..2023``. Areas that are younger groups keep the members of the last day.
        ``importer``, ``exporter`` or ``goods``: one for each that is joined there, or for each
        member of a group. ``basis``: one for each that a register has. A list varies several.
    **keys
        Keys of the definition, see `entrepot.model.keys.Keys`: ``importer``, ``exporter``,
        ``goods``, ``period``, ``base``, ``source`` and so on.

    Returns
    -------
    Figure or Panel
        A Figure has the status ``insufficient_data`` and a reason where nothing loaded answers. A
        series may be answered by several sources, which `Panel.sources` names.

    Raises
    ------
    UnknownNameError
        For an unknown measure, key, area, list or source.
    RequestError
        For a definition that makes no sense, such as a growth without a base.

    Examples
    --------
    >>> import entrepot as ep
    >>> figure = ep.ask("value", exporter="CHN", importer="RUS", period=2025, source="published")
    >>> figure.status, figure.unit
    ('ok', 'USD')
    >>> series = ep.ask("import_share", exporter="CHN", importer="RUS", period="2024..2025",
    ...                 each="year")
    >>> [row["period"] for row in series.rows()]
    ['2024', '2025']
    """
    require_question(measure)  # before its keys: an unknown measure needs none
    if each is None:
        opened = lake if isinstance(lake, Lake) else Lake.open(lake)
        definition = Definition.build(measure, **keys)
        return evaluate(definition, opened, curve=curve, above=above, tests=tests, nowcast=nowcast)
    if curve or tests or above is not None:
        raise RequestError("a series has no specification curve", hint="leave out curve, or each")
    return ask_many(measure, lake=lake, each=each, **keys)


def ask_many(
    measure: str,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    each: Each | Sequence[Each] | None = None,
    ranged: bool = True,
    **keys: Any,
) -> Panel:
    """Evaluate one measure for every combination of keys, on one state of the data.

    Parameters
    ----------
    measure
        Id of a measure.
    lake
        A lake or its folder; by default the one that the settings name.
    each
        As of `ask`: ``year`` has one Figure for each year of `period`, ``importer`` one for each
        area of `importer`; a list of these varies several.
    ranged
        Whether ranges are evaluated, which takes most of the time.
    **keys
        Keys of the definition; a list or tuple is varied over. Where countries are on both sides,
        pairs of one with itself are left out: they are no foreign trade.

    Raises
    ------
    RequestError
        As `ask`; also for a period that is not made of such parts, or more than `MOST` Figures.

    Examples
    --------
    >>> import entrepot as ep
    >>> panel = ep.ask_many("import_share", importer=["RUS", "KAZ"], exporter="CHN",
    ...                     goods="850511", period=2022)
    >>> len(panel), panel.varied
    (2, ('importer',))
    """
    require_question(measure)
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    given = {name: value for name, value in keys.items() if value is not None}
    steps = _steps(each)
    for one in steps:
        given |= _members_of(given, one) if one in _JOINED else {}
    given |= {"basis": require_bases(opened, given)} if "basis" in steps else {}
    times = [one for one in steps if one in EACH]
    if len(times) > 1:
        raise RequestError(f"a series has one step, not {joined(times)}", hint="name one of them")
    for one in times:
        given |= _parts_of(given, one)
    lists = {name: list(value) for name, value in given.items() if _is_many(value)}
    if times:
        lists.pop("period", None)
        lists["period"] = given["period"]  # the last: a series reads from top to bottom
    # Counted before anything is built: three short lists can make millions of Figures.
    asked = [given | dict(zip(lists, one, strict=True)) for one in _combined(lists)]
    definitions = _without_itself([Definition.build(measure, **one) for one in asked])
    # One block for all: each Figure sees the same state of the lake, and bytes are compared once.
    with opened.reading():
        found = evaluate_each(definitions, opened, ranged=ranged)
        varied = [name for name, values in lists.items() if len(values) > 1]
        # A list of one value does not vary, but a Panel needs a key for its rows.
        panel = Panel(tuple(found), tuple(varied or lists))
        return panel if "source" in given else _of_one_source(panel, definitions, opened, ranged)


def _without_itself(definitions: list[Definition]) -> list[Definition]:
    """Leave out a country beside itself, if anything else is asked; else it is refused."""
    others = [
        one
        for one in definitions
        if one.importer != one.exporter or one.importer == WORLD or len(one.members("importer")) > 1
    ]
    return others or definitions


def _of_one_source(panel: Panel, asked: list[Definition], lake: Lake, ranged: bool) -> Panel:
    """Return each series from the one source that answers all of it, where there is one.

    What two sources count differs by more than most changes of a year.
    """
    if "period" not in panel.varied or len(panel.sources) < 2:
        return panel
    question_of = dict(zip(map(id, panel.figures), asked, strict=True))
    better: dict[int, Figure] = {}
    for series in panel._series():
        known = Panel(tuple(series), panel.varied).sources
        # The most frequent source first; the first that answers the whole series ends the search.
        for source in known if len(known) > 1 else ():
            found: dict[int, Figure] = {}
            for figure in series:
                step()
                if figure.status == "ok" and figure.definition.source != source:
                    one = evaluate(
                        replace(question_of[id(figure)], source=source), lake, ranged=ranged
                    )
                    if one.status != "ok":
                        break
                    found[id(figure)] = one
            # No break: this source has every period that another one had answered.
            else:
                better |= found
                break
    return replace(panel, figures=tuple(better.get(id(one), one) for one in panel.figures))


def _apart(figure: Figure, varied: tuple[str, ...]) -> tuple[str, ...]:
    """Return what sets a Figure of a panel apart from others of its time."""
    return tuple(
        str(_plain(getattr(figure.definition, name))) for name in varied if name != "period"
    )


def _combined(lists: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    empty = next((name for name, values in lists.items() if not values), None)
    if empty is not None:
        raise RequestError(f"{empty} is an empty list", hint=f"name at least one {empty}")
    count = 1
    for values in lists.values():
        count *= len(values)
    if count > MOST:
        raise RequestError(
            f"{count:,} Figures at once",
            why=f"at most {MOST:,} are evaluated together",
            hint="ask for fewer areas, goods or periods",
        )
    return list(product(*lists.values()))


_JOINED = ("importer", "exporter", "goods")
"""Keys in which several are joined, and that `each` may take apart."""


def _steps(each: Each | Sequence[Each] | None) -> list[Each]:
    """Return what a panel has one Figure for each of, one after the other."""
    steps: list[Any] = [*each] if isinstance(each, (list, tuple)) else [each] * (each is not None)
    known = (*EACH, *_JOINED, "basis")
    if wrong := [one for one in steps if one not in known]:
        raise RequestError(f"each is {wrong[0]!r}", hint=f"one of: {', '.join(known)}")
    return steps


def _members_of(given: dict[str, Any], name: str) -> dict[str, Any]:
    """Return each area or code that is joined in a key; of one group, its members."""
    value = given.get(name)
    if value is None or _is_many(value):
        raise RequestError(
            f"each {name} of what" if value is None else f"{name} is a list already",
            hint=f"join several: --{name} {'850511,854231' if name == 'goods' else 'KAZ+KGZ+ARM'}",
        )
    text = str(value)
    if name == "goods":
        return {name: [part for part in canonical(text).split(",") if part]}
    parts = (as_codes(text) or "").split("+")
    if "," in text and "+" in text:
        parts = listed_areas(text) or parts
    period = given.get("period")
    if len(parts) == 1 and period is not None and not _is_many(period):
        other = as_codes(str(given.get("importer" if name == "exporter" else "exporter", "")))
        # A country's trade with itself is not foreign trade: of its group, the others are meant.
        parts = sorted(area_set(parts[0], Period.parse(period).end) - {other})
    return {name: parts}


def _parts_of(given: dict[str, Any], each: str) -> dict[str, Any]:
    """Return the parts of the period, and areas whose members are the same in all of them."""
    if "period" not in given:
        raise RequestError("a period is missing", hint="add --period 2017..2023")
    if _is_many(given["period"]):
        raise RequestError(
            "several periods are given together with each", hint="write one: --period 2017..2023"
        )
    span = Period.parse(given["period"])
    parts = span.split(EACH[each])
    if not parts:
        raise RequestError(
            f"{span} is not made of whole {each}s",
            hint=f"write whole {each}s: --period 2017..2023",
        )
    # A group that grew (the Union in 2013) would make a step in the series that is no trade.
    areas = {
        name: [pinned(str(one), span.end, span.start) for one in given[name]]
        if _is_many(given[name])
        else pinned(str(given[name]), span.end, span.start)
        for name in AREA_KEYS
        if name in given and KEYS[name].line == "measure"
    }
    return {"period": parts, **areas}


def _is_many(value: Any) -> bool:
    return isinstance(value, (list, tuple, range))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Period) else value
