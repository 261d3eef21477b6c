"""The query of an address, read as the keys of a definition."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from entrepot.errors import ADDRESS, nearest
from entrepot.figures import Definition
from entrepot.figures.evaluate import evaluate
from entrepot.figures.validate import require_question
from entrepot.goods.parse import goods_in_codes
from entrepot.model.keys import KEYS
from entrepot.serve.answer import BadAddressError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.errors import Spelling
    from entrepot.figures import Figure
    from entrepot.lake import Lake

LONGEST = 500
"""Characters of one value."""
# What no XML may have, so that no drawing or workbook could be read; line ends are typed in forms.
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ufffe\\uffff]")
# Keys of an address that are no keys of a definition.
_OWN = ("measure", "curve", "above", "tests")


def single(pairs: Iterable[tuple[str, str]], known: Sequence[str]) -> dict[str, str]:
    """Return a query as a dictionary without its empty values, as a form sends them.

    Raises
    ------
    BadAddressError
        For a key that is unknown or given twice, or a value that is too long.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            near = nearest(name, known)
            guess = f"did you mean {' or '.join(near)}? " if near else ""
            raise BadAddressError(
                f"unknown key: {name[:60]!r}", hint=f"{guess}use only the keys {', '.join(known)}"
            )
        if len(value) > LONGEST:
            # A list that repeats its items may be short once each is named once.
            value = ",".join(dict.fromkeys(one.strip() for one in value.split(",")))
        if len(value) > LONGEST:
            raise BadAddressError(
                f"{name} has {len(value)} characters", hint=f"write at most {LONGEST}"
            )
        if found_sign := _UNPRINTABLE.search(value):
            raise BadAddressError(
                f"{name} has a control character: {found_sign[0]!r}", hint="leave it out"
            )
        # Empty repetitions are what a form sends for a field that was left alone.
        if name in found and value.strip():
            raise BadAddressError(f"{name} is given twice", hint="leave one out")
        if value.strip():
            found[name] = value.strip()
    return found


@dataclass(frozen=True, slots=True)
class AddressQuestion:
    """What an address asks: a definition, and whether with a specification curve.

    Attributes
    ----------
    above
        With `curve`, the value above which specifications are counted.
    tests
        Of hubs, whether placebos are set beside the answer.
    """

    definition: Definition
    curve: bool = False
    above: float | None = None
    tests: bool = False

    def answered(self, lake: Lake, spelling: Spelling = ADDRESS) -> Figure:
        """Evaluate the Figure, its texts with keys as who asks writes them.

        Raises as `entrepot.figures.ask` does.
        """
        figure = evaluate(
            self.definition,
            lake,
            curve=self.curve,
            above=self.above,
            tests=self.tests,
            nowcast=True,
        )
        return figure.spelled(spelling)


def asked(pairs: Iterable[tuple[str, str]]) -> AddressQuestion:
    """Return what an address asks.

    Raises
    ------
    BadAddressError
        For an address that cannot be read.
    RequestError
        For a definition that makes no sense.
    """
    keys: dict[str, Any] = dict(single(pairs, (*_OWN, *KEYS)))
    if "measure" not in keys:
        raise BadAddressError("no measure is asked for", hint="add measure=import_share")
    if "goods" in keys:
        # "magnets", as in a question in words; the answer's definition has the code.
        keys["goods"] = goods_in_codes(keys["goods"])
    require_question(keys["measure"])
    # "above" is no key of a definition, but is a number all the same.
    kinds = {name: key.kind for name, key in KEYS.items()} | {"above": float}
    for name, kind in kinds.items():
        if name in keys and kind is not str:
            keys[name] = _number(name, keys[name], kind)
    curve = _truth("curve", keys.pop("curve", "false"))
    above = keys.pop("above", None)
    tests = _truth("tests", keys.pop("tests", "false"))
    if above is not None and not curve:
        raise BadAddressError("above counts specifications of a curve", hint="add curve=true")
    return AddressQuestion(Definition.build(keys.pop("measure"), **keys), curve, above, tests)


def _number(name: str, text: str, kind: type) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise BadAddressError(
            f"{name} is no number: {text[:60]!r}", hint=f"write {name}=3"
        ) from None


def _truth(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadAddressError(
            f"{name} is {text[:60]!r}", hint=f"write {name}=true, or leave it out"
        )
    return text.lower() == "true"


def address_of(asked: Definition) -> str:
    """Return the address at which a definition is asked."""
    return f"/ask?{urlencode(_given(asked), safe=':@,')}"


def python_of(question: AddressQuestion) -> str:
    """Return the lines of Python that give the same Figure."""
    keys = _given(question.definition)
    numbers = {name for name, key in KEYS.items() if key.kind is not str}
    parts = [repr(keys.pop("measure"))]
    parts += [f"{name}={text if name in numbers else repr(text)}" for name, text in keys.items()]
    parts += ["curve=True"] if question.curve else []
    parts += [] if question.above is None else [f"above={question.above}"]
    parts += ["tests=True"] if question.tests else []
    return f"import entrepot as ep\n\nep.ask({', '.join(parts)})"


def command_of(question: AddressQuestion) -> str:
    """Return the line that gives the same Figure on a terminal."""
    words = _words(question.definition)
    words += ["--curve"] if question.curve else []
    words += [] if question.above is None else ["--above", str(question.above)]
    words += ["--tests"] if question.tests else []
    return shlex.join(words)


def page_command_of(asked: Definition) -> str:
    """Return the line that writes the page of a definition to a file."""
    return shlex.join([*_words(asked), "--out", "answer.html"])


def _words(asked: Definition) -> list[str]:
    keys = _given(asked)
    words = ["entrepot", "ask", keys.pop("measure")]
    return words + [
        word for name, text in keys.items() for word in (f"--{name.replace('_', '-')}", text)
    ]


def _given(asked: Definition) -> dict[str, str]:
    """Return the keys of a definition that say something."""
    # What the measure has by default is left out, so that one question has one short address.
    plain = Definition.build(asked.measure, period=asked.period).to_dict()
    return {
        name: str(value)
        for name, value in asked.to_dict().items()
        # The period is always needed, and equals its own
        # default here, because `plain` was built with it.
        if value is not None and (name in ("measure", "period") or value != plain.get(name))
    }
