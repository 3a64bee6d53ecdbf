"""The page of what can be kept, and a place in one file: complete, in both languages, with nothing foreign in it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from webmap.keep import views
from webmap.keep.turns import Turns

HOSTILE = "</script><img src=x onerror=alert(1)>"


def test_a_parcels_page_offers_all_of_it(client: FlaskClient, city: Session) -> None:
    page = client.get("/keep?parcel=1-1-1&lang=en").text
    assert 'value="http://localhost/parcels/1-1-1"' in page
    assert 'src="/qr.svg?path=/parcels/1-1-1"' in page
    assert 'action="/print.pdf"' in page
    assert 'href="/parcels/1-1-1/keep.html"' in page
    assert 'href="/download/parcels.geojson?parcels=1-1-1"' in page
    for source in ("parcels", "zoning", "clinics", "hydrants", "streets"):
        assert f"/download/{source}.shp.zip?bbox=" in page


def test_every_file_it_offers_is_given(client: FlaskClient, city: Session) -> None:
    page = client.get("/keep?parcel=1-1-1&on=2026-11-25").text
    files = [link.replace("&amp;", "&") for link in re.findall(r'href="(/download/[^"]+)"', page)]
    assert len(files) == 4 * (1 + 2 + 3)  # itself, parcels and zoning, three layers
    for link in files:
        assert client.get(link).status_code == 200, link


def test_a_spots_page_and_a_days(client: FlaskClient, city: Session) -> None:
    lon, lat = city.execute(
        text("SELECT ST_X(p), ST_Y(p) FROM city, ST_Transform(ST_Centroid(boundary), 4326) AS p")
    ).one()
    page = client.get(f"/keep?at={lon:.6f},{lat:.6f}&on=2030-01-01&lang=en").text
    assert f"/place?lon={lon:.6f}&amp;lat={lat:.6f}&amp;on=2030-01-01" in page
    assert "keep.html" not in page
    assert "on=2030-01-01" in page
    # A spot has no outline that a scale could fit.
    assert '<option value="" ' not in page
    assert '<option value="1000" selected>' in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("parcel=9-9-9", 404),
        ("at=2,48", 404),
        ("at=x,y", 400),
        ("parcel=1-1-1&on=2026-02-30", 422),
    ],
)
def test_what_cannot_be_kept(client: FlaskClient, city: Session, query: str, status: int) -> None:
    assert client.get(f"/keep?{query}").status_code == status


def test_the_parcels_own_page_leads_there(client: FlaskClient, city: Session) -> None:
    assert 'href="/keep?parcel=1-1-1"' in client.get("/parcels/1-1-1").text
    assert (
        'href="/keep?parcel=1-1-1&amp;on=2019-01-01"'
        in client.get("/parcels/1-1-1?on=2019-01-01&panel=1").text
    )


@pytest.mark.parametrize(
    ("lang", "direction", "words"), [("fa", "rtl", "چه می‌توان ساخت"), ("en", "ltr", "What may be built")]
)
def test_a_place_in_one_file(
    client: FlaskClient, city: Session, lang: str, direction: str, words: str
) -> None:
    answer = client.get(f"/parcels/1-1-1/keep.html?on=2026-11-25&lang={lang}")
    assert answer.status_code == 200
    assert f'<html lang="{lang}" dir="{direction}">' in answer.text
    assert words in answer.text
    assert "http://localhost/parcels/1-1-1?on=2026-11-25" in answer.text
    assert "1-1-2" in answer.text  # a neighbour
    assert "R122" in answer.text
    assert ("درمانگاه يک" if lang == "fa" else "First Clinic") in answer.text
    # Leaflet and folium's drawing, and nothing that would be fetched.
    assert "L.map(" in answer.text
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", answer.text)
    assert "url(" not in answer.text.partition("<body>")[0]
    assert "default-src 'none'" in answer.text
    assert len(answer.data) < 400_000


def test_it_is_a_file_and_not_a_page_of_ours(client: FlaskClient, city: Session) -> None:
    answer = client.get("/parcels/1-1-1/keep.html?on=2026-11-25&lang=fa")
    told = answer.headers["Content-Disposition"]
    assert told.startswith("attachment; filename=\"parcel-2026-11-25.html\"; filename*=UTF-8''%D9%82")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_who_names_a_place_does_not_get_to_write_the_page(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE feature SET name_en = :name, name_fa = :name"), {"name": HOSTILE})
    city.execute(text("UPDATE zone_class SET name_en = :name"), {"name": HOSTILE})
    city.execute(text("UPDATE city SET name_en = :name"), {"name": HOSTILE})
    city.execute(text("UPDATE parcel SET address = :name"), {"name": HOSTILE})
    for path in ("/parcels/1-1-1/keep.html?lang=en", "/keep?parcel=1-1-1&lang=en"):
        page = client.get(path).text
        assert "onerror" in page
        assert "<img src=x" not in page
        assert "</script><img" not in page


def test_an_old_number_and_an_unknown_one(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE parcel SET valid_to = '2020-01-01' WHERE number = '1-1-6'"))
    assert "1-1-6" in client.get("/parcels/1-1-6/keep.html").text
    assert client.get("/parcels/9-9-9/keep.html").status_code == 404
    assert client.get("/parcels/1-1-1/keep.html?on=1900-01-01").status_code == 404


@pytest.mark.parametrize("path", ["/print.pdf?parcel=1-1-1", "/download/parcels.csv"])
def test_heavy_work_goes_by_turns(
    client: FlaskClient, city: Session, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets, files = Turns(1, 0.01), Turns(1, 0.01)
    monkeypatch.setattr(views, "SHEETS", sheets)
    monkeypatch.setattr(views, "FILES", files)
    with sheets.taken(), files.taken():
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert client.get(path).status_code == 200
    # A turn that ended in an error is free again.
    assert client.get("/print.pdf?parcel=9-9-9").status_code == 404
    assert client.get(path).status_code == 200
