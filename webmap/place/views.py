"""The addresses of a place and of a parcel: page, panel, JSON and GeoJSON from one answer."""

import json

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from accounts.permissions import Permission
from accounts.web import may
from core.inputs import read_day, read_lon_lat, read_words
from core.web import db, kept_offline, public, wants_json
from parcels.land import get_parcel
from parcels.queries import get_geojson, list_relatives
from parcels.schemas import feature_json
from webmap.listing.views import steps_from
from webmap.place import service
from webmap.place.page import page_of
from webmap.place.schemas import place_json
from webmap.place.service import Place

blueprint = Blueprint("place", __name__)

_LONGEST_NUMBER = 100


@blueprint.get("/place")
@blueprint.get("/place.json", endpoint="place_json")
@public
@kept_offline
def place() -> Response:
    """Everything at a spot."""
    lon, lat = read_lon_lat(request.args.get("lon"), request.args.get("lat"))
    day = read_day(request.args.get("on"))
    return _answer(service.get_place_at(db.session, lon, lat, day, staff=may(Permission.STAFF_LAYERS)))


@blueprint.get("/parcels/<path:number>.json", endpoint="parcel_json")
@blueprint.get("/parcels/<path:number>")
@public
@kept_offline
def parcel(number: str) -> Response:
    """Everything at a parcel."""
    day = read_day(request.args.get("on"))
    return _answer(service.get_place_of(db.session, _number(number), day, staff=may(Permission.STAFF_LAYERS)))


@blueprint.get("/parcels/<path:number>.geojson")
@public
@kept_offline
def parcel_geojson(number: str) -> Response:
    """A parcel's exact outline."""
    found = get_parcel(db.session, _number(number), read_day(request.args.get("on")))
    geometry = json.loads(get_geojson(db.session, found.id))
    answer = jsonify(feature_json(found, list_relatives(db.session, found.id), geometry))
    answer.mimetype = "application/geo+json"
    return answer


def _number(typed: str) -> str:
    return read_words(typed, "number", _LONGEST_NUMBER)


def _answer(found: Place) -> Response:
    if wants_json(request):
        answer = jsonify(place_json(found))
    else:
        fragment_only = request.args.get("panel") == "1"
        name = "place/article.html" if fragment_only else "place/page.html"
        words = {"place": found, "page": page_of(found), "steps": steps_from(found)}
        answer = make_response(render_template(name, is_panel=fragment_only, **words))
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer
