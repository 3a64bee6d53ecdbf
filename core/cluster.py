"""The private PostgreSQL cluster of one city: made on first use, shared, stopped by its last user.

Each process that uses it holds a shared lock on ``DATA_DIR/cluster.lock`` while it does. Who leaves tries to
get that lock alone; who succeeds was the last and turns off the light (docs/adr, the private cluster).
"""

import atexit
import fcntl
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from core import cluster_files
from core.cluster_files import APP_ROLE, Place
from core.i18n import gettext as _
from core.postgres import ClusterError

__all__ = ["APP_ROLE", "ClusterError", "ensure_running", "leave", "leave_as_worker", "running", "url_for"]

_held: dict[Path, int] = {}
_guard = threading.RLock()


def url_for(data_dir: Path, *, as_app: bool = False) -> str:
    """The SQLAlchemy URL of the city's database, as its owner or as the application's role; starts nothing."""
    place = cluster_files.place_of(data_dir)
    return place.app_url if as_app else place.url


def ensure_running(data_dir: Path, *, durable: bool = True) -> str:
    """Make, find or start the cluster, keep it on until this process ends, and return its URL.

    Cheap once held (two small file reads), so it may be called before every connection: a server that died is
    started again. ``durable=False`` makes a cluster that never waits for the disk. Raises ClusterError.
    """
    folder = Path(data_dir).resolve()
    with _guard:
        if folder not in _held:
            _held[folder] = _take_share(folder)
            _end_politely()
        place = cluster_files.place_of(folder)
        if not cluster_files.postmaster(place):
            try:
                _start_alone(place, durable)
            except BaseException:
                leave(folder)
                raise
        return place.url


def leave(data_dir: Path, *, patience_s: float = 0) -> bool:
    """Give up this process's share; stop the cluster if nobody else has one, and say whether it did.

    ``patience_s`` waits for others who are known to be dying.
    """
    folder = Path(data_dir).resolve()
    with _guard:
        lock = _held.pop(folder, None)
        if lock is None:
            return False
        try:
            # Whoever wants in now waits at the lock until the cluster is down, then starts it anew.
            return _take_alone(lock, patience_s) and cluster_files.stop(cluster_files.place_of(folder))
        finally:
            os.close(lock)


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """The cluster's URL for the length of a block; stopped at its end if nobody else uses it."""
    yours = Path(data_dir).resolve() not in _held
    url = ensure_running(data_dir, durable=durable)
    try:
        yield url
    finally:
        if yours:
            leave(data_dir)


def start_and_leave_on(data_dir: Path, *, durable: bool = True) -> str:
    """Start the cluster without holding it: it stays until a holder leaves as the last, or `stop_now`."""
    folder = Path(data_dir).resolve()
    share = _take_share(folder)
    try:
        place = cluster_files.place_of(folder)
        _start_alone(place, durable)
        return place.url
    finally:
        os.close(share)


def stop_now(data_dir: Path) -> bool:
    """Stop the cluster whoever uses it, and say whether it was running."""
    return cluster_files.stop(cluster_files.place_of(Path(data_dir).resolve()))


def _take_share(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Close-on-exec (Python's default), so that the server itself never counts as one of its users.
        lock = os.open(folder / "cluster.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        told = _("The data folder %(folder)s cannot be used: %(why)s", folder=folder, why=error.strerror)
        raise ClusterError(told) from None
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def _take_alone(lock: int, patience_s: float) -> bool:
    """Try to turn a share into the whole; the share is gone either way."""
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True


def _start_alone(place: Place, durable: bool) -> None:
    """Start it unless another process did while we waited for our turn."""
    turn = os.open(place.folder / "cluster.start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        cluster_files.make(place, durable)
        if not cluster_files.postmaster(place):
            cluster_files.start(place, durable)
        cluster_files.make_database(place)
    finally:
        os.close(turn)


def _leave_all() -> None:
    for folder in list(_held):
        leave(folder)


def leave_as_worker() -> None:
    """Take leave at the end of a child of multiprocessing, which knows no atexit.

    One whose parent was killed may be faster than the kernel, which still holds the parent's share for a moment.
    """
    parent = multiprocessing.parent_process()
    for folder in list(_held):
        leave(folder, patience_s=0 if parent and parent.is_alive() else 3)


def _forget_in_child() -> None:
    """A forked child shares the parent's lock: it must take its own before it may turn off the light."""
    for lock in _held.values():
        os.close(lock)
    _held.clear()


def _end_politely() -> None:
    """Let `kill` and a closed terminal end the process with leave-taking, where nobody else handles them."""
    if multiprocessing.parent_process() is not None:
        multiprocessing.util.Finalize(None, leave_as_worker, exitpriority=0)
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _exit_on_signal)


def _exit_on_signal(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


atexit.register(_leave_all)
os.register_at_fork(after_in_child=_forget_in_child)
