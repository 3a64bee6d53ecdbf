"""An amendment from its first zone to its effective date: creating, saving, attaching the ordinance, and the steps.

Every change holds the amendment's row and the caller to the version they saw; every step goes through
``AMENDMENTS.move``. What it does to the plan is in ``applying``.
"""

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from core import audit, jobs, local_time
from core.audit import Actor
from core.documents.models import DocumentFile
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _
from core.workflow import Mover
from layers.boundary import get_city
from layers.zoning.amendments import history, queries
from layers.zoning.amendments import topology as t
from layers.zoning.amendments.applying import ENTER_JOB
from layers.zoning.amendments.checks import Finding
from layers.zoning.amendments.comparing import conflict_json
from layers.zoning.amendments.drafts import Draft, Refused
from layers.zoning.amendments.models import Amendment, AmendmentBase, AmendmentSave, AmendmentZone
from layers.zoning.amendments.operations import Operation
from layers.zoning.amendments.states import EDITABLE, Event, Party, State
from layers.zoning.amendments.workflow import AMENDMENTS, AmendmentStep
from layers.zoning.models import PLAN, Zone

_MOST_ZONES = 2000
_MOST_IDS = 2**63
_LONGEST_TITLE = 300


@dataclass(frozen=True)
class Titles:
    """What an amendment is called and what it is for, in both languages; one of them is enough."""

    title_fa: str = ""
    title_en: str = ""
    purpose_fa: str = ""
    purpose_en: str = ""


def get_amendment(session: Session, amendment_id: int) -> Amendment:
    """The amendment with a number. Raises NotFound."""
    found = session.get(Amendment, amendment_id) if amendment_id < _MOST_IDS else None
    if found is None:
        raise NotFound(_("There is no amendment with this number."), field="amendment")
    return found


def create(
    session: Session, actor: Actor, titles: Titles, zone_keys: Sequence[str], plan: str = PLAN
) -> Amendment:
    """Begin an amendment of these zones, as they are the law today; their neighbours come along, to get corners only.

    Raises Unprocessable when there is no title, no zone, or one of them is not the law today until further notice.
    """
    keys = sorted(set(zone_keys))
    if not (titles.title_fa.strip() or titles.title_en.strip()):
        raise Unprocessable(_("Please say what the amendment is called."), field="title")
    if len(titles.title_fa) > _LONGEST_TITLE or len(titles.title_en) > _LONGEST_TITLE:
        raise Unprocessable(_("The title is too long."), field="title")
    if not keys or len(keys) > _MOST_ZONES:
        raise Unprocessable(_("Please choose between 1 and %(most)s zones.", most=_MOST_ZONES), field="zones")
    case = Amendment(plan=plan, created_by=actor.id, **vars(titles))
    session.add(case)
    session.flush()
    _take_base(session, case, keys)
    audit.record(session, actor, "amendment.create", f"amendment:{case.id}", after={"zones": keys})
    return case


def _take_base(session: Session, case: Amendment, keys: list[str]) -> None:
    day = local_time.get_today(session)
    holds: tuple[ColumnElement[bool], ...] = (
        Zone.plan == case.plan,
        queries.is_known(),
        Zone.valid.contains(day),
    )
    chosen = session.execute(
        select(Zone.zone_key, Zone.id, func.upper_inf(Zone.valid)).where(Zone.zone_key.in_(keys), *holds)
    ).all()
    missing = sorted(set(keys) - {row.zone_key for row in chosen})
    if missing:
        raise Unprocessable(
            _("These zones are not part of the plan today: %(keys)s.", keys=", ".join(missing[:20])),
            field="zones",
        )
    ending = sorted(row.zone_key for row in chosen if not row[2])
    if ending:
        raise Unprocessable(
            _("A change of these zones has been decided already: %(keys)s.", keys=", ".join(ending[:20])),
            field="zones",
        )
    own = aliased(Zone)
    near = session.execute(
        select(Zone.zone_key, Zone.id)
        .join(own, func.ST_DWithin(Zone.geom, own.geom, t.SNAP_M))
        .where(own.id.in_([row.id for row in chosen]), Zone.zone_key.not_in(keys), *holds)
        .distinct()
    ).all()
    rows = [(row.zone_key, row.id, True) for row in chosen] + [(*row, False) for row in near]
    session.execute(
        insert(AmendmentBase),
        [
            {"amendment_id": case.id, "zone_key": key, "zone_id": zone_id, "is_editable": is_editable}
            for key, zone_id, is_editable in rows
        ],
    )


def save(
    session: Session,
    actor: Actor,
    case: Amendment,
    seen: int,
    done: Sequence[Operation],
    undone: Sequence[Operation] = (),
) -> list[Finding]:
    """Keep a change set: the operations done on the zones it began with, and those taken back. Returns the findings.

    Raises Conflict when somebody saved meanwhile (``details``: mine, theirs and base, as operations and zone by zone)
    or when it is no longer to be edited; Refused, naming the operation, when one cannot be carried out.
    """
    AMENDMENTS.hold(session, case, None)
    if case.state not in EDITABLE:
        raise Conflict(_("The amendment stands as it was checked: it is not edited in this state."))
    if seen != case.version:
        raise _late(session, case, seen, done)
    base = queries.load_base(session, case)
    draft = history.replay(base, done)
    _hold_keys_free(session, base, draft)
    case.version += 1
    case.submitted_at = None
    _write(session, case, actor, draft, done, undone)
    session.flush()
    return queries.list_findings(session, case)


def _late(session: Session, case: Amendment, seen: int, done: Sequence[Operation]) -> Conflict:
    base = queries.load_base(session, case)
    stood, stands = (_operations(queries.get_last_save(session, case, at)) for at in (seen, case.version))
    before, theirs = history.replay(base, stood), queries.load_draft(session, case)
    mine: Draft | None = None
    # What could not have been saved in any case is given back as it came.
    with contextlib.suppress(Refused):
        mine = history.replay(base, done)
    return Conflict(
        _(
            "Somebody else has saved this amendment meanwhile: choose, zone by zone, whose version is to stay."
        ),
        field="version",
        details={
            "seen": seen,
            "now": case.version,
            "base": history.to_json(stood),
            "theirs": history.to_json(stands),
            "mine": history.to_json(done),
            "zones": conflict_json(before, theirs, mine),
        },
    )


def _operations(save: AmendmentSave | None) -> tuple[Operation, ...]:
    return history.from_json(save.done) if save else ()


def _hold_keys_free(session: Session, base: Draft, draft: Draft) -> None:
    """A new zone's key must not be one that the plan has had: it would be taken for the same zone."""
    new = draft.zones.keys() - base.zones.keys()
    taken = session.scalars(select(Zone.zone_key).where(Zone.zone_key.in_(new)).distinct()).all()
    if taken:
        raise Unprocessable(
            _("The plan has had zones with these keys: %(keys)s.", keys=", ".join(sorted(taken)[:20])),
            field="operations",
        )


def _write(
    session: Session,
    case: Amendment,
    actor: Actor,
    draft: Draft,
    done: Sequence[Operation],
    undone: Sequence[Operation],
) -> None:
    srid = get_city(session).srid
    session.add(
        AmendmentSave(
            amendment_id=case.id,
            version=case.version,
            done=history.to_json(done),
            undone=history.to_json(undone),
            ground=from_shape(t.as_multi(draft.ground), srid=srid),
            saved_by=actor.id,
        )
    )
    session.execute(delete(AmendmentZone).where(AmendmentZone.amendment_id == case.id))
    session.execute(
        insert(AmendmentZone),
        [
            {
                "amendment_id": case.id,
                "zone_key": zone.key,
                "class_code": zone.class_code,
                "rule_text_fa": zone.rule_text_fa,
                "rule_text_en": zone.rule_text_en,
                "is_editable": zone.is_editable,
                "geom": shapely.to_wkb(shapely.set_srid(zone.shape, srid), hex=True, include_srid=True),
            }
            for zone in draft.zones.values()
        ],
    )


def rebase(session: Session, actor: Actor, case: Amendment, seen: int) -> list[Finding]:
    """Draw a change set again on the plan as it is today: the same operations on the same zones.

    Raises Refused, naming the operation, where the plan as it is now no longer allows it; Unprocessable where a zone
    is gone. Nothing is changed then.
    """
    AMENDMENTS.hold(session, case, seen)
    if case.state not in EDITABLE:
        raise Conflict(_("The amendment stands as it was checked: it is not edited in this state."))
    keys = sorted(key for key, zone in queries.load_base(session, case).zones.items() if zone.is_editable)
    last = queries.get_last_save(session, case)
    session.execute(delete(AmendmentBase).where(AmendmentBase.amendment_id == case.id))
    _take_base(session, case, keys)
    undone = history.from_json(last.undone) if last else ()
    return save(session, actor, case, seen, _operations(last), undone)


def attach_ordinance(session: Session, actor: Actor, case: Amendment, seen: int, sha256: str) -> None:
    """Attach the ordinance's text, a document that was brought before. Raises Unprocessable when there is none."""
    AMENDMENTS.hold(session, case, seen)
    if case.state not in EDITABLE:
        raise Conflict(_("The amendment stands as it was checked: it is not edited in this state."))
    if session.get(DocumentFile, sha256) is None:
        raise Unprocessable(_("This document has not been brought."), field="ordinance")
    before, case.ordinance = case.ordinance, sha256
    case.version += 1
    case.submitted_at = None
    case.checked_version = None
    session.flush()
    audit.record(
        session,
        actor,
        "amendment.ordinance",
        f"amendment:{case.id}",
        before={"ordinance": before},
        after={"ordinance": sha256},
    )


def step(
    session: Session,
    case: Amendment,
    event: Event,
    mover: Mover[Party],
    seen: int,
    now: dt.datetime,
    data: Mapping[str, Any] | None = None,
) -> AmendmentStep:
    """Take a step that changes nothing in the plan: offer, check, send back, consult, revise, adopt, withdraw."""
    if event in _BY_OTHERS:
        raise ValueError(f"{event} is taken by its own function")
    return AMENDMENTS.move(session, case, event, mover, seen=seen, now=now, data=data)


_BY_OTHERS = frozenset(
    {Event.SCHEDULE, Event.ENTER_INTO_FORCE, Event.REPEAL, Event.ANNUL, Event.SUPERSEDE, Event.REINSTATE}
)


def schedule(
    session: Session, case: Amendment, mover: Mover[Party], seen: int, now: dt.datetime, day: dt.date
) -> None:
    """Set the effective date: as that day begins in the city, a job brings the amendment into force."""
    told = {"effective_on": day.isoformat()}
    AMENDMENTS.move(session, case, Event.SCHEDULE, mover, seen=seen, now=now, data=told)
    midnight = local_time.to_local(now).replace(
        year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0
    )
    jobs.defer(session, ENTER_JOB, at=midnight, amendment_id=case.id)


def rebuild(session: Session, case: Amendment) -> State:
    """The state worked out from the events alone. Raises ValueError where they are no way through the table."""
    rows = queries.list_events(session, case)
    return AMENDMENTS.replay(
        [AmendmentStep(row.event, row.source, row.target, row.party, row.at, row.data) for row in rows]
    )
