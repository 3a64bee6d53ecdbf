"""Sessions: begun anew at each sign-in, and over some time after it, however busy; the staff's sooner."""

import datetime as dt
import time
from typing import Any

from flask import Flask, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_security import Security, user_authenticated
from flask_security.utils import set_request_attr

from accounts.models import Person
from accounts.sign_in.configuration import SESSION_LASTS, STAFF_SESSION_LASTS

_SIGNED_IN_AT = "signed_in_at"
# What a session keeps over a sign-in: who it is, and what is to be told on the next page.
_KEPT = ("_user_id", "_fresh", "_id", "_permanent", "_flashes", "fs_cc", "fs_paa", _SIGNED_IN_AT)
_CSRF = "csrf_token"


class QuietSessions(SecureCookieSessionInterface):
    """Sessions only for those who need one: an answer to a visitor is the same for all, and caches may know it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session, unless there is none, or everyone is answered alike; Flask-Login looks into it always."""
        view = app.view_functions.get(request.endpoint or "")
        if (session or session.modified) and not getattr(view, "same_for_all", False):
            super().save_session(app, session, response)


def install(app: Flask, security: Security) -> None:
    """Have an application's sessions begin and end so."""
    app.session_interface = QuietSessions()
    manager = security.login_manager
    manager.user_loader(lambda uniquifier: _load(security, uniquifier))
    # No tokens in headers: they would outlive a session, and nobody here needs them.
    manager.request_loader(lambda _request: None)
    user_authenticated.connect(_begin, app)


def lasts(person: Person) -> dt.timedelta:
    """How long after its sign-in a session of this person is over."""
    return STAFF_SESSION_LASTS if person.is_staff else SESSION_LASTS


def _load(security: Security, uniquifier: str) -> Person | None:
    """Whose session this is, unless it is over. Asked only by requests that want to know who is there."""
    age_s = time.time() - session.get(_SIGNED_IN_AT, 0)
    person = security.datastore.find_user(fs_uniquifier=str(uniquifier))
    if not isinstance(person, Person) or not person.active or age_s > lasts(person).total_seconds():
        return None
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return person


def _begin(_app: Flask, user: Person, **_more: Any) -> None:
    """A session somebody else may have begun in this browser gives nothing on: neither its words nor its CSRF token."""
    for key in [key for key in session if key not in _KEPT]:
        session.pop(key)
    g.pop(_CSRF, None)
    session.permanent = True
    session[_SIGNED_IN_AT] = int(time.time())
    # Flask-Login would set a cookie that signs in anew for a year, whatever a session may last.
    session.pop("_remember", None)
    user.last_seen_at = dt.datetime.now(dt.UTC)
