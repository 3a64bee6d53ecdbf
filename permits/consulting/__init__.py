"""Opinions of others: whoever is asked answers once, by a signed link and without an account."""
