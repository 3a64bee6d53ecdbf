"""What surveys tell the rooms above: before one is taken back, each may name what it has built on its parcels."""

from blinker import Signal

survey_reverting = Signal("survey-reverting")
"""Sent with ``session`` and ``parcel_ids`` (those the survey opened); a receiver returns sentences, or None."""
