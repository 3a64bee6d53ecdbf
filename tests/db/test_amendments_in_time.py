"""Amendments in two times: a simple model agrees with the plan, and coming into force is whole or not at all."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.audit import write_pending
from core.database import make_engine
from core.errors import AppError
from layers.zoning.amendments import applying, services
from layers.zoning.amendments.models import Amendment
from layers.zoning.amendments.operations import SetClass
from layers.zoning.amendments.services import Titles
from layers.zoning.amendments.states import State
from tests import small_city
from tests.conftest import SRID, DatabaseMaker
from tests.db.test_amendments import (
    DAY,
    EFFECTIVE,
    HALVE,
    NOON,
    SHA,
    Office,
    build_plan,
    codes_on,
    it_is,
    rows_of,
)

CODES = ("R122", "S213", "X999")
FIRST = dt.date(2027, 1, 1)


@dataclass
class Decided:
    """One decision of the model: from a day on a zone is of a class; ``before``: what it was of until then."""

    zone: int
    day: dt.date
    code: str
    before: str
    case: Amendment | None
    is_active: bool = True


@dataclass
class Model:
    """The plan as a list of decisions, and that list as it stood at each moment that was looked at."""

    first: tuple[str, ...] = ("R122", "S213", "R122")
    decided: list[Decided] = field(default_factory=list)
    looks: list[tuple[dt.datetime, list[Decided]]] = field(default_factory=list)

    def code(self, known: list[Decided], zone: int, day: dt.date) -> str:
        found = self.first[zone]
        for each in known:
            if each.zone == zone and each.day <= day:
                found = each.code
        return found

    def active(self) -> list[Decided]:
        return [each for each in self.decided if each.is_active]

    def last_of(self, zone: int) -> Decided | None:
        own = [each for each in self.active() if each.zone == zone]
        return own[-1] if own else None


class Life:
    """Decisions at random, each made both on the plan and in the model."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.session = office, office.session
        self.dice, self.model, self.today = random.Random(seed), Model(), FIRST

    def look(self) -> None:
        moment = self.session.scalar(text("SELECT clock_timestamp()"))
        self.model.looks.append((moment, self.model.active()))

    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(12), dt.UTC)

    def amend(self) -> None:
        zone, code = self.dice.randrange(3), self.dice.choice(CODES)
        before = self.model.code(self.model.active(), zone, dt.date.max)
        if code == before:
            return
        with it_is(self.today):
            by = self.office.actor(self.office.planner)
            case = services.create(self.session, by, Titles(title_en="x"), [f"a{zone}"])
        services.save(self.session, by, case, case.version, [SetClass(key=f"a{zone}", class_code=code)])
        self.today += self.dice.randint(1, 9) * DAY
        case.state, case.effective_on, case.ordinance = State.SCHEDULED, self.today, SHA
        self.session.flush()
        assert applying.enter_due(self.session, self.now()) == [case.id]
        self.model.decided.append(Decided(zone, self.today, code, before, case))

    def undo(self, how: str) -> None:
        """Annul or repeal any amendment: possible for the last decision of its zone alone."""
        amendments = [each for each in self.model.decided if each.case is not None]
        if not amendments:
            return
        chosen = self.dice.choice(amendments)
        case = chosen.case
        assert case is not None
        self.today += DAY
        act: Any = applying.annul if how == "annul" else applying.repeal
        last = self.model.last_of(chosen.zone)
        attempt = self.session.begin_nested()
        try:
            act(self.session, case, self.office.as_(self.office.publisher), case.version, self.now(), "Court")
        except AppError:
            attempt.rollback()
            self.session.expire_all()
            assert last is not chosen, how
            return
        attempt.commit()
        if how == "annul":
            assert last is chosen
            chosen.is_active = False
        else:
            # A repeal is a decision of its own; what it puts back may be of an amendment that can be repealed, too.
            self.model.decided.append(Decided(chosen.zone, self.today, chosen.before, chosen.code, None))

    def hold_to_model(self) -> None:
        days = {each.day + shift * DAY for each in self.model.decided for shift in (-1, 0, 1)} | {FIRST}
        for moment, known in self.model.looks:
            for day in days:
                for zone in range(3):
                    found = codes_on(self.session, 100 * zone + 50, 50, day, moment)
                    assert found == [self.model.code(known, zone, day)], (moment, day, zone)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_the_plan_is_what_a_list_of_decisions_says(city: Session, seed: int) -> None:
    """At every spot, on every day, as known at every moment."""
    attempt = city.begin_nested()
    try:
        build_plan(city, rows=1)
        life = Life(Office(city), seed)
        life.look()
        for _ in range(7):
            chance = life.dice.random()
            if chance < 0.6:
                life.amend()
            else:
                life.undo("annul" if chance < 0.85 else "repeal")
            life.look()
        life.hold_to_model()
    finally:
        attempt.rollback()


@pytest.fixture
def own(make_brief_database: DatabaseMaker) -> Iterator[Engine]:
    """A database of the test's own, in which one amendment is scheduled: what is killed here had begun to commit."""
    made = make_engine(make_brief_database(srid=SRID))
    with Session(made) as session, session.begin():
        small_city.build(session)
        build_plan(session)
        office = Office(session)
        case = office.begin(HALVE, SetClass(key="n1", class_code="X999"))
        office.adopt(case)
        office.schedule(case)
    yield made
    made.dispose()


def what_stands(own: Engine) -> tuple[list[Any], list[Any], list[Any]]:
    with Session(own) as session:
        cases = session.execute(text("SELECT state, version, recorded_at FROM amendment")).all()
        events = session.execute(text("SELECT id, event FROM amendment_event ORDER BY id")).all()
        return rows_of(session), list(cases), list(events)


def enter(own: Engine, killed_at: int | None = None) -> int:
    """Bring into force what is due, on a connection that the server ends at one of the statements that write.

    Returns how many of them there were; the last one is the commit.
    """
    done = 0
    with own.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        connection.rollback()

        def kill_or_count() -> None:
            nonlocal done
            if done == killed_at:
                with own.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            done += 1

        def before_statement(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if not statement.startswith("SELECT"):
                kill_or_count()

        event.listen(connection, "before_cursor_execute", before_statement)
        with Session(connection) as session, session.begin():
            applying.enter_due(session, NOON + 60 * DAY)
            session.flush()
            write_pending(session)
            kill_or_count()
    return done


def test_killed_at_any_point_it_is_in_force_whole_or_not_at_all(own: Engine) -> None:
    before = what_stands(own)
    place = 0
    while True:
        try:
            total = enter(own, killed_at=place)
        except DBAPIError:
            assert what_stands(own) == before, place
            place += 1
        else:
            break  # there was nothing more to be killed at: this time it was done
    assert place == total > 8
    rows, [case], _events = what_stands(own)
    assert case.state == State.IN_FORCE
    with Session(own) as session:
        assert codes_on(session, 75, 50, EFFECTIVE) == ["X999"]
        assert codes_on(session, 75, 50, EFFECTIVE - DAY) == ["R122"]
    assert {str(row.recorded) for row in rows if row.amendment_id} == {f"[{case.recorded_at}, None)"}


def test_run_twice_it_is_done_once(own: Engine) -> None:
    enter(own)
    once = what_stands(own)
    enter(own)
    with Session(own) as session, session.begin():
        applying.enter_one(session, 1)
        applying.daily(session, int((NOON + 70 * DAY).timestamp()))
    assert what_stands(own) == once
