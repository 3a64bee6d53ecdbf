"""How often somebody may try to get in: slow enough for whoever guesses, and nobody is locked out for ever.

Whole neighbourhoods share one address here (carriers' NAT), so that an address may try often and one account from one
address seldom; one account from all addresses together somewhere between.
"""

from flask import current_app, request, session

from core.limits.web import Rate, by_address


def by_account() -> str:
    """Whose account a request is made with; nobody's without one. A visitor is not asked for a session for it."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return ""
    return str(session.get("_user_id") or "")


def _account() -> str:
    """Whom a request is about: the address typed, the account half signed in, or the one signed in."""
    typed = request.form.get("email") or request.form.get("identity")
    if not typed and request.is_json:
        told = request.get_json(silent=True)
        typed = told.get("email") if isinstance(told, dict) else None
    if isinstance(typed, str) and typed.strip():
        return typed.strip().lower()[:254]
    return str(session.get("tf_user_id") or session.get("_user_id") or "")


def _account_here() -> str:
    account = _account()
    return f"{account} {by_address()}" if account else ""


_SIGN_IN = (
    Rate("sign-in address", "60 per 10 minutes"),
    Rate("sign-in account here", "10 per 15 minutes", _account_here),
    Rate("sign-in account", "50 per 1 hour", _account),
)
_SECOND_FACTOR = (
    Rate("second-factor address", "60 per 10 minutes"),
    # Of a million codes three are good at a time: fifty tries a day find one in eighteen years.
    Rate("second-factor account here", "10 per 15 minutes", _account_here),
    Rate("second-factor account", "50 per 1 day", _account),
)
_LETTERS = (
    Rate("letters address", "30 per 1 hour"),
    Rate("letters account", "5 per 1 hour", _account),
)
_PASSWORD = (Rate("password account", "10 per 15 minutes", _account_here),)

RATES: dict[str, tuple[Rate, ...]] = {
    "login": _SIGN_IN,
    "wan_signin": (_SIGN_IN[0],),
    "wan_signin_response": (_SIGN_IN[0],),
    "register": _LETTERS,
    "send_confirmation": _LETTERS,
    "forgot_password": _LETTERS,
    "change_email": _LETTERS,
    "reset_password": (_SIGN_IN[0],),
    "two_factor_token_validation": _SECOND_FACTOR,
    "two_factor_setup_validate": _SECOND_FACTOR,
    "mf_recovery": _SECOND_FACTOR,
    "verify": _PASSWORD,
    "change_password": _PASSWORD,
}
"""By the names of Flask-Security's views."""
