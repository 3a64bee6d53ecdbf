"""Hiding from the public what it may not read: copies of papers, and texts of the case."""
