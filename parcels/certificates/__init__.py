"""Zoning certificates: what was stated of a parcel on a day, whether it still holds, and how it is revoked."""
