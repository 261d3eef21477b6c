"""Which measure the forms of a question mean, and of which side."""

from __future__ import annotations

import shlex

from entrepot.claims.question_forms import CURRENCIES
from entrepot.claims.question_read import Unsaid
from entrepot.model.areas import area_name

UNIT_FORMS = frozenset(("mass", "both", *CURRENCIES))
"""Words that say in what trade is counted."""
OTHER_SIDE = {"importer": "exporter", "exporter": "importer"}
USUAL_MEASURES = (
    ("import_share", "share of imports"),
    ("value", "value of trade"),
    ("top_supplier", "largest suppliers"),
    ("hhi", "concentration of suppliers"),
    ("growth", "growth"),
    ("price_index", "change of prices"),
)
OF_BUYERS = (("export_share", "share of exports"), ("rank", "place among the buyers"))


def side_alone(role: str, sure: bool, forms: set[str]) -> str:
    """Return the side of the only country: "Germany's exports" makes it the exporter."""
    if role and sure:
        return role
    sells = "buyers" in forms or ("export" in forms and "import" not in forms)
    return "exporter" if sells else role or "importer"


def quantity_of(measure: str, forms: set[str], goods: str) -> dict[str, str]:
    """Return what is counted, if not value; pieces of all goods do not add up."""
    if "mass" in forms and measure not in ("price_index", "price_premium", "rank"):
        return {"quantity": "mass"}
    counts = measure in ("value", "growth") and "count" in forms and not forms & UNIT_FORMS
    return {"quantity": "items"} if counts and goods not in ("", "all") else {}


def no_measure(forms: set[str]) -> Unsaid:
    """Return what is open where no measure answers."""
    for found, why, candidates in (
        (
            "price_or_volume" in forms,
            "price and volume are two figures, and their product is the value",
            (
                ("price_index", "change of prices"),
                ("real_growth", "growth of volume: at constant prices"),
                ("growth", "growth of value"),
            ),
        ),
        (
            "price" in forms,
            "the price of one period is not measured, only its change between two",
            USUAL_MEASURES[-1:] + USUAL_MEASURES[1:2],
        ),
        ("buyers" in forms, "the largest buyers are not a figure; name one of them", OF_BUYERS),
    ):
        if found:
            return Unsaid("measure", why, candidates)
    return Unsaid("measure", "what is to be measured is not clear", USUAL_MEASURES)


def no_direction(side: str, forms: set[str]) -> Unsaid:
    """Return what is open where goods of one country are asked for, and no trade."""
    makes = "made" in forms
    why = (
        "what a country makes is no trade: ask what it imports or exports"
        if makes
        else "the question does not say whether imports or exports are meant"
    )
    names = (("importer", "imports"), ("exporter", "exports"))
    return Unsaid("measure", why, tuple((f"--{name} {side}", words) for name, words in names))


def on_lists(goods: str) -> Unsaid:
    """Return what is open in a question about lists, which are no trade: who knows is a command."""
    words = "every list that has it, and since when"
    return Unsaid(
        "measure",
        "whether and when goods were listed is not a figure of trade",
        ((f"entrepot goods history {goods.partition(',')[0]}", words),),
    )


def of_list(goods: str) -> Unsaid:
    """Return what is open where the goods of a list are asked for: a command shows them."""
    words = "its goods, since when, and by which text"
    return Unsaid(
        "measure",
        "which goods a list has is not a figure of trade",
        ((f"entrepot goods show {goods.partition(',')[0]}", words),),
    )


def of_mirror(areas: list[str], keys: dict[str, str]) -> Unsaid:
    """Return what is open where the reports of both sides are compared: the value of each.

    Where it is not clear who exports, in the order of the names first.
    """
    sides = (
        [(keys["exporter"], keys["importer"])] if keys.keys() >= {"importer", "exporter"} else []
    )
    one, other, *_ = [*dict.fromkeys(areas), "EXPORTER", "IMPORTER"]
    found = []
    for exporter, importer in sides or [(one, other), (other, one)]:
        flow = {**keys, "exporter": exporter, "importer": importer}
        for name in ("exporter", "importer"):
            command = f"{_command('value', *_SIDES, keys=flow)} --reported-by {name}"
            found.append((command, f"as {area_name(flow[name])} reports it"))
    why = "whether two reports agree is no figure: it is the difference of two values"
    return Unsaid("measure", why, tuple(found))


def of_table(forms: set[str], keys: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return the measure whose table answers, and its keys; none where the question lacks some."""
    if "replaced" in forms:
        year, _, end = keys.get("period", "").partition("..")
        base = keys.get("base", "") or (year if end else "")
        named = {name: keys[name] for name in ("importer", "goods", "source") if name in keys}
        whole = named | {"period": end or year, "base": base}
        return "reorientation", whole if base and "importer" in keys else {}
    if "cutoff" in forms:
        return "cutoff", {}
    if "value_added" in forms:
        return "origin", {}
    return "", {}


def of_command(measure: str, forms: set[str], keys: dict[str, str]) -> Unsaid | None:
    """Return the command of a question that needs more than a question can say, or none."""
    if "replaced" in forms:
        return _of_replacement(keys)
    sided = keys.keys() & {"importer", "exporter"}
    if (
        not measure
        and "price" in forms
        and not forms & {"cutoff", "price_or_volume"}
        and sided
        and keys.keys() >= {"goods", "period"}
    ):
        return _of_price(keys)
    if not measure and "buyers" in forms and "exporter" in keys:
        command = _command("buyer_hhi", "exporter", "goods", "period", keys=keys)
        why = "the buyers are no single figure: the table of a measure lists them"
        return Unsaid("measure", why, ((command, "concentration, and every buyer"), *OF_BUYERS))
    if measure == "top_supplier" and "place" in forms and "exporter" in keys:
        return _of_place(keys)
    for kind, why, measure, needs, words in _COMMANDS:
        if kind in forms:
            named = {name: keys.get(name, name.upper()) for name in needs}
            named |= {"sector": keys["sector"]} if "sector" in keys else {}
            if kind == "value_added" and not named["goods"].startswith("inputs"):
                named["goods"] = "inputs"
            elif named["goods"] == "all":
                named["goods"] = "GOODS"
            options = [part for name, one in named.items() for part in (f"--{name}", one)]
            command = shlex.join(["entrepot", "ask", measure, *options])
            key = "sigma" if kind == "cutoff" else "measure"
            choices: tuple[tuple[str, str], ...] = ((command, words),)
            if kind == "cutoff" and "stops_buying" in forms:
                why = (
                    "what the seller would lose is no figure: its share of exports is; "
                    "what the buyer would lose depends on an elasticity"
                )
                of_seller = _command("export_share", *_SIDES, keys=keys)
                choices = (
                    (of_seller, "the buyer's share of the seller's exports"),
                    (command, "what the buyer would lose"),
                )
            return Unsaid(key, why, choices)
    return None


def _of_place(keys: dict[str, str]) -> Unsaid:
    """Return what is open where the place of a supplier is asked for: the table has all."""
    why = "the place among suppliers is no figure: a table lists all of them, the largest first"
    table = _command("top_supplier", "importer", "goods", "period", keys=keys)
    share = _command("import_share", *_SIDES, keys=keys)
    return Unsaid("measure", why, ((table, "every supplier"), (share, "its share of imports")))


def _of_price(keys: dict[str, str]) -> Unsaid:
    """Return what is open where the price of one period is asked for: a value and a weight."""
    apart = [name for name in _SIDES[:2] if "+" in keys.get(name, "")]
    each = f" --each {apart[0]}" if apart else ""
    two = tuple(
        (f"{_command('value', *_SIDES, keys=keys)}{weighed}{each}", words)
        for weighed, words in (("", "value"), (" --quantity mass", "weight"))
    )
    why = "the price of one period is no figure, only its change: divide value by weight"
    return Unsaid("measure", why, two)


def _of_replacement(keys: dict[str, str]) -> Unsaid:
    """Return what is open where it is asked who replaced suppliers: two periods are needed."""
    year, _, end = keys.get("period", "PERIOD").partition("..")
    if base := keys.get("base", "") or (year if end else ""):
        named = {**keys, "period": end or year, "base": base}
    else:
        named = keys
    command = _command("reorientation", "importer", "goods", "period", "base", keys=named)
    why = "who replaced suppliers is a table of two periods: no single figure"
    return Unsaid("measure", why, ((command, "what each supplier lost or gained"),))


def _command(measure: str, *needs: str, keys: dict[str, str]) -> str:
    """Return a command; capitals stand for what is open."""
    options = [part for name in needs for part in (f"--{name}", keys.get(name, name.upper()))]
    return shlex.join(["entrepot", "ask", measure, *options])


_SIDES = ("importer", "exporter", "goods", "period")
_COMMANDS = (
    (
        "cutoff",
        "what a cut-off would cost depends on an elasticity",
        "cutoff",
        (*_SIDES, "sigma"),
        "an elasticity above one: near 2 in a first year, 5 or 6 over several",
    ),
    (
        "value_added",
        "where value was added is known of inputs of industries",
        "origin",
        _SIDES,
        "own and foreign value added, by country",
    ),
    (
        "which_hubs",
        "through which countries goods may have come is answered for those that are named",
        "rerouted",
        (*_SIDES, "base", "hubs"),
        "a row for each of them, as in --hubs ARM+KAZ+KGZ",
    ),
)
"""Kind of words, why no figure answers at once, the measure, its keys, and what they mean."""


def measure_of(forms: set[str], largest: int) -> str:
    """Return the measure; empty if it is not clear."""
    for found, measure in (
        (forms & {"balance", "price_or_volume"}, ""),
        ("premium" in forms, "price_premium"),
        ("mutual" in forms, "asymmetry"),
        # Its table has every supplier; of buyers, the table of their concentration.
        ("how_many_areas" in forms, "" if "buyers" in forms else "top_supplier"),
        (largest and "share" in forms, "" if "buyers" in forms else "cr"),
        ("hhi" in forms, "buyer_hhi" if "buyers" in forms else "hhi"),
        # "Which country buys the largest share": no supplier is asked for.
        (forms >= {"buyers", "share", "top"}, ""),
    ):
        if found:
            return measure
    return _of_one_side(forms)


def _of_one_side(forms: set[str]) -> str:
    """Return the measure of a share, a price, a place or a value."""
    # How important a country is for exports or imports is its share of them.
    of_trade = {"import", "export", "supply", "top"}
    if forms & {"share", "depend"} or ("important" in forms and forms & of_trade):
        # Dependence is on a supplier: "depend on exports from China" is still a share of imports.
        if (
            "why" in forms
            and forms & {"growth", "develop"}
            and not forms & {"export", "of_exports", "buyers", "mutual"}
        ):
            return "change_of_share"
        is_of_exports = ("export" in forms and not forms & {"import", "depend"}) or (
            "of_exports" in forms and "depend" not in forms
        )
        return "export_share" if is_of_exports else "import_share"
    if "price" in forms:
        # Of the level of a price there is no measure: unit values of different goods do not add up.
        return "price_index" if forms & {"growth", "develop"} else ""
    if "rank" in forms:
        # The table of suppliers has the place of each.
        return "rank" if "buyers" in forms else "top_supplier" if "top" in forms else ""
    if "buyers" in forms and "growth" not in forms:
        return ""
    if "top" in forms and "growth" not in forms:
        return "top_supplier"
    if "growth" in forms:
        return "growth"
    return "value" if forms & {"value", "mass", "both", "export", "import"} else ""


def trade_of(measure: str, keys: dict[str, str], forms: set[str]) -> tuple[str, dict[str, str]]:
    """Return measure and sides, which decide on each other; no measure where none is clear."""
    if measure == "import_share" and "top" in forms and "exporter" not in keys:
        return "top_supplier", keys  # "which countries supply it, and what is their share"
    if measure == "import_share" and "buyers" in forms and len(keys) < 2:
        return "", keys  # "who buys most of Germany's magnets"
    of_value = "as_buyer" in forms and measure == "value" and not forms & (UNIT_FORMS | {"value"})
    if forms & {"sells", "as_buyer"} and (
        of_value or measure in ("", "import_share", "export_share")
    ):
        # Who depends on buyers sells to them.
        turned = (
            {OTHER_SIDE[name]: one for name, one in keys.items()} if "depend" in forms else keys
        )
        return "export_share", turned
    if "how_many_areas" in forms and keys.keys() == {"exporter"}:
        forms.add("buyers")
        return "", keys
    two = len(keys) == len(OTHER_SIDE) and any("+" in one for one in keys.values())
    if measure in ("", "top_supplier") and two and "compare" in forms and forms & {"buyers", "top"}:
        return "value", keys  # who bought more, Germany or Poland
    if measure == "buyer_hhi" and "exporter" not in keys and "importer" in keys:
        return measure, {"exporter": keys["importer"]}  # whose buyers they are
    return measure, keys
