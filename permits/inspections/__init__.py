"""Inspections on the site, from the first visit to completion."""
