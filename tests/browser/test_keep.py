"""Keeping a map as people do it: the link, the code, the sheet, the picture, the data, and the file with no network."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.test_map import SIZES, a_parcel, open_map
from tests.browser.waiting import until
from tests.qr_pictures import read_qr


def open_keep(page: Page) -> None:
    page.locator('[data-popover="keep"]').click()
    expect(page.get_by_role("dialog", name=re.compile("Keep this map|نگه‌داری"))).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_popover_opens_clean_and_closes_by_keys(
    page: Page, demo_url: str, lang: str, size: str, axe: Callable[[], list[str]], complaints: list[str]
) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    open_map(page, demo_url, lang)
    page.locator('[data-popover="keep"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#keep")).to_be_visible()
    expect(page.locator("#keep-title")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(
        "(p => p.scrollWidth <= p.clientWidth)(document.querySelector('#keep .popover-body'))"
    )
    assert axe() == []
    if size == "phone":
        small = page.evaluate(
            "[...document.querySelectorAll('#keep :is(button, a.quiet-button, select, input:not([type=hidden]))')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []
    page.keyboard.press("Escape")
    expect(page.locator("#keep")).to_be_hidden()
    expect(page.locator('[data-popover="keep"]')).to_be_focused()
    assert complaints == []


def test_the_link_is_what_is_seen(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_map(
        page,
        demo_url,
        "en",
        z=17,
        lat=parcel["lat"],
        lon=parcel["lon"],
        parcel=parcel["number"],
        layers="zoning",
    )
    open_keep(page)
    link = page.get_by_label("Link").input_value()
    assert f"parcel={parcel['number']}" in link
    assert "layers=zoning" in link
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    # Moving on, the link follows.
    page.locator('[data-zoom="in"]').click()
    expect(page.get_by_label("Link")).to_have_value(re.compile(r"z=18"))


def test_its_code_is_the_very_link(page: Page, demo_url: str) -> None:
    open_map(page, demo_url, "en", z=16, layers="land_use,schools")
    open_keep(page)
    page.get_by_text("QR code, for another").click()
    picture = page.get_by_role("img", name="QR code of this link")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    drawn = page.request.get(demo_url + str(picture.get_attribute("src"))).text()
    assert read_qr(drawn) == page.get_by_label("Link").input_value()


def test_the_devices_own_sharing_where_it_has_one(page: Page, demo_url: str) -> None:
    page.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    open_map(page, demo_url, "en")
    open_keep(page)
    page.get_by_role("button", name="Send the link by another app").click()
    shared = page.wait_for_function("window.shared?.url").json_value()
    assert shared == page.get_by_label("Link").input_value()


def test_without_a_clipboard_the_link_is_marked(page: Page, demo_url: str) -> None:
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false;"
    )
    open_map(page, demo_url, "en")
    open_keep(page)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("it is marked, copy it by hand")).to_be_visible()
    expect(page.locator("#keep-link")).to_be_focused()
    marked = "(f => f.value.slice(f.selectionStart, f.selectionEnd))(document.activeElement)"
    assert page.evaluate(marked) == page.get_by_label("Link").input_value()


def test_the_sheet_is_of_what_is_seen(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    # Once the service worker has come, what goes through it is not shown to routes.
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    open_map(page, demo_url, "en", z=17, lat=parcel["lat"], lon=parcel["lon"])
    open_keep(page)
    assert page.get_by_role("combobox", name="Scale").input_value() in ("2500", "5000")
    page.get_by_role("combobox", name="Scale").select_option("1000")
    page.get_by_role("combobox", name="Paper").select_option("a3")
    asked: list[str] = []

    def answer(route: Route, request: Request) -> None:
        asked.append(request.url)
        route.fulfill(status=204)

    page.context.route("**/print.pdf?*", answer)
    page.get_by_role("button", name="Sheet for printing").click()
    until(page, lambda: asked)
    (address,) = asked
    got = page.request.get(address)
    assert got.status == 200
    assert got.body().startswith(b"%PDF")
    assert "scale=1000&paper=a3" in address


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_picture_shows_the_map(page: Page, demo_url: str, lang: str, complaints: list[str]) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, lang, z=17, lat=parcel["lat"], lon=parcel["lon"], parcel=parcel["number"])
    expect(page.locator(".leaflet-overlay-pane path").first).to_be_attached()
    open_keep(page)
    with page.expect_download() as got:
        page.locator("[data-picture]").click()
    picture = Image.open(io.BytesIO(Path(got.value.path()).read_bytes())).convert("RGB")
    assert re.fullmatch(r"\w+ \d{4}-\d\d-\d\d\.png", got.value.suggested_filename)
    box = page.locator("#map").bounding_box()
    assert box is not None
    # The map and the strip that says what it is.
    assert picture.size == (int(box["width"]), int(box["height"]) + 40)
    colours = {colour for _count, colour in picture.getcolors(1 << 24) or []}
    assert (0xF8, 0xEC, 0xC2) in colours  # residential, as in layers/style.json
    assert (0x0F, 0x6B, 0x66) in colours  # the chosen parcel's outline, drawn over the tiles
    strip = picture.crop((0, int(box["height"]), picture.width, picture.height)).convert("L")
    ends = [strip.crop((0, 0, 300, 40)), strip.crop((picture.width - 300, 0, picture.width, 40))]
    darkest = [min(end.tobytes()) for end in ends]
    assert max(darkest) < 100  # words at one end, the scale at the other
    assert complaints == []


def test_the_data_of_what_is_seen(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=20, lat=parcel["lat"], lon=parcel["lon"], layers="land_use,schools")
    open_keep(page)
    options = page.get_by_label("What to download").locator("option").all_inner_texts()
    assert options == ["Parcels", "Zoning", "Schools"]
    with page.expect_download() as got:
        page.locator("#keep-formats").get_by_role("link", name="GeoJSON").click()
    numbers = numbers_in(Path(got.value.path()))
    assert parcel["number"] in numbers
    assert 1 < len(numbers) < 200  # of 1,500


def test_the_data_of_the_chosen_parcel(page: Page, demo_url: str) -> None:
    parcel = a_parcel(page, demo_url)
    open_map(page, demo_url, "en", z=18, lat=parcel["lat"], lon=parcel["lon"], parcel=parcel["number"])
    open_keep(page)
    with page.expect_download() as got:
        page.locator("#keep-formats").get_by_role("link", name="GeoJSON").click()
    assert numbers_in(Path(got.value.path())) == [parcel["number"]]


def test_the_data_of_the_selected_parcels(page: Page, demo_url: str) -> None:
    found = page.request.get(f"{demo_url}/search.json?q=1-1-1").json()["results"]
    numbers = sorted(each["number"] for each in found if each["kind"] == "parcel")[:3]
    assert len(numbers) == 3
    open_map(page, demo_url, "en", z=17, **{"sel": "&sel=".join(numbers)})
    open_keep(page)
    page.get_by_label("What to download").select_option(label="The selected parcels (3)")
    with page.expect_download() as got:
        page.locator("#keep-formats").get_by_role("link", name="GeoJSON").click()
    assert sorted(numbers_in(Path(got.value.path()))) == numbers


def numbers_in(path: Path) -> list[str]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return [feature["properties"]["number"] for feature in document["features"]]


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_all_of_it_without_a_script(browser: Browser, demo_url: str, lang: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    parcel = page.request.get(f"{demo_url}/search.json?q=1-1-1").json()["results"][0]
    page.goto(f"{demo_url}/parcels/{parcel['number']}?lang={lang}")
    page.locator('[data-action="keep"]').click()
    assert page.locator("input[data-share-link]").input_value() == f"{demo_url}/parcels/{parcel['number']}"
    expect(page.locator("img[data-share-picture]")).to_be_visible()
    expect(page.locator("[data-copy]")).to_be_hidden()
    with page.expect_download() as got:
        page.locator(f'a[href*="parcels.csv?parcels={parcel["number"]}"]').click()
    assert parcel["number"] in Path(got.value.path()).read_text(encoding="utf-8-sig")
    context.close()


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_keep_page_is_clean(
    page: Page,
    demo_url: str,
    lang: str,
    axe: Callable[[], list[str]],
    complaints: list[str],
    foreign_requests: list[str],
) -> None:
    parcel = a_parcel(page, demo_url)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(f"{demo_url}/keep?parcel={parcel['number']}&lang={lang}")
        assert axe() == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []
    assert foreign_requests == []


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_place_in_one_file_needs_no_network(
    browser: Browser, page: Page, demo_url: str, lang: str, tmp_path: Path
) -> None:
    parcel = a_parcel(page, demo_url)
    kept = tmp_path / "kept.html"
    kept.write_bytes(page.request.get(f"{demo_url}/parcels/{parcel['number']}/keep.html?lang={lang}").body())
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    alone = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    alone.on("pageerror", lambda error: complaints.append(str(error)))
    alone.goto(kept.as_uri())
    expect(alone.get_by_role("heading", level=1)).to_contain_text(parcel["number"])
    # The parcel itself, drawn over its neighbours in the accent.
    outline = alone.locator('path.leaflet-interactive[stroke="#0f6b66"]')
    expect(outline).to_be_visible()
    box, frame = outline.bounding_box(), alone.locator(".map-frame").bounding_box()
    assert box is not None
    assert frame is not None
    assert frame["x"] < box["x"] < frame["x"] + frame["width"] - box["width"]
    assert frame["y"] < box["y"] < frame["y"] + frame["height"] - box["height"]
    assert alone.locator("path.leaflet-interactive").count() > 10
    alone.mouse.move(box["x"] + box["width"] / 2, box["y"] + 1)
    assert asked == [kept.as_uri()]
    assert complaints == []
    context.close()
