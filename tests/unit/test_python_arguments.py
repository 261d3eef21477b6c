"""What Python passes: lists where a definition joins names, and refusals of what is no argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import EntrepotError
from entrepot.figures.definition import Definition

if TYPE_CHECKING:
    from collections.abc import Callable


def test_lists_are_joined_as_a_definition_writes_them() -> None:
    asked: Any = {"exporter": "CHN", "period": 2022}
    listed = Definition.build(
        "import_share", importer=["DEU", "France"], goods=("282200", 250410), **asked
    )
    assert listed == Definition.build(
        "import_share", importer="DEU+FRA", goods="282200,250410", **asked
    )


ASKED: Any = {"importer": "DEU", "exporter": "CHN", "goods": "282200", "period": 2022}
NO_ARGUMENT: dict[str, Callable[[Any], object]] = {
    "lake": lambda it: ep.ask("import_share", lake=it, **ASKED),
    "check": ep.check,
    "draft": ep.draft,
    "screen": ep.screen,
    "scenario": ep.scenario,
    "supplier": lambda it: ep.brief("RUS", it),
    "reconcile": ep.reconcile,
    "citation": lambda it: ep.ask("import_share", **ASKED).cite(it),
}


@pytest.mark.parametrize("where", NO_ARGUMENT)
def test_what_is_no_argument_is_refused_in_words(where: str) -> None:
    with pytest.raises(EntrepotError):
        NO_ARGUMENT[where](5)
