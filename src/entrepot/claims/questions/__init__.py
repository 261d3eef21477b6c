"""A question in words, read as a definition: which measure, whose trade, which goods, and when.

Areas, goods and times are those of the reader of articles (`entrepot.claims.draft`), the names of
`entrepot.model` and the everyday words of `entrepot.goods`; ``questions.csv`` has only the forms
that questions take. What a question leaves open is asked back with candidates: nothing is guessed,
and a word that says nothing here is no word to pass over.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from entrepot.claims.draft.sentences import longest
from entrepot.claims.numbers.text import language_of
from entrepot.claims.question_forms import corrections
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_names import areas_in, goods_in
from entrepot.claims.questions.goods import leaves_out
from entrepot.claims.questions.reading import QuestionReader
from entrepot.claims.questions.times import with_years
from entrepot.errors import EntrepotError, RequestError
from entrepot.figures import Definition, latest_periods
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from entrepot.claims.question_read import QuestionRead

__all__ = ["LONGEST", "read_on_lake", "read_question", "with_periods"]


_WHETHER_STILL = {
    "en": re.compile(
        r"^((?:do|does|did|has|have)\b(?!.*\b(?:if|when|cost|lose|without)\b).*?)\bno longer\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"^((?!.*(?:如果|假如|要是|若|万一|一旦)).*?)不再(?=.*[吗么]\W*$)"),
}
"""Whether somebody does no longer is what somebody still does, and no question of a cut-off."""
_STILL = {"en": r"\1still", "zh": r"\1还"}

LONGEST = 300
"""Characters of a question: what is longer is a text."""


def read_question(
    text: str, *, today: date | None = None, years: Iterable[str] = ()
) -> QuestionRead:
    """Read a question in English, German, Russian or Chinese.

    Parameters
    ----------
    today
        What "last year" is counted from.
    years
        Years that are proposed where the question names none.

    Raises
    ------
    RequestError
        If it is longer than `LONGEST` characters, or empty.

    Examples
    --------
    >>> read_question("How much of Germany's magnets came from China in 2022?").read_as
    'import_share, DEU, CHN, 850511, 2022'
    >>> [one.key for one in read_question("Who supplies Poland with coal?").unsaid]
    ['period']
    """
    words = " ".join(text.split())
    if not words or len(words) > LONGEST:
        what = "the question is empty" if not words else f"a question of {len(words):,} characters"
        raise RequestError(what, hint="ask one thing: Who supplied Poland with coal in 2022?")
    language = language_of(words)
    # Script settles Russian and Chinese; a short question has too few words for English or German.
    if language not in ("ru", "zh"):
        language = _by_words(words, language)
    now = today or date.today()
    asked = words
    if language in _WHETHER_STILL:
        asked = _WHETHER_STILL[language].sub(_STILL[language], words)
    dated = with_years(asked, language, now)
    reading = QuestionReader(dated, language, now, tuple(years))
    found = replace(reading.read(), text=words)
    # "Кроме" (except) is no misspelt "корм" (feed).
    unknown = [word for word in reading.unknown if not leaves_out(word)]
    right = corrections(unknown, language, dated) if unknown else {}
    if not right:
        return found
    spelled = dated
    for word, other in right.items():
        ends = ("", "") if language == "zh" else (r"(?<!\w)", r"(?!\w)")
        spelled = re.sub(re.escape(word).join(ends), other, spelled)
    again = QuestionReader(with_years(spelled, language, now), language, now, tuple(years))
    better = again.read()
    # Each word has to say something where it stands; what else is not understood is asked back.
    if len(again.unknown) > max(len(reading.unknown) - len(right), 0):
        return found
    return replace(better, text=words, corrected=(*right.items(), *better.corrected))


def _by_words(words: str, usual: str) -> str:
    """Return the language with most words of questions; where two have as many, the usual one.

    Where none is usual, the names of countries and goods decide: 2022, Haselnüsse, Deutschland.
    """
    counts = {
        one: sum(len(form.findall(words)) for form in _forms(one).values()) for one in ("en", "de")
    }
    if not usual and counts["en"] == counts["de"]:
        counts = {
            one: len(longest([*areas_in(words, one), *goods_in(words, one)])) for one in counts
        }
    return max(counts, key=lambda one: (counts[one], one == (usual or "en")))


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
