"""The private cluster's life among several processes: who starts it, who stops it, and what a crash leaves behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine

from core import cluster, cluster_files
from core.cluster import ClusterError

ROOT = Path(__file__).resolve().parents[2]
USER = """
import pathlib, sys
from core import cluster, cluster_files
folder = pathlib.Path(sys.argv[1])
cluster.ensure_running(folder, durable=False)
print(cluster_files.postmaster(cluster_files.place_of(folder)), flush=True)
"""
STAY = "sys.stdin.readline()\n"
FORK = """
import os
if os.fork() == 0:
    cluster.leave(folder)
    sys.exit()
os.wait()
print(cluster_files.postmaster(cluster_files.place_of(folder)), flush=True)
"""
WORKER = """
import multiprocessing, os
def work():
    cluster.ensure_running(folder, durable=False)
    print(os.getpid(), flush=True)
    import time; time.sleep(60)
worker = multiprocessing.get_context("fork").Process(target=work, daemon=True)
worker.start()
worker.join()
"""

User = subprocess.Popen[str]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the server's account may enter (pytest's own are closed to all but root)."""
    made = Path(tempfile.mkdtemp(prefix="shahrnama-test-", dir="/tmp"))
    made.chmod(0o755)
    yield made / "city"
    for home in made.glob("*"):
        cluster_files.stop(cluster_files.place_of(home))
    shutil.rmtree(made)


def start(folder: Path, then: str = STAY) -> User:
    """A process that uses the cluster; what it printed first is the server's process id."""
    return subprocess.Popen(
        [sys.executable, "-c", USER + then, folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def server_of(user: User) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def end(user: User) -> None:
    user.communicate("\n", timeout=60)


def running(folder: Path) -> int | None:
    return cluster_files.postmaster(cluster_files.place_of(folder))


def wait_until_off(folder: Path) -> None:
    until = time.monotonic() + 60
    while running(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert running(folder) is None


def test_one_alone_makes_starts_and_stops_it(folder: Path) -> None:
    user = start(folder)
    server = server_of(user)
    assert running(folder) == server
    end(user)
    assert user.returncode == 0
    assert running(folder) is None


def test_the_last_one_turns_off_the_light(folder: Path) -> None:
    first = start(folder)
    server = server_of(first)
    second = start(folder)
    assert server_of(second) == server
    end(first)
    assert running(folder) == server, "who started it is not who stops it"
    end(second)
    assert running(folder) is None


def test_several_at_once_start_one(folder: Path) -> None:
    users = [start(folder) for _ in range(4)]
    assert len({server_of(user) for user in users}) == 1
    for user in users:
        end(user)
    assert running(folder) is None


def test_a_killed_user_leaves_no_trouble(folder: Path) -> None:
    killed = start(folder)
    server = server_of(killed)
    killed.kill()
    killed.communicate()
    assert running(folder) == server
    heir = start(folder)
    assert server_of(heir) == server
    end(heir)
    assert running(folder) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_as_properly_as_leaving(folder: Path, number: signal.Signals) -> None:
    user = start(folder)
    server_of(user)
    user.send_signal(number)
    user.communicate(timeout=60)
    assert running(folder) is None
    log = cluster_files.place_of(folder).log.read_text(encoding="utf-8")
    assert log.rstrip().endswith("database system is shut down")


def test_ctrl_c_in_the_terminal_of_who_started_it_spares_the_others(folder: Path) -> None:
    first = start(folder)
    server = server_of(first)
    second = start(folder)
    server_of(second)
    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=60)
    assert running(folder) == server
    end(second)


def test_a_forked_child_that_leaves_stops_nothing(folder: Path) -> None:
    user = start(folder, FORK + STAY)
    server = server_of(user)
    assert server_of(user) == server
    end(user)
    assert running(folder) is None


def test_the_worker_of_a_killed_server_turns_off_the_light(folder: Path) -> None:
    parent = start(folder, WORKER)
    server_of(parent)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    os.kill(worker, signal.SIGTERM)
    wait_until_off(folder)
    parent.communicate()


def test_a_server_that_was_killed_is_started_again(folder: Path) -> None:
    with cluster.running(folder, durable=False) as url:
        old = running(folder)
        assert old
        os.kill(old, signal.SIGKILL)
        wait_until_off(folder)
        assert cluster.ensure_running(folder, durable=False) == url
        assert running(folder) not in (None, old)
        engine = create_engine(url)
        with engine.connect() as link:
            assert link.exec_driver_sql("SELECT 1").scalar() == 1
        engine.dispose()
    assert running(folder) is None


def test_a_pid_file_that_names_some_other_process(folder: Path) -> None:
    with cluster.running(folder, durable=False):
        pid_file = cluster_files.place_of(folder).data / "postmaster.pid"
        left = pid_file.read_text(encoding="utf-8").split("\n", 1)[1]
    pid_file.write_text(f"{os.getpid()}\n{left}", encoding="utf-8")
    assert running(folder) is None
    with cluster.running(folder, durable=False):
        assert running(folder) != os.getpid()


def test_a_pid_file_that_names_another_citys_server(folder: Path) -> None:
    other = folder.with_name("other")
    with cluster.running(folder, durable=False):
        pid_file = cluster_files.place_of(folder).data / "postmaster.pid"
        left = pid_file.read_text(encoding="utf-8").split("\n", 1)[1]
    with cluster.running(other, durable=False):
        pid_file.write_text(f"{running(other)}\n{left}", encoding="utf-8")
        assert running(folder) is None
        assert cluster_files.stop(cluster_files.place_of(folder)) is False, (
            "another city's server is not ours to stop"
        )
        with cluster.running(folder, durable=False):
            assert running(folder) != running(other)
        assert running(other)


def test_two_cities_stand_side_by_side(folder: Path) -> None:
    other = folder.with_name("other")
    with cluster.running(folder, durable=False) as here, cluster.running(other, durable=False) as there:
        assert here != there
        for url, name in ((here, "ours"), (there, "theirs")):
            engine = create_engine(url)
            with engine.begin() as link:
                link.exec_driver_sql(f"CREATE TABLE {name} ()")
                found = link.exec_driver_sql(
                    "SELECT relname FROM pg_class WHERE relname IN ('ours', 'theirs')"
                )
                assert found.scalars().all() == [name]
            engine.dispose()


def test_no_door_but_the_socket_and_persian_is_understood(folder: Path) -> None:
    with cluster.running(folder, durable=False) as url:
        place = cluster_files.place_of(folder)
        assert stat.S_IMODE(place.socket_dir.stat().st_mode) == 0o700
        engine = create_engine(url)
        with engine.begin() as link:
            assert link.exec_driver_sql("SHOW listen_addresses").scalar() == ""
            assert link.exec_driver_sql("SHOW server_encoding").scalar() == "UTF8"
            link.exec_driver_sql("CREATE EXTENSION pg_trgm")
            likeness = link.exec_driver_sql("SELECT similarity('خیابان ولی عصر', 'ولی عصر')").scalar()
            assert likeness is not None
            assert likeness > 0.5
        engine.dispose()


def test_a_long_path_is_served_through_a_short_socket(folder: Path) -> None:
    deep = folder / ("d" * 50) / ("e" * 50)
    with cluster.running(deep, durable=False) as url:
        place = cluster_files.place_of(deep)
        assert place.socket_dir.parent == Path("/tmp")
        engine = create_engine(url)
        engine.connect().close()
        engine.dispose()
    shutil.rmtree(place.socket_dir)


def test_what_a_broken_start_left_is_made_anew(folder: Path) -> None:
    home = cluster_files.place_of(folder).home
    cluster_files._own_folder(home, cluster_files.place_of(folder))
    (home / "data.new" / "base").mkdir(parents=True)
    with cluster.running(folder, durable=False):
        assert running(folder)
        assert not (home / "data.new").exists()


def test_a_server_that_cannot_start_says_why_in_one_line(folder: Path) -> None:
    with cluster.running(folder, durable=False):
        place = cluster_files.place_of(folder)
    with (place.data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("work_mem = 'as much as you like'\n")
    with pytest.raises(ClusterError) as caught:
        cluster.ensure_running(folder, durable=False)
    assert "\n" not in caught.value.message
    assert "postgresql.conf" in caught.value.message
    assert str(place.log) in caught.value.message
    assert cluster.leave(folder) is False


def test_files_that_vanished_are_told_not_remade(folder: Path) -> None:
    with cluster.running(folder, durable=False):
        place = cluster_files.place_of(folder)
    shutil.rmtree(place.data / "global")
    with pytest.raises(ClusterError, match="does not start"):
        cluster.ensure_running(folder, durable=False)
    assert (place.data / "PG_VERSION").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs the server as another account")
def test_root_moves_it_where_the_servers_account_may_enter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = folder.with_name("moved")
    monkeypatch.setattr(cluster_files, "_MOVED_TO", moved)
    folder.mkdir(mode=0o700)
    with cluster.running(folder, durable=False) as url:
        place = cluster_files.place_of(folder)
        assert place.home.parent == moved
        assert (folder / "cluster.path").read_text(encoding="utf-8").strip() == str(place.home)
        assert cluster.url_for(folder) == url
    # Deleted and begun anew, it is an empty city; the old one's files are set aside, not shown and not lost.
    (folder / "cluster.path").unlink()
    (place.data / "of-the-old-city").touch()
    with cluster.running(folder, durable=False):
        assert not (place.data / "of-the-old-city").exists()
    assert list(moved.glob("*.left-*/data/of-the-old-city"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can stand in for two accounts")
def test_another_accounts_cluster_is_refused_in_one_line(folder: Path) -> None:
    with cluster.running(folder, durable=False):
        # No new interpreter: the other account may not be able to read this one.
        there, here = os.pipe()
        if os.fork() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            for tried in (lambda: cluster.ensure_running(folder), lambda: running(folder)):
                try:
                    tried()
                except ClusterError as error:
                    os.write(here, error.message.encode() + b"\n")
            os._exit(0)
        os.close(here)
        os.wait()
        with os.fdopen(there, encoding="utf-8") as told:
            lines = told.read().splitlines()
    assert lines == [
        f"The data folder {folder} cannot be used: Permission denied",
        f"The city's database in {folder / 'cluster'} belongs to another account.",
    ]


def test_psycopg2_reaches_it_without_a_password(folder: Path) -> None:
    with cluster.running(folder, durable=False):
        place = cluster_files.place_of(folder)
        link = psycopg2.connect(host=str(place.socket_dir), user="shahrnama", dbname="shahrnama")
        link.close()
