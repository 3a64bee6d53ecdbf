"""Zoning certificates over HTTP: issued once, read back in both languages, verified, superseded and revoked."""

import dataclasses
import datetime as dt
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.audit import COMMAND
from core.documents import DocumentStore
from layers.zoning.annulment import annul, get_decision
from tests.certificates import amend, data_of, pieces, read, read_by_pypdf, read_qr, seen
from webmap.certificates import issuing
from webmap.certificates import views as certificate_views

JSON = {"Accept": "application/json"}
WHOLE, ON_TWO_ZONES = "1-1-1", "1-1-2"


def ask(client: FlaskClient, number: str = WHOLE, lang: str = "en", **more: Any) -> TestResponse:
    query = {"lang": lang, **more}
    return client.get(f"/parcels/{number}.pdf", query_string=query, headers=JSON)


def issue(client: FlaskClient, number: str = WHOLE, lang: str = "en", **more: Any) -> tuple[str, bytes]:
    """The id and the bytes of a parcel's certificate."""
    answer = ask(client, number, lang, **more)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return re.sub(r"^/certificates/|\.pdf$", "", answer.headers["Content-Location"]), answer.data


def verify(client: FlaskClient, public_id: str) -> dict[str, Any]:
    answer = client.get(f"/certificates/{public_id}.json")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def count(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM certificate")) or 0


def today(session: Session) -> dt.date:
    found = session.scalar(text("SELECT CURRENT_DATE"))
    assert isinstance(found, dt.date)
    return found


# --- what is on the paper ------------------------------------------------------------------------------------------
def test_it_is_read_back_in_english(client: FlaskClient, city: Session) -> None:
    public_id, pdf = issue(client)
    told = read(pdf)
    certificate = verify(client, public_id)
    for words in (
        "Municipality of Smallville",
        "Zoning certificate (rules of building)",
        f"Certificate number: {certificate['number']}",
        "Parcel number: 1-1-1",
        "Area on the map: 1,200 m²",
        "R122 Medium-density residential",
        "Permitted uses: residential, educational.",
        "Floor area up to 240% (2.4 × the parcel's area = 2,880 m²).",
        "The building may cover 60% of the parcel (720 m²).",
        "Source: Art. 12.",
        "Buildable floor area of this parcel: 2,880 m².",
        "No change of zoning was scheduled here",
        "Scale 1:500",
        f"http://localhost/certificates/{public_id}",
    ):
        assert words in told, words
    assert "1-1-4" in told  # a neighbour
    assert "Shariati Street" in told


def test_it_is_read_back_in_persian(client: FlaskClient, city: Session) -> None:
    public_id, pdf = issue(client, lang="fa")
    told = read(pdf)
    for words in (
        "گواهی ضوابط پهنه (دستور نقشه)",
        verify(client, public_id)["number"],
        "1-1-1",
        "مسکونی متوسط",
        "خیابان شریعتی",
    ):
        assert seen(words) in told, words
    for sentence in ("استفاده‌های مجاز: مسکونی، آموزشی.", "تا ۴ طبقه روی پیلوت.", "۲٬۸۸۰ متر مربع", "۶۰٪"):
        assert pieces(sentence)
        for piece in pieces(sentence):
            assert piece in told, piece
    # The words come in their logical order to a reader that knows nothing of direction, too.
    by_letters = read_by_pypdf(pdf)
    for words in ("شهرداری شهرک", "گواهی ضوابط پهنه", "مسکونی متوسط", "خیابان شریعتی"):
        assert words in by_letters, words


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_the_file_is_one_for_keeping_and_for_reading_aloud(
    client: FlaskClient, city: Session, lang: str
) -> None:
    public_id, pdf = issue(client, lang=lang)
    number = verify(client, public_id)["number"]
    file = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = file.trailer["/Root"]
    assert root["/Lang"] == lang
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.metadata is not None
    assert number in (file.metadata.title or "")
    assert len(file.pages) == 1
    assert [round(float(side) * 25.4 / 72) for side in file.pages[0].mediabox[2:]] == [210, 297]
    fonts = [font.get_object() for font in file.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert len(fonts) == 2
    for font in fonts:
        assert "Vazirmatn" in font["/BaseFont"]
        assert "/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"]
    alternatives = re.findall(rb"/Alt ", b"".join(_objects(file)))
    assert len(alternatives) >= 2  # the map and the QR code


def _objects(file: Any) -> list[bytes]:
    found = []
    for number in range(1, file.trailer["/Size"]):
        out = io.BytesIO()
        try:
            file.get_object(number).write_to_stream(out)
        except Exception:
            continue
        found.append(out.getvalue())
    return found


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_the_qr_code_leads_to_where_it_is_verified(client: FlaskClient, city: Session, lang: str) -> None:
    public_id, pdf = issue(client, lang=lang)
    (address,) = read_qr(pdf)
    assert address == f"http://localhost/certificates/{public_id}"
    page = client.get(address.removeprefix("http://localhost"), headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f'data-state="{"valid"}"' in page.text


def test_both_parts_of_a_parcel_on_two_zones(client: FlaskClient, city: Session) -> None:
    public_id, pdf = issue(client, ON_TWO_ZONES)
    told = read(pdf)
    assert "50% of the parcel, 600 m²" in told
    assert "R122 Medium-density residential" in told
    assert "S213 Local commercial" in told
    assert "This parcel lies in more than one zone" in told
    assert "Buildable floor area of this part: 1,440 m²." in told
    stated = verify(client, public_id)["stated"]
    assert [(law["code"], law["share"]) for law in stated["facts"]["law"]] == [("R122", 0.5), ("S213", 0.5)]
    place = client.get(f"/parcels/{ON_TWO_ZONES}.json").get_json()
    total = f"{place['buildable']['floor_area_m2']:,.0f}"
    assert f"Buildable floor area of this parcel: {total} m²." in told


def test_what_is_stated_is_what_the_place_page_says(client: FlaskClient, city: Session) -> None:
    for lang in ("en", "fa"):
        public_id, pdf = issue(client, lang=lang)
        sentences = client.get(f"/parcels/{WHOLE}.json").get_json()["zone"]["sentences"][lang]
        told = read(pdf)
        shown = seen(client.get(f"/certificates/{public_id}?lang={lang}").text)
        assert sentences
        for sentence in sentences:
            parts = [seen(sentence)] if lang == "en" else pieces(sentence)
            assert [each for each in parts if each not in told] == []
            assert seen(sentence).replace("'", "&#39;") in shown
    assert data_of(pdf)["words"] == verify(client, public_id)["stated"]["words"]
    assert data_of(pdf)["verify"].endswith(public_id)


@pytest.mark.parametrize(
    ("day", "code"), [("2098-12-31", "S213"), ("2099-01-01", "R122"), ("2099-01-02", "R122")]
)
def test_the_day_a_change_comes_into_force(client: FlaskClient, city: Session, day: str, code: str) -> None:
    public_id, pdf = issue(client, "1-1-3", on=day)
    other = "R122" if code == "S213" else "S213"
    place = client.get(f"/parcels/1-1-3.json?on={day}").get_json()
    page = client.get(f"/parcels/1-1-3?on={day}&lang=en", headers={"Accept": "text/html"}).text
    stated = verify(client, public_id)["stated"]["facts"]
    assert place["zone"]["code"] == code
    assert f'data-zone="{code}"' in page
    assert [law["code"] for law in stated["law"]] == [code]
    assert stated["on"] == day
    told = read(pdf)
    assert f"Zoning version: {code}/" in told
    assert f"Zoning version: {other}/" not in told
    assert ("From 1 January 2099 the zone becomes R122" in told) == (code == "S213")
    assert "in force" not in told.split("What is planned")[1].split("This certificate")[0]


# --- issued once ---------------------------------------------------------------------------------------------------
def test_asked_again_it_is_the_same_byte_for_byte(client: FlaskClient, app: Flask, city: Session) -> None:
    public_id, pdf = issue(client)
    again = ask(client)
    assert (again.data, count(city)) == (pdf, 1)
    assert client.get(f"/certificates/{public_id}.pdf").data == pdf
    named = verify(client, public_id)["document"]["sha256"]
    assert named == hashlib.sha256(pdf).hexdigest()
    kept = app.config["SETTINGS"].data_dir / "documents" / named[:2] / named
    assert kept.read_bytes() == pdf
    unchanged = client.get(f"/parcels/{WHOLE}.pdf", headers={"If-None-Match": again.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_each_language_and_day_is_a_paper_of_its_own(client: FlaskClient, city: Session) -> None:
    ids = {issue(client)[0], issue(client, lang="fa")[0], issue(client, on="2021-05-05")[0]}
    assert len(ids) == 3
    numbers = [verify(client, each)["number"] for each in ids]
    year = numbers[0][:4]
    assert sorted(numbers) == [f"{year}-{n:06d}" for n in (1, 2, 3)]


def test_numbers_are_of_the_calendar_of_the_city(client: FlaskClient, app: Flask, city: Session) -> None:
    number = verify(client, issue(client)[0])["number"]
    assert number.startswith("14")  # the Jalali year, where Persian is the city's language


@pytest.mark.parametrize("method", ["head", "options"])
def test_looking_issues_nothing(client: FlaskClient, city: Session, method: str) -> None:
    answer = getattr(client, method)(f"/parcels/{WHOLE}.pdf")
    assert answer.status_code == 200
    assert count(city) == 0
    _, pdf = issue(client)
    head = client.head(f"/parcels/{WHOLE}.pdf?lang=en")
    assert (head.content_length, head.data) == (len(pdf), b"")


def test_crawlers_are_asked_to_stay_away(client: FlaskClient, city: Session) -> None:
    assert "Disallow: /parcels/*.pdf" in client.get("/robots.txt").text
    answer = ask(client)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    page = client.get(f"/parcels/{WHOLE}", headers={"Accept": "text/html"}).text
    link = re.search(r"<a [^>]*data-action=\"certificate\"[^>]*>", page)
    assert link is not None
    assert 'rel="nofollow"' in link[0]


def test_another_host_gets_no_say_in_what_others_are_given(client: FlaskClient, city: Session) -> None:
    public_id, _ = issue(client)
    forged = client.get(f"/parcels/{WHOLE}.pdf?lang=en", base_url="http://evil.example")
    assert read_qr(forged.data)[0].startswith("http://evil.example/")
    assert issue(client)[0] == public_id


def test_the_public_address_is_the_one_that_was_set(
    client: FlaskClient, app: Flask, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], public_url="https://map.example.org/city")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    public_id, pdf = issue(client)
    assert read_qr(pdf) == [f"https://map.example.org/city/certificates/{public_id}"]


def test_too_many_at_once_are_asked_to_come_again(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "_PATIENCE_S", 0)
    _, pdf = issue(client)
    with issuing._one_of_few(), issuing._one_of_few():
        answer = ask(client, "1-1-4")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        # What is issued already is answered all the same.
        assert ask(client).data == pdf
    assert ask(client, "1-1-4").status_code == 200


def test_a_drawer_full_of_papers_on_one_parcel_is_refused(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MOST_A_DAY", 2)
    for day in ("2021-05-05", "2021-05-06"):
        issue(client, on=day)
    refused = ask(client, on="2021-05-07")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert (ask(client, on="2021-05-06").status_code, count(city)) == (200, 2)
    assert ask(client, "1-1-4").status_code == 200


# --- whether it holds ----------------------------------------------------------------------------------------------
def test_a_change_in_force_supersedes(client: FlaskClient, city: Session) -> None:
    yesterday = today(city) - dt.timedelta(1)
    public_id, pdf = issue(client)
    amend(city, "west", "S213", yesterday.isoformat())
    found = verify(client, public_id)
    # It is changed from before the day that the certificate speaks of: what it says was never so.
    assert (found["state"], found["why"]) == ("superseded", "zoning_corrected")
    newer, other = issue(client)
    assert newer != public_id
    assert "S213" in read(other)
    assert client.get(f"/certificates/{public_id}.pdf").data == pdf


def test_a_change_to_come_is_told_and_then_supersedes(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_id, _ = issue(client)
    start = today(city) + dt.timedelta(10)
    amend(city, "west", "S213", start.isoformat())
    found = verify(client, public_id)
    assert (found["state"], found["changes_on"]) == ("valid", start.isoformat())
    assert "What is planned here is no longer what it says" in found["told"]["en"]
    # Whoever asks now is told of the change on the paper itself.
    newer, pdf = issue(client)
    assert newer != public_id
    assert "no longer what it says" not in verify(client, newer)["told"]["en"]
    assert "the zone becomes S213" in read(pdf)
    for days, state in ((9, "valid"), (10, "superseded"), (11, "superseded")):
        day = today(city) + dt.timedelta(days)
        monkeypatch.setattr(certificate_views, "get_today", lambda _session, day=day: day)
        found = verify(client, newer)
        assert found["state"] == state, days
    assert (found["why"], found["since"]) == ("zoning_changed", start.isoformat())
    page = client.get(f"/certificates/{newer}?lang=en", headers={"Accept": "text/html"}).text
    assert "Superseded: the zoning of this parcel changed on" in page
    assert "It does not hold any more." in page


def test_one_about_a_day_in_the_past_is_not_touched_by_what_came_later(
    client: FlaskClient, city: Session
) -> None:
    public_id, _ = issue(client, "1-1-3", on="2021-01-01")
    amend(city, "east", "R122", "2022-01-01")
    found = verify(client, public_id)
    assert found["state"] == "valid"
    assert "speaks of that day only" in found["told"]["en"]
    assert issue(client, "1-1-3", on="2021-01-01")[0] != ""


def test_new_rules_of_the_class_supersede(client: FlaskClient, city: Session) -> None:
    public_id, _ = issue(client)
    city.execute(text("UPDATE zone_class SET far = 1.8 WHERE code = 'R122'"))
    assert verify(client, public_id)["state"] == "superseded"


def test_a_closed_parcel_supersedes(client: FlaskClient, city: Session) -> None:
    public_id, _ = issue(client)
    city.execute(text("UPDATE parcel SET valid_to = CURRENT_DATE + 1 WHERE number = :n"), {"n": WHOLE})
    assert verify(client, public_id)["state"] == "valid"
    city.execute(text("UPDATE parcel SET valid_to = CURRENT_DATE WHERE number = :n"), {"n": WHOLE})
    found = verify(client, public_id)
    assert (found["state"], found["why"], found["since"]) == (
        "superseded",
        "parcel_closed",
        today(city).isoformat(),
    )
    answer = ask(client)
    assert (answer.status_code, answer.get_json()["reason"]) == (404, "not_on_that_day")


def test_another_outline_supersedes(client: FlaskClient, city: Session) -> None:
    public_id, _ = issue(client)
    city.execute(text("UPDATE parcel SET geom = ST_Translate(geom, 0.01, 0) WHERE number = :n"), {"n": WHOLE})
    assert verify(client, public_id)["why"] == "parcel_changed"
    city.execute(text("DELETE FROM parcel WHERE number = :n"), {"n": WHOLE})
    assert verify(client, public_id)["why"] == "parcel_changed"


FLOOD = text("""
    INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, place_role, coverage)
    SELECT 9, 'flood', 'پهنهٔ سیل‌گیر', 'Flood plain', 'infrastructure', 'polygon', 'overlay', boundary FROM city;
    INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, place_role, coverage)
    SELECT 10, 'heritage', 'بافت تاریخی', 'Heritage', 'culture', 'polygon', 'overlay', NULL;
    INSERT INTO feature (layer_id, key, name_fa, name_en, geom)
    SELECT 9, 'f', 'سیلاب صدساله', 'Hundred-year flood', ST_Expand(ST_Envelope(geom), 0, -7.5)
    FROM parcel WHERE number = '1-1-1'
""")


def test_what_lies_over_the_parcel_is_stated_and_supersedes(client: FlaskClient, city: Session) -> None:
    city.execute(FLOOD)
    public_id, pdf = issue(client)
    told = read(pdf)
    assert "Flood plain: Hundred-year flood covers 50% of the parcel (600 m²)." in told
    assert "We hold no data here: Heritage." in told
    elsewhere, pdf = issue(client, "1-1-6")
    assert "None here: Flood plain." in read(pdf)
    assert verify(client, public_id)["state"] == "valid"
    city.execute(text("UPDATE feature SET geom = ST_Translate(geom, 0, 3.75) WHERE layer_id = 9"))
    found = verify(client, public_id)
    assert (found["state"], found["why"]) == ("valid", None)  # as much of it as before
    city.execute(text("UPDATE feature SET geom = ST_Translate(geom, 0, 7.5) WHERE layer_id = 9"))
    found = verify(client, public_id)
    assert (found["state"], found["why"]) == ("superseded", "overlays_changed")
    assert verify(client, elsewhere)["state"] == "valid"


def test_annulled_zoning_revokes_and_says_why(client: FlaskClient, city: Session) -> None:
    untouched, _ = issue(client, "1-1-3")
    version = amend(city, "west", "S213", today(city).isoformat())
    public_id, pdf = issue(client)
    assert verify(client, public_id)["state"] == "valid"

    reason = "ابطال به رأی شمارهٔ ۱۲ دیوان عدالت اداری"
    done = annul(city, COMMAND, get_decision(city, version).brought, reason)

    assert done.told == ["1 certificate that relied on it is revoked."]
    found = verify(client, public_id)
    assert (found["state"], found["why"], found["revoked_reason"]) == ("revoked", "zoning_annulled", reason)
    for lang, word in (("en", "Revoked on"), ("fa", "ابطال‌شده در")):
        page = client.get(f"/certificates/{public_id}?lang={lang}", headers={"Accept": "text/html"}).text
        assert word in page
        assert reason in page
    # Its bytes are there as ever, another is issued on what stands again, others are untouched.
    assert client.get(f"/certificates/{public_id}.pdf").data == pdf
    assert verify(client, untouched)["state"] == "valid"
    again, other = issue(client)
    assert again != public_id
    assert "R122 Medium-density" in read(other)


def test_a_change_to_come_that_is_annulled_is_told(client: FlaskClient, city: Session) -> None:
    version = amend(city, "west", "S213", (today(city) + dt.timedelta(10)).isoformat())
    public_id, pdf = issue(client)
    assert "the zone becomes S213" in read(pdf)
    annul(city, COMMAND, get_decision(city, version).brought, "Court")
    found = verify(client, public_id)
    # It relied on what is the law today, which stands as it stood; only what it foresaw will not come.
    assert (found["state"], found["changes_on"]) == ("valid", None)
    assert "What is planned here is no longer what it says" in found["told"]["en"]


def test_annulled_zoning_revokes_earlier_recordings_of_it_too(client: FlaskClient, city: Session) -> None:
    first = amend(city, "west", "S213", today(city).isoformat())
    public_id, _ = issue(client)
    # A later decision cuts it short, is annulled, and so it stands again by a row of its own.
    second = amend(city, "west", "R122", (today(city) + dt.timedelta(400)).isoformat())
    annul(city, COMMAND, get_decision(city, second).brought, "second")
    assert verify(client, public_id)["state"] == "valid"
    stands = city.scalar(text("SELECT id FROM zone WHERE restores_id = :first"), {"first": first})
    assert stands is not None
    annul(city, COMMAND, get_decision(city, stands).brought, "first")
    assert verify(client, public_id)["revoked_reason"] == "first"


# --- refusals ------------------------------------------------------------------------------------------------------
def test_what_cannot_be_certified_says_why(client: FlaskClient, city: Session) -> None:
    unknown = ask(client, "1-1-3", on="2019-12-31")
    assert (unknown.status_code, unknown.get_json()["reason"]) == (404, "rules_not_entered")
    before = ask(client, on="2014-01-01")
    assert (before.status_code, before.get_json()["reason"]) == (404, "not_on_that_day")
    assert ask(client, "9-9-9").get_json()["reason"] == "no_such_parcel"
    assert ask(client, on="2026-13-01").get_json()["field"] == "on"
    city.execute(text("DELETE FROM zone WHERE zone_key = 'west'"))
    assert ask(client).get_json()["reason"] == "no_zone"
    city.execute(text("DELETE FROM zone"))
    assert ask(client).get_json()["reason"] == "no_zoning"
    assert count(city) == 0
    page = client.get(f"/parcels/{WHOLE}", headers={"Accept": "text/html"}).text
    assert 'data-action="certificate"' not in page


def test_an_unknown_certificate_is_told_so(client: FlaskClient, city: Session) -> None:
    for address in ("/certificates/nosuchthing", "/certificates/nosuchthing.json", "/certificates/x.pdf"):
        answer = client.get(address, headers=JSON)
        assert (answer.status_code, answer.get_json()["reason"]) == (404, "no_such_certificate")
    assert "may have made it up" in client.get("/certificates/nosuchthing?lang=en").text


def test_it_is_found_by_its_number_however_typed(client: FlaskClient, city: Session) -> None:
    public_id, _ = issue(client)
    year = verify(client, public_id)["number"][:4]
    persian = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    for typed in (f"{year}-000001", f" {year}-1 ", f"{year}/1", f"{year}-000001".translate(persian)):
        answer = client.get("/certificates", query_string={"number": typed})
        assert (answer.status_code, answer.location) == (303, f"/certificates/{public_id}"), typed
    missing = client.get("/certificates?number=1300-9&lang=en", headers={"Accept": "text/html"})
    assert missing.status_code == 404
    assert 'aria-invalid="true"' in missing.text
    assert client.get("/certificates?number=1300-9", headers=JSON).get_json()["field"] == "number"
    assert client.get("/certificates").status_code == 200


# --- kept ----------------------------------------------------------------------------------------------------------
def test_a_tampered_document_is_not_handed_out(client: FlaskClient, app: Flask, city: Session) -> None:
    public_id, pdf = issue(client)
    named = hashlib.sha256(pdf).hexdigest()
    path = Path(DocumentStore(app.config["SETTINGS"].data_dir).folder, named[:2], named)
    path.chmod(0o640)
    path.write_bytes(pdf.replace(b"2,880", b"9,880") + b"%")
    for address in (f"/certificates/{public_id}.pdf", f"/parcels/{WHOLE}.pdf"):
        answer = client.get(address, headers={**JSON, "Accept-Language": "en"})
        assert (answer.status_code, answer.get_json()["code"]) == (503, "document_damaged"), address
    # What was stated can still be read.
    assert verify(client, public_id)["document"]["sha256"] == named


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate SET stated = '{}'",
        "UPDATE certificate SET document = repeat('0', 64)",
        "UPDATE certificate SET revoked_at = now(), revoked_reason = 'x', number = '1400-1'",
        "UPDATE certificate SET revoked_at = now()",
        "UPDATE certificate SET revoked_at = now(), revoked_reason = ''",
        "DELETE FROM certificate",
        "TRUNCATE certificate",
    ],
)
def test_the_database_lets_nobody_rewrite_it(client: FlaskClient, city: Session, statement: str) -> None:
    issue(client)
    with pytest.raises(DBAPIError), city.begin_nested():
        city.execute(text(statement))


def test_a_revocation_cannot_be_taken_back(client: FlaskClient, city: Session) -> None:
    public_id, _ = issue(client)
    city.execute(text("UPDATE certificate SET revoked_at = now(), revoked_reason = 'x'"))
    assert verify(client, public_id)["state"] == "revoked"
    for again in ("revoked_at = NULL, revoked_reason = NULL", "revoked_reason = 'y'"):
        with pytest.raises(DBAPIError, match="can only be revoked"), city.begin_nested():
            city.execute(text(f"UPDATE certificate SET {again}"))
