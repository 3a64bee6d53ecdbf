"""Tiles of the register: what is public, each by itself near by, none lost from afar, none ever large."""

from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from layers.tiles.encode import encode
from layers.tiles.grid import MAX_ZOOM, MIN_ZOOM, Cell, cell_at
from permits import tiles
from permits.models import Permit
from permits.states import PUBLISHED, State
from permits.tiles import EXACT_ZOOM, SOURCE
from tests import mvt
from tests.permits import NOON, make_case

MANY = 30_000
MOST_BYTES = 500_000


def read(session: Session, cell: Cell) -> list[mvt.Feature]:
    layers = mvt.read(encode(session, SOURCE, cell, None))
    return list(layers["permits"].features) if layers else []


def cells_around(session: Session, case: Permit, z: int) -> list[Cell]:
    spot: Any = func.ST_Transform(Permit.geom, 4326)
    lon, lat = session.execute(select(func.ST_X(spot), func.ST_Y(spot)).where(Permit.id == case.id)).one()
    middle = cell_at(lon, lat, z)
    return [Cell(z, middle.x + dx, middle.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


def strew(session: Session, case: Permit, count: int, width_m: float) -> None:
    """Copies of a case, strewn evenly over a square around it."""
    session.execute(
        text("""
        INSERT INTO permit (reference, tracking_code, type_code, type_version, state, published_at, geom)
        SELECT 'S-' || n, 'STREWN' || n, type_code, type_version,
               (ARRAY['consultation', 'granted', 'building', 'completed'])[1 + n % 4], published_at,
               ST_Translate(geom, :width * (pg_temp.halton(n, 2) - 0.5), :width * (pg_temp.halton(n, 3) - 0.5))
        FROM permit, generate_series(1, :count) AS n WHERE id = :id"""),
        {"width": width_m, "count": count, "id": case.id},
    )


@pytest.fixture
def halton(session: Session) -> None:
    """An even, repeatable strewing (Halton's sequence)."""
    session.execute(
        text("""
        CREATE FUNCTION pg_temp.halton(n bigint, base int) RETURNS double precision LANGUAGE plpgsql AS $$
        DECLARE f double precision := 1; r double precision := 0; i bigint := n;
        BEGIN
            WHILE i > 0 LOOP f := f / base; r := r + f * (i % base); i := i / base; END LOOP;
            RETURN r;
        END $$""")
    )


@pytest.mark.parametrize("zoom", range(MIN_ZOOM, MAX_ZOOM + 1))
def test_every_public_permit_is_in_one_tile_and_no_other_in_any(city: Session, zoom: int) -> None:
    case = make_case(city, State.GRANTED, published_at=NOON)
    public = [case] + [make_case(city, state, published_at=NOON) for state in sorted(PUBLISHED)[:4]]
    make_case(city, State.CHECKING)
    make_case(city, State.RETURNED, published_at=NOON)
    make_case(city, State.GRANTED, published_at=NOON, geom=None)
    # Apart, so that near by each is seen, and from afar they share a mark.
    for n, each in enumerate(public):
        city.execute(
            update(Permit).where(Permit.id == each.id).values(geom=func.ST_Translate(Permit.geom, 9 * n, 0))
        )
    found = [feature for cell in cells_around(city, case, zoom) for feature in read(city, cell)]
    if zoom >= EXACT_ZOOM:
        told = {feature.attributes["reference"] for feature in found}
        assert told == {each.reference for each in public}
        assert {feature.attributes["group"] for feature in found} <= {
            "open",
            "assessment",
            "decided",
            "building",
            "ended",
        }
        assert all(set(feature.attributes) == {"reference", "type", "state", "group"} for feature in found)
    else:
        assert sum(int(feature.attributes.get("count", 1)) for feature in found) == len(public)


@pytest.mark.usefixtures("halton")
def test_from_afar_nobody_is_lost_and_no_tile_is_large(city: Session) -> None:
    case = make_case(city, State.GRANTED, published_at=NOON)
    strew(city, case, MANY, 4_000.0)
    for z in (8, 10, 12, 13):
        found = [feature for cell in cells_around(city, case, z) for feature in read(city, cell)]
        counts = [int(feature.attributes.get("count", 1)) for feature in found]
        assert sum(counts) == MANY + 1, z
        open_ones = [int(feature.attributes.get("open", 0)) for feature in found]
        assert sum(open_ones) == MANY // 4, z
    for z in range(MIN_ZOOM, MAX_ZOOM + 1):
        assert max(len(encode(city, SOURCE, cell, None)) for cell in cells_around(city, case, z)) < MOST_BYTES


@pytest.mark.usefixtures("halton")
def test_a_crowd_near_by_is_drawn_as_marks_with_their_count(city: Session) -> None:
    case = make_case(city, State.GRANTED, published_at=NOON)
    strew(city, case, tiles.CROWD + 500, 60.0)
    found = [feature for cell in cells_around(city, case, 16) for feature in read(city, cell)]
    assert sum(int(feature.attributes.get("count", 1)) for feature in found) == tiles.CROWD + 501
    assert len(found) < 200


def test_marks_keep_away_from_the_tiles_edge(city: Session) -> None:
    case = make_case(city, State.GRANTED, published_at=NOON)
    twin = make_case(city, State.GRANTED, published_at=NOON)
    cell = cells_around(city, case, 12)[4]
    # Just inside the upper left corner.
    corner = func.ST_Transform(
        func.ST_SetSRID(func.ST_MakePoint(cell.west + 1, cell.north - 1), 3857), func.ST_SRID(Permit.geom)
    )
    city.execute(update(Permit).where(Permit.id.in_([case.id, twin.id])).values(geom=corner))
    [feature] = read(city, cell)
    assert feature.attributes["count"] == 2
    [[(x, y)]] = feature.parts
    # A square of 512 units, with 22 % of its side kept free.
    assert 112 <= x <= 400
    assert 112 <= y <= 400


def test_a_step_of_a_case_touches_its_tiles_and_a_draft_does_not(city: Session) -> None:
    def noted() -> int:
        asked = text("SELECT count(*) FROM tile_outbox WHERE source = 'permits'")
        return city.scalar(asked) or 0

    draft = make_case(city, State.DRAFT)
    draft.description = "changed"
    city.flush()
    assert noted() == 0
    draft.state, draft.published_at = State.VALID, NOON
    city.flush()
    assert noted() == 1
    draft.description = "changed again"
    city.flush()
    assert noted() == 1, "the words of a case are not on the map"
    draft.state = State.RETURNED
    city.flush()
    assert noted() > 1
