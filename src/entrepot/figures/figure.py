"""A Figure: a definition with its value, range, evidence and caveats."""

from __future__ import annotations

import hashlib
import json
import statistics
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import KEYWORDS, NoEvidenceError, as_spelled
from entrepot.figures.card import CardMark, FigureCard, card_html, card_text, page_of
from entrepot.figures.citation import CitationForm, citation, cited
from entrepot.figures.definition import DOLLARS, chosen_lines, given_keys
from entrepot.figures.evidence import CHOICE_NAMES, NOT_SAID
from entrepot.figures.questions import QUESTIONS, is_window
from entrepot.figures.questions.question import REIMPORTS, REST
from entrepot.model.areas import area_name, area_phrase, known_areas, possessive
from entrepot.model.display import (
    MINUS,
    MONEY,
    NBSP,
    as_dollars,
    column_words,
    figure_value,
    joined,
    number,
    range_text,
    signed,
    split_between,
    split_unit,
    value_between,
    with_ends,
)
from entrepot.model.keys import KEYS, LINES
from entrepot.model.table_files import (
    FrameKind,
    TableAbout,
    frame_of,
    table_bytes,
    write_table,
    write_whole,
)
from entrepot.sources import is_register
from entrepot.sources.published.parse import origin_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.errors import Spelling
    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Caveat, Evidence, PublishedMark, Specifications

FigureKind = Literal["reported", "reconciled", "estimated", "published", "computed"]


@dataclass(frozen=True, slots=True)
class Figure:
    """The answer to a definition.

    Attributes
    ----------
    status
        ``ok``; ``nowcast``: an estimate of a period that is not reported in full, see `nowcast`;
        or ``insufficient_data``: then `value` is None and `reason` says what is missing and how to
        get it.
    value, unit
        Share 0 to 1 (unit ``share``), growth in per cent (``percent``), money (``USD``), a ratio
        less one (``relative``), a difference of shares (``share_points``, -1 to 1), or a
        plain number (``index``, ``ratio``, ``count``).
    low, high, range
        Range under other defensible definitions and what spans it, in words; None where no range
        can be given, for which `no_range` has the reason.
    details
        Other columns of the measure, e.g. ``effective_suppliers`` with an HHI.
    uncertain_code_shares
        Where a list was asked for, the share of the value that lies on codes whose family has
        other goods (``split``), of which the list covers a part (``ex``), that rest on no
        official text or an inferred day (``uncertain``), or that stand for a code of another
        number (``new``).
    table
        A row for each product or partner behind the value, the main ones first, where the measure
        has some: who gained and who lost, which products are flagged.
    spread
        The ends of the value by each cause alone: ``errors`` of the reports or of a sample, each
        choice by its name, and ``together``.
    in_print
        With a specification curve, what others published, and the specifications it belongs to.
    chosen
        Keys of the definition that were not given and the evaluation filled in.
    denominator
        What a share is divided by: ``text``; ``whose`` total it is (a reporter, or a source); where
        it is a report, its ``value`` and ``unit``, and which parts of it are ``reimports`` and of
        partners ``not_in_data``. None where nothing is divided.
    scope
        Which ``goods`` and ``partners`` are loaded, in words, where they are not all; of what ships
        with the program how much it is, as ``source``; of a published bound or range its
        ``wording``.
    kind
        Whose number it is: ``reported`` by countries or ``reconciled`` from both sides' reports,
        both added up or divided; mostly ``estimated`` by the publisher; ``published`` by others;
        ``computed`` by us with a model or assumptions added to the data. None without a value.
    ranged
        Whether its other definitions were evaluated; if not, no range is given, which does not mean
        that there is none.
    open_end
        Of a bound, because its total lacks partners, the end beyond which the value may lie.
    nowcast
        Of a nowcast: ``intervals`` (80 and 95 %), what it is ``based_on``, each of the ``methods``
        with value, weight and past error, a ``break``, days on which goods were ``listed``, the
        usual ``revision``, what ``annual`` data had of the months, the ``unit_value``, which part
        of past trade was ``covered_by_partners``, and what is published ``next``.
    """

    definition: Definition
    status: Literal["ok", "nowcast", "insufficient_data"]
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    range: str | None = None
    specifications: Specifications | None = None
    evidence: tuple[Evidence, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    reason: str | None = None
    details: dict[str, float | str] = field(default_factory=dict)
    uncertain_code_shares: dict[str, float] | None = None
    table: tuple[dict[str, Any], ...] = ()
    spread: dict[str, tuple[float, float]] = field(default_factory=dict)
    in_print: tuple[PublishedMark, ...] = ()
    chosen: tuple[str, ...] = ()
    denominator: dict[str, Any] | None = None
    scope: dict[str, str] = field(default_factory=dict)
    kind: FigureKind | None = None
    ranged: bool = True
    open_end: Literal["", "low", "high"] = ""
    nowcast: dict[str, Any] | None = None

    @property
    def value_text(self) -> str:
        """Value and unit, within the range also as both are written."""
        return value_between(self.value, self.unit, self.low, self.high)

    @property
    def range_text(self) -> str:
        """The ends of the range as every surface prints them; empty where there are none."""
        return self.ends_text(self.low, self.high)

    def ends_text(self, low: float | None, high: float | None, *, between: str = " to ") -> str:
        """Return two ends in the unit of the value, one that is a bound as open."""
        opens = self.opens(low, high)
        return range_text(low, high, self.unit, value=self.value, between=between, open_ends=opens)

    def opens(self, low: float | None, high: float | None) -> tuple[bool, bool]:
        """Whether a lower end is an upper bound, and an upper end a lower one."""
        items = self.specifications.items if self.specifications else ()
        bounds: dict[float | None, str] = {one.value: one.open_end for one in items if one.open_end}
        if self.open_end:
            bounds.setdefault(self.value, self.open_end)
        return bounds.get(low) == "low", bounds.get(high) == "high"

    @property
    def no_range(self) -> str:
        """Why a value has no range; empty where it has one, and without a value."""
        if self.status != "ok" or self.open_ends or (self.range_text and self.low != self.high):
            return ""
        if not self.ranged:
            return "not computed here"
        if self.specifications:
            count = len(self.specifications.items)
            which = "both" if count == 2 else f"all {count}"
            if count == 1:
                return "the other definitions have no value"
            here = any(one.id == "partial-source" for one in self.caveats)
            of = ", of the areas in the data" if here else ""
            return f"{which} definitions give the same value{of}"
        if not QUESTIONS[self.definition.measure].has_curve:
            return "no other definition of this measure is computed"
        if is_register(self.definition.source or ""):
            # By another basis a register answers another question, which is in no range.
            return f"only one definition by {self.definition.basis} available"
        return "only one definition available"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of what was asked and of the data that answer it.

        The same question has the same id wherever the same deliveries answer it, with a curve or
        without, whatever else is loaded. Another vintage, another source or another wording of a
        published number gives another id. The range is no part of it: it looks at all that is
        loaded.
        """
        # Sorted, because sources answer in order of
        # preference, and that depends on what else is loaded.
        data = sorted(
            (one.source, one.snapshot, one.id, one.statement.printed if one.statement else "")
            for one in self.evidence
        )
        text = json.dumps([applied(self.definition), data], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def required(self) -> float:
        """Return the value where it has to be there.

        Raises
        ------
        NoEvidenceError
            If there is none, or only a nowcast, which is no evidence; the message is the reason.
        """
        if self.status == "nowcast":
            raise NoEvidenceError("this figure is a nowcast, not a reported value")
        if self.value is None:
            raise NoEvidenceError(self.reason or "this Figure has no value")
        return self.value

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows behind the value; suppliers each with their share of imports, 0 to 1.

        Shares are of the same total as the value, which may have partners that are in no row.
        """
        largest = self.details.get("top_supplier")
        if largest is None:
            return [dict(row) for row in self.table]
        who = self.definition.named_by or "exporter"
        # The value is the top supplier's share, so value over its amount is one over the
        # denominator: adding up the rows instead would leave out partners that are not in the data.
        top = next((row.get("value") for row in self.table if row.get(who) == largest), None)
        if not top or self.value is None:
            return [dict(row) for row in self.table]
        scale = self.value / top
        # By row, for several natural persons have one name. A partner of which no amount is known,
        # such as a mass, has no share either.
        return [
            dict(row) if (amount := row.get("value")) is None else {**row, "share": amount * scale}
            for row in self.table
        ]

    def amounts(self, key: str) -> dict[str, float]:
        """Return what each name under a key traded; those of which no amount is known are absent.

        A row has no value where all of its cells lack it, as masses often do.
        """
        known = ((str(row[key]), row.get("value")) for row in self.table)
        return {name: float(value) for name, value in known if value is not None}

    def to_dict(self, *, values: bool = True) -> dict[str, Any]:
        """Return the Figure as plain JSON types, with the value of each specification or without.

        Its definition has every key; those that do not apply are None (`applied`), and no
        basis that the rows do not have (`as_counted`). Its citation names publisher and data set,
        which licences ask for, without the day (`cite`).
        Where many Figures stand together, their specifications would outweigh everything else.
        """
        found: dict[str, Any] = {
            "id": self.id,
            "title": headline(self),
            "definition": as_counted(self),
            "status": self.status,
            "value": self.value,
            "unit": self.unit,
            "kind": self.kind,
            **self._range(values),
            **({"open_ends": ends} if (ends := self.open_ends) else {}),
            **({"no_range": why} if (why := self.no_range) else {}),
            "evidence": [item.to_dict() for item in self.evidence],
            "caveats": [item.to_dict() for item in self.caveats],
            "citation": self.cite(),
        }
        optional: dict[str, Any] = {
            "denominator": self.denominator,
            "scope": self.scope,
            "chosen": list(self.chosen),
            "details": self.details,
            "spread": {name: list(ends) for name, ends in self.spread.items()},
            "in_print": [item.to_dict() for item in self.in_print],
            "table": self.rows(),
            "uncertain_code_shares": self.uncertain_code_shares,
            "nowcast": self.nowcast,
            "reason": self.reason,
        }
        # An empty dictionary of shares says that there is no doubt about any code.
        always = "uncertain_code_shares" if self.uncertain_code_shares is not None else ""
        return found | {name: value for name, value in optional.items() if value or name == always}

    @property
    def open_ends(self) -> list[str]:
        """Which ends of the range, ``low`` and ``high``, are bounds: values may lie beyond."""
        opens = zip(("low", "high"), self.opens(self.low, self.high), strict=True)
        return [name for name, is_open in opens if is_open]

    def _range(self, values: bool) -> dict[str, Any]:
        definitions = self.specifications
        return {
            "low": self.low,
            "high": self.high,
            "range": self.range,
            "specifications": definitions.to_dict(values=values) if definitions else None,
        }

    def to_json(self) -> str:
        """Return the Figure as JSON text with all digits."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def cite(self, form: CitationForm = "text", *, link: str = "", accessed: str = "") -> str:
        """Return the line to cite it with.

        Parameters
        ----------
        form
            ``text``, ``bibtex``, ``csl`` (CSL-JSON) or ``ris``.
        link
            Address at which it is shown.
        accessed
            Day on which it was asked, such as ``2026-11-30``.
        """
        return citation(
            form,
            name=self.id,
            title=headline(self),
            value=_cited(self),
            evidence=list(dict.fromkeys(map(cited, self.evidence)))[:SHOWN],
            link=link,
            accessed=accessed,
        )

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return the rows behind it, or where it has none itself as one row, as a frame.

        Parameters
        ----------
        kind
            ``polars``, ``pandas`` or ``pyarrow``; by default the first that is installed.
        """
        return frame_of(self._table_rows(), kind)

    def save(self, path: Path | str) -> Path:
        """Write it as the form that the name ends in.

        ``.json`` has everything, ``.html`` the card, ``.txt`` the card as text; ``.csv``, ``.md``,
        ``.parquet``, ``.xlsx``, ``.dta``, ``.sdmx.csv`` and ``.zip`` (a data package) have the
        rows behind it, or where it has none the value and its range as one row.

        Raises
        ------
        RequestError
            For another end.
        MissingExtraError
            For a workbook or a Stata file without the library.
        OutsideError
            If the disk refuses.
        """
        target = Path(path)
        match target.suffix.lower():
            case ".json":
                return write_whole(target, f"{self.to_json()}\n")
            case ".txt":
                return write_whole(target, f"{self}\n")
            case ".html":
                return write_whole(target, page_of(headline(self), self._repr_html_()))
        return write_table(target, self._table_rows(), self._about(target.stem))

    def table_bytes(self, form: str) -> bytes:
        """Return what `save` writes as the bytes of a form of tables, such as ``.csv``."""
        return table_bytes(form, self._table_rows(), self._about("figure"))

    def _table_rows(self) -> list[dict[str, Any]]:
        counted = as_counted(self, in_words=True)
        keys = {name: one for name, one in counted.items() if one is not None}
        answer = {"value": self.value, "unit": self.unit, "low": self.low, "high": self.high}
        answer |= {"open_ends": " and ".join(ends)} if (ends := self.open_ends) else {}
        answer |= {"no_range": self.no_range} if self.no_range else {}
        answer |= {"reason": self.reason} if self.reason else {}
        unit = {"unit": _unit_of_rows(self)}
        rows = [{**row, **unit} if "value" in row else row for row in self.rows()]
        return rows or [keys | {"status": self.status} | answer]

    def _about(self, name: str) -> TableAbout:
        notes = [self.cite(), *(one.text for one in self.caveats)]
        labels = {key: text for key, (text, _) in column_words().items()}
        labels |= {"value": f"value, {_unit_of_rows(self)}", "share": "share of imports, 0 to 1"}
        sources = tuple(
            (f"{one.source} {one.id or one.snapshot}".strip(), one.url) for one in self.evidence
        )
        return TableAbout(name, headline(self), "\n".join(notes), labels, sources)

    def spelled(self, spelling: Spelling) -> Figure:
        """Return the Figure with keys in its texts as another surface writes them."""
        caveats = tuple(replace(one, text=as_spelled(one.text, spelling)) for one in self.caveats)
        reason = self.reason and as_spelled(self.reason, spelling)
        return replace(self, reason=reason, caveats=caveats)

    def __str__(self) -> str:
        return card_text(card_of(self.spelled(KEYWORDS)))

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_html_(self) -> str:
        return card_html(card_of(self.spelled(KEYWORDS)))


# A Figure as text for a terminal and as a small table for a notebook.


SHOWN = 6
TWO_WAY = ("value", "growth", "conversions")
"""Measures that can add up both directions of trade."""
ROWS = 12
"""Rows of a table that a screen shows."""


def headline(figure: Figure) -> str:
    """Return what the Figure is about, in words.

    Examples
    --------
    >>> from entrepot.figures import Definition, Figure
    >>> asked = Definition.build("import_share", importer="RUS", exporter="CHN", period=2023)
    >>> headline(Figure(asked, "ok", 0.5, "share"))
    'China’s share of Russia’s imports, all goods, 2023'
    """
    asked = figure.definition
    buyer, seller = area_phrase(asked.importer), area_phrase(asked.exporter)
    if asked.named_by and asked.companies:
        seller = joined(asked.companies[1])
    if asked.flow == "balance":
        title = f"{possessive(seller)} trade balance with {buyer}"
    elif asked.flow == "both":
        title = f"trade between {seller} and {buyer}"
        title = f"growth of {title}" if asked.measure == "growth" else title
    else:
        words = QUESTIONS[asked.measure].title
        if asked.named_by:
            # Names on the lines need not be suppliers: receivers buy, and a brand does neither.
            words = words.replace(
                "{buyers} suppliers", f"the {asked.named_by}s of {{buyers}} imports"
            )
        title = words.format(
            buyer=buyer,
            seller=seller,
            buyers=possessive(buyer),
            sellers=possessive(seller),
            hubs=area_phrase(asked.hubs) if asked.hubs else "",
            largest=f"{asked.k} largest" if (asked.k or 1) > 1 else "largest",
        )
    # A base that the measure sets itself (the years it
    # runs over) is no comparison that was asked for.
    preposition = "with" if is_window(asked) else "against"
    when = f"{asked.period} {preposition} {asked.base}" if asked.base else f"{asked.period}"
    if asked.named_by and f"the {asked.named_by}s of" not in title:
        title = f"{title.removesuffix(', by contribution')} by {asked.named_by}"
    parts = [f"{title[0].upper()}{title[1:]}", _goods(asked), *figure.scope.values()]
    if figure.scope.get("source", "").find(f"({when})") < 0:  # the one year there is, told already
        parts.append(when)
    return ", ".join(parts)


def _goods(asked: Definition) -> str:
    from entrepot.figures.input_rows import inputs_title, is_inputs
    from entrepot.goods import goods_title

    if not is_inputs(asked):
        return ", ".join((goods_title(asked.goods), *chosen_lines(asked)))
    whose = ", by value added" if asked.basis == "value_added" else ""
    return inputs_title(asked.goods, asked.sector) + whose


def figure_line(figure: Figure) -> str:
    """Return a Figure as one line: what it is, and its value."""
    return f"{headline(figure)}: {figure.value_text}"


def in_reverse(figure: Figure) -> Figure | None:
    """Return an asymmetry below one the other way round, as it is read; None for anything else.

    "5.3 times" is understood where "0.187 times" is not.
    """
    if figure.definition.measure != "asymmetry" or not 0 < (figure.value or 0.0) < 1:
        return None
    ends = [1 / end if end else None for end in (figure.high, figure.low)]
    found = figure.specifications
    if found is not None and all(one.value for one in found.items):
        items = tuple(replace(one, value=1 / one.value) for one in found.items)
        found = replace(found, items=items)
    return replace(
        figure,
        value=1 / figure.required(),
        low=None if None in ends else ends[0],
        high=None if None in ends else ends[1],
        specifications=found,
        spread={},
    )


def as_rows(figure: Figure) -> list[tuple[str, str]]:
    """Return label and text of everything the Figure carries, in the order of a card."""
    asked = figure.definition
    how = QUESTIONS[asked.measure]
    rows = _value_rows(figure)
    alone = [(name, ends) for name, ends in figure.spread.items() if name != "together"]
    if len(alone) > 1:
        called = CHOICE_NAMES | {"errors": "interval" if how.has_interval else how.cause}
        apart = (f"{called.get(x, x)} {_beside(figure, *ends)}" for x, ends in alone)
        rows.append(("by choice", "; ".join(apart)))
    if figure.denominator:
        rows.append(("denominator", figure.denominator["text"]))
    if figure.details:
        parts = (
            _detail(
                _partner(name, asked),
                value if asked.named_by or not isinstance(value, str) else _named(value),
                ends,
                figure.unit,
                asked.currency,
                asked.amount_unit,
            )
            for name, value, ends in with_ends(figure.details)
        )
        rows.append(("with", "\n".join(parts)))
    rows.append(("definition", "\n".join(_keys(figure))))
    if figure.specifications:
        found = figure.specifications.to_dict()
        count = f"{found['count']} specification{'' if found['count'] == 1 else 's'}"
        words = f"{count}, median {_like(figure, found['median'])}"
        most = found["most_influential"]
        most = f"; most influential choice: {CHOICE_NAMES.get(most, most)}" if most else ""
        rows.append(("sensitivity", words + most))
        rows += _curve(figure.specifications, figure.unit)
        rows += [("published", _in_print(item)) for item in figure.in_print[:SHOWN]]
        if len(figure.in_print) > SHOWN:
            rows.append(("published", f"and {len(figure.in_print) - SHOWN} more, see --json"))
    rows += [("evidence", _evidence(item)) for item in figure.evidence[:SHOWN]]
    if len(figure.evidence) > SHOWN:
        rows.append(("evidence", f"and {len(figure.evidence) - SHOWN} more, see --json"))
    rows += [("caveat", f"{item.text} [{item.id}]") for item in figure.caveats]
    return rows


def _value_rows(figure: Figure) -> list[tuple[str, str]]:
    """Return the value with its range, its intervals, or the reason why there is none."""
    value = figure.value_text
    if figure.nowcast:
        return [("nowcast", value), *_nowcast_rows(figure)]
    if figure.status != "ok":
        return [("value", value), ("missing", figure.reason or "")]
    spread = figure.range_text
    point = QUESTIONS[figure.definition.measure].point
    if point and spread:
        return [("range", f"{spread} ({figure.range})"), ("value", value), ("the value", point)]
    words = f"{spread} ({figure.range})" if spread else f"no range: {figure.no_range}"
    rows = [("value", value), ("range", words)]
    if reverse := in_reverse(figure):
        ends = f", {reverse.range_text}" if reverse.range_text else ""
        rows.append(("reverse", f"{figure_value(reverse.value, reverse.unit)}{ends}"))
    return rows


def _nowcast_rows(figure: Figure) -> list[tuple[str, str]]:
    """Return label and text of what a nowcast has beside its value, in the order of a card."""
    found = figure.nowcast or {}
    unit = figure.unit
    rows = [
        (f"{level} % interval", range_text(ends[0], ends[1], unit, value=figure.value))
        for level, ends in found["intervals"].items()
    ]
    rows.append(("based on", f"{found['based_on']}; loaded {found['known_on']}"))
    if found["months_reported"] and found["reported"] is not None:
        rows.append(("reported", f"{figure_value(found['reported'], unit)} so far"))
    lines = []
    for one in found["methods"]:
        error = one["past_error"]
        if error is None:
            usual = "not known"
        elif unit == "share":
            usual = f"{100 * error:.1f} points"
        elif unit == "index":
            usual = f"{error:.3f}"
        else:
            usual = f"{100 * error:.0f} %"
        lines.append(
            f"{one['says']}: {figure_value(one['value'], unit)}, weight {100 * one['weight']:.0f} %"
            f", usual error {usual}"
        )
    rows.append(("methods", "\n".join(lines)))
    words = f"{found['past_windows']} earlier windows of {found['past_flows']} flows"
    if found["covered"] is not None:
        words += f"; the 80 % interval had {100 * found['covered']:.0f} % of this flow's own"
    rows.append(("tested on", f"{words}\n{_class_tested(found['tested'])}"))
    if price := found["unit_value"]:
        low, high = (f"{end:.3g}" for end in price["intervals"]["80"])
        words = f"{price['value']:.3g} {price['unit']}, 80 % interval {low} to {high}"
        rows.append(("unit value", words))
    rows += [("next report", text) for text in _coming(found["next"])]
    return rows


def _class_tested(found: dict[str, Any]) -> str:
    """Say what intervals of flows of the same class contained in backtests."""
    size = "" if found["size"] == "all" else f", {found['size']}"
    months = f"{found['ahead']} month{'' if found['ahead'] == 1 else 's'} ahead"
    return (
        f"in backtests of {found['flows']}{size}, {months}, 80 % intervals had "
        f"{100 * found['in_80']:.0f} % of {found['nowcasts']:,} values"
    )


def _coming(reports: list[dict[str, Any]]) -> Iterator[str]:
    """Yield for each source and reporter the first report to come, and the last."""
    groups: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for one in reports:
        groups.setdefault((one["source"], one["reporter"]), []).append(one)
    for (source, reporter), coming in groups.items():
        name = f"{source}, {area_name(reporter)}" if reporter else source
        first, last = (one.get("month") or one.get("year") for one in (coming[0], coming[-1]))
        if "expected" not in coming[0]:
            yield f"{name}: {first} (its usual delay is not known)"
            continue
        words = f"{name}: {first}, due about {coming[0]['expected']}"
        if len(coming) > 1:
            words += f", the last ({last}) due about {coming[-1]['expected']}"
        days = coming[0]["lag_days"]
        yield f"{words} ({days} days after the {'month' if 'month' in coming[0] else 'year'})"


def _keys(figure: Figure) -> Iterator[str]:
    """Yield the keys of a definition as lines: what, of which goods, when, from where, in what."""
    given = {name: one for name, one in as_counted(figure, in_words=True).items() if one}
    on_line = {"measure": "measure"} | {name: key.line for name, key in KEYS.items()}
    for line in LINES:
        mine = (name for name, its in on_line.items() if its == line and name in given)
        if text := ", ".join(f"{name}: {given[name]}" for name in mine):
            yield text


_AS_REPORTED = KEYS["basis"].default
"""The basis of a question that names none: rows count as they were reported."""


def _bases(evidence: tuple[Evidence, ...]) -> dict[str, float]:
    """Return what makes the partner in the rows used, by share; empty where exporters report."""
    first = evidence[0] if evidence else None
    if first and not first.bases and set(first.reported_by) == {"both"}:
        return {NOT_SAID: 1.0}  # two reports made one, each with a partner of its own
    return {name: part for name, part in first.bases.items() if part > 0} if first else {}


def _in_words(bases: dict[str, float]) -> str:
    if len(bases) == 1:
        return next(iter(bases))
    ordered = sorted(bases, key=lambda name: -bases[name])
    return " and ".join(f"{name} ({figure_value(bases[name], 'share')})" for name in ordered)


def as_counted(figure: Figure, *, in_words: bool = False) -> dict[str, Any]:
    """Return every key as `applied`, without a basis that the rows do not have.

    Where the asker names no basis it is None, unless all rows are by dispatch, or `in_words` that
    of the rows; `Evidence.bases` has the shares. An answer without rows has none. Asked again as
    it stands, the answer is the same: `origin` would be another question, of these rows alone.
    """
    found = applied(figure.definition)
    # Of a register a basis is always named: dispatch is one of several there.
    if found.get("basis") != _AS_REPORTED or is_register(figure.definition.source or ""):
        return found
    if not any(one.rows for one in figure.evidence):
        found["basis"] = None  # no row was used, so none has a basis
    elif parts := _bases(figure.evidence):
        by_dispatch = parts.keys() == {"consignment"}
        found["basis"] = _in_words(parts) if in_words else _AS_REPORTED if by_dispatch else None
    return found


def applied(asked: Definition) -> dict[str, Any]:
    """Return every key of a definition as plain JSON types, None where it does not apply.

    A key does not apply where no other choice of it exists: how a list is converted where no list
    is asked for, two-way trade in a share, whose goods inputs of industries are, what is counted
    where values are compared with masses, and a currency of tonnes.
    """
    from entrepot.figures.input_rows import BASIS, is_inputs
    from entrepot.goods.parse import NAMED, has_list

    found = asked.to_dict()
    how, inputs = QUESTIONS[asked.measure], is_inputs(asked)
    absent = {
        "concordance": inputs or asked.goods.startswith(NAMED) or not has_list(asked.goods),
        "flow": inputs or asked.measure not in TWO_WAY,
        "basis": inputs and asked.basis != BASIS,
        "quantity": how.has_masses or how.is_bill,
        "currency": asked.quantity != "value",
    }
    return found | {name: None for name, is_absent in absent.items() if is_absent and name in found}


_UNITS = {"pct": "percent", "kg": "kg", "usd": "USD"}
"""Ends of names of columns, beside the currency of the Figure."""


def _partner(name: str, asked: Definition) -> str:
    """Return a column's name with what the partners are in place of suppliers: receivers, brands.

    The key itself stays in JSON, for programs.
    """
    return name.replace("supplier", asked.named_by) if asked.named_by else name


def _detail(
    name: str,
    value: float | str,
    ends: tuple[float, float] | None,
    own: str,
    currency: str,
    amounts: str,
) -> str:
    """Return another column of a measure; the end of its name says the unit."""
    # The last word of a name is its unit (growth_pct, mass_kg, value_eur), if it is a known one.
    words, _, end = name.rpartition("_")
    unit = (_UNITS | {currency.lower(): currency}).get(end)
    label = (words if unit else name).replace("_", " ")
    label, named = column_words().get(as_dollars(name, currency), (label, unit))
    # Columns are described once, under their dollar name: value_eur finds value_usd, but is in EUR.
    unit = currency if named == DOLLARS and name.endswith(f"_{currency.lower()}") else named
    if isinstance(value, str):
        return f"{label}: {value}"
    # Contributions to a change of share have no unit in their name; counts end in a plural.
    if unit is None and own == "share_points" and not name.endswith(("suppliers", "products")):
        unit = "share" if name.startswith("share") else own
    # Of a place in an order: what is ordered, whatever the place counts.
    if unit is None and name.startswith("value"):
        unit = amounts
    text = figure_value(value, unit) if unit else _amount(value, own)
    if ends is None:
        return f"{label}: {text}"
    return f"{label}: {text} ({range_text(*ends, unit or 'index', value=value)})"


def _amount(value: float, unit: str) -> str:
    """Return a number; one that is too large for anything but money, with the Figure's unit.

    What was counted has no digits behind the point.
    """
    # A larger integer is more likely an amount of money that happens to have no cents.
    if float(value).is_integer() and abs(value) < 1e5:
        return f"{value:,.0f}".replace("-", MINUS)
    return figure_value(value, unit) if unit in MONEY and abs(value) >= 1e5 else number(value)


def table_of(figure: Figure) -> tuple[list[str], list[list[str]]]:
    """Return the head and the first rows of a Figure's table; areas and goods lead, as text.

    A value of a flow is in the Figure's own unit, a share in per cent, anything else a number.
    """
    table = figure.rows()
    names = list(dict.fromkeys(name for row in table for name in row))
    head = QUESTIONS[figure.definition.measure].head
    names = [name for name in names if not head or name in head]
    rows = [[_cell(name, row.get(name), figure.unit) for name in names] for row in table[:ROWS]]
    # Suppliers of a share, buyers of a rank: the unit of the figure is not that of the amounts.
    unit = _unit_of_rows(figure)
    amounts = {"value": f"value, {unit}"} if unit != figure.unit else {}
    return [amounts.get(name, name.replace("_", " ")) for name in names], rows


def _unit_of_rows(figure: Figure) -> str:
    """Return the unit of `value` in the rows of a Figure: that of the amounts behind it."""
    is_amount = figure.unit in MONEY or figure.unit in ("kg", "items")
    return figure.unit if is_amount else figure.definition.amount_unit


def cards_of(figure: Figure) -> list[tuple[str, str]]:
    """Return what the rows of a table have beside its head, each led by the area it is about."""
    asked = figure.definition
    head = QUESTIONS[asked.measure].head
    found = []
    for row in figure.table[:ROWS] if head else ():
        area = _named(str(next(iter(row.values()))))
        lines = (
            _detail(name, _plain(value), None, figure.unit, asked.currency, asked.amount_unit)
            for name, value in row.items()
            if name not in head and value is not None
        )
        if text := "\n".join(lines):
            found.append((area, text))
    return found


def _plain(value: Any) -> float | str:
    return ("yes" if value else "no") if isinstance(value, bool) else value


_AREAS = ("exporter", "importer", "hub", "partner", "reporter", "country")
"""Columns of a table that have codes of areas, which stand there in words."""


@cache
def _area_codes() -> frozenset[str]:
    return frozenset((*known_areas(), REST, REIMPORTS))


def _named(value: str) -> str:
    """Return the name of an area for its code; anything else as it is."""
    return area_name(value) if value in _area_codes() else value


def _cell(name: str, value: object, unit: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _named(value) if name in _AREAS else value
    if not isinstance(value, (int, float)):
        return str(value)
    if "share" in name:
        return figure_value(value, "share")
    if unit == "share_points":
        return figure_value(value, unit)
    return _amount(value, unit)


def _curve(found: Specifications, unit: str) -> list[tuple[str, str]]:
    """Return what a specification curve says beside its count."""
    if not found.whole:
        return []
    ends = range_text(found.quantile(0.05), found.quantile(0.95), unit)
    rows = [("5 to 95 %", ends or "all alike")]
    if found.threshold is not None:
        words = f"{100 * found.above(found.threshold):.0f} % lie above"
        rows.append(("above", f"{words} {figure_value(found.threshold, unit)}"))
    if found.explained:  # one specification has no variance
        parts = (
            f"{CHOICE_NAMES.get(x, x)} {100 * part:.0f} %" for x, part in found.explained.items()
        )
        rows.append(("explained", f"{', '.join(parts)} of the variance, each alone"))
    return rows + [("left out", f"{what}: {why}") for what, why in found.left_out[:SHOWN]]


def _in_print(item: PublishedMark) -> str:
    """Return a printed number and the specifications it belongs to."""
    row = item.statement
    words = f"{row.printed} ({origin_name(row.origin)}, {row.id})"
    if not item.count:
        return f"{words}: belongs to none of these: {item.why}"
    if item.agrees and item.choices["source"] == "published":
        return f"{words}: is itself one of these"  # and no evidence for itself
    which = ", ".join(item.choices.values())
    return f"{words}: {'agrees' if item.agrees else 'does not agree'} with {which}"


def _evidence(item: Evidence) -> str:
    if item.id:
        whose = f"{item.publisher} ({origin_name(item.origin)})"
        return f"{item.source} {item.id}: {whose} {item.url}".strip()
    sides = ", ".join(f"{rows:,} by {side}" for side, rows in item.reported_by.items())
    count = f"{item.rows:,} row{'' if item.rows == 1 else 's'}"
    return f"{item.source} {item.snapshot}: {count}" + (f" (reported {sides})" if sides else "")


def _cited(figure: Figure) -> str:
    if figure.value is None:
        return "no value"
    value = figure.value_text
    if figure.nowcast:
        intervals = (
            f"{label} {text}" for label, text in _nowcast_rows(figure) if "interval" in label
        )
        return f"nowcast {value} ({', '.join(intervals)})"
    ends = figure.range_text
    return f"{value} ({f'range {ends}' if ends else f'no range: {figure.no_range}'})"


def card_of(figure: Figure) -> FigureCard:
    """Return what a card of a Figure says, in a notebook and on a terminal."""
    asked, unit, found = figure.definition, figure.unit, figure.specifications
    value = word = ""
    if figure.value is not None:
        value, word = split_between(figure.value, unit, figure.low, figure.high)
        value = signed(value, figure.value, unit)
    ends = figure.range_text
    if ends and found:
        middle = _like(figure, statistics.median(one.value for one in found.items))
        ends = f"{ends} across {len(found.items)} definitions, median {middle}"
    elif figure.no_range:
        ends = f"no range: {figure.no_range}"
    if reverse := in_reverse(figure):
        ends = f"{ends}; the other way round {figure_value(reverse.value, unit)}"
    if figure.nowcast:
        ends = f"nowcast, not a reported value; {ends}".removesuffix("; ")
    first, last, axis = _axis(figure)
    places = [_place(one, first, last) for one in (figure.value, figure.low, figure.high)]
    skip = ("value", "nowcast", "range", "missing", "by choice", "sensitivity", "caveat")
    facts = [(label, text) for label, text in as_rows(figure) if label not in skip]
    return FigureCard(
        title=headline(figure),
        value=value,
        unit=word,
        place=places[0],
        low=places[1],
        high=places[2],
        axis=axis,
        range=ends,
        span=figure.range or "",
        choices=_choices(figure),
        marks=_marks(figure, first, last),
        facts=tuple(facts),
        caveats=tuple((one.text, one.id) for one in figure.caveats),
        table=table_of(figure) if figure.table else ((), ()),
        rest=max(0, len(figure.table) - ROWS),
        reason=figure.reason or "",
        python=_python(asked),
        id=figure.id,
    )


def _axis(figure: Figure) -> tuple[float, float, tuple[str, str]]:
    """Return the ends of the axis of a card, and what stands there; empty without an axis."""
    if figure.value is None:
        return 0.0, 1.0, ("", "")
    if figure.unit == "share":
        return 0.0, 1.0, ("0", f"100{NBSP}%")
    if figure.low is None or figure.high is None:
        return 0.0, 1.0, ("", "")
    ends = (0.0, figure.value, figure.low, figure.high)
    # Zero is always on the axis: an interval far from zero would look wide on an axis of its own.
    low, high = min(ends), max(ends)
    return low, high, (_like(figure, low), _like(figure, high))


def _like(figure: Figure, value: float) -> str:
    """Return a number of the same kind as the value of a Figure, in the unit of that."""
    return figure_value(value, figure.unit, like=figure.value)


def _beside(figure: Figure, low: float, high: float) -> str:
    """Return two ends in the unit of the value of a Figure."""
    return figure.ends_text(low, high)


def _place(value: float | None, first: float, last: float) -> float | None:
    # All ends alike make an axis of no length.
    if value is None or last <= first:
        return None
    return min(1.0, max(0.0, (value - first) / (last - first)))


def _choices(figure: Figure) -> tuple[tuple[str, str, bool], ...]:
    """Return the range by each choice alone, the most influential one first."""
    alone = [(name, ends) for name, ends in figure.spread.items() if name != "together"]
    if len(alone) < 2:
        return ()
    how, found = QUESTIONS[figure.definition.measure], figure.specifications
    called = CHOICE_NAMES | {"errors": "interval" if how.has_interval else how.cause}
    most = found.most_influential if found else None
    if most in figure.spread and "errors" in figure.spread:
        # What the reports leave open is no choice, and may be wider than any.
        own, left = (high - low for low, high in (figure.spread[most], figure.spread["errors"]))
        most = most if own >= left else None
    rows = [(called.get(name, name), _beside(figure, *ends), name == most) for name, ends in alone]
    # The sort is stable: all but the most influential choice stay in their order.
    return tuple(sorted(rows, key=lambda row: not row[2]))


def _marks(figure: Figure, first: float, last: float) -> tuple[CardMark, ...]:
    """Return each specification with the choices in which it differs from others."""
    if figure.specifications is None or figure.value is None:
        return ()
    items = figure.specifications.items
    # name of a choice -> options that occur; a specification without the choice counts as "".
    options = {
        name: {one.choices.get(name, "") for one in items} for one in items for name in one.choices
    }
    parted = [name for name, found in options.items() if len(found) > 1 and name != "source"]
    marks: list[CardMark] = []
    for one in items:
        origin = one.choices.get("origin")
        whose = origin_name(origin) if origin else one.choices.get("source", "")
        rest = [
            one.choices[name].replace("_", " ")
            for name in parted
            if name != "origin" and one.choices.get(name)
        ]
        marks.append(
            CardMark(
                ", ".join([whose, *rest]),
                split_unit(one.value, figure.unit, like=figure.value)[0],
                _place(one.value, first, last) or 0.0,
                one.choices.get("source") == "published",
                # Several specifications can have the very value
                # of the headline; the first is marked alone.
                one.value == figure.value and not any(mark.headline for mark in marks),
            )
        )
    return tuple(marks)


def _python(asked: Definition) -> str:
    """Return the line of Python that asks for the same."""
    given = [
        f"{name}={text if isinstance(text, (int, float)) else repr(text)}"
        for name, text in given_keys(asked).items()
    ]
    return f"ep.ask({', '.join([repr(asked.measure), *given])})"
