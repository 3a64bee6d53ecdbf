"""The address of the description."""

from flask import Blueprint, Response, current_app, jsonify, request

from core.i18n import gettext as _
from core.web import public
from webmap.openapi.document import describe

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
@public
def document() -> Response:
    """What programs may ask of this city (OpenAPI 3.1)."""
    return jsonify(describe(current_app.url_map, _("Shahrnama"), request.host_url.rstrip("/")))
