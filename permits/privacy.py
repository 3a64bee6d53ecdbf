"""What permits know of people beside their papers: as a download, taken out on erasure, and kept for a time only."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.privacy import erasure, own_data, retention
from accounts.privacy.erasure import Holding
from accounts.privacy.retention import Kind
from core.i18n import gettext as _
from core.i18n import lazy_gettext
from permits.assessment.models import Message
from permits.documents.models import PermitDocument
from permits.documents.services import let_go_of
from permits.hearing.models import Comment
from permits.models import Permit
from permits.states import UNDECIDED, State

_TWO_YEARS_DAYS = 730
# While these last, the city has to reach who applied.
_IN_HAND = (UNDECIDED - {State.DRAFT}) | {State.APPEALED}


def connect() -> None:
    """Have this room be asked for a person's data, told of their erasure, and its kinds kept for a time."""
    own_data.register("permits", tell_cases)
    own_data.register("comments", tell_comments)
    own_data.register("messages", tell_messages)
    erasure.register("permits", Holding(why_not, forget))
    retention.register(
        Kind(
            "comment_authors",
            lazy_gettext("Names and e-mail addresses of who commented, once the case is decided"),
            _TWO_YEARS_DAYS,
            forget_authors,
        )
    )
    retention.register(
        Kind(
            "unsent_applications",
            lazy_gettext("What was filled in of applications that were never sent"),
            _TWO_YEARS_DAYS,
            forget_unsent,
        )
    )


def tell_cases(session: Session, person: Person) -> list[dict[str, Any]]:
    """The cases that a person applied for, or has in hand for somebody else."""
    theirs = or_(Permit.applicant_id == person.id, Permit.agent_id == person.id)
    return [
        {
            "reference": case.reference,
            "tracking_code": case.tracking_code,
            "type": case.type_code,
            "state": case.state.value,
            "as": "applicant" if case.applicant_id == person.id else "agent",
            "name": case.applicant_name,
            "email": case.contact_email,
            "parcel": case.parcel_number,
            "description": case.description,
            "proposal": case.proposal,
            "answers": case.answers,
            "opened": case.opened_at.isoformat(),
            "submitted": case.submitted_at.isoformat() if case.submitted_at else None,
        }
        for case in session.scalars(select(Permit).where(theirs).order_by(Permit.id))
    ]


def tell_comments(session: Session, person: Person) -> list[dict[str, Any]]:
    """What a person said of others' cases, by this account or with its address."""
    said = select(Comment, Permit.reference).join(Permit, Permit.id == Comment.permit_id)
    return [
        {
            "case": reference,
            "stance": comment.stance.value,
            "text": comment.text,
            "name": comment.name,
            "email": comment.email,
            "at": comment.at.isoformat(),
            "receipt": comment.receipt,
            "answer": comment.answer,
        }
        for comment, reference in session.execute(said.where(_is_by(person)).order_by(Comment.id))
    ]


def tell_messages(session: Session, person: Person) -> list[dict[str, Any]]:
    """What a person wrote in a case."""
    written = select(Message).where(Message.author_id == person.id).order_by(Message.id)
    return [
        {"case": each.permit_id, "text": each.text, "at": each.at.isoformat()}
        for each in session.scalars(written)
    ]


def why_not(session: Session, person: Person) -> str:
    """An application that is not decided yet keeps its applicant."""
    in_hand = select(Permit.id).where(Permit.applicant_id == person.id, Permit.state.in_(_IN_HAND))
    if session.scalar(in_hand.limit(1)) is None:
        return ""
    return _(
        "An application of yours is not decided yet. Withdraw it, or wait for the decision, then erase the account."
    )


def forget(session: Session, person: Person) -> None:
    """Take a person out of what they said and applied for.

    Comments stay without their author, drafts are emptied and their papers given up. A permit that was decided keeps
    its applicant's name, which is part of the case, and no address.
    """
    session.execute(update(Comment).where(_is_by(person)).values(name="", email=""))
    theirs = Permit.applicant_id == person.id
    papers = select(PermitDocument).join(Permit, Permit.id == PermitDocument.permit_id)
    drafts = papers.where(theirs, Permit.state == State.DRAFT, PermitDocument.let_go_at.is_(None))
    let_go_of(session, session.scalars(drafts))
    session.execute(
        update(Permit)
        .where(theirs, Permit.state == State.DRAFT)
        .values(applicant_name="", description="", proposal={}, answers={}, precheck=None)
    )
    session.execute(update(Permit).where(theirs).values(contact_email="", version=Permit.version + 1))


def forget_authors(session: Session, before: dt.datetime) -> int:
    """Who commented before a moment on cases that are decided or over; say of how many comments that was."""
    decided = select(Permit.id).where(Permit.state.not_in(_IN_HAND))
    old = update(Comment).where(
        Comment.at < before, or_(Comment.name != "", Comment.email != ""), Comment.permit_id.in_(decided)
    )
    return int(session.execute(old.values(name="", email="")).rowcount)  # type: ignore[attr-defined]


def forget_unsent(session: Session, before: dt.datetime) -> int:
    """What was filled in of applications begun before a moment and never sent; say of how many that was.

    Most of them belong to no account, so that nobody but this could ask for it. Their papers have a kind of their own.
    """
    told = or_(Permit.applicant_name != "", Permit.contact_email != "", Permit.description != "")
    old = update(Permit).where(Permit.state == State.DRAFT, Permit.opened_at < before, told)
    emptied = old.values(
        applicant_name="",
        contact_email="",
        description="",
        proposal={},
        answers={},
        precheck=None,
        version=Permit.version + 1,
    )
    return int(session.execute(emptied).rowcount)  # type: ignore[attr-defined]


def _is_by(person: Person) -> ColumnElement[bool]:
    """Whether a comment is a person's; by its address only where they have shown that it is theirs."""
    by_account = Comment.person_id == person.id
    if person.confirmed_at is None:
        return by_account
    return or_(by_account, func.lower(Comment.email) == person.email.lower())
