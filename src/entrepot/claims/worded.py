"""Questions in words beside a lake, which knows the years that one without a year can mean."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from entrepot.claims.questions import read_question
from entrepot.errors import EntrepotError
from entrepot.figures import Definition, latest_periods
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake

if TYPE_CHECKING:
    import os
    from datetime import date

    from entrepot.claims.question_read import QuestionRead


def with_periods(read: QuestionRead, lake: Lake) -> QuestionRead:
    """Return a question with the last period of each source of a lake where it names none.

    Where nothing else is open, only periods that are answered are proposed, if there are any.
    """
    if not read.unsaid:
        return read
    found = latest_periods(lake, read.keys.get("goods", "all"), read.keys.get("source"))
    if [one.key for one in read.unsaid] == ["period"] and not read.each:
        found = [one for one in found if _is_answered(read, one[0], lake)] or found
    return read.proposing(found)


def _is_answered(read: QuestionRead, period: str, lake: Lake) -> bool:
    with suppress(EntrepotError):
        asked = Definition.build(read.measure, **{**read.keys, "period": period})
        return evaluate(asked, lake, ranged=False).status == "ok"
    return False


def read_on_lake(
    text: str, *, lake: Lake | str | os.PathLike[str] | None = None, today: date | None = None
) -> QuestionRead:
    """Read a question in English, German, Russian or Chinese as a definition.

    Parameters
    ----------
    lake
        A lake or its folder; by default the one that the settings name. It is opened only where
        the question leaves something open: which years it has is proposed.
    today
        What "last year" is counted from.

    Returns
    -------
    QuestionRead
        With `read_as`, `measure`, `keys` and `command`; `unsaid` has what is open, each with its
        candidates.

    Raises
    ------
    RequestError
        If it is too long, or empty.

    Examples
    --------
    >>> import entrepot as ep
    >>> read = ep.read_question("How much of Germany's magnets came from China in 2022?")
    >>> read.read_as
    'import_share, DEU, CHN, 850511, 2022'
    >>> read = ep.read_question("How much of Germany's magnets came from China?")
    >>> [(one.key, one.candidates[-1]) for one in read.unsaid]
    [('period', ('2022', 'bundled'))]
    """
    read = read_question(text, today=today)
    if not read.unsaid:
        return read
    return with_periods(read, lake if isinstance(lake, Lake) else Lake.open(lake))
