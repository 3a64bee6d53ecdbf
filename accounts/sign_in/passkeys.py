"""Passkeys: one kind, held by a device that knows its owner, so that one sign-in with it is two factors."""

from typing import Any

from flask_security import WebauthnUtil
from flask_security.webauthn import WebAuthnRegisterForm, WebAuthnSigninResponseForm, WebAuthnTfPlugin
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.i18n import gettext as _

_USAGE = "first"


class PasskeyRules(WebauthnUtil):
    """What is asked of a passkey: that it knows its owner (finger, face or PIN) and is found without a name typed."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002
        """At registration: on this device or on a key of its own, as the owner likes."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002
        """At sign-in."""
        return UserVerificationRequirement.REQUIRED


class NewPasskey(WebAuthnRegisterForm):
    """A name for a new passkey; what it is good for is not a question here."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the name can be given."""
        self.usage.data = _USAGE
        return bool(super().validate(**kwargs))


class PasskeyAnswer(WebAuthnSigninResponseForm):
    """A device's answer: any passkey of ours will do, also for the second step after a password."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it is the answer of a passkey that we know. The view remembers which step this was."""
        self.is_secondary = False
        return bool(super().validate(**kwargs))


class PasskeyStep(WebAuthnTfPlugin):
    """The second step after a password, for staff with a passkey and for whoever has switched two steps on.

    Not for a citizen who merely added one: their password would then open nothing without that device.
    """

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """Flask-Security's name of this step and ours, if this person can take it."""
        if user.webauthn and (user.is_staff or user.tf_totp_secret):
            return [("webauthn", _("Passkey"))]
        return []


FORMS = {"wan_register_form": NewPasskey, "wan_signin_response_form": PasskeyAnswer}
PLUGIN = f"{PasskeyStep.__module__}.{PasskeyStep.__qualname__}"
