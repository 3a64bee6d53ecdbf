"""The public states by what they mean to a passer-by: five groups, told apart on the map by shape and colour."""

import json
from enum import StrEnum
from functools import cache
from pathlib import Path

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from permits.states import State


class Group(StrEnum):
    """Where a case stands, as far as somebody outside it needs to tell."""

    OPEN = "open"
    ASSESSMENT = "assessment"
    DECIDED = "decided"
    BUILDING = "building"
    ENDED = "ended"


GROUP_OF: dict[State, Group] = {
    State.VALID: Group.ASSESSMENT,
    State.CONSULTATION: Group.OPEN,
    State.ASSESSMENT: Group.ASSESSMENT,
    State.AWAITING_APPLICANT: Group.ASSESSMENT,
    State.RECOMMENDED: Group.ASSESSMENT,
    State.COMMITTEE: Group.ASSESSMENT,
    State.GRANTED: Group.DECIDED,
    State.GRANTED_CONDITIONS: Group.DECIDED,
    State.REFUSED: Group.DECIDED,
    State.APPEALED: Group.DECIDED,
    State.UPHELD: Group.DECIDED,
    State.VARIED: Group.DECIDED,
    State.REVERSED: Group.DECIDED,
    State.BUILDING: Group.BUILDING,
    State.COMPLETED: Group.ENDED,
    State.LAPSED: Group.ENDED,
    State.REVOKED: Group.ENDED,
    State.WITHDRAWN: Group.ENDED,
    State.CLOSED: Group.ENDED,
}
"""The group of every state that the public sees; a state that is not here is not shown."""

GROUP_NAMES: dict[Group, LazyProxy] = {
    Group.OPEN: _("Open for comments"),
    Group.ASSESSMENT: _("Under assessment"),
    Group.DECIDED: _("Decided"),
    Group.BUILDING: _("Under construction"),
    Group.ENDED: _("Ended"),
}


def states_of(group: Group) -> list[State]:
    """The states of a group, in the order of a case's life."""
    return [state for state in State if GROUP_OF.get(state) is group]


@cache
def shapes() -> dict[str, str]:
    """The mark of each group as a path in a box of 15, from the one source of the map's looks."""
    style = Path(__file__).resolve().parents[2] / "layers" / "style.json"
    looks = json.loads(style.read_text(encoding="utf-8"))["permits"]
    return {code: look["path"] for code, look in looks.items()}
