"""Letters: written in the edit's own transaction, sent by the worker, tried again until the mail server takes them.

A letter may reach a mail server twice, when the worker dies between the server's answer and its own commit: it then
carries the same Message-ID, by which mail programs tell that it is the same.
"""

import smtplib
import ssl
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy.orm import Session

from core import jobs
from core.errors import BadInput
from core.i18n import gettext as _

_TIMEOUT_S = 30
_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class Letter:
    """One letter to one address, in one language."""

    to: str
    subject: str
    text: str
    html: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True)
class MailServer:
    """Where letters go: ``smtp://user:password@host:587?starttls=1`` or ``smtps://…``; empty: they are printed."""

    url: str = ""
    sender: str = "shahrnama@localhost"

    def deliver(self, letter: Letter) -> None:
        """Hand over one letter. Raises OSError or smtplib.SMTPException when the server does not take it."""
        message = _message(letter, self.sender)
        if not self.url:
            sys.stdout.write(f"-- letter to {letter.to}: {letter.subject}\n{letter.text}\n--\n")
            sys.stdout.flush()
            return
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        secure = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=secure)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
        ) as link:
            if parts.scheme == "smtp" and parse_qs(parts.query).get("starttls") == ["1"]:
                link.starttls(context=secure)
            if parts.username:
                link.login(unquote(parts.username), unquote(parts.password or ""))
            link.send_message(message)


_deliver: list[Callable[[Letter], None]] = []


def deliver_by(server: MailServer) -> None:
    """Have this process's letters go there."""
    _deliver[:] = [server.deliver]


def send(session: Session, letter: Letter) -> int:
    """Have a letter sent after this session's commit; return the job's number.

    Raises BadInput when the address or the subject would break a header.
    """
    for text, name in ((letter.to, "email"), (letter.subject, "subject")):
        if any(ord(character) < 32 for character in text):
            raise BadInput(_("An e-mail address has no line breaks."), field=name)
    return jobs.defer(
        session,
        "mail.send",
        to=letter.to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        letter_id=letter.id,
    )


@jobs.task("mail.send", attempts=12)
def _send(_session: Session, *, to: str, subject: str, text: str, html: str, letter_id: str) -> None:
    (_deliver[0] if _deliver else MailServer().deliver)(Letter(to, subject, text, html, letter_id))


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=False, usegmt=True)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message
