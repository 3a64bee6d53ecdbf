"""What accounts and the queue keep for a time only."""

import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.privacy.erasure import erase_unconfirmed, erase_unused
from accounts.privacy.retention import Kind
from core.i18n import lazy_gettext as _


def _forget_failed_jobs(session: Session, before: dt.datetime) -> int:
    """Jobs given up before a moment, with what they were to do: letters hold addresses."""
    gone = text(
        "DELETE FROM procrastinate_jobs AS job WHERE status = 'failed'"
        " AND (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id) < :before"
    )
    return int(session.execute(gone, {"before": before}).rowcount)  # type: ignore[attr-defined]


KINDS = (
    Kind(
        "unconfirmed_accounts", _("Accounts whose e-mail address was never confirmed"), 30, erase_unconfirmed
    ),
    Kind("unused_accounts", _("Citizens' accounts that nobody signs in by any more"), None, erase_unused),
    Kind("failed_jobs", _("Letters and other jobs that were given up"), 90, _forget_failed_jobs),
)
