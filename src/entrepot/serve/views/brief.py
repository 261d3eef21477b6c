"""A country's dependence on another: the brief as a page, its tables and its charts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from entrepot.report.brief_context import usual_goods
from entrepot.report.compose import SECTIONS, brief_in, opening_in
from entrepot.report.definitions import ADD_DATA
from entrepot.report.missing_value import data_needed
from entrepot.report.note import note_in
from entrepot.report.parts import format_of, plain
from entrepot.report.render_html import page_parts
from entrepot.report.render_json import as_dict
from entrepot.report.render_note import note_format
from entrepot.serve.answer import AnswerRows, NotFoundError, ServedAnswer, as_json, as_svg
from entrepot.serve.service import resumed
from entrepot.serve.site import known_area, page
from entrepot.serve.views.figure import one_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.figures import Definition, Figure
    from entrepot.lake import Lake
    from entrepot.report.parts import Brief, PageLink, Section

FILES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
"""Forms in which a brief is handed on, with their media types."""
NOTES = {
    "html": FILES["html"],
    "pdf": FILES["pdf"],
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": FILES["json"],
}
"""Forms of the one page for decisions."""

_MOST = 24
"""Briefs that are remembered, since a page, its tables and its charts come from one."""
_remembered: OrderedDict[WantedBrief, ServedBrief] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class WantedBrief:
    """What an address says of a brief, empty where it says nothing.

    Attributes
    ----------
    state
        State of the lake when it was asked. The rows that are read are of this state or a later
        one, so that nothing older is remembered under it.
    """

    state: str
    importer: str
    supplier: str
    goods: str = ""
    period: str = ""

    @property
    def base(self) -> str:
        """Path of the page, below which tables and charts are."""
        return f"/country/{self.importer}/from/{self.supplier}"

    @property
    def whole(self) -> str:
        """Address of the whole brief; that of the page has its answer only, which is there soon."""
        return f"{self.base}/whole{self.query}"

    @property
    def query(self) -> str:
        """The rest of the address."""
        pairs = {"goods": self.goods, "period": self.period}
        said = {name: text for name, text in pairs.items() if text}
        return f"?{urlencode(said, safe=':@,')}" if said else ""

    @property
    def chart(self) -> str:
        """The rest of the address of its share over time, as a chart alone."""
        goods = self.asked[2]
        pairs = {"show": "share", "importer": self.importer, "supplier": self.supplier}
        return urlencode(pairs | {"goods": goods}, safe=":@,")

    @property
    def asked(self) -> tuple[str, str, str, str | None]:
        """Importer, supplier, goods and period of the brief."""
        goods = self.goods or usual_goods(self.importer)
        return self.importer, self.supplier, goods, self.period or None

    @property
    def name(self) -> str:
        """What a file about it is called."""
        return f"{self.importer}-{self.supplier}"


class ServedBrief(NamedTuple):
    """A brief, and each definition that was asked for it with its Figure."""

    brief: Brief
    asked: tuple[tuple[Definition, Figure], ...]


def _answer(lake: Lake, wanted: WantedBrief) -> ServedBrief:
    """Return the brief of an address.

    Raises
    ------
    NotFoundError
        For an area that does not exist.
    RequestError
        As `entrepot.brief` does.
    """
    _require(wanted)
    with _lock:
        # The state of the lake is part of `WantedBrief`,
        # so an old brief is simply never found again.
        found = _remembered.get(wanted)
    if found is None:
        # Outside the lock: a brief takes up to a minute, and two may be worked out at once.
        with resumed(lake, "brief", *wanted.asked) as context:
            answer = brief_in(context, *wanted.asked)
        found = ServedBrief(answer, context.questions)
        with _lock:
            _remembered[wanted] = found
            if len(_remembered) > _MOST:
                # The oldest, whether or not it was asked again:
                # it is the cache of answers that looks at use.
                _remembered.popitem(last=False)
    return found


def _require(wanted: WantedBrief) -> None:
    """Refuse areas that do not exist."""
    for side in (wanted.importer, wanted.supplier):
        known_area(side)


def opening_page(lake: Lake, wanted: WantedBrief) -> ServedAnswer:
    """Return the answer and the headline Figures as a page, which leads to the whole brief."""
    _require(wanted)
    with resumed(lake, "brief", *wanted.asked) as context:  # so that the brief asks nothing again
        answer = opening_in(context, *wanted.asked)
    if answer is None:
        return brief_page(lake, wanted)
    return _page("opening.html.j2", wanted, ServedBrief(answer, context.questions))


def brief_page(lake: Lake, wanted: WantedBrief) -> ServedAnswer:
    """Return the brief as a page of the site."""
    return _page("brief_page.html.j2", wanted, _answer(lake, wanted))


def _page(template: str, wanted: WantedBrief, found: ServedBrief) -> ServedAnswer:
    parts = page_parts(found.brief)
    return page(
        template,
        "",
        wanted=wanted,
        files=FILES,
        notes=NOTES,
        python=_python(wanted),
        asked=found.asked,
        step=ADD_DATA if _lacks_share(found, wanted) else "",
        need=data_needed(wanted.asked[2]),
        **parts,
    )


def _lacks_share(found: ServedBrief, wanted: WantedBrief) -> bool:
    """Return whether the share that the page is about has no value."""
    goods = wanted.asked[2]
    return not any(
        (definition.measure, definition.goods, figure.status) == ("import_share", goods, "ok")
        for definition, figure in found.asked
    )


def _python(wanted: WantedBrief) -> str:
    """Return the line of Python that gives the same brief."""
    keys = {"supplier": wanted.supplier, "goods": wanted.goods, "period": wanted.period}
    said = "".join(f", {name}={text!r}" for name, text in keys.items() if text)
    return f"ep.brief({wanted.importer!r}{said})"


def brief_data(lake: Lake, wanted: WantedBrief) -> ServedAnswer:
    """Return the brief as JSON, as `entrepot brief --json` prints it."""
    return as_json(as_dict(_answer(lake, wanted).brief))


def brief_file(lake: Lake, wanted: WantedBrief, form: str) -> ServedAnswer:
    """Return the brief as `entrepot brief --out` writes it.

    Raises
    ------
    RequestError
        For a form that no brief is written in.
    MissingExtraError
        If the library for it is not installed.
    """
    name = f"brief-{wanted.name}.{form}"
    # Before the brief is worked out: a missing library is known at once.
    write = format_of(Path(name))
    found = write(_answer(lake, wanted).brief)
    return ServedAnswer(found if isinstance(found, bytes) else found.encode(), FILES[form], name)


def note_file(lake: Lake, wanted: WantedBrief, form: str) -> ServedAnswer:
    """Return the one page for decisions, dated today; errors as in `brief_file`."""
    _require(wanted)
    name = f"note-{wanted.name}.{form}"
    write = note_format(Path(name))
    # UTC, because the server does not know where its reader is.
    today = datetime.now(UTC).date().isoformat()
    with resumed(lake, "brief", *wanted.asked) as context:  # what the page asked is known
        found = write(note_in(context, *wanted.asked, today))
    shown = "" if form == "html" else name  # a page opens, a file is saved
    return ServedAnswer(found if isinstance(found, bytes) else found.encode(), NOTES[form], shown)


def brief_figures(lake: Lake, wanted: WantedBrief) -> AnswerRows:
    """Return every Figure behind the brief as a table."""
    return one_row(_answer(lake, wanted).brief.figures, f"figures-{wanted.name}")


def brief_table(lake: Lake, wanted: WantedBrief, name: str) -> AnswerRows:
    """Return the table of a section."""
    section = _section(lake, wanted, name)
    if section.table is None:
        raise NotFoundError(f"there is no table of {name}", hint="open the page: it has a link")
    return AnswerRows(section.table.head, section.table.rows, f"{name}-{wanted.name}")


def brief_chart(lake: Lake, wanted: WantedBrief, name: str) -> ServedAnswer:
    """Return the chart of a section, with its title and where it comes from."""
    from entrepot.report.standalone import framed

    section = _section(lake, wanted, name)
    if section.picture is None:
        raise NotFoundError(f"there is no chart of {name}", hint="open the page: it has a link")
    source = "".join(_words(piece) for piece in section.source)
    title, foot = plain(section.title.text), [source] if source else []
    return as_svg(framed(section.picture, title, section.deck, foot), f"{name}-{wanted.name}")


def _section(lake: Lake, wanted: WantedBrief, name: str) -> Section:
    """Return a section; a name that none has is refused before the brief is worked out."""
    # Two checks: names that no brief has cost nothing; one
    # that only this brief lacks costs its computation.
    known: Iterable[str] = SECTIONS
    if name in known:
        found = {section.id: section for section in _answer(lake, wanted).brief.sections}
        if name in found:
            return found[name]
        known = found
    raise NotFoundError(f"this brief has no section {name!r}", hint=f"sections: {', '.join(known)}")


def _words(piece: str | PageLink) -> str:
    return piece if isinstance(piece, str) else piece.text
