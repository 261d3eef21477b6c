from __future__ import annotations

import pickle

import pytest

from entrepot import errors


def test_every_error_is_also_a_builtin_and_has_an_exit_code() -> None:
    kinds = {
        errors.RequestError: (ValueError, 2),
        errors.UnknownNameError: (LookupError, 2),
        errors.BadFileError: (ValueError, 2),
        errors.NoEvidenceError: (LookupError, 3),
        errors.OutsideError: (OSError, 4),
        errors.MissingExtraError: (ImportError, 2),
    }
    for kind, (builtin, code) in kinds.items():
        assert issubclass(kind, errors.EntrepotError)
        assert issubclass(kind, builtin)
        assert kind.exit_code == code


def test_message_says_what_where_why_and_what_to_do() -> None:
    error = errors.BadFileError(
        "cut short", where="a.zip", why="rows are lost", hint="get it again"
    )
    assert str(error).splitlines() == [
        "cut short",
        "  where: a.zip",
        "  why:   rows are lost",
        "  do:    get it again",
    ]


def test_unknown_name_suggests_the_nearest() -> None:
    error = errors.UnknownNameError("measure", "import_shar", ["import_share", "hhi"])
    assert error.suggestions == ["import_share"]
    assert "did you mean import_share?" in str(error)


def test_nothing_near_suggests_nothing() -> None:
    assert errors.nearest("xyzzy", ["import_share"]) == []


def test_where_no_name_is_near_a_few_are_all_named() -> None:
    assert errors.UnknownNameError("form", "apa", ("text", "ris")).hint == "one of: text, ris"
    assert errors.UnknownNameError("form", "apa", ("text", "ris"), hint="x").hint == "x"
    assert errors.UnknownNameError("code", "x", ()).hint == ""
    assert errors.UnknownNameError("code", "x", [f"{n:06}" for n in range(99)]).hint == ""


def test_missing_extra_names_the_extra() -> None:
    with pytest.raises(ImportError, match="httpx is not installed") as caught:
        raise errors.MissingExtraError("httpx", "fetch")
    assert "entrepot[fetch]" in str(caught.value)


def test_libraries_are_named_together_and_one_without_an_extra_by_its_name() -> None:
    both = errors.MissingExtraError("typst,python-docx", "pdf,office")
    assert both.what == "typst and python-docx are not installed"
    assert both.hint == "pip install 'entrepot[pdf,office]'"
    assert errors.MissingExtraError("polars").hint == "pip install polars"


def test_an_error_is_data_too() -> None:
    error = errors.BadFileError("cut short", where="a.zip", why="rows are lost")
    parts = {"what": "cut short", "where": "a.zip", "why": "rows are lost", "hint": ""}
    assert error.to_dict() == {"error": {"kind": "bad_file", **parts}, "exit_code": 2}
    assert errors.OutsideError("full").to_dict()["error"]["kind"] == "outside"


@pytest.mark.parametrize(
    "error",
    [
        errors.BadFileError("bad", where="row 3", why="it counts", hint="mend it"),
        errors.OutsideError("the disk is full", where="/lake"),
        errors.UnknownNameError("source", "bacci", ["baci"]),
        errors.MissingExtraError("pyspark", "spark"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_crosses_processes_whole(error: errors.EntrepotError) -> None:
    """Some could not be made again, or lost what they say."""
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert (other.args, vars(other)) == (error.args, vars(error))
