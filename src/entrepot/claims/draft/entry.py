"""Whether what was drafted is a claim that a claims file accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import EntrepotError

if TYPE_CHECKING:
    from entrepot.claims.draft.draft import Drafted

__all__ = ["trouble_with"]


def trouble_with(claim: Drafted) -> str:
    """Return why a claims file would refuse the claim; empty if it would not."""
    from pydantic import ValidationError

    from entrepot.claims.schema import ClaimEntry

    data = {"id": "draft", "says": claim.says, claim.kind: claim.keys}
    try:
        ClaimEntry.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        return cause.what if isinstance(cause, EntrepotError) else str(first["msg"])
    return ""
