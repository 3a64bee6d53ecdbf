"""Heavy work by turns, so that the map stays quick for everyone else while sheets and files are made."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Unavailable
from core.i18n import gettext as _


class Turns:
    """At most ``most`` at once in this process; whoever has waited ``wait_s`` seconds is asked to come back.

    A turn is taken before the database is asked: who waits holds no connection.
    """

    def __init__(self, most: int, wait_s: float) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._wait_s = wait_s

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One turn, for the length of a block. Raises Unavailable (503, with Retry-After)."""
        if not self._free.acquire(timeout=self._wait_s):
            raise Unavailable(
                _("Many sheets and files are being made just now. Please try again in a minute."),
                details={"retry_after_s": 60},
            )
        try:
            yield
        finally:
            self._free.release()


SHEETS = Turns(most=1, wait_s=10.0)
"""Laying a sheet out takes a processor for some seconds."""
FILES = Turns(most=2, wait_s=10.0)
"""A file of fifty thousand things takes some seconds and a hundred megabytes."""
LETTERS = Turns(most=1, wait_s=10.0)
"""A letter takes a processor for a second or two."""
