"""The built front-end files: packed for whoever takes that, kept for good, and nothing beside them."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webmap.assets import FOLDER, asset, asset_parts


@pytest.fixture
def script(app: Flask) -> str:
    with app.test_request_context():
        return asset("app.js")


def test_packed_and_plain_are_the_same_file(client: FlaskClient, script: str) -> None:
    plain = client.get(script, headers={"Accept-Encoding": "identity"})
    packed = client.get(script, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data == (FOLDER / script.rsplit("/", 1)[1]).read_bytes()
    assert len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert answer.mimetype == "text/javascript"
        assert answer.vary.to_header() == "Accept-Encoding"
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_the_map_s_script_is_small_and_comes_with_its_parts(
    app: Flask, client: FlaskClient, script: str
) -> None:
    with app.test_request_context():
        parts = asset_parts("app.js")
    page = client.get("/?lang=en").text
    sizes = []
    for address in (script, *parts):
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert f'href="{address}"' in page or f'src="{address}"' in page
        sizes.append(len(answer.data))
    # More parts would be more journeys on a slow line.
    assert len(parts) <= 2
    assert sum(sizes) < 130_000
    # What is fetched only when asked for is not among them.
    assert not any("tools" in part for part in parts)
    assert list((FOLDER / "parts").glob("tools-*.js"))


def test_a_copy_that_is_still_good_is_not_sent_again(client: FlaskClient, script: str) -> None:
    first = client.get(script, headers={"Accept-Encoding": "gzip"})
    again = client.get(script, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["../../README.md", "..%2f..%2fREADME.md", "nothing.js", ""])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
