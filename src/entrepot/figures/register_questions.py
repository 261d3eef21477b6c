"""Questions that customs registers, which are asked by name only, may answer in place of others."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from entrepot.figures.availability import availability_of
from entrepot.figures.definition import given_keys
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.input_rows import is_inputs
from entrepot.figures.sides import members_of
from entrepot.sources import is_register

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake

_BASES = {"dispatch": ("dispatch", "consignment", "origin", "port")}
"""Bases of a register that may stand for one of statistics, the nearest first."""


def register_questions(asked: Definition, lake: Lake) -> Iterator[Definition]:
    """Yield a question as each register may answer it that has the time and the importer.

    By the catalog alone: whether a register answers is known when it is asked.
    """
    buyers = members_of(asked, "importer")
    if asked.source or not buyers or is_inputs(asked):
        return
    spans = [span for span in (asked.period, asked.base) if span]
    for source in dict.fromkeys(item.source for item in lake.holdings() if item.counts):
        there = availability_of(lake, source, spans) if is_register(source) else ()
        for one in () if isinstance(there, NoAnswer) else there:
            reported = one.reporters["importer"] if one.reporters else ()
            if buyers <= {area for area, _ in reported}:
                for basis in _BASES.get(asked.basis, (asked.basis,)):
                    if basis in one.bases:
                        yield asked.but(source=source, basis=basis)


def command_for(asked: Definition, chosen: Collection[str] = ()) -> str:
    """Return the command that asks a definition on a terminal, with every key that it was given.

    Parameters
    ----------
    chosen
        Keys that an answer filled in, which the question left out (`Figure.chosen`).
    """
    given = given_keys(asked, chosen)
    # World and all goods are said too: who is asked about stands first.
    always = {"importer": asked.importer, "exporter": asked.exporter, "goods": asked.goods}
    keys = always | {"period": str(asked.period)} | given
    options = (
        f"--{name.replace('_', '-')} {shlex.quote(str(text))}" for name, text in keys.items()
    )
    return " ".join([f"entrepot ask {asked.measure}", *options])
