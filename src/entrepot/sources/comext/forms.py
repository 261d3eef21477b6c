"""The shapes in which the figures of Comext reach a user, told apart by their columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FORMS", "Form", "form_of"]

_CLASSES = "PRODUCT_SITC PRODUCT_BEC PRODUCT_BEC5 PRODUCT_SECTION"


@dataclass(frozen=True, slots=True)
class Form:
    """One shape.

    Attributes
    ----------
    name
        For messages.
    roles
        What each column is, by its name in capitals: ``reporter``, ``partner``, ``product``,
        ``flow``, ``period``; then either ``value``, ``mass``, ``quantity`` side by side or
        ``indicator`` and ``amount`` below each other; ``procedure``, ``trade``, ``unit``,
        ``flag``, ``freq``, ``dataset``.
    needed
        Roles without which it cannot be read.
    beside
        Further columns that tell lines apart: other classifications of the goods.
    ignored
        Columns that say nothing that is kept.
    labelled
        Whether countries are written as names.
    """

    name: str
    roles: dict[str, str]
    needed: frozenset[str]
    beside: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    labelled: bool = False

    @property
    def long(self) -> bool:
        """Whether values and quantities stand below each other."""
        return "indicator" in self.roles.values()


_CELL = frozenset({"reporter", "partner", "product", "flow", "period"})
_LABELLED = {
    "REPORTER": "reporter",
    "PARTNER": "partner",
    "FLOW": "flow",
    "INDICATOR": "indicator",
    "MONTH": "period",
    "VALUE_EUR": "amount",
}
_LONG = _CELL | {"indicator", "amount"}

FORMS = (
    Form(
        "a bulk file (full_v2_*.dat)",
        {
            "REPORTER": "reporter",
            "PARTNER": "partner",
            "TRADE_TYPE": "trade",
            "PRODUCT_NC": "product",
            "FLOW": "flow",
            "STAT_PROCEDURE": "procedure",
            "SUPPL_UNIT": "unit",
            "PERIOD": "period",
            "VALUE_EUR": "value",
            "QUANTITY_KG": "mass",
            "QUANTITY_SUPPL_UNIT": "quantity",
        },
        _CELL | {"value"},
        frozenset(f"{_CLASSES} PRODUCT_CPA21 PRODUCT_CPA22".split()),
        frozenset({"VALUE_NAC"}),
    ),
    Form(
        "an older bulk file (full*.dat)",
        {
            "DECLARANT_ISO": "reporter",
            "PARTNER_ISO": "partner",
            "TRADE_TYPE": "trade",
            "PRODUCT_NC": "product",
            "FLOW": "flow",
            "STAT_REGIME": "procedure",
            "SUPP_UNIT": "unit",
            "PERIOD": "period",
            "VALUE_IN_EUROS": "value",
            "QUANTITY_IN_KG": "mass",
            "SUP_QUANTITY": "quantity",
        },
        _CELL | {"value"},
        frozenset(
            f"{_CLASSES} PRODUCT_CPA2002 PRODUCT_CPA2008 PRODUCT_CPA2_1 DECLARANT PARTNER".split()
        ),
    ),
    Form(
        "a table of DS-045409 or DS-059341 (SDMX-CSV)",
        {
            "DATAFLOW": "dataset",
            "STRUCTURE_ID": "dataset",
            "FREQ": "freq",
            "REPORTER": "reporter",
            "PARTNER": "partner",
            "PRODUCT": "product",
            "FLOW": "flow",
            "INDICATORS": "indicator",
            "TIME_PERIOD": "period",
            "OBS_VALUE": "amount",
            "OBS_FLAG": "flag",
        },
        _LONG | {"dataset"},  # other data sets code their products in the same column otherwise
        ignored=frozenset({"LAST UPDATE", "STRUCTURE", "CONF_STATUS"}),
    ),
    Form(
        "a table with names of countries and a column of codes",
        {**_LABELLED, "CODE": "product"},
        _LONG,
        ignored=frozenset({"PRODUCT"}),
        labelled=True,
    ),
    Form(
        "a table with names of countries and codes in brackets",
        {**_LABELLED, "PRODUCT": "product"},
        _LONG,
        labelled=True,
    ),
)


def form_of(columns: Sequence[str], name: str) -> Form:
    """Return the shape that has these columns.

    Raises
    ------
    BadFileError
        If none has all of them, or a column is there twice.
    """
    names = [column.upper() for column in columns]
    for form in FORMS:
        if form.needed <= {form.roles.get(one) for one in names}:
            _require_known(form, names, name)
            return form
    raise BadFileError(
        f"not the columns of Comext: {', '.join(columns[:8])}{' ...' if len(columns) > 8 else ''}",
        where=f"{name}, row 1",
        why="known are bulk files (REPORTER, PARTNER, PRODUCT_NC, FLOW, PERIOD, VALUE_EUR ... or "
        "DECLARANT_ISO, PARTNER_ISO, ... VALUE_IN_EUROS) and tables of DS-045409 or DS-059341 "
        "(DATAFLOW, freq, reporter, partner, product, flow, indicators, TIME_PERIOD, OBS_VALUE)",
        hint="ask Eurostat for SDMX-CSV with codes, not labels; any other table can be added to "
        "the source `table` with a mapping",
    )


def _require_known(form: Form, names: list[str], name: str) -> None:
    known = {*form.roles, *form.beside, *form.ignored}
    extra = [one for one in names if one not in known]
    roles = [form.roles[one] for one in names if one in form.roles]
    twice = sorted({one for one in names if names.count(one) > 1}) + sorted(
        {f"the {role}" for role in roles if roles.count(role) > 1}
    )
    if extra or twice:
        what = [f"not known {', '.join(extra)}"] if extra else []
        what += [f"twice {', '.join(twice)}"] if twice else []
        raise BadFileError(
            f"columns of {form.name}, but: {'; '.join(what)}",
            where=f"{name}, row 1",
            why="a column that nobody knows may split one flow into several lines",
            hint="use the file as Eurostat ships it",
        )
