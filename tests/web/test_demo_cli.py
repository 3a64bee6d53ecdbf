"""`flask demo load` as it is typed."""

import pytest
from click.testing import Result
from flask import Flask

from core.database import make_engine, transaction
from core.settings import Settings
from tests.conftest import DatabaseMaker
from webmap import create_app
from webmap.demo.load import load


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["demo", "load", *words])


def app_on(url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(
        Settings(data_dir=tmp_path_factory.mktemp("demo"), database_url=url, secret_key="s" * 32)
    )


def test_it_loads_into_a_database_without_tables(
    make_brief_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = app_on(make_brief_database(srid=None), tmp_path_factory)
    result = run(app, "--parcels", "1000", "--seed", "3")
    assert result.exit_code == 0, result.output
    assert "1,000" in result.output
    again = run(app, "--parcels", "1000")
    assert again.exit_code == 2
    assert len(again.stderr.strip().splitlines()) == 1


def test_it_refuses_numbers_that_cannot_be(
    make_brief_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = app_on(make_brief_database(), tmp_path_factory)
    for words in (("--parcels", "12"), ("--parcels", "many"), ("--seed", "x")):
        result = run(app, *words)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_another_city_is_left_alone(
    make_brief_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = make_brief_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        load(session, 1000, 9)
    engine.dispose()
    result = run(app_on(url, tmp_path_factory), "--parcels", "1000")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
