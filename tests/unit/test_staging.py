"""What imports hand to COPY."""

import numpy as np
import pytest
import shapely

from core.importing import ewkb_hex

SHAPES = [
    shapely.Point(1, 2),
    shapely.LineString([(0, 0), (1, 1)]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    shapely.MultiPolygon(),
]


@pytest.mark.parametrize("srid", [2249, 32639, 999_999])
def test_shapes_are_written_with_their_srid(srid: int) -> None:
    shapes = np.array(SHAPES, dtype=object)
    written = ewkb_hex(shapes, srid)
    assert written == shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True).tolist()
    read = shapely.from_wkb(written)
    assert shapely.get_srid(read).tolist() == [srid] * len(SHAPES)
    assert shapely.equals_identical(read, shapes).all()


def test_no_shapes_are_nothing() -> None:
    assert ewkb_hex(np.array([], dtype=object), 32639) == []
