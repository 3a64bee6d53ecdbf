"""Flask-Security's forms where people of this city need them otherwise."""

from typing import Any

from flask import current_app, request
from flask_security import ChangePasswordForm, ForgotPasswordForm, LoginForm, PasswordUtil, ResetPasswordForm
from flask_security.forms import Form, TwoFactorRescueForm, TwoFactorVerifyCodeForm
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.totp import Totp
from flask_security.utils import get_message
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired

from accounts.models import Person
from core.i18n import format_number
from core.i18n import gettext as _
from core.text import latin_digits


def _as_typed_in_latin(text: str | None) -> str | None:
    """A code as the library compares it: Latin digits, small letters, no spaces; «۱۲۳ ۴۵۶» is 123456."""
    return latin_digits(text).replace(" ", "").strip().lower() if isinstance(text, str) else text


class SignIn(LoginForm):
    """Without “remember me”: a session lasts as long as its kind of account allows, and is named so on the page."""

    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request.method == "POST" and not self.next.data:
            # Else Flask-Security comes back to this page after the second step.
            self.next.data = current_app.config["SECURITY_POST_LOGIN_VIEW"]


class Forgot(ForgotPasswordForm):
    """Also for accounts not confirmed yet: whoever was invited and came late asks for a new link here."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether a letter is to be sent."""
        if not Form.validate(self, **kwargs):
            return False
        if self.user is None or not self.user.is_active:
            self.email.errors = [get_message("DISABLED_ACCOUNT")[0]]
            return False
        return True


class Reset(ResetPasswordForm):
    """A password is typed once: it can be shown."""

    password_confirm = None


class Change(ChangePasswordForm):
    """A password is typed once: it can be shown."""

    new_password_confirm = None


class Code(TwoFactorVerifyCodeForm):
    """A code in whatever digits the keyboard has."""

    code = StringField(filters=[_as_typed_in_latin], validators=[DataRequired()])


class RecoveryCode(MfRecoveryForm):
    """A recovery code, however it is spaced and cased."""

    code = StringField(filters=[_as_typed_in_latin], validators=[DataRequired()])


class Rescue(TwoFactorRescueForm):
    """Nobody is written to from a half-finished sign-in; recovery codes are the way, or an administrator."""

    help_setup = RadioField(choices=[])


class Passwords(PasswordUtil):
    """What is a password here: any script, digits of any keyboard, nothing that is guessed at once."""

    def normalize(self, password: str) -> str:
        """The same password, typed on a Persian or an English keyboard."""
        return latin_digits(super().normalize(password))

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[Any] | None, str]:
        """Sentences about what is wrong with it, or None; and the password as it is kept."""
        least = current_app.config["SECURITY_PASSWORD_LENGTH_MIN"]
        if len(self.normalize(password)) < least:
            return [_("Use at least %(n)s letters and digits.", n=format_number(least))], password
        wrong, kept = super().validate(password, is_register, **kwargs)
        if wrong:
            return wrong, kept
        if kept.isdigit() or len(set(kept)) < 5:
            return [_("Numbers alone, or a few letters over and over, are guessed at once.")], kept
        person = kwargs.get("user")
        name = str(kwargs.get("email") or getattr(person, "email", "") or "").partition("@")[0].lower()
        if len(name) >= 4 and name in kept.lower():
            return [_("A password that holds your own e-mail address is guessed at once.")], kept
        return None, kept


class Codes(Totp):
    """Codes of an authenticator app, each good for one sign-in only (RFC 6238, 5.2)."""

    def get_last_counter(self, user: Any) -> int | None:
        """The time step of the last code that was taken from this person."""
        return _person(user).tf_last_counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember a code's time step: neither it nor an older one is taken again."""
        _person(user).tf_last_counter = tmatch.counter


def _person(user: Any) -> Person:
    """The person behind Flask-Login's proxy."""
    found = user._get_current_object() if hasattr(user, "_get_current_object") else user
    assert isinstance(found, Person)
    return found


FORMS = {
    "login_form": SignIn,
    "forgot_password_form": Forgot,
    "reset_password_form": Reset,
    "change_password_form": Change,
    "two_factor_verify_code_form": Code,
    "two_factor_rescue_form": Rescue,
    "mf_recovery_form": RecoveryCode,
}
"""By the names that Flask-Security takes them under."""
