"""An account from its first letter to its recovery, by a real browser, a real mail server and the real worker."""

import email
import email.policy
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from accounts import services
from accounts.permissions import Role
from accounts.queries import find_person
from core.audit import COMMAND
from core.database import make_engine
from core.settings import Settings
from core.worker import Worker
from tests.conftest import DatabaseMaker
from tests.people import code_of

PASSWORD = "four words in a row"
NEW_PASSWORD = "چهار واژهٔ پشت سر هم"
SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})


@dataclass
class AccountCity:
    """A city with nothing but accounts, served on localhost, which is where browsers have passkeys without https."""

    url: str
    engine: Engine
    letters: list[Any] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def newest_letter(self) -> Any:
        """Have the worker send what is in the queue; the last letter that arrived."""
        url = self.engine.url.render_as_string(hide_password=False)
        # In a thread of its own: Playwright's event loop turns in this one.
        working = threading.Thread(target=lambda: Worker(self.engine, url).run(wait=False))
        working.start()
        working.join(60)
        return self.letters[-1]

    def follow(self, page: Page) -> None:
        """Open the link of the newest letter."""
        text = self.newest_letter().get_body(("plain",)).get_content()
        [link] = re.findall(r"^(http://localhost:\d+/\S+)\s*$", text, re.M)
        page.goto(link)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(app: Flask, port: int) -> Any:
    security = app.extensions["security"]
    security.pwd_context.update(argon2__time_cost=1, argon2__memory_cost=64, argon2__parallelism=1)
    security.hashing_context.update(sha256_crypt__default_rounds=1000)
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccountCity]:
    from webmap import create_app

    url, port, mail_port = make_database(), free_port(), free_port()
    made = AccountCity(f"http://localhost:{port}", make_engine(url))
    box = Controller(made, hostname="127.0.0.1", port=mail_port)
    box.start()
    settings = Settings(
        tmp_path_factory.mktemp("accounts"),
        url,
        secret_key="s" * 32,
        public_url=made.url,
        mail_url=f"smtp://127.0.0.1:{mail_port}",
    )
    server = serve(create_app(settings), port)
    yield made
    server.shutdown()
    box.stop()
    made.engine.dispose()


@pytest.fixture
def sound(page: Page, axe: Callable[[], list[str]]) -> Callable[[str], None]:
    """Hold a page to what every page must be: no error, nothing too wide, nothing small, nothing that axe finds."""

    def check(name: str) -> None:
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        small = page.evaluate(
            "[...document.querySelectorAll('main :is(button, input:not([type=hidden]), summary, .button)')]"
            ".filter(e => e.checkVisibility() && e.type !== 'radio' && e.getBoundingClientRect().height < 44)"
            ".map(e => e.outerHTML)"
        )
        assert small == [], name
        assert axe() == [], name

    return check


def enter(page: Page, city: AccountCity, address: str, password: str) -> None:
    page.goto(f"{city.url}/account/login")
    page.fill("#email", address)
    page.fill("#password", password)
    send(page)


def sign_out(page: Page, city: AccountCity) -> None:
    page.goto(f"{city.url}/account")
    go(page, "main form[action='/account/logout'] button")


def go(page: Page, selector: str) -> None:
    """Click what leads to another page, and wait for that."""
    with page.expect_navigation():
        page.click(selector)


def send(page: Page) -> None:
    go(page, "main form.account-form button[type=submit]")


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_from_the_first_letter_to_the_recovery(
    page: Page, city: AccountCity, lang: str, sound: Callable[[str], None], complaints: list[str]
) -> None:
    address = f"maryam-{lang}@example.org"
    page.goto(f"{city.url}/account/register?lang={lang}")
    sound("register")
    page.fill("#email", address)
    page.fill("#password", "09121234567")
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.input_value("#email") == address
    sound("register refused")
    page.fill("#password", PASSWORD)
    page.click("[data-show-password=password]")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    send(page)
    expect(page).to_have_url(f"{city.url}/account/registered")
    letter = city.newest_letter()
    assert letter["To"] == address
    assert f'lang="{lang}"' in letter.get_body(("html",)).get_content()
    city.follow(page)

    enter(page, city, address, PASSWORD)
    expect(page).to_have_url(f"{city.url}/account")
    sound("account")
    go(page, "a[href='/account/tf-setup']")
    sound("two steps")
    send(page)
    sound("two steps, key")
    key = page.inner_text("#key")
    page.fill("#code", code_of(key))
    send(page)
    expect(page).to_have_url(f"{city.url}/account")
    page.goto(f"{city.url}/account/mf-recovery-codes")
    send(page)
    sound("recovery codes")
    recovery = page.locator("#codes li").first.inner_text()

    sign_out(page, city)
    enter(page, city, address, PASSWORD)
    sound("second step")
    page.fill("#code", code_of(key, 1))
    send(page)
    expect(page).to_have_url(f"{city.url}/account")
    sign_out(page, city)

    page.goto(f"{city.url}/account/reset")
    page.fill("#email", address)
    send(page)
    sound("letter sent")
    city.follow(page)
    sound("new password")
    page.fill("#password", NEW_PASSWORD)
    send(page)
    enter(page, city, address, NEW_PASSWORD)
    go(page, "a[href^='/account/mf-recovery']")
    sound("recovery code")
    page.fill("#code", recovery)
    send(page)
    expect(page).to_have_url(f"{city.url}/account")
    assert complaints == []


def test_an_officer_with_a_passkey_needs_no_password(
    page: Page, context: BrowserContext, city: AccountCity, complaints: list[str]
) -> None:
    with Session(city.engine) as session, session.begin():
        person = services.create_person(session, COMMAND, "officer@example.org", language="en")
        services.grant(session, COMMAND, person, Role.OFFICER, "for the test")
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "isUserVerified": True}
    options |= {"hasUserVerification": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto(f"{city.url}/account/reset?lang=en")
    page.fill("#email", "officer@example.org")
    send(page)
    city.follow(page)
    page.fill("#password", PASSWORD)
    send(page)
    enter(page, city, "officer@example.org", PASSWORD)
    expect(page).to_have_url(f"{city.url}/account/tf-setup")
    send(page)
    page.fill("#code", code_of(page.inner_text("#key")))
    send(page)
    page.goto(f"{city.url}/account/wan-register")
    page.fill("#name", "گوشی آبی")
    send(page)
    expect(page).to_have_url(f"{city.url}/account")
    expect(page.get_by_role("main")).to_contain_text("گوشی آبی")

    sign_out(page, city)
    page.goto(f"{city.url}/account/login?next=/account/profile")
    page.click("form[action^='/account/wan-signin'] button")
    expect(page).to_have_url(f"{city.url}/account/profile")
    with Session(city.engine) as session:
        found = find_person(session, "officer@example.org")
        assert found is not None
        [passkey] = found.webauthn
        assert passkey.usage == "first"
    # And as the second step after the password.
    sign_out(page, city)
    enter(page, city, "officer@example.org", PASSWORD)
    go(page, "button[value=webauthn]")
    send(page)
    expect(page).to_have_url(f"{city.url}/account")
    assert complaints == []


def test_a_browser_without_passkeys_is_told_so(page: Page, city: AccountCity) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{city.url}/account/login?lang=en")
    page.click("form[action^='/account/wan-signin'] button")
    expect(page.get_by_role("alert")).to_contain_text("This browser has no passkeys")


def test_nobody_there_to_press_the_key_is_told_and_may_try_again(
    page: Page, context: BrowserContext, city: AccountCity
) -> None:
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": False}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{city.url}/account/login?lang=en")
    page.click("form[action^='/account/wan-signin'] button")
    expect(page.get_by_role("alert")).to_contain_text("please try again", timeout=70000)
    expect(page.locator("[data-passkey-start]")).to_be_visible()
