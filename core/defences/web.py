"""Headers that tell browsers what our pages never do, and the refusal of what should not have been sent at all."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from core.errors import NotAllowed, NotFound, TooLarge
from core.i18n import gettext as _
from core.i18n import language

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OURS = ("same-origin", "none")
_TWO_YEARS_S = 2 * 365 * 24 * 3600
# Scripts run that our own templates name by the nonce of this answer, and what those load; nothing that words put into
# a page could ever name. ('self' is for browsers that do not know 'strict-dynamic'; the others pass it over.)
_POLICY = (
    "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_FEATURES = "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class PublicAddress:
    """WSGI middleware: requests are taken to be for the city's own address, whatever their Host header says.

    So a link in a letter or on a paper never leads elsewhere. Without an address (``PUBLIC_URL``) nothing changes.
    """

    def __init__(self, inner: Callable[..., Any], address: str) -> None:
        self.inner = inner
        parts = urlsplit(address)
        self.known = {"HTTP_HOST": parts.netloc, "wsgi.url_scheme": parts.scheme} if address else {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer."""
        environ.update(self.known)
        return self.inner(environ, start_response)


def install(app: Flask) -> None:
    """Put an application behind all of it."""
    app.before_request(_refuse_too_large)
    app.before_request(_refuse_unstorable_path)
    app.before_request(_refuse_foreign_write)
    app.after_request(_add_headers)


def _refuse_too_large() -> None:
    """Say no before a byte of the body is read, also to who sends one where none is asked for."""
    most = current_app.config["MAX_CONTENT_LENGTH"]
    if request.content_length is not None and request.content_length > most:
        raise TooLarge(_("This is larger than the city's machine takes in one go."))


def _refuse_unstorable_path() -> None:
    """No name of ours has a NUL in it, and no database takes one as a question."""
    if "\0" in request.path:
        raise NotFound(_("There is no page at this address."))


def _refuse_foreign_write() -> None:
    """A write begun by another site's page is none of its visitor's; the token of the form would tell, too."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign or request.headers.get("Sec-Fetch-Site", "none") not in _OURS:
        raise NotAllowed(_("This was sent by a page of another site. Please open the city's own page."))


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=g.get("csp_nonce", "")))
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS_S}; includeSubDomains")
    headers["X-Request-ID"] = g.get("request_id", "")
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        # What somebody is told who has signed in may be more than what anybody is.
        headers.setdefault("Cache-Control", "private, no-cache")
    if response.mimetype == "text/html":
        # Of pages only: a tile or a file opens no window and asks for no camera.
        headers.setdefault("Permissions-Policy", _FEATURES)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Content-Language", language())
        headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.update(["Accept", "Accept-Language", "Cookie"])
    return response
