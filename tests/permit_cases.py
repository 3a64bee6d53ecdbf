"""Cases for tests that need one and not how it came about."""

import datetime as dt
import secrets

from sqlalchemy.orm import Session

from accounts.models import Person
from permits.models import Permit
from permits.states import State


def make_case(
    session: Session,
    reference: str | None = "1405-000012",
    *,
    applicant: Person | None = None,
    agent: Person | None = None,
    state: State = State.ASSESSMENT,
    is_published: bool = True,
    description: str = "A house of three floors",
) -> Permit:
    """A case of a new building, as it stands in a state."""
    made = Permit(
        reference=reference,
        tracking_code=secrets.token_hex(8),
        type_code="new_building",
        type_version=1,
        state=state,
        applicant_id=applicant.id if applicant else None,
        agent_id=agent.id if agent else None,
        description=description,
        published_at=dt.datetime.now(dt.UTC) if is_published else None,
    )
    session.add(made)
    session.flush()
    return made
