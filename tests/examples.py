"""What each address is asked with in tests that go by the URL map: a new one fails them until it has its line here."""

import datetime as dt
import re
from collections.abc import Set
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from accounts.permissions import Role
from core.audit import COMMAND
from core.documents.models import DocumentFile
from core.visibility import Visibility
from layers.zoning.amendments.operations import SetClass
from layers.zoning.amendments.services import Titles
from layers.zoning.amendments.services import create as begin_amendment
from layers.zoning.amendments.services import save as save_amendment
from layers.zoning.amendments.states import State as AmendmentState
from parcels.surveys.models import Survey, SurveyFile
from permits.assessment.models import Consultee
from permits.consulting.services import token_for
from permits.documents.models import DocumentVersion, PermitDocument
from permits.documents.web import desk
from permits.hearing.models import Comment, Stance
from permits.letters.models import LetterKind, PermitLetter
from permits.letters.stating import state_letter
from permits.models import Permit, PermitEvent
from permits.states import Event, Party, State
from permits.workflow import PERMITS
from tests import files, rich_city
from tests.people import make_person
from tests.permit_cases import make_case
from tests.permits import as_party
from tests.permits import make_case as make_draft
from webmap.certificates import issuing

SPOT = {"lon": "51.43987", "lat": "35.24268"}
BOX = "51.438,35.240,51.442,35.245"

CASE = {"key": "{case}"}
REFERENCE = {"reference": "{case}"}
DRAFT = {"code": "{code}"}
SURVEY = {"survey_id": "{survey}"}
DRAWING = {"key": "{case}", "document_id": "{document}"}

EXAMPLES: dict[str, dict[str, str]] = {
    "tiles.tilejson": {"source": "parcels"},
    "tiles.tile": {"source": "parcels", "z": "14", "x": "10533", "y": "6476"},
    "zoning.amendment": {"amendment_id": "{amendment}"},
    "zoning.amendment_json": {"amendment_id": "{amendment}"},
    "place.place": SPOT,
    "place.place_json": SPOT,
    "place.parcel": {"number": "1-1-1"},
    "place.parcel_json": {"number": "1-1-1"},
    "place.parcel_geojson": {"number": "1-1-1"},
    "certificates.of_parcel": {"number": "1-1-1"},
    "certificates.document": {"public_id": "{certificate}"},
    "certificates.verify": {"public_id": "{certificate}"},
    "certificates.verify_json": {"public_id": "{certificate}"},
    "search.results": {"q": "Clinic"},
    "search.search_json": {"q": "Clinic"},
    "keep.page": SPOT,
    "keep.print_sheet": {"parcel": "1-1-1"},
    "keep.one_file": {"number": "1-1-1"},
    "keep.qr": {"path": "/parcels/1-1-1"},
    "keep.download": {"file": "parcels.geojson"},
    "compare.comparison": {"parcel": "1-1-1"},
    "compare.comparison_json": {"parcel": "1-1-1"},
    "compare.selection": {"parcel": "1-1-1"},
    "compare.selection_json": {"parcel": "1-1-1"},
    "compare.selection_shapes": {"parcel": "1-1-1"},
    "listing.listing": {"bbox": BOX},
    "listing.listing_json": {"bbox": BOX},
    "listing.told": {"bbox": BOX},
    "listing.beside": {"number": "1-1-1"},
    "people.one": {"person_id": "{person}"},
    "people.grant": {"person_id": "{person}"},
    "people.revoke": {"person_id": "{person}"},
    "people.disable": {"person_id": "{person}"},
    "people.enable": {"person_id": "{person}"},
    "jobs.retry_job": {"job_id": "{job}"},
    "permit_types.one": {"code": "demolition"},
    "permit_types.change_form": {"code": "demolition"},
    "permit_types.change": {"code": "demolition"},
    "permit_types.offer": {"code": "demolition"},
    "calendar.keep": {"day": "2026-11-25"},
    "calendar.forget": {"day": "2026-11-25"},
    "documents.papers": CASE,
    "documents.papers_json": CASE,
    "documents.bring": CASE,
    "documents.paper": DRAWING,
    "documents.paper_json": DRAWING,
    "documents.file": DRAWING,
    "documents.preview": DRAWING,
    "documents.bring_version": DRAWING,
    "documents.set_visibility": DRAWING,
    "documents.withdraw": DRAWING,
    "redacting.add_redacted": DRAWING,
    "redacting.blacken_page": DRAWING,
    "redacting.blacken": DRAWING,
    "redacting.page_image": {**DRAWING, "page": "1"},
    "redacting.texts": CASE,
    "redacting.redact_text": CASE,
    "redacting.restore_text": {**CASE, "redaction_id": "1"},
    "register.case": REFERENCE,
    "register.case_json": REFERENCE,
    "hearing.form": REFERENCE,
    "hearing.send": REFERENCE,
    "hearing.follow": {"receipt": "{receipt}"},
    "hearing.appeal_form": REFERENCE,
    "hearing.appeal": REFERENCE,
    "still.picture": REFERENCE,
    "still.ground": {"x": "540020", "y": "3900045", "w": "160"},
    "applying.new": {"parcel": "1-1-1"},
    "applying.step": {**DRAFT, "word": "person"},
    "applying.answer": {**DRAFT, "word": "footprint"},
    "applying.claim": DRAFT,
    "applying.bring": DRAFT,
    "following.track": DRAFT,
    "following.answers": DRAFT,
    "following.extension": DRAFT,
    "following.message": DRAFT,
    "following.withdraw": DRAFT,
    "following.appeal": DRAFT,
    "following.start": DRAFT,
    "following.another": DRAFT,
    "desk.case": REFERENCE,
    "desk.step": {**REFERENCE, "event": "assess"},
    "desk.do": {**REFERENCE, "deed": "assign"},
    "inspections.site": REFERENCE,
    "inspections.enter": REFERENCE,
    "permit_letters.of_case": {"key": "{decided}", "kind": "decision"},
    "permit_letters.of_applicant": {"code": "LETTERCASE22", "kind": "decision"},
    "permit_letters.document": {"public_id": "{letter}"},
    "permit_letters.verify": {"public_id": "{letter}"},
    "permit_letters.verify_json": {"public_id": "{letter}"},
    "consulting.form": {"token": "{consulted}"},
    "consulting.answer": {"token": "{consulted}"},
    "surveys.one": SURVEY,
    "surveys.one_json": SURVEY,
    "surveys.progress": SURVEY,
    "surveys.findings": SURVEY,
    "surveys.changes": SURVEY,
    "surveys.file": {**SURVEY, "file_id": "{survey_file}"},
    "surveys.attach": SURVEY,
    "surveys.send_again": SURVEY,
    "surveys.answer": SURVEY,
    "surveys.check_again": SURVEY,
    "surveys.submit": SURVEY,
    "surveys.withdraw": SURVEY,
    "surveys.approve": SURVEY,
    "surveys.reject": SURVEY,
    "surveys.send_back": SURVEY,
    "surveys.revert": SURVEY,
    "retention.set_days": {"kind": "unconfirmed"},
    "static": {"filename": "manifest.json"},
    # Links of letters, which nobody has been sent.
    "security.reset_password": {"token": "stale"},
    "security.confirm_email": {"token": "stale"},
    "security.change_email_confirm": {"token": "stale"},
    "security.two_factor_setup_validate": {"token": "stale"},
    "security.wan_register_response": {"token": "stale"},
    "security.wan_signin_response": {"token": "stale"},
    "security.wan_verify_response": {"token": "stale"},
}


def furnish(session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Put something on every page of the small city; returns what stands in braces in :data:`EXAMPLES`."""
    # Laying a paper out takes a second; what the crawl asks of it is who may have it.
    monkeypatch.setattr(issuing, "render", lambda *_what: b"%PDF-1.7 as issued")
    rich_city.build(session)
    planner = make_person(session, Role.PLANNER, email="planner@example.org")
    job = session.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, attempts)"
            " VALUES ('default', 'mail.send', 'failed', '{}', 8) RETURNING id"
        )
    ).scalar_one()
    issued = client.get("/parcels/1-1-1.pdf")
    certificate = re.fullmatch(r"/certificates/(.+)\.pdf", issued.headers["Content-Location"])
    assert certificate
    case, document, receipt = _case(session, client)
    survey, survey_file = _survey(session, client)
    return {
        "{person}": str(planner.id),
        "{certificate}": certificate[1],
        "{job}": str(job),
        "{case}": case,
        "{code}": make_draft(session).tracking_code,
        "{document}": document,
        "{receipt}": receipt,
        "{consulted}": _consulted(session, client, case),
        **_letter(session, client),
        "{survey}": survey,
        "{survey_file}": survey_file,
        "{amendment}": _amendment(session),
    }


def _amendment(session: Session) -> str:
    """An amendment of the small city's western zone, in consultation."""
    case = begin_amendment(session, COMMAND, Titles(title_fa="اصلاح پهنه", title_en="Amended zone"), ["west"])
    save_amendment(session, COMMAND, case, case.version, [SetClass(key="west", class_code="S213")])
    case.state = AmendmentState.CONSULTATION
    session.flush()
    return str(case.id)


def _consulted(session: Session, client: FlaskClient, case: str) -> str:
    """The link of somebody who is asked for an opinion on the case."""
    permit = session.scalars(select(Permit).where(Permit.reference == case)).one()
    due = dt.datetime.now(dt.UTC) + dt.timedelta(days=14)
    asked = Consultee(permit_id=permit.id, name="Fire brigade", email="fire@example.org", due_at=due)
    session.add(asked)
    session.flush()
    return token_for(client.application.config["SECRET_KEY"], asked.id)


def _letter(session: Session, client: FlaskClient) -> dict[str, str]:
    """A decided case and its letter."""
    case = make_case(session, "1405-000077", state=State.RECOMMENDED)
    case.tracking_code = "LETTERCASE22"
    reviewer = as_party(Party.REVIEWER, person=make_person(session, Role.REVIEWER))
    at, data = dt.datetime.now(dt.UTC), {"reason": "It fits"}
    PERMITS.move(session, case, Event.DECIDE, reviewer, seen=None, now=at, target=State.REFUSED, data=data)
    event = session.scalars(select(PermitEvent).where(PermitEvent.permit_id == case.id)).one()
    with client.application.app_context():
        document = desk().store.keep(b"%PDF-1.7 a letter as issued")
    stated = state_letter(session, case, event)
    session.add(
        PermitLetter(
            public_id="letterletterlett",
            number="1405-000001",
            kind=LetterKind.DECISION,
            permit_id=case.id,
            event_id=event.id,
            stated=stated,
            document=document,
        )
    )
    session.flush()
    return {"{decided}": "1405-000077", "{letter}": "letterletterlett"}


def _case(session: Session, client: FlaskClient) -> tuple[str, str, str]:
    """A published case with one public drawing and a comment: its reference, the drawing's number, the receipt."""
    case = make_case(session, applicant=make_person(session))
    content = files.pdf("Ground floor")
    with client.application.app_context():
        sha256 = desk().store.keep(content)
    file = DocumentFile(sha256=sha256, kind="pdf", size_bytes=len(content), pages=1)
    # Pictured as if: a child process that draws it takes a second.
    file.preview, file.pictured_at = sha256, dt.datetime.now(dt.UTC)
    session.add(file)
    drawing = PermitDocument(permit_id=case.id, kind="plans", title="Plans", visibility=Visibility.PUBLIC)
    session.add(drawing)
    session.flush()
    session.add(DocumentVersion(document_id=drawing.id, number=1, sha256=sha256, name="plans.pdf"))
    session.flush()
    session.add(
        Comment(
            permit_id=case.id, receipt="R3C31PT234", stance=Stance.COMMENT, text="Fine", email="c@example.org"
        )
    )
    session.flush()
    return str(case.reference), str(drawing.id), "R3C31PT234"


def _survey(session: Session, client: FlaskClient) -> tuple[str, str]:
    """A survey with its file, waiting for an answer: its number and the file's."""
    surveyor = make_person(session, Role.SURVEYOR, email="surveyor@example.org")
    with client.application.app_context():
        sha256 = desk().store.keep(b"not a survey")
    survey = Survey(kind="subdivision", state="checked", title="Block 1", created_by=surveyor.id)
    session.add(survey)
    session.flush()
    file = SurveyFile(survey_id=survey.id, name="block.zip", bytes=12, sha256=sha256, sent_by=surveyor.id)
    session.add(file)
    session.flush()
    return str(survey.id), str(file.id)


def starts(app: Flask, values: dict[str, str]) -> dict[str, str]:
    """Every GET rule of the URL map, filled in, and what it is called."""
    return {fill(app, rule, values): f"the rule {rule.rule}" for rule in rules(app, {"GET"})}


def rules(app: Flask, methods: Set[str]) -> list[Rule]:
    """The rules that take one of these methods. Fails for those that nobody gave an example of."""
    found = [rule for rule in app.url_map.iter_rules() if methods & (rule.methods or set())]
    missing = [rule.rule for rule in found if rule.arguments and rule.endpoint not in EXAMPLES]
    assert missing == [], "these rules have no line in EXAMPLES (tests/examples.py)"
    return found


def fill(app: Flask, rule: Rule, values: dict[str, str]) -> str:
    """The address of a rule's example."""
    given = {name: values.get(value, value) for name, value in EXAMPLES.get(rule.endpoint, {}).items()}
    built: Any = {
        name: int(value) if value.isdigit() else value
        for name, value in given.items()
        if name in rule.arguments
    }
    with app.test_request_context():
        made = rule.build(built)
    assert made is not None, rule
    query = urlencode({name: value for name, value in given.items() if name not in rule.arguments})
    return f"{made[1]}?{query}" if query else made[1]
