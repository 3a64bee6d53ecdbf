"""The process beside the web workers that does the queue's jobs: letters, deadlines, what takes longer than a request.

``script/server`` starts one and keeps it: one that dies is started again, ever less eagerly, and put back jobs are done
by the next. On other machines more may be started by ``python -m webmap.helper``.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from types import TracebackType

import structlog

from core import cluster
from core.audit import ANCHOR
from core.settings import Settings
from core.web import db
from core.worker import Worker
from webmap import create_app

log = structlog.get_logger("jobs")
_PR_SET_PDEATHSIG = 1
_PATIENCE_S = 20
_LONGEST_PAUSE_S = 60.0
_LIVED_LONG_S = 60.0


class JobHelper:
    """The helper process as its parent sees it: started and kept for the length of a block."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="job-helper", daemon=True)

    def __enter__(self) -> "JobHelper":
        """Answer for its end; it is started by `begin`."""
        return self

    def begin(self) -> None:
        """Start it: once the city is up, for which nobody has to wait for jobs."""
        if not self._ending.is_set():
            self._keeper.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it: politely, then for certain."""
        self._ending.set()
        if self._process is not None:
            self._process.terminate()
        if self._keeper.is_alive():
            self._keeper.join(_PATIENCE_S + 5)

    def _keep(self) -> None:
        pause_s = 1.0
        while not self._ending.is_set():
            began = time.monotonic()
            # A process group of its own from its birth: Ctrl-C is for the parent, which ends its helper politely.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "webmap.helper", str(os.getpid())],
                stdin=subprocess.DEVNULL,
                process_group=0,
            )
            if self._ending.is_set():  # asked to end while it was being born
                self._process.terminate()
            self._wait()
            if self._ending.is_set():
                return
            pause_s = 1.0 if time.monotonic() - began > _LIVED_LONG_S else min(2 * pause_s, _LONGEST_PAUSE_S)
            log.warning("the job helper ended and is started again", after_s=pause_s)
            self._ending.wait(pause_s)

    def _wait(self) -> None:
        """Wait for its end; once it has been asked to, not for ever."""
        assert self._process is not None
        while self._process.poll() is None:
            if self._ending.wait(0.2):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_PATIENCE_S)
                    return
                self._process.kill()
                self._process.wait()


def main() -> None:
    """Do jobs until told to stop, or until the parent has died."""
    # Should the parent that named itself be killed, it ends too.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if sys.argv[1:] and os.getppid() != int(sys.argv[1]):
        sys.exit("the server was killed while its helper was being born")
    settings = Settings.load()
    app = create_app(settings, as_app=True)
    if not settings.database_url:
        cluster.ensure_running(settings.data_dir)
    with app.app_context():
        engine = db.engine
    Worker(engine, engine.url.render_as_string(hide_password=False), app.extensions[ANCHOR]).run()
    engine.dispose()


if __name__ == "__main__":
    main()
