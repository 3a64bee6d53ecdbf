"""What the map page asks of the city before anything is drawn: its extent, its layers, its zone classes."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from layers.models import City, Feature, Layer, SourceRevision, seen_by
from layers.zoning.models import Zone, ZoneClass
from parcels.models import LandUse, Parcel, ParcelBlock

Bounds = tuple[float, float, float, float]


def find_city(session: Session) -> City | None:
    """The city of this database, if it holds one."""
    return session.scalars(select(City)).first()


def find_bounds(session: Session) -> Bounds | None:
    """West, south, east, north of the city in degrees: of its boundary, else of what has been brought in.

    None for a city that holds nothing yet.
    """
    lon_lat_boundary = func.ST_Transform(City.boundary, 4326)
    extents: tuple[Select[Any], ...] = (
        select(func.ST_Extent(lon_lat_boundary).label("box")),
        select(_lon_lat(func.ST_Extent(Parcel.geom_3857)).label("box")),
        select(_lon_lat(func.ST_Extent(Feature.geom_3857)).label("box")),
    )
    for extent in extents:
        box = extent.subquery().c.box
        found = session.execute(
            select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
        ).one()
        if found[0] is not None:
            return found[0], found[1], found[2], found[3]
    return None


def _lon_lat(box: Any) -> Any:
    """A web-mercator box in degrees; mercator keeps boxes boxes."""
    return func.ST_Transform(func.ST_SetSRID(box, 3857), 4326)


def list_overlays(session: Session, *, staff: bool = False) -> list[Layer]:
    """The layers that whoever asks may switch on, by name; those of the base map are always on."""
    shown = Layer.base_role.is_(None), seen_by(staff=staff)
    return list(session.scalars(select(Layer).where(*shown).order_by(Layer.slug)))


def list_first_themes(session: Session) -> list[str]:
    """What the map is coloured by at first: land use, or zoning in a city that told its zones and no land use."""
    # Blocks and not parcels: a city of a million that tells none of their uses would be read through to say so.
    told = select(ParcelBlock.land_use).where(ParcelBlock.land_use != LandUse.UNKNOWN.value).exists()
    drawn = or_(select(ParcelBlock.land_use).exists(), ~select(Parcel.id).exists())
    untold = session.scalar(select(and_(select(Zone.id).exists(), drawn, ~told)))
    return ["zoning"] if untold else ["land_use"]


def list_zone_classes(session: Session) -> list[ZoneClass]:
    """Every zone class, by code."""
    return list(session.scalars(select(ZoneClass).order_by(ZoneClass.code)))


def source_revisions(session: Session) -> dict[str, int]:
    """How often each tile source has changed; one that never has is not named."""
    rows = session.execute(select(SourceRevision.source, SourceRevision.revision))
    return {row.source: row.revision for row in rows}
