"""Coordinates typed into the search box, in any digits and order, and what only looks like some."""

import pytest

from parcels.coordinates import read_coordinates


@pytest.mark.parametrize(
    ("typed", "pairs"),
    [
        ("35.7, 51.4", [(51.4, 35.7), (35.7, 51.4)]),
        ("35.7 51.4", [(51.4, 35.7), (35.7, 51.4)]),
        ("۳۵٫۷، ۵۱٫۴", [(51.4, 35.7), (35.7, 51.4)]),
        ("٣٥٫٧؛٥١٫٤", [(51.4, 35.7), (35.7, 51.4)]),
        ("(35.7,51.4)", [(51.4, 35.7), (35.7, 51.4)]),
        # A letter, or more than 90 degrees, leaves no choice.
        ("35.7N 51.4E", [(51.4, 35.7)]),
        ("51.4° E, 35.7° N", [(51.4, 35.7)]),
        ("n35.7 e51.4", [(51.4, 35.7)]),
        ("33.9S 151.2", [(151.2, -33.9)]),
        ("42.37, -71.11", [(-71.11, 42.37), (42.37, -71.11)]),
        ("42.37N 71.11W", [(-71.11, 42.37)]),
        ("120.5, 35.7", [(120.5, 35.7)]),
        ("35.7, 35.7", [(35.7, 35.7)]),
        # House and parcel numbers, one number, three, and what is nowhere.
        ("35 51", []),
        ("2.7.5.5", []),
        ("35.7", []),
        ("35.7, 51.4, 12.0", []),
        ("135.7, 151.4", []),
        ("35.7N 51.4N", []),
        ("شریعتی ۱۲", []),
        ("", []),
    ],
)
def test_a_pair_is_read(typed: str, pairs: list[tuple[float, float]]) -> None:
    assert read_coordinates(typed) == pairs
