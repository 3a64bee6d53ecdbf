"""The demo city's zone classes make planning sense."""

import pytest

from parcels.models import LandUse
from webmap.demo.zoning import CLASSES, DemoClass

GROUPS = {
    "residential",
    "commercial",
    "mixed",
    "industrial",
    "institutional",
    "recreation",
    "transport",
    "other",
}


@pytest.mark.parametrize("zone_class", CLASSES, ids=lambda zone_class: zone_class.code)
def test_a_class_agrees_with_itself(zone_class: DemoClass) -> None:
    permitted, conditional, prohibited = map(
        set, (zone_class.permitted, zone_class.conditional, zone_class.prohibited)
    )
    assert permitted
    assert not permitted & conditional
    assert not permitted & prohibited
    assert not conditional & prohibited
    assert zone_class.group in GROUPS
    assert LandUse.UNKNOWN not in permitted | conditional | prohibited
    # No more floor area than all floors over the whole covered part can give.
    assert zone_class.far <= zone_class.coverage * zone_class.floors + 1e-9
    assert 2.5 <= zone_class.height_m / zone_class.floors <= 12
    assert zone_class.name_fa
    assert zone_class.name_en
    assert zone_class.article


def test_codes_are_unique_and_of_the_four_main_zones() -> None:
    codes = [zone_class.code for zone_class in CLASSES]
    assert len(set(codes)) == len(codes)
    assert {code[0] for code in codes} == set("RSMG")
