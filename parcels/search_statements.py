"""The statements that a search asks, each put together once: that takes longer than most of the answers."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    case,
    func,
    select,
)

from layers.models import IS_PUBLIC, BaseRole, Feature, Layer
from parcels.models import Parcel, Street


@cache
def parcels() -> Select[Any]:
    """Current or former parcels with what a hit tells of them."""
    where = func.ST_Transform(func.ST_PointOnSurface(Parcel.geom), 4326)
    return select(
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
def current_numbers() -> Select[Any]:
    """Parcels of today with a number from ``key`` up to ``last``: at most ``most`` of them."""
    begins = (Parcel.number_key >= bindparam("key", type_=Text)) & (
        Parcel.number_key < bindparam("last", type_=Text)
    )
    ordered = parcels().where(begins, Parcel.valid_to.is_(None)).order_by(Parcel.number_key, Parcel.id)
    return ordered.limit(bindparam("most", type_=Integer))


@cache
def former_number() -> Select[Any]:
    """Who had the number ``key`` last."""
    former = parcels().where(Parcel.number_key == bindparam("key", type_=Text))
    return former.order_by(Parcel.valid_to.desc()).limit(1)


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
    ).where(Street.id == any_(bindparam("ids", type_=ARRAY(Integer))), where.is_not(None))


@cache
def facility_ids() -> Select[Any]:
    """The ids of all named features that are not streets, to be narrowed down."""
    # The index holds named features only, so the query must say that it wants no others.
    return (
        select(Feature.id)
        .join(Layer, Layer.id == Feature.layer_id)
        .where(Feature.name_folded != "", Layer.base_role.is_distinct_from(BaseRole.STREET))
        .where(IS_PUBLIC)
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
        )
        .join(Layer, Layer.id == Feature.layer_id)
        .where(Feature.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    )


def _middle(geom: Any) -> ColumnElement[Any]:
    """A point to stand for a shape. PostGIS's own choice for a line of two points would be one of its ends."""
    of_line = func.ST_ClosestPoint(geom, func.ST_Centroid(geom))
    return case((func.ST_Dimension(geom) == 1, of_line), else_=func.ST_PointOnSurface(geom))
