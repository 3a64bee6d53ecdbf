"""Handing files out: under a name and a kind of ours, so that no browser takes them for anything else."""

import datetime as dt

from flask import Response, make_response, request

from core.documents.kinds import DocumentKind
from core.documents.names import disposition

# Nothing in a file loads, runs, or is taken for a page of ours. Browsers show PDFs by a viewer of their own, which
# 'sandbox' would keep from starting.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SANDBOX = f"{_POLICY}; sandbox"
PREVIEW_TYPE = "image/webp"


def send(content: bytes, sha256: str, kind: DocumentKind, name: str, *, save: bool = False) -> Response:
    """A file as it was brought: pictures and PDFs in the browser's window unless ``save``, all others only to be saved.

    It may have another audience tomorrow: caches ask again each time, and are answered 304 by its hash.
    """
    is_inline = kind.is_shown and not save
    answer = make_response(content)
    answer.headers["Content-Type"] = (
        "text/plain; charset=utf-8" if kind is DocumentKind.TEXT else kind.media_type
    )
    answer.headers["Content-Disposition"] = disposition(name, inline=is_inline)
    answer.headers["Content-Security-Policy"] = _POLICY if kind is DocumentKind.PDF else _SANDBOX
    return _guarded(answer, sha256)


def send_preview(content: bytes, sha256: str, media_type: str = PREVIEW_TYPE) -> Response:
    """A picture that was made of a file."""
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = _SANDBOX
    return _guarded(answer, sha256)


def send_issued(content: bytes, sha256: str, issued_at: dt.datetime, name: str, location: str) -> Response:
    """A paper that the city has issued, byte for byte; ``location`` is the address at which it always lies.

    Search engines keep copies, and a copy does not know that it was revoked: they are told to keep none.
    """
    answer = make_response(content)
    answer.mimetype = "application/pdf"
    answer.set_etag(sha256)
    answer.last_modified = issued_at
    answer.headers.set("Content-Disposition", "inline", filename=name)
    answer.headers["Content-Location"] = location
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.make_conditional(request)
    return answer


def _guarded(answer: Response, sha256: str) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(sha256)
    answer.make_conditional(request)
    return answer
