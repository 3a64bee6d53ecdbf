"""A case from the first page to the completion certificate, as the services take it; and what time does by itself."""

import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, literal, select, text
from sqlalchemy.orm import Session

from accounts.models import Person
from core.audit import Actor
from core.clocks import ClockState
from core.database import make_engine
from core.errors import AppError, Conflict, NotAllowed, Unprocessable
from core.workflow import Mover
from permits import access, clocks, services
from permits.assessment import services as desk
from permits.assessment.models import CheckResult
from permits.daily import take_steps_of_time
from permits.hearing import services as hearing
from permits.hearing.models import Comment, Stance
from permits.inspections import services as site
from permits.inspections.models import InspectionResult
from permits.models import Permit, PermitEvent
from permits.states import Clock, Event, Party, State
from permits.types.services import get_settings
from permits.workflow import PERMITS
from tests import small_city
from tests.conftest import DatabaseMaker
from tests.permits import NOON, as_party, bring_documents, make_case, person_for

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = dt.timedelta(days=1)


class Town:
    """One case with everybody who has a part in it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people: dict[Party, Person] = {
            party: person_for(session, party) for party in Party if party is not Party.CLOCK
        }
        self.case = services.open_case(
            session,
            self.actor(Party.APPLICANT),
            "new_building",
            applicant=self.people[Party.APPLICANT],
            language="fa",
        )
        self.now = NOON

    def person(self, party: Party) -> Person:
        return self.people[party]

    def actor(self, party: Party) -> Actor:
        return Actor(self.people[party].in_record, self.people[party].id)

    def mover(self, party: Party) -> Mover[Party]:
        return access.mover(self.session, self.people[party], self.actor(party), self.case)

    def go(self, event: Event, party: Party, **more: object) -> None:
        PERMITS.move(
            self.session,
            self.case,
            event,
            self.mover(party),
            seen=self.case.version,
            now=self.now,
            **more,  # type: ignore[arg-type]
        )

    def submitted(self) -> None:
        draft = services.Draft(
            parcel_number="1-1-1",
            applicant_name="رضا کریمی",
            contact_email="reza@example.org",
            description="خانهٔ چهار طبقه",
            proposal={"floor_area_m2": 1000, "use": "residential", "floors": 4},
        )
        services.save(self.session, self.case, self.case.version, draft)
        bring_documents(self.session, self.case)
        services.declare(self.session, self.case, self.case.version, self.now)
        services.submit(
            self.session, self.case, self.mover(Party.APPLICANT), self.case.version, self.now, "jalali"
        )

    def valid(self) -> None:
        self.submitted()
        services.settle_fee(self.session, self.actor(Party.INTAKE), self.case, self.case.version, self.now)
        self.go(Event.ACCEPT, Party.INTAKE)
        services.validate(
            self.session, self.case, self.mover(Party.INTAKE), self.case.version, self.now, self.now.date()
        )

    def assessed(self) -> None:
        self.valid()
        hearing.publicise(self.session, self.case, self.mover(Party.OFFICER), self.case.version, self.now)
        services.assign(
            self.session, self.actor(Party.REVIEWER), self.case, self.person(Party.OFFICER), self.case.version
        )
        self.go(Event.ASSESS, Party.OFFICER)

    def checked(self) -> None:
        for check in get_settings(self.session, self.case.type_code, 1).checks:
            desk.enter_check(
                self.session,
                self.actor(Party.OFFICER),
                self.case,
                check.code,
                0,
                self.now,
                CheckResult.PASSED,
                "",
            )

    def granted(self) -> None:
        self.assessed()
        self.checked()
        self.now += 30 * DAY
        conditions = [
            desk.ConditionText("Name an engineer", before_start=True),
            desk.ConditionText("Keep the trees"),
        ]
        desk.set_conditions(self.session, self.case, self.case.version, conditions)
        self.go(
            Event.RECOMMEND, Party.OFFICER, data={"outcome": "granted_conditions", "reason": "fits the plan"}
        )
        self.go(Event.DECIDE, Party.REVIEWER, target=State.GRANTED_CONDITIONS, data={"reason": "agreed"})


@pytest.fixture
def town(city: Session) -> Town:
    return Town(city)


def test_from_the_first_page_to_completion(town: Town) -> None:
    town.granted()
    case, session = town.case, town.session
    assert case.outcome is State.GRANTED_CONDITIONS
    with pytest.raises(Unprocessable, match="before works begin"):
        town.go(Event.COMMENCE, Party.APPLICANT)
    desk.mark_met(session, town.actor(Party.OFFICER), case, 1, case.version, town.now, "named")
    town.go(Event.COMMENCE, Party.APPLICANT)
    for code in ("foundation", "frame", "final"):
        visit = site.Visit(f"device-{code}", code, InspectionResult.PASSED, "", town.now)
        first = site.inspect(session, case, town.mover(Party.INSPECTOR), None, town.now, visit)
        again = site.inspect(session, case, town.mover(Party.INSPECTOR), None, town.now, visit)
        assert first.id == again.id, "a visit that is sent twice is kept once"
    town.go(Event.COMPLETE, Party.INSPECTOR)
    assert case.state is State.COMPLETED
    assert services.rebuild(session, case) is State.COMPLETED
    assert all(
        reading.state is ClockState.STOPPED
        for reading in clocks.read_clocks(session, case, town.now).values()
    )
    letters = session.scalars(
        text("SELECT args->>'notice' FROM procrastinate_jobs WHERE task_name = 'permits.notice' ORDER BY id")
    ).all()
    assert letters == [
        "receipt", "valid", "neighbours", "recommended", "decision",
        "inspected", "inspected", "inspected", "certificate",
    ]  # fmt: skip


def test_submitting_gives_reference_fee_and_nothing_twice(town: Town) -> None:
    town.submitted()
    assert town.case.reference == "1405-000001"
    assert town.case.fee_rials == 5_000_000 + 1000 * 120_000
    with pytest.raises(AppError):
        services.submit(
            town.session, town.case, town.mover(Party.APPLICANT), town.case.version, town.now, "jalali"
        )
    with pytest.raises(Conflict):
        services.save(town.session, town.case, town.case.version, services.Draft(description="other"))


def test_a_draft_is_kept_field_by_field(town: Town) -> None:
    services.save(town.session, town.case, 1, services.Draft(parcel_number="1-1-2"))
    services.save(town.session, town.case, 2, services.Draft(description="later"))
    assert (town.case.parcel_number, town.case.description) == ("1-1-2", "later")
    with pytest.raises(Conflict) as stale:
        services.save(town.session, town.case, 2, services.Draft(description="from another device"))
    assert stale.value.details == {"seen": 2, "now": 3}
    with pytest.raises(Unprocessable) as unknown:
        services.save(town.session, town.case, 3, services.Draft(parcel_number="9-9-9"))
    assert unknown.value.field == "parcel"


def test_begun_without_an_account_and_claimed(city: Session) -> None:
    case = services.open_case(city, Actor("visitor"), "fence", applicant=None, language="en")
    found = services.get_by_code(city, f" {case.tracking_code[:4]}-{case.tracking_code[4:].lower()} ")
    assert found is case
    owner, other = person_for(city, Party.APPLICANT), person_for(city, Party.COMMENTER)
    services.claim(city, Actor("person", owner.id), case, owner)
    assert (case.applicant_id, case.contact_email) == (owner.id, owner.email)
    with pytest.raises(NotAllowed):
        services.claim(city, Actor("person", other.id), case, other)


def test_missing_documents_stop_the_clock_until_the_answer(town: Town) -> None:
    town.submitted()
    services.settle_fee(
        town.session, town.actor(Party.INTAKE), town.case, town.case.version, town.now, waived="gift"
    )
    town.go(Event.ACCEPT, Party.INTAKE)
    town.now += DAY
    asked = [desk.Ask("The deed is not legible", "deed"), desk.Ask("Who is the engineer?")]
    desk.ask(town.session, town.case, town.mover(Party.INTAKE), town.case.version, town.now, asked)
    assert town.case.state is State.INCOMPLETE
    assert clocks.is_paused(town.session, town.case, Clock.CHECK)
    requests = desk.list_requests(town.session, town.case)
    desk.answer(town.session, town.case, requests[0].id, town.case.version, town.now, "here it is")
    with pytest.raises(Unprocessable, match="not been answered"):
        desk.send_answers(town.session, town.case, town.mover(Party.APPLICANT), town.case.version, town.now)
    desk.answer(town.session, town.case, requests[1].id, town.case.version, town.now, "Eng. Sara")
    town.now += 3 * DAY
    desk.send_answers(town.session, town.case, town.mover(Party.APPLICANT), town.case.version, town.now)
    reading = clocks.find_clock(town.session, town.case, Clock.CHECK, town.now)
    assert str(town.case.state) == "checking"
    assert reading is not None
    assert (reading.state, reading.paused_days) == (ClockState.RUNNING, 3)


def test_silence_returns_the_application_once(town: Town) -> None:
    town.submitted()
    services.settle_fee(town.session, town.actor(Party.INTAKE), town.case, town.case.version, town.now)
    town.go(Event.ACCEPT, Party.INTAKE)
    desk.ask(
        town.session,
        town.case,
        town.mover(Party.INTAKE),
        town.case.version,
        town.now,
        [desk.Ask("The deed?", "deed")],
    )
    assert take_steps_of_time(town.session, town.now + 10 * DAY) == []
    assert take_steps_of_time(town.session, town.now + 60 * DAY) == [(town.case.id, Event.SILENCE)]
    assert town.case.state is State.RETURNED
    assert take_steps_of_time(town.session, town.now + 60 * DAY) == []


def test_a_permit_not_begun_lapses_once(town: Town) -> None:
    town.granted()
    assert take_steps_of_time(town.session, town.now + 300 * DAY) == []
    assert take_steps_of_time(town.session, town.now + 380 * DAY) == [(town.case.id, Event.LAPSE)]
    assert take_steps_of_time(town.session, town.now + 380 * DAY) == []
    assert town.case.state is State.LAPSED


def test_more_time_by_the_agreement_of_both(town: Town) -> None:
    town.assessed()
    before = clocks.find_clock(town.session, town.case, Clock.DECISION, town.now)
    asked = desk.propose_extension(
        town.session, town.case, town.mover(Party.OFFICER), town.case.version, town.now, 10, "the structure"
    )
    with pytest.raises(NotAllowed):
        desk.agree_extension(
            town.session, town.case, asked.id, town.mover(Party.OFFICER), town.case.version, town.now
        )
    town.session.refresh(asked)
    asked.answered_at = None
    desk.agree_extension(
        town.session, town.case, asked.id, town.mover(Party.APPLICANT), town.case.version, town.now
    )
    after = clocks.find_clock(town.session, town.case, Clock.DECISION, town.now)
    assert before is not None
    assert after is not None
    assert after.days_left == before.days_left + 10


def test_neighbours_are_those_near_and_comments_have_a_deadline(town: Town) -> None:
    town.valid()
    with pytest.raises(Conflict):
        hearing.comment(town.session, town.case, hearing.Said(Stance.OBJECTION, "No"), town.now)
    hearing.publicise(town.session, town.case, town.mover(Party.OFFICER), town.case.version, town.now)
    near = hearing.list_neighbours(town.session, town.case)
    # 20 m from 1-1-1: the five others of the block but the two 40 m away.
    assert [each.parcel_number for each in near] == ["1-1-2", "1-1-4", "1-1-5"]
    assert [each.distance_m for each in near] == [0, 0, 0]
    said = hearing.Said(
        Stance.OBJECTION, "It takes our light", "Neighbour", "n@example.org", "en", None, 51.44, 35.24
    )
    made = hearing.comment(town.session, town.case, said, town.now + 5 * DAY)
    assert made.must_answer
    with pytest.raises(Conflict):
        hearing.comment(town.session, town.case, said, town.now + 40 * DAY)
    other = hearing.comment(town.session, town.case, hearing.Said(Stance.SUPPORT, "Good"), town.now)
    hearing.group_comment(town.session, town.actor(Party.OFFICER), town.case, other.id, 1, made.id)
    hearing.answer_comment(
        town.session, town.actor(Party.OFFICER), town.case, made.id, 1, town.now, "It keeps the setback"
    )
    with pytest.raises(Conflict):
        hearing.answer_comment(
            town.session, town.actor(Party.OFFICER), town.case, made.id, 1, town.now, "again"
        )
    assert town.session.scalar(select(func.count()).select_from(Comment)) == 2


def test_an_appeal_that_turns_a_refusal(town: Town) -> None:
    town.assessed()
    town.checked()
    town.now += 30 * DAY
    town.go(Event.RECOMMEND, Party.OFFICER, data={"outcome": "refused", "reason": "too high"})
    town.go(Event.DECIDE, Party.REVIEWER, target=State.REFUSED, data={"reason": "too high"})
    assert Clock.BEGINNING not in clocks.read_clocks(town.session, town.case, town.now)
    town.go(Event.APPEAL, Party.APPLICANT, data={"reason": "it is not"})
    another = person_for(town.session, Party.REVIEWER)
    with pytest.raises(Unprocessable):
        town.go(Event.RULE, Party.REVIEWER, target=State.REVERSED, data={"order": "77"})
    town.people[Party.REVIEWER] = another
    town.go(Event.RULE, Party.REVIEWER, target=State.REVERSED, data={"order": "77"})
    assert town.case.outcome is State.GRANTED
    assert clocks.list_going(town.session, town.case) == [Clock.BEGINNING]
    town.go(Event.COMMENCE, Party.APPLICANT)
    assert town.case.state is State.BUILDING


def test_of_ones_own_case_one_is_the_applicant_only(town: Town) -> None:
    town.submitted()
    town.case.applicant_id = town.person(Party.INTAKE).id
    assert access.parties_of(town.session, town.person(Party.INTAKE), town.case) == {Party.APPLICANT}
    with pytest.raises(NotAllowed):
        town.go(Event.RETURN, Party.INTAKE, data={"reason": "mine"})


@pytest.fixture
def shared(make_database: DatabaseMaker) -> Iterator[Engine]:
    """A database of its own, in which transactions of several processes meet."""
    engine = make_engine(make_database())
    with Session(engine) as session, session.begin():
        small_city.build(session)
    yield engine
    engine.dispose()


def test_of_two_officers_at_one_moment_one_wins(shared: Engine) -> None:
    with Session(shared) as session, session.begin():
        case_id = make_case(session, State.RECOMMENDED).id
    with Session(shared) as one, Session(shared) as other:
        mine, theirs = one.get_one(Permit, case_id), other.get_one(Permit, case_id)
        told = {"reason": "look again"}
        PERMITS.move(one, mine, Event.SEND_BACK, as_party(Party.REVIEWER), seen=1, now=NOON, data=told)
        other.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            PERMITS.move(
                other, theirs, Event.SEND_BACK, as_party(Party.REVIEWER), seen=1, now=NOON, data=told
            )
        other.rollback()
        one.commit()
        with pytest.raises(Conflict) as late:
            PERMITS.move(
                other, theirs, Event.SEND_BACK, as_party(Party.REVIEWER), seen=1, now=NOON, data=told
            )
        assert late.value.details == {"seen": 1, "now": 2}
    with Session(shared) as session:
        assert session.scalar(select(func.count()).select_from(PermitEvent)) == 1


_DIES = """
import os, signal, sys
sys.path.insert(0, {root!r})
from sqlalchemy.orm import Session
from core.database import make_engine
from permits.models import Permit
from permits.states import Event, Party
from permits.workflow import PERMITS
from tests.permits import NOON, as_party

with Session(make_engine({url!r})) as session:
    case = session.get_one(Permit, {case})
    PERMITS.move(session, case, Event.SEND_BACK, as_party(Party.REVIEWER), seen=1, now=NOON, data={{"reason": "x"}})
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_in_the_middle_of_a_step_the_case_is_whole(shared: Engine) -> None:
    with Session(shared) as session, session.begin():
        case_id = make_case(session, State.RECOMMENDED).id
    url = shared.url.render_as_string(hide_password=False)
    program = textwrap.dedent(_DIES).format(root=str(ROOT), url=url, case=case_id)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    with Session(shared) as session:
        case = session.get_one(Permit, case_id)
        assert (case.state, case.version) == (State.RECOMMENDED, 1)
        assert session.scalar(select(func.count()).select_from(PermitEvent)) == 0
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_many_clocks_read_as_one_by_one(town: Town) -> None:
    """Paused, resumed, extended and started again: the list tells of each clock what the case's page tells."""
    town.submitted()
    services.settle_fee(town.session, town.actor(Party.INTAKE), town.case, town.case.version, town.now)
    town.go(Event.ACCEPT, Party.INTAKE)
    for days in (1, 2, 40):
        town.now += days * DAY
        seen = town.case.version
        desk.ask(
            town.session, town.case, town.mover(Party.INTAKE), seen, town.now, [desk.Ask("The deed?", "deed")]
        )
        held_to_one_by_one(town)
        town.now += 3 * DAY
        [open_one] = [
            each for each in desk.list_requests(town.session, town.case) if each.answered_at is None
        ]
        desk.answer(town.session, town.case, open_one.id, town.case.version, town.now, "here")
        desk.send_answers(town.session, town.case, town.mover(Party.APPLICANT), town.case.version, town.now)
        held_to_one_by_one(town)


def held_to_one_by_one(town: Town) -> None:
    for later in (0, 1, 5, 30):
        at = town.now + later * DAY
        many = clocks.ManyClocks(town.session, at)
        for clock, reading in clocks.read_clocks(town.session, town.case, at).items():
            course = town.session.scalar(
                select(clocks.course_of(literal(clock.value))).where(Permit.id == town.case.id)
            )
            found = many.read(course)
            assert found is not None
            assert found == dataclasses.replace(reading, paused_for=""), (clock, later)
