"""Signals that are heard whichever thread they come to.

Python runs handlers in the main thread only, and does not wake it when another thread was given the signal. The kernel
gives it to who asks first: usually the main thread, yet on a busy machine also one that has just started a process or
a thread, for which the C library holds all signals back a moment. A main thread that waits for a lock then sleeps on,
and who sent SIGTERM waits for ever. What is written to the wake-up descriptor is written in any thread.
"""

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

# Ignored by whoever does not know of it, and sent by nobody else: the kernel's is for sockets that ask for it.
_NUDGE = signal.SIGURG
_AGAIN_S = 0.1
_TIMES = 20


def listen(act: Callable[[int], None]) -> None:
    """Have ``act`` called with the number of each signal that has a handler, in a thread of its own.

    Its handler runs as ever, in the main thread, which is woken for it. Call this once for a process, from its main
    thread. (Source: `signal.set_wakeup_fd`.)
    """
    # A pair of sockets and no pipe: its buffer is large, and a write to it never waits.
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    awake = threading.Event()
    signal.signal(_NUDGE, lambda _number, _frame: awake.set())
    signal.set_wakeup_fd(mouth.detach(), warn_on_full_buffer=False)
    threading.Thread(target=_listen, args=(ear, act, awake), name="signals", daemon=True).start()


def leave_to_listener(_number: int, _frame: FrameType | None) -> None:
    """The handler of a signal that whoever listens acts on: one without any handler is not heard."""


def _listen(ear: socket.socket, act: Callable[[int], None], awake: threading.Event) -> None:
    while numbers := ear.recv(64):
        for number in numbers:
            if number != _NUDGE:
                act(number)
                _wake_main(awake)


def _wake_main(awake: threading.Event) -> None:
    main = threading.main_thread().ident
    assert main is not None
    awake.clear()
    # More than once: a nudge that comes just before the main thread falls asleep does not wake it. Not for ever: one
    # that is at work, and not asleep, hears by itself when it is done.
    for _ in range(_TIMES):
        signal.pthread_kill(main, _NUDGE)
        if awake.wait(_AGAIN_S):
            return
