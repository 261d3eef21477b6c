"""Files of Stata as a table of text and numbers; errors of the library become ours."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["is_stata", "read_stata"]

_NEW = b"<stata_dta>"  # Stata 13 and later
_OLD = (b"\x71", b"\x72", b"\x73")  # Stata 8 to 12
_MOST_BYTES = 2**26
"""Sixty times the file that CEPII ships: such a table is read as a whole."""


def is_stata(path: Path) -> bool:
    """Whether a file looks like one of Stata, judged by its content."""
    with path.open("rb") as opened:
        start = opened.read(len(_NEW))
    return start == _NEW or (start[:1] in _OLD and start[1:2] in (b"\x01", b"\x02"))


def read_stata(path: Path, where: str) -> pa.Table:
    """Return the table in a file of Stata; a missing number is null.

    Parameters
    ----------
    path, where
        The file, and its name for messages.

    Raises
    ------
    BadFileError
        If it is damaged, or larger than 64 MiB.
    MissingExtraError
        If the extra ``stata`` is not installed.
    """
    import pyarrow as pa

    if path.stat().st_size > _MOST_BYTES:
        raise BadFileError(
            f"a file of Stata with {path.stat().st_size:,} bytes",
            where=where,
            hint="dist_cepii.dta has 1.5 million bytes; is this the file that was meant?",
        )
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("pandas", "stata") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UnicodeWarning)  # texts that were guessed
            frame = pd.read_stata(path, convert_dates=False, convert_categoricals=False)
        return pa.Table.from_pandas(frame, preserve_index=False)
    except Exception as error:  # on a damaged file it trips over anything, StopIteration even
        raise BadFileError(
            f"the file of Stata cannot be read ({str(error) or type(error).__name__})",
            where=where,
            hint="download it again and compare its size with the publisher's",
        ) from error
