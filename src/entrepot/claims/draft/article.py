"""A whole text: sentence by sentence, each with what the one before was about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.claims.document import require_few
from entrepot.claims.draft.flows import Context
from entrepot.claims.draft.front import read_article
from entrepot.claims.draft.ranks import places_in
from entrepot.claims.draft.reading import not_read_in, numbers_of, read_sentence, table_in
from entrepot.claims.draft.readings import merged, with_claims
from entrepot.claims.draft.sentences import sentences
from entrepot.claims.draft.tables import tables_read
from entrepot.files import expanded
from entrepot.model.table_files import frame_of, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Document
    from entrepot.claims.draft.draft import Drafted, Left
    from entrepot.claims.draft.front import Article
    from entrepot.claims.draft.readings import Reading
    from entrepot.claims.draft.sentences import Sentence
    from entrepot.model.table_files import FrameKind

_REMEMBERED = 2
"""Sentences without a number across which a period is still that of the sentence before."""


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """What a text claims, as far as it was understood, and the rest."""

    article: Article
    claims: tuple[Drafted, ...]
    left: tuple[Left, ...]
    readings: tuple[Reading, ...] = ()

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where in the text the number of each claim stands, by the claim's id."""
        names = ids(self.claims)
        return {name: claim.place for name, claim in zip(names, self.claims, strict=True)}

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types: what the claims file holds, and the notes of each claim."""
        return as_data(self)

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return a row for each claim: its id, kind, quote, and the number as published."""
        names = ids(self.claims)
        rows = [
            {"id": name, "kind": one.kind, "says": one.says, "quote": one.quote}
            for name, one in zip(names, self.claims, strict=True)
        ]
        return frame_of(rows, kind)

    def save(self, path: Path | str) -> Path:
        """Write it as a claims file, which `check` reads; raises OutsideError if it cannot."""
        return write_whole(Path(path), as_yaml(self))

    def __str__(self) -> str:
        return as_yaml(self)

    __repr__ = __str__  # a terminal shows what `print` does, and not every field


def draft_file(file: Path | str, *, date: str = "", publisher: str = "") -> ArticleDraft:
    """Draft claims from the figures in a text; those not interpreted are under `left`.

    Parameters
    ----------
    file
        Plain text or Markdown in UTF-8.
    date, publisher
        By default what its head says. "Last year" is counted from the date.

    Raises
    ------
    BadFileError
        If it is no plain text, or has a date that is none.

    Examples
    --------
    >>> import entrepot as ep
    >>> draft = ep.draft("article.txt", date="2026-01-20")  # doctest: +SKIP
    >>> draft.save("article.yaml")  # doctest: +SKIP
    """
    return draft(read_article(expanded(file), date=date, publisher=publisher))


def draft(article: Article, *, to_check: bool = False) -> ArticleDraft:
    """Draft the claims of a text.

    Parameters
    ----------
    article
        The text, and when it was published if that is known: "last year" is measured from it.
    to_check
        Whether the claims are to be checked: then drafting ends where there are too many for that.

    Returns
    -------
    Draft
        Claims in the order of the text. A number that is not understood is left with its
        sentence and the reason, never guessed.

    Raises
    ------
    RequestError
        If there are too many claims `to_check`.

    Examples
    --------
    >>> from entrepot.claims.draft import article_of, draft
    >>> found = draft(article_of("China's exports to Russia fell by 3.4 % in 2025."))
    >>> found.claims[0].kind, found.claims[0].says
    ('growth', 'fell by 3.4 %')
    """
    rest, cells, open_cells = tables_read(article)
    ruled = draft_by_rules(rest, to_check=to_check)
    claims, left, read = merged(rest, ruled.claims, ruled.left)
    if cells:
        claims = sorted([*claims, *cells], key=lambda claim: claim.place)
        left = [*left, *open_cells]
        read = with_claims(article, read, cells)
    if to_check:
        require_few(len(claims))
    return ArticleDraft(article, tuple(claims), tuple(left), read)


def draft_by_rules(article: Article, *, to_check: bool = False) -> ArticleDraft:
    """Draft what the rules alone read, sentence by sentence."""
    claims: list[Drafted] = []
    left: list[Left] = []
    quiet: list[Sentence] = []
    context = Context()
    paragraph = 0
    for sentence in sentences(article.text):
        if sentence.paragraph != paragraph:
            paragraph, context = sentence.paragraph, context.in_new_paragraph()
        if (table := table_in(sentence)) is not None:
            left.append(table)
            quiet.clear()
            context = Context()
            continue
        numbers = numbers_of(sentence)
        left += not_read_in(sentence, numbers)
        if not numbers and not places_in(sentence.text, sentence.language):
            quiet.append(sentence)
            continue
        if len(quiet) > _REMEMBERED:
            context = Context()
        # Sentences without numbers are read after all, and only then: they name sides and periods.
        for skipped in quiet[-_REMEMBERED:]:
            context = read_sentence(skipped, (), context, article.published)[2]
        found, rest, context = read_sentence(sentence, numbers, context, article.published)
        quiet.clear()
        claims += found
        left += rest
        # Inside the loop: else a text of 100 kB would be drafted to its end and then refused.
        if to_check:
            require_few(len(claims))
    return ArticleDraft(article, tuple(claims), tuple(left))


# A draft as a claims file: YAML with the reason beside whatever is not sure.


_PLAIN = re.compile(r"[A-Za-z0-9][\w.+-]*(?: [\w.+%-]+)*")
# YAML would read these as values: NO is Norway.
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"))
_HEAD = """# Drafted by entrepot. Compare each claim with its sentence before you rely on it.
# What is under todo was not interpreted: write it as a claim, or delete it."""


def as_yaml(draft: ArticleDraft) -> str:
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


def as_document(draft: ArticleDraft) -> Document:
    """Return the draft as claims to check; what was left is in `Document.todo`."""
    from entrepot.claims.read import document_of
    from entrepot.claims.schema import ClaimsFile

    data = as_data(draft)
    for claim in data["claims"]:
        del claim["notes"]
    return document_of(ClaimsFile.model_validate(data))


def as_data(draft: ArticleDraft) -> dict[str, Any]:
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
            | ({"read_once": True} if claim.alone else {})
            for name, claim in zip(ids(draft.claims), draft.claims, strict=True)
        ],
        "todo": [
            {"quote": left.quote, "says": left.says, "why": left.why}
            | ({"read_as": left.read_as} if left.read_as else {})
            for left in draft.left
        ],
    }


def _about(draft: ArticleDraft) -> dict[str, str]:
    article = draft.article
    keys = ("publisher", "date", "url")
    said = {key: value for key in keys if (value := getattr(article, key))}
    return {"title": article.title, **said}


def _source(draft: ArticleDraft) -> Iterator[str]:
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
    if claim.alone:
        yield "    read_once: true  # delete this line when you have compared it with the sentence"


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
    # 0901 without quotes would lose its zero.
    coded = key == "goods" and text[:1].isdigit()
    # A JSON string is a YAML string, with all its escapes.
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
