"""Flask-Security speaks Persian: its whole catalogue, and our own words for it; and so does WTForms."""

import re
from importlib.resources import files
from pathlib import Path

import polib
import pytest
from babel.support import Translations
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

from accounts.sign_in.messages import MESSAGES
from core.i18n import speaking

ROOT = Path(__file__).resolve().parents[2]
OURS = polib.pofile(str(ROOT / "accounts/translations/fa/LC_MESSAGES/flask_security.po"))
THEIRS = polib.pofile(str(Path(str(files("flask_security"))) / "translations" / "flask_security.pot"))
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]")
# Names that are the same in every language.
UNTRANSLATABLE = {"Google Authenticator"}


def words() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in OURS if not entry.fuzzy}


def test_every_message_of_the_installed_library_is_in_persian() -> None:
    known = words()
    missing = [entry.msgid for entry in THEIRS if not re.search("[آ-ی]", known.get(entry.msgid, ""))]
    assert set(missing) == UNTRANSLATABLE


def test_every_message_of_ours_is_in_persian_and_nothing_else_is_there() -> None:
    wanted = {message for message, _category in MESSAGES.values()}
    assert wanted <= set(words())
    assert set(words()) == wanted | {entry.msgid for entry in THEIRS}


def test_our_words_are_for_messages_that_the_library_has(app: Flask) -> None:
    unknown = [name for name in MESSAGES if f"SECURITY_MSG_{name}" not in app.config]
    assert unknown == []
    from flask_security.core import _default_messages

    assert set(MESSAGES) <= set(_default_messages)


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.msgid[:40])
def test_a_message_keeps_its_placeholders_and_our_habits(entry: polib.POEntry) -> None:
    assert set(PLACEHOLDER.findall(entry.msgstr)) == set(PLACEHOLDER.findall(entry.msgid))
    assert not re.search("[يك!]", entry.msgstr), "Persian letters, no exclamation marks"
    assert " ها" not in entry.msgstr, "a half-space before the plural"


def test_the_library_finds_the_words(app: Flask) -> None:
    with app.test_request_context("/?lang=fa"), speaking("fa"):
        from flask_security.utils import get_message

        assert get_message("GENERIC_AUTHN_FAILED")[0] == "نشانی رایانامه یا گذرواژه درست نیست."
    assert isinstance(
        Translations.load(str(ROOT / "accounts/translations"), ["fa"], "flask_security"), Translations
    )


def test_forms_say_in_persian_what_is_missing(app: Flask) -> None:
    class Asked(FlaskForm):  # type: ignore[misc]
        name = StringField(validators=[DataRequired()])

    with app.test_request_context("/", method="POST"), speaking("fa"):
        form = Asked(meta={"csrf": False})
        assert not form.validate()
        assert re.search("[آ-ی]", form.name.errors[0])
