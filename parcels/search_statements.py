"""The statements that a search asks, each put together once: that takes longer than most of the answers."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    case,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on

from core.local_time import TODAY
from layers.models import BaseRole, Feature, Layer, seen_by
from layers.zoning.models import PLAN, Zone, ZoneClass
from parcels.models import Parcel, ParcelLineage, Street

_MOST_HEIRS = 12


_DAY = func.coalesce(bindparam("day", type_=Date), TODAY)
_ON_THE_DAY = (Parcel.valid_from <= _DAY) & (Parcel.valid_to.is_(None) | (Parcel.valid_to > _DAY))
# Shapes are to be pointed at, not measured: to a few metres they are a tenth of their size.
_SIMPLIFIED_M = 4.0
_DIGITS = 6


@cache
def parcels() -> Select[Any]:
    """Current or former parcels with what a hit tells of them."""
    where = func.ST_Transform(func.ST_PointOnSurface(Parcel.geom), 4326)
    return select(
        Parcel.id,
        Parcel.number,
        Parcel.number_key,
        Parcel.address,
        Parcel.house_number,
        Parcel.street_id,
        Street.name_fa,
        Street.name_en,
        func.ST_X(where).label("lon"),
        func.ST_Y(where).label("lat"),
    ).outerjoin(Street, Street.id == Parcel.street_id)


@cache
def numbers_on() -> Select[Any]:
    """Parcels of the ``day`` with a number from ``key`` up to ``last``: at most ``most`` of them."""
    begins = (Parcel.number_key >= bindparam("key", type_=Text)) & (
        Parcel.number_key < bindparam("last", type_=Text)
    )
    ordered = parcels().where(begins, _ON_THE_DAY).order_by(Parcel.number_key, Parcel.id)
    return ordered.limit(bindparam("most", type_=Integer))


@cache
def former_number() -> Select[Any]:
    """Who had the number ``key`` last before the ``day``."""
    former = parcels().where(Parcel.number_key == bindparam("key", type_=Text), Parcel.valid_to <= _DAY)
    return former.order_by(Parcel.valid_to.desc()).limit(1)


@cache
def children() -> Select[Any]:
    """What came of the parcels ``ids``: one generation, since a recursive query is planned for thousands of heirs."""
    parents = any_(bindparam("ids", type_=ARRAY(BigInteger)))
    return select(ParcelLineage.child_id).where(ParcelLineage.parent_id == parents)


@cache
def parcels_among() -> Select[Any]:
    """Which of the parcels ``ids`` are parcels of the ``day``, the first of them by number."""
    among = parcels().where(Parcel.id == any_(bindparam("ids", type_=ARRAY(BigInteger))), _ON_THE_DAY)
    return among.order_by(Parcel.number).limit(_MOST_HEIRS)


@cache
def addresses_on() -> Select[Any]:
    """Parcels of the ``day`` at each of the ``houses`` on the street of the same place in ``streets``."""
    lists = (bindparam(name, type_=ARRAY(Integer)) for name in ("streets", "houses"))
    columns = (column(name, Integer) for name in ("street_id", "house"))
    asked = func.unnest(*lists).table_valued(*columns).render_derived("asked")
    at = (Parcel.street_id == asked.c.street_id) & (Parcel.house_number == asked.c.house)
    return parcels().join(asked, at).where(_ON_THE_DAY).order_by(Parcel.number)


@cache
def street_ids() -> Select[Any]:
    """The ids of all streets, to be narrowed down."""
    return select(Street.id)


@cache
def streets_found() -> Select[Any]:
    """The streets with these ``ids`` that lie anywhere."""
    # A street that came with addresses only lies where its parcels lie.
    beside = (
        select(func.ST_PointOnSurface(Parcel.geom))
        .where(Parcel.street_id == Street.id, Parcel.valid_to.is_(None))
        .limit(1)
        .scalar_subquery()
    )
    where = func.ST_Transform(func.coalesce(_middle(Street.geom), beside), 4326)
    return select(
        Street.id,
        Street.name_fa,
        Street.name_en,
        func.ST_X(where).label("lon"),
        func.ST_Y(where).label("lat"),
        *_extent(func.coalesce(Street.geom, beside)),
        _drawn(Street.geom),
    ).where(Street.id == any_(bindparam("ids", type_=ARRAY(Integer))), where.is_not(None))


@cache
def facility_ids(*, staff: bool) -> Select[Any]:
    """The ids of all named features that are not streets, to be narrowed down."""
    # The indexes of names and of layers hold named features only, each by a condition of its own, so the query must say
    # twice that it wants no others. The layers as a list and not as a join: the planner would go through the index once
    # for each of them.
    searched = select(Layer.id).where(Layer.base_role.is_distinct_from(BaseRole.STREET), seen_by(staff=staff))
    return select(Feature.id).where(
        Feature.name_folded != "",
        Feature.name_folded > "",
        Feature.layer_id == any_(func.array(searched.scalar_subquery())),
    )


@cache
def facilities_found() -> Select[Any]:
    """The features with these ``ids``."""
    where = func.ST_Transform(_middle(Feature.geom), 4326)
    return (
        select(
            Feature.id,
            Feature.name_fa,
            Feature.name_en,
            Layer.name_fa.label("layer_fa"),
            Layer.name_en.label("layer_en"),
            func.ST_X(where).label("lon"),
            func.ST_Y(where).label("lat"),
            *_extent(Feature.geom),
            case((func.ST_Dimension(Feature.geom) > 0, _drawn(Feature.geom))).label("shape"),
        )
        .join(Layer, Layer.id == Feature.layer_id)
        .where(Feature.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    )


@cache
def zone_classes() -> Select[Any]:
    """Every class of the plan: some dozens."""
    columns: tuple[Any, ...] = (ZoneClass.id, ZoneClass.code, ZoneClass.name_fa, ZoneClass.name_en)
    return select(*columns)


@cache
def zones_of_classes() -> Select[Any]:
    """The largest zone of the ``day`` of each of the classes ``ids``."""
    where = func.ST_Transform(func.ST_PointOnSurface(Zone.geom), 4326)
    of_class = Zone.class_id == any_(bindparam("ids", type_=ARRAY(Integer)))
    largest = (
        select(Zone.id)
        .where(of_class, Zone.plan == PLAN, Zone.valid.contains(_DAY), func.upper_inf(Zone.recorded))
        .ext(distinct_on(Zone.class_id))
        .order_by(Zone.class_id, func.ST_Area(Zone.geom).desc(), Zone.id)
    )
    return select(
        Zone.class_id,
        func.ST_X(where).label("lon"),
        func.ST_Y(where).label("lat"),
        *_extent(Zone.geom),
        _drawn(Zone.geom),
    ).where(Zone.id.in_(largest))


def _extent(geom: Any) -> list[ColumnElement[float]]:
    """The box around a shape, in degrees."""
    box = func.ST_Transform(func.ST_Envelope(geom), 4326)
    corners = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
    return [
        corner(box).label(name)
        for corner, name in zip(corners, ("west", "south", "east", "north"), strict=True)
    ]


def _drawn(geom: Any) -> ColumnElement[str]:
    """A shape as GeoJSON in degrees, simplified as far as an eye at the whole of it would not see."""
    plain = func.ST_Transform(func.ST_Simplify(geom, _SIMPLIFIED_M, True), 4326)
    return func.ST_AsGeoJSON(plain, _DIGITS, 0).label("shape")


def _middle(geom: Any) -> ColumnElement[Any]:
    """A point to stand for a shape. PostGIS's own choice for a line of two points would be one of its ends."""
    of_line = func.ST_ClosestPoint(geom, func.ST_Centroid(geom))
    return case((func.ST_Dimension(geom) == 1, of_line), else_=func.ST_PointOnSurface(geom))
