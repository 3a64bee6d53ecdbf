"""The search over HTTP: the contract's JSON, the page without script, the empty answer, every refusal."""

from typing import Any

import pytest
from flask.testing import FlaskClient
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
    assert page.index("Address</h2>") < page.index("4 Shariati Street") < page.index("Street</h2>")
    assert 'value="shariati 4"' in page
    assert 'href="/parcels/1-1-2"' in page
    assert "2 results" in page


def test_an_empty_answer_says_what_was_tried(client: FlaskClient, city: Session) -> None:
    page = client.get("/search", query_string={"q": "qqqq zzzz"}, headers=ENGLISH).text
    assert "Nothing found for “qqqq zzzz”." in page
    assert "We looked at parcel numbers, addresses" in page
    near = client.get("/search", query_string={"q": "1-1-44"}, headers=ENGLISH).text
    assert "Parcel numbers near to it:" in near
    assert 'href="/parcels/1-1-4"' in near
    answer = client.get("/search.json", query_string={"q": "1-1-44"}).json
    assert answer == {"results": [], "similar": ["1-1-4"]}


def test_what_is_typed_stays_text(client: FlaskClient, city: Session) -> None:
    page = client.get("/search", query_string={"q": '"><script>x</script>'}, headers=ENGLISH).text
    assert "<script>x" not in page
