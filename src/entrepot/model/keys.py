"""The keys of a definition, each declared once.

The command line, the signature of `entrepot.ask`, addresses and OpenAPI, watch files, checks and
the lines of a Figure all come from `Keys`. A new key is a line here and a field of `Definition`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import NoneType
from typing import Annotated, Any, Literal, TypedDict, get_args, get_type_hints

from entrepot.model.columns import NAME_ROLES

Line = Literal["measure", "goods", "period", "source", "quantity", ""]
LINES: tuple[Line, ...] = ("measure", "goods", "period", "source", "quantity", "")
"""The lines on which a Figure shows its keys, in order."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is declared of a key.

    Attributes
    ----------
    help
        What it is and what may stand there, for screens; at most 72 characters.
    line
        On which line of a Figure it is shown; the empty one comes last.
    choices
        All that may stand there, where that is a fixed list.
    default
        What counts where it is left out; None where the answer chooses or it is not needed.
    above
        What a number has to be above.
    example
        What an error proposes to write.
    areas
        Whether it names areas, which people may write in words.
    optional
        Whether only a few measures read it; a definition of another measure does not show it.
    why_needed, what_to_add
        Where a measure needs it: the reason, and what to add to the command.
    spellings
        Other spellings of the option.
    kind
        Type of the value, as given; filled in from `Keys`.
    """

    help: str
    line: Line = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    above: float | None = None
    example: str = "1e6"
    areas: bool = False
    optional: bool = False
    why_needed: str = ""
    what_to_add: str = ""
    spellings: tuple[str, ...] = ()
    kind: type = str


class Keys(TypedDict, total=False):
    """Keywords of a definition; numbers may come as text."""

    importer: Annotated[
        str | list[str] | tuple[str, ...],
        Key("Importing country, group or sum: RUS, EU27, CHN+HKG, WLD.", "measure", areas=True),
    ]
    exporter: Annotated[
        str | list[str] | tuple[str, ...],
        Key("Exporting country, group or sum: CHN, coalition, WLD.", "measure", areas=True),
    ]
    goods: Annotated[
        str | list[str] | tuple[str, ...],
        Key(
            "all, chpl, chpl:4.B, chpl@2024-01-01, mine.csv, 85, 8542, inputs.",
            "goods",
            default="all",
        ),
    ]
    period: Annotated[str | int, Key("2023, 2023-06, 2023Q2, 2022-03..2022-12, now.", "period")]
    base: Annotated[
        str | int | None, Key("Period that a change is measured against: 2021.", "period")
    ]
    source: Annotated[
        str | None,
        Key("baci, baci@V202501, comtrade, published …; default: the best.", "source"),
    ]
    reported_by: Annotated[
        str | None,
        Key("Reporting side: exporter or importer.", "source", choices=("exporter", "importer")),
    ]
    basis: Annotated[
        str,
        Key(
            "dispatch, origin, seller, producer_hq; registers: consignment, port.",
            "source",
            choices=(
                *("dispatch", "origin", "seller", "producer_hq", "value_added"),
                *("consignment", "port", "destination"),
            ),
            default="dispatch",
        ),
    ]
    valuation: Annotated[str | None, Key("fob or cif.", "source", choices=("fob", "cif"))]
    quantity: Annotated[
        str,
        Key("value, mass, items.", "quantity", choices=("value", "mass", "items"), default="value"),
    ]
    currency: Annotated[
        str, Key("USD, EUR, CNY, CAD …; default: that of the data.", "quantity", default="")
    ]
    flow: Annotated[
        str,
        Key(
            "one_way; both: two-way trade; balance: exports less imports.",
            "measure",
            choices=("one_way", "both", "balance"),
            default="one_way",
        ),
    ]
    k: Annotated[int | None, Key("Number of suppliers, for cr.", "measure")]
    concordance: Annotated[
        str,
        Key(
            "How to convert a list: family, same_code, upper, lower, weighted …",
            "goods",
            choices=(
                *("family", "same_code", "without_changed", "without_partial"),
                *("upper", "lower", "weighted"),
            ),
            default="family",
        ),
    ]
    sector: Annotated[
        str | None, Key("Industry that buys inputs: C29; with --goods inputs.", "goods")
    ]
    by: Annotated[
        str | None,
        Key(
            "Parts: product, exporter, importer; of registers also brand, sender …",
            "measure",
            choices=("product", "exporter", "importer", *NAME_ROLES),
            optional=True,
        ),
    ]
    company: Annotated[
        str | None,
        Key(
            "Only lines of a register with a name: brand: INTEL; AMD.",
            "measure",
            optional=True,
        ),
    ]
    lines: Annotated[
        str | None,
        Key("Tariff lines of a register, as it writes them: 8542.31.90.", "goods", optional=True),
    ]
    line_value: Annotated[
        float | None,
        Key(
            "Only lines of a register worth at least this much: 1e5.",
            "goods",
            above=0,
            example="1e5",
            optional=True,
        ),
    ]
    controls: Annotated[
        str | None,
        Key(
            "Control importers: GEO+UZB; several sets: GEO+UZB,CHL.",
            areas=True,
            optional=True,
            why_needed="hubs are compared with importers that the event did not reach",
            what_to_add="--controls GEO+UZB",
        ),
    ]
    fixed_supply: Annotated[
        str | None,
        Key("Suppliers assumed not to increase supply: coalition.", areas=True, optional=True),
    ]
    hubs: Annotated[
        str | None,
        Key(
            "Possible third-country hubs: ARM+KAZ+KGZ.",
            areas=True,
            optional=True,
            why_needed="rerouting is estimated through named third countries",
            what_to_add="--hubs ARM+KAZ+KGZ",
            spellings=("hub",),
        ),
    ]
    least: Annotated[
        float | None,
        Key(
            "Minimum purchases of controls before the event: 1e6.",
            above=0,
            optional=True,
            why_needed="one product that controls bought next to nothing of outweighs all others",
            what_to_add="--least 1e6",
        ),
    ]
    listed: Annotated[
        str | None,
        Key(
            "List whose dates are the events of a study: eu-xxiii.",
            "goods",
            optional=True,
            why_needed="the events are the dates on which goods were listed",
            what_to_add="--listed eu-xxiii",
        ),
    ]
    margin: Annotated[
        float | None,
        Key(
            "Maximum hub mark-up, as a share of the purchase value: 0.2.",
            above=0,
            example="0.2",
            optional=True,
        ),
    ]
    production: Annotated[
        float | None,
        Key(
            "Domestic production in the period, in the unit of the values.",
            above=0,
            optional=True,
            why_needed="trade data have no domestic production",
            what_to_add="--production 5e6, output of the period in the unit of the values",
        ),
    ]
    sigma: Annotated[
        float | None,
        Key(
            "Elasticity of substitution between suppliers, above 1.",
            above=1,
            example="3",
            optional=True,
            why_needed="the loss depends on how well suppliers replace each other, and no value "
            "fits all goods",
            what_to_add="--sigma 3, above one: near 2 in a first year, 5 or 6 over several years",
        ),
    ]
    trim: Annotated[
        float | None,
        Key(
            "Exclude products whose price changed by more than this factor: 5.",
            above=1,
            example="5",
            optional=True,
        ),
    ]
    spot: Annotated[
        str | None,
        Key(
            "Rate of a day, per dollar: 7.1; or a day with a published rate.",
            "quantity",
            optional=True,
            why_needed="the rate of a day is one of the three that are compared",
            what_to_add="--spot 7.1, units of the currency a dollar, or the day, if its rate was "
            "published",
        ),
    ]


def _declared() -> dict[str, Key]:
    found = {}
    for name, hint in get_type_hints(Keys, include_extras=True).items():
        types, key = get_args(hint)
        # `int | None` gives int; a type alone is its own.
        kinds = [one for one in get_args(types) or (types,) if one is not NoneType]
        found[name] = replace(key, kind=kinds[0])
    return found


KEYS = _declared()
"""Every key but the measure, in the order in which help and forms list them."""
AREA_KEYS = tuple(name for name, key in KEYS.items() if key.areas)
"""Keys that name areas."""
