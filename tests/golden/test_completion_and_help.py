"""What a shell completes, and the help of one measure."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer import main

from entrepot.cli.common import (
    complete_area,
    complete_goods,
    complete_measure,
    complete_source,
)
from entrepot.cli.main import app
from entrepot.figures.questions import QUESTIONS
from entrepot.model.keys import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., tuple[int, str, str]]


def test_values_are_completed_with_a_line_about_each() -> None:
    assert ("import_share", "share of imports") in complete_measure("imp")
    assert [name for name, _ in complete_area("CHN+hk")] == ["CHN+HKG"]
    assert "EU27" in dict(complete_area("eu2"))
    assert "chpl" in dict(complete_goods("ch"))
    assert "850511" in dict(complete_goods("8505"))
    assert [name for name, _ in complete_source("com")] == ["comext", "comtrade"]
    assert complete_area("ZZZ") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ask top_s", "top_supplier"),
        ("ask hhi --importer DE", "DEU"),
        ("ask hhi --importer DEU,FR", "DEU,FRA"),
        ("ask hhi --basis or", "origin"),
        ("brief RU", "RUS"),
        ("published list --exporter CH", "CHN"),
        ("data show bac", "baci"),
        ("data get geo", "geodist"),
        ("data export --importer DE", "DEU"),
        ("chart event_", "event_study"),
        ("goods diff chp", "chpl"),
        ("screen x.csv --to RU", "RUS"),
        ("ask value --each importer,y", "importer,year"),
        ("ask value --engine sp", "spark"),
    ],
)
def test_a_shell_gets_them(words: str, found: str) -> None:
    typed = f"entrepot {words}".split()
    asked = {
        **os.environ,
        "_ENTREPOT_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(typed),
        "COMP_CWORD": str(len(typed) - 1),
    }
    program = "import sys; sys.argv[0] = 'entrepot'; from entrepot.cli.main import run; run()"
    printed = subprocess.run(
        [sys.executable, "-c", program], env=asked, capture_output=True, text=True, check=False
    ).stdout
    assert found in printed.split()


@pytest.mark.parametrize("measure", ["hhi", "import_share", "rerouted", "cutoff", "cr"])
def test_help_of_a_measure_has_the_keys_that_it_reads_and_no_others(
    entrepot: Run, measure: str
) -> None:
    code, printed, _ = entrepot("ask", measure, "--help")
    assert code == 0
    shown = {name for name in KEYS if f"--{name.replace('_', '-')}" in printed.split("Usual")[1]}
    how = QUESTIONS[measure]
    special = {name for name, key in KEYS.items() if key.optional} | {"k", "base"}
    assert shown & special == set(how.reads) & special
    assert {"importer", "goods", "period"} <= shown
    assert ("--curve" in printed) == how.has_curve
    assert ("--tests" in printed) == (measure == "rerouted")
    assert f"entrepot measure show {measure}" in printed
    assert measure == "import_share" or "import_share" not in printed
    assert ("exporter" in shown) == ("exporter" in (*how.reads, *how.names))
    for heading in ("Usual keys:", "Technical keys:", "Options:"):
        assert heading in printed


ROOT: Any = main.get_command(app)
CONTEXT = ROOT.make_context("entrepot", [], resilient_parsing=True)
FREE = {
    "a time": "period base date on since day",
    "a name that the user gives": "publisher register catalog company lines name",
    "a column or sheet of the user's file": "code date origin via consignee value mass description "
    "sheet column",
    "an address or a secret": "lake master host token allow_host allow_embed address reader page",
    "digits of a file that is loaded or to be loaded": "snapshot leave_out take vintage",
    "what the data decide": "currency spot",
}
"""Words that no list has, by what they are."""


def _typed(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command, with every argument and option of it that takes a text."""
    for name, one in getattr(command, "commands", {}).items():
        yield from _typed(one, (*path, name))
    for one in () if hasattr(command, "commands") else command.params:
        if one.type.name in ("text", "str") and not getattr(one, "is_flag", False):
            yield path, one


@pytest.mark.parametrize(
    "one",
    [pytest.param(one, id=f"{' '.join(path)} {one.name}") for path, one in _typed(ROOT)],
)
def test_every_text_of_every_command_is_completed_or_free(one: Any) -> None:
    def completed(typed: str) -> list[str]:
        return [item.value for item in one.shell_complete(CONTEXT, typed)]

    every = completed("")
    if not every:
        assert one.name in " ".join(FREE.values()).split()
        return
    # What is half typed keeps what begins so, and leaves out the rest.
    assert every[-1] in completed(every[-1][: len(every[-1]) // 2 + 1])
    assert completed("~no such word") == []


def test_free_texts_are_those_of_commands() -> None:
    typed = {one.name for _, one in _typed(ROOT)}
    assert len(typed) > 60
    assert set(" ".join(FREE.values()).split()) <= typed


@pytest.mark.parametrize("between", [",", "+"])
def test_joined_goods_and_areas_are_completed_behind_the_last(between: str) -> None:
    assert f"850511{between}850519" in dict(complete_goods(f"850511{between}8505"))
    assert f"DEU{between}FRA" in dict(complete_area(f"DEU{between}FR"))


def test_help_without_a_measure_has_them_all(entrepot: Run) -> None:
    for words in (("ask", "--help"), ("ask", "no_measure", "--help")):
        _, printed, _ = entrepot(*words)
        assert all(f"--{name.replace('_', '-')}" in printed for name in KEYS)


def test_a_command_is_read_alone(entrepot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str | None] = []
    original = main.get_command_from_info

    def counted(**keys: Any) -> Any:
        read.append(keys["command_info"].name)
        return original(**keys)

    monkeypatch.setattr(main, "get_command_from_info", counted)
    assert entrepot("area", "show", "DEU")[0] == 0
    assert "brief" not in read
    _, _, said = entrepot("chek")
    assert "check" in said
    assert "brief" in read


def test_a_command_ends_without_a_last_look_for_cycles() -> None:
    # Registered before, so called after what the command registers.
    program = (
        "import atexit, gc, sys; atexit.register(lambda: print(len(gc.get_objects()) < 100)); "
        "sys.argv = ['entrepot', '--version']; from entrepot.cli.main import run; run()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stdout.split()[-1] == b"True"
