"""The demo city's dice: every throw follows from the seed and the words naming what it is for."""

from random import Random


def dice(seed: int, *words: object) -> Random:
    """A generator of its own for each purpose, so that one part of the city never shifts another's luck."""
    return Random(":".join(map(str, (seed, *words))))  # noqa: S311 - a toy city, not a secret
