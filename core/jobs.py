"""Work that outlives its request: written in the edit's own transaction, done once, tried again when it fails.

A job is a row of procrastinate's queue in the same database. ``defer`` writes it through the session, so that it is
there if and only if the edit is. A worker (``core.worker``) runs it in one transaction with a row in ``job_done``: a
worker killed after its commit finds that row when the job is tried again, and does nothing twice.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Index, Integer, Text, func, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.models import Base

Run = TypeVar("Run", bound=Callable[..., None])
_ATTEMPTS = 8


class JobDone(Base):
    """A job whose effects are committed; kept for some days."""

    __tablename__ = "job_done"

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    done_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class JobError(Base):
    """What one try of a job ended with, for whoever has to mend it: the error's kind and words, never arguments."""

    __tablename__ = "job_error"
    __table_args__ = (Index("job_error_job_id_idx", "job_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    job_id: Mapped[int] = mapped_column(BigInteger)
    attempt: Mapped[int] = mapped_column(Integer)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    error: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Task:
    """A kind of work: called with a session and what it was deferred with, commits nothing itself.

    ``cron`` (by the city's clocks) makes it come up by itself; ``attempts`` is how often it is tried, ever longer
    apart (2, 4, 8 … minutes).
    """

    name: str
    run: Callable[..., None]
    attempts: int
    cron: str | None


@dataclass(frozen=True)
class Failed:
    """A job that was given up: what it was to do, when it was last tried, and what it ended with."""

    id: int
    task: str
    attempts: int
    at: dt.datetime | None
    error: str


TASKS: dict[str, Task] = {}


def task(name: str, *, attempts: int = _ATTEMPTS, cron: str | None = None) -> Callable[[Run], Run]:
    """Register a function ``run(session, **arguments)`` as a kind of work."""

    def register(run: Run) -> Run:
        TASKS[name] = Task(name, run, attempts, cron)
        return run

    return register


def defer(
    session: Session, name: str, *, lock: str | None = None, at: dt.datetime | None = None, **arguments: Any
) -> int:
    """Have a task run after this session's commit (at a later time, if one is given); return the job's number.

    Jobs of the same ``lock`` run one after the other. The arguments must be JSON. Raises KeyError for a task that
    nobody has registered: better now than in the worker.
    """
    values = {"task": TASKS[name].name, "lock": lock, "at": at, "arguments": json.dumps(arguments)}
    return int(session.execute(_DEFER, values).scalar_one())


_DEFER = text("""
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', :task, 0, :lock, NULL, CAST(:arguments AS jsonb), CAST(:at AS timestamptz))
        ::procrastinate_job_to_defer_v1]))
""")


def claim(session: Session, job_id: int) -> bool:
    """Take a job for this transaction; False when its effects are already there."""
    taken = session.execute(_CLAIM, {"job": job_id})
    return bool(taken.rowcount)  # type: ignore[attr-defined]


_CLAIM = text("INSERT INTO job_done (job_id) VALUES (:job) ON CONFLICT DO NOTHING")


def list_failed(session: Session, most: int = 200) -> list[Failed]:
    """The jobs that were given up, newest first."""
    return [Failed(*row) for row in session.execute(_FAILED, {"most": most})]


_FAILED = text("""
    SELECT job.id, job.task_name, job.attempts, last.at, coalesce(last.error, '')
    FROM procrastinate_jobs AS job
    LEFT JOIN LATERAL (SELECT at, error FROM job_error WHERE job_id = job.id ORDER BY id DESC LIMIT 1) AS last ON true
    WHERE job.status = 'failed' ORDER BY job.id DESC LIMIT :most
""")


def retry(session: Session, job_id: int) -> bool:
    """Put a job that was given up back into the queue; False when it is not among them (any more)."""
    found = session.execute(_LOCK_FAILED, {"job": job_id}).one_or_none()
    if found is None:
        return False
    session.execute(text("SELECT procrastinate_retry_job_v2(:job, now(), NULL, NULL, NULL)"), {"job": job_id})
    return True


_LOCK_FAILED = text("SELECT id FROM procrastinate_jobs WHERE id = :job AND status = 'failed' FOR UPDATE")


def count_by_status(session: Session) -> dict[str, int]:
    """How many jobs wait (``todo``), run (``doing``) and were given up (``failed``)."""
    rows = session.execute(
        text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status ORDER BY status")
    )
    return {row[0]: row[1] for row in rows}


@task("jobs.tidy", cron="17 3 * * *")
def tidy(session: Session, timestamp: int = 0) -> None:  # noqa: ARG001 (periodic tasks are told when they were due)
    """Forget what was done a week ago, and errors of jobs that are gone."""
    session.execute(text("DELETE FROM job_done WHERE done_at < now() - interval '7 days'"))
    session.execute(
        text(
            "DELETE FROM job_error AS e WHERE NOT EXISTS (SELECT FROM procrastinate_jobs AS j WHERE j.id = e.job_id)"
        )
    )
