"""What is the same for everyone is kept by every cache: it sets no cookie and varies by none."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from webmap.assets import asset


def test_every_tile_and_file_is_so_marked(app: Flask) -> None:
    marked = {name for name, view in app.view_functions.items() if getattr(view, "same_for_all", False)}
    assert {"static", "tiles.tile", "tiles.tilejson", "tiles.revisions"} <= marked


@pytest.mark.parametrize(
    "path", ["/tiles/parcels.json", "/tiles/revisions.json", "/tiles/parcels/16/42500/25800.mvt"]
)
def test_tiles_know_no_session(client: FlaskClient, city: Session, path: str) -> None:
    with client.session_transaction() as kept:
        kept["_user_id"] = "someone"
        kept.permanent = True
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.vary


def test_files_know_no_session(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        path = asset("app.js")
    assert "Cookie" not in client.get(path).vary


def test_pages_do(client: FlaskClient, city: Session) -> None:
    assert "Cookie" in client.get("/?lang=en").vary
