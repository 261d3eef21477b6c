"""Share over time: what was computed, and what different publishers printed around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import NBSP, number
from entrepot.report import words
from entrepot.report.breaks import break_of
from entrepot.report.cards import percent_span
from entrepot.report.definitions import ADD_DATA
from entrepot.report.origins import is_computed, origin_name, when_of
from entrepot.report.parts import Gap, Link, Note, Remark, Section, Sentence, Table
from entrepot.report.pictures import Picture, Point, Printed, ShareLines

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.model.period import Period
    from entrepot.report.book import Book, Subject
    from entrepot.report.pictures import Break
    from entrepot.sources.published.read import Published

__all__ = ["section"]

NAME, EYEBROW = "share", "Share over time"
SHOWN_LINKS = 4


def section(book: Book, subject: Subject, claims: tuple[Printed, ...] = ()) -> Section:
    """Return the share of all imports over time, or a gap that says what is missing.

    Parameters
    ----------
    book, subject
        Where to ask, and what about.
    claims
        Claims under check that state such a share.
    """
    said = book.printed("import_share", subject.importer, subject.supplier)
    rows = [row for row in said if row.value is not None]
    series = _series(book, subject, rows)
    what = f"{subject.sellers} share of {subject.buyers} imports"
    if not rows and not series:
        gap = Gap(f"{what} by year", "neither the lake nor the bundled tables hold one", ADD_DATA)
        return Section(NAME, EYEBROW, Remark(f"{what} is not known"), gap=gap)
    years = [row.period.year for row in rows] + [figure.definition.period.year for figure in series]
    first, last = min(years), max(years)
    broken = break_of(subject, first, last)
    drawn = ShareLines(
        first=first,
        last=last,
        series=tuple(_point(figure) for figure in series),
        series_name="computed" if series else "",
        printed=tuple(_printed(row) for row in rows) + claims,
        broken=broken,
    )
    title = _title(book, subject, first, last)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title,
        deck=f"{what} of all goods, per cent of value{_deck(broken)}.",
        picture=Picture(drawn, _spoken(title.text, what, rows, series), _key(drawn)),
        table=_table(what, rows, series),
        notes=_notes(book, subject, rows, broken, last),
        source=_source(rows, series),
    )


def _series(book: Book, subject: Subject, rows: list[Published]) -> list[Figure]:
    """Return one computed Figure a year, from the lake if it can answer, else bundled."""
    sources = [*dict.fromkeys(item.source for item in book.lake.holdings()), "computed"]
    found = []
    for year in sorted(book.years()):
        for source in sources:
            figure = book.ask(
                "import_share",
                importer=subject.importer,
                exporter=subject.supplier,
                period=year,
                source=source,
            )
            if is_computed(figure):
                found.append(figure)
                break
    return found


def _point(figure: Figure) -> Point:
    value = (figure.value or 0.0) * 100
    if not words.span(figure) or figure.low is None or figure.high is None:
        return Point(figure.definition.period.year, value)
    return Point(figure.definition.period.year, value, figure.low * 100, figure.high * 100)


def _printed(row: Published) -> Printed:
    """Return the box of a printed share; an open end is not drawn, the words say it."""
    value = (row.value or 0.0) * 100
    low = value if row.low is None else row.low * 100
    high = value if row.high is None else row.high * 100
    period = row.period
    months = (period.start.year - period.end.year) * 12 + 13 - period.start.month - period.end.month
    middle = (period.start.year + period.end.year) / 2 - months / 24
    text = row.printed.replace(" %", "").replace("%", "").strip()
    text = text.replace("approximately ", "about ").replace("around ", "about ")
    who = origin_name(row.origin)
    digits = number(value).removesuffix(".0").removesuffix(".00")
    who = f"{who}, {when_of(row)}" if when_of(row) else who
    return Printed(middle, low, high, text, digits, who)


def _title(book: Book, subject: Subject, first: int, last: int) -> Sentence | Remark:
    """Say where the share stood at both ends, with a direction only if the ranges are apart."""
    ends = []
    for year in (first, last):
        figure = book.ask(
            "import_share", importer=subject.importer, exporter=subject.supplier, period=year
        )
        if figure.status == "ok":
            ends.append(figure)
    if not ends:
        return Remark(f"What others printed of {subject.sellers} share of {subject.buyers} imports")
    if len(ends) == 1 or first == last:
        last_one = ends[-1]
        text = f"{subject.sellers} share was {_ends(last_one)} in {last_one.definition.period}"
        return Sentence(text, (last_one,))
    before, after = ends
    change = _apart(before, after)
    text = f"{subject.sellers} share {change} from {_ends(before)} in {first} to "
    text += f"{_ends(after)} in {last}"
    return Sentence(text, (before, after), ("reporter-break",))


def _ends(figure: Figure) -> str:
    if figure.specifications and figure.low is not None and figure.high is not None:
        return percent_span(figure.low, figure.high, "–")
    return NBSP.join(words.shown(figure))


def _apart(before: Figure, after: Figure) -> str:
    spans = [
        (f.value if f.low is None else f.low, f.value if f.high is None else f.high)
        for f in (before, after)
    ]
    (low0, high0), (low1, high1) = [(low or 0.0, high or 0.0) for low, high in spans]
    if low1 > high0:
        return "rose"
    return "fell" if high1 < low0 else "went"


def _deck(broken: Break | None) -> str:
    if broken is None:
        return ""
    return f". Up to {broken.year}: {broken.before}; from {broken.year + 1}: {broken.after}"


def _key(drawn: ShareLines) -> tuple[tuple[str, str], ...]:
    found = []
    if drawn.series:
        found.append(("line", "computed"))
    if any(point.low is not None for point in drawn.series):
        found.append(("band", "other computed definitions"))
    if any(not item.claim for item in drawn.printed):
        found.append(("printed", "in print, as tall as its digits leave open"))
    if any(item.claim for item in drawn.printed):
        found.append(("claim", "the claim under check"))
    return tuple(found)


def _spoken(title: str, what: str, rows: list[Published], series: list[Figure]) -> str:
    parts = [f"{title}. {what}, per cent."]
    if series:
        values = ", ".join(
            f"{f.definition.period}: {' '.join(words.shown(f))}" for f in series if f.value
        )
        parts.append(f"Computed: {values}.")
    if rows:
        values = ", ".join(
            f"{r.period}: {r.printed} ({origin_name(r.origin)})" for r in _ordered(rows)
        )
        parts.append(f"In print: {values}.")
    return " ".join(parts)


def _ordered(rows: list[Published]) -> list[Published]:
    return sorted(rows, key=lambda row: (row.period.start, row.period.end, row.value or 0, row.id))


def _table(what: str, rows: list[Published], series: list[Figure]) -> Table:
    lines = []
    for figure in series:
        low, high = figure.low, figure.high
        spread = percent_span(low, high) if low is not None and high is not None else ""
        value = words.shown(figure)[0]
        lines.append(
            (str(figure.definition.period), value, spread.replace(f"{NBSP}%", ""), "computed")
        )
    for row in _ordered(rows):
        ends = [f"{end * 100:.4g}" if end is not None else "open" for end in (row.low, row.high)]
        spread = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        lines.append(
            (str(row.period), row.printed.replace(" %", ""), spread, origin_name(row.origin))
        )
    return Table(
        caption=f"{what}, all goods, per cent",
        head=("Period", "Share", "Left open by digits or definitions", "Whose number"),
        numeric=(False, True, True, False),
        rows=tuple(sorted(lines, key=lambda line: line[0])),
    )


def _notes(
    book: Book, subject: Subject, rows: list[Published], broken: Break | None, last: int
) -> tuple[Note, ...]:
    how = "Each box is a printed number, as tall as its digits leave open. "
    if broken:
        how += "The dotted line is where the reporters change: a change across it needs both named."
    notes = [Note("How to read it", (Remark(how.strip(), ("reporter-break",)),))]
    crowded = _most_disputed(rows)
    if len(crowded) > 1:
        year = crowded[0].period.year
        said = ", ".join(
            f"{origin_name(row.origin)} {row.printed.replace(' ', NBSP)}" for row in crowded
        )
        text = f"For {year} the numbers in print are these: {said}."
        notes.append(
            Note(
                "Why the spread",
                (
                    Sentence(text, tuple(crowded), ("denominator-system",)),
                    Remark(
                        "They divide by different totals, and some count freight.", ("valuation",)
                    ),
                ),
            )
        )
    return tuple(notes)


def _most_disputed(rows: list[Published]) -> list[Published]:
    """Return the printed shares of the whole year whose numbers are farthest apart."""
    by_year: dict[Period, dict[str, Published]] = {}
    for row in rows:
        if row.period.is_year:
            by_year.setdefault(row.period, {}).setdefault(row.origin, row)

    def width(found: dict[str, Published]) -> float:
        values = [row.value or 0.0 for row in found.values()]
        return max(values) - min(values)

    best = max(by_year.values(), key=width, default={})
    return sorted(best.values(), key=lambda row: row.value or 0.0)


def _source(rows: list[Published], series: list[Figure]) -> tuple[str | Link, ...]:
    found: list[str | Link] = []
    if series:
        names = dict.fromkeys(
            origin_name(item.origin) if item.origin else item.source.upper()
            for figure in series
            for item in figure.evidence
        )
        found.append(f"Computed: {', '.join(names)} over published totals. ")
    if rows:
        found.append("In print: ")
        latest = sorted(rows, key=lambda row: (row.period.end, row.id), reverse=True)
        named = list({row.origin: row for row in reversed(latest)}.values())[::-1][:SHOWN_LINKS]
        for place, row in enumerate(named):
            found += [
                *(["; "] if place else []),
                Link(f"{origin_name(row.origin)} ({row.period})", row.url),
            ]
        rest = len({row.origin for row in rows}) - len(named)
        found.append(
            f"; {words.count_word(rest, 'other')} in the table below." if rest > 0 else "."
        )
    return tuple(found)
