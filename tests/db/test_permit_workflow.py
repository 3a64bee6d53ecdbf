"""The permits' table: every state, event and party, taken from the enumerations themselves."""

import dataclasses
import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import AppError, Conflict, NotAllowed, Unprocessable
from core.workflow import NotInThisState
from permits.drawing import draw
from permits.models import Permit, PermitClock, PermitEvent
from permits.services import rebuild
from permits.states import (
    CLOCK_NAMES,
    EVENT_NAMES,
    EVENT_TOLD,
    PARTY_NAMES,
    STATE_NAMES,
    Clock,
    Event,
    Notice,
    Party,
    State,
)
from permits.table import TABLE
from permits.workflow import PERMITS, PermitWorkflow
from tests.permits import NOON, as_party, make_case

BARE = PermitWorkflow(tuple(dataclasses.replace(line, guards=()) for line in TABLE))
"""The same table without its guards: what states, events and parties allow by themselves."""

ENDS = {State.COMPLETED, State.LAPSED, State.REVOKED, State.RETURNED, State.WITHDRAWN, State.CLOSED}


def data_for(event: Event) -> dict[str, Any]:
    """What a step needs to be told for its own facts, guards or not."""
    if event is Event.REFER:
        return {"meeting_on": "2026-12-15"}
    return {"days": 10} if event is Event.EXTEND else {}


def test_every_word_has_its_names() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(EVENT_NAMES) == set(EVENT_TOLD) == set(Event)
    assert set(PARTY_NAMES) == set(Party)
    assert set(CLOCK_NAMES) == set(Clock)


def test_every_state_can_be_reached_and_left() -> None:
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        state = waiting.pop()
        for line in TABLE:
            if state in line.sources:
                waiting += [target for target in line.targets if target not in reached]
                reached |= set(line.targets)
    assert reached == set(State)
    left = {source for line in TABLE for source in line.sources}
    assert set(State) - left == ENDS
    assert {line.event for line in TABLE} == set(Event)
    assert {notice for line in TABLE for notice in line.notices} == set(Notice)
    assert {tick.clock for line in TABLE for tick in line.ticks} == {*Clock, None}


@pytest.mark.parametrize("state", State)
def test_what_the_table_allows_happens_and_all_else_is_refused(city: Session, state: State) -> None:
    session = city
    case = make_case(session, state, outcome=State.GRANTED)
    for event in Event:
        line = BARE.find(state, event)
        for party in Party:
            for target in (line.targets or (None,)) if line else (None,):
                attempt = session.begin_nested()
                mover, told = as_party(party), data_for(event)
                if line is None:
                    with pytest.raises(NotInThisState) as refused:
                        BARE.move(session, case, event, mover, seen=1, now=NOON, data=told)
                    assert refused.value.details["state"] == state
                elif party not in line.parties:
                    with pytest.raises(NotAllowed):
                        BARE.move(session, case, event, mover, seen=1, now=NOON, target=target, data=told)
                else:
                    step = BARE.move(session, case, event, mover, seen=1, now=NOON, target=target, data=told)
                    assert (step.source, step.target) == (state, target or state)
                    assert (case.state, case.version) == (target or state, 2)
                attempt.rollback()
                session.refresh(case)
                assert (case.state, case.version) == (state, 1)


def test_an_end_that_the_step_does_not_lead_to_is_refused(city: Session) -> None:
    case = make_case(city, State.RECOMMENDED)
    mover = as_party(Party.REVIEWER)
    for target in (None, State.COMPLETED):
        with pytest.raises(Unprocessable) as refused:
            BARE.move(city, case, Event.DECIDE, mover, seen=1, now=NOON, target=target)
        assert refused.value.field == "outcome"
    with pytest.raises(Unprocessable):
        BARE.move(city, case, Event.SEND_BACK, mover, seen=1, now=NOON, target=State.REFUSED)


def test_who_saw_an_older_version_moves_nothing(city: Session) -> None:
    case = make_case(city, State.RECOMMENDED, version=3)
    with pytest.raises(Conflict) as refused:
        BARE.move(city, case, Event.SEND_BACK, as_party(Party.REVIEWER), seen=2, now=NOON)
    assert refused.value.details == {"seen": 2, "now": 3}
    assert city.scalar(select(func.count()).select_from(PermitEvent)) == 0


def test_a_step_writes_event_clocks_letter_and_record_or_nothing(city: Session) -> None:
    case = make_case(city, State.CHECKING)
    with pytest.raises(AppError):
        PERMITS.move(city, case, Event.VALIDATE, as_party(Party.INTAKE), seen=1, now=NOON)
    assert city.scalar(select(func.count()).select_from(PermitEvent)) == 0
    assert city.scalar(select(func.count()).select_from(PermitClock)) == 0
    BARE.move(city, case, Event.VALIDATE, as_party(Party.INTAKE), seen=1, now=NOON)
    [event] = city.scalars(select(PermitEvent))
    assert (event.ordinal, event.source, event.target) == (1, State.CHECKING, State.VALID)
    [clock] = city.scalars(select(PermitClock))
    assert (clock.clock, clock.act, clock.days, clock.event_id) == (Clock.DECISION, "start", 30, event.id)
    assert case.published_at == NOON


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), is_guarded=st.booleans())
def test_random_lives_stay_in_the_table(city: Session, seed: int, is_guarded: bool) -> None:
    """Whatever is tried, and by whomever, the state is one that its events lead to."""
    dice = random.Random(seed)
    workflow = PERMITS if is_guarded else BARE
    life = city.begin_nested()
    case = make_case(city)
    now = NOON
    for _ in range(25):
        now += dt.timedelta(days=dice.choice((0, 0, 1, 5, 40)))
        possible = workflow.list_steps(case.state, frozenset(Party))
        line = dice.choice(possible) if possible and dice.random() < 0.9 else dice.choice(TABLE)
        before = case.state, case.version
        attempt = city.begin_nested()
        try:
            workflow.move(
                city,
                case,
                line.event,
                as_party(*dice.sample(list(Party), dice.randint(1, len(Party)))),
                seen=case.version,
                now=now,
                target=dice.choice(line.targets) if line.targets else None,
                data=data_for(line.event) | {"reason": "so", "outcome": "granted", "order": "12"},
            )
        except AppError:
            attempt.rollback()
            city.refresh(case)
            assert (case.state, case.version) == before
        else:
            attempt.commit()
    assert case.state in State
    assert rebuild(city, case) is case.state
    life.rollback()


def test_a_row_that_no_step_wrote_is_found(city: Session) -> None:
    case = make_case(city, State.GRANTED)
    city.add(
        PermitEvent(
            permit_id=case.id,
            ordinal=1,
            event=Event.DECIDE,
            source=State.RECOMMENDED,
            target=State.GRANTED,
            party=Party.REVIEWER,
            at=NOON,
        )
    )
    city.flush()
    with pytest.raises(ValueError, match="does not lead"):
        rebuild(city, case)
    assert isinstance(case, Permit)


def test_the_drawn_workflow_is_the_one_that_runs() -> None:
    """docs/permits-workflow.md: made by ``flask permits diagram``."""
    drawn = (Path(__file__).resolve().parents[2] / "docs" / "permits-workflow.md").read_text(encoding="utf-8")
    assert drawn == draw()
    for state in State:
        assert f"    {state.value}: " in drawn
