"""The day of a list is a choice of the range wherever a list is asked for without one."""

from __future__ import annotations

import pytest

from entrepot.figures import Definition
from entrepot.figures.curve.choices import _versions

LAST = "2023-12-31"


@pytest.mark.parametrize(
    ("goods", "dated"),
    [
        ("chpl,8542", [f"chpl@{LAST},8542"]),
        ("8542,chpl", [f"8542,chpl@{LAST}"]),
        ("chpl:1,chpl:2", [f"chpl:1@{LAST},chpl:2@{LAST}"]),
        ("8542", []),
        ("chpl@2023-12-01,8542", []),
    ],
)
def test_a_list_joined_with_codes_is_also_taken_as_of_the_day(goods: str, dated: list[str]) -> None:
    keys = {"importer": "RUS", "exporter": "CHN", "period": 2023, "goods": goods}
    versions = _versions(Definition.build("import_share", **keys))
    assert [text for words, text in versions if ("listed", f"on {LAST}") in words] == dated
