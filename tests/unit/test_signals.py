"""A signal that another thread was given ends the process all the same."""

import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT

WAITING = """
import signal, threading, time
from core import signals

ended = threading.Event()
heard = threading.Event()
signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
signals.listen(lambda number: (print(number, flush=True), heard.set()))
thread = threading.Thread(target=heard.wait, daemon=True)
thread.start()
threading.Timer(0.5, lambda: signal.pthread_kill({to}.ident, signal.SIGTERM)).start()
ended.wait()
heard.wait()
print("ended")
"""


@pytest.mark.parametrize("to", ["thread", "threading.main_thread()"])
def test_who_waits_is_woken_whichever_thread_the_signal_comes_to(to: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITING.format(to=to)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (f"{int(signal.SIGTERM)}\nended\n", "")
