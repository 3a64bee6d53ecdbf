"""Publicity: the neighbours drawn up and frozen, comments with a receipt until the deadline, and their answers."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.clocks import ClockState, Reading
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _
from core.workflow import Mover
from parcels.models import Parcel
from permits import clocks
from permits.hearing.models import Comment, Neighbour, Stance
from permits.models import Permit
from permits.spots import spot_near
from permits.states import Clock, Event, Party
from permits.types.services import get_settings
from permits.workflow import PERMITS

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT_LENGTH = 10
_LONGEST = 5_000
_LONGEST_LINE = 300


@dataclass(frozen=True)
class Said:
    """A comment as it was sent. ``lon`` and ``lat`` in degrees, both or neither."""

    stance: Stance
    text: str
    name: str = ""
    email: str = ""
    language: str = "fa"
    person_id: int | None = None
    lon: float | None = None
    lat: float | None = None


def publicise(session: Session, case: Permit, mover: Mover[Party], seen: int, now: dt.datetime) -> None:
    """Open a case for comments: the parcels within the type's distance are listed as they are now, and written to."""
    PERMITS.hold(session, case, seen)
    settings = get_settings(session, case.type_code, case.type_version)
    session.add_all(_draw_up(session, case, settings.neighbours_within_m))
    case.neighbours_frozen_at = now
    session.flush()
    PERMITS.move(session, case, Event.PUBLICISE, mover, seen=seen, now=now)


def _draw_up(session: Session, case: Permit, within_m: float) -> list[Neighbour]:
    here = select(Parcel.geom).where(Parcel.id == case.parcel_id).scalar_subquery()
    distance = func.ST_Distance(Parcel.geom, here)
    near = (
        select(Parcel.id, Parcel.number, Parcel.address, distance)
        .where(
            Parcel.valid_to.is_(None),
            Parcel.id != case.parcel_id,
            func.ST_DWithin(Parcel.geom, here, within_m),
        )
        .order_by(distance, Parcel.number)
    )
    return [
        Neighbour(
            permit_id=case.id, parcel_id=parcel_id, parcel_number=number, address=address, distance_m=metres
        )
        for parcel_id, number, address, metres in session.execute(near)
    ]


def list_neighbours(session: Session, case: Permit) -> list[Neighbour]:
    """The frozen list, nearest first."""
    asked = select(Neighbour).where(Neighbour.permit_id == case.id)
    return list(session.scalars(asked.order_by(Neighbour.distance_m, Neighbour.parcel_number)))


def is_open(session: Session, case: Permit, now: dt.datetime) -> bool:
    """Whether comments may be sent now."""
    return clocks.is_within(session, case, Clock.COMMENT, now)


def get_open(session: Session, case: Permit, now: dt.datetime) -> Reading:
    """The running period for comments. Raises Conflict when comments are not open."""
    reading = clocks.find_clock(session, case, Clock.COMMENT, now)
    if reading is None or reading.state is not ClockState.RUNNING:
        raise Conflict(_("Comments are not open for this case."), details={"reason": "not_open"})
    return reading


def get_by_receipt(session: Session, receipt: str) -> Comment:
    """The comment that a receipt was given for, however it was typed. Raises NotFound."""
    typed = "".join(receipt.upper().split()).replace("-", "")
    found = session.scalars(select(Comment).where(Comment.receipt == typed)).one_or_none()
    if found is None:
        raise NotFound(_("There is no comment with this receipt."), field="receipt")
    return found


def comment(session: Session, case: Permit, said: Said, now: dt.datetime) -> Comment:
    """Take a comment and give it a receipt. Raises Conflict when comments are not open."""
    PERMITS.hold(session, case, None)
    get_open(session, case, now)
    text = said.text.strip()
    if not text:
        raise Unprocessable(_("Please write your comment."), field="text")
    if len(text) > _LONGEST:
        raise Unprocessable(_("This is too long: %(most)s characters at most.", most=_LONGEST), field="text")
    made = Comment(
        permit_id=case.id,
        receipt="".join(secrets.choice(_ALPHABET) for _ in range(_RECEIPT_LENGTH)),
        person_id=said.person_id,
        name=said.name.strip()[:_LONGEST_LINE],
        email=said.email.strip()[:_LONGEST_LINE],
        language=said.language,
        stance=said.stance,
        text=text,
        geom=_spot(session, said),
        must_answer=said.stance is Stance.OBJECTION,
        at=now,
    )
    session.add(made)
    session.flush()
    return made


def _spot(session: Session, said: Said) -> object | None:
    if said.lon is None or said.lat is None:
        return None
    if not (-180 <= said.lon <= 180 and -90 <= said.lat <= 90):
        raise Unprocessable(_("This is no place on earth."), field="lon")
    return spot_near(session, said.lon, said.lat)


def list_comments(session: Session, case: Permit) -> list[Comment]:
    """Every comment on a case, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.permit_id == case.id).order_by(Comment.id)))


def answer_comment(
    session: Session, actor: Actor, case: Permit, comment_id: int, seen: int, now: dt.datetime, text: str
) -> Comment:
    """What the city says to a comment. Raises Conflict when it was answered meanwhile."""
    found = _get(session, case, comment_id, seen)
    found.answer = text.strip()[:_LONGEST]
    if not found.answer:
        raise Unprocessable(_("Please fill this in."), field="answer")
    found.answered_by, found.answered_at = actor.id, now
    found.version += 1
    session.flush()
    audit.record(session, actor, "permit.comment_answer", f"permit:{case.id}", after={"comment": found.id})
    return found


def group_comment(
    session: Session, actor: Actor, case: Permit, comment_id: int, seen: int, with_id: int
) -> Comment:
    """Have a comment answered together with another one that says the same."""
    found = _get(session, case, comment_id, seen)
    other = session.get(Comment, with_id)
    if other is None or other.permit_id != case.id or other.id == found.id or other.group_id is not None:
        raise Unprocessable(_("Please choose another comment that is answered by itself."), field="with")
    found.group_id = other.id
    found.version += 1
    session.flush()
    audit.record(
        session,
        actor,
        "permit.comment_group",
        f"permit:{case.id}",
        after={"comment": found.id, "with": other.id},
    )
    return found


def _get(session: Session, case: Permit, comment_id: int, seen: int) -> Comment:
    found = session.get(Comment, comment_id, with_for_update=True)
    if found is None or found.permit_id != case.id:
        raise NotFound(_("There is no such comment on this case."), field="comment")
    if found.version != seen:
        raise Conflict(
            _("Somebody else has changed this comment meanwhile. What you wrote is kept below."),
            field="version",
            details={"seen": seen, "now": found.version},
        )
    return found
