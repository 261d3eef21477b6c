"""Why no source answers: one line a source, and what is alike together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.value_shares import BASIS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.figures.definition import Definition
    from entrepot.figures.estimate import Missing

__all__ = ["in_lines"]

_INPUTS = (
    "no source of trade tells goods by value added, input-output tables do: ask --goods inputs, or "
    "inputs:C26 for what one sector made"
)


def in_lines(found: Mapping[str, Missing], asked: Definition) -> str:
    """Return one line for each source that could have answered; the others share two lines.

    Parameters
    ----------
    found
        What each source that was asked lacks, the preferred one first.
    asked
        The question.
    """
    apart = {name: item for name, item in found.items() if item.kind}
    lines = [item.reason for name, item in found.items() if name not in apart]
    if asked.basis == BASIS:
        trade = [line for line in lines if line.endswith(f"does not tell goods by {BASIS}")]
        lines = [_INPUTS, *(line for line in lines if line not in trade)] if trade else lines
    when = f"{asked.base} and {asked.period}" if asked.base else f"{asked.period}"
    mute = f"neither {asked.importer} nor {asked.exporter} reported for {when} to"
    if asked.reported_by:
        side = asked.importer if asked.reported_by == "importer" else asked.exporter
        mute = f"{side} did not report for {when} to"
    for kind, words in (
        ("silent", mute),
        ("time", f"not held for {when}:"),
    ):
        alike = {name: item for name, item in apart.items() if item.kind == kind}
        if len(alike) == 1:
            lines += [item.reason for item in alike.values()]
        elif alike:
            named = (
                f"{name} ({item.there})" if item.there else name for name, item in alike.items()
            )
            lines.append(f"{words} {', '.join(named)}")
    return "\n".join(lines)
