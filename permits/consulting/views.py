"""The page that somebody who is consulted opens from their letter."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from core.errors import AppError
from core.i18n import gettext as _
from core.inputs import read_words
from core.limits.web import Rate, limited
from core.local_time import now
from core.web import db, public
from permits.assessment.models import Consultee
from permits.consulting import services
from permits.models import Permit
from permits.register.case import figures_of
from permits.types.services import get_settings

blueprint = Blueprint("consulting", __name__)

OPINIONS = Rate("opinions", "60 per 10 minutes")
"""Each link takes one answer; nobody needs more tries than this."""
_LONGEST_TOKEN, _LONGEST = 300, 10_000


@blueprint.get("/permits/consult/<token>")
@public
@limited(OPINIONS)
def form(token: str) -> Response:
    """What is asked, the proposal, and a place for the answer."""
    return _page(_asked(token), token, "", None)


@blueprint.post("/permits/consult/<token>")
@public
@limited(OPINIONS)
def answer(token: str) -> AnyResponse:
    """Take the answer, once."""
    asked, typed = _asked(token), request.form.get("opinion", "")
    try:
        text = read_words(typed.replace("\r\n", "\n"), "opinion", _LONGEST)
        services.give_opinion(db.session, asked, text, now())
    except AppError as wrong:
        page = _page(asked, token, typed, wrong)
        page.status_code = wrong.status
        return page
    flash(_("Thank you. Your opinion is with the officer of the case."))
    return redirect(url_for("consulting.form", token=token), 303)


def link_to(consultee_id: int) -> str:
    """The whole address of somebody's link."""
    token = services.token_for(current_app.config["SECRET_KEY"], consultee_id)
    return url_for("consulting.form", token=token, _external=True)


def _asked(token: str) -> Consultee:
    return services.get_asked(
        db.session, current_app.config["SECRET_KEY"], read_words(token, "token", _LONGEST_TOKEN)
    )


def _page(asked: Consultee, token: str, typed: str, wrong: AppError | None) -> Response:
    case = db.session.get_one(Permit, asked.permit_id)
    page = render_template(
        "permits/desk/consult.html",
        asked=asked,
        token=token,
        case=case,
        type_name=get_settings(db.session, case.type_code, case.type_version).name,
        figures=figures_of(case.proposal),
        is_expired=services.is_expired(asked, now()),
        typed=typed,
        wrong=wrong,
    )
    answered = make_response(page)
    answered.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answered
