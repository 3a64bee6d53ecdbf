"""Blocks and mosaic say what the parcels say, and an edit leaves them as a rebuild would."""

import random
from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.tiles.grid import Cell
from parcels import freshness, generalise
from parcels.blocks import BLOCK_ZOOMS
from parcels.mosaic import LEVEL_OFFSET, MOSAIC_ZOOMS
from tests.tile_city import CELL, add_parcel

USES = ("residential", "commercial", "park")
UNIT = Cell(BLOCK_ZOOMS[0], 0, 0).unit_m


def blocks(session: Session) -> dict[tuple[int, int, str], Any]:
    rows = session.execute(
        text("SELECT cell_x, cell_y, land_use, ST_AsBinary(geom_3857) FROM parcel_block")
    ).all()
    return {(x, y, use): shapely.normalize(shapely.from_wkb(bytes(wkb))) for x, y, use, wkb in rows}


def mosaic(session: Session) -> dict[tuple[int, int, int], tuple[str, Any]]:
    rows = session.execute(
        text("SELECT zoom, cell_x, cell_y, land_use, ST_AsBinary(geom_3857) FROM parcel_mosaic")
    ).all()
    return {(zoom, x, y): (use, shapely.from_wkb(bytes(wkb))) for zoom, x, y, use, wkb in rows}


def town(session: Session, seed: int = 1, side: int = 12) -> list[int]:
    """Lots of 100 × 200 units (15 × 30 m) in blocks of six, over four block cells."""
    dice = random.Random(seed)
    made = []
    for column in range(side * 4):
        for row in range(side):
            x, y = 2000 + 100 * column + 60 * (column // 6), 2000 + 200 * row + 60 * (row // 2)
            shape = shapely.box(x, y, x + 100, y + 200)
            made.append(add_parcel(session, f"{column}-{row}", shape, land_use=dice.choice(USES)))
    return made


def parcels_of(session: Session, land_use: str) -> Any:
    rows = session.execute(
        text("SELECT ST_AsBinary(geom_3857) FROM parcel WHERE valid_to IS NULL AND land_use = :use"),
        {"use": land_use},
    ).scalars()
    return shapely.union_all(shapely.from_wkb([bytes(row) for row in rows]))


def test_blocks_cover_their_parcels(session: Session) -> None:
    town(session)
    generalise.rebuild(session)
    made = blocks(session)
    assert len({key[:2] for key in made}) > 1, "the town lies over several cells"
    for use in USES:
        union = shapely.union_all([shape for key, shape in made.items() if key[2] == use])
        # Corners moved to a grid of UNIT may uncover a strip of that width, not more.
        assert union.buffer(UNIT).covers(parcels_of(session, use))


def test_streets_are_closed_and_wide_gaps_are_not(session: Session) -> None:
    # A unit is 0.12 m on the ground: gaps of some 7 m and of some 37 m.
    for number, x in enumerate((0, 300, 860)):
        add_parcel(session, str(number), shapely.box(x, 0, x + 240, 240))
    generalise.rebuild(session)
    (block,) = blocks(session).values()
    assert shapely.get_num_geometries(block) == 2


@pytest.mark.parametrize("seed", range(5))
def test_blocks_are_on_the_grid_and_valid(session: Session, seed: int) -> None:
    town(session, seed, side=6)
    # Crooked ones as well, whose corners fall between the grid's.
    dice = random.Random(seed)
    for number in range(150):
        at = [(dice.uniform(0, 2000), dice.uniform(4000, 6000)) for _corner in range(3)]
        add_parcel(session, f"crooked-{number}", shapely.Polygon(at), land_use=dice.choice(USES))
    generalise.rebuild(session)
    for shape in blocks(session).values():
        # In whole units, as tiles have them: a corner touching another edge shows only there.
        assert shapely.is_valid(shapely.transform(shape, lambda at: (at / UNIT).round()))
        for part in shapely.get_parts(shape):
            assert not part.exterior.is_ccw
        off = shapely.get_coordinates(shape) / UNIT
        assert abs(off - off.round()).max() < 1e-3


def test_a_tiny_parcel_still_makes_a_block(session: Session) -> None:
    add_parcel(session, "1", shapely.box(500, 500, 501, 501))
    generalise.rebuild(session)
    (block,) = blocks(session).values()
    assert block.area > 0
    assert {key[0] for key in mosaic(session)} == set(MOSAIC_ZOOMS)


def test_broken_and_overlapping_parcels_do_not_stop_it(session: Session) -> None:
    add_parcel(session, "1", shapely.Polygon([(0, 0), (500, 500), (500, 0), (0, 500)]))  # a bow tie
    add_parcel(session, "2", shapely.box(100, 100, 400, 400))
    add_parcel(session, "3", shapely.box(200, 200, 500, 500))
    generalise.rebuild(session)
    (block,) = blocks(session).values()
    assert shapely.is_valid(block)


def test_mosaic_shows_what_prevails(session: Session) -> None:
    level = MOSAIC_ZOOMS[-1] + LEVEL_OFFSET
    x, y = CELL.x << (level - 16), CELL.y << (level - 16)
    # In one mosaic cell (1,024 units): most parcels are homes, most of the ground is a park.
    add_parcel(session, "1", shapely.box(10, 10, 60, 60), land_use="residential")
    add_parcel(session, "2", shapely.box(70, 10, 120, 60), land_use="residential")
    add_parcel(session, "3", shapely.box(130, 130, 700, 700), land_use="park")
    generalise.rebuild(session)
    use, shape = mosaic(session)[MOSAIC_ZOOMS[-1], x, y]
    assert use == "park"
    cell = Cell(level, x, y)
    assert shape.equals_exact(shapely.box(*cell.bounds()), 1e-6) or shape.equals(shapely.box(*cell.bounds()))


def test_a_large_parcel_fills_every_cell_it_covers(session: Session) -> None:
    add_parcel(session, "1", shapely.box(0, 0, 8 * 1024, 2 * 1024), land_use="park")
    generalise.rebuild(session)
    finest = [shape for (zoom, _x, _y), (_use, shape) in mosaic(session).items() if zoom == MOSAIC_ZOOMS[-1]]
    assert sum(shape.area for shape in finest) == pytest.approx(16 * (1024 * CELL.unit_m) ** 2)


def test_a_parcel_over_two_batches_is_in_one_block_and_both_mosaics(session: Session) -> None:
    batch = Cell(13, CELL.x >> 3, CELL.y >> 3)
    add_parcel(session, "1", shapely.box(-2000, 100, 1500, 3000), batch)
    generalise.rebuild(session)
    assert len(blocks(session)) == 1
    columns = {x >> (LEVEL_OFFSET + 11 - 13) for zoom, x, _y in mosaic(session) if zoom == 11}
    assert columns == {batch.x - 1, batch.x}


def test_an_edit_leaves_what_a_rebuild_would(session: Session) -> None:
    lots = town(session)
    generalise.rebuild(session)
    dice = random.Random(7)
    for lot in dice.sample(lots, 12):
        how = dice.choice(["use", "close", "move"])
        boxes = [box_of(session, lot)]
        if how == "use":
            session.execute(text("UPDATE parcel SET land_use = 'industrial' WHERE id = :id"), {"id": lot})
        elif how == "close":
            session.execute(text("UPDATE parcel SET valid_to = CURRENT_DATE + 1 WHERE id = :id"), {"id": lot})
        else:
            session.execute(
                text("UPDATE parcel SET geom = ST_Translate(geom, 300, 90) WHERE id = :id"), {"id": lot}
            )
        boxes.append(box_of(session, lot))
        generalise.rebuild_touched(session, boxes)
    touched = blocks(session), mosaic(session)
    generalise.rebuild(session)
    anew = blocks(session), mosaic(session)
    assert touched[0].keys() == anew[0].keys()
    assert all(touched[0][key].equals(anew[0][key]) for key in anew[0])
    assert {key: use for key, (use, _shape) in touched[1].items()} == {
        key: use for key, (use, _shape) in anew[1].items()
    }
    assert all(touched[1][key][1].equals(anew[1][key][1]) for key in anew[1])


def test_edits_that_come_faster_than_they_are_drawn_are_drawn_together(session: Session) -> None:
    lots = town(session)
    far = add_parcel(session, "far", shapely.box(0, 0, 90, 90), Cell(CELL.z, CELL.x + 40, CELL.y))
    generalise.rebuild(session)
    edit = text("UPDATE parcel SET land_use = 'industrial' WHERE id = :id")
    for lot in [*lots, far]:
        session.execute(edit, {"id": lot})
    waiting = text("SELECT count(*) FROM tile_outbox WHERE to_generalise")
    before = session.scalar(waiting)
    assert before > 2 * freshness._AT_ONCE
    rounds = 0
    while freshness.generalise_touched(session):
        rounds += 1
    assert session.scalar(waiting) == 0
    assert rounds < before / freshness._AT_ONCE, "fewer than a round for each handful"
    touched = blocks(session), mosaic(session)
    generalise.rebuild(session)
    assert touched[0].keys() == blocks(session).keys()
    assert {key: use for key, (use, _) in touched[1].items()} == {
        key: use for key, (use, _) in mosaic(session).items()
    }


def box_of(session: Session, parcel_id: int) -> tuple[float, float, float, float]:
    west, south, east, north = session.execute(
        text(
            "SELECT ST_XMin(geom_3857), ST_YMin(geom_3857), ST_XMax(geom_3857), ST_YMax(geom_3857) "
            "FROM parcel WHERE id = :id"
        ),
        {"id": parcel_id},
    ).one()
    return west, south, east, north


def test_progress_is_told_and_the_revision_goes_up(session: Session) -> None:
    town(session, side=2)
    told: list[tuple[int, int]] = []
    generalise.rebuild(session, lambda done, whole: told.append((done, whole)))
    assert told
    assert told[-1][0] == told[-1][1] == len(told)
    assert (
        session.execute(text("SELECT revision FROM source_revision WHERE source = 'parcels'")).scalar_one()
        == 1
    )
