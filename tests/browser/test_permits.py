"""The register by a real browser: found, followed on the map, commented on; both languages, axe, both widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})


def open_reference(page: Page, demo_url: str, state: str = "open") -> str:
    found = page.request.get(f"{demo_url}/permits.json?state={state}").json()
    with_place = [each for each in found["permits"] if each["location"]]
    reference: str = with_place[0]["reference"]
    return reference


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
def test_pages_of_the_register_are_sound(
    page: Page, demo_url: str, axe: Callable[[], list[str]], lang: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    reference = open_reference(page, demo_url)
    decided = open_reference(page, demo_url, "granted_conditions")
    for address in (
        "/permits",
        "/permits?q=nothing-like-this&state=open",
        f"/permits/{reference}",
        f"/permits/{decided}",
        f"/permits/{reference}/comment",
        "/permits/figures",
    ):
        page.goto(f"{demo_url}{address}{'&' if '?' in address else '?'}lang={lang}")
        expect(page.locator("h1")).to_have_count(1)
        assert axe() == [], address
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, address


def test_found_by_filters_and_widened_again(page: Page, demo_url: str) -> None:
    page.goto(f"{demo_url}/permits?lang=en")
    expect(page.locator(".permit-card")).to_have_count(25)
    page.get_by_role("link", name="Older ones").click()
    expect(page.get_by_role("link", name="Back to the newest")).to_be_visible()
    page.get_by_label("State").select_option("open")
    page.get_by_label("Kind").select_option("sign")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No permit fits everything")).to_be_visible()
    page.get_by_role("listitem").filter(has_text="of the kind").get_by_role("link").click()
    expect(page.locator(".permit-card").first).to_be_visible()
    assert "type=" not in page.url
    assert "state=open" in page.url


def test_a_comment_without_javascript(browser: Browser, demo_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en", viewport=SIZES[0])  # type: ignore[arg-type]
    page = context.new_page()
    reference = open_reference(page, demo_url)
    page.goto(f"{demo_url}/permits/{reference}?lang=en")
    page.get_by_role("link", name="Comment or object").click()
    page.get_by_label("Objection").check()
    page.get_by_label("Your comment").fill("The gate opens onto our door.")
    page.get_by_role("button", name="Choose the spot on the map").click(position={"x": 200, "y": 60})
    expect(page.get_by_text("Chosen spot:")).to_be_visible()
    expect(page.get_by_label("Your comment")).to_have_value("The gate opens onto our door.")
    expect(page.get_by_label("Objection")).to_be_checked()
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_text("Your comment has arrived.")).to_be_visible()
    assert len(page.locator(".receipt-code").inner_text().strip()) == 10
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_text("The gate opens onto our door.")).to_be_visible()
    context.close()


def test_the_map_shows_the_register_and_a_tap_opens_the_case(
    page: Page, demo_url: str, foreign_requests: list[str]
) -> None:
    found = page.request.get(f"{demo_url}/permits.json?state=open").json()["permits"]
    chosen = next(each for each in found if each["location"])
    lon, lat = chosen["location"]["lon"], chosen["location"]["lat"]
    page.set_viewport_size({"width": 1280, "height": 800})
    with page.expect_response(lambda answer: "/tiles/permits/" in answer.url and answer.status in (200, 204)):
        page.goto(f"{demo_url}/?lang=en&z=18&lat={lat}&lon={lon}&layers=land_use,permits")
    expect(page.locator("html.scripted")).to_be_attached()
    # The drawn tile is waited for by asking again until the tap finds it.
    sheet = page.locator("#place article.case")

    def tap() -> None:
        page.mouse.click(640, 400)
        expect(page.locator("#place article")).to_be_visible()

    for _attempt in range(10):
        tap()
        if sheet.count():
            break
        page.keyboard.press("Escape")
    expect(sheet).to_be_visible()
    expect(sheet).to_have_attribute("data-permit", chosen["reference"])
    assert f"permit={chosen['reference']}" in page.url
    page.get_by_role("button", name="Layers").click()
    expect(page.locator("#layers")).to_contain_text("Open for comments")
    page.get_by_role("link", name="Permits in view, as a list").click()
    expect(page.locator(".permit-card").first).to_be_visible()
    assert "bbox=" in page.url
    assert foreign_requests == []


def test_the_search_opens_a_permit_by_its_reference(page: Page, demo_url: str) -> None:
    reference = open_reference(page, demo_url)
    page.goto(f"{demo_url}/?lang=en")
    expect(page.locator("html.scripted")).to_be_attached()
    page.locator("#q").fill(reference)
    page.get_by_role("option").filter(has_text=reference).first.click()
    expect(page.locator("#place article.case")).to_have_attribute("data-permit", reference)
