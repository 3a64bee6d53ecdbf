"""The record: written with what it tells of, refused to be altered, and found out where it was all the same."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import audit
from core.anchor import Anchor
from core.audit import ANCHOR, Actor
from core.audit_check import Flaw, verify
from core.database import make_engine, upgrade
from tests.conftest import DatabaseMaker

MARYAM = Actor("maryam@example.org", 7, "r-1")


@pytest.fixture
def engine(make_brief_database: DatabaseMaker) -> Iterator[Engine]:
    """A database of the test's own: the record cannot be emptied again."""
    made = make_engine(make_brief_database())
    yield made
    made.dispose()


@pytest.fixture
def anchor(tmp_path: Path) -> Anchor:
    return Anchor(tmp_path / "record.anchor")


@pytest.fixture
def write(engine: Engine, anchor: Anchor) -> Callable[[int], None]:
    """Write a number of acts, each in a transaction of its own."""

    def acts(count: int) -> None:
        for number in range(count):
            with Session(engine, info={ANCHOR: anchor}) as session, session.begin():
                subject = f"parcel:{number}"
                audit.record(session, MARYAM, "test.do", subject, before={"a": 1.5}, after={"نام": "لاله"})

    return acts


def flaws(engine: Engine, anchor: Anchor | None = None) -> set[tuple[Flaw, int]]:
    with Session(engine) as session:
        return {(finding.flaw, finding.row) for finding in verify(session, anchor).findings}


def behind_its_back(engine: Engine, *statements: str) -> None:
    """What a superuser could do: triggers off, then whatever he likes."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_act_is_written_with_its_transaction(engine: Engine, anchor: Anchor) -> None:
    with Session(engine, info={ANCHOR: anchor}) as session:
        with session.begin():
            audit.record(session, MARYAM, "test.do", "parcel:1", after={"n": 1}, reason="why")
        row = session.execute(
            text("SELECT actor, actor_id, request_id, action, subject, after, reason FROM audit")
        ).one()
        assert tuple(row) == ("maryam@example.org", 7, "r-1", "test.do", "parcel:1", {"n": 1}, "why")
    last = anchor.read()
    assert last is not None
    assert last[0] == 1


def test_what_is_rolled_back_was_not_done(engine: Engine, anchor: Anchor) -> None:
    with Session(engine, info={ANCHOR: anchor}) as session:
        audit.record(session, MARYAM, "test.do", "parcel:1")
        session.rollback()
        session.begin()
        audit.record(session, MARYAM, "test.do", "parcel:2")
        with session.begin_nested() as part:
            audit.record(session, MARYAM, "test.do", "parcel:3")
            part.rollback()
        with session.begin_nested():
            audit.record(session, MARYAM, "test.do", "parcel:4")
        session.commit()
        subjects = session.execute(text("SELECT subject FROM audit ORDER BY id")).scalars().all()
    assert subjects == ["parcel:2", "parcel:4"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ],
)
def test_nothing_is_altered_by_its_owner(
    engine: Engine, write: Callable[[int], None], statement: str
) -> None:
    write(1)
    with pytest.raises(DBAPIError, match="only ever added to"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_applications_own_role_is_not_even_granted_it(
    engine: Engine, write: Callable[[int], None], statement: str
) -> None:
    write(1)
    upgrade(engine.url.render_as_string(hide_password=False), app_role="shahrnama_app")
    as_app = create_engine(engine.url.set(username="shahrnama_app"))
    with as_app.begin() as connection:
        connection.execute(text("INSERT INTO audit (actor, action, subject) VALUES ('a', 'b', 'c')"))
    with pytest.raises(DBAPIError, match="permission denied"), as_app.begin() as connection:
        connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="must be owner"), as_app.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
    with pytest.raises(DBAPIError, match="permission denied"), as_app.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
    as_app.dispose()


def test_a_whole_record(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    assert flaws(engine, anchor) == set()
    write(12)
    assert flaws(engine, anchor) == set()
    assert flaws(engine) == set()


@pytest.mark.parametrize(
    "column",
    ["actor = 'Someone'", "at = at + interval '1 second'", "after = '{}'", "actor_id = NULL", "reason = ' '"],
)
def test_a_changed_byte(engine: Engine, anchor: Anchor, write: Callable[[int], None], column: str) -> None:
    write(5)
    behind_its_back(engine, f"UPDATE audit SET {column} WHERE id = 3")
    assert flaws(engine, anchor) == {(Flaw.ALTERED, 3)}


def test_a_removed_row(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    write(5)
    behind_its_back(engine, "DELETE FROM audit WHERE id = 3")
    assert flaws(engine, anchor) == {(Flaw.BROKEN, 4), (Flaw.MISSING, 3)}
    assert flaws(engine) == {(Flaw.BROKEN, 4)}


def test_a_swapped_pair(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    write(5)
    columns = "actor, action, subject, at, before, after, previous_hash, hash"
    behind_its_back(
        engine,
        "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM audit WHERE id IN (2, 3)",
        f"UPDATE audit AS a SET ({columns}) = (SELECT {columns} FROM kept WHERE kept.id = 5 - a.id) WHERE id IN (2, 3)",
    )
    found = flaws(engine)
    assert {(Flaw.BROKEN, 2), (Flaw.ALTERED, 2), (Flaw.BROKEN, 3), (Flaw.ALTERED, 3)} <= found


def test_an_inserted_row(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    write(5)
    behind_its_back(
        engine,
        """INSERT INTO audit (id, actor, action, subject, previous_hash, hash) OVERRIDING SYSTEM VALUE
           SELECT 6, 'x', 'y', 'z', previous_hash, hash FROM audit WHERE id = 5""",
    )
    assert {(Flaw.BROKEN, 6), (Flaw.ALTERED, 6)} <= flaws(engine)


def test_a_cut_tail(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    write(5)
    behind_its_back(engine, "DELETE FROM audit WHERE id > 3")
    assert flaws(engine) == set()  # a chain whole in itself …
    assert flaws(engine, anchor) == {(Flaw.MISSING, 4), (Flaw.MISSING, 5)}  # … but for the anchor
    write(2)
    assert (Flaw.REWRITTEN, 4) in flaws(engine, anchor)  # grown anew over the cut


def test_a_chain_made_anew(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    write(3)
    behind_its_back(engine, "DELETE FROM audit")
    with Session(engine) as session, session.begin():
        for number in range(3):
            audit.record(session, Actor("mallory"), "test.do", f"parcel:{number}")
    assert flaws(engine) == set()
    assert flaws(engine, anchor) == {(Flaw.REWRITTEN, 1), (Flaw.REWRITTEN, 2), (Flaw.REWRITTEN, 3)}


def test_many_writers_make_one_chain(engine: Engine, anchor: Anchor, write: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=write, args=(10,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        verdict = verify(session, anchor)
    assert (verdict.rows, verdict.findings) == (40, [])


def test_an_anchor_moves_only_forward(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "deep" / "record.anchor")
    assert anchor.read() is None
    anchor.remember(2, b"\2" * 32)
    anchor.remember(1, b"\1" * 32)
    assert anchor.read() == (2, b"\2" * 32)
    with anchor.path.open("a") as file:
        file.write("3 0303")  # cut short by a crash
    assert anchor.read() == (2, b"\2" * 32)
    assert anchor.history() == [(2, b"\2" * 32)]
