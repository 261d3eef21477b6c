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


REGISTER = """
format: 1
register: made-up
title: A made-up register
reporter: KAZ
direction: import
valuation: CIF
columns:
  Number: {role: declaration}
  Item: {role: item}
  Day: {role: date, form: "%d.%m.%Y"}
  Code: {role: tariff_code, pad: 10}
  Made in: {role: origin}
  Importer: {role: receiver}
  Value: {role: value}
"""
COMPANIES = "AGIR CHIPS TOO", "AGIR  CHIPS, TOO", "ALMATY STEEL LLP", "ALMATY STEEL L.L.P."


@pytest.fixture(scope="session")
def with_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of a release and of a register."""
    folder = tmp_path_factory.mktemp("register")
    lines = ["Number,Item,Day,Code,Made in,Importer,Value"]
    lines += [
        f"A{at},1,{1 + at % 28:02}.03.2023,8542310000,China,{COMPANIES[at % 4]},{100 + at}"
        for at in range(200)
    ]
    (folder / "made.csv").write_text("\n".join([*lines, ""]).replace(", TOO", " TOO"), "utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("baci", OLD.write(folder / "old"))
    lake.add("shipments", [folder / "made.csv"], mapping=REGISTER)
    return lake.path
