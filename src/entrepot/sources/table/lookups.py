"""The SQL that finds what a text means: a small table of texts, joined.

Product codes are many, and most mean themselves, zeros put back. Those are computed; a table of
thousands of texts would be joined the slow way round, as DuckDB cannot know how long the file is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from entrepot.sources.table.fields import Field, Meaning
    from entrepot.sources.table.plan import Plan

__all__ = ["Lookup", "lookup_sql"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """SQL for what the texts of one field mean.

    Attributes
    ----------
    name
        Of the field.
    join
        To the facts, which are called ``f``; may be empty.
    first, second
        The words of the meaning.
    why
        Reason and text if the row is left out, else null.
    """

    name: str
    join: str
    first: str
    second: str
    why: str


def lookup_sql(number: int, field: Field, held: dict[str, Meaning], plan: Plan) -> Lookup:
    """Return the SQL for one field.

    Parameters
    ----------
    number
        Tells its table from the others.
    field, held
        What the texts belong to, and what each means.
    """
    table = f"l{number}"
    why = f"nullif({table}.w, '') || ': ' || {table}.t"
    if field.name != "product":
        join = f"JOIN {_values(held)} AS {table}(t, a, b, w) ON {table}.t = {field.sql()}"
        return Lookup(field.name, join, f"{table}.a", f"{table}.b", why)
    pad = plan.column("product").pad
    width = pad if isinstance(pad, int) else 0
    text = field.sql()
    code = f"lpad({text}, greatest(length({text}), {width})::INTEGER, '0')"
    level = f"greatest(length({text}), {width})::VARCHAR"
    odd = {one: meaning for one, meaning in held.items() if not _is_itself(one, width, meaning)}
    if not odd:
        return Lookup("product", "", code, level, "NULL")
    join = f"LEFT JOIN {_values(odd)} AS {table}(t, a, b, w) ON {table}.t = {text}"
    known = f"CASE WHEN {table}.t IS NULL THEN"
    return Lookup(
        "product",
        join,
        f"{known} {code} ELSE {table}.a END",
        f"{known} {level} ELSE {table}.b END",
        why,
    )


def _is_itself(text: str, width: int, meaning: Meaning) -> bool:
    """Whether a product code means itself, zeros put back."""
    code = text.zfill(width)
    return not meaning.why and meaning.words == (code, str(len(code)))


def _values(meanings: dict[str, Meaning]) -> str:
    """Return SQL for a table: text, one or two words, reason to leave out."""
    rows = []
    for text, meaning in meanings.items():
        first, second = (*meaning.words, None)[:2]
        words = ("NULL::VARCHAR" if w is None else literal(w) for w in (first, second))
        rows.append(f"({literal(text)}, {', '.join(words)}, {literal(meaning.why)})")
    # Without a text there is no row either, but the table needs one to have its types.
    none = "(NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR)"
    return f"(VALUES {', '.join(rows) or none})"
