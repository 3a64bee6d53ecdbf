"""Who has an account, what each holds and did; giving roles and taking them back, each with a reason."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import queries, services
from accounts.cli import invite
from accounts.models import Person
from accounts.permissions import ROLE_NAMES, Permission, Role
from accounts.web import actor, may
from core.audit import Actor
from core.audit_queries import Asked, list_acts
from core.errors import BadInput, Conflict
from core.i18n import LANGUAGES
from core.i18n import gettext as _
from core.inputs import read_count, read_words
from core.limits.web import limited
from core.web import db, requires
from webmap.rates import WRITES

blueprint = Blueprint("people", __name__)

_PAGE = 50
_LONGEST = 200
_ACTS = 20
_LONGEST_REASON = 500
_OF_THE_OFFICE = ("person.", "role.", "second_factor.", "permit_type.", "calendar.", "retention.", "job.")
"""Acts on accounts and settings: all that whoever may not read the record sees of others' doing, and no case work."""


@blueprint.get("/people")
@requires(Permission.PEOPLE_READ)
def people() -> str:
    """Everybody with an account, a page at a time."""
    words = read_words(request.args.get("q"), "q", _LONGEST)
    role = _role(request.args.get("role"), is_needed=False)
    after = read_count(request.args.get("after"), "after", 0, 10**9)
    found = queries.list_people(db.session, words=words, role=role, most=_PAGE + 1, after=after)
    following = found[_PAGE - 1].id if len(found) > _PAGE else None
    return render_template(
        "people/list.html",
        people=found[:_PAGE],
        words=words,
        role=role,
        following=following,
        names=ROLE_NAMES,
    )


@blueprint.get("/people/<int:person_id>")
@requires(Permission.PEOPLE_READ)
def one(person_id: int) -> str:
    """One person: roles, how they came by them, and what they did last."""
    found = queries.get_person(db.session, person_id)
    acts = list_acts(db.session, Asked(subject=f"person:{found.id}"), most=_ACTS)
    own = Asked(actors=frozenset({found.id}), kinds=() if may(Permission.RECORD_READ) else _OF_THE_OFFICE)
    deeds = list_acts(db.session, own, most=_ACTS)
    return render_template(
        "people/person.html",
        found=found,
        grants=queries.list_grants(db.session, found.id),
        acts=[act for act in acts if act.subject == f"person:{found.id}"],
        deeds=deeds,
        emails=queries.emails_of(db.session, (act.actor_id for act in [*acts, *deeds])),
        names=ROLE_NAMES,
    )


@blueprint.post("/people")
@requires(Permission.PEOPLE_MANAGE)
@limited(WRITES)
def invite_person() -> Response:
    """Make an account, give it a role if one is asked for, and write its owner a letter."""
    form = request.form
    role = _role(form.get("role"), is_needed=False)
    spoken = form.get("language", "fa")
    if spoken not in LANGUAGES:
        raise BadInput(_("There is no such language here."), field="language")
    made = services.create_person(
        db.session,
        actor(),
        read_words(form.get("email"), "email", _LONGEST),
        name=read_words(form.get("name"), "name", _LONGEST),
        language=spoken,
    )
    if role is not None:
        services.grant(db.session, actor(), made, role, _reason())
    invite(db.session, made)
    flash(_("A letter of invitation is on its way to %(email)s.", email=made.email))
    return redirect(url_for("people.one", person_id=made.id), 303)


@blueprint.post("/people/<int:person_id>/grant")
@requires(Permission.PEOPLE_MANAGE)
@limited(WRITES)
def grant(person_id: int) -> Response:
    """Give a role."""
    role = _role(request.form.get("role"), is_needed=True)
    assert role is not None
    return _change(
        person_id, lambda session, by, person: services.grant(session, by, person, role, _reason())
    )


@blueprint.post("/people/<int:person_id>/revoke")
@requires(Permission.PEOPLE_MANAGE)
@limited(WRITES)
def revoke(person_id: int) -> Response:
    """Take a role back."""
    role = _role(request.form.get("role"), is_needed=True)
    assert role is not None
    return _change(
        person_id, lambda session, by, person: services.revoke(session, by, person, role, _reason())
    )


@blueprint.post("/people/<int:person_id>/disable")
@requires(Permission.PEOPLE_MANAGE)
@limited(WRITES)
def disable(person_id: int) -> Response:
    """Let nobody in by this account any more."""
    return _change(person_id, lambda session, by, person: services.disable(session, by, person, _reason()))


@blueprint.post("/people/<int:person_id>/enable")
@requires(Permission.PEOPLE_MANAGE)
@limited(WRITES)
def enable(person_id: int) -> Response:
    """Let a disabled account in again."""
    return _change(person_id, lambda session, by, person: services.enable(session, by, person, _reason()))


def _change(person_id: int, do: Callable[[Session, Actor, Person], object]) -> Response:
    """One change of one person as it was seen: somebody else's change in between is not written over."""
    person = queries.get_person(db.session, person_id, to_change=True)
    seen = read_count(request.form.get("version"), "version", 0, 10**9)
    if seen != person.version:
        raise Conflict(
            _("Somebody else has changed this account meanwhile. Open it again and look."),
            field="version",
            details={"seen": seen, "now": person.version},
        )
    do(db.session, actor(), person)
    flash(_("It is done, and in the record."))
    return redirect(url_for("people.one", person_id=person.id), 303)


def _role(word: str | None, *, is_needed: bool) -> Role | None:
    if not word and not is_needed:
        return None
    try:
        return Role(word or "")
    except ValueError:
        raise BadInput(_("There is no such role."), field="role") from None


def _reason() -> str:
    return read_words(request.form.get("reason"), "reason", _LONGEST_REASON)
