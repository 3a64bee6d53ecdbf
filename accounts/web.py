"""Sign-in on every request: who is asking, whether they may, and Flask-Security fitted to this house.

Flask-Security does passwords (argon2), confirmation, recovery, TOTP, passkeys and recovery codes. Ours are the store
(one transaction per request), the letters (sent by the queue), the permissions (one table) and the words.
"""

import datetime as dt
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel
from flask_security import (
    FSQLALiteUserDatastore,
    MailUtil,
    Security,
    current_user,
    logout_user,
    password_reset,
    user_authenticated,
    user_registered,
)
from flask_wtf.csrf import CSRFProtect

from accounts.models import HeldRole, Passkey, Person
from accounts.permissions import Permission
from core import mail
from core.audit import Actor
from core.errors import NotAllowed, NotSignedIn
from core.i18n import gettext as _
from core.i18n import language
from core.settings import Settings
from core.web import PUBLIC, db, requires, wants_json

_SIGNED_IN_AT = "signed_in_at"
_TRANSLATIONS = Path(__file__).resolve().parent / "translations"
_REMEMBERED = "remember_token"  # Flask-Login's
_STAFF_HOURS, _CITIZEN_DAYS = 12, 30
_CONFIRM_DAYS, _RESET_HOURS = 2, 3

csrf = CSRFProtect()

# Flask-Security's own views, which cannot name their permission themselves.
_ENDPOINTS = {
    Permission.PUBLIC: (
        "login logout register confirm_email send_confirmation forgot_password reset_password verify"
        " two_factor_setup two_factor_setup_validate two_factor_token_validation two_factor_rescue tf_select"
        " wan_signin wan_signin_response mf_recovery static"
    ),
    Permission.ACCOUNT: (
        "change_password change_email change_email_confirm mf_recovery_codes"
        " wan_register wan_register_response wan_delete wan_verify wan_verify_response"
    ),
}


class QuietSessions(SecureCookieSessionInterface):
    """Sessions only for those who need one: an answer to a visitor is the same for all, and caches may know it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session, unless there is none, or everyone is answered alike; Flask-Login looks into it always."""
        view = app.view_functions.get(request.endpoint or "")
        if (session or session.modified) and not getattr(view, "same_for_all", False):
            super().save_session(app, session, response)


class PeopleStore(FSQLALiteUserDatastore):
    """People in the request's own session: written when the request is, and not before."""

    def commit(self) -> None:
        """Flush only: ``core.web`` commits once, when the request has gone well."""
        db.session.flush()


class Letters(MailUtil):
    """Flask-Security's letters, through the queue."""

    def send_mail(
        self,
        template: str,  # noqa: ARG002
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002
        body: str | None,
        html: str | None,
        **_kwargs: Any,
    ) -> None:
        """Have a rendered letter sent after the request's commit."""
        to = recipient if isinstance(recipient, str) else recipient[1]
        mail.send(db.session, mail.Letter(to, str(subject), body or "", html or ""))


def install(app: Flask, settings: Settings) -> None:
    """Teach an application who people are, and let nobody in who may not."""
    mail.deliver_by(mail.MailServer(settings.mail_url, settings.mail_from))
    app.config.update(_configuration(settings))
    # Our templates speak by our own catalogue.
    app.session_interface = QuietSessions()
    Babel(app, locale_selector=language, configure_jinja=False)
    csrf.init_app(app)
    Security(app, PeopleStore(db, Person, HeldRole, Passkey), mail_util_cls=Letters)
    _name_permissions(app)
    app.before_request(_authorise)
    user_authenticated.connect(_begin_session, app)
    user_registered.connect(_remember_language, app)
    password_reset.connect(_confirm_by_letter, app)
    app.jinja_env.globals.update(person=find_person, may=may)


def find_person() -> Person | None:
    """Who is asking, if they have signed in. A visitor is not asked for a session: the answer stays anyone's."""
    if not any(name in request.cookies for name in (current_app.config["SESSION_COOKIE_NAME"], _REMEMBERED)):
        return None
    _end_old_session()
    return current_user if current_user.is_authenticated else None


def get_person() -> Person:
    """Who is asking. Raises NotSignedIn for a visitor."""
    person = find_person()
    if person is None:
        raise NotSignedIn(_("Please sign in first."))
    return person


def actor() -> Actor:
    """Who is asking, as the record names them."""
    person = get_person()
    return Actor(person.email, person.id, g.get("request_id", ""))


def may(permission: str) -> bool:
    """Whether whoever asks has this permission."""
    if permission == PUBLIC:
        return True
    person = find_person()
    return person is not None and Permission(permission) in person.permissions


def _authorise() -> Response | None:
    """Hold each request to the permission that its view names; a view that names none lets nobody in."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    needed = getattr(view, "permission", None)
    if needed is None:
        raise NotAllowed(_("Nobody may open this page."))
    if may(needed):
        return None
    if find_person() is not None:
        raise NotAllowed(_("Your account may not do this. If it should, ask an administrator of the city."))
    if wants_json(request) or request.method not in ("GET", "HEAD"):
        raise NotSignedIn(_("Please sign in first."))
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))  # type: ignore[return-value]


def _name_permissions(app: Flask) -> None:
    for permission, names in _ENDPOINTS.items():
        for name in names.split():
            endpoint = f"security.{name}"
            if endpoint in app.view_functions:
                app.view_functions[endpoint] = requires(permission)(_wrapped(app.view_functions[endpoint]))


def _wrapped(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def same(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return same


def _begin_session(_app: Flask, user: Person, **_more: Any) -> None:
    session.permanent = True
    session[_SIGNED_IN_AT] = int(time.time())
    user.last_seen_at = dt.datetime.now(dt.UTC)


def _remember_language(_app: Flask, user: Person, **_more: Any) -> None:
    user.language = language()


def _confirm_by_letter(_app: Flask, user: Person, **_more: Any) -> None:
    """Who follows the link of a letter to set a password has shown that the address is theirs."""
    if user.confirmed_at is None:
        user.confirmed_at = dt.datetime.now(dt.UTC)


def _end_old_session() -> None:
    """A session ends some time after its sign-in, however busy it is; the staff's sooner."""
    if _SIGNED_IN_AT not in session or not current_user.is_authenticated:
        return
    person: Person = current_user
    limit = dt.timedelta(hours=_STAFF_HOURS) if person.is_staff else dt.timedelta(days=_CITIZEN_DAYS)
    if time.time() - session[_SIGNED_IN_AT] > limit.total_seconds():
        logout_user()


def _configuration(settings: Settings) -> dict[str, Any]:
    is_secure = settings.public_url.startswith("https://")
    return {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_REFRESH_EACH_REQUEST": False,  # it ends some time after the sign-in, and no file carries a cookie
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_secure,
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(days=_CITIZEN_DAYS),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open over lunch must not lose its words
        "BABEL_DEFAULT_LOCALE": settings.default_language,
        "SECURITY_URL_PREFIX": "/account",
        "SECURITY_I18N_DIRNAME": [str(_TRANSLATIONS)],
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,  # it can be shown instead
        "SECURITY_REGISTERABLE": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_EMAIL": True,
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
        "SECURITY_CONFIRM_EMAIL_WITHIN": dt.timedelta(days=_CONFIRM_DAYS),
        "SECURITY_RESET_PASSWORD_WITHIN": dt.timedelta(hours=_RESET_HOURS),
        # Whether an address has an account is nobody's business but its owner's.
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TOTP_SECRETS": {"1": settings.secret_key},
        "SECURITY_TOTP_ISSUER": "Shahrnama",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Shahrnama",
        "SECURITY_STAFF_SECOND_FACTOR": settings.staff_second_factor == "yes",
        "SECURITY_EMAIL_SENDER": settings.mail_from,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_DATETIME_FACTORY": lambda: dt.datetime.now(dt.UTC),
        "SECURITY_SCRIPT_NONCE_KEY": "csp_nonce",
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_POST_LOGIN_VIEW": "/account",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_RESET_VIEW": "/account",
        "SECURITY_REDIRECT_ALLOW_SUBDOMAINS": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_ANONYMOUS_USER_DISABLED": False,
    }
