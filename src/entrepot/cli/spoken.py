"""Areas as people write them on a command line: ``Russia``, ``rus``, ``Hong Kong``."""

from __future__ import annotations

__all__ = ["as_codes", "as_one_code"]


def as_codes(text: str | None) -> str | None:
    """Return codes for areas and groups, by code in any letters or by an exact name.

    A name that means nothing here is left as it is, to be refused with the nearest known ones.

    Examples
    --------
    >>> as_codes("Russia"), as_codes("chn+Hong Kong"), as_codes("eu27"), as_codes("Atlantis")
    ('RUS', 'CHN+HKG', 'EU27', 'Atlantis')
    """
    return text and "+".join(as_one_code(part.strip()) for part in text.split("+"))


def as_one_code(part: str) -> str:
    """Return the code of one area or group, the day of its members kept: ``eu@2023``."""
    from entrepot.model.area_table import by_name, known_areas
    from entrepot.model.groups import groups, is_group

    word, at, day = part.partition("@")
    for spelled in (word, word.lower(), word.upper()):
        if is_group(spelled) or spelled in known_areas():
            return f"{spelled}{at}{day}"
    named = {one.name.casefold(): one.code for one in groups()}
    code = by_name(word) or named.get(word.casefold())
    return f"{code}{at}{day}" if code else part
