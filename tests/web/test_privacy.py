"""Taking one's data along, being forgotten, and what is forgotten by itself: the record whole after all of it."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.models import Passkey, Person
from accounts.permissions import Role
from accounts.privacy import retention
from accounts.privacy.erasure import erase
from core import audit, jobs, mail
from core.audit import Actor
from core.audit_check import verify
from core.errors import Conflict
from permits.assessment.models import Consultee
from permits.documents.models import PermitDocument
from permits.hearing.models import Comment, Neighbour, Stance
from permits.models import Permit
from permits.states import State
from tests.people import make_person, post, sign_in
from tests.permits import bring_documents, make_case

EMAIL = "laleh.citizen@example.org"


@pytest.fixture
def citizen(session: Session, city: Session) -> Person:
    made = make_person(session, email=EMAIL)
    made.name, made.password = "لالهٔ شهروند", "argon2-of-something"
    session.add(
        Passkey(
            user=made, credential_id=b"c", public_key=b"k", name="my phone", usage="first",
            backup_state=False, device_type="single", sign_count=0,
        )
    )  # fmt: skip
    session.flush()
    return made


@pytest.fixture
def home(client: FlaskClient, citizen: Person) -> FlaskClient:
    client.set_cookie("lang", "en")
    return sign_in(client, citizen)


def everything_stored(session: Session) -> str:
    """All rows of the tables that may hold something of a person."""
    audit.write_pending(session)
    tables = (
        "person", "role_grant", "passkey", "audit", "procrastinate_jobs", "job_error", "certificate", "permit",
        "permit_comment", "permit_consultee", "permit_neighbour", "permit_message",
        "permit_document", "permit_document_version",
    )  # fmt: skip
    rows = [
        str(list(session.execute(text(f"SELECT t::text FROM {table} AS t")).scalars())) for table in tables
    ]
    return "\n".join(rows)


def test_ones_own_data_are_all_there_and_no_secret(
    home: FlaskClient, session: Session, citizen: Person
) -> None:
    mail.send(session, mail.Letter(EMAIL, "Your case", "words"))
    audit.record(session, Actor(citizen.in_record, citizen.id), "test.do", "parcel:1", after={"x": 1})
    audit.write_pending(session)
    answer = home.get("/account/data.json")
    told = answer.json
    assert told is not None
    assert told["account"]["email"] == EMAIL
    assert told["account"]["passkeys"][0]["name"] == "my phone"
    assert told["letters_waiting"] == ["Your case"]
    assert [act["action"] for act in told["record"]] == ["person.create", "test.do"]
    assert "argon2" not in answer.text
    assert citizen.fs_uniquifier not in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_person_is_forgotten_and_the_record_whole(
    app: Flask, home: FlaskClient, session: Session, citizen: Person
) -> None:
    mail.send(session, mail.Letter(EMAIL, "Your case", "words"))
    assert EMAIL in everything_stored(session)
    assert home.post("/account/erase").status_code == 400  # no token
    assert post(home, "/account/erase").status_code == 400  # not sure
    answer = post(home, "/account/erase", sure="yes")
    assert answer.location == "/account/erased"
    stored = everything_stored(session)
    assert EMAIL not in stored
    assert "لالهٔ" not in stored
    assert "my phone" not in stored
    assert verify(session).findings == []
    session.refresh(citizen)
    assert not citizen.active
    assert home.get("/account").status_code == 302
    assert home.get("/account/erased").status_code == 200


def say(session: Session, case: Permit, **more: Any) -> Comment:
    made = Comment(
        permit_id=case.id,
        receipt=f"R{case.id}",
        stance=Stance.COMMENT,
        text="Too high.",
        name="لالهٔ شهروند",
        **more,
    )
    session.add(made)
    session.flush()
    return made


def test_what_a_person_said_and_applied_for_is_told_and_forgotten(
    home: FlaskClient, session: Session, citizen: Person
) -> None:
    mine: dict[str, Any] = {
        "applicant_id": citizen.id,
        "applicant_name": "لالهٔ شهروند",
        "contact_email": EMAIL,
    }
    draft = make_case(session, State.DRAFT, description="For لالهٔ شهروند", answers={"phone": "0912"}, **mine)
    bring_documents(session, draft)
    decided = make_case(session, State.REFUSED, **(mine | {"applicant_name": "A name of the case"}))
    others = make_case(session, State.GRANTED, contact_email="other@example.org")
    by_account = say(session, others, person_id=citizen.id)
    by_address = say(session, decided, email=EMAIL.upper())
    told = home.get("/account/data.json").json
    assert told is not None
    assert [(each["tracking_code"], each["as"]) for each in told["permits"]] == [
        (draft.tracking_code, "applicant"),
        (decided.tracking_code, "applicant"),
    ]
    assert {each["receipt"] for each in told["comments"]} == {by_account.receipt, by_address.receipt}
    assert post(home, "/account/erase", sure="yes").location == "/account/erased"
    session.expire_all()
    stored = everything_stored(session)
    assert EMAIL not in stored.lower()
    assert "لالهٔ" not in stored
    assert "0912" not in stored
    assert (by_account.text, by_account.name, by_address.email) == ("Too high.", "", "")
    assert (decided.applicant_name, decided.contact_email) == ("A name of the case", "")
    assert (others.contact_email, draft.applicant_id) == ("other@example.org", citizen.id)
    let_go = session.scalars(select(PermitDocument.let_go_at).where(PermitDocument.permit_id == draft.id))
    assert all(let_go.all())


def test_an_undecided_application_keeps_its_applicant(
    home: FlaskClient, session: Session, citizen: Person
) -> None:
    case = make_case(session, State.ASSESSMENT, applicant_id=citizen.id, contact_email=EMAIL)
    assert post(home, "/account/erase", sure="yes").status_code == 409
    session.refresh(citizen)
    assert (citizen.active, citizen.email, case.contact_email) == (True, EMAIL, EMAIL)
    # Nor does it keep the night's work from all others.
    citizen.confirmed_at, citizen.password = None, "x"
    other = make_person(session, email="stale@example.org")
    other.confirmed_at, other.password = None, "x"
    citizen.created_at = other.created_at = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
    session.flush()
    retention.apply(session)
    assert (citizen.active, other.active) == (True, False)


def test_who_commented_is_forgotten_once_it_is_decided(session: Session, city: Session) -> None:
    comments = {
        state: say(session, make_case(session, state), email="a@example.org", at=at)
        for state, at in (
            (State.CONSULTATION, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
            (State.GRANTED, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
            (State.REFUSED, dt.datetime.now(dt.UTC)),
        )
    }
    retention.apply(session)
    session.expire_all()
    assert {state for state, each in comments.items() if each.email} == {State.CONSULTATION, State.REFUSED}
    assert comments[State.GRANTED].text == "Too high."


def involve(session: Session, case: Permit, email: str, at: dt.datetime) -> tuple[Consultee, Neighbour]:
    """Somebody consulted on a case, and a neighbour of it, at one address."""
    asked = Consultee(
        permit_id=case.id, name="Engineer Zoe", email=email, question="Safe?", opinion="Yes.", asked_at=at
    )
    near = Neighbour(
        permit_id=case.id, parcel_id=1, parcel_number="1", distance_m=5.0, email=email, written_at=at
    )
    session.add_all([asked, near])
    session.flush()
    return asked, near


def test_who_was_consulted_or_written_to_is_forgotten_once_it_is_decided(
    session: Session, city: Session
) -> None:
    old, fresh = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime.now(dt.UTC)
    made = {
        state: involve(session, make_case(session, state, opened_at=old), "zoe@example.org", at)
        for state, at in ((State.CONSULTATION, old), (State.GRANTED, old), (State.REFUSED, fresh))
    }
    _, unwritten = involve(session, make_case(session, State.CLOSED, opened_at=old), "a@example.org", old)
    unwritten.written_at = None
    session.flush()
    retention.apply(session)
    session.expire_all()
    kept = {state for state, (asked, near) in made.items() if asked.name and asked.email and near.email}
    gone = {state for state, (asked, near) in made.items() if not (asked.name or asked.email or near.email)}
    assert (kept, gone) == ({State.CONSULTATION, State.REFUSED}, {State.GRANTED})
    assert (made[State.GRANTED][0].opinion, unwritten.email) == ("Yes.", "")


def test_a_person_who_was_consulted_is_told_and_forgotten(
    home: FlaskClient, session: Session, citizen: Person
) -> None:
    at = dt.datetime.now(dt.UTC)
    case = make_case(session, State.CONSULTATION)
    asked, near = involve(session, case, EMAIL.upper(), at)
    other, _ = involve(session, make_case(session, State.CONSULTATION), "other@example.org", at)
    told = home.get("/account/data.json").json
    assert told is not None
    assert [each["opinion"] for each in told["opinions"]] == ["Yes."]
    assert post(home, "/account/erase", sure="yes").location == "/account/erased"
    session.expire_all()
    assert (asked.name, asked.email, asked.opinion, near.email) == ("", "", "Yes.", "")
    assert other.email == "other@example.org"


def test_a_reason_to_stay_is_told(session: Session, city: Session) -> None:
    officer = make_person(session, Role.OFFICER)
    with pytest.raises(Conflict, match="role"):
        erase(session, Actor(officer.in_record, officer.id), officer)
    assert officer.active


def test_what_is_kept_long_enough_is_forgotten_and_counted(session: Session, city: Session) -> None:
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
    stale, fresh, invited = (
        make_person(session, email=f"{word}@example.org") for word in ("stale", "fresh", "invited")
    )
    for person in (stale, fresh, invited):
        person.confirmed_at, person.password = None, "x"
    invited.password = None  # waits for its owner to set one
    stale.created_at = invited.created_at = old
    session.flush()
    retention.apply(session)
    retention.apply(session)  # twice does nothing twice
    assert (stale.active, fresh.active, invited.active) == (False, True, True)
    audit.write_pending(session)
    told = session.execute(text("SELECT subject, after FROM audit WHERE action = 'retention.forget'")).all()
    assert [tuple(row) for row in told] == [("retention:unconfirmed_accounts", {"count": 1, "days": 30})]


def test_jobs_given_up_go_with_their_letters(session: Session, city: Session) -> None:
    for days in (200, 1):
        job = jobs.defer(session, "mail.send", to=f"d{days}@example.org")
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :job"), {"job": job})
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = :job"), {"job": job})
        aged = text(
            "UPDATE procrastinate_events SET at = now() - make_interval(days => :days) WHERE job_id = :job"
        )
        session.execute(aged, {"days": days, "job": job})
    retention.apply(session)
    left = session.execute(text("SELECT args ->> 'to' FROM procrastinate_jobs")).scalars().all()
    assert left == ["d1@example.org"]


class TestThePage:
    @pytest.fixture
    def desk(self, client: FlaskClient, session: Session, city: Session) -> FlaskClient:
        client.set_cookie("lang", "en")
        return sign_in(client, make_person(session, Role.ADMINISTRATOR))

    def test_a_period_is_changed_with_its_reason(self, desk: FlaskClient, session: Session) -> None:
        assert "Kept for 30 days." in desk.get("/retention").text
        where = "/retention/unconfirmed_accounts"
        assert post(desk, where, days="7", version="0", reason="by law").status_code == 303
        assert "Kept for 7 days." in desk.get("/retention").text
        assert post(desk, where, days="", version="1", reason="changed my mind").status_code == 303
        assert "Kept for 7 days." not in desk.get("/retention").text
        audit.write_pending(session)
        rows = session.execute(
            text("SELECT before, after FROM audit WHERE action = 'retention.set' ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [({"days": 30}, {"days": 7}), ({"days": 7}, {"days": None})]

    @pytest.mark.parametrize(
        ("where", "fields", "status"),
        [
            ("unconfirmed_accounts", {"days": "7", "version": "0", "reason": ""}, 422),
            ("unconfirmed_accounts", {"days": "0", "version": "0", "reason": "x"}, 400),
            ("unconfirmed_accounts", {"days": "7", "version": "3", "reason": "x"}, 409),
            ("everything", {"days": "7", "version": "0", "reason": "x"}, 404),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, desk: FlaskClient, where: str, fields: dict[str, Any], status: int
    ) -> None:
        assert post(desk, f"/retention/{where}", **fields).status_code == status
