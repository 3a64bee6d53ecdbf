"""From a parcel's page to its certificate and to the page that verifies it: by keys alone, and to every kind of eye."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect


def certificate_of_any_parcel(page: Page, demo_url: str, lang: str) -> str:
    """The address where a newly issued certificate is verified."""
    found = page.request.get(
        f"{demo_url}/search?q=1-1&limit=1", headers={"Accept": "application/json"}
    ).json()
    number = found["results"][0]["number"]
    issued = page.request.get(f"{demo_url}/parcels/{number}.pdf?lang={lang}")
    assert issued.status == 200
    return demo_url + issued.headers["content-location"].removesuffix(".pdf")


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_what_it_stated_is_there_for_everybody(
    page: Page,
    demo_url: str,
    lang: str,
    width: int,
    axe: Callable[[], list[str]],
    foreign_requests: list[str],
    complaints: list[str],
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{certificate_of_any_parcel(page, demo_url, lang)}?lang={lang}")
    expect(page.locator(".certificate-state")).to_have_text(re.compile("^Valid|^معتبر"))
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (foreign_requests, complaints) == ([], [])


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_by_keys_alone_from_the_parcel_to_what_was_certified(page: Page, demo_url: str, lang: str) -> None:
    verified = certificate_of_any_parcel(page, demo_url, lang)
    page.goto(f"{demo_url}/certificates?lang={lang}")
    number = page.request.get(f"{verified}.json").json()["number"]
    page.locator("#number").focus()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/certificates/[a-z0-9]+$"))
    for _step in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "application/pdf":
            break
    assert page.evaluate("document.activeElement.href") == f"{verified}.pdf"


def test_without_javascript(browser: Browser, page: Page, demo_url: str) -> None:
    verified = certificate_of_any_parcel(page, demo_url, "en")
    context = browser.new_context(java_script_enabled=False, locale="en")
    plain = context.new_page()
    number = page.request.get(f"{verified}.json").json()["number"]
    plain.goto(f"{demo_url}/certificates")
    plain.fill("#number", number)
    plain.click("text=Verify >> nth=-1")
    expect(plain.locator("[data-state=valid]").first).to_be_visible()
    expect(plain.locator("main")).to_contain_text("SHA-256")
    context.close()
