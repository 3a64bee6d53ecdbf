"""An edit shows on a map that is open, soon and without the map going blank meanwhile."""

import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, text
from werkzeug.serving import make_server

from core.database import make_engine, transaction
from core.settings import Settings
from layers.tiles.keeper import Keeper
from layers.tiles.views import SHELF
from tests.browser.conftest import PATIENCE_MS
from tests.conftest import DatabaseMaker

# What the map's canvases show, as one number; -1 while any of them is blank.
LOOK = """() => {
  let sum = 0;
  for (const tile of document.querySelectorAll("canvas.leaflet-tile")) {
    const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
    if (data[3] === 0) return -1;
    for (let at = 0; at < data.length; at += 29) sum = (sum * 31 + data[at]) % 1000000007;
  }
  return sum;
}"""
WATCH = f"""() => {{
  const look = {LOOK};
  window.seen = [];
  const watch = () => {{ window.seen.push(look()); requestAnimationFrame(watch); }};
  watch();
}}"""


@pytest.fixture(scope="module")
def kept_city(
    make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Engine]]:
    """The address of a small demo city whose tiles are kept, and its database."""
    from webmap import create_app
    from webmap.demo.load import load

    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        load(session, parcels=1000, seed=2)
    settings = Settings(data_dir=tmp_path_factory.mktemp("kept"), database_url=url, secret_key="s" * 32)
    app = create_app(settings)
    keeper = Keeper(engine, app.extensions[SHELF].cache).start()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", engine
    server.shutdown()
    keeper.stop()
    engine.dispose()


def wait_until_calm(page: Page) -> int:
    """Until the picture has stood still for a second."""
    last, since = -2, time.monotonic()
    until = since + PATIENCE_MS / 1000
    while time.monotonic() < until:
        now = int(page.evaluate(LOOK))
        if now != last or now < 0:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > 1:
            return now
        page.wait_for_timeout(100)
    raise AssertionError("the map never comes to rest")


def test_an_edit_shows_on_an_open_map_without_a_flicker(page: Page, kept_city: tuple[str, Engine]) -> None:
    address, engine = kept_city
    page.goto(f"{address}/?lang=en")
    page.wait_for_selector("canvas.leaflet-tile")
    before = wait_until_calm(page)
    page.evaluate(WATCH)
    with engine.begin() as connection:
        connection.execute(text("UPDATE parcel SET land_use = 'industrial'"))
    page.wait_for_function(f"() => ({LOOK})() !== {before}")
    after = wait_until_calm(page)
    assert after != before
    assert -1 not in page.evaluate("window.seen"), "a tile was blank while its successor was on the way"
