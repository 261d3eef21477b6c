"""What is said of each column of a draft, beside its role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.sources.table.draft.areas import area_keys
from entrepot.sources.table.draft.money import money_words, scale_words, unit_words
from entrepot.sources.table.draft.questions import TODO
from entrepot.sources.table.roles import AREAS, MARKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.sources.table.draft.guess import Guess
    from entrepot.sources.table.draft.head import Head
    from entrepot.sources.table.draft.questions import Questions

__all__ = ["column_keys"]

_FEW = 6  # columns of numbers that a question names


def column_keys(guesses: Sequence[Guess], head: Head, asks: Questions) -> dict[str, dict[str, Any]]:
    """Return role and keys of each column that is used, by name; what is not known is asked."""
    used = [guess for guess in guesses if guess.role]
    left = [guess.seen.name for guess in guesses if not guess.role and guess.seen.is_numeric]
    roles = {guess.role for guess in used}
    found: dict[str, dict[str, Any]] = {}
    for guess in used:
        place = f"columns.{guess.seen.name}"
        several = guess.keys.pop("several", None)
        found[guess.seen.name] = {"role": guess.role} | _keys(guess, place, head, asks, guesses)
        if several:
            others = " and ".join(repr(one) for one in several[:_FEW] if one != guess.seen.name)
            words = f"is this the {guess.role} or {others}? move the others to ignore;"
            found[guess.seen.name]["role"] = asks.ask(f"{place}.role", words, guess.role)
    if "value" not in roles and (left or not roles & {"mass", "quantity"}):
        words = "which column has the money? {role: value, currency: USD, scale: 1}"
        asks.ask("columns", words + _numbers(left))
    return found


def _numbers(names: Sequence[str]) -> str:
    """Name the columns of numbers that nothing is known of."""
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"; numbers stand in {', '.join(map(repr, names[:_FEW]))}{more}" if names else ""


def _keys(
    guess: Guess, place: str, head: Head, asks: Questions, guesses: Sequence[Guess]
) -> dict[str, Any]:
    """Return what is said of a column beside its role."""
    roles = {one.role for one in guesses}
    keys = dict(guess.keys)
    match guess.role:
        case "TODO":
            words = "who is this?"
            asks.ask(f"{place}.role", words, "exporter", "importer", "reporter", "partner")
            return keys | area_keys(guess, place, asks)
        case role if role in AREAS:
            return keys | area_keys(guess, place, asks)
        case "flow":
            return _flow(guess, place, asks)
        case "value":
            scale = scale_words(guess.seen.name)
            keys = {**money_words(head.above), **({"scale": scale} if scale else {}), **keys}
            return keys | _money(keys, place, asks, column="currency" in roles)
        case "mass" if "unit" not in keys:
            unit = unit_words(guess.seen.name)
            return keys | {"unit": unit or asks.ask(f"{place}.unit", "in which unit?", "kg", "t")}
        case "quantity" if "quantity_unit" not in roles:
            words = "in which unit? {role: mass, unit: kg} if it is a mass;"
            if units := [one.seen.name for one in guesses if not one.role and one.seen.is_units]:
                words += f" units stand in {', '.join(map(repr, units))}: {{role: quantity_unit}};"
            words += " else"
            return keys | {"unit": asks.ask(f"{place}.unit", words, "items", "litres", "...")}
        case "quantity_unit" if "u" in guess.seen.texts:
            return {"own": {"u": "items"}}
        case role if role in MARKS:
            return _marks(guess, place, asks)
    return keys


def _flow(guess: Guess, place: str, asks: Questions) -> dict[str, Any]:
    says: dict[str, Any] = {}
    for text, flow in guess.seen.flows.items():
        says.setdefault(flow, []).append(text)
    rest = [text for text in guess.seen.texts if text not in guess.seen.flows]
    if rest and says:
        words = "a word that is neither imports nor exports stays here"
        says["leave_out"] = [asks.ask(f"{place}.leave_out", words, *rest[:8])]
    elif rest:
        asks.ask(f"{place}.import", "which of these is which?", *rest[:8])
        says |= {"import": TODO, "export": TODO}
    return {
        flow: texts[0] if isinstance(texts, list) and len(texts) == 1 else texts
        for flow, texts in says.items()
    }


def _money(keys: dict[str, Any], place: str, asks: Questions, *, column: bool) -> dict[str, Any]:
    says: dict[str, Any] = {}
    if "currency" not in keys and not column:
        says["currency"] = asks.ask(f"{place}.currency", "in which currency?", "USD", "EUR", "...")
    if "scale" not in keys:
        says["scale"] = asks.ask(
            f"{place}.scale", "in whole units, thousands or millions?", "1", "1000", "1000000"
        )
    return says


def _marks(guess: Guess, place: str, asks: Questions) -> dict[str, Any]:
    plain = {"true", "false", "1", "0", "yes", "no", "y", "n", "t", "f"}
    if all(text.casefold() in plain for text in guess.seen.texts):
        return {}
    return {"yes": asks.ask(f"{place}.yes", "which cells say yes?", *guess.seen.texts[:5])}
