"""Pages without a map are light: all that a first visit fetches comes to less than 60 kB, packed as it is sent."""

from typing import Any

import pytest
from playwright.sync_api import Page

MOST_BYTES = 60_000
PAGES = {
    "parcel": "/parcels/1-1-1-1",
    "search": "/search?q=1-1-1",
    "empty search": "/search?q=zzzz",
    "zoning": "/zoning",
    "certificates": "/certificates",
    "compare": "/compare?parcel=1-1-1-1&parcel=1-1-1-2",
    "selection": "/selection?parcel=1-1-1-1&parcel=1-1-1-2",
    "list": "/list?parcel=1-1-1-1",
    "keep": "/keep?parcel=1-1-1-1",
    "sign in": "/account/login",
    "register": "/account/register",
    "forgotten password": "/account/reset",
    "no such page": "/nowhere",
}


def fetched(page: Page, address: str) -> dict[str, int]:
    """Bytes over the line, without headers, of everything a visit with nothing kept fetches."""
    names: dict[str, str] = {}
    headers: dict[str, int] = {}
    bytes_of: dict[str, int] = {}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def begin(told: Any) -> None:
        names[told["requestId"]] = told["response"]["url"]
        headers[told["requestId"]] = int(told["response"]["encodedDataLength"])

    line.on("Network.responseReceived", begin)
    line.on(
        "Network.loadingFinished",
        lambda told: bytes_of.update({told["requestId"]: int(told["encodedDataLength"])}),
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return {names[asked]: size - headers[asked] for asked, size in bytes_of.items()}


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_first_visit(page: Page, demo_url: str, name: str, lang: str) -> None:
    path = PAGES[name]
    files = fetched(page, f"{demo_url}{path}{'&' if '?' in path else '?'}lang={lang}")
    assert any("/static/" in url for url in files)
    assert sum(files.values()) < MOST_BYTES, sorted(files.items(), key=lambda each: -each[1])
    fonts = [url.rsplit("/", 1)[1].split("-")[0] for url in files if url.endswith(".woff2")]
    # English pages name the Persian language by its own name, and a city's names come in both scripts.
    assert set(fonts) <= {"latin", "persian"}
    assert "latin" in fonts
    assert "leaflet" not in " ".join(files)
