"""The place and the parcel over HTTP: the contract's JSON, the page without script, the panel, every refusal."""

import re
from html.parser import HTMLParser
from typing import Any

import pyproj
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.i18n import speaking
from tests.small_city import SRID, X0, Y0

TO_DEGREES = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)
JSON = {"Accept": "application/json"}
ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}
PERSIAN = {"Accept": "text/html", "Accept-Language": "fa"}


def at(east: float, north: float, **more: str) -> dict[str, str]:
    lon, lat = TO_DEGREES.transform(X0 + east, Y0 + north)
    return {"lon": str(lon), "lat": str(lat), **more}


def words(html: str) -> str:
    """The text of a page as read aloud: tags gone, white space single."""

    class Reader(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    reader = Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", reader.said)


def ask(client: FlaskClient, path: str, **query: str) -> dict[str, Any]:
    answer = client.get(path, query_string=query, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def test_the_contract_of_a_place(client: FlaskClient, city: Session) -> None:
    place = ask(client, "/place", **at(20, 45), on="2026-11-24", lang="en")
    assert place["on"] == "2026-11-24"
    assert place["location"] == {key: pytest.approx(float(value)) for key, value in at(20, 45).items()}
    parcel = place["parcel"]
    assert parcel["number"] == "1-1-1"
    assert parcel["address"] == {"fa": "خیابان شریعتی، پلاک ۲", "en": "2 Shariati Street"}
    assert (parcel["land_use"], parcel["area_m2"], parcel["area_official_m2"]) == ("residential", 1200, 1200)
    assert (parcel["valid_from"], parcel["valid_to"]) == ("2015-03-21", None)
    assert parcel["lineage"] == {"parents": [], "children": []}
    zone = place["zone"]
    assert (zone["code"], zone["names"]["fa"]) == ("R122", "مسکونی متوسط")
    assert (zone["valid_from"], zone["valid_to"]) == ("2015-03-21", None)
    assert zone["rules"] == {
        "entered": True,
        "permitted_uses": ["residential", "educational"],
        "conditional_uses": ["commercial"],
        "prohibited_uses": [],
        "floors": 4,
        "height_m": 16,
        "coverage": 0.6,
        "far": 2.4,
        "setback_m": 2,
        "article": "Art. 12",
    }
    assert "تا ۴ طبقه روی پیلوت." in zone["sentences"]["fa"]
    assert "Up to 4 floors above the pilotis." in zone["sentences"]["en"]
    assert place["buildable"]["floor_area_m2"] == 2880
    assert (place["permits"], place["planned"]) == ([], [])
    assert place["coverage"] == {"clinics": "covered", "hydrants": "no_data", "streets": "covered"}
    assert [near["layer"] for near in place["nearby"]] == ["streets", "clinics", "hydrants"]
    clinic = place["nearby"][1]
    assert (clinic["domain"], clinic["name"]) == ("infrastructure", "First Clinic")
    assert clinic["names"] == {"fa": "درمانگاه يک", "en": "First Clinic"}
    assert clinic["distance_m"] == pytest.approx(100, abs=0.1)
    assert clinic["bearing"] == pytest.approx(0.3, abs=0.5)


def test_names_come_in_the_language_asked_for(client: FlaskClient, city: Session) -> None:
    assert ask(client, "/place.json", **at(20, 45), lang="fa")["nearby"][0]["name"] == "خیابان شریعتی"


def test_json_by_ending_and_by_accept_is_one(client: FlaskClient, city: Session) -> None:
    by_ending = client.get("/place.json", query_string=at(20, 45), headers={"Accept": "text/html"})
    assert by_ending.json == ask(client, "/place", **at(20, 45))
    assert "Accept" in by_ending.vary
    assert client.get("/parcels/1-1-1.json").json == ask(client, "/parcels/1-1-1")


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({}, 400, "lon"),
        ({"lon": "51.4"}, 400, "lat"),
        ({"lon": "x", "lat": "35"}, 400, "lon"),
        ({"lon": "NaN", "lat": "35"}, 400, "lon"),
        ({"lon": "51", "lat": "inf"}, 400, "lat"),
        ({"lon": "1e400", "lat": "35"}, 400, "lon"),
        ({"lon": "51.4\x00", "lat": "35"}, 400, "lon"),
        ({"lon": "181", "lat": "35"}, 422, "lon"),
        ({"lon": "51", "lat": "-91"}, 422, "lat"),
        ({"lon": "51.4", "lat": "35", "on": "tomorrow"}, 400, "on"),
        ({"lon": "51.4", "lat": "35", "on": "2026-02-30"}, 422, "on"),
        ({"lon": "0", "lat": "0"}, 404, None),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_refusals_name_the_field(
    client: FlaskClient, city: Session, query: dict[str, str], status: int, field: str | None, accept: str
) -> None:
    answer = client.get("/place", query_string=query, headers={"Accept": accept})
    assert answer.status_code == status
    if accept == "text/html":
        assert field is None or f">{field}<" in answer.text
    else:
        assert answer.mimetype == "application/problem+json"
        assert answer.json is not None
        assert answer.json.get("field") == field


def test_outside_and_no_data_are_two_reasons(client: FlaskClient, session: Session) -> None:
    answer = client.get("/place", query_string={"lon": "0", "lat": "0"}, headers=JSON)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["reason"] == "no_data"
    session.execute(
        text("INSERT INTO city (srid, boundary) VALUES (32639, ST_Multi(ST_MakeEnvelope(0,0,1,1,32639)))")
    )
    answer = client.get("/place", query_string={"lon": "0", "lat": "0"}, headers=JSON)
    assert answer.json is not None
    assert answer.json["reason"] == "outside"


def test_persian_digits_are_digits(client: FlaskClient, city: Session) -> None:
    lon, lat = (value.translate(str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")) for value in at(20, 45).values())
    assert ask(client, "/place", lon=lon, lat=lat, on="۲۰۲۶-۱۱-۲۴")["parcel"]["number"] == "1-1-1"


def test_the_page_says_it_in_english(client: FlaskClient, city: Session) -> None:
    answer = client.get("/place", query_string=at(20, 45), headers=ENGLISH)
    said = words(answer.text)
    for sentence in (
        "Parcel 1-1-1",
        "2 Shariati Street",
        "Up to 4 floors above the pilotis.",
        "Floor area up to 240% (2.4 × the parcel's area = 2,880 m²).",
        "Buildable floor area of this parcel: 2,880 m².",
        "No change of zoning is scheduled here.",
        "First Clinic 100 m to the north, about 1 minute on foot",
        "Hydrants We hold no data here.",
        "We hold no layers yet for: Housing",
    ):
        assert sentence in said, sentence
    assert '<link rel="canonical" href="http://localhost/parcels/1-1-1">' in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_beyond_the_jalali_calendar_are_told_too(client: FlaskClient, city: Session, day: str) -> None:
    answer = client.get("/place", query_string=at(20, 45, on=day), headers=PERSIAN)
    assert answer.status_code == 200
    assert "میلادی" in words(answer.text)


def test_the_day_is_kept_in_the_links_of_the_page(client: FlaskClient, city: Session) -> None:
    answer = client.get("/parcels/1-1-1?on=۱۴۰۳/۱۲/۳۰", headers=PERSIAN)
    assert answer.status_code == 200
    assert re.search(r'href="/\?[^"]*on=2025-03-20', answer.text)
    assert 'href="/parcels/1-1-1.geojson?on=2025-03-20"' in answer.text
    assert 'value="۱۴۰۳/۱۲/۳۰"' in answer.text


def test_the_page_says_it_in_persian(client: FlaskClient, city: Session) -> None:
    answer = client.get("/place", query_string=at(20, 45), headers=PERSIAN)
    said = words(answer.text)
    for sentence in (
        "قطعهٔ 1-1-1",
        "خیابان شریعتی، پلاک ۲",
        "تا ۴ طبقه روی پیلوت.",
        "زیربنای مجاز این قطعه: ۲٬۸۸۰ متر مربع.",
        "درمانگاه يک ۱۰۰ متر به سوی شمال، حدود ۱ دقیقه پیاده‌روی",
        "برای اینجا داده‌ای نداریم.",
        "۱ فروردین ۱۳۹۴",
    ):
        assert sentence in said, sentence
    article = answer.text[answer.text.index("<article") : answer.text.index("</article>")]
    english = re.findall(r"[A-Za-z]{4,}", words(article).replace("GeoJSON", "").replace("JSON", ""))
    assert english == []


def test_none_here_and_no_data_here_are_two_sentences(client: FlaskClient, city: Session) -> None:
    city.execute(text("DELETE FROM feature WHERE key LIKE 'c%'"))
    said = words(client.get("/place", query_string=at(20, 45), headers=ENGLISH).text)
    assert "Clinics None here within 5 km." in said
    assert "Hydrants We hold no data here." in said


def test_a_street_is_no_parcel_and_an_empty_city_has_no_data(client: FlaskClient, city: Session) -> None:
    on_street = words(client.get("/place", query_string=at(20, 66), headers=ENGLISH).text)
    assert "There is no parcel here" in on_street
    city.execute(text("DELETE FROM parcel; DELETE FROM zone"))
    empty = words(client.get("/place", query_string=at(20, 45), headers=ENGLISH).text)
    assert "We hold no parcel data for this city yet." in empty
    assert "We hold no zoning data here." in empty


def test_rules_not_entered_send_to_the_municipality(client: FlaskClient, city: Session) -> None:
    query = at(100, 45, on="2016-01-01")
    said = words(client.get("/place", query_string=query, headers=ENGLISH).text)
    assert "have not been entered yet" in said
    assert "As it stands on 1 January 2016, not today." in said
    assert "From 1 January 2020 the zone becomes S213 Local commercial." in said
    assert "Buildable" not in said
    assert ask(client, "/place", **query)["zone"]["rules"]["entered"] is False


def test_two_zones_on_one_parcel_are_told_apart(client: FlaskClient, city: Session) -> None:
    said = words(client.get("/parcels/1-1-2", headers=ENGLISH).text)
    assert "lies in more than one zone" in said
    assert "R122 Medium-density residential 50% of the parcel, 600 m²" in said
    assert "Buildable floor area of this parcel: 3,240 m²." in said
    assert "the zone becomes R122 Medium-density residential on 50% of the parcel." in said
    parts = ask(client, "/parcels/1-1-2")["buildable"]["parts"]
    assert [(part["code"], part["share"]) for part in parts] == [("R122", 0.5), ("S213", 0.5)]


def test_a_border_names_both(client: FlaskClient, city: Session) -> None:
    place = ask(client, "/place", **at(40, 45))
    assert (place["parcel"]["number"], place["also"]["parcels"]) == ("1-1-1", ["1-1-2"])


def test_the_panel_is_the_article_alone(client: FlaskClient, city: Session) -> None:
    for path, query in (("/place", at(20, 45)), ("/parcels/1-1-1", {})):
        answer = client.get(path, query_string={**query, "panel": "1"}, headers=ENGLISH)
        fragment = re.sub(r"\s+", " ", answer.text).strip()
        assert fragment.startswith('<article class="place"')
        assert fragment.endswith("</article>")
        assert 'data-number="1-1-1"' in fragment


@pytest.mark.parametrize("number", ["1-1-2", "01-01-0002", "۱-۱-۲", "1/1/2"])
def test_a_parcel_by_its_number(client: FlaskClient, city: Session, number: str) -> None:
    assert ask(client, f"/parcels/{number}")["parcel"]["number"] == "1-1-2"
    page = client.get(f"/parcels/{number}", headers=ENGLISH)
    assert '<link rel="canonical" href="http://localhost/parcels/1-1-2">' in page.text
    assert "<title>Parcel 1-1-2 – 4 Shariati Street</title>" in page.text


def test_numbers_with_slashes_and_dots(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE parcel SET number = '12/3.b' WHERE number = '1-1-1'"))
    assert ask(client, "/parcels/12/3.b")["parcel"]["number"] == "12/3.b"
    assert ask(client, "/parcels/12/3.b.json")["parcel"]["number"] == "12/3.b"
    page = client.get("/parcels/12/3.b", headers=ENGLISH).text
    assert 'href="http://localhost/parcels/12/3.b"' in page


def test_a_wrong_number_offers_the_nearest(client: FlaskClient, city: Session) -> None:
    answer = client.get("/parcels/1-1-22", headers=JSON)
    assert answer.status_code == 404
    assert answer.json is not None
    assert (answer.json["field"], answer.json["similar"]) == ("number", ["1-1-2"])
    page = client.get("/parcels/1-1-22", headers=ENGLISH)
    assert page.status_code == 404
    assert "Did you mean 1-1-2?" in words(page.text)


@pytest.mark.parametrize("number", ["%00", "%ff%fe", "a" * 99, "%25", "'", "-", "%20"])
@pytest.mark.parametrize("ending", ["", ".json", ".geojson", ".pdf"])
def test_no_number_breaks_it(client: FlaskClient, city: Session, number: str, ending: str) -> None:
    assert client.get(f"/parcels/{number}{ending}").status_code == 404


def test_a_number_too_long_is_refused(client: FlaskClient, city: Session) -> None:
    assert client.get(f"/parcels/{'1' * 200}", headers=JSON).status_code == 400


def test_the_outline_is_exact(client: FlaskClient, city: Session) -> None:
    answer = client.get("/parcels/1-1-1.geojson")
    assert answer.mimetype == "application/geo+json"
    feature = answer.json
    assert feature is not None
    assert (feature["type"], feature["id"], feature["geometry"]["type"]) == (
        "Feature",
        "1-1-1",
        "MultiPolygon",
    )
    corners = {
        (round(x - X0, 3), round(y - Y0, 3)) for x, y in to_metres(feature["geometry"]["coordinates"][0][0])
    }
    assert corners == {(0, 30), (40, 30), (40, 60), (0, 60)}
    assert feature["properties"]["land_use"] == "residential"


def to_metres(ring: list[list[float]]) -> list[tuple[float, float]]:
    back = pyproj.Transformer.from_crs(4326, SRID, always_xy=True)
    return [back.transform(lon, lat) for lon, lat in ring]


def test_a_closed_parcel_tells_what_became_of_it(client: FlaskClient, city: Session) -> None:
    city.execute(
        text("""
        UPDATE parcel SET valid_to = DATE '2024-05-01' WHERE number = '1-1-1';
        INSERT INTO parcel_lineage (parent_id, child_id, kind, recorded_on)
        SELECT parent.id, child.id, 'merge', DATE '2024-05-01' FROM parcel AS parent, parcel AS child
        WHERE parent.number = '1-1-1' AND child.number = '1-1-2'
        """)
    )
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert "no longer in use: the parcel was closed on 1 May 2024." in said
    assert "Became 1-1-2 by merging, 1 May 2024" in said
    assert "Buildable" not in said
    assert ask(client, "/parcels/1-1-1")["buildable"] is None
    assert ask(client, "/parcels/1-1-2")["parcel"]["lineage"]["parents"] == [
        {"number": "1-1-1", "kind": "merge", "on": "2024-05-01"}
    ]
    answer = client.get("/parcels/1-1-1?on=2024-05-01", headers=JSON)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["field"] == "on"
    assert ask(client, "/parcels/1-1-1", on="2024-04-30")["parcel"]["number"] == "1-1-1"


def test_nothing_from_the_city_is_taken_for_html(client: FlaskClient, city: Session) -> None:
    city.execute(
        text("""
        UPDATE parcel SET address = '<b>x</b>', land_use_recorded = '<i>y</i>' WHERE number = '1-1-1';
        UPDATE feature SET name_en = '<script>z</script>'; UPDATE zone_class SET name_en = '<u>w</u>', article = '<s>'
        """)
    )
    page = client.get("/parcels/1-1-1", headers=ENGLISH).text
    for tag in ("<b>x", "<i>y", "<script>z", "<u>w", "<s>"):
        assert tag not in page
    assert "&lt;script&gt;z" in page


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_classes_of_the_plan(client: FlaskClient, city: Session, language: str) -> None:
    page = client.get("/zoning", headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status_code == 200
    with speaking(language):
        assert (
            "تا ۵ طبقه روی پیلوت." if language == "fa" else "Up to 5 floors above the pilotis."
        ) in page.text
    classes = ask(client, "/zoning.json")["classes"]
    assert [(each["code"], each["rules"]["entered"]) for each in classes] == [
        ("R122", True),
        ("S213", True),
        ("X999", False),
    ]


def test_a_city_without_a_plan_says_so(client: FlaskClient, session: Session) -> None:
    assert "This city holds no zoning yet." in client.get("/zoning", headers=ENGLISH).text
    assert ask(client, "/zoning.json") == {"classes": []}
