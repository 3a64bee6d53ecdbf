"""Being heard: a comment until the deadline, with its receipt and the answer; an appeal by who has commented."""

import datetime as dt
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Float, func, select
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.audit import Actor
from core.clocks import ClockAct, DayUnit
from core.local_time import now
from permits.access import parties_of
from permits.hearing.models import Comment, Stance
from permits.hearing.services import answer_comment, group_comment
from permits.hearing.views import RECEIVING, SAYING
from permits.models import Permit, PermitClock, PermitEvent
from permits.states import Clock, Event, Party, State
from tests.people import letters, link_in, make_person, sign_in
from tests.permits import make_case

DAY = dt.timedelta(days=1)


def open_case(session: Session, *, opened: dt.datetime | None = None, days: int = 10, **more: Any) -> Permit:
    """A case whose comments were opened at a moment, for so many days."""
    at = opened or now() - DAY
    case = make_case(session, State.CONSULTATION, **({"published_at": at, "submitted_at": at} | more))
    event = PermitEvent(
        permit_id=case.id, ordinal=1, event=Event.PUBLICISE, source=State.VALID, target=State.CONSULTATION,
        party=Party.OFFICER, at=at,
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.add(
        PermitClock(
            permit_id=case.id, event_id=event.id, clock=Clock.COMMENT, act=ClockAct.START, at=at, days=days,
            unit=DayUnit.CALENDAR,
        )
    )  # fmt: skip
    session.flush()
    return case


def send(client: FlaskClient, case: Permit, **typed: Any) -> Any:
    """Fill the form in as its page gave it, and send it."""
    address = f"/permits/{case.reference}/comment"
    page = client.get(f"{address}?lang=en")
    assert page.status_code == 200, page.text
    [token, *_] = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)
    return client.post(
        address, data={"csrf_token": token, "stance": "objection", "text": "Too high."} | typed
    )


def test_a_comment_gets_a_receipt_by_which_its_author_finds_the_answer(
    client: FlaskClient, city: Session
) -> None:
    case = open_case(city)
    sent = send(
        client,
        case,
        text="Five floors <b>beside</b> two\r\nare too many.",
        name="Zoe",
        email="zoe@example.org",
    )
    assert sent.status_code == 303
    [said] = city.scalars(select(Comment).where(Comment.permit_id == case.id))
    assert (said.stance, said.text, said.must_answer) == (
        Stance.OBJECTION,
        "Five floors <b>beside</b> two\nare too many.",
        True,
    )
    page = client.get(sent.location).text
    assert said.receipt in page
    assert "Your comment has arrived." in page
    assert "Not answered yet" in page
    assert "&lt;b&gt;beside" in page
    [letter] = letters(city)
    assert letter["to"] == "zoe@example.org"
    assert said.receipt in letter["text"]
    assert link_in(letter) == f"/permits/comments/{said.receipt}"
    answer_comment(city, Actor("test"), case, said.id, said.version, now(), "The zone allows five.")
    assert "The zone allows five." in client.get(link_in(letter)).text
    # However it is copied.
    typed = f"{said.receipt[:5]}-{said.receipt[5:]}".lower()
    assert client.get(f"/permits/comments/{typed}").status_code == 200


def test_everybody_reads_what_was_said_and_nobody_who_said_it(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    send(client, case, text="Too high.", name="Zoe Private", email="zoe@example.org")
    [said] = city.scalars(select(Comment).where(Comment.permit_id == case.id))
    for form in ("?lang=en", ".json"):
        told = client.get(f"/permits/{case.reference}{form}").text
        assert "Too high." in told
        assert "Objection" in told or "objection" in told
        for secret in ("Zoe", "zoe@example", said.receipt):
            assert secret not in told


def test_one_answered_together_with_another_carries_its_answer(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    send(client, case, text="Too high.")
    send(client, case, text="Much too high.")
    first, second = city.scalars(select(Comment).where(Comment.permit_id == case.id).order_by(Comment.id))
    answer_comment(city, Actor("test"), case, first.id, first.version, now(), "The zone allows it.")
    group_comment(city, Actor("test"), case, second.id, second.version, first.id)
    assert "The zone allows it." in client.get(f"/permits/comments/{second.receipt}?lang=en").text
    assert client.get(f"/permits/{case.reference}?lang=en").text.count("The zone allows it.") == 2


def test_after_the_deadline_nothing_is_taken_and_nothing_offered(client: FlaskClient, city: Session) -> None:
    case = open_case(city, opened=now() - 12 * DAY)
    page = client.get(f"/permits/{case.reference}?lang=en").text
    assert "Comment or object" not in page
    assert client.get(f"/permits/{case.reference}/comment").status_code == 409
    other = open_case(city)
    [token, *_] = re.findall(
        r'name="csrf_token" value="([^"]+)"', client.get(f"/permits/{other.reference}/comment").text
    )
    late = client.post(
        f"/permits/{case.reference}/comment", data={"csrf_token": token, "stance": "comment", "text": "Late."}
    )
    assert late.status_code == 409
    assert re.search(r"<textarea[^>]* readonly[^>]*>Late\.</textarea>", late.text)  # not lost
    assert city.scalar(select(func.count()).select_from(Comment)) == 0


def test_the_last_day_is_still_a_day(client: FlaskClient, city: Session) -> None:
    case = open_case(city, opened=now() - 10 * DAY)
    assert send(client, case).status_code == 303


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": "   "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"stance": "fury"}, "stance"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.c\r\nBcc: all@example.org"}, "email"),
        ({"lon": "51.4"}, "lat"),
        ({"lon": "x", "lat": "35"}, "lon"),
        ({"lon": "200", "lat": "35"}, "lon"),
    ],
)
def test_what_cannot_be_sent_comes_back_with_all_that_was_typed(
    client: FlaskClient, city: Session, typed: dict[str, str], field: str
) -> None:
    case = open_case(city)
    given = {"text": "Kept as typed.", "name": "Zoe"} | typed
    answer = send(client, case, **given)
    assert answer.status_code in (400, 422)
    assert "This could not be sent yet" in answer.text
    assert 'value="Zoe"' in answer.text
    if field != "text":
        assert "Kept as typed." in answer.text
    assert city.scalar(select(func.count()).select_from(Comment)) == 0
    if field in ("text", "email"):
        assert f'href="#comment-{field}"' in answer.text
        assert 'aria-invalid="true"' in answer.text


def test_pressing_the_map_chooses_the_spot_and_keeps_the_words(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    # 78 of 312 pixels right of the middle are a quarter of the 160 m that the picture shows.
    answer = send(client, case, text="Here the tree stands.", **{"spot.x": "234", "spot.y": "104"})
    assert answer.status_code == 200
    assert "Here the tree stands." in answer.text
    lon, lat = (
        float(re.findall(rf'name="{name}"[^>]* value="([^"]+)"', answer.text)[0]) for name in ("lon", "lat")
    )
    spot: Any = func.ST_Transform(
        func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326), func.ST_SRID(Permit.geom)
    )
    away = func.ST_Distance(spot, Permit.geom, type_=Float)
    distance_m = city.scalar(select(away).where(Permit.id == case.id))
    assert distance_m == pytest.approx(40, abs=0.3)
    sent = send(client, case, text="Here the tree stands.", lon=str(lon), lat=str(lat))
    assert sent.status_code == 303
    kept = city.scalar(
        select(func.ST_Distance(Comment.geom, Permit.geom, type_=Float)).join_from(
            Comment, Permit, Permit.id == Comment.permit_id
        )
    )
    assert kept == pytest.approx(40, abs=0.3)
    pressed_by_key = send(client, case, **{"spot.x": "0", "spot.y": "0"})
    assert "Chosen spot" not in pressed_by_key.text


def test_nobody_sends_without_the_pages_own_token(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    answer = client.post(f"/permits/{case.reference}/comment", data={"stance": "comment", "text": "Hello."})
    assert answer.status_code == 400
    assert city.scalar(select(func.count()).select_from(Comment)) == 0


def test_too_many_are_held_back(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    most = int(SAYING.most.split()[0])
    typed = {"name": "Zoe", "email": "zoe@example.org", "stance": "support"}
    answers = [send(client, case, text=f"No. {n} <b>", **typed) for n in range(most + 1)]
    assert [answer.status_code for answer in answers] == [303] * most + [429]
    # Who is held back has all that they wrote, to be sent later.
    held = answers[-1]
    assert f">No. {most} &lt;b&gt;</textarea>" in held.text
    assert 'value="Zoe"' in held.text
    assert 'value="zoe@example.org"' in held.text
    assert re.search(r'value="support" checked', held.text)
    assert "That was too often" in held.text
    assert 0 < int(held.headers["Retry-After"]) <= 3601
    assert city.scalar(select(func.count()).select_from(Comment)) == most


def test_nobodys_box_is_filled_with_receipts(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    most = int(RECEIVING.most.split()[0])
    spelt = ["zoe@example.org", " ZOE@Example.org", "zoe+more@example.org"]
    answers = [send(client, case, email=spelt[n % 3]) for n in range(most + 2)]
    assert {answer.status_code for answer in answers} == {303}, "what is said is taken"
    assert len(letters(city)) == most
    told = [client.get(answer.location).text for answer in answers]
    assert ["on its way to you by mail" in page for page in told] == [True] * most + [False] * 2
    assert ["No letter was sent" in page for page in told] == [False] * most + [True] * 2
    assert send(client, case, email="zoe@example.net").status_code == 303
    assert len(letters(city)) == most + 1


def test_pressing_the_map_is_no_comment_and_is_not_counted_as_one(client: FlaskClient, city: Session) -> None:
    case = open_case(city)
    for _ in range(int(SAYING.most.split()[0]) + 1):
        pressed = send(client, case, **{"spot.x": "150", "spot.y": "100"})
        assert pressed.status_code == 200
    assert send(client, case).status_code == 303


def test_an_unknown_receipt_is_told_so(client: FlaskClient, city: Session) -> None:
    assert client.get("/permits/comments/NOSUCHCODE").status_code == 404


def test_who_commented_with_an_account_may_appeal_and_nobody_else(client: FlaskClient, city: Session) -> None:
    commenter, stranger = make_person(city), make_person(city)
    case = make_case(
        city, State.GRANTED, published_at=now() - 5 * DAY, decided_at=now() - DAY, outcome=State.GRANTED
    )
    city.add(
        Comment(
            permit_id=case.id, receipt="ABCDEFGHJK", person_id=commenter.id, stance=Stance.OBJECTION, text="x"
        )
    )
    # Said before the office was taken: an auditor reads all and writes nothing.
    auditor = make_person(city, Role.AUDITOR)
    city.add(
        Comment(
            permit_id=case.id, receipt="ABCDEFGHJM", person_id=auditor.id, stance=Stance.OBJECTION, text="x"
        )
    )
    city.flush()
    assert parties_of(city, auditor, case) == frozenset()
    address = f"/permits/{case.reference}/appeal"
    assert client.get(address).status_code == 302
    for person, status in ((auditor, 403), (stranger, 403), (commenter, 303)):
        sign_in(client, person)
        page = client.get(f"{address}?lang=en").text
        values = dict(re.findall(r'name="(csrf_token|version)" value="([^"]+)"', page))
        if person is commenter:
            empty = client.post(address, data={**values, "reason": " "})
            assert empty.status_code == 422
            stale = client.post(address, data={**values, "version": "99", "reason": "The zone says three."})
            assert stale.status_code == 409
            assert "The zone says three." in stale.text
        answer = client.post(address, data={**values, "reason": "The zone says three."})
        assert answer.status_code == status, answer.text
    city.expire_all()
    assert case.state is State.APPEALED
