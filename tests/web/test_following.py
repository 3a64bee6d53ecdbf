"""A case as its applicant follows it by the code: answering with papers, talking, and each step that is theirs."""

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.permissions import Role
from core.workflow import NotYet
from permits.assessment import services as desk
from permits.assessment.models import Message, Request
from permits.documents.models import PermitDocument
from permits.models import Permit, PermitEvent
from permits.notices import lead_to, write_notice
from permits.states import Event, Notice, Party, State
from permits.workflow import PERMITS
from tests import files
from tests.people import letters, make_person, post_form, sign_in
from tests.permits import as_party, bring_documents, make_case

START = dt.datetime.now(dt.UTC)


class Follower:
    """Somebody who holds the code of a case, without an account, in English."""

    def __init__(self, app: Flask, session: Session, case: Permit) -> None:
        self.session, self.case = session, case
        self.client = app.test_client()
        self.client.set_cookie("lang", "en")
        self.url = f"/permits/track/{case.tracking_code}"

    def page(self) -> str:
        answer = self.client.get(self.url)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, rest: str, **fields: Any) -> TestResponse:
        self.session.refresh(self.case)
        given = {"version": self.case.version, **fields}
        return post_form(self.client, self.url, f"{self.url}/{rest}", **given)

    def state(self) -> State:
        self.session.refresh(self.case)
        return self.case.state


def submitted(session: Session, **fields: Any) -> Permit:
    """A case that was really submitted and taken in, so that its clocks run."""
    case = make_case(session, declared_at=START, fee_rials=0, **fields)
    bring_documents(session, case)
    for event, party in ((Event.SUBMIT, Party.APPLICANT), (Event.ACCEPT, Party.INTAKE)):
        case.reference = case.reference or "1405-800001"
        PERMITS.move(session, case, event, as_party(party), seen=case.version, now=START)
    return case


@pytest.fixture
def follower(app: Flask, client: FlaskClient, city: Session, session: Session) -> Follower:
    return Follower(app, session, submitted(session))


def test_a_request_is_answered_with_text_and_paper(follower: Follower, session: Session) -> None:
    case = follower.case
    asked = [desk.Ask("The north elevation is missing", "architectural"), desk.Ask("Who is the engineer?")]
    desk.ask(session, case, as_party(Party.INTAKE), case.version, START, asked)
    drawing, question = session.scalars(select(Request.id).order_by(Request.id)).all()
    page = follower.page()
    assert "The north elevation is missing" in page
    assert "Please answer by" in page
    half = follower.post("answers", then="send", **{f"answer-{drawing}": "Here it is"})
    assert half.status_code == 422
    assert f'href="#answer-{question}"' in half.text
    assert "Here it is" in half.text
    assert follower.state() is State.INCOMPLETE
    kept = follower.post("answers", then="later", **{f"answer-{question}": "Eng. Rahimi"})
    assert kept.status_code == 303
    assert "Eng. Rahimi" in follower.page()
    before = session.query(PermitDocument).count()
    paper = (io.BytesIO(files.pdf("north")), "north.pdf")
    sent = follower.post("answers", then="send", **{f"file-{drawing}": paper})
    assert sent.status_code == 303, sent.text
    assert follower.state() is State.CHECKING
    newest = session.scalars(select(PermitDocument).order_by(PermitDocument.id.desc())).first()
    assert newest is not None
    assert (session.query(PermitDocument).count(), newest.kind) == (before + 1, "architectural")
    answers = session.scalars(select(Request.answer).order_by(Request.id)).all()
    assert answers == ["See the document.", "Eng. Rahimi"]


def test_a_file_that_is_none_is_refused_and_nothing_is_half_kept(
    follower: Follower, session: Session
) -> None:
    case = follower.case
    desk.ask(session, case, as_party(Party.INTAKE), case.version, START, [desk.Ask("Deed", "deed")])
    [asked] = session.scalars(select(Request.id)).all()
    before = session.query(PermitDocument).count()
    fields = {f"file-{asked}": (io.BytesIO(b"MZ\x90\x00 no paper"), "deed.pdf"), f"answer-{asked}": "My deed"}
    refused = follower.post("answers", then="send", **fields)
    assert 400 <= refused.status_code < 500
    assert f'href="#file-{asked}"' in refused.text
    assert "My deed" in refused.text
    assert session.query(PermitDocument).count() == before
    assert follower.state() is State.INCOMPLETE
    assert session.get_one(Request, asked).answered_at is None


def test_two_devices_answer_at_once_and_the_second_loses_nothing(
    follower: Follower, session: Session
) -> None:
    case = follower.case
    desk.ask(session, case, as_party(Party.INTAKE), case.version, START, [desk.Ask("Who is the engineer?")])
    [asked] = session.scalars(select(Request.id)).all()
    stale = case.version
    assert follower.post("answers", then="later", **{f"answer-{asked}": "As typed first"}).status_code == 303
    late = follower.post("answers", version=stale, then="send", **{f"answer-{asked}": "As typed second"})
    assert late.status_code == 409
    assert "As typed second" in late.text
    assert session.get_one(Request, asked).answer == "As typed first"


def test_more_time_is_agreed_to_once(follower: Follower, session: Session) -> None:
    case = follower.case
    desk.propose_extension(
        session, case, as_party(Party.INTAKE), case.version, START, 7, "The archive is closed"
    )
    [asked] = session.scalars(select(Request.id)).all()
    assert "7 days more: The archive is closed" in follower.page()
    assert follower.post("extension", request=asked).status_code == 303
    events = session.scalars(select(PermitEvent.event).where(PermitEvent.permit_id == case.id)).all()
    assert events.count(Event.EXTEND) == 1
    assert "The archive is closed" not in follower.page().split("Timeline")[0]
    assert follower.post("extension", request=asked).status_code == 409


def test_messages_go_both_ways_and_are_new_once(follower: Follower, session: Session) -> None:
    desk.write_message(session, follower.case, None, START, "Please call us", from_city=True)
    first = follower.page()
    assert "Please call us" in first
    assert '<span class="mark">new</span>' in first
    assert '<span class="mark">new</span>' not in follower.page()
    assert follower.post("messages", text="  ").status_code == 422
    assert follower.post("messages", text="I shall").status_code == 303
    told = session.scalars(select(Message).order_by(Message.id)).all()
    assert [(each.text, each.from_city) for each in told] == [("Please call us", True), ("I shall", False)]


def test_who_only_audits_reads_the_page_and_marks_nothing_as_read(
    app: Flask, follower: Follower, session: Session
) -> None:
    desk.write_message(session, follower.case, None, START, "Please call us", from_city=True)
    auditor = Follower(app, session, follower.case)
    sign_in(auditor.client, make_person(session, Role.AUDITOR))
    for _ in range(2):
        assert '<span class="mark">new</span>' in auditor.page()
    [told] = session.scalars(select(Message))
    session.refresh(told)
    assert told.read_at is None
    assert '<span class="mark">new</span>' in follower.page()
    session.refresh(told)
    assert told.read_at is not None


def test_withdrawing_wants_a_reason(follower: Follower) -> None:
    bare = follower.post("withdraw", reason=" ")
    assert bare.status_code == 422
    assert 'href="#withdraw-reason"' in bare.text
    assert follower.state() is State.CHECKING
    assert follower.post("withdraw", reason="We sell the house").status_code == 303
    assert follower.state() is State.WITHDRAWN
    assert follower.post("withdraw", reason="Again").status_code == 409


def test_works_begin_when_the_conditions_are_met(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    case = make_case(session, State.RECOMMENDED, fee_rials=0)
    desk.set_conditions(
        session, case, case.version, [desk.ConditionText("Name an engineer", before_start=True)]
    )
    reviewer = make_person(session, Role.REVIEWER)
    PERMITS.move(
        session, case, Event.DECIDE, as_party(Party.REVIEWER, person=reviewer), seen=case.version,
        now=START, target=State.GRANTED_CONDITIONS, data={"reason": "It fits"},
    )  # fmt: skip
    follower = Follower(app, session, case)
    page = follower.page()
    assert "Name an engineer" in page
    assert "Some conditions must be met before works begin" in page
    assert "Appeal against the decision" in page
    assert follower.post("start").status_code == 422
    desk.mark_met(session, as_party(Party.OFFICER).actor, case, 1, case.version, START, "seen")
    assert follower.post("start").status_code == 303
    assert follower.state() is State.BUILDING


def test_an_appeal_within_the_period_and_none_after_it(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    for ago, status in ((1, 303), (60, 422)):
        when = START - dt.timedelta(days=ago)
        case = make_case(session, State.REFUSED, decided_at=when, outcome=State.REFUSED, fee_rials=0)
        follower = Follower(app, session, case)
        assert ("Lodge the appeal" in follower.page()) == (status == 303)
        assert follower.post("appeal", reason="The road is wide enough").status_code == status
        assert (follower.state() is State.APPEALED) == (status == 303)


def test_another_permit_on_the_same_parcel_is_the_cases_child(follower: Follower, session: Session) -> None:
    begun = follower.post("another", type="fence")
    assert begun.status_code == 303
    child = session.scalars(select(Permit).where(Permit.parent_id == follower.case.id)).one()
    assert begun.location.startswith(f"/permits/track/{child.tracking_code}/apply/")
    assert child.parcel_number == follower.case.parcel_number


def test_who_acted_by_a_code_does_not_decide_the_case(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    case = make_case(session, fee_rials=0)
    reviewer = make_person(session, Role.REVIEWER)
    follower = Follower(app, session, case)
    sign_in(follower.client, reviewer)
    assert follower.post("withdraw", reason="Tried with the code").status_code == 303
    session.refresh(case)
    case.state = State.RECOMMENDED
    session.flush()
    attempt = as_party(Party.REVIEWER, person=reviewer)
    with pytest.raises(NotYet, match="does not decide it"):
        PERMITS.move(
            session, case, Event.DECIDE, attempt, seen=case.version, now=START, target=State.GRANTED,
            data={"reason": "Mine"},
        )  # fmt: skip


def test_a_letter_leads_the_applicant_to_where_they_can_answer(follower: Follower, session: Session) -> None:
    case = follower.case
    case.published_at = START
    desk.ask(session, case, as_party(Party.INTAKE), case.version, START, [desk.Ask("Who is the engineer?")])
    event = session.scalars(select(PermitEvent).order_by(PermitEvent.id.desc())).first()
    assert event is not None
    lead_to("https://city.example")
    write_notice(session, case.id, event.id, Notice.REQUEST.value)
    lead_to("")
    [letter] = letters(session)
    assert letter["to"] == case.contact_email
    assert f"https://city.example/permits/track/{case.tracking_code}" in letter["text"]
