"""What moved between two states of a lake."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import BadFileError, NoEvidenceError, OutsideError, RequestError
from entrepot.lake import Lake
from entrepot.lake.publish import keep, kept
from entrepot.watching.observation import Threshold
from entrepot.watching.run import stop

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.watching import Watched

AREAS = {"CHN": 156, "KAZ": 398, "DEU": 276}
FIGURES = """\
format: 1
title: Chips of Kazakhstan
figures:
  - {id: bought, measure: value, importer: KAZ, exporter: CHN, goods: 8542, period: 2023}
  - {id: share, measure: import_share, importer: KAZ, exporter: CHN, goods: 8542, period: 2023,
     min_change: 10 points}
"""

FIGURE = """{"definition": {"measure": "value", "importer": "KAZ", "period": "2023"}, "value": 0.5,
"status": "ok", "unit": "USD", "low": null, "high": null, "evidence": [], "caveats": []}"""


def add(lake: Path, vintage: str, china: float, germany: float = 50.0) -> None:
    """Add a release of made-up trade in chips, thousand USD."""
    path = lake.parent / f"BACI_HS17_Y2023_{vintage}.csv"
    rows = [("CHN", china), ("DEU", germany)]
    lines = [f"2023,{AREAS[who]},{AREAS['KAZ']},854231,{value},1" for who, value in rows]
    path.write_text("\n".join(["t,i,j,k,v,q", *lines]) + "\n", encoding="utf-8")
    Lake.open(lake).add("baci", [path])


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    add(tmp_path / "lake", "V202401", 50.0)
    return tmp_path / "lake"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "chips.yaml"
    path.write_text(FIGURES, encoding="utf-8")
    return path


def changed(found: Watched) -> dict[str, tuple[str, ...]]:
    return {move.id: move.what for one in found.files for move in one.figures}


def test_the_first_time_everything_is_new(lake: Path, file: Path) -> None:
    found = ep.watch(file, lake=lake)
    assert found.summary == {"figures": 2, "claims": 0, "changed": 0, "new": 2}


def test_nothing_moves_where_nothing_changed(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    found = ep.watch(lake=lake)
    assert found.summary == {"figures": 2, "claims": 0, "changed": 0, "new": 0}
    assert not any(move.because for move in found.files[0].figures)


def test_a_new_release_moves_what_it_changes(lake: Path, file: Path) -> None:
    """50 of 100 becomes 60 of 110: a value by a fifth, a share by less than ten points."""
    ep.watch(file, lake=lake)
    add(lake, "V202501", 60.0)
    found = ep.watch(file, lake=lake)
    assert changed(found) == {"bought": ("value",), "share": ()}
    [bought, _] = found.files[0].figures
    assert bought.then is not None
    assert (bought.then.value, bought.now.value) == (50_000, 60_000)
    assert any(text.startswith("baci: ") for text in bought.because)


def test_small_steps_add_up(lake: Path, file: Path) -> None:
    """0.50 to 0.60 to 0.69: neither step passes ten points, both together do; then from there."""
    ep.watch(file, lake=lake)
    add(lake, "V202501", 75.0)
    assert changed(ep.watch(file, lake=lake))["share"] == ()
    add(lake, "V202502", 111.0)
    for _ in range(2):  # what is not stored moves again
        assert changed(ep.watch(file, lake=lake, remember=False))["share"] == ("value",)
    assert changed(ep.watch(file, lake=lake))["share"] == ("value",)
    assert changed(ep.watch(file, lake=lake))["share"] == ()


def test_an_answer_that_comes_back_is_compared_with_what_it_was(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    Lake.open(lake).remove("baci")
    for wanted in (("status",), ()):
        assert changed(ep.watch(file, lake=lake))["bought"] == wanted
    add(lake, "V202501", 60.0)
    [one] = ep.watch(file, lake=lake).files
    assert one.figures[0].what == ("status", "value")
    assert one.figures[0].then is not None
    assert one.figures[0].then.value == 50_000


def test_nobody_misses_a_move_because_another_file_fails(lake: Path, file: Path) -> None:
    other = file.with_name("other.yaml")
    other.write_text(FIGURES.replace("goods: 8542", "goods: all"), encoding="utf-8")
    ep.watch(file, lake=lake)
    ep.watch(other, lake=lake)
    add(lake, "V202501", 60.0)
    before = kept(lake)["other.yaml"]
    wrong = before["text"].replace("measure: value", "measure: valu")
    keep(lake, "other.yaml", before | {"text": wrong})
    with pytest.raises(BadFileError, match="valu"):
        ep.watch(lake=lake)
    keep(lake, "other.yaml", before)
    assert ep.watch(lake=lake).summary["changed"] == 2


def test_two_files_of_one_name_are_told_apart(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    other = file.parent / "more" / file.name
    other.parent.mkdir()
    other.write_text(FIGURES.replace("exporter: CHN", "exporter: DEU"), encoding="utf-8")
    with pytest.raises(RequestError, match="another file called"):
        ep.watch(other, lake=lake)
    file.unlink()  # it was moved
    assert ep.watch(other, lake=lake).summary["figures"] == 2


def test_a_source_that_was_removed_stops_no_other_figure(lake: Path, file: Path) -> None:
    named = file.with_name("named.yaml")
    named.write_text(FIGURES.replace("period: 2023", "period: 2023, source: baci"), "utf-8")
    ep.watch(named, lake=lake)
    ep.watch(file, lake=lake)
    place = lake / "watched" / "named.yaml.json"
    before = kept(lake)["named.yaml"]
    gone = before["text"].replace("source: baci", "source: table.gone")
    keep(lake, "named.yaml", before | {"text": gone})
    for wanted in (("status",), ()):
        moves = {one.name: one.figures for one in ep.watch(lake=lake).files}
        assert [move.what for move in moves["named.yaml"]] == [wanted, wanted]
        lost = moves["named.yaml"][0].now
        assert lost.value is None
        assert "table.gone is not in this lake any more" in (lost.reason or "")
        assert moves["chips.yaml"][0].now.value == 50_000
    assert json.loads(place.read_text("utf-8"))["figures"]["bought"]["value"] == 50_000
    # A source that never was there is a mistake in the file.
    new = file.with_name("new.yaml")
    new.write_text(FIGURES.replace("period: 2023", "period: 2023, source: table.no"), "utf-8")
    with pytest.raises(RequestError, match="unknown source"):
        ep.watch(new, lake=lake)


@pytest.mark.parametrize(
    ("then", "now", "wanted"), [(0.10, 0.12, False), (0.50, 0.52, False), (0.10, 0.1201, True)]
)
def test_the_edge_of_a_threshold_is_not_passed(then: float, now: float, wanted: bool) -> None:
    assert Threshold.parse("2 points", "share").is_passed(then, now) is wanted


def test_what_can_no_longer_be_answered_has_moved(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    Lake.open(lake).remove("baci")
    found = ep.watch(file, lake=lake)
    assert changed(found) == {"bought": ("status",), "share": ("status",)}
    assert all(move.now.reason for move in found.files[0].figures)


def test_a_file_may_change(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    file.write_text(FIGURES.replace("id: bought", "id: paid"), encoding="utf-8")
    [one] = ep.watch(file, lake=lake).files
    assert one.gone == ("bought",)
    assert [move.id for move in one.figures if move.then is None] == ["paid"]


def test_another_question_under_an_old_id_is_told(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    file.write_text(FIGURES.replace("exporter: CHN, goods: 8542, period: 2023}", "period: 2023}"))
    [one] = ep.watch(file, lake=lake).files
    assert one.figures[0].what == ("value", "range")  # a total of an extract has no upper end
    assert "exporter CHN, now WLD" in one.figures[0].because


def test_a_claim_turns_when_evidence_comes(lake: Path, tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    file.write_text(
        "format: 1\nsource: {title: A story}\nclaims:\n- id: share\n  quote: nine tenths\n"
        "  import_share: {importer: KAZ, exporter: CHN, goods: 8542, period: 2023}\n  says: 50 %\n",
        encoding="utf-8",
    )
    [one] = ep.watch(file, lake=lake).files
    assert [(turn.then, turn.now) for turn in one.claims] == [(None, "supported")]
    add(lake, "V202501", 450.0)
    [one] = ep.watch(file, lake=lake).files
    # Of an extract the share is an upper bound, which refutes no smaller one.
    assert [(turn.then, turn.now) for turn in one.claims] == [("supported", "not_enough_evidence")]
    assert one.changed == 1


@pytest.mark.parametrize("curve", [False, True])
def test_a_saved_figure_is_compared_with_itself(lake: Path, tmp_path: Path, curve: bool) -> None:
    asked: dict[str, Any] = {"importer": "KAZ", "exporter": "CHN", "goods": "8542", "period": 2023}
    figure = ep.ask("import_share", lake=lake, curve=curve, **asked)
    saved = tmp_path / "figure.json"
    saved.write_text(json.dumps(figure.to_dict()), encoding="utf-8")
    assert changed(ep.watch(saved, lake=lake)) == {"figure": ()}
    add(lake, "V202501", 60.0)
    for _ in range(2):  # it says itself what was seen, so it moves again and again
        assert "value" in changed(ep.watch(saved, lake=lake))["figure"]
    assert kept(lake) == {}


def test_a_saved_brief_is_compared_figure_by_figure(lake: Path, tmp_path: Path) -> None:
    from entrepot.report.render_json import render_json

    saved = tmp_path / "brief.json"
    told = ep.brief("KAZ", "CHN", "chpl", 2023, Lake.open(lake))
    saved.write_text(render_json(told), encoding="utf-8")
    same = ep.watch(saved, lake=lake)
    assert same.summary["figures"] > 5
    assert {name: what for name, what in changed(same).items() if what} == {}
    add(lake, "V202501", 500.0)
    assert ep.watch(saved, lake=lake).summary["changed"] > 0


def test_a_source_that_was_not_asked_for_may_be_another_one(lake: Path, tmp_path: Path) -> None:
    """What the evaluation chose is left open again; what the asker said is not."""
    asked = {"importer": "KAZ", "exporter": "CHN", "goods": "8542", "period": 2023}
    free, bound = (ep.ask("value", lake=lake, **asked, **more) for more in ({}, {"source": "baci"}))
    assert free.chosen == ("source",)
    assert bound.chosen == ()
    assert "chosen" not in bound.to_dict()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("measure: value", "measure: valu", "did you mean value"),
        ("min_change: 10 points", "min_change: a lot", "not the size of a change"),
        ("8542, period: 2023}", "8542, period: 2023, min_change: 2 points}", "has no points"),
        ("id: share", "id: bought", "two figures have the id bought"),
        ("importer: KAZ, exporter: CHN, goods: 8542, period: 2023}", "importer: KAZ}", "'period'"),
        (
            "goods: 8542, period: 2023}",
            "goods: 8542, period: 2023, min_changed: 1 %}",
            "min_change",
        ),
        ("format: 1", "format: 2", "1"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    lake: Path, file: Path, old: str, new: str, message: str
) -> None:
    file.write_text(FIGURES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFileError) as caught:
        ep.watch(file, lake=lake)
    assert message in str(caught.value)
    assert "chips.yaml" in caught.value.where
    assert kept(lake) == {}


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "{", '{"claims": []}', '{"definition": {"measure": 1}}'),
        FIGURE.replace('{"measure"', '{"x"'),
        FIGURE.replace("0.5", "NaN"),
        FIGURE.replace('"low"', '"chosen": 3, "low"'),
        FIGURE.replace('"low"', '"specifications": 7, "low"'),
    ],
)
def test_json_that_says_no_figure_is_refused(lake: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match=r"x\.json"):
        ep.watch(path, lake=lake)


def test_an_article_is_to_be_drafted_first(lake: Path, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("China sells nine tenths.", encoding="utf-8")
    with pytest.raises(BadFileError, match="entrepot draft"):
        ep.watch(path, lake=lake)


def test_nothing_watched_is_said(lake: Path) -> None:
    with pytest.raises(NoEvidenceError, match="no file is watched"):
        ep.watch(lake=lake)


def test_a_file_is_watched_no_more(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    stop(file.name, Lake.open(lake))
    assert kept(lake) == {}
    with pytest.raises(RequestError, match="is not watched"):
        stop(file.name, Lake.open(lake))


def test_a_lake_that_only_watches_can_be_loaded(tmp_path: Path, file: Path) -> None:
    found = ep.watch(file, lake=tmp_path / "new")
    assert [one.is_unanswered for one in found.files] == [True]
    add(tmp_path / "new", "V202401", 50.0)
    assert changed(ep.watch(lake=tmp_path / "new")) == {"bought": ("status",), "share": ("status",)}


def test_a_disk_that_takes_nothing_leaves_what_was_kept(
    lake: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ep.watch(file, lake=lake)
    before = kept(lake)
    add(lake, "V202501", 60.0)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutsideError, match="the disk is full"):
        ep.watch(file, lake=lake)
    assert kept(lake) == before


def test_what_is_remembered_and_damaged_is_named(lake: Path, file: Path) -> None:
    ep.watch(file, lake=lake)
    place = lake / "watched" / "chips.yaml.json"
    whole = place.read_text(encoding="utf-8")
    # A digit of a value that is another one: the figure seemed to have changed.
    other = re.sub(r'("value": )[0-9]', r"\g<1>7", whole, count=1)
    assert other != whole
    unsigned = json.dumps({**json.loads(whole), "checksum": None})
    short = json.loads(whole)
    del short["checksum"]
    for damaged in (whole[:-40], "[]", "{}", other, unsigned, json.dumps(short)):
        place.write_text(damaged, encoding="utf-8")
        with pytest.raises(BadFileError, match="damaged") as caught:
            ep.watch(file, lake=lake)
        assert caught.value.hint == "delete it, and name the file to entrepot watch again"
