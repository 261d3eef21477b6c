"""The date of a brief, where somebody gives one: no format looks at a clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.report.matter import day_words

if TYPE_CHECKING:
    from entrepot.report.parts import Brief

__all__ = ["dated", "read_date"]


def read_date(text: str) -> date:
    """Return a day written as 2026-11-30.

    Raises
    ------
    RequestError
        If it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(
            f"{text!r} is no day", why=str(error), hint="write it as --date 2026-11-30"
        ) from error


def dated(brief: Brief, day: date) -> Brief:
    """Return the brief with a date in its head and in the command that gives it again."""
    line = f"{brief.line} --date {day}"
    return replace(
        brief,
        date=day.isoformat(),
        state=(*brief.state, ("Date", day_words(day))),
        line=line,
        commands=tuple(
            replace(item, line=line + item.line.removeprefix(brief.line))
            if item.line.startswith(brief.line)
            else item
            for item in brief.commands
        ),
    )
