"""The search box as people use it: by keys, by finger, with slips, on the device only, in both languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_map import LANGUAGES, SIZES, a_parcel, open_map
from tests.browser.waiting import READY, until, wait_until_found

MARKS = "#map .leaflet-overlay-pane path"


def type_and_wait(page: Page, typed: str) -> None:
    """Type as a person does, and wait for the answer to it."""
    page.locator("#q").click()
    wait_until_found(page, typed, lambda: page.locator("#q").press_sequentially(typed))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_suggestions_are_grouped_by_kind(
    page: Page, demo_url: str, lang: str, size: str, axe: Callable[[], list[str]], complaints: list[str]
) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    open_map(page, demo_url, lang)
    type_and_wait(page, "1")
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    groups = page.locator("#suggestions [role=group]")
    names = [group.get_attribute("aria-labelledby") for group in groups.all()]
    assert len(names) == len(set(names)) >= 2
    for group in groups.all():
        label = page.locator(f"#{group.get_attribute('aria-labelledby')}")
        assert label.inner_text()
        assert group.locator("[role=option]").count() > 0
    for option in page.locator("#suggestions [role=option]").all():
        box = option.bounding_box()
        assert box is not None
        assert box["height"] >= 43.5
    page.keyboard.press("ArrowDown")
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []


def test_the_list_by_keys(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en")
    box, options = page.locator("#q"), page.locator("#suggestions [role=option]")

    def marked() -> str | None:
        chosen = page.locator("#suggestions [aria-selected=true]")
        assert chosen.count() <= 1
        active = box.get_attribute("aria-activedescendant")
        assert active == (chosen.get_attribute("id") if chosen.count() else None)
        return active

    type_and_wait(page, "1-1")
    last = options.count() - 1
    assert last > 2
    assert marked() is None
    for key, expected in (
        ("ArrowDown", 0), ("ArrowDown", 1), ("End", last), ("ArrowDown", 0), ("ArrowUp", last), ("Home", 0),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert marked() == f"suggestion-{expected}", key
    # What is typed on takes the mark away; Escape closes the list, then empties the field.
    page.keyboard.press("End")
    wait_until_found(page, "1-1-1", lambda: page.keyboard.type("-1"))
    assert marked() is None
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("1-1-1")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_home_and_end_move_in_the_text_while_nothing_is_marked(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en")
    type_and_wait(page, "1-1")
    page.keyboard.press("Home")
    assert page.evaluate("document.querySelector('#q').selectionStart") == 0
    assert page.locator("#q").get_attribute("aria-activedescendant") is None


def test_the_map_shows_what_is_pointed_at(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en")
    type_and_wait(page, "street")
    options = page.get_by_role("group", name="Streets").get_by_role("option")
    expect(page.locator(MARKS)).to_have_count(0)
    options.nth(0).hover()
    expect(page.locator(MARKS)).to_have_count(2)
    first = page.locator(MARKS).last.get_attribute("d")
    assert first
    options.nth(1).hover()
    expect(page.locator(MARKS).last).not_to_have_attribute("d", first)
    expect(page.locator(MARKS)).to_have_count(2)
    page.locator("#q").hover()
    expect(page.locator(MARKS)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator(MARKS)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(MARKS)).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_a_street_is_seen_along_its_whole_length(page: Page, demo_url: str, size: str) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    open_map(page, demo_url, "en")
    type_and_wait(page, "boulevard")
    page.get_by_role("group", name="Streets").get_by_role("option").first.click()
    expect(page.locator(MARKS)).to_have_count(2)
    # The map flies there.
    until(page, lambda: lies_well(page), lambda: page.locator(MARKS).last.bounding_box())


def lies_well(page: Page) -> bool:
    """Whether all of the line is on the map, and fills a good part of it."""
    line, frame = page.locator(MARKS).last.bounding_box(), page.locator("#map").bounding_box()
    if line is None or frame is None:
        return False
    within = (
        line["x"] >= frame["x"] - 2
        and line["x"] + line["width"] <= frame["x"] + frame["width"] + 2
        and line["y"] >= frame["y"] - 2
        and line["y"] + line["height"] <= frame["y"] + frame["height"] + 2
    )
    return within and max(line["width"] / frame["width"], line["height"] / frame["height"]) > 0.25


def test_coordinates_open_the_place(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "fa")
    type_and_wait(page, f"{parcel['lon']:.6f} {parcel['lat']:.6f}")
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_found_says_what_was_tried_and_offers_what_is_near(
    page: Page, demo_url: str, lang: str, axe: Callable[[], list[str]]
) -> None:
    number = a_parcel(page, demo_url)["number"]
    open_map(page, demo_url, lang)
    type_and_wait(page, f"{number}999")
    expect(page.locator("#search-empty")).to_contain_text(f"{number}999")
    option = page.locator("#suggestions [role=option]").first
    expect(option).to_be_visible()
    assert axe() == []
    # Enter alone takes nothing that was only offered.
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_hidden()
    near = option.locator(".suggestion-label").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wanted = re.search(r"[\d-]+", near)
    assert wanted is not None
    expect(page.locator("#q")).to_have_value(wanted[0])
    expect(page.locator("#suggestions [role=option]").first).to_contain_text(near)


def remember(page: Page, *queries: str) -> None:
    for query in queries:
        type_and_wait(page, query)
        page.keyboard.press("Enter")
        expect(page.locator("#suggestions")).to_be_hidden()
        # The place takes the focus when it has come.
        expect(page.locator("#place article.place")).to_contain_text(query)
        page.locator("#q").fill("")
    page.locator("#map").focus()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_recent_searches_stay_on_the_device(
    page: Page, demo_url: str, lang: str, axe: Callable[[], list[str]]
) -> None:
    number = a_parcel(page, demo_url)["number"]
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    open_map(page, demo_url, lang)
    page.locator("#q").focus()
    expect(page.locator("#recent")).to_be_hidden()
    remember(page, number, "1-1-2")
    page.reload()
    page.wait_for_function(READY)
    sent.clear()
    page.locator("#q").focus()
    lines = page.locator("#recent li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("1-1-2")
    assert axe() == []
    # All at one moment: the list may be drawn anew between two questions about it.
    page.wait_for_function(
        """() => {
          const buttons = [...document.querySelectorAll("#recent button")];
          const sides = buttons.map((button) => button.getBoundingClientRect());
          return sides.length > 2 && sides.every(({ width, height }) => Math.min(width, height) >= 43.5);
        }"""
    )
    # Looking at them, and removing one, asks nothing of anybody.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(lines).to_have_count(1)
    assert [url for url in sent if "search" in url] == []
    page.locator("#recent [data-again]").click()
    expect(page.locator("#suggestions [role=option]").first).to_contain_text(number)
    page.locator("#q").fill("")
    page.locator("#recent [data-forget-all]").click()
    expect(page.locator("#recent")).to_be_hidden()
    expect(page.locator("#q")).to_be_focused()
    assert page.evaluate("localStorage.getItem('searches')") is None


def test_recent_searches_are_off_where_storage_is_refused(browser: Browser, demo_url: str) -> None:
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    open_map(page, demo_url, "en")
    remember(page, "1-1-1")
    page.locator("#q").focus()
    expect(page.locator("#recent")).to_be_hidden()
    assert failures == []
    context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_works_without_javascript(browser: Browser, demo_url: str, lang: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo_url}/search?q=1&lang={lang}")
    assert page.locator("section.search-group").count() >= 2
    number = a_parcel(page, demo_url)["number"]
    page.locator("#q").fill(f"{number}999")
    page.locator("main button[type=submit]").click()
    page.locator(".empty .search-results a").first.click()
    page.locator(".search-group a").first.click()
    expect(page.locator("h1")).to_contain_text("1-1")
    context.close()
