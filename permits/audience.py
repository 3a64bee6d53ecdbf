"""What somebody who looks at a case is to it, and so what of it they are shown (see ``core.visibility``)."""

from dataclasses import dataclass

from accounts.models import Person
from accounts.permissions import Permission
from core.audit import Actor
from core.visibility import Audience
from permits.access import is_own, is_staff
from permits.models import Permit
from permits.register.groups import GROUP_OF
from permits.states import State

_CASE_WORK = frozenset(
    {
        Permission.PERMITS_INTAKE,
        Permission.PERMITS_ASSESS,
        Permission.PERMITS_DECIDE,
        Permission.PERMITS_INSPECT,
    }
)
_OVER = frozenset(
    {State.RETURNED, State.WITHDRAWN, State.CLOSED, State.LAPSED, State.REVOKED, State.COMPLETED}
)
_IN_THE_APPLICANTS_HANDS = frozenset({State.DRAFT, State.INCOMPLETE})


def audience_of(person: Person | None, case: Permit) -> Audience:
    """What a person (None: a visitor) is to a case. Before one's own case one is a party, whatever one's office."""
    if person is not None and is_own(person, case):
        return Audience.PARTIES
    return Audience.STAFF if is_staff(person) else Audience.PUBLIC


@dataclass(frozen=True)
class Visitor:
    """Somebody before a case: who they are, as the record names them, and what they are to it."""

    case: Permit
    person: Person | None
    actor: Actor
    audience: Audience

    @property
    def may_see_case(self) -> bool:
        """Whether there is a case at all, for them: the public hears of it while the register tells of it.

        One that was published and then returned to its applicant is in the register no more, nor are its papers.
        """
        is_public = self.case.published_at is not None and self.case.state in GROUP_OF
        return self.audience is not Audience.PUBLIC or is_public

    @property
    def works_on_it(self) -> bool:
        """Whether they are of the staff that has the case in hand (the auditor only reads)."""
        return self.audience is Audience.STAFF and self._has(*_CASE_WORK)

    @property
    def may_show_and_hide(self) -> bool:
        """Whether they decide who is shown what of the case: its intake and its officer."""
        return self.audience is Audience.STAFF and self._has(Permission.PERMITS_INTAKE)

    @property
    def may_bring(self) -> bool:
        """Whether they may add to the case: who works on it, and its parties until it is over."""
        is_party = self._acts_as_party and self.case.state not in _OVER
        return self.works_on_it or is_party

    @property
    def may_take_back(self) -> bool:
        """Whether they may withdraw what was brought: who works on it, its parties while it is in their hands."""
        is_party = self._acts_as_party and self.case.state in _IN_THE_APPLICANTS_HANDS
        return self.works_on_it or is_party

    @property
    def _acts_as_party(self) -> bool:
        """Whether they may do what a party does: not by an account that only reads, such as the auditor's."""
        may_apply = self.person is None or self._has(Permission.PERMITS_APPLY)
        return self.audience is Audience.PARTIES and may_apply

    def _has(self, *wanted: Permission) -> bool:
        return self.person is not None and bool(self.person.permissions & set(wanted))
