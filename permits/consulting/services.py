"""The signed link of somebody who is consulted, and the one answer that it takes."""

import datetime as dt

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _
from permits.assessment.models import Consultee
from permits.models import Permit

_SALT = "permits.consultee"
_LONGEST = 10_000


def token_for(secret: str, consultee_id: int) -> str:
    """What stands in the link of a letter. Only this city can make it."""
    return str(URLSafeSerializer(secret, salt=_SALT).dumps(consultee_id))


def get_asked(session: Session, secret: str, token: str) -> Consultee:
    """Whom a link was sent to. Raises NotFound for one that this city did not make."""
    try:
        number = URLSafeSerializer(secret, salt=_SALT).loads(token)
    except BadData:
        number = None
    found = session.get(Consultee, number) if isinstance(number, int) else None
    if found is None:
        raise NotFound(_("This link is not one that the city has sent."), field="token")
    return found


def is_expired(consultee: Consultee, now: dt.datetime) -> bool:
    """Whether the period to answer is over."""
    return consultee.due_at is not None and now > consultee.due_at


def give_opinion(session: Session, consultee: Consultee, text: str, now: dt.datetime) -> None:
    """Keep the answer. Raises Conflict for a second one or one too late, Unprocessable for none."""
    session.refresh(consultee, with_for_update=True)
    if consultee.answered_at is not None:
        raise Conflict(_("You have answered already. The city works with that answer."), field="opinion")
    if is_expired(consultee, now):
        raise Conflict(_("The period to answer is over. Please write to the city."), field="opinion")
    told = text.strip()
    if not told:
        raise Unprocessable(_("Please fill this in."), field="opinion")
    if len(told) > _LONGEST:
        raise Unprocessable(
            _("This is too long: %(most)s characters at most.", most=_LONGEST), field="opinion"
        )
    consultee.opinion, consultee.answered_at = told, now
    session.flush()
    case = session.get_one(Permit, consultee.permit_id)
    audit.record(
        session,
        Actor("consultee"),
        "permit.opinion",
        f"permit:{case.id}",
        after={"consultee": consultee.id},
    )
