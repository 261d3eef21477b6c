"""Areas on a command line may be written as people write them."""

from __future__ import annotations

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model.area_names import as_codes


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("RUS", "RUS"),
        ("rus", "RUS"),
        ("Russia", "RUS"),
        ("russian federation", "RUS"),
        ("Türkiye", "TUR"),
        ("Hong Kong", "HKG"),
        ("South Korea", "KOR"),
        ("UK", "GBR"),
        ("RU", "RUS"),
        ("kr", "KOR"),
        ("643", "RUS"),
        ("cn+344", "CHN+HKG"),
        ("DR Congo", "COD"),
        ("999", "999"),
        ("eu", "EU"),
        ("eu27", "EU27"),
        ("European Union", "EU"),
        ("World", "WLD"),
        ("coalition", "coalition"),
        ("Coalition@2022", "coalition@2022"),
        ("China+Hong Kong", "CHN+HKG"),
        ("chn + hkg", "CHN+HKG"),
        ("Países Bajos", "NLD"),
        ("PAISES BAJOS+Bélgica", "NLD+BEL"),
        ("Нидерланды", "NLD"),
        ("荷兰", "NLD"),
        ("Elfenbeinküste", "CIV"),
        ("AU", "AUS"),  # ISO's two letters come first: the African Union is AFU
        ("African Union", "AFU"),
        ("Atlantis", "Atlantis"),
        ("RSU", "RSU"),
        ("", ""),
    ],
)
def test_codes_of_what_people_write(written: str, code: str) -> None:
    assert as_codes(written) == code


def test_nothing_said_stays_nothing() -> None:
    assert as_codes(None) is None


@pytest.mark.parametrize("written", ["Pais Bajos", "País Bajos"])
def test_a_name_that_is_nearly_one_of_another_language_has_a_hint(written: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        as_codes(written)
    assert "NLD (Netherlands)" in caught.value.hint


@pytest.mark.parametrize(
    ("written", "one", "other"),
    [("Congo", "COG", "COD"), ("Korea", "KOR", "PRK"), ("China+the congo", "COG", "COD")],
)
def test_a_name_of_two_areas_is_refused_with_both(written: str, one: str, other: str) -> None:
    with pytest.raises(RequestError, match="two areas are called") as caught:
        as_codes(written)
    assert f"{one} (" in caught.value.hint
    assert f"{other} (" in caught.value.hint


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("KAZ,KGZ,ARM", "KAZ+KGZ+ARM"),
        ("Türkei, Kirgisistan + Armenien", "TUR+KGZ+ARM"),
        ("Korea, Rep., China", "KOR+CHN"),
        ("Egypt, Arab Rep.", "EGY"),
        ("EU@2023, UK", "EU@2023+GBR"),
        ("Atlantis, Germany", "Atlantis+DEU"),  # refused by its name, not as a whole
    ],
)
def test_a_comma_joins_areas_but_for_names_that_have_one(written: str, code: str) -> None:
    assert as_codes(written) == code
