"""A list of shipments screened: pasted or uploaded, answered as a page, and kept nowhere."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.model.display import day_text
from entrepot.report.phrasing import capital
from entrepot.serve.answer import as_json
from entrepot.serve.site import page

if TYPE_CHECKING:
    from datetime import date

    from entrepot.figures.screening import Screening
    from entrepot.lake import Lake
    from entrepot.serve.answer import ServedAnswer

MOST_LINES = 5_000
"""Lines that are screened at once."""
_SHOWN = 500
"""Lines with a result on the page; the workbook has all."""
_EDITIONS = (
    ("", "Six digits, HS edition of each date"),
    ("CN", "Combined Nomenclature (EU)"),
    ("UKT", "UK tariff"),
    ("HTS", "US tariff (HTS)"),
    ("SCHB", "US Schedule B"),
    ("CCT", "Chinese tariff"),
    ("HS2022", "HS2022"),
    ("HS2017", "HS2017"),
)
_ORDERS = (("", "not used, or shown by the file"), ("DMY", "day first"), ("MDY", "month first"))
# Grades of `goods.screening`; 4 and 5 are not listed and no list, 6 not readable.
_KINDS = {1: "listed", 2: "part", 3: "unknown"}
_MARKS = {"●": ("on", "yes"), "○": ("", "no"), "–": ("none", "not known")}


def screen_form(
    _: Lake | None, sent: dict[str, str] | None = None, ask: RequestError | None = None
) -> ServedAnswer:
    """Return the form, filled as it was sent where something has to be asked."""
    from entrepot.serve.request_body import Sizes

    empty = {"text": "", "edition": "", "dates": ""}
    return page(
        "screen_page.html.j2",
        "/screen",
        found=None,
        sent=empty | (sent or {}),
        ask=ask,
        editions=_EDITIONS,
        orders=_ORDERS,
        most=MOST_LINES,
        most_bytes=Sizes().body // 1000,
    )


def screened_page(lake: Lake | None, body: str) -> ServedAnswer:
    """Return the page of a screening.

    Parameters
    ----------
    body
        JSON with ``data`` in base 64, ``name``, ``edition`` and ``dates``.

    Raises
    ------
    RequestError
        For a list of more than `MOST_LINES` lines, or one that cannot be read.
    """
    sent = json.loads(body)
    try:
        found = _screened(lake, sent)
        _require_days(found)
    except RequestError as raised:
        error = _on_a_page(raised)
        data = base64.b64decode(sent["data"])
        # Only pasted lines go back into the form: a browser cannot fill in a chosen file again.
        if sent["name"] or not data.strip():
            raise error from raised
        # Pasted lines were UTF-8 when they came.
        text = data.decode("utf-8", "replace")
        return screen_form(lake, sent | {"text": text}, error)
    return page("screen_page.html.j2", "/screen", **_parts(found))


def screened_data(lake: Lake | None, body: str) -> ServedAnswer:
    """Return a screening as `entrepot screen --json` prints it.

    Parameters
    ----------
    body
        As for `screened_page`, with the number of lines as ``rows``.
    """
    from entrepot.report.screening_text import as_data

    sent = json.loads(body)
    try:
        return as_json(as_data(_screened(lake, sent), rows=sent["rows"]))
    except RequestError as raised:
        raise _on_a_page(raised) from raised


def _screened(lake: Lake | None, sent: dict[str, Any]) -> Screening:
    from entrepot.figures import links_loaded
    from entrepot.figures.screening import read_bytes_of, screen

    data = base64.b64decode(sent["data"])
    if not data.strip():
        raise RequestError("there is no list of shipments", hint="paste one, or choose a file")
    shipments = read_bytes_of(data, sent["name"] or "pasted lines")
    # Broken lines count, too: a file of nothing else would cost as much.
    if shipments.cells.num_rows + len(shipments.broken) > MOST_LINES:
        raise RequestError(
            f"more than {MOST_LINES:,} lines",
            why="a page is for a list that a person reads",
            hint="screen it on a terminal: entrepot screen FILE",
        )
    return screen(
        shipments,
        nomenclature=sent["edition"],
        order=sent["dates"] or None,
        links=links_loaded(lake) if lake else None,
    )


def _require_days(found: Screening) -> None:
    """Refuse a list of which no line can be read, some because their days could be two.

    Else the lines would have to be pasted again to say in which order days are written.
    """
    from entrepot.figures.screening.cells import TWO_DAYS

    both = next((one.reason for one in found.problems if one.reason.startswith(TWO_DAYS)), "")
    if both and found.sums[6] == found.lines:
        raise RequestError(
            f"no line can be read: {both}",
            why="no date in the file shows which, and a listing may lie in between",
            hint="say which comes first: --dates DMY (day) or --dates MDY (month)",
        )


def _on_a_page(error: RequestError) -> RequestError:
    """Return an error with what to do on a page in place of an option of the command."""
    from entrepot.figures.screening.heads import ROLES

    # Hints are written for the command line; on a page nobody can add an option.
    option = re.search(r"--(\w+)", error.hint)
    if option is None:
        return error
    role = option[1]
    if role == "dates":
        hint = "choose day first or month first in the form, and send the lines again"
    elif role == "sheet":
        hint = "send that sheet alone, as CSV or as a workbook of one sheet"
    elif error.hint.startswith("say which") or role not in ROLES:
        hint = "leave the other out, and send the lines again"
    else:
        names = " or ".join(f"“{name}”" for name in ROLES[role][:2])
        hint = f"call its column {names}, and send the lines again"
    return RequestError(error.what, where=error.where, why=error.why, hint=hint)


def _parts(found: Screening) -> dict[str, Any]:
    from entrepot.report.screening_text import as_data, reasons
    from entrepot.report.screening_workbook import workbook

    file = io.BytesIO()
    workbook(found, file)
    shown = found.sums[1] + found.sums[2] + found.sums[3]
    data = as_data(found, rows=_SHOWN)
    first, last = found.days or (None, None)
    return {
        "found": data,
        "answer": _answer(found),
        "days": f"{day_text(first)} to {day_text(last)}" if first and last else "",
        "screened": day_text(found.screened_on),
        # Inside the page, because nothing of a screening is kept that a second request could fetch.
        "workbook": base64.b64encode(file.getvalue()).decode(),
        "matrix": [_matrix_row(one) for one in data["matrix"] if _is_shown(one)],
        "groups": _groups(found),
        "filters": [(kind, f"{found.sums[grade]:,}") for grade, kind in _KINDS.items()],
        "all": f"{shown:,}",
        "shown": f"{_SHOWN:,}",
        "cut": shown > _SHOWN,
        "reasons": reasons(found),
        "lists": [one for one in data["lists"] if _is_read(found, one)],
        **_tally(found),
    }


def _answer(found: Screening) -> str:
    """Return in a sentence how many lines are listed by direction, and what is open."""
    listed = [
        f"{one.counts[1]:,} under {one.jurisdiction} {one.direction}"
        for one in found.matrix
        if one.counts.get(1)
    ]
    said = f"Listed: {'; '.join(listed)}. " if listed else ""
    open_parts = (
        (found.sums[2], "to check in the text"),
        (found.sums[3], "of which nothing can be said"),
        (found.sums[6], "not readable"),
    )
    rest = ", ".join(f"{count:,} {words}" for count, words in open_parts if count)
    return f"{said}{f'Open: {rest}.' if rest else ''}".strip()


def _is_shown(row: dict[str, Any]) -> bool:
    # A route without a list stays, although nothing fell on it: that is what a reader has to know.
    return "no list loaded" in row["read_until"] or any(
        isinstance(count, int) and count for count in row.values()
    )


def _is_read(found: Screening, row: dict[str, str]) -> bool:
    screened = {
        (one.jurisdiction, one.direction)
        for one in found.matrix
        if any(one.counts.values()) or one.regime is None
    }
    return (row["jurisdiction"], row["direction"]) in screened


def _matrix_row(row: dict[str, Any]) -> dict[str, Any]:
    labels = (
        ("listed", "Listed", "listed"),
        ("part", "In part", "in part: check the text"),
        ("unknown", "Not known", "not known"),
        ("", "Not listed", "not listed"),
    )
    return row | {"cells": [(kind, label, row.get(status)) for kind, label, status in labels]}


def _tally(found: Screening) -> dict[str, Any]:
    sums = found.sums
    parts = [sums[1], sums[2], sums[3], sums[4] + sums[5], sums[6]]
    bar, at = [], 0.0
    for place, count in enumerate(parts, 1):
        width = 1000 * count / max(found.lines, 1)
        # The sum is carried on unrounded, so that parts of the bar leave no gaps.
        bar.append((f"b{place}", round(at, 1), round(width, 1)))
        at += width
    words = (
        f"{sums[1]:,} listed", f"{sums[2]:,} in part: check the text", f"{sums[3]:,} not known",
        f"{sums[4]:,} not listed, {sums[5]:,} with no list for their route",
        f"{sums[6]:,} not readable",
    )  # fmt: skip
    looks = (
        ("listed", "v-inconsistent"), ("part", "v-differs"), ("unknown", "v-not_enough_evidence"),
        ("none", "v-none"), ("", "v-none"),
    )  # fmt: skip
    rows = f"{found.lines:,} row{'' if found.lines == 1 else 's'}"
    return {
        "bar": bar,
        "tally": [(*look, word) for look, word in zip(looks, words, strict=True)],
        "tally_words": f"Of {rows}: {', '.join(words)}.",
    }


def _groups(found: Screening) -> list[dict[str, Any]]:
    made: dict[tuple[str, str], list[dict[str, Any]]] = {}
    shown = min(_SHOWN, found.sums[1] + found.sums[2] + found.sums[3])
    # The table has results first, listed before the others, so its beginning is what is shown.
    for row in found.rows(0, shown).to_pylist():
        key = _KINDS[row["grade"]], f"{row['jurisdiction']}: {row['direction']}"
        made.setdefault(key, []).append(_row(row))
    return [
        {"kind": kind, "direction": direction.replace(": ", " "), "rows": rows}
        for (kind, direction), rows in made.items()
    ]


def _next_step(row: dict[str, Any]) -> str:
    """Return what a reader of a line without signs of diversion can do next."""
    if row["direction"].startswith("export to "):
        direct = f"Direct {row['direction']}: signs of diversion do not apply."
        if row["grade"] == 1:
            return f"{direct} Stop, or name the licence or exemption."
        return f"{direct} Compare the goods with the text of the act."
    if row["direction"] == "export licence":
        return (
            "Compare the goods with the text of the announcement, and ask the supplier for the "
            "licence."
        )
    return "Signs of diversion do not apply to this route. Compare the goods with the text."


def _row(row: dict[str, Any]) -> dict[str, Any]:
    from entrepot.figures.screening import SIGNS

    def day(one: date | None) -> str:
        return day_text(one) if one else ""

    entry = row["entry"] or ""
    marks = [
        (name, _MARKS[row[name]][0], capital(f"{words}: {_MARKS[row[name]][1]}"))
        for name, words in SIGNS.items()
    ]
    has_signs = row["signs"] is not None
    search = (row["consignee"], row["code"], row["from"], row["to"], row["row"], row["goods"])
    return row | {
        "day": day(row["date"]),
        "since": day(row["listed_since"]),
        "wind_down": day(row["wind_down"]),
        "value": "–" if row["value"] is None else f"{row['value']:,.0f}",
        "short": ", code ".join(filter(None, (entry.partition("; ")[0], row["listed_code"]))),
        "marks": marks if has_signs else [],
        "next": "" if has_signs else _next_step(row),
        "signed": ", ".join(SIGNS[name] for name in SIGNS if row[name] == "●"),
        "search": " ".join(str(one) for one in search if one is not None).lower(),
    }
