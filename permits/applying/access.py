"""Who stands before an application as its applicant: whoever holds its code, until an account has claimed it.

Why the code alone is enough, and when no longer: docs/adr/0024.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Permission
from core.audit import Actor
from core.errors import NotAllowed, NotFound, NotSignedIn
from core.i18n import gettext as _
from core.visibility import Audience
from core.workflow import Mover
from permits import access, services
from permits.audience import Visitor
from permits.models import Permit
from permits.states import Party

_BY_CODE = "applicant by code"


@dataclass(frozen=True)
class Holder:
    """Somebody who is the applicant of a case: by its code, or by their account."""

    case: Permit
    person: Person | None
    actor: Actor

    @property
    def is_by_code(self) -> bool:
        """Whether the code is all that makes them the applicant."""
        return self.case.applicant_id is None

    @property
    def may_write(self) -> bool:
        """Whether they may change anything: accounts that only audit may not, whatever code they hold."""
        return self.person is None or Permission.PERMITS_APPLY in self.person.permissions

    @property
    def mover(self) -> Mover[Party]:
        """The same for the workflow."""
        return Mover(self.actor, frozenset({Party.APPLICANT}) if self.may_write else frozenset())

    @property
    def visitor(self) -> Visitor:
        """The same before the papers of the case."""
        return Visitor(self.case, self.person, self.actor, Audience.PARTIES)

    def need_to_write(self) -> None:
        """Raises NotAllowed for accounts that only read."""
        if not self.may_write:
            raise NotAllowed(
                _("Your account may not do this. If it should, ask an administrator of the city.")
            )


def open_by_code(session: Session, code: str, person: Person | None, request_id: str) -> Holder:
    """The application behind a tracking code, for whoever holds it.

    Raises NotFound for a code that opens nothing, or nothing of theirs; NotSignedIn where an account has claimed it.
    """
    case = services.get_by_code(session, code)
    if case.applicant_id is not None and not (person is not None and access.is_own(person, case)):
        if person is None:
            raise NotSignedIn(_("This application belongs to an account. Please sign in to open it."))
        raise NotFound(_("There is no application with this tracking code."), field="code")
    return Holder(case, person, actor_of(person, request_id))


def actor_of(person: Person | None, request_id: str) -> Actor:
    """An applicant as the record names them; the code itself never stands in it."""
    return Actor(person.in_record, person.id, request_id) if person else Actor(_BY_CODE, None, request_id)
