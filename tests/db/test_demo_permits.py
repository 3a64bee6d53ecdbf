"""The demo city's permits: some in every state, each with the events that lead there, and nothing in the future."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.database import make_engine, transaction
from core.documents.services import Desk
from core.documents.store import DocumentStore
from core.visibility import Visibility
from layers.zoning.amendments.models import Amendment
from layers.zoning.amendments.queries import list_findings, load_base, load_draft
from layers.zoning.amendments.services import rebuild as rebuild_amendment
from layers.zoning.amendments.states import State as AmendmentState
from layers.zoning.amendments.summary import by_class
from permits.clocks import find_clock
from permits.documents.models import PermitDocument
from permits.hearing.models import Comment
from permits.hearing.services import is_open
from permits.models import Permit, PermitEvent
from permits.services import rebuild
from permits.states import Clock, State
from tests.conftest import DatabaseMaker
from webmap.demo.load import load

TODAY = dt.date(2026, 11, 25)
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    engine = make_engine(make_database())
    with transaction(engine) as session:
        load(session, 1000, 7, today=TODAY, desk=Desk(DocumentStore(tmp_path_factory.mktemp("papers"))))
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_there_is_one_in_every_state_and_not_too_many(demo: Session) -> None:
    states = set(demo.scalars(select(Permit.state)))
    assert states == set(State)
    assert 40 <= (demo.scalar(select(func.count()).select_from(Permit)) or 0) <= 65


def test_their_events_lead_to_their_states(demo: Session) -> None:
    for case in demo.scalars(select(Permit)):
        assert rebuild(demo, case) is case.state, case.reference


def test_nothing_lies_in_the_future_or_long_ago(demo: Session) -> None:
    first, last = demo.execute(select(func.min(PermitEvent.at), func.max(PermitEvent.at))).one()
    assert NOW - dt.timedelta(days=730) < first
    assert last < NOW


def test_the_open_ones_take_comments_now_and_some_have_several(demo: Session) -> None:
    cases = list(demo.scalars(select(Permit).where(Permit.state == State.CONSULTATION)))
    assert len(cases) >= 5
    assert all(is_open(demo, case, NOW) for case in cases)
    counts = dict(demo.execute(select(Comment.permit_id, func.count()).group_by(Comment.permit_id)).all())
    assert sum(counts.get(case.id, 0) >= 3 for case in cases) >= 3


def test_one_decision_is_overdue_and_one_clock_stands_still(demo: Session) -> None:
    states = {
        reading.state.value
        for case in demo.scalars(select(Permit))
        if (reading := find_clock(demo, case, Clock.DECISION, NOW)) is not None
    }
    assert {"overdue", "paused", "running", "stopped"} <= states


def test_nobody_is_written_to(demo: Session) -> None:
    letters = text(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name IN ('permits.notice', 'mail.send')"
    )
    assert demo.scalar(letters) == 0


def test_drawings_of_published_cases_are_shown_and_deeds_are_not(demo: Session) -> None:
    shown = set(
        demo.scalars(select(PermitDocument.kind).where(PermitDocument.visibility == Visibility.PUBLIC))
    )
    assert "architectural" in shown
    assert not shown & {"deed", "identity"}


def test_the_same_seed_and_day_give_the_same_permits(
    demo: Session, make_database: DatabaseMaker, tmp_path: Path
) -> None:
    engine = make_engine(make_database())
    with transaction(engine) as session:
        load(session, 1000, 7, today=TODAY, desk=Desk(DocumentStore(tmp_path)))
    told = []
    with Session(engine) as again:
        for session in (demo, again):
            rows = session.execute(
                select(
                    Permit.reference, Permit.tracking_code, Permit.state, Permit.parcel_number, PermitEvent.at
                )
                .join_from(Permit, PermitEvent, isouter=True)
                .order_by(Permit.id, PermitEvent.ordinal)
            )
            told.append([tuple(row) for row in rows])
    engine.dispose()
    assert told[0] == told[1]


def test_an_amendment_of_the_plan_is_in_consultation(demo: Session) -> None:
    [case] = demo.scalars(select(Amendment))
    assert case.state is AmendmentState.CONSULTATION
    assert case.comments_until is not None
    assert case.comments_until > TODAY
    assert rebuild_amendment(demo, case) is case.state
    assert not list_findings(demo, case)
    changes = by_class(load_base(demo, case), load_draft(demo, case))
    assert {each.code for each in changes} >= {"R121", "R122"}
    assert sum(each.change_m2 for each in changes) == pytest.approx(0, abs=0.01)
