"""The service worker, the page shown when there is no connection, and how the map goes on a home screen."""

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    render_template,
    request,
    send_file,
)

from accounts.web import find_person
from core.i18n import direction, language
from core.i18n import gettext as _
from core.web import db, public, same_for_all
from webmap import queries
from webmap.assets import asset, path_of

blueprint = Blueprint("offline", __name__)

KEEP_HEADER = "Shahrnama-Keep"
_PAPER, _ACCENT = "#ebe6da", "#0f6b66"


def install(app: Flask) -> None:
    """Have every answer that a device may keep say so: what does not is kept by none."""
    app.after_request(_mark)


def _mark(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    # A page that holds the token of a form, or was made for somebody, is nobody else's.
    if (
        getattr(view, "kept_offline", False)
        and response.status_code == 200
        and "csrf_token" not in g
        and find_person() is None
    ):
        response.headers[KEEP_HEADER] = "anyone"
    return response


@blueprint.get("/service-worker.js")
@public
@same_for_all
def worker() -> Response:
    """The script that answers when the line is gone: asked for anew each time, at the root that it serves."""
    path = path_of("service-worker.js")
    if not path.is_file():
        abort(404)
    answer = send_file(path, mimetype="text/javascript", max_age=0)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/offline")
@public
def offline() -> str:
    """What this device keeps; also what it shows in place of a page that it does not keep."""
    return render_template("offline/page.html")


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """How the map is called and looks on a home screen (W3C Web Application Manifest)."""
    city = queries.find_city(db.session)
    names = {"fa": city.name_fa, "en": city.name_en} if city else {"fa": "", "en": ""}
    name = names[language()] or names["fa"] or names["en"] or _("The city")
    icon = {"src": asset("favicon.svg"), "type": "image/svg+xml", "sizes": "any"}
    answer = jsonify(
        id="/",
        name=_("Map of %(city)s", city=name),
        short_name=name,
        description=_("Parcels, zoning, infrastructure and permits of the city on one map."),
        lang=language(),
        dir=direction(),
        start_url=f"/?lang={language()}",
        scope="/",
        # With the browser's own way back: pages open from the map.
        display="minimal-ui",
        background_color=_PAPER,
        theme_color=_ACCENT,
        icons=[icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
    )
    answer.mimetype = "application/manifest+json"
    return answer
