"""The search over HTTP: the contract's JSON, the page without script, the empty answer, every refusal."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

JSON = {"Accept": "application/json"}
ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}


def results(client: FlaskClient, q: str, **more: str) -> list[dict[str, Any]]:
    answer = client.get("/search", query_string={"q": q, **more}, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return list(answer.json["results"])


def test_the_contract_of_a_result(client: FlaskClient, city: Session) -> None:
    (parcel,) = results(client, "01-01-01", lang="en")
    assert parcel == {
        "kind": "parcel",
        "label": "Parcel 1-1-1",
        "detail": "2 Shariati Street",
        "number": "1-1-1",
        "lon": pytest.approx(51.4398686, abs=1e-6),
        "lat": pytest.approx(35.2426842, abs=1e-6),
        "url": "/parcels/1-1-1",
        "became": [],
        "bounds": None,
        "shape": None,
    }
    address, street = results(client, "شریعتی ۴", lang="fa")
    assert (address["kind"], address["label"], address["number"]) == (
        "address",
        "خیابان شریعتی، پلاک ۴",
        "1-1-2",
    )
    assert (street["kind"], street["label"], street["number"]) == ("street", "خیابان شریعتی", None)


@pytest.mark.parametrize("q", ["1-1-1", "شریعتی", "shariati 4", "clinic", "درمانگاه مركزي"])
def test_every_result_s_page_opens(client: FlaskClient, city: Session, q: str) -> None:
    found = results(client, q)
    assert found
    for result in found:
        assert client.get(result["url"], headers=ENGLISH).status_code == 200


def test_json_by_ending(client: FlaskClient, city: Session) -> None:
    answer = client.get("/search.json?q=1-1-1", headers={"Accept": "text/html"})
    assert answer.json is not None
    assert answer.json["results"] == results(client, "1-1-1")


@pytest.mark.parametrize("q", ["", " ", "…", "\x00"])
def test_nothing_asked_nothing_found(client: FlaskClient, city: Session, q: str) -> None:
    assert results(client, q) == []
    page = client.get("/search", query_string={"q": q}, headers=ENGLISH)
    assert page.status_code == 200
    assert '<input id="q" name="q"' in page.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "x" * 201}, "q"),
        ({"q": "x", "limit": "0"}, "limit"),
        ({"q": "x", "limit": "51"}, "limit"),
        ({"q": "x", "limit": "many"}, "limit"),
    ],
)
def test_refusals_name_the_field(
    client: FlaskClient, city: Session, query: dict[str, str], field: str
) -> None:
    answer = client.get("/search", query_string=query, headers=JSON)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["field"] == field


def test_the_limit(client: FlaskClient, city: Session) -> None:
    assert len(results(client, "1-1", limit="2")) == 2
    assert len(results(client, "1-1", limit="۵۰")) == 6


def test_the_page_groups_by_kind(client: FlaskClient, city: Session) -> None:
    page = client.get("/search", query_string={"q": "shariati 4"}, headers=ENGLISH).text
    assert page.index("Addresses</h2>") < page.index("4 Shariati Street") < page.index("Streets</h2>")
    assert 'value="shariati 4"' in page
    assert 'href="/parcels/1-1-2"' in page
    assert "2 results" in page


def test_an_empty_answer_says_what_was_tried(client: FlaskClient, city: Session) -> None:
    page = client.get("/search", query_string={"q": "qqqq zzzz"}, headers=ENGLISH).text
    assert "Nothing found for “qqqq zzzz”." in page
    assert "We looked at parcel numbers, addresses" in page
    assert "Did you mean" not in page
    answer = client.get("/search.json", query_string={"q": "كد ۱-۱-۰۴۴"}).json
    assert answer is not None
    tried = answer["tried"]
    assert (tried["text"], tried["number"]) == ("کد 1 1 044", "1-1-44")
    assert tried["kinds"] == ["parcel", "address", "street", "facility", "zone", "permit"]
    assert len(tried["told"]) == 3


def test_an_answer_that_found_something_says_no_more(client: FlaskClient, city: Session) -> None:
    answer = client.get("/search.json", query_string={"q": "1-1-1"}).json
    assert answer is not None
    assert answer["suggestions"] == []
    assert answer["tried"]["told"] == []


@pytest.mark.parametrize(
    ("q", "lang", "offered"),
    [
        ("1-1-44", "en", {"label": "Parcel 1-1-4", "q": "1-1-4", "url": "/search?q=1-1-4"}),
        ("sharq", "en", {"label": "Shariati Street", "q": "Shariati Street"}),
        ("شیرین", "fa", {"label": "خیابان شریعتی", "q": "خیابان شریعتی"}),
    ],
)
def test_what_is_nearest_is_offered(
    client: FlaskClient, city: Session, q: str, lang: str, offered: dict[str, str]
) -> None:
    answer = client.get("/search.json", query_string={"q": q, "lang": lang}).json
    assert answer is not None
    assert answer["results"] == []
    first = answer["suggestions"][0]
    assert offered.items() <= first.items()
    assert client.get(first["url"], headers=JSON).json["results"]  # type: ignore[index]
    page = client.get("/search", query_string={"q": q, "lang": lang}, headers=ENGLISH).text
    assert first["label"] in page
    assert page.count('class="search-results"') == 1


def test_a_closed_number_leads_to_what_it_became(client: FlaskClient, city: Session) -> None:
    city.execute(
        text("""
        UPDATE parcel SET valid_to = DATE '2024-01-01' WHERE number = '1-1-3';
        INSERT INTO parcel (number, valid_from, valid_to, geom)
        SELECT '1-1-7', DATE '2024-01-01', DATE '2025-01-01', geom FROM parcel WHERE number = '1-1-3';
        INSERT INTO parcel (number, valid_from, geom)
        SELECT '1-1-' || 8 + half, DATE '2025-01-01',
               ST_Multi(ST_Intersection(geom, ST_Translate(geom, 20 - 40 * half, 0)))
        FROM parcel, generate_series(0, 1) AS half WHERE number = '1-1-3';
        INSERT INTO parcel_lineage (parent_id, child_id, kind)
        SELECT p.id, c.id, 'subdivision' FROM parcel AS p, parcel AS c
        WHERE (p.number, c.number) IN (('1-1-3', '1-1-7'), ('1-1-7', '1-1-8'), ('1-1-7', '1-1-9'))
        """)
    )
    closed, *heirs = results(client, "1-1-3", lang="en")
    assert closed["label"] == "Parcel 1-1-3 (closed; now 1-1-8, 1-1-9)"
    assert closed["became"] == ["1-1-8", "1-1-9"]
    assert [heir["number"] for heir in heirs] == ["1-1-8", "1-1-9"]
    assert client.get(closed["url"], headers=ENGLISH).status_code == 200
    # While it was one parcel, it became that one; before, it was itself.
    then = results(client, "1-1-3", on="2024-06-01")
    assert [each["number"] for each in then] == ["1-1-3", "1-1-7"]
    (itself,) = results(client, "1-1-3", on="2023-06-01", lang="en")
    assert (itself["label"], itself["url"]) == ("Parcel 1-1-3", "/parcels/1-1-3?on=2023-06-01")


def test_numbers_keep_their_order_within_persian(client: FlaskClient, city: Session) -> None:
    (parcel,) = results(client, "1-1-1", lang="fa")
    assert parcel["label"] == "قطعهٔ \u20681-1-1\u2069"
    page = client.get(
        "/search", query_string={"q": "1-1-44", "lang": "fa"}, headers={"Accept": "text/html"}
    ).text
    assert "برای «\u20681-1-44\u2069» موردی یافت نشد." in page
    assert "قطعهٔ \u20681-1-4\u2069" in page


def test_addresses_and_zones_are_those_of_the_day(client: FlaskClient, city: Session) -> None:
    assert results(client, "شریعتی ۴")[0]["kind"] == "address"
    assert "address" not in [each["kind"] for each in results(client, "شریعتی ۴", on="2010-01-01")]
    assert results(client, "S213", lang="en")[0]["label"] == "Zone S213"
    assert results(client, "S213", on="2019-12-31") == []
    assert results(client, "X999", on="2019-12-31")[0]["url"] == "/zoning#class-X999"
    assert results(client, "X999") == []


def test_a_day_that_is_none_is_refused(client: FlaskClient, city: Session) -> None:
    answer = client.get("/search", query_string={"q": "x", "on": "2024-02-31"}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["field"] == "on"


@pytest.mark.parametrize(
    "q", ["35.2427, 51.4399", "51.4399, 35.2427", "۳۵٫۲۴۲۷، ۵۱٫۴۳۹۹", "35.2427N 51.4399E", "51.4399 35.2427"]
)
def test_coordinates_open_the_place_there(client: FlaskClient, city: Session, q: str) -> None:
    (spot,) = results(client, q)
    assert (spot["kind"], spot["lon"], spot["lat"]) == ("coordinates", 51.4399, 35.2427)
    assert "1-1-1" in client.get(spot["url"], headers=ENGLISH).text


def test_coordinates_elsewhere_are_said_to_be_so(client: FlaskClient, city: Session) -> None:
    answer = client.get("/search.json", query_string={"q": "48.8584, 2.2945", "lang": "en"}).json
    assert answer is not None
    assert answer["results"] == []
    assert answer["tried"]["told"] == ["These coordinates lie outside this city."]
    assert answer["tried"]["kinds"] == ["coordinates"]


def test_a_street_is_told_with_its_length(client: FlaskClient, city: Session) -> None:
    street = results(client, "shariati street")[0]
    west, south, east, north = street["bounds"]
    assert west < street["lon"] < east
    assert south <= street["lat"] <= north + 1e-6
    assert street["shape"]["type"] == "MultiLineString"
    clinic = results(client, "central clinic")[0]
    assert (clinic["bounds"], clinic["shape"]) == (None, None)


def test_what_is_typed_stays_text(client: FlaskClient, city: Session) -> None:
    page = client.get("/search", query_string={"q": '"><script>x</script>'}, headers=ENGLISH).text
    assert "<script>x" not in page
