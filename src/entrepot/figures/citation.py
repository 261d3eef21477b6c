"""How a Figure is cited: a line for people, and the same in the forms that programs read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import UnknownNameError
from entrepot.figures.availability import RECONCILED
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.sources import is_own, source_ids, source_info, split_address
from entrepot.sources.published.parse import origin_name
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.figures.evidence import Evidence
    from entrepot.sources.info import SourceInfo

CitationForm = Literal["text", "bibtex", "csl", "ris"]
FORMS: tuple[CitationForm, ...] = ("text", "bibtex", "csl", "ris")


def citation(
    form: CitationForm,
    *,
    name: str,
    title: str,
    value: str,
    evidence: Iterable[str],
    link: str = "",
    accessed: str = "",
) -> str:
    """Return a citation as text, BibTeX, CSL-JSON or RIS.

    Parameters
    ----------
    name
        Identifier of the Figure.
    value
        As people read it, or that there is none.
    evidence
        What it is from, a word each.
    link
        Address of the page that shows it.
    accessed
        Day on which it was asked, ISO 8601; empty leaves it out.

    Examples
    --------
    >>> citation("text", name="fig-1", title="A share", value="5 %", evidence=["baci x"])[:28]
    'A share: 5 %. From baci x. E'
    """
    from_ = ", ".join(dict.fromkeys(evidence))
    note = f"{value}. From {from_}." if from_ else f"{value}."
    match form:
        case "text":
            where = f" {link}" if link else ""
            where += f" Accessed {accessed}." if accessed else ""
            return f"{title}: {note} Entrepôt {__version__}, {name}.{where}"
        case "bibtex":
            return _bibtex(name, title, note, link, accessed)
        case "csl":
            return json.dumps([_csl(name, title, note, link, accessed)], ensure_ascii=False)
        case "ris":
            return _ris(name, title, note, link, accessed)
    raise UnknownNameError("form of a citation", form, FORMS)


def _bibtex(name: str, title: str, note: str, link: str, accessed: str) -> str:
    fields = {
        "title": f"{{{_tex(title)}}}",
        # Double braces: one name, not a first and a last one; \^o is ô in any TeX.
        "author": "{{Entrep\\^ot}}",
        "version": f"{{{__version__}}}",
        "note": f"{{{_tex(note)} Identifier {name}}}",
        **({"url": f"{{{link}}}"} if link else {}),
        # A figure is made on the day on which it is asked.
        **({"year": accessed[:4], "urldate": f"{{{accessed}}}"} if accessed else {}),
    }
    lines = ",\n".join(f"  {key} = {text}" for key, text in fields.items())
    return f"@misc{{entrepot-{name},\n{lines}\n}}"


_ACRONYM = 4
"""Letters of an id up to which it is written in capitals."""
_TEX = {
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "\u00a0": "~",
}


def _tex(text: str) -> str:
    """Return a text for TeX: its signs escaped, everything else as it is."""
    # In one pass: what one sign becomes has signs that others would be escaped for.
    return "".join(_TEX.get(sign, sign) for sign in text)


def _csl(name: str, title: str, note: str, link: str, accessed: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": f"entrepot-{name}",
        "type": "dataset",
        "title": title,
        "author": [{"literal": "Entrepôt"}],
        "version": __version__,
        "note": f"{note} Identifier {name}",
    }
    if link:
        found["URL"] = link
    if accessed:
        day = [int(part) for part in accessed.split("-")]
        found |= {"issued": {"date-parts": [day[:1]]}, "accessed": {"date-parts": [day]}}
    return found


def _ris(name: str, title: str, note: str, link: str, accessed: str) -> str:
    fields = [("TY", "DATA"), ("ID", f"entrepot-{name}"), ("TI", title), ("AU", "Entrepôt")]
    fields += [("ET", __version__), ("N1", f"{note} Identifier {name}")]
    fields += [("UR", link)] if link else []
    fields += [("PY", accessed[:4]), ("Y2", accessed.replace("-", "/"))] if accessed else []
    # A line is a field in RIS: a line end in a title would begin another one.
    return "\n".join(f"{tag}  - {' '.join(text.split())}" for tag, text in [*fields, ("ER", "")])


def data_set(source: str, vintage: str = "", title: str = "") -> str:
    """Return publisher, data set and vintage, as a source line names them.

    Parameters
    ----------
    source, vintage
        Its id, with a release or without, and the release of the rows where it is known.
    title
        What a table of one's own is called; without it, its id stands for it. Of reconciled
        values, whose reports they are.

    Examples
    --------
    >>> data_set("baci", "V202501"), data_set("minerals", "V202601")
    ('CEPII BACI V202501', 'CEPII BACI V202601 (30 codes)')
    >>> data_set("comtrade")
    'UN Comtrade (United Nations Statistics Division)'
    >>> data_set("table.chips", title="Imports of chips and cars")
    'Imports of chips and cars'
    >>> data_set("reconciled", title=data_set("comtrade"))
    'UN Comtrade (United Nations Statistics Division), both reports of each flow reconciled'
    """
    name, asked = split_address(source)
    release = asked or vintage
    if name == "reconciled":
        return f"{title or 'Single reports'}, both reports of each flow reconciled"
    if is_own(name):
        return f"{title or name} {release}".strip()
    info = source_info("baci" if name == BUNDLED else name)
    words = f"{titled(info)} {release}".strip()
    return f"{words} (30 codes)" if name == BUNDLED else words


def titled(info: SourceInfo) -> str:
    """Return a data set with its publisher: before it in one word, behind it in several."""
    title = info.title.partition(",")[0]
    if " " in info.publisher:
        return f"{title} ({info.publisher})"
    return f"{info.publisher} {title}"


def cited(evidence: Evidence) -> str:
    """Return whose number it is and where, as a citation names it, with the id of the bytes."""
    rows = f"{evidence.source} {evidence.id or evidence.snapshot}".strip()
    if evidence.url:
        whose = origin_name(evidence.origin) if evidence.origin else ""
        whose = f" ({whose})" if whose and whose != evidence.publisher else ""
        return f"{evidence.publisher}{whose}, {evidence.url} ({rows})".removeprefix(", ")
    is_named = bool(evidence.title) if is_own(evidence.source) else evidence.source in source_ids()
    if not is_named:
        return rows
    return f"{data_set(evidence.source, evidence.vintage, evidence.title)} ({rows})"


def source_name(source: str) -> str:
    """Return a source as a page names it: by its title, else by its id; one's own by its id.

    Examples
    --------
    >>> source_name("baci"), source_name("comtrade"), source_name("gacc"), source_name("table.mine")
    ('BACI', 'UN Comtrade', 'GACC', 'table.mine')
    >>> source_name("minerals"), source_name("reconciled"), source_name("baci@V202501")
    ('BACI (30 codes)', 'reconciliation', 'BACI V202501')
    """
    if source == BUNDLED:
        return "BACI (30 codes)"
    if source == RECONCILED:
        return "reconciliation"
    if is_own(source):
        return source
    name, vintage = split_address(source)
    if vintage is not None:
        return f"{source_name(name)} {vintage}"
    if source in source_ids():
        title = source_info(source).title.partition(",")[0]
        if title.casefold().split()[-1] == source:
            return title
    # A short id is an acronym, a longer one a word.
    return source.upper() if len(source) <= _ACRONYM else source.capitalize()
