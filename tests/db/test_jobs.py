"""The queue: a job is there if its edit is, is done once, is tried again, and survives its worker."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core import jobs, mail
from core.database import make_engine
from core.errors import BadInput
from core.mail import Letter, MailServer
from core.worker import Worker
from tests.conftest import ROOT, DatabaseMaker


@pytest.fixture
def engine(make_brief_database: DatabaseMaker) -> Iterator[Engine]:
    """A database of the test's own, since workers commit."""
    made = make_engine(make_brief_database())
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE counted (what text)"))
    yield made
    made.dispose()


@pytest.fixture
def tasks() -> Iterator[None]:
    """Tasks of this test are forgotten after it."""
    before = dict(jobs.TASKS)
    yield
    jobs.TASKS.clear()
    jobs.TASKS.update(before)


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def work(engine: Engine) -> None:
    Worker(engine, url_of(engine), first_wait_s=0.01, silent_s=1).run(wait=False)


def counted(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM counted")) or 0)


def defer(engine: Engine, name: str, **arguments: object) -> int:
    with Session(engine) as session, session.begin():
        return jobs.defer(session, name, **arguments)  # type: ignore[arg-type]


def test_a_job_is_there_only_if_its_edit_is(engine: Engine, tasks: None) -> None:
    @jobs.task("test.count")
    def count(session: Session, what: str) -> None:
        session.execute(text("INSERT INTO counted VALUES (:what)"), {"what": what})

    with Session(engine) as session:
        jobs.defer(session, "test.count", what="rolled back")
        session.rollback()
    defer(engine, "test.count", what="کوچهٔ لاله")
    work(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT what FROM counted")).scalars().all() == ["کوچهٔ لاله"]
        assert connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_a_task_nobody_knows_is_refused_at_once(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(KeyError):
        jobs.defer(session, "test.unknown")


def test_a_job_whose_effects_are_there_is_not_done_again(engine: Engine, tasks: None) -> None:
    @jobs.task("test.count")
    def count(session: Session) -> None:
        session.execute(text("INSERT INTO counted VALUES ('x')"))

    job = defer(engine, "test.count")
    with Session(engine) as session, session.begin():
        # A worker did it and was killed before it could tell the queue.
        assert jobs.claim(session, job)
        count(session)
    work(engine)
    assert counted(engine) == 1


def test_what_fails_leaves_nothing_is_tried_again_and_then_given_up(engine: Engine, tasks: None) -> None:
    tried = []

    @jobs.task("test.fail", attempts=3)
    def fail(session: Session) -> None:
        tried.append(1)
        session.execute(text("INSERT INTO counted VALUES ('half')"))
        raise ValueError("no such thing as luck")

    job = defer(engine, "test.fail")
    for _ in range(6):
        work(engine)
        time.sleep(0.05)
    assert len(tried) == 3
    assert counted(engine) == 0
    with Session(engine) as session, session.begin():
        [failed] = jobs.list_failed(session)
        assert (failed.id, failed.task, failed.attempts) == (job, "test.fail", 3)
        assert failed.error == "ValueError: no such thing as luck"
        assert jobs.retry(session, job)
        assert not jobs.retry(session, job + 1)
    work(engine)
    assert len(tried) == 4


WORKER = """
import sys, time
from sqlalchemy import create_engine, text
from core import jobs
from core.worker import Worker

@jobs.task("test.slow")
def slow(session):
    session.execute(text("INSERT INTO counted VALUES ('slow')"))
    open(sys.argv[2], "a").write("begun\\n")
    time.sleep(float(sys.argv[3]))

engine = create_engine(sys.argv[1])
Worker(engine, sys.argv[1], first_wait_s=0.1, silent_s=1.5).run()
"""


def start_worker(engine: Engine, notes: Path, seconds: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WORKER, url_of(engine), notes, str(seconds)], cwd=ROOT)


def wait_for(what: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_a_worker_killed_in_mid_job_loses_nothing(engine: Engine, tasks: None, tmp_path: Path) -> None:
    jobs.task("test.slow")(lambda _session: None)
    notes = tmp_path / "notes"
    defer(engine, "test.slow")
    first = start_worker(engine, notes, 60)
    wait_for(notes.exists)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert counted(engine) == 0
    second = start_worker(engine, notes, 0)
    try:
        wait_for(lambda: counted(engine) == 1)
    finally:
        second.terminate()
        second.wait(60)
    assert notes.read_text() == "begun\nbegun\n"
    assert counted(engine) == 1


class Box:
    """What a mail server was given; refuses the first letters if told to, or says nothing to the first of all."""

    def __init__(self, refuse: int = 0) -> None:
        self.refuse = refuse
        self.stall = 0
        self.takes_first = False
        self.reached = threading.Event()
        self.letters: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        if self.refuse:
            self.refuse -= 1
            return "451 not now"
        if self.stall:
            self.stall -= 1
            if self.takes_first:
                self.letters.append(envelope.content)  # type: ignore[attr-defined]
            self.reached.set()
            await asyncio.sleep(20)
            return "451 too late"
        self.letters.append(envelope.content)  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    handler = Box(refuse=1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_letter_is_sent_when_the_server_takes_it(engine: Engine, box: tuple[Box, str]) -> None:
    handler, url = box
    mail.deliver_by(MailServer(url, "شهرداری <city@example.org>"))
    letter = Letter("maryam@example.org", "کد رهگیری", "سلام\nپروندهٔ شما", "<p>سلام</p>")
    with Session(engine) as session, session.begin():
        mail.send(session, letter)
    for _ in range(3):
        work(engine)
        time.sleep(0.05)
    [sent] = handler.letters
    assert f"Message-ID: <{letter.id}@example.org>".encode() in sent
    assert b"multipart/alternative" in sent


MAILER = """
import sys
from sqlalchemy import create_engine
from core import mail
from core.worker import Worker

mail.deliver_by(mail.MailServer(sys.argv[2], "city@example.org"))
Worker(create_engine(sys.argv[1]), sys.argv[1], first_wait_s=0.1, silent_s=1.5).run()
"""


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_worker_killed_in_mid_letter_loses_none(
    engine: Engine, box: tuple[Box, str], is_taken: bool
) -> None:
    """Killed before the server has the letter, or when it has it and nobody could note that yet."""
    handler, url = box
    handler.refuse, handler.stall, handler.takes_first = 0, 1, is_taken
    with Session(engine) as session, session.begin():
        mail.send(session, Letter("maryam@example.org", "x", "y"))
    command = [sys.executable, "-c", MAILER, url_of(engine), url]
    first = subprocess.Popen(command, cwd=ROOT)
    wait_for(handler.reached.is_set)
    first.kill()
    first.wait()
    second = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(lambda: len(handler.letters) == 1 + is_taken)
        with engine.connect() as connection:
            left = text("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'succeeded'")
            wait_for(lambda: connection.scalar(left) == 0)
    finally:
        second.terminate()
        second.wait(60)
    assert len(handler.letters) == 1 + is_taken
    # One that left twice is one to its reader's mail program: it is known by its Message-ID.
    found = {re.search(rb"Message-ID: (<[^>]+>)", letter) for letter in handler.letters}
    assert len({each[1] for each in found if each}) == 1


@pytest.mark.parametrize("address", ["a@example.org\nBcc: b@example.org", "a@example.org\r\nX: y"])
def test_no_header_is_put_in_by_an_address(session: Session, address: str) -> None:
    with pytest.raises(BadInput):
        mail.send(session, Letter(address, "x", "y"))
