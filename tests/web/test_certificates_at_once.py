"""Many who ask for certificates at once, an annulment that comes in between, and the commands of an administrator."""

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core.audit import COMMAND
from core.database import make_engine, transaction
from core.errors import Unavailable
from core.settings import Settings
from layers.zoning.annulment import annul, get_decision
from tests import small_city
from tests.certificates import amend
from tests.conftest import DatabaseMaker
from webmap import create_app
from webmap.certificates import issuing, rendering


@pytest.fixture
def url(make_brief_database: DatabaseMaker) -> str:
    """A small city that is really committed."""
    return make_brief_database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = make_engine(url)
    with transaction(made) as session:
        small_city.build(session)
    yield made
    made.dispose()


@pytest.fixture
def city_app(engine: Engine, url: str, tmp_path: Path) -> Flask:
    return create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=secrets.token_hex(16)))


def fetch(app: Flask, number: str = "1-1-1") -> tuple[int, bytes]:
    answer = app.test_client().get(f"/parcels/{number}.pdf?lang=en")
    return answer.status_code, answer.data


def all_rows(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement)).all())


def decide(engine: Engine) -> int:
    """The western zone becomes S213 from today on; returns the version."""
    with transaction(engine) as session:
        day = session.scalar(text("SELECT CURRENT_DATE"))
        return amend(session, "west", "S213", str(day))


def test_those_who_ask_at_once_get_one_and_the_same(
    city_app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []
    render = rendering.render

    def counting(*given: Any) -> bytes:
        rendered.append(threading.get_ident())
        return render(*given)

    monkeypatch.setattr(issuing, "render", counting)
    monkeypatch.setattr(issuing, "_PATIENCE_S", 60)
    with ThreadPoolExecutor(6) as many:
        answers = set(many.map(lambda _n: fetch(city_app), range(6)))
    assert len(answers) == 1
    assert answers.pop()[0] == 200
    assert len(rendered) == 1
    assert all_rows(engine, "SELECT count(*) FROM certificate") == [(1,)]


def test_numbers_have_no_gap_and_no_twin(
    city_app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "_PATIENCE_S", 60)
    render = rendering.render

    def failing_once(session: Session, place: Any, draft: Any, url: str) -> bytes:
        if draft.statement.parcel_number == "1-1-6":
            raise Unavailable("something is missing")
        return render(session, place, draft, url)

    monkeypatch.setattr(issuing, "render", failing_once)
    parcels = [f"1-1-{n}" for n in range(1, 7)]
    with ThreadPoolExecutor(6) as many:
        statuses = [status for status, _pdf in many.map(lambda number: fetch(city_app, number), parcels)]
    assert statuses == [200] * 5 + [503]
    numbers = [row[0] for row in all_rows(engine, "SELECT number FROM certificate ORDER BY number")]
    assert [int(number[5:]) for number in numbers] == [1, 2, 3, 4, 5]


def test_an_annulment_waits_for_what_is_being_issued_and_revokes_it(
    city_app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = decide(engine)
    is_rendering, may_go_on = threading.Event(), threading.Event()
    render = rendering.render

    def slow(*given: Any) -> bytes:
        is_rendering.set()
        assert may_go_on.wait(60)
        return render(*given)

    def annul_it() -> list[str]:
        with transaction(engine) as session:
            return annul(session, COMMAND, get_decision(session, version).brought, "Court").told

    monkeypatch.setattr(issuing, "render", slow)
    with ThreadPoolExecutor(2) as both:
        issued = both.submit(fetch, city_app)
        assert is_rendering.wait(60)
        annulled = both.submit(annul_it)
        with pytest.raises(TimeoutError):
            annulled.result(timeout=0.5)
        may_go_on.set()
        assert issued.result(60)[0] == 200
        assert annulled.result(60) == ["1 certificate that relied on it is revoked."]
    assert all_rows(engine, "SELECT revoked_reason FROM certificate") == [("Court",)]


def test_an_annulment_that_fails_revokes_nothing(city_app: Flask, engine: Engine) -> None:
    version = decide(engine)
    assert fetch(city_app)[0] == 200

    def undone(session: Session) -> None:
        annul(session, COMMAND, get_decision(session, version).brought, "Court")
        raise RuntimeError("the transaction does not come to its end")

    with pytest.raises(RuntimeError), transaction(engine) as session:
        undone(session)
    assert all_rows(engine, "SELECT revoked_at FROM certificate") == [(None,)]


def test_the_administrators_commands(city_app: Flask, engine: Engine) -> None:
    run = city_app.test_cli_runner().invoke
    version = decide(engine)
    assert fetch(city_app)[0] == 200
    listed = run(args=["zoning", "decisions"])
    assert listed.exit_code == 0, listed.output
    first, second = listed.output.strip().splitlines()
    assert first.startswith(f"Zone version {version}: ")
    assert "1 brought in, 1 ended" in first
    assert "3 brought in, 0 ended" in second

    refused = run(args=["zoning", "annul", str(version), "--reason", " "])
    assert (refused.exit_code, refused.output.count("\n")) == (2, 1)
    assert "Error" in refused.output
    assert run(args=["zoning", "annul", "999999", "--reason", "x"]).exit_code == 2

    trial = run(args=["zoning", "annul", str(version), "--reason", "Court", "--dry-run"])
    assert trial.exit_code == 0, trial.output
    assert "This was a trial" in trial.output
    assert all_rows(engine, "SELECT revoked_at FROM certificate") == [(None,)]

    done = run(args=["zoning", "annul", str(version), "--reason", "Court"])
    assert done.exit_code == 0, done.output
    assert "1 zone version that stood before stands again." in done.output
    assert "1 certificate that relied on it is revoked." in done.output
    assert all_rows(engine, "SELECT revoked_reason FROM certificate") == [("Court",)]
    assert run(args=["zoning", "annul", str(version), "--reason", "Court"]).exit_code == 2
    acts = all_rows(engine, "SELECT actor, action, reason FROM audit ORDER BY id")
    assert [tuple(act) for act in acts] == [
        ("command", "zoning.annul", "Court"),
        ("command", "certificate.revoke", "Court"),
    ]


def test_the_archive_is_checked_against_what_was_recorded(city_app: Flask, engine: Engine) -> None:
    run = city_app.test_cli_runner().invoke
    assert "0 certificates are kept" in run(args=["certificates", "check"]).output
    assert fetch(city_app)[0] == 200
    assert fetch(city_app, "1-1-4")[0] == 200
    whole = run(args=["certificates", "check"])
    assert (whole.exit_code, whole.output) == (0, "2 certificates are kept as they were issued.\n")

    ((number, document),) = all_rows(engine, "SELECT number, document FROM certificate ORDER BY id LIMIT 1")
    path = city_app.config["SETTINGS"].data_dir / "documents" / document[:2] / document
    path.chmod(0o640)
    path.write_bytes(b"something else")
    told = run(args=["certificates", "check"])
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith(f"Certificate {number}: This document was changed")
