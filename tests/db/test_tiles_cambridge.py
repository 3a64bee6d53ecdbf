"""Tiles of a real city's parcels, with all that real outlines bring: each one there, each one sound."""

import datetime as dt
from collections.abc import Iterator

import pyogrio
import pytest
import shapely
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from core.database import make_engine
from layers.tiles.encode import encode
from layers.tiles.grid import BUFFER, cells_of
from parcels import generalise
from parcels.models import Parcel
from parcels.tiles import SOURCE
from tests import mvt
from tests.conftest import DatabaseMaker, find_shared_data

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def cambridge(make_database: DatabaseMaker) -> Iterator[Engine]:
    """The 13,115 readable parcels of Cambridge, MA, put in without the importer, which is not what is tested."""
    file = find_shared_data() / "cities" / "cambridge_ma" / "parcels_fy2014.zip"
    _meta, _fids, wkb, _columns = pyogrio.raw.read(f"/vsizip/{file}", columns=[])
    shapes = [shape for shape in shapely.from_wkb(wkb, on_invalid="ignore") if shape is not None]
    sound = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    engine = make_engine(make_database(srid=26986))
    with Session(engine) as session, session.begin():
        session.execute(
            text("""
                INSERT INTO parcel (number, land_use, geom)
                SELECT n, CASE WHEN n % 3 = 0 THEN 'commercial' ELSE 'residential' END,
                       ST_Multi(ST_Force2D(ST_Transform(ST_GeomFromWKB(wkb, 2249), 26986)))
                FROM unnest(CAST(:wkb AS bytea[])) WITH ORDINALITY AS given (wkb, n)
            """),
            {"wkb": list(shapely.to_wkb(sound))},
        )
        generalise.rebuild(session)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("zoom", range(11, 17))
def test_every_parcel_is_drawn_and_sound(cambridge: Engine, zoom: int) -> None:
    with Session(cambridge) as session:
        extent = func.ST_Extent(Parcel.geom_3857)
        west, south, east, north = session.execute(
            select(func.ST_XMin(extent), func.ST_YMin(extent), func.ST_XMax(extent), func.ST_YMax(extent))
        ).one()
        cells = list(cells_of((west, south, east, north), zoom, 0))
        drawn = 0
        for cell in cells[:: max(1, len(cells) // 12)]:
            box = func.ST_MakeEnvelope(*cell.bounds(BUFFER), 3857)
            layers = mvt.read(encode(session, SOURCE, cell, TODAY))
            features = layers["parcels"].features if layers else []
            drawn += len(features)
            for feature in features:
                assert shapely.is_valid(shapely.get_parts(feature.shape)).all()
            if zoom >= 14:
                inside = select(Parcel.id).where(func.ST_Intersects(Parcel.geom_3857, box))
                near = select(Parcel.id).where(Parcel.geom_3857.op("&&")(box))
                found = {feature.id for feature in features}
                assert set(session.scalars(inside)) <= found <= set(session.scalars(near))
        assert drawn > 100
