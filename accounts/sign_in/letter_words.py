"""The words of each letter: a subject, sentences, and at most one link, which is all that a letter asks."""

import datetime as dt
from dataclasses import dataclass

from babel.support import LazyProxy

from accounts.sign_in.configuration import CHANGE_EMAIL_WITHIN, CONFIRM_WITHIN, RESET_WITHIN
from core.i18n import lazy_gettext as _

Sentences = tuple[LazyProxy, ...]


@dataclass(frozen=True)
class Words:
    """One letter. ``link_from`` names the link in what Flask-Security hands over; empty: where a lost password is."""

    subject: LazyProxy
    before: Sentences
    button: LazyProxy | str = ""
    after: Sentences = ()
    link_from: str = ""
    within: dt.timedelta = dt.timedelta()


_SUBJECT_CONFIRM, _CONFIRM = _("Confirm your e-mail address"), _("Confirm the address")
_NEW_PASSWORD = _("Set a new password")
_WITHIN = _("The link is good for %(within)s and can be used once.")
_NOBODY_GETS_IN = _("If it was not you, do nothing: nobody can sign in before the address is confirmed.")
_NOT_YOU = _("If it was not you, set a new password at once: whoever did it is signed out by that.")

_confirmation = Words(
    _SUBJECT_CONFIRM,
    (_("Somebody, probably you, has made an account at the city's map with this e-mail address."),),
    _CONFIRM,
    (_WITHIN, _NOBODY_GETS_IN),
    "confirmation_link",
    CONFIRM_WITHIN,
)
WORDS: dict[str, Words] = {
    "welcome": _confirmation,
    "confirmation_instructions": _confirmation,
    "welcome_existing": Words(
        _("You have an account already"),
        (
            _(
                "Somebody, probably you, has tried to make an account at the city's map with this e-mail address."
            ),
            _(
                "There is one already: please sign in with it. If you have forgotten its password, set a new one."
            ),
        ),
        _NEW_PASSWORD,
        (_WITHIN, _("If it was not you, do nothing: your account stays as it is.")),
        "reset_link",
        RESET_WITHIN,
    ),
    "welcome_unconfirmed": Words(
        _SUBJECT_CONFIRM,
        (
            _(
                "Somebody, probably you, has tried to make an account at the city's map with this e-mail address."
            ),
            _("There is one already, whose address was never confirmed."),
        ),
        _CONFIRM,
        (_WITHIN, _NOBODY_GETS_IN),
        "confirmation_link",
        CONFIRM_WITHIN,
    ),
    "reset_instructions": Words(
        _NEW_PASSWORD,
        (_("Somebody, probably you, has asked for a new password for your account at the city's map."),),
        _NEW_PASSWORD,
        (_WITHIN, _("If it was not you, do nothing: your password stays as it is.")),
        "reset_link",
        RESET_WITHIN,
    ),
    "reset_notice": Words(
        _("Your password was set anew"),
        (
            _(
                "The password of your account at the city's map was set anew, and it was signed out everywhere."
            ),
            _NOT_YOU,
        ),
        _NEW_PASSWORD,
    ),
    "change_notice": Words(
        _("Your password was changed"),
        (
            _("The password of your account at the city's map was changed, and it was signed out elsewhere."),
            _NOT_YOU,
        ),
        _NEW_PASSWORD,
    ),
    "change_email_instructions": Words(
        _("Confirm your new e-mail address"),
        (
            _(
                "The owner of the account %(email)s at the city's map wants to sign in with this address instead."
            ),
            _("From then on the city's letters come here."),
        ),
        _("Confirm the new address"),
        (_WITHIN, _("If it was not you, do nothing: nothing changes.")),
        "link",
        CHANGE_EMAIL_WITHIN,
    ),
    "email_changed": Words(
        _("The e-mail address of your account was changed"),
        (
            _("Your account at the city's map now has the address %(new_email)s. No more letters come here."),
            _("If it was not you, tell the municipality at once."),
        ),
    ),
    "invitation": Words(
        _("Your account at the city's map"),
        (
            _("An account was made for you at the city's map. To sign in, first set a password."),
            _(
                "If you work for the city, have an authenticator app on your phone ready: sign-in takes two steps."
            ),
        ),
        _("Set the password"),
        (
            _WITHIN,
            _("If it has run out, ask for a new one by “Forgot your password?” on the sign-in page."),
        ),
        "",
        RESET_WITHIN,
    ),
}
"""By Flask-Security's names of letters, and ours."""
