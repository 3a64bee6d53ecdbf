"""A case from assessment to completion in a browser: officer, reviewer, and an inspector whose phone loses the line."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, select
from werkzeug.serving import make_server

from accounts.permissions import Role
from core.audit import Actor
from core.database import make_engine, transaction
from core.settings import Settings
from permits.assessment.models import CheckResult
from permits.assessment.services import enter_check, list_conditions
from permits.models import Permit
from permits.states import Event, Party, State
from permits.types.services import get_settings
from permits.workflow import PERMITS
from tests import small_city
from tests.certificates import read, read_qr
from tests.conftest import DatabaseMaker
from tests.people import make_person
from tests.permits import as_party, make_case

PHONE = {"width": 360, "height": 740}
STAFF = (Role.OFFICER, Role.REVIEWER, Role.INSPECTOR)


@dataclass
class City:
    """A served city, its staff, and a way to make cases."""

    app: Flask
    url: str
    engine: Engine
    people: dict[str, str] = field(default_factory=dict)

    def enter(self, context: BrowserContext, who: Role | str, lang: str) -> None:
        """Have a browser be signed in as somebody."""
        client, name = self.app.test_client(), self.people[who]
        with client.session_transaction(base_url=self.url) as held:
            held.update({"_user_id": name, "_fresh": True, "fs_cc": "set", "fs_paa": time.time()})
            held.update({"identity.id": name, "signed_in_at": int(time.time())})
        cookie = client.get_cookie("session", domain="127.0.0.1")
        assert cookie is not None
        context.add_cookies(
            [
                {"name": "session", "value": cookie.value, "url": self.url},
                {"name": "lang", "value": lang, "url": self.url},
            ]
        )

    def make_case(self, lang: str) -> str:
        """A demolition under assessment, all checks done but the last."""
        with transaction(self.engine) as session:
            at = dt.datetime.now(dt.UTC)
            case = make_case(
                session,
                State.ASSESSMENT,
                type_code="demolition",
                language=lang,
                published_at=at,
                applicant_name="Reza Karimi",
                fee_rials=0,
            )
            for check in get_settings(session, "demolition", 1).checks[:-1]:
                enter_check(session, Actor("test"), case, check.code, 0, at, CheckResult.PASSED, "")
            return str(case.reference)

    def commence(self, reference: str) -> None:
        """What the applicant does from their own page, once the conditions that come first are met."""
        with transaction(self.engine) as session:
            case = session.scalars(select(Permit).where(Permit.reference == reference)).one()
            assert [each.met_at is not None for each in list_conditions(session, case) if each.before_start]
            applicant = as_party(Party.APPLICANT)
            PERMITS.move(session, case, Event.COMMENCE, applicant, seen=None, now=dt.datetime.now(dt.UTC))


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    from webmap import create_app

    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        small_city.build(session)
        made: dict[str, str] = {role: make_person(session, role).fs_uniquifier for role in STAFF}
        made["colleague"] = make_person(session, Role.OFFICER).fs_uniquifier
    app = create_app(Settings(tmp_path_factory.mktemp("desk"), database_url=url, secret_key="s" * 32))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield City(app, f"http://127.0.0.1:{server.server_port}", engine, made)
    server.shutdown()
    thread.join(5)
    engine.dispose()


def open_form(page: Page, name: str) -> None:
    """Open the fold that a form stands in, unless it is open."""
    fold = page.locator(f"details:has(#form-{name})").last
    if fold.get_attribute("open") is None:
        fold.locator("> summary").click()
    expect(page.locator(f"#form-{name}")).to_be_visible()


def send(page: Page, name: str) -> None:
    page.locator(f"#form-{name} button[type=submit]").click()
    expect(page.locator(".notice.success")).to_be_visible()


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_from_recommendation_to_the_certificate(
    page: Page, city: City, lang: str, axe: Callable[[], list[str]]
) -> None:
    reference = city.make_case(lang)
    case = f"{city.url}/permits/desk/{reference}"
    city.enter(page.context, Role.OFFICER, lang)
    page.goto(case)
    assert axe() == []
    open_form(page, "check-services")
    page.locator("#form-check-services select").select_option("passed")
    send(page, "check-services")
    open_form(page, "conditions")
    page.locator("#form-conditions input[name=library]").first.check()
    send(page, "conditions")
    open_form(page, "recommend")
    page.locator("#form-recommend select").select_option("granted_conditions")
    page.locator("#form-recommend textarea").fill("ایمن است" if lang == "fa" else "It is safe")
    send(page, "recommend")
    city.enter(page.context, Role.REVIEWER, lang)
    page.goto(case)
    open_form(page, "decide")
    page.locator("#form-decide select").select_option("granted_conditions")
    page.locator("#form-decide textarea").fill("موافقت شد" if lang == "fa" else "Agreed")
    send(page, "decide")
    letter = page.context.request.get(f"{city.url}/permits/{reference}/letters/decision.pdf")
    assert letter.status == 200
    assert reference in read(letter.body())
    city.enter(page.context, Role.INSPECTOR, lang)
    visit_on_a_phone(page, city, reference, axe)
    page.locator("form[action$='/step/complete'] button").click()
    expect(page.locator("a[href$='completion.pdf']")).to_be_visible()
    certificate = page.context.request.get(f"{city.url}/permits/{reference}/letters/completion.pdf")
    [address] = read_qr(certificate.body())
    assert address.startswith(f"{city.url}/permits/letters/")
    page.goto(address)
    expect(page.locator(".certificate-state")).to_have_attribute("data-state", "valid")
    assert axe() == []


def visit_on_a_phone(page: Page, city: City, reference: str, axe: Callable[[], list[str]]) -> None:
    """The condition is met, works begin, and the visit is entered where there is no line."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{city.url}/permits/inspect/{reference}")
    page.locator(".conditions summary").click()
    page.locator(".conditions form button").click()
    expect(page.locator(".notice.success")).to_be_visible()
    city.commence(reference)
    page.context.grant_permissions(["geolocation"], origin=city.url)
    page.context.set_geolocation({"longitude": 51.43987, "latitude": 35.24268, "accuracy": 9})
    page.goto(f"{city.url}/permits/inspect/{reference}")
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("input[name=code]").first.check()
    page.locator("input[name=result][value=passed]").check()
    page.locator("[data-position]").click()
    expect(page.locator("input[name=lat]")).to_have_value("35.24268")
    page.context.set_offline(True)
    page.locator("form[data-visit] button[type=submit]").click()
    expect(page.locator("[data-visits]")).to_be_visible()
    expect(page.locator("[data-visits-list] li")).to_have_count(1)
    page.context.set_offline(False)
    # The page loads anew by itself once the visit was sent.
    expect(page.locator("section[aria-labelledby=visits] li")).to_have_count(1)
    expect(page.locator("[data-visits]")).to_be_hidden()


def test_two_officers_in_two_browsers(page: Page, city: City) -> None:
    reference = city.make_case("en")
    case = f"{city.url}/permits/desk/{reference}"
    city.enter(page.context, Role.OFFICER, "en")
    page.goto(case)
    words = "Please bring the plan of the roof, all sheets"
    open_form(page, "ask")
    page.locator("#form-ask textarea").first.fill(words)
    assert page.context.browser is not None
    other_context = page.context.browser.new_context()
    city.enter(other_context, "colleague", "en")
    other = other_context.new_page()
    other.goto(case)
    open_form(other, "close")
    other.locator("#form-close textarea").fill("Withdrawn by phone")
    send(other, "close")
    other_context.close()
    page.locator("#form-ask button[type=submit]").click()
    problem = page.locator(".problems")
    expect(problem).to_contain_text("Somebody else has changed this case meanwhile")
    expect(problem).to_contain_text("It was closed without a decision.")
    expect(problem).to_contain_text(words)
