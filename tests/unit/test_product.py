"""Product codes stay text, keep their zeros and name their edition."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model.product import EDITIONS, edition, edition_on, product_prefix


@pytest.mark.parametrize("given", ["85", "8542", "854231", "01", "0101"])
def test_prefixes(given: str) -> None:
    assert product_prefix(given) == given


@pytest.mark.parametrize("given", ["8", "854", "85423", "8542310", "ab", "", "77", "chpl"])
def test_a_prefix_is_never_padded(given: str) -> None:
    with pytest.raises(RequestError, match=r"not a product code|no such chapter"):
        product_prefix(given)


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("1988-01-01", "HS1992"),
        ("1995-12-31", "HS1992"),
        ("1996-01-01", "HS1996"),
        ("2016-12-31", "HS2012"),
        ("2017-01-01", "HS2017"),
        ("2021-12-31", "HS2017"),
        ("2022-01-01", "HS2022"),
        ("2027-06-01", "HS2022"),
    ],
)
def test_edition_in_force(day: str, wanted: str) -> None:
    assert edition_on(date.fromisoformat(day)).id == wanted


def test_editions_by_any_of_their_names() -> None:
    for one in EDITIONS:
        assert edition(one.id) is edition(one.baci) is edition(one.comtrade) is one
    assert [one.comtrade for one in EDITIONS] == ["H0", "H1", "H2", "H3", "H4", "H5", "H6"]
    with pytest.raises(UnknownNameError, match="HS2017"):
        edition("HS2018")
    with pytest.raises(RequestError, match="1987"):
        edition_on(date(1987, 12, 31))
