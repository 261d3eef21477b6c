"""The claims file, closed: what each key may hold (format 1)."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from entrepot.claims.numbers import place_of, read_says
from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.parse import NAMED, parse
from entrepot.model.areas import WORLD, area_set
from entrepot.model.closed_yaml import Closed, FormatOne
from entrepot.model.period import Period

__all__ = [
    *("KINDS", "ChangeKeys", "ClaimEntry", "ClaimsFile", "FlowKeys", "RatioKeys", "SumKeys"),
    "TodoEntry",
]

MEASURES = (
    *("value", "balance", "growth", "import_share", "export_share", "trade_share"),
    *("price_growth", "quantity_growth", "hhi", "cr", "asymmetry"),
)
KINDS = (*MEASURES, "ratio", "sum", "change", "gdp", "gdp_share", "rank")


def _shown_as_it_is(text: str) -> str:
    """Refuse characters that a terminal would obey instead of showing, or YAML can't carry."""
    if any(
        sign in "\ufffe\uffff" or (unicodedata.category(sign) == "Cc" and sign not in "\n\t")
        for sign in text
    ):
        raise RequestError("a control character in a text", hint="remove it")
    return text


Words = Annotated[str, AfterValidator(_shown_as_it_is)]


class SourceKeys(Closed):
    """The text that the claims are taken from."""

    title: Words
    publisher: Words = ""
    date: Words = ""
    url: Words = ""

    @field_validator("date")
    @classmethod
    def _is_date(cls, text: str) -> str:
        if text:
            Period.parse(text)
        return text


class FlowKeys(Closed):
    """A definition, as in `entrepot ask`, and whose books count (`reporter`)."""

    measure: str | None = None
    importer: str = WORLD
    exporter: str = WORLD
    goods: str = "all"
    period: str
    base: str | None = None
    source: str | None = None
    basis: Literal["dispatch", "origin", "seller", "producer_hq", "value_added"] = "dispatch"
    valuation: Literal["fob", "cif"] | None = None
    quantity: Literal["value", "mass", "items"] = "value"
    currency: Literal["USD", "CNY", "EUR", "RUB"] | None = None
    flow: Literal["one_way", "both"] = "one_way"
    k: int | None = Field(default=None, ge=1)
    reporter: str | None = None
    statistic: Literal["mean", "median"] | None = None

    @field_validator("period", "base")
    @classmethod
    def _is_period(cls, text: str | None) -> str | None:
        if text is not None:
            Period.parse(text)
        return text

    @field_validator("goods")
    @classmethod
    def _are_goods(cls, text: str) -> str:
        if not text.startswith(NAMED):
            parse(text)
        return text

    @field_validator("measure")
    @classmethod
    def _is_measure(cls, text: str | None) -> str | None:
        if text is not None and text not in MEASURES:
            raise UnknownNameError("measure", text, MEASURES)
        return text

    @field_validator("importer", "exporter", "reporter")
    @classmethod
    def _is_area(cls, text: str | None) -> str | None:
        # Groups are dated, but a name is known or unknown whatever the day.
        if text is not None and not text.startswith(NAMED):
            area_set(text, Period.parse("2023").start)
        return text


class RatioKeys(Closed):
    """One quantity over another."""

    of: FlowKeys
    to: FlowKeys


class SumKeys(Closed):
    """Several levels added up."""

    of: list[FlowKeys] = Field(min_length=2)


class ShareKeys(Closed):
    """Exactly one share."""

    import_share: FlowKeys | None = None
    export_share: FlowKeys | None = None
    trade_share: FlowKeys | None = None

    @model_validator(mode="after")
    def _one(self) -> ShareKeys:
        if len(self.model_fields_set) != 1:
            raise RequestError(
                "a change needs exactly one share",
                hint="write import_share, export_share or trade_share with its definition",
            )
        return self


class ChangeKeys(Closed):
    """The change of a share since a base, in points or, if `relative`, in per cent of it."""

    of: ShareKeys
    base: str
    relative: bool = False

    @field_validator("base")
    @classmethod
    def _is_period(cls, text: str) -> str:
        Period.parse(text)
        return text


class GdpKeys(Closed):
    """The gross domestic product of a country."""

    area: str
    period: str
    currency: Literal["USD", "CNY", "EUR", "RUB"] | None = None

    @field_validator("period")
    @classmethod
    def _is_period(cls, text: str) -> str:
        Period.parse(text)
        return text

    @field_validator("area")
    @classmethod
    def _is_area(cls, text: str) -> str:
        area_set(text, Period.parse("2023").start)
        return text


class GdpShareKeys(FlowKeys):
    """Trade beside the gross domestic product of a country (`area`)."""

    area: str

    @field_validator("area")
    @classmethod
    def _is_country(cls, text: str) -> str:
        area_set(text, Period.parse("2023").start)
        return text


class RankKeys(FlowKeys):
    """The place of a flow among those of all suppliers of its importer, or all buyers."""

    among: Literal["suppliers", "buyers"]


class ClaimEntry(Closed):
    """One number of the text: exactly one kind of quantity, and what it is said to be.

    Of a claim with keys that are `open` nobody has said yet what they are: it is kept, not tested.
    """

    id: Words = Field(min_length=1)
    quote: Words = ""
    says: Words
    attributed_to: Words = ""
    open: list[Words] = Field(default_factory=list)
    value: FlowKeys | None = None
    balance: FlowKeys | None = None
    growth: FlowKeys | None = None
    import_share: FlowKeys | None = None
    export_share: FlowKeys | None = None
    trade_share: FlowKeys | None = None
    price_growth: FlowKeys | None = None
    quantity_growth: FlowKeys | None = None
    hhi: FlowKeys | None = None
    cr: FlowKeys | None = None
    asymmetry: FlowKeys | None = None
    ratio: RatioKeys | None = None
    sum: SumKeys | None = None
    change: ChangeKeys | None = None
    gdp: GdpKeys | None = None
    gdp_share: GdpShareKeys | None = None
    rank: RankKeys | None = None

    @field_validator("says")
    @classmethod
    def _is_read(cls, text: str) -> str:
        if place_of(text) is None:
            read_says(text)
        return text

    @property
    def kind(self) -> str:
        """The one kind that is given."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _makes_sense(self) -> ClaimEntry:
        from entrepot.claims.build import claim_of
        from entrepot.claims.keys import check_keys

        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise RequestError(
                f"{self.id}: a claim is about exactly one quantity, not {len(given)}",
                hint=f"write one of: {', '.join(KINDS)}",
            )
        check_keys(self)
        claim_of(self)
        return self


class TodoEntry(Closed):
    """A number that was drafted from a text and not surely understood: nothing tests it."""

    quote: Words
    says: Words = ""
    why: Words = ""
    read_as: Words = ""


class ClaimsFile(Closed):
    """A claims file; `claims` is empty where a text has no number that was understood."""

    format: FormatOne
    source: SourceKeys
    claims: list[ClaimEntry]
    todo: list[TodoEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _different_ids(self) -> ClaimsFile:
        seen: set[str] = set()
        for claim in self.claims:
            if claim.id in seen:
                raise RequestError(
                    f"two claims are called {claim.id!r}", hint="give each claim its own id"
                )
            seen.add(claim.id)
        return self
