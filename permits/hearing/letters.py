"""The letter that gives a commenter their receipt, in the language they wrote in."""

from sqlalchemy.orm import Session

from core import mail
from core.clocks import Reading
from core.i18n import format_date, speaking
from core.i18n import gettext as _
from permits.hearing.models import Comment
from permits.models import Permit


def send_receipt(
    session: Session, case: Permit, said: Comment, reading: Reading | None, address: str
) -> None:
    """Have the receipt mailed after this transaction, when an e-mail was given; ``address`` is where to follow it."""
    if not said.email:
        return
    with speaking(said.language):
        lines = [
            _("Your comment on %(reference)s has arrived.", reference=case.reference or ""),
            _("Your receipt: %(receipt)s", receipt=said.receipt),
        ]
        if reading is not None and reading.due_on is not None:
            lines.append(_("Comments are taken until %(day)s.", day=format_date(reading.due_on)))
        lines += ["", _("The city's answer, and how the case stands, are here:"), address]
        subject = _("Your comment on %(reference)s", reference=case.reference or "")
        mail.send(session, mail.Letter(said.email, subject, "\n".join(lines) + "\n"))
