"""Runs the pre-check of a proposal on a parcel as the zoning stands on a day."""

import datetime as dt
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import gettext as _
from layers.around import list_overlaps
from layers.models import City
from layers.queries import hex_of
from layers.zoning.queries import has_zones, list_zones_under
from parcels.land import get_parcel, parts_of
from parcels.queries import ParcelFacts, find_parcel
from permits.precheck.checks import Finding, Precheck
from permits.precheck.ground import make_ground
from permits.precheck.judging import judge
from permits.precheck.proposal import Proposal


def check(session: Session, parcel: int | str, proposal: Proposal, day: dt.date) -> Precheck:
    """Hold a proposal against the rules on a parcel (its id, or its number as anybody writes it) on a day.

    Raises NotFound when there is no such parcel on that day.
    """
    facts = _parcel(session, parcel, day)
    parts = parts_of(facts, list_zones_under(session, facts.shape), day)
    ground = make_ground(facts, parts, proposal.footprint)
    return Precheck(
        parcel=facts.number,
        parcel_id=facts.id,
        day=day,
        zone_ids=tuple(sorted(part.zone.id for part in parts)),
        checks=tuple(judge(ground, proposal, bool(parts) or has_zones(session))),
        findings=tuple(_findings(session, facts, proposal)),
    )


def get_srid(session: Session) -> int:
    """The city's grid, which a proposal's footprint is in. Raises NotFound where there is no city."""
    srid = session.scalar(select(City.srid))
    if srid is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    return int(srid)


def _parcel(session: Session, parcel: int | str, day: dt.date) -> ParcelFacts:
    if isinstance(parcel, str):
        return get_parcel(session, parcel, day)
    found = find_parcel(session, parcel)
    if found is None:
        raise NotFound(_("There is no such parcel."), field="parcel", details={"reason": "no_such_parcel"})
    return found if found.is_valid_on(day) else get_parcel(session, found.number, day)


def _findings(session: Session, parcel: ParcelFacts, proposal: Proposal) -> list[Finding]:
    """The overlays that touch what was drawn, else the parcel."""
    is_drawn = proposal.footprint is not None
    ground = _hex(proposal.footprint, get_srid(session)) if is_drawn else hex_of(parcel.shape)
    return [
        Finding(
            layer=each.slug,
            layer_fa=each.layer_fa,
            layer_en=each.layer_en,
            name_fa=each.name_fa,
            name_en=each.name_en,
            kind=each.kind,
            area_m2=each.area_m2,
            is_drawn=is_drawn,
            where=shapely.from_wkb(each.shape),
        )
        for each in list_overlaps(session, ground)
    ]


def _hex(shape: Any, srid: int) -> str:
    return str(shapely.to_wkb(shapely.set_srid(shape, srid), hex=True, include_srid=True))
