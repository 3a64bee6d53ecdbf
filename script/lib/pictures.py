"""Takes the pictures in docs/pictures from the demo city, served for as long as that takes."""

import itertools
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from core import cluster
from core.database import make_engine, transaction, upgrade
from core.documents.services import Desk
from core.settings import Settings
from script.lib import apply_pictures
from webmap import create_app
from webmap.demo.load import load

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
SIZES = {"wide": (1280, 800), "phone": (360, 740)}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def demo_city() -> Iterator[tuple[str, tuple[float, float], str]]:
    """The address of the demo city, where a parcel of it lies (lon, lat), and the address of its database."""
    with tempfile.TemporaryDirectory(prefix="shahrnama-pictures-") as folder:
        Path(folder).chmod(0o755)
        with cluster.running(Path(folder), durable=False) as url:
            upgrade(url)
            engine = make_engine(url)
            with transaction(engine) as session:
                load(session, parcels=5000, seed=1, desk=Desk.of(Settings(data_dir=Path(folder))))
            with engine.connect() as connection:
                point = connection.exec_driver_sql(
                    "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_PointOnSurface(parcel.geom), 4326) AS p"
                    " FROM parcel, city WHERE land_use = 'residential' AND valid_to IS NULL"
                    " ORDER BY parcel.geom <-> ST_Centroid(city.boundary) LIMIT 1 OFFSET 40) AS near"
                ).one()
            engine.dispose()
            server = make_server(
                "127.0.0.1",
                0,
                create_app(Settings(Path(folder), database_url=url, secret_key="p" * 32)),
                threaded=True,
            )
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}", (point[0], point[1]), url
            server.shutdown()


def pages(browser: Browser) -> Iterator[tuple[str, str, Page]]:
    """A page for each language, size and colour scheme, with the name of its pictures."""
    for lang, size, scheme in itertools.product(("fa", "en"), SIZES, ("light", "dark")):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            has_touch=size == "phone",
            reduced_motion="reduce",
        )
        yield f"{lang}-{size}-{scheme}", lang, context.new_page()
        context.close()


def main() -> None:
    """Write docs/pictures/{map,place}-LANG-SIZE-SCHEME.jpg."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with demo_city() as (url, (lon, lat), database_url), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for name, lang, page in pages(browser):
            page.goto(f"{url}/?lang={lang}", wait_until="networkidle")
            page.wait_for_timeout(1500)
            page.screenshot(path=FOLDER / f"map-{name}.jpg", type="jpeg", quality=82)
            page.goto(f"{url}/?lang={lang}&z=17&lat={lat}&lon={lon}&at={lon},{lat}", wait_until="networkidle")
            page.wait_for_timeout(1500)
            page.screenshot(path=FOLDER / f"place-{name}.jpg", type="jpeg", quality=82)
        apply_pictures.take(browser, url, database_url, FOLDER)
        browser.close()


if __name__ == "__main__":
    main()
