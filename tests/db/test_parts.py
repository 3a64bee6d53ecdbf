"""The pieces that features and coverages are cut into follow them through every edit."""

from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.small_city import SRID

RING = shapely.Point(300_000, 3_900_000).buffer(900, quad_segs=200)
"""Eight hundred corners."""


@pytest.fixture
def layer(session: Session) -> int:
    return int(
        session.execute(
            text(
                "INSERT INTO layer (slug, name_fa, name_en, domain, geometry_kind)"
                " VALUES ('rings', 'r', 'r', 'traffic', 'polygon') RETURNING id"
            )
        ).scalar_one()
    )


def put(session: Session, layer: int, shape: Any) -> int:
    row = session.execute(
        text("INSERT INTO feature (layer_id, key, geom) VALUES (:layer, 'a', :geom) RETURNING id"),
        {"layer": layer, "geom": written(shape)},
    )
    return int(row.scalar_one())


def written(shape: Any) -> str:
    return f"SRID={SRID};{shape.wkt}"


def pieces(session: Session, table: str, of: str, number: int) -> list[Any]:
    rows = session.execute(text(f"SELECT ST_AsBinary(geom) FROM {table} WHERE {of} = :n"), {"n": number})
    return [shapely.from_wkb(bytes(row[0])) for row in rows]


@pytest.mark.parametrize(
    "shape",
    [RING, RING.boundary, shapely.Point(300_000, 3_900_000), shapely.box(0, 0, 5, 5)],
    ids=["large area", "long line", "point", "box"],
)
def test_they_make_up_the_feature_and_have_few_corners(session: Session, layer: int, shape: Any) -> None:
    found = pieces(session, "feature_part", "feature_id", put(session, layer, shape))
    assert all(shapely.get_num_coordinates(piece) <= 65 for piece in found)
    assert (len(found) > 5) == (shapely.get_num_coordinates(shape) > 64)
    together = shapely.union_all(found)
    assert shapely.hausdorff_distance(together, shape) < 0.001
    assert sum(piece.area for piece in found) == pytest.approx(shape.area)


def test_they_follow_the_feature(session: Session, layer: int) -> None:
    number = put(session, layer, RING)
    moved = shapely.affinity.translate(RING, 5000, 0)
    session.execute(
        text("UPDATE feature SET geom = :geom WHERE id = :n"), {"n": number, "geom": written(moved)}
    )
    together = shapely.union_all(pieces(session, "feature_part", "feature_id", number))
    assert shapely.hausdorff_distance(together, moved) < 0.001
    session.execute(text("UPDATE feature SET name_en = 'Ring' WHERE id = :n"), {"n": number})
    assert shapely.union_all(pieces(session, "feature_part", "feature_id", number)).equals(together)
    session.execute(text("DELETE FROM feature WHERE id = :n"), {"n": number})
    assert pieces(session, "feature_part", "feature_id", number) == []


def test_what_cannot_be_cut_stays_whole(session: Session, layer: int) -> None:
    corners = [(x * 10, (x * 7919) % 1000) for x in range(100)]
    bow_tie = shapely.Polygon([*corners, corners[0]])
    assert not bow_tie.is_valid
    found = pieces(session, "feature_part", "feature_id", put(session, layer, bow_tie))
    assert shapely.union_all(shapely.boundary(found)).length > 0


def test_they_follow_the_coverage(session: Session, layer: int) -> None:
    def cover(shape: Any) -> Any:
        session.execute(
            text("UPDATE layer SET coverage = ST_Multi(:geom) WHERE id = :n"),
            {"n": layer, "geom": written(shape) if shape else None},
        )
        return shapely.union_all(pieces(session, "coverage_part", "layer_id", layer))

    assert shapely.hausdorff_distance(cover(RING), RING) < 0.001
    assert cover(shapely.box(0, 0, 5, 5)).equals(shapely.box(0, 0, 5, 5))
    assert cover(None).is_empty
