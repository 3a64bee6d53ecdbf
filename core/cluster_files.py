"""One private cluster on disk: where it lies, whose it is, making, starting and stopping it."""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from core.i18n import gettext as _
from core.postgres import ClusterError, configuration, find_programs, telling_line

DATABASE = "shahrnama"
_ROLE = "shahrnama"
APP_ROLE = "shahrnama_app"
"""The role that web workers and the job worker work as: it owns no table (core/grants.sql)."""
_SOCKET_FILE = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107  # sockaddr_un holds 108 bytes, the last of them a zero.
_ROOM_FOR_A_CLUSTER = 300 * 1024 * 1024
_LONGEST_LOG = 20 * 1024 * 1024
_MOVED_TO = Path("/var/lib/shahrnama")
_SHORT = Path("/tmp")  # noqa: S108 (the folder made there is ours and 0700, or refused)
_START_S = 600  # After a crash the log is replayed first, which may take minutes.
_STOP_S = 60


@dataclass(frozen=True)
class Place:
    """Where the cluster of a data folder lies and which account runs it (root cannot run PostgreSQL)."""

    folder: Path
    home: Path
    socket_dir: Path
    owner: pwd.struct_passwd

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.home / "server.log"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the city's database, as the owner of its tables."""
        return self._url(_ROLE)

    @property
    def app_url(self) -> str:
        """The same as the application's own role."""
        return self._url(APP_ROLE)

    def _url(self, role: str) -> str:
        return f"postgresql+psycopg2://{role}@/{DATABASE}?host={quote(str(self.socket_dir), safe='/')}"


def place_of(data_dir: Path) -> Place:
    """The cluster's place for a data folder: inside it, or under /var/lib where its owner could not enter it.

    Raises ClusterError when root has no account to run PostgreSQL as.
    """
    folder = Path(data_dir).resolve()
    home, owner = _home_and_owner(folder)
    socket_dir = home / "socket"
    if len(os.fsencode(socket_dir / _SOCKET_FILE)) > _LONGEST_SOCKET_PATH:
        socket_dir = _SHORT / f"shahrnama-{_digest(folder)}"
    return Place(folder, home, socket_dir, owner)


def _home_and_owner(folder: Path) -> tuple[Path, pwd.struct_passwd]:
    """Who has made it keeps it; otherwise the asker runs the server himself, and root has postgres do it."""
    note = folder / "cluster.path"
    home = Path(note.read_text(encoding="utf-8").strip()) if note.is_file() else folder / "cluster"
    if os.getuid() != 0:
        return home, pwd.getpwuid(os.getuid())
    with contextlib.suppress(FileNotFoundError, KeyError):
        owner = pwd.getpwuid((home / "data").stat().st_uid)
        if owner.pw_uid != 0:
            return home, owner
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError(_("PostgreSQL with PostGIS is not installed: run script/setup.")) from None
    return (home if _can_enter(folder, owner) else _MOVED_TO / _digest(folder)), owner


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _can_enter(folder: Path, owner: pwd.struct_passwd) -> bool:
    """Whether the owner may pass through every folder down to this one (those not yet made will be open)."""
    groups = os.getgrouplist(owner.pw_name, owner.pw_gid)
    for step in (folder, *folder.parents):
        if step.exists():
            status = step.stat()
            bit = 0o100 if status.st_uid == owner.pw_uid else 0o010 if status.st_gid in groups else 0o001
            if not status.st_mode & bit:
                return False
    return True


def postmaster(place: Place) -> int | None:
    """The process id of this cluster's running server, or None.

    A pid file left by a crash may name a process that is something else by now, even another city's server:
    only a postgres that stands in this very data folder counts. Raises ClusterError if it is not ours to see.
    """
    try:
        pid = int((place.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except PermissionError:
        told = _("The city's database in %(folder)s belongs to another account.", folder=place.home)
        raise ClusterError(told) from None
    except (OSError, ValueError):
        return None
    if Path(os.fsdecode(words[0])).name not in ("postgres", "postmaster"):
        return None
    try:
        same = Path(f"/proc/{pid}/cwd").samefile(place.data)
    except OSError:
        # Root in a container may not look into others' processes; their command lines it may read.
        same = os.fsencode(place.data) in words
    return pid if same else None


def make(place: Place, durable: bool) -> None:
    """Make the cluster unless it is there; made aside and then renamed, so that half a one never stands."""
    note = place.folder / "cluster.path"
    moved = place.home.parent == _MOVED_TO
    if moved and not note.exists() and place.home.exists():
        # Left by a city whose data folder was deleted: not ours to throw away, nor to show as the new one.
        place.home.rename(place.home.with_name(f"{place.home.name}.left-{int(time.time())}"))
    if (place.data / "PG_VERSION").exists():
        return
    _own_folder(place.home, place)
    if moved:
        note.write_text(f"{place.home}\n", encoding="utf-8")
    if shutil.disk_usage(place.home).free < _ROOM_FOR_A_CLUSTER:
        raise ClusterError(_("The disk is full: a new city needs 300 MB in %(folder)s.", folder=place.home))
    aside = place.home / "data.new"
    shutil.rmtree(aside, ignore_errors=True)
    _initialise(place, aside, durable)
    aside.rename(place.data)


def _initialise(place: Place, folder: Path, durable: bool) -> None:
    # pg_trgm finds nothing Persian in the C locale, hence C.UTF-8; nobody comes in except by the socket.
    words: list[object] = [find_programs() / "initdb", "-D", folder, "-U", _ROLE, "--encoding=UTF8"]
    words += ["--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject", *([] if durable else ["-N"])]
    done = _as_owner(place, words)
    if done.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        why = telling_line(done.stderr + done.stdout)
        raise ClusterError(_("The city's database cannot be made: %(why)s", why=why))
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\n# shahrnama.conf is written anew at each start to fit the machine.\n")
        file.write("include = 'shahrnama.conf'\n# Lines of yours below this one win over it.\n")


def start(place: Place, durable: bool) -> None:
    """Start the server and wait until it answers. Raises ClusterError with the log's last telling line."""
    version = (place.data / "PG_VERSION").read_text(encoding="utf-8").strip()
    programs = find_programs(version)
    _own_folder(place.socket_dir, place)
    _write_as_owner(place, place.data / "shahrnama.conf", configuration(place.socket_dir, durable=durable))
    _drop_foreign_pid_files(place)
    _begin_log(place)
    seen = place.log.stat().st_size
    words: list[object] = [programs / "pg_ctl", "start", "-D", place.data, "-l", place.log]
    for attempt in range(3):
        done = _as_owner(place, [*words, "-w", "-s", "-t", _START_S])
        if done.returncode == 0:
            return
        log = _log_since(place, seen)
        if "still in use" not in log or attempt == 2:
            break
        # The children of a server that was killed need a moment to notice it.
        time.sleep(1)
    why = telling_line(log) or telling_line(done.stderr)
    raise ClusterError(_("The city's database does not start: %(why)s (see %(log)s)", why=why, log=place.log))


def make_database(place: Place) -> None:
    """Make the city's database, and the application's role, unless they are there."""
    link = psycopg2.connect(host=str(place.socket_dir), user=_ROLE, dbname="postgres")
    with contextlib.closing(link):
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")


def stop(place: Place) -> bool:
    """Stop the server if it runs, and say whether it did: politely first, at once if it will not."""
    pid = postmaster(place)
    if pid is None:
        return False
    # Signals and no pg_ctl: this also runs while the interpreter ends, when processes may not be started.
    for number in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        until = time.monotonic() + _STOP_S
        while time.monotonic() < until:
            if postmaster(place) != pid:
                return True
            time.sleep(0.02)
    raise ClusterError(_("The city's database does not stop (process %(pid)s).", pid=pid))


def _own_folder(folder: Path, place: Place) -> None:
    """A folder only its owner may enter; one that somebody else put there is refused."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(folder, place.owner.pw_uid, place.owner.pw_gid)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != place.owner.pw_uid:
        raise ClusterError(_("The city's database in %(folder)s belongs to another account.", folder=folder))
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def _write_as_owner(place: Place, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    if os.getuid() == 0:
        os.chown(path, place.owner.pw_uid, place.owner.pw_gid)


def _drop_foreign_pid_files(place: Place) -> None:
    """Take away pid files that name a living process which is not ours: PostgreSQL would believe them.

    Those that name nobody are left to PostgreSQL. Survivors of a crash it finds by their shared memory.
    """
    if postmaster(place) is not None:
        return
    for path in (place.data / "postmaster.pid", place.socket_dir / f"{_SOCKET_FILE}.lock"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(path.read_text(encoding="utf-8").split("\n", 1)[0])
            if Path(f"/proc/{pid}").exists():
                path.unlink()


def _begin_log(place: Place) -> None:
    """Keep one older log, so that a city running for years does not fill the disk."""
    if place.log.exists() and place.log.stat().st_size > _LONGEST_LOG:
        place.log.replace(place.log.with_suffix(".log.old"))
    if not place.log.exists():
        _write_as_owner(place, place.log, "")


def _log_since(place: Place, position: int) -> str:
    with place.log.open("rb") as file:
        file.seek(position)
        return file.read().decode("utf-8", "replace")


def _as_owner(place: Place, words: Sequence[object]) -> "subprocess.CompletedProcess[str]":
    """Run a program of PostgreSQL as the owner, in a session of its own: Ctrl-C is not for the server."""
    prefix = [] if os.getuid() == place.owner.pw_uid else ["runuser", "-u", place.owner.pw_name, "--"]
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": "/"}
    return subprocess.run(
        [*prefix, *map(str, words)],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
