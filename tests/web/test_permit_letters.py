"""Letters of permits: issued once and kept byte for byte, read back in both languages, verified as the case stands."""

import datetime as dt
import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.local_time import now
from permits.assessment.services import ConditionText, set_conditions
from permits.inspections.models import InspectionResult
from permits.inspections.services import Visit, inspect
from permits.letters.models import PermitLetter
from permits.letters.services import LetterState, standing_of
from permits.models import Permit
from permits.states import Event, Party, State
from permits.types.services import get_settings
from permits.workflow import PERMITS
from tests.certificates import pieces, read, read_qr, seen
from tests.people import make_person, sign_in
from tests.permits import as_party, make_case

APPLICANT = "رضا کریمی"


class Decided:
    """A case that was granted with conditions, and who may ask for its letter."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.applicant = make_person(session, email="applicant@example.org")
        self.reviewer = make_person(session, Role.REVIEWER)
        self.case = make_case(
            session,
            State.RECOMMENDED,
            applicant_id=self.applicant.id,
            applicant_name=APPLICANT,
            language="fa",
            published_at=now(),
            proposal={"floors": 4, "floor_area_m2": 980, "use": "residential"},
        )
        set_conditions(
            session,
            self.case,
            1,
            [ConditionText("مهندس ناظر معرفی شود", before_start=True), ConditionText("Keep the trees")],
        )
        self.go(
            Event.DECIDE,
            Party.REVIEWER,
            target=State.GRANTED_CONDITIONS,
            data={"reason": "با ضوابط پهنه سازگار است"},
        )
        session.commit()

    def go(self, event: Event, party: Party, **more: Any) -> None:
        person = self.reviewer if party is Party.REVIEWER else None
        PERMITS.move(
            self.session, self.case, event, as_party(party, person=person), seen=None, now=now(), **more
        )
        self.session.commit()

    def client(self, person: Any = None) -> FlaskClient:
        made = self.app.test_client()
        made.set_cookie("lang", "en")
        return made if person is None else sign_in(made, person)

    def letter(self, kind: str = "decision") -> Any:
        return self.client(self.applicant).get(f"/permits/{self.case.reference}/letters/{kind}.pdf")


@pytest.fixture
def decided(app: Flask, client: FlaskClient, city: Session) -> Decided:
    return Decided(app, city)


def test_the_decision_is_read_back_verified_and_kept(decided: Decided) -> None:
    answer = decided.letter()
    assert answer.status_code == 200, answer.text
    told = read(answer.data)
    for words in (
        "Decision on the application",
        "The municipality has decided: Granted with conditions.",
        "Keep the trees",
        "before works start",
        str(decided.case.reference),
        "1-1-1",
        "Works must begin by",
    ):
        assert words in told, words
    for sentence in ("تصمیم دربارهٔ درخواست", APPLICANT, "با ضوابط پهنه سازگار است", "مهندس ناظر معرفی شود"):
        for piece in pieces(sentence):
            assert piece in told, piece
    letter = decided.session.scalars(select(PermitLetter)).one()
    assert read_qr(answer.data) == [f"http://localhost/permits/letters/{letter.public_id}"]
    assert told.index(seen("شهرداری")) < told.index("Municipality"), "the applicant's language comes first"
    again = decided.letter()
    assert again.data == answer.data, "issued once, kept byte for byte"
    assert hashlib.sha256(answer.data).hexdigest() == letter.document
    visitor = decided.client()
    page = visitor.get(f"/permits/letters/{letter.public_id}").text
    assert "Valid: what this letter says still stands." in page
    assert letter.document in page
    assert APPLICANT not in page
    assert visitor.get(f"/permits/letters/{letter.public_id}.pdf").data == answer.data
    asked = visitor.get(f"/permits/{decided.case.reference}/letters/decision.pdf")
    assert asked.location == f"/permits/{decided.case.reference}", (
        "it names the applicant: others read the case's page"
    )
    assert visitor.get("/permits/letters/made-up").status_code == 404
    assert (
        decided.client(decided.reviewer).get(f"/permits/{decided.case.reference}/letters/decision.pdf").data
        == answer.data
    )
    assert decided.letter("completion").status_code == 404
    holder = decided.client(decided.applicant)
    assert holder.get(f"/permits/track/{decided.case.tracking_code}/letters/decision.pdf").data == answer.data
    letter.number = "other"
    with pytest.raises(DBAPIError):
        decided.session.flush()
    decided.session.rollback()


def verified(decided: Decided) -> Any:
    letter = decided.session.scalars(select(PermitLetter)).one()
    return decided.client().get(f"/permits/letters/{letter.public_id}.json").get_json()


def issue_without_laying_out(decided: Decided, monkeypatch: pytest.MonkeyPatch) -> None:
    """Laying it out takes seconds, and what is asked here is how it stands."""
    monkeypatch.setattr("webmap.permit_letters.views.render", lambda *_what: b"%PDF-1.7 a letter")
    assert decided.letter().status_code == 200


def test_it_says_as_the_case_stands(decided: Decided, monkeypatch: pytest.MonkeyPatch) -> None:
    issue_without_laying_out(decided, monkeypatch)
    assert verified(decided)["state"] == "valid"
    decided.case.officer_id = None
    decided.go(Event.APPEAL, Party.APPLICANT, data={"reason": "no trees there"})
    assert verified(decided)["state"] == "appealed"
    other = make_person(decided.session, Role.REVIEWER)
    PERMITS.move(
        decided.session,
        decided.case,
        Event.RULE,
        as_party(Party.REVIEWER, person=other),
        seen=None,
        now=now(),
        target=State.VARIED,
        data={"order": "12", "reason": "one less"},
    )
    decided.session.commit()
    found = verified(decided)
    assert found["state"] == "changed"
    assert "Decision varied on appeal" in found["told"]["en"]
    decided.go(Event.REVOKE, Party.REVIEWER, data={"reason": "court", "order": "13"})
    assert verified(decided)["state"] == "revoked"
    assert "پس گرفته شد" in verified(decided)["told"]["fa"]


def test_a_lapsed_permit(decided: Decided, monkeypatch: pytest.MonkeyPatch) -> None:
    issue_without_laying_out(decided, monkeypatch)
    PERMITS.move(
        decided.session,
        decided.case,
        Event.LAPSE,
        as_party(Party.CLOCK),
        seen=None,
        now=now() + dt.timedelta(days=800),
    )
    decided.session.commit()
    letter = decided.session.scalars(select(PermitLetter)).one()
    assert standing_of(decided.session, letter).state is LetterState.LAPSED
    assert verified(decided)["state"] == "lapsed"


def test_the_completion_certificate(decided: Decided) -> None:
    decided.session.get_one(Permit, decided.case.id).state = State.BUILDING
    decided.session.commit()
    for each in get_settings(decided.session, "new_building", 1).inspections:
        visit = Visit(f"device-{each.code}", each.code, InspectionResult.PASSED, "", now())
        inspect(decided.session, decided.case, as_party(Party.INSPECTOR), None, now(), visit)
    decided.go(Event.COMPLETE, Party.INSPECTOR)
    answer = decided.letter("completion")
    told = read(answer.data)
    assert "Completion certificate" in told
    assert seen("گواهی پایان کار") in told
    assert "passed on" in told
    assert len(read_qr(answer.data)) == 1
