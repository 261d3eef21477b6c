"""From the name of a parser and a number to an input: a right file, and what is done to it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from fuzz.changes import CHANGES, KEEPS, RARE
from fuzz.grid import Style, other_style, same_table
from fuzz.raw import damaged
from fuzz.subject import Case
from fuzz.wraps import bomb, fine, harmful

if TYPE_CHECKING:
    from fuzz.subject import Made, Subject

SAME = 0.2
"""Share of inputs to which only is done what must make no difference."""


def build(subject: Subject, seed: int) -> Case:
    """Return the input with this number."""
    draw = Random(f"{subject.id} {seed}")
    made = subject.make(draw)
    if made.sure and draw.random() < SAME:
        return _same(subject, seed, draw, made)
    return _changed(subject, seed, draw, made)


def _write(
    subject: Subject, draw: Random, made: Made, style: Style, *, same: bool
) -> tuple[bytes, list[str]]:
    if subject.write:
        return subject.write(draw, made, same)
    return style.write(made.grid), []


def _same(subject: Subject, seed: int, draw: Random, made: Made) -> Case:
    style = Style(made.delim, encoding=made.encoding)
    plain, _ = _write(subject, Random(seed), made, style, same=True)
    did = [change(draw, made.grid) for change in KEEPS[: 1 if made.fixed else 2]]
    if subject.write is None:
        style, more = same_table(draw, style, len(made.grid.rows))
        did += more
    data, more = _write(subject, draw, made, style, same=True)
    did += more
    name, packed = made.name, None
    if made.packs and draw.random() < 0.3:
        packed = data
        data, name, how = fine(draw, data, name)
        did.append(how)
    return Case(
        subject.id,
        seed,
        data,
        name,
        made.said,
        tuple(did),
        made.name,
        plain=plain,
        packed=packed,
        note=made.note,
    )


def _changed(subject: Subject, seed: int, draw: Random, made: Made) -> Case:
    did: list[str] = []
    style = Style(made.delim, encoding=made.encoding)
    for _ in range(draw.choice([0, 1, 1, 1, 2, 3])):
        change = draw.choice(CHANGES) if draw.random() < 0.97 else draw.choice(RARE)
        did.append(change(draw, made.grid))
    if subject.write is None:
        if draw.random() < 0.2:
            style, more = same_table(draw, style, len(made.grid.rows))
            did += more
        if draw.random() < 0.15:
            style, what = other_style(draw, style)
            did.append(what)
    data, more = _write(subject, draw, made, style, same=False)
    did += more
    harmed = draw.random() < (0.25 if did else 0.8)
    if harmed:
        data, what = damaged(draw, data)
        did.append(what)
    name, packed = made.name, None
    if made.packs:
        chance = draw.random()
        if chance < 0.001:
            data, name, what = bomb(draw, name)
            did.append(what)
        elif chance < 0.15:
            packed = data
            data, name, what = (fine if chance < 0.05 else harmful)(draw, data, name)
            did.append(what)
            if draw.random() < 0.3:
                data, what = damaged(draw, data)
                did.append(what)
    return Case(
        subject.id,
        seed,
        data,
        name,
        made.said,
        tuple(did),
        made.name,
        damaged=harmed,
        packed=packed,
        note=made.note,
    )
