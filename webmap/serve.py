"""What script/server runs: database, migrations, the demo city on first start, then the application's workers."""

import argparse
import contextlib
import ctypes
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core import cluster, database, local_time, signals
from core.documents.services import Desk
from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import set_language
from core.settings import Settings, SettingsError, terminal_language
from core.web import db
from layers.tiles.keeper import Keeper
from layers.tiles.views import MAKER, SHELF
from webmap import create_app
from webmap.demo.load import load as load_demo_city
from webmap.helper import JobHelper

ADDRESS = "127.0.0.1"
_WORKERS = 2
# A worker's connection pool holds fifteen: more threads than that would only wait for a connection.
_THREADS = min(2 * (os.cpu_count() or 1) + 1, 15)
_PATIENCE_S = 10
_AGAIN_S = 0.2
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve one city until told to stop; a cause a person can mend is one line on standard error."""
    set_language(terminal_language())
    asked = _parse(arguments)
    try:
        settings = Settings.load(data_dir=asked.data)
        local_time.use(settings.time_zone)  # before anything of the city is started
        refuse_taken_port(asked.port)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        prepare(settings.with_secret())
        serve(settings, asked.port, asked.workers)
    except KeyboardInterrupt:
        pass
    except (AppError, SettingsError) as error:
        return _fail(str(error))
    except OperationalError as error:
        return _fail(_("The database cannot be reached: %(why)s", why=_first_line(error)))
    except OSError as error:
        return _fail(str(error))
    _say(_("Stopped."))
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/server", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, help="the city's data folder")
    parser.add_argument("--workers", type=int, default=_WORKERS, help="how many processes answer")
    return parser.parse_args(arguments)


def refuse_taken_port(port: int) -> None:
    """Raise AppError if something listens there: the workers share their port and would share it with strangers."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OverflowError:
            raise AppError(_("%(port)s is no port: choose one from 1024 to 65535.", port=port)) from None
        except PermissionError:
            raise AppError(
                _("Only root may serve on port %(port)s: choose one above 1023.", port=port)
            ) from None
        except OSError:
            told = _("Port %(port)s is taken: choose another by --port.", port=port)
            raise AppError(told) from None


def prepare(settings: Settings) -> None:
    """Have the database run, its migrations run, and a city in it."""
    if settings.database_url:
        url = database.driver_url(settings.owner_url)
        app_role = make_url(settings.database_url).username if settings.database_owner_url else None
        _say(_("Database: %(url)s", url=make_url(url).render_as_string(hide_password=True)))
    else:
        _say(_("Database: private cluster in %(folder)s", folder=settings.data_dir))
        url, app_role = cluster.ensure_running(settings.data_dir), cluster.APP_ROLE
    database.upgrade(url, app_role=app_role)
    engine = database.make_engine(url)
    try:
        with database.transaction(engine) as session:
            _load_demo_once(session, Desk.of(settings))
    finally:
        engine.dispose()


def _load_demo_once(session: Session, desk: Desk) -> None:
    # Two first starts on one database: the second waits here, then finds the city.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('shahrnama.first-city'))"))
    if session.execute(text("SELECT 1 FROM city")).first() is None:
        _say(_("First start: building the demo city"))
        load_demo_city(session, desk=desk)


def serve(settings: Settings, port: int, workers: int = _WORKERS) -> None:
    """Run the workers until SIGINT, SIGTERM or SIGHUP (a closed terminal), and wait for them to end."""
    os.environ["DATA_DIR"] = str(settings.data_dir)
    # A forked worker would inherit locks held by this process's threads at that moment (one hung on an import).
    multiprocessing.set_start_method("spawn")
    server = Granian(
        "webmap.serve:worker",
        factory=True,
        address=ADDRESS,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=_PATIENCE_S,
        log_level=LogLevels.error,
    )

    os.environ.setdefault("PUBLIC_URL", settings.public_url or f"http://{ADDRESS}:{port}")
    helper = JobHelper()

    @server.on_startup
    def begin() -> None:
        # Granian takes a hang-up for "reload"; to us it says that the terminal was closed. Its own handlers are lost on
        # a main thread that sleeps while another one is given the signal.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signals.leave_to_listener)
        signals.listen(lambda _number: _insist(server.signal_handler_interrupt))
        threading.Thread(target=_tell_when_up, args=(port, helper), daemon=True).start()

    with helper:
        server.serve()


def _insist(interrupt: Callable[[], None]) -> None:
    # Again and again, until this thread ends with the process: a server about to start a dead worker anew forgets what
    # it was told a moment before. And not in a handler, which may interrupt the main thread with the very lock held
    # that it would wait for.
    while True:
        interrupt()
        time.sleep(_AGAIN_S)


def worker() -> Flask:
    """The application of one worker process."""
    # Ctrl-C is for the parent, which then ends its workers; and should the parent be killed, they end too.
    os.setpgid(0, 0)
    signal.signal(signal.SIGUSR1, signals.leave_to_listener)
    signals.listen(_end_if_orphan)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1)
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:
        sys.exit("the server was killed while this worker was being born")
    app = create_app(as_app=True)
    with app.app_context():
        Keeper(db.engine, app.extensions[SHELF].cache).start()
    threading.Thread(target=app.extensions[MAKER].warm, name="tile statements", daemon=True).start()
    return app


def _end_if_orphan(number: int) -> None:
    if number != signal.SIGUSR1:
        return
    # The parent's locks outlive its threads by a moment; who leaves before would not be the last one out.
    if parent := multiprocessing.parent_process():
        parent.join(_PATIENCE_S)
    # Not by a signal to ourselves: Granian has noticed its parent's death, too, and its two ways to end can wait for
    # each other for ever, one with the interpreter's lock, one with its own.
    cluster.leave_as_worker()
    os._exit(1)


def _tell_when_up(port: int, helper: JobHelper) -> None:
    while not _is_healthy(port):
        time.sleep(0.05)
    _say(_("Shahrnama is at http://%(address)s:%(port)s/ (Ctrl-C stops it)", address=ADDRESS, port=port))
    helper.begin()


def _is_healthy(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        link = http.client.HTTPConnection(ADDRESS, port, timeout=5)
        with contextlib.closing(link):
            link.request("GET", "/health")
            return link.getresponse().status == 200
    return False


def _first_line(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0]


def _say(line: str) -> None:
    # The terminal may be gone by now.
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _fail(line: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"script/server: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
