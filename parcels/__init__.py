"""Parcels, their addresses, their lineage, and finding them."""
