"""A question in words, read as a definition: which measure, whose trade, which goods, and when.

Areas, goods and times are those of the reader of articles (`entrepot.claims.draft`), the names of
`entrepot.model` and the everyday words of `entrepot.goods`; ``questions.csv`` has only the forms
that questions take. What a question leaves open is asked back with candidates: nothing is guessed,
and a word that says nothing here is no word to pass over.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from entrepot.claims.draft.sentences import longest
from entrepot.claims.numbers.text import language_of
from entrepot.claims.question_forms import corrections
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_names import areas_in, goods_in
from entrepot.claims.questions.reading import QuestionReader
from entrepot.claims.questions.times import with_years
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.question_read import QuestionRead

__all__ = ["LONGEST", "read_question"]


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
    dated = with_years(words, language, now)
    reading = QuestionReader(dated, language, now, tuple(years))
    found = replace(reading.read(), text=words)
    right = corrections(reading.unknown, language, dated) if reading.unknown else {}
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
