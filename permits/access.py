"""What somebody is to one case: the parties that the workflow knows, worked out from the case and their roles."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Permission
from core.audit import Actor
from core.workflow import Mover
from permits.hearing.models import Comment
from permits.models import Permit
from permits.states import Party

_STAFF: dict[Permission, Party] = {
    Permission.PERMITS_INTAKE: Party.INTAKE,
    Permission.PERMITS_ASSESS: Party.OFFICER,
    Permission.PERMITS_DECIDE: Party.REVIEWER,
    Permission.PERMITS_INSPECT: Party.INSPECTOR,
}
STAFF_PARTIES = frozenset(_STAFF.values())
CLOCK = Mover(Actor("clock"), frozenset({Party.CLOCK}))
"""Time, which takes the steps that silence means."""


def is_own(person: Person, case: Permit) -> bool:
    """Whether somebody applied for this, themselves or for another."""
    return person.id in (case.applicant_id, case.agent_id)


def parties_of(session: Session, person: Person, case: Permit) -> frozenset[Party]:
    """What a person is to a case. Of one's own case one is the applicant and nothing else, whatever one's office.

    Applicant or commenter is who may apply: an auditor's account only reads, an administrator's does no case work.
    """
    may_apply = Permission.PERMITS_APPLY in person.permissions
    if is_own(person, case):
        return frozenset({Party.APPLICANT}) if may_apply else frozenset()
    found = {party for permission, party in _STAFF.items() if permission in person.permissions}
    has_spoken = exists().where(Comment.permit_id == case.id, Comment.person_id == person.id)
    if may_apply and session.scalar(select(has_spoken)):
        found.add(Party.COMMENTER)
    return frozenset(found)


def mover(session: Session, person: Person, actor: Actor, case: Permit) -> Mover[Party]:
    """A person who takes a step in a case."""
    return Mover(actor, parties_of(session, person, case))


def is_staff(person: Person | None) -> bool:
    """Whether somebody works on permits for the city, or audits those who do."""
    if person is None:
        return False
    return bool(person.permissions & (set(_STAFF) | {Permission.RECORD_READ}))
