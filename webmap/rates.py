"""How often the open pages may be asked from one address: far more than a person does, far less than a flood."""

from core.limits.web import WRITING, Rate

READING = frozenset({"GET"})

SEARCH = Rate("search", "3000 per 1 minute", methods=READING)
"""Each letter typed is a question, and a whole office may share an address."""
PAPERS = Rate("papers", "300 per 1 minute", methods=READING)
"""Sheets, certificates and files take a processor for some seconds; they also wait for their turn."""
WRITES = Rate("writes", "300 per 1 minute", methods=WRITING)
"""Changes made on the staff's pages."""
