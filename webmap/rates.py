"""How often pages may be asked from one address and by one account: far more than a person does, less than a flood."""

from flask import Flask

from accounts.sign_in.rates import by_account
from core.limits.web import WRITING, Rate, by_address, limited

READING = frozenset({"GET"})

SEARCH = Rate("search", "3000 per 1 minute", methods=READING)
"""Each letter typed is a question, and a whole office may share an address."""
ACCOUNT_SEARCH = Rate("search by account", "600 per 1 minute", by_account, READING)
"""One person types; they may do it at several machines."""
PAPERS = Rate("papers", "300 per 1 minute", methods=READING)
"""Sheets, certificates and files take a processor for some seconds; they also wait for their turn."""
WRITES = Rate("writes", "300 per 1 minute", methods=WRITING)
"""Changes made on the staff's pages."""
ACCOUNT_WRITES = Rate("writes by account", "300 per 1 minute", by_account)
"""The same of one account, from however many addresses."""


def hold_writes(app: Flask) -> None:
    """Have every view that writes be counted by address and by account, also those that name no such rate themselves.

    To be called when all views are there. What a view has named stays, and stands beside these.
    """
    for rule in app.url_map.iter_rules():
        methods = WRITING & (rule.methods or set())
        view = app.view_functions[rule.endpoint]
        if not methods:
            continue
        named = getattr(view, "rates", ())
        if not any(rate.by is by_address and rate.methods >= methods for rate in named):
            limited(WRITES)(view)
        # Views outlive the application that they were marked for.
        if ACCOUNT_WRITES not in named:
            limited(ACCOUNT_WRITES)(view)
