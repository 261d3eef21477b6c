"""What is drafted: claims as a claims file has them, and what is left for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from entrepot.errors import EntrepotError


@dataclass(frozen=True, slots=True)
class Drafted:
    """A claim that was understood.

    Attributes
    ----------
    kind, keys
        Kind of claim and its definition, as in a claims file.
    says
        The number as printed; with its direction where the text has it elsewhere.
    quote
        The sentence.
    attributed_to
        Who is quoted, as printed.
    notes
        What a reader of the draft should know: taken from the sentence before, likely goods.
    place
        Where the number stands in the text.
    alone
        Whether one reading alone says so: neither rules and structure agree, nor does arithmetic
        with other numbers of the text bear it out.
    """

    kind: str
    keys: dict[str, Any]
    says: str
    quote: str
    attributed_to: str = ""
    notes: tuple[str, ...] = ()
    place: tuple[int, int] = (0, 0)
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A number, or several of one sentence, that make no claim.

    Attributes
    ----------
    says, quote, why
        The numbers as printed, their sentence, and the reason.
    places
        Where they stand in the text.
    read_as
        What they more likely say than not, where that is not sure enough for a claim; else empty.
    """

    says: str
    quote: str
    why: str
    places: tuple[tuple[int, int], ...] = ()
    read_as: str = ""


@dataclass
class Refusal(Exception):  # noqa: N818 - never leaves the package: it is how a reading gives up
    """Why a number is no claim yet."""

    why: str
    known: dict[str, Any] = field(default_factory=dict)


def trouble_with(claim: Drafted) -> str:
    """Return why a claims file would refuse the claim; empty if it would not."""
    from pydantic import ValidationError

    from entrepot.claims.schema import ClaimEntry

    # The file's own rules decide, so that no draft is written that could not be read back.
    data = {"id": "draft", "says": claim.says, claim.kind: claim.keys}
    try:
        ClaimEntry.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        cause = first.get("ctx", {}).get("error")
        return cause.what if isinstance(cause, EntrepotError) else str(first["msg"])
    return ""
