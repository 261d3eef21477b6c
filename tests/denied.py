"""Denies at the level of the interpreter what a server must not do, and tells who tried.

An audit hook cannot be taken away again, so there is one for the process, which does nothing until
it is told what is allowed.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
import threading
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CODE", "denied"]

ROOT = Path(__file__).resolve().parent.parent
CODE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.denied import in_child
in_child()
"""
"""What a process apart runs, which ends itself where it does what it must not."""
PROGRAM = tuple(
    dict.fromkeys(
        os.path.realpath(path)
        for path in (
            ROOT / "src",
            sys.prefix,
            sys.base_prefix,
            sysconfig.get_path("stdlib"),
            sysconfig.get_path("purelib"),
        )
    )
)
SYSTEM = (
    "/dev/null",
    "/dev/urandom",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/proc/self",
    "/sys",
)
NEVER = frozenset(
    {
        *("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"),
        *("socket.gethostbyaddr", "socket.sendto", "socket.sendmsg", "urllib.Request"),
        *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
        *("os.startfile", "pty.spawn", "os.chown", "os.chmod", "os.link", "os.symlink"),
        *(
            "os.setxattr",
            "ftplib.connect",
            "smtplib.connect",
        ),
        *("pickle.find_class", "sqlite3.connect", "webbrowser.open"),
    }
)
"""Events that no question gives rise to."""
PLACES = {
    **dict.fromkeys(("ctypes.dlopen", "os.listdir", "os.scandir", "os.chdir", "glob.glob"), 1),
    **dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree"), 1),
    **dict.fromkeys(("os.rename", "shutil.move", "shutil.copyfile"), 2),
}
"""Events about so many places."""
CHANGES = ("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil", "os.rename")
_state: dict[str, Any] = {"on": False, "reads": (), "found": [], "then": None}


_here = threading.local()


def _inside(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _scratch(path: str) -> bool:
    """Whether a place is one that the library for temporary files, or the engine, made."""
    folder = os.path.realpath(tempfile.gettempdir())
    rest = path.removeprefix(folder + os.sep)
    return rest != path and rest.startswith(("tmp", "entrepot-duckdb", "matplotlib"))


def _imports_from(path: str) -> bool:
    """Whether it is a folder that modules are sought in: whoever imports first, lists it.

    A test before this one may have put one there, as Spark does with a folder of its own.
    """
    return path in {os.path.realpath(one or os.curdir) for one in sys.path if isinstance(one, str)}


def _objection(event: str, args: tuple[Any, ...]) -> str:
    if event in NEVER:
        return f"{event} {args!r:.200}"
    if event == "subprocess.Popen":
        given = [os.fspath(one) for one in args[1]]
        from entrepot.serve import apart

        own = given == [sys.executable, "-P", "-c", apart.CODE]
        return "" if own else f"{event} {given!r:.200}"
    if event == "open" and isinstance(args[0], (str, bytes, os.PathLike)):
        path = os.path.realpath(os.fsdecode(args[0]))
        writes = bool((args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) or (
            isinstance(args[1], str) and set(args[1]) & set("wax+")
        )
        if _scratch(path) or (not writes and _inside(path, (*_state["reads"], *PROGRAM, *SYSTEM))):
            return ""
        if path.endswith(".pyc") or "__pycache__" in path or (not writes and _imports_from(path)):
            return ""
        return f"open {path} {args[1]} {args[2]}"
    if event in PLACES:
        named = [one for one in args[: PLACES[event]] if isinstance(one, (str, bytes, os.PathLike))]
        for path in (os.path.realpath(os.fsdecode(one)) for one in named):
            if "__pycache__" in path and _inside(path, PROGRAM):
                continue  # whoever imports a module first keeps its bytecode
            known = _inside(path, (*_state["reads"], *PROGRAM)) or _imports_from(path)
            if not (_scratch(path) or (known and not event.startswith(CHANGES))):
                return f"{event} {path}"
    return ""


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not _state["on"] or getattr(_here, "asks", False):
        return
    _here.asks = True  # what is done in here is no question's doing
    try:
        said = _objection(event, args)
    finally:
        _here.asks = False
    if said:
        _state["found"].append(said)
        if _state["then"]:
            _state["on"] = False
            _state["then"](said)
        raise PermissionError(said)


sys.addaudithook(_hook)


@contextmanager
def denied(*reads: Path, then: Callable[[str], None] | None = None) -> Iterator[list[str]]:
    """Deny all but reading program, owner's lists and some folders; yields what was tried."""
    before = set(sys.modules)
    found: list[str] = []
    allowed = (*reads, os.environ["ENTREPOT_LISTS"])
    _state.update(
        reads=tuple(os.path.realpath(one) for one in allowed), found=found, then=then, on=True
    )
    try:
        yield found
    finally:
        _state["on"] = False
    for name in set(sys.modules) - before:
        place = getattr(sys.modules[name], "__file__", None)
        if place and not _inside(os.path.realpath(place), PROGRAM):
            found.append(f"import {name} from {place}")


def in_child() -> None:
    """Check texts as a process apart does, and end at once where something is denied."""

    def end(said: str) -> None:
        os.write(2, f"denied: {said}\n{''.join(traceback.format_stack(limit=12))}".encode())
        os._exit(77)

    from entrepot.serve import apart

    result = apart._result

    def watched(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with denied(Path(job["folder"]), then=end) as found:
            answer = result(job)
        if found:
            end(str(found))
        return answer

    apart._result = watched
    apart.work()
