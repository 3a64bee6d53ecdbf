"""The process from which checks are forked: it has loaded what they need, knows no secret, and does nothing itself.

It reads one request a line (JSON) and answers each with a line: how the child that it forked for it ended. A child
holds itself to its limits before it looks at the file; whatever a file does to it, only the child dies.
Started by ``parcels.surveys.workshop`` as ``python -m parcels.surveys.zygote``.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core import i18n
from parcels.surveys.steps import STEPS

_PR_SET_PDEATHSIG = 1
_MEGABYTE = 1024 * 1024
OUT_OF_MEMORY = 3
FAILED = 4


def main() -> None:
    """Fork a child for each request until there are no more: the pipe also ends when whoever asks has died."""
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(_do(request)) + "\n")
        sys.stdout.flush()


def _do(request: dict[str, Any]) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        _be_a_child(request)
    until = time.monotonic() + request["wall_s"]
    pause_s = 0.002
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return {"code": os.waitstatus_to_exitcode(status), "is_late": False}
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return {"code": -signal.SIGKILL, "is_late": True}
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.05)


def _be_a_child(request: dict[str, Any]) -> None:
    """Do one step within its limits and end; never comes back."""
    code = FAILED
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setpgid(0, 0)
        # Answers go by the pipe: whatever a library prints must not be taken for one.
        os.dup2(2, 1)
        _hold_to_limits(request)
        folder = Path(request["folder"])
        os.chdir(folder)
        # What a killed child leaves behind goes with its folder.
        tempfile.tempdir = str(folder)
        STEPS[request["step"]](folder)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException as error:
        with contextlib.suppress(Exception):
            sys.stderr.write(f"check failed: {type(error).__name__}: {error}\n")
            sys.stderr.flush()
    finally:
        # Neither buffers nor exit handlers are this child's: it shares them with the process it was forked from.
        os._exit(code)


def _hold_to_limits(request: dict[str, Any]) -> None:
    memory = request["memory_mb"] * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu_s"], request["cpu_s"] + 5))
    written = request["written_mb"] * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    i18n.set_language("en")
    main()
