"""Surveys among others: two approved at once, checks that break off or take too much, and the queue's own worker."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Role
from core.database import make_engine
from core.errors import Conflict
from core.worker import Worker
from parcels.surveys import services
from parcels.surveys.checking import check
from parcels.surveys.limits import CheckLimits
from parcels.surveys.models import Survey
from parcels.surveys.room import work_in
from parcels.surveys.states import Kind, State
from tests import small_city
from tests.conftest import DatabaseMaker
from tests.people import make_person
from tests.surveys import Desk, box, codes, is_coverage, parcels_now, zip_of

HALVES = [box(40, 30, 80, 44), box(40, 44, 80, 60)]
THIRDS = [box(40, 30, 53, 60), box(53, 30, 66, 60), box(66, 30, 80, 60)]


@pytest.fixture
def engine(make_database: DatabaseMaker, tmp_path: Path) -> Iterator[Engine]:
    """A small city that is committed, for transactions that meet each other."""
    made = make_engine(make_database())
    with Session(made) as session, session.begin():
        small_city.build(session)
        make_person(session, Role.SURVEYOR, email="surveyor@example.org")
        make_person(session, Role.PLAN_CHECKER, email="checker@example.org")
    work_in(tmp_path)
    yield made
    made.dispose()


def person(session: Session, who: str) -> Person:
    return session.query(Person).filter_by(email=f"{who}@example.org").one()


def desk_of(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, person(session, "surveyor"), person(session, "checker"), tmp_path)


def test_of_two_approved_at_once_one_is_written_and_one_is_told(engine: Engine, tmp_path: Path) -> None:
    with Session(engine) as session, session.begin():
        desk = desk_of(session, tmp_path)
        ids = [desk.submit(desk.send(Kind.SUBDIVISION, zip_of(parts))).id for parts in (HALVES, THIRDS)]
    together, told = threading.Barrier(2), []

    def approve(survey_id: int) -> None:
        with Session(engine) as session:
            survey, checker = session.get_one(Survey, survey_id), person(session, "checker")
            together.wait()
            try:
                services.approve(session, Desk.actor(checker), checker, survey, survey.version)
                session.commit()
            except Conflict as refused:
                session.rollback()
                told.append((survey_id, refused.details))

    threads = [threading.Thread(target=approve, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    [(loser, details)] = told
    assert details["reason"] == "parcels_changed"
    assert "1-1-2" in details["parcels"]
    with Session(engine) as session:
        states = {each: session.get_one(Survey, each).state for each in ids}
        assert states.pop(loser) == State.SUBMITTED
        [winner] = states
        assert states[winner] == State.APPROVED
        assert len(parcels_now(session)) == (7 if winner == ids[0] else 8)
        assert is_coverage(session)


def test_what_an_import_changes_meanwhile_is_seen(engine: Engine, tmp_path: Path) -> None:
    """Somebody else's edit that is committed while an approval waits for it."""
    with Session(engine) as session, session.begin():
        desk = desk_of(session, tmp_path)
        survey_id = desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES))).id
    refused: list[Conflict] = []

    def approve() -> None:
        with Session(engine) as session:
            survey, checker = session.get_one(Survey, survey_id), person(session, "checker")
            try:
                services.approve(session, Desk.actor(checker), checker, survey, survey.version)
            except Conflict as conflict:
                refused.append(conflict)
            session.rollback()

    with engine.begin() as editing:
        editing.execute(text("UPDATE parcel SET version = version + 1 WHERE number = '1-1-2'"))
        waiting = threading.Thread(target=approve)
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive(), "the approval waits for whoever holds the parcel"
    waiting.join(60)
    assert [each.details["parcels"] for each in refused] == [["1-1-2"]]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (CheckLimits(wall_s=0), "check.too_slow"),
        (CheckLimits(memory_mb=64), "check.too_big"),
        (CheckLimits(written_mb=0), "check.crashed"),
    ],
)
def test_a_check_that_takes_too_much_is_a_finding_and_no_outage(
    engine: Engine, tmp_path: Path, limits: CheckLimits, code: str
) -> None:
    with Session(engine) as session:
        desk = desk_of(session, tmp_path)
        surveyor = desk.surveyor
        upload = services.Upload("layer.zip", zip_of(HALVES))
        survey = services.send(
            session, desk.actor(surveyor), surveyor, desk.store, upload, Kind.SUBDIVISION, ""
        )
        check(session, survey.id, survey.run, limits)
        session.refresh(survey)
        assert survey.state == State.CHECKED
        found = set(codes(session, survey))
        assert found in ({code}, {"check.crashed"}), "memory may run out where nobody can say so"
        again = desk.send(Kind.SUBDIVISION, zip_of(HALVES))
        assert again.summary["counts"]["added"] == 2


def test_the_worker_checks_and_tells_how_far_it_is(engine: Engine, tmp_path: Path) -> None:
    with Session(engine) as session, session.begin():
        desk = desk_of(session, tmp_path)
        upload = services.Upload("layer.zip", zip_of(HALVES))
        sent = services.send(
            session, desk.actor(desk.surveyor), desk.surveyor, desk.store, upload, Kind.SUBDIVISION, ""
        ).id
        withdrawn = services.send(
            session, desk.actor(desk.surveyor), desk.surveyor, desk.store, upload, Kind.SUBDIVISION, ""
        )
        services.withdraw(session, desk.actor(desk.surveyor), desk.surveyor, withdrawn, withdrawn.version)
        withdrawn_id = withdrawn.id
    Worker(engine, engine.url.render_as_string(hide_password=False), first_wait_s=0.01).run(wait=False)
    with Session(engine) as session:
        assert session.get_one(Survey, sent).state == State.CHECKED
        assert session.get_one(Survey, withdrawn_id).state == State.WITHDRAWN
        steps = session.execute(text("SELECT survey_id, step FROM survey_progress")).all()
        assert [tuple(row) for row in steps] == [(sent, "writing")]
        assert (
            session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'surveys.check'"))
            == 0
        )
