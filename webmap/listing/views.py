"""The addresses of what the map shows as text, and of the ways on from a parcel."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from accounts.permissions import Permission
from accounts.web import may
from core.errors import BadInput, NotFound
from core.i18n import gettext as _
from core.inputs import read_box, read_count, read_day, read_lon_lat, read_words
from core.web import db, public, wants_json
from layers.queries import find_city_here
from layers.schemas import name_of
from parcels.in_view import Step, list_steps
from parcels.land import get_parcel
from webmap.listing import page as words
from webmap.listing.schemas import listing_json, steps_json
from webmap.listing.service import PARCELS, ZONES, Listing, count_view, list_view
from webmap.listing.window import Asked, find_view
from webmap.place.service import Place

blueprint = Blueprint("listing", __name__)

_LONGEST = 200
_MOST_PAGES = 1000
_SLUG = re.compile(r"[\w-]{1,100}")


@blueprint.get("/list")
@blueprint.get("/list.json", endpoint="listing_json")
@public
def listing() -> Response:
    """What the map shows in a window, a page at a time."""
    args = request.args
    only = read_words(args.get("only"), "only", _LONGEST)
    typed = read_words(args.get("q"), "q", _LONGEST)
    number = read_count(args.get("page"), "page", 1, _MOST_PAGES)
    view, staff = find_view(db.session, _asked()), may(Permission.STAFF_LAYERS)
    found = list_view(db.session, view, _layers(), only, typed, number, staff=staff)
    answer = jsonify(listing_json(found)) if wants_json(request) else _page(found, only, typed)
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer


@blueprint.get("/list/told.json")
@public
def told() -> Response:
    """What the map shows in a window, in one sentence: for the voice of a map that moves."""
    view, staff = find_view(db.session, _asked()), may(Permission.STAFF_LAYERS)
    found = count_view(db.session, view, _layers(), staff=staff)
    answer = jsonify(told=words.summary(found))
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@blueprint.get("/parcels/<path:number>/beside.json")
@public
def beside(number: str) -> Response:
    """The parcels to go on to from a parcel, by direction."""
    day = read_day(request.args.get("on"))
    found = get_parcel(db.session, read_words(number, "number", _LONGEST), day)
    here = find_city_here(db.session, found.lon, found.lat)
    if here is None or here.spot is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    steps = list_steps(db.session, here.spot, day or here.today, found.id, found.shape)
    return jsonify(number=found.number, beside=steps_json(steps))


def steps_from(place: Place) -> list[words.StepTold]:
    """The ways on from a place, for its page."""
    here = find_city_here(db.session, place.lon, place.lat)
    if here is None or here.spot is None or not place.has_parcels:
        return []
    own: tuple[Any, Any] = (place.parcel.id, place.parcel.shape) if place.parcel else (None, None)
    found: list[Step] = list_steps(db.session, here.spot, place.day, *own)
    return [words.step_told(step) for step in found]


def _asked() -> Asked:
    args = request.args
    at = args.get("at")
    spot = None
    if at:
        lon, _comma, lat = at.replace("،", ",").partition(",")
        spot = read_lon_lat(lon, lat)
    number = read_words(args.get("parcel"), "parcel", 100)
    return Asked(read_box(args.get("bbox")), number, spot, read_day(args.get("on")))


def _layers() -> list[str] | None:
    """The layers named, by commas or one by one as a form's boxes send them; None when none is."""
    named = request.args.getlist("layers")
    if not named:
        return None
    slugs = [slug for each in named for slug in each.split(",") if slug]
    for slug in slugs:
        if not _SLUG.fullmatch(slug):
            raise BadInput(_("There is no such layer."), field="layers")
    return slugs


def _page(found: Listing, only: str, typed: str) -> Response:
    view = found.view
    on = view.day.isoformat() if view.day != view.today else None
    kept = {
        "bbox": request.args.get("bbox"),
        "layers": ",".join(found.shown),
        "on": on,
        "parcel": view.parcel.number if view.parcel else None,
        "at": request.args.get("at"),
    }

    def address(endpoint: str = "listing.listing", **more: Any) -> str:
        """The address of this list with something changed."""
        return url_for(endpoint, **{**kept, "q": typed or None, "only": only or None, **more})

    is_panel = request.args.get("panel") == "1"
    west, south, east, north = view.box
    return make_response(
        render_template(
            "listing/list.html" if is_panel else "listing/page.html",
            listing=found,
            groups=words.lines_by_group(found),
            counted=[(group, words.group_name(group)) for group in found.groups],
            summary=words.summary(found),
            origin=words.origin_name(found),
            address=address,
            kept={name: value for name, value in kept.items() if value and name != "layers"},
            choices=_choices(found),
            typed=typed,
            only=only,
            on=on,
            middle=((west + east) / 2, (south + north) / 2),
            is_panel=is_panel,
        )
    )


def _choices(found: Listing) -> list[tuple[str, str, bool]]:
    """The layers that can be listed or left out: slug, name, and whether it is listed now."""
    own = [(PARCELS, _("Parcels")), (ZONES, _("Zones"))]
    overlays = [
        (layer.slug, name_of(layer.name_fa, layer.name_en) or layer.slug)
        for layer in found.all_layers
        if layer.base_role is None
    ]
    return [(slug, name, slug in found.shown) for slug, name in own + overlays]
