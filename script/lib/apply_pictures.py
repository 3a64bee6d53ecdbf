"""Pictures of an application on a phone for docs/permits-apply.md: filled in as a citizen would, then asked."""

import datetime as dt
import re
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import Actor
from core.database import make_engine, transaction
from core.workflow import Mover
from permits.assessment import services as desk
from permits.models import Permit
from permits.states import Event, Party
from permits.workflow import PERMITS
from tests import files

_ANSWERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("person", {"applicant_name": "رضا کریمی", "contact_email": "reza@example.org"}),
    ("works", {"description": "تخریب خانهٔ قدیمی و ساخت چهار طبقه با هشت واحد مسکونی"}),
    ("use", {}),
)
_FIGURES: tuple[dict[str, str], ...] = (
    {"floors": "۵", "height_m": "۱۴"},
    {"floor_area_m2": "۱۲۰۰"},
    {"dwellings": "۸", "parking": "۸"},
)
_PARCEL = text(
    "SELECT number FROM parcel WHERE land_use = 'residential' AND valid_to IS NULL"
    " AND area_m2 BETWEEN 300 AND 420 ORDER BY id LIMIT 1"
)
_CORNERS = ((0.36, 0.36), (0.62, 0.36), (0.62, 0.62), (0.36, 0.62))


def take(browser: Browser, url: str, database_url: str, folder: Path) -> None:
    """Write folder/apply-*-fa-phone.jpg."""
    engine = make_engine(database_url)
    with engine.connect() as connection:
        number = connection.execute(_PARCEL).scalar_one()
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = context.new_page()
    code = fill_in(page, url, number, folder)
    with transaction(engine) as session:
        ask(session, code)
    show_asked(page, url, code, folder)
    context.close()
    engine.dispose()


def fill_in(page: Page, url: str, number: str, folder: Path) -> str:
    """Apply for a new building on a parcel as far as sending it; pictures on the way. Returns the tracking code."""
    page.goto(f"{url}/permits/new?lang=fa&parcel={number}")
    page.locator("input[name=type]").first.check()
    page.locator("main form button[type=submit]").click()
    for step, fields in _ANSWERS:
        page.wait_for_url(f"**/apply/{step}")
        for name, value in fields.items():
            page.locator(f"#{name}").fill(value)
        if step == "use":
            page.locator("input[name=use][value=residential]").check()
        _go_on(page)
    page.wait_for_url("**/apply/footprint")
    _draw(page)
    _picture(page, folder, "footprint")
    _go_on(page)
    for fields in _FIGURES:
        for name, value in fields.items():
            page.locator(f"#{name}").fill(value)
        _go_on(page)
    _bring(page)
    _go_on(page)
    page.wait_for_url("**/apply/rules")
    _picture(page, folder, "rules")
    if page.locator("#reason").count():
        page.locator("#reason").fill("همسایگان هم پنج طبقه دارند و سایه‌ای تازه نمی‌افتد.")
    _go_on(page)
    page.wait_for_url("**/apply/review")
    _picture(page, folder, "review")
    page.locator("input[name=declared]").check()
    page.locator("main form button[type=submit]").click()
    page.locator(".code-told").wait_for()
    _picture(page, folder, "sent")
    found = re.search(r"/track/(\w+)", page.url)
    assert found is not None
    return found[1]


def ask(session: Session, code: str) -> None:
    """Take the case in, and ask for a drawing, as an intake officer would."""
    now, intake = dt.datetime.now(dt.UTC), Mover(Actor("pictures"), frozenset({Party.INTAKE}))
    case = session.scalars(select(Permit).where(Permit.tracking_code == code)).one()
    case.fee_settled_at = now
    session.flush()
    PERMITS.move(session, case, Event.ACCEPT, intake, seen=case.version, now=now)
    words = "نقشهٔ معماری نمای شمالی را ندارد. لطفاً برگهٔ کامل را بفرستید."
    desk.ask(session, case, intake, case.version, now, [desk.Ask(words, "architectural")])
    desk.write_message(session, case, None, now, "سلام، پروندهٔ شما در حال بررسی است.", from_city=True)


def show_asked(page: Page, url: str, code: str, folder: Path) -> None:
    """The same case once it is asked for something."""
    page.goto(f"{url}/permits/track/{code}?lang=fa")
    _picture(page, folder, "asked")


def _go_on(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form[method=post] button[name=keep]").click()


def _draw(page: Page) -> None:
    sheet = page.locator("[data-pad] > svg")
    box = sheet.bounding_box()
    assert box is not None
    for right, down in _CORNERS:
        page.mouse.click(box["x"] + box["width"] * right, box["y"] + box["height"] * down)


def _bring(page: Page) -> None:
    page.wait_for_url("**/apply/documents")
    for name in ("سند", "شناسنامه", "معماری", "سازه"):
        paper = {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": files.pdf(name)}
        page.locator("input[data-pick]").set_input_files(paper)  # type: ignore[arg-type]
        with page.expect_navigation():
            page.locator("form[data-upload] button[type=submit]").click()


def _picture(page: Page, folder: Path, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(
        path=folder / f"apply-{name}-fa-phone.jpg", type="jpeg", quality=72, full_page=name != "asked"
    )
