"""The built front-end files: under which name each stands, and sent packed to whoever takes that."""

import json
import mimetypes
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.security import safe_join

from core.web import public, same_for_all

FOLDER = Path(__file__).resolve().parent.parent / "static" / "dist"
# Every file but the manifest has its content's hash in its name.
_KEPT_S = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Serve them at /static/, under Flask's own name for that address."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=send)


@public
@same_for_all
def send(filename: str) -> Response:
    """One file: as the build packed it, or plain for whoever does not take gzip."""
    packed = safe_join(str(FOLDER), f"{filename}.gz")
    is_packed = packed is not None and Path(packed).is_file()
    if is_packed and request.accept_encodings.quality("gzip") > 0:
        kind = mimetypes.guess_type(filename)[0]
        response = send_from_directory(FOLDER, f"{filename}.gz", mimetype=kind, max_age=_KEPT_S)
        response.content_encoding = "gzip"
    else:
        response = send_from_directory(FOLDER, filename, max_age=_KEPT_S)
    if is_packed:
        response.vary.add("Accept-Encoding")
    return response


def asset(name: str) -> str:
    """The URL of a built file, by the name it had before its content's hash was put in."""
    return url_for("static", filename=_manifest().get(name, name))


def path_of(name: str) -> Path:
    """Where a built file lies, by the name it had before its content's hash was put in."""
    return FOLDER / _manifest().get(name, name)


def asset_parts(name: str) -> list[str]:
    """The URLs of what a script is put together from: asked for with it, they need no second journey."""
    names = _manifest()
    return [url_for("static", filename=names[key]) for key in sorted(names) if key.startswith(f"{name}#")]


@cache
def _manifest() -> dict[str, str]:
    path = FOLDER / "manifest.json"
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return names
