"""From the commit of an edit to the moment when an open map shows it, in Chromium."""

import shutil
import time
from collections.abc import Mapping
from statistics import median

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import text

from benchmarks.asking import percentile
from benchmarks.city import BenchCity
from benchmarks.ours import fresh_folder, our_server
from benchmarks.page import MIDDLE, QUIET
from benchmarks.results import Result, Row, beside

EDITS = 20
PATIENCE_S = 15.0
# The page's clock and ours are the machine's.
_WATCH = """() => {
  const look = () => {
    let sum = 0;
    for (const tile of document.querySelectorAll("canvas.leaflet-tile")) {
      const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
      for (let at = 0; at < data.length; at += 997) sum = (sum * 31 + data[at]) % 1000000007;
    }
    return sum;
  };
  let shown = look();
  window.shownSince = Date.now();
  setInterval(() => {
    const now = look();
    if (now !== shown) { shown = now; window.shownSince = Date.now(); }
  }, 25);
}"""
_HERE = text("""
    SELECT id, land_use FROM parcel WHERE valid_to IS NULL
    ORDER BY geom <-> (SELECT ST_Centroid(boundary) FROM city) LIMIT 60""")
_EDIT = text("UPDATE parcel SET land_use = :land_use WHERE id = ANY(:ids)")
_UNDO = text("UPDATE parcel SET land_use = :land_use WHERE id = :id")


class NeverShown(AssertionError):
    """An open map did not show an edit."""


def measure(city: BenchCity, result: Result, peers_ms: Mapping[str, float]) -> None:
    """Add how long it takes until the picture changes; the parcels around the middle are edited.

    No peer's map asks again by itself, so theirs is when a client that does sees the edit in their caches.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        result.note("the open map was not measured: there is no chromium here")
        return
    with city.engine.connect() as connection:
        lon, lat = connection.execute(MIDDLE).one()
        parcels = connection.execute(_HERE).all()
    try:
        with fresh_folder() as folder, our_server(city, folder) as root, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{root}/?lang=fa&z=17&lat={lat:.6f}&lon={lon:.6f}")
            page.wait_for_selector("canvas.leaflet-tile", timeout=60_000)
            page.evaluate(_WATCH)
            took_ms = [_edit(city, page, [row.id for row in parcels], number) for number in range(EDITS)]
            browser.close()
    finally:
        with city.engine.begin() as connection:
            connection.execute(_UNDO, [{"id": row.id, "land_use": row.land_use} for row in parcels])
    work = "edit of parcels → repainted on an open map"
    result.rows += [
        *beside(Row(f"{work}, median", city.parcels, "ms", median(took_ms)), peers_ms),
        *beside(Row(f"{work}, p95", city.parcels, "ms", percentile(took_ms, 0.95)), peers_ms),
    ]
    if peers_ms:
        result.note(
            "beside the repainted map: the peers' caches, asked over HTTP again and again"
            " (a map on theirs does not ask again at all)"
        )


def _edit(city: BenchCity, page: Page, ids: list[int], number: int) -> float:
    _wait_until_still(page)
    with city.engine.begin() as connection:
        connection.execute(_EDIT, {"ids": ids, "land_use": ("industrial", "park")[number % 2]})
    committed_ms = time.time() * 1000
    until = time.monotonic() + PATIENCE_S
    while page.evaluate("window.shownSince") < committed_ms:
        if time.monotonic() > until:
            raise NeverShown(f"an open map does not show an edit within {PATIENCE_S:.0f} s")
        page.wait_for_timeout(50)
    # The first change of the picture: others may follow, as the labels are placed anew.
    return float(page.evaluate("window.shownSince")) - committed_ms


def _wait_until_still(page: Page) -> None:
    until = time.monotonic() + PATIENCE_S
    while page.evaluate("Date.now() - window.shownSince") < 1500:
        if time.monotonic() > until:
            raise NeverShown("the map does not come to rest")
        page.wait_for_timeout(100)
