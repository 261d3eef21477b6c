"""A draft as a claims file: YAML with the reason beside whatever is not sure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Document
    from entrepot.claims.draft.article import Draft
    from entrepot.claims.draft.draft import Drafted, Left

__all__ = ["as_data", "as_document", "as_yaml", "ids"]

_PLAIN = re.compile(r"[A-Za-z0-9][\w.+-]*(?: [\w.+%-]+)*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"))
_HEAD = """# Drafted by entrepot. Compare each claim with its sentence before you rely on it.
# What stands under todo was not understood: write it as a claim, or delete it."""


def as_yaml(draft: Draft) -> str:
    """Return the draft as the text of a claims file."""
    lines = [_HEAD, "format: 1", *_source(draft)]
    lines.append("claims:" if draft.claims else "claims: []")
    for name, claim in zip(ids(draft.claims), draft.claims, strict=True):
        lines += _claim(name, claim)
    if draft.left:
        lines.append("todo:")
        for left in draft.left:
            lines += _left(left)
    return "\n".join(lines) + "\n"


def as_document(draft: Draft) -> Document:
    """Return the draft as claims to check; what was left is in `Document.todo`."""
    from entrepot.claims.read import document_of
    from entrepot.claims.schema import ClaimsFile

    data = as_data(draft)
    for claim in data["claims"]:
        del claim["notes"]
    return document_of(ClaimsFile.model_validate(data))


def as_data(draft: Draft) -> dict[str, Any]:
    """Return the draft as plain data: the keys of a claims file, and notes beside each claim."""
    return {
        "format": 1,
        "source": _about(draft),
        "claims": [
            {
                "id": name,
                "quote": claim.quote,
                claim.kind: claim.keys,
                "says": claim.says,
                "attributed_to": claim.attributed_to,
                "notes": list(claim.notes),
            }
            for name, claim in zip(ids(draft.claims), draft.claims, strict=True)
        ],
        "todo": [
            {"quote": left.quote, "says": left.says, "why": left.why}
            | ({"read_as": left.read_as} if left.read_as else {})
            for left in draft.left
        ],
    }


def _about(draft: Draft) -> dict[str, str]:
    article = draft.article
    keys = ("publisher", "date", "url")
    said = {key: value for key in keys if (value := getattr(article, key))}
    return {"title": article.title, **said}


def _source(draft: Draft) -> Iterator[str]:
    yield "source:"
    for key, value in _about(draft).items():
        yield f"  {key}: {_scalar(value)}"


def _claim(name: str, claim: Drafted) -> Iterator[str]:
    yield f"  - id: {name}"
    yield f"    quote: {_scalar(claim.quote)}"
    for note in claim.notes:
        yield f"    # {note}"
    yield f"    {claim.kind}: {_mapping(claim.keys)}"
    yield f"    says: {_scalar(claim.says)}"
    if claim.attributed_to:
        yield f"    attributed_to: {_scalar(claim.attributed_to)}"


def _left(left: Left) -> Iterator[str]:
    yield f"  - quote: {_scalar(left.quote)}"
    yield f"    says: {_scalar(left.says)}"
    yield f"    why: {_scalar(left.why)}"
    if left.read_as:
        yield f"    read_as: {_scalar(left.read_as)}"


def _mapping(keys: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {_value(value, key)}" for key, value in keys.items()) + "}"


def _value(value: Any, key: str) -> str:
    if isinstance(value, dict):
        return _mapping(value)
    return json.dumps(value) if isinstance(value, bool) else _scalar(str(value), key)


def _scalar(text: str, key: str = "") -> str:
    """Return text as YAML; what could be read as something else stands in quotes."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and text.isascii()
    coded = key == "goods" and text[:1].isdigit()
    return text if plain and not coded else json.dumps(text, ensure_ascii=False)


def ids(claims: tuple[Drafted, ...]) -> list[str]:
    """Return an id for each claim: kind, sides and period, numbered where they repeat."""
    seen: dict[str, int] = {}
    names = []
    for claim in claims:
        flow = _first_flow(claim.keys)
        parts = [claim.kind, flow.get("exporter", ""), flow.get("importer", ""), flow["period"]]
        name = re.sub(r"[^a-z0-9]+", "-", "-".join(filter(None, parts)).lower()).strip("-")
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def _first_flow(keys: dict[str, Any]) -> dict[str, str]:
    """Return the first definition inside the keys of a claim."""
    while "period" not in keys:
        keys = next(value for value in keys.values() if isinstance(value, dict))
    return keys
