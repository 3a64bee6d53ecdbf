"""The plan's classes and their rules, as a page and as JSON."""

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from core.web import db, kept_offline, public, wants_json
from layers.schemas import name_of
from layers.zoning import queries
from layers.zoning.rules import sentences
from layers.zoning.schemas import class_json

blueprint = Blueprint("zoning", __name__)


@blueprint.get("/zoning")
@blueprint.get("/zoning.json", endpoint="zoning_json")
@public
@kept_offline
def classes() -> Response:
    """Every zone class with its rules in plain words."""
    found = queries.list_classes(db.session)
    if wants_json(request):
        answer = jsonify(classes=[class_json(rules) for rules in found])
    else:
        told = [(rules, name_of(rules.name_fa, rules.name_en), sentences(rules)) for rules in found]
        answer = make_response(render_template("zoning.html", classes=told))
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer
