"""A survey from a file without a coordinate system to the open map of a passer-by, in both languages, by four eyes."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from shapely.ops import split
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from accounts.permissions import Role
from core.database import make_engine, transaction
from core.settings import Settings
from core.worker import Worker
from layers.tiles.keeper import Keeper
from layers.tiles.views import SHELF
from parcels.surveys.room import work_in
from tests.browser.conftest import AXE
from tests.browser.test_freshness import LOOK, wait_until_calm
from tests.conftest import DatabaseMaker
from tests.people import make_person, sign_in
from tests.surveys import zip_of


@dataclass
class City:
    """A demo city that is served, its tiles kept, with a surveyor and an approver signed in by these cookies."""

    url: str
    engine: Engine
    surveyor: str
    approver: str

    def work(self) -> None:
        """Do the checks that wait, in a thread of their own: Playwright's event loop turns in this one."""
        address = self.engine.url.render_as_string(hide_password=False)
        working = threading.Thread(target=lambda: Worker(self.engine, address).run(wait=False))
        working.start()
        working.join(120)

    def parcel(self, place: int) -> tuple[str, Any, tuple[float, float]]:
        """A parcel near the middle: number, shape, and where it lies (lon, lat)."""
        query = text(
            "SELECT number, ST_AsBinary(geom) AS shape, ST_X(p) AS lon, ST_Y(p) AS lat FROM ("
            " SELECT *, ST_Transform(ST_PointOnSurface(geom), 4326) AS p FROM parcel"
            " WHERE valid_to IS NULL AND ST_Area(geom) BETWEEN 300 AND 900 AND ST_NPoints(geom) <= 7"
            " ORDER BY geom <-> (SELECT ST_Centroid(boundary) FROM city) LIMIT 1 OFFSET :place) AS near"
        )
        with self.engine.connect() as connection:
            row = connection.execute(query, {"place": place}).one()
        return row.number, shapely.from_wkb(bytes(row.shape)), (row.lon, row.lat)


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    from webmap import create_app
    from webmap.demo.load import load

    engine = make_engine(make_database())
    with transaction(engine) as session:
        load(session, parcels=1000, seed=3)
    data_dir = tmp_path_factory.mktemp("surveyed")
    url = engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_dir=data_dir, database_url=url, secret_key="s" * 32))
    work_in(data_dir)
    cookies = {role: cookie_of(app, engine, role) for role in (Role.SURVEYOR, Role.PLAN_CHECKER)}
    keeper = Keeper(engine, app.extensions[SHELF].cache).start()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield City(address, engine, cookies[Role.SURVEYOR], cookies[Role.PLAN_CHECKER])
    server.shutdown()
    keeper.stop()
    engine.dispose()


def cookie_of(app: Flask, engine: Engine, role: Role) -> str:
    with Session(engine) as session, session.begin(), app.app_context():
        client = sign_in(app.test_client(), make_person(session, role))
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


@pytest.fixture
def visit(browser: Browser, city: City) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody, in a language, at a width."""
    opened = []

    def open_as(cookie: str, lang: str, width: int = 1280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale=lang)
        opened.append(context)
        cookies: Any = [{"name": "lang", "value": lang, "url": city.url}]
        if cookie:
            cookies.append({"name": "session", "value": cookie, "url": city.url})
        context.add_cookies(cookies)
        return context.new_page()

    yield open_as
    for context in opened:
        context.close()


def axe_on(page: Page) -> list[str]:
    """What axe-core finds wrong with a page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = json.loads(page.evaluate("axe.run().then(r => JSON.stringify(r.violations))"))
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


def with_gap(shape: Any) -> list[Any]:
    """A parcel in two with forty centimetres left between, as a surveyor draws who snaps nothing."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))[:4]
    long = corners[1] - corners[0], corners[2] - corners[1]
    way = long[0] if np.hypot(*long[0]) < np.hypot(*long[1]) else long[1]
    way = way / np.hypot(*way)
    middle = np.array([shape.centroid.x, shape.centroid.y])
    across = np.array([-way[1], way[0]])
    parts = []
    for side in (0.2, -0.2):
        at = middle + side * across
        halves = split(shape.geoms[0], shapely.LineString([at - 500 * way, at + 500 * way])).geoms
        parts.append(
            max(halves, key=lambda half: np.dot([half.centroid.x, half.centroid.y] - middle, across) * side)
        )
    return parts


@pytest.mark.parametrize(("lang", "width", "place"), [("en", 1280, 3), ("fa", 360, 11)])
def test_from_a_file_without_a_system_to_the_open_map(
    city: City, visit: Callable[..., Page], tmp_path: Path, lang: str, width: int, place: int
) -> None:
    number, shape, (lon, lat) = city.parcel(place)
    file = tmp_path / "survey.zip"
    file.write_bytes(zip_of(with_gap(shape), epsg=None))

    passer_by = visit("", lang)
    passer_by.goto(f"{city.url}/?z=18&lat={lat:.6f}&lon={lon:.6f}")
    passer_by.wait_for_selector("canvas.leaflet-tile")

    page = visit(city.surveyor, lang, width)
    page.goto(f"{city.url}/surveys")
    page.check("input[value=subdivision]")
    page.set_input_files("#survey-file", str(file))
    page.click(".survey-send button[type=submit]")
    expect(page.locator("[data-survey-progress]")).to_be_visible()
    city.work()

    # The page follows the check by itself: no reload here.
    expect(page.locator("#question-title")).to_be_visible()
    expect(page.locator(".candidate svg").first).to_be_visible()
    page.check("input[name=crs][value='32639']")
    page.click(".survey-answer button[type=submit]")
    expect(page.locator("[data-survey-progress]")).to_be_visible()
    city.work()

    gap = page.locator(".finding-group.error")
    expect(gap).to_be_visible()
    expect(gap).to_contain_text("topology.gap_narrow")
    page.locator("form:has(input[name=close_gaps]) button").click()
    expect(page.locator("[data-survey-progress]")).to_be_visible()
    city.work()
    expect(page.locator(".finding-group.error")).to_have_count(0)
    expect(page.locator("#diff-title")).to_be_visible()
    expect(page.locator("tbody th bdi").filter(has_text=number).first).to_be_visible()
    expect(page.locator(".survey-picture")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("form[action$='/submit'] button").click()
    expect(page.locator("form[action$='/submit']")).to_have_count(0)
    address = page.url

    other = visit(city.approver, lang, width)
    other.goto(address)
    before = wait_until_calm(passer_by)
    other.locator("form[action$='/approve'] button").click()
    expect(other.locator("form[action$='/revert']")).to_be_visible()
    passer_by.wait_for_function(f"() => ({LOOK})() !== {before} && ({LOOK})() !== -1")
    with city.engine.connect() as connection:
        became = connection.scalar(
            text(
                "SELECT count(*) FROM parcel_lineage l JOIN parcel p ON p.id = l.parent_id"
                " WHERE p.number = :number AND l.kind = 'subdivision'"
            ),
            {"number": number},
        )
    assert became == 2


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_the_pages_are_for_everybody(
    city: City, visit: Callable[..., Page], tmp_path: Path, lang: str
) -> None:
    _number, shape, _where = city.parcel(25)
    file = tmp_path / "survey.zip"
    file.write_bytes(zip_of(with_gap(shape)))
    page = visit(city.surveyor, lang)
    page.goto(f"{city.url}/surveys")
    assert axe_on(page) == []
    page.check("input[value=subdivision]")
    page.set_input_files("#survey-file", str(file))
    page.click(".survey-send button[type=submit]")
    expect(page.locator("[data-survey-progress]")).to_be_visible()
    assert axe_on(page) == []
    city.work()
    expect(page.locator("#findings-title")).to_be_visible()
    assert axe_on(page) == []
    # Laid over each other: what is before shows as far as the slider says.
    page.check("[data-swipe-choice]")
    page.locator("[data-swipe-slider]").fill("100")
    expect(page.locator(".survey-pictures")).to_have_class("survey-pictures swiped")
