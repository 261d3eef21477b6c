"""What can go wrong between a request and its answer, beside what can go wrong with a Figure."""

from __future__ import annotations

from entrepot.errors import OutsideError, RequestError

__all__ = [
    "BadAddressError",
    "BusyError",
    "ForeignPageError",
    "NotFoundError",
    "TooLargeError",
    "TooLongError",
    "UnauthorizedError",
    "WrongFormError",
]


class BadAddressError(RequestError):
    """An address that cannot be read: an unknown key, one given twice, one that is missing."""


class NotFoundError(RequestError, LookupError):
    """An address at which there is nothing."""


class TooLargeError(RequestError):
    """A request that is larger than what is read."""


class WrongFormError(RequestError):
    """A text in a form that is not read here."""


class UnauthorizedError(RequestError):
    """A request without the token."""


class ForeignPageError(RequestError):
    """A form that another site sends."""


class BusyError(OutsideError):
    """More questions than can be answered at once."""


class TooLongError(OutsideError):
    """A question that takes longer than it may."""
