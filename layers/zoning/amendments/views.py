"""The amendments of the plan, to be read by everybody from the consultation on, by planners before."""

from flask import Response, jsonify, make_response, render_template, request

from accounts.permissions import Permission
from accounts.web import may
from core.errors import NotFound
from core.i18n import gettext as _
from core.web import db, public, wants_json
from layers.schemas import name_of
from layers.zoning.amendments import queries, services
from layers.zoning.amendments.models import Amendment
from layers.zoning.amendments.schemas import amendment_json, detail_json
from layers.zoning.amendments.states import PUBLIC, STATE_NAMES
from layers.zoning.amendments.summary import by_class, by_zone
from layers.zoning.views import blueprint

_PLANNERS = (Permission.ZONING_DRAFT, Permission.ZONING_CHECK, Permission.ZONING_ADOPT)


def _is_planner() -> bool:
    return any(may(permission) for permission in _PLANNERS)


@blueprint.get("/zoning/amendments")
@blueprint.get("/zoning/amendments.json", endpoint="amendments_json")
@public
def amendments() -> Response:
    """All amendments that whoever asks may read of, newest first."""
    found = queries.list_amendments(db.session, public_only=not _is_planner())
    if wants_json(request):
        answer = jsonify(amendments=[amendment_json(case) for case in found])
    else:
        told = [(case, title_of(case)) for case in found]
        answer = make_response(
            render_template("zoning/amendments.html", amendments=told, state_names=STATE_NAMES)
        )
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer


@blueprint.get("/zoning/amendments/<int:amendment_id>")
@blueprint.get("/zoning/amendments/<int:amendment_id>.json", endpoint="amendment_json")
@public
def amendment(amendment_id: int) -> Response:
    """One amendment with what it changes. Answers 404 for one that is not public yet, as if there were none."""
    case = services.get_amendment(db.session, amendment_id)
    if case.state not in PUBLIC and not _is_planner():
        raise NotFound(_("There is no amendment with this number."), field="amendment")
    base, draft = queries.load_base(db.session, case), queries.load_draft(db.session, case)
    classes, zones = by_class(base, draft), by_zone(base, draft)
    events = queries.list_events(db.session, case)
    if wants_json(request):
        shapes = queries.list_shapes(db.session, case)
        answer = jsonify(detail_json(case, classes, zones, shapes, events))
    else:
        answer = make_response(
            render_template(
                "zoning/amendment.html",
                case=case,
                title=title_of(case),
                purpose=name_of(case.purpose_fa, case.purpose_en),
                state=STATE_NAMES[case.state],
                classes=classes,
                zones=zones,
            )
        )
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return answer


def title_of(case: Amendment) -> str:
    """What an amendment is called in the language spoken."""
    return name_of(case.title_fa, case.title_en)
