"""What a text file says about itself: title, publisher, date and address in its first lines."""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.numbers.text import language_of
from entrepot.claims.read import check_readable, check_text
from entrepot.claims.times import when
from entrepot.errors import BadFileError, EntrepotError
from entrepot.files import read_bytes, require_file
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.claims.times import TimeSpan

LARGEST = 4_000_000
"""Bytes of the longest text that is drafted; a long book has one million."""

_KEY = re.compile(r"(title|publisher|date|url)\s*:\s*(.+)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"(?:published(?: on)?|дата(?: публикации)?|опубликовано|datum|veröffentlicht(?: am)?"
    r"|日期|发布时间|发布于)\s*[:：]?\s*(.{4,60})",
    re.IGNORECASE,
)
"""How a text says its date in words, which counts if it is a day or month of a year."""
_REST = re.compile(
    r"[\s,.|·(]*(?:года|г\.|г|at|um|в|,)?\s*(?:\d{1,2}[:.]\d\d(?::\d\d)?)?\s*(?:UTC|GMT|CET|MSK|EST|Uhr)?"
    r"\s*(?:[ap]\.?m\.?)?[\s,.|·)]*"
    r"(?:(?:last )?(?:updated?|modified|обновлено|aktualisiert|更新|来源)\b.{0,40})?",
    re.IGNORECASE,
)
"""What may stand beside the date in its line: the hour, when it was updated."""
_BESIDE = re.compile(
    r"(?:(?:by|von|от|автор)\b[^\d.!?;]{0,60}?[|,·•/—–-]|[^\d.!?;]{0,60}?[|·•]|[^\W\d_]{1,15}[:：,(])?\s*"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\.?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)?[\s,(]*",
    re.IGNORECASE,
)
"""What may stand before the date in a line that has nothing else: who wrote it, the weekday."""
_PLACE = re.compile(
    r"[(/]?\s*[^\W\d_]+(?:[ .,'’-]+[^\W\d_]+){0,3}\.?\s*(?:\([^()\d]{2,30}\))?\s*[,/]\s*"
)
_WORD = re.compile(r"[^\W\d_]+")
_AGENCY = re.compile(r"[(/]?[^\W\d_]{2,12}社[^\W\d_]{1,8}")
"""What stands before the date of a dateline: its place, or a Chinese agency with its place."""
_GOES_ON = re.compile(r"\s*(?:г(?:ода|\.)?)?\s*(?:[.):/]|--|[—–-]\s|\(|电|讯)")
_HEADING = re.compile(r"#+\s+(.+)")
_FIRST = 20
_FIRST_LINES = 4
"""Lines with words among which a dateline is looked for: title, subtitle, who wrote it, text."""
_LEAD = 400
"""Characters behind a dateline in which a report says of when it is."""
_SOON = 75
"""Days within which months are reported: a quarter late is another year's dateline."""
_TITLE = 160
_HEADLINE = 120
_SENTENCE = re.compile(r"[.!?…;:。！？；：]['\"”’»)\]]*$")
"""How a line ends that is a sentence and no title."""
PASTED = "the text"
"""The name of a text that is in no file."""


@dataclass(frozen=True, slots=True)
class Article:
    """A text and what is known about it; unknown is empty."""

    text: str
    title: str
    publisher: str = ""
    date: str = ""
    url: str = ""

    @property
    def published(self) -> Period | None:
        """When it was published, if that is known."""
        return Period.parse(self.date) if self.date else None


def read_article(path: Path, *, date: str = "", publisher: str = "") -> Article:
    """Read a text file.

    Parameters
    ----------
    path
        Plain text or Markdown in UTF-8. Lines such as ``date: 2026-01-20`` at its head say when
        and by whom it was published; so does front matter between ``---``.
    date, publisher
        What to take instead.

    Raises
    ------
    BadFileError
        If it is not there, empty, no text in UTF-8, larger than `LARGEST`, or has a date that is
        none.
    """
    check_readable(path)
    text = plain_text(_bytes(path), name=str(path))
    return article_of(text, name=str(path), date=date, publisher=publisher)


def plain_text(raw: bytes, *, name: str) -> str:
    """Return bytes as the text that they are.

    Raises
    ------
    BadFileError
        If they are no text in UTF-8, or more than a text of `LARGEST` characters has.
    """
    if len(raw) > 4 * LARGEST:
        raise _too_large(f"{len(raw):,}", name)
    # A nul byte is in no text; PK opens a zip, which .docx and .odt are.
    if b"\x00" in raw[:8192] or raw[:4] in (b"%PDF", b"PK\x03\x04"):
        raise BadFileError(
            "this is no plain text", where=name, hint="save the article as text in UTF-8"
        )
    try:
        # -sig: editors on Windows put a byte order mark first, which would spoil the first key.
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError(
            "not a text in UTF-8", where=f"{name}, byte {error.start}", hint="save it as UTF-8"
        ) from error


def article_of(text: str, *, name: str = PASTED, date: str = "", publisher: str = "") -> Article:
    r"""Take a text apart into what it says about itself and its body.

    Raises
    ------
    BadFileError
        If it is empty, too long, or its date is none.

    Examples
    --------
    >>> found = article_of("date: 2026-01-20\n\nTrade fell by 6.5 % last year.")
    >>> found.date, found.title
    ('2026-01-20', 'Text of 20 January 2026')
    """
    if len(text) > LARGEST:
        raise BadFileError(
            f"the text is too long: {len(text):,} characters",
            where=name,
            hint=f"cut it into parts of at most {LARGEST:,}",
        )
    clean = _without_controls(text)
    if not clean.strip():
        raise BadFileError("the text is empty", where=name, hint="save the article in it")
    check_text(clean, name)
    keys, body = _head(clean)
    said = date or keys.get("date", "") or _dateline(body)
    if said:
        _check_date(said, name)
    heading = keys.get("title") or _title(body) or _unnamed(name, said)
    said_by = " ".join(_without_controls(publisher).split()) or keys.get("publisher", "")
    return Article(body, _without_controls(heading), said_by, said, keys.get("url", ""))


def _without_controls(text: str) -> str:
    """Return a text with a blank in place of each sign that a claims file cannot carry."""
    # One blank for one sign, so that places in the text stay what they were.
    plain = "".join(char if char >= " " or char in "\n\t" else " " for char in text)
    # C1 controls, halves of surrogate pairs and non-characters: YAML has none of them.
    return re.sub("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", plain)


def _bytes(path: Path) -> bytes:
    size = require_file(path)
    # Four bytes are the most that UTF-8 takes for a character; before reading, to save memory.
    if size > 4 * LARGEST:
        raise _too_large(f"{size:,}", str(path))
    return read_bytes(path, most=4 * LARGEST)


def _too_large(size: str, name: str) -> BadFileError:
    return BadFileError(
        f"the text is too large: {size} bytes",
        where=name,
        hint=f"cut it into parts of at most {LARGEST:,} characters",
    )


def _check_date(text: str, name: str) -> None:
    try:
        Period.parse(text)
    except EntrepotError as error:
        raise BadFileError(
            f"not a date: {text!r}", where=name, hint="write date: 2026-01-20, or 2026-01"
        ) from error


def _head(text: str) -> tuple[dict[str, str], str]:
    """Return what the first lines say, and the text without these lines."""
    lines = text.splitlines()
    found: dict[str, str] = {}
    body: list[str] = []
    for number, line in enumerate(lines):
        # Only at the head: "Date: …" further down is the text's own.
        match = _KEY.fullmatch(line.strip().strip("*_")) if number < _FIRST else None
        dated = _dated(line) if number < _FIRST and not match else ""
        if match and match[1].lower() not in found:
            found[match[1].lower()] = match[2].strip().strip("\"'*_ ")
        elif dated and "date" not in found:
            found["date"] = dated
            body.append(line)
        elif not (number < _FIRST and line.strip() == "---"):
            body.append(line)
    return found, "\n".join(body)


def _dated(line: str) -> str:
    """Return the date of a line such as "Published 12 March 2025"; empty if it is none.

    A day that stands alone, or behind who wrote the text, is its date too.
    """
    words = line.strip().strip("*_")
    match = _PUBLISHED.match(words)
    time = _first_time(match[1] if match else words[:_HEADLINE])
    if time is None or time.period is None:
        return ""
    if match:
        alone = _REST.fullmatch(match[1][: time.start] + match[1][time.end :])
    else:
        alone = _BESIDE.fullmatch(words[: time.start]) and _REST.fullmatch(words[time.end :])
    return str(time.period) if alone and time.period.freq in ("DM" if match else "D") else ""


def _dateline(body: str) -> str:
    """Return the day in a dateline, "BEIJING, 14 July 2025 (Xinhua)"; empty without one.

    A day without a year has that of the month or quarter that the sentence behind it reports.
    """
    lines = [line.strip().lstrip("*_") for line in body.splitlines() if line.strip()]
    for line in lines[:_FIRST_LINES]:
        time = next(iter(when(line[:_HEADLINE])), None)
        if time is None or time.kind not in ("said", "no_year"):
            continue
        before = line[: time.start]
        # "Exports to Russia, 24 February 2022." names no place of the writer.
        is_place = _PLACE.fullmatch(before) and all(
            word[0].isupper() for word in _WORD.findall(before)
        )
        is_placed = is_place or _AGENCY.fullmatch(before)
        after = line[time.end :]
        if not is_placed or (after and not _GOES_ON.match(after)):
            continue
        day = time.period or _day_reported(line[: time.end], after)
        if day is not None and day.freq == "D":
            return str(day)
    return ""


def _day_reported(dateline: str, after: str) -> Period | None:
    """Return the day of a dateline without a year: soon after what its first sentences report."""
    from entrepot.claims.draft.times import timing  # both read times: one has to come first

    lead = after[:_LEAD]
    said = timing(lead, language_of(after) or "en", None, None).times
    # A year of twelve months says nothing of when it was reported, a base nothing of the report.
    reported = [one.period.end for one in said if not one.is_base and one.period.months < 12]
    if not reported:
        return None
    last = max(reported)
    latest = last + timedelta(days=_SOON)
    bare = [one.period for one in when(lead, Period.parse(str(latest))) if one.kind == "no_year"]
    if any(one is not None and str(one) in {str(at.period) for at in said} for one in bare):
        return None  # "5 % in June, after 3 % in June 2024": of a year later, perhaps
    day = next((one.period for one in when(dateline, Period.parse(str(latest)))), None)
    return day if day is not None and last < day.start <= latest else None


def _first_time(words: str) -> TimeSpan | None:
    """Return the first time that is named; none if its year is to be guessed from the date."""
    # With its year: a bare "12 March" would need the date that is being looked for.
    times = when(words)
    return times[0] if times and times[0].kind == "said" else None


def _title(body: str) -> str:
    """Return the first heading, or a first line that is one; empty where a sentence comes first."""
    lines = [line.strip() for line in body.splitlines()]
    said = [line for line in lines if line and not _dated(line)]
    heading = next((match[1] for line in said[:_FIRST] if (match := _HEADING.match(line))), "")
    if heading:
        return heading if len(heading) <= _TITLE else f"{heading[: _TITLE - 1].rstrip()}…"
    first = said[0] if said else ""
    # A title stands apart: the line behind it is empty or the date.
    following = [*lines[lines.index(first) + 1 :], ""][0] if first else ""
    apart = not following or bool(_PUBLISHED.match(following) or _dated(following))
    alone = len(said) > 1 and len(first) <= _HEADLINE and not _SENTENCE.search(first)
    return first if alone and apart else ""


def _unnamed(name: str, date: str) -> str:
    """Return what a text without a title is called: by its day, and its file."""
    day = f" of {_in_words(Period.parse(date))}" if date else ""
    return f"Text{day}" if name == PASTED else f"Text{day} ({Path(name).name})"


def _in_words(period: Period) -> str:
    """Return a day or month as it stands in a sentence, anything longer as it is written."""
    start = period.start
    month = f"{month_name[start.month]} {start.year}"
    return {"D": f"{start.day} {month}", "M": month}.get(period.freq, str(period))
