"""Packs pages on their way to a visitor: on a poor line a page a quarter as large is there four times as soon."""

import gzip

from flask import Flask, Response, current_app, request, session

_KINDS = ("text/html", "application/json", "application/geo+json", "application/manifest+json")
_LEAST_BYTES = 1000
_LEVEL = 5


def install(app: Flask) -> None:
    """Pack what pages and answers of an application are worth packing."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype in _KINDS:
        response.vary.add("Accept-Encoding")
    if not _is_worth_it(response) or _holds_secret():
        return response
    response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
    response.content_encoding = "gzip"
    return response


def _is_worth_it(response: Response) -> bool:
    return (
        response.mimetype in _KINDS
        and not response.is_streamed
        and not response.direct_passthrough
        and not response.content_encoding
        and "ETag" not in response.headers
        and (response.content_length or 0) >= _LEAST_BYTES
        and request.accept_encodings.quality("gzip") > 0
    )


def _holds_secret() -> bool:
    """Whether the answer may hold what is only its reader's, such as the token of a form.

    Lengths of packed answers that also hold words of the address tell such a secret bit by bit (BREACH, 2013).
    """
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies or bool(session)
