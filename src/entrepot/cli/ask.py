"""`entrepot ask`: one figure."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import date
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer
from typer.core import TyperCommand

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOrAddress,
    MasterOption,
    Measure,
    one_of,
    open_lake,
    open_on_engine,
    say_if_empty,
    saying_new_folder,
    with_keys,
    writable,
)
from entrepot.cli.data_show import size
from entrepot.cli.output import emit, facts, note, table
from entrepot.errors import EntrepotError, RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from entrepot.claims.question_read import QuestionRead
    from entrepot.figures import Figure, Panel
    from entrepot.figures.asking import Each
    from entrepot.lake import Lake
    from entrepot.lake.explain import QueryCost

_IN_WORDS = re.compile(r"\s|[?？]|[^\x00-\x7f]")
"""A question in words, and no id of a measure."""

_EACH = ("year", "quarter", "month", "importer", "exporter", "goods", "basis")


class AskCommand(TyperCommand):
    """The command, whose help behind a measure shows the keys that this measure reads."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note the measure that help is wanted of, and parse."""
        named = next((word for word in args if not word.startswith("-")), "")
        if "--help" in args and named:
            from entrepot.figures.questions import QUESTIONS

            # The value of an option may come first: it is no measure, and the usual help is shown.
            ctx.meta[_HELP_OF] = named if named in QUESTIONS else None
        return list(super().parse_args(ctx, args))

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write what the measure is; without one, what the command does."""
        measure = ctx.meta.get(_HELP_OF)
        if not measure:
            super().format_help_text(ctx, formatter)
            return
        from entrepot.measures import measure_metadata

        found = measure_metadata(measure)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"{found.id}: {found.title} ({found.unit}).")
            formatter.write_text(f"How it is defined: entrepot measure show {found.id}")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the keys of the measure by how often they are wanted, then the options."""
        measure = ctx.meta.get(_HELP_OF)
        if not measure:
            super().format_options(ctx, formatter)
            return
        groups: dict[str, list[tuple[str, str]]] = {name: [] for name in _GROUPS}
        for param in self.get_params(ctx):
            group = _group_of(param.name or "", measure)
            if group and (record := param.get_help_record(ctx)):
                groups[group].append(record)
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)


_HELP_OF = "entrepot.help_of"
_USUAL = ("importer", "exporter", "goods", "period", "base")
_GROUPS = ("Usual keys", "Special keys", "Technical keys", "Options")


def _group_of(name: str, measure: str) -> str:
    """Return where an option stands in the help of a measure; empty if it does not read it."""
    from entrepot.figures.questions import QUESTIONS
    from entrepot.model.keys import KEYS

    if name == "measure":
        return ""
    how = QUESTIONS[measure]
    if name not in KEYS:
        unread = (name == "tests" and measure != "rerouted") or (
            name in ("curve", "above") and not how.has_curve
        )
        return "" if unread else "Options"
    named = {"exporter", "importer", "base", "k", *(one for one in KEYS if KEYS[one].optional)}
    if name in named and name not in (*how.reads, *how.needs, *how.names):
        return ""
    if name in _USUAL or name in how.needs:
        return "Usual keys"
    return "Special keys" if KEYS[name].optional or name == "k" else "Technical keys"


@with_keys
def ask(
    *,
    measure: Measure,
    curve: Annotated[
        bool, typer.Option("--curve", help="Evaluate every combination of defensible choices.")
    ] = False,
    above: Annotated[
        float | None,
        typer.Option(
            help="With --curve: share of specifications above this value: 0.8.",
            show_default=False,
        ),
    ] = None,
    tests: Annotated[
        bool,
        typer.Option("--tests", help="With rerouted: placebo tests and a verdict for each hub."),
    ] = False,
    each: Annotated[
        str | None,
        typer.Option(
            help="A figure for each year, quarter or month, importer, exporter, goods or basis; "
            "several: importer,year.",
            show_default=False,
            autocompletion=one_of(*_EACH),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Also write it: .xlsx, .csv, .parquet, .dta, .sdmx.csv, .zip, .json, .md, .html.",
            show_default=False,
            callback=writable,
        ),
    ] = None,
    cite: Annotated[
        str | None,
        typer.Option(
            metavar="FORM",
            help="Print how to cite the figure, instead of it: text, bibtex, csl or ris.",
            show_default=False,
            autocompletion=one_of("text", "bibtex", "csl", "ris"),
        ),
    ] = None,
    lake: LakeOrAddress = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show engine, files and bytes read, queries and a plan."),
    ] = False,
    as_json: JsonOption = False,
    **keys: Any,
) -> None:
    """Evaluate one figure: value, range, definition, evidence, caveats.

    MEASURE is an id, or a whole question in English, German, Russian or Chinese, which is shown as
    it was read before it is answered: entrepot ask "Who supplied Poland with coal in 2022?"

    Example: entrepot ask import_share --importer RUS --exporter CHN --goods chpl --period 2023
    """
    from entrepot.figures import ask as evaluate

    if above is not None and not curve:
        raise RequestError("--above counts specifications of a curve", hint="add --curve")
    form = _citation_form(cite, each, as_json=as_json)
    read = None
    if not measure.strip() or _IN_WORDS.search(measure.strip()):
        read = _read(measure, keys, each, lake)
        measure, each, keys = read.measure, read.each or None, keys | read.keys
    each, keys = _with_bases(each, keys | _defaults(measure, keys))
    opened = open_on_engine(engine, lake, master)
    _say_if_too_large(opened, keys)
    if each is not None:
        of_one = {"--curve": curve, "--tests": tests, "--explain": explain}
        found = _series(measure, opened, each, of_one, keys)
        _show_series(found, out, read, as_json=as_json)
        return
    with opened.explaining() if explain else nullcontext() as cost:
        figure = evaluate(
            measure,
            lake=opened,
            curve=curve,
            above=above,
            tests=tests,
            **keys,
        )

    def render(screen: Console) -> None:
        draw(figure, screen)
        if read:
            _draw_read(read, screen)
        if cost:
            _draw_cost(cost, screen)

    more: dict[str, Any] = {"explain": cost.to_dict()} if cost else {}
    more |= {"question": read.to_dict()} if read else {}
    if out is not None:
        with saying_new_folder(out):
            note(f"written: {figure.save(out)}")
    if form:
        print(figure.cite(form, accessed=date.today().isoformat()))
    else:
        emit({**figure.to_dict(), **more}, render, as_json=as_json, result=figure)
    if figure.value is None:
        raise typer.Exit(3)
    say_if_empty(opened, lake)


def _with_bases(each: str | None, keys: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return what there is a figure for each of, with every basis where all are asked for."""
    from entrepot.lake.registers import EVERY_BASIS

    if keys.get("basis") != EVERY_BASIS:
        return each, keys
    return f"basis {each or ''}", keys | {"basis": None}


def _series(
    measure: str, lake: Lake, each: str, of_one: Mapping[str, bool], keys: dict[str, Any]
) -> Panel:
    """Evaluate a panel; options that are of one figure alone are refused."""
    from entrepot.figures import ask_many

    if alone := [name for name, is_given in of_one.items() if is_given]:
        raise RequestError(f"{alone[0]} is of one figure", hint="leave it out, or --each")
    steps = [cast("Each", one) for one in re.split(r"[\s,+]+", each.strip())]
    return ask_many(measure, lake=lake, each=steps, **keys)


def _citation_form(
    cite: str | None, each: str | None, *, as_json: bool
) -> Literal["text", "bibtex", "csl", "ris"] | None:
    """Return the form of a citation that is wanted.

    Raises
    ------
    RequestError
        For another form, or what cannot be cited.
    """
    if cite is None:
        return None
    for form in ("text", "bibtex", "csl", "ris"):
        if cite == form and each is None and not as_json:
            return form
    if cite in ("text", "bibtex", "csl", "ris"):
        other = "a series" if each is not None else "JSON, which has the identifier"
        raise RequestError(f"--cite is of one figure, not of {other}", hint="leave one of them out")
    raise RequestError(f"unknown form of citation: {cite!r}", hint="text, bibtex, csl or ris")


def _read(text: str, keys: dict[str, Any], each: str | None, lake: str | None) -> QuestionRead:
    """Return a question in words as it was read, and say so; what is open is asked back.

    Raises
    ------
    OpenQuestionError
        If it leaves something open.
    """
    from entrepot.claims.questions import read_question

    given = [name for name, one in keys.items() if one is not None]
    if given or each:
        raise RequestError(
            f"a question in words, and --{given[0] if given else 'each'}",
            hint="say it in the question, or name a measure: entrepot ask import_share ...",
        )
    found = read_question(text)
    if found.unsaid:
        from entrepot.claims.questions import with_periods

        with_periods(found, open_lake(lake)).require()
    note(f"read as: {found.read_as} ({found.in_words})")
    return found


def _draw_read(read: QuestionRead, screen: Console) -> None:
    screen.print(f"Command: {read.command}", markup=False, soft_wrap=True)


def _show_series(
    found: Panel, out: Path | None, read: QuestionRead | None, *, as_json: bool
) -> None:
    """Print a figure for each part of the period."""
    if out is not None:
        with saying_new_folder(out):
            note(f"written: {found.save(out)}")

    def render(screen: Console) -> None:
        numbers = range(len(found.varied), len(found.head) - 2)
        if any(one.value is not None for one in found):
            screen.print(table(found.title, found.head, found.shown(), right=tuple(numbers)))
        else:  # a line for each member of a group would say the same
            screen.print(found.title, markup=False)
        for gap in found.gaps:
            screen.print(f"No value: {gap}", markup=False)
        for at, one in enumerate(found.caveats, 1):
            screen.print(f"{at}  {one.text} [{one.id}]", markup=False)
        if read:
            _draw_read(read, screen)

    more = {"question": read.to_dict()} if read else {}
    emit({**found.to_dict(), **more}, render, as_json=as_json, result=found)
    if all(one.value is None for one in found):
        raise typer.Exit(3)


def _defaults(measure: str, keys: dict[str, Any]) -> dict[str, str]:
    """Return goods and supplier of the user's settings, where the measure needs them."""
    from entrepot.figures.questions import QUESTIONS
    from entrepot.settings import configured

    said = configured()
    found = {}
    if "goods" in said and keys.get("goods") is None:
        found["goods"] = said["goods"]
    how = QUESTIONS.get(measure)
    if "supplier" in said and how and "exporter" in how.names and keys.get("exporter") is None:
        found["exporter"] = said["supplier"]
    if found:
        words = ", ".join(f"{name} {value}" for name, value in found.items())
        note(f"note: {words}, from your settings (entrepot config)")
    return found


def _draw_cost(cost: QueryCost, screen: Console) -> None:
    found = cost.to_dict()
    opened, stored = len(found["files_read"]), found["stored_files"]
    what = "given to it" if cost.engine.startswith("Spark") else "opened"
    rows = [
        ("engine", found["engine"]),
        (f"files {what}", f"{opened:,} of {stored:,} in the lake"),
        ("bytes of them", f"{size(found['bytes_read'])} of {size(found['stored_bytes'])}"),
        ("queries", f"{found['queries']:,} in {found['query_seconds']:.2f} s"),
    ]
    screen.print("What it cost", markup=False)
    screen.print(facts(rows))
    for name in found["files_read"]:
        screen.print(f"  {name}", markup=False)
    if plan := found["slowest_plan"]:
        screen.print("Plan of the slowest query", markup=False)
        screen.print(plan, markup=False, highlight=False, no_wrap=True, overflow="ellipsis")


def _say_if_too_large(lake: Lake, keys: dict[str, Any]) -> None:
    """Say before it runs that a question may be too large for DuckDB on this machine."""
    from entrepot.lake.explain import too_large_here
    from entrepot.lake.on_spark import SparkLake
    from entrepot.model.period import Period
    from entrepot.sources import split_address

    if isinstance(lake, SparkLake):
        return
    try:
        period = Period.parse(keys["period"]) if keys.get("period") else None
    except EntrepotError:
        # The question itself will say what is wrong with it.
        return
    source = split_address(keys.get("source") or "")[0] or None

    def memory() -> str:
        query = "SELECT current_setting('memory_limit')"
        return str(lake.connection.execute(query).fetchall()[0][0])

    said = too_large_here(lake.holdings(), memory, source, period, keys.get("by"))
    if said:
        note(f"note: {said}")


def draw(figure: Figure, screen: Console) -> None:
    """Draw a figure on a terminal."""
    from dataclasses import replace

    from rich.text import Text

    from entrepot.figures.card import card_text, more_rows
    from entrepot.figures.figure import card_of, cards_of, table_of
    from entrepot.model.display import NBSP, with_unit

    card = replace(card_of(figure), table=((), ()))  # drawn below, as wide as the screen
    text = Text(card_text(card, max(60, min(screen.width, 120))))
    text.stylize("bold", 0, text.plain.index("\n\n"))
    if card.value:
        text.highlight_words(
            [with_unit(card.value, card.unit).replace(NBSP, " "), "█"], "bold", case_sensitive=True
        )
    screen.print(text, soft_wrap=True)
    if figure.table:
        names, rows = table_of(figure)
        screen.print(table("", names, rows, right=tuple(range(1, len(names))), by_rank=True))
        if len(rows) < len(figure.table):
            screen.print(f"and {more_rows(len(figure.table) - len(rows))}, see --json")
        if cards := cards_of(figure):
            screen.print(facts(cards))
