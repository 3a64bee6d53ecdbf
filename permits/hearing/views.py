"""The addresses of being heard: the form, the sending, the receipt that a commenter follows, and an appeal."""

import re
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from accounts.web import actor, find_person, get_person
from core import redactions
from core.clocks import ClockState
from core.errors import AppError, BadInput, Conflict, NotFound, TooOften, Unprocessable
from core.i18n import gettext as _
from core.i18n import language
from core.inputs import read_count, read_lon_lat, read_words
from core.limits.web import Rate, count, limited
from core.local_time import now, to_local
from core.web import db, public, requires
from permits import clocks
from permits.access import mover
from permits.hearing import services
from permits.hearing.letters import send_receipt
from permits.hearing.models import Comment, Stance
from permits.hearing.services import Said
from permits.hearing.spot import spot_at
from permits.models import Permit
from permits.register.case import read_case
from permits.register.queries import get_public, read_public
from permits.register.words import STANCE_NAMES
from permits.states import STATE_NAMES, Clock, Event
from permits.types.services import get_settings
from permits.workflow import PERMITS

blueprint = Blueprint("hearing", __name__)


def _by_receiver() -> str:
    """Whose box a receipt goes to, however the address is written. It is kept as a digest alone."""
    box, _at, host = request.form.get("email", "").strip().casefold().rpartition("@")
    return f"{box.partition('+')[0]}@{host}" if box else ""


SAYING = Rate("comments", "20 per 1 hour")
"""A household or an office may share an address; nobody has more to say than this."""
RECEIVING = Rate("receipts to one address", "6 per 1 day", by=_by_receiver)
"""Anybody may type anybody's address: a box is not to be filled by it."""
POINTING = Rate("spots", "120 per 1 minute")
FOLLOWING = Rate("receipts", "60 per 1 minute", methods=frozenset({"GET"}))
"""Receipts are not to be guessed."""
_LONGEST, _LONGEST_LINE, _LONGEST_REFERENCE = 5_000, 300, 100
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_FIELDS = ("stance", "text", "name", "email", "lon", "lat")


def _case(reference: str) -> Permit:
    return get_public(db.session, read_words(reference, "reference", _LONGEST_REFERENCE))


@blueprint.get("/permits/<reference>/comment")
@public
def form(reference: str) -> Response:
    """The form of a comment, while comments are taken. Raises Conflict afterwards."""
    case = _case(reference)
    services.get_open(db.session, case, now())
    return _form(case, dict.fromkeys(_FIELDS, "") | {"stance": Stance.COMMENT.value}, None)


@blueprint.post("/permits/<reference>/comment")
@public
@limited(POINTING)
def send(reference: str) -> AnyResponse:
    """Take a comment; or, when the map was pressed, only the spot, and show the form again.

    Comments are counted here, and not when the map is pressed: who has sent too many has their words back.
    """
    case = _case(reference)
    typed = {name: request.form.get(name, "") for name in _FIELDS}
    if "spot.x" in request.form:
        return _form(case, _with_spot(case, typed), None)
    try:
        count([SAYING])
        said = services.comment(db.session, case, _said(typed), now())
    except (BadInput, Unprocessable, Conflict, TooOften) as wrong:
        answer = _form(case, typed, wrong)
        answer.status_code = wrong.status
        if "retry_after_s" in wrong.details:
            answer.headers["Retry-After"] = str(wrong.details["retry_after_s"])
        return answer
    is_mailed = _mail_receipt(case, said)
    return redirect(
        url_for("hearing.follow", receipt=said.receipt, new="1" if is_mailed else "unmailed"), 303
    )


def _mail_receipt(case: Permit, said: Comment) -> bool:
    """Whether the receipt is mailed. A full box is no reason to refuse what somebody says within its period."""
    try:
        count([RECEIVING])
    except TooOften:
        return False
    address = url_for("hearing.follow", receipt=said.receipt, _external=True)
    send_receipt(db.session, case, said, clocks.find_clock(db.session, case, Clock.COMMENT, now()), address)
    return True


def _form(case: Permit, typed: dict[str, str], wrong: AppError | None) -> Response:
    # Whoever wrote until the period was over reads that it is, and has their words back.
    reading = clocks.find_clock(db.session, case, Clock.COMMENT, now())
    is_open = reading is not None and reading.state is ClockState.RUNNING
    settings = get_settings(db.session, case.type_code, case.type_version)
    return make_response(
        render_template(
            "permits/hearing/form.html",
            permit=read_public(db.session, case.id),
            type_name=settings.name,
            until=reading.due_on if reading is not None and is_open else None,
            stances=STANCE_NAMES,
            typed=typed,
            wrong=wrong,
        )
    )


def _with_spot(case: Permit, typed: dict[str, str]) -> dict[str, str]:
    """What was typed, with the spot at which the map was pressed (a key's press has none: it says 0, 0)."""
    try:
        x_px, y_px = (int(request.form.get(name) or 0) for name in ("spot.x", "spot.y"))
    except ValueError:
        return typed
    spot = spot_at(db.session, case, x_px, y_px) if (x_px, y_px) != (0, 0) else None
    return typed | ({"lon": f"{spot[0]:.6f}", "lat": f"{spot[1]:.6f}"} if spot else {})


def _said(typed: dict[str, str]) -> Said:
    try:
        stance = Stance(typed["stance"])
    except ValueError:
        raise Unprocessable(_("Please choose what it is."), field="stance") from None
    email = read_words(typed["email"], "email", _LONGEST_LINE)
    if email and not _EMAIL.fullmatch(email):
        raise Unprocessable(_("This is not an e-mail address."), field="email")
    lon, lat = (None, None)
    if typed["lon"].strip() or typed["lat"].strip():
        lon, lat = read_lon_lat(typed["lon"], typed["lat"])
    person = find_person()
    return Said(
        stance=stance,
        text=read_words(typed["text"].replace("\r\n", "\n"), "text", _LONGEST),
        name=read_words(typed["name"], "name", _LONGEST_LINE),
        email=email,
        language=language(),
        person_id=person.id if person else None,
        lon=lon,
        lat=lat,
    )


@blueprint.get("/permits/comments/<receipt>")
@public
@limited(FOLLOWING)
def follow(receipt: str) -> str:
    """A comment for whoever holds its receipt: with the city's answer, and how the case stands."""
    said = services.get_by_receipt(db.session, read_words(receipt, "receipt", _LONGEST_REFERENCE))
    case = db.session.get_one(Permit, said.permit_id)
    settings = get_settings(db.session, case.type_code, case.type_version)
    return render_template(
        "permits/hearing/receipt.html",
        said=said,
        sent_on=to_local(said.at).date(),
        text=_words(said, "text"),
        answer=_answer_to(said),
        permit=_public_or_gone(case),
        type_name=settings.name,
        stances=STANCE_NAMES,
        state_names=STATE_NAMES,
        is_new="new" in request.args,
        is_mailed=request.args.get("new") == "1",
    )


def _answer_to(said: Comment) -> str:
    """One answered together with another carries that one's answer."""
    answer = _words(said, "answer")
    if answer or said.group_id is None:
        return answer
    return _words(db.session.get_one(Comment, said.group_id), "answer")


def _words(said: Comment, name: str) -> str:
    """A text of a comment; where it was taken out of sight, that it was."""
    hidden = redactions.fields_redacted(db.session, "permit_comment", [said.id])
    return redactions.redacted_words() if name in hidden.get(said.id, ()) else str(getattr(said, name))


def _public_or_gone(case: Permit) -> Any:
    if case.reference is None:
        raise NotFound(_("There is no permit with this reference in the register."), field="reference")
    get_public(db.session, case.reference)
    return read_public(db.session, case.id)


@blueprint.get("/permits/<reference>/appeal")
@requires(Permission.PERMITS_APPLY)
def appeal_form(reference: str) -> Response:
    """The form of an appeal."""
    return _appeal_form(_case(reference), "", None)


@blueprint.post("/permits/<reference>/appeal")
@requires(Permission.PERMITS_APPLY)
@limited(SAYING)
def appeal(reference: str) -> AnyResponse:
    """Appeal against the decision as its applicant, or as somebody who commented with this account."""
    case = _case(reference)
    reason = request.form.get("reason", "")
    try:
        seen = read_count(request.form.get("version"), "version", 0, 10**9)
        PERMITS.move(
            db.session,
            case,
            Event.APPEAL,
            mover(db.session, get_person(), actor(), case),
            seen=seen,
            now=now(),
            data={"reason": read_words(reason.replace("\r\n", "\n"), "reason", _LONGEST)},
        )
    except AppError as wrong:
        answer = _appeal_form(case, reason, wrong)
        answer.status_code = wrong.status
        return answer
    flash(_("Your appeal has been lodged."))
    return redirect(url_for("register.case", reference=case.reference), 303)


def _appeal_form(case: Permit, typed_reason: str, wrong: AppError | None) -> Response:
    page = read_case(db.session, case.reference or "", now())
    return make_response(
        render_template(
            "permits/hearing/appeal.html",
            page=page,
            permit=page.permit,
            state_names=STATE_NAMES,
            typed_reason=typed_reason,
            wrong=wrong,
        )
    )
