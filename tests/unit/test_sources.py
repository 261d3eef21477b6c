"""Every source says who it is, on which terms, and what it looks like when whole."""

from __future__ import annotations

import pytest

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.model.areas import area, stopped
from entrepot.model.closed_yaml import parse_closed
from entrepot.sources import source_ids, source_info
from entrepot.sources.info import Quirk, SourceBounds


@pytest.mark.parametrize("source", source_ids())
def test_terms_are_said(source: str) -> None:
    info = source_info(source)
    assert info.id == source
    assert all((info.title, info.publisher, info.licence, info.citation, info.coverage))


def test_unknown_source() -> None:
    with pytest.raises(UnknownNameError, match="did you mean baci"):
        source_info("bacci")


def test_silent_reporters_agree_with_the_model() -> None:
    """A quirk of BACI names an area that is known to have stopped, from the year it stopped in."""
    silent = {q.non_reporting: q.since for q in source_info("baci").quirks if q.non_reporting}
    assert silent == {item.area: item.last.year for item in stopped()}
    assert all(area(code).code == code for code in silent)


@pytest.mark.parametrize(
    ("text", "model", "says"),
    [
        ("rows: {least: 2, most: 1}", SourceBounds, "least is above most"),
        ("rows: {lest: 2}", SourceBounds, "unknown key: 'lest'"),
        ("{id: x, text: y, non_reporting: RUS}", Quirk, "non_reporting and since go together"),
    ],
)
def test_a_source_file_is_closed(text: str, model: type[SourceBounds | Quirk], says: str) -> None:
    with pytest.raises(BadFileError, match=says):
        parse_closed(text, model, name="x.yml")
