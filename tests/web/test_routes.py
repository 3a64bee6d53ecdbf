"""Every route names its permission, and answers badly put questions with an answer."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

NOT_OURS = {"static"}


def test_every_view_names_the_permission_it_needs(app: Flask) -> None:
    nameless = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in NOT_OURS and not hasattr(app.view_functions[rule.endpoint], "permission")
    ]
    assert nameless == []


def test_every_page_without_arguments_answers_in_both_languages(
    app: Flask, client: FlaskClient, city: Session
) -> None:
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        for lang in ("fa", "en"):
            answer = client.get(rule.rule, query_string={"lang": lang})
            asked += 1
            assert answer.status_code < 500, rule.rule
            if answer.mimetype == "text/html" and answer.status_code not in range(300, 400):
                assert f'lang="{lang}"' in answer.text
                assert ("rtl" if lang == "fa" else "ltr") in answer.text
                assert answer.headers["Content-Security-Policy"]
    assert asked >= 6


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_unknown_address_is_told_so(client: FlaskClient, city: Session, accept: str) -> None:
    answer = client.get("/no/such/page", headers={"Accept": accept, "Accept-Language": "en"})
    assert answer.status_code == 404
    assert "no page" in answer.text
    assert answer.mimetype == ("application/problem+json" if "json" in accept else "text/html")


def test_the_wrong_method_names_the_right_ones(client: FlaskClient, city: Session) -> None:
    answer = client.post("/health")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_the_language_is_remembered(client: FlaskClient, city: Session) -> None:
    assert client.get("/no", headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"
    assert client.get("/no?lang=fa", headers={"Accept-Language": "en"}).headers["Content-Language"] == "fa"
    assert client.get("/no", headers={"Accept-Language": "en"}).headers["Content-Language"] == "fa"


def test_health(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
