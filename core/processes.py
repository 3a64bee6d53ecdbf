"""Processes that end with the one that started them, however that one ends."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals, parent: int | None = None) -> None:
    """Have the kernel send this signal to the process that calls it when its parent has died (Linux, prctl(2)).

    ``parent``: the process id that it should have. One that died before this was said is found out by it, and the
    process ends at once.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if parent is not None and os.getppid() != parent:
        sys.exit("the parent was killed while this process was being born")
