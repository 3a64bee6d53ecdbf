"""The map page, the health of the machine, what crawlers are told, and nothing else."""

from flask import Blueprint, Response, jsonify, render_template, request
from sqlalchemy import text

from accounts.permissions import Permission
from accounts.web import may
from core.web import db, kept_offline, public
from webmap.browser import page_config

blueprint = Blueprint("webmap", __name__)


@blueprint.get("/")
@public
@kept_offline
def map_page() -> str:
    """The map. Place, zoom, layers, date and selection live in the URL."""
    return render_template(
        "map.html", config=page_config(db.session, request.args, staff=may(Permission.STAFF_LAYERS))
    )


@blueprint.get("/health")
@public
def health() -> Response:
    """Whether this process answers and reaches its database."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """What crawlers are asked to leave alone: a certificate is issued to people who want one."""
    return Response(
        "User-agent: *\nDisallow: /parcels/*.pdf\nDisallow: /certificates/\n", mimetype="text/plain"
    )
