"""The map page of a citizen: how much script it brings, and when the first parcel is painted on a slow processor."""

import gzip
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

from playwright.sync_api import Page, Response, sync_playwright
from sqlalchemy import text

from benchmarks.city import BenchCity
from benchmarks.ours import ROOT, fresh_folder, our_server
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row

NAME = "page"
VISITS = 5
SLOWER = 4
_PATIENCE_S = 60
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
QUIET += ["--disable-component-update", "--disable-sync"]
MIDDLE = text("""
    SELECT ST_X(p), ST_Y(p) FROM (
        SELECT parcel.geom FROM parcel WHERE valid_to IS NULL
        ORDER BY parcel.geom <-> (SELECT ST_Centroid(boundary) FROM city) LIMIT 1) AS middle,
        ST_Transform(ST_PointOnSurface(middle.geom), 4326) AS p""")
# A parcel is painted when a line of its colour is drawn on a canvas; seen, in the frame after that.
_WATCH = """
(() => {
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  const colour = (words) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.fillStyle = words;
    return pen.fillStyle;
  };
  const wanted = COLOURS.map(colour);
  CanvasRenderingContext2D.prototype.stroke = function (...args) {
    if (!window.firstParcel && wanted.includes(this.strokeStyle)) {
      window.firstParcel = -1;
      requestAnimationFrame(() => requestAnimationFrame(() => { window.firstParcel = performance.now(); }));
    }
    return stroke.apply(this, args);
  };
})();
"""


def run(city: BenchCity) -> Result:
    """Bytes of script gzipped, and the median time from asking for the page to its first parcel."""
    result = Result(NAME)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise NotHad("there is no chromium here")
    with city.engine.connect() as connection:
        lon, lat = connection.execute(MIDDLE).one()
    with fresh_folder() as folder, our_server(city, folder) as root:
        url = f"{root}/?lang=fa&z=17&lat={lat:.6f}&lon={lon:.6f}"
        times, scripts = _visit(chromium, url)
        packed = sum(len(gzip.compress(_get(script), 9)) for script in scripts)
        sent = sum(len(_get(script, "gzip")) for script in scripts)
    result.rows = [
        Row("scripts of the map page, gzipped", city.parcels, "kB", packed / 1000),
        Row("scripts of the map page, as sent by the server itself", city.parcels, "kB", sent / 1000),
        Row(
            f"first parcel painted, processor {SLOWER} × slower, hot tiles",
            city.parcels,
            "ms median",
            median(times[1:]),
        ),
        Row(f"first parcel painted, processor {SLOWER} × slower, cold tiles", city.parcels, "ms", times[0]),
    ]
    result.note(f"scripts: {', '.join(sorted(Path(script).name for script in scripts))}")
    result.note(
        f"{VISITS} visits, each with an empty cache, at zoom 17 in the middle of the city; slowest {max(times):.0f} ms"
    )
    return result


def _visit(chromium: str, url: str) -> tuple[list[float], set[str]]:
    times: list[float] = []
    scripts: set[str] = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for _visit in range(VISITS):
            context = browser.new_context(viewport={"width": 412, "height": 840}, color_scheme="light")
            page = context.new_page()
            page.add_init_script(_WATCH.replace("COLOURS", json.dumps(_parcel_lines())))
            page.on("response", _noting_scripts(scripts))
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(url)
            times.append(_first_parcel(page))
            context.close()
        browser.close()
    return times, scripts


def _first_parcel(page: Page) -> float:
    """When it was painted, in milliseconds since the page was asked for. Raises NotHad if it never is."""
    until = time.monotonic() + _PATIENCE_S
    # Asked by the debugger: the page's own content policy would refuse a predicate in words.
    while time.monotonic() < until:
        seen = float(page.evaluate("window.firstParcel ?? 0"))
        if seen > 0:
            return seen
        page.wait_for_timeout(50)
    raise NotHad(f"no parcel was painted within {_PATIENCE_S} s")


def _noting_scripts(scripts: set[str]) -> Callable[[Response], None]:
    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            scripts.add(response.url)

    return note


def _parcel_lines() -> list[str]:
    style = json.loads((ROOT / "layers" / "style.json").read_text(encoding="utf-8"))
    found: list[str] = style["base"]["parcel_line"]
    return found


def _get(url: str, encoding: str = "identity") -> bytes:
    with urlopen(Request(url, headers={"Accept-Encoding": encoding}), timeout=30) as response:
        body: bytes = response.read()
    return body
