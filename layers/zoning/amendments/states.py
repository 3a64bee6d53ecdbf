"""The words of an amendment's life: its states, what can happen to it, and who may do it."""

from enum import StrEnum

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _


class State(StrEnum):
    """Where an amendment stands."""

    DRAFT = "draft"
    CHECKED = "checked"
    CONSULTATION = "consultation"
    REVISED = "revised"
    ADOPTED = "adopted"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    ANNULLED = "annulled"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What can happen to an amendment, in the order of its life."""

    SUBMIT = "submit"
    CHECK = "check"
    SEND_BACK = "send_back"
    CONSULT = "consult"
    REVISE = "revise"
    ADOPT = "adopt"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    ENTER_INTO_FORCE = "enter_into_force"
    SUPERSEDE = "supersede"
    REINSTATE = "reinstate"
    REPEAL = "repeal"
    ANNUL = "annul"
    WITHDRAW = "withdraw"


class Party(StrEnum):
    """What somebody is to an amendment. ``clock``: nobody, time itself."""

    DRAFTER = "drafter"
    CHECKER = "checker"
    ADOPTER = "adopter"
    CLOCK = "clock"


EDITABLE = frozenset({State.DRAFT, State.REVISED})
"""The states in which its change set may be saved."""
BEFORE_ADOPTION = frozenset({State.DRAFT, State.CHECKED, State.CONSULTATION, State.REVISED})
PUBLIC = frozenset(State) - {State.DRAFT, State.CHECKED, State.WITHDRAWN}
"""The states in which everybody may read of it."""

STATE_NAMES: dict[State, LazyProxy] = {
    State.DRAFT: _("Draft amendment"),
    State.CHECKED: _("Checked by a second planner"),
    State.CONSULTATION: _("In public consultation"),
    State.REVISED: _("Revised after consultation"),
    State.ADOPTED: _("Adopted"),
    State.SCHEDULED: _("Adopted, to come into force"),
    State.IN_FORCE: _("In force"),
    State.SUPERSEDED: _("Replaced by a later amendment"),
    State.REPEALED: _("Repealed"),
    State.ANNULLED: _("Annulled"),
    State.WITHDRAWN: _("Amendment withdrawn"),
}

EVENT_NAMES: dict[Event, LazyProxy] = {
    Event.SUBMIT: _("Offer for checking"),
    Event.CHECK: _("Mark as checked"),
    Event.SEND_BACK: _("Send back to the planner"),
    Event.CONSULT: _("Open the public consultation"),
    Event.REVISE: _("End the consultation and revise"),
    Event.ADOPT: _("Enter the resolution"),
    Event.SCHEDULE: _("Set the effective date"),
    Event.UNSCHEDULE: _("Take back the effective date"),
    Event.ENTER_INTO_FORCE: _("Come into force"),
    Event.SUPERSEDE: _("Be replaced"),
    Event.REINSTATE: _("Stand again"),
    Event.REPEAL: _("Repeal the amendment"),
    Event.ANNUL: _("Annul the amendment"),
    Event.WITHDRAW: _("Withdraw the amendment"),
}
"""What a button says that takes the step."""

PARTY_NAMES: dict[Party, LazyProxy] = {
    Party.DRAFTER: _("Planner"),
    Party.CHECKER: _("Second planner"),
    Party.ADOPTER: _("Whoever enters resolutions"),
    Party.CLOCK: _("The effective date itself"),
}
