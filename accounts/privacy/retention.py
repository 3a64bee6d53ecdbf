"""How long things are kept: each room declares its kinds, the administrator sets their days, a job carries it out."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from babel.support import LazyProxy
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.privacy.models import RetentionPeriod
from core import audit, jobs
from core.audit import JOB, Actor
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _

Forget = Callable[[Session, dt.datetime], int]
"""Forgets what is older than a moment and says how many things that were."""
_LONGEST_DAYS = 36500


@dataclass(frozen=True)
class Kind:
    """Things that are kept for a time: what they are called, for how long unless said otherwise, how they go."""

    code: str
    name: LazyProxy
    days: int | None
    forget: Forget


@dataclass(frozen=True)
class Kept:
    """A kind and for how many days it is kept now (null: for ever)."""

    kind: Kind
    days: int | None
    version: int


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Have things of this kind kept for a time only. Registering it again changes nothing."""
    _kinds[kind.code] = kind


def list_kept(session: Session) -> list[Kept]:
    """Every kind with its days, in the order of registration."""
    rows = {row.kind: row for row in session.scalars(select(RetentionPeriod))}
    return [
        Kept(kind, rows[code].days if code in rows else kind.days, rows[code].version if code in rows else 0)
        for code, kind in _kinds.items()
    ]


def set_days(session: Session, actor: Actor, code: str, days: int | None, *, seen: int, reason: str) -> None:
    """Keep a kind for so many days from now on, null for ever.

    Raises NotFound for a kind nobody declared, Conflict when somebody changed it since version ``seen``,
    Unprocessable for days that are none or a reason that is missing.
    """
    if code not in _kinds:
        raise NotFound(_("Nothing of that kind is kept here."), field="kind")
    if days is not None and not 1 <= days <= _LONGEST_DAYS:
        raise Unprocessable(
            _("Please give a number of days from 1 to 36500, or leave it empty."), field="days"
        )
    if not reason.strip():
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")
    row = session.get(RetentionPeriod, code, with_for_update=True)
    if (row.version if row else 0) != seen:
        raise Conflict(
            _("Somebody else has changed this period meanwhile. Open the page again and look."),
            field="version",
        )
    before = row.days if row else _kinds[code].days
    if row is None:
        session.add(RetentionPeriod(kind=code, days=days))
    else:
        row.days, row.version, row.changed_at = days, row.version + 1, func.now()
    session.flush()
    what = {"before": {"days": before}, "after": {"days": days}}
    audit.record(session, actor, "retention.set", f"retention:{code}", reason=reason.strip(), **what)


@jobs.task("retention.apply", cron="41 2 * * *")
def apply(session: Session, timestamp: int = 0) -> None:  # noqa: ARG001 (told when it was due)
    """Forget what has been kept for long enough; how much of each kind that was stands in the record."""
    now = dt.datetime.now(dt.UTC)
    for kept in list_kept(session):
        if kept.days is None:
            continue
        count = kept.kind.forget(session, now - dt.timedelta(days=kept.days))
        if count:
            subject = f"retention:{kept.kind.code}"
            audit.record(session, JOB, "retention.forget", subject, after={"count": count, "days": kept.days})
