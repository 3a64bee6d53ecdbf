"""Where a cluster lies, how it is tuned and how its troubles are told, without starting any."""

import os
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from core import cluster, cluster_files, postgres
from core.postgres import ClusterError

GB = 1024**3


def test_the_url_names_the_socket_folder_and_starts_nothing(tmp_path: Path) -> None:
    url = make_url(cluster.url_for(tmp_path / "شهر من"))
    assert url.drivername == "postgresql+psycopg2"
    assert url.database == "shahrnama"
    assert url.host is None
    host = str(url.query["host"])
    assert host.startswith("/")
    assert not (tmp_path / "شهر من").exists()


def test_a_socket_path_too_long_for_the_kernel_is_shortened(tmp_path: Path) -> None:
    fits = cluster_files.place_of(Path("/a") / ("x" * 60))
    long = cluster_files.place_of(Path("/a") / ("x" * 90))
    other = cluster_files.place_of(Path("/a") / ("y" * 90))
    assert fits.socket_dir == fits.home / "socket"
    assert long.socket_dir.parent == Path("/tmp")
    assert len(os.fsencode(long.socket_dir / ".s.PGSQL.5432")) <= 107
    assert long.socket_dir != other.socket_dir


def test_a_path_is_measured_in_bytes_not_letters() -> None:
    assert cluster_files.place_of(Path("/a") / ("ش" * 45)).socket_dir.parent == Path("/tmp")


@pytest.mark.parametrize(
    ("memory", "shared"), [(GB // 4, "64MB"), (2 * GB, "341MB"), (4 * GB, "682MB"), (64 * GB, "2048MB")]
)
def test_buffers_fit_the_machine(memory: int, shared: str) -> None:
    lines = postgres.configuration(Path("/s"), durable=True, memory=memory).splitlines()
    assert f"shared_buffers = {shared}" in lines
    assert "listen_addresses = ''" in lines
    assert "fsync = off" not in lines


def test_only_throw_away_clusters_do_without_fsync() -> None:
    assert "fsync = off" in postgres.configuration(Path("/s"), durable=False).splitlines()


def test_a_quote_in_the_path_stays_inside_its_setting() -> None:
    assert "unix_socket_directories = '/o''clock'" in postgres.configuration(Path("/o'clock"), durable=True)


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "2026-11-24 02:55:17 UTC [7] LOG:  starting\n"
            '2026-11-24 02:55:17 UTC [7] FATAL:  could not write lock file "postmaster.pid": No space left on device\n'
            "2026-11-24 02:55:17 UTC [7] LOG:  database system is shut down\n",
            'could not write lock file "postmaster.pid": No space left on device',
        ),
        ('initdb: error: invalid locale name "xx"\n', 'invalid locale name "xx"'),
        ("something odd\n\n", "something odd"),
        ("", ""),
    ],
)
def test_the_telling_line(output: str, line: str) -> None:
    assert postgres.telling_line(output) == line


def test_without_postgresql_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_installations", lambda: iter(()))
    with pytest.raises(ClusterError, match="run script/setup"):
        postgres.find_programs()


def test_a_postgresql_without_postgis_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer, older = tmp_path / "17", tmp_path / "16"
    for folder in (newer, older):
        folder.mkdir()
        (folder / "initdb").touch()
    (older / "postgis.control").touch()
    monkeypatch.setattr(postgres, "_installations", lambda: iter([(newer, newer), (older, older)]))
    assert postgres.find_programs() == older


def test_a_city_of_a_version_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClusterError, match="PostgreSQL 9, which is not installed"):
        postgres.find_programs("9")


def test_no_room_for_a_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1024))
    monkeypatch.setattr(cluster_files, "_MOVED_TO", tmp_path / "moved")
    with pytest.raises(ClusterError, match="disk is full"):
        cluster.ensure_running(tmp_path / "city")
    assert cluster.leave(tmp_path / "city") is False, "what fails to start is held by nobody"


def test_a_socket_folder_put_there_by_somebody_else_is_refused(tmp_path: Path) -> None:
    place = cluster_files.place_of(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    with pytest.raises(ClusterError, match="another account"):
        cluster_files._own_folder(tmp_path / "link", place)


def test_a_folder_open_to_others_is_closed(tmp_path: Path) -> None:
    place = cluster_files.place_of(tmp_path)
    folder = tmp_path / "socket"
    folder.mkdir(mode=0o755)
    os.chown(folder, place.owner.pw_uid, place.owner.pw_gid)
    cluster_files._own_folder(folder, place)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
