"""Addresses of our own, to be passed on: checked to be ours, whole, and as QR codes."""

from urllib.parse import unquote

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from core.errors import BadInput, NotFound
from core.i18n import gettext as _

_LONGEST = 1_500


def read_own_path(path: str | None) -> str:
    """A path of this city, with its query: ``/parcels/1-1-1?on=2026-11-25``.

    Nothing else is made into a link or a code, so that nobody puts another site's address behind the city's name.
    Raises BadInput when it is no such path, NotFound when no page of ours stands there.
    """
    if not path or len(path) > _LONGEST or not path.startswith("/") or path[1:2] in ("/", "\\"):
        raise BadInput(_("Only this city's own pages can be shared."), field="path")
    if "\\" in path or any(ord(letter) < 0x21 or letter == "\x7f" for letter in path):
        raise BadInput(_("Only this city's own pages can be shared."), field="path")
    page = path.partition("#")[0].partition("?")[0]
    try:
        current_app.url_map.bind("").match(unquote(page), method="GET")
    except RequestRedirect:
        pass
    except HTTPException as error:
        raise NotFound(_("There is no page of ours at this address."), field="path") from error
    return path


def whole_link(path: str) -> str:
    """The address as somebody elsewhere would type it."""
    return request.host_url.rstrip("/") + path
