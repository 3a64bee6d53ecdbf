"""Log lines: plain, one per event, without the values of variables, which may be secrets."""

import logging
import sys
from typing import Any

import structlog


def configure() -> None:
    """Write log lines to standard error, tracebacks as Python writes them (structlog's own show every local)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Asked for at each line: what standard error is may change after this (a service manager, a test).
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def rule_of(asked: Any) -> str:
    """What a log line calls the address of a request: its rule, since what fills it may be a secret (tracking codes).

    An address of no rule holds none of ours, and is named as it is.
    """
    return str(asked.url_rule or asked.path)
