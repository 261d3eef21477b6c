from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from made_lake import NEW, OLD

from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of the older release."""
    return OLD.write(tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of the newer release."""
    return NEW.write(tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="session")
def _held(tmp_path_factory: pytest.TempPathFactory, old: list[Path]) -> Path:
    folder = tmp_path_factory.mktemp("held") / "lake"
    Lake.open(folder).add("baci", old)
    return folder


@pytest.fixture
def lake_with_old(_held: Path, tmp_path: Path) -> Callable[[str], Lake]:
    """Return a lake of its own, which holds the older release."""

    def made(name: str = "lake") -> Lake:
        shutil.copytree(_held, tmp_path / name)
        return Lake.open(tmp_path / name)

    return made
