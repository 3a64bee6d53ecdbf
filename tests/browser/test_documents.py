"""Papers in a real browser: sent from a phone with their progress, refused beside their line, covered by boxes."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from accounts.permissions import Role
from core.database import make_engine, transaction
from core.documents.models import DocumentFile
from core.documents.services import picture
from core.settings import Settings
from tests import files, small_city
from tests.conftest import DatabaseMaker
from tests.people import make_person
from tests.permit_cases import make_case

REFERENCE = "1405-000012"
PHONE = {"width": 360, "height": 740}
SECRET = "Laleh Shahrvand 0012345678"


@dataclass
class City:
    """A served city with one case, its applicant and an officer."""

    app: Flask
    url: str
    database_url: str
    people: dict[str, str]

    def enter(self, page: Page, who: str, lang: str = "en") -> None:
        """Have a browser be signed in as somebody."""
        client = self.app.test_client()
        name = self.people[who]
        with client.session_transaction(base_url=self.url) as held:
            held.update({"_user_id": name, "_fresh": True, "fs_cc": "set", "fs_paa": time.time()})
            held.update({"identity.id": name, "signed_in_at": int(time.time())})
        cookie = client.get_cookie("session", domain="127.0.0.1")
        assert cookie is not None
        page.context.add_cookies(
            [
                {"name": "session", "value": cookie.value, "url": self.url},
                {"name": "lang", "value": lang, "url": self.url},
            ]
        )

    def picture_all(self) -> None:
        """What the worker would do."""
        engine = make_engine(self.database_url)
        with transaction(engine) as session:
            for file in session.query(DocumentFile).where(DocumentFile.pictured_at.is_(None)):
                picture(session, file.sha256)
        engine.dispose()


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    from webmap import create_app

    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        small_city.build(session)
        applicant, officer = make_person(session), make_person(session, Role.OFFICER)
        make_case(session, REFERENCE, applicant=applicant)
        people = {"applicant": applicant.fs_uniquifier, "officer": officer.fs_uniquifier}
    engine.dispose()
    app = create_app(Settings(tmp_path_factory.mktemp("papers"), database_url=url, secret_key="s" * 32))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield City(app, f"http://127.0.0.1:{server.server_port}", url, people)
    server.shutdown()
    thread.join(5)


def papers(city: City) -> str:
    return f"{city.url}/permits/{REFERENCE}/documents"


@pytest.mark.parametrize(
    ("lang", "sending", "kind"),
    [("en", r"being sent: \d+%", "Architectural plans"), ("fa", r"در حال ارسال: [۰-۹]+٪", "نقشهٔ معماری")],
)
def test_files_go_from_a_phone_with_their_progress(
    page: Page,
    city: City,
    complaints: list[str],
    axe: Callable[[], list[str]],
    tmp_path: Path,
    lang: str,
    sending: str,
    kind: str,
) -> None:
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    city.enter(page, "applicant", lang)
    page.goto(papers(city))
    before = page.locator(".papers > li").count()
    plan, photo = tmp_path / f"plan {lang}.png", tmp_path / f"photo {lang}.jpg"
    plan.write_bytes(files.noise())
    photo.write_bytes(files.photo())
    heard: list[str] = []
    page.expose_function("heard", lambda words: heard.append(words))
    page.evaluate(
        "new MutationObserver(() => window.heard(document.querySelector('[data-sending]').textContent))"
        ".observe(document.querySelector('[data-sending]'), {subtree: true, childList: true, characterData: true})"
    )
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000},
    )
    page.locator("[name=kind]").select_option(label=kind)
    page.locator("[data-pick]").set_input_files([plan, photo])
    expect(page.locator("[data-sending] > li")).to_have_count(2)
    assert axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("form[data-upload] button[type=submit]").click()
    expect(page.locator(".papers > li")).to_have_count(before + 2, timeout=60_000)
    expect(page.locator(".papers").get_by_text(f"plan {lang}")).to_be_visible()
    assert any(re.search(sending, words) for words in heard), heard[-3:]
    assert complaints == []


def test_what_is_refused_stays_with_its_reason_and_the_rest_goes(
    page: Page, city: City, tmp_path: Path
) -> None:
    city.enter(page, "applicant")
    page.goto(papers(city))
    before = page.locator(".papers > li").count()
    bad, good = tmp_path / "bad.pdf", tmp_path / "good.png"
    bad.write_bytes(b"<!doctype html><script>document.title = 'owned'</script>")
    good.write_bytes(files.picture())
    page.locator("[data-pick]").set_input_files([bad, good])
    page.locator("form[data-upload] button[type=submit]").click()
    line = page.locator("[data-sending] > li")
    expect(line).to_have_count(1, timeout=30_000)
    expect(line).to_contain_text("bad.pdf")
    expect(line.locator(".field-error")).to_contain_text("of no kind that can be taken in")
    page.get_by_role("button", name="Remove bad.pdf").click()
    expect(line).to_have_count(0)
    page.reload()
    expect(page.locator(".papers > li")).to_have_count(before + 1)


def test_a_dropped_file_is_one_that_was_chosen(page: Page, city: City) -> None:
    city.enter(page, "applicant")
    page.goto(papers(city))
    page.evaluate(
        """() => {
          const dropped = new DataTransfer();
          dropped.items.add(new File(["a;b"], "dropped.csv", {type: "text/csv"}));
          document.querySelector("[data-drop]").dispatchEvent(
            new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("[data-sending] > li")).to_contain_text("dropped.csv")


def test_without_a_script_the_form_works_all_the_same(browser: Browser, city: City, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    city.enter(page, "applicant")
    page.goto(papers(city))
    plain = tmp_path / "plain.txt"
    plain.write_text("words without a script", encoding="utf-8")
    page.locator("[data-pick]").set_input_files(plain)
    page.locator("form[data-upload] button[type=submit]").click()
    expect(page.get_by_role("status").get_by_text("It is kept with the case.")).to_be_visible()
    expect(page.locator(".papers").get_by_text("plain", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_an_officer_covers_what_the_public_may_not_read(
    page: Page,
    browser: Browser,
    city: City,
    complaints: list[str],
    axe: Callable[[], list[str]],
    tmp_path: Path,
    lang: str,
) -> None:
    city.enter(page, "officer", lang)
    page.goto(papers(city))
    plan = tmp_path / f"secret {lang}.pdf"
    plan.write_bytes(files.pdf(f"{SECRET} {lang}"))
    page.locator("[name=visibility]").select_option("public")
    page.locator("[data-pick]").set_input_files(plan)
    page.locator("form[data-upload] button[type=submit]").click()
    page.locator(".papers").get_by_text(f"secret {lang}").click(timeout=30_000)
    assert axe() == []
    page.locator("a[href*='/blacken']").first.click()
    sheet = page.locator("[data-page='1']")
    expect(sheet.locator("img")).to_have_js_property("complete", True)
    frame = sheet.bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 2, frame["y"] + 2)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] - 2, frame["y"] + frame["height"] * 0.2, steps=4)
    page.mouse.up()
    expect(sheet.locator(".black-box")).to_have_count(1)
    # And one by keys alone.
    page.locator("[data-add]").focus()
    page.keyboard.press("Enter")
    expect(sheet.locator(".black-box")).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.type("۲۵")
    expect(page.locator("[data-box] [name=left]").last).to_have_value("۲۵")
    assert axe() == []
    page.locator("[data-remove]").last.click()
    expect(sheet.locator(".black-box")).to_have_count(1)
    page.locator("form [name=reason]").fill("a person's name")
    page.locator(".blacken form button[type=submit]").click()
    expect(page.locator(".versions a[href*='copy=redacted']")).to_be_visible(timeout=60_000)
    city.picture_all()
    address = page.url
    public = browser.new_context().new_page()
    public.goto(address)
    expect(public.locator(".paper-marks .mark")).to_be_visible()
    given = public.request.get(f"{address}/file").body()
    assert b"Laleh" not in given
    assert given != plan.read_bytes()
    public.context.close()
    assert complaints == []
