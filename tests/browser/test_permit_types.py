"""Kinds of permits as a citizen meets them: on a phone and on a desk, in both languages, and to a screen reader."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_what_a_permit_asks_for(
    page: Page, demo_url: str, lang: str, width: int, axe: Callable[[], list[str]], complaints: list[str]
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"{demo_url}/permits/types?lang={lang}")
    first = page.locator("main h2 a").first
    expect(first).to_be_visible()
    assert axe() == []
    first.click()
    expect(page.locator("#type-documents")).to_be_visible()
    page.locator("main input[name=area]").fill("۲۴۰")
    page.locator("main select[name=use]").select_option("residential")
    page.locator("main form button").click()
    total = "۳۳٬۸۰۰٬۰۰۰ ریال" if lang == "fa" else "33,800,000 rials"
    expect(page.locator("main tfoot")).to_contain_text(total)
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('main :is(a, button, input:not([type=hidden]), select, summary)')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    assert small == []
    assert complaints == []
