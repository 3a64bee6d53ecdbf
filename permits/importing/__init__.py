"""Bringing in permits that another register kept: every row accounted for, and kept as it said it, column by column."""
