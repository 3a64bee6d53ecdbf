"""What can go wrong in ways a person can mend: a small tree, each kind with its HTTP status and a stable code."""

from collections.abc import Mapping
from typing import Any


class AppError(Exception):
    """Something the asker can understand. ``message`` is a sentence in the asker's language.

    ``field`` names the input at fault; ``details`` holds what a program needs (both versions of a conflict …).
    """

    status = 500
    code = "error"

    def __init__(self, message: str, *, field: str | None = None, details: Mapping[str, Any] | None = None):
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = dict(details or {})


class BadInput(AppError):
    """The request is not understood: malformed parameter."""

    status = 400
    code = "bad_input"


class Unprocessable(AppError):
    """Understood, but cannot be: a date that does not exist, a rule broken."""

    status = 422
    code = "unprocessable"


class NotSignedIn(AppError):
    """Only for people with an account."""

    status = 401
    code = "not_signed_in"


class NotAllowed(AppError):
    """Signed in, but without the permission."""

    status = 403
    code = "not_allowed"


class NotFound(AppError):
    """There is no such thing, or it is outside the city."""

    status = 404
    code = "not_found"


class Conflict(AppError):
    """The thing changed since the asker saw it; ``details`` holds both versions."""

    status = 409
    code = "conflict"


class TooLarge(AppError):
    """More than this machine takes in one go."""

    status = 413
    code = "too_large"


class TooOften(AppError):
    """Too many requests; ``details["retry_after_s"]`` says when to come back."""

    status = 429
    code = "too_often"


class Unavailable(AppError):
    """Something the city's machine needs is not there just now."""

    status = 503
    code = "unavailable"
