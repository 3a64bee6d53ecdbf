"""script/server: up with one command, down with Ctrl-C leaving nothing behind, and one line for each trouble."""

import ctypes
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from core import cluster, cluster_files, database, jobs

ROOT = Path(__file__).resolve().parents[2]
UP = re.compile(r"Shahrnama is at http://127\.0\.0\.1:(\d+)/ ")
OWN = ("DATABASE_URL", "DATA_DIR", "SECRET_KEY")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder that the database's account may enter, with an empty city in it."""
    made = Path(tempfile.mkdtemp(prefix="shahrnama-test-", dir="/tmp"))
    made.chmod(0o755)
    folder = made / "city"
    yield folder
    cluster_files.stop(cluster_files.place_of(folder))
    shutil.rmtree(made)


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def server(port: int, data: Path) -> Iterator[Callable[..., "Server"]]:
    """Starts servers; those a failed test leaves are killed."""
    started: list[Server] = []

    def begin(env: Mapping[str, str] | None = None) -> Server:
        started.append(Server(port, data, env or {}))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.communicate()


class Server:
    """One run of script/server, in a session of its own like that of a terminal."""

    def __init__(self, port: int, data: Path, env: Mapping[str, str]) -> None:
        self.port = port
        inherited = {name: value for name, value in os.environ.items() if name not in OWN}
        self.process = subprocess.Popen(
            [ROOT / "script" / "server", "--port", str(port), "--data", data],
            env=inherited | dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_up(self) -> list[str]:
        """The lines up to the one that says where to look."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if UP.match(line):
                return lines
        raise AssertionError("".join(lines) + (self.process.stderr.read() if self.process.stderr else ""))

    def health(self) -> int:
        """The status of /health."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        link.request("GET", "/health")
        return link.getresponse().status

    def tell_a_thread(self, number: signal.Signals) -> None:
        """Send a signal that comes to a thread which is not the main one, as the kernel may do on a busy machine."""
        pid = self.process.pid
        others = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir() if task.name != str(pid)]
        # One that has ended meanwhile is no thread any more, and the next is asked.
        assert any(ctypes.CDLL(None).tgkill(pid, other, number) == 0 for other in others)

    def cpu_s(self) -> float:
        """Processor time until now of the server, its workers, and all that setting up took, in seconds."""
        ticks = 0
        for pid in (self.process.pid, *self.workers()):
            # After the name in brackets: of itself and of its children that have ended, in user and system mode.
            words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += sum(int(word) for word in words[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def workers(self) -> list[int]:
        """The process ids of its children."""
        pid = self.process.pid
        return [
            int(child)
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        ]


def empty_city(url: str) -> None:
    """A migrated database with a city that holds nothing, so that no demo city is built."""
    database.upgrade(url, 32639)
    engine = create_engine(database.driver_url(url))
    with engine.begin() as link:
        link.execute(text("INSERT INTO city (srid) VALUES (32639)"))
    engine.dispose()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_done(engine: Engine, job: int) -> bool:
    """Whether the worker that the server started has run a job: its effects are there, and it waits no more."""
    done = text("""
        SELECT EXISTS (SELECT FROM job_done WHERE job_id = :job)
           AND NOT EXISTS (SELECT FROM procrastinate_jobs WHERE id = :job)
    """)
    with engine.connect() as link:
        return link.scalar(done, {"job": job}) is True


def is_running(data: Path) -> bool:
    return cluster_files.postmaster(cluster_files.place_of(data)) is not None


def test_from_nothing_to_a_city_and_ctrl_c(server: Callable[..., Server], data: Path) -> None:
    first = server()
    lines = first.wait_until_up()
    assert f"Database: private cluster in {data}\n" in lines
    assert "First start: building the demo city\n" in lines
    assert {first.health() for _ in range(20)} == {200}
    workers = first.workers()
    assert len(workers) >= 2
    engine = create_engine(cluster.url_for(data))
    with engine.connect() as link:
        assert link.execute(text("SELECT count(*) >= 5000 FROM parcel")).scalar()
    with Session(engine) as session:
        job = jobs.defer(session, "jobs.tidy")
        session.commit()
    wait_for(lambda: is_done(engine, job))
    engine.dispose()

    intruder = server()
    _, told = intruder.process.communicate(timeout=120)
    assert intruder.process.returncode == 1
    assert told == f"server: Port {first.port} is taken: choose another by --port.\n"
    assert first.health() == 200

    os.killpg(first.process.pid, signal.SIGINT)
    said, told = first.process.communicate(timeout=120)
    assert (first.process.returncode, said, told) == (0, "Stopped.\n", "")
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert is_free(first.port)
    assert not is_running(data)

    again = server()
    assert "First start: building the demo city\n" not in again.wait_until_up()
    # Up in five seconds on two quiet cores. The suite's machine may be busy, so work is measured, not waiting.
    assert again.cpu_s() < 10
    again.process.send_signal(signal.SIGTERM)
    again.process.communicate(timeout=120)
    assert again.process.returncode == 0


def test_a_server_of_yours_is_used_and_none_is_started(
    server: Callable[..., Server], data: Path, make_brief_database: Callable[..., str]
) -> None:
    url = make_brief_database(srid=None)
    empty_city(url)
    served = server({"DATABASE_URL": url})
    lines = served.wait_until_up()
    assert any(line.startswith("Database: postgresql+psycopg2://") for line in lines)
    assert served.health() == 200
    assert not (data / "cluster").exists()
    served.process.send_signal(signal.SIGHUP)  # The terminal was closed.
    served.process.communicate(timeout=120)
    assert served.process.returncode == 0
    assert is_free(served.port)


def test_the_password_of_a_server_of_yours_is_not_shown(server: Callable[..., Server]) -> None:
    served = server({"DATABASE_URL": "postgresql://ali:secret@127.0.0.1:1/none"})
    said, told = served.process.communicate(timeout=120)
    assert served.process.returncode == 1
    assert "secret" not in said + told
    assert len(told.splitlines()) == 1
    assert told.startswith("script/server: The database cannot be reached: ")


def test_killed_outright_it_takes_its_workers_and_the_cluster_along(
    server: Callable[..., Server], data: Path
) -> None:
    with cluster.running(data) as url:
        empty_city(url)
    served = server()
    served.wait_until_up()
    assert {served.health() for _ in range(20)} == {200}
    served.process.kill()
    wait_for(lambda: is_free(served.port))
    wait_for(lambda: not is_running(data))


def test_a_server_that_stops_leaves_the_cluster_to_who_still_uses_it(
    server: Callable[..., Server], data: Path
) -> None:
    with cluster.running(data) as url:
        empty_city(url)
        served = server()
        served.wait_until_up()
        served.tell_a_thread(signal.SIGTERM)
        said, told = served.process.communicate(timeout=120)
        assert (served.process.returncode, said, told) == (0, "Stopped.\n", "")
        assert is_running(data)
    assert not is_running(data)


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"DEFAULT_LANGUAGE": "de"}, "script/server: DEFAULT_LANGUAGE: fa or en, not 'de'"),
        (
            {"DATABASE_URL": "mysql://x"},
            "script/server: DATABASE_URL: a postgresql:// address is needed, not 'mysql'",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    server: Callable[..., Server], data: Path, env: Mapping[str, str], line: str
) -> None:
    refused = server(env)
    _, told = refused.process.communicate(timeout=120)
    assert (refused.process.returncode, told) == (1, f"{line}\n")
    assert not data.exists()


@pytest.mark.parametrize("options", [["--prot", "1"], ["--port", "http"], ["--data"], ["--port", "123456"]])
def test_an_option_that_cannot_be_shows_how_it_is_used(options: list[str]) -> None:
    done = subprocess.run([ROOT / "script" / "server", *options], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert "script/server [--port N] [--data DIR]" in done.stderr


def test_a_port_that_is_none(data: Path) -> None:
    done = subprocess.run(
        [ROOT / "script" / "server", "--port", "70000", "--data", data],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert done.stderr == "script/server: 70000 is no port: choose one from 1024 to 65535.\n"
