"""What each cell of a file of Comext must be, by the role of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources.strict import NUMBER, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.sources.comext.forms import Form

__all__ = ["INDICATORS", "PROCEDURES", "TOTAL_PROCEDURE", "rules"]

INDICATORS = {
    "VALUE_IN_EUROS": ("value", 1),
    "VALUE_EUR": ("value", 1),
    "QUANTITY_IN_100KG": ("mass", 100),
    "QUANTITY_KG": ("mass", 1),
    "SUPPLEMENTARY_QUANTITY": ("quantity", 1),
    "QUANTITY_SUPPL_UNIT": ("quantity", 1),
}
"""Role of an indicator, and what one unit of it is in euro or kg."""
PROCEDURES = frozenset("12345679")
TOTAL_PROCEDURE = "4"
"""In older files all procedures together; the others are its parts."""

_YEAR = "(19[89][0-9]|20[0-9]{2})"
_MONTH = "(0[1-9]|1[0-2])"
_MISSING = f"({NUMBER})?|:"
_LOST = "its trade would be lost from every total"
_AGAIN = "look at the row, or use the file as Eurostat ships it"
_CODE = "(TOTAL|[0-9]{1,8}|[0-9]{2}[0-9A-Z]{2}|[0-9]{2}[0-9A-Z]{4}|[0-9]{2}[0-9A-Z]{6})"


def rules(form: Form, columns: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules for the columns that a file has."""
    beside = dict.fromkeys(form.beside, "class")
    found = [(column, (form.roles | beside).get(column.upper())) for column in columns]
    return tuple(_rule(column, role, form) for column, role in found if role)


def _rule(column: str, role: str, form: Form) -> Rule:
    what, pattern, allowed = _rules(form)[role]
    return Rule(column, what, pattern, allowed, why=_LOST, hint=_AGAIN)


def _rules(form: Form) -> dict[str, tuple[str, str, frozenset[str] | None]]:
    area = (".+", "no country") if form.labelled else ("[A-Z][A-Z0-9_]+", "not a country code")
    number = ("neither a number of zero or more nor empty", _MISSING, None)
    anything = ".*"
    return {
        "reporter": (area[1], area[0], None),
        "partner": (area[1], area[0], None),
        "product": ("not a product code", _product(form), None),
        "flow": ("not a flow", anything, _flows(form)),
        "period": ("not a period", _period(form), None),
        "procedure": ("unknown statistical procedure", anything, PROCEDURES),
        "trade": ("unknown type of trade", "[A-Z]", None),
        "unit": ("not a unit", "[A-Za-z0-9_/ .-]*", None),
        "value": number,
        "mass": number,
        "quantity": number,
        "amount": number,
        "indicator": ("unknown indicator", anything, frozenset(INDICATORS)),
        "class": ("not a code of a classification", "[0-9A-Za-z ._/-]*", None),
        "flag": ("not a flag", "[a-z]{0,3}", None),
        "freq": ("not a frequency that is read here, A or M", anything, frozenset("AM")),
        "dataset": (
            "neither DS-045409 nor DS-059341",
            r"(ESTAT:)?(DS|ds)-(045409|059341)([(].*[)])?",
            None,
        ),
    }


def _product(form: Form) -> str:
    in_brackets = form.labelled and "CODE" not in form.roles
    return rf".*\[{_CODE}\]" if in_brackets else _CODE


def _flows(form: Form) -> frozenset[str]:
    return frozenset({"IMPORT", "EXPORT"} if form.labelled else {"1", "2"})


def _period(form: Form) -> str:
    if not form.long:
        return f"{_YEAR}({_MONTH}|52)?"
    return f"{_YEAR}(-{_MONTH})?"
