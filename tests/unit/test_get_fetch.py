"""What a download does when the server, the line or the disk fails."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from get_server import Reply, Server, cut, ranged, send, serve, silent, status, whole

from entrepot.errors import MissingExtraError, OutsideError, RequestError
from entrepot.sources.get import PlannedFile, get
from entrepot.sources.get import client as client_module
from entrepot.sources.get.client import HttpClient, RetryPolicy, seconds_asked
from entrepot.sources.get.fetch import part_of
from entrepot.sources.info import DownloadAddress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from entrepot.sources.get import DownloadedFile

# By its full name: the package has a function of the same name.
body_module = import_module("entrepot.sources.get.fetch")
part_module = body_module


def zipped(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("data.csv", text)
    return held.getvalue()


ZIP = zipped("t,i,j,k,v,q\n" + "2023,156,643,854231,1.0,2.0\n" * 5000)
NEW = zipped("t,i,j,k,v,q\n" + "2023,156,643,854231,9.0,2.0\n" * 5000)
CSV = b"DATAFLOW,OBS_VALUE\nIMTS,1.5\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    state, stop = serve()
    yield state
    stop()


@dataclass
class Loader:
    """Fetches one file of the server, without ever sleeping."""

    url: str
    folder: Path
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    timeout: float = 100.0

    def __call__(
        self, name: str = "file.zip", *, again: bool = False, **way: object
    ) -> DownloadedFile:
        given = {"format": name.rsplit(".", 1)[-1], "pause": 0, **way}
        described = DownloadAddress(id="test", address="", known_from="test", **given)
        piece = PlannedFile(name, f"{self.url}/{name}", described)
        patience = RetryPolicy(sleep=self.slept.append, chance=lambda: 0.0)
        [got] = get(
            [piece],
            self.folder,
            again=again,
            say=self.said.append,
            patience=patience,
            door=HttpClient(read_timeout=self.timeout),
        )
        return got

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def load(server: Server, tmp_path: Path) -> Loader:
    return Loader(server.url, tmp_path / "downloads")


def test_a_file_comes_whole_with_a_receipt(server: Server, load: Loader) -> None:
    server.answers(ranged(ZIP, '"one"'))
    got = load()
    assert got.state == "fetched"
    assert got.path is not None
    assert got.path.read_bytes() == ZIP
    assert (got.bytes, got.sha256) == (len(ZIP), hashlib.sha256(ZIP).hexdigest())
    receipt = json.loads((load.folder / "file.zip.receipt.json").read_text())
    assert (receipt["address"], receipt["etag"]) == (f"{server.url}/file.zip", '"one"')
    assert load.files == {"file.zip", "file.zip.receipt.json"}
    assert server.seen[0].headers["accept-encoding"] == "identity"
    assert server.seen[0].headers["user-agent"].startswith("entrepot/")


def test_again_asks_only_whether_it_changed(server: Server, load: Loader) -> None:
    server.answers(ranged(ZIP, '"one"'))
    load()
    assert load().state == "unchanged"
    assert server.seen[1].headers["if-none-match"] == '"one"'
    server.answers(ranged(NEW, '"two"'))
    got = load()
    assert got.state == "fetched"
    assert got.path is not None
    assert got.path.read_bytes() == NEW


def test_a_date_does_where_there_is_no_tag(server: Server, load: Loader) -> None:
    day = "Thu, 22 Jan 2026 10:00:00 GMT"
    server.answers(whole(ZIP, Last_Modified=day), status(304))
    load()
    assert load().state == "unchanged"
    assert server.seen[1].headers["if-modified-since"] == day


def test_without_tag_or_date_what_is_there_is_not_asked_for(server: Server, load: Loader) -> None:
    server.answers(whole(ZIP))
    load()
    assert load().state == "held"
    assert len(server.seen) == 1
    assert load(again=True).state == "fetched"
    assert len(server.seen) == 2


def test_a_file_that_was_changed_here_is_fetched_anew(server: Server, load: Loader) -> None:
    server.answers(whole(ZIP))
    load()
    (load.folder / "file.zip").write_bytes(ZIP[:-1] + b"x")
    got = load()
    assert got.state == "fetched"
    assert got.path is not None
    assert got.path.read_bytes() == ZIP


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_passing_status_is_tried_again_with_longer_pauses(
    server: Server, load: Loader, code: int
) -> None:
    server.answers(status(code), status(code), whole(ZIP))
    assert load().state == "fetched"
    assert load.slept == [0.5, 1.0]  # half of 1 and 2 s: chance draws the rest
    assert load.said[1] == f"the server answers {code}; again in 0 s"


def test_retry_after_is_kept(server: Server, load: Loader) -> None:
    server.answers(status(429, Retry_After="17"), whole(ZIP))
    load()
    assert load.slept == [17.0]


def test_retry_after_as_a_date() -> None:
    assert seconds_asked("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert seconds_asked("Fri, 01 Jan 2100 00:00:00 GMT") > 1e9
    assert seconds_asked("soon") is None
    # An exponent is a digit to Python and no number; a zone may have any digits.
    assert seconds_asked("\xb2") is None
    assert seconds_asked("Mon, 01 Jan 2027 00:00:00 +99999999999999") is None


def test_a_wait_that_is_too_long_is_said_and_not_waited(server: Server, load: Loader) -> None:
    server.answers(status(429, Retry_After="86400"))
    with pytest.raises(OutsideError, match="429") as caught:
        load()
    assert "86400 s, which is too long" in caught.value.why
    assert load.slept == []


def test_always_500_ends_after_six_tries(server: Server, load: Loader) -> None:
    server.answers(status(500))
    with pytest.raises(OutsideError, match="the server answers 500") as caught:
        load()
    assert caught.value.why == "tried 6 times"
    assert caught.value.exit_code == 4
    assert len(server.seen) == 6
    assert load.slept == [0.5, 1, 2, 4, 8]
    assert load.files == set()


@pytest.mark.parametrize(
    ("code", "hint"), [(404, "such a release or period"), (403, "refuses this machine")]
)
def test_other_refusals_are_not_tried_again(
    server: Server, load: Loader, code: int, hint: str
) -> None:
    server.answers(status(code, b"<html><body><h1>Sorry</h1> not here</body></html>"))
    with pytest.raises(OutsideError, match=f"{code}: “Sorry not here”") as caught:
        load()
    assert hint in caught.value.hint
    assert len(server.seen) == 1
    assert load.files == set()


def test_a_slow_server_times_out_and_is_asked_again(server: Server, load: Loader) -> None:
    load.timeout = 0.5
    server.answers(silent(3, ZIP[:100]), whole(ZIP))
    assert load().state == "fetched"
    assert load.said[1].startswith("no answer in time")


def test_a_trickle_is_no_download(
    server: Server, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "WINDOW", -1.0)
    monkeypatch.setattr(client_module, "SLOWEST", 10**9)
    server.answers(whole(ZIP))
    with pytest.raises(OutsideError, match="next to nothing"):
        load()


def _drips(start: bytes, drop: bytes) -> Reply:
    """Send a beginning, and then a little again and again, each within the time of a read."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(start)
        with suppress(OSError):
            for _ in range(100):
                handler.wfile.write(drop)
                time.sleep(0.05)

    return reply


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;name=", b"a"),
    ],
)
def test_a_head_or_a_part_of_the_body_that_never_ends_is_given_up(
    server: Server, load: Loader, monkeypatch: pytest.MonkeyPatch, start: bytes, drop: bytes
) -> None:
    """Each read had its time, and none of them met it: the download hung for hours."""
    monkeypatch.setattr(client_module, "STALLED", 0.5)
    server.answers(_drips(start, drop), whole(ZIP))
    assert load().state == "fetched"
    assert load.said[1].startswith("no answer in time")


def test_a_body_without_a_length_is_not_whole_because_we_gave_it_up(
    server: Server, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "STALLED", 0.5)

    def stops(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + CSV)
        time.sleep(2)

    server.answers(stops, whole(CSV + b"IMTS,2.5\n"))
    got = load("file.csv")
    assert got.path is not None
    assert got.path.read_bytes().endswith(b"2.5\n")


@pytest.mark.parametrize("name", ["ETag", "Last_Modified"])
def test_a_mark_that_no_header_can_carry_is_none(server: Server, load: Loader, name: str) -> None:
    """It was kept, and the next request with it was a UnicodeEncodeError."""
    server.answers(cut(ZIP, 100, **{name: '"caf\xe9"'}), whole(ZIP, **{name: '"caf\xe9"'}))
    assert load().state == "fetched"
    assert not {"range", "if-range"} & set(server.seen[1].headers)
    assert load().state == "held"


@pytest.mark.parametrize("address", ["https://[::1", "https://a:b/"])
def test_an_address_that_is_none_is_no_broken_line(
    server: Server, load: Loader, address: str
) -> None:
    """It was tried six times as a connection that broke off."""
    server.answers(status(302, Location=address))
    with pytest.raises(OutsideError, match="an address that is none"):
        load()
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"\0\1 no words of a server\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le ngth: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_no_broken_line(
    server: Server, load: Loader, answer: bytes
) -> None:
    """It was tried six times in 44 seconds, as a connection that broke off."""
    server.answers(lambda handler: handler.wfile.write(answer))
    with pytest.raises(OutsideError, match="no HTTP") as caught:
        load()
    assert caught.value.why == "tried 2 times"
    assert len(server.seen) == 2


def test_a_packed_answer_that_is_damaged_is_asked_for_twice(server: Server, load: Loader) -> None:
    packed = gzip.compress(CSV * 100)
    damaged = packed[:20] + bytes(8) + packed[28:]
    server.answers(whole(damaged, Content_Encoding="gzip"))
    with pytest.raises(OutsideError, match="the packed answer is damaged"):
        load("file.csv")
    assert len(server.seen) == 2


def test_an_answer_in_json_is_bounded_by_its_rows(server: Server, load: Loader) -> None:
    """A packed one of a megabyte may unpack to gigabytes, and is read into memory."""
    packed = gzip.compress(b'{"data": [' + b'{"a": 1},' * 2**18 + b"{}]}")
    server.answers(whole(packed, Content_Encoding="gzip"))
    with pytest.raises(OutsideError, match="larger than 1 MiB"):
        load("file.json", rows=10)


def test_a_packed_answer_of_nothing_ends(server: Server, load: Loader) -> None:
    """Empty members of gzip without end unpack to no byte that would be counted."""
    server.answers(whole(gzip.compress(b"") * 2**16, Content_Encoding="gzip"))
    with pytest.raises(OutsideError, match="larger than 1 MiB"):
        load("file.json", rows=10)


@pytest.mark.parametrize("reset", [False, True])
def test_a_broken_line_goes_on_where_it_stopped(server: Server, load: Loader, reset: bool) -> None:
    server.answers(cut(ZIP, 100, reset=reset, ETag='"one"'), ranged(ZIP, '"one"'))
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == ZIP
    assert server.seen[1].headers["range"] == "bytes=100-"
    assert server.seen[1].headers["if-range"] == '"one"'
    assert load.files == {"file.zip", "file.zip.receipt.json"}


def test_another_run_goes_on_too(server: Server, load: Loader) -> None:
    server.answers(cut(ZIP, 100, ETag='"one"'), status(403))
    with pytest.raises(OutsideError):
        load()
    assert load.files == {"file.zip.part", "file.zip.part.json"}
    server.answers(ranged(ZIP, '"one"'))
    got = load()
    assert server.seen[-1].headers["range"] == "bytes=100-"
    assert got.path is not None
    assert got.path.read_bytes() == ZIP


def test_ctrl_c_keeps_what_came(server: Server, load: Loader) -> None:
    def stop(have: int, total: int | None) -> None:
        raise KeyboardInterrupt

    server.answers(ranged(ZIP, '"one"'))
    way = DownloadAddress(id="test", address="", known_from="test", format="zip", pause=0)
    piece = PlannedFile("file.zip", f"{server.url}/file.zip", way)
    with pytest.raises(KeyboardInterrupt):
        get([piece], load.folder, moved=stop)
    have = (load.folder / "file.zip.part").stat().st_size
    assert have > 0
    assert load().state == "fetched"
    assert server.seen[-1].headers.get("range", f"bytes={have}-") == f"bytes={have}-"


def test_changed_content_starts_anew(server: Server, load: Loader) -> None:
    server.answers(cut(ZIP, 100, ETag='"one"'), ranged(NEW, '"two"'))
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == NEW


def test_a_part_of_other_content_is_not_glued_on(server: Server, load: Loader) -> None:
    """A server that ignores If-Range and sends the rest of something else."""
    span = {"Content-Range": f"bytes 100-{len(NEW) - 1}/{len(NEW)}", "ETag": '"two"'}
    server.answers(
        cut(ZIP, 100, ETag='"one"'),
        lambda handler: send(handler, 206, NEW[100:], span),
        ranged(NEW, '"two"'),
    )
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == NEW
    assert "range" not in server.seen[2].headers


@pytest.mark.parametrize(
    "span", ["bytes 100-199/200", "bytes */200", "nonsense", "", f"bytes 100-{'9' * 5000}/*"]
)
def test_a_wrong_content_range_starts_anew(server: Server, load: Loader, span: str) -> None:
    server.answers(
        cut(ZIP, 100, ETag='"one"'),
        lambda handler: send(handler, 206, ZIP[100:], {"Content-Range": span, "ETag": '"one"'}),
        whole(ZIP),
    )
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == ZIP


def test_a_rest_that_starts_too_late_leaves_no_gap(server: Server, load: Loader) -> None:
    span = {"Content-Range": f"bytes 101-{len(ZIP) - 1}/{len(ZIP)}", "ETag": '"one"'}
    server.answers(
        cut(ZIP, 100, ETag='"one"'),
        lambda handler: send(handler, 206, ZIP[101:], span),
        ranged(ZIP, '"one"'),
    )
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == ZIP


def test_a_server_that_ignores_ranges_sends_all_again(server: Server, load: Loader) -> None:
    server.answers(cut(ZIP, 100, ETag='"one"'), whole(ZIP, ETag='"one"'))
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == ZIP


def test_416_starts_anew(server: Server, load: Loader) -> None:
    server.answers(cut(ZIP, 100, ETag='"one"'), status(416), whole(ZIP))
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == ZIP
    assert "range" not in server.seen[2].headers


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_proof_of_sameness_nothing_is_gone_on_with(
    server: Server, load: Loader, etag: str
) -> None:
    server.answers(cut(ZIP, 100, ETag=etag), whole(ZIP))
    load()
    assert "range" not in server.seen[1].headers


def test_progress_counts_failures_from_zero_again(
    server: Server, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.sources.get.client.ENOUGH", 100)

    def some(handler: BaseHTTPRequestHandler) -> None:
        start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=")[:-1])
        span = f"bytes {start}-{len(ZIP) - 1}/{len(ZIP)}"
        headers = {"ETag": '"one"', "Content-Length": str(len(ZIP) - start)}
        handler.send_response(206 if start else 200)
        for name, value in (headers | ({"Content-Range": span} if start else {})).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(ZIP[start : start + len(ZIP) // 9])
        handler.close_connection = True

    server.answers(some)
    got = load()
    assert got.path is not None
    assert got.path.read_bytes() == ZIP
    assert len(server.seen) > RetryPolicy().tries


def test_a_length_that_is_too_short_leaves_no_whole_archive(server: Server, load: Loader) -> None:
    server.answers(whole(ZIP, Content_Length=str(len(ZIP) - 10)))
    with pytest.raises(OutsideError, match="no whole zip archive"):
        load()
    assert load.files == set()


def test_a_length_that_is_too_long_never_ends_whole(server: Server, load: Loader) -> None:
    server.answers(cut(ZIP, len(ZIP), Content_Length=str(len(ZIP) + 10)))
    with pytest.raises(OutsideError, match="broke off"):
        load()


@pytest.mark.parametrize("name", ["file.zip", "file.csv", "file.json", "file.7z"])
def test_a_web_page_is_not_data(server: Server, load: Loader, name: str) -> None:
    page = b"\n<!DOCTYPE html><html><head><title>x</title><script>var a=1</script></head>"
    server.answers(whole(page + b"<body><h1>Under&nbsp;maintenance</h1><p>Come back</p></body>"))
    with pytest.raises(OutsideError, match="a web page in place of the data") as caught:
        load(name)
    assert "“Under maintenance Come back”" in str(caught.value)
    assert "var a" not in str(caught.value)
    assert load.files == set()


def test_a_message_in_xml_is_not_data(server: Server, load: Loader) -> None:
    fault = b'<?xml version="1.0"?><S:Fault><faultcode>150</faultcode>bad key</S:Fault>'
    server.answers(whole(fault))
    with pytest.raises(OutsideError, match=r"a message in XML.*150 bad key"):
        load("file.csv")


def test_an_empty_body_is_not_data(server: Server, load: Loader) -> None:
    server.answers(whole(b""))
    with pytest.raises(OutsideError, match="sent nothing in place"):
        load()
    assert load.files == set()


def test_no_content_is_an_answer(server: Server, load: Loader) -> None:
    server.answers(lambda handler: send(handler, 204, b"", {"Content-Length": ""}))
    got = load("file.csv")
    assert (got.state, got.path, got.rows) == ("empty", None, 0)
    assert load("file.csv").state == "empty"
    assert len(server.seen) == 1


def test_a_table_with_a_head_and_no_row_is_empty(server: Server, load: Loader) -> None:
    server.answers(whole(CSV.splitlines(keepends=True)[0]))
    assert load("file.csv").state == "empty"


def test_packed_on_the_way(server: Server, load: Loader) -> None:
    server.answers(whole(gzip.compress(CSV), Content_Encoding="gzip"))
    got = load("file.csv")
    assert got.path is not None
    assert got.path.read_bytes() == CSV
    assert server.seen[0].headers["accept-encoding"] == "gzip"


def test_packed_and_cut_short_is_noticed_and_not_gone_on_with(server: Server, load: Loader) -> None:
    """Without a length, only the packing itself can tell that its end is missing."""
    half = gzip.compress(CSV)[:-6]

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        named = {"Content-Encoding": "gzip", "ETag": '"one"', "Content-Length": ""}
        send(handler, 200, half, named)

    server.answers(reply, whole(CSV))
    got = load("file.csv")
    assert got.path is not None
    assert got.path.read_bytes() == CSV
    assert load.said[1].startswith("the packed answer ends too early")
    assert "range" not in server.seen[1].headers


def test_a_packing_that_nobody_asked_for(server: Server, load: Loader) -> None:
    server.answers(whole(CSV, Content_Encoding="br"))
    with pytest.raises(OutsideError, match="'br'"):
        load("file.csv")


def test_a_redirect_to_the_same_host(server: Server, load: Loader) -> None:
    server.answers(status(302, Location="/elsewhere.zip"), whole(ZIP))
    assert load().state == "fetched"
    assert [one.path for one in server.seen] == ["/file.zip", "/elsewhere.zip"]


def test_a_redirect_to_another_host_names_both(server: Server, load: Loader) -> None:
    server.answers(status(302, Location="https://mirror.example/file.zip"))
    with pytest.raises(OutsideError, match=r"from 127\.0\.0\.1 to mirror\.example"):
        load()
    assert len(server.seen) == 1


def test_a_redirect_to_another_port_is_another_server(server: Server, load: Loader) -> None:
    server.answers(status(302, Location="http://127.0.0.1:1/file.zip"))
    with pytest.raises(OutsideError, match="not the publisher's"):
        load()


def test_a_redirect_away_from_https(server: Server, load: Loader) -> None:
    server.answers(status(302, Location="http://mirror.example/file.zip"))
    with pytest.raises(OutsideError, match="that is not fetched"):
        load(hosts=("mirror.example",))


@pytest.mark.parametrize("there", ["/file.zip", "/a{n}"])
def test_a_redirect_loop(server: Server, load: Loader, there: str) -> None:
    count = iter(range(100))
    server.answers(lambda h: send(h, 302, b"", {"Location": there.format(n=next(count))}))
    with pytest.raises(OutsideError, match="in a circle"):
        load()
    assert len(server.seen) <= client_module.MOST_REDIRECTS + 1


def test_a_stated_checksum_is_tested(server: Server, load: Loader) -> None:
    right = base64.b64encode(hashlib.sha256(ZIP).digest()).decode()
    wrong = base64.b64encode(hashlib.sha256(NEW).digest()).decode()
    server.answers(whole(ZIP, Repr_Digest=f"sha-256=:{right}:"))
    assert load().state == "fetched"
    server.answers(whole(ZIP, Digest=f"SHA-256={wrong}"))
    with pytest.raises(OutsideError, match="checksum"):
        load(again=True)


def test_a_file_larger_than_the_disk_is_refused_before_it_comes(
    server: Server, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(load.folder.parent)._replace(free=50)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    server.answers(cut(ZIP, 10))
    with pytest.raises(OutsideError, match="not enough disk space") as caught:
        load()
    assert "--to" in caught.value.hint


def test_a_length_beyond_all_measure(server: Server, load: Loader) -> None:
    server.answers(cut(ZIP, 10, Content_Length=str(10**13)))
    with pytest.raises(OutsideError, match="larger than 20 GiB"):
        load()


def test_a_body_that_never_ends(
    server: Server, load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "MOST_BYTES", 2**14)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        for _ in range(1000):
            handler.wfile.write(bytes(1024))

    server.answers(endless)
    with pytest.raises(OutsideError, match="larger than"):
        load()


def test_nobody_listens(load: Loader) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        load.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OutsideError, match=r"no connection to 127\.0\.0\.1"):
            load()
    assert len(load.slept) == client_module.NAME_TRIES - 1


def test_a_name_that_does_not_exist(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **keys: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    load.url = "https://no-such-host.example"
    with pytest.raises(OutsideError, match="Name or service not known"):
        load()


@pytest.mark.parametrize(
    "url", ["http://example.org", "ftp://example.org", "https://me:pw@example.org"]
)
def test_only_https_without_a_password(load: Loader, url: str) -> None:
    load.url = url
    with pytest.raises(RequestError, match="only https") as caught:
        load()
    assert "pw" not in str(caught.value)


def test_an_unknown_certificate_is_not_trusted(load: Loader, tmp_path: Path) -> None:
    """A server with a certificate of its own making, as somebody in between would have."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    making = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1"
    subject = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        ["openssl", *making.split(), *subject.split()],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def once() -> None:
            line, _ = listening.accept()
            with suppress(OSError), line:
                context.wrap_socket(line, server_side=True)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        load.url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(OutsideError, match=r"cannot be trusted: self.signed certificate"):
            load()
        thread.join(100)
    assert load.slept == []


def test_two_at_once_do_not_write_one_file(server: Server, load: Loader) -> None:
    server.answers(whole(ZIP))
    load.folder.mkdir()
    with (
        part_of(load.folder / "file.zip"),
        pytest.raises(OutsideError, match="another process is fetching"),
    ):
        load()
    assert load().state == "fetched"


def test_a_file_that_was_finished_and_renamed_meanwhile_is_not_written(tmp_path: Path) -> None:
    """Another process may finish between our opening of the file and our locking it."""
    path = tmp_path / "file.zip.part"
    with path.open("a+b") as opened:
        path.rename(tmp_path / "file.zip")
        assert not part_module._is_mine(opened, path)
    with path.open("a+b") as opened:
        assert part_module._is_mine(opened, path)


def test_the_same_name_from_another_address_is_another_file(server: Server, load: Loader) -> None:
    server.answers(whole(ZIP), whole(NEW))
    load()
    load.url = f"{server.url}/moved"
    got = load()
    assert got.state == "fetched"
    assert got.path is not None
    assert got.path.read_bytes() == NEW


def test_offline_opens_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **keys: object) -> None:
        raise AssertionError("a socket was opened")

    way = DownloadAddress(id="test", address="", known_from="test", format="zip", pause=0)
    piece = PlannedFile("file.zip", f"{server.url}/file.zip", way)
    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(OutsideError, match="offline"):
        get([piece], tmp_path / "new", offline=True)
    assert not (tmp_path / "new").exists()


def test_offline_gives_what_is_there(server: Server, load: Loader) -> None:
    server.answers(ranged(ZIP, '"one"'))
    load()
    way = DownloadAddress(id="test", address="", known_from="test", format="zip", pause=0)
    piece = PlannedFile("file.zip", f"{server.url}/file.zip", way)
    [got] = get([piece], load.folder, offline=True)
    assert got.state == "held"
    assert len(server.seen) == 1


def test_the_pause_of_a_publisher_is_kept(server: Server, load: Loader) -> None:
    server.answers(whole(ZIP))
    way = DownloadAddress(id="test", address="", known_from="test", format="zip", pause=100)
    pieces = [PlannedFile(f"{n}.zip", f"{server.url}/{n}.zip", way) for n in range(3)]
    patience = RetryPolicy(sleep=load.slept.append)
    got = get(pieces, load.folder, patience=patience, say=load.said.append)
    assert [one.name for one in got] == ["0.zip", "1.zip", "2.zip"]
    assert len(load.slept) == 2
    assert all(50 < pause <= 100 for pause in load.slept)
    assert load.said == [f"file {n + 1} of 3: {n}.zip" for n in range(3)]


def test_the_library_is_named_when_it_is_missing(
    load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtraError, match="httpx") as caught:
        load()
    assert "entrepot[fetch]" in caught.value.hint


STATA = b"\x72\x02\x01\x00" + bytes(300)
TEXT = b"HS6,zero,positive,sigma\n010110,1,0,\n"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("dist_cepii.dta", STATA, "stata"),
        ("dist_cepii.dta", b"<stata_dta><header>" + bytes(300), "stata"),
        ("ProTEE_0_1.csv", TEXT, "csv"),
    ],
)
def test_files_of_cepii_come_by_name(
    server: Server, load: Loader, name: str, content: bytes, kind: str
) -> None:
    server.answers(ranged(content, '"one"'))
    got = load(name, format=kind)
    assert got.path is not None
    assert (got.state, got.path.name, got.path.read_bytes()) == ("fetched", name, content)


@pytest.mark.parametrize("content", [b"<html><h1>Not here</h1></html>", b"iso_o,iso_d\n"])
def test_what_is_no_file_of_stata_is_not_kept(server: Server, load: Loader, content: bytes) -> None:
    server.answers(ranged(content, '"one"'))
    with pytest.raises(OutsideError, match="in place of the data"):
        load("dist_cepii.dta", format="stata")
    assert "dist_cepii.dta" not in load.files


def test_a_year_of_comext_comes_as_a_whole_archive(
    server: Server, load: Loader, tmp_path: Path
) -> None:
    """Built against a server of our own; the real one was not tried."""
    py7zr = pytest.importorskip("py7zr")
    from entrepot.model.period import Period
    from entrepot.sources.get import pieces
    from entrepot.sources.get.plan import DataRequest

    text = tmp_path / "full_202352.dat"
    text.write_text("REPORTER,PARTNER\n" + "AT,AD\n" * 500)
    packed = tmp_path / "made.7z"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.write(text, "full_202352.dat")
    [piece] = pieces("comext", DataRequest(period=Period.parse("2023"), freq="A"))
    server.answers(ranged(packed.read_bytes(), '"one"'))
    got = load(piece.name, format=piece.way.format)
    assert got.state == "fetched"
    assert server.seen[0].path.endswith("full_v2_202352.7z")


def test_a_packed_answer_of_several_members_comes_whole() -> None:
    """Gzip files may be put one after the other; only the first came out."""
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n")
    for size in (1, 7, len(packed)):
        chunks = (packed[at : at + size] for at in range(0, len(packed), size))
        assert b"".join(body_module._unpacked(chunks)) == b"one\ntwo\n"
    with pytest.raises(body_module.TransientFailure, match="too early"):
        list(body_module._unpacked(iter([packed[:-3]])))
