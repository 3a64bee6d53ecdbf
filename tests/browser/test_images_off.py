"""With images off nothing is lost: every control has a name, and no word stands in an image alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_map import open_map

# Names as a screen reader makes them of these controls; none of them may come from an image.
NAMELESS = """() => {
  const controls = "a[href], button, input:not([type=hidden]), select, summary, [role=button]";
  const words = (id) => document.getElementById(id)?.textContent ?? "";
  const isNamed = (each) => [
    each.getAttribute("aria-label"),
    ...(each.getAttribute("aria-labelledby") ?? "").split(" ").map(words),
    each.textContent,
    ...[...(each.labels ?? [])].map((label) => label.textContent),
  ].some((name) => name && name.trim());
  return [...document.querySelectorAll(controls)]
    .filter((each) => each.checkVisibility() && !isNamed(each))
    .map((each) => each.outerHTML.slice(0, 120));
}"""
IMAGE = ("**/*.svg*", "**/*.png", "**/*.jpg", "**/*.webp")


def turn_images_off(page: Page) -> list[str]:
    """Refuse every image; return the list of those that were asked for."""
    refused: list[str] = []

    def refuse(route: object, request: object) -> None:
        refused.append(request.url)  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    for each in IMAGE:
        page.route(each, refuse)
    return refused


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_map(page: Page, demo_url: str, lang: str) -> None:
    refused = turn_images_off(page)
    open_map(page, demo_url, lang)
    assert any("icons" in url for url in refused)
    assert page.locator("button:visible").count() > 5
    assert page.evaluate(NAMELESS) == []
    page.locator("[data-popover=layers]").click()
    assert page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize(
    "path", ["/parcels/1-1-1-1", "/zoning", "/keep?parcel=1-1-1-1", "/offline", "/account/login"]
)
def test_a_page(page: Page, demo_url: str, path: str, lang: str) -> None:
    refused = turn_images_off(page)
    page.goto(f"{demo_url}{path}{'&' if '?' in path else '?'}lang={lang}")
    assert any("icons" in url for url in refused)
    assert page.evaluate(NAMELESS) == []
    # An image that says something says it in words too.
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
