"""An amendment from its first zone to its effective date and beyond, on the plan that everybody reads."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Role
from core.audit import Actor
from core.errors import AppError, Conflict, NotAllowed, NotFound, Unprocessable
from core.workflow import Mover, NotInThisState, NotYet
from layers.zoning.amendments import applying, queries, services
from layers.zoning.amendments.access import CLOCK, mover
from layers.zoning.amendments.drafts import Refused
from layers.zoning.amendments.models import Amendment, AmendmentEvent, AmendmentSave
from layers.zoning.amendments.operations import Merge, Operation, SetClass, Split
from layers.zoning.amendments.services import Titles
from layers.zoning.amendments.states import (
    BEFORE_ADOPTION,
    EVENT_NAMES,
    PARTY_NAMES,
    STATE_NAMES,
    Event,
    Party,
    State,
)
from layers.zoning.amendments.table import TABLE
from layers.zoning.amendments.workflow import AMENDMENTS, AmendmentWorkflow
from tests.people import make_person
from tests.small_city import X0, Y0

BARE = AmendmentWorkflow(tuple(dataclasses.replace(line, guards=()) for line in TABLE))
"""The same table without its guards: what states, events and parties allow by themselves."""
NOON = dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(1)
EFFECTIVE = dt.date(2026, 12, 20)
SHA = "a" * 64
ENDS = {State.REPEALED, State.ANNULLED, State.WITHDRAWN}


def build_plan(session: Session, columns: int = 3, rows: int = 2) -> None:
    """A plan of squares of 100 m, a0, a1 … in the south row, b0 … above it; the law since 2015."""
    session.execute(text("DELETE FROM zone"))
    session.execute(
        text(
            "INSERT INTO zone (zone_key, class_id, geom, valid, recorded)"
            " SELECT chr(97 + y) || x, 1 + (x + y) % 2, ST_Multi(ST_MakeEnvelope(:x0 + 100 * x, :y0 + 100 * y,"
            " :x0 + 100 * x + 100, :y0 + 100 * y + 100, srid)), '[2015-03-21,)', '[2015-03-21,)'"
            " FROM city, generate_series(0, :columns - 1) AS x, generate_series(0, :rows - 1) AS y"
        ),
        {"x0": X0, "y0": Y0, "columns": columns, "rows": rows},
    )
    session.execute(
        text("INSERT INTO document_file (sha256, kind, size_bytes) VALUES (:sha, 'pdf', 1)"), {"sha": SHA}
    )


def at(*spots: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    return tuple((X0 + x, Y0 + y) for x, y in spots)


HALVE = Split(key="a0", line=at((50, -5), (50, 105)), new_key="n1")
RECLASS = SetClass(key="a0", class_code="S213")


class Office:
    """The people of a planning office, and what they do to amendments."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.planner = make_person(session, Role.PLANNER)
        self.other = make_person(session, Role.PLANNER)
        self.checker = make_person(session, Role.PLAN_CHECKER)
        self.publisher = make_person(session, Role.PUBLISHER)

    def actor(self, person: Person) -> Actor:
        return Actor(person.in_record, person.id)

    def as_(self, person: Person) -> Mover[Party]:
        return mover(person, self.actor(person))

    def begin(self, *operations: Operation, keys: tuple[str, ...] = ("a0", "a1")) -> Amendment:
        """A draft with these operations saved and its ordinance attached."""
        by = self.actor(self.planner)
        case = services.create(self.session, by, Titles(title_en="Wider lanes"), keys)
        services.attach_ordinance(self.session, by, case, case.version, SHA)
        services.save(self.session, by, case, case.version, operations)
        return case

    def step(
        self, case: Amendment, event: Event, person: Person, now: dt.datetime = NOON, **data: Any
    ) -> None:
        services.step(self.session, case, event, self.as_(person), case.version, now, data)

    def adopt(self, case: Amendment) -> None:
        """Take a draft all the way to its resolution."""
        self.step(case, Event.SUBMIT, self.planner)
        self.step(case, Event.CHECK, self.checker)
        self.step(case, Event.CONSULT, self.publisher, comments_until="2026-12-05")
        self.step(case, Event.REVISE, self.planner, NOON + 15 * DAY)
        self.step(
            case,
            Event.ADOPT,
            self.publisher,
            NOON + 15 * DAY,
            resolution="12/405",
            resolution_on="2026-12-08",
        )

    def schedule(self, case: Amendment, day: dt.date = EFFECTIVE) -> None:
        now = NOON + 15 * DAY
        services.schedule(self.session, case, self.as_(self.publisher), case.version, now, day)

    def enact(self, case: Amendment, day: dt.date = EFFECTIVE) -> None:
        """Take a draft into force."""
        self.adopt(case)
        self.schedule(case, day)
        assert applying.enter_due(self.session, NOON + 60 * DAY) == [case.id]
        assert case.state is State.IN_FORCE


@pytest.fixture
def office(city: Session) -> Office:
    build_plan(city)
    return Office(city)


@contextmanager
def it_is(day: dt.date) -> Iterator[None]:
    """What asks for the city's day is told this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.local_time.get_today", lambda _session: day)
        yield


def codes_on(
    session: Session, x: float, y: float, day: dt.date, known: dt.datetime | None = None
) -> list[str]:
    """The classes of the zones at a spot on a day, as known now or at a moment."""
    return list(
        session.scalars(
            text(
                "SELECT code FROM zone JOIN zone_class ON zone_class.id = class_id, city"
                " WHERE valid @> CAST(:day AS date)"
                " AND CASE WHEN CAST(:known AS timestamptz) IS NULL THEN upper_inf(recorded)"
                "     ELSE recorded @> CAST(:known AS timestamptz) END"
                " AND ST_Covers(geom, ST_SetSRID(ST_MakePoint(:x, :y), srid)) ORDER BY code"
            ),
            {"day": day, "known": known, "x": X0 + x, "y": Y0 + y},
        )
    )


def rows_of(session: Session) -> list[Any]:
    return list(session.execute(text("SELECT * FROM zone ORDER BY id")).all())


def refused(call: Any, *given: Any, **more: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        call(*given, **more)
    return caught.value


def test_every_word_has_its_names() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(EVENT_NAMES) == set(Event)
    assert set(PARTY_NAMES) == set(Party)


def test_every_state_can_be_reached_and_left() -> None:
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        state = waiting.pop()
        for line in TABLE:
            if state in line.sources:
                waiting += [target for target in line.targets if target not in reached]
                reached |= set(line.targets)
    assert reached == set(State)
    assert set(State) - {source for line in TABLE for source in line.sources} == ENDS
    assert {line.event for line in TABLE} == set(Event)
    assert {
        source for line in TABLE if line.event is Event.WITHDRAW for source in line.sources
    } == BEFORE_ADOPTION


def data_for(event: Event) -> dict[str, Any]:
    """What a step needs to be told for its own facts, guards or not."""
    return {
        Event.CONSULT: {"comments_until": "2026-12-05"},
        Event.ADOPT: {"resolution": "12", "resolution_on": "2026-11-20"},
        Event.SCHEDULE: {"effective_on": "2026-12-20"},
    }.get(event, {})


@pytest.mark.parametrize("state", State)
def test_what_the_table_allows_happens_and_all_else_is_refused(office: Office, state: State) -> None:
    session = office.session
    case = Amendment(title_en="Any", state=state)
    session.add(case)
    session.flush()
    session.refresh(case)
    for event in Event:
        line = BARE.find(state, event)
        for party in Party:
            attempt = session.begin_nested()
            moving: dict[str, Any] = {"seen": 1, "now": NOON, "data": data_for(event)}
            who = Mover(Actor("test"), frozenset({party}))
            if line is None:
                with pytest.raises(NotInThisState):
                    BARE.move(session, case, event, who, **moving)
            elif party not in line.parties:
                with pytest.raises(NotAllowed):
                    BARE.move(session, case, event, who, **moving)
            else:
                step = BARE.move(session, case, event, who, **moving)
                target = line.targets[0] if line.targets else state
                assert (step.target, case.state, case.version) == (target, target, 2)
            attempt.rollback()
            session.refresh(case)
            assert (case.state, case.version) == (state, 1)


def test_a_whole_life(office: Office) -> None:
    session, case = office.session, office.begin(HALVE, SetClass(key="n1", class_code="X999"))
    office.adopt(case)
    assert (case.resolution, case.resolution_on) == ("12/405", dt.date(2026, 12, 8))
    office.schedule(case)
    [job] = session.execute(
        text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = :name"),
        {"name": applying.ENTER_JOB},
    ).all()
    assert job.args == {"amendment_id": case.id}
    assert job.scheduled_at == dt.datetime(2026, 12, 19, 20, 30, tzinfo=dt.UTC)  # midnight in Tehran
    before = rows_of(session)
    assert applying.enter_due(session, NOON + 20 * DAY) == []  # the 15th: its day has not come
    assert rows_of(session) == before
    assert applying.enter_due(session, NOON + 40 * DAY) == [case.id]
    assert codes_on(session, 75, 50, EFFECTIVE) == ["X999"]
    assert codes_on(session, 75, 50, EFFECTIVE - DAY) == ["R122"]
    assert codes_on(session, 25, 50, EFFECTIVE) == ["R122"]
    assert services.rebuild(session, case) is State.IN_FORCE
    moments = session.execute(
        text("SELECT DISTINCT lower(recorded) FROM zone WHERE amendment_id = :id"), {"id": case.id}
    ).scalars()
    assert list(moments) == [case.recorded_at]
    # a0 and b0 (whose border got a corner) end and begin again, n1 is new: all at that one moment.
    closed = session.execute(
        text("SELECT zone_key FROM zone WHERE upper(recorded) = :at ORDER BY 1"), {"at": case.recorded_at}
    ).scalars()
    assert list(closed) == ["a0", "b0"]
    assert applying.enter_due(session, NOON + 41 * DAY) == []


def test_four_eyes_see_it(office: Office) -> None:
    session, case = office.session, office.begin(RECLASS)
    both = make_person(session, Role.PLAN_CHECKER, Role.PUBLISHER)
    services.save(session, office.actor(both), case, case.version, [RECLASS])
    error = refused(office.step, case, Event.CHECK, office.checker)
    assert error.details["guards"] == ["submitted"]
    office.step(case, Event.SUBMIT, office.planner)
    assert refused(office.step, case, Event.CHECK, both).details["guards"] == ["by_a_second"]
    assert isinstance(refused(office.step, case, Event.CHECK, office.planner), NotAllowed)
    office.step(case, Event.CHECK, office.checker)
    office.step(case, Event.CONSULT, both, comments_until="2026-12-05")
    office.step(case, Event.REVISE, office.planner, NOON + 15 * DAY)
    told = {"resolution": "1", "resolution_on": "2026-12-08"}
    error = refused(office.step, case, Event.ADOPT, both, NOON + 15 * DAY, **told)
    assert error.details["guards"] == ["by_a_third"]


def test_what_is_changed_after_the_consultation_is_checked_again(office: Office) -> None:
    session, case = office.session, office.begin(RECLASS)
    office.step(case, Event.SUBMIT, office.planner)
    office.step(case, Event.CHECK, office.checker)
    office.step(case, Event.CONSULT, office.publisher, comments_until="2026-12-05")
    assert isinstance(
        refused(services.save, session, office.actor(office.planner), case, case.version, [HALVE]), Conflict
    )
    early = refused(office.step, case, Event.REVISE, office.planner, NOON + 3 * DAY)
    assert early.details["guards"] == ["consultation_over"]
    later = NOON + 15 * DAY
    office.step(case, Event.REVISE, office.planner, later)
    services.save(session, office.actor(office.planner), case, case.version, [HALVE])
    told = {"resolution": "1", "resolution_on": "2026-12-08"}
    error = refused(office.step, case, Event.ADOPT, office.publisher, later, **told)
    assert error.details["guards"] == ["checked_as_it_is"]
    office.step(case, Event.SUBMIT, office.planner, later)
    office.step(case, Event.CHECK, office.checker, later)
    assert case.state is State.REVISED
    office.step(case, Event.ADOPT, office.publisher, later, **told)


@pytest.mark.parametrize(
    ("operations", "has_document"),
    [((), True), ((SetClass(key="a0", class_code="Q1"),), True), ((RECLASS,), False)],
)
def test_a_blocking_finding_is_in_the_way(
    office: Office, operations: tuple[Operation, ...], has_document: bool
) -> None:
    case = office.begin(*operations)
    if not has_document:
        case.ordinance = None
    case.submitted_at = NOON
    office.session.flush()
    for event, person in ((Event.SUBMIT, office.planner), (Event.CHECK, office.checker)):
        error = refused(office.step, case, event, person)
        assert isinstance(error, NotYet)
        assert error.details["guards"] == ["nothing_blocks"]


def test_the_second_save_is_given_mine_theirs_and_base(office: Office) -> None:
    session, case = office.session, office.begin(RECLASS)
    seen = case.version
    services.save(session, office.actor(office.planner), case, seen, [RECLASS, HALVE])
    mine = [RECLASS, SetClass(key="a1", class_code="X999")]
    error = refused(services.save, session, office.actor(office.other), case, seen, mine)
    assert (error.status, error.field) == (409, "version")
    assert [op["op"] for op in error.details["base"]] == ["set_class"]
    assert [op["op"] for op in error.details["theirs"]] == ["set_class", "split"]
    assert [op["key"] for op in error.details["mine"]] == ["a0", "a1"]
    zones = {each["key"]: each for each in error.details["zones"]}
    assert sorted(zones) == ["a0", "a1", "b0", "n1"]
    assert zones["a1"]["mine"]["class"] == "X999"
    assert zones["a1"]["theirs"]["class"] == zones["a1"]["base"]["class"] == "S213"
    assert (zones["n1"]["base"], zones["n1"]["mine"]) == (None, None)
    assert not any(each["is_changed_by_both"] for each in zones.values())
    # Theirs stands; what one wrote can be sent again on top of it.
    services.save(session, office.actor(office.other), case, error.details["now"], [RECLASS, HALVE, mine[1]])
    assert queries.list_changed(session, case) == ["a0", "a1", "b0", "n1"]
    assert session.scalar(select(func.count()).select_from(AmendmentSave)) == 3


def test_a_refused_operation_saves_nothing(office: Office) -> None:
    session, case = office.session, office.begin(RECLASS)
    error = refused(
        services.save, session, office.actor(office.planner), case, case.version, [Merge(keys=("a0", "b1"))]
    )
    assert isinstance(error, Refused)
    assert error.details["index"] == 0
    assert session.scalar(select(func.count()).select_from(AmendmentSave)) == 1
    taken = Split(key="a0", line=HALVE.line, new_key="gone")
    session.execute(
        text("UPDATE zone SET zone_key = 'gone' WHERE zone_key = 'b2'")
    )  # a zone of the plan, not of the amendment
    assert (
        refused(services.save, session, office.actor(office.planner), case, case.version, [taken]).field
        == "operations"
    )


def test_bad_input_is_named(office: Office) -> None:
    session, by = office.session, office.actor(office.planner)
    assert refused(services.create, session, by, Titles(), ["a0"]).field == "title"
    assert refused(services.create, session, by, Titles(title_en="x"), []).field == "zones"
    assert refused(services.create, session, by, Titles(title_en="x"), ["nowhere"]).field == "zones"
    assert isinstance(refused(services.get_amendment, session, 10**9), NotFound)
    case = office.begin(RECLASS)
    assert refused(services.attach_ordinance, session, by, case, case.version, "b" * 64).field == "ordinance"
    assert isinstance(refused(services.attach_ordinance, session, by, case, 1, SHA), Conflict)
    assert isinstance(refused(services.get_amendment, session, case.id + 1), NotFound)
    assert isinstance(refused(office.step, case, Event.WITHDRAW, office.planner), Unprocessable)


def test_a_zone_whose_change_is_decided_cannot_be_begun_on(office: Office) -> None:
    office.session.execute(text("UPDATE zone SET valid = '[2015-03-21,2099-01-01)' WHERE zone_key = 'a1'"))
    error = refused(
        services.create, office.session, office.actor(office.planner), Titles(title_en="x"), ["a0", "a1"]
    )
    assert "a1" in error.message


def test_the_plan_changed_underneath(office: Office) -> None:
    """Of two amendments of one zone the second cannot come into force, until it is drawn again on what is there."""
    session = office.session
    first, second = office.begin(RECLASS), office.begin(HALVE)
    office.adopt(second)
    office.schedule(second, EFFECTIVE + 5 * DAY)
    office.enact(first)
    assert queries.list_stale(session, second, EFFECTIVE + 5 * DAY) == ["a0"]
    before = rows_of(session)
    assert applying.enter_due(session, NOON + 90 * DAY) == []
    assert (second.state, rows_of(session)) == (State.SCHEDULED, before)


def test_a_draft_is_drawn_again_on_the_plan_as_it_is(office: Office) -> None:
    session = office.session
    first, second = office.begin(RECLASS), office.begin(HALVE)
    office.enact(first)
    with it_is(EFFECTIVE + DAY):
        services.rebase(session, office.actor(office.planner), second, second.version)
    assert queries.load_draft(session, second).zones["n1"].class_code == "S213"
    assert queries.list_stale(session, second, EFFECTIVE + DAY) == []


def test_annulment_puts_back_what_stood(office: Office) -> None:
    session = office.session
    was = {day: codes_on(session, 75, 50, day) for day in (EFFECTIVE - DAY, EFFECTIVE, EFFECTIVE + 400 * DAY)}
    case = office.begin(HALVE, SetClass(key="n1", class_code="X999"))
    office.enact(case)
    known = session.scalar(text("SELECT clock_timestamp()"))
    applying.annul(session, case, office.as_(office.publisher), case.version, NOON + 61 * DAY, "Court")
    assert case.state is State.ANNULLED
    assert {day: codes_on(session, 75, 50, day) for day in was} == was
    assert codes_on(session, 75, 50, EFFECTIVE, known) == ["X999"]
    assert refused(office.step, case, Event.WITHDRAW, office.planner, reason="x").code == "not_in_this_state"


def test_repeal_is_from_today_on(office: Office) -> None:
    session, case = office.session, office.begin(HALVE, SetClass(key="n1", class_code="X999"))
    office.enact(case)
    now = NOON + 61 * DAY
    today = now.date()
    applying.repeal(session, case, office.as_(office.publisher), case.version, now, "Council")
    assert case.state is State.REPEALED
    assert codes_on(session, 75, 50, EFFECTIVE) == ["X999"]
    assert codes_on(session, 75, 50, today - DAY) == ["X999"]
    assert codes_on(session, 75, 50, today) == ["R122"]
    assert codes_on(session, 75, 50, EFFECTIVE - DAY) == ["R122"]


def test_what_is_replaced_and_stands_again(office: Office) -> None:
    session, first = office.session, office.begin(RECLASS)
    office.enact(first)
    later = EFFECTIVE + 10 * DAY
    second = Amendment(title_en="Second", created_by=office.planner.id)
    session.add(second)
    session.flush()
    # Drawn after the first came into force: on that day's plan.
    with it_is(later):
        services._take_base(session, second, ["a0"])
    services.attach_ordinance(session, office.actor(office.planner), second, second.version, SHA)
    services.save(
        session, office.actor(office.planner), second, second.version, [SetClass(key="a0", class_code="X999")]
    )
    office.step(second, Event.SUBMIT, office.planner, NOON + 40 * DAY)
    office.step(second, Event.CHECK, office.checker, NOON + 40 * DAY)
    office.step(second, Event.CONSULT, office.publisher, NOON + 40 * DAY, comments_until="2027-01-10")
    office.step(second, Event.REVISE, office.planner, NOON + 50 * DAY)
    told = {"resolution": "2", "resolution_on": "2027-01-12"}
    office.step(second, Event.ADOPT, office.publisher, NOON + 50 * DAY, **told)
    day = dt.date(2027, 2, 1)
    services.schedule(session, second, office.as_(office.publisher), second.version, NOON + 50 * DAY, day)
    assert applying.enter_due(session, NOON + 80 * DAY) == [second.id]
    assert (first.state, second.state) == (State.SUPERSEDED, State.IN_FORCE)
    applying.annul(session, second, office.as_(office.publisher), second.version, NOON + 81 * DAY, "Court")
    assert (first.state, second.state) == (State.IN_FORCE, State.ANNULLED)
    assert services.rebuild(session, first) is State.IN_FORCE
    assert codes_on(session, 50, 50, day) == ["S213"]


def test_an_adopted_amendment_annulled_before_its_day_leaves_the_plan_alone(office: Office) -> None:
    case = office.begin(RECLASS)
    office.adopt(case)
    office.schedule(case)
    before = rows_of(office.session)
    by = office.as_(office.publisher)
    assert applying.annul(office.session, case, by, case.version, NOON + 16 * DAY, "Court") == []
    assert rows_of(office.session) == before
    assert applying.enter_due(office.session, NOON + 60 * DAY) == []


def test_the_tiles_hear_of_it(office: Office) -> None:
    case = office.begin(RECLASS)
    office.adopt(case)
    office.schedule(case)
    office.session.execute(text("DELETE FROM tile_outbox"))
    applying.enter_due(office.session, NOON + 60 * DAY)
    touched = text("SELECT count(*) FROM tile_outbox WHERE source = 'zoning'")
    assert office.session.scalar(touched)


@pytest.mark.parametrize("table", ["amendment_event", "amendment_save"])
def test_what_happened_stays_told(office: Office, table: str) -> None:
    case = office.begin(RECLASS)
    office.step(case, Event.SUBMIT, office.planner)
    for act in ("UPDATE {} SET amendment_id = amendment_id", "DELETE FROM {}", "TRUNCATE {}"):
        attempt = office.session.begin_nested()
        with pytest.raises(DBAPIError):
            office.session.execute(text(act.format(table)))
        attempt.rollback()
    assert office.session.scalar(select(func.count()).select_from(AmendmentEvent)) == 1


def test_what_the_database_itself_refuses_and_what_it_does_not(office: Office) -> None:
    """One zone has one version at a time, by plain SQL too. That two *different* zones overlap it does not refuse."""
    insert = text(
        "INSERT INTO zone (zone_key, class_id, geom, valid) SELECT :key, class_id, geom, valid FROM zone"
        " WHERE zone_key = 'a0'"
    )
    attempt = office.session.begin_nested()
    with pytest.raises(IntegrityError, match="zone_one_version_at_a_time"):
        office.session.execute(insert, {"key": "a0"})
    attempt.rollback()
    office.session.execute(insert, {"key": "another"})
    assert len(codes_on(office.session, 50, 50, EFFECTIVE)) == 2


def test_time_alone_brings_into_force(office: Office) -> None:
    case = office.begin(RECLASS)
    office.adopt(case)
    office.schedule(case)
    for person in (office.planner, office.checker, office.publisher):
        with pytest.raises(NotAllowed):
            applying.enter_into_force(office.session, case, office.as_(person), NOON + 60 * DAY)
    error = refused(applying.enter_into_force, office.session, case, CLOCK, NOON + 16 * DAY)
    assert error.details["guards"] == ["day_come"]
    assert AMENDMENTS.find(State.SCHEDULED, Event.ENTER_INTO_FORCE) is not None
