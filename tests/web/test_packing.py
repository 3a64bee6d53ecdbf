"""Pages go packed to visitors, and plain to whoever has a secret in them."""

import gzip

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

PACKED = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/?lang=fa", "/parcels/1-1-2?lang=en", "/parcels/1-1-2.json", "/zoning"])
def test_packed_and_plain_say_the_same(client: FlaskClient, city: Session, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content_length == len(packed.data) < len(plain.data)
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in plain.vary
    unpacked = gzip.decompress(packed.data)
    # A page's nonces are its own; the rest is not.
    assert len(unpacked) == len(plain.data)


def test_what_may_hold_a_secret_is_not_packed(client: FlaskClient, city: Session) -> None:
    with client.session_transaction() as kept:
        kept["anything"] = "of one's own"
    assert "Content-Encoding" not in client.get("/parcels/1-1-2?lang=en", headers=PACKED).headers


def test_a_form_s_token_is_not_packed(client: FlaskClient, city: Session) -> None:
    answer = client.get("/account/login?lang=en", headers=PACKED)
    assert "csrf_token" in answer.text
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/health", "/search.json?q=zzzz"])
def test_small_or_other_things_stay_as_they_are(client: FlaskClient, city: Session, path: str) -> None:
    answer = client.get(path, headers=PACKED)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_tiles_are_packed_once(client: FlaskClient, city: Session) -> None:
    answer = client.get("/tiles/parcels.json", headers=PACKED)
    assert answer.status_code == 200
    assert answer.get_json()["tilejson"]
