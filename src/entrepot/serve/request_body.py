"""What is read of a request: its query as keys of a definition, the form wanted, a text sent."""

from __future__ import annotations

import base64
import json
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from entrepot.errors import ADDRESS, RequestError, nearest
from entrepot.figures import Definition
from entrepot.figures.evaluate import evaluate
from entrepot.figures.validate import require_question
from entrepot.goods.parse import goods_in_codes
from entrepot.model.keys import KEYS
from entrepot.serve.answer import PARQUET, BadAddressError, TooLongError, WrongFormError
from entrepot.serve.guard import too_large

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fastapi import Request

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


FORMS = {"json": "application/json", "csv": "text/csv", "parquet": PARQUET}
"""Forms in which the API answers, with their media types."""
# A quality value of RFC 9110: 0 to 1 with three decimals
# at most. Not float(), which takes "nan" and "inf".
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
ARTICLE, CLAIMS = 100_000, 256_000
"""Bytes of an article and of claims that are checked, if nothing else is said."""
PATIENCE = 30
"""Seconds that a body may take to arrive."""
_KEYS = ("text", "kind", "date", "publisher")
_LINES = ("text", "edition", "dates")
_KINDS = {
    "text/plain": "article",
    "text/markdown": "article",
    "application/yaml": "claims",
    "application/x-yaml": "claims",
    "text/yaml": "claims",
}


_SUFFIXES = {".txt": "article", ".md": "article", ".yaml": "claims", ".yml": "claims"}
# PDF, ZIP (and with it DOCX, XLSX, ODT) and RTF.
_NO_TEXT = ("%PDF-", "PK\x03\x04", "{\\rtf")
"""How files begin that are no texts though their bytes may read as one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A text to check; `kind` is ``article``, ``claims``, or with JSON ``desk``, ``shipments``.

    `reader` is an additional reader that the server has for articles, and never what was sent.
    """

    text: str
    kind: str = "article"
    date: str = ""
    publisher: str = ""
    reader: str = ""


def liked_form(request: Request) -> str:
    """Return the form that the ``Accept`` header likes best: json, csv or parquet.

    What it likes equally is JSON, then CSV.
    """
    liked = {}
    for part in request.headers.get("accept", "*/*").split(","):
        kind, *how = (word.strip().lower() for word in part.split(";"))
        weight = next((word[2:] for word in how if word.startswith("q=")), "1")
        # What cannot be read counts as refused and not as the default of 1.
        liked[kind] = float(weight) if _WEIGHT.fullmatch(weight) else 0.0
    weights = {
        # -1 for a form that is not named at all, apart from 0 for one that is refused.
        form: max(liked.get(kind, -1.0), liked.get(f"{kind.partition('/')[0]}/*", -1.0))
        for form, kind in FORMS.items()
    }
    # "*/*" counts for JSON alone: a browser or curl, which accept anything, must not get Parquet.
    if weights["json"] < 0:
        weights["json"] = liked.get("*/*", 0.0)
    # max() takes the first of equals, so the order of `FORMS` is the preference.
    return max(weights, key=lambda form: weights[form])


def address(request: Request) -> str:
    """Return path and query as they were sent.

    Not `request.url`: that begins with the ``Host`` header, and older libraries take what follows
    the name there for the path.
    """
    scope = request.scope
    # Not every ASGI server has raw_path; what is quoted again is the same address for the cache.
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return f"{path.decode('latin-1')}?{scope['query_string'].decode('latin-1')}"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of a text that is checked: of an article, and of claims."""

    article: int = ARTICLE
    claims: int = CLAIMS

    @property
    def body(self) -> int:
        """Bytes of a body: what a form writes as percent signs has three for one."""
        # Ten kilobytes for the other fields and the heads of a form with parts.
        return 3 * max(self.article, self.claims) + 10_000

    def require(self, sent: Sent) -> None:
        """Refuse a text that is longer; raises `TooLargeError`.

        Shipments have the size of a body alone, by which they were received.
        """
        if sent.kind == "shipments":
            return
        longest = self.claims if sent.kind == "claims" else self.article
        for text in _articles_in(sent.text) if sent.kind == "desk" else [sent.text]:
            # Characters first, which costs nothing; only a
            # text that passes is encoded to count its bytes.
            if len(text) > longest or len(text.encode(errors="replace")) > longest:
                raise too_large(longest)


def _articles_in(body: str) -> list[str]:
    """Return the texts in what the desk sends; none of what is not JSON, which others say."""
    found: list[str] = []

    def take(pairs: list[tuple[str, Any]]) -> None:
        # All of them: where a key comes twice, it may be either that is read.
        found.extend(one for key, one in pairs if key == "text" and isinstance(one, str))

    with suppress(ValueError, RecursionError):
        json.loads(body, object_pairs_hook=take)
    return found


async def whole_body(request: Request, longest: int) -> bytes:
    """Return the body of a request as far as it is small and comes in time.

    Raises
    ------
    TooLargeError
        If it has more bytes than `longest`.
    TooLongError
        If it does not come.
    """
    # Imported here: a process for texts takes what was read, and starts without the framework.
    import anyio
    from starlette.requests import ClientDisconnect

    received = bytearray()
    try:
        with anyio.fail_after(PATIENCE):
            async for chunk in request.stream():
                received += chunk
                # Counted as it arrives: a chunked body has no
                # Content-Length that the guard could refuse.
                if len(received) > longest:
                    raise too_large(longest, request.scope["path"])
    except ClientDisconnect:  # nobody reads this; else it would be a defect
        raise BadAddressError("the text did not arrive whole", hint="send it again") from None
    except TimeoutError:
        raise TooLongError(
            f"the text did not arrive within {PATIENCE} seconds", hint="send it again"
        ) from None
    return bytes(received)


def sent_text(request: Request, body: bytes) -> Sent:
    """Return the text of a request: as it is, in JSON, or from a form, pasted or as a file.

    Raises
    ------
    WrongFormError
        For a media type or a file that is not read.
    BadAddressError
        For a key of the address that is unknown, or belongs beside the text.
    RequestError
        For a text that is not UTF-8, or no JSON.
    """
    content_type = request.headers.get("content-type", "text/plain")
    # Without the charset: everything is read as UTF-8, and what is not is refused.
    kind = content_type.partition(";")[0].strip().lower()
    query = single(request.query_params.multi_items(), ("date", "publisher"))
    if kind in _KINDS:
        return Sent(_text(body), _KINDS[kind], **query)
    if query:
        raise BadAddressError(
            f"{' and '.join(query)} in the address",
            why="the address carries them only for plain text",
            hint="write them as fields of the form or of the object",
        )
    if kind == "multipart/form-data":
        return _from_parts(parts_of(content_type, body))
    text = _text(body)
    if kind == "application/json":
        return _from_pairs(_pairs_of_json(text))
    if kind == "application/x-www-form-urlencoded":
        try:
            # The limit is checked before anything is split. Blank
            # values stay, so that `single` sees every name.
            pairs = parse_qsl(text, max_num_fields=8, keep_blank_values=True)
        except ValueError:
            raise BadAddressError("more fields than the form has") from None
        return _from_pairs(pairs)
    known = ", ".join((*_KINDS, "application/json", "multipart/form-data"))
    raise WrongFormError(f"a text as {kind[:60]!r} is not read", hint=f"send one of: {known}")


def sent_desk(request: Request, body: bytes) -> Sent:
    """Return what the reading desk sends, JSON that the process apart takes to pieces.

    Raises
    ------
    WrongFormError
        For another media type.
    BadAddressError
        For keys in the address.
    RequestError
        For a text that is not UTF-8.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    single(request.query_params.multi_items(), ())
    if kind != "application/json":
        raise WrongFormError(f"a text as {kind[:60]!r} is not read", hint="send application/json")
    return Sent(_text(body), "desk")


def sent_shipments(request: Request, body: bytes) -> Sent:
    """Return a list of shipments from the form, pasted or as a file, which is read elsewhere.

    Raises
    ------
    WrongFormError
        For another media type.
    BadAddressError
        For keys in the address, or a text and a file at once.
    """
    single(request.query_params.multi_items(), ())
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise WrongFormError("not the form of this page", hint="send multipart/form-data")
    parts = parts_of(content_type, body)
    pairs = [(one.name, _text(one.content)) for one in parts if one.name != "file"]
    texts = [value for name, value in pairs if name == "text"]
    fields = single([pair for pair in pairs if pair[0] != "text"], _LINES)
    files = [one for one in parts if one.name == "file" and one.content]
    if len(texts) > 1 or (files and "".join(texts).strip()):
        raise BadAddressError("lines and a file at once", hint="send one of them")
    # Bytes and not text: a file may be a workbook, or CSV in another encoding.
    data = files[0].content if files else "".join(texts).encode()  # a first cell may be empty
    made = {"edition": fields.get("edition", ""), "dates": fields.get("dates", "")}
    # Some browsers send the whole path of the file, with backslashes from Windows.
    name = PurePath(files[0].file.replace("\\", "/")).name[:100] if files else ""
    # JSON has no bytes, and JSON is what crosses to the process apart.
    made |= {"name": name, "data": base64.b64encode(data).decode()}
    return Sent(json.dumps(made), "shipments")


def _text(body: bytes) -> str:
    try:
        # -sig: editors on Windows begin a file with a
        # byte order mark, which is no letter of the text.
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError("not a text in UTF-8", hint="send it as UTF-8") from None
    return _plain(text)


def _plain(text: str) -> str:
    """Return a text; raises `WrongFormError` for what reads as one and is none."""
    if "\x00" in text or text.startswith(_NO_TEXT):
        raise WrongFormError("a file of another kind, not a text", hint="save it as plain text")
    try:
        text.encode()
    except UnicodeEncodeError:  # JSON can say half a letter
        raise WrongFormError(
            "an incomplete character, not a text", hint="send it as UTF-8"
        ) from None
    return text


def _from_parts(parts: list[FormPart]) -> Sent:
    """Return the text of a form with a field for a file, which may be empty."""
    # A browser sends the field of a file also when none was chosen, with an empty name.
    files = [part for part in parts if part.file]
    fields = [part for part in parts if part.name != "file"]
    pairs = [(part.name, _text(part.content)) for part in fields]
    if not files:
        return _from_pairs(pairs)
    if len(files) > 1 or any(name == "text" and value.strip() for name, value in pairs):
        raise BadAddressError("a text and a file at once", hint="send one of them")
    kind = _SUFFIXES.get(PurePath(files[0].file.replace("\\", "/")).suffix.lower())
    if kind is None:
        raise WrongFormError(
            f"a file called {files[0].file[-60:]!r} is not read",
            why="only plain text is: an article, or a claims file",
            hint=f"save it as text; the name ends in one of: {', '.join(_SUFFIXES)}",
        )
    # The suffix of the file decides its kind, whatever the form's field for pasted text says.
    rest = [(name, value) for name, value in pairs if name not in ("text", "kind")]
    return _from_pairs([*rest, ("kind", kind), ("text", _text(files[0].content))])


def _pairs_of_json(text: str) -> list[tuple[str, str]]:
    try:
        data = json.loads(text)
    # RecursionError: brackets nested a thousand deep exhaust the parser of JSON.
    except (ValueError, RecursionError):
        raise RequestError("not JSON", hint='send {"text": "..."}') from None
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise RequestError("not an object of texts", hint='send {"text": "..."}')
    return list(data.items())


def _from_pairs(pairs: list[tuple[str, str]]) -> Sent:
    # Again here: JSON and percent signs can spell NUL and
    # half surrogates that the raw bytes did not have.
    pairs = [(_plain(name), _plain(value)) for name, value in pairs]
    texts = [value for name, value in pairs if name == "text"]
    # The text apart, because `single` limits a value to 500 characters and strips it.
    rest = single([pair for pair in pairs if pair[0] != "text"], _KEYS)
    kind = rest.pop("kind", "article")
    if kind not in ("article", "claims"):
        raise RequestError(f"kind is {kind[:60]!r}", hint="write article or claims")
    # Forms send CRLF for every line end (the HTML standard), so offsets would count each twice.
    text = "".join(texts[:1]).replace("\r\n", "\n")
    return Sent(text, kind, **rest)


# A form with a file, as browsers send it (RFC 7578): flat parts, nothing nested.


# Fields of a form; ours have five at most.
_MOST = 8
# RFC 2046 allows 70 characters.
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
# Anchored at a semicolon, else "name" would be found inside "filename".
_NAME = re.compile(rb'(?:^|;)\s*name="([^"\r\n]*)"')
_FILE = re.compile(rb'(?:^|;)\s*filename="([^"\r\n]*)"')


@dataclass(frozen=True, slots=True)
class FormPart:
    """One field of a form; `file` is the name of the file it was, empty for none."""

    name: str
    content: bytes
    file: str = ""


def parts_of(kind: str, body: bytes) -> list[FormPart]:
    """Return the fields of a form.

    Parameters
    ----------
    kind
        Content type with the boundary.

    Raises
    ------
    BadAddressError
        If it is no such form, or has more fields than a form of ours.
    """
    found = _BOUNDARY.search(kind)
    if found is None:
        raise BadAddressError("a form without a boundary", hint="send it as a browser does")
    mark = b"--" + (found[1] or found[2]).encode("latin-1")
    # The line break in front makes the first boundary look like
    # all others. split() is linear and stops at its limit.
    first, *rest = (b"\r\n" + body).split(b"\r\n" + mark, _MOST + 2)
    # The last boundary ends in "--"; a body that was
    # cut off has none, and would lose its last field.
    if not rest or not rest[-1].startswith(b"--") or first.strip():
        raise BadAddressError(
            f"not a whole form, or one of more than {_MOST} fields", hint="send it again"
        )
    return [_part(piece) for piece in rest[:-1]]


def _part(piece: bytes) -> FormPart:
    head, gap, content = piece.partition(b"\r\n\r\n")
    content_type = next(
        (
            line.partition(b":")[2]
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-disposition:")
        ),
        b"",
    )
    name = _NAME.search(content_type)
    if not gap or name is None:
        raise BadAddressError("a field of the form has no name", hint="send it as a browser does")
    file = _FILE.search(content_type)
    return FormPart(_word(name[1]), content, _word(file[1]) if file else "")


def _word(text: bytes) -> str:
    return text.decode("utf-8", "replace")
