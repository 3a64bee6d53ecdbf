"""Only grids that can be measured in are taken, and who asks for another is told a better one."""

import pytest

from core.errors import Unprocessable
from core.grids import check_metric


@pytest.mark.parametrize("srid", [32639, 26986, 32145, 2193, 5514, 27700, 2056, 3879])
def test_metric_grids(srid: int) -> None:
    assert check_metric(srid).is_projected


@pytest.mark.parametrize(
    ("srid", "told"),
    [
        (4326, "not a flat grid"),
        (3857, "stretches"),
        (2249, "26986"),
        (2263, "32118"),
        (4269, "not a flat grid"),
        (999, "no coordinate system"),
        (5773, "not a flat grid"),
    ],
)
def test_others_are_refused_with_advice(srid: int, told: str) -> None:
    with pytest.raises(Unprocessable, match=told) as refusal:
        check_metric(srid)
    assert refusal.value.field == "srid"
