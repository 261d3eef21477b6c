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
NO_ARGUMENT: dict[str, tuple[Callable[[Any], object], str]] = {
    "lake": (lambda it: ep.ask("import_share", lake=it, **ASKED), "int is no path"),
    "check": (ep.check, "int is no path"),
    "draft": (ep.draft, "int is no path"),
    "screen": (ep.screen, "int is no path"),
    "scenario": (ep.scenario, "int is no scenario"),
    "supplier": (lambda it: ep.brief("RUS", it), "unknown area: '5'"),
    "reconcile": (ep.reconcile, "int is no path"),
    "citation": (
        lambda it: ep.ask("import_share", **ASKED).cite(it), "unknown form of a citation: '5'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", NO_ARGUMENT)
def test_what_is_no_argument_is_refused_in_words(where: str) -> None:
    called, words = NO_ARGUMENT[where]
    with pytest.raises(EntrepotError, match=words):
        called(5)


@pytest.mark.parametrize("key", ["importer", "goods"])
def test_an_empty_list_is_refused_by_its_key(key: str) -> None:
    with pytest.raises(EntrepotError, match=f"{key} is an empty list"):
        ep.ask("import_share", **ASKED | {key: []})
