"""What a printer that knows nothing of the reader prints is read back, and found in a text."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from printed_numbers import LANGUAGES, Printed, fill, printed, spelled

from entrepot.claims.numbers import Says, number_spans, read_says
from entrepot.claims.times import when

UNIT_WORD = {"en": " percent", "ru": " процентов", "de": " Prozent", "zh": "个百分点"}
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=300)
WORDS = (
    "5 1,234 2025 % $ € - – to bis до 至 fell rose by um на auf more than less doubled a third of "
    "half in one ten every from between and млрд Mrd. 亿 万 成 倍 分之 点 三 十 千 多 раза вдвое "
    "zu ab . , ; ( ) [ ] <b> </b> January года 年 月 Q1 first last year"
)
PIECES = st.sampled_from(WORDS.split())


def same(says: Says, meant: Printed) -> None:
    assert says.unit == meant.unit
    assert says.relation == meant.relation
    assert says.moved == meant.moved
    near = {"rel_tol": 1e-9, "abs_tol": 1e-9 * abs(meant.value)}
    assert math.isclose(says.value, meant.value, **near)
    assert math.isclose(says.step, meant.step, rel_tol=1e-9)
    if meant.relation == "about":  # how far it reaches has its own test
        assert says.low <= meant.low <= meant.high <= says.high
    else:
        assert math.isclose(says.low, meant.low, **near)
        assert math.isclose(says.high, meant.high, **near)


@settings(max_examples=400, deadline=None)
@given(printed())
def test_a_printed_phrase_is_read_back(meant: Printed) -> None:
    same(read_says(meant.text, meant.language), meant)


@settings(max_examples=400, deadline=None)
@given(printed())
def test_without_its_language_one_reading_is_the_one_meant(meant: Printed) -> None:
    readings = read_says(meant.text).readings
    assert any(
        math.isclose(says.value, meant.value, rel_tol=1e-9) and says.unit == meant.unit
        for says in readings
    )


@settings(max_examples=400, deadline=None)
@given(st.data(), printed())
def test_a_phrase_is_found_among_numerals_that_are_none(
    data: st.DataObject, meant: Printed
) -> None:
    assume(not meant.text.startswith("from "))  # in a text that is a change, two levels
    sentence = data.draw(fill(meant.language))
    place = sentence.index("{}")
    text = sentence.replace("{}", meant.text)
    spans = number_spans(text, meant.language)
    holding = [span for span in spans if span.start < place + len(meant.text) and span.end > place]
    assert len(holding) == 1, [text[span.start : span.end] for span in spans]
    same(holding[0].says, meant)
    assert place <= holding[0].start < holding[0].end <= place + len(meant.text)
    for span in spans:  # nothing else of the sentence is a number but its "halved" and "doubled"
        assert span is holding[0] or span.says.unit == "ratio", text[span.start : span.end]


@settings(deadline=None)
@given(st.integers(21, 999).filter(lambda n: not 10 <= n % 100 < 20), st.sampled_from(LANGUAGES))
def test_numbers_in_words_are_read_back(number: int, language: str) -> None:
    says = read_says(spelled(number, language) + UNIT_WORD[language], language)
    assert (says.value, says.step) == (number, 1)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
@example("İ" * 9 + " 5 %")
@example("5\u0307 % \ud7ff")
def test_any_text_is_read_without_a_crash(text: str) -> None:
    in_order(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_mix_of_words_is_read_without_a_crash(text: str) -> None:
    in_order(text)


def in_order(text: str) -> None:
    for language in (None, *LANGUAGES):
        at = 0
        for span in number_spans(text, language):
            assert at <= span.start < span.end <= len(text)
            assert span.says.low <= span.says.high
            assert not math.isnan(span.says.value)
            at = span.end
        at = 0
        for span_of_time in when(text, None, language):
            assert at <= span_of_time.start < span_of_time.end <= len(text)
            at = span_of_time.end


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_text_takes_as_long_as_its_parts(language: str) -> None:
    """Spans of a text of many paragraphs are those of its paragraphs, moved."""
    part = {
        "en": "Trade fell by 6.5 % to $228.1 bn.",
        "ru": "Торговля снизилась на 6,5 %, до 228,1 млрд долларов.",
        "de": "Der Handel sank um 6,5 Prozent auf 228,1 Mrd. Dollar.",
        "zh": "贸易下降6.5%，为2281亿美元。",
    }[language]
    alone = number_spans(part)
    together = number_spans("\n\n".join([part] * 50))
    assert len(alone) == 2
    assert [span.says for span in together] == [span.says for span in alone] * 50


@pytest.mark.parametrize(
    "piece", ["from ", "5-", "% ", "one-", "fell by ", "до 5 ", "三点", "<a ", "2025-", "a.b@", "("]
)
def test_a_long_text_of_pieces_of_phrases_is_read_to_its_end(piece: str) -> None:
    """A pattern that tries every way through such a text would not come back."""
    text = f"{piece * (40_000 // len(piece))}\n\nTrade fell by 6.5 %."
    found = number_spans(text)
    assert found[-1].says is not None
    assert text[found[-1].start : found[-1].end].endswith("6.5 %")
    assert all(0 <= one.start < one.end <= len(text) for one in when(text))
