"""Letters that the desk sends by itself: a message to the applicant, the link to somebody who is consulted."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import mail
from core.i18n import format_date, speaking
from core.i18n import gettext as _
from layers.words import isolated
from permits import notices
from permits.assessment.models import Consultee
from permits.models import Permit


def write_to_applicant(session: Session, case: Permit, text: str) -> None:
    """Send what an officer wrote to the applicant, in the applicant's language, with the way to answer."""
    if not case.contact_email:
        return
    with speaking(case.language):
        lines = [
            _("The city writes to you in the case %(reference)s:", reference=case.reference or ""),
            "",
            isolated(text),
            "",
            _("You answer on the page of your application:"),
            notices.link_of(case),
        ]
        subject = _("A message in the case %(reference)s", reference=case.reference or "")
        mail.send(session, mail.Letter(case.contact_email, subject, "\n".join(lines) + "\n"))


def write_to_consultee(session: Session, case: Permit, link_to: Callable[[int], str]) -> None:
    """Send the link to whoever was asked last, in the city's first language and in the other."""
    asked = select(Consultee).where(Consultee.permit_id == case.id).order_by(Consultee.id.desc()).limit(1)
    consultee = session.scalars(asked).one()
    lines, subject = [], ""
    for code in ("fa", "en"):
        with speaking(code):
            subject = subject or _(
                "The city asks for your opinion in the case %(reference)s", reference=case.reference or ""
            )
            lines += [
                _("To %(name)s", name=isolated(consultee.name)),
                _("The city asks for your opinion in the case %(reference)s", reference=case.reference or ""),
                isolated(consultee.question),
                _(
                    "You need no account. The page takes one answer, until %(day)s:",
                    day=format_date(consultee.due_at) if consultee.due_at else "",
                ),
                link_to(consultee.id) + f"?lang={code}",
                "",
            ]
    mail.send(session, mail.Letter(consultee.email, subject, "\n".join(lines)))
