"""What permits know of people beside their papers: as a download, taken out on erasure, and kept for a time only."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from accounts.models import Person
from accounts.privacy import erasure, own_data, retention
from accounts.privacy.erasure import Holding
from accounts.privacy.retention import Kind
from core.i18n import gettext as _
from core.i18n import lazy_gettext
from permits.assessment.models import Consultee, Message
from permits.documents.models import PermitDocument
from permits.documents.services import let_go_of
from permits.hearing.models import Comment, Neighbour
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
    own_data.register("opinions", tell_opinions)
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
            "consultees",
            lazy_gettext("Names and e-mail addresses of who was consulted, once the case is decided"),
            _TWO_YEARS_DAYS,
            forget_consultees,
        )
    )
    retention.register(
        Kind(
            "neighbours",
            lazy_gettext("E-mail addresses of neighbours who were written to, once the case is decided"),
            _TWO_YEARS_DAYS,
            forget_neighbours,
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


def tell_opinions(session: Session, person: Person) -> list[dict[str, Any]]:
    """What the city asked of a person as an outsider, at their address, and what they answered."""
    asked = select(Consultee).where(_is_at(person, Consultee.email)).order_by(Consultee.id)
    return [
        {
            "case": each.permit_id,
            "name": each.name,
            "email": each.email,
            "question": each.question,
            "at": each.asked_at.isoformat(),
            "opinion": each.opinion,
        }
        for each in session.scalars(asked)
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

    Comments and opinions stay without their author, drafts are emptied and their papers given up. A permit that was
    decided keeps its applicant's name, which is part of the case, and no address.
    """
    session.execute(update(Comment).where(_is_by(person)).values(name="", email=""))
    session.execute(update(Consultee).where(_is_at(person, Consultee.email)).values(name="", email=""))
    session.execute(update(Neighbour).where(_is_at(person, Neighbour.email)).values(email=""))
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
    old = update(Comment).where(
        Comment.at < before, or_(Comment.name != "", Comment.email != ""), Comment.permit_id.in_(_decided())
    )
    return int(session.execute(old.values(name="", email="")).rowcount)  # type: ignore[attr-defined]


def forget_consultees(session: Session, before: dt.datetime) -> int:
    """Who was asked before a moment for an opinion on cases that are decided or over; what they said stays."""
    old = update(Consultee).where(
        Consultee.asked_at < before,
        or_(Consultee.name != "", Consultee.email != ""),
        Consultee.permit_id.in_(_decided()),
    )
    return int(session.execute(old.values(name="", email="")).rowcount)  # type: ignore[attr-defined]


def forget_neighbours(session: Session, before: dt.datetime) -> int:
    """The addresses of neighbours of cases that are decided or over; those never written to go with the case's age."""
    began = _decided().where(Permit.opened_at < before)
    old = update(Neighbour).where(
        or_(Neighbour.written_at < before, Neighbour.written_at.is_(None)),
        Neighbour.email != "",
        Neighbour.permit_id.in_(began),
    )
    return int(session.execute(old.values(email="")).rowcount)  # type: ignore[attr-defined]


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


def _decided() -> Select[int]:
    return select(Permit.id).where(Permit.state.not_in(_IN_HAND))


def _is_by(person: Person) -> ColumnElement[bool]:
    """Whether a comment is a person's, by account or by address."""
    return or_(Comment.person_id == person.id, _is_at(person, Comment.email))


def _is_at(person: Person, email: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether an address is a person's: only where they have shown that it is theirs."""
    return false() if person.confirmed_at is None else func.lower(email) == person.email.lower()
