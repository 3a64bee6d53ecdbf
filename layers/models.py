"""The city, the catalogue of its layers, and their features."""

import datetime as dt
from enum import StrEnum
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.local_time import TODAY
from core.models import Base, city_geometry, geometry_column, web_mercator_column


class Domain(StrEnum):
    """The seven municipal domains: fixed vocabulary across the product."""

    TRAFFIC = "traffic"
    HOUSING = "housing"
    LAND_USE = "land_use"
    RECREATION = "recreation"
    CULTURE = "culture"
    ECONOMY = "economy"
    INFRASTRUCTURE = "infrastructure"


class GeometryKind(StrEnum):
    """What a layer is drawn as."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


class BaseRole(StrEnum):
    """What a layer is for the base map; a layer without one is an overlay that people switch on."""

    STREET = "street"
    WATER = "water"
    GREEN = "green"
    DISTRICT = "district"


class PlaceRole(StrEnum):
    """What a layer is for a place: something to go to, something that passes by, or something that lies over it."""

    FACILITY = "facility"
    NETWORK = "network"
    OVERLAY = "overlay"


class Visibility(StrEnum):
    """Who sees what a layer holds; that there is such a layer is told to all."""

    PUBLIC = "public"
    STAFF = "staff"


class City(Base):
    """The one city that this database holds."""

    __tablename__ = "city"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default="1")
    srid: Mapped[int]
    name_fa: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    boundary: Mapped[WKBElement | None] = mapped_column(city_geometry("MULTIPOLYGON"))
    boundary_is_hull: Mapped[bool] = mapped_column(server_default="false")


class Layer(Base):
    """One layer of the map, and for which part of the city it holds data."""

    __tablename__ = "layer"
    __table_args__ = (
        CheckConstraint("place_role IN ('facility', 'network', 'overlay')", name="place_role"),
        CheckConstraint("visibility IN ('public', 'staff')", name="visibility"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name_fa: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    domain: Mapped[str] = mapped_column(Text)
    geometry_kind: Mapped[str] = mapped_column(Text)
    base_role: Mapped[str | None] = mapped_column(Text)
    place_role: Mapped[str] = mapped_column(Text, server_default=PlaceRole.FACILITY.value)
    visibility: Mapped[str] = mapped_column(Text, server_default=Visibility.PUBLIC.value)
    style: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    min_zoom: Mapped[int] = mapped_column(SmallInteger, server_default="8")
    max_zoom: Mapped[int] = mapped_column(SmallInteger, server_default="16")
    coverage: Mapped[WKBElement | None] = mapped_column(city_geometry("MULTIPOLYGON"))
    licence: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text, server_default="")
    updated_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1")


IS_PUBLIC: ColumnElement[bool] = Layer.visibility == Visibility.PUBLIC.value
"""That everyone may see what a layer holds."""


def seen_by(*, staff: bool) -> ColumnElement[bool]:
    """That whoever asks may see what a layer holds; ``staff``: they work for the city (Permission.STAFF_LAYERS).

    Whatever outlives its answer (a certificate, a sheet, a file that is passed on) is made as for the public.
    """
    return true() if staff else IS_PUBLIC


class Feature(Base):
    """One thing of a layer; whatever its file said of it is kept in ``properties``."""

    __tablename__ = "feature"
    __table_args__ = (
        Index("feature_layer_id_key_key", "layer_id", "key", unique=True),
        # Features are looked for one layer at a time; nearest-first within a layer needs the two in one index.
        Index("feature_layer_id_geom_idx", "layer_id", "geom", postgresql_using="gist"),
        Index("feature_layer_id_geom_3857_idx", "layer_id", "geom_3857", postgresql_using="gist"),
        Index(
            "feature_name_folded_idx",
            "name_folded",
            postgresql_using="gin",
            postgresql_ops={"name_folded": "gin_trgm_ops"},
            postgresql_where="name_folded <> ''",
        ),
        # Which named features are of the layers searched. Said with another sign than in the two beside it: of indexes
        # with one condition in common PostgreSQL takes a single one.
        Index("feature_named_layer_id_idx", "layer_id", postgresql_where="name_folded > ''"),
        Index(
            "feature_name_sound_idx",
            "name_sound",
            postgresql_using="gin",
            postgresql_ops={"name_sound": "gin_trgm_ops"},
            postgresql_where="name_folded <> ''",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("layer.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(Text)
    name_fa: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    name_folded: Mapped[str] = mapped_column(
        Text, Computed("fold_text(name_fa || ' ' || name_en)", persisted=True)
    )
    name_sound: Mapped[str] = mapped_column(
        Text, Computed("fold_sound(name_fa) || ' ' || fold_sound(name_en)", persisted=True), deferred=True
    )
    kind: Mapped[str] = mapped_column(Text, server_default="")
    geom: Mapped[WKBElement] = geometry_column("GEOMETRY")
    geom_3857: Mapped[WKBElement] = web_mercator_column()
    properties: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    version: Mapped[int] = mapped_column(server_default="1")


FEATURE_PART = Table(
    "feature_part",
    Base.metadata,
    Column("feature_id", BigInteger, ForeignKey("feature.id", ondelete="CASCADE"), nullable=False),
    Column("layer_id", Integer, nullable=False),
    Column("geom", city_geometry("GEOMETRY"), nullable=False),
    Index("feature_part_feature_id_idx", "feature_id"),
    Index("feature_part_layer_id_idx", "layer_id"),
    Index("feature_part_layer_id_geom_idx", "layer_id", "geom", postgresql_using="gist"),
)
"""Pieces of features, with few corners each, written by triggers: what is near a spot is told by pieces."""

COVERAGE_PART = Table(
    "coverage_part",
    Base.metadata,
    Column("layer_id", Integer, ForeignKey("layer.id", ondelete="CASCADE"), nullable=False),
    Column("geom", city_geometry("GEOMETRY"), nullable=False),
    Index("coverage_part_layer_id_idx", "layer_id"),
    Index("coverage_part_geom_idx", "geom", postgresql_using="gist"),
)
"""Pieces of what layers cover, written by a trigger."""


class NameWord(Base):
    """One folded word of any street's or feature's name, written by triggers: what typing slips are held against."""

    __tablename__ = "name_word"
    __table_args__ = (
        Index("name_word_word_idx", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
        # What is heard alike, or begins alike, is a range of this one.
        Index("name_word_sound_idx", "sound"),
    )

    word: Mapped[str] = mapped_column(Text, primary_key=True)
    sound: Mapped[str] = mapped_column(Text(collation="C"), Computed("fold_sound(word)", persisted=True))


class SourceRevision(Base):
    """How often a tile source has changed: what an open map compares to know that it is behind."""

    __tablename__ = "source_revision"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, server_default="1")
    updated_on: Mapped[dt.date] = mapped_column(Date, server_default=TODAY)
    bumped_in: Mapped[int | None] = mapped_column(BigInteger)


class TileOutbox(Base):
    """Tiles that an edit touched, as its transaction's triggers noted them; without a box, all of the source's.

    The box is in EPSG:3857. ``xid`` is the transaction; ``to_generalise`` says that what is drawn from afar is
    still to be made anew of what lies in the box.
    """

    __tablename__ = "tile_outbox"
    __table_args__ = (
        Index("tile_outbox_xid_idx", "xid"),
        Index("tile_outbox_to_generalise_idx", "id", postgresql_where="to_generalise"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger, server_default="pg_current_xact_id()::text::bigint")
    noted_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    source: Mapped[str] = mapped_column(Text)
    min_zoom: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    max_zoom: Mapped[int] = mapped_column(SmallInteger, server_default="30")
    west: Mapped[float | None] = mapped_column(Float)
    south: Mapped[float | None] = mapped_column(Float)
    east: Mapped[float | None] = mapped_column(Float)
    north: Mapped[float | None] = mapped_column(Float)
    to_generalise: Mapped[bool] = mapped_column(server_default="false")
