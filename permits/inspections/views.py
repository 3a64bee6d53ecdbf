"""The inspector's addresses, made for a phone: the sites, and the form of a visit, which a device may send later."""

import datetime as dt
import secrets
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from accounts.models import Person
from accounts.permissions import Permission
from accounts.web import actor, get_person
from core.errors import AppError, BadInput, NotAllowed, Unprocessable
from core.i18n import gettext as _
from core.inputs import read_lon_lat, read_words
from core.limits.web import limited
from core.local_time import now
from core.visibility import Visibility
from core.web import db, requires, wants_json
from permits import services
from permits.access import is_own, mover
from permits.assessment.services import list_conditions
from permits.desk.case import list_steps_now
from permits.documents import services as documents
from permits.documents.models import OTHER
from permits.documents.web import ACCOUNT_UPLOADS, UPLOADS, desk, read_content, visitor_of
from permits.inspections.models import Inspection, InspectionResult
from permits.inspections.queries import find_visit, list_passed, list_sites
from permits.inspections.services import Visit, inspect, list_inspections
from permits.models import Permit
from permits.states import STATE_NAMES, Event, State
from permits.types.services import get_settings, list_types
from permits.types.settings import TypeSettings

blueprint = Blueprint("inspections", __name__)

MOST_PHOTOS = 8
_LONGEST, _LONGEST_NOTE, _FARTHEST_M = 100, 10_000, 1_000_000.0
_FIELDS = ("code", "result", "note", "lon", "lat", "accuracy")


@blueprint.get("/permits/inspect")
@requires(Permission.PERMITS_INSPECT)
def sites() -> str:
    """The permits under construction, the nearest first where the device says where it is."""
    near = None
    if request.args.get("lon") or request.args.get("lat"):
        near = read_lon_lat(request.args.get("lon"), request.args.get("lat"))
    found = list_sites(db.session, near)
    passed = list_passed(db.session, [site.id for site in found])
    left = {
        site.id: [
            each.name
            for each in get_settings(db.session, site.type_code, site.type_version).inspections
            if each.is_required and each.code not in passed.get(site.id, set())
        ]
        for site in found
    }
    return render_template(
        "permits/desk/sites.html",
        sites=found,
        left=left,
        near=near,
        types={each.code: each.name for each in list_types(db.session, is_all=True)},
    )


@blueprint.get("/permits/inspect/<reference>")
@requires(Permission.PERMITS_INSPECT)
def site(reference: str) -> Response:
    """The form of a visit to one site, what was found before, and the conditions."""
    case, person = _case(reference)
    return _page(case, person, None)


@blueprint.post("/permits/inspect/<reference>")
@requires(Permission.PERMITS_INSPECT)
@limited(UPLOADS, ACCOUNT_UPLOADS)
def enter(reference: str) -> AnyResponse:
    """Take a visit in, with its photos. Sent again over a bad line, it is there once."""
    case, person = _case(reference)
    try:
        with db.session.begin_nested():
            made = _enter(case, person)
    except AppError as wrong:
        if wants_json(request):
            raise
        answer = _page(case, person, wrong)
        answer.status_code = wrong.status
        return answer
    if wants_json(request):
        return jsonify(id=made.id, key=made.client_key, result=made.result.value)
    flash(_("The visit was entered."))
    return redirect(url_for("inspections.site", reference=case.reference), 303)


def _enter(case: Permit, person: Person) -> Inspection:
    key = read_words(request.form.get("key"), "key", _LONGEST)
    kept = find_visit(db.session, key)
    by = mover(db.session, person, actor(), case)
    visit = _visit(key)
    if kept is None:
        visit.photos.extend(_photos(case, visit))
    return inspect(db.session, case, by, None, now(), visit)


def _visit(key: str) -> Visit:
    form = request.form
    try:
        result = InspectionResult(form.get("result", ""))
    except ValueError:
        raise Unprocessable(_("Please say how it came out."), field="result") from None
    lon = lat = None
    if form.get("lon", "").strip() or form.get("lat", "").strip():
        lon, lat = read_lon_lat(form.get("lon"), form.get("lat"))
    return Visit(
        key=key,
        code=read_words(form.get("code"), "code", _LONGEST),
        result=result,
        note=read_words(form.get("note", "").replace("\r\n", "\n"), "note", _LONGEST_NOTE),
        at=_moment(form.get("at")),
        lon=lon,
        lat=lat,
        accuracy_m=_accuracy(form.get("accuracy")),
    )


def _moment(text: str | None) -> dt.datetime:
    """When the visit was, as the device says it (ISO 8601 with its zone); now where it says nothing."""
    if not text:
        return now()
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(_("This is no moment in time."), field="at") from None
    if at.tzinfo is None or at.year < 2000:
        raise BadInput(_("This is no moment in time."), field="at")
    return at


def _accuracy(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value <= _FARTHEST_M else None


def _photos(case: Permit, visit: Visit) -> list[str]:
    """Keep the photos as papers of the case that its parties see; returns their hashes."""
    files = [each for each in request.files.getlist("photo") if each.filename]
    if len(files) > MOST_PHOTOS:
        raise BadInput(_("Please send fewer files at once."), field="photo")
    visitor, settings = visitor_of(case.reference or ""), _settings(case)
    title = next((each.name for each in settings.inspections if each.code == visit.code), visit.code)
    hashes = []
    for file in files:
        paper = documents.bring(
            db.session,
            desk(),
            visitor,
            read_content(file),
            file.filename or "photo.jpg",
            kind=OTHER,
            kinds=settings.documents,
            title=_("Photo of the visit: %(name)s", name=title),
            visibility=Visibility.PARTIES,
        )
        hashes.append(paper.versions[-1].sha256)
    return hashes


def _case(reference: str) -> tuple[Permit, Person]:
    person = get_person()
    case = services.get_case(db.session, read_words(reference, "reference", _LONGEST))
    if is_own(person, case):
        raise NotAllowed(_("This is your own application: a colleague works on it."))
    return case, person


def _settings(case: Permit) -> TypeSettings:
    return get_settings(db.session, case.type_code, case.type_version)


def _page(case: Permit, person: Person, wrong: AppError | None) -> Response:
    by = mover(db.session, person, actor(), case)
    typed: dict[str, Any] = {name: request.form.get(name, "") if wrong else "" for name in _FIELDS}
    steps = {step.event: step.unmet for step in list_steps_now(db.session, case, by, now())}
    settings = _settings(case)
    return make_response(
        render_template(
            "permits/desk/site.html",
            case=case,
            settings=settings,
            names={each.code: each.name for each in settings.inspections},
            passed=list_passed(db.session, [case.id]).get(case.id, set()),
            visits=list(reversed(list_inspections(db.session, case))),
            conditions=list_conditions(db.session, case),
            state_names=STATE_NAMES,
            is_open=case.state is State.BUILDING,
            completion=steps.get(Event.COMPLETE),
            key=request.form.get("key") if wrong else secrets.token_hex(16),
            typed=typed,
            wrong=wrong,
            most_photos=MOST_PHOTOS,
        )
    )
