"""What people do to their own accounts, in the record; and a letter to the address that an account left."""

from typing import Any

from flask import Flask, g, session
from flask_security import (
    change_email_confirmed,
    password_changed,
    password_reset,
    tf_code_confirmed,
    tf_disabled,
    tf_profile_changed,
    user_confirmed,
    user_registered,
    wan_deleted,
    wan_registered,
)

from accounts.models import Person
from accounts.sign_in import letters
from core import audit
from core.audit import Actor
from core.web import db

_ACTS = {
    user_registered: "person.register",
    user_confirmed: "person.confirm",
    password_changed: "password.change",
    password_reset: "password.reset",
    tf_profile_changed: "second_factor.set",
    tf_disabled: "second_factor.remove",
    wan_registered: "passkey.add",
    wan_deleted: "passkey.remove",
}


def install(app: Flask) -> None:
    """Have an application note these acts."""
    for signal, action in _ACTS.items():
        # Kept by the signal itself: nothing else holds the function.
        signal.connect(_noting(action), app, weak=False)
    tf_code_confirmed.connect(_note_first_factor, app)
    change_email_confirmed.connect(_tell_old_address, app)


def note(person: Person, action: str, **what: Any) -> None:
    """Write one act of a person on their own account into the record."""
    actor = Actor(person.in_record, person.id, g.get("request_id", ""))
    audit.record(db.session, actor, action, f"person:{person.id}", **what)


def _noting(action: str) -> Any:
    def receive(_app: Flask, user: Any, **_more: Any) -> None:
        db.session.flush()  # a new account has no number before
        note(_person(user), action)

    return receive


def _note_first_factor(_app: Flask, user: Any, **_more: Any) -> None:
    """Flask-Security tells of every code by which somebody signs in: of note is the one that set the factor up."""
    if session.get("tf_state") == "validating_profile":
        note(_person(user), "second_factor.set")


def _tell_old_address(_app: Flask, user: Any, old_email: str, **_more: Any) -> None:
    person = _person(user)
    note(person, "person.change_email")
    letters.send(db.session, "email_changed", old_email, person, new_email=person.email)


def _person(user: Any) -> Person:
    found = user._get_current_object() if hasattr(user, "_get_current_object") else user
    assert isinstance(found, Person)
    return found
