"""Sign-in on every request: who is asking, whether they may, and Flask-Security fitted to this house.

Flask-Security does passwords (argon2), confirmation, recovery, TOTP, passkeys and recovery codes. Ours are the store
(one transaction per request), the permissions (one table), and what stands in ``accounts.sign_in``.
"""

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import Babel
from flask_security import FSQLALiteUserDatastore, Security, current_user, password_reset, user_registered
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError

from accounts.models import HeldRole, Passkey, Person
from accounts.permissions import Permission
from accounts.sign_in import forms, passkeys, record, sessions
from accounts.sign_in.configuration import configuration
from accounts.sign_in.forms import Codes, Passwords
from accounts.sign_in.letters import Letters
from accounts.sign_in.passkeys import PasskeyRules
from accounts.sign_in.rates import RATES
from core import mail
from core.audit import Actor
from core.errors import NotAllowed, NotSignedIn
from core.i18n import gettext as _
from core.i18n import language
from core.limits.web import limited
from core.settings import Settings
from core.web import PUBLIC, db, requires, wants_json

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


class PeopleStore(FSQLALiteUserDatastore):
    """People in the request's own session: written when the request is, and not before."""

    def commit(self) -> None:
        """Flush only: ``core.web`` commits once, when the request has gone well."""
        db.session.flush()


def install(app: Flask, settings: Settings) -> None:
    """Teach an application who people are, and let nobody in who may not."""
    mail.deliver_by(mail.MailServer(settings.mail_url, settings.mail_from))
    app.config.update(configuration(settings))
    # Our templates speak by our own catalogue.
    Babel(app, locale_selector=language, configure_jinja=False)
    csrf.init_app(app)
    security = Security(
        app,
        PeopleStore(db, Person, HeldRole, Passkey),
        mail_util_cls=Letters,
        password_util_cls=Passwords,
        totp_cls=Codes,
        webauthn_util_cls=PasskeyRules,
        **(forms.FORMS | passkeys.FORMS),  # type: ignore[arg-type]
    )
    sessions.install(app, security)
    record.install(app)
    _mark_views(app)
    app.before_request(_authorise)
    user_registered.connect(_remember_language, app)
    password_reset.connect(_confirm_by_letter, app)
    app.jinja_env.globals.update(person=_find_for_page, may=may)


def find_person() -> Person | None:
    """Who is asking, if they have signed in. A visitor is not asked for a session: the answer stays anyone's."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    return current_user if current_user.is_authenticated else None


def _find_for_page() -> Person | None:
    """The same for a page's frame, which also stands around the news that the database cannot be reached."""
    try:
        return find_person()
    except SQLAlchemyError:
        return None


def get_person() -> Person:
    """Who is asking. Raises NotSignedIn for a visitor."""
    person = find_person()
    if person is None:
        raise NotSignedIn(_("Please sign in first."))
    return person


def actor() -> Actor:
    """Who is asking, as the record names them."""
    person = get_person()
    return Actor(person.in_record, person.id, g.get("request_id", ""))


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


def _mark_views(app: Flask) -> None:
    """Name the permission and the rates of views that cannot do so themselves."""
    for permission, names in _ENDPOINTS.items():
        for name in names.split():
            endpoint = f"security.{name}"
            if endpoint in app.view_functions:
                view = requires(permission)(_wrapped(app.view_functions[endpoint]))
                app.view_functions[endpoint] = limited(*RATES.get(name, ()))(view)


def _wrapped(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def same(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return same


def _remember_language(_app: Flask, user: Person, **_more: Any) -> None:
    user.language = language()


def _confirm_by_letter(_app: Flask, user: Person, **_more: Any) -> None:
    """Who follows the link of a letter to set a password has shown that the address is theirs."""
    if user.confirmed_at is None:
        user.confirmed_at = dt.datetime.now(dt.UTC)
