"""Flask-Security's settings: what is switched on, for how long, and where one goes from there."""

import base64
import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from accounts.sign_in.messages import MESSAGES
from accounts.sign_in.passkeys import PLUGIN
from core.settings import Settings

_TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"
CONFIRM_WITHIN = dt.timedelta(days=2)
RESET_WITHIN = dt.timedelta(hours=3)
CHANGE_EMAIL_WITHIN = dt.timedelta(hours=2)
SESSION_LASTS = dt.timedelta(days=30)
STAFF_SESSION_LASTS = dt.timedelta(hours=12)
_FRESH, _FRESH_WHILE_WORKING = dt.timedelta(hours=1), dt.timedelta(minutes=15)
_CODE_DRIFT_S = 60
_OWN_PAGE = "/account"


def configuration(settings: Settings) -> dict[str, Any]:
    """Flask's and Flask-Security's settings for one city."""
    return {
        **_cookies(settings),
        **_passwords(settings),
        **_second_factor(settings),
        **_ways(),
        "BABEL_DEFAULT_LOCALE": settings.default_language,
        "SECURITY_URL_PREFIX": _OWN_PAGE,
        "SECURITY_I18N_DIRNAME": [str(_TRANSLATIONS)],
        "SECURITY_REGISTERABLE": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_EMAIL": True,
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
        "SECURITY_CONFIRM_EMAIL_WITHIN": CONFIRM_WITHIN,
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "SECURITY_CHANGE_EMAIL_WITHIN": CHANGE_EMAIL_WITHIN,
        # Whether an address has an account is nobody's business but its owner's.
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        # An address is believed by a letter that arrives, not by asking the DNS from the city's machine.
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        # Letters are rendered in their reader's language (accounts.sign_in.letters), not in the asker's.
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_EMAIL_SENDER": settings.mail_from,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_DATETIME_FACTORY": lambda: dt.datetime.now(dt.UTC),
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_ANONYMOUS_USER_DISABLED": False,
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    }


def _cookies(settings: Settings) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.public_url.startswith("https://"),
        "PERMANENT_SESSION_LIFETIME": SESSION_LASTS,
        # A session ends some time after its sign-in; the cookie need not go with every answer.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open over lunch must not lose its words
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_FRESHNESS": _FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": _FRESH_WHILE_WORKING,
    }


def _passwords(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,  # it can be shown instead
    }


def _second_factor(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_STAFF_SECOND_FACTOR": settings.staff_second_factor == "yes",
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": _CODE_DRIFT_S,
        "SECURITY_TOTP_SECRETS": {"1": settings.secret_key},
        "SECURITY_TOTP_ISSUER": "Shahrnama",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [_key(settings.secret_key, "recovery codes")],
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Shahrnama",
        # Nobody is asked for a name before their passkey: the answer would tell who has an account.
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {
            "code": "flask_security.twofactor.CodeTfPlugin",
            "webauthn": PLUGIN,
        },
        # Persian names of passkeys hold combining marks and half-spaces, which the library would take apart or refuse.
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",
        "SECURITY_WAN_NAME_ALLOWED_CHARS": ["L", "M", "N", "Pc", "Pd", "Zs", "Cf"],
    }


def _ways() -> dict[str, Any]:
    return {
        "SECURITY_POST_LOGIN_VIEW": _OWN_PAGE,
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_REGISTER_VIEW": f"{_OWN_PAGE}/registered",
        "SECURITY_POST_RESET_VIEW": f"{_OWN_PAGE}/login",
        "SECURITY_POST_CHANGE_VIEW": _OWN_PAGE,
        "SECURITY_POST_CHANGE_EMAIL_VIEW": _OWN_PAGE,
        "SECURITY_POST_VERIFY_VIEW": _OWN_PAGE,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": _OWN_PAGE,
        "SECURITY_WAN_POST_REGISTER_VIEW": _OWN_PAGE,
        "SECURITY_REDIRECT_ALLOW_SUBDOMAINS": False,
    }


def _key(secret: str, purpose: str) -> bytes:
    """A key of its own for one purpose, as Fernet takes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{secret}".encode()).digest())
