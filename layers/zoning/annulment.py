"""Annulling zoning: what one decision brought into force was never the law, and what stood before stands again.

A decision is known by the moment it was recorded: all versions closed at that moment gave way to all opened at it.
Rows are never rewritten. Those of the decision are closed in record time, and copies of what stood before are
recorded from now on, each naming the version it repeats. The plan as it was known before stays readable.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, exists, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import TSTZRANGE, insert
from sqlalchemy.orm import Session, aliased

from core import audit
from core.audit import Actor
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import format_date, format_number, ngettext
from core.i18n import gettext as _
from layers.boundary import get_city
from layers.events import zoning_annulled
from layers.zoning.models import Zone, ZoneAnnulment

_TOLERANCE_M2 = 1.0
"""Two drawings of the same ground may differ by this much; the import calls less no overlap, too."""

_ROOT: ColumnElement[int] = func.coalesce(Zone.restores_id, Zone.id)
_REPEATED = (
    Zone.zone_key,
    Zone.plan,
    Zone.class_id,
    Zone.rule_text_fa,
    Zone.rule_text_en,
    Zone.geom,
    Zone.valid,
)
"""What a restored version has word for word from the one it repeats."""


@dataclass(frozen=True)
class Decision:
    """What one decision did to a plan, as known now.

    ``brought``: the versions it brought into force; ``kept``: the parts of earlier versions that it left as they
    were, before its first day; ids known now. ``closed``: what it put an end to. ``lost``: how many of its
    versions a later decision has changed. ``first_day``: None for "since ever".
    """

    recorded_at: dt.datetime
    first_day: dt.date | None
    brought: list[int]
    kept: list[int]
    closed: list[int]
    lost: int


@dataclass(frozen=True)
class Annulment:
    """What was annulled and what stands again; ``told``: what other rooms did about it, a sentence each."""

    decision: Decision
    restored: list[int]
    told: list[str]


def list_decisions(session: Session, most: int) -> list[Decision]:
    """The latest decisions of which anything still holds, newest first."""
    first = aliased(Zone)
    moment = func.lower(first.recorded)
    latest = (
        select(func.min(Zone.id))
        .join(first, first.id == _ROOT)
        .where(func.upper_inf(Zone.recorded))
        .group_by(Zone.plan, moment)
        .order_by(moment.desc())
        .limit(most)
    )
    return [get_decision(session, zone_id) for zone_id in session.scalars(latest).all()]


def get_decision(session: Session, zone_id: int) -> Decision:
    """The decision that brought a version into force, or that left it as it was.

    Raises NotFound when there is no such version, Conflict when it is no longer what the plan says.
    """
    first = aliased(Zone)
    row = session.execute(
        select(Zone.plan, func.upper_inf(Zone.recorded), func.lower(first.recorded))
        .join(first, first.id == _ROOT)
        .where(Zone.id == zone_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no zone version %(id)s.", id=zone_id), field="zone")
    plan, is_known, moment = row
    if not is_known:
        raise Conflict(
            _("Zone version %(id)s is no longer part of the plan: it was changed or annulled.", id=zone_id),
            field="zone",
        )
    return _decision(session, plan, moment)


def annul(session: Session, actor: Actor, zone_ids: Sequence[int], reason: str) -> Annulment:
    """Annul what one decision brought into force, given all the versions that it did bring into force.

    Raises Unprocessable without a reason or when the versions are not all of one decision's; Conflict when what
    stood before cannot be restored exactly: a later decision rests on this one, or ground would be left without
    a zone or with two. Nothing is changed then.
    """
    if not reason.strip():
        raise Unprocessable(_("Please say why this zoning is annulled."), field="reason")
    get_city(session, to_change=True)  # whoever changes the plan queues here
    decision = _get_whole_decision(session, zone_ids)
    _check_restorable(session, decision)
    moment = session.scalar(select(func.clock_timestamp()))
    assert moment is not None
    annulled = _list_recordings(session, decision.brought)
    restored = _put_back(session, decision, moment)
    annulment = ZoneAnnulment(zone_ids=annulled, reason=reason.strip(), annulled_at=moment)
    session.add(annulment)
    session.flush()
    done = {"annulled": decision.brought, "restored": restored}
    audit.record(
        session, actor, "zoning.annul", f"zone_annulment:{annulment.id}", after=done, reason=reason.strip()
    )
    session.expire_all()
    answers = zoning_annulled.send(session=session, actor=actor, zone_ids=annulled, reason=reason.strip())
    return Annulment(decision, restored, [said for _receiver, said in answers if said])


def _decision(session: Session, plan: str, moment: dt.datetime) -> Decision:
    opened = list(
        session.scalars(
            select(Zone.id).where(
                Zone.plan == plan, func.lower(Zone.recorded) == moment, Zone.restores_id.is_(None)
            )
        )
    )
    closed = select(Zone.id).where(Zone.plan == plan, func.upper(Zone.recorded) == moment).order_by(Zone.id)
    rows = session.execute(
        select(Zone.id, _was_there_before(moment), func.lower(Zone.valid))
        .where(func.upper_inf(Zone.recorded), _ROOT.in_(opened))
        .order_by(Zone.id)
    ).all()
    brought = [row[0] for row in rows if not row[1]]
    days = [row[2] for row in rows if not row[1]]
    return Decision(
        recorded_at=moment,
        first_day=None if not days or None in days else min(days),
        brought=brought,
        kept=[row[0] for row in rows if row[1]],
        closed=list(session.scalars(closed)),
        lost=len(opened) - len(rows),
    )


def _was_there_before(moment: dt.datetime) -> ColumnElement[bool]:
    """Whether a version is only what is left of one that the decision closed: its days before the first new one."""
    before = aliased(Zone)
    return exists().where(
        and_(
            before.zone_key == Zone.zone_key,
            before.plan == Zone.plan,
            func.upper(before.recorded) == moment,
            before.class_id == Zone.class_id,
            before.rule_text_fa == Zone.rule_text_fa,
            before.rule_text_en == Zone.rule_text_en,
            before.valid.contains(Zone.valid),
            func.ST_AsBinary(before.geom) == func.ST_AsBinary(Zone.geom),
        )
    )


def _get_whole_decision(session: Session, zone_ids: Sequence[int]) -> Decision:
    given = set(zone_ids)
    if not given:
        raise Unprocessable(_("Please name the zone versions to annul."), field="zone")
    decision = get_decision(session, min(given))
    foreign = sorted(given - set(decision.brought) - set(decision.kept))
    if foreign:
        raise Unprocessable(
            _("These zone versions are not of the same decision: %(ids)s.", ids=_ids(foreign)), field="zone"
        )
    missing = sorted(set(decision.brought) - given)
    if missing:
        raise Unprocessable(
            _(
                "The same decision brought more into force, to be annulled with it: %(ids)s.",
                ids=_ids(missing),
            ),
            field="zone",
            details={"missing": missing},
        )
    return decision


def _check_restorable(session: Session, decision: Decision) -> None:
    if decision.lost:
        raise Conflict(
            ngettext(
                "A later decision has changed %(n)s zone of this one: annul the later one first.",
                "A later decision has changed %(n)s zones of this one: annul the later one first.",
                decision.lost,
            ),
            details={"reason": "later_decision"},
        )
    if not decision.closed:
        raise Conflict(
            _("Nothing stood before this zoning: annulling it would leave the ground without any."),
            details={"reason": "nothing_before"},
        )
    ground = {
        "gone": decision.brought + decision.kept,
        "back": decision.closed,
        "tolerance_m2": _TOLERANCE_M2,
    }
    differs = session.execute(_ground_sql(), ground).one_or_none()
    if differs is not None:
        raise Conflict(
            _(
                "What stood before does not cover the same ground: from %(day)s on, %(gap)s m² would have no zone "
                "and %(overlap)s m² would have two.",
                day=format_date(differs.day),
                gap=format_number(differs.gap_m2),
                overlap=format_number(differs.overlap_m2),
            ),
            details={"reason": "other_ground"},
        )


@cache
def _ground_sql() -> TextClause:
    return text(Path(__file__).with_name("annulled_ground.sql").read_text(encoding="utf-8"))


def _list_recordings(session: Session, zone_ids: list[int]) -> list[int]:
    """Every row that says the same as one of these: the version itself, and what annulments made of it since."""
    roots = select(_ROOT).where(Zone.id == func.any(zone_ids))
    return list(session.scalars(select(Zone.id).where(_ROOT.in_(roots)).order_by(Zone.id)))


def _put_back(session: Session, decision: Decision, moment: dt.datetime) -> list[int]:
    session.execute(
        update(Zone)
        .where(Zone.id == func.any(decision.brought + decision.kept))
        .values(recorded=_recorded(func.lower(Zone.recorded), moment), version=Zone.version + 1)
        .execution_options(synchronize_session=False)
    )
    again: tuple[Any, ...] = (
        *_REPEATED,
        Zone.amendment_id,
        _ROOT.label("restores_id"),
        (Zone.version + 1).label("version"),
        _recorded(literal(moment), None).label("recorded"),
    )
    # In Hilbert order, as all geometries are laid down.
    source = select(*again).where(Zone.id == func.any(decision.closed)).order_by(Zone.geom)
    names = [column.name for column in source.selected_columns]
    return sorted(session.scalars(insert(Zone).from_select(names, source).returning(Zone.id)))


def _recorded(since: ColumnElement[Any], until: dt.datetime | None) -> ColumnElement[Any]:
    return func.tstzrange(since, until, type_=TSTZRANGE)


def _ids(zone_ids: Sequence[int]) -> str:
    shown = [str(each) for each in zone_ids[:20]]
    return ", ".join(shown) + (" …" if len(zone_ids) > len(shown) else "")
