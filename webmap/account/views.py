"""The addresses of one's own account. Signing in and its pages are Flask-Security's, under the same /account."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_security import auth_required, logout_user
from werkzeug import Response

from accounts import services
from accounts.permissions import ROLE_NAMES, Permission
from accounts.privacy.erasure import erase
from accounts.privacy.own_data import tell_all
from accounts.web import actor, get_person
from core.errors import AppError, BadInput
from core.i18n import LANGUAGES
from core.i18n import gettext as _
from core.inputs import read_words
from core.web import db, public, requires

blueprint = Blueprint("account", __name__, url_prefix="/account")

_LONGEST_NAME = 200
_FRESH_MIN = 15


@blueprint.get("")
@requires(Permission.ACCOUNT)
def page() -> str:
    """Everything about one's own account on one page."""
    person = get_person()
    return render_template(
        "account/page.html",
        owner=person,
        roles=[ROLE_NAMES[role] for role in sorted(person.held)],
        is_second_factor_asked=person.check_tf_required_setup(),
    )


@blueprint.route("/profile", methods=["GET", "POST"])
@requires(Permission.ACCOUNT)
def profile() -> Any:
    """One's name, and the language of the city's letters."""
    person = get_person()
    typed = {"name": person.name, "language": person.language} | request.form.to_dict()
    wrong: AppError | None = None
    if request.method == "POST":
        try:
            services.change_profile(
                db.session,
                actor(),
                person,
                name=read_words(typed["name"], "name", _LONGEST_NAME),
                language=typed["language"],
            )
        except AppError as error:
            wrong = error
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("account.page"))
    shown = render_template("account/profile.html", typed=typed, wrong=wrong, languages=LANGUAGES)
    return shown, (wrong.status if wrong else 200)


@blueprint.post("/sign-out-everywhere")
@requires(Permission.ACCOUNT)
def sign_out_everywhere() -> Response:
    """End every session of one's account, this one too."""
    person = get_person()
    services.end_sessions(db.session, actor(), person)
    logout_user()
    flash(_("You are signed out on every device."), "success")
    return redirect(url_for("security.login"))


@blueprint.get("/data.json")
@requires(Permission.ACCOUNT)
def own_data() -> Any:
    """Everything the city knows of whoever asks, as a file to take along."""
    answer = jsonify(tell_all(db.session, get_person()))
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.route("/erase", methods=["GET", "POST"])
@auth_required(within=_FRESH_MIN, grace=_FRESH_MIN)
@requires(Permission.ACCOUNT)
def erase_account() -> Any:
    """Ask once more, then forget whoever asks."""
    person = get_person()
    if request.method == "POST":
        if request.form.get("sure") != "yes":
            raise BadInput(_("Please tick that you are sure."), field="sure")
        erase(db.session, actor(), person)
        logout_user()
        return redirect(url_for("account.erased"))
    return render_template("account/erase.html", owner=person)


@blueprint.get("/erased")
@public
def erased() -> str:
    """Where an erased account ends."""
    return render_template("account/erased.html")


@blueprint.get("/registered")
@public
def registered() -> str:
    """Where registration ends: the same for an address that is new and one that has an account."""
    return render_template("account/registered.html")
