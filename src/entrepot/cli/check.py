"""`entrepot check`: test the figures in a text."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    open_on_engine,
    saying_new_folder,
    writable,
)
from entrepot.cli.draft import DateOption, PublisherOption, drafted, standard_input
from entrepot.cli.output import emit
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from entrepot.claims import Check, CheckedClaim
    from entrepot.claims.document import Document
    from entrepot.claims.result import ConflictBlock
    from entrepot.report.check_report import ArticleText

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="Claims file (.yaml), article (.txt, .md), or - for either on standard input.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Write the result: .html, .md, .json, .txt or .jsonld (ClaimReview).",
        callback=writable,
        show_default=False,
    ),
]
Note = Annotated[
    Path | None,
    typer.Option(
        "--note",
        help="Write a note to the editor (.txt): only claims that fail the check.",
        callback=writable,
        show_default=False,
    ),
]

All = Annotated[
    bool,
    typer.Option("--all", help="Show reasons for all claims, not only for those that fail."),
]


_CLAIMS = re.compile(r"^claims:\s*$", re.MULTILINE)
"""The line that every claims file has and no article."""


def check(
    file: File,
    out: Out = None,
    note: Note = None,
    everything: All = False,
    date: DateOption = "",
    publisher: PublisherOption = "",
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a text's figures against each other and against evidence.

    From an article, claims are drafted first. Sentences that are not interpreted are listed, not
    tested. The terminal shows reasons for failed claims, and one line for each other claim.

    Exit code 1 when a claim is inconsistent or differs.

    Example: entrepot check examples/russia-china-dependence.yaml
    """
    from entrepot.claims import check as run
    from entrepot.claims.quantity_text import labels
    from entrepot.report.check_report import check_note, format_of, write_check, write_note

    if out is not None:
        format_of(out)  # a name that cannot be written is refused before any work is done
    if note is not None:
        check_note(note)
    _apart(file, out, note)
    document, article = _read(file, date, publisher)
    found = run(document, open_on_engine(engine, lake, master))
    if out is not None:
        with saying_new_folder(out):
            write_check(found, out, article)
    if note is not None:
        with saying_new_folder(note):
            write_note(found, note)
    ids = {claim.id: claim.id for claim in document.claims}
    # Ids of drafted claims mean nothing to a reader; in a claims file its author chose them.
    names = labels(document.claims) if article is not None else ids
    emit(found, lambda screen: draw(found, screen, names, everything=everything), as_json=as_json)
    if found.found_something:
        raise typer.Exit(1)


def _apart(*files: Path | None) -> None:
    """Refuse one name for two files: the second would overwrite the first.

    Raises
    ------
    RequestError
        If two of the names mean one file.
    """
    named = [file for file in files if file is not None]
    places = [file.resolve() for file in named]
    for place, file in enumerate(named):
        if places[place] in places[:place]:
            raise RequestError(
                f"{file} is given twice",
                why="the output would overwrite an input or an earlier output",
                hint="choose another file name for --out or --note",
            )


def _read(file: Path, date: str, publisher: str) -> tuple[Document, ArticleText | None]:
    """Read a claims file, or draft the claims of an article.

    Raises
    ------
    RequestError
        For a date or publisher of a claims file, which says its own.
    """
    from entrepot.claims.verdict import TEXTS, read_document

    text = standard_input() if str(file) == "-" else None
    claims = file.suffix.lower() not in TEXTS if text is None else bool(_CLAIMS.search(text))
    if claims:
        if date or publisher:
            raise RequestError(
                "--date and --publisher apply to articles only",
                where=str(file),
                hint="set them under source in the claims file",
            )
        if text is None:
            return read_document(file), None
        from entrepot.claims.read import parse_document

        return parse_document(text, name="standard input"), None
    from entrepot.claims.draft import as_document
    from entrepot.report.check_report import ArticleText

    draft = drafted(file, date, publisher, text=text, to_check=True)
    return as_document(draft), ArticleText.of(draft)


# A check on a terminal: a line a claim, then the arithmetic and the reasons.


STYLES = {
    "inconsistent": "bold red",
    "differs": "bold yellow",
    "not_enough_evidence": "bold",
    "supported": "green",
}
WIDE = 98  # columns from which on nothing has to fold
WRONG = ("inconsistent", "differs")
FULL = 66  # columns from which on a likely error still fits beside the numbers
VERDICT = 14  # columns of a verdict with its sign; of the longest only where the screen is wide
LONGEST = 21
REMARK = 15  # columns of the kind of a likely error
PADDING = 12  # columns between the cells
ONE_LINE = 80  # columns from which on a claim has one line
FEW = 12  # columns of a number where the screen is narrow
NAMES = 24  # columns of which a claim's name seldom needs more
NUMBERS = 17  # columns of a number as printed


def draw(
    found: Check, screen: Console, names: Mapping[str, str], *, everything: bool = False
) -> None:
    """Draw a check: a line for each claim, what is wrong first; then why that is wrong.

    Parameters
    ----------
    found
        The check.
    screen
        Where to.
    names
        By which each claim is known to its reader, by its id.
    everything
        Draw the reasons of what could not be tested too, and fold what is long.
    """
    from rich.padding import Padding
    from rich.text import Text

    from entrepot.claims.result import VERDICTS
    from entrepot.report.attribution import in_one_reporter
    from entrepot.report.check_report.entries import one_line

    order = sorted(found.claims, key=lambda one: VERDICTS.index(one.verdict))
    screen.print(Text(one_line(found.source.title), style="bold"))
    screen.print(Text(found.in_counts()))
    if order:
        screen.print(_table(order, screen.width, names, fold=everything))
    for block in found.blocks:
        screen.print()
        listed = ", ".join(names[one] for one in block.first.claims)
        screen.print(Text(f"Cannot all be true{in_one_reporter(block)}: {listed}", style="bold"))
        for line in _of_block(block, found):
            screen.print(Padding(Text(line), (0, 0, 0, 2)))
    shown = [item for item in order if everything or item.verdict in WRONG]
    for item in shown:
        if item.verdict != "supported":
            screen.print()
            screen.print(_head(item, names[item.id]))
            screen.print(Padding(Text("\n".join(_lines(item))), (0, 0, 0, 2)))
    if not everything and any(item.verdict == "not_enough_evidence" for item in order):
        screen.print()
        screen.print(Text("Reasons for the other claims: add --all", style="dim"))
    if found.to_load:
        screen.print()
        screen.print(Text("Data on claims without evidence", style="bold"))
        screen.print(Padding(Text("\n".join(found.to_load)), (0, 0, 0, 2)))
    _draw_rest(found, screen)
    for limit in found.limits:
        screen.print()
        screen.print(Text(one_line(limit)))


def _of_block(block: ConflictBlock, found: Check) -> Iterator[str]:
    """Yield the arithmetic of conflicts with one cause, what is blamed, and what else it upsets."""
    from entrepot.report.attribution import also_conflicting, likely_cause

    yield f"{block.first.because}."
    if block.first.corrected:
        yield f"Corrected: {block.first.corrected}."
    for words in (likely_cause(block, found), also_conflicting(block, found)):
        if words:
            yield f"{words}."


def _draw_rest(found: Check, screen: Console) -> None:
    """Draw the numbers that were not interpreted, each sentence once."""
    from rich.padding import Padding
    from rich.text import Text

    from entrepot.report.check_report.entries import one_line

    if found.todo:
        screen.print()
        screen.print(Text("Not interpreted, so not tested", style="bold"))
    for quote, numbers in groupby(found.todo, lambda rest: rest.quote):
        lines = [f"{one_line(rest.says)}: {one_line(rest.why)}" for rest in numbers]
        screen.print(Padding(Text("\n".join([*lines, one_line(quote)])), (0, 0, 0, 2)))


def _table(order: list[CheckedClaim], width: int, names: Mapping[str, str], *, fold: bool) -> Any:
    """Return all claims, a row each; long cells are cut short, or folded where that is asked."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    verdict = LONGEST if width >= WIDE + LONGEST - VERDICT or fold else VERDICT
    grid.add_column("verdict", no_wrap=True, min_width=verdict, max_width=verdict)
    cut = not fold and width >= ONE_LINE
    long: dict[str, Any] = {"overflow": "ellipsis" if cut else "fold", "no_wrap": cut}
    numbers = NUMBERS if width >= WIDE else FEW
    rest = width - verdict - 2 * numbers - REMARK - PADDING
    # Cells that fold have no least width: together these would push the last column off the screen.
    # Without its end a claim could be another one: the EU's exports to Kyrgyzstan or Kazakhstan.
    grid.add_column("claim", min_width=NAMES if cut and width >= WIDE else None, overflow="fold")
    if cut:
        grid.columns[-1].max_width = rest
    grid.add_column("says", max_width=numbers if cut else NUMBERS, **long)
    grid.add_column("against", max_width=numbers if cut else NUMBERS, **long)
    if width >= FULL:
        grid.add_column("error or remark", min_width=REMARK if cut else 12, **long)
    for item in order:
        error = (
            item.likely_errors[0].kind.replace("_", " ") if item.likely_errors else item.qualifier
        )
        cells = [names[item.id], item.says, _against(item), *([error] if width >= FULL else [])]
        grid.add_row(
            Text(_verdict(item), style=STYLES[item.verdict]), *(Text(cell) for cell in cells)
        )
    return grid


def _verdict(item: CheckedClaim) -> str:
    from entrepot.report.check_report.save import SIGNS

    return f"{SIGNS[item.verdict]} {item.verdict.replace('_', ' ')}"


def _head(item: CheckedClaim, name: str) -> Any:
    from rich.text import Text

    verdict = _verdict(item)
    if item.qualifier:
        verdict = f"{verdict}, {item.qualifier}"
    kinds = dict.fromkeys(error.kind.replace("_", " ") for error in item.likely_errors[:1])
    if kinds:
        verdict = f"{verdict} ({', '.join(kinds)})"
    line = Text(verdict, style=STYLES[item.verdict])
    line.append(f"  {name}: ", style="not bold default")
    line.append(item.says, style="bold default")
    line.append(f", against {_against(item)}", style="not bold default")
    return line


def _lines(item: CheckedClaim) -> Iterator[str]:
    from entrepot.report.check_report.entries import left_by_others

    yield item.reason
    for error in item.likely_errors[:1]:
        yield f"Likely error: {error.kind.replace('_', ' ')}. {error.text}"
    if left := left_by_others(item):
        yield f"Implied by all other figures, published ones included: {left}."
    if item.evidence_needed and item.evidence_needed not in item.reason:
        yield f"Evidence needed: {item.evidence_needed.removesuffix('.')}."


def _against(item: CheckedClaim) -> str:
    """Return the number that decides, or the published range where none does."""
    from entrepot.claims.comparison import TEXT_ITSELF
    from entrepot.claims.quantity_text import span
    from entrepot.claims.verdict_text import number_of, numbers_between

    agrees = bool(item.against) and item.against[0].outcome == "supports"
    # Evidence that agrees is not what an inconsistent claim fails against.
    if not item.against or (item.verdict == "inconsistent" and agrees):
        return "–"
    if item.counted is not None:
        return span(item.counted, item.claim.quantity.unit)
    if item.verdict == "not_enough_evidence" and not item.qualifier:
        alike = [one for one in item.against if not one.other_definition]
        of_text = " (the text)" if item.against[0].source == TEXT_ITSELF else ""
        return f"{numbers_between(alike or item.against)}{of_text}"
    return number_of(item.against[0])
