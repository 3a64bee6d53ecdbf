"""Addresses taken apart into street and house number, and spellings of one street brought together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.addresses import LARGEST_NUMBER, Address, parse_address, street_key


@pytest.mark.parametrize(
    ("written", "street", "house_number"),
    [
        ("12 Main St", "Main St", 12),
        ("Main St 12", "Main St", 12),
        ("Main St, 12", "Main St", 12),
        ("12, Rue de Rivoli", "Rue de Rivoli", 12),
        ("12-14 Main St", "Main St", 12),
        ("12A Main St, Cambridge, MA 02139", "Main St", 12),
        ("12 1/2 Elm St", "Elm St", 12),
        ("5 1st St", "1st St", 5),
        ("1st St", "1st St", None),
        ("Route 9", "Route 9", None),
        ("Street 12", "Street 12", None),
        ("Hauptstraße 12a", "Hauptstraße", 12),
        ("0 Main St", "Main St", None),
        ("100 Technology Sq Unit 3", "Technology Sq", 100),
        ("Main St", "Main St", None),
        ("خیابان شریعتی، کوچهٔ لاله، پلاک ۱۲", "خیابان شریعتی، کوچهٔ لاله", 12),
        ("تهران، خ ولیعصر، پ ۴، طبقهٔ ۲", "خ ولیعصر", 4),
        ("خیابان شهید رجایی شماره ۱۲/۳", "خیابان شهید رجایی", 12),
        ("خیابان آزادی ۱۲", "خیابان آزادی", 12),
        ("کوچه ۱۲", "کوچه ۱۲", None),
        ("ميدان وليعصر", "ميدان وليعصر", None),
        ("خیابان دکترشریعتی - روبه روی پل رومی", "خیابان دکترشریعتی", None),
        ("", "", None),
        ("---", "", None),
        ("1234", "", None),
    ],
)
def test_street_and_house_number(written: str, street: str, house_number: int | None) -> None:
    assert parse_address(written) == Address(street, house_number)


@given(st.text(max_size=60))
def test_any_text_is_survived(written: str) -> None:
    address = parse_address(written)
    assert address.house_number is None or 0 < address.house_number <= LARGEST_NUMBER


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Main St", "MAIN STREET"),
        ("Concord Ave.", "concord avenue"),
        ("خیابان شریعتی", "خ شريعتي"),
        ("بن‌بست لاله", "بن بست لاله"),
        ("کوچهٔ لاله", "ک لاله"),
    ],
)
def test_spellings_of_one_street(one: str, other: str) -> None:
    assert street_key(one) == street_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Main St", "Main Ave"), ("St James Pl", "Street James Pl"), ("کوچهٔ لاله", "خیابان لاله")],
)
def test_different_streets_stay_different(one: str, other: str) -> None:
    assert street_key(one) != street_key(other)
