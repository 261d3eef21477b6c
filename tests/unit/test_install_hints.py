"""A command that installs is for the environment in which the program runs."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.cli import brief, common
from entrepot.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = "pip install 'entrepot[pdf]'"


def _shell_finds(pip: Path | None) -> Callable[[str], str | None]:
    return lambda name: str(pip) if pip and name == "pip" else None


def test_the_pip_of_this_environment_is_typed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", _shell_finds(Path(sys.executable).with_name("pip")))
    assert common.installed_here(HINT) == HINT


def test_an_environment_that_is_not_active_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", _shell_finds(Path("/usr/bin/pip")))
    monkeypatch.setattr(common, "find_spec", lambda _name: object())
    python = tmp_path / "my env" / "bin" / "python"
    monkeypatch.setattr(sys, "executable", str(python))
    said = common.installed_here(f"see: entrepot data list; or {HINT}")
    assert said == f"see: entrepot data list; or {shlex.quote(str(python))} -m {HINT}"
    monkeypatch.chdir(tmp_path)
    assert common.installed_here(HINT) == f"'my env/bin/python' -m {HINT}"
    assert common.installed_here("add --help") == "add --help"


def test_an_environment_of_uv_has_no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", _shell_finds(None))
    monkeypatch.setattr(common, "find_spec", lambda _name: None)
    monkeypatch.setattr(sys, "executable", "/opt/tool/bin/python")
    expected = "uv pip install --python /opt/tool/bin/python 'entrepot[pdf]'"
    assert common.installed_here(HINT) == expected


def test_all_that_several_files_need_is_named_at_once() -> None:
    def form(path: Path) -> str:
        needed = {".pdf": ("typst", "pdf"), ".docx": ("python-docx", "office")}
        if found := needed.get(path.suffix):
            raise MissingExtraError(*found)
        return path.suffix

    brief._require_formats([Path("a.html")], form)
    with pytest.raises(MissingExtraError) as caught:
        brief._require_formats([Path("a.pdf"), Path("a.html"), Path("a.docx")], form)
    assert caught.value.hint == "pip install 'entrepot[pdf,office]'"
