"""The administrator's pages: who may open them, what each button does, and that it stands in the record."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person
from accounts.permissions import Role
from core import audit, jobs
from tests.people import make_person, post, sign_in


@pytest.fixture
def admin(session: Session, city: Session) -> Person:
    return make_person(session, Role.ADMINISTRATOR)


@pytest.fixture
def planner(session: Session, city: Session) -> Person:
    return make_person(session, Role.PLANNER, email="planner@example.org")


@pytest.fixture
def desk(client: FlaskClient, admin: Person) -> FlaskClient:
    client.set_cookie("lang", "en")
    return sign_in(client, admin)


def change(desk: FlaskClient, person: Person, what: str, **fields: Any) -> TestResponse:
    return post(desk, f"/people/{person.id}/{what}", version=person.version, **fields)


def acts(session: Session) -> list[tuple[str, str, str]]:
    audit.write_pending(session)
    rows = session.execute(text("SELECT actor, action, reason FROM audit ORDER BY id"))
    return [(row.actor, row.action, row.reason) for row in rows]


def test_the_list_names_everybody_and_finds_them(desk: FlaskClient, planner: Person, admin: Person) -> None:
    page = desk.get("/people").text
    assert planner.email in page
    assert admin.email in page
    found = desk.get("/people", query_string={"q": "PLANNER@", "role": "planner"}).text
    assert planner.email in found
    assert admin.email not in found.partition('id="main"')[2], "only on top, where whoever asks is named"
    assert "Nobody like that" in desk.get("/people?q=%25").text


@pytest.mark.parametrize(("field", "value"), [("role", "king"), ("after", "-1"), ("q", "x" * 300)])
def test_a_bad_question_names_its_field(desk: FlaskClient, field: str, value: str) -> None:
    answer = desk.get("/people", query_string={field: value}, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["field"] == field


def test_a_role_is_given_and_taken_back_and_recorded(
    desk: FlaskClient, planner: Person, admin: Person, session: Session
) -> None:
    sessions = planner.fs_uniquifier
    given = change(desk, planner, "grant", role="plan_checker", reason="new desk")
    assert given.status_code == 303
    session.refresh(planner)
    assert planner.held == {Role.PLANNER, Role.PLAN_CHECKER}
    assert planner.fs_uniquifier != sessions  # signed out, so that the second factor is asked for
    assert change(desk, planner, "revoke", role="planner", reason="moved").status_code == 303
    session.refresh(planner)
    assert planner.held == {Role.PLAN_CHECKER}
    assert (admin.in_record, "role.grant", "new desk") in acts(session)
    assert (admin.in_record, "role.revoke", "moved") in acts(session)
    page = desk.get(f"/people/{planner.id}").text
    assert "new desk" in page
    assert "moved" in page


@pytest.mark.parametrize(
    ("what", "fields", "status", "words"),
    [
        ("grant", {"role": "planner", "reason": "again"}, 409, "already"),
        ("revoke", {"role": "officer", "reason": "x"}, 409, "does not hold"),
        ("grant", {"role": "officer", "reason": "  "}, 422, "why"),
        ("grant", {"role": "king", "reason": "x"}, 400, "no such role"),
        ("grant", {"role": "auditor", "reason": "x"}, 409, "no other role"),
        ("enable", {"reason": "x"}, 409, "not disabled"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    desk: FlaskClient, planner: Person, what: str, fields: dict[str, str], status: int, words: str
) -> None:
    answer = change(desk, planner, what, **fields)
    assert answer.status_code == status
    assert words in answer.text


def test_nobody_decides_about_themselves(desk: FlaskClient, admin: Person) -> None:
    for what, fields in (
        ("grant", {"role": "auditor"}),
        ("revoke", {"role": "administrator"}),
        ("disable", {}),
    ):
        assert change(desk, admin, what, reason="x", **fields).status_code == 403
    assert "your own account" in desk.get(f"/people/{admin.id}").text


def test_the_last_administrator_stays(desk: FlaskClient, session: Session, admin: Person) -> None:
    other = make_person(session, Role.ADMINISTRATOR)
    admin.active = True
    assert change(desk, other, "disable", reason="left").status_code == 303
    third = make_person(session, Role.PLANNER)
    assert (
        change(desk, third, "grant", role="administrator", reason="x").status_code == 409
    )  # holds another role


def test_a_disabled_account_is_out_at_once(
    app: Flask, desk: FlaskClient, planner: Person, session: Session
) -> None:
    theirs = sign_in(app.test_client(), planner)
    assert theirs.get("/account/change", headers={"Accept-Language": "en"}).status_code == 200
    assert change(desk, planner, "disable", reason="left the city").status_code == 303
    assert theirs.get("/account/change").status_code == 302


def test_what_somebody_else_changed_is_not_written_over(desk: FlaskClient, planner: Person) -> None:
    seen = planner.version
    assert change(desk, planner, "grant", role="officer", reason="x").status_code == 303
    stale = post(desk, f"/people/{planner.id}/grant", version=seen, role="intake", reason="y")
    assert stale.status_code == 409
    assert "meanwhile" in stale.text


def test_an_invitation_makes_an_account_and_a_letter(desk: FlaskClient, session: Session) -> None:
    answer = post(
        desk, "/people", email="Nasrin@Example.org", name="نسرین", role="officer", language="fa", reason="new"
    )
    assert answer.status_code == 303
    job = session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).one()
    assert job.task_name == "mail.send"
    assert job.args["to"] == "Nasrin@example.org"
    assert "/account/reset/" in job.args["text"]
    assert "گذرواژه" in job.args["text"]


def test_a_write_without_its_token_is_refused(desk: FlaskClient, planner: Person) -> None:
    answer = desk.post(f"/people/{planner.id}/grant", data={"role": "officer", "reason": "x"})
    assert answer.status_code == 400


def test_who_did_what_is_shown_without_case_work(
    app: Flask, desk: FlaskClient, session: Session, planner: Person
) -> None:
    by = audit.Actor(planner.in_record, planner.id)
    done = ["role.grant", "person.disable", "permit_type.change", "calendar.set", "retention.set"]
    for number, action in enumerate([*done, "permit.decide", "zone.draw"], 7000):
        audit.record(session, by, action, f"thing:{number}")
    audit.record(session, audit.Actor("somebody else"), "calendar.set", "thing:8000")
    audit.write_pending(session)
    told = desk.get(f"/people/{planner.id}").text.partition('id="deeds-title"')[2]
    assert [number for number in range(7000, 7007) if f"thing:{number}" in told] == list(range(7000, 7005))
    assert "thing:8000" not in told
    auditor = sign_in(app.test_client(), make_person(session, Role.AUDITOR))
    told = auditor.get(f"/people/{planner.id}").text.partition('id="deeds-title"')[2]
    assert all(f"thing:{number}" in told for number in range(7000, 7007))


class TestTheRecord:
    @pytest.fixture
    def auditor(self, client: FlaskClient, session: Session, city: Session) -> FlaskClient:
        client.set_cookie("lang", "en")
        return sign_in(client, make_person(session, Role.AUDITOR))

    def test_it_is_read_filtered_and_taken_along(self, auditor: FlaskClient, session: Session) -> None:
        audit.record(session, audit.Actor("zahra@example.org"), "zone.do", "zone:7", after={"code": "=R1"})
        audit.write_pending(session)
        page = auditor.get("/record").text
        assert "zahra@example.org" in page
        told = auditor.get("/record.json?action=zone.do").json
        assert told is not None
        assert [act["subject"] for act in told["acts"]] == ["zone:7"]
        assert auditor.get("/record.json?actor=nobody").json == {"acts": [], "before": None}
        assert auditor.get("/record.json?since=2999-01-01").json == {"acts": [], "before": None}
        lines = auditor.get("/record.csv?subject=zone").text.splitlines()
        assert len(lines) == 2
        assert "zone:7" in lines[1]

    def test_it_is_told_a_page_at_a_time(self, auditor: FlaskClient, session: Session) -> None:
        for number in range(60):
            audit.record(session, audit.Actor("z"), "zone.do", f"zone:{number}")
        audit.write_pending(session)
        first = auditor.get("/record.json?action=zone.do").json
        assert first is not None
        second = auditor.get(f"/record.json?action=zone.do&before={first['before']}").json
        assert second is not None
        subjects = [act["subject"] for act in first["acts"] + second["acts"]]
        assert subjects == [f"zone:{number}" for number in reversed(range(60))]
        assert second["before"] is None

    def test_a_bad_day_is_named(self, auditor: FlaskClient) -> None:
        answer = auditor.get("/record.json?since=yesterday")
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["field"] == "since"


def test_a_job_given_up_is_shown_and_tried_again(desk: FlaskClient, session: Session) -> None:
    job = jobs.defer(session, "jobs.tidy")
    session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    session.execute(
        text("INSERT INTO job_error (job_id, attempt, error) VALUES (:job, 1, 'OSError: <no>')"), {"job": job}
    )
    page = desk.get("/jobs").text
    assert "OSError: &lt;no&gt;" in page
    assert post(desk, f"/jobs/{job}/retry").status_code == 303
    assert session.execute(text("SELECT status::text FROM procrastinate_jobs")).scalar_one() == "todo"
    assert post(desk, f"/jobs/{job}/retry").status_code == 404
