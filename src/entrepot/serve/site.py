"""Pages: the report's templates and the site's own, with one look, one head, in one's language.

A page is rendered in English. Then each element whose whole text is one of the messages of
``interface_words.csv`` gets that of the language, and says so (``lang``), so that a voice reads it
as such. Sentences, names of goods, numbers and charts stay: a page whose prose has one notation of
numbers must not have another in its tables. Names of countries, their order in lists, and days are
those of the language. A language is chosen in the address (``?lang=de``), which a browser then
remembers, by the setting of who started the server (``entrepot config language de``), or by
``Accept-Language``.
"""

from __future__ import annotations

import csv
import json
import re
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from html import escape, unescape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from entrepot.errors import UnknownNameError
from entrepot.figures.figure import headline
from entrepot.goods.parse import spaced_code
from entrepot.model.area_names import without_accents
from entrepot.model.areas import area_name, area_phrase, area_set
from entrepot.model.display import day_text, figure_value, with_unit
from entrepot.model.period import Period
from entrepot.report.attribution import source_on_card
from entrepot.report.desk import desk_parts
from entrepot.report.palette import DARK, LIGHT, variables
from entrepot.report.parts import WORDS
from entrepot.report.phrasing import capital, shown
from entrepot.report.render_html import ICONS, SWATCHES, page_environment, page_style
from entrepot.serve.answer import NotFoundError, ServedAnswer, as_html
from entrepot.serve.request_body import address_of
from entrepot.settings import LANGUAGES, language
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from fastapi import Request
    from jinja2 import Environment
    from markupsafe import Markup
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from entrepot.figures import Figure

COOKIE = "language"
_SOUNDS = str.maketrans("瑙梵斐", "闹犯非")  # nǎo, fàn, fěi
_MONTHS = {
    "de": "Jan.|Feb.|März|Apr.|Mai|Juni|Juli|Aug.|Sept.|Okt.|Nov.|Dez.",
    "es": "ene|feb|mar|abr|may|jun|jul|ago|sept|oct|nov|dic",
    "fr": "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.",
    "ru": "янв.|февр.|мар.|апр.|мая|июн.|июл.|авг.|сент.|окт.|нояб.|дек.",
}
_FOLDER = Path(__file__).parent
_now: ContextVar[tuple[str, str, str]] = ContextVar("language", default=("en", "", ""))

T = TypeVar("T")


def language_now() -> str:
    """Return the language in which a page is being rendered."""
    return _now.get()[0]


def address_now() -> str:
    """Return path and query of the page, to which a choice of its language can be added."""
    address = _now.get()[1] or "/"
    return address if address.endswith("?") else f"{address}{'&' if '?' in address else '?'}"


def in_language(language: str, work: Callable[[], T], address: str = "", public: str = "") -> T:
    """Do some work whose pages are in a language, and say the address of the page.

    `public` is where others reach the server, empty where nobody said: links that leave it have it.
    """
    token = _now.set((language, address, public))
    try:
        return work()
    finally:
        _now.reset(token)


def language_of(request: Request) -> str:
    """Return the language of a request.

    That of its address, the one remembered, that of the settings, or an accepted one.
    """
    chosen: str = request.scope.get("language", "") or _remembered(request) or language()
    return chosen or _accepted(request.headers.get("accept-language", ""))


def _remembered(request: Request) -> str:
    found = request.cookies.get(COOKIE, "")
    return found if found in LANGUAGES else ""


def _accepted(header: str) -> str:
    """Return the language with the highest weight that the site has; English without any.

    Examples
    --------
    >>> _accepted("fr-CH, fr;q=0.9, en;q=0.8"), _accepted("pt;q=1, de;q=0.5"), _accepted("en, *")
    ('fr', 'de', 'en')
    """
    weights: dict[str, float] = {}
    # Nobody speaks more; a header may be as long as a sender likes.
    for part in header[:400].split(","):
        name, _, weight = part.partition(";q=")
        try:
            size = float(weight or 1)
        except ValueError:
            continue
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES and size > weights.get(language, 0.0):
            weights[language] = size
    return max(weights, key=lambda one: weights[one], default="en")


class Languages:
    """Middleware that takes the choice of a language out of an address and has it remembered.

    What is left of the address is the same in every language.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the language that the address names, without the name in the address."""
        pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        chosen = [text for name, text in pairs if name == "lang"]
        # One that is unknown, or two, are left for the page to refuse as it does any key.
        if scope["type"] != "http" or len(chosen) != 1 or chosen[0] not in LANGUAGES:
            await self._app(scope, receive, send)
            return
        rest = urlencode([one for one in pairs if one[0] != "lang"], safe=":@,+")
        scope = {**scope, "query_string": rest.encode("latin-1"), "language": chosen[0]}
        cookie = f"{COOKIE}={chosen[0]}; Path=/; Max-Age=31536000; SameSite=Lax"

        async def remembering(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (b"set-cookie", cookie.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, remembering)


@cache
def messages() -> dict[str, dict[str, str]]:
    """Return each message, by its English text, in every language."""
    return _table("interface_words.csv", "en")


@cache
def _labels() -> dict[str, dict[str, str]]:
    return _table("area_labels.csv", "code")


def _table(name: str, key: str) -> dict[str, dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return {row[key]: row for row in csv.DictReader(lines)}


def known_area(code: str) -> None:
    """Refuse an area that does not exist, as an address at which there is nothing."""
    try:
        # The day only decides who belongs to a group, and not whether there is one.
        area_set(code, Period.parse(2024).end)
    except UnknownNameError as error:
        raise NotFoundError(error.what, hint=error.hint) from error


def area_label(code: str) -> str:
    """Return what an area is called in the language of the page."""
    return _labels().get(code, {}).get(language_now(), "") or area_name(code)


def by_label(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return areas with their names in the language of the page, in the order of its names."""
    named = [(code, area_label(code)) for code in codes]
    return sorted(named, key=lambda one: (_order(one[1]), one[1]))


def _order(name: str) -> tuple[bytes | str, ...]:
    if language_now() == "zh":
        # The signs of this older standard are in the order of their sounds (pinyin), but for rarer
        # ones, which stand behind all others: each of those that begin a name as one of its sound.
        return (name.translate(_SOUNDS).encode("gb18030"),)
    # Letters with marks stand with those without; only the Spanish ñ is a letter of its own.
    plain = name.casefold().replace("ñ", "n\uffff") if language_now() == "es" else name.casefold()
    plain = plain.replace("ё", "е")
    return (without_accents(plain.replace("й", "и\uffff")),)


def day_label(day: date) -> str:
    """Return a day as it is written in the language of the page.

    Examples
    --------
    >>> from datetime import date
    >>> [in_language(one, lambda: day_label(date(2026, 3, 5))) for one in ("en", "de", "zh")]
    ['5 Mar 2026', '5. März 2026', '2026年3月5日']
    """
    language = language_now()
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    if language not in _MONTHS:
        return day_text(day)
    dot = "." if language == "de" else ""
    return f"{day.day}{dot} {_MONTHS[language].split('|')[day.month - 1]} {day.year}"


# What is no text of the page: code, drawings, and what readers wrote.
_LEFT = re.compile(r"<(pre|code|svg|script|textarea|title|style)\b.*?</\1>", re.DOTALL)
_WHOLE = re.compile(r"<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>([^<>]+)</\1>")
_FIRST = re.compile(r"(<(?:a|p|h[1-6]|summary|caption|label|span|b)(?:\s[^<>]*)?>)([^<>]+)(?=<)")
_SAID = re.compile(r"\b(placeholder|aria-label|data-tabs|data-tab|data-say-[a-z]+)=\"([^\"]+)\"")


def translated(page: str) -> str:
    """Return a page with its interface in the language in which it is being rendered."""
    language = language_now()
    if language == "en":
        return page

    def word(text: str) -> str:
        plain = unescape(text).strip()
        found = messages().get(plain)
        return escape(found[language], quote=True) if found else ""

    def whole(found: re.Match[str]) -> str:
        tag, more, text = found.groups()
        said = word(text)
        return f'<{tag}{more} lang="{language}">{said}</{tag}>' if said else found[0]

    def first(found: re.Match[str]) -> str:
        said = word(found[2])
        return f'{found[1]}<span lang="{language}">{said}</span>' if said else found[0]

    def attribute(found: re.Match[str]) -> str:
        said = word(found[2])
        return f'{found[1]}="{said}"' if said else found[0]

    def of_text(part: str) -> str:
        return _SAID.sub(attribute, _FIRST.sub(first, _WHOLE.sub(whole, part)))

    found, last = [], 0
    for left in _LEFT.finditer(page):
        found += [of_text(page[last : left.start()]), left[0]]
        last = left.end()
    return "".join([*found, of_text(page[last:])])


ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26">'
    b'<path fill="#0a5c9e" d="M12 3h9v8h-9zM7 13h9v8H7z"/><path fill="#77848f" d="M2 3h8v8H2z"/>'
    b'<path stroke="#77848f" stroke-width="2" d="M1 24h24"/></svg>'
)
_MAIN = b'<main id="main">'
_BEFORE = (
    b'\n<div class="page before" role="status"><p class="deck">Newer data are being loaded. '
    b"This page shows the previous data; reload it in a moment.</p></div>"
)
SCRIPTS = (
    *("copy", "embed", "frame", "mail", "page", "rest", "screen", "search", "tabs", "tooltips"),
    "wait",
)
MENU = (
    ("/countries", "Countries"),
    ("/goods", "Goods"),
    ("/explore", "Explore"),
    ("/desk", "Check a text"),
    ("/data", "Data"),
    ("/measures", "Methods"),
)
"""Where the masthead of every page leads."""
TITLES = {
    "": "How dependent is one country on another?",
    "ask": "Compute one figure",
    "compare": "Compare two dependences",
    "data": "Loaded data and findings",
    "explore": "Build a chart",
    "scenario": "What if trade stopped?",
}
"""Titles of rooms that are known before their answer is, by the first part of the address."""


def page(template: str, current: str, **parts: Any) -> ServedAnswer:
    """Return a page of the site.

    Parameters
    ----------
    template
        File in the templates of the site.
    current
        Address of the page that the menu marks.
    """
    shared: dict[str, Any] = {"current": current, "version": __version__, "bare": False}
    shared |= {"languages": LANGUAGES, "language": language_now(), "here": address_now()}
    shared["public"] = _now.get()[2]
    text = environment().get_template(template).render(shared | parts)
    return as_html(translated(text.strip()) + "\n")


def of_before(answer: ServedAnswer) -> ServedAnswer:
    """Return a page with a line above it that newer data than its own are being read in."""
    # In the bytes, because the page was rendered before anybody knew that it would be outdated.
    return replace(answer, body=answer.body.replace(_MAIN, _MAIN + _BEFORE, 1))


@cache
def environment() -> Environment:
    """Return the report's templates with those of the site before them."""
    from jinja2 import ChoiceLoader, PackageLoader

    report = page_environment()
    own = PackageLoader("entrepot.serve", "templates")
    # An overlay shares globals and filters with the report's environment, so both are copied below.
    made = report.overlay(loader=ChoiceLoader([own, report.loader or own]))
    made.globals = {**report.globals, "menu": MENU, "icons": ICONS, "swatches": SWATCHES}
    made.globals |= {"words": WORDS, "titles": TITLES}
    made.filters = {
        **report.filters,
        "address": address_of,
        "area": area_phrase,
        "capital": capital,
        "coded": _coded,
        "headline": headline,
        "json": lambda data: json.dumps(data, ensure_ascii=False),
        "shown": _shown,
        "shown_range": shown_range,
        "whose": source_on_card,
        "day": day_label,
        "spaced": spaced_code,
    }
    return made


def _coded(text: str) -> Markup:
    """Return a text with its commands set as commands: errors have them between backticks."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _shown(figure: Figure) -> str:
    """Return the value of a Figure with its unit: as published, where it is."""
    if figure.unit != "share":  # growth has its sign
        return figure_value(figure.value, figure.unit)
    return with_unit(*shown(figure))


def shown_range(figure: Figure) -> str:
    """Return the ends of a Figure as people read them, or why there are none."""
    return f"no range: {figure.no_range}" if figure.no_range else figure.range_text


@cache
def sheet(name: str) -> ServedAnswer:
    """Return a sheet of style: ``page``, ``check`` for a check beside it, ``desk``, ``screen``.

    Raises
    ------
    NotFoundError
        For one that does not exist.
    """
    if name not in ("page", "check", "desk", "screen"):
        raise NotFoundError("no such sheet of style")
    if name == "desk":
        text = desk_parts()["style"]
    elif name == "screen":
        own = files("entrepot.serve").joinpath("templates", "screen.css").read_text("utf-8")
        text = f"{desk_parts()['style']}\n{own}"
    elif name == "check":
        text = files("entrepot.report").joinpath("templates", "check.css").read_text("utf-8")
    else:
        own = files("entrepot.serve").joinpath("templates", "site.css").read_text("utf-8")
        text = f"{page_style('brief.css', 'scenario.css')}\n{own}\n{_themes()}"
    return ServedAnswer(text.encode(), "text/css; charset=utf-8")


def _themes() -> str:
    """Return colours that a frame asks for, whatever those of its reader's system; not on paper."""
    rules = (
        f":root[data-theme={name}]{{color-scheme:{name};{variables(colours)}}}"
        for name, colours in (("light", LIGHT), ("dark", DARK))
    )
    return f"@media screen{{{''.join(rules)}}}"


@cache
def script(name: str) -> ServedAnswer:
    """Return a module of our own; raises `NotFoundError` for one that does not exist."""
    # The name comes from an address and becomes that of a file: only these may.
    if name not in (*SCRIPTS, "desk"):
        raise NotFoundError("no such script")
    if name == "desk":
        return ServedAnswer(desk_parts()["program"].encode(), "text/javascript; charset=utf-8")
    text = files("entrepot.serve").joinpath("scripts", f"{name}.js").read_text("utf-8")
    return ServedAnswer(text.encode(), "text/javascript; charset=utf-8")
