"""The map's tools as people use them: by mouse, by finger and by keys alone, and without JavaScript."""

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_map import LANGUAGES, SIZES, a_parcel, open_map
from tests.browser.waiting import expect_number, href_of, move_by_key, number_in, wait_until_found


def some_parcels(page: Page, url: str, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.request.get(f"{url}/search.json?q=1-1-1&limit=20").json()["results"]
    return [each for each in found if each["kind"] == "parcel"][:count]


def open_tool(page: Page, tool: str) -> None:
    page.locator("[data-popover=tools]").click()
    page.locator(f"#tools [data-tool={tool}]").click()
    # The card stands before the tool itself is fetched: until then a click on the map is no point of it.
    expect(page.locator("#tool-body > *").first).to_be_visible()


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is there: what cannot be reached so is a wall."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_tool_is_sound(
    page: Page,
    demo_url: str,
    lang: str,
    size: str,
    axe: Callable[[], list[str]],
    complaints: list[str],
    foreign_requests: list[str],
) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    first, second = some_parcels(page, demo_url, 2)
    open_map(page, demo_url, lang, z=17, lat=first["lat"], lon=first["lon"], sel=first["number"])
    expect(page.locator("#tool .chosen li")).to_have_count(1)
    page.locator("#tool [data-close]").click()
    page.locator("[data-popover=tools]").click()
    assert axe() == []
    page.keyboard.press("Escape")
    ready = {
        "measure": "#measured",
        "select": "#tool .chosen",
        "in-view": "#tool .in-view",
        "saved": "#saved-name",
    }
    for tool, sign in ready.items():
        open_tool(page, tool)
        expect(page.locator(sign)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), tool
        assert axe() == [], tool
        for button in page.locator("#tool button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 43.5, (tool, button.inner_text())
        page.locator("#tool [data-close]").click()
        expect(page.locator("#tool")).to_be_hidden()
    assert second["number"] != first["number"]
    assert complaints == []
    assert foreign_requests == []


def test_measuring_by_keys_alone(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=18, lat=parcel["lat"], lon=parcel["lon"])
    tab_to(page, "[data-popover=tools]")
    page.keyboard.press("Enter")
    tab_to(page, "#tools [data-tool=measure]")
    page.keyboard.press("Enter")
    expect(page.locator("#measured")).to_have_text("No point yet")
    # The map has the focus, and says by itself what its keys do now.
    expect(page.locator("#map")).to_be_focused()
    assert (
        "Backspace" in page.locator(f"#{page.locator('#map').get_attribute('aria-describedby')}").inner_text()
    )
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowDown"):
        move_by_key(page, key)
        page.keyboard.press("Enter")
    # Leaflet moves by 80 pixels; at this latitude and zoom a pixel is so many metres.
    metres = 2 * 80 * 156543.034 * math.cos(math.radians(parcel["lat"])) / 2**18
    expect_number(page, "#measured", metres, rel=0.01)
    told = page.locator("#measured").inner_text()
    expect(page.locator("#announcer")).to_have_text(f"Points: 3. {told}")
    page.keyboard.press("Backspace")
    expect(page.locator("#announcer")).to_contain_text("Points: 2.")
    expect_number(page, "#measured", metres / 2, rel=0.01)
    expect(page.locator("#place article")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#tool")).to_be_hidden()
    expect(page.locator("#map .handle")).to_have_count(0)
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_be_visible()


def test_an_area_measured_is_the_parcel_s_own(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    shape = page.request.get(f"{demo_url}/parcels/{parcel['number']}.geojson").json()
    (ring,) = shape["geometry"]["coordinates"][0]
    open_map(page, demo_url, "en", z=20, lat=parcel["lat"], lon=parcel["lon"])
    open_tool(page, "measure")
    page.get_by_role("radio", name="Area").check()
    box = page.locator("#map").bounding_box()
    assert box is not None
    scale = 256 * 2**20 / 360
    mercator = "lat => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) * 180 / Math.PI"
    middle = page.evaluate(mercator, parcel["lat"])
    for points, (lon, lat) in enumerate(ring[:-1], 1):
        x = box["width"] / 2 + (lon - parcel["lon"]) * scale
        y = box["height"] / 2 - (page.evaluate(mercator, lat) - middle) * scale
        page.mouse.click(x, y)
        expect(page.locator("#map .handle")).to_have_count(points)
    # A pixel is some 12 cm here, and the page's area is that of the city's grid, which is true to a thousandth.
    expect_number(page, "#measured", shape["properties"]["area_m2"], rel=0.03)
    expect(page.locator("#measured")).to_have_text(re.compile(r"^[\d,.]+ m², edge [\d.]+ m$"))


def test_a_handle_is_dragged(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=18, lat=parcel["lat"], lon=parcel["lon"])
    open_tool(page, "measure")
    page.mouse.click(560, 400)
    page.mouse.click(660, 400)
    expect(page.locator("#map .handle")).to_have_count(2)
    before = number_in(page.locator("#measured").inner_text())
    grip = page.locator("#map .handle").last.bounding_box()
    assert grip is not None
    assert min(grip["width"], grip["height"]) >= 44
    page.mouse.move(660, 400)
    page.mouse.down()
    page.mouse.move(760, 400, steps=5)
    page.mouse.up()
    expect_number(page, "#measured", 2 * before, rel=0.02)
    expect(page.locator("#map .handle")).to_have_count(2)


def test_what_was_measured_is_copied(page: Page, demo_url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo_url)
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=18, lat=parcel["lat"], lon=parcel["lon"])
    open_tool(page, "measure")
    expect(page.get_by_role("button", name="Copy")).to_be_disabled()
    page.mouse.click(560, 400)
    page.mouse.click(660, 400)
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#toast-words")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#measured").inner_text()


def test_parcels_are_chosen_and_added_up(page: Page, demo_url: str) -> None:
    first, second = some_parcels(page, demo_url, 2)
    open_map(page, demo_url, "en", z=18, lat=first["lat"], lon=first["lon"])
    open_tool(page, "select")
    # By keys over the cross.
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#tool .chosen li")).to_have_count(1)
    expect(page.locator("#announcer")).to_have_text(f"Parcel {first['number']} added. Chosen: 1")
    assert f"sel={first['number']}" in href_of(page)
    # From the place's own panel.
    page.goto(f"{href_of(page)}&parcel={second['number']}")
    page.locator("#place [data-select]").click()
    expect(page.locator("#tool .chosen li")).to_have_count(2)
    expect(page.locator("#map .leaflet-overlay-pane path")).not_to_have_count(0)
    wanted = page.request.get(
        f"{demo_url}/selection.json?parcel={first['number']}&parcel={second['number']}"
    ).json()
    expect_number(page, "#tool .totals div:nth-child(2) dd", wanted["area_m2"], off=0.06)
    compare = page.locator("#tool a", has_text="Compare").get_attribute("href")
    assert compare is not None
    assert first["number"] in compare
    # One is taken away again; Back brings it back.
    page.locator(f"#tool [data-unselect='{first['number']}']").click()
    expect(page.locator("#tool .chosen li")).to_have_count(1)
    page.go_back()
    expect(page.locator("#tool .chosen li")).to_have_count(2)


def test_the_list_follows_the_view(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=19, lat=parcel["lat"], lon=parcel["lon"])
    # The first things that Tab reaches lead there, before the map.
    page.keyboard.press("Tab")
    tab_to(page, "a.skip-link[data-tool=in-view]", 4)
    page.keyboard.press("Enter")
    listed = page.locator("#tool .in-view")
    expect(listed).to_contain_text(parcel["number"])
    expect(page.locator("#announcer")).to_contain_text("In view:")
    before = page.locator("#tool .in-view-told").inner_text()
    page.locator("#map").focus()
    for _ in range(6):
        move_by_key(page, "ArrowRight")
    expect(page.locator("#tool .in-view-told")).not_to_have_text(before)
    page.locator("#in-view-q").fill(parcel["number"])
    page.keyboard.press("Tab")
    page.locator("#in-view-q").fill("zzzz")
    expect(listed).to_contain_text("Nothing in view is called “zzzz”.")
    page.locator("#in-view-q").fill("")
    only = page.locator("#tool .chips a", has_text="Parcels")
    only.click()
    expect(page.locator("#tool .chips [aria-current=true]")).to_contain_text("Parcels")
    line = page.locator("#tool a[data-number]").first
    number = line.get_attribute("data-number")
    assert number is not None
    line.click()
    expect(page.locator("#place article.place")).to_contain_text(number)


def test_the_list_is_reached_after_the_map_too(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en")
    page.locator("#map").focus()
    page.keyboard.press("Tab")
    expect(page.locator("a.skip-link[data-tool=in-view]:focus")).to_have_count(1)
    expect(page.locator(":focus")).to_have_css("clip-path", "none")


def test_a_map_moved_by_keys_says_what_it_shows_and_no_more(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/list/told" in request.url else None)
    page.clock.install()
    open_map(page, demo_url, "en", z=18, lat=parcel["lat"], lon=parcel["lon"])
    # From here on the page's time goes by as this test says, however busy the machine is.
    page.clock.pause_at(dt.datetime.now() + dt.timedelta(minutes=10))
    # Dragged by hand: the eye sees it.
    page.mouse.move(700, 400)
    page.mouse.down()
    page.mouse.move(600, 330, steps=4)
    page.mouse.up()
    page.clock.run_for(3000)
    assert asked == []
    tab_to(page, "#map")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.clock.run_for(400)
    page.clock.run_for(1000)
    page.clock.resume()
    expect(page.locator("#announcer")).to_contain_text(re.compile(r"In view: .*parcels.*Centre: "))
    # One sentence for one journey.
    assert len(asked) == 1


def test_saved_places_stay_on_the_device(page: Page, demo_url: str, tmp_path: Path) -> None:
    first, second = some_parcels(page, demo_url, 2)
    open_map(page, demo_url, "en", z=17, lat=first["lat"], lon=first["lon"], parcel=first["number"])
    expect(page.locator("#place article.place")).to_be_visible()
    open_tool(page, "saved")
    expect(page.locator("#saved-name")).to_have_value(f"Parcel {first['number']}")
    page.locator("#saved-name").fill("Grandmother's house")
    page.keyboard.press("Enter")
    expect(page.locator("#tool .saved li")).to_have_count(1)
    page.locator("#tool .saved button").first.click()
    page.locator("#tool .renaming").fill("خانهٔ مادربزرگ")
    page.keyboard.press("Enter")
    expect(page.locator("#tool .saved-name")).to_have_text("خانهٔ مادربزرگ")
    with page.expect_download() as carried:
        page.get_by_role("button", name="To a file").click()
    file = tmp_path / "places.json"
    carried.value.save_as(file)
    assert json.loads(file.read_text())["places"][0]["name"] == "خانهٔ مادربزرگ"
    # It opens what was seen, from elsewhere.
    open_map(page, demo_url, "en", z=17, lat=second["lat"], lon=second["lon"])
    open_tool(page, "saved")
    page.locator("#tool .saved-name").click()
    expect(page.locator("#place article.place")).to_contain_text(first["number"])
    # Taken away, and brought back by the file; a file of something else changes nothing.
    page.locator("#tool .saved button").last.click()
    expect(page.locator("#tool .saved li")).to_have_count(0)
    page.locator("#tool input[type=file]").set_input_files(file)
    expect(page.locator("#tool .saved li")).to_have_count(1)
    other = tmp_path / "other.json"
    other.write_text('{"kind": "something else"}')
    page.locator("#tool input[type=file]").set_input_files(other)
    expect(page.locator("#toast-words")).to_contain_text("holds no places")
    expect(page.locator("#tool .saved li")).to_have_count(1)


def test_a_device_that_keeps_nothing_is_told_politely(
    page: Page, demo_url: str, complaints: list[str]
) -> None:
    refusal = "get() { throw new DOMException('no', 'SecurityError'); }"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {refusal} }})")
    open_map(page, demo_url, "en")
    open_tool(page, "saved")
    expect(page.locator("#tool-body")).to_contain_text("This browser keeps nothing for this page")
    assert complaints == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_path_by_keys_alone(page: Page, demo_url: str, lang: str) -> None:
    """Search, choose, read, walk on to the next parcel, put both side by side: no mouse, no finger."""
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, lang)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#q")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_be_focused()
    wait_until_found(page, parcel["number"], lambda: page.keyboard.type(parcel["number"]))
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#place article.place")).to_contain_text(parcel["number"])
    expect(page.locator("#place h1")).to_be_focused()
    headings = page.locator("#place h2")
    assert headings.count() >= 5
    # On to the next parcel, and the same way once more is under the finger.
    tab_to(page, "#place a[data-step]", 120)
    way = page.evaluate("document.activeElement.dataset.step")
    following = page.evaluate("document.activeElement.dataset.number")
    page.keyboard.press("Enter")
    expect(page.locator("#place h1")).to_contain_text(following)
    expect(page.locator("#announcer")).to_contain_text(following)
    if page.locator(f"#place a[data-step={way}]").count():
        expect(page.locator(f"#place a[data-step={way}]")).to_be_focused()
    # Both are chosen, and stand side by side.
    tab_to(page, "#place [data-select]", 60)
    page.keyboard.press("Enter")
    expect(page.locator("#tool .chosen li")).to_have_count(1)
    page.keyboard.press("Escape")
    page.goto(f"{href_of(page)}&sel={parcel['number']}")
    expect(page.locator("#tool .chosen li")).to_have_count(2)
    tab_to(page, "#tool .page-links a.button", 120)
    page.keyboard.press("Enter")
    expect(page.locator("table.compare thead")).to_contain_text(parcel["number"])
    expect(page.locator("table.compare thead")).to_contain_text(following)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_certificate_and_sharing_by_keys_alone(page: Page, demo_url: str, lang: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, lang, z=17, lat=parcel["lat"], lon=parcel["lon"], parcel=parcel["number"])
    expect(page.locator("#place article.place")).to_be_visible()
    tab_to(page, "#place a[data-action=certificate]", 200)
    address = page.evaluate("document.activeElement.href")
    assert page.request.get(address).headers["content-type"] == "application/pdf"
    tab_to(page, "#place a[data-action=keep]", 20)
    page.keyboard.press("Enter")
    # The popover of the map, or the page that stands for it: the link of the place is in either.
    shared = page.locator(
        "#keep:visible input[readonly], #keep:visible [data-share] input, .keep-page input"
    ).first
    expect(shared).to_be_visible()
    assert demo_url in shared.input_value()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_path_without_javascript(browser: Browser, demo_url: str, lang: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    first, second = some_parcels(page, demo_url, 2)
    page.goto(f"{demo_url}/?lang={lang}")
    # The list of what the map would show, one of its parcels, and the way on from it.
    page.locator("noscript a[href^='/list']").click()
    page.wait_for_url("**/list*")
    expect(page.locator("h1")).to_have_count(1)
    page.locator("#list-q").fill(first["number"])
    page.locator(".list-form button").click()
    page.locator(f".in-view a[data-number='{first['number']}']").click()
    expect(page.locator("h1")).to_contain_text(first["number"])
    following = page.locator("a[data-step]").first
    number = following.get_attribute("data-number")
    assert number is not None
    following.click()
    expect(page.locator("h1")).to_contain_text(number)
    # Its certificate, and the page of all that can be kept of it.
    certificate = page.locator("a[data-action=certificate]").get_attribute("href")
    assert certificate is not None
    assert page.request.get(f"{demo_url}{certificate}").headers["content-type"] == "application/pdf"
    kept = page.locator("a[data-action=keep]").get_attribute("href")
    assert page.request.get(f"{demo_url}{kept}").status == 200
    # Added to a selection, another beside it, and both compared.
    page.locator("[data-select]").click()
    page.locator("#add").fill(second["number"])
    page.locator(".add-parcel button").click()
    expect(page.locator(".chosen li")).to_have_count(2)
    page.locator(".page-links a.button").click()
    expect(page.locator("table.compare thead a[href^='/parcels/']")).to_have_count(2)
    # Away with one by its link, and a place by its coordinates.
    page.goto(f"{demo_url}/list?lang={lang}&parcel={second['number']}")
    page.locator(".spot-form input[name=lat]").fill("۳۳٫۸۳۹۵" if lang == "fa" else "33.8395")
    page.locator(".spot-form button").click()
    expect(page.locator("article.place, .error-page")).to_have_count(1)
    context.close()


PAGES = (
    "/compare",
    "/compare?parcel={0}",
    "/compare?parcel={0}&parcel={1}&parcel={2}",
    "/compare?parcel={0}&parcel={1}&only=differences",
    "/selection",
    "/selection?parcel={0}&parcel={1}&parcel=99-99",
    "/list",
    "/list?parcel={0}&layers=land_use,zoning",
    "/list?bbox=10,10,11,11",
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_the_tools(
    page: Page, demo_url: str, lang: str, size: str, axe: Callable[[], list[str]], foreign_requests: list[str]
) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    numbers = [each["number"] for each in some_parcels(page, demo_url, 3)]
    for address in PAGES:
        address = address.format(*numbers)
        page.goto(f"{demo_url}{address}{'&' if '?' in address else '?'}lang={lang}")
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert axe() == [], address
    assert foreign_requests == []
