"""Where PostgreSQL with PostGIS stands on this machine, and how it is tuned for one cheap machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from core import local_time
from core.errors import Unavailable
from core.i18n import gettext as _

_MB = 1024 * 1024


class ClusterError(Unavailable):
    """The private cluster cannot be made, started or reached; the message is one line and says why."""

    code = "cluster"


def find_programs(version: str | None = None) -> Path:
    """The folder of initdb, pg_ctl and postgres, of the newest version that has PostGIS (or of one version).

    Raises ClusterError when there is none.
    """
    for folder, extensions in _installations():
        if version and folder_version(folder) != version:
            continue
        if (folder / "initdb").exists() and (extensions / "postgis.control").exists():
            return folder
    if version:
        told = _("This city was made by PostgreSQL %(version)s, which is not installed.", version=version)
        raise ClusterError(told)
    raise ClusterError(_("PostgreSQL with PostGIS is not installed: run script/setup."))


def folder_version(programs: Path) -> str:
    """The major version of the programs in a folder, as PG_VERSION of a cluster spells it (``15``)."""
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+", told.stdout)
    return found.group() if found else ""


def _installations() -> Iterator[tuple[Path, Path]]:
    """(programs, extensions) of each PostgreSQL here: Debian's, newest first, then the one on the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: -int(path.parent.name))
    for folder in debian:
        yield folder, Path("/usr/share/postgresql", folder.parent.name, "extension")
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir", "--sharedir"], capture_output=True, text=True, check=False)
        lines = told.stdout.splitlines()
        if len(lines) == 2:
            yield Path(lines[0]), Path(lines[1], "extension")


def telling_line(output: str) -> str:
    """The line of PostgreSQL's output that says what went wrong, without its time stamp."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for word in ("PANIC:", "FATAL:", "could not", "error:", "ERROR:"):
        for line in reversed(lines):
            if word in line:
                return line[line.index(word) :].removeprefix(word).strip() if word.endswith(":") else line
    return lines[-1] if lines else ""


def configuration(socket_dir: Path, *, durable: bool, memory: int | None = None) -> str:
    """The lines of our part of postgresql.conf; ``memory`` in bytes, the machine's by default.

    ``durable=False`` is for clusters whose loss does not matter (tests): nothing waits for the disk.
    """
    memory = memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    lines = {
        # Nobody but who may enter the 0700 socket folder gets in; the port only names the socket file.
        "listen_addresses": "''",
        "unix_socket_directories": _quoted(str(socket_dir)),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "100",
        # The application and the file cache live here too, so PostgreSQL takes a sixth, not a quarter.
        "shared_buffers": _megabytes(memory // 6, 64, 2048),
        "effective_cache_size": _megabytes(memory // 2, 256, 32768),
        "maintenance_work_mem": _megabytes(memory // 16, 64, 512),
        "work_mem": "16MB",
        # Two cores answer many small questions: a parallel plan costs more to set up than it saves, and takes
        # the other core from whoever is waiting. Index builds of an import may still use it.
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
        "random_page_cost": "1.1",
        # An import of a million parcels should not be cut by checkpoints.
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "timezone": _quoted(local_time.zone_name()),
        "log_timezone": "'UTC'",
        "log_line_prefix": "'%m [%p] '",
        "lc_messages": "'C'",
    }
    if not durable:
        lines |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def _megabytes(size: int, least: int, most: int) -> str:
    return f"{min(max(size // _MB, least), most)}MB"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
