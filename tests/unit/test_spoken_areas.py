"""Areas on a command line may be written as people write them."""

from __future__ import annotations

import pytest

from entrepot.cli.spoken import as_codes


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
        ("eu", "EU"),
        ("eu27", "EU27"),
        ("European Union", "EU"),
        ("World", "WLD"),
        ("coalition", "coalition"),
        ("Coalition@2022", "coalition@2022"),
        ("China+Hong Kong", "CHN+HKG"),
        ("chn + hkg", "CHN+HKG"),
        ("Atlantis", "Atlantis"),
        ("RSU", "RSU"),
        ("", ""),
    ],
)
def test_codes_of_what_people_write(written: str, code: str) -> None:
    assert as_codes(written) == code


def test_nothing_said_stays_nothing() -> None:
    assert as_codes(None) is None
