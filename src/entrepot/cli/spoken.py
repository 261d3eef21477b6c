"""Areas as people write them on a command line: ``Russia``, ``rus``, ``RU``, ``643``."""

from __future__ import annotations

from entrepot.errors import RequestError

__all__ = ["as_codes", "as_one_code"]

_SEVERAL = {"congo": ("COG", "COD"), "korea": ("KOR", "PRK")}
"""Names that sources print for one area and people say of two."""


def as_codes(text: str | None) -> str | None:
    """Return codes for areas and groups, by code in any letters or by an exact name.

    A code is ours, ISO's of two letters, or the United Nations' of three digits (M49).

    A name that means nothing here is left as it is, to be refused with the nearest known ones.

    Raises
    ------
    RequestError
        For a name that people say of two areas ("Congo", "Korea").

    Examples
    --------
    >>> as_codes("Russia"), as_codes("chn+Hong Kong"), as_codes("eu27"), as_codes("Atlantis")
    ('RUS', 'CHN+HKG', 'EU27', 'Atlantis')
    """
    return text and "+".join(as_one_code(part.strip()) for part in text.split("+"))


def as_one_code(part: str) -> str:
    """Return the code of one area or group, the day of its members kept: ``eu@2023``.

    Raises
    ------
    RequestError
        For a name that people say of two areas.
    """
    from entrepot.model.area_table import area, by_code, by_name, known_areas
    from entrepot.model.groups import groups, is_group

    word, at, day = part.partition("@")
    for spelled in (word, word.lower(), word.upper()):
        if is_group(spelled) or spelled in known_areas():
            return f"{spelled}{at}{day}"
    named = {one.name.casefold(): one.code for one in groups()}
    if several := _SEVERAL.get(word.casefold().removeprefix("the ")):
        raise RequestError(
            f"two areas are called {word!r}",
            hint=f"write {' or '.join(f'{code} ({area(code).name})' for code in several)}",
        )
    code = by_name(word) or named.get(word.casefold())
    code = code or by_code("alpha2").get(word.upper()) or by_code("m49").get(word)
    return f"{code}{at}{day}" if code else part
