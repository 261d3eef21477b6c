"""Write scenarios in the format that the file's suffix names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.report.scenario.answer import answer
from entrepot.report.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.figures.scenario import Scenario

__all__ = ["FORMATS", "check_name", "plain", "write_scenarios"]

FORMATS = (".html", ".md", ".json", ".svg")


def check_name(out: Path, files: Sequence[Path]) -> None:
    """Refuse a file name that cannot be written, before any work is done.

    Raises
    ------
    RequestError
        For an unknown suffix, or a file that is read.
    """
    if out.suffix.lower() not in FORMATS:
        raise RequestError(
            f"cannot write a scenario as {out.suffix or 'a file without a suffix'}",
            where=str(out),
            hint=f"end the name in {', '.join(FORMATS)}",
        )
    if out.resolve() in {file.resolve() for file in files}:
        raise RequestError(
            f"{out} is the scenario itself", why="it would be lost", hint="name another file"
        )


def write_scenarios(found: Sequence[Scenario], out: Path) -> Path:
    """Render scenarios and write them whole or not at all.

    Raises
    ------
    RequestError
        For an unknown suffix, or a ladder without the economy level.
    OutsideError
        If the disk refuses.
    """
    check_name(out, ())
    return write_whole(out, _rendered(found, out.suffix.lower()))


def plain(found: Sequence[Scenario]) -> dict[str, Any]:
    """Return scenarios as plain JSON types, each with its answer in words; several as a list."""
    data = [{"answer": answer(one)} | one.to_dict() for one in found]
    return data[0] if len(data) == 1 else {"scenarios": data}


def _rendered(found: Sequence[Scenario], suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(plain(found), ensure_ascii=False, indent=1) + "\n"
    if suffix == ".md":
        from entrepot.report.scenario.markdown import render_markdown

        return render_markdown(found)
    if suffix == ".svg":
        from entrepot.report.scenario.picture import single_file

        return single_file(found)
    from entrepot.report.scenario.page import render_page

    return render_page(found)
