"""Kinds of permits as configuration: periods, fees, documents, checks, publicity, inspections; in numbered versions."""
