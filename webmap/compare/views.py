"""The addresses of several parcels: side by side, and added up."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from core.errors import BadInput
from core.i18n import gettext as _
from core.inputs import read_day, read_words
from core.web import db, public, wants_json
from layers.tiles.revision import get_today
from webmap.compare.page import groups_of
from webmap.compare.schemas import comparison_json, shapes_json, sum_json
from webmap.compare.service import MOST_COMPARED, MOST_SUMMED, Several, get_several

blueprint = Blueprint("compare", __name__)

_LONGEST_NUMBER = 100


@blueprint.get("/compare")
@blueprint.get("/compare.json", endpoint="comparison_json")
@public
def comparison() -> Response:
    """Parcels side by side."""
    several = _several(MOST_COMPARED)
    groups = groups_of(several.places) if several.places else []
    if wants_json(request):
        return _vary(jsonify(comparison_json(several, groups)))
    only = request.args.get("only") == "differences"
    return _page("compare/page.html", several, groups=groups, only_differences=only)


@blueprint.get("/selection")
@blueprint.get("/selection.json", endpoint="selection_json")
@public
def selection() -> Response:
    """Parcels added up."""
    several = _several(MOST_SUMMED)
    if wants_json(request):
        return _vary(jsonify(sum_json(several)))
    is_panel = request.args.get("panel") == "1"
    return _page("compare/sum.html" if is_panel else "compare/selection.html", several, is_panel=is_panel)


@blueprint.get("/selection.geojson")
@public
def selection_shapes() -> Response:
    """The outlines of several parcels."""
    answer = jsonify(shapes_json(db.session, _several(MOST_SUMMED)))
    answer.mimetype = "application/geo+json"
    return answer


def _several(most: int) -> Several:
    """The parcels of the query; raises BadInput when data are asked for of none."""
    typed = [read_words(each, "parcel", _LONGEST_NUMBER) for each in request.args.getlist("parcel")]
    numbers = [each for each in typed if each]
    if not numbers and wants_json(request):
        raise BadInput(_("Please name at least one parcel."), field="parcel")
    return get_several(db.session, numbers, read_day(request.args.get("on")), most)


def _page(template: str, several: Several, **words: Any) -> Response:
    numbers = [place.parcel.number for place in several.places if place.parcel]
    day = several.places[0].day if several.places else None
    on = day.isoformat() if day and day != get_today(db.session) else None

    def address(endpoint: str, parcels: list[str] = numbers, **more: Any) -> str:
        """An address with these parcels in it, on the page's day."""
        return url_for(endpoint, parcel=parcels, on=on, **more)

    return _vary(
        make_response(
            render_template(
                template,
                several=several,
                numbers=numbers,
                address=address,
                on=on,
                most=MOST_SUMMED if "compare/page" not in template else MOST_COMPARED,
                most_compared=MOST_COMPARED,
                **words,
            )
        )
    )


def _vary(answer: Response) -> Response:
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer
