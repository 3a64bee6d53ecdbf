"""Permit cases from application to completion."""
