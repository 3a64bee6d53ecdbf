"""Rates: a view names how often it may be asked, by address or by account; one place counts and answers 429.

Counting is done by the ``limits`` library in moving windows: sign-in and writes in the database, one count for all
workers; reads in each worker's own memory. Views are marked as they are with their permission, so that one look at
the URL map shows all rates.
"""

import ipaddress
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from core.errors import TooOften
from core.i18n import format_duration
from core.i18n import gettext as _
from core.limits.shared import SharedCounts
from core.log import rule_of

View = TypeVar("View", bound=Callable[..., Any])
log = structlog.get_logger("limits")
_EXTENSION = "shahrnama.limits"
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def by_address() -> str:
    """Whom a request comes from: an address, or the network of 64 bits that one household has of IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


@dataclass(frozen=True)
class Rate:
    """So many requests in so long (``"10 per 15 minutes"``) of each whom ``by`` tells apart.

    Rates of one ``name`` are counted together, whichever view they stand at. A request for which ``by`` answers with
    an empty word is not counted.
    """

    name: str
    most: str
    by: Callable[[], str] = by_address
    methods: frozenset[str] = WRITING

    @property
    def is_shared(self) -> bool:
        """Whether all workers count it together: what is written, or guessed at. Reading may cost no write."""
        return bool(self.methods & WRITING)

    @property
    def item(self) -> RateLimitItem:
        """The same for the library."""
        return parse(self.most)


def limited(*rates: Rate) -> Callable[[View], View]:
    """Name the rates of a view. Those it has already stay."""

    def mark(view: View) -> View:
        view.rates = (*getattr(view, "rates", ()), *rates)  # type: ignore[attr-defined]
        return view

    return mark


@dataclass(frozen=True)
class Counts:
    """What an application counts with: in the database, and in this worker's memory."""

    shared: MovingWindowRateLimiter
    own: MovingWindowRateLimiter

    def of(self, rate: Rate) -> MovingWindowRateLimiter:
        """The one that a rate is counted with."""
        return self.shared if rate.is_shared else self.own


def install(app: Flask, database_url: str) -> None:
    """Have an application hold its views to their rates; in the database (SQLAlchemy's URL) for all workers."""
    shared = MovingWindowRateLimiter(SharedCounts(database_url))
    app.extensions[_EXTENSION] = Counts(shared, MovingWindowRateLimiter(MemoryStorage()))
    app.before_request(_hold_back)


def forget(app: Flask) -> None:
    """Begin to count anew."""
    counts: Counts = app.extensions[_EXTENSION]
    for limiter in (counts.shared, counts.own):
        limiter.storage.reset()


def count(rates: Iterable[Rate]) -> None:
    """Count one more of each rate now. Raises TooOften with the seconds after which there is room again."""
    counts: Counts = current_app.extensions[_EXTENSION]
    try:
        for rate in rates:
            who, limiter = rate.by(), counts.of(rate)
            if who and not limiter.hit(rate.item, rate.name, who):
                _refuse(limiter, rate, who)
    except StorageError as error:
        # A city whose counter is away is still to be reached; that nobody counts is told to whoever reads the log.
        log.error("rates are not counted", error=repr(error.storage_error))


def _hold_back() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    rates = [rate for rate in getattr(view, "rates", ()) if request.method in rate.methods]
    count(rates)


def _refuse(limiter: MovingWindowRateLimiter, rate: Rate, who: str) -> None:
    # One second more: the window tells its end in whole seconds.
    wait_s = max(1, round(limiter.get_window_stats(rate.item, rate.name, who).reset_time - time.time()) + 1)
    log.warning("too often", rate=rate.name, path=rule_of(request))
    raise TooOften(
        _(
            "That was too often in a short time. Please try again in %(wait)s.",
            wait=format_duration(wait_s),
        ),
        details={"retry_after_s": wait_s},
    )
