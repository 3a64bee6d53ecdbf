"""What an amendment does to the plan: coming into force, repeal and annulment, each in one transaction, at one moment.

Rows of the plan are never rewritten. What the amendment changes is closed in record time; its days before the
effective date are recorded again as they were, and what the amendment says from that day on.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy import Select, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, Range
from sqlalchemy.orm import Session, aliased

from core import jobs, local_time
from core.errors import AppError, Conflict
from core.i18n import gettext as _
from core.workflow import Mover
from layers.boundary import get_city
from layers.zoning import annulment
from layers.zoning.amendments import queries
from layers.zoning.amendments.access import CLOCK
from layers.zoning.amendments.models import Amendment, AmendmentBase, AmendmentZone
from layers.zoning.amendments.states import Event, Party, State
from layers.zoning.amendments.workflow import AMENDMENTS
from layers.zoning.models import Zone, ZoneClass

log = structlog.get_logger("zoning")

ENTER_JOB = "zoning.enter_into_force"
_COPIED = (
    Zone.zone_key,
    Zone.plan,
    Zone.class_id,
    Zone.rule_text_fa,
    Zone.rule_text_en,
    Zone.geom,
    Zone.amendment_id,
)


@jobs.task(ENTER_JOB)
def enter_one(session: Session, amendment_id: int) -> None:
    """Bring one amendment into force on its day; does nothing when that was done, or when the day was taken back."""
    _enter_due(session, local_time.now(), amendment_id)


@jobs.task("zoning.amendments", cron="7 0 * * *")
def daily(session: Session, timestamp: int = 0) -> None:
    """Bring into force what is due and is not yet; ``timestamp``: the moment it was due (UTC, seconds)."""
    now = dt.datetime.fromtimestamp(timestamp, dt.UTC) if timestamp else local_time.now()
    enter_due(session, now)


def enter_due(session: Session, now: dt.datetime) -> list[int]:
    """Bring into force what was scheduled for today or before, each whole or not at all; returns their numbers.

    One whose ground has changed meanwhile stays as it is, and is told in the log: people have to decide.
    """
    return _enter_due(session, now)


def _enter_due(session: Session, now: dt.datetime, only: int | None = None) -> list[int]:
    today = local_time.to_local(now).date()
    due = select(Amendment.id).where(Amendment.state == State.SCHEDULED, Amendment.effective_on <= today)
    if only is not None:
        due = due.where(Amendment.id == only)
    done = []
    for amendment_id in session.scalars(due.order_by(Amendment.effective_on, Amendment.id)).all():
        case = session.get_one(Amendment, amendment_id)
        try:
            with session.begin_nested():
                enter_into_force(session, case, CLOCK, now)
        except AppError as refused:
            log.warning("not brought into force", amendment=amendment_id, why=refused.code, **refused.details)
        else:
            done.append(amendment_id)
    return done


def enter_into_force(session: Session, case: Amendment, mover: Mover[Party], now: dt.datetime) -> None:
    """Make a scheduled amendment the law from its effective date on. Raises what ``AMENDMENTS.move`` raises."""
    get_city(session, to_change=True)  # whoever changes the plan queues here
    AMENDMENTS.move(session, case, Event.ENTER_INTO_FORCE, mover, seen=None, now=now)
    assert case.effective_on is not None
    changed = queries.list_changed(session, case)
    closed = _list_in_force(session, case, changed, case.effective_on)
    moment = _moment(session)
    _close(session, closed, case.effective_on, moment)
    _open(session, case, changed, moment)
    case.recorded_at = moment
    session.flush()
    session.expire_all()
    _settle_others(session, now)


def repeal(
    session: Session, case: Amendment, mover: Mover[Party], seen: int, now: dt.datetime, reason: str
) -> None:
    """Put an end to an amendment from today on: what stood before is the law again, what it was stays the past.

    Raises Conflict when a later decision has changed any of it: that one has to go first.
    """
    get_city(session, to_change=True)
    AMENDMENTS.move(session, case, Event.REPEAL, mover, seen=seen, now=now, data={"reason": reason})
    today = local_time.to_local(now).date()
    changed = queries.list_changed(session, case)
    own = _list_in_force(session, case, changed, today)
    written = _count_written(session, case, changed)
    rows = session.execute(
        select(Zone.amendment_id, func.upper_inf(Zone.valid)).where(Zone.id.in_(own))
    ).all()
    if len(own) != written or any(row[0] != case.id or not row[1] for row in rows):
        raise Conflict(_("A later decision has changed zones of this amendment: that one has to go first."))
    moment = _moment(session)
    _close(session, own, today, moment)
    before = select(AmendmentBase.zone_id).where(
        AmendmentBase.amendment_id == case.id, AmendmentBase.zone_key.in_(changed)
    )
    _copy(session, select(Zone.id).where(Zone.id.in_(before)), Range(today, None), moment)
    session.expire_all()
    _settle_others(session, now)


def annul(
    session: Session, case: Amendment, mover: Mover[Party], seen: int, now: dt.datetime, reason: str
) -> list[str]:
    """Annul an amendment: it never was the law. Returns what other rooms did about it, a sentence each.

    Raises Conflict where what stood before cannot be restored exactly (``layers.zoning.annulment``).
    """
    get_city(session, to_change=True)
    AMENDMENTS.move(session, case, Event.ANNUL, mover, seen=seen, now=now, data={"reason": reason})
    if case.recorded_at is None:
        return []
    zone_id = session.scalar(_of_its_moment(case))
    if zone_id is None:
        raise Conflict(_("A later decision has changed zones of this amendment: that one has to go first."))
    decision = annulment.get_decision(session, zone_id)
    done = annulment.annul(session, mover.actor, decision.brought, reason)
    _settle_others(session, now)
    return done.told


def _of_its_moment(case: Amendment) -> Select[int]:
    """A version known now that the amendment itself brought in, or that an annulment has put back word for word."""
    first = aliased(Zone)
    return (
        select(Zone.id)
        .join(first, first.id == func.coalesce(Zone.restores_id, Zone.id))
        .where(
            Zone.amendment_id == case.id, queries.is_known(), func.lower(first.recorded) == case.recorded_at
        )
        .order_by(Zone.id)
        .limit(1)
    )


def _moment(session: Session) -> dt.datetime:
    """The one moment of a decision: within a transaction now() stands still, but what is closed must have begun."""
    moment: dt.datetime | None = session.scalar(select(func.clock_timestamp()))
    assert moment is not None
    return moment


def _list_in_force(session: Session, case: Amendment, keys: Iterable[str], day: dt.date) -> list[int]:
    asked = select(Zone.id).where(
        Zone.plan == case.plan, Zone.zone_key.in_(list(keys)), queries.is_known(), Zone.valid.contains(day)
    )
    return list(session.scalars(asked.order_by(Zone.id)))


def _count_written(session: Session, case: Amendment, changed: list[str]) -> int:
    asked = select(func.count()).where(
        AmendmentZone.amendment_id == case.id, AmendmentZone.zone_key.in_(changed)
    )
    return session.scalar(asked) or 0


def _close(session: Session, zone_ids: list[int], day: dt.date, moment: dt.datetime) -> None:
    """Close versions in record time; their days before ``day`` are as true as ever and are recorded again."""
    session.execute(
        update(Zone)
        .where(Zone.id.in_(zone_ids))
        .values(
            recorded=func.tstzrange(func.lower(Zone.recorded), moment, type_=TSTZRANGE),
            version=Zone.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    # Empty for what began on that very day: then there is nothing to repeat.
    earlier = func.daterange(func.lower(Zone.valid), day, type_=DATERANGE)
    old = select(Zone.id).where(Zone.id.in_(zone_ids), ~func.isempty(earlier))
    _copy(session, old, earlier, moment)


def _copy(session: Session, of: Select[int], valid: Any, moment: dt.datetime) -> None:
    """Record versions again, for other days, in Hilbert order as all geometries are laid down."""
    source = (
        select(
            *_COPIED,
            valid if not isinstance(valid, Range) else literal(valid, DATERANGE),
            _since(moment),
            (Zone.version + 1).label("version"),
        )
        .where(Zone.id.in_(of))
        .order_by(Zone.geom)
    )
    names = [*(column.key for column in _COPIED), "valid", "recorded", "version"]
    session.execute(insert(Zone).from_select(names, source))


def _since(moment: dt.datetime) -> Any:
    return literal(Range(moment, None), TSTZRANGE)


def _open(session: Session, case: Amendment, changed: list[str], moment: dt.datetime) -> None:
    """Record what the amendment says, from its effective date until further notice."""
    version = (
        select(func.max(Zone.version))
        .where(Zone.zone_key == AmendmentZone.zone_key)
        .correlate(AmendmentZone)
        .scalar_subquery()
    )
    source = (
        select(
            AmendmentZone.zone_key,
            literal(case.plan),
            ZoneClass.id,
            AmendmentZone.rule_text_fa,
            AmendmentZone.rule_text_en,
            AmendmentZone.geom,
            literal(case.id),
            literal(Range(case.effective_on, None), DATERANGE),
            _since(moment),
            func.coalesce(version, 0) + 1,
        )
        .join(ZoneClass, ZoneClass.code == AmendmentZone.class_code)
        .where(AmendmentZone.amendment_id == case.id, AmendmentZone.zone_key.in_(changed))
        .order_by(AmendmentZone.geom)
    )
    names = [*(column.key for column in _COPIED), "valid", "recorded", "version"]
    session.execute(insert(Zone).from_select(names, source))


def _settle_others(session: Session, now: dt.datetime) -> None:
    """What has nothing left that is the law is superseded; what has something again, stands again."""
    for state, event in ((State.IN_FORCE, Event.SUPERSEDE), (State.SUPERSEDED, Event.REINSTATE)):
        for case in session.scalars(select(Amendment).where(Amendment.state == state).order_by(Amendment.id)):
            try:
                with session.begin_nested():
                    AMENDMENTS.move(session, case, event, CLOCK, seen=None, now=now)
            except AppError as refused:
                log.debug("stays", amendment=case.id, step=event.value, why=refused.code)
