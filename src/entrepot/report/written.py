"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from entrepot.errors import OutsideError
from entrepot.files import require_target

__all__ = ["write_whole"]


def write_whole(target: Path, made: str | bytes) -> Path:
    """Write a file beside its place and move it there; missing folders are made.

    Raises
    ------
    OutsideError
        If something there is no plain file, or the disk refuses; what was there before stays.
    """
    require_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(made.encode() if isinstance(made, str) else made)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise OutsideError(
            f"cannot write {target}", why=str(error), hint="choose another place with --out"
        ) from error
    return target
