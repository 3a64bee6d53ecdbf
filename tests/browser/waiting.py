"""Waiting for a state, never for time: a machine with much else to do is slow, and right all the same."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS

PAINTED = """() => [...document.querySelectorAll("canvas.leaflet-tile")].some((tile) => {
  const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 404) colours.add(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]);
  return colours.size > 8;
})"""
# The last of a page to come: the features are installed, and no tile is blank any more. Not when the line is quiet: an
# open map asks for news more often than Playwright calls it that.
READY = f"""() => document.querySelector("#q[role=combobox]") !== null
  && [...document.querySelectorAll("canvas.leaflet-tile")].every(
    (tile) => tile.getContext("2d").getImageData(0, 0, 1, 1).data[3] > 0)
  && ({PAINTED})()"""
PANE = "document.querySelector('#map .leaflet-map-pane')"


def until(page: Page, holds: Callable[[], object], told: Callable[[], object] = lambda: None) -> None:
    """Until something holds that no `expect` knows of; ``told`` says what was so instead."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < end, told()
        page.wait_for_timeout(50)


def number_in(text: str) -> float:
    """The first number of a text."""
    found = re.search(r"[\d,.]+", text)
    assert found is not None, text
    return float(found[0].replace(",", ""))


def expect_number(
    page: Page, selector: str, wanted: float, *, rel: float | None = None, off: float | None = None
) -> None:
    """Until the first number that stands there is this one, within a part ``rel`` of it, or ``off`` from it."""
    there = page.locator(selector)

    def holds() -> bool:
        text = there.inner_text()
        return bool(re.search(r"\d", text)) and number_in(text) == pytest.approx(wanted, rel=rel, abs=off)

    until(page, holds, lambda: (there.inner_text(), wanted))


def href_of(page: Page) -> str:
    """Where the page is; Playwright's own `page.url` comes to know a moment later."""
    told: str = page.evaluate("location.href")
    return told


def move_by_key(page: Page, key: str) -> None:
    """Move the map by an arrow key, until it rests again: keys that come meanwhile are lost."""
    before = page.evaluate(f"{PANE}.style.transform")
    page.keyboard.press(key)
    page.wait_for_function(
        f"before => {PANE}.style.transform !== before && !{PANE}.classList.contains('leaflet-pan-anim')",
        arg=before,
    )


def wait_until_found(page: Page, typed: str, type_it: Callable[[], Any]) -> None:
    """Have something typed into the map's search box, and wait until the answer to all of it is shown."""
    type_it()
    expect(page.locator("#q")).to_have_value(typed)
    # Under way there may be answers to the beginning of it. Enter before the last one opens the results page.
    expect(page.locator("#suggestions")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#suggestions:visible, #search-empty:visible").first).to_be_visible()
