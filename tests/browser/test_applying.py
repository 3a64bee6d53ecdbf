"""A citizen on a phone: from the parcel to the tracking code, then asked for a drawing, and answering."""

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select
from werkzeug.serving import make_server

from core.database import make_engine, transaction
from core.settings import Settings
from permits.assessment import services as desk
from permits.models import Permit
from permits.states import Event, Party, State
from permits.workflow import PERMITS
from tests import files, small_city
from tests.conftest import DatabaseMaker
from tests.permits import as_party

SMALL = (
    "[...document.querySelectorAll('main :is(a, button, input:not([type=hidden]), select, textarea, summary)')]"
    ".filter(e => e.checkVisibility() && !e.closest('p, li, label, dd, .visually-hidden')"
    " && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
)
DOCUMENTS = ("deed", "identity", "architectural", "structural")


@dataclass
class City:
    """The small city, served, and its database for what the officers do."""

    url: str
    engine: Engine

    def case(self, code: str) -> Permit:
        with transaction(self.engine) as session:
            found = session.scalars(select(Permit).where(Permit.tracking_code == code)).one()
            session.expunge(found)
            return found

    def ask(self, code: str, words: str) -> None:
        """Take the case in, and ask for a drawing."""
        now = dt.datetime.now(dt.UTC)
        with transaction(self.engine) as session:
            case = session.scalars(select(Permit).where(Permit.tracking_code == code)).one()
            case.fee_settled_at = now
            session.flush()
            intake = as_party(Party.INTAKE)
            PERMITS.move(session, case, Event.ACCEPT, intake, seen=case.version, now=now)
            desk.ask(session, case, intake, case.version, now, [desk.Ask(words, "architectural")])


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A phone: 360 px, touched."""
    return {**browser_context_args, "viewport": {"width": 360, "height": 740}, "has_touch": True}


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    from webmap import create_app

    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        small_city.build(session)
    app = create_app(Settings(tmp_path_factory.mktemp("applying"), database_url=url, secret_key="s" * 32))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield City(f"http://127.0.0.1:{server.server_port}", engine)
    server.shutdown()
    thread.join(5)
    engine.dispose()


class Phone:
    """A thumb on a page of 360 px, that looks at each page it comes to."""

    def __init__(self, page: Page, axe: Callable[[], list[str]]) -> None:
        self.page, self.axe = page, axe

    def look(self) -> None:
        assert self.axe() == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert self.page.evaluate(SMALL) == []

    def at(self, step: str) -> None:
        """Wait until a question is shown, and look at its page."""
        expect(self.page).to_have_url(re.compile(rf"/apply/{step}(\?|#|$)"))
        expect(self.page.locator("main h1")).to_be_visible()
        self.look()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"#{name}").fill(value)

    def go_on(self) -> None:
        self.page.locator("main form[method=post] button[name=keep]").click()

    def draw(self, spots: tuple[tuple[float, float], ...]) -> None:
        """Tap corners at these shares of the sheet."""
        sheet = self.page.locator("[data-pad] > svg")
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box()
        assert box is not None
        for right, down in spots:
            self.page.touchscreen.tap(box["x"] + box["width"] * right, box["y"] + box["height"] * down)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_whole_way_on_a_phone(page: Page, city: City, lang: str, axe: Callable[[], list[str]]) -> None:
    phone = Phone(page, axe)
    page.goto(f"{city.url}/parcels/1-1-1?lang={lang}")
    page.locator("a[href^='/permits/new']").click()
    expect(page.locator(".apply-parcel")).to_contain_text("1-1-1")
    phone.look()
    page.locator("input[name=type][value=new_building]").check()
    page.locator("main form button[type=submit]").click()

    phone.at("person")
    phone.fill(applicant_name="رضا کریمی", contact_email="nobody")
    phone.go_on()
    expect(page.locator("#contact_email-error")).to_be_visible()
    expect(page.locator("[data-problems]")).to_be_focused()
    phone.look()
    phone.fill(contact_email="reza@example.org")
    phone.go_on()
    phone.at("works")
    phone.fill(description="خانهٔ چهار طبقه با هشت واحد")
    phone.go_on()
    phone.at("use")
    page.locator("input[name=use][value=residential]").check()
    phone.go_on()

    phone.at("footprint")
    phone.draw(((0.25, 0.3), (0.75, 0.3), (0.75, 0.7), (0.25, 0.7)))
    expect(page.locator(".pad-corner")).to_have_count(4)
    expect(page.locator("[data-told]")).to_contain_text("۴" if lang == "fa" else "4")
    page.locator("[data-undo]").click()
    expect(page.locator(".pad-corner")).to_have_count(3)
    # By keys the cross stands in the middle of the sheet: 2.5 m down and left of it is the last corner again.
    page.locator("[data-pad] > svg").focus()
    for key in ("ArrowLeft", "ArrowDown") * 5:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(".pad-corner")).to_have_count(4)
    phone.go_on()

    phone.at("height")
    phone.fill(floors="۹", height_m="۱۲٫۵")
    phone.go_on()
    phone.at("area")
    phone.fill(floor_area_m2="2400")
    phone.go_on()
    phone.at("homes")
    phone.fill(dwellings="8", parking="8")
    page.go_back()
    phone.at("area")
    expect(page.locator("#floor_area_m2")).not_to_be_empty()
    page.go_forward()
    phone.at("homes")
    phone.fill(dwellings="8", parking="8")
    phone.go_on()

    phone.at("documents")
    for at, kind in enumerate(DOCUMENTS):
        expect(page.locator(".is-there")).to_have_count(at)
        expect(page.locator("#kind")).to_have_value(kind)
        content = files.pdf(f"{kind} {lang}")
        page.locator("input[data-pick]").set_input_files(
            {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        page.locator("form[data-upload] button[type=submit]").click()
    expect(page.locator(".is-there")).to_have_count(len(DOCUMENTS))
    phone.go_on()

    phone.at("rules")
    expect(page.locator(".check[data-outcome=fail]").first).to_be_visible()
    expect(page.locator(".precheck-picture .drawn-footprint")).to_be_attached()
    phone.fill(reason="همسایه‌ها هم نه طبقه دارند")
    phone.go_on()
    phone.at("review")
    total = "۲۹۳٬۰۰۰٬۰۰۰ ریال" if lang == "fa" else "293,000,000 rials"
    expect(page.locator("main tfoot")).to_contain_text(total)
    page.locator("input[name=declared]").check()
    page.locator("main form button[type=submit]").click()

    expect(page.locator(".sent")).to_be_visible()
    code = page.url.rpartition("/")[2].partition("?")[0]
    expect(page.locator(".code-told")).to_have_text("-".join((code[:4], code[4:8], code[8:])))
    expect(page.locator(".code-picture svg")).to_be_visible()
    phone.look()
    assert city.case(code).state is State.SUBMITTED

    words = "نمای شمالی کم است" if lang == "fa" else "The north elevation is missing"
    city.ask(code, words)
    page.goto(f"{city.url}/permits/track")
    phone.look()
    page.locator("#code").fill(f"{code[:4].lower()} {code[4:8]}-{code[8:]}")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".asked")).to_contain_text(words)
    phone.look()
    page.locator(".asked textarea").fill("به پیوست")
    page.locator(".asked input[data-pick]").set_input_files(
        {"name": "north.pdf", "mimeType": "application/pdf", "buffer": files.pdf(f"north {lang}")}
    )
    page.locator(".asked button[value=send]").click()
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".asked")).to_have_count(0)
    assert city.case(code).state is State.CHECKING


def test_a_parcel_is_found_by_typing_and_by_pressing_the_map(
    page: Page, city: City, axe: Callable[[], list[str]]
) -> None:
    phone = Phone(page, axe)
    page.goto(f"{city.url}/permits/new?lang=en")
    page.locator("input[name=type][value=fence]").check()
    page.locator("main form button[type=submit]").click()
    phone.at("parcel")
    page.locator("#q").press_sequentially("1-1-2")
    option = page.locator("#parcel-suggestions [role=option]", has_text="1-1-2")
    expect(option.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=parcel][type=radio]:checked")).to_have_value("1-1-2")
    phone.look()
    # The map shows 160 m with 1-1-2 in its middle: 75 px to the left lies its neighbour.
    picture = page.locator("input[type=image]")
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": box["width"] / 2 - 75, "y": box["height"] / 2})
    expect(page.locator("input[name=parcel][type=radio]:checked")).to_have_value("1-1-1")
    page.go_back()
    expect(page.locator("input[name=parcel][type=radio]:checked")).to_have_value("1-1-2")
    phone.go_on()
    phone.at("person")
