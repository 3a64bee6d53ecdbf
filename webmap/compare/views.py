"""The addresses of several parcels: side by side, and added up."""

import datetime as dt
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from accounts.permissions import Permission
from accounts.web import may
from core.errors import BadInput
from core.i18n import gettext as _
from core.inputs import read_day, read_words
from core.local_time import get_today
from core.web import db, public, wants_json
from parcels.queries import numbers_of
from webmap.compare.page import groups_of
from webmap.compare.schemas import comparison_json, shapes_json, sum_json
from webmap.compare.service import MOST_COMPARED, MOST_SUMMED, get_compared, get_several

blueprint = Blueprint("compare", __name__)

_LONGEST_NUMBER = 100


@blueprint.get("/compare")
@blueprint.get("/compare.json", endpoint="comparison_json")
@public
def comparison() -> Response:
    """Parcels side by side."""
    compared = get_compared(db.session, _numbers(), _day(), staff=may(Permission.STAFF_LAYERS))
    groups = groups_of(compared.places) if compared.places else []
    if wants_json(request):
        return _vary(jsonify(comparison_json(compared, groups)))
    only = request.args.get("only") == "differences"
    numbers = numbers_of([place.parcel for place in compared.places if place.parcel])
    words = {"groups": groups, "only_differences": only, "most": MOST_COMPARED}
    return _page("compare/page.html", numbers, several=compared, **words)


@blueprint.get("/selection")
@blueprint.get("/selection.json", endpoint="selection_json")
@public
def selection() -> Response:
    """Parcels added up."""
    several = get_several(db.session, _numbers(), _day())
    if wants_json(request):
        return _vary(jsonify(sum_json(several)))
    is_panel = request.args.get("panel") == "1"
    template = "compare/sum.html" if is_panel else "compare/selection.html"
    numbers = numbers_of([land.parcel for land in several.lands])
    words = {"is_panel": is_panel, "most": MOST_SUMMED, "most_compared": MOST_COMPARED}
    return _page(template, numbers, several=several, **words)


@blueprint.get("/selection.geojson")
@public
def selection_shapes() -> Response:
    """The outlines of several parcels."""
    answer = jsonify(shapes_json(db.session, get_several(db.session, _numbers(), _day())))
    answer.mimetype = "application/geo+json"
    return answer


def _numbers() -> list[str]:
    """The numbers in the query; raises BadInput when data are asked for of none."""
    typed = [read_words(each, "parcel", _LONGEST_NUMBER) for each in request.args.getlist("parcel")]
    numbers = [each for each in typed if each]
    if not numbers and wants_json(request):
        raise BadInput(_("Please name at least one parcel."), field="parcel")
    return numbers


def _day() -> dt.date | None:
    return read_day(request.args.get("on"))


def _page(template: str, numbers: list[str], **words: Any) -> Response:
    day = _day()
    on = day.isoformat() if day and day != get_today(db.session) else None

    def address(endpoint: str, parcels: list[str] = numbers, **more: Any) -> str:
        """An address with these parcels in it, on the page's day."""
        return url_for(endpoint, parcel=parcels, on=on, **more)

    return _vary(make_response(render_template(template, numbers=numbers, address=address, on=on, **words)))


def _vary(answer: Response) -> Response:
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer
