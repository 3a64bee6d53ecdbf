"""Where a check does its work: a folder of its own and a process of its own, whose crash is a finding and no outage."""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parcels.surveys.limits import CHECK, CheckLimits
from parcels.surveys.zygote import OUT_OF_MEMORY

_ROOT = Path(__file__).resolve().parents[2]
_LOOK_EVERY_S = 0.3
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "VIRTUAL_ENV", "PROJ_DATA", "GDAL_DATA")

Tell = Callable[[str, int, int | None], None]


class CheckCrashed(Exception):
    """The step did not come to its end; ``code`` is that of the finding, ``cause`` for whoever has to mend it."""

    def __init__(self, code: str, cause: str) -> None:
        super().__init__(f"{code}: {cause}")
        self.code = code
        self.cause = cause


@dataclass
class Workshop:
    """One check's folder, and the way to have steps done in it."""

    folder: Path
    limits: CheckLimits = CHECK

    def do(self, step: str, request: dict[str, Any], tell: Tell) -> dict[str, Any]:
        """Have a step done in a child process and return what it answers.

        ``tell`` is called now and then with how far it is. Raises CheckCrashed.
        """
        (self.folder / "request.json").write_text(json.dumps(request, ensure_ascii=False), encoding="utf-8")
        answer = self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        ended = _ZYGOTE.ask(
            {"step": step, "folder": str(self.folder), **self.limits.__dict__}, self._look(tell)
        )
        if ended["is_late"]:
            raise CheckCrashed("check.too_slow", f"more than {self.limits.wall_s} s")
        if ended["code"] == OUT_OF_MEMORY:
            raise CheckCrashed("check.too_big", f"more than {self.limits.memory_mb} MB")
        if ended["code"] != 0:
            raise CheckCrashed("check.crashed", f"exit code {ended['code']}")
        read: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return read

    def _look(self, tell: Tell) -> Callable[[], None]:
        seen = ""

        def look() -> None:
            nonlocal seen
            try:
                told = (self.folder / "progress").read_text(encoding="utf-8")
            except OSError:
                return
            if told != seen:
                seen = told
                step, done, total = json.loads(told)
                tell(step, done, total)

        return look


@contextmanager
def open_workshop(limits: CheckLimits = CHECK) -> Iterator[Workshop]:
    """A folder that is gone, with all that a step left in it, when the block ends."""
    with tempfile.TemporaryDirectory(prefix="survey-") as folder:
        yield Workshop(Path(folder), limits)


class _Zygote:
    """The one helper of this process: started when first needed, started again if it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: dict[str, Any], look: Callable[[], None]) -> dict[str, Any]:
        """One request, one answer. Raises CheckCrashed when the helper itself is gone."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
                while not select.select([process.stdout], [], [], _LOOK_EVERY_S)[0]:
                    look()
                line = process.stdout.readline()
            except BrokenPipeError:
                line = ""
            look()
            if not line:
                process.kill()
                process.wait()
                self._process = None
                raise CheckCrashed("check.crashed", "the helper is gone")
            answer: dict[str, Any] = json.loads(line)
            return answer

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            # Neither the database's address nor the secret key is any business of a stranger's file.
            kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "parcels.surveys.zygote"],
                cwd=_ROOT,
                env={**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        return self._process


_ZYGOTE = _Zygote()
