"""The city without a connection: what a device may keep, the worker that keeps it, and the page that says so."""
