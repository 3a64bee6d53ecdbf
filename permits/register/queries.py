"""The register's questions to the database: public rows only, newest first, a page at a time by key."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, and_, cast, false, func, literal, null, select, tuple_
from sqlalchemy.orm import Session

from core.calendar.queries import load
from core.clocks import ClockAct, ClockEvent, ClockState, read
from core.errors import NotFound
from core.i18n import gettext as _
from core.models import city_geometry
from core.text import fold
from layers.area import area_value, ground_of, within
from layers.models import City
from layers.schemas import name_of
from parcels.queries import list_versions
from permits.models import Permit, PermitClock
from permits.register.groups import GROUP_OF, Group
from permits.register.models import Box, Circle, Filters, Key, PublicPermit
from permits.spots import spot_near
from permits.states import Clock

MOST_COUNTED = 10_000
"""Counting on beyond this takes longer than anybody gains by it."""
_SHAPE = city_geometry("GEOMETRY")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def is_public() -> ColumnElement[bool]:
    """Whether everybody may read of a permit: it was published, and it is not back at the applicant."""
    return and_(Permit.published_at.is_not(None), Permit.state.in_(list(GROUP_OF)))


def list_page(
    session: Session, filters: Filters, after: Key | None, most: int
) -> tuple[list[PublicPermit], Key | None]:
    """The newest permits after a key, and the key of the next page if there is one."""
    asked = _columns().where(is_public(), *conditions(session, filters))
    if after is not None:
        moment = _EPOCH + after.at_us * _MICROSECOND
        asked = asked.where(
            tuple_(Permit.published_at, Permit.id) < tuple_(literal(moment), literal(after.id))
        )
    asked = asked.order_by(Permit.published_at.desc(), Permit.id.desc()).limit(most + 1)
    rows = [_read(row) for row in session.execute(asked)]
    shown = rows[:most]
    return shown, key_of(shown[-1]) if len(rows) > most else None


def count(session: Session, filters: Filters) -> int:
    """How many permits are asked for, no further than one more than :data:`MOST_COUNTED`."""
    found = select(Permit.id).where(is_public(), *conditions(session, filters)).limit(MOST_COUNTED + 1)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def has_any(session: Session) -> bool:
    """Whether this city's register holds anything at all."""
    return bool(session.scalar(select(select(Permit.id).where(is_public()).exists())))


def key_of(permit: PublicPermit) -> Key:
    """Where in the list a permit stands."""
    return Key((permit.published_at - _EPOCH) // _MICROSECOND, permit.id)


def get_public(session: Session, reference: str) -> Permit:
    """The case with a reference. Raises NotFound, for one that is not public, too."""
    asked = select(Permit).where(Permit.reference == reference, is_public())
    found = session.scalars(asked).one_or_none()
    if found is None:
        raise NotFound(_("There is no permit with this reference in the register."), field="reference")
    return found


def read_public(session: Session, permit_id: int) -> PublicPermit:
    """One permit as the register tells of it."""
    return _read(session.execute(_columns().where(Permit.id == permit_id)).one())


def list_related(session: Session, case: Permit) -> tuple[PublicPermit | None, list[PublicPermit]]:
    """The permit that one belongs to, if the public sees it, and those that belong to this one."""
    parent = session.execute(_columns().where(is_public(), Permit.id == case.parent_id)).one_or_none()
    children = session.execute(
        _columns().where(is_public(), Permit.parent_id == case.id).order_by(Permit.published_at, Permit.id)
    )
    return _read(parent) if parent else None, [_read(row) for row in children]


def list_near(session: Session, shape: Any, within_m: float, most: int) -> list[PublicPermit]:
    """The permits within so many metres of a shape (EWKB or EWKT in the city's grid), the nearest first.

    One whose own spot lies in the shape is 0 m away.
    """
    here = (
        func.ST_GeomFromEWKT(shape)
        if isinstance(shape, str) and shape.startswith("SRID")
        else literal(shape, _SHAPE)
    )
    distance = func.ST_Distance(Permit.geom, here, type_=Float)
    asked = (
        _columns(distance)
        .where(is_public(), func.ST_DWithin(Permit.geom, here, within_m))
        .order_by(distance, Permit.published_at.desc(), Permit.id)
        .limit(most)
    )
    return [_read(row) for row in session.execute(asked)]


def list_by_reference(session: Session, typed: str, most: int) -> list[PublicPermit]:
    """The permits whose reference begins with what was typed, the whole reference first."""
    asked = (
        _columns()
        .where(is_public(), Permit.words.like(_pattern(typed) + "%"), Permit.reference.is_not(None))
        .order_by(func.length(Permit.reference), Permit.reference)
        .limit(most)
    )
    return [_read(row) for row in session.execute(asked)]


def conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """What is asked for, as conditions on a permit. Raises NotFound for a parcel that is not there."""
    asked: list[ColumnElement[bool]] = []
    if filters.box is not None:
        asked.append(_in_box(session, filters.box))
    if filters.circle is not None:
        asked.append(func.ST_DWithin(Permit.geom, _middle(session, filters.circle), filters.circle.within_m))
    if filters.types:
        asked.append(Permit.type_code.in_(filters.types))
    if filters.states:
        asked.append(Permit.state.in_(filters.states))
    zone = load(session).zone
    if filters.since is not None:
        asked.append(Permit.published_at >= dt.datetime.combine(filters.since, dt.time(), zone))
    if filters.until is not None:
        end = filters.until + dt.timedelta(days=1)
        asked.append(Permit.published_at < dt.datetime.combine(end, dt.time(), zone))
    return asked + _wording(filters.words)


def _wording(words: str) -> list[ColumnElement[bool]]:
    """Every word typed stands in the permit's own, folded on both sides; nothing is found by signs alone."""
    if words and not fold(words):
        return [false()]
    return [Permit.words.like(f"%{_pattern(word)}%") for word in fold(words).split()]


def _pattern(typed: str) -> str:
    """What was typed, folded as the column is, with nothing in it that LIKE takes for more than itself."""
    return fold(typed).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _srid() -> ColumnElement[int]:
    return func.Find_SRID("public", "permit", "geom")


def _in_box(session: Session, box: Box) -> ColumnElement[bool]:
    """Whether a permit lies in a box; none does in one that is nowhere near where the grid is used."""
    srid = find_srid(session)
    ground = ground_of(box, srid)
    return false() if ground is None else within(Permit.geom, literal(area_value(ground, srid), _SHAPE))


def _middle(session: Session, circle: Circle) -> ColumnElement[Any]:
    if circle.spot is not None:
        return select(spot_near(session, *circle.spot)).scalar_subquery()
    versions = list_versions(session, circle.parcel_number)
    if not versions:
        raise NotFound(_("There is no parcel %(number)s.", number=circle.parcel_number), field="parcel")
    return literal(versions[0].shape, _SHAPE)


def _columns(distance: Any = None) -> Select[Any]:
    """The public columns, and only those."""
    spot = func.ST_Transform(Permit.geom, 4326)
    columns: Any = select(
        Permit.id,
        Permit.reference,
        Permit.type_code,
        Permit.state,
        Permit.outcome,
        Permit.parcel_number,
        Permit.address,
        Permit.description,
        Permit.submitted_at,
        Permit.published_at,
        Permit.decided_at,
        func.ST_X(spot, type_=Float).label("lon"),
        func.ST_Y(spot, type_=Float).label("lat"),
        Permit.imported.is_not(None).label("is_imported"),
        func.coalesce(Permit.imported["type"].astext, "").label("imported_type"),
        func.coalesce(Permit.imported["state"].astext, "").label("imported_state"),
        (cast(null(), Float) if distance is None else distance).label("distance_m"),
    )
    asked: Select[Any] = columns
    return asked


def _read(row: Any) -> PublicPermit:
    return PublicPermit(**row._mapping)


def comment_deadlines(
    session: Session, permits: Sequence[PublicPermit], now: dt.datetime
) -> dict[int, dt.date]:
    """The last day for comments of each permit that takes them now."""
    open_ids = [permit.id for permit in permits if permit.group is Group.OPEN]
    if not open_ids:
        return {}
    asked = select(PermitClock).where(PermitClock.permit_id.in_(open_ids), PermitClock.clock == Clock.COMMENT)
    events: dict[int, list[ClockEvent]] = {}
    for row in session.scalars(asked.order_by(PermitClock.id)):
        if row.act is ClockAct.START:
            events[row.permit_id] = []
        events.setdefault(row.permit_id, []).append(
            ClockEvent(row.act, row.at, row.days, row.unit, row.reason)
        )
    calendar = load(session)
    today = calendar.day_of(now)
    readings = {permit_id: read(acts, calendar, today) for permit_id, acts in events.items()}
    return {
        permit_id: reading.due_on
        for permit_id, reading in readings.items()
        if reading.state is ClockState.RUNNING and reading.due_on
    }


def find_srid(session: Session) -> int:
    """The city's own grid, by its EPSG number."""
    return int(session.scalar(select(_srid())) or 0)


def find_city_name(session: Session) -> str:
    """The city's name in the language spoken, else in the other, else nothing."""
    found = session.execute(select(City.name_fa, City.name_en)).first()
    if found is None:
        return ""
    return name_of(found.name_fa, found.name_en)
