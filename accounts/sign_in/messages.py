"""What Flask-Security says, in this city's words. Their Persian stands in its catalogue (``flask_security.po``)."""

MESSAGES: dict[str, tuple[str, str]] = {
    "GENERIC_AUTHN_FAILED": ("The e-mail address or the password is not right.", "error"),
    "PASSWORD_RESET_EXPIRED": ("The link has run out. Please ask for a new one.", "error"),
    "CONFIRMATION_EXPIRED": ("The link has run out. Please ask for a new one.", "error"),
    "CHANGE_EMAIL_EXPIRED": ("The link has run out. Please ask for a new one.", "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        "The link is not valid, or was used already. Please ask for a new one.",
        "error",
    ),
    "INVALID_CONFIRMATION_TOKEN": (
        "The link is not valid, or was used already. Please ask for a new one.",
        "error",
    ),
    "ALREADY_CONFIRMED": ("Your e-mail address is confirmed already. You can sign in.", "info"),
    "EMAIL_CONFIRMED": ("Your e-mail address is confirmed. You can sign in now.", "success"),
    "PASSWORD_RESET_NO_LOGIN": ("The new password is saved. Please sign in with it.", "success"),
    "PASSWORD_CHANGE": ("The new password is saved.", "success"),
    "REAUTHENTICATION_SUCCESSFUL": ("Thank you. Please go on.", "info"),
    "TWO_FACTOR_INVALID_TOKEN": (
        "The code is not right, or was used already. Type the one that the app shows now.",
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are signed in.", "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("Sign-in in two steps is on.", "success"),
    "TWO_FACTOR_DISABLED": ("Sign-in in two steps is off.", "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (
        "This step took too long or was begun elsewhere. Please sign in again.",
        "error",
    ),
    "TWO_FACTOR_SETUP_EXPIRED": ("That took too long. Please begin again.", "error"),
    "WEBAUTHN_EXPIRED": ("That took too long. Please begin again.", "error"),
    "WEBAUTHN_NAME_REQUIRED": ("Please give the passkey a name.", "error"),
    "WEBAUTHN_NAME_INUSE": ("You have a passkey named “%(name)s” already.", "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": ("The name may hold letters, digits, spaces and dashes.", "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": ("The passkey “%(name)s” is removed.", "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": ("The passkey “%(name)s” is added.", "success"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (
        "The city does not know this passkey. Was it removed from the account?",
        "error",
    ),
    "WEBAUTHN_NO_VERIFY": ("The device did not show that it is you. Please try again.", "error"),
    "INVALID_RECOVERY_CODE": ("The recovery code is not right, or was used already.", "error"),
    "CHANGE_EMAIL_CONFIRMED": ("The new e-mail address is saved.", "success"),
    "INVALID_PASSWORD": ("The password is not right.", "error"),
    "PASSWORD_NOT_PROVIDED": ("Please type a password.", "error"),
    "PASSWORD_IS_THE_SAME": ("The new password is the same as the current one.", "error"),
    "EMAIL_NOT_PROVIDED": ("Please type your e-mail address.", "error"),
    "INVALID_EMAIL_ADDRESS": ("This is no e-mail address. It looks like name@example.org.", "error"),
    "INVALID_INPUT_LENGTH": ("Please use fewer than %(length)s letters.", "error"),
    "INVALID_INPUT": ("Please write it without signs such as < and &.", "error"),
}
"""By Flask-Security's names of messages, each with its category. Those not here it says itself."""
