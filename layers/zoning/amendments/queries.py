"""Reading amendments: the zones they began with, what the last save makes of them, and whether the plan still fits."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import shapely
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from layers.zoning.amendments.checks import Finding, check
from layers.zoning.amendments.drafts import Draft, DraftZone, make_draft
from layers.zoning.amendments.models import (
    Amendment,
    AmendmentBase,
    AmendmentEvent,
    AmendmentSave,
    AmendmentZone,
)
from layers.zoning.amendments.states import PUBLIC
from layers.zoning.models import Zone, ZoneClass


def is_known() -> ColumnElement[bool]:
    """Whether a zone's version is part of the plan as it is known now."""
    return func.upper_inf(Zone.recorded)


def list_amendments(session: Session, *, public_only: bool) -> Sequence[Amendment]:
    """Amendments, newest first; ``public_only``: those that everybody may read of."""
    asked = select(Amendment).order_by(Amendment.id.desc())
    if public_only:
        asked = asked.where(Amendment.state.in_(PUBLIC))
    return session.scalars(asked).all()


def is_ordinance(session: Session, sha256: str) -> bool:
    """Whether a document is the ordinance of an amendment: then it is kept."""
    return bool(session.scalar(select(exists().where(Amendment.ordinance == sha256))))


def list_events(session: Session, case: Amendment) -> Sequence[AmendmentEvent]:
    """What happened to an amendment, in order."""
    asked = select(AmendmentEvent).where(AmendmentEvent.amendment_id == case.id)
    return session.scalars(asked.order_by(AmendmentEvent.ordinal)).all()


def get_last_save(session: Session, case: Amendment, until: int | None = None) -> AmendmentSave | None:
    """The last save of a change set; ``until``: as it stood at that version of the amendment."""
    asked = select(AmendmentSave).where(AmendmentSave.amendment_id == case.id)
    if until is not None:
        asked = asked.where(AmendmentSave.version <= until)
    return session.scalars(asked.order_by(AmendmentSave.version.desc()).limit(1)).one_or_none()


def load_base(session: Session, case: Amendment) -> Draft:
    """The zones that an amendment began with, as they were then."""
    asked = (
        select(
            AmendmentBase.zone_key,
            ZoneClass.code,
            func.ST_AsBinary(Zone.geom),
            Zone.rule_text_fa,
            Zone.rule_text_en,
            AmendmentBase.is_editable,
        )
        .join(Zone, Zone.id == AmendmentBase.zone_id)
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(AmendmentBase.amendment_id == case.id)
        .order_by(AmendmentBase.zone_key)
    )
    return make_draft([_zone(row) for row in session.execute(asked)])


def load_draft(session: Session, case: Amendment) -> Draft:
    """The zones as the last save makes them; those that it began with while there is none."""
    save = session.execute(
        select(func.ST_AsBinary(AmendmentSave.ground))
        .where(AmendmentSave.amendment_id == case.id)
        .order_by(AmendmentSave.version.desc())
        .limit(1)
    ).one_or_none()
    if save is None:
        return load_base(session, case)
    asked = (
        select(
            AmendmentZone.zone_key,
            AmendmentZone.class_code,
            func.ST_AsBinary(AmendmentZone.geom),
            AmendmentZone.rule_text_fa,
            AmendmentZone.rule_text_en,
            AmendmentZone.is_editable,
        )
        .where(AmendmentZone.amendment_id == case.id)
        .order_by(AmendmentZone.zone_key)
    )
    zones = [_zone(row) for row in session.execute(asked)]
    return Draft({zone.key: zone for zone in zones}, shapely.from_wkb(bytes(save[0])))


def _zone(row: Any) -> DraftZone:
    key, code, wkb, text_fa, text_en, is_editable = row
    shape: Any = shapely.from_wkb(bytes(wkb))
    return DraftZone(key, code, shape, text_fa, text_en, is_editable)


def list_shapes(session: Session, case: Amendment) -> dict[str, Any]:
    """The shapes of the zones as the last save makes them: GeoJSON in degrees, by key."""
    degrees = func.ST_AsGeoJSON(func.ST_Transform(AmendmentZone.geom, 4326), 7)
    asked = select(AmendmentZone.zone_key, degrees).where(AmendmentZone.amendment_id == case.id)
    return {row[0]: json.loads(row[1]) for row in session.execute(asked)}


def list_findings(session: Session, case: Amendment) -> list[Finding]:
    """What is wrong with the change set as it was saved last."""
    classes = set(session.scalars(select(ZoneClass.code)))
    base, draft = load_base(session, case), load_draft(session, case)
    return check(base, draft, classes, has_document=case.ordinance is not None)


def list_changed(session: Session, case: Amendment) -> list[str]:
    """The keys of the zones that an amendment adds, ends, or makes say something else."""
    return load_draft(session, case).list_changed(load_base(session, case))


def list_stale(session: Session, case: Amendment, day: dt.date) -> list[str]:
    """The keys under which the plan on a day is no longer what the amendment was drawn on.

    Of a neighbour that it does not touch only the shape matters. A zone that it changes must hold until further
    notice: what is already decided for it from a later day on would be left as it was drawn before.
    """
    then = aliased(Zone)
    changed = list_changed(session, case)
    is_written = AmendmentBase.zone_key.in_(changed)
    says_else = or_(
        Zone.class_id != then.class_id,
        Zone.rule_text_fa != then.rule_text_fa,
        Zone.rule_text_en != then.rule_text_en,
        ~func.upper_inf(Zone.valid),
    )
    asked = (
        select(AmendmentBase.zone_key)
        .join(then, then.id == AmendmentBase.zone_id)
        .outerjoin(
            Zone,
            and_(
                Zone.zone_key == AmendmentBase.zone_key,
                Zone.plan == case.plan,
                is_known(),
                Zone.valid.contains(day),
            ),
        )
        .where(AmendmentBase.amendment_id == case.id)
        .where(
            or_(
                Zone.id.is_(None),
                func.ST_AsBinary(Zone.geom) != func.ST_AsBinary(then.geom),
                and_(is_written, says_else),
            )
        )
    )
    new = set(changed) - set(load_base(session, case).zones)
    taken = select(Zone.zone_key).where(Zone.zone_key.in_(new), is_known())
    return sorted({*session.scalars(asked), *session.scalars(taken)})
