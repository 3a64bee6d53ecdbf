"""The calendar in a browser: a citizen reads it, the administrator keeps a day otherwise, in both languages."""

import dataclasses
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from accounts.permissions import Role
from core.calendar import iran
from core.clocks import read
from core.database import make_engine, transaction
from core.i18n import language
from core.settings import Settings
from core.web import public
from tests import small_city
from tests.conftest import DatabaseMaker
from tests.people import make_person, sign_in
from tests.unit.test_clocks import day, events
from webmap.calendar.clocks import draw

WIDTHS = (1280, 360)
PICTURES = os.environ.get("CALENDAR_PICTURES")


@dataclass
class City:
    url: str
    cookies: list[Any]


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    from webmap import create_app

    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        small_city.build(session)
    app: Flask = create_app(
        Settings(
            data_dir=tmp_path_factory.mktemp("calendar"),
            database_url=url,
            secret_key="c" * 32,
            staff_second_factor="no",
        )
    )
    app.add_url_rule("/clocks", "clocks", public(clocks_page))
    client = app.test_client()
    with app.app_context(), transaction(engine) as session:
        sign_in(client, make_person(session, Role.ADMINISTRATOR))
    engine.dispose()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    held = client.get_cookie("session")
    assert held is not None
    yield City(address, [{"name": held.key, "value": held.value, "url": address}])
    server.shutdown()
    thread.join(5)


CLOCKS = (
    "start 1405/9/1 10",
    "start 1405/9/1 12; pause 1405/9/4",
    "start 1405/9/1 3",
    "start 1405/9/1 10; extend 1405/9/3 2; stop 1405/9/8",
    "",
)
WORDS = {
    "fa": ("تصمیم", "در انتظار نقشهٔ متقاضی"),
    "en": ("Decision", "waiting for the applicant's drawing"),
}
PAGE = """{% extends "base.html" %}{% from "clocks.html" import clock %}
{% block main %}
<div class="paper"><h1>{{ name }}</h1>{% for each in drawn %}{{ clock(each) }}{% endfor %}</div>
{% endblock %}"""


def clocks_page() -> str:
    """A clock in every state, as a case's page shows one."""
    name, reason = WORDS[language()]
    readings = [
        read([dataclasses.replace(each, reason=reason) for each in events(text)], iran(), day("1405/9/10"))
        for text in CLOCKS
    ]
    return render_template_string(PAGE, name=name, drawn=[draw(each, name) for each in readings])


def sound(page: Page, axe: Callable[[], list[str]], name: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide} px"
    small = page.evaluate(
        """[...document.querySelectorAll("main :is(a, button, input:not([type=hidden]), select)")]
        .filter(each => each.getClientRects().length && each.getBoundingClientRect().height < 43.5)
        .filter(each => getComputedStyle(each).display !== "inline").map(each => each.outerHTML.slice(0, 90))"""
    )
    assert small == [], name
    assert axe() == [], name
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_citizen_reads_which_days_count(
    page: Page,
    city: City,
    axe: Callable[[], list[str]],
    complaints: list[str],
    lang: str,
    width: int,
    scheme: Any,
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{city.url}/calendar?lang={lang}&on=2026-12-23&days=10")
    name = {"fa": "ولادت امام علی (ع)", "en": "Birth of Imam Ali"}[lang]
    expect(page.locator(".calendar-day")).to_contain_text(name)
    # 24 and 25 December are a weekend; 26–30, 2–5 January; the sixth is Mab'ath, 7 and 8 a weekend; the ninth.
    end = {"fa": "شنبه ۱۹ دی ۱۴۰۵", "en": "Saturday 9 January 2027"}[lang]
    expect(page.locator("#count a")).to_have_text(end)
    expect(page.locator("form[method=post]")).to_have_count(0)
    sound(page, axe, f"citizen-{lang}-{width}-{scheme}")
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("lang", "width"), [("fa", 360), ("en", 1280)])
def test_clocks_in_every_state(
    page: Page,
    city: City,
    axe: Callable[[], list[str]],
    complaints: list[str],
    lang: str,
    width: int,
    scheme: Any,
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{city.url}/clocks?lang={lang}")
    clocks = page.locator(".clock")
    expect(clocks).to_have_count(len(CLOCKS))
    expect(page.get_by_role("progressbar")).to_have_count(len(CLOCKS) - 1)
    clocks.nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    expect(clocks.nth(1).locator("dl")).to_be_visible()
    sound(page, axe, f"clocks-{lang}-{width}-{scheme}")
    assert complaints == []


@pytest.mark.parametrize(("lang", "width"), [("fa", 1280), ("en", 360)])
def test_the_administrator_keeps_a_day_otherwise(
    page: Page, city: City, axe: Callable[[], list[str]], complaints: list[str], lang: str, width: int
) -> None:
    page.context.add_cookies(city.cookies)
    page.set_viewport_size({"width": width, "height": 800})
    day = {"fa": "2026-12-01", "en": "2026-12-15"}[lang]
    page.goto(f"{city.url}/calendar?lang={lang}&on={day}")
    page.locator("select[name=kind]").select_option("half")
    page.locator("input[name=name_fa]").fill("نیمه‌تعطیلی برف")
    page.locator("input[name=name_en]").fill("Snow from noon")
    page.locator("form[action$='/calendar/" + day + "'] input[name=reason]").fill("برف")
    page.locator("form[action$='/calendar/" + day + "'] button").click()
    expect(page.locator(".notice.success")).to_be_visible()
    cell = page.locator(f".calendar td:has(time[datetime='{day}'])")
    expect(cell).to_have_attribute("data-kind", "half")
    expect(page.locator(".calendar-named")).to_contain_text(
        {"fa": "نیمه‌تعطیلی برف", "en": "Snow from noon"}[lang]
    )
    sound(page, axe, f"administrator-{lang}-{width}")
    page.locator("form[action$='/forget'] input[name=reason]").fill("آب شد")
    page.locator("form[action$='/forget'] button").click()
    expect(cell).to_have_attribute("data-kind", "working")
    expect(page.locator("form[action$='/forget']")).to_have_count(0)
    assert complaints == []


def test_by_keyboard_from_month_to_month(page: Page, city: City) -> None:
    page.goto(f"{city.url}/calendar?lang=en&on=2026-12-23")
    page.get_by_role("link", name="Month after").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#month-title")).to_contain_text("January 2027")
    page.get_by_role("link", name="By the Jalali calendar").click()
    expect(page.locator("#month-title")).to_contain_text("Dey 1405")
    page.locator(".calendar td a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#day-title")).to_contain_text("Tuesday 1 Dey 1405")
