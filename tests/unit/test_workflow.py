"""The engine's own part of a workflow: one line per state and event, and a state that its events lead to."""

import datetime as dt
from enum import StrEnum
from typing import Any

import pytest

from core.workflow import Step, Transition, Workflow

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"


class Act(StrEnum):
    SHUT = "shut"
    KNOCK = "knock"
    USE_KEY = "use_key"


class Hand(StrEnum):
    OWNER = "owner"
    GUEST = "guest"


class Doors(Workflow[Any, Door, Act, Hand]):
    kind = "door"
    initial = Door.OPEN

    def write_event(self, attempt: Any, step: Any) -> None: ...

    def turn_clock(self, attempt: Any, tick: Any) -> None: ...

    def notify(self, attempt: Any, step: Any, notice: Any) -> None: ...


EVERYBODY = frozenset(Hand)
SHUT = Transition[Any, Door, Act, Hand](Act.SHUT, frozenset({Door.OPEN}), (Door.SHUT,), EVERYBODY)
KNOCK = Transition[Any, Door, Act, Hand](Act.KNOCK, frozenset({Door.SHUT, Door.LOCKED}), (), EVERYBODY)
USE_KEY = Transition[Any, Door, Act, Hand](
    Act.USE_KEY, frozenset({Door.SHUT}), (Door.LOCKED, Door.OPEN), frozenset({Hand.OWNER})
)
DOORS = Doors((SHUT, KNOCK, USE_KEY))


def step(event: Act, source: Door, target: Door) -> Step[Door, Act, Hand]:
    return Step(event, source, target, Hand.OWNER, NOON)


def test_a_state_is_what_its_events_lead_to() -> None:
    assert DOORS.replay([]) is Door.OPEN
    way = [step(Act.SHUT, Door.OPEN, Door.SHUT), step(Act.KNOCK, Door.SHUT, Door.SHUT)]
    assert DOORS.replay(way) is Door.SHUT
    assert DOORS.replay([*way, step(Act.USE_KEY, Door.SHUT, Door.LOCKED)]) is Door.LOCKED


@pytest.mark.parametrize(
    "wrong",
    [
        step(Act.KNOCK, Door.OPEN, Door.OPEN),
        step(Act.SHUT, Door.OPEN, Door.LOCKED),
        step(Act.SHUT, Door.SHUT, Door.SHUT),
    ],
)
def test_events_that_no_step_can_have_written_are_found(wrong: Step[Door, Act, Hand]) -> None:
    with pytest.raises(ValueError, match="does not lead"):
        DOORS.replay([wrong])


def test_a_table_says_one_thing_of_an_event_in_a_state() -> None:
    with pytest.raises(ValueError, match="two lines"):
        Doors((SHUT, SHUT))


def test_who_may_do_what() -> None:
    assert DOORS.list_steps(Door.SHUT, frozenset({Hand.GUEST})) == [KNOCK]
    assert DOORS.list_steps(Door.SHUT, EVERYBODY) == [KNOCK, USE_KEY]
    assert DOORS.find(Door.OPEN, Act.USE_KEY) is None
