"""A city's own words for land uses, in two languages, and what stays unknown."""

import pytest

from parcels.land_use import land_use_of
from parcels.models import LandUse


@pytest.mark.parametrize(
    ("recorded", "use"),
    [
        ("Residential", LandUse.RESIDENTIAL),
        ("مسكوني", LandUse.RESIDENTIAL),
        ("SINGLE FAMILY DWELLING", LandUse.RESIDENTIAL),
        ("Mixed with Residential", LandUse.MIXED),
        ("Vacant Residential Land", LandUse.VACANT),
        ("بایر", LandUse.VACANT),
        ("تجاري", LandUse.COMMERCIAL),
        ("Parking lot", LandUse.TRANSPORT),
        ("Park", LandUse.PARK),
        ("پارک و فضای سبز", LandUse.PARK),
        ("حمل‌ونقل و انبارداری", LandUse.TRANSPORT),
        ("تأسیسات شهری", LandUse.UTILITIES),
        ("تجهیزات شهری", LandUse.FACILITIES),
        ("R", LandUse.RESIDENTIAL),
        ("", LandUse.UNKNOWN),
        ("Other", LandUse.UNKNOWN),
        ("3010", LandUse.UNKNOWN),
        ("Sparkling", LandUse.UNKNOWN),
    ],
)
def test_words(recorded: str, use: LandUse) -> None:
    assert land_use_of(recorded) is use


@pytest.mark.parametrize("use", LandUse)
def test_our_own_codes_are_known(use: LandUse) -> None:
    assert land_use_of(use.value.upper()) is use


@pytest.mark.parametrize(
    ("code", "use"),
    [
        ("1100", LandUse.RESIDENTIAL),
        ("5500", LandUse.PARK),
        ("6100", LandUse.EDUCATIONAL),
        ("7000", LandUse.UNKNOWN),
        ("12", LandUse.UNKNOWN),
    ],
)
def test_lbcs_numbers_only_where_said_so(code: str, use: LandUse) -> None:
    assert land_use_of(code, is_lbcs=True) is use
    assert land_use_of(code) is LandUse.UNKNOWN
