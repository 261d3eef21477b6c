"""Turn words such as ``chpl:4.B`` or ``8542`` into product codes of one edition."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, cast

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.goods.links import links
from entrepot.goods.list_conversion import Variant, convert_list
from entrepot.goods.parse import GoodsPart, parse
from entrepot.model.product import TARIFFS, UNNAMED, harmonized

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import narwhals as nw

    from entrepot.goods.links import Links
    from entrepot.goods.lists import GoodsList, ListEntry


@dataclass(frozen=True, slots=True)
class Selection:
    """Goods as product codes of one nomenclature.

    Attributes
    ----------
    key
        The words in their canonical form, e.g. ``"chpl:4.B"``.
    title
        Name for sentences.
    codes
        Six-digit codes, each standing for the national lines that begin with it; None takes
        everything. With no code and no prefix nothing is selected:
        what was asked for does not exist in this nomenclature, and `missing` says so.
    prefixes
        Shorter codes, and lines of a national tariff; each stands for all that begins with it.
    missing
        Codes that were asked for and cannot be followed in this nomenclature, with the reason.
    substituted
        Pairs of a code that was asked for and the code used in its place.
    edition_sensitive
        Selected codes whose number stayed in HS2022 while their content changed: a series across
        2021/22 can jump for that reason alone.
    notes
        What a reader should know about the substitutions.
    partial
        Selected codes of which the list covers a part only ("ex", or a line of a tariff).
    mixed
        Selected codes whose family over the editions has goods that are not listed, or whose
        content changed.
    uncertain
        Selected codes that rest on no official text, or, where a day was asked for, on a day that
        was inferred.
    possible
        Codes that may have been on the list on the day asked for, and are not selected.
    lists
        The lists that codes were taken from.
    fragments
        Lists of which only some codes could be read.
    outrun
        Lists that were asked for on a day after the latest text that was read.
    weights
        Codes of which a share counts only, with the share; see `goods.weights`.
    """

    key: str
    title: str
    nomenclature: str
    variant: Variant
    codes: frozenset[str] | None
    prefixes: frozenset[str] = frozenset()
    missing: tuple[tuple[str, str], ...] = ()
    substituted: tuple[tuple[str, str], ...] = ()
    edition_sensitive: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    partial: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    lists: tuple[GoodsList, ...] = field(default=(), repr=False)
    fragments: tuple[str, ...] = ()
    outrun: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()

    def weight_of(self, product: str) -> float:
        """Return how much of a code of this nomenclature counts: 1, 0, or its weight.

        Examples
        --------
        >>> goods_selection("8542").weight_of("854231"), goods_selection("85").weight_of("847130")
        (1.0, 0.0)
        """
        return dict(self.weights).get(product[:6], 1.0) if self.has(product) else 0.0

    def has(self, product: str) -> bool:
        """Whether a code of this nomenclature is selected."""
        key = product[:6] if self.nomenclature[:-4] in TARIFFS else product
        return self.codes is None or key in self.codes or product.startswith(tuple(self.prefixes))


class _Listed(TypedDict):
    possible: frozenset[str]
    lists: tuple[GoodsList, ...]
    fragments: tuple[str, ...]
    outrun: tuple[str, ...]


def goods_selection(
    text: str,
    *,
    nomenclature: str = "HS2022",
    variant: Variant = "family",
    links: Links | None = None,
    editions: Iterable[str] = (),
) -> Selection:
    """Return the product codes that `text` means in `nomenclature`.

    Parameters
    ----------
    text
        ``all``, a list (``chpl``), a part of one (``chpl:1``, ``chpl:4.B``), either on a day
        (``chpl@2024-01-01``), a file with a list of your own (``mine.csv``), codes of two, four or
        six digits, or several of these with commas: their union.
    nomenclature
        What the product codes in the data are to be read in: ``"HS2017"``, ``"CN2021"``.
    variant
        How a list is followed into another edition. ``family``: closed families of listed codes
        as a whole, else the same number, else a clean successor; ``same_code``: the same number
        only; ``without_changed``: as ``family``, less the codes whose content changed;
        ``without_partial``: less those of which the list covers a part; ``upper``: every code of
        every family that a listed code is in; ``lower``: families of listed codes only.
    links
        The tables of the United Nations between editions; None uses what ships with the package,
        which is the Common High Priority List between HS2022 and HS2017.
    editions
        Other editions that the answer will be compared with.

    Raises
    ------
    UnknownNameError
        For an unknown list, tier, code, nomenclature or variant.
    RequestError
        For goods that are only named in words, digits that are no code, or a list in an edition
        into which it cannot be followed yet.
    NoEvidenceError
        For a list, or a part of one, that nothing is known to be on, or to have been on that day.

    Examples
    --------
    >>> len(goods_selection("chpl", nomenclature="HS2017").codes)
    47
    >>> goods_selection("chpl:2", nomenclature="HS2017").substituted
    (('854800', '854890'),)
    """
    parts = parse(text)
    key = ",".join(part.key for part in parts)
    title = ", ".join(part.title for part in parts)
    if nomenclature == UNNAMED and all(part.written for part in parts):
        return _as_written(key, title, parts, variant)
    hs = harmonized(nomenclature).id
    nomenclature = nomenclature if nomenclature[:-4] in TARIFFS else hs
    if any(part.kind == "all" for part in parts):
        return Selection("all", "all goods", nomenclature, variant, codes=None)
    for part in parts:
        _require_entries(part)
    editions = tuple(harmonized(name).id for name in editions)
    followed = convert_list(
        _entries(parts), _plain(parts), nomenclature, variant, links, editions, _doubted(parts)
    )
    return Selection(
        key=key,
        title=title,
        nomenclature=nomenclature,
        variant=variant,
        codes=followed.codes,
        prefixes=followed.prefixes,
        missing=followed.missing,
        substituted=followed.substituted,
        edition_sensitive=_sensitive(followed.codes, followed.prefixes),
        notes=followed.notes,
        partial=followed.partial,
        mixed=followed.mixed,
        uncertain=followed.uncertain,
        **_of_lists(parts),
    )


def _as_written(key: str, title: str, parts: tuple[GoodsPart, ...], variant: Variant) -> Selection:
    """Return codes as they were asked for, of data that do not name their edition."""
    codes = frozenset[str]().union(*(part.written for part in parts))
    six = frozenset(code for code in codes if len(code) == 6)
    doubted, entries = _doubted(parts), _entries(parts)
    sure = frozenset(one.code for one in entries if one.certainty not in doubted)
    return Selection(
        key=key,
        title=title,
        nomenclature=UNNAMED,
        variant=variant,
        codes=six,
        prefixes=codes - six,
        uncertain=frozenset(one.code for one in entries) - sure,
        **_of_lists(parts),
    )


def _doubted(parts: tuple[GoodsPart, ...]) -> tuple[str, ...]:
    """Return the certainties of entries whose codes count as uncertain."""
    # Which codes a list has is read; from which day, is sometimes inferred.
    return ("secondary", "inferred") if any(part.dated for part in parts) else ("secondary",)


def _of_lists(parts: tuple[GoodsPart, ...]) -> _Listed:
    """Return what a selection says of the lists behind it, whatever edition it is in."""
    lists = tuple(part.of for part in parts if part.of)
    return {
        "possible": frozenset(entry.code for part in parts for entry in part.possible),
        "lists": lists,
        "fragments": tuple(one.id for one in lists if one.is_fragment),
        "outrun": tuple(
            f"{part.of.id} ({part.of.known_until})" for part in parts if part.of and part.after
        ),
    }


def merged(every: Iterable[Selection]) -> tuple[Selection, ...]:
    """Return one selection for each nomenclature, with all that any of `every` selects, whole.

    Examples
    --------
    >>> [one] = merged([goods_selection("8542"), goods_selection("8541")])
    >>> sorted(one.prefixes), merged([one, goods_selection("all")])[0].codes
    (['8541', '8542'], None)
    """
    found: dict[str, Selection] = {}
    for one in every:
        so_far = found.setdefault(one.nomenclature, replace(one, weights=()))
        everything = so_far.codes is None or one.codes is None
        found[one.nomenclature] = replace(
            so_far,
            codes=None
            if everything
            else (so_far.codes or frozenset()) | (one.codes or frozenset()),
            prefixes=so_far.prefixes | one.prefixes,
        )
    return tuple(found.values())


def _require_entries(part: GoodsPart) -> None:
    if part.kind != "list" or part.entries:
        return
    possible = [entry.code for entry in part.possible]
    why = f"no text that was read settles it for {', '.join(possible)}" if possible else ""
    what, day = part.key, date(2024, 2, 23)
    name = part.key.rpartition("@")[0] if part.dated else part.key
    if part.of is not None and part.of.known_until == date.max and not part.dated:
        what += " today"
        why = "a question that names no day takes what is on a list of yours today"
        days = (entry.valid_to or entry.starts for entry in part.of.history)
        day = min(days, key=lambda one: abs(one - date.today()), default=day)
    raise NoEvidenceError(
        f"nothing is known to have been on {what}",
        why=why,
        hint=f"ask for another day, such as {name}@{day}; see: entrepot goods show",
    )


def _entries(parts: tuple[GoodsPart, ...]) -> tuple[ListEntry, ...]:
    return tuple(
        {
            # Several parts can have one code: once is enough, unless mark or certainty differ.
            (entry.code, entry.nomenclature, entry.ex, entry.certainty): entry
            for part in parts
            for entry in part.entries
        }.values()
    )


def _plain(parts: tuple[GoodsPart, ...]) -> tuple[str, ...]:
    return tuple(part.key for part in parts if part.kind == "code")


def _sensitive(codes: frozenset[str], prefixes: frozenset[str]) -> frozenset[str]:
    """Codes whose content changed in HS2022 and that the selection covers."""
    changed = (k for k, v in links("HS2022", "HS2017").items() if v.kind == "content_changed")
    return frozenset(code for code in changed if code in codes or code.startswith(tuple(prefixes)))


# Keep the rows of a frame whose product is in a selection.


FrameT = TypeVar("FrameT")
_FEW = 8
"""Prefixes up to which each is compared by itself; of hundreds, each would be asked of each row."""


def select(
    frame: FrameT,
    selection: Selection | Sequence[Selection],
    *,
    product: str = "product",
    nomenclature: str = "nomenclature",
) -> FrameT:
    """Return the rows of `frame` whose product is selected; the same kind of frame as came in.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    selection
        From `goods_selection`, in the nomenclature of the frame; several where it mixes editions,
        one each.
    product
        Column with product codes as text, zeros kept.
    nomenclature
        Column that says in which edition a code is to be read; needed for several selections.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    RequestError
        If the column is not text: numbers have lost their leading zeros.
    """
    import narwhals as nw

    selections = [selection] if isinstance(selection, Selection) else list(selection)
    rows = nw.from_native(frame)  # type: ignore[call-overload]
    schema = rows.collect_schema()
    # The column of the edition is needed only where several selections are to be kept apart.
    for column in (product, nomenclature)[: min(len(selections), 2)]:
        if column not in schema:
            raise UnknownNameError("column", column, schema.names())
    if schema[product] not in (nw.String, nw.Categorical, nw.Enum):
        raise RequestError(
            f"product codes are {schema[product]}, not text",
            where=f"column {product}",
            why="numbers lose the leading zero, so 010620 would be looked for as 10620",
            hint="read them as text, or turn them into text and pad to six digits",
        )
    codes = nw.col(product)
    if schema[product] != nw.String:  # categories have no order to compare by
        codes = codes.cast(nw.String)
    test = _of_any(selections, codes, nomenclature)
    if test is None:
        return frame
    # A frame of one's own may lack codes.
    kept = rows.filter(nw.any_horizontal(test, ignore_nulls=True))
    native = kept if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else kept.to_native()
    return cast("FrameT", native)


def wanted(selections: Sequence[Selection]) -> nw.Expr | None:
    """Return the test by which `select` keeps canonical rows; None where it keeps all.

    With it rows can be filtered by other things in the same step.
    """
    import narwhals as nw

    return _of_any(selections, nw.col("product"), "nomenclature")


def _of_any(selections: Sequence[Selection], codes: nw.Expr, nomenclature: str) -> nw.Expr | None:
    import narwhals as nw

    if all(one.codes is None for one in selections):
        return None
    tests = [_wanted(one, codes) for one in selections]
    if len(selections) > 1:
        editions = nw.col(nomenclature)
        tests = [
            (editions == one.nomenclature) & test
            for one, test in zip(selections, tests, strict=True)
        ]
    # Inside a function Parquet would not skip the row groups that hold other products.
    return reduce(or_, tests)


def _wanted(selection: Selection, column: nw.Expr) -> nw.Expr:
    codes, prefixes = selection.codes, set(selection.prefixes)
    if codes is None:
        return ~column.is_null()
    tests = []
    if codes and selection.nomenclature[:-4] in TARIFFS:
        # Data of a tariff have longer codes, of which each is a line of a six-digit one.
        tests.append(column.str.slice(0, 6).is_in(sorted(codes)))
    elif codes:
        listed = sorted(codes)
        # A list is tested once all columns are read; the range before, so that rows outside of it
        # cost their code alone.
        in_range = (column >= listed[0]) & (column <= listed[-1])
        tests.append(in_range & column.is_in(listed))
    if len(prefixes) <= _FEW:
        # A range, and not starts_with, lets Parquet skip the row groups that hold other products.
        tests += [(column >= prefix) & (column < _after(prefix)) for prefix in sorted(prefixes)]
    else:
        lengths = sorted({len(prefix) for prefix in prefixes})
        tests += [
            column.str.slice(0, length).is_in(sorted(p for p in prefixes if len(p) == length))
            for length in lengths
        ]
    return reduce(or_, tests) if tests else column.is_null() & False


def _after(prefix: str) -> str:
    """Return the least text above everything that begins with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def weighted(
    frame: nw.LazyFrame[Any],
    selections: Sequence[Selection],
    *columns: str,
    product: str = "product",
    nomenclature: str = "nomenclature",
) -> nw.LazyFrame[Any]:
    """Multiply amounts by the weights of selections that have some; other rows stay."""
    import narwhals as nw

    six = nw.col(product).str.slice(0, 6)
    for one in selections:
        if not one.weights:
            continue
        # One lookup, and not a condition for each code, which would nest as deep as a list is long.
        factor = six.replace_strict(dict(one.weights), default=1.0, return_dtype=nw.Float64)
        if len(selections) > 1:
            here = nw.col(nomenclature) == one.nomenclature
            factor = nw.when(here).then(factor).otherwise(nw.lit(1.0))
        frame = frame.with_columns((nw.col(name) * factor).alias(name) for name in columns)
    return frame
