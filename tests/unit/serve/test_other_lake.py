"""A server whose lake is changed under it: restored, swapped for another one, or gone."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, row, text_of

from entrepot.lake import Lake
from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

ASK = "/api/ask?measure=value&importer=DEU&exporter=CHN&goods=854231&period=2022"
PAGE = "/figure?measure=value&importer=DEU&exporter=CHN&goods=854231&period=2022"
VALUES = 3.21e8, 1.234e8


def _value(client: Client) -> float | None:
    """Return the value of the answer; None if the lake has no such data."""
    answer = client.get(ASK)
    if answer.status_code == 404:
        return None
    if answer.status_code == 503:  # in the middle of a change files are gone, or others
        assert "value" not in answer.json()
        return None
    assert answer.status_code == 200, answer.text
    found: Any = answer.json()["value"]
    return float(found) if found is not None else None


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two lakes of one load each, with the same rows but for their values."""
    folders = []
    for name, value in zip(("one", "two"), VALUES, strict=True):
        place = tmp_path_factory.mktemp(name)
        line = row(value, period=2022, flow="M", reporter=GERMANY, partner=CHINA)
        (place / "made.csv").write_text(text_of([line]), encoding="utf-8")
        Lake.open(place / "lake").add("comtrade", [place / "made.csv"])
        folders.append(place / "lake")
    return folders[0], folders[1]


@pytest.fixture
def lakes(held: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "one", tmp_path / "two"
    for there, here in zip(held, found, strict=True):
        shutil.copytree(there, here)
    return found


def test_a_lake_that_is_swapped_for_another_answers_at_once(
    lakes: tuple[Path, Path], tmp_path: Path
) -> None:
    """Folders change names while the server goes on: each answer is of the lake that is there."""
    one, two = lakes
    client = Client(create_app(one))
    assert _value(client) == pytest.approx(VALUES[0])
    first = client.get(ASK)
    for wanted in (VALUES[1], VALUES[0], VALUES[1]):
        one.rename(tmp_path / "away")
        assert _value(client) is None
        two.rename(one)
        (tmp_path / "away").rename(two)
        assert _value(client) == pytest.approx(wanted)
        again = client.get(ASK, **{"If-None-Match": first.headers["ETag"]})
        assert again.status_code == (304 if wanted == VALUES[0] else 200)


def test_a_page_of_the_lake_before_says_so(lakes: tuple[Path, Path], tmp_path: Path) -> None:
    one, two = lakes
    client = Client(create_app(one))
    path = "/country/DEU/from/CHN"
    before = client.get(path)
    assert before.status_code == 200
    one.rename(tmp_path / "away")
    two.rename(one)
    after = client.get(path)
    assert after.headers["ETag"] != before.headers["ETag"]
    new = Client(create_app(one)).get(path)
    assert "Newer data are being loaded" not in before.text + new.text
    assert new.text != before.text
    # Shown at once, with a line about newer data, while it is worked out again.
    assert ("Newer data are being loaded" in after.text) != (after.text == new.text)


def test_two_lakes_in_one_process_keep_their_pages_apart(lakes: tuple[Path, Path]) -> None:
    clients = [Client(create_app(folder)) for folder in lakes]
    paths = PAGE, "/country/DEU?goods=854231&period=2022", ASK
    alone = [[Client(create_app(folder)).get(path).text for path in paths] for folder in lakes]
    for _ in range(2):
        for place, client in enumerate(clients):
            assert _value(client) == pytest.approx(VALUES[place])
            assert [client.get(path).text for path in paths] == alone[place]
    assert alone[0] != alone[1]


def test_a_lake_restored_while_it_is_asked(lakes: tuple[Path, Path], tmp_path: Path) -> None:
    """Each answer is of a whole lake: the one before, none, or the one that was restored."""
    one, two = lakes
    backup = tmp_path / "lake.tar"
    Lake.open(two).backup(backup)
    client = Client(create_app(one))
    assert _value(client) == pytest.approx(VALUES[0])
    found: list[float | None] = []
    ends = threading.Event()
    broken: list[BaseException] = []

    def ask() -> None:
        try:
            while not ends.is_set():
                found.append(_value(client))
        except BaseException as error:
            broken.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for at in range(3):
            one.rename(tmp_path / f"away-{at}")
            Lake.open(one).restore(backup)
    finally:
        ends.set()
        asking.join(600)
    assert not broken, broken
    assert {None if value is None else round(value) for value in found} <= {
        None,
        *(round(value) for value in VALUES),
    }
    assert _value(client) == pytest.approx(VALUES[1])
