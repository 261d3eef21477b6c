"""The answer in two sentences, put together by rule from Figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.figures.citation import source_name
from entrepot.figures.definition import DOLLARS
from entrepot.goods.parse import written_codes
from entrepot.model.display import joined
from entrepot.report import phrasing
from entrepot.report.attribution import source_on_card
from entrepot.report.cards import watched_part
from entrepot.report.definitions import part_name, verb_of
from entrepot.report.missing_value import in_its_currency, missing_value
from entrepot.report.parts import BriefSentence
from entrepot.sources import split_address

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.cards import Headline

BREAK = "reporter-break"


def title_of(subject: Subject) -> str:
    """Return the heading of the brief."""
    text = f"{subject.buyers} dependence on {subject.seller}"
    if subject.goods != "all":
        text += f" for {subject.goods_phrase.removeprefix('the ')}"
    return phrasing.capital(text)


def answer(
    context: BriefContext, subject: Subject, found: Headline, verdicts: dict[str, int] | None = None
) -> tuple[BriefSentence, ...]:
    """Return what share, in which range; and how deliveries moved, with what claims came to.

    Parameters
    ----------
    context, subject, found
        Where to ask, what about, and the headline Figures.
    verdicts
        Number of claims in all and by verdict; None without claims.
    """
    if found.share.status != "ok" and found.value.status != "ok":
        return _nothing(context, subject, found, verdicts)
    moved = _moved(context, subject, found, verdicts)
    return (_share(context, subject, found), *([moved] if moved else []))


def _nothing(
    context: BriefContext, subject: Subject, found: Headline, verdicts: dict[str, int] | None
) -> tuple[BriefSentence, ...]:
    lacks = missing_value(context, found.value)
    first = (
        f"{subject.sellers} share of {subject.goods_phrase} that {subject.buyer} imported"
        f"{subject.when} cannot be computed: {lacks.briefly}."
    )
    second = "; ".join(
        one for one in (lacks.in_lead, _checked(verdicts) if verdicts else "") if one
    )
    made = BriefSentence(phrasing.capital(first), (found.share, found.value))
    more = BriefSentence(f"{phrasing.capital(second)}.", (found.share,))
    return (made, more) if second else (made,)


def _share(context: BriefContext, subject: Subject, found: Headline) -> BriefSentence:
    share = found.share
    goods = subject.goods_phrase
    if share.status != "ok":
        sent = "goods" if subject.goods == "all" else goods.removeprefix("the ")
        text = (
            f"In {subject.period} {subject.seller} {verb_of(found.value)} {sent} worth "
            f"**{phrasing.about(found.value)}** to {subject.buyer}; its share of {subject.buyers} "
            "imports cannot be computed: no total is available."
        )
        return BriefSentence(text, (found.value, share))
    text = (
        f"In {subject.period} {subject.seller} {verb_of(share)} **{phrasing.about(share)}** of "
        f"{goods} that {subject.buyer} imported; "
    )
    if share.no_range:
        text += f"no range: {share.no_range}."
    elif share.specifications is None:
        text += f"its published digits allow **{share.range_text}**."
    elif phrasing.span(share):
        # Reconciled values have errors of their own, which are no choice of a definition.
        is_made = share.definition.source == "reconciled" and "errors" in share.spread
        errors = "the errors of the reports and " if is_made else ""
        what = f"{errors}other defensible definitions {'allow' if errors else 'give'}"
        text += f"{what} **{share.range_text}**."
    else:
        text += "the other definitions available give the same."
    if some := some_only(context, subject, share):
        text = f"{text.removesuffix('.')}; {some}."
    return BriefSentence(text, (share,), ("denominator-system",))


def some_only(context: BriefContext, subject: Subject, share: Figure) -> str:
    """Say so where the source of a share has only some of the goods or of the partners."""
    said = (_some_goods(context, subject, share), phrasing.partial_partners(share))
    return "; ".join(filter(None, said))


def _some_goods(context: BriefContext, subject: Subject, share: Figure) -> str:
    if said := phrasing.partial_goods(share):
        return said
    used = {split_address(item.source)[0] for item in share.evidence}
    holdings = [
        one for one in context.lake.holdings() if one.table == "flows" and one.source in used
    ]
    if subject.listed or not any(one.has_few_products for one in holdings):
        return ""
    if written_codes(subject.goods) and all(one.id != "not-delivered" for one in share.caveats):
        return ""  # every code asked for is there, whatever others are not
    names = joined(sorted({source_name(one.source) for one in holdings if one.has_few_products}))
    return f"{names} covers only some of these goods"


def _moved(
    context: BriefContext, subject: Subject, found: Headline, verdicts: dict[str, int] | None
) -> BriefSentence | None:
    """Say how deliveries moved; None where nothing of it is known, which stands among the gaps."""
    growth = growth_of(context, subject)
    said_before = found.share.status != "ok"  # then the first sentence has the value already
    evidence = [figure for figure in (growth, found.value) if figure.status == "ok"]
    text = f"{subject.sellers} deliveries "
    if growth.status == "ok":
        asked = growth.definition
        # The number that follows is set strong: "rose by
        # **39 %**". "Did not change" has neither word.
        moved = re.sub(r"\b(by|to) ", r"\1 **", phrasing.changed(growth), count=1)
        strong = f"{moved}**" if "**" in moved else moved
        money = "dollars" if asked.currency == DOLLARS else asked.currency
        text += f"{strong} in {money} from {asked.base:–} to {asked.period:–}"
        text += _other_reporter(found.share, growth)
    if found.value.status == "ok" and not said_before:
        text += ", to " if growth.status == "ok" else "came to "
        text += phrasing.about(found.value)
    if growth.status != "ok" and said_before and evidence:
        base = growth.definition.base
        text = f"the change in {text}cannot be computed: no {base} value is available"
    if not evidence:
        if found.growth.status != "ok" and not verdicts:
            return None
        evidence = [found.value]
        why = missing_value(context, found.value).briefly
        text = f"the change in {text}cannot be computed: {why}"
    # Where the watched part is all of the goods, the sentence has its growth already.
    if found.growth.status == "ok" and watched_part(subject) != subject.goods:
        evidence.append(found.growth)
        name = part_name(found.growth.definition.goods)
        text += f"; {name} {phrasing.changed(found.growth)}"
    if verdicts:
        text += f"; {_checked(verdicts)}"
    broken = any(item.id == BREAK for figure in evidence for item in figure.caveats)
    return BriefSentence(f"{phrasing.capital(text)}.", tuple(evidence), (BREAK,) if broken else ())


def _other_reporter(share: Figure, growth: Figure) -> str:
    """Say whose a growth is where the share of the first sentence is somebody else's.

    One may count in euros what the other counts in dollars, or be told by the other side.
    """
    if share.status != "ok":
        return ""
    whose, other = (source_on_card(figure) for figure in (growth, share))
    return f" ({whose}; the share is from {other})" if whose != other else ""


def growth_of(context: BriefContext, subject: Subject) -> Figure:
    """Return the growth of imports from the supplier, in the currency that its data have."""
    keys = {"importer": subject.importer, "exporter": subject.supplier, "goods": subject.goods}
    return in_its_currency(context, context.value("growth", period=subject.period, **keys))


def _checked(verdicts: dict[str, int]) -> str:
    """Say how many claims were checked and what is wrong with them, if anything."""
    total = verdicts["claims"]
    wrong = [
        f"{phrasing.cardinal(verdicts[verdict])} {one if verdicts[verdict] == 1 else many}"
        for verdict, one, many in (
            ("inconsistent", "is inconsistent", "are inconsistent"),
            ("differs", "differs", "differ"),
        )
        if verdicts.get(verdict)
    ]
    claims = phrasing.count_word(total, "claim")
    if not wrong:
        return f"of {claims} checked, none was found wrong"
    return f"of {claims} checked {' and '.join(wrong)}"
