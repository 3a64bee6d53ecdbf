"""Applying as a citizen does: question by question without a script, kept at each, resumed, claimed, and sent once."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.permissions import Role
from core.audit import Audit
from core.limits import web as limits
from core.log import rule_of
from permits.applying.schemas import FIELDS
from permits.applying.steps import Step, steps_of
from permits.models import Permit
from permits.privacy import forget_unsent
from permits.states import State
from permits.types.services import get_type, list_types
from tests import files
from tests.people import make_person, post_form, sign_in


class Applicant:
    """Somebody at a browser, in English, with the draft that they began."""

    def __init__(
        self, app: Flask, session: Session, kind: str = "new_building", parcel: str = "1-1-1"
    ) -> None:
        self.session = session
        self.client = app.test_client()
        self.client.set_cookie("lang", "en")
        begun = post_form(
            self.client, f"/permits/new?parcel={parcel}", "/permits/new", type=kind, parcel=parcel
        )
        assert begun.status_code == 303, begun.text
        found = re.fullmatch(r"/permits/track/(\w+)/apply/(\w+)", begun.location)
        assert found, begun.location
        self.code, self.led_to = found[1], found[2]

    @property
    def case(self) -> Permit:
        self.session.expire_all()
        return self.session.scalars(select(Permit).where(Permit.tracking_code == self.code)).one()

    def url(self, rest: str = "") -> str:
        return f"/permits/track/{self.code}{rest}"

    def get(self, rest: str = "") -> TestResponse:
        return self.client.get(self.url(rest))

    def answer(self, step: str, *, version: int | None = None, **fields: Any) -> TestResponse:
        shown = self.case.version if version is None else version
        return post_form(self.client, self.url(f"/apply/{step}"), version=shown, keep="1", **fields)

    def post(self, rest: str, **fields: Any) -> TestResponse:
        return post_form(self.client, self.url(), self.url(rest), version=self.case.version, **fields)

    def bring(self, kind: str) -> TestResponse:
        page = self.url("/apply/documents")
        paper = (io.BytesIO(files.pdf(kind)), f"{kind}.pdf")
        return post_form(self.client, page, self.url("/documents"), kind=kind, file=paper)

    def answer_all(self, **other: str) -> None:
        figures: dict[str, dict[str, str]] = {
            "person": {"applicant_name": "Reza Karimi", "contact_email": "reza@example.org"},
            "works": {"description": "A house of four floors"},
            "use": {"use": "residential"},
            "footprint": {"footprint_m2": "۶۰۰"},
            "height": {"floors": "4", "height_m": "12.5"},
            "area": {"floor_area_m2": "2,400".replace(",", "")},
            "homes": {"dwellings": "8", "parking": "8"},
        }
        for step, fields in figures.items():
            given: dict[str, Any] = {name: other.get(name, value) for name, value in fields.items()}
            answered = self.answer(step, **given)
            assert answered.status_code == 303, (step, answered.text)
        for each in get_type(self.session, self.case.type_code).documents:
            if each.is_required:
                assert self.bring(each.code).status_code == 303


@pytest.fixture
def applicant(app: Flask, client: FlaskClient, city: Session, session: Session) -> Applicant:
    return Applicant(app, session)


def test_from_the_parcel_to_the_tracking_code(applicant: Applicant, session: Session) -> None:
    assert applicant.led_to == "person", "the parcel is known already"
    applicant.answer_all()
    rules = applicant.get("/apply/rules")
    assert "Rules of zone" in rules.text
    assert applicant.answer("rules").location.endswith("/apply/review")
    review = applicant.get("/apply/review").text
    assert "Reza Karimi" in review
    assert "293,000,000 rials" in review  # 5,000,000 + 2,400 × 120,000
    assert "back=review" in review
    sent = applicant.answer("review", declared="yes")
    assert sent.status_code == 303, sent.text
    case = applicant.case
    assert (case.state, case.fee_rials) == (State.SUBMITTED, 293_000_000)
    assert case.reference
    assert re.fullmatch(r"\d{4}-\d{6}", case.reference)
    assert case.declared_at is not None
    assert case.precheck is not None
    assert {each["rule"] for each in case.precheck["checks"]} >= {"floors", "height", "coverage", "far"}
    page = applicant.get().text
    told = "-".join(applicant.code[at : at + 4] for at in (0, 4, 8))
    assert case.reference in page
    assert told in page
    assert "<svg" in page
    jobs = session.execute(
        select(func.count())
        .select_from(Audit)
        .where(Audit.subject == f"permit:{case.id}", Audit.action == "permit.submit")
    )
    assert jobs.scalar_one() == 1


def test_every_kind_can_be_applied_for(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    for kind in list_types(session):
        applicant = Applicant(app, session, kind.code)
        steps = steps_of(kind)
        for number, step in enumerate(steps, start=1):
            page = applicant.get(f"/apply/{step.value}")
            assert page.status_code == 200
            assert f"Step {number} of {len(steps)}" in page.text
        for step in set(Step) - set(steps):
            assert applicant.get(f"/apply/{step.value}").status_code == 404


def test_another_device_goes_on_and_a_stale_one_keeps_what_was_typed(
    app: Flask, applicant: Applicant, session: Session
) -> None:
    old = applicant.case.version
    other = app.test_client()
    other.set_cookie("lang", "en")
    assert other.get(applicant.url()).status_code == 200
    first = post_form(
        other, applicant.url("/apply/works"), version=old, keep="1", description="As typed on the phone"
    )
    assert first.status_code == 303
    stale = applicant.answer("works", version=old, description="As typed on the desk")
    assert stale.status_code == 409
    assert "As typed on the phone" in stale.text
    assert "As typed on the desk" in stale.text
    assert applicant.case.description == "As typed on the phone"
    # The page shown then holds the newest version: sending it again keeps one's own.
    assert applicant.answer("works", description="As typed on the desk").status_code == 303
    assert applicant.case.description == "As typed on the desk"


def test_after_sending_nothing_of_it_is_changed_any_more(applicant: Applicant) -> None:
    applicant.answer_all()
    applicant.answer("rules")
    stale = applicant.case.version
    assert applicant.answer("review", declared="yes").status_code == 303
    late = post_form(
        applicant.client, "/permits/new", applicant.url("/apply/works"), version=stale, keep="1",
        description="Seven floors after all",
    )  # fmt: skip
    assert late.status_code == 409
    assert "Seven floors after all" in late.text
    assert applicant.case.description == "A house of four floors"
    again = post_form(
        applicant.client, "/permits/new", applicant.url("/apply/review"), version=stale, declared="yes"
    )
    assert again.status_code == 303, "a second press of the button leads to the case"
    assert applicant.get("/apply/works").status_code == 303


def test_what_is_missing_is_summed_up_with_links(applicant: Applicant) -> None:
    bare = applicant.answer("review")
    assert bare.status_code == 422
    for step in ("person", "works", "documents", "declared"):
        assert f'href="#{step}"' in bare.text
        assert f'id="{step}"' in bare.text
    assert applicant.case.state is State.DRAFT
    wrong = applicant.answer("person", applicant_name=" ", contact_email="nobody")
    assert wrong.status_code == 422
    assert 'href="#applicant_name"' in wrong.text
    assert 'href="#contact_email"' in wrong.text
    assert 'value="nobody"' in wrong.text
    assert applicant.case.applicant_name == ""


def test_a_rule_that_is_not_kept_wants_a_reason(applicant: Applicant) -> None:
    applicant.answer_all(floors="9")
    assert applicant.answer("rules").status_code == 422
    assert applicant.answer("review", declared="yes").status_code == 422
    assert applicant.answer("rules", reason="The neighbours have nine, too").status_code == 303
    assert applicant.answer("review", declared="yes").status_code == 303
    case = applicant.case
    assert case.answers["reason"] == "The neighbours have nine, too"
    assert case.precheck is not None
    assert "fail" in {each["outcome"] for each in case.precheck["checks"]}


def test_a_footprint_drawn_on_the_setback_line_keeps_it(applicant: Applicant) -> None:
    # Parcel 1-1-1 is 40 by 30 m from (540000, 3900030); its zone asks for 2 m.
    spots = ((540002, 3900032), (540038, 3900032), (540038, 3900050), (540002, 3900050))
    corners = " ".join(f"{x:.5f},{y:.5f}" for x, y in spots)
    assert applicant.answer("footprint", corners=corners, footprint_m2="999").status_code == 303
    case = applicant.case
    assert case.proposal["footprint"]["type"] == "Polygon"
    assert case.proposal["footprint_m2"] is None, "what is drawn goes before what is typed"
    assert f'value="{corners}"' in applicant.get("/apply/footprint").text
    rules = applicant.get("/apply/rules").text
    assert 'data-outcome="fail"' not in rules
    crossed = applicant.answer("footprint", corners="0,0 10,10 10,0 0,10")
    assert crossed.status_code == 422
    assert 'href="#corners"' in crossed.text


def test_the_parcel_is_found_by_words_and_by_a_press_on_the_map(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    applicant = Applicant(app, session, parcel="")
    assert applicant.led_to == "parcel"
    found = applicant.get("/apply/parcel?find=1&q=1-1-2").text
    assert 'value="1-1-2"' in found
    # The map is 312 px and 160 m wide with the parcel 1-1-2 (40 to 80 m east) in its middle: 60 px west is 1-1-1.
    view = dict(re.findall(r'name="(x|y|width)" value="([\d.]+)"', found))
    pressed = applicant.get(
        f"/apply/parcel?{'&'.join(f'{k}={v}' for k, v in view.items())}&map.x=85&map.y=120"
    )
    assert re.search(r'value="1-1-1" checked', pressed.text)
    missed = applicant.get("/apply/parcel?x=540000&y=3910000&width=80&map.x=10&map.y=10").text
    assert "no parcel at that spot" in missed
    picture = applicant.client.get(f"/ground.svg?x={view['x']}&y={view['y']}&w=160&parcel=1-1-1")
    assert picture.status_code == 200
    assert picture.mimetype == "image/svg+xml"
    assert applicant.answer("parcel", parcel="9-9-9").status_code == 422
    assert applicant.answer("parcel", parcel="1-1-1").status_code == 303
    assert applicant.case.parcel_number == "1-1-1"


def test_the_code_opens_until_an_account_has_claimed_it(
    app: Flask, applicant: Applicant, session: Session
) -> None:
    stranger = app.test_client()
    assert stranger.get(applicant.url()).status_code == 200, "whoever holds the code is the applicant"
    owner = make_person(session, email="owner@example.org")
    sign_in(applicant.client, owner)
    assert applicant.post("/claim").status_code == 303
    assert applicant.case.applicant_id == owner.id
    assert applicant.get().status_code == 200
    assert applicant.url() in applicant.client.get("/permits/mine").text
    for rest in ("", "/apply/works"):
        led = stranger.get(applicant.url(rest))
        assert led.status_code == 302
        assert led.location.startswith("/account/login?next=")
    told = post_form(stranger, "/permits/new", applicant.url("/withdraw"), version=1, reason="x")
    assert told.status_code == 401
    assert stranger.get(f"/permits/{applicant.code}/documents").status_code == 404
    thief = sign_in(app.test_client(), make_person(session, email="thief@example.org"))
    for rest in ("", "/apply/works"):
        assert thief.get(applicant.url(rest)).status_code == 404
    before = applicant.case.version
    for rest in (
        "/claim",
        "/withdraw",
        "/answers",
        "/messages",
        "/documents",
        "/another",
        "/apply/works",
        "/start",
    ):
        refused = post_form(
            thief, "/permits/new", applicant.url(rest), version=before, reason="x", description="x"
        )
        assert refused.status_code == 404, rest
    assert applicant.case.version == before
    assert applicant.url() not in thief.get("/permits/mine").text


def test_codes_are_secrets(applicant: Applicant, session: Session) -> None:
    for rest in ("", "/apply/person", "/apply/review"):
        headers = applicant.get(rest).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in headers["X-Robots-Tag"]
    applicant.answer_all()
    papers = applicant.client.get(f"/permits/{applicant.code}/documents")
    assert papers.status_code == 200
    assert papers.headers["Cache-Control"] == "no-store"
    applicant.answer("rules")
    applicant.answer("review", declared="yes")
    acts = session.scalars(select(Audit)).all()
    assert acts
    assert not any(
        applicant.code in f"{act.actor}{act.subject}{act.before}{act.after}{act.reason}" for act in acts
    )
    assert {act.actor for act in acts if act.subject == f"permit:{applicant.case.id}"} == {
        "applicant by code"
    }


def test_what_was_never_sent_is_forgotten_in_time(applicant: Applicant, session: Session) -> None:
    applicant.answer("person", applicant_name="Reza Karimi", contact_email="reza@example.org")
    now = dt.datetime.now(dt.UTC)
    assert forget_unsent(session, now - dt.timedelta(days=1)) == 0
    assert applicant.case.applicant_name == "Reza Karimi"
    assert forget_unsent(session, now + dt.timedelta(minutes=1)) == 1
    case = applicant.case
    assert (case.applicant_name, case.contact_email, case.answers) == ("", "", {})
    assert forget_unsent(session, now + dt.timedelta(minutes=1)) == 0
    assert applicant.get("/apply/review").status_code == 200


def test_no_log_line_holds_a_code(app: Flask, applicant: Applicant) -> None:
    with app.test_request_context(applicant.url("/apply/person")):
        assert rule_of(request) == "/permits/track/<code>/apply/<word>"
    with app.test_request_context("/no/such/page"):
        assert rule_of(request) == "/no/such/page"


def test_a_code_is_found_however_it_is_typed_and_others_are_not(applicant: Applicant) -> None:
    client = applicant.client
    typed = f" {applicant.code[:4].lower()}-{applicant.code[4:8]} {applicant.code[8:]} "
    found = post_form(client, "/permits/track", code=typed)
    assert found.location == applicant.url()
    missing = post_form(client, "/permits/track", code="ABCD-EFGH-JKMN")
    assert missing.status_code == 404
    assert 'value="ABCD-EFGH-JKMN"' in missing.text
    assert post_form(client, "/permits/track", code="").status_code == 422


def test_applications_are_not_begun_by_the_hundred(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    for _ in range(30):
        Applicant(app, session)
    refused = post_form(app.test_client(), "/permits/new", type="fence")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_an_auditor_with_a_code_only_reads(app: Flask, applicant: Applicant, session: Session) -> None:
    auditor = sign_in(app.test_client(), make_person(session, Role.AUDITOR))
    assert auditor.get(applicant.url()).status_code == 200
    before = applicant.case.version
    tried = post_form(
        auditor, "/account", applicant.url("/apply/works"), version=before, description="x", keep="1"
    )
    assert tried.status_code == 403
    assert applicant.case.version == before


BAD_TEXT = ["", " ", "\x00", "\ud800", "<script>", "%s%(n)s", "'; --", "residential", "1-1-2"]
BAD_FIGURES = ["0", "-1", "1e400", "nan", "۱۲٫۵", "9" * 400]
BAD_CORNERS = ["1,2 3,4 5,6", "1,2", "inf,inf 0,0 1,1", "0,0 0,0 0,0", "540010,3900040 " * 250]
HOSTILE = st.one_of(st.sampled_from([*BAD_TEXT, *BAD_FIGURES, *BAD_CORNERS]), st.text(max_size=60))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_typed_nothing_breaks_and_nothing_is_half_kept(
    app: Flask, client: FlaskClient, city: Session, session: Session, data: st.DataObject
) -> None:
    limits.forget(app)
    applicant = Applicant(app, session)
    for _ in range(4):
        step = data.draw(st.sampled_from(list(Step)))
        typed: dict[str, Any] = {
            name: data.draw(HOSTILE).encode("utf-8", "surrogatepass") for name in FIELDS[step]
        }
        before = _kept(applicant.case)
        answered = applicant.answer(step.value, **typed)
        assert answered.status_code in (303, 400, 409, 422), (step, typed, answered.status_code)
        if answered.status_code != 303:
            assert _kept(applicant.case) == before
        shown = applicant.get(f"/apply/{step.value}")
        assert shown.status_code == 200, (step, typed)


LOOKING = ["q", "find", "x", "y", "width", "at", "turn", "map.x", "map.y", "parcel", "back"]


def _kept(case: Permit) -> tuple[Any, ...]:
    kept = (case.version, case.parcel_number, case.applicant_name, case.contact_email, case.description)
    return (*kept, dict(case.proposal), dict(case.answers), case.state)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=st.dictionaries(st.sampled_from(LOOKING), HOSTILE))
def test_looking_around_for_a_parcel_never_breaks(
    app: Flask, client: FlaskClient, city: Session, session: Session, asked: dict[str, str]
) -> None:
    limits.forget(app)
    applicant = Applicant(app, session, parcel="")
    query = {name: value.encode("utf-8", "surrogatepass") for name, value in asked.items()}
    answered = applicant.client.get(applicant.url("/apply/parcel"), query_string=query)
    assert answered.status_code in (200, 400, 422), asked
