"""Pack an edition of the lists that ``entrepot goods update`` takes.

Usage: ``python tools/pack_lists.py TARGET.zip YYYY-MM-DD [NOTE]``

The day goes into ``goods/lists/made.txt`` as well when the lists ship. The hash that is printed is
what users compare: state it where they cannot mistake who says it.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import entrepot.goods
from entrepot.goods.update import pack, read_edition


def main(target: Path, made: date, note: str) -> None:
    """Pack the lists of this checkout, and read them back as a user would."""
    digest = pack(Path(entrepot.goods.__file__).parent / "lists", target, made, note)
    found = read_edition(target)
    print(f"{target}: {len(found.lists)} lists, edition of {found.made}\nSHA-256 {digest}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), " ".join(sys.argv[3:]))
