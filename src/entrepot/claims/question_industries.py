"""Industries that buy inputs: "the German car industry", "electronics makers"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from entrepot.model.columns import read_table

__all__ = ["industries_in", "inputs_in", "inputs_made_by"]

_LANGUAGES = ("en", "ru", "de", "zh")
_FORMS = {
    "en": (
        r"(?<![\w-])(?:{x})[ -]?(?:industry|industries|sector|makers?|manufacturers?|producers?"
        r"|companies|firms|manufacturing)(?!\w)"
    ),
    "ru": (
        r"(?<!\w)(?:{x})(?:[а-я]* (?:промышленност|отрасл|индустри|компани|производител)[а-я]+"
        r"|пром[а-я]*(?!\w))"
    ),
    "de": (
        r"(?<!\w)(?:{x})(?:-?industrie|-?branche|-?sektors?|-?hersteller[ns]?|-?unternehmen"
        r"|-?firmen|industrie)(?!\w)"
    ),
    "zh": r"(?:{x})(?:行业|产业|工业|制造业|制造商|企业|厂商|业)",
}
_PRODUCTION = {
    "en": r"(?<![\w-])(?:{x})[ -]?(?:production|making|building|assembly)(?!\w)",
    "ru": r"(?<!\w)(?:{x})[а-я]* производств[а-я]*",
    "de": r"(?<!\w)(?:{x})-?(?:produktion|fertigung|herstellung|bau|montage)s?(?!\w)",
    "zh": r"(?:{x})(?:的)?(?:生产|制造|装配)",
}
"""Names of industries by what they do, where a question is about their inputs."""
_INPUTS = {
    "en": (
        r"(?<!\w)(?:imported |foreign )?(?:intermediate )?(?:inputs?|intermediates)"
        r"(?: goods)?(?!\w)"
    ),
    "ru": (
        r"(?<!\w)(?:импортн[а-я]+ )?"
        r"(?:комплектующ[а-я]+|промежуточн[а-я]+ (?:товар|продукц)[а-я]+)"
    ),
    "de": (
        r"(?<!\w)(?:importierte[nr]? )?(?:Vorleistung(?:en|s)?(?:güter[n]?)?|Vorprodukte?n?"
        r"|Zwischenprodukte?n?)(?!\w)"
    ),
    "zh": "(?:进口)?的?(?:中间)?(?:投入品|投入|中间品|中间产品)",
}
_COMPONENTS = {
    "en": r"(?<!\w)(?:components?|parts|supplies|materials)(?!\w)",
    "ru": r"(?<!\w)(?:деталей|детали|компонент[а-я]*|запчаст[а-я]+|сырь[а-я]+)",
    "de": r"(?<!\w)(?:Komponenten|(?:Bau|Zuliefer)?teilen?|Zulieferungen|Materialien)(?!\w)",
    "zh": "零部件|部件|零件|原料|原材料",
}
"""What an industry buys, in other words; without one they may be any goods."""


@cache
def _industries(language: str, *, makes: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table(Path(__file__).with_suffix(".csv"), ("sector", *_LANGUAGES))
    form = f"{_FORMS[language]}|{_PRODUCTION[language]}" if makes else _FORMS[language]
    return tuple(
        (row["sector"], re.compile(form.replace("{x}", row[language]), re.IGNORECASE))
        for row in rows
        if row[language]
    )


def industries_in(text: str, language: str) -> list[tuple[str, int, int]]:
    """Return the industries that a text names: sector, start, end.

    Examples
    --------
    >>> industries_in("the German car industry", "en")
    [('C29', 11, 23)]
    """
    return [
        (sector, *match.span())
        for sector, pattern in _industries(language, makes=bool(inputs_in(text, language)))
        for match in pattern.finditer(text)
    ]


@cache
def _made(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table(Path(__file__).with_suffix(".csv"), ("sector", *_LANGUAGES))
    form = r"(?<!\w)(?:{x}) inputs?(?!\w)" if language == "en" else "(?:{x})投入品?"
    return tuple(
        (row["sector"], re.compile(form.replace("{x}", row[language]), re.IGNORECASE))
        for row in rows
        if language in ("en", "zh") and row[language]
    )


def inputs_made_by(text: str, language: str) -> list[tuple[str, int, int]]:
    """Return inputs that are named by the industry that makes them: "electronics inputs"."""
    return [
        (sector, *match.span())
        for sector, pattern in _made(language)
        for match in pattern.finditer(text)
    ]


def inputs_in(text: str, language: str, *, of_industry: bool = False) -> list[tuple[int, int]]:
    """Return where a text names inputs of industries; components are some where one is named."""
    words = f"{_INPUTS[language]}|{_COMPONENTS[language]}" if of_industry else _INPUTS[language]
    return [match.span() for match in re.finditer(words, text, re.IGNORECASE)]
