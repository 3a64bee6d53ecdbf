"""What each kind of permit asks for, for anybody; and the form by which an administrator changes it."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from accounts.queries import emails_of
from accounts.web import actor, may
from core.clocks import DayUnit
from core.errors import AppError, BadInput, Conflict, NotFound
from core.i18n import gettext as _
from core.inputs import read_count, read_words
from core.limits.web import WRITING, Rate, limited
from core.web import db, public, requires
from layers.words import LAND_USES, land_use_name
from permits.precheck.proposal import Proposal
from permits.types import forms, services, words
from permits.types.schemas import from_json
from permits.types.settings import TypeSettings, reckon_fee

blueprint = Blueprint("permit_types", __name__)

# Counted with the other changes made on the staff's pages (webmap.rates).
_WRITES = Rate("writes", "300 per 1 minute", methods=WRITING)
_LONGEST_REASON = 500
_MOST_VERSIONS = 10**6


@blueprint.get("/permits/types")
@public
def types() -> str:
    """Every kind of permit that can be applied for; those that are not offered only to whom may change them."""
    sees_all = may(Permission.SETTINGS_MANAGE)
    offered = {each.code for each in services.list_types(db.session)}
    return render_template(
        "permits/types.html",
        types=services.list_types(db.session, is_all=sees_all),
        offered=offered,
        words=words,
    )


@blueprint.get("/permits/types/<code>")
@public
def one(code: str) -> str:
    """What a kind of permit asks for: documents, fee, periods; as it is now, or in the version that a case names."""
    now = _get_now(code)
    asked = read_count(request.args.get("version"), "version", now.version, _MOST_VERSIONS)
    shown = now if asked == now.version else services.get_settings(db.session, code, asked)
    example, wrong = _example(shown)
    return render_template(
        "permits/type.html",
        shown=shown,
        now=now,
        words=words,
        uses=_uses(),
        example=example,
        wrong=wrong,
        versions=_versions(code) if may(Permission.SETTINGS_MANAGE) else [],
        is_offered=any(each.code == code for each in services.list_types(db.session)),
    )


@blueprint.get("/permits/types/<code>/change")
@requires(Permission.SETTINGS_MANAGE)
def change_form(code: str) -> str:
    """The form of a kind of permit, as it is now."""
    now = _get_now(code)
    return _form(now, forms.fields_of(now))


@blueprint.post("/permits/types/<code>/change")
@requires(Permission.SETTINGS_MANAGE)
@limited(_WRITES)
def change(code: str) -> Response:
    """Make a new version; what cannot be comes back as it was typed, with what is wrong beside it."""
    fields = {name: value for name, value in request.form.items() if name != "csrf_token"}
    now = _get_now(code)
    seen = read_count(fields.get("version"), "version", 0, _MOST_VERSIONS)
    try:
        wanted = from_json(code, seen, forms.read_form(fields))
        reason = read_words(fields.get("reason"), "reason", _LONGEST_REASON)
        made = services.change_type(db.session, actor(), code, seen, wanted, reason)
    except AppError as error:
        meanwhile = _changed_since(code, seen, now) if isinstance(error, Conflict) else []
        return make_response(_form(now, fields, error, meanwhile), error.status)
    flash(_("It is done, and in the record. Cases opened from now on follow it."))
    return redirect(url_for("permit_types.one", code=made.code), 303)


@blueprint.post("/permits/types/<code>/offer")
@requires(Permission.SETTINGS_MANAGE)
@limited(_WRITES)
def offer(code: str) -> Response:
    """Take applications of a kind, or none any more."""
    is_offered = request.form.get("is_offered") == "yes"
    reason = read_words(request.form.get("reason"), "reason", _LONGEST_REASON)
    services.offer_type(db.session, actor(), code, is_offered, reason)
    flash(_("It is done, and in the record."))
    return redirect(url_for("permit_types.one", code=code), 303)


def _get_now(code: str) -> TypeSettings:
    """The version in force, also of a kind that is not offered to whom may change it. Raises NotFound."""
    if not may(Permission.SETTINGS_MANAGE):
        return services.get_type(db.session, code)
    found = next((each for each in services.list_types(db.session, is_all=True) if each.code == code), None)
    if found is None:
        raise NotFound(_("There is no such kind of permit."), field="type")
    return found


def _form(
    now: TypeSettings,
    fields: dict[str, str],
    wrong: AppError | None = None,
    meanwhile: list[words.Change] | None = None,
) -> str:
    return render_template(
        "permits/type_change.html",
        now=now,
        fields=fields,
        wrong=wrong,
        meanwhile=meanwhile or [],
        lists={name: forms.entries_in(fields, name) for name in forms.LISTS},
        rates=forms.rates_in(fields),
        uses=_uses(),
        units=DayUnit,
        words=words,
    )


def _changed_since(code: str, seen: int, now: TypeSettings) -> list[words.Change]:
    """What others changed since the version that somebody had before them."""
    try:
        before = services.get_settings(db.session, code, seen)
    except NotFound:
        return []
    return words.changes_between(before, now)


def _versions(code: str) -> list[dict[str, Any]]:
    """Every version, newest first: when, by whom, why, and what it changed."""
    rows = services.list_versions(db.session, code)
    read = [from_json(row.code, row.version, row.settings) for row in rows]
    emails = emails_of(db.session, (row.made_by for row in rows))
    olders = [*read[1:], None]
    return [
        {
            "row": row,
            "by": emails.get(row.made_by or 0, ""),
            "changes": words.changes_between(older, settings) if older else [],
            "is_first": older is None,
        }
        for row, settings, older in zip(rows, read, olders, strict=True)
    ]


def _example(settings: TypeSettings) -> tuple[dict[str, Any] | None, AppError | None]:
    """The fee of what somebody has in mind (``?area=&use=``), or what is wrong with the question."""
    area, use = request.args.get("area"), request.args.get("use")
    if not area and not use:
        return None, None
    try:
        asked = Proposal.from_json({"floor_area_m2": area, "use": use}, 0)
    except AppError as error:
        field = "area" if error.field == "floor_area_m2" else error.field
        return None, BadInput(error.message, field=field)
    lines = reckon_fee(settings.fee, asked.floor_area_m2, asked.use)
    return {"lines": lines, "total": words.total_of(lines)}, None


def _uses() -> dict[str, str]:
    """The uses that somebody may build for, by name."""
    named = {code: land_use_name(code) for code in LAND_USES if code not in ("vacant", "unknown")}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))
