"""After a visit the city can be read without a connection; what was not seen says so; nobody's own pages are kept."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_map import a_parcel, open_map
from tests.browser.waiting import PAINTED, until

LANGUAGES = ("fa", "en")
KEPT = """async () => {
  const all = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) all.push([name, new URL(request.url).pathname]);
  return all;
}"""
# What a drawer's ledger holds: written last, and all that a worker knows that was put to sleep in between.
LEDGER = """async (drawer) => {
  const told = await caches.match(`/${drawer}`, { cacheName: "seen-ledgers" });
  return told ? (await told.json()).map(([, { url }]) => url) : [];
}"""


def kept(page: Page) -> list[tuple[str, str]]:
    """Every drawer's name with each path in it."""
    return [(name, path) for name, path in page.evaluate(KEPT)]


def wait_until_kept(page: Page, drawer: str, path: str) -> None:
    """Until a drawer holds for good something whose path begins like this."""
    until(
        page, lambda: any(url.startswith(path) for url in page.evaluate(LEDGER, drawer)), lambda: kept(page)
    )


def visit(page: Page, url: str, lang: str) -> dict[str, Any]:
    """Look at the map, at one parcel on it and at its page, until all of it is put away."""
    parcel = a_parcel(page, url)
    open_map(page, url, lang, z=17, lat=parcel["lat"], lon=parcel["lon"])
    wait_until_kept(page, "seen-pages", "/?")
    wait_until_kept(page, "seen-tiles", "/tiles/parcels/")
    page.goto(f"{url}/parcels/{parcel['number']}?lang={lang}")
    wait_until_kept(page, "seen-pages", f"/parcels/{parcel['number']}")
    return parcel


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_opens_with_its_last_tiles(
    page: Page, context: BrowserContext, demo_url: str, lang: str, axe: Callable[[], list[str]]
) -> None:
    parcel = visit(page, demo_url, lang)
    context.set_offline(True)
    page.goto(f"{demo_url}/?lang={lang}&z=17&lat={parcel['lat']}&lon={parcel['lon']}")
    assert page.locator("html").get_attribute("lang") == lang
    page.wait_for_function(PAINTED)
    expect(page.locator("#toast")).to_contain_text(
        "به اینترنت وصل نیستید" if lang == "fa" else "You are offline"
    )
    assert axe() == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_that_was_read_reads_again_with_its_age(
    page: Page, context: BrowserContext, demo_url: str, lang: str, axe: Callable[[], list[str]]
) -> None:
    parcel = visit(page, demo_url, lang)
    context.set_offline(True)
    page.goto(f"{demo_url}/parcels/{parcel['number']}")
    expect(page.locator("h1")).to_contain_text(parcel["number"])
    notice = page.locator("#kept-notice")
    expect(notice).to_be_visible()
    assert re.search("۱۴۰[۰-۹]" if lang == "fa" else "20[2-9][0-9]", notice.inner_text())
    assert axe() == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_not_seen_says_what_can_be_read(
    page: Page, context: BrowserContext, demo_url: str, lang: str, axe: Callable[[], list[str]]
) -> None:
    parcel = visit(page, demo_url, lang)
    context.set_offline(True)
    for path in ("/parcels/1-1-1-9", "/search?q=x", "/account", "/people"):
        answer = page.goto(f"{demo_url}{path}")
        assert answer is not None
        assert answer.status == 503, path
        assert page.locator("html").get_attribute("lang") == lang, path
        expect(page.locator("#offline-now")).to_be_visible()
        expect(page.locator("#kept-pages a").first).to_contain_text(parcel["number"])
        assert axe() == [], path
        page.locator("#kept-pages a").first.click()
        expect(page.locator("h1")).to_contain_text(parcel["number"])


def test_the_map_s_paper_tells_what_was_read_on_a_page(
    page: Page, context: BrowserContext, demo_url: str
) -> None:
    parcel = visit(page, demo_url, "en")
    context.set_offline(True)
    page.goto(f"{demo_url}/?lang=en&parcel={parcel['number']}")
    expect(page.locator("#place article.place h1")).to_contain_text(parcel["number"])
    expect(page.locator("#place .kept-line")).to_contain_text("You are offline")


def test_signing_out_removes_what_was_seen(page: Page, demo_url: str) -> None:
    visit(page, demo_url, "en")
    page.evaluate("() => fetch('/account/logout', { method: 'POST' }).catch(() => null)")
    page.wait_for_function(
        "async () => !(await caches.keys()).some((name) => ['seen-pages', 'seen-tiles'].includes(name))"
    )


def test_going_offline_is_told_and_coming_back_too(
    page: Page, context: BrowserContext, demo_url: str
) -> None:
    open_map(page, demo_url, "en", z=15)
    context.set_offline(True)
    expect(page.locator("#toast")).to_contain_text("You are offline")
    context.set_offline(False)
    expect(page.locator("#toast")).to_contain_text("The connection is back")


def test_nobody_s_own_pages_are_kept_and_all_can_be_removed(page: Page, demo_url: str) -> None:
    visit(page, demo_url, "en")
    for path in (
        "/account/login",
        "/account/register",
        "/account",
        "/people",
        "/record",
        "/jobs",
        "/search?q=1",
    ):
        page.goto(f"{demo_url}{path}")
    # What comes after them is kept: so would they be by now.
    page.goto(f"{demo_url}/zoning")
    wait_until_kept(page, "seen-pages", "/zoning")
    paths = [path for _name, path in kept(page)]
    assert "/" in paths
    assert not [path for path in paths if re.match("/(account|people|record|jobs|search)", path)]
    page.goto(f"{demo_url}/offline?lang=en")
    page.get_by_role("button", name="Remove all of it from this device").click()
    expect(page.locator("#kept-none")).to_be_visible()
    assert not [path for name, path in kept(page) if name in ("seen-pages", "seen-tiles")]


def test_without_javascript_nothing_is_kept(context: BrowserContext, page: Page, demo_url: str) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    sheet = plain.new_page()
    sheet.goto(f"{demo_url}/offline?lang=en")
    expect(sheet.get_by_role("heading", level=1)).to_be_visible()
    expect(sheet.get_by_role("button")).to_have_count(0)
    assert not plain.service_workers
    plain.close()
