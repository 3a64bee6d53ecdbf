"""The officers' desk over HTTP: who sees what, every step by its form, and two officers acting on one case."""

import datetime as dt
import itertools
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person
from accounts.permissions import Role
from core.local_time import now
from core.workflow import Mover
from permits.assessment.models import Condition, Consultee, Message
from permits.assessment.services import ConditionText, list_conditions, set_conditions
from permits.desk.steps import STEPS, events_of_staff
from permits.hearing.models import Comment, Stance
from permits.models import Permit, PermitEvent
from permits.states import Event, Party, State
from permits.table import TABLE
from permits.workflow import PERMITS
from tests.people import letters, make_person, sign_in
from tests.permits import as_party, make_case

ROLES = {
    Party.INTAKE: Role.INTAKE,
    Party.OFFICER: Role.OFFICER,
    Party.REVIEWER: Role.REVIEWER,
    Party.INSPECTOR: Role.INSPECTOR,
}


class Office:
    """A case with its staff, each with a browser of their own."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.people: dict[str, Person] = {
            party.value: make_person(session, role) for party, role in ROLES.items()
        }
        self.people["other"] = make_person(session, Role.OFFICER)
        self.people["auditor"] = make_person(session, Role.AUDITOR)

    def case(self, state: State, **fields: Any) -> Permit:
        given = {"officer_id": self.people["officer"].id, "published_at": now(), "fee_rials": 0}
        made = make_case(self.session, state, **(given | fields))
        self.session.commit()
        return made

    def client(self, who: str) -> FlaskClient:
        made = self.app.test_client()
        made.set_cookie("lang", "en")
        return sign_in(made, self.people[who])

    def send(
        self, who: str, case: Permit, way: str, *, version: int | None = None, **fields: Any
    ) -> TestResponse:
        client = self.client(who)
        page = client.get(f"/permits/desk/{case.reference}").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        act = re.search(r'name="last_act" value="(\d+)"', page)
        assert token
        data = {
            "csrf_token": token[1],
            "version": case.version if version is None else version,
            "last_act": act[1] if act else "0",
        }
        return client.post(f"/permits/desk/{case.reference}/{way}", data=data | fields)

    def again(self, case: Permit) -> Permit:
        self.session.expire_all()
        return self.session.get_one(Permit, case.id)


@pytest.fixture
def office(app: Flask, client: FlaskClient, city: Session) -> Office:
    return Office(app, city)


FIELDS: dict[Event, dict[str, Any]] = {
    Event.REQUEST: {"asked": ["The deed", ""], "document_kind": ["deed", ""]},
    Event.ASK: {"asked": ["Who builds?", ""], "document_kind": ["", ""]},
    Event.RECOMMEND: {"outcome": "granted", "reason": "fits"},
    Event.SEND_BACK: {"reason": "look again"},
    Event.REFER: {"meeting_on": "2099-01-01", "reason": "large"},
    Event.DECIDE: {"outcome": "granted", "reason": "agreed"},
    Event.RULE: {"outcome": "upheld", "order": "12/1405", "reason": "right"},
    Event.RETURN: {"reason": "asked for"},
    Event.CLOSE: {"reason": "double"},
    Event.REVOKE: {"order": "13/1405", "reason": "court"},
}


def test_every_event_of_the_staff_has_a_form_and_no_other() -> None:
    assert set(STEPS) == events_of_staff()
    asked = {event: {each.name for each in form.fields} for event, form in STEPS.items()}
    for line in TABLE:
        if line.event in STEPS:
            needs = {guard.code for guard in line.guards if guard.code == "has_reason"}
            assert not needs or "reason" in asked[line.event]
            assert ("outcome" in asked[line.event]) >= (len(line.targets) > 1)


def test_each_page_offers_the_steps_of_its_role_and_no_others(office: Office) -> None:
    for state, party in itertools.product(State, ROLES):
        if state is State.DRAFT:
            continue
        case = office.case(state)
        page = office.client(party.value).get(f"/permits/desk/{case.reference}")
        assert page.status_code == 200
        offered = set(re.findall(rf"/permits/desk/{case.reference}/step/(\w+)", page.text))
        offered |= {"inspect"} if f"/permits/inspect/{case.reference}" in page.text else set()
        lines = PERMITS.list_steps(state, parts_of(party))
        assert offered == {line.event.value for line in lines if line.event in STEPS}, (state, party)


def parts_of(party: Party) -> frozenset[Party]:
    """An officer may do the intake's work, too."""
    return frozenset({party, Party.INTAKE} if party is Party.OFFICER else {party})


@pytest.mark.parametrize("party", [*ROLES])
def test_role_by_event(office: Office, party: Party) -> None:
    """Every step from its first state: taken by its parties, refused to all others and nothing changed."""
    for event in [*FIELDS, Event.ACCEPT, Event.ASSESS]:
        if event is not Event.RECOMMEND:
            try_event(office, party, event)


def try_event(office: Office, party: Party, event: Event) -> None:
    line = next(line for line in TABLE if line.event is event)
    source = min(line.sources - {State.DRAFT})
    outcome = State.GRANTED if source in (State.APPEALED, State.BUILDING, State.GRANTED) else None
    case = office.case(source, outcome=outcome, decided_at=now() if outcome else None)
    answer = office.send(party.value, case, f"step/{event.value}", **FIELDS.get(event, {}))
    kept = office.again(case)
    if line.parties & parts_of(party):
        assert answer.status_code == 303, (event, answer.text)
        assert kept.state in (line.targets or (source,))
        assert kept.version == 2
    else:
        assert answer.status_code == 403, event
        assert (kept.state, kept.version) == (source, 1)


def test_what_is_missing_is_said_before_pressing(office: Office) -> None:
    case = office.case(State.ASSESSMENT)
    page = office.client("officer").get(f"/permits/desk/{case.reference}").text
    assert "Some checks are still open." in page
    assert "This kind of permit must be opened for comments first." in page
    refused = office.send(
        "officer", case, "step/recommend", outcome="granted", reason="It fits the plan, all of it."
    )
    assert refused.status_code == 422
    assert "It fits the plan, all of it." in refused.text
    assert office.again(case).version == 1


def test_two_officers_one_wins_and_the_other_loses_no_text(office: Office) -> None:
    case = office.case(State.ASSESSMENT)
    long = "Please bring the drawing of the roof.\nAll sheets."
    won = office.send("other", case, "step/ask", asked=["First", ""], document_kind=["", ""])
    assert won.status_code == 303
    lost = office.send("officer", case, "step/return", version=1, reason=long)
    assert lost.status_code == 409
    assert "Somebody else has changed this case meanwhile" in lost.text
    assert "Please bring the drawing of the roof.\nAll sheets.</textarea>" in lost.text
    assert 'name="version" value="2"' in lost.text, "sent again, it is about the case as it is now"
    assert office.again(case).state is State.AWAITING_APPLICANT


def test_a_form_that_is_gone_still_shows_what_was_typed(office: Office) -> None:
    case = office.case(State.ASSESSMENT)
    client = office.client("officer")
    page = client.get(f"/permits/desk/{case.reference}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    act = re.search(r'name="last_act" value="(\d+)"', page)
    assert token
    assert act
    office.send("other", case, "step/close", reason="withdrawn by phone")
    data = {
        "csrf_token": token[1],
        "version": 1,
        "last_act": act[1],
        "asked": ["A long question", ""],
        "document_kind": ["", ""],
    }
    lost = client.post(f"/permits/desk/{case.reference}/step/ask", data=data)
    assert lost.status_code == 409
    assert "What you wrote" in lost.text
    assert "A long question" in lost.text
    assert "It was closed without a decision." in lost.text, "what was done meanwhile is told"
    assert office.people["other"].email in lost.text


def test_the_desk_lists_by_deadline_and_who_holds(office: Office) -> None:
    mine = office.case(State.ASSESSMENT)
    free = office.case(State.VALID, officer_id=None)
    office.case(State.COMPLETED)
    page = office.client("officer").get("/permits/desk").text
    assert str(mine.reference) in page
    assert str(free.reference) not in page
    page = office.client("officer").get("/permits/desk?whose=unassigned").text
    assert str(free.reference) in page
    assert str(mine.reference) not in page
    page = office.client("auditor").get("/permits/desk").text
    assert str(mine.reference) in page
    assert str(free.reference) in page
    assert (
        office.client("officer").get("/permits/desk?whose=all&state=valid").text.count("permit-reference")
        == 1
    )
    assert office.client("officer").get("/permits/desk?due=never").status_code == 400
    assert office.client("officer").get("/permits/desk?bbox=1,2").status_code == 400
    inside = office.client("officer").get("/permits/desk?whose=all&bbox=51,35,52,36").text
    outside = office.client("officer").get("/permits/desk?whose=all&bbox=10,10,11,11").text
    assert str(mine.reference) in inside
    assert str(mine.reference) not in outside


def test_overdue_comes_first_and_is_told(office: Office) -> None:
    def started(days_ago: int) -> Permit:
        case = office.case(State.SUBMITTED, fee_rials=0)
        mover = Mover(as_party(Party.INTAKE).actor, frozenset({Party.INTAKE}))
        PERMITS.move(
            office.session, case, Event.ACCEPT, mover, seen=None, now=now() - dt.timedelta(days=days_ago)
        )
        office.session.commit()
        return case

    new, old = started(0), started(90)
    page = office.client("officer").get("/permits/desk?whose=all").text
    assert page.index(old.reference or "") < page.index(new.reference or "")
    late = office.client("officer").get("/permits/desk?whose=all&due=overdue").text
    assert str(old.reference) in late
    assert str(new.reference) not in late


def test_assign_hand_over_and_fee(office: Office) -> None:
    case = office.case(State.SUBMITTED, officer_id=None, fee_rials=5_000)
    refused = office.send("intake", case, "step/accept")
    assert refused.status_code == 422
    assert "neither paid nor waived" in refused.text
    assert office.send("intake", case, "do/fee", how="waived", reason="").status_code == 422
    assert office.send("intake", case, "do/fee", how="waived", reason="a school").status_code == 303
    case = office.again(case)
    other = office.people["other"]
    assert office.send("reviewer", case, "do/assign", officer=other.id, note="you know it").status_code == 303
    case = office.again(case)
    assert case.officer_id == other.id
    assert office.send("reviewer", case, "do/assign", officer=office.people["intake"].id).status_code == 422
    assert office.send("inspector", case, "do/assign", officer=other.id).status_code == 403
    assert office.send("auditor", case, "do/assign", officer=other.id).status_code in (403,)


def test_checks_conditions_comments_message_and_opinion(office: Office) -> None:
    case = office.case(State.ASSESSMENT)
    said = [
        Comment(permit_id=case.id, receipt=f"R{n}", stance=Stance.OBJECTION, text=f"No {n}", must_answer=True)
        for n in (1, 2)
    ]
    office.session.add_all(said)
    office.session.commit()
    page = office.client("officer").get(f"/permits/desk/{case.reference}").text
    [code, *_more] = re.findall(r'id="form-check-(\w+)"', page)
    assert (
        office.send(
            "officer", case, "do/check", version=0, code=code, result="passed", note="seen"
        ).status_code
        == 303
    )
    lost = office.send("other", case, "do/check", version=0, code=code, result="failed", note="My long note")
    assert lost.status_code == 409
    assert "My long note" in lost.text
    library = re.findall(r'name="library" value="(\w+)"', page)
    answer = office.send(
        "officer", case, "do/conditions", library=library[:1], row=["1", "2"], code=["", ""],
        condition=["Keep the trees", ""], before_start=["1"],
    )  # fmt: skip
    assert answer.status_code == 303
    kept = office.session.scalars(select(Condition).where(Condition.permit_id == case.id)).all()
    assert next((each.text, each.before_start) for each in kept) == ("Keep the trees", True)
    assert len(kept) == 1 + len(library[:1])
    case = office.again(case)
    assert (
        office.send(
            "officer", case, "do/group", version=1, comment=said[1].id, **{"with": said[0].id}
        ).status_code
        == 303
    )
    assert (
        office.send(
            "officer", case, "do/answer", version=1, comment=said[0].id, answer="We looked"
        ).status_code
        == 303
    )
    assert office.again(case)
    assert office.session.get_one(Comment, said[0].id).answer == "We looked"
    assert office.send("officer", case, "do/message", text="Good day").status_code == 303
    assert office.session.scalars(select(Message.text)).all() == ["Good day"]
    asked: dict[str, Any] = {
        "name": "Fire brigade",
        "email": "fire@example.org",
        "question": "Is the way wide enough?",
        "days": "14",
    }
    assert office.send("officer", case, "do/consult", **asked).status_code == 303
    assert "/permits/consult/" in letters(office.session)[-1]["text"]


def test_an_opinion_is_given_once_by_the_signed_link(office: Office) -> None:
    case = office.case(State.ASSESSMENT)
    asked: dict[str, Any] = {
        "name": "Fire brigade",
        "email": "fire@example.org",
        "question": "Wide enough?",
        "days": "14",
    }
    office.send("officer", case, "do/consult", **asked)
    found = re.search(r"https?://\S+(/permits/consult/\S+)\?lang=en", letters(office.session)[-1]["text"])
    assert found
    visitor = office.app.test_client()
    visitor.set_cookie("lang", "en")
    page = visitor.get(found[1])
    assert page.status_code == 200
    assert "Wide enough?" in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    assert visitor.post(found[1], data={"csrf_token": token[1], "opinion": " "}).status_code == 422
    assert visitor.post(found[1], data={"csrf_token": token[1], "opinion": "Four metres"}).status_code == 303
    again = visitor.post(found[1], data={"csrf_token": token[1], "opinion": "Another word"})
    assert again.status_code == 409
    assert "Another word" in again.text
    assert visitor.get(found[1] + "x").status_code == 404
    assert "Four metres" in office.client("officer").get(f"/permits/desk/{case.reference}").text
    consultee = office.session.scalars(select(Consultee)).one()
    consultee.answered_at, consultee.due_at = None, now() - dt.timedelta(days=1)
    office.session.commit()
    assert visitor.post(found[1], data={"csrf_token": token[1], "opinion": "Late"}).status_code == 409


def test_a_refusal_lets_the_proposed_conditions_fall(office: Office) -> None:
    case = office.case(State.RECOMMENDED)
    set_conditions(office.session, case, 1, [ConditionText("Keep the trees")])
    office.session.commit()
    office.session.execute(select(Permit))
    case = office.session.get_one(Permit, case.id)
    case.state = State.RECOMMENDED
    office.session.commit()
    answer = office.send("reviewer", case, "step/decide", outcome="refused", reason="too high")
    assert answer.status_code == 303, answer.text
    assert list_conditions(office.session, office.again(case)) == []
    event = office.session.scalars(select(PermitEvent).where(PermitEvent.permit_id == case.id)).one()
    assert event.data["conditions_dropped"] == ["Keep the trees"]


def test_the_committees_list(office: Office) -> None:
    case = office.case(State.RECOMMENDED)
    office.send("reviewer", case, "step/refer", meeting_on="2099-01-01", reason="It is large")
    page = office.client("reviewer").get("/permits/desk/committee").text
    assert str(case.reference) in page
    assert "It is large" in page
    late = office.case(State.RECOMMENDED)
    assert office.send("reviewer", late, "step/refer", meeting_on="2020-01-01", reason="x").status_code == 422


def test_nobody_works_on_their_own_application(office: Office) -> None:
    case = office.case(State.ASSESSMENT, applicant_id=office.people["officer"].id, officer_id=None)
    assert office.client("officer").get(f"/permits/desk/{case.reference}").status_code == 403
    assert office.client("other").get(f"/permits/desk/{case.reference}").status_code == 200


def test_the_auditor_reads_and_does_nothing(office: Office) -> None:
    case = office.case(State.ASSESSMENT)
    page = office.client("auditor").get(f"/permits/desk/{case.reference}")
    assert page.status_code == 200
    assert f"/permits/desk/{case.reference}/do/" not in page.text
    assert f"/permits/desk/{case.reference}/step/" not in page.text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_pages_speak_both_languages(office: Office, language: str) -> None:
    case = office.case(State.ASSESSMENT)
    client = office.client("officer")
    client.set_cookie("lang", language)
    for address in ("/permits/desk?whose=all", f"/permits/desk/{case.reference}", "/permits/desk/committee"):
        page = client.get(address).text
        assert f'lang="{language}"' in page
