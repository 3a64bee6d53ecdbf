"""Zones from afar keep their shared borders, each one is there, and an edit leaves what a rebuild would."""

import datetime as dt
import random
from typing import Any

import pyogrio
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.tiles.encode import encode
from layers.tiles.grid import Cell
from layers.zoning import generalise
from layers.zoning.coverage import BANDS, TOLERANCE_UNITS, simplify, unit_of
from layers.zoning.tiles import SOURCE
from tests import mvt
from tests.conftest import find_shared_data
from tests.small_city import SRID
from tests.tile_city import CELL, on_ground

TODAY = dt.date(2026, 11, 24)
FINEST = unit_of(BANDS[-1])


def add_zone(
    session: Session, key: str, shape: Any, plan: str = "zoning", valid: str = "[2020-01-01,)"
) -> int:
    session.execute(text("INSERT INTO zone_class (code) VALUES ('R1') ON CONFLICT DO NOTHING"))
    return int(
        session.execute(
            text("""
                INSERT INTO zone (zone_key, plan, class_id, valid, geom)
                SELECT :key, :plan, id, CAST(:valid AS daterange),
                       ST_Multi(ST_Transform(ST_GeomFromText(:wkt, 3857), CAST(:srid AS integer)))
                FROM zone_class WHERE code = 'R1' RETURNING id
            """),
            {"key": key, "plan": plan, "valid": valid, "wkt": on_ground(shape, CELL), "srid": SRID},
        ).scalar_one()
    )


def crooked_grid(seed: int, side: int = 6, step: int = 2500, pieces: int = 20) -> list[Any]:
    """Neighbours whose shared borders have many small corners, in units of a z16 tile."""
    dice = random.Random(seed)

    def border(x0: int, y0: int, x1: int, y1: int) -> list[tuple[float, float]]:
        inner = [
            (
                x0 + (x1 - x0) * n / pieces + dice.uniform(-80, 80),
                y0 + (y1 - y0) * n / pieces + dice.uniform(-80, 80),
            )
            for n in range(1, pieces)
        ]
        return [(x0, y0), *inner, (x1, y1)]

    level = {
        (c, r): border(c * step, r * step, (c + 1) * step, r * step)
        for c in range(side)
        for r in range(side + 1)
    }
    upright = {
        (c, r): border(c * step, r * step, c * step, (r + 1) * step)
        for c in range(side + 1)
        for r in range(side)
    }
    return [
        shapely.Polygon(
            level[c, r][:-1] + upright[c + 1, r][:-1] + level[c, r + 1][::-1][:-1] + upright[c, r][::-1][:-1]
        )
        for c in range(side)
        for r in range(side)
    ]


def made(session: Session, band: range = BANDS[-1]) -> dict[int, Any]:
    rows = session.execute(
        text("SELECT zone_id, ST_AsBinary(geom_3857) FROM zone_generalised WHERE zoom = :zoom"),
        {"zoom": band[0]},
    )
    return {zone_id: shapely.from_wkb(bytes(wkb)) for zone_id, wkb in rows}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("band", BANDS, ids=str)
def test_shared_borders_stay_shared(session: Session, seed: int, band: range) -> None:
    shapes = crooked_grid(seed, step=2500 << (13 - band[0]) // 2)
    for number, shape in enumerate(shapes):
        add_zone(session, str(number), shape)
    generalise.rebuild(session)
    simple = list(made(session, band).values())
    assert len(simple) == len(shapes)
    assert shapely.is_valid(simple).all()
    assert shapely.coverage_is_valid(simple)
    assert shapely.get_num_interior_rings(shapely.union_all(simple)).sum() == 0, "no gaps"
    units = shapely.get_coordinates(simple) / unit_of(band)
    assert abs(units - units.round()).max() < 1e-3
    assert not any(part.exterior.is_ccw for part in shapely.get_parts(simple))
    assert len(units) < sum(map(shapely.get_num_coordinates, shapes)) * 0.8, "it is simpler"


def test_borders_are_shared_on_every_day(session: Session) -> None:
    one, other = crooked_grid(5, side=2)[:2]
    both = shapely.union(one, other)
    first = add_zone(session, "a", both, valid="[2010-01-01,2020-01-01)")
    later = [add_zone(session, key, shape) for key, shape in (("a", one), ("b", other))]
    generalise.rebuild(session)
    shapes = made(session)
    assert shapely.equals(shapely.union_all([shapes[number] for number in later]), shapes[first])


def test_overlaps_stay_and_nothing_is_lost(session: Session) -> None:
    wide = add_zone(session, "wide", shapely.box(0, 0, 6000, 6000))
    over = add_zone(session, "over", shapely.box(3000, 3000, 9000, 9000))
    tiny = add_zone(session, "tiny", shapely.box(20000, 20000, 20001, 20001))
    flood = add_zone(session, "flood", shapely.box(1000, 1000, 2000, 9000), plan="flood")
    generalise.rebuild(session)
    shapes = made(session)
    assert shapes.keys() == {wide, over, tiny, flood}
    shared = shapely.area(shapely.intersection(shapes[wide], shapes[over])) / CELL.unit_m**2
    assert shared == pytest.approx(3000 * 3000, rel=0.02)
    assert shapely.area(shapes[tiny]) == pytest.approx(FINEST**2)


def test_an_edit_leaves_what_a_rebuild_would(session: Session) -> None:
    zones = [add_zone(session, str(n), shape) for n, shape in enumerate(crooked_grid(9))]
    generalise.rebuild(session)
    assert not generalise.generalise_touched(session), "nothing is left to do"
    middle = zones[14]
    session.execute(
        text("UPDATE zone SET geom = ST_Multi(ST_Buffer(geom, 40)) WHERE id = :id"), {"id": middle}
    )
    assert middle not in made(session), "what was made of the old shape is gone with the edit"
    assert generalise.generalise_touched(session)
    assert not generalise.generalise_touched(session)
    touched = {band: made(session, band) for band in BANDS}
    generalise.rebuild(session)
    for band in BANDS:
        anew = made(session, band)
        assert touched[band].keys() == anew.keys()
        assert all(touched[band][key].equals(anew[key]) for key in anew)


def test_a_zone_not_made_yet_is_drawn_as_it_is(session: Session) -> None:
    zone = add_zone(session, "a", shapely.box(0, 0, 4000, 4000))
    cell = Cell(12, CELL.x >> 4, CELL.y >> 4)
    before = mvt.read(encode(session, SOURCE, cell, TODAY))["zones"].features
    generalise.rebuild(session)
    after = mvt.read(encode(session, SOURCE, cell, TODAY))["zones"].features
    assert [feature.id for feature in before] == [feature.id for feature in after] == [zone]
    assert after[0].shape.symmetric_difference(before[0].shape).area < 4 * TOLERANCE_UNITS**2


def test_no_zones_at_all(session: Session) -> None:
    generalise.rebuild(session)
    assert not generalise.generalise_touched(session)
    assert made(session) == {}


@pytest.mark.parametrize("band", BANDS, ids=str)
@pytest.mark.parametrize(
    "name",
    [
        "cambridge_ma/zoning_districts.zip",
        "vermont/montpelier_zoning.zip",
        "cambridge_ma/zoning_overlays.zip",
    ],
)
def test_real_zoning_comes_through(name: str, band: range) -> None:
    file = find_shared_data() / "cities" / name
    meta, _fids, wkb, _columns = pyogrio.raw.read(f"/vsizip/{file}", columns=[])
    shapes = shapely.make_valid(
        shapely.force_2d(shapely.from_wkb(wkb)), method="structure", keep_collapsed=False
    )
    # As large as it is on the ground in whatever unit its file has: what is tried is the shapes, not the place.
    metre = 3.2808333 if "2249" in str(meta["crs"]) else 1.0
    shapes = shapely.transform(shapes, lambda at: at / metre)
    unit = unit_of(band)
    simple = simplify(shapes, unit)
    assert shapely.is_valid(simple).all()
    assert (shapely.area(simple) > 0).all()
    # A zone thinner than a unit is a unit's square at its corner, so within some units all is where it was.
    near = 2 * TOLERANCE_UNITS * unit
    source, drawn = shapely.union_all(shapes), shapely.union_all(simple)
    lost = [
        shape
        for shape in shapely.get_parts(source.difference(drawn.buffer(near)))
        if shape.area > 25 * unit**2
    ]
    assert not lost
    assert drawn.difference(source.buffer(near)).is_empty
    beyond = (shapely.area(simple).sum() - drawn.area) - (shapely.area(shapes).sum() - source.area)
    assert beyond <= 2 * TOLERANCE_UNITS**2 * unit**2
