"""Shahrnama beside its named peers: one command each, the same run, the same database, the same tiles."""
