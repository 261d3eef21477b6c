"""Claims that an external reader found in a text: those that the text supports are accepted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft import article as own_reading
from entrepot.claims.draft.areas import areas_in
from entrepot.claims.draft.article import ArticleDraft
from entrepot.claims.draft.draft import Drafted, Left, Refusal, trouble_with
from entrepot.claims.draft.marks import CODE, digits_of, marks, require_codes
from entrepot.claims.draft.reading import numbers_of
from entrepot.claims.draft.readings import with_claims
from entrepot.claims.draft.sentences import Sentence, sentences
from entrepot.claims.numbers import read_says
from entrepot.claims.numbers.tokens import tokens
from entrepot.claims.schema import KINDS, ClaimEntry
from entrepot.claims.times import when
from entrepot.errors import EntrepotError
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.claims.draft.front import Article
    from entrepot.claims.numbers import Span

MOST_CLAIMS = 500
"""Claims of an answer that are looked at."""
_LONGEST = 8000
"""Characters of a claim that is looked at."""
_SHOWN = 160
"""Characters of what a reader said that are repeated when it is not accepted."""
_NO_CLAIMS = (
    *("what is expected or planned", "re-exports or re-imports", "something is left out of it"),
    *("an adjusted number", "trade via another country", "a number for each of something"),
    *("services are no goods", "the sentence denies something", "not a number of trade in goods"),
    *("an average", "a rate for each", "it is said of how fast"),
)
"""How the reasons of our rules begin that say that a number is no claim, and not only unclear."""
_SIDES = ("importer", "exporter", "reporter", "area")
_GROWS = ("growth", "price_growth", "quantity_growth")


# What of it is taken


def accepted(article: Article, answer: list[Any]) -> ArticleDraft:
    """Return our own draft with the claims of an answer that the text bears out.

    Parameters
    ----------
    answer
        Claims as a reader returned them, of any form.

    Returns
    -------
    Draft
        What was not accepted is left, with the reason.
    """
    own = own_reading.draft(article)
    text = _Text(article, own)
    claims = {claim.place: claim for claim in own.claims}
    seen: set[tuple[int, int]] = set()
    left: list[Left] = []
    for item in answer[:MOST_CLAIMS]:
        try:
            # One bad claim is listed, not raised: the rest of the answer may be good.
            claim = text.claim_of(item)
            if claim.place in seen:
                raise Refusal("a second claim of one number")
        except (Refusal, EntrepotError) as refusal:
            why = refusal.why if isinstance(refusal, Refusal) else refusal.what
            left.append(_refused(item, _shown(why)))
            continue
        seen.add(claim.place)
        # Our own reading of the same number wins, as it has notes and was checked further.
        claims.setdefault(claim.place, claim)
    if len(answer) > MOST_CLAIMS:
        left.append(Left("", "", f"{len(answer) - MOST_CLAIMS} more claims were not looked at"))
    chosen = [claims[place] for place in sorted(claims)]
    rest = [kept for one in own.left if (kept := _without(one, set(claims), article))]
    readings = with_claims(article, own.readings, chosen)
    return ArticleDraft(article, tuple(chosen), (*rest, *left), readings)


def _refused(item: Any, why: str) -> Left:
    """Return what is not accepted, as far as it can be shown."""
    said = item if isinstance(item, dict) else {}
    return Left(_shown(said.get("says")), _shown(said.get("quote")), f"not accepted: {why}")


def _shown(said: Any) -> str:
    text = said if isinstance(said, str) else ""
    # Foreign text on a terminal: escapes become spaces. Cut first, as an answer may have megabytes.
    clean = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN]).split())
    return clean if len(clean) <= _SHOWN else f"{clean[: _SHOWN - 1]}…"


def _without(one: Left, claimed: set[tuple[int, int]], article: Article) -> Left | None:
    """Return what our rules left without the numbers that are claims now."""
    places = tuple(place for place in one.places if place not in claimed)
    if places == one.places:
        return one
    says = "; ".join(" ".join(article.text[slice(*place)].split()) for place in places)
    return replace(one, places=places, says=says) if places else None


@dataclass(frozen=True)
class _Text:
    """A text as claims about it are looked at: its sentences, and what our rules read."""

    article: Article
    own: ArticleDraft

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentences(self.article.text))

    @cached_property
    def words(self) -> str:
        return _plain(f"{self.article.title} {self.article.publisher} {self.article.text}")

    @cached_property
    def named(self) -> tuple[tuple[str, ...], ...]:
        """The areas that each sentence names."""
        return tuple(
            tuple(
                dict.fromkeys(
                    mark.value
                    for mark in areas_in(one.text, one.language, [], [])
                    # Not EU+GBR or named:...: only what is one known code.
                    if mark.value.isalnum()
                )
            )
            for one in self.sentences
        )

    @cached_property
    def times(self) -> tuple[tuple[Period, ...], ...]:
        """The periods that each sentence names."""
        return tuple(
            tuple(
                period
                for span in when(one.text, self.article.published, one.language)
                for period in (span.period, *span.ends)
                if period is not None
            )
            for one in self.sentences
        )

    def claim_of(self, item: Any) -> Drafted:
        """Return an item of an answer as a claim; raises `Refusal` where the text has it not."""
        kind, keys, says, quote = _parts(item)
        at, sentence = self._sentence(quote)
        number = _number(says, sentence, quote)
        claim = Drafted(
            kind,
            keys,
            says,
            sentence.text,
            attributed_to=self._speaker(item.get("attributed_to", "")),
            notes=("read by a reader of your own",),
            place=sentence.place(number.start, number.end),
        )
        _check_direction(says, kind, number, sentence)
        if why := trouble_with(claim):
            raise Refusal(why)
        require_codes(keys, sentence.text)
        for flow in _flows(keys):
            self._check_areas(flow, at)
            self._check_goods(flow, at)
            self._check_currency(flow)
        self._check_times(keys, at)
        self._check_rules(claim)
        return claim

    def _sentence(self, quote: str) -> tuple[int, Sentence]:
        for at, one in enumerate(self.sentences):
            if quote in one.text:
                return at, one
        inside = quote in " ".join(self.article.text.split())
        raise Refusal(
            "the quote is more than one sentence" if inside else "the quote is not in the text"
        )

    def _speaker(self, said: Any) -> str:
        if not isinstance(said, str) or (said and _plain(said) not in self.words):
            raise Refusal("who is quoted is not named in the text")
        return " ".join(said.split())

    def _check_areas(self, flow: Mapping[str, Any], at: int) -> None:
        own = {_group(code) for code in self.named[at]}
        before = {_group(code) for named in self.named[: at + 1] for code in named}
        title = self.article.title
        # A title is in the language of its text.
        languages = dict.fromkeys(["en", *(one.language for one in self.sentences)])
        before |= {
            _group(mark.value)
            for language in languages
            for mark in areas_in(title, language, [], [])
        }
        said = [code for key in _SIDES if (code := flow.get(key)) and code != WORLD]
        parts = [_group(part) for code in said for part in str(code).split("+")]
        for part in parts:
            if part not in before:
                raise Refusal(f"{part} is not named in the text up to there")
        # A side may come from an earlier sentence, but not past areas that this one names.
        foreign = [part for part in parts if part not in own]
        if foreign and (len(own) > 1 or (own and not own & set(parts))):
            raise Refusal(f"the sentence names other areas than {' and '.join(foreign)}")

    def _check_goods(self, flow: Mapping[str, Any], at: int) -> None:
        goods = str(flow.get("goods", "all"))
        sentence = self.sentences[at]
        named = [mark.value for mark in marks(sentence.text, sentence.language).goods]
        if goods == "all":
            if named:
                raise Refusal(f"the sentence names goods: {named[0].removeprefix(NAMED)}")
            return
        if goods.startswith(NAMED):
            if _plain(goods.removeprefix(NAMED)) not in self.words:
                raise Refusal("the goods are not named in the text")
            return
        around = (
            mark.value
            for one in self.sentences[: at + 1]
            for mark in marks(one.text, one.language).goods
        )
        # A text may print HS codes, which no word list has; an amount with these digits is none.
        printed = {
            digits_of(match)
            for one in self.sentences[: at + 1]
            for match in CODE.finditer(one.text)
            if match["named"] or not _is_amount(match.start("code"), one)
        }
        is_printed = printed.issuperset(goods.split(","))
        if goods not in named and goods not in around and not is_printed:
            raise Refusal(f"the goods are not named in the text: {goods[:40]}")

    def _check_currency(self, flow: Mapping[str, Any]) -> None:
        money = flow.get("currency")
        if money and money not in self._moneys:
            raise Refusal(f"no number of the text is in {money}")

    @cached_property
    def _moneys(self) -> frozenset[str]:
        return frozenset(n.says.currency for one in self.sentences for n in numbers_of(one))

    def _check_times(self, keys: Mapping[str, Any], at: int) -> None:
        own, before = self.times[at], [p for times in self.times[:at] for p in times]
        for flow in (keys, *_flows(keys)):
            period = flow.get("period")
            # Periods of earlier sentences count only where this one names none.
            if period and Period.parse(period) not in (own or before):
                raise Refusal(f"the period {period} is not named there")
            base = flow.get("base")
            if base is None:
                continue
            since = Period.parse(base)
            usual = [Period.parse(one["period"]).before() for one in _flows(keys)]
            if since not in own and since not in before and since not in usual:
                raise Refusal(f"the base {base} is not named there")

    def _check_rules(self, claim: Drafted) -> None:
        start, end = claim.place
        for one in self.own.claims:
            # Overlap, not equality: a reader may cut the same number longer or shorter.
            if one.place[0] < end and start < one.place[1] and not _same(one, claim):
                keys = ", ".join(f"{key} {said}" for key, said in one.keys.items())
                raise Refusal(f"the rules read it as {one.kind} of {keys}, {one.says}")
        for rest in self.own.left:
            inside = any(low < end and start < high for low, high in rest.places)
            # Other reasons say only that our rules did not understand: a reader may know more.
            if inside and rest.why.startswith(_NO_CLAIMS):
                raise Refusal(f"the rules say of it: {rest.why}")


def _is_amount(place: int, sentence: Sentence) -> bool:
    """Whether digits are part of a number of something, and so no code."""
    return any(one.start <= place < one.end for one in numbers_of(sentence))


def _parts(item: Any) -> tuple[str, dict[str, Any], str, str]:
    """Return kind, keys, number and quote of an item of an answer."""
    if not isinstance(item, dict) or not all(isinstance(key, str) for key in item):
        raise Refusal("it is no object with the keys of a claim")
    # Before validation, whose time and messages grow with the input.
    if len(json.dumps(item)) > _LONGEST:
        raise Refusal("it is longer than any claim")
    given = [kind for kind in KINDS if item.get(kind) is not None]
    if len(given) != 1 or not isinstance(item[given[0]], dict):
        raise Refusal("it is not about exactly one quantity")
    known = {"id", "quote", "says", "attributed_to", *KINDS}
    if unknown := sorted(set(item) - known):
        raise Refusal(f"a key that no claim has: {unknown[0][:40]}")
    quote, says = item.get("quote"), item.get("says")
    if not isinstance(quote, str) or not isinstance(says, str) or not quote.strip():
        raise Refusal("it has no quote, or no number")
    return given[0], _texts(item[given[0]]), " ".join(says.split()), " ".join(quote.split())


def _texts(keys: dict[str, Any]) -> dict[str, Any]:
    """Return keys with years as texts, which many readers write as numbers."""
    return {
        key: str(value)
        # Not isinstance: True is an int as well.
        if key in ("period", "base") and type(value) is int
        else _texts(value)
        if isinstance(value, dict)
        else value
        for key, value in keys.items()
    }


def _number(says: str, sentence: Sentence, quote: str) -> Span:
    """Return the number of a sentence that a claim is about."""
    try:
        read = read_says(says, sentence.sure or None)
    except EntrepotError:
        raise Refusal("what it says is no number") from None
    first = sentence.text.index(quote)
    within = [
        one for one in numbers_of(sentence) if one.start < first + len(quote) and first < one.end
    ]
    for one in within:
        printed = sentence.text[one.start : one.end]
        # The sign is checked apart (`_check_direction`): texts write "fell 5 %", answers "−5 %".
        bare = says.lstrip("-−–+ ")
        same = abs(one.says.value) == abs(read.value) and one.says.unit == read.unit
        same = same and one.says.relation == read.relation and one.says.per == read.per
        stands = bare in printed or printed in says or bare in sentence.text
        # Equal values are not enough: 1.50 and 1.5 leave different digits open.
        if same and stands and re.findall(r"\d+", bare) == re.findall(r"\d+", printed):
            return one
    raise Refusal("its number does not stand in the quote")


def _check_direction(says: str, kind: str, number: Span, sentence: Sentence) -> None:
    """Refuse a rise that the sentence calls a fall, or the other way round."""
    value = read_says(says).value
    if kind not in _GROWS:
        if value < 0 <= number.says.value and kind not in ("change", "balance"):
            raise Refusal("a minus that the text has not")
        return
    directions = {number.says.moved} if number.says.moved else _moved(sentence)
    if len(directions) == 1 and (sign := directions.pop()) and value and (value > 0) != (sign > 0):
        raise Refusal(f"the sentence says that it {'rose' if sign > 0 else 'fell'}")


def _moved(sentence: Sentence) -> set[int]:
    """Return which ways things move in a sentence: 1, -1, both or none."""
    return {
        1 if one.value > 0 else -1
        for one in tokens(sentence.text, sentence.language)
        if one.kind in ("moved", "moved_after") and isinstance(one.value, float) and one.value
    }


def _flows(keys: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the definitions inside the keys of a claim."""
    if "period" in keys:
        yield keys
    for value in keys.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _flows(inner)


def _same(one: Drafted, other: Drafted) -> bool:
    """Whether two claims say the same, whatever of the defaults they write down."""
    kinds = one.kind == other.kind
    keys = _filled(one) == _filled(other)
    return kinds and keys and read_says(one.says).value == read_says(other.says).value


def _filled(claim: Drafted) -> Any:
    # Validated, so that a default left out and one written down are equal.
    data = {"id": "a", "says": claim.says, claim.kind: claim.keys}
    return getattr(ClaimEntry.model_validate(data), claim.kind)


def _group(code: str) -> str:
    """Return an area, the European Union whatever its members were."""
    return "EU" if re.fullmatch(r"EU(?:\d\d)?", code) else code


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
