"""A lake in an object store: files are brought into the user's cache when a question needs them.

What comes are all files of a source that is asked, in the sort order that is read. Objects are
named as files of a lake in a folder are, and never change, so what was brought once stays; each is
compared with its hash when it comes. The catalog is asked for before every question.
A change is made on the copy in the cache, its new files are sent, and then the catalog takes the
place of the one that it was made from, in one step that the store refuses if somebody else was
faster (compare and swap). Keys come from the environment or the store's own chain, as the library
`obstore` reads them; they are neither printed nor kept.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from entrepot.errors import (
    BadFileError,
    DamagedLakeError,
    EntrepotError,
    MissingExtraError,
    OutsideError,
    RequestError,
)
from entrepot.lake.catalog import NAME, Catalog, replace_text
from entrepot.limits import files_allowed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from entrepot.lake.catalog import StoredFile

SCHEMES = ("s3", "gs", "az")
_AT_ONCE = 8
_SECONDS = 20
"""In which a request is repeated; together with one that nobody answers, half a minute."""
_SILENT = 25
_PREFIXES = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}
_CLIENT = (
    "allow_http",
    "allow_invalid_certificates",
    "proxy_ca_certificate",
    "proxy_excludes",
    "proxy_url",
    "read_timeout",
    "timeout",
)
"""What the library reads from the environment itself, unless it is given any of it."""
_MACHINE = "169.254.169.254"
"""Where machines of a cloud get keys: asked where the environment has none."""
_CLOCK = (
    "the clock of this machine and that of the store are too far apart",
    "set the clock of this machine, then run the command again",
)
_EXPIRED = (
    "the key in the environment has expired",
    "get a new one, set it in the store's own variables, and run the command again",
)
_TIMELY = {
    "RequestTimeTooSkewed": _CLOCK,
    "RequestExpired": _CLOCK,
    "ExpiredToken": _EXPIRED,
}
"""Why requests are refused although the key has the rights, by the store's code for it."""
_TABLES = ("flows", "inputs", "products", "raw", "shipments")


class RemoteStore:
    """The objects of one lake, and the folder of the cache that has copies of some.

    Parameters
    ----------
    address
        ``s3://bucket/lake``, ``gs://bucket/lake`` or ``az://container/lake``.
    cache
        The user's cache.

    Raises
    ------
    RequestError
        For another kind of address, or where no connection may be opened.
    """

    def __init__(self, address: str, cache: Path) -> None:
        scheme = address.partition(":")[0]
        if scheme not in SCHEMES:
            raise RequestError(
                "the lake is at an address that only Spark can read",
                where=address,
                hint="entrepot ask --engine spark reads it; DuckDB reads "
                + ", ".join(f"{name}://" for name in SCHEMES),
            )
        if not files_allowed():
            raise RequestError(
                "a server reads a lake in a folder, and opens no connection itself",
                where=address,
                hint="bring the lake into a folder",
            )
        self.address = address.rstrip("/")
        self.mirror = cache / "lakes" / hashlib.sha256(self.address.encode()).hexdigest()[:16]
        self._opened: Any = None
        self._tag: str | None = None

    @property
    def _store(self) -> Any:
        if self._opened is None:
            try:
                from obstore.store import from_url
            except ImportError:
                raise MissingExtraError("obstore", "remote") from None
            patience: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=_SECONDS)}
            with self._reached(""):
                self._opened = from_url(
                    self.address, retry_config=patience, client_options=self._client()
                )
        return self._opened

    def _client(self) -> Any:
        """Return how long is waited: for a store that says nothing, and not for a large file."""
        prefix = _PREFIXES[self.address.partition(":")[0]]
        given = {name: os.environ.get(prefix + name.upper()) for name in _CLIENT}
        waited = {"timeout": timedelta(days=1), "read_timeout": timedelta(seconds=_SILENT)}
        return waited | {name: text for name, text in given.items() if text is not None}

    def refresh(self) -> None:
        """Bring the catalog, if it is another than the last one.

        Raises
        ------
        OutsideError
            If the store cannot be reached, or refuses, or the lake has lost its catalog.
        BadFileError
            If there is no lake.
        """
        if self._bring_catalog() is None:
            self._require_empty()
            raise BadFileError(
                "no lake at this address",
                where=self.address,
                why="other data would answer instead of the lake that you named",
                hint="check the spelling; to create it: "
                f"entrepot data add baci FILE --lake {self.address}",
            )

    def _bring_catalog(self) -> bytes | None:
        """Return the catalog as it is now, put into the cache; None where there is none."""
        import obstore

        store, cached = self._store, self.mirror / NAME
        try:
            with self._reached(NAME):
                # Tag and text of one answer: asked for apart they could be of two catalogs.
                got = obstore.get(store, NAME)
                self._tag, text = got.meta["e_tag"], bytes(got.bytes())
        except FileNotFoundError:
            self._tag = None
            # The copy in the cache must not answer for a lake that is gone.
            cached.unlink(missing_ok=True)
            return None
        self.mirror.mkdir(parents=True, exist_ok=True)
        if not cached.is_file() or cached.read_bytes() != text:
            # Read before it is kept: a damaged catalog does not take the place of a good copy.
            self._parsed(text)
            replace_text(cached, text.decode())
        return text

    def _parsed(self, text: bytes) -> Catalog:
        """Return the catalog of a text that the store sent."""
        try:
            return Catalog.parse(text, f"{self.address}/{NAME}")
        except DamagedLakeError as error:
            if error.__cause__ is None:  # it is one, of another format
                raise
            raise DamagedLakeError(
                f"what the store sent is no catalog of a lake ({error.__cause__})",
                where=f"{self.address}/{NAME}",
                why="the answer was cut or is of another server, or the object is damaged",
                hint="run the command again; if that does not help, copy the objects into a folder "
                "and run there: entrepot data rebuild --lake FOLDER",
            ) from error

    def bring(self, files: Sequence[StoredFile]) -> None:
        """Bring files that the cache lacks, each compared with its hash.

        Raises
        ------
        OutsideError
            If one is gone, is not what was written, or cannot be brought.
        """
        missing = [
            one
            for one in files
            if not PurePosixPath(one.path).is_absolute() and not self._is_here(one)
        ]
        if len(missing) == 1:
            self._bring_one(missing[0])
        elif missing:
            with ThreadPoolExecutor(min(_AT_ONCE, len(missing))) as pool:
                list(pool.map(self._bring_one, missing))

    def _is_here(self, one: StoredFile) -> bool:
        path = self.mirror / one.path
        # Compared with its hash when it came; since then its size is enough.
        return path.is_file() and path.stat().st_size == one.bytes

    def _bring_one(self, one: StoredFile) -> None:
        import obstore

        where = f"{self.address}/{one.path}"
        try:
            with self._reached(one.path):
                content = bytes(obstore.get(self._store, one.path).bytes())
        except FileNotFoundError:
            raise OutsideError(
                "a file that the catalog names is not in the store",
                where=where,
                why="another program removed it, or changed the lake just now",
                hint="ask again; if that does not help, copy the lake there again",
            ) from None
        if hashlib.sha256(content).hexdigest() != one.sha256:
            raise OutsideError(
                "a file in the store is not what was written",
                where=where,
                why="it was changed or damaged after it was loaded, so every answer from it "
                "could be wrong",
                hint="copy the lake there again from the folder it came from",
            )
        path = self.mirror / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several processes may bring one file at once.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let the block change the copy in the cache, then send the change to the store.

        Raises
        ------
        OutsideError
            If somebody else changed the lake meanwhile, or the store fails: then it is as before,
            or, if nothing but the store's last answer was lost, as it was meant to be.
        """
        text = self._bring_catalog()
        if text is None:
            self._require_empty()
            # A new lake at this address: what the cache has is of an earlier one.
            shutil.rmtree(self.mirror, ignore_errors=True)
            before = Catalog()
        else:
            before = self._parsed(text)
        self.bring(
            [one for item in before.snapshots for part in item.partitions for one in part.stored]
        )
        try:
            yield
            self._send(before, text)
        except BaseException:
            with suppress(OSError):  # the next question brings it anyway
                (self.mirror / NAME).unlink(missing_ok=True)
            raise

    def _require_empty(self) -> None:
        """Refuse a place with rows and no catalog: it is a lake that lost it, never a new one."""
        import obstore

        with self._reached(""):
            for table in _TABLES:
                for batch in obstore.list(self._store, table):
                    for one in batch:
                        raise OutsideError(
                            "the lake has lost its catalog",
                            where=f"{self.address}/{one['path']}",
                            why="writing a new one would give up the rows that are there",
                            hint="copy the objects into a folder and run there: "
                            "entrepot data rebuild --lake FOLDER",
                        )

    def _send(self, before: Catalog, text: bytes | None) -> None:
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        now = (self.mirror / NAME).read_bytes()
        if now == text:
            return
        after = Catalog.parse(now, str(self.mirror / NAME))
        new = sorted(after.owned() - before.owned())
        sent: list[str] = []
        try:
            for name in new:
                with self._reached(name):
                    # Before it is sent: a transfer that fails may have arrived all the same.
                    sent.append(name)
                    obstore.put(self._store, name, self.mirror / name)
            mode: Any = "create" if text is None else {"e_tag": self._tag}
            with self._reached(NAME):
                # In one request: an upload in parts cannot be tied to a condition.
                put = obstore.put(self._store, NAME, now, mode=mode, use_multipart=False)
            self._tag = put["e_tag"]
        except BaseException as error:
            found = self._found_after(now, sent)
            if found != now or not isinstance(error, Exception):
                if not isinstance(error, AlreadyExistsError | PreconditionError):
                    raise
                raise self._overtaken(after.raw() - before.raw(), found) from error
        # Another writer of the same file may have given up, and deleted what both had sent.
        with suppress(EntrepotError, FileNotFoundError):
            self._put_back(new)
        self._delete(sorted(before.owned() - after.owned()))

    def _found_after(self, catalog: bytes, sent: Sequence[str]) -> bytes | None:
        """Return the catalog that is in the store after sending one seemed to fail.

        Its answer may have been lost, and the request that was repeated been refused. If it is not
        there, what was sent for it is deleted, but for what the one that is there names: objects
        are named by their content. If the store does not say which is there, nothing is deleted,
        and the catalog is None.
        """
        try:
            found = self._bring_catalog()
            if found == catalog:
                return found
            unnamed = set(sent) - self._owned(found)
            self._delete(sorted(unnamed))
            # The same file may have been added by somebody else while its objects were deleted.
            found = self._bring_catalog()
            self._put_back(sorted(unnamed & self._owned(found)))
        except (EntrepotError, FileNotFoundError):
            return None
        return found

    def _owned(self, catalog: bytes | None) -> set[str]:
        return self._parsed(catalog).owned() if catalog else set()

    def _put_back(self, names: Sequence[str]) -> None:
        """Send objects again that are not there any more."""
        import obstore

        for name in names:
            with self._reached(name):
                try:
                    obstore.head(self._store, name)
                except FileNotFoundError:
                    obstore.put(self._store, name, self.mirror / name)

    def _overtaken(self, delivered: set[str], found: bytes | None) -> OutsideError:
        """Return the error of a change that the store refused, by the catalog that is there."""
        if found is None:
            return OutsideError(
                "the store refused the catalog, and does not say which one it has",
                where=self.address,
                why="the change may have arrived; no file of it was deleted",
                hint=f"entrepot data list --lake {self.address} shows what is there",
            )
        is_there = bool(delivered) and delivered <= self._parsed(found).raw()
        did = "it has loaded the same" if is_there else "nothing was changed"
        return OutsideError(
            f"another program changed this lake in the meantime; {did}",
            where=self.address,
            why="the catalog in the store is no longer the one that this change began with",
            hint=f"entrepot data list --lake {self.address} shows what is there"
            if is_there
            else "run the command again",
        )

    def _delete(self, names: Sequence[str]) -> None:
        """Delete objects that no catalog names; what cannot be deleted takes room and no more."""
        import obstore

        for name in names:
            with suppress(EntrepotError, FileNotFoundError), self._reached(name):
                obstore.delete(self._store, name)

    @contextmanager
    def _reached(self, name: str) -> Iterator[None]:
        """Turn what the store's library raises into an error of ours; what is not there passes."""
        from obstore import exceptions

        where = f"{self.address}/{name}" if name else self.address
        try:
            yield
        except (
            EntrepotError,  # before OSError, which some of ours are
            FileNotFoundError,
            exceptions.AlreadyExistsError,
            exceptions.PreconditionError,
        ):
            raise
        except (exceptions.BaseError, OSError, ValueError) as error:
            refused = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)
            if timely := next((one for code, one in _TIMELY.items() if code in str(error)), None):
                why, hint = timely
                raise OutsideError(
                    "the store refuses access", where=where, why=why, hint=hint
                ) from error
            if "BadScheme" in str(error):
                raise OutsideError(
                    "the store's address has no https, and nothing is sent without encryption",
                    where=where,
                    why="what is read and written could be seen on the way",
                    hint="give the store's variable an address with https://, or, for a store on "
                    "this machine, allow it: AWS_ALLOW_HTTP=true",
                ) from error
            if isinstance(error, refused) or _MACHINE in str(error):
                raise OutsideError(
                    "the store refuses access",
                    where=where,
                    why="the keys in the environment have no rights to it, or there are none",
                    hint="set the store's own variables: AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, GOOGLE_APPLICATION_CREDENTIALS, or "
                    "AZURE_STORAGE_ACCOUNT_NAME and its key",
                ) from error
            raise OutsideError(
                f"the store cannot be read or written ({type(error).__name__})",
                where=where,
                why=_reason(error),
                hint="check address, network and keys, then run the command again",
            ) from error


def _reason(error: Exception) -> str:
    """Return the beginning of what the library says, without anything signed or secret."""
    # After `?` come signed parameters, and after `Debug source` the request with its headers.
    text = str(error).split("Debug source", maxsplit=1)[0].split("?", maxsplit=1)[0]
    return " ".join(text.split())[:300]
