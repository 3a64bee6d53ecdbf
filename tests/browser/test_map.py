"""What people do with the map: look, tap, search, by mouse, finger or keys, in both languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.waiting import READY, wait_until_found

LANGUAGES = ("fa", "en")
SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}


def open_map(page: Page, url: str, lang: str, **query: object) -> None:
    """Open the map and wait until its first tiles are drawn."""
    asked = "&".join(f"{name}={value}" for name, value in {"lang": lang, **query}.items())
    with page.expect_response(re.compile(r"/tiles/parcels/.*\.mvt")):
        page.goto(f"{url}/?{asked}")
    page.wait_for_function(READY)


def a_parcel(page: Page, url: str) -> dict[str, Any]:
    """Some parcel of the city: number, lon, lat."""
    found: dict[str, Any] = page.request.get(f"{url}/search.json?q=1-1-1").json()["results"][0]
    assert found["kind"] == "parcel"
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_opens_clean(
    page: Page,
    demo_url: str,
    lang: str,
    size: str,
    axe: Callable[[], list[str]],
    complaints: list[str],
    foreign_requests: list[str],
) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    open_map(page, demo_url, lang)
    assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "fa" else "ltr")
    region = page.get_by_role("region").filter(has=page.locator("canvas")).first
    assert region.get_attribute("aria-label")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert axe() == []
    assert complaints == []
    assert foreign_requests == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_tap_opens_the_place(page: Page, demo_url: str, lang: str, complaints: list[str]) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, lang, z=17, lat=parcel["lat"], lon=parcel["lon"])
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    assert complaints == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_search_by_keys_alone(page: Page, demo_url: str, lang: str, axe: Callable[[], list[str]]) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, lang)
    box = page.locator("#q")
    box.focus()
    wait_until_found(page, parcel["number"], lambda: page.keyboard.type(parcel["number"]))
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    assert axe() == []
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    expect(page.locator("#suggestions")).to_be_hidden()


def test_the_map_by_keys_alone(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=17, lat=parcel["lat"], lon=parcel["lon"])
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "map":
            break
    assert page.evaluate("document.activeElement.id") == "map"
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()


def test_what_is_seen_is_in_the_address(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=17, lat=parcel["lat"], lon=parcel["lon"])
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    page.reload()
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    page.go_back()
    expect(page.locator("#sheet")).to_be_hidden()


def test_a_layer_is_switched_on_and_stays_in_the_address(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en", z=15)
    page.get_by_role("button", name="Layers").click()
    box = page.get_by_role("checkbox", name=re.compile("clinic", re.I))
    with page.expect_response(re.compile(r"/tiles/clinics/.*\.mvt")):
        box.check()
    expect(page).to_have_url(re.compile("clinics"))
    page.reload()
    page.get_by_role("button", name="Layers").click()
    expect(page.get_by_role("checkbox", name=re.compile("clinic", re.I))).to_be_checked()


def test_back_closes_the_place_and_says_so(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=17, lat=parcel["lat"], lon=parcel["lon"])
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_contain_text(parcel["number"])
    page.go_back()
    expect(page.locator("#announcer")).to_have_text("Place closed")


def test_a_street_found_is_marked_until_a_place_is_chosen(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en")
    marks = page.locator("#map .leaflet-overlay-pane path")
    wait_until_found(page, "street", lambda: page.locator("#q").fill("street"))
    page.get_by_role("group", name="Streets").get_by_role("option").first.click()
    expect(marks).to_have_count(2)
    wait_until_found(page, "1-1-1", lambda: page.locator("#q").fill("1-1-1"))
    page.locator("#suggestions [role=option]").first.click()
    expect(page.locator("#place article.place")).to_be_visible()
    page.keyboard.press("Escape")
    expect(marks).to_have_count(0)


def test_a_number_that_leads_out_of_the_parcels_opens_no_page(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en", parcel="../..")
    expect(page.locator("#place .told-off.refused")).to_be_visible()


def test_the_chosen_place_stays_in_sight_when_the_phone_is_turned(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    page.set_viewport_size({"width": 1280, "height": 800})
    open_map(page, demo_url, "en", z=17, lat=parcel["lat"], lon=parcel["lon"], parcel=parcel["number"])
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    expect(page.locator("#map .leaflet-overlay-pane path").last).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('#map .leaflet-overlay-pane path:last-child').getBoundingClientRect().bottom"
        " < document.querySelector('#sheet').getBoundingClientRect().top"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_on_a_phone(
    page: Page, demo_url: str, lang: str, axe: Callable[[], list[str]], complaints: list[str]
) -> None:
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, lang, z=17, lat=parcel["lat"], lon=parcel["lon"])
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    sheet = page.locator("#sheet")
    before = sheet.get_attribute("data-rest")
    assert before is not None
    page.locator("#sheet [data-step=up]").click()
    expect(sheet).not_to_have_attribute("data-rest", before)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for button in page.locator("button:visible").all():
        size = button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 43.5, button.inner_text()
    assert axe() == []
    assert complaints == []


PAGES = (
    "/search",
    "/search?q=1-1-1",
    "/search?q=zzzzqqq",
    "/zoning",
    "/place?lon={lon}&lat={lat}",
    "/parcels/{number}",
    "/nowhere",
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_without_a_map(
    page: Page, demo_url: str, lang: str, size: str, axe: Callable[[], list[str]], foreign_requests: list[str]
) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    parcel = a_parcel(page, demo_url)
    for address in PAGES:
        address = address.format(**parcel)
        page.goto(f"{demo_url}{address}{'&' if '?' in address else '?'}lang={lang}")
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert axe() == [], address
    assert foreign_requests == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_can_be_read_without_javascript(browser: Browser, demo_url: str, lang: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo_url}/?lang={lang}")
    page.locator("noscript a[href='/search']").click()
    page.wait_for_url("**/search*")
    number = page.request.get(f"{demo_url}/search.json?q=1-1-1").json()["results"][0]["number"]
    page.locator("main input[name=q]").fill(number)
    page.locator("main button[type=submit]").click()
    page.locator("main a", has_text=number).first.click()
    page.wait_for_url(f"**/parcels/{number}*")
    expect(page.locator("h1")).to_contain_text(number)
    expect(page.locator("main")).to_contain_text("R" if lang == "en" else "پهنه")
    page.locator("#on").fill("۱۴۰۰/۱/۱" if lang == "fa" else "2021-03-21")
    page.locator(".day-form button").click()
    expect(page.locator("main .notice").first).to_contain_text(
        "۱ فروردین ۱۴۰۰" if lang == "fa" else "21 March 2021"
    )
    context.close()


def test_dark_mode_is_kept(page: Page, demo_url: str) -> None:
    page.emulate_media(color_scheme="light")
    open_map(page, demo_url, "en")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).not_to_have_css("background-color", light)
