"""For how long things of each kind are kept, and the form that changes it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from accounts.privacy import retention as periods
from accounts.web import actor
from core.i18n import gettext as _
from core.inputs import read_count, read_words
from core.limits.web import limited
from core.web import db, requires
from webmap.rates import WRITES

blueprint = Blueprint("retention", __name__)

_MOST_DAYS = 36500
_LONGEST_REASON = 500


@blueprint.get("/retention")
@requires(Permission.SETTINGS_MANAGE)
def retention() -> str:
    """Every kind and its days."""
    return render_template("retention/page.html", kept=periods.list_kept(db.session))


@blueprint.post("/retention/<kind>")
@requires(Permission.SETTINGS_MANAGE)
@limited(WRITES)
def set_days(kind: str) -> Response:
    """Keep a kind for so many days from now on; no number: for ever."""
    form = request.form
    days = read_count(form["days"], "days", 0, _MOST_DAYS) if form.get("days", "").strip() else None
    version = form.get("version", "")
    periods.set_days(
        db.session,
        actor(),
        read_words(kind, "kind", 100),
        days,
        seen=0 if version == "0" else read_count(version, "version", 0, 10**9),
        reason=read_words(form.get("reason"), "reason", _LONGEST_REASON),
    )
    flash(_("It is done, and in the record."))
    return redirect(url_for("retention.retention"), 303)
