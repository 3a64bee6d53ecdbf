"""The demo city's amendment of the plan: half of a quarter is to become denser, drawn, checked and in consultation."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from accounts.permissions import Role
from core.audit import COMMAND, Actor
from core.documents.services import Desk, receive
from core.errors import AppError
from layers.zoning.amendments import queries, services
from layers.zoning.amendments.access import mover
from layers.zoning.amendments.models import Amendment
from layers.zoning.amendments.operations import SetClass, Split
from layers.zoning.amendments.services import Titles
from layers.zoning.amendments.states import Event
from layers.zoning.models import Zone, ZoneClass
from webmap.demo.sheets import sheet

_FROM, _TO = "R121", "R122"
_AREA_M2 = (8_000, 60_000)
_MOST_TRIED = 20
_DAYS_OPEN = 30
_TITLES = Titles(
    title_fa="اصلاح طرح تفصیلی: افزایش تراکم در نیمهٔ یک پهنهٔ مسکونی",
    title_en="Detailed plan: more floors in half of a residential zone",
    purpose_fa="یک نیمه به زیرپهنهٔ R122 تغییر می‌کند؛ نیمهٔ دیگر همان می‌ماند.",
    purpose_en="One half becomes R122; the other stays as it is.",
)


def add_amendment(session: Session, now: dt.datetime, desk: Desk) -> Amendment | None:
    """Bring the amendment in, in consultation from ``now`` on; flushes. None where no zone is fit for it."""
    planner, checker, publisher = _hire(session)
    ordinance = receive(session, desk, sheet("Ordinance: amendment of the detailed plan"), "ordinance.pdf")
    for key, shape in _candidates(session):
        try:
            with session.begin_nested():
                case = _draw(session, planner, key, shape, ordinance.file.sha256)
                until = (now.date() + dt.timedelta(days=_DAYS_OPEN)).isoformat()
                for event, person, told in (
                    (Event.SUBMIT, planner, {}),
                    (Event.CHECK, checker, {}),
                    (Event.CONSULT, publisher, {"comments_until": until}),
                ):
                    services.step(
                        session, case, event, mover(person, _actor(person)), case.version, now, told
                    )
        except AppError:
            continue  # a neighbour is to change already, or the zone has no middle to be cut through
        return case
    return None


def _hire(session: Session) -> list[Person]:
    people = []
    for email, name, role in (
        ("planner@demo.example", "پویا نادری", Role.PLANNER),
        ("planchecker@demo.example", "هما سلیمی", Role.PLAN_CHECKER),
        ("publisher@demo.example", "بهزاد امیری", Role.PUBLISHER),
    ):
        person = accounts.create_person(session, COMMAND, email, name=name)
        accounts.grant(session, COMMAND, person, role, "demo")
        people.append(person)
    return people


def _actor(person: Person) -> Actor:
    return Actor(person.in_record, person.id)


def _candidates(session: Session) -> Iterator[tuple[str, shapely.MultiPolygon]]:
    area = func.ST_Area(Zone.geom)
    asked = (
        select(Zone.zone_key, func.ST_AsBinary(Zone.geom))
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(ZoneClass.code == _FROM, queries.is_known(), func.upper_inf(Zone.valid))
        .where(area.between(*_AREA_M2))
        .order_by(area.desc(), Zone.zone_key)
        .limit(_MOST_TRIED)
    )
    for key, wkb in session.execute(asked).all():
        shape: Any = shapely.from_wkb(bytes(wkb))
        yield key, shape


def _draw(
    session: Session, planner: Person, key: str, shape: shapely.MultiPolygon, ordinance: str
) -> Amendment:
    """Cut a zone across its middle and give one half another class."""
    west, south, east, north = shape.bounds
    middle = shapely.centroid(shape)
    is_wide = east - west > north - south
    line = (
        ((middle.x, south - 1), (middle.x, north + 1))
        if is_wide
        else ((west - 1, middle.y), (east + 1, middle.y))
    )
    by = _actor(planner)
    case = services.create(session, by, _TITLES, [key])
    services.attach_ordinance(session, by, case, case.version, ordinance)
    half = f"{key}-2"
    done = [Split(key=key, line=line, new_key=half), SetClass(key=half, class_code=_TO)]
    services.save(session, by, case, case.version, done)
    return case
