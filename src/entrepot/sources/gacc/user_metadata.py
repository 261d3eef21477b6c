"""What the export does not say and the user has to: which way the goods went, and when."""

from __future__ import annotations

from typing import Literal

from entrepot.errors import BadFileError, RequestError
from entrepot.model.closed_yaml import Closed, FormatOne, parse_closed
from entrepot.model.period import Period

__all__ = ["UserMetadata", "told"]


class UserMetadata(Closed):
    """The mapping of a file: closed YAML of three lines.

    Attributes
    ----------
    format
        Version of the mapping.
    flow
        ``import`` or ``export``, as chosen in the query.
    period
        Time the query asked for, where the file has no column of dates: ``2024-03``, ``2023``.
    """

    format: FormatOne
    flow: Literal["import", "export"]
    period: str | None = None


def told(
    mapping: str | None, name: str, *, has_dates: bool
) -> tuple[Literal["import", "export"], Period | None]:
    """Return flow and period that the user gave for a file; no period if it has dates.

    Raises
    ------
    BadFileError
        If something is missing, said twice, or no whole month, quarter or year.
    """
    if mapping is None:
        raise _missing(
            "whether these are imports or exports" + ("" if has_dates else ", and when"),
            name,
            has_dates,
        )
    said = parse_closed(mapping, UserMetadata, name="mapping")
    if has_dates and said.period:
        raise BadFileError(
            "the period is said twice: in the mapping and in the file",
            where=f"{name}, mapping",
            hint="leave period out; the file has a column of dates",
        )
    if not has_dates and not said.period:
        raise _missing("when these goods were traded", name, has_dates)
    return said.flow, None if has_dates else _period(str(said.period), name)


def _period(text: str, name: str) -> Period:
    try:
        period = Period.parse(text)
    except RequestError as error:
        raise BadFileError(error.what, where=f"{name}, mapping", hint=error.hint) from error
    if period.freq not in ("M", "Q", "A"):
        raise BadFileError(
            f"not one month, quarter or year: {text}",
            where=f"{name}, mapping",
            why="a flow covers one of these, so that the same days never count twice",
            hint="export each month by itself",
        )
    return period


def _missing(what: str, name: str, has_dates: bool) -> BadFileError:
    lines = ["format: 1", "flow: export        # or import"]
    if not has_dates:
        lines.append("period: '2024-03'   # or '2024Q1', '2024'")
    return BadFileError(
        f"the file does not say {what}",
        where=name,
        why="the customs export has the same columns for imports, exports and both together, and "
        "its name is not evidence",
        hint="write a mapping file and add --map FILE:\n         " + "\n         ".join(lines),
    )
