"""The letters of accounts: text and HTML in their reader's language, with links to the city's own address only."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template, request
from flask_security import MailUtil, url_for_security
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.sign_in.letter_words import WORDS
from core import mail
from core.errors import Unavailable
from core.i18n import direction, format_duration, language, speaking
from core.i18n import gettext as _
from core.web import db

_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class Letters(MailUtil):
    """Flask-Security's letters, through the queue."""

    def send_mail(
        self,
        template: str,
        subject: str,  # noqa: ARG002
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002
        body: str | None,  # noqa: ARG002
        html: str | None,  # noqa: ARG002
        **context: Any,
    ) -> None:
        """Have a letter written and sent after the request's commit."""
        refuse_foreign_host()
        name = template.rpartition("/")[2]
        if name == "welcome_existing" and context.get("confirmation_link"):
            name = "welcome_unconfirmed"
        to = recipient if isinstance(recipient, str) else recipient[1]
        link = context.get(WORDS[name].link_from) or url_for_security("forgot_password", _external=True)
        send(db.session, name, to, context["user"], link=link)


def send(session: Session, name: str, to: str, person: Person, *, link: str = "", **values: str) -> None:
    """Write one letter in the person's language and have it sent to an address with the session's commit.

    ``name`` is one of :data:`accounts.sign_in.letter_words.WORDS`; ``values`` fill in its sentences.
    """
    with speaking(person.language):
        words = WORDS[name]
        values |= {"email": person.email, "within": format_duration(words.within.total_seconds())}
        subject = str(words.subject)
        told = {
            "lang": language(),
            "dir": direction(),
            "subject": subject,
            "before": [str(sentence) % values for sentence in words.before],
            "after": [str(sentence) % values for sentence in words.after],
            "button": str(words.button),
            "link": link if words.button else "",
        }
        text = render_template("letters/letter.txt", **told)
        html = render_template("letters/letter.html", **told)
        mail.send(session, mail.Letter(to, subject, text, html))


def refuse_foreign_host() -> None:
    """Raise Unavailable where a letter's link would lead to whatever Host the asker named.

    With PUBLIC_URL every request is for the city's own address (``core.web.PublicAddress``); without it only the
    machine itself is believed.
    """
    if current_app.config["SETTINGS"].public_url:
        return
    if (urlsplit(f"//{request.host}").hostname or "") not in _OWN_MACHINE:
        raise Unavailable(
            _(
                "The city cannot send letters yet: its administrator has to set PUBLIC_URL, the city's address."
            )
        )
