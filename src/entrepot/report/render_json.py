"""A brief as JSON: the same Figures, sentences and tables, with all digits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.figures import Figure
from entrepot.figures.scenario import Scenario
from entrepot.reconciliation.mirror_gaps import MirrorPair
from entrepot.report.parts import plain

if TYPE_CHECKING:
    from entrepot.report.charts import BriefTable
    from entrepot.report.parts import Brief, BriefSentence, Card, DataGap, Section, SentenceEvidence


def render_json(brief: Brief) -> str:
    """Return the brief as JSON text."""
    # After dumps, so that paths inside of commands and
    # definitions are found, too, as JSON writes them.
    return brief.public(json.dumps(as_dict(brief), ensure_ascii=False, indent=1)) + "\n"


def as_dict(brief: Brief) -> dict[str, Any]:
    """Return the brief as plain JSON types.

    ``figures`` are the five headline Figures; ``evaluated`` is every Figure behind the page.
    """
    return {
        "title": brief.title,
        "answer": [_said(sentence) for sentence in brief.answer],
        "figures": [_figure(card) for card in brief.cards],
        "sections": [_section(section) for section in brief.sections],
        "claims": brief.check,
        "caveats": [item.to_dict() for item in brief.caveats],
        "definitions": [{"name": term.name, "text": term.text} for term in brief.terms],
        "sources": [
            {"name": t.name, "text": t.text, "url": t.url, "files": t.details}
            for t in brief.sources
        ],
        "commands": [{"what": item.what, "line": item.line} for item in brief.commands],
        "evaluated": [figure.to_dict(values=False) for figure in brief.figures],
        "nowcasts": [figure.to_dict(values=False) for figure in brief.nowcasts],
        "state": dict(brief.state),
        "command": brief.line,
        "date": brief.date or None,
        "version": brief.version,
    }


def _figure(card: Card) -> dict[str, Any]:
    return {"name": card.name, "shown": _shown(card)} | card.figure.to_dict(values=False)


def _shown(card: Card) -> dict[str, str]:
    return {
        "value": card.whole,
        "range": card.range,
        "definition": card.definition,
        "tag": card.tag,
        "source": card.source,
    }


def _said(sentence: BriefSentence) -> dict[str, Any]:
    return {
        "text": plain(sentence.text),
        "evidence": [_evidence_of(item) for item in sentence.evidence],
    }


def _evidence_of(item: SentenceEvidence) -> dict[str, Any]:
    if isinstance(item, Figure):
        is_nowcast = {"status": "nowcast"} if item.status == "nowcast" else {}
        return item.definition.to_dict() | is_nowcast
    if isinstance(item, Scenario):
        return {"scenario": item.file.title}
    return {"reports": item.to_dict()} if isinstance(item, MirrorPair) else {"published": item.id}


def _section(section: Section) -> dict[str, Any]:
    found = {
        "id": section.id,
        "name": section.eyebrow,
        "title": plain(section.title.text),
        "deck": section.deck,
        "notes": [
            {"title": note.title, "text": " ".join(plain(item.text) for item in note.body)}
            for note in section.notes
        ],
        "table": _table(section.table) if section.table else None,
        "missing": _gap(section.gap) if section.gap else None,
        "gaps": [_gap(gap) for gap in section.gaps],
    }
    for name, more in (("reports", section.reports), ("scenario", section.scenario)):
        found |= {name: more.to_dict()} if more else {}
    return found


def _table(table: BriefTable) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": list(table.head),
        "rows": [list(row) for row in table.rows],
    }


def _gap(gap: DataGap) -> dict[str, str]:
    return {"what": gap.what, "why": gap.why, "command": gap.command}
