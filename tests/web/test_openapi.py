"""The description tells of every open address that answers data, and every address keeps to it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from accounts.permissions import Permission
from core.database import make_engine
from core.settings import Settings
from tests import small_city
from tests.conftest import DatabaseMaker
from webmap import create_app
from webmap.openapi.table import OPERATIONS

# The description itself, and answers that are papers or for a browser's own use.
NOT_DATA = {"openapi.document", "webmap.robots"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_no_open_address_of_data_is_left_out(app: Flask) -> None:
    data = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith((".json", ".geojson", ".mvt"))
        and vars(app.view_functions[rule.endpoint]).get("permission") == Permission.PUBLIC
    }
    assert data - NOT_DATA <= {operation.endpoint for operation in OPERATIONS}


def test_it_names_what_it_describes(client: FlaskClient, city: Session) -> None:
    told = client.get("/openapi.json").json
    assert told is not None
    assert told["openapi"].startswith("3.1")
    assert "/parcels/{number}.json" in told["paths"]
    for path, methods in told["paths"].items():
        named = {each["name"] for each in methods["get"]["parameters"] if each["in"] == "path"}
        assert named == {part.split("}")[0] for part in path.split("{")[1:]}


@pytest.fixture(scope="module")
def described(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description of an application over the small city."""
    url = make_database()
    engine = make_engine(url)
    with Session(engine) as session, session.begin():
        small_city.build(session)
    made = create_app(Settings(tmp_path_factory.mktemp("api"), database_url=url, secret_key="s" * 32))
    yield schemathesis.openapi.from_wsgi("/openapi.json", made)
    engine.dispose()


@pytest.mark.parametrize("operation", [operation.endpoint for operation in OPERATIONS])
def test_every_address_keeps_to_its_description(described: Any, operation: str) -> None:
    wanted = operation.replace(".", "_")
    [found] = [
        each for each in described.get_all_operations() if each.ok().definition.raw["operationId"] == wanted
    ]
    tried = 0

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=found.ok().as_strategy())
    def ask(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(
            checks=CHECKS, headers={"Accept": "application/json", "Accept-Encoding": "identity"}
        )

    ask()
    assert tried
