"""A code leads to one of our own pages, and to nothing else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.qr_pictures import read_qr


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/parcels/1-1-1?on=2026-11-25",
        "/?z=16&lat=35.2&lon=51.4&layers=land_use,zoning&on=2026-11-25",
        "/place?lon=51.4&lat=35.2",
        "/parcels/%DB%B1-1-1",
    ],
)
def test_a_code_is_the_very_link(client: FlaskClient, city: Session, path: str) -> None:
    answer = client.get("/qr.svg", query_string={"path": path})
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert read_qr(answer.text) == f"http://localhost{path}"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "parcels/1-1-1",
        "//evil.example/",
        "/\\evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
        "/parcels/1\n2",
        "/parcels/a b",
        "/parcels/\\..",
        "/" + "a" * 2_000,
    ],
)
def test_no_code_of_what_is_not_ours(client: FlaskClient, city: Session, path: str) -> None:
    answer = client.get("/qr.svg", query_string={"path": path}, headers={"Accept": "application/json"})
    problem = answer.get_json()
    assert (answer.status_code, problem["field"]) == (400, "path")


def test_no_code_of_a_page_that_is_not_there(client: FlaskClient, city: Session) -> None:
    assert client.get("/qr.svg?path=/no/such/page").status_code == 404
    assert client.get("/qr.svg").status_code == 400
