"""What every table shares: named constraints, columns that hold a closed list's words, and the geometry columns."""

from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import Computed, Dialect, Index, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

W = TypeVar("W", bound=StrEnum)

NAMING = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
}


class Base(DeclarativeBase):
    """The declarative base of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {}


class Word(TypeDecorator[W]):
    """A word of an enumeration, kept as text: the list grows in the code without a migration."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[W]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: W | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's)
        """The text of a word. Raises ValueError for what is none of the list."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> W | None:  # noqa: ARG002
        """The word of a text."""
        return None if value is None else self.kind(value)


WEB_MERCATOR = Geometry("GEOMETRY", srid=3857, spatial_index=False)


def city_geometry(kind: str) -> Geometry:
    """A geometry type in the city's own SRID, which only the database knows (it is fixed by the first migration)."""
    return Geometry(kind, srid=-1, spatial_index=False)


def geometry_column(kind: str) -> Mapped[WKBElement]:
    """The authoritative geometry, in the city's metric SRID: measure only on this one."""
    return mapped_column(city_geometry(kind))


def web_mercator_column() -> Mapped[WKBElement]:
    """The stored web-mercator twin that tiles are cut from.

    Polygons are turned clockwise here, once: MVT wants that ring order and the tile query does without
    ST_AsMVTGeom, which would otherwise see to it (twice slower, see docs/architecture.md).
    """
    return mapped_column(
        WEB_MERCATOR,
        Computed("ST_ForcePolygonCW(ST_Transform(geom, 3857))", persisted=True),
    )


def gist_index(table: str, column: str) -> Index:
    """The one named spatial index of a geometry column."""
    return Index(f"{table}_{column}_idx", column, postgresql_using="gist")
