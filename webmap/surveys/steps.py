"""What one may do with a survey: each button of its page."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from accounts.web import actor, get_person
from core.errors import BadInput
from core.i18n import gettext as _
from core.importing import read_epsg
from core.inputs import read_count, read_words
from core.limits.web import limited
from core.web import db, requires
from parcels.surveys import services
from parcels.surveys.columns import ROLES
from parcels.surveys.models import Survey
from permits.documents.web import ACCOUNT_UPLOADS, UPLOADS
from webmap.rates import WRITES
from webmap.surveys.views import blueprint, get_seen, store, uploaded

_LONGEST_REASON = 1000
_LONGEST_CHOICE = 200


@blueprint.post("/surveys/<int:survey_id>/file")
@requires(Permission.SURVEYS_SUBMIT)
@limited(UPLOADS, ACCOUNT_UPLOADS)
def send_again(survey_id: int) -> Response:
    """Send a mended file."""
    return _do(
        survey_id,
        lambda survey, seen: services.send_again(
            db.session, actor(), get_person(), store(), survey, uploaded(), seen
        ),
        _("The file is here and is being checked."),
    )


@blueprint.post("/surveys/<int:survey_id>/papers")
@requires(Permission.SURVEYS_SUBMIT)
@limited(WRITES)
def attach(survey_id: int) -> Response:
    """Add the plan, control points or measurements."""
    role = read_words(request.form.get("role"), "role", _LONGEST_CHOICE)
    services.attach(db.session, actor(), get_person(), store(), get_seen(survey_id), uploaded(), role)
    flash(_("The paper is kept with the survey."))
    return redirect(url_for("surveys.one", survey_id=survey_id), 303)


@blueprint.post("/surveys/<int:survey_id>/answer")
@requires(Permission.SURVEYS_SUBMIT)
@limited(WRITES)
def answer(survey_id: int) -> Response:
    """Say what the file does not: its coordinate system, encoding, layer or columns, or that gaps be closed."""
    answers = _answers()
    return _do(
        survey_id,
        lambda survey, seen: services.answer(db.session, actor(), get_person(), survey, answers, seen),
        _("Your answer is noted and the file is checked again."),
    )


@blueprint.post("/surveys/<int:survey_id>/check")
@requires(Permission.SURVEYS_READ)
@limited(WRITES)
def check_again(survey_id: int) -> Response:
    """Check it against the city as it is now."""
    return _do(
        survey_id,
        lambda survey, seen: services.check_again(db.session, actor(), get_person(), survey, seen),
        _("It is being checked again."),
    )


@blueprint.post("/surveys/<int:survey_id>/submit")
@requires(Permission.SURVEYS_SUBMIT)
@limited(WRITES)
def submit(survey_id: int) -> Response:
    """Hand it in."""
    return _do(
        survey_id,
        lambda survey, seen: services.submit(db.session, actor(), get_person(), survey, seen),
        _("It waits for approval by somebody else."),
    )


@blueprint.post("/surveys/<int:survey_id>/withdraw")
@requires(Permission.SURVEYS_SUBMIT)
@limited(WRITES)
def withdraw(survey_id: int) -> Response:
    """Take it out of the way."""
    return _do(
        survey_id,
        lambda survey, seen: services.withdraw(db.session, actor(), get_person(), survey, seen),
        _("It is withdrawn."),
    )


@blueprint.post("/surveys/<int:survey_id>/approve")
@requires(Permission.SURVEYS_APPROVE)
@limited(WRITES)
def approve(survey_id: int) -> Response:
    """Write it into the city."""
    return _do(
        survey_id,
        lambda survey, seen: services.approve(db.session, actor(), get_person(), survey, seen),
        _("It is approved, and the city's map shows it."),
    )


@blueprint.post("/surveys/<int:survey_id>/reject")
@requires(Permission.SURVEYS_APPROVE)
@limited(WRITES)
def reject(survey_id: int) -> Response:
    """Refuse it."""
    return _do(
        survey_id,
        lambda survey, seen: services.reject(db.session, actor(), get_person(), survey, _reason(), seen),
        _("It is rejected."),
    )


@blueprint.post("/surveys/<int:survey_id>/send-back")
@requires(Permission.SURVEYS_APPROVE)
@limited(WRITES)
def send_back(survey_id: int) -> Response:
    """Have it mended."""
    return _do(
        survey_id,
        lambda survey, seen: services.send_back(db.session, actor(), get_person(), survey, _reason(), seen),
        _("It is sent back to its surveyor."),
    )


@blueprint.post("/surveys/<int:survey_id>/revert")
@requires(Permission.SURVEYS_APPROVE)
@limited(WRITES)
def revert(survey_id: int) -> Response:
    """Take back what it wrote."""
    return _do(
        survey_id,
        lambda survey, seen: services.revert(db.session, actor(), get_person(), survey, _reason(), seen),
        _("It is taken back: the city is as it was before."),
    )


def _do(survey_id: int, step: Callable[[Survey, int], None], done: str) -> Response:
    """One step of a survey as it was seen, and back to its page."""
    survey = get_seen(survey_id)
    step(survey, read_count(request.form.get("version"), "version", 0, 10**9))
    flash(done)
    return redirect(url_for("surveys.one", survey_id=survey_id), 303)


def _reason() -> str:
    return read_words(request.form.get("reason"), "reason", _LONGEST_REASON)


def _answers() -> dict[str, Any]:
    """What the form says; a field that is not there says nothing."""
    form = request.form
    answers: dict[str, Any] = {}
    # Of two fields of this name, typed is stronger than picked.
    crs = form.get("crs_typed") or form.get("crs")
    if crs:
        answers["crs"] = read_epsg(read_words(crs, "crs", _LONGEST_CHOICE), "crs")
    for name in ("encoding", "member"):
        if said := read_words(form.get(name), name, _LONGEST_CHOICE):
            answers[name] = said
    if form.get("columns"):
        picked = {
            role: read_words(form.get(f"column_{role}"), f"column_{role}", _LONGEST_CHOICE) for role in ROLES
        }
        answers["columns"] = {role: name or None for role, name in picked.items()}
    if form.get("close_gaps"):
        answers["close_gaps_m"] = services.close_gaps_m()
    if not answers:
        raise BadInput(_("Please choose an answer."), field="answer")
    return answers
