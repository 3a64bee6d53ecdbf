"""Making a city: which grid it may have, whether its tables are free, and its boundary from a file."""

import warnings
from pathlib import Path
from typing import Any

import pyproj
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from core import database
from core.errors import Conflict, Unprocessable
from core.geofiles import ReadOptions, open_source
from core.grids import check_metric
from core.i18n import gettext as _
from layers.models import City

# What the migrations and PostGIS themselves fill, and fill anew: in a database without a city nobody has entered it.
_OWN_TABLES = ("alembic_version", "spatial_ref_sys", "permit_type", "permit_type_version")


def read_boundary(path: Path, options: ReadOptions, srid: int) -> shapely.MultiPolygon:
    """All polygons of a file in one. Raises Unprocessable when something else is in it, or it cannot be read."""
    with open_source(path, options, srid) as source:
        shapes = [shape for batch in source.batches() for shape in batch.geometries]
        lost = source.report.lost
        lines = source.report.lines(5)
    if lost or any(shape.geom_type != "MultiPolygon" for shape in shapes):
        causes = lines if lost else [_("a boundary is made of polygons only.")]
        raise Unprocessable("\n".join(f"--boundary: {cause}" for cause in causes), field="boundary")
    return _multi(shapely.union_all(shapes))


def _multi(shape: Any) -> shapely.MultiPolygon:
    if isinstance(shape, shapely.MultiPolygon):
        return shape
    if isinstance(shape, shapely.Polygon) and not shape.is_empty:
        return shapely.MultiPolygon([shape])
    raise Unprocessable("--boundary: " + _("a boundary is made of polygons only."), field="boundary")


def prepare_database(url: str, srid: int) -> None:
    """Bring a database without a city to the newest tables, typed with this grid.

    Raises Unprocessable for a grid that nothing can be measured in, Conflict when there is a city already or
    the tables were made for another grid and hold something.
    """
    crs = check_metric(srid)
    engine = database.make_engine(url)
    try:
        with engine.connect() as connection:
            typed = _typed_srid(connection)
            if typed is not None:
                _check_vacant(connection, typed, srid)
        if typed not in (None, srid):
            database.downgrade(url, "base")
        database.upgrade(url, srid)
        with engine.begin() as connection:
            _teach_grid(connection, srid, crs)
    finally:
        engine.dispose()


def _typed_srid(connection: Connection) -> int | None:
    """The grid that the tables were made for; None before the first migration."""
    if connection.scalar(text("SELECT to_regclass('public.city')")) is None:
        return None
    found: int | None = connection.scalar(text("SELECT Find_SRID('public', 'city', 'boundary')"))
    return found


def _check_vacant(connection: Connection, typed: int, srid: int) -> None:
    city = connection.execute(text("SELECT name_fa, name_en, srid FROM city")).one_or_none()
    if city is not None:
        name = city.name_en or city.name_fa or _("a city without a name")
        raise Conflict(
            _(
                "This data folder already holds %(name)s (EPSG:%(srid)s). Take another folder (DATA_DIR) "
                "for another city.",
                name=name,
                srid=city.srid,
            )
        )
    if typed != srid and (filled := _filled_tables(connection)):
        raise Conflict(
            _(
                "The tables here were made for EPSG:%(typed)s and hold data (%(tables)s). Take another folder "
                "(DATA_DIR) for a city in EPSG:%(srid)s.",
                typed=typed,
                tables=", ".join(filled),
                srid=srid,
            )
        )


def _filled_tables(connection: Connection) -> list[str]:
    names = connection.scalars(
        text(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        )
    )
    quote = connection.dialect.identifier_preparer.quote
    return [
        name
        for name in sorted(names)
        if name not in _OWN_TABLES and connection.scalar(text(f"SELECT EXISTS (SELECT FROM {quote(name)})"))  # noqa: S608
    ]


def _teach_grid(connection: Connection, srid: int, crs: pyproj.CRS) -> None:
    """Tell PostGIS of a grid that is younger than its own list."""
    with warnings.catch_warnings():
        # PROJ says that its short form tells less than WKT; both are stored.
        warnings.simplefilter("ignore", UserWarning)
        proj4 = crs.to_proj4()
    connection.execute(
        text(
            "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
            "VALUES (:srid, 'EPSG', :srid, :wkt, :proj4) ON CONFLICT (srid) DO NOTHING"
        ),
        {"srid": srid, "wkt": crs.to_wkt("WKT1_GDAL"), "proj4": proj4},
    )


def make_city(
    session: Session, srid: int, name_fa: str, name_en: str, boundary: shapely.MultiPolygon | None
) -> City:
    """Write the city of a database that :func:`prepare_database` has made ready."""
    city = City(
        srid=srid,
        name_fa=name_fa,
        name_en=name_en,
        boundary=None if boundary is None else from_shape(boundary, srid),
    )
    session.add(city)
    session.flush()
    return city
